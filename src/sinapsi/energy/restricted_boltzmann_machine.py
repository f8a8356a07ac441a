"""The restricted Boltzmann machine: the distribution of data, learned by two layers without links inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from array_api_compat import array_namespace
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sinapsi.energy.restricted import RestrictedMachine, has_free_energy
from sinapsi.energy.units import VisibleUnits
from sinapsi.estimator import Floats
from sinapsi.parameters import Rule, choice
from sinapsi.references import NAIR_HINTON_2010, Reference
from sinapsi.schedules import Schedule
from sinapsi.stopping import AnyOf, Criterion


class RestrictedBoltzmannMachine(ClassNamePrefixFeaturesOutMixin, TransformerMixin, RestrictedMachine):
    """A network that learns how data are distributed: it can draw new examples, fill gaps, and say how likely data are.

    Every visible unit is linked to every hidden one and to nothing else, so each layer can be drawn at once given the
    other: p(h_j = 1) = 1 / (1 + exp(-(c_j + sum_i w_ji v_i))). Learning lowers the energy of the data and raises that
    of what the machine dreams after a few steps of such Gibbs sampling (contrastive divergence). y is ignored.

    Parameters
    ----------
    n_hidden : int, default=100
        Hidden units, at least 1 (``n_components`` of scikit-learn's BernoulliRBM).
    visible : {"auto", "binary", "gaussian", "softmax"} or VisibleUnits, default="auto"
        What the columns of X are. ``"binary"``: 0, 1 or probabilities between. ``"gaussian"``: real numbers, whose
        means and widths are learned. ``"softmax"``: one-hot columns of one category, of several with the sizes of the
        groups, as ``"softmax((3, 2))"``. ``"auto"``: binary if all of X is in [0, 1], else Gaussian.
    hidden : {"binary", "rectified"}, default="binary"
        Two-valued units, or noisy rectified ones max(0, x), which have no likelihood.
    algorithm : {"cd", "pcd"}, default="cd"
        Where the steps of the negative phase begin: at the data, or where they last ended (persistent). Persistent
        chains give better likelihoods when the rate falls to 0.
    n_gibbs_steps : int, default=1
        Gibbs steps an update, at least 1; more are slower and nearer to the likelihood's gradient.
    centered : bool, default=True
        Whether both layers are measured from running means, which makes learning steadier, above all with "pcd".
    learning_rate : float, str or Schedule, default="auto"
        eta > 0, constant or a schedule over updates, see :mod:`sinapsi.schedules`; "auto" is 0.05, for Gaussian units
        0.1 over the number of columns, if that is less; with rectified hidden units 0.3 over it (Gaussian: 0.02). A
        rate that falls to 0, as ``"cosine(0.05, n_steps=...)"`` over all updates, gives the best likelihood.
    momentum : float, default=0.5
        Share in [0, 1) of the last step in the next one.
    weight_decay : float, default=0.0001
        Share of each weight taken from its gradient, at least 0.
    sparsity : float, (float, float) or None, default=None
        Mean activity in (0, 1) that hidden units are pulled to, and the strength of the pull (0.1 if not given).
    batch_size : int or "auto", default="auto"
        Examples an update, and number of chains; "auto" is a hundredth of the examples, but at least 10 and at most
        100.
    max_iter : int, default=100
        Passes over the data; 0 only sets up the machine.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``, see :mod:`sinapsi.stopping`; None is ``"patience(10)"`` when there are
        validation data.
    validation_fraction : float, default=0.0
        Share of the examples held out to watch the validation loss, in [0, 1).
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights.
    verbose : int, default=0
        1 shows a progress bar on a terminal.
    random_state : int, RandomState, Generator or None, default=None
        Source of weights, order and chance.

    Attributes
    ----------
    components_ : array of shape (n_hidden, n_features)
        Weights.
    intercept_visible_ : array of shape (n_features,)
        Biases of the visible units; of Gaussian ones in widths from the mean.
    intercept_hidden_ : array of shape (n_hidden,)
        Biases of the hidden units.
    visible_ : str
        Kind of the visible units.
    mean_, scale_ : array of shape (n_features,)
        Means of the columns and widths of the units (Gaussian only).
    history_ : History
        Per pass: ``loss`` (squared error of a reconstruction, summed over the columns; mean of up to 1000 examples),
        ``free_energy`` of these, ``learning_rate``; with validation data also ``validation_loss`` (that error of them)
        and ``free_energy_gap``, how much likelier, in nats, the examples learned are than those held out: it grows with
        over-fitting.
    n_iter_ : int
        Passes over the data in the last fit.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    See Also
    --------
    RBMClassifier : The same machine for examples with labels.

    Notes
    -----
    With ``sklearn.config_context(array_api_dispatch=True)``, PyTorch and CuPy arrays are learned where they live.

    References
    ----------
    Smolensky (1986), harmony theory. Hinton (2002), contrastive divergence. Tieleman (2008), persistent chains.
    Salakhutdinov and Murray (2008), likelihood. Nair and Hinton (2010), rectified units. Hinton (2012), practical
    guide. Melchior, Fischer and Wiskott (2016), centering.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import RestrictedBoltzmannMachine
    >>> bars = np.kron(np.eye(4), np.ones(4))  # four images of 4 x 4 pixels, each with one row lit
    >>> model = RestrictedBoltzmannMachine(n_hidden=8, max_iter=300, random_state=0).fit(np.tile(bars, (25, 1)))
    >>> half = bars[1].copy()
    >>> half[6:] = np.nan  # what is not known
    >>> model.complete([half]).round().reshape(4, 4).astype(int)
    array([[0, 0, 0, 0],
           [1, 1, 1, 1],
           [0, 0, 0, 0],
           [0, 0, 0, 0]])
    """

    _references: ClassVar[tuple[Reference, ...]] = (*RestrictedMachine._references, NAIR_HINTON_2010)
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        **RestrictedMachine._parameter_rules,
        "hidden": choice("binary", "rectified"),
    }

    def __init__(
        self,
        *,
        n_hidden: int = 100,
        visible: str | VisibleUnits = "auto",
        hidden: str = "binary",
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
        warm_start: bool = False,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> None:
        self.n_hidden = n_hidden
        self.visible = visible
        self.hidden = hidden
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
        self.warm_start = warm_start
        self.verbose = verbose
        self.random_state = random_state

    @property
    def _n_features_out(self) -> int:
        return int(self.components_.shape[0])

    def fit(self, X: ArrayLike, y: object = None, *, X_val: ArrayLike | None = None, y_val: object = None) -> Self:
        """Learn how the examples are distributed.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : object, optional
            Not looked at.
        X_val : array of shape (n_samples, n_features), optional
            Examples to watch over-fitting on; by default a share ``validation_fraction`` of X.
        y_val : object, optional
            Not looked at.

        Returns
        -------
        RestrictedBoltzmannMachine
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range.
        InvalidInputError
            If X holds values that the visible units cannot have.
        """
        self._check_parameters()
        criteria = self._criteria(has_validation=X_val is not None or self.validation_fraction > 0)
        with self._all_or_nothing():
            goes_on = self.warm_start and hasattr(self, "components_")
            rows = self._rows(X, reset=not goes_on)
            if not goes_on:
                self._begin(rows, self._states)
            rows, held_out = self._held_out(rows, None if X_val is None else self._validation_rows(X_val))
            self._learn(rows, held_out, max_iter=int(self.max_iter), criteria=criteria)
        return self

    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:
        """Go once through some more examples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; those of the first call decide kind, starting biases and scale of the visible units.
        y : object, optional
            Not looked at.

        Returns
        -------
        RestrictedBoltzmannMachine
            The estimator.

        Raises
        ------
        InvalidInputError
            If X holds values that the visible units cannot have.
        """
        self._check_parameters()
        with self._all_or_nothing():
            goes_on = hasattr(self, "components_")
            rows = self._rows(X, reset=not goes_on)
            if not goes_on:
                self._begin(rows, self._states, is_part=True)
            self._learn(rows, None, max_iter=1)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Give the expected states of the hidden units.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_hidden)
            Probabilities that a unit is 1; of rectified units max(0, x).
        """
        check_is_fitted(self)
        states = self._states(self._rows(X, reset=False))
        means: Floats = self._machine().hidden_means(states)
        return means

    def reconstruct(self, X: ArrayLike) -> Floats:
        """Give what the hidden units expect to see, when they have seen the examples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples, n_features)
            Expected visible states, one step up and one down, without chance.
        """
        check_is_fitted(self)
        expected: Floats = self._reconstruction(self._rows(X, reset=False))
        return expected

    def complete(self, X: ArrayLike, *, n_gibbs_steps: int = 200) -> Floats:
        """Fill what is missing with what the machine expects there, given the rest.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; NaN is what is not known.
        n_gibbs_steps : int, default=200
            Steps of the chains that draw the unknown units while the known are held fast; means are taken over the
            second half.

        Returns
        -------
        array of shape (n_samples, n_features)
            Known values as they are; expected values, of binary units probabilities, in the gaps.

        Raises
        ------
        InvalidInputError
            If a known value is none that the visible units can have.
        """
        check_is_fitted(self)
        rows = self._rows(X, reset=False, may_be_missing=True)
        xp = array_namespace(rows)
        is_known = ~xp.isnan(rows)
        filled = self._completed(self._states(rows), is_known, n_gibbs_steps)
        whole: Floats = xp.where(is_known, rows, self._answers(filled))
        return whole

    def sample(
        self,
        n_samples: int = 1,
        *,
        n_gibbs_steps: int = 1000,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> Floats:
        """Draw new examples.

        Parameters
        ----------
        n_samples : int, default=1
            How many, one a chain.
        n_gibbs_steps : int, default=1000
            Steps of each chain, from where those of learning ended.
        random_state : int, RandomState, Generator or None, default=None
            Source of chance; None gives the same examples in every call.

        Returns
        -------
        array of shape (n_samples, n_features)
            States of the visible units: 0 or 1, real numbers, or one-hot columns.
        """
        check_is_fitted(self)
        dreamed: Floats = self._answers(self._dreamed(n_samples, n_gibbs_steps, random_state))
        return dreamed

    @available_if(has_free_energy)
    def free_energy(self, X: ArrayLike) -> NDArray[np.float64]:
        """Give the free energy of examples: minus the logarithm of their probability, but for a constant.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        float64 array of shape (n_samples,)
            F(x) = -log sum_h exp(-E(x, h)), in nats.
        """
        check_is_fitted(self)
        return self._free_energy_of(self._states(self._rows(X, reset=False)))

    @available_if(has_free_energy)
    def score_samples(self, X: ArrayLike) -> Floats:
        """Give the log-likelihood of each example.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.

        Returns
        -------
        array of shape (n_samples,)
            Natural logarithms of probabilities (Gaussian units: of densities). Exact where :meth:`log_partition` is;
            else optimistic on average, by at most about the gap to its reverse.
        """
        return self._log_likelihoods(self.free_energy(X))

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Give the mean log-likelihood; with rectified units, which have none, minus the error of reconstruction.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples.
        y : object, optional
            Not looked at.

        Returns
        -------
        float
            Higher is better.
        """
        if has_free_energy(self):
            return float(self.score_samples(X).mean(dtype=np.float64))
        check_is_fitted(self)
        return -self._error(self._rows(X, reset=False))
