"""Hopfield networks: recall against `hopfieldnetwork` and against NumPy, storage, one memory more, and what they bear.

Recall is asynchronous to the end. `hopfieldnetwork` draws a new permutation for each sweep from NumPy's global
generator, which is seeded before each probe; those permutations are the order that all sides go by, so that all end in
the same states, unit by unit. With an odd number of memories no field is 0, where the rules of the sides differ.
"""

import copy
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
from claims import RESULTS, Claim, Effort, Measurement, main, ratio_to_fastest
from measure import Contestant, Corner, Weights, agree_exactly, agree_within, check_agreement, load_everywhere, race

FLIPPED = 0.1  # of the units of a probe
ORDER_SEED = 5
N_SWEEPS = 40  # of the order given to our side; all probes rest long before
PROJECTION_TOLERANCE = 1e-9  # relative, of the weights after a memory more and after a refit


def random_memories(n_memories: int, n_units: int) -> np.ndarray:
    """Rows of -1 and +1."""
    return np.random.default_rng(0).choice(np.array([-1, 1], dtype=np.int8), size=(n_memories, n_units))


def permutations_of_the_rival(n_units: int) -> np.ndarray:
    """What NumPy's legacy generator gives after seeding, sweep by sweep."""
    random = np.random.RandomState(ORDER_SEED)
    return np.array([random.permutation(n_units) for _ in range(N_SWEEPS)])


class RecallContestant(Contestant):
    """A side that recalls probes; storing is not timed."""

    def load(self, *, n_memories: int, n_units: int, n_probes: int) -> dict[str, np.ndarray]:
        """Memories, and probes with flipped units."""
        random = np.random.default_rng(1)
        self.memories = random_memories(n_memories, n_units)
        self.wanted = self.memories[random.integers(n_memories, size=n_probes)]
        n_flips = round(FLIPPED * n_units)
        ranks = random.permuted(np.tile(np.arange(n_units), (n_probes, 1)), axis=1)
        self.probes = np.where(ranks < n_flips, -self.wanted, self.wanted)
        self.order = permutations_of_the_rival(n_units)
        self.store()
        return {"memories": self.memories, "probes": self.probes, "order": self.order}

    def store(self) -> None:
        """Make the network."""
        raise NotImplementedError

    def weights(self) -> Weights:
        """The states recalled."""
        return {"states": np.asarray(self.states, dtype=np.int8)}

    def quality(self) -> dict[str, float]:
        """Mean overlap with the memories."""
        return {"overlap": float((np.asarray(self.states) * self.wanted).mean(dtype=np.float64))}


class OurRecall(RecallContestant):
    """A HopfieldNetwork."""

    name = "sinapsi"

    def store(self) -> None:
        """By Hebb's rule."""
        from sinapsi import HopfieldNetwork

        self.model = HopfieldNetwork(order=self.order).fit(self.memories)

    def fit(self) -> None:
        """Recall all probes."""
        self.states = self.model.predict(self.probes)


class HopfieldnetworkRecall(RecallContestant):
    """The package `hopfieldnetwork`, probe by probe, which is how it works."""

    name = "hopfieldnetwork"

    def store(self) -> None:
        """All memories in one call."""
        from hopfieldnetwork import HopfieldNetwork

        self.model = HopfieldNetwork(self.memories.shape[1])
        self.model.train_pattern(np.ascontiguousarray(self.memories.T))

    def fit(self) -> None:
        """Recall all probes."""
        self.states = np.empty_like(self.probes)
        for state, probe in zip(self.states, self.probes, strict=True):
            np.random.seed(ORDER_SEED)  # noqa: NPY002  -- it draws from the global generator
            self.model.set_initial_neurons_state(probe.copy())
            self.model.update_neurons(iterations=0, mode="async", run_max=True)
            state[:] = self.model.S


class NumpyRecall(RecallContestant):
    """The rule as one writes it with NumPy: an inner product a unit."""

    name = "NumPy, unit by unit"

    def store(self) -> None:
        """The matrix of weights."""
        rows = self.memories.astype(np.float64)
        self.matrix = rows.T @ rows / len(rows)
        np.fill_diagonal(self.matrix, 0.0)

    def fit(self) -> None:
        """Recall all probes."""
        self.states = np.empty(self.probes.shape)
        for number, probe in enumerate(self.probes):
            state = probe.astype(np.float64)
            for sweep in self.order:
                before = state.copy()
                for unit in sweep:
                    field = self.matrix[unit] @ state
                    if field > 0:
                        state[unit] = 1.0
                    elif field < 0:
                        state[unit] = -1.0
                if np.array_equal(before, state):
                    break
            self.states[number] = state


