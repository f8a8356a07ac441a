"""What a memory bears: the numbers of theory, and of enumeration."""

import warnings
from itertools import product

import numpy as np
import pytest

from sinapsi import (
    DenseAssociativeMemory,
    HopfieldNetwork,
    ModernHopfieldNetwork,
    basin_of_attraction,
    capacity_curve,
    damage,
    dreaming_curve,
    spurious_states,
)
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.memories.recall_curve import RecallCurve

pytestmark = [pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning")]


def some(n_rows: int, n_units: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], size=(n_rows, n_units))


@pytest.mark.slow
def test_hebbs_rule_breaks_down_near_its_capacity() -> None:
    loads = (0.12, 0.145, 0.17, 0.18)
    curve = capacity_curve(HopfieldNetwork(), loads, n_units=2000, n_repeats=3, n_probes=200, random_state=0)
    assert curve.overlap[0] > 0.98
    assert curve.overlap[-1] < 0.5
    assert curve.recalled[1] > 0.5 > curve.recalled[2]
    assert (curve.low < curve.overlap).all()
    assert (curve.overlap < curve.high).all()
    assert curve.name == "hebb"


def test_other_memories_bear_more() -> None:
    settings = {"n_units": 200, "n_repeats": 2, "n_probes": 50, "random_state": 0}
    projection = capacity_curve(HopfieldNetwork(rule="pseudo_inverse"), (0.3, 0.95), **settings)
    np.testing.assert_array_equal(projection.overlap, 1.0)
    noisy = capacity_curve(HopfieldNetwork(rule="pseudo_inverse"), (0.2, 0.95), noise=0.1, **settings)
    assert noisy.overlap[0] > 0.99 > 0.9 > noisy.overlap[1]
    hebb = capacity_curve(HopfieldNetwork(), (0.05, 0.3), **settings)
    storkey = capacity_curve(HopfieldNetwork(rule="storkey"), (0.05, 0.3), **settings)
    dense = capacity_curve(DenseAssociativeMemory(), (0.3, 5.0), **settings)
    assert hebb.overlap[1] < 0.6 < 0.95 < storkey.overlap[1]
    np.testing.assert_array_equal(dense.recalled, 1.0)
    assert dense.name == "dense, x^3"


def test_a_curve_knows_its_spread() -> None:
    one = RecallCurve.of("noise", [0.1], [np.array([0.2, 0.4, 0.9])], threshold=0.5, name="x")
    margin = 1.96 * np.std([0.2, 0.4, 0.9], ddof=1) / np.sqrt(3)
    assert one.overlap.tolist() == [0.5]
    assert one.low == pytest.approx([0.5 - margin])
    assert one.high == pytest.approx([0.5 + margin])
    assert one.recalled == pytest.approx([1 / 3])
    several = RecallCurve.of("load", [0.1], [np.array([[1.0, 0.0], [0.6, 0.6]])], threshold=0.5, name="x")
    margin = 1.96 * np.std([0.5, 0.6], ddof=1) / np.sqrt(2)
    assert several.high == pytest.approx([0.55 + margin])
    lines = str(several).splitlines()
    assert lines[0].split()[:2] == ["load", "overlap"]
    assert lines[1].split()[0] == "0.1"


def test_basins_have_an_edge() -> None:
    model = HopfieldNetwork(random_state=0).fit(some(8, 300))
    curve = basin_of_attraction(model, (0.0, 0.1, 0.3, 0.5), random_state=0)
    assert curve.recalled[:2].tolist() == [1.0, 1.0]
    assert curve.recalled[3] < 0.1
    assert abs(curve.overlap[3]) < 0.2
    full = HopfieldNetwork(random_state=0).fit(some(40, 300))
    assert basin_of_attraction(full, (0.3,), random_state=0).overlap[0] < curve.overlap[2]
    turned = basin_of_attraction(model, (1.0,), random_state=0)
    np.testing.assert_array_equal(turned.overlap, -1.0)  # all units flipped: the negative


