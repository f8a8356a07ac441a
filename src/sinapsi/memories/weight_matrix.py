"""Weights as a matrix: the fields of a state are kept, and a change of a unit moves them by a row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.memories.couplings import Couplings
from sinapsi.memories.kernels import anneal_by_weights, recall_by_weights
from sinapsi.memories.landscape import Visitor
from sinapsi.memories.two_valued import States
from sinapsi.memories.visit_order import Visits


class WeightMatrix(Couplings):
    """Weights as a matrix.

    Parameters
    ----------
    weights : array of shape (n_units, n_units)
        Symmetric, with an empty diagonal, before division.
    divisor : float, default=1.0
        Of all weights.
    resolution, largest : float
        As in :class:`Couplings`.
    """

    def __init__(
        self, weights: Floats, *, divisor: float = 1.0, resolution: float = 0.0, largest: float = np.inf
    ) -> None:
        super().__init__(len(weights), divisor, resolution, largest)
        self._weights = np.ascontiguousarray(weights, dtype=self.dtype)

    @property
    def cost(self) -> int:
        """Elementary operations of a recall of one probe that changes a tenth of its units."""
        return self.n_units * max(1, self.n_units // 10)

    @property
    def group_size(self) -> int:
        """Probes whose first fields come from one product."""
        return 256

    def undivided_fields(self, states: States) -> Floats:
        fields: Floats = states.astype(self.dtype) @ self._weights
        return fields

    def matrix(self) -> NDArray[np.float64]:
        return self._weights.astype(np.float64) / self.divisor

    def visitor(self, states: States) -> Visitor:
        fields = self.undivided_fields(states)

        def visit(
            visits: Visits,
            kept: States,
            states: States,
            progress: NDArray[np.int64],
            changed: NDArray[np.int64],
        ) -> None:
            recall_by_weights(
                self._weights,
                fields,
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
        fields = self.undivided_fields(states)

        def visit(
            visits: Visits,
            kept: States,
            states: States,
            progress: NDArray[np.int64],
            changed: NDArray[np.int64],
        ) -> None:
            anneal_by_weights(
                self._weights, fields, inverse_temperature, visits.units, seeds, kept, states, progress, changed
            )

        return visit
