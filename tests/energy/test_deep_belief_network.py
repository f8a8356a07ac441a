"""The deep belief network: wake-sleep against its naive twin and exact likelihoods, dreams, interruptions."""

import itertools
import warnings

import numpy as np
import pytest
from scipy.special import logsumexp
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning

from sinapsi import DeepBeliefNetwork, RestrictedBoltzmannMachine
from sinapsi.energy.arithmetic import Chance
from sinapsi.energy.contrastive import ContrastiveLearning
from sinapsi.energy.deep.wake_sleep import DirectedLayer, WakeSleep
from sinapsi.energy.machine import Machine
from sinapsi.energy.units import Binary, Joined, Softmax
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.stopping import StopCode

rng = np.random.default_rng


def logistic(x):
    return 1 / (1 + np.exp(-x))


def tiny_network(seed=0, sizes=(4, 3), n_top=3, n_classes=2, spread=0.8):
    random = rng(seed)
    layers = [
        DirectedLayer(
            Binary(),
            random.normal(0, spread, (below, above)),
            random.normal(0, spread, above),
            random.normal(0, spread, (above, below)),
            random.normal(0, spread, below),
        )
        for below, above in itertools.pairwise(sizes)
    ]
    n_visible = sizes[-1] + n_classes
    top = Machine(
        Joined(Binary(), Softmax(), sizes[-1]),
        Binary(),
        random.normal(0, spread, (n_top, n_visible)),
        random.normal(0, spread, n_visible),
        random.normal(0, spread, n_top),
    )
    return layers, top


def states(n):
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def exact_log_likelihood(layers, top, n_classes=2):
    """log p(v, label) for all v and labels of a network with one directed layer, by enumeration."""
    (layer,) = layers
    hidden = states(layer.recognition_bias.size)
    logs = np.empty((len(hidden), n_classes))
    for k in range(n_classes):
        visible = np.hstack([hidden, np.tile(np.eye(n_classes)[k], (len(hidden), 1))])
        logs[:, k] = visible @ top.visible_bias + np.logaddexp(0, visible @ top.weights.T + top.hidden_bias).sum(axis=1)
    logs -= logsumexp(logs)  # log p(h, label) of the machine at the top
    examples = states(layer.generation_bias.size)
    means = logistic(hidden @ layer.generation + layer.generation_bias)  # (n_hidden_states, n_visible)
    given = examples @ np.log(means).T + (1 - examples) @ np.log1p(-means).T  # log p(v | h)
    return np.array([logsumexp(given + logs[:, k], axis=1) for k in range(n_classes)]).T


