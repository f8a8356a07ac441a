"""Greedy pre-training: each pair of layers learns to generate what the layer below gives, before all learn together.

The first pair sees the examples, the next one the expected states of the first hidden layer, and so on upwards (Hinton,
Osindero and Teh 2006). A pair is a restricted Boltzmann machine, or an autoassociator: a network with one hidden layer
that reproduces its input (Bengio and others 2007).
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sinapsi.activations import Activation
from sinapsi.energy.arithmetic import Chance
from sinapsi.energy.batches import rows_a_batch
from sinapsi.energy.data_scale import DataScale
from sinapsi.energy.restricted_boltzmann_machine import RestrictedBoltzmannMachine
from sinapsi.energy.units import Binary, Gaussian, visible_units_named
from sinapsi.estimator import Floats
from sinapsi.feedforward.mlp_regressor import MLPRegressor
from sinapsi.history import History
from sinapsi.parameters import Rule, choice
from sinapsi.stopping import StopCode

MOMENTUM = 0.9  # of contrastive divergence (Hinton 2012)
CODE_RATE = 0.1  # of the learning rate, for linear hidden units, whose states have no bounds
AUTOASSOCIATOR_RATE = 0.001  # of Adam, as in the multilayer perceptrons
OUTPUT_BATCH = 100  # examples an update of the pair of the outputs


class LinearCodeMachine(RestrictedBoltzmannMachine):
    """A restricted machine whose hidden units are real numbers with noise, for the code of an autoencoder."""

    _parameter_rules: ClassVar[dict[str, Rule]] = {
        **RestrictedBoltzmannMachine._parameter_rules,
        "hidden": choice("binary", "rectified", "gaussian"),
    }


@dataclass(frozen=True)
class Pretraining:
    """How pairs of layers are trained.

    Parameters
    ----------
    kind : {"rbm", "autoassociator"}
        What a pair is.
    visible : str
        Units of the lowest layer, as of the restricted machine.
    learning_rate : float
        Of contrastive divergence, shared by the columns of real-valued examples; or of Adam.
    max_iter : int
        Passes over the data for each pair.
    batch_size : int or "auto"
        Examples an update.
    verbose : int
        Whether to show progress bars.
    """

    kind: str
    visible: Any
    learning_rate: float
    max_iter: int
    batch_size: int | str
    verbose: int = 0

    def climb(
        self, rows: Floats, sizes: Sequence[int], random: np.random.Generator, *, has_linear_code: bool = False
    ) -> Stack:
        """Train a pair of layers after another, from the lowest.

        Parameters
        ----------
        rows : array of shape (n_samples, n_features)
            Examples.
        sizes : sequence of int
            Units of the hidden layers.
        random : numpy.random.Generator
            Source of seeds.
        has_linear_code : bool, default=False
            Whether the units of the highest layer are real numbers, not probabilities.

        Returns
        -------
        Stack
            What was learned; after Ctrl-C, the pairs that were finished and the state of the last one.
        """
        stack = Stack([], [], [], [], rows)
        for level, size in enumerate(sizes):
            is_code = has_linear_code and level == len(sizes) - 1
            stack = self._with_pair(stack, int(size), int(random.integers(2**32)), is_code=is_code)
            if stack.is_interrupted:
                break
        return stack

    def _with_pair(self, stack: Stack, size: int, seed: int, *, is_code: bool) -> Stack:
        if self.kind == "autoassociator":
            return self._with_autoassociator(stack, size, seed, is_code=is_code)
        is_gaussian = not stack.coefs and not self._is_binary(stack.top)
        machine = LinearCodeMachine(
            n_hidden=size,
            hidden="gaussian" if is_code else "binary",
            visible="binary" if stack.coefs else self.visible,
            learning_rate=self.learning_rate
            * (CODE_RATE if is_code else 1 / stack.top.shape[1] if is_gaussian else 1.0),
            momentum=MOMENTUM,
            max_iter=self.max_iter,
            batch_size=self.batch_size,
            verbose=self.verbose,
            random_state=seed,
        )
        with telling_of_layer(len(stack.coefs) + 1):
            machine.fit(stack.top)
        coef, intercept = machine.components_.T, machine.intercept_hidden_
        back, back_intercept = machine.components_, machine.intercept_visible_
        if hasattr(machine, "scale_"):
            coef = coef / machine.scale_[:, np.newaxis]
            intercept = intercept - (machine.mean_ / machine.scale_) @ machine.components_.T
            back, back_intercept = back * machine.scale_, back_intercept * machine.scale_ + machine.mean_
        interrupted = machine.stop_reason_.code is StopCode.INTERRUPTED
        top = stack.top if interrupted else machine.transform(stack.top)
        scale = DataScale(machine.mean_, machine.scale_) if hasattr(machine, "scale_") else None
        return stack.plus(
            (coef, intercept), (back, back_intercept), machine.history_, top, interrupted=interrupted, scale=scale
        )

    def _with_autoassociator(self, stack: Stack, size: int, seed: int, *, is_code: bool) -> Stack:
        rows = stack.top
        is_binary = bool(stack.coefs) or self._is_binary(rows)
        network = MLPRegressor(
            hidden_layer_sizes=size,
            activation="identity" if is_code else "logistic",
            output_activation="logistic" if is_binary else "identity",
            learning_rate=min(self.learning_rate, AUTOASSOCIATOR_RATE),
            batch_size=rows_a_batch(self.batch_size, len(rows)),
            max_iter=self.max_iter,
            stopping=f"max_iter({self.max_iter})" if self.max_iter else None,
            verbose=self.verbose,
            random_state=seed,
        )
        with telling_of_layer(len(stack.coefs) + 1):
            network.fit(rows, rows[:, 0] if rows.shape[1] == 1 else rows)
        (coef, back), (intercept, back_intercept) = network.coefs_, network.intercepts_
        interrupted = network.stop_reason_.code is StopCode.INTERRUPTED
        field = rows @ coef + intercept
        top = field if is_code else 1 / (1 + np.exp(-np.clip(field, -80, 80)))
        return stack.plus((coef, intercept), (back, back_intercept), network.history_, top, interrupted=interrupted)

    def _is_binary(self, rows: Floats) -> bool:
        if self.visible == "auto":
            return bool(rows.min() >= 0 and rows.max() <= 1)
        return not isinstance(visible_units_named(self.visible), Gaussian)


@dataclass(frozen=True)
class Stack:
    """Pairs of layers that were trained.

    Parameters
    ----------
    coefs, intercepts : list of array
        Weights (fan_in, fan_out) and biases upwards.
    backward : list of (array, array)
        Weights (fan_out, fan_in) and biases downwards.
    histories : list of History
        How each pair was trained.
    top : array of shape (n_samples, n_units)
        What the highest layer gives; of an interrupted pair, what it was given.
    is_interrupted : bool, default=False
        Whether the user pressed Ctrl-C in the highest pair.
    scale : DataScale, optional
        Where examples of Gaussian units lie; weights and biases are for examples as they are.
    """

    coefs: list[Floats]
    intercepts: list[Floats]
    backward: list[tuple[Floats, Floats]]
    histories: list[History]
    top: Floats
    is_interrupted: bool = False
    scale: DataScale | None = None

    def plus(
        self,
        upward: tuple[Floats, Floats],
        downward: tuple[Floats, Floats],
        history: History,
        top: Floats,
        *,
        interrupted: bool,
        scale: DataScale | None = None,
    ) -> Stack:
        """Add a pair.

        Parameters
        ----------
        upward, downward : (array, array)
            Weights and biases each way.
        history : History
            How it was trained.
        top : array of shape (n_samples, n_units)
            What it gives.
        interrupted : bool
            Whether the user pressed Ctrl-C.
        scale : DataScale, optional
            Of the Gaussian units of the lowest layer.

        Returns
        -------
        Stack
            A new object.
        """
        return Stack(
            [*self.coefs, upward[0]],
            [*self.intercepts, upward[1]],
            [*self.backward, downward],
            [*self.histories, history],
            top,
            interrupted,
            self.scale or scale,
        )


@contextlib.contextmanager
def telling_of_layer(number: int) -> Iterator[None]:
    """Say of the warnings of a pair which pair it was.

    Parameters
    ----------
    number : int
        Of the pair, from 1.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        if "interrupted in epoch" in str(warning.message):
            continue  # the network itself tells where it was interrupted
        text = str(warning.message).split(": ", 1)[-1]
        warnings.warn(f"In pre-training layer {number}: {text}", warning.category, stacklevel=6)


