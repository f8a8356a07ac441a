"""Class labels on their way in: which classes there are, which index each example has, what each class weighs."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.utils import assert_all_finite, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidInputError, InvalidParameterError


def class_labels(y: ArrayLike, *, may_be_missing: bool = False) -> NDArray[Any]:
    """Let class labels in.

    Parameters
    ----------
    y : array of shape (n_samples,) or (n_samples, n_labels)
        Labels, or a 0/1 matrix of several labels an example.
    may_be_missing : bool, default=False
        Whether such a matrix may hold NaN, where a label is not known.

    Returns
    -------
    array of shape (n_samples,) or (n_samples, n_labels)
        The same as an array.

    Raises
    ------
    InvalidInputError
        If the labels are of several types.
    ValueError
        If y holds no classes.
    """
    if sparse.issparse(y):
        return class_labels(np.asarray(y.toarray()))  # type: ignore[union-attr]  # issparse has told its class
    if isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "iub":
        return y  # whole numbers are classes: no need to look at each of them
    if may_be_missing and (table := _partly_known(y)) is not None:
        return table
    _check_one_type(y)
    if getattr(y, "dtype", np.dtype(object)).kind == "f":
        assert_all_finite(y, input_name="y")
    try:
        check_classification_targets(y)
        is_indicator = type_of_target(y, input_name="y") == "multilabel-indicator"
    except TypeError as error:  # labels that do not compare
        raise _mixed_labels(y) from error
    return np.asarray(y) if is_indicator else np.asarray(column_or_1d(y, warn=True))


def _partly_known(y: ArrayLike) -> NDArray[Any] | None:
    """A matrix of 0, 1 and NaN; None where y is no table with missing labels."""
    table = np.asarray(y)
    if table.ndim != 2 or table.dtype.kind != "f" or not np.isnan(table).any():
        return None
    known = table[~np.isnan(table)]
    if not np.isin(known, (0, 1)).all():
        raise InvalidInputError(
            "y with missing labels must be a matrix of 0 (no), 1 (yes) and NaN (not known). "
            f"Got other values, such as {known[~np.isin(known, (0, 1))][0]:g}."
        )
    return table


def _check_one_type(y: ArrayLike) -> None:
    """Refuse labels of which some are texts and some are not: NumPy would quietly turn all into texts."""
    if not isinstance(y, list | tuple) and getattr(y, "dtype", None) != np.dtype(object):
        return
    labels = y if isinstance(y, list | tuple) else np.asarray(y, dtype=object).ravel().tolist()
    if len({isinstance(label, str) for label in labels}) > 1 or any(label is None for label in labels):
        raise _mixed_labels(labels)


def _mixed_labels(y: ArrayLike) -> InvalidInputError:
    kinds = sorted({type(label).__name__ for label in np.asarray(y, dtype=object).ravel()})
    return InvalidInputError(
        f"Labels must be of one type. Got a mix of {', '.join(kinds)}. Convert them, for example with "
        "numpy.asarray(y).astype(str)."
    )


def class_indices(
    labels: NDArray[Any], classes: NDArray[Any] | None = None, *, owner: str, name: str = "y"
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Give the classes and, for each label, the index of its class.

    Parameters
    ----------
    labels : array of shape (n_samples,)
        Class labels.
    classes : array of shape (n_classes,), optional
        Sorted classes known before; by default those in ``labels``.
    owner : str
        Class name of the estimator, for messages.
    name : str, default="y"
        What the labels are called in messages.

    Returns
    -------
    classes : array of shape (n_classes,)
        Sorted.
    indices : array of shape (n_samples,)
        ``classes[indices]`` are the labels.

    Raises
    ------
    InvalidInputError
        If there are fewer than two classes, or a label is none of the known classes.
    """
    present, indices = _distinct(labels)
    if classes is None:
        if len(present) < 2:
            raise InvalidInputError(
                f"{owner} needs examples of at least 2 classes. Got one class, {present.tolist()[0]!r}. "
                "Add examples of another class."
            )
        return present, indices
    unknown = np.setdiff1d(present, classes)
    if len(unknown):
        raise InvalidInputError(
            f"{name} holds labels that are none of the classes seen before: {', '.join(map(repr, unknown.tolist()))}. "
            f"Expected some of {', '.join(map(repr, classes.tolist()))}."
        )
    return classes, np.searchsorted(classes, present)[indices]


