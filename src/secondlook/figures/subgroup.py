"""The pictures of chapter 4: fishing, the best of the null, the missing half, the cut-point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.collections import LineCollection

from secondlook.figures import style
from secondlook.figures.style import COBALAMIN, FILL, GRID, INK, MUTED, Panel, Picture, Sheet

TWIN_SHUFFLED = "E0302 twin, synthetic; arm labels shuffled, so the drug does nothing"
TWIN_CUTS = (
    ". The twin was fitted to print at 12 months only, so its own curve would be its makers' choice"
)
SIMULATED_NULL = "Simulated trials of E0302's size in a world where the drug does nothing"
_DASHED, _DOTTED = (0, (5, 3)), (0, (1.5, 2.5))


@dataclass(frozen=True)
class ForestRow:
    """One line of a forest plot.

    Attributes
    ----------
    label : str
    value, lower, upper : float
        A ratio with its interval; nan where it could not be estimated.
    kind : "twin" (filled circle), "published" (hollow diamond), "yours" (filled square)
    """

    label: str
    value: float
    lower: float
    upper: float
    kind: str = "twin"

    def __post_init__(self):
        if self.kind not in ("twin", "published", "yours"):
            raise ValueError(f"kind is {self.kind!r}; choose 'twin', 'published' or 'yours'")

    @property
    def words(self) -> str:
        """The estimate and interval as the reader sees them."""
        if not math.isfinite(self.value):
            return "no estimate"
        return f"{self.value:.2f} ({self.lower:.2f}–{self.upper:.2f})"


def fishing(
    chance, independent, corrected, planned: float, *, level: str, shuffles: int, path=(),
    forks=(), taken=(),
) -> Picture:  # fmt: skip
    """Draw the chance of at least one false alarm climbing as looks are added, over the choices.

    Parameters
    ----------
    chance, independent, corrected : (looks,)
        Family-wise error of the first 1, 2, … looks: as found by shuffling; if looks were
        independent; with each of k looks tested at alpha / k.
    planned : float
        The level of one test that was published as the trial's.
    level : str
        The level in words, "two-sided 5%".
    shuffles : int
    path : sequence of (looks, chance)
        The settings the learner has passed through, oldest first.
    forks : sequence of (choice, options in words)
        The choices that a plan is made of, in the order of the tree; none, no tree.
    taken : sequence of sequences of int
        The learner's paths through them, oldest first: the place of the option at each fork.
    """
    chance, looks = np.asarray(chance), len(chance)
    last = float(chance[-1])
    lines = (chance, np.asarray(independent), np.asarray(corrected))
    tried = "; hollow dots: settings you tried before" if _earlier(path, looks) else ""
    return Picture(
        title=f"A useless drug is 'significant' somewhere in {_percent(last)} of trials",
        subtitle=f"Share of {shuffles:,} trials in which at least one look passes {level}{tried}",
        source=f"{TWIN_SHUFFLED}. Hollow diamond: the one-sided {_percent(planned)} level for "
        "which the trial was sized, Kaji 2019, Methods",
        alt=f"Rising line. The chance that a useless drug is significant somewhere climbs from "
        f"{_percent(float(chance[0]))} at 1 look to {_percent(last)} at {_looks(looks)}; "
        f"independent looks would give {_percent(float(independent[-1]))}, and dividing "
        f"{level} by the number of looks {_percent(float(corrected[-1]))}. Published: the trial "
        f"was sized for one test at one-sided {_percent(planned)}.{_path_words(forks, taken)}",
        body=lambda sheet: _draw_plan(sheet, lines, planned, path, forks, taken),
        height=540 if forks else 360,
        narrow_height=510 if forks else 330,
    )


def best_of_null(
    rows: Sequence[ForestRow], best: int, best_hr, mean: float, published: ForestRow, *, trial: int
) -> Picture:
    """Draw one null trial's forest with its best subgroup circled, and the best of many trials.

    Parameters
    ----------
    rows : sequence of ForestRow
        The subgroups of this trial.
    best : int
        Row with the smallest p.
    best_hr : (trials,)
        The best subgroup's hazard ratio in every null trial.
    mean : float
        Their mean.
    published : ForestRow
        The published subgroup, for comparison.
    trial : int
        Number of the trial, from 1.
    """
    best_hr = np.asarray(best_hr)
    found = rows[best]
    count = "one subgroup" if len(rows) == 1 else f"{len(rows)} subgroups"

    def body(sheet: Sheet) -> None:
        top = sheet.top - 6
        low = top - 16.5 * (len(rows) + 1)
        if sheet.narrow:
            forest_box = (sheet.left + 158, sheet.right - 16, low, top)
            many_box = (sheet.left + 10, sheet.right - 10, sheet.bottom + 40, low - 108)
        else:
            forest_box = (sheet.left + 160, sheet.left + 410, low, top)
            many_box = (sheet.left + 460, sheet.right - 10, sheet.bottom + 40, sheet.top - 70)
        _draw_forest(sheet, forest_box, [published, *rows], circled=best + 1)
        _draw_best(sheet, many_box, best_hr, mean, found.value, published, count)

    return Picture(
        title=f"Null trial {trial}: the best of {count} shows a hazard ratio of {found.value:.2f}",
        subtitle="Hazard ratios with 95% intervals; the truth is 1.00 in every row",
        source=f"{TWIN_SHUFFLED}. Hollow diamond: Kaji 2019, Table 2B",
        alt=f"Forest plot of {count} in a trial of a useless drug, and a histogram. The best, "
        f"{found.label}, has hazard ratio {found.words}; over {len(best_hr):,} such trials the "
        f"best averages {mean:.2f} while the truth is 1.00. Published: {published.words}.",
        body=body,
        height=480,
        narrow_height=16.5 * (len(rows) + 1) + 330,
    )


def missing_half(rows: Sequence[ForestRow], target: float, *, contrast: str) -> Picture:
    """Draw the early half, the learner's late half, their sum, and the published whole.

    Parameters
    ----------
    rows : four ForestRow
        Early (published), late (yours), both together (computed), everyone (published).
    target : float
        The published whole that the halves must give back.
    contrast : str
        "both doses", "50 mg" or "25 mg".
    """
    early, late, both, whole = rows
    agrees = f"{both.value:.2f}" == f"{target:.2f}"
    verb = "give back" if agrees else "miss"
    title = f"With {late.value:.2f} in the late patients, the halves {verb} the whole {target:.2f}"
    if not agrees:
        title += f": they give {both.value:.2f}"

    def body(sheet: Sheet) -> None:
        left = sheet.left + (8 if sheet.narrow else 210)
        right = sheet.right - (8 if sheet.narrow else 130)
        box = (left, right, sheet.bottom + 40, sheet.top - 6)
        _draw_halves(sheet, box, rows, target)

    return Picture(
        title=title,
        subtitle=f"Hazard ratios, {contrast} against placebo, with 95% intervals",
        source="Kaji 2019, Tables 2A and 2B; the late half is assumed independent of the early, "
        "with the precision that the whole leaves over",
        alt=f"Four intervals. Early, published: {early.words}. Late, yours: {late.words}. "
        f"Together they give {both.words}; the published whole is {whole.words}.",
        body=body,
        height=360,
        narrow_height=330,
    )


def cut_point(
    months, p, chosen: int, shares: Sequence[tuple[str, float]], published: tuple[float, float],
    *, trial: int, alpha: float, level: str, shuffles: int, simulated: bool = False,
) -> Picture:  # fmt: skip
    """Draw p over the cut-points of one null trial, and what a search does over many.

    Parameters
    ----------
    months, p : (cut-points,)
        The cuts, and the smallest p of the subgroups that each makes.
    chosen : int
        Place of the learner's cut.
    shares : sequence of (label, share)
        Share of null trials that find something, for each way of choosing the cut.
    published : (month, p)
    trial : int
        Number of the trial, from 1.
    alpha, level : float, str
        The level in numbers and words.
    shuffles : int
        How many null trials.
    simulated : bool
        The null trials are simulated, not shuffles of the twin.
    """
    origin = SIMULATED_NULL if simulated else TWIN_SHUFFLED + TWIN_CUTS
    months, p = np.asarray(months, float), np.asarray(p, float)
    least = int(np.nanargmin(p))

    def body(sheet: Sheet) -> None:
        if sheet.narrow:
            curve = (sheet.left + 40, sheet.right - 14, sheet.bottom + 206, sheet.top - 32)
            bars = (sheet.left, sheet.right - 46, sheet.bottom + 10, sheet.bottom + 125)
        else:
            curve = (sheet.left + 40, sheet.left + 440, sheet.bottom + 40, sheet.top - 32)
            bars = (sheet.left + 476, sheet.right - 46, sheet.bottom + 40, sheet.top - 32)
        _draw_cuts(sheet, curve, months, p, chosen, least, published, alpha)
        _draw_shares(sheet, bars, shares, shuffles)

    return Picture(
        title=f"Null trial {trial}: the smallest p is {p_words(p[least])}, "
        f"at {months[least]:.0f} months",
        subtitle=f"One-sided p of the subgroup that each cut makes; dashed, {level}",
        source=f"{origin}. Hollow diamond: Kaji 2019, Table 2B",
        alt=f"Line of p over cut-points from {months[0]:.0f} to {months[-1]:.0f} months in a trial "
        f"of a useless drug. At {months[chosen]:.0f} months p is {p_words(p[chosen])}; the "
        f"smallest, {p_words(p[least])}, is at {months[least]:.0f} months. "
        + "; ".join(f"{label}: {_percent(share)} find something" for label, share in shares)
        + ".",
        body=body,
        narrow_height=450,
    )


def forest(
    rows: Sequence[ForestRow], *, title: str, subtitle: str, source: str, circled: int | None = None
) -> Picture:
    """Draw a plain forest plot of ratios, for example the twin's beside the published ones.

    Parameters
    ----------
    rows : sequence of ForestRow
        From top to bottom.
    title, subtitle, source : str
    circled : int, optional
        The row to mark.
    """
    if not rows:
        raise ValueError("rows is empty; a forest plot needs at least one row")

    def body(sheet: Sheet) -> None:
        left = sheet.left + (166 if sheet.narrow else 230)
        right = sheet.right - (16 if sheet.narrow else 130)
        _draw_forest(
            sheet, (left, right, sheet.bottom + 46, sheet.top - 4), rows,
            circled=circled, values=not sheet.narrow,
        )  # fmt: skip

    listed = "; ".join(f"{row.label} ({row.kind}) {row.words}" for row in rows)
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Forest plot. {title}. {listed}.",
        body=body,
        height=140 + 24.0 * len(rows),
        narrow_height=60 + 24.0 * len(rows),
    )


def p_words(p: float) -> str:
    """A p value as the reader sees it: two decimals, three below 0.1, never 0."""
    if not math.isfinite(p):
        return "not computable"
    if p < 0.001:
        return "below 0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _path_words(forks, taken) -> str:
    """The present path through the tree, for those who do not see it."""
    if not forks or not taken:
        return ""
    said = "; ".join(
        f"{name} {options[place]}" for (name, options), place in zip(forks, taken[-1], strict=True)
    )
    return f" Below, the tree of choices with your path: {said}."


def _draw_plan(sheet: Sheet, lines, planned, path, forks, taken) -> None:
    if forks:
        foot = sheet.bottom + 196
        _draw_forks(sheet, (sheet.left, sheet.right, sheet.bottom, foot - 20), forks, taken)
    _draw_climb(sheet, lines, planned, path, foot if forks else sheet.bottom)


def _draw_forks(sheet: Sheet, box, forks, taken) -> None:
    """Every way through the choices in grey, the learner's ways dark, the present one in red."""
    left, right, bottom, top = box
    half = (right - left) / len(forks) / 2
    most = max(len(options) for _, options in forks) - 1
    panel = sheet.panel(
        left + half, right - half, bottom + 22, top - 40, (0, len(forks) - 1), (most, 0)
    )
    rows = [np.arange(len(o)) + (most + 1 - len(o)) / 2 for _, o in forks]
    for x, (here, there) in enumerate(pairwise(rows)):
        ends = [
            [(panel.x(x), panel.y(a)), (panel.x(x + 1), panel.y(b))] for a in here for b in there
        ]
        sheet.add(LineCollection(ends, colors=GRID, linewidths=1, zorder=0))
    for number, way in enumerate(taken, 1):
        now = number == len(taken)
        color, width = (COBALAMIN, 2.8) if now else (style.LIGHT["placebo"], 1.2)
        y = [rows[x][place] for x, place in enumerate(way)]
        panel.line(range(len(way)), y, color=color, linewidth=width, zorder=3 if now else 2)
    for x, (name, options) in enumerate(forks):
        sheet.text(panel.x(x), top - 14, name, color=MUTED, size=style.SMALL, ha="center")
        panel.points([x] * len(options), rows[x], size=5)
        for y, words in zip(rows[x], options, strict=True):
            panel.note(x, y, words, dy=-13, ha="center", size=style.SMALL, halo=True)
    words = "Your forking path: each column is a choice that could have gone otherwise"
    if not sheet.narrow:
        sheet.text(left, top + 4, words, weight="bold", size=style.SMALL)


