"""Does pre-training help where labels are few? One network, three starts, more and more labels.

The claim is that layers which have learned to generate the examples need fewer labels (Hinton, Osindero and Teh 2006).
:func:`few_label_study` measures it against a random start of the same network, and against what would be used today:
rectified units, the start of He and others (2015), and Adam.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array
from sklearn.utils.validation import check_consistent_length

from sinapsi.energy.deep.pretraining import Pretraining, Stack
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.feedforward.mlp_classifier import MLPClassifier
from sinapsi.labels import class_labels
from sinapsi.parameters import count

STARTS = ("pre-trained", "random", "modern")
FINE_TUNING = {"max_iter": 300, "stopping": "tolerance(1e-4, 10)"}  # the same for all three starts


@dataclass(frozen=True)
class FewLabelStudy:
    """What :func:`few_label_study` found; printed, it is a table.

    Parameters
    ----------
    n_labels : tuple of int
        Labels that were shown.
    errors : dict of str to array of shape (n_labels, n_splits)
        Test errors, shares of wrong classes, of each start: ``"pre-trained"``, ``"random"`` (the same network), and
        ``"modern"`` (the same sizes with rectified units).
    hidden_layer_sizes : tuple of int
        Units of the hidden layers.
    n_examples : int
        Examples without labels that pre-training saw.
    """

    n_labels: tuple[int, ...]
    errors: Mapping[str, NDArray[np.float64]]
    hidden_layer_sizes: tuple[int, ...]
    n_examples: int

    @property
    def wins(self) -> dict[str, NDArray[np.int64]]:
        """On how many splits the pre-trained network had the lower error, against each other start."""
        ours = self.errors["pre-trained"]
        return {name: (ours < errors).sum(axis=1) for name, errors in self.errors.items() if name != "pre-trained"}

    def __str__(self) -> str:
        lines = [f"{'labels':>8}" + "".join(f"{name:>20}" for name in self.errors)]
        for row, n in enumerate(self.n_labels):
            cells = [
                f"{f'{100 * errors[row].mean():.2f} +/- {100 * errors[row].std():.2f} %':>20}"
                for errors in self.errors.values()
            ]
            lines.append(f"{n:>8}" + "".join(cells))
        n_splits = next(iter(self.errors.values())).shape[1]
        lines.append(
            f"test errors, mean and deviation of {n_splits} splits; hidden layers {self.hidden_layer_sizes}, "
            f"pre-trained on {self.n_examples} examples without labels"
        )
        return "\n".join(lines)


def few_label_study(
    X: ArrayLike,
    y: ArrayLike,
    n_labels: Sequence[int] = (100, 1000, 10000),
    *,
    hidden_layer_sizes: tuple[int, ...] = (100, 100),
    pretraining: str = "rbm",
    pretraining_max_iter: int = 50,
    test_fraction: float = 0.25,
    n_splits: int = 3,
    random_state: int | None = 0,
) -> FewLabelStudy:
    """Measure how much pre-training helps a deep network that is shown few labels.

    In each split the layers are pre-trained on all training examples without their labels. Then, for each number of
    labels, three networks learn from the same labeled examples: the pre-trained one, the same network from a random
    start (Glorot's), and one with rectified units and He's start. All three are trained by Adam with the same stopping
    rule. Columns that leave [0, 1] are standardized by the training part.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        Examples.
    y : array of shape (n_samples,)
        Their classes.
    n_labels : sequence of int, default=(100, 1000, 10000)
        Labels to be shown, of all classes alike; numbers beyond the training part stand for the whole of it.
    hidden_layer_sizes : tuple of int, default=(100, 100)
        Units of the hidden layers.
    pretraining : {"rbm", "autoassociator"}, default="rbm"
        What pairs of layers are pre-trained as.
    pretraining_max_iter : int, default=50
        Passes over the examples for each pair.
    test_fraction : float, default=0.25
        Share of the examples in the test part, in (0, 1).
    n_splits : int, default=3
        Random splits, at least 1.
    random_state : int or None, default=0
        Seed of splits and networks.

    Returns
    -------
    FewLabelStudy
        Test errors; ``print`` shows a table.

    Raises
    ------
    InvalidInputError
        If X is no table of numbers, or there are fewer labels than classes.
    InvalidParameterError
        If a parameter is out of its range.

    References
    ----------
    Hinton, Osindero and Teh (2006), A fast learning algorithm for deep belief nets.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sinapsi import few_label_study
    >>> X, y = load_digits(return_X_y=True)
    >>> study = few_label_study(X / 16, y, n_labels=(50, 500), hidden_layer_sizes=(50,), n_splits=1)
    >>> study.n_labels, sorted(study.errors)
    ((50, 500), ['modern', 'pre-trained', 'random'])
    """
    for name, value in (("n_splits", n_splits), ("pretraining_max_iter", pretraining_max_iter)):
        if not count().allows(value):
            raise InvalidParameterError(f"{name} must be an integer of at least 1. Got {value!r} instead.")
    if pretraining not in ("rbm", "autoassociator"):
        raise InvalidParameterError(f"pretraining must be 'rbm' or 'autoassociator'. Got {pretraining!r} instead.")
    sizes = tuple(hidden_layer_sizes) if isinstance(hidden_layer_sizes, tuple | list) else (hidden_layer_sizes,)
    if not sizes or not all(map(count().allows, sizes)):
        raise InvalidParameterError(f"hidden_layer_sizes must be integers of at least 1. Got {hidden_layer_sizes!r}.")
    numbers = [n_labels] if isinstance(n_labels, int) else list(n_labels)
    if not numbers or not all(map(count().allows, numbers)):
        raise InvalidParameterError(f"n_labels must be integers of at least 1. Got {n_labels!r} instead.")
    try:
        inputs, labels = check_array(X, dtype=(np.float64, np.float32)), class_labels(y)
        check_consistent_length(inputs, labels)
    except ValueError as error:
        raise InvalidInputError(f"{error} Pass X as a table of numbers, and one class for each of its rows.") from error
    n_classes = len(np.unique(labels))
    if min(numbers) < n_classes:
        raise InvalidInputError(
            f"Every class needs a label: n_labels must be at least {n_classes}, the number of classes. Got "
            f"{min(numbers)}."
        )
    seeds = np.random.default_rng(random_state).integers(2**31, size=n_splits).tolist()
    splits = [
        _one_split(inputs, labels, numbers, sizes, pretraining, pretraining_max_iter, test_fraction, seed)
        for seed in seeds
    ]
    errors = np.array([errors for _, errors in splits])  # (n_splits, n_numbers, n_starts)
    n_training = splits[0][0]
    shown = tuple(dict.fromkeys(min(int(number), n_training) for number in numbers))
    return FewLabelStudy(
        shown,
        {name: errors[:, :, place].T.copy() for place, name in enumerate(STARTS)},
        tuple(map(int, sizes)),
        n_training,
    )


def _one_split(
    inputs: NDArray[Any],
    labels: NDArray[Any],
    numbers: Sequence[int],
    sizes: tuple[int, ...],
    pretraining: str,
    max_iter: int,
    test_fraction: float,
    seed: int,
) -> tuple[int, list[list[float]]]:
    """Size of the training part, and test errors (n_numbers, n_starts)."""
    try:
        X, X_test, y, y_test = train_test_split(
            inputs, labels, test_size=test_fraction, random_state=seed, stratify=labels
        )
    except ValueError as error:
        raise InvalidInputError(f"The data cannot be split into training and test parts: {error}") from error
    if X.min() < 0 or X.max() > 1:
        scaler = StandardScaler().fit(X)
        X, X_test = scaler.transform(X), scaler.transform(X_test)
    pairs = Pretraining(pretraining, "auto", 0.05, max_iter, "auto")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a budget that ends is part of the study
        stack = pairs.climb(X, sizes, np.random.default_rng(seed))
        shown = dict.fromkeys(min(int(number), len(y)) for number in numbers)
        errors = []
        for number in shown:
            rows = _labeled_rows(y, number, seed)
            networks = _networks(stack, sizes, len(np.unique(y)), seed)
            errors.append([float(np.mean(net.fit(X[rows], y[rows]).predict(X_test) != y_test)) for net in networks])
    return len(y), errors


def _labeled_rows(y: NDArray[Any], number: int, seed: int) -> NDArray[np.intp]:
    """Rows whose labels are shown, of all classes as alike as they are in the data, at least one of each."""
    everyone = np.arange(len(y))
    if number >= len(y):
        return everyone
    random = np.random.default_rng([seed, number])
    order = random.permutation(len(y))
    first = order[np.unique(y[order], return_index=True)[1]]  # one of each class
    others = np.setdiff1d(order, first, assume_unique=True)
    return np.concatenate([first, random.permutation(others)[: number - len(first)]])


def _networks(stack: Stack, sizes: tuple[int, ...], n_classes: int, seed: int) -> list[MLPClassifier]:
    """The three starts, in the order of STARTS."""
    n_outputs = 1 if n_classes == 2 else n_classes
    random = np.random.default_rng(seed)
    bound = (6.0 / (sizes[-1] + n_outputs)) ** 0.5
    output = random.uniform(-bound, bound, size=(sizes[-1], n_outputs))
    pretrained = ([*stack.coefs, output], [*stack.intercepts, np.zeros(n_outputs)])
    common: dict[str, Any] = {"hidden_layer_sizes": sizes, "random_state": seed, **FINE_TUNING}
    return [
        MLPClassifier(activation="logistic", init=pretrained, **common),
        MLPClassifier(activation="logistic", init="glorot", **common),
        MLPClassifier(activation="relu", init="he", **common),
    ]
