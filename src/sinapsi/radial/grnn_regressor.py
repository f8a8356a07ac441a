"""The general regression neural network."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin

from sinapsi.estimator import Floats, weights_of_examples
from sinapsi.exceptions import InvalidInputError
from sinapsi.radial.kernel_estimate import JUDGED_AT_ONCE, KernelEstimate
from sinapsi.radial.pattern_units import LARGEST_NUMBER, in_blocks
from sinapsi.references import SPECHT_1991, Reference

ROUNDING = 16 * float(np.finfo(np.float64).eps)  # of a weighted mean, relative to the largest target


class GRNNRegressor(MultiOutputMixin, RegressorMixin, KernelEstimate):
    """A network that stores its examples and answers with their mean, weighted by nearness (general regression).

    Each example t with target d is a unit with the bell ``exp(-|x - t|^2 / sigma^2)``, and the answer at x is the sum
    of bell times target over the sum of the bells: the conditional mean of y given x under a Parzen estimate of their
    joint density (the Nadaraya-Watson estimator). Learning is one pass; the only thing to be found is the width.
    Far from all examples the answer is that of the nearest.

    Parameters
    ----------
    width : float, "loo" or array of shape (n_features,), default="loo"
        sigma > 0 of the bells, in the units of X, or one per feature. Specht's ``exp(-r^2 / (2 s^2))`` is the same
        bell with s = sigma / sqrt(2). ``"loo"`` takes the width, one for all features, with which the mean squared
        error on each example is least when that example is left out. At most 1000 examples, evenly spaced in an order
        that does not depend on that of the rows, are left out in turn, each judged by all others. Identical examples
        count as one and are left out together.
    verbose : int, default=0
        1 shows a progress bar on a terminal.

    Attributes
    ----------
    examples_ : array of shape (n_examples, n_features)
        Distinct examples, sorted by their targets.
    targets_ : array of shape (n_examples,) or (n_examples, n_outputs)
        Their targets; shaped as y was.
    example_weights_ : array of shape (n_examples,)
        Sum of the weights of the rows that are this example.
    width_ : float or array of shape (n_features,)
        sigma.
    n_iter_ : int
        Passes over the data in the last fit: 1.
    history_ : History
        ``loss``: mean of 1/2 sum of squared errors on the examples of this call when each is left out.
    stop_reason_ : StopReason
        Why learning ended, and where the width comes from.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Specht (1991), A general regression neural network.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import GRNNRegressor
    >>> X = np.linspace(0, 6, 40)[:, np.newaxis]
    >>> model = GRNNRegressor().fit(X, np.sin(X[:, 0]))
    >>> model.predict([[1.5], [1e6]]).round(2)
    array([ 1.  , -0.28])
    >>> GRNNRegressor(width=1.0).fit([[0.0], [2.0]], [0.0, 1.0]).predict([[1.0]], return_std=True)
    (array([0.5]), array([0.5]))
    """

    _references: ClassVar[tuple[Reference, ...]] = (SPECHT_1991,)

    targets_: Floats
    _y_is_flat: bool

    def __init__(self, *, width: float | str | ArrayLike = "loo", verbose: int = 0) -> None:
        self.width = width
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Store the examples and settle the width.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example: 2 is the example twice.

        Returns
        -------
        GRNNRegressor
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._learn(X, y, sample_weight)

    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Store some more examples.

        ``width="loo"`` is settled by the first call whose examples tell something about it, and then kept; a call of
        ``fit`` settles it anew. With a given width the network is the same however the examples were cut into calls.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        GRNNRegressor
            The estimator.

        Raises
        ------
        InvalidInputError
            If the examples have other columns or outputs than those before.
        """
        return self._learn(X, y, sample_weight, goes_on=hasattr(self, "examples_"))

    def predict(self, X: ArrayLike, return_std: bool = False) -> Floats | tuple[Floats, Floats]:
        """Give the weighted mean of the targets, and how far they scatter around it.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        return_std : bool, default=False
            Whether to give the standard deviation too; it takes twice as long.

        Returns
        -------
        mean : array of shape (n_samples,) or (n_samples, n_outputs)
            Shaped as y was.
        std : array of the same shape
            Only if asked for: standard deviation of y given x under the kernel estimate, that is, of the targets with
            the weights that they have in the mean. It tells the noise around here, not the error of the mean.
        """
        queries = self._queries(X)
        units = self._units(self._stored_targets(), self.width_)

        def moments(block: slice) -> Floats:  # (1 or 2, rows, n_outputs)
            highest, sums = units.sums(queries[block])
            total, means = sums[0, :, :1], sums[0, :, 1:] / sums[0, :, :1]
            if not return_std:
                return means[np.newaxis]
            squares = units.squared_deviations(queries[block], means, highest[0])
            return np.stack([means, np.sqrt(squares / total)])

        dtype = np.result_type(queries.dtype, self.examples_.dtype)
        found = np.concatenate(in_blocks(len(queries), moments), axis=1).astype(dtype, copy=False)
        shaped = found[..., 0] if self.targets_.ndim == 1 else found
        return (shaped[0], shaped[1]) if return_std else shaped[0]

    def _encoded(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None) -> Floats:
        targets = answers.reshape(len(answers), -1)
        if reset:
            self._y_is_flat = answers.ndim == 1
        elif targets.shape[1] != self._stored_targets().shape[1]:
            n_outputs = self._stored_targets().shape[1]
            raise InvalidInputError(f"y must have {n_outputs} outputs as in the first fit. Got {targets.shape[1]}.")
        largest = float(np.abs(targets).max(initial=0.0))
        if largest > LARGEST_NUMBER:
            raise InvalidInputError(
                "The squares of y exceed the range of float64. Expected targets of ordinary size; got numbers up to "
                f"{largest:.3g}. Standardize or rescale y (sklearn.compose.TransformedTargetRegressor)."
            )
        return targets

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        return weights_of_examples(sample_weight, len(answers), dtype)

    def _stored_targets(self) -> Floats:
        return self.targets_[:, np.newaxis] if self.targets_.ndim == 1 else self.targets_

    def _keep_targets(self, targets: Floats) -> None:
        self.targets_ = np.ascontiguousarray(targets[:, 0] if self._y_is_flat else targets)

    def _judgeable(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        return places if len(self.examples_) > 1 else places[:0]

    def _losses(self, judged: NDArray[np.intp], unit: float | Floats, precisions: Floats, *, leave_out: bool) -> Floats:
        targets = self._stored_targets()
        units = self._units(targets, unit)

        def losses(block: slice) -> Floats:  # (n_precisions,), weighted sums
            rows = judged[block]
            _, sums = units.sums(self.examples_[rows], precisions, rows if leave_out else None)
            errors = targets[rows] - sums[..., 1:] / sums[..., :1]
            return np.asarray(0.5 * np.vecdot(errors, errors) @ self.example_weights_[rows].astype(np.float64))

        total = self.example_weights_[judged].sum(dtype=np.float64)
        return np.asarray(np.sum(in_blocks(len(judged), losses, JUDGED_AT_ONCE), axis=0) / total)

    def _rounding(self) -> float:
        return (ROUNDING * float(np.abs(self.targets_).max())) ** 2
