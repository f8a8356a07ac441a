import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from sinapsi.cli.tables import read_table
from sinapsi.datasets import NAMES
from sinapsi.exceptions import DataFileError

FRAME = pl.DataFrame({"length": [1.5, 2.5, 3.5], "color": ["red", "blue", "red"], "kind": [0, 1, 0]})


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_csv_tsv_and_parquet_give_the_same_table(tmp_path):
    FRAME.write_csv(tmp_path / "t.csv")
    FRAME.write_csv(tmp_path / "t.tsv", separator="\t")
    FRAME.write_parquet(tmp_path / "t.parquet")
    for suffix in ("csv", "tsv", "parquet"):
        table = read_table(str(tmp_path / f"t.{suffix}"))
        assert_frame_equal(table.frame, FRAME)
        assert table.default_target is None


def test_semicolons_and_decimal_commas_are_understood(tmp_path):
    table = read_table(write(tmp_path / "t.csv", "length;color\n1,5;red\n2,5;blue\n"))
    assert table.frame["length"].to_list() == [1.5, 2.5]
    assert table.frame["color"].to_list() == ["red", "blue"]


def test_byte_order_mark_blank_lines_and_spaces_in_the_header_do_no_harm(tmp_path):
    table = read_table(write(tmp_path / "t.csv", "\ufeffa, b\n1,2\n\n3,4\n\n"))
    assert table.frame.to_dict(as_series=False) == {"a": [1, 3], "b": [2, 4]}


def test_quoted_line_breaks_and_separators_are_no_new_fields(tmp_path):
    table = read_table(write(tmp_path / "t.csv", 'a,b\n1,"x, y"\n2,"x\ny"\n'))
    assert table.frame["b"].to_list() == ["x, y", "x\ny"]


def test_missing_marks_are_missing(tmp_path):
    table = read_table(write(tmp_path / "t.csv", "a,b\n1,x\nNA,?\n,\nnan,y\n"))
    assert table.frame["a"].to_list() == [1, None, None, None]
    assert table.frame["b"].to_list() == ["x", None, None, "y"]


def test_columns_asked_for_as_text_keep_their_zeros(tmp_path):
    path = write(tmp_path / "t.csv", "code,n\n01,1\n02,2\n")
    assert read_table(path, {"code"}).frame["code"].to_list() == ["01", "02"]
    assert read_table(path).frame["code"].to_list() == [1, 2]


def test_npy_takes_its_last_column_as_target_or_the_one_asked_for(tmp_path):
    np.save(tmp_path / "t.npy", np.arange(12.0).reshape(4, 3))
    table = read_table(str(tmp_path / "t.npy"))
    assert table.target(None) == "x2"
    assert table.target("0") == "x0"
    assert table.target("-2") == "x1"
    with pytest.raises(DataFileError, match="no column '3'"):
        table.target("3")


def test_npz_takes_y_as_target(tmp_path):
    np.savez(tmp_path / "t.npz", X=np.arange(6.0).reshape(3, 2), y=np.array(["a", "b", "a"]))
    table = read_table(str(tmp_path / "t.npz"))
    assert table.frame.columns == ["x0", "x1", "y"]
    assert table.target(None) == "y"
    assert table.frame["y"].to_list() == ["a", "b", "a"]


@pytest.mark.parametrize("name", NAMES)
def test_names_give_tables_with_their_target(name):
    table = read_table(name)
    assert table.target(None) in table.frame.columns
    assert table.frame.height > 100


