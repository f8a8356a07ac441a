"""Kesler's construction: it separates whatever a linear machine separates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning

from sinapsi import Perceptron
from sinapsi.stopping import StopCode

# Three classes on a line: no hyperplane parts the middle one from the rest, yet the fields -x, 0.5, x do.
LINE = np.array([[-2.0], [-1.5], [-0.2], [0.1], [0.2], [1.5], [2.5]])
PLACES = np.array(["left", "left", "middle", "middle", "middle", "right", "right"])


@pytest.mark.parametrize("order", ["cyclic", "shuffled", "worst"])
def test_it_separates_what_one_against_the_rest_cannot(order):
    together = Perceptron(multi_class="kesler", order=order, random_state=0).fit(LINE, PLACES)
    assert together.stop_reason_.code is StopCode.ALL_CORRECT
    assert together.score(LINE, PLACES) == 1
    with pytest.warns(ConvergenceWarning, match="max_iter=1000 was used up"):
        apart = Perceptron(multi_class="one-vs-rest", order=order, random_state=0).fit(LINE, PLACES)
    assert apart.stop_reason_.code is StopCode.MAX_ITER


def linear_machine(seed, n_classes, n_features):
    """Integer examples of three classes or more, and the integer linear machine that names them: (X, y, W)."""
    random = np.random.default_rng(seed)
    while True:
        W = random.integers(-3, 4, (n_classes, n_features + 1)).astype(float)
        X = random.integers(-4, 5, (12, n_features)).astype(float)
        fields = X @ W[:, :-1].T + W[:, -1]
        highest = np.sort(fields, axis=1)
        is_clear = highest[:, -1] > highest[:, -2]
        X, y = X[is_clear], fields[is_clear].argmax(axis=1)
        if len(np.unique(y)) >= 3:
            return X, y, W


@given(
    seed=st.integers(0, 2**32 - 1),
    n_classes=st.integers(3, 4),
    n_features=st.integers(1, 3),
    order=st.sampled_from(["cyclic", "shuffled", "worst"]),
)
@settings(max_examples=80)
def test_the_number_of_corrections_obeys_the_convergence_theorem(seed, n_classes, n_features, order):
    """In the construction every correction adds a vector of squared length 2 |x|^2 to the joint weights."""
    X, y, W = linear_machine(seed, n_classes, n_features)
    augmented = np.hstack([X, np.ones((len(X), 1))])
    fields = augmented @ W.T
    own = fields[np.arange(len(y)), y]
    fields[np.arange(len(y)), y] = -np.inf
    alpha = (own[:, np.newaxis] - fields[:, np.unique(y)]).min()
    bound = 2 * (augmented**2).sum(axis=1).max() * (W**2).sum() / alpha**2
    model = Perceptron(multi_class="kesler", order=order, max_iter=int(bound) + 1, random_state=0).fit(X, y)
    assert model.stop_reason_.code is StopCode.ALL_CORRECT
    assert model.n_updates_ <= bound
    assert (model.predict(X) == y).all()


def test_the_corrections_cancel_over_the_classes():
    """What one class gains its rival loses: from a zero start the weights sum to nothing."""
    random = np.random.default_rng(0)
    X, y = random.integers(-3, 4, (100, 4)).astype(float), random.integers(0, 5, 100)
    model = Perceptron(multi_class="kesler", stopping="max_iter(5)", random_state=0).fit(X, y)
    assert model.coef_.any()
    assert not model.coef_.sum(axis=0).any()
    assert model.intercept_.sum() == 0


def test_two_classes_share_one_neuron_whatever_multi_class_says():
    X, y = LINE[:5], PLACES[:5]
    kesler, standard = (Perceptron(multi_class=m, order="cyclic").fit(X, y) for m in ("kesler", "one-vs-rest"))
    assert kesler.coef_.shape == (1, 1)
    np.testing.assert_array_equal(kesler.coef_, standard.coef_)


def test_worst_corrects_the_largest_violation():
    random = np.random.default_rng(1)
    X, y = random.standard_normal((50, 3)), random.integers(0, 3, 50)
    model = Perceptron(multi_class="kesler", order="worst", stopping="max_iter(12)").fit(X, y)
    W, b = np.zeros((3, 3)), np.zeros(3)
    for _ in range(12):
        fields = X @ W.T + b
        violations = [max(f[k] - f[y[i]] for k in range(3) if k != y[i]) for i, f in enumerate(fields)]
        i = int(np.argmax(violations))
        rival = max((k for k in range(3) if k != y[i]), key=lambda k, i=i: (fields[i, k], -k))
        W[y[i]] += X[i]
        W[rival] -= X[i]
        b[y[i]] += 1
        b[rival] -= 1
    np.testing.assert_allclose(model.coef_, W, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(model.intercept_, b)


def test_class_weights_scale_the_corrections():
    X, y = np.eye(3), np.array([0, 1, 2])
    model = Perceptron(multi_class="kesler", order="cyclic", class_weight={0: 8.0}, stopping="max_iter(1)").fit(X, y)
    # The first example is met with zero fields: class 0 gains 8 x, its rival of lowest index loses 8 x.
    np.testing.assert_array_equal(model.coef_[:2, 0], [8, -8])
