"""The solvers of the multilayer perceptron: one file each, one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sinapsi.feedforward.solvers.adam import Adam
from sinapsi.feedforward.solvers.bayesian import Bayesian
from sinapsi.feedforward.solvers.lbfgs import LBFGS
from sinapsi.feedforward.solvers.levenberg_marquardt import LevenbergMarquardt
from sinapsi.feedforward.solvers.problem import Problem, Solver
from sinapsi.feedforward.solvers.rprop import Rprop
from sinapsi.feedforward.solvers.scg import SCG
from sinapsi.feedforward.solvers.sgd import SGD
from sinapsi.short_forms import parse_short_form

__all__ = [
    "LBFGS",
    "SCG",
    "SGD",
    "Adam",
    "Bayesian",
    "LevenbergMarquardt",
    "Problem",
    "Rprop",
    "Solver",
    "solver_named",
]

BY_NAME: Mapping[str, Callable[..., Solver]] = MappingProxyType(
    {solver.short_name: solver for solver in (SGD, Adam, Rprop, SCG, LBFGS, LevenbergMarquardt, Bayesian)}
)


def solver_named(form: str | Solver) -> Solver:
    """Give the solver that a short form stands for.

    Parameters
    ----------
    form : str or Solver
        ``"adam"``, ``"sgd(nesterov=True)"``, or an object, which comes back as it is.

    Returns
    -------
    Solver
        The object.

    Raises
    ------
    InvalidParameterError
        If the word is unknown or its settings do not fit.

    Examples
    --------
    >>> solver_named("adam(beta_1=0.8)")
    Adam(beta_1=0.8, beta_2=0.999, epsilon=1e-08)
    """
    return form if isinstance(form, Solver) else parse_short_form(form, BY_NAME, "solver")
