"""Learning in two phases: the gradient, what is learned, and that it can go on."""

import copy
import pickle
from itertools import product

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sinapsi.energy.boltzmann_machine import BoltzmannMachine
from sinapsi.energy.gibbs.enumeration import log_probabilities, numbers_of, states_numbered
from sinapsi.energy.gibbs.learning import LearningRules, Progress, TwoPhases, mean_products, surprise
from sinapsi.energy.gibbs.machine import Machine
from sinapsi.own_threads import ThreadsOfOurOwn
from sinapsi.schedules import Constant
from sinapsi.stopping import StopCode
from tests.reference import gibbs as naive

PARITY = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]], dtype=np.float64)
LAMPS = np.repeat(np.eye(4), 25, axis=0)  # one of four is on
TOLERANT = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def learner(
    weights: np.ndarray, biases: np.ndarray, n_visible: int, *, n_chains: int = 100, **changes: object
) -> TwoPhases:
    rules = {
        "positive_phase": "exact",
        "negative_phase": "exact",
        "temperature": 1.0,
        "learning_rate": Constant(1.0),
        "weight_decay": 0.0,
        "n_sweeps": 5,
        "seed": 3,
    }
    links = ~np.eye(len(biases), dtype=bool) if changes.get("connections") is None else changes.pop("connections")
    chains = np.random.default_rng(0).integers(0, 2, size=(n_chains, len(biases))).astype(np.int8)
    return TwoPhases(
        weights,
        biases,
        links,
        chains,
        n_visible=n_visible,
        rules=LearningRules(**{**rules, **changes}),
        progress=Progress(),
        threads=ThreadsOfOurOwn(),
    )