def _draw_climb(sheet: Sheet, lines, planned, path, foot: float) -> None:
    chance, independent, corrected = lines
    looks = len(chance)
    most = max(looks, 4)
    panel = sheet.panel(
        sheet.left + 40, sheet.right - (122 if sheet.narrow else 220),
        foot + 40, sheet.top - 32, (0, most), (0, 1),
    )  # fmt: skip
    ticks = _whole_ticks(most)
    panel.x_axis(ticks, [f"{t}" for t in ticks], "looks taken")
    shares = (0, 0.25, 0.5, 0.75, 1)
    panel.y_axis(shares, ("0", "25", "50", "75", "100%"), "chance of at least one false alarm")
    x = np.arange(1, looks + 1)
    panel.line(x, independent, color=MUTED, linewidth=1.2, linestyle=_DASHED)
    panel.line(x, corrected, color=MUTED, linewidth=1.2, linestyle=_DOTTED)
    if earlier := _earlier(path, looks):
        panel.points(*zip(*earlier, strict=True), fill=False)
    panel.line(x, chance, color=COBALAMIN, linewidth=2.8)
    panel.points(looks, chance[-1], color=COBALAMIN, size=9)
    panel.published(1, planned)
    words = ["find something", "if looks were independent", "dividing the level by looks"]
    if sheet.narrow:
        words = ["found", "independent", "corrected"]
    labels = [
        (looks, line[-1], f"{_percent(line[-1])} {word}", {"color": MUTED})
        for line, word in zip(lines, words, strict=True)
    ]
    labels[0][-1].update(color=COBALAMIN, weight="bold")
    labels = labels if looks > 1 else labels[:1]  # one look is its own reference
    panel.end_labels(labels)


