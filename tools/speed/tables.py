"""The tables of the page *How fast*, made from the files that a run of the bench left."""

import math
from pathlib import Path

import pandas as pd

from secondlook.figures.tables import Table

FOLDER = Path(__file__).resolve().parents[2] / "data" / "benchmarks"
FILES = ("speed", "growth", "goals")
SHOWN = {"survival": "Rust package survival", "R survival": "R package survival"}


def read(name: str, folder: Path = FOLDER) -> pd.DataFrame:
    """Read one of ``FILES``; a version that is not there is an empty word."""
    return pd.read_csv(folder / f"{name}.csv").fillna({"version": ""})


def names(folder: Path = FOLDER) -> list[str]:
    """The names that :func:`table` knows: goals, each task, and growth in each direction."""
    growth = (f"growth-{axis}" for axis in read("growth", folder)["axis"].unique())
    return ["goals", *read("speed", folder)["task"].unique(), *growth]


def table(name: str, caption: str, folder: Path = FOLDER) -> Table:
    """Return one of the tables.

    Raises
    ------
    ValueError
        If there is no table of that name; the message lists those there are.
    """
    if name not in names(folder):
        raise ValueError(f"there is no table {name!r}; choose from {', '.join(names(folder))}")
    if name == "goals":
        return _goals(read("goals", folder), caption)
    if name.startswith("growth-"):
        growth = read("growth", folder)
        return _growth(growth[growth["axis"] == name.removeprefix("growth-")], caption)
    speed = read("speed", folder)
    return _task(speed[speed["task"] == name], caption)


def three(value: float) -> str:
    """A number with about three figures: 12,300, 123, 12.3, 1.23, 0.0123."""
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, digits):,.{max(0, digits)}f}"


def _goals(goals, caption):
    rows = [
        (
            row.goal,
            f"{row.sense} {row.asked:,g}",
            "not measured" if math.isnan(row.measured) else three(row.measured),
            row.met,
        )
        for row in goals.itertuples()
    ]
    return Table(("Goal", "Asked", "Measured", "Met"), rows, caption)


def _task(speed, caption):
    rows = [
        (f"{_program(row)}, {row.call}", three(row.microseconds), _times(row))
        for row in speed.itertuples()
    ]
    head = ("Program and call", "Microseconds a test", "Ratio (lowest and highest turn)")
    return Table(head, rows, caption)


def _program(row):
    return f"{SHOWN.get(row.program, row.program)} ({row.version})"


def _times(row):
    if row.ratio == row.ratio_low == row.ratio_high == 1:
        return "1"
    return f"{three(row.ratio)} ({three(row.ratio_low)} to {three(row.ratio_high)})"


def _growth(growth, caption):
    rows = [
        (f"{row.size:,}", three(row.microseconds), three(row.microseconds * row.tests / 1e6))
        for row in growth.itertuples()
    ]
    head = (growth["axis"].iloc[0].capitalize(), "Microseconds a test", "Seconds for all")
    return Table(head, rows, caption)
