"""The machine of examples and classes: its joint distribution against sums over all states."""

import itertools

import numpy as np
import pytest
from scipy.special import logsumexp

from sinapsi import RBMClassifier
from sinapsi.exceptions import InvalidInputError

STATES = np.array(list(itertools.product([0.0, 1.0], repeat=5)))
LABELS = np.array(["a", "b", "c"])


@pytest.fixture(scope="module")
def fitted() -> RBMClassifier:
    random = np.random.default_rng(0)
    X = (random.random((90, 5)) < 0.4).astype(float)
    y = LABELS[(X[:, 0] + X[:, 1]).astype(int)]
    return RBMClassifier(n_hidden=4, max_iter=1500, random_state=0).fit(X, y)


def joint(model: RBMClassifier) -> np.ndarray:
    """log p(x, y) of all states and classes, by sums over all hidden states too."""
    hidden = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
    logs = np.empty((len(STATES), 3))
    for k in range(3):
        visible = np.hstack([STATES, np.tile(np.eye(3)[k], (len(STATES), 1))])
        terms = visible @ model.components_.T @ hidden.T + hidden @ model.intercept_hidden_
        logs[:, k] = logsumexp(terms, axis=1) + visible @ model.intercept_visible_
    return logs - logsumexp(logs)


def test_likelihoods_are_those_of_the_sums(fitted: RBMClassifier) -> None:
    logs = joint(fitted)
    for k, label in enumerate(LABELS):
        np.testing.assert_allclose(fitted.score_samples(STATES, np.full(32, label)), logs[:, k], atol=1e-9)
    np.testing.assert_allclose(fitted.score_samples(STATES), logsumexp(logs, axis=1), atol=1e-9)


def test_classes_are_predicted_by_the_joint(fitted: RBMClassifier) -> None:
    logs = joint(fitted)
    wanted = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
    np.testing.assert_allclose(fitted.predict_proba(STATES), wanted, atol=1e-9)
    assert (fitted.predict(STATES) == LABELS[wanted.argmax(axis=1)]).all()
    assert fitted.score(STATES, LABELS[(STATES[:, 0] + STATES[:, 1]).astype(int)]) > 0.9


def test_samples_of_a_class_are_from_its_distribution(fitted: RBMClassifier) -> None:
    logs = joint(fitted)
    given = np.exp(logs[:, 2] - logsumexp(logs[:, 2]))
    drawn, labels = fitted.sample(4000, label="c", n_gibbs_steps=200, random_state=1)
    assert (labels == "c").all()
    found = np.bincount((drawn @ [16, 8, 4, 2, 1]).astype(int), minlength=32) / 4000
    assert np.abs(found - given).max() < 4.5 * np.sqrt(given.max() / 4000)


def test_gaps_are_filled_whatever_the_class(fitted: RBMClassifier) -> None:
    shares = np.exp(logsumexp(joint(fitted), axis=1))
    fits = (STATES[:, [0, 1, 3, 4]] == [1, 0, 1, 0]).all(axis=1)
    wanted = shares[fits & (STATES[:, 2] == 1)].sum() / shares[fits].sum()
    row = [[1.0, 0.0, np.nan, 1.0, 0.0]] * 200
    assert fitted.complete(row)[:, 2].mean() == pytest.approx(wanted, abs=0.02)


def test_a_class_that_nobody_has(fitted: RBMClassifier) -> None:
    with pytest.raises(InvalidInputError, match="none of the classes"):
        fitted.sample(1, label="d")
