"""The pictures of chapter 5: what changed, the run-in, the bias, the percent, the opinions."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from secondlook.figures import style
from secondlook.figures.style import COBALAMIN, FILL, INK, MUTED, SMALL, Panel, Picture, Sheet

SLATE = style.LIGHT["placebo"]
_DASHED = (0, (5, 3))
_SIGN = {"changed": "≠", "same": "=", "open": "?"}
_CELL, _CELL_NARROW = 39, 50


# ---------------------------------------------------------------- what changed


@dataclass(frozen=True)
class Feature:
    """One feature of two studies: what each did, whether it changed, and if a claim hangs on it."""

    name: str
    first: str
    second: str
    state: str  # "changed", "same" or "open"
    bears: bool


def changes(
    features: Sequence[Feature], names: tuple[str, str], *, title: str, subtitle: str, source: str
) -> Picture:
    """Draw two studies side by side; the features that a claim hangs on stand out.

    Parameters
    ----------
    features : sequence of Feature
    names : two str
        The studies.
    title, subtitle, source : str
    """
    wide = sum(16 * _lines(f, _CELL) + 9 for f in features)
    narrow = sum(15.5 * (1 + _narrow_lines(f, names)) + 9 for f in features)
    bears = ", ".join(f.name.lower() for f in features if f.bears) or "none"
    changed = [f.name.lower() for f in features if f.state == "changed"]
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Table of {len(features)} features of {names[0]} and {names[1]}. "
        f"{len(changed)} changed: {', '.join(changed)}. The claim hangs on: {bears}.",
        body=lambda sheet: _draw_changes(sheet, features, names),
        height=wide + 128,
        narrow_height=narrow + 16,
    )


def _lines(feature: Feature, width: int) -> int:
    return max(len(textwrap.wrap(words, width)) for words in (feature.first, feature.second))


def _narrow_lines(feature: Feature, names) -> int:
    told = zip(names, (feature.first, feature.second), strict=True)
    return sum(len(textwrap.wrap(f"{name}: {words}", _CELL_NARROW)) for name, words in told)


def _draw_changes(sheet: Sheet, features, names) -> None:
    columns = (sheet.left + 160, sheet.left + 440)
    y = sheet.top - 16
    if not sheet.narrow:
        for x, name in zip(columns, names, strict=True):
            sheet.text(x, y, name, weight="bold", size=SMALL)
        y -= 22
    for feature in features:
        color = COBALAMIN if feature.bears else INK
        sign = f"{_SIGN[feature.state]} {feature.name}"
        sheet.text(sheet.left, y, sign, size=SMALL, weight="bold", color=color)
        tall = 16 * _lines(feature, _CELL) if not sheet.narrow else 16
        _mark(sheet, y, tall, feature.bears)
        if sheet.narrow:
            y = _draw_stacked(sheet, y, feature, names)
            continue
        for x, words in zip(columns, (feature.first, feature.second), strict=True):
            for row, line in enumerate(textwrap.wrap(words, _CELL)):
                sheet.text(x, y - 16 * row, line, size=SMALL)
        y -= 16 * _lines(feature, _CELL) + 9
    _mark(sheet, y, 16, False)


def _mark(sheet: Sheet, y: float, tall: float, bears: bool) -> None:
    """A rule over each feature, and a bar beside those that the claim hangs on."""
    panel = sheet.panel(sheet.left, sheet.right, y - tall + 10, y + 13, (0, 1), (0, 1))
    panel.line((0, 1), (1, 1), color=style.GRID, linewidth=1)
    if bears:
        panel.line((-0.006, -0.006), (0, 1), color=COBALAMIN, linewidth=3)


def _draw_stacked(sheet: Sheet, y: float, feature: Feature, names) -> float:
    for name, words in zip(names, (feature.first, feature.second), strict=True):
        for line in textwrap.wrap(f"{name}: {words}", _CELL_NARROW):
            y -= 15.5
            sheet.text(sheet.left + 8, y, line, size=SMALL)
    return y - 15.5 - 9


# ---------------------------------------------------------------- visit by visit


@dataclass(frozen=True)
class Course:
    """An arm's mean change at each visit, with its interval."""

    week: Sequence[float]
    mean: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    printed: float  # at the last visit


