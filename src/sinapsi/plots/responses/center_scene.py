"""What the picture of centers is made from: units and examples, over the one or two features that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.plots.feature_table import columns_of, table_of_numbers
from sinapsi.plots.fitted import inputs_seen_by_network, network_in
from sinapsi.plots.responses.input_slice import positions_of
from sinapsi.plots.responses.radial_units import RadialUnits
from sinapsi.plots.responses.targets import output_to_draw, targets_of_output
from sinapsi.plots.responses.unit_sides import UnitSides, sides_of_units

Values = NDArray[np.float64]

PURPOSE = "Centers are drawn over one or two features"
POINTS_OF_BUMPS = 400
ROOM_FOR_BUMPS = 1.0  # ranges of the examples that the axis may go beyond them on each side


@dataclass(frozen=True, eq=False)
class CenterScene:
    """Units and examples.

    Parameters
    ----------
    centers : array of shape (n_units, n_shown)
        Centers, with the one or two features that are shown.
    widths : array of shape (n_units,)
        sigma.
    sides : UnitSides
        What colors and sizes tell.
    X : array of shape (n_samples, n_shown)
        Examples, as they reach the network.
    y : array of shape (n_samples,) or None
        Their classes, or the targets of the output that is shown.
    classes : array of shape (n_classes,) or None
        All classes; None for a regressor.
    feature_names : tuple of str
        Labels of the axes.
    n_hidden : int
        Features that the network has besides those shown.
    share_at_width : float
        Output of a unit at the distance sigma, as a share of that at its center.
    is_scaled : bool
        Whether the width says how far a unit reaches.
    steps_before : tuple of str, default=()
        Steps of a pipeline that examples go through before they reach the network.
    x : array of shape (n_points,), default=None
        Values of the only feature, for the bumps.
    bumps : array of shape (n_points, n_units), default=None
        phi of each unit there.
    """

    centers: Values
    widths: Values
    sides: UnitSides
    X: Values
    y: NDArray[Any] | None
    classes: NDArray[Any] | None
    feature_names: tuple[str, ...]
    n_hidden: int
    share_at_width: float
    is_scaled: bool
    steps_before: tuple[str, ...] = ()
    x: Values | None = None
    bumps: Values | None = None


def scene_of(
    radial: RadialUnits,
    estimator: Any,
    X: Any,
    y: ArrayLike | None,
    features: int | str | Sequence[int | str] | None,
    output: int | None,
) -> CenterScene:
    """Gather what is drawn.

    Parameters
    ----------
    radial : RadialUnits
        Of the network.
    estimator : estimator
        The network itself, or what scikit-learn wraps around it.
    X, y : array, sparse matrix or data frame, and array or None
        Examples and their classes or targets.
    features : int, str, sequence of one or two of them, or None
        The features that are shown.
    output : int or None
        The output of a regressor.

    Returns
    -------
    CenterScene
        Everything.

    Raises
    ------
    InvalidInputError
        If X and y do not fit the network.
    InvalidParameterError
        If a setting is out of its range.
    """
    table = table_of_numbers(inputs_seen_by_network(estimator, X), PURPOSE)
    n_features = radial.centers.shape[1]
    if table.shape[1] != n_features:
        raise InvalidInputError(
            f"X must have the {n_features} features that the network has learned. It has {table.shape[1]}."
        )
    columns = _columns_at_network(estimator, X)
    positions = positions_of(features, columns, n_features)
    if len(positions) == 1 and n_features > 1:
        raise InvalidParameterError(
            f"The units of a network of {n_features} features are drawn over two of them, such as features=(0, 1). "
            f"Got {features!r}."
        )
    sides = sides_of_units(radial, output)
    x = _axis_of_bumps(table, radial.centers, radial.widths) if n_features == 1 else None
    return CenterScene(
        centers=radial.centers[:, positions],
        widths=radial.widths,
        sides=sides,
        X=table[:, positions],
        y=_answers_of(radial, y, len(table), output),
        classes=getattr(radial.network, "classes_", None),
        feature_names=tuple(columns[each] if columns else f"feature {each}" for each in positions),
        n_hidden=n_features - len(positions),
        share_at_width=radial.share_at_width,
        is_scaled=radial.is_scaled,
        steps_before=_steps_before(estimator),
        x=x,
        bumps=None if x is None else radial.outputs(x[:, np.newaxis]),
    )


def _answers_of(radial: RadialUnits, y: ArrayLike | None, n_samples: int, output: int | None) -> NDArray[Any] | None:
    n_outputs = len(radial.weights)
    classes = getattr(radial.network, "classes_", None)
    if y is None or (classes is None and output is None and n_outputs > 1):
        return None
    if classes is None:
        return targets_of_output(y, n_samples, n_outputs, output_to_draw(n_outputs, output))
    labels = np.asarray(y)
    if labels.shape != (n_samples,):
        raise InvalidInputError(
            f"y must hold one class an example. X has {n_samples} examples, y has the shape {labels.shape}."
        )
    unknown = [label for label in np.unique(labels).tolist() if label not in classes.tolist()]
    if unknown:
        raise InvalidInputError(
            f"y must hold classes that the network learned: {', '.join(map(str, classes))}. "
            f"It also holds {', '.join(map(str, unknown))}. Pass the labels in the form they had in fit."
        )
    return labels


def _axis_of_bumps(table: Values, centers: Values, widths: Values) -> Values:
    """Over all examples and centers, and as far as the bumps reach where there is room."""
    low, high = min(table.min(), centers.min()), max(table.max(), centers.max())
    size = high - low if high > low else 1.0
    reach = 1.5 * widths[:, np.newaxis]
    low = max(low - ROOM_FOR_BUMPS * size, (centers - reach).min())
    high = min(high + ROOM_FOR_BUMPS * size, (centers + reach).max())
    return np.linspace(min(low, table.min()), max(high, table.max()), POINTS_OF_BUMPS)


def _pipeline_in(estimator: Any) -> Any:
    """The pipeline around a network, or None."""
    if hasattr(estimator, "best_estimator_"):
        return _pipeline_in(estimator.best_estimator_)
    return estimator if hasattr(estimator, "steps") and len(estimator.steps) > 1 else None


def _steps_before(estimator: Any) -> tuple[str, ...]:
    pipeline = _pipeline_in(estimator)
    if pipeline is None:
        return ()
    return tuple(type(step).__name__ for _, step in pipeline.steps[:-1] if step not in (None, "passthrough"))


def _columns_at_network(estimator: Any, X: Any) -> list[str] | None:
    """Names of the features as they reach the network, where the examples have names."""
    pipeline, columns = _pipeline_in(estimator), columns_of(X)
    if pipeline is None or columns is None:
        return columns
    named = getattr(network_in(estimator), "feature_names_in_", None)
    if named is None and hasattr(pipeline[:-1], "get_feature_names_out"):
        named = pipeline[:-1].get_feature_names_out(columns)
    return None if named is None else [str(name) for name in named]
