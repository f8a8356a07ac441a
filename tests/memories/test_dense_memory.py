"""Dense memories against their own energies, unit by unit; more memories than units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi import DenseAssociativeMemory, HopfieldNetwork
from tests.reference import memories as naive

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning"),
    pytest.mark.filterwarnings("ignore:.*memories repeat another one:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*memories have one state:sklearn.exceptions.DataConversionWarning"),
]
INTERACTIONS = [("polynomial", 2), ("polynomial", 3), ("polynomial", 4), ("polynomial", 7), ("exponential", 3)]
of_all_interactions = pytest.mark.parametrize(("interaction", "degree"), INTERACTIONS)


def some(n_rows: int, n_units: int = 14, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], size=(n_rows, n_units))


def energy_of(interaction: str, degree: int, memories: np.ndarray):
    if interaction == "polynomial":
        return naive.polynomial_energy(memories, degree)
    return naive.exponential_energy(memories)


@pytest.mark.parametrize("n_memories", [1, 3, 10, 40])
@of_all_interactions
def test_recall_is_that_of_comparing_energies(interaction: str, degree: int, n_memories: int) -> None:
    memories, probes = some(n_memories), some(15, seed=1)
    model = DenseAssociativeMemory(interaction=interaction, degree=degree, order="cyclic").fit(memories)
    energy = energy_of(interaction, degree, memories)
    np.testing.assert_allclose(model.energy(probes), [energy(probe) for probe in probes], rtol=1e-12, atol=1e-12)
    prefers = naive.by_energy(energy)
    for probe, end in zip(probes, model.predict(probes), strict=True):
        expected, flips = naive.recall_in_order(prefers, probe, [np.arange(14)])
        np.testing.assert_array_equal(end, expected)
        path = model.recall_path(probe)
        assert path.units.tolist() == flips
        assert (np.diff(path.energies) < 0).all()
    assert model.is_stable(model.predict(probes)).all()
    together = DenseAssociativeMemory(interaction=interaction, degree=degree, recall="synchronous").fit(memories)
    for probe, end in zip(probes, together.predict(probes), strict=True):
        met = naive.recall_together(prefers, probe)
        if (met[-1] == met[-2]).all():
            np.testing.assert_array_equal(end, met[-1])
        else:
            assert together.recall_path(probe).end == "cycle"
            assert any((end == state).all() for state in met)


@of_all_interactions
def test_patterns_are_completed(interaction: str, degree: int) -> None:
    memories = some(5)
    model = DenseAssociativeMemory(interaction=interaction, degree=degree, order="cyclic").fit(memories)
    prefers = naive.by_energy(energy_of(interaction, degree, memories))
    patterns = np.where(np.random.default_rng(2).random((12, 14)) < 0.5, np.nan, some(12, seed=3))
    for pattern, end in zip(patterns, model.complete(patterns), strict=True):
        known = ~np.isnan(pattern)
        start = np.where(known, pattern, 0).astype(int)
        half_way = naive.recall_in_order(prefers, start, [np.arange(14)], known)[0]
        start = np.where(half_way == 0, 1, half_way)
        np.testing.assert_array_equal(end, naive.recall_in_order(prefers, start, [np.arange(14)], known)[0])


@given(st.integers(0, 2**31), st.integers(2, 25), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_degree_two_is_hebbs_network(seed: int, n_units: int, n_memories: int) -> None:
    memories, probes = some(n_memories, n_units, seed), some(6, n_units, seed + 1)
    for recall in ("asynchronous", "synchronous"):
        dense = DenseAssociativeMemory(degree=2, recall=recall, random_state=0).fit(memories)
        hebb = HopfieldNetwork(recall=recall, random_state=0).fit(memories)
        np.testing.assert_array_equal(dense.predict(probes), hebb.predict(probes))


@given(st.integers(0, 2**31), st.integers(2, 25), st.integers(1, 40), st.sampled_from(INTERACTIONS))
@settings(max_examples=60, deadline=None)
def test_energy_falls_and_negatives_hold_for_even_interactions(
    seed: int, n_units: int, n_memories: int, case: tuple[str, int]
) -> None:
    interaction, degree = case
    model = DenseAssociativeMemory(interaction=interaction, degree=degree, random_state=0)
    model.fit(some(n_memories, n_units, seed))
    probes = some(5, n_units, seed + 1)
    recalled = model.predict(probes)
    assert model.is_stable(recalled).all()
    assert (model.energy(recalled) <= model.energy(probes) + 1e-12 * n_units).all()
    if interaction == "polynomial" and degree % 2 == 0:
        assert model.is_stable(-recalled).all()


def test_negatives_of_odd_interactions_are_no_memories() -> None:
    memories = some(30, 60)
    for settings_ in ({"degree": 3}, {"interaction": "exponential"}):
        model = DenseAssociativeMemory(**settings_).fit(memories)
        assert model.is_stable(memories).all()
        assert not model.is_stable(-memories).any()
    assert DenseAssociativeMemory(degree=4).fit(memories).is_stable(-memories).all()


def test_far_more_memories_than_units_are_recalled() -> None:
    memories = some(3000, 100)
    noisy = memories[:200] * np.where(np.random.default_rng(1).random((200, 100)) < 0.1, -1, 1)
    model = DenseAssociativeMemory(interaction="exponential", random_state=0).fit(memories)
    assert model.score(noisy, memories[:200]) > 0.999
    assert HopfieldNetwork(random_state=0).fit(memories).score(noisy, memories[:200]) < 0.5
    cubic = DenseAssociativeMemory(random_state=0).fit(memories[:300])
    assert cubic.score(noisy, memories[:200]) > 0.99


def test_large_numbers_do_not_overflow() -> None:
    memories = some(20, 3000)
    noisy = memories * np.where(np.random.default_rng(1).random(memories.shape) < 0.3, -1, 1)
    for settings_ in ({"interaction": "exponential"}, {"degree": 300}, {"degree": 301}):
        model = DenseAssociativeMemory(**settings_).fit(memories)
        np.testing.assert_array_equal(model.predict(noisy), memories)
        assert np.isfinite(model.energy(noisy)).all()
        np.testing.assert_array_equal(model.set_params(recall="synchronous").predict(noisy), memories)


def test_memories_come_and_go() -> None:
    memories, probes = some(30, 40), some(50, 40, seed=1)
    grown = DenseAssociativeMemory(random_state=0).fit(memories[:10]).partial_fit(memories[10:20])
    grown.partial_fit(memories[20:])
    whole = DenseAssociativeMemory(random_state=0).fit(memories)
    np.testing.assert_array_equal(grown.predict(probes), whole.predict(probes))
    assert grown.history_["step"].tolist() == [10, 20, 30]
    shrunk = whole.forget(memories[5:])
    np.testing.assert_array_equal(
        shrunk.predict(probes), DenseAssociativeMemory(random_state=0).fit(memories[:5]).predict(probes)
    )
