"""How well memories are recalled as their number, the noise, the damage or the hours of dreaming grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import numpy as np

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.canvas import CAPTION_SIZE, axes_to_draw_on, quieten_frame, write_heading
from sinapsi.plots.palette import CAPTION_INK, class_colors, class_marker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

    from sinapsi.memories.recall_curve import RecallCurve

Show = Literal["overlap", "recalled"]

AXIS_LABELS: Final = {
    "load": "memories per unit",
    "noise": "share of units flipped",
    "damage": "share of weights removed",
    "dreams": "states unlearned",
}
TITLES: Final = {
    "load": "Recall under load",
    "noise": "Recall of noisy probes",
    "damage": "Recall after damage",
    "dreams": "Recall after unlearning",
}
HEBBIAN_CAPACITY = 0.138  # memories per unit, of many units and random memories: Amit, Gutfreund, Sompolinsky (1987)
STRENGTH_OF_BAND = 0.2  # opacity
ROOM = 0.04  # of the vertical axis, above 1 and below 0
ROOM_FOR_CAPACITY = 0.1  # above 1, where no curve runs through its number


class RecallCurveDisplay:
    """How well an associative memory recalls, against what makes it hard: load, noise, damage, or unlearning.

    Draws the mean overlap of the recalled states with their memories and a band that holds this mean 95 times in 100,
    or the share of probes that were recalled. Over the load of a network that learned by Hebb's rule, a line stands
    at the capacity of a large one, 0.138 memories per unit. Make one with :meth:`from_curves`.

    Parameters
    ----------
    curves : sequence of RecallCurve
        All over the same quantity.
    show : {"overlap", "recalled"}, default="overlap"
        The mean overlap, or the share recalled.
    name : str, default=None
        The title. None tells what grows, and of a single curve whose it is.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    lines_ : list of matplotlib Line2D
        One a curve.
    bands_ : list of matplotlib PolyCollection
        One a curve; empty where shares are shown.
    capacity_line_ : matplotlib Line2D or None
        At the capacity; None where it is not drawn.
    caption_ : str
        The caption.

    References
    ----------
    Amit, Gutfreund and Sompolinsky (1987), Statistical mechanics of neural networks near saturation.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi.memories.recall_curve import RecallCurve
    >>> overlaps = [np.array([[1.0, 1.0]]), np.array([[1.0, 0.9]]), np.array([[0.5, 0.1]])]
    >>> curve = RecallCurve.of("load", [0.05, 0.1, 0.2], overlaps, threshold=0.95, name="Hebb")
    >>> display = RecallCurveDisplay.from_curves(curve, show="recalled")
    >>> display.lines_[0].get_ydata()
    array([1. , 0.5, 0. ])
    """

    ax_: Axes
    figure_: Figure | SubFigure
    lines_: list[Line2D]
    bands_: list[PolyCollection]
    capacity_line_: Line2D | None
    caption_: str

    def __init__(self, *, curves: Sequence[RecallCurve], show: Show = "overlap", name: str | None = None) -> None:
        if show not in ("overlap", "recalled"):
            raise InvalidParameterError(f"show must be 'overlap' or 'recalled'. Got {show!r}.")
        self.curves = _checked_curves(curves)
        self.show = show
        self.name = name

    @classmethod
    def from_curves(
        cls,
        curves: RecallCurve | Sequence[RecallCurve],
        *,
        show: Show = "overlap",
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw one curve or several.

        Parameters
        ----------
        curves : RecallCurve or sequence of them
            All over the same quantity.
        show : {"overlap", "recalled"}, default="overlap"
            The mean overlap with its confidence band, or the share of probes that were recalled.
        name : str, default=None
            The title. None tells what grows, and of a single curve whose it is.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        RecallCurveDisplay
            What was drawn.

        Raises
        ------
        InvalidInputError
            If they are no such curves, or over different quantities.
        InvalidParameterError
            If ``show`` is neither.
        """
        several: Any = [curves] if hasattr(curves, "quantity") else curves
        return cls(curves=several, show=show, name=name).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        RecallCurveDisplay
            The object itself.
        """
        self.ax_ = axes_to_draw_on(ax, "RecallCurveDisplay")
        self.figure_ = self.ax_.figure
        self.lines_, self.bands_ = [], []
        for index, color in enumerate(class_colors(len(self.curves))):
            self._draw_curve(index, color)
        self._scale_and_label()
        self.capacity_line_ = self._draw_capacity()
        if len(self.curves) > 1:
            self.ax_.legend(fontsize="small", framealpha=0.9, edgecolor="none")
        self.caption_ = self._caption()
        write_heading(self.ax_, self._title(), self.caption_)
        return self

    def _draw_curve(self, index: int, color: str) -> None:
        curve = self.curves[index]
        order = np.argsort(curve.values, kind="stable")
        values, heights = curve.values[order], getattr(curve, self.show)[order]
        (line,) = self.ax_.plot(
            values, heights, color=color, linewidth=2.0, marker=class_marker(index), markersize=5, label=curve.name
        )
        self.lines_.append(line)
        if self.show == "overlap":
            band = self.ax_.fill_between(
                values, curve.low[order], curve.high[order], color=color, alpha=STRENGTH_OF_BAND, linewidth=0
            )
            self.bands_.append(band)

    def _scale_and_label(self) -> None:
        lowest = min(float(np.min(curve.low)) for curve in self.curves) if self.show == "overlap" else 0.0
        self.ax_.set_ylim(min(lowest, 0.0) - ROOM, 1.0 + ROOM)
        self.ax_.set_xlabel(AXIS_LABELS[self.curves[0].quantity])
        self.ax_.set_ylabel("mean overlap with the memory" if self.show == "overlap" else "share recalled")
        quieten_frame(self.ax_, grid=True)

    def _draw_capacity(self) -> Line2D | None:
        left, right = self.ax_.get_xlim()
        is_hebbian = any(curve.name.lower().startswith("hebb") for curve in self.curves)
        if self.curves[0].quantity != "load" or not is_hebbian or not left <= HEBBIAN_CAPACITY <= right:
            return None
        self.ax_.set_ylim(top=1 + ROOM_FOR_CAPACITY)
        self.ax_.annotate(
            f"{HEBBIAN_CAPACITY:g}",
            (HEBBIAN_CAPACITY, 1),
            xycoords=self.ax_.get_xaxis_transform(),
            xytext=(3, -1),
            textcoords="offset points",
            va="top",
            fontsize=CAPTION_SIZE,
            color=CAPTION_INK,
        )
        return self.ax_.axvline(HEBBIAN_CAPACITY, color=CAPTION_INK, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1.5)

    def _title(self) -> str:
        if self.name is not None:
            return self.name
        title = TITLES[self.curves[0].quantity]
        return f"{title}: {self.curves[0].name}" if len(self.curves) == 1 and self.curves[0].name else title

    def _caption(self) -> str:
        if self.show == "overlap":
            return "Bands hold the mean 95 times in 100."
        thresholds = sorted({curve.threshold for curve in self.curves})
        if len(thresholds) == 1:
            return f"Recalled: an overlap above {thresholds[0]:g}."
        each = ", ".join(f"{curve.threshold:g} ({curve.name})" for curve in self.curves)
        return f"Recalled: an overlap above {each}."


def _checked_curves(curves: Any) -> list[RecallCurve]:
    given = list(curves) if isinstance(curves, Sequence) else [curves]
    strangers = sorted({type(curve).__name__ for curve in given if not hasattr(curve, "quantity")})
    if not given or strangers:
        raise InvalidInputError(
            f"curves must be at least one RecallCurve. Got {' and '.join(strangers) or 'none'}. Pass one "
            "RecallCurve or a list of them."
        )
    quantities = sorted({curve.quantity for curve in given})
    if len(quantities) > 1:
        raise InvalidInputError(
            f"curves must all be over the same quantity. Got {' and '.join(quantities)}. Draw each quantity in a "
            "picture of its own."
        )
    return given
