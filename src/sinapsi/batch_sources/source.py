"""The door: whatever holds the examples, cut into shards."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sinapsi.batch_sources.batch import gives_batches, is_pair, kind_of
from sinapsi.batch_sources.mapped_array import MappedArray
from sinapsi.batch_sources.parquet import parquet_shard
from sinapsi.batch_sources.shards import ArrayShard, CallableShard, IterableShard, IteratorShard, Shard
from sinapsi.exceptions import InvalidInputError

WHAT_A_SOURCE_MAY_BE = (
    "Expected a pair (X, y) or a triple (X, y, sample_weight) of arrays; an iterable of such batches; a function that "
    "makes such an iterable at each call; the path of a .parquet file, with target=; or a list of these."
)


def shards_of(source: Any, *, target: str | Sequence[str] | None = None) -> list[Shard]:
    """Cut a source of examples into shards.

    Parameters
    ----------
    source : pair, triple, iterable, callable, path or list of these
        A pair (X, y) or a triple (X, y, sample_weight) of arrays, where X is a NumPy array, a memory map, a data frame
        or a SciPy sparse matrix of shape (n_samples, n_features); an iterable of such batches; a function without
        parameters that makes such an iterable (or pair) at each call; an iterator, for a single pass; or the path of a
        Parquet file. A list of these is one shard an element.
    target : str or list of str, optional
        For Parquet: the column to learn, or several. All other columns are inputs.

    Returns
    -------
    list of Shard
        At least one. Parquet files have been checked: they exist, and their columns are as expected.

    Raises
    ------
    InvalidInputError
        If `source` is nothing of this, or `target` does not go with it.
    DataFileError
        If a Parquet file is missing or cannot be read.
    MissingDependencyError
        If a Parquet file is to be read and Polars is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(6.0).reshape(3, 2)
    >>> y = np.array([0, 1, 1])
    >>> first, second = shards_of([(X, y), lambda: iter([(X[:2], y[:2]), (X[2:], y[2:])])])
    >>> first.name
    'shard 1 of 2 (arrays)'
    >>> [len(y) for X, y, sample_weight in second.batches()]
    [2, 1]
    """
    if not isinstance(source, list | tuple) or is_pair(source):
        return [_shard(source, target, "source")]
    if not source:
        raise InvalidInputError(f"The source is an empty {type(source).__name__}. {WHAT_A_SOURCE_MAY_BE}")
    return [_shard(part, target, f"shard {number} of {len(source)}") for number, part in enumerate(source, start=1)]


def _shard(source: Any, target: str | Sequence[str] | None, place: str) -> Shard:
    """Find out what one element of a source is."""
    name = f"{place} ({_label(source)})"
    if isinstance(source, str | os.PathLike):
        return parquet_shard(Path(source), target, name)
    if target is not None:
        raise InvalidInputError(
            f"{name}: target={target!r} names a column of a Parquet file, but this is {kind_of(source)}. Leave target "
            "out: y comes with each batch."
        )
    if is_pair(source):
        return ArrayShard(name, source)
    if isinstance(source, Iterator):
        return IteratorShard(name, source)
    if gives_batches(source) and not isinstance(source, tuple):  # a tuple is a pair gone wrong
        return IterableShard(name, source)
    if callable(source):
        return CallableShard(name, source)
    raise InvalidInputError(f"{name}: Got {kind_of(source)}. {WHAT_A_SOURCE_MAY_BE}")


def _label(source: Any) -> str:
    if isinstance(source, str | os.PathLike):
        return Path(source).name
    if is_pair(source):
        mapped = MappedArray.of(source[0])
        return "arrays" if mapped is None else Path(mapped.path).name
    while isinstance(source, functools.partial):
        source = source.func
    return str(getattr(source, "__name__", type(source).__name__))
