"""MNIST by the networks with an energy: likelihood, errors of classification, and the error of a code of 30 numbers.

    python benchmarks/headline_energy.py rbm FOLDER           # log-likelihood of a machine with 500 hidden units
    python benchmarks/headline_energy.py belief FOLDER        # deep belief network by contrastive wake-sleep
    python benchmarks/headline_energy.py classifier FOLDER    # 784-500-500-2000-10, pre-trained, then back-propagation
    python benchmarks/headline_energy.py autoencoder FOLDER   # 784-1000-500-250-30, unrolled, against PCA

FOLDER holds the four IDX files, plain or gzipped. A run saves its model every few minutes of learning, in
benchmarks/runs, and goes on from there when it is started again, so it survives being stopped; the seconds that are
told are those of all its parts. The test set is read only when a run has ended; with --held-out never: then 55,000
training images are learned and the other 5,000 judge, which is how settings are chosen, and no result is written.
"""

import argparse
import json
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from claims import RESULTS, Claim, Effort, Measurement, settle
from headline_mnist import read_mnist, split_training_set
from machine import describe_threads, restart_without_blas_settings

SEED = 0  # of the networks, and of the pixels drawn
BATCH = 100
N_TRAINING = 60_000
STEPS_A_PASS = N_TRAINING // BATCH
CODE = 30

Images = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True)
class Data:
    """Images to learn and images to judge by, with their labels."""

    X: Images
    y: np.ndarray
    X_judge: Images
    y_judge: np.ndarray

    @classmethod
    def read(cls, folder: Path, effort: Effort, *, is_held_out: bool, is_drawn: bool) -> "Data":
        """MNIST; pixels drawn once as 0 or 1 where a likelihood is asked for."""
        X, y = read_mnist(folder, "train")
        if is_held_out or effort.quick:
            X_test, y_test = X[:0], y[:0]
        else:
            X_test, y_test = read_mnist(folder, "t10k")
        if is_drawn:
            random = np.random.default_rng(SEED)
            X, X_test = drawn_pixels(X, random), drawn_pixels(X_test, random)
        if is_held_out or effort.quick:
            X, y, X_test, y_test = split_training_set(X, y)
        n = effort.sized(len(X), 2_000)
        return cls(X[:n], y[:n], X_test, y_test)


@dataclass(frozen=True)
class Headline:
    """One network and its figure.

    Parameters
    ----------
    title : str
        The network in words.
    target : float
        Value of the claim.
    at_least : bool
        Whether more is better.
    unit : str
        Of the value.
    n_passes : int
        Passes over the data, in all.
    chunk : int
        Passes between two savings.
    make : callable
        Makes the network, to be told ``max_iter``, from the number of passes in all.
    judge : callable
        Gives the value and details of the fitted network.
    is_drawn : bool, default=False
        Whether pixels are drawn once as 0 or 1.
    """

    title: str
    target: float
    at_least: bool
    unit: str
    n_passes: int
    chunk: int
    make: Callable[[int], Any]
    judge: Callable[[Any, Data, bool], tuple[float, dict[str, Any]]]
    is_drawn: bool = False


def drawn_pixels(images: Images, random: np.random.Generator) -> Images:
    """Each pixel 1 with the probability that its gray value says, drawn once."""
    return (random.random(images.shape, dtype=np.float32) < images).astype(np.float32)


def make_rbm(n_passes: int) -> Any:
    """Persistent chains of five steps, with a rate that falls to 0."""
    from sinapsi import RestrictedBoltzmannMachine

    return RestrictedBoltzmannMachine(
        n_hidden=500,
        algorithm="pcd",
        n_gibbs_steps=5,
        learning_rate=f"cosine(0.05, n_steps={n_passes * STEPS_A_PASS})",
        weight_decay=0.0002,
        batch_size=BATCH,
        random_state=SEED,
    )


def judge_rbm(model: Any, data: Data, quick: bool) -> tuple[float, dict[str, Any]]:
    """Mean log-likelihood of the test images, with both estimates of log Z."""
    partition = model.log_partition(n_chains=100 if quick else 500, n_temperatures=100 if quick else 20_000)
    value = float(model.score_samples(data.X_judge).mean())
    return value, {
        "log_partition": str(partition),
        "pessimistic": value - (partition.reverse - partition.value),
        "training": float(model.score_samples(data.X[:10_000]).mean()),
    }


