"""What a weight means: the example so many times over; and a class that weighs more is favored."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.utils.validation import has_fit_parameter

from tests.contracts.comparison import answers, differences, without_clock
from tests.contracts.instances import Case, cases, first_problem, fitted

WEIGHTED = [case for case in cases() if has_fit_parameter(case.values[0].kind, "sample_weight")]
STOCHASTIC = [case for case in WEIGHTED if case.values[0].variant.settled is not None]
WITH_CLASSES = [case for case in cases() if "class_weight" in case.values[0].kind().get_params()]
N_SEEDS = 16
LARGEST_Z = 4.0  # standard errors; up to eight numbers are compared a case
SMALLEST_EFFECT = 10.0  # standard errors by which the weights themselves must matter, else the test would see nothing


def weighted_problem(case: Case) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]:
    """Data whose best answer changes when the examples in some rows weigh more."""
    random = np.random.default_rng(11)
    X = random.standard_normal((40, 3))
    slope = X @ [1.0, -1.0, 0.5]
    if not is_classifier(case.kind()):
        return X, slope + X[:, 0] ** 2 + 0.3 * random.standard_normal(40), X[:, 0] > 0
    y = np.where(slope + 2.0 * random.standard_normal(40) > 0, "yes", "no")
    return X, y, y == "yes"


def graded_answer(model: Any, X: NDArray[Any]) -> NDArray[Any]:
    said = answers(model, X)
    graded = (said[method] for method in ("predict_proba", "decision_function", "predict") if method in said)
    return np.asarray(next(graded)).ravel()


@pytest.mark.slow
@pytest.mark.parametrize("case", STOCHASTIC)
def test_weight_two_is_the_example_twice_on_the_average(case: Case) -> None:
    X, y, is_heavy = weighted_problem(case)
    grid = np.random.default_rng(12).standard_normal((4, 3))

    def answers_of(first_seed: int, rows: NDArray[np.intp], sample_weight: Any) -> NDArray[Any]:
        models = (
            fitted(case.whole(**case.variant.settled, random_state=seed), X[rows], y[rows], sample_weight=sample_weight)
            for seed in range(first_seed, first_seed + N_SEEDS)
        )
        return np.array([graded_answer(model, grid) for model in models])

    rows = np.arange(40)
    weighted = answers_of(0, rows, np.where(is_heavy, 2.0, 1.0))
    doubled = answers_of(100, np.concatenate([rows, np.flatnonzero(is_heavy)]), None)
    plain = answers_of(200, rows, None)
    error = np.sqrt((weighted.var(axis=0, ddof=1) + doubled.var(axis=0, ddof=1)) / N_SEEDS)
    assert np.abs((weighted - doubled).mean(axis=0) / error).max() < LARGEST_Z
    assert np.abs((weighted - plain).mean(axis=0) / error).max() > SMALLEST_EFFECT


@pytest.mark.parametrize("case", WEIGHTED)
def test_weight_zero_is_the_example_left_out(case: Case) -> None:
    X, y, is_heavy = weighted_problem(case)
    is_out = np.arange(40) % 3 == 0
    weights = np.where(is_out, 0.0, np.where(is_heavy, 2.0, 1.0))
    with_zeros = fitted(case.quick(), X, y, sample_weight=weights)
    without = fitted(case.quick(), X[~is_out], y[~is_out], sample_weight=weights[~is_out])
    assert differences(without_clock(with_zeros), without_clock(without)) == []


@pytest.mark.parametrize("case", WEIGHTED)
def test_weights_of_one_change_nothing(case: Case) -> None:
    problem = first_problem(case.kind)
    plain = fitted(case.quick(), problem.X, problem.y)
    weighted = fitted(case.quick(), problem.X, problem.y, sample_weight=np.ones(len(problem.X)))
    for one, other in zip(answers(plain, problem.X).values(), answers(weighted, problem.X).values(), strict=True):
        if one.dtype.kind == "f":
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
        else:
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("case", [case for case in WITH_CLASSES if case in WEIGHTED])
def test_class_weights_are_sample_weights_said_by_class(case: Case) -> None:
    X, y, is_heavy = weighted_problem(case)
    # To a penalty that is chosen, sample weights say how many examples there are, class weights how much they matter.
    penalty = {"alpha": 0.1} if isinstance(case.kind().get_params().get("alpha"), str) else {}
    by_class = fitted(case.quick(class_weight={"yes": 3.0}, **penalty), X, y)
    by_example = fitted(case.quick(**penalty), X, y, sample_weight=np.where(is_heavy, 3.0, 1.0))
    assert differences(without_clock(by_class), without_clock(by_example)) == []


@pytest.mark.parametrize("case", WITH_CLASSES)
def test_a_class_that_weighs_more_is_favored(case: Case) -> None:
    X, y, _ = weighted_problem(case)
    settled = {"max_iter": 200, **(case.variant.settled or {})}
    if case.variant.parameters.get("centers") == "exact":  # who meets every target favors nobody
        settled["alpha"] = 1.0

    def share_of_yes(class_weight: dict[str, float]) -> float:
        models = (
            fitted(case.whole(**settled, class_weight=class_weight, random_state=seed), X, y) for seed in range(4)
        )
        return float(np.mean([model.predict(X) == "yes" for model in models]))

    assert share_of_yes({"yes": 20.0}) > share_of_yes({"no": 20.0}) + 0.2


@pytest.mark.parametrize("case", WITH_CLASSES)
def test_balanced_weighs_classes_by_their_rarity(case: Case) -> None:
    X, y, _ = weighted_problem(case)
    n_yes = int((y == "yes").sum())
    weights = {"yes": 40 / (2 * n_yes), "no": 40 / (2 * (40 - n_yes))}
    balanced = fitted(case.quick(class_weight="balanced"), X, y)
    spelled_out = fitted(case.quick(class_weight=weights), X, y)
    assert differences(without_clock(balanced), without_clock(spelled_out)) == []
