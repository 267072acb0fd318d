"""The last pictures of chapter 3: what a failed trial leaves open, what chances cost, and harm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from secondlook.figures import style
from secondlook.figures.style import COBALAMIN, FILL, INK, MUTED, Panel, Picture, Sheet
from secondlook.forensics import Estimate, compatibility

SLATE = style.LIGHT["placebo"]
_DASHED = (0, (5, 3))
_SHOWN = (0.4, 1.6)  # hazard ratios


@dataclass(frozen=True)
class Truth:
    """A true hazard ratio that matters: what it means, and how well it goes with the result."""

    ratio: float
    words: str
    p: float
    fits: bool

    @property
    def text(self) -> str:
        return f"{self.ratio:g}"


@dataclass(frozen=True)
class PRow:
    """One test: its printed p, what a plan makes of it, and the adjusted p in print."""

    label: str
    crude: float
    ours: float
    printed: float


@dataclass(frozen=True)
class Bar:
    """A bar with its label and its length."""

    label: str
    value: float


@dataclass(frozen=True)
class HarmRow:
    """Patients with an event in one arm, and the difference to placebo as shares."""

    label: str
    events: int
    patients: int
    difference: float
    lower: float
    upper: float


# ---------------------------------------------------------------- paint the interval


def painted(
    estimate: Estimate, limits: tuple[float, float], tried: tuple[float, float],
    truths: Sequence[Truth], *, level: float, contrast: str,
) -> Picture:  # fmt: skip
    """Draw how well each true hazard ratio goes with a printed one, and what the interval paints.

    Parameters
    ----------
    estimate : Estimate
        As printed.
    limits : pair of float
        The interval at the level shown.
    tried : (ratio, p)
        The reader's.
    truths : sequence of Truth
        The ratios that matter, in rising order.
    level : float
    contrast : str
        "both doses v placebo".
    """
    out = [t.text for t in truths if not t.fits]
    open_ = [t.text for t in truths if t.fits]
    said = f"rules out {_list(out)}" if out else "rules out none of the five"

    def body(sheet: Sheet) -> None:
        if sheet.narrow:
            box = (sheet.left + 34, sheet.right - 12, sheet.top - 224, sheet.top - 36)
            side = (sheet.left, sheet.bottom + 8)
        else:
            box = (sheet.left + 34, sheet.left + 430, sheet.bottom + 40, sheet.top - 32)
            side = (sheet.left + 470, box[3] - 124)
        _draw_curve(sheet, box, estimate, limits, tried, level)
        _draw_truths(sheet, side, truths)

    return Picture(
        title=f"{_first_up(contrast)}: the {level:.0%} interval {said} and leaves open "
        f"{_list(open_)}",
        subtitle="For each true hazard ratio: the share of such trials that land as far from it "
        "as this one, or farther (the two-sided p)",
        source="Hollow diamond: Kaji 2019, Table 2A; the curve is rebuilt from its interval",
        alt=f"Curve over true hazard ratios with its peak at the published {estimate.value:.2f}. "
        f"The {level:.0%} interval reaches from {limits[0]:.2f} to {limits[1]:.2f}. "
        f"Tried: {tried[0]:.2f}, p {_p(tried[1])}. "
        + " ".join(f"{t.text} ({t.words}): {'fits' if t.fits else 'ruled out'}." for t in truths),
        body=body,
        narrow_height=410,
    )


def _draw_curve(sheet: Sheet, box, estimate: Estimate, limits, tried, level: float) -> None:
    panel = sheet.panel(*box, tuple(np.log(_SHOWN)), (0, 1))
    ticks = (0.4, 0.5, 0.6, 0.75, 1, 1.2, 1.6)
    panel.x_axis(np.log(ticks), [f"{t:g}" for t in ticks], "true hazard ratio, below 1: benefit")
    panel.y_axis((0, 0.25, 0.5, 0.75, 1), ("0", "25", "50", "75", "100%"), "as far off, or farther")
    inside = np.clip(limits, *_SHOWN)
    band = np.exp(np.linspace(*np.log(inside), 60))
    p = compatibility(band, estimate)
    panel.band(np.log(band), np.zeros(60), p, color=COBALAMIN)
    grid = np.exp(np.linspace(*np.log(_SHOWN), 140))
    panel.line(np.log(grid), compatibility(grid, estimate), color=SLATE, linewidth=1.8)
    panel.line(panel.xlim, (1 - level,) * 2, color=INK, linewidth=1, linestyle=_DASHED)
    panel.line(np.log(inside), (1 - level,) * 2, color=COBALAMIN, linewidth=5)
    panel.line((0, 0), panel.ylim, color=MUTED, linewidth=1)
    panel.published(math.log(estimate.value), 1)
    panel.note(math.log(estimate.value), 1, "published", dx=-12, ha="right", halo=True)
    _draw_tried(panel, tried)


def _draw_tried(panel: Panel, tried) -> None:
    ratio, p = tried
    x = math.log(ratio)
    panel.line((x, x), (0, p), color=COBALAMIN, linewidth=1.2, linestyle=_DASHED)
    panel.points(x, p, color=COBALAMIN, marker="s", size=9)
    left = 0.62 < ratio < 0.88 or ratio > 1.1  # words stay on the sheet, and off the curve
    panel.note(x, min(p, 0.84), f"{ratio:.2f}: {_share(p)}", dx=-12 if left else 12,
               dy=16 if p < 0.15 else 0, ha="right" if left else "left",
               color=COBALAMIN, weight="bold", halo=True)  # fmt: skip


def _draw_truths(sheet: Sheet, corner, truths: Sequence[Truth]) -> None:
    left, bottom = corner
    sheet.text(left, bottom + 26 * len(truths) - 8, "If the truth were", weight="bold")
    for row, truth in enumerate(reversed(truths)):
        y = bottom + 24 * row
        told = {"color": INK} if truth.fits else {"color": COBALAMIN, "weight": "bold"}
        sheet.text(left, y, f"{truth.text}, {truth.words}")
        sheet.text(left + 160, y, "fits" if truth.fits else "ruled out", **told)


# ---------------------------------------------------------------- several chances


def chances(
    bars: Sequence[Bar], rows: Sequence[PRow], *, alpha: float, plan: str, trials: int, paid: bool
) -> Picture:
    """Draw how often a useless drug succeeds with several chances, and the printed p values.

    Parameters
    ----------
    bars : sequence of Bar
        Shares of null trials; the last is that of the reader's plan.
    rows : sequence of PRow
    alpha : float
        The level of one test that is looked at once.
    plan : str
        "4 tests, 3 looks".
    trials : int
        How many null trials.
    paid : bool
        The tests are corrected for being several.
    """
    share = bars[-1].value
    most = max(*(bar.value for bar in bars), 2 * alpha)

    def body(sheet: Sheet) -> None:
        deep = 36 * len(rows)
        if sheet.narrow:
            top = (sheet.left, sheet.right - 52, sheet.top - 24 - 44 * len(bars), sheet.top - 24)
            under = (sheet.left + 8, sheet.right - 8, sheet.bottom + 40, sheet.bottom + 40 + deep)
        else:
            high = sheet.top - 62
            top = (sheet.left, sheet.left + 250, sheet.top - 40 - 54 * len(bars), sheet.top - 40)
            under = (sheet.left + 350, sheet.right - 14, high - deep, high)
        sheet.text(top[0], top[3] + 8, "Useless drugs that succeed", weight="bold")
        _draw_bars(sheet, top, bars, most, lambda b: f"{b:.1%}")
        _draw_p(sheet, under, rows, paid)

    cost = f"not {alpha:.1%}" if f"{share:.1%}" != f"{alpha:.1%}" else "as one test does"
    ours = "; ".join(
        f"{r.label} {r.crude:.2f}, here {r.ours:.2f}, printed adjusted {r.printed:.2f}"
        for r in rows
    )
    return Picture(
        title=f"{_first_up(plan)}: a useless drug succeeds in {share:.1%} of trials, {cost}",
        subtitle=f"Bars: share of {trials:,} simulated trials of a useless drug. Dots: the printed "
        "p values and what this plan would make of them",
        source="Bars: simulated. Hollow diamond: adjusted p, and dot: crude p, Kaji 2019, Table 2A",
        alt=f"Bars and dots. {'; '.join(f'{b.label}: {b.value:.1%}' for b in bars)}. "
        f"p values: {ours}.",
        body=body,
        height=352,
        narrow_height=120 + 44 * len(bars) + 36 * len(rows),
    )


def _draw_bars(sheet: Sheet, box, bars: Sequence[Bar], most: float, words) -> None:
    """Horizontal bars with their label above and their number at the end; the last is told."""
    panel = sheet.panel(*box, (0, most), (len(bars) - 0.4, -0.6))
    for i, bar in enumerate(bars):
        told = i == len(bars) - 1
        panel.segments([0], [bar.value], [i + 0.1], color=COBALAMIN if told else FILL, width=12)
        panel.note(0, i + 0.1, bar.label, dy=15)
        panel.note(bar.value, i + 0.1, words(bar.value), dx=6, weight="bold",
                   color=COBALAMIN if told else INK)  # fmt: skip


def _draw_p(sheet: Sheet, box, rows: Sequence[PRow], paid: bool) -> None:
    most = max(0.45, *(max(r.crude, r.ours, r.printed) for r in rows))
    panel = sheet.panel(*box, (0, most), (len(rows) - 0.4, -0.6))
    ticks = [t for t in (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1) if t <= most]
    ticks = ticks if most < 0.6 else [t for t in (0, 0.25, 0.5, 0.75, 1) if t <= most]
    panel.x_axis(ticks, [f"{t:g}" for t in ticks], "one-sided p")
    for y, row in enumerate(rows):
        panel.note(0, y, row.label, dy=15, size=style.SMALL)
        panel.segments([0], [most], [y], color=style.GRID, width=1)
        panel.points(row.crude, y, color=SLATE, size=8)
        if paid:
            panel.segments([row.crude], [row.ours], [y], color=COBALAMIN, width=2)
            panel.points(row.ours, y, color=COBALAMIN, marker="s", size=8)
        panel.published(row.printed, y)
    key = "dot: crude, diamond: adjusted, both printed"
    sheet.text(box[0], box[3] + 30, "The printed p values", weight="bold")
    sheet.text(box[0], box[3] + 13, key + ("; square: here" if paid else ""), color=MUTED,
               size=style.SMALL)  # fmt: skip


# ---------------------------------------------------------------- nothing seen


def harm(
    rows: Sequence[HarmRow], chosen: int, target: float, bars: Sequence[Bar], *,
    event: str, what: str, each: str, possible: bool | None,
) -> Picture:  # fmt: skip
    """Draw the difference in a harm with its interval, and how many patients it takes to see more.

    Parameters
    ----------
    rows : sequence of HarmRow
    chosen : int
        The row that is asked about.
    target : float
        The difference that is looked for, as a share; nan if there can be none.
    bars : sequence of Bar
        Patients there were, and needed.
    event, what, each : str
        "drug-related adverse events"; "4.1 points more"; "in each arm, …".
    possible : bool or None
        Whether the target goes with what was seen; None for a harm that nobody had.
    """
    row = rows[chosen]
    title = f"{_first_up(event)}: {row.label}, up to {row.upper:.1%} not ruled out"
    if possible is not None and math.isfinite(target):
        verdict = "still possible" if possible else "ruled out"
        title = f"{_first_up(event)}, {what} on {row.label}: {verdict}"

    def body(sheet: Sheet) -> None:
        if sheet.narrow:
            low = sheet.top - 40 - 42 * len(rows)
            left = (sheet.left + 8, sheet.right - 8, low, sheet.top - 40)
            right = (sheet.left, sheet.right - 56, sheet.bottom + 4, sheet.bottom + 100)
        else:
            left = (sheet.left + 8, sheet.left + 390, sheet.bottom + 42, sheet.top - 40)
            right = (sheet.left + 440, sheet.right - 56, sheet.bottom + 60, sheet.top - 70)
        _draw_harm(sheet, left, rows, chosen, target, what, invented=possible is None)
        sheet.text(right[0], right[3] + 22, "Patients", weight="bold")
        sheet.text(right[0], right[3] + 6, each, color=MUTED, size=style.SMALL)
        most = max(bar.value for bar in bars)
        _draw_bars(sheet, right, bars, most, lambda b: f"{b:,.0f}")

    listed = "; ".join(
        f"{r.label}: {r.events} of {r.patients}, {100 * r.difference:.1f} points "
        f"({100 * r.lower:.1f} to {100 * r.upper:.1f})" for r in rows
    ).replace("-", "−")  # fmt: skip
    if possible is None:
        subtitle = "Share of patients that having seen none leaves open, with 95% confidence"
        source = "Patients: Kaji 2019, Safety; the harm itself is made up. Exact limits"
    else:
        subtitle = "Difference to placebo, in points of a hundred patients, with 95% intervals"
        source = (
            "Counts: Kaji 2019, Safety; serious events from the printed percentages. "
            "Intervals by Newcombe's method"
        )
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Intervals and bars. {listed}. "
        + "; ".join(f"{b.label}: {b.value:,.0f}" for b in bars) + ".",
        body=body,
        height=370,
        narrow_height=225 + 42 * len(rows),
    )  # fmt: skip


def _draw_harm(sheet: Sheet, box, rows, chosen, target, what: str, *, invented) -> None:
    shown = [0.0, *(x for r in rows for x in (r.lower, r.upper)), *([target] if
             math.isfinite(target) else [])]  # fmt: skip
    low, high = min(shown), max(shown)
    room = 0.06 * (high - low)
    panel = sheet.panel(*box, (low - room, high + room), (len(rows) - 0.5, -0.7))
    ticks = _ticks(low, high)
    panel.x_axis(ticks, [f"{100 * t:g}".replace("-", "−") for t in ticks], "points of a hundred")
    panel.line((0, 0), panel.ylim, color=MUTED, linewidth=1)
    if math.isfinite(target):
        panel.line((target, target), panel.ylim, color=COBALAMIN, linewidth=1.6, linestyle=_DASHED)
        right = target > (low + high) / 2
        panel.note(target, panel.ylim[1], what, dy=10, ha="right" if right else "left",
                   color=COBALAMIN, weight="bold")  # fmt: skip
    for y, row in enumerate(rows):
        color = COBALAMIN if y == chosen else SLATE
        panel.segments([row.lower], [row.upper], [y], color=color, width=3 if y == chosen else 1.6)
        if invented:
            panel.points(row.difference, y, color=color)
        else:
            panel.published(row.difference, y)
        told = {"color": COBALAMIN, "weight": "bold"} if y == chosen else {}
        words = f"{row.label}, {row.events} of {row.patients}"
        panel.note(panel.xlim[0], y, words, dx=2, dy=16, halo=True, **told)


def _ticks(low: float, high: float) -> list[float]:
    step = next(s for s in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if (high - low) / s <= 7)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(k * step, 6) for k in range(first, last + 1)]


def _list(words: list[str]) -> str:
    if not words:
        return "none of the five"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _share(p: float) -> str:
    return "below 1%" if p < 0.005 else f"{100 * p:.0f}%"


def _p(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]
