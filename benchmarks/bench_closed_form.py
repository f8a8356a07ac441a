"""Output layers in closed form: Gaussian design matrices, radial networks, extreme learning machines.

Design matrices against scikit-learn and SciPy; fit and predict against Nystroem with Ridge, and exact interpolation
against SciPy's; 100,000 images through 2,000 random units against scikit-elm and hpelm, which get our hidden weights,
so that all sides solve one problem; what leave-one-out costs above a plain fit; and orthogonal least squares against a
twin of the classic algorithm. Sides that solve the same problem must agree in their outputs, sides that choose their
centers on their own in their test error.
"""

import multiprocessing
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
from claims import Claim, Effort, Measurement, main, ratio_to_fastest
from measure import (
    Contestant,
    Corner,
    DisagreementError,
    Weights,
    agree_within,
    check_agreement,
    load_everywhere,
    race,
)
from synthetic_images import N_CLASSES, draw_images

SEED = 0
MEGABYTE = 10**6

DESIGN_FEATURES = 30
DESIGN_CENTERS = 500
DESIGN_TOLERANCE = {"float64": 1e-10, "float32": 1e-5}  # of values in [0, 1]

N_CENTERS = 300
RBF_WIDTH = 6.0  # of standardized columns; smaller or larger ones are worse for both sides
RBF_PENALTY = 1e-6  # above 1e-5 Nystroem has the lower error, since Ridge weighs its whitened columns otherwise
LARGEST_ERROR_RATIO = 1.03  # of our test error to theirs: each side draws its own centers

INTERPOLATION_TOLERANCE = 1e-8  # relative; the condition number is about 1e8

ELM_PENALTY = 1.0
ELM_SCALE = 3.0  # of hidden weights; the fields of these images then have a standard deviation of about 1
N_TEST_IMAGES = 10_000
ELM_TOLERANCE = {"scikit-elm": 2e-3, "hpelm": 2e-2}  # relative, of outputs; hpelm sums in single precision
LARGEST_SHARE_OF_OTHER_CLASSES = 0.002
HPELM_CONSTANT = 100.0
N_PRODUCTS = 7  # timed matrix products; the fastest is the ceiling

LEFT_OUT_TOLERANCE = 1e-8  # relative, between errors in closed form and errors of so many fits

N_CANDIDATES = 3_000
OLS_FEATURES = 5
OLS_WIDTH = 2.0
OLS_ERROR_TOLERANCE = 1e-6  # relative, of the training error after the last choice


def race_all(
    sides: Sequence[type[Contestant]],
    problem: dict[str, Any],
    effort: Effort,
    agree: Callable[[Weights, Weights], str],
    *,
    told: Sequence[type[Contestant]] = (),
    ask_ours: str | None = None,
) -> Measurement:
    """Race ours, the first, against all others; ``told`` sides run in the same race and do not enter the ratio.

    ``ask_ours`` is a method of our side whose answer becomes a detail.
    """
    with ExitStack() as stack:
        corners = [stack.enter_context(Corner(side)) for side in (*sides, *told)]
        load_everywhere(corners, **problem)
        agreement = check_agreement(corners, agree)
        race(corners, effort.n_rounds)
        details: dict[str, Any] = {"problem": problem, "agreement": agreement}
        if told:
            details["told"] = [corner.report() for corner in corners[len(sides) :]]
        if ask_ours:
            details[ask_ours] = corners[0].ask(ask_ours)
        measurement = ratio_to_fastest(corners[: len(sides)], details)
    beside = "".join(f"; {report['name']} {report['median_seconds']:.3g} s" for report in details.get("told", ()))
    return replace(measurement, summary=f"{measurement.summary}{beside}; {_quality_in_words(measurement)}")


def _quality_in_words(measurement: Measurement) -> str:
    reports = [measurement.details["ours"], *measurement.details["rivals"]]
    sides = {name: [f"{report['quality'][name]:.6g}" for report in reports] for name in reports[0]["quality"]}
    return ", ".join(f"{name} {' / '.join(values)}" for name, values in sides.items())


def agree_absolutely(tolerance: float) -> Callable[[Weights, Weights], str]:
    """Agreement of every element within ``tolerance``."""

    def agree(ours: Weights, theirs: Weights) -> str:
        worst = max(float(np.max(np.abs(array - theirs[name]))) for name, array in ours.items())
        if not worst <= tolerance:  # written so that NaN disagrees
            raise DisagreementError(f"Values should agree to {tolerance:g}, but differ by {worst:.3g}.")
        return f"largest difference {worst:.2g}, allowed {tolerance:g}"

    return agree


# Gaussian design matrices.