class TestWakeSleep:
    @pytest.mark.parametrize("n_steps", [1, 4])
    def test_a_step_is_that_of_the_appendix(self, n_steps):
        """Hinton, Osindero and Teh (2006), appendix B, in the order of its pseudo-code, with the same draws."""
        layers, top = tiny_network(1, sizes=(5, 4, 3))
        random = rng(2)
        data = (random.random((6, 5)) < 0.5).astype(float)
        targets = np.eye(2)[random.integers(2, size=6)]
        rate, chance = 0.3, Chance(7)
        n = len(data)
        (vishid, hidrec, hidvis, visgen), (hidpen, penrec, penhid, hidgen) = (
            [array.copy() for array in layer.arrays] for layer in layers
        )
        pentop, labtop = top.weights[:, :3].copy(), top.weights[:, 3:].copy()  # (n_top, ...)
        pengen, labgen, topbias = top.visible_bias[:3].copy(), top.visible_bias[3:].copy(), top.hidden_bias.copy()

        def draw(probabilities):
            kept, states_drawn = Binary().draw(
                np.log(probabilities) - np.log1p(-probabilities), np.zeros(probabilities.shape[1]), chance
            )
            np.testing.assert_allclose(kept, probabilities)
            return states_drawn

        wakehid = draw(logistic(data @ vishid + hidrec))
        wakepen = draw(logistic(wakehid @ hidpen + penrec))
        waketop_means = logistic(wakepen @ pentop.T + targets @ labtop.T + topbias)
        negtop = draw(waketop_means)
        for _ in range(n_steps):
            negpen = draw(logistic(negtop @ pentop + pengen))
            label_fields = negtop @ labtop + labgen
            neglab = Softmax().draw(label_fields.copy(), np.zeros(2), chance)[1]
            negtop_means = logistic(negpen @ pentop.T + neglab @ labtop.T + topbias)
            negtop = draw(negtop_means)
        sleephid = draw(logistic(negpen @ penhid + hidgen))
        sleepvis = draw(logistic(sleephid @ hidvis + visgen))

        wanted = {
            "hidvis": hidvis + rate / n * wakehid.T @ (data - logistic(wakehid @ hidvis + visgen)),
            "penhid": penhid + rate / n * wakepen.T @ (wakehid - logistic(wakepen @ penhid + hidgen)),
            "vishid": vishid + rate / n * sleepvis.T @ (sleephid - logistic(sleepvis @ vishid + hidrec)),
            "hidpen": hidpen + rate / n * sleephid.T @ (negpen - logistic(sleephid @ hidpen + penrec)),
            "pentop": pentop + rate / n * (waketop_means.T @ wakepen - negtop_means.T @ negpen),
            "labtop": labtop + rate / n * (waketop_means.T @ targets - negtop_means.T @ neglab),
            "pengen": pengen + rate / n * (wakepen - negpen).sum(axis=0),
            "labgen": labgen + rate / n * (targets - neglab).sum(axis=0),
            "topbias": topbias + rate / n * (waketop_means - negtop_means).sum(axis=0),
            "visgen": visgen + rate / n * (data - logistic(wakehid @ hidvis + visgen)).sum(axis=0),
            "hidgen": hidgen + rate / n * (wakehid - logistic(wakepen @ penhid + hidgen)).sum(axis=0),
            "hidrec": hidrec + rate / n * (sleephid - logistic(sleepvis @ vishid + hidrec)).sum(axis=0),
            "penrec": penrec + rate / n * (negpen - logistic(sleephid @ hidpen + penrec)).sum(axis=0),
        }
        error = WakeSleep(layers, top, n_steps, 0.0, Chance(7)).learn(data, targets, rate)
        found = {
            "hidvis": layers[0].generation, "penhid": layers[1].generation,
            "vishid": layers[0].recognition, "hidpen": layers[1].recognition,
            "pentop": top.weights[:, :3], "labtop": top.weights[:, 3:],
            "pengen": top.visible_bias[:3], "labgen": top.visible_bias[3:], "topbias": top.hidden_bias,
            "visgen": layers[0].generation_bias, "hidgen": layers[1].generation_bias,
            "hidrec": layers[0].recognition_bias, "penrec": layers[1].recognition_bias,
        }  # fmt: skip
        for name, array in wanted.items():
            np.testing.assert_allclose(found[name], array, rtol=1e-12, atol=1e-13, err_msg=name)
        assert error == pytest.approx(((data - logistic(wakehid @ hidvis + visgen)) ** 2).sum())

    def test_decay_pulls_every_weight_but_no_bias(self):
        layers, top = tiny_network(3)
        plain_layers, plain_top = tiny_network(3)
        data, targets = np.ones((4, 4)), np.eye(2)[[0, 1, 0, 1]]
        before = [array.copy() for array in (*layers[0].arrays, *top.arrays)]
        WakeSleep(layers, top, 1, 0.1, Chance(1)).learn(data, targets, 0.5)
        WakeSleep(plain_layers, plain_top, 1, 0.0, Chance(1)).learn(data, targets, 0.5)
        for old, decayed, plain in zip(
            before, [*layers[0].arrays, *top.arrays], [*plain_layers[0].arrays, *plain_top.arrays], strict=True
        ):
            pull = 0.5 * 0.1 * old if old.ndim == 2 else 0.0
            np.testing.assert_allclose(plain - decayed, pull, atol=1e-12)

    def test_it_raises_the_exact_log_likelihood(self):
        """Two patterns with a label each; all states are summed over before and after."""
        layers, top = tiny_network(0, spread=0.1)
        data = np.array([[1, 1, 0, 0], [0, 0, 1, 1]] * 20, dtype=float)
        labels = np.array([0, 1] * 20)
        places = (data @ [8, 4, 2, 1]).astype(int)

        def mean_likelihood():
            logs = exact_log_likelihood(layers, top)
            assert logsumexp(logs) == pytest.approx(0, abs=1e-9)  # probabilities sum to 1
            return logs[places, labels].mean()

        before, learning = mean_likelihood(), WakeSleep(layers, top, 5, 0.0, Chance(3))
        for _ in range(3000):
            learning.learn(data, np.eye(2)[labels], 0.1)
        after = mean_likelihood()
        assert before < -3.0  # of 32 states
        assert after > -1.0  # at best -log 2 = -0.69


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X / 16, np.array([f"digit {k}" for k in y])


