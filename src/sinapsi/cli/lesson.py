"""A network learns one table: hold rows out, prepare the columns, fit, and judge beside the baselines."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier, is_regressor

from sinapsi.cli.columns import ColumnPreparation, wants_unit_range
from sinapsi.cli.networks import build_network, kebab_case
from sinapsi.cli.scores import Constant, Row, constant_for, linear_predictions, scores_of
from sinapsi.cli.splitting import hold_out
from sinapsi.cli.tables import Table
from sinapsi.cli.target import TargetPreparation, Task
from sinapsi.exceptions import InvalidParameterError
from sinapsi.stopping import StopCode


@dataclass(frozen=True, eq=False)
class Lesson:
    """What was learned from a table, and how well.

    Parameters
    ----------
    network : estimator
        The fitted network.
    columns : ColumnPreparation
        From raw columns to its inputs.
    target : TargetPreparation
        From the raw target to what it learned, and back.
    constant : Constant
        The baseline that always answers the same.
    truth, predicted : array of shape (n_held_out,)
        Targets and predictions on the rows held out, in the user's terms.
    rows : tuple of Row
        Scores on the rows held out: network, linear model, constant.
    training : Row
        The network's scores on the rows it learned from.
    n_training : int
        Their number.
    seconds : float
        Time of the fit.
    notes : tuple of str
        What was done without being asked for.
    diagnosis : str
        Report on the network; empty for networks that give none.
    """

    network: Any
    columns: ColumnPreparation
    target: TargetPreparation
    constant: Constant
    truth: NDArray[Any]
    predicted: NDArray[Any]
    rows: tuple[Row, Row, Row]
    training: Row
    n_training: int
    seconds: float
    notes: tuple[str, ...]
    diagnosis: str

    @property
    def was_interrupted(self) -> bool:
        """Whether Ctrl-C ended the fit."""
        reason = getattr(self.network, "stop_reason_", None)
        return reason is not None and reason.code is StopCode.INTERRUPTED


@dataclass(frozen=True, eq=False)
class _Examples:
    X: NDArray[np.float64]
    y: NDArray[Any]  # in the user's terms

    def at(self, rows: NDArray[np.intp]) -> _Examples:
        return _Examples(self.X[rows], self.y[rows])


def learn(
    table: Table,
    kind: type,
    settings: Mapping[str, Any],
    *,
    target: str | None = None,
    test_fraction: float = 0.2,
    seed: int = 0,
) -> Lesson:
    """Let a network learn a table.

    Parameters
    ----------
    table : Table
        Raw columns.
    kind : type
        Class of the network.
    settings : mapping of str to object
        Its parameters.
    target : str, optional
        The column to predict, as :meth:`Table.target` takes it.
    test_fraction : float, default=0.2
        Share of the rows that are held out.
    seed : int, default=0
        Seed of the division and of the network.

    Returns
    -------
    Lesson
        The fitted network with its preparation and scores.

    Raises
    ------
    DataFileError
        If the table is not fit to learn from.
    InvalidParameterError
        If a setting is wrong.
    """
    network = build_network(kind, settings, defaults={"random_state": seed, "verbose": 1})
    name = table.target(target)
    prepared_target = TargetPreparation.fit(table.frame[name], task_of(network))
    features = table.frame.drop(name)
    y = prepared_target.values(table.frame[name])
    labels = y if prepared_target.task == "classification" else None
    training_rows, held_out_rows, notes = hold_out(labels, len(y), test_fraction, seed)
    columns = ColumnPreparation.fit(features, training_rows, to_unit_range=wants_unit_range(network, features))
    notes += [*columns.notes_on_dropped(), *columns.notes(features)]
    examples = _Examples(columns.transform(features, name), y)
    training, held_out = examples.at(training_rows), examples.at(held_out_rows)
    return _taught(network, columns, prepared_target.scaled_to(training.y), training, held_out, seed, notes)


def task_of(network: Any) -> Task:
    """Tell what a network can learn from a column of targets.

    Parameters
    ----------
    network : estimator
        The network.

    Returns
    -------
    {"classification", "regression"}
        Its task.

    Raises
    ------
    InvalidParameterError
        If it learns neither.
    """
    if is_classifier(network):
        return "classification"
    if is_regressor(network):
        return "regression"
    raise InvalidParameterError(
        f"{kebab_case(type(network).__name__)} is neither a classifier nor a regressor, so it cannot be trained from "
        "the shell. Use it from Python."
    )


def _taught(
    network: Any,
    columns: ColumnPreparation,
    target: TargetPreparation,
    training: _Examples,
    held_out: _Examples,
    seed: int,
    notes: list[str],
) -> Lesson:
    """Fit and judge; the baselines come first, so that after Ctrl-C in the fit nothing long is left to do."""
    task = target.task
    constant = constant_for(task, training.y)
    wanted = target.for_network(training.y)
    linear_name, linear_answers = linear_predictions(task, training.X, wanted, held_out.X, seed)
    seconds, warned = timed_fit(network, training.X, wanted)
    predicted = target.for_user(network.predict(held_out.X))
    rows = (
        Row(kebab_case(type(network).__name__), scores_of(task, held_out.y, predicted)),
        Row(linear_name, scores_of(task, held_out.y, target.for_user(linear_answers))),
        Row(constant.name, scores_of(task, held_out.y, constant.predict(len(held_out.y)))),
    )
    on_training = scores_of(task, training.y, target.for_user(network.predict(training.X)))
    return Lesson(
        network=network,
        columns=columns,
        target=target,
        constant=constant,
        truth=held_out.y,
        predicted=predicted,
        rows=rows,
        training=Row("training", on_training),
        n_training=len(training.y),
        seconds=seconds,
        notes=(*notes, *warned),
        diagnosis=str(network.diagnose(training.X, wanted)) if hasattr(network, "diagnose") else "",
    )


def timed_fit(network: Any, X: NDArray[np.float64], y: NDArray[Any] | None = None) -> tuple[float, list[str]]:
    """Fit a network.

    Parameters
    ----------
    network : estimator
        Changed.
    X : array of shape (n_samples, n_inputs)
        Prepared inputs.
    y : array of shape (n_samples,), optional
        What it learns.

    Returns
    -------
    seconds : float
        Time of the fit.
    warned : list of str
        What the library warned about.
    """
    began = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        network.fit(X, y)
    seconds = time.perf_counter() - began
    return seconds, [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
