"""Whether a hyperplane parts two sets of points, by linear programs over the few examples that matter.

The program over all examples would be large, but its answer rests on at most n_features + 2 of them. So programs over a
growing set of examples are solved: those on the wrong side of the last hyperplane join (constraint generation). The
search ends with a hyperplane that parts all examples, or with weights that make one point of both convex hulls; either
is verified by multiplication, in the units in which the examples came.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidInputError

# Methods of scipy.optimize.linprog in the order in which they are tried: the dual simplex is the fastest over few
# columns, the interior points (with crossover, so that a vertex is found) over many.
METHODS: tuple[Literal["highs", "highs-ds", "highs-ipm"], ...] = ("highs-ds", "highs-ipm", "highs")
METHODS_FOR_MANY_COLUMNS: tuple[Literal["highs", "highs-ds", "highs-ipm"], ...] = ("highs-ipm", "highs-ds", "highs")
MANY_COLUMNS = 200
SOLVER_TOLERANCE = 1e-10  # the tightest that HiGHS takes
TIE = 1e-9  # a best margin below this, columns being of size 1, may be none; then multiplication decides
ROUNDING = 1e-12  # share of a column's size by which two weighted means may differ and still count as equal
SMALL_PROGRAM = 1000  # examples that are given to the solver at once
LARGEST_GRAM = 2000  # rows of the matrix of the first guess
LARGEST_EXPONENT = 300  # of 2, beyond which a hyperplane is left in the size in which it was found
EPSILON = float(np.finfo(np.float64).eps)

Hyperplane = tuple[NDArray[np.float64], float]
Weights = NDArray[np.float64]  # of all examples, summing to 1 within each class


@dataclass(frozen=True)
class SignedExamples:
    """Examples of two classes: as they came, and with centered columns of size 1.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        The examples, float64.
    signs : array of shape (n_samples,)
        +1 and -1 by class.
    center, scale : array of shape (n_features,)
        What is taken from the columns and what they are divided by: powers of two, so that nothing is rounded.
    standard : array or CSR matrix of shape (n_samples, n_features)
        (inputs - center) / scale.
    """

    inputs: Any
    signs: Floats
    center: Floats
    scale: Floats
    standard: Any

    def signed(self, rows: NDArray[np.intp]) -> Any:
        """Give y (x, 1) of some standardized examples.

        Parameters
        ----------
        rows : array of int
            Which.

        Returns
        -------
        array or CSR matrix of shape (n_rows, n_features + 1)
            A hyperplane (w, b) parts these examples when its products with them are above 0.
        """
        return signed_rows(self.standard[rows], self.signs[rows])


def signed_rows(inputs: Any, signs: Floats) -> Any:
    """Give the augmented examples times their signs.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.
    signs : array of shape (n_samples,)
        +1 and -1 by class.

    Returns
    -------
    array or CSR matrix of shape (n_samples, n_features + 1)
        y (x, 1).
    """
    column = signs[:, np.newaxis]
    if sparse.issparse(inputs):
        return sparse.hstack([inputs.multiply(column), sparse.csr_array(column)]).tocsr()
    return np.hstack([inputs * column, column])


def standardized(inputs: Any, signs: Floats) -> SignedExamples:
    """Center and scale the columns; those of sparse data are only scaled, or they would be dense.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.
    signs : array of shape (n_samples,)
        +1 and -1 by class.

    Returns
    -------
    SignedExamples
        In double precision.
    """
    inputs = inputs.astype(np.float64, copy=False)
    if sparse.issparse(inputs):
        center = np.zeros(inputs.shape[1])
        size = abs(inputs).max(axis=0).toarray().ravel()
    else:
        lowest, highest = inputs.min(axis=0), inputs.max(axis=0)
        center, size = lowest / 2 + highest / 2, highest / 2 - lowest / 2
    scale = np.where(size > 0, np.ldexp(1.0, np.clip(np.frexp(size)[1], -1000, 1000)), 1.0)
    standard = inputs.multiply(1 / scale).tocsr() if sparse.issparse(inputs) else (inputs - center) / scale
    return SignedExamples(inputs, signs, center, scale, standard)


def separated(examples: SignedExamples) -> tuple[Hyperplane | None, Weights | None]:
    """Look for a hyperplane between the classes, or for weights that make one point of both convex hulls.

    Parameters
    ----------
    examples : SignedExamples
        Of both classes.

    Returns
    -------
    hyperplane : tuple of array of shape (n_features,) and float, or None
        Weights and bias, with every example strictly on its side.
    weights : array of shape (n_samples,) or None
        At least 0, summing to 1 within each class, with equal weighted means.

    Raises
    ------
    InvalidInputError
        If the classes are so near to each other that rounding hides the answer, or the solver fails.
    """
    n_samples, n_features = examples.inputs.shape
    n_joining = max(SMALL_PROGRAM, 5 * n_features)
    direction = _first_guess(examples)
    rows = np.arange(n_samples)
    if n_samples > n_joining:
        rows = np.union1d(np.empty(0, dtype=np.intp), _nearest_rows(examples, direction, np.inf, n_joining))
    while True:
        hyperplane = parting(examples, direction[:-1] / examples.scale)
        if hyperplane is not None:
            return hyperplane, None
        direction, best_margin, shares = _widest_margin(examples.signed(rows))
        hyperplane = parting(examples, direction[:-1] / examples.scale)
        if hyperplane is not None:
            return hyperplane, None
        if best_margin <= TIE:
            weights = _common_point(examples, rows, shares)
            if weights is not None:
                return None, weights
        joining = np.setdiff1d(_nearest_rows(examples, direction, max(best_margin, TIE), n_joining), rows)
        if not len(joining):
            return _by_least_distance(examples, rows)
        rows = np.union1d(rows, joining)


def _first_guess(examples: SignedExamples) -> Floats:
    """Least squares on the signs where that is cheap, else the difference of the class means."""
    n_samples, n_features = examples.standard.shape
    if min(n_samples, n_features) <= LARGEST_GRAM:
        rows = signed_rows(examples.standard, examples.signs)
        is_tall = n_samples > n_features
        gram = rows.T @ rows if is_tall else rows @ rows.T
        gram = gram.toarray() if sparse.issparse(gram) else gram
        wanted = np.ones(n_samples)
        solution = np.linalg.lstsq(gram, rows.T @ wanted if is_tall else wanted)[0]
        return np.asarray(solution if is_tall else rows.T @ solution)
    means = [np.asarray(examples.standard[examples.signs == sign].mean(axis=0)).ravel() for sign in (-1, 1)]
    weights = means[1] - means[0]
    return np.append(weights, -weights @ (means[0] + means[1]) / 2)


def _nearest_rows(examples: SignedExamples, direction: Floats, limit: float, n_rows: int) -> NDArray[np.intp]:
    """Of each class the examples farthest on the wrong side, with margins below a limit."""
    margins = examples.signs * (examples.standard @ direction[:-1] + direction[-1])
    chosen = []
    for sign in (-1, 1):
        of_class = np.flatnonzero((examples.signs == sign) & (margins < limit))
        n_chosen = min(len(of_class), n_rows // 2)
        chosen.append(of_class[np.argpartition(margins[of_class], n_chosen - 1)[:n_chosen]] if n_chosen else of_class)
    return np.concatenate(chosen)


def _widest_margin(signed: Any) -> tuple[Floats, float, Floats]:
    """The hyperplane with |w_j| <= 1 and the largest margin min y (w.x + b), that margin, and the dual weights.

    Where the margin is 0, duality says that the dual weights, which sum to 1, make the sum of y (x, 1) zero.
    """
    n_rows, n_columns = signed.shape
    ones = np.ones((n_rows, 1))
    stack = sparse.hstack([-signed, sparse.csr_array(ones)]) if sparse.issparse(signed) else np.hstack([-signed, ones])
    cost = np.append(np.zeros(n_columns), -1.0)
    bounds = [(-1, 1)] * (n_columns - 1) + [(None, None), (None, 1)]
    message = ""
    for method in METHODS if n_columns < MANY_COLUMNS else METHODS_FOR_MANY_COLUMNS:
        result = optimize.linprog(
            cost,
            A_ub=stack,
            b_ub=np.zeros(n_rows),
            bounds=bounds,
            method=method,
            options={
                "primal_feasibility_tolerance": SOLVER_TOLERANCE,
                "dual_feasibility_tolerance": SOLVER_TOLERANCE,
            },
        )
        if result.status == 0 and result.x is not None:
            return result.x[:-1], float(result.x[-1]), np.maximum(-result.ineqlin.marginals, 0)
        message = str(result.message)
    raise InvalidInputError(
        f"The linear program over {n_rows} examples was not solved: {message} Drop columns that nearly repeat others, "
        "or round X to fewer digits."
    )


def parting(examples: SignedExamples, coef: NDArray[np.float64]) -> Hyperplane | None:
    """Give a hyperplane across a direction that has every example strictly on its side.

    Parameters
    ----------
    examples : SignedExamples
        Of both classes.
    coef : array of shape (n_features,)
        The direction, in the units of the inputs.

    Returns
    -------
    tuple of array of shape (n_features,) and float, or None
        Weights and bias, halfway between the classes; None where no hyperplane across this direction parts them.
    """
    largest = np.abs(coef).max(initial=0.0)
    if not 0 < largest < np.inf:
        return None
    exponent = int(np.frexp(largest)[1])
    if abs(exponent) < LARGEST_EXPONENT:
        coef = np.ldexp(coef, 1 - exponent)  # the largest between 1 and 2; by a power of two nothing is rounded
    with np.errstate(over="ignore", invalid="ignore"):  # then no side is right
        along = np.asarray(examples.inputs @ coef)
        low, high = along[examples.signs < 0].max(), along[examples.signs > 0].min()
        intercept = -float(low / 2 + high / 2)
        fields = along + intercept
        if not (low < high and np.isfinite(fields).all() and (examples.signs * fields > 0).all()):
            return None
    return (coef, intercept) if _is_beyond_doubt(examples, coef, intercept, fields) else None


def _is_beyond_doubt(examples: SignedExamples, coef: Floats, intercept: float, fields: Floats) -> bool:
    """Fields so small that rounding may have given them their sign are computed again, as fractions."""
    sizes = abs(examples.inputs) @ np.abs(coef) + abs(intercept)
    doubtful = np.flatnonzero(np.abs(fields) <= (len(coef) + 2) * EPSILON * sizes)
    weights = [Fraction(float(weight)) for weight in coef]
    for row in doubtful:
        x = examples.inputs[[row]]
        numbers = (x.toarray() if sparse.issparse(x) else x).ravel().tolist()
        field = sum((w * Fraction(number) for w, number in zip(weights, numbers, strict=True)), Fraction(intercept))
        if not examples.signs[row] * field > 0:
            return False
    return True


def _common_point(examples: SignedExamples, rows: NDArray[np.intp], shares: Floats) -> Weights | None:
    """Weights of all examples from the dual weights of some, if they hold to rounding."""
    support = shares > EPSILON * shares.max(initial=0.0)
    rows, shares = rows[support], shares[support]
    for _ in range(1 + len(rows)):
        shares = _summing_to_one(shares, examples.signs[rows])
        if np.isfinite(shares).all() and mismatch(examples.inputs[rows], examples.signs[rows] * shares) <= ROUNDING:
            weights = np.zeros(len(examples.signs))
            weights[rows] = shares
            return weights
        shares = _corrected(examples, rows, shares)
        if (shares > 0).all() and mismatch(examples.inputs[rows], examples.signs[rows] * shares) > ROUNDING:
            return None  # nothing negative to drop, and yet they do not hold
        rows, shares = rows[shares > 0], shares[shares > 0]
        if not len(rows):
            return None
    return None


def _summing_to_one(shares: Floats, signs: Floats) -> Floats:
    sums = np.where(signs > 0, shares[signs > 0].sum(), shares[signs < 0].sum())
    with np.errstate(divide="ignore", invalid="ignore"):  # a class without weight is told by the caller
        return np.asarray(shares / sums)


def _corrected(examples: SignedExamples, rows: NDArray[np.intp], shares: Floats) -> Floats:
    """The nearest weights that fulfill the equations: equal means, and a sum of 1 in each class."""
    standard = examples.standard[rows]
    signed = signed_rows(standard.toarray() if sparse.issparse(standard) else standard, examples.signs[rows])
    is_positive = examples.signs[rows] > 0
    equations = np.vstack([signed[:, :-1].T, is_positive, ~is_positive])
    wanted = np.append(np.zeros(standard.shape[1]), [1.0, 1.0])
    return np.asarray(shares + np.linalg.lstsq(equations, wanted - equations @ shares)[0])


def mismatch(inputs: Any, signed_weights: Floats) -> float:
    """Give how far the weighted means of two classes are from each other.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples, those without weight left out.
    signed_weights : array of shape (n_samples,)
        Positive weights for one class and negative ones for the other, summing to 1 and -1.

    Returns
    -------
    float
        Largest difference, as a share of the size of its column: the largest distance of these examples from the
        common point (of sparse ones, from 0).
    """
    sums = abs(signed_weights[signed_weights > 0].sum() - 1), abs(signed_weights[signed_weights < 0].sum() + 1)
    if sparse.issparse(inputs):
        size = abs(inputs).max(axis=0).toarray().ravel()
        difference = np.abs(signed_weights @ inputs)
    else:
        inputs = inputs - (np.abs(signed_weights) / 2) @ inputs
        size = np.abs(inputs).max(axis=0, initial=0.0)
        difference = np.abs(signed_weights @ inputs)
    return float(max(*sums, np.max(difference / np.where(size > 0, size, 1), initial=0.0)))


def least_distance(signed: Any) -> tuple[Floats, Floats]:
    """Find the shortest vector u with products of at least 1 with every row (Lawson and Hanson 1974, chapter 23).

    The non-negative least-squares problem |E v - (0, ..., 0, 1)|, E holding the rows and a row of ones, decides: its
    residual is u up to a factor, or vanishes where there is no u, and then v makes the sum of the rows zero.

    Parameters
    ----------
    signed : array of shape (n_rows, n_columns)
        The rows.

    Returns
    -------
    shortest : array of shape (n_columns,)
        u; not finite where there is none.
    shares : array of shape (n_rows,)
        v.
    """
    signed = signed.toarray() if sparse.issparse(signed) else signed
    equations = np.vstack([signed.T, np.ones(len(signed))])
    wanted = np.append(np.zeros(signed.shape[1]), 1.0)
    try:
        shares, _ = optimize.nnls(equations, wanted, maxiter=10 * max(equations.shape))
    except RuntimeError:  # it did not come to an end
        return np.full(signed.shape[1], np.nan), np.zeros(len(signed))
    residual = equations @ shares - wanted
    with np.errstate(divide="ignore", invalid="ignore"):
        return -residual[:-1] / residual[-1], shares


def _by_least_distance(examples: SignedExamples, rows: NDArray[np.intp]) -> tuple[Hyperplane | None, Weights | None]:
    """What the tolerance of the linear program hides is looked for by least squares, to the last digit."""
    shortest, shares = least_distance(examples.signed(rows))
    hyperplane = parting(examples, shortest[:-1] / examples.scale)
    weights = _common_point(examples, rows, shares) if hyperplane is None and shares.any() else None
    if hyperplane is None and weights is None:
        raise InvalidInputError(
            "The classes come so near to each other that rounding hides whether a hyperplane parts them. Expected a "
            f"gap, or an overlap, of more than about {ROUNDING:g} of the size of X. Subtract what is common to all "
            "rows, or round X to the digits that matter."
        )
    return hyperplane, weights
