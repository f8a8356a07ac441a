"""One pass of the perceptron rule over the examples: each class against the rest, or all together (Kesler)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.labels import signed_targets
from sinapsi.linear.fields import both_forms_of, fields_of
from sinapsi.linear.variants import kernels
from sinapsi.linear.variants.memory import Memory
from sinapsi.validation import ExampleSet


class PerceptronRule(ABC):
    """The rule with the examples it corrects and the weights it changes in place.

    Parameters
    ----------
    examples : ExampleSet
        With class indices as targets.
    memory : Memory
        Holds the weights that are corrected, and does with them what its variant wants.
    order : {"shuffled", "cyclic", "worst"}
        In which order the examples are met.
    """

    def __init__(self, examples: ExampleSet, memory: Memory, order: str) -> None:
        self.n_corrections = 0
        self._examples = examples
        self._memory = memory
        self._order = order
        self._given_order = np.empty(0, dtype=np.intp)  # what the kernels take for 0, 1, 2, ...
        self._presented: dict[int, tuple[NDArray[np.intp], int]] = {}  # neuron -> order and corrections of the pass

    @abstractmethod
    def learn(self, random: np.random.Generator, rates: Floats) -> tuple[int, float]:
        """Go once through the examples; ``n_corrections`` then says how many corrections were made.

        Parameters
        ----------
        random : numpy.random.Generator
            Source of a shuffled order.
        rates : array of shape (n_samples,) or (1,)
            Learning rate of each presentation, or one for all.

        Returns
        -------
        n_misclassified : int
            Examples found misclassified, summed over neurons that learn by themselves.
        criterion : float
            Sum of how far the wrong fields were on the wrong side.
        """

    @abstractmethod
    def criterion(self, fields: Floats, examples: ExampleSet) -> float:
        """Average the perceptron criterion over some examples.

        Parameters
        ----------
        fields : array of shape (n_samples, n_outputs)
            What is answered.
        examples : ExampleSet
            Which.

        Returns
        -------
        float
            Mean distance of the wrong fields from the right side, 0 when all are right.
        """

    @abstractmethod
    def moves(self, coef: Floats, intercept: Floats, rates: Floats) -> Iterator[tuple[int, Floats, Floats]]:
        """Go through the last pass again, correction by correction.

        Parameters
        ----------
        coef : array of shape (n_outputs, n_features)
            Weights before the pass, changed in place.
        intercept : array of shape (n_outputs,)
            Biases before the pass, changed in place.
        rates : array of shape (n_samples,) or (1,)
            Learning rates of the pass.

        Yields
        ------
        example : int
            The row that was misclassified; where several neurons correct themselves on it, each makes a move.
        coef : array of shape (n_outputs, n_features)
            The weights after the correction.
        intercept : array of shape (n_outputs,)
            The biases after it.
        """

    @property
    def n_presentations(self) -> int:
        """Examples that meet the rule in a pass."""
        return 1 if self._order == "worst" else len(self._examples)

    def _order_of_pass(self, random: np.random.Generator) -> NDArray[np.intp]:
        return random.permutation(len(self._examples)) if self._order == "shuffled" else self._given_order

    def _trace(
        self, kernel: Any, k: int, presented: tuple[Any, ...], rates: Floats, weights: tuple[Floats, Floats]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """Presentations and rows of the corrections of neuron k in the last pass, and its weights after each."""
        order, n_corrections = self._presented[k]
        shape = (n_corrections + 1, *weights[0].shape[:-1], weights[0].shape[-1] + 1)
        voters, survivals = np.empty(shape, dtype=weights[0].dtype), np.zeros(n_corrections + 1, dtype=np.int64)
        kernel(*both_forms_of(self._examples.inputs), *presented, order, rates, 0, *weights, voters, survivals, 0)
        places = np.cumsum(survivals)[:-1]
        return places, order[places] if len(order) else places, voters[1:]


class OneVersusRest(PerceptronRule):
    """Every output neuron learns its class against the rest, by itself; with two classes there is one neuron."""

    def __init__(self, examples: ExampleSet, memory: Memory, order: str) -> None:
        super().__init__(examples, memory, order)
        self._signed = _signed_weights(examples, len(memory.coef), memory.coef.dtype)
        self._has_settled = [False] * len(memory.coef)  # a neuron without a mistake in a whole pass makes none later
        for k, signed in enumerate(self._signed):
            memory.meet_neuron(k, signed)

    def learn(self, random: np.random.Generator, rates: Floats) -> tuple[int, float]:
        order = self._order_of_pass(random)
        n_misclassified, n_corrections, criterion = 0, 0, 0.0
        self._presented = {}
        for k in range(len(self._signed)):
            if self._has_settled[k]:
                self._memory.rest(k, self.n_presentations)
                continue
            if self._order == "worst":
                order, n_wrong, distance_of_wrong = self._worst(k)
                n_misclassified += n_wrong
                criterion += distance_of_wrong
            corrections, distance = self._memory.learn_neuron(k, self._signed[k], order, rates)
            self._has_settled[k] = corrections == 0
            self._presented[k] = order, corrections
            n_corrections += corrections
            criterion += 0.0 if self._order == "worst" else distance
        self.n_corrections = n_corrections
        self._memory.end_pass(self.n_presentations)
        return n_misclassified if self._order == "worst" else n_corrections, criterion

    def _worst(self, k: int) -> tuple[NDArray[np.intp], int, float]:
        """The example on which neuron k errs worst, how many it errs on, and how far these are off."""
        fields = fields_of(self._examples.inputs, self._memory.coef, self._memory.intercept)
        margins = self._signed[k] * fields[:, k]
        return np.array([margins.argmin()]), int((margins <= 0).sum()), float(np.maximum(-margins, 0).sum())

    def criterion(self, fields: Floats, examples: ExampleSet) -> float:
        margins = _signed_weights(examples, fields.shape[1], fields.dtype).T * fields
        return float(np.average(np.maximum(-margins, 0).sum(axis=1), weights=examples.weights))

    def moves(self, coef: Floats, intercept: Floats, rates: Floats) -> Iterator[tuple[int, Floats, Floats]]:
        found: list[tuple[int, int, int, Floats]] = []
        for k in self._presented:
            weights = coef[k].copy(), intercept[k : k + 1].copy()
            places, rows, after = self._trace(kernels.learn_voted, k, (self._signed[k],), rates, weights)
            found.extend(zip(places.tolist(), [k] * len(rows), rows.tolist(), after, strict=True))
        for _, k, row, after in sorted(found, key=lambda move: move[:2]):
            coef[k], intercept[k] = after[:-1], after[-1]
            yield row, coef, intercept


class Kesler(PerceptronRule):
    """All output neurons learn together: the own class is drawn nearer, the strongest rival pushed away."""

    def __init__(self, examples: ExampleSet, memory: Memory, order: str) -> None:
        super().__init__(examples, memory, order)
        weights = examples.weights
        self._weights = np.ones(len(examples), dtype=memory.coef.dtype) if weights is None else weights
        memory.meet_together(examples.targets, self._weights)

    def learn(self, random: np.random.Generator, rates: Floats) -> tuple[int, float]:
        order = self._order_of_pass(random)
        n_misclassified, total = 0, 0.0
        if self._order == "worst":
            fields = fields_of(self._examples.inputs, self._memory.coef, self._memory.intercept)
            margins = self._margins(fields, self._examples)
            order = np.array([margins.argmin()])
            n_misclassified = int((margins <= 0).sum())
            total = float(np.maximum(-margins, 0).sum())
        self.n_corrections, criterion = self._memory.learn_together(self._examples.targets, self._weights, order, rates)
        self._presented = {0: (order, self.n_corrections)}
        self._memory.end_pass(self.n_presentations)
        return (n_misclassified, total) if self._order == "worst" else (self.n_corrections, criterion)

    def criterion(self, fields: Floats, examples: ExampleSet) -> float:
        return float(np.average(np.maximum(-self._margins(fields, examples), 0), weights=examples.weights))

    def moves(self, coef: Floats, intercept: Floats, rates: Floats) -> Iterator[tuple[int, Floats, Floats]]:
        presented = self._examples.targets, self._weights
        _, rows, after = self._trace(kernels.learn_voted_kesler, 0, presented, rates, (coef, intercept))
        for row, weights in zip(rows.tolist(), after, strict=True):
            yield row, weights[:, :-1], weights[:, -1]

    def _margins(self, fields: Floats, examples: ExampleSet) -> Floats:
        """By how much the field of the own class exceeds that of the strongest rival."""
        rows = np.arange(len(examples))
        own = fields[rows, examples.targets].copy()
        others = fields.copy()
        others[rows, examples.targets] = -np.inf
        return np.asarray(own - others.max(axis=1))


def _signed_weights(examples: ExampleSet, n_outputs: int, dtype: np.dtype[Any]) -> Floats:
    """+weight where the neuron must fire, -weight where it must not; shape (n_outputs, n_samples)."""
    signs = np.ascontiguousarray(signed_targets(examples.targets, max(n_outputs, 2)).T, dtype=dtype)
    return signs if examples.weights is None else signs * examples.weights
