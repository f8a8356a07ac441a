"""The classifier: classes, labels, weights, probabilities, and what it refuses."""

import numpy as np
import pytest
from scipy import sparse

from sinapsi import MLPClassifier
from sinapsi.exceptions import InvalidInputError, InvalidParameterError


def clouds(n_classes=3, n_samples=120, seed=0):
    random = np.random.default_rng(seed)
    y = random.permutation(np.arange(n_samples) % n_classes)
    X = 2 * random.standard_normal((n_classes, 4))[y] + random.standard_normal((n_samples, 4))
    return X, y


def small(**parameters):
    settings = {"hidden_layer_sizes": (6,), "learning_rate": 0.02, "batch_size": 20, "random_state": 0,
                "stopping": "max_iter(30)"}  # fmt: skip
    return MLPClassifier(**{**settings, **parameters})


class TestAnswers:
    def test_probabilities_of_classes_sum_to_one_and_the_largest_wins(self):
        X, y = clouds(4)
        model = small().fit(X, y)
        p = model.predict_proba(X)
        assert p.shape == (120, 4)
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
        np.testing.assert_array_equal(model.predict(X), p.argmax(axis=1))
        np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), p, rtol=1e-12)
        assert model.out_activation_ == "softmax"
        assert model.score(X, y) > 0.7

    def test_two_classes_share_one_logistic_unit(self):
        X, y = clouds(2)
        model = small().fit(X, y)
        assert (model.out_activation_, model.n_outputs_, model.n_layers_) == ("logistic", 1, 3)
        p = model.predict_proba(X)
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
        np.testing.assert_array_equal(model.predict(X), p[:, 1] > 0.5)

    @pytest.mark.parametrize("labels", [["no", "yes"], [-1, 1], [2.0, 7.0], [False, True], ["a", "b", "c"], [5, 3, 9]])
    def test_labels_come_back_as_they_are(self, labels):
        X, y = clouds(len(labels))
        labels = np.array(labels)
        model = small().fit(X, labels[y])
        assert model.classes_.tolist() == sorted(labels.tolist())
        assert model.predict(X).dtype == labels.dtype
        assert model.score(X, labels[y]) > 0.8

    def test_labels_of_object_dtype(self):
        X, y = clouds(3)
        names = np.array(["rose", "iris", "lily"], dtype=object)[y]
        assert set(small().fit(X, names).predict(X)) <= {"rose", "iris", "lily"}

    def test_squared_error_gives_a_decision_function_and_no_probabilities(self):
        X, y = clouds(3)
        squared, log = small(loss="squared_error").fit(X, y), small(loss="log_loss").fit(X, y)
        assert hasattr(squared, "decision_function")
        assert not hasattr(squared, "predict_proba")
        assert not hasattr(squared, "predict_log_proba")
        assert hasattr(log, "predict_proba")
        assert not hasattr(log, "decision_function")
        scores = squared.decision_function(X)
        assert scores.shape == (120, 3)
        np.testing.assert_array_equal(squared.predict(X), scores.argmax(axis=1))

    @pytest.mark.parametrize("n_classes", [2, 3])
    @pytest.mark.parametrize(
        ("output", "value", "boundary"),
        [
            ("auto", lambda v: 1 / (1 + np.exp(-v)), 0.5),
            ("logistic(slope=2)", lambda v: 1 / (1 + np.exp(-2 * v)), 0.5),
            ("identity", lambda v: v, 0.5),
            ("tanh", np.tanh, 0.0),  # its targets are -1 and +1
        ],
    )
    def test_the_decision_function_is_measured_from_the_boundary(self, output, value, boundary, n_classes):
        X, y = clouds(n_classes)
        model = small(loss="squared_error", output_activation=output).fit(X, y)
        hidden = np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0)
        expected = value(hidden @ model.coefs_[1] + model.intercepts_[1]) - boundary
        scores = model.decision_function(X)
        np.testing.assert_allclose(scores, expected[:, 0] if n_classes == 2 else expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(model.predict(X), scores > 0 if n_classes == 2 else scores.argmax(axis=1))
        assert model.score(X, y) > 0.8

    def test_cross_entropy_is_another_word_for_log_loss(self):
        X, y = clouds()
        one, other = (small(loss=loss).fit(X, y).predict_proba(X) for loss in ("log_loss", "cross_entropy"))
        np.testing.assert_array_equal(one, other)

    @pytest.mark.parametrize("n_classes", [2, 3])
    @pytest.mark.parametrize("output", ["softmax", "logistic", "logistic(slope=2)"])
    def test_every_output_of_probabilities_learns_and_gives_distributions(self, n_classes, output):
        X, y = clouds(n_classes)
        model = small(output_activation=output).fit(X, y)
        assert model.score(X, y) > 0.8
        p = model.predict_proba(X)
        assert p.shape == (120, n_classes)
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-9)
        assert model.history_["loss"][-1] < model.history_["loss"][0] < 10

    def test_log_loss_refuses_outputs_that_are_no_probabilities(self):
        with pytest.raises(InvalidParameterError, match="log loss wants outputs that are probabilities"):
            small(output_activation="tanh").fit(*clouds())


