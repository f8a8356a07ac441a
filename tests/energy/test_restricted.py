"""The restricted Boltzmann machine as an estimator: what it dreams, fills and says, and how its fits end and go on."""

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chisquare, kstest, norm
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sinapsi import RestrictedBoltzmannMachine
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.monitor import FitMonitor
from sinapsi.stopping import StopCode
from tests.reference import energy as naive

KINDS = ("binary", "gaussian", "softmax((3, 2, 1))")
ALL_KINDS = pytest.mark.parametrize("kind", KINDS)
ALGORITHMS = pytest.mark.parametrize("algorithm", ["cd", "pcd"])


def rows_of(kind: str, n_rows: int = 120, seed: int = 0) -> np.ndarray:
    """Six columns in which two hidden causes show."""
    random = np.random.default_rng(seed)
    causes = random.integers(0, 2, (n_rows, 2))
    if kind.startswith("softmax"):
        first = np.where(causes[:, 0], random.integers(0, 2, n_rows), 2)
        return np.hstack([np.eye(3)[first], np.eye(2)[causes[:, 0]], np.ones((n_rows, 1))])
    mixed = causes @ np.array([[1, 1, 0, 0, 1, 0], [0, 0, 1, 1, 1, 0]])
    if kind == "gaussian":
        return 2.0 * mixed + random.standard_normal(mixed.shape) * [1, 0.5, 1, 2, 1, 1] + [0, 5, 0, -3, 0, 0]
    return (random.random(mixed.shape) < np.clip(0.1 + 0.8 * mixed, 0, 0.9)).astype(float)


def machine_of(kind: str, **other: Any) -> RestrictedBoltzmannMachine:
    parameters: dict[str, Any] = {
        "n_hidden": 4, "visible": kind, "max_iter": 15, "learning_rate": 0.02 if kind == "gaussian" else 0.1,
        "batch_size": 12, "random_state": 3,
    }  # fmt: skip
    return RestrictedBoltzmannMachine(**(parameters | other))


def fitted(kind: str, **other: Any) -> RestrictedBoltzmannMachine:
    return machine_of(kind, **other).fit(rows_of(kind))


def parts(model: RestrictedBoltzmannMachine) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return model.components_, model.intercept_visible_, model.intercept_hidden_


def learned(model: RestrictedBoltzmannMachine) -> dict[str, np.ndarray]:
    names = ("components_", "intercept_visible_", "intercept_hidden_", "mean_", "scale_")
    return {name: getattr(model, name) for name in names if hasattr(model, name)}


def assert_same(one: RestrictedBoltzmannMachine, other: RestrictedBoltzmannMachine) -> None:
    assert learned(one).keys() == learned(other).keys()
    for name, array in learned(one).items():
        np.testing.assert_array_equal(array, learned(other)[name], err_msg=name)


def differ(one: RestrictedBoltzmannMachine, other: RestrictedBoltzmannMachine) -> bool:
    return any((array != learned(other)[name]).any() for name, array in learned(one).items())


# Dreams.


def assert_drawn_from(samples: np.ndarray, states: np.ndarray, probabilities: np.ndarray) -> None:
    """Chi-square over the states; those expected fewer than five times are one."""
    codes = {tuple(state): place for place, state in enumerate(states)}
    counts = np.bincount([codes[tuple(row)] for row in samples], minlength=len(states))
    expected = probabilities * len(samples)
    rare = expected < 5
    counts = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    if expected[-1] < 1:
        counts, expected = counts[:-1], expected[:-1] * counts[:-1].sum() / expected[:-1].sum()
    assert chisquare(counts, expected).pvalue > 1e-3


@pytest.mark.parametrize("algorithm", ["cd", "pcd"])
@pytest.mark.parametrize("kind", ["binary", "softmax((3, 2, 1))"])
def test_examples_are_drawn_with_their_probabilities(kind: str, algorithm: str) -> None:
    model = fitted(kind, algorithm=algorithm, learning_rate=0.3)
    assert np.abs(model.components_).max() > 0.5
    states = naive.binary_states(6) if kind == "binary" else naive.one_hot_states((3, 2, 1))
    exact = np.array(naive.probabilities(*parts(model), states))
    assert_drawn_from(model.sample(4000, n_gibbs_steps=100), np.array(states), exact)
    assert_drawn_from(model.sample(4000, n_gibbs_steps=100, random_state=5), np.array(states), exact)
    uniform = np.full(len(states), 1 / len(states))
    with pytest.raises(AssertionError):  # the test can fail
        assert_drawn_from(model.sample(4000, n_gibbs_steps=100), np.array(states), uniform)


