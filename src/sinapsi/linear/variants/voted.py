"""The voted perceptron: all weights it had while learning vote, each as often as it survived a presentation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.linear.fields import both_forms_of
from sinapsi.linear.variants import kernels
from sinapsi.linear.variants.memory import Kept, Memory

LARGEST_ELECTORATE = 2**30  # bytes of all weights kept
FIRST_ROOM = 64  # voters
FIELDS_AT_A_TIME = 2**18  # numbers held while votes are counted, few enough for the cache


class Voted(Memory):
    """All weights and how long each survived (Freund and Schapire 1999); the last ones are corrected further.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        The examples to learn from.
    answering : tuple of array of shape (n_outputs, n_features) and array of shape (n_outputs,)
        The last weights and biases, changed in place.
    kept : dict of str to list of array
        The voters, with their biases in the last column, and how many presentations each survived: one array a
        neuron, or a single one where all learn together.
    """

    def __init__(self, inputs: Any, answering: tuple[Floats, Floats], kept: Kept) -> None:
        super().__init__(inputs, answering, kept)
        self._rows = both_forms_of(inputs)
        # Of each list: where the present weights stand, and how long they have survived. What is beyond is no more
        # when the fit goes back to this state.
        self._marks = np.array([[len(s) - 1, s[-1]] for s in kept["survivals"]], dtype=np.int64)
        for k in range(len(self._marks)):
            self._make_room(k)

    @staticmethod
    def begin(coef: Floats, intercept: Floats, *, together: bool) -> Kept:
        """Give the start as the first voter, which has not survived anything yet."""
        start = np.concatenate([coef, intercept[:, np.newaxis]], axis=1)
        voters = [start[np.newaxis]] if together else [row[np.newaxis].copy() for row in start]
        return {"voters": voters, "survivals": [np.zeros(1, dtype=np.int64) for _ in voters]}

    @property
    def state(self) -> list[NDArray[Any]]:
        """The last weights, and up to where the lists are valid."""
        return [*self._answering, self._marks]

    def learn_neuron(self, k: int, signed_weights: Floats, order: NDArray[np.intp], rates: Floats) -> tuple[int, float]:
        """Correct, and keep the weights after each correction."""
        weights = self.coef[k], self.intercept[k : k + 1]
        return self._learn(kernels.learn_voted, k, (signed_weights, order, rates), weights)

    def learn_together(
        self, labels: NDArray[np.intp], weights: Floats, order: NDArray[np.intp], rates: Floats
    ) -> tuple[int, float]:
        """Correct, and keep the weights after each correction."""
        return self._learn(kernels.learn_voted_kesler, 0, (labels, weights, order, rates), (self.coef, self.intercept))

    def _learn(
        self, kernel: Any, k: int, presented: tuple[Any, ...], weights: tuple[Floats, Floats]
    ) -> tuple[int, float]:
        order = presented[-2]
        n_presentations = len(order) or self._inputs.shape[0]
        first, n_corrections, criterion = 0, 0, 0.0
        while True:
            voters, survivals = self._kept["voters"][k], self._kept["survivals"][k]
            last = int(self._marks[k, 0])
            first, last, corrections, distance = kernel(
                *self._rows, *presented, first, *weights, voters, survivals, last
            )
            self._marks[k] = last, survivals[last]
            n_corrections += int(corrections)
            criterion += float(distance)
            if first == n_presentations:
                return n_corrections, criterion
            self._make_room(k)

    def _make_room(self, k: int) -> None:
        """Twice the room for voters, in new arrays; those of before stay as they were."""
        voters, survivals, n_voters = self._kept["voters"][k], self._kept["survivals"][k], int(self._marks[k, 0]) + 1
        allowed = max(1, LARGEST_ELECTORATE // (len(self._marks) * voters[0].nbytes))
        if n_voters >= allowed:
            raise InvalidParameterError(
                f"variant='voted' keeps the weights after every correction, here more than {n_voters} times "
                f"{voters[0].size} numbers. Expected at most {LARGEST_ELECTORATE / 2**30:.3g} GiB in all. Lower "
                "max_iter, or use variant='averaged', which keeps only their mean and is nearly as good."
            )
        room = min(max(2 * n_voters, FIRST_ROOM), allowed)
        self._kept["voters"][k] = np.empty((room, *voters.shape[1:]), dtype=voters.dtype)
        self._kept["voters"][k][:n_voters] = voters[:n_voters]
        self._kept["survivals"][k] = np.zeros(room, dtype=np.int64)
        self._kept["survivals"][k][:n_voters] = survivals[:n_voters]

    def rest(self, k: int, n_presentations: int) -> None:
        """The last weights survive all of them."""
        last = int(self._marks[k, 0])
        self._kept["survivals"][k][last] += n_presentations
        self._marks[k, 1] = self._kept["survivals"][k][last]

    def end(self) -> None:
        """Forget the unused room, and the voters that came after the state worth keeping."""
        self._kept.update({name: [array.copy() for array in arrays] for name, arrays in self._electorate().items()})

    def fields(self, inputs: Any) -> Floats:
        """Let all vote."""
        return shares_of_votes(inputs, self._electorate())

    def _electorate(self) -> Kept:
        for survivals, (last, survived) in zip(self._kept["survivals"], self._marks, strict=True):
            survivals[last] = survived
        return {
            name: [array[: last + 1] for array, last in zip(arrays, self._marks[:, 0], strict=True)]
            for name, arrays in self._kept.items()
        }


def shares_of_votes(inputs: Any, kept: Kept) -> Floats:
    """Give the outcome of the vote.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        Examples.
    kept : dict of str to list of array
        What :class:`Voted` left.

    Returns
    -------
    array of shape (n_samples, n_outputs)
        For neurons that learned by themselves the share of votes for firing minus the share against it, in [-1, 1];
        where all learned together, the share of votes for each class. Of the floating type of the voters.
    """
    shares = [
        _count(inputs, voters, survivals if survivals.any() else np.ones(len(survivals)))
        for voters, survivals in zip(kept["voters"], kept["survivals"], strict=True)
    ]
    return np.concatenate(shares, axis=1).astype(kept["voters"][0].dtype)


def _count(inputs: Any, voters: Floats, survivals: NDArray[Any]) -> NDArray[np.float64]:
    """Weighted mean of the signs of one neuron, or of the votes for each class."""
    n_samples = inputs.shape[0]
    n_classes = voters.shape[1] if voters.ndim == 3 else 1
    at_a_time = max(1, FIELDS_AT_A_TIME // (n_samples * n_classes))
    counted = np.zeros((n_samples, n_classes))
    for start in range(0, len(voters), at_a_time):
        block = voters[start : start + at_a_time].reshape(-1, voters.shape[-1])
        ballots = survivals[start : start + at_a_time].astype(np.float64)
        fields = np.asarray(inputs @ block[:, :-1].T)
        fields += block[:, -1]
        if voters.ndim == 3:
            choices = fields.reshape(n_samples, -1, n_classes).argmax(axis=2)
            for label in range(n_classes):
                counted[:, label] += (choices == label) @ ballots
        else:
            counted[:, 0] += np.sign(fields, out=fields) @ ballots
    return np.asarray(counted / survivals.sum())
