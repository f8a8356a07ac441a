"""Self-organizing maps: online learning against MiniSom, batch learning against somoclu, python-som and torchsom.

All sides get one start, and where they have the same rule one neighborhood and one radius for every step; then their
prototypes agree. somoclu sums in single precision, which near ties turn into other winners: one epoch must agree, and
the quantization error of the whole run. torchsom has no batch rule, so there only both errors are compared.
Quantization and topographic error (eight neighbors) stand beside every time, measured by one function for all sides.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
from claims import RESULTS, Claim, Effort, Measurement, main, ratio_to_fastest
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

N_CLUSTERS = 20
NOISE = 0.5  # standard deviation around centers of standard normal coordinates

ONLINE_RADIUS, ONLINE_RATE = 5.0, 0.5  # at the start; both fall as 1 / (1 + 2 t / T), MiniSom's default
ONLINE_TOLERANCE = 1e-9  # relative, of prototypes

SOMOCLU_RADII = (5.0, 1.0)  # from the first epoch to the last, linearly
SOMOCLU_EPOCH_TOLERANCE = 2e-4  # absolute, after one epoch; prototypes are about 3, summed in single precision
SOMOCLU_ERROR_TOLERANCE = 2e-4  # relative, of the quantization error after all epochs
PLAIN_SOMOCLU = Path(sys.prefix) / "somoclu-plain"  # a second build, see README: not reordering sums of floats

PYTHON_SOM_TOLERANCE = 2e-3  # relative, of prototypes: ours in single precision, theirs in double

TORCHSOM_EPOCHS, TORCHSOM_BATCH = 100, 256  # the size of its mini-batches with which it is fastest
TORCHSOM_RADIUS, TORCHSOM_RATE = 6.0, 0.5  # both fall as 1 / (1 + 2 e / E), its default
OUR_RADIUS_THERE = "two_phases(4.0, 2.1, 2.1, n_ordering=40, n_convergence=60)"


def mixture(n_samples: int, n_features: int, dtype: str) -> np.ndarray:
    """Rows around 20 centers."""
    random = np.random.default_rng(0)
    centers = random.standard_normal((N_CLUSTERS, n_features))
    rows = centers[random.integers(N_CLUSTERS, size=n_samples)]
    return np.ascontiguousarray(rows + NOISE * random.standard_normal((n_samples, n_features)), dtype=dtype)


def some_rows(X: np.ndarray, n_units: int) -> np.ndarray:
    """A start of distinct examples."""
    return X[np.random.default_rng(1).permutation(len(X))[:n_units]].copy()


def errors_of(X: np.ndarray, prototypes: np.ndarray, n_columns: int) -> dict[str, float]:
    """Quantization error, and topographic error with eight neighbors on a rectangular grid."""
    center = prototypes.mean(axis=0, dtype=np.float64)
    units = prototypes.astype(np.float64) - center
    squares, distances, torn = (units**2).sum(axis=1), [], []
    for start in range(0, len(X), 1000):
        rows = X[start : start + 1000].astype(np.float64) - center
        scores = squares - 2 * rows @ units.T
        first = scores.argmin(axis=1)
        scores[np.arange(len(rows)), first] = np.inf
        second = scores.argmin(axis=1)
        distances.append(np.sqrt(((rows - units[first]) ** 2).sum(axis=1)))
        apart = [np.abs(first // n_columns - second // n_columns), np.abs(first % n_columns - second % n_columns)]
        torn.append(np.maximum(*apart) > 1)
    return {"QE": float(np.concatenate(distances).mean()), "TE": float(np.concatenate(torn).mean())}


def falling(initial: float, n_steps: int) -> Any:
    """The schedule initial / (1 + 2 t / T)."""
    from sinapsi.schedules import Schedule

    @dataclass(frozen=True)
    class Falling(Schedule):
        initial: float
        n_steps: int

        def rates(self, steps: Any) -> np.ndarray:
            return np.asarray(self.initial / (1 + 2 * np.asarray(steps, dtype=np.float64) / self.n_steps))

    return Falling(initial, n_steps)


def linear(radii: tuple[float, float], n_steps: int) -> Any:
    """The schedule that goes straight from one radius to another."""
    from sinapsi.schedules import Schedule

    @dataclass(frozen=True)
    class Straight(Schedule):
        first: float
        last: float
        n_steps: int

        def rates(self, steps: Any) -> np.ndarray:
            share = np.minimum(np.asarray(steps, dtype=np.float64) / max(self.n_steps - 1, 1), 1.0)
            return np.asarray(self.first + share * (self.last - self.first))

    return Straight(*radii, n_steps)


class MapContestant(Contestant):
    """A side that makes a map."""

    def load(
        self, *, n_samples: int, n_features: int, size: tuple[int, int], dtype: str, n_steps: int
    ) -> dict[str, np.ndarray]:
        """Examples and start; ``n_steps`` are updates online and epochs in batch learning."""
        self.X = mixture(n_samples, n_features, dtype)
        self.start = some_rows(self.X, size[0] * size[1])
        self.size, self.n_steps = tuple(size), n_steps
        self.prepare()
        return {"X": self.X, "start": self.start}

    def prepare(self) -> None:
        """Bring the data into the form that the side wants, untimed."""

    def prototypes(self) -> np.ndarray:
        """What the last fit learned, (n_units, n_features)."""
        raise NotImplementedError

    def weights(self) -> Weights:
        """The prototypes."""
        return {"prototypes": self.prototypes()}

    def quality(self) -> dict[str, float]:
        """Both errors."""
        return errors_of(self.X, self.prototypes(), self.size[1])


class OurMap(MapContestant):
    """A SelfOrganizingMap; the history and the labels are made too."""

    name = "sinapsi"
    topology: ClassVar[str] = "rectangular"

    def settings(self) -> dict[str, Any]:
        """How it learns."""
        raise NotImplementedError

    def fit(self) -> None:
        """Make the map."""
        from sinapsi import SelfOrganizingMap

        self.model = SelfOrganizingMap(size=self.size, topology=self.topology, init=self.start, **self.settings()).fit(
            self.X
        )

    def prototypes(self) -> np.ndarray:
        """Of the model."""
        return np.asarray(self.model.prototypes_)


class OurOnlineMap(OurMap):
    """Example after example, in the order of the data."""

    def settings(self) -> dict[str, Any]:
        """As MiniSom."""
        return {
            "learning": "online",
            "shuffle": False,
            "max_iter": self.n_steps // len(self.X),
            "radius": falling(ONLINE_RADIUS, self.n_steps),
            "learning_rate": falling(ONLINE_RATE, self.n_steps),
        }


class MiniSomPlain(MapContestant):
    """MiniSom as it comes."""

    name = "MiniSom"

    def distance(self) -> Any:
        """Its own."""
        return "euclidean"

    def prepare(self) -> None:
        """The start as a grid."""
        self.grid_of_weights = self.start.reshape(*self.size, -1).astype(np.float64)
        self.measure = self.distance()

    def fit(self) -> None:
        """Make the map; weights are given to it, since it has no argument for them."""
        from minisom import MiniSom

        self.model = MiniSom(
            *self.size,
            self.X.shape[1],
            sigma=ONLINE_RADIUS,
            learning_rate=ONLINE_RATE,
            activation_distance=self.measure,
            random_seed=0,
        )
        self.model._weights = self.grid_of_weights.copy()
        self.model.train(self.X, self.n_steps, random_order=False)

    def prototypes(self) -> np.ndarray:
        """Row by row."""
        return self.model.get_weights().reshape(-1, self.X.shape[1])


class MiniSomCompiled(MiniSomPlain):
    """MiniSom with a compiled function in the place of its distance, the most that its arguments allow."""

    name = "MiniSom, compiled distance"

    def distance(self) -> Any:
        """The squared distance, which has the same winner."""
        from numba import njit

        @njit(fastmath=True)
        def squared(x: Any, weights: Any) -> Any:
            table = np.empty(weights.shape[:2])
            for i in range(weights.shape[0]):
                for j in range(weights.shape[1]):
                    total = 0.0
                    for k in range(weights.shape[2]):
                        error = x[k] - weights[i, j, k]
                        total += error * error
                    table[i, j] = total
            return table

        return squared


class OurBatchMap(OurMap):
    """Batch learning with the radii of somoclu."""

    def settings(self) -> dict[str, Any]:
        """Straight from the first radius to the last."""
        return {"radius": linear(SOMOCLU_RADII, self.n_steps), "max_iter": self.n_steps}


class OurHexagons(OurBatchMap):
    """The same on hexagons."""

    name = "sinapsi, hexagonal"
    topology = "hexagonal"


class Somoclu(MapContestant):
    """somoclu's compiled core, built as the README says."""

    name = "somoclu"

    def fit(self) -> None:
        """Make the map; a last search of winners and the U-matrix belong to it."""
        import _somoclu_wrap  # noqa: F401  -- without its core it would do nothing
        import somoclu

        self.model = somoclu.Somoclu(
            self.size[1],
            self.size[0],
            initialcodebook=self.start.copy().ravel(),
            compactsupport=False,
            std_coeff=0.5,
        )
        first, last = (2 * radius for radius in SOMOCLU_RADII)
        self.model.train(
            self.X,
            epochs=self.n_steps,
            radius0=first,
            radiusN=last,
            radiuscooling="linear" if self.n_steps > 1 else "exponential",
            scalecooling="linear" if self.n_steps > 1 else "exponential",
            scale0=1.0,
            scaleN=1.0 if self.n_steps > 1 else 0.5,
        )

    def prototypes(self) -> np.ndarray:
        """Row by row."""
        return np.asarray(self.model.codebook).reshape(-1, self.X.shape[1])


