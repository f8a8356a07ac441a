"""The cells of a map on paper: hexagons or squares that touch, row 0 at the bottom.

A cell as wide as the distance of two neighbors tiles the plane around the units. Half as wide, cells around the units
and around the middle of every two neighbors tile it too: that is the picture of the U-matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.palette import CAPTION_INK, CONTOUR_INK, GRID_INK, HEIGHT_COLORS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap

    from sinapsi.maps.grid import Grid

Values = NDArray[np.float64]

HEXAGON_ANGLES = np.deg2rad([30, 90, 150, 210, 270, 330])  # of the corners; the first points up and right
SQUARE_ANGLES = np.deg2rad([45, 135, 225, 315])
SEAM = 0.4  # points, in the color of the cell: without it the paper shines through between neighbors
LONGEST_SIDE, LARGEST_CELL = 5.2, 0.62  # inches on paper, of a map and of a cell
LONGEST_ROW = 11.0  # inches, of a line of units
ROOM_BESIDE, ROOM_ABOVE = 1.1, 1.0  # inches, for the scale and for title and caption
FLATTEST = 4.0  # width to height of a map; the scale of a flatter one lies below it
SCALE_THICKNESS, SCALE_GAP = 0.13, 0.12  # inches
MARGIN = 0.04  # grid units, around the map
ROUNDING = 1e-6  # grid units
POINTS_PER_INCH = 72.0
WIDTH_OF_A_DIGIT = 0.62  # of the size of the font
LARGEST_PRINT, SMALLEST_PRINT = 9.0, 4.5  # points


def corners_of_cells(topology: str, places: Values, widths: Any = 1.0) -> Values:
    """Give the corners of cells.

    Parameters
    ----------
    topology : {"hexagonal", "rectangular", "linear"}
        Of the grid. Hexagons stand on a corner, because their rows lie flat.
    places : array of shape (n_cells, 2)
        Middles of the cells.
    widths : float or array of shape (n_cells,), default=1.0
        From side to opposite side.

    Returns
    -------
    array of shape (n_cells, 6, 2) or (n_cells, 4, 2)
        Counterclockwise.
    """
    is_hexagonal = topology == "hexagonal"
    angles = HEXAGON_ANGLES if is_hexagonal else SQUARE_ANGLES
    to_corner = 1 / np.sqrt(3) if is_hexagonal else 1 / np.sqrt(2)
    round_the_middle = to_corner * np.column_stack([np.cos(angles), np.sin(angles)])
    reach = np.broadcast_to(np.asarray(widths, dtype=np.float64), len(places))
    return np.asarray(places[:, np.newaxis] + reach[:, np.newaxis, np.newaxis] * round_the_middle)


def middles_of_pairs(grid: Grid, pairs: NDArray[np.intp]) -> Values:
    """Give the places halfway between neighbors.

    Parameters
    ----------
    grid : Grid
        Where the units lie.
    pairs : array of shape (n_pairs, 2)
        Neighbors, as ``grid.neighbor_pairs()`` gives them.

    Returns
    -------
    array of shape (n_pairs, 2)
        On a torus the middle of neighbors across a border lies beyond the right or the upper border, so that
        copies of the picture fit together.
    """
    places = grid.positions
    steps = places[pairs[:, 1]] - places[pairs[:, 0]]
    if not grid.toroidal:
        return np.asarray(places[pairs[:, 0]] + steps / 2)
    size = _size_of_torus(grid)
    # Where both ways are equally short the pair is drawn inside.
    around = np.sign(steps) * np.ceil(np.abs(steps) / size - 0.5 - ROUNDING)
    middles = places[pairs[:, 0]] + (steps - around * size) / 2
    row_height = size[1] / grid.n_rows
    y = _wrapped(middles[:, 1], 0.0, size[1])
    # Every other row of hexagons starts half a unit to the right, and the middles between rows a quarter.
    left = 0.5 - 0.5 * np.abs(1 - y / row_height % 2) if grid.topology == "hexagonal" else 0.0
    return np.column_stack([_wrapped(middles[:, 0], left, size[0]), y])


def steps_of_pairs(grid: Grid, pairs: NDArray[np.intp]) -> Values:
    """Give how far neighbors are apart on the grid.

    Parameters
    ----------
    grid : Grid
        Where the units lie.
    pairs : array of shape (n_pairs, 2)
        Neighbors.

    Returns
    -------
    array of shape (n_pairs,)
        1, or the root of 2 for diagonal neighbors.
    """
    return np.asarray(np.sqrt(grid.pair_squares(pairs[:, 0], pairs[:, 1])))


def size_of_picture(grid: Grid) -> tuple[float, float]:
    """Give the size of a figure that suits a map.

    Parameters
    ----------
    grid : Grid
        Of the map.

    Returns
    -------
    tuple of float
        Width and height in inches, with room for a title and a scale.
    """
    width, height = _extent(grid)
    longest = LONGEST_ROW if grid.n_rows == 1 else LONGEST_SIDE
    inch = min(LARGEST_CELL, longest / max(width, height))
    return max(inch * width, 2.6) + ROOM_BESIDE, max(inch * height, 0.3) + ROOM_ABOVE + 0.5 * is_flat(grid)


def is_flat(grid: Grid) -> bool:
    """Say whether a map is so flat that its scale lies below it.

    Parameters
    ----------
    grid : Grid
        Of the map.

    Returns
    -------
    bool
        True for a line of units.
    """
    width, height = _extent(grid)
    return width > FLATTEST * height


def frame_map(ax: Axes, corners: Values) -> None:
    """Show all cells to one scale, without axes.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    corners : array of shape (n_cells, n_corners, 2)
        Of the cells.
    """
    low, high = corners.min(axis=(0, 1)) - MARGIN, corners.max(axis=(0, 1)) + MARGIN
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    ax.set_axis_off()


def draw_cells(ax: Axes, corners: Values, values: Values, colors: Colormap | str | None = None) -> PolyCollection:
    """Draw cells in the colors of their values; cells without a value are gray and hatched.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    corners : array of shape (n_cells, n_corners, 2)
        Of the cells.
    values : array of shape (n_cells,)
        May hold NaN.
    colors : matplotlib Colormap, str or None, default=None
        None takes those of :func:`map_colors`.

    Returns
    -------
    matplotlib PolyCollection
        All cells; those without a value lie under another collection.
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import Normalize

    known = values[np.isfinite(values)]
    norm = Normalize(known.min(), known.max()) if len(known) else Normalize(0, 1)
    cells = PolyCollection(
        list(corners),
        array=np.ma.masked_invalid(values),
        cmap=map_colors() if colors is None else colors,
        norm=norm,
        edgecolors="face",
        linewidths=SEAM,
        zorder=1,
    )
    ax.add_collection(cells, autolim=False)
    if len(known) < len(values):
        unknown = list(corners[~np.isfinite(values)])
        ax.add_collection(
            PolyCollection(
                unknown, facecolors=GRID_INK, edgecolors=CONTOUR_INK, hatch="////", linewidths=SEAM, zorder=1.1
            ),
            autolim=False,
        )
    return cells


