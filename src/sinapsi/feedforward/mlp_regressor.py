"""The multilayer perceptron for real targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from sinapsi.activations import Activation
from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.jacobian import output_variances
from sinapsi.feedforward.multilayer_perceptron import MultilayerPerceptron, learns_in_steps
from sinapsi.feedforward.solvers import Solver
from sinapsi.parameters import Rule, choice
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion
from sinapsi.validation import determination


class MLPRegressor(MultiOutputMixin, RegressorMixin, MultilayerPerceptron):
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
    >>> import numpy as np
    >>> from sinapsi import MLPRegressor
    >>> X = np.linspace(-1, 1, 100).reshape(-1, 1)
    >>> model = MLPRegressor(hidden_layer_sizes=(10,), activation="tanh", solver="lbfgs", random_state=0)
    >>> bool(model.fit(X, np.sin(3 * X[:, 0])).score(X, np.sin(3 * X[:, 0])) > 0.99)
    True
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **MultilayerPerceptron._parameter_rules,
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
            Wanted outputs. In a table, NaN stands for "don't care": that output of that example teaches nothing.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example; scaled to mean 1 over all of them, not anew in each batch as in scikit-learn's
            MLP, where the weights of batches of one have no effect.
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

    @available_if(learns_in_steps)
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

    def predict(self, X: ArrayLike, *, return_std: bool = False) -> Any:
        """Give the outputs, and how sure they are.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        return_std : bool, default=False
            Whether to give standard deviations too; only a network trained by the solver "bayesian" knows them.

        Returns
        -------
        outputs : array of shape (n_samples,) or (n_samples, n_outputs)
            Shaped as y was.
        std : array of the same shape
            Only with ``return_std``: standard deviation of a new target around the output, from the noise and from
            what the data left open of the weights. Two of them to either side hold about 95 % of the targets.

        Raises
        ------
        InvalidParameterError
            If standard deviations are asked of a network without a posterior.
        """
        outputs = self._outputs(X)
        given = outputs[:, 0] if self._y_is_flat else outputs
        if not return_std:
            return given
        std = self._standard_deviations(X)
        return given, std[:, 0] if self._y_is_flat else std

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Give the coefficient of determination R².

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Their answers; in a table, NaN for those that do not matter.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        float
            At most 1, the mean over the outputs.
        """
        own = self._own_score(X, y, sample_weight)
        return float(super().score(X, y, sample_weight)) if own is None else own

    def _standard_deviations(self, X: ArrayLike) -> Floats:
        if "covariance" not in self._memory:
            raise InvalidParameterError(
                "return_std=True needs the spread of the weights, which only the solver 'bayesian' learns. This "
                f"network was trained by '{self.solver}'. Fit it with solver='bayesian'."
            )
        parameters = self._present_weights(self._network())
        variance = output_variances(
            self._network(), parameters, self._memory["covariance"], self._inputs(X, reset=False)
        )
        return np.asarray(np.sqrt(variance + 1 / self.noise_precision_), dtype=parameters.dtype)

    def _learn_kind(self, answers: NDArray[Any], classes: ArrayLike | None) -> None:
        self._y_is_flat = answers.ndim == 1

    def _encode(self, answers: NDArray[Any]) -> Floats:
        return answers.reshape(len(answers), -1)

    def _auto_output_activation(self) -> str:
        return "identity"

    def _score_of(self, targets: Floats, outputs: Floats, weights: Floats | None) -> float:
        return determination(targets, outputs, weights)