class StorageContestant(Contestant):
    """A side that stores memories and makes the matrix of weights."""

    def load(self, *, n_memories: int, n_units: int) -> dict[str, np.ndarray]:
        """Memories."""
        self.memories = random_memories(n_memories, n_units)
        return {"memories": self.memories}

    def weights(self) -> Weights:
        """The matrix."""
        return {"weights": self.matrix}


class OurStorage(StorageContestant):
    """A HopfieldNetwork, and the matrix that it does without."""

    name = "sinapsi, fit and weights_"

    def fit(self) -> None:
        """Store, and make the matrix."""
        from sinapsi import HopfieldNetwork

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of overload: the figure asks for it
            self.model = HopfieldNetwork(normalization="units").fit(self.memories)
        self.matrix = self.model.weights_


class OurStorageAlone(OurStorage):
    """Without the matrix, as recall needs it."""

    name = "sinapsi, fit alone"

    def fit(self) -> None:
        """Store."""
        from sinapsi import HopfieldNetwork

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.model = HopfieldNetwork(normalization="units").fit(self.memories)

    def weights(self) -> Weights:
        """Made for the comparison."""
        return {"weights": self.model.weights_}


class NumpyStorage(StorageContestant):
    """Outer products one by one, in a buffer that is made once."""

    name = "NumPy, outer products"

    def fit(self) -> None:
        """Sum them."""
        n_units = self.memories.shape[1]
        self.matrix = np.zeros((n_units, n_units))
        product = np.empty_like(self.matrix)
        for memory in self.memories.astype(np.float64):
            self.matrix += np.outer(memory, memory, out=product)
        self.matrix /= n_units
        np.fill_diagonal(self.matrix, 0.0)


class ProjectionContestant(Contestant):
    """A side that has stored some memories by the pseudo-inverse, and stores one more."""

    def load(self, *, n_memories: int, n_units: int) -> dict[str, np.ndarray]:
        """Memories, the last of them new."""
        from sinapsi import HopfieldNetwork

        self.memories = random_memories(n_memories + 1, n_units)
        self.before = HopfieldNetwork(rule="pseudo_inverse").fit(self.memories[:-1])
        return {"memories": self.memories}

    def weights(self) -> Weights:
        """The matrix."""
        return {"weights": self.model.weights_}


class OneMore(ProjectionContestant):
    """partial_fit."""

    name = "sinapsi, partial_fit"

    def fit(self) -> None:
        """Store one more, beside those that are there."""
        self.model = copy.copy(self.before).partial_fit(self.memories[-1:])


class Refit(ProjectionContestant):
    """fit, from nothing."""

    name = "sinapsi, fit"

    def fit(self) -> None:
        """Store all."""
        from sinapsi import HopfieldNetwork

        self.model = HopfieldNetwork(rule="pseudo_inverse").fit(self.memories)


def race_all(
    sides: Sequence[type[Contestant]],
    problem: dict[str, Any],
    effort: Effort,
    agree: Callable[[Weights, Weights], str],
    told: Sequence[type[Contestant]] = (),
) -> Measurement:
    """Agreement first, then times; what is told stands beside the claim."""
    with ExitStack() as stack:
        corners = [stack.enter_context(Corner(side)) for side in (*sides, *told)]
        load_everywhere(corners, **problem)
        details: dict[str, Any] = {"problem": problem, "agreement": check_agreement(corners, agree)}
        race(corners, effort.n_rounds)
        details["told"] = [corner.report() for corner in corners[len(sides) :]]
        measurement = ratio_to_fastest(corners[: len(sides)], details)
    beside = "".join(f"; {report['name']} {report['median_seconds']:.3g} s" for report in details["told"])
    overlaps = [
        f"{report['quality']['overlap']:.4f}"
        for report in (measurement.details["ours"], *measurement.details["rivals"])
        if "overlap" in report["quality"]
    ]
    quality = f"; overlap {' / '.join(overlaps)}" if overlaps else ""
    return replace(measurement, summary=f"{measurement.summary}{beside}{quality}")


def measure_recall(rival: type[Contestant], effort: Effort) -> Measurement:
    """1000 units, 101 memories, 500 probes."""
    problem = {
        "n_memories": effort.sized(101, 11),
        "n_units": effort.sized(1000, 100),
        "n_probes": effort.sized(500, 10),
    }
    return race_all([OurRecall, rival], problem, effort, agree_exactly)


def measure_storage(effort: Effort) -> Measurement:
    """1000 memories in 4000 units."""
    problem = {"n_memories": effort.sized(1000, 20), "n_units": effort.sized(4000, 100)}
    return race_all([OurStorage, NumpyStorage], problem, effort, agree_within(1e-12), told=[OurStorageAlone])


