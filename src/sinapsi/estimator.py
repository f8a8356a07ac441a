"""The one door for data, and the few things that all estimators share.

Whatever a user passes to ``fit`` or ``predict`` comes in here: lists, NumPy arrays, data frames, SciPy sparse
matrices. It leaves as C-ordered float32 or float64 arrays (CSR when sparse), with classes and weights beside it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from numbers import Real
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils import Tags, assert_all_finite, check_array
from sklearn.utils.validation import check_consistent_length, validate_data

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.labels import class_labels
from sinapsi.parameters import Rule, check_parameters
from sinapsi.references import Reference
from sinapsi.stopping import Criterion, GradientNorm, Patience
from sinapsi.validation import ExampleSet

Floats: TypeAlias = NDArray[np.floating[Any]]

THREADED_BYTES = 2**26  # below, starting threads costs more than it saves

# scikit-learn's fixed sentences stand verbatim; the way out follows them.
WAYS_OUT = {  # (about what, pattern of the fact) -> way out; "" is about anything
    ("X", r"features, but .* is expecting"): "Pass the columns seen in fit, in their order.",
    ("X", r"feature names should match"): "Pass the columns seen in fit, under their names and in their order.",
    ("", r"contains infinity or a value too large"): "Replace infinite values, or rescale the column that holds them.",
    ("X", r"contains NaN"): "Drop the rows with missing values or fill them, for example with "
    "sklearn.impute.SimpleImputer.",
    ("", r"contains NaN"): "Drop the examples without a value.",
    ("X", r"could not convert string"): "Encode text columns as numbers first, for example with "
    "sklearn.preprocessing.OneHotEncoder.",
    ("y", r"could not convert string"): "For classes use the classifier of this network.",
    ("", r"could not convert string"): "Pass numbers.",
    ("", r"Found array with 0 sample"): "Pass at least one row.",
    ("X", r"Found array with 0 feature"): "Pass at least one column.",
    ("", r"Found array with dim"): "Pass a table: one row an example.",
    ("", r"inconsistent numbers of samples"): "Pass one target (and one weight) per row of X.",
    ("", r"inhomogeneous shape"): "Give every row the same number of columns.",
    ("", r"Complex data not supported"): "Pass real and imaginary parts as columns of their own.",
    ("y", r"Unknown label type: continuous"): "For real-valued targets use the regressor of this network.",
    ("y", r"should be a 1d array"): "Pass one label per example, or a 0/1 matrix where the network takes several.",
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
    _accepts_missing_inputs: ClassVar[bool] = False  # NaN in X, for values that were not observed
    _accepts_missing_targets: ClassVar[bool] = False  # NaN in a table of targets, for outputs that do not matter
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {}  # what reads each parameter with a short form

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self._accepts_sparse
        tags.input_tags.allow_nan = self._accepts_missing_inputs
        return tags

    def _check_parameters(self) -> None:
        owner = type(self).__name__
        check_parameters(owner, vars(self), self._parameter_rules)
        for name, read in self._short_forms.items():
            try:
                read(getattr(self, name))
            except InvalidParameterError as error:
                raise InvalidParameterError(f"The {name!r} parameter of {owner}: {error}") from error

    def _check_criteria(
        self,
        criteria: tuple[Criterion, ...],
        *,
        has_validation: bool,
        knows_gradient: bool = False,
        columns: tuple[str, ...] = (),
        has_score: bool = True,
    ) -> None:
        """Refuse stopping rules that could never hold; ``columns`` are those of the history besides the loss."""
        owner = type(self).__name__
        known = (
            "loss",
            *columns,
            *(("validation_loss", "validation_score")[: 1 + has_score] if has_validation else ()),
        )
        for criterion in criteria:
            watched = getattr(criterion, "of", "loss")
            if watched not in known:
                raise InvalidParameterError(
                    f"The 'stopping' parameter of {owner} watches {watched!r}, which its history does not note. Its "
                    f"columns that can be watched are {', '.join(known)}."
                )
        if not has_validation and any(isinstance(criterion, Patience) for criterion in criteria):
            raise InvalidParameterError(
                f"The 'stopping' parameter of {owner} asks for patience, but there are no validation data. Pass "
                "validation_fraction=0.1, or X_val and y_val to fit."
            )
        if not knows_gradient and any(isinstance(criterion, GradientNorm) for criterion in criteria):
            raise InvalidParameterError(
                f"The 'stopping' parameter of {owner} asks for a gradient norm, which this way of learning does not "
                "know. Use the rule 'tolerance', or let a step see all examples at once: batch_size='full', or "
                "solver='lbfgs' of the multilayer perceptron."
            )

    def _check_learned(self) -> None:
        """Refuse learned attributes that do not fit together; asked when a model is read from a file."""

    @contextlib.contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Set every attribute back when the block fails, so that a model that worked before still works."""
        attributes: dict[str, Any] = self.__dict__
        before = attributes.copy()
        generator = before.get("_random")
        state = None if generator is None else generator.bit_generator.state
        try:
            yield
        except BaseException:
            if generator is not None:
                generator.bit_generator.state = state
            attributes.clear()
            attributes.update(before)
            raise

    def _inputs(self, X: ArrayLike, *, reset: bool, may_be_missing: bool | None = None) -> Any:
        """Let X in: (n_samples, n_features), finite, float32 or float64, C-ordered or CSR.

        NaN is taken where the network takes missing values, unless ``may_be_missing`` says otherwise.
        """
        if may_be_missing is None:
            may_be_missing = self._accepts_missing_inputs
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
            _check_finite(inputs, type(self).__name__, may_be_missing=may_be_missing)
        except ValueError as error:
            raise with_way_out(error) from error
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
            if is_classifier(self):
                targets = class_labels(y, may_be_missing=self._accepts_missing_targets)
            else:
                targets = _numbers(y, inputs.dtype, may_be_missing=self._accepts_missing_targets)
            check_consistent_length(inputs, targets)
        except InvalidInputError:
            raise
        except ValueError as error:
            raise with_way_out(error, "y") from error
        return inputs, targets

    def _with_validation(
        self,
        examples: ExampleSet,
        validation: tuple[ArrayLike | None, ArrayLike | None],
        encode: Callable[[NDArray[Any]], NDArray[Any]],  # from answers to targets
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
        try:
            inputs, answers = self._inputs_and_targets(X_val, y_val, reset=False)
            targets = encode(answers)
        except InvalidInputError as error:
            raise InvalidInputError(f"In the validation data (X_val, y_val): {error}") from error
        if targets.shape[1:] != examples.targets.shape[1:]:
            raise InvalidInputError(
                f"y_val must have as many outputs as y. Got shapes {targets.shape} and {examples.targets.shape}."
            )
        return examples, ExampleSet(inputs.astype(examples.inputs.dtype, copy=False), targets)


def _check_finite(inputs: Any, owner: str, *, may_be_missing: bool) -> None:
    if not sparse.issparse(inputs) and np.isfinite(sum(of_parts(_quiet_sum, inputs))):
        return  # only a suspicious sum is looked into
    assert_all_finite(inputs, estimator_name=owner, input_name="X", allow_nan=may_be_missing)


def of_parts(measure: Callable[[Floats], float], table: Floats) -> list[float]:
    """Measure a table; a large one in parts, one a thread, for one thread alone does not use the whole bandwidth.

    Parameters
    ----------
    measure : callable
        Takes rows, gives a number, and lets other threads run meanwhile.
    table : array of shape (n_samples, n_features)
        The rows.

    Returns
    -------
    list of float
        One number a part.
    """
    n_threads = min(4, os.cpu_count() or 1) if table.nbytes > THREADED_BYTES else 1
    if n_threads == 1:
        return [measure(table)]
    with ThreadPoolExecutor(n_threads) as threads:
        return list(threads.map(measure, np.array_split(table, n_threads)))


def _quiet_sum(inputs: Floats) -> float:
    with np.errstate(over="ignore", invalid="ignore"):  # every thread has its own error state
        return float(inputs.sum())


def with_way_out(error: ValueError, name: str = "X") -> InvalidInputError:
    """Say after scikit-learn's sentence what to do about it.

    Parameters
    ----------
    error : ValueError
        Whose sentence stands first.
    name : str, default="X"
        What it is about.

    Returns
    -------
    InvalidInputError
        To be raised.
    """
    fact = str(error).strip()
    ways_out = (way for (about, pattern), way in WAYS_OUT.items() if about in (name, "") and re.search(pattern, fact))
    way_out = next(ways_out, "")
    if way_out and not fact.endswith((".", "!", "?", ":")):
        fact += "."
    return InvalidInputError(f"{fact} {way_out}".strip())


def _numbers(y: ArrayLike, dtype: np.dtype[Any], *, may_be_missing: bool) -> Floats:
    finite = "allow-nan" if may_be_missing else True
    targets = check_array(y, dtype=dtype, ensure_2d=False, allow_nd=False, input_name="y", ensure_all_finite=finite)
    if targets.ndim == 1:
        assert_all_finite(targets, input_name="y")
    return np.asarray(targets)


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
    if isinstance(sample_weight, Real):
        sample_weight = np.full(n_samples, sample_weight)
    try:
        weights = check_array(sample_weight, ensure_2d=False, dtype=dtype, input_name="sample_weight")
    except ValueError as error:
        raise with_way_out(error, "sample_weight") from error
    if weights.shape != (n_samples,):
        raise InvalidInputError(f"sample_weight.shape == {weights.shape}, expected {(n_samples,)}: one per row of X.")
    if (weights < 0).any():
        raise InvalidInputError("Sample weights must be at least 0. Got negative ones; drop those examples instead.")
    if not weights.any():
        raise InvalidInputError("Sample weights must contain at least one non-zero number. All are zero.")
    return np.asarray(weights)


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


def stream_of(source: np.random.Generator) -> np.random.Generator:
    """Give a generator with a stream of its own, which has nothing in common with others made from the same seed.

    Parameters
    ----------
    source : numpy.random.Generator
        It moves on.

    Returns
    -------
    numpy.random.Generator
        The same one for the same state of the source.
    """
    return np.random.default_rng(source.integers(2**63, size=2))