class DesignContestant(Contestant):
    """A side that makes the matrix of Gaussians of rows around centers."""

    def load(self, *, n_samples: int, dtype: str) -> dict[str, np.ndarray]:
        """Standard normal rows; the first are the centers."""
        rng = np.random.default_rng(SEED)
        self.X = rng.standard_normal((n_samples, DESIGN_FEATURES)).astype(dtype)
        self.centers = self.X[:DESIGN_CENTERS].copy()
        self.sigma = float(np.sqrt(DESIGN_FEATURES))
        self.design: Any = None
        return {"X": self.X, "centers": self.centers}

    def fit(self) -> None:
        """Make the matrix; the last one is given back first."""
        self.design = None
        self.design = self.made()

    def made(self) -> np.ndarray:
        """The matrix."""
        raise NotImplementedError

    def weights(self) -> Weights:
        """All of its elements."""
        return {"design": self.design}

    def quality(self) -> dict[str, float]:
        """Largest error against distances summed in extended precision, over some rows."""
        rows, centers = self.X[:100].astype(np.longdouble), self.centers.astype(np.longdouble)
        squares = ((rows[:, np.newaxis] - centers) ** 2).sum(axis=2)
        return {"largest_error": float(np.max(np.abs(self.design[:100] - np.exp(-squares / self.sigma**2))))}


class OurDesign(DesignContestant):
    """``sinapsi.algebra.distances.Centers``, prepared anew each time."""

    name: ClassVar[str] = "sinapsi Centers.gaussians"

    def made(self) -> np.ndarray:
        """One width a center, as a network has."""
        from sinapsi.algebra.distances import Centers

        return Centers(self.centers, np.full(len(self.centers), self.sigma)).gaussians(self.X)


class ScikitKernel(DesignContestant):
    """``sklearn.metrics.pairwise.rbf_kernel``; twice as fast as ``pairwise_kernels`` with threads (``n_jobs=2``)."""

    name: ClassVar[str] = "scikit-learn rbf_kernel"

    def made(self) -> np.ndarray:
        """Its gamma is 1 / sigma^2."""
        from sklearn.metrics.pairwise import rbf_kernel

        return rbf_kernel(self.X, self.centers, gamma=1 / self.sigma**2)


class ScipyDistances(DesignContestant):
    """``scipy.spatial.distance.cdist`` and ``numpy.exp``, in place. It computes in float64 whatever it is given."""

    name: ClassVar[str] = "scipy cdist + exp"

    def made(self) -> np.ndarray:
        """Squared distances, turned into Gaussians where they lie."""
        from scipy.spatial.distance import cdist

        table = cdist(self.X, self.centers, "sqeuclidean")
        table *= -1 / self.sigma**2
        return np.exp(table, out=table)


def measure_design(effort: Effort, *, dtype: str, rivals: Sequence[type[Contestant]]) -> Measurement:
    """Race for the matrix of 50,000 rows."""
    problem = {"n_samples": effort.sized(50_000, quick=2_000), "dtype": dtype}
    return race_all((OurDesign, *rivals), problem, effort, agree_absolutely(DESIGN_TOLERANCE[dtype]))


# A radial basis function network on random centers.


class RadialContestant(Contestant):
    """A side that learns Friedman's first function from 300 random centers and predicts as many examples as it saw."""

    def load(self, *, n_samples: int) -> dict[str, np.ndarray]:
        """Standardized columns, noise of variance 1; half of the examples are held out."""
        from sklearn.datasets import make_friedman1

        X, y = make_friedman1(2 * n_samples, n_features=10, noise=1.0, random_state=SEED)
        X = (X - X.mean(axis=0)) / X.std(axis=0)
        self.X, self.X_test, self.y, self.y_test = X[:n_samples], X[n_samples:], y[:n_samples], y[n_samples:]
        return {"X": X, "y": y}

    def fit(self) -> None:
        """Fit and predict, both timed."""
        self.answers = self.made().fit(self.X, self.y).predict(self.X_test)

    def made(self) -> Any:
        """A new estimator."""
        raise NotImplementedError

    def weights(self) -> Weights:
        """The test error, which is what sides with centers of their own can be compared by."""
        return {"error": np.sqrt(np.mean((self.answers - self.y_test) ** 2))}

    def quality(self) -> dict[str, float]:
        """Root mean squared error on examples held out; 1 is noise."""
        return {"test_rmse": float(self.weights()["error"])}


class OurRadial(RadialContestant):
    """``sinapsi.RBFRegressor``."""

    name: ClassVar[str] = "sinapsi RBFRegressor"

    def made(self) -> Any:
        """Random centers, one width."""
        from sinapsi import RBFRegressor

        return RBFRegressor(
            n_centers=N_CENTERS, centers="random", width=RBF_WIDTH, alpha=RBF_PENALTY, random_state=SEED
        )


class ScikitNystroem(RadialContestant):
    """``Nystroem`` and ``Ridge`` in a pipeline."""

    name: ClassVar[str] = "scikit-learn Nystroem + Ridge"

    def made(self) -> Any:
        """The same width and penalty."""
        from sklearn.kernel_approximation import Nystroem
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import make_pipeline

        kernel = Nystroem(n_components=N_CENTERS, gamma=1 / RBF_WIDTH**2, random_state=SEED)
        return make_pipeline(kernel, Ridge(alpha=RBF_PENALTY))


