"""Chance at a temperature, draw for draw: against plain loops with the same chances, for factors and for matrices."""

import copy

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from sinapsi import HopfieldNetwork, own_threads
from sinapsi.memories.factored_couplings import FactoredCouplings
from sinapsi.memories.kernels import seeds_of_states, uniform_at
from tests.reference import memories as naive

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning"),
    pytest.mark.filterwarnings("ignore:.*memories repeat another one:UserWarning"),
    pytest.mark.filterwarnings("ignore:HopfieldNetwork. max_iter:sklearn.exceptions.ConvergenceWarning"),
]
RULES = ("hebb", "pseudo_inverse", "storkey", "perceptron")
N_UNITS = 18


def some(n_rows: int, n_units: int = N_UNITS, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], size=(n_rows, n_units))


def seeds_for(states: np.ndarray, seed: int) -> list[int]:
    seeds = np.empty(len(states), dtype=np.uint64)
    seeds_of_states(states.astype(np.int8), np.uint64(seed), seeds)
    return seeds.tolist()


def test_chance_is_split_mix() -> None:
    published = (6457827717110365317, 3203168211198807973, 9817491932198370423)  # of seed 1234567
    for place, bits in enumerate(published):
        assert uniform_at(np.uint64(1234567), place) == naive.split_mix(1234567, place) == (bits >> 11) / 2**53
    for seed in (0, 2**64 - 1, 2**63 + 12345):
        assert [uniform_at(np.uint64(seed), k) for k in range(99)] == [naive.split_mix(seed, k) for k in range(99)]


def test_the_chances_of_probes_that_differ_in_one_unit_are_independent() -> None:
    probes = np.where(np.eye(2000, dtype=bool), -1, 1).astype(np.int8)
    seeds = seeds_for(probes, 7)
    assert len(set(seeds)) == 2000
    assert seeds_for(probes[::-1], 7) == seeds[::-1]
    assert not set(seeds) & set(seeds_for(probes, 8))
    for place in (0, 1, 5000):
        chances = np.array([uniform_at(np.uint64(seed), place) for seed in seeds])
        assert kstest(chances, "uniform").pvalue > 1e-3
        assert abs(np.corrcoef(chances[1:], chances[:-1])[0, 1]) < 0.08  # 3.5 standard errors


@pytest.mark.parametrize("recall", ["asynchronous", "synchronous"])
@pytest.mark.parametrize("temperature", [0.2, 1.0, 30.0])
@pytest.mark.parametrize("n_memories", [3, 7, 30])
@pytest.mark.parametrize("rule", RULES)
def test_a_warm_recall_is_that_of_plain_loops(rule: str, n_memories: int, temperature: float, recall: str) -> None:
    options = {"rule": rule, "recall": recall, "temperature": temperature, "n_sweeps": 6, "max_iter": 30}
    model = HopfieldNetwork(order="cyclic", random_state=3, **options).fit(some(n_memories))
    probes = some(25, seed=1)
    probes[5] = probes[9]
    gaps = np.where(np.random.default_rng(2).random(probes.shape) < 0.5, np.nan, probes)
    weights, visits = model.weights_, np.tile(np.arange(N_UNITS), 6)
    for given, recalled in ((probes, model.predict(probes)), (gaps, model.complete(gaps))):
        starts = np.nan_to_num(given).astype(int)
        kept = ~np.isnan(gaps) if given is gaps else np.zeros(probes.shape, dtype=bool)
        for row, seed in enumerate(seeds_for(starts, model._order_seed)):
            if recall == "asynchronous":
                end = naive.sample_in_order(weights, temperature, starts[row], visits, seed, kept[row])
            else:
                end = naive.sample_together(weights, temperature, starts[row], 6, seed, kept[row])
            np.testing.assert_array_equal(recalled[row], end)
    np.testing.assert_array_equal(model.recall_path(probes[0]).states[-1], model.predict(probes[:1])[0])