def some_machine(n_units: int, seed: int, scale: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    weights = np.triu(random.normal(0, scale, (n_units, n_units)), 1)
    return weights + weights.T, random.normal(0, scale, n_units)


def gradient_of(n_visible: int, weights: np.ndarray, biases: np.ndarray, rows: np.ndarray, **changes: object) -> tuple:
    """The change that one update at rate 1 makes."""
    new_weights, new_biases = weights.copy(), biases.copy()
    learner(new_weights, new_biases, n_visible, **changes).update(rows)
    return new_weights - weights, new_biases - biases


# The gradient.


@pytest.mark.parametrize("temperature", [1.0, 2.0])
@pytest.mark.parametrize("n_visible", [5, 3])
def test_the_change_is_the_gradient_of_the_likelihood(n_visible: int, temperature: float) -> None:
    """Times T: the factor 1/T of the gradient is left to the learning rate, as in Ackley, Hinton and Sejnowski."""
    weights, biases = some_machine(5, seed=1)
    rows = np.random.default_rng(2).integers(0, 2, size=(6, n_visible)).astype(np.int8)
    of_weights, of_biases = gradient_of(n_visible, weights, biases, rows, temperature=temperature)

    def likelihood(W: np.ndarray, b: np.ndarray) -> float:
        return float(np.mean([naive.log_likelihood(W / temperature, b / temperature, row) for row in rows]))

    step = 1e-5
    for i in range(5):
        shift = step * np.eye(5)[i]
        slope = (likelihood(weights, biases + shift) - likelihood(weights, biases - shift)) / (2 * step)
        assert of_biases[i] == pytest.approx(temperature * slope, abs=1e-7)
        for j in range(i):
            pair = np.zeros((5, 5))
            pair[i, j] = pair[j, i] = step
            slope = (likelihood(weights + pair, biases) - likelihood(weights - pair, biases)) / (2 * step)
            assert of_weights[i, j] == pytest.approx(temperature * slope, abs=1e-7)
            assert of_weights[i, j] == of_weights[j, i]
    assert np.abs(of_weights).max() > 0.01


def test_mean_fields_are_exact_for_a_free_hidden_layer_and_near_otherwise() -> None:
    weights, biases = some_machine(6, seed=3, scale=0.5)
    rows = np.random.default_rng(2).integers(0, 2, size=(10, 3)).astype(np.int8)
    linked = [gradient_of(3, weights, biases, rows, positive_phase=kind)[0] for kind in ("exact", "mean_field")]
    assert 1e-4 < np.abs(linked[0] - linked[1]).max() < 0.05
    weights[3:, 3:] = 0.0
    links = np.ones((6, 6), dtype=bool)
    links[3:, 3:] = False
    np.fill_diagonal(links, False)
    free = [
        gradient_of(3, weights, biases, rows, positive_phase=kind, connections=links)[0]
        for kind in ("exact", "mean_field")
    ]
    np.testing.assert_allclose(*free, atol=1e-12)


@pytest.mark.parametrize(("positive_phase", "negative_phase"), [("sampled", "exact"), ("exact", "chains")])
def test_sampled_phases_are_right_on_average(positive_phase: str, negative_phase: str) -> None:
    weights, biases = some_machine(5, seed=4)
    rows = np.tile(np.random.default_rng(2).integers(0, 2, size=(4, 3)).astype(np.int8), (3000, 1))
    phases = {"positive_phase": positive_phase, "negative_phase": negative_phase}
    exact = gradient_of(3, weights, biases, rows)
    sampled = gradient_of(3, weights, biases, rows, n_chains=12_000, n_sweeps=30, **phases)
    for one, other in zip(exact, sampled, strict=True):
        np.testing.assert_allclose(one, other, atol=4 * 0.5 / np.sqrt(12_000))
    assert np.abs(exact[0]).max() > 0.05
    assert np.abs(exact[0] - sampled[0]).max() > 1e-6  # chance did play a part


def test_every_example_meets_a_chance_of_its_own() -> None:
    """Hidden states are drawn anew in every batch, and do not depend on how examples are cut into batches."""
    weights, biases = some_machine(8, seed=4, scale=0.1)
    rows = np.zeros((40, 3), dtype=np.int8)
    learning = learner(weights, biases, 3, positive_phase="sampled")
    machine = learning.machine()
    inputs = machine.hidden_inputs(rows)
    first = learning._sampled(machine, inputs)
    np.testing.assert_array_equal(first, learning._sampled(machine, inputs))
    assert len(np.unique(first, axis=0)) > 10
    learning._progress.n_rows = 15
    np.testing.assert_array_equal(first[15:], learning._sampled(machine, inputs[15:]))


def test_products_of_means() -> None:
    rows, means = np.array([[0, 1], [1, 1]], dtype=np.int8), np.array([[0.25], [0.5]])
    expected = [[0.5, 0.5, 0.25], [0.5, 1.0, 0.375], [0.25, 0.375, 0.375]]
    np.testing.assert_allclose(mean_products(rows, means), expected)


def test_the_loss_is_the_pseudo_likelihood_without_hidden_units() -> None:
    weights, biases = some_machine(4, seed=5)
    rows = np.random.default_rng(2).integers(0, 2, size=(5, 4)).astype(np.int8)
    total = 0.0
    for row, i in product(rows, range(4)):
        other = row.copy()
        other[i] = 1 - row[i]
        own, flipped = (naive.log_mass(weights, biases, state) for state in (row, other))
        total -= own - np.logaddexp(own, flipped)
    assert surprise(Machine(weights, biases, 4), rows, np.empty((5, 0))) == pytest.approx(total, abs=1e-12)


# What is learned.


def test_exclusive_or_is_learned_with_hidden_units_and_not_without() -> None:
    parameters = {"positive_phase": "exact", "negative_phase": "exact", "learning_rate": 2.0, "max_iter": 3000}
    entropy = np.log(4)
    without = BoltzmannMachine(n_hidden=0, random_state=2, **{**parameters, "max_iter": 300}).fit(PARITY)
    assert -without.score(PARITY) == pytest.approx(np.log(8), abs=1e-3)  # pairs of units say nothing
    model = BoltzmannMachine(n_hidden=4, connections="restricted", random_state=2, **parameters).fit(PARITY)
    fall = model.history_["negative_log_likelihood"]
    assert fall[0] > np.log(8) - 0.01
    assert entropy < fall[-1] < entropy + 0.02
    assert model.history_["negative_log_likelihood"][-1] == pytest.approx(-model.score(PARITY), abs=1e-12)
    np.testing.assert_array_equal(model.complete(np.where(np.eye(3, dtype=bool)[[0, 1, 2, 0]], np.nan, PARITY)), PARITY)


@pytest.mark.parametrize("positive_phase", ["mean_field", "sampled", "exact"])
@pytest.mark.parametrize("n_hidden", [0, 3])
def test_persistent_chains_learn_which_lamps_are_on(n_hidden: int, positive_phase: str) -> None:
    model = BoltzmannMachine(
        n_hidden=n_hidden, positive_phase=positive_phase, learning_rate="cosine(0.5, n_steps=1600)", batch_size=25,
        max_iter=400, n_chains=500, random_state=0,
    ).fit(LAMPS)  # fmt: skip
    fall = model.history_["negative_log_likelihood"]
    assert fall[0] > np.log(4) + 0.5
    assert np.log(4) < fall[-1] < np.log(4) + 0.1
    assert model.history_["loss"][-1] < model.history_["loss"][0]


def test_chains_come_as_far_as_the_exact_phases() -> None:
    """A random distribution over four units, fully visible: the optimum is unique, for the likelihood is concave."""
    p = np.random.default_rng(1).dirichlet(np.ones(16))
    rows = np.repeat(states_numbered(np.arange(16), 4), np.round(p * 400).astype(int), axis=0).astype(np.float64)
    parameters = {"n_hidden": 0, "batch_size": len(rows), "random_state": 0}
    exact = BoltzmannMachine(negative_phase="exact", learning_rate=1.0, max_iter=2000, **parameters).fit(rows)
    schedule = "cosine(1.0, n_steps=1000)"
    chains = BoltzmannMachine(learning_rate=schedule, max_iter=1000, n_chains=1000, **parameters).fit(rows)
    assert exact.score(rows) - 0.001 < chains.score(rows) <= exact.score(rows) + 1e-9
    assert -chains.history_["negative_log_likelihood"][0] < exact.score(rows) - 0.1
    machine = exact._machine()
    model_means = np.exp(log_probabilities(machine)) @ states_numbered(np.arange(16), 4)
    np.testing.assert_allclose(model_means, rows.mean(axis=0), atol=1e-4)


@pytest.mark.parametrize(("batch_size", "n_updates"), [("auto", 10), ("full", 1), (30, 4), (1000, 1)])
def test_batches_are_as_large_as_asked_for(batch_size: object, n_updates: int) -> None:
    model = BoltzmannMachine(n_hidden=1, batch_size=batch_size, max_iter=1, random_state=0).fit(LAMPS)
    assert model.history_["step"].tolist() == [n_updates]


def test_visible_biases_start_at_the_log_odds() -> None:
    rows = np.random.default_rng(0).random((200, 3)) < [0.2, 0.5, 1.0]
    model = BoltzmannMachine(n_hidden=2, learning_rate=1e-12, max_iter=1, temperature=2.0, random_state=0).fit(rows)
    shares = np.clip(rows.mean(axis=0), 0.001, 0.999)
    np.testing.assert_allclose(model.biases_[:3], 2 * np.log(shares / (1 - shares)), atol=1e-9)
    np.testing.assert_allclose(model.biases_[3:], 0.0, atol=1e-9)


@pytest.mark.parametrize("kind", ["mask", "restricted"])
def test_there_is_no_weight_where_there_is_no_connection(kind: str) -> None:
    random = np.random.default_rng(3)
    mask = np.triu(random.random((7, 7)) < 0.4, 1)
    mask |= mask.T
    model = BoltzmannMachine(
        n_hidden=3, connections=mask if kind == "mask" else kind, weight_decay=0.01, max_iter=20, random_state=0
    ).fit(LAMPS)
    expected = mask if kind == "mask" else np.arange(7)[:, np.newaxis] // 4 != np.arange(7) // 4
    np.testing.assert_array_equal(model.weights_ != 0, expected)
    np.testing.assert_array_equal(model.weights_, model.weights_.T)


def test_weight_decay_keeps_weights_small() -> None:
    sizes = [
        np.abs(BoltzmannMachine(n_hidden=0, weight_decay=decay, max_iter=100, random_state=0).fit(LAMPS).weights_).sum()
        for decay in (0.0, 0.1, 1.0)
    ]
    assert sizes[0] > 1.2 * sizes[1] > 1.2 * 1.2 * sizes[2]


def test_double_temperature_learns_the_same_with_twice_the_rate() -> None:
    """The statistics are those of w / T, which moves by eta / T times them: at T = 2 it takes twice the rate."""
    cold = BoltzmannMachine(n_hidden=3, learning_rate=0.1, max_iter=20, random_state=0).fit(LAMPS)
    warm = BoltzmannMachine(n_hidden=3, learning_rate=0.2, temperature=2.0, max_iter=20, random_state=0).fit(LAMPS)
    np.testing.assert_allclose(warm.weights_, 2 * cold.weights_, rtol=1e-9)
    np.testing.assert_allclose(warm.score_samples(LAMPS), cold.score_samples(LAMPS), rtol=1e-9)


# Going on, and the same bits.


def arrays_of(model: BoltzmannMachine) -> list[np.ndarray]:
    return [model.weights_, model.biases_, model._chains]


def assert_same(one: BoltzmannMachine, other: BoltzmannMachine) -> None:
    for a, b in zip(arrays_of(one), arrays_of(other), strict=True):
        np.testing.assert_array_equal(a, b)
    assert one._progress == other._progress


@pytest.mark.parametrize("positive_phase", ["mean_field", "sampled"])
def test_partial_fits_are_epochs(positive_phase: str) -> None:
    parameters = {"n_hidden": 3, "positive_phase": positive_phase, "learning_rate": "inverse_scaling(0.1)"}
    whole = BoltzmannMachine(max_iter=5, batch_size=30, random_state=0, **parameters).fit(LAMPS)
    steps = BoltzmannMachine(batch_size=30, random_state=0, **parameters)
    for _ in range(5):
        steps.partial_fit(LAMPS)
    assert_same(whole, steps)
    assert steps.history_["epoch"].tolist() == [1, 2, 3, 4, 5]
    assert steps.history_["step"].tolist() == [4, 8, 12, 16, 20]
    assert steps.history_["loss"].tolist() == whole.history_["loss"].tolist()
    assert steps.n_iter_ == 1


def test_a_warm_start_goes_on() -> None:
    whole = BoltzmannMachine(n_hidden=3, max_iter=6, random_state=0).fit(LAMPS)
    parts = BoltzmannMachine(n_hidden=3, max_iter=3, warm_start=True, random_state=0).fit(LAMPS).fit(LAMPS)
    assert_same(whole, parts)
    anew = BoltzmannMachine(n_hidden=3, max_iter=6, random_state=0).fit(PARITY).fit(LAMPS)
    assert_same(whole, anew)


def test_pickled_half_way_it_goes_on_the_same() -> None:
    model = BoltzmannMachine(n_hidden=3, random_state=0).partial_fit(LAMPS).partial_fit(LAMPS)
    twin = pickle.loads(pickle.dumps(model))
    assert_same(model.partial_fit(LAMPS), twin.partial_fit(LAMPS))
    other = copy.copy(model)
    kept = [array.copy() for array in arrays_of(model)]
    other.partial_fit(LAMPS)
    for a, b in zip(kept, arrays_of(model), strict=True):  # a shallow copy that learns leaves the model alone
        np.testing.assert_array_equal(a, b)


def test_one_seed_one_result_and_no_global_generator() -> None:
    state = np.random.get_state(legacy=False)["state"]["key"].copy()  # noqa: NPY002
    one, same, other = (BoltzmannMachine(n_hidden=3, max_iter=3, random_state=seed).fit(LAMPS) for seed in (0, 0, 1))
    assert_same(one, same)
    assert (one.weights_ != other.weights_).any()
    np.testing.assert_array_equal(state, np.random.get_state(legacy=False)["state"]["key"])  # noqa: NPY002


def test_the_first_weights_are_not_numbers_that_the_user_has_drawn() -> None:
    own = np.random.default_rng(0).normal(0.0, 0.1, (8, 8))
    model = BoltzmannMachine(n_hidden=4, learning_rate=1e-12, max_iter=1, random_state=0).fit(LAMPS)
    assert (
        np.abs(np.sort(np.triu(own, 1)[np.triu_indices(8, 1)]) - np.sort(model.weights_[np.triu_indices(8, 1)])).max()
        > 1e-3
    )


def test_threads_do_not_change_what_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = BoltzmannMachine(n_hidden=3, max_iter=3, positive_phase="sampled", random_state=0).fit(LAMPS)
    monkeypatch.setattr("sinapsi.own_threads.SMALLEST_STRETCH", 1)
    assert_same(alone, BoltzmannMachine(n_hidden=3, max_iter=3, positive_phase="sampled", random_state=0).fit(LAMPS))


def test_single_precision_learns_nearly_the_same() -> None:
    parameters = {"n_hidden": 3, "positive_phase": "exact", "negative_phase": "exact", "max_iter": 50}
    double = BoltzmannMachine(random_state=0, **parameters).fit(LAMPS)
    single = BoltzmannMachine(random_state=0, **parameters).fit(LAMPS.astype(np.float32))
    assert single.weights_.dtype == single.biases_.dtype == np.float32
    np.testing.assert_allclose(single.weights_, double.weights_, atol=1e-4)
    np.testing.assert_allclose(single.score_samples(LAMPS), double.score_samples(LAMPS), rtol=1e-4)
    single.partial_fit(LAMPS)
    assert single.weights_.dtype == np.float32


# How it ends.


@pytest.mark.parametrize("learning_rate", [1e4, 1e30, 1e300])
def test_an_exploding_rate_stops_with_the_last_finite_state(learning_rate: float) -> None:
    with pytest.warns(ConvergenceWarning, match=r"BoltzmannMachine: weights became .* kept\. Lower learning_rate"):
        model = BoltzmannMachine(n_hidden=3, learning_rate=learning_rate, max_iter=10, random_state=0).fit(LAMPS)
    assert model.stop_reason_.code is StopCode.DIVERGED
    assert all(np.isfinite(array).all() for array in arrays_of(model))
    assert np.isfinite(model.score(LAMPS))
    model._check_learned()


def test_a_rate_too_high_is_noticed_by_the_loss() -> None:
    with pytest.warns(ConvergenceWarning, match=r"training loss rose from .* Lower learning_rate"):
        model = BoltzmannMachine(n_hidden=0, learning_rate=200.0, batch_size="full", max_iter=5, random_state=0).fit(
            LAMPS
        )
    assert model.stop_reason_.code is StopCode.DIVERGED


def test_stopping_rules_may_watch_the_likelihood() -> None:
    parameters = {"n_hidden": 0, "negative_phase": "exact", "learning_rate": 1.0, "max_iter": 2000, "random_state": 0}
    model = BoltzmannMachine(stopping="goal(1.5, of='negative_log_likelihood')", **parameters).fit(LAMPS)
    assert model.stop_reason_.code is StopCode.GOAL
    assert model.history_["negative_log_likelihood"][-1] <= 1.5 < model.history_["negative_log_likelihood"][-2]
    assert -model.score(LAMPS) <= 1.5


def test_constant_columns_and_single_rows_are_learned() -> None:
    rows = np.column_stack([np.zeros(30), np.ones(30), np.tile([0.0, 1.0], 15)])
    model = BoltzmannMachine(n_hidden=2, max_iter=50, random_state=0).fit(rows)
    table = model.probabilities()
    assert table[0, 1].sum() > 0.98
    one = BoltzmannMachine(n_hidden=2, max_iter=50, random_state=0).fit([[1.0, 0.0, 1.0]])
    assert one.probabilities()[1, 0, 1] > 0.98
    assert numbers_of(one.sample(5).astype(np.int8)).tolist() == [5] * 5
