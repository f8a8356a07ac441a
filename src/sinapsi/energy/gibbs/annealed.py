"""The partition function of machines whose states are too many to list, by annealed importance sampling (Neal 2001)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

from sinapsi.energy.gibbs.chains import Purpose, coins, reach_of, seed_for, seeds_of_chains
from sinapsi.energy.gibbs.kernels import anneal_chains
from sinapsi.energy.gibbs.machine import Machine, fields_of
from sinapsi.energy.gibbs.two_valued import States
from sinapsi.estimator import Floats
from sinapsi.own_threads import ThreadsOfOurOwn

N_CHAINS = 200
N_COUPLINGS = 2000  # distributions between independent units and the machine
NEAREST_TO_CERTAIN = 0.01  # probabilities of the independent units are kept so far from 0 and 1


def base_of(states: States) -> NDArray[np.float64]:
    """Give the biases of independent units that are on as often as some states.

    Parameters
    ----------
    states : array of int8 of shape (n_states, n_units)
        For example those of the persistent chains.

    Returns
    -------
    array of shape (n_units,)
        Log-odds.
    """
    shares = np.clip(states.mean(axis=0), NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    return np.asarray(np.log(shares / (1 - shares)))


def log_weights_of_chains(
    machine: Machine, base: Floats, seed: int, n_chains: int = N_CHAINS, n_couplings: int = N_COUPLINGS
) -> NDArray[np.float64]:
    """Anneal chains from independent units to the machine.

    Parameters
    ----------
    machine : Machine
        The machine.
    base : array of shape (n_units,)
        Biases of the independent units.
    seed : int
        Of chance.
    n_chains, n_couplings : int
        Chains, and distributions that each goes through.

    Returns
    -------
    array of shape (n_chains,)
        Logarithms of numbers whose mean is Z / Z_0.
    """
    own_seed = seed_for(Purpose.PARTITION, seed)
    seeds = seeds_of_chains(own_seed, n_chains)
    states = coins(expit(base), seeds)
    fields = fields_of(machine.weights, machine.biases, states)
    log_weights = np.zeros(n_chains)
    couplings = np.linspace(0.0, 1.0, n_couplings + 1)
    order_seed, reach = seed_for(Purpose.ORDER, int(own_seed)), reach_of(machine.weights)

    def work(part: slice) -> None:
        anneal_chains(
            machine.weights,
            reach,
            machine.biases,
            np.ascontiguousarray(base, dtype=np.float64),
            couplings,
            order_seed,
            seeds[part],
            states[part],
            fields[part],
            log_weights[part],
        )

    with ThreadsOfOurOwn() as threads:
        threads.share(work, n_chains, n_couplings * machine.n_units * (16 + machine.n_units // 8))
    return log_weights


def annealed_log_partition(machine: Machine, base: Floats, seed: int) -> float:
    """Estimate log Z.

    Parameters
    ----------
    machine : Machine
        The machine.
    base : array of shape (n_units,)
        Biases of the independent units to begin with.
    seed : int
        Of chance.

    Returns
    -------
    float
        Too low rather than too high: of the logarithm of a mean that is right on average.
    """
    log_weights = log_weights_of_chains(machine, base, seed)
    return float(np.logaddexp(0.0, base).sum() + logsumexp(log_weights) - np.log(len(log_weights)))
