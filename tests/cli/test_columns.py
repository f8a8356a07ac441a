import json
from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sinapsi.cli.columns import ColumnPreparation
from sinapsi.exceptions import DataFileError, ModelFileError

RAW = pl.DataFrame(
    {
        "height": [1.0, 2.0, 3.0, 10.0],
        "color": ["red", "blue", "red", "green"],
        "old": [True, False, False, True],
        "count": [5, 5, 6, 7],
    }
)


def fitted(frame=RAW):
    return ColumnPreparation.fit(frame)


def test_preparation_agrees_with_scikit_learn():
    ours = fitted().transform(RAW, "y")
    theirs = ColumnTransformer(
        [
            ("h", StandardScaler(), ["height"]),
            ("c", OneHotEncoder(sparse_output=False), ["color"]),
            ("o", StandardScaler(), ["old"]),
            ("n", StandardScaler(), ["count"]),
        ]
    ).fit_transform(pd.DataFrame(RAW.to_dict(as_series=False)))
    assert np.allclose(ours, theirs)


def test_means_come_from_the_training_rows_only():
    preparation = ColumnPreparation.fit(RAW, np.array([0, 1, 2]))
    height = preparation.columns[0]
    assert (height.mean, height.scale) == (2.0, pytest.approx(np.std([1, 2, 3])))
    assert preparation.columns[1].values == ("blue", "green", "red")  # also the one held out


def test_numbers_from_0_to_1_come_from_the_training_rows_and_others_are_clipped():
    preparation = ColumnPreparation.fit(RAW, np.array([0, 1, 2]), to_unit_range=True)
    assert preparation.is_to_unit_range
    assert preparation.transform(RAW, "y")[:, 0].tolist() == [0.0, 0.5, 1.0, 1.0]
    gap = preparation.transform(RAW.with_columns(height=pl.Series([None, 2.0, 3.0, 0.0])), "y")
    assert gap[:, 0].tolist() == [0.5, 0.5, 1.0, 0.0]  # the mean of training, not the lowest
    again = ColumnPreparation.from_config(json.loads(json.dumps(preparation.to_config())))
    assert again == preparation
    assert not fitted().is_to_unit_range


def test_a_preparation_of_an_older_run_is_read():
    config = json.loads(json.dumps(fitted().to_config()))
    for column in config["columns"]:
        column.pop("low", None)
    assert ColumnPreparation.from_config(config) == fitted()


@given(order=st.permutations(RAW.columns))
def test_the_order_of_columns_does_not_matter(order):
    assert np.array_equal(fitted().transform(RAW.select(order), "y"), fitted().transform(RAW, "y"))


def test_the_target_and_dropped_columns_may_be_there_or_not():
    frame = RAW.with_columns(when=pl.Series([date(2020, 1, day) for day in (1, 2, 3, 4)]))
    preparation = fitted(frame)
    wanted = preparation.transform(frame, "y")
    assert np.array_equal(preparation.transform(RAW, "y"), wanted)
    assert np.array_equal(preparation.transform(frame.with_columns(y=1), "y"), wanted)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (pl.Series("odd", [date(2020, 1, day) for day in (1, 2, 3, 4)]), "dates or times, not learned from"),
        (pl.Series("odd", ["a1", "b2", "c3", "d4"]), "a value of its own in every row"),
        (pl.Series("odd", [7.0, 7.0, 7.0, None]), "the same number in every row"),
        (pl.Series("odd", ["x", "x", "x", "x"]), "the same value in every row"),
        (pl.Series("odd", [None, None, None, None]), "no value in any row"),
        (pl.Series("odd", [[1], [2], [3], [4]]), "values of the type List"),
        (pl.Series("", [0, 1, 2, 3]), "without a name"),
    ],
)
def test_columns_that_teach_nothing_are_left_out_and_named(column, reason):
    preparation = fitted(RAW.with_columns(column))
    assert preparation.n_outputs == fitted().n_outputs
    (note,) = preparation.notes_on_dropped()
    assert note.startswith(f"Left out: {column.name!r} ({reason}")


def test_columns_left_out_for_one_reason_share_a_note():
    preparation = fitted(RAW.with_columns(one=pl.lit(1), two=pl.lit(2)))
    assert preparation.notes_on_dropped() == ["Left out: 'one', 'two' (the same number in every row)."]


def test_a_text_of_more_than_500_values_is_no_category():
    words = [f"word {number}" for number in range(501)]
    preparation = fitted(pl.DataFrame({"text": words * 2, "n": range(1002)}))
    assert [column.name for column in preparation.columns] == ["n"]
    assert "more than 500 different values" in preparation.notes_on_dropped()[0]


def test_a_table_of_useless_columns_is_refused():
    with pytest.raises(DataFileError, match=r"No column is left to learn from\. Left out: 'same' \(the same number"):
        fitted(pl.DataFrame({"same": [1, 1, 1]}))


def test_missing_numbers_get_the_training_mean_and_it_is_said():
    frame = pl.DataFrame({"size": [1.0, None, 5.0, float("nan")]})
    preparation = fitted(frame)
    assert preparation.transform(frame, "y")[:, 0] == pytest.approx([-1, 0, 1, 0])
    assert preparation.notes(frame) == ["Column 'size': 2 missing numbers were filled with the training mean 3."]
    assert preparation.notes(pl.DataFrame({"size": [1.0]})) == []


