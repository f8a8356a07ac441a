"""Likelihoods: exact ones against sums over everything, estimates around exact ones, widths against differences."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from sinapsi import RestrictedBoltzmannMachine
from sinapsi.energy import likelihood
from sinapsi.energy import machine as machine_file
from sinapsi.energy.arithmetic import Chance
from sinapsi.energy.data_scale import DataScale
from sinapsi.energy.likelihood import (
    LogPartition,
    binary_states,
    can_be_summed,
    estimated_log_partition,
    exact_log_partition,
)
from sinapsi.energy.machine import Machine
from sinapsi.energy.units import Binary, Gaussian, Softmax, VisibleUnits
from tests.reference import energy as naive


def a_machine(visible: VisibleUnits, n_visible: int, n_hidden: int, seed: int = 0, scale: float = 1.0) -> Machine:
    random = np.random.default_rng(seed)
    arrays = (random.standard_normal((n_hidden, n_visible)), *map(random.standard_normal, (n_visible, n_hidden)))
    return Machine(visible, Binary(), *(scale * array for array in arrays))


# Free energy.


@pytest.mark.parametrize("visible", [Binary(), Gaussian(), Softmax((2, 3))], ids=str)
def test_free_energy_sums_the_hidden_units_out(visible: VisibleUnits) -> None:
    machine = a_machine(visible, 5, 4)
    states = np.random.default_rng(1).standard_normal((6, 5))
    wanted = [naive.free_energy(*machine.arrays, v, gaussian=isinstance(visible, Gaussian)) for v in states]
    np.testing.assert_allclose(machine.free_energy(states), wanted, rtol=1e-12)


def test_free_energies_do_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, states = a_machine(Binary(), 5, 4), np.random.default_rng(1).random((50, 5))
    whole = machine.free_energy(states)
    monkeypatch.setattr(machine_file, "ROWS_A_BLOCK", 7)
    np.testing.assert_allclose(machine.free_energy(states), whole, rtol=1e-14)


# Exact.


@pytest.mark.parametrize(("n_visible", "n_hidden"), [(5, 3), (3, 5), (4, 4), (1, 1), (6, 1), (1, 6)])
def test_exact_sums_are_those_over_both_layers(n_visible: int, n_hidden: int) -> None:
    machine = a_machine(Binary(), n_visible, n_hidden, seed=n_visible)
    found = exact_log_partition(machine)
    assert found.is_exact
    assert found.value == pytest.approx(naive.log_partition(*machine.arrays, naive.binary_states(n_visible)), rel=1e-12)


@pytest.mark.parametrize("sizes", [(6,), (2, 3, 1), (1, 1, 4)])
def test_exact_sums_of_softmax_machines(sizes: tuple[int, ...]) -> None:
    visible = naive.one_hot_states(sizes)
    machine = a_machine(Softmax(sizes), 6, 3)
    assert exact_log_partition(machine).value == pytest.approx(naive.log_partition(*machine.arrays, visible), rel=1e-12)
    if len(sizes) == 1:
        whole = Machine(Softmax(), Binary(), *machine.arrays)
        assert exact_log_partition(whole).value == exact_log_partition(machine).value


@pytest.mark.parametrize("n_visible", [1, 3])
def test_densities_of_gaussian_machines_are_mixtures(n_visible: int) -> None:
    machine = a_machine(Gaussian(), n_visible, 4)
    states = np.random.default_rng(2).standard_normal((9, n_visible))
    found = -machine.free_energy(states) - exact_log_partition(machine).value
    wanted = [naive.log_density_of_mixture(*machine.arrays, v) for v in states]
    np.testing.assert_allclose(found, wanted, rtol=1e-11)


def test_the_density_of_a_gaussian_machine_has_area_1() -> None:
    machine = a_machine(Gaussian(), 2, 3, scale=0.7)
    axis = np.linspace(-14, 14, 561)
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    density = np.exp(-machine.free_energy(points) - exact_log_partition(machine).value)
    assert density.sum() * (axis[1] - axis[0]) ** 2 == pytest.approx(1, rel=1e-9)


def test_sums_in_blocks_are_whole_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    machines = [a_machine(Binary(), 6, 9), a_machine(Binary(), 9, 6), a_machine(Gaussian(), 4, 7)]
    whole = [exact_log_partition(machine).value for machine in machines]
    monkeypatch.setattr(likelihood, "ROWS_OF_STATES", 16)
    np.testing.assert_allclose([exact_log_partition(machine).value for machine in machines], whole, rtol=1e-13)


def test_states_are_counted_in_binary_from_any_start() -> None:
    states = binary_states(5, 0, 1000)
    assert states.dtype == np.float64
    assert {tuple(row) for row in states} == {tuple(row) for row in naive.binary_states(5)}
    np.testing.assert_array_equal(binary_states(5, 13, 6), states[13:19])
    assert len(binary_states(5, 30, 6)) == 2
    assert binary_states(40, 2**39, 4).sum(axis=1).tolist() == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("visible", "n_visible", "n_hidden", "can"),
    [
        (Binary(), 784, 20, True),  # 2^20 x 784 = 8.2e8
        (Binary(), 784, 21, False),
        (Binary(), 20, 500, True),  # the visible side is small
        (Binary(), 100, 100, False),
        (Gaussian(), 10, 100, False),  # no sum over real numbers, however few
        (Gaussian(), 10, 20, True),
        (Softmax(), 10, 100, False),
        (Binary(), 25, 25, True),  # 2^25 x 25 = 8.4e8
        (Binary(), 26, 26, False),
        (Binary(), 1, 5000, True),
        (Binary(), 5000, 5000, False),
    ],
)
def test_what_can_be_summed(visible: VisibleUnits, n_visible: int, n_hidden: int, can: bool) -> None:
    arrays = np.zeros((n_hidden, n_visible)), np.zeros(n_visible), np.zeros(n_hidden)
    assert can_be_summed(Machine(visible, Binary(), *arrays)) is can


def test_float32_sums_agree_with_float64() -> None:
    for visible in (Binary(), Gaussian(), Softmax((4, 4))):
        machine = a_machine(visible, 8, 6)
        single = Machine(visible, Binary(), *(array.astype(np.float32) for array in machine.arrays))
        assert exact_log_partition(single).value == pytest.approx(exact_log_partition(machine).value, rel=1e-6)


def test_a_result_says_what_it_is() -> None:
    exact = LogPartition(12.346)
    assert str(exact) == "log Z = 12.35 (exact)"
    assert exact.is_exact
    assert np.isnan(exact.as_array()[2])
    estimate = LogPartition(1.0, 0.125, 2.0, 0.25)
    assert not estimate.is_exact
    assert "log Z = 1.00" in str(estimate)
    assert "2.00 +/- 0.25" in str(estimate)
    np.testing.assert_array_equal(estimate.as_array(), [1.0, 0.125, 2.0, 0.25])


# Estimates.


def patterns(n_rows: int, n_visible: int = 20, seed: int = 0) -> np.ndarray:
    """Noisy copies of four patterns: modes apart from each other, which a chain does not leave by itself."""
    random = np.random.default_rng(seed)
    prototypes = np.random.default_rng(99).integers(0, 2, (4, n_visible))
    rows = prototypes[random.integers(4, size=n_rows)]
    return np.abs(rows - (random.random(rows.shape) < 0.08)).astype(float)


_trained: dict[str, RestrictedBoltzmannMachine] = {}


def trained(kind: str = "binary") -> RestrictedBoltzmannMachine:
    if kind not in _trained:
        rows = patterns(500)
        if kind == "gaussian":
            rows = rows * 3 + np.random.default_rng(1).standard_normal(rows.shape)
        if kind == "softmax":
            rows = np.concatenate([np.eye(2)[column.astype(int)] for column in rows[:, :10].T], axis=1)
        model = RestrictedBoltzmannMachine(
            n_hidden=10, visible="softmax(2)" if kind == "softmax" else kind, algorithm="pcd", max_iter=60,
            random_state=0, learning_rate=0.02 if kind == "gaussian" else 0.1,
        )  # fmt: skip
        _trained[kind] = model.fit(rows)
    return _trained[kind]


def estimate(kind: str, seed: int, n_chains: int = 100, n_temperatures: int = 1000) -> LogPartition:
    model = trained(kind)
    base = model._memory["base_bias"]
    return estimated_log_partition(
        model._machine(), base, n_chains=n_chains, n_temperatures=n_temperatures, chance=Chance(seed)
    )


@pytest.mark.parametrize("kind", ["binary", "gaussian", "softmax"])
def test_both_estimates_of_a_trained_machine_are_near_the_truth(kind: str) -> None:
    model, exact = trained(kind), exact_log_partition(trained(kind)._machine()).value
    rows = patterns(50)
    assert np.abs(model.components_).max() > 0.5  # it learned something
    assert rows.shape[1] == model.n_features_in_
    found = estimate(kind, seed=5)
    assert found.reverse is not None
    assert abs(found.value - exact) < 0.2
    assert abs(found.reverse - exact) < 0.2
    assert found.spread < 0.1
    assert found.reverse_spread < 0.1
    assert not found.is_exact


@pytest.mark.parametrize(("kind", "n_temperatures"), [("binary", 6), ("gaussian", 6), ("softmax", 2)])
def test_the_truth_lies_between_both_estimates_on_average(kind: str, n_temperatures: int) -> None:
    """Few temperatures, so that the estimates differ: forward below, reverse above, by Jensen's inequality."""
    exact = exact_log_partition(trained(kind)._machine()).value
    found = [estimate(kind, seed, n_chains=5, n_temperatures=n_temperatures) for seed in range(70)]
    below = np.array([one.value - exact for one in found])
    above = np.array([one.reverse - exact for one in found])
    error_below, error_above = (gaps.std() / np.sqrt(70) for gaps in (below, above))
    assert below.mean() < -3 * error_below
    assert above.mean() > 3 * error_above


