"""What a memory bears: how many memories, how much noise, how much damage, and what dreaming does to it."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from sinapsi.estimator import random_generator, stream_of
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.memories.associative_memory import AssociativeMemory
from sinapsi.memories.hopfield import HopfieldNetwork
from sinapsi.memories.recall_curve import RecallCurve
from sinapsi.memories.two_valued import States
from sinapsi.parameters import Rule, count, number

Seed = int | np.random.RandomState | np.random.Generator | None

LOADS = (0.02, 0.05, 0.08, 0.1, 0.12, 0.13, 0.14, 0.15, 0.16, 0.18, 0.2, 0.25)
NOISES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
DAMAGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
HOURS_OF_DREAMS = (0, 100, 200, 300, 400, 600, 800, 1000)

share = number(0, 1)


def capacity_curve(
    network: AssociativeMemory,
    loads: Sequence[float] = LOADS,
    *,
    n_units: int = 1000,
    n_probes: int = 100,
    noise: float = 0.0,
    n_repeats: int = 5,
    threshold: float = 0.9,
    random_state: Seed = None,
) -> RecallCurve:
    """Store more and more random memories, and see how well they are recalled.

    Parameters
    ----------
    network : HopfieldNetwork or DenseAssociativeMemory
        Whose copies are fitted; it stays as it is.
    loads : sequence of float, default=(0.02, ..., 0.25)
        Memories per unit, above 0.
    n_units : int, default=1000
        Units, at least 2. The breakdown of Hebb's rule near 0.138 is sharp from about 2000.
    n_probes : int, default=100
        Memories that are recalled at each load; all, where there are fewer.
    noise : float, default=0.0
        Share of the units of a probe that are flipped, in [0, 1].
    n_repeats : int, default=5
        Sets of memories at each load.
    threshold : float, default=0.9
        Overlap above which a memory counts as recalled, in [0, 1].
    random_state : int, RandomState, Generator or None, default=None
        Of memories and noise.

    Returns
    -------
    RecallCurve
        Overlap against load.

    Raises
    ------
    InvalidParameterError
        If an argument is out of its range.

    Examples
    --------
    >>> from sinapsi import HopfieldNetwork, capacity_curve
    >>> curve = capacity_curve(HopfieldNetwork(), (0.05, 0.3), n_units=300, n_repeats=2, random_state=0)
    >>> print(curve)
        load  overlap     95 % band      above 0.9
        0.05    1.000   1.000 to  1.000     100.0%
         0.3    0.376   0.304 to  0.448       1.1%
    """
    _check_memory(network)
    _check("n_units", n_units, count(2))
    _check("n_probes", n_probes, count(1))
    _check("n_repeats", n_repeats, count(1))
    _check("noise", noise, share)
    _check("threshold", threshold, share)
    values = _checked_values("loads", loads, number(0, np.inf, open_low=True, open_high=True))
    random = stream_of(random_generator(random_state))
    return RecallCurve.of(
        "load",
        values,
        (
            np.stack([_overlaps_at_load(network, load, n_units, n_probes, noise, random) for _ in range(n_repeats)])
            for load in values
        ),
        threshold=threshold,
        name=_name_of(network),
    )


def _overlaps_at_load(
    network: AssociativeMemory, load: float, n_units: int, n_probes: int, noise: float, random: np.random.Generator
) -> NDArray[np.float64]:
    memories = random.choice(np.array([-1, 1], dtype=np.int8), size=(max(1, round(load * n_units)), n_units))
    # The curve is about what happens beyond the capacity, so warnings are no news.
    twin = clone(network).set_params(binarize=0.0, random_state=int(random.integers(2**31)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twin.fit(memories)
    wanted = memories[:n_probes]
    return _overlaps(twin, _noisy(wanted, noise, random), wanted)


def basin_of_attraction(
    network: AssociativeMemory,
    noises: Sequence[float] = NOISES,
    *,
    n_probes: int = 200,
    threshold: float = 0.95,
    random_state: Seed = None,
) -> RecallCurve:
    """Flip more and more units of the memories, and see from how far they are recalled.

    Parameters
    ----------
    network : HopfieldNetwork or DenseAssociativeMemory
        A fitted network.
    noises : sequence of float, default=(0.0, ..., 0.5)
        Shares of the units of a probe that are flipped, in [0, 1].
    n_probes : int, default=200
        Probes at each share, of memories in turn.
    threshold : float, default=0.95
        Overlap above which a memory counts as recalled, in [0, 1].
    random_state : int, RandomState, Generator or None, default=None
        Of the units that are flipped.

    Returns
    -------
    RecallCurve
        Overlap against noise. The share recalled falls to one half at the radius of the basin.

    Raises
    ------
    InvalidParameterError
        If an argument is out of its range.
    """
    _check_memory(network)
    wanted = _memories_in_turn(network, n_probes)
    _check("threshold", threshold, share)
    values = _checked_values("noises", noises, share)
    random = stream_of(random_generator(random_state))
    return RecallCurve.of(
        "noise",
        values,
        (_overlaps(network, _noisy(wanted, noise, random), wanted) for noise in values),
        threshold=threshold,
        name=_name_of(network),
    )


def damage(
    network: HopfieldNetwork,
    removed: Sequence[float] = DAMAGES,
    *,
    noise: float = 0.1,
    n_probes: int = 200,
    threshold: float = 0.95,
    random_state: Seed = None,
) -> RecallCurve:
    """Cut more and more weights of a network, and see how well it still recalls.

    Parameters
    ----------
    network : HopfieldNetwork
        A fitted network; it stays as it is.
    removed : sequence of float, default=(0.0, ..., 0.9)
        Shares of the pairs of units whose weight is set to 0, in both directions, in [0, 1].
    noise : float, default=0.1
        Share of the units of a probe that are flipped, in [0, 1].
    n_probes : int, default=200
        Probes at each share, of memories in turn.
    threshold : float, default=0.95
        Overlap above which a memory counts as recalled, in [0, 1].
    random_state : int, RandomState, Generator or None, default=None
        Of the weights that are cut and the units that are flipped.

    Returns
    -------
    RecallCurve
        Overlap against damage.

    Raises
    ------
    InvalidInputError
        If the network is no HopfieldNetwork: others have no weights between units.
    InvalidParameterError
        If an argument is out of its range.
    """
    if not isinstance(network, HopfieldNetwork):
        raise InvalidInputError(
            f"damage cuts weights between units, which only a HopfieldNetwork has. Got {type(network).__name__}."
        )
    wanted = _memories_in_turn(network, n_probes)
    _check("noise", noise, share)
    _check("threshold", threshold, share)
    values = _checked_values("removed", removed, share)
    random = stream_of(random_generator(random_state))
    probes = _noisy(wanted, noise, random)
    ranks = random.permutation(network.n_features_in_ * (network.n_features_in_ - 1) // 2)
    return RecallCurve.of(
        "damage",
        values,
        (_overlaps(network._damaged(ranks >= round(value * len(ranks))), probes, wanted) for value in values),
        threshold=threshold,
        name=_name_of(network),
    )


def dreaming_curve(
    network: HopfieldNetwork,
    n_dreams: Sequence[int] = HOURS_OF_DREAMS,
    *,
    rate: float = 0.01,
    noise: float = 0.0,
    n_probes: int = 200,
    threshold: float = 0.95,
    random_state: Seed = None,
) -> RecallCurve:
    """Let a network dream longer and longer, and see what that does to recall.

    Parameters
    ----------
    network : HopfieldNetwork
        A fitted network; a copy dreams.
    n_dreams : sequence of int, default=(0, ..., 1000)
        States unlearned, at least 0 and rising.
    rate : float, default=0.01
        How much of each is taken away, as a share of a memory.
    noise : float, default=0.0
        Share of the units of a probe that are flipped, in [0, 1].
    n_probes : int, default=200
        Probes at each point, of memories in turn.
    threshold : float, default=0.95
        Overlap above which a memory counts as recalled, in [0, 1].
    random_state : int, RandomState, Generator or None, default=None
        Of the units that are flipped; dreams follow from the network's own seed.

    Returns
    -------
    RecallCurve
        Overlap against the number of dreams.

    Raises
    ------
    InvalidInputError
        If the network is no HopfieldNetwork.
    InvalidParameterError
        If an argument is out of its range.
    """
    if not isinstance(network, HopfieldNetwork):
        raise InvalidInputError(f"Only a HopfieldNetwork dreams. Got {type(network).__name__}.")
    wanted = _memories_in_turn(network, n_probes)
    _check("noise", noise, share)
    _check("threshold", threshold, share)
    values = _checked_values("n_dreams", n_dreams, count(0))
    if (np.diff(values) < 0).any():
        raise InvalidParameterError(f"n_dreams must rise from one point to the next. Got {tuple(n_dreams)!r}.")
    probes = _noisy(wanted, noise, stream_of(random_generator(random_state)))
    dreamer = copy.deepcopy(network)

    def measured() -> Iterable[NDArray[np.float64]]:
        n_so_far = 0
        for value in values.astype(int).tolist():
            if value > n_so_far:
                dreamer.dream(value - n_so_far, rate)
                n_so_far = value
            yield _overlaps(dreamer, probes, wanted)

    return RecallCurve.of("dreams", values, measured(), threshold=threshold, name=_name_of(network))


def _memories_in_turn(network: AssociativeMemory, n_probes: int) -> States:
    _check_memory(network)
    memories = network._known_memories()
    _check("n_probes", n_probes, count(1))
    return memories[np.arange(n_probes) % len(memories)]


def _noisy(states: States, noise: float, random: np.random.Generator) -> States:
    """Flip the same number of units in every state, chosen anew for each."""
    n_flips = round(noise * states.shape[1])
    ranks = random.permuted(np.broadcast_to(np.arange(states.shape[1]), states.shape), axis=1)
    return np.where(ranks < n_flips, -states, states)


def _overlaps(network: AssociativeMemory, probes: States, wanted: States) -> NDArray[np.float64]:
    recalled = network._recalled_states(probes)
    means: NDArray[np.float64] = (recalled * wanted).mean(axis=1, dtype=np.float64)
    return means


def _name_of(network: Any) -> str:
    if isinstance(network, HopfieldNetwork):
        return network.rule.replace("_", "-")
    return "dense, exp(x)" if network.interaction == "exponential" else f"dense, x^{network.degree}"


def _check_memory(network: object) -> None:
    if not isinstance(network, AssociativeMemory):
        raise InvalidInputError(
            f"Expected a HopfieldNetwork or a DenseAssociativeMemory. Got {type(network).__name__}. Of a pipeline pass "
            "the last step."
        )


def _check(name: str, value: object, rule: Rule) -> None:
    if not rule.allows(value):
        raise InvalidParameterError(f"{name} must be {rule.expectation}. Got {value!r} instead.")


def _checked_values(name: str, values: Any, rule: Rule) -> NDArray[np.float64]:
    given = list(values) if isinstance(values, Sequence | np.ndarray) and not isinstance(values, str) else []
    for value in given:
        if not rule.allows(value):
            raise InvalidParameterError(f"Each of {name} must be {rule.expectation}. Got {value!r} among them.")
    if not given:
        raise InvalidParameterError(f"{name} must be a sequence of at least one number. Got {values!r} instead.")
    return np.array(given, dtype=np.float64)
