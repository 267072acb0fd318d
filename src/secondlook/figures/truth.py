"""The pictures of the truth dial: one trial's screen, and how often each world shows a cue."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from secondlook.figures.style import COBALAMIN, FILL, MUTED, SMALL, Picture, Sheet
from secondlook.figures.subgroup import ForestRow, _draw_intervals

SIMULATED = "Simulated trials of E0302's size, both doses together against placebo; no real patient"
_LIMITS = (math.log(0.25), math.log(3.0))


def screen(rows: Sequence[ForestRow], p: dict[str, str], *, title: str) -> Picture:
    """Draw the three hazard ratios of one trial with its three p values.

    Parameters
    ----------
    rows : three ForestRow
        Everyone, early, late.
    p : name to p in words
        One-sided for early and whole, two-sided for the interaction.
    """
    said = _said(p)

    def body(sheet: Sheet) -> None:
        box = (sheet.left + 70, sheet.right - 130, sheet.bottom + 40, sheet.top - 4)
        _draw_screen(sheet, box, rows, values=True)

    return Picture(
        title=title,
        subtitle=said,
        source=SIMULATED,
        alt=f"Forest plot, {title}. "
        + "; ".join(f"{row.label} {row.words}" for row in rows)
        + f". {said}.",
        body=body,
        height=190,
        narrow_height=130,
    )


def dial(
    rows: Sequence[ForestRow], p: dict[str, str], shares: Sequence[tuple[str, float]], turned: int,
    *, cue: str, found: str, shown: bool, trial: int, trials: int,
) -> Picture:  # fmt: skip
    """Draw one trial of a known world, and the share of trials with a cue in each world.

    Parameters
    ----------
    rows, p
        As in :func:`screen`.
    shares : sequence of (world, share)
    turned : int
        Place of the world that the trial comes from.
    cue, found : str
        What the bars count, and what the title says of this trial, in words.
    shown : bool
        Whether this trial shows what the title says.
    trial, trials : int
        Number of the trial, from 1, and how many there are in each world.
    """
    world = shares[turned][0]

    def body(sheet: Sheet) -> None:
        if sheet.narrow:
            forest = (sheet.left + 66, sheet.right - 12, sheet.bottom + 216, sheet.top - 22)
            bars = (sheet.left, sheet.right - 50, sheet.bottom + 10, sheet.bottom + 138)
        else:
            forest = (sheet.left + 70, sheet.left + 370, sheet.bottom + 40, sheet.top - 40)
            bars = (sheet.left + 426, sheet.right - 50, sheet.bottom + 24, sheet.top - 40)
        _draw_screen(sheet, forest, rows, values=False)
        words = f"Trial {trial}, hazard ratios"
        sheet.text(sheet.left, forest[3] + 8, words, weight="bold")
        _draw_worlds(sheet, bars, shares, turned, trials)

    verb = "shows" if shown else "does not show"
    return Picture(
        title=f"Where the drug {_verb(world)}, this trial {verb} {found}",
        subtitle=f"{_said(p)}. Bars: of {trials} trials in each world, those that show {cue}",
        source=SIMULATED,
        alt=f"Forest plot of trial {trial} in the world “{world}”, and three bars. "
        + "; ".join(f"{row.label} {row.words}" for row in rows)
        + f". {_said(p)}. Trials that show {cue}: "
        + "; ".join(f"{name} {_percent(share)}" for name, share in shares)
        + ".",
        body=body,
        height=340,
        narrow_height=370,
    )


def _said(p: dict[str, str]) -> str:
    return "; ".join(f"{name} {words}" for name, words in p.items())


def _verb(world: str) -> str:
    return "does nothing" if world == "nothing works" else world


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= 0.095 else f"{100 * share:.1f}%"


def _draw_screen(sheet: Sheet, box, rows, *, values: bool) -> None:
    panel = sheet.panel(*box, _LIMITS, (len(rows) - 0.4, -0.6))
    ticks = (0.25, 0.5, 1, 2)
    panel.x_axis(np.log(ticks), [f"{t:g}" for t in ticks], "hazard ratio")
    panel.line((0.0, 0.0), panel.ylim, color=MUTED, linewidth=1)
    _draw_intervals(panel, rows, COBALAMIN, None)
    for y, row in enumerate(rows):
        panel.note(_LIMITS[0], y, row.label, dx=-8, ha="right", size=SMALL)
        if values:
            panel.note(_LIMITS[1], y, row.words, dx=8, size=SMALL)


def _draw_worlds(sheet: Sheet, box, shares, turned: int, trials: int) -> None:
    most = max(0.05, *(share for _, share in shares))
    panel = sheet.panel(*box, (0, most), (len(shares) - 0.4, -0.6))
    for i, (world, share) in enumerate(shares):
        mine = i == turned
        color, weight = (COBALAMIN, "bold") if mine else (FILL, "normal")
        panel.segments([0], [max(share, most / 400)], [i + 0.15], color=color, width=12)
        panel.note(0, i + 0.15, world, dy=15, size=SMALL, weight=weight)
        panel.note(share, i + 0.15, _percent(share), dx=6, weight="bold")
    sheet.text(box[0], box[3] + 8, f"Of {trials} trials in each", weight="bold")
