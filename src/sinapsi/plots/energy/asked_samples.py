"""Asking a fitted network for samples: chains after growing numbers of steps, or samples of each class."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.energy.arithmetic import on_host
from sinapsi.estimator import random_generator
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.labels import class_indices
from sinapsi.plots.fitted import network_in
from sinapsi.plots.maps.fitted_map_parts import count_text
from sinapsi.plots.whole_numbers import check_at_least, is_whole

Values = NDArray[np.float64]
RandomState = int | np.random.RandomState | np.random.Generator | None

N_CHAINS, N_OF_A_CLASS, N_IN_A_GRID, MOST_IN_A_ROW = 8, 10, 50, 10
STEPS_OF_CHAINS = (0, 1, 10, 100, 1000)
STEPS_OF_A_SAMPLE = 1000


@dataclass(frozen=True, eq=False)
class SampleTable:
    """Samples in rows and columns.

    Parameters
    ----------
    samples : array of shape (n_rows, n_columns, n_features)
        NaN where there is none.
    row_names, column_names : list of str or None
        None if they have no names.
    row_label, column_label : str
        What rows and columns are.
    note : str
        How the samples were made.
    """

    samples: Values
    row_names: list[str] | None
    column_names: list[str] | None
    row_label: str
    column_label: str
    note: str


class Sampler:
    """A fitted network that is asked for samples.

    Parameters
    ----------
    estimator : estimator
        Fitted, with ``sample(n_samples, n_gibbs_steps=..., random_state=...)``, or what is wrapped around it.
    as_means : bool
        Whether to ask for the means that samples are drawn from.
    random_state : int, RandomState, Generator or None
        Source of chance.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    InvalidInputError
        If it has no such method.
    InvalidParameterError
        If it has no means to give.
    """

    def __init__(self, estimator: Any, *, as_means: bool, random_state: RandomState) -> None:
        check_is_fitted(estimator)
        self.network = network_in(estimator)
        arguments = inspect.signature(self.network.sample).parameters if hasattr(self.network, "sample") else {}
        if "n_gibbs_steps" not in arguments:
            raise InvalidInputError(
                f"SamplesDisplay expects a network that samples by Gibbs steps. {type(self.network).__name__} does "
                "not. Pass a fitted RestrictedBoltzmannMachine, RBMClassifier, BoltzmannMachine or DeepBeliefNetwork."
            )
        self.has_classes = "label" in arguments and hasattr(self.network, "classes_")
        self.shows_starts = hasattr(self.network, "_chain_of_samples")  # a restricted machine
        self._as_means = as_means
        if as_means and not self.shows_starts and "as_means" not in arguments:
            raise InvalidParameterError(
                f"as_means=True needs a network that can tell what it expects. {type(self.network).__name__} gives "
                "states only. Leave as_means=False."
            )
        # The same chance for every question, so that a column shows the chains of the one before, some steps later.
        is_source = random_state is not None and not isinstance(random_state, int | np.integer)
        self._random_state = int(random_generator(random_state).integers(2**32)) if is_source else random_state

    def chains(self, n_samples: int | None, steps: Sequence[int], start: ArrayLike | None) -> SampleTable:
        """Ask where chains are after some steps.

        Parameters
        ----------
        n_samples : int or None
            How many chains; None stands for 8, or for all that ``start`` has.
        steps : sequence of int
            After how many steps.
        start : array of shape (n_chains, n_features) or None
            Examples to begin with; None begins where learning ended.

        Returns
        -------
        SampleTable
            A row a chain.
        """
        steps = self._checked_steps(steps)
        if start is not None and not self.shows_starts:
            raise InvalidParameterError(
                f"start needs a restricted machine. {type(self.network).__name__} begins its chains by itself. Leave "
                "start=None."
            )
        begin = None if start is None else _rows(start)
        n_chains = (N_CHAINS if begin is None else len(begin)) if n_samples is None else n_samples
        check_at_least("n_samples", n_chains, 1)
        if begin is not None:
            begin = begin[:n_chains]
            n_chains = len(begin)
        states = list(self._states_along(n_chains, steps, begin))
        begun = "at given examples" if start is not None else "where those of learning ended"
        if hasattr(self.network, "recognition_weights_"):
            begun = "in random states"
        elif getattr(self.network, "annealing", None) is not None:
            begun = "in random states, anew for each column"
        return SampleTable(
            samples=np.stack(states, axis=1),
            row_names=[str(chain) for chain in range(n_chains)],
            column_names=[f"{step:,}" for step in steps],
            row_label="chain",
            column_label="Gibbs steps",
            note=f"Chains begin {begun}.",
        )

    def classes(self, n_samples: int | None, n_steps: int, labels: ArrayLike | None) -> SampleTable:
        """Ask for samples of classes.

        Parameters
        ----------
        n_samples : int or None
            How many of each; None stands for 10.
        n_steps : int
            Steps of each chain.
        labels : array or None
            Which classes; None takes all.

        Returns
        -------
        SampleTable
            A row a class.
        """
        n_samples = N_OF_A_CLASS if n_samples is None else n_samples
        check_at_least("n_samples", n_samples, 1)
        classes = self.network.classes_
        chosen = np.atleast_1d(classes if labels is None else np.asarray(labels))
        if not chosen.size:
            raise InvalidParameterError("labels must name at least one class. Leave labels=None for all of them.")
        _, indices = class_indices(chosen, classes, owner=type(self.network).__name__, name="labels")
        return SampleTable(
            samples=np.stack([self._samples(n_samples, n_steps, int(index)) for index in indices]),
            row_names=[str(label) for label in classes[indices].tolist()],
            column_names=None,
            row_label="class",
            column_label="",
            note=f"Drawn with the class held, after {count_text(n_steps, 'Gibbs step')}.",
        )

    def grid(self, n_samples: int | None, n_steps: int) -> SampleTable:
        """Ask for samples of no class.

        Parameters
        ----------
        n_samples : int or None
            How many; None stands for 50.
        n_steps : int
            Steps of each chain.

        Returns
        -------
        SampleTable
            Ten in a row.
        """
        n_samples = N_IN_A_GRID if n_samples is None else n_samples
        check_at_least("n_samples", n_samples, 1)
        drawn = self._samples(n_samples, n_steps)
        n_across = min(n_samples, MOST_IN_A_ROW)
        places = np.full((-(-n_samples // n_across) * n_across, drawn.shape[1]), np.nan)
        places[:n_samples] = drawn
        table = places.reshape(-1, n_across, drawn.shape[1])
        return SampleTable(table, None, None, "", "", f"After {count_text(n_steps, 'Gibbs step')}.")

    def _states_along(self, n_chains: int, steps: Sequence[int], start: Any) -> Iterator[Values]:
        if not self.shows_starts:
            for step in steps:
                yield self._samples(n_chains, step)
            return
        wanted = set(steps)
        chain = self.network._chain_of_samples(n_chains, steps[-1], self._random_state, start=start)
        for step, (states, means) in enumerate(chain):
            if step in wanted:
                yield _numbers(means if self._as_means else states)

    def _samples(self, n_samples: int, n_steps: int, held_class: int | None = None) -> Values:
        network = self.network
        if self.shows_starts:
            chain = network._chain_of_samples(n_samples, n_steps, self._random_state, held_class=held_class)
            states, means = deque(chain, maxlen=1).pop()
            return _numbers(means if self._as_means else states)
        settings: dict[str, Any] = {"as_means": True} if self._as_means else {}
        if held_class is not None:
            settings["label"] = network.classes_[held_class]
        drawn = network.sample(n_samples, n_gibbs_steps=n_steps, random_state=self._random_state, **settings)
        return _numbers(drawn[0] if isinstance(drawn, tuple) else drawn)

    def _checked_steps(self, steps: Any) -> list[int]:
        least = 0 if self.shows_starts else 1
        is_list = isinstance(steps, Sequence | np.ndarray) and not isinstance(steps, str) and len(steps) > 0
        listed = [int(step) if is_whole(step, least) else -1 for step in steps] if is_list else [-1]
        if min(listed) < 0 or listed != sorted(set(listed)):
            raise InvalidParameterError(
                f"steps must be an integer of at least 1, or rising integers of at least {least}, such as (1, 10, 100)."
                f" Got {steps!r}."
            )
        return listed


def _rows(start: Any) -> Any:
    """Examples as they are, whatever holds them; a single one as a row."""
    rows = start if hasattr(start, "shape") else np.asarray(start)
    return rows[None, :] if len(rows.shape) == 1 else rows


def _numbers(states: Any) -> Values:
    return np.asarray(on_host(states), dtype=np.float64)


def samples_asked_for(
    sampler: Sampler,
    n_samples: int | None,
    steps: int | Sequence[int] | None,
    labels: ArrayLike | None,
    start: ArrayLike | None,
) -> SampleTable:
    """Choose among chains, classes and a plain grid, and ask for it.

    Parameters
    ----------
    sampler : Sampler
        The network.
    n_samples : int or None
        Chains, samples of each class, or samples in all.
    steps : int, sequence of int or None
        Several numbers make chains, one number makes samples. None follows the network.
    labels : array or None
        Which classes.
    start : array of shape (n_chains, n_features) or None
        Where chains begin.

    Returns
    -------
    SampleTable
        What was asked for.

    Raises
    ------
    InvalidParameterError
        If settings are out of their range, or do not go together.
    """
    if steps is None:
        is_by_class = sampler.has_classes and start is None
        steps = STEPS_OF_A_SAMPLE if is_by_class else STEPS_OF_CHAINS[0 if sampler.shows_starts else 1 :]
    n_steps = int(steps) if is_whole(steps, 1) else None
    if labels is not None and (n_steps is None or not sampler.has_classes):
        raise InvalidParameterError(
            "labels belong to samples of a network that learned classes, after one number of steps. Got "
            f"steps={steps!r} and a {type(sampler.network).__name__}. Leave labels=None, or pass steps=1000."
        )
    if n_steps is None:
        return sampler.chains(n_samples, steps, start)  # type: ignore[arg-type]  # no sequence is refused there
    if start is not None:
        raise InvalidParameterError(f"start belongs to chains. Got steps={steps!r}. Pass several, as steps=(0, 1, 10).")
    if sampler.has_classes:
        return sampler.classes(n_samples, n_steps, labels)
    return sampler.grid(n_samples, n_steps)
