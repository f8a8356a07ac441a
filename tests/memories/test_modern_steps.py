"""Steps of modern memories: their number, their end, their gaps, and their scale."""

import numpy as np
import pytest

from sinapsi import ModernHopfieldNetwork
from sinapsi.memories import modern_hopfield
from tests.reference import memories as naive

random = np.random.default_rng(0)
MEMORIES, PROBES = random.standard_normal((20, 8)), random.standard_normal((40, 8))


def steps(beta: float, tol: float, max_steps: int, probe: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
    """Steps one by one, what is known put back, until no component changes by more than tol of the largest."""
    state = probe.copy()
    for _ in range(max_steps):
        following = naive.attention_step(MEMORIES, beta, state)
        if known is not None:
            following = np.where(known, probe, following)
        change, state = np.abs(following - state).max(), following
        if change <= tol * np.abs(MEMORIES).max():
            break
    return state


@pytest.mark.parametrize("tol", [0.0, 1e-6, 0.02, 0.3])
@pytest.mark.parametrize("max_steps", [1, 2, 7, 100])
def test_each_probe_rests_by_itself(max_steps: int, tol: float) -> None:
    model = ModernHopfieldNetwork(beta=0.4, tol=tol, max_steps=max_steps).fit(MEMORIES)
    expected = [steps(0.4, tol, max_steps, probe) for probe in PROBES]
    np.testing.assert_allclose(model.predict(PROBES), expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("tol", [1e-6, 0.02])
def test_gaps_start_at_zero_and_what_is_known_is_put_back(tol: float) -> None:
    model = ModernHopfieldNetwork(beta=0.4, tol=tol).fit(MEMORIES)
    gaps = np.where(np.random.default_rng(1).random(PROBES.shape) < 0.4, np.nan, PROBES)
    known = ~np.isnan(gaps)
    expected = [steps(0.4, tol, 100, row, is_known) for row, is_known in zip(np.nan_to_num(gaps), known, strict=True)]
    completed = model.complete(gaps)
    np.testing.assert_allclose(completed, expected, rtol=0, atol=1e-11)
    np.testing.assert_array_equal(completed[known], PROBES[known])
    np.testing.assert_array_equal(model.complete(PROBES), PROBES)  # nothing is unknown


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_the_unit_of_measurement_does_not_matter(scale: float) -> None:
    one = ModernHopfieldNetwork(beta=0.4, tol=0.02).fit(MEMORIES).predict(PROBES)
    other = ModernHopfieldNetwork(beta=0.4 / scale**2, tol=0.02).fit(MEMORIES * scale).predict(PROBES * scale)
    np.testing.assert_allclose(other / scale, one, rtol=0, atol=1e-11)


def test_blocks_of_probes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = ModernHopfieldNetwork(beta=2.0).fit(MEMORIES)
    whole = model.predict(PROBES)
    monkeypatch.setattr(modern_hopfield, "BLOCK_BYTES", 8 * 20 * 3)
    np.testing.assert_allclose(model.predict(PROBES), whole, rtol=0, atol=1e-12)
    np.testing.assert_allclose(model.fit(MEMORIES).predict(PROBES[::-1])[::-1], whole, rtol=0, atol=1e-12)


def test_the_energy_is_that_of_the_paper() -> None:
    """-lse(beta, X s) + s.s / 2 + log(M) / beta + max x.x / 2 (Ramsauer and others 2021, eq. 2)."""
    for beta in (0.1, 2.0, 300.0):
        model = ModernHopfieldNetwork(beta=beta).fit(MEMORIES)
        for probe, energy in zip(PROBES, model.energy(PROBES), strict=True):
            similar = [beta * float(memory @ probe) for memory in MEMORIES]
            top = max(similar)
            lse = (top + np.log(sum(np.exp(value - top) for value in similar))) / beta
            longest = max(float(memory @ memory) for memory in MEMORIES)
            assert energy == pytest.approx(-lse + probe @ probe / 2 + np.log(20) / beta + longest / 2, rel=1e-12)


def test_a_step_goes_down_the_energy_as_its_gradient_says() -> None:
    """dE/ds = s - step(s), by central differences."""
    model = ModernHopfieldNetwork(beta=0.7, max_steps=1).fit(MEMORIES)
    small = 1e-5 * np.eye(8)
    for probe in PROBES[:5]:
        slope = (model.energy(probe + small) - model.energy(probe - small)) / 2e-5
        np.testing.assert_allclose(slope, probe - model.predict(probe[np.newaxis])[0], atol=1e-8)


def test_single_precision_stays_single() -> None:
    model = ModernHopfieldNetwork(beta=0.4).fit(MEMORIES.astype(np.float32))
    whole = ModernHopfieldNetwork(beta=0.4).fit(MEMORIES)
    gaps = PROBES.astype(np.float32)
    gaps[:, 0] = np.nan
    for ask in ("predict", "transform", "attention", "complete"):
        given = gaps if ask == "complete" else PROBES.astype(np.float32)
        answer = getattr(model, ask)(given)
        assert answer.dtype == np.float32
        np.testing.assert_allclose(answer, getattr(whole, ask)(given.astype(np.float64)), rtol=0, atol=1e-4)
