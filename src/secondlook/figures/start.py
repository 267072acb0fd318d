"""The pictures of chapter 0: the timeline, two curves, many intervals, one tail and two."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from secondlook._normal import upper_tail
from secondlook._planning import density
from secondlook.evidence import Moment
from secondlook.figures.style import (
    ARMS,
    COBALAMIN,
    FILL,
    INK,
    MUTED,
    SMALL,
    TEXT,
    TRUTH,
    Panel,
    Picture,
    Sheet,
    spread,
)
from secondlook.figures.tables import FoldedTable, Table

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SURE = {"high": "firm", "medium": "less firm", "low": "weak"}
_MARKS = {
    "high": {"marker": "o", "fill": True},
    "medium": {"marker": "o", "fill": False},
    "low": {"marker": "^", "fill": False, "size": 8.0},
}
# What the picture has room for; the table beside it has the whole.
_SHORT = {
    "1998-12": "Pilot published: 12 v 12 patients, 14 days",
    "2003-05-14": "A newspaper tells of 18 treated, 16 not",
    "2006-12": "The trial E0302 starts",
    "2007-10": "A review of the early work",
    "2014-03": "E0302 ends: neither primary goal is met",
    "2015-04": "A conference hears of its early patients",
    "2015-05-27": "The company applies in Japan, on E0302",
    "2015-06": "Another drug, edaravone, approved in Japan",
    "2016-03-22": "Withdrawn: data judged insufficient",
    "2017-10-17": "The trial JETALS starts",
    "2019-01": "E0302 is published",
    "2019-09-30": "JETALS ends: 130 patients randomised",
    "2022-05": "JETALS is published",
    "2023-03": "Patient association: promising, hard to know",
    "2024-01-26": "The company applies again, on JETALS",
    "2024-09-24": "Japan's health ministry approves it",
    "2024-11-20": "Launch in Japan",
}
_TRIALS = (("2006-12", "2014-03"), ("2017-10-17", "2019-09-30"))


# ---------------------------------------------------------------- the timeline


def timeline(moments: Sequence[Moment]) -> Picture:
    """Draw the dates of the story down a line that is to scale, with the two trials as bars.

    How firm the record of a date is stands in the shape of its mark.

    Raises
    ------
    ValueError
        If there is a date for which the picture has no short words.
    """
    for moment in moments:
        if moment.date not in _SHORT:
            raise ValueError(f"moments: no short words for {moment.date}; add them to _SHORT")
    first, last = moments[0], moments[-1]
    gap = round(last.year - first.year)
    return Picture(
        title=f"From a small pilot to an approval: {gap} years",
        subtitle="Filled dot: the record is firm. Hollow: less firm. Triangle: weak. "
        "Bars: the two trials",
        source="Papers, registries, company and press notices; the table below names each",
        alt=f"Timeline, {date_words(first.date)} to {date_words(last.date)}, {len(moments)} dates. "
        "A pilot in 1998; the trial E0302 from 2006 to 2014, published in 2019; the trial JETALS "
        "from 2017 to 2019, published in 2022; approval in Japan in 2024. "
        "The table below gives every date in words.",
        body=lambda sheet: _draw_timeline(sheet, moments),
        height=460,
        narrow_height=36.0 * len(moments) + 10,
    )


def _draw_timeline(sheet: Sheet, moments: Sequence[Moment]) -> None:
    axis = sheet.left + 48
    panel = sheet.panel(
        sheet.left, sheet.right, sheet.bottom + 14, sheet.top - 14,
        (sheet.left, sheet.right), (math.ceil(moments[-1].year), math.floor(moments[0].year)),
    )  # fmt: skip
    panel.line((axis, axis), panel.ylim, color=MUTED, linewidth=1)
    for year in range(2000, int(panel.ylim[0]) + 1, 5):
        panel.note(axis - 12, year, f"{year}", ha="right", color=MUTED, size=SMALL)
    years = {moment.date: moment.year for moment in moments}
    for start, end in _TRIALS:
        ends = (years[start], years[end])
        panel.line((axis, axis), ends, color=FILL, linewidth=7, solid_capstyle="butt")
    gap = 34.0 if sheet.narrow else 19.5
    places = -spread([-float(panel.y(moment.year)) for moment in moments], gap)
    places[-1] = max(places[-1], panel.bottom)
    for row in reversed(range(len(places) - 1)):  # what is pushed up by the last pushes in turn
        places[row] = max(places[row], places[row + 1] + gap)
    for moment, at in zip(moments, places, strict=True):
        panel.points(axis, moment.year, **_MARKS[moment.confidence])
        _leader(sheet, panel, (axis + 8, float(panel.y(moment.year))), (axis + 26, at))
        _moment(sheet, moment, axis + 32, at)


def _leader(sheet: Sheet, panel: Panel, start, end) -> None:
    """A thin line from a mark to its words, both in points."""
    low, high = panel.ylim
    share = [(y - panel.bottom) / (panel.top - panel.bottom) for y in (start[1], end[1])]
    panel.line((start[0], end[0]), [low + s * (high - low) for s in share], color=FILL, linewidth=1)


def _moment(sheet: Sheet, moment: Moment, x: float, y: float) -> None:
    words, date = _SHORT[moment.date], date_words(moment.date)
    if sheet.narrow:
        sheet.text(x, y + 2, date, color=MUTED, size=SMALL)
        sheet.text(x, y - 13, words, size=SMALL)
    else:
        sheet.text(x, y - 4, date, color=MUTED)
        sheet.text(x + 92, y - 4, words)


def date_words(date: str) -> str:
    """Write ``2003-05-14`` as ``14 May 2003``; a missing day or month is left out."""
    year, *rest = date.split("-")
    words = [_MONTHS[int(rest[0]) - 1], year] if rest else [year]
    return " ".join([str(int(rest[1])), *words] if len(rest) > 1 else words)


def timeline_table(moments: Sequence[Moment]) -> Table:
    """Return every date in words, with how firm its record is and who says so."""
    rows = [
        (date_words(m.date), m.event, _SURE[m.confidence], _source_words(m.source)) for m in moments
    ]
    return FoldedTable(
        ["Date", "What happened", "The record is", "Who says so"],
        rows,
        caption="The dates as a table",
    )


def _source_words(source: str) -> str:
    """A source as short words: of an address, the host; of a key, name and year."""
    parts = [part.strip() for part in source.split(";")]
    hosts = [part.split("/")[2] if part.startswith("http") else _key_words(part) for part in parts]
    return "; ".join(hosts)


def _key_words(source: str) -> str:
    """Write ``kaji2019`` as ``Kaji 2019``."""
    words = re.sub(r"\b([a-z]+)(\d{4})\b", lambda m: f"{m[1].title()} {m[2]}", source)
    return words.replace("als_worldwide", "ALS Worldwide").replace(
        "Alliance", "Patient association"
    )


# ---------------------------------------------------------------- two curves


@dataclass(frozen=True)
class ArmCurve:
    """One arm's Kaplan-Meier curve.

    Attributes
    ----------
    name : str
    months, share, lower, upper : (steps,)
        The curve and its 95% band, from month 0 to the last patient; nan where there is no band.
    median : float
        Months; inf if not reached.
    left : (patients who left,) months at which they did.
    at_risk : (ticks,) patients watched and without an event at each tick of the axis.
    truth : (points,)
        The share in the world that the patients were drawn from, over the whole axis.
    """

    name: str
    months: np.ndarray
    share: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    median: float
    left: np.ndarray
    at_risk: tuple[int, ...]
    truth: np.ndarray

    @property
    def median_words(self) -> str:
        """The median as the reader sees it."""
        return f"{self.median:.0f} months" if math.isfinite(self.median) else "not reached"


_LINES = {
    "placebo": ARMS["placebo"],
    "treated": {"color": COBALAMIN, "linestyle": "-", "linewidth": 2.8},
}


def two_curves(
    arms: Sequence[ArmCurve], ticks: Sequence[int], *, title: str, patients: int, events: int
) -> Picture:
    """Draw the curves of a simulated trial's arms over the truth they were drawn from."""
    each = "; ".join(f"{arm.name} {arm.median_words}" for arm in arms)
    left = sum(len(arm.left) for arm in arms)
    return Picture(
        title=title,
        subtitle=f"{patients} patients, {events} events; small ticks: {left} who left; "
        "dots: medians; fine lines: the truth",
        source="A simulated trial of a drug that does not exist; bands are 95% intervals",
        alt=f"Two survival curves with numbers at risk. {title}. {patients} patients, {events} "
        f"events, {left} left early. Medians: {each}.",
        body=lambda sheet: _draw_curves(sheet, arms, ticks),
        height=420,
        narrow_height=370,
    )


