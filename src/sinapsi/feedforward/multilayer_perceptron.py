"""What the two multilayer perceptrons share: from data and parameters to a trained network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.activations import Activation, activation_named
from sinapsi.estimator import (
    Floats,
    NetworkEstimator,
    random_generator,
    weights_of_examples,
)
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.feedforward import initialization
from sinapsi.feedforward.backpropagation import BackPropagation, outputs_of
from sinapsi.feedforward.diagnosis import Diagnosis, diagnosis_of
from sinapsi.feedforward.initialization import starting_parameters
from sinapsi.feedforward.network import Network, planned_network
from sinapsi.feedforward.restarts import best_of_starts
from sinapsi.feedforward.solvers import Solver, solver_named
from sinapsi.feedforward.training import Outcome, Start, Task, train
from sinapsi.history import History
from sinapsi.losses import Loss, ObservedOnly
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import (
    IGEL_HUSKEN_2000,
    KINGMA_BA_2015,
    LIU_NOCEDAL_1989,
    MACKAY_1992,
    MARQUARDT_1963,
    MOLLER_1993,
    RUMELHART_1986,
    Reference,
)
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, MaxIter, Patience, StopReason, criteria_in
from sinapsi.validation import ExampleSet

# Examples a step where the user leaves it to us: 200 as in scikit-learn's MLP, but at least ten steps in a pass over
# small data, where one step a pass would use up max_iter before anything is learned.
LARGEST_AUTO_BATCH = 200
AUTO_STEPS = 10
SMALLEST_AUTO_BATCH = 10

# What the solver "bayesian" learns besides the weights: three numbers in the order in which it keeps them, and then the
# precision of each layer's weights.
EVIDENCE = ("effective_parameters_", "noise_precision_", "log_evidence_")

_sizes = Rule(
    "an integer of at least 1 or a tuple of those",
    lambda value: count().allows(value) or (isinstance(value, tuple | list) and all(map(count().allows, value))),
)
_activation_names = instance((str, Activation), "an activation")


class MultilayerPerceptron(NetworkEstimator):
    """What the regressor and the classifier share."""

    _chapter = 3
    _references: ClassVar[tuple[Reference, ...]] = (
        RUMELHART_1986,
        KINGMA_BA_2015,
        LIU_NOCEDAL_1989,
        IGEL_HUSKEN_2000,
        MOLLER_1993,
        MARQUARDT_1963,
        MACKAY_1992,
    )
    _accepts_sparse = True
    _accepts_missing_targets = True
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        "learning_rate": schedule_named,
        "stopping": criteria_in,
        "solver": solver_named,
        "activation": lambda form: (
            [activation_named(each) for each in ([form] if isinstance(form, str) else form)]
            if not isinstance(form, Activation)
            else form
        ),
        "output_activation": lambda form: form == "auto" or activation_named(form),
    }
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "hidden_layer_sizes": _sizes,
        "activation": _activation_names | instance((tuple, list), "a tuple of them, one a hidden layer"),
        "output_activation": _activation_names,
        "solver": instance((str, Solver), "a solver"),
        "init": choice(*initialization.BY_NAME) | instance((tuple, list), "a pair (coefs, intercepts)"),
        "learning_rate": number(0, open_low=True, open_high=True) | instance((str, Schedule), "a schedule"),
        "momentum": number(0, 1, open_high=True),
        "batch_size": count() | choice("auto", "full"),
        "max_iter": count(0),
        "alpha": number(0, open_high=True),
        "n_init": count(),
        "shuffle": boolean,
        "stopping": nothing | instance((str, Criterion, AnyOf), "stopping rules"),
        "validation_fraction": number(0, 1, open_high=True),
        "warm_start": boolean,
        "n_jobs": nothing | Rule("an integer other than 0", lambda value: count(-(10**9)).allows(value) and value != 0),
        "verbose": boolean | count(0),
        "random_state": random_source,
    }

    hidden_layer_sizes: int | tuple[int, ...]
    activation: str | Activation | tuple[str | Activation, ...]
    output_activation: str | Activation
    loss: str
    solver: str | Solver
    init: str | tuple[Any, Any]
    learning_rate: float | str | Schedule
    momentum: float
    batch_size: int | str
    max_iter: int
    alpha: float
    n_init: int
    shuffle: bool
    stopping: str | Criterion | AnyOf | None
    validation_fraction: float
    warm_start: bool
    n_jobs: int | None
    verbose: int
    random_state: int | np.random.RandomState | np.random.Generator | None

    coefs_: list[Floats]
    intercepts_: list[Floats]
    n_layers_: int
    n_outputs_: int
    out_activation_: str
    n_iter_: int
    history_: History
    stop_reason_: StopReason
    effective_parameters_: float
    weight_precision_: Floats
    noise_precision_: float
    log_evidence_: float
    _activations: tuple[Activation, ...]
    _loss: Loss

    def _encode(self, answers: NDArray[Any]) -> Floats:
        """Wanted outputs of shape (n_samples, n_outputs), once the kind of answers is known."""
        raise NotImplementedError  # pragma: no cover  -- each of the two says

    def _learn_kind(self, answers: NDArray[Any], classes: ArrayLike | None) -> None:
        """Note what kind of answers there are."""
        raise NotImplementedError  # pragma: no cover  -- each of the two says

    def _auto_output_activation(self) -> str:
        raise NotImplementedError  # pragma: no cover  -- each of the two says

    def _score_of(self, targets: Floats, outputs: Floats, weights: Floats | None) -> float:
        raise NotImplementedError  # pragma: no cover  -- each of the two says

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        return weights_of_examples(sample_weight, len(answers), dtype)

    def _strata(self, examples: ExampleSet) -> NDArray[Any] | None:
        return None

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        validation: tuple[ArrayLike | None, ArrayLike | None],
    ) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            goes_on = self.warm_start and hasattr(self, "coefs_")
            examples = self._admit(X, y, sample_weight, goes_on=goes_on)
            training, held_out = self._with_validation(
                examples,
                validation,
                self._encode,
                fraction=self.validation_fraction,
                random=self._random,
                strata=self._strata(examples),
            )
            if not goes_on:
                _check_some_known(training.targets)
            criteria = self._criteria(len(training), held_out)
            self._train(training, held_out, criteria, self.max_iter, goes_on=goes_on)
        return self

    def _partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, classes: ArrayLike | None = None
    ) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            goes_on = hasattr(self, "coefs_")
            examples = self._admit(X, y, sample_weight, goes_on=goes_on, classes=classes)
            self._train(examples, None, (MaxIter(1),), 1, goes_on=goes_on)
        return self

    def _admit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        *,
        goes_on: bool,
        classes: ArrayLike | None = None,
    ) -> ExampleSet:
        inputs, answers = self._inputs_and_targets(X, y, reset=not goes_on)
        if not goes_on:
            self._learn_kind(answers, classes)
            self._random = random_generator(self.random_state)
            self._memory: dict[str, NDArray[Any]] = {}
            self.history_ = History({})
        dtype = self.coefs_[0].dtype if goes_on else inputs.dtype
        targets = np.ascontiguousarray(self._encode(answers), dtype=dtype)
        weights = self._weights(sample_weight, answers, dtype)
        if not goes_on:
            self.n_outputs_ = targets.shape[1]
        self._check_outputs(targets)
        examples = ExampleSet(inputs.astype(dtype, copy=False), targets, weights).weighing_something()
        if not goes_on:
            _check_some_known(examples.targets)
        return examples

    def _check_outputs(self, targets: Floats) -> None:
        if targets.shape[1] != self.n_outputs_:
            raise InvalidInputError(
                f"y must have {self.n_outputs_} outputs, as in the first fit. Got {targets.shape[1]}."
            )

    def _planned_network(self) -> Network:
        """The network that the present parameters ask for."""
        sizes = self.hidden_layer_sizes
        hidden_sizes = (int(sizes),) if isinstance(sizes, int | np.integer) else tuple(map(int, sizes))
        return planned_network(
            (self.n_features_in_, *hidden_sizes, self.n_outputs_),
            self.activation,
            self._output_activation(),
            self.loss,
            owner=type(self).__name__,
        )

    def _output_activation(self) -> Activation:
        form = self.output_activation
        return activation_named(self._auto_output_activation() if form == "auto" else form)

    def _network(self) -> Network:
        """The network that was fitted, whatever the parameters say by now."""
        sizes = (self.n_features_in_, *(len(intercept) for intercept in self.intercepts_))
        return Network(sizes, self._activations, self._loss)

    def _criteria(self, n_samples: int, held_out: ExampleSet | None) -> tuple[Criterion, ...]:
        solver = solver_named(self.solver)
        if self.stopping is None:
            return (Patience(),) if held_out is not None else solver.default_criteria
        criteria = criteria_in(self.stopping)
        knows_gradient = solver.knows_gradient_norm or self._batch_size(n_samples) == n_samples
        self._check_criteria(criteria, has_validation=held_out is not None, knows_gradient=knows_gradient)
        return criteria

    def _train(
        self,
        training: ExampleSet,
        held_out: ExampleSet | None,
        criteria: tuple[Criterion, ...],
        max_iter: int,
        *,
        goes_on: bool,
    ) -> None:
        network = self._planned_network()
        task = self._task(network, training, held_out, criteria, max_iter)
        if goes_on or self.n_init == 1 or not isinstance(self.init, str):
            if goes_on:
                start = self._present_weights(network)
                self._forget_other_solvers(task.solver)
            else:
                start = self._starting_weights(network, training)
            memory = {name: array.copy() for name, array in self._memory.items()}  # whole, should the fit fail
            outcome = train(task, Start(start, self._random, memory), verbose=self.verbose)
        else:
            outcome = best_of_starts(task, self.init, self._random, self.n_init, self.n_jobs)
        self._keep(network, outcome)

    def _starting_weights(self, network: Network, training: ExampleSet) -> Floats:
        return starting_parameters(self.init, network, self._random, training.targets.dtype)

    def _task(
        self,
        network: Network,
        training: ExampleSet,
        held_out: ExampleSet | None,
        criteria: tuple[Criterion, ...],
        max_iter: int,
    ) -> Task:
        if any(examples is not None and np.isnan(examples.targets).any() for examples in (training, held_out)):
            network = replace(network, loss=ObservedOnly(network.loss))
        return Task(
            title=type(self).__name__,
            network=network,
            solver=solver_named(self.solver),
            training=training,
            held_out=held_out,
            score=self._score_of,
            alpha=float(self.alpha),
            batch_size=self._batch_size(len(training)),
            schedule=schedule_named(self.learning_rate),
            momentum=float(self.momentum),
            shuffle=bool(self.shuffle),
            criteria=criteria,
            max_iter=max_iter,
            previous=self.history_,
        )

    def _batch_size(self, n_samples: int) -> int:
        automatic = min(LARGEST_AUTO_BATCH, max(SMALLEST_AUTO_BATCH, n_samples // AUTO_STEPS))
        sizes = {"auto": automatic, "full": n_samples}
        batch_size = sizes[self.batch_size] if isinstance(self.batch_size, str) else int(self.batch_size)
        return min(batch_size, n_samples)

    def _keep(self, network: Network, outcome: Outcome) -> None:
        self.coefs_, self.intercepts_ = network.views(outcome.parameters)
        self._activations, self._loss = network.activations, network.loss
        self.n_layers_ = len(network.sizes)
        self.out_activation_ = network.activations[-1].short_name
        self._memory, self._remembering = outcome.memory, solver_named(self.solver).short_name
        for name in (*EVIDENCE, "weight_precision_"):
            self.__dict__.pop(name, None)  # of an earlier fit by another solver
        if "evidence" in outcome.memory:
            for name, value in zip(EVIDENCE, outcome.memory["evidence"], strict=False):
                setattr(self, name, float(value))
            self.weight_precision_ = outcome.memory["evidence"][len(EVIDENCE) :].astype(outcome.parameters.dtype)
        self.history_ = outcome.history
        self.stop_reason_ = outcome.reason
        self.n_iter_ = outcome.n_epochs

    def _forget_other_solvers(self, solver: Solver) -> None:
        """Velocities, dampings and the like are of use to the solver that left them only; the count of steps to all."""
        if getattr(self, "_remembering", solver.short_name) != solver.short_name:
            self._memory = {name: array for name, array in self._memory.items() if name == "n_steps"}

    def _present_weights(self, network: Network) -> Floats:
        """Weights and biases in one vector, if they are those of the network asked for."""
        if network.sizes != self._network().sizes:
            raise InvalidParameterError(
                f"The fitted network has layers of {self._network().sizes} units, but the present parameters ask for "
                f"{network.sizes}. Parameters that change its shape need a new fit (warm_start=False)."
            )
        return np.concatenate([array.ravel() for array in (*self.coefs_, *self.intercepts_)])

    def _outputs(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        return outputs_of(self._network(), self.coefs_, self.intercepts_, self._inputs(X, reset=False))

    def _own_score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None) -> float | None:
        """The score over the targets that are known; None where none is missing and scikit-learn's own will do."""
        answers = np.asarray(y)
        if answers.ndim != 2 or answers.dtype.kind != "f" or not np.isnan(answers).any():
            return None
        check_is_fitted(self)
        examples = self._answered(X, y)
        outputs = outputs_of(self._network(), self.coefs_, self.intercepts_, examples.inputs)
        weights = weights_of_examples(sample_weight, len(examples), outputs.dtype)
        return self._score_of(examples.targets, outputs, weights)

    def local_gradients(self, X: ArrayLike, y: ArrayLike) -> list[Floats]:
        """Show every delta of back-propagation: the local gradients -dE/dv of all units, example by example.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Their answers.

        Returns
        -------
        list of array of shape (n_samples, n_units)
            One a layer after the inputs, in the order of ``coefs_``. The weight from unit i to unit j of a layer has
            the gradient ``-mean_n(y_i delta_j)`` over the examples n.
        """
        check_is_fitted(self)
        examples, network = self._answered(X, y), self._network()
        if np.isnan(examples.targets).any():
            network = replace(network, loss=ObservedOnly(network.loss))
        passes = BackPropagation(network, self._present_weights(network), len(examples))
        return [delta.copy() for delta in passes.local_gradients(passes.forward(examples.inputs), examples.targets)]

    def diagnose(
        self, X: ArrayLike, y: ArrayLike, *, X_val: ArrayLike | None = None, y_val: ArrayLike | None = None
    ) -> Diagnosis:
        """Look the fitted network over: what is well, what is not, and what to do about it.

        It looks at the examples for each weight (the course's rule of thumb asks for 4 to 10), at how training ended,
        at the size of the inputs, at units that never fire or are saturated, at targets out of reach, and at the loss
        against that of a constant answer; with validation data at how well the network generalizes.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            The examples it learned from.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Their answers.
        X_val, y_val : arrays of the same kind, optional
            Examples it did not learn from.

        Returns
        -------
        Diagnosis
            ``print`` shows it as a report; ``findings`` has the parts, each with fact, verdict and advice.

        Raises
        ------
        InvalidInputError
            If the data do not fit the network.
        """
        check_is_fitted(self)
        examples, held_out = self._with_validation(
            self._answered(X, y), (X_val, y_val), self._encode, fraction=0.0, random=self._random, strata=None
        )
        network = self._network()
        return diagnosis_of(
            type(self).__name__,
            replace(network, loss=ObservedOnly(network.loss)),
            self._present_weights(network),
            examples,
            held_out,
            self.stop_reason_,
            getattr(self, "effective_parameters_", None),
        )

    def _answered(self, X: ArrayLike, y: ArrayLike) -> ExampleSet:
        """Examples for a fitted network, in its own terms."""
        inputs, answers = self._inputs_and_targets(X, y, reset=False)
        targets = self._encode(answers).astype(self.coefs_[0].dtype, copy=False)
        self._check_outputs(targets)
        return ExampleSet(inputs, targets)


def _check_some_known(targets: Floats) -> None:
    unknown = np.flatnonzero(np.isnan(targets).all(axis=0))
    if len(unknown):
        raise InvalidInputError(
            f"y must have a known value in every column, among the examples that weigh something and are not held out. "
            f"Column {unknown[0]} holds NaN only, which says that this output never matters. Drop the column, or hold "
            "out less."
        )


def learns_in_steps(network: MultilayerPerceptron) -> bool:
    """Tell whether the network learns step by step, so that ``partial_fit`` has a meaning.

    Parameters
    ----------
    network : estimator
        With its parameters.

    Returns
    -------
    bool
        True for "sgd" and "adam".
    """
    return solver_named(network.solver).can_go_on
