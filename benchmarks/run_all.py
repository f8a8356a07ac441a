"""Run every benchmark, each in a process of its own, and show all claims in one table.

Exits with 1 if a claim misses its target or a benchmark fails. Options are handed on: ``--resume``, ``--quick``,
``--rounds``.
"""

import json
import subprocess
import sys
import time

from claims import BENCHMARKS, RESULTS

ORDER = (
    "bench_startup.py",
    "bench_linear.py",
    "bench_multilayer_perceptron.py",
    "bench_second_order.py",
    "bench_closed_form.py",
    "bench_quality.py",
)


def main(options: list[str]) -> int:
    """Run all benchmarks with the given options."""
    start = time.perf_counter()
    codes = {
        script: subprocess.run([sys.executable, BENCHMARKS / script, *options], check=False).returncode
        for script in ORDER
    }
    is_quick = "--quick" in options
    if not is_quick:
        show_table()
    failed = [script for script, code in codes.items() if code]
    verdict = f"not clean: {', '.join(failed)}" if failed else "all ran" if is_quick else "all met"
    print(f"{time.perf_counter() - start:.0f} s in all; {verdict}")
    return 1 if failed else 0


def show_table() -> None:
    """Print every result there is."""
    results = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    print(f"\n{'claim':<32}{'value':>10} {'unit':<7}{'target':<22}{'met':<8}date")
    for result in results:
        met = "-" if result["target"] is None else "yes" if result["met"] else "MISSED"
        print(
            f"{result['claim']:<32}{result['value']:>10.4g} {result['unit']:<7}{result['bound']:<22}{met:<8}"
            f"{result['date'][:10]}"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
