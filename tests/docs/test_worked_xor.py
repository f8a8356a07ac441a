"""The worked XOR step of chapter 3: plain arithmetic, the page's numbers and the library agree.

The arithmetic here is written out once more with floats and ``math.exp`` alone, so that neither the page nor the
library is checked against itself.
"""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from sinapsi import MLPClassifier

PAGE = Path(__file__).parents[2] / "docs" / "chapters" / "03_adaline_and_multilayer_perceptron.rst"
ETA, ALPHA = 0.5, 0.9
START = {"w11": 0.6, "w12": 0.4, "b1": -0.5, "w21": 0.3, "w22": 0.8, "b2": -1.0, "w31": 0.9, "w32": -0.7, "b3": 0.2}
XOR = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]
EXAMPLES = [((1, 0), 1), ((1, 1), 0)]  # those worked on the page
NUMBER = re.compile(r"-? ?\d+\.\d{6}")


def logistic(v):
    return 1 / (1 + math.exp(-v))


def passes(w, x, d):
    """Every quantity of the forward and the backward pass, by name."""
    v1 = w["w11"] * x[0] + w["w12"] * x[1] + w["b1"]
    v2 = w["w21"] * x[0] + w["w22"] * x[1] + w["b2"]
    y1, y2 = logistic(v1), logistic(v2)
    v3 = w["w31"] * y1 + w["w32"] * y2 + w["b3"]
    y3 = logistic(v3)
    e = d - y3
    delta3 = y3 * (1 - y3) * e
    delta1 = y1 * (1 - y1) * delta3 * w["w31"]
    delta2 = y2 * (1 - y2) * delta3 * w["w32"]
    return {
        "v_1": v1, "v_2": v2, "v_3": v3, "y_1": y1, "y_2": y2, "y_3": y3, "e": e, "E": e * e / 2,
        r"\delta_1": delta1, r"\delta_2": delta2, r"\delta_3": delta3,
    }  # fmt: skip


def pushes(quantities, x):
    """eta delta y for every weight."""
    y1, y2 = quantities["y_1"], quantities["y_2"]
    below = {"w11": x[0], "w12": x[1], "b1": 1, "w21": x[0], "w22": x[1], "b2": 1, "w31": y1, "w32": y2, "b3": 1}
    return {name: ETA * quantities[rf"\delta_{name[1]}"] * value for name, value in below.items()}


def two_steps():
    """For each of the two steps: quantities, momentum part, push, change and new weight of every weight."""
    weights, change, steps = dict(START), dict.fromkeys(START, 0.0), []
    for x, d in EXAMPLES:
        quantities = passes(weights, x, d)
        push = pushes(quantities, x)
        kept = {name: ALPHA * change[name] for name in START}
        change = {name: kept[name] + push[name] for name in START}
        old, weights = weights, {name: weights[name] + change[name] for name in START}
        steps.append(
            {"quantities": quantities, "kept": kept, "push": push, "change": change, "old": old, "new": weights}
        )
    return steps


STEPS = two_steps()


def section(step):
    """The part of the page that works one of the two steps."""
    text = PAGE.read_text(encoding="utf-8")
    begin = text.index(["First example, by hand", "Second example, by hand"][step])
    end = text.index(["Second example, by hand", "The same by code"][step])
    return text[begin:end]


def claims(text):
    """Pairs (left side, last number) of every equation between ampersands, line ends and dollars."""
    for equation in re.split(r"\\\\|,\s*&|, \\qquad|\n|`", text):
        name = re.match(r"\s*((?:v|y)_\d|\\delta_\d|e|E)\s*&?=", equation)
        numbers = NUMBER.findall(equation)
        if name and numbers:
            yield name.group(1), float(numbers[-1].replace(" ", ""))


def rows(text):
    """The table of weights: name -> numbers of the row."""
    table = {}
    for row in text.split("   * - ")[2:]:
        name = re.match(r":math:`(w|b)_\{?(\d+)\}?`", row)
        table["".join(name.groups())] = [float(number.replace(" ", "")) for number in NUMBER.findall(row)]
    return table