def one_label_each(
    labels: NDArray[Any], owner: str, known: NDArray[Any] | None, announced: ArrayLike | None = None
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Give classes and class indices of examples that have one label each.

    Parameters
    ----------
    labels : array of shape (n_samples,)
        Class labels; a matrix of several labels an example is refused.
    owner : str
        Class name of the estimator, for messages.
    known : array of shape (n_classes,) or None
        Classes learned before.
    announced : array of shape (n_classes,), optional
        Classes that the first call of ``partial_fit`` was told of.

    Returns
    -------
    classes : array of shape (n_classes,)
        Sorted.
    indices : array of shape (n_samples,)
        ``classes[indices]`` are the labels.

    Raises
    ------
    InvalidInputError
        If there are several labels an example, fewer than two classes, or labels unknown.
    """
    if labels.ndim > 1:
        raise InvalidInputError(
            "y must be one label per example. Got a 0/1 matrix of several labels. Use MLPClassifier for those, or "
            "sklearn.multioutput.MultiOutputClassifier around this one."
        )
    if known is None and announced is not None:
        known = announced_classes(announced, owner)
    return class_indices(labels, known, owner=owner)


def announced_classes(classes: ArrayLike, owner: str) -> NDArray[Any]:
    """Sort the classes that ``partial_fit`` was told of.

    Parameters
    ----------
    classes : array of shape (n_classes,)
        Class labels.
    owner : str
        Class name of the estimator, for messages.

    Returns
    -------
    array of shape (n_classes,)
        Sorted, each once.

    Raises
    ------
    InvalidInputError
        If there are fewer than two, or they are of several types.
    """
    _check_one_type(classes)
    known = np.unique(np.asarray(classes))
    if known.ndim != 1 or len(known) < 2:
        raise InvalidInputError(
            f"classes must be at least 2 labels, all that {owner} will ever meet. Got {known.tolist()}."
        )
    return known


def check_first_classes(estimator: Any, classes: ArrayLike | None, *, is_first: bool) -> None:
    """Refuse a first ``partial_fit`` without classes, and balanced class weights, which need all examples.

    Parameters
    ----------
    estimator : estimator
        With parameter ``class_weight``.
    classes : array of shape (n_classes,) or None
        What ``partial_fit`` was given.
    is_first : bool
        Whether this is the first call.

    Raises
    ------
    InvalidInputError
        If classes are missing.
    InvalidParameterError
        If class weights are to be balanced.
    """
    if is_first and classes is None:
        raise InvalidInputError(
            "classes must be passed on the first call to partial_fit: all labels that will ever come."
        )
    if estimator.class_weight == "balanced":
        raise InvalidParameterError(
            "class_weight='balanced' is not supported by partial_fit, which does not see all examples. "
            "Pass a dict of class to weight."
        )


def signed_targets(indices: NDArray[np.intp], n_classes: int) -> NDArray[np.float64]:
    """Give the wanted outputs -1 and +1 of one neuron per class; two classes share a neuron.

    Parameters
    ----------
    indices : array of shape (n_samples,)
        Class indices.
    n_classes : int
        Number of classes.

    Returns
    -------
    array of shape (n_samples, n_outputs)
        +1 in the column of the class, else -1.
    """
    table = 2 * np.eye(n_classes) - 1
    return (table[:, 1:] if n_classes == 2 else table).take(indices, axis=0)


def winners(outputs: Floats) -> NDArray[np.intp]:
    """Give the class index that the outputs speak for; ties go to the lowest.

    Parameters
    ----------
    outputs : array of shape (n_samples, n_outputs)
        One column a class, or a single one, above 0 for class 1.

    Returns
    -------
    array of shape (n_samples,)
        Class indices.
    """
    return (outputs[:, 0] > 0).astype(np.intp) if outputs.shape[1] == 1 else outputs.argmax(axis=1)


def _distinct(labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Sorted distinct labels, and where each label stands among them."""
    if labels.dtype.kind == "i" and labels.size:
        smallest = int(labels.min())
        span = int(labels.max()) - smallest + 1
        if span <= len(labels):  # counting is several times faster than sorting
            offsets = labels.astype(np.intp, copy=False)  # small integers would wrap around
            offsets = offsets - smallest if smallest else offsets
            is_present = np.zeros(span, dtype=bool)
            is_present[offsets] = True
            return (np.flatnonzero(is_present) + smallest).astype(labels.dtype), (np.cumsum(is_present) - 1)[offsets]
    try:
        return np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise _mixed_labels(labels) from error


def weighted_by_class(
    weights: Floats | None,
    class_weight: Any,
    labels: NDArray[Any],
    classes: NDArray[Any],
    dtype: np.dtype[Any],
) -> Floats | None:
    """Multiply sample weights by the weight of each example's class.

    Parameters
    ----------
    weights : array of shape (n_samples,) or None
        Sample weights.
    class_weight : dict, "balanced" or None
        As everywhere in scikit-learn; a class that a dict does not name weighs 1.
    labels : array of shape (n_samples,) or (n_samples, n_labels)
        Class labels.
    classes : array of shape (n_classes,)
        All classes of the network; those of ``labels`` are among them.
    dtype : dtype
        Floating type of the result.

    Returns
    -------
    array of shape (n_samples,) or None
        None when nothing weighs.

    Raises
    ------
    InvalidParameterError
        If a dict names no class, or gives a class no usable weight, or leaves nothing to learn from.
    """
    if class_weight is None:
        return weights
    if labels.dtype.kind == "f" and labels.ndim > 1 and np.isnan(labels).any():
        raise InvalidParameterError(
            "class_weight must be None when some labels are not known (NaN): nothing tells how often they occur. "
            "Pass sample_weight instead."
        )
    if isinstance(class_weight, dict):
        by_class = _weights_in(class_weight, labels, classes)
    else:
        by_class = compute_sample_weight(class_weight, labels)
    by_class = by_class.astype(dtype)
    if not by_class.any():
        raise InvalidParameterError(
            "class_weight must leave examples of some class a weight above 0. Got 0 for every class in y."
        )
    return by_class if weights is None else weights * by_class


def weights_of_classes(class_weight: Any, labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.float64]:
    """Give the weight of each class, for networks whose probabilities it multiplies.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        As everywhere in scikit-learn.
    labels : array of shape (n_samples,)
        Class labels.
    classes : array of shape (n_classes,)
        All classes of the network.

    Returns
    -------
    array of shape (n_classes,)
        A class that a dict does not name, or that has no example to be balanced by, weighs 1.

    Raises
    ------
    InvalidParameterError
        As of :func:`weighted_by_class`.
    """
    weights = np.ones(len(classes))
    by_example = weighted_by_class(None, class_weight, labels, classes, np.dtype(np.float64))
    if isinstance(class_weight, dict):
        weights[:] = _weights_in(class_weight, classes, classes)
    elif by_example is not None:
        weights[np.searchsorted(classes, labels)] = by_example
    return weights


def _weights_in(class_weight: dict[Any, Any], labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.float64]:
    known = classes.tolist()
    if labels.ndim > 1:
        raise InvalidParameterError(
            "class_weight must be 'balanced' or None when y is a 0/1 matrix of several labels. Got a dict; pass "
            "sample_weight instead."
        )
    if not set(class_weight) <= set(known):
        strange = [label for label in class_weight if label not in known]
        raise InvalidParameterError(f"class_weight names {strange}, but the classes of y are {known}.")
    for label, weight in class_weight.items():
        if not isinstance(weight, Real) or not 0 <= float(weight) < np.inf:
            raise InvalidParameterError(
                f"class_weight must give each class a finite number of at least 0. Got {weight!r} for {label!r}."
            )
    table = np.array([float(class_weight.get(label, 1)) for label in known])
    return np.asarray(table[np.searchsorted(classes, labels)])
