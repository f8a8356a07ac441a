"""Normal equations of arrays of other libraries: NumPy's numbers, and arrays of that library in all places."""

import itertools

import array_api_strict
import numpy as np
import pytest
import torch

from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.exceptions import InvalidInputError

LIBRARIES = pytest.mark.parametrize("library", [array_api_strict, torch], ids=["array_api_strict", "torch"])
ARRAYS = ("column_mean", "target_mean", "gram", "moment", "target_squares")


def problem(n_samples=120, n_columns=6, n_outputs=2):
    random = np.random.default_rng(0)
    rows = random.standard_normal((n_samples, n_columns)) + 2
    return rows, random.standard_normal((n_samples, n_outputs)) - 1, random.uniform(0.3, 2, n_samples)


def kind_of(library):
    return type(library.asarray([0.0]))


def into(library, array):
    return library.asarray(array.tolist(), dtype=getattr(library, str(array.dtype)))


def sums(library, rows, targets, weights, cuts=(0, 50, 51, 120)):
    like = into(library, np.zeros(1)) if library is not np else None
    equations = NormalEquations(rows.shape[1], targets.shape[1], like=like)
    for start, end in itertools.pairwise(cuts):
        parts = [None if array is None else array[start:end] for array in (rows, targets, weights)]
        if library is not np:
            parts = [None if array is None else into(library, array) for array in parts]
        equations.add(*parts)
    return equations


def assert_same(equations, expected, library, rtol=1e-12):
    assert equations.n_examples == expected.n_examples
    assert equations.weight == pytest.approx(expected.weight, rel=1e-14)
    for name in ARRAYS:
        array, wanted = getattr(equations, name), getattr(expected, name)
        assert isinstance(array, kind_of(library)), name
        np.testing.assert_allclose(np.asarray(array), wanted, rtol=0, atol=rtol * np.abs(wanted).max(), err_msg=name)


def assert_same_solution(solution, expected, library, rtol=1e-12):
    for name in ("coef", "intercept"):
        array, wanted = getattr(solution, name), getattr(expected, name)
        assert isinstance(array, kind_of(library)), name
        np.testing.assert_allclose(np.asarray(array), wanted, rtol=0, atol=rtol * np.abs(wanted).max(), err_msg=name)


@LIBRARIES
@pytest.mark.parametrize("is_weighted", [False, True])
def test_blocks_and_solution(library, is_weighted):
    rows, targets, weights = problem()
    weights = weights if is_weighted else None
    equations, expected = sums(library, rows, targets, weights), sums(np, rows, targets, weights)
    assert_same(equations, expected, library)
    for alpha in (0.0, 0.7):
        solution = equations.solve(alpha)
        assert_same_solution(solution, expected.solve(alpha), library)
        assert (solution.rank, solution.method) == (6, "lu")
        exact = np.linalg.cond(expected.gram + alpha * np.eye(6))
        assert solution.condition == pytest.approx(exact, rel=1e-9)


@LIBRARIES
def test_sums_add_and_subtract(library):
    rows, targets, weights = problem()
    parts = [(rows[part], targets[part], weights[part]) for part in (slice(0, 70), slice(70, None))]
    first, second = (sums(library, *part, cuts=(0, 20, len(part[0]))) for part in parts)
    whole = first + second
    assert_same(whole, sums(np, rows, targets, weights), library)
    assert_same(whole - first, sums(np, *parts[1], cuts=(0, 50)), library, rtol=1e-11)
    assert_same(first, sums(np, *parts[0], cuts=(0, 70)), library)  # as it was before it was added
    with pytest.raises(InvalidInputError, match="not all: 70 were learned"):
        first - whole


@LIBRARIES
def test_forgetting_what_was_never_learned(library):
    rows, targets, weights = problem()
    with pytest.raises(InvalidInputError, match="belong to no data"):
        sums(library, rows, targets, weights) - sums(library, 100 * rows[:20], targets[:20], weights[:20], (0, 20))


@LIBRARIES
def test_errors_and_products(library):
    rows, targets, weights = problem()
    equations, expected = sums(library, rows, targets, weights), sums(np, rows, targets, weights)
    coef = np.random.default_rng(1).standard_normal((6, 2))
    for method in ("squared_error", "products_of_outputs", "products_with_targets"):
        found = getattr(equations, method)(into(library, coef))
        assert isinstance(found, kind_of(library))
        np.testing.assert_allclose(np.asarray(found), getattr(expected, method)(coef), rtol=1e-12, err_msg=method)


@LIBRARIES
def test_arrays_there_and_back(library):
    rows, targets, weights = problem()
    equations = sums(library, rows, targets, weights)
    again = NormalEquations.from_arrays(equations.arrays())
    again.add(into(library, rows), into(library, targets))
    assert_same(equations, sums(np, rows, targets, weights), library)  # from_arrays owns copies
    assert again.n_examples == 240


@pytest.mark.parametrize("library", [torch], ids=["torch"])
def test_a_singular_matrix_by_eigenvalues(library):
    rows, targets, weights = problem()
    rows = np.column_stack([rows, rows[:, 0]])
    equations, expected = sums(library, rows, targets, weights), sums(np, rows, targets, weights)
    with pytest.warns(match="half of the digits are lost"):
        solution = equations.solve()
    with pytest.warns(match="half of the digits are lost"):
        wanted = expected.solve()
    assert (solution.rank, solution.method) == (6, "eigen")
    assert_same_solution(solution, wanted, library, rtol=1e-9)


@LIBRARIES
def test_some_columns(library):
    rows, targets, weights = problem()
    columns = np.array([4, 1, 2])
    index = library.asarray(columns.tolist(), dtype=library.int64)
    expected = sums(np, rows[:, columns], targets, weights)
    assert_same(sums(library, rows, targets, weights).of_columns(index), expected, library)


@LIBRARIES
def test_float32_blocks_are_summed_in_float64(library):
    rows, targets, weights = (array.astype(np.float32) for array in problem())
    equations = sums(library, rows, targets, weights)
    assert equations.gram.dtype == equations.moment.dtype == library.float64
    assert_same(equations, sums(np, rows, targets, weights), library, rtol=1e-6)


def test_torch_blocks_stay_as_they_were():
    rows, targets, weights = problem()
    tensor = torch.from_numpy(rows.copy())
    like = torch.empty(0, dtype=torch.float64)
    NormalEquations(6, 2, like=like).add(tensor, torch.from_numpy(targets), torch.from_numpy(weights))
    np.testing.assert_array_equal(tensor.numpy(), rows)
