"""``sinapsi evaluate``: how good a run is on other rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sinapsi.cli.runs import UnsupervisedRun
    from sinapsi.cli.tables import Table


def evaluate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A directory that 'sinapsi train' wrote.")],
    data: Annotated[str, typer.Argument(metavar="DATA", help="A table with the raw columns and the target.")],
) -> None:
    """Judge a trained network on other rows, beside the constant answer of its training data."""
    from sinapsi.cli import console
    from sinapsi.cli.networks import kebab_case
    from sinapsi.cli.runs import UnsupervisedRun, read_run, targets_to_judge_by
    from sinapsi.cli.scores import Row, results_table, scores_of

    trained = read_run(run)
    table = trained.read(data)
    if isinstance(trained, UnsupervisedRun):
        _show_fit(trained, table)
        return
    truth = targets_to_judge_by(trained, table)
    X = trained.inputs(table.frame)
    classes = [] if trained.target.task == "regression" else _notes_on_classes(trained.network, truth)
    console.show_notes([*trained.notes(table.frame), *classes])
    task = trained.target.task
    rows = [
        Row(kebab_case(type(trained.network).__name__), scores_of(task, truth, trained.predict(X))),
        Row(trained.constant.name, scores_of(task, truth, trained.constant.predict(len(truth)))),
    ]
    header, cells = results_table(rows)
    console.show_table(["", *header[1:]], cells, title=f"{trained.target.name}: {len(truth)} rows of {table.source}")


def _show_fit(run: UnsupervisedRun, table: Table) -> None:
    """Judge a network that learned without answers; by labels too where there are some."""
    from sinapsi.cli import console
    from sinapsi.cli.discovery import measured
    from sinapsi.cli.networks import kebab_case
    from sinapsi.cli.scores import Row, results_table

    X, labels = run.inputs(table), run.labels
    y, notes = None, run.notes(table)
    if labels is not None and labels.name in table.frame.columns:
        y = labels.values(table.frame[labels.name])
        notes += _notes_on_classes(run.network, y)
    elif labels is not None:
        notes.append(f"{table.source} has no column {labels.name!r}, so there is no accuracy.")
    console.show_notes(notes)
    header, cells = results_table([Row(kebab_case(type(run.network).__name__), measured(run.network, X, y))])
    console.show_table(["", *header[1:]], cells, title=f"{table.frame.height} rows of {table.source}")


def _notes_on_classes(network: Any, truth: Any) -> list[str]:
    known = set(network.classes_.tolist())
    labels = truth.tolist()
    unseen = sorted({label for label in labels if label not in known})
    return [
        f"Class {label!r} was never seen in training: its {labels.count(label)} rows count as mistakes."
        for label in unseen
    ]
