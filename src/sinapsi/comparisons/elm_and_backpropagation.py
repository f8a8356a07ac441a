"""Studies across families: an extreme learning machine against back-propagation, on the user's own data.

Huang, Zhu and Siew (2006) claim that random hidden weights learn thousands of times faster and generalize better.
:func:`compare_with_backpropagation` measures both on splits of one data set, for networks of the same size.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_consistent_length

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.extreme.elm_classifier import ELMClassifier
from sinapsi.extreme.elm_regressor import ELMRegressor
from sinapsi.feedforward.mlp_classifier import MLPClassifier
from sinapsi.feedforward.mlp_regressor import MLPRegressor

MOST_CLASSES = 20  # distinct whole numbers in a floating type beyond which they are no classes

Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Contender:
    """How one network did: medians over the splits.

    Parameters
    ----------
    name : str
        Class of the network.
    seconds : float
        Time of ``fit``.
    training_error, test_error : float
        Share of wrong classes, or root mean squared error in units of y.
    weight_norm : float
        Euclidean norm of the output weights, ||beta||; small ones generalize better (Bartlett 1998).
    """

    name: str
    seconds: float
    training_error: float
    test_error: float
    weight_norm: float


@dataclass(frozen=True)
class BackpropagationComparison:
    """What :func:`compare_with_backpropagation` found; printed, it is a table.

    Parameters
    ----------
    elm, mlp : Contender
        The extreme learning machine, and the network trained by back-propagation.
    task : {"classification", "regression"}
        What was learned.
    n_hidden : int
        Hidden units of both.
    n_splits : int
        Splits of the data.
    wins : int
        Splits on which the extreme learning machine had the lower test error.
    """

    elm: Contender
    mlp: Contender
    task: Task
    n_hidden: int
    n_splits: int
    wins: int

    @property
    def speed_ratio(self) -> float:
        """Time of back-propagation over that of the extreme learning machine."""
        return self.mlp.seconds / self.elm.seconds

    def __str__(self) -> str:
        measure = "wrong" if self.task == "classification" else "RMSE"
        head = f"{'':<15}{'seconds':>10}{f'{measure}, train':>15}{f'{measure}, test':>15}{'||beta||':>11}"
        rows = [
            f"{each.name:<15}{each.seconds:>10.4f}{each.training_error:>15.4g}{each.test_error:>15.4g}"
            f"{each.weight_norm:>11.3g}"
            for each in (self.elm, self.mlp)
        ]
        end = (
            f"{self.n_hidden} hidden units, medians of {self.n_splits} splits: {self.elm.name} is "
            f"{self.speed_ratio:.3g} times as fast, and has the lower test error on {self.wins} of {self.n_splits}"
        )
        return "\n".join([head, *rows, end])


def compare_with_backpropagation(
    X: ArrayLike,
    y: ArrayLike,
    *,
    n_hidden: int = 100,
    task: Task | None = None,
    test_fraction: float = 0.25,
    n_splits: int = 5,
    elm: Any = None,
    mlp: Any = None,
    random_state: int | None = 0,
) -> BackpropagationComparison:
    """Measure an extreme learning machine against back-propagation on the same splits of some data.

    Columns are standardized by the training part of each split. Both networks have one hidden layer of the same size
    and, unless others are passed, their defaults: the extreme learning machine chooses its penalty by generalized
    cross-validation; back-propagation uses Adam and stops by patience on a tenth of the training part.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        Examples.
    y : array of shape (n_samples,)
        Classes or wanted outputs.
    n_hidden : int, default=100
        Hidden units of both networks.
    task : {"classification", "regression"}, optional
        What to learn; by default regression where y holds real numbers, or more than 20 different whole ones in a
        floating type, else classification.
    test_fraction : float, default=0.25
        Share of the examples in each test part, in (0, 1).
    n_splits : int, default=5
        Random splits, at least 1; medians are told.
    elm, mlp : estimators, optional
        Networks with settings of your own; ``n_hidden`` and the seed are set on copies of them.
    random_state : int or None, default=0
        Seed of splits and networks.

    Returns
    -------
    BackpropagationComparison
        Times, errors and ||beta||; ``print`` shows a table.

    Raises
    ------
    InvalidInputError
        If X is no table of numbers, or there are too few examples to split.
    InvalidParameterError
        If a parameter is out of its range.

    Examples
    --------
    >>> from sinapsi import compare_with_backpropagation
    >>> from sinapsi.datasets import load_named
    >>> data = load_named("wine")
    >>> study = compare_with_backpropagation(data.X, data.y, n_hidden=20, n_splits=1)
    >>> study.task, study.elm.test_error < 0.2
    ('classification', True)
    """
    if not isinstance(n_splits, int | np.integer) or n_splits < 1:
        raise InvalidParameterError(f"n_splits must be an integer of at least 1. Got {n_splits!r} instead.")
    try:
        inputs, answers = check_array(X, dtype="numeric"), np.asarray(y)
        check_consistent_length(inputs, answers)
    except ValueError as error:
        raise InvalidInputError(
            f"{error} Pass X as a table of numbers, and one answer for each of its rows."
        ) from error
    kind = _task_of(answers) if task is None else task
    if kind not in ("classification", "regression"):
        raise InvalidParameterError(f"task must be 'classification', 'regression' or None. Got {task!r} instead.")
    elm = elm if elm is not None else (ELMClassifier() if kind == "classification" else ELMRegressor())
    mlp = mlp if mlp is not None else _default_mlp(kind)
    seeds = np.random.default_rng(random_state).integers(2**31, size=n_splits).tolist()
    results = np.array([_one_split(inputs, answers, kind, n_hidden, test_fraction, elm, mlp, seed) for seed in seeds])
    medians = np.median(results, axis=0).tolist()
    return BackpropagationComparison(
        elm=Contender(type(elm).__name__, *medians[0]),
        mlp=Contender(type(mlp).__name__, *medians[1]),
        task=kind,
        n_hidden=int(n_hidden),
        n_splits=int(n_splits),
        wins=int((results[:, 0, 2] < results[:, 1, 2]).sum()),
    )


def _task_of(answers: NDArray[Any]) -> Task:
    """Real numbers, or whole ones in a floating type that are many, are outputs; everything else is classes."""
    are_many = answers.dtype.kind == "f" and len(np.unique(answers)) > MOST_CLASSES
    return "regression" if are_many or type_of_target(answers).startswith("continuous") else "classification"


def _default_mlp(task: Task) -> Any:
    make: Callable[..., Any] = MLPClassifier if task == "classification" else MLPRegressor
    return make(activation="tanh", validation_fraction=0.1, max_iter=1000)


def _one_split(
    inputs: NDArray[Any],
    answers: NDArray[Any],
    task: Task,
    n_hidden: int,
    test_fraction: float,
    elm: Any,
    mlp: Any,
    seed: int,
) -> list[list[float]]:
    """Seconds, training error, test error and norm of the output weights, of both networks."""
    strata = answers if task == "classification" else None
    try:
        X, X_test, y, y_test = train_test_split(
            inputs, answers, test_size=test_fraction, random_state=seed, stratify=strata
        )
    except ValueError as error:
        raise InvalidInputError(f"The data cannot be split into training and test parts: {error}") from error
    scaler = StandardScaler().fit(X)
    X, X_test = scaler.transform(X), scaler.transform(X_test)
    networks = (
        type(elm)(**{**elm.get_params(), "n_hidden": n_hidden, "random_state": seed}),
        type(mlp)(**{**mlp.get_params(), "hidden_layer_sizes": (n_hidden,), "random_state": seed}),
    )
    return [_judged(network, X, y, X_test, y_test, task) for network in networks]


def _judged(
    network: Any, X: NDArray[Any], y: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any], task: Task
) -> list[float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a budget that ends is part of the comparison
        began = time.perf_counter()
        network.fit(X, y)
        seconds = time.perf_counter() - began
    errors = [_error(network.predict(rows), wanted, task) for rows, wanted in ((X, y), (X_test, y_test))]
    weights = network.coefs_[-1] if hasattr(network, "coefs_") else network.coef_
    return [seconds, *errors, float(np.linalg.norm(weights))]


def _error(given: NDArray[Any], wanted: NDArray[Any], task: Task) -> float:
    if task == "classification":
        return float(np.mean(given != wanted))
    return float(np.sqrt(np.mean((given - wanted) ** 2)))