def agree_in_error(ours: Weights, theirs: Weights) -> str:
    """Agreement of test errors within a few per cent; the first may be lower."""
    ratio = float(ours["error"] / theirs["error"])
    if not ratio <= LARGEST_ERROR_RATIO:
        raise DisagreementError(f"The test error is {ratio:.3f} of the other one, allowed is {LARGEST_ERROR_RATIO}.")
    return f"the test error is {ratio:.3f} of the other one, allowed {LARGEST_ERROR_RATIO}"


def measure_radial(effort: Effort) -> Measurement:
    """Race for fit and predict."""
    problem = {"n_samples": effort.sized(20_000, quick=2_000)}
    return race_all((OurRadial, ScikitNystroem), problem, effort, agree_in_error)


# Exact interpolation.


class InterpolationContestant(Contestant):
    """A side that interpolates Franke's function by multiquadrics, one spacing of the points wide, and a constant."""

    def load(self, *, n_samples: int, predicts: bool) -> dict[str, np.ndarray]:
        """Halton's points, which keep their distances, and random ones to predict."""
        from scipy.stats import qmc

        self.predicts = predicts
        self.X = qmc.Halton(2, scramble=True, rng=SEED).random(n_samples)
        self.X_test = np.random.default_rng(SEED).random((n_samples, 2))
        self.y, self.y_test = _franke(self.X), _franke(self.X_test)
        self.sigma = 1 / np.sqrt(n_samples)
        return {"X": self.X, "X_test": self.X_test, "y": self.y}

    def fit(self) -> None:
        """Solve; predict where that is timed too."""
        self.model = self.solved()
        if self.predicts:
            self.answers = self.predicted(self.X_test)

    def solved(self) -> Any:
        """The fitted interpolant."""
        raise NotImplementedError

    def predicted(self, X: np.ndarray) -> np.ndarray:
        """Its values."""
        raise NotImplementedError

    def weights(self) -> Weights:
        """Predictions between the points."""
        return {"predictions": self.predicted(self.X_test)}

    def quality(self) -> dict[str, float]:
        """Largest residual at the points, and error between them."""
        between = self.predicted(self.X_test) - self.y_test
        return {
            "largest_residual": float(np.max(np.abs(self.predicted(self.X) - self.y))),
            "test_rmse": float(np.sqrt(np.mean(between**2))),
        }


def _franke(X: np.ndarray) -> np.ndarray:
    x, y = 9 * X.T
    return (
        0.75 * np.exp(-((x - 2) ** 2 + (y - 2) ** 2) / 4)
        + 0.75 * np.exp(-((x + 1) ** 2) / 49 - (y + 1) / 10)
        + 0.5 * np.exp(-((x - 7) ** 2 + (y - 3) ** 2) / 4)
        - 0.2 * np.exp(-((x - 4) ** 2) - (y - 7) ** 2)
    )


class OurInterpolation(InterpolationContestant):
    """``sinapsi.RBFRegressor(centers="exact")``."""

    name: ClassVar[str] = "sinapsi RBFRegressor, exact"

    def solved(self) -> Any:
        """A unit on every point."""
        from sinapsi import RBFRegressor

        with warnings.catch_warnings(action="ignore"):  # of the condition number, which both sides have
            return RBFRegressor(centers="exact", basis="multiquadric", width=self.sigma, degree=0).fit(self.X, self.y)

    def predicted(self, X: np.ndarray) -> np.ndarray:
        """By predict."""
        return self.model.predict(X)


class ScipyInterpolation(InterpolationContestant):
    """``scipy.interpolate.RBFInterpolator``, whose epsilon is 1 / sigma."""

    name: ClassVar[str] = "scipy RBFInterpolator"

    def solved(self) -> Any:
        """It solves when it is made."""
        from scipy.interpolate import RBFInterpolator

        return RBFInterpolator(self.X, self.y, kernel="multiquadric", epsilon=1 / self.sigma, degree=0)

    def predicted(self, X: np.ndarray) -> np.ndarray:
        """By a call."""
        return self.model(X)


def measure_interpolation(effort: Effort, *, predicts: bool) -> Measurement:
    """Race for 3,000 points."""
    problem = {"n_samples": effort.sized(3_000, quick=400), "predicts": predicts}
    sides = (OurInterpolation, ScipyInterpolation)
    return race_all(sides, problem, effort, agree_within(INTERPOLATION_TOLERANCE))


# Extreme learning machines.


