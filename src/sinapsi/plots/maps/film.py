"""How a map unfolded while it learned: a film, a strip of pictures, or one moment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.boundaries.path_moments import spread_moves
from sinapsi.plots.canvas import axes_to_draw_on, panels_to_draw_on, write_heading
from sinapsi.plots.maps import unfolded_grid
from sinapsi.plots.maps.course import Course, check_course, errors_at, moments_of_strip, title_at
from sinapsi.plots.maps.fitted_map_parts import count_text, is_map
from sinapsi.plots.maps.projection import Features, examples_for_map, projection_of
from sinapsi.plots.whole_numbers import check_at_least, is_whole

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.figure import Figure, SubFigure

SIZE = (6.0, 5.0)  # inches
PANEL = (2.15, 2.15)  # inches, of a picture of a strip, without what follows
ROOM_ABOVE_AND_BELOW = 1.35  # inches, for the titles and the label of the axis
SHARE_OF_AREA = 0.35  # of the points of a large picture


class SOMFilm:
    """How the prototypes of a map moved while it learned, over the examples and joined along the grid.

    :meth:`animate` makes a film, :meth:`strip` a row of pictures, :meth:`plot` a picture of one moment. All have the
    same axes: two features as they are, of more the two principal components of the examples, unless ``features``
    chooses. Make one with :meth:`from_estimator`.

    Parameters
    ----------
    unfolding : Unfolding
        As ``estimator.unfolding(X)`` gives it.
    X : array of shape (n_samples, n_features)
        The examples; those that lack a value needed are left out.
    features : int, str, or pair of them, default=None
        The features of the axes, by position or by name.
    feature_names : sequence of str, default=None
        None takes the columns of a data frame, or numbers.
    name : str, default="Map"
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
    units_ : matplotlib PathCollection
        The prototypes, drawn last.
    lines_ : matplotlib LineCollection
        One a pair of neighbors, drawn last.
    points_ : dict of str to matplotlib PathCollection
        The examples.
    caption_ : str
        The caption.
    animation_ : matplotlib FuncAnimation
        The last film.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import SelfOrganizingMap
    >>> X = np.random.default_rng(0).uniform(size=(200, 2))
    >>> model = SelfOrganizingMap(size=(6, 6), init="random", max_iter=20, random_state=0)
    >>> film = SOMFilm.from_estimator(model, X)
    >>> figure = film.strip(n_pictures=4)
    >>> film.moments_[0], film.moments_[-1]
    (0, 20)
    """

    ax_: Axes
    figure_: Figure | SubFigure
    axes_: list[Axes]
    moment_: int
    moments_: list[int]
    units_: PathCollection
    lines_: LineCollection
    points_: dict[Any, PathCollection]
    caption_: str
    animation_: FuncAnimation

    def __init__(
        self,
        *,
        unfolding: Course,
        X: Any,
        features: Features = None,
        feature_names: Sequence[str] | None = None,
        name: str = "Map",
    ) -> None:
        self.unfolding = unfolding
        check_course(unfolding)
        self.X = examples_for_map(X, unfolding.prototypes.shape[2])
        columns = [str(column) for column in X.columns] if hasattr(X, "columns") else None
        self.projection = projection_of(self.X, features, columns if feature_names is None else feature_names)
        self.name = name
        self._places = unfolded_grid.places_of_units(self.projection, unfolding.prototypes)
        self._examples, is_shown = unfolded_grid.places_of_examples(self.projection, self.X, unfolding.grid.n_units)
        self._n_left_out = int((~is_shown).sum())
        self._pairs = unfolded_grid.joined_pairs(unfolding.grid)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        *,
        features: Features = None,
        feature_names: Sequence[str] | None = None,
        name: str | None = None,
    ) -> Self:
        """Let a copy of a map learn anew, and keep how it unfolded; nothing is drawn yet.

        Parameters
        ----------
        estimator : SelfOrganizingMap
            It may be fitted or not, and stays as it is.
        X : array or data frame of shape (n_samples, n_features)
            Examples.
        features : int, str, or pair of them, default=None
            The features of the axes, by position or by name. None takes all of one or two, and the principal
            components of more.
        feature_names : sequence of str, default=None
            None takes the columns of a data frame, or numbers.
        name : str, default=None
            The title. None takes the name of the class.

        Returns
        -------
        SOMFilm
            Ready for ``animate``, ``strip`` and ``plot``.

        Raises
        ------
        InvalidInputError
            If the estimator is no map, or X cannot be learned from.
        """
        if not is_map(estimator) or not hasattr(estimator, "unfolding"):
            way_out = (
                " Pass its last step, and the inputs that this step sees, pipeline[:-1].transform(X)."
                if hasattr(estimator, "steps")
                else ""
            )
            raise InvalidInputError(
                "SOMFilm expects a SelfOrganizingMap, which can write down its unfolding. Got "
                f"{type(estimator).__name__}.{way_out}"
            )
        title = type(estimator).__name__ if name is None else name
        unfolding = estimator.unfolding(X)
        return cls(unfolding=unfolding, X=X, features=features, feature_names=feature_names, name=title)

    @property
    def n_moments(self) -> int:
        """Moments of the unfolding."""
        return len(self.unfolding.epoch)

    def plot(self, ax: Axes | None = None, *, moment: int | None = None) -> Self:
        """Draw the picture of a moment.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        moment : int, default=None
            From 0 (the start). None takes the last.

        Returns
        -------
        SOMFilm
            The object itself.
        """
        if moment is not None and not is_whole(moment, 0, self.n_moments - 1):
            raise InvalidParameterError(
                f"moment must be an integer from 0 to {self.n_moments - 1}, or None. Got {moment!r}."
            )
        axes = axes_to_draw_on(ax, "SOMFilm", size=SIZE, layout="compressed")
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
            Largest number of frames, at least 2; of more moments they are chosen evenly, the start and the end among
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
        axes = axes_to_draw_on(None, "SOMFilm", size=SIZE, layout="compressed")
        from matplotlib.animation import FuncAnimation
        from matplotlib.figure import Figure

        figure = axes.figure
        assert isinstance(figure, Figure)  # a new one
        self.moments_ = spread_moves(self.n_moments - 1, max_frames)
        self.plot(axes)  # what one sees of a film on paper
        frame = partial(self._show_frame, axes, self._grid_drawn)
        self.animation_ = FuncAnimation(
            figure, frame, frames=self.moments_, interval=interval, cache_frame_data=False, repeat_delay=2000
        )
        return self.animation_

    def strip(self, n_pictures: int = 6, *, moments: Sequence[int] | None = None) -> Figure:
        """Draw some moments in a row, in a figure of their own.

        Parameters
        ----------
        n_pictures : int, default=6
            How many, from 2 to 10: the start, the end, and between them moments that are closer together in the
            beginning, where a map moves most.
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
        self.moments_ = moments_of_strip(self.n_moments - 1, n_pictures, moments)
        n_shown = len(self.moments_)
        size = (PANEL[0], PANEL[1] + ROOM_ABOVE_AND_BELOW)
        figure, self.axes_ = panels_to_draw_on(n_shown, "SOMFilm", size, n_across=n_shown)
        for ax, moment in zip(self.axes_, self.moments_, strict=True):
            self._draw(ax, moment, SHARE_OF_AREA)
            ax.set_title(title_at(self.unfolding, moment).replace(", ", "\n", 1), loc="left", fontsize="medium")
            ax.tick_params(labelsize="small")
            ax.label_outer()
        self.caption_ = errors_at(self.unfolding, self.moment_)
        figure.suptitle(self.name, x=0.01, ha="left", fontweight="bold")
        return figure

    def _show_frame(self, ax: Axes, grid: unfolded_grid.UnfoldedGrid, moment: int) -> list[Any]:
        """The examples stay; prototypes and heading change."""
        self.moment_ = moment
        grid.move(self._places[moment], self._pairs)
        for text in list(ax.texts):
            text.remove()
        self._write_heading(ax)
        return [grid.lines, grid.units]

    def _write_heading(self, ax: Axes) -> None:
        self.caption_ = errors_at(self.unfolding, self.moment_)
        if self._n_left_out:
            self.caption_ += f" {count_text(self._n_left_out, 'example')} with missing values left out."
        write_heading(ax, f"{self.name}: {title_at(self.unfolding, self.moment_)}", self.caption_)

    def _draw(self, ax: Axes, moment: int, share_of_area: float = 1.0) -> None:
        self.ax_, self.figure_, self.moment_ = ax, ax.figure, moment
        drawn = unfolded_grid.draw_unfolded_grid(
            ax, self._places[moment], self._pairs, self._examples, share_of_area=share_of_area
        )
        self._grid_drawn = drawn
        self.units_, self.lines_, self.points_ = drawn.units, drawn.lines, drawn.points
        everything = np.concatenate([self._places.reshape(-1, 2), self._examples])
        unfolded_grid.frame_plane(ax, everything, self.projection)
