"""What a regressor answers over one or two of its features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.canvas import axes_to_draw_on, quieten_frame, write_heading
from sinapsi.plots.fitted import network_in
from sinapsi.plots.responses import curves, surfaces
from sinapsi.plots.responses.answers import Response, response_over
from sinapsi.plots.responses.targets import check_regressor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import FillBetweenPolyCollection, PathCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.contour import QuadContourSet
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

Values = NDArray[np.float64]
Kind = Literal["contour", "surface"]

SIZE_IN_SPACE = (6.0, 5.2)  # inches


class ResponseSurfaceDisplay:
    """The output of a regressor over one or two features: a curve, filled contours, or a surface in space.

    Over the single feature of a radial basis function network the weighted units are drawn too, as thin lines: with
    the bias they sum to the curve. Over two features the examples have the color of their target, so that one that
    stands out is an error. Other features stay at their means. Make one with :meth:`from_estimator`.

    Parameters
    ----------
    response : Response
        The answers over the grid, and the examples.
    kind : {"contour", "surface"}, default="contour"
        How heights over two features are shown.
    name : str, default="Response"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn; with three dimensions for a surface.
    figure_ : matplotlib Figure
        Its figure.
    curve_ : matplotlib Line2D
        The output over one feature.
    unit_lines_ : list of matplotlib Line2D
        Weight times output of each unit of a radial basis function network of one feature; else empty.
    rest_line_ : matplotlib Line2D or None
        What stands beside these units: the bias, with the polynomial where there is one.
    band_ : matplotlib FillBetweenPolyCollection or None
        One standard deviation on both sides of the curve.
    contours_ : matplotlib QuadContourSet
        The filled contours over two features.
    color_scale_ : matplotlib Colorbar
        Their scale.
    surface_ : matplotlib Poly3DCollection
        The surface in space.
    points_ : matplotlib PathCollection or None
        The examples; none without their targets, but over contours.
    caption_ : str
        The caption.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import RBFRegressor
    >>> X = np.linspace(0, 6, 40).reshape(-1, 1)
    >>> network = RBFRegressor(n_centers=5, random_state=0).fit(X, np.sin(X[:, 0]))
    >>> display = ResponseSurfaceDisplay.from_estimator(network, X, np.sin(X[:, 0]))
    >>> len(display.unit_lines_)
    5
    """

    ax_: Axes
    figure_: Figure | SubFigure
    curve_: Line2D
    unit_lines_: list[Line2D]
    rest_line_: Line2D | None
    band_: FillBetweenPolyCollection | None
    contours_: QuadContourSet
    color_scale_: Colorbar
    surface_: Any
    points_: PathCollection | None
    caption_: str

    def __init__(self, *, response: Response, kind: Kind = "contour", name: str = "Response") -> None:
        self.response = response
        self.kind = kind
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: ArrayLike | None = None,
        *,
        features: int | str | Sequence[int | str] | None = None,
        kind: Kind = "contour",
        output: int | None = None,
        show_std: bool = False,
        grid_resolution: int = 200,
        name: str | None = None,
        legend: bool = True,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the response of a fitted regressor.

        Parameters
        ----------
        estimator : regressor
            A fitted regressor of Sinapsi or scikit-learn, or a pipeline or search that ends in one.
        X : array, sparse matrix or data frame of shape (n_samples, n_features)
            Examples, with all features that the regressor knows.
        y : array of shape (n_samples,) or (n_samples, n_outputs), default=None
            Their targets; NaN means "don't care", and such an example is left out.
        features : int, str, or sequence of one or two of them, default=None
            The features that vary, by position or by column name. None takes the first two, or the only one.
        kind : {"contour", "surface"}, default="contour"
            How heights over two features are shown.
        output : int, default=None
            The output to draw, from 0. None will do where there is only one.
        show_std : bool, default=False
            Whether to draw a band of one standard deviation around a curve, for regressors with
            ``predict(X, return_std=True)``.
        grid_resolution : int, default=200
            Points along each axis.
        name : str, default=None
            The title. None takes the name of the class.
        legend : bool, default=True
            Whether to say what is drawn.
        ax : matplotlib Axes, default=None
            Where to draw; for a surface axes with ``projection="3d"``. None makes a new figure.

        Returns
        -------
        ResponseSurfaceDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the regressor is not fitted.
        InvalidInputError
            If it is no regressor, or X and y do not fit it.
        InvalidParameterError
            If a setting is out of its range.
        """
        check_regressor(estimator, "ResponseSurfaceDisplay")
        if kind not in ("contour", "surface"):
            raise InvalidParameterError(f"kind must be 'contour' or 'surface'. Got {kind!r}.")
        response = response_over(estimator, X, y, features, output, grid_resolution, with_std=show_std)
        title = type(network_in(estimator)).__name__ if name is None else name
        return cls(response=response, kind=kind, name=title).plot(ax, legend=legend)

    def plot(self, ax: Axes | None = None, *, legend: bool = True) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; for a surface axes with ``projection="3d"``. None makes a new figure.
        legend : bool, default=True
            Whether to say what is drawn.

        Returns
        -------
        ResponseSurfaceDisplay
            The object itself.
        """
        is_curve = len(self.response.axes) == 1
        in_space = not is_curve and self.kind == "surface"
        if in_space and ax is not None and ax.name != "3d":
            raise InvalidInputError(
                f"A surface needs axes with three dimensions. Got {ax.name} axes. "
                "Make them with plt.subplots(subplot_kw={'projection': '3d'}), or draw kind='contour'."
            )
        if in_space:
            self.ax_ = axes_to_draw_on(ax, "ResponseSurfaceDisplay", SIZE_IN_SPACE, projection="3d")
        else:
            self.ax_ = axes_to_draw_on(ax, "ResponseSurfaceDisplay")
        self.figure_ = self.ax_.figure
        notes = self._draw_curve(legend) if is_curve else self._draw_heights(legend, in_space=in_space)
        self.caption_ = " ".join(filter(None, [*notes, note_on_fixed(self.response)]))
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _draw_curve(self, legend: bool) -> list[str]:
        response, parts = self.response, self.response.units
        ends = curves.heights_to_show(response)
        self.unit_lines_, self.rest_line_ = curves.draw_units(self.ax_, response.axes[0], parts)
        self.band_ = curves.draw_band(self.ax_, response)
        self.points_ = curves.draw_examples(self.ax_, response)
        self.curve_ = curves.draw_response(self.ax_, response)
        self.ax_.set(
            xlim=response.axes[0][[0, -1]], ylim=ends, xlabel=response.feature_names[0], ylabel=response.output_name
        )
        quieten_frame(self.ax_, grid=True)
        if legend and (self.points_ is not None or self.band_ is not None or self.unit_lines_):
            self.ax_.legend(fontsize="small", framealpha=0.9, edgecolor="none")
        return [] if parts is None else [curves.note_on_units(parts, ends)]

    def _draw_heights(self, legend: bool, *, in_space: bool) -> list[str]:
        response = self.response
        self.unit_lines_, self.rest_line_, self.band_ = [], None, None
        ends = surfaces.ends_of(response.answers, response.y)
        if in_space:
            self.surface_ = surfaces.draw_surface(self.ax_, response.axes, response.answers, ends)
            self.ax_.set_zlabel(response.output_name)  # type: ignore[attr-defined]  # it has three dimensions
        else:
            self.contours_ = surfaces.draw_contours(self.ax_, response.axes, response.answers, ends)
            self.color_scale_ = surfaces.add_height_scale(self.ax_, self.contours_, response.output_name)
            quieten_frame(self.ax_, grid=False)
        self.points_ = surfaces.draw_targets(self.ax_, response.X, response.y, ends, in_space=in_space)
        self.ax_.set(xlabel=response.feature_names[0], ylabel=response.feature_names[1])
        if legend and in_space and self.points_ is not None:
            self.ax_.legend(fontsize="small", frameon=False, loc="upper right")
        if in_space or response.y is None:
            return []
        return ["Points have the color of their target: one that stands out is an error."]


def note_on_fixed(response: Response) -> str:
    """Say where the features are that do not vary.

    Parameters
    ----------
    response : Response
        What is drawn.

    Returns
    -------
    str
        A sentence, empty where all features vary.
    """
    if response.n_fixed == 0:
        return ""
    others = "the other feature" if response.n_fixed == 1 else f"the other {response.n_fixed} features"
    mean = "its mean" if response.n_fixed == 1 else "their means"
    if response.y is None:
        return f"{others[0].upper()}{others[1:]} held at {mean}."
    return f"{others[0].upper()}{others[1:]} held at {mean}; those of the examples differ."
