"""A damaged or edited model is refused with ``ModelFileError``, and the message says what is wrong with it."""

import json
import os
from pathlib import Path

import pytest
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as tensors_as_bytes

from tests.contracts.forgery import DIGEST, Change, refusal


@pytest.mark.parametrize("file", ["config.json", "weights.safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_a_truncated_file_is_refused(folder: Path, file: str, share: float) -> None:
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(whole[: int(share * len(whole))])
    assert "damaged" in refusal(folder)


@pytest.mark.parametrize("file", ["config.json", "weights.safetensors"])
def test_any_changed_byte_of_a_value_is_noticed(folder: Path, file: str) -> None:
    whole = bytearray((folder / file).read_bytes())
    for place in range(len(whole) - 9, 0, -max(1, len(whole) // 40)):
        if file == "config.json" and not chr(whole[place]).isalnum():
            continue  # white space between values means nothing
        damaged = bytearray(whole)
        damaged[place] ^= 1
        (folder / file).write_bytes(damaged)
        assert "damaged" in refusal(folder) or "config" in refusal(folder)


@pytest.mark.parametrize("file", ["config.json", "weights.safetensors"])
def test_a_longer_file_is_noticed(folder: Path, file: str) -> None:
    with (folder / file).open("ab") as end:
        end.write(b"0")
    assert "damaged" in refusal(folder)


@pytest.mark.parametrize("file", ["config.json", "weights.safetensors"])
def test_a_file_of_holes_is_not_read(folder: Path, file: str) -> None:
    """A terabyte of nothing takes no room on the disk, but would in memory."""
    with (folder / file).open("r+b") as end:
        end.truncate(2**40)
    assert "damaged" in refusal(folder) or "larger" in refusal(folder)


@pytest.mark.parametrize("file", ["config.json", "weights.safetensors"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    message = refusal(folder)
    assert "is no saved model: No such file or directory" in message
    assert "Expected a directory with config.json and weights.safetensors." in message


@pytest.mark.parametrize("file", ["config.json", "weights.safetensors"])
def test_what_is_no_regular_file_is_refused(folder: Path, file: str) -> None:
    """A folder, a link to elsewhere, and a pipe, which would make reading wait forever."""
    (folder / file).rename(folder / "original")
    for make in (Path.mkdir, os.mkfifo, lambda path: path.symlink_to(folder / "original")):
        make(folder / file)
        assert refusal(folder) == f"{folder / file} is no regular file. Expected one that save wrote."
        (folder / file).rmdir() if make is Path.mkdir else (folder / file).unlink()


def test_no_folder_is_refused(tmp_path: Path) -> None:
    assert "No such file or directory" in refusal(tmp_path / "nothing")
    (tmp_path / "file").write_text("{}")
    assert "Not a directory" in refusal(tmp_path / "file")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"3", b'"x"', b"{}", b"\xff\xfe{}", b"{'a': 1}", b"\0" * 100, b'{"a": ' + b"9" * 5000],
)
def test_a_config_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    assert "config" in refusal(folder)


@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
def test_deep_nesting_is_refused(folder: Path, left: str, right: str) -> None:
    """Python's JSON reads some 950 levels; writing them again, for the digest, takes a little more of the stack."""
    config = json.loads((folder / "config.json").read_text())
    for depth in (50, 500, *range(900, 1000), 3000, 100_000):
        text = json.dumps({**config, "parameters": "NEST"}).replace('"NEST"', left * depth + "0" + right * depth)
        (folder / "config.json").write_text(text)
        refusal(folder)


@pytest.mark.parametrize(
    "edit",
    [
        lambda config: config["parameters"].update(verbose=1),
        lambda config: config["learned"].update(n_features_in_=3),
        lambda config: config.update({"class": "Perceptron" if config["class"] != "Perceptron" else "MLPClassifier"}),
        lambda config: config.update(remark="added"),
        lambda config: config.pop("sinapsi_version"),
        lambda config: config.update(digest="0" * 64),
        lambda config: config.pop("digest"),
        lambda config: config.update(digest=None),
    ],
)
def test_an_edited_config_is_noticed(folder: Path, edit: Change) -> None:
    config = json.loads((folder / "config.json").read_text())
    edit(config)
    (folder / "config.json").write_text(json.dumps(config))
    message = refusal(folder)
    assert DIGEST in message
    assert "Restore both files, or save the model again." in message


def test_weights_of_another_model_are_noticed(folder: Path) -> None:
    tensors = read_tensors((folder / "weights.safetensors").read_bytes())
    other = {name: array + 1 if array.dtype.kind == "f" else array for name, array in tensors.items()}
    (folder / "weights.safetensors").write_bytes(tensors_as_bytes(other))
    assert DIGEST in refusal(folder)
