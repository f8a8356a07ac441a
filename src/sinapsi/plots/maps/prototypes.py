"""The prototypes of a map among the examples, joined along the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.labels import class_labels
from sinapsi.plots.canvas import axes_to_draw_on, write_heading
from sinapsi.plots.fitted import inputs_seen_by_network
from sinapsi.plots.maps import unfolded_grid
from sinapsi.plots.maps.fitted_map_parts import count_text, feature_names_of_map, map_in, one_each, size_text
from sinapsi.plots.maps.projection import Features, examples_for_map, projection_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.figure import Figure, SubFigure

    from sinapsi.maps.grid import Grid

SIZE = (6.0, 4.9)  # inches
SIZE_IN_LEGEND = 30.0  # square points


class PrototypesDisplay:
    """The prototypes of a map among the examples, those of neighboring units joined by lines.

    Two features are drawn as they are; of more, the two principal components of the examples, unless ``features``
    chooses. Over a single feature a unit stands at the height of its number, and the examples lie below. On a torus
    lines join the borders, too. Units that won nothing are hollow. Make one with :meth:`from_estimator`.

    Parameters
    ----------
    grid : Grid
        Of the map.
    prototypes : array of shape (n_units, n_features)
        One a unit.
    X : array of shape (n_samples, n_features), default=None
        Examples; those that lack a value needed are left out. None draws the prototypes alone.
    y : array of shape (n_samples,), default=None
        Classes of the examples. None draws them gray.
    hits : array of shape (n_units,), default=None
        Examples that each unit won. None fills all units.
    features : int, str, or pair of them, default=None
        The features of the axes, by position or by name.
    feature_names : sequence of str, default=None
        None numbers them.
    name : str, default="Prototypes"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    units_ : matplotlib PathCollection
        The prototypes, in the order of the units.
    lines_ : matplotlib LineCollection
        One a pair of neighbors; on a rectangular grid without diagonals.
    points_ : dict of label to matplotlib PathCollection
        The examples, by class, or all as one.
    caption_ : str
        The caption.

    Examples
    --------
    >>> from sinapsi.maps.grid import Grid
    >>> grid = Grid("rectangular", 2, 2)
    >>> display = PrototypesDisplay(grid=grid, prototypes=[[0, 0], [1, 0], [0, 1], [1, 1]]).plot()
    >>> len(display.lines_.get_segments())
    4
    """

    ax_: Axes
    figure_: Figure | SubFigure
    units_: PathCollection
    lines_: LineCollection
    points_: dict[Any, PathCollection]
    caption_: str

    def __init__(
        self,
        *,
        grid: Grid,
        prototypes: ArrayLike,
        X: Any = None,
        y: ArrayLike | None = None,
        hits: ArrayLike | None = None,
        features: Features = None,
        feature_names: Sequence[str] | None = None,
        name: str = "Prototypes",
    ) -> None:
        self.grid = grid
        self.prototypes = np.asarray(prototypes, dtype=np.float64)
        if self.prototypes.ndim != 2 or len(self.prototypes) != grid.n_units:
            raise InvalidParameterError(
                f"prototypes must hold one row for each of the {grid.n_units} units of the grid. Got an array of shape "
                f"{self.prototypes.shape}."
            )
        self.X = None if X is None else examples_for_map(X, self.prototypes.shape[1])
        self.y = None if y is None else _labels_of(y, self.X)
        self.hits: NDArray[Any] | None = None if hits is None else one_each(grid, hits, "hits", "number")
        self.projection = projection_of(self.prototypes if self.X is None else self.X, features, feature_names)
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        y: ArrayLike | None = None,
        *,
        features: Features = None,
        legend: bool = True,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the prototypes of a fitted map.

        Parameters
        ----------
        estimator : SelfOrganizingMap
            Fitted; a pipeline or search that ends in one will do.
        X : array or data frame of shape (n_samples, n_features), default=None
            Examples, drawn as they reach the map. None draws the prototypes alone; the principal components are
            theirs then.
        y : array of shape (n_samples,), default=None
            Classes of the examples. None draws them gray.
        features : int, str, or pair of them, default=None
            The features of the axes, by position or by name. None takes all of one or two, and the principal
            components of more.
        legend : bool, default=True
            Whether to list the classes, beside the picture.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        PrototypesDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the map is not fitted.
        InvalidInputError
            If the estimator is no map, or X and y do not fit it.
        InvalidParameterError
            If a setting is out of its range.
        """
        network = map_in(estimator, "PrototypesDisplay")
        return cls(
            grid=network.grid_,
            prototypes=network.prototypes_,
            X=None if X is None else inputs_seen_by_network(estimator, X),
            y=y,
            hits=network.hits_,
            features=features,
            feature_names=feature_names_of_map(estimator),
            name=f"Prototypes of {type(network).__name__}" if name is None else name,
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
        PrototypesDisplay
            The object itself.
        """
        self.ax_ = axes_to_draw_on(ax, "PrototypesDisplay", size=SIZE, layout="compressed")
        self.figure_ = self.ax_.figure
        places = unfolded_grid.places_of_units(self.projection, self.prototypes)
        table = np.zeros((0, self.prototypes.shape[1])) if self.X is None else self.X
        examples, is_shown = unfolded_grid.places_of_examples(self.projection, table, self.grid.n_units)
        drawn = unfolded_grid.draw_unfolded_grid(
            self.ax_,
            places,
            unfolded_grid.joined_pairs(self.grid),
            examples,
            None if self.y is None else self.y[is_shown],
            None if self.y is None else np.unique(self.y),
            None if self.hits is None else self.hits == 0,
        )
        self.units_, self.lines_, self.points_ = drawn.units, drawn.lines, drawn.points
        unfolded_grid.frame_plane(self.ax_, np.concatenate([places, examples]), self.projection)
        if legend and self.y is not None:
            listed = self.ax_.legend(
                loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small", frameon=False, handletextpad=0.2
            )
            for handle in listed.legend_handles:
                handle.set(sizes=[SIZE_IN_LEGEND])  # type: ignore[union-attr]  # points among many are tiny
            listed.legend_handles[-1].set(facecolor=unfolded_grid.UNIT_COLOR)  # type: ignore[union-attr]  # unit 0 may be hollow
        self.caption_ = " ".join(filter(None, [size_text(self.grid), *self._notes(int((~is_shown).sum()))]))
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _notes(self, n_left_out: int) -> list[str]:
        n_empty = 0 if self.hits is None else int((self.hits == 0).sum())
        n_hidden = self.projection.n_hidden
        return [
            f"{count_text(n_empty, 'unit')} won nothing (hollow)." if n_empty else "",
            "Projected on the plane of largest variance." if self.projection.positions is None else "",
            f"{count_text(n_hidden, 'feature')} not shown." if n_hidden else "",
            f"{count_text(n_left_out, 'example')} with missing values left out." if n_left_out else "",
        ]


def _labels_of(y: ArrayLike, X: NDArray[np.float64] | None) -> NDArray[Any]:
    labels = class_labels(y)
    n_samples = 0 if X is None else len(X)
    if labels.shape != (n_samples,):
        raise InvalidInputError(
            f"y must hold one class an example. X has {n_samples} examples, y has the shape {labels.shape}."
        )
    return labels
