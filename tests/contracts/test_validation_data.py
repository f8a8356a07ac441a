"""Validation data go through the same door, and are watched, never learned from."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import is_classifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from sinapsi.exceptions import InvalidInputError
from sinapsi.stopping import StopCode
from tests.contracts.comparison import differences, fitted_arrays
from tests.contracts.instances import Case, Problem, cases, cases_with_problems, first_problem, fitted, solved

HOLDING_OUT = [case for case in cases(iterating=True) if "validation_fraction" in case.values[0].kind().get_params()]
WATCHED = [case for case in cases() if has_fit_parameter(case.values[0].kind, "X_val")]  # not closed forms
ALL = [case for case in cases_with_problems() if has_fit_parameter(case.values[0].kind, "X_val")]
SUPERVISED = [case for case in WATCHED if get_tags(case.values[0].kind()).target_tags.required]
CLASSIFIERS = [case for case in WATCHED if is_classifier(case.values[0].kind())]


def refusal(case: Case, **validation: Any) -> str:
    problem = first_problem(case.kind)
    with pytest.raises(InvalidInputError) as raised:
        case.quick().fit(problem.X, problem.y, **validation)
    return str(raised.value)


@pytest.mark.parametrize(("case", "problem"), ALL)
def test_validation_data_are_not_learned_from(case: Case, problem: Problem) -> None:
    plain = solved(case, problem, stopping="max_iter(4)")
    watched = fitted(
        case.quick(stopping="max_iter(4)"), problem.X, problem.y, X_val=problem.X[:10], y_val=problem.y[:10]
    )
    assert differences(fitted_arrays(plain), fitted_arrays(watched)) == []
    assert case.validation_columns <= set(watched.history_)


@pytest.mark.parametrize(("case", "problem"), ALL)
def test_the_validation_score_is_the_score(case: Case, problem: Problem) -> None:
    X_val, y_val = problem.X[:25], problem.y[:25]
    model = fitted(case.quick(stopping="max_iter(4)"), problem.X, problem.y, X_val=X_val, y_val=y_val)
    column, measured = case.judged(model, X_val, y_val)
    assert measured == pytest.approx(model.history_[column][-1], rel=1e-9)


@pytest.mark.parametrize("case", HOLDING_OUT)
def test_a_fraction_is_held_out_and_the_rest_learned(case: Case) -> None:
    """Every fraction, however small or large, leaves examples on both sides."""
    for fraction in (1e-6, 0.1, 0.5, 0.999):
        model = solved(case, validation_fraction=fraction)
        assert "validation_loss" in model.history_


@pytest.mark.parametrize("case", SUPERVISED)
def test_one_without_the_other_is_refused(case: Case) -> None:
    problem = first_problem(case.kind)
    message = "X_val and y_val go together. Got only one of them; pass both or none."
    assert refusal(case, X_val=problem.X) == message
    assert refusal(case, y_val=problem.y) == message


@pytest.mark.parametrize("case", WATCHED)
def test_bad_validation_data_are_called_that(case: Case) -> None:
    problem = first_problem(case.kind)
    kind = case.kind.__name__
    bad = [
        (problem.X[:, :3], problem.y, f"X has 3 features, but {kind} is expecting 4 features as input."),
        (np.where(problem.X > 2, np.inf, problem.X), problem.y, "contains infinity"),
        (problem.X[:0], problem.y[:0], "0 sample(s)"),
    ]
    tags = get_tags(case.kind())
    if tags.target_tags.required:
        bad.append((problem.X, problem.y[:-1], "inconsistent numbers of samples: [60, 59]"))
    if not tags.input_tags.allow_nan:
        bad.append((np.where(problem.X > 2, np.nan, problem.X), problem.y, "contains NaN"))
    for X_val, y_val, fact in bad:
        said = refusal(case, X_val=X_val, y_val=y_val)
        assert "X_val" in said
        assert fact in said


@pytest.mark.parametrize("case", CLASSIFIERS)
def test_labels_unknown_in_y_val_are_named(case: Case) -> None:
    problem = first_problem(case.kind)
    y_val = np.where(problem.y == "cat", "dog", problem.y)
    said = refusal(case, X_val=problem.X, y_val=y_val)
    assert "y_val" in said
    assert "labels that are none of the classes seen before: 'dog'" in said
    assert "Expected some of 'ant', 'bee', 'cat'." in said


@pytest.mark.parametrize("case", CLASSIFIERS)
@pytest.mark.parametrize("present", [["ant"], ["ant", "cat"]])
def test_validation_data_may_lack_classes(case: Case, present: list[str]) -> None:
    problem = first_problem(case.kind)
    rows = np.isin(problem.y, present)
    model = fitted(case.quick(), problem.X, problem.y, X_val=problem.X[rows], y_val=problem.y[rows])
    assert np.isfinite(model.history_["validation_loss"]).all()
    assert model.classes_.tolist() == ["ant", "bee", "cat"]


@pytest.mark.parametrize("case", CLASSIFIERS)
def test_a_class_with_a_single_example_may_be_held_out(case: Case) -> None:
    problem = first_problem(case.kind)
    y = np.where(np.arange(60) == 0, "rare", np.where(problem.X[:, 0] > 0, "ant", "bee"))
    for seed in range(4):
        model = fitted(case.quick(validation_fraction=0.5, random_state=seed), problem.X, y)
        assert model.classes_.tolist() == ["ant", "bee", "rare"]


@pytest.mark.parametrize("case", [case for case in WATCHED if not is_classifier(case.values[0].kind())])
def test_one_validation_example_is_enough(case: Case) -> None:
    problem = first_problem(case.kind)
    model = fitted(case.quick(), problem.X, problem.y, X_val=problem.X[:1], y_val=problem.y[:1])
    assert np.isfinite(model.history_["validation_loss"]).all()
    assert "one row" in refusal_of_one_row(case) or "at least 2 examples" in refusal_of_one_row(case)


def refusal_of_one_row(case: Case) -> str:
    problem = first_problem(case.kind)
    with pytest.raises(InvalidInputError) as raised:
        case.quick(validation_fraction=0.1).fit(problem.X[:1], problem.y[:1])
    assert "validation_fraction=0" in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("case", HOLDING_OUT)
def test_the_split_is_fixed_by_the_seed(case: Case) -> None:
    first, second = (solved(case, validation_fraction=0.3) for _ in range(2))
    other = solved(case, validation_fraction=0.3, random_state=1)
    assert first.history_["validation_loss"].tolist() == second.history_["validation_loss"].tolist()
    assert first.history_["validation_loss"].tolist() != other.history_["validation_loss"].tolist()


@pytest.mark.parametrize("case", [case for case in CLASSIFIERS if case in HOLDING_OUT])
def test_patience_stops_a_fit_that_no_longer_generalizes(case: Case) -> None:
    random = np.random.default_rng(5)
    X, y = random.standard_normal((60, 4)), random.integers(0, 2, 60)  # nothing to be learned
    model = fitted(case.quick(max_iter=2000, stopping="patience(3)", validation_fraction=0.4), X, y)
    assert model.stop_reason_.code in (StopCode.PATIENCE, StopCode.TOLERANCE)
    assert model.n_iter_ < 2000


@pytest.mark.parametrize("case", WATCHED)
def test_a_pipeline_scales_validation_data_too(case: Case) -> None:
    problem = first_problem(case.kind)
    X = 100 * problem.X + 50
    with sklearn.config_context(enable_metadata_routing=True):
        model = case.quick().set_fit_request(X_val=True, y_val=True)
        piped = make_pipeline(StandardScaler(), model, transform_input=["X_val"])
        fitted(piped, X, problem.y, X_val=X[:20], y_val=problem.y[:20])
    scaler = StandardScaler().fit(X)
    by_hand = fitted(case.quick(), scaler.transform(X), problem.y, X_val=scaler.transform(X[:20]), y_val=problem.y[:20])
    assert differences(fitted_arrays(piped[-1]), fitted_arrays(by_hand)) == []


@pytest.mark.parametrize("case", WATCHED)
def test_validation_data_may_be_a_data_frame(case: Case) -> None:
    problem = first_problem(case.kind)
    frame = pd.DataFrame(problem.X, columns=list("abcd"))
    model = fitted(case.quick(), frame, pd.Series(problem.y), X_val=frame[:20], y_val=pd.Series(problem.y[:20]))
    assert "validation_loss" in model.history_
    with pytest.raises(InvalidInputError, match="feature names should match"):
        case.quick().fit(frame, problem.y, X_val=frame.rename(columns=str.upper), y_val=problem.y)
