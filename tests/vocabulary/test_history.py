"""The history: a mapping that prints as a table and saves as CSV."""

import copy
import csv
import pickle
from collections.abc import Mapping

import numpy as np
import pytest

from sinapsi.history import History


def history(n_epochs=3):
    n = np.arange(1, n_epochs + 1)
    return History({"epoch": n, "step": 7 * n, "loss": 1 / n, "validation_loss": np.where(n > 1, 1 / n, np.nan)})


def test_it_is_a_mapping_of_columns_in_their_order():
    h = history()
    assert isinstance(h, Mapping)
    assert list(h) == ["epoch", "step", "loss", "validation_loss"]
    assert len(h) == 4
    assert h.n_epochs == 3
    assert h["step"].tolist() == [7, 14, 21]
    assert "loss" in h
    assert "accuracy" not in h
    assert h.get("accuracy") is None
    assert {name: len(values) for name, values in h.items()} == dict.fromkeys(h, 3)


def test_it_cannot_be_assigned_to():
    with pytest.raises(TypeError):
        history()["loss"] = [1, 2, 3]


def test_an_unknown_column_is_named_with_those_there_are():
    with pytest.raises(KeyError) as caught:
        history()["accuracy"]
    assert caught.value.args[0] == (
        "'accuracy' is not in this history. Its columns are epoch, step, loss, validation_loss."
    )


def test_columns_must_be_of_one_length():
    with pytest.raises(ValueError, match=r"must be of one length\. Got {'epoch': 2, 'loss': 1}"):
        History({"epoch": [1, 2], "loss": [0.5]})


class TestTable:
    def test_columns_are_aligned_to_the_right(self):
        assert repr(History({"epoch": [1, 10], "loss": [0.5, 0.25]})) == (
            "epoch  loss\n"
            "    1   0.5\n"
            "   10  0.25"
        )  # fmt: skip

    def test_a_missing_value_is_nan(self):
        assert repr(history()).splitlines()[1].split() == ["1", "7", "1", "nan"]

    def test_up_to_ten_rows_are_shown_whole(self):
        assert len(repr(history(10)).splitlines()) == 11

    def test_of_a_long_one_both_ends(self):
        lines = repr(history(100)).splitlines()
        assert [line.split()[0] for line in lines] == [
            "epoch", "1", "2", "3", "4", "5", "...", "96", "97", "98", "99", "100",
        ]  # fmt: skip
        assert lines[6] == "... 90 epochs not shown ..."

    def test_counts_are_shown_whole_however_large(self):
        table = repr(History({"epoch": [20], "step": [1_234_567], "loss": [0.123456789]}))
        assert table.splitlines()[1].split() == ["20", "1234567", "0.123457"]

    def test_an_empty_one(self):
        assert repr(History({})) == ""
        assert History({}).n_epochs == 0


def test_csv_gives_every_digit_back(tmp_path):
    random = np.random.default_rng(0)
    h = History({"epoch": np.arange(1, 51), "loss": random.standard_normal(50), "ratio": np.full(50, 1 / 3)})
    path = tmp_path / "history.csv"
    path.write_text("older and longer than what comes\n" * 1000)
    h.to_csv(path)
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["epoch", "loss", "ratio"]
    columns = np.array(rows, dtype=float).T
    np.testing.assert_array_equal(columns[1], h["loss"])
    np.testing.assert_array_equal(columns[2], h["ratio"])
    assert [row[0] for row in rows[:2]] == ["1", "2"]  # counts stay whole


@pytest.mark.parametrize("again", [copy.deepcopy, lambda h: pickle.loads(pickle.dumps(h))])
def test_copies_and_pickles(again):
    h, other = history(), again(history())
    assert list(other) == list(h)
    for name in h:
        np.testing.assert_array_equal(other[name], h[name])
