"""Radial basis function networks for classes: XOR, probabilities, weights of classes, batches."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, make_moons
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from sinapsi import RBFClassifier, linear_separability
from sinapsi.exceptions import InvalidInputError, InvalidParameterError

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def standardized(load, seed=0):
    X, y = load(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=seed)
    scaler = StandardScaler().fit(X)
    return scaler.transform(X), y, scaler.transform(X_test), y_test


def test_the_hidden_layer_makes_xor_linearly_separable():
    y = ["no", "yes", "yes", "no"]
    model = RBFClassifier(centers=[[0, 0], [1, 1]], width=1.0, alpha=1e-6).fit(XOR, y)
    assert not linear_separability(XOR, y).separable
    assert linear_separability(model.transform(XOR), y).separable
    assert model.predict(XOR).tolist() == y


@pytest.mark.parametrize("rule", ["random", "kmeans", "competitive", "ols", "farthest"])
def test_two_moons(rule):
    X, y = make_moons(400, noise=0.2, random_state=0)
    X_test, y_test = make_moons(400, noise=0.2, random_state=1)
    assert RBFClassifier(n_centers=25, centers=rule, random_state=0).fit(X, y).score(X_test, y_test) > 0.94


@pytest.mark.parametrize(("load", "largest_loss"), [(load_digits, 0.12), (load_breast_cancer, 0.13)])
def test_probabilities_are_nearly_as_good_as_the_best_slope_makes_them(load, largest_loss):
    X, y, X_test, y_test = standardized(load)
    model = RBFClassifier(n_centers=200, random_state=0).fit(X, y)
    loss = log_loss(y_test, model.predict_proba(X_test))
    slopes = model.slope_ * np.geomspace(0.2, 5, 41)
    best = min(log_loss(y_test, model_with(model, slope).predict_proba(X_test)) for slope in slopes)
    assert loss < 1.3 * best  # leaving out is a little optimistic, for the width was chosen by it
    assert loss < largest_loss


def model_with(model, slope):
    model.slope_ = slope
    return model


def test_an_interpolating_network_has_modest_probabilities_too():
    X, y = make_moons(200, noise=0.25, random_state=0)
    X_test, y_test = make_moons(500, noise=0.25, random_state=1)
    model = RBFClassifier(centers="exact", random_state=0).fit(X, y)
    assert model.score(X, y) == 1.0
    assert log_loss(y_test, model.predict_proba(X_test)) < 0.69  # of knowing nothing


def test_digits_better_than_a_linear_model():
    X, y, X_test, y_test = standardized(load_digits)
    linear = LogisticRegression(max_iter=2000).fit(X, y).score(X_test, y_test)
    assert RBFClassifier(n_centers=400, random_state=0).fit(X, y).score(X_test, y_test) > max(linear, 0.97)


def test_batches_and_shards_give_the_same_classes_and_probabilities():
    X, y = make_moons(300, noise=0.3, random_state=0)
    names = np.array(["waning", "waxing"])[y]
    order = np.argsort(y, kind="stable")  # the first shard knows one class only
    model = RBFClassifier(n_centers=15, centers="farthest", width=0.5, alpha=0.1, class_weight="balanced")
    expected = model.fit(X, names).predict_proba(X)
    shards = [(X[part], names[part]) for part in np.array_split(order, 3)]
    for n_jobs in (None, 2):
        model.fit_batches(shards, n_jobs=n_jobs)
        assert model.classes_.tolist() == ["waning", "waxing"]
        np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-7)


def test_forgetting_balanced_examples_is_refused_unless_their_weights_were_kept():
    X, y = make_moons(100, noise=0.3, random_state=0)
    model = RBFClassifier(n_centers=10, width=0.5, alpha=0.1, class_weight="balanced", random_state=0).fit(X, y)
    with pytest.raises(InvalidInputError, match=r"'balanced' does not keep\. Pass a dict"):
        model.forget(X[:5], y[:5])
    model.fit_batches((X, y)).forget(X[:5], y[:5])
    assert model.predict(X).shape == (100,)


def test_an_unknown_class_weight_is_refused():
    with pytest.raises(InvalidParameterError, match="names \\['z'\\]"):
        RBFClassifier(class_weight={"z": 1.0}).fit(XOR, ["a", "b", "b", "a"])


def test_after_steps_there_are_probabilities_too():
    X, y = make_moons(300, noise=0.2, random_state=0)
    settings = {"n_centers": 15, "centers": "farthest", "width": 0.7, "random_state": 0}
    for model in (
        RBFClassifier(solver="lms", stopping="max_iter(60)", **settings).fit(X, y),
        RBFClassifier(fine_tuning=10, **settings).fit(X, y),
    ):
        assert model.score(X, y) > 0.9
        assert log_loss(y, model.predict_proba(X)) < 0.4
