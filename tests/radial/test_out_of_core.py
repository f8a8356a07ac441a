"""A radial basis function network learns from a file four times larger than what it may use."""

import numpy as np
import pytest

from sinapsi import RBFRegressor
from tests.large_files import HAS_PEAKS, N_BYTES, large_file, learn_elsewhere

PARAMETERS = {"n_centers": 50, "centers": "random", "width": 12.0, "alpha": 0.5, "random_state": 0}


@pytest.mark.slow
@pytest.mark.skipif(not HAS_PEAKS, reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("kind", ["map", "parquet"])
def test_centers_and_weights_are_those_of_all_data_in_memory(tmp_path, kind):
    with large_file(tmp_path, kind) as (X, y):
        learned, growth = learn_elsewhere("RBFRegressor", PARAMETERS, kind, tmp_path)
        assert growth < N_BYTES / 4
        whole = RBFRegressor(**PARAMETERS).fit(np.array(X), np.array(y))
    np.testing.assert_allclose(learned["coef_"], whole.coef_, rtol=0, atol=1e-10 * np.abs(whole.coef_).max())
    np.testing.assert_allclose(learned["intercept_"], whole.intercept_, rtol=1e-10)
