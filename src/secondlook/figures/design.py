"""The pictures of chapter 3's design: the flow of patients, what events can see, balanced arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from secondlook.evidence import published
from secondlook.figures import style
from secondlook.figures.style import (
    COBALAMIN,
    FILL,
    INK,
    MUTED,
    PAPER,
    SMALL,
    TEXT,
    Panel,
    Picture,
    Sheet,
)

_DASHED, _DOTTED = (0, (5, 3)), (0, (1.5, 2.5))
_ARMS = {"placebo": "plc", "25 mg": "25", "50 mg": "50"}
_MARKS = {"placebo": ("o", True), "25 mg": ("s", False), "50 mg": ("^", True)}


# ---------------------------------------------------------------- the flow of patients


def trial_flow() -> Picture:
    """Draw who was randomised, analysed, completed and left in E0302, as the paper counts."""
    n = {key: published(f"K19.des.{key}").text for key in ("rand", "fas", "completed", "withdrawn")}
    return Picture(
        title=f"Of {n['rand']} patients {n['fas']} were analysed, and {n['withdrawn']} withdrew",
        subtitle="The flow of patients in E0302, as the paper counts them",
        source="Kaji 2019, Results. Completed and withdrawn are not given for each arm in the text",
        alt=f"Flow diagram from top to bottom. {n['rand']} randomised: "
        + ", ".join(f"{published(f'K19.des.rand.{k}').text} {arm}" for arm, k in _ARMS.items())
        + f". {published('K19.des.excl').text} did not meet the diagnostic criteria and were left "
        "out. Analysed: "
        + ", ".join(f"{published(f'K19.T1.n.{k}').text} {arm}" for arm, k in _ARMS.items())
        + f". Of all the randomised, {n['completed']} completed and {n['withdrawn']} withdrew.",
        body=lambda sheet: _draw_flow(sheet, n),
        height=380,
        narrow_height=330,
    )


def _draw_flow(sheet: Sheet, n: Mapping[str, str]) -> None:
    middle, wide = (sheet.left + sheet.right) / 2, sheet.right - sheet.left
    column = min(170.0, (wide - 16) / 3)
    step = min(225.0, (wide - column) / 2)
    tall, rows = 46.0, np.linspace(sheet.top - 30, sheet.bottom + 32, 4)
    _box(sheet, middle, rows[0], (170, tall), [n["rand"], "randomised"])
    for place, (arm, key) in enumerate(_ARMS.items()):
        x = middle + (place - 1) * step
        color = style.ARM_TEXT[arm]
        left_out = int(published(f"K19.T1.n.{key}").value - published(f"K19.des.rand.{key}").value)
        words = f"{-left_out} left out" if left_out else "none left out"
        _arrow(sheet, (middle, rows[0] - tall / 2), (x, rows[1] + tall / 2))
        _box(sheet, x, rows[1], (column, tall), [published(f"K19.des.rand.{key}").text, arm], color)
        _arrow(sheet, (x, rows[1] - tall / 2), (x, rows[2] + tall / 2))
        analysed = f"{published(f'K19.T1.n.{key}').text} analysed"
        _box(sheet, x, rows[2], (column, tall), [analysed, words], color)
        _arrow(sheet, (x, rows[2] - tall / 2), (x, rows[3] + tall / 2 + 10), head=False)
    floor = rows[3] + tall / 2 + 10
    sheet.add(Line2D([middle - step, middle + step], [floor, floor], color=MUTED, linewidth=1.2))
    for x, words in (
        (middle - step / 2, [n["completed"], "completed"]),
        (middle + step / 2, [n["withdrawn"], "withdrew"]),
    ):
        _arrow(sheet, (x, floor), (x, rows[3] + tall / 2))
        _box(sheet, x, rows[3], (min(170.0, step - 8), tall), words)


def _box(sheet: Sheet, x: float, y: float, size, words: Sequence[str], color: str = INK) -> None:
    half, tall = size[0] / 2, size[1] / 2
    corners = [
        (x - half, y - tall),
        (x + half, y - tall),
        (x + half, y + tall),
        (x - half, y + tall),
    ]
    sheet.add(Polygon(corners, closed=True, facecolor=PAPER, edgecolor=color, linewidth=1.4))
    sheet.text(x, y + 5, words[0], weight="bold", ha="center", color=color)
    sheet.text(x, y - 14, words[1], ha="center", size=SMALL)


def _arrow(sheet: Sheet, start, end, *, head: bool = True) -> None:
    sheet.add(Line2D(*zip(start, end, strict=True), color=MUTED, linewidth=1.2, zorder=0))
    if head:
        x, y = end
        corners = [(x, y), (x - 4, y + 8), (x + 4, y + 8)]
        sheet.add(Polygon(corners, closed=True, facecolor=MUTED, edgecolor="none"))


# ---------------------------------------------------------------- what events can see


@dataclass(frozen=True)
class Planned:
    """What the plan printed: hazard ratios from low to high, power, and both in words."""

    low: float
    high: float
    power: float
    words: str


def power_curves(
    hr, curves: Mapping[str, Sequence[float]], told: str, at: tuple[float, float], planned: Planned,
    *, events: int, level: str,
) -> Picture:  # fmt: skip
    """Draw the power of one design and its neighbours over the true hazard ratio.

    Parameters
    ----------
    hr : (points,)
        True hazard ratios, rising.
    curves : dict of name to (points,)
        Power of each way to read the same number of events.
    told : str
        The curve that the reader has chosen.
    at : (hazard ratio, power)
        The reader's place on it.
    planned : Planned
        From print: a hollow diamond at its upper ratio, a band from its lower one.
    events : int
        In the whole trial.
    level : str
        "one-sided 1%".
    """
    ratio, power = at
    others = "; ".join(
        f"{name} {_percent(np.interp(ratio, hr, curve))}" for name, curve in curves.items()
    )
    return Picture(
        title=f"{told[0].upper()}{told[1:]}: {events} events see a hazard ratio of {ratio:.2f} "
        f"with a power of {_percent(power)}",
        subtitle=f"Power over the true hazard ratio, {events} events in the whole trial, {level}",
        source="Schoenfeld's formula, events spread evenly over the arms. Hollow diamond and grey "
        f"band: {planned.words}, Kaji 2019, Methods",
        alt=f"Falling curves of power over the true hazard ratio, with {events} events, {level}. "
        f"At {ratio:.2f}: {others}. Published plan: {planned.words}.",
        body=lambda sheet: _draw_power(sheet, np.asarray(hr), curves, told, at, planned),
        height=390,
        narrow_height=330,
    )


def _draw_power(sheet: Sheet, hr, curves, told, at, planned: Planned) -> None:
    panel = sheet.panel(
        sheet.left + 46, sheet.right - (16 if sheet.narrow else 204), sheet.bottom + 44,
        sheet.top - 30 - (18 * len(curves) if sheet.narrow else 0), (hr[0], hr[-1]), (0, 1.02),
    )  # fmt: skip
    panel.y_axis((0, 0.25, 0.5, 0.75, 1), ("0", "25", "50", "75", "100%"), "power")
    ticks = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    panel.x_axis(ticks, [f"{t:g}" for t in ticks], "true hazard ratio; 1 is no effect")
    _between(panel, planned.low, planned.high)
    panel.line((hr[0], hr[-1]), (planned.power,) * 2, color=MUTED, linewidth=1, linestyle=_DOTTED)
    dashes = dict(zip(curves, ("-", _DASHED, _DOTTED), strict=False))
    labels = []
    for row, (name, curve) in enumerate(curves.items()):
        chosen = name == told
        color = COBALAMIN if chosen else style.LIGHT["placebo"]
        panel.line(hr, curve, color=color, linewidth=2.8 if chosen else 1.5, linestyle=dashes[name])
        words = {"color": color, "weight": "bold" if chosen else "normal"}
        labels.append((name, words, dashes[name]))
        y = (sheet.top - 14 if sheet.narrow else panel.top - 6) - 20 * row
        x = sheet.left + 46 if sheet.narrow else panel.right + 12
        _key(sheet, x, y, labels[-1])
    panel.published(planned.high, planned.power)
    panel.points(*at, color=COBALAMIN, size=10)


def _between(panel: Panel, low: float, high: float) -> None:
    corners = [(panel.x(a), panel.y(b)) for a, b in ((low, 0), (high, 0), (high, 1), (low, 1))]
    shape = Polygon(corners, closed=True, facecolor=FILL, edgecolor="none", alpha=0.16)
    panel.sheet.add(shape)


def _key(sheet: Sheet, x: float, y: float, label) -> None:
    name, words, dash = label
    line = Line2D([x, x + 24], [y + 4, y + 4], color=words["color"], linestyle=dash, linewidth=2)
    sheet.add(line)
    sheet.text(x + 30, y, name, size=SMALL, **words)


# ---------------------------------------------------------------- balanced arms


@dataclass(frozen=True)
class Share:
    """One characteristic in one trial: its share in each arm, and if the picture is about it."""

    label: str
    arms: Mapping[str, float]
    counts: bool


def balanced_arms(
    rows: Sequence[Share], gaps, shown: float, printed: float | None, *, title: str, way: str,
    patients: int, about: str, trial: int,
) -> Picture:  # fmt: skip
    """Draw one trial's arms side by side, and how far apart the arms of many trials lie.

    Parameters
    ----------
    rows : sequence of Share
    gaps : (trials,)
        Largest difference between two arms, as a share.
    shown : float
        That of the trial drawn.
    printed : float or None
        The real trial's, where print allows it.
    way, about : str
        How patients were allocated; what the gaps are of.
    trial : int
        Number of the trial, from 1.
    """
    gaps = np.asarray(gaps)
    known = "" if printed is None else f" Published: {_points(printed)}."
    return Picture(
        title=title,
        subtitle=f"{patients} patients in three arms, {way}. Trial {trial}: share of patients in "
        f"each arm; and {len(gaps):,} such trials",
        source="The twin's patients, synthetic, drawn afresh for each trial"
        + ("" if printed is None else ". Hollow diamond: from Kaji 2019, Table 1"),
        alt=f"Dot plot of {len(rows)} characteristics in three arms of trial {trial}, and a "
        f"histogram of the largest gap between two arms in {about}, {way}. Median gap "
        f"{_points(np.nanmedian(gaps))}, in this trial {_points(shown)}.{known}",
        body=lambda sheet: _draw_balance(sheet, rows, gaps, shown, printed, about),
        height=400,
        narrow_height=500,
    )


def _draw_balance(sheet: Sheet, rows, gaps, shown, printed, about) -> None:
    if sheet.narrow:
        foot = sheet.bottom + 240
        left = (sheet.left + 134, sheet.right - 20, foot + 40, sheet.top - 34)
        right = (sheet.left + 12, sheet.right - 12, sheet.bottom + 40, foot - 66)
    else:
        left = (sheet.left + 146, sheet.left + 404, sheet.bottom + 40, sheet.top - 34)
        right = (sheet.left + 448, sheet.right - 12, sheet.bottom + 40, sheet.top - 76)
    _draw_shares(sheet, left, rows)
    _draw_gaps(sheet, right, gaps, shown, printed, about)


def _draw_shares(sheet: Sheet, box, rows: Sequence[Share]) -> None:
    panel = sheet.panel(*box, (0, 1), (len(rows) - 0.5, -0.5))
    ticks = (0, 0.25, 0.5, 0.75, 1)
    panel.x_axis(ticks, ["0", "25", "50", "75", "100%"], "share of the arm's patients")
    for y, row in enumerate(rows):
        told = {"color": COBALAMIN, "weight": "bold"} if row.counts else {"color": MUTED}
        panel.note(0, y, row.label, dx=-10, ha="right", size=SMALL, **told)
        values = [v for v in row.arms.values() if np.isfinite(v)]
        if values:
            panel.line((min(values), max(values)), (y, y), color=MUTED, linewidth=1)
    for arm, (marker, fill) in _MARKS.items():
        x = [row.arms[arm] for row in rows]
        color = style.ARMS[arm]["color"]
        panel.points(x, np.arange(len(rows)), color=color, marker=marker, size=7, fill=fill)
    at = panel.left
    for arm, (marker, fill) in _MARKS.items():
        color = style.ARMS[arm]["color"]
        face = color if fill else PAPER
        sheet.add(Line2D([at], [panel.top + 18], color=color, marker=marker, markersize=7,
                         markerfacecolor=face, markeredgewidth=1.6))  # fmt: skip
        sheet.text(at + 9, panel.top + 14, arm, size=SMALL, color=style.ARM_TEXT[arm])
        at += 70


def _draw_gaps(sheet: Sheet, box, gaps, shown, printed, about: str) -> None:
    top = max(0.3, float(np.ceil(np.nanquantile(gaps, 0.99) * 10)) / 10)
    edges = np.arange(0, top + 0.005, 0.01 if top <= 0.4 else 0.02)
    heights = np.histogram(np.clip(gaps[np.isfinite(gaps)], 0, edges[-1] - 1e-9), edges)[0]
    panel = sheet.panel(*box, (0, edges[-1]), (0, max(1, heights.max()) * 1.1))
    full = heights > 0
    width = max(2.0, (panel.right - panel.left) / len(heights) * 0.8)
    panel.columns((edges[:-1] + edges[1:])[full] / 2, heights[full], color=FILL, width=width)
    ticks = np.arange(0, edges[-1] + 1e-9, 0.1)
    panel.x_axis(ticks, [f"{100 * t:.0f}" for t in ticks], "percentage points")
    if np.isfinite(shown):
        at = min(shown, edges[-1])
        panel.line((at, at), panel.ylim, color=COBALAMIN, linewidth=2)
        side = ("right", -5) if at > 0.6 * edges[-1] else ("left", 5)
        panel.note(at, panel.ylim[1], "this trial", dx=side[1], dy=6, ha=side[0],
                   color=COBALAMIN, weight="bold", size=TEXT)  # fmt: skip
    if printed is not None:
        panel.published(min(printed, edges[-1]), 0)
    head = ("Largest gap between two arms in", f"{about}, {len(gaps):,} trials")
    sheet.text(panel.left - 2, panel.top + 42, head[0], weight="bold", size=SMALL)
    sheet.text(panel.left - 2, panel.top + 26, head[1], weight="bold", size=SMALL)


def _percent(share) -> str:
    return f"{100 * float(share):.0f}%"


def _points(share) -> str:
    return f"{100 * float(share):.1f} points"
