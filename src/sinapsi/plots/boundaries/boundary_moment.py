"""One moment of a learning path: the line as it is, the lines before it, and the example that moved it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.boundaries.class_points import area_of_a_point, draw_classes
from sinapsi.plots.boundaries.path_moments import Path, lines_at, spread_moves
from sinapsi.plots.boundaries.plane_lines import Box
from sinapsi.plots.canvas import quieten_frame
from sinapsi.plots.palette import INK, PETROFF_COLORS, class_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch

Values = NDArray[np.float64]

MOST_TRACES = 40  # earlier lines drawn; more would be a gray mass
PALEST, STRONGEST = 0.06, 0.5  # opacity of the first and the last of them
ARROW = 0.13  # length of the arrow, of the picture's width
RING = 7.0  # points that a ring is wider than an example's mark


@dataclass(frozen=True, eq=False)
class Moment:
    """What was drawn.

    Parameters
    ----------
    boundary : matplotlib LineCollection
        The lines after the move.
    traces : matplotlib LineCollection
        Those before it.
    ring : matplotlib Line2D or None
        Around the example that made the move.
    arrow : matplotlib FancyArrowPatch or None
        The direction of the weights.
    points : dict of label to matplotlib PathCollection
        The examples.
    """

    boundary: LineCollection
    traces: LineCollection
    ring: Line2D | None
    arrow: FancyArrowPatch | None
    points: dict[Any, PathCollection]


def draw_moment(ax: Axes, path: Path, move: int, places: Values, y: NDArray[Any] | None, box: Box) -> Moment:
    """Draw a moment, without heading and labels.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    path : Path
        What was learned.
    move : int
        Number of the move; 0 is the start.
    places : array of shape (n_samples, 2)
        Where the examples lie.
    y : array of shape (n_samples,) or None
        Their classes; None where they have none.
    box : Box
        The part of the plane to show.

    Returns
    -------
    Moment
        What was drawn.
    """
    moment = Moment(
        boundary=_draw_boundary(ax, lines_at(path, move, box)),
        traces=_draw_traces(ax, path, move, box),
        ring=_ring(ax, places, int(path.example[move])),
        arrow=_draw_arrow(ax, path, move, box) if box.is_true_to_scale else None,
        points=_draw_points(ax, places, y),
    )
    ax.set(xlim=(box.low[0], box.high[0]), ylim=(box.low[1], box.high[1]))
    if box.is_true_to_scale:
        ax.set_aspect("equal", anchor="W")
    quieten_frame(ax, grid=False)
    return moment


def _draw_boundary(ax: Axes, lines: list[Values]) -> LineCollection:
    from matplotlib.collections import LineCollection

    boundary = LineCollection(lines, colors=INK, linewidths=2.2, zorder=3)
    ax.add_collection(boundary, autolim=False)
    return boundary


def _draw_traces(ax: Axes, path: Path, move: int, box: Box) -> LineCollection:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    moves = spread_moves(move - 1, MOST_TRACES) if move > 0 else []
    lines, colors = [], []
    for rank, earlier in enumerate(moves, start=1):
        opacity = PALEST + (STRONGEST - PALEST) * (rank / len(moves)) ** 2
        for line in lines_at(path, earlier, box):
            lines.append(line)
            colors.append(to_rgba(INK, opacity))
    traces = LineCollection(lines, colors=colors, linewidths=1.1, zorder=1)
    ax.add_collection(traces, autolim=False)
    return traces


def _ring(ax: Axes, places: Values, row: int) -> Line2D | None:
    if row < 0:
        return None
    (ring,) = ax.plot(
        *places[row],
        marker="o",
        markersize=np.sqrt(area_of_a_point(len(places))) + RING,
        markerfacecolor="none",
        markeredgecolor=INK,
        markeredgewidth=1.8,
        linestyle="none",
        clip_on=False,
        zorder=4,
    )
    return ring


def _draw_arrow(ax: Axes, path: Path, move: int, box: Box) -> FancyArrowPatch | None:
    """Let the weight vector start in the middle of the line, where there is one line of one output."""
    from matplotlib.patches import FancyArrowPatch

    lines = lines_at(path, move, box)
    if len(lines) != 1 or path.coef.shape[1:] != (1, 2):
        return None
    weights = np.asarray(path.coef[move, 0], dtype=np.float64)
    foot = lines[0].mean(axis=0)
    largest = np.abs(weights).max()  # before the norm, whose squares could overflow
    direction = weights / largest / np.linalg.norm(weights / largest)
    tip = foot + ARROW * (box.high - box.low)[0] * direction
    arrow = FancyArrowPatch(
        tuple(foot), tuple(tip), arrowstyle="-|>", mutation_scale=13, color=INK, linewidth=1.6, shrinkA=0, shrinkB=0
    )
    arrow.set_zorder(3)
    ax.add_patch(arrow)
    return arrow


def _draw_points(ax: Axes, places: Values, y: NDArray[Any] | None) -> dict[Any, PathCollection]:
    if y is not None:
        classes = np.unique(y)
        return draw_classes(ax, places, y, classes, class_colors(len(classes)))
    points = ax.scatter(
        places[:, 0],
        places[:, 1],
        s=area_of_a_point(len(places)),
        color=PETROFF_COLORS[0],
        edgecolors="white",
        linewidths=0.6,
        zorder=2,
    )
    return {"examples": points}