def at_start(**settings):
    coefs = [
        np.array([[START["w11"], START["w21"]], [START["w12"], START["w22"]]]),
        np.array([[START["w31"]], [START["w32"]]]),
    ]
    intercepts = [np.array([START["b1"], START["b2"]]), np.array([START["b3"]])]
    network = MLPClassifier(
        hidden_layer_sizes=(2,), activation="logistic", loss="squared_error", solver="sgd", learning_rate=ETA,
        momentum=ALPHA, alpha=0.0, init=(coefs, intercepts), **settings,
    )  # fmt: skip
    X, d = zip(*XOR, strict=True)
    return network.fit(np.array(X), np.array(d))


def named_weights(network):
    (hidden, output), (hidden_bias, output_bias) = network.coefs_, network.intercepts_
    return {
        "w11": hidden[0, 0], "w12": hidden[1, 0], "b1": hidden_bias[0], "w21": hidden[0, 1], "w22": hidden[1, 1],
        "b2": hidden_bias[1], "w31": output[0, 0], "w32": output[1, 0], "b3": output_bias[0],
    }  # fmt: skip


def deltas_of(quantities):
    return [quantities[rf"\delta_{neuron}"] for neuron in (1, 2, 3)]


@pytest.mark.parametrize("step", [0, 1])
def test_every_equation_of_the_page_is_right(step):
    found = dict(claims(section(step)))
    assert found.keys() == STEPS[step]["quantities"].keys()
    for name, value in found.items():
        assert value == pytest.approx(STEPS[step]["quantities"][name], abs=5.0001e-7), name


@pytest.mark.parametrize("step", [0, 1])
def test_every_row_of_the_tables_is_right(step):
    table = rows(section(step))
    assert table.keys() == START.keys()
    for name, numbers in table.items():
        parts = [STEPS[step][part][name] for part in (("change", "new") if step == 0 else ("push", "change", "new"))]
        assert numbers[-len(parts) :] == pytest.approx(parts, abs=5.0001e-7), name
        if step == 1:
            assert numbers[0] == pytest.approx(STEPS[1]["kept"][name], abs=5.0001e-7), name


@pytest.mark.parametrize("step", [0, 1])
def test_no_number_of_the_page_comes_from_nowhere(step):
    known = STEPS[step]
    quantities = known["quantities"]
    values = [*quantities.values(), *(1 - quantities[f"y_{neuron}"] for neuron in (1, 2, 3))]
    for part in ("kept", "push", "change", "old", "new"):
        values += known[part].values()
    magnitudes = np.abs(values)
    strays = [
        text
        for text in NUMBER.findall(section(step))
        if np.abs(magnitudes - abs(float(text.replace(" ", "")))).min() > 5.0001e-7
    ]
    assert strays == []


def test_the_library_makes_the_same_two_steps_to_the_last_digits():
    network = at_start(batch_size=1, max_iter=0)
    for (x, d), step in zip(EXAMPLES, STEPS, strict=True):
        hidden, output = network.local_gradients([x], [d])
        np.testing.assert_allclose([*hidden[0], *output[0]], deltas_of(step["quantities"]), rtol=1e-13)
        network.partial_fit([x], [d])
        assert named_weights(network) == pytest.approx(step["new"], rel=1e-13)
    np.testing.assert_allclose(network.history_["loss"], [step["quantities"]["E"] for step in STEPS], rtol=1e-13)


def test_the_deltas_of_all_four_examples_are_those_of_plain_arithmetic():
    network = at_start(max_iter=0)
    X, d = zip(*XOR, strict=True)
    hidden, output = network.local_gradients(X, d)
    wanted = [deltas_of(passes(START, x, target)) for x, target in XOR]
    np.testing.assert_allclose(np.hstack([hidden, output]), wanted, rtol=1e-13)


def test_a_full_batch_step_is_the_mean_of_the_four():
    network = at_start(batch_size="full", max_iter=1, stopping="max_iter(1)")
    every_push = [pushes(passes(START, x, d), x) for x, d in XOR]
    wanted = {name: START[name] + sum(push[name] for push in every_push) / 4 for name in START}
    assert named_weights(network) == pytest.approx(wanted, rel=1e-13)


def test_an_online_epoch_is_four_steps_with_momentum():
    network = at_start(batch_size=1, shuffle=False, max_iter=1, stopping="max_iter(1)")
    weights, change = dict(START), dict.fromkeys(START, 0.0)
    for x, d in XOR:
        push = pushes(passes(weights, x, d), x)
        change = {name: ALPHA * change[name] + push[name] for name in START}
        weights = {name: weights[name] + change[name] for name in START}
    assert named_weights(network) == pytest.approx(weights, rel=1e-13)
