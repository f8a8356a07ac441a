"""A claim: a figure we promise, how it is measured, and the file that says what came out.

Every ``bench_*.py`` ends in ``sys.exit(main(CLAIMS))``; the command line is the same for all of them.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from machine import describe_machine, describe_versions, restart_without_blas_settings
from measure import Corner

BENCHMARKS = Path(__file__).resolve().parent
PROJECT = BENCHMARKS.parent
RESULTS = BENCHMARKS / "results"


@dataclass(frozen=True)
class Effort:
    """How much work a measurement may do.

    Parameters
    ----------
    n_rounds : int
        Timed rounds per side.
    quick : bool
        Tiny sizes that only show that the benchmark runs.
    """

    n_rounds: int = 5
    quick: bool = False

    def sized(self, full: int, quick: int) -> int:
        """The size to use: ``full`` for a real measurement, ``quick`` for a smoke test."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Measurement:
    """What came out: the value of the claim, a half-sentence for the terminal, and everything worth keeping."""

    value: float
    summary: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A figure to reach.

    Parameters
    ----------
    name : str
        Name of the result file, without its ending.
    sentence : str
        What is claimed, in words.
    target : float or None
        The figure to reach, in ``unit``; None for a figure that is told beside the claims, not promised.
    measure : callable
        ``measure(effort)`` returns a Measurement.
    unit : str
        Unit of target and value; "times" is rival's median time / ours.
    at_least : bool
        Whether the target is a lower bound; else it is an upper bound, not to be reached.
    command : str or None
        How to repeat it, where it has a command line of its own.
    """

    name: str
    sentence: str
    target: float | None
    measure: Callable[[Effort], Measurement]
    unit: str = "times"
    at_least: bool = True
    command: str | None = None

    def is_met(self, value: float) -> bool:
        """Whether a value keeps the claim; a figure without a target always does."""
        if self.target is None:
            return True
        return value >= self.target if self.at_least else value < self.target

    @property
    def bound(self) -> str:
        """The target in words."""
        if self.target is None:
            return "no target"
        return f"{'at least' if self.at_least else 'below'} {self.target:g} {self.unit}"


def ratio_to_fastest(corners: Sequence[Corner], details: dict[str, Any]) -> Measurement:
    """Ratio of the fastest rival's median time to ours; the first corner is ours."""
    ours, *rivals = [corner.report() for corner in corners]
    fastest = min(rivals, key=lambda report: report["median_seconds"])
    rounds = zip(fastest["rounds_seconds"], ours["rounds_seconds"], strict=True)
    details = {
        "rival": fastest["name"],
        "ours": ours,
        "rivals": rivals,
        "ratio_of_each_round": [theirs / our for theirs, our in rounds],
        **details,
    }
    times = ", ".join(f"{report['name']} {report['median_seconds']:.3g} s" for report in (ours, *rivals))
    return Measurement(fastest["median_seconds"] / ours["median_seconds"], times, details)


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean and its standard error."""
    return statistics.fmean(values), statistics.stdev(values) / len(values) ** 0.5


def main(claims: Sequence[Claim], arguments: Sequence[str] | None = None) -> int:
    """Measure the claims asked for; returns 1 if one of them missed its target, else 0."""
    restart_without_blas_settings()
    options = _parse(claims, arguments)
    effort = Effort(n_rounds=2 if options.quick else options.rounds, quick=options.quick)
    all_met = True
    for claim in claims:
        if options.only and claim.name not in options.only:
            continue
        if options.resume and is_fresh(claim.name):
            all_met &= json.loads(result_path(claim.name).read_text(encoding="utf-8"))["met"]
            print(f"{claim.name}: result is newer than the code, kept", flush=True)
            continue
        all_met &= settle(claim, effort)
    return 0 if all_met or effort.quick else 1


def result_path(name: str) -> Path:
    """Where the result of a claim lies."""
    return RESULTS / f"{name}.json"


def is_fresh(name: str) -> bool:
    """Whether the result of a claim is newer than the library and the benchmarks."""
    path = result_path(name)
    if not path.exists():
        return False
    sources = [*(PROJECT / "src").rglob("*.py"), *BENCHMARKS.glob("*.py")]
    return path.stat().st_mtime > max(source.stat().st_mtime for source in sources)


def settle(claim: Claim, effort: Effort) -> bool:
    """Measure one claim, keep the result unless it was a smoke test, and tell it; returns whether the claim is met."""
    machine = describe_machine()  # first, so that the load is the one we met and not the one we made
    start = time.perf_counter()
    measurement = claim.measure(effort)
    wall_seconds = time.perf_counter() - start
    is_met = claim.is_met(measurement.value)
    if not effort.quick:
        _write(result_path(claim.name), _record(claim, measurement, machine, wall_seconds))
    print(
        f"{claim.name}: {measurement.value:.4g} {claim.unit} ({claim.bound}: {_verdict(claim, is_met, effort)}); "
        f"{measurement.summary} [{wall_seconds:.0f} s]",
        flush=True,
    )
    return is_met


def _verdict(claim: Claim, is_met: bool, effort: Effort) -> str:
    if effort.quick:
        return "smoke test, not a result"
    if claim.target is None:
        return "told beside the claims"
    return "met" if is_met else "MISSED"


def _record(claim: Claim, measurement: Measurement, machine: dict[str, Any], wall_seconds: float) -> dict[str, Any]:
    return {
        "claim": claim.name,
        "sentence": claim.sentence,
        "value": measurement.value,
        "unit": claim.unit,
        "target": claim.target,
        "bound": claim.bound,
        "met": claim.is_met(measurement.value),
        **measurement.details,
        "versions": describe_versions(),
        "machine": machine,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": claim.command or f"python benchmarks/{Path(sys.argv[0]).name} --only {claim.name}",
        "wall_seconds": round(wall_seconds, 1),
    }


def _write(path: Path, record: dict[str, Any]) -> None:
    """Write a result whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8") as part:
        json.dump(record, part, indent=2, default=float)
        part.write("\n")
    Path(part.name).chmod(0o644)  # a temporary file is born readable by its owner only
    os.replace(part.name, path)


def _parse(claims: Sequence[Claim], arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Claims: " + "; ".join(f"{claim.name}: {claim.sentence}" for claim in claims)
    )
    names = [claim.name for claim in claims]
    parser.add_argument("--only", nargs="+", choices=names, metavar="CLAIM", help=f"some of {', '.join(names)}")
    parser.add_argument("--rounds", type=_at_least_five, default=5, help="timed rounds per side, at least 5")
    parser.add_argument("--resume", action="store_true", help="keep results that are newer than the code")
    parser.add_argument("--quick", action="store_true", help="smoke test with tiny sizes; writes no results")
    return parser.parse_args(arguments)


def _at_least_five(text: str) -> int:
    rounds = int(text)
    if rounds < 5:
        raise argparse.ArgumentTypeError(
            f"a median needs at least 5 rounds, got {rounds}; for a smoke test use --quick"
        )
    return rounds
