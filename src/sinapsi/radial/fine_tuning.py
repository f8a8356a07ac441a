"""The third phase: centers, widths and output weights go down the gradient of the training error together.

With s = |x - t|^2 / sigma^2, d s / d t = 2 (t - x) / sigma^2 and d s / d log sigma = -2 s, so all gradients are matrix
products with one matrix, D = (F - T) W' * phi'(s), of a block (Wettschereck and Dietterich 1992). Widths move as their
logarithms, which keeps them above 0. SciPy's L-BFGS chooses the steps.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import minimize

from sinapsi.activations import Floats
from sinapsi.algebra.passes import rows_a_block
from sinapsi.radial.radial_layer import RadialLayer
from sinapsi.validation import ExampleSet


class DescentEnded(Exception):  # noqa: N818  -- no error: the one who watches has seen enough
    """Raised by the one who watches, to end the descent."""


class FineTuning:
    """The training error as a function of everything that can move.

    Parameters
    ----------
    examples : ExampleSet
        With targets of shape (n_samples, n_outputs).
    layer : RadialLayer
        Where to begin.
    coef : array of shape (n_outputs, n_columns)
        Output weights.
    intercept : array of shape (n_outputs,)
        Biases.
    alpha : float
        Penalty on the squares of the output weights, in Ridge's convention.
    """

    def __init__(self, examples: ExampleSet, layer: RadialLayer, coef: Floats, intercept: Floats, alpha: float) -> None:
        self._inputs = examples.inputs.astype(np.float64)
        self._targets = examples.targets.astype(np.float64)
        weights = np.ones(len(examples)) if examples.weights is None else examples.weights.astype(np.float64)
        self._shares = weights / weights.sum()
        self._alpha = alpha / weights.sum()
        self._layer = layer
        self._shapes = (layer.centers.shape, layer.widths.shape, coef.shape, intercept.shape)
        self._start = np.concatenate(
            [part.astype(np.float64).ravel() for part in (layer.centers, np.log(layer.widths), coef, intercept)]
        )

    def unpacked(self, point: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Give the parts of a point.

        Parameters
        ----------
        point : array
            All numbers in a row.

        Returns
        -------
        centers, widths, coef, intercept : arrays
            As they were at the start, in float64.
        """
        ends = np.cumsum([int(np.prod(shape)) for shape in self._shapes])[:-1]
        parts = [part.reshape(shape) for part, shape in zip(np.split(point, ends), self._shapes, strict=True)]
        return parts[0], np.exp(parts[1]), parts[2], parts[3]

    def error_and_gradient(self, point: Floats) -> tuple[float, Floats]:
        """Give the mean of 1/2 |t - f|^2 plus the penalty, and its gradient.

        Parameters
        ----------
        point : array
            All numbers in a row.

        Returns
        -------
        error : float
            Above 0.
        gradient : array
            Like the point.
        """
        centers, widths, coef, intercept = self.unpacked(point)
        layer = RadialLayer(centers, widths, self._layer.name, self._layer.degree)
        # Monomials are those of the start: their middle does not move with the centers.
        layer.freeze_monomials_of(self._layer)
        m = len(centers)
        error = 0.5 * self._alpha * float((coef**2).sum())
        by_center, by_width = np.zeros_like(centers), np.zeros_like(widths)
        by_coef, by_intercept = self._alpha * coef, np.zeros_like(intercept)
        n_rows = rows_a_block(coef.shape[1], 8)
        for start in range(0, len(self._inputs), n_rows):
            rows = slice(start, start + n_rows)
            inputs, shares = self._inputs[rows], self._shares[rows, np.newaxis]
            squares = layer.scaled_squares(inputs)
            slopes = layer.basis.slope(squares)
            hidden = layer.basis.value(squares.copy())
            if layer.degree:
                hidden = np.hstack([hidden, layer.monomials(inputs)[:, 1:]])
            misses = hidden @ coef.T + intercept - self._targets[rows]
            error += 0.5 * float((shares * misses**2).sum())
            misses *= shares
            by_coef += misses.T @ hidden
            by_intercept += misses.sum(axis=0)
            pulls = (misses @ coef[:, :m]) * slopes
            by_width -= 2 * (pulls * squares).sum(axis=0)
            by_center += 2 * (pulls.sum(axis=0)[:, np.newaxis] * centers - pulls.T @ inputs)
        by_center /= widths[:, np.newaxis] ** 2
        return error, np.concatenate([part.ravel() for part in (by_center, by_width, by_coef, by_intercept)])

    def descend(self, max_iter: int, watch: Callable[[Floats, float, float], bool]) -> None:
        """Go down.

        Parameters
        ----------
        max_iter : int
            Most iterations.
        watch : callable
            Takes the point, the error and the norm of the gradient after each iteration; True ends the descent.
        """
        latest: dict[bytes, tuple[float, Floats]] = {}

        def measured(point: Any) -> tuple[float, Floats]:
            found = self.error_and_gradient(point)
            latest.clear()
            latest[point.tobytes()] = found
            return found

        def after(point: Any) -> None:
            error, gradient = latest.get(point.tobytes()) or self.error_and_gradient(point)
            if watch(point, error, float(np.linalg.norm(gradient))):
                raise DescentEnded

        with contextlib.suppress(DescentEnded):
            options: Any = {"maxiter": max_iter, "maxcor": 20, "ftol": 1e-14, "gtol": 1e-10}
            descend: Any = minimize
            descend(measured, self._start, jac=True, method="L-BFGS-B", callback=after, options=options)
