"""How a map is fitted: the start, the epochs under a monitor, and what is kept of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.algebra.output_layer import Examples
from sinapsi.algebra.passes import Block, ExamplesInMemory, ExamplesInShards, as_they_are
from sinapsi.batch_sources import Shard, naming, recut, shards_of
from sinapsi.estimator import Floats, random_generator
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.history import History
from sinapsi.maps.batch import UnitSums
from sinapsi.maps.grid import Grid
from sinapsi.maps.neighborhood import NEIGHBORHOODS
from sinapsi.maps.online import OnlineTraining
from sinapsi.maps.start import (
    PART_ROWS,
    UNITS_PER_ROOT,
    FeatureRanges,
    Plane,
    automatic_sides,
    plane_of,
    prototypes_from_examples,
    prototypes_in_ranges,
    prototypes_on_plane,
)
from sinapsi.maps.training import (
    BatchTraining,
    MapRules,
    Survey,
    is_automatic,
    radius_schedule,
    rate_schedule,
)
from sinapsi.maps.unit_groups import GroupedMap
from sinapsi.maps.winners import METRICS
from sinapsi.monitor import FitMonitor
from sinapsi.own_threads import ThreadsOfOurOwn
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion, MaxIter, Patience, StopCode, StopReason, criteria_in
from sinapsi.validation import ExampleSet

ALWAYS_NOTED = ("quantization_error", "topographic_error")  # columns of every history
TRUSTED_NEIGHBORS = 10  # of the trustworthiness in the history; fewer where there are few examples
BLOCK_BYTES = 2**23  # of a block of examples from batches


class LearningMap(GroupedMap):
    """The engine room of the map; its parameters and public methods are above."""

    size: str | int | tuple[int, int]
    topology: str
    toroidal: bool
    learning: str
    radius: float | str | Schedule
    init: str | ArrayLike
    learning_rate: float | str | Schedule
    max_iter: int
    shuffle: bool
    measures: Sequence[str]
    stopping: str | Criterion | AnyOf | None
    validation_fraction: float
    warm_start: bool
    random_state: int | np.random.RandomState | np.random.Generator | None
    verbose: int

    learning_rate_: Schedule | None
    history_: History
    n_iter_: int
    stop_reason_: StopReason
    _random: np.random.Generator
    _sums: NDArray[np.float64]
    _counts: NDArray[np.float64]

    def _fit(self, X: ArrayLike, X_val: ArrayLike | None = None, watch: Callable[[], None] | None = None) -> Self:
        self._check_parameters()
        criteria = self._criteria(has_validation=X_val is not None or self.validation_fraction > 0)
        with self._all_or_nothing():
            goes_on = self.warm_start and hasattr(self, "prototypes_")
            rows = self._rows(X, reset=not goes_on)
            self._forget_names()
            if not goes_on:
                self._random = random_generator(self.random_state)
            learned, validation = self._held_out(rows, X_val)
            ranges = self._prepare(_in_memory(learned), rows.dtype, goes_on=goes_on)
            dtype = self.prototypes_.dtype
            learned = learned.astype(dtype, copy=False)
            validation = None if validation is None else validation.astype(dtype, copy=False)
            self._learn(
                _in_memory(learned),
                learned,
                ranges=ranges,
                max_iter=self.max_iter,
                criteria=criteria,
                validation=validation,
                watch=watch,
            )
            if len(learned) != len(rows):  # those held out have winners too
                self.labels_ = self._winners(rows.astype(dtype, copy=False)).first
        return self

    def _partial_fit(self, X: ArrayLike) -> Self:
        self._check_parameters()
        self._criteria(has_validation=True)
        with self._all_or_nothing():
            goes_on = hasattr(self, "prototypes_")
            rows = self._rows(X, reset=not goes_on)
            self._forget_names()
            if not goes_on:
                self._random = random_generator(self.random_state)
            ranges = self._prepare(_in_memory(rows), rows.dtype, goes_on=goes_on)
            rows = rows.astype(self.prototypes_.dtype, copy=False)
            self._learn(_in_memory(rows), rows, ranges=ranges, max_iter=1, remembers=True)
        return self

    def _fit_batches(self, source: Any, target: str | list[str] | None, n_jobs: int | None) -> Self:
        self._check_parameters()
        if self.measures or self.validation_fraction:
            raise InvalidParameterError(
                f"fit_batches of {type(self).__name__} sees a block of examples at a time. Expected measures=() and "
                f"validation_fraction=0; got {self.measures!r} and {self.validation_fraction!r}. Ask the fitted map "
                "for its measures on a sample of the data."
            )
        criteria = self._criteria(has_validation=False)
        with self._all_or_nothing():
            shards = shards_of(source, target=target, needs_targets=False)
            with naming(shards[0]):
                dtype = self._rows(next(iter(shards[0].batches()))[0], reset=True).dtype
            self._forget_names()
            self._random = random_generator(self.random_state)
            door = partial(_door, self._without_what_was_learned(), dtype)
            examples = ExamplesInShards(shards, door, n_jobs)
            ranges = self._prepare(examples, dtype, goes_on=False)
            self._learn(examples, (shards, door), ranges=ranges, max_iter=self.max_iter, criteria=criteria)
        return self

    # Before the first epoch.

    def _criteria(self, *, has_validation: bool) -> tuple[Criterion, ...]:
        if self.learning == "batch" and self.neighborhood == "mexican_hat":
            raise InvalidParameterError(
                "neighborhood='mexican_hat' pushes prototypes away, which a weighted mean cannot do. Expected "
                "learning='online' with it; got 'batch'. Use 'gaussian' in batch learning."
            )
        criteria = criteria_in(self.stopping)
        if self.stopping is None and has_validation:
            criteria = (Patience(),)
        self._check_criteria(criteria, has_validation=has_validation, columns=(*ALWAYS_NOTED, *self.measures))
        return criteria

    def _forget_names(self) -> None:
        """Names of units, and winners, belong to what was learned before."""
        for name in ("labels_", "classes_", "unit_classes_", "unit_class_counts_"):
            self.__dict__.pop(name, None)

    def _without_what_was_learned(self) -> Self:
        """What goes to other processes to let examples in: it knows the columns, and nothing large."""
        stub = copy.copy(self)
        for name in ("prototypes_", "_sums", "_counts", "history_", "hits_", "_random"):
            stub.__dict__.pop(name, None)
        return stub

    def _held_out(self, rows: Floats, X_val: ArrayLike | None) -> tuple[Floats, Floats | None]:
        if X_val is not None:
            try:
                return rows, self._rows(X_val, reset=False)
            except InvalidInputError as error:
                raise InvalidInputError(f"In the validation data (X_val): {error}") from error
        if not self.validation_fraction:
            return rows, None
        everyone = ExampleSet(rows, np.arange(len(rows)))
        learned, held_out = everyone.split(self.validation_fraction, self._random)
        return learned.inputs, held_out.inputs

    def _prepare(self, examples: Examples, dtype: np.dtype[Any], *, goes_on: bool) -> FeatureRanges:
        """Survey the columns and, unless the fit goes on, settle the grid, the start and the schedules."""
        ranges = examples.collect(FeatureRanges, as_they_are, PART_ROWS)
        if goes_on:
            return ranges
        empty = np.flatnonzero(ranges.n_observed == 0)
        if len(empty):
            names = getattr(self, "feature_names_in_", np.arange(len(ranges.n_observed)))
            raise InvalidInputError(
                "Every column of X must have at least one observed value, or nothing is known about it. Got none in "
                f"column {', '.join(map(str, names[empty[:5]].tolist()))}{', ...' if len(empty) > 5 else ''}. Drop it."
            )
        needs_plane = not isinstance(self.size, tuple | list) or (isinstance(self.init, str) and self.init == "pca")
        plane = plane_of(examples, ranges) if needs_plane else None
        self.grid_ = self._grid(ranges.n_rows, plane)
        self.prototypes_ = np.ascontiguousarray(self._start(examples, ranges, plane), dtype=dtype)
        self._center = ranges.means.astype(dtype)
        n_updates = ranges.n_rows if self.learning == "online" else 1  # an epoch
        n_epochs, kind = max(int(self.max_iter), 1), NEIGHBORHOODS[self.neighborhood]
        self.radius_ = radius_schedule(
            self.radius,
            self.grid_,
            kind,
            n_epochs,
            n_updates,
            starts_ordered=not isinstance(self.init, str) or self.init == "pca",
        )
        is_online = self.learning == "online"
        self.learning_rate_ = rate_schedule(self.learning_rate, kind, n_epochs, n_updates) if is_online else None
        self.history_ = History({})
        self._n_steps = 0
        self._sums, self._counts = np.zeros((0, 0)), np.zeros((0, 0))
        return ranges

    def _grid(self, n_samples: int, plane: Plane | None) -> Grid:
        if isinstance(self.size, tuple | list):
            n_rows, n_columns = self.size
        else:
            assert plane is not None
            n_units = UNITS_PER_ROOT * n_samples**0.5 if is_automatic(self.size) else float(self.size)
            n_rows, n_columns = automatic_sides(
                n_units, self.topology, toroidal=self.toroidal, deviations=plane.deviations
            )
        try:
            return Grid(self.topology, int(n_rows), int(n_columns), bool(self.toroidal))
        except InvalidParameterError as error:
            raise InvalidParameterError(f"The 'size' parameter of {type(self).__name__}: {error}") from error

    def _start(self, examples: Examples, ranges: FeatureRanges, plane: Plane | None) -> Floats:
        if not isinstance(self.init, str):
            return self._given_start(len(ranges.n_observed))
        if self.init == "sample":
            return prototypes_from_examples(self.grid_, examples, ranges, self._random)
        if self.init == "random" or plane is None:
            return prototypes_in_ranges(self.grid_, ranges, self._random)
        return prototypes_on_plane(self.grid_, plane)

    def _given_start(self, n_features: int) -> Floats:
        grid, owner = self.grid_, type(self).__name__
        try:
            given = np.array(self.init, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidParameterError(f"The 'init' parameter of {owner} must be numbers. {error}") from error
        if given.shape == (*grid.shape, n_features):
            given = given.reshape(-1, n_features)
        if given.shape != (grid.n_units, n_features):
            raise InvalidParameterError(
                f"The 'init' parameter of {owner} must have one prototype for each of the {grid.n_rows} x "
                f"{grid.n_columns} units: shape {(grid.n_units, n_features)}. Got {given.shape}; set size to match."
            )
        if not np.isfinite(given).all():
            raise InvalidParameterError(
                f"The 'init' parameter of {owner} must be finite. Got NaN or infinity among the prototypes."
            )
        return given

    # The epochs.

    def _learn(
        self,
        examples: Examples,
        source: Floats | tuple[list[Shard], Callable[..., Block]],
        *,
        ranges: FeatureRanges,
        max_iter: int,
        criteria: tuple[Criterion, ...] = (),
        validation: Floats | None = None,
        remembers: bool = False,
        watch: Callable[[], None] | None = None,
    ) -> None:
        """Learn epochs under a monitor, and set what was learned."""
        rules = MapRules(
            self.grid_, NEIGHBORHOODS[self.neighborhood], METRICS[self.metric], self.radius_, self.learning_rate_
        )
        has_gaps = ranges.has_gaps
        earlier = self._earlier_sums(has_gaps) if remembers and not rules.is_online else None
        has_gaps = has_gaps or (earlier is not None and earlier.counts.shape[1] > 1)
        in_memory = source if isinstance(source, np.ndarray) else None
        n_rows = max(1, BLOCK_BYTES // (self.prototypes_.shape[1] * 8)) if in_memory is None else len(in_memory)
        monitor = FitMonitor(
            type(self).__name__,
            max_iter=max_iter,
            criteria=(*criteria, *((MaxIter(max_iter),) if max_iter else ())),  # the schedules' own end, no failure
            state=[self.prototypes_],
            validate=None if validation is None else lambda: self._validated(validation),
            previous=self.history_,
            verbose=self.verbose,
            largest_weight=max(ranges.reach, float(np.abs(self.prototypes_).max(initial=0.0)) * 2),
            loss_is_of_end=not rules.is_online,
        )
        with ThreadsOfOurOwn() as threads:
            make = partial(Survey, rules, self.prototypes_, self._center, has_gaps=has_gaps, threads=threads)
            look: Callable[[], Survey] = lambda: examples.collect(make, as_they_are, n_rows)  # noqa: E731
            survey: Survey | None = None
            with monitor:
                training: BatchTraining | OnlineTraining
                if rules.is_online:
                    random = self._random if self.shuffle else None
                    training = OnlineTraining(
                        rules, self.prototypes_, lambda: _blocks(source, n_rows), random, self._center
                    )
                else:
                    training = BatchTraining(rules, self.prototypes_, look, threads, earlier)
                if watch:
                    watch()
                for _ in monitor.epochs():
                    columns, n_updates = training.epoch(self._n_steps)
                    self._n_steps += n_updates
                    monitor.record(n_steps=n_updates, **columns, **self._measured(in_memory))
                    if training.is_at_rest and monitor.stop_reason is None:
                        monitor.stop(StopCode.SOLVED, "the map came to rest: its prototypes no longer change")
                    if watch:
                        watch()
                survey = training.survey
            if survey is None or monitor.went_back:  # interrupted, online, or set back to an earlier epoch
                survey = look()
        if in_memory is not None:
            self.labels_ = survey.labels
        self.hits_ = survey.hits
        if not rules.is_online:
            sums = survey.sums if earlier is None else survey.sums.join(earlier)
            self._sums, self._counts = sums.sums, sums.counts
        self.history_, self.n_iter_, self.stop_reason_ = monitor.history, monitor.n_epochs, monitor.reason

    def _earlier_sums(self, has_gaps: bool) -> UnitSums | None:
        """Sums of earlier examples, once the radius is final; before that their winners are outdated."""
        is_final = self.radius_.rate(self._n_steps) == self.radius_.rate(self._n_steps + 1)
        if not is_final or not self._sums.size:
            return None
        has_gaps = has_gaps or self._counts.shape[1] > 1
        earlier = UnitSums(self.prototypes_.shape[0], self.prototypes_.shape[1], self._center, has_gaps=has_gaps)
        earlier.sums += self._sums
        earlier.counts += self._counts
        return earlier

    def _validated(self, rows: Floats) -> dict[str, float]:
        distances = self._winners(rows).distances
        return {
            "validation_loss": float(distances @ distances) / (2 * len(rows)),
            "validation_score": -float(distances.mean()),
        }

    def _measured(self, rows: Floats | None) -> dict[str, float]:
        """The measures asked for, of the present prototypes."""
        if not self.measures or rows is None:
            return {}
        winners = self._winners(rows)
        measure: dict[str, Callable[[], float]] = {
            "distortion": lambda: self._distortion(rows, winners, self._last_radius),
            "topographic_product": self.topographic_product,
            "trustworthiness": lambda: self._trustworthiness(
                rows, winners, min(TRUSTED_NEIGHBORS, (len(rows) - 1) // 2)
            ),
            "kaski_lagus_error": lambda: self._kaski_lagus_error(winners),
        }
        return {name: measure[name]() for name in self.measures}


def _in_memory(rows: Floats) -> ExamplesInMemory:
    return ExamplesInMemory(rows, np.empty((len(rows), 0)))  # a map has no targets


def _door(network: LearningMap, dtype: np.dtype[Any], X: Any, y: Any = None, sample_weight: Any = None) -> Block:
    """Let a batch in; in other processes too, so it is a function that survives pickling."""
    return network._rows(X, reset=False).astype(dtype, copy=False), np.empty((len(X), 0)), None


def _blocks(source: Floats | tuple[list[Shard], Callable[..., Block]], n_rows: int) -> Iterator[Floats]:
    if isinstance(source, np.ndarray):
        yield source
        return
    shards, door = source
    for shard in shards:
        with naming(shard):
            for rows, _, _ in recut((door(*batch) for batch in shard.batches()), n_rows):
                yield rows