def draw_borders(ax: Axes, grid: Grid, groups: NDArray[Any]) -> LineCollection:
    """Draw a line between neighboring cells of different groups.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    grid : Grid
        Of the map.
    groups : array of shape (n_units,)
        The group of each unit.

    Returns
    -------
    matplotlib LineCollection
        The lines; those to a cell across the border of a torus are left out.
    """
    from matplotlib.collections import LineCollection

    pairs = grid.neighbor_pairs()
    places = grid.positions
    steps = places[pairs[:, 1]] - places[pairs[:, 0]]
    differ = (np.hypot(*steps.T) < 1 + ROUNDING) & (groups[pairs[:, 0]] != groups[pairs[:, 1]])
    middles, steps = places[pairs[differ, 0]] + steps[differ] / 2, steps[differ]
    half_side = 0.5 / np.sqrt(3) if grid.topology == "hexagonal" else 0.5
    along = half_side * np.column_stack([-steps[:, 1], steps[:, 0]])
    lines = LineCollection(
        list(np.stack([middles - along, middles + along], axis=1)),
        colors=INK,
        linewidths=1.8,
        capstyle="round",
        zorder=3,
    )
    ax.add_collection(lines, autolim=False)
    return lines


def add_scale(ax: Axes, cells: PolyCollection, grid: Grid, label: str, n_ticks: int | None = None) -> Colorbar:
    """Stand the scale of the colors beside the map, or lay it below a flat one, always equally thick.

    Parameters
    ----------
    ax : matplotlib Axes
        Where the map is.
    cells : matplotlib PolyCollection
        Its cells.
    grid : Grid
        Of the map.
    label : str
        What the colors mean.
    n_ticks : int or None, default=None
        Numbers beside the scale, more or less.

    Returns
    -------
    matplotlib Colorbar
        The scale.
    """
    from matplotlib.figure import Figure
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    if is_flat(grid):
        below = figure.dpi_scale_trans + ScaledTranslation(0, 0, ax.transAxes)  # type: ignore[arg-type]  # any will do
        place = ax.inset_axes(
            (0.0, -SCALE_GAP - SCALE_THICKNESS, 1.0, SCALE_THICKNESS),
            transform=blended_transform_factory(ax.transAxes, below),
        )
    else:
        beside = figure.dpi_scale_trans + ScaledTranslation(1, 0, ax.transAxes)  # type: ignore[arg-type]  # any will do
        place = ax.inset_axes(
            (SCALE_GAP, 0.0, SCALE_THICKNESS, 1.0), transform=blended_transform_factory(beside, ax.transAxes)
        )
    scale = figure.colorbar(cells, cax=place, orientation="horizontal" if is_flat(grid) else "vertical")
    if n_ticks is not None:
        scale.ax.locator_params(nbins=n_ticks)
    scale.set_label(label, color=CAPTION_INK, fontsize="small")
    scale.ax.tick_params(labelsize="small", color=CONTOUR_INK, labelcolor=CAPTION_INK)
    scale.outline.set_visible(False)
    return scale


