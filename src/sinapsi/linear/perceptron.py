"""Rosenblatt's perceptron: the first network that learned from its mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import Floats, NetworkEstimator, random_generator
from sinapsi.history import History
from sinapsi.labels import check_first_classes, one_label_each, weighted_by_class, winners
from sinapsi.linear.fields import fields_of
from sinapsi.linear.perceptron_rule import Kesler, OneVersusRest, PerceptronRule
from sinapsi.monitor import FitMonitor
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import DUDA_HART_1973, ROSENBLATT_1958, Reference
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, MaxIter, Patience, StopCode, StopReason, criteria_in
from sinapsi.validation import ExampleSet


class Perceptron(ClassifierMixin, NetworkEstimator):
    """A layer of hard-limiting neurons that corrects its weights on every misclassified example.

    Each misclassified example x of target y in {-1, +1} moves the weights by eta y x. If the classes are linearly
    separable, learning ends after finitely many corrections; if not, the budget ends it, and ``stop_reason_`` says
    which. An example exactly on the boundary counts as misclassified while learning, as in the convergence proof.

    Parameters
    ----------
    variant : {"standard"}, default="standard"
        Which weights are kept: those after the last correction.
    learning_rate : float, str or Schedule, default=1.0
        eta > 0, constant (the fixed increment rule) or a schedule eta(n) over presentations n.
    max_iter : int, default=1000
        Largest number of passes over the data, at least 1.
    order : {"shuffled", "cyclic", "worst"}, default="shuffled"
        Order of the examples: anew at random in every pass, as given, or one correction a pass, on the example
        misclassified worst.
    init : {"zeros", "random"}, default="zeros"
        Starting weights; random ones are standard normal.
    multi_class : {"one-vs-rest", "kesler"}, default="one-vs-rest"
        For three classes or more: each output neuron learns its class against the rest, or all learn together by
        Kesler's construction, which separates whatever linear machines can separate.
    stopping : str, Criterion or None, default=None
        Further stopping rules, see :mod:`sinapsi.stopping`. Learning always ends when nothing is misclassified. None
        adds patience on the validation loss when there are validation data.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    class_weight : dict, "balanced" or None, default=None
        Factor of the corrections on each class.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of the random order and start.

    Attributes
    ----------
    coef_ : array of shape (1, n_features) or (n_classes, n_features)
        Weights; one row when there are two classes.
    intercept_ : array of shape (1,) or (n_classes,)
        Biases.
    classes_ : array of shape (n_classes,)
        Sorted class labels.
    n_updates_ : int
        Corrections made since learning began, over all output neurons.
    n_iter_ : int
        Passes over the data in the last fit.
    history_ : History
        Per pass: the mean perceptron criterion ``loss`` and ``misclassified`` examples as they were met, ``step``
        (corrections), and the validation columns where there are any.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Rosenblatt (1958), The perceptron. Duda and Hart (1973), section 5.12 (Kesler's construction).

    Examples
    --------
    >>> from sinapsi import Perceptron
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "no", "no", "yes"]
    >>> model = Perceptron(order="cyclic").fit(X, y)
    >>> model.predict(X).tolist()
    ['no', 'no', 'no', 'yes']
    >>> print(model.stop_reason_)
    every example is classified correctly
    """

    _chapter = 2
    _references: ClassVar[tuple[Reference, ...]] = (ROSENBLATT_1958, DUDA_HART_1973)
    _accepts_sparse = True
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        "learning_rate": schedule_named,
        "stopping": criteria_in,
    }
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "variant": choice("standard"),
        "learning_rate": number(0, open_low=True, open_high=True) | instance((str, Schedule), "a schedule"),
        "max_iter": count(),
        "order": choice("shuffled", "cyclic", "worst"),
        "init": choice("zeros", "random"),
        "multi_class": choice("one-vs-rest", "kesler"),
        "stopping": nothing | instance((str, Criterion, AnyOf), "stopping rules"),
        "validation_fraction": number(0, 1, open_high=True),
        "class_weight": nothing | choice("balanced") | instance(dict, "a dict of class to weight"),
        "warm_start": boolean,
        "verbose": boolean | count(0),
        "random_state": random_source,
    }

    coef_: Floats
    intercept_: Floats
    classes_: NDArray[Any]
    n_updates_: int
    n_iter_: int
    history_: History
    stop_reason_: StopReason

    def __init__(
        self,
        *,
        variant: str = "standard",
        learning_rate: float | str | Schedule = 1.0,
        max_iter: int = 1000,
        order: str = "shuffled",
        init: str = "zeros",
        multi_class: str = "one-vs-rest",
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.variant = variant
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.order = order
        self.init = init
        self.multi_class = multi_class
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, X_val: ArrayLike | None = None, y_val: ArrayLike | None = None
    ) -> Self:
        """Learn until nothing is misclassified or a budget is used up.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes: two or more labels of one type.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        Perceptron
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
            goes_on = self.warm_start and hasattr(self, "coef_")
            inputs, labels = self._inputs_and_targets(X, y, reset=not goes_on)
            indices = self._begin(inputs, labels, None, goes_on=goes_on)
            examples = self._examples(inputs, labels, indices)
            training, validation = self._with_validation(
                examples,
                (X_val, y_val),
                self._indices_of,
                fraction=self.validation_fraction,
                random=self._random,
                strata=examples.targets,
            )
            criteria = criteria_in(self.stopping)
            if self.stopping is None and validation is not None:
                criteria = (Patience(),)
            self._check_criteria(criteria, has_validation=validation is not None)
            self._learn(training, validation, criteria, self.max_iter)
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Go once through some more examples, correcting the weights.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.

        Returns
        -------
        Perceptron
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        self._check_parameters()
        goes_on = hasattr(self, "coef_")
        check_first_classes(self, classes, is_first=not goes_on)
        with self._all_or_nothing():
            inputs, labels = self._inputs_and_targets(X, y, reset=not goes_on)
            indices = self._begin(inputs, labels, classes, goes_on=goes_on)
            self._learn(self._examples(inputs, labels, indices), None, (MaxIter(1),), 1)
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the field of each output neuron.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_classes)
            w.x + b; for two classes one number, above 0 for ``classes_[1]``.
        """
        check_is_fitted(self)
        fields = fields_of(self._inputs(X, reset=False), self.coef_, self.intercept_)
        return fields[:, 0] if fields.shape[1] == 1 else fields

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
        check_is_fitted(self)
        return self.classes_[winners(fields_of(self._inputs(X, reset=False), self.coef_, self.intercept_))]

    def _begin(
        self, inputs: Any, labels: NDArray[Any], announced: ArrayLike | None, *, goes_on: bool
    ) -> NDArray[np.intp]:
        """Class index of every example; takes the classes and the starting weights unless learning goes on."""
        known = self.classes_ if goes_on else None
        classes, indices = one_label_each(labels, "Perceptron", known, announced)
        if goes_on:
            return indices
        self.classes_ = classes
        n_outputs = 1 if len(classes) == 2 else len(classes)
        self._random = random_generator(self.random_state)
        shape = (n_outputs, inputs.shape[1] + 1)
        start = self._random.standard_normal(shape) if self.init == "random" else np.zeros(shape)
        self.coef_ = np.ascontiguousarray(start[:, :-1], dtype=inputs.dtype)
        self.intercept_ = start[:, -1].astype(inputs.dtype)
        self.n_updates_ = 0
        self._n_presentations = 0
        self.history_ = History({})
        return indices

    def _examples(self, inputs: Any, labels: NDArray[Any], indices: NDArray[np.intp]) -> ExampleSet:
        dtype = self.coef_.dtype
        weights = weighted_by_class(None, self.class_weight, labels, self.classes_, dtype)
        return ExampleSet(inputs.astype(dtype, copy=False), indices, weights).weighing_something()

    def _indices_of(self, labels: NDArray[Any]) -> NDArray[np.intp]:
        return one_label_each(labels, "Perceptron", self.classes_)[1]

    def _learn(
        self, training: ExampleSet, validation: ExampleSet | None, criteria: tuple[Criterion, ...], max_iter: int
    ) -> None:
        together = self.multi_class == "kesler" and len(self.coef_) > 1
        rule = (Kesler if together else OneVersusRest)(training, self.coef_, self.intercept_, self.order)
        schedule = schedule_named(self.learning_rate)
        with FitMonitor(
            "Perceptron",
            max_iter=max_iter,
            criteria=criteria,
            state=[self.coef_, self.intercept_],
            validate=None if validation is None else lambda: self._validate(rule, validation),
            previous=self.history_,
            verbose=self.verbose,
            advice="Examples are still misclassified; the classes may not be linearly separable.",
        ) as monitor:
            for _ in monitor.epochs():
                rates = self._rates(schedule, rule.n_presentations)
                with np.errstate(over="ignore", invalid="ignore"):  # the monitor tells of a divergence
                    n_misclassified, criterion = rule.learn(self._random, rates)
                self.n_updates_ += rule.n_corrections
                monitor.record(
                    loss=criterion / len(training),
                    n_steps=rule.n_corrections,
                    misclassified=n_misclassified,
                    learning_rate=float(rates[-1]),
                )
                if rule.n_corrections == 0:
                    monitor.stop(StopCode.ALL_CORRECT, "every example is classified correctly")
        self.history_ = monitor.history
        self.stop_reason_ = monitor.reason
        self.n_iter_ = monitor.n_epochs

    def _rates(self, schedule: Schedule, n_samples: int) -> Floats:
        """Learning rates of the next pass: one number when they are all alike."""
        first = self._n_presentations
        self._n_presentations += n_samples
        steps = np.arange(first, first + (1 if schedule.is_constant else n_samples))
        return schedule.rates(steps).astype(self.coef_.dtype)

    def _validate(self, rule: PerceptronRule, validation: ExampleSet) -> dict[str, float]:
        fields = fields_of(validation.inputs, self.coef_, self.intercept_)
        return {
            "validation_loss": rule.criterion(validation),
            "validation_score": float(np.average(winners(fields) == validation.targets, weights=validation.weights)),
        }
