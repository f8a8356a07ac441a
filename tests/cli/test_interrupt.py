import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from sinapsi import load

LEARNING = "five epochs are done"
# The command as the shell starts it, with a stopping rule that tells of epoch 5 and never stops.
PROGRAM = f"""
import sys
from sinapsi.cli.main import main
from sinapsi.stopping import MaxIter
def watch(epoch):
    if epoch.number == 5:
        print({LEARNING!r}, file=sys.stderr, flush=True)
MaxIter.watch = lambda rule: watch
main()
"""


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_state_and_says_so(sinapsi, tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 20))
    np.savez(tmp_path / "data.npz", X=X, y=(X[:, 0] * X[:, 1] > 0).astype(int))
    run = tmp_path / "run"
    command = ["train", "mlp-classifier", str(tmp_path / "data.npz"), "--set", "max_iter=1000000", "--out", str(run)]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *command, "--set", "stopping=max_iter(1000000)"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "300"},
    )
    try:
        said = ""
        while LEARNING not in said:
            line = process.stderr.readline()
            assert line, said  # the command has ended
            said += line
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130, err
    assert "Interrupted by Ctrl-C: the best state so far was kept and is saved" in out
    assert "Traceback" not in err
    fit = json.loads((run / "metrics.json").read_text())["fit"]
    assert fit["stop_code"] == "INTERRUPTED"
    assert fit["epochs"] >= 5
    assert load(run).n_iter_ == fit["epochs"]
    assert sinapsi("evaluate", run, tmp_path / "data.npz").exit_code == 0


def test_ctrl_c_outside_the_fit_writes_nothing(sinapsi, flowers_csv, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("sinapsi.cli.tables.read_table", interrupt)
    answer = sinapsi("train", "perceptron", flowers_csv, "--target", "species", "--out", tmp_path / "run")
    assert answer.exit_code == 130
    assert "Interrupted. Nothing was written." in answer.said
    assert not (tmp_path / "run").exists()
