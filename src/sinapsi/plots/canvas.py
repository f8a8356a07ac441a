"""What every picture starts and ends with: axes to draw on, and a heading with a caption."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Literal

import numpy as np

from sinapsi.exceptions import MissingDependencyError
from sinapsi.plots.palette import CAPTION_INK, GRID_INK

if TYPE_CHECKING:
    from types import ModuleType

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION_SIZE = 8.5  # points
LINE_HEIGHT = 1.25  # of the font size
CAPTION_GAP = 5.0  # points between the axes and the caption, and between the caption and the title
WIDTH_OF_LABELS = 0.95  # inches that the labels beside the axes take, in pictures of ordinary size
CHARACTERS_PER_INCH = 16  # of the caption's size, measured on matplotlib's own font
MOST_ACROSS = 3  # panels in a row
ORDINARY_SIZE = (6.0, 4.2)  # inches


def axes_to_draw_on(
    ax: Axes | None,
    caller: str,
    size: tuple[float, float] = ORDINARY_SIZE,
    projection: Literal["3d"] | None = None,
    layout: Literal["constrained", "compressed"] = "constrained",
) -> Axes:
    """Give the axes to draw on, in a new figure where none were given.

    Parameters
    ----------
    ax : matplotlib Axes or None
        The user's axes.
    caller : str
        Who draws, for the message.
    size : tuple of float, default=(6.0, 4.2)
        Width and height in inches of a new figure.
    projection : {"3d"} or None, default=None
        Kind of the new axes.
    layout : {"constrained", "compressed"}, default="constrained"
        How the new figure finds room for titles and labels; "compressed" suits axes with one scale.

    Returns
    -------
    matplotlib Axes
        ``ax``, or the axes of a new figure.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    plt = _pyplot_for(caller)
    if ax is not None:
        return ax
    new_ax: Axes = plt.subplots(figsize=size, layout=layout, subplot_kw={"projection": projection})[1]
    return new_ax


def panels_to_draw_on(
    n_panels: int, caller: str, size: tuple[float, float], n_across: int | None = None
) -> tuple[Figure, list[Axes]]:
    """Give axes beside and below each other in a new figure, all over the same range.

    Parameters
    ----------
    n_panels : int
        How many, at least 1.
    caller : str
        Who draws, for the message.
    size : tuple of float
        Width and height in inches of each.
    n_across : int or None, default=None
        How many in a row. None takes at most three.

    Returns
    -------
    figure : matplotlib Figure
        The figure.
    panels : list of matplotlib Axes
        Row by row.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    plt = _pyplot_for(caller)
    if n_across is None:
        n_across = 2 if n_panels == 4 else min(n_panels, MOST_ACROSS)
    n_down = -(-n_panels // n_across)
    figure = plt.figure(figsize=(n_across * size[0], n_down * size[1]), layout="compressed")
    engine = figure.get_layout_engine()
    assert engine is not None  # it was asked for
    engine.set(h_pad=0.1, hspace=0.04)
    axes = figure.subplots(n_down, n_across, sharex=True, sharey=True, squeeze=False).ravel()
    for spare in axes[n_panels:]:
        spare.remove()
    return figure, list(axes[:n_panels])


def write_heading(ax: Axes, title: str, caption: str = "") -> None:
    """Write a title, and a caption between it and the picture.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    title : str
        What the picture shows.
    caption : str, default=""
        What the reader should know besides, in small print; its lines are wrapped to the width of the axes.
    """
    if not caption:
        ax.set_title(title, loc="left", fontweight="bold")
        return
    width = max(24, int(_width_in_inches(ax) * CHARACTERS_PER_INCH))
    wrapped = "\n".join(textwrap.fill(line, width=width) for line in caption.splitlines())
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


def number_text(value: float) -> str:
    """Write a number in about four digits, for a caption.

    Parameters
    ----------
    value : float
        Any finite number.

    Returns
    -------
    str
        With a thousands separator instead of an exponent, where that is shorter to read.

    Examples
    --------
    >>> number_text(-0.123456), number_text(54321.9), number_text(1.5e-9)
    ('−0.1235', '54,322', '1.5e−09')
    """
    text = f"{value:,.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}"
    return text.replace("-", "−")


def _pyplot_for(caller: str) -> ModuleType:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise MissingDependencyError(
            f"{caller} draws with matplotlib, which is not installed. Install it with: pip install 'sinapsi[plots]'"
        ) from error
    return plt


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
