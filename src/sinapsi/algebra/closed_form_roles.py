"""The two roles of a network in closed form: a regressor and a classifier, with the methods users call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import joblib
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sinapsi.activations import Floats
from sinapsi.algebra.calibration import N_EXAMPLES, best_slope, both_sides, outputs_left_out, probabilities
from sinapsi.algebra.closed_form_network import ClosedFormNetwork
from sinapsi.algebra.dual_equations import DualEquations
from sinapsi.algebra.output_layer import Equations, Examples, OutputLayer
from sinapsi.algebra.passes import ExamplesInMemory, sample_of
from sinapsi.algebra.ridge_path import penalties
from sinapsi.algebra.row_sample import RowSample
from sinapsi.batch_sources import Shard, naming
from sinapsi.estimator import weights_of_examples
from sinapsi.exceptions import InvalidInputError
from sinapsi.labels import (
    check_first_classes,
    class_labels,
    one_label_each,
    signed_targets,
    weighted_by_class,
    winners,
)
from sinapsi.parameters import Rule, choice, instance, nothing
from sinapsi.validation import ExampleSet, determination

CANDIDATES = 2  # examples in memory looked at for each that tells of the slope


def _adds(network: ClosedFormNetwork) -> bool:
    return network._adds()


class ClosedFormRegressor(MultiOutputMixin, RegressorMixin, ClosedFormNetwork):
    """A network in closed form for real targets."""

    _y_is_flat: bool

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Make the hidden layer and solve for the output weights.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; a sparse matrix where the network takes one.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        object
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, y, sample_weight)

    @available_if(_adds)
    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn more examples; the weights are then those for all examples of all calls, however they were cut.

        The hidden layer is made in the first call and stays. ``alpha="loo"``, which would need the earlier examples
        again, gives way to ``"gcv"``.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Wanted outputs.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        object
            The estimator.

        Raises
        ------
        InvalidInputError
            If the examples have other columns or outputs than those before.
        """
        return self._partial_fit(X, y, sample_weight)

    @available_if(_adds)
    def forget(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Forget examples that were learned; the weights are then those of a fit that never saw them.

        The hidden layer stays.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples, as they were learned.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Their outputs.
        sample_weight : array of shape (n_samples,), optional
            Their weights.

        Returns
        -------
        object
            The estimator.

        Raises
        ------
        InvalidInputError
            If more examples are to be forgotten than were learned, or others than were learned.
        """
        return self._forget(X, y, sample_weight)

    @available_if(_adds)
    def fit_batches(self, source: Any, *, target: str | list[str] | None = None, n_jobs: int | None = None) -> Self:
        """Learn from data larger than memory, or spread over several files or machines.

        Parameters
        ----------
        source : object
            A pair (X, y) of arrays or memory maps, an iterable of batches (X, y) that can be gone through again, a
            callable that gives such an iterable, the path of a Parquet file, or a list of these: its shards.
        target : str or list of str, optional
            Column, or columns, of a Parquet file that hold y.
        n_jobs : int, optional
            Shards read at the same time, as in joblib; ``joblib.parallel_config(backend="dask")`` spreads them over a
            cluster.

        Returns
        -------
        object
            The fitted estimator.

        Raises
        ------
        InvalidInputError
            If the source is none of these, is empty or exhausted, or a shard cannot be learned from.
        """
        return self._fit_batches(source, target, n_jobs)

    def predict(self, X: ArrayLike) -> Floats:
        """Give the outputs.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_outputs)
            Shaped as y was.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if self.coef_.ndim == 1 else outputs

    def _targets_of(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None = None) -> Floats:
        targets = answers.reshape(len(answers), -1)
        if reset:
            self._y_is_flat = answers.ndim == 1
        elif targets.shape[1] != self._n_outputs:
            raise InvalidInputError(
                f"y must have {self._n_outputs} outputs as in the first fit. Got {targets.shape[1]}."
            )
        return targets

    def _shaped(self, coef: Floats) -> Floats:
        return coef[0] if self._y_is_flat else coef

    def _score_of(self, examples: ExampleSet, outputs: Floats) -> float:
        return determination(examples.targets, outputs, examples.weights)