def test_a_missing_category_is_a_category():
    frame = pl.DataFrame({"color": ["red", None, "red", "blue"]})
    preparation = fitted(frame)
    assert preparation.columns[0].values == ("blue", "red", None)
    assert preparation.transform(frame, "y").tolist() == [[0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]


def test_a_missing_category_that_never_happened_is_told():
    with pytest.raises(DataFileError, match="Column 'color' has no value in row 1, which never happened in training"):
        fitted().transform(RAW.with_columns(color=pl.lit(None, dtype=pl.String)), "y")


def test_an_unseen_category_is_named_with_those_known():
    frame = RAW.with_columns(color=pl.Series(["red", "rad", "red", "red"]))
    with pytest.raises(DataFileError) as caught:
        fitted().transform(frame, "y")
    message = str(caught.value)
    for part in ("'color'", "'rad' in row 2", "Did you mean 'red'?", "'blue', 'green', 'red'"):
        assert part in message


def test_missing_extra_and_renamed_columns_are_named():
    with pytest.raises(DataFileError, match=r"The columns 'height' of the training data are missing\. The data have"):
        fitted().transform(RAW.drop("height"), "y")
    with pytest.raises(DataFileError, match=r"'height' of .* missing. Did you mean 'hight'\? \(for 'height'\)"):
        fitted().transform(RAW.rename({"height": "hight"}), "y")
    with pytest.raises(DataFileError, match="'weight' were not in the training data"):
        fitted().transform(RAW.with_columns(weight=1), "y")


def test_text_among_numbers_is_found():
    many = [str(number) for number in range(30)]
    with pytest.raises(DataFileError, match=r"Column 'size' is expected to hold numbers, but row 8 holds 'n.a.'"):
        fitted(pl.DataFrame({"size": [*many[:7], "n.a.", *many[8:]]}))
    with pytest.raises(DataFileError, match=r"row 3 holds 'tall' \(and 1 more rows do\)"):
        fitted().transform(RAW.with_columns(height=pl.Series(["1", "2", "tall", "short"])), "y")


def test_numbers_written_as_text_are_numbers():
    frame = pl.DataFrame({"size": [" 1.5", "2.5 ", None, "4"]})
    assert fitted(frame).columns[0].mean == pytest.approx(8 / 3)


def test_infinite_numbers_are_refused_with_their_row():
    frame = pl.DataFrame({"size": [1.0, 2.0, float("inf")]})
    with pytest.raises(DataFileError, match="Column 'size' holds an infinite number in row 3"):
        fitted(frame)


def test_numbers_too_large_to_square_are_refused():
    with pytest.raises(DataFileError, match=r"too large to standardize, the largest in row 2"):
        fitted(pl.DataFrame({"size": [1e308, -1.7e308, 1.0]}))


def test_a_column_that_is_constant_but_for_rounding_is_not_blown_up():
    preparation = fitted(pl.DataFrame({"size": [0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2]}))
    assert np.abs(preparation.transform(pl.DataFrame({"size": [0.3]}), "y")).max() < 1e-9


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=20),
    texts=st.lists(st.sampled_from(["a", "b", None, "ü", "", " "]), min_size=20, max_size=20),
)
def test_a_preparation_survives_json_to_the_last_bit(numbers, texts):
    frame = pl.DataFrame({"n": [*numbers, 1.0, 2.0], "c": [*texts[: len(numbers)], "a", "a"]})
    preparation = fitted(frame)
    again = ColumnPreparation.from_config(json.loads(json.dumps(preparation.to_config())))
    assert again == preparation
    assert np.array_equal(again.transform(frame, "y"), preparation.transform(frame, "y"))


def damaged(change):
    config = json.loads(json.dumps(fitted().to_config()))
    change(config)
    return config


@pytest.mark.parametrize(
    "config",
    [
        None,
        [],
        {},
        {"columns": [], "dropped": []},
        {"columns": "all", "dropped": []},
        damaged(lambda c: c["columns"][0].pop("mean")),
        damaged(lambda c: c["columns"][0].update(mean="1")),
        damaged(lambda c: c["columns"][0].update(mean=float("nan"))),
        damaged(lambda c: c["columns"][0].update(mean=True)),
        damaged(lambda c: c["columns"][0].update(scale=0.0)),
        damaged(lambda c: c["columns"][0].update(scale=-1.0)),
        damaged(lambda c: c["columns"][0].update(name=3)),
        damaged(lambda c: c["columns"][1].update(values=[])),
        damaged(lambda c: c["columns"][1].update(values=["a", "a"])),
        damaged(lambda c: c["columns"][1].update(values=[["a"]])),
        damaged(lambda c: c["columns"].append(c["columns"][0])),
        damaged(lambda c: c.pop("dropped")),
    ],
)
def test_nonsense_in_a_saved_preparation_is_refused(config):
    with pytest.raises(ModelFileError, match="damaged"):
        ColumnPreparation.from_config(config)
