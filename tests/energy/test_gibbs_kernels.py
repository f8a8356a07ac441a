"""Kernels of the general Boltzmann machine: equal to plain loops, and true to the distribution."""

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from sinapsi.energy.gibbs import kernels
from sinapsi.energy.gibbs.annealed import base_of, log_weights_of_chains
from sinapsi.energy.gibbs.chains import Chains, Purpose, coins, reach_of, seed_for, seeds_of_chains
from sinapsi.energy.gibbs.enumeration import (
    hidden_moments,
    log_masses,
    log_partition,
    log_probabilities,
    moments,
    numbers_of,
    states_numbered,
)
from sinapsi.energy.gibbs.hidden_states import bounds, hidden_log_masses, log_sums, mean_field
from sinapsi.energy.gibbs.machine import Machine, fields_of
from sinapsi.own_threads import ThreadsOfOurOwn
from tests.reference import gibbs as naive


def some_machine(n_visible: int, n_hidden: int, seed: int, scale: float = 1.0, density: float = 1.0) -> Machine:
    random = np.random.default_rng(seed)
    n_units = n_visible + n_hidden
    weights = np.triu(random.normal(0, scale, (n_units, n_units)), 1)
    weights *= random.random((n_units, n_units)) < density
    return Machine(weights + weights.T, random.normal(0, scale, n_units), n_visible)


def some_states(n_rows: int, n_units: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, size=(n_rows, n_units)).astype(np.int8)


# Chance.


def test_chance_is_split_mix() -> None:
    published = (6457827717110365317, 3203168211198807973, 9817491932198370423)  # of seed 1234567
    for place, bits in enumerate(published):
        assert kernels.bits_at(np.uint64(1234567), np.uint64(place)) == naive.split_mix_bits(1234567, place) == bits
        assert kernels.uniform_at(np.uint64(1234567), np.uint64(place)) == (bits >> 11) / 2**53
    for seed in (0, 2**64 - 1, 2**63 + 12345):
        found = [kernels.uniform_at(np.uint64(seed), np.uint64(k)) for k in (*range(50), 2**63 + 5)]
        assert found == [naive.split_mix(seed, k) for k in (*range(50), 2**63 + 5)]


def test_seeds_follow_from_the_chain_or_from_the_row() -> None:
    assert seeds_of_chains(np.uint64(7), 5, first=3).tolist() == naive.chain_seeds(7, 5, 3)
    assert seeds_of_chains(np.uint64(7), 8).tolist()[3:] == seeds_of_chains(np.uint64(7), 5, first=3).tolist()
    rows = np.array([[0, 1, 2], [0, 1, 2], [1, 0, 2], [2, 1, 0]], dtype=np.int8)
    seeds = np.empty(4, dtype=np.uint64)
    kernels.fill_with_seeds_of_rows(seeds, np.uint64(9), rows)
    assert seeds.tolist() == [naive.row_seed(9, row) for row in rows]
    assert len(set(seeds.tolist())) == 3


def test_purposes_have_streams_of_their_own() -> None:
    seeds = {int(seed_for(purpose, seed)) for purpose in Purpose for seed in (0, 1, 5)}
    assert len(seeds) == 3 * len(Purpose)


def test_the_order_of_a_sweep_is_a_fair_shuffle() -> None:
    order = np.empty(4, dtype=np.int64)
    counts: dict[tuple[int, ...], int] = {}
    for sweep in range(4800):  # seed 11
        kernels.shuffle_units(order, np.uint64(11), sweep)
        counts[tuple(order.tolist())] = counts.get(tuple(order.tolist()), 0) + 1
        assert sweep > 20 or order.tolist() == naive.order_of_sweep(11, sweep, 4)
    assert len(counts) == math.factorial(4)
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_coins_fall_as_often_as_they_should() -> None:
    chances = np.array([0.0, 0.2, 0.5, 1.0])
    states = coins(chances, seeds_of_chains(np.uint64(1), 4000))
    np.testing.assert_allclose(states.mean(axis=0), chances, atol=4 * 0.5 / math.sqrt(4000))
    assert states[:, 0].sum() == 0
    assert states[:, 3].all()


