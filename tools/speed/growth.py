"""How the engine's time grows with trials, patients and subgroups; and the one large job."""

import time
import tracemalloc
from dataclasses import dataclass

import numpy as np

from secondlook.survival import logrank
from speed.work import Work

USUAL = {"trials": 1000, "patients": 370, "subgroups": 20}
SIZES = {
    "trials": (1, 10, 100, 1000, 10_000),
    "patients": (50, 100, 200, 400, 800, 1600, 3200),
    "subgroups": (1, 2, 5, 10, 20, 50, 100),
}


@dataclass(frozen=True)
class Size:
    """One size of the work and the seconds of processor time of each turn."""

    axis: str
    size: int
    tests: int
    seconds: np.ndarray

    @property
    def microseconds(self) -> np.ndarray:
        """Microseconds a test, each turn."""
        return 1e6 * self.seconds / self.tests


def resized(work: Work, trials: int, patients: int, subgroups: int, rng) -> Work:
    """Return work of another size: its patients and its subgroups are drawn from those given.

    Each patient comes from any of the trials, so that days tie as seldom as they do there.
    """
    row = rng.integers(len(work.time), size=(trials, patients))
    place = rng.integers(work.patients, size=(trials, patients))
    column = rng.integers(work.subgroups, size=subgroups)
    rows = (each[row, place] for each in (work.time, work.event, work.treated, work.value))
    return Work(*rows, work.member[row, place][:, :, column])


def growth(work: Work, rng, sizes=SIZES, usual=USUAL, turns: int = 3) -> list[Size]:
    """Time the log-rank test with one of the three sizes changed at a time, in turns."""
    made = []
    for axis, values in sizes.items():
        jobs = [resized(work, **(usual | {axis: value}), rng=rng) for value in values]
        spent = [[_seconds(job) for job in jobs] for _ in range(turns + 1)][1:]
        for value, job, seconds in zip(values, jobs, zip(*spent, strict=True), strict=True):
            tests = len(job.time) * job.subgroups
            made.append(Size(axis, value, tests, np.array(seconds)))
    return made


def large(work: Work, turns: int = 5) -> tuple[np.ndarray, float]:
    """Return the seconds of each turn for all of the work, and the megabytes it takes on top.

    The megabytes are the most that Python and NumPy hold at one time above the arrays given,
    results included (1 MB is a million bytes).
    """
    seconds = np.array([_seconds(work) for _ in range(turns)])
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    _logrank(work)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return seconds, (most - before) / 1e6


def _logrank(work):
    return logrank(work.time, work.event, work.treated, work.member)


def _seconds(work):
    start = time.process_time()
    _logrank(work)
    return time.process_time() - start
