"""Adaline: a linear neuron trained on the error before the threshold, by the LMS rule or in closed form."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import (
    Floats,
    NetworkEstimator,
    check_first_classes,
    one_label_each,
    random_generator,
    signed_targets,
    weighted_by_class,
    weights_of_examples,
    winners,
)
from sinapsi.exceptions import InvalidInputError
from sinapsi.history import History
from sinapsi.linear.least_squares import exact_weights, largest_stable_rate
from sinapsi.linear.lms_rule import LMSRule
from sinapsi.linear.perceptron_rule import fields_of
from sinapsi.monitor import FitMonitor
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import WIDROW_HOFF_1960, Reference
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, MaxIter, Patience, StopCode, StopReason, Tolerance, criteria_in
from sinapsi.validation import Examples

AUTO_SHARE = 0.5  # share of the largest stable rate that learning_rate="auto" takes


class _Adaline(NetworkEstimator):
    """What the regressor and the classifier share: one linear layer and two ways to train it."""

    _chapter = 3
    _references: ClassVar[tuple[Reference, ...]] = (WIDROW_HOFF_1960,)
    _accepts_sparse = True
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "solver": choice("exact", "lms"),
        "learning_rate": number(0, open_low=True, open_high=True) | instance((str, Schedule), "'auto' or a schedule"),
        "batch_size": count() | choice("full"),
        "max_iter": count(),
        "alpha": number(0, open_high=True),
        "shuffle": boolean,
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
    ) -> Self:
        self._check_parameters()
        goes_on = self.warm_start and self.solver == "lms" and hasattr(self, "coef_")
        inputs, answers = self._inputs_and_targets(X, y, reset=not goes_on)
        targets = self._targets_of(answers, reset=not goes_on)
        if not goes_on:
            self._begin(inputs, targets)
        examples = self._examples(inputs, targets, self._weights(sample_weight, answers, inputs.dtype))
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
        self._learn(training, held_out, criteria, self.max_iter)
        return self

    def _partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, classes: ArrayLike | None = None
    ) -> Self:
        self._check_parameters()
        goes_on = hasattr(self, "coef_")
        inputs, answers = self._inputs_and_targets(X, y, reset=not goes_on)
        targets = self._targets_of(answers, reset=not goes_on, classes=classes)
        if not goes_on:
            self._begin(inputs, targets)
        examples = self._examples(inputs, targets, self._weights(sample_weight, answers, inputs.dtype))
        self._learn(examples, None, (MaxIter(1),), 1)
        return self

    def _begin(self, inputs: Any, targets: Floats) -> None:
        self._random = random_generator(self.random_state)
        self.coef_ = np.zeros((targets.shape[1], inputs.shape[1]), dtype=inputs.dtype)
        self.intercept_ = np.zeros(targets.shape[1], dtype=inputs.dtype)
        self._n_steps = 0
        self.history_ = History({})

    def _layer(self) -> tuple[Floats, Floats]:
        """Weights with one row an output, and biases: views, to be changed in place."""
        return self.coef_.reshape(len(self.intercept_), -1), self.intercept_

    def _outputs(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        return fields_of(self._inputs(X, reset=False), *self._layer())

    def _examples(self, inputs: Any, targets: Floats, weights: Floats | None) -> Examples:
        dtype = self.coef_.dtype
        targets = np.ascontiguousarray(targets, dtype=dtype)
        return Examples(inputs.astype(dtype, copy=False), targets, weights).weighing_something()

    def _learn(
        self, training: Examples, held_out: Examples | None, criteria: tuple[Criterion, ...], max_iter: int
    ) -> None:
        with FitMonitor(
            type(self).__name__,
            max_iter=max_iter,
            criteria=criteria,
            state=[self.coef_, self.intercept_],
            validate=None if held_out is None else lambda: self._validate(held_out),
            previous=self.history_,
            verbose=self.verbose,
            advice="Raise max_iter or the learning rate, or use solver='exact'.",
        ) as monitor:
            (self._solve if self.solver == "exact" else self._descend)(training, monitor)
        self.history_ = monitor.history
        self.stop_reason_ = monitor.reason
        self.n_iter_ = monitor.n_epochs

    def _solve(self, training: Examples, monitor: FitMonitor) -> None:
        self.max_stable_learning_rate_ = self._largest_stable_rate(training)
        coef, intercept = self._layer()
        coef[...], intercept[...] = exact_weights(training, self.alpha)
        errors = training.targets - fields_of(training.inputs, coef, intercept)
        loss = float(np.average(0.5 * (errors**2).sum(axis=1), weights=training.weights))
        monitor.record(loss=loss, n_steps=1)
        monitor.stop(StopCode.SOLVED, "the normal equations were solved exactly")

    def _descend(self, training: Examples, monitor: FitMonitor) -> None:
        self.max_stable_learning_rate_ = self._largest_stable_rate(training)
        rule = LMSRule(
            training,
            *self._layer(),
            batch_size=self._batch_size(len(training)),
            schedule=self._stable_schedule(),
            alpha=self.alpha,
        )
        for _ in monitor.epochs():
            with np.errstate(over="ignore", invalid="ignore"):  # the monitor tells of a divergence
                loss, rate = rule.learn(self._n_steps, self._random if self.shuffle else None)
            self._n_steps += rule.n_steps
            monitor.record(loss=loss, n_steps=rule.n_steps, learning_rate=rate)

    def _batch_size(self, n_samples: int) -> int:
        return n_samples if self.batch_size == "full" else min(int(self.batch_size), n_samples)

    def _largest_stable_rate(self, training: Examples) -> float:
        return largest_stable_rate(training, full_batch=self._batch_size(len(training)) == len(training))

    def _stable_schedule(self) -> Schedule:
        if self.learning_rate == "auto":
            return schedule_named(AUTO_SHARE * self.max_stable_learning_rate_)
        schedule = schedule_named(self.learning_rate)
        if schedule.rate(self._n_steps) > self.max_stable_learning_rate_:
            warnings.warn(
                f"{type(self).__name__}: learning_rate={schedule.rate(self._n_steps):g} exceeds the largest rate that "
                f"is surely stable on these data, {self.max_stable_learning_rate_:.3g}; the weights may diverge. "
                "Lower it, pass learning_rate='auto', or standardize X.",
                ConvergenceWarning,
                stacklevel=5,
            )
        return schedule

    def _validate(self, held_out: Examples) -> dict[str, float]:
        outputs = fields_of(held_out.inputs, *self._layer())
        loss = 0.5 * ((held_out.targets - outputs) ** 2).sum(axis=1)
        return {"validation_loss": float(loss.mean()), "validation_score": self._score(held_out.targets, outputs)}

    def _score(self, targets: Floats, outputs: Floats) -> float:
        raise NotImplementedError  # pragma: no cover  -- each of the two says


def _learns_stepwise(adaline: _Adaline) -> bool:
    return adaline.solver == "lms"


class AdalineRegressor(MultiOutputMixin, RegressorMixin, _Adaline):
    """A linear neuron for real targets, in closed form or by the LMS rule.

    The LMS rule moves the weights by eta (d - y) x at each example, down the gradient of 1/2 (d - y)^2; its goal, the
    least-squares solution, is also reached in one step by the normal equations (``solver="exact"``).

    Parameters
    ----------
    solver : {"exact", "lms"}, default="exact"
        Normal equations in one step, or the LMS rule step by step.
    learning_rate : float, str or Schedule, default="auto"
        eta > 0 of the LMS rule, constant or a schedule over updates; "auto" takes half of
        ``max_stable_learning_rate_``.
    batch_size : int or "full", default=1
        Examples whose mean gradient makes one step of the LMS rule: 1 is online, "full" is batch learning.
    max_iter : int, default=1000
        Largest number of passes over the data of the LMS rule.
    alpha : float, default=0.0
        Weight >= 0 of the penalty on the sum of the squared weights, in Ridge's convention: it stands against the
        **sum** of the squared errors.
    shuffle : bool, default=True
        Whether the LMS rule meets the examples in a new random order in every pass.
    stopping : str, Criterion or None, default=None
        Stopping rules of the LMS rule besides ``max_iter``, see :mod:`sinapsi.stopping`. None stands for
        ``"tolerance(1e-4, 10)"``, or for ``"patience(10)"`` when there are validation data.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights (LMS rule).
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of the random order and of the examples held out.

    Attributes
    ----------
    coef_ : array of shape (n_features,) or (n_outputs, n_features)
        Weights; one row an output when y had two axes.
    intercept_ : array of shape (n_outputs,)
        Biases.
    max_stable_learning_rate_ : float
        Above it the LMS rule may diverge: 2 / lambda_max(X'X / n) for ``batch_size="full"``, else
        2 / max |x|^2 (sufficient), the constant input of the bias counted in.
    n_iter_ : int
        Passes over the data in the last fit.
    history_ : History
        ``loss`` (mean of 1/2 sum of squared errors), ``learning_rate`` and validation columns per pass.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features_in_,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Widrow and Hoff (1960), Adaptive switching circuits.

    Examples
    --------
    >>> from sinapsi import AdalineRegressor
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> AdalineRegressor().fit(X, y).predict([[3.0]]).round(6)
    array([7.])
    >>> model = AdalineRegressor(solver="lms", learning_rate=0.1, stopping="goal(1e-12)", random_state=0).fit(X, y)
    >>> print(model.stop_reason_)
    training loss reached the goal 1e-12
    """

    def __init__(
        self,
        *,
        solver: str = "exact",
        learning_rate: float | str | Schedule = "auto",
        batch_size: int | str = 1,
        max_iter: int = 1000,
        alpha: float = 0.0,
        shuffle: bool = True,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.solver = solver
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.alpha = alpha
        self.shuffle = shuffle
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
    ) -> Self:
        """Find the weights.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        AdalineRegressor
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, y, sample_weight, (X_val, y_val))

    @available_if(_learns_stepwise)
    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Go once through some more examples by the LMS rule.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        AdalineRegressor
            The estimator.
        """
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X: ArrayLike) -> Floats:
        """Give the outputs.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_outputs)
            w.x + b, shaped as y was.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if self.coef_.ndim == 1 else outputs

    def _targets_of(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None = None) -> Floats:
        targets = answers.reshape(len(answers), -1)
        if not reset and targets.shape[1] != len(self.intercept_):
            raise InvalidInputError(
                f"y must have {len(self.intercept_)} outputs as in the first fit. Got {targets.shape[1]}."
            )
        self._has_one_row = answers.ndim == 1
        return targets

    def _begin(self, inputs: Any, targets: Floats) -> None:
        super()._begin(inputs, targets)
        if self._has_one_row:
            self.coef_ = self.coef_[0]

    def _score(self, targets: Floats, outputs: Floats) -> float:
        return float(r2_score(targets, outputs)) if len(targets) > 1 else float("nan")