class ImageContestant(Contestant):
    """A side that learns ten classes of images, one output each, from random units drawn by us for all sides."""

    package: ClassVar[str]

    def load(self, *, n_samples: int, n_hidden: int, folder: str | None = None) -> dict[str, np.ndarray]:
        """Images and targets, drawn or, where memory is measured, from files; hidden weights as our fit draws them."""
        self.n_hidden = n_hidden
        if folder is None:
            images, self.y_test = draw_images("dense", n_samples + N_TEST_IMAGES, np.float32)
            self.X, self.X_test = images[:n_samples], images[n_samples:]
            self.y, self.y_test = self.y_test[:n_samples], self.y_test[n_samples:]
            self.T = np.eye(N_CLASSES, dtype=np.float32)[self.y]
        else:
            self.X, self.T = np.load(Path(folder, "X.npy")), np.load(Path(folder, "T.npy"))
        self.coef, self.bias = self.hidden_weights()
        return {"X": self.X, "T": self.T, "coef": self.coef, "bias": self.bias}

    def hidden_weights(self) -> tuple[np.ndarray, np.ndarray]:
        """Weights of shape (784, n_hidden) and biases; they do not depend on the data."""
        from sinapsi import ELMRegressor

        drawn = ELMRegressor(**_elm_settings(self.n_hidden)).fit(self.X[:10], self.T[:10])
        return drawn.hidden_coefs_[0], drawn.hidden_intercepts_[0]

    def fit(self) -> None:
        """Learn the output weights."""
        self.model = self.fitted()

    def fitted(self) -> Any:
        """The fitted model."""
        raise NotImplementedError

    def outputs(self) -> np.ndarray:
        """Outputs at the test images, of shape (n_images, 10)."""
        return self.model.predict(self.X_test)

    def weights(self) -> Weights:
        """Outputs, which say as much as weights and can be had from all sides."""
        return {"outputs": self.outputs()}

    def quality(self) -> dict[str, float]:
        """Share of test images whose largest output is that of their class."""
        return {"test_accuracy": float(np.mean(self.outputs().argmax(axis=1) == self.y_test))}


def _elm_settings(n_hidden: int) -> dict[str, Any]:
    return {"n_hidden": n_hidden, "weight_scale": ELM_SCALE, "alpha": ELM_PENALTY, "random_state": SEED}


class OurELM(ImageContestant):
    """``sinapsi.ELMRegressor``, targets of 0 and 1 as the others get."""

    name: ClassVar[str] = "sinapsi ELMRegressor"
    package: ClassVar[str] = "sinapsi"

    def fitted(self) -> Any:
        """Hidden weights are drawn within the time."""
        from sinapsi import ELMRegressor

        return ELMRegressor(**_elm_settings(self.n_hidden)).fit(self.X, self.T)

    def product_rates(self) -> dict[str, float]:
        """Gflop/s of a large product in float32 now, what our fit needs of products, and its time at that rate."""
        side = 2 * self.n_hidden
        table = np.random.default_rng(SEED).standard_normal((side, side), dtype=np.float32)
        seconds = []
        for _ in range(N_PRODUCTS):
            start = perf_counter()
            table @ table
            seconds.append(perf_counter() - start)
        rate = 2 * side**3 / min(seconds)
        n_samples, n_inputs = self.X.shape
        flops = n_samples * (2 * n_inputs * self.n_hidden + self.n_hidden**2)  # the Gram matrix is symmetric
        return {"gflops_per_second": rate / 1e9, "needed_gflops": flops / 1e9, "ceiling_seconds": flops / rate}


class OurELMClassifier(OurELM):
    """``sinapsi.ELMClassifier`` with labels, told beside: it also calibrates its probabilities, as no rival does."""

    name: ClassVar[str] = "sinapsi ELMClassifier, calibrated"

    def fitted(self) -> Any:
        """Targets are -1 and +1 there."""
        from sinapsi import ELMClassifier

        return ELMClassifier(**_elm_settings(self.n_hidden)).fit(self.X, self.y)

    def outputs(self) -> np.ndarray:
        """From -1..1 to 0..1."""
        return (self.model.decision_function(self.X_test) + 1) / 2


class ScikitELM(ImageContestant):
    """``skelm.ELMRegressor`` as it comes: in batches of 2,000.

    Its hidden layer has no biases, so they come with the activation, which may be any callable; in place, which saves
    it a copy. It draws its own weights, as it does for everybody, before ours take their place.
    """

    name: ClassVar[str] = "scikit-elm"
    package: ClassVar[str] = "skelm"
    batch_size: ClassVar[int | None] = None

    def fitted(self) -> Any:
        """Sums in float64 over products in float32, as ours."""
        from skelm import ELMRegressor

        coef, bias = self.coef, self.bias

        class GivenELM(ELMRegressor):
            """The same estimator, but its hidden weights are given."""

            def _init_hidden_layers(self, X: np.ndarray) -> None:
                super()._init_hidden_layers(X)
                self.hidden_layers_[0].projection_.components_ = coef.T

        def activate(fields: np.ndarray) -> np.ndarray:
            fields += bias
            return np.tanh(fields, out=fields)

        return GivenELM(
            n_neurons=self.n_hidden,
            alpha=ELM_PENALTY,
            ufunc=activate,
            batch_size=self.batch_size,
            random_state=SEED,
        ).fit(self.X, self.T)


class ScikitELMLargeBatches(ScikitELM):
    """The same in batches as large as they help: sums are added to its matrix less often."""

    name: ClassVar[str] = "scikit-elm, batches of 10,000"
    batch_size: ClassVar[int | None] = 10_000


