"""What the two radial basis function networks share: centers, widths, and three ways to the output weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin, is_classifier

from sinapsi.activations import Floats
from sinapsi.algebra.closed_form_network import ClosedFormNetwork
from sinapsi.algebra.normal_equations import Solution
from sinapsi.algebra.output_layer import Examples, Hidden, OutputLayer
from sinapsi.algebra.passes import ExamplesInMemory, sample_of
from sinapsi.algebra.row_sample import RowSample
from sinapsi.algebra.triangular_factor import warn_of_condition
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.monitor import FitMonitor
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.radial import centers as rules_of_centers
from sinapsi.radial import widths as rules_of_widths
from sinapsi.radial.basis import BASES
from sinapsi.radial.fine_tuning import FineTuning
from sinapsi.radial.hidden_lms import HiddenLMS
from sinapsi.radial.interpolation import Interpolation
from sinapsi.radial.radial_layer import RadialLayer
from sinapsi.references import (
    BROOMHEAD_LOWE_1988,
    CHEN_COWAN_GRANT_1991,
    MICCHELLI_1986,
    MOODY_DARKEN_1989,
    Reference,
)
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, MaxIter, Patience, StopCode, Tolerance, criteria_in
from sinapsi.validation import ExampleSet

CENTER_RULES = ("random", "competitive", "kmeans", "exact", "ols", "farthest")
WIDTH_RULES = ("dmax", "nearest", "loo")
PENALTY_OF_STEPS = 1.0  # about |phi|^2 over the passes of the LMS rule at its largest stable rate
AUTO_SHARE = 0.5  # share of the largest stable rate that learning_rate="auto" takes


class RadialBasisNetwork(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClosedFormNetwork):
    """A hidden layer of radial units, a linear output layer, and one to three phases of learning."""

    _chapter = 4
    _references: ClassVar[tuple[Reference, ...]] = (
        BROOMHEAD_LOWE_1988,
        MICCHELLI_1986,
        MOODY_DARKEN_1989,
        CHEN_COWAN_GRANT_1991,
    )
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        "learning_rate": lambda form: form == "auto" or schedule_named(form),
        "stopping": criteria_in,
    }
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "n_centers": count(),
        "centers": choice(*CENTER_RULES) | instance((np.ndarray, list, tuple), "a table of centers"),
        "width": choice(*WIDTH_RULES)
        | number(0, open_low=True, open_high=True)
        | instance((np.ndarray, list, tuple), "an array of one width a center"),
        "basis": choice(*BASES),
        "degree": nothing | count(0),
        "alpha": number(0, open_high=True) | choice("auto", "loo", "gcv"),
        "solver": choice("exact", "lms"),
        "learning_rate": number(0, open_low=True, open_high=True) | instance((str, Schedule), "'auto' or a schedule"),
        "max_iter": count(),
        "fine_tuning": count(0),
        "stopping": nothing | instance((str, Criterion, AnyOf), "stopping rules"),
        "validation_fraction": number(0, 1, open_high=True),
        "warm_start": boolean,
        "verbose": boolean | count(0),
        "random_state": random_source,
    }

    n_centers: int
    centers: str | ArrayLike
    width: float | str | ArrayLike
    basis: str
    degree: int | None
    solver: str
    learning_rate: float | str | Schedule
    max_iter: int
    fine_tuning: int
    stopping: str | Criterion | AnyOf | None
    validation_fraction: float
    warm_start: bool

    centers_: Floats
    widths_: Floats

    # The hidden layer.

    @property
    def _n_features_out(self) -> int:
        return len(self.centers_)

    @property
    def _degree(self) -> int:
        least = BASES[self.basis].least_degree
        if self.degree is not None and self.degree < least:
            raise InvalidParameterError(
                f"The 'degree' parameter of {type(self).__name__} must be at least {least} for basis={self.basis!r}, "
                f"whose matrix may be singular without that polynomial. Got {self.degree}; pass None for {least}."
            )
        return least if self.degree is None else self.degree

    @property
    def _interpolates(self) -> bool:
        return isinstance(self.centers, str) and self.centers == "exact" and self._penalty() == 0

    def _penalty(self) -> float | str:
        if self.alpha != "auto":
            return self.alpha
        is_exact = isinstance(self.centers, str) and self.centers == "exact"
        return 0.0 if is_exact or self.solver == "lms" else "gcv"

    def _layer(self) -> RadialLayer:
        return RadialLayer(self.centers_, self.widths_, self.basis, self._degree)

    def _hidden(self) -> Hidden:
        return self._layer().hidden()

    def _make_hidden_layer(self, examples: Examples, dtype: np.dtype[Any]) -> None:
        rule = self.centers if isinstance(self.centers, str) else "given"
        n_wanted = self.n_centers
        if rule == "exact":
            n_wanted = len(examples.targets) if isinstance(examples, ExamplesInMemory) else 2**31
        size = rules_of_centers.rows_to_sample(rule, n_wanted)
        if isinstance(self.width, str) and self.width == "loo":
            size = max(size, rules_of_widths.LOO_ROWS, 4 * min(n_wanted, size))
        seed = int(self._random.integers(2**63))
        sample = sample_of(examples, size, seed)
        sample.rows = sample.rows.astype(dtype, copy=False)
        self._sample = sample
        self.centers_ = np.ascontiguousarray(self._centers_of(sample, rule, n_wanted), dtype=dtype)
        self.widths_ = self._widths_of(sample).astype(dtype)
        if not (np.isfinite(self.widths_).all() and (self.widths_ > 0).all()):
            raise InvalidInputError(
                f"{type(self).__name__} finds no usable widths: they came out between {self.widths_.min():g} and "
                f"{self.widths_.max():g}. Rescale X, or pass width= as a number."
            )

    def _centers_of(self, sample: RowSample, rule: str, n_wanted: int) -> Floats:
        if rule == "given":
            return self._given_centers(sample.rows.shape[1])
        if rule == "kmeans":
            return rules_of_centers.kmeans_centers(sample, n_wanted, self._random)
        if rule == "competitive":
            schedule = None if self.learning_rate == "auto" else schedule_named(self.learning_rate)
            return rules_of_centers.competitive_centers(sample, n_wanted, self._random, schedule, self.max_iter)
        if rule == "farthest":
            return rules_of_centers.farthest_centers(sample, n_wanted)
        first = rules_of_centers.random_centers(sample, n_wanted)
        if rule == "ols":
            self.centers_ = first
            width = self._widths_of(sample)
            return rules_of_centers.ols_centers(sample, n_wanted, width[:1], self.basis)
        return first

    def _given_centers(self, n_features: int) -> Floats:
        table = _table_of_numbers(self.centers, "centers", type(self).__name__)
        if table.ndim != 2 or table.shape[1] != n_features or not len(table) or not np.isfinite(table).all():
            raise InvalidParameterError(
                f"The 'centers' parameter of {type(self).__name__} must be a table of finite numbers with "
                f"{n_features} columns, as X, and at least one row. Got shape {table.shape}."
            )
        return rules_of_centers.distinct_rows(table)

    def _widths_of(self, sample: RowSample) -> Floats:
        centers = self.centers_
        if not isinstance(self.width, str):
            return self._given_widths(len(centers))
        if self.width == "nearest":
            own = rules_of_widths.nearest_widths(centers)
            return np.where(own > 0, own, rules_of_widths.spread_of(sample.rows, centers))
        if self.width == "dmax":
            sigma = rules_of_widths.dmax_width(centers) or rules_of_widths.spread_of(sample.rows, centers)
            return np.full(len(centers), sigma)
        typical = np.full(len(centers), rules_of_widths.typical_width(centers, sample.rows))
        if not BASES[self.basis].is_scaled or not np.isfinite(typical[0]):
            return typical
        # A number of steps cannot do what the exact solution does: it is about as good as one with a penalty.
        alpha = PENALTY_OF_STEPS if self.solver == "lms" and not self._penalty() else self._penalty()
        multiple = rules_of_widths.best_multiple(
            sample, centers, typical, self.basis, self._degree, alpha, interpolates=self._interpolates
        )
        return multiple * typical

    def _given_widths(self, n_centers: int) -> Floats:
        own = _table_of_numbers(self.width, "width", type(self).__name__)
        if own.ndim and own.shape != (n_centers,):
            raise InvalidParameterError(
                f"The 'width' parameter of {type(self).__name__} must be one number, or one for each of the "
                f"{n_centers} distinct centers. Got shape {own.shape}."
            )
        if not (np.isfinite(own).all() and (own > 0).all()):
            raise InvalidParameterError(
                f"The 'width' parameter of {type(self).__name__} must hold finite numbers above 0. Got {own.min():g}."
            )
        return np.broadcast_to(own, (n_centers,)).copy()

    # Learning.

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
    ) -> Self:
        """Find centers, widths and output weights.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs; for a classifier one label an example.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        object
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        self._check_parameters()
        with self._all_or_nothing():
            is_known = self.warm_start and hasattr(self, "coef_")
            if is_known and not self._descends() and self._adds():
                return self._partial_fit(X, y, sample_weight)
            goes_on = is_known and self._descends()
            if goes_on:
                examples, dtype = self._more(X, y, sample_weight), self.coef_.dtype
            else:
                examples, dtype = self._admit(X, y, sample_weight)
                self._begin()
            training, held_out = self._with_validation(
                ExampleSet(examples.inputs, examples.targets, examples.weights),
                (X_val, y_val),
                lambda answers: self._targets_of(answers, reset=False),
                fraction=self.validation_fraction,
                random=self._random,
                strata=self._strata(examples.targets),
            )
            criteria = self._criteria(has_validation=held_out is not None)
            if not goes_on:
                self._make_hidden_layer(ExamplesInMemory.of(training), dtype)
                self._set_start(dtype)
            self._learn_phases(training, held_out, criteria, goes_on=goes_on)
        return self

    def _adds(self) -> bool:
        is_exact = isinstance(self.centers, str) and self.centers == "exact"
        return not is_exact and not self.fine_tuning

    def _descends(self) -> bool:
        return self.solver == "lms" or self.fine_tuning > 0

    def _criteria(self, *, has_validation: bool) -> tuple[Criterion, ...]:
        default = Patience() if has_validation else Tolerance()
        criteria = criteria_in(default if self.stopping is None else self.stopping)
        if self._descends():
            knows_gradient = self.fine_tuning > 0 and self.solver == "exact"
            self._check_criteria(criteria, has_validation=has_validation, knows_gradient=knows_gradient)
        return criteria

    def _set_start(self, dtype: np.dtype[Any]) -> None:
        self.coef_ = self._shaped(np.zeros((self._n_outputs, self._layer().n_columns), dtype=dtype))
        self.intercept_ = np.zeros(self._n_outputs, dtype=dtype)
        self._n_steps = 0

    def _learn_phases(
        self, training: ExampleSet, held_out: ExampleSet | None, criteria: tuple[Criterion, ...], *, goes_on: bool
    ) -> None:
        dtype, n_iter = self.coef_.dtype, 0
        validate = None if held_out is None else partial(self._validate, held_out)
        if self.solver == "exact" and not goes_on:
            examples = ExamplesInMemory.of(training)
            self._take(lambda: self._solved(examples), dtype, examples, validate=validate)
            n_iter += self.n_iter_
        self.__dict__.pop("_sample", None)
        if self.solver == "lms":
            self._descend(training, validate, criteria, self.max_iter)
            n_iter += self.n_iter_
        if self.fine_tuning:
            self._fine_tune(training, validate, criteria)
            n_iter += self.n_iter_
        self.n_iter_ = n_iter

    def _solved(self, examples: Examples, *, is_kept: bool = True) -> OutputLayer:
        if not self._interpolates:
            return super()._solved(examples, is_kept=is_kept)
        sample, layer = self._sample, self._layer()
        interpolation = Interpolation(layer, sample.targets)
        solution = interpolation.solve()
        warn_of_condition(type(self).__name__, solution, n_columns=len(sample.rows), n_rows=len(sample.rows))
        left_out = None
        if is_classifier(self):
            left_out = interpolation.outputs_left_out(), sample.targets, sample.weights
        return OutputLayer(None, solution, 0.0, interpolation.training_error(solution), left_out)

    def _how_it_was_solved(self) -> str:
        how = "interpolate the examples" if self._interpolates else f"were solved for, alpha={self.alpha_:.3g}"
        return f"the output weights of {len(self.centers_)} centers {how}"

    def _why_no_sums(self) -> str:
        if self._descends() or not self._adds():
            return "it learned by the LMS rule, by fine-tuning or by interpolation. Fit with solver='exact' first."
        return super()._why_no_sums()

    def _partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, classes: ArrayLike | None = None
    ) -> Self:
        if self.solver == "exact":
            return super()._partial_fit(X, y, sample_weight, classes)
        self._check_parameters()
        with self._all_or_nothing():
            if hasattr(self, "coef_"):
                examples = self._more(X, y, sample_weight)
            else:
                examples, dtype = self._admit(X, y, sample_weight, classes)
                self._begin()
                self._make_hidden_layer(examples, dtype)
                self._set_start(dtype)
                self.__dict__.pop("_sample", None)
            self._descend(ExampleSet(examples.inputs, examples.targets, examples.weights), None, (MaxIter(1),), 1)
        return self

    def _fit_batches(self, source: Any, target: str | list[str] | None, n_jobs: int | None) -> Self:
        if self.solver == "lms":
            raise InvalidParameterError(
                f"The 'solver' parameter of {type(self).__name__} must be 'exact' for fit_batches. Got 'lms'; pass the "
                "batches to partial_fit one by one."
            )
        try:
            return super()._fit_batches(source, target, n_jobs)
        finally:
            self.__dict__.pop("_sample", None)

    def _descend(
        self,
        training: ExampleSet,
        validate: Callable[[], dict[str, float]] | None,
        criteria: tuple[Criterion, ...],
        max_iter: int,
    ) -> None:
        """The LMS rule over the hidden outputs."""
        alpha = self._penalty()
        if isinstance(alpha, str):
            raise InvalidParameterError(
                f"The 'alpha' parameter of {type(self).__name__} must be a number (or 'auto', which is 0) for "
                f"solver='lms'. Got {alpha!r}, which needs the exact solution."
            )
        self.coef_, self.intercept_ = self.coef_.copy(), self.intercept_.copy()
        self.alpha_, self._sums = float(alpha), {}
        rule = HiddenLMS(training, self._hidden(), *self._weights_and_biases(), alpha=self.alpha_)
        schedule = schedule_named(
            AUTO_SHARE * rule.max_stable_learning_rate if self.learning_rate == "auto" else self.learning_rate
        )
        with FitMonitor(
            type(self).__name__,
            max_iter=max_iter,
            criteria=criteria,
            state=[self.coef_, self.intercept_],
            validate=validate,
            previous=self.history_,
            verbose=self.verbose,
            advice="Raise max_iter or the learning rate, or use solver='exact'.",
            ordinary_loss=0.5 * float(np.vdot(training.targets, training.targets)) / len(training),
        ) as monitor:
            for _ in monitor.epochs():
                with np.errstate(over="ignore", invalid="ignore"):  # the monitor tells of a divergence
                    loss, rate = rule.learn(schedule, self._n_steps, self._random)
                self._n_steps += len(training)
                monitor.record(loss=loss, n_steps=len(training), learning_rate=rate)
        self._note(monitor)
        self._judge_as_it_is(training)

    def _fine_tune(
        self,
        training: ExampleSet,
        validate: Callable[[], dict[str, float]] | None,
        criteria: tuple[Criterion, ...],
    ) -> None:
        """The third phase: centers, widths and output weights together."""
        self.centers_, self.widths_ = self.centers_.copy(), self.widths_.copy()
        self.coef_, self.intercept_, self._sums = self.coef_.copy(), self.intercept_.copy(), {}
        coef, intercept = self._weights_and_biases()
        tuning = FineTuning(training, self._layer(), coef, intercept, self.alpha_)
        places = (self.centers_, self.widths_, coef, intercept)
        with FitMonitor(
            type(self).__name__,
            max_iter=self.fine_tuning,
            criteria=(*criteria, MaxIter(self.fine_tuning)),
            state=[self.centers_, self.widths_, self.coef_, self.intercept_],
            validate=validate,
            previous=self.history_,
            verbose=self.verbose,
            loss_is_of_end=True,
        ) as monitor:

            def watch(point: Floats, error: float, gradient_norm: float) -> bool:
                for place, part in zip(places, tuning.unpacked(point), strict=True):
                    place[...] = part
                return monitor.record(loss=error, n_steps=1, gradient_norm=gradient_norm)

            tuning.descend(self.fine_tuning, watch)
            if monitor.stop_reason is None:
                monitor.stop(StopCode.TOLERANCE, "fine-tuning came to a point where no step lowers the error")
        self._note(monitor)
        self._judge_as_it_is(training)

    def _judge_as_it_is(self, training: ExampleSet) -> None:
        """Learn what the outputs tell when nothing can be left out: they were learned step by step."""
        coef, intercept = self._weights_and_biases()
        solution = Solution(coef.T, intercept, 0, 0.0, "steps")
        self._judge(OutputLayer(None, solution, self.alpha_, 0.0), ExamplesInMemory.of(training))

    def _validate(self, held_out: ExampleSet) -> dict[str, float]:
        outputs = self._outputs_of(held_out.inputs)
        squares = 0.5 * ((held_out.targets - outputs) ** 2).sum(axis=1)
        return {
            "validation_loss": float(np.average(squares, weights=held_out.weights)),
            "validation_score": self._score_of(held_out, outputs),
        }

    def transform(self, X: ArrayLike) -> Floats:
        """Give the hidden outputs.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_centers)
            Phi: the value of every radial unit.
        """
        return self._transformed(X, len(self.centers_) if hasattr(self, "centers_") else None)


def _table_of_numbers(values: Any, name: str, owner: str) -> Floats:
    try:
        table = np.array(values)
        if table.dtype.kind not in "fiu":
            raise TypeError(f"Got entries such as {np.ravel(table)[:1].tolist()}.")
    except (TypeError, ValueError) as error:
        raise InvalidParameterError(f"The {name!r} parameter of {owner} must hold numbers. {error}") from error
    return table.astype(np.float64)
