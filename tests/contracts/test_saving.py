"""Saving: whole or not at all, nothing that is code, nothing over what is no model."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sinapsi import load, save
from sinapsi.exceptions import ModelFileError
from tests.contracts.comparison import answers, differences
from tests.contracts.instances import Case, first_problem, networks_as_parameters, solved

PARAMETERS = [
    pytest.param(case.values[0], name, id=f"{case.id}-{name}")
    for case in networks_as_parameters()
    for name in case.values[0].kind().get_params()
]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("case", "name"), PARAMETERS)
def test_a_function_is_refused_by_name(case: Case, name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=rf"^parameters\.{name} holds 'sum', which cannot be saved.*short form\.$"):
        save(case.quick(**{name: sum}), tmp_path / "model")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("case", networks_as_parameters())
def test_a_function_deep_inside_is_refused_by_place(case: Case, tmp_path: Path) -> None:
    name = next(iter(case.kind().get_params()))
    with pytest.raises(ModelFileError, match=rf"^parameters\.{name}\.1\.a holds '.*<lambda>'"):
        save(case.quick(**{name: [1, {"a": lambda: 0}]}), tmp_path / "model")


@pytest.mark.parametrize("case", networks_as_parameters())
@pytest.mark.parametrize("value", [np.array([1 + 2j]), np.array([object()]), b"bytes", {1, 2}, range(3), 1j])
def test_what_has_no_place_in_a_file_is_refused(case: Case, value: Any, tmp_path: Path) -> None:
    name = next(iter(case.kind().get_params()))
    with pytest.raises(ModelFileError, match=rf"parameters\.{name}.*cannot be saved"):
        save(case.quick(**{name: value}), tmp_path / "model")


def test_only_networks_are_saved(tmp_path: Path) -> None:
    for model in (StandardScaler(), make_pipeline(StandardScaler()), "model", None):
        with pytest.raises(ModelFileError, match="Only networks of Sinapsi can be saved"):
            save(model, tmp_path / "model")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("case", networks_as_parameters())
def test_a_subclass_is_refused(case: Case, tmp_path: Path) -> None:
    kind = type(case.kind.__name__, (case.kind,), {})  # same name, other class: loading could not give it back
    with pytest.raises(ModelFileError, match="Only networks of Sinapsi"):
        save(kind(), tmp_path / "model")


def write_a_file(path: Path) -> None:
    path.write_text("thesis")


def write_a_folder(path: Path) -> None:
    path.mkdir()
    (path / "thesis.txt").write_text("thesis")


@pytest.mark.parametrize("occupy", [write_a_file, write_a_folder])
@pytest.mark.parametrize("case", networks_as_parameters())
def test_what_is_no_model_is_not_overwritten(case: Case, occupy: Callable[[Path], None], tmp_path: Path) -> None:
    occupy(tmp_path / "work")
    with pytest.raises(ModelFileError, match=r"exists and is no saved model.*nothing was written"):
        save(solved(case), tmp_path / "work")
    assert names_in(tmp_path) == ["work"]
    assert "thesis" in ((tmp_path / "work").read_text() if occupy is write_a_file else names_in(tmp_path / "work")[0])


def test_a_folder_with_somebody_elses_config_is_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"editor": "theirs"}))
    (folder / "thesis.txt").write_text("thesis")
    with pytest.raises(ModelFileError, match="is no saved model"):
        save(solved(networks_as_parameters()[0].values[0]), folder)
    assert names_in(folder) == ["config.json", "thesis.txt"]


@pytest.mark.parametrize("case", networks_as_parameters())
def test_an_older_model_is_replaced(case: Case, tmp_path: Path) -> None:
    problem = first_problem(case.kind)
    save(case.quick(), tmp_path / "model")
    model = solved(case, problem)
    save(model, tmp_path / "model")
    assert names_in(tmp_path) == ["model"]
    assert names_in(tmp_path / "model") == ["config.json", "weights.safetensors"]
    assert differences(answers(load(tmp_path / "model"), problem.X), answers(model, problem.X)) == []


@pytest.mark.parametrize("name", ["RestrictedBoltzmannMachine", "RBMClassifier", "DeepBeliefNetwork", "DBNClassifier"])
def test_units_that_cannot_all_be_zero_are_loaded(name: str, tmp_path: Path) -> None:
    """A model is tried with an example before it is given out; one-hot columns are never all zero."""
    X = np.hstack([np.eye(3)[[0, 1, 2, 0, 1, 2]], np.eye(2)[[0, 1, 0, 1, 0, 1]]])
    case = next(case.values[0] for case in networks_as_parameters() if case.id == name)
    model = case.quick(visible="softmax((3, 2))", max_iter=2, stopping="max_iter(2)").fit(X, [0, 1, 1, 0, 1, 1])
    save(model, tmp_path / "model")
    assert differences(answers(load(tmp_path / "model"), X), answers(model, X)) == []


def refuse(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("step", ["write_bytes", "write_text", "rename", "mkdtemp", "fsync"])
def test_a_full_disk_leaves_the_old_model_whole(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = networks_as_parameters()[0].values[0]
    problem = first_problem(case.kind)
    old = solved(case, problem)
    save(old, tmp_path / "model")
    owner = {"mkdtemp": "tempfile", "fsync": "os"}.get(step, "pathlib.Path")
    with monkeypatch.context() as patch:
        patch.setattr(f"{owner}.{step}", refuse)
        with pytest.raises(OSError, match="No space left on device"):
            save(solved(case, random_state=1), tmp_path / "model")
    assert names_in(tmp_path) == ["model"]
    assert differences(answers(load(tmp_path / "model"), problem.X), answers(old, problem.X)) == []


@pytest.mark.parametrize("step", ["write_bytes", "write_text"])
def test_a_full_disk_leaves_nothing_where_nothing_was(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"pathlib.Path.{step}", refuse)
    with pytest.raises(OSError, match="No space left on device"):
        save(solved(networks_as_parameters()[0].values[0]), tmp_path / "model")
    assert names_in(tmp_path) == []


def test_ctrl_c_while_saving_leaves_the_old_model_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = networks_as_parameters()[0].values[0]
    save(case.quick(), tmp_path / "model")

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", interrupt)
        with pytest.raises(KeyboardInterrupt):
            save(solved(case), tmp_path / "model")
    assert names_in(tmp_path) == ["model"]
    assert load(tmp_path / "model").get_params() == case.quick().get_params()
