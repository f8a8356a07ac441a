"""What is wrong or odd: every refusal names the expectation, the fact and the way out, and nothing else is refused."""

import copy
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError

from sinapsi import RestrictedBoltzmannMachine
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.stopping import StopCode

random = np.random.default_rng(0)
BINARY = random.integers(0, 2, (40, 6)).astype(float)
REAL = random.standard_normal((40, 6)) * 3 + 1
ONE_HOT = np.hstack([np.eye(3)[random.integers(0, 3, 40)], np.eye(2)[random.integers(0, 2, 40)], np.ones((40, 1))])
GROUPS = "softmax((3, 2, 1))"
DATA = {"binary": BINARY, "gaussian": REAL, GROUPS: ONE_HOT}


def machine(**parameters: Any) -> RestrictedBoltzmannMachine:
    return RestrictedBoltzmannMachine(**({"n_hidden": 3, "max_iter": 2, "random_state": 0} | parameters))


def refused(error: type[Exception], *sentences: str) -> Any:
    return pytest.raises(error, match="(?s)" + ".*".join(re.escape(sentence) for sentence in sentences))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("n_hidden", 0, "an integer of at least 1"),
        ("n_hidden", 2.0, "an integer of at least 1"),
        ("n_hidden", True, "an integer of at least 1"),
        ("visible", "bernoulli", "Expected one of binary, gaussian, softmax"),
        ("visible", "softmax(0)", "at least 1"),
        ("visible", 3, "a kind of visible units"),
        ("hidden", "gaussian", "one of 'binary', 'rectified'"),
        ("hidden", "softmax", "one of 'binary', 'rectified'"),
        ("algorithm", "ml", "one of 'cd', 'pcd'"),
        ("n_gibbs_steps", 0, "an integer of at least 1"),
        ("centered", 1, "True or False"),
        ("learning_rate", 0.0, "range (0, inf)"),
        ("learning_rate", -0.1, "range (0, inf)"),
        ("learning_rate", np.nan, "range (0, inf)"),
        ("learning_rate", "fast", "fast"),
        ("momentum", 1.0, "range [0, 1)"),
        ("momentum", -0.1, "range [0, 1)"),
        ("weight_decay", -1e-9, "range [0, inf)"),
        ("weight_decay", np.inf, "range [0, inf)"),
        ("sparsity", 0.0, "range (0, 1) or a pair (target, cost)"),
        ("sparsity", 1.0, "range (0, 1) or a pair (target, cost)"),
        ("sparsity", (0.1, -1.0), "range (0, 1) or a pair (target, cost)"),
        ("sparsity", (1.1, 1.0), "range (0, 1) or a pair (target, cost)"),
        ("sparsity", (0.1, 1.0, 2.0), "range (0, 1) or a pair (target, cost)"),
        ("sparsity", np.nan, "range (0, 1) or a pair (target, cost)"),
        ("batch_size", 0, "an integer of at least 1"),
        ("batch_size", "full", "'auto'"),
        ("max_iter", -1, "an integer of at least 0"),
        ("stopping", "soon", "soon"),
        ("stopping", "patience(3)", "no validation data"),
        ("stopping", "tolerance(of='free_energy_gap')", "which its history does not note"),
        ("validation_fraction", 1.0, "range [0, 1)"),
        ("warm_start", "yes", "True or False"),
        ("random_state", -1, "an integer of at least 0"),
    ],
)
def test_parameters_out_of_range_are_named(name: str, value: object, said: str) -> None:
    for learn in ("fit", "partial_fit"):
        if name == "stopping" and learn == "partial_fit" and value != "soon":
            continue  # one pass has no use for rules
        with refused(InvalidParameterError, f"'{name}' parameter of RestrictedBoltzmannMachine", said):
            getattr(machine(**{name: value}), learn)(BINARY)


def test_parameters_at_the_edge_of_their_range_are_taken() -> None:
    for parameters in (
        {"n_hidden": 1, "momentum": 0.0, "weight_decay": 0.0, "sparsity": (0.5, 0.0), "batch_size": 1},
        {"n_hidden": np.int64(2), "max_iter": np.int32(1), "learning_rate": np.float32(0.1), "batch_size": 10**9},
        {"sparsity": 0.999, "validation_fraction": 0.03, "visible": "softmax(1)", "n_gibbs_steps": 7},
    ):
        data = np.ones((40, 6)) if parameters.get("visible") else BINARY
        assert np.isfinite(machine(**parameters).fit(data).components_).all()


