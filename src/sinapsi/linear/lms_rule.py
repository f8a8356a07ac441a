"""One pass of the LMS rule, plain or normalized, over the examples: one by one, in mini-batches, or all at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.linear import kernels
from sinapsi.linear.fields import fields_of, rows_of
from sinapsi.linear.learning_path import NO_EXAMPLE
from sinapsi.linear.least_squares import squared_norms
from sinapsi.schedules import Schedule
from sinapsi.validation import ExampleSet


class LMSRule:
    """The delta rule w <- w + eta (d - y) x of Widrow and Hoff, with the weights it changes in place.

    It descends the mean over the examples of 1/2 |d - y|^2 + alpha / (2 n) |w|^2, whose minimum is the exact solution.

    Parameters
    ----------
    examples : ExampleSet
        With targets of shape (n_samples, n_outputs).
    coef : array of shape (n_outputs, n_features)
        Weights, changed in place.
    intercept : array of shape (n_outputs,)
        Biases, changed in place.
    batch_size : int
        Examples whose mean gradient makes one step.
    schedule : Schedule
        Learning rates over steps.
    alpha : float
        Penalty on the sum of squares, Ridge's convention.
    """

    def __init__(
        self,
        examples: ExampleSet,
        coef: Floats,
        intercept: Floats,
        *,
        batch_size: int,
        schedule: Schedule,
        alpha: float,
    ) -> None:
        self.gradient_norm: float | None = None  # where a step began that was made by all examples together
        self._examples = examples
        self._coef = coef
        self._intercept = intercept
        self._batch_size = batch_size
        self._schedule = schedule
        self._rows = rows_of(examples.inputs)
        self._order = np.empty(0, dtype=np.intp)  # of the last pass; empty for 0, 1, 2, ...
        self._rates = np.empty(0)
        # Weights of mean 1 make a step of any batch an unbiased estimate of the step of all examples together.
        weights = np.ones(1) if examples.weights is None else examples.weights / examples.weights.mean()
        self._weights = weights.astype(coef.dtype)
        total = len(examples) if examples.weights is None else float(examples.weights.sum())
        self._decay = coef.dtype.type(alpha / total)

    @property
    def n_steps(self) -> int:
        """Updates in a pass."""
        return -(-len(self._examples) // self._batch_size)

    @property
    def _one_by_one(self) -> bool:
        return self._batch_size == 1 < len(self._examples)

    def learn(self, first_step: int, random: np.random.Generator | None) -> tuple[float, float]:
        """Go once through the examples.

        Parameters
        ----------
        first_step : int
            Updates made before this pass, for the schedule.
        random : numpy.random.Generator or None
            Source of a new order; None keeps the order given.

        Returns
        -------
        mean_error : float
            Weighted mean of 1/2 |d - y|^2 as the examples were met.
        rate : float
            Learning rate of the last step.
        """
        steps = np.arange(first_step, first_step + (1 if self._schedule.is_constant else self.n_steps))
        self._rates = self._schedule.rates(steps).astype(self._coef.dtype)
        n_samples = len(self._examples)
        self._order = np.empty(0, dtype=np.intp)
        if random is not None and self._batch_size < n_samples:  # in a full batch there is no order
            self._order = random.permutation(n_samples)
        if self._one_by_one:
            error_sum = self._present(self._order, self._rates, self._coef, self._intercept)
        else:
            batches = range(self.n_steps)
            error_sum = sum((self._step(batch, self._coef, self._intercept) for batch in batches), 0.0)
        return error_sum / len(self._examples), float(self._rates[-1])

    def moves(self, coef: Floats, intercept: Floats) -> Iterator[tuple[int, Floats, Floats]]:
        """Go through the last pass again, step by step.

        Parameters
        ----------
        coef : array of shape (n_outputs, n_features)
            Weights before the pass, changed in place.
        intercept : array of shape (n_outputs,)
            Biases before the pass, changed in place.

        Yields
        ------
        example : int
            The example that made the step, -1 for a batch.
        coef : array of shape (n_outputs, n_features)
            The weights after the step.
        intercept : array of shape (n_outputs,)
            The biases after it.
        """
        for step in range(self.n_steps):
            if self._one_by_one:
                place = int(self._order[step]) if len(self._order) else step
                self._present(np.array([place]), self._rate_of(step), coef, intercept)
                yield place, coef, intercept
            else:
                self._step(step, coef, intercept)
                yield NO_EXAMPLE, coef, intercept

    def _rate_of(self, step: int) -> Floats:
        place = min(step, len(self._rates) - 1)
        return self._rates[place : place + 1]

    def _present(self, order: NDArray[np.intp], rates: Floats, coef: Floats, intercept: Floats) -> float:
        """One example after another; gives the summed error."""
        kernel = kernels.learn_lms if len(self._rows) == 1 else kernels.learn_lms_csr
        arguments = (self._examples.targets, self._weights, order, rates, self._decay, coef, intercept)
        return float(kernel(*self._rows, *arguments))

    def _step(self, step: int, coef: Floats, intercept: Floats) -> float:
        """One step of a batch; gives the summed error."""
        start = step * self._batch_size
        place = slice(start, start + self._batch_size)
        examples = self._examples if self._examples.weights is None else self._examples.weighing(self._weights)
        rows = self._order[place] if len(self._order) else place
        batch = examples.take(rows)
        errors = batch.targets - fields_of(batch.inputs, coef, intercept)
        weighted = errors if batch.weights is None else batch.weights[:, np.newaxis] * errors
        error_sum = 0.5 * float(np.vdot(weighted, errors))
        self._move(rows, batch, weighted, self._rate_of(step)[0], coef, intercept)
        return error_sum

    def _move(
        self,
        rows: NDArray[np.intp] | slice,
        batch: ExampleSet,
        weighted: Floats,
        rate: Floats,
        coef: Floats,
        bias: Floats,
    ) -> None:
        toward, toward_bias = weighted.T @ batch.inputs, weighted.sum(axis=0)
        if self._batch_size == len(self._examples):
            gradient = self._decay * coef - toward / len(batch)
            self.gradient_norm = float(np.hypot(np.linalg.norm(gradient), np.linalg.norm(toward_bias / len(batch))))
        coef += (rate / len(batch)) * toward - rate * self._decay * coef
        bias += (rate / len(batch)) * toward_bias


class NormalizedLMSRule(LMSRule):
    """The rule of Nagumo and Noda: each step is divided by the squared length of its example.

    w <- w + eta ((d - y) x - alpha / n w) / (alpha / n + |x|^2), the constant input of the bias counted in |x|, so the
    divisor is at least 1. Between the sizes of examples and weights nothing is left to chance: with 0 < eta < 2 the
    error on the example itself becomes smaller. A batch makes the mean of the steps of its examples.
    """

    def __init__(
        self,
        examples: ExampleSet,
        coef: Floats,
        intercept: Floats,
        *,
        batch_size: int,
        schedule: Schedule,
        alpha: float,
    ) -> None:
        super().__init__(examples, coef, intercept, batch_size=batch_size, schedule=schedule, alpha=alpha)
        self._divisors = np.float64(self._decay) + 1 + squared_norms(examples.inputs)

    def _present(self, order: NDArray[np.intp], rates: Floats, coef: Floats, intercept: Floats) -> float:
        kernel = kernels.learn_normalized_lms if len(self._rows) == 1 else kernels.learn_normalized_lms_csr
        arguments = (self._examples.targets, self._weights, self._divisors, order, rates, self._decay, coef, intercept)
        return float(kernel(*self._rows, *arguments))

    def _move(
        self,
        rows: NDArray[np.intp] | slice,
        batch: ExampleSet,
        weighted: Floats,
        rate: Floats,
        coef: Floats,
        bias: Floats,
    ) -> None:
        divisors = self._divisors[rows]
        steps = (weighted / divisors[:, np.newaxis]).astype(coef.dtype)
        pull = coef.dtype.type((self._decay / divisors).sum())
        coef += (rate / len(batch)) * (steps.T @ batch.inputs - pull * coef)
        bias += (rate / len(batch)) * steps.sum(axis=0)
