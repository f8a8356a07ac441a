"""An array in a file: described by a few words, so that it travels to other processes without its numbers."""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class MappedArray:
    """A contiguous part of a file that is an array: it travels as these few words and is opened where it is read.

    Parameters
    ----------
    path : str
        The file.
    dtype : dtype
        Type of its elements.
    shape : tuple of int
        Shape of the array.
    offset : int
        First byte in the file.
    order : {"C", "F"}
        Order of the axes.
    """

    path: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int
    order: str

    @classmethod
    def of(cls, array: Any) -> MappedArray | None:
        """Describe a memory map or a contiguous view of one.

        Parameters
        ----------
        array : object
            Anything.

        Returns
        -------
        MappedArray or None
            None for an array in memory, with gaps, or with changes that are in no file (mode ``"c"``).
        """
        owner = array
        while isinstance(owner, np.ndarray) and not (isinstance(owner, np.memmap) and owner.filename):
            owner = owner.base
        if not isinstance(owner, np.memmap) or owner.mode == "c" or not os.path.isfile(str(owner.filename)):
            return None
        if not (array.flags.c_contiguous or array.flags.f_contiguous) or array.size == 0:
            return None
        # A map begins at a page of the file; `offset` of a view is that of the array it was cut from.
        first_mapped = owner.offset - owner.offset % mmap.ALLOCATIONGRANULARITY
        distance = array.ctypes.data - np.frombuffer(owner._mmap, np.uint8).ctypes.data  # type: ignore[attr-defined]
        order = "C" if array.flags.c_contiguous else "F"
        return cls(os.path.abspath(str(owner.filename)), array.dtype, array.shape, first_mapped + distance, order)

    def open(self) -> NDArray[Any]:
        """Map the file, read-only.

        Returns
        -------
        memmap of shape `shape`
            The array; its pages leave memory with it.
        """
        order: Any = self.order
        return np.memmap(self.path, self.dtype, mode="r", offset=self.offset, shape=self.shape, order=order)
