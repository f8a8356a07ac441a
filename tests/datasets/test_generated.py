import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinapsi.datasets import logic_gate, two_blobs, two_spirals
from sinapsi.exceptions import InvalidParameterError


@pytest.mark.parametrize(
    ("gate", "outputs"),
    [
        ("not", [1, 0]),
        ("and", [0, 0, 0, 1]),
        ("or", [0, 1, 1, 1]),
        ("nand", [1, 1, 1, 0]),
        ("nor", [1, 0, 0, 0]),
        ("xor", [0, 1, 1, 0]),
    ],
)
def test_gates_have_their_truth_tables(gate, outputs):
    X, y = logic_gate(gate)
    assert X.shape == (len(outputs), 1 if gate == "not" else 2)
    assert y.tolist() == outputs


def test_noisy_copies_lie_around_the_corners_and_keep_their_class():
    X, y = logic_gate("xor", n_copies=200, noise=0.1, random_state=0)
    assert X.shape == (800, 2)
    assert (np.abs(X - np.round(X)).max(axis=1) > 0).any()
    corner = np.round(X).astype(int)
    assert ((corner[:, 0] ^ corner[:, 1]) == y).mean() > 0.99


@settings(deadline=None)
@given(
    n_samples=st.integers(2, 60),
    n_features=st.integers(1, 5),
    separation=st.floats(0.01, 10),
    seed=st.integers(0, 1000),
)
def test_two_blobs_leave_a_strip_as_wide_as_asked(n_samples, n_features, separation, seed):
    X, y = two_blobs(n_samples, n_features=n_features, separation=separation, random_state=seed)
    rng = np.random.default_rng(seed)  # the same draws again: labels, clouds, direction
    rng.permutation(n_samples)
    rng.standard_normal((n_samples, n_features))
    direction = rng.standard_normal(n_features)
    along = X @ direction / np.linalg.norm(direction)
    assert along[y == 1].min() - along[y == 0].max() >= separation - 1e-9
    assert abs(int((y == 1).sum()) - int((y == 0).sum())) <= 1


def test_negative_separation_lets_blobs_overlap():
    from sklearn.linear_model import LogisticRegression

    X, y = two_blobs(400, separation=-2.0, random_state=0)
    assert LogisticRegression(C=1e6).fit(X, y).score(X, y) < 0.95


def test_spirals_mirror_each_other_and_defeat_a_line():
    from sklearn.linear_model import LogisticRegression

    X, y = two_spirals()
    assert X.shape == (194, 2)
    assert np.allclose(X[y == 0], -X[y == 1])
    assert np.linalg.norm(X, axis=1).max() == pytest.approx(1.0)
    assert LogisticRegression().fit(X, y).score(X, y) < 0.7


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: logic_gate("or", noise=0.2, random_state=seed),
        lambda seed: two_blobs(20, random_state=seed),
        lambda seed: two_spirals(20, noise=0.1, random_state=seed),
    ],
)
def test_a_seed_repeats_and_another_one_differs(make):
    first, again, other = make(3)[0], make(3)[0], make(4)[0]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: logic_gate("xnor"), "Unknown logic gate 'xnor'. Did you mean"),
        (lambda: logic_gate("and", noise=-1), "noise must be at least 0. Got -1"),
        (lambda: logic_gate("and", n_copies=0), "n_copies must be at least 1. Got 0"),
        (lambda: two_blobs(1), "n_samples must be at least 2"),
        (lambda: two_blobs(n_features=0), "n_features must be at least 1"),
        (lambda: two_spirals(n_turns=0), "n_turns of two_spirals must be above 0"),
        (lambda: two_spirals(noise=float("nan")), "noise must be at least 0. Got nan"),
    ],
)
def test_wrong_numbers_are_named(wrong, message):
    with pytest.raises(InvalidParameterError, match=message):
        wrong()
