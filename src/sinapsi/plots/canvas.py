"""What every picture starts and ends with: axes to draw on, and a heading with a caption."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from sinapsi.exceptions import MissingDependencyError
from sinapsi.plots.palette import CAPTION_INK, GRID_INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CAPTION_SIZE = 8.5  # points
LINE_HEIGHT = 1.25  # of the font size
CAPTION_GAP = 5.0  # points between the axes and the caption, and between the caption and the title
WIDTH_OF_LABELS = 0.7  # inches that the labels beside the axes take, in pictures of ordinary size
CHARACTERS_PER_INCH = 16  # of the caption's size, measured on matplotlib's own font


def axes_to_draw_on(ax: Axes | None, caller: str) -> Axes:
    """Give the axes to draw on, in a new figure where none were given.

    Parameters
    ----------
    ax : matplotlib Axes or None
        The user's axes.
    caller : str
        Who draws, for the message.

    Returns
    -------
    matplotlib Axes
        ``ax``, or the axes of a new figure.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise MissingDependencyError(
            f"{caller} draws with matplotlib, which is not installed. Install it with: pip install 'sinapsi[plots]'"
        ) from error
    if ax is not None:
        return ax
    _, new_ax = plt.subplots(figsize=(6.0, 4.2), layout="constrained")
    return new_ax


def write_heading(ax: Axes, title: str, caption: str = "") -> None:
    """Write a title, and a caption between it and the picture.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    title : str
        What the picture shows.
    caption : str, default=""
        What the reader should know besides, in small print; wrapped to the width of the axes.
    """
    if not caption:
        ax.set_title(title, loc="left", fontweight="bold")
        return
    wrapped = textwrap.fill(caption, width=max(24, int(_width_in_inches(ax) * CHARACTERS_PER_INCH)))
    n_lines = wrapped.count("\n") + 1
    ax.annotate(
        wrapped,
        xy=(0, 1),
        xycoords="axes fraction",
        xytext=(0, CAPTION_GAP),
        textcoords="offset points",
        va="bottom",
        fontsize=CAPTION_SIZE,
        color=CAPTION_INK,
        linespacing=LINE_HEIGHT,
    )
    height_of_caption = n_lines * CAPTION_SIZE * LINE_HEIGHT
    ax.set_title(title, loc="left", fontweight="bold", pad=2 * CAPTION_GAP + height_of_caption)


def quieten_frame(ax: Axes, *, grid: bool) -> None:
    """Leave out the frame lines that carry nothing.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    grid : bool
        Whether to draw pale lines behind the data.
    """
    ax.spines[["top", "right"]].set_visible(False)
    if grid:
        ax.grid(visible=True, color=GRID_INK, linewidth=0.8)
        ax.set_axisbelow(True)


def _width_in_inches(ax: Axes) -> float:
    """Width of the axes, as it is or, where a layout engine is still to decide, as it will be more or less."""
    figure = ax.figure
    figure_width = float(figure.bbox.width) / figure.dpi
    place = ax.get_subplotspec()
    if place is None or figure.get_layout_engine() is None:
        return float(ax.get_position().width) * figure_width
    widths = np.asarray(place.get_gridspec().get_width_ratios(), dtype=float)
    share = float(widths[place.colspan.start : place.colspan.stop].sum() / widths.sum())
    return share * figure_width - WIDTH_OF_LABELS
