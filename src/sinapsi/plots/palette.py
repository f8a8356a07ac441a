"""Colors and markers that stay apart for color-blind readers, in print and on a projector.

The ten colors are those of Petroff (2021, "Accessible color sequences for data visualization"), reordered so that
the first four also differ in lightness. A class has a marker besides its color, so color never speaks alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap

PETROFF_COLORS: Final = (
    "#3f90da",  # blue
    "#e76300",  # orange
    "#832db6",  # purple
    "#ffa90e",  # amber
    "#bd1f01",  # red
    "#717581",  # slate
    "#92dadd",  # aqua
    "#a96b59",  # brown
    "#b9ac70",  # sand
    "#94a4a2",  # gray
)
MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
INK: Final = "#2b2f36"  # boundary lines: nearly black, softer than black beside pale regions
CAPTION_INK: Final = "#5c6370"  # captions and marks; contrast 6:1 on white
GRID_INK: Final = "#e3e6ea"
FRAME_INK: Final = "#c3c8d0"
CONTOUR_INK: Final = "#aab2be"
PANEL: Final = "#f1f3f6"  # behind the squares of a Hinton diagram
HEIGHT_COLORS: Final = ("#f6f4ec", "#c5e6e4", PETROFF_COLORS[6], PETROFF_COLORS[0], "#2a5f9e", "#12305c")
POSITIVE, NEGATIVE = PETROFF_COLORS[0], PETROFF_COLORS[1]  # signs: blue and orange differ for every kind of eye


def class_colors(n_classes: int) -> list[str]:
    """Give one color a class.

    Parameters
    ----------
    n_classes : int
        How many colors; beyond ten they come from the ``turbo`` colormap, and the markers help to tell them apart.

    Returns
    -------
    list of str
        Hexadecimal colors.
    """
    if n_classes <= len(PETROFF_COLORS):
        return list(PETROFF_COLORS[:n_classes])
    import matplotlib as mpl
    from matplotlib.colors import to_hex

    # The ends of turbo are nearly black; they would read as the boundary.
    shades = [0.05 + 0.9 * index / (n_classes - 1) for index in range(n_classes)]
    return [to_hex(color) for color in mpl.colormaps["turbo"](shades)]


def darker(color: str, share: float = 0.45) -> str:
    """Mix a color with ink, for a line that must stand out among points of its color.

    Parameters
    ----------
    color : str
        Any matplotlib color.
    share : float, default=0.45
        How much ink, from 0 to 1.

    Returns
    -------
    str
        A hexadecimal color.
    """
    from matplotlib.colors import to_hex, to_rgb

    pairs = zip(to_rgb(color), to_rgb(INK), strict=True)
    mixed = [(1 - share) * channel + share * ink for channel, ink in pairs]
    return to_hex((mixed[0], mixed[1], mixed[2]))


def class_marker(index: int) -> str:
    """Give the marker of a class.

    Parameters
    ----------
    index : int
        Position of the class; the markers repeat after ten.

    Returns
    -------
    str
        A matplotlib marker.
    """
    return MARKERS[index % len(MARKERS)]


def height_colors() -> LinearSegmentedColormap:
    """Give the colors of heights, of which none is the middle.

    Returns
    -------
    matplotlib Colormap
        Pale for the lowest, dark blue for the highest; lightness falls steadily, so that print keeps the order.
    """
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("sinapsi_heights", HEIGHT_COLORS)
