"""The examples a fit learns from, and those it holds out to see how well it generalizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidInputError


@dataclass(frozen=True)
class ExampleSet:
    """Inputs with their wanted answers, after the door.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        X.
    targets : array of shape (n_samples,) or (n_samples, n_outputs)
        Class indices or wanted outputs.
    weights : array of shape (n_samples,), optional
        Weight of each example; None when all weigh the same.
    """

    inputs: Any
    targets: NDArray[Any]
    weights: Floats | None = None

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, rows: NDArray[np.intp] | slice) -> ExampleSet:
        """Give the examples in some rows.

        Parameters
        ----------
        rows : array of int, or slice
            Which.

        Returns
        -------
        ExampleSet
            A copy of these rows, or views of a slice.
        """
        weights = None if self.weights is None else self.weights[rows]
        return ExampleSet(self.inputs[rows], self.targets[rows], weights)

    def weighing_something(self) -> ExampleSet:
        """Give the examples without those of weight zero, which teach nothing.

        Returns
        -------
        ExampleSet
            These examples where none weighs zero.
        """
        if self.weights is None or self.weights.all():
            return self
        return self.take(np.flatnonzero(self.weights))

    def weighing(self, weights: Floats) -> ExampleSet:
        """Give the same examples with other weights.

        Parameters
        ----------
        weights : array of shape (n_samples,)
            Weight of each example.

        Returns
        -------
        ExampleSet
            Inputs and targets are shared.
        """
        return ExampleSet(self.inputs, self.targets, weights)

    def split(
        self, fraction: float, random: np.random.Generator, strata: NDArray[Any] | None = None
    ) -> tuple[ExampleSet, ExampleSet]:
        """Hold out a random share of the examples.

        Parameters
        ----------
        fraction : float
            Share to hold out, in (0, 1); at least one example is held out and at least one stays.
        random : numpy.random.Generator
            Source of the choice.
        strata : array of shape (n_samples,), optional
            Classes to be represented alike in both parts; where a class is too small for that, they are not.

        Returns
        -------
        training, held_out : ExampleSet
            The two parts.

        Raises
        ------
        InvalidInputError
            If there are fewer than two examples.
        """
        n_samples = len(self)
        if n_samples < 2:
            raise InvalidInputError(
                f"validation_fraction={fraction:g} needs at least 2 examples, one to hold out. Got {n_samples}. "
                "Pass X_val and y_val, or validation_fraction=0."
            )
        n_held_out = min(max(1, round(fraction * n_samples)), n_samples - 1)
        if strata is not None:
            sizes = np.unique(strata, return_counts=True)[1]
            if sizes.min() < 2 or len(sizes) > min(n_held_out, n_samples - n_held_out):
                strata = None
        seed = int(random.integers(2**31))
        rows, held_out = train_test_split(
            np.arange(n_samples), test_size=n_held_out, stratify=strata, random_state=seed
        )
        return self.take(rows), self.take(held_out)


def determination(targets: Floats, outputs: Floats, weights: Floats | None = None) -> float:
    """Give the coefficient of determination R², the mean over the outputs.

    Parameters
    ----------
    targets, outputs : array of shape (n_samples, n_outputs)
        Wanted and given outputs; where a target is NaN, the output does not count.
    weights : array of shape (n_samples,), optional
        Weight of each example.

    Returns
    -------
    float
        At most 1; not a number for a single example, whose variance is none. An output whose target does not vary
        counts 1 when it is met exactly, else 0, as in scikit-learn.
    """
    if len(targets) == 1:
        return float("nan")
    wanted, given = targets.astype(np.float64), outputs.astype(np.float64)
    known = ~np.isnan(wanted)
    if not known.all():
        columns = [
            determination(wanted[rows, k : k + 1], given[rows, k : k + 1], None if weights is None else weights[rows])
            for k, rows in enumerate(known.T)
            if (rows if weights is None else rows * weights).any()
        ]
        judged = [score for score in columns if not np.isnan(score)]  # a single known value has no variance
        return float(np.mean(judged)) if judged else float("nan")
    residual = np.average((wanted - given) ** 2, axis=0, weights=weights)
    variance = np.average((wanted - np.average(wanted, axis=0, weights=weights)) ** 2, axis=0, weights=weights)
    scores = np.where(residual == 0, 1.0, 0.0)
    varies = variance > 0
    scores[varies] = 1 - residual[varies] / variance[varies]
    return float(scores.mean())
