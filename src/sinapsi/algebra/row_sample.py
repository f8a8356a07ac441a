"""A random sample of distinct rows that does not depend on how the data were cut or ordered.

Every row gets a random number that depends on nothing but its contents and the seed; the sample is the rows with the
smallest numbers (bottom-k sampling, Cohen and Kaplan 2007). A row that comes twice has one number, so it is one row of
twice the weight; samples of shards join to the sample of all.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sinapsi.activations import Floats

Keys = NDArray[np.uint64]

HIGH_HALF = np.uint64(0xFFFFFFFF00000000)


class RowSample:
    """The rows with the smallest keys.

    Parameters
    ----------
    size : int
        Most rows to keep.
    seed : int
        Of the keys.

    Attributes
    ----------
    rows : array or CSR matrix of shape (n_kept, n_features)
        Distinct, in the order of their keys, which is a random one.
    targets : array of shape (n_kept, n_outputs)
        Weighted mean of the targets that came with each.
    weights : array of shape (n_kept,)
        Sum of the weights that came with each.
    n_distinct : int
        Distinct rows that there were; exact while it is at most ``size``.
    """

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._seed = seed
        self._keys: Keys = np.empty(0, dtype=np.uint64)
        self.rows: Any = np.empty((0, 0))
        self.targets: Floats = np.empty((0, 0))
        self.weights: Floats = np.empty(0)
        self.is_all = True  # whether no row was left out

    @property
    def n_distinct(self) -> int:
        """Rows kept."""
        return len(self._keys)

    def add(self, rows: Any, targets: Floats, weights: Floats | None = None) -> Self:
        """Take in a block of examples.

        Parameters
        ----------
        rows : array or CSR matrix of shape (n_samples, n_features)
            Inputs.
        targets : array of shape (n_samples, n_outputs)
            Their targets.
        weights : array of shape (n_samples,), optional
            Their weights; those of weight 0 are left out.

        Returns
        -------
        RowSample
            The same object.
        """
        own = np.ones(rows.shape[0]) if weights is None else weights.astype(np.float64)
        keys = keys_of(rows, self._seed)
        wanted = own > 0
        if len(self._keys) == self._size and self._size:
            low = keys <= self._keys[-1]
            self.is_all &= bool((low | ~wanted).all())
            wanted &= low
        return self._merge(keys[wanted], rows[wanted], targets[wanted].astype(np.float64), own[wanted])

    def join(self, other: RowSample) -> Self:
        """Take in the sample of other examples.

        Parameters
        ----------
        other : RowSample
            Of the same size and seed.

        Returns
        -------
        RowSample
            The same object.
        """
        self.is_all &= other.is_all
        return self._merge(other._keys, other.rows, other.targets, other.weights)

    def _merge(self, keys: Keys, rows: Any, targets: Floats, weights: Floats) -> Self:
        if not len(keys):
            return self
        if len(self._keys):
            keys, rows = np.concatenate([self._keys, keys]), _stacked(self.rows, rows)
            targets, weights = np.concatenate([self.targets, targets]), np.concatenate([self.weights, weights])
        self._keys, first, places = np.unique(keys, return_index=True, return_inverse=True)
        sums = np.zeros((len(first), targets.shape[1]))
        np.add.at(sums, places, targets * weights[:, np.newaxis])
        self.weights = np.bincount(places, weights, len(first)).astype(np.float64)
        self.targets = sums / self.weights[:, np.newaxis]
        self.rows = rows[first]
        if len(first) > self._size:
            self.is_all = False
            kept = slice(self._size)
            self._keys, self.rows = self._keys[kept], self.rows[kept]
            self.targets, self.weights = self.targets[kept], self.weights[kept]
        return self


def keys_of(rows: Any, seed: int) -> Keys:
    """Give each row a number that looks random and depends on its contents and the seed only.

    Parameters
    ----------
    rows : array or CSR matrix of shape (n_samples, n_features)
        Rows; -0 counts as 0.
    seed : int
        Another one gives other numbers.

    Returns
    -------
    array of shape (n_samples,)
        Equal for equal rows; for others equal with a probability of about 2^-64.
    """
    random = np.random.default_rng(seed)
    factors = random.integers(2**63, size=rows.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    salt = random.integers(2**63, dtype=np.uint64)  # or a row of zeros would be first for every seed
    numbers = rows.data if sparse.issparse(rows) else rows
    with np.errstate(over="ignore"):
        single = numbers.astype(np.float32).astype(np.float64)
    # The order is that of the numbers in single precision, so that it is the same in both; the rest of the key tells
    # rows apart that are equal in single precision only.
    high = _hashed(rows, single, factors, salt)
    low = high if numbers.dtype == np.float32 else _hashed(rows, numbers, factors, salt)
    return (high & HIGH_HALF) | (low & ~HIGH_HALF)


def _hashed(rows: Any, numbers: Floats, factors: Keys, salt: np.uint64) -> Keys:
    """A number a row; ``numbers`` are those of the rows, or of their entries that are not 0."""
    mixed = _mixed((numbers.astype(np.float64) + 0.0).view(np.uint64))  # 0 stays 0, so a sparse row has the same key
    if not sparse.issparse(rows):
        return _mixed((mixed * factors).sum(axis=1, dtype=np.uint64) + salt)
    sums = np.zeros(rows.shape[0], dtype=np.uint64)
    np.add.at(sums, np.repeat(np.arange(len(sums)), np.diff(rows.indptr)), mixed * factors[rows.indices])
    return _mixed(sums + salt)


def _stacked(above: Any, below: Any) -> Any:
    if sparse.issparse(above):
        return sparse.vstack([above, below], format="csr")
    return np.concatenate([above, below])


def _mixed(numbers: Keys) -> Keys:
    """The finalizer of SplitMix64 (Steele, Lea and Flood 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
