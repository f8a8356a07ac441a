"""How a state changed while it was recalled: a film, a strip of pictures, or one moment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sinapsi.exceptions import InvalidParameterError
from sinapsi.plots.boundaries.path_moments import spread_moves
from sinapsi.plots.canvas import CAPTION_SIZE, axes_to_draw_on, number_text, panels_to_draw_on, write_heading
from sinapsi.plots.fitted import network_in
from sinapsi.plots.maps.course import moments_of_strip
from sinapsi.plots.maps.fitted_map_parts import count_text
from sinapsi.plots.memories import recalls
from sinapsi.plots.memories.state_image import draw_state, mark_units, shape_of_image, squares_on
from sinapsi.plots.palette import CAPTION_INK
from sinapsi.plots.whole_numbers import check_at_least, is_whole

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.image import AxesImage

    from sinapsi.memories.recall_path import RecallPath

LONGER_SIDE = 3.4  # inches, of a large image
SMALLEST_SIZE = (5.0, 1.8)  # inches; narrower, the heading would have no room
ROOM_FOR_HEADING = 1.0  # inches, above a large image
PANEL_SIDE = 1.9  # inches, the longer side of an image of a strip
NARROWEST_PANEL = 1.65  # inches; narrower, the captions would run into each other
NARROWEST_STRIP = 5.4  # inches; narrower, its title would be cut
GAP = 0.2  # inches, between panels
ROOM_ABOVE_AND_BELOW = 1.3  # inches, for the captions, the title of the strip, and the note under it


class RecallFilm:
    """The state of an associative memory while a probe was recalled, as images: +1 is black, -1 is white.

    :meth:`animate` makes a film, :meth:`strip` a row of pictures, :meth:`plot` a picture of one moment; the caption of
    each has the energy and the overlap with the nearest memory, negative where the state resembles its negative. In a
    film and in a strip orange squares mark the units that have changed since the picture before. Make one with
    :meth:`from_estimator`.

    Parameters
    ----------
    path : RecallPath
        As ``estimator.recall_path(probe)`` gives it.
    image_shape : tuple of int, default=None
        Height and width of the image in units; their product is the number of units. None makes a square.
    name : str, default="Recall"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where a picture was drawn last.
    figure_ : matplotlib Figure
        Its figure.
    axes_ : list of matplotlib Axes
        The pictures of the last strip, or the only one.
    moment_ : int
        The moment that was drawn last.
    moments_ : list of int
        Those of the last film or strip.
    image_ : matplotlib AxesImage
        The state, drawn last.
    marks_ : matplotlib PolyCollection or None
        On the units that had changed, drawn last; None in a picture that has none before it.
    caption_ : str
        The caption.
    animation_ : matplotlib FuncAnimation
        The last film.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import HopfieldNetwork
    >>> memories = np.array([[1] * 8 + [-1] * 8, [1, -1] * 8])
    >>> model = HopfieldNetwork().fit(memories)
    >>> film = RecallFilm.from_estimator(model, [1] * 7 + [-1] * 9, image_shape=(2, 8))
    >>> figure = film.strip()
    >>> film.moments_
    [0, 1]
    """

    ax_: Axes
    figure_: Figure | SubFigure
    axes_: list[Axes]
    moment_: int
    moments_: list[int]
    image_: AxesImage
    marks_: PolyCollection | None
    caption_: str
    animation_: FuncAnimation

    def __init__(self, *, path: RecallPath, image_shape: tuple[int, int] | None = None, name: str = "Recall") -> None:
        recalls.check_recall(path)
        self.path = path
        self.image_shape = shape_of_image(image_shape, len(path.start))
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        probe: ArrayLike,
        *,
        image_shape: tuple[int, int] | None = None,
        name: str | None = None,
    ) -> Self:
        """Let a fitted network recall, and keep how it went; nothing is drawn yet.

        Parameters
        ----------
        estimator : HopfieldNetwork or DenseAssociativeMemory
            Fitted; a pipeline or search that ends in one will do.
        probe : array of shape (n_features,)
            Where recall starts.
        image_shape : tuple of int, default=None
            Height and width of the image in units. None makes a square.
        name : str, default=None
            The title. None takes the name of the class.

        Returns
        -------
        RecallFilm
            Ready for ``animate``, ``strip`` and ``plot``.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If it is no associative memory, or the probe does not fit to it.
        InvalidParameterError
            If the image has not as many units as the state.
        """
        path = recalls.recall_of(estimator, probe, "RecallFilm")
        title = type(network_in(estimator)).__name__ if name is None else name
        return cls(path=path, image_shape=image_shape, name=title)

    @property
    def n_moments(self) -> int:
        """Moments of the path, the probe included."""
        return len(self.path.energies)

    def plot(self, ax: Axes | None = None, *, moment: int | None = None) -> Self:
        """Draw the state of a moment.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        moment : int, default=None
            From 0 (the probe). None takes the last.

        Returns
        -------
        RecallFilm
            The object itself.

        Raises
        ------
        InvalidParameterError
            If there is no such moment.
        """
        if moment is not None and not is_whole(moment, 0, self.n_moments - 1):
            raise InvalidParameterError(
                f"moment must be an integer from 0 to {self.n_moments - 1}, or None. Got {moment!r}."
            )
        axes = axes_to_draw_on(ax, "RecallFilm", size=self._size())
        self._draw(axes, self.n_moments - 1 if moment is None else moment)
        self.axes_ = [axes]
        self._write_heading(axes)
        return self

    def animate(self, *, interval: int = 150, max_frames: int = 300) -> FuncAnimation:
        """Make a film of all moments.

        Parameters
        ----------
        interval : int, default=150
            Milliseconds a frame, at least 1.
        max_frames : int, default=300
            Largest number of frames, at least 2; of more moments they are chosen evenly, the probe and the end among
            them.

        Returns
        -------
        matplotlib FuncAnimation
            Also kept as ``animation_``; ``.save("film.gif", writer="pillow")`` and ``.to_jshtml()`` keep it for good.

        Raises
        ------
        InvalidParameterError
            If a setting is out of its range.
        """
        check_at_least("interval", interval, 1)
        check_at_least("max_frames", max_frames, 2)
        axes = axes_to_draw_on(None, "RecallFilm", size=self._size())
        from matplotlib.animation import FuncAnimation
        from matplotlib.figure import Figure

        figure = axes.figure
        assert isinstance(figure, Figure)  # a new one
        self.moments_ = spread_moves(self.n_moments - 1, max_frames)
        self.plot(axes)  # what one sees of a film on paper
        before = dict(zip(self.moments_, self.moments_[:1] + self.moments_, strict=False))
        marks = mark_units(axes, np.zeros(len(self.path.start), dtype=bool), self.image_shape)
        self.marks_ = marks
        frame = partial(self._show_frame, axes, self.image_, marks, before)
        self.animation_ = FuncAnimation(
            figure, frame, frames=self.moments_, interval=interval, cache_frame_data=False, repeat_delay=2000
        )
        return self.animation_

    def strip(self, n_pictures: int = 6, *, moments: Sequence[int] | None = None) -> Figure:
        """Draw some moments in a row, in a figure of their own.

        Parameters
        ----------
        n_pictures : int, default=6
            How many, from 2 to 10: the probe, the end, and moments between them, evenly chosen.
        moments : sequence of int, default=None
            These moments instead, at most 10.

        Returns
        -------
        matplotlib Figure
            The strip.

        Raises
        ------
        InvalidParameterError
            If a setting is out of its range.
        """
        last = self.n_moments - 1
        self.moments_ = moments_of_strip(last, n_pictures, moments)
        if moments is None:
            self.moments_ = spread_moves(last, n_pictures)  # a recall, unlike a map, changes evenly
        n_shown = len(self.moments_)
        width, height = self._panel_size(n_shown)
        size = (width + GAP, height + ROOM_ABOVE_AND_BELOW)
        figure, self.axes_ = panels_to_draw_on(n_shown, "RecallFilm", size, n_across=n_shown)
        figure.set_layout_engine("constrained", w_pad=GAP / 2, wspace=0.0)  # the panels have their proportions already
        for ax, moment, before in zip(self.axes_, self.moments_, [None, *self.moments_], strict=False):
            self._draw(ax, moment, before)
            # Images narrower than their captions leave room beside them.
            ax.set_xlim(-0.5, self.image_shape[0] * width / height - 0.5)
            write_heading(ax, self._when(moment), self._caption(moment, in_strip=True))
        self.caption_ = self._caption(self.moment_)
        left = GAP / 2 / (n_shown * size[0])  # where the images begin
        figure.suptitle(f"{self.name}: {self._story()}", x=left, ha="left", fontweight="bold")
        if n_shown > 1:
            words = "Orange: changed since the picture to the left."
            figure.supxlabel(words, x=left, ha="left", fontsize=CAPTION_SIZE, color=CAPTION_INK)
        return figure

    def _show_frame(
        self, ax: Axes, image: AxesImage, marks: PolyCollection, before: dict[int, int], moment: int
    ) -> list[Any]:
        """The frame stays; units, marks and heading change."""
        self.moment_ = moment
        state = recalls.state_at(self.path, moment)
        image.set_data(state.reshape(self.image_shape))
        has_changed = state != recalls.state_at(self.path, before[moment])
        marks.set_verts(list(squares_on(has_changed, self.image_shape)))
        for text in list(ax.texts):
            text.remove()
        self._write_heading(ax, "\nOrange: changed since the frame before.")
        return [image, marks]

    def _write_heading(self, ax: Axes, note: str = "") -> None:
        self.caption_ = self._caption(self.moment_) + note
        is_last = self.moment_ == self.n_moments - 1
        end = f", {recalls.END_WORDS[self.path.end]}" if is_last else ""
        write_heading(ax, f"{self.name}: {self._when(self.moment_)}{end}", self.caption_)

    def _draw(self, ax: Axes, moment: int, before: int | None = None) -> None:
        self.ax_, self.figure_, self.moment_ = ax, ax.figure, moment
        state = recalls.state_at(self.path, moment)
        self.image_ = draw_state(ax, state, self.image_shape)
        self.marks_ = None
        if before is not None:
            self.marks_ = mark_units(ax, state != recalls.state_at(self.path, before), self.image_shape)

    def _when(self, moment: int) -> str:
        return "probe" if moment == 0 else f"moment {moment}"

    def _caption(self, moment: int, *, in_strip: bool = False) -> str:
        overlaps = self.path.overlaps[moment]
        leader = recalls.leading_memory(overlaps)
        energy, overlap = number_text(float(self.path.energies[moment])), recalls.overlap_text(overlaps[leader])
        if in_strip:
            return f"energy {energy}\noverlap {overlap}, memory {leader}"
        return f"Energy {energy}, overlap {overlap} with memory {leader}."

    def _story(self) -> str:
        if self.path.n_flips == 0:
            return "at rest from the start"
        return f"{count_text(self.path.n_flips, 'flip')} {recalls.STORY_ENDS[self.path.end]}"

    def _size(self) -> tuple[float, float]:
        height, width = self.image_shape
        inches = LONGER_SIDE / max(height, width)
        return max(width * inches, SMALLEST_SIZE[0]), max(height * inches + ROOM_FOR_HEADING, SMALLEST_SIZE[1])

    def _panel_size(self, n_panels: int) -> tuple[float, float]:
        """Width and height in inches of what is drawn in a panel, the room beside a narrow image included."""
        height, width = self.image_shape
        inches = PANEL_SIDE / max(height, width)
        return max(width * inches, NARROWEST_PANEL, NARROWEST_STRIP / n_panels), height * inches
