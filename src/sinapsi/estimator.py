"""The one door for data, and the few things that all estimators share.

Whatever a user passes to ``fit`` or ``predict`` comes in here: lists, NumPy arrays, data frames, SciPy sparse
matrices. It leaves as C-ordered float32 or float64 arrays (CSR when sparse), with classes and weights beside it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils import Tags, assert_all_finite, check_array, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_consistent_length, column_or_1d, validate_data

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.parameters import Rule, check_parameters
from sinapsi.references import Reference
from sinapsi.validation import ExampleSet

Floats: TypeAlias = NDArray[np.floating[Any]]

THREADED_BYTES = 2**26  # below, starting threads costs more than it saves

# scikit-learn's fixed sentences stand verbatim; the way out follows them.
WAYS_OUT = {
    r"features, but .* is expecting": "Pass the columns seen in fit, in their order.",
    r"contains infinity or a value too large": "Replace infinite values, or rescale the column that holds them.",
    r"contains NaN": "Drop the rows with missing values or fill them, for example with sklearn.impute.SimpleImputer.",
    r"could not convert string": "Encode text columns as numbers first, for example with "
    "sklearn.preprocessing.OneHotEncoder.",
    r"Found array with 0 sample": "Pass at least one row.",
    r"Found array with 0 feature": "Pass at least one column.",
    r"inconsistent numbers of samples": "Pass one target (and one weight) per row of X.",
    r"inhomogeneous shape": "Give every row the same number of columns.",
    r"Unknown label type: continuous": "For real-valued targets use the regressor of this network.",
}


class NetworkEstimator(BaseEstimator):
    """Base of every network with the scikit-learn protocol.

    A subclass lists what its parameters may be (``_parameter_rules``), its chapter of the course, and where it was
    first described.
    """

    _parameter_rules: ClassVar[Mapping[str, Rule]] = {}
    _chapter: ClassVar[int]
    _references: ClassVar[tuple[Reference, ...]] = ()
    _accepts_sparse: ClassVar[bool] = False

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self._accepts_sparse
        return tags

    def _check_parameters(self) -> None:
        check_parameters(type(self).__name__, vars(self), self._parameter_rules)

    def _inputs(self, X: ArrayLike, *, reset: bool) -> Any:
        """Let X in: (n_samples, n_features), finite, float32 or float64, C-ordered or CSR."""
        try:
            inputs = validate_data(
                self,
                X,
                reset=reset,
                dtype=(np.float64, np.float32),
                order="C",
                accept_sparse="csr" if self._accepts_sparse else False,
                ensure_all_finite=False,
            )
            _check_finite(inputs, type(self).__name__)
        except ValueError as error:
            raise _with_way_out(error) from error
        return inputs

    def _inputs_and_targets(self, X: ArrayLike, y: ArrayLike, *, reset: bool) -> tuple[Any, NDArray[Any]]:
        """Let X and y in, in one length. y keeps its type for classifiers and takes that of X for regressors."""
        if y is None:
            raise InvalidInputError(
                f"requires y to be passed, but the target y is None. {type(self).__name__} learns from examples "
                "with their answers: call fit(X, y)."
            )
        inputs = self._inputs(X, reset=reset)
        try:
            targets = _labels(y) if is_classifier(self) else _numbers(y, inputs.dtype)
            check_consistent_length(inputs, targets)
        except ValueError as error:
            raise _with_way_out(error) from error
        return inputs, targets

    def _with_validation(
        self,
        examples: ExampleSet,
        validation: tuple[ArrayLike | None, ArrayLike | None],
        encode: Callable[[NDArray[Any]], NDArray[Any]],
        *,
        fraction: float,
        random: np.random.Generator,
        strata: NDArray[Any] | None,
    ) -> tuple[ExampleSet, ExampleSet | None]:
        """Training and validation examples: those the user passed, or a share held out, or none."""
        X_val, y_val = validation
        if (X_val is None) != (y_val is None):
            raise InvalidInputError("X_val and y_val go together. Got only one of them; pass both or none.")
        if X_val is None or y_val is None:
            return examples.split(fraction, random, strata) if fraction else (examples, None)
        inputs, answers = self._inputs_and_targets(X_val, y_val, reset=False)
        targets = encode(answers)
        if targets.shape[1:] != examples.targets.shape[1:]:
            raise InvalidInputError(
                f"y_val must have as many outputs as y. Got shapes {targets.shape} and {examples.targets.shape}."
            )
        return examples, ExampleSet(inputs.astype(examples.inputs.dtype, copy=False), targets)


def _check_finite(inputs: Any, owner: str) -> None:
    if not sparse.issparse(inputs) and np.isfinite(_total(inputs)):
        return  # only a suspicious sum is looked into
    assert_all_finite(inputs, estimator_name=owner, input_name="X")


def _total(inputs: Floats) -> float:
    """Sum of all numbers; a large table is read by several threads, for one alone does not use the whole bandwidth."""
    n_threads = min(4, os.cpu_count() or 1) if inputs.nbytes > THREADED_BYTES else 1
    if n_threads == 1:
        return _quiet_sum(inputs)
    with ThreadPoolExecutor(n_threads) as threads:
        return sum(threads.map(_quiet_sum, np.array_split(inputs, n_threads)))


def _quiet_sum(inputs: Floats) -> float:
    with np.errstate(over="ignore", invalid="ignore"):  # every thread has its own error state
        return float(inputs.sum())


def _with_way_out(error: ValueError) -> InvalidInputError:
    ways_out = (way for fact, way in WAYS_OUT.items() if re.search(fact, str(error)))
    return InvalidInputError(" ".join([str(error), next(ways_out, "")]).rstrip())


def _numbers(y: ArrayLike, dtype: np.dtype[Any]) -> Floats:
    targets = check_array(y, dtype=dtype, ensure_2d=False, allow_nd=False, input_name="y")
    return np.asarray(targets)


def _labels(y: ArrayLike) -> NDArray[Any]:
    """Class labels (n_samples,), or a 0/1 indicator matrix (n_samples, n_labels)."""
    if sparse.issparse(y):
        return _labels(np.asarray(y.toarray()))  # type: ignore[union-attr]  # issparse has told its class
    if isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "iub":
        return y  # whole numbers are classes: no need to look at each of them
    try:
        check_classification_targets(y)
        is_indicator = type_of_target(y, input_name="y") == "multilabel-indicator"
    except TypeError as error:  # labels that do not compare
        raise _mixed_labels(y) from error
    return np.asarray(y) if is_indicator else np.asarray(column_or_1d(y, warn=True))


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
                f"{owner} needs examples of at least 2 classes. Got one class, {present[0]!r}. "
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
        known = np.unique(np.asarray(announced))
    return class_indices(labels, known, owner=owner)


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
            offsets = labels - smallest if smallest else labels
            is_present = np.zeros(span, dtype=bool)
            is_present[offsets] = True
            return np.flatnonzero(is_present).astype(labels.dtype) + labels.dtype.type(smallest), (
                np.cumsum(is_present) - 1
            )[offsets]
    try:
        return np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise _mixed_labels(labels) from error


def weights_of_examples(sample_weight: ArrayLike | None, n_samples: int, dtype: np.dtype[Any]) -> Floats | None:
    """Let sample weights in: one finite number of at least 0 per example, not all 0.

    Parameters
    ----------
    sample_weight : array of shape (n_samples,), number or None
        Weights; a number is given to each example.
    n_samples : int
        Number of examples.
    dtype : dtype
        Floating type of the result.

    Returns
    -------
    array of shape (n_samples,) or None
        None when no weights were given.

    Raises
    ------
    InvalidInputError
        If the shape, a sign or the sum is wrong.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, int | float):
        sample_weight = np.full(n_samples, sample_weight)
    try:
        weights = check_array(sample_weight, ensure_2d=False, dtype=dtype, input_name="sample_weight")
    except ValueError as error:
        raise _with_way_out(error) from error
    if weights.shape != (n_samples,):
        raise InvalidInputError(f"sample_weight.shape == {weights.shape}, expected {(n_samples,)}: one per row of X.")
    if (weights < 0).any():
        raise InvalidInputError("Sample weights must be at least 0. Got negative ones; drop those examples instead.")
    if not weights.any():
        raise InvalidInputError("Sample weights must contain at least one non-zero number. All are zero.")
    return np.asarray(weights)


