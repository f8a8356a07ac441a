"""The Hopfield network: every rule of storage and every kind of recall."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sinapsi.algebra.passes import Block, ExamplesInShards, as_they_are
from sinapsi.batch_sources import naming, shards_of
from sinapsi.exceptions import InvalidParameterError
from sinapsi.memories.storage import Storage
from sinapsi.memories.storage_rules import RULES, hebb_of_sums, projection_of_sums
from sinapsi.memories.stored_memories import MemorySums, without
from sinapsi.memories.storing_network import StoringNetwork
from sinapsi.memories.two_valued import states_of
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import (
    DIEDERICH_OPPER_1987,
    HEBB_1949,
    HOPFIELD_1982,
    HOPFIELD_FEINSTEIN_PALMER_1983,
    PERSONNAZ_GUYON_DREYFUS_1985,
    STORKEY_1997,
    Reference,
)

LARGEST_RATE = 1e6  # memories taken away by a dream; more would leave nothing but rounding
BATCH_ROWS = 4096  # memories of a block from batches
SUMMING_RULES = ("hebb", "pseudo_inverse")


def _adds_up(network: HopfieldNetwork) -> bool:
    return network.rule in SUMMING_RULES


class HopfieldNetwork(StoringNetwork):
    """Content-addressed memory: give it a part or a blurred copy of what it stores, and it recalls the whole.

    Every unit is -1 or +1, is joined to every other by symmetric weights, and takes the sign of its field
    h_i = sum_j w_ij s_j; a unit with field 0 stays as it is. So the energy E = -1/2 sum_ij w_ij s_i s_j falls with
    every change, and recall ends in a local minimum: a memory, its negative, or a mixture that nobody stored.

    Parameters
    ----------
    rule : {"hebb", "pseudo_inverse", "storkey", "perceptron"}, default="hebb"
        How memories f_k become weights; the diagonal is empty for all. ``"hebb"``: their outer products, up to 0.138
        memories a unit. ``"pseudo_inverse"``: the projection on their span, which makes all independent memories
        stable, up to one a unit. ``"storkey"``: one after another by local fields, between the two. ``"perceptron"``:
        corrected, with symmetric weights, until all are stable.
    recall : {"asynchronous", "synchronous"}, default="asynchronous"
        One unit after another, or all at once; then the energy may rise, and recall may end in a cycle of states.
    temperature : float, default=0.0
        T at least 0 in units of the weights. Above 0 a unit becomes +1 with probability 1 / (1 + exp(-2 h_i / T)), and
        recall gives the state after ``n_sweeps`` sweeps. Chance follows from the seed and the contents of the probe,
        so a probe fares the same in any batch.
    normalization : {"memories", "units"}, default="memories"
        Hebb's weights are sums over memories divided by the number of memories or of units. It matters for energies
        and temperature only.
    binarize : float or None, default=0.0
        Values of X above are +1, the others -1; rows of -1 and +1 alone, as ``predict`` gives them, are taken as they
        are. None: X must have two values, -1 and +1 or 0 and 1.
    order : {"random", "cyclic"} or array of int, default="random"
        Whom asynchronous recall asks: a new permutation for each sweep, the same for all probes and all calls; units by
        number; or visits as given, over and over.
    n_sweeps : int, default=100
        Sweeps at temperature above 0; how often a given order is gone through.
    margin : float, default=1.0
        Of the perceptron rule, at least 0: by how much a field must agree with the memory, in units of what one
        correction adds. Larger margins make larger basins of attraction and take longer.
    max_iter : int, default=1000
        Of the perceptron rule: passes over the memories.
    random_state : int, RandomState, Generator or None, default=None
        Of the order, of chance at a temperature, and of dreams.
    verbose : int, default=0
        1 shows a progress bar on a terminal.

    Attributes
    ----------
    memories_ : array of int8 of shape (n_memories, n_features)
        What was stored, as -1 and +1; empty after ``fit_batches`` of as many memories as units or more.
    n_memories_ : int
        How many.
    weights_ : array of shape (n_features, n_features)
        The weights, symmetric with an empty diagonal; made anew each time it is asked for.
    history_ : History
        ``loss``: of the memories of each call, the share of units that would leave a memory that is given without a
        fault; of the perceptron rule those that fall short of the margin, in every pass.
    n_iter_ : int
        Passes over the memories.
    stop_reason_ : StopReason
        Why storing ended.
    n_features_in_ : int
        Number of units.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    See Also
    --------
    DenseAssociativeMemory : Stores far more memories than units.
    ModernHopfieldNetwork : Stores real-valued patterns.
    capacity_curve : How many memories a rule bears.

    Notes
    -----
    No matrix of weights is made while there are fewer memories than units (half as many for Storkey's and the
    perceptron rule).

    References
    ----------
    Hebb (1949), The Organization of Behavior; Hopfield (1982), Neural networks and physical systems with emergent
    collective computational abilities; Personnaz,
    Guyon and Dreyfus (1985), Information storage and retrieval in spin-glass like neural networks; Storkey (1997),
    Increasing the capacity of a Hopfield network without sacrificing functionality; Diederich and Opper (1987),
    Learning of correlated patterns in spin-glass networks by local learning rules; Hopfield, Feinstein and Palmer
    (1983), Unlearning has a stabilizing effect in collective memories.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import HopfieldNetwork
    >>> memories = np.random.default_rng(0).choice([-1, 1], size=(5, 100))
    >>> model = HopfieldNetwork(random_state=0).fit(memories)
    >>> probe = memories[:1].astype(float)
    >>> probe[:, :20] *= -1
    >>> model.overlap(probe).round(2)
    array([[ 0.6 , -0.1 ,  0.2 ,  0.08, -0.12]])
    >>> model.overlap(model.predict(probe)).round(2)
    array([[ 1.  , -0.1 ,  0.12,  0.08,  0.  ]])
    >>> probe[:, :40] = np.nan
    >>> bool((model.complete(probe) == memories[0]).all())
    True
    """

    _chapter: ClassVar[int] = 7
    _references: ClassVar[tuple[Reference, ...]] = (
        HOPFIELD_1982,
        HEBB_1949,
        PERSONNAZ_GUYON_DREYFUS_1985,
        STORKEY_1997,
        DIEDERICH_OPPER_1987,
        HOPFIELD_FEINSTEIN_PALMER_1983,
    )
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "rule": choice(*RULES),
        "recall": choice("asynchronous", "synchronous"),
        "temperature": number(0, np.inf, open_high=True),
        "normalization": choice("memories", "units"),
        "binarize": nothing | number(-np.inf, np.inf, open_low=True, open_high=True),
        "order": choice("random", "cyclic") | instance((np.ndarray, list, tuple), "an array of unit numbers"),
        "n_sweeps": count(1),
        "margin": number(0, np.inf, open_high=True),
        "max_iter": count(1),
        "random_state": random_source,
        "verbose": boolean | count(0),
    }

    def __init__(
        self,
        *,
        rule: str = "hebb",
        recall: str = "asynchronous",
        temperature: float = 0.0,
        normalization: str = "memories",
        binarize: float | None = 0.0,
        order: str | ArrayLike = "random",
        n_sweeps: int = 100,
        margin: float = 1.0,
        max_iter: int = 1000,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        verbose: int = 0,
    ) -> None:
        self.rule = rule
        self.recall = recall
        self.temperature = temperature
        self.normalization = normalization
        self.binarize = binarize
        self.order = order
        self.n_sweeps = n_sweeps
        self.margin = margin
        self.max_iter = max_iter
        self.random_state = random_state
        self.verbose = verbose

    # Storing.

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Store memories, and nothing else.

        Parameters
        ----------
        X : array of shape (n_memories, n_features)
            One memory a row, one unit a column.
        y : object, optional
            Not looked at.

        Returns
        -------
        HopfieldNetwork
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If X cannot be stored.

        Warns
        -----
        DataDimensionalityWarning
            If there are more memories than the rule bears; it tells which error to expect.
        ConvergenceWarning
            If the perceptron rule could not make all of them stable.
        """
        self._check_parameters()
        with self._all_or_nothing():
            memories = states_of(self._rows(X, reset=True), self.binarize)
            self._begin()
            self._store(memories)
        return self

    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:
        """Store more memories beside those that are there.

        Hebb's sum and the projection of the pseudo-inverse grow by what is new; Storkey's rule goes on with the next
        memory; the perceptron rule goes on learning, now all of them.

        Parameters
        ----------
        X : array of shape (n_memories, n_features)
            One memory a row.
        y : object, optional
            Not looked at.

        Returns
        -------
        HopfieldNetwork
            The estimator.

        Raises
        ------
        InvalidInputError
            If X has other columns than those before.
        """
        if not hasattr(self, "_storage"):
            return self.fit(X)
        self._check_parameters()
        self._check_rule()
        with self._all_or_nothing():
            memories = states_of(self._rows(X, reset=False), self.binarize)
            self._store_more(memories)
        return self

    @available_if(_adds_up)
    def fit_batches(self, source: Any, *, target: str | list[str] | None = None, n_jobs: int | None = None) -> Self:
        """Store more memories than the computer's memory holds, by Hebb's rule or the pseudo-inverse.

        What is summed are whole numbers, so the weights have the same digits however the memories are cut.

        Parameters
        ----------
        source : array, memory map, iterable, callable, path or list of these
            Memories: an array or memory map; batches, each an array; a function that gives them at each call; the path
            of a Parquet file; or a list of these, each a shard. Pairs (X, y) are taken too, without looking at y.
        target : str or list of str, optional
            For Parquet: columns to leave out.
        n_jobs : int, optional
            Shards read at the same time, as in joblib; a backend set by ``joblib.parallel_config`` is used.

        Returns
        -------
        HopfieldNetwork
            The fitted estimator; ``memories_`` is empty when there were as many as units or more.

        Raises
        ------
        InvalidInputError
            If a shard cannot be read or stored; the message names it.
        """
        self._check_parameters()
        with self._all_or_nothing():
            shards = shards_of(source, target=target, needs_targets=False)
            with naming(shards[0]):
                self._rows(next(iter(shards[0].batches()))[0], reset=True)
            self._begin()
            stub = copy.copy(self)
            for name in ("memories_", "history_", "_storage", "_dreams", "_random"):  # nothing large goes to others
                stub.__dict__.pop(name, None)
            met = ExamplesInShards(shards, partial(_door, stub), n_jobs).collect(MemorySums, as_they_are, BATCH_ROWS)
            if met.memories is not None:
                self._store(met.memories)
                return self
            assert met.sums is not None
            assert met.first is not None
            make = hebb_of_sums if self.rule == "hebb" else projection_of_sums
            self._keep(make(met.sums), None, met.n_memories)
            self._record(met.first, n_steps=met.n_memories)
        return self

    def forget(self, X: ArrayLike) -> Self:
        """Remove memories, as if they had never been stored; what was dreamed stays unlearned.

        Parameters
        ----------
        X : array of shape (n_memories, n_features)
            Some of the memories, not all.

        Returns
        -------
        HopfieldNetwork
            The estimator.

        Raises
        ------
        InvalidInputError
            If a row is no memory, or nothing would be left.
        """
        check_is_fitted(self)
        self._check_parameters()
        self._check_rule()
        with self._all_or_nothing():
            patterns = states_of(self._rows(X, reset=False), self.binarize)
            rest = without(patterns, self._known_memories())
            storage = Storage(**self._storage)
            if self.rule == "hebb":
                has_matrix = storage.matrix is not None
                self._keep(storage.with_products(patterns, -1.0) if has_matrix else storage, rest, len(rest))
            else:
                self._store_anew(rest)
        return self

    def dream(self, n: int = 1, rate: float = 0.01) -> Self:
        """Unlearn: wake up in a random state, let it come to rest, and take a little of that state away.

        States that nobody stored have large basins and are met often; taking them away makes room for the memories. Too
        much of it takes the memories away as well.

        Parameters
        ----------
        n : int, default=1
            States to unlearn, at least 1.
        rate : float, default=0.01
            How much of each is taken away, as a share of what one memory weighs.

        Returns
        -------
        HopfieldNetwork
            The estimator.

        Raises
        ------
        InvalidParameterError
            If n or rate is out of its range.
        """
        check_is_fitted(self)
        self._check_parameters()
        self._check_rule()
        if not count(1).allows(n):
            raise InvalidParameterError(
                f"n must be an integer of at least 1, the states to unlearn. Got {n!r} instead."
            )
        if not number(0, LARGEST_RATE, open_low=True).allows(rate):
            raise InvalidParameterError(
                f"rate must be a number above 0, at most {LARGEST_RATE:g}: a share of a memory. Got {rate!r} instead."
            )
        with self._all_or_nothing():
            self._unlearn_in_sleep(int(n), float(rate))
        return self


def _door(network: HopfieldNetwork, X: Any, y: Any = None, sample_weight: Any = None) -> Block:
    states = states_of(network._rows(X, reset=False), network.binarize)
    return states, np.zeros(len(states)), None
