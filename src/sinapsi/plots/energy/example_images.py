"""Examples as small images, or, where they are no images, as strips of one cell a feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.canvas import number_text
from sinapsi.plots.memories.state_image import shape_of_image
from sinapsi.plots.palette import FRAME_INK, INK, PETROFF_COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.image import AxesImage

Values = NDArray[np.float64]

SMALLEST_SQUARE = 16  # features, from which on square numbers are taken for square images
SIDE_OF_IMAGE, LENGTH_OF_STRIP = 0.62, 1.3  # inches, at most
FLATTEST_STRIP = 0.08  # height to length
GAP = 0.12  # of the longer side, between images
GAP_OF_STRIPS = 0.06
MOST_NAMES = 10  # features whose names a caption lists
UNKNOWN_COLOR = PETROFF_COLORS[6]  # aqua: no gray


@dataclass(frozen=True)
class ImageSize:
    """How large an example is drawn; the longer side is 1.

    Parameters
    ----------
    shape : tuple of int
        Height and width in pixels; a height of 1 is a strip.
    """

    shape: tuple[int, int]

    @classmethod
    def of(cls, image_shape: Any, n_features: int) -> ImageSize:
        """Choose whether examples are images or strips.

        Parameters
        ----------
        image_shape : tuple of int or None
            What the user passed; None makes a square of square numbers from 16 on, else a strip.
        n_features : int
            Features of an example.

        Returns
        -------
        ImageSize
            Of each.

        Raises
        ------
        InvalidParameterError
            If the product is not the number of features.
        """
        is_square = n_features >= SMALLEST_SQUARE and round(n_features**0.5) ** 2 == n_features
        if image_shape is None and not is_square:
            return cls((1, n_features))
        return cls(shape_of_image(image_shape, n_features))

    @property
    def is_strip(self) -> bool:
        """Whether features are cells in a row."""
        return self.shape[0] == 1

    @property
    def height(self) -> float:
        """In units of the longer side."""
        if self.is_strip:
            return max(1 / self.shape[1], FLATTEST_STRIP)
        return self.shape[0] / max(self.shape)

    @property
    def width(self) -> float:
        """In units of the longer side."""
        return self.shape[1] / max(self.shape)

    @property
    def gap(self) -> float:
        """Between examples, in units of the longer side."""
        return GAP_OF_STRIPS if self.is_strip else GAP

    @property
    def inches(self) -> float:
        """Of a unit, on a new figure."""
        return LENGTH_OF_STRIP if self.is_strip else SIDE_OF_IMAGE


@dataclass(frozen=True, eq=False)
class Tones:
    """Which value is white and which is black.

    Parameters
    ----------
    low, high : array of shape (n_features,)
        Of each feature.
    kind : {"unit", "common", "own"}
        From 0 to 1, from the lowest to the highest value of all, or of each feature by itself.
    """

    low: Values
    high: Values
    kind: Literal["unit", "common", "own"]

    @classmethod
    def of(cls, examples: Values, size: ImageSize) -> Tones:
        """Choose tones for what is drawn together.

        Parameters
        ----------
        examples : array of shape (n_examples, n_features)
            All that is drawn; NaN is not looked at.
        size : ImageSize
            Pixels have one scale; the features of a strip, which may have different units, one each.

        Returns
        -------
        Tones
            The same for all of them.
        """
        finite = examples[~np.isnan(examples).all(axis=1)]
        low, high = np.nanmin(finite), np.nanmax(finite)
        ones = np.ones(examples.shape[1])
        if low >= 0 and high <= 1:
            return cls(0 * ones, ones, "unit")
        if not size.is_strip:
            return cls(low * ones, high * ones, "common")
        known = np.where(np.isnan(finite), np.inf, finite)
        return cls(known.min(axis=0), np.where(np.isinf(known), -np.inf, known).max(axis=0), "own")

    def shades(self, example: Values) -> Values:
        """Give how dark an example is.

        Parameters
        ----------
        example : array of shape (n_features,)
            Its values.

        Returns
        -------
        array of shape (n_features,)
            From 0, white, to 1, black; a feature that is the same in all examples is 0.5.
        """
        span = self.high - self.low
        has_span = np.isfinite(span) & (span > 0)
        shares = (example - np.where(has_span, self.low, 0)) / np.where(has_span, span, 1)
        return np.where(has_span | np.isnan(example), shares, 0.5)

    @property
    def caption(self) -> str:
        """What white and black mean."""
        if self.kind == "own":
            return "Of each feature the lowest value drawn is white, the highest black."
        return f"White is {number_text(float(self.low[0]))}, black {number_text(float(self.high[0]))}."


def draw_example(ax: Axes, example: Values, corner: tuple[float, float], size: ImageSize, tones: Tones) -> AxesImage:
    """Draw an example with a frame.

    Parameters
    ----------
    ax : matplotlib Axes
        Where; heights grow downwards.
    example : array of shape (n_features,)
        NaN is not known.
    corner : tuple of float
        Left and upper edge.
    size : ImageSize
        How large.
    tones : Tones
        How dark.

    Returns
    -------
    matplotlib AxesImage
        Shades from 0, white, to 1, black.
    """
    from matplotlib.patches import Rectangle

    left, top = corner
    image = ax.imshow(
        tones.shades(example).reshape(size.shape),
        cmap=ink_on_paper(),
        vmin=0,
        vmax=1,
        extent=(left, left + size.width, top + size.height, top),
        interpolation="nearest",
    )
    frame = Rectangle(corner, size.width, size.height, fill=False, edgecolor=FRAME_INK, linewidth=0.6, clip_on=False)
    ax.add_patch(frame)  # white pixels are as white as the paper
    return image


def ink_on_paper() -> Colormap:
    """Give the colors of shades.

    Returns
    -------
    matplotlib Colormap
        From white to black; NaN is aqua.
    """
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("sinapsi_ink", ["#ffffff", INK]).with_extremes(bad=UNKNOWN_COLOR)


def label_grid(ax: Axes, extent: tuple[float, float], ticks: tuple[Any, Any], labels: tuple[str, str]) -> None:
    """Set the ends of a grid of examples and name its columns and rows.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    extent : tuple of float
        Width and height of the whole.
    ticks : tuple
        Places and names of the columns, and of the rows.
    labels : tuple of str
        Under the columns, and beside the rows.
    """
    (columns, column_names), (rows, row_names) = ticks
    ax.set_xticks(columns, column_names)
    ax.set_yticks(rows, row_names)
    ax.set(xlim=(0, extent[0]), ylim=(extent[1], 0), xlabel=labels[0], ylabel=labels[1])
    ax.set_aspect("equal")
    ax.set_anchor("NW")
    ax.tick_params(length=0, labelsize="small")
    ax.spines[:].set_visible(False)


def features_text(size: ImageSize, names: Sequence[str] | None) -> str:
    """Say what the cells of a strip are.

    Parameters
    ----------
    size : ImageSize
        Of the examples.
    names : sequence of str or None
        Of the features.

    Returns
    -------
    str
        A sentence, empty for images.
    """
    if not size.is_strip:
        return ""
    n_features = size.shape[1]
    if names is None or n_features > MOST_NAMES:
        return f"A strip is an example, its {n_features} features from left to right."
    return f"From left to right: {', '.join(names)}."
