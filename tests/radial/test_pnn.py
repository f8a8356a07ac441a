"""PNN against loops, against scikit-learn's density, against refitting without each example, and far away."""

import tracemalloc

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.neighbors import KernelDensity

from sinapsi import PNNClassifier
from sinapsi.exceptions import InvalidParameterError
from tests.reference import radial as twin


def three_clouds(n_samples=90, seed=3):
    random = np.random.default_rng(seed)
    indices = random.permutation(np.arange(n_samples) ** 2 % 3)  # one third and two thirds, and then some
    indices[: n_samples // 5] = 2
    X = np.array([[0.0, 0.0], [1.5, 0.0], [0.0, 2.0]])[indices] + random.standard_normal((n_samples, 2))
    return X, np.array(["ant", "bee", "cat"])[indices]


def log_loss_of_refits(X, y, width):
    """Each example judged by a network that never saw it."""
    losses = []
    for i in range(len(X)):
        others = np.arange(len(X)) != i
        refitted = PNNClassifier(width=width).fit(X[others], y[others])
        losses.append(-refitted.predict_log_proba(X[i : i + 1])[0, refitted.classes_.tolist().index(y[i])])
    return np.mean(losses)


@pytest.mark.parametrize("width", [0.7, (0.5, 1.5)])
def test_it_is_the_naive_twin(width):
    X, y = three_clouds()
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(X))
    model = PNNClassifier(width=width).fit(X, y, sample_weight=weights)
    indices = np.searchsorted(model.classes_, y)
    queries = np.random.default_rng(1).uniform(-3, 3, (20, 2))
    expected = [twin.pnn_probabilities(x, X, indices, weights, np.broadcast_to(width, 2), 3) for x in queries]
    np.testing.assert_allclose(model.predict_proba(queries), expected, rtol=1e-12)
    np.testing.assert_allclose(model.predict_log_proba(queries), np.log(expected), rtol=1e-12, atol=1e-13)
    assert model.predict(queries).tolist() == model.classes_[np.argmax(expected, axis=1)].tolist()


def test_the_densities_are_those_of_scikit_learn():
    X, y = three_clouds(1600)
    model = PNNClassifier(width=0.6).fit(X, y)
    queries = np.random.default_rng(1).uniform(-4, 4, (700, 2))
    # A single leaf: where its tree is cut, scikit-learn loses digits in the tails.
    density = KernelDensity(bandwidth=0.6 / np.sqrt(2), leaf_size=1600)
    joint = np.column_stack(
        [density.fit(X[y == label]).score_samples(queries) + np.log(np.mean(y == label)) for label in model.classes_]
    )
    joint -= joint.max(axis=1, keepdims=True)
    np.testing.assert_allclose(
        model.predict_log_proba(queries),
        joint - np.log(np.exp(joint).sum(axis=1, keepdims=True)),
        rtol=1e-9,
        atol=1e-12,
    )