# Values that units cannot have.


@pytest.mark.parametrize(
    ("rows", "fact", "way_out"),
    [
        (255 * BINARY, "Got values from 0 to 255", "divide X by 255"),
        (2 * BINARY - 1, "Got values from -1 to 1", "MinMaxScaler"),
        (BINARY + 1e-3, "to 1.001", "divide X by 1.001"),
        (BINARY - 1e-3, "Got values from -0.001", "rescale it"),
    ],
)
@pytest.mark.parametrize("kind", ["binary", GROUPS])
def test_values_outside_of_0_to_1_are_refused_where_they_come_from(
    kind: str, rows: np.ndarray, fact: str, way_out: str
) -> None:
    said = f"{'Binary' if kind == 'binary' else 'Softmax'} visible units take values from 0 to 1.", fact, way_out
    with refused(InvalidInputError, *said, "visible='gaussian'"):
        machine(visible=kind).fit(rows)
    with refused(InvalidInputError, *said):
        machine(visible=kind).partial_fit(rows)
    model = machine(visible=kind).fit(DATA[kind])
    for question in ("transform", "reconstruct", "complete", "score", "score_samples", "free_energy", "partial_fit"):
        with refused(InvalidInputError, *said):
            getattr(model, question)(rows)
    with refused(InvalidInputError, "In the validation data (X_val): ", *said):
        machine(visible=kind).fit(DATA[kind], X_val=rows)
    with refused(InvalidInputError, *said):
        model.set_params(warm_start=True).fit(rows)


def test_rows_of_a_category_must_sum_to_1() -> None:
    wrong = ONE_HOT.copy()
    wrong[7, 4] = 1 - wrong[7, 4]
    said = "Columns 3 to 4 are one softmax unit, so each row must sum to 1 there. Row 7 sums to", "OneHotEncoder"
    with refused(InvalidInputError, *said):
        machine(visible=GROUPS).fit(wrong)
    model = machine(visible=GROUPS).fit(ONE_HOT)
    with refused(InvalidInputError, *said):
        model.transform(wrong)
    shares = 0.9 * ONE_HOT + 0.1 * np.array([1 / 3, 1 / 3, 1 / 3, 0.5, 0.5, 1])
    assert np.isfinite(machine(visible=GROUPS).fit(shares).components_).all()  # probabilities are data
    with refused(InvalidInputError, "Columns 0 to 5 are one softmax unit", "visible='softmax((3, 2))'"):
        machine(visible="softmax").fit(ONE_HOT)


@pytest.mark.parametrize(
    ("form", "fact"), [("softmax(4)", "multiples of 4"), ("softmax((3, 2))", "5"), ("softmax((3, 3, 1))", "7")]
)
def test_groups_that_do_not_fit_the_columns_are_refused(form: str, fact: str) -> None:
    with refused(InvalidParameterError, "must be as many columns as X has, 6.", fact):
        machine(visible=form).fit(ONE_HOT)


@pytest.mark.parametrize("kind", DATA)
def test_what_is_not_known_is_for_complete_only(kind: str) -> None:
    gaps = DATA[kind].copy()
    gaps[2, 3:5] = np.nan
    model = machine(visible=kind).fit(DATA[kind])
    for call in (machine(visible=kind).fit, machine(visible=kind).partial_fit, model.partial_fit):
        with refused(InvalidInputError, "Input X contains NaN", "SimpleImputer"):
            call(gaps)
    for question in ("transform", "reconstruct", "score", "score_samples", "free_energy"):
        with refused(InvalidInputError, "Input X contains NaN", "SimpleImputer"):
            getattr(model, question)(gaps)
    with refused(InvalidInputError, "X_val", "Input X contains NaN"):
        machine(visible=kind).fit(DATA[kind], X_val=gaps)
    assert np.isfinite(model.complete(gaps)).all()
    assert not model.__sklearn_tags__().input_tags.allow_nan


