"""Explicit back-propagation against torch's automatic differentiation and against finite differences."""

import itertools

import numpy as np
import pytest
import torch
from scipy import sparse

from sinapsi import MLPClassifier, MLPRegressor
from sinapsi.activations import activation_named
from sinapsi.feedforward.backpropagation import BackPropagation, mean_error, outputs_of
from sinapsi.feedforward.network import Network
from sinapsi.losses import loss_named
from tests.reference import feedforward as naive

HIDDEN = ["identity", "logistic", "logistic(slope=2.0)", "tanh", "tanh(slope=0.5)", "relu", "softmax", "log_softmax"]
HEADS = [
    ("identity", "squared_error"),
    ("logistic", "squared_error"),
    ("logistic(slope=3.0)", "squared_error"),
    ("tanh", "squared_error"),
    ("tanh(slope=2.0)", "squared_error"),
    ("relu", "squared_error"),
    ("softmax", "squared_error"),
    ("log_softmax", "squared_error"),
    ("softmax", "log_loss"),
    ("logistic", "log_loss"),
    ("logistic(slope=2.0)", "log_loss"),
]
SIZES = (4, 6, 5, 3)


def network_of(hidden, head):
    output, loss = head
    activations = [activation_named(form) for form in (*hidden, output)]
    return Network(SIZES, tuple(activations), loss_named(loss, activations[-1]))


