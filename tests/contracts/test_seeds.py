"""One seed, one result, to the last bit; and nothing global is touched."""

import random as python_random
from typing import Any

import numpy as np
import pytest

from tests.contracts.comparison import answers, differences, fitted_arrays, without_clock
from tests.contracts.instances import (
    Case,
    Problem,
    cases,
    cases_with_problems,
    first_problem,
    fitted,
    networks_as_parameters,
    solved,
)

SEEDED = [case for case in cases() if "random_state" in case.values[0].kind().get_params()]
RESTARTING = [
    case for case in networks_as_parameters() if {"n_init", "n_jobs"} <= set(case.values[0].kind().get_params())
]


@pytest.mark.parametrize(("case", "problem"), cases_with_problems())
def test_one_seed_gives_the_same_bits(case: Case, problem: Problem) -> None:
    first, second = solved(case, problem), solved(case, problem)
    assert differences(without_clock(first), without_clock(second)) == []
    assert differences(answers(first, problem.X), answers(second, problem.X)) == []


@pytest.mark.parametrize("case", SEEDED)
def test_another_seed_gives_another_result_where_chance_plays_a_part(case: Case) -> None:
    arrays = [fitted_arrays(solved(case, random_state=seed)) for seed in (0, 1)]
    assert (differences(*arrays) != []) is case.variant.is_random


@pytest.mark.parametrize("case", SEEDED)
@pytest.mark.parametrize("source", [np.random.default_rng, np.random.RandomState])
def test_a_source_of_random_numbers_serves_like_a_seed(case: Case, source: Any) -> None:
    first, second = solved(case, random_state=source(5)), solved(case, random_state=source(5))
    assert differences(fitted_arrays(first), fitted_arrays(second)) == []


@pytest.mark.parametrize("case", [case for case in SEEDED if case.values[0].variant.is_random])
@pytest.mark.parametrize("source", [np.random.default_rng, np.random.RandomState])
def test_a_source_of_random_numbers_moves_on(case: Case, source: Any) -> None:
    shared = source(5)
    first, second = solved(case, random_state=shared), solved(case, random_state=shared)
    assert differences(fitted_arrays(first), fitted_arrays(second)) != []


@pytest.mark.parametrize("case", SEEDED)
def test_no_seed_is_fresh_chance(case: Case) -> None:
    first, second = solved(case, random_state=None), solved(case, random_state=None)
    assert (differences(fitted_arrays(first), fitted_arrays(second)) != []) is case.variant.is_random


@pytest.mark.parametrize("case", cases())
@pytest.mark.parametrize("seed", [0, None])
def test_global_generators_are_left_alone(case: Case, seed: int | None) -> None:
    state = np.random.get_state(legacy=False)  # noqa: NPY002  -- the global generator is what must not move
    python_state = python_random.getstate()
    solved(case, **({"random_state": seed} if "random_state" in case.kind().get_params() else {}))
    assert differences(state, np.random.get_state(legacy=False)) == []  # noqa: NPY002
    assert python_state == python_random.getstate()


@pytest.mark.parametrize("case", cases())
def test_data_and_parameters_are_left_alone(case: Case) -> None:
    problem = first_problem(case.kind)
    X, y = problem.X.copy(), problem.y.copy()
    model = case.quick()
    before = dict(model.get_params(deep=False))
    fitted(model, X, y)
    assert differences((X, y), (problem.X, problem.y)) == []
    assert {name: id(value) for name, value in before.items()} == {
        name: id(value) for name, value in model.get_params(deep=False).items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("case", RESTARTING)
def test_parallel_restarts_give_the_bits_of_those_in_turn(case: Case) -> None:
    in_turn, side_by_side = solved(case, n_init=3), solved(case, n_init=3, n_jobs=2)
    assert differences(without_clock(in_turn), without_clock(side_by_side)) == []
    assert differences(fitted_arrays(in_turn), fitted_arrays(solved(case, n_init=1))) != []
