"""The outputs of a regressor against the targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.plots.canvas import axes_to_draw_on, number_text, quieten_frame, write_heading
from sinapsi.plots.errors.regression_sets import RegressionSet, note_on_left_out, sets_answered_by, sets_predicted
from sinapsi.plots.errors.straight_fit import StraightFit, straight_fit
from sinapsi.plots.fitted import network_in
from sinapsi.plots.palette import INK, class_colors, class_marker, darker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

MARGIN = 0.04  # of the range of targets and outputs, left free around the points
FEW_POINTS = 150  # up to here points are drawn strongest
MOST_POINTS_AS_VECTORS = 5000  # more of them would make a PDF slow to open
STRONGEST, PALEST = 0.8, 0.04  # opacity of a point among few and among very many
LARGEST_POINT, SMALLEST_POINT = 36.0, 7.0  # square points on paper


class RegressionDisplay:
    """The outputs of a regressor against the targets, with the line on which it would be perfect.

    The fitted line output = a target + b tells how the outputs follow the targets (a below 1: they are drawn towards
    the mean), the correlation R how closely; equations and R stand in the caption. Many points are drawn
    transparent, so that density is darkness. Make one with :meth:`from_estimator` or :meth:`from_predictions`.

    Parameters
    ----------
    targets, outputs : mapping of str to array of shape (n_answers,)
        The finite targets of each set and the outputs for them, by its name.
    n_left_out : int, default=0
        Targets that are NaN; said in the caption.
    name : str, default="Outputs against targets"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    points_ : dict of str to matplotlib PathCollection
        Targets and outputs, by set.
    equality_line_ : matplotlib Line2D
        Where output = target.
    fitted_lines_ : dict of str to matplotlib Line2D
        The fitted lines, by set; none where all targets are equal.
    slopes_, intercepts_, correlations_ : dict of str to float
        a, b and R, by set; NaN where they are undefined.
    caption_ : str
        The caption.

    Examples
    --------
    >>> display = RegressionDisplay.from_predictions([0.0, 1.0, 2.0, 3.0], [0.5, 1.0, 1.5, 2.0])
    >>> display.slopes_["examples"], display.intercepts_["examples"]
    (0.5, 0.5)
    >>> display.caption_
    'Output = 0.5 target + 0.5, R = 1.0000.'
    """

    ax_: Axes
    figure_: Figure | SubFigure
    points_: dict[str, PathCollection]
    equality_line_: Line2D
    fitted_lines_: dict[str, Line2D]
    slopes_: dict[str, float]
    intercepts_: dict[str, float]
    correlations_: dict[str, float]
    caption_: str

    def __init__(
        self,
        *,
        targets: Mapping[str, NDArray[np.float64]],
        outputs: Mapping[str, NDArray[np.float64]],
        n_left_out: int = 0,
        name: str = "Outputs against targets",
    ) -> None:
        self.targets = targets
        self.outputs = outputs
        self.n_left_out = n_left_out
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        X_val: Any = None,
        y_val: Any = None,
        output: int | None = None,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the outputs of a fitted regressor against the targets.

        Parameters
        ----------
        estimator : regressor
            A fitted regressor of Sinapsi or scikit-learn, or a pipeline or search that ends in one.
        X : array, sparse matrix or data frame of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Their targets; NaN means "don't care" and is left out.
        X_val, y_val : arrays of the same kind, default=None
            Validation data, drawn in another color.
        output : int, default=None
            The output to draw, from 0. None draws all outputs together.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        RegressionDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the regressor is not fitted.
        InvalidInputError
            If it is no regressor, or the targets do not fit to its outputs.
        InvalidParameterError
            If there is no such output.
        """
        sets = sets_answered_by(estimator, X, y, X_val, y_val, output=output, caller="RegressionDisplay")
        title = f"Outputs of {type(network_in(estimator)).__name__} against targets" if name is None else name
        return cls._from_sets(sets, title).plot(ax)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike | Mapping[str, ArrayLike],
        y_pred: ArrayLike | Mapping[str, ArrayLike],
        *,
        output: int | None = None,
        name: str = "Outputs against targets",
        ax: Axes | None = None,
    ) -> Self:
        """Draw predictions against targets.

        Parameters
        ----------
        y_true, y_pred : array of shape (n_samples,) or (n_samples, n_outputs), or mapping of str to such arrays
            Targets and outputs; for several sets, mappings from their names. NaN targets are left out.
        output : int, default=None
            The output to draw, from 0. None draws all outputs together.
        name : str, default="Outputs against targets"
            The title.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        RegressionDisplay
            What was drawn.

        Raises
        ------
        InvalidInputError
            If targets and outputs do not fit together.
        InvalidParameterError
            If there is no such output.
        """
        return cls._from_sets(sets_predicted(y_true, y_pred, output=output), name).plot(ax)

    @classmethod
    def _from_sets(cls, sets: Mapping[str, RegressionSet], name: str) -> Self:
        return cls(
            targets={label: each.targets for label, each in sets.items()},
            outputs={label: each.outputs for label, each in sets.items()},
            n_left_out=sum(each.n_left_out for each in sets.values()),
            name=name,
        )

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        RegressionDisplay
            The object itself.
        """
        fits = {label: straight_fit(self.targets[label], self.outputs[label]) for label in self.targets}
        self.slopes_ = {label: fit.slope for label, fit in fits.items()}
        self.intercepts_ = {label: fit.intercept for label, fit in fits.items()}
        self.correlations_ = {label: fit.correlation for label, fit in fits.items()}
        self.ax_ = axes_to_draw_on(ax, "RegressionDisplay")
        self.figure_ = self.ax_.figure
        colors = dict(zip(self.targets, class_colors(len(self.targets)), strict=True))
        self.equality_line_ = self._draw_equality()
        self.points_ = self._draw_points(colors)
        self.fitted_lines_ = self._draw_fits(fits, colors)
        self.ax_.set(xlabel="target", ylabel="output")
        quieten_frame(self.ax_, grid=True)
        self._list_what_is_drawn()
        sentences = [*_sentences(fits), note_on_left_out(self.n_left_out)]
        self.caption_ = ("\n" if len(fits) > 1 else " ").join(filter(None, sentences))
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _draw_equality(self) -> Line2D:
        """Both axes show the same range, so the line goes from corner to corner."""
        drawn = np.concatenate([*self.targets.values(), *self.outputs.values()])
        low, high = float(drawn.min()), float(drawn.max())
        margin = MARGIN * (high - low) if high > low else 0.5
        ends = (low - margin, high + margin)
        self.ax_.set(xlim=ends, ylim=ends)
        (line,) = self.ax_.plot(
            ends, ends, color=INK, linewidth=1.2, linestyle=(0, (5, 4)), label="output = target", zorder=3
        )
        return line

    def _draw_points(self, colors: Mapping[str, str]) -> dict[str, PathCollection]:
        points = {}
        for index, label in enumerate(self.targets):
            n_points = len(self.targets[label])
            crowding = FEW_POINTS / max(n_points, FEW_POINTS)  # 1 for few, towards 0 for many
            points[label] = self.ax_.scatter(
                self.targets[label],
                self.outputs[label],
                s=max(LARGEST_POINT * crowding**0.4, SMALLEST_POINT),
                color=colors[label],
                marker=class_marker(index),
                alpha=max(STRONGEST * crowding**0.5, PALEST),
                linewidths=0.0,
                rasterized=n_points > MOST_POINTS_AS_VECTORS,
                label=label,
                zorder=2,
            )
        return points

    def _draw_fits(self, fits: Mapping[str, StraightFit], colors: Mapping[str, str]) -> dict[str, Line2D]:
        from matplotlib import patheffects

        rim = [patheffects.withStroke(linewidth=3.8, foreground="white")]  # or it would drown among many points
        lines = {}
        for label, fit in fits.items():
            if np.isfinite(fit.slope):
                ends = np.array([self.targets[label].min(), self.targets[label].max()])
                (lines[label],) = self.ax_.plot(
                    ends,
                    fit.at(ends),
                    color=darker(colors[label]),
                    linewidth=2.2,
                    path_effects=rim if len(self.targets[label]) > FEW_POINTS else None,
                    label="fitted line" if len(fits) == 1 else f"fitted line, {label}",
                    zorder=4,
                )
        return lines

    def _list_what_is_drawn(self) -> None:
        from matplotlib.collections import PathCollection

        legend = self.ax_.legend(loc="upper left", fontsize="small", framealpha=0.9, edgecolor="none")
        for handle in legend.legend_handles:
            if isinstance(handle, PathCollection):  # a small pale point of a crowd would be invisible alone
                handle.set(alpha=1.0, sizes=[LARGEST_POINT])


def _sentences(fits: Mapping[str, StraightFit]) -> list[str]:
    if len(fits) == 1:
        text = _in_words(next(iter(fits.values())))
        return [text[0].upper() + text[1:]]
    return [f"{label}: {_in_words(fit)}" for label, fit in fits.items()]


def _in_words(fit: StraightFit) -> str:
    if not np.isfinite(fit.slope):
        return f"all targets are {number_text(fit.mean_target)}, so R and the fitted line are undefined."
    sign = "−" if fit.intercept < 0 else "+"
    equation = f"output = {number_text(fit.slope)} target {sign} {number_text(abs(fit.intercept))}"
    if not np.isfinite(fit.correlation):
        return f"{equation}; all outputs are equal, so R is undefined."
    return f"{equation}, R = {fit.correlation:.4f}.".replace("-", "−")
