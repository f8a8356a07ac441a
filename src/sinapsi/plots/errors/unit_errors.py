"""How the leave-one-out error of an extreme learning machine falls with its units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.canvas import axes_to_draw_on, number_text, quieten_frame, write_heading
from sinapsi.plots.fitted import network_in
from sinapsi.plots.palette import CAPTION_INK, PETROFF_COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

FEW_UNITS = 40  # up to here each number of units gets a dot
MOST_ABOVE = 1e3  # times the error without units; beyond it errors leave the picture
WIDE_RANGE = 30.0  # largest error over smallest from which the vertical axis is logarithmic


class UnitErrorsDisplay:
    """The error of examples left out, for every number of hidden units of an extreme learning machine.

    One decomposition gives them all: the error with the first 0, 1, 2, ... units, each example predicted by output
    weights that did not learn from it. Without units the output is the mean of the targets, or linear in the inputs
    where these are linked to the output; the dotted line is that error. The number that was chosen is marked. Make one
    with :meth:`from_estimator`.

    Parameters
    ----------
    errors : array of shape (n_units + 1,)
        Mean squared error, summed over the outputs, with the first 0, 1, 2, ... units.
    n_chosen : int, default=None
        Number of units that the network kept. None takes the one with the lowest error, but at least 1.
    note : str, default=""
        What the caption adds.
    name : str, default="Leave-one-out error"
        The title.
    log_scale : bool, default=None
        Whether the vertical axis is logarithmic. None decides by how far the errors are apart.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the picture was drawn.
    figure_ : matplotlib Figure
        Its figure.
    line_ : matplotlib Line2D
        Errors over numbers of units, without the infinite ones.
    base_line_ : matplotlib Line2D
        The error without units.
    chosen_point_ : matplotlib Line2D
        The mark.
    caption_ : str
        The caption.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import ELMRegressor
    >>> X = np.linspace(-1, 1, 50).reshape(-1, 1)
    >>> network = ELMRegressor(n_hidden=30, unit_selection="first", random_state=0).fit(X, np.sin(4 * X[:, 0]))
    >>> display = UnitErrorsDisplay.from_estimator(network)
    >>> len(display.errors), display.n_chosen == network.hidden_coefs_[-1].shape[1]
    (31, True)
    """

    ax_: Axes
    figure_: Figure | SubFigure
    line_: Line2D
    base_line_: Line2D
    chosen_point_: Line2D
    caption_: str

    def __init__(
        self,
        *,
        errors: NDArray[np.float64],
        n_chosen: int | None = None,
        note: str = "",
        name: str = "Leave-one-out error",
        log_scale: bool | None = None,
    ) -> None:
        self.errors = errors
        self.n_chosen = max(1, int(np.nanargmin(errors))) if n_chosen is None else n_chosen
        self.note = note
        self.name = name
        self.log_scale = log_scale

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, log_scale: bool | None = None, ax: Axes | None = None
    ) -> Self:
        """Draw the errors that a fitted network chose its number of units by.

        Parameters
        ----------
        estimator : ELMRegressor or ELMClassifier
            Fitted with ``unit_selection="first"`` or ``"ranked"``; a pipeline or search that ends in one will do.
        name : str, default=None
            The title. None takes the name of the class.
        log_scale : bool, default=None
            Whether the vertical axis is logarithmic. None decides by how far the errors are apart.
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        UnitErrorsDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the network is not fitted.
        InvalidInputError
            If it keeps no such errors.
        """
        check_is_fitted(estimator)
        network = network_in(estimator)
        if not hasattr(network, "selection_errors_"):
            raise InvalidInputError(
                "UnitErrorsDisplay expects an ELMRegressor or ELMClassifier that chose its number of units. "
                f"{type(network).__name__} has no selection_errors_. Fit one with unit_selection='first' or 'ranked'."
            )
        display = cls(
            errors=np.asarray(network.selection_errors_, dtype=np.float64),
            n_chosen=int(network.hidden_coefs_[-1].shape[1]),
            note=_note_on_errors(network),
            name=f"Hidden units of {type(network).__name__}" if name is None else name,
            log_scale=log_scale,
        )
        return display.plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        UnitErrorsDisplay
            The object itself.
        """
        self.ax_ = axes_to_draw_on(ax, "UnitErrorsDisplay")
        self.figure_ = self.ax_.figure
        self.line_, self.base_line_ = self._draw_errors()
        self.chosen_point_ = self._mark_chosen()
        self._scale_and_label()
        self.caption_ = self.note
        write_heading(self.ax_, self.name, self.caption_)
        return self

    def _draw_errors(self) -> tuple[Line2D, Line2D]:
        numbers = np.arange(len(self.errors))
        is_known = np.isfinite(self.errors)
        (line,) = self.ax_.plot(
            numbers[is_known],
            self.errors[is_known],
            color=PETROFF_COLORS[0],
            linewidth=2.0,
            marker="o" if len(numbers) <= FEW_UNITS else "",
            markersize=3.5,
            label="examples left out",
            zorder=2,
        )
        base = self.ax_.axhline(
            self.errors[0], color=CAPTION_INK, linewidth=1.0, linestyle=(0, (1, 2)), label="no unit", zorder=1
        )
        return line, base

    def _mark_chosen(self) -> Line2D:
        error = self.errors[self.n_chosen]
        units = "unit" if self.n_chosen == 1 else "units"
        self.ax_.axvline(self.n_chosen, color=CAPTION_INK, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1.5)
        (point,) = self.ax_.plot(
            [self.n_chosen],
            [error],
            marker="o",
            markersize=8,
            markerfacecolor="white",
            markeredgecolor=PETROFF_COLORS[0],
            markeredgewidth=2.0,
            linestyle="none",
            label=f"chosen: {self.n_chosen} {units}, {number_text(error)}",
            zorder=3,
        )
        return point

    def _scale_and_label(self) -> None:
        from matplotlib.ticker import MaxNLocator

        known = self.errors[np.isfinite(self.errors)]
        is_wide = bool(known.min() > 0 and known.max() > WIDE_RANGE * known.min())
        if (is_wide if self.log_scale is None else self.log_scale) and known.max() > 0:
            if known.min() > 0:
                self.ax_.set_yscale("log")
            else:
                self.ax_.set_yscale("symlog", linthresh=known[known > 0].min())
        # Units that depend on each other can have errors of any size, which would press all others together.
        highest = MOST_ABOVE * self.errors[0]
        if 0 < highest < known.max():
            self.ax_.set_ylim(top=highest)
        self.ax_.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        self.ax_.set(xlabel="hidden units", ylabel="leave-one-out error (mean square)")
        quieten_frame(self.ax_, grid=True)
        self.ax_.legend(fontsize="small", framealpha=0.9, edgecolor="none")


def _note_on_errors(network: Any) -> str:
    """What the reader must know to trust the curve."""
    notes = []
    if network.unit_selection == "ranked":
        notes.append("Units in order of importance, found by the same targets: the errors are optimistic.")
    else:
        notes.append("Units as they were drawn.")
    n_outputs = len(network.intercept_)
    if n_outputs > 1:
        outputs = "outputs, one a class" if is_classifier(network) else "outputs"
        notes.append(f"Summed over {n_outputs} {outputs}.")
    if len(getattr(network, "init_errors_", ())) > 1:
        notes.append(f"Best of {len(network.init_errors_)} random layers.")
    return " ".join(notes)
