"""How the weights of a linear layer moved while it learned, move by move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.validation import ExampleSet

LARGEST_PATH = 2**30  # bytes
NO_EXAMPLE = -1  # the start, and moves made by many examples at once


@dataclass(frozen=True, eq=False)
class LearningPath:
    """The weights at the start and after every move, for films and pictures of learning.

    Parameters
    ----------
    coef : array of shape (n_moves + 1, n_outputs, n_features)
        Weights; row 0 is the start.
    intercept : array of shape (n_moves + 1, n_outputs)
        Biases.
    example : array of shape (n_moves + 1,)
        The row of X that made the move; -1 for the start and for moves that no single example made: a batch, the
        exact solution, or going back to earlier weights at the end.
    epoch : array of shape (n_moves + 1,)
        Pass over the data in which the move was made, from 1; 0 for the start.

    Examples
    --------
    >>> from sinapsi import Perceptron
    >>> path = Perceptron(order="cyclic").learning_path([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
    >>> path.example[:4]
    array([-1,  0,  3,  0])
    >>> path.coef[:4, 0]
    array([[0., 0.],
           [0., 0.],
           [1., 1.],
           [1., 1.]])
    """

    coef: Floats
    intercept: Floats
    example: NDArray[np.intp]
    epoch: NDArray[np.intp]

    @property
    def n_moves(self) -> int:
        """Moves made."""
        return len(self.example) - 1

    def __repr__(self) -> str:
        return f"LearningPath(n_moves={self.n_moves}, n_epochs={int(self.epoch[-1])}, weights={self.coef.shape[1:]})"


@dataclass(frozen=True)
class NumberedExamples(ExampleSet):
    """Examples that know in which rows of X they stood, whatever is taken from them.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        X.
    targets : array of shape (n_samples,) or (n_samples, n_outputs)
        Class indices or wanted outputs.
    weights : array of shape (n_samples,), optional
        Weight of each example; None when all weigh the same.
    rows : array of shape (n_samples,)
        Where they stood.
    """

    rows: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    def take(self, rows: NDArray[np.intp] | slice) -> NumberedExamples:
        """Give the examples in some rows, with their numbers.

        Parameters
        ----------
        rows : array of int, or slice
            Which.

        Returns
        -------
        NumberedExamples
            A copy of these rows, or views of a slice.
        """
        part = super().take(rows)
        return NumberedExamples(part.inputs, part.targets, part.weights, self.rows[rows])


class PathRecorder:
    """Writes down the moves of a fit; a fit without one costs nothing.

    Parameters
    ----------
    owner : str
        Name of the estimator, for messages.
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._coef: list[Floats] = []
        self._intercept: list[Floats] = []
        self._example: list[int] = []
        self._epoch: list[int] = []
        self._rows: NDArray[np.intp] | None = None

    def number(self, examples: ExampleSet) -> ExampleSet:
        """Give the examples numbers that they keep.

        Parameters
        ----------
        examples : ExampleSet
            All, in the order of X.

        Returns
        -------
        ExampleSet
            The same with numbers.
        """
        return NumberedExamples(examples.inputs, examples.targets, examples.weights, np.arange(len(examples)))

    def begin(self, examples: ExampleSet, coef: Floats, intercept: Floats) -> None:
        """Write down the start.

        Parameters
        ----------
        examples : ExampleSet
            Those that are learned from, numbered.
        coef : array of shape (n_outputs, n_features)
            Weights.
        intercept : array of shape (n_outputs,)
            Biases.
        """
        self._rows = examples.rows if isinstance(examples, NumberedExamples) else None
        self.add(coef, intercept, NO_EXAMPLE, 0)

    def expect(self, n_moves: int) -> None:
        """Refuse a path that would take too much memory, before it is made.

        Parameters
        ----------
        n_moves : int
            Moves about to come.
        """
        size = self._coef[0].nbytes + self._intercept[0].nbytes
        if (len(self._coef) + n_moves) * size > LARGEST_PATH:
            raise InvalidParameterError(
                f"The learning path of {self._owner} would hold more than {len(self._coef) + n_moves - 1} moves of "
                f"{size} bytes. Expected at most {LARGEST_PATH / 2**30:.3g} GiB. Lower max_iter, or show the path of "
                "fewer examples or columns."
            )

    def add(self, coef: Floats, intercept: Floats, place: int, epoch: int) -> None:
        """Write down the weights after a move.

        Parameters
        ----------
        coef : array of shape (n_outputs, n_features)
            Weights.
        intercept : array of shape (n_outputs,)
            Biases.
        place : int
            Which of the examples learned from made the move; -1 for none.
        epoch : int
            Number of the pass.
        """
        if self._coef:
            self.expect(1)
        self._coef.append(coef.copy())
        self._intercept.append(intercept.copy())
        self._example.append(place if place == NO_EXAMPLE or self._rows is None else int(self._rows[place]))
        self._epoch.append(epoch)

    def follow(
        self, moves: Iterator[tuple[int, Floats, Floats]], n_moves: int, epoch: int, final: tuple[Floats, Floats]
    ) -> None:
        """Write down the moves of a pass.

        One example after another may be rounded otherwise than a whole pass. So the last move leads to the weights of
        the fit itself, and the path never leaves it by more than the rounding of one pass.

        Parameters
        ----------
        moves : iterator of (int, array, array)
            Place of the example, -1 for none, weights and biases after each move.
        n_moves : int
            How many come.
        epoch : int
            Number of the pass.
        final : tuple of array of shape (n_outputs, n_features) and array of shape (n_outputs,)
            The weights and biases that the fit has after the pass.
        """
        self.expect(n_moves)
        for place, coef, intercept in moves:
            self.add(coef, intercept, place, epoch)
        if self._epoch[-1] == epoch:
            self._coef[-1], self._intercept[-1] = (array.copy() for array in final)

    def end(self, coef: Floats, intercept: Floats) -> None:
        """Write down that the fit went back to earlier weights, if it did.

        Parameters
        ----------
        coef : array of shape (n_outputs, n_features)
            Weights in the end.
        intercept : array of shape (n_outputs,)
            Biases in the end.
        """
        if not (np.array_equal(self._coef[-1], coef) and np.array_equal(self._intercept[-1], intercept)):
            self.add(coef, intercept, NO_EXAMPLE, self._epoch[-1])

    def path(self) -> LearningPath:
        """Give what was written down.

        Returns
        -------
        LearningPath
            Without the moves to infinite weights of a fit that diverged.
        """
        coef, intercept = np.array(self._coef), np.array(self._intercept)
        is_finite = np.isfinite(coef).all(axis=(1, 2)) & np.isfinite(intercept).all(axis=1)
        return LearningPath(
            coef[is_finite],
            intercept[is_finite],
            np.array(self._example, dtype=np.intp)[is_finite],
            np.array(self._epoch, dtype=np.intp)[is_finite],
        )
