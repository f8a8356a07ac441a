"""Samples of a network, along its chains or class by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sinapsi.plots.canvas import axes_to_draw_on, write_heading
from sinapsi.plots.energy.asked_samples import RandomState, Sampler, samples_asked_for
from sinapsi.plots.energy.example_images import (
    ImageSize,
    Tones,
    draw_example,
    features_text,
    label_grid,
)
from sinapsi.plots.energy.example_table import checked_examples, names_of_features
from sinapsi.plots.matrices.weight_settings import check_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage

MARGINS = (0.9, 1.1)  # inches beside and above the samples, for names and heading
NARROWEST, LARGEST = 5.4, (11.0, 12.0)  # inches


class SamplesDisplay:
    """What a network dreams: rows are chains and columns Gibbs steps, or rows are classes and columns samples.

    Examples are images, white to black; where they are no images, strips with a cell for each feature. Make one with
    :meth:`from_estimator`.

    Parameters
    ----------
    samples : array of shape (n_rows, n_columns, n_features)
        Examples; a place without any is NaN throughout.
    image_shape : tuple of int, default=None
        Height and width in pixels; their product is n_features. None makes a square of square numbers from 16 on, and
        of others a strip, as (1, n_features) does of all.
    row_names, column_names : sequence of str, default=None
        None names none.
    row_label, column_label : str, default=""
        What rows and columns are.
    feature_names : sequence of str, default=None
        Of the cells of a strip, for the caption.
    note : str, default=""
        How the samples were made, for the caption.
    name : str, default="Samples"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    images_ : dict of (int, int) to matplotlib AxesImage
        By row and column: shades from 0, white, to 1, black.
    caption_ : str
        The caption.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sinapsi import RestrictedBoltzmannMachine
    >>> X = load_digits().data / 16
    >>> model = RestrictedBoltzmannMachine(n_hidden=64, max_iter=50, random_state=0).fit(X)
    >>> display = SamplesDisplay.from_estimator(model, start=X[:4], steps=(0, 1, 10, 100))
    >>> display.samples.shape, display.caption_
    ((4, 4, 64), 'Chains begin at given examples. White is 0, black 1.')
    """

    ax_: Axes
    figure_: Figure | SubFigure
    images_: dict[tuple[int, int], AxesImage]
    caption_: str

    def __init__(
        self,
        *,
        samples: ArrayLike,
        image_shape: tuple[int, int] | None = None,
        row_names: Sequence[str] | None = None,
        column_names: Sequence[str] | None = None,
        row_label: str = "",
        column_label: str = "",
        feature_names: Sequence[str] | None = None,
        note: str = "",
        name: str = "Samples",
    ) -> None:
        self.samples = checked_examples(samples, 3, "samples")
        self.image_shape = image_shape
        self.row_names = row_names
        self.column_names = column_names
        self.row_label = row_label
        self.column_label = column_label
        self.feature_names = feature_names
        self.note = note
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        n_samples: int | None = None,
        steps: int | Sequence[int] | None = None,
        labels: ArrayLike | None = None,
        start: ArrayLike | None = None,
        as_means: bool = False,
        image_shape: tuple[int, int] | None = None,
        random_state: RandomState = None,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Let a fitted network dream, and draw what it dreams.

        Parameters
        ----------
        estimator : RestrictedBoltzmannMachine, RBMClassifier, BoltzmannMachine or DeepBeliefNetwork
            Fitted; a pipeline or search that ends in one will do, and samples are drawn as they reach the network.
        n_samples : int, default=None
            Chains; samples of each class; or samples in all. None takes 8, 10 and 50 of these.
        steps : int or sequence of int, default=None
            Several rising numbers: the same chains after so many Gibbs steps, 0 being where a restricted machine
            begins. One number: different samples, of each class if the network learned classes. None takes 1000 for
            networks with classes, for others (0, 1, 10, 100, 1000).
        labels : array of shape (n_rows,), default=None
            Classes to draw samples of. None takes all.
        start : array of shape (n_chains, n_features), default=None
            Examples, or noise, in which the chains of a restricted machine begin. None begins where those of learning
            ended, as ``sample`` does.
        as_means : bool, default=False
            Whether to draw, in place of samples, the means that their visible units were drawn from, given the hidden
            ones: smoother pictures. A general Boltzmann machine gives none.
        image_shape : tuple of int, default=None
            Height and width in pixels; None makes a square of square numbers from 16 on, and of others a strip.
        random_state : int, RandomState, Generator or None, default=None
            Source of chance; None draws the same samples in every call.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure of fitting size.

        Returns
        -------
        SamplesDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If it does not sample by Gibbs steps, or a label or the start does not fit to it.
        InvalidParameterError
            If a setting is out of its range, or two do not go together.
        """
        sampler = Sampler(estimator, as_means=as_means, random_state=random_state)
        table = samples_asked_for(sampler, n_samples, steps, labels, start)
        return cls(
            samples=table.samples,
            image_shape=image_shape,
            row_names=table.row_names,
            column_names=table.column_names,
            row_label=table.row_label,
            column_label=table.column_label,
            feature_names=names_of_features(sampler.network),
            note=f"{table.note} Means, not draws." if as_means else table.note,
            name=f"Samples of {type(sampler.network).__name__}" if name is None else name,
        ).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure of fitting size.

        Returns
        -------
        SamplesDisplay
            The object itself.

        Raises
        ------
        InvalidParameterError
            If image_shape or the names do not fit to the samples.
        """
        n_rows, n_columns, n_features = self.samples.shape
        check_names(self.row_names, n_rows, "row_names")
        check_names(self.column_names, n_columns, "column_names")
        check_names(self.feature_names, n_features, "feature_names")
        size = ImageSize.of(self.image_shape, n_features)
        tones = Tones.of(self.samples.reshape(-1, n_features), size)
        across, down = size.width + size.gap, size.height + size.gap
        extent = (n_columns * across - size.gap, n_rows * down - size.gap)
        inches = [side * size.inches + margin for side, margin in zip(extent, MARGINS, strict=True)]
        self.ax_ = axes_to_draw_on(
            ax,
            "SamplesDisplay",
            (float(np.clip(inches[0], NARROWEST, LARGEST[0])), min(inches[1], LARGEST[1])),
            layout="compressed",
        )
        self.figure_ = self.ax_.figure
        self.images_ = {
            (row, column): draw_example(self.ax_, sample, (column * across, row * down), size, tones)
            for row, samples in enumerate(self.samples)
            for column, sample in enumerate(samples)
            if not np.isnan(sample).all()
        }
        label_grid(
            self.ax_,
            extent,
            (
                _ticks(self.column_names, size.width / 2, across),
                _ticks(self.row_names, size.height / 2, down),
            ),
            (self.column_label, self.row_label),
        )
        self.caption_ = " ".join(filter(None, [self.note, tones.caption, features_text(size, self.feature_names)]))
        write_heading(self.ax_, self.name, self.caption_)
        return self


def _ticks(names: Sequence[str] | None, first: float, step: float) -> tuple[list[float], list[str]]:
    return ([], []) if names is None else ([first + place * step for place in range(len(names))], list(names))
