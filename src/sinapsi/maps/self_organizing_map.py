"""The self-organizing map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from sinapsi.estimator import Floats
from sinapsi.maps.grid import TOPOLOGIES
from sinapsi.maps.learning_map import LearningMap
from sinapsi.maps.neighborhood import NEIGHBORHOODS
from sinapsi.maps.training import is_automatic
from sinapsi.maps.unfolding import Unfolding
from sinapsi.maps.winners import METRICS
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import KOHONEN_1982, KOHONEN_2001, KOHONEN_2013, Reference
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, criteria_in

MEASURES = ("distortion", "topographic_product", "trustworthiness", "kaski_lagus_error")


def _size_allows(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return len(value) == 2 and all(count(1).allows(side) for side in value)
    return is_automatic(value) or count(1).allows(value)


class SelfOrganizingMap(LearningMap):
    """Units on a grid whose prototypes spread over the data so that neighbors are alike (Kohonen map).

    Each unit has a prototype, a point among the data. For every example the nearest prototype wins, and the winner and
    its neighbors on the grid learn from it: competition, then cooperation. As the neighborhood shrinks the map first
    finds its order and then its details. The result is a picture of data of many dimensions on a plane, and a
    quantizer whose code numbers mean something: near numbers, near examples.

    Parameters
    ----------
    size : "auto", int or tuple (n_rows, n_columns), default="auto"
        The units. ``"auto"`` takes about 5 times the root of the number of examples, a number about as many as it
        says (a line exactly as many); the sides are then to each other as the standard deviations of the data along
        their two widest directions, at most as 8 to 1.
    topology : {"hexagonal", "rectangular", "linear"}, default="hexagonal"
        Six neighbors a unit, four (eight with diagonals), or two. Distances on the grid are Euclidean.
    toroidal : bool, default=False
        Whether opposite borders touch; a ring for ``"linear"``. A torus of hexagons needs an even number of rows.
    learning : {"batch", "online"}, default="batch"
        Every prototype becomes the weighted mean of all examples, once an epoch; or a step after every example,
        ``w_j <- w_j + eta h_ji (x - w_j)``.
    neighborhood : {"gaussian", "bubble", "cut_gaussian", "mexican_hat"}, default="gaussian"
        h(d) for a radius sigma: ``exp(-d^2 / (2 sigma^2))``; 1 within the disc d <= sigma, else 0; the Gaussian within
        the disc; ``(1 - d^2 / sigma^2) exp(-d^2 / (2 sigma^2))``, which pushes away what is farther, online only.
    radius : float, str or Schedule, default="auto"
        sigma in grid units, at least 0 (at 0 each unit learns alone), constant or a schedule over updates: epochs in
        batch learning, examples online. ``"auto"`` shrinks from a quarter of the longer side of the grid (three
        quarters where ``init`` has no order; half of that on a torus) to 1 in the first 70 % of the epochs, then to 0.7
        (a disc stays at 1; a Mexican hat has 0.25 throughout, since wider ones drive prototypes away).
    metric : {"euclidean", "cosine", "manhattan", "chebyshev"}, default="euclidean"
        Who wins. The means of batch learning lower the distortion for ``"euclidean"`` only; for the others they are an
        approximation that works well in practice.
    init : {"pca", "sample", "random"} or array of shape (n_units, n_features), default="pca"
        Prototypes at the start: on the plane of the two principal components, distinct examples, uniform in the range
        of every feature, or as given.
    learning_rate : float, str or Schedule, default="auto"
        eta of online learning, in updates. ``"auto"`` falls from 0.5 to 0.05 with the ordering, then to 0.01; for a
        Mexican hat from 0.1.
    max_iter : int, default=50
        Passes over the data, over which the automatic schedules are spread.
    shuffle : bool, default=True
        Whether online learning meets the examples in a new random order in every pass.
    measures : tuple of str, default=()
        What the history notes besides quantization and topographic error: some of ``"distortion"``,
        ``"topographic_product"``, ``"trustworthiness"`` and ``"kaski_lagus_error"``, each a method of this class too.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``, see :mod:`sinapsi.stopping`; ``"goal(0.3, of='quantization_error')"`` and
        ``"tolerance(1e-3, 5, of='kaski_lagus_error')"`` watch a column of the history (of the topographic error alone
        beware: a map that has not unfolded yet is not torn either). None stands for
        ``"patience(10)"`` when there are validation data. Batch learning ends by itself when nothing changes any more.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present prototypes and place in the schedules.
    random_state : int, RandomState, Generator or None, default=None
        Of the start (but for ``"pca"``) and of the order of online learning.
    verbose : int, default=0
        1 shows a progress bar on a terminal.

    Attributes
    ----------
    prototypes_ : array of shape (n_units, n_features)
        One a unit, row by row of the grid.
    grid_ : Grid
        Where the units lie: ``positions``, ``distances()``, ``neighbor_pairs()``, ``rows_and_columns(units)``.
    labels_ : array of int of shape (n_samples,)
        Winner of every example of the last ``fit`` or ``partial_fit``; not there after ``fit_batches``.
    hits_ : array of int of shape (n_units,)
        Examples that each unit won.
    radius_, learning_rate_ : Schedule
        The schedules that ``"auto"`` came to; the second is None in batch learning.
    classes_, unit_classes_, unit_class_counts_ : array
        After :meth:`label_units`: the classes, the class of every unit, and the examples of each class it won.
    n_iter_ : int
        Passes over the data in the last fit.
    history_ : History
        ``loss`` (mean of half the squared distance to the winner), ``quantization_error``, ``topographic_error``,
        ``radius``, and what ``measures`` asks for: in batch learning after every epoch, online as met on the way.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    See Also
    --------
    sinapsi.plots.UMatrixDisplay : Pictures of a map.

    Notes
    -----
    Missing values (NaN) are left out of distances, sums and counts; no value is made up. Features of larger scale
    weigh more: standardize them first, unless their scales mean something.

    References
    ----------
    Kohonen (1982), Self-organized formation of topologically correct feature maps; Kohonen (2001), Self-Organizing
    Maps; Kohonen (2013), Essentials of the self-organizing map.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sinapsi import SelfOrganizingMap
    >>> X, y = load_iris(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> model = SelfOrganizingMap().fit(X)
    >>> model.grid_.shape, model.labels_.shape
    ((6, 10), (150,))
    >>> model.label_units(y).classify(X[[0, 60, 140]])
    array([0, 1, 2])
    """

    _chapter: ClassVar[int] = 6
    _references: ClassVar[tuple[Reference, ...]] = (KOHONEN_1982, KOHONEN_2001, KOHONEN_2013)
    _accepts_missing_inputs: ClassVar[bool] = True
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "size": Rule('"auto", an integer of at least 1 or a tuple of two (n_rows, n_columns)', _size_allows),
        "topology": choice(*TOPOLOGIES),
        "toroidal": boolean,
        "learning": choice("batch", "online"),
        "neighborhood": choice(*NEIGHBORHOODS),
        "radius": number(0, np.inf, open_high=True) | instance((str, Schedule), "a schedule"),
        "metric": choice(*METRICS),
        "init": choice("pca", "sample", "random") | instance((np.ndarray, list), "an array of prototypes"),
        "learning_rate": number(0, np.inf, open_low=True, open_high=True) | instance((str, Schedule), "a schedule"),
        "max_iter": count(0),
        "shuffle": boolean,
        "measures": Rule(
            "a tuple of some of " + ", ".join(map(repr, MEASURES)),
            lambda value: isinstance(value, tuple | list) and all(name in MEASURES for name in value),
        ),
        "stopping": nothing | instance((str, Criterion, AnyOf), "a stopping rule"),
        "validation_fraction": number(0, 1, open_high=True),
        "warm_start": boolean,
        "random_state": random_source,
        "verbose": boolean | count(0),
    }
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        "radius": lambda form: None if is_automatic(form) or form == 0 else schedule_named(form),
        "learning_rate": lambda form: None if is_automatic(form) else schedule_named(form),
        "stopping": criteria_in,
    }

    def __init__(
        self,
        *,
        size: str | int | tuple[int, int] = "auto",
        topology: str = "hexagonal",
        toroidal: bool = False,
        learning: str = "batch",
        neighborhood: str = "gaussian",
        radius: float | str | Schedule = "auto",
        metric: str = "euclidean",
        init: str | ArrayLike = "pca",
        learning_rate: float | str | Schedule = "auto",
        max_iter: int = 50,
        shuffle: bool = True,
        measures: Sequence[str] = (),
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        verbose: int = 0,
    ) -> None:
        self.size = size
        self.topology = topology
        self.toroidal = toroidal
        self.learning = learning
        self.neighborhood = neighborhood
        self.radius = radius
        self.metric = metric
        self.init = init
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.measures = measures
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    # Learning.

    def fit(self, X: ArrayLike, y: object = None, *, X_val: ArrayLike | None = None, y_val: object = None) -> Self:
        """Let the map unfold over the examples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; NaN is a missing value.
        y : object, optional
            Not looked at; the map learns without answers.
        X_val : array of shape (n_val, n_features), optional
            Examples to watch the validation loss on; never learned from.
        y_val : object, optional
            Not looked at.

        Returns
        -------
        SelfOrganizingMap
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range, or parameters do not go together.
        InvalidInputError
            If a row or a column has no observed value, or the data cannot be learned from.
        """
        return self._fit(X, X_val)

    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn one more pass, over these examples.

        Online learning goes on in its schedules as if the examples had come in one stream. In batch learning a call is
        an epoch over its examples alone while the radius shrinks; once it is final, sums are kept, and every example
        of these calls, or of the fit before them, counts the same. ``"auto"`` spreads the schedules over ``max_iter``
        calls of the size of the first one: set it to the number of calls that you expect.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; the first call settles the size and the start of the map.
        y : object, optional
            Not looked at.

        Returns
        -------
        SelfOrganizingMap
            The estimator.

        Raises
        ------
        InvalidInputError
            If the examples have other columns than those before.
        """
        return self._partial_fit(X)

    def fit_batches(self, source: Any, *, target: str | list[str] | None = None, n_jobs: int | None = None) -> Self:
        """Let the map unfold over more examples than memory holds.

        Batch learning gives the same map as ``fit``, however the data are cut. It makes two passes for the start and
        one for every epoch.

        Parameters
        ----------
        source : array, memory map, iterable, callable, path or list of these
            Examples: an array or memory map; batches, each an array; a function that gives them at each call; the path
            of a Parquet file; or a list of these, each a shard. Pairs (X, y) are taken too, without looking at y.
        target : str or list of str, optional
            For Parquet: columns to leave out.
        n_jobs : int, optional
            Shards read at the same time, as in joblib; a backend set by ``joblib.parallel_config`` is used. Online
            learning goes through them one after another.

        Returns
        -------
        SelfOrganizingMap
            The fitted estimator, without ``labels_``.

        Raises
        ------
        InvalidParameterError
            If parameters need all examples at once: ``measures`` and ``validation_fraction``.
        InvalidInputError
            If a shard cannot be read or learned from; the message names it.
        """
        return self._fit_batches(source, target, n_jobs)

    def fit_predict(self, X: ArrayLike, y: object = None) -> NDArray[np.intp]:
        """Fit the map and give the winner of every example.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : object, optional
            Not looked at.

        Returns
        -------
        array of int of shape (n_samples,)
            ``labels_``.
        """
        return self.fit(X).labels_

    def unfolding(self, X: ArrayLike) -> Unfolding:
        """Fit a copy of this map and write down where its prototypes were after every epoch.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        Unfolding
            The course of a fit, for films and pictures; with ``random_state`` an int it is that of :meth:`fit`.
        """
        twin = clone(self).set_params(verbose=0, warm_start=False)
        moments: list[Floats] = []
        twin._fit(X, watch=lambda: moments.append(twin.prototypes_.copy()))
        return Unfolding.of(moments, twin.history_, twin.grid_)
