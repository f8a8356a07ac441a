"""A hostile model, whose digest is right, is refused with ``ModelFileError``, and nothing in it is executed."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as tensors_as_bytes

from sinapsi import load
from tests.contracts.forgery import DIGEST, forge, refusal
from tests.contracts.instances import networks_as_parameters


def test_the_forger_knows_the_format(folder: Path) -> None:
    forge(folder, lambda config: config.update(remark="harmless"))
    load(folder)


@pytest.mark.parametrize(
    "name",
    ["os.system", "BaseEstimator", "Neuron", "save", "load", "plots", "__version__", "_CONTENTS", "", "perceptron",
     "sinapsi.Perceptron", "Perceptron\n", None, 5, [], {}, ["Perceptron"], True],
    ids=repr,
)  # fmt: skip
def test_only_networks_of_the_contents_page_are_loaded(folder: Path, name: Any) -> None:
    forge(folder, lambda config: config.update({"class": name}))
    assert "names a class that is no network of Sinapsi" in refusal(folder)


def test_a_network_of_another_class_is_refused(folder: Path) -> None:
    own = json.loads((folder / "config.json").read_text())["class"]
    for other in (case.values[0].kind.__name__ for case in networks_as_parameters()):
        if other[:4] != own[:4]:
            forge(folder, lambda config, other=other: config.update({"class": other}))
            assert DIGEST not in refusal(folder)


@pytest.mark.parametrize("version", [2, 10**9, "1", None, 1.5, [1]], ids=repr)
def test_another_format_is_refused(folder: Path, version: Any) -> None:
    forge(folder, lambda config: config.update(format_version=version))
    assert "format_version" in refusal(folder)


def test_a_newer_format_asks_for_a_newer_sinapsi(folder: Path) -> None:
    forge(folder, lambda config: config.update(format_version=2))
    assert refusal(folder).endswith("has format_version 2; this Sinapsi reads up to 1. Install a newer Sinapsi.")


@pytest.mark.parametrize("section", ["parameters", "learned", "class"])
def test_a_missing_section_is_refused(folder: Path, section: str) -> None:
    forge(folder, lambda config: config.pop(section) and None)
    assert DIGEST not in refusal(folder)


@pytest.mark.parametrize("depth", [50, 200, 300, 320, 340, 400, 800])  # decoding recurses, too
@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}"), ('{"$tuple":[', "]}")])
def test_deep_nesting_with_a_right_digest_is_refused(folder: Path, depth: int, left: str, right: str) -> None:
    depth //= left.count("[") + left.count("{")
    nested = json.loads(left * depth + "0" + right * depth)
    forge(folder, lambda config: config["parameters"].update(random_state=1, remark=nested))
    assert DIGEST not in refusal(folder)


@pytest.mark.parametrize("section", ["parameters", "learned"])
@pytest.mark.parametrize("content", [None, 5, "text", [], [1], [["a", 1]], {"$tuple": []}], ids=repr)
def test_a_section_of_another_kind_is_refused(folder: Path, section: str, content: Any) -> None:
    forge(folder, lambda config: config.update({section: content}))
    assert DIGEST not in refusal(folder)


HOSTILE_VALUES: list[Any] = [
    {"$callable": "os.system"},
    {"$python": "os.system('true')"},
    {"$": 1},
    {"$pickle": "gASVAAAA"},
    {"$tensor": "no such tensor"},
    {"$tensor": ["a"]},
    {"$tensor": None},
    {"$tuple": 5},
    {"$dict": [["a"]]},
    {"$dict": [[{"$dict": []}, 1]]},
    {"$float": "infinite"},
    {"$float": {}},
    {"$labels": [1], "kind": "no kind"},
    {"$labels": ["a"], "kind": "V"},
    {"$labels": [1], "kind": "U"},
    {"$labels": ["a"] * 70_000 + ["a" * 1000], "kind": "U"},
    {"$labels": ["a"]},
    {"$labels": ["a"], "kind": ["O"]},
    {"$labels": 7, "kind": "O"},
    {"$history": {"a": 5}},
    {"$history": [1]},
    {"$history": {"a": [1], "b": [1, 2]}},
    {"$stop_reason": ["NO_SUCH_CODE", "x"]},
    {"$stop_reason": []},
    {"$stop_reason": "GOAL"},
    {"$short_form": "os.system('true')", "kind": "activation"},
    {"$short_form": "__import__('os').system('true')", "kind": "solver"},
    {"$short_form": "tanh", "kind": "os"},
    {"$short_form": "tanh", "kind": ["activation"]},
    {"$short_form": "tanh"},
    {"$short_form": "tanh(slope=-1)", "kind": "activation"},
    {"$short_form": "(" * 5000, "kind": "activation"},
    {"$short_form": "-" * 5000 + "1", "kind": "activation"},
    {"$short_form": "tanh(slope=" + "9" * 5000 + ")", "kind": "activation"},
    {"$short_form": None, "kind": "stopping"},
    {"$generator": {"bit_generator": "system"}},
    {"$generator": {"bit_generator": "default_rng"}},
    {"$generator": {"bit_generator": "PCG64", "state": "x"}},
    {"$generator": {"bit_generator": "MT19937", "state": {"key": [1], "pos": 0}}},
    {"$generator": 3},
    {"$random_state": {"bit_generator": "MT19937"}},
    {"$random_state": [1, 2]},
]  # fmt: skip


@pytest.mark.parametrize("section", ["parameters", "learned"])
@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: repr(value)[:50])
def test_values_that_make_no_sense_are_refused(folder: Path, section: str, value: Any) -> None:
    name = "random_state" if section == "parameters" else "remark_"
    forge(folder, lambda config: config[section].update({name: value}))
    assert DIGEST not in refusal(folder)


def test_short_forms_are_not_evaluated(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    calls: list[str] = []
    monkeypatch.setattr(os, "system", calls.append)
    monkeypatch.setattr("subprocess.Popen", lambda *args, **kwargs: calls.append("Popen"))
    for command in ("__import__('os').system('touch owned')", "open('owned', 'w')", "exec('import os')"):
        for kind in ("activation", "schedule", "stopping", "solver"):
            form = {"$short_form": command, "kind": kind}
            forge(folder, lambda config, form=form: config["parameters"].update(random_state=form))
            assert DIGEST not in refusal(folder)
    assert calls == []
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("name", ["no_such_parameter", "self", "__class__", "X"])
def test_unknown_parameters_are_refused(folder: Path, name: str) -> None:
    forge(folder, lambda config: config["parameters"].update({name: 1}))
    assert DIGEST not in refusal(folder)


@pytest.mark.parametrize("n_features", [10**12, 2**63, 10**400, 0, -4, 3, 5, 4.0, "4", True, None, [4]], ids=repr)
def test_a_number_of_features_that_the_weights_do_not_bear_out_is_refused(folder: Path, n_features: Any) -> None:
    if isinstance(n_features, int) and n_features >= 10**400:
        n_features = 10**4000  # json reads integers of up to 4300 digits
    forge(folder, lambda config: config["learned"].update(n_features_in_=n_features))
    assert DIGEST not in refusal(folder)


@pytest.mark.parametrize("name", ["predict", "fit", "score", "get_params", "_inputs"])
@pytest.mark.parametrize("value", ["os.system", None])
def test_methods_are_not_overwritten(folder: Path, name: str, value: Any) -> None:
    """An instance's own entry would hide the method of its class."""
    forge(folder, lambda config: config["learned"].update({name: value}))
    assert DIGEST not in refusal(folder)


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("place", ["parameters", "learned", "top"])
def test_numbers_that_json_does_not_know_are_refused(folder: Path, token: str, place: str) -> None:
    """What ``save`` writes is JSON; such a token has been put in by somebody else."""
    number = float(token.replace("Infinity", "inf"))
    known = {"parameters": "verbose", "learned": "n_iter_", "top": "remark"}[place]
    forge(folder, lambda config: (config if place == "top" else config[place]).update({known: number}))
    assert token in (folder / "config.json").read_text()
    assert DIGEST not in refusal(folder)