class SomocluPlain(Somoclu):
    """The same sources built with -O3 -march=native and nothing else."""

    name = "somoclu, plain -O3"

    def prepare(self) -> None:
        """Take the other build."""
        sys.path.insert(0, str(PLAIN_SOMOCLU))


class OurMapLikePythonSom(OurMap):
    """Batch learning with the radii of python-som."""

    def settings(self) -> dict[str, Any]:
        """Its default schedule."""
        return {"radius": falling(0.25 * max(self.size), self.n_steps), "max_iter": self.n_steps}


class PythonSom(MapContestant):
    """python-som in double precision, as it always is, without numba, which slows it."""

    name = "python-som"

    def prepare(self) -> None:
        """Double precision, and the winners by NumPy."""
        import python_som._som

        python_som._som.bmu_kernel = lambda: None
        self.rows = self.X.astype(np.float64)
        self.grid_of_weights = self.start.reshape(*self.size, -1).astype(np.float64)

    def fit(self) -> None:
        """Make the map; a quantization error belongs to it."""
        import python_som

        radius = 0.25 * max(self.size)
        self.model = python_som.SOM(*self.size, self.X.shape[1], neighborhood_radius=radius, random_seed=0)
        self.model._weights = self.grid_of_weights.copy()
        self.model.train(self.rows, n_iteration=self.n_steps, mode="batch")

    def prototypes(self) -> np.ndarray:
        """Row by row."""
        return np.asarray(self.model.get_weights()).reshape(-1, self.X.shape[1])


