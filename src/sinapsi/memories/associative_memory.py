"""What all memories with states of -1 and +1 can be asked: recall, completion, energy, stability, overlap."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import Floats, NetworkEstimator
from sinapsi.exceptions import InvalidInputError
from sinapsi.memories.landscape import Landscape, Recalled, nowhere
from sinapsi.memories.recall_path import End, RecallPath
from sinapsi.memories.two_valued import States, states_of
from sinapsi.memories.visit_order import VisitOrder


class AssociativeMemory(OneToOneFeatureMixin, TransformerMixin, NetworkEstimator):
    """A memory over an energy landscape; how it was stored is not the concern of these questions."""

    recall: str
    order: str | ArrayLike
    binarize: float | None

    n_features_in_: int
    memories_: States
    _order_seed: int

    @abstractmethod
    def _landscape(self) -> Landscape:
        """The energy of what is stored."""

    # The door.

    def _rows(self, X: ArrayLike, *, reset: bool, may_have_gaps: bool = False) -> Floats:
        """Let rows in: at least two columns, and NaN only to be completed."""
        try:
            rows: Floats = self._inputs(X, reset=reset, may_be_missing=may_have_gaps)
        except InvalidInputError as error:
            if "contains NaN" not in str(error) or not hasattr(self, "complete"):
                raise
            raise InvalidInputError(
                f"{error} Or ask complete(X), which takes NaN for units that are unknown."
            ) from error
        if rows.shape[1] == 1:
            raise InvalidInputError(
                f"{type(self).__name__} needs at least two units, one a column of X, for a unit has no weight to "
                "itself. Got n_features = 1."
            )
        return rows

    def _known_rows(self, X: ArrayLike, *, may_have_gaps: bool = False) -> Floats:
        check_is_fitted(self)
        self._check_parameters()  # those of recall may have been set since
        return self._rows(X, reset=False, may_have_gaps=may_have_gaps)

    def _states(self, X: ArrayLike) -> States:
        return states_of(self._known_rows(X), self.binarize)

    def _known_memories(self) -> States:
        check_is_fitted(self)
        if not len(self.memories_):
            raise InvalidInputError(
                f"This {type(self).__name__} learned more memories than it has units from batches, and kept their sums "
                "only. Store them by fit if they shall be told apart, or compare with patterns of your own: "
                "(model.predict(X) * patterns).mean(axis=1)."
            )
        return self.memories_

    # Recall.

    def _recall(self, states: States, kept: States, followed: list[Any] | None = None) -> Recalled:
        """Let states come to rest in place."""
        landscape = self._landscape()
        if self.recall == "synchronous":
            return landscape.recall_together(states, kept, followed)
        return landscape.recall_in_order(self._visit_order(), states, kept, followed)

    def _visit_order(self) -> VisitOrder:
        return VisitOrder.of(self.order, self._order_seed, self.n_features_in_)

    def _recalled_states(self, states: States) -> States:
        """The states in which some others come to rest."""
        check_is_fitted(self)
        return self._recall(states.copy(), nowhere(states)).states

    def predict(self, X: ArrayLike) -> Floats:
        """Recall: give the state in which each probe comes to rest.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Probes, one unit a column.

        Returns
        -------
        array of shape (n_samples, n_features)
            -1 and +1, in the floating type of X. A cycle of two states, in which synchronous recall may end, is
            answered by the state of lower energy.
        """
        rows = self._known_rows(X)
        states = states_of(rows, self.binarize)
        return self._recall(states, nowhere(states)).states.astype(rows.dtype)

    def transform(self, X: ArrayLike) -> Floats:
        """Recall, as a step of a pipeline: :meth:`predict`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Probes.

        Returns
        -------
        array of shape (n_samples, n_features)
            -1 and +1.
        """
        return self.predict(X)

    def complete(self, X: ArrayLike) -> Floats:
        """Complete patterns of which a part is known.

        Units that are known stay as they are. The others have no influence until they are asked for the first time.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Patterns with NaN where a unit is unknown.

        Returns
        -------
        array of shape (n_samples, n_features)
            -1 and +1; what was known is unchanged, after thresholding.
        """
        rows = self._known_rows(X, may_have_gaps=True)
        states = states_of(rows, self.binarize)
        kept = (states != 0).astype(np.int8)
        self._recall(states, kept)
        undecided = (states == 0).any(axis=1)
        if undecided.any():  # nothing that is known speaks for or against some units
            decided = np.where(states[undecided] == 0, np.int8(1), states[undecided])
            states[undecided] = self._recall(decided, kept[undecided]).states
        return states.astype(rows.dtype)

    def recall_path(self, probe: ArrayLike) -> RecallPath:
        """Follow the recall of one probe, change by change.

        Parameters
        ----------
        probe : array of shape (n_features,) or (1, n_features)
            The probe.

        Returns
        -------
        RecallPath
            Every change of a unit, with the energy after it and the overlaps with the memories.
        """
        row = probe.to_frame().T if hasattr(probe, "to_frame") else probe  # a row of a data frame keeps its names
        if np.ndim(row) < 2:
            row = np.reshape(row, (1, -1))
        if len(row) != 1:  # type: ignore[arg-type]
            raise InvalidInputError(
                f"recall_path follows one probe. Expected shape (n_features,) or (1, n_features); got {np.shape(row)}."
            )
        start = self._states(row)[0]
        memories = self._known_memories()
        followed: list[Any] = []
        states = start[np.newaxis].copy()
        recalled = self._recall(states, nowhere(states), followed)
        if self.recall == "synchronous":
            way = np.stack([start, *followed])
            moments, units = np.nonzero(way[1:] != way[:-1])
            units, moments = units.astype(np.intp), (moments + 1).astype(np.intp)
        else:
            units = np.concatenate(followed).astype(np.intp) if followed else np.empty(0, dtype=np.intp)
            moments = np.arange(1, len(units) + 1)
            way = _states_along(start, units)
        return RecallPath(
            start=start,
            units=units,
            moments=moments,
            energies=self._landscape().energies(way),
            overlaps=_overlaps(way, memories),
            end=self._end_of(recalled),
        )

    def _end_of(self, recalled: Recalled) -> End:
        return "cycle" if recalled.cycles[0] else "stable"

    # Questions about states.

    def energy(self, X: ArrayLike) -> NDArray[np.float64]:
        """Give the energy of each state; recall of one unit after another never raises it.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            States.

        Returns
        -------
        array of shape (n_samples,)
            Energies.
        """
        states = self._states(X)
        return self._landscape().energies(states)

    def is_stable(self, X: ArrayLike) -> NDArray[np.bool_]:
        """Tell which states recall leaves as they are.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            States.

        Returns
        -------
        array of bool of shape (n_samples,)
            Whether no unit wants to change.
        """
        states = self._states(X)
        return self._landscape().are_stable(states)

    def overlap(self, X: ArrayLike) -> NDArray[np.float64]:
        """Compare states with the memories.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            States.

        Returns
        -------
        array of shape (n_samples, n_memories)
            Mean of s_i f_i over the units: 1 for a memory itself, -1 for its negative, near 0 for what has nothing to
            do with it; 1 - 2 d where a share d of the units differs.
        """
        states = self._states(X)
        return _overlaps(states, self._known_memories())

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Give the mean overlap of what is recalled with what should be.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Probes.
        y : array of shape (n_samples, n_features), optional
            What they should recall. None, or labels, stand for the probes themselves: then the score tells how well
            they are kept.

        Returns
        -------
        float
            In [-1, 1]; 1 when every unit is right.
        """
        recalled = self.predict(X)
        wanted = X if y is None or np.ndim(y) < 2 else y  # type: ignore[arg-type]
        patterns = self._states(wanted)  # type: ignore[arg-type]
        if len(patterns) != len(recalled):
            raise InvalidInputError(
                f"y must have one pattern for each probe of X. Got {len(patterns)} patterns for {len(recalled)} probes."
            )
        return float((recalled * patterns).mean())


def _overlaps(states: States, memories: States) -> NDArray[np.float64]:
    products = states.astype(np.float32) @ memories.T.astype(np.float32)  # whole numbers, exact up to 2**24 units
    overlaps: NDArray[np.float64] = products.astype(np.float64)
    overlaps /= states.shape[1]
    return overlaps


def _states_along(start: States, units: NDArray[np.intp]) -> States:
    way = np.repeat(start[np.newaxis], len(units) + 1, axis=0)
    for moment, unit in enumerate(units, start=1):
        way[moment:, unit] *= -1
    return way
