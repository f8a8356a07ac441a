"""Where the units of a radial basis function network stand among the examples, and how far they reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sinapsi.plots.canvas import axes_to_draw_on, number_text, quieten_frame, write_heading
from sinapsi.plots.fitted import network_in
from sinapsi.plots.responses import unit_marks
from sinapsi.plots.responses.center_scene import CenterScene, scene_of
from sinapsi.plots.responses.radial_units import radial_units_of
from sinapsi.plots.responses.scene_examples import draw_examples

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle

HEIGHT_OF_EXAMPLES = -0.06  # of the highest bump, below the axis


class CentersDisplay:
    """The units of a radial basis function network among the examples: each center a cross, its width a circle.

    A circle has the radius sigma of its unit, in the units of the inputs. The color tells the class that a unit speaks
    for (its output weights are largest for that class), or the sign of its weight in a regressor; a larger cross and a
    clearer circle have a larger weight. Over a single feature the outputs of the units are drawn themselves. Behind a
    pipeline the examples are drawn as they reach the network. Make one with :meth:`from_estimator`.

    Parameters
    ----------
    scene : CenterScene
        Units and examples.
    name : str, default="Centers"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    points_ : dict of label to matplotlib PathCollection
        The examples, by class, or all as one.
    crosses_ : dict of str to matplotlib PathCollection
        The centers, by what their units do.
    circles_ : dict of int to matplotlib Circle
        The circle of each unit, by its position in ``centers_``; of more than 200 units those with the largest
        weights. Empty over a single feature, and where sigma only scales the weights ("thin_plate", "linear").
    bumps_ : list of matplotlib Line2D
        Over a single feature the output of each unit; else empty.
    caption_ : str
        The caption.

    Examples
    --------
    >>> from sinapsi import RBFClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"]
    >>> network = RBFClassifier(centers=[[0, 0], [1, 1]], width=0.7, alpha=1e-3).fit(X, y)
    >>> display = CentersDisplay.from_estimator(network, X, y)
    >>> display.circles_[1].center, display.circles_[1].radius
    ((1.0, 1.0), 0.7)
    """

    ax_: Axes
    figure_: Figure | SubFigure
    points_: dict[Any, PathCollection]
    crosses_: dict[str, PathCollection]
    circles_: dict[int, Circle]
    bumps_: list[Line2D]
    caption_: str

    def __init__(self, *, scene: CenterScene, name: str = "Centers") -> None:
        self.scene = scene
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: ArrayLike | None = None,
        *,
        features: int | str | Sequence[int | str] | None = None,
        output: int | None = None,
        name: str | None = None,
        legend: bool = True,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the units of a fitted radial basis function network.

        Parameters
        ----------
        estimator : RBFRegressor or RBFClassifier
            Fitted; a pipeline or search that ends in one will do.
        X : array, sparse matrix or data frame of shape (n_samples, n_features)
            Examples, with all features that the estimator knows.
        y : array of shape (n_samples,) or (n_samples, n_outputs), default=None
            Their classes or targets. None draws them gray.
        features : pair of int or str, default=None
            The features of the axes, by position or by column name. None takes the first two, or the only one.
        output : int, default=None
            The output of a regressor whose weights give the colors, from 0. With several outputs None takes the
            length of all weights of a unit, without a sign.
        name : str, default=None
            The title. None takes the name of the class.
        legend : bool, default=True
            Whether to list what is drawn, beside the picture.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        CentersDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the network is not fitted.
        InvalidInputError
            If it is no radial basis function network, or X and y do not fit it.
        InvalidParameterError
            If a setting is out of its range.
        """
        radial = radial_units_of(estimator, "CentersDisplay")
        scene = scene_of(radial, estimator, X, y, features, output)
        title = f"Units of {type(network_in(estimator)).__name__}" if name is None else name
        return cls(scene=scene, name=title).plot(ax, legend=legend)

    def plot(self, ax: Axes | None = None, *, legend: bool = True) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.
        legend : bool, default=True
            Whether to list what is drawn, beside the picture.

        Returns
        -------
        CentersDisplay
            The object itself.
        """
        self.ax_ = axes_to_draw_on(ax, "CentersDisplay", layout="compressed")
        self.figure_ = self.ax_.figure
        self.circles_, self.bumps_ = {}, []
        notes = self._draw_plane() if self.scene.bumps is None else self._draw_bumps()
        if legend:
            self._list_what_is_drawn()
        self.caption_ = " ".join(filter(None, [_note_on_widths(self.scene.widths), *notes, _note_on_steps(self.scene)]))
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _draw_plane(self) -> list[str]:
        scene = self.scene
        radii = scene.widths if scene.is_scaled else np.zeros_like(scene.widths)
        view = unit_marks.view_of(scene.X, scene.centers, radii)
        self.points_ = draw_examples(self.ax_, scene.X, scene.y, scene.classes)
        if scene.is_scaled:
            self.circles_ = unit_marks.draw_circles(self.ax_, scene.centers, radii, scene.sides, view)
        self.crosses_ = unit_marks.draw_crosses(self.ax_, scene.centers, scene.sides)
        unit_marks.set_view(self.ax_, view)
        self.ax_.set(xlabel=scene.feature_names[0], ylabel=scene.feature_names[1])
        quieten_frame(self.ax_, grid=False)
        return [_note_on_circles(scene, len(self.circles_)), _note_on_hidden(scene.n_hidden)]

    def _draw_bumps(self) -> list[str]:
        """The feature is across, the outputs of the units are up; examples and centers lie along the axis."""
        scene = self.scene
        assert scene.x is not None
        assert scene.bumps is not None
        self.bumps_ = unit_marks.draw_bumps(self.ax_, scene.x, scene.bumps, scene.sides)
        below = HEIGHT_OF_EXAMPLES * float(np.abs(scene.bumps).max())
        places = np.column_stack([scene.X[:, 0], np.full(len(scene.X), below)])
        self.points_ = draw_examples(self.ax_, places, scene.y, scene.classes)
        on_axis = np.column_stack([scene.centers[:, 0], np.zeros(len(scene.centers))])
        self.crosses_ = unit_marks.draw_crosses(self.ax_, on_axis, scene.sides)
        self.ax_.set(xlim=scene.x[[0, -1]], xlabel=scene.feature_names[0], ylabel="output of a unit")
        quieten_frame(self.ax_, grid=True)
        return ["Examples lie below the axis, centers on it."]

    def _list_what_is_drawn(self) -> None:
        legend = self.ax_.legend(
            loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small", frameon=False, handletextpad=0.3
        )
        for handle in legend.legend_handles:
            handle.set(sizes=[55.0], alpha=1.0)  # type: ignore[union-attr]  # the strongest and the weakest look alike


def _note_on_widths(widths: np.ndarray) -> str:
    n_units = f"{len(widths):,} unit{'s' * (len(widths) > 1)}"
    low, high = number_text(float(widths.min())), number_text(float(widths.max()))
    return f"{n_units}, σ = {low}." if low == high else f"{n_units}, σ from {low} to {high}."


def _note_on_circles(scene: CenterScene, n_circles: int) -> str:
    if not scene.is_scaled:
        return "Here σ only scales the weights; it has no circle."
    which = "Circles" if n_circles == len(scene.widths) else f"Circles, of the {n_circles} largest weights,"
    share = f"{scene.share_at_width:.0%}" if scene.share_at_width < 2 else f"{scene.share_at_width:.3g} times"
    return f"{which} have the radius σ, where the output is {share} of that at the center."


def _note_on_hidden(n_hidden: int) -> str:
    if not n_hidden:
        return ""
    others = "the feature" if n_hidden == 1 else f"the {n_hidden} features"
    return f"They are projections: distances count {others} not shown, too."


def _note_on_steps(scene: CenterScene) -> str:
    return f"Inputs as they leave {', '.join(scene.steps_before)}." if scene.steps_before else ""
