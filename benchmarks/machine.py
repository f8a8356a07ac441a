"""What a figure was measured on: processor, system, versions, threads.

Nothing here names a host or a folder, so that results can be published as they are.
"""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

LIBRARIES = ("sinapsi", "numpy", "scipy", "numba", "scikit-learn", "torch")

# Settings some environments export to tune OpenBLAS for other work. They would tilt the comparison, since NumPy's BLAS
# obeys them and torch's does not.
BLAS_SETTINGS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def describe_machine() -> dict[str, Any]:
    """Processor, usable cores, operating system, Python and how busy the machine was."""
    return {
        "cpu": _cpu_model(),
        "cores": n_cores(),
        "operating_system": _operating_system(),
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def n_cores() -> int:
    """Number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe_versions() -> dict[str, str]:
    """Version of every library that takes part."""
    return {name: metadata.version(name) for name in LIBRARIES}


def describe_threads() -> dict[str, int]:
    """Number of threads of each pool that this process has loaded."""
    from threadpoolctl import threadpool_info

    pools = {f"{Path(pool['filepath']).name} {pool['version']}": pool["num_threads"] for pool in threadpool_info()}
    if "numba" in sys.modules:
        pools["numba"] = sys.modules["numba"].get_num_threads()
    if "torch" in sys.modules:
        pools["torch"] = sys.modules["torch"].get_num_threads()
    return pools


def restart_without_blas_settings() -> None:
    """Run this command again without the OpenBLAS settings of the environment, if there are any.

    OpenBLAS reads them while it is loaded, so deleting them from ``os.environ`` would come too late.
    """
    if any(name in os.environ for name in BLAS_SETTINGS):
        environment = {name: value for name, value in os.environ.items() if name not in BLAS_SETTINGS}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _operating_system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = f"{platform.system()} {platform.release()}"
    return f"{name}, {platform.machine()}"
