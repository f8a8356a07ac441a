"""float32 in, float32 out; float64 likewise; integers are float64."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import is_regressor

from tests.contracts.comparison import answers, fitted_arrays
from tests.contracts.instances import Case, Problem, cases, cases_with_problems, first_problem, fitted

LABELS_ASIDE = ("decision_function", "predict_proba", "predict_log_proba", "transform", "score_samples")


def graded_answers(model: Any, X: Any) -> dict[str, Any]:
    """The answers that are real numbers, not labels."""
    return {name: said for name, said in answers(model, X).items() if name in LABELS_ASIDE or is_regressor(model)}


def types_of(model: Any, case: Case, X: Any) -> set[np.dtype[Any]]:
    """Floating types of what was learned; of what is answered, where units of two values are all there is."""
    return {array.dtype for array in ([model.predict(X)] if case.recipe.two_valued else fitted_arrays(model).values())}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("case", "problem"), cases_with_problems())
def test_the_floating_type_of_the_data_is_kept(case: Case, problem: Problem, dtype: Any) -> None:
    X = problem.X.astype(dtype)
    model = fitted(case.quick(), X, problem.y)
    assert fitted_arrays(model) or case.recipe.two_valued
    assert {name: array.dtype for name, array in fitted_arrays(model).items() if array.dtype != dtype} == {}
    assert {name: said.dtype for name, said in graded_answers(model, X).items() if said.dtype != dtype} == {}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", [case for case in cases() if is_regressor(case.values[0].kind())])
def test_the_type_of_the_answers_to_learn_from_does_not_matter(case: Case, dtype: Any) -> None:
    problem = first_problem(case.kind)
    for target_type in (np.float32, np.float64, np.int64):
        model = fitted(case.quick(), problem.X.astype(dtype), (10 * problem.y).astype(target_type))
        assert {array.dtype for array in fitted_arrays(model).values()} == {np.dtype(dtype)}
        assert model.predict(problem.X.astype(dtype)).dtype == dtype


@pytest.mark.parametrize("case", cases())
def test_learning_goes_on_in_the_type_it_began_with(case: Case) -> None:
    problem = first_problem(case.kind)
    model = fitted(case.quick(), problem.X.astype(np.float32), problem.y)
    if hasattr(model, "partial_fit"):
        model.partial_fit(problem.X, problem.y)
        assert types_of(model, case, problem.X.astype(np.float32)) == {np.dtype(np.float32)}
    if case.variant.iterates:
        fitted(model.set_params(warm_start=True), problem.X, problem.y)
        assert {array.dtype for array in fitted_arrays(model).values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.uint16, np.int64, bool])
@pytest.mark.parametrize("case", cases())
def test_integers_are_taken_as_float64(case: Case, dtype: Any) -> None:
    problem = first_problem(case.kind)
    X = (problem.X > 0) if dtype is bool else np.abs(np.round(3 * problem.X)).astype(dtype)
    whole, real = fitted(case.quick(), X, problem.y), fitted(case.quick(), X.astype(np.float64), problem.y)
    assert types_of(whole, case, X) == {np.dtype(np.float64)}
    for name, said in answers(whole, X).items():
        np.testing.assert_array_equal(said, answers(real, X.astype(np.float64))[name])


@pytest.mark.parametrize(("case", "problem"), cases_with_problems())
def test_single_and_double_precision_agree_as_far_as_single_goes(case: Case, problem: Problem) -> None:
    double = fitted(case.quick(), problem.X, problem.y)
    single = fitted(case.quick(), problem.X.astype(np.float32), problem.y)
    for name, said in graded_answers(double, problem.X).items():
        if name != "predict_log_proba":
            np.testing.assert_allclose(graded_answers(single, problem.X)[name], said, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("case", cases())
def test_the_layout_in_memory_does_not_matter(case: Case) -> None:
    problem = first_problem(case.kind)
    layouts = {
        "columns first": np.asfortranarray(problem.X),
        "a view": np.repeat(np.repeat(problem.X, 2, axis=0), 2, axis=1)[::2, ::2],
        "reversed": problem.X[::-1].copy()[::-1],
        "lists": problem.X.tolist(),
    }
    plain = answers(fitted(case.quick(), problem.X, problem.y), problem.X)
    for X in layouts.values():
        model = fitted(case.quick(), X, problem.y)
        for name, said in answers(model, X).items():
            np.testing.assert_array_equal(said, plain[name])
