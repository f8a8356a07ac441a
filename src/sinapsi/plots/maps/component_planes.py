"""One small map a feature: where on the grid its values are high and low."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.plots.canvas import CAPTION_SIZE, CHARACTERS_PER_INCH, panels_to_draw_on
from sinapsi.plots.feature_table import position_of
from sinapsi.plots.maps import cell_places, cells
from sinapsi.plots.maps.fitted_map_parts import feature_names_of_map, map_in, size_text
from sinapsi.plots.palette import CAPTION_INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure, SubFigure

    from sinapsi.maps.grid import Grid

Values = NDArray[np.float64]

MOST_PLANES = 36  # in one picture; more would be too small to compare
ORDERS = ("given", "name", "similarity")
LARGEST_PLANE = 1.9  # inches, the longer side
LONGEST_ROW = 4.5  # inches, of a line of units
FLATTEST_PLANE = 0.25  # inches
ROOM_FOR_SCALE, ROOM_FOR_NAME = 0.65, 0.3  # inches beside and above each
ROOM_FOR_HEADING = 0.75  # inches, for title and caption of the whole
PROPORTION = 1.5  # width to height of the whole, more or less


class ComponentPlanesDisplay:
    """One small map a feature, in the colors of its value in each prototype: like planes are related features.

    Each plane has its own scale, in the units of the data. Row 0 lies at the bottom. Make one with
    :meth:`from_estimator`.

    Parameters
    ----------
    grid : Grid
        Of the map.
    prototypes : array of shape (n_units, n_features)
        One a unit; NaN is drawn hatched.
    feature_names : sequence of str, default=None
        None numbers them.
    name : str, default="Component planes"
        The title.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        One a plane.
    ax_ : matplotlib Axes
        The first of them.
    figure_ : matplotlib Figure
        Their figure.
    features_ : list of int
        The features that are shown, in the order of ``axes_``.
    cells_ : dict of int to matplotlib PolyCollection
        The cells of each plane, by feature.
    caption_ : str
        The caption.

    References
    ----------
    Vesanto (1999), SOM-based data visualization methods: planes, and their order by similarity.

    Examples
    --------
    >>> from sinapsi.maps.grid import Grid
    >>> display = ComponentPlanesDisplay(
    ...     grid=Grid("hexagonal", 2, 2), prototypes=[[1, 5], [2, 6], [3, 7], [4, 8]], feature_names=["width", "age"]
    ... )
    >>> display.plot(order="name").features_
    [1, 0]
    """

    axes_: list[Axes]
    ax_: Axes
    figure_: Figure | SubFigure
    features_: list[int]
    cells_: dict[int, PolyCollection]
    caption_: str

    def __init__(
        self,
        *,
        grid: Grid,
        prototypes: ArrayLike,
        feature_names: Sequence[str] | None = None,
        name: str = "Component planes",
    ) -> None:
        self.grid = grid
        self.prototypes = np.asarray(prototypes, dtype=np.float64)
        self.name = name
        if self.prototypes.ndim != 2 or len(self.prototypes) != grid.n_units:
            raise InvalidParameterError(
                f"prototypes must hold one row for each of the {grid.n_units} units of the grid. Got an array of shape "
                f"{self.prototypes.shape}."
            )
        n_features = self.prototypes.shape[1]
        numbered = [f"feature {position}" for position in range(n_features)]
        self.feature_names = numbered if feature_names is None else [str(each) for each in feature_names]
        if len(self.feature_names) != n_features:
            raise InvalidParameterError(
                f"feature_names must hold one name for each of the {n_features} features. "
                f"Got {len(self.feature_names)}."
            )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: object = None,
        *,
        features: Sequence[int | str] | int | str | None = None,
        order: str = "given",
        cmap: Colormap | str | None = None,
        name: str | None = None,
        ax: Axes | Sequence[Axes] | None = None,
    ) -> Self:
        """Draw the planes of a fitted map.

        Parameters
        ----------
        estimator : SelfOrganizingMap
            Fitted; a pipeline or search that ends in one will do. Values are those that reach the map.
        X : object, default=None
            Not looked at.
        features : sequence of int or str, default=None
            Which planes, by position or name, at most 36. None takes all, or of more than 36 those that vary most
            among the prototypes.
        order : {"given", "name", "similarity"}, default="given"
            As given (or as in the data), by name, or so that planes that vary together stand together.
        cmap : matplotlib Colormap or str, default=None
            Colors. None takes pale for low, dark for high.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes or sequence of them, default=None
            Where to draw, one a plane; those left over are hidden. None makes a new figure.

        Returns
        -------
        ComponentPlanesDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the map is not fitted.
        InvalidInputError
            If the estimator is no map.
        InvalidParameterError
            If there are no such features, too many, or too few axes.
        """
        network = map_in(estimator, "ComponentPlanesDisplay")
        return cls(
            grid=network.grid_,
            prototypes=network.prototypes_,
            feature_names=feature_names_of_map(estimator),
            name=f"Component planes of {type(network).__name__}" if name is None else name,
        ).plot(ax, features=features, order=order, cmap=cmap)

    def plot(
        self,
        ax: Axes | Sequence[Axes] | None = None,
        *,
        features: Sequence[int | str] | int | str | None = None,
        order: str = "given",
        cmap: Colormap | str | None = None,
    ) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes or sequence of them, default=None
            Where to draw, one a plane; those left over are hidden. None makes a new figure.
        features : sequence of int or str, default=None
            Which planes, by position or name, at most 36. None takes all, or of more than 36 those that vary most
            among the prototypes.
        order : {"given", "name", "similarity"}, default="given"
            As given (or as in the data), by name, or so that planes that vary together stand together.
        cmap : matplotlib Colormap or str, default=None
            Colors. None takes pale for low, dark for high.

        Returns
        -------
        ComponentPlanesDisplay
            The object itself.
        """
        if order not in ORDERS:
            raise InvalidParameterError(f"order must be 'given', 'name' or 'similarity'. Got {order!r}.")
        self.features_ = self._ordered(self._chosen(features), order)
        self.axes_ = self._axes(ax)
        self.ax_, self.figure_ = self.axes_[0], self.axes_[0].figure
        corners = cell_places.corners_of_cells(self.grid.topology, self.grid.positions)
        self.cells_ = {}
        for panel, feature in zip(self.axes_, self.features_, strict=True):
            self.cells_[feature] = cells.draw_cells(panel, corners, self.prototypes[:, feature], cmap)
            cells.frame_map(panel, corners)
            panel.set_title(self.feature_names[feature], fontsize="medium", loc="left", pad=3)
            cells.add_scale(panel, self.cells_[feature], self.grid, "", n_ticks=3)
        self.caption_ = f"{size_text(self.grid)} {self._story(features is not None, order)}"
        if ax is None:
            self.figure_.suptitle(self.name, x=0.01, ha="left", fontweight="bold")
            wrapped = textwrap.fill(
                self.caption_, int(self.figure_.bbox.width / self.figure_.dpi * CHARACTERS_PER_INCH)
            )
            self.figure_.supxlabel(wrapped, x=0.01, ha="left", fontsize=CAPTION_SIZE, color=CAPTION_INK)
        return self

    def _chosen(self, features: Sequence[int | str] | int | str | None) -> list[int]:
        n_features = self.prototypes.shape[1]
        if features is None:
            if n_features <= MOST_PLANES:
                return list(range(n_features))
            spread = np.ma.masked_invalid(self.prototypes).std(axis=0).filled(0.0)
            return sorted(np.argsort(-spread, kind="stable")[:MOST_PLANES].tolist())
        is_one = isinstance(features, str) or not hasattr(features, "__len__")
        wished: list[Any] = [features] if is_one else list(features)  # type: ignore[arg-type]  # a sequence it is
        positions = [position_of(feature, self.feature_names, n_features) for feature in wished]
        if not 1 <= len(positions) <= MOST_PLANES or len(set(positions)) < len(positions):
            raise InvalidParameterError(
                f"features must name 1 to {MOST_PLANES} different features, or the planes would be too small. Got "
                f"{len(positions)}{', some twice' * (len(set(positions)) < len(positions))}. Draw them in several "
                "pictures, such as features=range(36) and features=range(36, 72)."
            )
        return positions

    def _ordered(self, features: list[int], order: str) -> list[int]:
        if order == "name":
            return sorted(features, key=lambda feature: self.feature_names[feature])
        if order == "similarity" and len(features) > 2:
            return _by_similarity(self.prototypes, features)
        return features

    def _axes(self, ax: Axes | Sequence[Axes] | None) -> list[Axes]:
        n_planes = len(self.features_)
        if ax is None:
            return self._new_axes(n_planes)
        given: list[Axes] = np.ravel(np.asarray(ax, dtype=object)).tolist()
        if len(given) < n_planes:
            raise InvalidParameterError(
                f"ax must hold axes for each of the {n_planes} planes. Got {len(given)}. Pass more of them, or choose "
                "planes with features."
            )
        for spare in given[n_planes:]:
            spare.set_visible(False)
        return given[:n_planes]

    def _new_axes(self, n_planes: int) -> list[Axes]:
        width, height = np.ptp(self.grid.positions, axis=0) + 1
        inch = (LONGEST_ROW if cell_places.is_flat(self.grid) else LARGEST_PLANE) / max(width, height)
        beside, below = (0.0, 0.35) if cell_places.is_flat(self.grid) else (ROOM_FOR_SCALE, 0.0)
        size = (
            inch * float(width) + beside,
            max(inch * float(height), FLATTEST_PLANE) + below + ROOM_FOR_NAME,
        )
        n_across = int(np.clip(np.ceil(np.sqrt(n_planes * PROPORTION * size[1] / size[0])), 1, n_planes))
        n_across = -(-n_planes // -(-n_planes // n_across))  # as few rows, but full ones
        figure, axes = panels_to_draw_on(n_planes, "ComponentPlanesDisplay", size, n_across=n_across)
        figure.set_figheight(figure.get_figheight() + ROOM_FOR_HEADING)
        return axes

    def _story(self, are_chosen: bool, order: str) -> str:
        n_features, n_shown = self.prototypes.shape[1], len(self.features_)
        story = "Each plane has its own scale."
        if order == "similarity":
            story += " Planes that vary together stand together."
        if not are_chosen and n_shown < n_features:
            story += f" The {n_shown} of {n_features} features that vary most; features chooses others."
        return story


def _by_similarity(prototypes: Values, features: list[int]) -> list[int]:
    """Order of the leaves of a tree of features, joined by the size of their correlation over the units."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    values = np.ma.masked_invalid(prototypes[:, features])
    table = (values - values.mean(axis=0)).filled(0.0)
    lengths = np.linalg.norm(table, axis=0)
    table = table / np.where(lengths > 0, lengths, 1.0)
    apart = np.clip(1 - np.abs(table.T @ table), 0, 1)
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(apart, checks=False), "average", optimal_ordering=True)
    return [features[leaf] for leaf in leaves_list(tree)]