def test_a_file_of_the_same_name_goes_before_the_data_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "iris", "a,b\n1,2\n")
    with pytest.raises(DataFileError, match=r"ends in 'nothing'. Expected one of \.csv"):
        read_table("iris")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "", "is empty"),
        ("t.csv", "a,b\n", "no rows of data below its header"),
        ("t.csv", "a,b\n1,2\n3\n", "Line 3 of .* has 1 fields, but the header names 2"),
        ("t.csv", "a,b\n1,2\n3,4,5\n", "Line 3 of .* has 3 fields"),
        ("t.csv", 'a,b\n1,"x\n2,y\n', "a quotation mark in it is never closed"),
        ("t.csv", "a,a\n1,2\n", "several columns called 'a'"),
        ("t.csv", b"a,b\n1,\xff\xfe\n", "no UTF-8 text"),
        ("t.csv", b"\x00\x01\x02\x03", "."),
        ("t.tsv", "a\tb\n1\n", "Line 2"),
        ("t.parquet", b"", "is empty"),
        ("t.parquet", b"PAR1 and then nothing", "no readable Parquet file"),
        ("t.npy", b"", "is empty"),
        ("t.npy", b"\x93NUMPY\x01\x00", "no NumPy file that can be read safely"),
        ("t.npy", b"garbage garbage", "no NumPy file that can be read safely"),
        ("t.npz", b"PK\x03\x04garbage", "no NumPy file that can be read safely"),
        ("t.xlsx", b"PK\x03\x04", "ends in '.xlsx'. Expected one of .csv"),
    ],
)
def test_files_that_are_no_tables_are_told_apart(tmp_path, name, content, message):
    with pytest.raises(DataFileError, match=message):
        read_table(write(tmp_path / name, content))


@pytest.mark.parametrize("suffix", ["parquet", "npy", "npz"])
@settings(max_examples=30, deadline=None)
@given(share=st.floats(0.0, 0.999))
def test_a_file_cut_anywhere_is_refused(tmp_path_factory, suffix, share):
    folder = tmp_path_factory.mktemp("cut")
    path = folder / f"t.{suffix}"
    if suffix == "parquet":
        FRAME.write_parquet(path)
    elif suffix == "npy":
        np.save(path, np.ones((5, 3)))
    else:
        np.savez(path, X=np.ones((5, 3)), y=np.arange(5))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataFileError):
        read_table(str(path))


def test_pickled_objects_are_never_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    np.save(tmp_path / "t.npy", np.array([[Trap()]], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "t.npz", X=np.array([[Trap()]], dtype=object))
    for name in ("t.npy", "t.npz"):
        with pytest.raises(DataFileError, match="Python objects, which could run code"):
            read_table(str(tmp_path / name))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.arange(5.0), r"shape \(5,\)"),
        (np.ones((2, 2, 2)), r"shape \(2, 2, 2\)"),
        (np.ones((3, 0)), r"shape \(3, 0\)"),
        (np.ones((0, 3)), "no rows"),
        (np.ones((2, 2), dtype=complex), "type complex128"),
    ],
)
def test_arrays_of_another_shape_or_type_are_refused(tmp_path, array, message):
    np.save(tmp_path / "t.npy", array)
    with pytest.raises(DataFileError, match=message):
        read_table(str(tmp_path / "t.npy"))


def test_an_archive_must_hold_matching_x_and_y(tmp_path):
    np.savez(tmp_path / "a.npz", inputs=np.ones((3, 2)))
    with pytest.raises(DataFileError, match=r"holds the arrays 'inputs'. Expected X"):
        read_table(str(tmp_path / "a.npz"))
    np.savez(tmp_path / "b.npz", X=np.ones((3, 2)), y=np.ones(4))
    with pytest.raises(DataFileError, match=r"y in .* has the shape \(4,\), but X has 3 rows"):
        read_table(str(tmp_path / "b.npz"))


def test_what_is_not_there_is_answered_by_what_might_be_meant(tmp_path):
    with pytest.raises(DataFileError, match=r"There is no file irsi.*Did you mean 'iris'"):
        read_table("irsi")
    with pytest.raises(DataFileError, match="is a folder"):
        read_table(str(tmp_path))


def test_the_target_must_be_a_column(tmp_path):
    FRAME.write_csv(tmp_path / "t.csv")
    table = read_table(str(tmp_path / "t.csv"))
    assert table.target("color") == "color"
    with pytest.raises(DataFileError, match=r"no column 'colour' to predict. Did you mean 'color'"):
        table.target("colour")
    with pytest.raises(DataFileError, match="Name it by --target, one of 'length', 'color', 'kind'"):
        table.target(None)