@pytest.fixture(scope="module")
def fitted(digits):
    X, y = digits
    return DeepBeliefNetwork(hidden_layer_sizes=(80, 80), random_state=0).fit(X[:1200], y[:1200])


class TestNetwork:
    def test_it_tells_classes_apart_it_has_not_seen(self, fitted, digits):
        X, y = digits
        assert fitted.score(X[1200:], y[1200:]) > 0.8
        assert fitted.classes_.tolist() == [f"digit {k}" for k in range(10)]

    def test_wake_sleep_parts_the_weights_that_the_greedy_phase_tied(self, digits, fitted):
        X, y = digits
        greedy = DeepBeliefNetwork(hidden_layer_sizes=(20, 10), pretraining_max_iter=2, max_iter=0, random_state=0).fit(
            X, y
        )
        for up, down in zip(greedy.recognition_weights_, greedy.generative_weights_, strict=True):
            np.testing.assert_array_equal(up, down.T)
        for up, down in zip(fitted.recognition_weights_, fitted.generative_weights_, strict=True):
            assert np.abs(up - down.T).max() > 0.01

    def test_probabilities_are_those_of_free_energies(self, fitted, digits):
        X, _ = digits
        states_above = logistic(X[:5] @ fitted.recognition_weights_[0] + fitted.recognition_intercepts_[0])
        energies = np.empty((5, 10))
        for k in range(10):
            visible = np.hstack([states_above, np.tile(np.eye(10)[k], (5, 1))])
            fields = visible @ fitted.components_.T + fitted.intercept_hidden_
            energies[:, k] = -visible @ fitted.intercept_visible_ - np.logaddexp(0, fields).sum(axis=1)
        wanted = np.exp(-energies - logsumexp(-energies, axis=1, keepdims=True))
        np.testing.assert_allclose(fitted.predict_proba(X[:5]), wanted, rtol=1e-9)

    def test_dreams_of_a_class_look_like_the_class(self, fitted, digits):
        X, y = digits
        centers = np.array([X[y == label].mean(axis=0) for label in fitted.classes_])
        right = 0
        for label in fitted.classes_:
            dreams, labels = fitted.sample(20, label, as_means=True)
            assert (labels == label).all()
            assert dreams.shape == (20, 64)
            nearest = ((dreams[:, np.newaxis] - centers) ** 2).sum(axis=2).argmin(axis=1)
            right += int((fitted.classes_[nearest] == label).sum())
        assert right > 130  # of 200; 20 by chance

    def test_draws_are_states_and_means_are_probabilities(self, fitted):
        drawn, _ = fitted.sample(10)
        means, _ = fitted.sample(10, as_means=True)
        assert set(np.unique(drawn)) == {0.0, 1.0}
        assert ((means > 0) & (means < 1)).all()

    def test_without_a_label_all_classes_are_dreamed_of(self, fitted):
        _, labels = fitted.sample(200, n_gibbs_steps=200)
        assert len(np.unique(labels)) >= 8

    def test_chance_is_the_same_unless_a_seed_is_given(self, fitted):
        np.testing.assert_array_equal(fitted.sample(3)[0], fitted.sample(3)[0])
        assert not np.array_equal(fitted.sample(3)[0], fitted.sample(3, random_state=1)[0])

    def test_real_valued_columns_are_dreamed_in_their_own_units(self):
        X, y = load_iris(return_X_y=True)
        model = DeepBeliefNetwork(hidden_layer_sizes=(30, 30), random_state=0).fit(X, y)
        assert model.visible_ == "gaussian"
        assert model.score(X, y) > 0.9
        dreams, _ = model.sample(200)
        assert (np.abs(dreams.mean(axis=0) - X.mean(axis=0)) < X.std(axis=0)).all()

    def test_class_weights_multiply_probabilities(self, digits):
        X, y = digits
        settings = {"hidden_layer_sizes": (10, 10), "max_iter": 1, "pretraining_max_iter": 1, "random_state": 0}
        plain = DeepBeliefNetwork(**settings).fit(X, y).predict_proba(X[:10])
        weighted = DeepBeliefNetwork(**settings, class_weight={"digit 3": 5.0}).fit(X, y).predict_proba(X[:10])
        wanted = plain * np.where(np.arange(10) == 3, 5.0, 1.0)
        np.testing.assert_allclose(weighted, wanted / wanted.sum(axis=1, keepdims=True), rtol=1e-9)

    def test_half_and_half_is_the_whole(self, digits):
        """warm_start goes on with the same weights, chance, order and schedule."""
        X, y = digits
        settings = {"hidden_layer_sizes": (12, 10), "pretraining_max_iter": 1, "random_state": 0}
        whole = DeepBeliefNetwork(**settings, max_iter=4).fit(X[:300], y[:300])
        half = DeepBeliefNetwork(**settings, max_iter=2, warm_start=True).fit(X[:300], y[:300]).fit(X[:300], y[:300])
        np.testing.assert_array_equal(whole.components_, half.components_)
        np.testing.assert_array_equal(whole.recognition_weights_[0], half.recognition_weights_[0])
        assert half.history_.n_epochs == 4

    def test_validation_is_told_of(self, digits):
        X, y = digits
        model = DeepBeliefNetwork(
            hidden_layer_sizes=(20, 20), max_iter=3, pretraining_max_iter=3, validation_fraction=0.2, random_state=0
        ).fit(X, y)
        assert {"validation_loss", "validation_score"} <= set(model.history_)


