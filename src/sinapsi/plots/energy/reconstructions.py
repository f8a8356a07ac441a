"""Examples, and under each what a network makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.canvas import axes_to_draw_on, number_text, write_heading
from sinapsi.plots.energy.example_images import (
    ImageSize,
    Tones,
    draw_example,
    features_text,
    label_grid,
)
from sinapsi.plots.energy.example_table import checked_examples, names_of_features
from sinapsi.plots.energy.made_again import made_again
from sinapsi.plots.maps.fitted_map_parts import count_text
from sinapsi.plots.matrices.weight_settings import check_names
from sinapsi.plots.palette import CAPTION_INK
from sinapsi.plots.whole_numbers import check_at_least

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

MOST_ACROSS = 10  # images in a row
CELLS_ACROSS = 24  # of strips in a row, more or less
ROOM_FOR_ERROR = 0.2  # inches under a reconstruction
ROOM_BETWEEN_BANDS = 0.1  # inches
MARGINS = (1.3, 0.8)  # inches beside and above the images, for names and heading
NARROWEST = 5.0  # inches
ERROR_SIZE = 7.5  # points


class ReconstructionsDisplay:
    """Examples above, reconstructions below, and the squared error of each, summed over the features.

    Between them stands what the network has seen, where that was not the example itself but noisy or with gaps. Make
    one with :meth:`from_estimator`.

    Parameters
    ----------
    originals : array of shape (n_examples, n_features)
        Examples.
    reconstructions : array of shape (n_examples, n_features)
        What was made of each.
    seen : array of shape (n_examples, n_features), default=None
        What was seen of each, NaN where nothing was. None: the examples themselves.
    image_shape : tuple of int, default=None
        Height and width in pixels; their product is n_features. None makes a square of square numbers from 16 on, and
        of others a strip, as (1, n_features) does of all.
    feature_names : sequence of str, default=None
        Of the cells of a strip, for the caption.
    name : str, default="Reconstructions"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    images_ : dict of str to list of matplotlib AxesImage
        "original", "seen" (where drawn) and "reconstruction", in the order of the examples: shades from 0, white, to 1,
        black.
    errors_ : array of shape (n_examples,)
        Squared errors.
    error_texts_ : list of matplotlib Text
        The same, as they are written.
    caption_ : str
        The caption.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sinapsi import RestrictedBoltzmannMachine
    >>> X = load_digits().data / 16
    >>> model = RestrictedBoltzmannMachine(n_hidden=64, max_iter=50, random_state=0).fit(X[:1500])
    >>> display = ReconstructionsDisplay.from_estimator(model, X[1500:])
    >>> bool(display.errors_.mean() < 3)
    True
    """

    ax_: Axes
    figure_: Figure | SubFigure
    images_: dict[str, list[AxesImage]]
    errors_: NDArray[np.float64]
    error_texts_: list[Text]
    caption_: str

    def __init__(
        self,
        *,
        originals: ArrayLike,
        reconstructions: ArrayLike,
        seen: ArrayLike | None = None,
        image_shape: tuple[int, int] | None = None,
        feature_names: Sequence[str] | None = None,
        name: str = "Reconstructions",
    ) -> None:
        self.originals = checked_examples(originals, 2, "originals")
        self.reconstructions = checked_examples(reconstructions, 2, "reconstructions")
        self.seen = None if seen is None else checked_examples(seen, 2, "seen")
        for setting, array in (("reconstructions", self.reconstructions), ("seen", self.seen)):
            if array is not None and array.shape != self.originals.shape:
                raise InvalidInputError(
                    f"{setting} must be one for each of the originals, of shape {self.originals.shape}. Got the shape "
                    f"{array.shape}."
                )
        self.image_shape = image_shape
        self.feature_names = feature_names
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        seen: Any = None,
        n_examples: int = 10,
        image_shape: tuple[int, int] | None = None,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Let a fitted network make examples again, and draw both.

        Parameters
        ----------
        estimator : RestrictedBoltzmannMachine, RBMClassifier or DeepAutoencoder
            Fitted, with ``reconstruct``, or with ``transform`` and ``inverse_transform``; a pipeline or search that
            ends in one will do, and examples are drawn as they reach the network.
        X : array or data frame of shape (n_samples, n_features)
            Examples.
        seen : array or data frame of shape (n_samples, n_features), default=None
            What the network sees of each, for example with noise. If it has NaN, the gaps are filled by ``complete``.
        n_examples : int, default=10
            How many to draw, from the first on.
        image_shape : tuple of int, default=None
            Height and width in pixels; None makes a square of square numbers from 16 on, and of others a strip.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure of fitting size.

        Returns
        -------
        ReconstructionsDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If it cannot make examples again, or the examples do not fit to it.
        InvalidParameterError
            If a setting is out of its range.
        """
        check_at_least("n_examples", n_examples, 1)
        found = made_again(estimator, X, seen, n_examples)
        kind = type(found.network).__name__
        return cls(
            originals=found.originals,
            reconstructions=found.reconstructions,
            seen=found.seen,
            image_shape=image_shape,
            feature_names=names_of_features(found.network),
            name=f"{'Completions' if found.has_gaps else 'Reconstructions'} of {kind}" if name is None else name,
        ).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure of fitting size.

        Returns
        -------
        ReconstructionsDisplay
            The object itself.

        Raises
        ------
        InvalidParameterError
            If image_shape or the names do not fit to the examples.
        """
        n_examples, n_features = self.originals.shape
        check_names(self.feature_names, n_features, "feature_names")
        size = ImageSize.of(self.image_shape, n_features)
        rows = {"original": self.originals, "seen": self.seen, "reconstruction": self.reconstructions}
        drawn = {row: examples for row, examples in rows.items() if examples is not None}
        tones = Tones.of(np.concatenate(list(drawn.values())), size)
        most = max(1, CELLS_ACROSS // n_features) if size.is_strip else MOST_ACROSS
        n_across = min(n_examples, most, MOST_ACROSS)
        bands = -(-n_examples // n_across)
        down, across = size.height + size.gap / 2, size.width + size.gap
        height_of_band = len(drawn) * down + (ROOM_FOR_ERROR + ROOM_BETWEEN_BANDS) / size.inches
        extent = (n_across * across - size.gap, bands * height_of_band - ROOM_BETWEEN_BANDS / size.inches)
        inches = [side * size.inches + margin for side, margin in zip(extent, MARGINS, strict=True)]
        self.ax_ = axes_to_draw_on(
            ax, "ReconstructionsDisplay", (max(inches[0], NARROWEST), inches[1]), layout="compressed"
        )
        self.figure_ = self.ax_.figure
        corners = [(index % n_across * across, index // n_across * height_of_band) for index in range(n_examples)]
        self.images_ = {
            row: [
                draw_example(self.ax_, example, (left, top + place * down), size, tones)
                for example, (left, top) in zip(examples, corners, strict=True)
            ]
            for place, (row, examples) in enumerate(drawn.items())
        }
        self._write_errors([(left + size.width / 2, top + len(drawn) * down) for left, top in corners])
        middles = [
            band * height_of_band + place * down + size.height / 2
            for band in range(bands)
            for place in range(len(drawn))
        ]
        label_grid(self.ax_, extent, (([], []), (middles, list(drawn) * bands)), ("", ""))
        self.caption_ = self._caption(tones, size)
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _write_errors(self, places: list[tuple[float, float]]) -> None:
        self.errors_ = np.nansum((self.originals - self.reconstructions) ** 2, axis=1)
        self.error_texts_ = [
            self.ax_.text(
                *place,
                number_text(float(f"{error:.3g}")),
                ha="center",
                va="top",
                fontsize=ERROR_SIZE,
                color=CAPTION_INK,
            )
            for place, error in zip(places, self.errors_, strict=True)
        ]

    def _caption(self, tones: Tones, size: ImageSize) -> str:
        mean = number_text(float(f"{self.errors_.mean():.3g}"))
        has_gaps = self.seen is not None and bool(np.isnan(self.seen).any())
        sentences = [
            f"Numbers are squared errors; mean of {count_text(len(self.errors_), 'example')}: {mean}.",
            tones.caption,
            "Aqua was not seen." if has_gaps else "",
            features_text(size, self.feature_names),
        ]
        return " ".join(filter(None, sentences))
