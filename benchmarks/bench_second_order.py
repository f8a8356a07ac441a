"""Second-order solvers: do they reach the goal, how fast, how well, and what do restarts cost.

Levenberg-Marquardt on two problems of MathWorks' comparison of training functions, SIN and PARITY (3 bits, tanh in all
layers as there), against torch-levenberg-marquardt from the same starting weights. A goal is a mean squared error; our
loss is half of it. Then the solver "bayesian" against early stopping, restarts side by side against one after the
other, and "scg" against scikit-learn's L-BFGS to the same training loss.
"""

import itertools
import logging
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from typing import Any, ClassVar

import numpy as np
from claims import Claim, Effort, Measurement, main, mean_and_error, ratio_to_fastest
from machine import n_cores
from measure import Contestant, Corner, Weights, agree_within, check_agreement, load_everywhere, race

Start = tuple[list[np.ndarray], list[np.ndarray]]  # weights and biases, layer by layer

N_STARTS = 30  # as in MathWorks' comparison
MAX_EPOCHS = 1000
SEED = 0
OUTPUT_TOLERANCE = 1e-12  # relative; outputs of the same weights on both sides
LOSS_TOLERANCE = 1e-6  # relative; best loss side by side and one after the other, which round differently

N_PAIRED_SPLITS = 20
HELD_OUT = 0.2  # share of the examples
LARGEST_LOSS_IN_MSE = 0.01  # of targets with variance 1, that the mean difference must stay below
HALF_WIDTH_95 = 1.96  # standard deviations
DIABETES_NETWORK = {"hidden_layer_sizes": (20,), "activation": "tanh", "max_iter": 2000}
# Rate, batch and patience had the lowest error of 24 combinations on twenty other splits (seeds 100 to 119).
EARLY_STOPPING = {
    "solver": "adam",
    "learning_rate": 0.01,
    "batch_size": "auto",
    "validation_fraction": 0.15,
    "stopping": "patience(20)",
}

RESTART_EPOCHS = 100
RESTART_SAMPLES = 200
# Tests of convergence off: every start makes all its epochs, on both sides.
RESTART_SOLVERS = {"lm": "lm(gtol=0, ftol=0)", "scg": "scg(gtol=0, ftol=0)", "adam": "adam"}

LOSS_GOAL = 0.03  # log loss on the training data
N_CANCER_STARTS = 5
N_COMPARED_ITERATIONS = 5
ITERATE_TOLERANCE = 1e-8  # relative, of the weights after these iterations of L-BFGS on both sides


@dataclass(frozen=True)
class Task:
    """A small problem that is solved when the mean squared error reaches a goal.

    Parameters
    ----------
    draw : callable
        Gives ``X`` of shape (n_samples, n_features) and ``y`` of shape (n_samples,).
    hidden_layer_sizes : tuple of int
        Units of the hidden layers, all tanh.
    output_activation : str
        "identity" or "tanh".
    goal : float
        Mean squared error.
    """

    draw: Callable[[], tuple[np.ndarray, np.ndarray]]
    hidden_layer_sizes: tuple[int, ...]
    output_activation: str
    goal: float

    @property
    def settings(self) -> dict[str, Any]:
        """Parameters of our regressor."""
        return {
            "hidden_layer_sizes": self.hidden_layer_sizes,
            "activation": "tanh",
            "output_activation": self.output_activation,
            "solver": "lm",
            "alpha": 0.0,
            "max_iter": MAX_EPOCHS,
            "stopping": f"goal({self.goal / 2!r})",
        }

    def outputs(self, start: Start, X: np.ndarray) -> np.ndarray:
        """Outputs of a network, by one formula for all sides."""
        *hidden, (coef, intercept) = zip(*start, strict=True)
        for hidden_coef, hidden_intercept in hidden:
            X = np.tanh(X @ hidden_coef + hidden_intercept)
        fields = (X @ coef + intercept)[:, 0]
        return np.tanh(fields) if self.output_activation == "tanh" else fields


