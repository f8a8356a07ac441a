"""The codes of examples as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.energy.arithmetic import on_host
from sinapsi.exceptions import InvalidInputError
from sinapsi.labels import class_labels
from sinapsi.plots.canvas import axes_to_draw_on, write_heading
from sinapsi.plots.energy import thumbnails
from sinapsi.plots.energy.example_images import ImageSize, Tones
from sinapsi.plots.energy.example_table import checked_examples
from sinapsi.plots.feature_table import table_of_numbers
from sinapsi.plots.fitted import inputs_seen_by_network, network_in
from sinapsi.plots.maps.fitted_map_parts import count_text
from sinapsi.plots.maps.projection import FEWEST_ROWS, projection_of
from sinapsi.plots.maps.unfolded_grid import frame_plane
from sinapsi.plots.palette import CAPTION_INK, class_colors
from sinapsi.plots.responses.scene_examples import draw_examples
from sinapsi.plots.whole_numbers import check_at_least

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.offsetbox import AnnotationBbox

SIZE = (6.6, 5.4)  # inches
LOWEST = 3.6  # inches, of a map that is wider than high
SIZE_IN_LEGEND = 30.0  # square points


class CodeMapDisplay:
    """Where the code of each example lies: its two numbers, or the two principal components of more.

    Classes have a color and a marker each, and some examples can be shown as they are. Make one with
    :meth:`from_estimator`.

    Parameters
    ----------
    codes : array of shape (n_samples, n_code)
        Codes of at least two numbers.
    y : array of shape (n_samples,), default=None
        Classes; real numbers are drawn blue above their mean and orange below. None draws all examples gray.
    examples : array of shape (n_samples, n_features), default=None
        What the codes are of, for the images.
    image_shape : tuple of int, default=None
        Height and width in pixels of examples that are shown. None shows none.
    max_images : int, default=60
        How many are shown at most, at least 1; none covers another.
    name : str, default="Codes"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    points_ : dict of label to matplotlib PathCollection
        The examples, by class, or all as one.
    places_ : array of shape (n_samples, 2)
        Where each example is drawn.
    images_ : dict of int to matplotlib AnnotationBbox
        The examples shown, by their number.
    caption_ : str
        The caption.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sinapsi import RestrictedBoltzmannMachine
    >>> X, y = load_digits(return_X_y=True)
    >>> model = RestrictedBoltzmannMachine(n_hidden=30, max_iter=20, random_state=0).fit(X / 16)
    >>> display = CodeMapDisplay.from_estimator(model, X / 16, y, image_shape=(8, 8))
    >>> display.places_.shape, len(display.points_)
    ((1797, 2), 10)
    """

    ax_: Axes
    figure_: Figure | SubFigure
    points_: dict[Any, PathCollection]
    places_: NDArray[np.float64]
    images_: dict[int, AnnotationBbox]
    caption_: str

    def __init__(
        self,
        *,
        codes: ArrayLike,
        y: ArrayLike | None = None,
        examples: ArrayLike | None = None,
        image_shape: tuple[int, int] | None = None,
        max_images: int = 60,
        name: str = "Codes",
    ) -> None:
        self.codes = _checked_codes(codes)
        self.y = None if y is None else _one_each(np.asarray(y), len(self.codes), "y", 1)
        self.examples = (
            None
            if examples is None
            else _one_each(checked_examples(examples, 2, "examples"), len(self.codes), "examples", 2)
        )
        self.image_shape = image_shape
        self.max_images = max_images
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: ArrayLike | None = None,
        *,
        image_shape: tuple[int, int] | None = None,
        max_images: int = 60,
        legend: bool = True,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the codes that a fitted network gives.

        Parameters
        ----------
        estimator : DeepAutoencoder, RestrictedBoltzmannMachine or RBMClassifier
            Fitted, with ``transform``; a pipeline or search that ends in one will do.
        X : array or data frame of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,), default=None
            Classes, or real numbers. None draws all examples gray.
        image_shape : tuple of int, default=None
            Height and width in pixels of examples that are shown, as they reach the network. None shows none.
        max_images : int, default=60
            How many are shown at most, at least 1; none covers another.
        legend : bool, default=True
            Whether to list the classes, beside the picture.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        CodeMapDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If it gives no codes of two numbers, or X and y do not fit.
        InvalidParameterError
            If a setting is out of its range.
        """
        check_is_fitted(estimator)
        network = network_in(estimator)
        if not hasattr(network, "transform"):
            raise InvalidInputError(
                f"CodeMapDisplay expects a network with transform. {type(network).__name__} has none. Pass a fitted "
                "DeepAutoencoder, RestrictedBoltzmannMachine or RBMClassifier."
            )
        inputs = inputs_seen_by_network(estimator, X)
        return cls(
            codes=on_host(network.transform(inputs)),
            y=y,
            examples=None if image_shape is None else table_of_numbers(inputs, "Images are drawn of pixels"),
            image_shape=image_shape,
            max_images=max_images,
            name=f"Codes of {type(network).__name__}" if name is None else name,
        ).plot(ax, legend=legend)

    def plot(self, ax: Axes | None = None, *, legend: bool = True) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        legend : bool, default=True
            Whether to list the classes, beside the picture.

        Returns
        -------
        CodeMapDisplay
            The object itself.

        Raises
        ------
        InvalidParameterError
            If image_shape or max_images does not fit.
        """
        check_at_least("max_images", self.max_images, 1)
        size = self._size_of_images()
        projection = projection_of(self.codes, None, [f"code {number}" for number in range(self.codes.shape[1])])
        self.places_ = projection.places(self.codes)
        is_classed = self.y is not None and self.y.dtype.kind != "f"
        labels = class_labels(self.y) if self.y is not None and is_classed else self.y
        classes = np.unique(labels) if labels is not None and is_classed else None
        self.ax_ = axes_to_draw_on(ax, "CodeMapDisplay", (SIZE[0], self._height()), layout="compressed")
        self.figure_ = self.ax_.figure
        self.points_ = draw_examples(self.ax_, self.places_, labels, classes)
        frame_plane(self.ax_, self.places_, projection)
        self.images_, sentences = {}, []
        if self.examples is not None and size is not None:
            tones = Tones.of(self.examples, size)
            chosen = thumbnails.examples_apart(self.ax_, self.places_, size, self.max_images)
            inks = [CAPTION_INK] * len(self.places_)
            if labels is not None and classes is not None:
                colors = class_colors(len(classes))
                inks = [colors[index] for index in np.searchsorted(classes, labels)]
            self.images_ = {
                int(index): thumbnails.show_example(
                    self.ax_, self.places_[index], self.examples[index], size, tones, inks[index]
                )
                for index in chosen
            }
            sentences = [f"{len(chosen)} are shown as they are."]
        if legend and labels is not None:
            self._list_classes()
        if projection.positions is None:
            sentences.insert(0, f"Codes of {self.codes.shape[1]} numbers, on the plane of largest variance.")
        self.caption_ = " ".join([f"{count_text(len(self.codes), 'example')}.", *sentences])
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _height(self) -> float:
        across, down = np.ptp(self.places_, axis=0)
        return float(np.clip(SIZE[1] * down / across, LOWEST, SIZE[1])) if across > 0 else SIZE[1]

    def _size_of_images(self) -> ImageSize | None:
        if self.examples is None or self.image_shape is None:
            return None
        return ImageSize.of(self.image_shape, self.examples.shape[1])

    def _list_classes(self) -> None:
        listed = self.ax_.legend(
            loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small", frameon=False, handletextpad=0.2
        )
        for handle in listed.legend_handles:
            handle.set(sizes=[SIZE_IN_LEGEND], alpha=1.0)  # type: ignore[union-attr]  # points among many are tiny


def _checked_codes(codes: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(codes, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] < 2 or len(array) < FEWEST_ROWS or not np.isfinite(array).all():
        raise InvalidInputError(
            f"codes must be finite numbers of shape (n_samples, n_code), at least {FEWEST_ROWS} examples with at least "
            f"2 numbers each. Got the shape {array.shape} with {int((~np.isfinite(array)).sum())} values NaN or "
            "infinite. Pass more examples, or an estimator with a longer code."
        )
    return array


def _one_each(values: NDArray[Any], n_samples: int, setting: str, n_axes: int) -> NDArray[Any]:
    if values.ndim != n_axes or len(values) != n_samples:
        raise InvalidInputError(
            f"{setting} must hold one {'class or number' if n_axes == 1 else 'example'} for each of the {n_samples} "
            f"codes. Got the shape {values.shape}."
        )
    return values
