"""The linear output layer over fixed hidden outputs: which penalty, which way to solve, how well it will do."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.algebra.dual_equations import DualEquations
from sinapsi.algebra.normal_equations import NormalEquations, Solution
from sinapsi.algebra.passes import ExamplesInMemory, ExamplesInShards, HiddenOutputs, rows_a_block, sample_of
from sinapsi.algebra.prefix_errors import PrefixErrors
from sinapsi.algebra.ridge_path import LeaveOneOut, RidgePath, best_penalty, penalties
from sinapsi.algebra.row_sample import RowSample
from sinapsi.algebra.triangular_factor import TriangularFactor, warn_of_condition

Examples = ExamplesInMemory | ExamplesInShards
Equations = NormalEquations | DualEquations

LARGEST_REPETITION = 16  # times that examples may come before distinct ones are no longer counted
Count = Callable[[Equations], float]


@dataclass(frozen=True)
class Hidden:
    """Hidden outputs as the engine sees them.

    Parameters
    ----------
    outputs : callable
        Makes a new array of shape (n_samples, n_columns) of a block of inputs; must survive pickling.
    n_columns : int
        Their number.
    itemsize : int
        Bytes of a number.
    least_penalty : float, default=0.0
        No smaller one is chosen.
    """

    outputs: HiddenOutputs
    n_columns: int
    itemsize: int
    least_penalty: float = 0.0

    @property
    def n_rows(self) -> int:
        """Rows of a block."""
        return rows_a_block(self.n_columns, self.itemsize)


@dataclass(frozen=True)
class OutputLayer:
    """A solved output layer.

    Parameters
    ----------
    equations : NormalEquations, DualEquations or None
        What it was solved from, where that is worth keeping.
    solution : Solution
        Weights and biases; the condition number is that of the matrix of hidden outputs with its penalty.
    alpha : float
        Penalty.
    training_error : float
        Mean squared training error, summed over the outputs.
    left_out : tuple of (outputs, targets, weights), optional
        Outputs of examples, each left out, where there are no equations to tell them.
    """

    equations: Equations | None
    solution: Solution
    alpha: float
    training_error: float
    left_out: tuple[Floats, Floats, Floats] | None = None


def _output_layer(equations: Equations, solution: Solution, alpha: float) -> OutputLayer:
    return OutputLayer(equations, solution, alpha, float(np.sum(equations.squared_error(solution.coef))))


def solve_for_examples(
    examples: Examples,
    hidden: Hidden,
    n_outputs: int,
    alpha: float | str,
    owner: str | None,
    count: Count | None = None,
) -> OutputLayer:
    """Solve for the output weights with all examples at hand, so that they may be gone through again.

    Parameters
    ----------
    examples : ExamplesInMemory or ExamplesInShards
        Inputs and targets.
    hidden : Hidden
        The hidden layer.
    n_outputs : int
        Outputs.
    alpha : float or {"loo", "gcv"}
        Penalty, or how to choose it: by leave-one-out (one more pass) or generalized cross-validation.
    owner : str or None
        Class name of the estimator, for warnings; None for one that will not keep this solution.
    count : callable, optional
        Gives the number of examples that the equations are of, for generalized cross-validation; by default the sum of
        their weights.

    Returns
    -------
    OutputLayer
        By Cholesky's decomposition of the normal equations where that is safe, else by the triangular factor of the
        hidden outputs; of the smaller matrix when there are fewer examples than columns.
    """
    distinct = _few_distinct(examples, hidden.n_columns)
    if isinstance(examples, ExamplesInMemory) and distinct is not None:
        return _solve_few(examples, distinct, hidden, alpha, owner)
    equations = examples.collect(
        partial(NormalEquations, hidden.n_columns, n_outputs, overwrites=True), hidden.outputs, hidden.n_rows
    )
    if isinstance(alpha, str):
        path = RidgePath(equations)
        alphas = penalties(path.eigenvalues, hidden.least_penalty)
        if alpha == "loo":
            errors = _merged(examples).collect(partial(LeaveOneOut, path, alphas), hidden.outputs, hidden.n_rows).mean
        else:
            errors = path.generalized(alphas, count and count(equations))
        return _on_the_path(equations, path, alphas, errors)
    solution = equations.solve_by_cholesky(alpha)
    if solution is None:
        factor = examples.collect(partial(TriangularFactor, hidden.n_columns, n_outputs), hidden.outputs, hidden.n_rows)
        solution = factor.solve(alpha)
        warn_of_condition(owner, solution, n_columns=hidden.n_columns, n_rows=equations.n_examples)
        return OutputLayer(equations, solution, alpha, factor.squared_error(solution.coef))
    return _of_sums(equations, solution, alpha)


def solve_for_sums(
    equations: NormalEquations, alpha: float | str, count: Count | None = None, *, least_penalty: float = 0.0
) -> OutputLayer:
    """Solve for the output weights when nothing but the sums is left of the examples.

    Parameters
    ----------
    equations : NormalEquations
        The sums.
    alpha : float or {"loo", "gcv"}
        Penalty; leaving out needs the examples again, so "loo" gives way to generalized cross-validation.
    count : callable, optional
        Gives the number of examples, as in :func:`solve_for_examples`.
    least_penalty : float, default=0.0
        No smaller one is chosen.

    Returns
    -------
    OutputLayer
        By eigenvalues with a cut-off, and with a warning, where the sums are nearly singular.
    """
    if isinstance(alpha, str):
        path = RidgePath(equations)
        alphas = penalties(path.eigenvalues, least_penalty)
        return _on_the_path(equations, path, alphas, path.generalized(alphas, count and count(equations)))
    return _of_sums(equations, equations.solve(alpha), alpha)


def error_left_out(examples: Examples, hidden: Hidden, layer: OutputLayer) -> float:
    """Give the leave-one-out error of a solved output layer, by one more pass over the examples.

    Parameters
    ----------
    examples : ExamplesInMemory or ExamplesInShards
        Those it was solved for.
    hidden : Hidden
        The hidden layer.
    layer : OutputLayer
        Solved, with its equations.

    Returns
    -------
    float
        Mean squared error, summed over the outputs.
    """
    equations = layer.equations
    if isinstance(equations, NormalEquations):
        path = RidgePath(equations)
        alphas = np.array([max(layer.alpha, float(penalties(path.eigenvalues)[-1]))])
        errors = _merged(examples).collect(partial(LeaveOneOut, path, alphas), hidden.outputs, hidden.n_rows)
        return float(errors.mean[0])
    if equations is None:
        raise RuntimeError("The error is told by the equations that were solved. Keep them in the output layer.")
    return float(equations.leave_one_out(np.array([max(layer.alpha, float(penalties(equations.eigenvalues)[-1]))]))[0])


def prefix_errors(
    examples: Examples, hidden: Hidden, equations: NormalEquations, alpha: float, columns: NDArray[np.intp]
) -> PrefixErrors:
    """Give the errors with the first 0, 1, 2, ... of some columns, by one more pass over the examples.

    Parameters
    ----------
    examples : ExamplesInMemory or ExamplesInShards
        Those that the sums are of.
    hidden : Hidden
        The hidden layer.
    equations : NormalEquations
        The sums.
    alpha : float
        Penalty.
    columns : array of int
        Which, in the order of interest.

    Returns
    -------
    PrefixErrors
        From the triangular factor of the sums where that is safe, else of the hidden outputs (one pass more).
    """
    outputs, equations = partial(_some_columns, hidden.outputs, columns), equations.of_columns(columns)
    make: Any = partial(PrefixErrors.of_equations, equations, alpha)
    if equations.solve_by_cholesky(alpha) is None:
        factor = examples.collect(partial(TriangularFactor, *equations.moment.shape), outputs, hidden.n_rows)
        means = (equations.column_mean, equations.target_mean)
        triangle, answers, columns = factor.penalized(alpha)
        make = partial(PrefixErrors, triangle, equations.moment, *means, equations.weight, columns, answers)
    errors: PrefixErrors = _merged(examples).collect(make, outputs, hidden.n_rows)
    return errors


def _some_columns(outputs: HiddenOutputs, columns: NDArray[np.intp], inputs: Any) -> Floats:
    return np.ascontiguousarray(outputs(inputs)[:, columns])


def _of_sums(equations: NormalEquations, solution: Solution, alpha: float) -> OutputLayer:
    own = dataclasses.replace(solution, condition=math.sqrt(solution.condition))
    return _output_layer(equations, own, alpha)


def _on_the_path(equations: NormalEquations, path: RidgePath, alphas: Floats, errors: Floats) -> OutputLayer:
    best = best_penalty(errors, _error_of_mean(equations))
    coef, intercept = path.weights(alphas[best])
    spread = path.eigenvalues[[-1, 0]] + alphas[best] if len(path.eigenvalues) else np.ones(2)
    condition = float(np.sqrt(spread[0] / spread[1]))
    inverse = partial(path.half_inverse, float(alphas[best]))
    solution = Solution(coef, intercept, len(coef), condition, "eigen", inverse)
    return _output_layer(equations, solution, float(alphas[best]))


def _error_of_mean(equations: Equations) -> float:
    return float(np.sum(equations.target_squares)) / equations.weight


def _merged(examples: Examples) -> Examples:
    return examples.merged() if isinstance(examples, ExamplesInMemory) else examples


def _few_distinct(examples: Examples, n_columns: int) -> RowSample | None:
    """The distinct examples in memory, if there are not more of them than columns.

    Examples of equal inputs are one of their weights' sum and their mean target: that leaves the solution as it is, and
    makes leaving out mean the same whether an example weighs two or comes twice.
    """
    if not isinstance(examples, ExamplesInMemory) or len(examples.targets) > LARGEST_REPETITION * n_columns:
        return None
    distinct = sample_of(examples, n_columns + 1, seed=0)
    return distinct if distinct.n_distinct <= n_columns else None


def _solve_few(
    examples: ExamplesInMemory, distinct: RowSample, hidden: Hidden, alpha: float | str, owner: str | None
) -> OutputLayer:
    equations = DualEquations(hidden.outputs(distinct.rows), distinct.targets, distinct.weights)
    layer = solve_for_few(equations, alpha, owner, least_penalty=hidden.least_penalty)
    misses = examples.targets - hidden.outputs(examples.inputs) @ layer.solution.coef - layer.solution.intercept
    error = float(np.average(np.vecdot(misses, misses), weights=examples.weights))
    return dataclasses.replace(layer, training_error=error)


def solve_for_few(
    equations: DualEquations, alpha: float | str, owner: str | None, *, least_penalty: float = 0.0
) -> OutputLayer:
    """Solve for the output weights of not more examples than there are columns.

    Parameters
    ----------
    equations : DualEquations
        The examples.
    alpha : float or {"loo", "gcv"}
        Penalty, or that it is chosen: by leaving out in either case, which takes no second pass here.
    owner : str or None
        Class name of the estimator, for warnings; None for one that will not keep this solution.
    least_penalty : float, default=0.0
        No smaller one is chosen.

    Returns
    -------
    OutputLayer
        In the dual form.
    """
    chosen = alpha
    if isinstance(chosen, str):
        alphas = penalties(equations.eigenvalues, least_penalty)
        errors = equations.leave_one_out(alphas)
        chosen = float(alphas[best_penalty(errors, _error_of_mean(equations))])
    solution = equations.solve(chosen)
    if not chosen:
        warn_of_condition(owner, solution, n_columns=equations.rows.shape[1], n_rows=equations.n_examples)
    return _output_layer(equations, solution, chosen)
