"""Which curves of a history tell what a machine with an energy learned, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.palette import PETROFF_COLORS

LEARNED, HELD_OUT, GAP = PETROFF_COLORS[:3]


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve over the epochs.

    Parameters
    ----------
    column : str
        What it is called in a program.
    label : str
        What it is called in a legend.
    values : array of shape (n_epochs,)
        Heights.
    color, dashes : str
        How it is drawn.
    """

    column: str
    label: str
    values: NDArray[np.float64]
    color: str
    dashes: str = "-"


def panels_of(history: Mapping[str, NDArray[Any]]) -> dict[str, list[Curve]]:
    """Choose the panels and their curves.

    Parameters
    ----------
    history : mapping of str to array of shape (n_epochs,)
        The whole history.

    Returns
    -------
    dict of str to list of Curve
        By the label of the vertical axis, from the top.

    Raises
    ------
    InvalidInputError
        If there are neither free energies nor likelihoods.
    """
    columns = {name: np.asarray(values, dtype=float) for name, values in history.items() if _is_measured(values)}
    if "epoch" not in columns or not {"free_energy", "negative_log_likelihood"} & columns.keys():
        raise InvalidInputError(
            "LikelihoodDisplay expects a history with an epoch column and free_energy or negative_log_likelihood. Got "
            f"{', '.join(columns) or 'none'}. Networks without (rectified hidden units, more than 14 units of a "
            "BoltzmannMachine, deep networks) are drawn by HistoryDisplay."
        )
    panels = {}
    if "negative_log_likelihood" in columns:
        likelihood = -columns["negative_log_likelihood"]
        panels["log-likelihood (nats)"] = [Curve("log_likelihood", "examples learned", likelihood, LEARNED)]
    else:
        panels |= _free_energies(columns)
    errors = [
        Curve(column, words, columns[column], color, dashes)
        for column, words, color, dashes in (
            ("loss", "examples learned", LEARNED, "-"),
            ("validation_loss", "examples held out", HELD_OUT, "--"),
        )
        if column in columns
    ]
    if errors:
        panels["reconstruction error" if "free_energy" in columns else "loss"] = errors
    return panels


def _free_energies(columns: Mapping[str, NDArray[np.float64]]) -> dict[str, list[Curve]]:
    learned = columns["free_energy"]
    curves = [Curve("free_energy", "examples learned", learned, LEARNED)]
    if "free_energy_gap" not in columns:
        return {"free energy (nats)": curves}
    gap = columns["free_energy_gap"]
    curves.append(Curve("free_energy_held_out", "examples held out", learned + gap, HELD_OUT, "--"))
    return {
        "free energy (nats)": curves,
        "gap (nats)": [Curve("free_energy_gap", "held out less learned", gap, GAP)],
    }


def _is_measured(values: NDArray[Any]) -> bool:
    array = np.asarray(values)
    return array.dtype.kind in "buif" and bool(np.isfinite(array).any())