class HPELM(ImageContestant):
    """``hpelm.ELM`` in single precision, in its batches of 1,000.

    It has no output bias, so it gets a constant unit, so large that the penalty hardly touches its weight.
    """

    name: ClassVar[str] = "hpelm, single precision"
    package: ClassVar[str] = "hpelm"
    batch_size: ClassVar[int] = 1_000

    def fitted(self) -> Any:
        """Its weights are given, not drawn, within the time."""
        with warnings.catch_warnings(action="ignore"):
            from hpelm import ELM

            n_inputs = self.X.shape[1]
            model = ELM(n_inputs, N_CLASSES, precision="single", norm=ELM_PENALTY, batch=self.batch_size)
            model.add_neurons(self.n_hidden, "tanh", self.coef, self.bias)
            model.add_neurons(1, "lin", np.zeros((n_inputs, 1)), np.full(1, HPELM_CONSTANT))
            model.train(self.X, self.T, "c")
        return model


class HPELMLargeBatches(HPELM):
    """The same in large batches."""

    name: ClassVar[str] = "hpelm, single precision, batches of 10,000"
    batch_size: ClassVar[int] = 10_000


RIVALS_IN_ELM: dict[str, tuple[type[ImageContestant], ...]] = {
    "scikit-elm": (ScikitELM, ScikitELMLargeBatches),
    "hpelm": (HPELM, HPELMLargeBatches),
}


def agree_in_outputs(tolerance: float) -> Callable[[Weights, Weights], str]:
    """Agreement of outputs, and of the classes they stand for in nearly all images."""

    def agree(ours: Weights, theirs: Weights) -> str:
        sentence = agree_within(tolerance)(ours, theirs)
        differ = float(np.mean(ours["outputs"].argmax(axis=1) != theirs["outputs"].argmax(axis=1)))
        if differ > LARGEST_SHARE_OF_OTHER_CLASSES:
            raise DisagreementError(f"{differ:.2%} of the images are classified otherwise.")
        return f"{sentence}; {differ:.2%} of the images classified otherwise"

    return agree


def measure_elm(effort: Effort, *, package: str) -> Measurement:
    """Race on 100,000 images, 2,000 units, against one package; tell how near we are to bare matrix products."""
    problem = {"n_samples": effort.sized(100_000, quick=5_000), "n_hidden": effort.sized(2_000, quick=200)}
    agree = agree_in_outputs(ELM_TOLERANCE[package])
    sides = (OurELM, *RIVALS_IN_ELM[package])
    measured = race_all(sides, problem, effort, agree, told=(OurELMClassifier,), ask_ours="product_rates")
    rates = measured.details["product_rates"]
    share = rates["ceiling_seconds"] / measured.details["ours"]["median_seconds"]
    details = {**measured.details, "share_of_product_ceiling": share, "rival_version": metadata.version(package)}
    summary = f"{measured.summary}; {share:.0%} of the rate of bare products, {rates['gflops_per_second']:.0f} Gflop/s"
    return replace(measured, summary=summary, details=details)


def measure_elm_memory(effort: Effort) -> Measurement:
    """What a fit takes at its peak above a process that has imported the same library, holds data and hidden weights.

    Every figure is the peak of a new process (VmHWM, since ru_maxrss is inherited from the process that starts it).
    """
    n_hidden = effort.sized(2_000, quick=200)
    sides = (OurELM, *(side for rivals in RIVALS_IN_ELM.values() for side in rivals))
    with tempfile.TemporaryDirectory() as folder:
        _in_new_process(_write_images, folder, effort.sized(100_000, quick=5_000))
        peaks = {side.name: [_in_new_process(_peak, side, folder, n_hidden, fits) for fits in (0, 1)] for side in sides}
    extra = {name: (fitted - held) / MEGABYTE for name, (held, fitted) in peaks.items()}
    summary = ", ".join(f"{name} {taken:.0f} MB" for name, taken in extra.items())
    details = {
        "problem": {"n_samples": effort.sized(100_000, quick=5_000), "n_hidden": n_hidden},
        "extra_megabytes": extra,
        "peak_bytes_holding_and_fitting": peaks,
        "rival_versions": {name: metadata.version(name) for name in RIVALS_IN_ELM},
    }
    return Measurement(extra[OurELM.name], summary, details)


def _in_new_process(task: Callable[..., Any], *arguments: Any) -> Any:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(task, *arguments).result()


def _write_images(folder: str, n_samples: int) -> None:
    images, classes = draw_images("dense", n_samples, np.float32)
    np.save(Path(folder, "X.npy"), images)
    np.save(Path(folder, "T.npy"), np.eye(N_CLASSES, dtype=np.float32)[classes])


def _peak(side: type[ImageContestant], folder: str, n_hidden: int, n_fits: int) -> int:
    """Most bytes that a process had in memory until now."""
    __import__(side.package)
    contestant = side()
    contestant.load(n_samples=0, n_hidden=n_hidden, folder=folder)
    for _ in range(n_fits):
        contestant.fit()
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/self/status has no line VmHWM.")


