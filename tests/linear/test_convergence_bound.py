"""The convergence theorem as a tool: its numbers are right, it holds, and it says of what it does not speak."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import sparse
from scipy.optimize import minimize

from sinapsi import Perceptron, linear_separability
from sinapsi.exceptions import InvalidInputError, InvalidParameterError

SQUARE, AND, XOR = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), [0, 0, 0, 1], [0, 1, 1, 0]

runs_out = pytest.mark.filterwarnings("ignore:Perceptron. max_iter:sklearn.exceptions.ConvergenceWarning")


def separable(seed=0, n_samples=60, n_features=3, margin=0.2):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples * 3, n_features))
    fields = X @ random.standard_normal(n_features) + 0.3
    is_clear = np.abs(fields) > margin
    return X[is_clear][:n_samples], np.where(fields > 0, "yes", "no")[is_clear][:n_samples]


def tightest_bound(X, y):
    """R^2 times the least |w|^2 with y w.x >= 1 over augmented vectors: the oracle, by a general solver."""
    augmented = np.hstack([X, np.ones((len(X), 1))])
    rows = np.where(np.asarray(y) == np.unique(y)[1], 1, -1)[:, np.newaxis] * augmented
    answer = linear_separability(X, y)
    start = np.append(answer.coef, answer.intercept)
    found = minimize(
        lambda w: w @ w,
        start / (rows @ start).min(),
        jac=lambda w: 2 * w,
        constraints={"type": "ineq", "fun": lambda w: rows @ w - 1, "jac": lambda w: rows},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    return (augmented**2).sum(axis=1).max() * found.fun


class TestNumbers:
    def test_the_worked_example_of_and(self):
        """y w.x >= 1 asks for b <= -3 when w = (2, 2): |w*|^2 = 17, R^2 = 3, so at most 51 corrections."""
        model = Perceptron(order="cyclic").fit(SQUARE, AND)
        bound = model.convergence_bound(SQUARE, AND)
        assert bound.bound == pytest.approx(51)
        assert bound.radius == pytest.approx(np.sqrt(3))
        assert bound.norm / bound.alpha == pytest.approx(np.sqrt(17))
        assert bound.n_updates == model.n_updates_
        assert bound.holds
        assert (bound.start_norm, bound.start_product) == (0, 0)
        assert str(bound) == (
            f"the run made {model.n_updates_} corrections, the convergence theorem allows at most 51 "
            f"(alpha = {bound.alpha:.3g}, R = 1.73, |w*| = {bound.norm:.3g})"
        )

    @pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
    def test_they_are_those_of_the_definition(self, form):
        X, _ = separable()
        w, b = np.array([1.0, 2.0, 3.0]), 0.5
        wanted = np.where(X @ w + b > 0, "yes", "no")
        model = Perceptron(random_state=0).fit(form(X), wanted)
        bound = model.convergence_bound(form(X), wanted, coef=w, intercept=b)
        augmented, vector = np.hstack([X, np.ones((len(X), 1))]), np.append(w, b)
        alpha, radius = np.abs(augmented @ vector).min(), np.linalg.norm(augmented, axis=1).max()
        assert bound.alpha == pytest.approx(alpha, rel=1e-12)
        assert bound.radius == pytest.approx(radius, rel=1e-12)
        assert bound.norm == pytest.approx(np.linalg.norm(vector), rel=1e-12)
        assert bound.bound == pytest.approx(radius**2 * (vector @ vector) / alpha**2, rel=1e-12)
        np.testing.assert_array_equal(bound.coef, w)
        assert bound.intercept == b
        scaled = model.convergence_bound(form(X), wanted, coef=[7 * w], intercept=[7 * b])
        assert scaled.bound == pytest.approx(bound.bound, rel=1e-12)

    @pytest.mark.parametrize("seed", range(5))
    @pytest.mark.parametrize("scales", [[1, 1, 1], [1, 20, 0.1]])
    def test_the_hyperplane_found_gives_the_tightest_bound(self, seed, scales):
        X, y = separable(seed)
        X = X * scales
        bound = Perceptron(random_state=0, max_iter=10**6).fit(X, y).convergence_bound(X, y)
        assert bound.bound == pytest.approx(tightest_bound(X, y), rel=1e-4)
        signs = np.where(y == "yes", 1, -1)
        assert (signs * (X @ bound.coef + bound.intercept)).min() == pytest.approx(bound.alpha)

    def test_a_random_start_enters_by_its_length_and_direction(self):
        """The bound is where both sides of the inequality meet."""
        X, y = separable()
        model = Perceptron(init="random", learning_rate=0.3, random_state=1).fit(X, y)
        bound = model.convergence_bound(X, y)
        start = Perceptron(init="random", learning_rate=1e-300, random_state=1, stopping="max_iter(1)").fit(X, y)
        w_0, vector = np.append(start.coef_, start.intercept_), np.append(bound.coef, bound.intercept)
        assert bound.start_norm == pytest.approx(np.linalg.norm(w_0))
        assert bound.start_product == pytest.approx(vector @ w_0)
        left = (vector @ w_0 + 0.3 * bound.bound * bound.alpha) ** 2
        right = (vector @ vector) * (w_0 @ w_0 + 0.3**2 * bound.bound * bound.radius**2)
        assert left == pytest.approx(right, rel=1e-9)
        assert vector @ w_0 + 0.3 * bound.bound * bound.alpha > 0  # beyond, the left side only grows
        assert f"from a start of length {bound.start_norm:.3g}" in str(bound)

    def test_saved_and_loaded_the_start_is_still_known(self, tmp_path):
        from sinapsi import load, save

        X, y = separable()
        model = Perceptron(init="random", random_state=1).fit(X, y)
        save(model, tmp_path / "model")
        again = load(tmp_path / "model").convergence_bound(X, y)
        assert str(again) == str(model.convergence_bound(X, y))

    def test_a_bound_that_was_broken_does_not_hold(self):
        X, y = separable()
        model = Perceptron(random_state=0).fit(X, y)
        bound = model.convergence_bound(X, y)
        model.n_updates_ = int(bound.bound) + 2
        assert not model.convergence_bound(X, y).holds


@st.composite
def integers_apart(draw):
    n_features = draw(st.integers(1, 3))
    w = draw(npst.arrays(np.int64, n_features + 1, elements=st.integers(-3, 3)))
    X = draw(npst.arrays(np.int64, st.tuples(st.integers(2, 12), st.just(n_features)), elements=st.integers(-4, 4)))
    fields = X @ w[:-1] + w[-1]
    X, fields = X[fields != 0].astype(float), fields[fields != 0]
    assume((fields > 0).any() and (fields < 0).any())
    return X, (fields > 0).astype(int)


@runs_out
@given(
    problem=integers_apart(),
    order=st.sampled_from(["cyclic", "shuffled", "worst"]),
    variant=st.sampled_from(["standard", "averaged", "pocket", "voted"]),
    init=st.sampled_from(["zeros", "random"]),
    eta=st.sampled_from([0.01, 1.0, 30.0]),
    n_epochs=st.sampled_from([1, 2000]),
)
@settings(max_examples=150, deadline=None)
def test_the_theorem_holds_for_every_order_start_increment_and_variant(problem, order, variant, init, eta, n_epochs):
    X, y = problem
    model = Perceptron(
        order=order, variant=variant, init=init, learning_rate=eta, random_state=0, max_iter=n_epochs
    ).fit(X, y)
    bound = model.convergence_bound(X, y)
    assert bound.holds
    assert bound.n_updates == model.n_updates_
    model.partial_fit(X, y)  # corrections go on being counted from the same start
    assert model.convergence_bound(X, y).holds


class TestOfWhatItDoesNotSpeak:
    def test_more_than_two_classes(self):
        X = np.arange(6.0)[:, np.newaxis]
        model = Perceptron(multi_class="kesler").fit(X, [0, 0, 1, 1, 2, 2])
        with pytest.raises(InvalidInputError, match=r"two classes\. Got 3 classes\. Fit one class against the rest"):
            model.convergence_bound(X, [0, 0, 1, 1, 2, 2])

    @pytest.mark.parametrize(
        "parameters",
        [{"learning_rate": "inverse_scaling(1.0)"}, {"class_weight": {0: 2.0}}, {"class_weight": "balanced"}],
    )
    @runs_out
    def test_increments_that_vary(self, parameters):
        model = Perceptron(max_iter=200, **parameters).fit(SQUARE, AND)
        with pytest.raises(InvalidParameterError, match=r"one fixed increment.*Fit with a constant learning_rate and"):
            model.convergence_bound(SQUARE, AND)
        model.set_params(learning_rate=1.0, class_weight=None)  # the run was what it was
        with pytest.raises(InvalidParameterError, match="one fixed increment"):
            model.convergence_bound(SQUARE, AND)

    def test_a_rate_that_was_changed_on_the_way(self):
        model = Perceptron(order="cyclic").partial_fit(SQUARE, AND, classes=[0, 1])
        assert model.convergence_bound(SQUARE, AND).holds
        model.set_params(learning_rate=2.0).partial_fit(SQUARE, AND)
        with pytest.raises(InvalidParameterError, match="several learning rates"):
            model.convergence_bound(SQUARE, AND)
        model.set_params(learning_rate=1.0).partial_fit(SQUARE, AND)
        with pytest.raises(InvalidParameterError, match="several learning rates"):
            model.convergence_bound(SQUARE, AND)

    @runs_out
    def test_classes_that_overlap(self):
        model = Perceptron(max_iter=5).fit(SQUARE, XOR)
        with pytest.raises(InvalidInputError, match=r"see linear_separability\(X, y\)\.certificate"):
            model.convergence_bound(SQUARE, XOR)

    def test_a_vector_that_does_not_separate(self):
        model = Perceptron().fit(SQUARE, AND)
        with pytest.raises(InvalidInputError, match=r"1 of 4 examples are on the other side or on the hyperplane"):
            model.convergence_bound(SQUARE, AND, coef=[1, 1], intercept=-2)
        with pytest.raises(InvalidInputError, match=r"4 of 4 examples"):
            model.convergence_bound(SQUARE, AND, coef=[-1, -1], intercept=1.5)

    @pytest.mark.parametrize(
        ("given_one", "sentence"),
        [
            ({"coef": [1, 1]}, "coef and intercept go together"),
            ({"intercept": 1.0}, "coef and intercept go together"),
            ({"coef": [1, 1, 1], "intercept": 0}, r"coef must be 2 finite numbers.*Got shapes \(3,\) and \(\)"),
            ({"coef": [1, 1], "intercept": [1, 2]}, r"Got shapes \(2,\) and \(2,\)"),
            ({"coef": [1, np.nan], "intercept": 0}, "1 not finite"),
            ({"coef": ["a", "b"], "intercept": 0}, "coef and intercept must be numbers"),
        ],
    )
    def test_a_vector_that_is_none(self, given_one, sentence):
        model = Perceptron().fit(SQUARE, AND)
        with pytest.raises(InvalidInputError, match=sentence):
            model.convergence_bound(SQUARE, AND, **given_one)

    @pytest.mark.parametrize("size", [1e-200, 1e200])
    def test_numbers_out_of_the_range_of_squares(self, size):
        model = Perceptron().fit(SQUARE, AND)
        with pytest.raises(InvalidInputError, match=r"exceeds the range of float64.*StandardScaler"):
            model.convergence_bound(size * SQUARE, AND)

    def test_data_that_are_not_those_of_the_fit(self):
        model = Perceptron().fit(SQUARE, AND)
        with pytest.raises(InvalidInputError, match="X has 1 features, but Perceptron is expecting 2"):
            model.convergence_bound(SQUARE[:, :1], AND)
        with pytest.raises(InvalidInputError, match="none of the classes seen before: 7"):
            model.convergence_bound(SQUARE, [0, 0, 0, 7])
        with pytest.raises(InvalidInputError, match=r"needs examples of both classes, 0 and 1\. Got one class"):
            model.convergence_bound(SQUARE, [0, 0, 0, 0])
