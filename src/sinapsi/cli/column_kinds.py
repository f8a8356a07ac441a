"""What a raw column is: numbers, categories, or nothing that a network can learn from."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sinapsi.exceptions import DataFileError

MOST_CATEGORIES = 500  # inputs made of one column; beyond it the column is a name or a text rather than a category
LEAST_NUMBERS = 0.9  # share of numbers above which a text column is one of numbers with typing errors, given it has ...
LEAST_DIFFERENT_NUMBERS = 20  # ... more different ones than categories such as '1', '2', '2b' would have


@dataclass(frozen=True)
class Dropped:
    """A column that is left out.

    Parameters
    ----------
    name : str
        Name of the column.
    reason : str
        Why, in a few words that fit one column and several.
    """

    name: str
    reason: str


def reason_to_drop(column: pl.Series) -> str | None:
    """Say why a training column teaches nothing, if so.

    Parameters
    ----------
    column : polars.Series
        The raw training values.

    Returns
    -------
    str or None
        The reason, None where the column is of use.
    """
    kind = column.dtype
    if not column.name:
        return "without a name, as the row numbers that some programs write"
    if kind.is_temporal():
        return "dates or times, not learned from; add numbers such as year, month or days since a day"
    if not (kind.is_numeric() or kind in (pl.Boolean, pl.String, pl.Categorical, pl.Enum, pl.Null)):
        return f"values of the type {kind}, not learned from"
    n_values = column.drop_nulls().n_unique()
    if n_values == 0:
        return "no value in any row"
    if is_number_like(column):
        return "the same number in every row" if n_values == 1 else None
    n_given = len(column) - column.null_count()
    if n_values == 1 and n_given == len(column):
        return "the same value in every row"
    if n_values == n_given and n_values > 1:
        return "a value of its own in every row, as in an identifier or a text"
    if n_values > MOST_CATEGORIES:
        return f"more than {MOST_CATEGORIES} different values, too many for categories"
    return None


def is_number_like(column: pl.Series) -> bool:
    """Tell whether a column holds numbers, be it as text; truth values count as 0 and 1.

    Parameters
    ----------
    column : polars.Series
        The raw values.

    Returns
    -------
    bool
        True for numbers.

    Raises
    ------
    DataFileError
        If most of the values are numbers and some are not.
    """
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return True
    if column.dtype != pl.String:
        return False
    given = column.drop_nulls()
    is_wrong = _no_numbers(given)
    n_wrong = int(is_wrong.sum())
    if 0 < n_wrong <= (1 - LEAST_NUMBERS) * len(given) and given.n_unique() > LEAST_DIFFERENT_NUMBERS:
        numbers_in(column)  # which says what is wrong where
    return n_wrong == 0 and len(given) > 0


def numbers_in(column: pl.Series) -> pl.Series:
    """Read a column as numbers.

    Parameters
    ----------
    column : polars.Series
        Raw values.

    Returns
    -------
    polars.Series
        Of 64-bit floating numbers; null where a value is missing or NaN.

    Raises
    ------
    DataFileError
        If a value is text or infinite.
    """
    if column.dtype.is_temporal() or not (
        column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.String, pl.Categorical, pl.Enum, pl.Null)
    ):
        raise DataFileError(f"Column {column.name!r} holds values of the type {column.dtype}. Expected numbers.")
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
        wrong = _no_numbers(column)
        if wrong.any():
            row = first_row(wrong)
            raise DataFileError(
                f"Column {column.name!r} is expected to hold numbers, but row {row} holds {column[row - 1]!r}"
                f"{_and_others(int(wrong.sum()))}. Correct it, or leave it empty where the number is not known."
            )
        column = column.str.strip_chars()
    numbers = column.cast(pl.Float64).fill_nan(None)
    infinite = numbers.is_infinite().fill_null(value=False)
    if infinite.any():
        raise DataFileError(
            f"Column {column.name!r} holds an infinite number in row {first_row(infinite)}"
            f"{_and_others(int(infinite.sum()))}. Replace it, or leave it empty where the number is not known."
        )
    return numbers


def texts_in(column: pl.Series) -> pl.Series:
    """Read a column as categories.

    Parameters
    ----------
    column : polars.Series
        Raw values.

    Returns
    -------
    polars.Series
        Of strings; null where a value is missing.
    """
    return column.cast(pl.String)


def first_row(marks: pl.Series) -> int:
    """Give the number of the first row that is marked, counted from 1.

    Parameters
    ----------
    marks : polars.Series of bool
        At least one is true.

    Returns
    -------
    int
        Row number below the header.
    """
    return int(marks.arg_true()[0]) + 1


def _no_numbers(column: pl.Series) -> pl.Series:
    """Mark the texts that are no numbers."""
    return column.str.strip_chars().cast(pl.Float64, strict=False).is_null() & column.is_not_null()


def _and_others(count: int) -> str:
    return f" (and {count - 1} more rows do)" if count > 1 else ""
