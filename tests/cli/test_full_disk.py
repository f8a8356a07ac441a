import errno
import pathlib

import pytest

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def run(sinapsi, flowers_csv, tmp_path):
    folder = tmp_path / "run"
    assert sinapsi("train", "perceptron", flowers_csv, "--target", "species", "--out", folder).exit_code == 0
    return folder


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("figures_wanted")
@pytest.mark.parametrize(
    "last_words",
    ["sinapsi.cli.runs.write_model", "sinapsi.history.History.to_csv", "sinapsi.cli.figures.png_of", "os.fsync"],
)
def test_a_full_disk_leaves_the_older_run_whole(sinapsi, flowers_csv, run, tmp_path, monkeypatch, last_words):
    def refuse(*_, **__):
        raise FULL

    before, siblings = contents(run), set(tmp_path.iterdir())
    command = ("train", "perceptron", flowers_csv, "--target", "species", "--seed", 5, "--out", run, "--force")
    with monkeypatch.context() as patch:
        patch.setattr(last_words, refuse)
        answer = sinapsi(*command)
    assert answer.exit_code == 1
    assert "no room left on the disk" in answer.said
    assert contents(run) == before
    assert set(tmp_path.iterdir()) == siblings  # nothing half-written is left behind
    assert sinapsi("evaluate", run, flowers_csv).exit_code == 0
    assert sinapsi(*command).exit_code == 0
    assert contents(run) != before


def test_a_full_disk_leaves_no_half_of_a_first_run(sinapsi, flowers_csv, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise FULL

    monkeypatch.setattr(pathlib.Path, "write_bytes", refuse)
    answer = sinapsi("train", "perceptron", flowers_csv, "--target", "species", "--out", tmp_path / "run")
    assert answer.exit_code == 1
    assert list(tmp_path.iterdir()) == [flowers_csv]


def test_a_full_disk_leaves_older_predictions_whole(sinapsi, flowers_csv, run, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise FULL

    out = tmp_path / "p.csv"
    out.write_text("older")
    monkeypatch.setattr("os.fsync", refuse)
    answer = sinapsi("predict", run, flowers_csv, "--out", out, "--force")
    assert answer.exit_code == 1
    assert "no room left on the disk" in answer.said
    assert out.read_text() == "older"
    assert not list(tmp_path.glob(".p.csv*"))


def test_a_folder_that_may_not_be_written_is_told_before_the_fit(sinapsi, flowers_csv, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    answer = sinapsi("train", "perceptron", flowers_csv, "--target", "species", "--out", tmp_path / "run")
    assert answer.exit_code == 1
    assert "Nothing may be written in" in answer.said
