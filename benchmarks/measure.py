"""The shared frame of all benchmarks that race us against a rival.

Each side is a :class:`Contestant` and lives in a process of its own for the whole race: no thread pool of one spins in
the way of the other, and peak memory is each side's own. A race goes: both load the same problem (digests compared),
both solve it once and are compared by :func:`check_agreement`, which also compiles the kernels; only then the timed
rounds, A B A B.
"""

import ctypes
import gc
import hashlib
import math
import multiprocessing
import os
import statistics
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import numpy as np
from machine import describe_threads

SHORTEST_LAP = 0.2  # seconds; shorter fits are repeated, since the first one after a pause pays for cold caches
PAUSE = 0.3  # seconds before each lap; idle BLAS and OpenMP workers have stopped spinning by then
MEBIBYTE = 2**20

Weights = dict[str, np.ndarray]


class DisagreementError(Exception):
    """Two sides did not compute the same thing, so their times must not be compared."""


class Contestant(ABC):
    """One side of a race.

    Attributes
    ----------
    name : str
        What the side is called in results.
    problem : dict
        What ``load`` made of the problem; set in the side's own process.
    """

    name: ClassVar[str]

    @abstractmethod
    def load(self, **problem: Any) -> dict[str, np.ndarray]:
        """Prepare data and starting point outside the timing; returns the arrays whose digests must agree."""

    @abstractmethod
    def fit(self) -> None:
        """Solve the problem. This is what is timed: everything a user's call of ``fit`` does, validation included."""

    @abstractmethod
    def weights(self) -> Weights:
        """What the last ``fit`` learned, in one layout for all sides."""

    def quality(self) -> dict[str, float]:
        """How good the result of the last ``fit`` is; printed beside the time."""
        return {}

    def digests(self, **problem: Any) -> dict[str, str]:
        """Load the problem and return a fingerprint of each of its arrays."""
        return {name: _digest(array) for name, array in self.load(**problem).items()}

    def timed_fits(self, n_fits: int) -> float:
        """Mean seconds of a ``fit``."""
        gc.collect()
        gc.disable()
        try:
            start = time.perf_counter()
            for _ in range(n_fits):
                self.fit()
            return (time.perf_counter() - start) / n_fits
        finally:
            gc.enable()

    def peak_memory(self) -> float | None:
        """MiB that a ``fit`` takes at its peak above what was in use before; None where the system does not tell."""
        gc.collect()
        _give_back_memory()
        before = _restart_peak_memory()
        self.fit()
        return None if before is None else _memory("VmHWM") - before

    def threads(self) -> dict[str, int]:
        """Number of threads of each pool in the side's process."""
        return describe_threads()


class Corner:
    """The handle of a contestant that runs in its own process.

    Parameters
    ----------
    contestant : type of Contestant
        Class to instantiate in the new process.
    """

    def __init__(self, contestant: type[Contestant]) -> None:
        self.name = contestant.name
        self.fits_per_lap = 1
        self.laps: list[float] = []
        self.peak_memory: float | None = None
        context = multiprocessing.get_context("spawn")  # a fork would inherit thread pools whose threads are gone
        self._channel, remote = context.Pipe()
        self._process = context.Process(target=_serve, args=(contestant, remote), daemon=True)
        self._process.start()
        remote.close()  # the child holds its own copy; so its death ends our recv with EOFError

    def ask(self, method: str, **arguments: Any) -> Any:
        """Call a method of the contestant in its process."""
        self._channel.send((method, arguments))
        try:
            succeeded, answer = self._channel.recv()
        except EOFError:
            self._process.join()
            raise RuntimeError(
                f"The process of {self.name} died in {method}(), code {self._process.exitcode}."
            ) from None
        if not succeeded:
            raise RuntimeError(f"{self.name} failed in {method}():\n{answer}")
        return answer

    def warm_up(self) -> None:
        """Fit untimed: once for the peak memory, once to see how many fits make a lap long enough to be timed well."""
        self.peak_memory = self.ask("peak_memory")
        self.fits_per_lap = math.ceil(SHORTEST_LAP / self.ask("timed_fits", n_fits=1))

    def run_lap(self) -> None:
        """Time one lap and keep the result."""
        time.sleep(PAUSE)
        self.laps.append(self.ask("timed_fits", n_fits=self.fits_per_lap))

    def report(self) -> dict[str, Any]:
        """Times, memory, quality and threads, ready for JSON."""
        return {
            "name": self.name,
            "median_seconds": statistics.median(self.laps),
            "rounds_seconds": self.laps,
            "fits_per_round": self.fits_per_lap,
            "peak_memory_mib": None if self.peak_memory is None else round(self.peak_memory, 2),
            "quality": self.ask("quality"),
            "threads": self.ask("threads"),
        }

    def close(self) -> None:
        """End the process."""
        self._channel.close()
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.terminate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def load_everywhere(corners: Sequence[Corner], **problem: Any) -> None:
    """Give all sides the same problem and make sure it is the same."""
    ours, *rivals = [corner.ask("digests", **problem) for corner in corners]
    for corner, digests in zip(corners[1:], rivals, strict=True):
        if digests != ours:
            raise DisagreementError(f"{corner.name} loaded other data than {corners[0].name} for {problem}.")


