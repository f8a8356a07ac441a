"""Whatever a rule does not allow is refused by ``fit``, with the names of the parameter and of the network."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import is_classifier

from sinapsi.energy.units import Gaussian
from sinapsi.exceptions import InvalidParameterError, SinapsiError
from tests.contracts.comparison import answers, differences
from tests.contracts.instances import Case, first_problem, fitted, networks, networks_as_parameters, solved

NAN = float("nan")
INF = float("inf")
BAD_VALUES: dict[str, list[Any]] = {
    "algorithm": ["gibbs", None, 1],
    "annealing": [0, -1, NAN, INF, True, "hot", "cosine", "constant(0)", [3.0]],
    "beta": [0, -1, NAN, INF, None, "1", True],
    "binarize": [NAN, INF, "0", True, [0.0]],
    "centered": [None, 2, "yes"],
    "code_activation": ["tanh", None, 1],
    "connections": ["sparse", None, 1, [[True]], np.ones((14, 14)), np.ones((14, 14), dtype=bool),
                    np.triu(np.ones((14, 14), dtype=bool), 1)],
    "hidden": ["gaussian", None, 1],
    "n_chains": [0, -1, 2.5, None, "10", True],
    "n_gibbs_steps": [0, -1, 2.5, None, "10", True],
    "negative_phase": ["cd", None, 1],
    "positive_phase": ["cd", None, 1],
    "pretrain_output": [None, 2, "yes"],
    "pretraining": ["svm", 1, True],
    "pretraining_learning_rate": [0, -0.1, NAN, INF, None, True, "0.1", [0.1]],
    "pretraining_max_iter": [-1, 2.5, "10", None, True, NAN],
    "sparsity": [0, 1, -0.1, NAN, "0.1", True, (0.1,), (0.1, -1), (0, 0.1), (0.1, INF), (0.1, NAN), [0.1, 0.1]],
    "visible": ["ternary", None, 1, "softmax(0)", "softmax(2.5)", "gaussian(3)", ["binary"]],
    "weight_decay": [-0.1, NAN, INF, None, "1", True],
    "interaction": ["quadratic", None, 2],
    "margin": [-1e-9, NAN, INF, None, "1", True],
    "max_steps": [0, -1, 2.5, None, "10", True],
    "n_sweeps": [0, -1, 2.5, None, "10", True],
    "normalization": ["features", None, 1],
    "recall": ["parallel", None, 1],
    "rule": ["oja", None, 1],
    "temperature": [-0.1, NAN, INF, None, "1", True],
    "tol": [-1e-9, NAN, INF, None, "1", True],
    "basis": ["cubic", None, 1],
    "centers": ["grid", None, 5, [], [[1.0]], [1, 1, 1, 1], [[1, 1, 1, NAN]], [["a"] * 4], np.eye(3)],
    "degree": [-1, 1.5, "1", True],
    "direct_links": [None, 2, "yes"],
    "fine_tuning": [-1, 2.5, None, True, "10"],
    "image_shape": [5, (3, 3), (2, 2, 2), "2x2", (0, 4), (2.0, 2.0)],
    "n_centers": [0, -1, 2.5, None, "10", True],
    "n_hidden": [0, -1, 2.5, None, "10", True, (), (5, 0), (5, 2.5), (True,)],
    "unit_selection": ["all", 1, True],
    "weight_scale": [0, -1, NAN, INF, None, "1", True],
    "weights": ["gaussian", None, 1],
    "learning": ["stochastic", None, 1],
    "measures": ["distortion", ("speed",), (1,), None, 5],
    "metric": ["minkowski", None, 2],
    "neighborhood": ["triangle", None, 1],
    "radius": [-0.1, NAN, INF, None, True, "wide", "constant(0)", "exponential_decay(-1)", [1.0]],
    "size": [0, -1, 2.5, None, "10", True, (), (3,), (3, 0), (3, 2.5), (True, 2), "large"],
    "topology": ["torus", None, 6],
    "toroidal": [None, 2, "yes"],
    "activation": [None, 5, "no_such_function", "tanh(slope=-1)", ("tanh", "tanh"), ("tanh", 3), ""],
    "alpha": [-1e-9, INF, NAN, "1", None, True],
    "batch_size": [0, -3, 2.5, "half", None, True, NAN],
    "class_weight": ["heavy", 5, [1, 2], {"ant": -1.0}, {"ant": NAN}, {"ant": INF}, {"ant": "1"}, {"dog": 1.0},
                     {"ant": 0, "bee": 0, "cat": 0}],
    "hidden_layer_sizes": [0, -1, 2.5, "10", None, (10, 0), (10, 2.5), ("10",), True, (True,), [[5]]],
    "init": ["ones", None, 5, ([], []), ([1],), "zeros, please"],
    "learning_rate": [0, -0.1, NAN, INF, None, True, "fast", "cosine", "constant(0)", "inverse_scaling(-1)", [0.1]],
    "loss": ["hinge", None, 5, "log_loss "],
    "max_iter": [-1, 2.5, "10", None, True, NAN, INF],
    "momentum": [-0.1, 1.0, NAN, "0.9", None],
    "multi_class": ["ovr", None, 1],
    "n_init": [0, -1, 1.5, None, "3"],
    "n_jobs": [0, 1.5, "2", True],
    "order": ["backwards", None, 3],
    "output_activation": ["no_such_function", None, 3, "threshold"],
    "random_state": [-1, 1.5, "0", [0], True],
    "shuffle": [None, 2, "yes"],
    "solver": ["newton", None, 5, "sgd(speed=1)", "adam(beta_1=1)", "exact()"],
    "stopping": [5, "whenever", "goal", "goal(-1)", "patience(0)", "time_limit('x')", "goal(1) | ", ["goal(1)"], True],
    "validation_fraction": [-0.1, 1.0, NAN, "0.1", None],
    "variant": ["winnow", None],
    "forgetting": [0, -0.1, 1.5, NAN, "1", None, True],
    "verbose": [-1, 1.5, "yes", None],
    "warm_start": [None, 2, "yes"],
    "width": [0, -0.1, NAN, INF, None, True, "1", "wide", (), (1, 2), (0.5, 1, 0, 2), [1, 1, -1, 1], [1, 1, "1", 1],
              [[1] * 4], np.array([1, 1, 1, NAN])],
}  # fmt: skip
GOOD_VALUES: dict[str, list[Any]] = {
    "annealing": [5, np.float32(3.0), "cosine(3.0, n_steps=100)"],
    "connections": ["restricted", np.eye(14)[::-1].astype(bool).tolist()],
    "centered": [np.bool_(False)],
    "n_chains": [np.int64(3)],
    "n_gibbs_steps": [np.int64(2)],
    "n_hidden": [np.int64(3)],
    "pretraining_learning_rate": [1, np.float32(0.01)],
    "pretraining_max_iter": [0, np.int64(2)],
    "sparsity": [np.float32(0.1), (0.1, 0), (np.float64(0.1), 1)],
    "visible": ["gaussian", Gaussian()],
    "weight_decay": [0, np.float32(0.1)],
    "alpha": [0, np.float32(0.5), 10**6],
    "batch_size": [np.int64(7), "full", 10**9],
    "hidden_layer_sizes": [np.int64(3), (np.int64(3), 2), [4], ()],
    "learning_rate": [np.float32(0.01), 1, "inverse_scaling(0.1, power=0.7)", "constant(0.01)"],
    "max_iter": [np.int32(2)],
    "momentum": [0, np.float64(0.5)],
    "n_init": [np.int64(2)],
    "binarize": [1, np.float32(0.5), -2],
    "beta": [1, np.float32(0.5)],
    "temperature": [0, np.float32(0.5), 1],
    "radius": [0, np.float32(0.5), "exponential_decay(2.0, tau=3)"],
    "size": [np.int64(5), [2, 3], (np.int64(2), 2), 1],
    "measures": [["distortion"], ("topographic_product",)],
    "n_jobs": [None, 1, np.int64(1)],
    "random_state": [None, np.int64(3), np.uint8(3), 2**40],
    "shuffle": [np.bool_(False)],
    "stopping": ["goal(0.1) | time_limit(100)", " tolerance( 1e-3 , n_epochs = 3 ) "],
    "validation_fraction": [np.float32(0.3), 0, 0.999],
    "verbose": [True, np.int64(1), 2],
    "warm_start": [np.bool_(True)],
    "width": [1, np.float32(0.5), (0.5, 1, 2.0, 4), [1, 1, 1, 1], np.array([1.0, 2.0, 1.0, 2.0])],
}

# A parameter of the same name, and what one network takes and the others refuse, or refuses and the others take.
ALSO_TAKEN = {("BoltzmannMachine", "n_hidden"): [0]}
ALSO_REFUSED = {
    ("BoltzmannMachine", "temperature"): [0],
    ("RestrictedBoltzmannMachine", "batch_size"): ["full"],
    ("RBMClassifier", "batch_size"): ["full"],
    ("DeepBeliefNetwork", "batch_size"): ["full"],
    ("DeepBeliefNetwork", "hidden_layer_sizes"): [np.int64(3), [4], ()],
    ("DeepAutoencoder", "hidden_layer_sizes"): [()],
}
Table = dict[str, list[Any]]
Exceptions = dict[tuple[str, str], list[Any]]


def values(table: Table, more: Exceptions, fewer: Exceptions) -> list[Any]:
    return [
        pytest.param(case.values[0], name, value, id=f"{case.id}-{name}-{value!r}")
        for case in networks_as_parameters()
        for name in case.values[0].kind().get_params()
        for value in [*table.get(name, ()), *more.get((case.id, name), ())]
        if repr(value) not in map(repr, fewer.get((case.id, name), ()))
    ]


@pytest.mark.parametrize("kind", networks())
def test_bad_values_are_known_for_every_parameter(kind: type[Any]) -> None:
    assert set(kind().get_params()) <= set(BAD_VALUES)


@pytest.mark.parametrize(("case", "name", "value"), values(BAD_VALUES, ALSO_REFUSED, ALSO_TAKEN))
def test_bad_values_are_refused_by_name(case: Case, name: str, value: Any) -> None:
    problem = first_problem(case.kind)
    model = case.quick(**{name: value})  # the constructor only stores
    if name == "max_iter" and value == 0:
        pytest.skip("the MLP takes 0: it sets up the starting weights")
    with pytest.raises(InvalidParameterError) as raised:
        model.fit(problem.X, problem.y)
    said = str(raised.value)
    assert isinstance(raised.value, ValueError)
    assert isinstance(raised.value, SinapsiError)
    assert name in said
    rule = case.kind._parameter_rules[name]
    if not rule.allows(value):
        kind = case.kind.__name__
        assert said == f"The {name!r} parameter of {kind} must be {rule.expectation}. Got {value!r} instead."


@pytest.mark.parametrize(("case", "name", "value"), values(GOOD_VALUES, ALSO_TAKEN, ALSO_REFUSED))
def test_numbers_and_words_of_other_types_are_taken(case: Case, name: str, value: Any) -> None:
    problem = first_problem(case.kind)
    solver = {"solver": "lms"} if name in ("batch_size", "shuffle") and case.kind.__name__.startswith("Ada") else {}
    model = fitted(case.quick(**{**solver, name: value}), problem.X, problem.y)
    assert model.get_params()[name] is value


@pytest.mark.parametrize("case", networks_as_parameters())
def test_partial_fit_looks_at_parameters_too(case: Case) -> None:
    problem = first_problem(case.kind)
    model = case.quick(**{"solver": "lms"} if "Adaline" in case.kind.__name__ else {})
    classes = {"classes": np.unique(problem.y)} if is_classifier(model) else {}
    with pytest.raises(InvalidParameterError, match=rf"The 'verbose' parameter of {case.kind.__name__} must be"):
        model.set_params(verbose="yes").partial_fit(problem.X, problem.y, **classes)


@pytest.mark.parametrize("case", networks_as_parameters())
def test_parameters_are_positional_nowhere(case: Case) -> None:
    with pytest.raises(TypeError, match="positional"):
        case.kind(next(iter(case.kind().get_params().values())))


@pytest.mark.parametrize("case", networks_as_parameters())
def test_a_refused_parameter_leaves_the_model_as_it_was(case: Case) -> None:
    problem = first_problem(case.kind)
    model = solved(case, problem)
    said = answers(model, problem.X)
    for name in {"learning_rate", "max_iter", "stopping", "verbose"} & set(case.kind().get_params()):
        good = model.get_params()[name]
        with pytest.raises(InvalidParameterError):
            model.set_params(**{name: "nonsense"}).fit(problem.X[:, :2], problem.y)
        model.set_params(**{name: good})
    assert differences(said, answers(model, problem.X)) == []


@pytest.mark.parametrize("case", networks_as_parameters())
def test_a_misspelled_word_meets_a_suggestion(case: Case) -> None:
    problem = first_problem(case.kind)
    misspelled = {"stopping": "patiense(3)", "learning_rate": "cosin(0.1)", "activation": "tahn"}
    meant = {"stopping": "patience", "learning_rate": "cosine", "activation": "tanh"}
    for name in set(misspelled) & set(case.kind().get_params()):
        with pytest.raises(InvalidParameterError, match=rf"Did you mean '{meant[name]}'\?"):
            case.quick(**{name: misspelled[name]}).fit(problem.X, problem.y)