def _draw_curves(sheet: Sheet, arms: Sequence[ArmCurve], ticks: Sequence[int]) -> None:
    panel = sheet.panel(
        sheet.left + 66, sheet.right - 62, sheet.bottom + 65 + 16 * len(arms), sheet.top - 32,
        (0, ticks[-1]), (0, 1),
    )  # fmt: skip
    panel.x_axis(ticks, [f"{tick}" for tick in ticks], "months since treatment began")
    shares = (0, 0.25, 0.5, 0.75, 1)
    panel.y_axis(shares, ("0", "25", "50", "75", "100%"), "patients without an event")
    ends = []
    for arm in arms:
        line = _LINES[arm.name]
        known = np.isfinite(arm.lower)
        if known.any():
            panel.band(arm.months[known], arm.lower[known], arm.upper[known], color=line["color"])
        panel.steps(arm.months, arm.share, **line)
        _ticks(panel, arm, line["color"])
        truth = np.linspace(0, ticks[-1], len(arm.truth))
        panel.line(truth, arm.truth, color=TRUTH, linewidth=1, zorder=3)
        if math.isfinite(arm.median):
            panel.points(arm.median, 0.5, color=line["color"], size=6)
        words = {"color": line["color"], "weight": "bold"}
        ends.append((ticks[-1], arm.share[-1], arm.name, words))
    panel.end_labels(ends, dx=6)
    panel.number_at_risk(ticks, {arm.name: arm.at_risk for arm in arms}, margin=66)