def weighted_by_class(
    weights: Floats | None, class_weight: Any, labels: NDArray[Any], dtype: np.dtype[Any]
) -> Floats | None:
    """Multiply sample weights by the weight of each example's class.

    Parameters
    ----------
    weights : array of shape (n_samples,) or None
        Sample weights.
    class_weight : dict, "balanced" or None
        As everywhere in scikit-learn.
    labels : array of shape (n_samples,) or (n_samples, n_labels)
        Class labels.
    dtype : dtype
        Floating type of the result.

    Returns
    -------
    array of shape (n_samples,) or None
        None when nothing weighs.
    """
    if class_weight is None:
        return weights
    by_class: Floats = compute_sample_weight(class_weight, labels).astype(dtype)
    return by_class if weights is None else weights * by_class


def random_generator(random_state: int | np.random.RandomState | np.random.Generator | None) -> np.random.Generator:
    """Give a generator of random numbers; a global generator is never touched.

    Parameters
    ----------
    random_state : None, int, RandomState or Generator
        None takes fresh entropy, an int is a seed, a RandomState is asked for a seed (and so moves on), a Generator
        is used as it is.

    Returns
    -------
    numpy.random.Generator
        The generator.
    """
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(0, 2**32, size=4, dtype=np.uint32))
    return np.random.default_rng(random_state)
