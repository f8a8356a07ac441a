"""The code in README.md runs, top to bottom, as a reader would type it."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def code_blocks(language: str) -> list[str]:
    """Every fenced block of that language, preceded by empty lines so that a traceback shows README's line numbers."""
    text = README.read_text(encoding="utf-8")
    fenced = re.finditer(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return ["\n" * text.count("\n", 0, block.start(1)) + block[1] for block in fenced]


def test_python_blocks_run_in_order_in_one_namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    blocks = code_blocks("python")
    assert blocks, "README.md has no python block"
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks:
        exec(compile(block, str(README), "exec"), namespace)


@pytest.mark.slow
def test_sinapsi_commands_run_in_order(tmp_path: Path) -> None:
    lines = [line for block in code_blocks("shell") for line in block.splitlines()]
    commands = [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("sinapsi ")]
    assert commands, "README.md shows no sinapsi command"
    for words in commands:
        run = subprocess.run(
            [sys.executable, "-m", "sinapsi.cli", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, f"sinapsi {shlex.join(words)}\n{run.stdout}{run.stderr}"
