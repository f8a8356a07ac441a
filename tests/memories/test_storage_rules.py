"""Memories that come, go and are dreamed of, in any order; what is exact stays exact, factors and matrix are one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi import HopfieldNetwork
from sinapsi.memories.perceptron_rule import PerceptronLearning
from sinapsi.memories.storage import BLOCK_ROWS, Storage
from sinapsi.memories.storage_rules import hebb, pseudo_inverse, storkey
from tests.reference import memories as naive

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning"),
    pytest.mark.filterwarnings("ignore:.*memories repeat another one:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*memories have one state:sklearn.exceptions.DataConversionWarning"),
    pytest.mark.filterwarnings("ignore:HopfieldNetwork. max_iter:sklearn.exceptions.ConvergenceWarning"),
]
RULES = ("hebb", "pseudo_inverse", "storkey", "perceptron")
of_all_rules = pytest.mark.parametrize("rule", RULES)


def some(n_rows: int, n_units: int = 24, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], size=(n_rows, n_units))


def is_symmetric_and_empty_on_the_diagonal(weights: np.ndarray) -> bool:
    return np.array_equal(weights, weights.T) and not weights.diagonal().any()


@pytest.mark.parametrize("n_units", [20, 120])
@pytest.mark.parametrize("normalization", ["memories", "units"])
def test_hebbs_weights_are_exactly_the_mean(normalization: str, n_units: int) -> None:
    n_memories = 49
    memories = some(n_memories, n_units)
    memories[:, 1] = memories[:, 0]  # these two always agree
    model = HopfieldNetwork(normalization=normalization).fit(memories)
    sums = memories.T @ memories
    np.fill_diagonal(sums, 0)
    np.testing.assert_array_equal(model.weights_, sums / (n_memories if normalization == "memories" else n_units))


@pytest.mark.parametrize("n_memories", [1, 5, 11, 13, 23])
@of_all_rules
def test_factors_and_matrix_are_the_same_weights_and_recall(rule: str, n_memories: int) -> None:
    """What a rule keeps as factors, once more as a matrix: fields, energies, preferences and recall."""
    memories, probes = some(n_memories).astype(np.int8), some(60, seed=1).astype(np.int8)
    probes[:5, ::3] = 0
    if rule == "perceptron":
        learning = PerceptronLearning(memories[:11], 0.5)
        while learning.correct_once()[1]:
            pass
        storage = learning.storage()
    else:
        storage = {"hebb": hebb, "pseudo_inverse": pseudo_inverse, "storkey": storkey}[rule](memories)
    if storage.matrix is not None:
        assert (rule, n_memories) in (("storkey", 13), ("storkey", 23))  # from half as many as units on
        return
    factored, whole = storage.couplings(memories, 0.3), storage.as_matrix(memories).couplings(memories, 0.3)
    assert type(factored) is not type(whole)
    np.testing.assert_allclose(factored.matrix(), whole.matrix(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(factored.fields(probes), probes @ whole.matrix(), rtol=0, atol=1e-11)
    np.testing.assert_allclose(whole.fields(probes), probes @ whole.matrix(), rtol=0, atol=1e-11)
    energies = [naive.energy(whole.matrix(), probe) for probe in probes]
    np.testing.assert_allclose(factored.energies(probes), energies, atol=1e-11)
    np.testing.assert_allclose(whole.energies(probes), energies, atol=1e-11)
    np.testing.assert_array_equal(factored.preferred(probes), whole.preferred(probes))


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("n_memories", [6, 13, 31])
def test_storkeys_weights_grow_as_the_loops_say(n_memories: int, size: int) -> None:
    memories = some(n_memories)
    model = HopfieldNetwork(rule="storkey")
    for start in range(0, n_memories, size):
        model.partial_fit(memories[start : start + size])
        assert is_symmetric_and_empty_on_the_diagonal(model.weights_)
    np.testing.assert_allclose(model.weights_, naive.storkey(memories), rtol=0, atol=1e-12)
    turned = HopfieldNetwork(rule="storkey").fit(memories[::-1]).weights_
    assert not np.allclose(turned, model.weights_)  # the order of memories counts


@pytest.mark.parametrize("n_more", [1, 2, 20])
def test_a_memory_in_the_span_of_others_changes_no_projection(n_more: int) -> None:
    first, second = some(2)
    third = np.where(first == second, first, some(1, seed=9)[0])
    dependent = first + second - third
    assert set(np.unique(dependent)) == {-1, 1}
    others = some(n_more, seed=2)
    memories = np.vstack([first, second, third, others])
    more = np.vstack([memories, dependent])
    assert np.linalg.matrix_rank(more) == len(memories)
    model = HopfieldNetwork(rule="pseudo_inverse").fit(memories)
    before = model.weights_
    np.testing.assert_allclose(HopfieldNetwork(rule="pseudo_inverse").fit(more).weights_, before, atol=1e-12)
    np.testing.assert_allclose(model.partial_fit(dependent[np.newaxis]).weights_, before, rtol=0, atol=1e-15)
    assert model.n_memories_ == len(more)
    # The dependent one holds up the span when one of the others goes.
    model.forget(memories[:1])
    np.testing.assert_allclose(model.weights_, before, atol=1e-12)
    model.forget(memories[1:2])
    np.testing.assert_allclose(model.weights_, naive.pseudo_inverse(more[2:]), atol=1e-12)


@pytest.mark.parametrize("n_flips", [1, 2])
def test_memories_that_are_nearly_equal_are_projected_exactly(n_flips: int) -> None:
    n_units = 400
    base = some(1, n_units)[0]
    memories = np.array([np.where((np.arange(n_units) // n_flips) == k, -base, base) for k in range(60)])
    whole = HopfieldNetwork(rule="pseudo_inverse").fit(memories)
    grown = HopfieldNetwork(rule="pseudo_inverse")
    for memory in memories:
        grown.partial_fit(memory[np.newaxis])
    expected = naive.pseudo_inverse(memories)
    np.testing.assert_allclose(whole.weights_, expected, rtol=0, atol=1e-10)
    np.testing.assert_allclose(grown.weights_, expected, rtol=0, atol=1e-10)
    assert whole.is_stable(memories).all()
    assert grown.is_stable(memories).all()


def test_many_memories_one_by_one_and_blocks_of_factors() -> None:
    memories = some(2 * BLOCK_ROWS + 9, 200)
    model = HopfieldNetwork(rule="pseudo_inverse")
    for memory in memories:
        model.partial_fit(memory[np.newaxis])
    assert max(map(len, model._storage["vectors"])) <= BLOCK_ROWS
    np.testing.assert_allclose(model.weights_, naive.pseudo_inverse(memories), rtol=0, atol=1e-10)


@pytest.mark.parametrize("n_memories", [5, 11, 13, 22])
@of_all_rules
def test_what_is_forgotten_may_be_stored_again(rule: str, n_memories: int) -> None:
    memories = some(n_memories)
    model = HopfieldNetwork(rule=rule, random_state=0).fit(memories)
    model.forget(memories[1:3])
    assert is_symmetric_and_empty_on_the_diagonal(model.weights_)
    rest = np.delete(memories, [1, 2], axis=0)
    np.testing.assert_array_equal(model.memories_, rest)
    model.partial_fit(memories[1:3])
    again = np.vstack([rest, memories[1:3]])
    np.testing.assert_array_equal(model.memories_, again)
    assert is_symmetric_and_empty_on_the_diagonal(model.weights_)
    if rule == "perceptron":  # it went on from what it had learned
        assert (again * (again @ model.weights_) > 1.0 - 1e-9).all()
        np.testing.assert_allclose(24 * model.weights_, np.rint(24 * model.weights_), atol=1e-9)
    else:
        whole = HopfieldNetwork(rule=rule).fit(again)
        np.testing.assert_allclose(model.weights_, whole.weights_, rtol=0, atol=1e-12)
    if rule == "hebb":
        np.testing.assert_array_equal(model.weights_, HopfieldNetwork().fit(memories).weights_)


@pytest.mark.parametrize("margin", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("n_memories", [1, 6, 11, 14])
def test_corrections_are_those_of_the_loops_at_any_margin(n_memories: int, margin: float) -> None:
    memories = some(n_memories, 23, seed=4)
    model = HopfieldNetwork(rule="perceptron", margin=margin, max_iter=200).fit(memories)
    weights, shares = naive.perceptron(memories, margin, 200)
    np.testing.assert_allclose(model.weights_, weights, rtol=0, atol=1e-12)
    assert model.history_["loss"].tolist() == pytest.approx(shares)
    assert model.history_["step"][-1] == round(sum(shares) * memories.size)


operations = st.lists(
    st.one_of(
        st.tuples(st.just("more"), st.integers(1, 4)),
        st.tuples(st.just("forget"), st.integers(0, 100)),
        st.tuples(st.just("dream"), st.integers(1, 3)),
    ),
    min_size=1,
    max_size=8,
)


def expected_after(rule: str, memories: np.ndarray, model: HopfieldNetwork) -> np.ndarray:
    dreams, rates = model._dreams.astype(float), model._dream_rates
    n_units = memories.shape[1]
    taken = (dreams.T * rates) @ dreams
    if rule == "hebb":
        weights = (memories.T @ memories - taken) / len(memories)
    else:
        weights = naive.pseudo_inverse(memories) - taken / n_units
    np.fill_diagonal(weights, 0.0)
    return weights


@given(st.integers(0, 2**31), st.integers(4, 16), st.sampled_from(["hebb", "pseudo_inverse"]), operations)
@settings(max_examples=120, deadline=None)
def test_any_history_leaves_the_weights_of_its_memories_and_dreams(
    seed: int, n_units: int, rule: str, history: list[tuple[str, int]]
) -> None:
    random = np.random.default_rng(seed)
    memories = random.choice([-1, 1], size=(2, n_units))
    model = HopfieldNetwork(rule=rule, random_state=seed, order="cyclic").fit(memories)
    n_dreams = 0
    for name, number in history:
        if name == "more":
            more = random.choice([-1, 1], size=(number, n_units))
            memories = np.vstack([memories, more])
            model.partial_fit(more)
        elif name == "forget" and len(memories) > 1:
            gone = number % len(memories)
            gone = next(place for place, row in enumerate(memories) if (row == memories[gone]).all())  # the first such
            model.forget(memories[[gone]])
            memories = np.delete(memories, gone, axis=0)
        elif name == "dream":
            model.dream(number, rate=0.125 * number)
            n_dreams += number
        assert is_symmetric_and_empty_on_the_diagonal(model.weights_)
        np.testing.assert_allclose(model.weights_, expected_after(rule, memories, model), rtol=0, atol=1e-10)
    assert len(model._dreams) == n_dreams
    np.testing.assert_array_equal(model.memories_, memories)
    assert model.n_memories_ == len(memories)
    probes = random.choice([-1, 1], size=(6, n_units))
    prefers = naive.by_weights(expected_after(rule, memories, model))
    for probe, end in zip(probes, model.predict(probes), strict=True):
        np.testing.assert_array_equal(end, naive.recall_in_order(prefers, probe, [np.arange(n_units)])[0])


@of_all_rules
def test_dreams_go_on_where_they_stopped(rule: str) -> None:
    """Four dreams and then five are nine; each starts from what the others left."""
    memories = some(7)
    one, other = (HopfieldNetwork(rule=rule, random_state=5).fit(memories) for _ in range(2))
    one.dream(9, rate=0.1)
    other.dream(4, rate=0.1).dream(5, rate=0.1)
    np.testing.assert_array_equal(one._dreams, other._dreams)
    np.testing.assert_allclose(one.weights_, other.weights_, rtol=0, atol=1e-14)
    assert not np.array_equal(HopfieldNetwork(rule=rule, random_state=6).fit(memories).dream(9)._dreams, one._dreams)
    fresh = one.fit(memories)
    assert not len(fresh._dreams)
    np.testing.assert_allclose(fresh.weights_, HopfieldNetwork(rule=rule).fit(memories).weights_, atol=1e-15)


def test_a_dream_ends_where_recall_of_its_start_ends() -> None:
    memories = some(5)
    for rule in RULES:
        model = HopfieldNetwork(rule=rule, random_state=5).fit(memories)
        for _ in range(6):
            before = HopfieldNetwork(rule=rule, random_state=5).fit(memories)
            before._storage, before._dreams = dict(model._storage), model._dreams
            model.dream(1, rate=0.2)
            assert before.is_stable(model._dreams[-1:]).all()


def test_what_is_stored_is_not_changed_by_what_comes_later() -> None:
    """A copy of a network may share its arrays: nothing is overwritten in place."""
    memories = some(6)
    for rule in RULES:
        model = HopfieldNetwork(rule=rule, random_state=0).fit(memories)
        for change in (
            lambda network: network.partial_fit(some(3, seed=4)),
            lambda network: network.dream(2),
            lambda network: network.partial_fit(some(15, seed=5)),
            lambda network: network.dream(2),
            lambda network: network.forget(some(3, seed=4)[:1]),
        ):
            arrays = list(Storage(**model._storage).vectors) + [
                a for a in (model._storage["matrix"], model._storage["diagonal"]) if a is not None
            ]
            copies = [a.copy() for a in arrays]
            change(model)
            for array, kept in zip(arrays, copies, strict=True):
                np.testing.assert_array_equal(array, kept)


def test_a_projection_kept_as_a_matrix_grows_too() -> None:
    """More memories than units of which few are independent; then others, one by one, until they span everything."""
    few, others = some(4, 16), some(20, 16, seed=3)
    memories = np.vstack([few] * 5)
    for model in (
        HopfieldNetwork(rule="pseudo_inverse").fit(memories),
        HopfieldNetwork(rule="pseudo_inverse").fit_batches(memories),
    ):
        np.testing.assert_allclose(model.weights_, naive.pseudo_inverse(few), rtol=0, atol=1e-12)
        for n_more in range(1, 21):
            model.partial_fit(others[n_more - 1 : n_more])
            expected = naive.pseudo_inverse(np.vstack([few, others[:n_more]]))
            np.testing.assert_allclose(model.weights_, expected, rtol=0, atol=1e-11)
            assert is_symmetric_and_empty_on_the_diagonal(model.weights_)
            assert model.is_stable(np.vstack([few, others[:n_more]])).all()


def test_directions_of_nearly_equal_memories_are_orthogonal() -> None:
    """What is left of a memory after one projection is made of rounding too, so it is projected again."""
    n_units = 4000
    base = some(1, n_units)[0]
    model = HopfieldNetwork(rule="pseudo_inverse")
    for place in range(30):
        model.partial_fit(np.where(np.arange(n_units) == place, -base, base)[np.newaxis])
    basis = np.concatenate(model._storage["vectors"])
    np.testing.assert_allclose(basis @ basis.T, np.eye(30), rtol=0, atol=1e-12)


@of_all_rules
def test_dreams_do_not_begin_with_memories_drawn_from_the_same_seed(rule: str) -> None:
    firsts = []
    for seed in range(12):
        memories = some(6, 60, seed)
        dreamed = HopfieldNetwork(rule=rule, random_state=seed).fit(memories).dream(1)._dreams[0]
        firsts.append(bool((dreamed == memories[0]).all()))
    assert sum(firsts) < 6


def test_of_batches_the_first_memories_are_asked_how_well_they_are_kept() -> None:
    memories = some(300, 30)
    for rule in ("hebb", "pseudo_inverse"):
        model = HopfieldNetwork(rule=rule).fit_batches(np.array_split(memories, 7))
        fields = memories[:64] @ model.weights_
        unstable = (np.where(np.abs(fields) < 1e-9, 0, fields) * memories[:64] < 0).mean()
        assert model.history_["loss"].tolist() == [unstable]
        assert model.history_["step"].tolist() == [300]
        assert unstable > 0.1 or rule == "pseudo_inverse"


def test_a_projection_that_was_dreamed_away_says_what_is_left_of_it() -> None:
    memories = some(7)
    model = HopfieldNetwork(rule="pseudo_inverse", random_state=0).fit(memories[:6]).dream(30, rate=4.0)
    model.partial_fit(memories[6:])
    unstable = (memories * (memories @ model.weights_) < -1e-9).mean()
    assert unstable > 0.1
    assert model.history_["loss"].tolist() == [0.0, pytest.approx(unstable)]
