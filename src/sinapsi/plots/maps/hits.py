"""How many examples each unit of a map has won."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.plots.canvas import axes_to_draw_on, number_text, write_heading
from sinapsi.plots.maps import cell_places, cells
from sinapsi.plots.maps.fitted_map_parts import count_text, map_in, one_each, size_text, winners_of
from sinapsi.plots.palette import FRAME_INK, PANEL, POSITIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.text import Text

    from sinapsi.maps.grid import Grid

LARGEST_SHARE = 0.92  # of the width of a cell, of the shape of the unit with most hits
ROOM_IN_SHAPE = 0.85  # of its width, for the number


class HitsDisplay:
    """How many examples each unit won: the area of the shape in a cell grows with them, an empty cell won none.

    Row 0 lies at the bottom. Make one with :meth:`from_estimator`.

    Parameters
    ----------
    grid : Grid
        Of the map.
    hits : array of shape (n_units,)
        Examples that each unit won, at least 0.
    name : str, default="Hits"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    cells_ : matplotlib PolyCollection
        The cells of all units.
    shapes_ : matplotlib PolyCollection
        The shape of each unit that won something, in the order of the units.
    texts_ : dict of int to matplotlib Text
        The numbers, by unit, where there is room for them.
    caption_ : str
        The caption.

    Examples
    --------
    >>> from sinapsi.maps.grid import Grid
    >>> display = HitsDisplay(grid=Grid("hexagonal", 2, 2), hits=[9, 4, 1, 0]).plot()
    >>> display.caption_
    '2 × 2 units. 14 examples, at most 9 a unit; 1 unit won none.'
    """

    ax_: Axes
    figure_: Figure | SubFigure
    cells_: PolyCollection
    shapes_: PolyCollection
    texts_: dict[int, Text]
    caption_: str

    def __init__(self, *, grid: Grid, hits: ArrayLike, name: str = "Hits") -> None:
        self.grid = grid
        self.hits: NDArray[Any] = one_each(grid, hits, "hits", "number")
        self.name = name
        if self.hits.dtype.kind not in "biuf" or not (self.hits >= 0).all() or np.isinf(self.hits).any():
            raise InvalidParameterError(
                "hits must be finite numbers of at least 0, such as hits_ of a fitted map. "
                f"Got {self.hits.dtype} values{_smallest_of(self.hits)}."
            )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        *,
        color: str = POSITIVE,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the hits of a fitted map.

        Parameters
        ----------
        estimator : SelfOrganizingMap
            Fitted; a pipeline or search that ends in one will do.
        X : array or data frame of shape (n_samples, n_features), default=None
            Examples to count. None takes ``hits_``, the examples that the map was fitted to.
        color : str, default="#3f90da"
            Color of the shapes.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        HitsDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the map is not fitted.
        InvalidInputError
            If the estimator is no map, or X does not fit it.
        """
        network = map_in(estimator, "HitsDisplay")
        hits = network.hits_
        if X is not None:
            hits = np.bincount(winners_of(estimator, X), minlength=network.grid_.n_units)
        title = f"Hits of {type(network).__name__}" if name is None else name
        return cls(grid=network.grid_, hits=hits, name=title).plot(ax, color=color)

    def plot(self, ax: Axes | None = None, *, color: str = POSITIVE) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        color : str, default="#3f90da"
            Color of the shapes.

        Returns
        -------
        HitsDisplay
            The object itself.
        """
        size = cell_places.size_of_picture(self.grid)
        self.ax_ = axes_to_draw_on(ax, "HitsDisplay", size=size, layout="compressed")
        self.figure_ = self.ax_.figure
        corners = cell_places.corners_of_cells(self.grid.topology, self.grid.positions)
        self.cells_ = _polygons(corners, PANEL, FRAME_INK)
        self.shapes_ = self._shapes(color)
        for each in (self.cells_, self.shapes_):
            self.ax_.add_collection(each, autolim=False)
        cells.frame_map(self.ax_, corners)
        self.texts_ = self._numbers(cells.width_of_a_cell(self.ax_))
        self.caption_ = f"{size_text(self.grid)} {self._story()}"
        write_heading(self.ax_, self.name, self.caption_)
        return self

    @property
    def _widths(self) -> NDArray[np.float64]:
        """Width of each shape in grid units."""
        most = self.hits.max() or 1
        return np.asarray(LARGEST_SHARE * np.sqrt(self.hits / most))

    def _shapes(self, color: str) -> PolyCollection:
        won = self.hits > 0
        corners = cell_places.corners_of_cells(self.grid.topology, self.grid.positions[won], self._widths[won])
        return _polygons(corners, color, "none")

    def _numbers(self, width_of_cell: float) -> dict[int, Text]:
        texts, most = {}, number_text(float(self.hits.max()))
        size = cells.size_of_print(most, ROOM_IN_SHAPE * LARGEST_SHARE * width_of_cell)
        if size is None:
            return {}
        for unit, (x, y) in enumerate(self.grid.positions):
            number = number_text(float(self.hits[unit]))
            room = ROOM_IN_SHAPE * self._widths[unit] * width_of_cell
            if self.hits[unit] > 0 and cells.WIDTH_OF_A_DIGIT * size * len(number) <= room:
                texts[unit] = self.ax_.text(
                    x, y, number, ha="center", va="center", fontsize=size, color="white", fontweight="bold", zorder=3
                )
        return texts

    def _story(self) -> str:
        n_empty = int((self.hits == 0).sum())
        total, most = self.hits.sum(), float(self.hits.max())
        examples = count_text(int(total), "example") if total == int(total) else f"{number_text(float(total))} examples"
        empty = f"{count_text(n_empty, 'unit')} won none" if n_empty else "every unit won some"
        return f"{examples}, at most {number_text(most)} a unit; {empty}."


def _polygons(corners: NDArray[np.float64], color: str, edge: str) -> PolyCollection:
    from matplotlib.collections import PolyCollection

    return PolyCollection(list(corners), facecolors=color, edgecolors=edge, linewidths=0.6, zorder=2)


def _smallest_of(hits: NDArray[Any]) -> str:
    return f", the smallest {hits.min()}" if hits.dtype.kind in "biuf" else ""