def test_real_numbers_are_drawn_with_their_density() -> None:
    rows = rows_of("gaussian")[:, 1:2]  # two hills
    model = machine_of("gaussian", n_hidden=2, max_iter=60, learning_rate=0.1).fit(rows)
    W, b, c = parts(model)
    centers, masses = [], []
    for h in naive.binary_states(2):
        center = naive.fields_of_visible(W, b, h)[0]
        centers.append(center)
        masses.append(np.exp(float(c @ h) + 0.5 * center**2))
    shares = np.array(masses) / sum(masses)

    def share_below(x: np.ndarray) -> np.ndarray:
        v = (x[:, None] - model.mean_) / model.scale_
        return norm.cdf(v - np.array(centers)) @ shares

    found = model.sample(3000, n_gibbs_steps=300)[:, 0]
    assert kstest(found, share_below).pvalue > 1e-3
    assert kstest(found + 0.1 * rows.std(), share_below).pvalue < 1e-3


@ALL_KINDS
def test_examples_drawn_look_like_data(kind: str) -> None:
    samples = fitted(kind).sample(50, n_gibbs_steps=3)
    assert samples.shape == (50, 6)
    assert samples.dtype == np.float64
    if kind == "gaussian":
        assert len(np.unique(samples)) == 300
    else:
        assert set(np.unique(samples)) == {0.0, 1.0}
    if kind.startswith("softmax"):
        for group in (slice(0, 3), slice(3, 5), slice(5, 6)):
            np.testing.assert_array_equal(samples[:, group].sum(axis=1), 1)


@pytest.mark.parametrize("algorithm", ["cd", "pcd"])
def test_chains_of_dreams_begin_where_those_of_learning_ended(algorithm: str) -> None:
    """Columns that no step changes tell where a chain began."""
    rows = np.zeros((40, 2))
    rows[:10] = 1
    model = machine_of("binary", n_hidden=1, algorithm=algorithm, max_iter=1, batch_size=40, learning_rate=1e-9).fit(
        rows
    )
    model.components_[...] = 60
    model.intercept_visible_[...] = -30
    model.intercept_hidden_[...] = -60
    ends = model._memory["chains"]
    found = model.sample(100, n_gibbs_steps=1)
    np.testing.assert_array_equal(found[ends.sum(axis=1)[np.arange(100) % 40] == 2], 1)
    np.testing.assert_array_equal(found[ends.sum(axis=1)[np.arange(100) % 40] == 0], 0)


# Gaps.


def gaps_in(row: np.ndarray, unknown: list[int]) -> np.ndarray:
    row = row.copy()
    row[unknown] = np.nan
    return row


@pytest.mark.parametrize("unknown", [[1], [1, 3], [0, 2, 4, 5]])
def test_gaps_are_filled_with_their_conditional_probabilities(unknown: list[int]) -> None:
    model = fitted("binary", learning_rate=0.3, max_iter=30)
    row = gaps_in(rows_of("binary")[7], unknown)
    states = np.array(naive.binary_states(6))
    fit_what_is_known = (np.nan_to_num(states) == np.where(np.isnan(row), states, row)).all(axis=1)
    probabilities = np.array(naive.probabilities(*parts(model), list(states))) * fit_what_is_known
    exact = probabilities @ states / probabilities.sum()
    many = model.complete(np.tile(row, (400, 1)), n_gibbs_steps=100)
    np.testing.assert_array_equal(many[:, ~np.isnan(row)], np.tile(row[~np.isnan(row)], (400, 1)))
    spread = many[:, unknown].std(axis=0) / 20
    assert (np.abs(many[:, unknown].mean(axis=0) - exact[unknown]) < 4 * spread + 1e-12).all()
    assert (spread < 0.02).all()
    assert (
        np.abs(exact[unknown] - np.array(naive.probabilities(*parts(model), list(states))) @ states[:, unknown]).max()
        > 0.1
    )


def test_gaps_of_real_numbers_are_filled_with_conditional_means() -> None:
    model = fitted("gaussian", learning_rate=0.05, max_iter=60)
    W, b, c = parts(model)
    row, unknown = rows_of("gaussian")[3], [1, 3]
    known = [0, 2, 4, 5]
    v = (row - model.mean_) / model.scale_
    logs, centers = [], []
    for h in naive.binary_states(4):
        center = np.array(naive.fields_of_visible(W, b, h))
        f = center - b
        logs.append(float(c @ h + f[known] @ v[known] + (0.5 * f[unknown] ** 2 + f[unknown] * b[unknown]).sum()))
        centers.append(center[unknown])
    shares = np.exp(np.array(logs) - naive.log_of_sum(logs))
    exact = (shares @ np.array(centers)) * model.scale_[unknown] + model.mean_[unknown]
    many = model.complete(np.tile(gaps_in(row, unknown), (400, 1)), n_gibbs_steps=100)
    spread = many[:, unknown].std(axis=0) / 20
    assert (np.abs(many[:, unknown].mean(axis=0) - exact) < 4 * spread).all()
    assert (spread < 0.1 * model.scale_[unknown]).all()
    np.testing.assert_array_equal(many[:, known], np.tile(row[known], (400, 1)))  # to the last bit


