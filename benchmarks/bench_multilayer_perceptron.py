"""Multilayer perceptron 784-100-10 against the faster of scikit-learn's MLP and hand-written eager PyTorch.

ReLU, softmax, cross-entropy, SGD with momentum 0.9, float32, no shuffling, no penalty, no stopping rule: all sides
start from the same weights and make the same updates. Before the timing the *changes* of the weights over a few updates
are compared, in float64 and in float32. Comparing the weights themselves would prove little: they have hardly left
their common start.
"""

import sys
import warnings
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from claims import Claim, Effort, Measurement, main, ratio_to_fastest
from machine import n_cores
from measure import Contestant, Corner, Weights, agree_within, check_agreement, load_everywhere, race
from synthetic_images import N_CLASSES, SIDE, draw_images

LAYERS = (SIDE * SIDE, 100, N_CLASSES)
MOMENTUM = 0.9
N_COMPARED_UPDATES = 12
TOLERANCES = {"float64": 1e-10, "float32": 1e-4}  # relative, of the change of the weights over these updates

# Per batch size: examples, epochs, learning rate. Batch 1 takes a fifth of the 60,000 examples, the same on all sides,
# which saves minutes. Several epochs at batch 200 keep the fixed cost of fit (validation) in the share it has in use.
WORK = {1: (12_000, 1, 0.001), 32: (60_000, 2, 0.01), 200: (60_000, 5, 0.05)}


