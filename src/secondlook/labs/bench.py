"""The lab *Forensic bench* of chapter 6: figures from any paper, and whether they can be."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from secondlook import puzzles
from secondlook.evidence import anomalies, published
from secondlook.figures import bench as pictures
from secondlook.figures.bench import Answer, Mark, Span
from secondlook.figures.style import Picture
from secondlook.forensics.pasted import NOTHING, Reading, Sum, read_pasted
from secondlook.forensics.tokens import LONGEST
from secondlook.forensics.verdict import Verdict, show, show_allowed, show_range
from secondlook.labs.controls import Choice, Slider, Text
from secondlook.labs.lab import Lab, Recipe

OWN = "own"
_READ = {
    "auto": "work it out",
    "ratio": "a ratio: HR, OR, RR",
    "difference": "a difference",
    "counts": "percentages and counts",
}
_LEVELS = {"text": "what the text says, else 95%", "95": "95%", "90": "90%", "99": "99%"}
_FITS = {"consistent": True, "inconsistent": False, "cannot tell": None}
_LEAST_P = 1e-6
_PASTED = "Figures as pasted; arithmetic alone"
_ID = re.compile(r"\b(?:K19|K98|I07|J|AAN15|REG|EDA|RDA)\.[\w.]*\w")


@dataclass(frozen=True)
class Bench:
    """What lies on the bench: a pasted reading, or the sums of a puzzle."""

    sums: tuple[Sum, ...]
    reading: Reading | None  # None for a puzzle

    @property
    def head(self) -> Verdict:
        """The answer that decides."""
        return (self.reading or Reading("sum", (), self.sums, "")).head


def example(id: str, p_id: str) -> str:
    """Return a printed hazard ratio with its interval and p, as a paper has it."""
    row, p = published(id), published(p_id)
    return f"HR {row.text} (95% CI {row.lower_text} to {row.upper_text}), p = {p.text}"


def _puzzle_names() -> dict[str, str]:
    """Each puzzle that is arithmetic, by its id, in short words."""
    return {id: f"{id}: {puzzles.about(id)}" for id in puzzles.arithmetic()}


def _next_puzzle(present: dict) -> dict:
    """The puzzle after the present one; after the last, and from a pasted line, the first."""
    ids = puzzles.arithmetic()
    place = ids.index(present["from"]) + 1 if present["from"] in ids else 0
    return {"from": ids[place % len(ids)]}


def forensic_bench(figures: str = "") -> Lab:
    """Return the lab *Forensic bench*: paste a result of any paper, and see if it can be.

    Parameters
    ----------
    figures : str
        What lies on the bench at first; a printed hazard ratio of these papers if it is empty.

    Raises
    ------
    ValueError
        If the text is longer than can be pasted.
    """
    start = example("K19.T2B.hr.25", "K19.txt.p.tte.25")
    own = {"from": OWN, "read": "auto", "level": "text", "items": 1}
    return Lab(
        "forensic-bench",
        [
            Choice("from", "On the bench", {OWN: "what I paste"} | _puzzle_names(), OWN),
            Text("figures", "Paste figures", figures or start, most=LONGEST),
            Choice("read", "Read them as", _READ, "auto"),
            Choice("level", "Level of the interval", _LEVELS, "text"),
            Slider("items", "Whole-number items behind a mean", 1, 60, 1, more=True),
        ],
        {
            "A p that fits neither side": own | {"figures": start},
            "A p that fits one side":
                own | {"figures": example("K19.T2B.hr.tot", "K19.T2B.p.tte.tot")},
            "A mean of whole numbers": own | {"figures": "mean 3.47, n = 12"},
            "The next puzzle of these papers": _next_puzzle,
        },
        Recipe(_compute, _sentence, _picture, _numbers),
        # these have no part in a puzzle: whoever moves one is back at a line of their own
        follows={name: {"from": OWN} for name in ("figures", "read", "level", "items")},
    )  # fmt: skip


@lru_cache(maxsize=64)
def _bench(source: str, figures: str, read: str, level: str, items: int) -> Bench:
    if source == OWN:
        share = None if level == "text" else int(level) / 100
        reading = read_pasted(figures, read=read, level=share, items=items)
        return Bench(reading.sums, reading)
    return Bench(tuple(Sum(step.asks, step.verdict) for step in puzzles.steps(source)), None)


def _compute(*, figures, read, level, items, **rest) -> Bench:
    return _bench(rest["from"], figures, read, level, items)


# ---------------------------------------------------------------- in words


def _sureness(verdict: Verdict) -> str:
    if verdict.verdict == "cannot tell":
        return "cannot tell"
    return f"{verdict.verdict}, {verdict.sure}"


_PLAIN = {
    ("inconsistent", "certain"): "these cannot all be as printed",
    ("inconsistent", "likely"): "these hardly go together",
    "consistent": "these can stand together",
    "cannot tell": "it cannot be told",
}
_ONE_SUM = {
    ("inconsistent", "certain"): "Does not fit, whatever the rounding.",
    ("inconsistent", "likely"): "Hardly fits.",
    "consistent": "Can be so.",
    "cannot tell": "Cannot be told.",
}


def _in_words(verdict: Verdict, words=_PLAIN) -> str:
    """How figures get on, as one says it to a reader; the table keeps the technical words."""
    return words.get((verdict.verdict, verdict.sure)) or words[verdict.verdict]


def _lone(why: str) -> bool:
    """Whether a sum has nothing printed beside it."""
    return "was given to compare with" in why


def _why(verdict: Verdict) -> str:
    """The reason; of a sum with nothing beside it, what it comes to."""
    steps = verdict.arithmetic.split("\n")
    return f"It comes to: {steps[-1]}." if _lone(verdict.why) else verdict.why


def _sentence(bench: Bench, **settings) -> str:
    if bench.reading is None:
        return _puzzle_sentence(bench, settings["from"])
    reading, head = bench.reading, bench.head
    if reading.kind == NOTHING:
        return f"Cannot tell. {reading.said}"
    behind = bench.sums[0].verdict
    if "two_sided" not in behind.values:
        return f"{_capital(_in_words(head))}: {_why(head)} {reading.said}"
    rest = f"{_why(head)} {reading.said}"
    return f"{_p_sentence(reading, behind, head)}. {rest}"


def _p_sentence(reading: Reading, behind: Verdict, head: Verdict) -> str:
    p = reading.figure("p")
    two, one = (_p_words(behind.values[side], p) for side in ("two_sided", "one_sided"))
    said = (
        f"A {reading.kind} of {_estimate_words(reading)} goes with a two-sided p {_of(two)} and a "
        f"one-sided {_of(one)}"
    )
    if not p:
        end = "" if _lone(head.why) else f": {_in_words(head)}"
        return f"{said}, and no p is printed beside it{end}"
    values = reading.sums[-1].verdict.values
    fits = {"either": "fits", "neither": "fits neither"}.get(values["side"], f"is {values['side']}")
    if "t_df" in values:
        sides = values["t_side"].replace("either", "one-sided or two-sided")
        fits = f"fits a {sides} t test"
    return f"{said}; the printed {p.text} {fits}: {_in_words(head)}"


def _estimate_words(reading: Reading) -> str:
    """The estimate with its interval, or with its standard error where there is none."""
    estimate, lower, upper, se = (
        figure and figure.text
        for figure in map(
            reading.figure, ("estimate", "lower limit", "upper limit", "standard error")
        )
    )
    return f"{estimate} ({lower} to {upper})" if lower else f"{estimate} (standard error {se})"


def _side(reading: Reading) -> str:
    """Which side a pasted p fits: one-sided, two-sided, either, neither."""
    return reading.sums[-1].verdict.values["side"]


def _p_words(p: float, beside=None) -> str:
    """A p in words, with as many decimals as it needs and as the printed p beside it has."""
    if p < _LEAST_P:
        return f"below {_LEAST_P:.6f}"
    return f"{p:.{_p_digits(p, beside)}f}"


def _p_digits(p: float, beside=None) -> int:
    digits = math.ceil(-math.log10(max(p, _LEAST_P))) if p < 0.001 else 3 if p < 0.1 else 2
    if beside:
        printed = len(beside.text.partition(".")[2])
        digits = max(digits, min(8, printed + (beside.text[0] in "<>")))
    return digits


def _of(words: str) -> str:
    return words if words.startswith("below") else f"of {words}"


def _p_range_words(p: float, low: float, high: float, beside=None) -> str:
    digits = min(_p_digits(low, beside), _p_digits(p, beside) + 1)
    here, *ends = (
        f"{each:.{digits}f}" if each >= 10.0**-digits else _p_words(each, beside)
        for each in (p, low, high)
    )
    return here if ends[0] == ends[1] else f"{here}, rounding allows {ends[0]} to {ends[1]}"


def _puzzle_sentence(bench: Bench, id: str) -> str:
    against = sum(each.verdict.verdict == "inconsistent" for each in bench.sums)
    count = f"{len(bench.sums)} sum{'s' if len(bench.sums) > 1 else ''}"
    head, back = bench.head, "Paste a line of your own to leave it."
    if _lone(head.why):
        alone = "with nothing printed beside them to contradict"
        return f"{id} has {count}, {alone}. {_why(head)} {back}"
    said = f"{against or 'none'} {'go' if against > 1 else 'goes'} against what is printed"
    words = _in_words(head)
    words = f"read so, {words}" if against else words
    return f"{id} has {count}, and {said}: {words}. {head.why} {back}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


# ---------------------------------------------------------------- as a picture


def _picture(bench: Bench, **settings) -> Picture:
    reading = bench.reading
    if reading is None:
        return _puzzle_picture(bench, settings["from"])
    draw = {
        "ratio": _p_picture,
        "difference": _p_picture,
        "share": _share_picture,
        "mean": _mean_picture,
        "sum": _sum_picture,
        "rate": _sum_picture,
    }.get(reading.kind)
    if draw and (picture := draw(bench)):
        return picture
    return _answers_picture(bench, "What the figures say", "")


def _p_picture(bench: Bench) -> Picture | None:
    reading, behind = bench.reading, bench.sums[0].verdict
    printed = reading.figure("p")
    if "outside" in behind.values:
        return _outside_picture(reading, behind)
    if behind.verdict == "inconsistent" and "middle" in behind.values:
        return _middle_picture(reading, behind)
    side = _side(reading) if printed else None
    by_t = reading.sums[-1].verdict.values if printed else {}
    fits = "" if "t_df" in by_t else side
    spans = [
        _p_span(name, behind.values, fits if side is None else name == fits or fits == "either",
                printed)
        for name in ("two-sided", "one-sided")
    ]  # fmt: skip
    if "t_df" in by_t:
        spans += _t_spans(by_t, printed)
    title = {
        None: "The p that belongs to the estimate, on two sides and on one",
        "either": "Within rounding the printed p fits, on one side or on two",
        "neither": "The printed p fits the estimate on neither side",
    }.get(side, f"The printed p fits a {side} test of the estimate")
    if "t_df" in by_t:
        title = "The printed p fits a t test"
        title += " of few patients" if side == "neither" else ""
    mark = printed and Mark(printed.text, printed.value, printed.low, printed.high)
    subtitle = "Bars: the p that rounding of estimate and limits allows"
    if mark:
        subtitle += ". Hollow diamond and band: the printed p"
    return pictures.scale(
        spans, mark, axis="p", title=title, subtitle=subtitle, source=_PASTED, p=True
    )


def _t_spans(values, printed) -> list[Span]:
    """The p of a t test, for the sides on which it fits."""
    spans = []
    for name in ("two-sided", "one-sided"):
        if values["t_side"] in (name, "either"):
            low, high = values[f"t_{name.replace('-', '_')}"]
            words = f"{_p_words(low, printed)} to {_p_words(high, printed)}"
            spans.append(Span(f"p, {name}, by t", words, low, high, True))
    return spans


def _outside_picture(reading: Reading, verdict: Verdict) -> Picture:
    low, high = verdict.values["outside"]
    estimate = reading.figure("estimate")
    return pictures.scale(
        [Span("between the limits", show_range(low, high), low, high, None)],
        Mark(estimate.text, *[estimate.value] * 3),
        axis=f"the {reading.kind}",
        title="The printed estimate lies outside its own interval",
        subtitle="Bar: from limit to limit, as printed. Hollow diamond: the estimate",
        source=_PASTED,
    )


def _p_span(name: str, values, fits, printed) -> Span:
    key = name.replace("-", "_")
    low, high = values[f"{key}_range"]
    words = _p_range_words(values[key], low, high, printed)
    return Span(f"p, {name}", words, low, high, fits)


def _middle_picture(reading: Reading, behind: Verdict) -> Picture:
    low, high = behind.values["middle_range"]
    estimate = reading.figure("estimate")
    words = show_allowed(behind.values["middle"], low, high)
    scaled = ", in logs" if reading.kind == "ratio" else ""
    return pictures.scale(
        [Span(f"middle of the limits{scaled}", words, low, high, False)],
        Mark(estimate.text, estimate.value, estimate.low, estimate.high),
        axis=f"the {reading.kind}",
        title="The printed estimate is not the middle of its limits",
        subtitle="Bar: the middle that rounding of the limits allows. Hollow diamond: the estimate",
        source=_PASTED,
    )


def _share_picture(bench: Bench) -> Picture | None:
    verdicts = [each.verdict for each in bench.sums]
    tests = [v for v in verdicts if "tests" in v.values]
    printed = bench.reading.figure("p")
    if tests and printed:
        return _test_picture(tests[0].values, printed)
    shares = [each for each in bench.sums if "counts" in each.verdict.values]
    return _counts_picture(bench, shares) if shares else None


def _test_picture(values, printed) -> Picture:
    tests, fits = values["tests"], values["fits"]
    spans = [Span(name, _p_words(p, printed), p, p, name in fits) for name, p in tests.items()]
    title = (
        "The usual tests of these counts do not give the printed p"
        if not fits
        else f"{len(fits)} of {len(tests)} usual tests give the printed p"
        if len(fits) > 1
        else "One usual test of these counts gives the printed p"
    )
    return pictures.scale(
        spans,
        Mark(printed.text, printed.value, printed.low, printed.high),
        axis="p",
        title=title,
        subtitle="Bars: the p of the counts. Hollow diamond and band: the printed p",
        source=_PASTED,
        p=True,
    )


def _counts_picture(bench: Bench, shares: list[Sum]) -> Picture:
    figures = list(bench.reading.figures)
    spans = []
    for each in shares:
        people, count, share = _next_share(figures)
        low, high = (end * people.value / 100 for end in (share.low, share.high))
        fits = _FITS[each.verdict.verdict]
        of = f"{show(low)} to {show(high)}"
        spans.append(
            Span(f"{share.text}% of {people.text}", of, low, high, fits, count and count.value)
        )
    fits = all(span.fits for span in spans)
    return pictures.scale(
        spans,
        None,
        axis="people",
        title="Whole numbers of people make these percentages"
        if fits
        else "Some percentage is not of the whole number of people it should be of",
        subtitle="Bars: what rounding of the percentage allows. Rings: whole numbers. "
        "Hollow diamonds: counts as printed",
        source=_PASTED,
        whole=True,
    )


def _next_share(figures: list):
    """Take people, count and percentage of the next group off the list; a count may be missing."""
    while True:
        people, count, share = figures.pop(0), None, None
        if people.what != "people":
            continue
        while figures and figures[0].what in ("count", "percentage"):
            one = figures.pop(0)
            count, share = (one, share) if one.what == "count" else (count, one)
        if share:
            return people, count, share


def _mean_picture(bench: Bench) -> Picture:
    reading, verdict = bench.reading, bench.sums[0].verdict
    mean, people = reading.figure("mean"), reading.figure("people")
    cells = people.value * _items(reading)
    low, high = mean.low * cells, mean.high * cells
    fits = _FITS[verdict.verdict]
    span = Span(
        f"{mean.text} × {cells:.0f}", f"rounding allows {show_range(low, high)}", low, high, fits
    )
    return pictures.scale(
        [span],
        None,
        axis="total of all the scores",
        title="A whole total gives the printed mean"
        if fits
        else f"No whole total over {cells:.0f} gives the printed mean",
        subtitle="Bar: the total that rounding of the mean allows. Rings: whole numbers",
        source=_PASTED,
        whole=True,
    )


def _items(reading: Reading) -> int:
    """The whole-number items behind a pasted mean."""
    items = reading.figure("items")
    return int(items.value) if items else 1


def _sum_picture(bench: Bench) -> Picture:
    reading, verdict = bench.reading, bench.sums[0].verdict
    rate = reading.kind == "rate"
    key = "value" if rate else "sum"
    low, high = verdict.values[f"{key}_range"]
    printed = reading.figure("rate printed" if rate else "total")
    mark = Mark(printed.text, printed.value, printed.low, printed.high)
    if low == high:  # counts are exact, and so is their total
        mark = Mark(printed.text, *[printed.value] * 3)
    fits = _FITS[verdict.verdict]
    parts = [f.text for f in reading.figures if f.what == "part"]
    name = "the first rate, over the second time" if rate else " + ".join(parts)
    name = name if len(name) <= 40 else f"{len(parts)} parts together"
    words = show_allowed(verdict.values[key], low, high)
    what = "The two rates are" if rate else "The parts and the total are"
    return pictures.scale(
        [Span(name, words, low, high, fits)],
        mark,
        axis="rate" if rate else "total",
        title=f"{what} {'the same' if fits else 'not the same'}",
        subtitle="Bar: what the sum comes to. Hollow diamond and band: what is printed",
        source=_PASTED,
        whole=low == high,
    )


def _answers_picture(bench: Bench, title: str, where: str) -> Picture:
    rows = [
        Answer(each.asks, f"{_said(each.verdict)}", _FITS[each.verdict.verdict])
        for each in bench.sums
    ] or [Answer("What can be read?", bench.reading.said, None)]
    return pictures.answers(
        rows,
        title=title,
        subtitle="Disc: can be so. Cross: cannot. Ring: nothing to compare, or it cannot be told",
        source=where or _PASTED,
    )


def _said(verdict: Verdict) -> str:
    if _lone(verdict.why):
        return _why(verdict)
    return f"{_in_words(verdict, _ONE_SUM)} {verdict.why}"


def _puzzle_picture(bench: Bench, id: str) -> Picture:
    row = next(row for row in anomalies() if row.id == id)
    weak = any(published(key).weak for key in _ID.findall(row.numbers) if _is_value(key))
    where = f"{id} of the page Anomalies, which names each source"
    where += "; some figures rest on a weak source" if weak else ""
    return _answers_picture(bench, _puzzle_names()[id], where)


def _is_value(key: str) -> bool:
    try:
        published(key)
    except KeyError:
        return False
    return True


# ---------------------------------------------------------------- as a table


def _numbers(bench: Bench, **_) -> list[dict[str, str]]:
    rows = []
    for number, each in enumerate(bench.sums, 1):
        rows.append(_row(f"{number}", each.asks, _sureness(each.verdict)))
        for step, line in enumerate(each.verdict.arithmetic.split("\n"), 1):
            rows.append(_row(f"{number}.{step}", line, ""))
        rows.append(_row(f"{number}, why", _why(each.verdict), ""))
    if bench.reading is None:
        return rows
    read = [_row(f.what, _range_words(f), "read") for f in bench.reading.figures]
    return [*read, *rows, _row("How it was read", bench.reading.said, "")]


def _row(step: str, line: str, answer: str) -> dict[str, str]:
    return {"Step": step, "Arithmetic": line, "Answer": answer}


def _range_words(figure) -> str:
    if figure.low == figure.high or figure.what in ("people", "count"):
        return figure.text
    said = "that is" if figure.text[0] in "<>" else "rounding allows"
    return f"{figure.text}, {said} {show_range(figure.low, figure.high)}"
