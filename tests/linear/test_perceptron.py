"""The perceptron: equal to scikit-learn's, in the order asked for, honest about why it ended."""

import numpy as np
import pytest
import sklearn.linear_model
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from sinapsi import Perceptron
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.linear import kernels
from sinapsi.stopping import StopCode
from tests.reference import linear as naive

runs_out = pytest.mark.filterwarnings("ignore:Perceptron. max_iter:sklearn.exceptions.ConvergenceWarning")


def overlapping(n_classes=2, n_samples=300, n_features=5, seed=0):
    """Classes that no hyperplane separates."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features))
    fields = X @ random.standard_normal((n_features, n_classes)) + random.standard_normal((n_samples, n_classes))
    return X, fields.argmax(axis=1)


def separable(n_samples=80, n_features=4, margin=0.2, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples * 3, n_features))
    fields = X @ random.standard_normal(n_features) + 0.3
    is_clear = np.abs(fields) > margin
    return X[is_clear][:n_samples], (fields > 0).astype(int)[is_clear][:n_samples]


def rival(max_iter, **parameters):
    return sklearn.linear_model.Perceptron(shuffle=False, max_iter=max_iter, tol=None, **parameters)


@runs_out
class TestAgainstScikitLearn:
    @pytest.mark.parametrize("n_epochs", [1, 2, 7])
    @pytest.mark.parametrize("n_classes", [2, 4])
    @pytest.mark.parametrize("learning_rate", [1.0, 0.5])
    def test_weights_are_equal_to_the_last_bit(self, n_classes, n_epochs, learning_rate):
        X, y = overlapping(n_classes)
        ours = Perceptron(order="cyclic", max_iter=n_epochs, learning_rate=learning_rate).fit(X, y)
        theirs = rival(n_epochs, eta0=learning_rate).fit(X, y)
        np.testing.assert_array_equal(ours.coef_, theirs.coef_)
        np.testing.assert_array_equal(ours.intercept_, theirs.intercept_)
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
        # Not to the last bit: the two sum the products in different orders.
        np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), rtol=1e-12, atol=1e-12)

    def test_labels_may_be_strings(self):
        X, y = overlapping(3)
        names = np.array(["rose", "iris", "lily"])[y]
        ours, theirs = Perceptron(order="cyclic", max_iter=3).fit(X, names), rival(3).fit(X, names)
        np.testing.assert_array_equal(ours.coef_, theirs.coef_)
        assert ours.predict(X).tolist() == theirs.predict(X).tolist()

    @pytest.mark.parametrize("class_weight", [{0: 1, 1: 2}, {0: 0.25}, "balanced"])
    def test_class_weights_of_two_classes(self, class_weight):
        X, y = overlapping()
        y = np.where(np.arange(len(y)) % 3, y, 0)  # unbalanced
        ours = Perceptron(order="cyclic", max_iter=4, class_weight=class_weight).fit(X, y)
        theirs = rival(4, class_weight=class_weight).fit(X, y)
        # Powers of two multiply exactly; the balanced weights are rounded in another place.
        rtol = 1e-12 if class_weight == "balanced" else 0
        np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=rtol)
        np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=rtol)

    def test_class_weights_of_several_classes_weigh_the_examples(self):
        """Also where the example is one of the rest; scikit-learn's class_weight gives the rest weight 1."""
        X, y = overlapping(3)
        weights = {0: 0.5, 1: 1.0, 2: 4.0}
        ours = Perceptron(order="cyclic", max_iter=4, class_weight=weights).fit(X, y)
        theirs = rival(4).fit(X, y, sample_weight=np.array([weights[label] for label in y]))
        np.testing.assert_array_equal(ours.coef_, theirs.coef_)
        np.testing.assert_array_equal(ours.intercept_, theirs.intercept_)

    def test_float32(self):
        X, y = overlapping()
        X = X.astype(np.float32)
        ours, theirs = Perceptron(order="cyclic", max_iter=3).fit(X, y), rival(3).fit(X, y)
        assert ours.coef_.dtype == ours.decision_function(X).dtype == np.float32
        np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-4)


