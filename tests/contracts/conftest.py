"""A saved model of every network, to be damaged."""

import shutil
from pathlib import Path

import pytest

from sinapsi import save
from tests.contracts.instances import Case, networks_as_parameters, problems_of, solved


@pytest.fixture(scope="module", params=[case.values[0] for case in networks_as_parameters()], ids=str)
def saved_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    case: Case = request.param
    folder = tmp_path_factory.mktemp("models") / "model"
    save(solved(case, list(problems_of(case.kind))[:2][-1]), folder)  # two classes, or two outputs
    return folder


@pytest.fixture
def folder(saved_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved_once, tmp_path / "model"))