def test_importance_weights_have_the_mean_that_they_must() -> None:
    """Not the logarithm but Z itself is estimated without bias; the reverse estimates 1 / Z."""
    exact = exact_log_partition(trained()._machine()).value
    found = [estimate("binary", seed, n_chains=50, n_temperatures=60) for seed in range(60)]
    ratios = np.exp([one.value - exact for one in found])
    assert abs(ratios.mean() - 1) < 4 * ratios.std() / np.sqrt(60)
    back = np.exp([exact - one.reverse for one in found])
    assert abs(back.mean() - 1) < 4 * back.std() / np.sqrt(60) + 0.02  # it starts at nearly true samples


def test_spreads_are_honest() -> None:
    """The standard error that one estimate gives is what estimates of many seeds scatter by."""
    found = [estimate("binary", seed, n_chains=100, n_temperatures=200) for seed in range(60)]
    for values, spreads in (
        ([one.value for one in found], [one.spread for one in found]),
        ([one.reverse for one in found], [one.reverse_spread for one in found]),
    ):
        scatter, said = float(np.std(values, ddof=1)), float(np.mean(spreads))
        assert 0.7 < said / scatter < 1.4, (said, scatter)  # 60 values tell a deviation to 9 %


def test_the_way_back_begins_at_chains_in_the_numbers_that_their_weights_deserve() -> None:
    way = likelihood._Way(a_machine(Binary(), 3, 2), np.zeros(3), Chance(0))
    shares = np.array([0.5, 0.27, 0.2, 0.03, 0.0])
    with np.errstate(divide="ignore"):
        logs = np.log(np.tile(shares, 100) / 100) + 1234.5  # but for a constant
    counts = np.unique(way.resampled(np.arange(500.0)[:, None], logs)[:, 0], return_counts=True)
    drawn = dict(zip(*(part.tolist() for part in counts), strict=True))
    for place, share in enumerate(np.tile(shares, 100)):
        assert abs(drawn.get(float(place), 0) - 5 * share) < 1  # systematic: never off by a whole one
    assert 4.0 not in drawn


