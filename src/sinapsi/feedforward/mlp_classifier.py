"""The multilayer perceptron for classes, or for several labels an example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if

from sinapsi.activations import Activation, LogSoftmax, Softmax, Tanh
from sinapsi.estimator import Floats, weights_of_examples
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.feedforward.multilayer_perceptron import MultilayerPerceptron, learns_in_steps
from sinapsi.feedforward.solvers import Solver
from sinapsi.labels import announced_classes, check_first_classes, class_indices, weighted_by_class, winners
from sinapsi.parameters import Rule, choice, instance, nothing
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion
from sinapsi.validation import ExampleSet


def _has_probabilities(network: MLPClassifier) -> bool:
    return network.loss != "squared_error"


def _has_raw_outputs(network: MLPClassifier) -> bool:
    return network.loss == "squared_error"


class MLPClassifier(ClassifierMixin, MultilayerPerceptron):
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
        In mini-batches: ``"sgd"`` is back-propagation by the generalized delta rule (``"sgd(nesterov=True)"`` looks
        ahead), ``"adam"`` adapts its steps. On all examples at once: ``"rprop"`` follows the signs of the gradient,
        ``"scg"`` (scaled conjugate gradients) and ``"lbfgs"`` use curvature; ``"lm"`` (Levenberg-Marquardt) is the
        fastest for squared errors and up to some thousand weights, and ``"bayesian"`` lets the data choose the penalty
        and knows how sure it is (both only for ``loss="squared_error"``).
    init : str or (coefs, intercepts), default="glorot"
        Starting weights: "uniform" in [-0.5, 0.5], "glorot", "he", "lecun", "nguyen_widrow", or two lists with a
        weight matrix and a bias vector a layer.
    learning_rate : float, str or Schedule, default=0.001
        eta > 0 of "sgd" and "adam", constant or a schedule over updates, see :mod:`sinapsi.schedules`.
    momentum : float, default=0.9
        Share in [0, 1) of the last step in the next one ("sgd"); eta stands inside, as in the generalized delta rule.
    batch_size : int, "auto" or "full", default="auto"
        Examples a step: 1 is online, "full" is batch learning, "auto" a tenth of the examples, but at least 10 and at
        most 200. The other solvers always use all.
    max_iter : int, default=200
        Largest number of passes over the data; 0 only sets up the network with its starting weights.
    alpha : float, default=0.0001
        Weight >= 0 of the penalty, in the convention of scikit-learn's MLP: alpha / (2 n) times the squared weights
        stands beside the **mean** error of the n examples of a batch. "bayesian" finds its own instead.
    n_init : int, default=1
        Number of random starts; the one with the lowest validation loss is kept (without validation data the one with
        the lowest training loss, of "bayesian" the highest evidence). Small networks learn side by side.
    shuffle : bool, default=True
        Whether the examples come in a new random order in every pass.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``, see :mod:`sinapsi.stopping`. None stands for ``"tolerance(1e-4, 10)"`` with
        "sgd", "adam" and "rprop", and for ``"patience(10)"`` when there are validation data (the best weights are
        kept). The solvers that use curvature have convergence tests of their own besides.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    class_weight : dict, "balanced" or None, default=None
        Factor on the weight of the examples of each class.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights.
    n_jobs : int or None, default=None
        Processes over which the ``n_init`` starts of a large network are spread, as in joblib; the result does not
        depend on it.
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
        Per pass: ``loss`` (penalty included, as met on the way; "bayesian": without it), the validation columns where
        there are any, and what the solver knows: ``learning_rate``, ``gradient_norm`` (full batches), ``damping``, or
        the numbers of the evidence.
    stop_reason_ : StopReason
        Why learning ended.
    effective_parameters_ : float
        Number of parameters that the data decide ("bayesian" only, as the next three).
    weight_precision_ : array of shape (n_layers - 1,)
        Reciprocal variance of the weights of each layer; with the next, lambda and beta of MacKay (1992).
    noise_precision_ : float
        Reciprocal variance of the noise in the targets.
    log_evidence_ : float
        Logarithm of the probability density of the targets, the weights integrated out.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors. Kingma and Ba (2015),
    Adam. Liu and Nocedal (1989), L-BFGS. Igel and Husken (2000), iRprop+. Moller (1993), SCG. Marquardt (1963).
    MacKay (1992), A practical Bayesian framework for backpropagation networks.

    Examples
    --------
    >>> from sinapsi import MLPClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["same", "different", "different", "same"]
    >>> model = MLPClassifier(hidden_layer_sizes=(4,), activation="tanh", solver="lbfgs", random_state=0)
    >>> model.fit(X, y).predict(X).tolist()
    ['same', 'different', 'different', 'same']
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **MultilayerPerceptron._parameter_rules,
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
            Classes, or any number of labels an example; in a matrix, NaN stands for a label that is not known.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example; scaled to mean 1 over all of them, not anew in each batch as in scikit-learn's
            MLP, where the weights of batches of one have no effect.
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

    @available_if(learns_in_steps)
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
        if not (self._is_multilabel or self._has_softmax):
            return np.asarray(outputs / outputs.sum(axis=1, keepdims=True))  # each class had its own yes or no
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

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Give the accuracy.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or 0/1 matrix of shape (n_samples, n_labels)
            Their answers; in a matrix, NaN for labels that are not known.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        float
            Share of the examples that are named right, in all their known labels.
        """
        own = self._own_score(X, y, sample_weight)
        return float(super().score(X, y, sample_weight)) if own is None else own

    def _boundary(self) -> float:
        """Half way between the outputs wanted for no and for yes; softmax and logistic alike."""
        return (self._lowest_target() + 1) / 2

    def _lowest_target(self) -> int:
        fitted = getattr(self, "_activations", None)
        last = fitted[-1] if fitted else self._output_activation()
        return -1 if isinstance(last, Tanh) else 0

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        weights = weights_of_examples(sample_weight, len(answers), dtype)
        return weighted_by_class(weights, self.class_weight, answers, self.classes_, dtype)

    def _learn_kind(self, answers: NDArray[Any], classes: ArrayLike | None) -> None:
        self._is_multilabel = answers.ndim > 1
        if self._is_multilabel:
            self.classes_ = np.arange(answers.shape[1])
        else:
            announced = None if classes is None else announced_classes(classes, type(self).__name__)
            self.classes_, _ = class_indices(answers, announced, owner=type(self).__name__)
        if hasattr(self, "_activations"):
            del self._activations  # those of an earlier fit
        output = self._output_activation()
        if isinstance(output, LogSoftmax) or (self._is_multilabel and isinstance(output, Softmax)):
            kind = "several labels an example" if self._is_multilabel else "classes"
            raise InvalidParameterError(
                f"The output activation of a classifier of {kind} must not be '{output}'. Use 'auto', which takes "
                "softmax for classes and logistic for labels."
            )
        self._has_softmax = isinstance(output, Softmax)

    def _encode(self, answers: NDArray[Any]) -> Floats:
        low = self._lowest_target()
        if self._is_multilabel:
            if answers.ndim == 1 or answers.shape[1] != len(self.classes_):
                raise InvalidInputError(
                    f"y must be a 0/1 matrix with {len(self.classes_)} columns. Got shape {answers.shape}."
                )
            return np.where(np.isnan(answers), np.nan, np.where(answers > 0, 1.0, low))
        if answers.ndim > 1:
            raise InvalidInputError(
                f"y must be one label per example, as in the first fit. Got a matrix of shape {answers.shape}."
            )
        _, indices = class_indices(answers, self.classes_, owner=type(self).__name__)
        table = np.where(np.eye(len(self.classes_)) > 0, 1.0, low)
        shares_unit = len(self.classes_) == 2 and not self._has_softmax
        return table[indices, 1:] if shares_unit else table[indices]

    def _auto_output_activation(self) -> str:
        return (
            "softmax" if len(self.classes_) > 2 and not self._is_multilabel and _has_probabilities(self) else "logistic"
        )

    def _strata(self, examples: ExampleSet) -> NDArray[Any] | None:
        return None if self._is_multilabel else winners(examples.targets - self._boundary())

    def _score_of(self, targets: Floats, outputs: Floats, weights: Floats | None) -> float:
        wanted, given = targets - self._boundary(), outputs - self._boundary()
        if self._is_multilabel:
            is_right = (((wanted > 0) == (given > 0)) | np.isnan(wanted)).all(axis=1)
        else:
            is_right = winners(wanted) == winners(given)
        return float(np.average(is_right, weights=weights))
