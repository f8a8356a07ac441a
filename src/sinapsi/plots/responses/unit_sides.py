"""Which way each radial unit pulls the output, and how strongly: what its color and its size tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinapsi.plots.palette import CAPTION_INK, NEGATIVE, POSITIVE, class_colors
from sinapsi.plots.responses.radial_units import RadialUnits
from sinapsi.plots.responses.targets import output_to_draw

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class UnitSides:
    """The side and strength of each unit.

    Parameters
    ----------
    indices : array of shape (n_units,)
        Which side each unit is on.
    names : tuple of str
        Of the sides, for the legend.
    colors : tuple of str
        Of the sides.
    strengths : array of shape (n_units,)
        Size of the output weight, from 0 to 1 for the strongest unit.
    """

    indices: NDArray[np.intp]
    names: tuple[str, ...]
    colors: tuple[str, ...]
    strengths: Values

    def color_of(self, unit: int) -> str:
        """Give the color of a unit.

        Parameters
        ----------
        unit : int
            Its position.

        Returns
        -------
        str
            A matplotlib color.
        """
        return self.colors[int(self.indices[unit])]


def sides_of_units(radial: RadialUnits, output: int | None) -> UnitSides:
    """Ask the output weights of a network what each unit does.

    Parameters
    ----------
    radial : RadialUnits
        Of a fitted network.
    output : int or None
        The output of a regressor. None takes the only one, or the length of all weights of a unit together.

    Returns
    -------
    UnitSides
        For a classifier the class that a unit speaks for, for a regressor the sign of its weight.
    """
    classes = getattr(radial.network, "classes_", None)
    if classes is not None:
        return _of_classes(radial.weights, [str(label) for label in classes])
    if output is None and len(radial.weights) > 1:
        lengths = np.linalg.norm(radial.weights, axis=0)
        return UnitSides(np.zeros(len(lengths), np.intp), ("unit",), (CAPTION_INK,), _shares(lengths))
    weights = radial.weights[output_to_draw(len(radial.weights), output)]
    names = ("unit that lowers the output", "unit that raises it")
    return UnitSides((weights >= 0).astype(np.intp), names, (NEGATIVE, POSITIVE), _shares(np.abs(weights)))


def _of_classes(weights: Values, labels: list[str]) -> UnitSides:
    """The class that a unit speaks for is the one whose output it raises most, compared with the other classes."""
    by_class = np.vstack([-weights, weights]) if len(labels) == 2 else weights - weights.mean(axis=0)
    names = tuple(f"unit for {label}" for label in labels)
    return UnitSides(by_class.argmax(axis=0), names, tuple(class_colors(len(labels))), _shares(by_class.max(axis=0)))


def _shares(sizes: Values) -> Values:
    largest = sizes.max()
    return np.asarray(sizes / largest if largest > 0 else np.ones_like(sizes))
