"""Several random starts of one network, of which the best is kept: side by side in one program, or in processes."""

from __future__ import annotations

import dataclasses

import numpy as np
from joblib import Parallel, delayed

from sinapsi.blas_threads import ONE_BLAS_THREAD
from sinapsi.feedforward.initialization import starting_parameters
from sinapsi.feedforward.training import Outcome, Start, Task, train_together
from sinapsi.monitor import tell
from sinapsi.stopping import StopCode, StopReason

SIDE_BY_SIDE_FLOPS = 1e7  # in the largest product of a start, above which its arithmetic outweighs all overhead
KEPT = "the best of the others was kept."


def best_of_starts(task: Task, init: str, random: np.random.Generator, n_starts: int, n_jobs: int | None) -> Outcome:
    """Train from several random starts and keep the best.

    Small networks learn side by side in one program, large ones each in a process; which of the two depends on the
    task alone, so that the result does not depend on ``n_jobs``.

    Parameters
    ----------
    task : Task
        What is to be trained.
    init : str
        How to start.
    random : numpy.random.Generator
        Source of one seed a start.
    n_starts : int
        Number of starts.
    n_jobs : int or None
        Processes, as in joblib.

    Returns
    -------
    Outcome
        That of the lowest loss; the first of equals. After Ctrl-C, the best of those that were trained until then. A
        start that failed is left out, and the warning says so.

    Raises
    ------
    ArithmeticError, numpy.linalg.LinAlgError
        If every start failed.
    """
    seeds = [int(seed) for seed in random.integers(2**63, size=n_starts)]
    size = _starts_at_once(task, init)
    groups = [seeds[first : first + size] for first in range(0, n_starts, size)]
    outcomes: list[Outcome] = []
    failures: list[Exception] = []
    try:
        trainings = Parallel(n_jobs=n_jobs, return_as="generator")(
            delayed(_train_on_one_thread)(task, init, group) for group in groups
        )
        for trained, failed in trainings:
            outcomes += trained
            failures += failed
            if any(outcome.reason.code is StopCode.INTERRUPTED for outcome in trained):
                break
    except KeyboardInterrupt:
        if not outcomes:
            raise
    if not outcomes:
        raise failures[0]
    best = _with_news(min(outcomes, key=lambda outcome: outcome.lowest_loss), outcomes, failures, n_starts, task.title)
    tell(task.title, best.reason, best.warning)
    return best


def _starts_at_once(task: Task, init: str) -> int:
    """How many starts learn side by side: 1 where a single product is large enough to be worth a process of its own."""
    probe = task.problem(_start(task, init, 0))
    is_small = task.solver.flops_at_a_time(probe) <= SIDE_BY_SIDE_FLOPS
    return task.solver.starts_at_once(probe) if is_small else 1


def _start(task: Task, init: str, seed: int) -> Start:
    random = np.random.default_rng(seed)
    return Start(starting_parameters(init, task.network, random, task.training.targets.dtype), random)


def _train_on_one_thread(task: Task, init: str, seeds: list[int]) -> tuple[list[Outcome], list[Exception]]:
    # One BLAS thread a start, whatever n_jobs is: sums cut otherwise would differ in the last bit.
    with ONE_BLAS_THREAD:
        try:
            return train_together(task, [_start(task, init, seed) for seed in seeds]), []
        except (ArithmeticError, np.linalg.LinAlgError) as error:
            if len(seeds) == 1:
                return [], [error]
            alone = [_train_on_one_thread(task, init, [seed]) for seed in seeds]
            return [each for trained, _ in alone for each in trained], [each for _, failed in alone for each in failed]


def _with_news(best: Outcome, outcomes: list[Outcome], failures: list[Exception], n_starts: int, title: str) -> Outcome:
    """What the best start ended with, and what is to be said of the others."""
    n_diverged = sum(outcome.reason.code is StopCode.DIVERGED for outcome in outcomes)
    if failures and best.reason.code is not StopCode.DIVERGED:
        best = best.with_warning(f"{title}: {len(failures)} of {n_starts} starts failed ({failures[0]}); {KEPT}")
    elif n_diverged and best.reason.code is not StopCode.DIVERGED:
        best = best.with_warning(
            f"{title}: {n_diverged} of {n_starts} starts diverged; {KEPT} Lower learning_rate, or standardize X."
        )
    n_trained = sum(outcome.reason.code is not StopCode.INTERRUPTED for outcome in outcomes)
    if n_trained + len(failures) == n_starts:
        return best
    sentence = f"interrupted after {n_trained} of {n_starts} starts; the weights of the best start were kept"
    warning = f"{title}: {sentence}. Fit again with warm_start=True to go on from there."
    return dataclasses.replace(best, reason=StopReason(StopCode.INTERRUPTED, sentence), warning=warning)
