"""A model that was copied, pickled, or saved and loaded is the same model, to the last bit, and learns on the same."""

import copy
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier

from sinapsi import load, save
from tests.contracts.comparison import answers, differences, learned, without_clock
from tests.contracts.instances import (
    Case,
    Problem,
    cases,
    cases_with_problems,
    first_problem,
    fitted,
    networks_as_parameters,
    problems_of,
    solved,
)

BY_STEPS = [case for case in cases_with_problems() if hasattr(case.values[0].whole(), "partial_fit")]
RoundTrip = Callable[[Any], Any]
SOURCES = [None, 3, np.random.default_rng(3), np.random.RandomState(3), np.random.Generator(np.random.MT19937(3))]


def through_joblib(model: Any) -> Any:
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


@pytest.fixture(params=["save and load", "pickle", "deepcopy", "joblib"])
def round_trip(request: pytest.FixtureRequest, tmp_path: Path) -> RoundTrip:
    def through_files(model: Any) -> Any:
        save(model, tmp_path / "model.sinapsi")
        return load(tmp_path / "model.sinapsi")

    ways: dict[str, RoundTrip] = {
        "save and load": through_files,
        "pickle": lambda model: pickle.loads(pickle.dumps(model)),
        "deepcopy": copy.deepcopy,
        "joblib": through_joblib,
    }
    return ways[request.param]


def assert_same_model(one: Any, other: Any, X: Any) -> None:
    assert differences(one.get_params(deep=False), other.get_params(deep=False), "parameters") == []
    assert differences(learned(one), learned(other), "learned") == []
    assert differences(answers(one, X), answers(other, X), "answers") == []


@pytest.mark.parametrize(("case", "problem"), cases_with_problems())
def test_the_model_comes_back_to_the_last_bit(case: Case, problem: Problem, round_trip: RoundTrip) -> None:
    model = solved(case, problem)
    back = round_trip(model)
    assert_same_model(model, back, problem.X)
    assert back.stop_reason_.code is model.stop_reason_.code
    assert repr(back.history_) == repr(model.history_)
    assert_same_model(model, round_trip(model), problem.X)  # also when it has been asked and noted the answer


@pytest.mark.parametrize(("case", "problem"), BY_STEPS)
def test_learning_goes_on_the_same(case: Case, problem: Problem, round_trip: RoundTrip) -> None:
    model = solved(case, problem)
    back = round_trip(model)
    for some in (model, back):
        some.partial_fit(problem.X, problem.y)
    assert differences(without_clock(model), without_clock(back)) == []


@pytest.mark.parametrize("case", [case for case in cases() if "warm_start" in case.values[0].kind().get_params()])
def test_a_warm_start_goes_on_the_same(case: Case, round_trip: RoundTrip) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem).set_params(warm_start=True)
    back = round_trip(model)
    for some in (model, back):
        fitted(some, problem.X, problem.y)
    assert differences(without_clock(model), without_clock(back)) == []


@pytest.mark.parametrize("case", networks_as_parameters())
def test_objects_come_back(case: Case, round_trip: RoundTrip) -> None:
    problem = list(problems_of(case.kind))[1 if is_classifier(case.kind()) else 0]
    model = solved(case, problem, **case.recipe.objects)
    assert_same_model(model, round_trip(model), problem.X)


@pytest.mark.parametrize(
    "weights", [{0: 1.5, 7: 0.5}, {np.int64(0): 2, np.int64(7): 1}, {7: np.float32(0.5)}, "balanced"], ids=repr
)
@pytest.mark.parametrize("case", [case for case in networks_as_parameters() if is_classifier(case.values[0].kind())])
def test_weights_of_numbered_classes_come_back(case: Case, weights: Any, round_trip: RoundTrip) -> None:
    problem = first_problem(case.kind)
    y = np.where(problem.X[:, 0] > 0, 7, 0)
    model = fitted(case.quick(class_weight=weights), problem.X, y)
    back = round_trip(model)
    assert back.class_weight == weights
    assert differences(answers(model, problem.X), answers(back, problem.X)) == []


@pytest.mark.parametrize("case", networks_as_parameters())
@pytest.mark.parametrize("source", SOURCES, ids=["none", "int", "PCG64", "RandomState", "MT19937"])
def test_the_source_of_random_numbers_comes_back(case: Case, source: Any, round_trip: RoundTrip) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem, random_state=copy.deepcopy(source))
    assert_same_model(model, round_trip(model), problem.X)


@pytest.mark.parametrize("case", networks_as_parameters())
def test_numpy_numbers_are_numbers(case: Case, round_trip: RoundTrip) -> None:
    problem = first_problem(case.kind)
    numbers = {
        "max_iter": np.int64(4),
        "validation_fraction": np.float32(0.25),
        "warm_start": np.bool_(False),
        "verbose": np.int64(0),
    }
    changes = {name: number for name, number in numbers.items() if name in case.kind().get_params()}
    model = solved(case, problem, **changes)
    back = round_trip(model)
    assert {name: back.get_params()[name] for name in changes} == changes
    assert differences(answers(model, problem.X), answers(back, problem.X)) == []


@pytest.mark.parametrize("case", networks_as_parameters())
def test_names_of_columns_come_back(case: Case, round_trip: RoundTrip) -> None:
    problem = first_problem(case.kind)
    frame = pd.DataFrame(problem.X, columns=["width", "height", "depth", "größe"])
    model = fitted(case.quick(), frame, problem.y)
    back = round_trip(model)
    assert_same_model(model, back, frame)
    assert back.feature_names_in_.tolist() == list(frame.columns)


@pytest.mark.parametrize("case", [case for case in networks_as_parameters() if is_classifier(case.values[0].kind())])
@pytest.mark.parametrize(
    "labels",
    [
        ["no", "yes"],
        [0, 1],
        [-1, 7],
        [False, True],
        [0.0, 1.0],
        np.array([3, 250], dtype=np.uint8),
        np.array(["nein", "größer"], dtype=object),
        np.array(["no", "yes"], dtype="<U12"),
    ],
    ids=["str", "int", "negative", "bool", "float", "uint8", "object", "wide"],
)
def test_labels_of_any_type_come_back(case: Case, labels: Any, round_trip: RoundTrip) -> None:
    problem = first_problem(case.kind)
    y = np.asarray(labels)[(problem.X[:, 0] > 0).astype(int)]
    model = fitted(case.quick(), problem.X, y)
    back = round_trip(model)
    assert_same_model(model, back, problem.X)
    assert set(back.predict(problem.X).tolist()) <= set(np.asarray(labels).tolist())


@pytest.mark.parametrize("case", cases())
def test_a_model_that_was_never_fitted_comes_back(case: Case, round_trip: RoundTrip) -> None:
    back = round_trip(case.whole())
    assert type(back) is case.kind
    assert differences(back.get_params(deep=False), case.whole().get_params(deep=False)) == []
    assert learned(back) == {}


@pytest.mark.parametrize("case", networks_as_parameters())
def test_a_clone_has_the_parameters_and_nothing_learned(case: Case) -> None:
    model = case.quick(**case.recipe.objects)
    cloned = clone(fitted(model, *_two_classes_or_one_output(case)))
    assert differences(model.get_params(deep=False), cloned.get_params(deep=False)) == []
    assert learned(cloned) == {}


def _two_classes_or_one_output(case: Case) -> tuple[Any, Any]:
    problem = list(problems_of(case.kind))[1 if is_classifier(case.kind()) else 0]
    return problem.X, problem.y
