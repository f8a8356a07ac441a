"""PyTorch tensors and strict Array API arrays: learned where they live, with NumPy's numbers.

SciPy decides when it is imported whether it takes such arrays, so all is done in one process of its own, which writes
down what it found; each test reads what it claims.
"""

import json
import os
import pickle
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

LIBRARIES = ("torch", "array_api_strict")
KINDS = ("binary", "gaussian", "softmax((3, 2, 1))")
VARIANTS: dict[str, dict[str, Any]] = {
    "cd": {},
    "pcd": {"algorithm": "pcd", "n_gibbs_steps": 3, "centered": False, "momentum": 0.0},
    "sparse": {"sparsity": 0.2, "weight_decay": 0.01, "learning_rate": "inverse_scaling(0.05)"},
    "rectified": {"hidden": "rectified", "algorithm": "pcd", "learning_rate": 0.005},
}
CASES = [f"{library} {kind} {variant}" for library in LIBRARIES for kind in KINDS for variant in VARIANTS]


def rows_of(kind: str, n_rows: int = 30) -> np.ndarray:
    random = np.random.default_rng(0)
    if kind.startswith("softmax"):
        return np.hstack(
            [np.eye(3)[random.integers(0, 3, n_rows)], np.eye(2)[random.integers(0, 2, n_rows)], np.ones((n_rows, 1))]
        )
    rows = random.standard_normal((n_rows, 2)) @ random.standard_normal((2, 6)) + 0.5 * random.standard_normal(
        (n_rows, 6)
    )
    return rows if kind == "gaussian" else (rows > 0).astype(float)


# In the process of its own.


class Found(dict[str, Any]):
    """Largest differences between what two estimators say, by question."""

    def note(self, question: str, there: Any, here: Any, kind: type) -> None:
        assert isinstance(there, kind) or question in ("score", "score_samples", "free_energy"), (question, type(there))
        gap = np.abs(np.asarray(there) - np.asarray(here))
        self[question] = float(np.max(gap / (1 + np.abs(np.asarray(here)))))


def differences(library: Any, kind: str, variant: str) -> Found:
    from sinapsi import RestrictedBoltzmannMachine

    def machine(**other: Any) -> RestrictedBoltzmannMachine:
        parameters = {"n_hidden": 4, "visible": kind, "max_iter": 4, "learning_rate": 0.03, "random_state": 3}
        return RestrictedBoltzmannMachine(**(parameters | VARIANTS[variant] | other))

    found, rows = Found(), rows_of(kind)
    array = library.asarray(rows.tolist(), dtype=library.float64)
    there, here, of = machine().fit(array), machine().fit(rows), type(array)
    for name in ("components_", "intercept_visible_", "intercept_hidden_"):
        found.note(name, getattr(there, name), getattr(here, name), of)
    for name in ("loss", "free_energy"):
        if name in here.history_:
            found.note(name, there.history_[name], here.history_[name], np.ndarray)
    for question in ("transform", "reconstruct", "score", "score_samples", "free_energy"):
        if hasattr(here, question):
            found.note(question, getattr(there, question)(array), getattr(here, question)(rows), of)
    gaps = rows[:5].copy()
    gaps[:, 3:5] = np.nan
    strange = library.asarray(gaps.tolist(), dtype=library.float64)
    found.note("gaps", there.complete(strange, n_gibbs_steps=9), here.complete(gaps, n_gibbs_steps=9), of)
    found.note("sample", there.sample(7, n_gibbs_steps=9), here.sample(7, n_gibbs_steps=9), of)
    first = [machine(max_iter=0).fit(data).sample(3, n_gibbs_steps=1) for data in (array, rows)]
    found.note("first sample", *first, of)
    found.note("partial_fit", there.partial_fit(array).components_, here.partial_fit(rows).components_, of)
    again = pickle.loads(pickle.dumps(there))
    found.note("pickled", again.partial_fit(array).components_, there.partial_fit(array).components_, of)
    held = {"validation_fraction": 0.2, "stopping": "patience(2)"}
    found.note("patience", machine(**held).fit(array).components_, machine(**held).fit(rows).components_, of)
    found.note("X_val", machine().fit(array, X_val=array).components_, machine().fit(rows, X_val=rows).components_, of)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        wild = machine(learning_rate=1e9).fit(array)
    found["is told of divergence"] = len(said) == 1 and wild.stop_reason_.code.name == "DIVERGED"
    found["is finite after divergence"] = bool(np.isfinite(np.asarray(wild.components_)).all())
    single = library.asarray(rows.tolist(), dtype=library.float32)
    half = machine().fit(single)
    answers = [half.components_, half.sample(2, n_gibbs_steps=1), half.transform(single), half.reconstruct(single)]
    found["float32 stays"] = all(answer.dtype == library.float32 for answer in answers)
    np.testing.assert_array_equal(np.asarray(array), rows)  # not changed
    return found


