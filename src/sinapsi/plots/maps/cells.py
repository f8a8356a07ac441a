"""Drawing the cells of a map: values as colors, borders of groups, the scale, and the size of print that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.maps.cell_places import ROUNDING, is_flat
from sinapsi.plots.palette import CAPTION_INK, CONTOUR_INK, GRID_INK, HEIGHT_COLORS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap

    from sinapsi.maps.grid import Grid

Values = NDArray[np.float64]

SEAM = 0.4  # points, in the color of the cell: without it the paper shines through between neighbors
SCALE_THICKNESS, SCALE_GAP = 0.13, 0.12  # inches
FLAT_LENGTH, FLAT_THICKNESS = 0.4, 0.08  # of the width of the map, and inches: not to be taken for a line of units
MARGIN = 0.04  # grid units, around the map
POINTS_PER_INCH = 72.0
WIDTH_OF_A_DIGIT = 0.62  # of the size of the font
LARGEST_PRINT, SMALLEST_PRINT = 9.0, 4.5  # points


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
    """Stand the scale of the colors beside the map, or lay it below a flat one.

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
            (0.0, -SCALE_GAP - FLAT_THICKNESS, FLAT_LENGTH, FLAT_THICKNESS),
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