class PlaneStart:
    """A start on the principal plane of the data, the same for both sides."""

    X: np.ndarray
    start: np.ndarray
    size: tuple[int, int]

    def lay_out(self) -> None:
        """Standard deviations along the axes are those of the data."""
        moved = self.X.astype(np.float64) - self.X.mean(axis=0, dtype=np.float64)
        values, axes = np.linalg.eigh(moved.T @ moved / len(moved))
        rows, columns = np.divmod(np.arange(self.size[0] * self.size[1]), self.size[1])
        places = np.column_stack([rows - rows.mean(), columns - columns.mean()])
        places = places / places.std(axis=0) * np.sqrt(values[[-1, -2]])
        self.start = (self.X.mean(axis=0) + places @ axes[:, [-1, -2]].T).astype(np.float32)


class OurMapLikeTorchsom(PlaneStart, OurMap):
    """Batch learning with a schedule of ours."""

    def prepare(self) -> None:
        """The start."""
        self.lay_out()

    def settings(self) -> dict[str, Any]:
        """As many epochs, unless the map comes to rest before."""
        return {"radius": OUR_RADIUS_THERE, "max_iter": self.n_steps}

    def quality(self) -> dict[str, float]:
        """Both errors, and how many epochs there were."""
        return {**super().quality(), "epochs": float(self.model.n_iter_)}