def measure_one_more(effort: Effort) -> Measurement:
    """The 501st memory in 2000 units."""
    problem = {"n_memories": effort.sized(500, 20), "n_units": effort.sized(2000, 100)}
    return race_all([OneMore, Refit], problem, effort, agree_within(PROJECTION_TOLERANCE))


def measure_capacity(effort: Effort) -> Measurement:
    """The load at which half of the memories are lost, by Hebb's rule; the other memories are told."""
    from sinapsi import DenseAssociativeMemory, HopfieldNetwork, capacity_curve
    from sinapsi.plots import RecallCurveDisplay

    n_units = effort.sized(2000, 200)
    loads = (0.05, 0.1, 0.12, 0.13, 0.14, 0.145, 0.15, 0.16, 0.17, 0.18, 0.2)
    budget = {"n_probes": effort.sized(200, 20), "n_repeats": effort.n_rounds, "random_state": 0}
    hebb = capacity_curve(HopfieldNetwork(), loads, n_units=n_units, **budget)
    others = [
        capacity_curve(network, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0), n_units=n_units // 4, **budget)
        for network in (
            HopfieldNetwork(rule="storkey"),
            HopfieldNetwork(rule="perceptron", max_iter=300),
            HopfieldNetwork(rule="pseudo_inverse"),
            DenseAssociativeMemory(),
        )
    ]
    far = capacity_curve(DenseAssociativeMemory(), (2.0, 5.0, 10.0), n_units=n_units // 10, **budget)
    if not effort.quick:
        display = RecallCurveDisplay.from_curves([hebb, *others])
        display.figure_.savefig(RESULTS / "memory_capacity.svg", metadata={"Date": None})
    crossing = float(np.interp(0.5, hebb.recalled[::-1], hebb.values[::-1]))
    at = dict(zip(hebb.values.tolist(), hebb.overlap.tolist(), strict=True))
    words = f"overlap {at[0.12]:.4f} at load 0.12, {at[0.18]:.4f} at 0.18; half are lost at {crossing:.4f}"
    curves = {curve.name: str(curve) for curve in (hebb, *others)}
    return Measurement(crossing, words, {"n_units": n_units, "curves": curves, "far beyond": str(far)})


def measure_dreams(effort: Effort) -> Measurement:
    """Overlap with the memories, after dreaming less before, at load 0.2."""
    from sinapsi import HopfieldNetwork, dreaming_curve
    from sinapsi.plots import RecallCurveDisplay

    n_units = effort.sized(1000, 100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of overload: the figure asks for it
        network = HopfieldNetwork(random_state=0).fit(random_memories(n_units // 5, n_units))
    n_dreams = tuple(int(share * n_units) for share in (0, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 4))
    curves = {
        rate: dreaming_curve(network, n_dreams, rate=rate, noise=0.05, random_state=0) for rate in (0.003, 0.01, 0.03)
    }
    if not effort.quick:
        display = RecallCurveDisplay.from_curves(
            [replace(curve, name=f"rate {rate:g}") for rate, curve in curves.items()]
        )
        display.figure_.savefig(RESULTS / "memory_dreams.svg", metadata={"Date": None})
    middle = curves[0.01].overlap
    words = f"overlap {middle[0]:.3f} awake, {middle.max():.3f} after {n_dreams[int(middle.argmax())]} dreams"
    return Measurement(
        float(middle.max() - middle[0]),
        words,
        {"n_units": n_units, "curves": {str(rate): str(curve) for rate, curve in curves.items()}},
    )


CLAIMS = [
    Claim(
        "memory_recall",
        "recall to the end, 1000 units, 101 memories, 500 probes, 10 % flipped, against hopfieldnetwork",
        120.0,
        lambda effort: measure_recall(HopfieldnetworkRecall, effort),
    ),
    Claim(
        "memory_recall_numpy",
        "the same against NumPy, an inner product a unit",
        80.0,
        lambda effort: measure_recall(NumpyRecall, effort),
    ),
    Claim(
        "memory_storage",
        "storage of 1000 memories in 4000 units, matrix included, against outer products one by one",
        20.0,
        measure_storage,
    ),
    Claim(
        "memory_one_more",
        "the 501st memory in 2000 units by the pseudo-inverse, against storing all anew",
        20.0,
        measure_one_more,
    ),
    Claim(
        "memory_capacity",
        "load at which half of the memories of Hebb's rule are lost, 2000 units (theory: 0.138 for the first)",
        0.145,
        measure_capacity,
        unit="memories a unit",
    ),
    Claim(
        "memory_dreams",
        "what dreaming adds to the overlap at load 0.2, 1000 units, 5 % flipped",
        0.0,
        measure_dreams,
        unit="of overlap",
    ),
]

if __name__ == "__main__":
    sys.exit(main(CLAIMS))
