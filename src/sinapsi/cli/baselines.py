"""What anybody could have found in a table without a network that learns alone: the rows beside which it is judged."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi import BoltzmannMachine, RestrictedBoltzmannMachine, SelfOrganizingMap
from sinapsi.cli.scores import Row, Scores

Floats = NDArray[np.float64]
UNMOVED = 1e-12  # a learning rate at which biases stay what the shares of the columns made them


def baselines_of(
    network: Any, X: Floats, held_out: Floats, scores: Scores, y: NDArray[Any] | None, y_held_out: NDArray[Any] | None
) -> list[Row]:
    """Give what stands beside a network, measured as it is.

    Parameters
    ----------
    network : estimator
        Fitted.
    X : array of shape (n_samples, n_inputs)
        Prepared rows that it learned from.
    held_out : array of shape (n_held_out, n_inputs)
        Prepared rows to measure on.
    scores : dict of str to float
        Its scores on them.
    y, y_held_out : array or None
        Labels, where units have names.

    Returns
    -------
    list of Row
        A single prototype beside a map; columns that know nothing of each other beside a machine with a likelihood; the
        mean, and principal components as many as the code has numbers, beside an autoencoder; nothing for others.
    """
    if "quantization_error" in scores:
        return [_one_for_all(network, X, held_out, y, y_held_out)]
    if "log_likelihood" in scores:
        return [_columns_alone(network, X, held_out)]
    if "squared_error" in scores:
        return _means_and_components(network, X, held_out)
    return []


def _one_for_all(
    network: Any, X: Floats, held_out: Floats, y: NDArray[Any] | None, y_held_out: NDArray[Any] | None
) -> Row:
    """What a single prototype, the mean of the training rows, and the most frequent label would do."""
    alone = SelfOrganizingMap(size=1, metric=getattr(network, "metric", "euclidean")).fit(X)
    scores: Scores = {"quantization_error": alone.quantization_error(held_out), "topographic_error": None}
    if y is not None:
        classes, counts = np.unique(y, return_counts=True)
        scores["accuracy"] = float((y_held_out == classes[counts.argmax()]).mean())
    return Row("one prototype for all", scores, key="one_prototype")


def _columns_alone(network: Any, X: Floats, held_out: Floats) -> Row:
    """A machine of the same units that knows the mean of each column, and of Gaussian ones the width, and no more."""
    alone: Any
    if isinstance(network, BoltzmannMachine):
        none = np.zeros((X.shape[1], X.shape[1]), dtype=bool)
        alone = BoltzmannMachine(
            n_hidden=0, connections=none, learning_rate=UNMOVED, max_iter=1, binarize=network.binarize, random_state=0
        )
    else:
        alone = RestrictedBoltzmannMachine(n_hidden=1, visible=network.visible_, max_iter=0, random_state=0)
    return Row("each column by itself", {"log_likelihood": alone.fit(X).score(held_out)}, key="columns_alone")


def _means_and_components(network: Any, X: Floats, held_out: Floats) -> list[Row]:
    from sklearn.decomposition import PCA

    def error_of(answers: Floats) -> Scores:
        return {"squared_error": float(np.square(held_out - answers).sum(axis=1).mean())}

    rows = [Row("the mean of each column", error_of(X.mean(axis=0)), key="mean")]
    if hasattr(network, "inverse_transform"):
        n_components = min(network.transform(X[:1]).shape[1], *X.shape)
        components = PCA(n_components, random_state=0).fit(X)
        answers = components.inverse_transform(components.transform(held_out))
        rows.append(Row(f"PCA, components: {n_components}", error_of(answers), key="pca"))
    return rows
