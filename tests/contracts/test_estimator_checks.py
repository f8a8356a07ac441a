"""scikit-learn's own checks, the whole of them, on every network in its important variants."""

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from tests.contracts.instances import Case, cases

# What these add to their sisters is not what the checks look at.
LEFT_OUT = {"Perceptron-random-start", "AdalineRegressor-ridge", "AdalineRegressor-lms-batches", "MLPRegressor-online"}
# Networks that meet the label of every example, whatever it weighs.
LEFT_OUT |= {"RBFClassifier-exact", "RBFClassifier-exact-linear"}
CHECKED: list[Case] = [case.values[0] for case in cases() if case.id not in LEFT_OUT]
EXAMPLE_BY_EXAMPLE = {repr(case.whole()) for case in CHECKED if case.variant.settled is not None}


def with_their_warnings(test: Any) -> Any:
    """Some checks leave no time to converge, and for ``y = inf`` scikit-learn's own look at y warns of its cast."""
    for warning in ("ignore::sklearn.exceptions.ConvergenceWarning", "ignore:invalid value encountered in cast"):
        test = pytest.mark.filterwarnings(warning)(test)
    return test


def failures_to_expect(estimator: Any) -> dict[str, str]:
    """The only failures allowed, for learners whose every step changes what the next one sees."""
    if repr(estimator) not in EXAMPLE_BY_EXAMPLE:
        return {}
    reason = "weight 2 is one step, the example doubled are two; test_sample_weights.py compares their averages"
    return {f"check_sample_weight_equivalence_on_{form}_data": reason for form in ("dense", "sparse")}


def checks_of(chosen: list[Case]) -> Any:
    return parametrize_with_checks(
        [case.whole() for case in chosen], expected_failed_checks=failures_to_expect, xfail_strict=True
    )


@with_their_warnings
@checks_of([case for case in CHECKED if case.name == "default"])
def test_defaults_pass_all_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.slow
@with_their_warnings
@checks_of([case for case in CHECKED if case.name != "default"])
def test_variants_pass_all_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)
