"""The two pictures of the page *How fast*, drawn from the files that a run left."""

import math

import numpy as np
import pandas as pd

from secondlook.figures.style import COBALAMIN, GRID, INK, MUTED, SMALL, Picture, Sheet
from speed.programs import FLOOR, OURS, RUST
from speed.tables import three

# What is drawn of the table: task, program, call, and how the picture names it.
ROWS = (
    ("subgroups", "lifelines", "logrank_test", "lifelines"),
    ("subgroups", "scikit-survival", "compare_survival", "scikit-survival"),
    ("subgroups", "R survival", "survdiff", "R survdiff"),
    ("subgroups", "statsmodels", "survdiff", "statsmodels"),
    ("subgroups", "R survival", "survdiff.fit", "R survdiff.fit"),
    ("subgroups", "survival", RUST, "Rust survival"),
    ("subgroups", OURS, "logrank", "this course"),
    ("shuffle", OURS, "shuffle, labels dealt", "one cohort, shuffled"),
    ("subgroups", FLOOR, "one sort, one pass", "one sort, one pass"),
)
ONE_RUN = "tools/bench.py, one run on one core; the programs took turns"
AXES = {"trials": "trials", "patients": "patients in a trial", "subgroups": "subgroups"}


def speed_picture(speed: pd.DataFrame) -> Picture:
    """Draw microseconds a test of every program on one scale, in which a step is ten times."""
    found = [(row[-1], _find(speed, *row[:-1])) for row in ROWS]
    shown = [(label, float(row["microseconds"])) for label, row in found if row is not None]
    ratios = {label: float(row["ratio"]) for label, row in found[:-2] if row is not None}
    name = max(ratios, key=ratios.get)
    among = f"{name} takes {three(ratios[name])} times as long as this course"
    listed = "; ".join(f"{label}: {three(value)}" for label, value in shown)
    return Picture(
        title=f"For one log-rank test {among}",
        subtitle="Microseconds for one test, in 20 subgroups of many simulated trials; each line "
        "to the right is ten times the one before",
        source=ONE_RUN,
        alt=f"Dots on a scale of microseconds for one log-rank test. {among}. {listed}.",
        body=lambda sheet: _draw_speed(sheet, shown),
        height=370,
        narrow_height=330,
    )


def growth_picture(growth: pd.DataFrame) -> Picture:
    """Draw microseconds a test as trials, patients and subgroups become more."""
    panels = {axis: growth[growth["axis"] == axis] for axis in AXES}
    ends = {axis: (rows.iloc[0], rows.iloc[-1]) for axis, rows in panels.items()}
    said = "; ".join(
        f"{AXES[axis]} from {first['size']:,} to {last['size']:,}: "
        f"from {three(first['microseconds'])} to {three(last['microseconds'])}"
        for axis, (first, last) in ends.items()
    )
    one, many = (row["microseconds"] * row["tests"] for row in ends["subgroups"])
    subgroups = [f"{row['size']:,}" for row in ends["subgroups"]]
    return Picture(
        title=f"{subgroups[1]} subgroups take {three(many / one)} times as long as {subgroups[0]}",
        subtitle="Microseconds for one log-rank test as the work grows; both scales go by tens. "
        "What is not changed stays at 1,000 trials, 370 patients and 20 subgroups",
        source=ONE_RUN.partition(";")[0],
        alt=f"Three lines of microseconds for one log-rank test. {said}.",
        body=lambda sheet: _draw_growth(sheet, panels),
        height=330,
        narrow_height=560,
    )


def _find(speed, task, program, call):
    """The line of the table, or None where the program was not there."""
    wanted = {"task": task, "program": program, "call": call}
    rows = speed[np.all([speed[key] == value for key, value in wanted.items()], axis=0)]
    return rows.iloc[0] if len(rows) else None


def _draw_speed(sheet: Sheet, rows) -> None:
    low = math.floor(math.log10(min(value for _, value in rows)))
    high = math.ceil(math.log10(max(value for _, value in rows)))
    panel = sheet.panel(
        sheet.left + 148, sheet.right - (50 if sheet.narrow else 70),
        sheet.bottom + 40, sheet.top - 6, (low, high), (len(rows), 0),
    )  # fmt: skip
    steps = range(low, high + 1)
    for step in steps:
        panel.line((step, step), panel.ylim, color=GRID, linewidth=1, zorder=0)
    labelled = steps[:: 2 if sheet.narrow else 1]
    for step in labelled:
        sheet.text(
            float(panel.x(step)), panel.bottom - 16, _power(step), color=MUTED, size=SMALL,
            ha="center",
        )  # fmt: skip
    middle = (panel.left + panel.right) / 2
    sheet.text(
        middle, panel.bottom - 33, "microseconds for one test", color=MUTED, size=SMALL,
        ha="center",
    )  # fmt: skip
    for place, (label, value) in enumerate(rows):
        mine = label in ("this course", "one cohort, shuffled")
        color, weight = (COBALAMIN, "bold") if mine else (INK, "normal")
        y = place + 0.5
        sheet.text(sheet.left, float(panel.y(y)) - 4, label, color=color, weight=weight)
        panel.points(math.log10(value), y, color=color, fill=label != ROWS[-1][-1])
        panel.note(math.log10(value), y, three(value), dx=9, color=color, size=SMALL, halo=True)


def _draw_growth(sheet: Sheet, panels) -> None:
    low, high = _powers(np.concatenate([rows["microseconds"] for rows in panels.values()]))
    count = len(panels)
    for number, (axis, rows) in enumerate(panels.items()):
        if sheet.narrow:
            height = (sheet.top - sheet.bottom) / count
            top = sheet.top - number * height - 24
            box = (sheet.left + 44, sheet.right - 20, top - height + 70, top)
        else:
            width = (sheet.right - sheet.left) / count
            left = sheet.left + number * width
            box = (left + 44, left + width - 22, sheet.bottom + 40, sheet.top - 30)
        sizes = np.log10(rows["size"].to_numpy(float))
        times = np.log10(rows["microseconds"].to_numpy(float))
        panel = sheet.panel(*box, (sizes[0], sizes[-1]), (low, high))
        ticks = range(low, high + 1)
        panel.y_axis(ticks, [_power(t) for t in ticks], "microseconds" if number == 0 else "")
        ends = [0, len(sizes) // 2, -1]
        panel.x_axis(sizes[ends], [f"{rows['size'].iloc[i]:,}" for i in ends], AXES[axis])
        panel.line(sizes, times, color=COBALAMIN, linewidth=2.4)
        panel.points(sizes, times, color=COBALAMIN, size=6)


def _powers(values):
    return math.floor(np.log10(values.min())), math.ceil(np.log10(values.max()))


def _power(step: int) -> str:
    return f"{10**step:,}" if step >= 0 else f"{10.0**step:g}"
