"""Recall against plain loops: one unit after another, all at once, with known units, and at a temperature."""

import copy
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from sinapsi import DenseAssociativeMemory, HopfieldNetwork, own_threads
from sinapsi.memories.kernels import find_whole_windows
from tests.reference import memories as naive

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning"),
    pytest.mark.filterwarnings("ignore:.*memories repeat another one:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*memories have one state:sklearn.exceptions.DataConversionWarning"),
    pytest.mark.filterwarnings("ignore:HopfieldNetwork. max_iter:sklearn.exceptions.ConvergenceWarning"),
]
RULES = ("hebb", "pseudo_inverse", "storkey", "perceptron")
of_all_rules = pytest.mark.parametrize("rule", RULES)
few_and_many = pytest.mark.parametrize("n_memories", [1, 4, 9, 25, 41])
N_UNITS = 24


def some(n_rows: int, n_units: int = N_UNITS, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], size=(n_rows, n_units))


def orders() -> dict[str, object]:
    random = np.random.default_rng(3)
    return {
        "cyclic": "cyclic",
        "one permutation": random.permutation(N_UNITS),
        "four permutations": np.array([random.permutation(N_UNITS) for _ in range(4)]),
        "with repeats": np.concatenate([random.integers(N_UNITS, size=15), np.arange(N_UNITS)[::-1]]).tolist(),
    }


def network(rule: str, **parameters: object) -> HopfieldNetwork:
    return HopfieldNetwork(rule=rule, **{"random_state": 0, "max_iter": 30, **parameters})


@pytest.mark.parametrize("order", orders().values(), ids=orders().keys())
@few_and_many
@of_all_rules
def test_recall_is_that_of_plain_loops(rule: str, n_memories: int, order: object) -> None:
    memories, probes = some(n_memories), some(12, seed=1)
    probes[:6] = memories[np.arange(6) % n_memories] * np.where(np.arange(N_UNITS) % 7 == 0, -1, 1)
    model = network(rule, order=order).fit(memories)
    visits = np.arange(N_UNITS) if isinstance(order, str) else np.asarray(order).ravel()
    prefers = naive.by_weights(model.weights_)
    recalled = model.predict(probes)
    for probe, end in zip(probes, recalled, strict=True):
        expected, flips = naive.recall_in_order(prefers, probe, [visits])
        np.testing.assert_array_equal(end, expected)
        path = model.recall_path(probe)
        assert path.units.tolist() == flips
        np.testing.assert_array_equal(path.states[-1], expected)
        np.testing.assert_allclose(path.energies, [naive.energy(model.weights_, s) for s in path.states], atol=1e-9)
        assert (np.diff(path.energies) < 0).all()
        np.testing.assert_allclose(path.overlaps, path.states @ memories.T / N_UNITS, atol=1e-12)
        assert path.end == "stable"
    assert model.is_stable(recalled).all()
    np.testing.assert_array_equal(model.predict(probes.astype(np.float32)), recalled)


@of_all_rules
def test_a_random_order_is_a_new_permutation_each_sweep_from_the_seed(rule: str) -> None:
    memories, probes = some(9), some(40, seed=1)
    model = network(rule, random_state=5).fit(memories)
    random = np.random.default_rng(model._order_seed)
    sweeps = [random.permutation(N_UNITS) for _ in range(50)]
    prefers = naive.by_weights(model.weights_)
    for probe, end in zip(probes, model.predict(probes), strict=True):
        np.testing.assert_array_equal(end, naive.recall_in_order(prefers, probe, sweeps)[0])
    other = network(rule, random_state=6).fit(memories)
    assert not np.array_equal(other.predict(probes), model.predict(probes)) or rule == "perceptron"