def _earlier(path, looks: int) -> list[tuple[int, float]]:
    """The settings tried before that fit into a picture of so many looks."""
    return [(n, share) for n, share in path[:-1] if n <= max(looks, 4)]


def _ratio_limits(rows) -> tuple[float, float]:
    """Logs of the ends of an axis for these ratios, within 0.2 to 5."""
    ends = np.array([[row.value, row.lower, row.upper] for row in rows], float)
    ends = [0.45, 1.6, *ends[np.isfinite(ends)]]
    return math.log(max(min(ends), 0.2)) - 0.05, math.log(min(max(ends), 5.0)) + 0.05


def _ratio_axis(panel: Panel) -> None:
    low, high = panel.xlim
    ticks = [t for t in (0.25, 0.5, 1, 2, 4) if low <= math.log(t) <= high]
    panel.x_axis(np.log(ticks), [f"{t:g}" for t in ticks], "hazard ratio, below 1 favours the drug")


def _draw_forest(sheet: Sheet, box, rows, *, circled=None, values=False) -> None:
    limits = _ratio_limits(rows)
    panel = sheet.panel(*box, limits, (len(rows) - 0.4, -0.6))
    _ratio_axis(panel)
    panel.truth(0.0)
    _draw_intervals(panel, rows, COBALAMIN, circled)
    for y, row in enumerate(rows):
        told = {"color": COBALAMIN, "weight": "bold"} if y == circled else {}
        panel.note(limits[0], y, row.label, dx=-8, ha="right", size=style.SMALL, **told)
        if values:
            panel.note(limits[1], y, row.words, dx=8, size=style.SMALL)
    if circled is not None and math.isfinite(rows[circled].value):
        panel.circle(np.clip(math.log(rows[circled].value), *limits), circled)


