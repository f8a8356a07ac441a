"""Every network of the contents page is under contract, and says where it comes from."""

from typing import Any

import pytest

from sinapsi.references import Reference
from tests.contracts.instances import RECIPES, Case, cases, networks


def test_every_network_has_a_recipe_and_every_recipe_a_network() -> None:
    assert [kind.__name__ for kind in networks()] == list(RECIPES)


@pytest.mark.parametrize("kind", networks())
def test_every_network_is_tested_as_it_comes(kind: type[Any]) -> None:
    assert "default" in RECIPES[kind.__name__].variants
    assert not RECIPES[kind.__name__].variants["default"].parameters


@pytest.mark.parametrize("kind", networks())
def test_objects_and_quick_budgets_are_of_its_own_parameters(kind: type[Any]) -> None:
    recipe = RECIPES[kind.__name__]
    assert {*recipe.objects, *recipe.quick, *(recipe.diverging or {})} <= set(kind().get_params())


@pytest.mark.parametrize("case", cases())
def test_variants_are_made_of_its_own_parameters(case: Case) -> None:
    case.whole(**(case.variant.settled or {}))


@pytest.mark.parametrize("kind", networks())
def test_every_network_names_its_chapter_and_its_papers(kind: type[Any]) -> None:
    assert isinstance(kind._chapter, int)
    assert 1 <= kind._chapter <= 14
    assert kind._references
    assert all(isinstance(reference, Reference) for reference in kind._references)


@pytest.mark.parametrize("kind", networks())
def test_every_parameter_has_a_rule(kind: type[Any]) -> None:
    assert set(kind._parameter_rules) == set(kind().get_params())