class TestWhyItEnds:
    def test_it_says_that_everything_is_correct(self):
        X, y = separable()
        model = Perceptron(random_state=0).fit(X, y)
        assert model.stop_reason_.code is StopCode.ALL_CORRECT
        assert str(model.stop_reason_) == "every example is classified correctly"
        assert model.history_["misclassified"][-1] == 0
        assert model.history_["loss"][-1] == 0
        assert model.n_iter_ == model.history_.n_epochs
        assert model.history_["step"][-1] == model.n_updates_

    def test_it_says_which_budget_ended_it_when_the_classes_overlap(self):
        X, y = overlapping()
        with pytest.warns(ConvergenceWarning, match=r"max_iter=5 was used up.*may not be linearly separable"):
            model = Perceptron(max_iter=5, random_state=0).fit(X, y)
        assert model.stop_reason_.code is StopCode.MAX_ITER
        assert model.n_iter_ == 5

    def test_a_budget_of_the_users_own_is_no_cause_for_a_warning(self):
        X, y = overlapping()
        model = Perceptron(stopping="max_iter(3) | time_limit(60)", random_state=0).fit(X, y)
        assert (model.stop_reason_.code, model.n_iter_) == (StopCode.MAX_ITER, 3)
        assert str(model.stop_reason_) == "the budget of 3 epochs was used up"

    def test_the_misclassified_column_counts_corrections_met_in_the_pass(self):
        X, y = overlapping()
        model = Perceptron(order="cyclic", stopping="max_iter(6)").fit(X, y)
        np.testing.assert_array_equal(np.cumsum(model.history_["misclassified"]), model.history_["step"])


def recorded_orders(monkeypatch, **parameters):
    """Orders in which the kernel was asked to present the examples of a fit."""
    orders, kernel = [], kernels.learn_perceptron

    def spy(X, signed, order, *rest):
        orders.append(order.copy())
        return kernel(X, signed, order, *rest)

    monkeypatch.setattr(kernels, "learn_perceptron", spy)
    Perceptron(stopping="max_iter(4)", **parameters).fit(*overlapping())
    return orders


class TestOrder:
    def test_shuffled_is_anew_in_every_epoch_and_seeded(self, monkeypatch):
        orders = recorded_orders(monkeypatch, order="shuffled", random_state=3)
        assert len(orders) == 4
        for order in orders:
            assert sorted(order) == list(range(300))
        assert len({tuple(order) for order in orders}) == 4
        monkeypatch.undo()
        again = recorded_orders(monkeypatch, order="shuffled", random_state=3)
        assert np.array_equal(orders, again)
        monkeypatch.undo()
        assert not np.array_equal(orders, recorded_orders(monkeypatch, order="shuffled", random_state=4))

    @runs_out
    @pytest.mark.parametrize("n_passes", [1, 2, 10, 30])
    def test_worst_corrects_the_example_farthest_on_the_wrong_side(self, n_passes):
        X, y = overlapping(n_samples=60)
        model = Perceptron(order="worst", max_iter=n_passes).fit(X, y)
        w, b, signs = np.zeros(X.shape[1]), 0.0, np.where(y == 1, 1.0, -1.0)
        for _ in range(n_passes):
            margins = signs * (X @ w + b)
            worst = margins.argmin()
            w, b = w + signs[worst] * X[worst], b + signs[worst]
        np.testing.assert_allclose(model.coef_[0], w, rtol=1e-12, atol=1e-13)
        assert model.intercept_[0] == b
        assert model.n_updates_ == n_passes

    @runs_out
    def test_worst_meets_one_example_a_pass_so_the_schedule_goes_on_by_one(self):
        X, y = overlapping(n_samples=60)
        model = Perceptron(order="worst", learning_rate="inverse_scaling(1.0, power=1)", max_iter=6).fit(X, y)
        w, b, signs = np.zeros(X.shape[1]), 0.0, np.where(y == 1, 1.0, -1.0)
        for n in range(6):
            worst = (signs * (X @ w + b)).argmin()
            w, b = w + signs[worst] * X[worst] / (n + 1), b + signs[worst] / (n + 1)
        np.testing.assert_allclose(model.history_["learning_rate"], 1 / np.arange(1, 7))
        np.testing.assert_allclose(model.coef_[0], w, rtol=1e-12, atol=1e-13)


