"""What must hold of any network: energies, symmetries, and what the names and signs of units may not change."""

import copy
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi import DenseAssociativeMemory, HopfieldNetwork
from sinapsi.memories.visit_order import VisitOrder
from sinapsi.memories.weight_matrix import WeightMatrix
from tests.reference import memories as naive

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning"),
    pytest.mark.filterwarnings("ignore:.*memories repeat another one:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*memories have one state:sklearn.exceptions.DataConversionWarning"),
    pytest.mark.filterwarnings("ignore:HopfieldNetwork. max_iter:sklearn.exceptions.ConvergenceWarning"),
]
KINDS = (
    *({"rule": rule} for rule in ("hebb", "pseudo_inverse", "storkey", "perceptron")),
    *({"degree": degree} for degree in (2, 3, 4)),
    {"interaction": "exponential"},
)
some_case = given(
    st.integers(0, 2**31), st.integers(2, 20), st.integers(1, 26), st.sampled_from(KINDS),
    st.sampled_from(["asynchronous", "synchronous"]),
)  # fmt: skip


def states(random: np.random.Generator, n_rows: int, n_units: int) -> np.ndarray:
    return random.choice([-1, 1], size=(n_rows, n_units))


def network(kind: dict[str, object], **parameters: object) -> HopfieldNetwork | DenseAssociativeMemory:
    if "rule" in kind:
        return HopfieldNetwork(**kind, **parameters, max_iter=20)
    return DenseAssociativeMemory(**kind, **parameters)


