"""One look for every picture of the course.

A picture is drawn by matplotlib twice, wide (2:1) and narrow (stacked, for a telephone), as SVG.
The page shows the one that fits and gives the colours their light or dark value, so one picture
serves both modes. A :class:`Panel` draws its own axes, in points on the bare figure, and not with
matplotlib's Axes: that takes a fifth of the time, and a slider redraws the picture while the
reader watches.
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
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.transforms import Affine2D

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
_HALO = {False: None, True: {"facecolor": PAPER, "edgecolor": "none", "pad": 1}}


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
        self._points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans
        y = height - 17.0
        for line in head:
            self.text(_EDGE, y, line, size=TITLE, weight="bold")
            y -= 21
        for line in sub:
            self.text(_EDGE, y + 2, line, color=MUTED)
            y -= 18
        for row, line in enumerate(reversed(foot)):
            self.text(_EDGE, 5 + 16.0 * row, line, size=SMALL, color=MUTED)

    def text(self, x, y, words, *, color=INK, size=TEXT, weight="normal", ha="left", halo=False):
        """Write words at a place in points; a halo keeps lines from crossing them."""
        if words:
            self.figure.text(
                x / self.width, y / self.height, words,
                color=color, fontsize=size, fontweight=weight, ha=ha, bbox=_HALO[halo],
            )  # fmt: skip

    def panel(self, left, right, bottom, top, xlim, ylim) -> Panel:
        """Return a panel over a rectangle given in points."""
        return Panel(self, left, right, bottom, top, xlim, ylim)

    def add(self, artist) -> None:
        """Draw an artist whose coordinates are points."""
        artist.set_transform(self._points)
        self.figure.add_artist(artist)


@dataclass(frozen=True)
class Panel:
    """A rectangle of a sheet with a scale on each side; its methods take data units.

    Attributes
    ----------
    left, right, bottom, top : float
        Points from the sheet's lower left corner.
    xlim, ylim : pair of float
        The data values at left and right, and at bottom and top.
    """

    sheet: Sheet
    left: float
    right: float
    bottom: float
    top: float
    xlim: tuple[float, float]
    ylim: tuple[float, float]

    def x(self, value):
        """Points from the left of the sheet for a value, or an array of values."""
        low, high = self.xlim
        return self.left + (np.asarray(value, float) - low) / (high - low) * (
            self.right - self.left
        )

    def y(self, value):
        """Points from the bottom of the sheet for a value, or an array of values."""
        low, high = self.ylim
        share = (np.asarray(value, float) - low) / (high - low)
        return self.bottom + share * (self.top - self.bottom)

    def x_axis(self, ticks, labels: Sequence[str], title: str = "") -> None:
        """Draw the base line, the tick labels under it and the title under those."""
        self.line(self.xlim, [self.ylim[0]] * 2, color=MUTED, linewidth=1)
        for at, words in zip(self.x(ticks), labels, strict=True):
            self.sheet.text(at, self.bottom - 16, words, color=MUTED, size=SMALL, ha="center")
        # a title wider than its panel would leave the sheet
        middle = (self.left + self.right) / 2
        half = len(title) * SMALL * 0.3
        middle = min(max(middle, half), self.sheet.width - half)
        self.sheet.text(middle, self.bottom - 33, title, color=MUTED, size=SMALL, ha="center")

    def y_axis(self, ticks, labels: Sequence[str], title: str = "") -> None:
        """Draw light horizontal lines with labels at their left, and the title on top."""
        ends = [[(self.left, at), (self.right, at)] for at in self.y(ticks)]
        self.sheet.add(LineCollection(ends, colors=GRID, linewidths=1, zorder=0))
        for at, words in zip(self.y(ticks), labels, strict=True):
            self.sheet.text(self.left - 6, at - 4, words, color=MUTED, size=SMALL, ha="right")
        self.sheet.text(self.left - 32, self.top + 14, title, color=MUTED, size=SMALL)

    def line(self, x, y, **style) -> None:
        """Draw one line."""
        style = {"solid_capstyle": "butt", **style}
        self.sheet.add(Line2D(self.x(x), self.y(y), **style))

    def steps(self, x, y, **style) -> None:
        """Draw a right-continuous step function."""
        self.line(x, y, drawstyle="steps-post", **style)

    def band(self, x, low, high, *, color, opacity=0.13) -> None:
        """Fill between two right-continuous step functions, lightly enough to read others."""
        x = np.repeat(self.x(x), 2)[1:]
        low, high = (np.repeat(self.y(edge), 2)[:-1] for edge in (low, high))
        edge = np.column_stack([np.r_[x, x[::-1]], np.r_[low, high[::-1]]])
        shape = Polygon(edge, closed=True, facecolor=color, edgecolor="none", alpha=opacity)
        self.sheet.add(shape)

    def segments(self, x_from, x_to, y, *, color, width) -> None:
        """Draw horizontal pieces, all alike; thick ones are bars."""
        rows = zip(self.x(x_from), self.x(x_to), self.y(y), strict=True)
        pieces = [[(a, at), (b, at)] for a, b, at in rows]
        self.sheet.add(LineCollection(pieces, colors=color, linewidths=width, capstyle="butt"))

    def columns(self, x, height, *, color, width) -> None:
        """Draw upright bars from 0, ``width`` points wide."""
        foot = float(self.y(0))
        bars = [[(a, foot), (a, b)] for a, b in zip(self.x(x), self.y(height), strict=True)]
        self.sheet.add(LineCollection(bars, colors=color, linewidths=width, capstyle="butt"))

    def points(self, x, y, *, color=INK, marker="o", size=7.0, fill=True) -> None:
        """Mark points: filled (``fill=True``), hollow (False) or see-through (None)."""
        face = {True: color, False: PAPER, None: "none"}[fill]
        self.line(
            np.atleast_1d(x), np.atleast_1d(y), color=color, marker=marker, linestyle="none",
            markersize=size, markeredgewidth=1.6, markeredgecolor=color, markerfacecolor=face,
            zorder=4,
        )  # fmt: skip

    def published(self, x: float, y: float) -> None:
        """Mark a published value: always a hollow diamond."""
        self.points(x, y, fill=False, marker="D", size=8)

    def circle(self, x: float, y: float) -> None:
        """Draw a ring around what the picture is about."""
        self.points(x, y, color=COBALAMIN, size=17, fill=None)

    def truth(self, x: float) -> None:
        """Draw the truth of a simulated or shuffled world: always a fine black line."""
        self.line((x, x), self.ylim, color=TRUTH, linewidth=1, zorder=3)

    def note(self, x, y, words: str, *, dx=0.0, dy=0.0, **style) -> None:
        """Write words beside a place, its middle moved by ``dx`` and ``dy`` points."""
        size = style.get("size", TEXT)
        self.sheet.text(float(self.x(x)) + dx, float(self.y(y)) + dy - 0.36 * size, words, **style)

    def end_labels(self, labels: Sequence[tuple[float, float, str, dict]], dx: float = 8) -> None:
        """Write a label where each line ends, (x, y, words, style), kept apart and inside."""
        gap = 17 * (self.ylim[1] - self.ylim[0]) / (self.top - self.bottom)
        low, high = self.ylim[0] + 0.6 * gap, self.ylim[1]
        places = spread(np.clip([y for _, y, _, _ in labels], low, high), gap)
        places = places - max(0.0, places.max() - high)
        places = places + max(0.0, low - places.min())
        for (x, _, words, style), y in zip(labels, places, strict=True):
            self.note(x, y, words, dx=dx, **style)

    def number_at_risk(self, times, rows: dict[str, Sequence[int]], *, margin: float) -> None:
        """Write a table of numbers at risk under a survival panel, one row an arm.

        Parameters
        ----------
        times : sequence of float
            Places of the columns.
        rows : dict
            Arm to one number a time.
        margin : float
            Points from the panel's left edge to the arms' names.
        """
        left = self.left - margin
        self.sheet.text(left, self.bottom - 54, "Number at risk", color=MUTED, size=SMALL)
        for i, (arm, numbers) in enumerate(rows.items()):
            y = self.bottom - 71 - 16 * i
            self.sheet.text(left, y, arm, color=ARM_TEXT.get(arm, INK), size=SMALL)
            for at, number in zip(self.x(times), numbers, strict=True):
                self.sheet.text(at, y, f"{number}", size=SMALL, ha="center")


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
    body = re.sub(r"<[^>]*>", _rounded, body)
    body = re.sub(r"\s*\n\s*", " ", body).replace("> <", "><")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box}" stroke-linejoin="round">{body}'
    )


def _rounded(tag: re.Match) -> str:
    """A hundredth of a pixel is enough; only tags are touched, never words."""
    return re.sub(r"(\d+\.\d\d)\d+", r"\1", tag[0])


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
