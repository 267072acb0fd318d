"""The pictures of chapter 2: two lamps, small and lucky, what was compared."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from secondlook.figures import style
from secondlook.figures.style import COBALAMIN, FILL, INK, MUTED, Picture, Sheet
from secondlook.figures.subgroup import p_words

SLATE = style.LIGHT["placebo"]
_SIGN = {True: "≠", False: "=", None: "?"}
_CELL, _CELL_NARROW = 46, 52  # letters in a line of a table's cell
_IN_SD = "change, in standard deviations"
_DASHED = (0, (5, 3))
_SHOWN = (-3.2, 4.2)  # standard deviations of the change that the rows have room for


@dataclass(frozen=True)
class LampRow:
    """One row of a small trial: its patients, its test, and whether the lamp is lit.

    Attributes
    ----------
    label : str
    values : (patients,) or None
        The patients' changes; None for the difference between the arms.
    mean, lower, upper : float
    truth : float or None
        None where nobody knows it.
    p : str
        The p value in words.
    lit : bool
    """

    label: str
    values: np.ndarray | None
    mean: float
    lower: float
    upper: float
    truth: float | None
    p: str
    lit: bool

    @property
    def words(self) -> str:
        """The row as the reader sees it."""
        return f"{self.label}: {self.mean:+.2f}, p {self.p}".replace("-", "−")

    @property
    def interval(self) -> str:
        """The interval of the mean in words."""
        return f"{self.lower:.2f} to {self.upper:.2f}".replace("-", "−")


def lamp_row(label: str, values, test, at: int = 0, truth: float | None = None) -> LampRow:
    """Return the row of one trial's t test; its lamp is lit at the two-sided 5% level.

    Parameters
    ----------
    label : str
    values : (patients,) or None
    test : secondlook.means.MeanTest
        Of one trial or many.
    at : int
        Which of its trials, from 0.
    truth : float or None
    """
    p = float(test.p_two_sided[at])
    ends = (float(each[at]) for each in (test.mean, test.lower, test.upper))
    return LampRow(label, values, *ends, truth, p_words(p), p < 0.05)


def two_lamps(
    rows: Sequence[LampRow], lit: np.ndarray, trial: int, *, title: str, arms: Sequence[str]
) -> Picture:
    """Draw one small trial with its tests, and many trials as pairs of lamps.

    Parameters
    ----------
    rows : three LampRow
        Either arm against its own start, and the difference between them.
    lit : (trials, 2) bool
        Whether each arm's own test is significant, in each trial of the grid.
    trial : int
        The trial shown, from 0.
    title : str
    arms : two str
        The arms as the two lamps stand for them.
    """
    lit = np.asarray(lit, bool)
    pattern = lit[:, 0] & ~lit[:, 1]

    def body(sheet: Sheet) -> None:
        if sheet.narrow:
            one = (sheet.left + 8, sheet.right - 8, sheet.top - 214, sheet.top - 6)
            many = (sheet.left, sheet.right, sheet.bottom + 6, one[2] - 94)
        else:
            one = (sheet.left + 8, sheet.left + 346, sheet.bottom + 42, sheet.top - 8)
            many = (sheet.left + 390, sheet.right, sheet.bottom + 4, sheet.top - 44)
        _draw_trial(sheet, one, rows)
        _draw_grid(sheet, many, lit, trial, arms)

    patients = len(rows[0].values)
    return Picture(
        title=title,
        subtitle=f"Trial {trial + 1}: each dot a patient, bars the means with 95% intervals, fine "
        "lines the truth. A filled lamp is a significant change",
        source=f"Simulated; of the pilot it has only the {patients} patients in each arm",
        alt=f"Dots and lamps. In trial {trial + 1}, {rows[0].words}; {rows[1].words}; the "
        f"{rows[2].words}. Of {len(lit)} trials drawn as pairs of lamps, {pattern.sum()} have the "
        f"{arms[0]} lamp lit and the {arms[1]} lamp dark; {int(lit.all(axis=1).sum())} have both "
        f"lit and {int((~lit).all(axis=1).sum())} neither.",
        body=body,
        height=400,
        narrow_height=596,
    )


def arms_and_difference(
    rows: Sequence[LampRow], *, title: str, subtitle: str, unit: str, source: str
) -> Picture:
    """Draw one trial: each arm against its own start, and the difference between the arms.

    Parameters
    ----------
    rows : sequence of LampRow
    title, subtitle, source : str
    unit : str
        Of the change, for the axis.
    """

    def body(sheet: Sheet) -> None:
        box = (sheet.left + 8, sheet.right - 8, sheet.bottom + 42, sheet.top - 8)
        _draw_trial(sheet, box, rows, f"change, {unit}")

    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Dots with means and intervals. {title}. " + "; ".join(r.words for r in rows) + ".",
        body=body,
        height=330,
        narrow_height=270,
    )


def small_and_lucky(
    estimates, significant, truth: float, reported: float, limit: float, *,
    title: str, patients: int, level: str,
) -> Picture:  # fmt: skip
    """Draw many pilots as dots by their estimate, the significant ones marked.

    Parameters
    ----------
    estimates : (pilots,)
        In standard deviations.
    significant : (pilots,) bool
    truth : float
        The true difference.
    reported : float
        Mean size of a significant estimate.
    limit : float
        The size from which an estimate is significant.
    title : str
    patients : int
        In each arm.
    level : str
        "two-sided 5%".
    """
    estimates, significant = np.asarray(estimates), np.asarray(significant)

    def body(sheet: Sheet) -> None:
        box = (sheet.left + 10, sheet.right - 10, sheet.bottom + 40, sheet.top - 62)
        _draw_pilots(sheet, box, estimates, significant, truth, reported, limit)

    wrong = significant & (np.sign(estimates) != np.sign(truth))
    return Picture(
        title=title,
        subtitle=f"{len(estimates)} pilots of {patients} patients in each arm; filled: significant "
        f"at {level}",
        source="Simulated; the estimates are normal, with a known standard deviation",
        alt=f"Stacked dots. {len(estimates)} simulated pilots, {patients} patients in each arm, "
        f"spread around a true difference of {truth:.2f} standard deviations. "
        f"{int(significant.sum())} are significant, which takes an estimate of {limit:.2f} or "
        f"more; on average a significant one shows {reported:.2f}. {int(wrong.sum())} of them "
        "point the wrong way.",
        body=body,
        height=380,
        narrow_height=300,
    )


@dataclass(frozen=True)
class Bar:
    """One arm of one study: its label, its amount (None: a placebo, or not stated), its words."""

    label: str
    value: float | None
    words: str
    study: int  # 0 or 1


def compared(
    bars: Sequence[Bar], lines: Sequence[tuple[str, str, str, bool | None]],
    studies: Sequence[str], *, base: float, title: str, measure: str, foot: str, source: str,
) -> Picture:  # fmt: skip
    """Draw two studies: an amount for each arm on a log scale, and what changed in words.

    Parameters
    ----------
    bars : sequence of Bar
        The arms of the first study, then of the second.
    lines : sequence of (aspect, first, second, different)
        The last is None where print leaves it open.
    studies : two str
    base : float
        The amount at which the bars start.
    title, measure, source : str
        ``measure`` says what the bars are, and stands in the subtitle.
    foot : str
        What the base is.
    """
    changed = [aspect for aspect, _, _, differs in lines if differs]
    bars_height = 26 * len(bars) + 60

    def body(sheet: Sheet) -> None:
        left = sheet.left + (4 if sheet.narrow else 190)
        gap = 37 if sheet.narrow else 26
        high = sheet.top - (22 if sheet.narrow else 6)
        box = (left, sheet.right - (172 if sheet.narrow else 178), high - gap * len(bars), high)
        _draw_bars(sheet, box, bars, base, foot)
        _draw_lines(sheet, box[2] - 62, lines, studies)

    narrow_lines = sum(_rows(line, studies) for line in lines)
    wide_lines = sum(max(len(_wrapped(words, _CELL)) for words in line[1:3]) for line in lines)
    return Picture(
        title=title,
        subtitle=measure,
        source=source,
        alt="Bars on a log scale, and a table. "
        + "; ".join(f"{bar.label}: {bar.words}" for bar in bars)
        + (f". Different: {', '.join(changed).lower()}." if changed else ". Nothing differs."),
        body=body,
        height=bars_height + 134 + 16 * wide_lines + 8 * len(lines),
        narrow_height=37 * len(bars) + 84 + 15.5 * narrow_lines + 23 * len(lines),
    )


def _draw_trial(sheet, box, rows: Sequence[LampRow], axis=_IN_SD) -> None:
    panel = sheet.panel(*box, _SHOWN, (len(rows) - 0.35, -0.55))
    ticks = (-2, 0, 2)
    panel.x_axis(ticks, ("−2", "0", "2"), axis)
    panel.line((0, 0), panel.ylim, color=style.GRID, linewidth=1.4, zorder=0)
    pattern = rows[0].lit and not rows[1].lit  # the only trials that are coloured in the grid
    for y, row in enumerate(rows):
        color = COBALAMIN if row.lit and pattern else SLATE
        if row.values is not None:
            inside = np.clip(row.values, *_SHOWN)
            panel.points(inside, [y - 0.03] * len(inside), color=FILL, size=4.5)
        at = y + 0.16
        panel.line((row.lower, row.upper), (at, at), color=color, linewidth=2)
        panel.points(row.mean, at, color=color, size=6)
        if row.truth is not None:
            panel.line((row.truth,) * 2, (y - 0.14, y + 0.3), color=style.TRUTH, linewidth=1,
                       zorder=5)  # fmt: skip
        panel.note(_SHOWN[0], y - 0.3, row.words, weight="bold" if row.lit else "normal")
        panel.points(_SHOWN[1] - 0.25, y, color=color, size=13, fill=row.lit)


def _draw_grid(sheet: Sheet, box, lit: np.ndarray, trial: int, arms: Sequence[str]) -> None:
    side = 10
    panel = sheet.panel(*box, (0, side), (len(lit) / side, 0))
    x, y = np.arange(len(lit)) % side + 0.5, np.arange(len(lit)) // side + 0.5
    pattern = lit[:, 0] & ~lit[:, 1]
    apart = 6.5 / (box[1] - box[0]) * side
    for which, color in ((pattern, COBALAMIN), (~pattern, SLATE)):
        for arm, shift in ((0, -apart), (1, apart)):
            for state in (True, False):
                mine = which & (lit[:, arm] == state)
                if mine.any():
                    panel.points(x[mine] + shift, y[mine], color=color, size=7, fill=state)
    panel.points(x[trial], y[trial], color=INK, size=25, fill=None)
    head = f"{len(lit)} trials: the left lamp is {arms[0]},"
    tail = f"the right one {arms[1]}; coloured: the pilot's pattern"
    sheet.text(box[0], box[3] + 24, head, weight="bold")
    sheet.text(box[0], box[3] + 8, tail, size=style.SMALL)


def _draw_pilots(sheet, box, estimates, significant, truth, reported, limit) -> None:
    low, high = -2.0, 2.6
    panel = sheet.panel(*box, (low, high), (0, 1))
    panel.x_axis((-2, -1, 0, 1, 2), ("−2", "−1", "0", "1", "2"),
                 "estimated difference, in standard deviations")  # fmt: skip
    width = 9.0 / (box[1] - box[0]) * (high - low)
    column = np.floor(np.clip(estimates, low + width, high - width) / width)
    order = np.lexsort((significant, column))
    place = np.empty(len(order))
    for value in np.unique(column):
        mine = order[column[order] == value]
        place[mine] = np.arange(len(mine))
    step = min(9.0, (box[3] - box[2] - 6) / max(place.max() + 1, 1))
    y = (place * step + 4) / (box[3] - box[2])
    x = (column + 0.5) * width
    size = 6.5 if step > 7 else 5.0 if step > 5 else 4.0
    for kept, color in ((~significant, SLATE), (significant, COBALAMIN)):
        if kept.any():
            panel.points(x[kept], y[kept], color=color, size=size, fill=color == COBALAMIN)
    for edge in (-limit, limit):
        if low < edge < high:
            panel.line((edge, edge), (0, 1), color=MUTED, linewidth=1.1, linestyle=_DASHED)
    panel.truth(truth)
    panel.line((min(reported, high),) * 2, (0, 1.08), color=COBALAMIN, linewidth=2)
    told = f"truth {truth:.2f}, fine line; " if not sheet.narrow else f"truth {truth:.2f}; "
    sheet.text(box[0], box[3] + 42, f"{told}dashed: significant from {limit:.2f}")
    words = f"shown by the significant: {reported:.2f}"
    half = 0.3 * len(words) * style.TEXT
    at = min(max(float(panel.x(min(reported, high))), box[0] + half), box[1] - half)
    sheet.text(at, box[3] + 20, words, color=COBALAMIN, weight="bold", ha="center")


def _draw_bars(sheet: Sheet, box, bars: Sequence[Bar], base: float, foot: str) -> None:
    most = max([bar.value for bar in bars if bar.value], default=base * 10)
    low, high = math.log10(base), max(math.log10(most), math.log10(base) + 1)
    panel = sheet.panel(*box, (low, high), (len(bars) - 0.5, -0.5))
    ticks = [t for t in range(math.ceil(low), math.floor(high) + 1)]
    if len(ticks) > 5:
        ticks = ticks[::2]
    labels = [f"{10**t:,}" if t >= 0 else f"{10**t:g}" for t in ticks]
    panel.x_axis(ticks, labels, foot)
    panel.line((low, low), panel.ylim, color=MUTED, linewidth=1)
    mark = 0.12 if sheet.narrow else 0.0
    for y, bar in enumerate(bars):
        color = COBALAMIN if bar.study else SLATE
        panel.segments([low], [high], [y + mark], color=style.GRID, width=1)
        if bar.value:
            end = math.log10(bar.value)
            panel.segments([low], [end], [y + mark], color=color, width=12)
            panel.note(end, y + mark, bar.words, dx=6, weight="bold")
        else:
            panel.note(low, y + mark, bar.words, dx=4, color=MUTED, halo=True)
        if sheet.narrow:
            panel.note(low, y + mark, bar.label, dx=4, dy=15)
        else:
            panel.note(low, y, bar.label, dx=-8, ha="right")


def _draw_lines(sheet: Sheet, top: float, lines, studies) -> None:
    """The table of what changed; a sign says whether a line did, so that colour need not."""
    if sheet.narrow:
        for aspect, first, second, differs in lines:
            sheet.text(sheet.left, top, _headed(aspect, differs), size=style.SMALL, weight="bold",
                       color=COBALAMIN if differs else MUTED)  # fmt: skip
            for study, words in zip(studies, (first, second), strict=True):
                for line in _wrapped(f"{study}: {words}", _CELL_NARROW):
                    top -= 15.5
                    sheet.text(sheet.left + 8, top, line, size=style.SMALL)
            top -= 23
        return
    columns = (sheet.left + 136, sheet.left + 422)
    for x, study in zip(columns, studies, strict=True):
        sheet.text(x, top, study, size=style.SMALL, weight="bold")
    top -= 22
    for aspect, first, second, differs in lines:
        sheet.text(sheet.left, top, _headed(aspect, differs), size=style.SMALL, weight="bold",
                   color=COBALAMIN if differs else MUTED)  # fmt: skip
        cells = [_wrapped(words, _CELL) for words in (first, second)]
        for x, cell in zip(columns, cells, strict=True):
            for row, line in enumerate(cell):
                sheet.text(x, top - 16 * row, line, size=style.SMALL)
        top -= 16 * max(map(len, cells)) + 8


def _headed(aspect: str, differs: bool | None) -> str:
    return f"{_SIGN[differs]} {aspect}"


def _rows(line, studies) -> int:
    told = zip(studies, line[1:3], strict=True)
    return sum(len(_wrapped(f"{study}: {words}", _CELL_NARROW)) for study, words in told)


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, width) or [""]