class AdalineClassifier(ClassifierMixin, _Adaline):
    """Linear neurons trained on targets -1 and +1, one per class against the rest; the largest output wins.

    Unlike the perceptron, Adaline learns from the error before the threshold, so it settles on least squares whether
    or not the classes are separable.

    Parameters
    ----------
    solver : {"exact", "lms"}, default="exact"
        Normal equations in one step, or the LMS rule step by step.
    learning_rate : float, str or Schedule, default="auto"
        eta > 0 of the LMS rule, constant or a schedule over updates; "auto" takes half of
        ``max_stable_learning_rate_``.
    batch_size : int or "full", default=1
        Examples whose mean gradient makes one step of the LMS rule: 1 is online, "full" is batch learning.
    max_iter : int, default=1000
        Largest number of passes over the data of the LMS rule.
    alpha : float, default=0.0
        Weight >= 0 of the penalty on the sum of the squared weights, in Ridge's convention: it stands against the
        **sum** of the squared errors.
    shuffle : bool, default=True
        Whether the LMS rule meets the examples in a new random order in every pass.
    stopping : str, Criterion or None, default=None
        Stopping rules of the LMS rule besides ``max_iter``, see :mod:`sinapsi.stopping`. None stands for
        ``"tolerance(1e-4, 10)"``, or for ``"patience(10)"`` when there are validation data.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    class_weight : dict, "balanced" or None, default=None
        Factor on the weight of the examples of each class.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights (LMS rule).
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of the random order and of the examples held out.

    Attributes
    ----------
    coef_ : array of shape (1, n_features) or (n_classes, n_features)
        Weights; one row when there are two classes.
    intercept_ : array of shape (1,) or (n_classes,)
        Biases.
    classes_ : array of shape (n_classes,)
        Sorted class labels.
    max_stable_learning_rate_ : float
        Above it the LMS rule may diverge: 2 / lambda_max(X'X / n) for ``batch_size="full"``, else
        2 / max |x|^2 (sufficient), the constant input of the bias counted in.
    n_iter_ : int
        Passes over the data in the last fit.
    history_ : History
        ``loss`` (mean of 1/2 sum of squared errors), ``learning_rate`` and validation columns per pass.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features_in_,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Widrow and Hoff (1960), Adaptive switching circuits.

    Examples
    --------
    >>> from sinapsi import AdalineClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "yes"]
    >>> AdalineClassifier().fit(X, y).predict(X).tolist()
    ['no', 'yes', 'yes', 'yes']
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **_Adaline._parameter_rules,
        "class_weight": nothing | choice("balanced") | instance(dict, "a dict of class to weight"),
    }

    classes_: NDArray[Any]

    def __init__(
        self,
        *,
        solver: str = "exact",
        learning_rate: float | str | Schedule = "auto",
        batch_size: int | str = 1,
        max_iter: int = 1000,
        alpha: float = 0.0,
        shuffle: bool = True,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.solver = solver
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.alpha = alpha
        self.shuffle = shuffle
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
    ) -> Self:
        """Find the weights.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes: two or more labels of one type.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        AdalineClassifier
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, y, sample_weight, (X_val, y_val))

    @available_if(_learns_stepwise)
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Go once through some more examples by the LMS rule.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        AdalineClassifier
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        check_first_classes(self, classes, is_first=not hasattr(self, "coef_"))
        return self._partial_fit(X, y, sample_weight, classes)

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the linear outputs.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_classes)
            w.x + b; for two classes one number, above 0 for ``classes_[1]``.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Give the class of each example.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,)
            Class labels.
        """
        return self.classes_[winners(self._outputs(X))]

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        weights = weights_of_examples(sample_weight, len(answers), dtype)
        return weighted_by_class(weights, self.class_weight, answers, dtype)

    def _targets_of(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None = None) -> Floats:
        known = one_label_each(answers, type(self).__name__, None if reset else self.classes_, classes)
        self.classes_, indices = known
        return signed_targets(indices, len(self.classes_))

    def _strata(self, targets: Floats) -> NDArray[Any]:
        return winners(targets)

    def _score(self, targets: Floats, outputs: Floats) -> float:
        return float((winners(targets) == winners(outputs)).mean())
