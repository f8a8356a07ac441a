"""One pass of the perceptron rule over the examples: each class against the rest, or all together (Kesler)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.estimator import Floats
from sinapsi.labels import signed_targets
from sinapsi.linear import kernels
from sinapsi.linear.fields import fields_of, rows_of
from sinapsi.validation import ExampleSet


class PerceptronRule(ABC):
    """The rule with the examples it corrects and the weights it changes in place.

    Parameters
    ----------
    examples : ExampleSet
        With class indices as targets.
    coef : array of shape (n_outputs, n_features)
        Weights, changed in place.
    intercept : array of shape (n_outputs,)
        Biases, changed in place.
    order : {"shuffled", "cyclic", "worst"}
        In which order the examples are met.
    """

    def __init__(self, examples: ExampleSet, coef: Floats, intercept: Floats, order: str) -> None:
        self.n_corrections = 0
        self._examples = examples
        self._coef = coef
        self._intercept = intercept
        self._order = order
        self._rows = rows_of(examples.inputs)
        self._given_order = np.empty(0, dtype=np.intp)  # what the kernels take for 0, 1, 2, ...

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
    def criterion(self, examples: ExampleSet) -> float:
        """Average the perceptron criterion over some examples.

        Parameters
        ----------
        examples : ExampleSet
            Which.

        Returns
        -------
        float
            Mean distance of the wrong fields from the right side, 0 when all are right.
        """

    @property
    def n_presentations(self) -> int:
        """Examples that meet the rule in a pass."""
        return 1 if self._order == "worst" else len(self._examples)

    def _order_of_pass(self, random: np.random.Generator) -> NDArray[np.intp]:
        return random.permutation(len(self._examples)) if self._order == "shuffled" else self._given_order

    def _run(self, kernel: str, *arguments: Any) -> tuple[int, float]:
        suffix = "_csr" if len(self._rows) > 1 else ""
        n_corrections, criterion = getattr(kernels, kernel + suffix)(*self._rows, *arguments)
        return int(n_corrections), float(criterion)


class OneVersusRest(PerceptronRule):
    """Every output neuron learns its class against the rest, by itself; with two classes there is one neuron."""

    def __init__(self, examples: ExampleSet, coef: Floats, intercept: Floats, order: str) -> None:
        super().__init__(examples, coef, intercept, order)
        self._signed = _signed_weights(examples, len(coef), coef.dtype)
        self._has_settled = [False] * len(coef)  # a neuron without a mistake in a whole pass makes none later

    def learn(self, random: np.random.Generator, rates: Floats) -> tuple[int, float]:
        order = self._order_of_pass(random)
        n_misclassified, n_corrections, criterion = 0, 0, 0.0
        for k in np.flatnonzero(~np.array(self._has_settled)):
            if self._order == "worst":
                margins = self._signed[k] * fields_of(self._examples.inputs, self._coef, self._intercept)[:, k]
                order = np.array([margins.argmin()])
                n_misclassified += int((margins <= 0).sum())
                criterion += float(np.maximum(-margins, 0).sum())
            corrections, distance = self._run(
                "learn_perceptron",
                self._signed[k],
                order,
                rates,
                self._coef[k],
                self._intercept[k : k + 1],
            )
            self._has_settled[k] = corrections == 0
            n_corrections += corrections
            criterion += 0.0 if self._order == "worst" else distance
        self.n_corrections = n_corrections
        return n_misclassified if self._order == "worst" else n_corrections, criterion

    def criterion(self, examples: ExampleSet) -> float:
        fields = fields_of(examples.inputs, self._coef, self._intercept)
        margins = _signed_weights(examples, len(self._coef), self._coef.dtype).T * fields
        return float(np.average(np.maximum(-margins, 0).sum(axis=1), weights=examples.weights))


class Kesler(PerceptronRule):
    """All output neurons learn together: the own class is drawn nearer, the strongest rival pushed away."""

    def learn(self, random: np.random.Generator, rates: Floats) -> tuple[int, float]:
        order = self._order_of_pass(random)
        n_misclassified, total = 0, 0.0
        if self._order == "worst":
            margins = self._margins(self._examples)
            order = np.array([margins.argmin()])
            n_misclassified = int((margins <= 0).sum())
            total = float(np.maximum(-margins, 0).sum())
        weights = self._examples.weights
        if weights is None:
            weights = np.ones(len(self._examples), dtype=self._coef.dtype)
        self.n_corrections, criterion = self._run(
            "learn_kesler", self._examples.targets, weights, order, rates, self._coef, self._intercept
        )
        return (n_misclassified, total) if self._order == "worst" else (self.n_corrections, criterion)

    def criterion(self, examples: ExampleSet) -> float:
        return float(np.average(np.maximum(-self._margins(examples), 0), weights=examples.weights))

    def _margins(self, examples: ExampleSet) -> Floats:
        """By how much the field of the own class exceeds that of the strongest rival."""
        fields = fields_of(examples.inputs, self._coef, self._intercept)
        rows = np.arange(len(examples))
        own = fields[rows, examples.targets].copy()
        fields[rows, examples.targets] = -np.inf
        return np.asarray(own - fields.max(axis=1))


def _signed_weights(examples: ExampleSet, n_outputs: int, dtype: np.dtype[Any]) -> Floats:
    """+weight where the neuron must fire, -weight where it must not; shape (n_outputs, n_samples)."""
    signs = np.ascontiguousarray(signed_targets(examples.targets, max(n_outputs, 2)).T, dtype=dtype)
    return signs if examples.weights is None else signs * examples.weights
