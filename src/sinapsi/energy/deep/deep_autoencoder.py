"""The deep autoencoder: a stack that shrinks examples to a code, and its mirror image that makes them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_array, check_is_fitted

from sinapsi.activations import Activation
from sinapsi.energy.deep.fine_tuned import FineTunedNetwork
from sinapsi.energy.units import Gaussian, VisibleUnits, visible_units_named
from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.feedforward.backpropagation import outputs_of
from sinapsi.feedforward.initialization import starting_parameters
from sinapsi.feedforward.multilayer_perceptron import learns_in_steps
from sinapsi.feedforward.network import Network, planned_network
from sinapsi.feedforward.solvers import Solver
from sinapsi.parameters import Rule, choice
from sinapsi.references import HINTON_SALAKHUTDINOV_2006, Reference
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion
from sinapsi.validation import ExampleSet


class DeepAutoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, FineTunedNetwork):
    """A network that squeezes examples through a narrow layer: what passes is a code for them, as a curved PCA gives.

    Pairs of ever smaller layers are trained as restricted Boltzmann machines. Unrolled, the stack is an encoder, and
    turned over a decoder; back-propagation then lets both reproduce the examples. With one layer and
    ``pretraining=None`` it is the plain autoassociator.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of int, default=(100, 30)
        Units of the encoder's layers, the last of which is the code; the decoder has them in reverse.
    code_activation : {"identity", "logistic"}, default="identity"
        Of the code: any real numbers, or numbers between 0 and 1. All other hidden layers have the logistic function.
    pretraining : {"rbm", "autoassociator"} or None, default="rbm"
        What each pair of layers is trained as before back-propagation: a restricted Boltzmann machine, or a network
        with one hidden layer that reproduces its input. None starts at random, to compare.
    visible : {"auto", "binary", "gaussian"} or VisibleUnits, default="auto"
        What the columns of X are: numbers from 0 to 1, which are made again through the logistic function, or any.
        ``"auto"`` looks at X.
    pretraining_learning_rate : float, default=0.05
        Rate > 0 of contrastive divergence, a tenth of it for a code without bounds; columns of real numbers share it
        among them. An autoassociator learns by Adam at 0.001 or at this rate, if it is lower.
    pretraining_max_iter : int, default=50
        Passes over the data for each pair; 0 leaves the machines as they start.
    loss : {"squared_error", "log_loss"}, default="squared_error"
        What fine-tuning minimizes; the second for columns between 0 and 1.
    solver : str or Solver, default="adam"
        How back-propagation fine-tunes, as of :class:`MLPRegressor`.
    learning_rate : float, str or Schedule, default=0.001
        eta > 0 of fine-tuning by "sgd" and "adam", constant or a schedule, see :mod:`sinapsi.schedules`.
    momentum : float, default=0.9
        Share in [0, 1) of the last step in the next one ("sgd").
    batch_size : int, "auto" or "full", default="auto"
        Examples a step; "auto" is a hundredth of them in pre-training, at least 10 and at most 100, and a tenth in
        fine-tuning, at least 10 and at most 200.
    max_iter : int, default=200
        Passes of fine-tuning at most; 0 leaves the network pre-trained.
    alpha : float, default=0.0
        Weight >= 0 of the penalty in fine-tuning, in the convention of :class:`MLPRegressor`.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``, as of :class:`MLPRegressor`.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    warm_start : bool, default=False
        Whether ``fit`` goes on fine-tuning the present weights.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of weights, order, chance and examples held out.

    Attributes
    ----------
    coefs_ : list of array of shape (fan_in, fan_out)
        Weights of each layer, the encoder's first.
    intercepts_ : list of array of shape (fan_out,)
        Biases of each layer.
    n_layers_ : int
        Number of layers, inputs and outputs included.
    n_outputs_ : int
        Number of columns made again.
    out_activation_ : str
        Activation of the output units.
    pretraining_history_ : list of History
        How each pair was pre-trained.
    n_iter_ : int
        Passes of fine-tuning.
    history_ : History
        Course of fine-tuning: ``loss`` is half the squared error of an example, summed over the columns (or the log
        loss), and ``validation_score`` minus the squared error.
    stop_reason_ : StopReason
        Why learning ended. Ctrl-C while pre-training keeps the layers that are finished.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Hinton and Salakhutdinov (2006), Reducing the dimensionality of data with neural networks. Hinton, Osindero and Teh
    (2006), greedy pre-training. Bengio and others (2007), autoassociators. Rumelhart, Hinton and Williams (1986),
    back-propagation.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sinapsi import DeepAutoencoder
    >>> X = load_digits().data / 16
    >>> model = DeepAutoencoder(
    ...     hidden_layer_sizes=(60, 10), learning_rate=0.01, stopping="max_iter(100)", random_state=0
    ... )
    >>> codes = model.fit(X).transform(X)
    >>> codes.shape, model.inverse_transform(codes).shape
    ((1797, 10), (1797, 64))
    >>> from sklearn.decomposition import PCA
    >>> pca = PCA(10).fit(X)
    >>> error_of_pca = ((pca.inverse_transform(pca.transform(X)) - X) ** 2).sum(axis=1).mean()
    >>> bool(-model.score(X) < 0.8 * error_of_pca)
    True
    """

    _references: ClassVar[tuple[Reference, ...]] = (HINTON_SALAKHUTDINOV_2006, *FineTunedNetwork._references)
    _accepts_missing_targets = False
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **{name: rule for name, rule in FineTunedNetwork._parameter_rules.items() if name != "pretrain_output"},
        "code_activation": choice("identity", "logistic"),
        "loss": choice("squared_error", "log_loss"),
    }

    pretrain_output = False
    code_activation: str

    def __init__(
        self,
        *,
        hidden_layer_sizes: int | tuple[int, ...] = (100, 30),
        code_activation: str = "identity",
        pretraining: str | None = "rbm",
        visible: str | VisibleUnits = "auto",
        pretraining_learning_rate: float = 0.05,
        pretraining_max_iter: int = 50,
        loss: str = "squared_error",
        solver: str | Solver = "adam",
        learning_rate: float | str | Schedule = 0.001,
        momentum: float = 0.9,
        batch_size: int | str = "auto",
        max_iter: int = 200,
        alpha: float = 0.0,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.code_activation = code_activation
        self.pretraining = pretraining
        self.visible = visible
        self.pretraining_learning_rate = pretraining_learning_rate
        self.pretraining_max_iter = pretraining_max_iter
        self.loss = loss
        self.solver = solver
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.alpha = alpha
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    @property
    def _n_features_out(self) -> int:
        return len(self.intercepts_[self._n_encoding - 1])

    def fit(self, X: ArrayLike, y: object = None, *, X_val: ArrayLike | None = None, y_val: object = None) -> Self:
        """Learn a code for the examples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples: numbers from 0 to 1, or standardized columns.
        y : object, optional
            Not looked at.
        X_val : array of shape (n_samples, n_features), optional
            Validation data; by default a share ``validation_fraction`` of the examples.
        y_val : object, optional
            Not looked at.

        Returns
        -------
        DeepAutoencoder
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, X, None, (X_val, X_val))

    @available_if(learns_in_steps)
    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:
        """Fine-tune once through some more examples ("sgd" and "adam"); the first call pre-trains on its examples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : object, optional
            Not looked at.

        Returns
        -------
        DeepAutoencoder
            The estimator.
        """
        return self._partial_fit(X, X, None)

    def transform(self, X: ArrayLike) -> Floats:
        """Give the codes of examples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_code)
            Codes.
        """
        check_is_fitted(self)
        return self._through(slice(None, self._n_encoding), self._inputs(X, reset=False))

    def inverse_transform(self, X: ArrayLike) -> Floats:
        """Make examples from codes.

        Parameters
        ----------
        X : array of shape (n_samples, n_code)
            Codes, as :meth:`transform` gives them or between.

        Returns
        -------
        array of shape (n_samples, n_features)
            Examples.

        Raises
        ------
        InvalidInputError
            If the codes have another length.
        """
        check_is_fitted(self)
        try:
            codes = check_array(X, dtype=(np.float64, np.float32), input_name="X", estimator=self)
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
        if codes.shape[1] != self._n_features_out:
            raise InvalidInputError(
                f"A code has {self._n_features_out} numbers, but X has {codes.shape[1]} columns. Pass what transform "
                "gives."
            )
        return self._through(slice(self._n_encoding, None), codes.astype(self.coefs_[0].dtype, copy=False))

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Give minus the squared error of the examples made again, summed over the columns.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : object, optional
            Not looked at.

        Returns
        -------
        float
            Mean over the examples; higher is better, 0 is best.
        """
        outputs = self._outputs(X)
        return self._score_of(self._inputs(X, reset=False), outputs, None)

    # Inside.

    @property
    def _n_encoding(self) -> int:
        """Layers of the encoder."""
        return len(self.coefs_) // 2

    def _through(self, layers: slice, rows: Floats) -> Floats:
        whole = self._network()
        part = Network(
            (rows.shape[1], *(len(intercept) for intercept in self.intercepts_[layers])),
            whole.activations[layers],
            whole.loss,
        )
        return outputs_of(part, self.coefs_[layers], self.intercepts_[layers], rows)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if isinstance(self.hidden_layer_sizes, tuple | list) and not self.hidden_layer_sizes:
            raise InvalidParameterError(
                f"The 'hidden_layer_sizes' parameter of {type(self).__name__} must name at least one layer, the code. "
                f"Got {self.hidden_layer_sizes!r}."
            )

    def _learn_kind(self, answers: NDArray[Any], classes: ArrayLike | None) -> None:
        if isinstance(self.visible, str) and self.visible == "auto":
            self._is_bounded = bool(answers.min() >= 0 and answers.max() <= 1)
        else:
            self._is_bounded = not isinstance(visible_units_named(self.visible), Gaussian)
        if not self._is_bounded and self.loss == "log_loss":
            raise InvalidParameterError(
                f"loss='log_loss' of {type(self).__name__} is for columns from 0 to 1. Got X from {answers.min():g} to "
                f"{answers.max():g}, or visible='gaussian'. Set loss='squared_error', or rescale X."
            )

    def _encode(self, answers: NDArray[Any]) -> Floats:
        return answers

    def _auto_output_activation(self) -> str:
        return "logistic" if self._is_bounded else "identity"

    def _score_of(self, targets: Floats, outputs: Floats, weights: Floats | None) -> float:
        gaps = np.square(targets - outputs, dtype=np.float64).sum(axis=1)
        return -float(np.average(gaps, weights=weights))

    def _planned_network(self) -> Network:
        given = self.hidden_layer_sizes
        sizes = [int(given)] if isinstance(given, int | np.integer) else [int(size) for size in given]
        hidden = [*sizes, *sizes[-2::-1]]
        activations: list[str | Activation] = ["logistic"] * len(hidden)
        activations[len(sizes) - 1] = self.code_activation
        return planned_network(
            (self.n_features_in_, *hidden, self.n_features_in_),
            tuple(activations),
            self._output_activation(),
            self.loss,
            owner=type(self).__name__,
        )

    def _pretrained_weights(self, network: Network, training: ExampleSet) -> Floats:
        dtype = training.targets.dtype
        flat = starting_parameters("glorot", network, self._random, dtype)
        self.pretraining_history_ = []
        if self.pretraining is None:
            return flat
        coefs, intercepts = network.views(flat)
        n_encoding = len(coefs) // 2
        stack = self._pretraining(len(training)).climb(
            training.inputs,
            network.sizes[1 : n_encoding + 1],
            self._random,
            has_linear_code=self.code_activation == "identity",
        )
        for layer, (back, back_intercept) in enumerate(stack.backward):
            coefs[layer][...], intercepts[layer][...] = stack.coefs[layer], stack.intercepts[layer]
            coefs[-1 - layer][...], intercepts[-1 - layer][...] = back, back_intercept
        self.pretraining_history_ = stack.histories
        self._interrupted_layer = len(stack.coefs) if stack.is_interrupted else 0
        return flat
