"""Passes over the examples: the same sums whether they lie in memory, come in batches or on several machines.

What a pass collects is an object that takes blocks in (``add``) and joins with another of its kind (``join``). Blocks
have a fixed number of rows, however the data were cut, so the order of every sum is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial, reduce
from typing import Any, Protocol, Self, TypeVar

import joblib

from sinapsi.activations import Floats
from sinapsi.algebra.distances import BLOCK_BYTES
from sinapsi.algebra.row_sample import RowSample
from sinapsi.batch_sources import Shard, naming, recut
from sinapsi.validation import ExampleSet

SAMPLE_BLOCK = 2048  # rows of a block in the pass that samples rows

LARGEST_MERGED = 20_000  # examples; looking for equal ones among more would cost as much as learning

Block = tuple[Any, Floats, Floats | None]  # inputs, targets, weights


class Collector(Protocol):
    """What is collected in a pass."""

    def add(self, rows: Any, targets: Floats, weights: Floats | None = None) -> Self:
        """Take in a block."""
        ...

    def join(self, other: Self) -> Self:
        """Take in what another one collected."""
        ...


Collected = TypeVar("Collected", bound=Collector)
HiddenOutputs = Callable[[Any], Any]  # from a block of inputs to a new array of hidden outputs


def rows_a_block(n_columns: int, itemsize: int) -> int:
    """Give the rows of a block of hidden outputs.

    Parameters
    ----------
    n_columns, itemsize : int
        Its width, and bytes of a number.

    Returns
    -------
    int
        About 2 MB, but four times as many rows as there are columns (up to 4096): to add the products of a block to
        those before takes a pass through a square matrix, which must be little beside the products.
    """
    return max(1, BLOCK_BYTES // max(1, n_columns * itemsize), min(4 * n_columns, 4096))


class ExamplesInMemory:
    """Inputs and targets that lie in memory.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_samples, n_features)
        X.
    targets : array of shape (n_samples, n_outputs)
        T.
    weights : array of shape (n_samples,), optional
        Weight of each example.
    """

    def __init__(self, inputs: Any, targets: Floats, weights: Floats | None = None) -> None:
        self.inputs = inputs
        self.targets = targets
        self.weights = weights

    @classmethod
    def of(cls, examples: ExampleSet) -> Self:
        """Take a set of examples.

        Parameters
        ----------
        examples : ExampleSet
            With targets of shape (n_samples, n_outputs).

        Returns
        -------
        ExamplesInMemory
            The same arrays.
        """
        return cls(examples.inputs, examples.targets, examples.weights)

    def merged(self) -> ExamplesInMemory:
        """Make one example of those with equal inputs, with their mean target, so that they are left out together.

        Returns
        -------
        ExamplesInMemory
            Distinct inputs in an order of their own; of very many examples the same as they are.
        """
        if len(self.targets) > LARGEST_MERGED:
            return self
        distinct = sample_of(self, len(self.targets), seed=0)
        return ExamplesInMemory(distinct.rows, distinct.targets, distinct.weights)

    def collect(self, make: Callable[[], Collected], hidden: HiddenOutputs, n_rows: int) -> Collected:
        """Go once through the examples.

        Parameters
        ----------
        make : callable
            Makes an empty collector.
        hidden : callable
            Makes hidden outputs of inputs.
        n_rows : int
            Rows of a block.

        Returns
        -------
        collector
            What was collected.
        """
        return _collect(make(), self._blocks(n_rows), hidden)

    def _blocks(self, n_rows: int) -> Iterator[Block]:
        for start in range(0, len(self.targets), n_rows):
            rows = slice(start, start + n_rows)
            weights = None if self.weights is None else self.weights[rows]
            yield self.inputs[rows], self.targets[rows], weights


class ExamplesInShards:
    """Examples that are read in batches, from one source or several.

    Parameters
    ----------
    shards : list of Shard
        Where they come from.
    door : callable
        Makes inputs, targets and weights of a batch; must survive pickling.
    n_jobs : int, optional
        Shards read at the same time, as in joblib; a backend set by ``joblib.parallel_config`` is used.
    """

    def __init__(self, shards: list[Shard], door: Callable[..., Block], n_jobs: int | None = None) -> None:
        self._shards = shards
        self._door = door
        self._n_jobs = n_jobs

    def collect(self, make: Callable[[], Collected], hidden: HiddenOutputs, n_rows: int) -> Collected:
        """Go once through the examples, and join what every shard gave in the order of the shards.

        Parameters
        ----------
        make : callable
            Makes an empty collector; must survive pickling.
        hidden : callable
            Makes hidden outputs of inputs; must survive pickling.
        n_rows : int
            Rows of a block.

        Returns
        -------
        collector
            What was collected.

        Raises
        ------
        InvalidInputError
            If a shard cannot be read or learned from; the message names it.
        """
        if len(self._shards) == 1:
            return _collect_shard(self._shards[0], self._door, make, hidden, n_rows)
        parts: list[Collected] = joblib.Parallel(n_jobs=self._n_jobs)(
            joblib.delayed(_collect_shard)(shard, self._door, make, hidden, n_rows) for shard in self._shards
        )
        return reduce(lambda whole, part: whole.join(part), parts)


def _collect_shard(
    shard: Shard, door: Callable[..., Block], make: Callable[[], Collected], hidden: HiddenOutputs, n_rows: int
) -> Collected:
    with naming(shard):
        batches = (door(*batch) for batch in shard.batches())
        return _collect(make(), recut(batches, n_rows), hidden)


def _collect(collector: Collected, blocks: Iterable[Block], hidden: HiddenOutputs) -> Collected:
    for inputs, targets, weights in blocks:
        collector.add(hidden(inputs), targets, weights)
    return collector


def sample_of(examples: ExamplesInMemory | ExamplesInShards, size: int, seed: int) -> RowSample:
    """Take a random sample of distinct rows, in one pass.

    Parameters
    ----------
    examples : ExamplesInMemory or ExamplesInShards
        All of them.
    size : int
        Most rows to keep.
    seed : int
        Of the choice.

    Returns
    -------
    RowSample
        The same however the examples were cut or ordered.
    """
    return examples.collect(partial(RowSample, size, seed), as_they_are, SAMPLE_BLOCK)


def as_they_are(inputs: Any) -> Any:
    """Give a block of inputs itself, where a pass is about the inputs and not about hidden outputs.

    Parameters
    ----------
    inputs : array or CSR matrix of shape (n_rows, n_features)
        A block.

    Returns
    -------
    array or CSR matrix
        The same object.
    """
    return inputs
