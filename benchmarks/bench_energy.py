"""Boltzmann machines: a pass of contrastive divergence against scikit-learn and learnergy, and Gibbs sampling.

A pass is one epoch over 60,000 images of 784 pixels with 500 hidden units in batches of 100, float32, rate 0.1, without
momentum or decay. The sides draw different numbers and scikit-learn's chains persist, so weights cannot agree: before
timing, the error of a reconstruction (up and down once by expected states) must be no more than 5 % above the rival's.
Gibbs sampling visits the units of a fully connected machine one after another, 100 chains side by side.
"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
from claims import Claim, Effort, Measurement, main, ratio_to_fastest
from measure import Contestant, Corner, Weights, check_agreement, load_everywhere, race
from synthetic_images import draw_images

N_HIDDEN = 500
BATCH = 100
RATE = 0.1
ALLOWED = 1.05  # our error over the rival's
N_JUDGED = 1000  # images whose reconstruction is measured
N_SWEEPS = 300  # of Gibbs sampling
N_CHAINS = 100
LARGEST_GAP = 5.0  # standard errors between the mean states of the sides, of all units


class EpochContestant(Contestant):
    """A side that learns one pass over images with values from 0 to 1."""

    def load(self, *, n_samples: int) -> dict[str, np.ndarray]:
        """Images with MNIST's pattern of ink."""
        images, _ = draw_images("sparse", n_samples, np.float32)
        self.images = np.ascontiguousarray(np.clip(images, 0.0, 1.0))
        return {"images": self.images}

    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights (n_hidden, n_visible), biases of visible and of hidden units."""
        raise NotImplementedError

    def error(self) -> float:
        """Squared error of a reconstruction, summed over the pixels."""
        weights, visible, hidden = self.parts()
        images = self.images[:N_JUDGED]
        means = 1 / (1 + np.exp(-(images @ weights.T + hidden)))
        expected = 1 / (1 + np.exp(-(means @ weights + visible)))
        return float(((images - expected) ** 2).sum(axis=1).mean())

    def weights(self) -> Weights:
        """What is compared."""
        return {"error": np.array([self.error()])}

    def quality(self) -> dict[str, float]:
        """The error."""
        return {"reconstruction_error": self.error()}


class OurEpoch(EpochContestant):
    """A RestrictedBoltzmannMachine."""

    name = "sinapsi"

    def fit(self) -> None:
        """One pass."""
        from sinapsi import RestrictedBoltzmannMachine

        self.model = RestrictedBoltzmannMachine(
            n_hidden=N_HIDDEN,
            learning_rate=RATE,
            momentum=0.0,
            weight_decay=0.0,
            batch_size=BATCH,
            max_iter=1,
            random_state=0,
        ).fit(self.images)

    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As learned."""
        return self.model.components_, self.model.intercept_visible_, self.model.intercept_hidden_