# What leave-one-out costs.


class LeaveOutContestant(Contestant):
    """One of our fits of 1,000 random units to images; sides differ in what else they find out."""

    settings: ClassVar[dict[str, Any]] = {"alpha": ELM_PENALTY}

    def load(self, *, n_samples: int, n_hidden: int, n_targets: int) -> dict[str, np.ndarray]:
        """Images, and smooth functions of them with a little noise."""
        images, _ = draw_images("dense", n_samples + N_TEST_IMAGES, np.float32)
        rng = np.random.default_rng(SEED)
        fields = images @ rng.standard_normal((images.shape[1], n_targets), dtype=np.float32)
        targets = np.tanh(fields / fields.std(axis=0)) + 0.1 * rng.standard_normal(fields.shape, dtype=np.float32)
        self.X, self.X_test = images[:n_samples], images[n_samples:]
        self.T, self.T_test = targets[:n_samples], targets[n_samples:]
        self.n_hidden = n_hidden
        return {"X": self.X, "T": self.T}

    def fit(self) -> None:
        """Fit with the settings of the side."""
        from sinapsi import ELMRegressor

        self.model = ELMRegressor(**{**_elm_settings(self.n_hidden), **self.settings}).fit(self.X, self.T)

    def weights(self) -> Weights:
        """The error on test images."""
        misses = self.model.predict(self.X_test).reshape(self.T_test.shape) - self.T_test
        return {"error": np.sqrt(np.mean(misses**2))}

    def quality(self) -> dict[str, float]:
        """Error on test images, and what was chosen."""
        return {
            "test_rmse": float(self.weights()["error"]),
            "alpha": float(self.model.alpha_),
            "n_units": int(self.model.hidden_coefs_[-1].shape[1]),
        }


class PlainFit(LeaveOutContestant):
    """A given penalty, all units."""

    name: ClassVar[str] = "plain fit"


class PenaltyChosen(LeaveOutContestant):
    """The best of 50 penalties by leave-one-out."""

    name: ClassVar[str] = 'alpha="loo"'
    settings: ClassVar[dict[str, Any]] = {"alpha": "loo"}


class UnitsChosen(LeaveOutContestant):
    """The best number of units by leave-one-out, from none to all."""

    name: ClassVar[str] = 'unit_selection="first"'
    settings: ClassVar[dict[str, Any]] = {"alpha": ELM_PENALTY, "unit_selection": "first"}


def measure_left_out(effort: Effort, *, side: type[LeaveOutContestant], n_targets: int) -> Measurement:
    """Time of a fit with leave-one-out over that of a plain fit, after the errors were checked on a small problem."""
    checks = check_left_out_errors()
    problem = {
        "n_samples": effort.sized(100_000, quick=5_000),
        "n_hidden": effort.sized(1_000, quick=100),
        "n_targets": n_targets,
    }
    with Corner(PlainFit) as plain, Corner(side) as choosing:
        corners = (plain, choosing)
        load_everywhere(corners, **problem)
        agreement = check_agreement(corners, _agree_to_be_no_worse)
        race(corners, effort.n_rounds)
        reports = [corner.report() for corner in corners]
    ratio = reports[1]["median_seconds"] / reports[0]["median_seconds"]
    details = {"problem": problem, "small problem": checks, "agreement": agreement, "sides": reports}
    summary = ", ".join(f"{report['name']} {report['median_seconds']:.3g} s {report['quality']}" for report in reports)
    return Measurement(ratio, summary, details)


def _agree_to_be_no_worse(plain: Weights, choosing: Weights) -> str:
    """Choosing must not harm; whether the choice is the right one is judged by the small problem."""
    return agree_in_error(choosing, plain)


def check_left_out_errors() -> str:
    """Compare leave-one-out errors in closed form with those of a fit without each example."""
    from sinapsi import ELMRegressor
    from sinapsi.algebra.ridge_path import penalties

    rng = np.random.default_rng(SEED)
    X, T = rng.standard_normal((80, 5)), rng.standard_normal((80, 2))
    settings = _elm_settings(15)
    chosen = ELMRegressor(**{**settings, "alpha": "loo"}).fit(X, T)
    H = chosen.transform(X)
    centered = H - H.mean(axis=0)
    alphas = penalties(np.linalg.eigvalsh(centered.T @ centered))
    best = alphas[np.argmin([naive_left_out_error(H, T, alpha) for alpha in alphas])]
    _must_be_close("The chosen penalty", chosen.alpha_, best)
    selecting = ELMRegressor(**settings, unit_selection="first").fit(X, T)
    errors = [naive_left_out_error(H[:, :n], T, ELM_PENALTY) for n in range(16)]
    _must_be_close("Errors of the first units", selecting.selection_errors_, errors)
    return f"{len(alphas)} penalties and 16 numbers of units agree with one fit an example to {LEFT_OUT_TOLERANCE:g}"