def width_of_a_cell(ax: Axes) -> float:
    """Give how wide the cell of a unit is on paper, more or less: the layout is still to come.

    Parameters
    ----------
    ax : matplotlib Axes
        With its limits set.

    Returns
    -------
    float
        Points.
    """
    box = ax.get_window_extent()
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    pixels = min(box.width / (right - left), box.height / (top - bottom))
    return float(pixels) * POINTS_PER_INCH / float(ax.figure.dpi)


def size_of_print(text: str, width: float) -> float | None:
    """Give the size of a font in which a text fits.

    Parameters
    ----------
    text : str
        One line.
    width : float
        Points that there are for it.

    Returns
    -------
    float or None
        Points; None where it would be too small to read.
    """
    size = min(LARGEST_PRINT, width / (WIDTH_OF_A_DIGIT * max(len(text), 2)))
    return size if size >= SMALLEST_PRINT else None


def map_colors() -> Colormap:
    """Give the colors of the values of units: the house's heights, spaced so that equal steps look equal.

    Returns
    -------
    matplotlib Colormap
        Pale for the lowest, dark blue for the highest value; lightness falls evenly, so that no kind of eye and no
        printer loses the order.
    """
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    lightness = np.array([_lightness(np.array(to_rgb(color))) for color in HEIGHT_COLORS])
    steps = (lightness[0] - lightness) / (lightness[0] - lightness[-1])
    return LinearSegmentedColormap.from_list("sinapsi_map", list(zip(steps.tolist(), HEIGHT_COLORS, strict=True)))


def _lightness(rgb: Values) -> float:
    """L* of CIE 1976, from 0 to 100."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ (0.2126, 0.7152, 0.0722))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def _extent(grid: Grid) -> tuple[float, float]:
    width, height = np.ptp(grid.positions, axis=0)
    return float(width) + 1.0, float(height) + (2 / np.sqrt(3) if grid.topology == "hexagonal" else 1.0)


def _size_of_torus(grid: Grid) -> Values:
    row_height = np.sqrt(3) / 2 if grid.topology == "hexagonal" else 1.0
    return np.array([grid.n_columns, row_height * grid.n_rows])


def _wrapped(places: Values, low: Any, size: float) -> Values:
    return np.asarray(low + (places - low + ROUNDING) % size - ROUNDING)