def pretrained_outputs(
    hidden: Floats, targets: Floats, activation: Activation, *, rate: float, max_iter: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Train the pair of the last hidden layer and the outputs by contrastive divergence, with wanted outputs held.

    The output units are those of a restricted machine whose hidden layer is the last one of the network: from the
    wanted outputs it draws hidden states, from these expected outputs; the weights rise by <y h> under the data less
    <y h> under that step.

    Parameters
    ----------
    hidden : array of shape (n_samples, n_hidden)
        Expected states of the last hidden layer.
    targets : array of shape (n_samples, n_outputs)
        Wanted outputs; NaN counts as what the network expects.
    activation : Activation
        Of the outputs.
    rate : float
        Learning rate.
    max_iter : int
        Passes over the data.
    random : numpy.random.Generator
        Source of order and chance.

    Returns
    -------
    coef : array of shape (n_hidden, n_outputs)
        Weights.
    intercept : array of shape (n_outputs,)
        Biases.
    """
    chance = Chance.from_generator(random)
    weights = 0.01 * chance.normal(np.empty((hidden.shape[1], targets.shape[1]), hidden.dtype))
    hidden_bias, output_bias = np.zeros(hidden.shape[1], hidden.dtype), np.zeros(targets.shape[1], hidden.dtype)
    for _ in range(max_iter):
        order = random.permutation(len(hidden))
        for start in range(0, len(hidden), OUTPUT_BATCH):
            rows = order[start : start + OUTPUT_BATCH]
            h, y = hidden[rows], targets[rows]
            expected = h @ weights + output_bias
            activation.apply(expected)
            y = np.where(np.isnan(y), expected, y)
            drawn = Binary().draw(y @ weights.T, hidden_bias, chance)[1]
            dreamed = drawn @ weights + output_bias
            activation.apply(dreamed)
            share = rate / len(rows)
            weights += share * (h.T @ y - drawn.T @ dreamed)
            output_bias += share * (y - dreamed).sum(axis=0)
            hidden_bias += share * (h - drawn).sum(axis=0)
    return weights, output_bias