def draw_sine() -> tuple[np.ndarray, np.ndarray]:
    """One period on [-1, 1] at 41 points."""
    x = np.linspace(-1, 1, 41)
    return x[:, np.newaxis], np.sin(np.pi * x)


def draw_parity() -> tuple[np.ndarray, np.ndarray]:
    """The eight patterns of three bits, -1 or +1, and +1 where an odd number of them is."""
    X = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    return X, X.prod(axis=1)


TASKS = {
    "sin": Task(draw_sine, (5,), "identity", 0.002),
    "parity": Task(draw_parity, (10, 10), "tanh", 0.001),
}


def measure_reached(effort: Effort, *, name: str, n_init: int = 1) -> Measurement:
    """Count the seeds with which the solver "lm" reaches the goal; for tanh outputs also tell linear ones."""
    task, n_seeds = TASKS[name], effort.sized(N_STARTS, quick=4)
    found = _reach(task, n_seeds, n_init)
    details = {"goal": task.goal, "n_init": n_init, "output_activation": task.output_activation, **found}
    if task.output_activation != "identity":
        details["with linear output"] = _reach(replace(task, output_activation="identity"), n_seeds, n_init)
    summary = (
        f"{n_seeds} starts, {task.output_activation} output, median {found['median_epochs']:g} epochs, "
        f"{found['total_seconds']:.3g} s in all"
    )
    return Measurement(found["n_reached"], summary, details)


def _reach(task: Task, n_seeds: int, n_init: int) -> dict[str, Any]:
    from sinapsi import MLPRegressor

    X, y = task.draw()
    start = time.perf_counter()
    with warnings.catch_warnings(action="ignore"):
        models = [
            MLPRegressor(**task.settings, init="nguyen_widrow", n_init=n_init, random_state=seed).fit(X, y)
            for seed in range(n_seeds)
        ]
    seconds = time.perf_counter() - start
    errors = [float(np.mean((model.predict(X) - y) ** 2)) for model in models]
    return {
        "n_reached": sum(error <= task.goal for error in errors),
        "median_epochs": float(np.median([model.n_iter_ for model in models])),
        "total_seconds": seconds,
        "n_epochs": [model.n_iter_ for model in models],
        "mean_squared_errors": errors,
        "stop_reasons": [str(model.stop_reason_) for model in models],
    }


def seeds_of_starts(n_starts: int) -> list[int]:
    """The seeds that ``n_init=n_starts`` draws from ``random_state=SEED``, so that single fits can start alike."""
    return np.random.default_rng(SEED).integers(2**63, size=n_starts).tolist()


class LMContestant(Contestant):
    """A side that solves a task from each of many starts; ``ends`` gives final weights and epochs."""

    def load(self, *, name: str, n_starts: int) -> dict[str, np.ndarray]:
        """Draw the data, and our Nguyen-Widrow starts for all sides."""
        from sinapsi import MLPRegressor

        self.task = TASKS[name]
        self.X, self.y = self.task.draw()
        self.starts: list[Start] = []
        for seed in seeds_of_starts(n_starts):
            settings = {**self.task.settings, "init": "nguyen_widrow", "max_iter": 0}
            drawn = MLPRegressor(**settings, random_state=np.random.default_rng(seed)).fit(self.X, self.y)
            self.starts.append((drawn.coefs_, drawn.intercepts_))
        return {"X": self.X, "y": self.y, "starts": np.concatenate([_flat(start) for start in self.starts])}

    def ends(self) -> tuple[list[Start], list[int]]:
        """Weights after the last ``fit`` and epochs it took, start by start."""
        raise NotImplementedError

    def starting_outputs(self) -> Weights:
        """What the side's own networks give before they learn."""
        raise NotImplementedError

    def weights(self) -> Weights:
        """Final weights, all starts in one vector."""
        return {"weights": np.concatenate([_flat(end) for end in self.ends()[0]])}

    def quality(self) -> dict[str, float]:
        """How many starts reached the goal, by one formula for all sides, and in how many epochs."""
        ends, n_epochs = self.ends()
        errors = [np.mean((self.task.outputs(end, self.X) - self.y) ** 2) for end in ends]
        return {
            "n_reached": sum(bool(error <= self.task.goal) for error in errors),
            "n_starts": len(ends),
            "median_epochs": float(np.median(n_epochs)),
            "most_epochs": max(n_epochs),
            "lowest_mse": float(min(errors)),
        }