@runs_out
class TestLearningRate:
    @pytest.mark.parametrize("n_epochs", [1, 3])
    def test_a_schedule_falls_with_every_presentation(self, n_epochs):
        X, y = overlapping(n_samples=50)
        model = Perceptron(order="cyclic", learning_rate="inverse_scaling(0.5)", max_iter=n_epochs).fit(X, y)
        w, b, signs = np.zeros(X.shape[1]), np.zeros(1), np.where(y == 1, 1.0, -1.0)
        for epoch in range(n_epochs):
            rates = 0.5 / np.sqrt(1 + np.arange(50 * epoch, 50 * (epoch + 1)))
            naive.learn_perceptron(X, signs, [], rates, w, b)
        np.testing.assert_allclose(model.coef_[0], w, rtol=1e-12, atol=1e-13)
        assert model.history_["learning_rate"][-1] == pytest.approx(0.5 / np.sqrt(50 * n_epochs))

    def test_a_constant_rate_only_scales_the_weights_of_a_zero_start(self):
        X, y = overlapping()
        one, four = (Perceptron(order="cyclic", learning_rate=eta, max_iter=3).fit(X, y) for eta in (1.0, 4.0))
        np.testing.assert_array_equal(4 * one.coef_, four.coef_)


class TestStart:
    def start(self, **parameters):
        X, y = overlapping(4, n_features=300)
        with pytest.warns(ConvergenceWarning):
            return Perceptron(learning_rate=1e-300, max_iter=1, **parameters).fit(X, y)

    def test_random_weights_are_standard_normal_and_seeded(self):
        weights = np.append(self.start(init="random", random_state=5).coef_, 0)[:-1]
        assert abs(weights.mean()) < 4 / np.sqrt(1200)
        assert abs(weights.std() - 1) < 4 / np.sqrt(2400)
        np.testing.assert_array_equal(weights, self.start(init="random", random_state=5).coef_.ravel())
        assert not np.array_equal(weights, self.start(init="random", random_state=6).coef_.ravel())

    def test_zeros(self):
        assert np.abs(self.start(init="zeros").coef_).max() < 1e-295


@runs_out
class TestGoingOn:
    @pytest.mark.parametrize("order", ["cyclic", "shuffled", "worst"])
    @pytest.mark.parametrize(("n_classes", "multi_class"), [(2, "one-vs-rest"), (3, "one-vs-rest"), (3, "kesler")])
    def test_partial_fit_equals_fit_epoch_by_epoch(self, order, n_classes, multi_class):
        X, y = overlapping(n_classes)
        parameters = {
            "order": order, "multi_class": multi_class, "init": "random", "random_state": 1,
            "learning_rate": "inverse_scaling(1.0)",
        }  # fmt: skip
        whole = Perceptron(max_iter=4, **parameters).fit(X, y)
        stepwise = Perceptron(**parameters)
        for _ in range(4):
            stepwise.partial_fit(X, y, classes=np.arange(n_classes))
        np.testing.assert_array_equal(stepwise.coef_, whole.coef_)
        np.testing.assert_array_equal(stepwise.intercept_, whole.intercept_)
        assert stepwise.n_updates_ == whole.n_updates_
        for column in ("epoch", "step", "loss", "misclassified", "learning_rate"):
            np.testing.assert_array_equal(stepwise.history_[column], whole.history_[column])

    def test_warm_start_goes_on_where_the_last_fit_ended(self):
        X, y = overlapping()
        whole = Perceptron(max_iter=5, random_state=1).fit(X, y)
        warm = Perceptron(max_iter=2, random_state=1, warm_start=True).fit(X, y)
        warm.set_params(max_iter=3).fit(X, y)
        np.testing.assert_array_equal(warm.coef_, whole.coef_)
        assert warm.n_iter_ == 3
        assert warm.history_["epoch"].tolist() == [1, 2, 3, 4, 5]
        assert warm.n_updates_ == whole.n_updates_

    def test_partial_fit_learns_classes_that_come_later(self):
        X, y = separable()
        model = Perceptron().partial_fit(X[y == 0], y[y == 0], classes=[0, 1])
        model.partial_fit(X[y == 1], y[y == 1])
        assert set(model.predict(X)) <= {0, 1}
        with pytest.raises(InvalidInputError, match="none of the classes seen before: 7"):
            model.partial_fit(X[:2], [0, 7])

    def test_class_weights_may_name_a_class_that_this_part_of_the_data_does_not_hold(self):
        X, y = separable()
        model = Perceptron(class_weight={0: 1.0, 1: 5.0}).partial_fit(X[y == 0], y[y == 0], classes=[0, 1])
        model.partial_fit(X[y == 1], y[y == 1])
        assert model.n_updates_ >= 1

    def test_partial_fit_wants_the_classes_first(self):
        X, y = separable()
        with pytest.raises(InvalidInputError, match="classes must be passed on the first call to partial_fit"):
            Perceptron().partial_fit(X, y)
        with pytest.raises(InvalidParameterError, match="class_weight='balanced' is not supported by partial_fit"):
            Perceptron(class_weight="balanced").partial_fit(X, y, classes=[0, 1])