def estimated_likelihood(library: Any) -> Found:
    from sinapsi import RestrictedBoltzmannMachine
    from sinapsi.energy import likelihood

    likelihood.MOST_TERMS, before = 10, likelihood.MOST_TERMS
    found = Found()
    for kind in KINDS:
        rows = rows_of(kind)
        array = library.asarray(rows.tolist(), dtype=library.float64)
        machines = [
            RestrictedBoltzmannMachine(n_hidden=4, visible=kind, max_iter=6, random_state=3).fit(data)
            for data in (array, rows)
        ]
        there, here = (machine.log_partition(n_chains=10, n_temperatures=15).as_array() for machine in machines)
        found.note(kind, there, here, np.ndarray)
    likelihood.MOST_TERMS = before
    return found


def bad_input(library: Any) -> dict[str, str]:
    from sinapsi import RestrictedBoltzmannMachine

    rows = rows_of("binary")
    array = library.asarray(rows.tolist(), dtype=library.float64)
    model = RestrictedBoltzmannMachine(n_hidden=2, max_iter=1).fit(array)
    calls: dict[str, Callable[[], Any]] = {
        "fewer columns": lambda: model.transform(array[:, :3]),
        "NaN": lambda: model.transform(array * float("nan")),
        "range": lambda: model.transform(array * 255),
        "infinity": lambda: model.fit(array / 0),
        "no rows": lambda: model.fit(array[:0, :]),
        "NumPy afterwards": lambda: model.transform(rows),
    }
    if library.__name__ == "torch":
        calls["gradients"] = lambda: RestrictedBoltzmannMachine(n_hidden=2, max_iter=1).fit(
            array.clone().requires_grad_(True)
        )
    said = {}
    for name, call in calls.items():
        try:
            call()
            said[name] = "nothing"
        except Exception as error:
            said[name] = f"{type(error).__name__}: {error}"
    return said


def main() -> None:
    import array_api_strict
    import sklearn
    import torch

    libraries = {"torch": torch, "array_api_strict": array_api_strict}
    whole: dict[str, Any] = {}
    jobs = {
        case: lambda c=case: differences(libraries[c.split(" ", 1)[0]], *c.split(" ", 1)[1].rsplit(" ", 1))
        for case in CASES
    }
    for name, library in libraries.items():
        jobs[f"{name} estimate"] = lambda lib=library: estimated_likelihood(lib)
        jobs[f"{name} bad"] = lambda lib=library: bad_input(lib)
    with sklearn.config_context(array_api_dispatch=True):
        for name, job in jobs.items():
            try:
                whole[name] = job()
            except Exception:
                whole[name] = {"failed": traceback.format_exc()}
    print(json.dumps(whole))  # noqa: T201


if __name__ == "__main__":
    main()


# In the process of the tests.


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    environment = os.environ | {"SCIPY_ARRAY_API": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(Path(__file__))], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    whole: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return whole


@pytest.mark.parametrize("case", CASES)
def test_arrays_of_other_libraries_give_numpys_numbers(case: str, found: dict[str, dict[str, Any]]) -> None:
    differences = found[case]
    assert "failed" not in differences, differences["failed"]
    assert {"components_", "gaps", "sample", "partial_fit", "pickled", "patience", "score"} <= set(differences)
    assert ("score_samples" in differences) == ("rectified" not in case)
    claims = {name: gap for name, gap in differences.items() if isinstance(gap, bool)}
    assert claims == dict.fromkeys(("is told of divergence", "is finite after divergence", "float32 stays"), True)
    gaps = {name: gap for name, gap in differences.items() if name not in claims}
    assert {name: gap for name, gap in gaps.items() if not gap <= 1e-12} == {}
    assert gaps["pickled"] == 0.0


@pytest.mark.parametrize("library", LIBRARIES)
def test_estimates_of_likelihood_are_numpys(library: str, found: dict[str, dict[str, Any]]) -> None:
    differences = found[f"{library} estimate"]
    assert set(differences) == set(KINDS), differences
    assert max(differences.values()) <= 1e-11


@pytest.mark.parametrize("library", LIBRARIES)
def test_bad_arrays_of_other_libraries_are_refused(library: str, found: dict[str, dict[str, Any]]) -> None:
    said = found[f"{library} bad"]
    assert said["fewer columns"].startswith("InvalidInputError: X has 3 features, but RestrictedBoltzmannMachine is")
    assert said["NaN"].startswith("InvalidInputError: Input X contains NaN")
    assert "Got values from 0 to 255: divide X by 255" in said["range"]
    assert said["infinity"].startswith("InvalidInputError: Input X contains")
    assert said["no rows"].startswith("InvalidInputError: Found array with 0 sample(s)")


@pytest.mark.parametrize("library", LIBRARIES)
def test_refusals_show_the_way_out(library: str, found: dict[str, dict[str, Any]]) -> None:
    assert "Pass the columns seen in fit" in found[f"{library} bad"]["fewer columns"]


@pytest.mark.parametrize("library", ["torch"])
def test_numpy_arrays_after_a_fit_elsewhere_are_taken_there(library: str, found: dict[str, dict[str, Any]]) -> None:
    assert found[f"{library} bad"]["NumPy afterwards"] == "nothing"


def test_tensors_with_gradients_are_data_too(found: dict[str, dict[str, Any]]) -> None:
    assert found["torch bad"]["gradients"] == "nothing"
