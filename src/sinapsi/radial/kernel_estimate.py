"""What GRNN and PNN share: examples are stored, and a width is chosen by leaving out each of them in turn."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.algebra.distances import Centers, row_blocks
from sinapsi.estimator import Floats, NetworkEstimator
from sinapsi.exceptions import InvalidParameterError, ModelFileError
from sinapsi.history import History
from sinapsi.monitor import FitMonitor
from sinapsi.parameters import Rule, boolean, choice, count, number
from sinapsi.radial.pattern_units import PatternUnits, merged, moved
from sinapsi.stopping import StopCode, StopReason
from sinapsi.validation import ExampleSet

LARGEST_JUDGED = 1000  # examples that are left out in turn to judge a width
JUDGED_AT_ONCE = 125  # few enough that every thread has some
SMALLEST_DISTANCE = 1e-6  # of the spread of the examples; what is nearer counts as the same place
FINE_GRIDS, FINE_WIDTHS = 2, 9  # each grid of so many widths lies between the neighbors of the last one's best

_positive = number(0, open_low=True, open_high=True)
_positive_per_feature = Rule(
    "one such number per feature",
    lambda value: (
        (isinstance(value, tuple | list | np.ndarray) and np.ndim(value) == 1 and all(map(_positive.allows, value)))
        and len(value) > 0
    ),
)


class KernelEstimate(NetworkEstimator):
    """What the regressor and the classifier share: stored examples, and a width chosen by leaving out each in turn."""

    _chapter = 4
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "width": _positive | choice("loo") | _positive_per_feature,
        "verbose": boolean | count(0),
    }

    width: float | str | ArrayLike
    verbose: int

    examples_: Floats
    example_weights_: Floats
    width_: float | Floats
    history_: History
    n_iter_: int
    stop_reason_: StopReason
    _origin: Floats
    _has_chosen: bool  # whether leave-one-out has settled the width

    # What each of the two says.

    def _encoded(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None) -> Floats:
        """Answers as numbers, (n_samples, n_targets)."""
        raise NotImplementedError  # pragma: no cover

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        """Weights of the examples, classes counted in."""
        raise NotImplementedError  # pragma: no cover

    def _stored_targets(self) -> Floats:
        """What :meth:`_keep_targets` was given."""
        raise NotImplementedError  # pragma: no cover

    def _keep_targets(self, targets: Floats) -> None:
        raise NotImplementedError  # pragma: no cover

    def _judgeable(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Those of the stored examples that the others can say something about."""
        raise NotImplementedError  # pragma: no cover

    def _losses(self, judged: NDArray[np.intp], unit: float | Floats, precisions: Floats, *, leave_out: bool) -> Floats:
        """Mean loss on some examples for several widths, (n_precisions,)."""
        raise NotImplementedError  # pragma: no cover

    def _rounding(self) -> float:
        """Losses that differ by less are equal."""
        return 0.0

    # Learning.

    def _learn(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        *,
        goes_on: bool = False,
        classes: ArrayLike | None = None,
    ) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            inputs, answers = self._inputs_and_targets(X, y, reset=not goes_on)
            targets = self._encoded(answers, reset=not goes_on, classes=classes)
            weights = self._weights(sample_weight, answers, inputs.dtype)
            if not goes_on:
                self._begin(inputs, targets)
            places = self._store(ExampleSet(inputs, targets, weights).weighing_something())
            with FitMonitor(type(self).__name__, max_iter=1, previous=self.history_, verbose=self.verbose) as monitor:
                how = self._settle_width()
                monitor.record(loss=self._loss(places), n_steps=1)
                monitor.stop(StopCode.SOLVED, f"the examples were stored; {how}")
            self.history_ = monitor.history
            self.stop_reason_ = monitor.reason
            self.n_iter_ = monitor.n_epochs
        return self

    def _begin(self, inputs: Floats, targets: Floats) -> None:
        self.examples_ = inputs[:0]
        self.example_weights_ = np.empty(0, inputs.dtype)
        self._keep_targets(targets[:0])
        self._has_chosen = False
        self.history_ = History({})

    def _store(self, new: ExampleSet) -> NDArray[np.intp]:
        """Add examples to those stored; give where each stands."""
        dtype, n_features = self.examples_.dtype, self.examples_.shape[1]
        new_weights = np.ones(len(new)) if new.weights is None else new.weights
        stored = np.column_stack([self.examples_, self._stored_targets()])
        table = np.concatenate([stored, np.column_stack([new.inputs, new.targets])]).astype(dtype)
        weights = np.concatenate([self.example_weights_, new_weights]).astype(dtype)
        rows, self.example_weights_, places = merged(table, weights)
        self.examples_ = np.ascontiguousarray(table[rows, :n_features])
        self._keep_targets(table[rows, n_features:])
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused when distances are taken
            self._origin = self.examples_.mean(axis=0, dtype=np.float64)
        return places[len(stored) :]

    def _settle_width(self) -> str:
        """Set ``width_``; tell how."""
        if isinstance(self.width, str):
            if self._has_chosen:
                return "the width was kept"
            self._has_chosen = self._choose_width()
            return (
                "the width was chosen by leave-one-out" if self._has_chosen else "nothing in them speaks for one width"
            )
        if isinstance(self.width, Real):
            self.width_ = float(self.width)
            return "the width was given"
        n_features = self.examples_.shape[1]
        widths = np.array(self.width, dtype=self.examples_.dtype)
        if widths.shape != (n_features,):
            raise InvalidParameterError(
                f"The 'width' parameter of {type(self).__name__} must be one number or one per feature. Got "
                f"{len(widths)} numbers for {n_features} features."
            )
        self.width_ = widths
        return "the widths were given"

    def _choose_width(self) -> bool:
        """Search the width of least leave-one-out loss; False where there is nothing to choose by."""
        self.width_ = 1.0  # where all examples lie at one place
        offsets = moved(self.examples_, self._origin, 1.0)
        reach = float(np.abs(offsets).max())
        spread = reach * float(np.sqrt(np.mean(np.vecdot(offsets / reach, offsets / reach)))) if reach else 0.0
        if not spread:
            return False
        everything = np.arange(len(offsets))
        nearest = _median_nearest_distance(offsets / spread, _some_of(everything))
        self.width_ = nearest * spread  # for the case that nothing else speaks for any width
        judged = _some_of(self._judgeable(everything))
        # From the mean of all to the nearest alone, in steps of 2; of equals the widest, which comes first, wins.
        n_steps = int(np.ceil(np.log2(16 / nearest)))
        widths = np.geomspace(4.0, nearest / 4, n_steps + 1)
        for grid in range(1 + FINE_GRIDS):
            losses = self._losses(judged, spread, widths**-2.0, leave_out=True) if len(judged) else np.zeros(1)
            if grid == 0 and np.ptp(losses) <= self._rounding():
                return False
            best = int(losses.argmin())
            self.width_ = float(widths[best]) * spread
            widths = np.geomspace(widths[max(best - 1, 0)], widths[min(best + 1, len(widths) - 1)], FINE_WIDTHS)
        return True

    def _loss(self, places: NDArray[np.intp]) -> float:
        """Leave-one-out loss on some of the stored examples; nothing is left out where nothing would remain."""
        judged = _some_of(self._judgeable(np.unique(places)))
        leave_out = len(judged) > 0
        judged = judged if leave_out else _some_of(np.unique(places))
        return float(self._losses(judged, self.width_, np.ones(1), leave_out=leave_out)[0])

    # Answers.

    def _units(self, targets: Floats, unit: float | Floats, part: slice = slice(None)) -> PatternUnits:
        """The stored examples, or a part of them, with what is to be averaged."""
        return PatternUnits(self.examples_[part], self.example_weights_[part], targets[part], self._origin, unit)

    def _queries(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        self._check_stored()
        return np.asarray(self._inputs(X, reset=False))

    def _check_stored(self) -> None:
        """Refuse what only a forged file can hold."""
        shape = (len(self._stored_targets()), self.n_features_in_)
        fits = self.examples_.shape == shape and self.example_weights_.shape == shape[:1] and shape[0] > 0
        if not (fits and np.all(self.example_weights_ > 0) and np.all(np.asarray(self.width_) > 0)):
            raise ModelFileError(
                f"The stored examples of this {type(self).__name__} do not fit together: their shape is "
                f"{self.examples_.shape}, expected {shape} with positive weights and widths. Fit and save it again."
            )


def _some_of(places: NDArray[np.intp]) -> NDArray[np.intp]:
    """At most a thousand of them, evenly spaced."""
    if len(places) <= LARGEST_JUDGED:
        return places
    return places[np.arange(LARGEST_JUDGED) * len(places) // LARGEST_JUDGED]


def _median_nearest_distance(points: Floats, chosen: NDArray[np.intp]) -> float:
    """Median distance from some of the points to the nearest that lies elsewhere."""
    nearest = np.full(len(chosen), np.inf)
    for block in row_blocks(len(points), LARGEST_JUDGED, points.itemsize):
        squares = Centers(points[block]).squared_distances(points[chosen])
        squares[squares < SMALLEST_DISTANCE**2] = np.inf
        np.minimum(nearest, squares.min(axis=1), out=nearest)
    return float(np.sqrt(np.median(nearest)))
