"""Sums over all states, for machines that are small enough to list them.

State number m has unit k on where bit k of m is 1. Tables of all states are made by doubling: adding a unit repeats the
table, once without and once with it, so nothing is computed twice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from sinapsi.energy.gibbs.machine import Machine
from sinapsi.energy.gibbs.two_valued import States
from sinapsi.estimator import Floats

MOST_UNITS = 20  # whose states are listed: about a million
MOST_HIDDEN = 16  # whose states are listed for every row of X
PART = 2**14  # states, or rows times states, that are looked at together


def log_masses(weights: Floats, biases: Floats) -> NDArray[np.float64]:
    """Give 1/2 s'W s + b's of every state.

    Parameters
    ----------
    weights : array of shape (n_units, n_units)
        Symmetric, with an empty diagonal.
    biases : array of shape (n_units,)
        Biases.

    Returns
    -------
    array of shape (2 ** n_units,)
        By the numbers of the states.
    """
    masses = np.zeros(1)
    for unit in range(len(biases)):
        masses = np.concatenate([masses, masses + _sums(weights[unit, :unit], biases[unit : unit + 1])])
    return masses


def _sums(terms: Floats, start: Floats) -> NDArray[np.float64]:
    """Start + sum_k terms[..., k] s_k for every state s, along a last axis that is added where start has one."""
    sums = np.asarray(start, dtype=np.float64)
    for k in range(terms.shape[-1]):
        sums = np.concatenate([sums, sums + terms[..., k : k + 1]], axis=-1)
    return sums


def states_numbered(numbers: NDArray[np.int64], n_units: int) -> States:
    """Give the states of some numbers.

    Parameters
    ----------
    numbers : array of int of shape (n_states,)
        Numbers of states.
    n_units : int
        Units.

    Returns
    -------
    array of int8 of shape (n_states, n_units)
        The states.
    """
    return ((numbers[:, np.newaxis] >> np.arange(n_units)) & 1).astype(np.int8)


def numbers_of(states: States) -> NDArray[np.int64]:
    """Give the numbers of some states.

    Parameters
    ----------
    states : array of int8 of shape (n_states, n_units)
        States.

    Returns
    -------
    array of int of shape (n_states,)
        Numbers.
    """
    numbers: NDArray[np.int64] = states.astype(np.int64) @ (np.int64(1) << np.arange(states.shape[1]))
    return numbers


def log_probabilities(machine: Machine) -> NDArray[np.float64]:
    """Give log p(v) of every visible state.

    Parameters
    ----------
    machine : Machine
        Of at most :data:`MOST_UNITS` units.

    Returns
    -------
    array of shape (2 ** n_visible,)
        By the numbers of the states.
    """
    hidden_first = np.roll(np.arange(machine.n_units), machine.n_hidden)
    masses = log_masses(machine.weights[np.ix_(hidden_first, hidden_first)], machine.biases[hidden_first])
    sums = logsumexp(masses.reshape(-1, 2**machine.n_hidden), axis=1)
    log_p: NDArray[np.float64] = sums - logsumexp(sums)
    return log_p


def log_partition(machine: Machine) -> float:
    """Give log Z, Z = sum_s exp(1/2 s'W s + b's).

    Parameters
    ----------
    machine : Machine
        Of at most :data:`MOST_UNITS` units.

    Returns
    -------
    float
        log Z.
    """
    return float(logsumexp(log_masses(machine.weights, machine.biases)))


def moments(machine: Machine) -> NDArray[np.float64]:
    """Give the mean of s_i s_j over all states, weighted by their probability.

    Parameters
    ----------
    machine : Machine
        Of at most :data:`MOST_UNITS` units.

    Returns
    -------
    array of shape (n_units, n_units)
        On the diagonal the means of the states themselves.
    """
    masses = log_masses(machine.weights, machine.biases)
    return _moments_of(np.exp(masses - logsumexp(masses)), machine.n_units)


def _moments_of(probabilities: NDArray[np.float64], n_units: int) -> NDArray[np.float64]:
    products = np.zeros((n_units, n_units))
    for start in range(0, len(probabilities), PART):
        part = probabilities[start : start + PART]
        states = states_numbered(np.arange(start, start + len(part)), n_units).astype(np.float64)
        products += states.T @ (part[:, np.newaxis] * states)
    return products


def hidden_log_masses(machine: Machine, inputs: Floats) -> NDArray[np.float64]:
    """Give 1/2 h'W h + inputs'h of every hidden state, for each row.

    Parameters
    ----------
    machine : Machine
        Of at most :data:`MOST_HIDDEN` hidden units.
    inputs : array of shape (n_rows, n_hidden)
        What reaches the hidden units from the visible ones.

    Returns
    -------
    array of shape (n_rows, 2 ** n_hidden)
        By the numbers of the hidden states.
    """
    among_themselves = log_masses(machine.hidden_weights, np.zeros(machine.n_hidden))
    return among_themselves + _sums(inputs, np.zeros((len(inputs), 1)))


def hidden_moments(machine: Machine, inputs: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the means of the hidden units given each row, and the mean over the rows of h_i h_j.

    Parameters
    ----------
    machine : Machine
        Of at most :data:`MOST_HIDDEN` hidden units.
    inputs : array of shape (n_rows, n_hidden)
        What reaches the hidden units from the visible ones.

    Returns
    -------
    means : array of shape (n_rows, n_hidden)
        E[h | v].
    products : array of shape (n_hidden, n_hidden)
        Mean of E[h h' | v]; on the diagonal that of the means.
    """
    means = np.empty(inputs.shape)
    total = np.zeros(2**machine.n_hidden)
    states = states_numbered(np.arange(len(total)), machine.n_hidden).astype(np.float64)
    for rows in parts(len(inputs), len(total)):
        masses = hidden_log_masses(machine, inputs[rows])
        p = np.exp(masses - logsumexp(masses, axis=1, keepdims=True))
        means[rows] = p @ states
        total += p.sum(axis=0)
    return means, _moments_of(total / len(inputs), machine.n_hidden)


def parts(n_rows: int, n_states: int) -> list[slice]:
    """Cut rows into stretches whose tables of states are not too large.

    Parameters
    ----------
    n_rows : int
        Rows.
    n_states : int
        States of each.

    Returns
    -------
    list of slice
        Stretches.
    """
    size = max(1, 16 * PART // n_states)
    return [slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size)]
