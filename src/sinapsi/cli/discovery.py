"""A network that learns without answers, on one table: what it found, and how well.

Of a column named by ``--target`` it learns nothing; where the network can name its units, they are named after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import is_classifier, is_regressor
from sklearn.utils import get_tags

from sinapsi.cli.baselines import baselines_of
from sinapsi.cli.column_kinds import Dropped
from sinapsi.cli.columns import ColumnPreparation, wants_unit_range
from sinapsi.cli.lesson import timed_fit
from sinapsi.cli.networks import build_network, kebab_case
from sinapsi.cli.prepared_column import CategoryColumn
from sinapsi.cli.scores import Row, Scores
from sinapsi.cli.splitting import hold_out
from sinapsi.cli.tables import Table, listed
from sinapsi.cli.target import TargetPreparation
from sinapsi.exceptions import DataFileError, InvalidParameterError
from sinapsi.stopping import StopCode

MOST_CLASSES_SHOWN = 12  # in the table of named units


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
        Scores on the rows held out: the network, and what could be found without it.
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
    rows: tuple[Row, ...]
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
        A column of labels, which is not learned from. None takes the one that the data themselves set apart, if any.
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
    name = table.target(target) if target is not None else table.marked_target
    labels, y = _labels_of(table, name, asked=target is not None) if can_name else (None, None)
    features = table.frame if name is None else table.frame.drop(name)
    training, held_out, more = hold_out(y, features.height, test_fraction, seed)
    columns = ColumnPreparation.fit(features, training, to_unit_range=wants_unit_range(network, features))
    if name is not None and labels is None:
        columns = replace(columns, dropped=(*columns.dropped, Dropped(name, "set apart in the data as the answer")))
    X = inputs_for(network, columns, features)
    _check_each_is_met(X[training], columns.input_names)
    seconds, warned = timed_fit(network, X[training])
    if labels is not None and y is not None:
        network.label_units(y[training])
    y_training, y_held_out = (None, None) if y is None else (y[training], y[held_out])
    own = Row(kebab_case(kind.__name__), measured(network, X[held_out], y_held_out))
    rows = (own, *baselines_of(network, X[training], X[held_out], own.scores, y_training, y_held_out))
    notes = [
        *_notes_on_labels(columns, labels, can_name=can_name),
        *more,
        *columns.notes_on_dropped(),
        *columns.notes(features, keeps_gaps=takes_gaps(network)),
    ]
    return Discovery(
        network=network,
        columns=columns,
        labels=labels,
        rows=rows,
        training=Row("training", measured(network, X[training], y_training)),
        X=X,
        y=y,
        n_training=len(training),
        n_held_out=len(held_out),
        seconds=seconds,
        notes=(*notes, *warned),
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


def completes(network: Any) -> bool:
    """Tell whether a network completes patterns of which a part is unknown.

    Parameters
    ----------
    network : estimator
        Fitted or not.

    Returns
    -------
    bool
        True for associative memories and Boltzmann machines.
    """
    return hasattr(network, "complete")


def inputs_for(
    network: Any, columns: ColumnPreparation, frame: pl.DataFrame, labels: str = "", *, to_complete: bool = False
) -> NDArray[np.float64]:
    """Prepare raw columns for a network that learns without answers.

    Parameters
    ----------
    network : estimator
        Missing numbers stay missing where it takes that.
    columns : ColumnPreparation
        How the columns are prepared.
    frame : polars.DataFrame
        Raw columns.
    labels : str, default=""
        The column after which units are named; it may be among them.
    to_complete : bool, default=False
        Whether a network that completes patterns shall be asked to; then missing numbers stay missing for it too.

    Returns
    -------
    array of shape (n_samples, n_inputs)
        Prepared rows.

    Raises
    ------
    DataFileError
        If a column does not fit, or a row has no value.
    """
    keeps_gaps = takes_gaps(network) or (to_complete and completes(network))
    X = columns.transform(frame, labels, keeps_gaps=keeps_gaps)
    empty = np.flatnonzero(np.isnan(X).all(axis=1))
    if len(empty):
        others = f" (and {len(empty) - 1} more)" if len(empty) > 1 else ""
        raise DataFileError(
            f"Row {empty[0] + 1}{others} has no value in any column that is learned from. Expected at least one in "
            "every row: fill one in, or drop the row."
        )
    return X


def _check_each_is_met(X: NDArray[np.float64], names: list[str]) -> None:
    unmet = [names[position] for position in np.flatnonzero(np.isnan(X).all(axis=0))]
    if unmet:
        raise DataFileError(
            f"There is no value of {listed(unmet)} in any of the {len(X)} rows to learn from; the few that are given "
            "are among the rows held out. Leave the column out, or hold out other rows by --seed."
        )


def _labels_of(table: Table, name: str | None, *, asked: bool) -> tuple[TargetPreparation | None, NDArray[Any] | None]:
    """The column of labels, if it is one; what was not asked for and has no classes is no error."""
    if name is None:
        return None, None
    column = table.frame[name]
    if not asked and (column.dtype.is_float() or column.dtype.is_decimal()):
        return None, None
    try:
        labels = TargetPreparation.fit(column, "classification")
    except DataFileError:
        if asked:
            raise
        return None, None
    return labels, labels.values(column)


def _notes_on_labels(columns: ColumnPreparation, labels: TargetPreparation | None, *, can_name: bool) -> list[str]:
    if labels is not None:
        return [f"Column {labels.name!r} was not learned from; the units are named after it."]
    categories = [column.name for column in columns.columns if isinstance(column, CategoryColumn)]
    if not categories:
        return []
    way_out = "A column of labels is kept out by --target." if can_name else "Leave a column of labels out of the data."
    return [f"The categories of {listed(categories)} are learned from like the numbers. {way_out}"]


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
    for name in ("quantization_error", "topographic_error"):
        if hasattr(network, name):
            scores[name] = float(getattr(network, name)(X))
    if not scores:
        scores[_name_of_score(network)] = float(network.score(X)) * (-1 if _is_error(network) else 1)
    if y is not None and hasattr(network, "unit_classes_"):
        scores["accuracy"] = float((network.classify(X) == y).mean())
    return scores


def _is_error(network: Any) -> bool:
    """Whether the score is minus the squared error of rows made again."""
    return hasattr(network, "inverse_transform") or (
        hasattr(network, "reconstruct") and not hasattr(network, "score_samples")
    )


def _name_of_score(network: Any) -> str:
    if _is_error(network):
        return "squared_error"
    return "log_likelihood" if hasattr(network, "score_samples") else "score"


def answers_of(network: Any, X: NDArray[np.float64], names: Sequence[str]) -> pl.DataFrame:
    """Give what a network that learned alone says of some rows.

    Parameters
    ----------
    network : estimator
        Fitted.
    X : array of shape (n_samples, n_inputs)
        Prepared rows; NaN for a network that completes.
    names : sequence of str
        Of the inputs.

    Returns
    -------
    polars.DataFrame
        For a map the winner's number, its row and column, and its class where units have names; for a memory what it
        recalls or completes; for a Boltzmann machine the rows completed, and how likely those are that came whole; for
        an autoencoder codes; for others what they predict, or else transform to.
    """
    if completes(network):
        has_gaps = np.asarray(np.isnan(X).any(axis=1))
        recalled = np.empty_like(X)
        for rows, ask in ((has_gaps, network.complete), (~has_gaps, getattr(network, "predict", network.complete))):
            if rows.any():
                recalled[rows] = ask(X[rows])
        answers = dict(zip(names, recalled.T, strict=True))
        return pl.DataFrame(answers | _likelihoods(network, X, has_gaps))
    units = network.predict(X) if hasattr(network, "predict") else network.transform(X)
    if not hasattr(network, "grid_"):
        if units.ndim == 1:
            return pl.DataFrame({"answer": units})
        word = "code" if hasattr(network, "inverse_transform") else "answer"
        return pl.DataFrame({f"{word} {number}": column for number, column in enumerate(units.T, start=1)})
    rows, columns = network.grid_.rows_and_columns(units)
    answers = {"unit": units, "row": rows, "column": columns}
    if hasattr(network, "unit_classes_"):
        answers["class"] = network.unit_classes_[units]
    return pl.DataFrame(answers)


def _likelihoods(network: Any, X: NDArray[np.float64], has_gaps: NDArray[np.bool_]) -> dict[str, pl.Series]:
    """A column for the machines that know how likely a row is; empty where it has gaps."""
    if not hasattr(network, "score_samples"):
        return {}
    likelihoods = np.full(len(X), np.nan)
    if not has_gaps.all():
        likelihoods[~has_gaps] = network.score_samples(X[~has_gaps])
    return {"log-likelihood": pl.Series(likelihoods).fill_nan(None)}


def named_units(discovery: Discovery) -> tuple[list[str], list[list[str]]]:
    """Lay out how many units are named after each class.

    Parameters
    ----------
    discovery : Discovery
        With labels.

    Returns
    -------
    header : list of str
        Headings.
    cells : list of list of str
        A row for each class, beside its share of the rows learned from; at most 12.
    """
    network = discovery.network
    n_rows = network.unit_class_counts_.sum(axis=0)
    cells = [
        [str(label), f"{n_units}", f"{100 * n_units / len(network.unit_classes_):.0f} %", f"{100 * share:.0f} %"]
        for label, n_units, share in zip(
            network.classes_,
            (network.unit_classes_ == network.classes_[:, np.newaxis]).sum(axis=1),
            n_rows / n_rows.sum(),
            strict=True,
        )
    ]
    return ["class", "units", "share of units", "share of rows"], cells[:MOST_CLASSES_SHOWN]
