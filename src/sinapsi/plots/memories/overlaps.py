"""Probes against memories: what each is recalled as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.canvas import axes_to_draw_on, write_heading
from sinapsi.plots.fitted import inputs_seen_by_network
from sinapsi.plots.maps.fitted_map_parts import count_text
from sinapsi.plots.matrices.heat_map import draw_heat_map
from sinapsi.plots.matrices.matrix_axes import label_matrix
from sinapsi.plots.matrices.signed_image import add_color_scale
from sinapsi.plots.matrices.weight_settings import check_names
from sinapsi.plots.memories.recalls import NEAR_A_MEMORY, memory_network_in
from sinapsi.plots.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

MOST_ROWS_WITH_NUMBERS, MOST_COLUMNS_WITH_NUMBERS = 16, 10  # more would run into each other
MOST_FLAT_LABELS = 20  # under the columns; more stand upright
DARK = 0.6  # overlap from which on numbers are white
LARGEST_ROUNDING = 1e-6  # by which an overlap may leave [-1, 1]


class OverlapsDisplay:
    """The overlap of probes (rows) with memories (columns): blue is alike, orange the negative, white unrelated.

    Of the states that are recalled from the probes, or of the probes themselves. A row with one dark square was
    recalled as that memory; a row of pale ones ended in a mixture, or in a state that nobody stored. Make one with
    :meth:`from_estimator`; for the overlaps along a single recall see :class:`OverlapPathDisplay`.

    Parameters
    ----------
    overlaps : array of shape (n_probes, n_memories)
        In [-1, 1].
    recalled : bool, default=True
        Whether they are those of recalled states, not of the probes; for the caption.
    probe_names, memory_names : sequence of str, default=None
        Labels of rows and columns. None numbers them.
    name : str, default="Overlaps with the memories"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    image_ : matplotlib AxesImage
        The overlaps.
    texts_ : list of matplotlib Text
        The same as numbers, row by row, where there is room for them; else empty.
    colorbar_ : matplotlib Colorbar
        The color scale.
    caption_ : str
        The caption.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import HopfieldNetwork
    >>> memories = np.array([[1] * 8 + [-1] * 8, [1, -1] * 8])
    >>> model = HopfieldNetwork().fit(memories)
    >>> display = OverlapsDisplay.from_estimator(model, [[1] * 7 + [-1] * 9])
    >>> display.overlaps
    array([[1., 0.]])
    """

    ax_: Axes
    figure_: Figure | SubFigure
    image_: AxesImage
    texts_: list[Text]
    colorbar_: Colorbar
    caption_: str

    def __init__(
        self,
        *,
        overlaps: ArrayLike,
        recalled: bool = True,
        probe_names: Sequence[str] | None = None,
        memory_names: Sequence[str] | None = None,
        name: str = "Overlaps with the memories",
    ) -> None:
        self.overlaps = _checked_overlaps(overlaps)
        check_names(probe_names, self.overlaps.shape[0], "probe_names")
        check_names(memory_names, self.overlaps.shape[1], "memory_names")
        self.recalled = recalled
        self.probe_names = probe_names
        self.memory_names = memory_names
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        recalled: bool = True,
        probe_names: Sequence[str] | None = None,
        memory_names: Sequence[str] | None = None,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the overlaps of probes with what a fitted network has stored.

        Parameters
        ----------
        estimator : HopfieldNetwork or DenseAssociativeMemory
            Fitted; a pipeline or search that ends in one will do.
        X : array or data frame of shape (n_probes, n_features)
            Probes.
        recalled : bool, default=True
            Whether each is recalled first. False draws the overlaps of the probes as they are given.
        probe_names, memory_names : sequence of str, default=None
            Labels of rows and columns. None numbers them.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        OverlapsDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If it is no associative memory, or X does not fit to it.
        InvalidParameterError
            If there is not one name for each row or column.
        """
        network = memory_network_in(estimator, "overlap", "OverlapsDisplay")
        probes = inputs_seen_by_network(estimator, X)
        kind = type(network).__name__
        title = f"What {kind} recalls" if recalled else f"Probes and memories of {kind}"
        return cls(
            overlaps=_overlaps_after_recall(network, probes) if recalled else network.overlap(probes),
            recalled=recalled,
            probe_names=probe_names,
            memory_names=memory_names,
            name=title if name is None else name,
        ).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        OverlapsDisplay
            The object itself.
        """
        self.ax_ = axes_to_draw_on(ax, "OverlapsDisplay")
        self.figure_ = self.ax_.figure
        self.image_, _ = draw_heat_map(self.ax_, self.overlaps, None, 1.0)
        label_matrix(self.ax_, self.overlaps.shape, self.probe_names, self.memory_names, None)
        if self.overlaps.shape[1] > MOST_FLAT_LABELS:
            self.ax_.tick_params(axis="x", rotation=90)
        self.ax_.set_ylabel("probe" if self.probe_names is None else "")
        self.ax_.set_xlabel("memory" if self.memory_names is None else "")
        self.colorbar_ = add_color_scale(self.ax_, self.image_, "overlap")
        self.texts_ = self._write_numbers()
        self.caption_ = self._caption()
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _write_numbers(self) -> list[Text]:
        n_rows, n_columns = self.overlaps.shape
        if n_rows > MOST_ROWS_WITH_NUMBERS or n_columns > MOST_COLUMNS_WITH_NUMBERS:
            return []
        return [
            self.ax_.text(
                column,
                row,
                f"{overlap + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−"),
                ha="center",
                va="center",
                fontsize="small",
                color="white" if abs(overlap) > DARK else INK,
            )
            for (row, column), overlap in np.ndenumerate(self.overlaps)
        ]

    def _caption(self) -> str:
        n_probes, n_memories = self.overlaps.shape
        size = f"{count_text(n_probes, 'probe')}, {n_memories:,} {'memory' if n_memories == 1 else 'memories'}"
        if not self.recalled:
            return f"{size}. The probes as they were given."
        largest = np.abs(self.overlaps).argmax(axis=1)
        overlaps = self.overlaps[np.arange(n_probes), largest]
        n_recalled, n_negatives = int((overlaps >= NEAR_A_MEMORY).sum()), int((overlaps <= -NEAR_A_MEMORY).sum())
        n_lost = n_probes - n_recalled - n_negatives
        ends = [f"{n_recalled:,} ended at a memory (overlap from {NEAR_A_MEMORY:g} on)"]
        ends += [f"{n_negatives:,} at the negative of one"] if n_negatives else []
        ends += [f"{n_lost:,} at none"] if n_lost else []
        return f"{size}; {', '.join(ends)}."


def _overlaps_after_recall(network: Any, probes: Any) -> NDArray[np.float64]:
    """Compare what is recalled with the memories; the threshold of ``overlap`` is one for probes, and may exceed 1."""
    states = np.asarray(network.predict(probes), dtype=np.float64)
    if not hasattr(network, "memories_"):
        return np.asarray(network.overlap(states))  # tells why it kept none
    overlaps: NDArray[np.float64] = states @ network.memories_.T / states.shape[1]
    return overlaps


def _checked_overlaps(overlaps: ArrayLike) -> NDArray[np.float64]:
    table = np.asarray(overlaps, dtype=np.float64)
    if table.ndim != 2 or table.size == 0:
        raise InvalidInputError(
            f"overlaps must have the shape (n_probes, n_memories). Got the shape {table.shape}. Pass what "
            "estimator.overlap(X) gives."
        )
    if not (np.abs(table) <= 1 + LARGEST_ROUNDING).all():
        raise InvalidInputError(
            f"overlaps must lie in [-1, 1]. Got values from {table.min():.4g} to {table.max():.4g}. Divide products of "
            "states by the number of units, as estimator.overlap(X) does."
        )
    return table