def test_the_loss_is_that_of_refitting_without_each_example():
    X, y = three_clouds()
    model = PNNClassifier(width=0.4).fit(X, y)
    assert model.history_["loss"][0] == pytest.approx(log_loss_of_refits(X, y, 0.4), rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_loo_finds_the_width_that_refitting_finds(seed):
    X, y = three_clouds(seed=seed)
    model = PNNClassifier().fit(X, y)
    best = minimize_scalar(
        lambda log_width: log_loss_of_refits(X, y, np.exp(log_width)),
        bounds=np.log([0.6 * model.width_, 1.7 * model.width_]),
        method="bounded",
    )
    assert model.width_ == pytest.approx(np.exp(best.x), rel=0.03)
    assert model.history_["loss"][0] <= 1.001 * best.fun
    for factor in (0.25, 0.5, 2, 4):
        assert log_loss_of_refits(X, y, factor * model.width_) > best.fun


@pytest.mark.parametrize("width", [1e-3, 0.5, "loo"])
@pytest.mark.parametrize("distance", [1e6, 1e12])
def test_far_away_the_class_of_the_nearest_example_answers(width, distance):
    X, y = three_clouds()
    angles = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    queries = distance * np.column_stack([np.cos(angles), np.sin(angles)])
    model = PNNClassifier(width=width).fit(X, y)
    closeness = 2 * queries @ X.T - np.vecdot(X, X)
    first, second = np.sort(closeness, axis=1)[:, ::-1][:, :2].T
    is_alone = first - second > 50 * model.width_**2
    assert is_alone.mean() > 0.5
    assert model.predict(queries)[is_alone].tolist() == y[closeness.argmax(axis=1)][is_alone].tolist()
    np.testing.assert_allclose(model.predict_proba(queries).sum(axis=1), 1.0, rtol=1e-12)
    assert np.isfinite(model.predict_log_proba(queries)).all()


def test_a_tie_goes_to_the_lowest_class():
    model = PNNClassifier(width=1.0).fit([[-1.0], [1.0]], ["right", "left"])
    assert model.predict_proba([[0.0]]).tolist() == [[0.5, 0.5]]
    assert model.predict([[0.0]]).tolist() == ["left"]


@pytest.mark.parametrize("width", [0.4, "loo"])
def test_weights_are_repetitions_to_the_last_bit_in_any_order(width):
    X, y = three_clouds()
    counts = np.random.default_rng(2).integers(0, 4, len(X))
    weighted = PNNClassifier(width=width).fit(X, y, sample_weight=counts)
    rows = np.random.default_rng(3).permutation(np.repeat(np.arange(len(X)), counts))
    repeated = PNNClassifier(width=width).fit(X[rows], y[rows])
    assert weighted.width_ == repeated.width_
    np.testing.assert_array_equal(weighted.predict_log_proba(X), repeated.predict_log_proba(X))


def test_balanced_classes_are_equally_probable_before_x_is_seen():
    X, y = three_clouds()
    model = PNNClassifier(width=1e4, class_weight="balanced").fit(X, y)  # so wide that x says nothing
    np.testing.assert_allclose(model.predict_proba(X[:3]), 1 / 3, rtol=1e-6)


def test_however_the_examples_were_cut_the_network_is_the_same():
    X, y = three_clouds()
    whole = PNNClassifier(width=0.4).fit(X, y)
    parts = PNNClassifier(width=0.4)
    for start in range(0, 90, 30):
        parts.partial_fit(X[start : start + 30], y[start : start + 30], classes=["cat", "bee", "ant"])
    np.testing.assert_array_equal(parts.predict_log_proba(X), whole.predict_log_proba(X))


def test_a_class_that_has_not_come_yet_is_impossible_and_no_width_is_chosen_from_one_class():
    X, y = three_clouds()
    model = PNNClassifier().partial_fit(X[y == "ant"], y[y == "ant"], classes=["ant", "bee", "cat"])
    assert model.predict_proba(X[:1]).tolist() == [[1.0, 0.0, 0.0]]
    assert model.predict_log_proba(X[:1]).tolist() == [[0.0, -np.inf, -np.inf]]
    assert "nothing in them speaks for one width" in str(model.stop_reason_)
    model.partial_fit(X[y != "ant"], y[y != "ant"])
    assert model.width_ == PNNClassifier().fit(X, y).width_


def test_one_example_a_class():
    model = PNNClassifier().fit([[0.0], [1.0], [3.0]], ["a", "b", "c"])
    assert model.predict([[0.2], [0.9], [5e9]]).tolist() == ["a", "b", "c"]
    assert model.width_ == 1.0  # the median distance to the nearest
    assert np.isfinite(model.history_["loss"]).all()


def test_examples_at_one_place_answer_by_their_number():
    model = PNNClassifier().fit(np.ones((4, 2)), [7, 7, 7, 3])
    np.testing.assert_allclose(model.predict_proba([[0.0, 9.0]]), [[0.25, 0.75]], rtol=1e-12)


def test_single_precision_comes_back_and_agrees():
    X, y = three_clouds()
    single = PNNClassifier().fit(X.astype(np.float32), y)
    probabilities = single.predict_proba(X.astype(np.float32))
    assert probabilities.dtype == single.examples_.dtype == np.float32
    np.testing.assert_allclose(probabilities, PNNClassifier().fit(X, y).predict_proba(X), rtol=1e-4, atol=1e-4)


def test_memory_is_a_block_beyond_examples_and_answers():
    random = np.random.default_rng(0)
    X, queries = random.standard_normal((20_000, 8)), random.standard_normal((10_000, 8))
    model = PNNClassifier(width=0.5).fit(X, X[:, 0] > 0)
    model.predict(queries[:5000])  # threads and their libraries are there
    tracemalloc.start()
    model.predict(queries)  # all weights would take 1.6 GB
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6


@pytest.mark.parametrize("width", [0, -1.0, (1.0, 0.0)])
def test_a_width_is_above_zero(width):
    with pytest.raises(InvalidParameterError, match=r"The 'width' parameter of PNNClassifier must be a number in"):
        PNNClassifier(width=width).fit([[0.0, 1.0], [1.0, 0.0]], [0, 1])
