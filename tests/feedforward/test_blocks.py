"""Learning in blocks of examples takes the same steps as learning example by example, whatever their size."""

import numpy as np
import pytest

from sinapsi import MLPClassifier, MLPRegressor
from sinapsi.feedforward.solvers import online

rng = np.random.default_rng(3)
X = rng.standard_normal((150, 30))
CLASSES = rng.integers(0, 4, 150)
NUMBERS = np.sin(X[:, :2])


def trained(monkeypatch, in_blocks, network, X, y, sample_weight=None, **parameters):
    monkeypatch.setattr(online, "LARGE_LAYER", 0 if in_blocks else 10**9)
    common = {"solver": "sgd", "batch_size": 1, "alpha": 0.0, "max_iter": 3, "stopping": "max_iter(3)"}
    return network(**common, **parameters, random_state=0).fit(X, y, sample_weight=sample_weight)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("learning_rate", [1e-3, "inverse_scaling(0.02)"])
@pytest.mark.parametrize(
    ("network", "y", "parameters"),
    [
        (MLPClassifier, CLASSES, {"hidden_layer_sizes": (12,)}),
        (MLPClassifier, CLASSES, {"hidden_layer_sizes": ()}),
        (MLPClassifier, CLASSES % 2, {"hidden_layer_sizes": (7, 5), "activation": "tanh"}),
        (MLPClassifier, CLASSES, {"hidden_layer_sizes": (6,), "activation": "logistic", "loss": "squared_error"}),
        (MLPRegressor, NUMBERS, {"hidden_layer_sizes": (9,), "shuffle": False}),
    ],
)
def test_the_steps_are_the_same(monkeypatch, network, y, parameters, learning_rate, momentum):
    settings = {**parameters, "learning_rate": learning_rate, "momentum": momentum}
    weights = np.random.default_rng(1).random(len(X))
    blocks = trained(monkeypatch, True, network, X, y, weights, **settings)
    one_by_one = trained(monkeypatch, False, network, X, y, weights, **settings)
    for own, wanted in zip(
        (*blocks.coefs_, *blocks.intercepts_), (*one_by_one.coefs_, *one_by_one.intercepts_), strict=True
    ):
        np.testing.assert_allclose(own, wanted, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(blocks.history_["loss"], one_by_one.history_["loss"], rtol=1e-11)


def test_they_are_the_same_in_single_precision(monkeypatch):
    single = X.astype(np.float32)
    settings = {"hidden_layer_sizes": (12,), "learning_rate": 1e-3}
    blocks = trained(monkeypatch, True, MLPClassifier, single, CLASSES, **settings)
    one_by_one = trained(monkeypatch, False, MLPClassifier, single, CLASSES, **settings)
    assert blocks.coefs_[0].dtype == np.float32
    np.testing.assert_allclose(blocks.coefs_[0], one_by_one.coefs_[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_examples", [1, 2, 63, 64, 65, 128, 129])
def test_any_number_of_examples_fits_into_blocks(monkeypatch, n_examples):
    settings = {"hidden_layer_sizes": (5,), "learning_rate": 0.01, "shuffle": False}
    rows = slice(0, n_examples)
    blocks = trained(monkeypatch, True, MLPRegressor, X[rows], NUMBERS[rows], **settings)
    one_by_one = trained(monkeypatch, False, MLPRegressor, X[rows], NUMBERS[rows], **settings)
    np.testing.assert_allclose(blocks.coefs_[0], one_by_one.coefs_[0], rtol=1e-9, atol=1e-12)


def test_velocities_go_on_from_block_to_block_and_from_fit_to_fit(monkeypatch):
    settings = {"hidden_layer_sizes": (5,), "learning_rate": 0.01, "shuffle": False}
    whole = trained(monkeypatch, True, MLPRegressor, X, NUMBERS, **settings)
    monkeypatch.setattr(online, "LARGE_LAYER", 0)
    parts = MLPRegressor(solver="sgd", batch_size=1, alpha=0.0, random_state=0, **settings)
    for _ in range(3):
        parts.partial_fit(X, NUMBERS)
    np.testing.assert_allclose(parts.coefs_[0], whole.coefs_[0], rtol=1e-12)