def conditional_of_categories(model: RestrictedBoltzmannMachine, row: np.ndarray) -> np.ndarray:
    states = np.array(naive.one_hot_states((3, 2, 1)))
    fit_what_is_known = (states == np.where(np.isnan(row), states, row)).all(axis=1)
    probabilities = np.array(naive.probabilities(*parts(model), list(states))) * fit_what_is_known
    mean: np.ndarray = probabilities @ states / probabilities.sum()
    return mean


def assert_categories_completed(model: RestrictedBoltzmannMachine, row: np.ndarray) -> None:
    exact = conditional_of_categories(model, row)
    many = model.complete(np.tile(row, (400, 1)), n_gibbs_steps=100)
    spread = many.std(axis=0) / 20
    assert (np.abs(many.mean(axis=0) - exact) < 4 * spread + 1e-9).all()


def test_gaps_of_whole_categories_are_filled_with_their_probabilities() -> None:
    model = fitted(KINDS[2], learning_rate=0.3, max_iter=40)
    nan = np.nan
    for row in ([nan, nan, nan, 1, 0, 1], [nan, nan, nan, 0, 1, 1], [0, 1, 0, nan, nan, 1]):
        assert_categories_completed(model, np.array(row))


@pytest.mark.parametrize("row", [[1, np.nan, np.nan, 0, 1, 1], [0, np.nan, np.nan, 0, 1, 1], [0, 0, np.nan, 0, 1, 1]])
def test_what_is_known_of_a_category_binds_the_rest_of_it(row: list[float]) -> None:
    assert_categories_completed(fitted(KINDS[2], learning_rate=0.3, max_iter=40), np.array(row, dtype=float))


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind) if kind != "gaussian" else kind for kind in KINDS],
)
def test_rows_of_which_nothing_is_known_get_what_is_expected_of_all(kind: str) -> None:
    model = fitted(kind)
    filled = model.complete(np.full((200, 6), np.nan), n_gibbs_steps=60)
    expected = model.sample(4000, n_gibbs_steps=60).mean(axis=0)
    np.testing.assert_allclose(filled.mean(axis=0), expected, atol=0.15 if kind == "gaussian" else 0.05)


@pytest.mark.parametrize("n_gibbs_steps", [1, 2, 3, 8])
@ALL_KINDS
def test_gaps_are_filled_with_means_not_with_draws(kind: str, n_gibbs_steps: int) -> None:
    """Without weights there is one mean, whatever is drawn."""
    rows = rows_of(kind)
    model = machine_of(kind, max_iter=0).fit(rows)
    model.components_[...] = 0
    gaps = rows[:4].copy()
    gaps[:, :3] = np.nan
    wanted = np.tile(rows.mean(axis=0), (4, 1))
    wanted[:, 3:] = rows[:4, 3:]
    np.testing.assert_allclose(model.complete(gaps, n_gibbs_steps=n_gibbs_steps), wanted, rtol=1e-12)


@ALL_KINDS
def test_a_row_without_gaps_is_complete(kind: str) -> None:
    rows = rows_of(kind)[:5]
    np.testing.assert_array_equal(fitted(kind).complete(rows), rows)


# What is said of examples.


@ALL_KINDS
def test_hidden_probabilities_and_reconstructions_are_those_of_plain_loops(kind: str) -> None:
    model, rows = fitted(kind), rows_of(kind)[:9]
    states = (rows - model.mean_) / model.scale_ if kind == "gaussian" else rows
    W, b, c = parts(model)
    hidden = np.array([[naive.logistic(x) for x in naive.fields_of_hidden(W, c, v)] for v in states])
    np.testing.assert_allclose(model.transform(rows), hidden, rtol=1e-12)
    fields = np.array([naive.fields_of_visible(W, b, h) for h in hidden])
    if kind == "gaussian":
        wanted = fields * model.scale_ + model.mean_
    elif kind == "binary":
        wanted = np.array([[naive.logistic(x) for x in row] for row in fields])
    else:
        wanted = np.exp(fields)
        for group in (slice(0, 3), slice(3, 5), slice(5, 6)):
            wanted[:, group] /= wanted[:, group].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.reconstruct(rows), wanted, rtol=1e-11)