@some_case
@settings(max_examples=150, deadline=None)
def test_turning_a_unit_over_everywhere_turns_it_over_in_what_is_recalled(
    seed: int, n_units: int, n_memories: int, kind: dict[str, object], recall: str
) -> None:
    """Mattis (1976): w_ij -> g_i w_ij g_j and s_i -> g_i s_i is the same network; no sign is preferred, nor in ties."""
    random = np.random.default_rng(seed)
    memories, probes = states(random, n_memories, n_units), states(random, 8, n_units)
    turn = states(random, 1, n_units)[0]
    if "rule" not in kind and kind.get("degree") != 2:
        recall = "asynchronous"  # a longer cycle of equal energies may be answered by another of its states
    one = network(kind, recall=recall, order="cyclic").fit(memories)
    other = network(kind, recall=recall, order="cyclic").fit(memories * turn)
    np.testing.assert_array_equal(other.predict(probes * turn), one.predict(probes) * turn)
    np.testing.assert_allclose(other.energy(probes * turn), one.energy(probes), rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(other.is_stable(probes * turn), one.is_stable(probes))
    np.testing.assert_allclose(other.overlap(probes * turn), one.overlap(probes), rtol=0, atol=1e-15)


@some_case
@settings(max_examples=100, deadline=None)
def test_units_have_no_place(seed: int, n_units: int, n_memories: int, kind: dict[str, object], recall: str) -> None:
    """With the columns in another order, and the visits with them, the same is recalled."""
    random = np.random.default_rng(seed)
    memories, probes = states(random, n_memories, n_units), states(random, 8, n_units)
    places = random.permutation(n_units)
    one = network(kind, recall=recall, order=places).fit(memories)
    other = network(kind, recall=recall, order="cyclic").fit(memories[:, places])
    np.testing.assert_array_equal(other.predict(probes[:, places]), one.predict(probes)[:, places])
    if "rule" in kind:
        np.testing.assert_allclose(other.weights_, one.weights_[np.ix_(places, places)], rtol=0, atol=1e-10)


@given(st.integers(0, 2**31), st.integers(2, 20), st.integers(1, 26), st.sampled_from(KINDS))
@settings(max_examples=80, deadline=None)
def test_memories_have_no_order_but_for_storkey(
    seed: int, n_units: int, n_memories: int, kind: dict[str, object]
) -> None:
    random = np.random.default_rng(seed)
    memories, probes = states(random, n_memories, n_units), states(random, 8, n_units)
    if kind.get("rule") == "storkey":
        return
    one = network(kind, order="cyclic").fit(memories)
    other = network(kind, order="cyclic").fit(random.permutation(memories))
    np.testing.assert_array_equal(other.predict(probes), one.predict(probes))


@given(st.integers(0, 2**31), st.integers(2, 40), st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_hebbs_energy_is_told_by_overlaps(seed: int, n_units: int, n_memories: int) -> None:
    """E = -(sum_k (f_k . s)^2 - M N) / 2M: the empty diagonal is M N of the sum."""
    random = np.random.default_rng(seed)
    memories, probes = states(random, n_memories, n_units), states(random, 5, n_units)
    expected = -((probes @ memories.T) ** 2 - n_units).sum(axis=1) / (2 * n_memories)
    np.testing.assert_allclose(HopfieldNetwork().fit(memories).energy(probes), expected, rtol=1e-13, atol=1e-13)


@given(st.integers(0, 2**31), st.integers(3, 40))
@settings(max_examples=60, deadline=None)
def test_a_single_memory_draws_everything_that_leans_to_it(seed: int, n_units: int) -> None:
    """f_i h_i = f . s - f_i s_i, so from an overlap of 2 units on every field agrees with the memory."""
    random = np.random.default_rng(seed)
    memory, probes = states(random, 1, n_units), states(random, 20, n_units)
    overlaps = (probes @ memory.T)[:, 0]
    recalled = HopfieldNetwork(random_state=seed).fit(memory).predict(probes)
    leans = np.abs(overlaps) >= 2
    np.testing.assert_array_equal(recalled[leans], (np.sign(overlaps)[:, np.newaxis] * memory)[leans])
    assert (np.abs(recalled @ memory.T) == n_units).all()  # the others end there too, on one side or the other


@given(st.integers(0, 2**31), st.integers(2, 20), st.booleans())
@settings(max_examples=100, deadline=None)
def test_any_symmetric_weights_come_to_rest(seed: int, n_units: int, of_whole_numbers: bool) -> None:
    """Also weights that no rule made: glassy, with many ties when they are small whole numbers."""
    random = np.random.default_rng(seed)
    half = random.integers(-1, 2, (n_units, n_units)).astype(float) if of_whole_numbers else random.standard_normal(
        (n_units, n_units)
    )  # fmt: skip
    weights = np.triu(half, 1) + np.triu(half, 1).T
    couplings = WeightMatrix(weights, resolution=0.0 if of_whole_numbers else 1e-12, largest=float(n_units))
    probes = states(random, 6, n_units).astype(np.int8)
    nowhere = np.empty((0, n_units), dtype=np.int8)
    order = VisitOrder.of("cyclic", 0, n_units)
    recalled = couplings.recall_in_order(order, probes.copy(), nowhere)
    for probe, end in zip(probes, recalled.states, strict=True):
        expected, _ = naive.recall_in_order(naive.by_weights(weights), probe, [np.arange(n_units)])
        np.testing.assert_array_equal(end, expected)
    assert couplings.are_stable(recalled.states).all()
    np.testing.assert_allclose(couplings.energies(probes), [naive.energy(weights, s) for s in probes], atol=1e-9)
    together = couplings.recall_together(probes.copy(), nowhere)
    for probe, end, cycles in zip(probes, together.states, together.cycles, strict=True):
        met = naive.recall_together(naive.by_weights(weights), probe)
        assert cycles == (not (met[-1] == met[-2]).all())
        pair = [state.tolist() for state in met[-3:-1]] if cycles else [met[-1].tolist()]
        assert end.tolist() in pair
        energies = [naive.energy(weights, np.array(state)) for state in pair]
        if cycles:  # the lower one; of equal ones the one that came first
            wanted = pair[1] if energies[1] < energies[0] - 1e-9 else pair[0]
            assert end.tolist() == wanted


@given(st.integers(0, 2**31), st.integers(2, 20), st.integers(1, 26), st.sampled_from(KINDS[:4]))
@settings(max_examples=60, deadline=None)
def test_all_at_once_has_an_energy_over_two_moments(
    seed: int, n_units: int, n_memories: int, kind: dict[str, object]
) -> None:
    """Goles, Fogelman and Pellegrin (1985): -sum_ij s_i(t) w_ij s_j(t - 1) never rises."""
    random = np.random.default_rng(seed)
    model = network(kind, recall="synchronous").fit(states(random, n_memories, n_units))
    for probe in states(random, 5, n_units):
        way = model.recall_path(probe).states.astype(float)
        between = [-float(now @ model.weights_ @ before) for before, now in pairwise(way)]
        assert (np.diff(between) <= 1e-9).all()


@some_case
@settings(max_examples=80, deadline=None)
def test_what_is_completed_rests_where_it_was_free(
    seed: int, n_units: int, n_memories: int, kind: dict[str, object], recall: str
) -> None:
    random = np.random.default_rng(seed)
    model = network(kind, random_state=seed).fit(states(random, n_memories, n_units))
    patterns = np.where(random.random((6, n_units)) < 0.5, np.nan, states(random, 6, n_units))
    patterns[0] = np.nan
    completed = model.complete(patterns)
    free = np.isnan(patterns)
    assert set(np.unique(completed)) <= {-1.0, 1.0}
    np.testing.assert_array_equal(completed[~free], patterns[~free])
    preferred = model._landscape().preferred(completed.astype(np.int8))
    np.testing.assert_array_equal(preferred[free], completed[free])
    np.testing.assert_array_equal(model.complete(np.where(free, completed, patterns)), completed)
    assert np.isnan(patterns[0]).all()  # what was given is not written to


@given(st.integers(0, 2**31), st.integers(2, 12), st.lists(st.integers(0, 11), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_the_windows_of_an_order_are_the_shortest(seed: int, n_units: int, given_visits: list[int]) -> None:
    visits = [unit % n_units for unit in given_visits] + np.random.default_rng(seed).permutation(n_units).tolist()
    stretches = VisitOrder.of(visits, 0, n_units).stretches()
    first = next(stretches)
    for place in range(min(150, first.stop)):
        seen = [set(first.units[start : place + 1].tolist()) for start in range(place + 1)]
        whole = [start for start in range(place + 1) if len(seen[start]) == n_units]
        assert first.whole_since[place] == (max(whole) if whole else -1)
    second = next(stretches)
    assert second.start == first.stop == 8 * len(visits)
    assert second.units[: first.stop].tolist() == first.units.tolist()
    assert second.units.tolist() == visits * (len(second.units) // len(visits))


def test_a_recall_longer_than_the_first_stretch_goes_on() -> None:
    """A chain of units, each pulled by the one before it and asked before it: one change a sweep."""
    n_units = 40
    weights = np.zeros((n_units, n_units))
    for i in range(n_units - 1):
        weights[i, i + 1] = weights[i + 1, i] = n_units - i
    couplings = WeightMatrix(weights, largest=2.0 * n_units)
    probe = np.ones((1, n_units), dtype=np.int8)
    probe[0, 0] = -1
    kept = np.zeros((1, n_units), dtype=np.int8)
    kept[0, 0] = 1
    order = VisitOrder.of(np.arange(n_units)[::-1], 0, n_units)
    followed: list[np.ndarray] = []
    recalled = couplings.recall_in_order(order, probe.copy(), kept, followed)
    assert (recalled.states == -1).all()
    assert np.concatenate(followed).tolist() == list(range(1, n_units))
    assert len(followed) > 1


@pytest.mark.parametrize("recall", ["asynchronous", "synchronous"])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_to_ask_changes_nothing(kind: dict[str, object], recall: str) -> None:
    random = np.random.default_rng(0)
    memories, probes = states(random, 9, 16), states(random, 20, 16).astype(float)
    model = network(kind, recall=recall, random_state=0).fit(memories)
    before, given_probes = copy.deepcopy(vars(model)), probes.copy()
    gaps = np.where(random.random(probes.shape) < 0.3, np.nan, probes)
    first = model.predict(probes)
    for ask in (model.energy, model.is_stable, model.overlap, model.score, model.predict):
        ask(probes)
    model.complete(gaps)
    model.recall_path(probes[0])
    np.testing.assert_array_equal(probes, given_probes)
    np.testing.assert_array_equal(model.predict(probes), first)
    for name in ("memories_", "n_iter_", "_order_seed"):
        np.testing.assert_array_equal(vars(model)[name], before[name])
    path = model.recall_path(probes[0])
    if path.end == "stable":
        np.testing.assert_array_equal(path.states[-1], first[0])
    np.testing.assert_array_equal(path.states[0], path.start)
    assert path.n_flips == len(path.moments) == int((path.states[1:] != path.states[:-1]).sum())
    assert path.n_moments == len(path.energies) - 1 == len(path.overlaps) - 1
    assert math.isclose(path.energies[-1], model.energy(path.states[-1:])[0], rel_tol=1e-12)


def test_a_random_order_goes_on_as_it_began() -> None:
    """One permutation after another from one stream, whoever asks and however long the recall takes."""
    random = np.random.default_rng(11)
    expected = np.concatenate([random.permutation(7) for _ in range(8 + 16 + 32)])
    order = VisitOrder.of("random", 11, 7)
    for _ in range(2):
        stretches = order.stretches()
        for start, stop in ((0, 56), (56, 168), (168, 392)):
            visits = next(stretches)
            assert (visits.start, visits.stop, len(visits.whole_since)) == (start, stop, stop)
            np.testing.assert_array_equal(visits.units, expected[:stop])
    np.testing.assert_array_equal(VisitOrder.of("random", 11, 7).sweeps(5), expected[:35])
    assert not np.array_equal(VisitOrder.of("random", 12, 7).sweeps(8), expected[:56])