def check_agreement(corners: Sequence[Corner], agree: Callable[[Weights, Weights], str]) -> dict[str, str]:
    """Let all sides solve the problem once, untimed, and compare the weights of each rival with ours.

    ``agree`` returns a sentence on how well they agree, or raises :class:`DisagreementError`.
    """
    solutions = []
    for corner in corners:
        corner.ask("fit")
        solutions.append(corner.ask("weights"))
    return {
        corner.name: agree(solutions[0], solution) for corner, solution in zip(corners[1:], solutions[1:], strict=True)
    }


def race(corners: Sequence[Corner], n_rounds: int) -> None:
    """Time all sides in turn, A B A B, so that slow drifts of the machine hit all of them alike."""
    for corner in corners:
        corner.warm_up()
    for _ in range(n_rounds):
        for corner in corners:
            corner.run_lap()


def agree_exactly(ours: Weights, theirs: Weights) -> str:
    """Agreement to the last bit."""
    for name, weights in ours.items():
        if not np.array_equal(weights, theirs[name]):
            apart = np.max(np.abs(weights - theirs[name]))
            raise DisagreementError(f"{name} should be equal to the last bit, but differs by up to {apart:.3g}.")
    return "equal to the last bit"


def agree_within(tolerance: float) -> Callable[[Weights, Weights], str]:
    """Agreement of every array within ``tolerance`` times its own largest element."""

    def agree(ours: Weights, theirs: Weights) -> str:
        worst = 0.0
        for name, weights in ours.items():
            apart = float(np.max(np.abs(weights - theirs[name])) / np.max(np.abs(theirs[name])))
            if not apart <= tolerance:  # written so that NaN disagrees
                raise DisagreementError(f"{name} should agree to {tolerance:g}, but differs by {apart:.3g} relative.")
            worst = max(worst, apart)
        return f"largest relative difference {worst:.2g}, allowed {tolerance:g}"

    return agree


def _serve(contestant: type[Contestant], channel: Connection) -> None:
    """Answer the calls of a Corner until it hangs up."""
    side = contestant()
    while True:
        try:
            method, arguments = channel.recv()
        except EOFError:
            return
        try:
            answer = (True, getattr(side, method)(**arguments))
        except Exception:
            answer = (False, traceback.format_exc())
        channel.send(answer)


def _digest(array: np.ndarray) -> str:
    fingerprint = hashlib.sha256(np.ascontiguousarray(array).tobytes())
    fingerprint.update(f"{array.shape}{array.dtype}".encode())
    return fingerprint.hexdigest()


def _give_back_memory() -> None:
    """Return what earlier fits freed to the system (glibc keeps it), or the next fit would seem to need nothing."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)


def _restart_peak_memory() -> float | None:
    """Memory in use now, in MiB; the peak that Linux keeps starts again from it."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return _memory("VmRSS")


def _memory(kind: str) -> float:
    """A line of the process's memory report, in MiB."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(kind):
            return int(line.split()[1]) * 1024 / MEBIBYTE
    raise RuntimeError(f"/proc/self/status has no line {kind}.")
