"""Leave-one-out without leaving out: against fits without each example, and scikit-learn's RidgeCV."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeCV

from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.algebra.ridge_path import RidgePath

ALPHAS = np.array([1e-3, 0.1, 1.0, 10.0, 300.0])


def problem(n_samples=40, n_columns=5, n_outputs=2):
    random = np.random.default_rng(1)
    rows = random.standard_normal((n_samples, n_columns)) + 2
    targets = rows @ random.standard_normal((n_columns, n_outputs)) + random.standard_normal((n_samples, n_outputs))
    return rows, targets, random.uniform(0.2, 2, n_samples)


def path_of(rows, targets, weights=None):
    return RidgePath(NormalEquations(rows.shape[1], targets.shape[1]).add(rows, targets, weights))


@pytest.mark.parametrize("alpha", ALPHAS)
def test_weights_as_ridge(alpha):
    rows, targets, weights = problem()
    coef, intercept = path_of(rows, targets, weights).weights(alpha)
    oracle = Ridge(alpha=alpha).fit(rows, targets, weights)
    np.testing.assert_allclose(coef.T, oracle.coef_, rtol=1e-9)
    np.testing.assert_allclose(intercept, oracle.intercept_, rtol=1e-9)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_leaving_each_example_out(is_weighted):
    """The definition: fit without the example, and predict it."""
    rows, targets, weights = problem()
    weights = weights if is_weighted else None
    blocks = [(rows[part], targets[part], None if weights is None else weights[part])
              for part in (slice(0, 7), slice(7, None))]  # fmt: skip
    found = path_of(rows, targets, weights).leave_one_out(blocks, ALPHAS)
    own = np.ones(len(rows)) if weights is None else weights
    for alpha, error in zip(ALPHAS, found, strict=True):
        total = 0.0
        for i in range(len(rows)):
            others = np.arange(len(rows)) != i
            model = Ridge(alpha=alpha).fit(rows[others], targets[others], own[others])
            total += own[i] * ((targets[i] - model.predict(rows[i : i + 1])[0]) ** 2).sum()
        assert error == pytest.approx(total / own.sum(), rel=1e-9)


def test_the_best_penalty_is_that_of_scikit_learn():
    rows, targets, _ = problem(n_outputs=1)
    alphas = np.logspace(-3, 3, 50)
    found = alphas[path_of(rows, targets).leave_one_out([(rows, targets, None)], alphas).argmin()]
    assert found == RidgeCV(alphas=alphas).fit(rows, targets[:, 0]).alpha_


def test_generalized_cross_validation_is_its_formula():
    rows, targets, _ = problem()
    centered, answers = rows - rows.mean(axis=0), targets - targets.mean(axis=0)
    found = path_of(rows, targets).generalized(ALPHAS)
    for alpha, error in zip(ALPHAS, found, strict=True):
        hat = centered @ np.linalg.solve(centered.T @ centered + alpha * np.eye(5), centered.T) + 1 / len(rows)
        residuals = answers - (hat - 1 / len(rows)) @ answers
        assert error == pytest.approx((residuals**2).sum() / 40 / (1 - np.trace(hat) / 40) ** 2, rel=1e-10)


def test_columns_that_repeat_are_no_hindrance():
    rows, targets, _ = problem()
    doubled = np.hstack([rows, rows])
    errors = path_of(doubled, targets).leave_one_out([(doubled, targets, None)], 2 * ALPHAS)
    expected = path_of(rows, targets).leave_one_out([(rows, targets, None)], ALPHAS)
    np.testing.assert_allclose(errors, expected, rtol=1e-8)
