"""The pictures of chapter 1: the methionine cycle, a chain, two stories, a thousand ideas."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from secondlook.figures import style
from secondlook.figures.style import COBALAMIN, FILL, INK, MUTED, TRUTH, Picture, Sheet

_DASHED = (0, (5, 3))
_LINE = 18.0  # points from one line of text to the next
_LETTER = 0.53  # a letter's usual width as a share of the type size
IDEAS = 1000


# ---------------------------------------------------------------- the methionine cycle

# Places on the circle, degrees from the right, and the arcs between them with their numbers.
_STATIONS = {90: "methionine", 0: "SAM", -90: "SAH", 180: "homocysteine"}
_STEPS = {
    "1": "Methionine synthase gives homocysteine a methyl group, which folate brings. "
    "Methylcobalamin passes it on.",
    "2": "The cell spends methyl groups on its DNA, its proteins and its membranes.",
    "3": "Some homocysteine leaves the circle and becomes cysteine, which takes vitamin B6.",
}


def methionine_cycle() -> Picture:
    """Draw the methionine cycle and the one step of it that needs methylcobalamin."""
    return Picture(
        title="Methylcobalamin serves one step of a circle",
        subtitle="The methionine cycle, much simplified. SAM and SAH: S-adenosyl-methionine and "
        "-homocysteine",
        source="Drawn for this course from textbook biochemistry",
        alt="Diagram of a circle of four substances: methionine, SAM, SAH, homocysteine and back "
        "to methionine. The last step, marked 1, is done by methionine synthase with "
        "methylcobalamin and a methyl group from folate. From SAM to SAH, marked 2, methyl groups "
        "are spent. Marked 3: some homocysteine leaves the circle as cysteine.",
        body=_draw_cycle,
        height=360,
        narrow_height=475,
    )


def _draw_cycle(sheet: Sheet) -> None:
    radius = 84.0
    if sheet.narrow:
        middle, notes = (196.0, sheet.top - 132.0), (sheet.left, sheet.top - 312.0)
    else:
        middle, notes = (212.0, (sheet.top + sheet.bottom) / 2 + 12), (410.0, sheet.top - 46.0)
    _arrow(sheet, middle, radius, (158, 130), color=COBALAMIN, width=4.0)
    for ends in ((50, 18), (-18, -64), (-116, -160)):
        _arrow(sheet, middle, radius, ends, color=MUTED, width=1.8)
    _exit(sheet, middle, radius)
    for angle, name in _STATIONS.items():
        x, y = _on_circle(middle, radius, angle)
        sheet.text(x, y - 5, name, weight="bold", ha="center", halo=True)
    for angle, number in ((135, "1"), (-45, "2")):
        x, y = _on_circle(middle, radius + 22, angle)
        _number(sheet, x, y, number)
    _number(sheet, middle[0] - radius - 44, middle[1] - 54, "3")
    x, y = notes
    for number, words in _STEPS.items():
        _number(sheet, x + 10, y + 4, number)
        color = COBALAMIN if number == "1" else INK
        y = _paragraph(sheet, x + 30, y, words, sheet.right - x - 30, color=color) - 10


def _on_circle(middle, radius: float, degrees: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)


def _arrow(sheet: Sheet, middle, radius: float, degrees, *, color: str, width: float) -> None:
    """An arc with the clock from the first angle to the second, with a head at its end."""
    angles = np.linspace(*degrees, 25)
    x, y = np.array([_on_circle(middle, radius, a) for a in angles]).T
    sheet.add(Line2D(x, y, color=color, linewidth=width, solid_capstyle="butt"))
    _head(sheet, (x[-1], y[-1]), math.radians(degrees[1] - 90), color, 5 + 1.6 * width)


def _head(sheet: Sheet, tip, direction: float, color: str, size: float) -> None:
    """A triangle that points in a direction, its base at ``tip``."""
    along = np.array([math.cos(direction), math.sin(direction)])
    across = np.array([-along[1], along[0]])
    corners = [tip + along * size, tip + across * size * 0.55, tip - across * size * 0.55]
    sheet.add(Polygon(corners, closed=True, facecolor=color, edgecolor="none"))


def _exit(sheet: Sheet, middle, radius: float) -> None:
    """The way out of the circle, down from homocysteine."""
    x, y = middle[0] - radius - 24, middle[1]
    sheet.add(Line2D([x, x], [y - 16, y - 92], color=MUTED, linewidth=1.8))
    _head(sheet, (x, y - 92), -math.pi / 2, MUTED, 8)
    sheet.text(x, y - 116, "cysteine", ha="center", color=MUTED)


def _number(sheet: Sheet, x: float, y: float, number: str) -> None:
    color = COBALAMIN if number == "1" else INK
    sheet.add(Line2D([x], [y], color=color, marker="o", markersize=18, markerfacecolor=style.PAPER))
    sheet.text(x, y - 4.5, number, color=color, weight="bold", ha="center")


# ---------------------------------------------------------------- a chain of maybes


def chain_of_maybes(
    links: Sequence[str], probability, holds, independent, *, shared: float
) -> Picture:
    """Draw what is left of a story after each of its links.

    Parameters
    ----------
    links : sequence of str
        The links in words, from first to last.
    probability : (links,)
        Of each link by itself.
    holds, independent : (links,)
        Probability that the links so far all hold, at this setting and if each were on its own.
    shared : float
        How much the links share one cause, 0 to 1.
    """
    whole, weakest = float(holds[-1]), float(np.min(probability))

    def body(sheet: Sheet) -> None:
        _draw_chain(sheet, links, probability, holds, independent, shared)

    if percent(whole) == "50%":
        likely = "as likely to hold as to break"
    else:
        likely = "more likely to " + ("break than to hold" if whole < 0.5 else "hold than to break")
    fate = "each link on its own" if shared == 0 else f"{percent(shared)} of its fate shared"
    return Picture(
        title=f"The whole chain: {percent(whole)}. It is {likely}",
        subtitle=f"Probability that all links so far hold, {fate}",
        source="The probabilities are yours; nobody has measured them",
        alt=f"Bars that shorten from link to link, {fate}. "
        + "; ".join(
            f"{name} ({percent(p)}): {percent(h)} left"
            for name, p, h in zip(links, probability, holds, strict=True)
        )
        + f". Weakest link {percent(weakest)}.",
        body=body,
        height=380,
        narrow_height=360,
    )


def _draw_chain(sheet: Sheet, links, probability, holds, independent, shared: float) -> None:
    left = sheet.left if sheet.narrow else sheet.left + 300
    panel = sheet.panel(
        left, sheet.right - 52, sheet.bottom + 26, sheet.top - 26, (0, 1), (len(links) - 0.4, -0.6)
    )
    weakest = float(np.min(probability))
    if shared > 0:
        panel.line((weakest, weakest), panel.ylim, color=MUTED, linewidth=1.2, linestyle=_DASHED)
        sheet.text(
            float(np.clip(panel.x(weakest), panel.left + 40, panel.right - 10)), panel.top + 6,
            "weakest link", color=MUTED, size=style.SMALL, ha="center",
        )  # fmt: skip
    last = len(links) - 1
    drop = 0.16 if sheet.narrow else 0.0  # room for the link's words above its bar
    for i, (name, p) in enumerate(zip(links, probability, strict=True)):
        color = COBALAMIN if i == last else FILL
        panel.segments([0], [max(holds[i], 0.004)], [i + drop], color=color, width=16)
        told = {"color": COBALAMIN, "weight": "bold"} if i == last else {}
        panel.note(holds[i], i + drop, percent(holds[i]), dx=8, halo=shared > 0, **told)
        words = f"{name}, {percent(p)}"
        if sheet.narrow:
            panel.note(0, i + drop, words, dy=21, halo=shared > 0)
        else:
            panel.note(0, i, words, dx=-12, ha="right")
    if shared > 0:
        own = [(value, i + drop) for i, value in enumerate(independent) if i]
        for value, y in own:
            panel.line((value, value), (y - 0.3, y + 0.3), color=INK, linewidth=2)
    sheet.text(
        panel.left, sheet.bottom + 8,
        "upright mark: if each link were on its own" if shared > 0 else "",
        color=MUTED, size=style.SMALL,
    )  # fmt: skip


# ---------------------------------------------------------------- the just-so machine


@dataclass(frozen=True)
class Story:
    """Who is said to benefit, and why."""

    who: str
    why: str


def just_so(told: Story, other: Story, again, *, real: float) -> Picture:
    """Draw the story of this toss, the story of the other side, and how often stories last.

    Parameters
    ----------
    told, other : Story
        Of the side that the coin chose, and of the one it did not.
    again : (rounds,) bool
        Whether the second trial agreed, round by round.
    real : float
        Share of differences that are real, 0 to 1.
    """
    rounds, agreed = len(again), int(np.sum(again))
    share = np.cumsum(again) / np.arange(1, rounds + 1)

    def body(sheet: Sheet) -> None:
        if sheet.narrow:
            cards, chart = sheet.right, (sheet.left + 40, sheet.right - 16, sheet.bottom + 42, 0.0)
        else:
            cards = sheet.left + 368.0
            chart = (sheet.left + 452, sheet.right - 16, sheet.bottom + 42, sheet.top - 44)
        foot = _draw_stories(sheet, told, other, cards, real)
        if sheet.narrow:
            chart = (*chart[:3], foot - 52)
        _draw_agreement(sheet, chart, share, real)

    return Picture(
        title=f"{rounds} of {rounds} results had a story; {agreed} came out again"
        if rounds > 1
        else f"One result had a story; it {'came' if agreed else 'did not come'} out again",
        subtitle=f"{percent(real)} of the differences are real; a second trial asks again"
        if real
        else "A coin decides who benefits; a second trial asks again",
        source="No real trials. Both stories are invented for this course and are no evidence",
        alt=f"Two short stories and a line. This time {told.who}: {told.why} Had it come out "
        f"the other way, {other.who}: {other.why} Of {rounds} such results all had a story, and "
        f"{agreed} came out again in a second trial.",
        body=body,
        height=390,
        narrow_height=545,
    )


def _draw_stories(sheet: Sheet, told: Story, other: Story, right: float, real: float) -> float:
    """Both stories, one above the other; returns where they end."""
    y = sheet.top - 20
    heads = ("It helped", "Had it helped") if real else ("The coin chose", "Had it chosen")
    for story, head, color, width in (
        (told, heads[0], COBALAMIN, 5.0),
        (other, heads[1], MUTED, 2.0),
    ):
        top = y + 12
        x = sheet.left + 14
        y = _paragraph(
            sheet, x, y, f"{head} {story.who}:", right - x, color=color, weight="bold"
        )  # fmt: skip
        y = _paragraph(sheet, x, y - 2, f"“{story.why}”", right - x)
        sheet.add(Line2D([sheet.left + 3] * 2, [top, y + 12], color=color, linewidth=width))
        y -= 20
    return y


def _draw_agreement(sheet: Sheet, box, share, real: float) -> None:
    rounds = len(share)
    panel = sheet.panel(*box, (1, max(rounds, 10)), (0, 1))
    panel.y_axis((0, 0.5, 1), ("0", "50", "100%"), "share of results so far")
    ticks = sorted({1, max(rounds, 10) // 2, max(rounds, 10)})
    panel.x_axis(ticks, [f"{t}" for t in ticks], "results explained")
    panel.line(panel.xlim, (0.5 + real / 2,) * 2, color=TRUTH, linewidth=1)
    x = np.arange(1, rounds + 1)
    panel.line(x, np.ones(rounds), color=MUTED, linewidth=3)
    panel.note(panel.xlim[1], 1, "had a story", dy=11, ha="right", color=MUTED)
    panel.line(x, share, color=COBALAMIN, linewidth=2.4)
    panel.points(rounds, share[-1], color=COBALAMIN, size=7)
    panel.note(
        panel.xlim[1], max(min(share[-1], 0.5 + real / 2), 0.2),
        f"came out again, {percent(share[-1])}", dy=-17, ha="right",
        color=COBALAMIN, weight="bold", halo=True,
    )  # fmt: skip


# ---------------------------------------------------------------- a thousand ideas


@dataclass(frozen=True)
class Ideas:
    """A thousand ideas, sorted by whether they work and what their trials say.

    Attributes
    ----------
    found, missed : ideas that work, with a positive trial and without.
    false, quiet : ideas that do not work, with a positive trial and without.
    """

    found: int
    missed: int
    false: int
    quiet: int


def before_the_trial(ideas: Ideas, true: float, *, level: str) -> Picture:
    """Draw a thousand ideas as dots, and what the positive trials among them are worth.

    Parameters
    ----------
    ideas : Ideas
    true : float
        Share of positive trials whose idea works.
    level : str
        The level in words, "5%".
    """

    def body(sheet: Sheet) -> None:
        _draw_ideas(sheet, ideas, true)

    return Picture(
        title=f"Of all positive trials, {percent(true)} belong to an idea that works",
        subtitle=f"{IDEAS:,} ideas, each with one trial at the {level} level; a large dot is a "
        "positive trial",
        source="Counts are rounded to whole ideas. Works: as well as its trial was planned for",
        alt=f"{IDEAS:,} dots. {ideas.found + ideas.missed} ideas work: {ideas.found} have a "
        f"positive trial, {ideas.missed} do not. {ideas.false + ideas.quiet} do not work: "
        f"{ideas.false} have a positive trial nevertheless. So {percent(true)} of the positive "
        "trials are true.",
        body=body,
        height=400,
        narrow_height=440,
    )


def _draw_ideas(sheet: Sheet, ideas: Ideas, true: float) -> None:
    per_row = 40
    pitch = 8.4 if sheet.narrow else 9.0
    left, y = sheet.left + 6, sheet.top - 10
    blocks = (
        ("work", ideas.found, ideas.missed, COBALAMIN, "positive", "missed"),
        ("do not work", ideas.false, ideas.quiet, INK, "positive all the same", "negative"),
    )
    x = sheet.left + 40 * pitch + 28
    for name, positive, rest, color, said, other in blocks:
        words = (f"{positive + rest} {name}:", f"{positive} {said}, {rest} {other}")
        if sheet.narrow:
            sheet.text(sheet.left, y - 4, words[0], color=color, weight="bold")
            sheet.text(sheet.left, y - 21, words[1], color=color)
            y -= 40
        else:
            at = max(y, sheet.bottom + 126)  # clear of the bar below
            sheet.text(x, at - 4, words[0], color=color, weight="bold")
            sheet.text(x, at - 22, words[1], color=color)
        foot = _dots(sheet, (left, y), (positive, rest), color, per_row, pitch)
        y = foot - 22 if sheet.narrow else min(foot - 12, y - 44)
    if sheet.narrow:
        _draw_positives(sheet, (sheet.left, sheet.right, sheet.bottom + 22), ideas, true)
    else:
        _draw_positives(sheet, (x, sheet.right, sheet.bottom + 40), ideas, true)


def _dots(sheet: Sheet, corner, counts, color: str, per_row: int, pitch: float) -> float:
    """Rows of dots from a corner down, large ones first; returns the height of the last row.

    A row of dots is one dashed line with round dashes of no length: a thousand marks would be
    too heavy for a page.
    """
    large, small = counts
    rows = math.ceil((large + small) / per_row)
    for row in range(rows):
        start, end = row * per_row, min((row + 1) * per_row, large + small)
        turn = min(max(large, start), end)
        y = corner[1] - row * pitch
        _row(sheet, corner[0], y, start % per_row, turn - start, color, 6.6, pitch)
        _row(sheet, corner[0], y, turn - start, end - turn, _pale(color), 3.4, pitch)
    return corner[1] - max(rows - 1, 0) * pitch


def _pale(color: str) -> str:
    return color if color == COBALAMIN else FILL


def _row(sheet: Sheet, left, y, first: int, number: int, color: str, size, pitch) -> None:
    if number < 1:
        return
    x = left + first * pitch
    ends = [x, x + (number - 1) * pitch + 0.05]
    dots = (0, (0.02 / size, (pitch - 0.02) / size))
    sheet.add(
        Line2D(ends, [y, y], color=color, linewidth=size, linestyle=dots, dash_capstyle="round")
    )


def _draw_positives(sheet: Sheet, box, ideas: Ideas, true: float) -> None:
    """One bar: the positive trials, true ones first."""
    left, right, y = box
    panel = sheet.panel(left, right, y, y + 40, (0, 1), (0, 1))
    panel.segments([0], [true], [0.2], color=COBALAMIN, width=22)
    panel.segments([true], [1], [0.2], color=INK, width=22)
    positives = ideas.found + ideas.false
    sheet.text(
        left, y + 28, f"The {positives} positive trial" + "s" * (positives != 1), weight="bold"
    )
    sheet.text(left, y - 18, f"{percent(true)} true", color=COBALAMIN, weight="bold")
    sheet.text(right, y - 18, f"{percent(1 - true)} false", weight="bold", ha="right")


# ---------------------------------------------------------------- words


def percent(share: float) -> str:
    """A share in whole percent; what is not none or all is never written as none or all."""
    if 0 < share < 0.005:
        return "under 1%"
    if 0.995 < share < 1:
        return "over 99%"
    return f"{100 * share:.0f}%"


def _paragraph(sheet: Sheet, x, y, words: str, width: float, **look) -> float:
    """Write words in lines of a width, from y down; returns where the next line would stand."""
    letter = style.TEXT * (0.58 if look.get("weight") == "bold" else _LETTER)
    for line in textwrap.wrap(words, int(width / letter)):
        sheet.text(x, y, line, **look)
        y -= _LINE
    return y
