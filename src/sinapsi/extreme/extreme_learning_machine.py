"""What the two extreme learning machines share: random hidden layers, the choice among them and of their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from sinapsi.activations import Activation, Floats, activation_named
from sinapsi.algebra.closed_form_network import ClosedFormNetwork
from sinapsi.algebra.dual_equations import DualEquations
from sinapsi.algebra.output_layer import (
    Examples,
    Hidden,
    OutputLayer,
    error_left_out,
    prefix_errors,
    solve_for_sums,
)
from sinapsi.algebra.passes import sample_of
from sinapsi.algebra.row_sample import RowSample
from sinapsi.algebra.subset_selection import rank_columns
from sinapsi.exceptions import InvalidParameterError
from sinapsi.extreme.hidden_layers import (
    KINDS,
    RandomLayers,
    class_difference_weights,
    receptive_field_weights,
    shape_of_images,
)
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import (
    HUANG_ZHU_SIEW_2006,
    MCDONNELL_2015,
    MICHE_2010,
    PAO_PARK_SOBAJIC_1994,
    ZHU_MIAO_QING_2014,
    Reference,
)
from sinapsi.stopping import StopCode

PAIR_ROWS = 20_000  # random distinct examples of which pairs are made


class ExtremeLearningMachine(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClosedFormNetwork):
    """Random hidden layers that are never trained, and a linear output layer in closed form."""

    _chapter = 5
    _references: ClassVar[tuple[Reference, ...]] = (
        HUANG_ZHU_SIEW_2006,
        PAO_PARK_SOBAJIC_1994,
        MICHE_2010,
        ZHU_MIAO_QING_2014,
        MCDONNELL_2015,
    )
    _accepts_sparse = True
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {"activation": activation_named}
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "n_hidden": count() | instance((tuple, list), "a tuple of them, one a hidden layer"),
        "activation": instance((str, Activation), "an activation"),
        "weights": choice(*KINDS, "receptive_field", "class_differences"),
        "weight_scale": number(0, open_low=True, open_high=True),
        "image_shape": nothing | instance((tuple, list), "(height, width) or (height, width, channels)"),
        "alpha": number(0, open_high=True) | choice("loo", "gcv"),
        "direct_links": boolean,
        "n_init": count(),
        "unit_selection": nothing | choice("first", "ranked"),
        "verbose": boolean | count(0),
        "random_state": random_source,
    }

    n_hidden: int | tuple[int, ...]
    activation: str | Activation
    weights: str
    weight_scale: float
    image_shape: tuple[int, ...] | None
    direct_links: bool
    n_init: int
    unit_selection: str | None

    hidden_coefs_: list[Floats]
    hidden_intercepts_: list[Floats]
    init_errors_: Floats
    selection_errors_: Floats

    @property
    def _n_features_out(self) -> int:
        return self._layers().n_columns

    def _layers(self) -> RandomLayers:
        activation = activation_named(self.activation)
        n_links = self.n_features_in_ if self.direct_links else 0
        return RandomLayers(tuple(self.hidden_coefs_), tuple(self.hidden_intercepts_), activation, n_links)

    def _hidden(self) -> Hidden:
        layers = self._layers()
        return Hidden(layers.outputs, layers.n_columns, layers.weights[-1].itemsize)

    def _sizes(self) -> tuple[int, ...]:
        sizes = self.n_hidden if isinstance(self.n_hidden, tuple | list) else (self.n_hidden,)
        if not sizes or not all(
            isinstance(size, int | np.integer) and not isinstance(size, bool) and size > 0 for size in sizes
        ):
            raise InvalidParameterError(
                f"The 'n_hidden' parameter of {type(self).__name__} must be integers of at least 1, one a hidden "
                f"layer. Got {self.n_hidden!r} instead."
            )
        return tuple(int(size) for size in sizes)

    def _make_hidden_layer(self, examples: Examples, dtype: np.dtype[Any]) -> None:
        self.__dict__.pop("selection_errors_", None)
        self.__dict__.pop("init_errors_", None)
        self._best: OutputLayer | None = None
        seeds = self._random.integers(2**63, size=self.n_init)
        pairs = sample_of(examples, PAIR_ROWS, int(seeds[0])) if self.weights == "class_differences" else None
        if self.n_init == 1:
            self._set_layers(self._drawn(np.random.default_rng(seeds[0]), dtype, pairs))
            return
        errors: list[float] = []
        best: tuple[RandomLayers, OutputLayer] | None = None
        try:
            for seed in seeds:
                self._set_layers(self._drawn(np.random.default_rng(seed), dtype, pairs))
                solved = super()._solved(examples)
                errors.append(error_left_out(examples, self._hidden(), solved))
                if best is None or errors[-1] < min(errors[:-1]):
                    best = self._layers(), solved
        except KeyboardInterrupt:
            if best is None:
                raise
            self._n_tried = len(errors)
        if best is not None:
            self._set_layers(best[0])
            self._best = best[1]
        self.init_errors_ = np.array(errors, dtype=dtype)

    def _drawn(self, random: np.random.Generator, dtype: np.dtype[Any], pairs: RowSample | None = None) -> RandomLayers:
        weights, biases, n_inputs = [], [], self.n_features_in_
        for place, n_units in enumerate(self._sizes()):
            if place == 0:
                own, shifts = self._drawn_first(n_inputs, n_units, random, pairs)
            else:  # these see neither images nor examples
                own = KINDS.get(self.weights, KINDS["normal"])(n_inputs, n_units, random)
                shifts = random.uniform(-1, 1, n_units)
            weights.append((self.weight_scale * own).astype(dtype))
            biases.append((self.weight_scale * shifts).astype(dtype))
            n_inputs = n_units
        n_links = self.n_features_in_ if self.direct_links else 0
        return RandomLayers(tuple(weights), tuple(biases), activation_named(self.activation), n_links)

    def _drawn_first(
        self, n_inputs: int, n_units: int, random: np.random.Generator, pairs: RowSample | None
    ) -> tuple[Floats, Floats]:
        """Weights and biases of the first layer, before they are scaled."""
        sees_images = self.weights == "receptive_field"
        shape = self._shape_of_images() if sees_images or self.image_shape is not None else None
        if pairs is not None:
            return class_difference_weights(pairs.rows, pairs.targets, n_units, random, shape)
        if sees_images and shape is not None:
            own = receptive_field_weights(shape, n_units, random)
        else:
            own = KINDS[self.weights](n_inputs, n_units, random)
        return own, random.uniform(-1, 1, n_units)

    def _shape_of_images(self) -> tuple[int, ...]:
        return shape_of_images(self.image_shape, self.n_features_in_, type(self).__name__)

    def _set_layers(self, layers: RandomLayers) -> None:
        self.hidden_coefs_, self.hidden_intercepts_ = list(layers.weights), list(layers.biases)

    def _solved(self, examples: Examples, *, is_kept: bool = True) -> OutputLayer:
        best = self.__dict__.pop("_best", None)
        all_stay = self.unit_selection is None
        solved = super()._solved(examples, is_kept=is_kept and all_stay) if best is None else best
        return solved if all_stay else self._of_best_units(examples, solved)

    def _of_best_units(self, examples: Examples, solved: OutputLayer) -> OutputLayer:
        """Keep the number of units with the lowest leave-one-out error; of ranked units the most important."""
        equations = solved.equations
        if equations is None:
            raise RuntimeError("Units are chosen by the equations that were solved. Keep them in the output layer.")
        sums = equations.sums() if isinstance(equations, DualEquations) else equations
        layers = self._layers()
        n_links, n_columns = layers.n_links, layers.n_columns
        order = np.arange(n_columns)
        if self.unit_selection == "ranked":
            order = rank_columns(sums, min(n_columns, sums.n_examples - 1), n_first=n_links)
            order = np.concatenate([np.arange(n_links), order[order >= n_links]])
        if len(order) == 0:
            return solved
        errors = prefix_errors(examples, self._hidden(), sums, solved.alpha, order).leave_one_out
        self.selection_errors_ = errors[n_links:].astype(self.hidden_coefs_[-1].dtype)
        n_units = max(1, int(np.argmin(errors[n_links:])))
        self._set_layers(layers.of_units(order[n_links : n_links + n_units] - n_links))
        sums = sums.of_columns(order[: n_links + n_units])
        alpha = self._penalty()
        is_told_by_sums = isinstance(alpha, str) or sums.solve_by_cholesky(alpha) is not None
        if is_told_by_sums and not isinstance(equations, DualEquations):
            return solve_for_sums(sums, alpha, self._count)
        return super()._solved(examples)

    def _why_it_ended(self) -> tuple[StopCode, str]:
        n_tried = self.__dict__.pop("_n_tried", None)
        if n_tried is None:
            return super()._why_it_ended()
        return StopCode.INTERRUPTED, f"interrupted after {n_tried} of {self.n_init} random layers; the best was kept"

    def _how_it_was_solved(self) -> str:
        chosen = ""
        if self.unit_selection is not None:
            chosen = f", {self.hidden_coefs_[-1].shape[1]} units chosen by leave-one-out"
        return f"{super()._how_it_was_solved()}{chosen}"

    def _partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: Any, classes: Any = None) -> Any:
        super()._partial_fit(X, y, sample_weight, classes)
        for name in ("_best", "selection_errors_"):  # these would speak of other examples
            self.__dict__.pop(name, None)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Give the hidden outputs.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_columns)
            H: the linked inputs (``direct_links``), then the units of the last hidden layer.
        """
        return self._transformed(X)
