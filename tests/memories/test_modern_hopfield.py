"""The modern Hopfield network is attention, and its energy never rises."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi import DenseAssociativeMemory, ModernHopfieldNetwork
from sinapsi.exceptions import InvalidInputError
from tests.reference import memories as naive

random = np.random.default_rng(0)
MEMORIES, PROBES = random.standard_normal((30, 12)), random.standard_normal((9, 12))


@pytest.mark.parametrize("beta", [0.05, 1.0, 8.0, 500.0])
def test_one_step_is_attention(beta: float) -> None:
    model = ModernHopfieldNetwork(beta=beta, max_steps=1).fit(MEMORIES)
    expected = [naive.attention_step(MEMORIES, beta, probe) for probe in PROBES]
    np.testing.assert_allclose(model.predict(PROBES), expected, rtol=1e-10, atol=1e-13)
    queries, keys = torch.tensor(PROBES), torch.tensor(MEMORIES)
    attended = torch.nn.functional.scaled_dot_product_attention(queries[None], keys[None], keys[None], scale=beta)
    np.testing.assert_allclose(model.predict(PROBES), attended[0].numpy(), rtol=1e-9, atol=1e-12)
    weights = torch.softmax(beta * queries @ keys.T, dim=1).numpy()
    np.testing.assert_allclose(model.attention(PROBES), weights, rtol=1e-10, atol=1e-300)


def test_steps_go_on_until_nothing_changes() -> None:
    model = ModernHopfieldNetwork(beta=1.0, tol=0.0, max_steps=1000).fit(MEMORIES)
    state = PROBES
    for _ in range(1000):
        state = np.array([naive.attention_step(MEMORIES, 1.0, row) for row in state[:2]])
    np.testing.assert_allclose(model.predict(PROBES[:2]), state, atol=1e-9)
    fixed = model.predict(PROBES)
    np.testing.assert_allclose(model.predict(fixed), fixed, atol=1e-9)
    three = ModernHopfieldNetwork(beta=1.0, tol=0.0, max_steps=3).fit(MEMORIES)
    by_hand = PROBES[0]
    for _ in range(3):
        by_hand = naive.attention_step(MEMORIES, 1.0, by_hand)
    np.testing.assert_allclose(three.predict(PROBES)[0], by_hand, atol=1e-12)
    np.testing.assert_allclose(three.predict(PROBES[3:5]), three.predict(PROBES)[3:5], rtol=1e-12)


@given(st.integers(0, 2**31), st.integers(1, 10), st.integers(1, 30), st.sampled_from([0.1, 1.0, 5.0, 50.0]))
@settings(max_examples=60, deadline=None)
def test_no_step_raises_the_energy(seed: int, n_features: int, n_memories: int, beta: float) -> None:
    random = np.random.default_rng(seed)
    model = ModernHopfieldNetwork(beta=beta, max_steps=1).fit(random.standard_normal((n_memories, n_features)))
    states = 3 * random.standard_normal((5, n_features))
    before = model.energy(states)
    for _ in range(4):
        states = model.predict(states)
        after = model.energy(states)
        assert (after <= before + 1e-9 * np.abs(before)).all()
        assert (after >= -1e-9).all()
        before = after


def test_a_large_beta_gives_the_most_similar_memory_and_a_small_one_the_mean() -> None:
    memories = MEMORIES / np.linalg.norm(MEMORIES, axis=1, keepdims=True)
    sharp = ModernHopfieldNetwork(beta=1e4).fit(memories)
    np.testing.assert_allclose(sharp.predict(PROBES), memories[(PROBES @ memories.T).argmax(axis=1)], atol=1e-9)
    blurred = ModernHopfieldNetwork(beta=1e-9).fit(memories)
    np.testing.assert_allclose(blurred.predict(PROBES), np.tile(memories.mean(axis=0), (9, 1)), atol=1e-7)


def test_what_is_known_stays() -> None:
    memories = random.standard_normal((40, 30))
    memories /= np.linalg.norm(memories, axis=1, keepdims=True)
    model = ModernHopfieldNetwork(beta=100.0).fit(memories)
    gaps = memories.copy()
    gaps[:, 15:] = np.nan
    completed = model.complete(gaps)
    np.testing.assert_array_equal(completed[:, :15], memories[:, :15])
    np.testing.assert_allclose(completed, memories, atol=1e-6)
    assert np.isnan(gaps[:, 15:]).all()
    assert np.isfinite(model.complete(np.full((1, 30), np.nan))).all()
    with pytest.raises(InvalidInputError, match=r"complete\(X\), which takes NaN"):
        model.predict(gaps)


def test_precision_memories_and_scores() -> None:
    single = ModernHopfieldNetwork(beta=2.0).fit(MEMORIES.astype(np.float32))
    assert single.predict(PROBES).dtype == single.memories_.dtype == np.float32
    double = ModernHopfieldNetwork(beta=2.0).fit(MEMORIES)
    np.testing.assert_allclose(single.predict(PROBES), double.predict(PROBES), atol=1e-4)
    grown = ModernHopfieldNetwork(beta=2.0).fit(MEMORIES[:10]).partial_fit(MEMORIES[10:])
    np.testing.assert_array_equal(grown.predict(PROBES), double.predict(PROBES))
    recalled = double.predict(PROBES)
    cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(recalled, PROBES, strict=True)]
    assert double.score(PROBES) == pytest.approx(np.mean(cosines))
    assert double.score(PROBES, recalled) == pytest.approx(1.0)
    own = double.history_["loss"][0]
    step = ModernHopfieldNetwork(beta=2.0, max_steps=1).fit(MEMORIES).predict(MEMORIES)
    assert own == pytest.approx(((step - MEMORIES) ** 2).mean())
    kept = MEMORIES.copy()
    model = ModernHopfieldNetwork().fit(kept)
    kept[:] = 0
    np.testing.assert_array_equal(model.memories_, MEMORIES)


def test_two_valued_memories_are_recalled_as_by_the_exponential_interaction() -> None:
    memories = random.choice([-1.0, 1.0], size=(60, 50))
    noisy = memories * np.where(random.random(memories.shape) < 0.15, -1, 1)
    modern = ModernHopfieldNetwork(beta=1.0).fit(memories).predict(noisy)
    dense = DenseAssociativeMemory(interaction="exponential").fit(memories).predict(noisy)
    np.testing.assert_array_equal(np.sign(modern), dense)
