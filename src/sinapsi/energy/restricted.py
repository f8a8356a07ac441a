"""The engine room of the restricted machines: how data come in, how they are learned, and what is asked of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj, is_numpy_array
from array_api_compat import device as device_of
from numpy.typing import ArrayLike, NDArray
from sklearn import get_config
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from sinapsi.energy.arithmetic import Chance, on_host
from sinapsi.energy.batches import rows_a_batch
from sinapsi.energy.contrastive import ContrastiveLearning, ContrastiveRule
from sinapsi.energy.data_scale import DataScale
from sinapsi.energy.likelihood import (
    LogPartition,
    can_be_summed,
    estimated_log_partition,
    exact_log_partition,
)
from sinapsi.energy.machine import Machine
from sinapsi.energy.sampling import chains_from, completed, last_of_chain
from sinapsi.energy.units import HIDDEN, Gaussian, VisibleUnits, visible_units_named
from sinapsi.energy.visible_data import check_range, units_for
from sinapsi.estimator import Floats, NetworkEstimator, random_generator, with_way_out
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.history import History
from sinapsi.monitor import FitMonitor
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import (
    HINTON_2002,
    HINTON_2012,
    MELCHIOR_FISCHER_WISKOTT_2016,
    SALAKHUTDINOV_MURRAY_2008,
    SMOLENSKY_1986,
    TIELEMAN_2008,
    Reference,
)
from sinapsi.schedules import Constant, Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, MaxIter, Patience, StopReason, criteria_in
from sinapsi.validation import ExampleSet

AUTOMATIC_RATE = 0.05
# Likewise, for hidden units whose states have no bounds, below binary and below Gaussian visible units.
AUTOMATIC_RATE_OF_RECTIFIED = (0.3, 0.02)
AUTOMATIC_RATE_OF_GAUSSIANS = 0.1  # shared by the columns, each of which has variance 1; found on digits and blobs
WATCHED_ROWS = 1000  # training examples on which error and free energy are measured after each epoch
LARGEST_WEIGHT = 1e4  # of a machine that still learns; larger ones only make certain what is certain already
WORST_ERROR = 1.1  # of two-valued units, over that of the mean; no machine that learned was above 1.02, broken ones are
ALL_BUT_CONSTANT = 0.01  # variance of a column, below which the error of the mean is no measure
SPARSITY_COST = 0.1  # pull to the target activity, in units of the gradient of a hidden bias

_a_rate = number(0, 1, open_low=True, open_high=True)


def _is_target_and_cost(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and _a_rate.allows(value[0])
        and number(0, open_high=True).allows(value[1])
    )


def is_automatic(form: object) -> bool:
    """Tell whether a parameter is left to the machine.

    Parameters
    ----------
    form : object
        Its value.

    Returns
    -------
    bool
        Whether it is ``"auto"``.
    """
    return isinstance(form, str) and form == "auto"


def has_free_energy(machine: RestrictedMachine) -> bool:
    """Tell whether the hidden units can be summed over.

    Parameters
    ----------
    machine : estimator
        With its parameters.

    Returns
    -------
    bool
        Whether they are binary.
    """
    return machine.hidden == "binary"


class RestrictedMachine(NetworkEstimator):
    """What the machine and the classifier share."""

    _chapter = 8
    _references: ClassVar[tuple[Reference, ...]] = (
        SMOLENSKY_1986,
        HINTON_2002,
        TIELEMAN_2008,
        SALAKHUTDINOV_MURRAY_2008,
        HINTON_2012,
        MELCHIOR_FISCHER_WISKOTT_2016,
    )
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        "visible": lambda form: form == "auto" or visible_units_named(form),
        "learning_rate": lambda form: is_automatic(form) or schedule_named(form),
        "stopping": criteria_in,
    }
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "n_hidden": count(),
        "visible": instance((str, VisibleUnits), "a kind of visible units"),
        "algorithm": choice("cd", "pcd"),
        "n_gibbs_steps": count(),
        "centered": boolean,
        "learning_rate": number(0, open_low=True, open_high=True) | instance((str, Schedule), "a schedule"),
        "momentum": number(0, 1, open_high=True),
        "weight_decay": number(0, open_high=True),
        "sparsity": nothing | _a_rate | Rule("a pair (target, cost)", _is_target_and_cost),
        "batch_size": count() | choice("auto"),
        "max_iter": count(0),
        "stopping": nothing | instance((str, Criterion, AnyOf), "stopping rules"),
        "validation_fraction": number(0, 1, open_high=True),
        "warm_start": boolean,
        "verbose": boolean | count(0),
        "random_state": random_source,
    }

    n_hidden: int
    visible: str | VisibleUnits
    hidden: str = "binary"
    _notes_score: ClassVar[bool] = False  # whether validation tells a score besides the loss
    algorithm: str
    n_gibbs_steps: int
    centered: bool
    learning_rate: float | str | Schedule
    momentum: float
    weight_decay: float
    sparsity: float | tuple[float, float] | None
    batch_size: int | str
    max_iter: int
    stopping: str | Criterion | AnyOf | None
    validation_fraction: float
    warm_start: bool
    verbose: int
    random_state: int | np.random.RandomState | np.random.Generator | None

    components_: Any
    intercept_visible_: Any
    intercept_hidden_: Any
    visible_: str
    history_: History
    n_iter_: int
    stop_reason_: StopReason
    n_features_in_: int
    _hidden: str
    _memory: dict[str, Any]
    _log_partition: float
    _random: np.random.Generator

    # The door.

    def _rows(self, X: ArrayLike, *, reset: bool, may_be_missing: bool = False) -> Any:
        """Let examples in, and refuse what the visible units cannot be."""
        inputs = self._inputs_elsewhere if _lives_elsewhere(X) else self._inputs
        rows = inputs(X, reset=reset, may_be_missing=may_be_missing)
        if not reset:
            check_range(self._units(), rows)
            rows = rows if not hasattr(self, "components_") else _as(rows, self.components_)
        return rows

    def _inputs_elsewhere(self, X: Any, *, reset: bool, may_be_missing: bool) -> Any:
        """The same for an array of another library, which stays where it lives."""
        xp = array_namespace(X)
        try:
            return validate_data(
                self,
                X,
                reset=reset,
                dtype=[xp.float64, xp.float32],
                ensure_all_finite="allow-nan" if may_be_missing else True,
            )
        except ValueError as error:
            raise with_way_out(error) from error

    def _units(self) -> VisibleUnits:
        return visible_units_named(self.visible_)

    def _scale(self) -> DataScale | None:
        """Where the data of Gaussian units lie; None for units that take them as they are."""
        return DataScale(self.mean_, self.scale_) if hasattr(self, "scale_") else None

    def _states(self, rows: Any) -> Any:
        """Examples in the terms of the machine."""
        scale = self._scale()
        return rows if scale is None else scale.into(rows)

    def _answers(self, states: Any) -> Any:
        """Visible states in the terms of the user."""
        scale = self._scale()
        return states if scale is None else scale.out_of(states)

    # What was learned.

    def _visible_layer(self) -> VisibleUnits:
        return self._units()

    def _machine(self) -> Machine:
        return Machine(
            self._visible_layer(),
            HIDDEN[self._hidden],
            self.components_,
            self.intercept_visible_,
            self.intercept_hidden_,
        )

    def _free_energy_of(self, states: Any) -> NDArray[np.float64]:
        scale = self._scale()
        energy = on_host(self._machine().free_energy(states))
        return energy if scale is None else energy + scale.log_volume

    def _check_learned(self) -> None:
        shape = self.components_.shape
        fits = self.intercept_visible_.shape == shape[1:] and self.intercept_hidden_.shape == shape[:1]
        if not fits or shape[1] != self._n_visible():
            raise InvalidInputError(
                f"Weights of shape {shape} do not fit biases of {self.intercept_visible_.shape} visible and "
                f"{self.intercept_hidden_.shape} hidden units and {self.n_features_in_} columns."
            )
        biases = (("intercept_visible_", self.intercept_visible_), ("intercept_hidden_", self.intercept_hidden_))
        if self._hidden not in HIDDEN:
            raise InvalidInputError(f"Hidden units must be one of {', '.join(HIDDEN)}. Got {self._hidden!r}.")
        for name, array in (("components_", self.components_), *biases, *self._memory.items()):
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise InvalidInputError(f"{name} must be finite. Got NaN or infinity.")
        if isinstance(self._units(), Gaussian):
            DataScale(self.mean_, self.scale_).check(self.n_features_in_)
        if not math.isfinite(getattr(self, "_log_partition", 0.0)):
            raise InvalidInputError("log Z must be a finite number.")

    def _n_visible(self) -> int:
        return self.n_features_in_

    # Learning.

    def _begin(self, rows: Any, states_of: Callable[[Any], Any], *, is_part: bool = False) -> None:
        """Set up a machine for the data, or for the first part of them, before anything is learned."""
        xp = array_namespace(rows)
        self._random = random_generator(self.random_state)
        chance = Chance.from_generator(self._random)
        units = units_for(self.visible, rows)
        check_range(units, rows)
        self.visible_, self._hidden = str(units), self.hidden
        for name in ("mean_", "scale_"):
            self.__dict__.pop(name, None)
        widest = None
        if isinstance(units, Gaussian):
            if is_part and rows.shape[0] == 1:
                raise InvalidInputError(
                    "Gaussian visible units take their width from several examples. Got n_samples = 1, 1 sample; pass "
                    "more rows in the first call of partial_fit."
                )
            scale = DataScale.of(rows)
            self.mean_, self.scale_ = scale.mean, scale.deviation
            widest = array_namespace(rows).asarray(scale.deviation, copy=True)
        means = xp.mean(states_of(rows), axis=0)
        machine = Machine.fresh(self._visible_layer(), HIDDEN[self._hidden], means, int(self.n_hidden), chance)
        self.components_, self.intercept_visible_, self.intercept_hidden_ = machine.arrays
        self._memory = {"base_bias": xp.asarray(machine.visible_bias, copy=True), "chance": chance.state}
        self._memory["n_steps"] = np.zeros(1, dtype=np.int64)
        if widest is not None:
            self._memory["widest"] = widest
        self.history_ = History({})

    def _rule(self) -> ContrastiveRule:
        target, cost = 0.0, 0.0
        if self.sparsity is not None:
            given = self.sparsity if isinstance(self.sparsity, tuple) else (self.sparsity, SPARSITY_COST)
            target, cost = map(float, given)
        return ContrastiveRule(
            int(self.n_gibbs_steps),
            self.algorithm == "pcd",
            bool(self.centered),
            float(self.momentum),
            float(self.weight_decay),
            target,
            cost,
        )

    def _schedule(self) -> Schedule:
        """The learning rate asked for, or one that suits the visible units."""
        if not is_automatic(self.learning_rate):
            return schedule_named(self.learning_rate)
        if self._hidden == "rectified":
            shared = AUTOMATIC_RATE_OF_RECTIFIED[isinstance(self._units(), Gaussian)]
            return Constant(min(AUTOMATIC_RATE, shared / self.n_features_in_))
        if isinstance(self._units(), Gaussian):
            # A step changes the field of a hidden unit by about the rate times the squared length of an example.
            return Constant(min(AUTOMATIC_RATE, AUTOMATIC_RATE_OF_GAUSSIANS / self.n_features_in_))
        return Constant(AUTOMATIC_RATE)

    def _criteria(self, *, has_validation: bool) -> tuple[Criterion, ...]:
        criteria = criteria_in(self.stopping)
        if self.stopping is None and has_validation:
            criteria = (Patience(),)
        columns = ("free_energy", *(("free_energy_gap",) if has_validation else ())) if self.hidden == "binary" else ()
        self._check_criteria(criteria, has_validation=has_validation, columns=columns, has_score=self._notes_score)
        return criteria

    def _check_shape(self) -> None:
        if self.components_.shape[0] != self.n_hidden:
            raise InvalidParameterError(
                f"The fitted machine has {self.components_.shape[0]} hidden units, but n_hidden={self.n_hidden}. "
                "Another number needs a new fit (warm_start=False)."
            )
        asked = None if is_automatic(self.visible) else str(visible_units_named(self.visible))
        for name, has, wants in (("visible", self.visible_, asked), ("hidden", self._hidden, self.hidden)):
            if wants is not None and wants != has:
                raise InvalidParameterError(
                    f"The fitted machine has {name}={has!r}, but the parameter is {wants!r} now. Other units need a "
                    "new fit (warm_start=False)."
                )

    def _learn(self, rows: Any, held_out: Any, *, max_iter: int, criteria: tuple[Criterion, ...] = ()) -> None:
        """Go through the examples until a rule stops it; ``rows`` are in the user's terms, labels included."""
        self._check_shape()
        self.__dict__.pop("_log_partition", None)
        for name in ("components_", "intercept_visible_", "intercept_hidden_", "scale_"):
            if hasattr(self, name):  # what a failing fit would leave half changed
                array = getattr(self, name)
                setattr(self, name, array_namespace(array).asarray(array, copy=True))
        self._memory = {name: array_namespace(a).asarray(a, copy=True) for name, a in self._memory.items()}
        machine, scale = self._machine(), self._scale()
        seed, place = self._memory["chance"].tolist()
        chance = Chance(seed, place)
        learning = ContrastiveLearning(machine, self._rule(), chance, self._memory)
        schedule, batch_size = self._schedule(), rows_a_batch(self.batch_size, rows.shape[0])
        arrays = machine.arrays if scale is None else [*machine.arrays, scale.deviation]
        state = [array if is_numpy_array(array) else on_host(array).copy() for array in arrays]
        watched = self._watched(rows)
        ordinary = self._ordinary_loss(watched)
        is_two_valued = scale is None and ordinary > ALL_BUT_CONSTANT * rows.shape[1]
        monitor = FitMonitor(
            type(self).__name__,
            max_iter=max_iter,
            criteria=(*criteria, *((MaxIter(max_iter),) if max_iter else ())),  # the end asked for, no failure
            state=state,
            validate=None if held_out is None else lambda: self._validated(held_out),
            previous=self.history_,
            verbose=self.verbose,
            ordinary_loss=ordinary,
            largest_weight=LARGEST_WEIGHT * (1.0 if scale is None else max(1.0, float(on_host(scale.deviation).max()))),
            loss_is_of_end=True,
            cure="Lower learning_rate, or take more examples an update (batch_size).",
        )
        n_steps = int(self._memory["n_steps"][0])
        with monitor, np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for _ in monitor.epochs():
                began, rate = n_steps, math.nan
                for batch in self._batches(rows, batch_size):
                    rate = schedule.rate(n_steps)
                    states = batch if scale is None else scale.into(batch)
                    learning.learn(states, rate)
                    if scale is not None:
                        scale.learn(machine, states, rate, self._memory["widest"])
                    n_steps += 1
                for kept, array in zip(state, arrays, strict=True):
                    if kept is not array:
                        np.copyto(kept, on_host(array))
                columns = self._free_energies(watched, held_out)
                error = self._error(watched)
                monitor.record(loss=error, n_steps=n_steps - began, learning_rate=rate, **columns)
                if is_two_valued and error > WORST_ERROR * ordinary:
                    monitor.diverge(
                        f"the error of a reconstruction, {error:.3g}, is above that of the mean, {ordinary:.3g},"
                    )
        for kept, array in zip(state, arrays, strict=True):
            if kept is not array:
                array[...] = array_namespace(array).asarray(kept, dtype=array.dtype)
        learning.memory["chance"], learning.memory["n_steps"] = chance.state, np.array([n_steps])
        self._memory |= learning.memory
        if monitor.went_back:  # velocities and chains belong to the weights that were given up
            fixed = ("base_bias", "chance", "n_steps", "widest")
            self._memory = {name: self._memory[name] for name in fixed if name in self._memory}
        self._set_outcome(monitor)

    def _set_outcome(self, monitor: FitMonitor) -> None:
        self.history_ = monitor.history
        self.stop_reason_ = monitor.reason
        self.n_iter_ = monitor.n_epochs

    def _batches(self, rows: Any, batch_size: int) -> Any:
        n_rows = rows.shape[0]
        order = self._random.permutation(n_rows)
        xp = array_namespace(rows)
        for start in range(0, n_rows, batch_size):
            chosen = order[start : start + batch_size]
            yield rows[chosen] if isinstance(rows, np.ndarray) else xp.take(rows, _places(chosen, rows), axis=0)

    def _watched(self, rows: Any) -> Any:
        """Some training examples, the same for all epochs of a fit."""
        n_rows = rows.shape[0]
        if n_rows <= WATCHED_ROWS:
            return rows
        random = np.random.default_rng([int(self._memory["chance"][0]), WATCHED_ROWS])  # not that of the order
        chosen = np.sort(random.choice(n_rows, WATCHED_ROWS, replace=False))
        return (
            rows[chosen]
            if isinstance(rows, np.ndarray)
            else array_namespace(rows).take(rows, _places(chosen, rows), axis=0)
        )

    def _ordinary_loss(self, rows: Any) -> float:
        """Error of an answer that is always the mean; probabilities that are all alike have draws that are not."""
        host = on_host(rows).astype(np.float64)
        means = host.mean(axis=0)
        if isinstance(self._units(), Gaussian):
            return float(np.square(host - means).sum(axis=1).mean())
        return float((means * (1 - means)).sum())

    def _reconstruction(self, rows: Any) -> Any:
        machine = self._machine()
        return self._answers(machine.visible_means(machine.hidden_means(self._states(rows))))

    def _error(self, rows: Any) -> float:
        """Mean over examples of the squared error of their reconstruction, summed over the columns."""
        gaps = on_host(rows - self._reconstruction(rows))
        return float(np.square(gaps, dtype=np.float64).sum(axis=1).mean())

    def _validated(self, rows: Any) -> dict[str, float]:
        """What is watched; the score, a likelihood, would take longer than an epoch."""
        return {"validation_loss": self._error(rows)}

    def _free_energies(self, watched: Any, held_out: Any) -> dict[str, float]:
        """Mean free energies: they cannot be compared between epochs, but between examples learned and held out."""
        if self._hidden != "binary":
            return {}
        learned = float(self._free_energy_of(self._states(watched)).mean())
        if held_out is None:
            return {"free_energy": learned}
        other = float(self._free_energy_of(self._states(held_out)).mean())
        return {"free_energy": learned, "free_energy_gap": other - learned}

    def _validation_rows(self, X_val: ArrayLike) -> Any:
        try:
            return self._rows(X_val, reset=False)
        except InvalidInputError as error:
            raise InvalidInputError(f"In the validation data (X_val): {error}") from error

    def _held_out(self, rows: Any, validation: Any, strata: NDArray[Any] | None = None) -> tuple[Any, Any]:
        """Examples to learn, and examples to watch: those given, or a share held out, or None."""
        if validation is not None or not self.validation_fraction:
            return rows, validation
        chosen = ExampleSet(np.arange(rows.shape[0])[:, np.newaxis], np.arange(rows.shape[0]))
        learned, other = chosen.split(self.validation_fraction, self._random, strata)
        return _rows_at(rows, learned.targets), _rows_at(rows, other.targets)

    # What is asked of a fitted machine.

    @available_if(has_free_energy)
    def log_partition(self, *, n_chains: int = 100, n_temperatures: int = 1000) -> LogPartition:
        """Give log Z, by which free energies become likelihoods, exactly or between two estimates.

        Parameters
        ----------
        n_chains : int, default=100
            Chains of annealed importance sampling each way.
        n_temperatures : int, default=1000
            Steps of the way; raise it until both estimates agree.

        Returns
        -------
        LogPartition
            Exact if a binary layer of k units has 2^k times the units of the other at most 1e9. Printed, it shows
            both estimates with their spreads; ``score_samples`` uses the one asked for last.
        """
        check_is_fitted(self)
        check_count("n_chains", n_chains, 2)
        check_count("n_temperatures", n_temperatures)
        machine = self._machine()
        if can_be_summed(machine):
            found = exact_log_partition(machine)
        else:
            chance = Chance(int(self._memory["chance"][0]) ^ 1)  # a stream of its own, the same for every question
            found = estimated_log_partition(
                machine, self._memory["base_bias"], n_chains=n_chains, n_temperatures=n_temperatures, chance=chance
            )
        self._log_partition = found.value
        return found

    def _known_log_partition(self) -> float:
        if not hasattr(self, "_log_partition"):
            self.log_partition()
        return self._log_partition

    def _log_likelihoods(self, energies: NDArray[np.float64]) -> Floats:
        """Minus free energies, less log Z; in the type of the weights, as all answers."""
        dtype = np.float32 if str(self.components_.dtype).endswith("float32") else np.float64
        return (-energies - self._known_log_partition()).astype(dtype)

    def _chance_of(self, random_state: int | np.random.RandomState | np.random.Generator | None) -> Chance:
        if random_state is None:
            return Chance(int(self._memory["chance"][0]) ^ 2)  # a stream of its own, the same in every call
        return Chance.from_generator(random_generator(random_state))

    def _completed(self, states: Any, is_known: Any, n_gibbs_steps: int) -> Any:
        """Visible states with the expected ones in the gaps."""
        check_count("n_gibbs_steps", n_gibbs_steps)
        xp, machine = array_namespace(states), self._machine()
        start = machine.visible.means(xp.zeros_like(states[:1, :]), self._memory["base_bias"])[0, :]
        known = xp.where(is_known, states, 0.0)
        return completed(machine, known, is_known, start, n_gibbs_steps, self._chance_of(None))

    def _dreamed(
        self, n_samples: int, n_gibbs_steps: int, random_state: Any, *, one_hot: tuple[int, int] | None = None
    ) -> Any:
        """Visible states drawn by chains; ``one_hot`` are first column of the classes and that of the class held."""
        check_count("n_samples", n_samples)
        check_count("n_gibbs_steps", n_gibbs_steps)
        machine, chance = self._machine(), self._chance_of(random_state)
        start = chains_from(machine, self._memory.get("chains"), self._memory["base_bias"], n_samples, chance)
        if one_hot is None:
            return last_of_chain(machine, start, n_gibbs_steps, chance)
        first, held = one_hot
        start[:, first:] = 0.0
        start[:, held] = 1.0
        is_held = array_namespace(start).arange(machine.n_visible, device=start.device) >= first
        return last_of_chain(machine, start, n_gibbs_steps, chance, is_held)

    def _chain_of_samples(
        self,
        n_samples: int,
        n_gibbs_steps: int,
        random_state: Any,
        *,
        start: ArrayLike | None = None,
        held_class: int | None = None,
    ) -> Iterator[tuple[Any, Any]]:
        """Examples along chains whose ends ``sample`` gives, or from ``start``, and the means they are drawn from."""
        machine, chance, n = self._machine(), self._chance_of(random_state), self.n_features_in_
        begin = chains_from(machine, self._memory.get("chains"), self._memory["base_bias"], n_samples, chance)
        xp = array_namespace(begin)
        if start is not None:
            begin = xp.concat([self._states(self._rows(start, reset=False)), begin[:, n:]], axis=1)
        if held_class is not None:
            begin[:, n:] = 0.0
            begin[:, n + held_class] = 1.0
        is_held = xp.arange(machine.n_visible, device=begin.device) >= (machine.n_visible if held_class is None else n)
        means = states = begin
        for step in range(n_gibbs_steps + 1):
            if step:
                means, drawn = machine.draw_visible(machine.draw_hidden(states, chance), chance)
                states = xp.where(is_held, begin, drawn)
            yield self._answers(states)[:, :n], self._answers(means)[:, :n]


