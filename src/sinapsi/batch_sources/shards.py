"""Shards: parts of a source, of arrays, iterables, generators or functions; and errors that name the shard.

A shard gives its batches anew as often as it is asked and can be sent to another process, but for a generator, which
can do neither.
"""

from __future__ import annotations

import contextlib
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from scipy import sparse

from sinapsi.batch_sources.batch import (
    Batch,
    gives_batches,
    inputs_alone,
    is_whole,
    kind_of,
    same_form,
    shape_of,
    triple,
)
from sinapsi.batch_sources.mapped_array import MappedArray
from sinapsi.exceptions import (
    DataFileError,
    InvalidInputError,
    InvalidParameterError,
    MissingDependencyError,
    SinapsiError,
)

BLOCK_BYTES = 2**22  # of X in a batch cut from arrays; several fit into the cache of the last level


class Shard(ABC):
    """A part of a source, read from its beginning as often as needed.

    Parameters
    ----------
    name : str
        What messages call it, for example ``"shard 3 of 8 (data-3.parquet)"``.
    needs_targets : bool, default=True
        Whether batches are pairs (X, y); else X alone is taken.
    """

    name: str

    def __init__(self, name: str, *, needs_targets: bool = True) -> None:
        self.name = name
        self._needs_targets = needs_targets
        self._gave_batches = False

    @property
    def _form(self) -> str:
        return "(X, y)" if self._needs_targets else "X"

    def _checked(self, batch: Any, what: str) -> Batch:
        return triple(batch, what) if self._needs_targets else inputs_alone(batch, what)

    def batches(self) -> Iterator[Batch]:
        """Give the batches one after another; each call begins anew.

        Yields
        ------
        X : array, data frame or sparse matrix of shape (n_rows, n_features)
            Inputs, as the user has them.
        y : array of shape (n_rows,) or (n_rows, n_outputs)
            Targets; no columns where none are needed.
        sample_weight : array of shape (n_rows,) or None
            Weights, in all batches or in none.

        Raises
        ------
        InvalidInputError
            If there is no batch, or one is no pair (X, y), or no X, or differs in form from those before. The message
            names the shard and the batch.
        """
        with naming(self):
            form, gave_rows, numbers = "", False, itertools.count(1)  # `enumerate` would keep the last batch alive
            for raw in self._raw():
                number = next(numbers)
                batch = self._checked(raw, f"batch {number}")
                del raw
                form = same_form(batch, form, number, needs_targets=self._needs_targets)
                if shape_of(batch[0])[0]:
                    gave_rows = self._gave_batches = True
                    yield batch
                del batch  # or it would live on while the next one is made
            if not gave_rows:
                raise InvalidInputError(self._used_up() if self._gave_batches else self._empty())

    @abstractmethod
    def _raw(self) -> Iterator[Any]:
        """Give what the user calls batches."""

    def _empty(self) -> str:
        return f"there are no examples. Pass at least one batch {self._form} with rows."

    def _used_up(self) -> str:
        return "there were examples before, but none in this pass. Leave the data as they are until the fit has ended."


class ArrayShard(Shard):
    """Arrays that lie in memory or are mapped from files, given in blocks of rows."""

    def __init__(self, name: str, arrays: Any, *, needs_targets: bool = True) -> None:
        super().__init__(name, needs_targets=needs_targets)
        with naming(self):
            checked = self._checked(arrays, "the pair" if needs_targets else "this")
        self._arrays = _addresses_of_maps(checked)

    def _raw(self) -> Iterator[Batch]:
        return _blocks_of_rows(*self._arrays)


class IterableShard(Shard):
    """An object whose ``__iter__`` begins anew."""

    def __init__(self, name: str, source: Iterable[Any], *, needs_targets: bool = True) -> None:
        super().__init__(name, needs_targets=needs_targets)
        self._source = source

    def _raw(self) -> Iterator[Any]:
        return iter(self._source)

    def _used_up(self) -> str:
        return (
            "it gave batches before, but none in this pass. This fit needs several passes: let __iter__ begin anew at "
            "each call, or pass a function that makes the iterable."
        )


