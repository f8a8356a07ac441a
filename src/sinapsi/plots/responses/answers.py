"""The answers of a regressor along a line or over a plane, and what they are made of."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinapsi.exceptions import InvalidParameterError
from sinapsi.plots.feature_table import points_like, table_of_numbers
from sinapsi.plots.fitted import inputs_seen_by_network, network_in
from sinapsi.plots.responses.input_slice import InputSlice, slice_through
from sinapsi.plots.responses.radial_units import has_radial_units, radial_units_of
from sinapsi.plots.responses.targets import output_to_draw, targets_of_output

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WeightedUnits:
    """What each unit adds to an output along a line, and what stands beside the units.

    Parameters
    ----------
    units : array of shape (n_units, n_points)
        Weight times output.
    rest : array of shape (n_points,)
        The bias, with the polynomial where there is one.
    has_polynomial : bool
        Whether the rest is more than the bias.
    """

    units: Values
    rest: Values
    has_polynomial: bool

    @property
    def name_of_rest(self) -> str:
        """What the rest is called."""
        return "bias and polynomial" if self.has_polynomial else "bias"


@dataclass(frozen=True, eq=False)
class Response:
    """The answers over a grid, and the examples.

    Parameters
    ----------
    axes : tuple of array of shape (grid_resolution,)
        Values of the one or two features that vary.
    answers : array of shape (grid_resolution,) or (grid_resolution, grid_resolution)
        The output; rows follow the second feature, columns the first.
    X : array of shape (n_examples, n_varying)
        Examples, these features only, without those whose target is NaN.
    y : array of shape (n_examples,) or None
        Their targets.
    feature_names : tuple of str
        Labels of the axes.
    output_name : str, default="output"
        Label of the heights.
    std : array of shape (grid_resolution,), default=None
        Standard deviation along a line.
    units : WeightedUnits, default=None
        What a radial basis function network of one feature is the sum of.
    n_fixed : int, default=0
        How many other features stay at their means.
    """

    axes: tuple[Values, ...]
    answers: Values
    X: Values
    y: Values | None
    feature_names: tuple[str, ...]
    output_name: str = "output"
    std: Values | None = None
    units: WeightedUnits | None = None
    n_fixed: int = 0

    def heights_among_examples(self) -> Values:
        """Give all that must be seen in the picture of a curve; beyond the examples it may run away.

        Returns
        -------
        array of shape (n_heights,)
            The curve from the first example to the last, its band there, and the targets.
        """
        (x,) = self.axes
        inside = (x >= self.X.min()) & (x <= self.X.max()) if len(self.X) else np.full(x.shape, True)
        if not inside.any():  # a single place between two points of the grid
            inside[:] = True
        curve = self.answers[inside]
        bands = [] if self.std is None else [curve - self.std[inside], curve + self.std[inside]]
        return np.concatenate([curve, *bands, *([] if self.y is None else [self.y])])


def response_over(
    estimator: Any,
    X: Any,
    y: ArrayLike | None,
    features: int | str | Sequence[int | str] | None,
    output: int | None,
    grid_resolution: int,
    *,
    with_std: bool,
) -> Response:
    """Ask a fitted regressor about a grid of points.

    Parameters
    ----------
    estimator : regressor
        Fitted; a pipeline or a search will do.
    X, y : array, sparse matrix or data frame, and array or None
        Examples and their targets.
    features : int, str, sequence of one or two of them, or None
        The features that vary. None takes the first two, or the only one.
    output : int or None
        The output. None will do where there is only one.
    grid_resolution : int
        Points along each axis.
    with_std : bool
        Whether to ask for the standard deviation too.

    Returns
    -------
    Response
        The answers.

    Raises
    ------
    InvalidInputError
        If X and y do not fit.
    InvalidParameterError
        If a setting is out of its range.
    """
    cut = slice_through(X, features, grid_resolution, "A response surface is drawn over one or two features")
    if with_std:
        _check_std(estimator, len(cut.axes))
    answers = _answers(estimator, cut, with_std=with_std)  # (n_points, n_outputs, 1 or 2)
    n_outputs = answers.shape[1]
    chosen = output_to_draw(n_outputs, output)
    targets = None if y is None else targets_of_output(y, len(cut.examples), n_outputs, chosen)
    is_known = np.full(len(cut.examples), True) if targets is None else ~np.isnan(targets)
    return Response(
        axes=cut.axes,
        answers=answers[:, chosen, 0].reshape(cut.shape),
        X=cut.examples[is_known],
        y=None if targets is None else targets[is_known],
        feature_names=cut.names,
        output_name="output" if n_outputs == 1 else f"output {chosen}",
        std=answers[:, chosen, 1] if with_std else None,
        units=_units(estimator, cut, chosen),
        n_fixed=cut.n_fixed,
    )


def _check_std(estimator: Any, n_varying: int) -> None:
    if n_varying != 1:
        raise InvalidParameterError(
            "show_std draws a band around a curve, which is drawn over one feature. Got two features. Pass features=0."
        )
    predict = getattr(network_in(estimator), "predict", None)
    if predict is None or "return_std" not in inspect.signature(predict).parameters:
        raise InvalidParameterError(
            "show_std needs a regressor whose predict takes return_std, such as GRNNRegressor. "
            f"{type(network_in(estimator)).__name__} has no standard deviation. Pass show_std=False."
        )


def _answers(estimator: Any, cut: InputSlice, *, with_std: bool) -> Values:
    """Outputs, and their standard deviations beside them if asked for."""

    def ask(points: Any) -> Values:
        found = estimator.predict(points, return_std=True) if with_std else (estimator.predict(points),)
        return np.stack([np.asarray(each, dtype=np.float64).reshape(len(points), -1) for each in found], axis=-1)

    return cut.answers(ask)


def _units(estimator: Any, cut: InputSlice, output: int) -> WeightedUnits | None:
    """Weighted units where they are functions of the one feature drawn."""
    if len(cut.axes) != 1 or cut.n_fixed or not has_radial_units(estimator):
        return None
    radial = radial_units_of(estimator, "ResponseSurfaceDisplay")
    seen = inputs_seen_by_network(estimator, points_like(cut.template, cut.points()))
    inputs = table_of_numbers(seen, "A response is drawn over one or two features")
    units = radial.weights[output][:, np.newaxis] * radial.outputs(inputs).T
    return WeightedUnits(units, radial.rest(inputs)[:, output], radial.has_polynomial)
