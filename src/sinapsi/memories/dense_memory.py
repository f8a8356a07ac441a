"""Dense associative memory: more memories than units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import random_generator
from sinapsi.history import History
from sinapsi.memories.associative_memory import AssociativeMemory
from sinapsi.memories.interactions import INTERACTIONS, DenseInteraction
from sinapsi.memories.stored_memories import warn_of_odd_memories, without
from sinapsi.memories.two_valued import States, check_memories, states_of
from sinapsi.monitor import FitMonitor
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import DEMIRCIGIL_2017, KROTOV_HOPFIELD_2016, Reference
from sinapsi.stopping import StopCode, StopReason

MOST_EXAMINED = 200  # memories whose stability is measured after storing


class DenseAssociativeMemory(AssociativeMemory):
    """Content-addressed memory for far more memories than units: overlaps count by a steep function.

    The energy of a state s is -sum_k F(f_k . s) over the memories f_k. Each unit takes the state of lower energy, the
    others as they are, so recall ends in a local minimum.

    Parameters
    ----------
    interaction : {"polynomial", "exponential"}, default="polynomial"
        F(x) = x^degree bears about n_features^(degree - 1) memories; exp(x) a number exponential in n_features.
    degree : int, default=3
        Of the polynomial, at least 2; with 2 recall is that of Hebb's network. Only for even degrees is the negative of
        a stable state stable.
    recall : {"asynchronous", "synchronous"}, default="asynchronous"
        One unit after another, or all at once; then the energy may rise, and recall may end in a cycle of states.
    binarize : float or None, default=0.0
        Values of X above are +1, the others -1; rows of -1 and +1 alone, as ``predict`` gives them, are taken as they
        are. None: X must have two values, -1 and +1 or 0 and 1.
    order : {"random", "cyclic"} or array of int, default="random"
        Whom asynchronous recall asks: a new permutation for each sweep, the same for all probes and all calls; units by
        number; or visits as given, over and over.
    random_state : int, RandomState, Generator or None, default=None
        Of the order.
    verbose : int, default=0
        1 shows a progress bar on a terminal.

    Attributes
    ----------
    memories_ : array of int8 of shape (n_memories, n_features)
        What was stored, as -1 and +1.
    history_ : History
        ``loss``: the share of units that would leave a memory that is given without a fault.
    stop_reason_ : StopReason
        Why storing ended.
    n_iter_ : int
        Passes over the memories: 1.
    n_features_in_ : int
        Number of units.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    See Also
    --------
    HopfieldNetwork : The quadratic energy, with other rules of storage and temperature.

    References
    ----------
    Krotov and Hopfield (2016), Dense associative memory for pattern recognition; Demircigil and others (2017), On a
    model of associative memory with huge storage capacity.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import DenseAssociativeMemory
    >>> memories = np.random.default_rng(0).choice([-1, 1], size=(500, 100))  # five times as many as units
    >>> probes = memories * np.where(np.arange(100) < 10, -1, 1)
    >>> model = DenseAssociativeMemory(interaction="exponential", random_state=0).fit(memories)
    >>> model.score(probes, memories)
    1.0
    """

    _chapter: ClassVar[int] = 7
    _references: ClassVar[tuple[Reference, ...]] = (KROTOV_HOPFIELD_2016, DEMIRCIGIL_2017)
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "interaction": choice(*INTERACTIONS),
        "degree": count(2),
        "recall": choice("asynchronous", "synchronous"),
        "binarize": nothing | number(-np.inf, np.inf, open_low=True, open_high=True),
        "order": choice("random", "cyclic") | instance((np.ndarray, list, tuple), "an array of unit numbers"),
        "random_state": random_source,
        "verbose": boolean | count(0),
    }

    history_: History
    n_iter_: int
    stop_reason_: StopReason

    def __init__(
        self,
        *,
        interaction: str = "polynomial",
        degree: int = 3,
        recall: str = "asynchronous",
        binarize: float | None = 0.0,
        order: str | ArrayLike = "random",
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        verbose: int = 0,
    ) -> None:
        self.interaction = interaction
        self.degree = degree
        self.recall = recall
        self.binarize = binarize
        self.order = order
        self.random_state = random_state
        self.verbose = verbose

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
        DenseAssociativeMemory
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If X cannot be stored.
        """
        self._check_parameters()
        with self._all_or_nothing():
            memories = states_of(self._rows(X, reset=True), self.binarize)
            self._order_seed = int(random_generator(self.random_state).integers(2**63))
            self._visit_order()  # a wrong order is refused before anything is stored
            self.history_ = History({})
            warn_of_odd_memories(memories, self.binarize, repeats_weigh=True)
            self._keep(memories, len(memories))
        return self

    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:
        """Store more memories beside those that are there.

        Parameters
        ----------
        X : array of shape (n_memories, n_features)
            One memory a row.
        y : object, optional
            Not looked at.

        Returns
        -------
        DenseAssociativeMemory
            The estimator.
        """
        if not hasattr(self, "memories_"):
            return self.fit(X)
        self._check_parameters()
        with self._all_or_nothing():
            memories = states_of(self._rows(X, reset=False), self.binarize)
            self._keep(np.concatenate([self.memories_, memories]), len(memories))
        return self

    def forget(self, X: ArrayLike) -> Self:
        """Remove memories, as if they had never been stored.

        Parameters
        ----------
        X : array of shape (n_memories, n_features)
            Some of the memories, not all.

        Returns
        -------
        DenseAssociativeMemory
            The estimator.

        Raises
        ------
        InvalidInputError
            If a row is no memory, or nothing would be left.
        """
        check_is_fitted(self)
        with self._all_or_nothing():
            patterns = states_of(self._rows(X, reset=False), self.binarize)
            rest = without(patterns, self.memories_)
            self._keep(rest, len(patterns))
        return self

    def _keep(self, memories: States, n_steps: int) -> None:
        self.memories_ = memories
        asked = memories[:: -(-len(memories) // MOST_EXAMINED)]
        with FitMonitor(type(self).__name__, max_iter=1, previous=self.history_, verbose=self.verbose) as monitor:
            loss = float((self._landscape().preferred(asked) != asked).mean())
            monitor.record(loss=loss, n_steps=n_steps)
            monitor.stop(StopCode.SOLVED, f"{len(memories)} memories were stored")
        self.history_ = monitor.history
        self.stop_reason_ = monitor.reason
        self.n_iter_ = monitor.n_epochs

    def _landscape(self) -> DenseInteraction:
        return DenseInteraction(self.memories_, self.interaction, int(self.degree))

    def _check_learned(self) -> None:
        check_memories(self.memories_, self.n_features_in_)
