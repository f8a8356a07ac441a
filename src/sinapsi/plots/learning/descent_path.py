"""Ways down a loss: contour lines over two weights, and the paths of several trainings on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.canvas import axes_to_draw_on, number_text, quieten_frame, write_heading
from sinapsi.plots.learning.descent_landscape import Landscape, finite_part_of, landscape_around, losses_at
from sinapsi.plots.palette import CONTOUR_INK, INK, class_colors, class_marker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.contour import QuadContourSet
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

N_CONTOURS = 14
FEW_STEPS = 60  # up to here every step gets a mark

LossFunction = Callable[[NDArray[np.float64]], ArrayLike]


class DescentPathDisplay:
    """Contour lines of a loss over two weights, and the paths that trainings took on it.

    Contour lines are spaced so that on a quadratic bowl they are equally far apart. Across a narrow valley plain
    gradient descent zigzags; momentum adds up what successive steps share and cancels what they do not.
    Make one with :meth:`from_paths`.

    Parameters
    ----------
    loss_function : callable
        Takes points of shape (n_points, 2), gives their losses of shape (n_points,).
    paths : mapping of str to array of shape (n_steps + 1, 2)
        The two weights before and after each step, by the name of the training. A path is drawn up to its first NaN
        or infinite value.
    minimum : array of shape (2,), default=None
        Where the loss is lowest, if known; marked by a cross.
    weight_names : tuple of str, default=("first weight", "second weight")
        Labels of the axes.
    grid_resolution : int, default=150
        Points along each axis at which the loss is computed, at least 2.
    name : str, default="Ways down"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    contours_ : matplotlib QuadContourSet
        The contour lines.
    lines_ : dict of str to matplotlib Line2D
        The paths.
    starts_ : dict of str to matplotlib Line2D
        The marks where they begin.
    minimum_point_ : matplotlib Line2D or None
        The mark of the minimum.
    last_losses_ : dict of str to float
        The loss at the end of each path.
    caption_ : str
        The caption.

    Examples
    --------
    >>> import numpy as np
    >>> steep = np.array([1.0, 25.0])
    >>> path = np.array([[-2.0 * 0.9**n, 1.0 * (-0.9) ** n] for n in range(30)])
    >>> display = DescentPathDisplay.from_paths(lambda points: points**2 @ steep, {"plain": path}, minimum=[0, 0])
    >>> round(display.last_losses_["plain"], 3)
    0.064
    """

    ax_: Axes
    figure_: Figure | SubFigure
    contours_: QuadContourSet
    lines_: dict[str, Line2D]
    starts_: dict[str, Line2D]
    minimum_point_: Line2D | None
    last_losses_: dict[str, float]
    caption_: str

    def __init__(
        self,
        *,
        loss_function: LossFunction,
        paths: Mapping[str, ArrayLike],
        minimum: ArrayLike | None = None,
        weight_names: tuple[str, str] = ("first weight", "second weight"),
        grid_resolution: int = 150,
        name: str = "Ways down",
    ) -> None:
        self.loss_function = loss_function
        self.paths = paths
        self.minimum = minimum
        self.weight_names = weight_names
        self.grid_resolution = grid_resolution
        self.name = name

    @classmethod
    def from_paths(
        cls,
        loss_function: LossFunction,
        paths: Mapping[str, ArrayLike],
        *,
        minimum: ArrayLike | None = None,
        weight_names: tuple[str, str] = ("first weight", "second weight"),
        grid_resolution: int = 150,
        name: str = "Ways down",
        ax: Axes | None = None,
    ) -> Self:
        """Draw paths on a loss.

        Parameters
        ----------
        loss_function : callable
            Takes points of shape (n_points, 2), gives their losses of shape (n_points,).
        paths : mapping of str to array of shape (n_steps + 1, 2)
            The two weights before and after each step, by the name of the training.
        minimum : array of shape (2,), default=None
            Where the loss is lowest, if known.
        weight_names : tuple of str, default=("first weight", "second weight")
            Labels of the axes.
        grid_resolution : int, default=150
            Points along each axis at which the loss is computed, at least 2.
        name : str, default="Ways down"
            The title.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        DescentPathDisplay
            What was drawn.

        Raises
        ------
        InvalidInputError
            If there is no path, or one is no series of pairs, or the loss function gives something else.
        InvalidParameterError
            If a setting is out of its range.
        """
        display = cls(
            loss_function=loss_function,
            paths=paths,
            minimum=minimum,
            weight_names=weight_names,
            grid_resolution=grid_resolution,
            name=name,
        )
        return display.plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        DescentPathDisplay
            The object itself.
        """
        if not isinstance(self.paths, Mapping) or not self.paths:
            raise InvalidInputError(
                "paths must be a mapping of names to arrays of shape (n_steps + 1, 2), at least one. "
                f"Got {self.paths!r}."
            )
        paths = {str(name): finite_part_of(path, str(name)) for name, path in self.paths.items()}
        minimum = self._minimum_in()
        landscape = landscape_around(
            self.loss_function, [*paths.values(), *([] if minimum is None else [minimum])], self.grid_resolution
        )
        self.last_losses_ = {name: float(losses_at(self.loss_function, path[-1:])[0]) for name, path in paths.items()}
        self.ax_ = axes_to_draw_on(ax, "DescentPathDisplay")
        self.figure_ = self.ax_.figure
        self.contours_ = self._draw_contours(landscape)
        self._draw_paths(paths)
        self.minimum_point_ = None if minimum is None else self._mark_minimum(minimum)
        self.ax_.set(xlim=landscape.x0[[0, -1]], ylim=landscape.x1[[0, -1]])
        self.ax_.set(xlabel=self.weight_names[0], ylabel=self.weight_names[1])
        quieten_frame(self.ax_, grid=False)
        self.ax_.legend(fontsize="small", framealpha=0.9, edgecolor="none")
        self.caption_ = self._caption(paths)
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _minimum_in(self) -> NDArray[np.float64] | None:
        if self.minimum is None:
            return None
        minimum = np.asarray(self.minimum, dtype=np.float64)
        if minimum.shape != (2,) or not np.isfinite(minimum).all():
            raise InvalidParameterError(f"minimum must be two finite numbers, or None. Got {self.minimum!r}.")
        return minimum[np.newaxis]

    def _draw_contours(self, landscape: Landscape) -> QuadContourSet:
        low, high = landscape.losses.min(), landscape.losses.max()
        # A loss that is level everywhere has no contour lines; matplotlib wants increasing levels all the same.
        height = high - low if high > low else 1.0
        levels = low + height * (np.arange(1, N_CONTOURS + 1) / (N_CONTOURS + 1)) ** 2
        contours = self.ax_.contour(
            landscape.x0, landscape.x1, landscape.losses, levels=levels, colors=CONTOUR_INK, linewidths=0.9, zorder=1
        )
        contours.set_linestyle("solid")
        return contours

    def _draw_paths(self, paths: Mapping[str, NDArray[np.float64]]) -> None:
        self.lines_, self.starts_ = {}, {}
        for index, (color, (name, path)) in enumerate(zip(class_colors(len(paths)), paths.items(), strict=True)):
            (self.lines_[name],) = self.ax_.plot(
                *path.T,
                color=color,
                linewidth=1.6,
                marker=class_marker(index) if len(path) <= FEW_STEPS else "",
                markersize=3.5,
                label=name,
                zorder=2 + index / 100,
            )
            (self.starts_[name],) = self.ax_.plot(
                *path[0],
                marker="o",
                markersize=9,
                markerfacecolor="white",
                markeredgecolor=color,
                markeredgewidth=2,
                linestyle="none",
                zorder=3,
            )

    def _mark_minimum(self, minimum: NDArray[np.float64]) -> Line2D:
        (point,) = self.ax_.plot(
            *minimum[0],
            marker="P",
            markersize=10,
            markerfacecolor=INK,
            markeredgecolor="white",
            linestyle="none",
            label="minimum",
            zorder=4,
        )
        return point

    def _caption(self, paths: Mapping[str, NDArray[Any]]) -> str:
        sentences = []
        for name, path in paths.items():
            n_steps = len(path) - 1
            steps = "1 step" if n_steps == 1 else f"{n_steps:,} steps"
            diverged = ", then diverged" if len(path) < len(np.asarray(self.paths[name])) else ""
            sentences.append(f"{name}: loss {number_text(self.last_losses_[name])} after {steps}{diverged}.")
        return "\n".join(sentences)
