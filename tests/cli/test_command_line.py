import os
import re
import subprocess
import sys
import time

import pytest

import sinapsi as library
from sinapsi.cli import main as entry
from sinapsi.cli.networks import build_network, kebab_case, network_class, network_names, parse_settings, purpose_of
from sinapsi.exceptions import InvalidParameterError


def shell(*arguments, **options):
    command = [sys.executable, "-m", "sinapsi.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)


def test_list_shows_every_network_with_chapter_and_purpose(sinapsi):
    answer = sinapsi("list")
    assert answer.exit_code == 0
    lines = {line.split()[0]: line for line in answer.stdout.splitlines() if line.strip()}
    for name in network_names():
        line = lines[kebab_case(name)]
        assert purpose_of(getattr(library, name)) in line
        assert re.search(r"\s\d+\s", line), line


def test_the_version_is_that_of_the_package(sinapsi):
    assert sinapsi("--version").said.strip() == f"sinapsi {library.__version__}"


def test_cite_gives_text_and_bibtex(sinapsi):
    for name in ("perceptron", "Perceptron"):
        answer = sinapsi("cite", name)
        assert "Rosenblatt, Frank (1958). The perceptron" in answer.said
        assert "@misc{rosenblatt1958," in answer.stdout


@pytest.mark.parametrize("name", network_names())
def test_every_network_can_be_cited(sinapsi, name):
    answer = sinapsi("cite", name)
    assert answer.exit_code == 0
    assert answer.stdout.count("@misc{") >= 1


@pytest.mark.parametrize("name", network_names())
def test_networks_answer_to_both_spellings(name):
    assert network_class(name) is network_class(kebab_case(name)) is getattr(library, name)


def test_an_unknown_network_is_answered_by_the_closest(sinapsi):
    answer = sinapsi("cite", "mlp-clasifier")
    assert answer.exit_code == 1
    assert "no network called 'mlp-clasifier'. Did you mean 'mlp-classifier'?" in answer.said


def test_a_wrong_command_or_option_is_a_usage_error(sinapsi):
    assert sinapsi("trian").exit_code == 2
    assert sinapsi("train", "perceptron", "iris", "--test-fraction", "2").exit_code == 2
    assert sinapsi("train", "perceptron").exit_code == 2


def test_settings_are_literals_or_else_texts():
    assert parse_settings(["a=64,32", "b=(8,)", "c=1e-3", "d=None", "e=True", "f=tanh", "g=[1, 2]", "h=a=b", "i="]) == {
        "a": (64, 32),
        "b": (8,),
        "c": 0.001,
        "d": None,
        "e": True,
        "f": "tanh",
        "g": (1, 2),
        "h": "a=b",
        "i": "",
    }


@pytest.mark.parametrize("texts", [["max_iter"], ["=3"], [""], ["a=1", "a=2"]])
def test_settings_without_a_key_or_with_one_twice_are_refused(texts):
    with pytest.raises(InvalidParameterError, match="--set"):
        parse_settings(texts)


def test_a_setting_is_never_run(tmp_path):
    code = f"__import__('pathlib').Path({str(tmp_path / 'sprung')!r}).touch()"
    assert parse_settings([f"a={code}"]) == {"a": code}
    assert not (tmp_path / "sprung").exists()


def test_an_unknown_parameter_is_answered_by_the_closest_and_the_list():
    with pytest.raises(InvalidParameterError) as caught:
        build_network(library.MLPClassifier, {"hiden_layer_sizes": (3,)}, {})
    message = str(caught.value)
    assert "mlp-classifier has no parameter 'hiden_layer_sizes'. Did you mean 'hidden_layer_sizes'?" in message
    assert "max_iter" in message


def test_a_neuron_is_not_trained(sinapsi, tmp_path):
    answer = sinapsi("train", "neuron", "iris", "--out", tmp_path / "run")
    assert answer.exit_code == 1
    assert "neuron has nothing to learn" in answer.said


def test_missing_extras_are_told_with_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(entry, "find_spec", lambda package: None if package == "polars" else object())
    with pytest.raises(SystemExit) as caught:
        entry.main()
    assert caught.value.code == 1
    said = capsys.readouterr().err
    assert "missing here: polars" in said
    assert "pip install 'sinapsi[cli]'" in said


def test_help_loads_nothing_heavy():
    program = (
        "import sys; sys.argv = ['sinapsi', '--help']\n"
        "from sinapsi.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "print('LOADED', sorted({'numpy', 'sklearn', 'numba', 'polars', 'matplotlib'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "train" in result.stdout
    assert "LOADED []" in result.stdout


def test_help_comes_quickly():
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        assert shell("--help").returncode == 0
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 1.0  # 0.2 s measured; other test processes may share the machine


def test_the_module_is_the_command():
    result = shell("cite", "nonsense", env={**os.environ, "COLUMNS": "300"})
    assert result.returncode == 1
    assert result.stdout == ""
    assert "no network called 'nonsense'" in result.stderr
    assert "Traceback" not in result.stderr
