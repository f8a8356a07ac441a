"""Curves and the census are what one would measure by hand, the same with the same seed, and leave all as it was."""

import warnings
from itertools import combinations, product

import numpy as np
import pytest

from sinapsi import (
    DenseAssociativeMemory,
    HopfieldNetwork,
    basin_of_attraction,
    capacity_curve,
    damage,
    dreaming_curve,
    spurious_states,
)
from sinapsi.memories.diagnosis import _noisy
from sinapsi.memories.recall_curve import RecallCurve
from sinapsi.memories.state_census import _kinds

pytestmark = [pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning")]


def some(n_rows: int, n_units: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], size=(n_rows, n_units))


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.26, 0.5, 0.58, 1.0])
def test_noise_flips_as_many_units_as_it_says_and_others_in_each_probe(noise: float) -> None:
    wanted = some(300, 50)
    flipped = _noisy(wanted, noise, np.random.default_rng(1)) != wanted
    assert (flipped.sum(axis=1) == round(50 * noise)).all()
    if 0 < noise < 1:
        assert len(np.unique(flipped, axis=0)) > 290
        assert flipped.any(axis=0).all()


def curves(model: HopfieldNetwork, seed: int) -> list[RecallCurve]:
    return [
        capacity_curve(model, (0.1, 0.3), n_units=40, n_repeats=2, noise=0.1, random_state=seed),
        basin_of_attraction(model, (0.1, 0.3, 0.45), n_probes=25, random_state=seed),
        damage(model, (0.3, 0.9), n_probes=25, random_state=seed),
        dreaming_curve(model, (0, 3, 10), noise=0.3, n_probes=25, random_state=seed),
    ]


