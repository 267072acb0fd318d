"""One look for every picture of the course.

A picture is drawn by matplotlib twice, wide (2:1) and narrow (stacked, for a telephone), as SVG.
The page shows the one that fits and gives the colours their light or dark value, so one picture
serves both modes. The axes are drawn by the few helpers below and not by matplotlib's own ticks:
that takes a third of the time, and a slider redraws the picture while the reader watches.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

# name: (light, dark). assets/look.css gives the page the same values; a test compares them.
PALETTE = {
    "ink": ("#1F2328", "#E8EBEE"),
    "paper": ("#FFFFFF", "#14181E"),
    "muted": ("#57606A", "#A9B3BD"),
    "grid": ("#E1E5EA", "#2D3641"),
    "cobalamin": ("#A5123B", "#F27A97"),
    "placebo": ("#4A5A6A", "#A9B8C6"),
    "mg25": ("#B5651D", "#F0A860"),
    "mg25-text": ("#9A5516", "#F0A860"),
    # one step off cobalamin in the light picture, so that each name finds its own variable
    "mg50": ("#A5123C", "#F27A97"),
    "fill": ("#8593A1", "#66788A"),
    "truth": ("#000000", "#FFFFFF"),
}
LIGHT = {name: light for name, (light, _) in PALETTE.items()}
DARK = {name: dark for name, (_, dark) in PALETTE.items()}
INK, PAPER, MUTED, GRID = (LIGHT[name] for name in ("ink", "paper", "muted", "grid"))
COBALAMIN, FILL, TRUTH = LIGHT["cobalamin"], LIGHT["fill"], LIGHT["truth"]

# An arm is told by colour, by dash and by weight, so that no one has to see the colour.
ARMS = {
    "placebo": {"color": LIGHT["placebo"], "linestyle": "-", "linewidth": 1.6},
    "25 mg": {"color": LIGHT["mg25"], "linestyle": (0, (5, 2)), "linewidth": 1.8},
    "50 mg": {"color": LIGHT["mg50"], "linestyle": "-", "linewidth": 2.8},
}
ARM_TEXT = {"placebo": LIGHT["placebo"], "25 mg": LIGHT["mg25-text"], "50 mg": LIGHT["mg50"]}

WIDE, NARROW = 720.0, 360.0  # widths, points; one point is one pixel at full size
TITLE, TEXT, SMALL = 16.0, 13.0, 12.0  # type sizes, points
_FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_EDGE = 6.0


class Sheet:
    """One blank page: title and subtitle at the head, source at the foot, room between.

    All lengths are points from the lower left corner. The room for drawing is ``left`` to
    ``right`` and ``bottom`` to ``top``.
    """

    def __init__(self, title: str, subtitle: str, source: str, *, narrow: bool, height: float):
        self.narrow = narrow
        self.width = NARROW if narrow else WIDE
        head = _wrap(title, self.width, TITLE, 0.60)
        sub = _wrap(subtitle, self.width, TEXT, 0.53)
        foot = _wrap(source, self.width, SMALL, 0.53)
        head_height = len(head) * 21 + len(sub) * 18 + 6
        self.left, self.right = _EDGE, self.width - _EDGE
        self.bottom = len(foot) * 16.0 + 6
        if narrow:  # a stacked picture grows with its words; a wide one keeps its 2:1
            height += head_height + self.bottom
        self.height = height
        self.top = height - head_height
        self.figure = Figure(figsize=(self.width / 72, height / 72), dpi=72)
        FigureCanvasSVG(self.figure)
        self.figure.patch.set_visible(False)
        y = height - 17.0
        for line in head:
            self.text(_EDGE, y, line, size=TITLE, weight="bold")
            y -= 21
        for line in sub:
            self.text(_EDGE, y + 2, line, color=MUTED)
            y -= 18
        for row, line in enumerate(reversed(foot)):
            self.text(_EDGE, 5 + 16.0 * row, line, size=SMALL, color=MUTED)

    def text(self, x, y, words, *, color=INK, size=TEXT, weight="normal", ha="left", va="baseline"):
        """Write words at a place in points."""
        self.figure.text(
            x / self.width, y / self.height, words,
            color=color, fontsize=size, fontweight=weight, ha=ha, va=va,
        )  # fmt: skip

    def panel(self, left, right, bottom, top, xlim, ylim) -> Axes:
        """Return bare axes over a rectangle given in points."""
        ax = self.figure.add_axes(
            (
                left / self.width,
                bottom / self.height,
                (right - left) / self.width,
                (top - bottom) / self.height,
            )
        )
        ax.set_axis_off()
        ax.set_xlim(*xlim)
        ax.set_ylim(*ylim)
        ax.set_autoscale_on(False)
        return ax


@dataclass(frozen=True)
class Picture:
    """A finding with its drawing, its source and its words for those who do not see it.

    Parameters
    ----------
    title, subtitle, source : str
        The finding; what is drawn, with numbers of patients and events; where it comes from.
    alt : str
        Kind of picture, what it shows, the one or two numbers that matter.
    body : callable
        Draws between head and foot of the :class:`Sheet` it is given, wide or narrow.
    height, narrow_height : float
        Points: of the whole wide picture, and of the body of the narrow one.
    """

    title: str
    subtitle: str
    source: str
    alt: str
    body: Callable[[Sheet], None]
    height: float = 360.0
    narrow_height: float = 320.0

    def _draw(self, narrow: bool) -> Figure:
        height = self.narrow_height if narrow else self.height
        sheet = Sheet(self.title, self.subtitle, self.source, narrow=narrow, height=height)
        self.body(sheet)
        return sheet.figure

    @cached_property
    def figure(self) -> Figure:
        """The wide drawing."""
        return self._draw(False)

    @cached_property
    def narrow(self) -> Figure:
        """The narrow drawing, stacked."""
        return self._draw(True)

    @cached_property
    def _svgs(self) -> tuple[str, str]:
        return _svg(self.figure), _svg(self.narrow)

    def svg(self) -> str:
        """Return the wide drawing as an SVG file of its own, in the light colours."""
        body = self._svgs[0].replace("<svg ", f'<svg role="img" aria-label="{_quote(self.alt)}" ')
        paper = f'<rect width="100%" height="100%" fill="{PAPER}"/>'
        return body.replace(">", f' font-family="{_FONT}">{paper}', 1)

    def html(self) -> str:
        """Return both drawings as inline SVG; style sheets pick one and give the colours."""
        label = f'role="img" aria-label="{_quote(self.alt)}"'
        parts = []
        for size, body in zip(("wide", "narrow"), self._svgs, strict=True):
            body = _own_ids(_with_variables(body))
            parts.append(body.replace("<svg ", f'<svg class="sl-{size}" {label} ', 1))
        return f'<figure class="sl-figure">{"".join(parts)}</figure>'

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.alt}


def panel_heading(ax: Axes, words: str) -> None:
    """Write a panel's small heading above its upper left corner."""
    _note(ax, (0, 1), (0, 9), words, coords="axes fraction", color=INK, weight="bold", ha="left")


