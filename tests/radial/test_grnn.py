"""GRNN against loops, against refitting without each example, and where weights would underflow."""

import tracemalloc

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.exceptions import ConvergenceWarning

from sinapsi import GRNNRegressor
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.radial.kernel_estimate import LARGEST_JUDGED
from sinapsi.stopping import StopCode
from tests.reference import radial as twin


def noisy_wave(n_samples=80, n_features=2, seed=3):
    random = np.random.default_rng(seed)
    X = random.uniform(-2, 2, (n_samples, n_features))
    return X, np.sin(2 * X[:, 0]) + 0.3 * random.standard_normal(n_samples)


def mean_squared_error_of_refits(X, y, width):
    """Each example predicted by a network that never saw it."""
    errors = []
    for i in range(len(X)):
        others = np.arange(len(X)) != i
        refitted = GRNNRegressor(width=width).fit(X[others], y[others])
        errors.append(float(refitted.predict(X[i : i + 1])[0] - y[i]) ** 2)
    return np.mean(errors)


@pytest.mark.parametrize("width", [0.7, (0.5, 1.5)])
def test_it_is_the_naive_twin(width):
    X, y = noisy_wave()
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(X))
    model = GRNNRegressor(width=width).fit(X, y, sample_weight=weights)
    queries = np.random.default_rng(1).uniform(-3, 3, (20, 2))
    mean, std = model.predict(queries, return_std=True)
    widths = np.broadcast_to(width, 2)
    np.testing.assert_allclose(
        mean, [twin.grnn_mean(x, X, y, weights, widths) for x in queries], rtol=1e-12, atol=1e-13
    )
    np.testing.assert_allclose(std, [twin.grnn_std(x, X, y, weights, widths) for x in queries], rtol=1e-12)
    np.testing.assert_array_equal(model.predict(queries), mean)


def test_blocks_of_examples_and_of_queries_make_no_difference():
    X, y = noisy_wave(1300)  # three blocks of examples, ten of queries
    queries = np.random.default_rng(1).uniform(-3, 3, (5000, 2))
    mean, std = GRNNRegressor(width=0.3).fit(X, y).predict(queries, return_std=True)
    some = [0, 511, 512, 4999]
    np.testing.assert_allclose(
        mean[some], [twin.grnn_mean(queries[i], X, y, np.ones(1300), [0.3, 0.3]) for i in some], rtol=1e-12
    )
    np.testing.assert_allclose(
        std[some], [twin.grnn_std(queries[i], X, y, np.ones(1300), [0.3, 0.3]) for i in some], rtol=1e-11
    )


def test_several_outputs_are_several_networks():
    X, y = noisy_wave()
    Y = np.column_stack([y, X[:, 1] ** 2])
    mean, std = GRNNRegressor(width=0.5).fit(X, Y).predict(X, return_std=True)
    for k in range(2):
        alone = GRNNRegressor(width=0.5).fit(X, Y[:, k]).predict(X, return_std=True)
        np.testing.assert_allclose((mean[:, k], std[:, k]), alone, rtol=1e-12)


