"""Files in the IDX format, in which the handwritten digits of MNIST and their relatives are given away."""

from __future__ import annotations

import gzip
import math
import os
import sys
import zlib
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import DataFileError

ByteStream: TypeAlias = IO[bytes] | gzip.GzipFile

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}  # third byte of the file
MAXIMUM_AXES = 64  # of a NumPy array
GZIP_MAGIC = b"\x1f\x8b"
GZIP_MAXIMUM_RATIO = 1032  # a byte of deflate stands for at most so many bytes: 258 in two bits
CHUNK_BYTES = 2**20  # read at once


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read an array from an IDX file, the format of the MNIST digits [1]_.

    Parameters
    ----------
    path : str or path
        The file, plain or compressed by gzip; which of them, its content says, not its name.

    Returns
    -------
    array of shape (n_items, ...)
        uint8, int8, int16, int32, float32 or float64, in the byte order of this machine. MNIST's images have the shape
        (n_images, 28, 28), its labels (n_labels,).

    Raises
    ------
    DataFileError
        If there is no such file, or it is not IDX, damaged, or its header promises other data than the file has. That
        is checked before memory is taken.

    References
    ----------
    .. [1] LeCun, Y., Cortes, C. and Burges, C. J. C. (1998). The MNIST database of handwritten digits.

    Examples
    --------
    Two images of 1 x 3 pixels: the header says bytes (8) in 3 axes of lengths 2, 1 and 3.

    >>> import tempfile
    >>> from pathlib import Path
    >>> header = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "images-idx3-ubyte")
    ...     _ = path.write_bytes(header + bytes([0, 127, 255, 1, 2, 3]))
    ...     images = read_idx(path)
    >>> images.reshape(2, -1)
    array([[  0, 127, 255],
           [  1,   2,   3]], dtype=uint8)
    """
    path = Path(path)
    try:
        with path.open("rb") as raw:
            n_bytes = os.fstat(raw.fileno()).st_size
            if raw.read(2) == GZIP_MAGIC:
                raw.seek(0)
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    return _read_array(unpacked, path, GZIP_MAXIMUM_RATIO * n_bytes, is_packed=True)
            raw.seek(0)
            return _read_array(raw, path, n_bytes, is_packed=False)
    except FileNotFoundError as error:
        raise DataFileError(f"There is no file {path}. Pass the path of an IDX file, plain or gzipped.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataFileError(
            f"{path} cannot be read as IDX: {error}. Expected a whole IDX file, plain or gzipped: copy it again."
        ) from error


def _read_array(file: ByteStream, path: Path, most_bytes: int, *, is_packed: bool) -> NDArray[Any]:
    dtype, shape = _read_header(file, path)
    n_wanted = math.prod(shape) * dtype.itemsize
    n_there = most_bytes - 4 - 4 * len(shape)
    # NumPy multiplies the lengths without the zeros among them, in a machine word.
    is_too_large = math.prod(length or 1 for length in shape) * dtype.itemsize > sys.maxsize
    if is_too_large or n_wanted > n_there or (n_wanted < n_there and not is_packed):
        at_most = "at most " if is_packed else ""
        raise _wrong_size(path, shape, dtype, f"{at_most}{n_there} bytes")
    flat = np.empty(math.prod(shape), dtype)
    n_read = _fill(file, flat)
    if n_read < n_wanted or file.read(1):
        raise _wrong_size(path, shape, dtype, f"{n_read} bytes" if n_read < n_wanted else "more than that")
    return _native(flat).reshape(shape)


def _read_header(file: ByteStream, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or not 1 <= magic[3] <= MAXIMUM_AXES:
        raise DataFileError(
            f"{path} is no IDX file: it begins with the bytes {magic.hex(' ') or '(none)'}. Expected 00 00, a type "
            f"({', '.join(f'{code:02x}' for code in TYPES)}) and the number of axes, from 1 to {MAXIMUM_AXES}: pass a "
            "file in the format of MNIST."
        )
    lengths = file.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise DataFileError(
            f"{path} ends within its header. Expected the lengths of {magic[3]} axes, four bytes each: copy it again."
        )
    return np.dtype(TYPES[magic[2]]), tuple(int(length) for length in np.frombuffer(lengths, ">u4"))


def _fill(file: ByteStream, flat: NDArray[Any]) -> int:
    """Read into an array until it is full or the file ends; give the number of bytes."""
    target, n_read = flat.view(np.uint8), 0
    while n_read < target.size:
        chunk = file.read(min(CHUNK_BYTES, target.size - n_read))
        if not chunk:
            break
        target[n_read : n_read + len(chunk)] = np.frombuffer(chunk, np.uint8)
        n_read += len(chunk)
    return n_read


def _native(array: NDArray[Any]) -> NDArray[Any]:
    """Turn the bytes in place to the order of this machine."""
    return array if array.dtype.isnative else array.byteswap(inplace=True).view(array.dtype.newbyteorder("="))


def _wrong_size(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], found: str) -> DataFileError:
    lengths = " x ".join(map(str, shape))
    return DataFileError(
        f"{path} is damaged: its header promises {lengths} values of type {dtype.name}, which are "
        f"{math.prod(shape) * dtype.itemsize} bytes, but behind it there are {found}. Copy the whole file again."
    )