def _ticks(panel: Panel, arm: ArmCurve, color: str) -> None:
    """A short stroke on the curve where a patient left; one line with gaps is one SVG path."""
    if len(arm.left) == 0:
        return
    at = arm.share[np.searchsorted(arm.months, arm.left, side="right") - 1]
    x = np.repeat(arm.left, 3).astype(float)
    y = np.column_stack([at - 0.012, at + 0.012, np.full(len(at), np.nan)]).ravel()
    panel.line(x, y, color=color, linewidth=1)


# ---------------------------------------------------------------- many intervals


def intervals(hr, lower, upper, truth: float) -> Picture:
    """Draw the intervals of repeated trials as a stack, over the truth that all of them share.

    The first trial's interval is a band down the stack, so that one sees which of the later
    estimates fall inside it.

    Parameters
    ----------
    hr, lower, upper : (trials,)
        Hazard ratios with their 95% limits; two trials at least.
    truth : float
    """
    hr, lower, upper = (np.asarray(each, float) for each in (hr, lower, upper))
    missed = (lower > truth) | (upper < truth)
    outside = (hr <= lower[0]) | (hr >= upper[0])
    return Picture(
        title=f"{outside.sum()} of {len(hr) - 1} repeats fall outside the first trial's interval",
        subtitle="Grey band: the first interval, at the top; hollow dots: estimates outside it; "
        f"thick bars: {missed.sum()} intervals that miss the truth",
        source=f"Simulated trials; fine upright line: the truth, {truth:.2f}",
        alt=f"A stack of {len(hr)} intervals around a line at the true hazard ratio {truth:.2f}. "
        f"{missed.sum()} of them do not reach the line. The first runs from {lower[0]:.2f} to "
        f"{upper[0]:.2f}; {outside.sum()} later estimates lie outside it. The estimates run from "
        f"{hr.min():.2f} to {hr.max():.2f}.",
        body=lambda sheet: _draw_intervals(sheet, hr, lower, upper, truth, (missed, outside)),
        height=430,
        narrow_height=390,
    )