def test_the_loss_is_that_of_refitting_without_each_example():
    X, y = noisy_wave()
    model = GRNNRegressor(width=0.4).fit(X, y)
    assert model.history_["loss"][0] == pytest.approx(mean_squared_error_of_refits(X, y, 0.4) / 2, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_loo_finds_the_width_that_refitting_finds(seed):
    X, y = noisy_wave(seed=seed)
    model = GRNNRegressor().fit(X, y)
    best = minimize_scalar(
        lambda log_width: mean_squared_error_of_refits(X, y, np.exp(log_width)),
        bounds=np.log([0.6 * model.width_, 1.7 * model.width_]),
        method="bounded",
    )
    assert model.width_ == pytest.approx(np.exp(best.x), rel=0.03)
    assert 2 * model.history_["loss"][0] <= 1.001 * best.fun
    for factor in (0.25, 0.5, 2, 4):
        assert mean_squared_error_of_refits(X, y, factor * model.width_) > best.fun


@pytest.mark.parametrize("scale", [1e-200, 1e-3, 1e6, 1e100])
def test_the_width_is_found_in_any_unit(scale):
    X, y = noisy_wave()
    assert GRNNRegressor().fit(scale * X, y).width_ == pytest.approx(scale * GRNNRegressor().fit(X, y).width_, rel=1e-6)


def test_more_examples_than_are_left_out_make_the_width_for_all():
    X, y = noisy_wave(4 * LARGEST_JUDGED, n_features=1)
    width = GRNNRegressor().fit(X, y).width_
    assert 0.03 < width < 0.9 * GRNNRegressor().fit(X[:200], y[:200]).width_  # it shrinks as examples become many


@pytest.mark.parametrize("width", [1e-3, 0.5, "loo"])
@pytest.mark.parametrize("distance", [1e3, 1e6, 1e12])
def test_far_away_the_nearest_example_answers(width, distance):
    X, y = noisy_wave()
    directions = np.random.default_rng(5).standard_normal((30, 2))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    model = GRNNRegressor(width=width).fit(X, y)
    mean, std = model.predict(distance * directions, return_std=True)
    # |x - t|^2 without the |x|^2 that all have in common; weights that are not far apart show where none is alone
    closeness = 2 * distance * directions @ X.T - np.vecdot(X, X)
    first, second = np.sort(closeness, axis=1)[:, ::-1][:, :2].T
    is_alone = first - second > 50 * model.width_**2
    assert is_alone.mean() > 0.5
    np.testing.assert_allclose(mean[is_alone], y[closeness.argmax(axis=1)][is_alone], rtol=1e-12)
    assert np.isfinite(mean).all()
    assert (std[is_alone] < 1e-8).all()


def test_between_far_examples_weights_keep_their_digits():
    """At 1e6, where |x - t|^2 is 1e12, two examples whose squared distances differ by 0.5 weigh as 1 to exp(-0.5)."""
    X, y = [[0.0, 0.0], [0.0, np.sqrt(0.5)]], [0.0, 1.0]
    share = GRNNRegressor(width=1.0).fit(X, y).predict([[1e6, 0.0]])[0]
    assert share == pytest.approx(np.exp(-0.5) / (1 + np.exp(-0.5)), rel=1e-9)


@pytest.mark.parametrize("width", [0.4, "loo"])
def test_weights_are_repetitions_to_the_last_bit_in_any_order(width):
    X, y = noisy_wave()
    counts = np.random.default_rng(2).integers(0, 4, len(X))
    weighted = GRNNRegressor(width=width).fit(X, y, sample_weight=counts)
    rows = np.random.default_rng(3).permutation(np.repeat(np.arange(len(X)), counts))
    repeated = GRNNRegressor(width=width).fit(X[rows], y[rows])
    assert weighted.width_ == repeated.width_
    np.testing.assert_array_equal(weighted.predict(X), repeated.predict(X))
    assert len(weighted.examples_) == np.count_nonzero(counts)
    assert weighted.example_weights_.sum() == counts.sum()


def test_however_the_examples_were_cut_the_network_is_the_same():
    X, y = noisy_wave()
    whole = GRNNRegressor(width=0.4).fit(X, y)
    parts = GRNNRegressor(width=0.4)
    for start in range(0, 80, 30):
        parts.partial_fit(X[start : start + 30], y[start : start + 30])
    np.testing.assert_array_equal(parts.predict(X), whole.predict(X))


def test_partial_fit_keeps_the_first_width_that_was_chosen():
    X, y = noisy_wave()
    model = GRNNRegressor().partial_fit(X[:1], y[:1])
    assert "nothing in them speaks for one width" in str(model.stop_reason_)
    width = model.partial_fit(X[1:40], y[1:40]).width_
    assert width == GRNNRegressor().fit(X[:40], y[:40]).width_
    assert model.partial_fit(X[40:], y[40:]).width_ == width
    assert model.fit(X, y).width_ != width


def test_single_precision_comes_back_and_agrees():
    X, y = noisy_wave()
    single = GRNNRegressor().fit(X.astype(np.float32), y.astype(np.float32))
    mean, std = single.predict(X.astype(np.float32), return_std=True)
    assert mean.dtype == std.dtype == single.examples_.dtype == single.targets_.dtype == np.float32
    expected = GRNNRegressor().fit(X, y).predict(X, return_std=True)
    np.testing.assert_allclose((mean, std), expected, rtol=1e-4, atol=1e-4)


def test_memory_is_a_block_beyond_examples_and_answers():
    random = np.random.default_rng(0)
    X, queries = random.standard_normal((20_000, 8)), random.standard_normal((10_000, 8))
    model = GRNNRegressor(width=0.5).fit(X, X[:, 0])
    model.predict(queries[:5000])  # threads and their libraries are there
    tracemalloc.start()
    model.predict(queries)  # all weights would take 1.6 GB
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6


def test_ctrl_c_leaves_a_network_that_answers(monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    X, y = noisy_wave()
    monkeypatch.setattr(GRNNRegressor, "_losses", interrupt)
    with pytest.warns(ConvergenceWarning, match="interrupted"):
        model = GRNNRegressor().fit(X, y)
    assert model.stop_reason_.code is StopCode.INTERRUPTED
    assert np.isfinite(model.predict(X)).all()
    monkeypatch.undo()
    assert model.partial_fit(X, y).width_ == GRNNRegressor().fit(X, y).width_  # the search was not done yet


def test_examples_at_one_place_answer_their_mean():
    model = GRNNRegressor().fit(np.ones((5, 3)), [1.0, 2.0, 3.0, 4.0, 10.0])
    assert model.width_ == 1.0
    mean, std = model.predict([[1.0, 1.0, 1.0], [-5e6, 0.0, 0.0]], return_std=True)
    np.testing.assert_allclose(mean, 4.0, rtol=1e-14)
    np.testing.assert_allclose(std, np.std([1, 2, 3, 4, 10]), rtol=1e-14)


def test_one_example_answers_alone():
    model = GRNNRegressor().fit([[3.0, 1.0]], [7.0])
    assert model.predict([[3.0, 1.0], [1e8, -1e8]]).tolist() == [7.0, 7.0]
    assert model.history_["loss"].tolist() == [0.0]


def test_a_constant_target_speaks_for_no_width():
    X, _ = noisy_wave()
    model = GRNNRegressor().fit(X, np.full(80, 0.1))
    assert "nothing in them speaks for one width" in str(model.stop_reason_)
    np.testing.assert_allclose(model.predict(X), 0.1, rtol=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_on_noise_alone_it_is_hardly_worse_than_the_mean(seed):
    random = np.random.default_rng(seed)
    X, y = random.standard_normal((200, 3)), random.standard_normal(200)
    mean_of_the_others = (y.sum() - y) / 199
    assert 2 * GRNNRegressor().fit(X, y).history_["loss"][0] <= 1.02 * np.mean((y - mean_of_the_others) ** 2)


@pytest.mark.parametrize("width", [0, -1.0, (1.0, 0.0), "wide"])
def test_a_width_is_above_zero(width):
    with pytest.raises(
        InvalidParameterError, match=r"The 'width' parameter of GRNNRegressor must be a number in .* per"
    ):
        GRNNRegressor(width=width).fit([[0.0, 1.0]], [1.0])


def test_a_width_for_each_feature():
    with pytest.raises(InvalidParameterError, match=r"must be one number or one per feature. Got 3 numbers for 2 feat"):
        GRNNRegressor(width=(1.0, 2.0, 3.0)).fit([[0.0, 1.0]], [1.0])


def test_what_would_overflow_is_refused():
    X, y = noisy_wave()
    model = GRNNRegressor(width=1e-3).fit(X, y)
    for refused in (
        lambda: GRNNRegressor().fit(1e200 * X, y),
        lambda: GRNNRegressor(width=1e-200).fit(X, y),
        lambda: GRNNRegressor().fit(X, 1e200 * y),
        lambda: model.predict(1e180 * X),
    ):
        with pytest.raises(InvalidInputError, match=r"exceed the range of float64.*rescale"):
            refused()
