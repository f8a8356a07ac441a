"""How good predictions are, in the user's units, beside what anybody could predict without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.cli.target import Task

MAIN = {"classification": "accuracy", "regression": "r2"}  # what decides who is better
HEADINGS = {
    "accuracy": "accuracy",
    "f1_macro": "mean F1",
    "r2": "R²",
    "mae": "mean |error|",
    "rmse": "RMSE",
    "quantization_error": "quantization error",
    "topographic_error": "topographic error",
    "log_likelihood": "log-likelihood (nats a row)",
    "squared_error": "squared error",
    "score": "score",
}
LARGEST_SQUARED = 1e150  # predictions beyond it have no finite squared error
MOST_ROWS_FOR_LINEAR = 20_000  # a baseline may not take longer than the network

Scores = dict[str, float | None]


@dataclass(frozen=True)
class Row:
    """A predictor in a table of results.

    Parameters
    ----------
    name : str
        Who predicts.
    scores : dict of str to float or None
        Scores by name; None where a score is not defined.
    key : str, default=""
        What it is called in ``metrics.json``, where that does not follow from its place.
    """

    name: str
    scores: Scores
    key: str = ""


def scores_of(task: Task, truth: NDArray[Any], predicted: NDArray[Any]) -> Scores:
    """Score predictions.

    Parameters
    ----------
    task : {"classification", "regression"}
        What was learned.
    truth, predicted : array of shape (n_samples,)
        In the user's terms.

    Returns
    -------
    dict of str to float or None
        Accuracy and F1, or the share of variance explained, mean absolute and root mean squared error.
    """
    from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error, r2_score, root_mean_squared_error

    if task == "classification":
        return {
            "accuracy": float(accuracy_score(truth, predicted)),
            "f1_macro": float(f1_score(truth, predicted, average="macro", zero_division=0)),
        }
    if not np.abs(predicted).max() < LARGEST_SQUARED:  # NaN included
        return {"r2": None, "mae": None, "rmse": None}
    is_varied = len(truth) > 1 and float(np.ptp(truth)) > 0  # else no variance that could be explained
    return {
        "r2": float(r2_score(truth, predicted)) if is_varied else None,
        "mae": float(mean_absolute_error(truth, predicted)),
        "rmse": float(root_mean_squared_error(truth, predicted)),
    }


@dataclass(frozen=True)
class Constant:
    """The baseline that answers the same for every row.

    Parameters
    ----------
    answer : str, int or float
        The most frequent class of the training rows, or the mean of their targets.
    task : {"classification", "regression"}
        What was learned.
    """

    answer: str | int | float
    task: Task

    @property
    def name(self) -> str:
        """What it is called in tables."""
        if self.task == "classification":
            return f"always {self.answer!r} (majority)"
        return f"always {self.answer:.4g} (mean)"

    def predict(self, n_rows: int) -> NDArray[Any]:
        """Repeat the answer.

        Parameters
        ----------
        n_rows : int
            How often.

        Returns
        -------
        array of shape (n_rows,)
            The answer.
        """
        return np.full(n_rows, self.answer)


def constant_for(task: Task, training_targets: NDArray[Any]) -> Constant:
    """Find the best constant answer.

    Parameters
    ----------
    task : {"classification", "regression"}
        What is learned.
    training_targets : array of shape (n_samples,)
        In the user's terms.

    Returns
    -------
    Constant
        Majority class or mean.
    """
    if task == "regression":
        return Constant(float(training_targets.mean()), task)
    classes, counts = np.unique(training_targets, return_counts=True)
    return Constant(classes[counts.argmax()].item(), task)


def linear_predictions(
    task: Task, X: NDArray[np.float64], y: NDArray[Any], X_new: NDArray[np.float64], seed: int
) -> tuple[str, NDArray[Any]]:
    """Predict by scikit-learn's linear model with its default settings.

    Parameters
    ----------
    task : {"classification", "regression"}
        What is learned.
    X, y : array
        Prepared training rows; of very many a random part is taken.
    X_new : array of shape (n_samples, n_features)
        Prepared rows to predict for.
    seed : int
        Seed of that part.

    Returns
    -------
    name : str
        What it is called in tables.
    predictions : array of shape (n_samples,)
        In the network's terms.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge

    model = LogisticRegression(max_iter=1000) if task == "classification" else Ridge()
    note = ""
    if len(X) > MOST_ROWS_FOR_LINEAR:
        part = np.random.default_rng(seed).choice(len(X), MOST_ROWS_FOR_LINEAR, replace=False)
        if len(np.unique(y[part])) > 1:
            X, y, note = X[part], y[part], f", {MOST_ROWS_FOR_LINEAR} rows"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        predictions = model.fit(X, y).predict(X_new)
    return f"linear model ({type(model).__name__}{note})", np.asarray(predictions)


def results_table(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Lay out predictors and their scores.

    Parameters
    ----------
    rows : sequence of Row
        The predictors, with the same scores each.

    Returns
    -------
    header : list of str
        Headings.
    cells : list of list of str
        A row each.
    """
    header = ["on rows held out", *(HEADINGS[score] for score in rows[0].scores)]
    return header, [[row.name, *(shown(score) for score in row.scores.values())] for row in rows]


def shown(score: float | None) -> str:
    """Write a score.

    Parameters
    ----------
    score : float or None
        The score.

    Returns
    -------
    str
        Three decimals, or four digits for numbers of another size.
    """
    if score is None:
        return ""
    return f"{score:.3f}" if abs(score) < 10 else f"{score:.4g}"


def beats(task: Task, scores: Mapping[str, float | None], others: Mapping[str, float | None]) -> bool:
    """Tell whether one predictor is better than another.

    Parameters
    ----------
    task : {"classification", "regression"}
        What was learned.
    scores, others : mapping of str to float or None
        Their scores.

    Returns
    -------
    bool
        True if the main score is higher.
    """
    mine, theirs = scores[MAIN[task]], others[MAIN[task]]
    return mine is not None and theirs is not None and mine > theirs
