"""scikit-learn's own checks, the whole of them, on every network in its important variants."""

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from tests.contracts.instances import Case, cases

CHECKED: list[Case] = [case.values[0] for case in cases()]
EXAMPLE_BY_EXAMPLE = {repr(case.whole()) for case in CHECKED if case.variant.settled is not None}


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


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@checks_of([case for case in CHECKED if case.name == "default"])
def test_defaults_pass_all_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@checks_of([case for case in CHECKED if case.name != "default"])
def test_variants_pass_all_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)