def naive_left_out_error(H: np.ndarray, T: np.ndarray, alpha: float) -> float:
    """Mean squared error, summed over the targets, of examples that a ridge fit with a bias did not see."""
    errors = []
    for i in range(len(H)):
        rest, targets = np.delete(H, i, axis=0), np.delete(T, i, axis=0)
        mean, target_mean = rest.mean(axis=0), targets.mean(axis=0)
        gram = (rest - mean).T @ (rest - mean) + alpha * np.eye(H.shape[1])
        coef = np.linalg.solve(gram, (rest - mean).T @ (targets - target_mean))
        errors.append(((T[i] - target_mean - (H[i] - mean) @ coef) ** 2).sum())
    return float(np.mean(errors))


def _must_be_close(what: str, ours: Any, expected: Any) -> None:
    if not np.allclose(ours, expected, rtol=LEFT_OUT_TOLERANCE, atol=0):
        raise DisagreementError(f"{what} should be {expected}, but came out as {ours}.")


# Orthogonal least squares.


class SubsetContestant(Contestant):
    """A side that chooses Gaussians among one on every example."""

    def load(self, *, n_candidates: int, n_chosen: int) -> dict[str, np.ndarray]:
        """Friedman's first function at random points, and the matrix of all Gaussians; one width."""
        from scipy.spatial.distance import cdist
        from sklearn.datasets import make_friedman1

        X, y = make_friedman1(n_candidates, n_features=OLS_FEATURES, noise=1.0, random_state=SEED)
        X = (X - X.mean(axis=0)) / X.std(axis=0)
        self.rows = np.exp(-cdist(X, X, "sqeuclidean") / OLS_WIDTH**2)
        self.targets = y[:, np.newaxis]
        self.n_chosen = n_chosen
        return {"rows": self.rows, "targets": self.targets}

    def fit(self) -> None:
        """Choose."""
        self.columns, self.errors = self.chosen()

    def chosen(self) -> tuple[np.ndarray, np.ndarray]:
        """Columns in their order, and the mean squared training error with none, one, two, ... of them."""
        raise NotImplementedError

    def weights(self) -> Weights:
        """The choice and its errors."""
        return {"columns": self.columns, "errors": self.errors}

    def quality(self) -> dict[str, float]:
        """Number of columns and the error they leave."""
        return {"n_chosen": len(self.columns), "training_mse": float(self.errors[-1])}


class OurSubset(SubsetContestant):
    """What ``centers="ols"`` does: sums, choice, and the errors of all prefixes, those left out as well."""

    name: ClassVar[str] = "sinapsi rank_columns and prefix_errors"

    def chosen(self) -> tuple[np.ndarray, np.ndarray]:
        """All candidates carried along by a pivoted Cholesky decomposition."""
        from sinapsi.algebra.normal_equations import NormalEquations
        from sinapsi.algebra.output_layer import Hidden, prefix_errors
        from sinapsi.algebra.passes import ExamplesInMemory
        from sinapsi.algebra.subset_selection import rank_columns

        equations = NormalEquations(self.rows.shape[1], self.targets.shape[1]).add(self.rows, self.targets)
        columns = rank_columns(equations, self.n_chosen)
        hidden = Hidden(np.asarray, self.rows.shape[1], self.rows.itemsize)
        errors = prefix_errors(ExamplesInMemory(self.rows, self.targets), hidden, equations, 0.0, columns)
        return columns, errors.training


class ClassicSubset(SubsetContestant):
    """The algorithm of Chen, Cowan and Grant (1991) in the manner of MATLAB's newrb, on NumPy and LAPACK.

    Each step takes from every candidate its part along the one chosen last (Gram-Schmidt), asks every candidate how
    much of the targets its rest explains, takes the best, and fits the weights of all chosen units and the bias anew.
    Bias and errors are as ours, so that the choices can be compared; newrb chooses as if there were no bias.
    """

    name: ClassVar[str] = "classic orthogonal least squares, NumPy"

    def chosen(self) -> tuple[np.ndarray, np.ndarray]:
        """Orthogonal parts of all candidates are formed and updated."""
        parts = self.rows - self.rows.mean(axis=0)
        goals = self.targets - self.targets.mean(axis=0)
        smallest = 1e-10 * (parts**2).sum(axis=0)
        columns: list[int] = []
        errors = [float(np.mean(goals**2))]
        for _ in range(self.n_chosen):
            squares = (parts**2).sum(axis=0)
            gains = ((goals.T @ parts) ** 2).sum(axis=0) / np.maximum(squares, smallest)
            gains[columns] = -1.0
            columns.append(int(np.argmax(gains)))
            direction = parts[:, columns[-1]].copy()
            parts -= np.outer(direction, direction @ parts / (direction @ direction))
            errors.append(self._refitted_error(columns))
        return np.array(columns), np.array(errors)

    def _refitted_error(self, columns: Sequence[int]) -> float:
        from scipy.linalg import lstsq

        units = np.hstack([self.rows[:, columns], np.ones((len(self.rows), 1))])
        weights = lstsq(units, self.targets, lapack_driver="gelsy")[0]  # QR, as MATLAB's division; faster than SVD
        return float(np.mean((self.targets - units @ weights) ** 2))


