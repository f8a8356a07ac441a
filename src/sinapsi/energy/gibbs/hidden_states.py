"""What the hidden units do while the visible ones are held: means, draws, and sums over all their states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp, xlog1py, xlogy

from sinapsi.energy.gibbs.enumeration import MOST_HIDDEN, hidden_log_masses, parts
from sinapsi.energy.gibbs.kernels import settle_means
from sinapsi.energy.gibbs.machine import Machine
from sinapsi.energy.gibbs.two_valued import States
from sinapsi.estimator import Floats

LEARNING_TOLERANCE, LEARNING_SWEEPS = 1e-4, 30  # of mean fields while learning, where sampling is less exact
TOLERANCE, MOST_SWEEPS = 1e-9, 1000  # of mean fields that bound a likelihood


def mean_field(machine: Machine, inputs: Floats, tolerance: float, max_sweeps: int) -> NDArray[np.float64]:
    """Give the means of the independent units that are nearest to the hidden ones given each row.

    Parameters
    ----------
    machine : Machine
        The machine.
    inputs : array of shape (n_rows, n_hidden)
        What reaches the hidden units from the visible ones.
    tolerance : float
        A row is done when none of its means moves by more.
    max_sweeps : int
        Or after so many sweeps.

    Returns
    -------
    array of shape (n_rows, n_hidden)
        Means; exact when no hidden unit is linked to another one.
    """
    if machine.is_hidden_layer_free:
        return np.asarray(expit(inputs))
    means = np.full(inputs.shape, 0.5)
    settle_means(machine.hidden_weights, np.ascontiguousarray(inputs), tolerance, max_sweeps, means)
    return means


def log_sums(machine: Machine, rows: States) -> NDArray[np.float64]:
    """Give log sum_h exp(1/2 s'W s + b's), s = (v, h), for each row v: in closed form, by listing, or a lower bound.

    Parameters
    ----------
    machine : Machine
        The machine.
    rows : array of int8 of shape (n_rows, n_visible)
        Visible states.

    Returns
    -------
    array of shape (n_rows,)
        Exact when no hidden unit is linked to another one, or there are at most :data:`MOST_HIDDEN`; else what mean
        fields reach, which is at most that.
    """
    inputs, masses = machine.hidden_inputs(rows), machine.visible_masses(rows)
    if machine.is_hidden_layer_free:
        free: NDArray[np.float64] = masses + np.logaddexp(0.0, inputs).sum(axis=1)
        return free
    if machine.n_hidden > MOST_HIDDEN:
        return masses + bounds(machine, inputs)
    for part in parts(len(rows), 2**machine.n_hidden):
        masses[part] += logsumexp(hidden_log_masses(machine, inputs[part]), axis=1)
    return masses


def bounds(machine: Machine, inputs: Floats) -> NDArray[np.float64]:
    """Give the mean-field lower bound on log sum_h exp(1/2 h'W h + inputs'h) for each row.

    Parameters
    ----------
    machine : Machine
        The machine.
    inputs : array of shape (n_rows, n_hidden)
        What reaches the hidden units from the visible ones.

    Returns
    -------
    array of shape (n_rows,)
        Mean of the exponent under independent units, plus their entropy (Saul, Jaakkola and Jordan 1996).
    """
    means = mean_field(machine, inputs, TOLERANCE, MOST_SWEEPS)
    exponents = (means * (0.5 * means @ machine.hidden_weights + inputs)).sum(axis=1)
    entropies = -(xlogy(means, means) + xlog1py(1 - means, -means)).sum(axis=1)
    bound: NDArray[np.float64] = exponents + entropies
    return bound
