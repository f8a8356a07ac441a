"""Adaline for classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if

from sinapsi.estimator import Floats, weights_of_examples
from sinapsi.labels import check_first_classes, one_label_each, signed_targets, weighted_by_class, winners
from sinapsi.linear.adaline import Adaline, learns_in_steps
from sinapsi.linear.learning_path import LearningPath
from sinapsi.parameters import Rule, choice, instance, nothing
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion
from sinapsi.validation import ExampleSet


class AdalineClassifier(ClassifierMixin, Adaline):
    """Linear neurons trained on targets -1 and +1, one per class against the rest; the largest output wins.

    Unlike the perceptron, Adaline learns from the error before the threshold, so it settles on least squares whether
    or not the classes are separable.

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
    class_weight : dict, "balanced" or None, default=None
        Factor on the weight of the examples of each class.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights; ``"rls"`` adds the examples to those it has taken in.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of the random order and of the examples held out.

    Attributes
    ----------
    coef_ : array of shape (1, n_features) or (n_classes, n_features)
        Weights; one row when there are two classes.
    intercept_ : array of shape (1,) or (n_classes,)
        Biases.
    classes_ : array of shape (n_classes,)
        Sorted class labels.
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
    >>> from sinapsi import AdalineClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "yes"]
    >>> AdalineClassifier().fit(X, y).predict(X).tolist()
    ['no', 'yes', 'yes', 'yes']
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **Adaline._parameter_rules,
        "class_weight": nothing | choice("balanced") | instance(dict, "a dict of class to weight"),
    }

    classes_: NDArray[Any]

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
        class_weight: dict[Any, float] | str | None = None,
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
        self.class_weight = class_weight
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
        y : array of shape (n_samples,)
            Their classes: two or more labels of one type.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        AdalineClassifier
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
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Go once through some more examples.

        With ``solver="rls"`` the weights are then the exact solution for all examples of all calls, however they were
        cut.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        AdalineClassifier
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        check_first_classes(self, classes, is_first=not hasattr(self, "coef_"))
        return self._partial_fit(X, y, sample_weight, classes)

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the linear outputs.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_classes)
            w.x + b; for two classes one number, above 0 for ``classes_[1]``.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Give the class of each example.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,)
            Class labels.
        """
        outputs = self._outputs(X)
        return self.classes_[winners(outputs)]

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        weights = weights_of_examples(sample_weight, len(answers), dtype)
        return weighted_by_class(weights, self.class_weight, answers, self.classes_, dtype)

    def learning_path(self, X: ArrayLike, y: ArrayLike) -> LearningPath:
        """Learn from some examples beside this model, and tell how the weights moved, step by step.

        The model itself stays as it is; what learns is a new one with its parameters, which ends with the weights
        that ``fit`` would end with.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.

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
        known = one_label_each(answers, type(self).__name__, None if reset else self.classes_, classes)
        self.classes_, indices = known
        return signed_targets(indices, len(self.classes_))

    def _strata(self, targets: Floats) -> NDArray[Any]:
        return winners(targets)

    def _score(self, held_out: ExampleSet, outputs: Floats) -> float:
        return float(np.average(winners(held_out.targets) == winners(outputs), weights=held_out.weights))