def problem(network, *, is_weighted, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((20, SIZES[0]))
    targets = np.eye(3)[random.integers(0, 3, 20)] if network.loss.short_name == "log_loss" else random.random((20, 3))
    weights = random.uniform(0, 2, 20) if is_weighted else None
    return X, targets, weights, 0.6 * random.standard_normal(network.n_parameters)


def torch_activation(form, fields):
    activation = activation_named(form)
    slope = getattr(activation, "slope", 1.0)
    return {
        "identity": lambda v: v,
        "logistic": lambda v: torch.sigmoid(slope * v),
        "tanh": lambda v: torch.tanh(slope * v),
        "relu": torch.relu,
        "softmax": lambda v: torch.softmax(v, dim=1),
        "log_softmax": lambda v: torch.log_softmax(v, dim=1),
    }[activation.short_name](fields)


def torch_errors(head, fields, outputs, targets):
    """E of each example, the log loss by the fields."""
    output, loss = head
    if loss == "squared_error":
        return 0.5 * ((targets - outputs) ** 2).sum(dim=1)
    if output == "softmax":
        return -(targets * torch.log_softmax(fields, dim=1)).sum(dim=1)
    slope = activation_named(output).slope
    return torch.nn.functional.binary_cross_entropy_with_logits(slope * fields, targets, reduction="none").sum(dim=1)


def torch_passes(network, hidden, head, X, targets, flat):
    """Errors, and the leaves and fields whose gradients torch knows after a backward pass."""
    coefs, intercepts = ([torch.tensor(a, requires_grad=True) for a in arrays] for arrays in network.views(flat))
    below, fields = torch.tensor(X), []
    for coef, intercept, form in zip(coefs, intercepts, (*hidden, head[0]), strict=True):
        v = below @ coef + intercept
        v.retain_grad()
        fields.append(v)
        below = torch_activation(form, v)
    return torch_errors(head, fields[-1], below, torch.tensor(targets)), [*coefs, *intercepts], fields


@pytest.mark.parametrize("head", HEADS, ids=" ".join)
@pytest.mark.parametrize(("first", "second"), list(itertools.pairwise([*HIDDEN, HIDDEN[0]])))
@pytest.mark.parametrize("is_weighted", [False, True])
def test_the_gradient_equals_that_of_torch(head, first, second, is_weighted):
    network = network_of((first, second), head)
    X, targets, weights, flat = problem(network, is_weighted=is_weighted)
    errors, leaves, _ = torch_passes(network, (first, second), head, X, targets, flat)
    mean = errors.mean() if weights is None else (errors * torch.tensor(weights)).mean()
    mean.backward()
    passes = BackPropagation(network, flat, 25)  # larger than the batch, as the last batch of an epoch
    # 1 - y loses digits where y is near 1; torch is given the field instead.
    rel = 1e-9 if head[0].startswith("logistic") and head[1] == "log_loss" else 1e-12
    assert passes.learn_from(X, targets, weights) == pytest.approx(mean.item(), rel=rel)
    expected = np.concatenate([leaf.grad.numpy().ravel() for leaf in leaves])
    np.testing.assert_allclose(passes.gradient, expected, rtol=0, atol=1e-13 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("head", HEADS, ids=" ".join)
@pytest.mark.parametrize("is_sparse", [False, True])
def test_the_gradient_equals_finite_differences(head, is_sparse):
    network = network_of(("tanh", "logistic(slope=2.0)"), head)
    X, targets, _, flat = problem(network, is_weighted=False)
    X = sparse.csr_array(np.where(np.abs(X) < 0.5, 0, X)) if is_sparse else X
    passes = BackPropagation(network, flat, 20)
    passes.learn_from(X, targets, None)
    h = 1e-6

    def error_at(parameters):
        return mean_error(network, outputs_of(network, *network.views(parameters), X), targets)

    for i in range(network.n_parameters):
        step = np.zeros_like(flat)
        step[i] = h
        slope = (error_at(flat + step) - error_at(flat - step)) / (2 * h)
        assert passes.gradient[i] == pytest.approx(slope, rel=1e-5, abs=1e-8)


class TestLocalGradients:
    @pytest.mark.parametrize("hidden", [("relu", "tanh"), ("logistic(slope=2.0)", "logistic")])
    @pytest.mark.parametrize("head", [HEADS[1], HEADS[6], HEADS[8], HEADS[10]], ids=" ".join)
    def test_they_equal_those_of_torch_for_every_unit_and_example(self, hidden, head):
        network = network_of(hidden, head)
        X, _, _, flat = problem(network, is_weighted=False)
        labels = np.arange(20) % 3
        errors, _, fields = torch_passes(network, hidden, head, X, np.eye(3)[labels], flat)
        errors.sum().backward()
        model = MLPClassifier(
            hidden_layer_sizes=SIZES[1:-1], activation=hidden, output_activation=head[0], loss=head[1],
            init=network.views(flat), max_iter=0,
        ).fit(X, labels)  # fmt: skip
        deltas = model.local_gradients(X, labels)
        assert [delta.shape for delta in deltas] == [(20, 6), (20, 5), (20, 3)]
        for delta, v in zip(deltas, fields, strict=True):
            np.testing.assert_allclose(delta, -v.grad.numpy(), rtol=1e-10, atol=1e-14)

    def test_they_equal_the_formulas_of_the_notes_written_as_loops(self):
        random = np.random.default_rng(0)
        X, y = random.standard_normal((8, 2)), random.integers(0, 2, 8)
        model = MLPClassifier(
            hidden_layer_sizes=(3, 2), activation="logistic", loss="squared_error", max_iter=0, random_state=0
        ).fit(X, y)
        deltas = model.local_gradients(X, y)
        units, slopes = [naive.LOGISTIC] * 3, [1.0] * 3
        weights, biases = [w.tolist() for w in model.coefs_], [b.tolist() for b in model.intercepts_]
        for n in range(8):
            fields, outputs = naive.forward(X[n], weights, biases, units, slopes)
            expected = naive.local_gradients(fields, outputs, weights, [float(y[n])], units, slopes, False)
            for delta, wanted in zip(deltas, expected, strict=True):
                np.testing.assert_allclose(delta[n], wanted, rtol=1e-10)

    def test_the_weight_change_of_online_learning_is_eta_delta_y(self):
        """Delta w_ji = eta delta_j y_i (notes, section 3.2.1)."""
        x, y = np.array([[0.3, -0.8]]), np.array([[0.7]])
        settings = {
            "hidden_layer_sizes": (4,), "activation": "tanh", "solver": "sgd", "learning_rate": 0.05, "momentum": 0.0,
            "alpha": 0.0, "batch_size": 1, "random_state": 3,
        }  # fmt: skip
        before = MLPRegressor(**settings, max_iter=0).fit(x, y)
        delta_hidden, delta_output = before.local_gradients(x, y)
        after = MLPRegressor(**settings, stopping="max_iter(1)").fit(x, y)
        hidden = np.tanh(x @ before.coefs_[0] + before.intercepts_[0])
        expected = [0.05 * x.T @ delta_hidden, 0.05 * hidden.T @ delta_output]
        for old, new, change in zip(before.coefs_, after.coefs_, expected, strict=True):
            np.testing.assert_allclose(new - old, change, rtol=1e-9, atol=1e-16)
        np.testing.assert_allclose(after.intercepts_[1] - before.intercepts_[1], 0.05 * delta_output[0], rtol=1e-9)

    def test_their_mean_with_the_signals_below_is_minus_the_gradient(self):
        random = np.random.default_rng(0)
        X, y = random.standard_normal((15, 3)), random.standard_normal((15, 2))
        model = MLPRegressor(hidden_layer_sizes=(4,), activation="tanh", max_iter=0, random_state=0).fit(X, y)
        flat = np.concatenate([a.ravel() for a in (*model.coefs_, *model.intercepts_)])
        network = Network((3, 4, 2), (activation_named("tanh"), activation_named("identity")), loss_named(
            "squared_error", activation_named("identity")))  # fmt: skip
        passes = BackPropagation(network, flat, 15)
        passes.learn_from(X, y, None)
        deltas = model.local_gradients(X, y)
        np.testing.assert_allclose(network.views(passes.gradient)[0][0], -X.T @ deltas[0] / 15, rtol=1e-11)


def test_predictions_in_blocks_equal_those_in_one_go(monkeypatch):
    network = network_of(("tanh", "relu"), HEADS[0])
    X, _, _, flat = problem(network, is_weighted=False)
    whole = outputs_of(network, *network.views(flat), X)
    monkeypatch.setattr("sinapsi.feedforward.backpropagation.PREDICTION_ROWS", 7)
    np.testing.assert_allclose(outputs_of(network, *network.views(flat), X), whole, rtol=1e-13)


def test_the_flat_vector_is_cut_into_views_that_cover_it():
    network = network_of(("tanh", "relu"), HEADS[0])
    flat = np.arange(float(network.n_parameters))
    coefs, intercepts = network.views(flat)
    assert [coef.shape for coef in coefs] == [(4, 6), (6, 5), (5, 3)]
    assert [intercept.shape for intercept in intercepts] == [(6,), (5,), (3,)]
    np.testing.assert_array_equal(np.concatenate([a.ravel() for a in (*coefs, *intercepts)]), flat)
    assert sum(coef.size for coef in coefs) == network.n_coefs
    coefs[1][...] = -1
    assert (flat == -1).sum() == 30