def x_axis(ax: Axes, ticks: Sequence[float], labels: Sequence[str], title: str = "") -> None:
    """Draw the base line, the tick labels under it and the title under those."""
    low = ax.get_ylim()[0]
    line(ax, ax.get_xlim(), (low, low), color=MUTED, linewidth=1)
    for x, words in zip(ticks, labels, strict=True):
        _note(ax, (x, low), (0, -7), words, va="top", ha="center", color=MUTED, size=SMALL)
    if title:
        _note(ax, (0.5, 0), (0, -24), title, coords="axes fraction", va="top", color=MUTED)


def y_axis(ax: Axes, ticks: Sequence[float], labels: Sequence[str], title: str = "") -> None:
    """Draw light horizontal lines with labels at their left, and the title above the axis."""
    left, right = ax.get_xlim()
    lines = LineCollection(
        [[(left, y), (right, y)] for y in ticks], colors=GRID, linewidths=1, zorder=0
    )
    ax.add_collection(lines, autolim=False)
    for y, words in zip(ticks, labels, strict=True):
        _note(ax, (left, y), (-6, 0), words, ha="right", color=MUTED, size=SMALL)
    if title:
        _note(ax, (0, 1), (-30, 9), title, coords="axes fraction", ha="left", color=MUTED)


def line(ax: Axes, x, y, **style) -> None:
    """Draw one line in data units; it may touch the edge of its axes."""
    ax.add_line(Line2D(x, y, clip_on=False, solid_capstyle="butt", **style))


def steps(ax: Axes, x, y, **style) -> None:
    """Draw a right-continuous step function in data units."""
    line(ax, x, y, drawstyle="steps-post", **style)


def note(ax: Axes, x: float, y: float, words: str, *, dx=0.0, dy=0.0, **style) -> None:
    """Write words at a place in data units, moved by ``dx`` and ``dy`` points."""
    _note(ax, (x, y), (dx, dy), words, **style)


def points(ax: Axes, x, y, *, filled=True, color=INK, marker="o", size=7.0, width=1.4,
           see_through=False) -> None:  # fmt: skip
    """Mark points, filled or hollow; a hollow one hides what is under it unless see-through."""
    face = color if filled else ("none" if see_through else PAPER)
    line(
        ax, np.atleast_1d(x), np.atleast_1d(y), color=color, marker=marker, linestyle="none",
        markersize=size, markeredgewidth=width, markeredgecolor=color,
        markerfacecolor=face, zorder=4,
    )  # fmt: skip


