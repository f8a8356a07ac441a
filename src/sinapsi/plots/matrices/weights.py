"""The weights of one layer of a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.plots.canvas import ORDINARY_SIZE, axes_to_draw_on, number_text, write_heading
from sinapsi.plots.fitted import network_in
from sinapsi.plots.matrices import heat_map, hinton
from sinapsi.plots.matrices.layer_weights import layer_of
from sinapsi.plots.matrices.matrix_axes import label_matrix
from sinapsi.plots.matrices.signed_image import add_color_scale
from sinapsi.plots.matrices.unit_images import draw_unit_images, units_of_largest_norm
from sinapsi.plots.matrices.weight_settings import Kind, Picture, check_names, checked_weights, kind_of_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage

CELL = 0.3  # inches, of a cell of a Hinton diagram in a figure of its own
MARGINS = (2.6, 1.3)  # inches beside and above it, for names, legend and heading
SMALLEST_SIDES, LARGEST_SIDE = (4.8, 2.8), 12.0  # inches
IMAGES_SIZE = (6.4, 5.6)  # inches, of a figure of its own for images


class WeightsDisplay:
    """The weights of one layer: a Hinton diagram, a heat map, or an image of each unit.

    In a Hinton diagram the area of a square is the size of a weight and its color the sign; heat map and images have
    a color scale with white at zero. Inputs are rows and units columns, the biases a row set apart. Images show what
    each unit looks for, its filter, when the inputs are pixels. The scale is that of the weights; biases beyond it are
    drawn at its end, and the caption says so. Make one with :meth:`from_estimator`.

    Parameters
    ----------
    weights : array of shape (n_inputs, n_units)
        One column a unit.
    biases : array of shape (n_units,), default=None
        None draws none.
    kind : {"auto", "hinton", "heatmap", "images"}, default="auto"
        "auto" draws images when ``image_shape`` is given, else a Hinton diagram up to 32 inputs and units, else a
        heat map.
    image_shape : tuple of int, default=None
        Height and width in pixels, for images; their product is n_inputs.
    max_units : int, default=64
        Largest number of images, at least 1; of more units those with the largest norms are drawn.
    input_names, unit_names : sequence of str, default=None
        Labels of rows and columns. None numbers them.
    name : str, default="Weights"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    kind_ : {"hinton", "heatmap", "images"}
        What was drawn.
    scale_ : float
        The size of a weight at the end of the scale: the largest one drawn.
    squares_, bias_squares_ : matplotlib PolyCollection or None
        The squares of a Hinton diagram, row by row without the weights that are 0; None for another kind.
    image_, bias_image_ : matplotlib AxesImage or None
        Heat map, or all images with the biases as strips under them in one; None where there is none.
    colorbar_ : matplotlib Colorbar or None
        The color scale; a Hinton diagram has none.
    units_ : array of shape (n_drawn,)
        Numbers of the units drawn, in order.
    caption_ : str
        The caption.

    References
    ----------
    Hinton and Sejnowski (1986), Learning and relearning in Boltzmann machines (the diagram).

    Examples
    --------
    >>> from sinapsi import Perceptron
    >>> perceptron = Perceptron(order="cyclic").fit([[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "no", "no", "yes"])
    >>> display = WeightsDisplay.from_estimator(perceptron, feature_names=["first", "second"])
    >>> display.kind_, display.scale_
    ('hinton', 3.0)
    """

    ax_: Axes
    figure_: Figure | SubFigure
    kind_: Picture
    scale_: float
    squares_: PolyCollection | None
    bias_squares_: PolyCollection | None
    image_: AxesImage | None
    bias_image_: AxesImage | None
    colorbar_: Colorbar | None
    units_: NDArray[np.intp]
    caption_: str

    def __init__(
        self,
        *,
        weights: ArrayLike,
        biases: ArrayLike | None = None,
        kind: Kind = "auto",
        image_shape: tuple[int, int] | None = None,
        max_units: int = 64,
        input_names: Sequence[str] | None = None,
        unit_names: Sequence[str] | None = None,
        name: str = "Weights",
    ) -> None:
        self.weights = weights
        self.biases = biases
        self.kind = kind
        self.image_shape = image_shape
        self.max_units = max_units
        self.input_names = input_names
        self.unit_names = unit_names
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        layer: int = 0,
        kind: Kind = "auto",
        image_shape: tuple[int, int] | None = None,
        max_units: int = 64,
        feature_names: Sequence[str] | None = None,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the weights of a layer of a fitted network.

        Parameters
        ----------
        estimator : estimator
            Fitted, with ``coefs_``, ``coef_`` or ``components_``, or a Boltzmann machine; a pipeline or search that
            ends in one will do.
        layer : int, default=0
            From 0, the weights of the inputs; negative numbers count from the last. Of a machine that knows classes,
            the last are the weights between its (upper) hidden units and the classes.
        kind : {"auto", "hinton", "heatmap", "images"}, default="auto"
            "auto" draws images when ``image_shape`` is given, else a Hinton diagram up to 32 inputs and units, else a
            heat map.
        image_shape : tuple of int, default=None
            Height and width in pixels, for images; their product is the number of inputs of the layer.
        max_units : int, default=64
            Largest number of images, at least 1; of more units those with the largest norms are drawn.
        feature_names : sequence of str, default=None
            Names of the inputs of layer 0. None takes those of the data frame in fit, or numbers.
        name : str, default=None
            The title. None takes the name of the class and the number of the layer.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure of fitting size.

        Returns
        -------
        WeightsDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If it has no weights.
        InvalidParameterError
            If there is no such layer, or a setting does not fit to it.
        """
        shown = layer_of(estimator, layer, feature_names)
        display = cls(
            weights=shown.weights,
            biases=shown.biases,
            kind=kind,
            image_shape=image_shape,
            max_units=max_units,
            input_names=shown.input_names,
            unit_names=shown.unit_names,
            name=f"Weights of {type(network_in(estimator)).__name__}{shown.place}" if name is None else name,
        )
        return display.plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure of fitting size.

        Returns
        -------
        WeightsDisplay
            The object itself.

        Raises
        ------
        InvalidInputError
            If the weights are no matrix of finite numbers, or the biases do not fit to it.
        InvalidParameterError
            If a setting does not fit to the weights.
        """
        weights, biases = checked_weights(self.weights, self.biases)
        check_names(self.input_names, weights.shape[0], "input_names")
        check_names(self.unit_names, weights.shape[1], "unit_names")
        self.kind_ = kind_of_picture(self.kind, self.image_shape, self.max_units, weights.shape)
        n_shown = self.max_units if self.kind_ == "images" else weights.shape[1]
        self.units_ = units_of_largest_norm(weights, n_shown)
        shown, shown_biases = weights[:, self.units_], None if biases is None else biases[self.units_]
        self.scale_ = float(np.abs(shown).max()) or 1.0
        self.ax_ = axes_to_draw_on(ax, "WeightsDisplay", self._size(weights.shape))
        self.figure_ = self.ax_.figure
        self._draw(shown, shown_biases)
        self.caption_ = self._caption(shown, shown_biases, weights.shape[1])
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _size(self, shape: tuple[int, ...]) -> tuple[float, float]:
        if self.kind_ != "hinton":
            return IMAGES_SIZE if self.kind_ == "images" else ORDINARY_SIZE
        cells = np.array([shape[1], hinton.bias_row_of(shape[0]) + 1])
        width, height = np.clip(CELL * cells + MARGINS, SMALLEST_SIDES, LARGEST_SIDE)
        return float(width), float(height)

    def _draw(self, weights: NDArray[np.float64], biases: NDArray[np.float64] | None) -> None:
        self.squares_ = self.bias_squares_ = self.image_ = self.bias_image_ = self.colorbar_ = None
        if self.kind_ == "hinton":
            self.squares_, self.bias_squares_ = hinton.draw_hinton(self.ax_, weights, biases, self.scale_)
            self._label(weights.shape, None if biases is None else hinton.bias_row_of(len(weights)))
        elif self.kind_ == "heatmap":
            self.image_, self.bias_image_ = heat_map.draw_heat_map(self.ax_, weights, biases, self.scale_)
            self._label(weights.shape, None if biases is None else heat_map.bias_row_of(len(weights)))
        elif self.image_shape is not None:
            names = [str(unit) if self.unit_names is None else self.unit_names[unit] for unit in self.units_]
            self.image_ = draw_unit_images(self.ax_, weights, biases, self.scale_, self.image_shape, names)
        if self.image_ is not None:
            self.colorbar_ = add_color_scale(self.ax_, self.image_, "weight")

    def _label(self, shape: tuple[int, ...], bias_row: float | None) -> None:
        label_matrix(self.ax_, shape, self.input_names, self.unit_names, bias_row)

    def _caption(self, weights: NDArray[np.float64], biases: NDArray[np.float64] | None, n_all: int) -> str:
        if not weights.any():
            return "All weights are zero."
        sentences = [f"A full square stands for {number_text(self.scale_)}."] if self.kind_ == "hinton" else []
        if len(self.units_) < n_all:
            sentences.append(f"Of {n_all} units the {len(self.units_)} with the largest weights.")
        if biases is not None and self.kind_ == "images":
            sentences.append("The strip under an image is the bias.")
        if biases is not None and np.abs(biases).max() > self.scale_:
            farthest = number_text(float(np.abs(biases).max()))
            sentences.append(f"Biases are as large as {farthest} and drawn at the end of the scale.")
        return " ".join(sentences)
