"""What a perceptron remembers of the weights it passes through, and what it answers with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinapsi.activations import Floats
from sinapsi.exceptions import ModelFileError
from sinapsi.linear import kernels
from sinapsi.linear.fields import both_forms_of, fields_of, rows_of

Kept = dict[str, Any]  # arrays, or lists of arrays, that the estimator carries from fit to fit


class Memory:
    """The weights that learning corrects and those that are answered with; here both are the last ones.

    Neuron k learns by itself (one against the rest), or all learn together (Kesler's construction), which then counts
    as neuron 0.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        The examples to learn from.
    answering : tuple of array of shape (n_outputs, n_features) and array of shape (n_outputs,)
        Weights and biases that are answered with, changed in place.
    kept : dict of str to array
        What :meth:`begin` gave, or what an earlier fit left there; changed in place.
    """

    def __init__(self, inputs: Any, answering: tuple[Floats, Floats], kept: Kept) -> None:
        self._inputs = inputs
        self._answering = answering
        self._kept = kept
        self.coef, self.intercept = self._corrected()

    @staticmethod
    def begin(coef: Floats, intercept: Floats, *, together: bool) -> Kept:
        """Give what is kept besides the weights answered with, when learning begins.

        Parameters
        ----------
        coef : array of shape (n_outputs, n_features)
            Starting weights.
        intercept : array of shape (n_outputs,)
            Starting biases.
        together : bool
            Whether all neurons learn together.

        Returns
        -------
        dict of str to array
            New arrays.
        """
        return {}

    @property
    def state(self) -> list[NDArray[Any]]:
        """Every array that must be set back together when a fit goes back to earlier weights."""
        return [*self._answering, *self._kept.values()]

    def _corrected(self) -> tuple[Floats, Floats]:
        return self._answering

    def meet_neuron(self, k: int, signed_weights: Floats) -> None:
        """Look at new examples before neuron k learns from them.

        Parameters
        ----------
        k : int
            The neuron.
        signed_weights : array of shape (n_samples,)
            Weight of each example, negative where the neuron must not fire.
        """

    def meet_together(self, labels: NDArray[np.intp], weights: Floats) -> None:
        """Look at new examples before all neurons learn from them.

        Parameters
        ----------
        labels : array of shape (n_samples,)
            Class indices.
        weights : array of shape (n_samples,)
            Weight of each example.
        """

    def learn_neuron(self, k: int, signed_weights: Floats, order: NDArray[np.intp], rates: Floats) -> tuple[int, float]:
        """Present the examples once to neuron k.

        Parameters
        ----------
        k : int
            The neuron.
        signed_weights : array of shape (n_samples,)
            Weight of each example, negative where the neuron must not fire.
        order : array of int
            The rows in their order; an empty one stands for all as given.
        rates : array of shape (n_presentations,) or (1,)
            Learning rates.

        Returns
        -------
        n_corrections : int
            Corrections made.
        criterion : float
            Sum of how far the wrong fields were on the wrong side.
        """
        learn = kernels.learn_perceptron if isinstance(self._inputs, np.ndarray) else kernels.learn_perceptron_csr
        weights = self.coef[k], self.intercept[k : k + 1]
        n_corrections, criterion = learn(*rows_of(self._inputs), signed_weights, order, rates, *weights)
        return int(n_corrections), float(criterion)

    def learn_together(
        self, labels: NDArray[np.intp], weights: Floats, order: NDArray[np.intp], rates: Floats
    ) -> tuple[int, float]:
        """Present the examples once to all neurons together.

        Parameters
        ----------
        labels : array of shape (n_samples,)
            Class indices.
        weights : array of shape (n_samples,)
            Weight of each example.
        order : array of int
            The rows in their order; an empty one stands for all as given.
        rates : array of shape (n_presentations,) or (1,)
            Learning rates.

        Returns
        -------
        n_corrections : int
            Corrections made.
        criterion : float
            Summed violations of the margins.
        """
        learn = kernels.learn_kesler if isinstance(self._inputs, np.ndarray) else kernels.learn_kesler_csr
        n_corrections, criterion = learn(
            *rows_of(self._inputs), labels, weights, order, rates, self.coef, self.intercept
        )
        return int(n_corrections), float(criterion)

    def rest(self, k: int, n_presentations: int) -> None:
        """Hear of presentations that neuron k need not look at because it has settled.

        Parameters
        ----------
        k : int
            The neuron.
        n_presentations : int
            How many.
        """

    def end_pass(self, n_presentations: int) -> None:
        """Bring the weights answered with up to date.

        Parameters
        ----------
        n_presentations : int
            Examples presented in the pass.
        """

    def end(self) -> None:
        """Put in order what is kept, after the last pass and after any going back."""

    def fields(self, inputs: Any) -> Floats:
        """Give what is answered.

        Parameters
        ----------
        inputs : array or CSR matrix of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_outputs)
            One column an output neuron.
        """
        return fields_of(inputs, *self._answering)


class SeparateMemory(Memory):
    """Base of the variants whose corrected weights are not those answered with."""

    def __init__(self, inputs: Any, answering: tuple[Floats, Floats], kept: Kept) -> None:
        super().__init__(inputs, answering, kept)
        self._rows = both_forms_of(inputs)

    def _corrected(self) -> tuple[Floats, Floats]:
        return self._kept["coef"], self._kept["intercept"]


def check_memory(kept: Kept, fresh: Kept) -> None:
    """Refuse what does not fit the weights, as a model file that was tampered with may hold: kernels trust its sizes.

    Parameters
    ----------
    kept : dict of str to array
        What an earlier fit left.
    fresh : dict of str to array
        What :meth:`Memory.begin` gives for these weights.

    Raises
    ------
    ModelFileError
        If an array is missing or of another shape or type; lists of voters may be longer.
    """
    if _forms(kept) != _forms(fresh):
        raise ModelFileError(
            "What the perceptron remembers of its weights is damaged: its arrays do not have the shapes of the "
            "weights. Load the model again, or call fit."
        )


def _forms(kept: Kept) -> dict[str, Any]:
    forms: dict[str, Any] = {}
    for name, arrays in kept.items():
        is_list = isinstance(arrays, list)
        forms[name] = [
            (array.dtype, array.shape[1:] if is_list else array.shape) if isinstance(array, np.ndarray) else None
            for array in (arrays if is_list else [arrays])
        ]
    lists = [list(map(len, arrays)) for arrays in kept.values() if isinstance(arrays, list)]
    forms["of one length"] = all(lengths == lists[0] and all(lengths) for lengths in lists)
    return forms
