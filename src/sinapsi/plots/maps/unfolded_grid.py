"""The grid of a map among the examples: prototypes as points, neighbors joined by lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.canvas import quieten_frame
from sinapsi.plots.maps.projection import Projection
from sinapsi.plots.palette import INK, PETROFF_COLORS
from sinapsi.plots.responses.scene_examples import draw_examples

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection

    from sinapsi.maps.grid import Grid

Values = NDArray[np.float64]

UNIT_COLOR = PETROFF_COLORS[4]  # red: no data is drawn in it before the fifth class
LARGEST_UNIT, SMALLEST_UNIT = 34.0, 3.0  # square points on paper, of a unit among few and among many
FEW_UNITS, MANY_UNITS = 30, 3000
MARGIN = 0.06  # of a range, left free around what is drawn
MOST_ELONGATED = 3.0  # ratio of the ranges up to which both axes get one scale
EXAMPLES_BELOW = 0.08  # of the height, under the units of a single feature


@dataclass(frozen=True, eq=False)
class UnfoldedGrid:
    """What was drawn.

    Parameters
    ----------
    points : dict of label to matplotlib PathCollection
        The examples.
    lines : matplotlib LineCollection
        One a pair of neighbors.
    units : matplotlib PathCollection
        The prototypes, in the order of the units.
    """

    points: dict[Any, PathCollection]
    lines: LineCollection
    units: PathCollection

    def move(self, places: Values, pairs: NDArray[np.intp]) -> None:
        """Move the prototypes.

        Parameters
        ----------
        places : array of shape (n_units, 2)
            Where they are now.
        pairs : array of shape (n_pairs, 2)
            Neighbors.
        """
        self.units.set_offsets(places)
        self.lines.set_segments(list(places[pairs]))


def joined_pairs(grid: Grid) -> NDArray[np.intp]:
    """Give the neighbors that a line joins.

    Parameters
    ----------
    grid : Grid
        Of the map.

    Returns
    -------
    array of shape (n_pairs, 2)
        Unit numbers; on a rectangular grid without the diagonals, on a torus with neighbors across the border.
    """
    return grid.neighbor_pairs(4) if grid.topology == "rectangular" else grid.neighbor_pairs()


def places_of_units(projection: Projection, prototypes: NDArray[Any]) -> Values:
    """Give where prototypes are drawn.

    Parameters
    ----------
    projection : Projection
        What the axes are.
    prototypes : array of shape (..., n_units, n_features)
        Of one moment or of several.

    Returns
    -------
    array of shape (..., n_units, 2)
        Over a single feature the second coordinate is the number of the unit.
    """
    places = projection.places(prototypes)
    if not projection.is_flat:
        return places
    numbers = np.broadcast_to(np.arange(places.shape[-2])[:, np.newaxis], places.shape)
    return np.concatenate([places, numbers], axis=-1)


def places_of_examples(projection: Projection, examples: Values, n_units: int) -> tuple[Values, NDArray[np.bool_]]:
    """Give where examples are drawn.

    Parameters
    ----------
    projection : Projection
        What the axes are.
    examples : array of shape (n_samples, n_features)
        NaN where a value is missing.
    n_units : int
        Of the map.

    Returns
    -------
    places : array of shape (n_shown, 2)
        Over a single feature below all units.
    is_shown : array of bool of shape (n_samples,)
        Examples that lack none of the values needed.
    """
    places = projection.places(examples)
    is_shown: NDArray[np.bool_] = np.asarray(np.isfinite(places).all(axis=1))
    places = places[is_shown]
    if projection.is_flat:
        below = np.full((len(places), 1), -EXAMPLES_BELOW * max(n_units, 8))
        places = np.concatenate([places, below], axis=1)
    return places, is_shown


def draw_unfolded_grid(
    ax: Axes,
    places: Values,
    pairs: NDArray[np.intp],
    examples: Values,
    y: NDArray[Any] | None = None,
    classes: NDArray[Any] | None = None,
    is_empty: NDArray[np.bool_] | None = None,
    share_of_area: float = 1.0,
) -> UnfoldedGrid:
    """Draw the examples and the grid over them.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    places : array of shape (n_units, 2)
        Prototypes.
    pairs : array of shape (n_pairs, 2)
        Neighbors.
    examples : array of shape (n_samples, 2)
        Where each example is drawn.
    y : array of shape (n_samples,) or None, default=None
        Their classes. None draws them gray.
    classes : array of shape (n_classes,) or None, default=None
        All classes.
    is_empty : array of bool of shape (n_units,) or None, default=None
        Units that are drawn hollow.
    share_of_area : float, default=1.0
        Of that of points in a picture of ordinary size.

    Returns
    -------
    UnfoldedGrid
        The artists.
    """
    from matplotlib.collections import LineCollection

    points = draw_examples(ax, examples, y, classes) if len(examples) else {}
    for each in points.values():
        each.set_sizes(share_of_area * each.get_sizes())
    crowding = np.log(max(len(places), FEW_UNITS) / FEW_UNITS) / np.log(MANY_UNITS / FEW_UNITS)
    area = share_of_area * LARGEST_UNIT * (SMALLEST_UNIT / LARGEST_UNIT) ** min(crowding, 1.0)
    lines = LineCollection(
        list(places[pairs]), colors=INK, linewidths=0.35 + 0.75 * np.sqrt(area / LARGEST_UNIT), alpha=0.75, zorder=3
    )
    ax.add_collection(lines, autolim=False)
    faces = np.where(np.zeros(len(places), bool) if is_empty is None else is_empty, "white", UNIT_COLOR)
    units = ax.scatter(
        places[:, 0], places[:, 1], s=area, c=list(faces), edgecolors=INK, linewidths=0.5, zorder=4, label="unit"
    )
    return UnfoldedGrid(points, lines, units)


def frame_plane(ax: Axes, shown: Values, projection: Projection) -> None:
    """Set the ends of the axes, with one scale for both where that does not make a ribbon.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    shown : array of shape (n_places, 2)
        All that must be inside.
    projection : Projection
        What the axes are.
    """
    low, high = np.nanmin(shown, axis=0), np.nanmax(shown, axis=0)
    size = np.where(high > low, high - low, 1.0)
    low, high = low - MARGIN * size, high + MARGIN * size
    labels = projection.labels if len(projection.labels) > 1 else (projection.labels[0], "unit")
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel=labels[0], ylabel=labels[1])
    if not projection.is_flat and size.max() < MOST_ELONGATED * size.min():
        ax.set_aspect("equal")
    quieten_frame(ax, grid=False)
    if projection.is_flat:
        from matplotlib.ticker import MaxNLocator

        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
