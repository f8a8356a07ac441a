"""Extreme learning machine for classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from sinapsi.activations import Activation
from sinapsi.algebra.closed_form_roles import ClosedFormClassifier
from sinapsi.extreme.extreme_learning_machine import ExtremeLearningMachine
from sinapsi.parameters import Rule


class ELMClassifier(ExtremeLearningMachine, ClosedFormClassifier):
    """An extreme learning machine for classes: an output a class, trained on -1 and +1; the largest wins.

    Only the output weights are learned, in closed form; so examples can be added (``partial_fit``), taken away again
    (``forget``) and read in any pieces (``fit_batches``), always with the result of one fit to all of them.

    Parameters
    ----------
    n_hidden : int or tuple of int, default=100
        Units of the hidden layer, or of each of several; only the last one feeds the output.
    activation : str or Activation, default="tanh"
        Of all hidden units, see :mod:`sinapsi.activations`. Exact interpolation needs an analytic one that is no
        polynomial: ``"relu"`` and ``"identity"`` may fail at it.
    weights : str, default="uniform"
        How hidden weights are drawn: ``"uniform"``, ``"normal"``, ``"orthogonal"``, ``"sobol"`` (evenly filling),
        ``"sparse"`` (each unit sees about the square root of all inputs), or ``"receptive_field"`` (a random rectangle
        of an image, in the first layer), or ``"class_differences"`` (in the first layer, from an example to one of
        another class, the unit changing its mind midway; with ``image_shape`` seen through a random rectangle). A
        unit's weights have a length of about 1: standardize X.
    weight_scale : float, default=1.0
        Factor > 0 on the hidden weights and biases: above 1 the units bend more.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels) of the images for ``"receptive_field"``, None for square ones; and
        for ``"class_differences"``, None for no images.
    alpha : float or {"gcv", "loo"}, default="gcv"
        Weight >= 0 of the penalty on the sum of the squared output weights (not the bias), in Ridge's convention: it
        stands against the **sum** of the squared errors. ``"gcv"`` takes the best of 50 by generalized
        cross-validation, ``"loo"`` by the exact error of leaving each example out, from one decomposition; where there
        are not more examples than units, both leave out.
    direct_links : bool, default=False
        Whether the inputs also feed the output layer directly (random vector functional link network).
    n_init : int, default=1
        Random hidden layers tried; the one with the lowest leave-one-out error stays, and no validation set is needed.
    unit_selection : {"first", "ranked"} or None, default=None
        Whether to keep only as many units as the leave-one-out error says: the first ones as drawn, or the most
        important by orthogonal least squares, whose leave-one-out error is optimistic, for they were chosen by the
        same targets. ``partial_fit``, which never has all examples, keeps the units there are.
    class_weight : dict, "balanced" or None, default=None
        Factor on the weight of the examples of each class.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of the hidden weights.

    Attributes
    ----------
    hidden_coefs_ : list of array of shape (n_inputs, n_units)
        Random weights, one array a hidden layer.
    hidden_intercepts_ : list of array of shape (n_units,)
        Random biases.
    coef_ : array of shape (1, n_columns) or (n_classes, n_columns)
        Output weights: of the linked inputs, then of the units.
    intercept_ : array of shape (1,) or (n_classes,)
        Biases.
    classes_ : array of shape (n_classes,)
        Sorted class labels.
    slope_ : float
        What ``predict_proba`` multiplies the outputs by before their softmax.
    alpha_ : float
        The penalty that was used.
    rank_ : int
        Directions that the data and the penalty decide.
    condition_ : float
        Condition number of the matrix of hidden outputs with its penalty.
    init_errors_ : array of shape (n_init,)
        Leave-one-out error of each random layer: mean squared error, summed over the outputs; there with
        ``n_init > 1``.
    selection_errors_ : array of shape (n_units + 1,)
        The same with the first 0, 1, 2, ... units; there after ``fit`` with
        ``unit_selection``.
    n_iter_ : int
        Always 1.
    history_ : History
        ``loss`` (mean of 1/2 sum of squared errors), a row a call.
    stop_reason_ : StopReason
        How the weights were found.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Huang, Zhu and Siew (2006), Extreme learning machine: theory and applications. Pao, Park and Sobajic (1994),
    Learning and generalization characteristics of the random vector functional-link net. Miche et al. (2010), OP-ELM.
    Zhu, Miao and Qing (2014), Constrained extreme learning machine (class differences). McDonnell et al. (2015), Fast,
    simple and accurate handwritten digit classification (receptive fields).

    Examples
    --------
    >>> from sinapsi import ELMClassifier
    >>> from sinapsi.datasets import load_named
    >>> flowers = load_named("iris")
    >>> X = (flowers.X - flowers.X.mean(axis=0)) / flowers.X.std(axis=0)
    >>> model = ELMClassifier(n_hidden=30, random_state=0).fit(X, flowers.y)
    >>> model.score(X, flowers.y) > 0.95
    True
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **ExtremeLearningMachine._parameter_rules,
        **ClosedFormClassifier._class_weight_rule,
    }

    def __init__(
        self,
        *,
        n_hidden: int | tuple[int, ...] = 100,
        activation: str | Activation = "tanh",
        weights: str = "uniform",
        weight_scale: float = 1.0,
        image_shape: tuple[int, ...] | None = None,
        alpha: float | str = "gcv",
        direct_links: bool = False,
        n_init: int = 1,
        unit_selection: str | None = None,
        class_weight: dict[Any, float] | str | None = None,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.n_hidden = n_hidden
        self.activation = activation
        self.weights = weights
        self.weight_scale = weight_scale
        self.image_shape = image_shape
        self.alpha = alpha
        self.direct_links = direct_links
        self.n_init = n_init
        self.unit_selection = unit_selection
        self.class_weight = class_weight
        self.verbose = verbose
        self.random_state = random_state
