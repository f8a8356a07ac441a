"""What the two Adalines share: one linear layer, trained step by step, recursively or in closed form."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import (
    Floats,
    NetworkEstimator,
    random_generator,
    weights_of_examples,
)
from sinapsi.exceptions import InvalidParameterError
from sinapsi.history import History
from sinapsi.linear.fields import fields_of
from sinapsi.linear.learning_path import NO_EXAMPLE, LearningPath, PathRecorder
from sinapsi.linear.least_squares import exact_weights, largest_normalized_rate, largest_stable_rate
from sinapsi.linear.lms_rule import LMSRule, NormalizedLMSRule
from sinapsi.linear.recursive_least_squares import Recursion, check_recursion
from sinapsi.monitor import FitMonitor
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import HAYKIN_2002, NAGUMO_NODA_1967, WIDROW_HOFF_1960, Reference
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import (
    AnyOf,
    Criterion,
    GradientNorm,
    MaxIter,
    Patience,
    StopCode,
    StopReason,
    Tolerance,
    criteria_in,
)
from sinapsi.validation import ExampleSet

AUTO_SHARE = 0.5  # share of the largest stable rate that learning_rate="auto" takes


class Adaline(NetworkEstimator):
    """What the regressor and the classifier share: one linear layer and four ways to train it."""

    _chapter = 3
    _references: ClassVar[tuple[Reference, ...]] = (WIDROW_HOFF_1960, NAGUMO_NODA_1967, HAYKIN_2002)
    _accepts_sparse = True
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        "learning_rate": lambda form: form == "auto" or schedule_named(form),
        "stopping": criteria_in,
    }
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "solver": choice("exact", "lms", "normalized_lms", "rls"),
        "learning_rate": number(0, open_low=True, open_high=True) | instance((str, Schedule), "'auto' or a schedule"),
        "batch_size": count() | choice("full"),
        "max_iter": count(),
        "alpha": number(0, open_high=True),
        "shuffle": boolean,
        "forgetting": number(0, 1, open_low=True),
        "stopping": nothing | instance((str, Criterion, AnyOf), "stopping rules"),
        "validation_fraction": number(0, 1, open_high=True),
        "warm_start": boolean,
        "verbose": boolean | count(0),
        "random_state": random_source,
    }

    solver: str
    learning_rate: float | str | Schedule
    batch_size: int | str
    max_iter: int
    alpha: float
    shuffle: bool
    forgetting: float
    stopping: str | Criterion | AnyOf | None
    validation_fraction: float
    warm_start: bool
    verbose: int
    random_state: int | np.random.RandomState | np.random.Generator | None

    coef_: Floats
    intercept_: Floats
    max_stable_learning_rate_: float
    n_iter_: int
    history_: History
    _recursion: dict[str, Any]  # what recursive least squares carries on
    stop_reason_: StopReason

    def _targets_of(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None = None) -> Floats:
        """Wanted outputs of shape (n_samples, n_outputs); takes classes or output shape when reset."""
        raise NotImplementedError  # pragma: no cover  -- each of the two says

    def _strata(self, targets: Floats) -> NDArray[Any] | None:
        return None

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        return weights_of_examples(sample_weight, len(answers), dtype)

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        validation: tuple[ArrayLike | None, ArrayLike | None],
        recorder: PathRecorder | None = None,
    ) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            goes_on = self.warm_start and learns_in_steps(self) and hasattr(self, "coef_")
            examples = self._admit(X, y, sample_weight, goes_on=goes_on, recorder=recorder)
            training, held_out = self._with_validation(
                examples,
                validation,
                lambda answers: self._targets_of(answers, reset=False),
                fraction=self.validation_fraction,
                random=self._random,
                strata=self._strata(examples.targets),
            )
            default = Tolerance() if held_out is None else Patience()
            criteria = criteria_in(default if self.stopping is None else self.stopping)
            knows_gradient = self._knows_gradient(criteria, len(training))
            self._check_criteria(criteria, has_validation=held_out is not None, knows_gradient=knows_gradient)
            self._learn(training, held_out, criteria, self.max_iter, recorder)
        return self

    def _partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, classes: ArrayLike | None = None
    ) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            examples = self._admit(X, y, sample_weight, goes_on=hasattr(self, "coef_"), classes=classes)
            self._learn(examples, None, (MaxIter(1),), 1)
        return self

    def _knows_gradient(self, criteria: tuple[Criterion, ...], n_samples: int) -> bool:
        """Refuse to wait for a gradient that is not known, with the way out that there is here."""
        knows = self.solver == "lms" and self._batch_size(n_samples) == n_samples
        if not knows and any(isinstance(criterion, GradientNorm) for criterion in criteria):
            raise InvalidParameterError(
                f"The 'stopping' parameter of {type(self).__name__} asks for a gradient norm, which this way of "
                "learning does not know. Use solver='lms' with batch_size='full', or the rule 'tolerance'."
            )
        return knows

    def _admit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        *,
        goes_on: bool,
        classes: ArrayLike | None = None,
        recorder: PathRecorder | None = None,
    ) -> ExampleSet:
        """Let the data in and, unless learning goes on, begin with weights of zero."""
        inputs, answers = self._inputs_and_targets(X, y, reset=not goes_on)
        targets = self._targets_of(answers, reset=not goes_on, classes=classes)
        weights = self._weights(sample_weight, answers, inputs.dtype)
        if goes_on:  # in copies, so that nothing is changed if the fit fails
            self.coef_, self.intercept_ = self.coef_.copy(), self.intercept_.copy()
            check_recursion(self._recursion, inputs.shape[1], len(self.intercept_))
            self._recursion = {name: kept.copy() for name, kept in self._recursion.items()}
        else:
            self._begin(inputs, targets)
        dtype = self.coef_.dtype
        targets = np.ascontiguousarray(targets, dtype=dtype)
        examples = ExampleSet(inputs.astype(dtype, copy=False), targets, weights)
        return (recorder.number(examples) if recorder else examples).weighing_something()

    def _begin(self, inputs: Any, targets: Floats) -> None:
        self._random = random_generator(self.random_state)
        self.coef_ = np.zeros((targets.shape[1], inputs.shape[1]), dtype=inputs.dtype)
        self.intercept_ = np.zeros(targets.shape[1], dtype=inputs.dtype)
        self._recursion = {}
        self._n_steps = 0
        self.history_ = History({})

    def _layer(self) -> tuple[Floats, Floats]:
        """Weights with one row an output, and biases: views, to be changed in place."""
        return self.coef_.reshape(len(self.intercept_), -1), self.intercept_

    def _learning_path(self, X: ArrayLike, y: ArrayLike) -> LearningPath:
        recorder = PathRecorder(type(self).__name__)
        clone(self)._fit(X, y, None, (None, None), recorder)
        return recorder.path()

    def _outputs(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        return fields_of(self._inputs(X, reset=False), *self._layer())

    def _learn(
        self,
        training: ExampleSet,
        held_out: ExampleSet | None,
        criteria: tuple[Criterion, ...],
        max_iter: int,
        recorder: PathRecorder | None = None,
    ) -> None:
        self.max_stable_learning_rate_ = self._largest_stable_rate(training)
        if self.solver == "rls" and not self._recursion:
            self._recursion = Recursion.begin(training, self.alpha)
        if recorder:
            recorder.begin(training, *self._layer())
        with FitMonitor(
            type(self).__name__,
            max_iter=max_iter,
            criteria=criteria,
            state=[self.coef_, self.intercept_, *self._recursion.values()],
            validate=None if held_out is None else lambda: self._validate(held_out),
            previous=self.history_,
            verbose=self.verbose,
            advice="Raise max_iter or the learning rate, or use solver='exact'.",
            ordinary_loss=self._ordinary_loss(training),
        ) as monitor:
            learn = {"exact": self._solve, "rls": self._take_in}.get(self.solver, self._descend)
            learn(training, monitor, recorder)
        if recorder:
            recorder.end(*self._layer())
        self.history_ = monitor.history
        self.stop_reason_ = monitor.reason
        self.n_iter_ = monitor.n_epochs

    def _ordinary_loss(self, training: ExampleSet) -> float | None:
        """Loss of outputs 0, far above which a fit has diverged; a stable normalized rule may pass it for a while."""
        if self.solver == "normalized_lms" and self._schedule().rate(self._n_steps) <= self.max_stable_learning_rate_:
            return None
        return 0.5 * float(np.vdot(training.targets, training.targets)) / len(training)

    def _solve(self, training: ExampleSet, monitor: FitMonitor, recorder: PathRecorder | None) -> None:
        coef, intercept = self._layer()
        coef[...], intercept[...] = exact_weights(training, self.alpha)
        if recorder:
            recorder.add(coef, intercept, NO_EXAMPLE, 1)
        monitor.record(loss=_mean_error(training, fields_of(training.inputs, coef, intercept)), n_steps=1)
        monitor.stop(StopCode.SOLVED, "the normal equations were solved exactly")

    def _take_in(self, training: ExampleSet, monitor: FitMonitor, recorder: PathRecorder | None) -> None:
        recursion = Recursion(self._recursion, self.forgetting)
        coef, intercept = self._layer()
        if recorder:
            for place, after, bias in recursion.moves(training):
                recorder.add(after.astype(coef.dtype), bias.astype(coef.dtype), place, 1)
        else:
            recursion.take_in(training)
        coef[...], intercept[...] = recursion.weights()
        monitor.record(loss=_mean_error(training, fields_of(training.inputs, coef, intercept)), n_steps=len(training))
        weighing = "all weighing alike" if self.forgetting == 1 else f"forgetting={self.forgetting:g}"
        monitor.stop(StopCode.SOLVED, f"recursive least squares took in every example once, {weighing}")

    def _descend(self, training: ExampleSet, monitor: FitMonitor, recorder: PathRecorder | None) -> None:
        coef, intercept = self._layer()
        rule = (NormalizedLMSRule if self.solver == "normalized_lms" else LMSRule)(
            training,
            coef,
            intercept,
            batch_size=self._batch_size(len(training)),
            schedule=self._stable_schedule(),
            alpha=self.alpha,
        )
        for epoch in monitor.epochs():
            before = (coef.copy(), intercept.copy()) if recorder else None
            with np.errstate(over="ignore", invalid="ignore"):  # the monitor tells of a divergence
                loss, rate = rule.learn(self._n_steps, self._random if self.shuffle else None)
                if recorder and before:
                    recorder.follow(rule.moves(*before), rule.n_steps, epoch, (coef, intercept))
            self._n_steps += rule.n_steps
            monitor.record(loss=loss, n_steps=rule.n_steps, gradient_norm=rule.gradient_norm, learning_rate=rate)

    def _batch_size(self, n_samples: int) -> int:
        return n_samples if self.batch_size == "full" else min(int(self.batch_size), n_samples)

    def _largest_stable_rate(self, training: ExampleSet) -> float:
        if self.solver == "normalized_lms":
            return largest_normalized_rate(training)
        return largest_stable_rate(training, self._batch_size(len(training)), self.alpha)

    def _schedule(self) -> Schedule:
        is_automatic = self.learning_rate == "auto"
        return schedule_named(AUTO_SHARE * self.max_stable_learning_rate_ if is_automatic else self.learning_rate)

    def _stable_schedule(self) -> Schedule:
        schedule = self._schedule()
        if schedule.rate(self._n_steps) > self.max_stable_learning_rate_:
            or_else = "" if self.solver == "normalized_lms" else ", or standardize X"
            warnings.warn(
                f"{type(self).__name__}: learning_rate={schedule.rate(self._n_steps):g} exceeds the largest rate that "
                f"is surely stable on these data, {self.max_stable_learning_rate_:.3g}; the weights may diverge. "
                f"Lower it, or pass learning_rate='auto'{or_else}.",
                ConvergenceWarning,
                stacklevel=5,
            )
        return schedule

    def _validate(self, held_out: ExampleSet) -> dict[str, float]:
        outputs = fields_of(held_out.inputs, *self._layer())
        return {
            "validation_loss": _mean_error(held_out, outputs),
            "validation_score": self._score(held_out, outputs),
        }

    def _score(self, held_out: ExampleSet, outputs: Floats) -> float:
        raise NotImplementedError  # pragma: no cover  -- each of the two says


def _mean_error(examples: ExampleSet, outputs: Floats) -> float:
    """Weighted mean of 1/2 sum (d - y)^2."""
    with np.errstate(over="ignore", invalid="ignore"):  # the monitor tells of a divergence
        squares = 0.5 * ((examples.targets - outputs) ** 2).sum(axis=1)
        return float(np.average(squares, weights=examples.weights))


def learns_in_steps(adaline: Adaline) -> bool:
    """Tell whether the layer learns step by step, so that ``partial_fit`` has a meaning.

    Parameters
    ----------
    adaline : estimator
        With its parameters.

    Returns
    -------
    bool
        False for the exact solution only.
    """
    return adaline.solver != "exact"
