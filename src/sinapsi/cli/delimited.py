"""CSV and TSV files, looked at closely before Polars reads them.

Polars fills rows that are too short, so a file that was cut in the middle of a line would pass unnoticed.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sinapsi.exceptions import DataFileError

MISSING_MARKS = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?")
SNIFFED_BYTES = 65_536  # enough of a file to see how it separates


@dataclass(frozen=True)
class _Layout:
    separator: str
    has_decimal_comma: bool


def read_delimited(path: Path, separator: str, text_columns: Collection[str] = ()) -> pl.DataFrame:
    """Read a file of separated values whose first line names the columns.

    Parameters
    ----------
    path : Path
        The file.
    separator : str
        A comma or a tab; semicolons are seen where the header has nothing else.
    text_columns : collection of str, default=()
        Columns to read as text whatever they look like.

    Returns
    -------
    polars.DataFrame
        The columns, with dates parsed, and null where a value is missing.

    Raises
    ------
    DataFileError
        If the file is no text, or a line does not fit to the header.
    """
    layout = _layout(path, separator)
    header, has_blank_lines = _checked(path, layout.separator)
    try:
        frame = pl.read_csv(
            path,
            separator=layout.separator,
            decimal_comma=layout.has_decimal_comma,
            infer_schema_length=None,
            try_parse_dates=True,
            null_values=list(MISSING_MARKS),
            schema_overrides={name: pl.String for name in header if name.strip() in text_columns},
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DataFileError(f"{path} cannot be read as a table: {str(error).partition(chr(10))[0]}") from error
    if has_blank_lines and frame.width > 1:  # Polars makes rows of them
        frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))
    return frame.rename({name: name.strip() for name in frame.columns})


def _layout(path: Path, separator: str) -> _Layout:
    with path.open("rb") as file:
        beginning = file.read(SNIFFED_BYTES)
    header = beginning.partition(b"\n")[0]
    if separator == "," and b"," not in header and b";" in header:
        # Where semicolons separate, a comma between digits is a decimal comma.
        return _Layout(";", re.search(rb"(^|;)-?\d+,\d+", beginning, re.MULTILINE) is not None)
    return _Layout(separator, has_decimal_comma=False)


def _checked(path: Path, separator: str) -> tuple[list[str], bool]:
    """Give the header, and whether there are blank lines, of a file in which every line fits to the header."""
    header: list[str] = []
    has_blank_lines = False
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=separator, strict=True)
            header = next(reader, [])
            _check_names(header, path)
            for fields in reader:
                if len(fields) != len(header):
                    if fields:
                        raise _ragged(path, reader.line_num, len(fields), len(header))
                    has_blank_lines = True
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path} is no UTF-8 text. Save it as CSV in UTF-8 and try again.") from error
    except csv.Error as error:
        raise DataFileError(
            f"{path} cannot be read beyond line {reader.line_num}: {error}. The file may be cut short, or a quotation "
            "mark in it is never closed; complete or correct it."
        ) from error
    return header, has_blank_lines


def _check_names(header: list[str], path: Path) -> None:
    twice = [name for name, count in Counter(name.strip() for name in header).items() if count > 1]
    if twice:
        raise DataFileError(
            f"{path} has several columns called {', '.join(map(repr, twice))}. Expected a first line that gives each "
            "column a name of its own: rename them."
        )


def _ragged(path: Path, line: int, n_fields: int, n_columns: int) -> DataFileError:
    return DataFileError(
        f"Line {line} of {path} has {n_fields} fields, but the header names {n_columns} columns. The file may be cut "
        "short or damaged; complete or correct that line."
    )
