"""How well a machine with an energy came to know its examples, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.canvas import axes_to_draw_on, number_text, quieten_frame, write_heading
from sinapsi.plots.energy.likelihood_curves import Curve, panels_of
from sinapsi.plots.fitted import network_in
from sinapsi.plots.palette import CAPTION_INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

WIDTH, HEIGHT_OF_PANEL, HEIGHT_OF_HEADING = 6.0, 1.55, 1.2  # inches
FEW_EPOCHS = 25  # up to here each epoch gets a dot
GAP_OF_PANELS = 0.12  # of their height, where no layout engine decides


class LikelihoodDisplay:
    """Free energies, their gap and the error of reconstruction over the epochs, in panels below each other.

    The free energy of an example is minus its log-likelihood, but for log Z, which changes from epoch to epoch: levels
    of different epochs cannot be compared, but examples learned and held out can. Their gap, in nats, tells how much
    likelier the machine takes those learned; it grows when the machine learns them by heart. Of a small Boltzmann
    machine the exact log-likelihood is drawn. Make one with :meth:`from_estimator` or :meth:`from_history`.

    Parameters
    ----------
    history : mapping of str to array of shape (n_epochs,)
        The columns, as in ``estimator.history_``: ``epoch``; ``free_energy`` or ``negative_log_likelihood``; and
        ``free_energy_gap``, ``loss`` and ``validation_loss`` where there are any.
    stop_reason : object, default=None
        Why learning ended, for the caption.
    name : str, default="Likelihood"
        The title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The panel on top.
    axes_ : list of matplotlib Axes
        All panels, from the top.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : dict of str to matplotlib Line2D
        The curves: "free_energy", "free_energy_held_out", "free_energy_gap", "log_likelihood", "loss" and
        "validation_loss", those of them that were drawn.
    caption_ : str
        The caption.

    References
    ----------
    Hinton (2012), A practical guide to training restricted Boltzmann machines, section 6 (the gap).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sinapsi import RestrictedBoltzmannMachine
    >>> X = load_digits().data / 16
    >>> model = RestrictedBoltzmannMachine(n_hidden=64, max_iter=20, validation_fraction=0.2, random_state=0).fit(X)
    >>> display = LikelihoodDisplay.from_estimator(model)
    >>> list(display.lines_)
    ['free_energy', 'free_energy_held_out', 'free_energy_gap', 'loss', 'validation_loss']
    """

    ax_: Axes
    axes_: list[Axes]
    figure_: Figure | SubFigure
    lines_: dict[str, Line2D]
    caption_: str

    def __init__(
        self, *, history: Mapping[str, NDArray[Any]], stop_reason: object = None, name: str = "Likelihood"
    ) -> None:
        self.history = history
        self.stop_reason = stop_reason
        self.name = name

    @classmethod
    def from_estimator(cls, estimator: Any, *, name: str | None = None, ax: Axes | None = None) -> Self:
        """Draw how a fitted machine learned.

        Parameters
        ----------
        estimator : RestrictedBoltzmannMachine, RBMClassifier or BoltzmannMachine
            Fitted; a pipeline or search that ends in one will do. The gap needs examples held out in fit.
        name : str, default=None
            The title. None takes the name of the class.
        ax : matplotlib Axes, default=None
            Where to draw; it is divided among the panels. None makes a new figure.

        Returns
        -------
        LikelihoodDisplay
            What was drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        InvalidInputError
            If its history has neither free energies nor likelihoods.
        """
        check_is_fitted(estimator)
        network = network_in(estimator)
        kind = type(network).__name__
        if not hasattr(network, "history_"):
            raise InvalidInputError(
                f"LikelihoodDisplay expects a fitted network with a history_. {kind} has none. Pass a "
                "RestrictedBoltzmannMachine, an RBMClassifier or a small BoltzmannMachine."
            )
        title = f"Learning of {kind}" if name is None else name
        reason = getattr(network, "stop_reason_", None)
        return cls.from_history(network.history_, stop_reason=reason, name=title, ax=ax)

    @classmethod
    def from_history(
        cls,
        history: Mapping[str, NDArray[Any]],
        *,
        stop_reason: object = None,
        name: str = "Likelihood",
        ax: Axes | None = None,
    ) -> Self:
        """Draw a history.

        Parameters
        ----------
        history : mapping of str to array of shape (n_epochs,)
            The columns, among them ``epoch`` and ``free_energy`` or ``negative_log_likelihood``.
        stop_reason : object, default=None
            Why learning ended, for the caption.
        name : str, default="Likelihood"
            The title.
        ax : matplotlib Axes, default=None
            Where to draw; it is divided among the panels. None makes a new figure.

        Returns
        -------
        LikelihoodDisplay
            What was drawn.

        Raises
        ------
        InvalidInputError
            If the history has neither free energies nor likelihoods.
        """
        return cls(history=history, stop_reason=stop_reason, name=name).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; it is divided among the panels. None makes a new figure.

        Returns
        -------
        LikelihoodDisplay
            The object itself.

        Raises
        ------
        InvalidInputError
            If the history has neither free energies nor likelihoods.
        """
        panels = panels_of(self.history)
        height = HEIGHT_OF_HEADING + HEIGHT_OF_PANEL * len(panels)
        self.ax_ = axes_to_draw_on(ax, "LikelihoodDisplay", (WIDTH, height))
        self.figure_ = self.ax_.figure
        self.caption_ = self._caption()
        write_heading(self.ax_, self.name, self.caption_)
        self.axes_ = _divided(self.ax_, len(panels))
        self.lines_ = {}
        for axes, (label, curves) in zip(self.axes_, panels.items(), strict=True):
            for curve in curves:
                self.lines_[curve.column] = self._draw(axes, curve)
                if curve.column == "free_energy_gap":
                    axes.axhline(0, color=CAPTION_INK, linewidth=0.8, zorder=1.5)
            axes.set_ylabel(label)
            quieten_frame(axes, grid=True)
            if len(curves) > 1:
                axes.legend(fontsize="small", framealpha=0.9, edgecolor="none")
        return self

    def _draw(self, ax: Axes, curve: Curve) -> Line2D:
        epochs = np.asarray(self.history["epoch"])
        is_measured = np.isfinite(curve.values)  # a column measured every few epochs is NaN between
        (line,) = ax.plot(
            epochs[is_measured],
            curve.values[is_measured],
            color=curve.color,
            linestyle=curve.dashes,
            linewidth=2.0,
            marker="o" if is_measured.sum() <= FEW_EPOCHS else "",
            markersize=3.5,
            label=curve.label,
        )
        return line

    def _caption(self) -> str:
        sentences = []
        gaps = np.asarray(self.history.get("free_energy_gap", []), dtype=float)
        if np.isfinite(gaps).any():
            last = float(gaps[np.isfinite(gaps)][-1])
            gap = f"{number_text(float(f'{abs(last):.3g}'))} nats {'likelier' if last >= 0 else 'less likely'}"
            sentences.append(f"At the end the examples learned are {gap} than those held out.")
        elif "free_energy" in self.history:
            sentences.append("Free energies of different epochs cannot be compared; no examples were held out.")
        reason = "" if self.stop_reason is None else str(self.stop_reason).strip().rstrip(".")
        return " ".join([*sentences, f"Stopped: {reason}."] if reason else sentences)


def _divided(ax: Axes, n_panels: int) -> list[Axes]:
    """Make panels below each other of the place of one; the epochs stand under the last."""
    from matplotlib.ticker import MaxNLocator

    place = ax.get_subplotspec()
    if place is None:
        box = ax.get_position()
        edges = {"left": box.x0, "right": box.x1, "bottom": box.y0, "top": box.y1}
        place = ax.figure.add_gridspec(1, 1, **edges)[0]
    grid = place.subgridspec(n_panels, 1, hspace=GAP_OF_PANELS)
    ax.set_subplotspec(grid[0])
    axes = [ax, *(ax.figure.add_subplot(grid[row], sharex=ax) for row in range(1, n_panels))]
    for upper in axes[:-1]:
        upper.tick_params(labelbottom=False)
    axes[-1].set_xlabel("epoch")
    axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    return axes
