"""Contrastive divergence: draw for draw that of plain loops, and on average the gradient of the likelihood."""

import copy
from typing import Any

import numpy as np
import pytest

from sinapsi.energy import contrastive
from sinapsi.energy.arithmetic import Chance
from sinapsi.energy.contrastive import ContrastiveLearning, ContrastiveRule
from sinapsi.energy.machine import Machine
from sinapsi.energy.units import Binary, Gaussian, Rectified, Softmax, Units, VisibleUnits
from tests.reference import energy as naive

GROUPS = (3, 2, 1)
KINDS: dict[str, tuple[VisibleUnits, naive.Draw]] = {
    "binary": (Binary(), naive.drawn_binary),
    "gaussian": (Gaussian(), naive.drawn_gaussian),
    "softmax": (Softmax(GROUPS), naive.drawn_softmax(GROUPS)),
}
N_VISIBLE, N_HIDDEN = 6, 4


def a_machine(
    visible: VisibleUnits = Binary(),  # noqa: B008  -- frozen
    hidden: Units = Binary(),  # noqa: B008
    n_visible: int = N_VISIBLE,
    n_hidden: int = N_HIDDEN,
    scale: float = 0.8,
    dtype: type = np.float64,
) -> Machine:
    random = np.random.default_rng(4)
    sizes = ((n_hidden, n_visible), n_visible, n_hidden)
    return Machine(visible, hidden, *(scale * random.standard_normal(size).astype(dtype) for size in sizes))


def some_rows(kind: str, n_rows: int = 25) -> np.ndarray:
    random = np.random.default_rng(8)
    if kind == "softmax":
        return np.concatenate([np.eye(size)[random.integers(size, size=n_rows)] for size in GROUPS], axis=1)
    rows = random.random((n_rows, N_VISIBLE))
    return (rows < 0.4).astype(float) if kind == "binary" else 2 * rows - 0.7


def a_rule(**other: Any) -> ContrastiveRule:
    plain: dict[str, Any] = {
        "n_gibbs_steps": 1, "is_persistent": False, "is_centered": False, "momentum": 0.0, "weight_decay": 0.0,
    }  # fmt: skip
    return ContrastiveRule(**(plain | other))


BATCHES = (slice(0, 10), slice(10, 20), slice(20, 25), slice(3, 13))  # one of them is smaller
RULES = [
    a_rule(n_gibbs_steps=k, is_persistent=persistent, is_centered=centered, **more)
    for k in (1, 3)
    for persistent in (False, True)
    for centered in (False, True)
    for more in ({}, {"momentum": 0.6, "weight_decay": 0.03, "target": 0.2, "cost": 0.7})
]
ALL_RULES = pytest.mark.parametrize(
    "rule",
    RULES,
    ids=lambda r: (
        f"k{r.n_gibbs_steps}{'-persistent' * r.is_persistent}{'-centered' * r.is_centered}{'-all' * bool(r.cost)}"
    ),
)
ALL_KINDS = pytest.mark.parametrize("kind", KINDS)


def assert_same_machine(found: Machine, wanted: Any, rtol: float = 1e-12) -> None:
    for array, other in zip(found.arrays, wanted, strict=True):
        np.testing.assert_allclose(array, other, rtol=rtol, atol=rtol)


# Draw for draw.


@ALL_KINDS
@ALL_RULES
def test_learning_is_that_of_plain_loops(kind: str, rule: ContrastiveRule) -> None:
    visible, draw = KINDS[kind]
    machine, rows = a_machine(visible), some_rows(kind)
    learning = ContrastiveLearning(machine, rule, Chance(11), {})
    twin = naive.NaiveLearning(
        *(array.copy() for array in machine.arrays), draw_visible=draw, stream=naive.Stream(11),
        n_steps=rule.n_gibbs_steps, persistent=rule.is_persistent, centered=rule.is_centered,
        momentum=rule.momentum, decay=rule.weight_decay, target=rule.target, cost=rule.cost,
    )  # fmt: skip
    for rate, batch in zip((0.4, 0.3, 0.2, 0.1), BATCHES, strict=True):
        before = rows.copy()
        learning.learn(rows[batch], rate)
        twin.learn(rows[batch], rate)
        np.testing.assert_array_equal(rows, before)
        np.testing.assert_allclose(learning.memory["chains"], twin.chains, rtol=1e-12, atol=1e-12)
        assert_same_machine(machine, (twin.W, twin.b, twin.c))
        np.testing.assert_allclose(learning.memory["visible_offset"], twin.mu, rtol=1e-12)
        np.testing.assert_allclose(learning.memory["hidden_offset"], twin.la, rtol=1e-12)
        np.testing.assert_allclose(learning.memory["activity"], twin.activity, rtol=1e-12)
        if rule.momentum:
            for name, velocity in zip(("weights", "visible", "hidden"), twin.velocities, strict=True):
                np.testing.assert_allclose(learning.memory[f"{name}_velocity"], velocity, rtol=1e-11, atol=1e-13)
    assert learning._chance.state.tolist() == [11, twin.stream.place]  # not a number more or less


