"""The regressor: outputs, shapes, weights, and that it fits what it should."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from sinapsi import AdalineRegressor, MLPRegressor
from sinapsi.exceptions import InvalidInputError


def surface(n_samples=150, n_outputs=None, seed=0):
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (n_samples, 2))
    y = np.column_stack([np.sin(3 * X[:, 0]), X[:, 0] * X[:, 1], X.sum(axis=1)])
    return X, (y[:, :n_outputs] if n_outputs else y[:, 0])


def small(**parameters):
    settings = {"hidden_layer_sizes": (8,), "activation": "tanh", "learning_rate": 0.02, "batch_size": 20,
                "stopping": "max_iter(20)", "random_state": 0}  # fmt: skip
    return MLPRegressor(**{**settings, **parameters})


@pytest.mark.parametrize("n_outputs", [None, 1, 3])
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_outputs_are_shaped_as_y_was(n_outputs, solver):
    X, y = surface(n_outputs=n_outputs)
    model = small(solver=solver).fit(X, y)
    assert model.predict(X).shape == y.shape
    assert model.n_outputs_ == (n_outputs or 1)
    assert [delta.shape for delta in model.local_gradients(X, y)] == [(150, 8), (150, n_outputs or 1)]


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_it_fits_a_curved_surface(solver):
    X, y = surface(n_outputs=3)
    model = small(solver=solver, stopping="max_iter(300)", max_iter=300).fit(X, y)
    assert model.score(X, y) > 0.95
    assert model.score(X, y) > AdalineRegressor().fit(X, y).score(X, y) + 0.1


def test_error_falls_as_hidden_units_are_added():
    """Universal approximation as one sees it (notes, section 3.3, theorem)."""
    X = np.linspace(-1, 1, 100)[:, np.newaxis]
    y = np.sin(10 * X[:, 0])
    errors = [
        MLPRegressor(
            hidden_layer_sizes=(n_units,), activation="tanh", solver="lbfgs", init="nguyen_widrow", alpha=0.0,
            stopping="max_iter(500)", max_iter=500, n_init=3, random_state=0,
        ).fit(X, y).history_["loss"][-1]
        for n_units in (1, 4, 8)
    ]  # fmt: skip
    assert errors[0] > 3 * errors[1] > 9 * errors[2]


def test_predictions_are_the_forward_pass_written_out():
    X, y = surface()
    model = small(activation=("relu", "tanh"), hidden_layer_sizes=(5, 4)).fit(X, y)
    hidden = np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0)
    hidden = np.tanh(hidden @ model.coefs_[1] + model.intercepts_[1])
    np.testing.assert_allclose(model.predict(X), (hidden @ model.coefs_[2] + model.intercepts_[2])[:, 0], rtol=1e-10)


def test_the_user_may_change_the_weights():
    X, y = surface()
    model = small().fit(X, y)
    model.intercepts_[-1] = model.intercepts_[-1] + 5.0
    np.testing.assert_allclose(model.predict(X), small().fit(X, y).predict(X) + 5.0, rtol=1e-10)


@pytest.mark.parametrize("output", ["tanh", "logistic"])
def test_bounded_outputs(output):
    X, y = surface()
    y = (y + 1) / 2
    model = small(output_activation=output, solver="lbfgs", stopping="max_iter(200)").fit(X, y)
    assert model.out_activation_ == output
    assert model.score(X, y) > 0.9
    assert model.predict(10 * X).min() >= {"tanh": -1, "logistic": 0}[output]
    assert model.predict(10 * X).max() <= 1


def test_whole_weights_equal_repeated_examples():
    X, y = surface(40)
    repeats = np.random.default_rng(1).integers(0, 4, 40)
    settings = {"solver": "lbfgs", "alpha": 0.5, "stopping": "max_iter(15)"}
    weighted = small(**settings).fit(X, y, repeats)
    repeated = small(**settings).fit(np.repeat(X, repeats, axis=0), np.repeat(y, repeats))
    np.testing.assert_allclose(weighted.coefs_[0], repeated.coefs_[0], rtol=1e-6)


def test_online_learning_with_weights_is_a_weighted_step():
    """An example of weight 3 among others of weight 1 moves the weights three times as far, in units of the mean."""
    X, y = np.array([[1.0], [1.0]]), np.array([1.0, 1.0])
    start = ([[[0.0]]], [[0.0]])
    settings = {
        "hidden_layer_sizes": (), "init": start, "solver": "sgd", "momentum": 0.0, "alpha": 0.0, "batch_size": 1,
        "learning_rate": 0.001, "shuffle": False, "stopping": "max_iter(1)",
    }  # fmt: skip
    model = MLPRegressor(**settings).fit(X, y, [1.0, 3.0])
    first = 0.001 * 0.5  # weights scaled to mean 1: 0.5 and 1.5
    second = 0.001 * 1.5 * (1 - 2 * first)
    assert model.coefs_[0][0, 0] == pytest.approx(first + second, rel=1e-12)


@pytest.mark.parametrize("batch_size", [1, 20])
def test_float32_goes_in_and_comes_out(batch_size):
    X, y = surface(n_outputs=2)
    model = small(batch_size=batch_size, solver="sgd").fit(X.astype(np.float32), y.astype(np.float32))
    assert model.predict(X.astype(np.float32)).dtype == np.float32
    double = small(batch_size=batch_size, solver="sgd").fit(X, y)
    np.testing.assert_allclose(model.predict(X.astype(np.float32)), double.predict(X), atol=1e-3)


def test_sparse_rows_learn_like_dense_ones():
    X, y = surface(n_outputs=2)
    X = np.where(np.abs(X) < 0.3, 0, X)
    dense, spare = small().fit(X, y), small().fit(sparse.csr_array(X), y)
    np.testing.assert_allclose(spare.predict(sparse.csr_array(X)), dense.predict(X), rtol=1e-8, atol=1e-10)


def test_one_example_is_enough():
    model = small(stopping="max_iter(3)").fit([[1.0, 2.0]], [3.0])
    assert model.predict([[1.0, 2.0]]).shape == (1,)


def test_a_constant_column_and_a_constant_target_do_no_harm():
    X, _ = surface()
    X = np.hstack([X, np.full((150, 1), 3.0)])
    model = small(stopping="max_iter(100)").fit(X, np.full(150, 2.0))
    np.testing.assert_allclose(model.predict(X), 2.0, atol=0.1)


def test_the_batch_size_left_to_us():
    """A tenth of the examples, between 10 and 200."""
    for n_samples, n_steps in ((7, 1), (50, 5), (150, 10), (3000, 15)):
        X, y = surface(n_samples)
        model = small(batch_size="auto", stopping="max_iter(1)").fit(X, y)
        assert model.history_["step"].tolist() == [n_steps]


def test_a_batch_larger_than_the_data_is_the_full_batch():
    X, y = surface(30)
    full, large = (small(batch_size=size, stopping="max_iter(3)").fit(X, y) for size in ("full", 1000))
    np.testing.assert_array_equal(full.coefs_[0], large.coefs_[0])


def test_shuffling_gathers_every_example_once_an_epoch():
    """At a rate too small to change anything the loss of an epoch is that of all examples, in any order."""
    X, y = surface(37)
    for batch_size in (1, 5, 37):
        model = small(batch_size=batch_size, solver="sgd", learning_rate=1e-300, stopping="max_iter(2)", alpha=0.0)
        model.fit(X, y)
        expected = ((y - model.predict(X)) ** 2).mean() / 2
        np.testing.assert_allclose(model.history_["loss"], expected, rtol=1e-12)


@pytest.mark.parametrize("y", [np.full(150, np.nan), np.full(150, np.inf), ["a"] * 150, np.zeros((150, 2, 2)), None])
def test_bad_targets_are_refused(y):
    X, _ = surface()
    with pytest.raises((InvalidInputError, ValueError)) as caught:
        small().fit(X, y)
    assert isinstance(caught.value, InvalidInputError)


def test_later_calls_must_have_as_many_outputs():
    X, y = surface(n_outputs=2)
    model = small(stopping=None).partial_fit(X, y)
    with pytest.raises(InvalidInputError, match="2 outputs"):
        model.partial_fit(X, y[:, 0])


def test_huge_targets_are_no_numpy_warnings():
    X, y = surface()
    with pytest.warns(ConvergenceWarning, match="Lower learning_rate, or standardize"):
        small(solver="sgd", learning_rate=0.5, stopping=None, activation="relu").fit(X, 1e200 * y)
