"""Kernels of symmetric matrices (ready for tests/algebra once add_upper and mirror stay)."""

import numpy as np
import pytest

from sinapsi.algebra.kernels import add_upper, mirror


@pytest.mark.parametrize("size", [0, 1, 5, 63, 64, 65, 130, 200])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_above_the_diagonal_and_then_below(size, dtype, sign):
    random = np.random.default_rng(size)
    gram = random.standard_normal((size, size))
    product = random.standard_normal((size, size)).astype(dtype)
    step = random.standard_normal(size)
    found, expected = gram.copy(), gram.copy()
    for i in range(size):
        for j in range(i, size):
            expected[i, j] += sign * float(product[i, j]) + 0.3 * step[i] * step[j]
    add_upper(found, product, sign, 0.3, step)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(np.tril(found, -1), np.tril(gram, -1))
    above = np.triu(found)
    mirror(found)
    np.testing.assert_array_equal(found, above + np.triu(above, 1).T)
