"""Recursive least squares: the exact solution after every example, from a triangular matrix that learns.

The usual recursion carries the inverse of X'X and loses its digits, and in the end its positive eigenvalues. Here the
Cholesky factor R of X'X itself is carried (square-root information filter): Givens rotations take one example after
another into R, and no squares are summed. Haykin (2002), chapters 9 and 14.

The constant input comes first, so the rest of R is the factor of the centered data: weights are those of least norm
where several solve the problem, and the bias is free of any penalty, as in the closed form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidInputError, ModelFileError
from sinapsi.linear.kernels import rotate_in
from sinapsi.validation import ExampleSet

BLOCK_ROWS = 4096  # rows turned to dense float64 at a time
LARGEST_FACTOR = 2**30  # bytes
EPSILON = float(np.finfo(np.float64).eps)


class Recursion:
    """What the examples met so far have to say about the weights.

    Parameters
    ----------
    kept : dict of str to array
        What :meth:`begin` gave, or what learning left there; the arrays are changed in place.
    forgetting : float
        Factor on the weight of all earlier examples (and of the penalty) at each example, in (0, 1].
    """

    def __init__(self, kept: dict[str, Any], forgetting: float) -> None:
        self._kept = kept
        self._forgetting = float(forgetting)

    @staticmethod
    def begin(examples: ExampleSet, alpha: float) -> dict[str, Any]:
        """Give the state before the first example.

        Parameters
        ----------
        examples : ExampleSet
            The first of them is the origin from which all are measured, so that large offsets cost no digits.
        alpha : float
            Penalty on the sum of squares, Ridge's convention: as if there were n_features examples sqrt(alpha) e_j
            with the answer 0.

        Returns
        -------
        dict of str to array
            Factor R of shape (n_features + 1, n_features + 1), moments Q'D of shape (n_features + 1, n_outputs), the
            origin and the number of examples.

        Raises
        ------
        InvalidInputError
            If R would take more than about 1 GiB.
        """
        n_columns = examples.inputs.shape[1] + 1
        if 8 * n_columns**2 > LARGEST_FACTOR:
            raise InvalidInputError(
                f"solver='rls' keeps a triangle of {n_columns} by {n_columns} numbers, one row a column of X. Expected "
                f"at most {LARGEST_FACTOR / 2**30:.3g} GiB. Use solver='lms' or 'normalized_lms' for so many columns."
            )
        root = np.full(n_columns, np.sqrt(alpha))
        root[0] = 0
        return {
            "factor": np.diag(root),
            "moments": np.zeros((n_columns, examples.targets.shape[1])),
            "origin": _dense(examples.inputs[:1])[0].copy(),
            "n_examples": np.zeros(1, dtype=np.int64),
        }

    def take_in(self, examples: ExampleSet) -> None:
        """Learn from examples, one after another.

        Parameters
        ----------
        examples : ExampleSet
            With targets of shape (n_samples, n_outputs); an example of weight w counts as w examples.
        """
        for start in range(0, len(examples), BLOCK_ROWS):
            block = examples.take(slice(start, start + BLOCK_ROWS))
            rows = np.empty((len(block), len(self._kept["factor"])))
            rows[:, 0] = 1
            np.subtract(_dense(block.inputs), self._kept["origin"], out=rows[:, 1:])
            answers = block.targets.astype(np.float64)
            if block.weights is not None:
                roots = np.sqrt(block.weights.astype(np.float64))[:, np.newaxis]
                rows, answers = rows * roots, answers * roots
            rotate_in(rows, answers, self._forgetting, self._kept["factor"], self._kept["moments"])
        self._kept["n_examples"] += len(examples)

    def weights(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Solve R w = Q'D.

        Returns
        -------
        coef : array of shape (n_outputs, n_features)
            Weights; those of least norm where several solve the problem.
        intercept : array of shape (n_outputs,)
            Biases.
        """
        factor, moments = self._kept["factor"], self._kept["moments"]
        inner, wanted = factor[1:, 1:], moments[1:]
        n_rows = max(len(inner), int(self._kept["n_examples"][0]))
        reciprocal_condition, _ = linalg.lapack.dtrcon(inner)
        if reciprocal_condition > n_rows * EPSILON:
            coef = linalg.solve_triangular(inner, wanted)
        else:
            coef = linalg.lstsq(inner, wanted, cond=n_rows * EPSILON, lapack_driver="gelsd")[0]
        intercept = (moments[0] - factor[0, 1:] @ coef) / factor[0, 0] - self._kept["origin"] @ coef
        return coef.T, intercept

    def moves(self, examples: ExampleSet) -> Iterator[tuple[int, Floats, Floats]]:
        """Learn from examples and give the weights after each.

        Parameters
        ----------
        examples : ExampleSet
            With targets of shape (n_samples, n_outputs).

        Yields
        ------
        example : int
            Its place.
        coef : array of shape (n_outputs, n_features)
            Weights.
        intercept : array of shape (n_outputs,)
            Biases.
        """
        for place in range(len(examples)):
            self.take_in(examples.take(slice(place, place + 1)))
            yield place, *self.weights()


def check_recursion(kept: dict[str, Any], n_features: int, n_outputs: int) -> None:
    """Refuse a state that does not fit, as a model file that was tampered with may hold: kernels trust its sizes.

    Parameters
    ----------
    kept : dict of str to array
        The state; an empty one is none.
    n_features : int
        Columns of X.
    n_outputs : int
        Columns of the targets.

    Raises
    ------
    ModelFileError
        If an array is missing or of another shape or type.
    """
    n_columns = n_features + 1
    shapes = {"factor": (n_columns, n_columns), "moments": (n_columns, n_outputs), "origin": (n_features,)}
    expected: dict[str, tuple[Any, Any]] = {name: (shape, np.dtype(np.float64)) for name, shape in shapes.items()}
    expected["n_examples"] = (1,), np.dtype(np.int64)
    found = {name: (np.shape(array), getattr(array, "dtype", None)) for name, array in kept.items()}
    if kept and found != expected:
        raise ModelFileError(
            "The state from which recursive least squares goes on is damaged: its arrays do not have the shapes of "
            "the weights. Load the model again, or call fit."
        )


def _dense(inputs: Any) -> NDArray[np.float64]:
    return np.asarray(inputs.toarray() if sparse.issparse(inputs) else inputs, dtype=np.float64)
