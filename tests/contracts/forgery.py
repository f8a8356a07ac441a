"""Change a saved model as somebody would who knows the format."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sinapsi import load
from sinapsi.exceptions import ModelFileError

Change = Callable[[dict[str, Any]], Any]
DIGEST = "digest does not match"


def forge(folder: Path, change: Change, *, weights: bytes | None = None) -> None:
    """Change the config, and perhaps the weights, and put a digest in that is right again."""
    config = json.loads((folder / "config.json").read_text())
    changed = change(config)
    config = config if changed is None else changed
    if weights is not None:
        (folder / "weights.safetensors").write_bytes(weights)
    canonical = json.dumps({key: value for key, value in config.items() if key != "digest"}, sort_keys=True)
    content = canonical.encode() + b"\0" + (folder / "weights.safetensors").read_bytes()
    config["digest"] = hashlib.sha256(content).hexdigest()
    (folder / "config.json").write_text(json.dumps(config))


def refusal(folder: Path) -> str:
    """The message with which a model is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a warning on the way is no refusal
        with pytest.raises(ModelFileError) as raised:
            load(folder)
    return str(raised.value)