class Torchsom(PlaneStart, MapContestant):
    """torchsom on the CPU with its default schedules."""

    name = "torchsom"

    def prepare(self) -> None:
        """Tensors."""
        import torch

        self.lay_out()
        self.tensor = torch.from_numpy(self.X)

    def fit(self) -> None:
        """Make the map; it measures both errors of every mini-batch."""
        import torch
        from torchsom import SOM

        self.model = SOM(
            *self.size,
            self.X.shape[1],
            epochs=self.n_steps,
            batch_size=TORCHSOM_BATCH,
            sigma=TORCHSOM_RADIUS,
            learning_rate=TORCHSOM_RATE,
            device="cpu",
            search_backend="torch",
            random_seed=0,
        )
        self.model.weights.data = torch.from_numpy(self.start.reshape(*self.size, -1).copy())
        self.model.fit(self.tensor, verbose=False)

    def prototypes(self) -> np.ndarray:
        """Row by row."""
        return np.asarray(self.model.weights.data.numpy()).reshape(-1, self.X.shape[1])

    def quality(self) -> dict[str, float]:
        """Both errors, and how many epochs there were."""
        return {**super().quality(), "epochs": float(self.n_steps)}


def race_all(
    sides: Sequence[type[Contestant]],
    problem: dict[str, Any],
    effort: Effort,
    agree: Callable[[Weights, Weights], str],
    *,
    told: Sequence[type[Contestant]] = (),
    first_check: Callable[[Sequence[Corner]], str] | None = None,
) -> Measurement:
    """Race ours, the first, against the others; ``told`` sides run in the same race and do not enter the ratio."""
    with ExitStack() as stack:
        corners = [stack.enter_context(Corner(side)) for side in (*sides, *told)]
        details: dict[str, Any] = {"problem": problem}
        if first_check:
            details["first_check"] = first_check(corners)
        load_everywhere(corners, **problem)
        details["agreement"] = check_agreement(corners, agree)
        race(corners, effort.n_rounds)
        if told:
            details["told"] = [corner.report() for corner in corners[len(sides) :]]
        measurement = ratio_to_fastest(corners[: len(sides)], details)
    reports = [measurement.details["ours"], *measurement.details["rivals"], *details.get("told", ())]
    ours = reports[0]["median_seconds"]
    beside = "".join(
        f"; {report['name']} {report['median_seconds']:.3g} s ({report['median_seconds'] / ours:.3g} x)"
        for report in details.get("told", ())
    )
    quality = ", ".join(
        f"{name} {' / '.join(format(report['quality'][name], '.5g') for report in reports)}"
        for name in reports[0]["quality"]
    )
    return replace(measurement, summary=f"{measurement.summary}{beside}; {quality}")


def measure_online(n_features: int, n_updates: int, effort: Effort) -> Measurement:
    """20 x 20 units, one example after another."""
    n_samples = effort.sized(10_000, 500)
    problem = {
        "n_samples": n_samples,
        "n_features": n_features,
        "size": (20, 20) if not effort.quick else (5, 6),
        "dtype": "float64",
        "n_steps": effort.sized(n_updates, 2 * n_samples),
    }
    return race_all(
        [OurOnlineMap, MiniSomPlain], problem, effort, agree_within(ONLINE_TOLERANCE), told=[MiniSomCompiled]
    )


def measure_somoclu(n_features: int, effort: Effort) -> Measurement:
    """20 x 20 units, ten epochs."""
    problem = {
        "n_samples": effort.sized(10_000, 500),
        "n_features": n_features,
        "size": (20, 20) if not effort.quick else (5, 6),
        "dtype": "float32",
        "n_steps": 10,
    }

    def one_epoch_agrees(corners: Sequence[Corner]) -> str:
        load_everywhere(corners, **{**problem, "n_steps": 1})
        solutions = []
        for corner in corners:
            corner.ask("fit")
            solutions.append(corner.ask("weights")["prototypes"])
        worst = max(float(np.abs(solution - solutions[0]).max()) for solution in solutions[1:])
        if not worst <= SOMOCLU_EPOCH_TOLERANCE:
            raise DisagreementError(
                f"One epoch should agree to {SOMOCLU_EPOCH_TOLERANCE:g}, but differs by {worst:.3g}."
            )
        return f"one epoch: largest difference {worst:.2g}, allowed {SOMOCLU_EPOCH_TOLERANCE:g}"

    X = mixture(problem["n_samples"], n_features, "float32")

    def agree(ours: Weights, theirs: Weights) -> str:
        errors = [errors_of(X, side["prototypes"], problem["size"][1])["QE"] for side in (ours, theirs)]
        apart = abs(errors[0] / errors[1] - 1)
        if not apart <= SOMOCLU_ERROR_TOLERANCE:
            raise DisagreementError(f"Quantization errors {errors} should agree to {SOMOCLU_ERROR_TOLERANCE:g}.")
        return f"quantization errors agree to {apart:.1g}, allowed {SOMOCLU_ERROR_TOLERANCE:g}"

    told = [SomocluPlain] if PLAIN_SOMOCLU.exists() else []
    return race_all([OurBatchMap, Somoclu], problem, effort, agree, told=told, first_check=one_epoch_agrees)