def test_damage_is_borne_gracefully() -> None:
    model = HopfieldNetwork(random_state=0).fit(some(8, 300))
    before = model.weights_
    curve = damage(model, (0.0, 0.5, 0.8, 0.99, 1.0), random_state=0)
    assert curve.overlap[:2] == pytest.approx([1.0, 1.0], abs=1e-3)
    assert curve.overlap[2] > 0.9
    assert 0.75 < curve.overlap[4] < 0.85  # nothing is left: a tenth is wrong, and stays
    np.testing.assert_array_equal(model.weights_, before)
    kept = np.random.default_rng(0).random(300 * 299 // 2) < 0.5
    cut = model._damaged(kept).weights_
    mask = np.zeros((300, 300))
    mask[np.triu_indices(300, 1)] = kept
    np.testing.assert_allclose(cut, before * (mask + mask.T), atol=1e-12)


def test_dreams_make_room() -> None:
    model = HopfieldNetwork(random_state=0).fit(some(60, 300))  # load 0.2
    before = model.weights_
    curve = dreaming_curve(model, (0, 200, 600), noise=0.05, random_state=0)
    assert curve.overlap[0] < 0.8
    assert curve.overlap[1] > curve.overlap[0] + 0.1
    assert curve.overlap[2] > 0.97
    np.testing.assert_array_equal(model.weights_, before)
    assert curve.values.tolist() == [0, 200, 600]


@pytest.mark.parametrize("make", [HopfieldNetwork, DenseAssociativeMemory])
def test_a_small_network_is_known_wholly(make: type) -> None:
    memories = some(3, 9, seed=1)
    model = make(random_state=0).fit(memories)
    census = spurious_states(model)
    everything = np.array(list(product([-1, 1], repeat=9)))
    ends, counts = np.unique(model.predict(everything), axis=0, return_counts=True)
    assert census.is_complete
    assert census.counts.sum() == 512
    assert (np.diff(census.counts) <= 0).all()
    found = {tuple(state): number for state, number in zip(census.states.tolist(), census.counts, strict=True)}
    assert found == {tuple(state): number for state, number in zip(ends.astype(int).tolist(), counts, strict=True)}
    np.testing.assert_allclose(census.energies, model.energy(census.states))
    assert sum(census.shares.values()) == pytest.approx(1.0)
    assert model.is_stable(census.states).all()


def test_ends_are_told_apart() -> None:
    memories = some(3, 501)
    model = HopfieldNetwork(random_state=0).fit(memories)
    census = spurious_states(model, 2000, random_state=0)
    assert not census.is_complete
    expected = {
        tuple(memories[0]): "memory",
        tuple(-memories[1]): "negative",
        tuple(np.sign(memories.sum(0))): "mixture",
    }
    found = {tuple(state): kind for state, kind in zip(census.states.tolist(), census.kinds, strict=True)}
    for state, kind in expected.items():
        assert found[tuple(int(unit) for unit in state)] == kind
    assert 0.3 < census.shares["memory"] < 0.45
    assert abs(census.shares["memory"] - census.shares["negative"]) < 0.06
    assert 0.1 < census.shares["mixture"] < 0.4
    for place in range(5):
        overlap = census.states[place] @ memories[census.nearest[place]] / 501
        assert census.overlaps[place] == pytest.approx(overlap)
    lines = str(census).splitlines()
    assert lines[0].startswith("2000 probes (random states) ended in ")
    assert "memory" in lines[2] or "negative" in lines[2]


def test_what_was_never_stored_is_extracted_from_its_copies() -> None:
    prototypes = some(3, 400)
    random = np.random.default_rng(1)
    copies = np.repeat(prototypes, 30, axis=0)
    copies = np.where(random.random(copies.shape) < 0.2, -copies, copies)
    model = HopfieldNetwork(random_state=0).fit(copies)
    assert not (model.memories_[:, np.newaxis] == prototypes).all(axis=2).any()
    np.testing.assert_array_equal(model.predict(prototypes), prototypes)
    np.testing.assert_array_equal(model.predict(copies), np.repeat(prototypes, 30, axis=0))


def test_wrong_questions_are_refused() -> None:
    model = HopfieldNetwork(random_state=0).fit(some(3, 20))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for call, message in (
            (lambda: capacity_curve(model, (0,)), "Each of loads must be a number in the range"),
            (lambda: capacity_curve(model, ()), "loads must be a sequence of at least one number"),
            (lambda: capacity_curve(model, 0.1), "loads must be a sequence"),
            (lambda: capacity_curve(model, n_units=1), "n_units must be an integer of at least 2"),
            (lambda: capacity_curve(model, noise=2), "noise must be a number in the range"),
            (lambda: capacity_curve(model, n_repeats=0), "n_repeats must be"),
            (lambda: basin_of_attraction(model, (0.5, 1.5)), "Each of noises must be"),
            (lambda: basin_of_attraction(model, n_probes=0), "n_probes must be"),
            (lambda: basin_of_attraction(model, threshold=2), "threshold must be"),
            (lambda: damage(model, (-0.1,)), "Each of removed must be"),
            (lambda: dreaming_curve(model, (5, 2)), "n_dreams must rise"),
            (lambda: dreaming_curve(model, (2.5,)), "Each of n_dreams must be an integer"),
            (lambda: spurious_states(model, 0), "n_probes must be an integer of at least 1, or None"),
        ):
            with pytest.raises(InvalidParameterError, match=message):
                call()
        modern = ModernHopfieldNetwork().fit(some(3, 20))
        for call in (capacity_curve, basin_of_attraction, damage, dreaming_curve, spurious_states):
            with pytest.raises(InvalidInputError, match="Got ModernHopfieldNetwork"):
                call(modern)
        dense = DenseAssociativeMemory().fit(some(3, 20))
        for call in (damage, dreaming_curve):
            with pytest.raises(InvalidInputError, match="Got DenseAssociativeMemory"):
                call(dense)
