"""Dense memories at their limits: steep functions, ties, gaps, blocks of probes, and cycles longer than two."""

import numpy as np
import pytest

from sinapsi import DenseAssociativeMemory
from sinapsi.memories import interactions
from sinapsi.memories.interactions import DenseInteraction
from tests.reference import memories as naive

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*memories repeat another one:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*memories have one state:sklearn.exceptions.DataConversionWarning"),
]
INTERACTIONS = [("polynomial", 2), ("polynomial", 3), ("polynomial", 4), ("polynomial", 7), ("exponential", 3)]
of_all_interactions = pytest.mark.parametrize(("interaction", "degree"), INTERACTIONS)


def some(n_rows: int, n_units: int = 14, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], size=(n_rows, n_units))


def prefers_of(interaction: str, degree: int, memories: np.ndarray) -> naive.Preference:
    if interaction == "polynomial":
        return naive.by_energy(naive.polynomial_energy(memories, degree))
    return naive.by_energy(naive.exponential_energy(memories))


@pytest.mark.parametrize("degree", [61, 301, 10001])
def test_negatives_of_steep_odd_interactions_are_no_memories(degree: int) -> None:
    """sum F(m_k) rises by about F(-N + 2) - F(-N) = N > 0 when a unit leaves the negative, however steep F is."""
    memories = some(3, 20)
    model = DenseAssociativeMemory(degree=degree, order="cyclic").fit(memories)
    assert model.is_stable(memories).all()
    assert not model.is_stable(-memories).any()
    even = DenseAssociativeMemory(degree=degree + 1).fit(memories)
    assert even.is_stable(memories).all()
    assert even.is_stable(-memories).all()


def exact_gain(memories: list[list[int]], state: list[int], i: int, degree: int) -> tuple[int, int]:
    """How much +1 instead of -1 at a unit lowers the energy, and what the terms of that sum to; no rounding at all."""
    terms = []
    for memory in memories:
        others = sum(f * s for j, (f, s) in enumerate(zip(memory, state, strict=True)) if j != i)
        terms.append((others + memory[i]) ** degree - (others - memory[i]) ** degree)
    return sum(terms), sum(map(abs, terms))


def exact_recall(memories: list[list[int]], pattern: np.ndarray, degree: int) -> tuple[list[int], bool]:
    """Asynchronous recall of a pattern with gaps, and whether every choice was clear; else it may count as a tie."""
    is_free = [bool(np.isnan(value)) for value in pattern]
    can_change = is_free if any(is_free) else [True] * len(is_free)
    state = [0 if free else int(value) for value, free in zip(pattern, is_free, strict=True)]
    is_clear = True
    for _ in range(2):
        changed = True
        while changed:
            changed = False
            for i in np.flatnonzero(can_change).tolist():
                gain, size = exact_gain(memories, state, i, degree)
                is_clear &= gain == 0 or abs(gain) * 10**9 > size
                if gain and (state[i] == 0 or gain * state[i] < 0):
                    state[i], changed = (1 if gain > 0 else -1), True
        state = [unit or 1 for unit in state]
    return state, is_clear


STEEP = pytest.mark.parametrize("degree", [7, 71, 501, 5000, 5001])
SIZES = pytest.mark.parametrize(("n_memories", "n_units"), [(3, 6), (8, 9), (5, 8), (2, 9)])


@STEEP
@SIZES
def test_steep_interactions_recall_as_whole_numbers_say(n_memories: int, n_units: int, degree: int) -> None:
    memories = some(n_memories, n_units)
    model = DenseAssociativeMemory(degree=degree, order="cyclic").fit(memories)
    probes = np.vstack([some(60, n_units, seed=1), -memories, memories])
    n_compared = 0
    for probe, end in zip(probes, model.predict(probes), strict=True):
        state, is_clear = exact_recall(memories.tolist(), probe, degree)
        if is_clear:
            assert end.tolist() == state
            n_compared += 1
    for state, is_stable in zip(probes.tolist(), model.is_stable(probes), strict=True):
        gains = [exact_gain(memories.tolist(), state, i, degree) for i in range(n_units)]
        if all(gain == 0 or abs(gain) * 10**9 > size for gain, size in gains):
            assert is_stable == all(gain * unit >= 0 for (gain, _), unit in zip(gains, state, strict=True))
            n_compared += 1
    assert n_compared > 50


@STEEP
@SIZES
def test_steep_interactions_complete_as_whole_numbers_say(n_memories: int, n_units: int, degree: int) -> None:
    memories = some(n_memories, n_units)
    model = DenseAssociativeMemory(degree=degree, order="cyclic").fit(memories)
    patterns = some(60, n_units, seed=1).astype(float)
    patterns[np.random.default_rng(2).random(patterns.shape) < 0.5] = np.nan
    patterns[:, 0] = np.nan  # at least one
    n_compared = 0
    for pattern, end in zip(patterns, model.complete(patterns), strict=True):
        state, is_clear = exact_recall(memories.tolist(), pattern, degree)
        if is_clear:
            assert end.tolist() == state
            n_compared += 1
    assert n_compared > 15
    together = DenseAssociativeMemory(degree=degree, recall="synchronous").fit(memories).complete(patterns)
    assert set(np.unique(together)) == {-1.0, 1.0}


