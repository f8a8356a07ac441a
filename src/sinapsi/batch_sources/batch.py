"""A batch: inputs, targets and perhaps weights; what may stand for one, and what is said of anything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from sinapsi.exceptions import InvalidInputError

Batch: TypeAlias = tuple[Any, Any, Any]  # X, y, and sample_weight or None


def triple(batch: Any, what: str) -> Batch:
    """Check one batch, and add the weights it may lack.

    Parameters
    ----------
    batch : object
        What the user calls a batch.
    what : str
        What messages call it, for example ``"batch 3"``.

    Returns
    -------
    X, y, sample_weight : Batch
        The same objects; None for weights that are not there.

    Raises
    ------
    InvalidInputError
        If it is no pair or triple of arrays of as many rows.
    """
    if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
        raise InvalidInputError(
            f"{what} is {kind_of(batch)}. Expected a pair (X, y) or a triple (X, y, sample_weight): give each batch of "
            "inputs together with its targets."
        )
    X, y, sample_weight = batch if len(batch) == 3 else (*batch, None)
    shape = shape_of(X)
    if len(shape) != 2:
        raise InvalidInputError(
            f"X of {what} is {kind_of(X)} with the shape {shape}. Expected a table: rows are examples, columns "
            "features. Pass X of shape (n_samples, n_features)."
        )
    for part, name in ((y, "y"), (sample_weight, "sample_weight")):
        if part is None and name == "sample_weight":
            continue
        if not shape_of(part):
            raise InvalidInputError(f"{name} of {what} is {kind_of(part)}. Expected an array: one value per row of X.")
        if shape_of(part)[0] != shape[0]:
            raise InvalidInputError(
                f"X of {what} has {shape[0]} rows, but {name} has {shape_of(part)[0]}. Pass one value per row of X."
            )
    return X, y, sample_weight


def inputs_alone(batch: Any, what: str) -> Batch:
    """Check one batch of a source for networks that learn without targets.

    Parameters
    ----------
    batch : object
        What the user calls a batch: a table, or a tuple (X, y) or (X, y, sample_weight) of which only X is taken.
    what : str
        What messages call it, for example ``"batch 3"``.

    Returns
    -------
    X, y, sample_weight : Batch
        X; a table of no columns, which goes where targets go; None.

    Raises
    ------
    InvalidInputError
        If X is no table.
    """
    X = batch[0] if isinstance(batch, tuple) and len(batch) in (2, 3) else batch
    try:
        shape = shape_of(X)
    except ValueError:  # a list of rows, or of arrays, that are not of one length
        shape = ()
    if len(shape) != 2:
        has_shape = f" with the shape {shape}" if shape else ""
        raise InvalidInputError(
            f"{what} is {kind_of(X)}{has_shape}. Expected a table: rows are examples, columns features. Pass X of "
            "shape (n_samples, n_features), or a tuple (X, y), of which X is taken."
        )
    return X, np.empty((shape[0], 0)), None


def same_form(batch: Batch, form: str, number: int, *, needs_targets: bool) -> str:
    """Describe a batch, and refuse it if those before it were of another form.

    Parameters
    ----------
    batch : Batch
        X, y, and sample_weight or None.
    form : str
        What this function gave for the batches before it; empty for the first.
    number : int
        The batch in messages, counted from 1.
    needs_targets : bool
        Whether it is more than X, so that weights are spoken of.

    Returns
    -------
    str
        Its columns, whether they are sparse, and whether it has weights.

    Raises
    ------
    InvalidInputError
        If `form` is another.
    """
    X, _, sample_weight = batch
    found = f"{shape_of(X)[1]} {'sparse' if sparse.issparse(X) else 'dense'} columns"
    if needs_targets:
        found += " and no weights" if sample_weight is None else " and weights"
    if form not in ("", found):
        raise InvalidInputError(
            f"batch {number} has {found}, but the batches before it have {form}. Give all batches the same form."
        )
    return found


def is_whole(source: Any, *, needs_targets: bool) -> bool:
    """Whether these are all arrays of a source, to be cut into batches.

    Parameters
    ----------
    source : object
        Anything.
    needs_targets : bool
        Whether it is a pair or triple; else it is a table, or a tuple that begins with one. Then a list is one of
        shards or batches.

    Returns
    -------
    bool
        Only the first array is looked at: what is wrong with the others, or their number, is said when they are
        checked.
    """
    if needs_targets:
        return is_pair(source)
    return hasattr(source[0] if isinstance(source, tuple) and source else source, "shape")


def is_pair(source: Any) -> bool:
    """Whether these are two or three arrays; an array is nothing else a source could be made of.

    Parameters
    ----------
    source : object
        Anything.

    Returns
    -------
    bool
        Only the first is looked at: what is wrong with the others is said when they are checked.
    """
    return isinstance(source, tuple | list) and len(source) in (2, 3) and hasattr(source[0], "shape")


def gives_batches(source: Any) -> bool:
    """Whether an object can be gone through batch by batch.

    Parameters
    ----------
    source : object
        Anything.

    Returns
    -------
    bool
        False for text, mappings, sets and arrays, which give something else than batches.
    """
    if isinstance(source, str | bytes | Mapping | set | frozenset) or hasattr(source, "shape"):
        return False
    return isinstance(source, Iterable)


def shape_of(table: Any) -> tuple[int, ...]:
    """Give the shape of an array, data frame, sparse matrix or nested list.

    Parameters
    ----------
    table : object
        Anything.

    Returns
    -------
    tuple of int
        Empty for what has none.
    """
    return tuple(np.shape(table) if isinstance(table, list | tuple) else getattr(table, "shape", ()))


def kind_of(thing: Any) -> str:
    """Describe an object that is not what it should be.

    Parameters
    ----------
    thing : object
        Anything.

    Returns
    -------
    str
        For example ``"a list of 2"``, ``"a tuple of 4"``, ``"an ndarray"``.
    """
    word = type(thing).__name__
    size = f" of {len(thing)}" if isinstance(thing, tuple | list) else ""
    article = "an" if word[0].lower() in "aeio" or word == "ndarray" else "a"
    return "None" if thing is None else f"{article} {word}{size}"
