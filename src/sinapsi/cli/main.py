"""What the console script ``sinapsi`` starts."""

from __future__ import annotations

import sys
from importlib.util import find_spec

NEEDED = ("typer", "polars")


def main() -> None:
    """Run the command line, or say what to install for it.

    Raises
    ------
    SystemExit
        Always: 0 when all went well, 1 for bad input, 2 for a wrong call, 130 after Ctrl-C.
    """
    missing = [package for package in NEEDED if find_spec(package) is None]
    if missing:
        sys.stderr.write(
            f"The command sinapsi needs {' and '.join(NEEDED)}; missing here: {', '.join(missing)}. "
            "Install them with: pip install 'sinapsi[cli]'\n"
        )
        raise SystemExit(1)
    from sinapsi.cli.application import application

    application(prog_name="sinapsi")