def test_the_way_back_begins_in_modes_by_their_masses() -> None:
    """Two modes that no chain leaves, one nine times the other; forward chains fall into both alike."""
    weights, biases = np.full((1, 10), 5.0), (np.full(10, -2.5), np.array([-25.0 + math.log(9)]))
    machine = Machine(Binary(), Binary(), weights, *biases)
    exact = exact_log_partition(machine).value
    found = [
        estimated_log_partition(machine, np.zeros(10), n_chains=300, n_temperatures=5, chance=Chance(seed))
        for seed in range(40)
    ]
    back = np.exp([exact - one.reverse for one in found])
    assert abs(back.mean() - 1) < 4 * back.std() / np.sqrt(40)


def test_a_machine_without_weights_is_estimated_without_error() -> None:
    for visible in (Binary(), Softmax((2, 2, 1)), Gaussian()):
        machine = a_machine(visible, 5, 3)
        machine.weights[...] = 0
        machine.hidden_bias[...] = 0
        found = estimated_log_partition(machine, machine.visible_bias, n_chains=5, n_temperatures=3, chance=Chance(0))
        assert found.value == pytest.approx(exact_log_partition(machine).value, rel=1e-12)
        assert found.reverse == pytest.approx(found.value, rel=1e-12)
        assert found.spread < 1e-9


# The estimator.