def visits(arms: Mapping[str, Course], *, title: str, subtitle: str, source: str) -> Picture:
    """Draw mean changes by visit, and the printed ones at the end.

    Parameters
    ----------
    arms : dict of arm to Course
    title, subtitle, source : str
    """
    told = "; ".join(f"{arm} {_points(c.mean[-1])}, printed {_points(c.printed)}"
                     for arm, c in arms.items())  # fmt: skip
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Two falling lines from week 0 to week {arms['placebo'].week[-1]:g}, with intervals. "
        f"At the last visit: {told}.",
        body=lambda sheet: _draw_visits(sheet, arms),
    )


def _draw_visits(sheet: Sheet, arms: Mapping[str, Course]) -> None:
    right = sheet.right - (112 if sheet.narrow else 190)
    panel = sheet.panel(
        sheet.left + 40, right, sheet.bottom + 44, sheet.top - 30, (-0.6, 16.6), (-6.2, 0.4)
    )
    panel.y_axis((-6, -4, -2, 0), ("−6", "−4", "−2", "0"), "mean change of the ALSFRS-R, points")
    weeks = arms["placebo"].week
    panel.x_axis(weeks, [f"{week:g}" for week in weeks], "week")
    labels = []
    for place, (arm, course) in enumerate(arms.items()):
        line = style.ARMS[arm]
        shift = 0.12 * (2 * place - 1)
        panel.line(np.array(course.week) + shift, course.mean, **line)
        for week, low, high in zip(course.week, course.lower, course.upper, strict=True):
            panel.line((week + shift,) * 2, (low, high), color=line["color"], linewidth=1.3)
        panel.points(course.week[-1] + shift, course.printed, color=line["color"], fill=False,
                     marker="D", size=8)  # fmt: skip
        words = f"{arm}: {_points(course.mean[-1])}"
        told = {"color": style.ARM_TEXT[arm], "weight": "bold"}
        labels.append((16.6, course.mean[-1], words, told))
    panel.end_labels(labels)


# ---------------------------------------------------------------- the run-in as a filter


@dataclass(frozen=True)
class Pace:
    """One row: how many times as fast as in the run-in, computed or printed."""

    label: str
    times: float
    kind: str  # "computed" or "published"


def run_in(
    everyone: np.ndarray, enrolled: np.ndarray, share: float, seen: float,
    paces: Sequence[Pace], *, title: str, subtitle: str, source: str,
) -> Picture:  # fmt: skip
    """Draw the true losses of those who enter and of those enrolled, and how fast they go on.

    Parameters
    ----------
    everyone, enrolled : (people,) true losses in the run-in, points.
    share : of those who enter, the share enrolled.
    seen : mean observed loss of the enrolled.
    paces : sequence of Pace
    title, subtitle, source : str
    """

    def body(sheet: Sheet) -> None:
        deep = 27 * len(paces)
        if sheet.narrow:
            top = (sheet.left + 10, sheet.right - 10, sheet.top - 200, sheet.top - 60)
            under = (sheet.left + 150, sheet.right - 22, sheet.bottom + 40,
                     sheet.bottom + 40 + deep)  # fmt: skip
        else:
            top = (sheet.left + 10, sheet.left + 330, sheet.bottom + 40, sheet.top - 60)
            under = (sheet.left + 500, sheet.right - 24, top[3] - 8 - deep, top[3] - 8)
        _draw_losses(sheet, top, everyone, enrolled, share, seen)
        _draw_paces(sheet, under, paces)

    told = "; ".join(f"{p.label} {p.times:.2f}" for p in paces)
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Two heaps of true losses, of all and of the {share:.0%} enrolled. Seen mean "
        f"{seen:.2f}, true mean {enrolled.mean():.2f} points. Times as fast afterwards: {told}.",
        body=body,
        narrow_height=326 + 27 * len(paces),
    )


