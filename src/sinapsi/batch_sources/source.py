"""The door: whatever holds the examples, cut into shards."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sinapsi.batch_sources.batch import gives_batches, is_whole, kind_of
from sinapsi.batch_sources.mapped_array import MappedArray
from sinapsi.batch_sources.parquet import parquet_shard
from sinapsi.batch_sources.shards import ArrayShard, CallableShard, IterableShard, IteratorShard, Shard
from sinapsi.exceptions import InvalidInputError

WHAT_A_SOURCE_MAY_BE = (
    "Expected a pair (X, y) or a triple (X, y, sample_weight) of arrays; an iterable of such batches; a function that "
    "makes such an iterable at each call; the path of a .parquet file, with target=; or a list of these."
)
WHAT_IT_MAY_BE_WITHOUT_TARGETS = (
    "Expected an array X (or a tuple (X, y), of which X is taken); an iterable of such batches; a function that makes "
    "an array or such an iterable at each call; the path of a .parquet file; or a list of these, each a shard."
)


def shards_of(source: Any, *, target: str | Sequence[str] | None = None, needs_targets: bool = True) -> list[Shard]:
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
    needs_targets : bool, default=True
        Whether there must be a y. If not, X stands wherever a pair does above: `source` may be X itself, an iterable
        or iterator of such arrays, or a function that makes one. A **tuple** (X, y) or (X, y, sample_weight) is taken
        too, and only its X looked at; a **list** is always one of shards: a list of arrays is one shard an array, a
        list of pairs one shard a pair. All columns of a Parquet file are inputs but those named by `target`, which are
        left out, and a missing value in it becomes NaN. In place of y, batches have a table of no columns.

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
    >>> (shard,) = shards_of(X, needs_targets=False)
    >>> [(X.shape, y.shape, sample_weight) for X, y, sample_weight in shard.batches()]
    [((3, 2), (3, 0), None)]
    """
    if not isinstance(source, list | tuple) or is_whole(source, needs_targets=needs_targets):
        return [_shard(source, target, "source", needs_targets)]
    if not source:
        raise InvalidInputError(f"The source is an empty {type(source).__name__}. {_expectation(needs_targets)}")
    return [
        _shard(part, target, f"shard {number} of {len(source)}", needs_targets)
        for number, part in enumerate(source, start=1)
    ]


def _expectation(needs_targets: bool) -> str:
    return WHAT_A_SOURCE_MAY_BE if needs_targets else WHAT_IT_MAY_BE_WITHOUT_TARGETS


def _shard(source: Any, target: str | Sequence[str] | None, place: str, needs_targets: bool) -> Shard:
    """Find out what one element of a source is."""
    name = f"{place} ({_label(source, needs_targets)})"
    if isinstance(source, str | os.PathLike):
        return parquet_shard(Path(source), target, name, needs_targets=needs_targets)
    if target is not None:
        raise InvalidInputError(
            f"{name}: target={target!r} names a column of a Parquet file, but this is {kind_of(source)}. Leave target "
            f"out{': y comes with each batch' if needs_targets else ''}."
        )
    if is_whole(source, needs_targets=needs_targets):
        return ArrayShard(name, source, needs_targets=needs_targets)
    if isinstance(source, Iterator):
        return IteratorShard(name, source, needs_targets=needs_targets)
    if gives_batches(source) and not isinstance(source, tuple):  # a tuple is a pair gone wrong
        return IterableShard(name, source, needs_targets=needs_targets)
    if callable(source):
        return CallableShard(name, source, needs_targets=needs_targets)
    raise InvalidInputError(f"{name}: Got {kind_of(source)}. {_expectation(needs_targets)}")


def _label(source: Any, needs_targets: bool) -> str:
    if isinstance(source, str | os.PathLike):
        return Path(source).name
    if is_whole(source, needs_targets=needs_targets) or hasattr(source, "shape"):
        mapped = MappedArray.of(source if hasattr(source, "shape") else source[0])
        return "arrays" if mapped is None else Path(mapped.path).name
    while isinstance(source, functools.partial):
        source = source.func
    return str(getattr(source, "__name__", type(source).__name__))
