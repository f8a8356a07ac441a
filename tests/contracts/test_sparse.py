"""Sparse matrices of any format give what the same numbers give in a dense array."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from tests.contracts.comparison import answers, fitted_arrays
from tests.contracts.instances import Case, Problem, cases, cases_with_problems, first_problem, fitted

TAKING_SPARSE = [case for case in cases_with_problems() if get_tags(case.values[0].kind()).input_tags.sparse]
FORMATS = ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"]


def with_zeros(problem: Problem) -> NDArray[Any]:
    is_zero = np.random.default_rng(3).random(problem.X.shape) < 0.6
    return np.where(is_zero, 0.0, problem.X)


def assert_close(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert list(one) == list(other)
    for name, array in one.items():
        if array.dtype.kind == "f":
            np.testing.assert_allclose(array, other[name], rtol=1e-10, atol=1e-10, err_msg=name)
        else:
            np.testing.assert_array_equal(array, other[name], err_msg=name)


@pytest.mark.parametrize(("case", "problem"), TAKING_SPARSE)
@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_sparse_is_dense(case: Case, problem: Problem, form: str) -> None:
    X = with_zeros(problem)
    dense = fitted(case.quick(), X, problem.y)
    model = fitted(case.quick(), sparse.csr_array(X).asformat(form), problem.y)
    assert_close(fitted_arrays(model), fitted_arrays(dense))
    assert_close(answers(model, sparse.csr_matrix(X).asformat(form)), answers(dense, X))
    assert_close(answers(model, X), answers(dense, X))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("case", [case for case in cases() if get_tags(case.values[0].kind()).input_tags.sparse])
def test_every_format_is_taken(case: Case, form: str) -> None:
    problem = first_problem(case.kind)
    X = with_zeros(problem)
    model = fitted(case.quick(), sparse.csr_matrix(X).asformat(form), problem.y)
    assert_close(answers(model, sparse.csr_array(X).asformat(form)), answers(fitted(case.quick(), X, problem.y), X))


@pytest.mark.parametrize(
    ("case", "problem"), [case for case in TAKING_SPARSE if hasattr(case.values[0].whole(), "partial_fit")]
)
def test_going_on_with_sparse_data_is_going_on_with_dense_data(case: Case, problem: Problem) -> None:
    X = with_zeros(problem)
    models = [fitted(case.quick(), X, problem.y) for _ in range(2)]
    models[0].partial_fit(X, problem.y)
    models[1].partial_fit(sparse.csr_array(X), problem.y)
    assert_close(fitted_arrays(models[1]), fitted_arrays(models[0]))


WATCHED_SPARSE = [case for case in TAKING_SPARSE if has_fit_parameter(case.values[0].kind, "X_val")]


@pytest.mark.parametrize(("case", "problem"), WATCHED_SPARSE)
def test_validation_data_may_be_sparse(case: Case, problem: Problem) -> None:
    X = with_zeros(problem)
    dense = fitted(case.quick(), X, problem.y, X_val=X[::2], y_val=problem.y[::2])
    model = fitted(case.quick(), sparse.csr_array(X), problem.y, X_val=sparse.coo_array(X[::2]), y_val=problem.y[::2])
    held_out = fitted(case.quick(validation_fraction=0.25), sparse.csr_array(X), problem.y)
    assert_close(fitted_arrays(model), fitted_arrays(dense))
    assert_close(fitted_arrays(held_out), fitted_arrays(fitted(case.quick(validation_fraction=0.25), X, problem.y)))


@pytest.mark.parametrize("case", [case for case in cases() if not get_tags(case.values[0].kind()).input_tags.sparse])
def test_who_takes_no_sparse_data_says_so(case: Case) -> None:
    problem = first_problem(case.kind)
    with pytest.raises(TypeError, match="Sparse data was passed"):
        case.quick().fit(sparse.csr_array(problem.X), problem.y)
