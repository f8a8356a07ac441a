"""The deep belief network: directed layers below a restricted machine that joins what they recognize to a label."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from sinapsi.energy.arithmetic import Chance, softplus_sums
from sinapsi.energy.batches import rows_a_batch
from sinapsi.energy.data_scale import DataScale
from sinapsi.energy.deep.pretraining import MOMENTUM, Pretraining, Stack, telling_of_layer
from sinapsi.energy.deep.wake_sleep import DirectedLayer, WakeSleep, recognized
from sinapsi.energy.machine import SPREAD_OF_START, Machine
from sinapsi.energy.rbm_classifier import beside_classes
from sinapsi.energy.restricted import check_count
from sinapsi.energy.restricted_boltzmann_machine import RestrictedBoltzmannMachine
from sinapsi.energy.sampling import chains_from, last_of_chain
from sinapsi.energy.units import Binary, Gaussian, Joined, Softmax, VisibleUnits, visible_units_named
from sinapsi.energy.visible_data import check_range, units_for
from sinapsi.estimator import Floats, NetworkEstimator, random_generator
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.history import History
from sinapsi.labels import check_first_classes, class_indices, one_label_each, weights_of_classes
from sinapsi.monitor import FitMonitor, tell
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import HINTON_OSINDERO_TEH_2006, Reference
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, MaxIter, Patience, StopCode, StopReason, criteria_in
from sinapsi.validation import ExampleSet

LARGEST_WEIGHT = 1e4  # of a network that still learns

_sizes = Rule(
    "a tuple of at least 2 integers of at least 1 (for one hidden layer see RBMClassifier)",
    lambda value: isinstance(value, tuple | list) and len(value) >= 2 and all(map(count().allows, value)),
)


class LabelledMachine(RestrictedBoltzmannMachine):
    """A restricted machine whose last columns are one label, for the top of a deep network."""

    n_classes: int  # how many columns; no parameter, for nobody but the network makes one

    def _visible_layer(self) -> VisibleUnits:
        return Joined(Binary(), Softmax(), self.n_features_in_ - self.n_classes)


class DeepBeliefNetwork(ClassifierMixin, NetworkEstimator):
    """A deep generative network with labels at the top: it recognizes examples, and dreams examples of a class.

    A restricted Boltzmann machine at the top joins labels to what the layers below recognize. Downwards the layers
    generate by weights of their own. All are first trained greedily as restricted machines, and then together by
    contrastive wake-sleep: awake, weights downwards learn to generate what was found; asleep, weights upwards learn to
    recognize what was dreamed. An example is given the class with which the top has the lowest free energy.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(100, 100)
        Units of the hidden layers, at least two; the last is the hidden layer of the machine at the top.
    visible : {"auto", "binary", "gaussian", "softmax"} or VisibleUnits, default="auto"
        What the columns of X are, as in :class:`RestrictedBoltzmannMachine`.
    pretraining_learning_rate : float, default=0.05
        Rate > 0 of contrastive divergence in the greedy phase; columns of real numbers share it among them.
    pretraining_max_iter : int, default=100
        Passes over the data for each pair; 0 leaves the machines as they start.
    n_gibbs_steps : int, default=3
        Steps of the machine at the top between wake and sleep, at least 1.
    learning_rate : float, str or Schedule, default=0.01
        eta > 0 of wake-sleep, constant or a schedule over updates, see :mod:`sinapsi.schedules`.
    weight_decay : float, default=0.0001
        Share of each weight taken from its gradient, at least 0.
    batch_size : int or "auto", default="auto"
        Examples an update; "auto" is a hundredth of the examples, but at least 10 and at most
        100.
    max_iter : int, default=50
        Passes of wake-sleep; 0 leaves the network as the greedy phase made it.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``; None is ``"patience(10)"`` when there are validation data.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    class_weight : dict, "balanced" or None, default=None
        Factor on the probability of each class in prediction.
    warm_start : bool, default=False
        Whether ``fit`` goes on with wake-sleep from the present weights.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of weights, order and chance.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Sorted class labels.
    recognition_weights_ : list of array of shape (n_lower, n_upper)
        Weights upwards of the directed layers.
    recognition_intercepts_ : list of array of shape (n_upper,)
        Biases of the units above.
    generative_weights_ : list of array of shape (n_upper, n_lower)
        Weights downwards of the directed layers.
    generative_intercepts_ : list of array of shape (n_lower,)
        Biases of the units below; of Gaussian ones in widths from the mean.
    components_ : array of shape (n_top, n_units + n_classes)
        Weights of the machine at the top; those of the classes stand last.
    intercept_visible_ : array of shape (n_units + n_classes,)
        Biases of its visible units.
    intercept_hidden_ : array of shape (n_top,)
        Biases of its hidden units.
    visible_ : str
        Kind of the visible units.
    mean_, scale_ : array of shape (n_features,)
        Means of the columns and widths of the units (Gaussian only).
    pretraining_history_ : list of History
        Course of the greedy phase, layer by layer.
    history_ : History
        Per pass of wake-sleep: ``loss`` (squared error of the examples as the drawn first hidden layer expects them,
        summed over the columns), ``learning_rate``, and with validation data ``validation_loss`` (log loss of the
        classes) and ``validation_score`` (accuracy).
    n_iter_ : int
        Passes of wake-sleep in the last fit.
    stop_reason_ : StopReason
        Why learning ended. Ctrl-C in the greedy phase keeps the layers that are finished.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    See Also
    --------
    DBNClassifier : The same stack, fine-tuned by back-propagation to tell classes apart.
    RBMClassifier : The machine at the top by itself.

    References
    ----------
    Hinton, Osindero and Teh (2006), A fast learning algorithm for deep belief nets, appendix B.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sinapsi import DeepBeliefNetwork
    >>> X, y = load_digits(return_X_y=True)
    >>> model = DeepBeliefNetwork(hidden_layer_sizes=(80, 80), random_state=0).fit(X[:1500] / 16, y[:1500])
    >>> model.score(X[1500:] / 16, y[1500:]) > 0.85
    True
    >>> threes, labels = model.sample(5, label=3)
    >>> threes.shape, labels.tolist()
    ((5, 64), [3, 3, 3, 3, 3])
    """

    _chapter = 9
    _references: ClassVar[tuple[Reference, ...]] = (HINTON_OSINDERO_TEH_2006,)
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        "visible": lambda form: form == "auto" or visible_units_named(form),
        "learning_rate": schedule_named,
        "stopping": criteria_in,
    }
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "hidden_layer_sizes": _sizes,
        "visible": instance((str, VisibleUnits), "a kind of visible units"),
        "pretraining_learning_rate": number(0, open_low=True, open_high=True),
        "pretraining_max_iter": count(0),
        "n_gibbs_steps": count(),
        "learning_rate": number(0, open_low=True, open_high=True) | instance((str, Schedule), "a schedule"),
        "weight_decay": number(0, open_high=True),
        "batch_size": count() | choice("auto"),
        "max_iter": count(0),
        "stopping": nothing | instance((str, Criterion, AnyOf), "stopping rules"),
        "validation_fraction": number(0, 1, open_high=True),
        "class_weight": nothing | choice("balanced") | instance(dict, "a dict of class to weight"),
        "warm_start": boolean,
        "verbose": boolean | count(0),
        "random_state": random_source,
    }

    classes_: NDArray[Any]
    recognition_weights_: list[Floats]
    recognition_intercepts_: list[Floats]
    generative_weights_: list[Floats]
    generative_intercepts_: list[Floats]
    components_: Floats
    intercept_visible_: Floats
    intercept_hidden_: Floats
    visible_: str
    mean_: Floats
    scale_: Floats
    pretraining_history_: list[History]
    history_: History
    n_iter_: int
    stop_reason_: StopReason
    n_features_in_: int
    _random: np.random.Generator
    _memory: dict[str, NDArray[Any]]
    _log_class_weights: NDArray[np.float64]

    def __init__(
        self,
        *,
        hidden_layer_sizes: tuple[int, ...] = (100, 100),
        visible: str | VisibleUnits = "auto",
        pretraining_learning_rate: float = 0.05,
        pretraining_max_iter: int = 100,
        n_gibbs_steps: int = 3,
        learning_rate: float | str | Schedule = 0.01,
        weight_decay: float = 0.0001,
        batch_size: int | str = "auto",
        max_iter: int = 50,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.visible = visible
        self.pretraining_learning_rate = pretraining_learning_rate
        self.pretraining_max_iter = pretraining_max_iter
        self.n_gibbs_steps = n_gibbs_steps
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, X_val: ArrayLike | None = None, y_val: ArrayLike | None = None
    ) -> Self:
        """Learn greedily, then by wake-sleep.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes: two or more labels of one type.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        DeepBeliefNetwork
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        self._check_parameters()
        has_validation = X_val is not None or self.validation_fraction > 0
        criteria = criteria_in(self.stopping)
        if self.stopping is None and has_validation:
            criteria = (Patience(),)
        self._check_criteria(criteria, has_validation=has_validation)
        with self._all_or_nothing():
            goes_on = self.warm_start and hasattr(self, "components_")
            examples = self._admit(X, y, goes_on=goes_on)
            training, held_out = self._with_validation(
                examples,
                (X_val, y_val),
                self._indices_of,
                fraction=self.validation_fraction,
                random=self._random,
                strata=examples.targets,
            )
            self._learn(training, held_out, max_iter=int(self.max_iter), criteria=criteria, goes_on=goes_on)
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Go once through some more examples by wake-sleep; the first call learns greedily from its examples before.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.

        Returns
        -------
        DeepBeliefNetwork
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        self._check_parameters()
        goes_on = hasattr(self, "components_")
        check_first_classes(self, classes, is_first=not goes_on)
        with self._all_or_nothing():
            examples = self._admit(X, y, goes_on=goes_on, classes=classes)
            self._learn(examples, None, max_iter=1, goes_on=goes_on)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Give the most probable class of each example.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,)
            Class labels.
        """
        winners = self.predict_log_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[winners])

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Give the probability of each class.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_classes)
            Of the machine at the top, given the expected states of the layer that it sees; rows sum to 1.
        """
        return np.asarray(np.exp(self.predict_log_proba(X)))

    def predict_log_proba(self, X: ArrayLike) -> Floats:
        """Give the logarithm of the probability of each class.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_classes)
            Natural logarithms.
        """
        check_is_fitted(self)
        rows = self._rows(X)
        return self._log_probabilities(rows).astype(rows.dtype, copy=False)

    def sample(
        self,
        n_samples: int = 1,
        label: Any = None,
        *,
        n_gibbs_steps: int = 1000,
        as_means: bool = False,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> tuple[Floats, NDArray[Any]]:
        """Dream examples of a class, or of any.

        Parameters
        ----------
        n_samples : int, default=1
            How many, one a chain.
        label : object, optional
            The class they shall have; by default it is drawn too.
        n_gibbs_steps : int, default=1000
            Steps of the machine at the top before the way down.
        as_means : bool, default=False
            Whether the visible units show what the layer above expects, which makes smoother pictures, not draws.
        random_state : int, RandomState, Generator or None, default=None
            Source of chance; None gives the same examples in every call.

        Returns
        -------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.

        Raises
        ------
        InvalidInputError
            If the label is none of ``classes_``.
        """
        check_is_fitted(self)
        check_count("n_samples", n_samples)
        check_count("n_gibbs_steps", n_gibbs_steps)
        layers, top, chance = self._layers(), self._top(), self._chance_of(random_state)
        n_units = top.n_visible - len(self.classes_)
        start = chains_from(top, None, self._memory["base_bias"], n_samples, chance)
        is_held = None
        if label is not None:
            _, indices = class_indices(np.array([label]), self.classes_, owner=type(self).__name__, name="label")
            start[:, n_units:] = np.eye(len(self.classes_))[indices]
            is_held = np.arange(top.n_visible) >= n_units
        dreamed = last_of_chain(top, start, n_gibbs_steps, chance, is_held)
        states, labels = dreamed[:, :n_units], dreamed[:, n_units:].argmax(axis=1)
        for layer in reversed(layers):
            means, states = layer.drawn_below(states, chance)
        scale = self._scale()
        states = means if as_means else states
        return states if scale is None else scale.out_of(states), np.asarray(self.classes_[labels])

    # The door.

    def _admit(self, X: ArrayLike, y: ArrayLike, *, goes_on: bool, classes: ArrayLike | None = None) -> ExampleSet:
        rows, labels = self._inputs_and_targets(X, y, reset=not goes_on)
        known = self.classes_ if goes_on else None
        self.classes_, indices = one_label_each(labels, type(self).__name__, known, classes)
        with np.errstate(divide="ignore"):
            self._log_class_weights = np.log(weights_of_classes(self.class_weight, labels, self.classes_))
        if not goes_on:
            self._random = random_generator(self.random_state)
            units = units_for(self.visible, rows)
            check_range(units, rows)
            self.visible_ = str(units)
            self.history_ = History({})
        else:
            check_range(visible_units_named(self.visible_), rows)
            rows = rows.astype(self.components_.dtype, copy=False)
        return ExampleSet(rows, indices)

    def _indices_of(self, answers: NDArray[Any]) -> NDArray[np.intp]:
        return one_label_each(answers, type(self).__name__, self.classes_)[1]

    def _rows(self, X: ArrayLike) -> Floats:
        rows: Floats = self._inputs(X, reset=False)
        check_range(visible_units_named(self.visible_), rows)
        return rows.astype(self.components_.dtype, copy=False)

    # What was learned.

    def _scale(self) -> DataScale | None:
        return DataScale(self.mean_, self.scale_) if hasattr(self, "scale_") else None

    def _layers(self) -> list[DirectedLayer]:
        lowest: VisibleUnits = visible_units_named(self.visible_)
        parts = zip(
            self.recognition_weights_,
            self.recognition_intercepts_,
            self.generative_weights_,
            self.generative_intercepts_,
            strict=True,
        )
        return [DirectedLayer(Binary() if level else lowest, *arrays) for level, arrays in enumerate(parts)]

    def _top(self) -> Machine:
        n_units = self.components_.shape[1] - len(self.classes_)
        units = Joined(Binary(), Softmax(), n_units)
        return Machine(units, Binary(), self.components_, self.intercept_visible_, self.intercept_hidden_)

    def _log_probabilities(self, rows: Floats) -> NDArray[np.float64]:
        scale, top = self._scale(), self._top()
        states = recognized(self._layers(), rows if scale is None else scale.into(rows))
        n_units = states.shape[1]
        fields = states @ top.weights[:, :n_units].T
        joint = np.empty((len(rows), len(self.classes_)))
        for k in range(len(self.classes_)):
            sums = softplus_sums(fields, top.hidden_bias + top.weights[:, n_units + k])
            joint[:, k] = sums + float(top.visible_bias[n_units + k])
        joint += self._log_class_weights
        return np.asarray(joint - logsumexp(joint, axis=1, keepdims=True))

    def _chance_of(self, random_state: int | np.random.RandomState | np.random.Generator | None) -> Chance:
        if random_state is None:
            return Chance(int(self._memory["chance"][0]) ^ 2)  # a stream of its own, the same in every call
        return Chance.from_generator(random_generator(random_state))

    def _check_learned(self) -> None:
        below = self.n_features_in_
        for layer in self._layers():
            above = layer.recognition_bias.shape[0]
            shapes = [(below, above), (above,), (above, below), (below,)]
            if [array.shape for array in layer.arrays] != shapes:
                raise InvalidInputError(f"The arrays of a directed layer must have the shapes {shapes}.")
            below = above
        n_visible = below + len(self.classes_)
        n_top = self.intercept_hidden_.shape[0]
        if self.components_.shape != (n_top, n_visible) or self.intercept_visible_.shape != (n_visible,):
            raise InvalidInputError(f"The machine at the top must have {n_top} hidden and {n_visible} visible units.")
        if self._log_class_weights.shape != self.classes_.shape or np.isnan(self._log_class_weights).any():
            raise InvalidInputError("There must be one weight for each class.")
        if not all(np.isfinite(array).all() for array in self._arrays()):
            raise InvalidInputError("Weights and biases must be finite. Got NaN or infinity.")
        if isinstance(visible_units_named(self.visible_), Gaussian):
            DataScale(self.mean_, self.scale_).check(self.n_features_in_)

    def _arrays(self) -> list[Floats]:
        """All that learning changes in place."""
        return [*(array for layer in self._layers() for array in layer.arrays), *self._top().arrays]

    # Learning.

    def _learn(
        self,
        training: ExampleSet,
        held_out: ExampleSet | None,
        *,
        max_iter: int,
        criteria: tuple[Criterion, ...] = (),
        goes_on: bool,
    ) -> None:
        interrupted = 0
        if goes_on:
            self._check_shape()
            for name, value in list(vars(self).items()):  # what a failing fit would leave half changed
                if name.endswith(("weights_", "intercepts_")) and isinstance(value, list):
                    setattr(self, name, [array.copy() for array in value])
                elif name in ("components_", "intercept_visible_", "intercept_hidden_"):
                    setattr(self, name, value.copy())
        else:
            interrupted = self._learn_greedily(training)
        self._learn_together(training, held_out, criteria, 0 if interrupted else max_iter)
        if interrupted:
            sentence = f"interrupted while layer {interrupted} was learned greedily; the layers below are finished"
            self.stop_reason_ = StopReason(StopCode.INTERRUPTED, sentence)
            advice = "Fit again with warm_start=True to go on with wake-sleep."
            tell(type(self).__name__, self.stop_reason_, f"{type(self).__name__}: {sentence}. {advice}")

    def _check_shape(self) -> None:
        present = tuple(len(bias) for bias in (*self.recognition_intercepts_, self.intercept_hidden_))
        if present != tuple(self.hidden_layer_sizes):
            raise InvalidParameterError(
                f"The fitted network has hidden layers of {present} units, but hidden_layer_sizes="
                f"{self.hidden_layer_sizes}. Other sizes need a new fit (warm_start=False)."
            )

    def _learn_greedily(self, training: ExampleSet) -> int:
        """Set up all layers; gives the number of the layer that was interrupted, or 0."""
        *sizes, n_top = map(int, self.hidden_layer_sizes)
        settings = {
            "learning_rate": float(self.pretraining_learning_rate),
            "max_iter": int(self.pretraining_max_iter),
            "batch_size": self.batch_size,
            "verbose": int(self.verbose),
        }
        stack = Pretraining("rbm", self.visible_, **settings).climb(training.inputs, sizes, self._random)  # type: ignore[arg-type]
        chance = Chance.from_generator(self._random)
        self._set_directed_layers(stack, sizes, chance, training.inputs)
        interrupted = len(stack.coefs) if stack.is_interrupted else 0

        scale = self._scale()
        states = recognized(self._layers(), training.inputs if scale is None else scale.into(training.inputs))
        top = LabelledMachine(n_hidden=n_top, visible="binary", momentum=MOMENTUM, **settings)  # type: ignore[arg-type]
        top.n_classes = len(self.classes_)
        top.random_state = int(self._random.integers(2**32))
        if interrupted:
            top.max_iter = 0
        with telling_of_layer(len(sizes) + 1):
            top.fit(beside_classes(states, training.targets, len(self.classes_)))
        self.components_ = top.components_
        self.intercept_visible_, self.intercept_hidden_ = top.intercept_visible_, top.intercept_hidden_
        self.pretraining_history_ = [*stack.histories, top.history_]
        self._memory = {
            "base_bias": top._memory["base_bias"],
            "chance": chance.state,
            "n_steps": np.zeros(1, dtype=np.int64),
        }
        if top.stop_reason_.code is StopCode.INTERRUPTED:
            interrupted = len(sizes) + 1
        return interrupted

    def _set_directed_layers(self, stack: Stack, sizes: list[int], chance: Chance, rows: Floats) -> None:
        """Take over what was learned greedily, both ways; layers that were not reached start at random."""
        self.recognition_weights_, self.recognition_intercepts_ = [], []
        self.generative_weights_, self.generative_intercepts_ = [], []
        for name in ("mean_", "scale_"):
            self.__dict__.pop(name, None)
        for level, n_upper in enumerate(sizes):
            if level < len(stack.coefs):
                upward, upper_bias = stack.coefs[level], stack.intercepts[level]
                downward, lower_bias = stack.backward[level]
            else:
                n_lower = sizes[level - 1]
                upward = SPREAD_OF_START * chance.normal(np.empty((n_lower, n_upper), rows.dtype))
                downward = upward.T
                upper_bias, lower_bias = np.zeros(n_upper, rows.dtype), np.zeros(n_lower, rows.dtype)
            if level == 0 and stack.scale is not None:  # the layers see examples in widths from the mean
                self.mean_, self.scale_ = mean, width = stack.scale.mean, stack.scale.deviation
                upper_bias = upper_bias + mean @ upward
                upward = upward * width[:, np.newaxis]
                downward, lower_bias = downward / width, (lower_bias - mean) / width
            self.recognition_weights_.append(np.ascontiguousarray(upward))
            self.recognition_intercepts_.append(np.array(upper_bias))
            self.generative_weights_.append(np.array(downward, order="C"))
            self.generative_intercepts_.append(np.array(lower_bias))

    def _learn_together(
        self, training: ExampleSet, held_out: ExampleSet | None, criteria: tuple[Criterion, ...], max_iter: int
    ) -> None:
        """Go through the examples by wake-sleep until a rule stops it."""
        self._memory = {name: array.copy() for name, array in self._memory.items()}
        chance = Chance(*self._memory["chance"].tolist())
        scale, n_classes, n_steps = self._scale(), len(self.classes_), int(self._memory["n_steps"][0])
        learning = WakeSleep(self._layers(), self._top(), int(self.n_gibbs_steps), float(self.weight_decay), chance)
        schedule = schedule_named(self.learning_rate)
        one_hot = np.eye(n_classes, dtype=training.inputs.dtype)
        spread = training.inputs if scale is None else scale.into(training.inputs)
        monitor = FitMonitor(
            type(self).__name__,
            max_iter=max_iter,
            criteria=(*criteria, *((MaxIter(max_iter),) if max_iter else ())),  # the end asked for, no failure
            state=self._arrays(),
            validate=None if held_out is None else lambda: self._validated(held_out),
            previous=self.history_,
            verbose=self.verbose,
            ordinary_loss=float(spread.var(axis=0, dtype=np.float64).sum()),
            largest_weight=LARGEST_WEIGHT,
        )
        with monitor, np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for _ in monitor.epochs():
                error, began, rate = 0.0, n_steps, math.nan
                for rows in self._batches(len(training)):
                    rate = schedule.rate(n_steps)
                    examples = training.inputs[rows]
                    states = examples if scale is None else scale.into(examples)
                    error += learning.learn(states, one_hot[training.targets[rows]], rate)
                    n_steps += 1
                monitor.record(loss=error / len(training), n_steps=n_steps - began, learning_rate=rate)
        self._memory["chance"], self._memory["n_steps"] = chance.state, np.array([n_steps])
        self.history_, self.n_iter_, self.stop_reason_ = monitor.history, monitor.n_epochs, monitor.reason

    def _batches(self, n_rows: int) -> Iterator[NDArray[np.intp]]:
        n_batch = rows_a_batch(self.batch_size, n_rows)
        order = self._random.permutation(n_rows)
        for start in range(0, n_rows, n_batch):
            yield order[start : start + n_batch]

    def _validated(self, held_out: ExampleSet) -> dict[str, float]:
        logs = self._log_probabilities(held_out.inputs)
        own = logs[np.arange(len(logs)), held_out.targets]
        accuracy = float((logs.argmax(axis=1) == held_out.targets).mean())
        return {"validation_loss": -float(own.mean()), "validation_score": accuracy}
