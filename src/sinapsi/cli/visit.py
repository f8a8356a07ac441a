"""A stop of the tour, and what is seen there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sinapsi.cli.figures import Drawing

SEED = 0


@dataclass(frozen=True, eq=False)
class Visit:
    """What was seen at a stop.

    Parameters
    ----------
    network : str
        Name in kebab case.
    data : str
        What it worked on.
    measure : str
        What the scores are.
    score, baseline : float or None
        Of the network, and of what it must beat, on the rows held out.
    linear : float or None
        Of a linear model; None where there is none to compare with.
    passed : bool
        Whether the network beat its baseline.
    seconds : float
        Time of the fit.
    remark : str, default=""
        Why learning stopped, or what went wrong.
    drawing : callable, optional
        Draws the network's picture on axes.
    """

    network: str
    data: str
    measure: str
    score: float | None
    baseline: float | None
    linear: float | None
    passed: bool
    seconds: float
    remark: str = ""
    drawing: Drawing | None = None


class Stop(Protocol):
    """A network and what it shows."""

    @property
    def network(self) -> str:
        """Class name on the contents page."""

    @property
    def data(self) -> str:
        """What it works on, in a few words."""

    def visit(self, *, quick: bool) -> Visit:
        """Let the network work.

        Parameters
        ----------
        quick : bool
            Whether fewer rows and epochs will do.

        Returns
        -------
        Visit
            What was seen.
        """