def check_count(name: str, value: object, minimum: int = 1) -> None:
    """Refuse what is no count, of a method's argument.

    Parameters
    ----------
    name : str
        Of the argument.
    value : object
        What was passed.
    minimum : int, default=1
        Smallest value allowed.

    Raises
    ------
    InvalidParameterError
        If the value is no integer of at least the minimum.
    """
    if not count(minimum).allows(value):
        raise InvalidParameterError(f"{name} must be an integer of at least {minimum}. Got {value!r} instead.")


def _lives_elsewhere(X: object) -> bool:
    """Whether X is an array of another library, and the user asked scikit-learn to leave such arrays where they are."""
    return bool(get_config()["array_api_dispatch"]) and is_array_api_obj(X) and not is_numpy_array(X)


def _as(rows: Any, like: Any) -> Any:
    """Rows in the type of the weights, and where those live."""
    if isinstance(rows, np.ndarray) and not isinstance(like, np.ndarray):
        return array_namespace(like).asarray(rows, dtype=like.dtype, device=device_of(like))
    if rows.dtype == like.dtype:
        return rows
    return array_namespace(rows).astype(rows, like.dtype)


def _places(chosen: NDArray[np.intp], like: Any) -> Any:
    xp = array_namespace(like)
    return xp.asarray(chosen, device=like.device)


def _rows_at(rows: Any, chosen: NDArray[np.intp]) -> Any:
    return (
        rows[chosen]
        if isinstance(rows, np.ndarray)
        else array_namespace(rows).take(rows, _places(chosen, rows), axis=0)
    )