@ALL_KINDS
@ALL_RULES
def test_the_way_in_buffers_is_the_way_in_plain_words(kind: str, rule: ContrastiveRule) -> None:
    machine, rows = a_machine(KINDS[kind][0]), some_rows(kind)
    plain = copy.deepcopy(machine)
    fast = ContrastiveLearning(machine, rule, Chance(2), {})
    slow = ContrastiveLearning(plain, rule, Chance(2), {})
    for batch in BATCHES:
        fast.learn(rows[batch], 0.3)
        if "visible_offset" not in slow.memory:
            slow._start_offsets(rows[batch])
        slow._learn_anywhere(rows[batch], 0.3)
    assert fast._buffers is not None
    assert slow._buffers is None
    assert_same_machine(machine, plain.arrays)
    assert set(fast.memory) == set(slow.memory)
    for name, array in fast.memory.items():
        np.testing.assert_allclose(array, slow.memory[name], rtol=1e-12, atol=1e-12, err_msg=name)


@ALL_KINDS
def test_float32_agrees_with_float64_where_no_chance_enters(kind: str) -> None:
    """Fantasies are given: what remains is arithmetic."""
    machines = [a_machine(KINDS[kind][0], dtype=dtype) for dtype in (np.float32, np.float64)]
    rows = some_rows(kind)
    for machine in machines:
        memory = {"chains": some_rows(kind)[::-1].astype(machine.weights.dtype)}
        learning = ContrastiveLearning(
            machine, a_rule(is_centered=True, momentum=0.5, weight_decay=0.01, target=0.1, cost=0.2), Chance(0), memory
        )
        batch = rows.astype(machine.weights.dtype)
        learning._start_offsets(batch)
        means = machine.hidden_means(batch)
        dreamed = machine.hidden_means(memory["chains"])
        contrast = means.T @ batch / 25 - dreamed.T @ memory["chains"] / 25
        learning._move(
            contrast, batch.mean(axis=0) - memory["chains"].mean(axis=0), means.mean(axis=0) - dreamed.mean(axis=0), 0.3
        )
        assert all(array.dtype == machine.weights.dtype for array in (*machine.arrays, *learning.memory.values()))
    assert_same_machine(machines[0], machines[1].arrays, rtol=1e-5)


@pytest.mark.parametrize("hidden", [Binary(), Rectified()], ids=str)
@ALL_KINDS
def test_precision_and_data_stay_as_they_are(kind: str, hidden: Units) -> None:
    machine, rows = a_machine(KINDS[kind][0], hidden, dtype=np.float32), some_rows(kind).astype(np.float32)
    before = rows.copy()
    learning = ContrastiveLearning(machine, a_rule(is_centered=True, target=0.1, cost=0.3), Chance(0), {})
    for batch in BATCHES:
        learning.learn(rows[batch], 0.1)
    assert {array.dtype for array in (*machine.arrays, *learning.memory.values())} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(rows, before)


def test_learning_goes_on_from_its_memory() -> None:
    rule = a_rule(is_persistent=True, is_centered=True, momentum=0.6, target=0.2, cost=0.5)
    machine, rows = a_machine(), some_rows("binary")
    learning = ContrastiveLearning(machine, rule, Chance(5), {})
    learning.learn(rows[:10], 0.3)
    learning.learn(rows[10:20], 0.3)
    again = copy.deepcopy(machine)
    chance = Chance(*learning._chance.state.tolist())
    other = ContrastiveLearning(again, rule, chance, {k: v.copy() for k, v in learning.memory.items()})
    for part in (learning, other):
        part.learn(rows[20:], 0.3)
        part.learn(rows[:10], 0.3)
    for one, two in zip(machine.arrays, again.arrays, strict=True):
        np.testing.assert_array_equal(one, two)


def test_momentum_that_comes_later_is_the_same_for_arrays_of_other_libraries() -> None:
    torch = pytest.importorskip("torch")
    rows, numpy_machine = some_rows("binary"), a_machine()
    tensors = [torch.from_numpy(array.copy()) for array in numpy_machine.arrays]
    for machine, batch in ((numpy_machine, rows), (Machine(Binary(), Binary(), *tensors), torch.from_numpy(rows))):
        memory: dict[str, Any] = {}
        for momentum in (0.0, 0.5):
            learning = ContrastiveLearning(machine, a_rule(momentum=momentum), Chance(1), memory)
            learning.learn(batch, 0.3)
            memory = learning.memory
    assert_same_machine(numpy_machine, [tensor.numpy() for tensor in tensors])


