"""What a doctor says of a fitted network: numbers that are right, and a word for each trouble."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.preprocessing import StandardScaler

from sinapsi import MLPClassifier, MLPRegressor, load, save
from sinapsi.exceptions import InvalidInputError
from sinapsi.feedforward.diagnosis import WIDTH, Diagnosis, Finding
from sinapsi.stopping import StopCode


def waves(n_samples=200, noise=0.05, seed=0):
    random = np.random.default_rng(seed)
    X = random.uniform(-1.7, 1.7, (n_samples, 2))  # of deviation 1
    return X, np.sin(2 * X[:, 0]) + X[:, 1] ** 2 + noise * random.standard_normal(n_samples)


def network(**parameters):
    settings = {"hidden_layer_sizes": (5,), "activation": "tanh", "solver": "lm", "max_iter": 300, "random_state": 0}
    return MLPRegressor(**{**settings, "alpha": 0.01, **parameters})


def quietly_fitted(model, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(*arguments)


def verdicts(diagnosis):
    return {finding.subject: finding.verdict for finding in diagnosis.findings}


def check_readable(diagnosis):
    """Every finding stands in the report with its mark, facts and advice; nothing is wider than a page."""
    report = str(diagnosis)
    lines = report.splitlines()
    assert lines[0] == diagnosis.title
    assert all(len(line) <= WIDTH for line in lines)
    words = "".join(report.split())  # a line may end within a word that has a hyphen
    for finding in diagnosis.findings:
        mark = {"good": "+", "watch": "?", "bad": "!"}[finding.verdict]
        assert any(line.startswith(f" {mark} {finding.subject} ") for line in lines)
        assert "".join(finding.fact.split()) in words
        assert "".join(finding.advice.split()) in words
        assert finding.subject == "training" or "nan" not in finding.fact
        assert bool(finding.advice) or finding.verdict == "good"
    return report


class TestHealthy:
    def test_nothing_to_say(self):
        X, y = waves(400, noise=0.3)
        X_val, y_val = waves(400, noise=0.3, seed=1)
        diagnosis = network().fit(X, y).diagnose(X, y, X_val=X_val, y_val=y_val)
        assert set(verdicts(diagnosis).values()) == {"good"}
        assert list(verdicts(diagnosis)) == [
            "examples",
            "training",
            "inputs",
            "hidden layer 1",
            "fit",
            "generalization",
        ]
        check_readable(diagnosis)

    def test_the_numbers(self):
        X, y = waves()
        model = network(hidden_layer_sizes=(5,)).fit(X, y)
        diagnosis = model.diagnose(X, y)
        assert (diagnosis.n_examples, diagnosis.n_parameters) == (200, 2 * 5 + 5 + 5 + 1)
        assert diagnosis.examples_per_weight == pytest.approx(200 / 21)
        assert diagnosis.title == "MLPRegressor 2-5-1 on 200 examples"
        assert diagnosis["examples"].fact == "9.52 for each of the 21 weights and biases, within the rule of 4 to 10"
        loss = ((y - model.predict(X)) ** 2).mean() / 2
        assert diagnosis["fit"].fact == f"training loss {loss:.4g}; a constant answer would cost {y.var() / 2:.4g}"
        assert diagnosis["training"].fact == f"ended because {model.stop_reason_}"

    def test_of_a_finding_that_was_not_made_it_is_a_key_error(self):
        X, y = waves()
        with pytest.raises(KeyError, match="generalization"):
            network().fit(X, y).diagnose(X, y)["generalization"]

    def test_it_changes_nothing(self):
        X, y = waves()
        model = network(max_iter=20, solver="adam")
        quietly_fitted(model, X, y)
        before = {name: np.array(value, dtype=object) for name, value in vars(model).items()}
        model.diagnose(X, y)
        assert vars(model).keys() == before.keys()
        again = quietly_fitted(network(max_iter=20, solver="adam"), X, y)
        np.testing.assert_array_equal(model.partial_fit(X, y).predict(X), again.partial_fit(X, y).predict(X))

    def test_a_loaded_network_may_be_diagnosed(self, tmp_path):
        X, y = waves()
        model = network().fit(X, y)
        save(model, tmp_path / "model")
        assert load(tmp_path / "model").diagnose(X, y) == model.diagnose(X, y)


class TestExamples:
    def test_plenty(self):
        X, y = waves(300)
        diagnosis = network().fit(X, y).diagnose(X, y)
        assert diagnosis["examples"].verdict == "good"
        assert "plenty" in diagnosis["examples"].fact

    @pytest.mark.parametrize(("n_samples", "verdict"), [(84, "good"), (83, "watch"), (21, "watch"), (20, "bad")])
    def test_the_borders(self, n_samples, verdict):
        """21 weights and biases."""
        X, y = waves(n_samples)
        assert quietly_fitted(network(), X, y).diagnose(X, y)["examples"].verdict == verdict

    def test_the_advice_keeps_the_rule(self):
        """As many hidden units as it advises leave four examples for each weight, and one more does not."""
        X, y = waves(100)
        y = np.column_stack([y, -y])
        diagnosis = quietly_fitted(network(hidden_layer_sizes=(30,)), X, y).diagnose(X, y)
        advice = diagnosis["examples"].advice
        most = int(advice.split("At most ")[1].split()[0])
        n_weights = [(2 + 1) * n + (n + 1) * 2 for n in (most, most + 1)]
        assert 100 / n_weights[0] >= 4 > 100 / n_weights[1]
        assert "solver='bayesian'" in advice
        check_readable(diagnosis)

    def test_for_the_log_loss_it_does_not_advise_what_cannot_be(self):
        X, y = waves(30)
        model = MLPClassifier(hidden_layer_sizes=(20,), solver="scg", max_iter=2000, random_state=0).fit(X, y > 1)
        assert "bayesian" not in model.diagnose(X, y > 1)["examples"].advice

    def test_with_evidence_the_effective_ones_count(self):
        """Eighty weights for two hundred examples, of which the data decide about ten."""
        X, y = waves(200, noise=0.3)
        model = network(hidden_layer_sizes=(20,), solver="bayesian", max_iter=2000).fit(X, y)
        diagnosis = model.diagnose(X, y)
        assert f"the data decide {model.effective_parameters_:.3g}" in diagnosis["examples"].fact
        assert diagnosis["examples"].verdict == "good"
        assert diagnosis.examples_per_weight == pytest.approx(200 / 81)


class TestTraining:
    def test_the_budget_was_used_up(self):
        X, y = waves()
        diagnosis = quietly_fitted(network(max_iter=2), X, y).diagnose(X, y)
        assert diagnosis["training"].verdict == "watch"
        assert "Raise max_iter" in diagnosis["training"].advice
        check_readable(diagnosis)

    def test_it_diverged(self):
        X, y = waves()
        model = network(solver="sgd", learning_rate=1e3, activation="relu")
        with pytest.warns(ConvergenceWarning, match="Lower learning_rate"):
            model.fit(10 * X, y)
        diagnosis = model.diagnose(10 * X, y)
        assert model.stop_reason_.code is StopCode.DIVERGED
        assert diagnosis["training"].verdict == "bad"
        assert "Lower learning_rate" in diagnosis["training"].advice
        assert diagnosis["fit"].verdict == "bad"
        check_readable(diagnosis)

    @pytest.mark.parametrize("stopping", ["time_limit(0.001)", "max_steps(2)"])
    def test_other_budgets(self, stopping):
        X, y = waves()
        diagnosis = network(solver="adam", stopping=stopping).fit(X, y).diagnose(X, y)
        assert diagnosis["training"].verdict == "watch"
        assert "if the loss was still falling" in diagnosis["training"].advice

    def test_it_was_only_set_up(self):
        X, y = waves()
        diagnosis = network(max_iter=0).fit(X, y).diagnose(X, y)
        assert "max_iter=0" in diagnosis["training"].fact
        check_readable(diagnosis)


class TestInputs:
    def test_columns_far_from_standardized(self):
        X, y = waves()
        X = X * [1.0, 100.0] + [50.0, 0.0]
        diagnosis = quietly_fitted(network(), X, y).diagnose(X, y)
        assert diagnosis["inputs"].verdict == "bad"
        assert "2 of 2 columns are far from mean 0 and deviation 1 (first: column 0)" in diagnosis["inputs"].fact
        assert "StandardScaler" in diagnosis["inputs"].advice
        check_readable(diagnosis)

    def test_one_of_several(self):
        X, y = waves()
        X = np.hstack([X, X[:, :1] ** 2, 1e4 * X[:, :1]])
        diagnosis = quietly_fitted(network(), X, y).diagnose(X, y)
        assert diagnosis["inputs"].verdict == "watch"
        assert "1 of 4 columns" in diagnosis["inputs"].fact
        assert "(first: column 3)" in diagnosis["inputs"].fact

    @pytest.mark.parametrize("value", [0.0, 1.0, 0.1, 1e6])
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_column_that_never_changes(self, value, dtype):
        X, y = waves()
        X = np.hstack([X, np.full((200, 1), value)]).astype(dtype)
        diagnosis = quietly_fitted(network(), X, y).diagnose(X, y)
        assert diagnosis["inputs"].verdict == "watch"
        assert diagnosis["inputs"].fact == "1 of 3 columns never change and teach nothing (first: column 2)"
        assert "Drop" in diagnosis["inputs"].advice

    def test_sparse_rows_are_not_looked_at(self):
        X, y = waves()
        X = sparse.csr_array(np.where(X < 0, 0, X))
        diagnosis = network().fit(X, y).diagnose(X, y)
        assert "sparse" in diagnosis["inputs"].fact
        assert diagnosis["hidden layer 1"].verdict == "good"
        check_readable(diagnosis)


class TestHiddenLayers:
    def test_units_that_never_fire(self):
        X, y = waves()
        model = quietly_fitted(network(activation="relu", hidden_layer_sizes=(8, 4), solver="adam", max_iter=3), X, y)
        model.intercepts_[0][:3] = -1e3
        model.intercepts_[1][:] = 1e3
        diagnosis = model.diagnose(X, y)
        assert diagnosis["hidden layer 1"].verdict == "watch"
        assert diagnosis["hidden layer 1"].fact == "3 of 8 units never fire"
        assert "init='he'" in diagnosis["hidden layer 1"].advice
        assert diagnosis["hidden layer 2"].fact == "4 of 4 units take part"
        model.intercepts_[0][:6] = -1e3
        assert model.diagnose(X, y)["hidden layer 1"].verdict == "bad"
        check_readable(model.diagnose(X, y))

    @pytest.mark.parametrize("activation", ["tanh", "logistic", "tanh(slope=3)", "logistic(slope=0.5)"])
    def test_saturated_units(self, activation):
        X, y = waves()
        model = quietly_fitted(network(activation=activation, hidden_layer_sizes=(6,), max_iter=3), X, y)
        assert model.diagnose(X, y)["hidden layer 1"].verdict == "good"
        model.intercepts_[0][:4] = [1e3, -1e3, 1e3, -1e3]
        diagnosis = model.diagnose(X, y)
        assert diagnosis["hidden layer 1"].verdict == "bad"
        assert diagnosis["hidden layer 1"].fact == "4 of 6 units are saturated for nearly all examples"
        check_readable(diagnosis)

    def test_provoked_by_inputs_that_are_not_standardized(self):
        X, y = waves()
        model = quietly_fitted(network(max_iter=2, solver="adam"), 1e4 * X, y)
        assert model.diagnose(1e4 * X, y)["hidden layer 1"].verdict == "bad"

    def test_units_without_a_flat_part_are_passed_over(self):
        X, y = waves()
        model = quietly_fitted(network(activation=("identity", "tanh"), hidden_layer_sizes=(3, 4), max_iter=5), X, y)
        assert {"hidden layer 2"} == {subject for subject in verdicts(model.diagnose(X, y)) if "layer" in subject}

    def test_no_hidden_layer(self):
        X, y = waves()
        diagnosis = network(hidden_layer_sizes=()).fit(X, y).diagnose(X, y)
        assert "hidden layer 1" not in verdicts(diagnosis)
        check_readable(diagnosis)


class TestFit:
    def test_nothing_was_learned(self):
        X, _ = waves()
        y = np.random.default_rng(5).standard_normal(200)
        diagnosis = network(hidden_layer_sizes=(), solver="lm").fit(X, y).diagnose(X, y)
        assert diagnosis["fit"].verdict == "bad"
        assert "learned nothing" in diagnosis["fit"].fact
        check_readable(diagnosis)

    @pytest.mark.parametrize(("scale", "offset"), [(1.0, 0.0), (1e-3, 0.0), (1e3, 0.0), (1.0, 100.0), (1e-3, -5.0)])
    def test_a_constant_answer_is_nothing_learned_at_any_scale(self, scale, offset):
        """A network that gives the mean of the targets, however small these are and however far from 0."""
        X, y = waves()
        y = scale * y + offset
        init = ([np.zeros((2, 3)), np.zeros((3, 1))], [np.zeros(3), [y.mean()]])
        diagnosis = network(hidden_layer_sizes=(3,), init=init, max_iter=0).fit(X, y).diagnose(X, y)
        assert diagnosis["fit"].verdict == "bad"
        learned = quietly_fitted(network(alpha=0.0), X, y).diagnose(X, y)
        assert learned["fit"].verdict == "good"

    @pytest.mark.parametrize("kind", ["two classes", "three classes", "labels", "squared error"])
    def test_of_classes_the_constant_answer_is_how_often_they_occur(self, kind):
        X, y = waves()
        answers = {"three classes": np.digitize(y, [0.3, 1.5]), "labels": np.column_stack([y > 0, y > 1]).astype(int)}
        y = answers.get(kind, y > 1)
        loss = "squared_error" if kind == "squared error" else "log_loss"
        model = MLPClassifier(hidden_layer_sizes=(), solver="scg", loss=loss, random_state=0, max_iter=500).fit(X, y)
        frequencies = np.bincount(y) / 200 if y.ndim == 1 else y.mean(axis=0)
        entropy = -(frequencies * np.log(frequencies)).sum()
        if kind == "labels":
            entropy -= ((1 - frequencies) * np.log(1 - frequencies)).sum()
        if kind == "squared error":
            entropy = np.mean(y) * (1 - np.mean(y)) / 2
        diagnosis = model.diagnose(X, y)
        assert f"a constant answer would cost {entropy:.4g}" in diagnosis["fit"].fact
        check_readable(diagnosis)

    @pytest.mark.parametrize("value", [0.0, 2.0, 0.1])
    def test_a_constant_target_that_is_met_was_learned(self, value):
        """The constant answer costs nothing, and no network can be better."""
        X, _ = waves()
        y = np.full(200, value)
        diagnosis = network(alpha=0.0).fit(X, y).diagnose(X, y)
        assert diagnosis["fit"].verdict == "good"
        assert "learned nothing" not in str(diagnosis)

    def test_targets_out_of_reach(self):
        X, y = waves()
        model = quietly_fitted(network(output_activation="logistic"), X, y)
        diagnosis = model.diagnose(X, y)
        share = ((y < 0) | (y > 1)).mean()
        assert diagnosis["targets"].verdict == "bad"
        assert diagnosis["targets"].fact.startswith(f"{share:.0%} lie beyond [0, 1]")
        assert "output_activation='identity'" in diagnosis["targets"].advice
        check_readable(diagnosis)

    @pytest.mark.parametrize(("output", "shift"), [("identity", 0), ("tanh", 0), ("relu", 10)])
    def test_targets_within_reach_are_no_matter(self, output, shift):
        X, y = waves()
        y = y / 10 + shift
        assert "targets" not in verdicts(quietly_fitted(network(output_activation=output), X, y).diagnose(X, y))


class TestGeneralization:
    def test_over_fitting(self):
        X, y = waves(30, noise=0.5)
        X_val, y_val = waves(200, noise=0.5, seed=1)
        diagnosis = quietly_fitted(network(hidden_layer_sizes=(12,), alpha=0.0), X, y).diagnose(
            X, y, X_val=X_val, y_val=y_val
        )
        assert diagnosis["generalization"].verdict == "bad"
        assert "over-fits" in diagnosis["generalization"].advice
        check_readable(diagnosis)

    def test_both_losses_are_named(self):
        X, y = waves()
        X_val, y_val = waves(50, seed=1)
        model = network().fit(X, y)
        losses = [((t - model.predict(x)) ** 2).mean() / 2 for x, t in ((X_val, y_val), (X, y))]
        expected = f"loss {losses[0]:.4g} on 50 examples held out, {losses[1]:.4g} on those learned from"
        assert model.diagnose(X, y, X_val=X_val, y_val=y_val)["generalization"].fact == expected

    @pytest.mark.parametrize(
        ("ratio", "verdict"), [(0.5, "good"), (1.4, "good"), (1.6, "watch"), (3.3, "watch"), (3.5, "bad")]
    )
    def test_the_borders(self, ratio, verdict):
        """A network of which both losses are known: its outputs are 0, so that they are half the squared targets."""
        X, _ = waves()
        model = network(hidden_layer_sizes=(), init=([np.zeros((2, 1))], [[0.0]]), max_iter=0).fit(X, np.ones(200))
        diagnosis = model.diagnose(X, np.ones(200), X_val=X, y_val=np.full(200, ratio**0.5))
        assert diagnosis["generalization"].verdict == verdict

    def test_a_fit_that_is_exact_but_for_rounding_does_not_over_fit(self):
        """Nor where one of two vanishing losses is a thousand times the other."""
        X, _ = waves(40)
        X_val, _ = waves(40, seed=1)
        slopes = np.array([1.0, -2.0])
        model = network(hidden_layer_sizes=(), alpha=0.0, init=([slopes[:, np.newaxis]], [[0.25]])).fit(
            X, X @ slopes + 0.25
        )
        diagnosis = model.diagnose(X, X @ slopes + 0.25, X_val=1e3 * X_val, y_val=1e3 * X_val @ slopes + 0.25)
        assert diagnosis["generalization"].verdict == "good"

    def test_validation_data_that_do_not_fit_are_refused(self):
        X, y = waves()
        model = network().fit(X, y)
        with pytest.raises(InvalidInputError, match="go together"):
            model.diagnose(X, y, X_val=X)
        with pytest.raises(InvalidInputError, match=r"validation data.*features"):
            model.diagnose(X, y, X_val=X[:, :1], y_val=y)


class TestKinds:
    def test_real_data(self):
        X, y = load_breast_cancer(return_X_y=True)
        model = MLPClassifier(hidden_layer_sizes=(10,), activation="tanh", solver="scg", max_iter=2000, random_state=0)
        diagnosis = quietly_fitted(model, X, y).diagnose(X, y)
        assert diagnosis["inputs"].verdict == "bad"
        standardized = StandardScaler().fit_transform(X)
        assert model.fit(standardized, y).diagnose(standardized, y)["inputs"].verdict == "good"
        check_readable(diagnosis)

    def test_string_labels(self):
        X, y = waves()
        names = np.where(y > 1, "high", "low")
        model = MLPClassifier(hidden_layer_sizes=(3,), solver="scg", max_iter=1000, random_state=0).fit(X, names)
        check_readable(model.diagnose(X, names, X_val=X, y_val=names))

    @pytest.mark.parametrize("is_classifier", [False, True])
    def test_targets_that_are_partly_unknown(self, is_classifier):
        X, y = waves()
        Y = np.column_stack([y, -y])
        holes = np.where(np.random.default_rng(0).random(Y.shape) < 0.4, np.nan, Y > 1 if is_classifier else Y)
        if is_classifier:
            model = MLPClassifier(hidden_layer_sizes=(5,), solver="scg", max_iter=1000, random_state=0)
        else:
            model = network()
        diagnosis = quietly_fitted(model, X, holes).diagnose(X, holes, X_val=X, y_val=holes)
        assert diagnosis["fit"].verdict == "good"
        assert diagnosis["generalization"].verdict == "good"
        if not is_classifier:
            loss = np.nansum((holes - model.predict(X)) ** 2, axis=1).mean() / 2
            assert f"training loss {loss:.4g};" in diagnosis["fit"].fact
        check_readable(diagnosis)

    def test_a_column_of_which_these_examples_know_nothing(self):
        """The network learned it from others; that it cannot be judged here is no NumPy warning."""
        X, y = waves()
        Y = np.column_stack([y, -y])
        model = network().fit(X, Y)
        Y[:, 1] = np.nan
        check_readable(model.diagnose(X, Y))

    def test_one_example(self):
        X, y = waves()
        check_readable(network().fit(X, y).diagnose(X[:1], y[:1]))

    def test_float32(self):
        X, y = waves()
        model = network().fit(X.astype(np.float32), y.astype(np.float32))
        check_readable(model.diagnose(X.astype(np.float32), y.astype(np.float32)))

    def test_an_unfitted_network_is_refused(self):
        with pytest.raises(NotFittedError):
            network().diagnose(*waves())


def test_long_facts_are_wrapped_below_one_another():
    findings = (Finding("inputs", "bad", "word " * 60, "Do something."), Finding("fit", "good", "fine"))
    lines = str(Diagnosis("A network", 10, 5, findings)).splitlines()
    assert len(lines) > 4
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[2].startswith(" " * 11)
    assert lines[-1] == " + fit     fine."


def test_the_error_falls_as_hidden_units_are_added():
    """Universal approximation as one sees it (notes, section 3.3, theorem)."""
    x = np.linspace(-1, 1, 120)
    y = np.sin(6 * x) + np.abs(x) - 0.5 * np.cos(15 * x)
    errors = [
        quietly_fitted(
            network(hidden_layer_sizes=(n,), alpha=0.0, init="nguyen_widrow", n_init=3, max_iter=300),
            x[:, np.newaxis],
            y,
        ).history_["loss"][-1]
        for n in (1, 2, 4, 8, 16)
    ]
    assert (np.diff(errors) < 0).all()
    assert errors[-1] < 1e-3 * errors[0]