class OurLM(LMContestant):
    """``sinapsi.MLPRegressor(solver="lm")``, a fit for each start."""

    name: ClassVar[str] = "sinapsi MLPRegressor"

    def fit(self) -> None:
        """All starts, one fit after the other."""
        from sinapsi import MLPRegressor

        with warnings.catch_warnings(action="ignore"):
            self.models = [MLPRegressor(**self.task.settings, init=start).fit(self.X, self.y) for start in self.starts]

    def ends(self) -> tuple[list[Start], list[int]]:
        """Weights and epochs of every model."""
        return [(model.coefs_, model.intercepts_) for model in self.models], [model.n_iter_ for model in self.models]

    def starting_outputs(self) -> Weights:
        """Predictions of networks that were only set up."""
        from sinapsi import MLPRegressor

        settings = {**self.task.settings, "max_iter": 0}
        models = [MLPRegressor(**settings, init=start).fit(self.X, self.y) for start in self.starts]
        return {"outputs": np.array([model.predict(self.X) for model in models])}


class OurLMTogether(OurLM):
    """The same starts in one fit. It keeps the best only, so its quality speaks of one."""

    name: ClassVar[str] = "sinapsi MLPRegressor, n_init"

    def fit(self) -> None:
        """All starts side by side, each until it reaches the goal."""
        from sinapsi import MLPRegressor

        settings = {**self.task.settings, "init": "nguyen_widrow", "n_init": len(self.starts)}
        with warnings.catch_warnings(action="ignore"):
            self.models = [MLPRegressor(**settings, random_state=SEED).fit(self.X, self.y)]


class TorchLM(LMContestant):
    """torch-levenberg-marquardt with the settings of its README, in a bare loop: no loader, no progress bar."""

    name: ClassVar[str] = "torch-levenberg-marquardt"
    solve_method: ClassVar[str] = "qr"
    uses_vmap: ClassVar[bool] = True
    first_damping: ClassVar[float] = 1e-3

    def fit(self) -> None:
        """All starts, one after the other; a step is an epoch. Making the modules is part of it."""
        import torch

        logging.getLogger("torch_levenberg_marquardt").setLevel(logging.ERROR)  # of singular systems it tells each
        torch.set_num_threads(self.n_threads())
        X, y = torch.from_numpy(self.X), torch.from_numpy(self.y[:, np.newaxis])
        self.models = [self._started_model(start) for start in self.starts]
        self.n_epochs = [self._train(model, X, y) for model in self.models]

    def n_threads(self) -> int:
        """Threads torch may use."""
        return n_cores()

    def _train(self, model: Any, X: Any, y: Any) -> int:
        from torch_levenberg_marquardt.damping import StandardDampingStrategy
        from torch_levenberg_marquardt.loss import MSELoss
        from torch_levenberg_marquardt.training import LevenbergMarquardtModule

        module = LevenbergMarquardtModule(
            model,
            loss_fn=MSELoss(),
            damping_strategy=StandardDampingStrategy(starting_value=self.first_damping),
            solve_method=self.solve_method,
            use_vmap=self.uses_vmap,
        )
        n_epochs, is_over = 0, False
        while not is_over:
            _, loss, gives_up, _ = module.training_step(X, y)
            n_epochs += 1
            is_over = gives_up or loss.item() <= self.task.goal or n_epochs == MAX_EPOCHS
        return n_epochs

    def _started_model(self, start: Start) -> Any:
        import torch
        from torch import nn

        layers: list[Any] = []
        for coef, intercept in zip(*start, strict=True):
            linear = nn.utils.skip_init(nn.Linear, *coef.shape, dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(coef.T))
                linear.bias.copy_(torch.from_numpy(intercept))
            layers += [linear, nn.Tanh()]
        return nn.Sequential(*(layers if self.task.output_activation == "tanh" else layers[:-1]))

    def ends(self) -> tuple[list[Start], list[int]]:
        """Weights and epochs of every model."""
        return [_weights_of(model) for model in self.models], self.n_epochs

    def starting_outputs(self) -> Weights:
        """What the modules give before they learn."""
        import torch

        with torch.no_grad():
            X = torch.from_numpy(self.X)
            return {"outputs": np.array([self._started_model(start)(X)[:, 0].numpy() for start in self.starts])}


