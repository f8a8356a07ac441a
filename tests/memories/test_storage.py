"""What every rule stores, against plain loops; adding and forgetting."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi import DenseAssociativeMemory, HopfieldNetwork
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from tests.reference import memories as naive

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataDimensionalityWarning"),
    pytest.mark.filterwarnings("ignore:.*memories repeat another one:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*memories have one state:sklearn.exceptions.DataConversionWarning"),
]
RULES = ("hebb", "pseudo_inverse", "storkey", "perceptron")
of_all_rules = pytest.mark.parametrize("rule", RULES)
few_and_many = pytest.mark.parametrize("n_memories", [1, 2, 5, 11, 23, 24, 40])


def some(n_memories: int, n_units: int = 24, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], size=(n_memories, n_units))


def twin_of(rule: str, memories: np.ndarray) -> np.ndarray:
    if rule == "hebb":
        return naive.hebb(memories, len(memories))
    if rule == "pseudo_inverse":
        return naive.pseudo_inverse(memories)
    if rule == "storkey":
        return naive.storkey(memories)
    return naive.perceptron(memories, 1.0, 15)[0]


def network(rule: str, **settings: object) -> HopfieldNetwork:
    return HopfieldNetwork(
        rule=rule, random_state=0, **({"max_iter": 15, **settings} if rule == "perceptron" else settings)
    )


def fitted(model: HopfieldNetwork, memories: np.ndarray) -> HopfieldNetwork:
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "HopfieldNetwork: max_iter")
        return model.fit(memories)


@few_and_many
@of_all_rules
def test_the_weights_are_those_of_plain_loops(rule: str, n_memories: int) -> None:
    memories = some(n_memories)
    weights = fitted(network(rule), memories).weights_
    np.testing.assert_allclose(weights, twin_of(rule, memories), rtol=0, atol=1e-12)
    assert np.array_equal(weights, weights.T)
    assert not weights.diagonal().any()


@few_and_many
def test_hebbs_weights_are_divided_by_memories_or_units(n_memories: int) -> None:
    memories = some(n_memories)
    by_units = HopfieldNetwork(normalization="units").fit(memories)
    np.testing.assert_allclose(by_units.weights_, naive.hebb(memories, 24), rtol=1e-14)
    by_memories = HopfieldNetwork(normalization="memories", random_state=0).fit(memories)
    np.testing.assert_allclose(by_memories.energy(memories) * n_memories, by_units.energy(memories) * 24, rtol=1e-12)


@pytest.mark.parametrize("n_memories", [5, 11, 12, 20])
@pytest.mark.parametrize("margin", [0.0, 1.0, 2.5])
def test_corrections_make_memories_stable_with_the_margin(margin: float, n_memories: int) -> None:
    memories = some(n_memories)
    model = HopfieldNetwork(rule="perceptron", margin=margin).fit(memories)
    _, shares = naive.perceptron(memories, margin, 1000)
    np.testing.assert_allclose(model.history_["loss"], shares, atol=1e-12)
    assert model.n_iter_ == len(shares)
    assert (memories * (memories @ model.weights_) > margin).all()
    np.testing.assert_allclose(24 * model.weights_, np.rint(24 * model.weights_), atol=1e-9)
    assert "all" in str(model.stop_reason_)


def test_what_cannot_be_made_stable_is_told() -> None:
    with pytest.warns(UserWarning, match=r"max_iter=20 was used up.*store fewer memories"):
        model = HopfieldNetwork(rule="perceptron", max_iter=20).fit(some(120))
    assert model.n_iter_ == 20


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("n_memories", [7, 13, 40])
@pytest.mark.parametrize("rule", ["hebb", "pseudo_inverse", "storkey"])
def test_memories_may_come_one_after_another(rule: str, n_memories: int, size: int) -> None:
    memories = some(n_memories)
    model = network(rule)
    for start in range(0, n_memories, size):
        model.partial_fit(memories[start : start + size])
    whole = network(rule).fit(memories)
    np.testing.assert_allclose(model.weights_, whole.weights_, rtol=0, atol=1e-10)
    np.testing.assert_array_equal(model.memories_, whole.memories_)
    assert model.n_memories_ == n_memories
    assert np.array_equal(model.weights_, model.weights_.T)
    if rule == "hebb":
        np.testing.assert_array_equal(model.weights_, whole.weights_)
        model._order_seed = whole._order_seed
        np.testing.assert_array_equal(model.predict(some(60, seed=9)), whole.predict(some(60, seed=9)))


def test_the_perceptron_rule_goes_on_from_what_it_learned() -> None:
    for first, more in ((5, 3), (10, 3), (5, 9), (12, 4)):
        memories = some(first + more)
        model = HopfieldNetwork(rule="perceptron").fit(memories[:first])
        n_before = model.history_.n_epochs
        weights = model.weights_
        model.partial_fit(memories[first:])
        assert (memories * (memories @ model.weights_) > 1.0).all()
        assert model.history_.n_epochs == n_before + model.n_iter_
        assert np.abs(model.weights_ - weights).max() < 2  # from there, not from anywhere


@pytest.mark.parametrize("n_memories", [5, 14])
def test_the_perceptron_rule_changes_nothing_for_what_is_stable_already(n_memories: int) -> None:
    memories = some(n_memories)
    model = HopfieldNetwork(rule="perceptron").fit(memories)
    weights = model.weights_
    model.partial_fit(-memories[:1])  # the negative of a memory is as stable as the memory
    assert model.n_iter_ == 1
    np.testing.assert_allclose(model.weights_, weights, atol=1e-14)


def test_dependent_memories_change_no_projection() -> None:
    memories = some(6)
    more = np.vstack([memories, -memories[2], memories[3]])
    model = HopfieldNetwork(rule="pseudo_inverse").fit(memories)
    weights = model.weights_
    np.testing.assert_allclose(HopfieldNetwork(rule="pseudo_inverse").fit(more).weights_, weights, atol=1e-12)
    np.testing.assert_array_equal(model.partial_fit(more[6:]).weights_, weights)


@pytest.mark.parametrize("n_memories", [4, 9, 13, 30])
@of_all_rules
def test_what_is_forgotten_was_never_stored(rule: str, n_memories: int) -> None:
    memories = some(n_memories)
    model = fitted(network(rule, max_iter=400) if rule == "perceptron" else network(rule), memories)
    gone, rest = memories[[0, n_memories - 1]], memories[1:-1]
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "HopfieldNetwork: max_iter")
        model.forget(gone)
    whole = fitted(network(rule, max_iter=400) if rule == "perceptron" else network(rule), rest)
    np.testing.assert_allclose(model.weights_, whole.weights_, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(model.memories_, rest)
    assert model.n_memories_ == n_memories - 2


def test_of_two_equal_memories_one_is_forgotten() -> None:
    memories = np.vstack([some(3), some(3)[1]])
    model = HopfieldNetwork().fit(memories).forget(memories[1:2])
    assert model.n_memories_ == 3
    with pytest.raises(InvalidInputError, match="Row 1 of X is none of the 3 memories"):
        model.forget(memories[[1, 1]])
    assert model.n_memories_ == 3
    dense = DenseAssociativeMemory().fit(memories).forget(memories[1:2])
    assert len(dense.memories_) == 3


@pytest.mark.parametrize("n_memories", [4, 13, 40])
@of_all_rules
def test_a_dream_takes_its_state_away(rule: str, n_memories: int) -> None:
    memories = some(n_memories)
    model = fitted(network(rule), memories)
    before, twin = model.weights_, copy.deepcopy(model)
    model.dream(1, rate=0.3)
    gone = before - model.weights_
    share = 0.3 / n_memories if rule == "hebb" else 0.3 / 24
    state = np.sign(gone[0] + np.eye(24)[0])  # gone = share s s', up to the sign of s
    expected = share * np.outer(state, state)
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(gone, expected, atol=1e-12)
    assert twin.is_stable(state[np.newaxis]).all()  # asleep, it had come to rest
    many = twin.dream(5, rate=0.01).weights_
    assert np.array_equal(many, many.T)
    assert not many.diagonal().any()


def test_dreams_are_kept_apart_from_memories() -> None:
    memories = some(6)
    model = HopfieldNetwork(random_state=3).fit(memories[:5])
    before = model.weights_ * 5
    model.dream(4, rate=0.1)
    dreamed = before - model.weights_ * 5
    model.partial_fit(memories[5:]).forget(memories[:1])
    expected = naive.hebb(memories[1:], 5) * 5 - dreamed
    np.testing.assert_allclose(model.weights_ * 5, expected, atol=1e-12)
    for rule in ("pseudo_inverse", "perceptron", "storkey"):
        model = HopfieldNetwork(rule=rule, random_state=3).fit(memories[:5])
        before = model.weights_
        dreamed = before - model.dream(4, rate=0.1).weights_
        model.forget(memories[:1])
        rest = HopfieldNetwork(rule=rule).fit(memories[1:5])
        np.testing.assert_allclose(model.weights_, rest.weights_ - dreamed, atol=1e-12)


@pytest.mark.parametrize("rule", ["pseudo_inverse", "perceptron"])
def test_what_comes_after_a_dream_is_stored_as_if_awake(rule: str) -> None:
    memories = some(6)
    model = HopfieldNetwork(rule=rule, random_state=3).fit(memories[:5])
    before = model.weights_
    dreamed = before - model.dream(4, rate=0.1).weights_
    model.partial_fit(memories[5:])
    np.testing.assert_allclose(model.weights_, HopfieldNetwork(rule=rule).fit(memories).weights_ - dreamed, atol=1e-12)


def test_a_network_may_dream_until_factors_become_a_matrix() -> None:
    memories = some(5)
    one, other = (HopfieldNetwork(random_state=3).fit(memories) for _ in range(2))
    one.dream(60, rate=0.02)
    for _ in range(60):
        other.dream(1, rate=0.02)
    np.testing.assert_allclose(one.weights_, other.weights_, atol=1e-14)
    np.testing.assert_array_equal(one.predict(some(30, seed=1)), other.predict(some(30, seed=1)))


def test_copies_that_go_on_do_not_disturb_each_other() -> None:
    memories = some(9)
    for rule in RULES:
        first = HopfieldNetwork(rule=rule, random_state=0).fit(memories[:5])
        second = copy.copy(first)
        weights = first.weights_
        first.partial_fit(memories[5:7])
        np.testing.assert_array_equal(second.weights_, weights)
        second.partial_fit(memories[7:])
        np.testing.assert_allclose(
            first.weights_, HopfieldNetwork(rule=rule).fit(memories[:5]).partial_fit(memories[5:7]).weights_, atol=1e-12
        )


def test_one_rule_does_not_go_on_from_another() -> None:
    model = HopfieldNetwork().fit(some(3)).set_params(rule="storkey")
    for call in (lambda: model.partial_fit(some(2)), lambda: model.forget(some(3)[:1]), model.dream):
        with pytest.raises(InvalidParameterError, match="stored by rule='hebb', and rule='storkey' cannot go on"):
            call()
    assert model.set_params(rule="hebb").partial_fit(some(2, seed=4)).n_memories_ == 5


@given(st.integers(2, 30), st.integers(1, 35), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_every_independent_memory_of_a_projection_is_stable(n_units: int, n_memories: int, seed: int) -> None:
    memories = some(n_memories, n_units, seed)
    model = HopfieldNetwork(rule="pseudo_inverse").fit(memories)
    assert model.is_stable(memories).all()
    assert model.history_["loss"].tolist() == [0.0]
    np.testing.assert_allclose(model.weights_, naive.pseudo_inverse(memories), atol=1e-9)


def test_the_history_tells_which_units_would_leave_their_memories() -> None:
    memories = some(10)
    model = HopfieldNetwork().fit(memories)
    fields = memories @ naive.hebb(memories, 1)
    unstable = (np.sign(fields) == -memories).mean()
    assert unstable > 0
    assert model.history_["loss"].tolist() == [unstable]
    more = some(3, seed=5)
    model.partial_fit(more)
    unstable = (np.sign(more @ naive.hebb(np.vstack([memories, more]), 1)) == -more).mean()
    assert model.history_["loss"][-1] == unstable