@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_is_refused_everywhere(kind: str, value: float) -> None:
    rows = DATA[kind].copy()
    rows[1, 1] = value
    model = machine(visible=kind).fit(DATA[kind])
    for call in (
        machine(visible=kind).fit, model.partial_fit, model.transform, model.reconstruct, model.complete, model.score,
    ):  # fmt: skip
        with refused(InvalidInputError, "Input X contains infinity", "Replace infinite values"):
            call(rows)


# Few rows, columns that do not vary.


@pytest.mark.parametrize("kind", DATA)
def test_one_row_is_enough(kind: str) -> None:
    row = DATA[kind][:1]
    model = machine(visible=kind).fit(row)
    assert np.isfinite(model.components_).all()
    assert np.isfinite(model.score(row))
    assert model.sample(2).shape == (2, 6)
    if kind != "gaussian":  # whose widths need several
        assert np.isfinite(machine(visible=kind).partial_fit(row).score(row))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("constant", [0.0, 7.0, -1e6])
def test_real_columns_that_do_not_vary_are_learned_as_what_they_are(constant: float, dtype: type) -> None:
    rows = REAL.astype(dtype)
    rows[:, 2] = constant
    model = machine(visible="gaussian", max_iter=20).fit(rows)
    assert np.isfinite(model.components_).all()
    assert model.scale_[2] > 0
    assert np.isfinite(model.score(rows))
    np.testing.assert_allclose(model.reconstruct(rows)[:, 2], constant, rtol=1e-6, atol=0.3)


def test_real_rows_may_come_one_by_one_after_the_first_few() -> None:
    model = machine(visible="gaussian", learning_rate=0.01)
    with pytest.raises(InvalidInputError, match="width from several examples"):
        model.partial_fit(100 * REAL[:1])
    model.partial_fit(100 * REAL[:20])
    for row in 100 * REAL[20:]:
        model.partial_fit(row[np.newaxis])
    assert model.scale_.max() > 10


@pytest.mark.parametrize("constant", [0.0, 1.0])
def test_binary_columns_that_do_not_vary_are_learned_as_what_they_are(constant: float) -> None:
    rows = BINARY.copy()
    rows[:, 2] = constant
    model = machine(max_iter=20).fit(rows)
    np.testing.assert_allclose(model.reconstruct(rows)[:, 2], constant, atol=0.01)
    assert abs(model.sample(200, n_gibbs_steps=5)[:, 2].mean() - constant) < 0.03


@pytest.mark.parametrize(("size", "dtype"), [(1e200, np.float64), (-1e155, np.float64), (1e30, np.float32)])
def test_real_numbers_whose_squares_are_none_are_refused(size: float, dtype: type) -> None:
    rows = REAL.astype(dtype)
    rows[3, 2] = size
    said = f"squares of {abs(size):.3g} exceed the range of {np.dtype(dtype)}", "rescale X", "StandardScaler"
    with refused(InvalidInputError, *said):
        machine(visible="gaussian").fit(rows)
    rows[3, 2] = size**0.4 if size > 0 else -(abs(size) ** 0.4)
    assert np.isfinite(machine(visible="gaussian").fit(rows).score(rows))


# The shape of things.