class TunedTorchLM(TorchLM):
    """The same with what was fastest for it on these problems: a rival deserves its best settings.

    Its documentation says that very small models may do better without ``vmap``; one thread, Cholesky's method and a
    first damping of 0.01 save it up to a tenth each. Fletcher's damping, or no second attempt, reached fewer goals.
    """

    name: ClassVar[str] = "torch-levenberg-marquardt, tuned"
    solve_method: ClassVar[str] = "cholesky"
    uses_vmap: ClassVar[bool] = False
    first_damping: ClassVar[float] = 1e-2

    def n_threads(self) -> int:
        """One: matrices this small are not shared out with profit."""
        return 1


def measure_lm_time(effort: Effort, *, name: str) -> Measurement:
    """Race all thirty starts side by side in one fit; thirty single fits from the same weights are told beside it."""
    problem = {"name": name, "n_starts": effort.sized(N_STARTS, quick=4)}
    sides: Sequence[type[LMContestant]] = (OurLM, OurLMTogether, TorchLM, TunedTorchLM)
    with ExitStack() as stack:
        corners = [stack.enter_context(Corner(side)) for side in sides]
        ours, together, *rivals = corners
        load_everywhere(corners, **problem)
        agreement = _compare_starts(ours, together, rivals)
        race(corners, effort.n_rounds)
        task = TASKS[name]
        details = {
            "problem": {**problem, "goal": task.goal, "output_activation": task.output_activation},
            "agreement": agreement,
            "told": ours.report(),
            "torch-levenberg-marquardt": metadata.version("torch-levenberg-marquardt"),
        }
        measurement = ratio_to_fastest([together, *rivals], details)
    return replace(measurement, summary=f"{measurement.summary}; {_ends_in_words(measurement.details)}")


def _compare_starts(ours: Corner, together: Corner, rivals: Sequence[Corner]) -> dict[str, str]:
    """All sides must begin with the same outputs; our two ways must end with the same best start."""
    outputs, agree = ours.ask("starting_outputs"), agree_within(OUTPUT_TOLERANCE)
    agreement = {rival.name: agree(outputs, rival.ask("starting_outputs")) for rival in rivals}
    best = []
    for corner in (ours, together):
        corner.ask("fit")
        best.append({"lowest MSE": np.array([corner.ask("quality")["lowest_mse"]])})
    return {**agreement, together.name: agree_within(LOSS_TOLERANCE)(*best)}


def _ends_in_words(details: dict[str, Any]) -> str:
    sides = [details["told"], *details["rivals"]]  # of our one fit only the best start is known; they are the same
    reached = ", ".join(
        f"{side['name']} {side['quality']['n_reached']:g} in {side['quality']['median_epochs']:g} epochs"
        for side in sides
    )
    return f"reached: {reached}; as thirty single fits {details['told']['median_seconds']:.3g} s"


def _flat(start: Start) -> np.ndarray:
    return np.concatenate([array.ravel() for array in (*start[0], *start[1])])


def _weights_of(model: Any) -> Start:
    layers = [layer for layer in model if hasattr(layer, "weight")]
    return (
        [layer.weight.detach().numpy().T.copy() for layer in layers],
        [layer.bias.detach().numpy().copy() for layer in layers],
    )


