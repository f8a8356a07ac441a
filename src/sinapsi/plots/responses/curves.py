"""The curve of a regressor over one feature, and the weighted units that it is the sum of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.boundaries.class_points import area_of_a_point
from sinapsi.plots.canvas import number_text
from sinapsi.plots.palette import CAPTION_INK, INK, NEGATIVE, PETROFF_COLORS, POSITIVE
from sinapsi.plots.responses.answers import Response, WeightedUnits

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import FillBetweenPolyCollection, PathCollection
    from matplotlib.lines import Line2D

Values = NDArray[np.float64]

CURVE, EXAMPLE = INK, PETROFF_COLORS[3]  # blue and orange are the signs of the units
FEW_UNITS = 12  # up to here their lines are strongest
STRONGEST, PALEST = 0.8, 0.2  # opacity of a line among few and among many
ROOM_FOR_OTHERS = 1.0  # ranges of curve and examples, that units and what is beyond may add below and above
MARGIN = 0.06  # of the range, left free below and above


def draw_response(ax: Axes, response: Response) -> Line2D:
    """Draw the output.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    response : Response
        Over one feature.

    Returns
    -------
    matplotlib Line2D
        The curve.
    """
    (curve,) = ax.plot(
        response.axes[0], response.answers, color=CURVE, linewidth=2.2, label=response.output_name, zorder=3
    )
    return curve


def draw_band(ax: Axes, response: Response) -> FillBetweenPolyCollection | None:
    """Draw one standard deviation on both sides of the curve.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    response : Response
        Over one feature.

    Returns
    -------
    matplotlib FillBetweenPolyCollection or None
        None where no standard deviation was asked for.
    """
    if response.std is None:
        return None
    low, high = response.answers - response.std, response.answers + response.std
    return ax.fill_between(
        response.axes[0], low, high, color=POSITIVE, alpha=0.25, linewidth=0, label="± one standard deviation"
    )


def draw_examples(ax: Axes, response: Response) -> PathCollection | None:
    """Draw the examples at the height of their targets.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    response : Response
        Over one feature.

    Returns
    -------
    matplotlib PathCollection or None
        None where the targets are not known.
    """
    if response.y is None:
        return None
    return ax.scatter(
        response.X[:, 0],
        response.y,
        s=0.6 * area_of_a_point(len(response.y)),
        color=EXAMPLE,
        edgecolors="white",
        linewidths=0.5,
        label="example",
        zorder=2.5,
    )


def draw_units(ax: Axes, x: Values, parts: WeightedUnits | None) -> tuple[list[Line2D], Line2D | None]:
    """Draw weighted units as thin lines, and what stands beside them dashed.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    x : array of shape (n_points,)
        Values of the feature.
    parts : WeightedUnits or None
        What is drawn. None draws nothing.

    Returns
    -------
    lines : list of matplotlib Line2D
        One a unit, blue where it raises the output and orange where it lowers it.
    rest : matplotlib Line2D or None
        The bias.
    """
    if parts is None:
        return [], None
    opacity = max(PALEST, STRONGEST * min(1.0, FEW_UNITS / len(parts.units)) ** 0.5)
    lines = []
    for unit in parts.units:
        color = POSITIVE if unit[np.abs(unit).argmax()] >= 0 else NEGATIVE
        lines += ax.plot(x, unit, color=color, linewidth=1.2, alpha=opacity, zorder=1.5)
    _name_one_of_each(lines)
    (rest,) = ax.plot(
        x, parts.rest, color=CAPTION_INK, linewidth=1.2, linestyle=(0, (5, 4)), label=parts.name_of_rest, zorder=1.4
    )
    return lines, rest


def heights_to_show(response: Response) -> tuple[float, float]:
    """Give the range of the vertical axis: the curve among the examples, and of all else what there is room for.

    Parameters
    ----------
    response : Response
        Over one feature.

    Returns
    -------
    tuple of float
        Lowest and highest.
    """
    shown, parts = response.heights_among_examples(), response.units
    low, high = float(shown.min()), float(shown.max())
    size = high - low if high > low else 1.0
    others = [response.answers] if parts is None else [response.answers, parts.units, parts.rest]
    # Large weights that cancel each other would press the curve into a straight line.
    low = max(low - ROOM_FOR_OTHERS * size, min(low, *(each.min() for each in others)))
    high = min(high + ROOM_FOR_OTHERS * size, max(high, *(each.max() for each in others)))
    margin = MARGIN * (high - low) if high > low else 0.5
    return float(low - margin), float(high + margin)


def note_on_units(parts: WeightedUnits, ends: tuple[float, float]) -> str:
    """Say what the thin lines are, and whether they end inside the picture.

    Parameters
    ----------
    parts : WeightedUnits
        What is drawn.
    ends : tuple of float
        Of the vertical axis.

    Returns
    -------
    str
        One or two sentences.
    """
    n_units = len(parts.units)
    text = (
        f"The thin line is the weighted unit; with the {parts.name_of_rest} it sums to the output."
        if n_units == 1
        else f"Thin lines are the {n_units} weighted units; with the {parts.name_of_rest} they sum to the output."
    )
    lowest, highest = float(parts.units.min()), float(parts.units.max())
    if lowest < ends[0] or highest > ends[1]:
        text += f" They reach from {number_text(lowest)} to {number_text(highest)}, beyond the picture."
    return text


def _name_one_of_each(lines: list[Line2D]) -> None:
    """Put one raising and one lowering unit into the legend."""
    for color, name in ((POSITIVE, "unit that raises it"), (NEGATIVE, "unit that lowers it")):
        of_this_color = [line for line in lines if line.get_color() == color]
        if of_this_color:
            of_this_color[0].set_label(name)
