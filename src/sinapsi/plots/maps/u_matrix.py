"""How far neighboring prototypes are apart: the U-matrix of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.plots.canvas import axes_to_draw_on, write_heading
from sinapsi.plots.maps import cell_places, cells
from sinapsi.plots.maps.fitted_map_parts import map_in, one_each, size_text
from sinapsi.plots.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.text import Text

    from sinapsi.maps.grid import Grid

Values = NDArray[np.float64]

DETAILS = ("full", "units")
STRAIGHT = 1.2  # grid units; neighbors farther apart are diagonal ones
PLACES_TOLD_APART = 8  # parts of a grid unit


class UMatrixDisplay:
    """Distances between neighboring prototypes: valleys are clusters, ridges the gaps between them.

    The full picture has a cell for each unit, in the color of its mean distance to its neighbors, and a cell between
    every two neighbors, in the color of their distance (Ultsch and Siemon 1990). On a rectangular grid the distance
    of diagonal neighbors is divided by the root of 2, their distance on the grid, and the two that cross share a cell.
    Row 0 lies at the bottom. A torus is drawn flat: cells between neighbors across a border stick out at the right
    and the upper border. Make one with :meth:`from_estimator`.

    Parameters
    ----------
    grid : Grid
        Of the map.
    distances : array of shape (n_pairs,)
        Between the prototypes of ``grid.neighbor_pairs()``; NaN is drawn hatched.
    name : str, default="U-matrix"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    cells_ : matplotlib PolyCollection
        First a cell a unit; then, in full detail, one between every two neighbors that are no diagonal ones, in the
        order of ``grid.neighbor_pairs()``; then one where diagonals cross.
    unit_values_ : array of shape (n_units,)
        Mean distance of each prototype to its neighbors; NaN for a unit alone.
    between_values_ : array of shape (n_cells - n_units,)
        Values of the cells between units.
    scale_ : matplotlib Colorbar
        The scale.
    texts_ : list of matplotlib Text
        The labels of units.
    borders_ : matplotlib LineCollection or None
        Between units of different groups.
    caption_ : str
        The caption.

    References
    ----------
    Ultsch and Siemon (1990), Kohonen's self organizing feature maps for exploratory data analysis.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import SelfOrganizingMap
    >>> X = np.array([[0.0], [0.1], [5.0], [5.1]])
    >>> model = SelfOrganizingMap(size=4, topology="linear", init=X, max_iter=0).fit(X)
    >>> UMatrixDisplay.from_estimator(model).between_values_.round(2)
    array([0.1, 4.9, 0.1])
    """

    ax_: Axes
    figure_: Figure | SubFigure
    cells_: PolyCollection
    unit_values_: Values
    between_values_: Values
    scale_: Colorbar
    texts_: list[Text]
    borders_: LineCollection | None
    caption_: str

    def __init__(self, *, grid: Grid, distances: ArrayLike, name: str = "U-matrix") -> None:
        self.grid = grid
        self.distances = np.asarray(distances, dtype=np.float64)
        self.name = name
        n_pairs = len(grid.neighbor_pairs())
        if self.distances.shape != (n_pairs,):
            raise InvalidParameterError(
                f"distances must hold one number for each of the {n_pairs} pairs of grid.neighbor_pairs(). Got an "
                f"array of shape {self.distances.shape}."
            )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: object = None,
        *,
        detail: str = "full",
        labels: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        cmap: Colormap | str | None = None,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the U-matrix of a fitted map.

        Parameters
        ----------
        estimator : SelfOrganizingMap
            Fitted; a pipeline or search that ends in one will do. Distances are those of its metric.
        X : object, default=None
            Not looked at.
        detail : {"full", "units"}, default="full"
            Whether there are cells between the units.
        labels : array of shape (n_units,), default=None
            A text for each unit, such as ``unit_classes_``; "" writes none.
        groups : array of shape (n_units,), default=None
            The group of each unit, such as ``estimator.cluster(4)``; lines are drawn between groups.
        cmap : matplotlib Colormap or str, default=None
            Colors. None takes pale for near, dark for far.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        UMatrixDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the map is not fitted.
        InvalidInputError
            If the estimator is no map.
        InvalidParameterError
            If a setting is out of its range.
        """
        network = map_in(estimator, "UMatrixDisplay")
        from sinapsi.maps.quality import neighbor_distances
        from sinapsi.maps.winners import METRICS

        pairs, distances = neighbor_distances(METRICS[network.metric], network.grid_, network.prototypes_)
        is_known = np.isfinite(network.prototypes_)
        distances[~(is_known[pairs[:, 0]] & is_known[pairs[:, 1]]).any(axis=1)] = np.nan  # no feature to compare
        title = f"U-matrix of {type(network).__name__}" if name is None else name
        display = cls(grid=network.grid_, distances=distances, name=title)
        return display.plot(ax, detail=detail, labels=labels, groups=groups, cmap=cmap)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        detail: str = "full",
        labels: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        cmap: Colormap | str | None = None,
    ) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        detail : {"full", "units"}, default="full"
            Whether there are cells between the units.
        labels : array of shape (n_units,), default=None
            A text for each unit; "" writes none.
        groups : array of shape (n_units,), default=None
            The group of each unit; lines are drawn between groups.
        cmap : matplotlib Colormap or str, default=None
            Colors. None takes pale for near, dark for far.

        Returns
        -------
        UMatrixDisplay
            The object itself.
        """
        if detail not in DETAILS:
            raise InvalidParameterError(f"detail must be 'full' or 'units'. Got {detail!r}.")
        texts = None if labels is None else one_each(self.grid, labels, "labels", "text")
        group_of_unit = None if groups is None else one_each(self.grid, groups, "groups", "group")
        self.ax_ = axes_to_draw_on(
            ax, "UMatrixDisplay", size=cell_places.size_of_picture(self.grid), layout="compressed"
        )
        self.figure_ = self.ax_.figure
        self._set_values()
        places, values, width = self.grid.positions, self.unit_values_, 1.0
        if detail == "full":
            places = np.concatenate([places, self._between_places])
            values, width = np.concatenate([values, self.between_values_]), 0.5
        corners = cell_places.corners_of_cells(self.grid.topology, places, width)
        self.cells_ = cells.draw_cells(self.ax_, corners, values, cmap)
        cells.frame_map(self.ax_, corners)
        what = "distance between neighbors" if detail == "full" else "mean distance to the neighbors"
        self.scale_ = cells.add_scale(self.ax_, self.cells_, self.grid, what)
        self.borders_ = None if group_of_unit is None else cells.draw_borders(self.ax_, self.grid, group_of_unit)
        self.texts_ = [] if texts is None else self._write(texts, width)
        self.caption_ = self._caption(detail)
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _set_values(self) -> None:
        """Values of units, of cells between straight neighbors, and of cells where diagonals cross."""
        pairs = self.grid.neighbor_pairs()
        steps = cell_places.steps_of_pairs(self.grid, pairs)
        per_step = self.distances / steps
        self.unit_values_ = _means(pairs.ravel(), np.repeat(per_step, 2), self.grid.n_units)
        middles, is_straight = cell_places.middles_of_pairs(self.grid, pairs), steps < STRAIGHT
        crossings, places = middles[~is_straight], np.zeros((0, 2))
        values = np.zeros(0)
        if len(crossings):
            keys = np.round(PLACES_TOLD_APART * crossings).astype(np.int64)
            _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
            places, values = crossings[first], _means(which.ravel(), per_step[~is_straight], len(first))
        self._between_places = np.concatenate([middles[is_straight], places])
        self.between_values_ = np.concatenate([per_step[is_straight], values])

    def _write(self, texts: NDArray[Any], width: float) -> list[Text]:
        words = [str(text) for text in texts]
        room = 1.6 * width * cells.width_of_a_cell(self.ax_)  # a name may reach into the cells beside
        size = cells.size_of_print(max(words, key=len), room) or cells.SMALLEST_PRINT
        from matplotlib.patheffects import withStroke

        written = []
        for word, (x, y) in zip(words, self.grid.positions, strict=True):
            if word:
                text = self.ax_.text(x, y, word, ha="center", va="center", fontsize=size, color=INK, zorder=4)
                text.set_path_effects([withStroke(linewidth=2.0, foreground="white", alpha=0.85)])
                written.append(text)
        return written

    def _caption(self, detail: str) -> str:
        story = "Dark cells are gaps between clusters of prototypes."
        if detail == "full":
            story = (
                "Cells of units, and between them the distance of each two neighbors: " + story[0].lower() + story[1:]
            )
        return f"{size_text(self.grid)} {story}"


def _means(owners: NDArray[np.intp], values: Values, n_owners: int) -> Values:
    """Mean of the values of each owner that are known; NaN where there are none."""
    owners, values = owners[np.isfinite(values)], values[np.isfinite(values)]
    counts = np.bincount(owners, minlength=n_owners)
    sums = np.bincount(owners, values, minlength=n_owners)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))
