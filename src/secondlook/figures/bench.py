"""The pictures of the forensic bench: what rounding allows beside what is printed."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from secondlook.figures import style
from secondlook.figures.style import (
    COBALAMIN,
    FILL,
    INK,
    MUTED,
    NARROW,
    SMALL,
    Panel,
    Picture,
    Sheet,
)
from secondlook.forensics.verdict import show

SLATE = style.LIGHT["placebo"]
_LEAST_P = 1e-6  # the p scale ends here; what is less stands at its edge
_MOST_DOTS = 41
_ROW, _LINE = 46.0, 15.5
_CHARS, _CHARS_NARROW = 102, 48


@dataclass(frozen=True)
class Span:
    """What a computed figure can be.

    Attributes
    ----------
    label, words : str
        What it is, and its value in words.
    low, high : float
        Within rounding.
    fits : bool or None
        Whether the printed figure can be it; None if nothing is printed beside it.
    printed : float, optional
        What is printed for this one alone.
    """

    label: str
    words: str
    low: float
    high: float
    fits: bool | None
    printed: float | None = None


@dataclass(frozen=True)
class Mark:
    """A printed figure, with what it may have been before it was rounded."""

    words: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Answer:
    """One sum in words: what it asks, what it answers, and whether the figures fit."""

    asks: str
    said: str
    fits: bool | None


# ---------------------------------------------------------------- what rounding allows


def scale(
    spans: Sequence[Span], mark: Mark | None, *, axis: str, title: str, subtitle: str, source: str,
    p: bool = False, whole: bool = False,
) -> Picture:  # fmt: skip
    """Draw what the computed figures can be as bars, and the printed one as a hollow diamond.

    Parameters
    ----------
    spans : sequence of Span
    mark : Mark, optional
        The printed figure that all spans are compared with.
    axis, title, subtitle, source : str
    p : bool
        A scale of p values: logarithms, down to 0.000001.
    whole : bool
        Mark the whole numbers.
    """
    rows = len(spans) + (mark is not None)
    told = "; ".join(
        f"{s.label} {s.words}{_FITS[s.fits]}"
        + ("" if s.printed is None else f", printed {show(s.printed)}")
        for s in spans
    )
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Scale of {axis}, with a bar for each range. {told}."
        + (f" Printed: {mark.words}." if mark else ""),
        body=lambda sheet: _draw_scale(sheet, spans, mark, axis, p, whole),
        height=rows * _ROW + 158,
        narrow_height=rows * (_ROW + _LINE * _is_stacked(spans, NARROW)) + 52,
    )


def _is_stacked(spans: Sequence[Span], width: float) -> bool:
    """Whether label and words are too long to stand on one line in every row."""
    return any(len(s.label) * 7.2 + len(_said(s)) * 6.6 + 20 > width for s in spans)


def _said(span: Span) -> str:
    return span.words + {True: ": fits", False: ": does not fit", None: ""}[span.fits]


_FITS = {True: ", which fits", False: ", which does not fit", None: ""}


def _draw_scale(sheet: Sheet, spans, mark, axis: str, p: bool, whole: bool) -> None:
    rows = len(spans) + (mark is not None)
    lead = _LINE if sheet.narrow and _is_stacked(spans, NARROW) else 0.0
    low, high = _limits(spans, mark, p, whole)
    top = sheet.top - 6
    panel = sheet.panel(
        sheet.left + 14, sheet.right - 14, sheet.bottom + 40, top, (low, high), (rows, 0.0)
    )
    _draw_axis(sheet, panel, axis, p, whole)
    at = _p_place if p else float
    if mark:
        ends = np.clip([at(mark.low), at(mark.high)], low, high)
        panel.band(ends, [rows, rows], [0, 0], color=COBALAMIN, opacity=0.10)
    for row, span in enumerate(spans):
        _draw_words(sheet, panel, row, span.label, _said(span), span.fits, lead)
        _draw_span(panel, row, span, at)
        if whole:
            _draw_whole(panel, row, (low, high), span)
        if span.printed is not None:
            panel.published(float(np.clip(at(span.printed), low, high)), row + 0.68)
    if mark:
        _draw_words(sheet, panel, rows - 1, "printed", mark.words, None, lead)
        panel.published(float(np.clip(at(mark.value), low, high)), rows - 0.32)


def _draw_words(sheet: Sheet, panel: Panel, row: int, label: str, words, fits, lead) -> None:
    """Label at the left and words at the right, ``lead`` points lower."""
    y = float(panel.y(row)) - 17
    sheet.text(sheet.left, y, label, size=SMALL, weight="bold", halo=True)
    color = COBALAMIN if fits is False else INK
    sheet.text(sheet.right, y - lead, words, size=SMALL, color=color, ha="right", halo=True)


def _draw_span(panel: Panel, row: int, span: Span, at) -> None:
    low, high = np.clip([at(span.low), at(span.high)], *panel.xlim)
    least = 4 * (panel.xlim[1] - panel.xlim[0]) / (panel.right - panel.left)
    if high - low < least:  # four points wide at least, so that it can be seen
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    color = COBALAMIN if span.fits is False else SLATE
    panel.segments([low], [high], [row + 0.68], color=color, width=12)


def _draw_whole(panel: Panel, row: int, limits, span: Span) -> None:
    numbers = np.arange(math.ceil(limits[0]), math.floor(limits[1]) + 1)
    if len(numbers) > _MOST_DOTS:
        return
    inside = (numbers >= span.low) & (numbers <= span.high)
    for which, color in ((~inside, FILL), (inside, INK)):
        if which.any():
            panel.points(
                numbers[which], np.full(which.sum(), row + 0.68), color=color, size=5, fill=None
            )


def _draw_axis(sheet: Sheet, panel: Panel, axis: str, p: bool, whole: bool) -> None:
    low, high = panel.xlim
    if p:
        ticks = range(math.ceil(low - 1e-9), 1)
        every = 2 if sheet.narrow and len(ticks) > 4 else 1
        ticks = [t for t in ticks if -t % every == 0]
        labels = [f"{10.0**t:.{-t}f}" for t in ticks]
    else:
        places = MaxNLocator(3 if sheet.narrow else 5, integer=whole).tick_values(low, high)
        ticks = [t for t in places if low <= t <= high]
        labels = [show(0.0 if abs(t) < 1e-9 * (high - low) else t) for t in ticks]
    for tick in ticks:
        panel.line([tick, tick], panel.ylim, color=style.GRID, linewidth=1, zorder=0)
    # a long number at the very edge would leave the sheet
    kept = [
        (tick, label)
        for tick, label in zip(ticks, labels, strict=True)
        if panel.x(tick) - 3.3 * len(label) > 0 and panel.x(tick) + 3.3 * len(label) < sheet.width
    ]
    panel.x_axis([tick for tick, _ in kept], [label for _, label in kept], axis)


def _limits(spans, mark, p: bool, whole: bool) -> tuple[float, float]:
    ends = [end for s in spans for end in (s.low, s.high)]
    ends += [s.printed for s in spans if s.printed is not None]
    ends += [mark.low, mark.value, mark.high] if mark else []
    if p:
        least = min(end for end in ends if end > 0) if any(end > 0 for end in ends) else _LEAST_P
        return max(math.floor(math.log10(least)), math.log10(_LEAST_P)) - 0.15, 0.05
    low, high = min(ends), max(ends)
    if whole:
        low, high = math.floor(low) - 3, math.ceil(high) + 3
        return float(low), float(high)
    pad = 0.12 * (high - low) or max(0.05 * abs(high), 1e-6)
    return low - pad, high + pad


def _p_place(p: float) -> float:
    return math.log10(max(p, _LEAST_P / 10))


# ---------------------------------------------------------------- sums in words


def answers(rows: Sequence[Answer], *, title: str, subtitle: str, source: str) -> Picture:
    """Draw sums in words, each with a mark: it fits, it does not, or there is nothing to tell.

    Parameters
    ----------
    rows : sequence of Answer
        One at least.
    title, subtitle, source : str
    """
    against = [row.asks for row in rows if row.fits is False]
    told = f"List of {len(rows)} {'sum' if len(rows) == 1 else 'sums'} with their answers. "
    told += f"{len(against)} cannot be so" + (f", the first: {against[0]}" if against else "")
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"{told.rstrip('?.')}.",
        body=lambda sheet: _draw_answers(sheet, rows),
        height=sum(_tall(row, _CHARS) for row in rows) + 112,
        narrow_height=sum(_tall(row, _CHARS_NARROW) for row in rows) + 24,
    )


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, width)


def _tall(row: Answer, width: int) -> float:
    return _LINE * (len(_wrapped(row.asks, width)) + len(_wrapped(row.said, width))) + 14


def _draw_answers(sheet: Sheet, rows: Sequence[Answer]) -> None:
    width = _CHARS_NARROW if sheet.narrow else _CHARS
    y = sheet.top - 8
    for row in rows:
        tall = _tall(row, width)
        box = sheet.panel(sheet.left, sheet.right, y - tall, y, (0, 1), (0, 1))
        color = {True: SLATE, False: COBALAMIN, None: MUTED}[row.fits]
        box.line((0, 1), (1, 1), color=style.GRID, linewidth=1)
        _draw_sign(box, sheet, y - 15, row.fits, color)
        at = y - 19
        for words, weight in ((row.asks, "bold"), (row.said, "normal")):
            for line in _wrapped(words, width):
                sheet.text(sheet.left + 24, at, line, size=SMALL, weight=weight)
                at -= _LINE
        y -= tall
    box = sheet.panel(sheet.left, sheet.right, y - 1, y, (0, 1), (0, 1))
    box.line((0, 1), (1, 1), color=style.GRID, linewidth=1)


def _draw_sign(box: Panel, sheet: Sheet, y: float, fits, color: str) -> None:
    """A filled disc fits, a cross does not, a ring cannot tell."""
    place = sheet.panel(sheet.left, sheet.left + 16, y - 8, y + 8, (0, 1), (0, 1))
    marker = "X" if fits is False else "o"
    place.points(0.5, 0.5, color=color, marker=marker, size=9, fill=fits is not None)
    bar = sheet.panel(sheet.left, sheet.left + 16, box.bottom + 6, y - 12, (0, 1), (0, 1))
    bar.line((0.5, 0.5), (0, 1), color=color, linewidth=2)
