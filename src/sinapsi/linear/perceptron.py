"""Rosenblatt's perceptron: the first network that learned from its mistakes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.labels import check_first_classes, winners
from sinapsi.linear.convergence import ConvergenceBound, bound_of_run, separating_hyperplane
from sinapsi.linear.learning_path import LearningPath, PathRecorder
from sinapsi.linear.perceptron_training import PerceptronTraining
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion, MaxIter


class Perceptron(ClassifierMixin, PerceptronTraining):
    """A layer of hard-limiting neurons that corrects its weights on every misclassified example.

    Each misclassified example x of target y in {-1, +1} moves the weights by eta y x. If the classes are linearly
    separable, learning ends after finitely many corrections; if not, the budget ends it, and ``stop_reason_`` says
    which. An example exactly on the boundary counts as misclassified while learning, as in the convergence proof.

    Parameters
    ----------
    variant : {"standard", "averaged", "pocket", "voted"}, default="standard"
        What is answered with: the weights after the last correction; the mean of the weights over all presentations
        since learning began; the weights with the fewest errors on the examples met on the way, found by counting the
        errors of those with the longest runs of right answers; or the vote of all weights that there were, each
        counting the presentations it survived. All correct themselves alike. On classes that overlap the last weights
        depend on the last few mistakes, the others do not; "voted" takes memory for the weights after every
        correction.
    learning_rate : float, str or Schedule, default=1.0
        eta > 0, constant (the fixed increment rule) or a schedule eta(n) over presentations n.
    max_iter : int, default=1000
        Largest number of passes over the data, at least 1.
    order : {"shuffled", "cyclic", "worst"}, default="shuffled"
        Order of the examples: anew at random in every pass, as given, or one correction a pass, on the example
        misclassified worst.
    init : {"zeros", "random"}, default="zeros"
        Starting weights; random ones are standard normal.
    multi_class : {"one-vs-rest", "kesler"}, default="one-vs-rest"
        For three classes or more: each output neuron learns its class against the rest, or all learn together by
        Kesler's construction, which separates whatever linear machines can separate.
    stopping : str, Criterion or None, default=None
        Further stopping rules, see :mod:`sinapsi.stopping`. Learning always ends when nothing is misclassified. None
        adds patience on the validation loss when there are validation data.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    class_weight : dict, "balanced" or None, default=None
        Factor of the corrections on each class.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of the random order and start.

    Attributes
    ----------
    coef_ : array of shape (1, n_features) or (n_classes, n_features)
        Weights; one row when there are two classes. With ``variant="voted"`` those after the last correction, of
        which the vote is no function.
    intercept_ : array of shape (1,) or (n_classes,)
        Biases.
    classes_ : array of shape (n_classes,)
        Sorted class labels.
    n_updates_ : int
        Corrections made since learning began, over all output neurons.
    n_iter_ : int
        Passes over the data in the last fit.
    history_ : History
        Per pass: the mean perceptron criterion ``loss`` and ``misclassified`` examples as they were met, ``step``
        (corrections), and the validation columns where there are any.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Rosenblatt (1958), The perceptron. Novikoff (1962), On convergence proofs on perceptrons. Duda and Hart (1973),
    section 5.12 (Kesler's construction). Gallant (1990), Perceptron-based learning algorithms (pocket). Freund and
    Schapire (1999), Large margin classification using the perceptron algorithm (averaged, voted).

    Examples
    --------
    >>> from sinapsi import Perceptron
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "no", "no", "yes"]
    >>> model = Perceptron(order="cyclic").fit(X, y)
    >>> model.predict(X).tolist()
    ['no', 'no', 'no', 'yes']
    >>> print(model.stop_reason_)
    every example is classified correctly
    >>> print(model.convergence_bound(X, y))
    the run made 18 corrections, the convergence theorem allows at most 51 (alpha = 0.5, R = 1.73, |w*| = 2.06)
    """

    def __init__(
        self,
        *,
        variant: str = "standard",
        learning_rate: float | str | Schedule = 1.0,
        max_iter: int = 1000,
        order: str = "shuffled",
        init: str = "zeros",
        multi_class: str = "one-vs-rest",
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.variant = variant
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.order = order
        self.init = init
        self.multi_class = multi_class
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, X_val: ArrayLike | None = None, y_val: ArrayLike | None = None
    ) -> Self:
        """Learn until nothing is misclassified or a budget is used up.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes: two or more labels of one type.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        Perceptron
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, y, (X_val, y_val))

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Go once through some more examples, correcting the weights.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.

        Returns
        -------
        Perceptron
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        self._check_parameters()
        goes_on = hasattr(self, "coef_")
        check_first_classes(self, classes, is_first=not goes_on)
        with self._all_or_nothing():
            inputs, labels = self._inputs_and_targets(X, y, reset=not goes_on)
            indices = self._begin(inputs, labels, classes, goes_on=goes_on)
            self._learn(self._examples(inputs, labels, indices), None, (MaxIter(1),), 1)
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the field of each output neuron.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_classes)
            w.x + b; for two classes one number, above 0 for ``classes_[1]``. With ``variant="voted"`` the mean of
            the signs, weighted by survival: the share of votes for the class minus the share against it; in Kesler's
            construction the share of votes for each class.
        """
        fields = self._fields(X)
        return fields[:, 0] if fields.shape[1] == 1 else fields

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
        indices = winners(self._fields(X))
        return self.classes_[indices]

    def convergence_bound(
        self, X: ArrayLike, y: ArrayLike, coef: ArrayLike | None = None, intercept: float | ArrayLike | None = None
    ) -> ConvergenceBound:
        """Hold the number of corrections against the bound of the convergence theorem (Novikoff 1962).

        Any hyperplane w* that separates the examples gives a bound: ``k <= R^2 |w*|^2 / alpha^2`` corrections from a
        zero start. From a random start w(0) it is the largest k with
        ``w*.w(0) + eta k alpha <= |w*| (|w(0)|^2 + eta^2 k R^2)^(1/2)``. All vectors are augmented by the constant
        input 1.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            All examples that were learned from.
        y : array of shape (n_samples,)
            Their classes, of which there are two.
        coef : array of shape (n_features,), optional
            Weights of w*, with ``classes_[1]`` on the positive side. By default a hyperplane with a wide margin is
            looked for, since it gives a tight bound.
        intercept : float, optional
            Bias of w*.

        Returns
        -------
        ConvergenceBound
            The numbers of the theorem; ``str()`` gives a sentence.

        Raises
        ------
        InvalidInputError
            If there are more than two classes, or no hyperplane separates them, or w* does not.
        InvalidParameterError
            If the run had no fixed increment, for then the theorem does not speak of it.
        """
        check_is_fitted(self)
        inputs, labels = self._inputs_and_targets(X, y, reset=False)
        signs = 2.0 * self._indices_of(labels) - 1
        if len(self.classes_) != 2:
            raise InvalidInputError(
                f"The convergence theorem speaks of one neuron and two classes. Got {len(self.classes_)} classes. Fit "
                "one class against the rest: Perceptron(...).fit(X, y == label)."
            )
        if self._increment is None:
            raise InvalidParameterError(
                "The convergence theorem speaks of corrections with one fixed increment. This run had a schedule, "
                "class weights or several learning rates. Fit with a constant learning_rate and class_weight=None."
            )
        hyperplane = separating_hyperplane(inputs, signs, self.classes_, coef, intercept)
        start = None if self._start is None else self._start[0].astype(np.float64)
        return bound_of_run(inputs, signs, hyperplane, self.n_updates_, self._increment, start)

    def learning_path(self, X: ArrayLike, y: ArrayLike) -> LearningPath:
        """Learn from some examples beside this model, and tell how the weights moved, correction by correction.

        The model itself stays as it is; what learns is a new one with its parameters, which ends with the weights
        that ``fit`` would end with. Variants show the weights that are corrected, not those answered with.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.

        Returns
        -------
        LearningPath
            The weights at the start and after every correction.

        Raises
        ------
        InvalidParameterError
            If the path would take more than about 1 GiB.
        """
        recorder = PathRecorder("Perceptron")
        clone(self)._fit(X, y, (None, None), recorder)
        return recorder.path()
