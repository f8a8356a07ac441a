"""Weights as a few factors: a field is an inner product of a unit's column with the overlaps of the state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.memories.couplings import Couplings
from sinapsi.memories.kernels import anneal_by_factors, recall_by_factors
from sinapsi.memories.landscape import Visitor
from sinapsi.memories.two_valued import States
from sinapsi.memories.visit_order import Visits

SIDE_BY_SIDE = 8  # numbers that an inner product takes at a time; columns are filled up with zeros
OVERLAP_BYTES = 2**15  # of the overlaps of a group of probes, so that they stay in the cache beside a column


class FactoredCouplings(Couplings):
    """Weights as a few factors.

    Parameters
    ----------
    vectors : sequence of array of shape (n_vectors, n_units)
        Factors v_r, in blocks.
    signs : array of shape (n_factors,)
        Their weights, of either sign.
    divisor : float, default=1.0
        Of all weights.
    resolution, largest : float
        As in :class:`Couplings`.
    """

    def __init__(
        self,
        vectors: Sequence[NDArray[Any]],
        signs: Floats,
        *,
        divisor: float = 1.0,
        resolution: float = 0.0,
        largest: float = np.inf,
    ) -> None:
        super().__init__(vectors[0].shape[1], divisor, resolution, largest)
        self._vectors = vectors
        self._n_factors = len(signs)
        n_padded = -(-len(signs) // SIDE_BY_SIDE) * SIDE_BY_SIDE
        self._signs = np.zeros(n_padded, dtype=self.dtype)
        self._signs[: len(signs)] = signs

    @cached_property
    def _columns(self) -> Floats:
        """Of shape (n_units, n_factors): what a visit to a unit reads lies together."""
        columns = np.zeros((self.n_units, len(self._signs)), dtype=self.dtype)
        start = 0
        for block in self._vectors:
            columns[:, start : start + len(block)] = block.T
            start += len(block)
        return columns

    @cached_property
    def _self_couplings(self) -> Floats:
        own: Floats = np.einsum("ir,ir,r->i", self._columns, self._columns, self._signs)
        return own

    @property
    def cost(self) -> int:
        """Elementary operations of a sweep of one probe."""
        return self.n_units * len(self._signs)

    @property
    def group_size(self) -> int:
        """Probes whose overlaps fit in the cache."""
        return max(4, OVERLAP_BYTES // (len(self._signs) * np.dtype(self.dtype).itemsize))

    def _overlaps(self, states: States) -> Floats:
        overlaps: Floats = states.astype(self.dtype) @ self._columns
        overlaps *= self._signs
        return overlaps

    def undivided_fields(self, states: States) -> Floats:
        fields: Floats = self._overlaps(states) @ self._columns.T
        fields -= self._self_couplings * states
        return fields

    def matrix(self) -> NDArray[np.float64]:
        n_factors = self._n_factors
        products = weighted_products(self._columns[:, :n_factors], self._signs[:n_factors])
        whole: NDArray[np.float64] = np.divide(products, self.divisor, dtype=np.float64)
        np.fill_diagonal(whole, 0.0)
        return whole

    def visitor(self, states: States) -> Visitor:
        overlaps = self._overlaps(states)

        def visit(
            visits: Visits,
            kept: States,
            states: States,
            progress: NDArray[np.int64],
            changed: NDArray[np.int64],
        ) -> None:
            recall_by_factors(
                self._columns,
                self._signs,
                self._self_couplings,
                overlaps,
                self.resolution,
                visits.units,
                visits.whole_since,
                visits.start,
                visits.stop,
                kept,
                states,
                progress,
                changed,
            )

        return visit

    def heated_visitor(self, states: States, inverse_temperature: float, seeds: NDArray[np.uint64]) -> Visitor:
        overlaps = self._overlaps(states)

        def visit(
            visits: Visits,
            kept: States,
            states: States,
            progress: NDArray[np.int64],
            changed: NDArray[np.int64],
        ) -> None:
            anneal_by_factors(
                self._columns,
                self._signs,
                self._self_couplings,
                overlaps,
                inverse_temperature,
                visits.units,
                seeds,
                kept,
                states,
                progress,
                changed,
            )

        return visit


def weighted_products(columns: Floats, signs: Floats) -> Floats:
    """Sum sign v v' over factors.

    Parameters
    ----------
    columns : array of shape (n_units, n_factors)
        Factors v.
    signs : array of shape (n_factors,)
        Their weights.

    Returns
    -------
    array of shape (n_units, n_units)
        Symmetric to the last bit.
    """
    if (signs == 1).all():
        plain: Floats = columns @ columns.T  # half the work, and symmetric
        return plain
    half: Floats = (columns * signs) @ columns.T
    return 0.5 * (half + half.T)