def _draw_intervals(panel: Panel, rows, accent: str, told: int | None) -> None:
    """Intervals and marks, a few artists for all; what lies off the axis ends in an arrowhead."""
    low, high = panel.xlim
    colors = [
        accent if y == told else INK if row.kind == "published" else style.LIGHT["placebo"]
        for y, row in enumerate(rows)
    ]
    logs = np.log([[row.lower, row.value, row.upper] for row in rows])
    for y in np.flatnonzero(~np.isfinite(logs).all(axis=1)):
        panel.note(0.0, y, "no estimate", ha="center", color=MUTED, size=style.SMALL, halo=True)
    inside = np.clip(logs, low, high)
    for color in dict.fromkeys(colors):
        mine = np.array([c == color for c in colors]) & np.isfinite(logs).all(axis=1)
        y = np.flatnonzero(mine)
        panel.segments(inside[mine, 0], inside[mine, 2], y, color=color, width=1.5)
        for mark, off, end in (("<", logs[:, 0] < low, low), (">", logs[:, 2] > high, high)):
            if (mine & off).any():
                y_off = np.flatnonzero(mine & off)
                panel.points([end] * len(y_off), y_off, color=color, marker=mark, size=5)
        for kind, mark in (("twin", "o"), ("yours", "s"), ("published", "D")):
            at = [k for k in y if rows[k].kind == kind]
            if at:
                panel.points(inside[at, 1], at, color=color, marker=mark,
                             size=8 if mark == "D" else 6, fill=mark != "D")  # fmt: skip


