"""What a Boltzmann machine answers: samples, completions, energies and likelihoods, against enumeration."""

import copy
import math
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chisquare
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from sinapsi.energy.boltzmann_machine import BoltzmannMachine
from sinapsi.energy.gibbs.enumeration import log_masses, numbers_of, states_numbered
from sinapsi.energy.gibbs.temperatures import temperatures_of
from sinapsi.stopping import StopCode
from tests.reference import gibbs as naive

DATA = np.random.default_rng(0).integers(0, 2, size=(60, 6)).astype(np.float64)


def with_weights(weights: np.ndarray, biases: np.ndarray, n_visible: int, **parameters: object) -> BoltzmannMachine:
    """A fitted machine whose weights are given."""
    rows = np.random.default_rng(1).integers(0, 2, size=(20, n_visible)).astype(weights.dtype)
    model = BoltzmannMachine(n_hidden=len(biases) - n_visible, max_iter=1, random_state=0, **parameters).fit(rows)
    model.weights_, model.biases_ = weights.copy(), biases.copy()
    return model


def some_weights(n_units: int, seed: int, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    weights = np.triu(random.normal(0, scale, (n_units, n_units)), 1)
    return weights + weights.T, random.normal(0, scale, n_units)


def marginal(weights: np.ndarray, biases: np.ndarray, n_visible: int, temperature: float = 1.0) -> np.ndarray:
    """p(v) by plain loops, by the numbers of the states."""
    p = np.zeros(2**n_visible)
    for state, mass in naive.boltzmann(weights, biases, temperature).items():
        p[numbers_of(np.array([state[:n_visible]]))[0]] += mass
    return p


# The protocol.


@pytest.mark.parametrize(
    "parameters",
    [{}, {"n_hidden": 0}, {"connections": "restricted"}, {"positive_phase": "sampled"}],
    ids=str,
)
@pytest.mark.filterwarnings("ignore")
def test_it_passes_all_checks_of_scikit_learn(parameters: dict[str, object]) -> None:
    results = check_estimator(BoltzmannMachine(**parameters), on_fail=None)
    assert [(r["check_name"], r["exception"]) for r in results if r["status"] not in ("passed", "skipped")] == []
    assert sum(r["status"] == "passed" for r in results) >= 40


def test_attributes_are_as_documented() -> None:
    model = BoltzmannMachine(n_hidden=3, max_iter=4, random_state=0).fit(DATA)
    assert model.weights_.shape == (9, 9)
    assert model.biases_.shape == (9,)
    np.testing.assert_array_equal(model.weights_, model.weights_.T)
    assert not model.weights_.diagonal().any()
    assert model.n_iter_ == 4
    assert model.stop_reason_.code is StopCode.MAX_ITER
    expected = ["epoch", "step", "loss", "learning_rate", "negative_log_likelihood", "seconds"]
    assert list(model.history_) == expected
    large = BoltzmannMachine(n_hidden=9, max_iter=2, random_state=0).fit(DATA)
    assert "negative_log_likelihood" not in large.history_


# Samples.


@pytest.mark.parametrize("annealing", [None, 4.0, "cosine(4.0, n_steps=40)"])
def test_samples_follow_the_distribution(annealing: object) -> None:
    weights, biases = some_weights(5, seed=2)
    model = with_weights(weights, biases, 3, annealing=annealing)
    counts = np.bincount(numbers_of(model.sample(8000, n_gibbs_steps=100).astype(np.int8)), minlength=8)
    p = marginal(weights, biases, 3)
    assert chisquare(counts, 8000 * p).pvalue > 0.001
    assert chisquare(counts, 8000 * p[::-1]).pvalue < 1e-6


def test_samples_with_units_held_follow_the_conditional_distribution() -> None:
    weights, biases = some_weights(6, seed=3)
    model = with_weights(weights, biases, 4)
    samples = model.sample(8000, given=[np.nan, 1, np.nan, 0], n_gibbs_steps=100)
    assert (samples[:, [1, 3]] == [1, 0]).all()
    counts = np.bincount(numbers_of(samples[:, [0, 2]].astype(np.int8)), minlength=4)
    p = marginal(weights, biases, 4)[numbers_of(np.array([[0, 1, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [1, 1, 1, 0]]))]
    assert chisquare(counts, 8000 * p / p.sum()).pvalue > 0.001
    assert chisquare(counts, 8000 * p[::-1] / p.sum()).pvalue < 1e-6


def test_each_sample_may_be_held_in_its_own_way() -> None:
    weights, biases = some_weights(6, seed=3)
    model = with_weights(weights, biases, 4)
    given = np.array([[1, np.nan, 0, 1], [np.nan, np.nan, np.nan, np.nan], [0, 0, 1, 1]])
    samples = model.sample(3, given=given)
    known = ~np.isnan(given)
    np.testing.assert_array_equal(samples[known], given[known])
    np.testing.assert_array_equal(samples[1], model.sample(3)[1])


def test_samples_do_not_depend_on_how_many_there_are_and_repeat_themselves() -> None:
    model = BoltzmannMachine(n_hidden=3, max_iter=3, random_state=0).fit(DATA)
    samples = model.sample(150, n_gibbs_steps=3)
    np.testing.assert_array_equal(samples[:40], model.sample(40, n_gibbs_steps=3))
    others = model.sample(150, n_gibbs_steps=3, random_state=1)
    assert (samples != others).any()
    np.testing.assert_array_equal(others, model.sample(150, n_gibbs_steps=3, random_state=1))
    source = np.random.default_rng(1)
    first, second = (model.sample(150, n_gibbs_steps=3, random_state=source) for _ in range(2))
    np.testing.assert_array_equal(first, others)
    assert (first != second).any()


def test_samples_begin_where_learning_ended() -> None:
    """All on and all off are so deep that no chain ever leaves them."""
    weights = 40.0 * (1 - np.eye(6))
    model = with_weights(weights, -weights.sum(axis=1) / 2, 4, n_chains=3)
    model._chains[:] = [[1] * 6, [0] * 6, [1] * 6]
    np.testing.assert_array_equal(model.sample(7)[:, 0], [1, 0, 1, 1, 0, 1, 1])
    starts = model.set_params(annealing=100.0).sample(200, n_gibbs_steps=50)[:, 0]
    assert 0.3 < starts.mean() < 0.7
    assert not np.array_equal(starts[:100], starts[100:])


def test_double_temperature_and_double_weights_are_the_same_machine() -> None:
    weights, biases = some_weights(6, seed=4)
    model, warm = with_weights(weights, biases, 4), with_weights(2 * weights, 2 * biases, 4, temperature=2.0)
    np.testing.assert_array_equal(model.probabilities(), warm.probabilities())
    warm._chains = model._chains.copy()
    np.testing.assert_array_equal(model.sample(50, n_gibbs_steps=9), warm.sample(50, n_gibbs_steps=9))
    half = with_weights(weights, biases, 4, temperature=2.0)
    np.testing.assert_allclose(
        half.probabilities().ravel(order="F"), marginal(weights, biases, 4, temperature=2.0), atol=1e-12
    )
    assert np.abs(half.probabilities() - model.probabilities()).max() > 0.01


def test_annealing_finds_the_ground_state_of_a_frustrated_machine_more_often() -> None:
    random = np.random.default_rng(5)
    couplings = np.triu(random.choice([-1.0, 1.0], size=(18, 18)), 1)  # a spin glass, in states of 0 and 1
    couplings += couplings.T
    weights, biases = 4 * couplings, -2 * couplings.sum(axis=1) + 0.1 * random.normal(size=18)
    ground = states_numbered(np.array([log_masses(weights, biases).argmax()]), 18)[0]
    shares = {}
    for annealing in (None, 0.2, 30.0):  # 0.2 is the temperature itself: a random start and no annealing
        model = with_weights(weights, biases, 18, temperature=0.2, annealing=annealing)
        shares[annealing] = (model.sample(400, n_gibbs_steps=1000) == ground).all(axis=1).mean()
    assert shares[30.0] > 2 * max(shares[None], shares[0.2])


def test_temperatures_fall_as_documented() -> None:
    np.testing.assert_array_equal(temperatures_of(None, 4, 0.5), [0.5] * 4)
    falling = temperatures_of(8.0, 8, 0.5)
    np.testing.assert_allclose(falling, [8, 4, 2, 1, 0.5, 0.5, 0.5, 0.5])
    np.testing.assert_array_equal(temperatures_of(0.1, 3, 0.5), [0.5] * 3)
    np.testing.assert_allclose(temperatures_of("inverse_scaling(2, power=1)", 5, 0.5), [2, 1, 2 / 3, 0.5, 0.5])
    np.testing.assert_array_equal(temperatures_of(8.0, 1, 0.5), [8.0])


# Completions.


def test_completions_are_the_most_probable_values() -> None:
    weights, biases = some_weights(8, seed=6, scale=1.5)
    model = with_weights(weights, biases, 5)
    p = marginal(weights, biases, 5)
    states = states_numbered(np.arange(32), 5)
    rows = np.random.default_rng(0).integers(0, 2, size=(40, 5)).astype(np.float64)
    rows[np.random.default_rng(1).random(rows.shape) < 0.5] = np.nan
    completed, n_compared = model.complete(rows), 0
    for row, answer in zip(rows, completed, strict=True):
        agrees = ((states == row) | np.isnan(row)).all(axis=1)
        on = (p[agrees] @ states[agrees]) / p[agrees].sum()
        is_clear = np.abs(on - 0.5) > 0.15  # half of 1000 correlated sweeps tell these apart
        np.testing.assert_array_equal(answer[is_clear], (on > 0.5)[is_clear])
        n_compared += int((is_clear & np.isnan(row)).sum())
    assert n_compared > 40
    known = ~np.isnan(rows)
    np.testing.assert_array_equal(completed[known], rows[known])


def test_a_row_is_completed_alike_in_any_batch() -> None:
    weights, biases = some_weights(9, seed=7, scale=0.2)
    model = with_weights(weights, biases, 6)
    rows = DATA.copy()
    rows[:, ::2] = np.nan
    completed = model.complete(rows)
    np.testing.assert_array_equal(completed[10:13], model.complete(rows[10:13]))
    for k in (0, 5):
        np.testing.assert_array_equal(completed[k : k + 1], model.complete(rows[k : k + 1]))
    np.testing.assert_array_equal(completed, model.complete(rows))


def test_rows_that_are_known_come_back_as_states() -> None:
    model = BoltzmannMachine(n_hidden=2, max_iter=2, binarize=0.5, random_state=0).fit(DATA)
    np.testing.assert_array_equal(model.complete(DATA * 0.9 + 0.05), DATA)


def test_nothing_known_is_a_question_too() -> None:
    weights, biases = np.zeros((4, 4)), np.array([3.0, -3.0, 3.0, -3.0])
    model = with_weights(weights, biases, 4)
    np.testing.assert_array_equal(model.complete(np.full((2, 4), np.nan)), [[1, 0, 1, 0]] * 2)


# Energies and likelihoods.


def test_energies_are_those_of_the_formula() -> None:
    weights, biases = some_weights(7, seed=8)
    model = with_weights(weights, biases, 4, temperature=3.0)
    states = states_numbered(np.arange(128), 7)
    expected = [-naive.log_mass(weights, biases, state) for state in states]
    np.testing.assert_allclose(model.energy(states[:, :4], states[:, 4:]), expected, atol=1e-12)
    visible = with_weights(weights[:4, :4], biases[:4], 4)
    expected = [-naive.log_mass(weights[:4, :4], biases[:4], state[:4]) for state in states]
    np.testing.assert_allclose(visible.energy(states[:, :4]), expected, atol=1e-12)


@pytest.mark.parametrize("n_visible", [6, 4, 1])
def test_likelihoods_of_small_machines_are_exact(n_visible: int) -> None:
    weights, biases = some_weights(6, seed=9)
    model = with_weights(weights, biases, n_visible)
    states = states_numbered(np.arange(2**n_visible), n_visible)
    expected = [naive.log_likelihood(weights, biases, state) for state in states]
    np.testing.assert_allclose(model.score_samples(states.astype(np.float64)), expected, atol=1e-12)
    table = model.probabilities()
    assert table.shape == (2,) * n_visible
    np.testing.assert_allclose([table[tuple(state)] for state in states], np.exp(expected), atol=1e-12)
    assert model.score(states) == pytest.approx(np.mean(expected), abs=1e-12)


def exact_log_partition(weights: np.ndarray, biases: np.ndarray) -> float:
    return float(np.logaddexp.reduce(log_masses(weights, biases)))


@pytest.mark.parametrize("kind", ["free", "listed"])
def test_likelihoods_of_larger_machines_are_near(kind: str) -> None:
    """22 units: log Z by annealed importance sampling, the hidden states in closed form or listed."""
    weights, biases = some_weights(22, seed=10, scale=0.4)
    if kind == "free":
        weights[12:, 12:] = 0.0
    model = with_weights(weights, biases, 12)
    rows = np.random.default_rng(0).integers(0, 2, size=(10, 12))
    log_z = exact_log_partition(weights, biases)
    hidden = states_numbered(np.arange(2**10), 10)
    expected = []
    for row in rows:
        whole = np.concatenate([np.broadcast_to(row, (1024, 12)), hidden], axis=1)
        masses = 0.5 * ((whole @ weights) * whole).sum(axis=1) + whole @ biases
        expected.append(np.logaddexp.reduce(masses) - log_z)
    found = model.score_samples(rows)
    np.testing.assert_allclose(found, expected, atol=0.1)
    np.testing.assert_allclose(found - found[0], np.array(expected) - expected[0], atol=1e-10)  # one log Z for all
    np.testing.assert_array_equal(found[3:5], model.score_samples(rows[3:5]))


def test_many_linked_hidden_units_give_a_lower_bound() -> None:
    weights, biases = some_weights(21, seed=11, scale=0.5)
    model = with_weights(weights, biases, 4)  # 17 hidden units
    rows = states_numbered(np.arange(16), 4)
    masses = log_masses(np.roll(weights, (17, 17), (0, 1)), np.roll(biases, 17)).reshape(16, -1)
    exact = np.logaddexp.reduce(masses, axis=1) - exact_log_partition(weights, biases)
    gaps = exact - model.score_samples(rows)
    assert (gaps > -0.1).all()  # but for the error of log Z
    assert 0.01 < gaps.mean() < 2.0


# Precision, states from outside, copies.


def test_float32_stays_and_agrees() -> None:
    weights, biases = some_weights(7, seed=12)
    double = with_weights(weights, biases, 5)
    single = with_weights(weights.astype(np.float32), biases.astype(np.float32), 5)
    rows = states_numbered(np.arange(32), 5)
    assert single.sample(3).dtype == np.float32
    assert double.sample(3).dtype == np.float64
    answers = single.score_samples(rows.astype(np.float32))
    assert answers.dtype == np.float32
    assert single.complete(rows.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(answers, double.score_samples(rows.astype(np.float64)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("binarize", [127.5, -3.0, 0.0, 0.5])
def test_samples_are_states_whatever_the_threshold(binarize: float) -> None:
    """Rows of 0 and 1 alone are states, so what was sampled may be given back."""
    rows = (DATA - 0.5) * 100 + binarize
    model = BoltzmannMachine(n_hidden=2, max_iter=5, binarize=binarize, random_state=0).fit(rows)
    twin = BoltzmannMachine(n_hidden=2, max_iter=5, random_state=0).fit(DATA)
    np.testing.assert_array_equal(model.weights_, twin.weights_)
    samples = model.sample(20)
    np.testing.assert_array_equal(model.score_samples(samples), twin.score_samples(samples))
    np.testing.assert_array_equal(model.complete(samples), samples)
    assert set(np.unique(samples)) == {0.0, 1.0}


def test_minus_one_and_one_are_states_too() -> None:
    of_signs = BoltzmannMachine(n_hidden=2, max_iter=5, binarize=None, random_state=0).fit(2 * DATA - 1)
    of_bits = BoltzmannMachine(n_hidden=2, max_iter=5, binarize=None, random_state=0).fit(DATA)
    np.testing.assert_array_equal(of_signs.weights_, of_bits.weights_)


def test_names_of_columns_are_known() -> None:
    frame = pd.DataFrame(DATA, columns=list("abcdef"))
    model = BoltzmannMachine(n_hidden=2, max_iter=2, random_state=0).fit(frame)
    assert model.feature_names_in_.tolist() == list("abcdef")
    frame.loc[:, "c"] = np.nan
    assert model.complete(frame).shape == (60, 6)
    assert model.sample(60, given=frame, n_gibbs_steps=2).shape == (60, 6)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_answer_alike(copied: object) -> None:
    model = BoltzmannMachine(n_hidden=3, max_iter=3, random_state=0).fit(DATA)
    twin = copied(model)  # type: ignore[operator]
    np.testing.assert_array_equal(model.sample(9), twin.sample(9))
    np.testing.assert_array_equal(model.score_samples(DATA), twin.score_samples(DATA))


def test_answers_leave_the_model_as_it_is() -> None:
    model = BoltzmannMachine(n_hidden=16, max_iter=2, random_state=np.random.default_rng(0)).fit(DATA)
    before = pickle.dumps(vars(model))
    model.sample(5, n_gibbs_steps=5)
    model.complete(np.full((1, 6), np.nan))
    model.score(DATA)
    model.energy(DATA, np.zeros((60, 16)))
    assert pickle.dumps(vars(model)) == before


def test_a_mask_survives_cloning() -> None:
    mask = np.zeros((7, 7), dtype=bool)
    mask[0, 6] = mask[6, 0] = True
    model = clone(BoltzmannMachine(n_hidden=1, connections=mask, max_iter=2, random_state=0)).fit(DATA)
    assert np.argwhere(model.weights_).tolist() == [[0, 6], [6, 0]]
    assert math.isfinite(model.score(DATA))
