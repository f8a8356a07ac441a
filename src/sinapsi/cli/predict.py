"""``sinapsi predict``: answers for new rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import polars as pl

    from sinapsi.cli.runs import Run


def predict(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A directory that 'sinapsi train' wrote.")],
    data: Annotated[str, typer.Argument(metavar="DATA", help="A table with the raw columns of the training data.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Where the predictions go. [default: shown]")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older file.")] = False,
) -> None:
    """Predict the target of new rows, say where they lie on a map, or complete what they lack."""
    from sinapsi.cli import console
    from sinapsi.cli.discovery import answers_of
    from sinapsi.cli.output_files import check_file
    from sinapsi.cli.runs import UnsupervisedRun, read_run

    if out is not None:
        check_file(out, force=force)
    trained = read_run(run)
    table = trained.read(data)
    if isinstance(trained, UnsupervisedRun):
        X = trained.inputs(table, to_complete=True)
        answers = answers_of(trained.network, X, trained.columns.input_names)
        console.show_notes(trained.notes(table, to_complete=True))
        _show_or_write(answers, "answers", out)
        return
    inputs = trained.inputs(table.frame)
    predictions = _as_frame(trained, inputs)
    console.show_notes(trained.notes(table.frame))
    _show_or_write(predictions, f"predictions of {trained.target.name!r}", out)


def _show_or_write(answers: pl.DataFrame, what: str, out: Path | None) -> None:
    from sinapsi.cli import console
    from sinapsi.cli.output_files import write_file

    if out is None:
        console.show_line(answers.write_csv().rstrip("\n"))
        return
    write_file(out, answers.write_csv().encode())
    console.show_line(f"{answers.height} {what} were written to {out}.")


def _as_frame(run: Run, X: Any) -> pl.DataFrame:
    """Give the predictions, and the probability of each class where the network has probabilities."""
    import polars as pl

    columns = {run.target.name: run.predict(X)}
    if hasattr(run.network, "predict_proba"):
        probabilities = run.network.predict_proba(X)
        for label, column in zip(run.network.classes_.tolist(), probabilities.T, strict=True):
            columns[f"probability of {label}"] = column
    return pl.DataFrame(columns)
