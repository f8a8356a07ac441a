"""Where a classifier decides for which class, over two features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.boundaries.class_points import draw_classes
from sinapsi.plots.boundaries.margins import classes_of, margins_between, method_to_ask, scores_of_classes, sureness_of
from sinapsi.plots.boundaries.plane import numbers_in, plane_through
from sinapsi.plots.canvas import axes_to_draw_on, quieten_frame, write_heading
from sinapsi.plots.fitted import network_in
from sinapsi.plots.palette import INK, class_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.contour import QuadContourSet
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage

ResponseMethod = Literal["auto", "decision_function", "predict_proba", "predict"]
PALEST, DARKEST = 0.10, 0.45  # opacity of a region at its boundary and where the network is surest
CLASSES_INSIDE = 6  # longer legends stand beside the picture


class DecisionBoundaryDisplay:
    """The regions that a classifier gives to its classes over two features, with the examples on top.

    A region is the stronger colored the surer the network is, and the line between regions is where two classes
    tie; for a linear network that is the line w.x + b = 0. Other features than the two stay at their medians.
    Make one with :meth:`from_estimator`.

    Parameters
    ----------
    x0, x1 : array of shape (grid_resolution,)
        Values of the two features along the axes.
    margins : array of shape (grid_resolution, grid_resolution, n_classes)
        By how much each class leads the best of the others; rows follow ``x1``, columns ``x0``.
    sureness : array of shape (grid_resolution, grid_resolution)
        How strongly the winning class leads, from 0 to 1.
    classes : array of shape (n_classes,)
        The labels.
    X : array of shape (n_samples, 2), default=None
        Examples, the two features only. None draws none.
    y : array of shape (n_samples,), default=None
        Their classes.
    feature_names : tuple of str, default=("feature 0", "feature 1")
        Labels of the axes.
    name : str, default="Decision boundary"
        The title.
    n_fixed : int, default=0
        How many other features stay at their medians; said under the title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    regions_ : matplotlib AxesImage
        The colored regions.
    boundary_ : list of matplotlib QuadContourSet
        The lines between them: one for two classes, else one a class; none where one class takes all.
    points_ : dict of label to matplotlib PathCollection
        The examples of each class.
    caption_ : str
        The caption, empty for two features.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import Perceptron
    >>> X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 0, 0, 1])
    >>> perceptron = Perceptron(random_state=0).fit(X, y)
    >>> display = DecisionBoundaryDisplay.from_estimator(perceptron, X, y)
    >>> len(display.boundary_), sorted(display.points_)
    (1, [0, 1])
    """

    ax_: Axes
    figure_: Figure | SubFigure
    regions_: AxesImage
    boundary_: list[QuadContourSet]
    points_: dict[Any, PathCollection]
    caption_: str

    def __init__(
        self,
        *,
        x0: NDArray[np.float64],
        x1: NDArray[np.float64],
        margins: NDArray[np.float64],
        sureness: NDArray[np.float64],
        classes: NDArray[Any],
        X: NDArray[np.float64] | None = None,
        y: NDArray[Any] | None = None,
        feature_names: tuple[str, str] = ("feature 0", "feature 1"),
        name: str = "Decision boundary",
        n_fixed: int = 0,
    ) -> None:
        self.x0 = x0
        self.x1 = x1
        self.margins = margins
        self.sureness = sureness
        self.classes = classes
        self.X = X
        self.y = y
        self.feature_names = feature_names
        self.name = name
        self.n_fixed = n_fixed

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: ArrayLike | None = None,
        *,
        response_method: ResponseMethod = "auto",
        grid_resolution: int = 200,
        features: Sequence[int | str] = (0, 1),
        name: str | None = None,
        legend: bool = True,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the decision boundary of a fitted classifier.

        Parameters
        ----------
        estimator : classifier
            A fitted classifier of Sinapsi or scikit-learn, or a pipeline that ends in one.
        X : array, sparse matrix or data frame of shape (n_samples, n_features)
            Examples, with all features that the classifier knows.
        y : array of shape (n_samples,), default=None
            Their classes. None draws the regions alone.
        response_method : {"auto", "decision_function", "predict_proba", "predict"}, default="auto"
            What to ask the classifier for. "auto" takes the first of the three that it has.
        grid_resolution : int, default=200
            Points along each axis.
        features : pair of int or str, default=(0, 1)
            The features of the axes, by position or by column name.
        name : str, default=None
            The title. None takes the name of the class.
        legend : bool, default=True
            Whether to list the classes.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        DecisionBoundaryDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        InvalidInputError
            If it is no classifier of one label, or X and y do not fit it.
        InvalidParameterError
            If a setting is out of its range.
        """
        check_is_fitted(estimator)
        classes = classes_of(estimator)
        method_name = method_to_ask(estimator, response_method)
        plane = plane_through(X, features, grid_resolution)
        answers = plane.answers(getattr(estimator, method_name))
        scores = scores_of_classes(answers, method_name, classes)
        margins = margins_between(scores)
        display = cls(
            x0=plane.x0,
            x1=plane.x1,
            margins=margins,
            sureness=sureness_of(margins, scores, method_name),
            classes=classes,
            X=None if y is None else numbers_in(X)[:, plane.features],
            y=None if y is None else _labels_that_fit(y, len(numbers_in(X)), classes),
            feature_names=plane.names,
            name=type(network_in(estimator)).__name__ if name is None else name,
            n_fixed=plane.n_fixed,
        )
        return display.plot(ax, legend=legend)

    def plot(self, ax: Axes | None = None, *, legend: bool = True) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        legend : bool, default=True
            Whether to list the classes.

        Returns
        -------
        DecisionBoundaryDisplay
            The object itself.
        """
        self.ax_ = axes_to_draw_on(ax, "DecisionBoundaryDisplay")
        self.figure_ = self.ax_.figure
        colors = class_colors(len(self.classes))
        self.regions_ = self._color_regions(colors)
        self.boundary_ = self._draw_boundary()
        self.points_ = self._draw_points(colors)
        self.caption_ = _caption_on_fixed_features(self.n_fixed)
        write_heading(self.ax_, self.name, self.caption_)
        self.ax_.set_xlabel(self.feature_names[0])
        self.ax_.set_ylabel(self.feature_names[1])
        quieten_frame(self.ax_, grid=False)
        if legend and self.points_:
            self._list_classes()
        return self

    def _color_regions(self, colors: Sequence[str]) -> AxesImage:
        from matplotlib.colors import to_rgba_array

        picture = to_rgba_array(colors)[self.margins.argmax(axis=-1)]  # (grid_resolution, grid_resolution, 4)
        picture[..., 3] = PALEST + (DARKEST - PALEST) * self.sureness
        # imshow wants the outer edges of the pixels; the grid gives their middles.
        half0, half1 = (self.x0[1] - self.x0[0]) / 2, (self.x1[1] - self.x1[0]) / 2
        edges = (self.x0[0] - half0, self.x0[-1] + half0, self.x1[0] - half1, self.x1[-1] + half1)
        regions = self.ax_.imshow(picture, extent=edges, origin="lower", aspect="auto", zorder=0)
        self.ax_.set(xlim=self.x0[[0, -1]], ylim=self.x1[[0, -1]])
        return regions

    def _draw_boundary(self) -> list[QuadContourSet]:
        # With two classes both margins vanish along the same line.
        one_a_class = range(1, 2) if len(self.classes) == 2 else range(len(self.classes))
        fields = [self.margins[..., index] for index in one_a_class]
        return [
            self.ax_.contour(self.x0, self.x1, field, levels=[0.0], colors=INK, linewidths=1.6, zorder=1)
            for field in fields
            if field.min() < 0 < field.max()
        ]

    def _draw_points(self, colors: Sequence[str]) -> dict[Any, PathCollection]:
        if self.X is None or self.y is None:
            return {}
        return draw_classes(self.ax_, self.X, self.y, self.classes, colors)

    def _list_classes(self) -> None:
        if len(self.points_) <= CLASSES_INSIDE:
            self.ax_.legend(loc="best", fontsize="small", framealpha=0.9, handletextpad=0.3)
        else:
            self.ax_.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small", frameon=False)


def _labels_that_fit(y: ArrayLike, n_samples: int, classes: NDArray[Any]) -> NDArray[Any]:
    labels = np.asarray(y)
    if labels.shape != (n_samples,):
        raise InvalidInputError(
            f"y must hold one class an example. X has {n_samples} examples, y has the shape {labels.shape}."
        )
    unknown = [label for label in np.unique(labels).tolist() if label not in classes.tolist()]
    if unknown:
        raise InvalidInputError(
            f"y must hold classes that the classifier learned: {', '.join(map(str, classes))}. "
            f"It also holds {', '.join(map(str, unknown))}. Pass the labels in the form they had in fit."
        )
    return labels


def _caption_on_fixed_features(n_fixed: int) -> str:
    if n_fixed == 0:
        return ""
    return (
        f"The other {n_fixed} features stay at their medians."
        if n_fixed > 1
        else "The third feature stays at its median."
    )
