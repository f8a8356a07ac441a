"""The pocket algorithm: it answers with the best weights met so far."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.linear.variants import kernels
from sinapsi.linear.variants.memory import Kept, SeparateMemory


class Pocket(SeparateMemory):
    """The weights with the fewest errors on the examples, kept with a ratchet (Gallant 1990).

    To count all errors at each presentation would be too dear. Good weights make long runs of right answers, so those
    are counted whose run exceeds that of the weights in the pocket; once, and only until they have as many errors as
    these. They replace them if they make fewer: the ratchet. The last weights of each pass are counted too. An example
    of weight w counts as w. Neurons that learn by themselves have a pocket each.
    """

    @staticmethod
    def begin(coef: Floats, intercept: Floats, *, together: bool) -> Kept:
        """Give copies of the start and an empty tally; the pocket itself is what is answered with."""
        tally = np.zeros((1 if together else len(coef), 4))
        return {"coef": coef.copy(), "intercept": intercept.copy(), "tally": tally}

    def meet_neuron(self, k: int, signed_weights: Floats) -> None:
        """Count the errors of the weights in the pocket on these examples."""
        self._tally[k, kernels.ERRORS] = kernels.error_of(*self._rows, signed_weights, *self._pocket_of(k), np.inf)

    def meet_together(self, labels: NDArray[np.intp], weights: Floats) -> None:
        """Count the errors of the weights in the pocket on these examples."""
        error = kernels.error_of_kesler(*self._rows, labels, weights, *self._answering, np.inf)
        self._tally[0, kernels.ERRORS] = error

    def learn_neuron(self, k: int, signed_weights: Floats, order: NDArray[np.intp], rates: Floats) -> tuple[int, float]:
        """Correct, and look for better weights on the way."""
        weights, tally = (self.coef[k], self.intercept[k : k + 1]), self._tally[k]
        n_corrections, criterion = kernels.learn_pocket(
            *self._rows, signed_weights, order, rates, *weights, *self._pocket_of(k), tally
        )
        if tally[kernels.STATE] == kernels.NOT_COUNTED:
            self._judge(k, kernels.error_of(*self._rows, signed_weights, *weights, tally[kernels.ERRORS]))
        return int(n_corrections), float(criterion)

    def learn_together(
        self, labels: NDArray[np.intp], weights: Floats, order: NDArray[np.intp], rates: Floats
    ) -> tuple[int, float]:
        """Correct, and look for better weights on the way."""
        presented, present, tally = (labels, weights), (self.coef, self.intercept), self._tally[0]
        n_corrections, criterion = kernels.learn_pocket_kesler(
            *self._rows, *presented, order, rates, *present, *self._answering, tally
        )
        if tally[kernels.STATE] == kernels.NOT_COUNTED:
            self._judge(0, kernels.error_of_kesler(*self._rows, *presented, *present, tally[kernels.ERRORS]))
        return int(n_corrections), float(criterion)

    def _judge(self, k: int, error: float) -> None:
        """The last weights of a pass are always counted, so that the pocket is never worse than they are."""
        tally = self._tally[k]
        tally[kernels.STATE] = kernels.REFUSED
        if error < tally[kernels.ERRORS]:
            (coef, intercept), (pocket_coef, pocket_intercept) = self._of(k), self._pocket_of(k)
            pocket_coef[...], pocket_intercept[...] = coef, intercept
            tally[kernels.ERRORS], tally[kernels.STATE] = error, kernels.IN_POCKET
            tally[kernels.POCKET_RUN] = max(tally[kernels.POCKET_RUN], tally[kernels.RUN])

    @property
    def _tally(self) -> Any:
        return self._kept["tally"]

    @property
    def _is_one(self) -> bool:
        return len(self._tally) < len(self.coef)

    def _of(self, k: int) -> tuple[Floats, Floats]:
        return (self.coef, self.intercept) if self._is_one else (self.coef[k], self.intercept[k : k + 1])

    def _pocket_of(self, k: int) -> tuple[Floats, Floats]:
        coef, intercept = self._answering
        return (coef, intercept) if self._is_one else (coef[k], intercept[k : k + 1])
