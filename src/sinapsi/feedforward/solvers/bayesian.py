"""Bayesian regularization: the data themselves say how strongly the weights are to be held back."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.network import Network
from sinapsi.feedforward.solvers.levenberg_marquardt import DampedWalk
from sinapsi.feedforward.solvers.linear_model import Claims, PrimalModel, check_size, solved
from sinapsi.feedforward.solvers.problem import Problem
from sinapsi.feedforward.solvers.starts import FullBatchSolver, PerStart, Starts
from sinapsi.validation import ExampleSet

LARGEST_PRECISION = 1e12  # of the weights; beyond, they are 0
EXACT = 1e-10  # share of the targets' mean square; a fit with smaller errors leaves no noise to estimate
SETTLING_ROUNDS = 200  # of the evidence at given weights; each squares away most of what is left
CONCLUSION_TOLERANCE = 1e-10  # share; the precisions then agree with those of the last step where it had converged
SMALLEST_SHARE = 1e-6  # of the targets; so many at least count for the noise, when nearly all are used up by weights
# lambda / beta for each target, before there is any evidence. Begun stiffly (0.3), a network stays too flat for wavy
# data; begun loosely (1e-4), some starts settle on the noise.
FIRST_PENALTY = 1e-3


@dataclass(frozen=True)
class Bayesian(FullBatchSolver):
    """Levenberg-Marquardt on beta/2 sum e^2 + sum_l lambda_l/2 sum w^2, with MacKay's evidence for beta and lambda.

    After every step the precisions of the noise and of the weights of each layer l are set to what makes the data most
    probable: lambda_l = gamma_l / sum w^2 and beta = (N - gamma) / sum e^2, where gamma, the number of effective
    parameters, counts the directions in weight space that the data decide. MacKay (1992), whose layers have precisions
    of their own too; with Gauss-Newton curvature, Foresee and Hagan (1997). The biases of the output units stay free,
    as in ridge regression; without hidden layer this is scikit-learn's ``BayesianRidge``.

    Parameters
    ----------
    tol : float, default=1e-4
        It has converged when a step changes no precision and not the sum of errors by a larger share, at least 0.
    damping : float, default=1e-3
        First damping of Levenberg-Marquardt, as a share of the largest curvature, above 0.
    """

    short_name = "bayesian"
    threaded_flops: ClassVar[float] = 2e9  # products alternate with solving and with tables of derivatives
    tol: float = 1e-4
    damping: float = 1e-3

    def __post_init__(self) -> None:
        if not (self.tol >= 0 and self.damping > 0):
            raise InvalidParameterError(f"The solver bayesian wants tol of at least 0 and damping above 0. Got {self}.")

    def check(self, problem: Problem) -> None:
        check_size(problem, self.short_name, may_be_dual=False)

    def flops_at_a_time(self, problem: Problem) -> float:
        return 2.0 * problem.examples.targets.size * len(problem.parameters) ** 2

    def floats_per_start(self, problem: Problem) -> int:
        return 6 * len(problem.parameters) ** 2

    def descend(self, starts: Starts) -> None:
        problem = counting_each(starts.problem)
        n_examples = counted(problem.examples)
        model = PrimalModel(problem, np.zeros(len(problem.parameters)), starts.parameters)
        evidence = Evidence(model, problem)
        evidence.recall(starts.recalled("evidence", evidence.kept()))
        walk = DampedWalk(model, self.damping)
        while len(starts):
            has_settled = walk.is_lower & (walk.share < self.tol) & (evidence.change < self.tol)
            stays = starts.record(
                0.5 * model.squares / n_examples,
                rows=walk.is_lower,
                converged={
                    "precisions and errors change by a share smaller than tol in a step": has_settled,
                    "the targets are met so closely that no noise is left to estimate": evidence.is_exact(),
                    "no damping leads to a lower loss any more": walk.is_stuck(),
                },
                gradient_norm=np.linalg.norm(model.gradient(), axis=1) / n_examples,
                **evidence.columns(),  # type: ignore[arg-type]  # columns all, none of the named arguments
            )
            for arrays in (model, walk, evidence):
                arrays.keep(stays)
            if len(starts):
                starts.parameters = walk.step(starts.parameters)
                evidence.reconsider(walk.is_lower)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def conclude(self, problem: Problem) -> None:
        """Keep what the evidence says at the weights that were kept, and the posterior for the error bars."""
        problem = counting_each(problem)
        parameters = problem.parameters[np.newaxis].astype(np.float64)
        model = PrimalModel(problem, np.zeros(len(problem.parameters)), parameters)
        evidence = Evidence(model, problem)
        everyone = np.ones(1, dtype=bool)
        for _ in range(SETTLING_ROUNDS):
            evidence.reconsider(everyone)
            if evidence.change[0] < CONCLUSION_TOLERANCE:
                break
        kept = evidence.kept()[0]
        if np.isfinite(kept).all() and np.isfinite(evidence.covariance).all():  # else the fit has diverged
            problem.memory["evidence"] = kept
            problem.memory["covariance"] = evidence.covariance[0]


def layers_of(network: Network) -> list[NDArray[np.intp]]:
    """Tell which parameters share a prior: the weights into a layer and, unless it is the last, its biases.

    Parameters
    ----------
    network : Network
        The plan.

    Returns
    -------
    list of array of int
        For each layer after the inputs, places in the flat vector.
    """
    places: NDArray[Any] = np.arange(network.n_parameters)
    coefs, intercepts = network.views(places)
    hidden = [np.concatenate([coef.ravel(), bias]) for coef, bias in zip(coefs[:-1], intercepts[:-1], strict=True)]
    return [*hidden, coefs[-1].ravel()]


def counting_each(problem: Problem) -> Problem:
    """Give a problem its weights as the user gave them: weight 2 is as much evidence as the example twice.

    Parameters
    ----------
    problem : Problem
        With weights of mean 1.

    Returns
    -------
    Problem
        The same with weights that count examples.
    """
    weights = problem.examples.weights
    if weights is None:
        return problem
    return dataclasses.replace(problem, examples=problem.examples.weighing(weights * problem.mean_weight))


def counted(examples: ExampleSet) -> float:
    """Count the examples, each with its weight.

    Parameters
    ----------
    examples : ExampleSet
        The examples.

    Returns
    -------
    float
        Their number, or the sum of their weights.
    """
    return float(len(examples) if examples.weights is None else examples.weights.sum())


class Evidence(PerStart):
    """The precisions of every start, and how probable they make the data.

    Parameters
    ----------
    model : PrimalModel
        The network near its present weights; its penalties are kept at weight precision / noise precision.
    problem : Problem
        What is learned.

    Attributes
    ----------
    effective : array of shape (n_starts,)
        gamma, the number of parameters that the data decide.
    weight_precision : array of shape (n_starts, n_layers)
        lambda of each layer.
    noise_precision : array of shape (n_starts,)
        beta.
    log_evidence : array of shape (n_starts,)
        Logarithm of the probability density of the targets, the weights integrated out.
    covariance : array of shape (n_starts, n_parameters, n_parameters)
        Of the weights, given the data.
    change : array of shape (n_starts,)
        Largest share by which a precision last changed.
    """

    def __init__(self, model: PrimalModel, problem: Problem) -> None:
        self._model = model
        self._layers = layers_of(problem.network)
        targets, weights = problem.examples.targets.astype(np.float64), problem.examples.weights
        counts = ~np.isnan(targets) * (1.0 if weights is None else weights[:, np.newaxis])
        self._n_targets = float(counts.sum())
        mean_square = float((counts * np.nan_to_num(targets) ** 2).sum()) / self._n_targets
        self._smallest_square = max(EXACT * mean_square, 1 / LARGEST_PRECISION)
        n_starts = len(model.squares)
        self.noise_precision: Floats = np.minimum(self._n_targets / model.squares, 1 / self._smallest_square)
        first = FIRST_PENALTY * self._n_targets * self.noise_precision
        self.weight_precision: Floats = np.repeat(first[:, np.newaxis], len(self._layers), axis=1)
        self.effective: Floats = np.full(n_starts, np.nan)
        self.log_evidence: Floats = np.full(n_starts, np.nan)
        self.change: Floats = np.full(n_starts, np.inf)
        self.covariance: Floats = np.empty(model.curvature.shape)
        self._hold_back()

    def kept(self) -> Floats:
        """Give all numbers in a table.

        Returns
        -------
        array of shape (n_starts, 3 + n_layers)
            Effective parameters, noise precision, log evidence, and the weight precision of each layer.
        """
        numbers = np.column_stack([self.effective, self.noise_precision, self.log_evidence])
        return np.asarray(np.hstack([numbers, self.weight_precision]))

    def columns(self) -> dict[str, Floats]:
        """Give all numbers under their names in a history.

        Returns
        -------
        dict of str to array of shape (n_starts,)
            A layer's weight precision is ``weight_precision_`` and its number.
        """
        layers = {f"weight_precision_{k + 1}": column for k, column in enumerate(self.weight_precision.T)}
        return {
            "effective_parameters": self.effective,
            "noise_precision": self.noise_precision,
            **layers,
            "log_evidence": self.log_evidence,
        }

    def recall(self, kept: Floats) -> None:
        """Go on from precisions that an earlier fit left.

        Parameters
        ----------
        kept : array of shape (n_starts, 3 + n_layers)
            As :meth:`kept` gives them.
        """
        self.noise_precision, self.weight_precision = kept[:, 1], kept[:, 3:]
        self._hold_back()

    def reconsider(self, rows: Claims) -> None:
        """Set the precisions of some starts to the most probable values at their present weights.

        Parameters
        ----------
        rows : array of bool of shape (n_starts,)
            Whose weights have moved.
        """
        if not rows.any():
            return
        decided = self._weigh()
        self.effective = decided.sum(axis=1)
        undecided = np.maximum(self._n_targets - self.effective, SMALLEST_SHARE * self._n_targets)
        noise = np.minimum(undecided / self._model.squares, 1 / self._smallest_square)
        squares = np.stack([(self._model.parameters[:, layer] ** 2).sum(axis=1) for layer in self._layers], axis=1)
        weights = np.clip(
            decided / np.maximum(squares, 1 / LARGEST_PRECISION), 1 / LARGEST_PRECISION, LARGEST_PRECISION
        )
        old = np.column_stack([self.noise_precision, self.weight_precision])
        new = np.where(rows[:, np.newaxis], np.column_stack([noise, weights]), old)
        self.change = np.where(rows, np.abs(new / old - 1).max(axis=1), self.change)
        self.noise_precision, self.weight_precision = new[:, 0], new[:, 1:]
        self._hold_back()

    def is_exact(self) -> Claims:
        """Tell which starts meet their targets to rounding.

        Returns
        -------
        array of bool of shape (n_starts,)
            Where the mean squared error is below that of any noise.
        """
        return np.asarray(self._model.squares <= self._smallest_square * self._n_targets)

    def _hold_back(self) -> None:
        """Give the model the penalties of the present precisions."""
        for layer, precision in zip(self._layers, self.weight_precision.T, strict=True):
            self._model.penalties[:, layer] = (precision / self.noise_precision)[:, np.newaxis]

    def _weigh(self) -> Floats:
        """Covariance and evidence at the present precisions; gives the effective parameters of each layer."""
        model, beta = self._model, self.noise_precision
        # A share of the curvature that is below rounding keeps the matrix invertible where the data decide everything.
        precision = model.damped(np.finfo(np.float64).eps * model.largest_curvature())
        identity = np.broadcast_to(np.eye(precision.shape[1]), precision.shape)
        self.covariance = solved(precision, identity) / beta[:, np.newaxis, np.newaxis]
        variances = np.diagonal(self.covariance, axis1=1, axis2=2)
        sizes = np.array([len(layer) for layer in self._layers])
        spread = np.stack([variances[:, layer].sum(axis=1) for layer in self._layers], axis=1)
        n_parameters = model.parameters.shape[1]
        log_volume = np.linalg.slogdet(precision)[1] + n_parameters * np.log(beta)
        n_free = n_parameters - sizes.sum()
        self.log_evidence = 0.5 * (
            np.log(self.weight_precision) @ sizes
            + self._n_targets * np.log(beta)
            - 2 * beta * model.value()
            - log_volume
            + (n_free - self._n_targets) * np.log(2 * np.pi)
        )
        return np.asarray(np.maximum(sizes - self.weight_precision * spread, 0))
