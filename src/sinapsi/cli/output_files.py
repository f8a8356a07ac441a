"""Single files that commands write: whole or not at all, and never over another file unless asked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sinapsi.exceptions import InvalidParameterError


def check_file(path: Path, *, force: bool) -> None:
    """Make sure, before anything is computed, that a file can be written.

    Parameters
    ----------
    path : Path
        The file.
    force : bool
        Whether an older file may be replaced.

    Raises
    ------
    InvalidParameterError
        If something is in the way.
    """
    if path.is_dir():
        raise InvalidParameterError(f"{path} is a folder. Give --out the name of a file.")
    if path.exists() and not force:
        raise InvalidParameterError(f"{path} exists already. Choose another --out, or replace it by --force.")
    if not path.absolute().parent.is_dir():
        raise InvalidParameterError(f"There is no folder {path.parent} to write in. Make it, or choose another --out.")


def write_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it; an older one stays whole if that fails.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        All of it.
    """
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)  # mkstemp makes files that only their owner may read
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
