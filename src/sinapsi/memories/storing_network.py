"""How a Hopfield network is filled: storing, adding, dreaming, and the weights that come of it."""

from __future__ import annotations

import copy
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from sinapsi.estimator import random_generator, stream_of
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.history import History
from sinapsi.memories.associative_memory import AssociativeMemory
from sinapsi.memories.couplings import Couplings
from sinapsi.memories.landscape import Recalled, nowhere
from sinapsi.memories.overload import is_overloaded, warn_of_overload
from sinapsi.memories.perceptron_rule import PerceptronLearning
from sinapsi.memories.recall_path import End
from sinapsi.memories.storage import Storage
from sinapsi.memories.storage_rules import ONE_SHOT, RULES, project_one_more, storkey
from sinapsi.memories.stored_memories import warn_of_odd_memories
from sinapsi.memories.two_valued import States, check_memories
from sinapsi.monitor import FitMonitor
from sinapsi.stopping import StopCode, StopReason

MOST_EXAMINED = 200  # memories whose stability is measured after storing
MOST_UNSTABLE = 0.01  # share of units that leave the memories, from which on it is worth a warning
MOST_RECALLED = 20  # memories that are recalled to tell what overload costs


class StoringNetwork(AssociativeMemory):
    """The engine room of the network; its parameters and public methods are above."""

    rule: str
    temperature: float
    normalization: str
    n_sweeps: int
    margin: float
    max_iter: int
    random_state: int | np.random.RandomState | np.random.Generator | None
    verbose: int

    n_memories_: int
    history_: History
    n_iter_: int
    stop_reason_: StopReason
    _storage: dict[str, Any]
    _dreams: States
    _dream_rates: NDArray[np.float64]
    _random: np.random.Generator

    # Storing.

    def _begin(self) -> None:
        source = random_generator(self.random_state)
        self._order_seed = int(source.integers(2**63))
        self._random = stream_of(source)  # not the stream of which somebody with the same seed may draw the memories
        self.history_ = History({})
        self._dreams = np.empty((0, self.n_features_in_), dtype=np.int8)
        self._dream_rates = np.empty(0)
        self._visit_order()  # a wrong order is refused before anything is learned

    def _check_rule(self) -> None:
        """What was stored by one rule is not continued by another."""
        stored_by = self._storage["rule"]
        if self.rule != stored_by:
            raise InvalidParameterError(
                f"These memories were stored by rule={stored_by!r}, and rule={self.rule!r} cannot go on from there. "
                "Set it back, or fit anew."
            )

    def _store(self, memories: States) -> None:
        warn_of_odd_memories(memories, self.binarize, repeats_weigh=self.rule in ("hebb", "storkey"))
        self._store_anew(memories)

    def _store_anew(self, memories: States) -> None:
        """Store memories from nothing; what was dreamed, if anything, is taken away again."""
        if self.rule == "perceptron":
            self._learn_by_corrections(memories, None)
            return
        self._keep(ONE_SHOT[self.rule](memories), memories, len(memories))
        self._unlearn_what_was_dreamed()
        self._record(memories)

    def _store_more(self, memories: States) -> None:
        storage, n_memories = Storage(**self._storage), self.n_memories_ + len(memories)
        together = np.concatenate([self.memories_, memories]) if len(self.memories_) == self.n_memories_ else None
        if self.rule == "perceptron":
            assert together is not None
            self._learn_by_corrections(together, storage if not len(self._dreams) else None)
            return
        if self.rule == "hebb":
            storage = self._with_hebbs(storage, memories, together)
        elif self.rule == "pseudo_inverse" and not len(self._dreams):
            for memory in memories.astype(np.float64):
                storage = project_one_more(storage, memory)
        elif self.rule == "storkey":
            storage = storkey(memories, storage)
        else:
            self._store_anew(self._known_memories() if together is None else together)
            return
        self._keep(storage, together, n_memories)
        self._record(memories)

    def _with_hebbs(self, storage: Storage, memories: States, together: States | None) -> Storage:
        n_factors = (0 if together is None else len(together)) + len(storage.signs)
        if storage.matrix is None and n_factors < self.n_features_in_:
            return storage
        if storage.matrix is None:  # the matrix of what there was, dreams included
            storage = storage.as_matrix(self.memories_)
        return storage.with_products(memories, 1.0)

    def _learn_by_corrections(self, memories: States, storage: Storage | None) -> None:
        learning = PerceptronLearning(memories, float(self.margin))
        if storage is not None:
            learning.go_on_from(storage)
        advice = "Raise max_iter, lower margin, or store fewer memories: about one a unit is all that weights can hold."
        with FitMonitor(
            type(self).__name__,
            max_iter=self.max_iter,
            state=[learning.state],
            previous=self.history_,
            verbose=self.verbose,
            advice=advice,
        ) as monitor:
            for _ in monitor.epochs():
                share, n_corrections = learning.correct_once()
                monitor.record(loss=share, n_steps=n_corrections)
                if not n_corrections:
                    monitor.stop(StopCode.ALL_CORRECT, f"all {len(memories)} memories are stable with the margin")
        self._keep(learning.storage(), memories, len(memories))
        self._unlearn_what_was_dreamed()
        self._set_outcome(monitor)

    def _unlearn_what_was_dreamed(self) -> None:
        for dreamed, rate in zip(self._dreams, self._dream_rates, strict=True):
            self._unlearn(dreamed, rate)

    def _unlearn(self, dreamed: States, rate: float) -> None:
        weight = rate if self.rule == "hebb" else rate / self.n_features_in_  # of a memory, before division
        self._storage = vars(Storage(**self._storage).without_dream(dreamed, weight, self.memories_))

    def _keep(self, storage: Storage, memories: States | None, n_memories: int) -> None:
        self._storage = vars(storage)
        self.n_memories_ = n_memories
        self.memories_ = np.empty((0, self.n_features_in_), dtype=np.int8) if memories is None else memories

    def _record(self, memories: States, *, n_steps: int | None = None) -> None:
        """Note how well the memories of this call are kept, and tell where they are too many or too much alike."""
        with FitMonitor(type(self).__name__, max_iter=1, previous=self.history_, verbose=self.verbose) as monitor:
            monitor.record(loss=self._share_unstable(memories), n_steps=len(memories) if n_steps is None else n_steps)
            monitor.stop(StopCode.SOLVED, f"{self.n_memories_} memories were stored by {RULES[self.rule]}")
        self._set_outcome(monitor)
        too_many = is_overloaded(self.rule, self.n_memories_, self.n_features_in_, self._storage)
        if too_many or self.history_["loss"][-1] > MOST_UNSTABLE:
            error = self._error_of_recall(memories)
            if error or self.rule == "pseudo_inverse":
                warn_of_overload(self.rule, self.n_memories_, self.n_features_in_, error, is_too_many=too_many)

    def _share_unstable(self, memories: States) -> float:
        """Share of units that would leave a memory; of many memories some are asked."""
        if self.rule == "pseudo_inverse" and not len(self._dreams):
            return 0.0  # a memory f is its own projection, so its fields (1 - P_ii) f_i all agree with it
        asked = memories[:: -(-len(memories) // MOST_EXAMINED)]
        return float((self._landscape().preferred(asked) != asked).mean())

    def _error_of_recall(self, memories: States) -> float:
        """Share of wrong units when some memories are recalled from themselves."""
        asked = memories[:: -(-len(memories) // MOST_RECALLED)]
        recalled = self._landscape().recall_in_order(self._visit_order(), asked.copy(), nowhere(asked)).states
        return float((recalled != asked).mean())

    def _set_outcome(self, monitor: FitMonitor) -> None:
        self.history_ = monitor.history
        self.stop_reason_ = monitor.reason
        self.n_iter_ = monitor.n_epochs

    def _unlearn_in_sleep(self, n: int, rate: float) -> None:
        dreams = np.empty((n, self.n_features_in_), dtype=np.int8)
        order = self._visit_order()
        for dreamed in dreams:
            dreamed[:] = self._random.choice(np.array([-1, 1], dtype=np.int8), size=self.n_features_in_)
            self._landscape().recall_in_order(order, dreamed[np.newaxis], nowhere(dreams))
            self._unlearn(dreamed, rate)
        self._dreams = np.concatenate([self._dreams, dreams])
        self._dream_rates = np.concatenate([self._dream_rates, np.full(n, rate)])

    def _damaged(self, is_kept: NDArray[np.bool_]) -> Self:
        """A copy of which some weights are cut; ``is_kept`` speaks of the pairs i < j, row by row."""
        twin = copy.copy(self)
        whole = Storage(**self._storage)
        if whole.matrix is None:
            whole = whole.as_matrix(self.memories_)
        assert whole.matrix is not None
        mask = np.zeros(whole.matrix.shape)
        mask[np.triu_indices(len(mask), 1)] = is_kept
        mask += mask.T
        twin._storage = {**vars(whole), "matrix": whole.matrix * mask}
        return twin

    # What the network is.

    def _landscape(self) -> Couplings:
        storage = Storage(**self._storage)
        divisor = 1
        if storage.rule == "hebb":
            divisor = self.n_memories_ if self.normalization == "memories" else self.n_features_in_
        return storage.couplings(self.memories_, divisor)

    @property
    def weights_(self) -> NDArray[np.float64]:
        """The weights, of shape (n_features, n_features); made anew each time it is asked for."""
        check_is_fitted(self)
        return self._landscape().matrix()

    def _recall(self, states: States, kept: States, followed: list[Any] | None = None) -> Recalled:
        if not self.temperature:
            return super()._recall(states, kept, followed)
        couplings, temperature = self._landscape(), float(self.temperature)
        if self.recall == "synchronous":
            return couplings.sample_together(self.n_sweeps, temperature, self._order_seed, states, kept, followed)
        visits = self._visit_order().sweeps(self.n_sweeps)
        return couplings.sample_in_order(visits, temperature, self._order_seed, states, kept, followed)

    def _end_of(self, recalled: Recalled) -> End:
        return "time" if self.temperature else super()._end_of(recalled)

    def _check_learned(self) -> None:
        check_memories(self.memories_, self.n_features_in_)
        check_memories(self._dreams, self.n_features_in_)
        if len(self.memories_) not in (0, self.n_memories_) or len(self._dreams) != len(self._dream_rates):
            raise InvalidInputError("The memories or dreams are not as many as they should be.")
        Storage(**self._storage).check(self.n_features_in_)