@pytest.mark.parametrize("n_hidden", [3, 7])  # the hidden, and the visible side is summed over
def test_the_probabilities_of_all_states_sum_to_1(n_hidden: int) -> None:
    rows = patterns(100, n_visible=5)
    model = RestrictedBoltzmannMachine(n_hidden=n_hidden, max_iter=30, learning_rate=0.2, random_state=0).fit(rows)
    states = np.array(naive.binary_states(5))
    logs = model.score_samples(states)
    assert logs.dtype == np.float64
    assert np.exp(logs).sum() == pytest.approx(1, rel=1e-10)
    wanted = naive.probabilities(
        model.components_, model.intercept_visible_, model.intercept_hidden_, naive.binary_states(5)
    )
    np.testing.assert_allclose(np.exp(logs), wanted, rtol=1e-9)
    # a mean over examples, in nats: neither summed nor multiplied by the number of columns
    assert model.score(rows) == pytest.approx(model.score_samples(rows).mean(), rel=1e-12)
    assert model.score(np.repeat(rows, 3, axis=0)) == pytest.approx(model.score(rows), rel=1e-12)
    assert -5 * math.log(2) - 1 < model.score(rows) < 0


def test_the_probabilities_of_all_categories_sum_to_1() -> None:
    random = np.random.default_rng(0)
    first = random.integers(3, size=200)
    rows = np.hstack([np.eye(3)[first], np.eye(2)[(first > 1).astype(int)]])
    model = RestrictedBoltzmannMachine(
        n_hidden=3, visible="softmax((3, 2))", max_iter=60, learning_rate=0.2, random_state=0
    )
    model.fit(rows)
    states = np.array(naive.one_hot_states((3, 2)))
    assert np.exp(model.score_samples(states)).sum() == pytest.approx(1, rel=1e-10)
    likely = np.exp(model.score_samples(np.unique(rows, axis=0)))
    assert likely.sum() > 0.8  # of the six states three are data


def test_score_uses_the_estimate_where_a_sum_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = patterns(60)
    exact = trained().score(rows)
    model = RestrictedBoltzmannMachine(**trained().get_params()).fit(patterns(500))
    assert model.score(rows) == exact
    monkeypatch.setattr(likelihood, "MOST_TERMS", 10)
    model = RestrictedBoltzmannMachine(**trained().get_params()).fit(patterns(500))
    estimated = model.score(rows)
    assert 0 < abs(estimated - exact) < 0.2
    assert model.score(rows) == estimated  # the same, whenever asked
    said = model.log_partition(n_chains=10, n_temperatures=20)
    assert said.reverse is not None
    assert model.log_partition(n_chains=10, n_temperatures=20) == said
    np.testing.assert_allclose(model.score_samples(rows), -model.free_energy(rows) - said.value)


def test_more_learning_asks_for_a_new_sum() -> None:
    rows = patterns(60, n_visible=6)
    model = RestrictedBoltzmannMachine(n_hidden=3, max_iter=5, learning_rate=0.3, random_state=0).fit(rows)
    model.score(rows)
    model.partial_fit(rows)
    assert np.exp(model.score_samples(np.array(naive.binary_states(6)))).sum() == pytest.approx(1, rel=1e-10)


# Gaussian units in the user's terms.


def blobs(n_rows: int = 150) -> np.ndarray:
    random = np.random.default_rng(4)
    return random.choice([-2.0, 2.0], size=(n_rows, 1)) * [1, 1, 0.5] + random.standard_normal((n_rows, 3)) * [
        0.5,
        1,
        2,
    ]


def fitted(rows: np.ndarray, **other: Any) -> RestrictedBoltzmannMachine:
    parameters = {"n_hidden": 4, "visible": "gaussian", "max_iter": 20, "learning_rate": 0.02, "random_state": 1}
    return RestrictedBoltzmannMachine(**(parameters | other)).fit(rows)


def test_a_density_is_in_the_units_of_the_user() -> None:
    model = fitted(blobs())
    scaled = (blobs() - model.mean_) / model.scale_
    W, b, c = model.components_, model.intercept_visible_, model.intercept_hidden_
    wanted = [naive.log_density_of_mixture(W, b, c, v) - np.log(model.scale_).sum() for v in scaled[:20]]
    np.testing.assert_allclose(model.score_samples(blobs()[:20]), wanted, rtol=1e-10)
    wanted = [naive.free_energy(W, b, c, v, gaussian=True) + np.log(model.scale_).sum() for v in scaled[:20]]
    np.testing.assert_allclose(model.free_energy(blobs()[:20]), wanted, rtol=1e-10)


