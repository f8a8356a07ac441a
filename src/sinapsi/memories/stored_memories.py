"""Memories on their way in: what is stored, what looks like a mistake, and what many shards add up to."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import DataConversionWarning

from sinapsi.exceptions import InvalidInputError
from sinapsi.memories.storage import sums_of_products
from sinapsi.memories.two_valued import States

MOST_FIRST = 64  # memories of a pass that are kept to be recalled


def positions_of(patterns: States, memories: States) -> list[int]:
    """Find patterns among the memories.

    Parameters
    ----------
    patterns : array of int8 of shape (n_patterns, n_units)
        What to find; a pattern that comes twice is found in two places.
    memories : array of int8 of shape (n_memories, n_units)
        Where to find it.

    Returns
    -------
    list of int
        A position for each pattern.

    Raises
    ------
    InvalidInputError
        If one is not there.
    """
    places: dict[bytes, list[int]] = {}
    for place, memory in enumerate(memories):
        places.setdefault(memory.tobytes(), []).append(place)
    found = []
    for number, pattern in enumerate(patterns):
        left = places.get(pattern.tobytes(), [])
        if not left:
            nearest = float(np.abs(memories.astype(np.float32) @ pattern.astype(np.float32)).max()) / len(pattern)
            raise InvalidInputError(
                f"Only what was stored can be forgotten. Row {number} of X is none of the {len(memories)} memories "
                f"left (the nearest agrees with it, or with its negative, by an overlap of {nearest:.3f}). Pass it as "
                "it stands in memories_."
            )
        found.append(left.pop(0))
    return found


def without(patterns: States, memories: States) -> States:
    """Give the memories that are left when some are forgotten.

    Parameters
    ----------
    patterns : array of int8 of shape (n_patterns, n_units)
        What to forget.
    memories : array of int8 of shape (n_memories, n_units)
        What was stored.

    Returns
    -------
    array of int8 of shape (n_left, n_units)
        At least one.

    Raises
    ------
    InvalidInputError
        If a pattern was not stored, or nothing would be left.
    """
    rest = np.delete(memories, positions_of(patterns, memories), axis=0)
    if not len(rest):
        raise InvalidInputError(
            f"forget must leave at least one memory. Got all {len(memories)} of them; fit anew instead."
        )
    return rest


def warn_of_odd_memories(memories: States, threshold: float | None, *, repeats_weigh: bool) -> None:
    """Warn of memories that are probably not meant.

    Parameters
    ----------
    memories : array of int8 of shape (n_memories, n_units)
        Memories.
    threshold : float or None
        That made them.
    repeats_weigh : bool
        Whether a memory that is stored twice weighs twice.
    """
    all_equal = np.flatnonzero((memories == memories[:, :1]).all(axis=1))
    if len(all_equal):
        way_out = "" if threshold is None else " Set 'binarize' between the low and the high values of X."
        warnings.warn(
            f"{len(all_equal)} of {len(memories)} memories have one state in all their units (the first is row "
            f"{all_equal[0]}), so they hold no pattern.{way_out}",
            DataConversionWarning,
            stacklevel=2,
        )
    if not repeats_weigh or len(memories) == 1:
        return
    packed = np.packbits(memories > 0, axis=1)
    n_different = len(np.unique(packed, axis=0))
    if n_different < len(memories):
        warnings.warn(
            f"{len(memories) - n_different} of {len(memories)} memories repeat another one. With this rule a memory "
            "that is stored twice weighs twice; pass each once if it should not.",
            UserWarning,
            stacklevel=2,
        )


@dataclass
class MemorySums:
    """Memories met in a pass: they themselves while they are fewer than the units, then the sums of their products.

    Both are whole numbers, so the outcome does not depend on how the memories were cut.

    Parameters
    ----------
    memories : array of int8 of shape (n_memories, n_units), optional
        In the order met.
    sums : array of shape (n_units, n_units), optional
        Instead of them.
    first : array of int8 of shape (n_first, n_units), optional
        The first ones, at most 64, to see how well they are kept.
    n_memories : int, default=0
        How many there were.
    """

    memories: States | None = None
    sums: NDArray[np.float64] | None = None
    first: States | None = None
    n_memories: int = 0

    def add(self, rows: Any, targets: Any, weights: Any = None) -> Self:
        """Take in a block.

        Parameters
        ----------
        rows : array of shape (n_rows, n_units)
            Memories.
        targets, weights : object
            Not looked at.

        Returns
        -------
        MemorySums
            The object itself.
        """
        states: States = np.asarray(rows, dtype=np.int8)
        return self.join(type(self)(states, None, states[:MOST_FIRST].copy(), len(states)))

    def join(self, other: Self) -> Self:
        """Take in what another one met after this one.

        Parameters
        ----------
        other : MemorySums
            The other one.

        Returns
        -------
        MemorySums
            The object itself.
        """
        self.n_memories += other.n_memories
        parts = [part for part in (self.first, other.first) if part is not None]
        self.first = np.concatenate(parts)[:MOST_FIRST] if parts else None
        if self.memories is None and self.sums is None:
            self.memories, self.sums = other.memories, other.sums
        elif self.memories is not None and other.memories is not None:
            self.memories = np.concatenate([self.memories, other.memories])
        else:
            self.sums = self._as_sums() + other._as_sums()
            self.memories = None
        if self.memories is not None and len(self.memories) >= self.memories.shape[1]:
            self.sums, self.memories = sums_of_products(self.memories), None
        return self

    def _as_sums(self) -> NDArray[np.float64]:
        if self.sums is not None:
            return self.sums
        assert self.memories is not None
        return sums_of_products(self.memories)
