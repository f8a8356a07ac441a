"""By how much a classifier prefers each class at each point of a plane, whichever method it answers with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from sinapsi.exceptions import InvalidInputError, InvalidParameterError

RESPONSE_METHODS = ("decision_function", "predict_proba", "predict")  # auto tries them in scikit-learn's order
SURE_QUANTILE = 0.9  # of the margins of a decision function, which have no natural end
SURENESS_OF_PREDICT = 0.5  # a bare decision says nothing of its strength; a middle tone lets the examples stand out


def classes_of(estimator: Any) -> NDArray[Any]:
    """Give the classes of a classifier of one label.

    Parameters
    ----------
    estimator : classifier
        Fitted.

    Returns
    -------
    array of shape (n_classes,)
        The labels.

    Raises
    ------
    InvalidInputError
        If it is no classifier, or one of several labels at once.
    """
    classes = getattr(estimator, "classes_", None)
    if not is_classifier(estimator) or classes is None:
        raise InvalidInputError(
            f"DecisionBoundaryDisplay expects a fitted classifier. Got {type(estimator).__name__}, which has no "
            "classes. Draw the predictions of a regression against its targets instead."
        )
    if isinstance(classes, list) or np.ndim(classes) != 1:
        raise InvalidInputError(
            "DecisionBoundaryDisplay expects a classifier of one label an example. This one learned several labels "
            "at once. Fit one classifier for the label that you want to see."
        )
    return np.asarray(classes)


def method_to_ask(estimator: Any, response_method: str) -> str:
    """Choose the method that is asked for the decision.

    Parameters
    ----------
    estimator : classifier
        Fitted.
    response_method : {"auto", "decision_function", "predict_proba", "predict"}
        The user's wish.

    Returns
    -------
    str
        A method that the estimator has.

    Raises
    ------
    InvalidParameterError
        If it does not have the one wished for.
    """
    available = [method for method in RESPONSE_METHODS if hasattr(estimator, method)]
    if response_method == "auto" and available:
        return available[0]
    if response_method not in available:
        raise InvalidParameterError(
            f"response_method must be 'auto' or a method that {type(estimator).__name__} has: {', '.join(available)}. "
            f"Got {response_method!r}."
        )
    return response_method


def scores_of_classes(answers: NDArray[Any], method_name: str, classes: NDArray[Any]) -> NDArray[np.float64]:
    """Give every class a score, whatever was asked.

    Parameters
    ----------
    answers : array of shape (n_rows, n_columns) or (n_rows, n_columns, n_scores)
        What the method answered at each point.
    method_name : {"decision_function", "predict_proba", "predict"}
        Which was asked.
    classes : array of shape (n_classes,)
        The labels.

    Returns
    -------
    array of shape (n_rows, n_columns, n_classes)
        The class of the largest score is the one predicted.

    Raises
    ------
    InvalidInputError
        If the answers are not one score a class.
    """
    if method_name == "predict":
        return np.asarray(answers[..., None] == classes, dtype=np.float64)
    scores = np.asarray(answers, dtype=np.float64)
    if scores.ndim == 2:  # one score for two classes: above 0 the second wins
        scores = np.stack([-scores, scores], axis=-1)
    if scores.shape[-1] != len(classes):
        raise InvalidInputError(
            f"{method_name} should give one score a class. It gave {scores.shape[-1]} for {len(classes)} classes. "
            "Use response_method='predict'."
        )
    return scores


def margins_between(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much each class leads the best of the others.

    Parameters
    ----------
    scores : array of shape (..., n_classes)
        At least two classes.

    Returns
    -------
    array of shape (..., n_classes)
        Above 0 for the class predicted; two classes meet where theirs are 0.
    """
    two_best = np.sort(scores, axis=-1)[..., -2:]
    second, best = two_best[..., :1], two_best[..., 1:]
    return np.asarray(np.where(scores == best, scores - second, scores - best))


def sureness_of(margins: NDArray[np.float64], scores: NDArray[np.float64], method_name: str) -> NDArray[np.float64]:
    """How strongly the winner leads.

    Parameters
    ----------
    margins, scores : array of shape (..., n_classes)
        Of every class at every point.
    method_name : {"decision_function", "predict_proba", "predict"}
        What the scores are: probabilities have a natural scale, decision functions get that of the picture.

    Returns
    -------
    array of shape (...)
        From 0 (a tie) to 1.
    """
    lead = margins.max(axis=-1)
    if method_name == "predict_proba":
        chance = 1.0 / scores.shape[-1]
        return np.asarray((scores.max(axis=-1) - chance) / (1.0 - chance))
    if method_name == "predict":
        return np.full_like(lead, SURENESS_OF_PREDICT)
    clear_lead = np.quantile(lead, SURE_QUANTILE)
    return np.minimum(lead / clear_lead, 1.0) if clear_lead > 0 else np.zeros_like(lead)