@of_all_interactions
@pytest.mark.parametrize("recall", ["asynchronous", "synchronous"])
def test_two_units_of_which_one_is_unknown(interaction: str, degree: int, recall: str) -> None:
    """Of even interactions nothing is gained at an overlap of 0: F(1) = F(-1)."""
    model = DenseAssociativeMemory(interaction=interaction, degree=degree, recall=recall).fit([[1, -1]])
    nan = np.nan
    completed = model.complete([[1, nan], [-1, nan], [nan, 1], [nan, -1]])
    if interaction == "polynomial" and degree % 2 == 0:
        assert completed.tolist() == [[1, -1], [-1, 1], [-1, 1], [1, -1]]
    else:  # the unknown unit follows the memory, not its negative
        assert completed.tolist() == [[1, -1], [-1, -1], [1, 1], [1, -1]]


@of_all_interactions
def test_synchronous_recall_of_gaps_is_that_of_comparing_energies(interaction: str, degree: int) -> None:
    memories = some(5)
    model = DenseAssociativeMemory(interaction=interaction, degree=degree, recall="synchronous").fit(memories)
    prefers = prefers_of(interaction, degree, memories)
    patterns = np.where(np.random.default_rng(2).random((30, 14)) < 0.7, np.nan, some(30, seed=3))
    n_compared = 0
    for pattern, end in zip(patterns, model.complete(patterns), strict=True):
        state, known = np.nan_to_num(pattern).astype(int), ~np.isnan(pattern)
        met: list[list[int]] = []
        while state.tolist() not in met:
            met.append(state.tolist())
            wanted = [naive.sign_or_stay(prefers(state, i), state[i]) for i in range(14)]
            state = np.where(known, state, wanted)
        np.testing.assert_array_equal(end[known], pattern[known])
        if state.tolist() == met[-1] and (state != 0).all():
            np.testing.assert_array_equal(end, state)
            n_compared += 1
    assert n_compared > 15


@of_all_interactions
def test_blocks_of_probes_change_nothing(interaction: str, degree: int, monkeypatch: pytest.MonkeyPatch) -> None:
    memories, probes = some(9), some(100, seed=1)
    probes[::7] = memories[np.arange(15) % 9]  # some at rest, with larger overlaps than the others
    gaps = np.where(np.random.default_rng(2).random(probes.shape) < 0.4, np.nan, probes)
    for recall in ("asynchronous", "synchronous"):
        model = DenseAssociativeMemory(interaction=interaction, degree=degree, recall=recall, random_state=0)
        model.fit(memories)
        answers = [ask(rows) for ask, rows in ((model.predict, probes), (model.energy, probes), (model.complete, gaps))]
        answers.append(model.is_stable(probes))
        monkeypatch.setattr(interactions, "BLOCK_BYTES", 8 * 9 * 3)  # three probes a block
        assert model._landscape().group_size == 3
        blocks = [ask(rows) for ask, rows in ((model.predict, probes), (model.energy, probes), (model.complete, gaps))]
        blocks.append(model.is_stable(probes))
        monkeypatch.undo()
        for answer, block in zip(answers, blocks, strict=True):
            np.testing.assert_array_equal(answer, block)


def test_a_probe_far_from_all_memories_is_judged_by_its_own_overlaps() -> None:
    """A table of exp is read relative to the largest overlap of the probe, not of the batch."""
    memories = some(3, 2000)  # exp(-1900) is 0
    near, far = memories[0], some(1, 2000, seed=5)[0]
    model = DenseAssociativeMemory(interaction="exponential", recall="synchronous").fit(memories)
    alone = model.predict(far[np.newaxis])[0]
    assert not np.array_equal(alone, far)
    np.testing.assert_array_equal(model.predict(np.vstack([near, far]))[1], alone)
    assert model.is_stable(np.vstack([near, far])).tolist() == [True, False]


def test_the_tolerance_follows_the_state() -> None:
    """Far from all memories F(x) = x^30 is tiny, near one it is large: what counts as 0 shrinks and grows with it."""
    memories = some(2, 40)
    model = DenseAssociativeMemory(degree=30, order="cyclic").fit(memories)
    probe = np.where(np.arange(40) % 2, memories[0], -memories[0])
    assert abs(int(probe @ memories[0])) <= 2
    for start in (probe, -probe, *some(20, 40, seed=3)):
        # the exact difference of two energies, scaled by their largest, so that no resolution of the twin matters
        def exact(state: np.ndarray, i: int) -> float:
            up, down = state.copy(), state.copy()
            up[i], down[i] = 1, -1
            values = [sum(int(f @ s) ** 30 for f in memories) for s in (up, down)]
            return float(np.sign(values[0] - values[1]))

        expected, flips = naive.recall_in_order(exact, start, [np.arange(40)])
        np.testing.assert_array_equal(model.predict(start[np.newaxis])[0], expected)
        assert model.recall_path(start).units.tolist() == flips


