"""How a Boltzmann machine is fitted: the start, the epochs under a monitor, and what is kept of them."""

from __future__ import annotations

from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.blas_threads import threads_for
from sinapsi.energy.gibbs.chains import Purpose, coins, seed_for, seeds_of_chains
from sinapsi.energy.gibbs.connections import connections_of
from sinapsi.energy.gibbs.enumeration import MOST_HIDDEN, MOST_UNITS, numbers_of
from sinapsi.energy.gibbs.learning import LearningRules, Progress, TwoPhases, mean_negative_log_likelihood
from sinapsi.energy.gibbs.machine import Machine
from sinapsi.energy.gibbs.two_valued import States, states_of
from sinapsi.estimator import Floats, NetworkEstimator, random_generator, stream_of
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.history import History
from sinapsi.monitor import FitMonitor
from sinapsi.own_threads import ThreadsOfOurOwn
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, MaxIter, StopReason, criteria_in

START_DEVIATION = 0.1  # of the first weights, in units of the temperature
NEAREST_TO_CERTAIN = 0.001  # shares of ones are kept so far from 0 and 1, for a bias that could change still
LARGEST_WEIGHT = 1000.0  # in units of the temperature; no unit that it reaches would ever change again
THREADED_FLOPS = 1e9  # of a matrix product from which on a second BLAS thread pays; sampling comes between them
MOST_FOLLOWED = 14  # units of a machine whose exact likelihood is noted after every epoch


