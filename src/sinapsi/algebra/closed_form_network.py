"""What networks with a fixed hidden layer share: a linear output layer in closed form, that adds and forgets.

A family says how its hidden layer is made (``_make_hidden_layer``) and what it puts out (``_hidden``). The rest is
here: learning from examples in memory, from more examples, from batches and shards, and forgetting some again.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from sinapsi.algebra.dual_equations import DualEquations
from sinapsi.algebra.normal_equations import NormalEquations
from sinapsi.algebra.output_layer import (
    Equations,
    Examples,
    Hidden,
    OutputLayer,
    solve_for_examples,
    solve_for_few,
    solve_for_sums,
)
from sinapsi.algebra.passes import Block, ExamplesInMemory, ExamplesInShards
from sinapsi.batch_sources import Shard, naming, shards_of
from sinapsi.estimator import Floats, NetworkEstimator, random_generator, weights_of_examples
from sinapsi.exceptions import InvalidInputError
from sinapsi.history import History
from sinapsi.monitor import FitMonitor
from sinapsi.stopping import StopCode, StopReason
from sinapsi.validation import ExampleSet

LARGEST_KEPT_SUMS = 2**28  # bytes; larger sums are kept only where partial_fit builds on them
PREDICTED_BYTES = 2**25  # of hidden outputs at a time in predict


class ClosedFormNetwork(NetworkEstimator):
    """A hidden layer that stays as it is, and a linear output layer over it."""

    alpha: float | str
    random_state: int | np.random.RandomState | np.random.Generator | None
    verbose: int

    coef_: Floats
    intercept_: Floats
    alpha_: float
    rank_: int
    condition_: float
    history_: History
    n_iter_: int
    stop_reason_: StopReason
    _sums: dict[str, Any]
    _n_outputs: int

    # What a family says.

    def _make_hidden_layer(self, examples: Examples, dtype: np.dtype[Any]) -> None:
        """Set the attributes of the hidden layer, from the examples or at random."""
        raise NotImplementedError  # pragma: no cover  -- each family says

    def _hidden(self) -> Hidden:
        """The hidden layer that the attributes describe."""
        raise NotImplementedError  # pragma: no cover  -- each family says

    # What a regressor or classifier says.

    def _targets_of(self, answers: NDArray[Any], *, reset: bool, classes: ArrayLike | None = None) -> Floats:
        """Wanted outputs of shape (n_samples, n_outputs); takes classes or output shape when reset."""
        raise NotImplementedError  # pragma: no cover  -- each role says

    def _weights(self, sample_weight: ArrayLike | None, answers: NDArray[Any], dtype: np.dtype[Any]) -> Floats | None:
        return weights_of_examples(sample_weight, len(answers), dtype)

    def _shaped(self, coef: Floats) -> Floats:
        """coef_ as users see it, from (n_outputs, n_columns)."""
        return coef

    def _judge(self, layer: OutputLayer, examples: Examples) -> None:
        """Learn what examples that are left out tell of the output layer."""

    def _strata(self, targets: Floats) -> NDArray[Any] | None:
        """Classes to be represented alike where examples are held out."""
        return None

    def _score_of(self, examples: ExampleSet, outputs: Floats) -> float:
        """The score of some examples, as ``score`` gives it."""
        raise NotImplementedError  # pragma: no cover  -- each role says

    # Learning.

    def _adds(self) -> bool:
        """Whether examples can be added to those learned."""
        return True

    def _fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            examples, dtype = self._admit(X, y, sample_weight)
            self._begin()
            self._make_hidden_layer(examples, dtype)
            self._take(lambda: self._solved(examples), dtype, examples)
        return self

    def _admit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, classes: ArrayLike | None = None
    ) -> tuple[ExamplesInMemory, np.dtype[Any]]:
        """Let in the first examples."""
        inputs, answers = self._inputs_and_targets(X, y, reset=True)
        targets = self._targets_of(answers, reset=True, classes=classes)
        self._n_outputs = targets.shape[1]
        self._check_range(inputs, targets)
        examples = ExampleSet(inputs, targets, self._weights(sample_weight, answers, inputs.dtype))
        return ExamplesInMemory.of(examples.weighing_something()), inputs.dtype

    def _check_range(self, inputs: Any, targets: Floats) -> None:
        for values in (inputs, targets):
            check_range(values, type(self).__name__)

    def _begin(self) -> None:
        self._random = random_generator(self.random_state)
        self._sums = {}
        self.history_ = History({})
        self.n_iter_ = 0

    def _penalty(self) -> float | str:
        """The penalty as the engine takes it."""
        return self.alpha

    def _solved(self, examples: Examples, *, is_kept: bool = True) -> OutputLayer:
        name = type(self).__name__ if is_kept else None
        return solve_for_examples(examples, self._hidden(), self._n_outputs, self._penalty(), name, self._count)

    def _count(self, equations: Equations) -> float:
        """Examples that the equations are of."""
        return float(equations.weight)

    def _take(
        self,
        solve: Callable[[], OutputLayer],
        dtype: np.dtype[Any],
        examples: Examples | None,
        *,
        keep: bool = False,
        validate: Callable[[], dict[str, float]] | None = None,
    ) -> None:
        """Solve for the output layer and set what was learned."""
        monitor = FitMonitor(
            type(self).__name__, max_iter=1, previous=self.history_, verbose=self.verbose, validate=validate
        )
        # Not as a block, which would take Ctrl-C for the end of an epoch: of half a solution nothing is worth keeping.
        monitor.begin()
        try:
            layer = solve()
            self._accept(layer, dtype, keep=keep)
            if examples is not None:
                self._judge(layer, examples)
            monitor.record(loss=layer.training_error / 2, n_steps=1)
            monitor.stop(*self._why_it_ended())
        except BaseException:
            monitor.close()
            raise
        monitor.end()
        self._note(monitor)

    def _why_it_ended(self) -> tuple[StopCode, str]:
        return StopCode.SOLVED, self._how_it_was_solved()

    def _how_it_was_solved(self) -> str:
        return f"the output weights were solved for in closed form, alpha={self.alpha_:.3g}"

    def _note(self, monitor: FitMonitor) -> None:
        self.history_ = monitor.history
        self.stop_reason_ = monitor.reason
        self.n_iter_ = monitor.n_epochs

    def _accept(self, layer: OutputLayer, dtype: np.dtype[Any], *, keep: bool) -> None:
        solution = layer.solution
        self.coef_ = self._shaped(np.ascontiguousarray(solution.coef.T, dtype=dtype))
        self.intercept_ = np.asarray(solution.intercept, dtype=dtype)
        self.alpha_, self.rank_, self.condition_ = float(layer.alpha), int(solution.rank), float(solution.condition)
        kept = layer.equations.arrays() if layer.equations else {}
        is_small = sum(getattr(array, "nbytes", 0) for array in kept.values()) <= LARGEST_KEPT_SUMS
        self._sums = kept if keep or is_small else {}

    def _partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, classes: ArrayLike | None = None
    ) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            if hasattr(self, "coef_"):
                examples, dtype = self._more(X, y, sample_weight), self.coef_.dtype
            else:
                examples, dtype = self._admit(X, y, sample_weight, classes)
                self._begin()
                self._make_hidden_layer(examples, dtype)
            equations = self._with_more(examples)
            self._take(lambda: self._solved_again(equations), dtype, examples, keep=True)
        return self

    def _with_more(self, examples: ExamplesInMemory) -> Equations:
        """Those kept and some more; the examples themselves as long as they are not more than the columns."""
        hidden = self._hidden()
        kept = self._kept() if self.n_iter_ else None
        n_examples = len(examples.targets) + (kept.n_examples if kept else 0)
        if n_examples <= hidden.n_columns and not isinstance(kept, NormalEquations):
            more = DualEquations(hidden.outputs(examples.inputs), examples.targets, examples.weights)
            return kept.joined(more) if kept else more
        sums = self._sums_of(examples)
        return sums if kept is None else _sums_in(kept).join(sums)

    def _solved_again(self, equations: Equations) -> OutputLayer:
        if isinstance(equations, DualEquations):
            return solve_for_few(
                equations, self._penalty(), type(self).__name__, least_penalty=self._hidden().least_penalty
            )
        return solve_for_sums(equations, self._penalty(), self._count, least_penalty=self._hidden().least_penalty)

    def _forget(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None) -> Self:
        check_is_fitted(self)
        self._check_parameters()
        with self._all_or_nothing():
            examples = self._more(X, y, sample_weight)
            rest = _sums_in(self._kept()) - self._sums_of(examples)
            self._take(lambda: self._solved_again(rest), self.coef_.dtype, None, keep=True)
        return self

    def _door(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Block:
        """Let in examples that are more of what is known already."""
        inputs, answers = self._inputs_and_targets(X, y, reset=False)
        targets = self._targets_of(answers, reset=False)
        self._check_range(inputs, targets)
        dtype = self.coef_.dtype if hasattr(self, "coef_") else self._dtype_of_batches
        weights = self._weights(sample_weight, answers, dtype)
        return inputs.astype(dtype, copy=False), targets, weights

    def _more(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None) -> ExamplesInMemory:
        """Let in more examples, without those that weigh nothing."""
        return ExamplesInMemory.of(ExampleSet(*self._door(X, y, sample_weight)).weighing_something())

    _dtype_of_batches: np.dtype[Any] = np.dtype(np.float64)

    def _sums_of(self, examples: ExamplesInMemory) -> NormalEquations:
        hidden, n_outputs = self._hidden(), self._n_outputs
        return examples.collect(
            lambda: NormalEquations(hidden.n_columns, n_outputs, overwrites=True), hidden.outputs, hidden.n_rows
        )

    def _kept(self) -> Equations:
        if not self._sums:
            raise InvalidInputError(
                f"{type(self).__name__} keeps no sums to which examples could be added, or from which they could be "
                f"taken away: {self._why_no_sums()}"
            )
        kind = NormalEquations if "gram" in self._sums else DualEquations
        return kind.from_arrays(self._sums)

    def _why_no_sums(self) -> str:
        return (
            f"those of {self.coef_.shape[-1]} hidden outputs take more than {LARGEST_KEPT_SUMS >> 20} MiB, which fit "
            "does not keep. Begin with partial_fit, which does."
        )

    def _fit_batches(self, source: Any, target: str | list[str] | None, n_jobs: int | None) -> Self:
        self._check_parameters()
        with self._all_or_nothing():
            shards = shards_of(source, target=target)
            dtype = self._survey(shards, n_jobs)
            self._begin()
            self._dtype_of_batches = dtype
            try:
                stub = copy.copy(self)  # what goes to the workers knows the classes and columns, and nothing large
                stub.__dict__.pop("coef_", None)
                examples = ExamplesInShards(shards, stub._door, n_jobs)
                self._make_hidden_layer(examples, dtype)
                self._take(lambda: self._solved(examples), dtype, examples)
            finally:
                del self._dtype_of_batches
        return self

    def _survey(self, shards: list[Shard], n_jobs: int | None) -> np.dtype[Any]:
        """Learn the columns, and what targets there are, before the passes begin."""
        with naming(shards[0]):
            first = next(iter(shards[0].batches()))
            inputs, answers = self._inputs_and_targets(first[0], first[1], reset=True)
        targets = self._targets_of(self._all_answers(answers, shards, n_jobs), reset=True)
        self._n_outputs = targets.shape[1]
        dtype: np.dtype[Any] = inputs.dtype
        return dtype

    def _all_answers(self, first: NDArray[Any], shards: list[Shard], n_jobs: int | None) -> NDArray[Any]:
        """Answers that show every kind there is; those of the first batch do, unless there are classes."""
        return first

    # Answers.

    def _weights_and_biases(self) -> tuple[Floats, Floats]:
        """Weights with one row an output, and biases: views."""
        return self.coef_.reshape(len(self.intercept_), -1), self.intercept_

    def _outputs(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        return self._outputs_of(self._inputs(X, reset=False))

    def _outputs_of(self, inputs: Any) -> Floats:
        coef, intercept = self._weights_and_biases()
        hidden = self._hidden()
        outputs = np.empty((inputs.shape[0], len(intercept)), dtype=np.result_type(inputs.dtype, coef.dtype))
        for rows, part in _in_blocks(inputs, hidden):
            outputs[rows] = part @ coef.T + intercept
        return outputs

    def _transformed(self, X: ArrayLike, n_columns: int | None = None) -> Floats:
        check_is_fitted(self)
        inputs, hidden = self._inputs(X, reset=False), self._hidden()
        blocks = [part[:, :n_columns] for _, part in _in_blocks(inputs, hidden)]
        return np.concatenate(blocks) if len(blocks) != 1 else np.ascontiguousarray(blocks[0])


def _sums_in(equations: Equations) -> NormalEquations:
    return equations.sums() if isinstance(equations, DualEquations) else equations


def _in_blocks(inputs: Any, hidden: Hidden) -> Iterator[tuple[slice, Floats]]:
    size = max(hidden.n_rows, PREDICTED_BYTES // (hidden.n_columns * hidden.itemsize * 8))
    for start in range(0, inputs.shape[0], size):
        rows = slice(start, start + size)
        yield rows, hidden.outputs(inputs[rows])


def check_range(values: Any, owner: str) -> None:
    """Refuse values whose squares are no finite numbers.

    Parameters
    ----------
    values : array or CSR matrix of shape (n_samples, n_columns)
        Inputs or targets.
    owner : str
        Class name of the estimator.

    Raises
    ------
    InvalidInputError
        If a sum of squares over the columns could overflow.
    """
    numbers = values.data if sparse.issparse(values) else values
    if numbers.dtype.kind != "f" or not numbers.size:
        return
    largest = max(float(numbers.max()), -float(numbers.min()))
    limit = np.sqrt(float(np.finfo(numbers.dtype).max) / values.shape[0] / values.shape[1]) / 4
    if largest > limit:
        raise InvalidInputError(
            f"{owner} squares distances, hidden outputs and y; squares of {largest:.3g} exceed the range of "
            f"{numbers.dtype}. Expected columns of ordinary size; rescale X and y, for example with "
            "sklearn.preprocessing.StandardScaler."
        )