@pytest.mark.parametrize("kind", ["binary", "gaussian"])
def test_rectified_units_have_activities_and_no_likelihood(kind: str) -> None:
    model, rows = fitted(kind, hidden="rectified", learning_rate=0.01), rows_of(kind)
    states = (rows - model.mean_) / model.scale_ if kind == "gaussian" else rows
    fields = states @ model.components_.T + model.intercept_hidden_
    np.testing.assert_allclose(model.transform(rows), np.maximum(fields, 0), rtol=1e-9, atol=1e-12)
    assert model.transform(rows).max() > 0
    for question in ("score_samples", "free_energy", "log_partition"):
        assert not hasattr(model, question)
        assert hasattr(machine_of(kind), question)
    error = ((rows - model.reconstruct(rows)) ** 2).sum(axis=1).mean()
    assert model.score(rows) == pytest.approx(-error, rel=1e-12)
    assert model.sample(3).shape == (3, 6)
    assert "free_energy" not in model.history_


# Learning.


@ALL_KINDS
@ALGORITHMS
def test_learning_makes_the_data_likelier(kind: str, algorithm: str) -> None:
    """With a rate that falls: at a constant one, persistent chains swing around the optimum (Fischer and Igel 2010)."""
    rows, other = rows_of(kind, 400), rows_of(kind, 400, seed=1)
    parameters: dict[str, Any] = {
        "algorithm": algorithm,
        "n_gibbs_steps": 5,
        "batch_size": 40,
        "learning_rate": "cosine(0.4, n_steps=600)",
    }
    if kind == "gaussian":
        parameters["learning_rate"] = "cosine(0.1, n_steps=600)"
    start = machine_of(kind, max_iter=0).fit(rows).score(other)
    model = machine_of(kind, max_iter=60, **parameters).fit(rows)
    assert model.score(other) > start + 0.4


def test_a_fresh_machine_knows_the_means_of_the_data_only() -> None:
    rows = rows_of("binary", 400)
    model = machine_of("binary", max_iter=0).fit(rows)
    assert np.abs(model.components_).max() < 0.05
    assert 0.005 < model.components_.std() < 0.015
    np.testing.assert_array_equal(model.intercept_hidden_, 0)
    means = rows.mean(axis=0)
    np.testing.assert_allclose(model.intercept_visible_, np.log(means / (1 - means)))
    apart = (rows * np.log(means) + (1 - rows) * np.log(1 - means)).sum(axis=1)
    np.testing.assert_allclose(model.score_samples(rows), apart, atol=0.1)
    assert model.n_iter_ == 0
    assert model.stop_reason_.code is StopCode.MAX_ITER


@pytest.mark.parametrize(
    ("rows", "visible"),
    [
        (np.array([[0, 1], [1, 0]]), "binary"),
        (np.array([[0.2, 1.0], [0.7, 0.0]]), "binary"),
        (np.array([[True, False], [False, True]]), "binary"),
        (np.array([[0, 1.01], [1, 0]]), "gaussian"),
        (np.array([[-0.01, 1], [1, 0]]), "gaussian"),
        (np.array([[0, 255], [17, 3]]), "gaussian"),
    ],
)
def test_the_kind_of_units_follows_the_range_of_the_data(rows: np.ndarray, visible: str) -> None:
    model = machine_of("auto", max_iter=1).fit(rows)
    assert model.visible_ == visible
    assert hasattr(model, "scale_") == (visible == "gaussian")


def test_another_kind_of_data_leaves_no_trace_of_the_first() -> None:
    model = machine_of("auto").fit(rows_of("gaussian"))
    model.fit(rows_of("binary"))
    assert_same(model, machine_of("auto").fit(rows_of("binary")))


@ALL_KINDS
def test_data_are_kept_as_they_are_and_y_is_not_looked_at(kind: str) -> None:
    rows = rows_of(kind)
    before = rows.copy()
    rows.flags.writeable = False
    model = machine_of(kind).fit(rows, y=object())
    model.partial_fit(rows, y="nothing")
    for question in (model.transform, model.reconstruct, model.complete, model.score_samples, model.free_energy):
        question(rows)
    np.testing.assert_array_equal(rows, before)
    frame = pd.DataFrame(before, columns=list("abcdef"))
    for same in (before.tolist(), np.asfortranarray(before), np.repeat(before, 2, axis=1)[:, ::2], frame):
        assert_same(machine_of(kind).fit(same).partial_fit(same), model)