def _draw_losses(sheet: Sheet, box, everyone, enrolled, share, seen) -> None:
    edges = np.arange(-2.0, 8.01, 0.25)
    heaps = [np.histogram(np.clip(x, -1.99, 7.99), edges)[0] / len(x) for x in (everyone, enrolled)]
    heaps[1] = heaps[1] * share
    panel = sheet.panel(*box, (-2, 8), (0, 1.08 * max(h.max() for h in heaps)))
    panel.x_axis((0, 2, 4, 6, 8), ("0", "2", "4", "6", "8"), "points truly lost in the run-in")
    for heap, color in zip(heaps, (FILL, COBALAMIN), strict=True):
        y = np.r_[heap, heap[-1]]
        panel.band(edges, np.zeros(len(edges)), y, color=color, opacity=0.3)
        panel.steps(edges, y, color=color, linewidth=1.6)
    panel.line((seen, seen), panel.ylim, color=INK, linewidth=1.6, linestyle=_DASHED)
    panel.truth(float(enrolled.mean()))
    sheet.text(
        box[0], box[3] + 40, f"grey: all who enter; red: the {share:.0%} enrolled", size=SMALL
    )
    sheet.text(box[0], box[3] + 24, f"dashed: {seen:.2f} points seen, mean of the enrolled",
               size=SMALL)  # fmt: skip
    sheet.text(box[0], box[3] + 8, f"fine line: {enrolled.mean():.2f} points in truth", size=SMALL)


def _draw_paces(sheet: Sheet, box, paces: Sequence[Pace]) -> None:
    panel = sheet.panel(*box, (0, 3), (len(paces) - 0.5, -0.5))
    sheet.text(box[0] - 144, box[3] + 16, "Times as fast as in the run-in", weight="bold")
    panel.x_axis((0, 1, 2, 3), ("0", "1", "2", "3"))
    panel.line((1, 1), panel.ylim, color=MUTED, linewidth=1)
    for y, pace in enumerate(paces):
        panel.segments([0], [3], [y], color=style.GRID, width=1)
        at = min(pace.times, 2.95)
        if pace.kind == "published":
            panel.published(at, y)
        else:
            panel.points(at, y, color=COBALAMIN, size=9)
        told = {"color": COBALAMIN, "weight": "bold"} if pace.kind == "computed" else {}
        panel.note(0, y, pace.label, dx=-8, ha="right", size=SMALL, **told)
        dx, ha = (-10, "right") if at > 2.4 else (10, "left")
        panel.note(at, y, f"{pace.times:.2f}", dx=dx, ha=ha, size=SMALL, halo=True, **told)


# ---------------------------------------------------------------- the budget of bias


@dataclass(frozen=True)
class Bar:
    """A difference with its interval."""

    label: str
    value: float
    lower: float
    upper: float
    kind: str  # "computed" or "published"


def bias(
    share: float, points: float, others: float, tipping: float, whole: float, bars: Sequence[Bar],
    *, title: str, subtitle: str, source: str,
) -> Picture:  # fmt: skip
    """Draw how many guessers, each off by how much, take a result away, and where the reader is.

    Parameters
    ----------
    share, points : of the treated who guess, and what a guess adds.
    others : bias in points that comes from the other arm.
    tipping, whole : the bias that ends significance, and the whole difference.
    bars : sequence of Bar
    title, subtitle, source : str
    """

    def body(sheet: Sheet) -> None:
        if sheet.narrow:
            top = (sheet.left + 34, sheet.right - 14, sheet.top - 250, sheet.top - 34)
            under = (sheet.left + 8, sheet.right - 8, sheet.bottom + 40, sheet.bottom + 124)
        else:
            top = (sheet.left + 34, sheet.left + 390, sheet.bottom + 44, sheet.top - 34)
            under = (sheet.left + 440, sheet.right - 10, top[2] + 60, top[2] + 174)
        _draw_budget(sheet, top, share, points, others, tipping, whole)
        _draw_intervals(sheet, under, bars, (-2.2, 6.2), (-2, 0, 2, 4, 6), "points")

    told = "; ".join(f"{b.label}: {b.value:.2f} ({b.lower:.2f} to {b.upper:.2f})" for b in bars)
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Plane of the share who guess and the points each shifts, with two curves: "
        f"{tipping:.2f} points end significance, {whole:.2f} are the whole difference. Chosen: "
        f"{share:.0%} and {points:.1f} points. {told}.".replace("-", "−"),
        body=body,
        narrow_height=440,
    )


