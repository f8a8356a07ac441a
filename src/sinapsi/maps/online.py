"""Online learning: one example after another, with errors that are met on the way.

Of few features a step goes through the whole codebook, in one kernel. Of many features the codebook does not stay in
the cache, and blocks of examples are learned instead: within a block a prototype is its old self and some of the
examples, so distances follow from products of the block with the codebook and with itself, and the prototypes
themselves are made at its end. The steps are those of one example after another, up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.blas_threads import ONE_BLAS_THREAD
from sinapsi.maps.batch import Tally
from sinapsi.maps.kernels import learn_block, learn_online
from sinapsi.maps.neighborhood import SMALLEST_RADIUS
from sinapsi.maps.training import MapRules, Survey
from sinapsi.maps.winners import Metric, has_gaps

MANY_FEATURES = 256  # from how many on blocks are faster than a codebook that goes through the cache at every step
BLOCK_ROWS = 64  # examples of a block
BLOCKS_TO_DRIFT = 16  # after so many the squares of the prototypes are summed anew
BLOCK_UNITS = 64  # prototypes made at a time, which stay in the cache meanwhile


class OnlineTraining:
    """Epochs of online learning.

    Parameters
    ----------
    rules : MapRules
        How the map learns.
    prototypes : array of shape (n_units, n_features)
        Changed in place.
    blocks : callable
        Gives the blocks of examples of an epoch, each an array of shape (n_rows, n_features).
    random : numpy.random.Generator or None
        For the order of the examples within each block, anew every epoch; None keeps the order of the data.
    center : array of shape (n_features,)
        Mean of the data.
    """

    is_at_rest = False  # a step always moves something
    survey: Survey | None = None  # of the last prototypes: not made

    def __init__(
        self,
        rules: MapRules,
        prototypes: Floats,
        blocks: Callable[[], Iterator[Floats]],
        random: np.random.Generator | None,
        center: Floats,
    ) -> None:
        self._rules = rules
        self._prototypes = prototypes
        self._blocks = blocks
        self._random = random
        self._center = center

    def epoch(self, step: int) -> tuple[dict[str, float], int]:
        """Learn one epoch.

        Parameters
        ----------
        step : int
            Updates made before.

        Returns
        -------
        columns : dict of str to float
            Errors met on the way, and radius and learning rate of the last step.
        n_updates : int
            Examples learned.
        """
        rules = self._rules
        assert rules.learning_rate is not None
        tally, radii, rates = Tally(rules.grid), np.zeros(1), np.zeros(1)
        for rows in self._blocks():
            n_rows = len(rows)
            steps = step + tally.n_examples + np.arange(n_rows)
            radii, rates = rules.radius.rates(steps), rules.learning_rate.rates(steps)
            order = np.arange(n_rows) if self._random is None else self._random.permutation(n_rows)
            is_whole = not has_gaps(rows)
            if rules.metric is Metric.EUCLIDEAN and rows.shape[1] >= MANY_FEATURES and is_whole:
                self._learn_wide(rows, order, radii, rates, tally)
            else:
                self._learn(rows, order, radii, rates, tally, has_holes=not is_whole)
        last = {"radius": float(radii[-1]), "learning_rate": float(rates[-1])}
        return {**tally.columns(), **last}, tally.n_examples

    def _learn(
        self, rows: Floats, order: NDArray[np.intp], radii: Floats, rates: Floats, tally: Tally, *, has_holes: bool
    ) -> None:
        dtype = self._prototypes.dtype
        codebook = np.array(self._prototypes.T, order="C", copy=True)
        distances, squares, n_torn = learn_online(
            int(self._rules.metric),
            int(self._rules.kind),
            rows,
            order,
            radii,  # in double precision, or rounding decides who is within a disc
            rates.astype(dtype),
            *self._grid_numbers(),
            has_holes,
            codebook,
        )
        self._prototypes[:] = codebook.T
        tally.count(distances, squares, n_torn, len(rows))

    def _learn_wide(self, rows: Floats, order: NDArray[np.intp], radii: Floats, rates: Floats, tally: Tally) -> None:
        dtype, n_units = self._prototypes.dtype, len(self._prototypes)
        moved = self._prototypes - self._center  # far from zero, squares minus products would lose their digits
        kept, shares = np.empty(n_units, dtype), np.empty((BLOCK_ROWS, n_units), dtype)
        grid_numbers = self._grid_numbers()
        with ONE_BLAS_THREAD:
            for start in range(0, len(rows), BLOCK_ROWS):
                part = slice(start, start + BLOCK_ROWS)
                if start % (BLOCK_ROWS * BLOCKS_TO_DRIFT) == 0:
                    squares_of_prototypes = np.vecdot(moved, moved)  # the kernel carries them on, rounding by rounding
                examples = rows[order[part]] - self._center
                distances, squares, n_torn = learn_block(
                    int(self._rules.kind),
                    examples @ moved.T,
                    examples @ examples.T,
                    radii[part],
                    rates[part].astype(dtype),
                    *grid_numbers,
                    squares_of_prototypes,
                    kept,
                    shares[: len(examples)],
                )
                for first in range(0, n_units, BLOCK_UNITS):
                    units = slice(first, first + BLOCK_UNITS)
                    gained = shares[: len(examples), units].T @ examples
                    moved[units] *= kept[units, np.newaxis]
                    moved[units] += gained
                tally.count(distances, squares, n_torn, len(examples))
        self._prototypes[:] = moved + self._center

    def _grid_numbers(self) -> tuple[Any, ...]:
        """What the kernels know of the grid: its tables, who is a neighbor, and what is too small to matter."""
        grid, dtype = self._rules.grid, self._prototypes.dtype
        return (
            grid.row_squares.astype(dtype),
            grid.column_squares.astype(dtype),
            grid.row_shifts,
            grid.reach() ** 2,
            SMALLEST_RADIUS,
            float(np.finfo(dtype).eps) / 16,  # a smaller pull is lost in rounding
        )