class TestValidation:
    def test_patience_keeps_the_best_weights(self):
        X, y = overlapping(n_samples=600)
        model = Perceptron(random_state=0, init="random").fit(X[:400], y[:400], X_val=X[400:], y_val=y[400:])
        assert str(model.stop_reason_) == "validation loss did not improve for 10 epochs"
        margins = np.where(y[400:] == 1, 1, -1) * model.decision_function(X[400:])
        loss = np.maximum(-margins, 0).mean()
        assert loss == pytest.approx(model.history_["validation_loss"].min(), rel=1e-12)
        assert loss < model.history_["validation_loss"][-1]
        best = model.history_["validation_loss"].argmin()
        assert model.score(X[400:], y[400:]) == pytest.approx(model.history_["validation_score"][best])
        assert model.history_.n_epochs == best + 11

    def test_a_fraction_is_held_out_of_the_corrections(self):
        X, y = overlapping(n_samples=200)
        model = Perceptron(random_state=0, validation_fraction=0.25, order="cyclic", stopping="max_iter(1)").fit(X, y)
        assert {"validation_loss", "validation_score"} <= set(model.history_)
        assert model.history_["misclassified"][0] <= 150
        n_right = model.history_["validation_score"][0] * 50  # of the 50 held out
        assert n_right == pytest.approx(round(n_right))

    def test_validation_labels_must_be_known(self):
        X, y = separable()
        with pytest.raises(InvalidInputError, match=r"validation data.* none of the classes seen before: 5"):
            Perceptron().fit(X, y, X_val=X[:2], y_val=[0, 5])


@runs_out
class TestSparse:
    @pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_array, sparse.coo_array, sparse.lil_array])
    @pytest.mark.parametrize("n_classes", [2, 3])
    @pytest.mark.parametrize("multi_class", ["one-vs-rest", "kesler"])
    def test_sparse_rows_learn_like_dense_ones(self, form, n_classes, multi_class):
        X, y = overlapping(n_classes)
        X = np.where(np.abs(X) < 1, 0, np.round(X, 1))
        dense = Perceptron(max_iter=3, random_state=0, multi_class=multi_class).fit(X, y)
        model = Perceptron(max_iter=3, random_state=0, multi_class=multi_class).fit(form(X), y)
        np.testing.assert_allclose(model.coef_, dense.coef_, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(model.predict(form(X)), dense.predict(X))


@runs_out
def test_read_only_data_are_learned_from():
    X, y = overlapping()
    X.setflags(write=False)
    y.setflags(write=False)
    assert Perceptron(max_iter=2, random_state=0).fit(X, y).score(X, y) > 0.5


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"learning_rate": 0}, r"'learning_rate' parameter of Perceptron must be a number in the range \(0, inf\)"),
        ({"learning_rate": np.inf}, "'learning_rate' parameter"),
        ({"learning_rate": "fast"}, "Unknown schedule 'fast'"),
        ({"order": "random"}, "'order' parameter of Perceptron must be one of 'shuffled', 'cyclic', 'worst'"),
        ({"max_iter": 0}, "'max_iter' parameter of Perceptron must be an integer of at least 1. Got 0"),
        (
            {"variant": "winnow"},
            "'variant' parameter of Perceptron must be one of .standard., .averaged., .pocket., .voted.",
        ),
        ({"validation_fraction": 1.0}, r"'validation_fraction' parameter .* range \[0, 1\)"),
        ({"multi_class": "ovo"}, "'multi_class' parameter"),
        ({"stopping": "soon"}, "Unknown stopping rule 'soon'"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters, sentence):
    with pytest.raises(InvalidParameterError, match=sentence):
        Perceptron(**parameters).fit(*separable())
