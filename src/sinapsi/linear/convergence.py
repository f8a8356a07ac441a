"""The convergence theorem of the perceptron as a tool: how many corrections a run may make at most.

Let w* part the examples, all vectors being augmented by the constant input 1: y w*.x >= alpha > 0, and |x| <= R. After
k corrections w <- w + eta y x from the start w(0)::

    w*.w >= w*.w(0) + eta k alpha               each correction goes toward w*
    |w|^2 <= |w(0)|^2 + eta^2 k R^2             and, as it corrects a mistake, lengthens w only a little
    w*.w(0) + eta k alpha <= |w*| (|w(0)|^2 + eta^2 k R^2)^(1/2)        (Cauchy and Schwarz)

so k cannot exceed the larger root of the quadratic equation between both sides; from a zero start that is
R^2 |w*|^2 / alpha^2, whatever eta. Novikoff (1962); section 2.1.1 of the course, with its errata.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidInputError
from sinapsi.linear.cutting_planes import least_distance, separated, signed_rows, standardized

ROUNDING = 1e-9  # relative; a bound that is met exactly must not fail for the last digits
ROUNDS = 30  # of looking for a wider margin; whatever is found by then is taken
JOINING = 500  # examples that join in a round

SeparatingVector = NDArray[np.float64]  # (n_features + 1,), the bias at the end


@dataclass(frozen=True, eq=False)
class ConvergenceBound:
    """The numbers of the convergence theorem for one run; ``str()`` gives a sentence.

    Parameters
    ----------
    n_updates : int
        Corrections that the run made.
    bound : float
        Corrections that any run can make at most.
    alpha : float
        The smallest y w*.x of an example.
    radius : float
        R, the largest length of an augmented example.
    norm : float
        Length of w*.
    learning_rate : float
        eta.
    start_norm : float
        Length of the starting weights, 0 for a zero start.
    start_product : float
        w*.w(0).
    coef : array of shape (n_features,)
        Weights of w*.
    intercept : float
        Its bias.
    """

    n_updates: int
    bound: float
    alpha: float
    radius: float
    norm: float
    learning_rate: float
    start_norm: float
    start_product: float
    coef: NDArray[np.float64]
    intercept: float

    @property
    def holds(self) -> bool:
        """Whether the run made no more corrections than the theorem allows."""
        return self.n_updates <= self.bound * (1 + ROUNDING)

    def __str__(self) -> str:
        start = f", from a start of length {self.start_norm:.3g}" if self.start_norm else ""
        return (
            f"the run made {self.n_updates} corrections, the convergence theorem allows at most {self.bound:.4g} "
            f"(alpha = {self.alpha:.3g}, R = {self.radius:.3g}, |w*| = {self.norm:.3g}{start})"
        )


def bound_of_run(
    inputs: Any, signs: Floats, vector: SeparatingVector, n_updates: int, increment: float, start: Floats | None
) -> ConvergenceBound:
    """Give the numbers of the theorem.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.
    signs : array of shape (n_samples,)
        +1 and -1 by class.
    vector : array of shape (n_features + 1,)
        w*.
    n_updates : int
        Corrections made.
    increment : float
        eta.
    start : array of shape (n_features + 1,) or None
        w(0); None for zeros.

    Returns
    -------
    ConvergenceBound
        The numbers.
    """
    inputs = inputs.astype(np.float64, copy=False)
    start = np.zeros(len(vector)) if start is None else start
    with np.errstate(over="ignore", invalid="ignore"):  # told below
        is_sparse = sparse.issparse(inputs)
        squares = inputs.multiply(inputs).sum(axis=1) if is_sparse else np.einsum("ij,ij->i", inputs, inputs)
        alpha = float((signs * _fields(inputs, vector)).min())
        radius, norm = float(np.sqrt(np.max(squares) + 1)), float(np.linalg.norm(vector))
        start_norm, start_product = float(np.linalg.norm(start)), float(vector @ start)
        bound = _largest_root(
            start_product / (increment * alpha), (radius * norm / alpha) ** 2, norm * start_norm / (increment * alpha)
        )
    if not np.isfinite(bound):
        raise InvalidInputError(
            "The bound of the convergence theorem exceeds the range of float64, or the squares of X do. Expected "
            "columns of ordinary size; rescale X, for example with sklearn.preprocessing.StandardScaler."
        )
    return ConvergenceBound(
        n_updates, bound, alpha, radius, norm, increment, start_norm, start_product, vector[:-1], float(vector[-1])
    )


def _largest_root(product: float, factor: float, length: float) -> float:
    """The larger k of (product + k)^2 = length^2 + k factor, both sides being divided by (eta alpha)^2."""
    half = product - factor / 2
    constant = min(product**2 - length**2, 0.0)  # Cauchy and Schwarz, but for rounding
    root = np.sqrt(half**2 - constant)
    return float(root - half if half <= 0 else -constant / (root + half))


def separating_hyperplane(
    inputs: Any,
    signs: Floats,
    classes: NDArray[Any],
    coef: ArrayLike | None = None,
    intercept: float | ArrayLike | None = None,
) -> SeparatingVector:
    """Give w*: the one passed, if it parts the examples, else one with a wide margin.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.
    signs : array of shape (n_samples,)
        +1 and -1 by class.
    classes : array of shape (2,)
        The labels, for messages.
    coef : array of shape (n_features,) or None
        Weights.
    intercept : float or None
        Bias.

    Returns
    -------
    array of shape (n_features + 1,)
        Weights, and the bias at the end.

    Raises
    ------
    InvalidInputError
        If it does not part the examples, or none does.
    """
    inputs = inputs.astype(np.float64, copy=False)
    if (coef is None) != (intercept is None):
        raise InvalidInputError("coef and intercept go together. Got only one of them; pass both or none.")
    if coef is not None and intercept is not None:
        return _given(inputs, signs, coef, intercept)
    if (signs == signs[0]).all():
        raise InvalidInputError(
            f"The convergence theorem needs examples of both classes, {' and '.join(map(repr, classes.tolist()))}. Got "
            "one class. Pass all examples that were learned from."
        )
    hyperplane, _ = separated(standardized(inputs, signs))
    if hyperplane is None:
        raise InvalidInputError(
            "The convergence theorem speaks of classes that a hyperplane parts. These have a point of their convex "
            "hulls in common, see linear_separability(X, y).certificate. Perceptron(variant='pocket') or an Adaline "
            "learn from classes that overlap."
        )
    return _with_wider_margin(inputs, signs, np.append(*hyperplane))


def _fields(inputs: Any, vector: SeparatingVector) -> Floats:
    return np.asarray(np.asarray(inputs @ vector[:-1]) + vector[-1])


def _given(inputs: Any, signs: Floats, coef: ArrayLike, intercept: float | ArrayLike) -> SeparatingVector:
    try:
        weights, bias = np.ravel(np.asarray(coef, dtype=np.float64)), np.ravel(np.asarray(intercept, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"coef and intercept must be numbers. {error}") from error
    if weights.shape != (inputs.shape[1],) or bias.shape != (1,) or not np.isfinite([*weights, *bias]).all():
        raise InvalidInputError(
            f"coef must be {inputs.shape[1]} finite numbers, one per column of X, and intercept one. Got shapes "
            f"{np.shape(coef)} and {np.shape(intercept)}, with {np.count_nonzero(~np.isfinite(weights))} not finite."
        )
    vector = np.append(weights, bias)
    n_wrong = np.count_nonzero(~(signs * _fields(inputs, vector) > 0))
    if n_wrong:
        raise InvalidInputError(
            f"coef and intercept must have every example on its side, classes_[1] on the positive one. {n_wrong} of "
            f"{len(signs)} examples are on the other side or on the hyperplane. Pass none: one is then looked for."
        )
    return vector


def _with_wider_margin(inputs: Any, signs: Floats, vector: SeparatingVector) -> SeparatingVector:
    """The vector with the least |w*| / alpha that a few rounds of least distance find, starting from any."""
    best, least = vector, np.inf
    rows = np.empty(0, dtype=np.intp)
    for _ in range(ROUNDS):
        margins = signs * _fields(inputs, vector)
        with np.errstate(over="ignore"):
            alpha, norm = margins.min(), np.linalg.norm(vector)
        if alpha > 0 and norm / alpha < least:
            best, least = vector, norm / alpha
        nearest = np.argsort(margins)[:JOINING]
        joining = np.setdiff1d(nearest if not len(rows) else nearest[margins[nearest] < 1 - ROUNDING], rows)
        if not len(joining):
            break
        rows = np.union1d(rows, joining)
        vector = least_distance(signed_rows(inputs[rows], signs[rows]))[0].astype(np.float64, copy=False)
        if not np.isfinite(vector).all():
            break
    return best
