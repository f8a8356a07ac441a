"""A docstring tells all parameters as they are, all that is learned, the papers, and an example that runs."""

import ast
import doctest
import inspect
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc

from tests.contracts.comparison import learned
from tests.contracts.instances import RECIPES, cases, first_problem, fitted, networks, problems_of, solved

# Words that every network may have besides the parameters of its own.
COMMON_PARAMETERS = {
    "random_state", "verbose", "warm_start", "n_jobs", "device", "class_weight", "validation_fraction", "stopping",
}  # fmt: skip
LARGEST_NUMBER_OF_OWN_PARAMETERS = 13
PUBLIC_METHODS = [
    pytest.param(kind, name, id=f"{kind.__name__}-{name}")
    for kind in networks()
    for name, _ in inspect.getmembers(kind, callable)
    if not name.startswith("_") and getattr(kind, name).__module__.startswith("sinapsi")
]

all_networks = pytest.mark.parametrize("kind", networks())


def documented(kind: type[Any], section: str) -> dict[str, str]:
    """Name -> type line of an entry; entries such as ``X_val, y_val`` count as two."""
    entries = ClassDoc(kind)[section]
    return {name.strip(): entry.type for entry in entries for name in entry.name.split(",")}


@all_networks
def test_every_parameter_is_documented_in_the_order_of_the_signature(kind: type[Any]) -> None:
    assert list(documented(kind, "Parameters")) == list(inspect.signature(kind).parameters)


@all_networks
def test_the_documented_default_is_the_default(kind: type[Any]) -> None:
    told = {}
    for name, kind_line in documented(kind, "Parameters").items():
        match = re.search(r", default=(.+)$", kind_line)
        assert match, f"{name} : {kind_line} names no default"
        told[name] = ast.literal_eval(match[1])
    actual = {name: parameter.default for name, parameter in inspect.signature(kind).parameters.items()}
    assert {name: (type(value), value) for name, value in told.items()} == {
        name: (type(value), value) for name, value in actual.items()
    }


@all_networks
def test_parameters_are_keywords_with_plain_defaults(kind: type[Any]) -> None:
    for parameter in inspect.signature(kind).parameters.values():
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert isinstance(parameter.default, str | int | float | bool | tuple | None)


@all_networks
def test_a_network_has_few_parameters_of_its_own(kind: type[Any]) -> None:
    own = [name for name in inspect.signature(kind).parameters if name not in COMMON_PARAMETERS]
    assert len(own) <= LARGEST_NUMBER_OF_OWN_PARAMETERS, own


@all_networks
def test_all_that_is_learned_is_documented_and_nothing_else(kind: type[Any]) -> None:
    models = [
        solved(case.values[0], problem)
        for case in cases()
        if case.values[0].kind is kind
        for problem in problems_of(kind)
    ]
    problem = first_problem(kind)
    frame = pd.DataFrame(problem.X, columns=list("abcd"))
    models.append(fitted(kind(**RECIPES[kind.__name__].quick), frame, problem.y))
    models += [model.label_units(np.arange(60) % 3) for model in models[:1] if hasattr(model, "label_units")]
    found = {name for model in models for name in learned(model) if name.endswith("_") and not name.startswith("_")}
    found |= {name for name in dir(kind) if name.endswith("_") and name[0] != "_"}  # made when asked for
    assert set(documented(kind, "Attributes")) == found


@all_networks
def test_fitting_leaves_only_learned_or_private_attributes(kind: type[Any]) -> None:
    for case in cases():
        if case.values[0].kind is kind:
            assert [name for name in learned(solved(case.values[0])) if name[0] != "_" and name[-1] != "_"] == []


@all_networks
def test_the_papers_are_named(kind: type[Any]) -> None:
    section = " ".join(ClassDoc(kind)["References"])
    for reference in kind._references:
        family = reference.authors.split(",")[0]
        assert family in section
        assert str(reference.year) in section


@all_networks
def test_an_example_runs(kind: type[Any]) -> None:
    parser = doctest.DocTestParser()
    globals_: dict[str, Any] = {}
    examples = parser.get_doctest(inspect.getdoc(kind) or "", globals_, kind.__name__, None, None)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert any(f"{kind.__name__}(" in example.source for example in examples.examples)
    assert any(example.want for example in examples.examples)
    assert doctest.DocTestRunner(optionflags=flags).run(examples).failed == 0


@all_networks
def test_the_first_line_is_a_short_sentence(kind: type[Any]) -> None:
    first, second = (inspect.getdoc(kind) or "").splitlines()[:2]
    assert first.endswith(".")
    assert second == ""
    assert kind.__doc__ != kind.__mro__[1].__doc__


@pytest.mark.parametrize(("kind", "name"), PUBLIC_METHODS)
def test_methods_document_their_parameters_and_results(kind: type[Any], name: str) -> None:
    method = inspect.unwrap(getattr(kind, name))
    doc = FunctionDoc(method)
    told = [each.strip() for entry in doc["Parameters"] for each in entry.name.split(",")]
    assert told == [parameter for parameter in inspect.signature(method).parameters if parameter != "self"]
    assert doc["Returns"]
