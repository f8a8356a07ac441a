"""How a restricted machine learns: contrastive divergence, from the data or from chains that go on by themselves.

The log-likelihood of the data rises along <v h> under the data less <v h> under the machine. The second mean is
estimated after a few steps of Gibbs sampling, started at the data (Hinton 2002) or where the last ones ended (Tieleman
2008). Hidden units count by their probabilities, which cuts noise; what drives the other layer is always drawn, for
probabilities carried through the steps would sample from another machine. Both layers are measured from offsets, so
that learning does not depend on which state is called 1 (Melchior, Fischer and Wiskott 2016).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from sinapsi.energy import kernels
from sinapsi.energy.arithmetic import Chance
from sinapsi.energy.machine import Machine
from sinapsi.energy.units import Binary

OFFSET_RATE = 0.01  # share of a batch in the running offsets (Melchior, Fischer and Wiskott 2016)
ACTIVITY_RATE = 0.05  # share of a batch in the running activity of hidden units (Hinton 2012)


@dataclass(frozen=True)
class ContrastiveRule:
    """What varies in contrastive divergence.

    Parameters
    ----------
    n_gibbs_steps : int
        Steps from where the negative phase starts.
    is_persistent : bool
        Whether it starts where it last ended, not at the data.
    is_centered : bool
        Whether both layers are measured from their offsets.
    momentum : float
        Share of the last step in the next one.
    weight_decay : float
        Share of a weight that is taken from its gradient.
    target, cost : float
        Wanted mean activity of hidden units and strength of the pull to it; a cost of 0 does not pull.
    """

    n_gibbs_steps: int
    is_persistent: bool
    is_centered: bool
    momentum: float
    weight_decay: float
    target: float = 0.0
    cost: float = 0.0


class ContrastiveLearning:
    """The learning of one machine, batch by batch.

    Parameters
    ----------
    machine : Machine
        Changed in place.
    rule : ContrastiveRule
        How it learns.
    chance : Chance
        Source of randomness.
    memory : mapping of str to array
        What earlier learning left: velocities, offsets, activity, chains; as :attr:`memory` gives it.
    """

    def __init__(self, machine: Machine, rule: ContrastiveRule, chance: Chance, memory: Mapping[str, Any]) -> None:
        xp = array_namespace(machine.weights)
        self.machine = machine
        self._rule = rule
        self._chance = chance
        fresh = {
            "weights_velocity": xp.zeros_like(machine.weights),
            "visible_velocity": xp.zeros_like(machine.visible_bias),
            "hidden_velocity": xp.zeros_like(machine.hidden_bias),
            "activity": xp.zeros_like(machine.hidden_bias) + rule.target,
        }
        self.memory: dict[str, Any] = {name: memory.get(name, array) for name, array in fresh.items()}
        self.memory |= {name: memory[name] for name in ("visible_offset", "hidden_offset", "chains") if name in memory}
        self._buffers: _Buffers | None = None

    def learn(self, batch: Any, rate: float) -> None:
        """Move once up the estimated gradient.

        Parameters
        ----------
        batch : array of shape (n_rows, n_visible)
            Examples; kept as they are.
        rate : float
            Learning rate.
        """
        if "visible_offset" not in self.memory:
            self._start_offsets(batch)
        if isinstance(batch, np.ndarray) and isinstance(self.machine.hidden, Binary):
            self._learn_in_buffers(batch, rate)
        else:
            self._learn_anywhere(batch, rate)

    def _start_offsets(self, batch: Any) -> None:
        xp = array_namespace(batch)
        memory, machine = self.memory, self.machine
        memory["visible_offset"] = xp.zeros_like(machine.visible_bias)
        memory["hidden_offset"] = xp.zeros_like(machine.hidden_bias)
        if self._rule.is_centered:
            memory["visible_offset"] += xp.mean(batch, axis=0)
            memory["hidden_offset"] += xp.mean(machine.hidden_means(batch), axis=0)

    def _learn_anywhere(self, batch: Any, rate: float) -> None:
        """One step in plain words, for arrays of any library and hidden units of any kind."""
        xp, machine, chance = array_namespace(batch), self.machine, self._chance
        means, drawn = machine.hidden.draw(batch @ machine.weights.T, machine.hidden_bias, chance)
        chains = self.memory.get("chains") if self._rule.is_persistent else None
        hidden = drawn if chains is None else machine.draw_hidden(chains, chance)
        fantasy = machine.draw_visible(hidden, chance)[1]
        for _ in range(self._rule.n_gibbs_steps - 1):
            fantasy = machine.draw_visible(machine.draw_hidden(fantasy, chance), chance)[1]
        self.memory["chains"] = fantasy
        dreamed = machine.hidden_means(fantasy)
        n_rows, n_chains = batch.shape[0], fantasy.shape[0]
        contrast = means.T @ batch / n_rows - dreamed.T @ fantasy / n_chains
        visible_means, hidden_means = xp.mean(batch, axis=0), xp.mean(means, axis=0)
        self._move(
            contrast,
            visible_means - xp.mean(fantasy, axis=0),
            hidden_means - xp.mean(dreamed, axis=0),
            rate,
        )
        self._follow(visible_means, hidden_means)

    def _learn_in_buffers(self, batch: Any, rate: float) -> None:
        """The same step on NumPy arrays, in memory that is taken once; both phases are one product."""
        machine, rule, chance = self.machine, self._rule, self._chance
        chains = self.memory.get("chains") if rule.is_persistent else None
        n_rows = len(batch)
        n_chains = n_rows if chains is None else len(chains)
        if self._buffers is None or not self._buffers.fit(n_rows, n_chains):
            self._buffers = _Buffers(machine, n_rows, n_chains)
        room = self._buffers
        np.copyto(room.visible[:n_rows], batch)
        data, fantasy = room.visible[:n_rows], room.visible[n_rows:]
        means, dreamed, drawn = room.hidden[:n_rows], room.hidden[n_rows:], room.drawn
        upward, downward = machine.weights.T, machine.weights

        np.matmul(data, upward, out=means)
        kernels.draw_states(means, machine.hidden_bias, 1 / n_rows, room.drawn_of_data, *chance.take(means.size))
        hidden = room.drawn_of_data
        if chains is not None:
            np.matmul(chains, upward, out=dreamed)
            kernels.draw_states(dreamed, machine.hidden_bias, 1.0, drawn, *chance.take(drawn.size))
            hidden = drawn
        for step in range(rule.n_gibbs_steps):
            if step:
                np.matmul(fantasy, upward, out=dreamed)
                kernels.draw_states(dreamed, machine.hidden_bias, 1.0, drawn, *chance.take(drawn.size))
                hidden = drawn
            np.matmul(hidden, downward, out=room.fields)
            _, states = machine.visible.draw(room.fields, machine.visible_bias, chance, fantasy)
            if states is not fantasy:
                np.copyto(fantasy, states)
        np.matmul(fantasy, upward, out=dreamed)
        kernels.mean_states(dreamed, machine.hidden_bias, -1 / n_chains)
        self.memory["chains"] = fantasy
        np.matmul(room.hidden.T, room.visible, out=room.contrast)
        visible_means, visible_dreamed = room.shares @ room.visible
        ones = room.ones
        hidden_means = ones[:n_rows] @ means
        self._move(room.contrast, visible_means - visible_dreamed, hidden_means + ones[n_rows:] @ dreamed, rate)
        self._follow(visible_means, hidden_means)

    def _move(self, contrast: Any, visible_pull: Any, hidden_pull: Any, rate: float) -> None:
        """Move weights and biases, given the means of products and of units, of data less those of fantasies."""
        machine, rule, memory = self.machine, self._rule, self.memory
        visible_offset, hidden_offset = memory["visible_offset"], memory["hidden_offset"]
        visible_gradient, hidden_gradient = visible_pull, hidden_pull
        if rule.is_centered:
            # What is centered is the gradient of the weights. A machine without offsets then moves its biases also by
            # -(gradient of the weights) (offset); see Melchior, Fischer and Wiskott (2016).
            shared = hidden_offset @ hidden_pull, visible_offset @ visible_pull
            lengths = hidden_offset @ hidden_offset, visible_offset @ visible_offset
            visible_gradient = visible_pull * (1.0 + lengths[0]) - hidden_offset @ contrast + shared[0] * visible_offset
            hidden_gradient = hidden_pull * (1.0 + lengths[1]) - contrast @ visible_offset + shared[1] * hidden_offset
        if rule.cost:
            hidden_gradient = hidden_gradient + rule.cost * (rule.target - memory["activity"])
        _move_along(machine.visible_bias, memory["visible_velocity"], visible_gradient, rate, rule.momentum)
        _move_along(machine.hidden_bias, memory["hidden_velocity"], hidden_gradient, rate, rule.momentum)
        weights, velocity = machine.weights, memory["weights_velocity"]
        if isinstance(weights, np.ndarray):
            kernels.move_weights(
                weights, velocity, contrast, hidden_pull, visible_offset, hidden_offset, visible_pull,
                rate, rule.momentum, rule.weight_decay,
            )  # fmt: skip
        else:
            gradient = contrast - hidden_pull[:, None] * visible_offset - hidden_offset[:, None] * visible_pull
            _move_along(weights, velocity, gradient - rule.weight_decay * weights, rate, rule.momentum)

    def _follow(self, visible_means: Any, hidden_means: Any) -> None:
        """Let offsets and activity follow the data."""
        memory = self.memory
        if self._rule.is_centered:
            memory["visible_offset"] += OFFSET_RATE * (visible_means - memory["visible_offset"])
            memory["hidden_offset"] += OFFSET_RATE * (hidden_means - memory["hidden_offset"])
        if self._rule.cost:
            memory["activity"] += ACTIVITY_RATE * (hidden_means - memory["activity"])


def _move_along(array: Any, velocity: Any, gradient: Any, rate: float, momentum: float) -> None:
    if not momentum:
        array += rate * gradient
        return
    velocity *= momentum
    velocity += rate * gradient
    array += velocity


class _Buffers:
    """Memory for one step: the rows of the data and then of the fantasies, in both layers."""

    def __init__(self, machine: Machine, n_rows: int, n_chains: int) -> None:
        dtype, n = machine.weights.dtype, n_rows + n_chains
        self._shape = n_rows, n_chains
        self.visible = np.empty((n, machine.n_visible), dtype)
        self.hidden = np.empty((n, machine.n_hidden), dtype)  # probabilities over the number of rows; fantasies: minus
        self.drawn_of_data = np.empty((n_rows, machine.n_hidden), dtype)
        self.drawn = np.empty((n_chains, machine.n_hidden), dtype)
        self.fields = np.empty((n_chains, machine.n_visible), dtype)
        self.contrast = np.empty(machine.weights.shape, dtype)
        self.ones = np.ones(n, dtype)
        self.shares = np.zeros((2, n), dtype)  # what makes means of sums
        self.shares[0, :n_rows] = 1 / n_rows
        self.shares[1, n_rows:] = 1 / n_chains

    def fit(self, n_rows: int, n_chains: int) -> bool:
        return self._shape == (n_rows, n_chains)
