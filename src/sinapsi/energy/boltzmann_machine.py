"""The Boltzmann machine: any symmetric connections among visible and hidden units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import DensityMixin

from sinapsi.energy.gibbs.answering_machine import AnsweringMachine
from sinapsi.energy.gibbs.connections import WORDS
from sinapsi.energy.gibbs.learning import NEGATIVE_PHASES, POSITIVE_PHASES
from sinapsi.estimator import Floats
from sinapsi.parameters import Rule, boolean, choice, count, instance, nothing, number, random_source
from sinapsi.references import (
    ACKLEY_HINTON_SEJNOWSKI_1985,
    NEAL_2001,
    SALAKHUTDINOV_HINTON_2009,
    TIELEMAN_2008,
    Reference,
)
from sinapsi.schedules import Schedule, schedule_named
from sinapsi.stopping import AnyOf, Criterion, criteria_in


class BoltzmannMachine(DensityMixin, AnsweringMachine):
    """A network that learns with which probability its visible units take each state, and dreams up such states.

    Every unit is 0 or 1, is joined to others by symmetric weights, and is never sure: it becomes 1 with probability
    1 / (1 + exp(-gap / T)), where the gap is sum_j w_ij s_j + b_i. Asked one after another for long enough, the units
    visit each state s with probability proportional to exp(-E(s) / T), E = -1/2 sum_ij w_ij s_i s_j - sum_i b_i s_i.
    Learning lowers the energy of what the examples show and raises that of what the machine dreams of by itself: w_ij
    changes by the learning rate times how often both units are on with an example, less how often without.

    Parameters
    ----------
    n_hidden : int, default=10
        Hidden units, at least 0. They carry what pairs of visible units cannot say.
    connections : {"full", "restricted"} or array of bool of shape (n_units, n_units), default="full"
        Between whom there are weights: all pairs; a visible and a hidden unit (a restricted Boltzmann machine); or as
        marked, visible units first, symmetric, no unit with itself.
    temperature : float, default=1.0
        T above 0, in units of the weights, of learning, samples and likelihoods.
    annealing : float, str, Schedule or None, default=None
        Temperature in each sweep of :meth:`sample` and :meth:`complete`, never below ``temperature``. A number: from it
        geometrically down to ``temperature`` in the first half of the sweeps; a schedule: over sweeps, counted from 0;
        None: ``temperature`` throughout.
    n_gibbs_steps : int, default=5
        Sweeps over all units, in a random order, that the persistent chains make for an update (and, when they are
        sampled, the hidden units for an example).
    positive_phase : {"mean_field", "sampled", "exact"}, default="mean_field"
        How hidden units are held to answer an example: by their means as if they were independent (exact where none is
        linked to another), by a sample, or by listing their states (at most 16 units).
    negative_phase : {"chains", "exact"}, default="chains"
        How the machine is left alone: chains that go on from update to update, or by listing its states (at most 20
        units).
    n_chains : int, default=100
        Persistent chains.
    learning_rate : float, str or Schedule, default=0.05
        eta above 0, constant or a schedule over updates. (The factor 1/T of the gradient is left to it.)
    weight_decay : float, default=0.0
        Share of each weight taken from its gradient, at least 0.
    batch_size : int, "auto" or "full", default="auto"
        Examples an update; "auto" is a tenth of the examples, but at least 10 and at most 100, "full" all of them.
    max_iter : int, default=100
        Passes over the data.
    binarize : float or None, default=0.0
        Values of X above are 1, the others 0; rows of 0 and 1 alone, as ``sample`` gives them, are taken as they are.
        None: X must have two values, 0 and 1 or -1 and +1.
    stopping : str, Criterion or None, default=None
        Stopping rules besides ``max_iter``, see :mod:`sinapsi.stopping`.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the present weights, chains and place in the schedule.
    random_state : int, RandomState, Generator or None, default=None
        Of the first weights, of the order of examples and of all sampling.
    verbose : int, default=0
        1 shows a progress bar on a terminal.

    Attributes
    ----------
    weights_ : array of shape (n_units, n_units)
        w_ij, symmetric with an empty diagonal, visible units first; 0 where there is no connection.
    biases_ : array of shape (n_units,)
        b_i.
    history_ : History
        ``loss``: mean over the examples of minus the sum of log p(v_i | all other units) over the visible units, with
        hidden units at the means of the positive phase (without hidden units, minus the log pseudo-likelihood), as met
        on the way; ``learning_rate``; and of machines of at most 14 units ``negative_log_likelihood``, the exact mean
        of -log p(v) after each epoch.
    n_iter_ : int
        Passes over the data in the last fit.
    stop_reason_ : StopReason
        Why learning ended.
    n_features_in_ : int
        Number of visible units.
    feature_names_in_ : array of shape (n_features,)
        Names of the columns, when X was a data frame with string names.

    See Also
    --------
    HopfieldNetwork : The same energy without hidden units, at temperature 0, with weights of one shot.

    Notes
    -----
    Chance follows from the seed, the sweep, the chain and the unit: a chain fares the same in any batch and with any
    number of threads.

    References
    ----------
    Ackley, Hinton and Sejnowski (1985), A learning algorithm for Boltzmann machines; Neal (2001), Annealed importance
    sampling; Tieleman (2008), Training restricted Boltzmann machines using approximations to the likelihood gradient;
    Salakhutdinov and Hinton (2009), Deep Boltzmann machines.

    Examples
    --------
    >>> import numpy as np
    >>> from sinapsi import BoltzmannMachine
    >>> X = np.random.default_rng(0).permutation(np.repeat(np.eye(3), 100, axis=0))  # one of three lamps is on
    >>> model = BoltzmannMachine(n_hidden=2, learning_rate=0.2, random_state=0).fit(X)
    >>> model.complete([[0, 0, np.nan], [1, np.nan, np.nan]])
    array([[0., 0., 1.],
           [1., 0., 0.]])
    >>> model.probabilities()[1, 1, 0] < 0.05 < 0.25 < model.probabilities()[0, 1, 0]
    np.True_
    """

    _chapter: ClassVar[int] = 8
    _references: ClassVar[tuple[Reference, ...]] = (
        ACKLEY_HINTON_SEJNOWSKI_1985,
        NEAL_2001,
        TIELEMAN_2008,
        SALAKHUTDINOV_HINTON_2009,
    )
    _parameter_rules: ClassVar[Mapping[str, Rule]] = {
        "n_hidden": count(0),
        "connections": choice(*WORDS) | instance((np.ndarray, list, tuple), "an array of True and False"),
        "temperature": number(0, np.inf, open_low=True, open_high=True),
        "annealing": nothing
        | number(0, np.inf, open_low=True, open_high=True)
        | instance((str, Schedule), "a schedule"),
        "n_gibbs_steps": count(1),
        "positive_phase": choice(*POSITIVE_PHASES),
        "negative_phase": choice(*NEGATIVE_PHASES),
        "n_chains": count(1),
        "learning_rate": number(0, np.inf, open_low=True, open_high=True) | instance((str, Schedule), "a schedule"),
        "weight_decay": number(0, np.inf, open_high=True),
        "batch_size": count(1) | choice("auto", "full"),
        "max_iter": count(1),
        "binarize": nothing | number(-np.inf, np.inf, open_low=True, open_high=True),
        "stopping": nothing | instance((str, Criterion, AnyOf), "a stopping rule"),
        "warm_start": boolean,
        "random_state": random_source,
        "verbose": boolean | count(0),
    }
    _short_forms: ClassVar[Mapping[str, Callable[[Any], object]]] = {
        "annealing": lambda form: None if form is None else schedule_named(form),
        "learning_rate": schedule_named,
        "stopping": criteria_in,
    }

    def __init__(
        self,
        *,
        n_hidden: int = 10,
        connections: str | ArrayLike = "full",
        temperature: float = 1.0,
        annealing: float | str | Schedule | None = None,
        n_gibbs_steps: int = 5,
        positive_phase: str = "mean_field",
        negative_phase: str = "chains",
        n_chains: int = 100,
        learning_rate: float | str | Schedule = 0.05,
        weight_decay: float = 0.0,
        batch_size: int | str = "auto",
        max_iter: int = 100,
        binarize: float | None = 0.0,
        stopping: str | Criterion | AnyOf | None = None,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        verbose: int = 0,
    ) -> None:
        self.n_hidden = n_hidden
        self.connections = connections
        self.temperature = temperature
        self.annealing = annealing
        self.n_gibbs_steps = n_gibbs_steps
        self.positive_phase = positive_phase
        self.negative_phase = negative_phase
        self.n_chains = n_chains
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.binarize = binarize
        self.stopping = stopping
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn the distribution of the examples.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples, one visible unit a column.
        y : object, optional
            Not looked at.

        Returns
        -------
        BoltzmannMachine
            The fitted estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of its range, or parameters do not go together.
        InvalidInputError
            If X cannot be learned from.

        Warns
        -----
        ConvergenceWarning
            If learning diverged or was interrupted; the last good weights are kept.
        """
        return self._fit(X, max_iter=self.max_iter, goes_on=self.warm_start and hasattr(self, "weights_"))

    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn one more pass, over these examples; weights, chains and schedule go on.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Examples; the first call sets the biases of the visible units by them.
        y : object, optional
            Not looked at.

        Returns
        -------
        BoltzmannMachine
            The estimator.

        Raises
        ------
        InvalidInputError
            If the examples have other columns than those before.
        """
        return self._fit(X, max_iter=1, goes_on=hasattr(self, "weights_"))

    def sample(
        self,
        n_samples: int = 1,
        *,
        given: ArrayLike | None = None,
        n_gibbs_steps: int | None = None,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> Floats:
        """Let the machine dream: give visible states drawn by Gibbs sampling.

        Sample k is where chain k ends. It begins where persistent chain k (modulo their number) stopped learning; with
        ``annealing`` in a random state.

        Parameters
        ----------
        n_samples : int, default=1
            How many.
        given : array of shape (n_features,) or (n_samples, n_features), optional
            Visible units that are held at a value, NaN where a unit is free; one row is for all samples.
        n_gibbs_steps : int, optional
            Sweeps of every chain; None stands for 1000.
        random_state : int, RandomState, Generator or None, default=None
            Of chance; None follows from that of the machine, so a call repeats itself.

        Returns
        -------
        array of shape (n_samples, n_features)
            0 and 1, in the floating type of the data learned.

        Raises
        ------
        InvalidParameterError
            If an argument is out of its range.
        InvalidInputError
            If ``given`` has another number of rows or columns.
        """
        return self._sample(n_samples, given, n_gibbs_steps, random_state)

    def complete(self, X: ArrayLike) -> Floats:
        """Give the most probable value of each visible unit that is unknown, the known ones held.

        Unknown units are sampled in 1000 sweeps, and each answers the value that it had more often in the second half
        of them. Units are looked at one by one: of two unknown ones that must be equal, say, each gives its own most
        probable value. Chance follows from the contents of a row, so a row fares the same in any batch.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rows with NaN where a unit is unknown.

        Returns
        -------
        array of shape (n_samples, n_features)
            0 and 1, in the floating type of X; rows without NaN are their states.
        """
        return self._complete(X)

    def energy(self, X: ArrayLike, hidden: ArrayLike | None = None) -> NDArray[np.float64]:
        """Give the energy E = -1/2 sum_ij w_ij s_i s_j - sum_i b_i s_i of whole states.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Visible states.
        hidden : array of shape (n_samples, n_hidden), optional
            Hidden states, 0 and 1; needed when there are hidden units.

        Returns
        -------
        array of shape (n_samples,)
            Energies, not divided by the temperature.
        """
        return self._energy(X, hidden)

    def score_samples(self, X: ArrayLike) -> Floats:
        """Give the natural logarithm of the probability of each row.

        Of at most 20 units it is exact. Of larger machines log Z is estimated by annealed importance sampling (200
        chains through 2000 distributions), which errs on the low side and so likelihoods on the high one; the sum over
        hidden states is exact where no hidden unit is linked to another one, or there are at most 16, and else a lower
        bound by mean fields.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Visible states.

        Returns
        -------
        array of shape (n_samples,)
            log p(v), in the floating type of X.
        """
        return self._score_samples(X)

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Give the mean of :meth:`score_samples`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Visible states.
        y : object, optional
            Not looked at.

        Returns
        -------
        float
            Mean log-likelihood a row, in nats; higher is better.
        """
        return float(self._score_samples(X).mean(dtype=np.float64))

    def probabilities(self) -> NDArray[np.float64]:
        """Give the exact probability of every visible state, of a machine of at most 20 units.

        Returns
        -------
        array of shape (2, 2, ..., 2)
            An axis a visible unit, so that ``model.probabilities()[0, 1, 1]`` is p(v = (0, 1, 1)).

        Raises
        ------
        InvalidParameterError
            If the machine has more units.
        """
        return self._probabilities()
