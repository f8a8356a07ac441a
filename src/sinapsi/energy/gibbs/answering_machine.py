"""What a fitted Boltzmann machine is asked: samples, completions, energies, likelihoods."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.energy.gibbs.annealed import annealed_log_partition, base_of
from sinapsi.energy.gibbs.chains import Chains, Purpose, Seeds, coins, seed_for, seeds_of_chains
from sinapsi.energy.gibbs.enumeration import MOST_UNITS, log_probabilities, numbers_of
from sinapsi.energy.gibbs.hidden_states import log_sums
from sinapsi.energy.gibbs.kernels import fill_with_seeds_of_rows
from sinapsi.energy.gibbs.learning_machine import LearningMachine
from sinapsi.energy.gibbs.machine import Machine
from sinapsi.energy.gibbs.temperatures import temperatures_of
from sinapsi.energy.gibbs.two_valued import UNKNOWN, States, states_of
from sinapsi.estimator import Floats, random_generator
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.own_threads import ThreadsOfOurOwn
from sinapsi.parameters import check_parameters, count, nothing, random_source

N_SWEEPS = 1000  # of samples and completions, where nothing else is asked for
ARGUMENT_RULES = {"n_samples": count(1), "n_gibbs_steps": nothing | count(1), "random_state": random_source}
RandomState = int | np.random.RandomState | np.random.Generator | None


class AnsweringMachine(LearningMachine):
    """The questions behind the public methods."""

    def _asked(self) -> Machine:
        check_is_fitted(self)
        self._check_parameters()  # those of sampling may have been set since
        return self._machine()

    # Sampling.

    def _sample(
        self, n_samples: int, given: ArrayLike | None, n_gibbs_steps: int | None, random_state: RandomState
    ) -> Floats:
        machine = self._asked()
        arguments = {"n_samples": n_samples, "n_gibbs_steps": n_gibbs_steps, "random_state": random_state}
        check_parameters(f"{type(self).__name__}.sample", arguments, ARGUMENT_RULES)
        seed = self._seed if random_state is None else int(random_generator(random_state).integers(2**63))
        own_seed = seed_for(Purpose.SAMPLES, seed)
        seeds = seeds_of_chains(own_seed, int(n_samples))
        if self.annealing is None:
            states = self._chains[np.arange(n_samples) % len(self._chains)]
        else:
            states = coins(np.full(machine.n_units, 0.5), seeds)
        kept = None
        if given is not None:
            held = self._held(given, int(n_samples))
            kept = np.zeros(states.shape, dtype=bool)
            kept[:, : machine.n_visible] = held != UNKNOWN
            np.copyto(states[:, : machine.n_visible], held, where=held != UNKNOWN)
        self._sweep(machine, states, own_seed, seeds, kept, n_gibbs_steps or N_SWEEPS)
        return states[:, : machine.n_visible].astype(self.weights_.dtype)

    def _held(self, given: Any, n_samples: int) -> States:
        """What ``given`` says, a row a sample."""
        if np.ndim(given) == 1:
            given = [given] if isinstance(given, list | tuple) else np.reshape(given, (1, -1))
        try:
            rows: Floats = self._inputs(given, reset=False, may_be_missing=True)
        except InvalidInputError as error:
            raise InvalidInputError(f"In given: {error}") from error
        if len(rows) not in (1, n_samples):
            raise InvalidInputError(
                f"given must have one row for all samples or one for each. Got {len(rows)} rows for "
                f"n_samples={n_samples}; pass n_samples={len(rows)}."
            )
        return np.broadcast_to(states_of(rows, self.binarize), (n_samples, rows.shape[1]))

    def _sweep(
        self,
        machine: Machine,
        states: States,
        own_seed: np.uint64,
        seeds: Seeds,
        kept: NDArray[np.bool_] | None,
        n_sweeps: int,
        counts: NDArray[np.int64] | None = None,
    ) -> None:
        """Sample in place, at the temperatures of ``annealing``; count the states of the second half of the sweeps."""
        temperature = float(self.temperature)
        scales = temperature / temperatures_of(self.annealing, n_sweeps, temperature)
        chains = Chains.under(machine.weights, machine.biases, states, seeds, kept)
        order_seed = seed_for(Purpose.ORDER, int(own_seed))
        with ThreadsOfOurOwn() as threads:
            chains.sweep(scales, order_seed, threads, first_sweep=1, counts=counts, n_uncounted=n_sweeps // 2)

    def _complete(self, X: ArrayLike) -> Floats:
        machine = self._asked()
        rows, dtype = self._states(X, reset=False, may_have_gaps=True)
        has_gaps = (rows == UNKNOWN).any(axis=1)
        if has_gaps.any():
            rows[has_gaps] = self._most_probable(machine, rows[has_gaps])
        return rows.astype(dtype)

    def _most_probable(self, machine: Machine, rows: States) -> States:
        seeds = np.empty(len(rows), dtype=np.uint64)
        own_seed = seed_for(Purpose.COMPLETIONS, self._seed)
        fill_with_seeds_of_rows(seeds, own_seed, rows)
        states = coins(np.full(machine.n_units, 0.5), seeds)
        kept = np.zeros(states.shape, dtype=bool)
        is_known = rows != UNKNOWN
        kept[:, : machine.n_visible] = is_known
        np.copyto(states[:, : machine.n_visible], rows, where=is_known)
        counts = np.zeros(states.shape, dtype=np.int64)
        self._sweep(machine, states, own_seed, seeds, kept, N_SWEEPS, counts)
        was_on = 2 * counts[:, : machine.n_visible] > N_SWEEPS - N_SWEEPS // 2
        return np.where(is_known, rows, was_on).astype(np.int8)

    # Energies and likelihoods.

    def _energy(self, X: ArrayLike, hidden: ArrayLike | None) -> NDArray[np.float64]:
        machine = self._asked()
        rows, _ = self._states(X, reset=False)
        states = np.concatenate([rows, self._hidden_states(hidden, len(rows), machine.n_hidden)], axis=1)
        energies: NDArray[np.float64] = -float(self.temperature) * machine.log_masses(states)
        return energies

    def _hidden_states(self, hidden: ArrayLike | None, n_rows: int, n_hidden: int) -> States:
        given = np.empty((n_rows, 0)) if hidden is None else np.asarray(hidden)
        if given.shape != (n_rows, n_hidden):
            raise InvalidInputError(
                f"hidden must be the states of {n_hidden} hidden units for each of {n_rows} rows: shape "
                f"{(n_rows, n_hidden)}. Got {'none' if hidden is None else given.shape}."
            )
        if not ((given == 0) | (given == 1)).all():
            raise InvalidInputError("hidden must be 0 and 1. Got other values; pass hidden > 0.")
        return given.astype(np.int8)

    def _score_samples(self, X: ArrayLike) -> Floats:
        machine = self._asked()
        rows, dtype = self._states(X, reset=False)
        if machine.n_units <= MOST_UNITS:
            return log_probabilities(machine)[numbers_of(rows)].astype(dtype)
        log_z = annealed_log_partition(machine, base_of(self._chains), self._seed)
        return (log_sums(machine, rows) - log_z).astype(dtype)

    def _probabilities(self) -> NDArray[np.float64]:
        machine = self._asked()
        if machine.n_units > MOST_UNITS:
            raise InvalidParameterError(
                f"probabilities() lists all states of a machine of at most {MOST_UNITS} units. Got "
                f"{machine.n_visible} visible and {machine.n_hidden} hidden ones; ask score_samples(X) for the rows "
                "that matter."
            )
        table = np.exp(log_probabilities(machine)).reshape((2,) * machine.n_visible)  # the last unit's axis is first
        return np.ascontiguousarray(table.transpose())
