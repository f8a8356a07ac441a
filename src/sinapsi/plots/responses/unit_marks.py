"""Radial units in a picture: centers as crosses, widths as circles, and over one feature the bumps themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.palette import darker
from sinapsi.plots.responses.unit_sides import UnitSides

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle

Values = NDArray[np.float64]

LARGEST_CROSS, SMALLEST_CROSS = 130.0, 22.0  # square points on paper, of the strongest unit and one without weight
FEW_UNITS = 15  # up to here crosses are largest
MOST_CIRCLES = 200  # circles of weaker units than these would only make the picture gray
FEW_LAYERS = 1.5  # circles over a point of the picture, on average; among more they are drawn paler
STRONGEST_EDGE, PALEST_EDGE, FILL = 0.85, 0.12, 0.10  # opacity of a circle's edge, and of its inside beside it
MARGIN = 0.08  # of a feature's range, left free around examples and centers
ROOM_FOR_CIRCLES = 0.35  # of that range, which circles may add on each side
MOST_ELONGATED = 4.0  # ratio of the ranges up to which both axes get one scale, so that circles look like circles


def view_of(places: Values, centers: Values, widths: Values) -> Values:
    """Choose the part of the plane that is shown: all examples and centers, and of the circles what there is room for.

    Parameters
    ----------
    places : array of shape (n_places, 2)
        Examples.
    centers : array of shape (n_units, 2)
        Centers.
    widths : array of shape (n_units,)
        Radii of the circles.

    Returns
    -------
    array of shape (2, 2)
        For each feature its lowest and highest value.
    """
    shown = np.concatenate([places, centers])
    low, high = shown.min(axis=0), shown.max(axis=0)
    size = np.where(high > low, high - low, 1.0)
    ends_of_circles = (centers - widths[:, np.newaxis]).min(axis=0), (centers + widths[:, np.newaxis]).max(axis=0)
    low = np.maximum(low - ROOM_FOR_CIRCLES * size, np.minimum(low, ends_of_circles[0])) - MARGIN * size
    high = np.minimum(high + ROOM_FOR_CIRCLES * size, np.maximum(high, ends_of_circles[1])) + MARGIN * size
    return np.stack([low, high], axis=1)


def set_view(ax: Axes, view: Values) -> None:
    """Set the ends of the axes, with one scale for both where that does not make a ribbon.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    view : array of shape (2, 2)
        From :func:`view_of`.
    """
    ax.set(xlim=view[0], ylim=view[1])
    sizes = view[:, 1] - view[:, 0]
    if sizes.max() <= MOST_ELONGATED * sizes.min():
        ax.set_aspect("equal", adjustable="box")


def draw_circles(ax: Axes, centers: Values, widths: Values, sides: UnitSides, view: Values) -> dict[int, Circle]:
    """Draw the width of each unit as the radius of a circle around its center.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    centers : array of shape (n_units, 2)
        Centers.
    widths : array of shape (n_units,)
        sigma.
    sides : UnitSides
        Colors, and the strength that a circle's opacity shows.
    view : array of shape (2, 2)
        What is shown.

    Returns
    -------
    dict of int to matplotlib Circle
        By unit; of very many units only the strongest.
    """
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Circle

    strongest_last = np.argsort(sides.strengths, kind="stable")[-MOST_CIRCLES:]
    layers = np.pi * (widths[strongest_last] ** 2).sum() / np.prod(view[:, 1] - view[:, 0])
    clearness = min(1.0, FEW_LAYERS / max(layers, 1e-300)) ** 0.5
    circles = {}
    for unit in strongest_last.tolist():
        strength = 0.35 + 0.65 * sides.strengths[unit]
        edge = max(PALEST_EDGE, STRONGEST_EDGE * clearness * strength)
        circles[unit] = Circle(
            (float(centers[unit, 0]), float(centers[unit, 1])),
            float(widths[unit]),
            facecolor=to_rgba(sides.color_of(unit), FILL * clearness * strength),
            edgecolor=to_rgba(sides.color_of(unit), edge),
            linewidth=1.3,
            zorder=1,
        )
        ax.add_patch(circles[unit])
    return circles


def draw_crosses(ax: Axes, centers: Values, sides: UnitSides) -> dict[str, PathCollection]:
    """Draw each center as a cross, the larger the larger the weight of its unit.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    centers : array of shape (n_units, 2)
        Centers.
    sides : UnitSides
        Colors and strengths.

    Returns
    -------
    dict of str to matplotlib PathCollection
        Crosses, by the name of their side.
    """
    from matplotlib import patheffects

    rim = [patheffects.withStroke(linewidth=3.4, foreground="white")]  # or it would drown among the examples
    crowding = (FEW_UNITS / max(FEW_UNITS, len(centers))) ** 0.4
    areas = crowding * (SMALLEST_CROSS + (LARGEST_CROSS - SMALLEST_CROSS) * sides.strengths)
    crosses = {}
    for index, (name, color) in enumerate(zip(sides.names, sides.colors, strict=True)):
        chosen = sides.indices == index
        if chosen.any():
            crosses[name] = ax.scatter(
                centers[chosen, 0],
                centers[chosen, 1],
                s=areas[chosen],
                color=darker(color, 0.3),
                marker="+",
                linewidths=2.0,
                path_effects=rim,
                label=name,
                zorder=4,
            )
    return crosses


def draw_bumps(ax: Axes, x: Values, bumps: Values, sides: UnitSides) -> list[Line2D]:
    """Draw the output of each unit over one feature.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    x : array of shape (n_points,)
        Values of the feature.
    bumps : array of shape (n_points, n_units)
        phi of each unit.
    sides : UnitSides
        Colors and strengths.

    Returns
    -------
    list of matplotlib Line2D
        One a unit.
    """
    n_units = bumps.shape[1]
    clearness = max(0.3, (FEW_UNITS / max(FEW_UNITS, n_units)) ** 0.5)
    lines = []
    for unit in range(n_units):
        opacity = clearness * (0.35 + 0.65 * sides.strengths[unit])
        lines += ax.plot(x, bumps[:, unit], color=sides.color_of(unit), alpha=opacity, linewidth=1.6, zorder=2)
    return lines
