"""The pictures of chapter 4: fishing, the best of the null, the missing half, the cut-point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import LineCollection

from secondlook.figures import style
from secondlook.figures.style import COBALAMIN, FILL, INK, MUTED, Picture, Sheet

TWIN_SHUFFLED = "E0302 twin, synthetic; arm labels shuffled, so the drug does nothing"
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
    chance, independent, corrected, *, level: str, alpha: float, shuffles: int, path=()
) -> Picture:
    """Draw the chance of at least one false alarm climbing as looks are added.

    Parameters
    ----------
    chance, independent, corrected : (looks,)
        Family-wise error of the first 1, 2, … looks: as found by shuffling; if looks were
        independent; with each of k looks tested at alpha / k.
    level : str
        The level in words, "two-sided 5%".
    alpha : float
        The level of one look.
    shuffles : int
    path : sequence of (looks, chance)
        The settings the learner has passed through, oldest first.
    """
    chance, looks = np.asarray(chance), len(chance)
    last = float(chance[-1])
    title = f"A useless drug is 'significant' somewhere in {_percent(last)} of trials"
    most = max(looks, 4, *(n for n, _ in path)) if path else max(looks, 4)

    def body(sheet: Sheet) -> None:
        ax = sheet.panel(
            sheet.left + 44, sheet.right - (112 if sheet.narrow else 214),
            sheet.bottom + 48, sheet.top - 24, (0, most), (0, 1),
        )  # fmt: skip
        ticks = _whole_ticks(most)
        style.x_axis(ax, ticks, [f"{t}" for t in ticks], "looks taken")
        style.y_axis(ax, (0, 0.25, 0.5, 0.75, 1), ("0", "25", "50", "75", "100%"),
                     "chance of at least one false alarm")  # fmt: skip
        x = np.arange(1, looks + 1)
        style.line(ax, x, independent, color=MUTED, linewidth=1.2, linestyle=_DASHED)
        style.line(ax, x, corrected, color=MUTED, linewidth=1.2, linestyle=_DOTTED)
        _draw_path(ax, path)
        style.line(ax, x, chance, color=COBALAMIN, linewidth=2.8)
        style.points(ax, looks, last, color=COBALAMIN, size=9)
        _end_labels(ax, sheet, looks, (last, independent[-1], corrected[-1]))

    return Picture(
        title=title,
        subtitle=f"Share of {shuffles:,} trials of a drug that does nothing in which at least one "
        f"of the looks passes {level}",
        source=TWIN_SHUFFLED,
        alt=f"Rising line. The chance that a useless drug is significant somewhere climbs from "
        f"{_percent(float(chance[0]))} at 1 look to {_percent(last)} at {_looks(looks)}; "
        f"independent looks would give {_percent(float(independent[-1]))}, and dividing "
        f"{_percent(alpha)} by the number of looks {_percent(float(corrected[-1]))}.",
        body=body,
        narrow_height=330,
    )


def best_of_null(
    rows: Sequence[ForestRow], best: int, best_hr, published: ForestRow, *, trial: int
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
    published : ForestRow
        The published subgroup, for comparison.
    trial : int
        Number of the trial, from 1.
    """
    best_hr = np.asarray(best_hr)
    mean = float(np.nanmean(best_hr))
    found = rows[best]
    count = "one subgroup" if len(rows) == 1 else f"{len(rows)} subgroups"

    def body(sheet: Sheet) -> None:
        split = sheet.left + 445
        if sheet.narrow:
            low = sheet.top - 46 - 16.5 * (len(rows) + 1)
            forest_box = (sheet.left + 158, sheet.right - 16, low, sheet.top - 4)
            many_box = (sheet.left + 10, sheet.right - 10, sheet.bottom + 46, low - 96)
        else:
            forest_box = (sheet.left + 166, split - 30, sheet.bottom + 46, sheet.top - 4)
            many_box = (split + 15, sheet.right - 10, sheet.bottom + 46, sheet.top - 70)
        _draw_forest(sheet, forest_box, [published, *rows], circled=best + 1)
        _draw_best(sheet, many_box, best_hr, mean, found.value, published, count)

    return Picture(
        title=f"Null trial {trial}: the best of {count} shows a hazard ratio of {found.value:.2f}",
        subtitle="Hazard ratio, both ends of each line a 95% interval; the drug does nothing, "
        "so the truth is 1.00 in every row",
        source=f"{TWIN_SHUFFLED}. Hollow diamond: Kaji 2019, Table 2B",
        alt=f"Forest plot of {count} in a trial of a useless drug, and a histogram. The best, "
        f"{found.label}, has hazard ratio {found.words}; over {len(best_hr):,} such trials the "
        f"best averages {mean:.2f} while the truth is 1.00. Published: {published.words}.",
        body=body,
        height=480,
        narrow_height=16.5 * (len(rows) + 1) + 350,
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
        box = (left, right, sheet.bottom + 48, sheet.top - 6)
        _draw_halves(sheet, box, rows, target)

    return Picture(
        title=title,
        subtitle=f"Hazard ratio, {contrast} against placebo, with 95% interval; hollow diamonds "
        "are published, the square is yours",
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
    *, trial: int, alpha: float, level: str, shuffles: int,
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
    """
    months, p = np.asarray(months, float), np.asarray(p, float)
    least = int(np.nanargmin(p))

    def body(sheet: Sheet) -> None:
        if sheet.narrow:
            curve = (sheet.left + 44, sheet.right - 14, sheet.bottom + 190, sheet.top - 26)
            bars = (sheet.left + 4, sheet.right - 46, sheet.bottom + 6, sheet.bottom + 116)
        else:
            curve = (sheet.left + 44, sheet.left + 440, sheet.bottom + 48, sheet.top - 26)
            bars = (sheet.left + 476, sheet.right - 46, sheet.bottom + 48, sheet.top - 26)
        _draw_cuts(sheet, curve, months, p, chosen, least, published, alpha)
        _draw_shares(sheet, bars, shares, shuffles)

    return Picture(
        title=f"Null trial {trial}: the smallest p is {p_words(p[least])}, "
        f"at {months[least]:.0f} months",
        subtitle=f"p of the early-subgroup test at each cut-point; the drug does nothing; "
        f"the line is {level}",
        source=f"{TWIN_SHUFFLED}. Hollow diamond: Kaji 2019, Table 2B",
        alt=f"Line of p over cut-points from {months[0]:.0f} to {months[-1]:.0f} months in a trial "
        f"of a useless drug. At {months[chosen]:.0f} months p is {p_words(p[chosen])}; the "
        f"smallest, {p_words(p[least])}, is at {months[least]:.0f} months. "
        + "; ".join(f"{label}: {_percent(share)} find something" for label, share in shares)
        + ".",
        body=body,
        narrow_height=430,
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


def _draw_path(ax, path) -> None:
    if len(path) < 2:
        return
    x, y = zip(*path, strict=True)
    style.line(ax, x, y, color=INK, linewidth=1, linestyle=_DOTTED, alpha=0.8)
    style.points(ax, x[:-1], y[:-1], filled=False, size=7)


def _end_labels(ax, sheet: Sheet, x: float, values) -> None:
    if sheet.narrow:
        words = ("found", "independent", "corrected")
    else:
        words = ("find something", "if looks were independent", "dividing the level by looks")
    panel = ax.get_position().height * sheet.height
    places = style.spread(values, 18 / panel)
    places = places - max(0.0, places.max() - 1.02)
    for i, (value, word, y) in enumerate(zip(values, words, places, strict=True)):
        style.note(
            ax, x, y, f"{_percent(value)} {word}", dx=10, ha="left",
            color=COBALAMIN if i == 0 else MUTED, weight="bold" if i == 0 else "normal",
        )  # fmt: skip


def _ratio_axis(rows) -> tuple[float, float, list[float]]:
    """Ends of a log axis for ratios, and its ticks."""
    ends = np.array([[row.value, row.lower, row.upper] for row in rows], float)
    ends = ends[np.isfinite(ends)]
    low, high = 0.45, 1.6
    if ends.size:
        low, high = min(low, float(ends.min())), max(high, float(ends.max()))
    low, high = max(low, 0.2) / 1.05, min(high, 5.0) * 1.05
    ticks = [t for t in (0.25, 0.5, 1, 2, 4) if low <= t <= high]
    return low, high, ticks


def _draw_forest(sheet: Sheet, box, rows, *, circled=None, values=False) -> None:
    low, high, ticks = _ratio_axis(rows)
    ax = sheet.panel(*box, (math.log(low), math.log(high)), (len(rows) - 0.4, -0.6))
    # the base line belongs at the foot, and the first row at the top
    style.line(ax, ax.get_xlim(), (len(rows) - 0.4,) * 2, color=MUTED, linewidth=1)
    for tick in ticks:
        style.note(ax, math.log(tick), len(rows) - 0.4, f"{tick:g}", dy=-8, va="top",
                   color=MUTED, size=style.SMALL)  # fmt: skip
    middle = (math.log(low) + math.log(high)) / 2
    style.note(ax, middle, len(rows) - 0.4, "hazard ratio (below 1 favours the drug)",
               dy=-24, va="top", color=MUTED, size=style.SMALL)  # fmt: skip
    style.truth_line(ax, 0.0)
    for y, row in enumerate(rows):
        told = y == circled
        style.note(ax, math.log(low), y, row.label, dx=-8, ha="right",
                   color=COBALAMIN if told else INK, weight="bold" if told else "normal",
                   size=style.SMALL)  # fmt: skip
        _draw_interval(ax, y, row, low, high, COBALAMIN if told else None)
        if told:
            style.points(ax, math.log(row.value), y, filled=False, color=COBALAMIN, size=17,
                         width=2.2, see_through=True)  # fmt: skip
        if values:
            style.note(ax, math.log(high), y, row.words, dx=8, ha="left", size=style.SMALL)


def _draw_interval(ax, y: float, row: ForestRow, low: float, high: float, color=None) -> None:
    """One interval with its mark; what lies off the axis ends in an arrowhead."""
    if not math.isfinite(row.value):
        style.note(ax, 0.0, y, "no estimate", color=MUTED, size=style.SMALL)
        return
    color = color or (INK if row.kind == "published" else style.LIGHT["placebo"])
    left, right = max(row.lower, low), min(row.upper, high)
    if left < right:
        style.line(ax, (math.log(left), math.log(right)), (y, y), color=color, linewidth=1.5)
    if row.lower < low:
        style.points(ax, math.log(low), y, color=color, marker="<", size=5)
    if row.upper > high:
        style.points(ax, math.log(high), y, color=color, marker=">", size=5)
    at = math.log(min(max(row.value, low), high))
    if row.kind == "published":
        style.published_mark(ax, at, y)
    else:
        style.points(ax, at, y, color=color, marker="s" if row.kind == "yours" else "o", size=6.5)


def _draw_best(sheet: Sheet, box, best_hr, mean, now, published: ForestRow, count) -> None:
    left, right, _, top = box
    logs = np.log(best_hr[np.isfinite(best_hr)])
    edges = np.linspace(math.log(0.25), math.log(2.0), 29)
    heights = np.histogram(np.clip(logs, edges[0], edges[-1]), edges)[0]
    ax = sheet.panel(*box, (edges[0], edges[-1]), (0, max(1, heights.max()) * 1.05))
    middles = (edges[:-1] + edges[1:]) / 2
    bars = [[(x, 0), (x, h)] for x, h in zip(middles, heights, strict=True) if h]
    width = (right - left) / len(heights) * 0.86
    ax.add_collection(
        LineCollection(bars, colors=FILL, linewidths=width, capstyle="butt"), autolim=False
    )
    ticks = (0.25, 0.5, 1, 2)
    style.x_axis(ax, np.log(ticks), [f"{t:g}" for t in ticks], "hazard ratio of the best")
    style.truth_line(ax, 0.0)
    style.note(ax, 0.0, ax.get_ylim()[1], "truth 1.00", dx=4, dy=4, ha="left")
    style.line(ax, (math.log(mean),) * 2, ax.get_ylim(), color=COBALAMIN, linewidth=2)
    style.note(ax, math.log(mean), ax.get_ylim()[1], f"mean {mean:.2f}", dx=-4, dy=4, ha="right",
               color=COBALAMIN, weight="bold")  # fmt: skip
    style.published_mark(ax, math.log(published.value), 0)
    if math.isfinite(now):
        at = min(max(math.log(now), edges[0]), edges[-1])
        style.points(ax, at, 0, color=COBALAMIN, size=8)
    head = f"The best of {count}," if count != "one subgroup" else "The one subgroup,"
    sheet.text(left, top + 36, head, weight="bold")
    sheet.text(left, top + 20, f"in {len(best_hr):,} null trials", weight="bold")


def _draw_halves(sheet: Sheet, box, rows, target: float) -> None:
    low, high = 0.2, 4.5
    ax = sheet.panel(*box, (math.log(low), math.log(high)), (3.6, -0.7))
    style.line(ax, ax.get_xlim(), (3.6, 3.6), color=MUTED, linewidth=1)
    for tick in (0.25, 0.5, 1, 2, 4):
        style.note(ax, math.log(tick), 3.6, f"{tick:g}", dy=-8, va="top", color=MUTED,
                   size=style.SMALL)  # fmt: skip
    style.note(ax, 0.0, 3.6, "hazard ratio (below 1 favours the drug)", dy=-25, va="top",
               color=MUTED, size=style.SMALL)  # fmt: skip
    style.line(ax, (0.0, 0.0), ax.get_ylim(), color=MUTED, linewidth=1)
    style.line(ax, (math.log(target),) * 2, (1.5, 3.4), color=INK, linewidth=1.2,
               linestyle=_DASHED)  # fmt: skip
    for y, row in enumerate(rows):
        color = COBALAMIN if row.kind == "yours" else None
        _draw_interval(ax, y, row, low, high, color)
        text = COBALAMIN if row.kind == "yours" else INK
        weight = "bold" if row.kind == "yours" else "normal"
        if sheet.narrow:
            style.note(ax, math.log(low), y, f"{row.label}: {row.words}", dy=17, ha="left",
                       color=text, weight=weight)  # fmt: skip
        else:
            style.note(ax, math.log(low), y, row.label, dx=-10, ha="right", color=text,
                       weight=weight)  # fmt: skip
            style.note(ax, math.log(high), y, row.words, dx=8, ha="left", color=text,
                       weight=weight)  # fmt: skip


def _draw_cuts(sheet, box, months, p, chosen, least, published, alpha) -> None:
    floor = min(0.001, float(np.nanmin(p)) * 0.7, alpha * 0.5)
    ax = sheet.panel(*box, (months[0] - 0.5, months[-1] + 0.5), (math.log(floor), 0.0))
    ticks = [t for t in (0.0001, 0.001, 0.01, 0.1, 1) if t >= floor]
    style.y_axis(ax, np.log(ticks), [f"{t:g}" for t in ticks], "one-sided p (smaller is lower)")
    shown = [m for m in (6, 9, 12, 15, 18, 21, 24) if months[0] <= m <= months[-1]]
    style.x_axis(ax, shown, [f"{m}" for m in shown], "cut-point, months since onset")
    style.line(ax, ax.get_xlim(), (math.log(alpha),) * 2, color=INK, linewidth=1.2,
               linestyle=_DASHED)  # fmt: skip
    kept = np.isfinite(p)
    style.line(ax, months[kept], np.log(p[kept]), color=style.LIGHT["placebo"], linewidth=1.4)
    style.points(ax, months[kept], np.log(p[kept]), color=style.LIGHT["placebo"], size=4.5)
    style.published_mark(ax, published[0], math.log(published[1]))
    if kept[chosen]:
        style.points(ax, months[chosen], math.log(p[chosen]), marker="s", size=10)
    style.points(ax, months[least], math.log(p[least]), filled=False, color=COBALAMIN, size=17,
                 width=2.2, see_through=True)  # fmt: skip
    right = months[least] > 15
    style.note(ax, months[least], math.log(p[least]), f"smallest, {p_words(p[least])}",
               dx=-12 if right else 12, dy=-9, ha="right" if right else "left", color=COBALAMIN,
               weight="bold")  # fmt: skip


def _draw_shares(sheet: Sheet, box, shares, shuffles: int) -> None:
    """Horizontal bars with their label above and their number at the end."""
    left, top = box[0], box[3]
    ax = sheet.panel(*box, (0, max(0.05, *(share for _, share in shares))),
                     (len(shares) - 0.4, -0.6))  # fmt: skip
    bars = [[(0, i + 0.12), (share, i + 0.12)] for i, (_, share) in enumerate(shares)]
    colors = [FILL, *[COBALAMIN] * (len(shares) - 1)]
    ax.add_collection(
        LineCollection(bars, colors=colors, linewidths=12, capstyle="butt"), autolim=False
    )
    for i, (label, share) in enumerate(shares):
        style.note(ax, 0, i + 0.12, label, dy=14, ha="left")
        style.note(ax, share, i + 0.12, _percent(share), dx=6, ha="left", weight="bold")
    head = f"Of {shuffles:,} null trials, 'significant'"
    sheet.text(left, top + (22 if sheet.narrow else 8), head, weight="bold")


def _whole_ticks(most: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200) if most / s <= 6)
    return list(range(0, most + 1, step))


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _looks(n: int) -> str:
    return "1 look" if n == 1 else f"{n} looks"
