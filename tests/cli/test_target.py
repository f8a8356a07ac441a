from datetime import date

import numpy as np
import polars as pl
import pytest

from sinapsi.cli.target import TargetPreparation
from sinapsi.exceptions import DataFileError, ModelFileError


def column(*values, **options):
    return pl.Series("goal", values, **options)


def test_a_target_of_numbers_is_standardized_and_given_back_in_its_unit():
    raw = column(100.0, 200.0, 600.0)
    target = TargetPreparation.fit(raw, "regression")
    values = target.values(raw)
    target = target.scaled_to(values)
    learned = target.for_network(values)
    assert (learned.mean(), learned.std()) == (pytest.approx(0), pytest.approx(1))
    assert target.for_user(learned) == pytest.approx([100, 200, 600])
    assert TargetPreparation.from_config(target.to_config()) == target


@pytest.mark.parametrize(
    ("raw", "kind", "labels"),
    [
        (column("b", "a", "b"), "text label", ["b", "a", "b"]),
        (column(3, 1, 3), "integer label", [3, 1, 3]),
        (column(3.0, 1.0, 3.0), "integer label", [3, 1, 3]),
        (column(True, False, True), "text label", ["true", "false", "true"]),
        (column(2**53, 2**53 + 1, 2**53), "text label", [str(2**53), str(2**53 + 1), str(2**53)]),
    ],
)
def test_labels_stay_what_they_are(raw, kind, labels):
    target = TargetPreparation.fit(raw, "classification")
    assert target.kind == kind
    assert target.scaled_to(target.values(raw)) is target
    assert target.for_user(target.for_network(target.values(raw))).tolist() == labels


@pytest.mark.parametrize(
    ("raw", "task", "message"),
    [
        (column("a", None, "b"), "classification", "missing in 1 of 3 rows, first in row 2"),
        (column(1.0, float("nan"), None), "regression", "missing in 2 of 3 rows, first in row 2"),
        (column("a"), "classification", "a single row"),
        (column("a", "a"), "classification", "one class, so there is nothing to learn"),
        (column("a", "b", "c"), "classification", "a value of its own in every row"),
        (column(0.5, 1.5, 0.5), "classification", "a quantity rather than classes .* Use a regressor"),
        (column("red", "blue", "red"), "regression", "row 1 holds 'red'.* use a classifier"),
        (column(1.0, float("inf"), 2.0), "regression", "infinite number in row 2"),
        (column(True, False), "regression", "a regressor predicts numbers"),
        (column(date(2020, 1, 1), date(2020, 1, 2)), "regression", "a regressor predicts numbers"),
        (column(4.0, 4.0), "regression", "is 4 in every row"),
    ],
)
def test_targets_that_cannot_be_learned_are_explained(raw, task, message):
    with pytest.raises(DataFileError, match=message):
        TargetPreparation.fit(raw, task)


@pytest.mark.parametrize(
    "config",
    [
        None,
        {},
        {"name": "goal", "kind": "magic", "mean": 0, "scale": 1},
        {"name": "goal", "kind": "number", "mean": 0, "scale": 0},
        {"name": "goal", "kind": "number", "mean": float("inf"), "scale": 1},
        {"name": None, "kind": "number", "mean": 0, "scale": 1},
    ],
)
def test_nonsense_in_a_saved_target_is_refused(config):
    with pytest.raises(ModelFileError, match="damaged"):
        TargetPreparation.from_config(config)


def test_labels_of_another_kind_are_refused_later():
    target = TargetPreparation.fit(column(1, 2, 1), "classification")
    with pytest.raises(DataFileError, match="held whole numbers in training"):
        target.values(column(1.5, 2.0))
    assert np.array_equal(target.values(column(2.0, 1.0)), [2, 1])
