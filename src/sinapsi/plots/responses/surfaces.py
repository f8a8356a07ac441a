"""Heights over two features: as filled contours, or as a surface in space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.boundaries.class_points import area_of_a_point
from sinapsi.plots.palette import CAPTION_INK, FRAME_INK, INK, height_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.contour import QuadContourSet

Values = NDArray[np.float64]

N_LEVELS = 12  # contours, more or less: they fall on round numbers
SMALLEST_RANGE = 1e-12  # of heights, relative to their size: below it they are all equal but for rounding
ROOM_BEYOND_TARGETS = 1.0  # ranges of the targets
CELLS_IN_SPACE = 60  # along each axis; finer ones cannot be seen and take long to draw


def ends_of(heights: Values, targets: Values | None) -> tuple[float, float]:
    """Give the ends of the scale: all heights, but where a network runs away beyond the examples.

    Parameters
    ----------
    heights : array
        Over the grid.
    targets : array or None
        Of the examples. With them heights count up to one range of the targets beyond the targets.

    Returns
    -------
    tuple of float
        Different from each other, even where all heights are equal.
    """
    low, high = float(heights.min()), float(heights.max())
    if targets is not None:
        lowest, highest = float(targets.min()), float(targets.max())
        room = ROOM_BEYOND_TARGETS * (highest - lowest)
        if room > 0:
            low, high = max(low, lowest - room), min(high, highest + room)
        low, high = min(low, lowest), max(high, highest)
    if high - low <= SMALLEST_RANGE * max(abs(low), abs(high)):
        return low - 0.5, high + 0.5
    return low, high


def draw_contours(ax: Axes, axes: tuple[Values, ...], heights: Values, ends: tuple[float, float]) -> QuadContourSet:
    """Fill the plane with colors, and draw the lines of equal height.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    axes : pair of array
        Values of the two features.
    heights : array of shape (n_second, n_first)
        Over the grid.
    ends : tuple of float
        Of the colors.

    Returns
    -------
    matplotlib QuadContourSet
        The filled contours.
    """
    from matplotlib.ticker import MaxNLocator

    levels = np.asarray(MaxNLocator(N_LEVELS).tick_values(*ends))
    contours = ax.contourf(
        *axes,
        heights,
        levels=levels,
        cmap=height_colors(),
        vmin=ends[0],
        vmax=ends[1],
        extend=_runs_beyond(heights, levels),
        zorder=0,
    )
    with_lines = levels[(levels > heights.min()) & (levels < heights.max())]
    if len(with_lines):
        ax.contour(
            *axes, heights, levels=with_lines, colors="white", linestyles="solid", linewidths=0.7, alpha=0.8, zorder=1
        )
    ax.set(xlim=axes[0][[0, -1]], ylim=axes[1][[0, -1]])
    return contours


def add_height_scale(ax: Axes, contours: QuadContourSet, label: str) -> Colorbar:
    """Stand the scale beside the picture.

    Parameters
    ----------
    ax : matplotlib Axes
        Where the contours are.
    contours : matplotlib QuadContourSet
        The filled contours.
    label : str
        What is high.

    Returns
    -------
    matplotlib Colorbar
        The scale.
    """
    scale = ax.figure.colorbar(contours, ax=ax, label=label, pad=0.02, aspect=28)
    scale.outline.set(edgecolor=FRAME_INK, linewidth=0.5)
    return scale


def draw_surface(ax: Any, axes: tuple[Values, ...], heights: Values, ends: tuple[float, float]) -> Any:
    """Draw the heights as a surface in space.

    Parameters
    ----------
    ax : matplotlib Axes3D
        Where.
    axes : pair of array
        Values of the two features.
    heights : array of shape (n_second, n_first)
        Over the grid.
    ends : tuple of float
        Of the colors.

    Returns
    -------
    matplotlib Poly3DCollection
        The surface.
    """
    surface = ax.plot_surface(
        *np.meshgrid(*axes),
        heights,
        rcount=CELLS_IN_SPACE,
        ccount=CELLS_IN_SPACE,
        cmap=height_colors(),
        vmin=ends[0],
        vmax=ends[1],
        linewidth=0.15,
        edgecolor=(1, 1, 1, 0.35),
        antialiased=True,
        alpha=0.85,
    )
    for each in (ax.xaxis, ax.yaxis, ax.zaxis):
        each.pane.set(facecolor="white", edgecolor=FRAME_INK)
    return surface


def draw_targets(
    ax: Any, X: Values, y: Values | None, ends: tuple[float, float], *, in_space: bool
) -> PathCollection | None:
    """Draw examples; where their targets are known, at that height or in its color.

    Parameters
    ----------
    ax : matplotlib Axes or Axes3D
        Where.
    X : array of shape (n_samples, 2)
        Examples.
    y : array of shape (n_samples,) or None
        Targets.
    ends : tuple of float
        Of the colors.
    in_space : bool
        Whether there is a third axis for the targets.

    Returns
    -------
    matplotlib PathCollection or None
        The points; none in space where there are no targets.
    """
    if y is None and in_space:
        return None
    area = area_of_a_point(len(X))
    if in_space:
        style: dict[str, Any] = {"zs": y, "s": 0.5 * area, "color": INK, "edgecolors": "white", "depthshade": False}
    elif y is None:
        style = {"s": 0.4 * area, "color": CAPTION_INK, "edgecolors": "none", "zorder": 2}
    else:
        colors = {"cmap": height_colors(), "vmin": ends[0], "vmax": ends[1]}
        style = {"c": y, **colors, "s": 0.8 * area, "edgecolors": INK, "zorder": 2}
    points: PathCollection = ax.scatter(X[:, 0], X[:, 1], linewidths=0.6, label="example", **style)
    return points


def _runs_beyond(heights: Values, levels: Values) -> Literal["neither", "both", "min", "max"]:
    below, above = heights.min() < levels[0], heights.max() > levels[-1]
    if below and above:
        return "both"
    return "min" if below else "max" if above else "neither"
