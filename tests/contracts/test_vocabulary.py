"""The same word means the same everywhere: one description a parameter, or a stated reason for another."""

from collections import defaultdict
from typing import Any

import pytest
from numpydoc.docscrape import ClassDoc

from tests.contracts.instances import networks

# Parameters whose meaning or range depends on the network, and why.
OWN_MEANINGS = {
    "learning_rate": "the unit of n and the range that converges differ; LMS knows 'auto'",
    "max_iter": "1000 cheap passes of a linear rule, 200 of a network; lbfgs and max_iter=0 need a word in the MLP",
    "init": "a perceptron starts at zeros or at random, an MLP by named rules",
    "solver": "each network has ways of its own",
    "alpha": "Ridge's convention in closed forms, that of scikit-learn's MLP in the MLP; each must say which",
    "batch_size": "'auto' and 'lbfgs' exist in the MLP only",
    "shuffle": "Adaline's exact solution meets no examples one by one",
    "stopping": "each says which rule None stands for",
    "class_weight": "the perceptron weighs corrections, the others examples",
    "warm_start": "Adaline's exact solution does not go on from anything",
    "random_state": "each says what it draws",
    "loss": "a regressor has one, a classifier three",
    "activation": "an extreme learning machine has one for all layers, and needs no derivative",
    "n_init": "starts that learn in an MLP, random layers in an extreme learning machine",
    "width": "GRNN leaves out to lessen the squared error, PNN the logarithmic loss",
    "order": "of examples in a perceptron, of units in a memory",
    "degree": "of a polynomial beside radial units, or of the energy of a memory",
    "output_activation": "'auto' depends on the kind of answers",
    "n_hidden": "of one layer or several; a general Boltzmann machine may have none",
    "hidden_layer_sizes": "a perceptron may have no hidden layer, an autoencoder has a code, a deep belief network two",
    "temperature": "of learning too in a Boltzmann machine, and above 0; of recall only in a memory",
    "binarize": "the lower value is -1 in a memory, 0 in a Boltzmann machine",
    "momentum": "where there are several solvers, that of one of them; in the MLP eta stands inside",
    "n_gibbs_steps": "of both layers at once, of all units one by one, or of the top only",
    "visible": "what columns are to a machine, to the lowest one, or to the outputs of an autoencoder",
    "pretraining_learning_rate": "an unbounded code learns slower, and not all networks know autoassociators",
}
Descriptions = dict[str, dict[str, str]]


def descriptions() -> Descriptions:
    """Parameter -> network -> type line and text, white space normalized."""
    found: Descriptions = defaultdict(dict)
    for kind in networks():
        for entry in ClassDoc(kind)["Parameters"]:
            text = " ".join([entry.type.split(", default=")[0], *entry.desc])
            found[entry.name][kind.__name__] = " ".join(text.split())
    return found


def family(name: str) -> str:
    """What stands before Regressor or Classifier: the two of a pair must speak alike."""
    return name.removesuffix("Regressor").removesuffix("Classifier")


DESCRIPTIONS = descriptions()
SHARED = [name for name, by_network in DESCRIPTIONS.items() if len(by_network) > 1]


@pytest.mark.parametrize("name", SHARED)
def test_one_description_or_a_reason(name: str) -> None:
    distinct = set(DESCRIPTIONS[name].values())
    assert len(distinct) == 1 or name in OWN_MEANINGS, sorted(distinct)


@pytest.mark.parametrize("name", OWN_MEANINGS)
def test_a_reason_is_needed(name: str) -> None:
    assert len(set(DESCRIPTIONS[name].values())) > 1


@pytest.mark.parametrize("name", [name for name in SHARED if name not in ("loss", "output_activation")])
def test_regressor_and_classifier_speak_alike(name: str) -> None:
    by_family: dict[str, set[str]] = defaultdict(set)
    for network, text in DESCRIPTIONS[name].items():
        by_family[family(network)].add(text)
    assert {network: texts for network, texts in by_family.items() if len(texts) > 1} == {}


@pytest.mark.parametrize("name", [name for name in SHARED if name not in OWN_MEANINGS])
def test_one_description_has_one_rule(name: str) -> None:
    rules = {kind._parameter_rules[name].expectation for kind in networks() if name in kind._parameter_rules}
    assert len(rules) == 1


@pytest.mark.parametrize("kind", networks())
def test_defaults_of_a_shared_word_are_of_one_kind(kind: type[Any]) -> None:
    """``verbose`` is never None, ``validation_fraction`` never 0 the integer."""
    others = {name: type(value) for each in networks() for name, value in each().get_params().items()}
    different = {
        name: (type(value), others[name])
        for name, value in kind().get_params().items()
        if type(value) is not others[name] and name not in OWN_MEANINGS
    }
    assert different == {}


@pytest.mark.parametrize(("network", "convention"), [("Adaline", "Ridge"), ("MLP", "scikit-learn's MLP")])
def test_alpha_says_its_convention(network: str, convention: str) -> None:
    said = [text for name, text in DESCRIPTIONS["alpha"].items() if family(name) == network]
    assert said
    assert all(convention in text for text in said)
