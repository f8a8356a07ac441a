"""The convergence theorem of the perceptron (notes, section 2.1.1, with errata) as properties of our runs."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sinapsi import Perceptron
from sinapsi.stopping import StopCode


@st.composite
def separable_integers(draw):
    """Integer examples with a hyperplane of integer coefficients that separates them: (X, y, w*)."""
    n_features = draw(st.integers(1, 3))
    w = draw(npst.arrays(np.int64, n_features + 1, elements=st.integers(-3, 3)))
    X = draw(npst.arrays(np.int64, st.tuples(st.integers(2, 12), st.just(n_features)), elements=st.integers(-4, 4)))
    fields = X @ w[:-1] + w[-1]
    X, fields = X[fields != 0], fields[fields != 0]
    assume((fields > 0).any() and (fields < 0).any())
    return X.astype(float), np.where(fields > 0, 1, -1), w.astype(float)


@given(problem=separable_integers(), order=st.sampled_from(["cyclic", "shuffled", "worst"]))
@settings(max_examples=150)
def test_the_number_of_corrections_obeys_the_theorem(problem, order):
    """k <= R^2 |w*|^2 / alpha^2 for zero start and fixed increment 1."""
    X, y, w = problem
    augmented = np.hstack([X, np.ones((len(X), 1))])
    alpha, R_squared = (y * (augmented @ w)).min(), (augmented**2).sum(axis=1).max()
    bound = R_squared * (w @ w) / alpha**2
    model = Perceptron(order=order, max_iter=int(bound) + 1, random_state=0).fit(X, y)
    assert model.stop_reason_.code is StopCode.ALL_CORRECT
    assert model.n_updates_ <= bound
    assert (model.predict(X) == y).all()
    assert (y * model.decision_function(X) > 0).all()  # no example is left on the boundary


@given(problem=separable_integers(), seed=st.integers(0, 2**31), eta=st.sampled_from([0.1, 1.0, 3.0]))
@settings(max_examples=60)
@pytest.mark.filterwarnings("ignore:Perceptron. max_iter:sklearn.exceptions.ConvergenceWarning")
def test_the_bound_for_a_random_start(problem, seed, eta):
    """(w*.w0 + eta k alpha)^2 <= |w*|^2 (|w0|^2 + eta^2 k R^2)."""
    X, y, w = problem
    parameters = {"init": "random", "order": "cyclic", "random_state": seed}
    # A rate too small to change a digit leaves the start as it was.
    start = Perceptron(learning_rate=1e-300, max_iter=1, **parameters).fit(X, y)
    w_0 = np.append(start.coef_[0], start.intercept_)
    augmented = np.hstack([X, np.ones((len(X), 1))])
    alpha, R_squared = (y * (augmented @ w)).min(), (augmented**2).sum(axis=1).max()
    model = Perceptron(learning_rate=eta, max_iter=20_000, **parameters).fit(X, y)
    k = model.n_updates_
    assert model.stop_reason_.code is StopCode.ALL_CORRECT
    assert (w @ w_0 + eta * k * alpha) ** 2 <= (w @ w) * (w_0 @ w_0 + eta**2 * k * R_squared) * (1 + 1e-9)