def test_fitted_without_a_number_of_features_is_refused(folder: Path) -> None:
    """Else leaving it out would leave out all checks."""
    forge(folder, lambda config: config["learned"].pop("n_features_in_") and None)
    assert DIGEST not in refusal(folder)


# Hostile tensors

WEIGHTS = (
    "coef_",
    "coefs_",
    "intercept_",
    "intercepts_",
    "examples_",
    "targets_",
    "example_weights_",
    "prototypes_",
    "memories_",
    "_storage",
    "weights_",
    "biases_",
    "_chains",
    "components_",
    "intercept_visible_",
    "intercept_hidden_",
    "mean_",
    "scale_",
    "recognition_weights_",
    "recognition_intercepts_",
    "generative_weights_",
    "generative_intercepts_",
)


def tampered_tensors(folder: Path, change: Callable[[np.ndarray[Any, Any]], Any]) -> bytes:
    tensors = read_tensors((folder / "weights.safetensors").read_bytes())
    weights = {name for name in tensors if any(f"learned.{known}" in name for known in WEIGHTS)}
    assert weights
    return tensors_as_bytes({name: change(t) if name in weights else t for name, t in tensors.items()})


@pytest.mark.parametrize(
    "change",
    [
        lambda array: array.ravel()[:1],
        lambda array: np.empty(0),
        lambda array: np.full_like(array, np.nan if array.dtype.kind == "f" else 2),
        lambda array: np.full_like(array, np.inf if array.dtype.kind == "f" else -128),
    ],
    ids=["first number", "empty", "NaN", "infinity"],
)
def test_weights_that_do_not_fit_are_refused(folder: Path, change: Any) -> None:
    forge(folder, lambda config: None, weights=tampered_tensors(folder, change))
    assert DIGEST not in refusal(folder)


def test_missing_weights_are_refused(folder: Path) -> None:
    learned = json.loads((folder / "config.json").read_text())["learned"]
    weights = set(WEIGHTS) & set(learned)
    assert weights
    for name in weights:
        forge(folder, lambda config, name=name: config["learned"].update({name: None}))
        assert DIGEST not in refusal(folder)
        forge(folder, lambda config, name=name: config["learned"].pop(name) and None)
        assert DIGEST not in refusal(folder)
        forge(folder, lambda config: config.update(learned=learned))
    load(folder)


def test_a_tensor_file_that_promises_more_than_it_holds_is_refused(folder: Path) -> None:
    header = json.dumps({"x": {"dtype": "F64", "shape": [10**9, 10**9], "data_offsets": [0, 8 * 10**18]}}).encode()
    forge(folder, lambda config: None, weights=len(header).to_bytes(8, "little") + header + b"\0" * 64)
    assert "weights.safetensors is damaged" in refusal(folder)


def test_a_name_for_every_feature(folder: Path) -> None:
    names = {"$labels": ["width"], "kind": "O"}
    forge(folder, lambda config: config["learned"].update(feature_names_in_=names))
    assert "names 1 features, not 4" in refusal(folder)
