"""What the commands say: results on standard output, notes and errors on standard error.

Texts come from files and from users, so nothing in them is read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from rich.table import Table


def output() -> Console:
    """Give the console of results.

    Returns
    -------
    rich.console.Console
        On standard output, as it is at the moment of the call.
    """
    return Console()


def _aside() -> Console:
    return Console(stderr=True)


def show_error(message: str) -> None:
    """Show why a command could not do its work.

    Parameters
    ----------
    message : str
        Expectation, fact and way out.
    """
    from rich.panel import Panel

    _aside().print(Panel(Text(message), title="error", title_align="left", border_style="red"))


def show_notes(notes: Iterable[str]) -> None:
    """Show what was done without being asked for, each note once.

    Parameters
    ----------
    notes : iterable of str
        Whole sentences.
    """
    for note in dict.fromkeys(notes):
        _aside().print(Text.assemble(("note: ", "yellow"), note))


def show_line(line: str) -> None:
    """Show a line of the result.

    Parameters
    ----------
    line : str
        The text, as it is.
    """
    output().print(Text(line), soft_wrap=True)


def show_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> None:
    """Show a table whose first column is never broken.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : iterable of sequences of str
        Cells.
    title : str, optional
        What the table shows.
    """
    output().print(table(header, rows, title=title))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> Table:
    """Lay out a table whose first column is never broken; columns of numbers are aligned to the right.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : iterable of sequences of str
        Cells.
    title : str, optional
        What the table shows.

    Returns
    -------
    rich.table.Table
        The table.
    """
    from rich import box
    from rich.table import Table

    cells = [tuple(row) for row in rows]
    laid_out = Table(
        title=Text(title) if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for position, name in enumerate(header):
        column = [row[position] for row in cells]
        is_numeric = bool(column) and all(_is_number(cell) for cell in column)
        laid_out.add_column(Text(name), no_wrap=position == 0 or is_numeric, justify="right" if is_numeric else "left")
    for row in cells:
        laid_out.add_row(*map(Text, row))
    return laid_out


def _is_number(cell: str) -> bool:
    try:
        float(cell.rstrip(" %s") or "0")  # an empty cell stands for no number
    except ValueError:
        return False
    return True
