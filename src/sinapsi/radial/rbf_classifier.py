"""Radial basis function network for classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from sinapsi.algebra.closed_form_roles import ClosedFormClassifier
from sinapsi.parameters import Rule
from sinapsi.radial.radial_basis_network import RadialBasisNetwork
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion


class RBFClassifier(RadialBasisNetwork, ClosedFormClassifier):
    """A radial basis function network for classes: an output a class, trained on -1 and +1; the largest wins.

    The hidden layer maps the examples to where classes that no hyperplane separates may be separated by one. The output
    weights are found in closed form; ``predict_proba`` turns the outputs into probabilities (``slope_``).

    Parameters
    ----------
    n_centers : int, default=100
        Number of units, at least 1; fewer where there are not so many distinct rows.
    centers : str or array of shape (n_centers, n_features), default="kmeans"
        ``"random"`` rows; ``"competitive"`` learning; ``"kmeans"`` cluster means; ``"exact"``: every distinct row, so
        that the network interpolates; ``"ols"``: rows chosen one by one by orthogonal least squares, at most
        ``n_centers``, until the error of examples left out no longer falls (``basis`` with its bias only);
        ``"farthest"`` points; or the centers themselves, of which repetitions are left out. All rules but the last look
        at a random sample of at least 10,000 distinct rows, or twenty a center.
    width : str, float or array of shape (n_centers,), default="loo"
        sigma > 0 of ``phi(r / sigma)``, in the units of X: ``"dmax"``, the largest distance of two centers over the
        square root of their number (with one center the spread of the rows); ``"nearest"``, for each unit the root mean
        square distance to its two nearest neighbors; ``"loo"``, one width for all, with the lowest error of examples
        left out among multiples of the typical distance between neighbors (of 2000 examples, or four a center); one
        number; or one for each center. A larger sigma lets a unit respond to farther examples.
    basis : {"gaussian", "multiquadric", "inverse_multiquadric", "thin_plate", "linear"}, default="gaussian"
        phi with s = r / sigma: ``exp(-s^2)``, ``sqrt(1 + s^2)``, its inverse, ``s^2 log s``, or s.
    degree : int or None, default=None
        Degree of the polynomial beside the units; 0 is the bias alone. None takes the least that makes interpolation
        possible: 1 for ``"thin_plate"``, else 0.
    alpha : float or {"auto", "loo", "gcv"}, default="auto"
        Weight >= 0 of the penalty on the sum of the squared output weights (not the bias), in Ridge's convention: it
        stands against the **sum** of the squared errors. ``"gcv"`` takes the best of 50 by generalized
        cross-validation, ``"loo"`` by leaving each example out, exact for the given hidden layer, optimistic where
        centers or widths were chosen by the same targets; where there are not more examples than units, both leave out.
        "auto" is 0 for ``centers="exact"`` and for
        ``solver="lms"``, else ``"gcv"``.
    solver : {"exact", "lms"}, default="exact"
        Output weights in closed form, or by the LMS rule, example by example.
    learning_rate : float, str or Schedule, default="auto"
        eta > 0 of the LMS rule and of competitive learning, constant or a schedule over updates. "auto" takes half of
        the largest stable rate for the LMS rule, and half a cosine from 0.1 to 0 for competitive learning, which with a
        constant rate never settles.
    max_iter : int, default=100
        Largest number of passes over the data of the LMS rule, and of competitive learning.
    fine_tuning : int, default=0
        Largest number of iterations (L-BFGS) of a third phase, in which centers, widths and output weights go down the
        gradient of the squared error together.
    stopping : str, Criterion or None, default=None
        Stopping rules of the LMS rule and of fine-tuning, see :mod:`sinapsi.stopping`. None stands for
        ``"tolerance(1e-4, 10)"``, or for ``"patience(10)"`` when there are validation data.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    class_weight : dict, "balanced" or None, default=None
        Factor on the weight of the examples of each class.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present network: the LMS rule and fine-tuning from its weights; the exact
        solution adds the examples to those learned, as ``partial_fit`` does (with ``centers="exact"`` it begins anew).
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of the choice of centers, of the order of the LMS rule, and of the examples held out.

    Attributes
    ----------
    centers_ : array of shape (n_centers, n_features)
        Distinct centers; those of the first call stay in ``partial_fit``.
    widths_ : array of shape (n_centers,)
        sigma of each unit.
    coef_ : array of shape (1, n_columns) or (n_classes, n_columns)
        Output weights of the units, then of the monomials without their constant.
    intercept_ : array of shape (1,) or (n_classes,)
        Biases.
    classes_ : array of shape (n_classes,)
        Sorted class labels.
    slope_ : float
        What ``predict_proba`` multiplies the outputs by before their softmax.
    alpha_ : float
        The penalty that was used.
    rank_ : int
        Directions that the data and the penalty decide; not there with ``solver="lms"``.
    condition_ : float
        Condition number of the matrix of hidden outputs with its penalty; not there with ``solver="lms"``.
    n_iter_ : int
        Passes and iterations in the last fit; 1 for the closed form alone.
    history_ : History
        ``loss`` (mean of 1/2 sum of squared errors), ``learning_rate`` of the LMS rule, ``gradient_norm`` of
        fine-tuning, and validation columns.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Broomhead and Lowe (1988), Multivariable functional interpolation and adaptive networks. Micchelli (1986),
    Interpolation of scattered data. Moody and Darken (1989), Fast learning in networks of locally-tuned processing
    units. Chen, Cowan and Grant (1991), Orthogonal least squares learning algorithm for radial basis function networks.

    Examples
    --------
    >>> from sinapsi import RBFClassifier, linear_separability
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"]
    >>> model = RBFClassifier(n_centers=2, centers=[[0, 0], [1, 1]], width=1.0, alpha=1e-3).fit(X, y)
    >>> model.predict(X).tolist()
    ['no', 'yes', 'yes', 'no']
    >>> linear_separability(X, y).separable, linear_separability(model.transform(X), y).separable
    (False, True)
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **RadialBasisNetwork._parameter_rules,
        **ClosedFormClassifier._class_weight_rule,
    }

    def __init__(
        self,
        *,
        n_centers: int = 100,
        centers: str | ArrayLike = "kmeans",
        width: float | str | ArrayLike = "loo",
        basis: str = "gaussian",
        degree: int | None = None,
        alpha: float | str = "auto",
        solver: str = "exact",
        learning_rate: float | str | Schedule = "auto",
        max_iter: int = 100,
        fine_tuning: int = 0,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.n_centers = n_centers
        self.centers = centers
        self.width = width
        self.basis = basis
        self.degree = degree
        self.alpha = alpha
        self.solver = solver
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.fine_tuning = fine_tuning
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state