def _draw_budget(sheet: Sheet, box, share, points, others, tipping, whole) -> None:
    panel = sheet.panel(*box, (0, 1), (-1, 3))
    ticks = (0, 0.25, 0.5, 0.75, 1)
    panel.x_axis(ticks, [f"{100 * t:.0f}" for t in ticks], "% of the treated who guess their arm")
    panel.y_axis((-1, 0, 1, 2, 3), ("−1", "0", "1", "2", "3"), "points that each guess adds")
    for need, words, width in ((tipping, f"{tipping:.2f}: no longer significant", 2.4),
                               (whole, f"{whole:.2f}: nothing left", 1.4)):  # fmt: skip
        x = np.linspace(0.02, 1, 120)
        y = (need - others) / x
        inside = (y <= 3) & (y >= -1)
        if inside.sum() > 1:
            panel.line(x[inside], y[inside], color=COBALAMIN, linewidth=width)
            end = float(y[inside][-1])
            under = -10 if end > -0.5 else 10  # off the curve, and inside the panel
            panel.note(1, end, words, dx=-4, dy=under, ha="right", size=SMALL, halo=True,
                       color=COBALAMIN)  # fmt: skip
    panel.points(share, points, color=INK, marker="s", size=10)


def _draw_intervals(sheet: Sheet, box, bars: Sequence[Bar], xlim, ticks, foot, unit="") -> None:
    panel = sheet.panel(*box, xlim, (len(bars) - 0.5, -0.5))
    panel.x_axis(ticks, [f"{t:g}".replace("-", "−") for t in ticks], foot)
    for y, bar in enumerate(bars):
        panel.line((0, 0), (y + 0.02, y + 0.42), color=MUTED, linewidth=1)  # clear of the words
        known = bar.kind == "published"
        color = INK if known else COBALAMIN
        ends = np.clip((bar.lower, bar.upper), *xlim)
        panel.line(ends, (y + 0.22,) * 2, color=color, linewidth=2.2)
        if known:
            panel.published(bar.value, y + 0.22)
        else:
            panel.points(np.clip(bar.value, *xlim), y + 0.22, color=color, size=8)
        digits = 0 if unit else 2
        words = (
            f"{bar.label}: {bar.value:.{digits}f}{unit} "
            f"({bar.lower:.{digits}f} to {bar.upper:.{digits}f})"
        )
        panel.note(xlim[0], y - 0.18, words.replace("-", "−"), size=SMALL, color=color, halo=True)


# ---------------------------------------------------------------- how much is 43%?


@dataclass(frozen=True)
class Path:
    """A mean score over the weeks: until week 16 measured, later assumed."""

    label: str
    week: Sequence[float]
    score: Sequence[float]


def share_saved(
    paths: Mapping[str, Path], bars: Sequence[Bar], *, title: str, subtitle: str, source: str
) -> Picture:
    """Draw the whole scale with both arms' course, and the difference as a share of the loss.

    Parameters
    ----------
    paths : dict of arm to Path
    bars : sequence of Bar
        In percent.
    title, subtitle, source : str
    """

    def body(sheet: Sheet) -> None:
        deep = 46 * len(bars)
        if sheet.narrow:
            top = (sheet.left + 30, sheet.right - 84, sheet.top - 230, sheet.top - 34)
            under = (sheet.left + 8, sheet.right - 8, sheet.bottom + 40, sheet.bottom + 40 + deep)
        else:
            top = (sheet.left + 30, sheet.left + 320, sheet.bottom + 44, sheet.top - 34)
            under = (sheet.left + 430, sheet.right - 10, top[3] - 20 - deep, top[3] - 20)
        _draw_paths(sheet, top, paths)
        _draw_intervals(sheet, under, bars, (-4, 104), (0, 25, 50, 75, 100),
                        "% of the loss without the drug", "%")  # fmt: skip

    ends = "; ".join(f"{p.label} {p.score[-1]:.1f}" for p in paths.values())
    told = "; ".join(f"{b.label}: {b.value:.0f}% ({b.lower:.0f} to {b.upper:.0f})" for b in bars)
    weeks = next(iter(paths.values())).week[-1]
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Two falling lines on the scale from 0 to 48, after {weeks:g} weeks: {ends}. "
        f"Intervals of the share saved: {told}.",
        body=body,
        narrow_height=300 + 46 * len(bars) + 40,
    )


