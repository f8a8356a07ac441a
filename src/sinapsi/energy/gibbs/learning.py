"""Learning in two phases (Ackley, Hinton and Sejnowski 1985): what the data make of the machine, and what it dreams.

A weight grows by how often its two units are on together while examples hold the visible units, less how often they are
while nothing does. The first phase needs the hidden units given an example: by mean fields, one sample, or all their
states. The second needs the machine itself: chains that go on from one update to the next (Tieleman 2008; with mean
fields in the first phase: Salakhutdinov and Hinton 2009), or all states.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinapsi.energy.gibbs.chains import Chains, Purpose, coins, seed_for, seeds_of_chains
from sinapsi.energy.gibbs.enumeration import hidden_moments, log_probabilities, moments
from sinapsi.energy.gibbs.hidden_states import LEARNING_SWEEPS, LEARNING_TOLERANCE, mean_field
from sinapsi.energy.gibbs.machine import Machine, fields_of
from sinapsi.energy.gibbs.two_valued import States
from sinapsi.estimator import Floats
from sinapsi.own_threads import ThreadsOfOurOwn
from sinapsi.schedules import Schedule

POSITIVE_PHASES = ("mean_field", "sampled", "exact")
NEGATIVE_PHASES = ("chains", "exact")


@dataclass(frozen=True)
class LearningRules:
    """How a machine learns.

    Parameters
    ----------
    positive_phase : {"mean_field", "sampled", "exact"}
        What is known of hidden units given an example.
    negative_phase : {"chains", "exact"}
        What is known of the machine left alone.
    temperature : float
        Of the machine.
    learning_rate : Schedule
        Over updates.
    weight_decay : float
        Share of a weight that an update at rate 1 takes away.
    n_sweeps : int
        Of the chains between two updates.
    seed : int
        Of chance.
    """

    positive_phase: str
    negative_phase: str
    temperature: float
    learning_rate: Schedule
    weight_decay: float
    n_sweeps: int
    seed: int


@dataclass
class Progress:
    """How far learning has come, so that it can go on.

    Parameters
    ----------
    n_updates : int, default=0
        Made so far.
    n_rows : int, default=0
        Examples met so far.
    """

    n_updates: int = 0
    n_rows: int = 0


class TwoPhases:
    """Learning of one machine, in place.

    Parameters
    ----------
    weights : array of shape (n_units, n_units)
        Symmetric, 0 where there is no connection; changed in place.
    biases : array of shape (n_units,)
        Changed in place.
    connections : array of bool of shape (n_units, n_units)
        Whose weights learn.
    chains : array of int8 of shape (n_chains, n_units)
        Persistent chains; changed in place.
    n_visible : int
        How many units come first.
    rules : LearningRules
        How.
    progress : Progress
        Where it goes on; changed in place.
    threads : ThreadsOfOurOwn
        Share out chains.
    """

    def __init__(
        self,
        weights: Floats,
        biases: Floats,
        connections: NDArray[np.bool_],
        chains: States,
        *,
        n_visible: int,
        rules: LearningRules,
        progress: Progress,
        threads: ThreadsOfOurOwn,
    ) -> None:
        self._weights, self._biases, self._chains = weights, biases, chains
        self._connections, self._n_visible = connections, n_visible
        self._rules, self._progress, self._threads = rules, progress, threads
        chain_seed = seed_for(Purpose.PERSISTENT_CHAINS, rules.seed)
        self._chain_seeds = seeds_of_chains(chain_seed, len(chains))
        self._order_seed = seed_for(Purpose.ORDER, int(chain_seed))
        self._hidden_seed = seed_for(Purpose.HIDDEN_STATES, rules.seed)
        self._hidden_order_seed = seed_for(Purpose.ORDER, int(self._hidden_seed))

    def machine(self) -> Machine:
        """Give the machine as it is now."""
        return Machine.at(self._weights, self._biases, self._rules.temperature, self._n_visible)

    def update(self, rows: States) -> tuple[float, float]:
        """Learn from some examples at once.

        Parameters
        ----------
        rows : array of int8 of shape (n_rows, n_visible)
            Examples.

        Returns
        -------
        loss : float
            Sum over the rows, before the update; see :func:`surprise`.
        learning_rate : float
            That was used.
        """
        rules, machine = self._rules, self.machine()
        together, means = self._positive(machine, rows)
        loss = surprise(machine, rows, means)
        gradient = together - self._negative(machine)
        rate = rules.learning_rate.rate(self._progress.n_updates)
        change = np.where(self._connections, 0.5 * (gradient + gradient.T), 0.0)  # symmetric to the last bit
        if rules.weight_decay:
            change -= rules.weight_decay * self._weights
        self._weights += (rate * change).astype(self._weights.dtype)
        self._biases += (rate * gradient.diagonal()).astype(self._biases.dtype)
        self._progress.n_updates += 1
        self._progress.n_rows += len(rows)
        return loss, rate

    def _positive(self, machine: Machine, rows: States) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Means of s_i s_j while the rows hold the visible units, and what the hidden ones were taken to be."""
        inputs = machine.hidden_inputs(rows)
        if self._rules.positive_phase == "exact":
            means, hidden_products = hidden_moments(machine, inputs)
            together = mean_products(rows, means)
            together[machine.n_visible :, machine.n_visible :] = hidden_products
            return together, means
        if self._rules.positive_phase == "sampled":
            means = self._sampled(machine, inputs).astype(np.float64)
        else:
            means = mean_field(machine, inputs, LEARNING_TOLERANCE, LEARNING_SWEEPS)
        return mean_products(rows, means), means

    def _sampled(self, machine: Machine, inputs: NDArray[np.float64]) -> States:
        seeds = seeds_of_chains(self._hidden_seed, len(inputs), self._progress.n_rows)
        states = coins(np.full(machine.n_hidden, 0.5), seeds)
        weights = machine.hidden_weights
        fields = inputs + fields_of(weights, np.zeros(len(weights)), states)
        scales = np.ones(1 if machine.is_hidden_layer_free else self._rules.n_sweeps)
        Chains(weights, fields, states, seeds).sweep(scales, self._hidden_order_seed, self._threads, first_sweep=1)
        return states

    def _negative(self, machine: Machine) -> NDArray[np.float64]:
        """Means of s_i s_j of the machine left alone."""
        if self._rules.negative_phase == "exact":
            return moments(machine)
        chains = Chains.under(machine.weights, machine.biases, self._chains, self._chain_seeds)
        first_sweep = 1 + self._progress.n_updates * self._rules.n_sweeps
        chains.sweep(np.ones(self._rules.n_sweeps), self._order_seed, self._threads, first_sweep=first_sweep)
        return mean_products(self._chains, np.empty((len(self._chains), 0)))