def measure_subset(effort: Effort) -> Measurement:
    """Race for 300 of 3,000 candidates, after both made the same choice in a small problem."""
    small = {"n_candidates": 300, "n_chosen": 30}
    with Corner(OurSubset) as ours, Corner(ClassicSubset) as twin:
        load_everywhere((ours, twin), **small)
        agreement = check_agreement((ours, twin), _agree_in_choice)
    problem = {"n_candidates": effort.sized(N_CANDIDATES, quick=500), "n_chosen": effort.sized(N_CENTERS, quick=40)}
    measured = race_all((OurSubset, ClassicSubset), problem, effort, _agree_in_last_error)
    return replace(measured, details={**measured.details, "small problem": small, "choice in it": agreement})


def _agree_in_choice(ours: Weights, theirs: Weights) -> str:
    if not np.array_equal(ours["columns"], theirs["columns"]):
        raise DisagreementError(f"Ours chose {ours['columns']}, the classic algorithm {theirs['columns']}.")
    return f"the same {len(ours['columns'])} columns in the same order; errors: {agree_within(1e-6)(ours, theirs)}"


def _agree_in_last_error(ours: Weights, theirs: Weights) -> str:
    """Late choices can be a matter of rounding; what they explain together is not."""
    n_equal = int(np.argmin(np.append(ours["columns"] == theirs["columns"], False)))
    last = {"error": np.atleast_1d(ours["errors"][-1])}, {"error": np.atleast_1d(theirs["errors"][-1])}
    return f"the first {n_equal} choices are the same; {agree_within(OLS_ERROR_TOLERANCE)(*last)}"


def _design_claims() -> list[Claim]:
    claims = []
    for dtype, short, ratio in (("float64", "f64", 2.0), ("float32", "f32", 3.0)):
        start = f"Gaussian design matrix, 50,000 x {DESIGN_FEATURES} {dtype}, {DESIGN_CENTERS} centers"
        by_scikit = partial(measure_design, dtype=dtype, rivals=(ScikitKernel,))
        by_scipy = partial(measure_design, dtype=dtype, rivals=(ScipyDistances,))
        claims += [
            Claim(f"gaussian_design_{short}", f"{start}, against scikit-learn's rbf_kernel", ratio, by_scikit),
            Claim(f"gaussian_design_cdist_{short}", f"{start}, against scipy's cdist and numpy's exp", 10.0, by_scipy),
        ]
    return claims


def _elm_claims() -> list[Claim]:
    title = "extreme learning machine, 100,000 x 784 float32 images, 2,000 tanh units, 10 outputs"
    claims = [
        Claim(
            f"elm_100k_{package.replace('-', '_')}",
            f"{title}, same hidden weights and penalty: time of fit against {package}",
            ratio,
            partial(measure_elm, package=package),
        )
        for package, ratio in (("scikit-elm", 1.4), ("hpelm", 2.0))
    ]
    memory = f"{title}: peak memory of fit above a process that holds the data"
    claims.append(Claim("elm_100k_memory", memory, 100.0, measure_elm_memory, unit="MB", at_least=False))
    for name, side, n_targets, most in (
        ("loo_alphas", PenaltyChosen, 1, 2.5),
        ("loo_units", UnitsChosen, 1, 4.0),
        ("loo_alphas_ten_targets", PenaltyChosen, N_CLASSES, None),
        ("loo_units_ten_targets", UnitsChosen, N_CLASSES, None),
    ):
        sentence = (
            f"ELMRegressor, 100,000 x 784 float32, 1,000 units, {n_targets} target(s): time of fit with {side.name} "
            "over that of a plain fit"
        )
        measured = partial(measure_left_out, side=side, n_targets=n_targets)
        claims.append(Claim(name, sentence, most, measured, at_least=False))
    return claims


def _claims() -> list[Claim]:
    interpolation = "exact interpolation of 3,000 points in the plane by multiquadrics, against SciPy's RBFInterpolator"
    return [
        *_design_claims(),
        Claim(
            "rbf_fit_predict",
            f"{N_CENTERS} random centers, fit to and predict of 20,000 x 10, at equal test error, against Nystroem + "
            "Ridge",
            1.2,
            measure_radial,
        ),
        Claim(
            "exact_interpolation_fit",
            f"{interpolation}: time of fit",
            1.5,
            partial(measure_interpolation, predicts=False),
        ),
        Claim(
            "exact_interpolation_fit_predict",
            f"{interpolation}: time of fit and of predict at 3,000 points",
            1.5,
            partial(measure_interpolation, predicts=True),
        ),
        *_elm_claims(),
        Claim(
            "ols_centers",
            f"orthogonal least squares, {N_CENTERS} of {N_CANDIDATES} candidates: against the classic algorithm",
            50.0,
            measure_subset,
        ),
    ]


CLAIMS = _claims()

if __name__ == "__main__":
    sys.exit(main(CLAIMS))