@ALL_KINDS
@ALGORITHMS
def test_one_seed_is_one_machine(kind: str, algorithm: str) -> None:
    model = fitted(kind, algorithm=algorithm)
    assert_same(fitted(kind, algorithm=algorithm), model)
    assert differ(fitted(kind, algorithm=algorithm, random_state=4), model)
    assert_same(
        fitted(kind, random_state=np.random.default_rng(8)), fitted(kind, random_state=np.random.default_rng(8))
    )
    legacy = [np.random.RandomState(8) for _ in range(2)]
    assert_same(*(fitted(kind, random_state=state) for state in legacy))
    assert differ(fitted(kind, random_state=legacy[0]), fitted(kind, random_state=legacy[0]))  # it moves on


def test_global_generators_are_not_touched() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    model = fitted("binary", random_state=None)
    model.sample(3)
    model.complete([[np.nan, 1, 0, 0, 1, 1]])
    assert differ(model, fitted("binary", random_state=None))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_questions_change_nothing_and_have_one_answer() -> None:
    model = fitted("binary", algorithm="pcd")
    other = copy.deepcopy(model)
    first = model.sample(5)
    np.testing.assert_array_equal(model.sample(5), first)
    assert (model.sample(5, random_state=1) != first).any()
    np.testing.assert_array_equal(model.sample(5, random_state=1), other.sample(5, random_state=1))
    generator = np.random.default_rng(0)
    assert (model.sample(9, random_state=generator) != model.sample(9, random_state=generator)).any()
    gaps = np.where(rows_of("binary")[:5] > 0.5, np.nan, 0.0)
    np.testing.assert_array_equal(model.complete(gaps), other.complete(gaps))
    model.score(rows_of("binary"))
    model.partial_fit(rows_of("binary"))  # went on as if it had not been asked
    assert_same(model, other.partial_fit(rows_of("binary")))


@ALL_KINDS
@ALGORITHMS
@pytest.mark.parametrize(
    "more", [{}, {"sparsity": 0.2, "centered": False, "n_gibbs_steps": 2, "momentum": 0.9}], ids=str
)
def test_a_warm_start_goes_on_as_one_fit_would(kind: str, algorithm: str, more: dict[str, Any]) -> None:
    long = fitted(kind, algorithm=algorithm, max_iter=8, learning_rate="inverse_scaling(0.1)", **more)
    short = fitted(kind, algorithm=algorithm, max_iter=4, learning_rate="inverse_scaling(0.1)", warm_start=True, **more)
    short.fit(rows_of(kind))
    assert_same(short, long)
    assert short.n_iter_ == 4
    for column in ("epoch", "step", "loss", "free_energy", "learning_rate"):
        np.testing.assert_array_equal(short.history_[column], long.history_[column], err_msg=column)
    np.testing.assert_array_equal(short.sample(4), long.sample(4))


def test_a_warm_start_of_many_examples_goes_on_as_one_fit_would() -> None:
    rows = rows_of("binary", 1001)
    long = machine_of("binary", max_iter=4).fit(rows)
    short = machine_of("binary", max_iter=2, warm_start=True).fit(rows).fit(rows)
    assert_same(short, long)


def test_without_a_warm_start_a_fit_begins_anew() -> None:
    model = fitted("binary")
    assert_same(model.fit(rows_of("binary")), fitted("binary"))
    assert model.history_.n_epochs == 15