@pytest.mark.parametrize("recall", ["asynchronous", "synchronous"])
@pytest.mark.parametrize("parameters", [{"degree": 31}, {"degree": 7}, {"interaction": "exponential"}], ids=str)
def test_a_unit_on_which_memories_are_divided_keeps_its_state(parameters: dict[str, object], recall: str) -> None:
    """Its gain is a sum of terms that cancel, which in floating point is not always 0: (a + b) - a - b."""
    half = some(5, 41)
    half[:, 0] = 1
    memories = np.vstack([half, np.where(np.arange(41) == 0, -half, half)])
    model = DenseAssociativeMemory(order="cyclic", recall=recall, **parameters).fit(memories)
    for seed in range(5):
        probes = some(60, 41, seed=seed + 10)
        np.testing.assert_array_equal(model.predict(probes)[:, 0], probes[:, 0])
    gaps = probes.astype(float)
    gaps[:, 0] = np.nan
    assert (model.complete(gaps)[:, 0] == 1).all()  # what nothing speaks for or against is +1


def test_exp_weighs_seven_near_memories_less_and_eight_more_than_one_nearer() -> None:
    """A memory that agrees in one unit more counts e^2 = 7.39 times as much."""
    for n_against, wanted in ((7, 1), (8, -1)):
        against = np.where(np.eye(n_against, 12, k=1, dtype=bool), -1, 1)
        against[:, 0] = -1
        memories = np.vstack([np.ones((1, 12), dtype=int), against])
        states = np.ones((2, 12))
        states[1, 0] = -1
        model = DenseAssociativeMemory(interaction="exponential", order="cyclic").fit(memories)
        preferred = model._landscape().preferred(states.astype(np.int8))
        assert preferred[:, 0].tolist() == [wanted, wanted]
        states[0, 0] = np.nan
        assert model.complete(states[:1])[0, 0] == wanted
        probe = np.where(np.arange(12) == 0, -wanted, 1)
        assert (0 in model.recall_path(probe).units) == (model.predict(probe[np.newaxis])[0, 0] == wanted)
        assert model.recall_path(probe).units[0] == 0


# Cycles longer than two, which quadratic energies do not have.


def networks_with_long_cycles() -> list[DenseAssociativeMemory]:
    found = []
    for seed in (0, 1, 2, 84):  # some with such cycles, of the first 200
        random = np.random.default_rng(seed)
        n_units = int(random.integers(4, 9))
        memories = random.choice([-1, 1], size=(int(random.integers(2, 8)), n_units))
        model = DenseAssociativeMemory(degree=4, recall="synchronous").fit(memories)
        if any(period(model._landscape(), probe) > 2 for probe in everything(n_units)):
            found.append(model)
    return found


def everything(n_units: int) -> np.ndarray:
    return (2 * ((np.arange(2**n_units)[:, np.newaxis] >> np.arange(n_units)) & 1) - 1).astype(np.int8)


def period(landscape: DenseInteraction, probe: np.ndarray) -> int:
    met: list[list[int]] = []
    while probe.tolist() not in met:
        met.append(probe.tolist())
        probe = landscape.preferred(probe[np.newaxis])[0]
    return len(met) - met.index(probe.tolist())


def test_longer_cycles_are_noticed_and_end() -> None:
    models = networks_with_long_cycles()
    assert models
    for model in models:
        probes = everything(model.n_features_in_)
        recalled = model.predict(probes)
        for probe, end in zip(probes, recalled, strict=True):
            length = period(model._landscape(), probe)
            path = model.recall_path(probe)
            assert path.end == ("stable" if length == 1 else "cycle")
            assert period(model._landscape(), end.astype(np.int8)) == length
            if length > 1:
                after = end.astype(np.int8)[np.newaxis]
                for _ in range(length):
                    after = model._landscape().preferred(after)
                np.testing.assert_array_equal(after[0], end)  # it is on the cycle


def test_a_pattern_that_ends_in_a_longer_cycle_is_completed_alike_in_any_batch() -> None:
    memories = np.array(
        [
            [1, 1, 1, 1, 1, 1, -1, -1],
            [-1, 1, -1, 1, 1, 1, 1, 1],
            [-1, -1, -1, 1, -1, 1, 1, 1],
            [1, 1, -1, -1, 1, 1, 1, 1],
            [-1, 1, -1, -1, -1, -1, 1, 1],
            [-1, -1, -1, 1, 1, -1, -1, -1],
            [1, 1, 1, 1, 1, -1, 1, -1],
        ]
    )
    nan = np.nan
    patterns = np.array([[nan, 1, nan, nan, -1, nan, nan, 1], [nan] * 8])  # nothing speaks for the second at first
    model = DenseAssociativeMemory(degree=4, recall="synchronous").fit(memories)
    together = model.complete(patterns)
    np.testing.assert_array_equal(together[0], model.complete(patterns[:1])[0])
    np.testing.assert_array_equal(together[1], model.complete(patterns[1:])[0])