def _draw_intervals(sheet: Sheet, hr, lower, upper, truth, marks) -> None:
    missed, outside = marks
    ticks = [t for t in (0.25, 0.35, 0.5, 0.7, 1, 1.4, 2) if lower.min() * 0.8 < t]
    low, high = min(lower.min(), ticks[0]), max(upper.max(), 1.4)
    panel = sheet.panel(
        sheet.left + 16, sheet.right - 16, sheet.bottom + 40, sheet.top - 8,
        (math.log(low), math.log(high)), (0, len(hr) + 1),
    )  # fmt: skip
    shown = [t for t in ticks if t <= high]
    panel.x_axis(np.log(shown), [f"{t:g}" for t in shown], "hazard ratio, treated v placebo")
    rows = np.arange(len(hr), 0, -1)
    panel.band(np.log([lower[0], upper[0]]), [0, 0], [rows[0]] * 2, color=MUTED)
    for some, color, width in ((~missed, FILL, 1.5), (missed, COBALAMIN, 4.0)):
        if some.any():
            x = np.log(lower[some]), np.log(upper[some])
            panel.segments(*x, rows[some], color=color, width=width)
    for some, fill in ((~outside, True), (outside, False)):
        if some.any():
            panel.points(np.log(hr[some]), rows[some], size=3.5 if fill else 4.5, fill=fill)
    panel.truth(math.log(truth))


# ---------------------------------------------------------------- one tail and two


def tails(z: float) -> Picture:
    """Draw what a two-sided and a one-sided p count, for a z that is negative for a benefit."""
    two, one = 2 * float(upper_tail(abs(z))), float(upper_tail(-z))
    side = "benefit" if z < 0 else "harm"
    return Picture(
        title=f"The same result: two-sided p {two:.2f}, one-sided p {one:.2f}",
        subtitle="What a drug that does nothing would give; shaded: what the p counts",
        source=f"The normal curve; the upright line is a result {abs(z):.2f} standard errors "
        f"towards {side}",
        alt="Two normal curves with a line at the same result on the side of "
        f"{side}. Two-sided, both tails beyond it are shaded, {two:.2f}. One-sided for benefit, "
        f"all that lies on the side of benefit is shaded, {one:.2f}.",
        body=lambda sheet: _draw_tails(sheet, z, two, one),
        height=300,
        narrow_height=400,
    )


def _draw_tails(sheet: Sheet, z: float, two: float, one: float) -> None:
    left, right = sheet.left + 8, sheet.right - 8
    low, high = sheet.bottom + 42, sheet.top - 28
    if sheet.narrow:
        half = (high - low - 84) / 2
        boxes = ((left, right, high - half, high), (left, right, low, low + half))
    else:
        half = (right - left - 40) / 2
        boxes = ((left, left + half, low, high), (right - half, right, low, high))
    grid = np.linspace(-3.5, 3.5, 141)
    shaded = (np.abs(grid) >= abs(z), grid <= z)
    names = (f"Two-sided, p {two:.2f}", f"One-sided for benefit, p {one:.2f}")
    for box, some, name in zip(boxes, shaded, names, strict=True):
        panel = sheet.panel(*box, (-3.5, 3.5), (0, 0.42))
        height = density(grid)
        # three runs at most: left of, between and right of the result and its mirror image
        for run in np.split(np.arange(len(grid)), np.flatnonzero(np.diff(some)) + 1):
            if some[run[0]]:
                panel.band(grid[run], 0 * grid[run], height[run], color=COBALAMIN, opacity=0.35)
        panel.line(grid, height, color=INK, linewidth=1.6)
        panel.line((z, z), (0, 0.36), color=INK, linewidth=1.6)
        panel.x_axis((-2.4, 0, 2.4), ("benefit", "no difference", "harm"))
        sheet.text(box[0], box[3] + 8, name, size=TEXT, weight="bold")
