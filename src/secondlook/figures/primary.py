"""The pictures of chapter 3's analysis: ranked changes, and tables that lie beside print."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D

from secondlook.evidence import Published
from secondlook.figures import style
from secondlook.figures.style import MUTED, SMALL, Picture, Sheet
from secondlook.figures.tables import FoldedTable, Table

_DASHED = (0, (5, 3))


# ---------------------------------------------------------------- beside print


@dataclass(frozen=True)
class Cell:
    """A number of a published table, and the same number computed from the twin.

    Attributes
    ----------
    label : str
    printed : str
        As in print.
    value : float
        Computed; inf is "not reached".
    """

    label: str
    printed: str
    value: float

    @property
    def digits(self) -> int:
        """Decimals in print, which are those that can be compared."""
        return len(self.printed.replace("−", "-").partition(".")[2])

    @property
    def computed(self) -> str:
        """The computed number with one decimal more than print has, for ratios and p values."""
        if not math.isfinite(self.value):
            return "not reached"
        return _minus(f"{self.value:.{self.digits + (self.digits > 1)}f}")

    @property
    def difference(self) -> str:
        """Computed less printed, with the sign; empty if neither is a number."""
        try:
            printed = float(self.printed.replace("−", "-"))
        except ValueError:
            return "no number in print" if math.isfinite(self.value) else "same"
        if not math.isfinite(self.value):
            return "the twin has no number"
        gap = round(self.value - printed, self.digits + (self.digits > 1))
        return "0" if gap == 0 else _minus(f"{gap:+.{self.digits + (self.digits > 1)}f}")


def cells(label: str, row: Published, value, lower=None, upper=None, *, limits=("from", "to")):
    """Return the cells of a published row: the value, and its limits where they are computed."""
    named = [(label, row.value, row.text, value)]
    for name, end, computed in zip(limits, (row.lower, row.upper), (lower, upper), strict=True):
        if computed is not None:
            named.append((f"{label}, {name}", end, "", computed))
    digits = len(row.text.partition(".")[2])
    return [
        Cell(name, _as_printed(end, text, digits), float(computed))
        for name, end, text, computed in named
    ]


def _as_printed(value, text: str, digits: int) -> str:
    if text and not _is_number(text):
        return text
    return "not reached" if value is None else _minus(f"{value:.{digits}f}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def beside_print(
    rows: Mapping[str, Sequence[Cell]], caption: str, *, folded: bool = False
) -> Table:
    """Return a table with one line for each published row: printed, computed, and the difference.

    Parameters
    ----------
    rows : dict of label to cells
        The value, then its limits if it has any; as :func:`cells` returns them.
    caption : str
    folded : bool
        Behind its caption, for what is there to be looked up.
    """
    return (FoldedTable if folded else Table)(
        ["Table 2A", "printed", "the twin", "difference"],
        [
            [
                label,
                _with_limits([cell.printed for cell in line]),
                _with_limits([cell.computed for cell in line]),
                ", ".join(cell.difference for cell in line),
            ]
            for label, line in rows.items()
        ],
        caption=caption,
    )


def _with_limits(numbers: Sequence[str]) -> str:
    first, *limits = numbers
    return f"{first} ({' to '.join(limits)})" if limits else first


# ---------------------------------------------------------------- ranked changes


@dataclass(frozen=True)
class Ranked:
    """One arm's changes of a score, worst ranks included.

    Attributes
    ----------
    change : (patients,)
        −inf where the patient is ranked worst.
    printed : float
        The published median.
    """

    change: np.ndarray
    printed: float

    @property
    def worst(self) -> float:
        """Share of the arm ranked worst."""
        return float(np.isneginf(self.change).mean())

    @property
    def median(self) -> float:
        """Of all patients, those ranked worst below every score; −inf if they are half or more."""
        ordered = np.sort(self.change)
        low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
        return float((low + high) / 2)


def ranked_changes(
    arms: Mapping[str, Ranked], *, title: str, subtitle: str, source: str
) -> Picture:
    """Draw how many patients of each arm kept at least so much of their score.

    Parameters
    ----------
    arms : dict of arm to Ranked
    title, subtitle, source : str
    """
    told = "; ".join(
        f"{arm}: {100 * one.worst:.0f}% ranked worst, median with them {_median(one)}, "
        f"printed {_minus(f'{one.printed:.0f}')}"
        for arm, one in arms.items()
    )
    return Picture(
        title=title,
        subtitle=subtitle,
        source=source,
        alt=f"Rising curves of the share of patients who lost at most so many points. {told}.",
        body=lambda sheet: _draw_ranked(sheet, arms),
        height=400,
        narrow_height=360,
    )


def _median(one: Ranked) -> str:
    return _minus(f"{one.median:.0f}") if math.isfinite(one.median) else "below every score"


def _draw_ranked(sheet: Sheet, arms: Mapping[str, Ranked]) -> None:
    panel = sheet.panel(
        sheet.left + 52, sheet.right - 20, sheet.bottom + 44, sheet.top - 62, (-4, 44), (0, 1)
    )
    shares = (0, 0.25, 0.5, 0.75, 1)
    panel.y_axis(shares, ("0", "25", "50", "75", "100%"), "share of patients who lost no more")
    ticks = range(0, 41, 10)
    panel.x_axis(ticks, [f"{t}" for t in ticks], "points of the ALSFRS-R lost since baseline")
    panel.line(panel.xlim, (0.5, 0.5), color=MUTED, linewidth=1.2, linestyle=_DASHED)
    ends = []
    for arm, one in arms.items():
        lost = -np.sort(one.change[np.isfinite(one.change)])[::-1]
        at, count = np.unique(lost, return_counts=True)
        share = np.cumsum(count) / len(one.change)
        line = style.ARMS[arm]
        panel.steps(np.r_[-4, at, 44], np.r_[0, share, share[-1:]], **line)
        ends.append((arm, one, line))
    for _, one, line in ends:
        panel.points(-one.printed, 0.5, color=line["color"], fill=False, marker="D", size=8)
    _name_arms(sheet, panel, ends)


def _name_arms(sheet: Sheet, panel, ends) -> None:
    """A key on top of the panel: the curves end too close together for labels at their ends."""
    at = panel.left
    for arm, one, line in ends:
        panel.sheet.add(_sample(at, panel.top + 42, line))
        words = f"{arm}: {100 * one.worst:.0f}% worst" if not sheet.narrow else arm
        sheet.text(at + 30, panel.top + 38, words, size=SMALL, color=style.ARM_TEXT[arm])
        at += 105 if sheet.narrow else 175


def _sample(x: float, y: float, line: Mapping) -> Line2D:
    return Line2D([x, x + 24], [y, y], **line)


def _minus(text: str) -> str:
    return text.replace("-", "−")
