"""How many memories a rule bears, and what to say when there are more."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from math import log, sqrt
from typing import Any

import numpy as np
from sklearn.exceptions import DataDimensionalityWarning

HEBBS_CAPACITY = 0.138  # memories per unit (Amit, Gutfreund and Sompolinsky 1985)


def is_overloaded(rule: str, n_memories: int, n_units: int, storage: Mapping[str, Any]) -> bool:
    """Tell whether there are more memories than a rule bears.

    Parameters
    ----------
    rule : str
        The rule.
    n_memories, n_units : int
        How many there are.
    storage : mapping
        What was stored; of the pseudo-inverse only independent memories count.

    Returns
    -------
    bool
        Never for the perceptron rule, which says by itself what it could not learn.
    """
    if rule == "pseudo_inverse":
        diagonal = storage["diagonal"]
        rank = sum(map(len, storage["vectors"])) if diagonal is None else round(float(np.sum(diagonal)))
        return rank >= n_units
    if rule == "perceptron":
        return False
    return n_memories > max(1.0, _capacity(rule, n_units))


def _capacity(rule: str, n_units: int) -> float:
    return HEBBS_CAPACITY * n_units if rule == "hebb" else n_units / sqrt(2 * log(n_units))


def warn_of_overload(rule: str, n_memories: int, n_units: int, error: float, *, is_too_many: bool) -> None:
    """Warn that memories will not be recalled as they were stored.

    Parameters
    ----------
    rule : str
        The rule.
    n_memories, n_units : int
        How many there are.
    error : float
        Share of wrong units when memories are recalled from themselves.
    is_too_many : bool
        Whether their number is the reason; else it is their likeness.
    """
    if rule == "pseudo_inverse":
        fact = (
            f"{n_memories} memories span all {n_units} units, so rule='pseudo_inverse' makes every state stable and "
            "every probe its own answer. Expected fewer independent memories than units."
        )
    else:
        expectation = f"expect {error:.1%} of the units wrong where one is given faultlessly"
        if is_too_many:
            words = {"hebb": f"{HEBBS_CAPACITY} n_features", "storkey": "n_features / sqrt(2 log n_features)"}[rule]
            bound = f"more than rule={rule!r} bears (about {words} = {_capacity(rule, n_units):.1f})"
        else:
            bound = f"too much alike for rule={rule!r}"
        fact = f"{n_memories} memories in {n_units} units are {bound}; {expectation}."
    way_out = {
        "pseudo_inverse": "Use DenseAssociativeMemory, or store fewer.",
        "perceptron": "Raise margin, or store fewer.",
    }.get(rule, "Use rule='pseudo_inverse' or DenseAssociativeMemory, or store fewer.")
    warnings.warn(f"{fact} {way_out}", DataDimensionalityWarning, stacklevel=2)
