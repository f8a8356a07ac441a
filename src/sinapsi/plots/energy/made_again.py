"""Asking a fitted network to make examples again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.energy.arithmetic import on_host
from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.fitted import inputs_seen_by_network, network_in

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MadeAgain:
    """Examples and what a network made of them.

    Parameters
    ----------
    network : estimator
        The network itself.
    originals, reconstructions : array of shape (n_examples, n_features)
        As they reach the network.
    seen : array of shape (n_examples, n_features) or None
        What it saw, if that was something else.
    """

    network: Any
    originals: Values
    reconstructions: Values
    seen: Values | None

    @property
    def has_gaps(self) -> bool:
        """Whether something was not seen."""
        return self.seen is not None and bool(np.isnan(self.seen).any())


def made_again(estimator: Any, X: Any, seen: Any, n_examples: int) -> MadeAgain:
    """Let a network see examples, and tell what it expects to have seen.

    Parameters
    ----------
    estimator : estimator
        Fitted, or what is wrapped around it.
    X : array or data frame of shape (n_samples, n_features)
        Examples.
    seen : array or data frame of shape (n_samples, n_features) or None
        What the network sees instead; NaN is filled.
    n_examples : int
        How many, from the first on.

    Returns
    -------
    MadeAgain
        Both.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    InvalidInputError
        If it cannot do so, or there are not as many examples seen.
    """
    check_is_fitted(estimator)
    network = network_in(estimator)
    if seen is not None and np.shape(seen) != np.shape(X):
        raise InvalidInputError(
            f"seen must have the shape of X, {np.shape(X)}: what the network sees of each. Got {np.shape(seen)}."
        )
    originals = inputs_seen_by_network(estimator, X[:n_examples])
    shown = originals if seen is None else inputs_seen_by_network(estimator, seen[:n_examples])
    has_gaps = seen is not None and bool(np.isnan(_numbers(shown)).any())
    return MadeAgain(
        network,
        _numbers(originals),
        _numbers(_answer(network, shown, has_gaps=has_gaps)),
        None if seen is None else _numbers(shown),
    )


def _answer(network: Any, shown: Any, *, has_gaps: bool) -> Any:
    kind = type(network).__name__
    if has_gaps:
        if not hasattr(network, "complete"):
            raise InvalidInputError(
                f"seen has NaN, but {kind} cannot fill gaps: it has no complete. Fill them before, or pass a fitted "
                "RestrictedBoltzmannMachine or RBMClassifier."
            )
        return network.complete(shown)
    if hasattr(network, "reconstruct"):
        return network.reconstruct(shown)
    if not hasattr(network, "transform") or not hasattr(network, "inverse_transform"):
        raise InvalidInputError(
            "ReconstructionsDisplay expects a network with reconstruct, or with transform and inverse_transform. "
            f"{kind} has none. Pass a fitted RestrictedBoltzmannMachine, RBMClassifier or DeepAutoencoder."
        )
    return network.inverse_transform(network.transform(shown))


def _numbers(rows: Any) -> Values:
    dense = rows.toarray() if hasattr(rows, "toarray") else rows
    return np.asarray(dense if hasattr(dense, "columns") else on_host(dense), dtype=np.float64)
