"""Fixed-seed fits of all networks in a few numbers, recorded so that a change of results does not go unnoticed.

``python -m tests.contracts.recorded_fits`` records them anew; do that only for a change that is meant, and say in
CHANGELOG.md what changed for the user.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import is_classifier

from tests.contracts.comparison import answers, fitted_arrays
from tests.contracts.instances import Case, Problem, cases_with_problems, solved

FILE = Path(__file__).with_suffix(".json")
N_NUMBERS = 4  # of each array, from its beginning
Summary = dict[str, Any]


def summary(case: Case, problem: Problem) -> Summary:
    """The beginnings of all that was learned and answered, and the two ends of the loss curve."""
    model = solved(case, problem)
    losses = model.history_["loss"]
    numbers = {
        **fitted_arrays(model),
        **{f"{name}(X)": said for name, said in answers(model, problem.X).items() if name != "predict_log_proba"},
    }
    return {
        "loss": [float(losses[0]), float(losses[-1])],
        "epochs": int(model.n_iter_),
        "steps": int(model.history_["step"][-1]),
        "stop": model.stop_reason_.code.name,
        **{name: np.asarray(array).ravel()[:N_NUMBERS].tolist() for name, array in numbers.items()},
        **({"score": float(model.score(problem.X, problem.y))} if is_classifier(model) else {}),
    }


def fits() -> dict[str, tuple[Case, Problem]]:
    """Name -> what is fitted to what."""
    return {str(case.id): (case.values[0], case.values[1]) for case in cases_with_problems()}


def record() -> None:
    """Write the file anew, one line a number list."""
    summaries = {name: summary(*fit) for name, fit in fits().items()}
    lines = [f" {json.dumps(name)}: {json.dumps(content)}" for name, content in summaries.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    record()
