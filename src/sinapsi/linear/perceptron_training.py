"""How the perceptron is trained: its parameters, what it carries from fit to fit, and the passes over the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import Floats, NetworkEstimator, random_generator
from sinapsi.history import History
from sinapsi.labels import one_label_each, weighted_by_class, winners
from sinapsi.linear.fields import fields_of
from sinapsi.linear.learning_path import PathRecorder
from sinapsi.linear.perceptron_rule import Kesler, OneVersusRest, PerceptronRule
from sinapsi.linear.variants.averaged import Averaged
from sinapsi.linear.variants.memory import Kept, Memory, check_memory
from sinapsi.linear.variants.pocket import Pocket
from sinapsi.linear.variants.voted import Voted, shares_of_votes
from sinapsi.monitor import FitMonitor
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import (
    DUDA_HART_1973,
    FREUND_SCHAPIRE_1999,
    GALLANT_1990,
    NOVIKOFF_1962,
    ROSENBLATT_1958,
    Reference,
)
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, Patience, StopCode, StopReason, criteria_in
from sinapsi.validation import ExampleSet

VARIANTS: Mapping[str, type[Memory]] = MappingProxyType(
    {"standard": Memory, "averaged": Averaged, "pocket": Pocket, "voted": Voted}
)


class PerceptronTraining(NetworkEstimator):
    """What stands behind :class:`~sinapsi.linear.perceptron.Perceptron`."""

    _chapter = 2
    _references: ClassVar[tuple[Reference, ...]] = (
        ROSENBLATT_1958,
        NOVIKOFF_1962,
        DUDA_HART_1973,
        GALLANT_1990,
        FREUND_SCHAPIRE_1999,
    )
    _accepts_sparse = True
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        "learning_rate": schedule_named,
        "stopping": criteria_in,
    }
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "variant": choice(*VARIANTS),
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

    variant: str
    learning_rate: float | str | Schedule
    max_iter: int
    order: str
    init: str
    multi_class: str
    stopping: str | Criterion | AnyOf | None
    validation_fraction: float
    class_weight: dict[Any, float] | str | None
    warm_start: bool
    verbose: int
    random_state: int | np.random.RandomState | np.random.Generator | None

    coef_: Floats
    intercept_: Floats
    classes_: NDArray[Any]
    n_updates_: int
    n_iter_: int
    _increment: float | None
    _start: Floats | None
    _memory: Kept
    _remembers: tuple[str, bool]
    history_: History
    stop_reason_: StopReason

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        validation_data: tuple[ArrayLike | None, ArrayLike | None],
        recorder: PathRecorder | None = None,
    ) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            goes_on = self.warm_start and hasattr(self, "coef_")
            inputs, labels = self._inputs_and_targets(X, y, reset=not goes_on)
            indices = self._begin(inputs, labels, None, goes_on=goes_on)
            examples = self._examples(inputs, labels, indices, recorder)
            training, validation = self._with_validation(
                examples,
                validation_data,
                self._indices_of,
                fraction=self.validation_fraction,
                random=self._random,
                strata=examples.targets,
            )
            criteria = criteria_in(self.stopping)
            if self.stopping is None and validation is not None:
                criteria = (Patience(),)
            self._check_criteria(criteria, has_validation=validation is not None)
            self._learn(training, validation, criteria, self.max_iter, recorder)
        return self

    def _fields(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        inputs = self._inputs(X, reset=False)
        if "voters" in self._memory:
            return shares_of_votes(inputs, self._memory)
        return fields_of(inputs, self.coef_, self.intercept_)

    def _begin(
        self, inputs: Any, labels: NDArray[Any], announced: ArrayLike | None, *, goes_on: bool
    ) -> NDArray[np.intp]:
        """Class index of every example; takes the classes and the starting weights unless learning goes on."""
        known = self.classes_ if goes_on else None
        classes, indices = one_label_each(labels, "Perceptron", known, announced)
        if goes_on:
            self._go_on()
            return indices
        self.classes_ = classes
        n_outputs = 1 if len(classes) == 2 else len(classes)
        self._random = random_generator(self.random_state)
        shape = (n_outputs, inputs.shape[1] + 1)
        start = self._random.standard_normal(shape) if self.init == "random" else np.zeros(shape)
        self.coef_ = np.ascontiguousarray(start[:, :-1], dtype=inputs.dtype)
        self.intercept_ = start[:, -1].astype(inputs.dtype)
        self._start = start.astype(inputs.dtype) if self.init == "random" else None
        self._remember_anew()
        self._increment = None
        self.n_updates_ = 0
        self._n_presentations = 0
        self.history_ = History({})
        return indices

    def _go_on(self) -> None:
        """Learn on in copies, so that nothing is changed if the fit fails; another variant begins to remember now."""
        self.coef_, self.intercept_ = self.coef_.copy(), self.intercept_.copy()
        remembered, together = self._remembers
        check_memory(self._memory, VARIANTS[remembered].begin(self.coef_, self.intercept_, together=together))
        self._memory = {name: kept.copy() for name, kept in self._memory.items()}
        if self._remembers != (self.variant, self._learns_together):
            self.coef_ = self._memory.get("coef", self.coef_)
            self.intercept_ = self._memory.get("intercept", self.intercept_)
            self._remember_anew()

    def _remember_anew(self) -> None:
        together = self._learns_together
        self._memory = VARIANTS[self.variant].begin(self.coef_, self.intercept_, together=together)
        self._remembers = (self.variant, together)

    @property
    def _learns_together(self) -> bool:
        return self.multi_class == "kesler" and len(self.coef_) > 1

    def _examples(
        self,
        inputs: Any,
        labels: NDArray[Any],
        indices: NDArray[np.intp],
        recorder: PathRecorder | None = None,
    ) -> ExampleSet:
        dtype = self.coef_.dtype
        weights = weighted_by_class(None, self.class_weight, labels, self.classes_, dtype)
        examples = ExampleSet(inputs.astype(dtype, copy=False), indices, weights)
        return (recorder.number(examples) if recorder else examples).weighing_something()

    def _indices_of(self, labels: NDArray[Any]) -> NDArray[np.intp]:
        return one_label_each(labels, "Perceptron", self.classes_)[1]

    def _learn(
        self,
        training: ExampleSet,
        validation: ExampleSet | None,
        criteria: tuple[Criterion, ...],
        max_iter: int,
        recorder: PathRecorder | None = None,
    ) -> None:
        memory = VARIANTS[self.variant](training.inputs, (self.coef_, self.intercept_), self._memory)
        rule = (Kesler if self._learns_together else OneVersusRest)(training, memory, self.order)
        schedule = schedule_named(self.learning_rate)
        self._note_increment(schedule, training)
        if recorder:
            recorder.begin(training, memory.coef, memory.intercept)
        with FitMonitor(
            "Perceptron",
            max_iter=max_iter,
            criteria=criteria,
            state=memory.state,
            validate=None if validation is None else lambda: self._validate(memory, rule, validation),
            previous=self.history_,
            verbose=self.verbose,
            advice="Examples are still misclassified; the classes may not be linearly separable.",
        ) as monitor:
            for epoch in monitor.epochs():
                rates = self._rates(schedule, rule.n_presentations)
                n_misclassified, criterion = self._pass(epoch, rule, memory, rates, recorder)
                monitor.record(
                    loss=criterion / len(training),
                    n_steps=rule.n_corrections,
                    misclassified=n_misclassified,
                    learning_rate=float(rates[-1]),
                )
                if rule.n_corrections == 0:
                    monitor.stop(StopCode.ALL_CORRECT, self._all_correct(memory, training))
        memory.end()
        if recorder:
            recorder.end(memory.coef, memory.intercept)
        self.history_ = monitor.history
        self.stop_reason_ = monitor.reason
        self.n_iter_ = monitor.n_epochs

    def _pass(
        self, epoch: int, rule: PerceptronRule, memory: Memory, rates: Floats, recorder: PathRecorder | None
    ) -> tuple[int, float]:
        """Misclassified examples and summed criterion of one pass."""
        before = (memory.coef.copy(), memory.intercept.copy()) if recorder else None
        with np.errstate(over="ignore", invalid="ignore"):  # the monitor tells of a divergence
            n_misclassified, criterion = rule.learn(self._random, rates)
            if recorder and before:
                after = memory.coef, memory.intercept
                recorder.follow(rule.moves(*before, rates), rule.n_corrections, epoch, after)
        self.n_updates_ += rule.n_corrections
        return n_misclassified, criterion

    def _all_correct(self, memory: Memory, training: ExampleSet) -> str:
        """The last weights are right everywhere; the mean of all weights, or their vote, need not be."""
        n_wrong = 0
        if self.variant in ("averaged", "voted"):
            n_wrong = int((winners(memory.fields(training.inputs)) != training.targets).sum())
        if not n_wrong:
            return "every example is classified correctly"
        others = "their mean over the run" if self.variant == "averaged" else "the vote of all weights"
        return f"the last weights classify every example correctly, {others} misclassifies {n_wrong} of {len(training)}"

    def _note_increment(self, schedule: Schedule, training: ExampleSet) -> None:
        """The one increment of all corrections since learning began, for the convergence theorem; None if varied."""
        is_fixed = schedule.is_constant and training.weights is None
        increment = schedule.rate(0) if is_fixed else None
        is_first = not self.history_.n_epochs
        self._increment = increment if is_first or increment == self._increment else None

    def _rates(self, schedule: Schedule, n_samples: int) -> Floats:
        """Learning rates of the next pass: one number when they are all alike."""
        first = self._n_presentations
        self._n_presentations += n_samples
        steps = np.arange(first, first + (1 if schedule.is_constant else n_samples))
        return schedule.rates(steps).astype(self.coef_.dtype)

    def _validate(self, memory: Memory, rule: PerceptronRule, validation: ExampleSet) -> dict[str, float]:
        fields = memory.fields(validation.inputs)
        return {
            "validation_loss": rule.criterion(fields, validation),
            "validation_score": float(np.average(winners(fields) == validation.targets, weights=validation.weights)),
        }