def make_belief(n_passes: int) -> Any:
    """Two directed layers, 2000 units at the top."""
    from sinapsi import DeepBeliefNetwork

    return DeepBeliefNetwork(
        hidden_layer_sizes=(500, 500, 2000),
        pretraining_max_iter=30,
        learning_rate=f"cosine(0.1, n_steps={n_passes * STEPS_A_PASS})",
        n_gibbs_steps=5,
        batch_size=BATCH,
        random_state=SEED,
    )


def judge_errors(model: Any, data: Data, quick: bool) -> tuple[float, dict[str, Any]]:
    """Share of test images with a wrong class, in per cent."""
    began = time.perf_counter()
    answers = model.predict(data.X_judge)
    return 100 * float(np.mean(answers != data.y_judge)), {"predict_seconds": time.perf_counter() - began}


def make_classifier(n_passes: int) -> Any:
    """Pre-trained layers of 500, 500 and 2000 units."""
    from sinapsi import DBNClassifier

    return DBNClassifier(
        hidden_layer_sizes=(500, 500, 2000),
        pretraining_max_iter=30,
        solver="sgd",
        learning_rate=f"cosine(0.05, n_steps={n_passes * STEPS_A_PASS})",
        momentum=0.9,
        batch_size=BATCH,
        alpha=0.0001,
        random_state=SEED,
    )


def make_autoencoder(n_passes: int) -> Any:
    """Layers of 1000, 500, 250 and 30 units."""
    from sinapsi import DeepAutoencoder

    return DeepAutoencoder(
        hidden_layer_sizes=(1000, 500, 250, CODE),
        pretraining_max_iter=15,
        learning_rate=f"cosine(0.001, n_steps={n_passes * STEPS_A_PASS})",
        batch_size=BATCH,
        random_state=SEED,
    )


def judge_autoencoder(model: Any, data: Data, quick: bool) -> tuple[float, dict[str, Any]]:
    """Squared error of a test image, summed over the pixels; that of as many principal components beside."""
    from sklearn.decomposition import PCA

    pca = PCA(CODE, random_state=SEED).fit(data.X)
    gaps = pca.inverse_transform(pca.transform(data.X_judge)) - data.X_judge
    return -model.score(data.X_judge), {
        "pca": float((gaps**2).sum(axis=1).mean()),
        "training": -model.score(data.X[:10_000]),
    }


HEADLINES = {
    "rbm": Headline(
        "RestrictedBoltzmannMachine, 500 hidden units: log-likelihood of a test image, pixels drawn once",
        -95.0, True, "nats", 100, 10, make_rbm, judge_rbm, is_drawn=True,
    ),
    "belief": Headline(
        "DeepBeliefNetwork, 500, 500 and 2000 units, wake-sleep: test error", 1.4, False, "%", 100, 5,
        make_belief, judge_errors,
    ),
    "classifier": Headline(
        "DBNClassifier, 784-500-500-2000-10: test error", 1.3, False, "%", 60, 5, make_classifier, judge_errors,
    ),
    "autoencoder": Headline(
        "DeepAutoencoder, 784-1000-500-250-30: squared error of a test image", 3.3, False, "of squared gray values",
        80, 10, make_autoencoder, judge_autoencoder,
    ),
}  # fmt: skip


