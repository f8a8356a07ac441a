"""The probabilistic neural network."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin

from sinapsi.estimator import Floats, weights_of_examples
from sinapsi.labels import check_first_classes, one_label_each, weighted_by_class
from sinapsi.parameters import Rule, choice, instance, nothing
from sinapsi.radial.kernel_estimate import JUDGED_AT_ONCE, KernelEstimate
from sinapsi.radial.pattern_units import in_blocks
from sinapsi.references import SPECHT_1990, Reference


class PNNClassifier(ClassifierMixin, KernelEstimate):
    """A network that stores its examples and answers with the class that is densest around (probabilistic network).

    Each example t is a unit with the bell ``exp(-|x - t|^2 / sigma^2)``. The mean bell over the examples of a class is
    a Parzen estimate of its density; times the share of the class among all examples it is, up to a common factor, the
    probability of the class at x, and Bayes' rule picks the most probable. Learning is one pass; the only thing to be
    found is the width. Far from all examples the answer is that of the nearest.

    Parameters
    ----------
    width : float, "loo" or array of shape (n_features,), default="loo"
        sigma > 0 of the bells, in the units of X, or one per feature. Specht's ``exp(-r^2 / (2 s^2))`` is the same
        bell with s = sigma / sqrt(2). ``"loo"`` takes the width, one for all features, with which the mean
        logarithmic loss on each example is least when that example is left out. At most 1000 examples, evenly spaced
        in an order that does not depend on that of the rows, are left out in turn, each judged by all others; one that
        is alone in its class is not. Identical examples count as one and are left out together.
    class_weight : dict, "balanced" or None, default=None
        Factor on the weight of the examples of each class, and so on its prior probability: "balanced" makes all
        classes equally probable before x is seen.
    verbose : int, default=0
        1 shows a progress bar on a terminal.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Sorted class labels.
    examples_ : array of shape (n_examples, n_features)
        Distinct examples, sorted by class.
    class_indices_ : array of shape (n_examples,)
        ``classes_[class_indices_]`` are their classes.
    example_weights_ : array of shape (n_examples,)
        Sum of the weights of the rows that are this example.
    width_ : float or array of shape (n_features,)
        sigma.
    n_iter_ : int
        Passes over the data in the last fit: 1.
    history_ : History
        ``loss``: mean logarithmic loss on the examples of this call when each is left out.
    stop_reason_ : StopReason
        Why learning ended, and where the width comes from.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Specht (1990), Probabilistic neural networks.

    Examples
    --------
    >>> from sinapsi import PNNClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["same", "different", "different", "same"]
    >>> model = PNNClassifier(width=0.5).fit(X, y)
    >>> model.predict([[0.1, 0.2], [0.9, 0.2], [-1e6, 1e6]]).tolist()
    ['same', 'different', 'different']
    >>> model.predict_proba([[0.5, 0.5]])
    array([[0.5, 0.5]])
    """

    _references: ClassVar[tuple[Reference, ...]] = (SPECHT_1990,)
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **KernelEstimate._parameter_rules,
        "class_weight": nothing | choice("balanced") | instance(dict, "a dict of class to weight"),
    }

    classes_: NDArray[Any]
    class_indices_: NDArray[np.intp]

    def __init__(
        self,
        *,
        width: float | str | ArrayLike = "loo",
        class_weight: dict[Any, float] | str | None = None,
        verbose: int = 0,
    ) -> None:
        self.width = width
        self.class_weight = class_weight
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Store the examples and settle the width.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes: two or more labels of one type.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example: 2 is the example twice.

        Returns
        -------
        PNNClassifier
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._learn(X, y, sample_weight)

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Store some more examples.

        ``width="loo"`` is settled by the first call whose examples tell something about it, and then kept; a call of
        ``fit`` settles it anew. With a given width the network is the same however the examples were cut into calls.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        PNNClassifier
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        goes_on = hasattr(self, "examples_")
        check_first_classes(self, classes, is_first=not goes_on)
        return self._learn(X, y, sample_weight, goes_on=goes_on, classes=classes)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Give the most probable class of each example.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,)
            Class labels.
        """
        winners = self._log_probabilities(X).argmax(axis=1)
        return np.asarray(self.classes_[winners])

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Give the probability of each class.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_classes)
            Rows sum to 1.
        """
        return np.asarray(np.exp(self._log_probabilities(X)))

    def predict_log_proba(self, X: ArrayLike) -> Floats:
        """Give the logarithm of the probability of each class.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_classes)
            Natural logarithms, exact also where the probability itself rounds to 0; minus infinity for a class without
            examples.
        """
        return self._log_probabilities(X)

    def _log_probabilities(self, X: ArrayLike) -> Floats:
        queries = self._queries(X)
        dtype = np.result_type(queries.dtype, self.examples_.dtype)
        found = in_blocks(len(queries), lambda block: self._posterior(queries[block], self.width_)[0])
        return np.concatenate(found).astype(dtype, copy=False)

    def _posterior(
        self,
        rows: Floats,
        unit: float | Floats,
        precisions: Floats | None = None,
        left_out: NDArray[np.intp] | None = None,
    ) -> Floats:
        """Log probability of each class at every row for several widths, (n_precisions, n_rows, n_classes)."""
        no_targets = np.empty((len(self.examples_), 0))
        starts = np.searchsorted(self.class_indices_, np.arange(len(self.classes_) + 1))
        densities = []
        for first, last in pairwise(starts):
            units = self._units(no_targets, unit, slice(first, last))
            highest, sums = units.sums(rows, precisions, None if left_out is None else left_out - first)
            with np.errstate(divide="ignore"):  # log 0 of a class without examples
                densities.append(highest + np.log(sums[..., 0]))
        joint = np.stack(densities, axis=-1)
        joint -= joint.max(axis=-1, keepdims=True)
        return np.asarray(joint - np.log(np.exp(joint).sum(axis=-1, keepdims=True)))

    def _encoded(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None) -> Floats:
        known = None if reset else self.classes_
        self.classes_, indices = one_label_each(answers, type(self).__name__, known, classes)
        return indices[:, np.newaxis].astype(np.float64)

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        weights = weights_of_examples(sample_weight, len(answers), dtype)
        return weighted_by_class(weights, self.class_weight, answers, self.classes_, dtype)

    def _stored_targets(self) -> Floats:
        return self.class_indices_[:, np.newaxis].astype(np.float64)

    def _keep_targets(self, targets: Floats) -> None:
        self.class_indices_ = targets[:, 0].astype(np.intp)

    def _judgeable(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        sizes = np.bincount(self.class_indices_, minlength=len(self.classes_))
        if (sizes > 0).sum() < 2:
            return places[:0]
        return places[sizes[self.class_indices_[places]] > 1]

    def _losses(self, judged: NDArray[np.intp], unit: float | Floats, precisions: Floats, *, leave_out: bool) -> Floats:
        def losses(block: slice) -> Floats:  # (n_precisions,), weighted sums
            rows = judged[block]
            found = self._posterior(self.examples_[rows], unit, precisions, rows if leave_out else None)
            own = found[:, np.arange(len(rows)), self.class_indices_[rows]]
            return np.asarray(-own @ self.example_weights_[rows].astype(np.float64))

        total = self.example_weights_[judged].sum(dtype=np.float64)
        return np.asarray(np.sum(in_blocks(len(judged), losses, JUDGED_AT_ONCE), axis=0) / total)
