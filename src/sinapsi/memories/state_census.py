"""Where recall ends that starts anywhere: memories, their negatives, mixtures, and states that nobody stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import random_generator, stream_of
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.memories.associative_memory import AssociativeMemory
from sinapsi.memories.two_valued import States
from sinapsi.parameters import count

KINDS = ("memory", "negative", "mixture", "other")
MOST_ENUMERATED = 20  # units of which all states are asked
NEARLY_A_MEMORY = 0.9  # overlap from which on an end belongs to a memory
MEMBERS = 3  # of the mixtures looked for; an odd number, so that no unit is undecided
MOST_SHOWN = 10  # ends in a printed table


@dataclass(frozen=True, eq=False)
class StateCensus:
    """The states in which recall ended, the most frequent first.

    Parameters
    ----------
    states : array of int8 of shape (n_ends, n_units)
        Each once.
    counts : array of int of shape (n_ends,)
        Probes that ended there.
    kinds : array of str of shape (n_ends,)
        "memory": nearly one that was stored (overlap of at least 0.9); "negative": nearly the negative of one;
        "mixture": nearly the majority of three memories or negatives; "other".
    energies : array of shape (n_ends,)
        Their energies.
    nearest : array of int of shape (n_ends,)
        The memory with the largest overlap, of either sign.
    overlaps : array of shape (n_ends,)
        That overlap.
    is_complete : bool
        Whether every state was a probe once.
    """

    states: States
    counts: NDArray[np.int64]
    kinds: NDArray[np.str_]
    energies: NDArray[np.float64]
    nearest: NDArray[np.intp]
    overlaps: NDArray[np.float64]
    is_complete: bool

    @property
    def shares(self) -> dict[str, float]:
        """Share of the probes that ended in each kind of state."""
        total = int(self.counts.sum())
        return {kind: float(self.counts[self.kinds == kind].sum() / total) for kind in KINDS}

    def __str__(self) -> str:
        whole = "every state" if self.is_complete else "random states"
        lines = [
            f"{int(self.counts.sum())} probes ({whole}) ended in {len(self.counts)} states: "
            + ", ".join(f"{kind} {share:.1%}" for kind, share in self.shares.items()),
            "  probes  kind        energy  nearest memory  overlap",
        ]
        lines += [
            f"{number:8d}  {kind:<8}  {energy:8.4g}  {memory:14d}  {overlap:7.3f}"
            for number, kind, energy, memory, overlap in zip(
                self.counts[:MOST_SHOWN],
                self.kinds[:MOST_SHOWN],
                self.energies[:MOST_SHOWN],
                self.nearest[:MOST_SHOWN],
                self.overlaps[:MOST_SHOWN],
                strict=True,
            )
        ]
        n_more = len(self.counts) - MOST_SHOWN
        return "\n".join([*lines, f"... and {n_more} more"] if n_more > 0 else lines)


def spurious_states(
    network: AssociativeMemory,
    n_probes: int | None = None,
    *,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
) -> StateCensus:
    """Let recall start anywhere, and count where it ends.

    Parameters
    ----------
    network : HopfieldNetwork or DenseAssociativeMemory
        A fitted network.
    n_probes : int, optional
        Random states to start from. None takes every state of a network of up to 16 units, and 1000 random ones of a
        larger one; of up to 20 units every state is taken when n_probes is at least their number.
    random_state : int, RandomState, Generator or None, default=None
        Of the random states.

    Returns
    -------
    StateCensus
        The ends, how often each was met, and what it is.

    Raises
    ------
    InvalidInputError
        If the network is no associative memory of two-valued units.
    InvalidParameterError
        If ``n_probes`` is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import HopfieldNetwork, spurious_states
    >>> memories = np.random.default_rng(0).choice([-1, 1], size=(3, 60))
    >>> census = spurious_states(HopfieldNetwork(random_state=0).fit(memories), 500, random_state=0)
    >>> census.shares["memory"] > 0.2, census.shares["mixture"] > 0
    (True, True)
    """
    if not isinstance(network, AssociativeMemory):
        raise InvalidInputError(
            f"Expected a HopfieldNetwork or a DenseAssociativeMemory. Got {type(network).__name__}."
        )
    if n_probes is not None and not count(1).allows(n_probes):
        raise InvalidParameterError(f"n_probes must be an integer of at least 1, or None. Got {n_probes!r} instead.")
    memories = network._known_memories()
    n_units = memories.shape[1]
    wanted = (2**n_units if n_units <= 16 else 1000) if n_probes is None else n_probes
    is_complete = n_units <= MOST_ENUMERATED and wanted >= 2**n_units
    if is_complete:
        bits = (np.arange(2**n_units)[:, np.newaxis] >> np.arange(n_units)) & 1
        probes: States = (2 * bits - 1).astype(np.int8)
    else:
        random = stream_of(random_generator(random_state))  # memories may come from the same seed
        probes = random.choice(np.array([-1, 1], dtype=np.int8), size=(wanted, n_units))
    ends, counts = np.unique(network._recalled_states(probes), axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    ends, counts = ends[order], counts[order]
    products = ends.astype(np.float64) @ memories.T / n_units
    nearest = np.abs(products).argmax(axis=1)
    overlaps = products[np.arange(len(ends)), nearest]
    return StateCensus(
        states=ends,
        counts=counts,
        kinds=_kinds(ends, overlaps, products, memories),
        energies=network._landscape().energies(ends),
        nearest=nearest,
        overlaps=overlaps,
        is_complete=is_complete,
    )


def _kinds(
    ends: States, overlaps: NDArray[np.float64], products: NDArray[np.float64], memories: States
) -> NDArray[np.str_]:
    kinds = np.full(len(ends), "other", dtype="<U8")
    if len(memories) >= MEMBERS:
        members = np.argsort(-np.abs(products), axis=1, kind="stable")[:, :MEMBERS]
        signs = np.sign(np.take_along_axis(products, members, axis=1))
        majority = np.sign(np.einsum("em,emi->ei", signs, memories[members]))
        kinds[(majority * ends).mean(axis=1) >= NEARLY_A_MEMORY] = "mixture"
    kinds[overlaps >= NEARLY_A_MEMORY] = "memory"
    kinds[overlaps <= -NEARLY_A_MEMORY] = "negative"
    return kinds
