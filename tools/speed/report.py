"""The files in ``data/benchmarks/`` that a run of the bench leaves, and the goals it is held to."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from speed.clock import Timing
from speed.growth import Size
from speed.programs import OURS, RUST
from speed.tables import FOLDER

SPREAD = ("", "_low", "_high")


@dataclass(frozen=True)
class Goal:
    """What was wished for before anything was measured; the ratio of a way in a task, or a limit.

    A ratio must be at least what is asked, a limit (``task`` is empty) at most.
    """

    words: str
    asked: float
    task: str = ""
    program: str = ""
    call: str = ""


GOALS = (
    Goal("Times faster than lifelines, log-rank in 20 subgroups", 3000, "subgroups", "lifelines"),
    Goal("Times faster than R's survdiff.fit", 30, "subgroups", "R survival", "survdiff.fit"),
    Goal("Times faster than the Rust package's fastest call", 3, "subgroups", "survival", RUST),
    Goal(
        "Shuffles of a fixed cohort, times faster than our own log-rank, labels given",
        50, "labels", OURS, "logrank, labels given",
    ),
    Goal("The same, dealing the labels included", 50, "shuffle", OURS, "logrank, labels dealt"),
    Goal("Times faster than lifelines, Cox's model in 20 subgroups", 1000, "cox", "lifelines"),
    Goal("Seconds for 10,000 trials of 370 patients in 20 subgroups", 1),
    Goal("Megabytes on top of what it is given, for the same", 64),
)  # fmt: skip


def speed_table(tasks: dict[str, list[Timing]]) -> pd.DataFrame:
    """One line a way: microseconds a test and ratio, each with the lowest and highest turn."""
    return pd.DataFrame(
        [
            {
                "task": task,
                "program": timing.way.program,
                "call": timing.way.call,
                "version": timing.way.version,
                "tests": timing.tests,
                **_spread("microseconds", timing.microseconds),
                **_spread("ratio", timing.ratio),
            }
            for task, timings in tasks.items()
            for timing in timings
        ]
    )


def growth_table(sizes: list[Size]) -> pd.DataFrame:
    """One line a size: microseconds a test, with the lowest and highest turn."""
    return pd.DataFrame(
        [
            {"axis": s.axis, "size": s.size, "tests": s.tests}
            | _spread("microseconds", s.microseconds)
            for s in sizes
        ]
    )


def goals_table(speed: pd.DataFrame, seconds: np.ndarray, megabytes: float) -> pd.DataFrame:
    """One line a goal: what was asked, what was measured, and whether that is enough.

    A goal whose program was not there has nan, and counts as not measured.
    """
    limits = iter((float(np.median(seconds)), megabytes))
    rows = []
    for goal in GOALS:
        measured = _ratio(speed, goal) if goal.task else next(limits)
        sense = "at least" if goal.task else "at most"
        enough = measured >= goal.asked if goal.task else measured <= goal.asked
        met = "not measured" if np.isnan(measured) else "yes" if enough else "no"
        values = (goal.words, sense, goal.asked, measured, met)
        rows.append(dict(zip(("goal", "sense", "asked", "measured", "met"), values, strict=True)))
    return pd.DataFrame(rows)


def write(folder: Path = FOLDER, **tables: pd.DataFrame) -> None:
    """Write each table to a file of its name, numbers with four figures."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        rounded = table.map(lambda v: float(f"{v:.4g}") if isinstance(v, float) else v)
        rounded.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _spread(name, values):
    numbers = (np.median(values), np.min(values), np.max(values))
    return {f"{name}{end}": float(number) for end, number in zip(SPREAD, numbers, strict=True)}


def _ratio(speed, goal):
    chosen = (speed["task"] == goal.task) & (speed["program"] == goal.program)
    if goal.call:
        chosen &= speed["call"] == goal.call
    return float(speed.loc[chosen, "ratio"].iloc[0]) if chosen.any() else float("nan")
