"""The deep autoencoder: unrolled from its pairs, better than PCA, the plain autoassociator as its smallest case."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import DeepAutoencoder, MLPRegressor
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.stopping import StopCode
from tests.energy.test_deep_belief_network import interrupt_in


@pytest.fixture(scope="module")
def digits():
    return load_digits().data / 16


@pytest.fixture(scope="module")
def fitted(digits):
    return DeepAutoencoder(
        hidden_layer_sizes=(100, 50, 8), learning_rate=0.003, batch_size=20, stopping="max_iter(60)", random_state=0
    ).fit(digits[:1200])


def logistic(x):
    return 1 / (1 + np.exp(-x))


class TestCode:
    def test_it_beats_as_many_principal_components(self, fitted, digits):
        test = digits[1200:]
        pca = PCA(8).fit(digits[:1200])
        error = ((pca.inverse_transform(pca.transform(test)) - test) ** 2).sum(axis=1).mean()
        assert -fitted.score(test) < 0.96 * error

    def test_code_and_back_is_what_the_network_gives(self, fitted, digits):
        codes = fitted.transform(digits[:50])
        assert codes.shape == (50, 8)
        again = fitted.inverse_transform(codes)
        rows = digits[:50]
        for coef, intercept, is_code in zip(
            fitted.coefs_, fitted.intercepts_, [False, False, True, False, False, False], strict=True
        ):
            rows = rows @ coef + intercept
            rows = rows if is_code else logistic(rows)
        np.testing.assert_allclose(again, rows, rtol=1e-10)

    def test_score_is_minus_the_squared_error_of_an_example(self, fitted, digits):
        again = fitted.inverse_transform(fitted.transform(digits))
        assert fitted.score(digits) == pytest.approx(-((again - digits) ** 2).sum(axis=1).mean())

    def test_a_code_is_named_and_goes_through_a_pipeline(self, fitted, digits):
        assert fitted.get_feature_names_out().tolist() == [f"deepautoencoder{k}" for k in range(8)]
        y = load_digits().target
        model = make_pipeline(
            DeepAutoencoder(hidden_layer_sizes=(40, 16), stopping="max_iter(30)", learning_rate=0.01, random_state=0),
            StandardScaler(),
            LogisticRegression(max_iter=1000),
        )
        assert model.fit(digits[:1200], y[:1200]).score(digits[1200:], y[1200:]) > 0.8

    def test_a_logistic_code_is_between_0_and_1(self, digits):
        model = DeepAutoencoder(
            hidden_layer_sizes=(20, 5), code_activation="logistic", stopping="max_iter(5)", random_state=0
        ).fit(digits)
        codes = model.transform(digits)
        assert codes.min() >= 0
        assert codes.max() <= 1


class TestStart:
    @pytest.mark.parametrize("pretraining", ["rbm", "autoassociator"])
    def test_pretraining_alone_reproduces_better_than_the_mean(self, digits, pretraining):
        model = DeepAutoencoder(
            hidden_layer_sizes=(60, 30), pretraining=pretraining, pretraining_max_iter=30, max_iter=0, random_state=0
        ).fit(digits)
        assert -model.score(digits) < 0.75 * digits.var(axis=0).sum()
        assert len(model.pretraining_history_) == 2

    def test_the_decoder_is_the_transposed_encoder_at_first(self, digits):
        model = DeepAutoencoder(hidden_layer_sizes=(20, 10, 5), pretraining_max_iter=2, max_iter=0, random_state=0).fit(
            digits
        )
        for up, down in zip(model.coefs_[:3], model.coefs_[:2:-1], strict=True):
            np.testing.assert_array_equal(up, down.T)

    def test_fine_tuning_lowers_the_error(self, digits):
        settings = {"hidden_layer_sizes": (30, 10), "pretraining_max_iter": 10, "random_state": 0}
        greedy = DeepAutoencoder(**settings, max_iter=0).fit(digits)
        tuned = DeepAutoencoder(**settings, stopping="max_iter(20)").fit(digits)
        assert -tuned.score(digits) < -greedy.score(digits)

    def test_one_layer_from_a_random_start_is_the_plain_autoassociator(self, digits):
        """The same weights as the perceptron that is taught its own input."""
        settings = {"hidden_layer_sizes": 7, "stopping": "max_iter(5)", "random_state": 0}
        ours = DeepAutoencoder(pretraining=None, code_activation="logistic", **settings).fit(digits)
        plain = MLPRegressor(activation="logistic", output_activation="logistic", alpha=0.0, **settings).fit(
            digits, digits
        )
        for found, wanted in zip(ours.coefs_, plain.coefs_, strict=True):
            np.testing.assert_array_equal(found, wanted)

    def test_real_valued_columns_are_reproduced_in_their_own_units(self):
        X = load_iris().data * [1, 10, 100, 1000] + [5, 0, 0, -300]
        model = DeepAutoencoder(hidden_layer_sizes=(20, 10), pretraining_max_iter=100, max_iter=0, random_state=0)
        model.fit(X)
        gaps = (model.inverse_transform(model.transform(X)) - X).std(axis=0)
        assert (gaps < X.std(axis=0)).all()
        assert model.out_activation_ == "identity"

    def test_it_goes_on_and_takes_more(self, digits):
        model = DeepAutoencoder(hidden_layer_sizes=(20, 5), pretraining_max_iter=2, random_state=0)
        first = model.partial_fit(digits).score(digits)
        for _ in range(5):
            model.partial_fit(digits)
        assert model.score(digits) > first
        assert model.history_.n_epochs == 6

    def test_validation_is_measured_on_what_was_held_out(self, digits):
        model = DeepAutoencoder(hidden_layer_sizes=(20, 5), pretraining_max_iter=2, max_iter=5, stopping="max_iter(5)")
        model.fit(digits[:1000], X_val=digits[1000:])
        assert model.history_["validation_score"][-1] == pytest.approx(model.score(digits[1000:]))


class TestInterruption:
    def test_pairs_that_are_finished_are_kept(self, monkeypatch, digits):
        X = digits[:200]
        settings = {"hidden_layer_sizes": (15, 12, 5), "batch_size": 100, "random_state": 0}
        finished = DeepAutoencoder(**settings, pretraining_max_iter=2, max_iter=0).fit(X)
        model = DeepAutoencoder(**settings, pretraining_max_iter=2)
        with monkeypatch.context() as patch:
            interrupt_in(patch, 6)
            with pytest.warns(ConvergenceWarning, match="interrupted while layer 2"):
                model.fit(X)
        assert model.stop_reason_.code is StopCode.INTERRUPTED
        np.testing.assert_array_equal(model.coefs_[0], finished.coefs_[0])
        np.testing.assert_array_equal(model.coefs_[-1], finished.coefs_[-1])
        model.set_params(warm_start=True, stopping="max_iter(3)").fit(X)
        assert model.n_iter_ == 3


class TestBadInput:
    @pytest.mark.parametrize("sizes", [0, (), (10, 0)])
    def test_layers_of_no_units(self, digits, sizes):
        with pytest.raises(InvalidParameterError, match="hidden_layer_sizes"):
            DeepAutoencoder(hidden_layer_sizes=sizes).fit(digits)

    def test_a_code_of_another_length(self, fitted):
        with pytest.raises(InvalidInputError, match="A code has 8 numbers, but X has 3"):
            fitted.inverse_transform([[0.0, 1.0, 2.0]])

    def test_the_log_loss_of_numbers_without_bounds(self):
        with pytest.raises(InvalidParameterError, match="columns from 0 to 1"):
            DeepAutoencoder(loss="log_loss").fit(load_iris().data)

    def test_gray_values_up_to_255(self, digits):
        with pytest.raises(InvalidInputError, match="divide X by 255"):
            DeepAutoencoder(visible="binary").fit(np.round(digits * 255))

    def test_constant_columns_come_back(self):
        X = np.hstack([load_iris().data, np.full((150, 1), 7.0)])
        model = DeepAutoencoder(hidden_layer_sizes=(10, 3), max_iter=0, random_state=0).fit(X)
        again = model.inverse_transform(model.transform(X))
        np.testing.assert_allclose(again[:, 4], 7.0, atol=0.5)

    def test_missing_values(self, digits):
        X = digits.copy()
        X[3, 3] = np.nan
        with pytest.raises(InvalidInputError, match="NaN"):
            DeepAutoencoder().fit(X)
