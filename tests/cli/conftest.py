import re
from dataclasses import dataclass

import polars as pl
import pytest
from typer.testing import CliRunner

from sinapsi.cli import figures
from sinapsi.cli.application import application
from sinapsi.datasets import load_named

WIDE = {"COLUMNS": "400", "NO_COLOR": "1"}  # messages in one line, so that a test can look for them


@dataclass(frozen=True)
class Answer:
    """What a command answered; ``said`` is all of it without frames and line breaks."""

    exit_code: int
    stdout: str
    said: str


@pytest.fixture
def sinapsi():
    """Run a command in this process."""

    def run(*arguments):
        result = CliRunner(env=WIDE).invoke(application, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        said = re.sub(r"[│╭╮╰╯─━\s]+", " ", result.stdout + " " + result.stderr)
        assert "Traceback" not in said
        return Answer(result.exit_code, result.stdout, said)

    return run


@pytest.fixture(autouse=True)
def _without_matplotlib(request, monkeypatch):
    """Drawing takes longer than most tests; the fixture ``figures_wanted`` asks for it."""
    if "figures_wanted" not in request.fixturenames:
        monkeypatch.setattr(figures, "can_draw", lambda: False)


@pytest.fixture
def figures_wanted():
    """Matplotlib may be used."""


@pytest.fixture
def flowers():
    """The irises as a user's table."""
    data = load_named("iris")
    columns = dict(zip(("sepal_length", "sepal_width", "petal_length", "petal_width"), data.X.T, strict=True))
    return pl.DataFrame({**columns, "species": data.y})


@pytest.fixture
def flowers_csv(flowers, tmp_path):
    path = tmp_path / "flowers.csv"
    flowers.write_csv(path)
    return path