class IteratorShard(Shard):
    """A generator or another iterator, good for a single pass in this process."""

    def __init__(self, name: str, source: Iterator[Any], *, needs_targets: bool = True) -> None:
        super().__init__(name, needs_targets=needs_targets)
        self._source = source

    def _raw(self) -> Iterator[Any]:
        source, self._source = self._source, iter(())  # a pass that was left early must not go on where it stopped
        return source

    def _empty(self) -> str:
        return (
            f"it gives no examples. Expected at least one batch {self._form} with rows: pass a generator that was not "
            "gone through before, or the function that makes it."
        )

    def _used_up(self) -> str:
        return (
            "it is exhausted: a generator can be gone through once, this fit needs several passes. Pass the function "
            "that makes it."
        )

    def __getstate__(self) -> dict[str, Any]:
        raise InvalidInputError(
            f"{self.name}: a generator cannot be sent to another process. Pass the function that makes it, or n_jobs=1."
        )


class CallableShard(Shard):
    """A function that makes an iterable of batches, or all arrays, at each call."""

    def __init__(self, name: str, make: Callable[[], Any], *, needs_targets: bool = True) -> None:
        super().__init__(name, needs_targets=needs_targets)
        self._make = make

    def _raw(self) -> Iterator[Any]:
        made = self._make()
        if is_whole(made, needs_targets=self._needs_targets):
            return _blocks_of_rows(*_addresses_of_maps(self._checked(made, "what it gives")))
        if not gives_batches(made):
            raise InvalidInputError(
                f"calling it gave {kind_of(made)}. Expected an iterable of batches {self._form}: let it yield or "
                "return them."
            )
        return iter(made)

    def _used_up(self) -> str:
        return (
            "it gave batches before, but none when called again. This fit needs several passes: let the function make "
            "a new iterable at each call."
        )


@contextlib.contextmanager
def naming(shard: Shard) -> Iterator[None]:
    """Say in every error of the block which shard it came from.

    Parameters
    ----------
    shard : Shard
        The shard that is read or learned.

    Yields
    ------
    None

    Raises
    ------
    SinapsiError
        Errors of the library keep their class, all others become an InvalidInputError; the message begins with the name
        of the shard, once. Warnings, MemoryError and KeyboardInterrupt pass unchanged.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi.batch_sources import shards_of
    >>> (shard,) = shards_of((np.ones((2, 1)), np.ones(2)))
    >>> with naming(shard):
    ...     raise OSError("the disk is full")
    Traceback (most recent call last):
    sinapsi.exceptions.InvalidInputError: source (arrays): OSError: the disk is full
    """
    try:
        yield
    except (MemoryError, Warning):
        raise
    except Exception as error:
        if isinstance(error, SinapsiError) and str(error).startswith(f"{shard.name}: "):
            raise
        kinds = (DataFileError, InvalidParameterError, MissingDependencyError)
        kind = next((kind for kind in kinds if isinstance(error, kind)), InvalidInputError)
        what = str(error) if isinstance(error, SinapsiError) else f"{type(error).__name__}: {error}"
        raise kind(f"{shard.name}: {what}") from error


def _addresses_of_maps(arrays: Batch) -> list[Any]:
    """Describe memory maps, which are then opened block by block; other arrays stay as they are."""
    return [MappedArray.of(array) or array for array in arrays]


def _blocks_of_rows(X: Any, y: Any, sample_weight: Any) -> Iterator[Batch]:
    X = X.tocsr() if sparse.issparse(X) else X
    n_rows, n_columns = X.shape
    if sparse.issparse(X):
        n_bytes = X.data.nbytes + X.indices.nbytes
    else:
        n_bytes = n_rows * n_columns * getattr(getattr(X, "dtype", None), "itemsize", 8)
    step = max(1, BLOCK_BYTES * n_rows // max(n_bytes, 1))
    for start in range(0, n_rows, step):
        yield tuple(_sliced(part, start, start + step) for part in (X, y, sample_weight))


def _sliced(part: Any, start: int, stop: int) -> Any:
    if part is None:
        return None
    if isinstance(part, MappedArray):
        part = part.open()  # anew for each block: its pages leave memory with the block
    return part.iloc[start:stop] if hasattr(part, "iloc") else part[start:stop]
