"""How the energy fell while a probe was recalled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from sinapsi.plots.canvas import CAPTION_SIZE, axes_to_draw_on, quieten_frame, write_heading
from sinapsi.plots.fitted import network_in
from sinapsi.plots.memories import recalls
from sinapsi.plots.palette import CAPTION_INK, INK, PETROFF_COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from matplotlib.text import Annotation

    from sinapsi.memories.recall_path import RecallPath

FEW_MOMENTS = 25  # up to here each moment gets a dot
ROOM_BESIDE = (0.04, 0.24)  # of the moments, left of the probe and right of the end, whose name stands there
ROOM_ABOVE_AND_BELOW = 0.12  # of the range of energies
DISTANCE_OF_NAME = 8  # points from the mark


class EnergyPathDisplay:
    """The energy of an associative memory, moment by moment, until the state came to rest.

    Each change of the state is a step; where one unit after another is asked at zero temperature, none leads upward.
    The end is marked and named: a stable state, a cycle of two states, or the time was used up. The caption tells
    which memory was found. Make one with :meth:`from_estimator` or :meth:`from_path`.

    Parameters
    ----------
    path : RecallPath
        As ``estimator.recall_path(probe)`` gives it.
    name : str, default="Energy along a recall"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    line_ : matplotlib Line2D
        The energy of each moment.
    end_point_ : matplotlib Line2D
        The mark of the last moment.
    end_text_ : matplotlib Annotation
        Its name.
    memory_ : int
        The memory with the largest overlap, positive or negative, at the end.
    caption_ : str
        The caption.

    References
    ----------
    Hopfield (1982), Neural networks and physical systems with emergent collective computational abilities.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import HopfieldNetwork
    >>> memories = np.array([[1] * 8 + [-1] * 8, [1, -1] * 8])
    >>> model = HopfieldNetwork().fit(memories)
    >>> display = EnergyPathDisplay.from_estimator(model, [1] * 7 + [-1] * 9)
    >>> display.path.n_flips, display.memory_
    (1, 0)
    """

    ax_: Axes
    figure_: Figure | SubFigure
    line_: Line2D
    end_point_: Line2D
    end_text_: Annotation
    memory_: int
    caption_: str

    def __init__(self, *, path: RecallPath, name: str = "Energy along a recall") -> None:
        recalls.check_recall(path)
        self.path = path
        self.name = name

    @classmethod
    def from_estimator(
        cls, estimator: Any, probe: ArrayLike, *, name: str | None = None, ax: Axes | None = None
    ) -> Self:
        """Let a fitted network recall, and draw the energy on the way.

        Parameters
        ----------
        estimator : HopfieldNetwork or DenseAssociativeMemory
            Fitted; a pipeline or search that ends in one will do.
        probe : array of shape (n_features,)
            Where recall starts.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        EnergyPathDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If it is no associative memory, or the probe does not fit to it.
        """
        path = recalls.recall_of(estimator, probe, "EnergyPathDisplay")
        network = type(network_in(estimator)).__name__
        return cls.from_path(path, name=f"Energy of {network} along a recall" if name is None else name, ax=ax)

    @classmethod
    def from_path(cls, path: RecallPath, *, name: str = "Energy along a recall", ax: Axes | None = None) -> Self:
        """Draw the energy of a recall that was made before.

        Parameters
        ----------
        path : RecallPath
            What ``recall_path(probe)`` gave.
        name : str, default="Energy along a recall"
            The title.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        EnergyPathDisplay
            What was drawn.

        Raises
        ------
        InvalidInputError
            If it is no such path.
        """
        return cls(path=path, name=name).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        EnergyPathDisplay
            The object itself.
        """
        self.ax_ = axes_to_draw_on(ax, "EnergyPathDisplay")
        self.figure_ = self.ax_.figure
        self._draw_line()
        self._mark_ends()
        self._scale_and_label()
        last = self.path.overlaps[-1]
        self.memory_ = recalls.leading_memory(last)
        self.caption_ = f"{recalls.way_text(self.path)} {recalls.arrival_text(last)}"
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _draw_line(self) -> None:
        (self.line_,) = self.ax_.plot(
            np.arange(len(self.path.energies)),
            self.path.energies,
            drawstyle="steps-post",
            color=PETROFF_COLORS[0],
            linewidth=2.0,
            marker="o" if self.path.n_moments <= FEW_MOMENTS else "",
            markersize=3.5,
        )

    def _mark_ends(self) -> None:
        last, energies = self.path.n_moments, self.path.energies
        (self.end_point_,) = self.ax_.plot(
            [last],
            [energies[-1]],
            marker="o",
            markersize=8,
            markerfacecolor="white",
            markeredgecolor=PETROFF_COLORS[0],
            markeredgewidth=2.0,
            linestyle="none",
            zorder=3,
        )
        words = recalls.END_WORDS[self.path.end]
        self.end_text_ = self._name_point(words, (last, float(energies[-1])), "center", INK)
        if last:
            # On that side of the start to which the energy does not go.
            is_falling = energies[-1] <= energies[0]
            self._name_point("probe", (0, float(energies[0])), "bottom" if is_falling else "top", CAPTION_INK)

    def _name_point(
        self,
        words: str,
        point: tuple[float, float],
        va: Literal["bottom", "center", "top"],
        ink: str,
    ) -> Annotation:
        shifts = {"bottom": (0, DISTANCE_OF_NAME), "center": (DISTANCE_OF_NAME, 0), "top": (0, -DISTANCE_OF_NAME)}
        return self.ax_.annotate(
            words,
            point,
            xytext=shifts[va],
            textcoords="offset points",
            ha="left",
            va=va,
            fontsize=CAPTION_SIZE,
            color=ink,
        )

    def _scale_and_label(self) -> None:
        from matplotlib.ticker import MaxNLocator

        low, high = float(np.min(self.path.energies)), float(np.max(self.path.energies))
        span = (high - low) or abs(high) or 1.0
        self.ax_.set_ylim(low - ROOM_ABOVE_AND_BELOW * span, high + ROOM_ABOVE_AND_BELOW * span)
        last = self.path.n_moments
        self.ax_.set_xlim((-ROOM_BESIDE[0] * last, (1 + ROOM_BESIDE[1]) * last) if last else (-0.5, 0.5))
        self.ax_.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        self.ax_.set(xlabel="moment", ylabel="energy")
        quieten_frame(self.ax_, grid=True)
