"""Files larger than what a process may use, and networks that learn from them in a process of their own."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl

N_ROWS, N_FEATURES, N_PIECES = 700_000, 64, 8  # 358 MB
N_BYTES = N_ROWS * N_FEATURES * 8

# The high-water mark of the child alone: its ru_maxrss begins with that of its parent.
LEARNING = """
import json, sys
import numpy as np
import polars as pl
import sinapsi

def peak():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) * 1024

name, parameters, kind, folder = sys.argv[1:]
model = getattr(sinapsi, name)(**json.loads(parameters))
X = np.random.default_rng(0).standard_normal((200, 3))
model.fit(X, X[:, 0])  # what is loaded once, with the first fit: compiled kernels, SciPy's and Polars' libraries
pl.scan_parquet(folder + "/tiny.parquet").collect()
before = peak()
if kind == "map":
    X, y = (np.lib.format.open_memmap(f"{folder}/{part}.npy", "r") for part in ("X", "y"))
    model.fit_batches((X, y))
else:
    model.fit_batches(folder + "/data.parquet", target="y")
growth = peak() - before
names = ("coef_", "intercept_", "prototypes_", "weights_")
np.savez(folder + "/learned.npz", **{name: getattr(model, name) for name in names if hasattr(model, name)})
print(growth)
"""

HAS_PEAKS = Path("/proc/self/status").exists()


@contextlib.contextmanager
def large_file(folder, kind):
    """Write inputs and targets piece by piece, and give them as memory maps; the files are gone afterwards."""
    try:
        yield _written(folder, kind)
    finally:
        for file in folder.iterdir():
            file.unlink()


def _written(folder, kind):
    """Noise, so that no compression makes it small."""
    X = np.lib.format.open_memmap(folder / "X.npy", "w+", np.float64, (N_ROWS, N_FEATURES))
    y = np.lib.format.open_memmap(folder / "y.npy", "w+", np.float64, (N_ROWS,))
    size, random = N_ROWS // N_PIECES, np.random.default_rng(0)
    truth = random.standard_normal(N_FEATURES) / 8
    for start in range(0, N_ROWS, size):
        part = slice(start, start + size)
        random.standard_normal(out=X[part])
        y[part] = np.sin(X[part] @ truth) + 0.1 * random.standard_normal(size)
    pl.DataFrame({"x": [1.0]}).write_parquet(folder / "tiny.parquet")
    if kind == "parquet":
        columns = {f"x{place}": X[:, place] for place in range(N_FEATURES)} | {"y": y}
        pl.DataFrame(columns).write_parquet(folder / "data.parquet", compression="lz4", row_group_size=size)
    return X, y


def learn_elsewhere(name, parameters, kind, folder, warnings="error"):
    """Give what was learned by name, and bytes by which the peak of a process of its own rose."""
    command = [sys.executable, "-W", warnings, "-c", LEARNING, name, json.dumps(parameters), kind, str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    with np.load(folder / "learned.npz", allow_pickle=False) as file:
        return dict(file), int(result.stdout)
