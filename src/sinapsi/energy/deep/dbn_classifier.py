"""The deep network for classes that is pre-trained layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.metaestimators import available_if

from sinapsi.energy.deep.fine_tuned import FineTunedNetwork
from sinapsi.energy.units import VisibleUnits
from sinapsi.feedforward.mlp_classifier import MLPClassifier
from sinapsi.feedforward.multilayer_perceptron import learns_in_steps
from sinapsi.feedforward.solvers import Solver
from sinapsi.labels import check_first_classes
from sinapsi.parameters import Rule, choice, instance, nothing
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion


class DBNClassifier(FineTunedNetwork, MLPClassifier):
    """A deep network for classes that first learns to generate the examples, layer by layer, then to tell them apart.

    Each pair of layers is trained as a restricted Boltzmann machine on what the layer below gives, without looking at
    y; then back-propagation trains all layers together. With few labels among many examples, or many layers, the start
    in a place that knows the data is better than a random one; ``few_label_study`` shows by how much.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of int, default=(100, 100)
        Units of each hidden layer, each at least 1; all have the logistic function, as binary units.
    pretraining : {"rbm", "autoassociator"} or None, default="rbm"
        What each pair of layers is trained as before back-propagation: a restricted Boltzmann machine, or a network
        with one hidden layer that reproduces its input. None starts at random, to compare.
    pretrain_output : bool, default=False
        Whether the pair of the last hidden layer and the outputs is pre-trained too: with "rbm" from the wanted
        outputs, with "autoassociator" without them.
    visible : {"auto", "binary", "gaussian", "softmax"} or VisibleUnits, default="auto"
        What the columns of X are to the lowest machine, as in :class:`RestrictedBoltzmannMachine`.
    pretraining_learning_rate : float, default=0.05
        Rate > 0 of contrastive divergence, which columns of real numbers share among them; an autoassociator learns by
        Adam at 0.001 or at this rate, if it is lower.
    pretraining_max_iter : int, default=50
        Passes over the data for each pair; 0 leaves the machines as they start.
    solver : str or Solver, default="adam"
        How back-propagation fine-tunes: "sgd", "adam", "rprop", "scg", "lbfgs"; on the squared error also "lm" and
        "bayesian".
    learning_rate : float, str or Schedule, default=0.001
        eta > 0 of fine-tuning by "sgd" and "adam", constant or a schedule, see :mod:`sinapsi.schedules`.
    momentum : float, default=0.9
        Share in [0, 1) of the last step in the next one ("sgd").
    batch_size : int, "auto" or "full", default="auto"
        Examples a step; "auto" is a hundredth of them in pre-training, at least 10 and at most 100, and a tenth in
        fine-tuning, at least 10 and at most 200.
    max_iter : int, default=200
        Passes of fine-tuning at most; 0 leaves the network pre-trained.
    alpha : float, default=0.0001
        Weight >= 0 of the penalty in fine-tuning, in the convention of scikit-learn's MLP.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``, as of the multilayer perceptrons.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    class_weight : dict, "balanced" or None, default=None
        Factor on the weight of the examples of each class in fine-tuning.
    warm_start : bool, default=False
        Whether ``fit`` goes on fine-tuning the present weights.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of weights, order, chance and examples held out.

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
    pretraining_history_ : list of History
        How each pair was pre-trained.
    n_iter_ : int
        Passes of fine-tuning.
    history_ : History
        Course of fine-tuning, as of :class:`MLPClassifier`.
    stop_reason_ : StopReason
        Why learning ended. Ctrl-C while pre-training keeps the layers that are finished.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    See Also
    --------
    DeepBeliefNetwork : The generative network, which can draw examples of a class.

    References
    ----------
    Hinton, Osindero and Teh (2006), A fast learning algorithm for deep belief nets. Bengio and others (2007), Greedy
    layer-wise training of deep networks. Rumelhart, Hinton and Williams (1986), back-propagation.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sinapsi import DBNClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = DBNClassifier(hidden_layer_sizes=(50, 50), learning_rate=0.01, random_state=0)
    >>> model.fit(X[:1000] / 16, y[:1000]).score(X[1000:] / 16, y[1000:]) > 0.9
    True
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **FineTunedNetwork._parameter_rules,
        "class_weight": nothing | choice("balanced") | instance(dict, "a dict of class to weight"),
    }

    loss = "log_loss"

    def __init__(
        self,
        *,
        hidden_layer_sizes: int | tuple[int, ...] = (100, 100),
        pretraining: str | None = "rbm",
        pretrain_output: bool = False,
        visible: str | VisibleUnits = "auto",
        pretraining_learning_rate: float = 0.05,
        pretraining_max_iter: int = 50,
        solver: str | Solver = "adam",
        learning_rate: float | str | Schedule = 0.001,
        momentum: float = 0.9,
        batch_size: int | str = "auto",
        max_iter: int = 200,
        alpha: float = 0.0001,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.pretraining = pretraining
        self.pretrain_output = pretrain_output
        self.visible = visible
        self.pretraining_learning_rate = pretraining_learning_rate
        self.pretraining_max_iter = pretraining_max_iter
        self.solver = solver
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.alpha = alpha
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    def fit(  # type: ignore[override]  # a network that pre-trains takes no weights of examples
        self, X: ArrayLike, y: ArrayLike, *, X_val: ArrayLike | None = None, y_val: ArrayLike | None = None
    ) -> Self:
        """Pre-train the layers, then fine-tune them together.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or 0/1 matrix of shape (n_samples, n_labels)
            Classes, or any number of labels an example.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        DBNClassifier
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, y, None, (X_val, y_val))

    @available_if(learns_in_steps)
    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Fine-tune once through some more examples ("sgd" and "adam"); the first call pre-trains on its examples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or 0/1 matrix of shape (n_samples, n_labels)
            Their answers.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.

        Returns
        -------
        DBNClassifier
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        check_first_classes(self, classes, is_first=not hasattr(self, "coefs_"))
        return self._partial_fit(X, y, None, classes)
