"""Adaline for real targets."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidInputError
from sinapsi.linear.adaline import Adaline, learns_in_steps
from sinapsi.linear.learning_path import LearningPath
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion
from sinapsi.validation import ExampleSet, determination


class AdalineRegressor(MultiOutputMixin, RegressorMixin, Adaline):
    """A linear neuron for real targets: in closed form, by the LMS rules, or recursively.

    The LMS rule moves the weights by eta (d - y) x at each example, down the gradient of 1/2 (d - y)^2; its goal, the
    least-squares solution, is also reached in one step by the normal equations (``solver="exact"``), and example by
    example by recursive least squares (``solver="rls"``), which gives the weights of least norm where several solve
    the problem.

    Parameters
    ----------
    solver : {"exact", "lms", "normalized_lms", "rls"}, default="exact"
        Normal equations in one step; the LMS rule step by step; the LMS rule with each step divided by ``|x|^2``, the
        constant input of the bias counted in, which no size of X makes diverge; or recursive least squares, which has
        the exact solution after every example and goes on from there.
    learning_rate : float, str or Schedule, default="auto"
        eta > 0 of the LMS rules, constant or a schedule over updates; "auto" takes half of
        ``max_stable_learning_rate_``.
    batch_size : int or "full", default=1
        Examples whose mean step makes one step of the LMS rules: 1 is online, "full" is batch learning.
    max_iter : int, default=1000
        Largest number of passes over the data of the LMS rules; the other solvers need one.
    alpha : float, default=0.0
        Weight >= 0 of the penalty on the sum of the squared weights, in Ridge's convention: it stands against the
        **sum** of the squared errors. In ``"rls"`` it is set by the first call.
    shuffle : bool, default=True
        Whether the LMS rules meet the examples in a new random order in every pass.
    forgetting : float, default=1.0
        Factor in (0, 1] on the weight of all earlier examples, and of the penalty, at each example of ``"rls"``: below
        1 it follows data that drift, with a memory of about 1 / (1 - forgetting) examples.
    stopping : str, Criterion or None, default=None
        Stopping rules of the LMS rules besides ``max_iter``, see :mod:`sinapsi.stopping`. None stands for
        ``"tolerance(1e-4, 10)"``, or for ``"patience(10)"`` when there are validation data.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights; ``"rls"`` adds the examples to those it has taken in.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of the random order and of the examples held out.

    Attributes
    ----------
    coef_ : array of shape (n_features,) or (n_outputs, n_features)
        Weights; one row an output when y had two axes.
    intercept_ : array of shape (n_outputs,)
        Biases.
    max_stable_learning_rate_ : float
        Above it the LMS rule may diverge: ``2 / lambda_max(X'X / n)`` for ``batch_size="full"``, else
        ``2 / max |x|^2`` (sufficient), the constant input of the bias counted in. For ``"normalized_lms"`` it is 2.
    n_iter_ : int
        Passes over the data in the last fit.
    history_ : History
        ``loss`` (mean of 1/2 sum of squared errors), ``learning_rate`` and validation columns per pass;
        ``gradient_norm`` where the LMS rule learns in full batches.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Widrow and Hoff (1960), Adaptive switching circuits. Nagumo and Noda (1967), A learning method for system
    identification (normalized LMS). Haykin (2002), Adaptive filter theory (recursive least squares).

    Examples
    --------
    >>> from sinapsi import AdalineRegressor
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> AdalineRegressor().fit(X, y).predict([[3.0]]).round(6)
    array([7.])
    >>> model = AdalineRegressor(solver="lms", learning_rate=0.1, stopping="goal(1e-12)", random_state=0).fit(X, y)
    >>> print(model.stop_reason_)
    training loss reached the goal 1e-12
    >>> AdalineRegressor(solver="rls").partial_fit(X[:2], y[:2]).partial_fit(X[2:], y[2:]).coef_.round(6)
    array([2.])
    """

    def __init__(
        self,
        *,
        solver: str = "exact",
        learning_rate: float | str | Schedule = "auto",
        batch_size: int | str = 1,
        max_iter: int = 1000,
        alpha: float = 0.0,
        shuffle: bool = True,
        forgetting: float = 1.0,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.solver = solver
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.alpha = alpha
        self.shuffle = shuffle
        self.forgetting = forgetting
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
    ) -> Self:
        """Find the weights.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        AdalineRegressor
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, y, sample_weight, (X_val, y_val))

    @available_if(learns_in_steps)
    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Go once through some more examples.

        With ``solver="rls"`` the weights are then the exact solution for all examples of all calls, however they were
        cut.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        AdalineRegressor
            The estimator.
        """
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X: ArrayLike) -> Floats:
        """Give the outputs.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_outputs)
            w.x + b, shaped as y was.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if self.coef_.ndim == 1 else outputs

    def learning_path(self, X: ArrayLike, y: ArrayLike) -> LearningPath:
        """Learn from some examples beside this model, and tell how the weights moved, step by step.

        The model itself stays as it is; what learns is a new one with its parameters, which ends with the weights
        that ``fit`` would end with.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.

        Returns
        -------
        LearningPath
            The weights at the start and after every step; the exact solution is a single step.

        Raises
        ------
        InvalidParameterError
            If the path would take more than about 1 GiB.
        """
        return self._learning_path(X, y)

    def _targets_of(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None = None) -> Floats:
        targets = answers.reshape(len(answers), -1)
        if not reset and targets.shape[1] != len(self.intercept_):
            raise InvalidInputError(
                f"y must have {len(self.intercept_)} outputs as in the first fit. Got {targets.shape[1]}."
            )
        self._y_is_flat = answers.ndim == 1
        return targets

    def _begin(self, inputs: Any, targets: Floats) -> None:
        super()._begin(inputs, targets)
        if self._y_is_flat:
            self.coef_ = self.coef_[0]

    def _score(self, held_out: ExampleSet, outputs: Floats) -> float:
        return determination(held_out.targets, outputs, held_out.weights)
