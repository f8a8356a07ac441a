"""Finding the network inside of what scikit-learn wraps around it."""

from __future__ import annotations

from typing import Any


def network_in(estimator: Any) -> Any:
    """Look inside searches and pipelines for the estimator that learned.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    estimator
        The last step of a pipeline, the best of a search, or the estimator itself.
    """
    if hasattr(estimator, "best_estimator_"):
        return network_in(estimator.best_estimator_)
    if hasattr(estimator, "steps"):
        return network_in(estimator.steps[-1][1])
    return estimator


def inputs_seen_by_network(estimator: Any, X: Any) -> Any:
    """Send examples through the steps that stand before the network.

    Parameters
    ----------
    estimator : estimator
        Fitted; a search, a pipeline, or the network itself.
    X : array, sparse matrix or data frame
        Examples, as the user has them.

    Returns
    -------
    array, sparse matrix or data frame
        The same, as they reach the network.
    """
    if hasattr(estimator, "best_estimator_"):
        return inputs_seen_by_network(estimator.best_estimator_, X)
    if hasattr(estimator, "steps"):
        before = X if len(estimator.steps) == 1 else estimator[:-1].transform(X)
        return inputs_seen_by_network(estimator.steps[-1][1], before)
    return X
