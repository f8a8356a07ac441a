"""How a map learns: its rules and schedules, and the epochs of batch learning from examples in memory or in shards.

Batch learning goes through the examples once to find the winners of the first prototypes, and once more after every
change: each pass gives both the errors of the epoch that has ended and the sums of the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.maps.batch import Tally, UnitSums
from sinapsi.maps.grid import Grid
from sinapsi.maps.neighborhood import SMALLEST_RADIUS, Neighborhood
from sinapsi.maps.winners import Metric, WinnerSearch
from sinapsi.own_threads import ThreadsOfOurOwn
from sinapsi.schedules import Constant, Schedule, TwoPhases, schedule_named

# The automatic schedules, found by comparing quantization and topographic errors on real data (see the benchmarks).
SHARE_OF_ORDERING = 0.7  # of the epochs
WIDEST_SHARE = 0.25  # radius at the start over the longer side of the grid; on a torus all is nearer by half
WIDEST_SHARE_UNORDERED = 0.75  # the same where the start has no order; with 0.5 one map in fifteen kept a fold
ORDERED_RADIUS = 1.0  # grid units, where ordering ends
FINAL_RADIUS = 0.7  # grid units; neighbors at distance 1 still get exp(-1) = 0.36 of what a winner learns
AUTOMATIC_RATES = (0.5, 0.05, 0.01)  # at the start, where ordering ends, at the end
# A Mexican hat pushes prototypes the harder the farther they are already, so wider or faster ones drive them away.
HAT_RADIUS, HAT_RATES = 0.25, (0.1, 0.02, 0.01)


@dataclass(frozen=True)
class MapRules:
    """Everything that says how a map learns, but for the examples.

    Parameters
    ----------
    grid : Grid
        Where the units lie.
    kind : Neighborhood
        Shape of h.
    metric : Metric
        Who wins.
    radius : Schedule
        sigma(n), by the number of updates made: epochs in batch learning, examples online.
    learning_rate : Schedule or None
        eta(n); None in batch learning.
    """

    grid: Grid
    kind: Neighborhood
    metric: Metric
    radius: Schedule
    learning_rate: Schedule | None

    @property
    def is_online(self) -> bool:
        """Whether examples are learned one after another."""
        return self.learning_rate is not None


def is_automatic(form: object) -> bool:
    """Tell whether a parameter is left to the map.

    Parameters
    ----------
    form : object
        Value of the parameter, which may be an array.

    Returns
    -------
    bool
        Whether it is ``"auto"``.
    """
    return isinstance(form, str) and form == "auto"


def radius_schedule(
    form: float | str | Schedule,
    grid: Grid,
    kind: Neighborhood,
    max_iter: int,
    steps: int,
    *,
    starts_ordered: bool,
) -> Schedule:
    """Give the schedule of the radius.

    Parameters
    ----------
    form : float, str or Schedule
        ``"auto"`` shrinks from a quarter of the longer side of the grid (three quarters, where the start has no order)
        to one grid unit, then to 0.7; a disc, which has neighbors from 1 on only, ends at 1; a Mexican hat has 0.25.
    grid : Grid
        Where the units lie.
    kind : Neighborhood
        Shape of h.
    max_iter, steps : int
        Epochs, and updates in each.
    starts_ordered : bool
        Whether neighbors on the grid are neighbors among the data from the start.

    Returns
    -------
    Schedule
        In grid units, by updates.
    """
    if not is_automatic(form):
        return Constant(SMALLEST_RADIUS) if form == 0 else schedule_named(form)
    if kind is Neighborhood.MEXICAN_HAT:
        return Constant(HAT_RADIUS)
    share = WIDEST_SHARE if starts_ordered else WIDEST_SHARE_UNORDERED
    widest = share * max(grid.shape) * (0.5 if grid.toroidal else 1.0)
    ends_at_one = kind in (Neighborhood.BUBBLE, Neighborhood.CUT_GAUSSIAN)
    return _two_phases(
        (max(widest, ORDERED_RADIUS), ORDERED_RADIUS, 1.0 if ends_at_one else FINAL_RADIUS), max_iter, steps
    )


def rate_schedule(form: float | str | Schedule, kind: Neighborhood, max_iter: int, steps: int) -> Schedule:
    """Give the schedule of the learning rate of online learning.

    Parameters
    ----------
    form : float, str or Schedule
        ``"auto"`` falls from 0.5 to 0.05 while the map finds its order, then to 0.01; for a Mexican hat from
        0.1 to 0.02, then to 0.01.
    kind : Neighborhood
        Shape of h.
    max_iter, steps : int
        Epochs, and updates in each.

    Returns
    -------
    Schedule
        By updates.
    """
    if is_automatic(form):
        rates = HAT_RATES if kind is Neighborhood.MEXICAN_HAT else AUTOMATIC_RATES
        return _two_phases(rates, max_iter, steps)
    return schedule_named(form)


def _two_phases(values: tuple[float, float, float], max_iter: int, steps: int) -> TwoPhases:
    n_ordering = max(1, round(SHARE_OF_ORDERING * max_iter))
    # Half of what is left goes down, so that the last epochs settle at the final value.
    n_convergence = max(1, (max_iter - n_ordering) // 2)
    return TwoPhases(*values, n_ordering=n_ordering * steps, n_convergence=n_convergence * steps)


class Survey:
    """What a pass through the examples tells of the prototypes: winners, errors, sums for the next ones.

    Parameters
    ----------
    rules : MapRules
        How the map learns.
    prototypes : array of shape (n_units, n_features)
        Of the map.
    center : array of shape (n_features,)
        Mean of the data.
    has_gaps : bool
        Whether values may be missing.
    threads : ThreadsOfOurOwn
        To share the work.
    """

    def __init__(
        self, rules: MapRules, prototypes: Floats, center: Floats, *, has_gaps: bool, threads: ThreadsOfOurOwn
    ) -> None:
        self._prototypes = prototypes
        self._threads = threads
        self._search = WinnerSearch(rules.metric, center, has_gaps=has_gaps, threads=threads)
        self.sums = UnitSums(prototypes.shape[0], prototypes.shape[1], center, has_gaps=has_gaps)
        self.tally = Tally(rules.grid)
        self.labels: NDArray[np.intp] = np.empty(0, np.intp)  # winners of the rows that came last
        self.hits = np.zeros(rules.grid.n_units, dtype=np.int64)  # examples that each unit won

    def add(self, rows: Floats, targets: object = None, weights: object = None) -> Self:
        """Take in some rows.

        Parameters
        ----------
        rows : array of shape (n_rows, n_features)
            Examples.
        targets, weights : object
            Not looked at.

        Returns
        -------
        Survey
            The same object.
        """
        winners = self._search.find(rows, self._prototypes)
        self.labels = winners.first
        self.hits += np.bincount(winners.first, minlength=len(self.hits))
        self.sums.add(rows, winners.first, self._threads)
        self.tally.add(winners)
        return self

    def join(self, other: Self) -> Self:
        """Take in what other rows told.

        Parameters
        ----------
        other : Survey
            Of the same prototypes.

        Returns
        -------
        Survey
            The same object.
        """
        self.sums.join(other.sums)
        self.tally.join(other.tally)
        self.hits += other.hits
        return self


class BatchTraining:
    """Epochs of batch learning.

    Parameters
    ----------
    rules : MapRules
        How the map learns.
    prototypes : array of shape (n_units, n_features)
        Changed in place.
    look : callable
        Goes once through the examples and surveys the prototypes as they then are.
    threads : ThreadsOfOurOwn
        To share the work.
    earlier : UnitSums, optional
        Sums of other examples, to be learned along.
    """

    def __init__(
        self,
        rules: MapRules,
        prototypes: Floats,
        look: Callable[[], Survey],
        threads: ThreadsOfOurOwn,
        earlier: UnitSums | None = None,
    ) -> None:
        self._rules = rules
        self._prototypes = prototypes
        self._look = look
        self._threads = threads
        self._earlier = earlier
        self.survey: Survey | None = look()
        self.is_at_rest = False  # whether nothing will change any more

    def epoch(self, step: int) -> tuple[dict[str, float], int]:
        """Learn one epoch.

        Parameters
        ----------
        step : int
            Updates made before.

        Returns
        -------
        columns : dict of str to float
            Errors of the new prototypes, and the radius.
        n_updates : int
            1.
        """
        assert self.survey is not None
        sums, rules = self.survey.sums, self._rules
        radius = rules.radius.rate(step)
        if self._earlier is not None:
            sums.join(self._earlier)
        found = sums.prototypes(rules.kind, rules.grid, radius, self._prototypes, self._threads)
        self.is_at_rest = bool(radius == rules.radius.rate(step + 1) and np.array_equal(found, self._prototypes))
        self._prototypes[:] = found
        self.survey = self._look()
        return {**self.survey.tally.columns(), "radius": radius}, 1
