"""Networks that are pre-trained pair by pair: what the pairs hand over, and what back-propagation makes of it."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from sinapsi import DBNClassifier, DBNRegressor, MLPClassifier, MLPRegressor, few_label_study
from sinapsi.energy.deep.pretraining import LinearCodeMachine, Pretraining, pretrained_outputs
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.feedforward.backpropagation import outputs_of
from sinapsi.stopping import StopCode
from tests.energy.test_deep_belief_network import interrupt_in


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X / 16, y


def logistic(x):
    return 1 / (1 + np.exp(-x))


class TestPairs:
    def test_each_pair_learns_what_the_one_below_gives(self, digits):
        """Machines trained one by one by hand, with the seeds drawn in the same order."""
        X, _ = digits
        stack = Pretraining("rbm", "auto", 0.05, 3, "auto").climb(X, (12, 7), np.random.default_rng(5))
        random = np.random.default_rng(5)
        rows = X
        for level, size in enumerate((12, 7)):
            machine = LinearCodeMachine(
                n_hidden=size, visible="binary", momentum=0.9, max_iter=3, random_state=int(random.integers(2**32))
            ).fit(rows)
            np.testing.assert_array_equal(stack.coefs[level], machine.components_.T)
            np.testing.assert_array_equal(stack.intercepts[level], machine.intercept_hidden_)
            rows = machine.transform(rows)
        np.testing.assert_array_equal(stack.top, rows)

    def test_real_valued_examples_need_no_scaling_above(self):
        """Scale and mean of the lowest machine are folded into weights for examples as they are."""
        X = load_iris().data * [1, 10, 100, 1000]
        stack = Pretraining("rbm", "auto", 0.05, 5, "auto").climb(X, (6,), np.random.default_rng(0))
        machine = LinearCodeMachine(
            n_hidden=6, momentum=0.9, learning_rate=0.05 / 4, max_iter=5,
            random_state=int(np.random.default_rng(0).integers(2**32)),
        ).fit(X)  # fmt: skip
        np.testing.assert_allclose(
            logistic(X @ stack.coefs[0] + stack.intercepts[0]), machine.transform(X), rtol=1e-9, atol=1e-12
        )
        back, bias = stack.backward[0]
        np.testing.assert_allclose(machine.transform(X) @ back + bias, machine.reconstruct(X), rtol=1e-9)

    def test_autoassociators_reproduce_what_they_are_given(self, digits):
        X, _ = digits
        stack = Pretraining("autoassociator", "auto", 0.05, 20, "auto").climb(X, (30, 20), np.random.default_rng(0))
        plain = MLPRegressor(
            hidden_layer_sizes=30, activation="logistic", output_activation="logistic", max_iter=20,
            batch_size=17, stopping="max_iter(20)", random_state=int(np.random.default_rng(0).integers(2**32)),
        ).fit(X, X)  # fmt: skip
        np.testing.assert_array_equal(stack.coefs[0], plain.coefs_[0])
        np.testing.assert_allclose(stack.top, logistic(logistic(X @ stack.coefs[0] + stack.intercepts[0])
                                   @ stack.coefs[1] + stack.intercepts[1]), rtol=1e-9)  # fmt: skip

    def test_the_pair_of_the_outputs_learns_from_wanted_outputs(self, digits):
        X, y = digits
        network = MLPClassifier(hidden_layer_sizes=(), max_iter=0).fit(X, y)._network()
        coef, intercept = pretrained_outputs(
            X, np.eye(10)[y], network.activations[-1], rate=0.05, max_iter=20, random=np.random.default_rng(0)
        )
        answers = outputs_of(network, [coef], [intercept], X).argmax(axis=1)
        assert (answers == y).mean() > 0.7


class TestClassifier:
    def test_without_pre_training_it_is_the_perceptron_with_logistic_units(self, digits):
        X, y = digits
        settings = {"hidden_layer_sizes": (20, 10), "stopping": "max_iter(5)", "random_state": 0}
        ours = DBNClassifier(pretraining=None, **settings).fit(X, y)
        plain = MLPClassifier(activation="logistic", **settings).fit(X, y)
        for found, wanted in zip(ours.coefs_, plain.coefs_, strict=True):
            np.testing.assert_array_equal(found, wanted)

    @pytest.mark.parametrize("pretraining", ["rbm", "autoassociator"])
    def test_the_layers_start_as_the_pairs_ended(self, digits, pretraining):
        X, y = digits
        model = DBNClassifier(
            hidden_layer_sizes=(12, 7), pretraining=pretraining, pretraining_max_iter=3, max_iter=0, random_state=3
        ).fit(X, y)
        random = np.random.default_rng(3)
        plain = MLPClassifier(hidden_layer_sizes=(12, 7), activation="logistic", max_iter=0, random_state=3).fit(X, y)
        random.bit_generator.state = plain._random.bit_generator.state  # after the random start of the outputs
        stack = Pretraining(pretraining, "auto", 0.05, 3, "auto").climb(X, (12, 7), random)
        for layer in range(2):
            np.testing.assert_array_equal(model.coefs_[layer], stack.coefs[layer])
        np.testing.assert_array_equal(model.coefs_[2], plain.coefs_[2])

    @pytest.mark.parametrize(
        "settings",
        [{}, {"pretraining": "autoassociator"}, {"pretrain_output": True}, {"solver": "sgd", "learning_rate": 0.1}],
    )
    def test_it_tells_digits_apart(self, digits, settings):
        X, y = digits
        model = DBNClassifier(hidden_layer_sizes=(50, 50), stopping="max_iter(200)", random_state=0, **settings)
        assert model.fit(X[:1200], y[:1200]).score(X[1200:], y[1200:]) > 0.9

    def test_the_output_pair_alone_knows_the_classes(self, digits):
        X, y = digits
        settings = {"hidden_layer_sizes": (50,), "max_iter": 0, "random_state": 0}
        assert DBNClassifier(pretrain_output=True, **settings).fit(X, y).score(X, y) > 0.5
        assert DBNClassifier(pretrain_output=False, **settings).fit(X, y).score(X, y) < 0.35

    def test_several_labels_and_unknown_ones(self, digits):
        X, y = digits
        table = np.column_stack([y % 2, y > 4]).astype(float)
        table[::7, 0] = np.nan
        model = DBNClassifier(hidden_layer_sizes=(30,), stopping="max_iter(50)", random_state=0).fit(X, table)
        found = model.predict(X)
        assert (found[:, 1] == table[:, 1]).mean() > 0.85
        assert (found[::7, 0] == y[::7] % 2).mean() > 0.8

    def test_pre_training_does_not_look_at_the_labels(self, digits):
        X, y = digits
        settings = {"hidden_layer_sizes": (9, 8), "pretraining_max_iter": 2, "max_iter": 0, "random_state": 0}
        true, false = (DBNClassifier(**settings).fit(X, labels) for labels in (y, np.roll(y, 1)))
        np.testing.assert_array_equal(true.coefs_[1], false.coefs_[1])

    def test_it_goes_on_without_pre_training_again(self, digits):
        X, y = digits
        settings = {"hidden_layer_sizes": (20,), "pretraining_max_iter": 2, "random_state": 0}
        whole = DBNClassifier(stopping="max_iter(6)", **settings).fit(X, y)
        half = DBNClassifier(stopping="max_iter(3)", warm_start=True, **settings).fit(X, y).fit(X, y)
        np.testing.assert_array_equal(whole.coefs_[0], half.coefs_[0])


class TestRegressor:
    def test_it_learns_real_valued_targets(self):
        X, y = load_diabetes(return_X_y=True)
        X, y = StandardScaler().fit_transform(X), (y - y.mean()) / y.std()
        model = DBNRegressor(hidden_layer_sizes=(20, 10), solver="lbfgs", alpha=5.0, max_iter=2000, random_state=0)
        assert model.fit(X[:300], y[:300]).score(X[300:], y[300:]) > 0.4

    def test_several_outputs_of_which_some_do_not_matter(self):
        X = load_iris().data
        y = X[:, :2] @ [[1.0, 0.5], [0.3, -1.0]]
        y[::5, 1] = np.nan
        model = DBNRegressor(hidden_layer_sizes=(20,), solver="lbfgs", max_iter=2000, random_state=0).fit(X, y)
        assert model.score(X, y) > 0.9


class TestInterruption:
    def test_layers_that_are_finished_are_kept(self, monkeypatch, digits):
        X, y = digits[0][:200], digits[1][:200]
        settings = {"hidden_layer_sizes": (15, 12), "pretraining_max_iter": 2, "batch_size": 100, "random_state": 0}
        finished = DBNClassifier(**settings, max_iter=0).fit(X, y)
        model = DBNClassifier(**settings)
        with monkeypatch.context() as patch:
            interrupt_in(patch, 6)
            with pytest.warns(ConvergenceWarning, match="interrupted while layer 2"):
                model.fit(X, y)
        assert model.stop_reason_.code is StopCode.INTERRUPTED
        np.testing.assert_array_equal(model.coefs_[0], finished.coefs_[0])
        assert not np.array_equal(model.coefs_[1], finished.coefs_[1])
        model.set_params(warm_start=True, stopping="max_iter(2)").fit(X, y)
        assert model.n_iter_ == 2


class TestFewLabels:
    def test_more_labels_give_fewer_errors(self, digits):
        X, y = digits
        study = few_label_study(X, y, n_labels=(30, 10_000), hidden_layer_sizes=(50,), n_splits=2)
        assert study.n_labels == (30, 1347)  # the whole training part
        for errors in study.errors.values():
            assert errors.shape == (2, 2)
            assert errors[1].mean() < errors[0].mean() < 0.6
        assert study.n_examples == 1347
        assert set(study.wins) == {"random", "modern"}
        assert "1347" in str(study)
        assert "pre-trained" in str(study)

    def test_the_same_seed_gives_the_same_study(self, digits):
        X, y = digits
        settings = {"n_labels": (20,), "hidden_layer_sizes": (10,), "n_splits": 1, "pretraining_max_iter": 2}
        one, two = (few_label_study(X, y, **settings).errors for _ in range(2))
        for name, errors in one.items():
            np.testing.assert_array_equal(errors, two[name])

    def test_every_class_has_a_label(self, digits):
        X, y = digits
        with pytest.raises(InvalidInputError, match="at least 10, the number of classes"):
            few_label_study(X, y, n_labels=(5,))

    @pytest.mark.parametrize("n_labels", [(), (0,), (2.5,)])
    def test_numbers_that_are_none(self, digits, n_labels):
        with pytest.raises(InvalidParameterError, match="n_labels"):
            few_label_study(*digits, n_labels=n_labels)


class TestBadInput:
    def test_outputs_without_pre_training(self, digits):
        with pytest.raises(InvalidParameterError, match="pretrain_output=True"):
            DBNClassifier(pretraining=None, pretrain_output=True).fit(*digits)

    @pytest.mark.parametrize("sizes", [0, (10, 0)])
    def test_layers_of_no_units(self, digits, sizes):
        with pytest.raises(InvalidParameterError, match="hidden_layer_sizes"):
            DBNClassifier(hidden_layer_sizes=sizes).fit(*digits)

    def test_gray_values_up_to_255(self, digits):
        X, y = digits
        with pytest.raises(InvalidInputError, match="divide X by 255"):
            DBNClassifier(visible="binary").fit(np.round(X * 255), y)

    def test_unseen_labels(self, digits):
        X, y = digits
        model = DBNClassifier(hidden_layer_sizes=(5,), pretraining_max_iter=1).partial_fit(X, y, classes=range(10))
        with pytest.raises(InvalidInputError, match="none of the classes"):
            model.partial_fit(X[:1], [11])
