"""The directory of a run: the network with its preparation, its history, its scores, its figures."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinapsi.cli.columns import ColumnPreparation
from sinapsi.cli.discovery import Discovery, completes, inputs_for, learns_alone, takes_gaps
from sinapsi.cli.figures import draw_figures
from sinapsi.cli.lesson import Lesson, task_of
from sinapsi.cli.map_figures import draw_map_figures
from sinapsi.cli.scores import Constant
from sinapsi.cli.tables import Table, read_table
from sinapsi.cli.target import TargetPreparation
from sinapsi.exceptions import DataFileError, InvalidParameterError, ModelFileError
from sinapsi.persistence import atomic_directory, read_model, write_model

FILES = ("config.json", "weights.safetensors", "history.csv", "metrics.json")  # of every run


@dataclass(frozen=True, eq=False)
class UnsupervisedRun:
    """A network that learned without answers, with all that is needed to use it on raw columns.

    Parameters
    ----------
    network : estimator
        The fitted network.
    columns : ColumnPreparation
        From raw columns to its inputs.
    labels : TargetPreparation or None
        The column after which its units are named.
    """

    network: Any
    columns: ColumnPreparation
    labels: TargetPreparation | None

    def read(self, data: str) -> Table:
        """Read a table with the columns of the training data.

        Parameters
        ----------
        data : str
            File or name, as :func:`read_table` takes it.

        Returns
        -------
        Table
            The table; categories are read as text.
        """
        return _table_for(self.columns, self.labels, data)

    def inputs(self, table: Table, *, to_complete: bool = False) -> NDArray[np.float64]:
        """Prepare raw columns.

        Parameters
        ----------
        table : Table
            The columns; that of the labels may be among them.
        to_complete : bool, default=False
            Whether missing numbers stay missing for a network that completes patterns.

        Returns
        -------
        array of shape (n_samples, n_inputs)
            Inputs for the network.
        """
        name = self.labels.name if self.labels is not None else ""
        return inputs_for(self.network, self.columns, table.frame, name, to_complete=to_complete)

    def notes(self, table: Table, *, to_complete: bool = False) -> list[str]:
        """Say what becomes of missing numbers of a table, and what the answers of a memory mean.

        Parameters
        ----------
        table : Table
            The columns.
        to_complete : bool, default=False
            Whether missing numbers are completed, if the network can do that.

        Returns
        -------
        list of str
            Whole sentences.
        """
        if not (to_complete and completes(self.network)):
            return self.columns.notes(table.frame, keeps_gaps=takes_gaps(self.network))
        completed = notes_on_completed(self.inputs(table, to_complete=True))
        return [*completed, f"Numbers are answered {self._meaning_of_answers()}."]

    def _meaning_of_answers(self) -> str:
        if "binarize" in self.network.get_params():
            low_and_high = "0 and 1" if hasattr(self.network, "sample") else "-1 and +1"
            return f"{low_and_high}: not above, or above the training mean"
        if self.columns.is_to_unit_range:
            return "from 0 to 1: from the lowest to the highest number of training"
        return "in standard deviations"


@dataclass(frozen=True, eq=False)
class Run:
    """A trained network with all that is needed to use it on raw columns.

    Parameters
    ----------
    network : estimator
        The fitted network.
    columns : ColumnPreparation
        From raw columns to its inputs.
    target : TargetPreparation
        From its answers to the user's terms.
    constant : Constant
        The baseline that always answers the same.
    """

    network: Any
    columns: ColumnPreparation
    target: TargetPreparation
    constant: Constant

    def read(self, data: str) -> Table:
        """Read a table with the columns of the training data.

        Parameters
        ----------
        data : str
            File or name, as :func:`read_table` takes it.

        Returns
        -------
        Table
            The table; categories are read as text.
        """
        return _table_for(self.columns, self.target, data)

    def inputs(self, frame: pl.DataFrame) -> NDArray[np.float64]:
        """Prepare raw columns.

        Parameters
        ----------
        frame : polars.DataFrame
            The columns.

        Returns
        -------
        array of shape (n_samples, n_inputs)
            Inputs for the network; one that can completes what is missing.
        """
        X = self.columns.transform(frame, self.target.name, keeps_gaps=completes(self.network))
        has_gaps = np.isnan(X).any(axis=1)
        if has_gaps.any():
            X[has_gaps] = self.network.complete(X[has_gaps])
        return X

    def notes(self, frame: pl.DataFrame) -> list[str]:
        """Say what becomes of missing numbers of a table.

        Parameters
        ----------
        frame : polars.DataFrame
            The columns.

        Returns
        -------
        list of str
            Whole sentences.
        """
        if not completes(self.network):
            return self.columns.notes(frame)
        return notes_on_completed(self.columns.transform(frame, self.target.name, keeps_gaps=True))

    def predict(self, X: NDArray[np.float64]) -> NDArray[Any]:
        """Predict in the user's terms.

        Parameters
        ----------
        X : array of shape (n_samples, n_inputs)
            Prepared inputs.

        Returns
        -------
        array of shape (n_samples,)
            Labels, or numbers in the target's unit.
        """
        return self.target.for_user(self.network.predict(X))


def notes_on_completed(X: NDArray[np.float64]) -> list[str]:
    """Say how many numbers are completed.

    Parameters
    ----------
    X : array of shape (n_samples, n_inputs)
        Prepared rows; NaN is what is missing.

    Returns
    -------
    list of str
        A sentence, or nothing where nothing is missing.
    """
    n_missing = int(np.isnan(X).sum())
    numbers = "number was" if n_missing == 1 else "numbers were"
    return [f"{n_missing} missing {numbers} completed by what the network remembers."] if n_missing else []


def _table_for(columns: ColumnPreparation, target: TargetPreparation | None, data: str) -> Table:
    text_columns = [column.name for column in columns.columns if hasattr(column, "values")]
    if target is not None and target.kind == "text label":
        text_columns.append(target.name)
    known = [column.name for column in (*columns.columns, *columns.dropped)]
    return _renamed_past_target(read_table(data, text_columns), known)


def _renamed_past_target(table: Table, known: list[str]) -> Table:
    """Give an array without the target the names its columns had when the target stood among them."""
    frame = table.frame
    are_positions = all(name[:1] == "x" and name[1:].isdigit() for name in known)
    if table.has_names or not are_positions or frame.width != len(known) or "y" in frame.columns:
        return table
    names = sorted(known, key=lambda name: int(name[1:]))
    return Table(frame.rename(dict(zip(frame.columns, names, strict=True))), table.source, None, has_names=False)


def check_out(out: Path, *, force: bool) -> None:
    """Make sure, before anything is computed, that a run can be written.

    Parameters
    ----------
    out : Path
        Directory of the run.
    force : bool
        Whether an older run may be replaced.

    Raises
    ------
    InvalidParameterError
        If something is in the way.
    """
    if out.exists():
        is_run = out.is_dir() and (all((out / name).is_file() for name in FILES) or not any(out.iterdir()))
        if not is_run:
            raise InvalidParameterError(f"{out} is in the way and is no run of sinapsi. Choose another --out.")
        if not force:
            raise InvalidParameterError(f"{out} holds a run already. Choose another --out, or replace it by --force.")
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    if not os.access(out.absolute().parent, os.W_OK):
        raise InvalidParameterError(f"Nothing may be written in {out.absolute().parent}. Choose another --out.")


def write_run(lesson: Lesson, out: Path, record: dict[str, Any]) -> list[str]:
    """Write the directory of a run, whole or not at all.

    Parameters
    ----------
    lesson : Lesson
        What was learned.
    out : Path
        Where; an older run there is replaced.
    record : dict
        What else belongs into the run's section of ``config.json``.

    Returns
    -------
    list of str
        Notes for the user.
    """
    sections = {
        "preparation": {**lesson.columns.to_config(), "target": lesson.target.to_config()},
        "run": {**record, "constant": lesson.constant.answer},
    }
    with atomic_directory(out) as folder:
        write_model(lesson.network, folder, sections=sections)
        lesson.network.history_.to_csv(folder / "history.csv")
        metrics = json.dumps(_metrics(lesson), indent=2, allow_nan=False)
        (folder / "metrics.json").write_text(metrics + "\n", encoding="utf-8")
        if lesson.diagnosis:
            (folder / "diagnosis.txt").write_text(lesson.diagnosis + "\n", encoding="utf-8")
        return draw_figures(lesson, folder / "figures")


def write_discovery(discovery: Discovery, out: Path, record: dict[str, Any]) -> list[str]:
    """Write the directory of a run, whole or not at all.

    Parameters
    ----------
    discovery : Discovery
        What was found.
    out : Path
        Where; an older run there is replaced.
    record : dict
        What else belongs into the run's section of ``config.json``.

    Returns
    -------
    list of str
        Notes for the user.
    """
    labels = None if discovery.labels is None else discovery.labels.to_config()
    sections = {"preparation": {**discovery.columns.to_config(), "target": labels}, "run": record}
    network = discovery.network
    own, *baselines = discovery.rows
    scores = {"network": own.scores, **{row.key: row.scores for row in baselines}}
    metrics = {
        "task": "unsupervised",
        "held_out": {"rows": discovery.n_held_out, **scores},
        "training": {"rows": discovery.n_training, "network": discovery.training.scores},
        "fit": {
            "epochs": int(network.n_iter_),
            "seconds": discovery.seconds,
            "stop_code": network.stop_reason_.code.name,
            "stop_reason": str(network.stop_reason_),
        },
    }
    with atomic_directory(out) as folder:
        write_model(network, folder, sections=sections)
        network.history_.to_csv(folder / "history.csv")
        text = json.dumps(metrics, indent=2, allow_nan=False)
        (folder / "metrics.json").write_text(text + "\n", encoding="utf-8")
        return draw_map_figures(discovery, folder / "figures")


def _metrics(lesson: Lesson) -> dict[str, Any]:
    network, linear, constant = lesson.rows
    return {
        "task": lesson.target.task,
        "held_out": {
            "rows": len(lesson.truth),
            "network": network.scores,
            "linear_model": linear.scores,
            "constant": constant.scores,
        },
        "training": {"rows": lesson.n_training, "network": lesson.training.scores},
        "fit": {
            "epochs": int(lesson.network.n_iter_),
            "seconds": lesson.seconds,
            "stop_code": lesson.network.stop_reason_.code.name,
            "stop_reason": str(lesson.network.stop_reason_),
        },
    }


def read_run(folder: Path) -> Run | UnsupervisedRun:
    """Read the directory of a run.

    Parameters
    ----------
    folder : Path
        Where it was written.

    Returns
    -------
    Run or UnsupervisedRun
        The network, ready to predict.

    Raises
    ------
    ModelFileError
        If it is no run, or damaged or tampered with.
    """
    if not folder.is_dir():
        raise ModelFileError(f"There is no run {folder}. Expected a directory that 'sinapsi train' wrote.")
    network, sections = read_model(folder)
    preparation, record = sections.get("preparation"), sections.get("run")
    if not isinstance(preparation, dict) or not isinstance(record, dict):
        raise ModelFileError(
            f"{folder} holds a {type(network).__name__} but not how to prepare raw columns for it. "
            "Expected a directory that 'sinapsi train' wrote; from Python, load this one by sinapsi.load."
        )
    columns = ColumnPreparation.from_config(preparation)
    if learns_alone(type(network)):
        wanted = preparation.get("target")
        labels = None if wanted is None else TargetPreparation.from_config(wanted)
        are_named = hasattr(network, "unit_classes_")
        fits = getattr(network, "n_features_in_", None) == columns.n_outputs and are_named == (labels is not None)
        if not fits or (labels is not None and labels.task != "classification"):
            raise _does_not_fit(folder)
        return UnsupervisedRun(network, columns, labels)
    target = TargetPreparation.from_config(preparation.get("target"))
    fits = getattr(network, "n_features_in_", None) == columns.n_outputs and task_of(network) == target.task
    if not fits:
        raise _does_not_fit(folder)
    return Run(network, columns, target, _checked_constant(record.get("constant"), target))


def _does_not_fit(folder: Path) -> ModelFileError:
    return ModelFileError(
        f"{folder} is damaged: the preparation of the columns does not fit to its network. "
        "Copy the run from where it was whole, or train it again."
    )


def _checked_constant(answer: object, target: TargetPreparation) -> Constant:
    wanted: dict[str, tuple[type, ...]] = {"number": (float,), "integer label": (int,), "text label": (str,)}
    is_sound = isinstance(answer, str | int | float) and isinstance(answer, wanted[target.kind])
    if not is_sound or (isinstance(answer, float) and not math.isfinite(answer)):
        raise ModelFileError("The run's config.json is damaged: its constant answer is missing. Train the run again.")
    return Constant(answer, target.task)  # type: ignore[arg-type]  # checked above


def targets_to_judge_by(run: Run, table: Table) -> NDArray[Any]:
    """Give the true targets of a table.

    Parameters
    ----------
    run : Run
        Says which column it is.
    table : Table
        Raw columns.

    Returns
    -------
    array of shape (n_samples,)
        In the user's terms.

    Raises
    ------
    DataFileError
        If the table has no target.
    """
    if run.target.name not in table.frame.columns:
        raise DataFileError(
            f"{table.source} has no column {run.target.name!r}, the target to judge by. Add it; without targets use "
            "'sinapsi predict'."
        )
    return run.target.values(table.frame[run.target.name])
