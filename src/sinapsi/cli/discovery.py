"""A network that learns without answers, on one table: what it found, and how well.

Of a column named by ``--target`` it learns nothing; where the network can name its units, they are named after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import is_classifier, is_regressor
from sklearn.utils import get_tags

from sinapsi.cli.columns import ColumnPreparation
from sinapsi.cli.lesson import timed_fit
from sinapsi.cli.networks import build_network, kebab_case
from sinapsi.cli.scores import Row, Scores
from sinapsi.cli.splitting import hold_out
from sinapsi.cli.tables import Table
from sinapsi.cli.target import TargetPreparation
from sinapsi.exceptions import InvalidParameterError
from sinapsi.stopping import StopCode


def learns_alone(kind: type) -> bool:
    """Tell whether a network learns without answers.

    Parameters
    ----------
    kind : type
        Its class.

    Returns
    -------
    bool
        False for classifiers, regressors, and what learns nothing.
    """
    if not (hasattr(kind, "fit") and hasattr(kind, "_get_param_names")):
        return False
    network = kind()
    return not (is_classifier(network) or is_regressor(network))


@dataclass(frozen=True, eq=False)
class Discovery:
    """What was found in a table, and how well.

    Parameters
    ----------
    network : estimator
        The fitted network.
    columns : ColumnPreparation
        From raw columns to its inputs.
    labels : TargetPreparation or None
        The column after which units are named.
    rows : tuple of Row
        Scores on the rows held out: the network, and a single prototype for all.
    training : Row
        The network's scores on the rows it learned from.
    X, y : array
        Prepared rows of all the data, and their labels or None, for pictures.
    n_training, n_held_out : int
        Rows.
    seconds : float
        Time of the fit.
    notes : tuple of str
        What was done without being asked for.
    """

    network: Any
    columns: ColumnPreparation
    labels: TargetPreparation | None
    rows: tuple[Row, Row]
    training: Row
    X: NDArray[np.float64]
    y: NDArray[Any] | None
    n_training: int
    n_held_out: int
    seconds: float
    notes: tuple[str, ...]

    @property
    def was_interrupted(self) -> bool:
        """Whether Ctrl-C ended the fit."""
        return bool(self.network.stop_reason_.code is StopCode.INTERRUPTED)


def discover(
    table: Table,
    kind: type,
    settings: Mapping[str, Any],
    *,
    target: str | None = None,
    test_fraction: float = 0.2,
    seed: int = 0,
) -> Discovery:
    """Let a network learn a table without answers.

    Parameters
    ----------
    table : Table
        Raw columns.
    kind : type
        Class of the network.
    settings : mapping of str to object
        Its parameters.
    target : str, optional
        A column of labels, which is not learned from. None takes the one that the data themselves mark, if any.
    test_fraction : float, default=0.2
        Share of the rows that are held out.
    seed : int, default=0
        Seed of the division and of the network.

    Returns
    -------
    Discovery
        The fitted network with its preparation and scores.

    Raises
    ------
    DataFileError
        If the table is not fit to learn from.
    InvalidParameterError
        If a setting is wrong, or the network has no use for labels.
    """
    network = build_network(kind, settings, defaults={"random_state": seed, "verbose": 1})
    can_name = hasattr(kind, "label_units")
    if target is not None and not can_name:
        raise InvalidParameterError(
            f"{kebab_case(kind.__name__)} learns without answers and has no use for --target. Leave it out, and the "
            "column out of the data if it should not be learned."
        )
    name = table.target(target) if target is not None or table.default_target is not None else None
    labels, y, notes = _labels_of(table, name, asked=target is not None, can_name=can_name)
    features = table.frame if name is None else table.frame.drop(name)
    training, held_out, more = hold_out(y, features.height, test_fraction, seed)
    columns = ColumnPreparation.fit(features, training)
    keeps_gaps = takes_gaps(network)
    filled = [] if keeps_gaps else columns.notes(features)
    X = columns.transform(features, name or "", keeps_gaps=keeps_gaps)
    seconds, warned = timed_fit(network, X[training])
    if labels is not None and y is not None:
        network.label_units(y[training])
    row = Row(kebab_case(kind.__name__), measured(network, X[held_out], None if y is None else y[held_out]))
    return Discovery(
        network=network,
        columns=columns,
        labels=labels,
        rows=(row, _one_for_all(X, y, training, held_out)),
        training=Row("training", measured(network, X[training], None if y is None else y[training])),
        X=X,
        y=y,
        n_training=len(training),
        n_held_out=len(held_out),
        seconds=seconds,
        notes=(*notes, *more, *columns.notes_on_dropped(), *filled, *warned),
    )


def takes_gaps(network: Any) -> bool:
    """Tell whether a network takes missing values.

    Parameters
    ----------
    network : estimator
        Fitted or not.

    Returns
    -------
    bool
        By its tags.
    """
    return bool(get_tags(network).input_tags.allow_nan)


def _labels_of(
    table: Table, name: str | None, *, asked: bool, can_name: bool
) -> tuple[TargetPreparation | None, NDArray[Any] | None, list[str]]:
    """The column of labels, if it is one."""
    if name is None:
        return None, None, []
    column = table.frame[name]
    is_quantity = column.dtype.is_float() or column.dtype.is_decimal()
    if not can_name or (is_quantity and not asked):
        return None, None, [f"Column {name!r} was not learned from."]
    labels = TargetPreparation.fit(column, "classification")
    note = f"Column {name!r} was not learned from; the units are named after it."
    return labels, labels.values(column), [note]


def measured(network: Any, X: NDArray[np.float64], y: NDArray[Any] | None) -> Scores:
    """Measure how well a network fits some rows.

    Parameters
    ----------
    network : estimator
        Fitted.
    X : array of shape (n_samples, n_inputs)
        Prepared rows.
    y : array of shape (n_samples,) or None
        Their labels, where units have names.

    Returns
    -------
    dict of str to float
        What the network can be asked.
    """
    scores: Scores = {}
    if hasattr(network, "quantization_error"):
        scores["quantization_error"] = float(network.quantization_error(X))
        scores["topographic_error"] = float(network.topographic_error(X))
    else:
        scores["score"] = float(network.score(X))
    if y is not None and hasattr(network, "unit_classes_"):
        scores["accuracy"] = float((network.classify(X) == y).mean())
    return scores


def _one_for_all(
    X: NDArray[np.float64], y: NDArray[Any] | None, training: NDArray[np.intp], held_out: NDArray[np.intp]
) -> Row:
    """What a single prototype, the mean of the training rows, and the most frequent label would do."""
    moved = X[held_out] - np.nanmean(X[training], axis=0)
    seen = ~np.isnan(moved)
    scale = X.shape[1] / np.maximum(seen.sum(axis=1), 1)
    distances = np.sqrt(scale * (np.where(seen, moved, 0.0) ** 2).sum(axis=1))
    scores: Scores = {"quantization_error": float(distances.mean()), "topographic_error": None}
    if y is not None:
        classes, counts = np.unique(y[training], return_counts=True)
        scores["accuracy"] = float((y[held_out] == classes[counts.argmax()]).mean())
    return Row("one prototype for all", scores)


def answers_of(network: Any, X: NDArray[np.float64]) -> pl.DataFrame:
    """Give what a network that learned alone says of some rows.

    Parameters
    ----------
    network : estimator
        Fitted.
    X : array of shape (n_samples, n_inputs)
        Prepared rows.

    Returns
    -------
    polars.DataFrame
        For a map the winner's number, its row and column, and its class where units have names.
    """
    units = network.predict(X)
    if not hasattr(network, "grid_"):
        return pl.DataFrame({"answer": units})
    rows, columns = network.grid_.rows_and_columns(units)
    answers = {"unit": units, "row": rows, "column": columns}
    if hasattr(network, "unit_classes_"):
        answers["class"] = network.unit_classes_[units]
    return pl.DataFrame(answers)
