"""What a stranger receives: typed, complete, and free of the traces of the machine it was made on."""

import re
import subprocess
import tomllib
from importlib import metadata, resources
from pathlib import Path

import pytest

import sinapsi

ROOT = Path(__file__).parents[1]
TEXT_SUFFIXES = {"", ".cff", ".csv", ".html", ".json", ".md", ".py", ".pyi", ".rst", ".toml", ".txt", ".yaml", ".yml"}
TRACES = re.compile(
    r"(?<![\w.~-])/(?:work|root|home|Users|mnt|opt)/\w"  # a folder of somebody's machine
    r"|(?<![\d.])(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}(?![\d.])"  # a private address
    r"|\b[\w-]+\.(?:internal|corp|intranet|lan)\b"  # a private host
    r"|--(?:extra-)?index-url|--find-links|--trusted-host"  # where packages come from is the user's affair
)


def tracked_text_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("the sources are not a git checkout, so there is no list of tracked files")
    paths = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    return [path for path in paths if path.suffix in TEXT_SUFFIXES and path.is_file()]


@pytest.mark.parametrize("name", ["py.typed", "__init__.pyi"])
def test_the_package_ships_its_types(name: str) -> None:
    assert resources.files("sinapsi").joinpath(name).is_file()


def test_the_version_is_written_once() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sinapsi.__version__ == metadata.version("sinapsi") == pyproject["project"]["version"]
    assert f"\nversion: {sinapsi.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_every_public_name_has_its_line_in_the_manual() -> None:
    page = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8")
    listed = re.findall(r"^ {3}(\w+)$", page, flags=re.MULTILINE)
    assert [name for name in listed if name in sinapsi.__all__] == [
        name for name in sinapsi.__all__ if not name.startswith("__")
    ]


def test_no_tracked_file_names_a_machine() -> None:
    files = tracked_text_files()
    assert files
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if TRACES.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("trace", ["cd /" + "home/ada/x", "http://10." + "1.2.3/simple", "pip --" + "index-url x"])
def test_traces_are_recognized(trace: str) -> None:
    assert TRACES.search(trace)