@pytest.mark.parametrize(
    ("factors", "shifts"), [((4.0, 0.5, 1024.0), (0.0, 0.0, 0.0)), ((1000.0, 0.001, 7.3), (-5.0, 1e4, 0.1))]
)
def test_units_of_columns_change_a_density_by_their_factors_only(
    factors: tuple[float, ...], shifts: tuple[float, ...]
) -> None:
    rows = blobs()
    other = rows * factors + shifts
    model, rescaled = fitted(rows), fitted(other)
    np.testing.assert_allclose(rescaled.components_, model.components_, rtol=1e-6, atol=1e-8)
    change = rescaled.score_samples(other) - model.score_samples(rows)
    np.testing.assert_allclose(change, -np.log(factors).sum(), rtol=0, atol=1e-7)
    np.testing.assert_allclose(rescaled.scale_, model.scale_ * factors, rtol=1e-7)
    np.testing.assert_allclose(rescaled.transform(other), model.transform(rows), rtol=1e-6)
    np.testing.assert_allclose(rescaled.reconstruct(other), model.reconstruct(rows) * factors + shifts, rtol=1e-6)
    np.testing.assert_allclose(rescaled.sample(5), model.sample(5) * factors + shifts, rtol=1e-5, atol=1e-5)


def test_widths_move_along_the_gradient_of_the_likelihood() -> None:
    model = fitted(blobs(), max_iter=5)
    machine, rows, mean, width = model._machine(), blobs(), model.mean_, model.scale_.copy() * [0.7, 0.9, 1.1]
    log_Z = exact_log_partition(machine).value

    def mean_log_likelihood(logs: np.ndarray) -> float:
        states = (rows - mean) / np.exp(logs)
        return float(-machine.free_energy(states).mean() - log_Z - logs.sum())

    step, logs = 1e-5, np.log(width)
    slopes = [
        (mean_log_likelihood(logs + step * unit) - mean_log_likelihood(logs - step * unit)) / (2 * step)
        for unit in np.eye(3)
    ]
    scale = DataScale(mean, width.copy())
    scale.learn(machine, scale.into(rows), 1e-4, 2 * width)
    np.testing.assert_allclose(np.log(scale.deviation / width) / 1e-4, slopes, rtol=1e-6, atol=1e-8)
    assert np.abs(slopes).max() > 0.1


def test_widths_stay_between_their_bounds() -> None:
    machine = a_machine(Gaussian(), 3, 2)
    for rows, rate, wanted in (
        (np.full((5, 3), 30.0), 1e6, 2.0),  # far out: up to the deviation of the column
        (np.full((5, 3), 1e-3), 1e6, np.exp(-0.1)),
    ):
        machine.weights[...] = machine.visible_bias[...] = 0
        scale = DataScale(np.zeros(3), np.full(3, 0.5))
        scale.learn(machine, rows, rate, np.ones(3))
        np.testing.assert_allclose(scale.deviation, 0.5 * wanted)
    for rows, bound in ((np.full((5, 3), 30.0), 1.0), (np.full((5, 3), 1e-3), 0.1)):
        scale = DataScale(np.zeros(3), np.full(3, 0.5))
        for _ in range(100):
            scale.learn(machine, rows, 10.0, np.ones(3))
        np.testing.assert_allclose(scale.deviation, bound)


def test_rare_values_do_not_ruin_a_width() -> None:
    """Columns of two values, one of them rare: as the border pixels of images."""
    random = np.random.default_rng(0)
    rows = (random.random((2000, 3)) < [0.01, 0.003, 0.05]) * 10.0 + 0.01 * random.standard_normal((2000, 3))
    start = fitted(rows, n_hidden=1, max_iter=0).score(rows)
    assert fitted(rows, n_hidden=1, max_iter=60, learning_rate=0.01).score(rows) > start - 0.5


def test_the_density_that_made_the_data_is_found() -> None:
    """Two overlapping spheres, pulled apart: one hidden unit, and widths, say which."""
    random = np.random.default_rng(0)
    center, noise = np.array([1.0, 0.5]), np.array([0.5, 1.0])
    rows = random.choice([-1.0, 1.0], size=(2000, 1)) * center + random.standard_normal((2000, 2)) * noise
    model = fitted(rows, n_hidden=1, max_iter=100, learning_rate="cosine(0.1, n_steps=2000)", algorithm="pcd")
    np.testing.assert_allclose(model.scale_, noise, rtol=0.03)
    logs = [norm.logpdf(rows, side * center, noise).sum(axis=1) for side in (-1, 1)]
    true = float(np.logaddexp(*logs).mean()) - math.log(2)
    assert model.score(rows) == pytest.approx(true, abs=0.005)
