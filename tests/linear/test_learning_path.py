"""Learning paths: every move once, by the example that made it, and in the end the weights of the fit, bit for bit."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from sinapsi import AdalineClassifier, AdalineRegressor, Perceptron
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.linear import learning_path
from sinapsi.linear.learning_path import LearningPath
from tests.contracts.comparison import differences, learned

pytestmark = pytest.mark.filterwarnings("ignore:.*max_iter:sklearn.exceptions.ConvergenceWarning")


def problem(n_classes=3, n_samples=50, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, 4))
    fields = X @ random.standard_normal((4, n_classes)) + random.standard_normal((n_samples, n_classes))
    return X, np.array(["ant", "bee", "cat"])[fields.argmax(axis=1)]


def working_weights(model):
    """Those that learning corrects, with one row an output."""
    coef = model.coef_.reshape(len(model.intercept_), -1)
    memory = getattr(model, "_memory", {})
    return memory.get("coef", coef), memory.get("intercept", model.intercept_)


def assert_ends_like_fit(model, path, X, y):
    fitted = clone(model).fit(X, y)
    coef, intercept = working_weights(fitted)
    assert isinstance(path, LearningPath)
    assert path.coef.dtype == coef.dtype
    np.testing.assert_array_equal(path.coef[-1], coef)
    np.testing.assert_array_equal(path.intercept[-1], intercept)
    n_rows = len(path.example)
    assert path.coef.shape == (n_rows, *coef.shape)
    assert path.intercept.shape == (n_rows, len(intercept))
    assert path.epoch.shape == (n_rows,)
    assert path.n_moves == n_rows - 1
    assert (path.example[0], path.epoch[0]) == (-1, 0)
    assert (np.diff(path.epoch) >= 0).all()
    assert path.epoch[-1] <= fitted.n_iter_
    return fitted


class TestPerceptron:
    @pytest.mark.parametrize("order", ["shuffled", "cyclic", "worst"])
    @pytest.mark.parametrize("variant", ["standard", "averaged", "pocket", "voted"])
    @pytest.mark.parametrize(("n_classes", "multi_class"), [(2, "one-vs-rest"), (3, "one-vs-rest"), (3, "kesler")])
    @pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, lambda X: X.astype(np.float32)])
    def test_every_correction_is_a_move(self, order, variant, n_classes, multi_class, form):
        X, y = problem(n_classes)
        model = Perceptron(
            order=order, variant=variant, multi_class=multi_class, init="random", max_iter=12, random_state=3,
            learning_rate="inverse_scaling(1.0)", class_weight={"ant": 2.0},
        )  # fmt: skip
        path = model.learning_path(form(X), y)
        fitted = assert_ends_like_fit(model, path, form(X), y)
        assert path.n_moves == fitted.n_updates_
        steps = np.append(0, fitted.history_["step"])
        np.testing.assert_array_equal(path.epoch[1:], np.repeat(np.arange(1, fitted.n_iter_ + 1), np.diff(steps)))
        # A move goes along the example that made it, by as much as its bias moved.
        moves, bias_moves = np.diff(path.coef.astype(float), axis=0), np.diff(path.intercept.astype(float), axis=0)
        along = bias_moves[:, :, np.newaxis] * X[path.example[1:]][:, np.newaxis, :]
        np.testing.assert_allclose(moves, along, atol=1e-4 if path.coef.dtype == np.float32 else 1e-12)
        assert (np.count_nonzero(bias_moves, axis=1) == (2 if multi_class == "kesler" else 1)).all()

    def test_a_correction_is_made_by_a_misclassified_example(self):
        X, y = problem(2)
        path = Perceptron(order="cyclic", max_iter=6).learning_path(X, y)
        signs = np.where(y == "bee", 1, -1)
        for move in range(path.n_moves):
            row = path.example[move + 1]
            assert signs[row] * (X[row] @ path.coef[move, 0] + path.intercept[move, 0]) <= 0

    def test_rows_are_those_of_x_also_where_some_are_held_out(self):
        X, y = problem(2)
        model = Perceptron(validation_fraction=0.3, stopping="max_iter(8)", random_state=0)
        path = model.learning_path(X, y)
        assert_ends_like_fit(model, path, X, y)
        moves = np.diff(path.coef[:, 0], axis=0)
        np.testing.assert_allclose(np.abs(moves), np.abs(X[path.example[1:]]), atol=1e-12)
        assert 10 < len(set(path.example[1:])) <= 35

    def test_an_example_without_weight_makes_no_move(self):
        X, y = problem()
        model = Perceptron(class_weight={"ant": 0}, max_iter=4, random_state=0)
        path = model.learning_path(X, y)
        assert_ends_like_fit(model, path, X, y)
        assert (y[path.example[1:]] != "ant").all()

    def test_going_back_to_the_best_weights_is_the_last_move(self):
        X, y = problem(2)
        model = Perceptron(validation_fraction=0.4, init="random", random_state=0)
        path = model.learning_path(X, y)
        fitted = assert_ends_like_fit(model, path, X, y)
        assert path.example[-1] == -1
        assert path.n_moves == fitted.n_updates_ + 1

    def test_separable_classes(self):
        X, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), [0, 0, 0, 1]
        path = Perceptron(order="cyclic").learning_path(X, y)
        fitted = assert_ends_like_fit(Perceptron(order="cyclic"), path, X, y)
        assert path.epoch[-1] == fitted.n_iter_ - 1  # the last pass had no mistake


RULES = [
    {"solver": "lms"},
    {"solver": "lms", "alpha": 2.0, "learning_rate": "inverse_scaling(0.05)"},
    {"solver": "lms", "batch_size": 8},
    {"solver": "lms", "batch_size": "full"},
    {"solver": "lms", "shuffle": False},
    {"solver": "normalized_lms"},
    {"solver": "normalized_lms", "batch_size": 8, "alpha": 1.0},
    {"solver": "rls"},
    {"solver": "rls", "alpha": 1.0, "forgetting": 0.95},
    {"solver": "exact"},
]


class TestAdaline:
    @pytest.mark.parametrize("parameters", RULES, ids=str)
    @pytest.mark.parametrize("n_outputs", [None, 2])
    @pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, lambda X: X.astype(np.float32)])
    def test_every_step_is_a_move(self, parameters, n_outputs, form):
        random = np.random.default_rng(0)
        X, _ = problem()
        y = random.standard_normal((50, n_outputs) if n_outputs else 50)
        model = AdalineRegressor(max_iter=5, random_state=1, **parameters)
        path = model.learning_path(form(X), y)
        fitted = assert_ends_like_fit(model, path, form(X), y)
        assert path.n_moves == fitted.history_["step"][-1]
        is_online = parameters.get("batch_size", 1) == 1 and parameters["solver"] != "exact"
        if is_online:
            for epoch in range(1, fitted.n_iter_ + 1):
                assert sorted(path.example[path.epoch == epoch]) == list(range(50))
        else:
            assert (path.example == -1).all()
        assert not path.coef[0].any()

    @pytest.mark.parametrize("parameters", RULES, ids=str)
    @pytest.mark.parametrize("n_classes", [2, 3])
    def test_classifiers(self, parameters, n_classes):
        X, y = problem(n_classes)
        model = AdalineClassifier(max_iter=3, random_state=1, class_weight="balanced", **parameters)
        assert_ends_like_fit(model, model.learning_path(X, y), X, y)

    def test_online_moves_follow_the_rule(self):
        X, _ = problem()
        y = np.random.default_rng(0).standard_normal(50)
        path = AdalineRegressor(solver="lms", learning_rate=0.02, max_iter=3, random_state=0).learning_path(X, y)
        for move in range(path.n_moves):
            row = path.example[move + 1]
            step = 0.02 * (y[row] - X[row] @ path.coef[move, 0] - path.intercept[move, 0])
            np.testing.assert_allclose(path.coef[move + 1, 0], path.coef[move, 0] + step * X[row], atol=1e-13)

    def test_the_exact_solution_is_one_move(self):
        X, _ = problem()
        path = AdalineRegressor().learning_path(X, X[:, 0])
        assert path.example.tolist() == [-1, -1]
        assert path.epoch.tolist() == [0, 1]
        np.testing.assert_allclose(path.coef[1, 0], [1, 0, 0, 0], atol=1e-12)

    def test_recursive_least_squares_shows_the_exact_solution_of_every_beginning(self):
        X, _ = problem()
        y = np.random.default_rng(0).standard_normal(50)
        path = AdalineRegressor(solver="rls").learning_path(X, y)
        for n in (1, 2, 4, 5, 20, 50):
            exact = AdalineRegressor().fit(X[:n], y[:n])
            np.testing.assert_allclose(path.coef[n, 0], exact.coef_, atol=1e-10)
            np.testing.assert_allclose(path.intercept[n], exact.intercept_, atol=1e-10)

    def test_a_diverging_rule_leaves_finite_weights(self):
        X, _ = problem()
        model = AdalineRegressor(solver="lms", learning_rate=50.0, random_state=0)
        with pytest.warns(ConvergenceWarning):  # that the rate is too large, and what was kept
            path = model.learning_path(X, X[:, 0])
        assert np.isfinite(path.coef).all()
        with pytest.warns(ConvergenceWarning):
            fitted = clone(model).fit(X, X[:, 0])
        np.testing.assert_array_equal(path.coef[-1, 0], fitted.coef_)


@pytest.mark.parametrize(
    "model", [Perceptron(random_state=0), AdalineClassifier(solver="lms", random_state=0), AdalineClassifier()]
)
class TestTheModelItself:
    def test_it_stays_as_it_is(self, model):
        X, y = problem()
        model = clone(model).set_params(max_iter=4)
        model.learning_path(X, y)
        assert learned(model) == {}
        model.fit(X, y)
        before = dict(learned(model))
        model.learning_path(X[:20], y[:20])
        assert differences(before, learned(model)) == []

    @pytest.mark.parametrize("source", [np.random.default_rng, np.random.RandomState])
    def test_a_generator_is_not_moved_on(self, model, source):
        X, y = problem()
        model = clone(model).set_params(max_iter=4, random_state=source(5))
        path = model.learning_path(X, y)
        assert_ends_like_fit(model, path, X, y)
        np.testing.assert_array_equal(path.coef, model.learning_path(X, y).coef)

    def test_no_seed_is_fresh_chance(self, model):
        X, y = problem()
        path = clone(model).set_params(max_iter=4, random_state=None).learning_path(X, y)
        assert path.n_moves >= 1

    def test_a_path_too_long_is_refused(self, model, monkeypatch):
        monkeypatch.setattr(learning_path, "LARGEST_PATH", 100)
        with pytest.raises(InvalidParameterError, match=r"learning path of \w+ would hold more.*Lower max_iter, or"):
            clone(model).set_params(max_iter=4).learning_path(*problem())

    def test_bad_data_are_refused_as_in_fit(self, model):
        X, y = problem()
        with pytest.raises(InvalidInputError, match="contains NaN"):
            model.learning_path(np.where(X > 2, np.nan, X), y)
        with pytest.raises(InvalidInputError, match="at least 2 classes"):
            model.learning_path(X, np.full(50, "ant"))


def test_a_path_is_frozen_and_tells_its_size():
    path = Perceptron(order="cyclic", max_iter=3).learning_path(*problem())
    with pytest.raises(AttributeError):
        path.coef = None
    assert repr(path) == f"LearningPath(n_moves={path.n_moves}, n_epochs=3, weights=(3, 4))"