def measure_python_som(size: tuple[int, int], n_samples: int, n_features: int, effort: Effort) -> Measurement:
    """Ten epochs: ours of data in single precision, theirs in double."""
    problem = {
        "n_samples": effort.sized(n_samples, 500),
        "n_features": n_features,
        "size": size if not effort.quick else (5, 6),
        "dtype": "float32",
        "n_steps": 10,
    }
    return race_all([OurMapLikePythonSom, PythonSom], problem, effort, agree_within(PYTHON_SOM_TOLERANCE))


def measure_python_som_double(size: tuple[int, int], n_samples: int, n_features: int, effort: Effort) -> Measurement:
    """The same with both in double precision."""
    problem = {
        "n_samples": effort.sized(n_samples, 500),
        "n_features": n_features,
        "size": size if not effort.quick else (5, 6),
        "dtype": "float64",
        "n_steps": 10,
    }
    return race_all([OurMapLikePythonSom, PythonSom], problem, effort, agree_within(1e-8))


def measure_torchsom(effort: Effort) -> Measurement:
    """100 epochs from the principal plane; both of our errors must not be worse."""
    problem = {
        "n_samples": effort.sized(16_000, 600),
        "n_features": effort.sized(300, 20),
        "size": (25, 15) if not effort.quick else (6, 5),
        "dtype": "float32",
        "n_steps": effort.sized(TORCHSOM_EPOCHS, 10),
    }
    X = mixture(problem["n_samples"], problem["n_features"], "float32")

    def agree(ours: Weights, theirs: Weights) -> str:
        own, other = (errors_of(X, side["prototypes"], problem["size"][1]) for side in (ours, theirs))
        if not effort.quick and not (own["QE"] <= other["QE"] and own["TE"] <= other["TE"]):
            raise DisagreementError(f"Our errors {own} should not be worse than {other}.")
        return f"ours {own}, theirs {other}"

    return race_all([OurMapLikeTorchsom, Torchsom], problem, effort, agree)


def measure_hexagons(n_features: int, effort: Effort) -> Measurement:
    """Time of an epoch on hexagons over that on a rectangular grid of the same size."""
    problem = {
        "n_samples": effort.sized(10_000, 500),
        "n_features": n_features,
        "size": (20, 20) if not effort.quick else (5, 6),
        "dtype": "float32",
        "n_steps": 10,
    }
    with ExitStack() as stack:
        corners = [stack.enter_context(Corner(side)) for side in (OurHexagons, OurBatchMap)]
        load_everywhere(corners, **problem)
        for corner in corners:
            corner.ask("fit")
        race(corners, effort.n_rounds)
        hexagonal, rectangular = (corner.report() for corner in corners)
    ratio = hexagonal["median_seconds"] / rectangular["median_seconds"]
    words = f"hexagonal {hexagonal['median_seconds']:.3g} s, rectangular {rectangular['median_seconds']:.3g} s"
    return Measurement(ratio, words, {"problem": problem, "sides": [hexagonal, rectangular]})


GROWTH = {
    "n_samples": [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000],
    "n_units": [64, 100, 225, 400, 900, 1_600, 3_600],
    "n_features": [8, 16, 32, 64, 128, 256, 512],
}
BASE = {"n_samples": 10_000, "n_units": 400, "n_features": 64}


