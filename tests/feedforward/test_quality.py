"""What the networks reach on real data: means over splits whose seeds are stated, a quarter of the data held out."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import MLPClassifier, MLPRegressor

FIVE, TWENTY = range(5), range(20)
QUIET = "ignore:MLP.* max_iter:sklearn.exceptions.ConvergenceWarning"


def mean_score(network, X, y, *, seeds=FIVE, stratify=True):
    """Mean over splits; network and split share the seed."""
    scores = []
    for seed in seeds:
        X_train, X_test, y_train, y_test = train_test_split(
            X, y, test_size=0.25, random_state=seed, stratify=y if stratify else None
        )
        model = make_pipeline(StandardScaler(), network.set_params(random_state=seed))
        scores.append(model.fit(X_train, y_train).score(X_test, y_test))
    return float(np.mean(scores))


@pytest.mark.slow
@pytest.mark.filterwarnings(QUIET)
def test_digits_are_read_to_97_5_percent():
    X, y = load_digits(return_X_y=True)
    network = MLPClassifier(hidden_layer_sizes=(128,), learning_rate=0.002, alpha=0.01, batch_size=32, max_iter=60)
    assert mean_score(network, X, y) >= 0.975


@pytest.mark.slow
@pytest.mark.filterwarnings(QUIET)
def test_breast_cancer_is_told_to_97_percent():
    """Everything by default but the hidden layer. Five splits have a standard error of 0.6 points, so it is twenty."""
    X, y = load_breast_cancer(return_X_y=True)
    assert mean_score(MLPClassifier(hidden_layer_sizes=(32,)), X, y, seeds=TWENTY) >= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("solver", "rate"), [("sgd", 0.01), ("adam", 0.003), ("lbfgs", 0.1)])
@pytest.mark.filterwarnings(QUIET)
def test_every_solver_reads_digits_to_95_percent(solver, rate):
    X, y = load_digits(return_X_y=True)
    network = MLPClassifier(
        hidden_layer_sizes=(64,), solver=solver, learning_rate=rate, alpha=0.1, batch_size=32, max_iter=40
    )
    assert mean_score(network, X, y) >= 0.95


@pytest.mark.slow
@pytest.mark.filterwarnings(QUIET)
def test_diabetes_is_not_worse_than_the_linear_model():
    X, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    network = MLPRegressor(hidden_layer_sizes=(10,), activation="tanh", alpha=30.0, solver="lbfgs", max_iter=300)
    ours = mean_score(network, X, y, stratify=False)
    linear = np.mean(
        [
            LinearRegression().fit(X_train, y_train).score(X_test, y_test)
            for X_train, X_test, y_train, y_test in (
                train_test_split(X, y, test_size=0.25, random_state=seed) for seed in FIVE
            )
        ]
    )
    assert ours >= linear - 0.01


def test_digits_in_a_few_epochs():
    """The quick neighbor of the slow tests above: one split, five epochs."""
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X / 16, y, test_size=0.25, random_state=0, stratify=y)
    model = MLPClassifier(
        hidden_layer_sizes=(64,), learning_rate=0.005, batch_size=16, stopping="max_iter(5)", random_state=0
    )
    assert model.fit(X_train, y_train).score(X_test, y_test) >= 0.94