def published_mark(ax: Axes, x: float, y: float) -> None:
    """Mark a published value: always a hollow diamond."""
    points(ax, x, y, filled=False, color=INK, marker="D", size=8, width=1.8)


def truth_line(ax: Axes, x: float) -> None:
    """Draw the truth of a simulated or shuffled world: always a fine black line."""
    line(ax, (x, x), ax.get_ylim(), color=TRUTH, linewidth=1, zorder=3)


def spread(values: Sequence[float], gap: float) -> np.ndarray:
    """Return places for labels as near to ``values`` as a least distance ``gap`` allows.

    Labels that would touch are moved apart around their common mean; the order is kept.
    """
    wanted = np.asarray(values, float)
    order = np.argsort(wanted, kind="stable")
    clusters = []
    for value in wanted[order]:
        clusters.append([value, 1])
        while len(clusters) > 1:
            (m1, n1), (m2, n2) = clusters[-2:]
            if m2 - m1 >= gap * (n1 + n2) / 2:
                break
            clusters[-2:] = [[(m1 * n1 + m2 * n2) / (n1 + n2), n1 + n2]]
    places = [m + gap * (i - (n - 1) / 2) for m, n in clusters for i in range(n)]
    result = np.empty(len(wanted))
    result[order] = places
    return result


def number_at_risk(ax: Axes, times: Sequence[float], rows: dict[str, Sequence[int]]) -> None:
    """Write a table of numbers at risk under a survival panel, one row an arm.

    Parameters
    ----------
    times : sequence of float
        Places of the columns in data units.
    rows : dict
        Row label to one number a time.
    """
    low = ax.get_ylim()[0]
    left = ax.get_xlim()[0]
    _note(ax, (left, low), (-46, -50), "Number at risk", ha="left", color=MUTED, size=SMALL)
    for i, (label, numbers) in enumerate(rows.items()):
        y = -67 - 16 * i
        color = ARM_TEXT.get(label, INK)
        _note(ax, (left, low), (-46, y), label, ha="left", color=color, size=SMALL)
        for x, number in zip(times, numbers, strict=True):
            _note(ax, (x, low), (0, y), f"{number}", ha="center", size=SMALL)


def _note(ax, xy, offset, words, *, coords="data", color=INK, size=TEXT, weight="normal",
          ha="center", va="center") -> None:  # fmt: skip
    ax.annotate(
        words, xy, offset, xycoords=coords, textcoords="offset points", annotation_clip=False,
        color=color, fontsize=size, fontweight=weight, ha=ha, va=va,
    )  # fmt: skip


def _wrap(words: str, width: float, size: float, em: float) -> list[str]:
    """Break words into lines; ``em`` is a letter's usual width as a share of the type size."""
    return textwrap.wrap(words, int((width - 2 * _EDGE) / (size * em)))


def _svg(figure: Figure) -> str:
    """Return a figure as a short SVG element that is the same every time."""
    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "secondlook"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    body = out.getvalue()
    box = re.search(r'viewBox="([^"]+)"', body)[1]
    body = body[body.index('<g id="figure_1">') :]
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.S)
    body = re.sub(r'<g id="[A-Za-z0-9_.]*">', "<g>", body)  # names that nothing refers to
    body = re.sub(r' transform="rotate\(-0 [^"]*"', "", body)
    body = re.sub(r"font: (?:(\d+) )?([\d.]+)px [^;\"]*", _font, body)
    body = re.sub(r"(\d+\.\d\d)\d+", r"\1", body)  # a hundredth of a pixel is enough
    body = re.sub(r"\s*\n\s*", " ", body).replace("> <", "><")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box}" stroke-linejoin="round">{body}'
    )


def _font(found: re.Match) -> str:
    weight = f"font-weight: {found[1]}; " if found[1] else ""
    return f"{weight}font-size: {found[2]}px"


def _with_variables(body: str) -> str:
    names = {light.lower(): name for name, light in LIGHT.items()}

    def variable(found: re.Match) -> str:
        name = names.get(found[0])
        return f"var(--sl-{name}, {found[0]})" if name else found[0]

    return re.sub(r"#[0-9a-f]{6}\b", variable, body)


def _own_ids(body: str) -> str:
    """Give the ids of markers and clips a prefix, so that two pictures on a page never clash."""
    prefix = "sl" + hashlib.sha256(body.encode()).hexdigest()[:8]
    return re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", body)


def _quote(words: str) -> str:
    return html.escape(words, quote=True)
