"""Chains of Gibbs sampling: whose chance is whose, and the sweeps, shared out among threads."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sinapsi.energy.gibbs.kernels import bits_at, draw_coins, fill_with_seeds, find_reach, sample_chains
from sinapsi.energy.gibbs.machine import fields_of
from sinapsi.energy.gibbs.two_valued import States
from sinapsi.estimator import Floats
from sinapsi.own_threads import ThreadsOfOurOwn

FIRST_PURPOSE = 2**63  # places of a stream from which seeds for purposes are taken; chains are fewer
Seeds = NDArray[np.uint64]


class Purpose(IntEnum):
    """What chance is for; each has a stream of its own."""

    ORDER = 0
    PERSISTENT_CHAINS = 1
    HIDDEN_STATES = 2
    SAMPLES = 3
    COMPLETIONS = 4
    PARTITION = 5


def seed_for(purpose: Purpose, seed: int) -> np.uint64:
    """Give the seed of a purpose.

    Parameters
    ----------
    purpose : Purpose
        What for.
    seed : int
        At least 0, below 2^64.

    Returns
    -------
    numpy.uint64
        A seed.
    """
    return np.uint64(bits_at(np.uint64(seed), np.uint64(FIRST_PURPOSE + int(purpose))))


def seeds_of_chains(seed: np.uint64, n_chains: int, first: int = 0) -> Seeds:
    """Give the streams of chains by their numbers.

    Parameters
    ----------
    seed : numpy.uint64
        Of all of them.
    n_chains : int
        How many.
    first : int, default=0
        Number of the first one.

    Returns
    -------
    array of uint64 of shape (n_chains,)
        A seed a chain.
    """
    seeds = np.empty(n_chains, dtype=np.uint64)
    fill_with_seeds(seeds, seed, np.uint64(first))
    return seeds


def coins(chances: Floats, seeds: Seeds) -> States:
    """Draw independent states, with the numbers of sweep 0.

    Parameters
    ----------
    chances : array of shape (n_units,)
        Probability that each unit is 1.
    seeds : array of uint64 of shape (n_chains,)
        A stream a chain.

    Returns
    -------
    array of int8 of shape (n_chains, n_units)
        States.
    """
    states = np.empty((len(seeds), len(chances)), dtype=np.int8)
    draw_coins(np.ascontiguousarray(chances, dtype=np.float64), seeds, 0, states)
    return states


def reach_of(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give between which two units those lie that a unit is connected to.

    Parameters
    ----------
    weights : array of shape (n_units, n_units)
        0 where there is no connection.

    Returns
    -------
    array of int of shape (n_units, 2)
        First one, and last one + 1.
    """
    reach = np.empty((len(weights), 2), dtype=np.int64)
    find_reach(weights, reach)
    return reach


class Chains:
    """Chains under given weights, that may go on and on.

    Parameters
    ----------
    weights : array of float64 of shape (n_units, n_units)
        Symmetric, with an empty diagonal, C-ordered.
    fields : array of float64 of shape (n_chains, n_units)
        Inputs of the units plus what the states add; kept up to date.
    states : array of int8 of shape (n_chains, n_units)
        Where the chains are; changed in place.
    seeds : array of uint64 of shape (n_chains,)
        A stream a chain.
    kept : array of bool of shape (n_chains, n_units), optional
        Units that stay as they are.
    """

    def __init__(
        self,
        weights: NDArray[np.float64],
        fields: NDArray[np.float64],
        states: States,
        seeds: Seeds,
        kept: NDArray[np.bool_] | None = None,
    ) -> None:
        self._weights, self._fields, self._states, self._seeds = weights, fields, states, seeds
        self._reach = reach_of(weights)
        self._kept = np.empty((0, states.shape[1]), dtype=np.int8) if kept is None else kept.astype(np.int8)

    @classmethod
    def under(
        cls,
        weights: NDArray[np.float64],
        biases: Floats,
        states: States,
        seeds: Seeds,
        kept: NDArray[np.bool_] | None = None,
    ) -> Chains:
        """Begin with states, whose fields are computed.

        Parameters
        ----------
        weights : array of float64 of shape (n_units, n_units)
            Symmetric, with an empty diagonal, C-ordered.
        biases : array of shape (n_units,)
            Biases.
        states, seeds, kept : array
            As above.

        Returns
        -------
        Chains
            The chains.
        """
        return cls(weights, fields_of(weights, biases, states), states, seeds, kept)

    def sweep(
        self,
        scales: NDArray[np.float64],
        order_seed: np.uint64,
        threads: ThreadsOfOurOwn,
        *,
        first_sweep: int = 0,
        counts: NDArray[np.int64] | None = None,
        n_uncounted: int = 0,
    ) -> None:
        """Make sweeps.

        Parameters
        ----------
        scales : array of float64 of shape (n_sweeps,)
            By what the fields are multiplied in each: temperature of the weights over that of the sweep.
        order_seed : numpy.uint64
            Of the order of the units.
        threads : ThreadsOfOurOwn
            Share out the chains.
        first_sweep : int, default=0
            Number of the first one; chance follows from it.
        counts : array of int of shape (n_chains, n_units), optional
            Grow by the states after each sweep.
        n_uncounted : int, default=0
            First sweeps, after which they do not.
        """
        n_chains, n_units = self._states.shape
        if not n_units:
            return
        none = np.empty((0, n_units), dtype=np.int64)

        def work(part: slice) -> None:
            sample_chains(
                self._weights,
                self._reach,
                scales,
                order_seed,
                first_sweep,
                self._seeds[part],
                self._kept[part] if len(self._kept) else self._kept,
                self._states[part],
                self._fields[part],
                n_uncounted,
                none if counts is None else counts[part],
            )

        threads.share(work, n_chains, len(scales) * n_units * (16 + n_units // 8))
