"""How well the multilayer perceptron predicts held-out data, and whether as well as scikit-learn's at the same budget.

Each split holds out a stratified fifth, and inputs are standardized by the training part. Both sides get the same
split, hidden units, solver, rate, penalty, batch size and number of epochs, and no stopping rule.
"""

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from claims import Claim, Effort, Measurement, main, mean_and_error
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

N_SEEDS = 5
N_PAIRED_SPLITS = 20
HELD_OUT = 0.2  # share of the examples
LARGEST_LOSS = -0.3  # points of accuracy that the mean difference may fall behind scikit-learn


@dataclass(frozen=True)
class Task:
    """A data set and the budget spent on it.

    Parameters
    ----------
    load : callable
        scikit-learn's loader.
    target : float
        Accuracy to reach, in percent.
    budget : dict
        Parameters that both sides know by the same name; ``learning_rate`` is renamed for scikit-learn.
    """

    load: Callable[..., Any]
    target: float
    budget: dict[str, Any]


COMMON = {"solver": "adam", "activation": "relu", "learning_rate": 0.001}
TASKS = {
    "digits": Task(
        load_digits,
        97.5,
        {**COMMON, "hidden_layer_sizes": (100,), "alpha": 1e-4, "batch_size": 64, "max_iter": 60},
    ),
    "breast_cancer": Task(
        load_breast_cancer,
        97.0,
        {**COMMON, "hidden_layer_sizes": (30,), "alpha": 1e-4, "batch_size": 32, "max_iter": 40},
    ),
}


def our_accuracy(task: Task, seed: int, n_epochs: int) -> float:
    """Accuracy of ``sinapsi.MLPClassifier`` on the held-out part of one split, in percent."""
    from sinapsi import MLPClassifier

    budget = {**task.budget, "max_iter": n_epochs}
    return _accuracy(MLPClassifier(**budget, stopping=f"max_iter({n_epochs})", random_state=seed), task, seed)


def their_accuracy(task: Task, seed: int, n_epochs: int) -> float:
    """Accuracy of scikit-learn's ``MLPClassifier`` on the same split at the same budget, in percent."""
    from sklearn.neural_network import MLPClassifier

    budget = {**task.budget, "max_iter": n_epochs}
    budget["learning_rate_init"] = budget.pop("learning_rate")
    model = MLPClassifier(**budget, tol=0.0, n_iter_no_change=n_epochs + 1, random_state=seed)
    return _accuracy(model, task, seed)


def measure_accuracy(effort: Effort, *, name: str) -> Measurement:
    """Mean held-out accuracy over the seeds."""
    task = TASKS[name]
    n_epochs = effort.sized(task.budget["max_iter"], quick=2)
    accuracies = [our_accuracy(task, seed, n_epochs) for seed in range(effort.sized(N_SEEDS, quick=2))]
    mean, error = mean_and_error(accuracies)
    details = {"standard_error": error, "accuracies": accuracies, "held_out": HELD_OUT, "budget": task.budget}
    return Measurement(mean, f"standard error {error:.2g}, {len(accuracies)} seeds", details)


def measure_difference(effort: Effort, *, name: str) -> Measurement:
    """Mean difference from scikit-learn over paired splits, in points of accuracy."""
    task = TASKS[name]
    n_epochs = effort.sized(task.budget["max_iter"], quick=2)
    seeds = range(effort.sized(N_PAIRED_SPLITS, quick=2))
    ours = [our_accuracy(task, seed, n_epochs) for seed in seeds]
    theirs = [their_accuracy(task, seed, n_epochs) for seed in seeds]
    difference, error = mean_and_error(np.subtract(ours, theirs).tolist())
    our_mean, their_mean = float(np.mean(ours)), float(np.mean(theirs))
    details = {
        "standard_error": error,
        "ours": {"mean": our_mean, "accuracies": ours},
        "rivals": [{"name": "scikit-learn MLPClassifier", "mean": their_mean, "accuracies": theirs}],
        "held_out": HELD_OUT,
        "budget": task.budget,
    }
    summary = f"standard error {error:.2g}; sinapsi {our_mean:.2f} %, scikit-learn {their_mean:.2f} %"
    return Measurement(difference, f"{summary}, {len(ours)} paired splits", details)


def _accuracy(model: Any, task: Task, seed: int) -> float:
    X, y = task.load(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=HELD_OUT, stratify=y, random_state=seed)
    scaler = StandardScaler().fit(X_train)
    with warnings.catch_warnings(action="ignore"):  # the budget is meant to be used up
        model.fit(scaler.transform(X_train), y_train)
    return 100 * model.score(scaler.transform(X_test), y_test)


CLAIMS = [
    *(
        Claim(
            f"{name}_accuracy",
            f"mean held-out accuracy on {name.replace('_', ' ')}, {N_SEEDS} seeds",
            task.target,
            partial(measure_accuracy, name=name),
            unit="%",
        )
        for name, task in TASKS.items()
    ),
    *(
        Claim(
            f"{name}_difference",
            f"mean accuracy on {name.replace('_', ' ')} minus scikit-learn's MLP at equal budget, "
            f"{N_PAIRED_SPLITS} paired splits",
            LARGEST_LOSS,
            partial(measure_difference, name=name),
            unit="points",
        )
        for name in TASKS
    ),
]

if __name__ == "__main__":
    sys.exit(main(CLAIMS))
