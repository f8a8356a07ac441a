"""What a restricted machine dreams: chains of Gibbs steps, free or with known units held fast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from array_api_compat import array_namespace
from array_api_compat import device as device_of

from sinapsi.energy.arithmetic import Chance, blocks_of
from sinapsi.energy.machine import Machine

CLAMPED_ROWS = 1024  # chains that go on together


def chains_from(machine: Machine, kept: Any, base_bias: Any, n_chains: int, chance: Chance) -> Any:
    """Give states to start chains from.

    Parameters
    ----------
    machine : Machine
        The machine.
    kept : array of shape (n_kept, n_visible) or None
        Where the chains of learning ended; they are taken in turn.
    base_bias : array of shape (n_visible,)
        Biases of units without weights, from which states are drawn where nothing was kept.
    n_chains : int
        How many.
    chance : Chance
        Source of randomness.

    Returns
    -------
    array of shape (n_chains, n_visible)
        Visible states.
    """
    xp = array_namespace(base_bias)
    if kept is not None:
        copies = -(-n_chains // kept.shape[0])
        return xp.concat([kept] * copies, axis=0)[:n_chains, :]
    nothing = xp.zeros((n_chains, base_bias.shape[0]), dtype=base_bias.dtype, device=device_of(base_bias))
    return machine.visible.draw(nothing, base_bias, chance)[1]


def gibbs_chain(machine: Machine, visible: Any, n_steps: int, chance: Chance, is_held: Any = None) -> Iterator[Any]:
    """Go on by full Gibbs steps: all hidden units given the visible ones, then all visible ones given those.

    Parameters
    ----------
    machine : Machine
        The machine.
    visible : array of shape (n_chains, n_visible)
        Where to begin.
    n_steps : int
        Steps.
    chance : Chance
        Source of randomness.
    is_held : array of bool of shape (n_visible,), optional
        Units that stay as they are.

    Yields
    ------
    array of shape (n_chains, n_visible)
        States after each step.
    """
    xp, start = array_namespace(visible), visible
    for _ in range(n_steps):
        visible = machine.draw_visible(machine.draw_hidden(visible, chance), chance)[1]
        if is_held is not None:
            visible = xp.where(is_held, start, visible)
        yield visible


def last_of_chain(machine: Machine, visible: Any, n_steps: int, chance: Chance, is_held: Any = None) -> Any:
    """Give the states after some Gibbs steps.

    Parameters
    ----------
    machine, visible, n_steps, chance, is_held
        As of :func:`gibbs_chain`.

    Returns
    -------
    array of shape (n_chains, n_visible)
        Visible states.
    """
    last = visible
    for last in gibbs_chain(machine, visible, n_steps, chance, is_held):  # noqa: B007  -- the last is what counts
        pass
    return last


def completed(machine: Machine, states: Any, is_known: Any, start: Any, n_steps: int, chance: Chance) -> Any:
    """Give the expected states of unknown units, with the known ones held fast.

    Parameters
    ----------
    machine : Machine
        The machine.
    states : array of shape (n_rows, n_visible)
        Whatever stands at unknown places is not looked at.
    is_known : array of bool of shape (n_rows, n_visible)
        Which units are held fast.
    start : array of shape (n_visible,)
        States of the unknown units to begin with.
    n_steps : int
        Steps of the chains; the second half is averaged.
    chance : Chance
        Source of randomness.

    Returns
    -------
    array of shape (n_rows, n_visible)
        Known states as they are, and means of the others.
    """
    xp = array_namespace(states)
    blocks = []
    for rows in blocks_of(states.shape[0], CLAMPED_ROWS):
        block, known = states[rows, :], is_known[rows, :]
        visible = xp.where(known, block, start)
        total = xp.zeros_like(visible)
        for step in range(n_steps):
            fields = machine.draw_hidden(visible, chance) @ machine.weights
            fields = machine.visible.told(fields, known, block)
            means, drawn = machine.visible.draw(fields, machine.visible_bias, chance)
            visible = xp.where(known, block, drawn)
            if step >= n_steps // 2:
                total += means
        blocks.append(xp.where(known, block, total / (n_steps - n_steps // 2)))
    return blocks[0] if len(blocks) == 1 else xp.concat(blocks, axis=0)
