"""A multilayer perceptron whose layers are pre-trained pair by pair before back-propagation trains them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from sinapsi.activations import Activation
from sinapsi.energy.deep.pretraining import Pretraining, pretrained_outputs
from sinapsi.energy.units import VisibleUnits, visible_units_named
from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidParameterError
from sinapsi.feedforward.initialization import starting_parameters
from sinapsi.feedforward.multilayer_perceptron import MultilayerPerceptron
from sinapsi.feedforward.network import Network
from sinapsi.history import History
from sinapsi.monitor import tell
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number
from sinapsi.references import BENGIO_2007, HINTON_OSINDERO_TEH_2006, RUMELHART_1986, Reference
from sinapsi.stopping import Criterion, StopCode, StopReason
from sinapsi.validation import ExampleSet


class FineTunedNetwork(MultilayerPerceptron):
    """What the regressor and the classifier share."""

    _chapter = 9
    _references: ClassVar[tuple[Reference, ...]] = (HINTON_OSINDERO_TEH_2006, BENGIO_2007, RUMELHART_1986)
    _accepts_sparse = False
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        **{
            name: read
            for name, read in MultilayerPerceptron._short_forms.items()
            if name in ("learning_rate", "stopping", "solver")
        },
        "visible": lambda form: form == "auto" or visible_units_named(form),
    }
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **{
            name: rule
            for name, rule in MultilayerPerceptron._parameter_rules.items()
            if name not in ("activation", "output_activation", "init", "n_init", "shuffle", "n_jobs")
        },
        "pretraining": nothing | choice("rbm", "autoassociator"),
        "pretrain_output": boolean,
        "visible": instance((str, VisibleUnits), "a kind of visible units"),
        "pretraining_learning_rate": number(0, open_low=True, open_high=True),
        "pretraining_max_iter": count(0),
    }

    # What the perceptron lets choose, and this network does not: binary units have the logistic function.
    activation: str | Activation | tuple[str | Activation, ...] = "logistic"
    output_activation: str | Activation = "auto"
    init: str | tuple[Any, Any] = "glorot"
    n_init: int = 1
    shuffle: bool = True
    n_jobs: int | None = None

    pretraining: str | None
    pretrain_output: bool
    visible: str | VisibleUnits
    pretraining_learning_rate: float
    pretraining_max_iter: int

    pretraining_history_: list[History]

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.pretrain_output and self.pretraining is None:
            raise InvalidParameterError(
                f"pretrain_output=True of {type(self).__name__} needs a kind of pre-training. Got pretraining=None; "
                "set 'rbm' or 'autoassociator', or pretrain_output=False."
            )

    def _train(
        self,
        training: ExampleSet,
        held_out: ExampleSet | None,
        criteria: tuple[Criterion, ...],
        max_iter: int,
        *,
        goes_on: bool,
    ) -> None:
        self._start: Floats | None = None
        self._interrupted_layer = 0
        if not goes_on:
            self._start = self._pretrained_weights(self._planned_network(), training)
        n_epochs = 0 if self._interrupted_layer else max_iter
        super()._train(training, held_out, criteria, n_epochs, goes_on=goes_on)
        layer = self._interrupted_layer
        del self._start, self._interrupted_layer
        if layer:
            sentence = (
                f"interrupted while layer {layer} was pre-trained; layers below are finished, those above have their "
                "initial weights, and all were kept"
            )
            self.stop_reason_ = StopReason(StopCode.INTERRUPTED, sentence)
            advice = "Fit again with warm_start=True to fine-tune them as they are."
            tell(type(self).__name__, self.stop_reason_, f"{type(self).__name__}: {sentence}. {advice}")

    def _starting_weights(self, network: Network, training: ExampleSet) -> Floats:
        assert self._start is not None
        return self._start

    def _pretrained_weights(self, network: Network, training: ExampleSet) -> Floats:
        """Weights and biases in one vector; of layers that are not pre-trained at random."""
        dtype = training.targets.dtype
        flat = starting_parameters("glorot", network, self._random, dtype)
        self.pretraining_history_ = []
        if self.pretraining is None:
            return flat
        coefs, intercepts = network.views(flat)
        sizes = list(network.sizes[1:-1])
        is_supervised = self.pretraining == "rbm"
        if self.pretrain_output and not is_supervised:
            sizes.append(network.sizes[-1])
        stack = self._pretraining(len(training)).climb(training.inputs, sizes, self._random)
        for layer, (coef, intercept) in enumerate(zip(stack.coefs, stack.intercepts, strict=True)):
            coefs[layer][...], intercepts[layer][...] = coef, intercept
        self.pretraining_history_ = stack.histories
        if stack.is_interrupted:
            self._interrupted_layer = len(stack.coefs)
        elif self.pretrain_output and is_supervised:
            coefs[-1][...], intercepts[-1][...] = pretrained_outputs(
                np.ascontiguousarray(stack.top, dtype=dtype),
                training.targets,
                network.activations[-1],
                rate=float(self.pretraining_learning_rate),
                max_iter=int(self.pretraining_max_iter),
                random=self._random,
            )
        return flat

    def _pretraining(self, n_samples: int) -> Pretraining:
        assert self.pretraining is not None
        return Pretraining(
            self.pretraining,
            self.visible,
            float(self.pretraining_learning_rate),
            int(self.pretraining_max_iter),
            n_samples if self.batch_size == "full" else self.batch_size,
            int(self.verbose),
        )