class LearningMachine(NetworkEstimator):
    """The engine room of the machine; its parameters and public methods are above."""

    n_hidden: int
    connections: str | ArrayLike
    temperature: float
    annealing: float | str | Schedule | None
    n_gibbs_steps: int
    positive_phase: str
    negative_phase: str
    n_chains: int
    learning_rate: float | str | Schedule
    weight_decay: float
    batch_size: int | str
    max_iter: int
    binarize: float | None
    stopping: str | Criterion | AnyOf | None
    random_state: int | np.random.RandomState | np.random.Generator | None
    verbose: int

    n_features_in_: int
    weights_: Floats
    biases_: Floats
    history_: History
    n_iter_: int
    stop_reason_: StopReason
    _chains: States
    _progress: dict[str, int]
    _n_hidden: int
    _seed: int
    _random: np.random.Generator

    # The door.

    def _states(self, X: ArrayLike, *, reset: bool, may_have_gaps: bool = False) -> tuple[States, np.dtype[Any]]:
        """Let rows in, as states and the floating type that they came in."""
        try:
            rows: Floats = self._inputs(X, reset=reset, may_be_missing=may_have_gaps)
        except InvalidInputError as error:
            if "contains NaN" not in str(error):
                raise
            raise InvalidInputError(
                f"{error} Or ask complete(X), which takes NaN for units that are unknown."
            ) from error
        return states_of(rows, self.binarize), rows.dtype

    # Learning.

    def _fit(self, X: ArrayLike, *, max_iter: Any, goes_on: bool) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            rows, dtype = self._states(X, reset=not goes_on)
            n_hidden = int(self.n_hidden)
            links = connections_of(self.connections, self.n_features_in_, n_hidden, type(self).__name__)
            self._check_phases()
            if goes_on:
                self._check_that_it_can_go_on(links)
                for name in ("weights_", "biases_", "_chains"):  # changed in place, and perhaps set back
                    setattr(self, name, getattr(self, name).copy())
            else:
                self._begin(rows, links, dtype)
            self._learn(rows, links, int(max_iter))
        return self

    def _check_phases(self) -> None:
        """Refuse to list more states than there is time for."""
        n_units, owner = self.n_features_in_ + int(self.n_hidden), type(self).__name__
        if self.positive_phase == "exact" and self.n_hidden > MOST_HIDDEN:
            raise InvalidParameterError(
                f"positive_phase='exact' of {owner} lists all hidden states for every example, of at most "
                f"{MOST_HIDDEN} hidden units. Got n_hidden={self.n_hidden}; take fewer, or 'mean_field'."
            )
        if self.negative_phase == "exact" and n_units > MOST_UNITS:
            raise InvalidParameterError(
                f"negative_phase='exact' of {owner} lists all states, of at most {MOST_UNITS} units. Got "
                f"{self.n_features_in_} visible and {self.n_hidden} hidden ones; take fewer, or 'chains'."
            )

    def _begin(self, rows: States, links: NDArray[np.bool_], dtype: np.dtype[Any]) -> None:
        """Set up small weights, biases by which the visible units are on as often as in the data, and the chains."""
        source = random_generator(self.random_state)
        self._seed = int(source.integers(2**63))
        self._random = stream_of(source)  # not the stream of which somebody with the same seed may draw the data
        n_units, temperature = len(links), float(self.temperature)
        weights = np.triu(self._random.normal(0.0, START_DEVIATION * temperature, (n_units, n_units)), 1)
        self.weights_ = np.where(links, weights + weights.T, 0.0).astype(dtype)
        shares = np.full(n_units, 0.5)
        shares[: self.n_features_in_] = np.clip(rows.mean(axis=0), NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
        self.biases_ = (temperature * np.log(shares / (1 - shares))).astype(dtype)
        seed = seed_for(Purpose.PERSISTENT_CHAINS, self._seed)
        self._chains = coins(shares, seeds_of_chains(seed, int(self.n_chains)))
        self._n_hidden = int(self.n_hidden)
        self._progress = vars(Progress())
        self.history_ = History({})

    def _check_that_it_can_go_on(self, links: NDArray[np.bool_]) -> None:
        owner, n_units = type(self).__name__, len(self.biases_)
        if len(links) != n_units:
            raise InvalidParameterError(
                f"This {owner} was fitted with n_hidden={self._n_hidden}, and n_hidden={self.n_hidden} "
                "cannot go on from there. Set it back, or fit anew with warm_start=False."
            )
        n_outside = int(((self.weights_ != 0) & ~links).sum()) // 2
        if n_outside:
            raise InvalidParameterError(
                f"This {owner} was fitted with other connections: {n_outside} of its weights are not among those that "
                "are there now. Set connections back, or fit anew with warm_start=False."
            )
        if len(self._chains) != self.n_chains:
            raise InvalidParameterError(
                f"This {owner} was fitted with n_chains={len(self._chains)}, and n_chains={self.n_chains} cannot go on "
                "from there. Set it back, or fit anew with warm_start=False."
            )

    def _learn(self, rows: States, links: NDArray[np.bool_], max_iter: int) -> None:
        """Learn epochs under a monitor, and set what was learned."""
        criteria = criteria_in(self.stopping)
        is_small = len(links) <= MOST_FOLLOWED
        columns = ("learning_rate", *(("negative_log_likelihood",) if is_small else ()))
        self._check_criteria(criteria, has_validation=False, columns=columns)
        progress = Progress(**self._progress)
        monitor = FitMonitor(
            type(self).__name__,
            max_iter=max_iter,
            criteria=(*criteria, MaxIter(max_iter)),  # how long to learn is chosen; it is no failure to come to the end
            state=[self.weights_, self.biases_, self._chains],
            previous=self.history_,
            verbose=self.verbose,
            ordinary_loss=self.n_features_in_ * np.log(2),
            largest_weight=self._largest_weight(),
        )
        flops = 2.0 * self._batch_size(len(rows)) * len(links) ** 2
        blas, quiet = threads_for(flops, THREADED_FLOPS), np.errstate(over="ignore", invalid="ignore")
        with blas, quiet, ThreadsOfOurOwn() as threads, monitor:
            learning = TwoPhases(
                self.weights_,
                self.biases_,
                links,
                self._chains,
                n_visible=self.n_features_in_,
                rules=self._rules(),
                progress=progress,
                threads=threads,
            )
            likelihood = partial(mean_negative_log_likelihood, numbers=numbers_of(rows)) if is_small else None
            for _ in monitor.epochs():
                losses, rate, n_updates = 0.0, 0.0, progress.n_updates
                for batch in self._batches(rows):
                    loss, rate = learning.update(batch)
                    losses += loss
                noted = {} if likelihood is None else {"negative_log_likelihood": likelihood(learning.machine())}
                n_updates = progress.n_updates - n_updates
                monitor.record(loss=losses / len(rows), n_steps=n_updates, learning_rate=rate, **noted)
        self._progress = vars(progress)
        self.history_, self.n_iter_, self.stop_reason_ = monitor.history, monitor.n_epochs, monitor.reason

    def _largest_weight(self) -> float:
        present = max(float(np.abs(array).max(initial=0.0)) for array in (self.weights_, self.biases_))
        return max(LARGEST_WEIGHT * float(self.temperature), 2 * present)

    def _batches(self, rows: States) -> list[States]:
        order = self._random.permutation(len(rows))
        size = self._batch_size(len(rows))
        return [rows[order[start : start + size]] for start in range(0, len(rows), size)]

    def _batch_size(self, n_rows: int) -> int:
        if isinstance(self.batch_size, str):
            return n_rows if self.batch_size == "full" else min(n_rows, max(10, min(100, n_rows // 10)))
        return min(n_rows, int(self.batch_size))

    def _rules(self) -> LearningRules:
        return LearningRules(
            positive_phase=self.positive_phase,
            negative_phase=self.negative_phase,
            temperature=float(self.temperature),
            learning_rate=schedule_named(self.learning_rate),
            weight_decay=float(self.weight_decay),
            n_sweeps=int(self.n_gibbs_steps),
            seed=self._seed,
        )

    # What the machine is.

    def _machine(self) -> Machine:
        return Machine.at(self.weights_, self.biases_, float(self.temperature), self.n_features_in_)

    def _check_learned(self) -> None:
        weights, biases, chains = self.weights_, self.biases_, self._chains
        n_units = len(biases)
        if (
            biases.shape != (n_units,)
            or weights.shape != (n_units, n_units)
            or n_units != self.n_features_in_ + self._n_hidden
        ):
            raise InvalidInputError(
                f"Weights of shape {weights.shape} and biases of shape {biases.shape} do not belong to a machine of "
                f"{self.n_features_in_} visible and {self._n_hidden} hidden units."
            )
        if weights.dtype not in (np.float32, np.float64) or weights.dtype != biases.dtype:
            raise InvalidInputError(f"Weights cannot be {weights.dtype} with biases of {biases.dtype}.")
        if not (np.isfinite(weights).all() and np.isfinite(biases).all()):
            raise InvalidInputError("Weights and biases must be finite.")
        if not np.array_equal(weights, weights.T) or weights.diagonal().any():
            raise InvalidInputError("Weights must be symmetric, with an empty diagonal.")
        if chains.dtype != np.int8 or chains.ndim != 2 or chains.shape[1] != n_units or not len(chains):
            raise InvalidInputError(f"Chains of {n_units} units cannot be {chains.dtype} of shape {chains.shape}.")
        if not ((chains == 0) | (chains == 1)).all():
            raise InvalidInputError("The states of chains must be 0 and 1.")
        counters = (self._seed, self._n_hidden, *vars(Progress(**self._progress)).values())
        if not all(isinstance(number, int) and 0 <= number < 2**63 for number in counters):
            raise InvalidInputError(
                "The seed, the counters of learning and the number of hidden units must be whole numbers of at least 0."
            )
