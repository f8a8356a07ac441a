"""A network with squared errors, made linear at the present weights: what Levenberg-Marquardt solves in a step.

With J the Jacobian of the outputs, e = d - y and A the diagonal of the penalties of the weights, the error
1/2 (e - J h)'(e - J h) + 1/2 (w + h)'A(w + h) + mu/2 h'h is lowest at

    (J'J + B) h = J'e - A w,    B = A + mu I                                       (primal: a matrix of weights)
    h = B^-1 (J'u - A w),   (I + J B^-1 J') u = e + J B^-1 A w                     (dual: a matrix of examples)

the second by the identity of Woodbury. J is never held whole; see :mod:`sinapsi.feedforward.jacobian`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.jacobian import Block, Differentiation
from sinapsi.feedforward.solvers.problem import Problem
from sinapsi.feedforward.solvers.starts import PerStart
from sinapsi.losses import is_squared_error

Claims: TypeAlias = NDArray[np.bool_]

LARGEST_SYSTEM = 12_000  # equations: a matrix of 1.15 GB, of which three are held


class LinearModel(PerStart, ABC):
    """The squared error of every start near its present weights.

    Parameters
    ----------
    problem : Problem
        What is to be minimized.
    penalties : array of shape (n_parameters,)
        Weight of half the square of each parameter, against half the sum of squared errors.
    parameters : array of shape (n_starts, n_parameters)
        Where the starts stand.
    """

    def __init__(self, problem: Problem, penalties: Floats, parameters: Floats) -> None:
        self._passes = Differentiation(problem.network, problem.examples)
        self._network = problem.network
        self.penalties: Floats = np.tile(penalties, (len(parameters), 1))  # A, a row a start
        self.squares = np.empty(len(parameters))  # e'e
        self.pull = np.empty(parameters.shape)  # J'e
        self.parameters = parameters.copy()
        self._linearize(parameters, np.ones(len(parameters), dtype=bool))

    def value(self) -> Floats:
        """Give the error of every start.

        Returns
        -------
        array of shape (n_starts,)
            1/2 e'e + 1/2 w'Aw.
        """
        return np.asarray(0.5 * (self.squares + np.vecdot(self.parameters, self.penalties * self.parameters)))

    def value_at(self, parameters: Floats) -> Floats:
        """Give the error of every start at other weights; by a forward pass, not by the model.

        Parameters
        ----------
        parameters : array of shape (n_starts, n_parameters)
            Weights and biases.

        Returns
        -------
        array of shape (n_starts,)
            1/2 e'e + 1/2 w'Aw.
        """
        squares = self._passes.squares(parameters)
        return np.asarray(0.5 * (squares + np.vecdot(parameters, self.penalties * parameters)))

    def gradient(self) -> Floats:
        """Give the gradient of :meth:`value`.

        Returns
        -------
        array of shape (n_starts, n_parameters)
            A w - J'e.
        """
        return self.penalties * self.parameters - self.pull

    def renew(self, parameters: Floats, rows: Claims) -> None:
        """Make the model anew where starts have moved.

        Parameters
        ----------
        parameters : array of shape (n_starts, n_parameters)
            Where they stand.
        rows : array of bool of shape (n_starts,)
            Which have moved.
        """
        if rows.all():
            self.parameters = parameters.copy()
            self._linearize(parameters, rows)
        elif rows.any():
            self.parameters[rows] = parameters[rows]
            self._linearize(parameters[rows], rows)

    @abstractmethod
    def _linearize(self, parameters: Floats, rows: Claims) -> None:
        """Take the derivatives of some starts."""

    @abstractmethod
    def largest_curvature(self) -> Floats:
        """Give the scale of the damping.

        Returns
        -------
        array of shape (n_starts,)
            Largest diagonal element of J'J + A.
        """

    @abstractmethod
    def steps(self, damping: Floats) -> Floats:
        """Solve for the step of every start.

        Parameters
        ----------
        damping : array of shape (n_starts,)
            mu > 0.

        Returns
        -------
        array of shape (n_starts, n_parameters)
            h; NaN where the system has no solution.
        """


class PrimalModel(LinearModel):
    """With J'J, a matrix of the size of the weights, summed over blocks of examples."""

    def _linearize(self, parameters: Floats, rows: Claims) -> None:
        n_starts, n_parameters = parameters.shape
        if not hasattr(self, "curvature"):
            self.curvature = np.empty((n_starts, n_parameters, n_parameters))  # J'J
        squares, pull = np.zeros(n_starts), np.zeros(parameters.shape)
        curvature = np.zeros((n_starts, n_parameters, n_parameters))
        for block in self._passes.blocks(parameters):
            table = block.rows(self._network)
            errors = block.errors.reshape(n_starts, -1)
            squares += np.vecdot(errors, errors)
            pull += np.matvec(table.swapaxes(1, 2), errors)
            curvature += table.swapaxes(1, 2) @ table
        self.squares[rows], self.pull[rows], self.curvature[rows] = squares, pull, curvature

    def largest_curvature(self) -> Floats:
        diagonal = np.diagonal(self.curvature, axis1=1, axis2=2) + self.penalties
        return np.asarray(diagonal.max(axis=1))

    def steps(self, damping: Floats) -> Floats:
        return solved(self.damped(damping), -self.gradient()[..., np.newaxis])[..., 0]

    def damped(self, damping: Floats) -> Floats:
        """Give the matrix of the system.

        Parameters
        ----------
        damping : array of shape (n_starts,)
            mu.

        Returns
        -------
        array of shape (n_starts, n_parameters, n_parameters)
            J'J + A + mu I.
        """
        systems = self.curvature.copy()
        diagonal = np.einsum("rii->ri", systems)
        diagonal += self.penalties + damping[:, np.newaxis]
        return systems