def measure_bayesian(effort: Effort) -> Measurement:
    """Mean difference of the error on held-out data from that of early stopping, over paired splits."""
    from sklearn.linear_model import BayesianRidge

    from sinapsi import MLPRegressor

    network = {**DIABETES_NETWORK, "max_iter": effort.sized(DIABETES_NETWORK["max_iter"], quick=20)}
    seeds = range(effort.sized(N_PAIRED_SPLITS, quick=2))
    bayesian = partial(MLPRegressor, **network, solver="bayesian")
    makers = {
        "bayesian": lambda seed: bayesian(random_state=seed),
        "bayesian, n_init=4": lambda seed: bayesian(random_state=seed, n_init=4),
        "adam, early stopping": lambda seed: MLPRegressor(**network, **EARLY_STOPPING, random_state=seed),
        "linear: scikit-learn BayesianRidge": lambda seed: BayesianRidge(),
    }
    found = {name: _predict_diabetes(maker, seeds) for name, maker in makers.items()}
    one, four = (_difference(found[name], found["adam, early stopping"]) for name in list(makers)[:2])
    summary = (
        f"standard error {one['standard_error']:.2g}, lower in {one['n_wins']} of {len(seeds)} splits; "
        f"with n_init=4 {four['mean_difference']:.3g} +- {four['standard_error']:.2g}, {four['n_wins']} splits; "
        f"95 % intervals hold {found['bayesian']['coverage']:.1%} and {found['bayesian, n_init=4']['coverage']:.1%}"
    )
    details = {
        **one,
        "with n_init=4": four,
        "models": found,
        "network": network,
        "early_stopping": EARLY_STOPPING,
        "held_out": HELD_OUT,
    }
    return Measurement(one["mean_difference"], summary, details)