def test_a_seed_fixes_the_curves_and_the_network_stays_as_it_is() -> None:
    model = HopfieldNetwork(random_state=0).fit(some(9, 40))
    weights = model.weights_
    first, again, other = curves(model, 0), curves(model, 0), curves(model, 1)
    for one, two, three in zip(first, again, other, strict=True):
        for name in ("values", "overlap", "low", "high", "recalled"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        assert not np.array_equal(one.overlap, three.overlap)
        assert (one.low <= one.overlap).all()
        assert (one.overlap <= one.high).all()
    np.testing.assert_array_equal(model.weights_, weights)
    assert model.n_memories_ == 9
    assert [curve.quantity for curve in first] == ["load", "noise", "damage", "dreams"]


def test_without_noise_a_curve_is_the_score() -> None:
    memories = some(30, 60)
    model = HopfieldNetwork(random_state=0).fit(memories)
    recalled = (model.predict(memories) * memories).mean(axis=1)
    for curve in (
        basin_of_attraction(model, (0.0,), n_probes=90, threshold=0.8),
        damage(model, (0.0,), noise=0.0, n_probes=90, threshold=0.8),
        dreaming_curve(model, (0,), n_probes=90, threshold=0.8),
    ):
        assert curve.overlap == pytest.approx([recalled.mean()])  # each memory three times
        assert curve.recalled == pytest.approx([(recalled > 0.8).mean()])
    partly = basin_of_attraction(model, (0.0,), n_probes=40)
    assert partly.overlap == pytest.approx([np.concatenate([recalled, recalled[:10]]).mean()])
    slept = HopfieldNetwork(random_state=0).fit(memories).dream(7, rate=0.02)
    slept = (slept.dream(5, rate=0.02).predict(memories) * memories).mean(axis=1)
    assert dreaming_curve(model, (7, 12), rate=0.02, n_probes=30).overlap[1] == pytest.approx(slept.mean())


def test_what_counts_as_recalled_is_above_the_threshold() -> None:
    curve = RecallCurve.of("noise", [0.0], [np.array([0.9, 0.9, 1.0, 0.2])], threshold=0.9, name="x")
    assert curve.recalled.tolist() == [0.25]
    single = RecallCurve.of("load", [0.0], [np.array([[0.4]])], threshold=0.9, name="x")
    assert single.low.tolist() == single.high.tolist() == [0.4]


def test_all_weights_cut_leave_probes_as_they_are() -> None:
    model = HopfieldNetwork(rule="storkey", random_state=0).fit(some(4, 50))
    curve = damage(model, (1.0,), noise=0.2)
    assert curve.overlap == pytest.approx([0.6])
    assert curve.name == "storkey"


def test_a_curve_of_small_networks_tells_no_news() -> None:
    """Random memories of few units repeat each other, or have one state: that is no mistake of anybody."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for make in (HopfieldNetwork, DenseAssociativeMemory):
            capacity_curve(make(), (1.0, 4.0), n_units=4, random_state=0)


@pytest.mark.parametrize("parameters", [{"rule": "hebb"}, {"rule": "storkey"}, {"degree": 3}, {"degree": 4}], ids=str)
def test_the_census_of_ten_units_is_that_of_asking_every_state(parameters: dict[str, object]) -> None:
    memories = some(5, 10, seed=3)
    make = HopfieldNetwork if "rule" in parameters else DenseAssociativeMemory
    model = make(order="cyclic", **parameters).fit(memories)
    census = spurious_states(model, 1024)
    assert census.is_complete
    ends: dict[tuple[int, ...], int] = {}
    for state in product((-1, 1), repeat=10):
        end = tuple(model.predict([state])[0].astype(int).tolist())
        ends[end] = ends.get(end, 0) + 1
    found = {tuple(state): count for state, count in zip(census.states.tolist(), census.counts.tolist(), strict=True)}
    assert found == ends
    mixtures = {
        tuple(np.sign(a * memories[i] + b * memories[j] + c * memories[k]).astype(int).tolist())
        for i, j, k in combinations(range(5), 3)
        for a, b, c in product((-1, 1), repeat=3)
    }
    for state, kind, overlap, place in zip(census.states, census.kinds, census.overlaps, census.nearest, strict=True):
        overlaps = [float(state @ memory) / 10 for memory in memories]
        assert abs(overlap) == pytest.approx(max(map(abs, overlaps)))
        assert overlap == pytest.approx(overlaps[place])
        if kind in ("memory", "negative"):  # of ten units an overlap of 0.9 is all of them
            assert any((state == (memory if kind == "memory" else -memory)).all() for memory in memories)
        elif kind == "mixture":
            assert tuple(state.tolist()) in mixtures
        assert not (kind == "other" and any((np.abs(o) >= 0.9) for o in overlaps))
    assert not spurious_states(model, 1023).is_complete
    assert spurious_states(model, 1023).counts.sum() == 1023


def test_a_census_of_random_states_follows_its_seed() -> None:
    model = HopfieldNetwork(random_state=0).fit(some(4, 40))
    first, again, other = (spurious_states(model, 300, random_state=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.states, again.states)
    np.testing.assert_array_equal(first.counts, again.counts)
    assert not np.array_equal(first.counts, other.counts)
    assert first.counts.sum() == other.counts.sum() == 300
    assert spurious_states(model).counts.sum() == 1000


def test_a_mixture_of_five_is_none_of_three() -> None:
    memories = some(5, 401)
    signs = np.array([1, -1, 1])
    three = np.sign((signs[:, np.newaxis] * memories[1:4]).sum(axis=0))
    five = np.sign(memories.sum(axis=0))
    nearly = np.where(np.arange(401) < 19, -1, 1) * memories[2]  # an overlap of 0.905
    beyond = np.where(np.arange(401) < 21, -1, 1) * memories[2]  # of 0.895
    ends = np.array([three, five, memories[4], -memories[0], nearly, -nearly, beyond]).astype(np.int8)
    products = ends @ memories.T / 401
    nearest = np.abs(products).argmax(axis=1)
    kinds = _kinds(ends, products[np.arange(7), nearest], products, memories.astype(np.int8))
    assert kinds.tolist() == ["mixture", "other", "memory", "negative", "memory", "negative", "other"]