def draw_start(dtype: np.dtype[Any]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Glorot-uniform weights and biases that every side starts from."""
    rng = np.random.default_rng(1)
    coefs, intercepts = [], []
    for fan_in, fan_out in pairwise(LAYERS):
        bound = np.sqrt(6 / (fan_in + fan_out))
        coefs.append(rng.uniform(-bound, bound, (fan_in, fan_out)).astype(dtype))
        intercepts.append(rng.uniform(-bound, bound, fan_out).astype(dtype))
    return coefs, intercepts


class MLPContestant(Contestant):
    """A side that trains the network; ``final_weights`` gives ``(coefs, intercepts)`` in scikit-learn's layout."""

    def load(self, *, kind: str, dtype: str, n_samples: int, **settings: Any) -> dict[str, np.ndarray]:
        """Draw images and the starting weights."""
        self.X, self.y = draw_images(kind, n_samples, np.dtype(dtype).type)
        self.start = draw_start(np.dtype(dtype))
        self.batch_size: int = settings["batch_size"]
        self.n_epochs: int = settings["n_epochs"]
        self.learning_rate: float = settings["learning_rate"]
        return {"X": self.X, "y": self.y, "coef_0": self.start[0][0], "coef_1": self.start[0][1]}

    def final_weights(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Weights and biases after ``fit``."""
        raise NotImplementedError

    def weights(self) -> Weights:
        """How far weights and biases went from their start."""
        pairs = zip(("coefs", "intercepts"), self.final_weights(), self.start, strict=True)
        return {
            f"change of {name}[{layer}]": after - before
            for name, ends, starts in pairs
            for layer, (after, before) in enumerate(zip(ends, starts, strict=True))
        }

    def quality(self) -> dict[str, float]:
        """Cross-entropy and accuracy on the training data, by one formula for all sides."""
        (hidden_coef, output_coef), (hidden_intercept, output_intercept) = self.final_weights()
        hidden = np.maximum(self.X @ hidden_coef + hidden_intercept, 0)
        potential = hidden @ output_coef + output_intercept
        potential -= potential.max(axis=1, keepdims=True)
        log_probability = potential - np.log(np.exp(potential).sum(axis=1, keepdims=True))
        return {
            "training_loss": float(-log_probability[np.arange(len(self.y)), self.y].mean()),
            "training_accuracy": float((potential.argmax(axis=1) == self.y).mean()),
        }


class OurMLP(MLPContestant):
    """``sinapsi.MLPClassifier``."""

    name: ClassVar[str] = "sinapsi MLPClassifier"

    def fit(self) -> None:
        """Epochs in the given order."""
        from sinapsi import MLPClassifier

        with warnings.catch_warnings(action="ignore"):
            self.estimator = MLPClassifier(
                hidden_layer_sizes=LAYERS[1:-1],
                solver="sgd",
                init=self.start,
                momentum=MOMENTUM,
                learning_rate=self.learning_rate,
                alpha=0.0,
                batch_size=self.batch_size,
                max_iter=self.n_epochs,
                shuffle=False,
                stopping=f"max_iter({self.n_epochs})",
            ).fit(self.X, self.y)

    def final_weights(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Weights and biases after ``fit``."""
        return self.estimator.coefs_, self.estimator.intercepts_


class ScikitMLP(MLPContestant):
    """``sklearn.neural_network.MLPClassifier``, given its starting weights."""

    name: ClassVar[str] = "scikit-learn MLPClassifier"

    def fit(self) -> None:
        """Epochs in the given order."""
        from sklearn.neural_network import MLPClassifier

        class StartedMLP(MLPClassifier):
            """The same estimator, but its layers are initialized from a list."""

            def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
                coef, intercept = next(layers)
                return coef.copy(), intercept.copy()

        layers = zip(*self.start, strict=True)
        with warnings.catch_warnings(action="ignore"):  # that the epochs do not converge is known
            self.estimator = StartedMLP(
                hidden_layer_sizes=LAYERS[1:-1],
                solver="sgd",
                nesterovs_momentum=False,
                momentum=MOMENTUM,
                learning_rate_init=self.learning_rate,
                alpha=0.0,
                batch_size=self.batch_size,
                max_iter=self.n_epochs,
                shuffle=False,
                tol=0.0,
                n_iter_no_change=self.n_epochs + 1,
            ).fit(self.X, self.y)

    def final_weights(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Weights and biases after ``fit``."""
        return self.estimator.coefs_, self.estimator.intercepts_


class EagerTorch(MLPContestant):
    """The loop everybody writes: ``nn.Linear``, ``cross_entropy``, ``optim.SGD``."""

    name: ClassVar[str] = "torch, eager"
    is_fused: ClassVar[bool] = False

    def fit(self) -> None:
        """Epochs in the given order; making the modules is part of it, as it is of our fit."""
        import torch
        from torch.nn import functional

        torch.set_num_threads(n_cores())
        X, y = torch.from_numpy(self.X), torch.from_numpy(self.y)
        self.model = self._started_model(X.dtype)
        optimizer = torch.optim.SGD(
            self.model.parameters(), lr=self.learning_rate, momentum=MOMENTUM, fused=self.is_fused
        )
        for _ in range(self.n_epochs):
            for begin in range(0, len(X), self.batch_size):
                batch = slice(begin, begin + self.batch_size)
                optimizer.zero_grad(set_to_none=True)
                functional.cross_entropy(self.model(X[batch]), y[batch]).backward()
                optimizer.step()

    def _started_model(self, dtype: Any) -> Any:
        import torch
        from torch import nn

        model = nn.Sequential(nn.Linear(*LAYERS[:2]), nn.ReLU(), nn.Linear(*LAYERS[1:])).to(dtype)
        with torch.no_grad():
            for linear, coef, intercept in zip((model[0], model[2]), *self.start, strict=True):
                linear.weight.copy_(torch.from_numpy(coef.T))
                linear.bias.copy_(torch.from_numpy(intercept))
        return model

    def final_weights(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Weights and biases after ``fit``."""
        layers = (self.model[0], self.model[2])
        return (
            [layer.weight.detach().numpy().T.copy() for layer in layers],
            [layer.bias.detach().numpy().copy() for layer in layers],
        )


class FusedTorch(EagerTorch):
    """The same loop with the fused optimizer, torch's fastest on a CPU: a rival deserves its best settings."""

    name: ClassVar[str] = "torch, eager, fused optimizer"
    is_fused: ClassVar[bool] = True


SIDES: tuple[type[MLPContestant], ...] = (OurMLP, ScikitMLP, EagerTorch, FusedTorch)


def measure_mlp(effort: Effort, *, batch_size: int, kind: str = "dense") -> Measurement:
    """Check the updates in both precisions, then race in float32."""
    n_samples, n_epochs, learning_rate = WORK[batch_size]
    settings = {"kind": kind, "batch_size": batch_size, "learning_rate": learning_rate}
    size = {"n_samples": effort.sized(n_samples, quick=20 * batch_size), "n_epochs": n_epochs}
    corners = [Corner(side) for side in SIDES]
    try:
        few = {**settings, "n_samples": N_COMPARED_UPDATES * batch_size, "n_epochs": 1}
        agreement = {dtype: _compare(corners, dtype=dtype, **few) for dtype in TOLERANCES}
        load_everywhere(corners, dtype="float32", **settings, **size)
        race(corners, effort.n_rounds)
        return ratio_to_fastest(
            corners, {"problem": {**settings, **size, "layers": LAYERS, "dtype": "float32"}, "agreement": agreement}
        )
    finally:
        for corner in corners:
            corner.close()


def _compare(corners: list[Corner], *, dtype: str, **problem: Any) -> dict[str, str]:
    load_everywhere(corners, dtype=dtype, **problem)
    return check_agreement(corners, agree_within(TOLERANCES[dtype]))


def _claims() -> list[Claim]:
    work = (
        "784-100-10 ReLU softmax, {:,} x 784 float32 {} images, SGD momentum, batch {}, epochs: {}, time of fit "
        "against the faster of scikit-learn's MLP and eager torch"
    )
    claims = []
    for kind, suffix in (("dense", ""), ("sparse", "_sparse_images")):
        for batch_size, target in ((1, 14.0), (32, 2.0), (200, 1.4)):
            n_samples, n_epochs, _ = WORK[batch_size]
            claims.append(
                Claim(
                    f"mlp_batch{batch_size}{suffix}",
                    work.format(n_samples, kind, batch_size, n_epochs),
                    target if kind == "dense" else None,  # sparse images are told beside the claim, not promised
                    partial(measure_mlp, batch_size=batch_size, kind=kind),
                )
            )
    return claims


CLAIMS = _claims()

if __name__ == "__main__":
    sys.exit(main(CLAIMS))
