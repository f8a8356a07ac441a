"""One pass of the LMS rule over the examples: one by one, in mini-batches, or all at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.linear import kernels
from sinapsi.linear.fields import fields_of, rows_of
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
        self._examples = examples
        self._coef = coef
        self._intercept = intercept
        self._batch_size = batch_size
        self._schedule = schedule
        self._rows = rows_of(examples.inputs)
        # Weights of mean 1 make a step of any batch an unbiased estimate of the step of all examples together.
        weights = np.ones(1) if examples.weights is None else examples.weights / examples.weights.mean()
        self._weights = weights.astype(coef.dtype)
        total = len(examples) if examples.weights is None else float(examples.weights.sum())
        self._decay = coef.dtype.type(alpha / total)

    @property
    def n_steps(self) -> int:
        """Updates in a pass."""
        return -(-len(self._examples) // self._batch_size)

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
        rates = self._schedule.rates(steps).astype(self._coef.dtype)
        n_samples = len(self._examples)
        order = np.empty(0, dtype=np.intp)
        if random is not None and self._batch_size < n_samples:  # in a full batch there is no order
            order = random.permutation(n_samples)
        if self._batch_size == 1:
            error_sum = self._learn_one_by_one(order, rates)
        else:
            error_sum = self._learn_in_batches(order, rates)
        return error_sum / len(self._examples), float(rates[-1])

    def _learn_one_by_one(self, order: NDArray[np.intp], rates: Floats) -> float:
        kernel = kernels.learn_lms if len(self._rows) == 1 else kernels.learn_lms_csr
        arguments = (self._examples.targets, self._weights, order, rates, self._decay, self._coef, self._intercept)
        return float(kernel(*self._rows, *arguments))

    def _learn_in_batches(self, order: NDArray[np.intp], rates: Floats) -> float:
        error_sum = 0.0
        examples = self._examples if self._examples.weights is None else self._examples.weighing(self._weights)
        for step, start in enumerate(range(0, len(self._examples), self._batch_size)):
            place = slice(start, start + self._batch_size)
            batch = examples.take(order[place] if len(order) else place)
            errors = batch.targets - fields_of(batch.inputs, self._coef, self._intercept)
            weighted = errors if batch.weights is None else batch.weights[:, np.newaxis] * errors
            error_sum += 0.5 * float(np.vdot(weighted, errors))
            rate = rates[min(step, len(rates) - 1)]
            self._coef += (rate / len(batch)) * (weighted.T @ batch.inputs) - rate * self._decay * self._coef
            self._intercept += (rate / len(batch)) * weighted.sum(axis=0)
        return error_sum