@pytest.mark.parametrize("recall", ["asynchronous", "synchronous"])
@pytest.mark.parametrize("n_memories", [5, 60])
def test_patterns_in_a_large_batch_are_completed_as_alone(
    n_memories: int, recall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    memories = some(n_memories)
    gaps = np.where(np.random.default_rng(2).random((1500, N_UNITS)) < 0.5, np.nan, some(1500, seed=1))
    for temperature in (0.0, 0.5):
        model = HopfieldNetwork(recall=recall, temperature=temperature, n_sweeps=3, random_state=3).fit(memories)
        whole = model.complete(gaps)
        for row in (0, 300, 1100, 1499):
            np.testing.assert_array_equal(model.complete(gaps[row : row + 1])[0], whole[row])
        assert len(gaps) > model._landscape().group_size
        known = ~np.isnan(gaps)
        np.testing.assert_array_equal(whole[known], gaps[known])
        with monkeypatch.context() as patched:
            patched.setattr(own_threads.os, "cpu_count", lambda: 3)
            patched.setattr(own_threads, "SMALLEST_STRETCH", 1)
            np.testing.assert_array_equal(model.complete(gaps), whole)


def test_factors_visit_as_often_as_boltzmann_says() -> None:
    """Two factors of either sign over 4 units, with 14 more tied to nothing: each probe has chances of its own."""
    random = np.random.default_rng(0)
    vectors = np.zeros((2, 18))
    vectors[:, :4] = [[1.0, 0.7, -0.4, 0.9], [0.3, -1.1, 0.8, 0.5]]
    couplings = FactoredCouplings([vectors], np.array([0.8, -0.5]), divisor=1 / 0.9)
    weights = couplings.matrix()[:4, :4]
    by_hand = 0.9 * (0.8 * np.outer(vectors[0], vectors[0]) - 0.5 * np.outer(vectors[1], vectors[1]))[:4, :4]
    np.testing.assert_allclose(weights, by_hand - np.diag(np.diag(by_hand)), atol=1e-15)
    probes = random.choice(np.array([-1, 1], dtype=np.int8), size=(8000, 18))
    nowhere = np.empty((0, 18), dtype=np.int8)
    ends = couplings.sample_in_order(np.tile(np.arange(18), 30), 0.6, 5, probes, nowhere).states[:, :4]
    places = (ends > 0) @ [8, 4, 2, 1]
    expected = 8000 * np.array(list(naive.boltzmann(weights, 0.6).values()))  # in the order of product((-1, 1))
    assert chisquare(np.bincount(places, minlength=16), expected).pvalue > 1e-3  # seeds 0 and 5
    hotter = 8000 * np.array(list(naive.boltzmann(weights, 1.2).values()))
    assert chisquare(np.bincount(places, minlength=16), hotter).pvalue < 1e-6


@pytest.mark.parametrize("recall", ["asynchronous", "synchronous"])
@pytest.mark.parametrize("rule", RULES)
def test_at_a_vanishing_temperature_recall_is_that_without_one(rule: str, recall: str) -> None:
    model = HopfieldNetwork(rule=rule, order="cyclic", recall=recall, n_sweeps=40).fit(some(3, 22))
    probes = some(100, 22, seed=1)
    frozen = model.predict(probes)
    clear = [np.abs(model.weights_ @ model.recall_path(p).states.T).min() > 1e-3 for p in probes]
    clear &= model.is_stable(frozen)
    assert np.sum(clear) > 20
    cold = copy.deepcopy(model).set_params(temperature=1e-5).predict(probes)
    np.testing.assert_array_equal(cold[clear], frozen[clear])


def test_the_temperature_is_in_units_of_the_weights() -> None:
    memories, probes = some(6), some(200, seed=1)
    options = {"n_sweeps": 5, "random_state": 0}
    by_memories = HopfieldNetwork(temperature=1.5, **options).fit(memories).predict(probes)
    by_units = HopfieldNetwork(temperature=1.5 * 6 / N_UNITS, normalization="units", **options).fit(memories)
    np.testing.assert_array_equal(by_units.predict(probes), by_memories)
    assert not np.array_equal(by_units.set_params(temperature=1.5).predict(probes), by_memories)


def test_a_seed_fixes_chance_and_order_and_no_global_one_is_touched() -> None:
    memories, probes = some(6), some(200, seed=1)
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    answers = [HopfieldNetwork(temperature=1.0, random_state=s).fit(memories).predict(probes) for s in (4, 4, 5)]
    np.testing.assert_array_equal(answers[0], answers[1])
    assert not np.array_equal(answers[0], answers[2])
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
