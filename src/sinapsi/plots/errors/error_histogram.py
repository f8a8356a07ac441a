"""How the errors of a regressor are distributed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.plots.canvas import axes_to_draw_on, number_text, quieten_frame, write_heading
from sinapsi.plots.errors.error_spread import ErrorSpread, bin_edges, counts_in, spread_of
from sinapsi.plots.errors.regression_sets import RegressionSet, note_on_left_out, sets_answered_by, sets_predicted
from sinapsi.plots.fitted import network_in
from sinapsi.plots.palette import INK, class_colors, darker

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

WIDTH_OF_BARS = 0.92  # of a bin, where several sets share it
BARS_WITH_GAPS = 80  # among more bars white edges would be most of what one sees
HEIGHT_OF_MARKS = 0.03  # of the axes
FEW_MARKS = 40  # up to here the marks of outliers are opaque
PALEST = 0.05  # opacity of one mark among very many


class ErrorHistogramDisplay:
    """The errors target - output of a regressor, as a histogram with a line at zero.

    A good fit has its errors close about zero and alike on both sides. Ticks at the foot mark the outliers, errors
    more than 1.5 interquartile ranges outside the middle half (Tukey 1977), which a bar of height 1 would hide; the
    caption has mean, standard deviation and their share. Several sets stand side by side in the same bins, each as
    shares of its own size. Make one with :meth:`from_estimator` or :meth:`from_predictions`.

    Parameters
    ----------
    errors : mapping of str to array of shape (n_errors,)
        The finite errors of each set, by its name.
    bins : int or sequence of float, default=20
        Number of bins, at least 1, or their edges. Errors beyond the edges count in the outermost bins.
    n_left_out : int, default=0
        Targets without an error, because they are NaN; said in the caption.
    name : str, default="Errors"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    edges_ : array of shape (n_bins + 1,)
        Edges of the bins.
    counts_ : dict of str to array of shape (n_bins,)
        Errors in each bin, by set.
    bars_ : dict of str to matplotlib BarContainer
        The bars, by set.
    outlier_marks_ : dict of str to matplotlib Line2D
        The ticks of the outliers, by set.
    zero_line_ : matplotlib Line2D
        The line at zero.
    means_, standard_deviations_, outlier_shares_ : dict of str to float
        What the caption tells, by set.
    caption_ : str
        The caption.

    References
    ----------
    Tukey (1977), Exploratory Data Analysis, chapter 2D (fences and outside values).

    Examples
    --------
    >>> display = ErrorHistogramDisplay.from_predictions([1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 2.5, 4.0], bins=3)
    >>> display.counts_["examples"].tolist(), display.means_["examples"]
    ([1, 2, 1], 0.0)
    """

    ax_: Axes
    figure_: Figure | SubFigure
    edges_: NDArray[np.float64]
    counts_: dict[str, NDArray[np.int64]]
    bars_: dict[str, BarContainer]
    outlier_marks_: dict[str, Line2D]
    zero_line_: Line2D
    means_: dict[str, float]
    standard_deviations_: dict[str, float]
    outlier_shares_: dict[str, float]
    caption_: str

    def __init__(
        self,
        *,
        errors: Mapping[str, NDArray[np.float64]],
        bins: int | Sequence[float] = 20,
        n_left_out: int = 0,
        name: str = "Errors",
    ) -> None:
        self.errors = errors
        self.bins = bins
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
        bins: int | Sequence[float] = 20,
        output: int | None = None,
        name: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the errors of a fitted regressor.

        Parameters
        ----------
        estimator : regressor
            A fitted regressor of Sinapsi or scikit-learn, or a pipeline or search that ends in one.
        X : array, sparse matrix or data frame of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Their targets; NaN means "don't care" and is left out.
        X_val, y_val : arrays of the same kind, default=None
            Validation data, drawn beside the others.
        bins : int or sequence of float, default=20
            Number of bins, at least 1, or their edges.
        output : int, default=None
            The output to draw, from 0. None draws the errors of all outputs together.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        ErrorHistogramDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the regressor is not fitted.
        InvalidInputError
            If it is no regressor, or the targets do not fit to its outputs.
        InvalidParameterError
            If a setting is out of its range.
        """
        sets = sets_answered_by(estimator, X, y, X_val, y_val, output=output, caller="ErrorHistogramDisplay")
        title = f"Errors of {type(network_in(estimator)).__name__}" if name is None else name
        return cls._from_sets(sets, bins, title).plot(ax)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike | Mapping[str, ArrayLike],
        y_pred: ArrayLike | Mapping[str, ArrayLike],
        *,
        bins: int | Sequence[float] = 20,
        output: int | None = None,
        name: str = "Errors",
        ax: Axes | None = None,
    ) -> Self:
        """Draw the errors of predictions.

        Parameters
        ----------
        y_true, y_pred : array of shape (n_samples,) or (n_samples, n_outputs), or mapping of str to such arrays
            Targets and outputs; for several sets, mappings from their names. NaN targets are left out.
        bins : int or sequence of float, default=20
            Number of bins, at least 1, or their edges.
        output : int, default=None
            The output to draw, from 0. None draws the errors of all outputs together.
        name : str, default="Errors"
            The title.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        ErrorHistogramDisplay
            What was drawn.

        Raises
        ------
        InvalidInputError
            If targets and outputs do not fit together.
        InvalidParameterError
            If a setting is out of its range.
        """
        return cls._from_sets(sets_predicted(y_true, y_pred, output=output), bins, name).plot(ax)

    @classmethod
    def _from_sets(cls, sets: Mapping[str, RegressionSet], bins: int | Sequence[float], name: str) -> Self:
        return cls(
            errors={label: each.targets - each.outputs for label, each in sets.items()},
            bins=bins,
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
        ErrorHistogramDisplay
            The object itself.
        """
        self.edges_ = bin_edges(np.concatenate(list(self.errors.values())), self.bins)
        self.counts_ = {label: counts_in(self.edges_, errors) for label, errors in self.errors.items()}
        spreads = {label: spread_of(errors) for label, errors in self.errors.items()}
        self.means_ = {label: spread.mean for label, spread in spreads.items()}
        self.standard_deviations_ = {label: spread.standard_deviation for label, spread in spreads.items()}
        self.outlier_shares_ = {label: spread.outlier_share for label, spread in spreads.items()}
        self.ax_ = axes_to_draw_on(ax, "ErrorHistogramDisplay")
        self.figure_ = self.ax_.figure
        colors = dict(zip(self.errors, class_colors(len(self.errors)), strict=True))
        self.bars_ = self._draw_bars(colors)
        self.outlier_marks_ = self._mark_outliers(spreads, colors)
        self.zero_line_ = self.ax_.axvline(0.0, color=INK, linewidth=1.6, label="no error", zorder=3)
        self._label_axes()
        self.caption_ = self._caption(spreads)
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _draw_bars(self, colors: Mapping[str, str]) -> dict[str, BarContainer]:
        n_sets = len(self.errors)
        widths = np.diff(self.edges_) * (WIDTH_OF_BARS if n_sets > 1 else 1.0) / n_sets
        middles = (self.edges_[:-1] + self.edges_[1:]) / 2
        has_gaps = n_sets * len(widths) <= BARS_WITH_GAPS
        bars = {}
        for index, (label, counts) in enumerate(self.counts_.items()):
            heights = counts / (len(self.errors[label]) if n_sets > 1 else 1)
            bars[label] = self.ax_.bar(
                middles + (index - (n_sets - 1) / 2) * widths,
                heights,
                width=widths,
                color=colors[label],
                edgecolor="white",
                linewidth=0.6 if has_gaps else 0.0,
                label=label,
                zorder=2,
            )
        return bars

    def _mark_outliers(self, spreads: Mapping[str, ErrorSpread], colors: Mapping[str, str]) -> dict[str, Line2D]:
        marks = {}
        for label, spread in spreads.items():
            places = np.clip(spread.outliers, self.edges_[0], self.edges_[-1])
            # One line with gaps instead of thousands of lines: tick, gap, tick.
            along = np.repeat(places, 3)
            up = np.tile([0.0, HEIGHT_OF_MARKS, np.nan], len(places))
            (marks[label],) = self.ax_.plot(
                along,
                up,
                color=darker(colors[label]),
                linewidth=1.0,
                alpha=max(FEW_MARKS / max(len(places), FEW_MARKS), PALEST),
                transform=self.ax_.get_xaxis_transform(),
                zorder=4,
            )
        return marks

    def _label_axes(self) -> None:
        from matplotlib.ticker import MaxNLocator, PercentFormatter

        self.ax_.set_xlabel("error = target − output")
        if len(self.errors) > 1:
            self.ax_.set_ylabel("share of the set")
            highest = max(bar.get_height() for bars in self.bars_.values() for bar in bars)
            self.ax_.yaxis.set_major_formatter(PercentFormatter(xmax=1.0, decimals=0 if highest > 0.05 else 1))
            self.ax_.yaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))  # 2.5 % would be rounded
        else:
            self.ax_.set_ylabel(f"number of errors, of {len(next(iter(self.errors.values()))):,}")
            self.ax_.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            self.ax_.yaxis.set_major_formatter("{x:,.0f}")
        quieten_frame(self.ax_, grid=True)
        self.ax_.grid(visible=False, axis="x")
        self.ax_.legend(fontsize="small", framealpha=0.9, edgecolor="none")

    def _caption(self, spreads: Mapping[str, ErrorSpread]) -> str:
        several = len(spreads) > 1
        sentences = [_in_words(spread, f"{label}: " if several else "") for label, spread in spreads.items()]
        beyond = sum(int(((e < self.edges_[0]) | (e > self.edges_[-1])).sum()) for e in self.errors.values())
        if beyond:
            verb = "error lies" if beyond == 1 else "errors lie"
            sentences.append(f"{beyond:,} {verb} beyond the axis, counted in the outermost bins.")
        note = note_on_left_out(self.n_left_out)
        return ("\n" if several else " ").join(filter(None, [*sentences, note]))


def _in_words(spread: ErrorSpread, label: str) -> str:
    # The mean of a least-squares fit is 0 but for rounding; its digits would be noise.
    mean = 0.0 if abs(spread.mean) < 1e-10 * spread.standard_deviation else spread.mean
    n_outliers = len(spread.outliers)
    share = f"{n_outliers:,} of {spread.n_errors:,} ({spread.outlier_share:.1%})" if n_outliers else "none"
    ticks = " (ticks)" if n_outliers else ""
    deviation = number_text(spread.standard_deviation)
    text = f"mean {number_text(mean)}, standard deviation {deviation}, outliers{ticks}: {share}."
    return f"{label}{text}" if label else text.capitalize()