class TestSeveralLabels:
    def data(self):
        X, y = clouds(4)
        return X, np.column_stack([y % 2, y // 2, X[:, 0] > 0]).astype(int)

    def test_each_label_has_a_probability_of_its_own(self):
        X, Y = self.data()
        model = small(stopping="max_iter(80)").fit(X, Y)
        p = model.predict_proba(X)
        assert p.shape == Y.shape
        assert not np.allclose(p.sum(axis=1), 1)
        np.testing.assert_array_equal(model.predict(X), p > 0.5)
        assert model.classes_.tolist() == [0, 1, 2]
        assert model.out_activation_ == "logistic"
        assert model.score(X, Y) > 0.6  # all labels of an example right
        assert (model.predict(X) == Y).mean() > 0.85

    def test_sparse_indicators_are_the_same(self):
        X, Y = self.data()
        dense, spare = small().fit(X, Y), small().fit(X, sparse.csr_array(Y))
        np.testing.assert_array_equal(dense.coefs_[0], spare.coefs_[0])

    def test_squared_error(self):
        X, Y = self.data()
        model = small(loss="squared_error", stopping="max_iter(80)").fit(X, Y)
        np.testing.assert_array_equal(model.predict(X), model.decision_function(X) > 0)

    def test_validation_and_patience(self):
        X, Y = self.data()
        model = small(stopping=None, validation_fraction=0.2, max_iter=1000).fit(X, Y)
        assert str(model.stop_reason_) == "validation loss did not improve for 10 epochs"

    def test_later_calls_must_have_as_many_labels(self):
        X, Y = self.data()
        model = small().fit(X, Y)
        with pytest.raises(InvalidInputError, match="3"):
            model.local_gradients(X, Y[:, :2])

    def test_softmax_is_refused_as_labels_do_not_exclude_each_other(self):
        with pytest.raises(InvalidParameterError, match="softmax"):
            small(output_activation="softmax").fit(*self.data())


class TestWeights:
    @pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
    def test_whole_weights_equal_repeated_examples_in_full_batches(self, solver):
        X, y = clouds(3, 40)
        repeats = np.random.default_rng(1).integers(0, 4, 40)
        settings = {"solver": solver, "batch_size": "full", "alpha": 0.5, "stopping": "max_iter(20)", "shuffle": False}
        weighted = small(**settings).fit(X, y, repeats)
        repeated = small(**settings).fit(np.repeat(X, repeats, axis=0), np.repeat(y, repeats))
        np.testing.assert_allclose(weighted.coefs_[0], repeated.coefs_[0], rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(weighted.history_["loss"], repeated.history_["loss"], rtol=1e-7)

    @pytest.mark.parametrize("solver", ["sgd", "adam"])
    @pytest.mark.parametrize("is_sparse", [False, True])
    def test_they_matter_when_learning_one_by_one(self, solver, is_sparse):
        X, y = clouds(2, 60)
        form = sparse.csr_array(X) if is_sparse else X
        weights = np.where(y == 1, 10.0, 0.1)
        settings = {"solver": solver, "batch_size": 1, "learning_rate": 0.002, "stopping": "max_iter(5)"}
        plain, weighted = small(**settings).fit(form, y), small(**settings).fit(form, y, weights)
        assert weighted.predict_proba(X)[:, 1].mean() > plain.predict_proba(X)[:, 1].mean() + 0.05

    @pytest.mark.parametrize("batch_size", [1, 7, "full"])
    @pytest.mark.parametrize("solver", ["sgd", "adam"])
    def test_the_unit_of_the_weights_does_not_matter(self, solver, batch_size):
        X, y = clouds(3, 60)
        weights = np.random.default_rng(0).uniform(0.5, 2, 60)
        settings = {"solver": solver, "batch_size": batch_size, "alpha": 0.0, "stopping": "max_iter(3)"}
        one, other = small(**settings).fit(X, y, weights), small(**settings).fit(X, y, 1000 * weights)
        np.testing.assert_allclose(one.coefs_[0], other.coefs_[0], rtol=1e-7)

    def test_examples_without_weight_are_as_if_they_were_not_there(self):
        X, y = clouds(3, 60)
        weights = (np.arange(60) < 40).astype(float)
        settings = {"solver": "sgd", "batch_size": 10, "shuffle": False}
        zero, gone = small(**settings).fit(X, y, weights), small(**settings).fit(X[:40], y[:40])
        np.testing.assert_allclose(zero.coefs_[0], gone.coefs_[0], rtol=1e-12)

    @pytest.mark.parametrize("batch_size", [1, 10])
    @pytest.mark.parametrize("class_weight", [{0: 1.0, 1: 9.0, 2: 1.0}, "balanced"])
    def test_class_weights_are_sample_weights(self, class_weight, batch_size):
        X, y = clouds(3, 90)
        keep = (y != 1) | (np.arange(90) % 3 == 0)
        X, y = X[keep], y[keep]
        by_label = class_weight if class_weight != "balanced" else dict(enumerate(len(y) / (3 * np.bincount(y))))
        weights = np.array([by_label[label] for label in y])
        settings = {"batch_size": batch_size, "stopping": "max_iter(4)"}
        by_class = small(class_weight=class_weight, **settings).fit(X, y)
        by_sample = small(**settings).fit(X, y, weights)
        np.testing.assert_allclose(by_class.coefs_[0], by_sample.coefs_[0], rtol=1e-12)
        assert (by_class.predict(X) == 1).sum() >= (small(**settings).fit(X, y).predict(X) == 1).sum()

    @pytest.mark.parametrize(
        ("weights", "sentence"),
        [
            (np.ones(3), "expected"),
            (-np.ones(120), "at least 0"),
            (np.zeros(120), "All are zero|non-zero"),
            (np.full(120, np.nan), "NaN"),
        ],
    )
    def test_bad_weights_are_refused(self, weights, sentence):
        with pytest.raises(InvalidInputError, match=sentence):
            small().fit(*clouds(), weights)


class TestSparse:
    @pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_array, sparse.coo_array])
    @pytest.mark.parametrize(("solver", "batch_size"), [("sgd", 1), ("sgd", 20), ("adam", 20), ("lbfgs", 20)])
    def test_sparse_rows_learn_like_dense_ones(self, form, solver, batch_size):
        X, y = clouds()
        X = np.where(np.abs(X) < 1, 0, X)
        settings = {"solver": solver, "batch_size": batch_size, "stopping": "max_iter(3)", "alpha": 0.01}
        dense, spare = small(**settings).fit(X, y), small(**settings).fit(form(X), y)
        np.testing.assert_allclose(spare.coefs_[0], dense.coefs_[0], rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(spare.predict_proba(form(X)), dense.predict_proba(X), rtol=1e-8)
        np.testing.assert_allclose(
            spare.local_gradients(form(X), y)[0], dense.local_gradients(X, y)[0], rtol=1e-6, atol=1e-10
        )


class TestFloat32:
    @pytest.mark.parametrize(("solver", "batch_size"), [("sgd", 1), ("sgd", 20), ("adam", 20), ("lbfgs", 20)])
    def test_it_goes_in_and_comes_out(self, solver, batch_size):
        X, y = clouds()
        X = X.astype(np.float32)
        model = small(solver=solver, batch_size=batch_size).fit(X, y, np.ones(120))
        assert {array.dtype for array in (*model.coefs_, *model.intercepts_)} == {np.dtype(np.float32)}
        assert model.predict_proba(X).dtype == np.float32
        assert {delta.dtype for delta in model.local_gradients(X, y)} == {np.dtype(np.float32)}
        assert model.score(X, y) > 0.8


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("batch_size", [1, 20])
def test_read_only_data_are_learned_from(solver, batch_size):
    X, y = clouds()
    expected = small(solver=solver, batch_size=batch_size, stopping="max_iter(2)").fit(X, y).coefs_[0]
    X.setflags(write=False)
    y.setflags(write=False)
    model = small(solver=solver, batch_size=batch_size, stopping="max_iter(2)").fit(X, y)
    np.testing.assert_array_equal(model.coefs_[0], expected)


class TestPartialFit:
    def test_classes_may_come_later(self):
        X, y = clouds(3)
        model = small(learning_rate=0.05)
        model.partial_fit(X[y < 2], y[y < 2], classes=[0, 1, 2])
        for _ in range(30):
            model.partial_fit(X, y)
        assert model.score(X, y) > 0.8

    def test_class_weights_may_name_a_class_that_this_part_of_the_data_does_not_hold(self):
        X, y = clouds(2)
        model = small(class_weight={0: 1.0, 1: 5.0})
        for label in (0, 1):
            model.partial_fit(X[y == label], y[y == label], classes=[0, 1])
        assert model.history_.n_epochs == 2

    def test_the_first_call_wants_them(self):
        X, y = clouds()
        with pytest.raises(InvalidInputError, match="classes must be passed on the first call to partial_fit"):
            small().partial_fit(X, y)
        with pytest.raises(InvalidInputError, match="none of the classes seen before: 2"):
            small().partial_fit(X, y, classes=[0, 1])
        with pytest.raises(InvalidParameterError, match="class_weight='balanced'"):
            small(class_weight="balanced").partial_fit(X, y, classes=[0, 1, 2])


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"hidden_layer_sizes": 0}, "'hidden_layer_sizes' parameter of MLPClassifier .* at least 1"),
        ({"hidden_layer_sizes": (5, 0)}, "'hidden_layer_sizes' parameter"),
        ({"hidden_layer_sizes": (5.0,)}, "'hidden_layer_sizes' parameter"),
        ({"activation": "swish"}, "Unknown activation 'swish'"),
        ({"activation": ("relu", "tanh")}, "for each of the 1 hidden layers.*Got 2"),
        ({"activation": "threshold"}, "differentiable.*Got 'threshold'.*slope"),
        ({"output_activation": "hard_limit", "loss": "squared_error"}, "differentiable|hard_limit"),
        ({"momentum": 1.0}, r"'momentum' parameter .* \[0, 1\)"),
        ({"learning_rate": 0.0}, "'learning_rate' parameter"),
        ({"alpha": -1.0}, "'alpha' parameter"),
        ({"batch_size": 0}, "'batch_size' parameter"),
        ({"batch_size": "half"}, "'batch_size' parameter"),
        ({"max_iter": -1}, "'max_iter' parameter"),
        ({"n_init": 0}, "'n_init' parameter"),
        ({"loss": "hinge"}, "'loss' parameter"),
        ({"solver": "newton"}, "Unknown solver 'newton'"),
        ({"validation_fraction": 1.0}, "'validation_fraction' parameter"),
        ({"shuffle": "yes"}, "'shuffle' parameter"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters, sentence):
    with pytest.raises(InvalidParameterError, match=sentence):
        small(**parameters).fit(*clouds())
