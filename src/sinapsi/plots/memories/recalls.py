"""What pictures take from the recall of a probe: its path, the state at a moment, and in words where it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.canvas import number_text
from sinapsi.plots.fitted import inputs_seen_by_network, network_in
from sinapsi.plots.maps.fitted_map_parts import count_text

if TYPE_CHECKING:
    from sinapsi.memories.recall_path import RecallPath

NEAR_A_MEMORY = 0.9  # overlap from which on a state counts as that memory, as in the captions
END_WORDS: Final = {"stable": "stable state", "cycle": "cycle of two", "time": "time used up"}
STORY_ENDS: Final = {"stable": "to a stable state", "cycle": "to a cycle of two", "time": "until time was used up"}


def memory_network_in(estimator: Any, method: str, caller: str) -> Any:
    """Find the fitted associative memory.

    Parameters
    ----------
    estimator : estimator
        The network, or a pipeline or search that ends in it.
    method : str
        What it must be able to do.
    caller : str
        Who draws, for the message.

    Returns
    -------
    estimator
        Fitted, with that method.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    InvalidInputError
        If it has no such method.
    """
    check_is_fitted(estimator)
    network = network_in(estimator)
    if not hasattr(network, method):
        raise InvalidInputError(
            f"{caller} expects an associative memory that has {method}. {type(network).__name__} has none. "
            "Pass a fitted HopfieldNetwork or DenseAssociativeMemory."
        )
    check_is_fitted(network)
    return network


def recall_of(estimator: Any, probe: ArrayLike, caller: str) -> RecallPath:
    """Let a network recall, and write down how.

    Parameters
    ----------
    estimator : estimator
        A fitted associative memory, or what is wrapped around it.
    probe : array of shape (n_features,)
        Where recall starts.
    caller : str
        Who draws, for the message.

    Returns
    -------
    RecallPath
        The way to rest.
    """
    network = memory_network_in(estimator, "recall_path", caller)
    if network is not estimator:
        probe = inputs_seen_by_network(estimator, np.asarray(probe)[np.newaxis])[0]
    path: RecallPath = network.recall_path(probe)
    return path


def check_recall(path: RecallPath) -> None:
    """Make sure that a path has all that is drawn.

    Parameters
    ----------
    path : RecallPath
        What the user gave.

    Raises
    ------
    InvalidInputError
        If something is missing, or does not belong together.
    """
    way_out = "Pass what recall_path(probe) of an associative memory gives."
    missing = [name for name in ("start", "units", "moments", "energies", "overlaps", "end") if not hasattr(path, name)]
    if missing:
        raise InvalidInputError(
            f"path must be a RecallPath. {type(path).__name__} has no {', no '.join(missing)}. {way_out}"
        )
    shapes = np.shape(path.energies), np.shape(path.overlaps)
    is_consistent = len(shapes[0]) == 1 and len(shapes[1]) == 2 and shapes[0][0] == shapes[1][0] > 0 < shapes[1][1]
    if not is_consistent:
        raise InvalidInputError(
            "path must hold an energy for each moment, and for each moment an overlap with each memory. Got energies "
            f"of shape {shapes[0]} and overlaps of shape {shapes[1]}. {way_out}"
        )


def state_at(path: RecallPath, moment: int) -> NDArray[np.int8]:
    """Give the state of a moment, without making those of all others.

    Parameters
    ----------
    path : RecallPath
        How a state changed.
    moment : int
        From 0, the probe.

    Returns
    -------
    array of int8 of shape (n_units,)
        -1 and +1.
    """
    n_changes = np.bincount(path.units[path.moments <= moment], minlength=len(path.start))
    return np.where(n_changes % 2 == 1, -path.start, path.start).astype(np.int8)


def leading_memory(overlaps: NDArray[np.float64]) -> int:
    """Choose the memory, or the negative of one, that a state is nearest to.

    Parameters
    ----------
    overlaps : array of shape (n_memories,)
        Of the state, in [-1, 1].

    Returns
    -------
    int
        Number of the memory; of equally near ones the first.
    """
    return int(np.abs(overlaps).argmax())


def overlap_text(overlap: float) -> str:
    """Write an overlap in at most three decimals.

    Parameters
    ----------
    overlap : float
        In [-1, 1].

    Returns
    -------
    str
        For a caption.

    Examples
    --------
    >>> overlap_text(-0.96875), overlap_text(1.0)
    ('−0.969', '1')
    """
    return number_text(round(float(overlap), 3) + 0.0)  # no minus before a zero


def arrival_text(overlaps: NDArray[np.float64]) -> str:
    """Say at which memory a recall has ended.

    Parameters
    ----------
    overlaps : array of shape (n_memories,)
        Of the last state.

    Returns
    -------
    str
        A sentence; of a state that is near to none it names the nearest.
    """
    leader = leading_memory(overlaps)
    overlap = float(overlaps[leader])
    words = overlap_text(overlap)
    if abs(overlap) < NEAR_A_MEMORY:
        return f"Ended at no memory; the largest overlap is {words}, with memory {leader}."
    which = "the negative of memory" if overlap < 0 else "memory"
    return f"Ended at {which} {leader} (overlap {words})."


def way_text(path: RecallPath) -> str:
    """Say how far it was, in flips and in energy.

    Parameters
    ----------
    path : RecallPath
        How a state changed.

    Returns
    -------
    str
        A sentence.
    """
    first, last = (number_text(float(path.energies[moment])) for moment in (0, -1))
    if path.n_flips == 0:
        return f"The probe was at rest: no flip, energy {first}."
    return f"{count_text(path.n_flips, 'flip')}, energy {first} to {last}."
