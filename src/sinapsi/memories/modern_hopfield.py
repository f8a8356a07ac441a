"""The modern, continuous Hopfield network: recall by attention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp, softmax
from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import Floats, NetworkEstimator
from sinapsi.exceptions import InvalidInputError
from sinapsi.history import History
from sinapsi.monitor import FitMonitor
from sinapsi.parameters import Rule, boolean, count, number
from sinapsi.references import RAMSAUER_2021, Reference
from sinapsi.stopping import StopCode, StopReason

BLOCK_BYTES = 2**24  # of similarities of a block of probes


class ModernHopfieldNetwork(OneToOneFeatureMixin, TransformerMixin, NetworkEstimator):
    """Content-addressed memory for real-valued patterns: a probe moves to a weighted mean of the memories like it.

    One step turns a state s into sum_k p_k x_k with p = softmax(beta X s), which is attention with the memories X as
    keys and values and the state as query. Steps go on until nothing changes.

    Parameters
    ----------
    beta : float, default=1.0
        Inverse temperature of the softmax, above 0. Large: the nearest memory alone; small: means of many. It goes with
        the squared length of the memories: for rows of length 1 try 10 to 100, for standardized ones 1.
    max_steps : int, default=100
        Steps of a recall at most; 1 is one step of attention.
    tol : float, default=1e-6
        A recall ends when no component changes by more than this share of the largest component of the memories.
    verbose : int, default=0
        1 shows a progress bar on a terminal.

    Attributes
    ----------
    memories_ : array of shape (n_memories, n_features)
        What was stored.
    history_ : History
        ``loss``: mean squared error per component of memories recalled, in one step.
    stop_reason_ : StopReason
        Why storing ended.
    n_iter_ : int
        Passes over the memories: 1.
    n_features_in_ : int
        Number of components.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    See Also
    --------
    DenseAssociativeMemory : The same idea for units of two values.

    Notes
    -----
    Similarity is the inner product, so of memories of different lengths the long ones attract more. Where only the
    direction counts, give rows one length first, for example with sklearn.preprocessing.Normalizer.

    References
    ----------
    Ramsauer and others (2021), Hopfield networks is all you need.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import ModernHopfieldNetwork
    >>> memories = np.random.default_rng(0).standard_normal((500, 50))
    >>> memories /= np.linalg.norm(memories, axis=1, keepdims=True)
    >>> model = ModernHopfieldNetwork(beta=50.0).fit(memories)
    >>> probe = memories[:1].copy()
    >>> probe[0, 25:] = np.nan  # the second half is unknown
    >>> bool(np.allclose(model.complete(probe), memories[:1], atol=1e-3))
    True
    """

    _chapter: ClassVar[int] = 7
    _references: ClassVar[tuple[Reference, ...]] = (RAMSAUER_2021,)
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "beta": number(0, np.inf, open_low=True, open_high=True),
        "max_steps": count(1),
        "tol": number(0, np.inf, open_high=True),
        "verbose": boolean | count(0),
    }

    n_features_in_: int
    memories_: Floats
    history_: History
    n_iter_: int
    stop_reason_: StopReason

    def __init__(self, *, beta: float = 1.0, max_steps: int = 100, tol: float = 1e-6, verbose: int = 0) -> None:
        self.beta = beta
        self.max_steps = max_steps
        self.tol = tol
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Store memories as they are.

        Parameters
        ----------
        X : array of shape (n_memories, n_features)
            One memory a row.
        y : object, optional
            Not looked at.

        Returns
        -------
        ModernHopfieldNetwork
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If X cannot be stored.
        """
        self._check_parameters()
        with self._all_or_nothing():
            memories: Floats = self._inputs(X, reset=True)
            self.history_ = History({})
            self._keep(memories.copy(), len(memories))
        return self

    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:
        """Store more memories beside those that are there.

        Parameters
        ----------
        X : array of shape (n_memories, n_features)
            One memory a row.
        y : object, optional
            Not looked at.

        Returns
        -------
        ModernHopfieldNetwork
            The estimator.
        """
        if not hasattr(self, "memories_"):
            return self.fit(X)
        self._check_parameters()
        with self._all_or_nothing():
            more = self._inputs(X, reset=False).astype(self.memories_.dtype, copy=False)
            self._keep(np.concatenate([self.memories_, more]), len(more))
        return self

    def _keep(self, memories: Floats, n_steps: int) -> None:
        largest = float(np.abs(memories).max())
        limit = float(np.sqrt(np.finfo(memories.dtype).max / memories.shape[1])) / 4
        if largest > limit or float(self.beta) * largest**2 * memories.shape[1] > limit:
            raise InvalidInputError(
                f"Similarities are products of components, and those of {largest:.3g} exceed the range of "
                f"{memories.dtype}. Expected memories of ordinary size; rescale X, for example with "
                "sklearn.preprocessing.StandardScaler."
            )
        self.memories_ = memories
        with FitMonitor(type(self).__name__, max_iter=1, previous=self.history_, verbose=self.verbose) as monitor:
            errors = self._step(memories, memories) - memories
            monitor.record(loss=float(np.square(errors, dtype=np.float64).mean()), n_steps=n_steps)
            monitor.stop(StopCode.SOLVED, f"{len(memories)} memories were stored")
        self.history_ = monitor.history
        self.stop_reason_ = monitor.reason
        self.n_iter_ = monitor.n_epochs

    def _known_rows(self, X: ArrayLike, *, may_have_gaps: bool = False) -> Floats:
        check_is_fitted(self)
        self._check_parameters()  # those of recall may have been set since
        try:
            rows: Floats = self._inputs(X, reset=False, may_be_missing=may_have_gaps)
        except InvalidInputError as error:
            if "contains NaN" not in str(error):
                raise
            raise InvalidInputError(f"{error} Or ask complete(X), which takes NaN for what is unknown.") from error
        return rows.astype(self.memories_.dtype, copy=False)

    def _step(self, states: Floats, memories: Floats) -> Floats:
        """One step of attention, in blocks of states."""
        following = np.empty_like(states)
        n_rows = max(1, BLOCK_BYTES // (memories.itemsize * len(memories)))
        for start in range(0, len(states), n_rows):
            part = slice(start, start + n_rows)
            following[part] = softmax(float(self.beta) * (states[part] @ memories.T), axis=1) @ memories
        return following

    def _rest(self, states: Floats, known: NDArray[np.bool_] | None = None) -> Floats:
        """Steps until nothing changes; what is known is put back after each."""
        given = states
        nearly_nothing = self.tol * float(np.abs(self.memories_).max())
        awake = np.arange(len(states))
        states = states.copy()
        for _ in range(self.max_steps):
            now = states[awake]
            following = self._step(now, self.memories_)
            if known is not None:
                np.copyto(following, given[awake], where=known[awake])
            states[awake] = following
            awake = awake[(np.abs(following - now) > nearly_nothing).any(axis=1)]
            if not len(awake):
                break
        return states

    def predict(self, X: ArrayLike) -> Floats:
        """Recall: give the state in which each probe comes to rest.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Probes.

        Returns
        -------
        array of shape (n_samples, n_features)
            A memory, where one is alone in its neighborhood; else a mean of several.
        """
        return self._rest(self._known_rows(X))

    def transform(self, X: ArrayLike) -> Floats:
        """Recall, as a step of a pipeline: :meth:`predict`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Probes.

        Returns
        -------
        array of shape (n_samples, n_features)
            States.
        """
        return self.predict(X)

    def complete(self, X: ArrayLike) -> Floats:
        """Complete patterns of which a part is known.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Patterns with NaN where a component is unknown; it starts at 0 and has no influence at first.

        Returns
        -------
        array of shape (n_samples, n_features)
            Copies; what was known is unchanged.
        """
        rows = self._known_rows(X, may_have_gaps=True)
        known = ~np.isnan(rows)
        return self._rest(np.where(known, rows, rows.dtype.type(0)), known)

    def attention(self, X: ArrayLike) -> Floats:
        """Give how much each memory counts in the next step.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            States.

        Returns
        -------
        array of shape (n_samples, n_memories)
            softmax(beta X s); each row sums to 1.
        """
        rows = self._known_rows(X)
        weights: Floats = softmax(float(self.beta) * (rows @ self.memories_.T), axis=1)
        return weights

    def energy(self, X: ArrayLike) -> NDArray[np.float64]:
        """Give the energy of each state; no step raises it.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            States s.

        Returns
        -------
        array of shape (n_samples,)
            ``-lse(beta X s) / beta + s.s / 2 + log(n_memories) / beta + max x.x / 2``, at least 0.
        """
        rows = self._known_rows(X).astype(np.float64)
        memories = self.memories_.astype(np.float64)
        similar = logsumexp(self.beta * (rows @ memories.T), axis=1) / self.beta
        own = 0.5 * np.einsum("si,si->s", rows, rows)
        longest = 0.5 * float(np.einsum("ki,ki->k", memories, memories).max())
        energies: NDArray[np.float64] = own - similar + np.log(len(memories)) / self.beta + longest
        return energies

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Give the mean cosine between what is recalled and what should be.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Probes.
        y : array of shape (n_samples, n_features), optional
            What they should recall. None, or labels, stand for the probes themselves.

        Returns
        -------
        float
            In [-1, 1]; for states of -1 and +1 it is their overlap.
        """
        recalled = self.predict(X).astype(np.float64)
        wanted: Any = X if y is None or np.ndim(y) < 2 else y  # type: ignore[arg-type]
        patterns = self._known_rows(wanted).astype(np.float64)
        if len(patterns) != len(recalled):
            raise InvalidInputError(
                f"y must have one pattern for each probe of X. Got {len(patterns)} patterns for {len(recalled)} probes."
            )
        lengths = np.linalg.norm(recalled, axis=1) * np.linalg.norm(patterns, axis=1)
        products = np.einsum("si,si->s", recalled, patterns)
        return float(np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0).mean())

    def _check_learned(self) -> None:
        if self.memories_.ndim != 2 or self.memories_.shape[1] != self.n_features_in_:
            raise InvalidInputError(f"The memories do not all have {self.n_features_in_} components.")
