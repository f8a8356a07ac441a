"""Rules of constructor parameters: what each allows, and the sentence when it does not."""

import re

import numpy as np
import pytest

from sinapsi.exceptions import InvalidParameterError, SinapsiError
from sinapsi.parameters import boolean, check_parameters, choice, count, instance, nothing, number, random_source


@pytest.mark.parametrize(
    ("rule", "allowed", "refused"),
    [
        (number(), [0, -1.5, 1e308, np.inf, np.float32(2), np.int64(3)], [np.nan, True, np.True_, "1", None, 1j, [1]]),
        (number(0, 1), [0, 1, 0.5], [-1e-12, 1 + 1e-12, np.inf]),
        (number(0, 1, open_low=True), [1e-300, 1], [0, 0.0, -0.0]),
        (number(0, 1, open_high=True), [0, 1 - 1e-12], [1, 1.0]),
        (number(0, open_high=True), [0, 1e308], [np.inf, -np.inf]),
        (count(), [1, 10**9, np.int32(4)], [0, -1, 1.0, True, "1", None]),
        (count(0), [0, 1], [-1, False]),
        (choice("a", "b"), ["a", "b"], ["c", "A", None, 1, ["a"], np.array(["a", "b"])]),
        (boolean, [True, False, np.True_], [0, 1, "yes", None]),
        (nothing, [None], [False, 0, ""]),
        (instance((int, str), "an int or text"), [1, "x", True], [1.0, None]),
        (
            random_source,
            [None, 0, 42, np.int64(3), np.random.RandomState(0), np.random.default_rng(0)],
            [-1, 1.5, "seed", True, np.random.SeedSequence(0)],
        ),
        (nothing | count() | choice("all"), [None, 3, "all"], [0, "some", 1.5]),
    ],
)
def test_what_is_allowed(rule, allowed, refused):
    assert [value for value in allowed if not rule.allows(value)] == []
    assert [value for value in refused if rule.allows(value)] == []


@pytest.mark.parametrize(
    ("rule", "expectation"),
    [
        (number(), "a number in the range (-inf, inf)"),
        (number(0, 1, open_high=True), "a number in the range [0, 1)"),
        (number(0, open_low=True), "a number in the range (0, inf)"),
        (count(3), "an integer of at least 3"),
        (choice("a", "b"), "one of 'a', 'b'"),
        (nothing | count(), "None or an integer of at least 1"),
    ],
)
def test_the_words_of_a_rule(rule, expectation):
    assert rule.expectation == expectation


def test_the_first_value_out_of_its_range_is_named_with_owner_expectation_and_fact():
    rules = {"n_units": count(), "rate": number(0, 1)}
    check_parameters("Network", {"n_units": 3, "rate": 0.5, "other": object()}, rules)
    sentence = "The 'rate' parameter of Network must be a number in the range [0, 1]. Got 2 instead."
    with pytest.raises(InvalidParameterError, match=f"^{re.escape(sentence)}$"):
        check_parameters("Network", {"n_units": 3, "rate": 2}, rules)


def test_the_error_is_a_value_error_and_ours():
    assert issubclass(InvalidParameterError, ValueError)
    assert issubclass(InvalidParameterError, SinapsiError)