def _draw_best(sheet: Sheet, box, best_hr, mean, now, published: ForestRow, count) -> None:
    left, right, _, top = box
    logs = np.log(best_hr[np.isfinite(best_hr)])
    edges = np.linspace(math.log(0.25), math.log(2.0), 29)
    heights = np.histogram(np.clip(logs, edges[0], edges[-1]), edges)[0]
    panel = sheet.panel(*box, (edges[0], edges[-1]), (0, max(1, heights.max()) * 1.05))
    full = heights > 0
    width = (right - left) / len(heights) * 0.86
    panel.columns((edges[:-1] + edges[1:])[full] / 2, heights[full], color=FILL, width=width)
    ticks = (0.25, 0.5, 1, 2)
    panel.x_axis(np.log(ticks), [f"{t:g}" for t in ticks], "hazard ratio of the best")
    panel.truth(0.0)
    high = panel.ylim[1]
    panel.note(0.0, high, "truth 1.00", dx=4, dy=6)
    panel.line((math.log(mean),) * 2, panel.ylim, color=COBALAMIN, linewidth=2)
    panel.note(math.log(mean), high, f"mean {mean:.2f}", dx=-4, dy=6, ha="right",
               color=COBALAMIN, weight="bold")  # fmt: skip
    panel.published(math.log(published.value), 0)
    if math.isfinite(now):
        panel.points(np.clip(math.log(now), edges[0], edges[-1]), 0, color=COBALAMIN, size=8)
    head = f"The best of {count}," if count != "one subgroup" else "The one subgroup,"
    sheet.text(left, top + 38, head, weight="bold")
    sheet.text(left, top + 21, f"in {len(best_hr):,} null trials", weight="bold")


