"""What a Boltzmann machine refuses, and that it says the expectation, the fact and the way out."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from sinapsi.energy.boltzmann_machine import BoltzmannMachine
from sinapsi.exceptions import InvalidInputError, InvalidParameterError
from sinapsi.monitor import FitMonitor

X = np.random.default_rng(0).integers(0, 2, size=(40, 4)).astype(np.float64)


def fitted(**parameters: object) -> BoltzmannMachine:
    return BoltzmannMachine(**{"n_hidden": 2, "max_iter": 2, "random_state": 0, **parameters}).fit(X)


def with_nan() -> np.ndarray:
    rows = X.copy()
    rows[3, 1] = np.nan
    return rows


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_hidden": -1},
        {"n_hidden": 2.0},
        {"n_hidden": True},
        {"connections": "none"},
        {"connections": 3},
        {"temperature": 0.0},
        {"temperature": -1.0},
        {"temperature": np.nan},
        {"temperature": np.inf},
        {"annealing": 0.0},
        {"annealing": "quickly"},
        {"annealing": True},
        {"n_gibbs_steps": 0},
        {"positive_phase": "chains"},
        {"negative_phase": "mean_field"},
        {"n_chains": 0},
        {"learning_rate": 0.0},
        {"learning_rate": np.inf},
        {"learning_rate": "slow"},
        {"weight_decay": -0.1},
        {"batch_size": 0},
        {"batch_size": "half"},
        {"max_iter": 0},
        {"binarize": np.inf},
        {"binarize": "mean"},
        {"stopping": 3},
        {"stopping": "patience(3)"},
        {"stopping": "goal(1, of='energy')"},
        {"warm_start": "yes"},
        {"random_state": -1},
        {"verbose": -1},
    ],
    ids=str,
)
def test_parameters_out_of_range_are_named(parameters: dict[str, object]) -> None:
    with pytest.raises(InvalidParameterError, match=f"'{next(iter(parameters))}' parameter"):
        fitted(**parameters)


def mask(n_units: int = 6) -> np.ndarray:
    return ~np.eye(n_units, dtype=bool)


def one_way() -> np.ndarray:
    links = mask()
    links[2, 4] = False
    return links


@pytest.mark.parametrize(
    ("connections", "message"),
    [
        (np.ones((6, 6), dtype=bool), r"must be False on the diagonal.*Got True for unit 0, 1, 2, 3, 4, \.\.\..*fill_"),
        (one_way(), r"must be symmetric.*one way only from unit to unit: \(4, 2\).*connections \| connections\.T"),
        (mask(5), r"must have .* 4 visible .* the 2 hidden ones: shape \(6, 6\)\. Got \(5, 5\).*n_hidden"),
        (mask()[:4], r".*shape \(6, 6\)\. Got \(4, 6\)"),
        (mask().ravel(), r".*shape \(6, 6\)\. Got \(36,\)"),
        (mask().astype(int), r"must be an array of bool.*Got numbers of type int64.*astype\(bool\)"),
        (mask().astype(float), r"must be an array of bool"),
        ([[True, False], [True]], r"must be a table of True and False"),
    ],
)  # fmt: skip
def test_masks_that_make_no_sense_are_refused(connections: object, message: str) -> None:
    with pytest.raises(InvalidParameterError, match=r"The 'connections' parameter of BoltzmannMachine " + message):
        fitted(connections=connections)


def test_a_mask_may_be_a_list() -> None:
    np.testing.assert_array_equal(fitted(connections=mask().tolist()).weights_, fitted().weights_)


def test_more_states_than_can_be_listed_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match=r"positive_phase='exact'.*at most 16 hidden units.*n_hidden=17"):
        fitted(n_hidden=17, positive_phase="exact")
    with pytest.raises(InvalidParameterError, match=r"negative_phase='exact'.*at most 20 units\. Got 4 visible and 17"):
        fitted(n_hidden=17, negative_phase="exact")
    with pytest.raises(InvalidParameterError, match=r"probabilities\(\).*at most 20 units.*17 hidden.*score_samples"):
        fitted(n_hidden=17).probabilities()


@pytest.mark.parametrize("method", ["fit", "partial_fit", "score_samples", "score", "energy"])
def test_nan_is_refused_where_nothing_is_completed(method: str) -> None:
    model = BoltzmannMachine() if method == "fit" else fitted()
    with pytest.raises(InvalidInputError, match=r"(?s)contains NaN.*Or ask complete\(X\), which takes NaN"):
        getattr(model, method)(with_nan())


@pytest.mark.parametrize("method", ["fit", "partial_fit", "score_samples", "complete", "energy"])
def test_infinity_is_refused_always(method: str) -> None:
    rows = X.copy()
    rows[0, 0] = np.inf
    with pytest.raises(InvalidInputError, match=r"contains infinity.*Replace infinite values"):
        getattr(fitted(), method)(rows)
    with pytest.raises(InvalidInputError, match=r"In given: .*infinity"):
        fitted().sample(given=rows[0])


@pytest.mark.parametrize("method", ["partial_fit", "score_samples", "complete", "energy"])
def test_other_columns_are_refused(method: str) -> None:
    with pytest.raises(InvalidInputError, match=r"X has 3 features, but BoltzmannMachine is expecting 4 features"):
        getattr(fitted(), method)(X[:, :3])
    with pytest.raises(InvalidInputError, match=r"In given: X has 3 features"):
        fitted().sample(given=X[0, :3])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.0, 128.0, 255.0], r"Got 3 values: 0, 128, 255\. Scale them to 0 and 1, or .*binarize=127\.5"),
        ([-1.0, 0.0, 1.0], r"Got 3 values: -1, 0, 1\."),
        ([0.0, 2.0], r"Got 2 values: 0, 2\..*binarize=1\."),
        (np.arange(9.0), r"Got 9 values: 0, 1, 2, 3, 4, \.\.\."),
    ],
)
def test_without_a_threshold_there_must_be_two_values(values: object, message: str) -> None:
    rows = np.resize(np.asarray(values), (20, 3))
    with pytest.raises(InvalidInputError, match=r"With binarize=None X must have two values.*" + message):
        BoltzmannMachine(binarize=None).fit(rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "'n_samples' parameter of BoltzmannMachine.sample"),
        ({"n_samples": 2.5}, "'n_samples' parameter of BoltzmannMachine.sample"),
        ({"n_gibbs_steps": 0}, "'n_gibbs_steps' parameter of BoltzmannMachine.sample"),
        ({"random_state": "seed"}, "'random_state' parameter of BoltzmannMachine.sample"),
    ],
)
def test_arguments_of_sample_are_checked(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        fitted().sample(**arguments)


def test_given_rows_must_be_one_or_as_many_as_samples() -> None:
    with pytest.raises(InvalidInputError, match=r"given must have one row.*Got 3 rows for n_samples=2.*n_samples=3"):
        fitted().sample(2, given=X[:3])
    with pytest.raises(InvalidInputError, match=r"With binarize=None X must have two values"):
        fitted(binarize=None).sample(given=[0.5, 1, np.nan, 0])


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        (None, r"2 hidden units for each of 40 rows: shape \(40, 2\)\. Got none"),
        (np.zeros((40, 3)), r"shape \(40, 2\)\. Got \(40, 3\)"),
        (np.zeros(40), r"shape \(40, 2\)\. Got \(40,\)"),
        (np.full((40, 2), 0.5), r"hidden must be 0 and 1"),
        (np.full((40, 2), np.nan), r"hidden must be 0 and 1"),
    ],
)
def test_hidden_states_must_fit(hidden: object, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        fitted().energy(X, hidden)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_hidden": 3}, r"was fitted with n_hidden=2, and n_hidden=3 cannot go on.*fit anew"),
        ({"connections": "restricted"}, r"other connections: 7 of its weights.*Set connections back, or fit anew"),
        ({"n_chains": 7}, r"was fitted with n_chains=100, and n_chains=7 cannot go on"),
    ],
)
def test_what_was_learned_goes_on_as_it_began(changes: dict[str, object], message: str) -> None:
    model = fitted(warm_start=True).set_params(**changes)
    weights = model.weights_.copy()
    for learn in (model.fit, model.partial_fit):
        with pytest.raises(InvalidParameterError, match=message):
            learn(X)
    np.testing.assert_array_equal(model.weights_, weights)
    model.set_params(warm_start=False).fit(X)


@pytest.mark.parametrize("method", ["sample", "complete", "score_samples", "score", "energy", "probabilities"])
def test_before_fitting_nothing_is_answered(method: str) -> None:
    arguments = () if method in ("sample", "probabilities") else (X,)
    with pytest.raises(NotFittedError):
        getattr(BoltzmannMachine(), method)(*arguments)


def test_parameters_set_after_fitting_are_checked() -> None:
    for method, arguments in (("sample", ()), ("complete", (X,)), ("score", (X,)), ("probabilities", ())):
        with pytest.raises(InvalidParameterError, match="'temperature' parameter"):
            getattr(fitted().set_params(temperature=0), method)(*arguments)


def test_a_fit_that_fails_half_way_leaves_the_model_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    model, twin = fitted(warm_start=True), fitted(warm_start=True)

    def fail(*_: object, **__: object) -> bool:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(FitMonitor, "record", fail)
        with pytest.raises(MemoryError):
            model.fit(X)
    np.testing.assert_array_equal(model.fit(X).weights_, twin.fit(X).weights_)
    np.testing.assert_array_equal(model._chains, twin._chains)


SPOILED = {
    "asymmetric": lambda m: m.weights_.__setitem__((0, 1), 9.0),
    "own connection": lambda m: np.fill_diagonal(m.weights_, 1.0),
    "not finite": lambda m: m.biases_.__setitem__(0, np.nan),
    "infinite weight": lambda m: (m.weights_.__setitem__((0, 1), np.inf), m.weights_.__setitem__((1, 0), np.inf)),
    "too few biases": lambda m: setattr(m, "biases_", m.biases_[:-1]),
    "too few weights": lambda m: setattr(m, "weights_", m.weights_[:-1]),
    "another number of columns": lambda m: setattr(m, "n_features_in_", 3),
    "another number of hidden units": lambda m: setattr(m, "_n_hidden", 3),
    "fewer units than columns": lambda m: setattr(m, "n_features_in_", 7),
    "other types": lambda m: setattr(m, "biases_", m.biases_.astype(np.float32)),
    "whole numbers": lambda m: (
        setattr(m, "biases_", m.biases_.astype(int)),
        setattr(m, "weights_", m.weights_.astype(int)),
    ),
    "chains of twos": lambda m: m._chains.__setitem__((0, 0), 2),
    "chains of another type": lambda m: setattr(m, "_chains", m._chains.astype(np.int16)),
    "chains of too few units": lambda m: setattr(m, "_chains", m._chains[:, :-1]),
    "no chains": lambda m: setattr(m, "_chains", m._chains[:0]),
    "negative counter": lambda m: m._progress.update(n_rows=-1),
    "seed that is none": lambda m: setattr(m, "_seed", 0.5),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_does_not_fit_together_is_refused_when_a_model_is_read(name: str) -> None:
    model = fitted()
    model._check_learned()
    SPOILED[name](model)
    with pytest.raises(InvalidInputError):
        model._check_learned()
