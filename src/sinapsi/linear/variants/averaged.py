"""The averaged perceptron: it answers with the mean of all weights it had while learning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.linear.variants import kernels
from sinapsi.linear.variants.memory import Kept, SeparateMemory


class Averaged(SeparateMemory):
    """The mean of the weights over all presentations since learning began (Freund and Schapire 1999).

    Adding up the weights at every presentation would cost as much as learning. Instead each correction is noted with
    the number of presentations that were over: so much of it is missing in the sum.
    """

    @staticmethod
    def begin(coef: Floats, intercept: Floats, *, together: bool) -> Kept:
        """Give copies of the start, and sums in double precision."""
        return {
            "coef": coef.copy(),
            "intercept": intercept.copy(),
            "coef_lag": np.zeros(coef.shape),
            "intercept_lag": np.zeros(intercept.shape),
            "n_presentations": np.zeros(1, dtype=np.int64),
        }

    def learn_neuron(self, k: int, signed_weights: Floats, order: NDArray[np.intp], rates: Floats) -> tuple[int, float]:
        """Correct, and note when."""
        n_corrections, criterion = kernels.learn_averaged(
            *self._rows,
            signed_weights,
            order,
            rates,
            self._n_before,
            self.coef[k],
            self.intercept[k : k + 1],
            self._kept["coef_lag"][k],
            self._kept["intercept_lag"][k : k + 1],
        )
        return int(n_corrections), float(criterion)

    def learn_together(
        self, labels: NDArray[np.intp], weights: Floats, order: NDArray[np.intp], rates: Floats
    ) -> tuple[int, float]:
        """Correct, and note when."""
        n_corrections, criterion = kernels.learn_averaged_kesler(
            *self._rows,
            labels,
            weights,
            order,
            rates,
            self._n_before,
            self.coef,
            self.intercept,
            self._kept["coef_lag"],
            self._kept["intercept_lag"],
        )
        return int(n_corrections), float(criterion)

    @property
    def _n_before(self) -> int:
        return int(self._kept["n_presentations"][0])

    def end_pass(self, n_presentations: int) -> None:
        """Take the mean anew."""
        self._kept["n_presentations"] += n_presentations
        coef, intercept = self._answering
        coef[...] = self.coef - self._kept["coef_lag"] / self._n_before
        intercept[...] = self.intercept - self._kept["intercept_lag"] / self._n_before
