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

    def take(self, rows: NDArray[np.intp]) -> ExampleSet:
        """Give the examples in some rows.

        Parameters
        ----------
        rows : array of int
            Which.

        Returns
        -------
        ExampleSet
            A copy of these rows.
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