def _draw_halves(sheet: Sheet, box, rows, target: float) -> None:
    limits = (math.log(0.2), math.log(4.5))
    panel = sheet.panel(*box, limits, (3.6, -0.7))
    _ratio_axis(panel)
    panel.line((0.0, 0.0), panel.ylim, color=MUTED, linewidth=1)
    panel.line((math.log(target),) * 2, (1.5, 3.4), color=INK, linewidth=1.2, linestyle=_DASHED)
    yours = [row.kind == "yours" for row in rows].index(True)
    _draw_intervals(panel, rows, COBALAMIN, yours)
    for y, row in enumerate(rows):
        told = {"color": COBALAMIN, "weight": "bold"} if y == yours else {}
        if sheet.narrow:
            panel.note(limits[0], y, f"{row.label}: {row.words}", dy=18, halo=True, **told)
        else:
            panel.note(limits[0], y, row.label, dx=-10, ha="right", **told)
            panel.note(limits[1], y, row.words, dx=8, **told)


def _draw_cuts(sheet, box, months, p, chosen, least, published, alpha) -> None:
    floor = min(0.001, float(np.nanmin(p)) * 0.7, alpha * 0.5)
    panel = sheet.panel(*box, (months[0] - 0.5, months[-1] + 0.5), (math.log(floor), 0.0))
    ticks = [t for t in (0.0001, 0.001, 0.01, 0.1, 1) if t >= floor]
    panel.y_axis(np.log(ticks), [f"{t:g}" for t in ticks], "one-sided p, smaller is lower")
    shown = [m for m in range(6, 25, 3) if months[0] <= m <= months[-1]]
    panel.x_axis(shown, [f"{m}" for m in shown], "cut-point, months since onset")
    panel.line(panel.xlim, (math.log(alpha),) * 2, color=INK, linewidth=1.2, linestyle=_DASHED)
    kept = np.isfinite(p)
    logs = np.log(np.maximum(p, floor))
    panel.line(months[kept], logs[kept], color=style.LIGHT["placebo"], linewidth=1.4)
    panel.points(months[kept], logs[kept], color=style.LIGHT["placebo"], size=4)
    panel.published(published[0], math.log(published[1]))
    if kept[chosen]:
        panel.points(months[chosen], logs[chosen], marker="s", size=9)
    panel.circle(months[least], logs[least])
    # the two labels stand on opposite sides of their marks, so that they never meet
    gap = float(panel.y(logs[least]) - panel.y(math.log(published[1])))
    ours, theirs = (16, -15) if 0 <= gap < 45 else (-12, -15) if gap > 0 else (-16, 15)
    if panel.y(logs[least]) - panel.bottom < 24:
        ours = 16  # clear of the months under the axis
    panel.note(published[0], math.log(published[1]), "published", dy=theirs, ha="center", halo=True)
    side = {"dx": -14, "ha": "right"} if months[least] > 15 else {"dx": 14, "ha": "left"}
    panel.note(months[least], logs[least], f"smallest, {p_words(p[least])}", dy=ours,
               color=COBALAMIN, weight="bold", halo=True, **side)  # fmt: skip


def _draw_shares(sheet: Sheet, box, shares, shuffles: int) -> None:
    """Horizontal bars with their label above and their number at the end."""
    most = max(0.05, *(share for _, share in shares))
    panel = sheet.panel(*box, (0, most), (len(shares) - 0.4, -0.6))
    for i, (label, share) in enumerate(shares):
        panel.segments([0], [share], [i + 0.1], color=COBALAMIN if i else FILL, width=12)
        panel.note(0, i + 0.1, label, dy=15)
        panel.note(share, i + 0.1, _percent(share), dx=6, weight="bold")
    sheet.text(box[0], box[3] + 14, f"Of {shuffles:,} null trials, 'significant'", weight="bold")


def _whole_ticks(most: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200) if most / s <= 6)
    return list(range(0, most + 1, step))


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _looks(n: int) -> str:
    return "1 look" if n == 1 else f"{n} looks"
