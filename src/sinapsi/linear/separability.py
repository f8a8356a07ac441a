"""Whether two classes are linearly separable: a hyperplane between them, or the proof that there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin

from sinapsi.estimator import NetworkEstimator
from sinapsi.exceptions import InvalidInputError
from sinapsi.labels import one_label_each
from sinapsi.linear.cutting_planes import mismatch, separated, standardized

LONGEST_POINT_SHOWN = 4  # coordinates


@dataclass(frozen=True, eq=False)
class CommonPoint:
    """A point that lies in the convex hulls of both classes: the proof that no hyperplane parts them.

    Were there one, each class would lie on its own side with all its weighted means, and this point on both.

    Parameters
    ----------
    point : array of shape (n_features,)
        The point.
    weights : array of shape (n_samples,)
        At least 0 and summing to 1 within each class; the weighted mean of either class is the point.
    """

    point: NDArray[np.float64]
    weights: NDArray[np.float64]

    def gap(self, X: ArrayLike, y: ArrayLike) -> float:
        """Multiply out how far the weighted means of the two classes are from each other.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            The examples, as ``linear_separability`` got them.
        y : array of shape (n_samples,)
            Their classes.

        Returns
        -------
        float
            The largest difference of the two means in a column, as a share of the size of that column: about 1e-16
            when all is well, for then only rounding makes them differ.

        Raises
        ------
        InvalidInputError
            If the examples are not as many as the weights, or not of two classes.
        """
        inputs, indices, _ = _two_classes(X, y)
        if len(indices) != len(self.weights):
            raise InvalidInputError(
                f"The certificate has weights of {len(self.weights)} examples. Got {len(indices)}. Pass the X and y "
                "that linear_separability got."
            )
        rows = np.flatnonzero(self.weights)
        signed = np.where(indices[rows] == 1, self.weights[rows], -self.weights[rows])
        return mismatch(inputs[rows].astype(np.float64), signed)


@dataclass(frozen=True, eq=False)
class LinearSeparability:
    """The answer of :func:`linear_separability`; ``str()`` gives a sentence.

    Parameters
    ----------
    separable : bool
        Whether a hyperplane has every example strictly on the side of its class.
    classes : array of shape (2,)
        The two labels, sorted.
    coef : array of shape (n_features,) or None
        Weights of such a hyperplane, ``classes[1]`` being on its positive side.
    intercept : float or None
        Its bias.
    margin : float or None
        Distance of the nearest example from it.
    certificate : CommonPoint or None
        Where there is no such hyperplane, a point of both convex hulls.
    """

    separable: bool
    classes: NDArray[Any]
    coef: NDArray[np.float64] | None = None
    intercept: float | None = None
    margin: float | None = None
    certificate: CommonPoint | None = None

    def __str__(self) -> str:
        one, other = (repr(label) for label in self.classes.tolist())
        if self.certificate is None:
            return (
                f"classes {one} and {other} are linearly separable: every example lies strictly on its side of the "
                f"hyperplane, the nearest at a distance of {self.margin:.3g}"
            )
        n_examples = np.count_nonzero(self.certificate.weights)
        point = self.certificate.point
        where = f" ({', '.join(f'{x:.4g}' for x in point)})" if len(point) <= LONGEST_POINT_SHOWN else ""
        return (
            f"classes {one} and {other} are not linearly separable: their convex hulls share the point{where}, a "
            f"weighted mean of examples of either class, {n_examples} in all"
        )

    def __repr__(self) -> str:
        return f"LinearSeparability(separable={self.separable}: {self})"


class _Door(ClassifierMixin, NetworkEstimator):
    """Lets examples in as a network does."""

    _accepts_sparse = True


_Door.__name__ = "linear_separability"  # what its messages speak of


def linear_separability(X: ArrayLike, y: ArrayLike) -> LinearSeparability:
    """Find a hyperplane between two classes, or prove that there is none.

    Either answer can be checked by multiplication: every example on its side of the hyperplane, or one point that is
    a weighted mean of both classes. The perceptron ends without a mistake in the first case and never in the second.
    Found by linear programs over the examples that matter; columns of any size and offset are taken.

    Parameters
    ----------
    X : array or sparse matrix of shape (n_samples, n_features)
        Examples.
    y : array of shape (n_samples,)
        Their classes, of which there are two.

    Returns
    -------
    LinearSeparability
        ``separable`` with ``coef`` and ``intercept``, or ``certificate``.

    Raises
    ------
    InvalidInputError
        If there are not two classes, or X holds NaN or infinity, or rounding hides the answer.

    References
    ----------
    Minsky and Papert (1969), Perceptrons. Lawson and Hanson (1974), Solving least squares problems, chapter 23.

    Examples
    --------
    >>> from sinapsi import linear_separability
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> print(linear_separability(X, ["no", "no", "no", "yes"]))  # AND
    classes 'no' and 'yes' are linearly separable: every example lies strictly on its side of the hyperplane, the
    nearest at a distance of 0.354
    >>> answer = linear_separability(X, ["no", "yes", "yes", "no"])  # XOR
    >>> answer.separable
    False
    >>> answer.certificate.point, answer.certificate.weights
    (array([0.5, 0.5]), array([0.5, 0.5, 0.5, 0.5]))
    """
    inputs, indices, classes = _two_classes(X, y)
    examples = standardized(inputs, np.where(indices == 1, 1.0, -1.0))
    hyperplane, weights = separated(examples)
    if hyperplane is not None:
        coef, intercept = hyperplane
        fields = np.asarray(examples.inputs @ coef) + intercept
        largest = np.abs(coef).max()  # taken out first, for squares of very small or large weights leave the range
        margin = float(np.abs(fields).min() / largest / np.linalg.norm(coef / largest))
        return LinearSeparability(True, classes, coef, intercept, margin)
    assert weights is not None  # separated gives one of the two
    return LinearSeparability(False, classes, certificate=CommonPoint(_mean(examples, weights), weights))


def _mean(examples: Any, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The common point, in the middle of the two weighted means; centered, so that large offsets cost no digits."""
    rows = np.flatnonzero(weights)
    return np.asarray(examples.center + examples.scale * ((weights[rows] / 2) @ examples.standard[rows]))


def _two_classes(X: ArrayLike, y: ArrayLike) -> tuple[Any, NDArray[np.intp], NDArray[Any]]:
    inputs, labels = _Door()._inputs_and_targets(X, y, reset=True)
    classes, indices = one_label_each(labels, "linear_separability", None)
    if len(classes) > 2:
        raise InvalidInputError(
            f"linear_separability compares two classes. Got {len(classes)}: {', '.join(map(repr, classes.tolist()))}. "
            f"Compare one with the rest: linear_separability(X, y == {classes.tolist()[0]!r}), y being an array."
        )
    return inputs, indices, classes
