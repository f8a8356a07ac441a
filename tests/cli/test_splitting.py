import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinapsi.cli.splitting import hold_out
from sinapsi.exceptions import DataFileError


@given(
    labels=st.lists(st.integers(0, 4), min_size=3, max_size=200),
    fraction=st.floats(0.1, 0.8),
    seed=st.integers(0, 100),
)
def test_each_row_is_on_one_side_and_each_class_is_learned(labels, fraction, seed):
    labels = np.array(labels)
    try:
        training, held_out, _ = hold_out(labels, len(labels), fraction, seed)
    except DataFileError:
        assert len(set(labels)) == len(labels)
        return
    assert sorted([*training, *held_out]) == list(range(len(labels)))
    assert len(held_out) > 0
    assert set(labels[training]) == set(labels)


@given(n_per_class=st.integers(10, 80), fraction=st.floats(0.1, 0.5), seed=st.integers(0, 100))
def test_classes_keep_their_proportions(n_per_class, fraction, seed):
    labels = np.repeat(["a", "b", "c"], n_per_class)
    _, held_out, _ = hold_out(labels, len(labels), fraction, seed)
    assert len(held_out) == pytest.approx(fraction * len(labels), abs=1)
    for label in "abc":
        assert (labels[held_out] == label).sum() == pytest.approx(fraction * n_per_class, abs=1)


def test_a_class_of_one_row_is_learned_and_it_is_said():
    labels = np.array(["common"] * 20 + ["rare"])
    for seed in range(10):
        training, _, notes = hold_out(labels, 21, 0.2, seed)
        assert "rare" in labels[training]
        assert notes == [
            "Class 'rare' has a single row. It is learned from, so the held-out rows say nothing about it."
        ]


def test_the_seed_decides():
    first, again, other = (hold_out(None, 100, 0.2, seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len(first) == 20


@pytest.mark.parametrize("fraction", [0.0, 0.001, 0.5, 0.9])
def test_two_rows_go_one_to_each_side_in_regression(fraction):
    training, held_out, _ = hold_out(None, 2, fraction, 0)
    assert (len(training), len(held_out)) == (1, 1)


def test_a_row_is_held_out_of_however_few():
    training, held_out, _ = hold_out(np.array(["a", "a", "b", "c"]), 4, 0.01, 0)
    assert len(held_out) == 1
    assert len(training) == 3
    with pytest.raises(DataFileError, match="Each of the 3 rows has a class of its own"):
        hold_out(np.array(["a", "b", "c"]), 3, 0.5, 0)