def test_states_are_chosen_as_by_the_logistic_function() -> None:
    """Whatever the tables say, u < 1 / (1 + exp(-gap)) is what counts; gaps close to the logit of u included."""
    random = np.random.default_rng(0)
    bits = random.integers(0, 2**64, size=50_000, dtype=np.uint64)
    u = (bits >> np.uint64(11)) * 2.0**-53
    gaps = random.normal(0, 3, size=len(bits))
    gaps[: len(gaps) // 2] = (np.log(u / (1 - u)) + random.choice([-1e-7, 1e-7], size=len(bits)))[: len(gaps) // 2]
    gaps[-4:] = [-np.inf, np.inf, -800.0, 800.0]
    new = np.empty(len(bits), dtype=np.int8)
    for start in range(0, len(bits), 16):
        part = slice(start, start + 16)
        kernels.choose_states(gaps[part], bits[part], len(bits[part]), new[part])
    assert new.tolist() == [int(naive.turns_on(gap, chance)) for gap, chance in zip(gaps, u, strict=True)]


def test_borders_of_chance_are_exact() -> None:
    """Just above a border a gap is on for every u of the bin below and the first u above; just below it is off."""
    for k in (1, 2, 127, 128, 200, 255):
        border = math.log(k / (256 - k))
        last_below, first_above = np.uint64((k << 56) - 1), np.uint64(k << 56)
        bits, gaps = np.array([last_below, first_above] * 2), border + np.array([1e-9, 1e-9, -1e-9, -1e-9])
        new = np.empty(4, dtype=np.int8)
        for c in range(4):  # one by one: a doubtful one has its neighbors looked at, too
            kernels.choose_states(gaps[c : c + 1], bits[c : c + 1], 1, new[c : c + 1])
        assert new.tolist() == [1, 1, 0, 0]


# Sampling, draw for draw.


@pytest.mark.parametrize("density", [1.0, 0.3])
@pytest.mark.parametrize("n_chains", [1, 16, 37])
def test_chains_go_as_plain_loops_do(n_chains: int, density: float) -> None:
    machine = some_machine(9, 4, seed=0, density=density)
    start, kept = some_states(n_chains, 13, 1), some_states(n_chains, 13, 2) & some_states(n_chains, 13, 3)
    seeds, scales = seeds_of_chains(np.uint64(3), n_chains), np.array([0.1, 0.5, 1.0, 1.0, 2.0, 1.0])
    states, counts = start.copy(), np.zeros((n_chains, 13), dtype=np.int64)
    chains = Chains.under(machine.weights, machine.biases, states, seeds, kept.astype(bool))
    with ThreadsOfOurOwn() as threads:
        chains.sweep(scales, np.uint64(4), threads, first_sweep=5, counts=counts, n_uncounted=2)
    for c in range(n_chains):
        path = naive.sample_chain(
            machine.weights, machine.biases, start[c], scales.tolist(), 4, 5, int(seeds[c]), kept[c]
        )
        assert states[c].tolist() == path[-1].tolist()
        assert counts[c].tolist() == sum(path[2:]).tolist()
        assert (states[c] == start[c])[kept[c] == 1].all()
    np.testing.assert_allclose(chains._fields, fields_of(machine.weights, machine.biases, states), atol=1e-13)


def test_sweeps_in_two_calls_are_sweeps_in_one() -> None:
    machine = some_machine(12, 0, seed=5)
    seeds, start = seeds_of_chains(np.uint64(1), 20), some_states(20, 12, 2)
    ends = []
    for lengths in ([7], [3, 4]):
        states, done = start.copy(), 0
        chains = Chains.under(machine.weights, machine.biases, states, seeds)
        with ThreadsOfOurOwn() as threads:
            for length in lengths:
                chains.sweep(np.ones(length), np.uint64(4), threads, first_sweep=done)
                done += length
        ends.append(states)
    np.testing.assert_array_equal(*ends)
    assert (ends[0] != start).any()


def test_neither_neighbors_nor_threads_change_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = some_machine(30, 0, seed=6, scale=0.3)
    seeds, start = seeds_of_chains(np.uint64(1), 50), some_states(50, 30, 2)

    def ends_of(part: slice) -> np.ndarray:
        states = start[part].copy()
        with ThreadsOfOurOwn() as threads:
            Chains.under(machine.weights, machine.biases, states, seeds[part]).sweep(np.ones(20), np.uint64(4), threads)
        return states

    whole = ends_of(slice(0, 50))
    np.testing.assert_array_equal(whole[7:31], ends_of(slice(7, 31)))
    monkeypatch.setattr("sinapsi.own_threads.SMALLEST_STRETCH", 1)
    np.testing.assert_array_equal(whole, ends_of(slice(0, 50)))


def test_annealed_weights_are_those_of_plain_loops() -> None:
    machine, base = some_machine(7, 3, seed=8), np.random.default_rng(1).normal(0, 1, 10)
    couplings, seeds, start = np.linspace(0, 1, 12), seeds_of_chains(np.uint64(2), 20), some_states(20, 10, 3)
    states, log_weights = start.copy(), np.zeros(20)
    fields = fields_of(machine.weights, machine.biases, start)
    kernels.anneal_chains(
        machine.weights,
        reach_of(machine.weights),
        machine.biases,
        base,
        couplings,
        np.uint64(6),
        seeds,
        states,
        fields,
        log_weights,
    )
    for c in range(20):
        log_weight, end = naive.anneal_chain(
            machine.weights, machine.biases, base, couplings, 6, int(seeds[c]), start[c]
        )
        assert log_weights[c] == pytest.approx(log_weight, abs=1e-12)
        assert states[c].tolist() == end.tolist()


def test_mean_fields_are_those_of_plain_loops() -> None:
    machine = some_machine(5, 6, seed=9, scale=1.5)
    inputs = machine.hidden_inputs(some_states(10, 5, 1))
    for tolerance, max_sweeps in ((1e-9, 1000), (0.0, 3)):
        means = mean_field(machine, inputs, tolerance, max_sweeps)
        for row, own in zip(inputs, means, strict=True):
            np.testing.assert_allclose(
                own, naive.settle(machine.hidden_weights, row, tolerance, max_sweeps), atol=1e-12
            )


def test_reach_holds_all_connections() -> None:
    weights = np.zeros((5, 5))
    weights[0, 3] = weights[3, 0] = weights[2, 3] = weights[3, 2] = -1.0
    assert reach_of(weights).tolist() == [[3, 4], [0, 0], [3, 4], [0, 3], [0, 0]]


def test_fields_do_not_depend_on_the_other_rows() -> None:
    machine, rows = some_machine(40, 0, seed=1), some_states(30, 40, 2)
    fields = fields_of(machine.weights, machine.biases, rows)
    np.testing.assert_allclose(fields, rows @ machine.weights + machine.biases, atol=1e-12)
    np.testing.assert_array_equal(fields[4:9], fields_of(machine.weights, machine.biases, rows[4:9]))


# Sums over all states.


def test_all_energies_are_those_of_plain_loops() -> None:
    machine = some_machine(4, 3, seed=10)
    states = states_numbered(np.arange(2**7), 7)
    assert numbers_of(states).tolist() == list(range(2**7))
    expected = [naive.log_mass(machine.weights, machine.biases, state) for state in states]
    np.testing.assert_allclose(log_masses(machine.weights, machine.biases), expected, atol=1e-12)
    np.testing.assert_allclose(machine.log_masses(states), expected, atol=1e-12)


def test_exact_likelihoods_are_those_of_plain_loops() -> None:
    machine, rows = some_machine(4, 3, seed=11), some_states(8, 4, 1)
    expected = [naive.log_likelihood(machine.weights, machine.biases, row) for row in rows]
    np.testing.assert_allclose(log_probabilities(machine)[numbers_of(rows)], expected, atol=1e-12)
    assert log_partition(machine) == pytest.approx(naive.log_partition(machine.weights, machine.biases), abs=1e-12)
    np.testing.assert_allclose(log_sums(machine, rows) - log_partition(machine), expected, atol=1e-12)
    assert np.exp(log_probabilities(machine)).sum() == pytest.approx(1.0, abs=1e-12)


def test_exact_moments_are_those_of_plain_loops() -> None:
    machine = some_machine(4, 2, seed=12)
    states, p = zip(*naive.boltzmann(machine.weights, machine.biases).items(), strict=True)
    S = np.array(states)
    np.testing.assert_allclose(moments(machine), S.T @ (np.array(p)[:, np.newaxis] * S), atol=1e-12)


def test_exact_hidden_moments_are_those_of_plain_loops() -> None:
    machine, rows = some_machine(3, 4, seed=13), some_states(5, 3, 1)
    means, products = hidden_moments(machine, machine.hidden_inputs(rows))
    total = np.zeros((4, 4))
    for row, own in zip(rows, means, strict=True):
        hidden = np.array(list(product((0, 1), repeat=4)))
        masses = np.exp([naive.log_mass(machine.weights, machine.biases, np.concatenate([row, h])) for h in hidden])
        p = masses / masses.sum()
        np.testing.assert_allclose(own, p @ hidden, atol=1e-12)
        total += hidden.T @ (p[:, np.newaxis] * hidden)
    np.testing.assert_allclose(products, total / 5, atol=1e-12)


def test_a_free_hidden_layer_has_a_closed_form() -> None:
    machine, rows = some_machine(4, 3, seed=14), some_states(6, 4, 1)
    machine.weights[4:, 4:] = 0.0
    assert machine.is_hidden_layer_free
    expected = [naive.log_likelihood(machine.weights, machine.biases, row) for row in rows]
    np.testing.assert_allclose(log_sums(machine, rows) - log_partition(machine), expected, atol=1e-12)


@pytest.mark.parametrize("scale", [0.3, 1.0, 2.0])
def test_the_mean_field_bound_is_below_and_near_where_weights_are_small(scale: float) -> None:
    machine, rows = some_machine(5, 7, seed=15, scale=scale), some_states(20, 5, 1)
    inputs = machine.hidden_inputs(rows)
    exact = np.logaddexp.reduce(hidden_log_masses(machine, inputs), axis=1)
    gaps = exact - bounds(machine, inputs)
    assert (gaps > 0).all()
    assert gaps.max() < {0.3: 0.1, 1.0: 1.5, 2.0: 5.0}[scale]


# True to the distribution.


def frequencies(machine: Machine, n_chains: int, n_sweeps: int, seed: int, scale: float = 1.0) -> np.ndarray:
    """How often independent chains end in each state."""
    seeds = seeds_of_chains(np.uint64(seed), n_chains)
    states = coins(np.full(machine.n_units, 0.5), seeds)
    with ThreadsOfOurOwn() as threads:
        chains = Chains.under(machine.weights, machine.biases, states, seeds)
        chains.sweep(np.full(n_sweeps, scale), np.uint64(seed + 1), threads, first_sweep=1)
    return np.bincount(numbers_of(states), minlength=2**machine.n_units)


@pytest.mark.parametrize(("n_units", "temperature"), [(2, 1.0), (5, 1.0), (5, 2.5)])
def test_long_chains_end_as_the_distribution_says(n_units: int, temperature: float) -> None:
    machine = some_machine(n_units, 0, seed=16)
    counts = frequencies(machine, 20_000, 60, seed=17, scale=1 / temperature)
    p = naive.boltzmann(machine.weights, machine.biases, temperature)
    expected = [20_000 * p[tuple(state)] for state in states_numbered(np.arange(2**n_units), n_units).tolist()]
    assert chisquare(counts, expected).pvalue > 0.001
    assert chisquare(counts, np.roll(expected, 1)).pvalue < 1e-6  # the test would notice


def test_chances_of_one_chain_are_uniform_and_independent() -> None:
    seed = seeds_of_chains(np.uint64(3), 1)[0]
    u = np.array([kernels.uniform_at(seed, np.uint64(k)) for k in range(20_000)])
    assert kstest(u, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 4 / math.sqrt(len(u))


def test_annealed_importance_sampling_finds_the_partition_function() -> None:
    machine = some_machine(16, 0, seed=18, scale=0.7)
    base = base_of(some_states(100, 16, 1))
    log_weights = log_weights_of_chains(machine, base, seed=19)
    estimate = np.logaddexp(0, base).sum() + np.logaddexp.reduce(log_weights) - math.log(len(log_weights))
    exact = log_partition(machine)
    assert estimate == pytest.approx(exact, abs=0.2)
    assert abs(np.logaddexp(0, base).sum() - exact) > 1.0  # there was something to find
    assert exp_mean_is_within_errors(log_weights, exact - np.logaddexp(0, base).sum())


def exp_mean_is_within_errors(log_weights: np.ndarray, log_ratio: float) -> bool:
    """Whether the weights are unbiased, as far as their own spread tells."""
    ratios = np.exp(log_weights - log_ratio)
    return bool(abs(ratios.mean() - 1) < 4 * ratios.std() / math.sqrt(len(ratios)))


def test_annealed_importance_sampling_is_exact_for_independent_units() -> None:
    machine = Machine(np.zeros((25, 25)), np.linspace(-3, 3, 25), 25)
    log_weights = log_weights_of_chains(machine, machine.biases, seed=0, n_chains=10, n_couplings=10)
    np.testing.assert_allclose(log_weights, 0.0, atol=1e-12)
