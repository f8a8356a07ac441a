"""The states of a linear layer while it learns, as lines in a plane and as words."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sinapsi.exceptions import InvalidInputError
from sinapsi.plots.boundaries.plane_lines import Box, line_in

Values = NDArray[np.float64]


class Path(Protocol):
    """What a learning path has to have; :meth:`Perceptron.learning_path` gives one."""

    @property
    def coef(self) -> NDArray[Any]:
        """Weights after each move, of shape (n_moves + 1, n_outputs, n_features); row 0 is the start."""

    @property
    def intercept(self) -> NDArray[Any]:
        """Biases, of shape (n_moves + 1, n_outputs)."""

    @property
    def example(self) -> NDArray[Any]:
        """Row of X that made each move, of shape (n_moves + 1,); -1 where no single one did."""

    @property
    def epoch(self) -> NDArray[Any]:
        """Pass over the data of each move, of shape (n_moves + 1,)."""


def check_path(path: Path, n_samples: int, n_features: int) -> None:
    """Make sure that a path belongs to the examples.

    Parameters
    ----------
    path : Path
        What was learned.
    n_samples, n_features : int
        Shape of X.

    Raises
    ------
    InvalidInputError
        If it does not.
    """
    shapes = {name: np.shape(getattr(path, name)) for name in ("coef", "intercept", "example", "epoch")}
    n_states = shapes["coef"][:1]
    are_consistent = len(shapes["coef"]) == 3 and shapes["intercept"] == shapes["coef"][:2] and n_states >= (1,)
    if not are_consistent or shapes["example"] != n_states or shapes["epoch"] != n_states:
        raise InvalidInputError(
            "path must hold coef of shape (n_moves + 1, n_outputs, n_features), intercept of (n_moves + 1, n_outputs), "
            f"example and epoch of (n_moves + 1,). Got {shapes}. Pass what learning_path(X, y) gives."
        )
    if shapes["coef"][2] != n_features or int(np.max(path.example)) >= n_samples:
        raise InvalidInputError(
            f"path must belong to the examples. It moves {shapes['coef'][2]} weights an output by examples up to row "
            f"{int(np.max(path.example))}; X has the shape ({n_samples}, {n_features}). Pass the X of learning_path."
        )


def lines_at(path: Path, move: int, box: Box) -> list[Values]:
    """Give the lines in the picture after a move.

    Parameters
    ----------
    path : Path
        What was learned, over one feature or two.
    move : int
        Number of the move; 0 is the start.
    box : Box
        The picture.

    Returns
    -------
    list of array of shape (2, 2)
        Both ends of each. Over one feature, output = w x + b; over two, where the decision changes: w.x + b = 0 of a
        single output, and between any two of several outputs that part of their tie where both lead all others.
    """
    coef, intercept = np.asarray(path.coef[move], dtype=np.float64), np.asarray(path.intercept[move], dtype=np.float64)
    if coef.shape[1] == 1:
        found = [line_in(box, np.array([w, -1.0]), float(b)) for (w,), b in zip(coef, intercept, strict=True)]
    elif len(coef) == 1:
        found = [line_in(box, coef[0], float(intercept[0]))]
    else:
        found = [_tie(coef, intercept, first, second, box) for first, second in combinations(range(len(coef)), 2)]
    return [line for line in found if line is not None]


def story_of(path: Path, move: int, labels: NDArray[Any] | None, n_lines: int) -> str:
    """Tell what happened in a move.

    Parameters
    ----------
    path : Path
        What was learned.
    move : int
        Number of the move; 0 is the start.
    labels : array of shape (n_samples,) or None
        Classes of the examples, to name the one that moved the line.
    n_lines : int
        How many lines the picture shows after it.

    Returns
    -------
    str
        The epoch, the example, and where there is no line, why.
    """
    story = "the start"
    if move > 0:
        row = int(path.example[move])
        label = "" if labels is None else f" ({labels[row]})"
        story = f"epoch {int(path.epoch[move])}: moved by " + (
            f"example {row}{label}" if row >= 0 else "no single example"
        )
    if n_lines:
        return f"{story}."
    has_line = path.coef.shape[2] == 1 or np.asarray(path.coef[move]).any()
    return f"{story}, out of view." if has_line else f"{story}; all weights 0, no boundary."


def spread_moves(last: int, n_wanted: int) -> list[int]:
    """Choose moves evenly.

    Parameters
    ----------
    last : int
        Number of the last move.
    n_wanted : int
        How many to choose at most, at least 1.

    Returns
    -------
    list of int
        Ascending; the last move is among them, and the start when there are two or more.
    """
    if n_wanted == 1:
        return [last]
    places = np.linspace(0, last, min(n_wanted, last + 1))
    return [int(place) for place in np.unique(places.round())]


def _tie(coef: Values, intercept: Values, first: int, second: int, box: Box) -> Values | None:
    others = [index for index in range(len(coef)) if index not in (first, second)]
    sides = [(coef[first] - coef[other], float(intercept[first] - intercept[other])) for other in others]
    return line_in(box, coef[first] - coef[second], float(intercept[first] - intercept[second]), sides)