def _draw_paths(sheet: Sheet, box, paths: Mapping[str, Path]) -> None:
    last = next(iter(paths.values())).week[-1]
    panel = sheet.panel(*box, (0, last), (0, 48))
    panel.y_axis((0, 12, 24, 36, 48), ("0", "12", "24", "36", "48"), "mean score, whole scale")
    ticks = range(0, last + 1, 4) if last <= 16 else (0, 16, last)
    panel.x_axis(ticks, [f"{t:g}" for t in ticks], "week")
    labels = []
    for arm, path in paths.items():
        line = dict(style.ARMS[arm])
        week, score = np.asarray(path.week), np.asarray(path.score)
        seen = week <= 16
        panel.line(week[seen], score[seen], **line)
        if not seen.all():
            rest = ~seen | (week == 16)
            panel.line(week[rest], score[rest], **{**line, "linestyle": (0, (2, 2))})
        told = {"color": style.ARM_TEXT[arm], "weight": "bold"}
        labels.append((last, score[-1], f"{path.label} {score[-1]:.1f}", told))
    if last > 16:
        panel.line((16, 16), panel.ylim, color=MUTED, linewidth=1)
    panel.end_labels(labels, dx=6)


# ---------------------------------------------------------------- opinions


@dataclass(frozen=True)
class Held:
    """One opinion at one stage: its median and interval."""

    median: float
    lower: float
    upper: float


_LOOK = {"sceptic": (SLATE, "o"), "neutral": (INK, "s"), "enthusiast": (COBALAMIN, "^")}
_RATIOS = (0.2, 2.4)


def opinions(
    course: Mapping[str, Sequence[Held]], stages: Sequence[str], ends: Mapping[str, str],
    useful: float, *, title: str, subtitle: str, source: str,
) -> Picture:  # fmt: skip
    """Draw opinions as they meet one piece of evidence after another.

    Parameters
    ----------
    course : dict of opinion ("sceptic", "neutral", "enthusiast") to one Held a stage
    stages : sequence of str
    ends : dict of opinion to the words at its end
    useful : float
        The ratio at which a benefit counts as useful.
    title, subtitle, source : str
    """
    told = "; ".join(f"{name} {held[-1].median:.2f} ({held[-1].lower:.2f} to {held[-1].upper:.2f})"
                     for name, held in course.items())  # fmt: skip
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Three opinions on the ratio of pace, as medians with intervals, at {len(stages)} "
        f"stages: {', '.join(stages)}. At the end: {told}.",
        body=lambda sheet: _draw_opinions(sheet, course, stages, ends, useful),
        height=400,
        narrow_height=400,
    )


def _draw_opinions(sheet: Sheet, course, stages, ends, useful) -> None:
    bottom = sheet.bottom + (100 if sheet.narrow else 44)
    right = sheet.right - (10 if sheet.narrow else 210)
    low, high = (math.log(x) for x in _RATIOS)
    panel = sheet.panel(sheet.left + 36, right, bottom, sheet.top - 34,
                        (-0.5, len(stages) - 0.5), (low, high))  # fmt: skip
    ticks = (0.25, 0.5, 0.75, 1, 1.5, 2)
    panel.y_axis(np.log(ticks), [f"{t:g}" for t in ticks], "pace with the drug / pace without")
    panel.x_axis(range(len(stages)), list(stages))
    panel.line(panel.xlim, (0, 0), color=INK, linewidth=1.2)
    panel.line(panel.xlim, (math.log(useful),) * 2, color=MUTED, linewidth=1.2, linestyle=_DASHED)
    for place, (name, held) in enumerate(course.items()):
        _draw_opinion(panel, np.arange(len(stages)) + 0.22 * (place - 1), held, *_LOOK[name])
    _name_opinions(sheet, panel, course, ends)


def _draw_opinion(panel: Panel, x, held: Sequence[Held], color: str, marker: str) -> None:
    low, high = panel.ylim
    panel.line(x, [math.log(h.median) for h in held], color=color, linewidth=0.8)
    for at, h in zip(x, held, strict=True):
        ends = np.clip(np.log((h.lower, h.upper)), low, high)
        panel.line((at, at), ends, color=color, linewidth=2)
    panel.points(x, [math.log(h.median) for h in held], color=color, marker=marker, size=7)


def _name_opinions(sheet: Sheet, panel: Panel, course, ends) -> None:
    if sheet.narrow:
        y = panel.bottom - 50
        for name in course:
            sheet.text(sheet.left, y, f"{name}: {ends[name]}", size=SMALL, color=_LOOK[name][0],
                       weight="bold")  # fmt: skip
            y -= 17
        return
    labels = []
    for name, held in course.items():
        told = {"color": _LOOK[name][0], "weight": "bold"}
        words = f"{name}: {ends[name]}"
        labels.append((panel.xlim[1], math.log(held[-1].median), words, told))
    panel.end_labels(labels, dx=4)


def _points(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