class Run:
    """A fit in chunks that is saved between them.

    Parameters
    ----------
    headline : Headline
        What is learned.
    place : Path
        Folder of the saved model and its times.
    """

    def __init__(self, headline: Headline, place: Path) -> None:
        self._headline = headline
        self._place = place
        self.seconds = 0.0
        self.n_passes = 0
        self.model: Any = None

    def go_on(self, X: Images, y: np.ndarray | None, n_passes: int) -> None:
        """Learn until ``n_passes`` passes are done, from where the run was stopped, if it was."""
        self._take_up(n_passes)
        while self.n_passes < n_passes:
            began = time.perf_counter()
            self.model.set_params(max_iter=min(self._headline.chunk, n_passes - self.n_passes))
            if "stopping" in self.model.get_params():
                self.model.set_params(stopping=f"max_iter({self.model.max_iter})")
            self.model.fit(X, y) if y is not None else self.model.fit(X)
            self.model.set_params(warm_start=True)
            self.n_passes += self.model.n_iter_
            self.seconds += time.perf_counter() - began
            self._save()
            print(
                f"{self.n_passes} passes, {self.seconds:.0f} s: loss {self.model.history_['loss'][-1]:.4g}", flush=True
            )

    def _take_up(self, n_passes: int) -> None:
        from sinapsi import load

        notes = self._place / "run.json"
        if notes.exists():
            told = json.loads(notes.read_text(encoding="utf-8"))
            self.model, self.seconds, self.n_passes = load(self._place / told["model"]), told["seconds"], told["passes"]
            print(f"goes on after {self.n_passes} passes", flush=True)
        else:
            self.model = self._headline.make(n_passes)

    def _save(self) -> None:
        """A new folder first, then the note that points to it, so that a stop at any moment loses one chunk at most."""
        from sinapsi import save

        self._place.mkdir(parents=True, exist_ok=True)
        name = f"after_{self.n_passes}"
        save(self.model, self._place / name)
        notes = {"model": name, "seconds": self.seconds, "passes": self.n_passes}
        fresh = self._place / "run.json.new"
        fresh.write_text(json.dumps(notes), encoding="utf-8")
        fresh.replace(self._place / "run.json")
        for old in self._place.glob("after_*"):
            if old.name != name:
                shutil.rmtree(old)


def measure(effort: Effort, *, name: str, folder: Path, is_held_out: bool) -> Measurement:
    """One run to its end, judged once."""
    headline = HEADLINES[name]
    n_passes = effort.sized(headline.n_passes, 2)
    data = Data.read(folder, effort, is_held_out=is_held_out, is_drawn=headline.is_drawn)
    place = RESULTS.parent / "runs" / f"{name}{'_held_out' if is_held_out else ''}{'_quick' if effort.quick else ''}"
    run = Run(headline, place)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run.go_on(data.X, data.y if name in ("belief", "classifier") else None, n_passes)
    value, details = headline.judge(run.model, data, effort.quick)
    if effort.quick:
        shutil.rmtree(place)
    told = ", ".join(f"{key} {found:.3f}" if isinstance(found, float) else str(found) for key, found in details.items())
    settings = {key: str(value) for key, value in run.model.get_params().items()}
    details |= {"settings": settings, "fit_seconds": run.seconds, "passes": run.n_passes, "threads": describe_threads()}
    return Measurement(value, f"{run.seconds:.0f} s of fit, {told}", details)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one network to its end; returns 1 if the claim missed its target."""
    restart_without_blas_settings()
    parser = argparse.ArgumentParser(description="MNIST by the networks with an energy.")
    parser.add_argument("network", choices=HEADLINES)
    parser.add_argument("folder", type=Path, help="folder with MNIST's IDX files")
    parser.add_argument("--quick", action="store_true", help="smoke test on 2,000 images; writes no result")
    parser.add_argument("--held-out", action="store_true", help="judge by training images held out; writes no result")
    options = parser.parse_args(arguments)
    headline = HEADLINES[options.network]
    told = {"name": options.network, "folder": options.folder, "is_held_out": options.held_out}
    if options.held_out and not options.quick:
        found = measure(Effort(), **told)
        print(f"{found.value:.4g} {headline.unit}: {found.summary}")
        return 0
    claim = Claim(
        f"headline_energy_{options.network}",
        f"MNIST, {headline.title}",
        headline.target,
        partial(measure, **told),
        unit=headline.unit,
        at_least=headline.at_least,
        command=f"python benchmarks/headline_energy.py {options.network} FOLDER",
    )
    is_met = settle(claim, Effort(quick=options.quick))
    return 0 if is_met or options.quick else 1


if __name__ == "__main__":
    sys.exit(main())