def mean_products(rows: States, means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the means of s_i s_j of independent units: rows of states, and rows of means beside them.

    Parameters
    ----------
    rows : array of int8 of shape (n_rows, n_visible)
        States.
    means : array of shape (n_rows, n_hidden)
        Means.

    Returns
    -------
    array of shape (n_units, n_units)
        On the diagonal the means of the units themselves.
    """
    units = np.concatenate([rows, means], axis=1, dtype=np.float64)
    products: NDArray[np.float64] = units.T @ units / len(units)
    np.fill_diagonal(products, units.mean(axis=0))
    return products


def surprise(machine: Machine, rows: States, means: NDArray[np.float64]) -> float:
    """Give minus the sum of log p(v_i | all other units) over rows and visible units, hidden units at their means.

    Without hidden units it is minus the logarithm of the pseudo-likelihood (Besag 1975).

    Parameters
    ----------
    machine : Machine
        The machine.
    rows : array of int8 of shape (n_rows, n_visible)
        Visible states.
    means : array of shape (n_rows, n_hidden)
        Means of the hidden units.

    Returns
    -------
    float
        In nats.
    """
    units = np.concatenate([rows, means], axis=1, dtype=np.float64)
    fields = units @ machine.weights[:, : machine.n_visible] + machine.biases[: machine.n_visible]
    agreement = np.where(rows == 1, fields, -fields)
    return float(np.logaddexp(0.0, -agreement).sum())


def mean_negative_log_likelihood(machine: Machine, numbers: NDArray[np.int64]) -> float:
    """Give minus the mean of log p(v), by listing all states.

    Parameters
    ----------
    machine : Machine
        A small one.
    numbers : array of int of shape (n_rows,)
        Numbers of the rows, see :func:`numbers_of`.

    Returns
    -------
    float
        In nats; NaN when the weights are no longer finite.
    """
    return -float(log_probabilities(machine)[numbers].mean())
