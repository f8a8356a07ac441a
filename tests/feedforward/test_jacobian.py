"""The Jacobian in closed form: against finite differences, against torch, and part against part."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sinapsi.activations import activation_named
from sinapsi.feedforward import jacobian
from sinapsi.feedforward.backpropagation import outputs_of
from sinapsi.feedforward.jacobian import Differentiation, output_variances
from sinapsi.feedforward.network import Network
from sinapsi.losses import squared_error
from sinapsi.validation import ExampleSet

NETWORKS = {
    "no hidden layer": ((3, 2), ("identity",)),
    "no hidden layer, logistic": ((3, 1), ("logistic(slope=2.0)",)),
    "one hidden layer": ((2, 4, 1), ("tanh", "identity")),
    "two hidden layers": ((3, 4, 3, 2), ("tanh", "logistic(slope=2.0)", "identity")),
    "relu": ((3, 5, 4, 2), ("relu", "relu", "identity")),
    "softmax outputs": ((3, 4, 3), ("tanh(slope=0.5)", "softmax")),
    "softmax below": ((3, 4, 2), ("softmax", "tanh")),
    "relu outputs": ((2, 5, 3), ("logistic", "relu")),
}
N_SAMPLES = 9


def network_of(name):
    sizes, forms = NETWORKS[name]
    return Network(sizes, tuple(activation_named(form) for form in forms), squared_error)


def example_set(network, *, is_weighted=False, is_partly_known=False, n_samples=N_SAMPLES, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, network.sizes[0]))
    targets = random.standard_normal((n_samples, network.sizes[-1]))
    if is_partly_known:
        targets[random.random(targets.shape) < 0.3] = np.nan
        targets[0] = np.nan
    return ExampleSet(X, targets, random.uniform(0.2, 3, n_samples) if is_weighted else None)


def starts_of(network, n_starts=1, seed=1):
    return 0.7 * np.random.default_rng(seed).standard_normal((n_starts, network.n_parameters))


def block_of(network, examples, parameters):
    (block,) = Differentiation(network, examples).blocks(parameters, whole=True)
    return block


def rows_of(network, examples, parameters):
    return block_of(network, examples, parameters).rows(network)


def outputs_at(network, X, flat):
    """Outputs column by column, as the rows of the Jacobian are ordered."""
    return outputs_of(network, *network.views(flat), X).T.ravel()


@pytest.fixture(params=NETWORKS)
def network(request):
    return network_of(request.param)


def test_rows_are_the_slopes_of_the_outputs(network):
    examples, flat = example_set(network), starts_of(network)[0]
    rows = rows_of(network, examples, flat[np.newaxis])[0]
    h = 1e-6
    for p in range(network.n_parameters):
        step = np.zeros_like(flat)
        step[p] = h
        above, below = (outputs_at(network, examples.inputs, flat + s) for s in (step, -step))
        np.testing.assert_allclose(rows[:, p], (above - below) / (2 * h), rtol=1e-6, atol=2e-9)


def torch_unit(form):
    activation = activation_named(form)
    slope = getattr(activation, "slope", 1.0)
    return {
        "identity": lambda v: v,
        "logistic": lambda v: torch.sigmoid(slope * v),
        "tanh": lambda v: torch.tanh(slope * v),
        "relu": torch.relu,
        "softmax": lambda v: torch.softmax(v, dim=1),
    }[activation.short_name]


@pytest.mark.parametrize("name", NETWORKS)
def test_rows_are_those_of_torch(name):
    network, forms = network_of(name), NETWORKS[name][1]
    examples, flat = example_set(network), starts_of(network)[0]

    def outputs(vector):
        below = torch.tensor(examples.inputs)
        for coef, intercept, form in zip(*network.views(vector), forms, strict=True):
            below = torch_unit(form)(below @ coef + intercept)
        return below.T.ravel()

    expected = torch.autograd.functional.jacobian(outputs, torch.tensor(flat)).numpy()
    rows = rows_of(network, examples, flat[np.newaxis])[0]
    np.testing.assert_allclose(rows, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("is_partly_known", [False, True])
def test_errors_and_their_squares(network, is_weighted, is_partly_known):
    examples = example_set(network, is_weighted=is_weighted, is_partly_known=is_partly_known)
    parameters = starts_of(network, 2)
    block = block_of(network, examples, parameters)
    weights = np.ones(N_SAMPLES) if examples.weights is None else examples.weights
    for start, flat in enumerate(parameters):
        errors = examples.targets - outputs_of(network, *network.views(flat), examples.inputs)
        wanted = np.where(np.isnan(examples.targets), 0, errors) * np.sqrt(weights)[:, np.newaxis]
        np.testing.assert_allclose(block.errors[start], wanted.T, rtol=1e-12, atol=1e-14)
        squares = Differentiation(network, examples).squares(parameters)[start]
        assert squares == pytest.approx((wanted**2).sum(), rel=1e-12)


class TestProducts:
    """What is computed from the factors is what the rows written out give."""

    @pytest.fixture(params=[(False, False), (True, True)], ids=["plain", "weighted, partly known"])
    def block(self, request, network):
        is_weighted, is_partly_known = request.param
        examples = example_set(network, is_weighted=is_weighted, is_partly_known=is_partly_known)
        return block_of(network, examples, starts_of(network, 3))

    def test_the_two_gram_matrices_add_up(self, network, block):
        rows = block.rows(network)
        of_coefs, of_intercepts = block.grams()
        np.testing.assert_allclose(of_coefs + of_intercepts, rows @ rows.swapaxes(1, 2), rtol=1e-11, atol=1e-12)
        of_weights = rows[:, :, : network.n_coefs]
        np.testing.assert_allclose(of_coefs, of_weights @ of_weights.swapaxes(1, 2), rtol=1e-11, atol=1e-12)

    def test_with_a_vector_of_parameters(self, network, block):
        vector = starts_of(network, 3, seed=5)
        expected = np.matvec(block.rows(network), vector)
        np.testing.assert_allclose(block.times(network, vector).reshape(3, -1), expected, rtol=1e-11, atol=1e-12)

    def test_transposed_with_a_vector_of_outputs(self, network, block):
        errors = np.random.default_rng(6).standard_normal(block.errors.shape)
        expected = np.matvec(block.rows(network).swapaxes(1, 2), errors.reshape(3, -1))
        np.testing.assert_allclose(block.transposed_times(network, errors), expected, rtol=1e-11, atol=1e-12)

    def test_squared_columns(self, network, block):
        expected = (block.rows(network) ** 2).sum(axis=1)
        np.testing.assert_allclose(block.squared_columns(network), expected, rtol=1e-11, atol=1e-12)

    def test_cut_keeps_the_starts_asked_for(self, network, block):
        kept = np.array([True, False, True])
        cut = block.cut(kept)
        np.testing.assert_array_equal(cut.rows(network), block.rows(network)[kept])
        np.testing.assert_array_equal(cut.errors, block.errors[kept])


def test_replacing_some_starts_leaves_the_others(network):
    examples, parameters = example_set(network, is_weighted=True), starts_of(network, 3)
    block = block_of(network, examples, parameters)
    moved, which = parameters + 0.3, np.array([False, True, False])
    block.replace(which, block_of(network, examples, moved[which]))
    expected = np.where(
        which[:, np.newaxis, np.newaxis], rows_of(network, examples, moved), rows_of(network, examples, parameters)
    )
    np.testing.assert_allclose(block.rows(network), expected, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(block.errors[1], block_of(network, examples, moved).errors[1], rtol=1e-13)


def test_several_starts_at_once_are_each_alone(network):
    examples, parameters = example_set(network, is_weighted=True), starts_of(network, 4)
    together = rows_of(network, examples, parameters)
    for start in range(4):
        alone = rows_of(network, examples, parameters[start : start + 1])[0]
        np.testing.assert_allclose(together[start], alone, rtol=1e-13, atol=1e-15)


@given(block_floats=st.integers(1, 900), n_starts=st.integers(1, 3), name=st.sampled_from(sorted(NETWORKS)))
@settings(max_examples=40)
def test_blocks_in_a_row_are_one_block(block_floats, n_starts, name):
    network = network_of(name)
    examples, parameters = example_set(network, is_weighted=True, is_partly_known=True), starts_of(network, n_starts)
    whole = rows_of(network, examples, parameters).reshape(n_starts, network.sizes[-1], N_SAMPLES, -1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jacobian, "BLOCK_FLOATS", block_floats)
        passes = Differentiation(network, examples)
        tables = [
            block.rows(network).reshape(n_starts, network.sizes[-1], -1, network.n_parameters)
            for block in passes.blocks(parameters)
        ]
        squares = passes.squares(parameters)
    np.testing.assert_allclose(np.concatenate(tables, axis=2), whole, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(squares, Differentiation(network, examples).squares(parameters), rtol=1e-12)


def test_small_blocks_are_really_made(monkeypatch):
    network = network_of("one hidden layer")
    monkeypatch.setattr(jacobian, "BLOCK_FLOATS", 2 * network.n_parameters)
    blocks = Differentiation(network, example_set(network)).blocks(starts_of(network))
    assert [block.errors.shape[2] for block in blocks] == [2, 2, 2, 2, 1]


def test_weights_scale_rows_by_their_roots(network):
    examples, parameters = example_set(network, is_weighted=True), starts_of(network)
    plain = rows_of(network, ExampleSet(examples.inputs, examples.targets), parameters)[0]
    roots = np.tile(np.sqrt(examples.weights), network.sizes[-1])
    np.testing.assert_allclose(
        rows_of(network, examples, parameters)[0], roots[:, np.newaxis] * plain, rtol=1e-12, atol=1e-15
    )


def test_rows_of_unknown_targets_are_zero_and_the_others_as_ever(network):
    examples, parameters = example_set(network, is_partly_known=True), starts_of(network)
    rows = rows_of(network, examples, parameters)[0]
    unknown = np.isnan(examples.targets).T.ravel()
    assert unknown.sum() >= network.sizes[-1]
    assert not rows[unknown].any()
    known = rows_of(network, ExampleSet(examples.inputs, np.nan_to_num(examples.targets)), parameters)[0]
    np.testing.assert_array_equal(rows[~unknown], known[~unknown])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csr_matrix])
def test_sparse_inputs_are_as_good_as_dense_ones(kind, dtype):
    network = network_of("two hidden layers")
    examples = example_set(network)
    X = np.where(np.abs(examples.inputs) < 0.5, 0, examples.inputs).astype(dtype)
    targets = examples.targets.astype(dtype)
    dense, spare = (rows_of(network, ExampleSet(each, targets), starts_of(network)) for each in (X, kind(X)))
    assert spare.dtype == np.float64
    np.testing.assert_array_equal(spare, dense)


def test_output_variances_are_the_spread_of_the_outputs(network, monkeypatch):
    examples, flat = example_set(network), starts_of(network)[0]
    roots = np.random.default_rng(3).standard_normal((network.n_parameters, network.n_parameters))
    covariance = roots @ roots.T
    rows = rows_of(network, examples, flat[np.newaxis])[0]
    expected = np.diagonal(rows @ covariance @ rows.T).reshape(network.sizes[-1], N_SAMPLES).T
    found = output_variances(network, flat, covariance, examples.inputs)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
    monkeypatch.setattr(jacobian, "BLOCK_FLOATS", 2 * network.n_parameters * network.sizes[-1])
    in_blocks = output_variances(network, flat, covariance, sparse.csr_array(examples.inputs))
    np.testing.assert_allclose(in_blocks, found, rtol=1e-11, atol=1e-13)
