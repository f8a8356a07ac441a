"""Cholesky's decomposition, whole and in panels, against NumPy."""

import numpy as np
import pytest

from sinapsi.algebra import definite_matrix
from sinapsi.algebra.definite_matrix import decomposed


def definite(size, seed=0):
    table = np.random.default_rng(seed).standard_normal((size, size + 10))
    return table @ table.T


@pytest.mark.parametrize("size", [1, 7, 64, 65, 130, 200])
@pytest.mark.parametrize("in_panels", [False, True])
def test_solutions_and_squares(monkeypatch, size, in_panels):
    monkeypatch.setattr(definite_matrix, "SMALLEST_IN_PANELS", 1 if in_panels else 10**6)
    monkeypatch.setattr(definite_matrix, "PANEL", 64)
    matrix, answers = definite(size), np.random.default_rng(1).standard_normal((size, 3))
    found = decomposed(matrix.copy())
    expected = np.linalg.solve(matrix, answers)
    np.testing.assert_allclose(found.upper, np.linalg.cholesky(matrix).T, atol=1e-10)
    np.testing.assert_allclose(found.solve(answers), expected, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose((found.halfway(answers) ** 2).sum(axis=0), (answers * expected).sum(axis=0), rtol=1e-8)
    assert 0.1 < found.rcond * np.linalg.cond(matrix, 1) < 10


@pytest.mark.parametrize("in_panels", [False, True])
@pytest.mark.parametrize("spoil", [-1.0, np.nan, np.inf])
def test_what_is_not_definite_is_nothing(monkeypatch, in_panels, spoil):
    monkeypatch.setattr(definite_matrix, "SMALLEST_IN_PANELS", 1 if in_panels else 10**6)
    monkeypatch.setattr(definite_matrix, "PANEL", 16)
    matrix = definite(50)
    matrix[40, 40] = spoil
    assert decomposed(matrix) is None
