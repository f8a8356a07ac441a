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
