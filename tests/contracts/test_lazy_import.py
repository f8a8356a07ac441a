"""``import sinapsi`` is light, a network loads what it needs, and the public names are those of the contents page."""

import re
import subprocess
import sys
from importlib import metadata, resources

import pytest

import sinapsi
from tests.contracts.instances import networks

PAGE = resources.files("sinapsi").joinpath("__init__.pyi").read_text(encoding="utf-8")
NAMES = re.findall(r"^from \S+ import \w+ as (\w+)$", PAGE, flags=re.MULTILINE)
OPTIONAL = {"matplotlib", "polars", "typer", "torch", "tokenizers", "onnx"}  # scikit-learn loads pandas if it is there
HEAVY = OPTIONAL | {"numpy", "scipy", "sklearn", "numba", "joblib", "safetensors", "rich", "pandas"}


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a new interpreter has loaded after running the code."""
    report = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    answer = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    return set(answer.stdout.split())


@pytest.mark.parametrize("code", ["import sinapsi", "import sinapsi; dir(sinapsi); sinapsi.__all__"])
def test_the_door_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code) & HEAVY == set()


def test_unknown_names_load_nothing_heavy() -> None:
    assert loaded_by("import sinapsi\nassert not hasattr(sinapsi, 'NoSuchNetwork')") & HEAVY == set()


def test_networks_load_no_optional_package() -> None:
    """In one interpreter: if the sum of all loads nothing optional, none of them does."""
    names = ", ".join(kind.__name__ for kind in networks())
    assert loaded_by(f"from sinapsi import {names}, save, load, Neuron") & OPTIONAL == set()


@pytest.mark.slow
def test_fitting_loads_no_optional_package() -> None:
    code = "\n".join(
        ["import warnings; warnings.simplefilter('ignore')", "import numpy as np", "import sinapsi"]
        + [
            f"sinapsi.{kind.__name__}({'max_iter=2' if hasattr(kind(), 'max_iter') else ''})"
            ".fit(np.arange(8.0).reshape(4, 2), [0, 1, 0, 1])"
            for kind in networks()
        ]
    )
    assert loaded_by(code) & OPTIONAL == set()


@pytest.mark.parametrize("name", ["activations", "losses", "schedules", "stopping", "history", "exceptions"])
def test_the_vocabulary_loads_no_network(name: str) -> None:
    loaded = loaded_by(f"import sinapsi; sinapsi.{name}")
    assert loaded & (OPTIONAL | {"numba"}) == set()


def test_the_public_names_are_those_of_the_contents_page() -> None:
    assert len(NAMES) == len(set(NAMES)) >= 16
    assert list(sinapsi.__all__) == ["__version__", *NAMES]
    assert dir(sinapsi) == sorted(sinapsi.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there_under_its_own_name(name: str) -> None:
    found = getattr(sinapsi, name)
    assert getattr(found, "__name__", name).split(".")[-1] == name
    assert getattr(sinapsi, name) is found
    assert found.__doc__


def test_the_version_is_that_of_the_package() -> None:
    assert sinapsi.__version__ == metadata.version("sinapsi")


@pytest.mark.parametrize("name", ["NoSuchNetwork", "perceptron", "os", "_private"])
def test_an_unknown_name_meets_the_list_of_names(name: str) -> None:
    with pytest.raises(AttributeError) as raised:
        getattr(sinapsi, name)
    assert str(raised.value) == (
        f"module 'sinapsi' has no attribute {name!r}. The public names are {', '.join(NAMES)}."
    )


def test_an_unknown_name_cannot_be_imported() -> None:
    with pytest.raises(ImportError, match="cannot import name 'NoSuchNetwork'"):
        from sinapsi import NoSuchNetwork  # type: ignore[attr-defined]  # noqa: F401