class ClosedFormClassifier(ClassifierMixin, ClosedFormNetwork):
    """A network in closed form for classes: targets -1 and +1, the largest output wins."""

    _class_weight_rule: ClassVar[Mapping[str, Rule]] = {
        "class_weight": nothing | choice("balanced") | instance(dict, "a dict of class to weight"),
    }

    class_weight: dict[Any, float] | str | None
    classes_: NDArray[Any]
    slope_: float
    _balance: dict[Any, float] | None  # weights by class that fit_batches found for "balanced"

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Make the hidden layer and solve for the output weights.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; a sparse matrix where the network takes one.
        y : array of shape (n_samples,)
            Their classes: two or more labels of one type.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        object
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        return self._fit(X, y, sample_weight)

    @available_if(_adds)
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn more examples; the weights are then those for all examples of all calls, however they were cut.

        The hidden layer is made in the first call and stays. ``alpha="loo"``, which would need the earlier examples
        again, gives way to ``"gcv"``.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.
        sample_weight : array of shape (n_samples,), optional
            Weight >= 0 of each example.

        Returns
        -------
        object
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        check_first_classes(self, classes, is_first=not hasattr(self, "coef_"))
        return self._partial_fit(X, y, sample_weight, classes)

    @available_if(_adds)
    def forget(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Forget examples that were learned; the weights are then those of a fit that never saw them.

        The hidden layer stays.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples, as they were learned.
        y : array of shape (n_samples,)
            Their classes.
        sample_weight : array of shape (n_samples,), optional
            Their weights.

        Returns
        -------
        object
            The estimator.

        Raises
        ------
        InvalidInputError
            If more examples are to be forgotten than were learned, or others than were learned.
        """
        check_is_fitted(self)
        if self.class_weight == "balanced" and getattr(self, "_balance", None) is None:
            raise InvalidInputError(
                "forget needs the weight with which each example was learned, which class_weight='balanced' does not "
                "keep. Pass a dict of class to weight."
            )
        return self._forget(X, y, sample_weight)

    @available_if(_adds)
    def fit_batches(self, source: Any, *, target: str | None = None, n_jobs: int | None = None) -> Self:
        """Learn from data larger than memory, or spread over several files or machines.

        Parameters
        ----------
        source : object
            A pair (X, y) of arrays or memory maps, an iterable of batches (X, y) that can be gone through again, a
            callable that gives such an iterable, the path of a Parquet file, or a list of these: its shards.
        target : str, optional
            Column of a Parquet file that holds the classes.
        n_jobs : int, optional
            Shards read at the same time, as in joblib; ``joblib.parallel_config(backend="dask")`` spreads them over a
            cluster.

        Returns
        -------
        object
            The fitted estimator. One pass over the answers alone comes first, to learn the classes.

        Raises
        ------
        InvalidInputError
            If the source is none of these, is empty or exhausted, or a shard cannot be learned from.
        """
        return self._fit_batches(source, target, n_jobs)

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the outputs.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_classes)
            For two classes one number, above 0 for ``classes_[1]``.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Give the class of each example.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,)
            Class labels.
        """
        outputs = self._outputs(X)
        return self.classes_[winners(outputs)]

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Give the probability of each class: a softmax of the outputs times ``slope_``.

        The slope is the one with the lowest log loss on outputs of some examples (at most 2048 distinct ones of the
        last call that learned), each left out in turn.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_classes)
            Rows add up to 1; the largest stands for the class that ``predict`` gives.
        """
        outputs = self._outputs(X)
        return probabilities(outputs, self.slope_)

    def _targets_of(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None = None) -> Floats:
        self.classes_, indices = one_label_each(answers, type(self).__name__, None if reset else self.classes_, classes)
        return signed_targets(indices, len(self.classes_))

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        weights = weights_of_examples(sample_weight, len(answers), dtype)
        balance = getattr(self, "_balance", None)
        by_class = self.class_weight if balance is None else balance
        return weighted_by_class(weights, by_class, answers, self.classes_, dtype)

    def _judge(self, layer: OutputLayer, examples: Examples) -> None:
        left_out = layer.left_out or self._left_out(layer, examples)
        self.slope_ = best_slope(*left_out)

    def _left_out(self, layer: OutputLayer, examples: Examples) -> tuple[Floats, Floats, Floats]:
        """Outputs of some examples, each left out, with their targets and weights."""
        equations = layer.equations
        if isinstance(equations, DualEquations):
            alpha = max(layer.alpha, float(penalties(equations.eigenvalues)[-1]))
            return equations.outputs_left_out(alpha), equations.targets, equations.weights
        sample = _some_of(examples)
        if equations is None:  # learned step by step: the outputs as they are
            return self._outputs_of(sample.rows), sample.targets, sample.weights
        hidden = self._hidden().outputs(sample.rows).astype(np.float64)
        outputs = outputs_left_out(equations, layer.solution, layer.alpha, hidden, sample.targets, sample.weights)
        return outputs, sample.targets, sample.weights

    def _count(self, equations: Equations) -> float:
        """Examples as their sample weights count them, without the weights of their classes."""
        by_class = getattr(self, "_balance", None) or self.class_weight
        if not isinstance(by_class, dict):
            return float(equations.weight)
        sides = both_sides(len(equations.target_mean))
        shares = (1 + equations.target_mean @ sides) / 2
        factors = np.array([float(by_class.get(label, 1)) for label in self.classes_.tolist()])
        return float((equations.weight * shares)[factors > 0] @ (1 / factors[factors > 0]))

    def _strata(self, targets: Floats) -> NDArray[Any]:
        return winners(targets)

    def _score_of(self, examples: ExampleSet, outputs: Floats) -> float:
        return float(np.average(winners(examples.targets) == winners(outputs), weights=examples.weights))

    def _admit(self, X: ArrayLike, y: ArrayLike, sample_weight: Any, classes: Any = None) -> Any:
        self._balance = None
        return super()._admit(X, y, sample_weight, classes)

    def _all_answers(self, first: NDArray[Any], shards: list[Shard], n_jobs: int | None) -> NDArray[Any]:
        counts = joblib.Parallel(n_jobs=n_jobs)(joblib.delayed(_count_classes)(shard) for shard in shards)
        total: dict[Any, int] = {}
        for part in counts:
            for label, count in part.items():
                total[label] = total.get(label, 0) + count
        if self.class_weight == "balanced":
            n_examples = sum(total.values())
            self._balance = {label: n_examples / (len(total) * count) for label, count in total.items()}
        else:
            self._balance = None
        return class_labels(list(total))


def _some_of(examples: Examples) -> RowSample:
    """A random sample of distinct examples; of more than some in memory, every so many only are looked at."""
    if isinstance(examples, ExamplesInMemory) and len(examples.targets) > CANDIDATES * N_EXAMPLES:
        rows = slice(None, None, len(examples.targets) // (CANDIDATES * N_EXAMPLES))
        weights = None if examples.weights is None else examples.weights[rows]
        examples = ExamplesInMemory(examples.inputs[rows], examples.targets[rows], weights)
    return sample_of(examples, N_EXAMPLES, 0)


def _count_classes(shard: Shard) -> dict[Any, int]:
    """How often each class occurs."""
    with naming(shard):
        total: dict[Any, int] = {}
        for _, answers, *_ in shard.batches():
            labels, counts = np.unique(class_labels(answers), return_counts=True)
            for label, count in zip(labels.tolist(), counts.tolist(), strict=True):
                total[label] = total.get(label, 0) + count
        return total