@ALL_KINDS
@ALGORITHMS
def test_a_pickled_machine_goes_on_the_same(kind: str, algorithm: str) -> None:
    model = machine_of(kind, algorithm=algorithm, sparsity=0.1)
    for start in (0, 30):
        model.partial_fit(rows_of(kind)[start : start + 30])
    others = [pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    model.score(rows_of(kind))
    for each in (model, *others):
        for start in (60, 90):
            each.partial_fit(rows_of(kind)[start : start + 30])
    for other in others:
        assert_same(other, model)
        assert other.score(rows_of(kind)) == model.score(rows_of(kind))
        np.testing.assert_array_equal(other.sample(3), model.sample(3))


def test_partial_fit_sets_up_and_goes_once_through_the_rows() -> None:
    rows = rows_of("binary")
    model = machine_of("binary", batch_size=50).partial_fit(rows)
    assert_same(machine_of("binary", batch_size=50, max_iter=0).fit(rows).partial_fit(rows), model)
    assert (model.history_["epoch"][-1], model.history_["step"][-1], model.n_iter_) == (1, 3, 1)
    assert_same(machine_of("binary", batch_size=50, max_iter=1).fit(rows), model)
    assert model.partial_fit(rows).history_["epoch"].tolist() == [1, 2]
    assert model.history_["step"].tolist() == [3, 6]


def test_batches_make_a_hundred_steps_with_ten_to_a_hundred_examples() -> None:
    for n_rows, n_steps in ((5, 1), (50, 5), (400, 40), (1500, 100), (20_000, 200)):
        model = machine_of("binary", n_hidden=1, max_iter=1, batch_size="auto").fit(rows_of("binary", n_rows))
        assert model.history_["step"].tolist() == [n_steps], n_rows
    assert machine_of("binary", max_iter=1, batch_size=1000).fit(rows_of("binary")).history_["step"].tolist() == [1]


@ALL_KINDS
def test_float32_stays_float32_and_agrees(kind: str) -> None:
    rows = rows_of(kind)
    single = machine_of(kind).fit(rows.astype(np.float32))
    for name, array in learned(single).items():
        assert array.dtype == np.float32, name
    for name, array in single._memory.items():
        assert array.dtype in (np.float32, np.uint64, np.int64), name
    model = fitted(kind)
    for name, array in learned(model).items():  # the same weights in half the digits
        setattr(single, name, array.astype(np.float32))
    for asked in (rows, rows.astype(np.float32)):
        for question in ("transform", "reconstruct"):
            answer = getattr(single, question)(asked)
            assert answer.dtype == np.float32
            np.testing.assert_allclose(answer, getattr(model, question)(asked), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(single.score_samples(asked), model.score_samples(asked), rtol=1e-4)
        np.testing.assert_allclose(single.free_energy(asked), model.free_energy(asked), rtol=1e-4, atol=1e-4)
        assert single.complete(asked).dtype == np.float32
    assert single.sample(2).dtype == np.float32


# Its course and its end.


@ALL_KINDS
def test_history_says_what_the_machine_was(kind: str) -> None:
    rows, other = rows_of(kind), rows_of(kind, 50, seed=1)
    model = machine_of(kind, stopping="time_limit(1000)", learning_rate="inverse_scaling(0.1, power=0.5)")
    model.fit(rows, X_val=other)
    last = {name: column[-1] for name, column in model.history_.items()}

    def error(asked: np.ndarray) -> float:
        return float(((asked - model.reconstruct(asked)) ** 2).sum(axis=1).mean())

    assert last["loss"] == pytest.approx(error(rows), rel=1e-12)
    assert last["validation_loss"] == pytest.approx(error(other), rel=1e-12)
    assert last["free_energy"] == pytest.approx(model.free_energy(rows).mean(), rel=1e-12)
    gap = model.free_energy(other).mean() - model.free_energy(rows).mean()
    assert last["free_energy_gap"] == pytest.approx(gap, rel=1e-9)
    assert last["free_energy_gap"] == pytest.approx(model.score(rows) - model.score(other), rel=1e-9)
    assert (last["epoch"], last["step"], model.n_iter_) == (15, 15 * 10, 15)
    assert last["learning_rate"] == pytest.approx(0.1 / (1 + 149) ** 0.5, rel=0.01)


def test_an_error_is_not_called_a_score() -> None:
    """history.py: ``validation_score`` is the estimator's own score; a likelihood would take too long to watch."""
    model = machine_of("binary", validation_fraction=0.2).fit(rows_of("binary"))
    assert "validation_score" not in model.history_
    assert "validation_loss" in model.history_


@pytest.mark.parametrize(("kind", "rate"), [("binary", 0.05), (KINDS[2], 0.05), ("gaussian", 0.1 / 6)])
def test_the_rate_left_to_the_machine_suits_its_units(kind: str, rate: float) -> None:
    model = machine_of(kind, learning_rate="auto").fit(rows_of(kind))
    np.testing.assert_allclose(model.history_["learning_rate"], rate)
    assert_same(model, machine_of(kind, learning_rate=rate).fit(rows_of(kind)))
    assert model.stop_reason_.code is StopCode.MAX_ITER
    if kind == "gaussian":  # never above that of other units
        few = machine_of(kind, learning_rate="auto", max_iter=1).fit(rows_of(kind)[:, :2])
        assert few.history_["learning_rate"][-1] == pytest.approx(0.05)


def test_the_free_energy_gap_shows_over_fitting() -> None:
    random = np.random.default_rng(0)
    rows, other = (random.integers(0, 2, (40, 20)).astype(float) for _ in range(2))  # there is nothing to be learned
    model = RestrictedBoltzmannMachine(
        n_hidden=30, max_iter=300, learning_rate=0.2, stopping="time_limit(1000)", random_state=0
    ).fit(rows, X_val=other)
    gap = model.history_["free_energy_gap"]
    assert abs(gap[0]) < 1
    assert gap[-1] > 5


def test_patience_keeps_the_best_machine() -> None:
    random = np.random.default_rng(0)
    rows, other = (random.integers(0, 2, (40, 20)).astype(float) for _ in range(2))
    model = RestrictedBoltzmannMachine(n_hidden=30, max_iter=500, learning_rate=0.2, random_state=0)
    model.fit(rows, X_val=other)
    assert model.stop_reason_.code is StopCode.PATIENCE
    best = model.history_["validation_loss"].min()
    assert ((other - model.reconstruct(other)) ** 2).sum(axis=1).mean() == pytest.approx(best, rel=1e-12)
    assert model.sample(2).shape == (2, 20)
    model.set_params(warm_start=True, max_iter=1).fit(rows, X_val=other)  # and goes on from there


def test_a_share_is_held_out_and_not_learned() -> None:
    rows = rows_of("binary")
    model = machine_of("binary", validation_fraction=0.25, stopping="time_limit(100)").fit(rows)
    assert {"validation_loss", "free_energy_gap"} <= set(model.history_)
    assert model.history_["step"][0] == 8  # of 90 rows
    assert_same(machine_of("binary", validation_fraction=0.25, stopping="time_limit(100)").fit(rows), model)


@pytest.mark.parametrize(
    ("stopping", "code"),
    [
        ("tolerance(0.05, n_epochs=3)", StopCode.TOLERANCE),
        ("tolerance(1.0, n_epochs=3, of='free_energy_gap')", StopCode.TOLERANCE),
        ("goal(1000)", StopCode.GOAL),
        ("time_limit(1e-9)", StopCode.TIME_LIMIT),
        (None, StopCode.MAX_ITER),
    ],
)
def test_stopping_rules_stop(stopping: str | None, code: StopCode) -> None:
    validation = {"X_val": rows_of("binary", 30, seed=2)} if stopping else {}
    model = machine_of("binary", max_iter=30, stopping=stopping).fit(rows_of("binary"), **validation)
    assert model.stop_reason_.code is code
    assert (model.n_iter_ < 30) == (stopping is not None)


@pytest.mark.parametrize(("hidden", "column"), [("rectified", "free_energy_gap"), ("binary", "validation_score")])
def test_what_is_not_noted_cannot_be_watched(hidden: str, column: str) -> None:
    model = machine_of("binary", hidden=hidden, stopping=f"tolerance(1.0, of='{column}')")
    with pytest.raises(InvalidParameterError, match="which its history does not note"):
        model.fit(rows_of("binary"), X_val=rows_of("binary"))


@ALL_KINDS
def test_ctrl_c_keeps_the_last_whole_epoch(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    two_epochs = fitted(kind, algorithm="pcd", max_iter=2)
    record, n_calls = FitMonitor.record, 0

    def record_or_interrupt(self: FitMonitor, **columns: Any) -> bool:
        nonlocal n_calls
        n_calls += 1
        if n_calls == 3:
            raise KeyboardInterrupt
        return record(self, **columns)

    monkeypatch.setattr(FitMonitor, "record", record_or_interrupt)
    with pytest.warns(ConvergenceWarning, match=r"interrupted in epoch 3; the weights of epoch 2 were kept"):
        model = fitted(kind, algorithm="pcd")
    assert_same(model, two_epochs)
    assert model.stop_reason_.code is StopCode.INTERRUPTED
    assert np.isfinite(model.score(rows_of(kind)))
    assert np.isfinite(model.sample(3)).all()
    assert np.isfinite(learned(model.partial_fit(rows_of(kind)))["components_"]).all()


@ALGORITHMS
@pytest.mark.parametrize("hidden", ["binary", "rectified"])
@pytest.mark.parametrize("rate", [1e6, 1e30, 1e300])
@ALL_KINDS
def test_a_fit_that_explodes_ends_with_a_machine_that_works(
    kind: str, rate: float, hidden: str, algorithm: str
) -> None:
    model = machine_of(kind, learning_rate=rate, hidden=hidden, algorithm=algorithm, max_iter=5)
    with pytest.warns(ConvergenceWarning, match=r"^RestrictedBoltzmannMachine: .*kept\. Lower learning_rate"):
        model.fit(rows_of(kind))
    assert model.stop_reason_.code is StopCode.DIVERGED
    for array in learned(model).values():
        assert np.isfinite(array).all()
        assert np.abs(array).max() < 100
    assert np.isfinite(model.score(rows_of(kind)))
    assert np.isfinite(model.sample(3)).all()
    model.set_params(learning_rate=1e-3, warm_start=True).fit(rows_of(kind))
    assert model.stop_reason_.code is StopCode.MAX_ITER


@pytest.mark.parametrize("rate", [5.0, 10.0, 100.0])
def test_an_explosion_of_real_numbers_is_noticed(rate: float) -> None:
    with pytest.warns(ConvergenceWarning, match="Lower learning_rate"):
        model = fitted("gaussian", learning_rate=rate)
    assert model.stop_reason_.code is StopCode.DIVERGED


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("rate", [20.0, 100.0])
def test_an_explosion_of_binary_units_is_noticed(rate: float) -> None:
    rows = rows_of("binary", 400)
    model = machine_of("binary", learning_rate=rate, max_iter=30).fit(rows)
    assert model.history_["loss"][-1] > rows.var(axis=0).sum()  # the mean would be a better answer
    assert model.stop_reason_.code is StopCode.DIVERGED


@pytest.mark.parametrize(
    ("read", "parameters"), [(load_breast_cancer, {"hidden": "rectified"}), (load_iris, {"algorithm": "pcd"})]
)
def test_the_rate_left_to_the_machine_does_not_explode(read: Any, parameters: dict[str, str]) -> None:
    model = RestrictedBoltzmannMachine(n_hidden=32, random_state=0, **parameters).fit(read().data)
    assert model.stop_reason_.code is StopCode.MAX_ITER


# In company.


def test_names_and_outputs() -> None:
    frame = pd.DataFrame(rows_of("binary"), columns=list("abcdef"))
    model = machine_of("binary").fit(frame)
    assert model.feature_names_in_.tolist() == list("abcdef")
    names = [f"restrictedboltzmannmachine{j}" for j in range(4)]
    assert model.get_feature_names_out().tolist() == names
    table = model.set_output(transform="pandas").transform(frame)
    assert table.columns.tolist() == names
    np.testing.assert_array_equal(table.to_numpy(), fitted("binary").transform(rows_of("binary")))


def test_features_for_a_classifier_and_choices_by_likelihood() -> None:
    random = np.random.default_rng(0)
    causes = random.integers(0, 2, (300, 2))
    rows = np.repeat(causes, 6, axis=1)
    rows = np.abs(rows - (random.random(rows.shape) < 0.15))
    answers = causes[:, 0] ^ causes[:, 1]  # no linear function of the rows
    pipeline = make_pipeline(
        RestrictedBoltzmannMachine(n_hidden=20, max_iter=60, learning_rate=0.2, random_state=0),
        LogisticRegression(C=100, max_iter=1000),
    )
    assert pipeline.fit(rows, answers).score(rows, answers) > 0.8
    assert LogisticRegression().fit(rows, answers).score(rows, answers) < 0.7
    search = GridSearchCV(
        RestrictedBoltzmannMachine(max_iter=30, learning_rate=0.2, random_state=0), {"n_hidden": [1, 6]}, cv=3
    ).fit(rows)
    assert search.best_params_ == {"n_hidden": 6}
    assert_same(clone(search.best_estimator_).fit(rows), search.best_estimator_)


@pytest.mark.parametrize("learn", ["fit", "partial_fit"])
@ALL_KINDS
def test_a_failure_in_the_midst_of_learning_leaves_no_trace(
    kind: str, learn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = fitted(kind, algorithm="pcd", warm_start=True)
    other = copy.deepcopy(model)
    with monkeypatch.context() as patch:
        patch.setattr(FitMonitor, "record", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            getattr(model, learn)(rows_of(kind))
    assert_same(model, other)
    np.testing.assert_array_equal(model.sample(4), other.sample(4))
    assert model.history_.n_epochs == other.history_.n_epochs
    assert_same(getattr(model, learn)(rows_of(kind)), getattr(other, learn)(rows_of(kind)))


def test_a_failing_fit_leaves_the_machine_as_it_was() -> None:
    model = fitted("gaussian", algorithm="pcd", warm_start=True)
    other = copy.deepcopy(model)
    rows = rows_of("gaussian")
    for call in (
        lambda: model.fit(rows, X_val=rows[:, :3]),
        lambda: model.fit(np.full((3, 6), np.nan)),
        lambda: model.partial_fit(rows[:, :3]),
        lambda: model.set_params(warm_start=False).fit(rows[:0]),
        lambda: model.fit(rows, X_val=np.full((3, 6), np.inf)),
        lambda: model.set_params(visible="binary").fit(rows),
    ):
        with pytest.raises(InvalidInputError):
            call()
        assert_same(model, other)
    model.set_params(**other.get_params())
    np.testing.assert_array_equal(model.sample(4), other.sample(4))
    assert_same(model.fit(rows), other.fit(rows))