def interrupt_in(monkeypatch, n_calls):
    """Ctrl-C after so many updates of restricted machines."""
    learn, calls = ContrastiveLearning.learn, itertools.count(1)

    def learn_or_stop(self, batch, rate):
        if next(calls) > n_calls:
            raise KeyboardInterrupt
        learn(self, batch, rate)

    monkeypatch.setattr(ContrastiveLearning, "learn", learn_or_stop)


class TestInterruption:
    def test_layers_that_are_finished_are_kept(self, monkeypatch, digits):
        X, y = digits[0][:200], digits[1][:200]
        settings = {"pretraining_max_iter": 2, "max_iter": 2, "batch_size": 100, "random_state": 0}
        model = DeepBeliefNetwork(hidden_layer_sizes=(15, 12, 10), **settings)
        finished = DeepBeliefNetwork(hidden_layer_sizes=(15, 12, 10), **{**settings, "max_iter": 0}).fit(X, y)
        with monkeypatch.context() as patch:
            interrupt_in(patch, 6)  # 4 updates a layer: in the first pass of layer 2 two are done
            with pytest.warns(ConvergenceWarning, match="interrupted while layer 2"):
                model.fit(X, y)
        assert model.stop_reason_.code is StopCode.INTERRUPTED
        np.testing.assert_array_equal(model.recognition_weights_[0], finished.recognition_weights_[0])
        assert not np.array_equal(model.recognition_weights_[1], finished.recognition_weights_[1])
        assert model.predict(X).shape == (200,)
        model.set_params(warm_start=True).fit(X, y)
        assert model.n_iter_ == 2


