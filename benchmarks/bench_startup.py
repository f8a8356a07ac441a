"""How long a user waits before anything is learned: the import, and the first fit of a new process.

The fits run on the standardized digits, float64. A cold cache is an empty folder for compiled kernels, a warm one was
filled by an earlier process. Times are above imports: the clock starts when the class and the data are there.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from typing import Any

from claims import Claim, Effort, Measurement, main

N_ALTERNATIONS = 20
N_COLD_ROUNDS = 3  # each round compiles everything, and compiling varies little
IMPORT_TARGET = 60.0  # milliseconds
WARM_TARGET, COLD_TARGET = 1.0, 8.0  # seconds

FIRST_FITS = {
    "Perceptron": "Perceptron()",
    "AdalineRegressor, lms": "AdalineRegressor(solver='lms', batch_size=1, learning_rate=1e-4, max_iter=5)",
    "MLPClassifier, batch 1": "MLPClassifier(solver='sgd', batch_size=1, max_iter=2)",
    "MLPClassifier, batch 200": "MLPClassifier(batch_size=200, max_iter=20)",
}

FIRST_FIT_PROGRAM = """
import json, time, warnings
start = time.perf_counter()
import numpy as np
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler
from sinapsi import {class_name}
X, y = load_digits(return_X_y=True)
X = StandardScaler().fit_transform(X)
warnings.simplefilter("ignore")
imported = time.perf_counter()
{call}.fit(X, y)
fitted = time.perf_counter()
{call}.fit(X, y)
again = time.perf_counter()
print(json.dumps({{"imports": imported - start, "first_fit": fitted - imported, "second_fit": again - fitted}}))
"""


def measure_import(effort: Effort) -> Measurement:
    """Median over alternations of (``import sinapsi`` minus a bare interpreter), in milliseconds."""
    n_alternations = effort.sized(N_ALTERNATIONS, quick=3)
    with tempfile.TemporaryDirectory() as folder:
        _seconds_of("import sinapsi", folder)  # writes the bytecode, reads the files once
        pairs = [(_seconds_of("pass", folder), _seconds_of("import sinapsi", folder)) for _ in range(n_alternations)]
    bare, imported = ([1000 * seconds for seconds in column] for column in zip(*pairs, strict=True))
    above = statistics.median(after - before for before, after in zip(bare, imported, strict=True))
    details = {
        "bare_interpreter": {"median_ms": statistics.median(bare), "rounds_ms": bare},
        "with_import": {"median_ms": statistics.median(imported), "rounds_ms": imported},
    }
    return Measurement(above, f"bare interpreter {statistics.median(bare):.3g} ms", details)


def measure_first_fit(effort: Effort, *, cache: str) -> Measurement:
    """Median first fit of the slowest network, with a warm or a cold kernel cache."""
    fits = {}
    for name, call in FIRST_FITS.items():
        rounds = _warm_rounds(call, effort) if cache == "warm" else _cold_rounds(call, effort)
        fits[name] = {
            **{f"median_{key}": statistics.median(times[key] for times in rounds) for key in rounds[0]},
            "rounds": rounds,
        }
    value = max(fit["median_first_fit"] for fit in fits.values())
    summary = ", ".join(f"{name} {fit['median_first_fit']:.3g} s" for name, fit in fits.items())
    return Measurement(value, summary, {"fits": fits, "problem": FIRST_FITS})


def _warm_rounds(call: str, effort: Effort) -> list[dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        _first_fit(call, folder)
        return [_first_fit(call, folder) for _ in range(effort.n_rounds)]


def _cold_rounds(call: str, effort: Effort) -> list[dict[str, float]]:
    rounds = []
    for _ in range(effort.sized(N_COLD_ROUNDS, quick=1)):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(_first_fit(call, folder))
    return rounds


def _first_fit(call: str, cache_folder: str) -> dict[str, float]:
    program = FIRST_FIT_PROGRAM.format(call=call, class_name=call.partition("(")[0])
    return json.loads(_run(program, cache_folder, NUMBA_CACHE_DIR=cache_folder))


def _seconds_of(program: str, folder: str) -> float:
    start = time.perf_counter()
    _run(program, folder)
    return time.perf_counter() - start


def _run(program: str, folder: str, **settings: Any) -> str:
    """Run a program in a new interpreter, away from the project's folder, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The program failed:\n{program}\n{done.stderr}")
    return done.stdout


CLAIMS = [
    Claim(
        "import_time",
        "import sinapsi above a bare interpreter, median of 20 alternations",
        IMPORT_TARGET,
        measure_import,
        unit="ms",
        at_least=False,
    ),
    *(
        Claim(
            f"first_fit_{cache}",
            f"first fit in a new process, {cache} kernel cache, above imports, slowest of {len(FIRST_FITS)} networks",
            target,
            partial(measure_first_fit, cache=cache),
            unit="s",
            at_least=False,
        )
        for cache, target in (("warm", WARM_TARGET), ("cold", COLD_TARGET))
    ),
]

if __name__ == "__main__":
    sys.exit(main(CLAIMS))
