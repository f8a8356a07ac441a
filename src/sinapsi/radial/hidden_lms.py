"""The LMS rule over hidden outputs: online, in a new random order every pass, a block of hidden outputs at a time."""

from __future__ import annotations

import numpy as np

from sinapsi.activations import Floats
from sinapsi.algebra.output_layer import Hidden
from sinapsi.radial.kernels import learn_lms
from sinapsi.schedules import Schedule
from sinapsi.validation import ExampleSet


class HiddenLMS:
    """w <- w + eta (d - y) phi of Widrow and Hoff, with the weights it changes in place.

    Parameters
    ----------
    examples : ExampleSet
        With targets of shape (n_samples, n_outputs).
    hidden : Hidden
        The hidden layer.
    coef : array of shape (n_outputs, n_columns)
        Weights, changed in place.
    intercept : array of shape (n_outputs,)
        Biases, changed in place.
    alpha : float
        Penalty on the sum of squares, in Ridge's convention.
    """

    def __init__(self, examples: ExampleSet, hidden: Hidden, coef: Floats, intercept: Floats, *, alpha: float) -> None:
        self._inputs = examples.inputs
        self._targets = examples.targets.astype(coef.dtype)
        weights = np.ones(len(examples)) if examples.weights is None else examples.weights / examples.weights.mean()
        self._weights = weights.astype(coef.dtype)
        self._hidden = hidden
        self._coef = coef
        self._intercept = intercept
        total = len(examples) if examples.weights is None else float(examples.weights.sum())
        self._decay = alpha / total

    @property
    def max_stable_learning_rate(self) -> float:
        """2 / max |phi|^2, the constant input of the bias counted in: sufficient."""
        largest = 0.0
        for start in range(0, len(self._targets), self._hidden.n_rows):
            rows = slice(start, start + self._hidden.n_rows)
            outputs = self._hidden.outputs(self._inputs[rows])
            largest = max(largest, float((self._weights[rows] * (1 + np.vecdot(outputs, outputs))).max()))
        return 2 / largest

    def learn(self, schedule: Schedule, first_step: int, random: np.random.Generator) -> tuple[float, float]:
        """Go once through the examples.

        Parameters
        ----------
        schedule : Schedule
            Learning rates over steps.
        first_step : int
            Updates made before this pass.
        random : numpy.random.Generator
            For the order.

        Returns
        -------
        loss : float
            Mean of 1/2 squared errors, each before its step.
        rate : float
            Of the first step.
        """
        n_samples = len(self._targets)
        order = random.permutation(n_samples)
        rates = schedule.rates(np.arange(first_step, first_step + n_samples))
        total = 0.0
        for start in range(0, n_samples, self._hidden.n_rows):
            part = slice(start, start + self._hidden.n_rows)
            rows = order[part]
            total += learn_lms(
                self._hidden.outputs(self._inputs[rows]),
                self._targets[rows],
                self._weights[rows],
                rates[part].astype(self._coef.dtype),
                self._coef.dtype.type(self._decay),
                self._coef,
                self._intercept,
            )
        return total / n_samples, float(rates[0])
