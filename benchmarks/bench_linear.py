"""Perceptron and Adaline (LMS rule) against scikit-learn's Cython solvers: same data, order, updates and weights.

100,000 examples, five epochs in the given order, float64; the whole ``fit`` is timed on both sides.
"""

import sys
import warnings
from functools import partial
from typing import Any, ClassVar

import numpy as np
from claims import Claim, Effort, Measurement, main, ratio_to_fastest
from measure import Contestant, Corner, Weights, agree_exactly, agree_within, check_agreement, load_everywhere, race

N_SAMPLES = 100_000
N_EPOCHS = 5
FLIPPED_LABELS = 0.05  # share of labels turned over, so that the perceptron has mistakes to learn from in every epoch
LMS_TOLERANCE = 1e-10  # relative; the two sides may sum the products of an example in another order
LMS_RATE = 0.05  # divided by the number of features: a step well inside the rule's stable range


class LinearContestant(Contestant):
    """A side that learns one row of coefficients and an intercept."""

    estimator: Any

    def load(self, *, n_features: int, n_samples: int) -> dict[str, np.ndarray]:
        """Draw examples, and targets from a noisy linear rule."""
        rng = np.random.default_rng(n_features)
        self.X = rng.standard_normal((n_samples, n_features))
        response = self.X @ rng.standard_normal(n_features) / np.sqrt(n_features) + 0.3
        self.y = self._targets(response, rng)
        self.learning_rate = LMS_RATE / n_features
        return {"X": self.X, "y": self.y}

    def _targets(self, response: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return response + 0.1 * rng.standard_normal(len(response))

    def weights(self) -> Weights:
        """Coefficients and intercept."""
        return {
            "coef": np.ravel(self.estimator.coef_),
            "intercept": np.ravel(self.estimator.intercept_),
        }

    def quality(self) -> dict[str, float]:
        """Accuracy of a classifier, R2 of a regressor, on the training data."""
        return {"training_score": self.estimator.score(self.X, self.y), "n_epochs": self.estimator.n_iter_}


class PerceptronContestant(LinearContestant):
    """A side that learns two classes."""

    def _targets(self, response: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return ((response > 0) ^ (rng.random(len(response)) < FLIPPED_LABELS)).astype(np.int64)


class OurPerceptron(PerceptronContestant):
    """``sinapsi.Perceptron``."""

    name: ClassVar[str] = "sinapsi Perceptron"

    def fit(self) -> None:
        """Five epochs in the given order."""
        from sinapsi import Perceptron

        with warnings.catch_warnings(action="ignore"):  # that five epochs do not converge is known
            self.estimator = Perceptron(order="cyclic", max_iter=N_EPOCHS).fit(self.X, self.y)

    def quality(self) -> dict[str, float]:
        """Adds how many mistakes were corrected."""
        return {**super().quality(), "n_updates": int(np.sum(self.estimator.n_updates_))}


class ScikitPerceptron(PerceptronContestant):
    """``sklearn.linear_model.Perceptron``."""

    name: ClassVar[str] = "scikit-learn Perceptron"

    def fit(self) -> None:
        """Five epochs in the given order."""
        from sklearn.linear_model import Perceptron

        with warnings.catch_warnings(action="ignore"):
            self.estimator = Perceptron(shuffle=False, max_iter=N_EPOCHS, tol=None).fit(self.X, self.y)


class OurAdaline(LinearContestant):
    """``sinapsi.AdalineRegressor`` with the LMS rule."""

    name: ClassVar[str] = "sinapsi AdalineRegressor"

    def fit(self) -> None:
        """Five epochs in the given order at a constant rate."""
        from sinapsi import AdalineRegressor

        with warnings.catch_warnings(action="ignore"):
            self.estimator = AdalineRegressor(
                solver="lms",
                batch_size=1,
                learning_rate=self.learning_rate,
                max_iter=N_EPOCHS,
                shuffle=False,
                stopping=f"max_iter({N_EPOCHS})",
            ).fit(self.X, self.y)


class ScikitAdaline(LinearContestant):
    """``sklearn.linear_model.SGDRegressor`` on the squared error."""

    name: ClassVar[str] = "scikit-learn SGDRegressor"

    def fit(self) -> None:
        """Five epochs in the given order at a constant rate."""
        from sklearn.linear_model import SGDRegressor

        with warnings.catch_warnings(action="ignore"):
            self.estimator = SGDRegressor(
                loss="squared_error",
                penalty=None,
                learning_rate="constant",
                eta0=self.learning_rate,
                max_iter=N_EPOCHS,
                shuffle=False,
                tol=None,
            ).fit(self.X, self.y)


def measure_perceptron(effort: Effort, *, n_features: int) -> Measurement:
    """Race the perceptrons; the weights must be equal to the last bit."""
    return _measure((OurPerceptron, ScikitPerceptron), agree_exactly, effort, n_features)


def measure_adaline(effort: Effort, *, n_features: int) -> Measurement:
    """Race the LMS rules."""
    return _measure((OurAdaline, ScikitAdaline), agree_within(LMS_TOLERANCE), effort, n_features)


def _measure(sides: tuple[type[Contestant], ...], agree: Any, effort: Effort, n_features: int) -> Measurement:
    problem = {"n_features": n_features, "n_samples": effort.sized(N_SAMPLES, quick=2_000)}
    with Corner(sides[0]) as ours, Corner(sides[1]) as theirs:
        corners = (ours, theirs)
        load_everywhere(corners, **problem)
        agreement = check_agreement(corners, agree)
        race(corners, effort.n_rounds)
        return ratio_to_fastest(corners, {"problem": {**problem, "n_epochs": N_EPOCHS}, "agreement": agreement})


def _claims() -> list[Claim]:
    work = (
        f"{N_SAMPLES:,} x {{}} float64, {N_EPOCHS} epochs in the given order, time of fit against scikit-learn's {{}}"
    )
    claims = [
        Claim(f"perceptron_d{d}", work.format(d, "Perceptron"), target, partial(measure_perceptron, n_features=d))
        for d, target in ((20, 4.0), (784, 3.0))
    ]
    claims += [
        Claim(f"adaline_lms_d{d}", work.format(d, "SGDRegressor"), target, partial(measure_adaline, n_features=d))
        for d, target in ((20, 3.5), (784, 2.5))
    ]
    return claims


CLAIMS = _claims()

if __name__ == "__main__":
    sys.exit(main(CLAIMS))
