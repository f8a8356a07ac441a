"""How the boundary of a linear network moved while it learned, update by update."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_regressor

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.boundaries.boundary_moment import draw_moment
from sinapsi.plots.boundaries.path_inputs import answers_of, feature_names_of, inputs_of
from sinapsi.plots.boundaries.path_moments import Path, check_path, spread_moves, story_of
from sinapsi.plots.boundaries.plane_lines import box_around
from sinapsi.plots.canvas import axes_to_draw_on, panels_to_draw_on, write_heading
from sinapsi.plots.whole_numbers import check_at_least, is_whole

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch

PANEL = (3.5, 3.1)  # inches, of one moment of a film strip


class BoundaryPathDisplay:
    """The decision boundary of a linear network after each of its moves, the earlier the paler.

    The line w.x + b = 0 after a move is drawn across the whole picture, the example that made the move is ringed, and
    an arrow shows the direction of the weight vector w, which is perpendicular to the line and points to the side of
    the second class (where both features may have one scale on paper). With several outputs, lines are where two
    of them tie and lead the others. For a regressor of one feature the line is output = w x + b.
    Make one with :meth:`from_estimator` or :meth:`from_path`; :meth:`animate` and :meth:`film_strip` show how it went.

    Parameters
    ----------
    path : LearningPath
        Weights, biases, example and epoch of every move, as ``learning_path(X, y)`` gives them.
    X : array of shape (n_samples, 2) or (n_samples, 1)
        The examples that were learned from.
    y : array of shape (n_samples,)
        Their classes; numbers where X has one feature.
    feature_names : tuple of str, default=None
        Labels of the axes. None numbers them.
    name : str, default="Boundary, move by move"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn last.
    figure_ : matplotlib Figure
        Its figure.
    move_ : int
        The move that it shows.
    boundary_ : matplotlib LineCollection
        The line or lines after that move; empty where there is none in the picture.
    traces_ : matplotlib LineCollection
        Those after earlier moves, the oldest first; evenly chosen, if there are more than 40 moves.
    ring_ : matplotlib Line2D or None
        Around the example that made the move; None where no single one did.
    arrow_ : matplotlib FancyArrowPatch or None
        The direction of the weight vector; None where it would not be readable.
    points_ : dict of label to matplotlib PathCollection
        The examples of each class, or all under "examples".
    caption_ : str
        The caption.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import Perceptron
    >>> X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array(["no", "no", "no", "yes"])
    >>> display = BoundaryPathDisplay.from_estimator(Perceptron(order="cyclic"), X, y)
    >>> display.caption_
    'Move 18 of 18, epoch 8: moved by example 1 (no).'
    """

    ax_: Axes
    figure_: Figure | SubFigure
    move_: int
    boundary_: LineCollection
    traces_: LineCollection
    ring_: Line2D | None
    arrow_: FancyArrowPatch | None
    points_: dict[Any, PathCollection]
    caption_: str

    def __init__(
        self,
        *,
        path: Path,
        X: NDArray[np.float64],
        y: NDArray[Any],
        feature_names: tuple[str, ...] | None = None,
        name: str = "Boundary, move by move",
    ) -> None:
        self.path = path
        self.X = X
        self.y = y
        self.feature_names = feature_names
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        feature_names: Sequence[str] | None = None,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Let a network learn anew, and draw the path of its boundary.

        Parameters
        ----------
        estimator : estimator
            A network with ``learning_path``: Perceptron, AdalineClassifier, or AdalineRegressor. It may be fitted or
            not, and stays as it is.
        X : array, sparse matrix or data frame of shape (n_samples, 2), or (n_samples, 1) for a regressor
            Examples.
        y : array of shape (n_samples,)
            Their classes or targets.
        feature_names : sequence of str, default=None
            Labels of the axes, one a feature. None takes the columns of a data frame, or numbers.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        BoundaryPathDisplay
            What was drawn, after the last move.

        Raises
        ------
        InvalidInputError
            If the network keeps no path, or X has another number of features.
        InvalidParameterError
            If ``feature_names`` is not one name a feature.
        """
        if not hasattr(estimator, "learning_path"):
            way_out = (
                "Pass its last step, and the inputs that this step sees, pipeline[:-1].transform(X)"
                if hasattr(estimator, "steps")
                else "Use DecisionBoundaryDisplay for its last boundary"
            )
            raise InvalidInputError(
                "BoundaryPathDisplay expects a linear network that has learning_path, such as Perceptron. "
                f"{type(estimator).__name__} has none. {way_out}."
            )
        inputs_of(X, n_features=1 if is_regressor(estimator) else 2)
        title = f"{type(estimator).__name__}, move by move" if name is None else name
        path = estimator.learning_path(X, y)
        return cls.from_path(path, X, y, feature_names=feature_names, name=title, ax=ax)

    @classmethod
    def from_path(
        cls,
        path: Path,
        X: Any,
        y: Any,
        *,
        feature_names: Sequence[str] | None = None,
        name: str = "Boundary, move by move",
        ax: Axes | None = None,
    ) -> Self:
        """Draw a path that was learned before.

        Parameters
        ----------
        path : LearningPath
            What ``learning_path(X, y)`` gave.
        X : array, sparse matrix or data frame of shape (n_samples, 2), or (n_samples, 1) for a regressor
            The same examples.
        y : array of shape (n_samples,)
            Their classes or targets.
        feature_names : sequence of str, default=None
            Labels of the axes, one a feature. None takes the columns of a data frame, or numbers.
        name : str, default="Boundary, move by move"
            The title.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        BoundaryPathDisplay
            What was drawn, after the last move.

        Raises
        ------
        InvalidInputError
            If path, X and y do not belong together.
        InvalidParameterError
            If ``feature_names`` is not one name a feature.
        """
        table = inputs_of(X)
        answers = answers_of(y, *table.shape)
        check_path(path, *table.shape)
        names = feature_names_of(X, feature_names, table.shape[1])
        return cls(path=path, X=table, y=answers, feature_names=names, name=name).plot(ax)

    @property
    def n_moves(self) -> int:
        """Moves of the path."""
        return len(self.path.example) - 1

    def plot(self, ax: Axes | None = None, *, move: int | None = None) -> Self:
        """Draw the picture after a move.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        move : int, default=None
            Number of the move, from 0 (the start). None takes the last.

        Returns
        -------
        BoundaryPathDisplay
            The object itself.

        Raises
        ------
        InvalidParameterError
            If there is no such move.
        """
        if move is not None and not is_whole(move, 0, self.n_moves):
            raise InvalidParameterError(f"move must be an integer from 0 to {self.n_moves}, or None. Got {move!r}.")
        axes = axes_to_draw_on(ax, "BoundaryPathDisplay")
        story = self._draw(axes, self.n_moves if move is None else move)
        self.caption_ = f"Move {self.move_} of {self.n_moves}, {story}"
        write_heading(axes, self.name, self.caption_)
        if not self._has_targets:
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small", frameon=False, handletextpad=0.2)
        return self

    def animate(self, *, interval: int = 200, max_frames: int = 200) -> FuncAnimation:
        """Make a film of the path.

        Parameters
        ----------
        interval : int, default=200
            Milliseconds a frame, at least 1.
        max_frames : int, default=200
            Largest number of frames, at least 1; of more moves they are chosen evenly.

        Returns
        -------
        matplotlib FuncAnimation
            Keep it in a variable while it runs; ``.save("film.gif", writer="pillow")`` and ``.to_jshtml()`` keep it
            for good.

        Raises
        ------
        InvalidParameterError
            If a setting is out of its range.
        """
        for setting, value in (("interval", interval), ("max_frames", max_frames)):
            check_at_least(setting, value, 1)
        axes = axes_to_draw_on(None, "BoundaryPathDisplay")
        from matplotlib.animation import FuncAnimation
        from matplotlib.figure import Figure

        figure = axes.figure
        assert isinstance(figure, Figure)  # a new one
        self.plot(axes)  # what one sees of a film on paper
        frames = spread_moves(self.n_moves, max_frames)
        frame = partial(self._draw_frame, axes)
        return FuncAnimation(figure, frame, frames=frames, interval=interval, cache_frame_data=False)

    def film_strip(self, n_frames: int = 6) -> Figure:
        """Draw some moments side by side, in a figure of their own.

        Parameters
        ----------
        n_frames : int, default=6
            How many, at least 1; evenly chosen, from the start to the last move.

        Returns
        -------
        matplotlib Figure
            The strip.

        Raises
        ------
        InvalidParameterError
            If ``n_frames`` is out of its range.
        """
        check_at_least("n_frames", n_frames, 1)
        moves = spread_moves(self.n_moves, n_frames)
        figure, panels = panels_to_draw_on(len(moves), "BoundaryPathDisplay", PANEL)
        for ax, move in zip(panels, moves, strict=True):
            story = self._draw(ax, move)
            write_heading(ax, f"Move {move} of {self.n_moves}", story[0].upper() + story[1:])
            ax.label_outer()
        figure.suptitle(self.name, x=0.01, ha="left", fontweight="bold")
        if not self._has_targets:
            handles, labels = panels[0].get_legend_handles_labels()
            figure.legend(
                handles, labels, loc="outside right upper", fontsize="small", frameon=False, handletextpad=0.2
            )
        return figure

    def _draw_frame(self, ax: Axes, move: int) -> list[LineCollection]:
        ax.clear()
        return [self.plot(ax, move=move).boundary_]

    @property
    def _has_targets(self) -> bool:
        """Whether the path is that of a regressor's line, over one feature."""
        return bool(self.X.shape[1] == 1)

    def _draw(self, ax: Axes, move: int) -> str:
        """Draw a moment and tell what happened."""
        places = np.column_stack([self.X[:, 0], self.y if self._has_targets else self.X[:, 1]]).astype(np.float64)
        labels = None if self._has_targets else self.y
        box = box_around(places, to_scale=not self._has_targets)
        moment = draw_moment(ax, self.path, move, places, labels, box)
        self.ax_, self.figure_, self.move_ = ax, ax.figure, move
        self.boundary_, self.traces_, self.points_ = moment.boundary, moment.traces, moment.points
        self.ring_, self.arrow_ = moment.ring, moment.arrow
        names = self.feature_names or ("feature 0", "feature 1")
        ax.set(xlabel=names[0], ylabel="target" if self._has_targets else names[1])
        return story_of(self.path, move, labels, len(self.boundary_.get_segments()))