def test_other_columns_than_in_fit_are_refused() -> None:
    model = machine().fit(BINARY)
    said = "X has 5 features, but RestrictedBoltzmannMachine is expecting 6 features as input", "Pass the columns seen"
    for question in ("transform", "reconstruct", "complete", "score", "score_samples", "free_energy", "partial_fit"):
        with refused(InvalidInputError, *said):
            getattr(model, question)(BINARY[:, :5])
    with refused(InvalidInputError, "X_val", *said):
        machine().fit(BINARY, X_val=BINARY[:, :5])
    named = machine().fit(pd.DataFrame(BINARY, columns=list("abcdef")))
    with refused(InvalidInputError, "feature names should match", "Pass the columns seen in fit"):
        named.transform(pd.DataFrame(BINARY, columns=list("fedcba")))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.empty((0, 6)), "Found array with 0 sample(s)"),
        (np.empty((6, 0)), "Found array with 0 feature(s)"),
        (BINARY[0], "Expected 2D array, got 1D array instead"),
        (BINARY[None], "Found array with dim 3"),
        ([["a", "b"]], "could not convert string"),
        ([[1, 2], [3]], "inhomogeneous"),
        (BINARY + 1j, "Complex data not supported"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(rows: Any, said: str) -> None:
    with refused(InvalidInputError, said):
        machine().fit(rows)
    with refused(InvalidInputError, said):
        machine().partial_fit(rows)


def test_sparse_tables_are_refused_by_scikit_learns_words() -> None:
    with refused(TypeError, "Sparse data was passed for X, but dense data is required"):
        machine().fit(sparse.csr_array(BINARY))


QUESTIONS = ("transform", "reconstruct", "complete", "score", "score_samples", "free_energy")


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_is_answered_before_fit(question: str) -> None:
    with pytest.raises(NotFittedError):
        getattr(machine(), question)(BINARY)
    for ask in (machine().sample, machine().log_partition, machine().get_feature_names_out):
        with pytest.raises(NotFittedError):
            ask()
    if question in ("score", "transform"):
        with pytest.raises(NotFittedError):
            getattr(machine(hidden="rectified"), question)(BINARY)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda model: model.sample(0), "n_samples must be an integer of at least 1. Got 0"),
        (lambda model: model.sample(-3), "n_samples must be an integer of at least 1. Got -3"),
        (lambda model: model.sample(2.5), "n_samples must be an integer of at least 1. Got 2.5"),
        (lambda model: model.sample(True), "n_samples must be an integer of at least 1. Got True"),
        (lambda model: model.sample(None), "n_samples must be an integer of at least 1. Got None"),
        (lambda model: model.sample(2, n_gibbs_steps=0), "n_gibbs_steps must be an integer of at least 1. Got 0"),
        (lambda model: model.complete(BINARY, n_gibbs_steps=0), "n_gibbs_steps must be an integer of at least 1"),
        (lambda model: model.log_partition(n_chains=1), "n_chains must be an integer of at least 2. Got 1"),
        (lambda model: model.log_partition(n_temperatures=0), "n_temperatures must be an integer of at least 1"),
    ],
)
def test_counts_that_are_none_are_refused(call: Any, said: str) -> None:
    with refused(InvalidParameterError, said):
        call(machine().fit(BINARY))


def test_seeds_that_are_none_are_refused() -> None:
    model = machine().fit(BINARY)
    for seed in (-1, "one", 1.5):
        with pytest.raises((InvalidParameterError, ValueError, TypeError)):
            model.sample(2, random_state=seed)


@pytest.mark.parametrize(("name", "value"), [("n_hidden", 4)])
def test_a_fit_cannot_go_on_with_another_number_of_units(name: str, value: object) -> None:
    model = machine(warm_start=True).fit(BINARY)
    before = copy.deepcopy(model)
    model.set_params(**{name: value})
    for call in (model.fit, model.partial_fit):
        with refused(InvalidParameterError, "has 3 hidden units, but n_hidden=4", "warm_start=False"):
            call(BINARY)
    np.testing.assert_array_equal(model.transform(BINARY), before.transform(BINARY))


def test_a_fitted_machine_answers_by_what_it_learned() -> None:
    model = machine().fit(BINARY)
    wanted = model.transform(BINARY)
    np.testing.assert_array_equal(model.set_params(hidden="rectified").transform(BINARY), wanted)


def test_a_fit_cannot_go_on_with_another_kind_of_units() -> None:
    model = machine(visible="binary", warm_start=True).fit(BINARY)
    with pytest.raises(InvalidParameterError):
        model.set_params(visible="gaussian").fit(BINARY)


def test_validation_rows_are_rows() -> None:
    for wrong in (BINARY[0], np.empty((0, 6)), "rows", [["a"] * 6]):
        with pytest.raises(InvalidInputError, match=r"In the validation data \(X_val\): "):
            machine().fit(BINARY, X_val=wrong)
    with pytest.raises((InvalidInputError, InvalidParameterError)):
        machine(validation_fraction=0.5).fit(BINARY[:1])
    assert machine(validation_fraction=0.5).fit(BINARY[:2]).stop_reason_.code is StopCode.MAX_ITER
