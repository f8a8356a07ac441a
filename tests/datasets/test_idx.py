import gzip
import math
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sinapsi.datasets import read_idx
from sinapsi.exceptions import DataFileError

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def header(code, *lengths):
    return struct.pack(f">4B{len(lengths)}I", 0, 0, code, len(lengths), *lengths)


def idx(array):
    code = CODES[array.dtype.str[1:]]
    return header(code, *array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
@pytest.mark.parametrize("kind", CODES)
def test_all_types_arrive_in_native_order(tmp_path, kind, pack):
    expected = np.array([[1, 2, 100], [3, 4, 5]], dtype=kind) * np.dtype(kind).type(1)
    expected[0, 0] = -1 if kind != "u1" else 255
    (tmp_path / "data").write_bytes(pack(idx(expected)))
    found = read_idx(tmp_path / "data")
    assert found.dtype.isnative
    assert found.flags.writeable
    np.testing.assert_array_equal(found, expected, strict=True)


@given(
    array=arrays.arrays(
        st.sampled_from(list(CODES)).map(np.dtype), arrays.array_shapes(min_dims=1, max_dims=6, min_side=0, max_side=4)
    )
)
def test_what_was_written_comes_back(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("idx") / "data"
    for content in (idx(array), gzip.compress(idx(array))):
        path.write_bytes(content)
        found = read_idx(str(path))
        assert found.dtype == array.dtype
        assert found.tobytes() == array.tobytes()  # bit by bit, NaN too
        assert found.shape == array.shape


def test_the_content_says_what_is_packed(tmp_path):
    (tmp_path / "plain.gz").write_bytes(idx(np.arange(3, dtype=np.uint8)))
    (tmp_path / "packed.idx").write_bytes(gzip.compress(idx(np.arange(3, dtype=np.uint8))))
    assert read_idx(tmp_path / "plain.gz").tolist() == read_idx(tmp_path / "packed.idx").tolist() == [0, 1, 2]


def test_larger_than_a_chunk(tmp_path):
    expected = np.random.default_rng(0).integers(0, 256, (3, 1000, 1000), dtype=np.uint8)
    for content in (idx(expected), gzip.compress(idx(expected), compresslevel=1)):
        (tmp_path / "data").write_bytes(content)
        np.testing.assert_array_equal(read_idx(tmp_path / "data"), expected)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"is no IDX file: it begins with the bytes \(none\)\. Expected 00 00, a type \(08, 09, 0b"),
        (b"\0\0\x08", "begins with the bytes 00 00 08"),
        (b"\x89PNG\r\n", "begins with the bytes 89 50 4e 47"),
        (header(0x0A, 1) + b"1", "begins with the bytes 00 00 0a 01"),
        (header(0x08), "and the number of axes, from 1 to 64"),
        (header(0x08, *[1] * 65) + b"1", "begins with the bytes 00 00 08 41"),
        (header(0x08, 2, 2)[:-1], r"ends within its header\. Expected the lengths of 2 axes"),
        (header(0x08, 2, 2) + b"123", r"promises 2 x 2 values of type uint8, which are 4 bytes, but .*3 bytes"),
        (header(0x0E, 2) + b"1" * 15, r"promises 2 values of type float64, which are 16 bytes, but"),
        (header(0x08, 2) + b"123", r"promises 2 values .* there are (3 bytes|more than that)\. Copy the whole"),
        (header(0x08, 0) + b"1", r"promises 0 values"),
        (header(0x0E, *[2**32 - 1] * 3), r"promises 4294967295 x 4294967295 x 4294967295 values"),
        (header(0x08, *[2**16] * 4), r"which are 18446744073709551616 bytes"),  # 0 in a machine word
        (header(0x08, 0, *[2**32 - 1] * 3), r"promises 0 x 4294967295"),
        (header(0x08, 2**31), r"promises 2147483648 values"),
    ],
)
def test_damaged_and_hostile_files(tmp_path, content, message, pack):
    path = tmp_path / "data"
    path.write_bytes(pack(content))
    tracemalloc.start()
    try:
        with pytest.raises(DataFileError, match=message):
            read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("damage", [lambda whole: whole[:-12], lambda whole: whole[:100] + b"\xff" * 40 + whole[140:]])
def test_damaged_gzip(tmp_path, damage):
    packed = gzip.compress(idx(np.random.default_rng(0).integers(0, 256, 500, dtype=np.uint8)))
    (tmp_path / "data.gz").write_bytes(damage(packed))
    with pytest.raises(DataFileError, match=r"data.gz cannot be read as IDX: .*Expected a whole IDX file"):
        read_idx(tmp_path / "data.gz")


def test_no_file_and_no_place_for_one(tmp_path):
    with pytest.raises(DataFileError, match=r"There is no file .*missing\. Pass the path of an IDX file"):
        read_idx(tmp_path / "missing")
    with pytest.raises(DataFileError, match=r"cannot be read as IDX: .*directory"):
        read_idx(tmp_path)


def test_a_run_of_zeros_is_within_what_gzip_can_pack(tmp_path):
    expected = np.zeros((100, 1000), dtype=np.float64)
    (tmp_path / "data").write_bytes(gzip.compress(idx(expected), compresslevel=9))
    assert (tmp_path / "data").stat().st_size < math.prod(expected.shape) * 8 / 900
    np.testing.assert_array_equal(read_idx(tmp_path / "data"), expected)