class DualModel(LinearModel):
    """With JJ', a matrix of the size of the examples times outputs; for fewer of those than weights.

    All weights must have one penalty, and the biases none.
    """

    _block: Block

    def _linearize(self, parameters: Floats, rows: Claims) -> None:
        (block,) = self._passes.blocks(parameters, whole=True)
        errors = block.errors.reshape(len(parameters), -1)
        self.squares[rows] = np.vecdot(errors, errors)
        self.pull[rows] = block.transposed_times(self._network, block.errors)
        of_coefs, of_intercepts = block.grams()
        if not hasattr(self, "_of_coefs"):
            self._block, self._of_coefs, self._of_intercepts = block, of_coefs, of_intercepts
            return
        self._of_coefs[rows], self._of_intercepts[rows] = of_coefs, of_intercepts
        self._block.replace(rows, block)

    def keep(self, rows: Claims) -> None:
        if not rows.all():
            self._block = self._block.cut(rows)
        super().keep(rows)

    def largest_curvature(self) -> Floats:
        diagonal = self._block.squared_columns(self._network) + self.penalties
        return np.asarray(diagonal.max(axis=1))

    def steps(self, damping: Floats) -> Floats:
        held = self.penalties * self.parameters  # A w
        stiffness = self.penalties + damping[:, np.newaxis]  # B; the weights come first, the biases last
        systems = self._of_coefs / stiffness[:, :1, np.newaxis]
        systems += self._of_intercepts / damping[:, np.newaxis, np.newaxis]
        diagonal = np.einsum("rii->ri", systems)
        diagonal += 1
        wanted = self._block.errors + self._block.times(self._network, held / stiffness)
        answers = solved(systems, wanted.reshape(len(damping), -1, 1)).reshape(wanted.shape)  # u
        return (self._block.transposed_times(self._network, answers) - held) / stiffness


def solved(systems: Floats, right: Floats) -> Floats:
    """Solve linear systems for every start.

    Parameters
    ----------
    systems : array of shape (n_starts, n, n)
        Matrices.
    right : array of shape (n_starts, n, n_systems)
        Right-hand sides.

    Returns
    -------
    array of shape (n_starts, n, n_systems)
        Solutions; NaN where a matrix is singular, so that a step is refused and the damping grows.
    """
    try:
        return np.asarray(np.linalg.solve(systems, right))
    except np.linalg.LinAlgError:
        if len(systems) == 1:
            return np.full_like(right, np.nan)
        return np.concatenate([solved(systems[row : row + 1], right[row : row + 1]) for row in range(len(systems))])


def is_dual(problem: Problem) -> bool:
    """Tell whether the dual system is the smaller one.

    Parameters
    ----------
    problem : Problem
        What is to be minimized.

    Returns
    -------
    bool
        True when there are fewer equations (examples times outputs) than weights.
    """
    return problem.examples.targets.size < len(problem.parameters)


def check_size(problem: Problem, solver: str, *, may_be_dual: bool) -> None:
    """Refuse losses that are no squares, and systems that no machine of today holds.

    Parameters
    ----------
    problem : Problem
        What is to be minimized.
    solver : str
        Its name, for the message.
    may_be_dual : bool
        Whether a system of the size of the examples will do.

    Raises
    ------
    InvalidParameterError
        If the loss is not the squared error, or the system is too large.
    """
    if not is_squared_error(problem.network.loss):
        loss = problem.network.loss
        raise InvalidParameterError(
            f"The solver {solver!r} minimizes squared errors only. Got the loss '{getattr(loss, 'loss', loss)}'. Pass "
            "loss='squared_error', or one of the solvers 'scg', 'lbfgs', 'rprop', 'adam' and 'sgd', which take any."
        )
    n_weights, n_equations = len(problem.parameters), problem.examples.targets.size
    size = min(n_weights, n_equations) if may_be_dual else n_weights
    if size > LARGEST_SYSTEM:
        also = f", for {n_equations:,} examples times outputs" if may_be_dual else ""
        raise InvalidParameterError(
            f"The solver {solver!r} solves systems of at most {LARGEST_SYSTEM:,} equations. This network has "
            f"{n_weights:,} weights and biases{also}: a matrix of {8 * size**2 / 1e9:,.0f} GB. Use fewer units, or one "
            "of the solvers 'scg', 'lbfgs', 'adam' and 'sgd', whose memory grows with the weights only."
        )