class ScikitLearnEpoch(EpochContestant):
    """scikit-learn's BernoulliRBM: persistent chains, one step an update."""

    name = "scikit-learn BernoulliRBM"

    def fit(self) -> None:
        """One pass."""
        from sklearn.neural_network import BernoulliRBM

        self.model = BernoulliRBM(
            n_components=N_HIDDEN, learning_rate=RATE, batch_size=BATCH, n_iter=1, random_state=0
        ).fit(self.images)

    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As learned."""
        return self.model.components_, self.model.intercept_visible_, self.model.intercept_hidden_


class LearnergyEpoch(EpochContestant):
    """learnergy's RBM on PyTorch, CD-1."""

    name = "learnergy RBM"

    def fit(self) -> None:
        """One pass."""
        import logging

        import torch
        from learnergy.models.bernoulli import RBM

        logging.disable(logging.CRITICAL)
        torch.manual_seed(0)
        images = torch.from_numpy(self.images)
        dataset = torch.utils.data.TensorDataset(images, torch.zeros(len(images)))
        self.model = RBM(n_visible=images.shape[1], n_hidden=N_HIDDEN, steps=1, learning_rate=RATE)
        self.model.fit(dataset, batch_size=BATCH, epochs=1)

    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As learned."""
        weights, visible, hidden = (part.detach().numpy() for part in (self.model.W, self.model.a, self.model.b))
        return weights.T, visible, hidden


class GibbsContestant(Contestant):
    """A side that samples from a fully connected machine with given weights."""

    def load(self, *, n_units: int) -> dict[str, np.ndarray]:
        """Symmetric couplings of a spin glass, strong enough that units hold each other."""
        random = np.random.default_rng(0)
        couplings = np.triu(random.normal(0.0, 2.0 / np.sqrt(n_units), (n_units, n_units)), 1)
        self.couplings = couplings + couplings.T
        self.biases = -0.5 * self.couplings.sum(axis=1)
        self.prepare()
        return {"couplings": self.couplings, "biases": self.biases}

    def prepare(self) -> None:
        """Make the machine."""

    def weights(self) -> Weights:
        """Mean state of each unit over the chains."""
        return {"means": self.states.mean(axis=0)}

    def quality(self) -> dict[str, float]:
        """Mean energy of the states."""
        s = self.states
        return {"energy": float((-0.5 * ((s @ self.couplings) * s).sum(axis=1) - s @ self.biases).mean())}


class OurGibbs(GibbsContestant):
    """A BoltzmannMachine without hidden units."""

    name = "sinapsi"

    def prepare(self) -> None:
        """With the given weights instead of learned ones."""
        from sinapsi import BoltzmannMachine

        random = np.random.default_rng(1)
        rows = (random.random((20, len(self.biases))) < 0.5).astype(np.float64)
        self.model = BoltzmannMachine(n_hidden=0, max_iter=1, random_state=0).fit(rows)
        self.model.weights_, self.model.biases_ = self.couplings, self.biases

    def fit(self) -> None:
        """Sample."""
        self.states = self.model.sample(N_CHAINS, n_gibbs_steps=N_SWEEPS, random_state=0)


class NumpyGibbs(GibbsContestant):
    """One unit after another, all chains at once."""

    name = "NumPy, vectorized over chains"

    def fit(self) -> None:
        """Sample."""
        random = np.random.default_rng(0)
        n_units = len(self.biases)
        states = (random.random((n_units, N_CHAINS)) < 0.5).astype(np.float64)
        for _ in range(N_SWEEPS):
            chances = random.random((n_units, N_CHAINS))
            for unit in random.permutation(n_units):
                gaps = self.couplings[unit] @ states + self.biases[unit]
                states[unit] = chances[unit] < 1 / (1 + np.exp(-gaps))
        self.states = states.T


def no_worse(ours: Weights, theirs: Weights) -> str:
    """Our error is at most 5 % above theirs."""
    own, other = float(ours["error"][0]), float(theirs["error"][0])
    if own > ALLOWED * other:
        raise AssertionError(f"reconstruction errors {own:.3f} and {other:.3f}")
    return f"reconstruction errors {own:.3f} and {other:.3f}"


def same_means(ours: Weights, theirs: Weights) -> str:
    """Mean states are as far apart as chance allows."""
    gap = ours["means"] - theirs["means"]
    spread = np.sqrt((ours["means"] * (1 - ours["means"]) + theirs["means"] * (1 - theirs["means"])) / N_CHAINS + 1e-3)
    farthest = float(np.abs(gap / spread).max())
    if farthest > LARGEST_GAP:
        raise AssertionError(f"mean states differ by {farthest:.1f} standard errors")
    return f"mean states differ by at most {farthest:.1f} standard errors"


def race_all(sides: Sequence[type[Contestant]], problem: dict[str, Any], effort: Effort, agree: Any) -> Measurement:
    """Agreement first, then times."""
    with ExitStack() as stack:
        corners = [stack.enter_context(Corner(side)) for side in sides]
        load_everywhere(corners, **problem)
        details: dict[str, Any] = {"problem": problem, "agreement": check_agreement(corners, agree)}
        race(corners, effort.n_rounds)
        measurement = ratio_to_fastest(corners, details)
    told = "; ".join(details["agreement"].values())
    return replace(measurement, summary=f"{measurement.summary}; {told}")


def measure_epoch(rival: type[Contestant], effort: Effort) -> Measurement:
    """60,000 images."""
    return race_all([OurEpoch, rival], {"n_samples": effort.sized(60_000, 3_000)}, effort, no_worse)


def measure_gibbs(effort: Effort) -> Measurement:
    """200 units, 100 chains."""
    return race_all([OurGibbs, NumpyGibbs], {"n_units": effort.sized(200, 30)}, effort, same_means)


CLAIMS = [
    Claim(
        "energy_epoch",
        "pass of CD-1 over 60,000 x 784, 500 hidden, batch 100, float32, against scikit-learn's BernoulliRBM",
        1.4,
        lambda effort: measure_epoch(ScikitLearnEpoch, effort),
    ),
    Claim(
        "energy_epoch_learnergy",
        "the same against learnergy",
        2.2,
        lambda effort: measure_epoch(LearnergyEpoch, effort),
    ),
    Claim(
        "energy_gibbs",
        "Gibbs sampling of 200 fully connected units, 100 chains, against NumPy vectorized over the chains",
        3.0,
        measure_gibbs,
    ),
]

if __name__ == "__main__":
    sys.exit(main(CLAIMS))
