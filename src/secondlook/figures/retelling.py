"""The pictures of chapter 6's retellings: a sentence and its sources, and one result five times."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secondlook.figures import style
from secondlook.figures.style import COBALAMIN, INK, MUTED, SMALL, TEXT, Picture, Sheet

SLATE = style.LIGHT["placebo"]
_LINE = 16.5  # points from one line of small words to the next
_GAP = 16
_HIDDEN = 30
_HEADING = 24
_RAIL, _SAYS, _HOW, _SPLIT = 9, 28, 404, 386  # points from the left edge
_SAYS_WIDTH, _HOW_WIDTH = {False: 52, True: 44}, {False: 45, True: 43}  # letters, by narrow
_RAILS = {"cites": "-", "same story": (0, (5, 3)), "inferred": (0, (1, 3))}
_NODES = {"in hand": ("o", True), "outside": ("o", False), "weak": ("^", False),
          "missing": ("x", None), "unfound": ("x", None)}  # fmt: skip


# ---------------------------------------------------------------- a sentence and its sources


@dataclass(frozen=True)
class Stage:
    """One place of a chain, and what happened on the way up to it.

    Attributes
    ----------
    place, says : the source, and what stands there.
    held : "in hand", "outside", "weak", "missing" or "unfound", for its mark.
    changed : what was altered, in words, or a question; "" if there is nothing behind it.
    altered : whether something was.
    marked : whether that is one of the changes to look at.
    how, link : a sentence on it, and how we know that the two belong together.
    rail : "cites", "same story" or "inferred", for the line; anything else has none.
    heading : of a place that stands beside the chain, and not in it; "" in the chain.
    """

    place: str
    says: str
    held: str
    changed: str
    altered: bool
    marked: bool
    how: str
    link: str
    rail: str
    heading: str = ""


def chain(
    stages: Sequence[Stage], here: int, more: bool, *, title: str, subtitle: str, source: str
) -> Picture:
    """Draw the places of a sentence, the telling on top and what lies behind it below.

    Parameters
    ----------
    stages : sequence of Stage
        Those followed so far, and what is set beside them.
    here : int
        The one that the reader has come to.
    more : bool
        Whether there is a place further back.
    title, subtitle, source : str
    """
    told = "; ".join(f"{s.place}{': ' + s.changed if s.changed else ''}" for s in stages)
    hidden = _HIDDEN if more else 0
    count = f"{len(stages)} place{'' if len(stages) == 1 else 's'}"
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Column of {count}{', more to come' if more else ''}, from the telling down, with "
        f"what was altered on the way up to each. {told}.",
        body=lambda sheet: _draw_chain(sheet, stages, here, more),
        height=sum(_tall(stage, False) + _GAP for stage in stages) + hidden + 142,
        narrow_height=sum(_tall(stage, True) + _GAP for stage in stages) + hidden + 8,
    )


def _place(stage: Stage) -> list[str]:
    return textwrap.wrap(stage.place, 44)  # bold letters are wider


def _says(stage: Stage, narrow: bool) -> list[str]:
    return textwrap.wrap(stage.says, _SAYS_WIDTH[narrow])


def _changed(stage: Stage, narrow: bool) -> list[str]:
    return textwrap.wrap(stage.changed, _HOW_WIDTH[narrow] - 3)


def _how(stage: Stage, narrow: bool) -> list[str]:
    return textwrap.wrap(stage.how, _HOW_WIDTH[narrow]) if stage.changed else []


def _links(stage: Stage, narrow: bool) -> list[str]:
    return textwrap.wrap(stage.link, _HOW_WIDTH[narrow]) if stage.changed else []


def _tall(stage: Stage, narrow: bool) -> float:
    heading = _HEADING if stage.heading else 0
    says = heading + _LINE * (len(_place(stage)) + len(_says(stage, narrow)))
    how = 0.0
    if stage.changed:
        lines = (_changed(stage, narrow), _how(stage, narrow), _links(stage, narrow))
        how = _LINE * sum(map(len, lines))
    return says + how + 6 if narrow else max(says, how)


def _draw_chain(sheet: Sheet, stages: Sequence[Stage], here: int, more: bool) -> None:
    y = sheet.top - 14
    if not sheet.narrow:
        sheet.text(sheet.left + _SAYS, y, "From the telling down to its source", color=MUTED,
                   size=SMALL)  # fmt: skip
        sheet.text(sheet.left + _HOW, y, "What happened on the way up to it", color=MUTED,
                   size=SMALL)  # fmt: skip
        y -= 26
    for row, stage in enumerate(stages):
        tall = _tall(stage, sheet.narrow) + _GAP
        if stage.heading:
            sheet.text(sheet.left, y, stage.heading, color=MUTED, size=SMALL)
            y, tall = y - _HEADING, tall - _HEADING
        _draw_rail(sheet, y, tall, stage, row == here)
        below = _draw_place(sheet, y, stage, row == here)
        if stage.changed:
            _draw_change(sheet, (y if not sheet.narrow else below - 6), stage)
        y -= tall
    if more:
        _draw_hidden(sheet, y)


def _draw_hidden(sheet: Sheet, y: float) -> None:
    """The place that the reader comes to next."""
    panel = sheet.panel(sheet.left, sheet.right, y, y + 8, (0, sheet.right - sheet.left), (0, 8))
    panel.line((_RAIL, _RAIL), (15, 25), color=SLATE, linewidth=1)
    panel.points(_RAIL, 4, color=SLATE, size=8, fill=None)
    sheet.text(sheet.left + _SAYS, y, "? one step back", color=MUTED, size=SMALL)


def _draw_rail(sheet: Sheet, y: float, tall: float, stage: Stage, here: bool) -> None:
    panel = sheet.panel(sheet.left, sheet.right, y - tall + 4, y + 4, (0, 1), (0, 1))
    x = _RAIL / (sheet.right - sheet.left)
    if stage.changed and stage.rail in _RAILS:
        ends = (1 - 9 / tall, 9 / tall)
        panel.line((x, x), ends, color=SLATE, linewidth=2, linestyle=_RAILS[stage.rail])
    marker, fill = _NODES[stage.held]
    color = COBALAMIN if here else SLATE
    panel.points(x, 1, color=color, marker=marker, size=10 if here else 8, fill=fill)


def _draw_place(sheet: Sheet, y: float, stage: Stage, here: bool) -> float:
    """Write the place and what stands there; return the height below it."""
    x = sheet.left + _SAYS
    for line in _place(stage):
        sheet.text(x, y, line, size=SMALL, weight="bold", color=COBALAMIN if here else INK)
        y -= _LINE
    for line in _says(stage, sheet.narrow):
        sheet.text(x, y, line, size=SMALL)
        y -= _LINE
    return y


def _draw_change(sheet: Sheet, y: float, stage: Stage) -> None:
    x = sheet.left + (_SAYS if sheet.narrow else _SPLIT)
    told = stage.altered and stage.marked
    color = COBALAMIN if told else MUTED
    panel = sheet.panel(x, x + 20, y, y + 8, (0, 20), (0, 8))
    panel.points(5, 4, color=color, marker="s" if stage.altered else "o", size=9, fill=told)
    x += 18
    for line in _changed(stage, sheet.narrow):
        sheet.text(x, y, line, size=SMALL, weight="bold" if told else "normal", color=color)
        y -= _LINE
    for line in _how(stage, sheet.narrow):
        sheet.text(x, y, line, size=SMALL)
        y -= _LINE
    for line in _links(stage, sheet.narrow):
        sheet.text(x, y, line, size=SMALL, color=MUTED)
        y -= _LINE


# ---------------------------------------------------------------- one result told five ways


@dataclass(frozen=True)
class TellingRow:
    """One telling: its place, where it leans, and which features it keeps, in their order."""

    place: int
    leans: str
    keeps: tuple[bool, ...]
    here: bool


_LARGE = 17.0
_WORDS_WIDTH = {False: 74, True: 36}
_LARGE_LINE = 23
_ROW, _LEAN = 28, 20  # points from one row of dots, or one line under them, to the next


def telling(
    words: str, rows: Sequence[TellingRow], features: Mapping[str, str], *,
    title: str, subtitle: str, source: str,
) -> Picture:  # fmt: skip
    """Draw the words of a telling, and which features it and the others keep.

    Parameters
    ----------
    words : str
    rows : sequence of TellingRow
        By place; one of them is here.
    features : dict
        Short name, for a wide picture's column, to the longer one of a narrow picture's row.
    title, subtitle, source : str
    """
    said = "; ".join(f"place {r.place}, which {r.leans}, {sum(r.keeps)}" for r in rows)
    lines = {narrow: len(_large(words, narrow)) for narrow in (False, True)}
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Table of dots under the telling. Of {len(features)} features are kept: {said}.",
        body=lambda sheet: _draw_telling(sheet, words, rows, features),
        height=_LARGE_LINE * lines[False] + _ROW * len(rows) + 164,
        narrow_height=_LARGE_LINE * lines[True] + _ROW * len(features) + _LEAN * len(rows) + 84,
    )


def _large(words: str, narrow: bool) -> list[str]:
    return textwrap.wrap(f"“{words}”", _WORDS_WIDTH[narrow])


def _draw_telling(sheet: Sheet, words: str, rows, features) -> None:
    y = sheet.top - 24
    for line in _large(words, sheet.narrow):
        sheet.text(sheet.left, y, line, size=_LARGE)
        y -= _LARGE_LINE
    draw = _draw_dots_narrow if sheet.narrow else _draw_dots
    draw(sheet, y - 14, rows, features)


def _draw_dots(sheet: Sheet, y: float, rows: Sequence[TellingRow], features) -> None:
    """A row for each telling, a column for each feature."""
    left, bottom = sheet.left + 174, y - 20 - _ROW * len(rows)
    panel = sheet.panel(left, sheet.right, bottom, y - 20, (0, len(features)), (len(rows), 0))
    panel.line(panel.xlim, (0, 0), color=style.GRID, linewidth=1)
    for column, name in enumerate(features):
        panel.note(column + 0.5, 0, name, dy=14, size=SMALL, color=MUTED, ha="center")
    for row, each in enumerate(rows):
        told = _told(each)
        panel.line(panel.xlim, (row + 0.5,) * 2, color=style.GRID, linewidth=1)
        panel.note(0, row + 0.5, f"{each.place}: {each.leans}", dx=-162, size=TEXT, **told)
        for column, kept in enumerate(each.keeps):
            _dot(panel, column + 0.5, row + 0.5, kept, each.here)
        if each.here:
            _bar(panel, -168 / (sheet.right - left) * len(features), row)


def _draw_dots_narrow(sheet: Sheet, y: float, rows: Sequence[TellingRow], features) -> None:
    """A row for each feature, a column for each telling."""
    left, top = sheet.left + 186, y - 18
    bottom = top - _ROW * len(features)
    panel = sheet.panel(left, sheet.right, bottom, top, (0, len(rows)), (len(features), 0))
    for column, each in enumerate(rows):
        panel.note(column + 0.5, 0, f"{each.place}", dy=14, ha="center", size=SMALL, **_told(each))
    for row, name in enumerate(features.values()):
        panel.line(panel.xlim, (row + 0.5,) * 2, color=style.GRID, linewidth=1)
        panel.note(0, row + 0.5, name, dx=-186, size=SMALL)
        for column, each in enumerate(rows):
            _dot(panel, column + 0.5, row + 0.5, each.keeps[row], each.here)
    y = bottom - 24
    for each in rows:
        sheet.text(sheet.left, y, f"{each.place}: {each.leans}", size=SMALL, **_told(each))
        y -= _LEAN


def _told(row: TellingRow) -> dict:
    return {"color": COBALAMIN, "weight": "bold"} if row.here else {"color": INK}


def _dot(panel, x: float, y: float, kept: bool, here: bool) -> None:
    panel.points(x, y, color=COBALAMIN if here else SLATE, size=11, fill=kept)


def _bar(panel, x: float, row: int) -> None:
    panel.line((x, x), (row + 0.12, row + 0.88), color=COBALAMIN, linewidth=3)
