"""A saved model of every network, to be damaged; and which warnings are no news on data that suit all networks."""

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


# The data of these tests are sixty rows of four columns: as memories far too many, and most of them alike.
OVERLOADED = (
    "ignore::sklearn.exceptions.DataDimensionalityWarning",
    "ignore:HopfieldNetwork. max_iter:sklearn.exceptions.ConvergenceWarning",
    "ignore:.*memories have one state:sklearn.exceptions.DataConversionWarning",
    "ignore:.*memories repeat another one:UserWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/contracts" in item.nodeid and ("Hopfield" in item.nodeid or "Associative" in item.nodeid):
            for filtered in OVERLOADED:
                item.add_marker(pytest.mark.filterwarnings(filtered))