# On average.


SMALL_DATA = np.array([[1, 0, 0, 1, 1, 0], [1, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1], [0, 0, 1, 1, 0, 1]] * 25, float)


def steps_from_one_machine(rule: ContrastiveRule, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Gradients by which a machine would move that is held fast, and the exact one, by enumeration."""
    machine = a_machine(scale=1.2)
    exact = naive.log_likelihood_gradient(*machine.arrays, SMALL_DATA[:4], naive.binary_states(N_VISIBLE))
    learning = ContrastiveLearning(machine, rule, Chance(21), {})
    rate, steps, origin = 1e-6, [], [array.copy() for array in machine.arrays]
    for _ in range(n_steps):
        learning.learn(SMALL_DATA, rate)
        steps.append(np.concatenate([((a - o) / rate).ravel() for a, o in zip(machine.arrays, origin, strict=True)]))
        for array, was in zip(machine.arrays, origin, strict=True):
            array[...] = was
    return np.array(steps), np.concatenate([part.ravel() for part in exact])


def standard_errors_off(samples: np.ndarray, exact: np.ndarray) -> np.ndarray:
    return (samples.mean(axis=0) - exact) / (samples.std(axis=0, ddof=1) / np.sqrt(len(samples)))


def test_the_average_of_long_chains_is_the_gradient_of_the_likelihood() -> None:
    steps, exact = steps_from_one_machine(a_rule(n_gibbs_steps=80), 800)
    errors = standard_errors_off(steps, exact)
    assert np.abs(exact).max() > 0.3  # there is something to be found
    assert np.abs(errors).max() < 3.5  # of 34 numbers
    assert 0.5 < np.square(errors).mean() < 1.7


def test_the_average_of_persistent_chains_is_the_gradient_of_the_likelihood() -> None:
    steps, exact = steps_from_one_machine(a_rule(n_gibbs_steps=4, is_persistent=True), 5100)
    blocks = steps[100:].reshape(50, 100, -1).mean(axis=1)  # steps in a row depend on each other, blocks hardly
    errors = standard_errors_off(blocks, exact)
    assert np.abs(errors).max() < 3.5
    assert 0.4 < np.square(errors).mean() < 2


def test_one_step_from_the_data_is_biased() -> None:
    """As the contract says; and the two tests above could fail."""
    steps, exact = steps_from_one_machine(a_rule(), 800)
    assert np.abs(standard_errors_off(steps, exact)).max() > 20


@pytest.mark.parametrize("k", [2, 5])
def test_visible_states_are_drawn_in_every_step(k: int) -> None:
    """Units with weak weights hide it, units with strong ones do not: carried probabilities are another machine.

    One visible unit is copied by one hidden unit; a carried probability of 1/2 would stay at 1/2 for ever.
    """
    machine = Machine(Binary(), Binary(), np.array([[20.0]]), np.array([-10.0]), np.array([-10.0]))
    learning = ContrastiveLearning(machine, a_rule(n_gibbs_steps=k), Chance(3), {})
    data = np.array([[0.0], [1.0]] * 100)
    learning.learn(data, 1e-9)
    np.testing.assert_array_equal(learning.memory["chains"], data)  # whoever starts at 0 or 1 stays there
    strange = np.full((400, 1), 0.5)
    learning.learn(strange, 1e-9)
    assert set(np.unique(learning.memory["chains"])) == {0.0, 1.0}
    assert abs(learning.memory["chains"].mean() - 0.5) < 0.1


@pytest.mark.parametrize("visible", [Gaussian(), Softmax((3, 2, 1))], ids=str)
def test_fantasies_of_all_kinds_are_drawn(visible: VisibleUnits) -> None:
    machine = a_machine(visible)
    learning = ContrastiveLearning(machine, a_rule(n_gibbs_steps=2), Chance(3), {})
    learning.learn(some_rows("softmax", 4000), 1e-9)
    chains = learning.memory["chains"]
    if isinstance(visible, Gaussian):
        fields = machine.draw_hidden(chains, Chance(0)) @ machine.weights + machine.visible_bias
        assert chains.var(axis=0).min() > 0.9  # 1 of its own at least
        assert fields.shape == chains.shape
    else:
        assert set(np.unique(chains)) == {0.0, 1.0}
        for group in visible.groups(6):
            np.testing.assert_array_equal(chains[:, group].sum(axis=1), 1)


# Centering.


def test_centering_is_another_parametrization_of_one_gradient() -> None:
    """By equal offsets of 0 nothing changes; by others the gradient of weights is a covariance."""
    rows, machine = some_rows("binary"), a_machine()
    plain = ContrastiveLearning(copy.deepcopy(machine), a_rule(), Chance(6), {})
    memory = {"visible_offset": np.zeros(N_VISIBLE), "hidden_offset": np.zeros(N_HIDDEN)}
    centered = ContrastiveLearning(copy.deepcopy(machine), a_rule(is_centered=True), Chance(6), memory)
    for learning in (plain, centered):
        learning.learn(rows, 0.3)
    assert_same_machine(plain.machine, centered.machine.arrays)


@pytest.mark.parametrize("persistent", [False, True])
def test_learning_does_not_depend_on_which_state_is_called_1(persistent: bool) -> None:
    """Melchior, Fischer and Wiskott (2016), theorem on flips: the machine of flipped data is the flipped machine.

    Visible units are flipped after their draw, so chance must be flipped too: here the draws are given from outside.
    """
    rows = some_rows("binary")
    found = []
    for flip in (False, True):
        machine = a_machine()
        if flip:  # v -> 1 - v: W -> -W, b -> -b, c -> c + W 1
            W, b, c = (array.copy() for array in machine.arrays)
            machine = Machine(Binary(), Binary(), -W, -b, c + W.sum(axis=1))
        learning = ContrastiveLearning(machine, a_rule(is_centered=True, is_persistent=persistent), Chance(6), {})
        data = 1 - rows if flip else rows
        fantasy = 1 - some_rows("binary")[::-1] if flip else some_rows("binary")[::-1]
        learning._start_offsets(data)
        for _ in range(3):
            means, dreamed = machine.hidden_means(data), machine.hidden_means(fantasy)
            contrast = means.T @ data / 25 - dreamed.T @ fantasy / 25
            learning._move(
                contrast, data.mean(axis=0) - fantasy.mean(axis=0), means.mean(axis=0) - dreamed.mean(axis=0), 0.5
            )
        found.append(machine.free_energy(data))
    gaps = found[0] - found[1]
    np.testing.assert_allclose(gaps, gaps[0], rtol=0, atol=1e-12)  # the same probabilities: energies but for a constant


def test_offsets_start_at_the_data_and_follow_them_slowly() -> None:
    rows, machine = some_rows("binary"), a_machine()
    learning = ContrastiveLearning(machine, a_rule(is_centered=True), Chance(6), {})
    first = rows[:10].mean(axis=0)
    learning.learn(rows[:10], 0.1)
    np.testing.assert_allclose(learning.memory["visible_offset"], first)
    hidden = machine.hidden_means(rows[10:]).mean(axis=0)
    offset = learning.memory["hidden_offset"].copy()
    learning.learn(rows[10:], 0.1)
    assert contrastive.OFFSET_RATE == 0.01
    np.testing.assert_allclose(learning.memory["visible_offset"], 0.99 * first + 0.01 * rows[10:].mean(axis=0))
    np.testing.assert_allclose(learning.memory["hidden_offset"], 0.99 * offset + 0.01 * hidden)


# Persistence.


def test_persistent_chains_go_on_whatever_the_batch() -> None:
    machine = a_machine(scale=0.0)
    machine.weights[0, 0] = 60.0  # unit 0 keeps its state for ever, so a chain can be told by it
    machine.visible_bias[0] = machine.hidden_bias[0] = -30.0
    learning = ContrastiveLearning(machine, a_rule(is_persistent=True), Chance(1), {})
    first = np.zeros((10, N_VISIBLE))
    first[:4, 0] = 1
    learning.learn(first, 1e-12)
    for n_rows in (3, 20):
        learning.learn(np.ones((n_rows, N_VISIBLE)), 1e-12)
        assert learning.memory["chains"].shape == (10, N_VISIBLE)
        np.testing.assert_array_equal(learning.memory["chains"][:, 0], first[:, 0])
    from_data = ContrastiveLearning(machine, a_rule(), Chance(1), dict(learning.memory))
    from_data.learn(np.ones((7, N_VISIBLE)), 1e-12)
    np.testing.assert_array_equal(from_data.memory["chains"][:, 0], np.ones(7))


# Sparsity.


def test_activity_is_pulled_to_its_target() -> None:
    rows = np.random.default_rng(2).integers(0, 2, (200, 10)).astype(float)
    reached = {}
    for cost in (0.0, 1.0):
        machine = a_machine(n_visible=10, n_hidden=8, scale=0.3)
        learning = ContrastiveLearning(machine, a_rule(target=0.1, cost=cost), Chance(0), {})
        for _ in range(300):
            learning.learn(rows, 0.2)
        reached[cost] = machine.hidden_means(rows).mean(axis=0)
    assert np.abs(reached[0.0] - 0.1).min() > 0.15
    assert np.abs(reached[1.0] - 0.1).max() < 0.03
