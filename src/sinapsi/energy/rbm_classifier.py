"""The restricted Boltzmann machine for examples with labels: it learns the distribution of both together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from array_api_compat import array_namespace
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp
from sklearn.base import ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sinapsi.energy.arithmetic import on_host, softplus_sums
from sinapsi.energy.restricted import RestrictedMachine
from sinapsi.energy.units import Joined, Softmax, VisibleUnits
from sinapsi.estimator import Floats
from sinapsi.exceptions import InvalidInputError
from sinapsi.labels import check_first_classes, class_indices, one_label_each, weights_of_classes
from sinapsi.parameters import Rule, choice, instance, nothing
from sinapsi.references import LAROCHELLE_BENGIO_2008, Reference
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion


class RBMClassifier(ClassNamePrefixFeaturesOutMixin, ClassifierMixin, TransformerMixin, RestrictedMachine):
    """A restricted Boltzmann machine that learns how examples and their classes are distributed together.

    The class is one more visible unit of as many states as there are classes. An example is given the class with which
    its free energy is lowest: p(y | x) is proportional to exp(-F(x, y)), exactly. As it models p(x, y), it can also
    draw examples of a class and fill gaps in an example without knowing its class.

    Parameters
    ----------
    n_hidden : int, default=100
        Hidden units, at least 1.
    visible : {"auto", "binary", "gaussian", "softmax"} or VisibleUnits, default="auto"
        What the columns of X are, as in :class:`RestrictedBoltzmannMachine`.
    algorithm : {"cd", "pcd"}, default="cd"
        Where the steps of the negative phase begin: at the data, or where they last ended (persistent). Persistent
        chains give better likelihoods when the rate falls to 0.
    n_gibbs_steps : int, default=1
        Gibbs steps an update, at least 1.
    centered : bool, default=True
        Whether both layers are measured from running means, which makes learning steadier, above all with "pcd".
    learning_rate : float, str or Schedule, default="auto"
        eta > 0, constant or a schedule over updates, see :mod:`sinapsi.schedules`; "auto" is 0.05, for Gaussian units
        0.1 over the number of columns, if that is less.
    momentum : float, default=0.5
        Share in [0, 1) of the last step in the next one.
    weight_decay : float, default=0.0001
        Share of each weight taken from its gradient, at least 0.
    sparsity : float, (float, float) or None, default=None
        Mean activity in (0, 1) that hidden units are pulled to, and the strength of the pull (0.1 if not given).
    batch_size : int or "auto", default="auto"
        Examples an update; "auto" is a hundredth of the examples, but at least 10 and at most
        100.
    max_iter : int, default=100
        Passes over the data; 0 only sets up the machine.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``; None is ``"patience(10)"`` when there are validation data.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    class_weight : dict, "balanced" or None, default=None
        Factor on the probability of each class. The machine learns p(x, y) as it is; the factor counts in prediction,
        as if examples of the class had been so many times as frequent.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of weights, order and chance.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Sorted class labels.
    components_ : array of shape (n_hidden, n_features + n_classes)
        Weights; those of the classes stand last.
    intercept_visible_ : array of shape (n_features + n_classes,)
        Biases of the visible units; of Gaussian ones in widths from the mean.
    intercept_hidden_ : array of shape (n_hidden,)
        Biases of the hidden units.
    visible_ : str
        Kind of the visible units.
    mean_, scale_ : array of shape (n_features,)
        Means of the columns and widths of the units (Gaussian only).
    history_ : History
        As of :class:`RestrictedBoltzmannMachine`, of examples with their labels; ``validation_score`` is the accuracy.
    n_iter_ : int
        Passes over the data in the last fit.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    References
    ----------
    Smolensky (1986), harmony theory. Hinton (2002), contrastive divergence. Tieleman (2008), persistent chains.
    Larochelle and Bengio (2008), Classification using discriminative restricted Boltzmann machines. Salakhutdinov and
    Murray (2008), likelihood. Hinton (2012), practical guide. Melchior, Fischer and Wiskott (2016), centering.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sinapsi import RBMClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = RBMClassifier(n_hidden=100, max_iter=200, random_state=0).fit(X[:1500] / 16, y[:1500])
    >>> model.score(X[1500:] / 16, y[1500:]) > 0.85
    True
    >>> threes, labels = model.sample(5, label=3)
    >>> threes.shape, labels.tolist()
    ((5, 64), [3, 3, 3, 3, 3])
    """

    _references: ClassVar[tuple[Reference, ...]] = (*RestrictedMachine._references, LAROCHELLE_BENGIO_2008)
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **RestrictedMachine._parameter_rules,
        "class_weight": nothing | choice("balanced") | instance(dict, "a dict of class to weight"),
    }

    _notes_score = True
    classes_: NDArray[Any]
    _log_class_weights: NDArray[np.float64]

    def __init__(
        self,
        *,
        n_hidden: int = 100,
        visible: str | VisibleUnits = "auto",
        algorithm: str = "cd",
        n_gibbs_steps: int = 1,
        centered: bool = True,
        learning_rate: float | str | Schedule = "auto",
        momentum: float = 0.5,
        weight_decay: float = 0.0001,
        sparsity: float | tuple[float, float] | None = None,
        batch_size: int | str = "auto",
        max_iter: int = 100,
        stopping: str | Criterion | AnyOf | None = None,
        validation_fraction: float = 0.0,
        class_weight: dict[Any, float] | str | None = None,
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.n_hidden = n_hidden
        self.visible = visible
        self.algorithm = algorithm
        self.n_gibbs_steps = n_gibbs_steps
        self.centered = centered
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.sparsity = sparsity
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.stopping = stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    @property
    def _n_features_out(self) -> int:
        return int(self.components_.shape[0])

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, X_val: ArrayLike | None = None, y_val: ArrayLike | None = None
    ) -> Self:
        """Learn how examples and classes are distributed.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes: two or more labels of one type.
        X_val, y_val : arrays of the same kind, optional
            Validation data; by default a share ``validation_fraction`` of the examples.

        Returns
        -------
        RBMClassifier
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If the data cannot be learned from.
        """
        self._check_parameters()
        criteria = self._criteria(has_validation=X_val is not None or self.validation_fraction > 0)
        with self._all_or_nothing():
            rows, indices = self._admit(X, y, goes_on=self.warm_start and hasattr(self, "components_"))
            validation = self._labelled_validation(X_val, y_val)
            rows, held_out = self._held_out(rows, validation, strata=indices)
            self._learn(rows, held_out, max_iter=int(self.max_iter), criteria=criteria)
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Go once through some more examples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; those of the first call decide kind, starting biases and scale of the visible units.
        y : array of shape (n_samples,)
            Their classes.
        classes : array of shape (n_classes,), optional
            All classes that will ever come; required in the first call.

        Returns
        -------
        RBMClassifier
            The estimator.

        Raises
        ------
        InvalidInputError
            If ``classes`` is missing in the first call, or a label is none of them.
        """
        self._check_parameters()
        goes_on = hasattr(self, "components_")
        check_first_classes(self, classes, is_first=not goes_on)
        with self._all_or_nothing():
            rows, _ = self._admit(X, y, goes_on=goes_on, classes=classes)
            self._learn(rows, None, max_iter=1)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Give the most probable class of each example.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,)
            Class labels.
        """
        winners = self.predict_log_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[winners])

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Give the probability of each class.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_classes)
            p(y | x), exact under the machine; rows sum to 1.
        """
        return np.asarray(np.exp(self.predict_log_proba(X)))

    def predict_log_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Give the logarithm of the probability of each class.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_classes)
            Natural logarithms.
        """
        check_is_fitted(self)
        rows = self._rows(X, reset=False)
        joint = self._log_class_weights - self._energies_by_class(self._states(rows))
        dtype = np.float32 if str(rows.dtype).endswith("float32") else np.float64
        return (joint - logsumexp(joint, axis=1, keepdims=True)).astype(dtype)

    def transform(self, X: ArrayLike) -> Floats:
        """Give the expected states of the hidden units, when the class is not known.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_hidden)
            Probabilities that a unit is 1.
        """
        check_is_fitted(self)
        states = self._states(self._rows(X, reset=False))
        xp, machine = array_namespace(states), self._machine()
        shares = self._class_shares(states)
        means: Floats = xp.zeros_like(states @ machine.weights[:, : self.n_features_in_].T)
        for k in range(len(self.classes_)):
            means += shares[:, k : k + 1] * machine.hidden_means(self._with_class(states, k))
        return means

    def reconstruct(self, X: ArrayLike) -> Floats:
        """Give what the hidden units expect to see, when they have seen the examples and their probable classes.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_features)
            Expected visible states, without chance.
        """
        hidden = self.transform(X)
        means = self._machine().visible_means(hidden)
        expected: Floats = self._answers(means)[:, : self.n_features_in_]
        return expected

    def complete(self, X: ArrayLike, *, n_gibbs_steps: int = 200) -> Floats:
        """Fill what is missing with what the machine expects there, whatever the class.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; NaN is what is not known.
        n_gibbs_steps : int, default=200
            Steps of the chains that draw unknown units and the class while the known units are held fast; means are
            taken over the second half.

        Returns
        -------
        array of shape (n_samples, n_features)
            Known values as they are; expected values, of binary units probabilities, in the gaps.
        """
        check_is_fitted(self)
        rows = self._rows(X, reset=False, may_be_missing=True)
        xp = array_namespace(rows)
        states = self._with_class(self._states(rows), None)
        filled = self._completed(states, ~xp.isnan(states), n_gibbs_steps)
        whole: Floats = xp.where(xp.isnan(rows), self._answers(filled)[:, : self.n_features_in_], rows)
        return whole

    def sample(
        self,
        n_samples: int = 1,
        *,
        label: Any = None,
        n_gibbs_steps: int = 1000,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> tuple[Floats, NDArray[Any]]:
        """Draw new examples with their classes, or examples of one class.

        Parameters
        ----------
        n_samples : int, default=1
            How many, one a chain.
        label : object, optional
            The class they shall have; by default it is drawn too.
        n_gibbs_steps : int, default=1000
            Steps of each chain, from where those of learning ended.
        random_state : int, RandomState, Generator or None, default=None
            Source of chance; None gives the same examples in every call.

        Returns
        -------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,)
            Their classes.

        Raises
        ------
        InvalidInputError
            If the label is none of ``classes_``.
        """
        check_is_fitted(self)
        n = self.n_features_in_
        held = None
        if label is not None:
            held = n + class_indices(np.array([label]), self.classes_, owner=type(self).__name__, name="label")[1][0]
        drawn = self._dreamed(n_samples, n_gibbs_steps, random_state, one_hot=None if held is None else (n, int(held)))
        indices = on_host(drawn[:, n:]).argmax(axis=1)
        examples: Floats = self._answers(drawn)[:, :n]
        return examples, np.asarray(self.classes_[indices])

    def free_energy(self, X: ArrayLike, y: ArrayLike | None = None) -> NDArray[np.float64]:
        """Give the free energy of examples: minus the logarithm of their probability, but for a constant.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,), optional
            Their classes; by default all classes are summed over.

        Returns
        -------
        float64 array of shape (n_samples,)
            F(x, y), or F(x) = -log sum_y exp(-F(x, y)), in nats.
        """
        check_is_fitted(self)
        rows = self._rows(X, reset=False)
        energies = self._energies_by_class(self._states(rows))
        if y is None:
            return np.asarray(-logsumexp(-energies, axis=1))
        labels = self._labels(X, rows, y)
        _, indices = one_label_each(labels, type(self).__name__, self.classes_)
        return np.asarray(energies[np.arange(len(indices)), indices])

    def score_samples(self, X: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """Give the log-likelihood of each example, with its class or without.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : array of shape (n_samples,), optional
            Their classes; by default all classes are summed over.

        Returns
        -------
        array of shape (n_samples,)
            log p(x, y) or log p(x). Exact where :meth:`log_partition` is; else optimistic on average.
        """
        return self._log_likelihoods(self.free_energy(X, y))

    # Inside.

    def _visible_layer(self) -> VisibleUnits:
        return Joined(self._units(), Softmax(), self.n_features_in_)

    def _n_visible(self) -> int:
        return self.n_features_in_ + len(self.classes_)

    def _check_learned(self) -> None:
        super()._check_learned()
        if self._log_class_weights.shape != self.classes_.shape or np.isnan(self._log_class_weights).any():
            raise InvalidInputError("There must be one weight for each class.")

    def _admit(
        self, X: ArrayLike, y: ArrayLike, *, goes_on: bool, classes: ArrayLike | None = None
    ) -> tuple[Any, NDArray[np.intp]]:
        """Examples side by side with their classes as one-hot columns."""
        rows = self._rows(X, reset=not goes_on)
        labels = self._labels(X, rows, y)
        known = self.classes_ if goes_on else None
        self.classes_, indices = one_label_each(labels, type(self).__name__, known, classes)
        with np.errstate(divide="ignore"):
            self._log_class_weights = np.log(weights_of_classes(self.class_weight, labels, self.classes_))
        together = beside_classes(rows, indices, len(self.classes_))
        if not goes_on:
            self._begin(
                rows,
                lambda rows: beside_classes(self._states(rows), indices, len(self.classes_)),
                is_part=classes is not None,
            )
        return together, indices

    def _labels(self, X: ArrayLike, rows: Any, y: ArrayLike) -> NDArray[Any]:
        """Let the labels of examples in that are ``rows`` already; X is asked for the names of its columns again."""
        return self._inputs_and_targets(X if isinstance(rows, np.ndarray) else on_host(rows), y, reset=False)[1]

    def _labelled_validation(self, X_val: ArrayLike | None, y_val: ArrayLike | None) -> Any:
        if (X_val is None) != (y_val is None):
            raise InvalidInputError("X_val and y_val go together. Got only one of them; pass both or none.")
        if X_val is None or y_val is None:
            return None
        rows = self._validation_rows(X_val)
        try:
            labels = self._labels(X_val, rows, y_val)
            _, indices = one_label_each(labels, type(self).__name__, self.classes_)
        except InvalidInputError as error:
            raise InvalidInputError(f"In the validation data (X_val, y_val): {error}") from error
        return beside_classes(rows, indices, len(self.classes_))

    def _validated(self, rows: Any) -> dict[str, float]:
        n = self.n_features_in_
        found = self._energies_by_class(self._states(rows[:, :n])).argmin(axis=1)
        accuracy = float((found == on_host(rows[:, n:]).argmax(axis=1)).mean())
        return {"validation_loss": self._error(rows), "validation_score": accuracy}

    def _with_class(self, states: Any, k: int | None) -> Any:
        """Examples beside class k, or beside an unknown class."""
        xp = array_namespace(states)
        columns = xp.zeros_like(xp.broadcast_to(states[:, :1], (states.shape[0], len(self.classes_))))
        if k is None:
            columns += xp.nan
        else:
            columns[:, k] = 1.0
        return xp.concat([states, columns], axis=1)

    def _energies_by_class(self, states: Any) -> NDArray[np.float64]:
        """Free energies (n_samples, n_classes) of scaled examples beside each class."""
        machine, n, scale = self._machine(), self.n_features_in_, self._scale()
        weight = on_host(self._units().weight(states, machine.visible_bias[:n]))
        fields = states @ machine.weights[:, :n].T
        energies = np.empty((states.shape[0], len(self.classes_)))
        for k in range(len(self.classes_)):
            sums = softplus_sums(fields, machine.hidden_bias + machine.weights[:, n + k])
            energies[:, k] = -weight - float(machine.visible_bias[n + k]) - on_host(sums)
        return energies if scale is None else energies + scale.log_volume

    def _class_shares(self, states: Any) -> Any:
        joint = -self._energies_by_class(states)
        xp = array_namespace(states)
        shares = np.exp(joint - logsumexp(joint, axis=1, keepdims=True))
        return xp.asarray(shares, dtype=states.dtype, device=states.device)


def beside_classes(rows: Any, indices: NDArray[np.intp], n_classes: int) -> Any:
    """Give examples beside their classes as one-hot columns.

    Parameters
    ----------
    rows : array of shape (n_samples, n_features)
        Examples.
    indices : array of shape (n_samples,)
        Class indices.
    n_classes : int
        Number of classes.

    Returns
    -------
    array of shape (n_samples, n_features + n_classes)
        In the type of the examples.
    """
    xp = array_namespace(rows)
    columns = np.eye(n_classes)[indices]
    return xp.concat([rows, xp.asarray(columns, dtype=rows.dtype, device=rows.device)], axis=1)