class TestBadInput:
    def test_one_layer_is_another_network(self):
        with pytest.raises(InvalidParameterError, match="RBMClassifier"):
            DeepBeliefNetwork(hidden_layer_sizes=(10,)).fit([[0.0], [1.0]], [0, 1])

    def test_a_layer_of_no_units(self):
        with pytest.raises(InvalidParameterError, match="at least 1"):
            DeepBeliefNetwork(hidden_layer_sizes=(10, 0)).fit([[0.0], [1.0]], [0, 1])

    def test_gray_values_up_to_255(self, digits):
        X, y = digits
        with pytest.raises(InvalidInputError, match="divide X by 255"):
            DeepBeliefNetwork(visible="binary").fit(X * 255, y)

    def test_a_class_nobody_has(self, fitted):
        with pytest.raises(InvalidInputError, match="none of the classes"):
            fitted.sample(1, "digit 11")

    def test_labels_unseen(self, digits):
        X, y = digits
        model = DeepBeliefNetwork(hidden_layer_sizes=(5, 5), pretraining_max_iter=1, max_iter=1)
        model.partial_fit(X[:50], y[:50], classes=np.unique(y))
        with pytest.raises(InvalidInputError, match="none of the classes"):
            model.partial_fit(X[:2], ["digit 0", "letter a"])

    def test_another_shape_cannot_go_on(self, digits):
        X, y = digits
        settings = {"pretraining_max_iter": 1, "max_iter": 1, "warm_start": True, "random_state": 0}
        model = DeepBeliefNetwork(hidden_layer_sizes=(5, 5), **settings).fit(X, y)
        with pytest.raises(InvalidParameterError, match="warm_start=False"):
            model.set_params(hidden_layer_sizes=(5, 6)).fit(X, y)

    def test_an_exploding_rate_keeps_the_last_good_state(self, digits):
        X, y = digits
        model = DeepBeliefNetwork(
            hidden_layer_sizes=(20, 20), pretraining_max_iter=2, learning_rate=1e6, max_iter=5, random_state=0
        )
        with pytest.warns(ConvergenceWarning, match="Lower learning_rate"):
            model.fit(X, y)
        assert model.stop_reason_.code is StopCode.DIVERGED
        assert np.isfinite(model.predict_proba(X)).all()

    def test_a_greedy_phase_that_explodes_says_which_layer(self, digits):
        X, y = digits
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            DeepBeliefNetwork(
                hidden_layer_sizes=(20, 20), pretraining_max_iter=2, pretraining_learning_rate=1e6, max_iter=0
            ).fit(X, y)
        assert any("In pre-training layer 1" in str(warning.message) for warning in caught)


def test_the_top_sees_what_the_lower_machine_gives(digits):
    """The greedy phase trains the second layer on expected states of the first, as machines one by one would."""
    X, y = digits
    model = DeepBeliefNetwork(hidden_layer_sizes=(9, 8), pretraining_max_iter=3, max_iter=0, random_state=0).fit(X, y)
    machine = RestrictedBoltzmannMachine(n_hidden=9, max_iter=0).fit(X)
    machine.components_ = np.ascontiguousarray(model.recognition_weights_[0].T)
    machine.intercept_hidden_ = model.recognition_intercepts_[0]
    expected = machine.transform(X)
    np.testing.assert_allclose(
        expected, logistic(X @ model.recognition_weights_[0] + model.recognition_intercepts_[0]), rtol=1e-10
    )
    assert len(model.pretraining_history_) == 2
    assert model.pretraining_history_[0]["loss"][-1] < model.pretraining_history_[0]["loss"][0]