def measure_growth(effort: Effort) -> Measurement:
    """Seconds of an epoch against examples, units and features; the value is the worst deviation from a line."""
    from sinapsi import SelfOrganizingMap

    def seconds(n_samples: int, n_units: int, n_features: int) -> float:
        X = mixture(n_samples, n_features, "float32")
        side = round(n_units**0.5)
        times = []
        for max_iter in (1, 11):
            settings = {"size": (side, side), "init": some_rows(X, side * side), "radius": 2.0, "max_iter": max_iter}
            SelfOrganizingMap(**settings).fit(X)
            laps = []
            for _ in range(effort.n_rounds):
                start = perf_counter()
                SelfOrganizingMap(**settings).fit(X)
                laps.append(perf_counter() - start)
            times.append(median(laps))
        return (times[1] - times[0]) / 10

    curves: dict[str, dict[str, list[float]]] = {}
    worst = 0.0
    for name, values in GROWTH.items():
        chosen = values[: effort.sized(len(values), 2)]
        measured = [seconds(**{**BASE, name: value}) for value in chosen]
        # A line with its intercept, by relative errors: a fixed cost, and a cost for each.
        design = np.column_stack([np.ones(len(chosen)), chosen]) / np.array(measured)[:, np.newaxis]
        line, *_ = np.linalg.lstsq(design, np.ones(len(chosen)), rcond=None)
        fitted = np.column_stack([np.ones(len(chosen)), chosen]) @ line
        worst = max(worst, float(np.abs(fitted / measured - 1).max()))
        curves[name] = {"values": list(map(float, chosen)), "seconds": measured, "line": line.tolist()}
    if not effort.quick:
        _draw(curves)
    ends = ", ".join(
        f"{name} {curve['seconds'][0]:.2g} to {curve['seconds'][-1]:.2g} s" for name, curve in curves.items()
    )
    return Measurement(worst, ends, {"curves": curves, "base": BASE})


def _draw(curves: dict[str, dict[str, list[float]]]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3), layout="constrained")
    for axes, (name, curve) in zip(figure.subplots(1, 3), curves.items(), strict=True):
        values = np.array(curve["values"])
        axes.plot(values, 1000 * np.array(curve["seconds"]), "o")
        axes.plot(values, 1000 * (curve["line"][0] + curve["line"][1] * values), "-", linewidth=1)
        axes.set(xlabel=name.removeprefix("n_"), ylabel="milliseconds an epoch", xlim=(0, None), ylim=(0, None))
    figure.savefig(RESULTS / "map_growth.svg", metadata={"Date": None})


CLAIMS = [
    Claim(
        "map_online_d16",
        "online map, 20 x 20 units, 16 features, 100,000 updates, against MiniSom",
        25.0,
        partial(measure_online, 16, 100_000),
    ),
    Claim(
        "map_online_d784",
        "online map, 20 x 20 units, 784 features, 10,000 updates, against MiniSom",
        15.0,
        partial(measure_online, 784, 10_000),
    ),
    Claim(
        "map_batch_d16",
        "batch map, 20 x 20 units, 10,000 x 16, 10 epochs, against somoclu",
        12.0,
        partial(measure_somoclu, 16),
    ),
    Claim(
        "map_batch_d784",
        "batch map, 20 x 20 units, 10,000 x 784, 10 epochs, against somoclu",
        30.0,
        partial(measure_somoclu, 784),
    ),
    Claim(
        "map_batch_60x60",
        "batch map, 60 x 60 units, 10,000 x 50, 10 epochs, float32, against python-som in float64",
        3.0,
        partial(measure_python_som, (60, 60), 10_000, 50),
    ),
    Claim(
        "map_batch_25x15",
        "batch map, 25 x 15 units, 16,000 x 300, 10 epochs, float32, against python-som in float64",
        3.0,
        partial(measure_python_som, (25, 15), 16_000, 300),
    ),
    Claim(
        "map_batch_60x60_double",
        "the same with both in float64",
        None,
        partial(measure_python_som_double, (60, 60), 10_000, 50),
    ),
    Claim(
        "map_batch_25x15_double",
        "the same with both in float64",
        None,
        partial(measure_python_som_double, (25, 15), 16_000, 300),
    ),
    Claim(
        "map_torchsom",
        "map of 25 x 15 units, 16,000 x 300, 100 epochs from the principal plane, against torchsom on CPU at "
        "quantization and topographic errors not worse",
        8.0,
        measure_torchsom,
    ),
    Claim(
        "map_hexagons_d16",
        "epoch of a hexagonal map over one of a rectangular map, 20 x 20 units, 10,000 x 16",
        1.5,
        partial(measure_hexagons, 16),
        at_least=False,
    ),
    Claim(
        "map_hexagons_d784",
        "epoch of a hexagonal map over one of a rectangular map, 20 x 20 units, 10,000 x 784",
        1.5,
        partial(measure_hexagons, 784),
        at_least=False,
    ),
    Claim(
        "map_growth",
        "seconds of an epoch against examples, units and features: largest relative deviation from a straight line",
        None,
        measure_growth,
        unit="of the time",
        at_least=False,
    ),
]

if __name__ == "__main__":
    sys.exit(main(CLAIMS))
