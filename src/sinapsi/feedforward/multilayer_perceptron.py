"""The multilayer perceptron: layers of units trained by explicit back-propagation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sinapsi.activations import Activation, HardLimit, Threshold, activation_named
from sinapsi.estimator import (
    Floats,
    NetworkEstimator,
    check_first_classes,
    class_indices,
    random_generator,
    weighted_by_class,
    weights_of_examples,
    winners,
)
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.feedforward import initialization
from sinapsi.feedforward.backpropagation import BackPropagation, Network, outputs_of
from sinapsi.feedforward.initialization import starting_parameters
from sinapsi.feedforward.solvers import Solver, solver_named
from sinapsi.feedforward.training import Outcome, Task, best_of_starts, train
from sinapsi.history import History
from sinapsi.losses import loss_named
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import RUMELHART_1986, Reference
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, MaxIter, Patience, StopReason, criteria_in
from sinapsi.validation import Examples

AUTO_BATCH_SIZE = 200  # examples a step where the user leaves it to us, as scikit-learn's MLP

_sizes = Rule(
    "an integer of at least 1 or a tuple of those",
    lambda value: count().allows(value) or (isinstance(value, tuple | list) and all(map(count().allows, value))),
)
_activation_names = instance((str, Activation), "an activation")


class _MultilayerPerceptron(NetworkEstimator):
    """What the regressor and the classifier share."""

    _chapter = 3
    _references: ClassVar[tuple[Reference, ...]] = (RUMELHART_1986,)
    _accepts_sparse = True
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
        "n_jobs": nothing | instance((int, np.integer), "an integer"),
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

    def _encode(self, answers: NDArray[Any]) -> Floats:
        """Wanted outputs of shape (n_samples, n_outputs), once the kind of answers is known."""
        raise NotImplementedError  # pragma: no cover  -- each of the two says

    def _learn_kind(self, answers: NDArray[Any], classes: ArrayLike | None) -> None:
        """Note what kind of answers there are."""
        raise NotImplementedError  # pragma: no cover  -- each of the two says

    def _auto_output_activation(self) -> str:
        raise NotImplementedError  # pragma: no cover  -- each of the two says

    def _score_of(self, targets: Floats, outputs: Floats) -> float:
        raise NotImplementedError  # pragma: no cover  -- each of the two says

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        return weights_of_examples(sample_weight, len(answers), dtype)

    def _strata(self, examples: Examples) -> NDArray[Any] | None:
        return None

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        validation: tuple[ArrayLike | None, ArrayLike | None],
    ) -> Self:
        self._check_parameters()
        goes_on = self.warm_start and hasattr(self, "coefs_")
        examples = self._admit(X, y, sample_weight, goes_on=goes_on)
        network = self._network()
        training, held_out = self._with_validation(
            examples,
            validation,
            self._encode,
            fraction=self.validation_fraction,
            random=self._random,
            strata=self._strata(examples),
        )
        self._train(network, training, held_out, self._criteria(held_out), goes_on=goes_on)
        return self

    def _partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, classes: ArrayLike | None = None
    ) -> Self:
        self._check_parameters()
        goes_on = hasattr(self, "coefs_")
        examples = self._admit(X, y, sample_weight, goes_on=goes_on, classes=classes)
        self._train(self._network(), examples, None, (MaxIter(1),), goes_on=goes_on)
        return self

    def _admit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        *,
        goes_on: bool,
        classes: ArrayLike | None = None,
    ) -> Examples:
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
        return Examples(inputs.astype(dtype, copy=False), targets, weights).weighing_something()

    def _network(self) -> Network:
        sizes = self.hidden_layer_sizes
        hidden_sizes = (int(sizes),) if isinstance(sizes, int | np.integer) else tuple(map(int, sizes))
        output = self.output_activation
        last = activation_named(self._auto_output_activation() if output == "auto" else output)
        activations = (*self._hidden_activations(len(hidden_sizes)), last)
        for activation in activations:
            if isinstance(activation, Threshold | HardLimit):
                raise InvalidParameterError(
                    f"Back-propagation needs differentiable activations. Got '{activation}'. "
                    "Use 'logistic' or 'tanh' with a large slope, such as 'logistic(slope=10)'."
                )
        self.n_layers_ = len(hidden_sizes) + 2
        self.out_activation_ = last.short_name
        return Network((self.n_features_in_, *hidden_sizes, self.n_outputs_), activations, loss_named(self.loss, last))

    def _hidden_activations(self, n_hidden: int) -> list[Activation]:
        if isinstance(self.activation, str | Activation):
            return [activation_named(self.activation)] * n_hidden
        if len(self.activation) != n_hidden:
            raise InvalidParameterError(
                f"The 'activation' parameter must name one activation for each of the {n_hidden} hidden layers, or a "
                f"single one for all. Got {len(self.activation)}."
            )
        return [activation_named(form) for form in self.activation]

    def _criteria(self, held_out: Examples | None) -> tuple[Criterion, ...]:
        if self.stopping is not None:
            return criteria_in(self.stopping)
        return (Patience(),) if held_out is not None else solver_named(self.solver).default_criteria

    def _train(
        self,
        network: Network,
        training: Examples,
        held_out: Examples | None,
        criteria: tuple[Criterion, ...],
        *,
        goes_on: bool,
    ) -> None:
        task = self._task(network, training, held_out, criteria)
        if goes_on or self.n_init == 1 or not isinstance(self.init, str):
            if goes_on:
                start = self._flat(network)
            else:
                start = starting_parameters(self.init, network, self._random, training.targets.dtype)
            outcome = train(task, start, self._random, self._memory, verbose=self.verbose)
        else:
            outcome = best_of_starts(task, self.init, self._random, self.n_init, self.n_jobs)
        self._keep(network, outcome)

    def _task(
        self, network: Network, training: Examples, held_out: Examples | None, criteria: tuple[Criterion, ...]
    ) -> Task:
        n_samples = len(training)
        sizes = {"auto": min(AUTO_BATCH_SIZE, n_samples), "full": n_samples}
        batch_size = sizes[self.batch_size] if isinstance(self.batch_size, str) else int(self.batch_size)
        return Task(
            title=type(self).__name__,
            network=network,
            solver=solver_named(self.solver),
            training=training,
            held_out=held_out,
            score=self._score_of,
            alpha=float(self.alpha),
            batch_size=min(batch_size, n_samples),
            schedule=schedule_named(self.learning_rate),
            momentum=float(self.momentum),
            shuffle=bool(self.shuffle),
            criteria=criteria,
            max_iter=self.max_iter if criteria != (MaxIter(1),) else 1,
            previous=self.history_,
        )

    def _keep(self, network: Network, outcome: Outcome) -> None:
        self.coefs_, self.intercepts_ = network.views(outcome.parameters)
        self._memory = outcome.memory
        self.history_ = outcome.history
        self.stop_reason_ = outcome.reason
        self.n_iter_ = outcome.n_epochs

    def _flat(self, network: Network) -> Floats:
        """Weights and biases in one vector, as the user may have changed them."""
        flat = np.concatenate([array.ravel() for array in (*self.coefs_, *self.intercepts_)])
        if len(flat) != network.n_parameters:
            raise InvalidParameterError(
                f"The network has {len(flat)} weights, but the present parameters ask for {network.n_parameters}. "
                "Parameters that change its shape need a new fit (warm_start=False)."
            )
        return flat

    def _outputs(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        network = self._network()
        return outputs_of(network, self._flat(network), self._inputs(X, reset=False))

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
        inputs, answers = self._inputs_and_targets(X, y, reset=False)
        network = self._network()
        targets = self._encode(answers).astype(self.coefs_[0].dtype, copy=False)
        passes = BackPropagation(network, self._flat(network), len(targets))
        return [delta.copy() for delta in passes.local_gradients(passes.forward(inputs), targets)]


def _learns_in_steps(network: _MultilayerPerceptron) -> bool:
    return solver_named(network.solver).can_go_on


class MLPRegressor(MultiOutputMixin, RegressorMixin, _MultilayerPerceptron):
    """A multilayer perceptron for real targets, trained by back-propagation.

    Each unit forms a weighted sum of the layer below and passes it through its activation; back-propagation carries
    the output errors down and moves every weight against the gradient of 1/2 sum_j (d_j - y_j)^2. Standardize X, and
    y when its size is far from 1.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of int, default=(100,)
        Units of each hidden layer, each at least 1; ``()`` is a network without hidden layer.
    activation : str, Activation or tuple of those, default="relu"
        Of the hidden units, one for all layers or one a layer: a differentiable name of :mod:`sinapsi.activations`,
        with slope where it has one, such as ``"logistic(slope=2)"``.
    output_activation : str or Activation, default="auto"
        Of the output units; "auto" is the identity.
    loss : {"squared_error"}, default="squared_error"
        What learning minimizes.
    solver : str or Solver, default="adam"
        ``"sgd"`` is back-propagation by the generalized delta rule (``"sgd(nesterov=True)"`` looks ahead), ``"adam"``
        adapts its steps, ``"lbfgs"`` uses all examples at once.
    init : str or (coefs, intercepts), default="glorot"
        Starting weights: "uniform" in [-0.5, 0.5], "glorot", "he", "lecun", "nguyen_widrow", or two lists with a
        weight matrix and a bias vector a layer.
    learning_rate : float, str or Schedule, default=0.001
        eta > 0 of "sgd" and "adam", constant or a schedule over updates, see :mod:`sinapsi.schedules`.
    momentum : float, default=0.9
        Share in [0, 1) of the last step in the next one ("sgd"); eta stands inside, as in the generalized delta rule.
    batch_size : int, "auto" or "full", default="auto"
        Examples a step: 1 is online, "auto" is min(200, n_samples), "full" is batch learning. "lbfgs" always uses all.
    max_iter : int, default=200
        Largest number of passes over the data; 0 only sets up the network with its starting weights.
    alpha : float, default=0.0001
        Weight >= 0 of the penalty, in the convention of scikit-learn's MLP: alpha / (2 n) times the squared weights
        stands beside the **mean** error of the n examples of a batch.
    n_init : int, default=1
        Number of random starts; the one with the lowest validation loss (training loss without validation data) is
        kept.
    shuffle : bool, default=True
        Whether the examples come in a new random order in every pass.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``, see :mod:`sinapsi.stopping`. None stands for ``"tolerance(1e-4, 10)"``,
        for ``"patience(10)"`` when there are validation data (the best weights are kept), and for its own
        convergence test with "lbfgs".
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights.
    n_jobs : int or None, default=None
        Processes over which the ``n_init`` starts are spread, as in joblib; the result does not depend on it.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of starting weights, order and examples held out.

    Attributes
    ----------
    coefs_ : list of array of shape (fan_in, fan_out)
        Weights of each layer.
    intercepts_ : list of array of shape (fan_out,)
        Biases of each layer.
    n_layers_ : int
        Number of layers, inputs and outputs included.
    n_outputs_ : int
        Number of output units.
    out_activation_ : str
        Activation of the output units.
    n_iter_ : int
        Passes over the data in the last fit.
    history_ : History
        Per pass: ``loss`` (penalty included, as met on the way), ``learning_rate`` or ``gradient_norm``, and the
        validation columns where there are any.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features_in_,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import MLPRegressor
    >>> X = np.linspace(-1, 1, 100).reshape(-1, 1)
    >>> model = MLPRegressor(hidden_layer_sizes=(10,), activation="tanh", solver="lbfgs", random_state=0)
    >>> bool(model.fit(X, np.sin(3 * X[:, 0])).score(X, np.sin(3 * X[:, 0])) > 0.99)
    True
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **_MultilayerPerceptron._parameter_rules,
        "loss": choice("squared_error"),
    }

    def __init__(
        self,
        *,
        hidden_layer_sizes: int | tuple[int, ...] = (100,),
        activation: str | Activation | tuple[str | Activation, ...] = "relu",
        output_activation: str | Activation = "auto",
        loss: str = "squared_error",
        solver: str | Solver = "adam",
        init: str | tuple[Any, Any] = "glorot",
        learning_rate: float | str | Schedule = 0.001,
        momentum: float = 0.9,
        batch_size: int | str = "auto",
        max_iter: int = 200,
        alpha: float = 0.0001,
        n_init: int = 1,
        shuffle: bool = True,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        warm_start: bool = False,
        n_jobs: int | None = None,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.output_activation = output_activation
        self.loss = loss
        self.solver = solver
        self.init = init
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.alpha = alpha
        self.n_init = n_init
        self.shuffle = shuffle
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.n_jobs = n_jobs
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
        """Train the network.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples; standardized columns learn best.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        MLPRegressor
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, y, sample_weight, (X_val, y_val))

    @available_if(_learns_in_steps)
    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Go once through some more examples ("sgd" and "adam").

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Their answers.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        MLPRegressor
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
            Shaped as y was.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if self._has_one_row else outputs

    def _learn_kind(self, answers: NDArray[Any], classes: ArrayLike | None) -> None:
        self._has_one_row = answers.ndim == 1

    def _encode(self, answers: NDArray[Any]) -> Floats:
        return answers.reshape(len(answers), -1)

    def _auto_output_activation(self) -> str:
        return "identity"

    def _score_of(self, targets: Floats, outputs: Floats) -> float:
        return float(r2_score(targets, outputs)) if len(targets) > 1 else float("nan")


def _has_probabilities(network: MLPClassifier) -> bool:
    return network.loss != "squared_error"


def _has_raw_outputs(network: MLPClassifier) -> bool:
    return network.loss == "squared_error"


class MLPClassifier(ClassifierMixin, _MultilayerPerceptron):
    """A multilayer perceptron for classes, or for several labels an example, trained by back-propagation.

    Each unit forms a weighted sum of the layer below and passes it through its activation; back-propagation carries
    the output errors down and moves every weight against the gradient of the loss. Standardize X.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of int, default=(100,)
        Units of each hidden layer, each at least 1; ``()`` is a network without hidden layer.
    activation : str, Activation or tuple of those, default="relu"
        Of the hidden units, one for all layers or one a layer: a differentiable name of :mod:`sinapsi.activations`,
        with slope where it has one, such as ``"logistic(slope=2)"``.
    output_activation : str or Activation, default="auto"
        Of the output units; "auto" is softmax for three classes or more with the log loss, else logistic.
    loss : {"log_loss", "cross_entropy", "squared_error"}, default="log_loss"
        What learning minimizes; the first two are the same. With squared error the outputs are no probabilities, and
        there is ``decision_function`` instead of ``predict_proba``.
    solver : str or Solver, default="adam"
        ``"sgd"`` is back-propagation by the generalized delta rule (``"sgd(nesterov=True)"`` looks ahead), ``"adam"``
        adapts its steps, ``"lbfgs"`` uses all examples at once.
    init : str or (coefs, intercepts), default="glorot"
        Starting weights: "uniform" in [-0.5, 0.5], "glorot", "he", "lecun", "nguyen_widrow", or two lists with a
        weight matrix and a bias vector a layer.
    learning_rate : float, str or Schedule, default=0.001
        eta > 0 of "sgd" and "adam", constant or a schedule over updates, see :mod:`sinapsi.schedules`.
    momentum : float, default=0.9
        Share in [0, 1) of the last step in the next one ("sgd"); eta stands inside, as in the generalized delta rule.
    batch_size : int, "auto" or "full", default="auto"
        Examples a step: 1 is online, "auto" is min(200, n_samples), "full" is batch learning. "lbfgs" always uses all.
    max_iter : int, default=200
        Largest number of passes over the data; 0 only sets up the network with its starting weights.
    alpha : float, default=0.0001
        Weight >= 0 of the penalty, in the convention of scikit-learn's MLP: alpha / (2 n) times the squared weights
        stands beside the **mean** error of the n examples of a batch.
    n_init : int, default=1
        Number of random starts; the one with the lowest validation loss (training loss without validation data) is
        kept.
    shuffle : bool, default=True
        Whether the examples come in a new random order in every pass.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``, see :mod:`sinapsi.stopping`. None stands for ``"tolerance(1e-4, 10)"``,
        for ``"patience(10)"`` when there are validation data (the best weights are kept), and for its own
        convergence test with "lbfgs".
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    class_weight : dict, "balanced" or None, default=None
        Factor on the weight of the examples of each class.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights.
    n_jobs : int or None, default=None
        Processes over which the ``n_init`` starts are spread, as in joblib; the result does not depend on it.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of starting weights, order and examples held out.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Sorted class labels; column numbers when y was a 0/1 matrix.
    coefs_ : list of array of shape (fan_in, fan_out)
        Weights of each layer.
    intercepts_ : list of array of shape (fan_out,)
        Biases of each layer.
    n_layers_ : int
        Number of layers, inputs and outputs included.
    n_outputs_ : int
        Number of output units.
    out_activation_ : str
        Activation of the output units.
    n_iter_ : int
        Passes over the data in the last fit.
    history_ : History
        Per pass: ``loss`` (penalty included, as met on the way), ``learning_rate`` or ``gradient_norm``, and the
        validation columns where there are any.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features_in_,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors.

    Examples
    --------
    >>> from sinapsi import MLPClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["same", "different", "different", "same"]
    >>> model = MLPClassifier(hidden_layer_sizes=(4,), activation="tanh", solver="lbfgs", random_state=0)
    >>> model.fit(X, y).predict(X).tolist()
    ['same', 'different', 'different', 'same']
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **_MultilayerPerceptron._parameter_rules,
        "loss": choice("log_loss", "cross_entropy", "squared_error"),
        "class_weight": nothing | choice("balanced") | instance(dict, "a dict of class to weight"),
    }

    classes_: NDArray[Any]

    def __init__(
        self,
        *,
        hidden_layer_sizes: int | tuple[int, ...] = (100,),
        activation: str | Activation | tuple[str | Activation, ...] = "relu",
        output_activation: str | Activation = "auto",
        loss: str = "log_loss",
        solver: str | Solver = "adam",
        init: str | tuple[Any, Any] = "glorot",
        learning_rate: float | str | Schedule = 0.001,
        momentum: float = 0.9,
        batch_size: int | str = "auto",
        max_iter: int = 200,
        alpha: float = 0.0001,
        n_init: int = 1,
        shuffle: bool = True,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
        n_jobs: int | None = None,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.output_activation = output_activation
        self.loss = loss
        self.solver = solver
        self.init = init
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.alpha = alpha
        self.n_init = n_init
        self.shuffle = shuffle
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples; standardized columns learn best.
        y : array of shape (n_samples,) or 0/1 matrix of shape (n_samples, n_labels)
            Classes, or any number of labels an example.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        MLPClassifier
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, y, sample_weight, (X_val, y_val))

    @available_if(_learns_in_steps)
    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Go once through some more examples ("sgd" and "adam").

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or 0/1 matrix of shape (n_samples, n_labels)
            Their answers.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        MLPClassifier
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        check_first_classes(self, classes, is_first=not hasattr(self, "coefs_"))
        return self._partial_fit(X, y, sample_weight, classes)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Give the class, or the labels, of each example.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_labels)
            Class labels, or a 0/1 matrix.
        """
        scores = self._outputs(X) - self._boundary()
        if self._is_multilabel:
            return (scores > 0).astype(self.classes_.dtype)
        return self.classes_[winners(scores)]

    @available_if(_has_probabilities)
    def predict_proba(self, X: ArrayLike) -> Floats:
        """Give the probability of each class.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_classes) or (n_samples, n_labels)
            Rows sum to 1; of a 0/1 matrix, the probability of each label by itself.
        """
        outputs = self._outputs(X)
        if outputs.shape[1] == 1 and not self._is_multilabel:
            return np.hstack([1 - outputs, outputs])
        return outputs

    @available_if(_has_probabilities)
    def predict_log_proba(self, X: ArrayLike) -> Floats:
        """Give the logarithm of the probability of each class.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_classes) or (n_samples, n_labels)
            Natural logarithms; minus infinity where a probability was rounded to 0.
        """
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    @available_if(_has_raw_outputs)
    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the outputs, measured from the boundary between no and yes.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,), (n_samples, n_classes) or (n_samples, n_labels)
            For two classes one number, above 0 for ``classes_[1]``.
        """
        scores = self._outputs(X) - self._boundary()
        return scores[:, 0] if scores.shape[1] == 1 and not self._is_multilabel else scores

    def _boundary(self) -> float:
        """Half way between the outputs wanted for no and for yes; softmax and logistic alike."""
        return (self._lowest_target() + 1) / 2

    def _lowest_target(self) -> int:
        return -1 if self.out_activation_ == "tanh" else 0

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        weights = weights_of_examples(sample_weight, len(answers), dtype)
        return weighted_by_class(weights, self.class_weight, answers, dtype)

    def _learn_kind(self, answers: NDArray[Any], classes: ArrayLike | None) -> None:
        self._is_multilabel = answers.ndim > 1
        output = self.output_activation
        if self._is_multilabel:
            self.classes_ = np.arange(answers.shape[1])
        else:
            announced = None if classes is None else np.unique(np.asarray(classes))
            self.classes_, _ = class_indices(answers, announced, owner="MLPClassifier")
        self.out_activation_ = activation_named(
            self._auto_output_activation() if output == "auto" else output
        ).short_name

    def _encode(self, answers: NDArray[Any]) -> Floats:
        low = self._lowest_target()
        if self._is_multilabel:
            if answers.ndim == 1 or answers.shape[1] != len(self.classes_):
                raise InvalidInputError(
                    f"y must be a 0/1 matrix with {len(self.classes_)} columns. Got shape {answers.shape}."
                )
            return np.where(answers > 0, 1.0, low)
        if answers.ndim > 1:
            raise InvalidInputError(
                f"y must be one label per example, as in the first fit. Got a matrix of shape {answers.shape}."
            )
        _, indices = class_indices(answers, self.classes_, owner="MLPClassifier")
        table = np.where(np.eye(len(self.classes_)) > 0, 1.0, low)
        return table[indices, 1:] if len(self.classes_) == 2 else table[indices]

    def _auto_output_activation(self) -> str:
        return (
            "softmax" if len(self.classes_) > 2 and not self._is_multilabel and _has_probabilities(self) else "logistic"
        )

    def _strata(self, examples: Examples) -> NDArray[Any] | None:
        return None if self._is_multilabel else winners(examples.targets - self._boundary())

    def _score_of(self, targets: Floats, outputs: Floats) -> float:
        wanted, given = targets - self._boundary(), outputs - self._boundary()
        if self._is_multilabel:
            return float(((wanted > 0) == (given > 0)).all(axis=1).mean())
        return float((winners(wanted) == winners(given)).mean())
