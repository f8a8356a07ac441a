"""Which classes the units of a map have won: a pie a unit."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.canvas import axes_to_draw_on, write_heading
from sinapsi.plots.fitted import inputs_seen_by_network
from sinapsi.plots.maps import cell_places, cells
from sinapsi.plots.maps.fitted_map_parts import count_text, map_in, one_each, size_text
from sinapsi.plots.palette import FRAME_INK, class_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.legend import Legend
    from matplotlib.patches import Wedge

    from sinapsi.maps.grid import Grid

LARGEST_RADIUS = 0.41  # grid units, of the pie of the unit that won most; a cell reaches to 0.5
STRENGTH_OF_CELL = 0.22  # of the color of a class, behind the pie
TOP = 90.0  # degrees, where the first wedge begins
MOST_IN_LEGEND = 20  # classes; more would not fit beside the map


class ClassMapDisplay:
    """The classes of the examples that each unit won: a pie of their shares, the larger the more examples.

    The cell has a pale color of the class of the unit. A unit that won nothing has no pie; if it has a class, it is
    the one of the nearest prototype that did win, and otherwise its cell is empty. Row 0 lies at the bottom. Make
    one with :meth:`from_estimator`.

    Parameters
    ----------
    grid : Grid
        Of the map.
    counts : array of shape (n_units, n_classes)
        Examples of each class that each unit won, as ``unit_class_counts_``.
    classes : array of shape (n_classes,)
        The classes.
    unit_classes : array of shape (n_units,), default=None
        The class of each unit; None among them leaves a cell empty. By default the class of most examples, the first
        of equal ones, and no class for a unit that won nothing.
    name : str, default="Classes"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    cells_ : matplotlib PolyCollection
        The cells of all units.
    pies_ : dict of int to dict of label to matplotlib Wedge
        The wedges of each unit that won something, by class; clockwise from the top.
    legend_ : matplotlib Legend or None
        The names of the classes, the first 20 of them.
    caption_ : str
        The caption.

    Examples
    --------
    >>> from sinapsi.maps.grid import Grid
    >>> display = ClassMapDisplay(grid=Grid("linear", 1, 2), counts=[[3, 1], [0, 0]], classes=["cat", "dog"]).plot()
    >>> wedge = display.pies_[0]["dog"]
    >>> float(wedge.theta2 - wedge.theta1)
    90.0
    """

    ax_: Axes
    figure_: Figure | SubFigure
    cells_: PolyCollection
    pies_: dict[int, dict[Any, Wedge]]
    legend_: Legend | None
    caption_: str

    def __init__(
        self,
        *,
        grid: Grid,
        counts: ArrayLike,
        classes: Sequence[Any] | NDArray[Any],
        unit_classes: ArrayLike | None = None,
        name: str = "Classes",
    ) -> None:
        self.grid = grid
        self.counts = np.asarray(counts)
        self.classes: list[Any] = np.asarray(classes).tolist()
        self.name = name
        if self.counts.shape != (grid.n_units, len(self.classes)) or not (self.counts >= 0).all():
            raise InvalidParameterError(
                f"counts must hold numbers of at least 0, in the shape ({grid.n_units}, {len(self.classes)}): units, "
                f"classes. Got the shape {self.counts.shape}. Pass unit_class_counts_ and classes_ of one map."
            )
        self.unit_classes = self._most_frequent() if unit_classes is None else self._known(unit_classes)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        y: ArrayLike | None = None,
        *,
        legend: bool = True,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the classes of the units of a fitted map.

        Parameters
        ----------
        estimator : SelfOrganizingMap
            Fitted; a pipeline or search that ends in one will do. It stays as it is.
        X : array or data frame of shape (n_samples, n_features), default=None
            Examples. None takes those that the map was fitted to.
        y : array of shape (n_samples,), default=None
            Their classes. Without both the map must have learned classes by ``label_units``.
        legend : bool, default=True
            Whether to list the classes, beside the map.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        ClassMapDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the map is not fitted.
        InvalidInputError
            If the estimator is no map, its units have no classes, or X and y do not fit it.
        """
        network = map_in(estimator, "ClassMapDisplay")
        if y is not None:
            inputs = None if X is None else inputs_seen_by_network(estimator, X)
            network = copy(network).label_units(y, inputs)
        elif X is not None or not hasattr(network, "unit_class_counts_"):
            raise InvalidInputError(
                "ClassMapDisplay expects the classes of the examples, or a map that has learned them. Got no y"
                f"{' for X' if X is not None else ''}. Pass X and y, or neither after estimator.label_units(y)."
            )
        return cls(
            grid=network.grid_,
            counts=network.unit_class_counts_,
            classes=network.classes_,
            unit_classes=network.unit_classes_,
            name=f"Classes on {type(network).__name__}" if name is None else name,
        ).plot(ax, legend=legend)

    def plot(self, ax: Axes | None = None, *, legend: bool = True) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        legend : bool, default=True
            Whether to list the classes, beside the map.

        Returns
        -------
        ClassMapDisplay
            The object itself.
        """
        size = cell_places.size_of_picture(self.grid)
        self.ax_ = axes_to_draw_on(ax, "ClassMapDisplay", size=size, layout="compressed")
        self.figure_ = self.ax_.figure
        colors = dict(zip(self.classes, class_colors(len(self.classes)), strict=True))
        corners = cell_places.corners_of_cells(self.grid.topology, self.grid.positions)
        self.cells_ = self._draw_cells(corners, colors)
        cells.frame_map(self.ax_, corners)
        won = np.flatnonzero(self.counts.sum(axis=1) > 0)
        self.pies_ = {unit: self._draw_pie(unit, colors) for unit in won.tolist()}
        self.legend_ = self._list_classes(colors) if legend else None
        self.caption_ = f"{size_text(self.grid)} {self._story()}"
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _most_frequent(self) -> list[Any]:
        largest = self.counts.argmax(axis=1) if self.classes else np.zeros(self.grid.n_units, dtype=np.intp)
        has_won = self.counts.sum(axis=1) > 0
        return [self.classes[index] if won else None for index, won in zip(largest, has_won, strict=True)]

    def _known(self, unit_classes: ArrayLike) -> list[Any]:
        found: list[Any] = one_each(self.grid, unit_classes, "unit_classes", "class").tolist()
        unknown = {label for label in found if label is not None and label not in self.classes}
        if unknown:
            raise InvalidParameterError(
                f"unit_classes must hold classes: {', '.join(map(str, self.classes))}; or None. "
                f"It also holds {', '.join(sorted(map(str, unknown)))}."
            )
        return found

    def _draw_cells(self, corners: NDArray[np.float64], colors: dict[Any, str]) -> PolyCollection:
        from matplotlib.collections import PolyCollection
        from matplotlib.colors import to_rgba

        faces = [
            to_rgba("white") if label is None else to_rgba(colors[label], STRENGTH_OF_CELL)
            for label in self.unit_classes
        ]
        drawn = PolyCollection(list(corners), facecolors=faces, edgecolors=FRAME_INK, linewidths=0.5, zorder=1)
        self.ax_.add_collection(drawn, autolim=False)
        return drawn

    def _draw_pie(self, unit: int, colors: dict[Any, str]) -> dict[Any, Wedge]:
        """Area as the number of examples, angles as shares, clockwise from the top."""
        from matplotlib.patches import Wedge

        totals, counts = self.counts.sum(axis=1), self.counts[unit]
        radius = LARGEST_RADIUS * float(np.sqrt(totals[unit] / totals.max()))
        ends = TOP - 360.0 * np.append(0, np.cumsum(counts)) / totals[unit]
        center = (float(self.grid.positions[unit, 0]), float(self.grid.positions[unit, 1]))
        wedges = {}
        for index in np.flatnonzero(counts).tolist():
            label = self.classes[index]
            wedges[label] = Wedge(
                center, radius, float(ends[index + 1]), float(ends[index]), facecolor=colors[label], zorder=2
            )
            wedges[label].set(edgecolor="white", linewidth=0.4 if np.count_nonzero(counts) > 1 else 0.0)
            self.ax_.add_patch(wedges[label])
        return wedges

    def _list_classes(self, colors: dict[Any, str]) -> Legend:
        from matplotlib.lines import Line2D

        is_flat = cell_places.is_flat(self.grid)
        shown = list(colors.items())[:MOST_IN_LEGEND]
        marks = [
            Line2D([], [], linestyle="none", marker="o", markersize=7, color=color, label=str(label))
            for label, color in shown
        ]
        return self.ax_.legend(
            handles=marks,
            loc="upper left",
            bbox_to_anchor=(0.0, 0.0) if is_flat else (1.0, 1.0),
            ncols=len(shown) if is_flat else 1,
            fontsize="small",
            frameon=False,
            handletextpad=0.2,
            title=f"first {MOST_IN_LEGEND} of {len(colors)}" if len(colors) > len(shown) else None,
        )

    def _story(self) -> str:
        totals = self.counts.sum(axis=1)
        is_mixed = int((np.count_nonzero(self.counts, axis=1) > 1).sum())
        return (
            f"{count_text(int(totals.sum()), 'example')} of {len(self.classes)} classes; "
            f"{count_text(is_mixed, 'unit')} won several classes, {int((totals == 0).sum())} won nothing."
        )