def _difference(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    differences = np.subtract(ours["mean_squared_errors"], theirs["mean_squared_errors"])
    mean, error = mean_and_error(differences.tolist())
    return {"mean_difference": mean, "standard_error": error, "n_wins": int((differences < 0).sum())}


def _predict_diabetes(maker: Callable[[int], Any], seeds: Sequence[int]) -> dict[str, Any]:
    """Errors on the held-out part of every split, and the share of targets within the 95 % intervals."""
    errors, shares, start = [], [], time.perf_counter()
    for seed in seeds:
        X_train, X_test, y_train, y_test = _split_diabetes(seed)
        with warnings.catch_warnings(action="ignore"):
            model = maker(seed).fit(X_train, y_train)
        misses = y_test - model.predict(X_test)
        errors.append(float(np.mean(misses**2)))
        if getattr(model, "solver", None) == "bayesian":
            _, std = model.predict(X_test, return_std=True)
            shares.append(float(np.mean(np.abs(misses) <= HALF_WIDTH_95 * std)))
    seconds = time.perf_counter() - start
    found = {"mean": float(np.mean(errors)), "mean_squared_errors": errors, "total_seconds": seconds}
    return {**found, "coverage": float(np.mean(shares)), "coverages": shares} if shares else found


def _split_diabetes(seed: int) -> tuple[np.ndarray, ...]:
    """Inputs and targets, standardized by the training part."""
    from sklearn.datasets import load_diabetes
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    X, y = load_diabetes(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=HELD_OUT, random_state=seed)
    scaler, mean, std = StandardScaler().fit(X_train), y_train.mean(), y_train.std()
    return scaler.transform(X_train), scaler.transform(X_test), (y_train - mean) / std, (y_test - mean) / std


class RestartContestant(Contestant):
    """A way to learn a noisy sine from many starts with 1-10-1 tanh units and to keep the best."""

    def load(self, *, solver: str, n_starts: int, n_epochs: int) -> dict[str, np.ndarray]:
        """Draw the data and the seeds of the starts."""
        rng = np.random.default_rng(1)
        self.X = np.linspace(-1, 1, RESTART_SAMPLES)[:, np.newaxis]
        self.y = np.sin(np.pi * self.X[:, 0]) + 0.1 * rng.standard_normal(RESTART_SAMPLES)
        self.seeds = seeds_of_starts(n_starts)
        self.settings = {
            "hidden_layer_sizes": (10,),
            "activation": "tanh",
            "solver": RESTART_SOLVERS[solver],
            "init": "nguyen_widrow",
            "alpha": 0.0,
            "max_iter": n_epochs,
            "stopping": f"max_iter({n_epochs})",
        }
        return {"X": self.X, "y": self.y, "seeds": np.array(self.seeds)}

    def _fit(self, **parameters: Any) -> Any:
        from sinapsi import MLPRegressor

        with warnings.catch_warnings(action="ignore"):
            return MLPRegressor(**self.settings, **parameters).fit(self.X, self.y)

    def weights(self) -> Weights:
        """The loss of the best start is what must agree."""
        return {"best loss": self.best.history_["loss"][-1:]}

    def quality(self) -> dict[str, float]:
        """Loss and epochs of the best start."""
        return {"best_loss": float(self.best.history_["loss"][-1]), "n_epochs_of_best": self.best.n_iter_}


class SideBySide(RestartContestant):
    """One fit with ``n_init``, in one process."""

    name: ClassVar[str] = "one fit with n_init"

    def fit(self) -> None:
        """All starts at once."""
        self.best = self._fit(n_init=len(self.seeds), random_state=SEED)


class OneByOne(RestartContestant):
    """As many fits from the same starts, the best kept."""

    name: ClassVar[str] = "single fits"

    def fit(self) -> None:
        """One start after the other."""
        models = [self._fit(random_state=np.random.default_rng(seed)) for seed in self.seeds]
        self.best = min(models, key=lambda model: model.history_["loss"][-1])


def measure_restarts(effort: Effort, *, solver: str) -> Measurement:
    """Race one fit with many starts against many fits with one."""
    problem = {
        "solver": solver,
        "n_starts": effort.sized(N_STARTS, quick=4),
        "n_epochs": effort.sized(RESTART_EPOCHS, quick=5),
    }
    with Corner(SideBySide) as together, Corner(OneByOne) as alone:
        corners = (together, alone)
        load_everywhere(corners, **problem)
        agreement = check_agreement(corners, agree_within(LOSS_TOLERANCE))
        race(corners, effort.n_rounds)
        return ratio_to_fastest(corners, {"problem": problem, "agreement": agreement})


class CancerContestant(Contestant):
    """A side that brings the log loss of a 30-10-1 network to a goal, from each of several starts."""

    models: list[Any]

    def load(self, *, n_starts: int) -> dict[str, np.ndarray]:
        """Standardized data, and Glorot-uniform starts."""
        from sklearn.datasets import load_breast_cancer
        from sklearn.preprocessing import StandardScaler

        X, self.y = load_breast_cancer(return_X_y=True)
        self.X = StandardScaler().fit_transform(X)
        rng = np.random.default_rng(SEED)
        self.starts: list[Start] = []
        for _ in range(n_starts):
            layers = ((self.X.shape[1], 10), (10, 1))
            bounds = [np.sqrt(6 / sum(shape)) for shape in layers]
            coefs = [rng.uniform(-bound, bound, shape) for bound, shape in zip(bounds, layers, strict=True)]
            intercepts = [rng.uniform(-bound, bound, shape[1]) for bound, shape in zip(bounds, layers, strict=True)]
            self.starts.append((coefs, intercepts))
        return {"X": self.X, "y": self.y, "starts": np.concatenate([_flat(start) for start in self.starts])}

    def lbfgs_weights(self) -> Weights:
        """Weights after a few iterations of the side's own L-BFGS: equal only if loss, gradient and start are."""
        raise NotImplementedError

    def weights(self) -> Weights:
        """Final weights, all starts in one vector."""
        return {"weights": _all_weights(self.models)}

    def quality(self) -> dict[str, float]:
        """Worst log loss and mean accuracy on the training data, by one formula for all sides."""
        losses, accuracies = [], []
        for model in self.models:
            probability = model.predict_proba(self.X)
            losses.append(-np.log(probability[np.arange(len(self.y)), self.y]).mean())
            accuracies.append((probability.argmax(axis=1) == self.y).mean())
        return {
            "largest_training_loss": float(max(losses)),
            "mean_training_accuracy": float(np.mean(accuracies)),
            "median_iterations": float(np.median([model.n_iter_ for model in self.models])),
        }


class OurSCG(CancerContestant):
    """``sinapsi.MLPClassifier(solver="scg")``."""

    name: ClassVar[str] = "sinapsi scg"
    solver: ClassVar[str] = "scg"

    def fit(self) -> None:
        """Every start until the loss reaches the goal."""
        self.models = [self._fit(start, self.solver, 1000, f"goal({LOSS_GOAL})") for start in self.starts]

    def lbfgs_weights(self) -> Weights:
        """By our solver "lbfgs"."""
        n = N_COMPARED_ITERATIONS
        return {"weights": _all_weights([self._fit(start, "lbfgs", n, f"max_iter({n})") for start in self.starts])}

    def _fit(self, start: Start, solver: str, max_iter: int, stopping: str) -> Any:
        from sinapsi import MLPClassifier

        with warnings.catch_warnings(action="ignore"):
            return MLPClassifier(
                hidden_layer_sizes=(10,),
                activation="tanh",
                solver=solver,
                init=start,
                alpha=0.0,
                max_iter=max_iter,
                stopping=stopping,
            ).fit(self.X, self.y)


class OurLBFGS(OurSCG):
    """The same by our own L-BFGS, told beside it."""

    name: ClassVar[str] = "sinapsi lbfgs"
    solver: ClassVar[str] = "lbfgs"


class ScikitLBFGS(CancerContestant):
    """``sklearn.neural_network.MLPClassifier(solver="lbfgs")``, told how many iterations it needs."""

    name: ClassVar[str] = "scikit-learn lbfgs"

    def load(self, *, n_starts: int) -> dict[str, np.ndarray]:
        """Also find out, untimed, the fewest iterations that reach the goal: it has no rule to stop at a loss."""
        arrays = super().load(n_starts=n_starts)
        self.n_iterations = [self._fewest_iterations(start) for start in self.starts]
        return arrays

    def _fewest_iterations(self, start: Start) -> int:
        """The loss never rises from one iteration to the next, so the number can be enclosed."""
        high = 1
        while self._fit(start, high).loss_ > LOSS_GOAL:
            high *= 2
            if high > MAX_EPOCHS:
                raise RuntimeError(f"scikit-learn's L-BFGS stays above a loss of {LOSS_GOAL}.")
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._fit(start, middle).loss_ > LOSS_GOAL else (low, middle)
        return high

    def fit(self) -> None:
        """Every start for as many iterations as it needs."""
        pairs = zip(self.starts, self.n_iterations, strict=True)
        self.models = [self._fit(start, max_iter) for start, max_iter in pairs]

    def lbfgs_weights(self) -> Weights:
        """By scikit-learn's."""
        return {"weights": _all_weights([self._fit(start, N_COMPARED_ITERATIONS) for start in self.starts])}

    def _fit(self, start: Start, max_iter: int) -> Any:
        from sklearn.neural_network import MLPClassifier

        class StartedMLP(MLPClassifier):
            """The same estimator, but its layers are initialized from a list."""

            def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
                coef, intercept = next(layers)
                return coef.copy(), intercept.copy()

        layers = zip(*start, strict=True)
        with warnings.catch_warnings(action="ignore"):  # that the iterations are used up is meant
            return StartedMLP(
                hidden_layer_sizes=(10,), activation="tanh", solver="lbfgs", alpha=0.0, max_iter=max_iter
            ).fit(self.X, self.y)


class OneThreadScikitLBFGS(ScikitLBFGS):
    """The same on one BLAS thread, as ours decides by itself: on a machine not quite quiet two wait for each other."""

    name: ClassVar[str] = "scikit-learn lbfgs, one BLAS thread"

    def load(self, *, n_starts: int) -> dict[str, np.ndarray]:
        """Also look up the BLAS libraries, which takes a millisecond, outside the timing."""
        from threadpoolctl import ThreadpoolController

        arrays = super().load(n_starts=n_starts)
        self.pools = ThreadpoolController()
        return arrays

    def fit(self) -> None:
        """Every start for as many iterations as it needs."""
        with self.pools.limit(limits=1, user_api="blas"):
            super().fit()


def measure_scg(effort: Effort) -> Measurement:
    """Race to the same training loss from the same weights."""
    problem = {"n_starts": effort.sized(N_CANCER_STARTS, quick=2)}
    sides = (OurSCG, OurLBFGS, ScikitLBFGS, OneThreadScikitLBFGS)
    with ExitStack() as stack:
        corners = [stack.enter_context(Corner(side)) for side in sides]
        ours, told, *rivals = corners
        load_everywhere(corners, **problem)
        agree, iterates = agree_within(ITERATE_TOLERANCE), ours.ask("lbfgs_weights")
        agreement = {rival.name: agree(iterates, rival.ask("lbfgs_weights")) for rival in rivals}
        race(corners, effort.n_rounds)
        told_report = told.report()
        details = {
            "problem": {**problem, "layers": (30, 10, 1), "loss_goal": LOSS_GOAL},
            "agreement": agreement,
            "told": told_report,
        }
        measurement = ratio_to_fastest([ours, *rivals], details)
    return replace(
        measurement,
        summary=f"{measurement.summary}; our own lbfgs {told_report['median_seconds']:.3g} s",
    )


def _all_weights(models: Sequence[Any]) -> np.ndarray:
    return np.concatenate([_flat((model.coefs_, model.intercepts_)) for model in models])


def _claims() -> list[Claim]:
    titles = {
        "sin": "SIN 1-5-1 (41 points, MSE 0.002)",
        "parity": "PARITY 3-10-10-1 (8 patterns, tanh output, MSE 0.001)",
    }
    least = {"sin": 28, "parity": 30}
    claims = []
    for name, title in titles.items():
        start = f"solver lm on {title} from {N_STARTS} Nguyen-Widrow starts, at most {MAX_EPOCHS} epochs: "
        reached = f"{start}how many reach the goal"
        claims += [
            Claim(f"lm_{name}_reached", reached, least[name], partial(measure_reached, name=name), "starts"),
            Claim(
                f"lm_{name}_reached_n_init4",
                f"{reached}, with n_init=4",
                N_STARTS,
                partial(measure_reached, name=name, n_init=4),
                "starts",
            ),
            Claim(
                f"lm_{name}_time",
                f"{start}time until all have reached it, in one fit, against torch-levenberg-marquardt, float64",
                10.0,
                partial(measure_lm_time, name=name),
            ),
        ]
    claims.append(
        Claim(
            "bayesian_diabetes",
            "diabetes, 10-20-1 tanh: mean squared error on a held-out fifth (targets of variance 1) by solver "
            f"bayesian, no validation data, minus that by adam with early stopping, {N_PAIRED_SPLITS} paired splits",
            LARGEST_LOSS_IN_MSE,
            measure_bayesian,
            unit="MSE",
            at_least=False,
        )
    )
    for solver in RESTART_SOLVERS:
        claims.append(
            Claim(
                "restarts_side_by_side" if solver == "lm" else f"restarts_side_by_side_{solver}",
                f"{N_STARTS} starts of 1-10-1 tanh on {RESTART_SAMPLES} points by {solver}, {RESTART_EPOCHS} epochs "
                "each: one fit with n_init against single fits, both ours, one process",
                3.0 if solver == "lm" else None,  # the others are told beside the claim, not promised
                partial(measure_restarts, solver=solver),
            )
        )
    claims.append(
        Claim(
            "scg_breast_cancer",
            f"30-10-1 tanh on breast cancer to a training loss of {LOSS_GOAL}, {N_CANCER_STARTS} starts: solver scg "
            "against scikit-learn's MLPClassifier(solver='lbfgs') with the fewest iterations that reach it",
            0.8,
            measure_scg,
        )
    )
    return claims


CLAIMS = _claims()

if __name__ == "__main__":
    sys.exit(main(CLAIMS))