@pytest.mark.parametrize("settings", [{}, {"recall": "synchronous"}, {"temperature": 0.5, "n_sweeps": 4}])
@pytest.mark.parametrize("n_memories", [9, 60])
def test_what_stands_beside_a_probe_changes_nothing(n_memories: int, settings: dict[str, object]) -> None:
    model = HopfieldNetwork(random_state=0, **settings).fit(some(n_memories))
    probes = some(700, seed=1)
    whole = model.predict(probes)
    for rows in (slice(3, 4), slice(600, 700), [5, 2, 699]):
        np.testing.assert_array_equal(model.predict(probes[rows]), whole[rows])
    np.testing.assert_array_equal(model.predict(probes[::-1]), whole[::-1])
    np.testing.assert_array_equal(model.predict(probes), whole)


@pytest.mark.parametrize("settings", [{}, {"recall": "synchronous"}, {"temperature": 0.5, "n_sweeps": 4}])
@pytest.mark.parametrize("kind", [HopfieldNetwork, DenseAssociativeMemory])
def test_threads_change_nothing(kind: type, settings: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    if kind is DenseAssociativeMemory and "temperature" in settings:
        pytest.skip("it has none")
    for n_memories in (9, 60):
        memories, probes = some(n_memories), some(333, seed=1)
        answers = []
        for n_threads in (1, 3):
            monkeypatch.setattr(own_threads.os, "cpu_count", lambda n=n_threads: n)
            monkeypatch.setattr(own_threads, "SMALLEST_STRETCH", 1)
            answers.append(kind(random_state=0, **settings).fit(memories).predict(probes))
        np.testing.assert_array_equal(*answers)


def test_a_unit_without_a_field_keeps_its_state() -> None:
    memories = np.array([[1, 1, 1, 1], [1, 1, -1, -1]])  # the halves do not know each other
    model = HopfieldNetwork().fit(memories)
    states = np.array([[1, 1, -1, -1], [-1, -1, 1, 1], [1, 1, 1, 1], [-1, -1, -1, -1]])
    np.testing.assert_array_equal(model.predict(states), states)
    balanced = HopfieldNetwork().fit([[1, 1, 1], [1, -1, 1]])  # the second unit has weights of 0
    np.testing.assert_array_equal(balanced.predict([[1, -1, 1], [1, 1, 1]]), [[1, -1, 1], [1, 1, 1]])
    whole = HopfieldNetwork(rule="pseudo_inverse").fit(some(60, 20))  # all fields are 0 but for rounding
    probes = some(50, 20, seed=1)
    np.testing.assert_array_equal(whole.predict(probes), probes)
    assert whole.is_stable(probes).all()


@few_and_many
@of_all_rules
def test_all_at_once_ends_in_rest_or_in_a_cycle_of_two(rule: str, n_memories: int) -> None:
    model = network(rule, recall="synchronous").fit(some(n_memories))
    prefers = naive.by_weights(model.weights_)
    probes = some(25, seed=2)
    for probe, end in zip(probes, model.predict(probes), strict=True):
        met = naive.recall_together(prefers, probe)
        path = model.recall_path(probe)
        if (met[-1] == met[-2]).all():
            np.testing.assert_array_equal(end, met[-1])
            assert path.end == "stable"
            np.testing.assert_array_equal(path.states, met[:-1])
        else:
            assert (met[-1] == met[-3]).all()  # never longer
            low, high = sorted(met[-3:-1], key=lambda state: naive.energy(model.weights_, state))
            if naive.energy(model.weights_, low) < naive.energy(model.weights_, high) - 1e-9:
                np.testing.assert_array_equal(end, low)
            assert any((end == state).all() for state in (low, high))
            assert path.end == "cycle"
            np.testing.assert_array_equal(path.states, met[:-1])


def test_a_cycle_of_two_is_found() -> None:
    model = HopfieldNetwork(recall="synchronous").fit([[1, 1]])
    path = model.recall_path([1, -1])
    assert path.end == "cycle"
    np.testing.assert_array_equal(path.states, [[1, -1], [-1, 1]])
    np.testing.assert_array_equal(model.predict([[1, -1]]), [[1, -1]])  # of equal energies the first
    assert HopfieldNetwork(order="cyclic").fit([[1, 1]]).predict([[1, -1]]).tolist() == [[-1, -1]]


def test_a_cycle_is_answered_by_its_lower_state() -> None:
    found = 0
    for seed in range(40):
        model = HopfieldNetwork(recall="synchronous").fit(some(7, 10, seed))
        for probe in some(20, 10, seed + 100):
            path = model.recall_path(probe)
            if path.end == "cycle" and path.energies[-1] != path.energies[-2]:
                found += 1
                assert model.energy(model.predict(probe[np.newaxis]))[0] == min(path.energies[-2:])
    assert found > 10


@few_and_many
@of_all_rules
def test_known_units_stay_and_the_others_follow(rule: str, n_memories: int) -> None:
    memories = some(n_memories)
    model = network(rule, order="cyclic").fit(memories)
    random = np.random.default_rng(1)
    patterns = np.where(random.random((20, N_UNITS)) < 0.5, np.nan, some(20, seed=3))
    patterns[0] = memories[0]
    completed = model.complete(patterns)
    prefers = naive.by_weights(model.weights_)
    for pattern, end in zip(patterns, completed, strict=True):
        known = ~np.isnan(pattern)
        np.testing.assert_array_equal(end[known], pattern[known])
        start = np.where(known, pattern, 0)
        half_way = naive.recall_in_order(prefers, start, [np.arange(N_UNITS)], known)[0]
        start = np.where(half_way == 0, 1, half_way)
        np.testing.assert_array_equal(end, naive.recall_in_order(prefers, start, [np.arange(N_UNITS)], known)[0])
    assert set(np.unique(completed)) <= {-1.0, 1.0}
    assert completed.dtype == np.float64
    assert model.complete(patterns.astype(np.float32)).dtype == np.float32
    np.testing.assert_array_equal(model.complete(memories), memories)


@few_and_many
@of_all_rules
def test_known_units_stay_when_all_are_asked_at_once(rule: str, n_memories: int) -> None:
    model = network(rule, recall="synchronous").fit(some(n_memories))
    patterns = some(30, seed=3).astype(float)
    patterns[:, ::4] = np.nan
    completed = model.complete(patterns)
    known = ~np.isnan(patterns)
    np.testing.assert_array_equal(completed[known], patterns[known])
    assert set(np.unique(completed)) == {-1.0, 1.0}


def test_a_probe_rests_as_soon_as_every_unit_was_asked() -> None:
    random = np.random.default_rng(0)
    for visits in (random.integers(6, size=60), np.arange(60) % 6, np.concatenate([random.permutation(6)] * 3)):
        whole_since = np.empty(len(visits), dtype=np.int64)
        find_whole_windows(visits.astype(np.int64), 6, whole_since)
        for place in range(len(visits)):
            starts = [start for start in range(place + 1) if len(set(visits[start : place + 1])) == 6]
            assert whole_since[place] == (max(starts) if starts else -1)


def test_a_pattern_is_completed_from_its_half() -> None:
    for model in (HopfieldNetwork(), HopfieldNetwork(recall="synchronous"), DenseAssociativeMemory()):
        memories = some(8, 200)
        half = memories.astype(float)
        half[:, 100:] = np.nan
        np.testing.assert_array_equal(model.fit(memories).complete(half), memories)
        half[:, :100] = np.nan
        assert set(np.unique(model.complete(half[:1]))) == {-1.0, 1.0}  # from nothing, something


def test_the_door_sets_a_threshold() -> None:
    gray = np.random.default_rng(0).uniform(0, 255, size=(5, 60))
    states = np.where(gray > 127.5, 1.0, -1.0)
    model = HopfieldNetwork(binarize=127.5, rule="pseudo_inverse").fit(gray)
    np.testing.assert_array_equal(model.memories_, states)
    assert model.memories_.dtype == np.int8
    np.testing.assert_array_equal(model.predict(gray), states)
    for ask in (model.energy, model.overlap, model.is_stable, model.predict):
        np.testing.assert_array_equal(ask(states), ask(gray))  # what is recalled may be asked about
    gaps = gray.copy()
    gaps[:, :20] = np.nan
    np.testing.assert_array_equal(model.complete(gaps), states)
    bits = HopfieldNetwork(binarize=None).fit(states > 0)
    np.testing.assert_array_equal(bits.memories_, states)
    edge = HopfieldNetwork(binarize=0.0).fit([[0.0, 1e-300, -0.0, 5.0]])
    np.testing.assert_array_equal(edge.memories_, [[-1, 1, -1, 1]])


# Temperature.


@pytest.mark.parametrize("recall", ["asynchronous", "synchronous"])
@pytest.mark.parametrize("n_memories", [2, 9])
def test_a_warm_network_is_everywhere_as_often_as_boltzmann_says(n_memories: int, recall: str) -> None:
    """Probes differ in spare units that are tied to nothing, so each has chances of its own."""
    n_units, n_spare, n_probes = 4, 14, 6000
    random = np.random.default_rng(0)
    memories = random.choice([-1, 1], size=(n_memories, n_units))
    weights = naive.hebb(memories, n_memories)
    temperature = 0.8
    model = HopfieldNetwork(temperature=temperature, n_sweeps=30, recall=recall, random_state=1)
    model.fit(random.choice([-1, 1], size=(3, n_units + n_spare)))
    whole = np.zeros((n_units + n_spare,) * 2)
    whole[:n_units, :n_units] = weights
    model._storage = {**model._storage, "matrix": whole * 3, "diagonal": np.zeros(len(whole)), "resolution": 1e-9}
    np.testing.assert_allclose(model.weights_, whole, atol=1e-14)
    probes = random.choice([-1, 1], size=(n_probes, n_units + n_spare))
    ends = Counter(map(tuple, model.predict(probes)[:, :n_units].astype(int).tolist()))
    if recall == "asynchronous":
        shares = naive.boltzmann(weights, temperature)
    else:  # Little's network: p(s) proportional to prod_i 2 cosh(h_i / T)
        states = list(naive.boltzmann(weights, temperature))
        masses = [float(np.prod(np.cosh(weights @ np.array(state) / temperature))) for state in states]
        shares = {state: mass / sum(masses) for state, mass in zip(states, masses, strict=True)}
    expected = [n_probes * share for share in shares.values()]
    assert chisquare([ends[state] for state in shares], expected).pvalue > 1e-3
    uniform = chisquare([ends[state] for state in shares])
    assert uniform.pvalue < 1e-6


@pytest.mark.parametrize("n_memories", [3, 40])
@pytest.mark.parametrize("recall", ["asynchronous", "synchronous"])
def test_cold_is_nearly_frozen_and_hot_is_a_coin(recall: str, n_memories: int) -> None:
    memories, probes = some(n_memories), some(300, seed=1)
    frozen = HopfieldNetwork(recall=recall, order="cyclic").fit(memories)
    stable = np.unique(HopfieldNetwork(order="cyclic").fit(memories).predict(probes), axis=0)
    fields = np.abs(stable @ frozen.weights_).min(axis=1)
    clear = stable[fields > 0.05]
    assert len(clear)
    cold = copy.deepcopy(frozen).set_params(temperature=1e-3)
    np.testing.assert_array_equal(cold.predict(clear), clear)
    hot = copy.deepcopy(frozen).set_params(temperature=1e6, n_sweeps=3).predict(probes)
    assert abs(hot.mean()) < 0.05
    assert abs((hot * probes).mean()) < 0.05


def test_chance_follows_from_the_seed_and_the_probe() -> None:
    memories, probes = some(5), some(50, seed=1)
    model = HopfieldNetwork(temperature=1.0, n_sweeps=3, random_state=0).fit(memories)
    twice = model.predict(np.vstack([probes, probes[::-1]]))
    np.testing.assert_array_equal(twice[:50], twice[50:][::-1])
    other = HopfieldNetwork(temperature=1.0, n_sweeps=3, random_state=1).fit(memories)
    assert not np.array_equal(other.predict(probes), twice[:50])
    path = model.recall_path(probes[0])
    assert path.end == "time"
    np.testing.assert_array_equal(path.states[-1], twice[0])
    longer = copy.deepcopy(model).set_params(n_sweeps=4).recall_path(probes[0])
    np.testing.assert_array_equal(longer.units[: path.n_flips], path.units)  # one more sweep, the same beginning
    together = copy.deepcopy(model).set_params(recall="synchronous").recall_path(probes[0])
    assert len(together.states) == 4


def test_known_units_stay_at_a_temperature_too() -> None:
    for recall in ("asynchronous", "synchronous"):
        for n_memories in (3, 40):
            model = HopfieldNetwork(temperature=5.0, n_sweeps=3, recall=recall, random_state=0).fit(some(n_memories))
            patterns = some(30, seed=1).astype(float)
            patterns[:, ::3] = np.nan
            completed = model.complete(patterns)
            known = ~np.isnan(patterns)
            np.testing.assert_array_equal(completed[known], patterns[known])
            assert set(np.unique(completed)) == {-1.0, 1.0}
            assert 0.3 < (completed[~known] > 0).mean() < 0.7


# Theorems.


def networks_of(seed: int, n_units: int, n_memories: int, rule: str) -> HopfieldNetwork:
    return network(rule, random_state=seed).fit(some(n_memories, n_units, seed))


anything = given(st.integers(0, 2**31), st.integers(2, 30), st.integers(1, 40), st.sampled_from(RULES))


@anything
@settings(max_examples=80, deadline=None)
def test_energy_falls_until_it_rests(seed: int, n_units: int, n_memories: int, rule: str) -> None:
    model = networks_of(seed, n_units, n_memories, rule)
    probes = some(5, n_units, seed + 1)
    recalled = model.predict(probes)
    assert model.is_stable(recalled).all()
    assert (model.energy(recalled) <= model.energy(probes) + 1e-9).all()
    for probe in probes:
        path = model.recall_path(probe)
        assert (np.diff(path.energies) < 0).all()
        flipped = path.states[1:] != path.states[:-1]
        assert (flipped.sum(axis=1) == 1).all()


@anything
@settings(max_examples=80, deadline=None)
def test_the_negative_of_a_stable_state_is_stable(seed: int, n_units: int, n_memories: int, rule: str) -> None:
    model = networks_of(seed, n_units, n_memories, rule)
    stable = model.predict(some(5, n_units, seed + 1))
    assert model.is_stable(-stable).all()
    np.testing.assert_allclose(model.energy(-stable), model.energy(stable), atol=1e-9)


@anything
@settings(max_examples=80, deadline=None)
def test_all_at_once_never_ends_in_a_longer_cycle(seed: int, n_units: int, n_memories: int, rule: str) -> None:
    model = networks_of(seed, n_units, n_memories, rule).set_params(recall="synchronous")
    for probe in some(5, n_units, seed + 1):
        path = model.recall_path(probe)
        fields = model.weights_ @ path.states[-1]
        assert path.end in ("stable", "cycle")
        if path.end == "stable":
            assert model.is_stable(path.states[-1:]).all()
        else:
            assert (fields * path.states[-2] >= -1e-9).all()


def test_the_score_is_the_mean_overlap_with_what_was_wanted() -> None:
    memories = some(6, 100)
    model = HopfieldNetwork(random_state=0).fit(memories)
    probes = memories * np.where(np.random.default_rng(1).random(memories.shape) < 0.3, -1, 1)
    expected = (model.predict(probes) * memories).mean()
    assert model.score(probes, memories) == pytest.approx(expected)
    assert model.score(probes) == pytest.approx((model.predict(probes) * probes).mean())
    assert model.score(probes, np.arange(6)) == model.score(probes)
    np.testing.assert_allclose(np.diag(model.overlap(model.predict(probes))).mean(), expected)
    np.testing.assert_array_equal(model.transform(probes), model.predict(probes))
