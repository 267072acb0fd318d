"""A result pasted from any paper, read and put to the forensic tools.

    >>> paste = read_pasted("HR 0.64 (0.38 to 1.09), p = 0.01")
    >>> paste.head.verdict, paste.head.sure
    ('inconsistent', 'certain')

What was pasted is taken as it is only where it can be read in one way. Where a number may be
several things, the answer is that it cannot be told, and what to write instead. No answer is
certain if a part of the text was not understood.
"""

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from secondlook.forensics import beside, claims, counts, intervals, printed
from secondlook.forensics.tokens import Line, UnreadableError, read_line
from secondlook.forensics.usual import usual_tests
from secondlook.forensics.verdict import (
    CANNOT_TELL,
    CERTAIN,
    CONSISTENT,
    INCONSISTENT,
    LIKELY,
    POSSIBLE,
    Verdict,
)

READ_AS = ("auto", "ratio", "difference", "counts")
NOTHING = "nothing"


@dataclass(frozen=True)
class Figure:
    """A number that was read: what it is, as printed, and what rounding allows it to be."""

    what: str
    text: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Sum:
    """One sum that was done with the figures: what it asks, in words, and the answer."""

    asks: str
    verdict: Verdict


@dataclass(frozen=True)
class Reading:
    """What a pasted text was read as, and what its figures say about each other.

    Attributes
    ----------
    kind : str
        ``ratio``, ``difference``, ``share`` (of people), ``mean``, ``sum``, ``rate``, or
        ``nothing`` if it could not be read or holds nothing to compare.
    figures : tuple of Figure
        What was read, as which kind.
    sums : tuple of Sum
        In the order in which one would do them.
    said : str
        One or two sentences: how it was read; or why it was not, and what to write instead.
    """

    kind: str
    figures: tuple[Figure, ...]
    sums: tuple[Sum, ...]
    said: str

    @property
    def head(self) -> Verdict:
        """The answer that decides: the surest contradiction, else the last comparison."""
        if not self.sums:
            return Verdict(CANNOT_TELL, POSSIBLE, self.said, "")
        verdicts = [each.verdict for each in self.sums]
        for sure in (CERTAIN, LIKELY, POSSIBLE):
            for verdict in verdicts:
                if (verdict.verdict, verdict.sure) == (INCONSISTENT, sure):
                    return verdict
        compared = [v for v in verdicts if "was given to compare with" not in v.why]
        return (compared or verdicts)[-1]

    def figure(self, what: str) -> Figure | None:
        """The first figure of a kind, such as ``"p"``; None if there is none."""
        return next((each for each in self.figures if each.what == what), None)


def read_pasted(text: str, *, read: str = "auto", level: float | None = None, items: int = 1):
    """Read a pasted result and see whether its figures can stand together.

    Parameters
    ----------
    text : str
        Such as ``"OR 1.8 [95% CI 1.1–2.9]; P<.01"``, ``"41.7% (5/12)"``, ``"58 + 61 = 119"`` or
        ``"mean 3.47, n = 12"``.
    read : str
        ``"auto"``, or what it must be: ``"ratio"``, ``"difference"``, ``"counts"`` (percentages
        and counts).
    level : float, optional
        Level of the interval; without it what the text says, or 0.95.
    items : int
        Whole-number items whose mean each person's score is, for a mean.

    Returns
    -------
    Reading
        Whatever the text is; one that cannot be read has no sums, and says why.

    Raises
    ------
    ValueError
        If `read`, `level` or `items` is not as above. The text itself raises nothing.
    """
    if read not in READ_AS:
        raise ValueError(f"read is {read!r:.40}; it must be one of {', '.join(READ_AS)}")
    level = None if level is None else printed.level_of_interval(level)
    items = printed.count("items", items, least=1)
    try:
        paste = _Paste(read_line(text), read, level, items)
        return paste.reading()
    except UnreadableError as error:
        return Reading(NOTHING, (), (), f"{error}.")
    except (ValueError, ArithmeticError) as error:
        return Reading(NOTHING, (), (), f"These figures cannot be: {_plain_error(error)}.")


_ARGUMENTS = {
    "printed_p": "the p",
    "p is": "the p is",
    "events_1": "the first count",
    "events_2": "the second count",
    "n_1": "its group",
    "n_2": "its group",
    "printed_count": "the count",
    "printed_value": "the second rate",
    "percentage is": "the percentage is",
    "lower is": "the lower limit is",
    "estimate": "the estimate",
    "over is": "the first length of time is",
    "to is": "the second length of time is",
}


def _plain_error(error: Exception) -> str:
    """A tool's complaint without the names of its arguments."""
    words = str(error).replace("'", "").replace("n_1 and n_2 are", "the two groups are")
    for name, plain in _ARGUMENTS.items():
        words = re.sub(rf"\b{re.escape(name)}\b", plain, words)
    words = re.sub(r"parts\[\d+\]", "a part", words)
    return re.sub(r"\s+", " ", words)


# ---------------------------------------------------------------- patterns of the plain form

_N = r"#(\d+)"
_WORDS = r"(?: [a-z]+){0,3}"
_LEVEL = re.compile(
    rf"{_N}(?: %)? (?:–? ?)(?:ci|cl|confidence(?: intervals?| limits?)?)\b"
    rf"|(?:\bci|\bconfidence intervals?)(?: –)? (?:\( )?{_N} %(?: \))?"
)
_SIDES = re.compile(rf"(?:\b(one|two)|{_N}) (?:– )?(?:sided|tailed)\b")
_OTHER_P = re.compile(
    rf"\bp (?:– )?(?:values? )?(?:for |of )?(?:the )?"
    rf"(?:trend|interaction|heterogeneity|het|int|noninferiority|non – inferiority)\b"
    rf"(?: [=<>≤≥:]+)?(?: {_N})?"
)
_P = re.compile(rf"\bp(?: –)?(?: values?)?(?: of| was| is)?(?: \()? (?:(<=|[<>=≤≥:]) )?(?:= )?{_N}")
_NOT_SIGNIFICANT = re.compile(
    r"(?:\bp(?: –)?(?: value)? (?:[=:] )?)?(?:\bns\b|\bn \. ?s\b(?: \.)?)"
)
_LESS = {"<": "<", "<=": "<", "≤": "<", ">": ">", "≥": ">"}
_PEOPLE = re.compile(rf"\bn (?:[=:] )?{_N}(?! [/%])(?! of\b)")
_ITEMS = re.compile(rf"{_N} items?\b")
_SE = re.compile(
    rf"(?:\bse\b|\bs \. ?e(?: \.)?|\b(?:std|standard)(?: \.)? err(?:or)?\b(?: \.)?)"
    rf"(?: (?:of|was|is))?(?: \))?(?: [=:,])? {_N}(?! %)"
)
_SPREAD = re.compile(rf"\b(?:sd|sem|se|standard (?:deviation|error))\b(?: \))? (?:[=:] )?{_N}")
_BESIDE = re.compile(
    rf"{_N} (?:mg|g|kg|ml|weeks?|days?|months?|years?|patients|participants|people|women|men|"
    rf"trials|studies)\b"
)
_INTERVAL = re.compile(
    rf"{_N}( %)?(?: (?!to\b|and\b|of\b)[a-z]+)? (?P<by>to|–) {_N}( %)?"
    rf"|(?:\(|\bci)(?: [,:=(])* {_N}( %)? (?:[,;]|and) {_N}( %)?(?= [)(;,.]|$)"
    rf"|(?:\bfrom|\bbetween) {_N}( %)? and {_N}( %)?"
)
_DIRECTLY = re.compile(r"[ (,;:=]*(?:ci)?[ (,;:=]*")
_BEFORE = re.compile(rf"{_N}( %)?(?: [^#]*)?$")
_RATIO = re.compile(
    r"\b(?:a?hrs?|a?ors?|a?rrs?|s?hr|irr|prr|hazards?|odds|relative risks?|ratios?)\b"
)
_DIFFERENCE = re.compile(
    r"\b(?:w?md|smd|lsmd|rd|arr|differences?|differed|diff|beta|log|ln|slope|coefficients?)\b"
)
_OF_A_GROUP = re.compile(r"\b(?:means?|average|scores?|baseline)\b")
_LOOSELY_DIFFERENCE = re.compile(r"\b(?:means?|changed?|points?|effect|lost|gained|fell|rose)\b")
_NOT_SYMMETRIC = (
    (r"\b(?:credible|cri|hdi|bayesian|posterior)\b", "A credible interval"),
    (r"\b(?:prediction|predictive)\b", "A prediction interval"),
    (r"\b(?:iqr|interquartile|quartiles?|range|ranges|ranging)\b", "A range of patients"),
    (r"\b(?:median|medians)\b", "The interval of a median"),
    (r"\b(?:rrr|efficacy|relative (?:risk )?reduction)\b", "The interval of a relative reduction"),
)
_ANOTHER_METHOD = re.compile(
    r"\b(?:adjusted|bonferroni|holm|corrected|bootstrap|bootstrapped|exact|profile|permutation|"
    r"margin|noninferiority|inferiority|equivalence|unadjusted|crude)\b"
)
_COUNT = rf"{_N} (?:/|of|out of) (?:the |all )?{_N}(?! %)(?! /)"
_SHARES = re.compile(
    rf"{_N} \( {_N} % \) (?:of|/) (?:the |all )?{_N}"
    rf"|{_N} % (?:\( )?(?:n = )?{_COUNT}"
    rf"|{_COUNT}{_WORDS}(?: [(,=:]| or| is| was| were)* {_N} %"
    rf"|{_COUNT}"
    rf"|{_N} % of (?:the |all )?{_N}"
)
# which groups of _SHARES hold percentage, count and whole
_SHARE_GROUPS = ((2, 1, 3), (4, 5, 6), (9, 7, 8), (None, 10, 11), (12, None, 13))
_COUNT_AND_SHARE = re.compile(rf"{_N} \( {_N} % \)")
_MEAN = re.compile(rf"\b(?:means?|average)\b(?: (?!n\b)[a-z]+){{0,4}} (?:[=:] )?{_N}")
_ADDED = re.compile(rf"(#\d+(?: %)?(?: \+ #\d+(?: %)?)+) = {_N}")
_TAKEN = re.compile(rf"{_N}(?: %)? – {_N}(?: %)? = {_N}")
_UNITS = {"day": (1.0,), "week": (7.0,), "month": (30.4375, 28.0, 30.0, 31.0),
          "year": (365.25, 364.0, 365.0)}  # fmt: skip
_UNIT = r"(day|week|month|year)s?\b"
_PER = rf"{_N}{_WORDS}? (?:a|an|per|/|in|over|each|every)(?: {_N})? {_UNIT}"
_RATE = re.compile(rf"{_PER}(?: ,)? (?:or|is|are|=|equals|makes|gives|means)(?: [a-z]+)? {_PER}")
_ADVERBS = {"daily": "a day", "weekly": "a week", "monthly": "a month", "yearly": "a year",
            "annually": "a year"}  # fmt: skip
# Spanish, Portuguese, Italian, French and German papers, as far as figures go
_IN_ENGLISH = (
    (r"\bintervall?[oe] (?:de|di|dei) (?:confian[zç]a|confidenza|confiance)\b", "ci"),
    (r"\b(?:konfidenzintervall|vertrauensintervall|vertrauensbereich)\b", "ci"),
    (r"\b(?:ic|ki)\b(?=[^#]{0,12}#)|(?<=%) (?:– ?)?(?:ic|ki)\b", " ci"),
    (r"\bci (?:à|al|a|del|de|di|da|von|zu)(?= #\d+ %)", "ci"),
    (rf"{_N}( %)? (?:a|à|até|ate|hasta|bis) {_N}(?! (?:day|week|month|year))", r"#\1\2 to #\3"),
    (r"\b(?:differenza|diferencia|diferença|différence|differenz|unterschied)\b", "difference"),
    (r"\b(?:média|media|mittlere|moyenne|mittelwert)\b", "mean"),
)


class _Paste:
    """A line while it is being read; what is understood is taken out of it."""

    def __init__(self, line: Line, read: str, level: float | None, items: int):
        plain = re.sub(r"\blog – rank\b|\bchi – square\b|\bchi square\b", "test", line.plain)
        for word, words in _ADVERBS.items():
            plain = re.sub(rf"\b{word}\b", words, plain)
        for pattern, words in _IN_ENGLISH:
            plain = re.sub(pattern, words, plain)
        self.left, self.numbers, self.read = plain, line.numbers, read
        self.figures: list[Figure] = []
        self.level, self.level_said, self.items = level, False, items
        self.guessed = False
        self.cautions: list[str] = []  # each takes certainty away
        self.remarks: list[str] = []
        self.p: str | None = None
        self.side = ""
        self.people: str | None = None
        self.se: str | None = None

    def reading(self) -> Reading:
        """What the line is: the first kind of result whose pattern it has."""
        for kind in (self._sum, self._rate):
            if found := kind():
                return found
        self._find_level()
        self._find_p()
        self._find_people()
        kinds = [self._shares, self._mean]
        if self.read != "counts":
            kinds.insert(0, self._estimate)
            kinds.append(self._estimate_and_se)
        for kind in kinds:
            if found := kind():
                return found
        raise UnreadableError(self._nothing())

    # ------------------------------------------------------------ small helps

    def number(self, place: str) -> str:
        return self.numbers[int(place)]

    def take(self, found: re.Match, instead: str = " ") -> None:
        """Take a part out of the line, so that nothing is read twice."""
        left = self.left[: found.start()] + instead + self.left[found.end() :]
        self.left = re.sub(r" +", " ", left).strip()

    def note(self, what: str, text: str, read=printed.number) -> Figure:
        """Keep a figure that was read; the tool that reads it says if it cannot be."""
        figure = read(what, text)
        self.figures.append(Figure(what, figure.text, figure.value, figure.low, figure.high))
        return self.figures[-1]

    def done(self, kind: str, sums: list[Sum], said: str) -> Reading:
        """The reading; nothing is certain where a number or a word was not understood."""
        while found := _BESIDE.search(self.left):
            self.take(found)
        if words := self._unread():
            self.cautions.append(f"Not used, as it is not clear what it is: {words}")
        if self.cautions:
            sums = [replace(s, verdict=_at_most_likely(s.verdict)) for s in sums]
        said = " ".join([said, *(f"{words}." for words in self.cautions + self.remarks)])
        return Reading(kind, tuple(self.figures), tuple(sums), said)

    def _unread(self) -> str:
        """The numbers that are left, in words."""
        left = [self.number(place) for place in re.findall(r"#(\d+)", self.left)]
        return ", ".join(text.replace("-", "−") for text in left)

    def _nothing(self) -> str:
        unread = ", ".join(filter(None, (self._unread(), self.se and f"SE {self.se}")))
        if self.p and unread:
            return (
                f"{_p_said(self.p).capitalize()} was read, and not what these are: {unread}; paste "
                "the estimate right before its interval, or the counts, with the p"
            )
        if self.p:
            return (
                f"{_p_said(self.p).capitalize()} alone has nothing to be compared with; paste the "
                "estimate and its interval, or the counts, with it"
            )
        if self.level_said and "#" not in self.left:
            return "The level of an interval alone says nothing; paste its two limits with it"
        if re.search(r"#\d+ %", self.left):
            return (
                "It cannot be told of whom this is a percentage; write “61% of 18”, or “11 of 18 "
                "(61%)”"
            )
        return (
            "It cannot be told what these numbers are; write such as “HR 0.80 (0.60 to 1.07), "
            "p = 0.13”, “5 of 12 (41.7%)”, “mean 3.47, n = 12” or “58 + 61 = 119”"
        )

    # ------------------------------------------------------------ level, p, people

    def _find_level(self) -> None:
        while found := _LEVEL.search(self.left):
            level = printed.number("level", self.number(found[1] or found[2])).value / 100
            if not 0.5 <= level <= 0.9999:
                raise UnreadableError(
                    "The level of the interval must be from 50 to 99.99, such as 95% CI"
                )
            if self.level is None or not self.level_said:
                self.level = level if self.level is None else self.level
            elif self.level != level:
                raise UnreadableError("There are intervals of two levels; paste one at a time")
            self.level_said = True
            self.take(found, " ci ")
        self.left = re.sub(r"\bconfidence (?:intervals?|limits?)", "ci", self.left)

    def _find_p(self) -> None:
        while found := _OTHER_P.search(self.left):
            self.take(found)
            self.cautions.append("The p of another test than of this estimate is not compared")
        if found := _SIDES.search(self.left):
            word = self.number(found[2]) if found[2] else found[1]
            self.side = {"one": "one-sided", "1": "one-sided", "two": "two-sided",
                         "2": "two-sided"}.get(word, "")  # fmt: skip
            self.take(found)
        ps = []
        while found := _P.search(self.left):
            ps.append(_LESS.get(found[1] or "", "") + self.number(found[2]))
            self.take(found, " ; ")
        if found := _NOT_SIGNIFICANT.search(self.left):
            ps.append(">0.05")
            self.cautions.append("“NS” is taken for a p above 0.05")
            self.take(found, " ; ")
        if len(ps) > 1:
            raise UnreadableError("There is more than one p; paste one result at a time")
        if ps:
            self.p = ps[0]
            self.note("p", self.p, printed.p_value)

    def _find_people(self) -> None:
        if found := _ITEMS.search(self.left):
            self.items = printed.count("items", self.number(found[1]), least=1)
            self.take(found)
        if len(found := list(_SE.finditer(self.left))) == 1:
            self.se = self.number(found[0][1])
        while found := _SE.search(self.left) or _SPREAD.search(self.left):
            self.take(found)
        people = _PEOPLE.findall(self.left)
        if len(people) == 1:
            self.people = self.number(people[0])

    # ------------------------------------------------------------ an estimate and its interval

    def _estimate(self) -> Reading | None:
        found = list(_INTERVAL.finditer(self.left))
        if not found:
            return None
        if len(found) > 1:
            raise UnreadableError("There is more than one interval; paste one result at a time")
        for pattern, what in _NOT_SYMMETRIC:
            if re.search(pattern, self.left):
                raise UnreadableError(
                    f"{what} need not have the estimate in its middle, nor go with a p in this "
                    "way, so nothing can be told"
                )
        if _ANOTHER_METHOD.search(self.left):
            self.cautions.append(
                "The text names an adjustment or a method under which p and interval may differ"
            )
        three, percent, dash, direct = self._triple(found[0])
        _check_dash(three, dash)
        if beyond := self._outside(three, direct):
            return beyond
        log = self._is_ratio(three, percent)
        words = self._estimate_words(three, log)
        sums = self._interval_sums(three, log)
        return self.done("ratio" if log else "difference", sums, words)

    def _triple(self, found: re.Match) -> tuple[tuple[str, str, str], bool, bool, bool]:
        """Estimate and limits; is it in percent; does a dash part the limits; is it plainly so."""
        places = [g for g in found.groups() if g and g.isdigit()]
        lower, upper = (self.number(place) for place in places)
        before = _BEFORE.search(self.left[: found.start()])
        after = re.findall(r"#(\d+)( %)?", self.left[found.end() :])
        direct = False
        if before:
            estimate, sign = before[1], before[2]
            between = self.left[before.end(2 if sign else 1) : found.start()]
            limits_sign = any(group == " %" for group in found.groups())
            direct = bool(_DIRECTLY.fullmatch(between)) and bool(sign) == limits_sign
        elif len(after) == 1:
            estimate, sign = after[0]
        else:
            raise UnreadableError(
                "There is an interval and no estimate before it; write such as HR 0.80 (0.60 to "
                "1.07)"
            )
        self.take(found, " ; ")
        self.left = re.sub(rf"#{estimate}\b", "@", self.left)
        return (self.number(estimate), lower, upper), bool(sign), found["by"] == "–", direct

    def _outside(self, three: tuple, direct: bool) -> Reading | None:
        """An estimate beyond its own limits: no more can be asked of such figures."""
        estimate, lower, upper = (printed.number("figure", text) for text in three)
        if lower.value >= upper.value or (estimate.high > lower.low and estimate.low < upper.high):
            return None
        words = f"{estimate.text} lies outside its interval, {lower.text} to {upper.text}"
        if not direct:
            raise UnreadableError(
                f"If {words}, something else may be meant; write the estimate right before its "
                "interval"
            )
        for what, text in zip(("estimate", "lower limit", "upper limit"), three, strict=True):
            self.note(what, text)
        ratio = self.read == "ratio" or self._says_ratio()
        kind = "ratio" if ratio else "difference"
        plain = self.read == "difference" or bool(_DIFFERENCE.search(self.left))
        other_scale = re.search(r"\b(?:log|ln|beta|coefficients?)\b", self.left)
        plainly = ratio != plain and self.level_said and not other_scale
        sure = CERTAIN if plainly else LIKELY
        why = f"The estimate {words}, so no p is worked out."
        values = {"outside": (lower.value, upper.value)}
        verdict = Verdict(INCONSISTENT, sure, why, f"the estimate {words}", values)
        said = f"Read as an estimate of {estimate.text} with the interval {lower.text} to "
        asks = "Does the estimate lie between its limits?"
        return self.done(kind, [Sum(asks, verdict)], f"{said}{upper.text}.")

    def _is_ratio(self, three: tuple, percent: bool) -> bool:
        """Whether it is a ratio, by its words, its signs, or the middle of its limits."""
        ratio = self.read == "ratio" or self._says_ratio()
        plain = _DIFFERENCE.search(self.left)
        if self.read in ("ratio", "difference"):
            ratio, plain = self.read == "ratio", self.read == "difference"
        if ratio and plain:
            raise UnreadableError(
                "The words speak of a ratio and of a difference; set how to read it"
            )
        values = [printed.number("figure", text).value for text in three]
        if ratio:
            _check_ratio(three, values)
            return True
        if plain:
            return False
        if percent:
            raise UnreadableError(
                "The interval of a percentage need not have it in its middle, so nothing can be "
                "told; if it is a difference, write difference before it"
            )
        if min(values) < 0 or _LOOSELY_DIFFERENCE.search(self.left):
            return False
        return self._by_the_middle(three, values)

    def _says_ratio(self) -> bool:
        # “or” may be the odds ratio or the word: the ratio stands right before its figure.
        words = re.sub(r"\bors?\b(?! (?:[=:(,] |of |was |is |ci |\) )*@)", "", self.left)
        return bool(_RATIO.search(words))

    def _by_the_middle(self, three: tuple, values: list) -> bool:
        """Without a word on it: a ratio is the middle of its limits in logs, a difference not."""
        fits = {
            log: (min(values) > 0 or not log)
            and intervals.midpoint(*three, log=log).verdict == CONSISTENT
            for log in (True, False)
        }
        if fits[True] == fits[False]:
            raise UnreadableError(
                "It cannot be told whether this is a ratio or a difference; write HR, OR, RR or "
                "difference before it, or set how to read it"
            )
        self.cautions.append(
            "No word says whether it is a ratio or a difference; it is taken for the one of which "
            "it is the middle of the limits"
        )
        return fits[True]

    def _estimate_words(self, three: tuple, log: bool) -> str:
        for what, text in zip(("estimate", "lower limit", "upper limit"), three, strict=True):
            self.note(what, text)
        estimate, lower, upper = (text.replace("-", "−") for text in three)
        named = self.level_said or self.level is not None
        self.guessed = not named
        self.level = self.level or 0.95
        which = (
            f"the {100 * self.level:g}% interval {lower} to {upper}"
            if named
            else f"the interval {lower} to {upper}, taken for a 95% one as no level is named"
        )
        return f"Read as a {'ratio' if log else 'difference'} of {estimate} with {which}" + (
            f", and {_p_said(self.figures[0].text)}." if self.p else "."
        )

    def _interval_sums(self, three: tuple, log: bool) -> list[Sum]:
        behind = _shown_plainly(intervals.p_range(*three, log=log, level=self.level))
        asks = "Is the estimate the middle of its limits, and what p belongs to them?"
        sums = [Sum(asks, _at_most_likely(behind))]
        people = self._people_of_the_estimate()
        if self.p:
            p = _shown_plainly(intervals.which_side(*three, self.p, log=log, level=self.level))
            p = beside.not_the_far_tail(p, self.figures[0])
            if behind.verdict == CONSISTENT and p.values["distance"]:
                z, level = behind.values["z_range"], self.level
                p = beside.or_by_t(p, z, self.p, log=log, level=level, people=people)
            p = beside.with_side(p, self.side)
            if p.sure == CERTAIN:
                p = beside.unless_explained(p, behind, self.p, self.level)
            if p.sure == CERTAIN and self.guessed:
                p = beside.unless_another_level(p, three, self.p, log)
            sums.append(Sum(f"Does {_p_said(self.figures[0].text)} go with the interval?", p))
        return self._with_se(sums, three[0], log, people)

    def _people_of_the_estimate(self) -> int:
        """The n in the text, if it is a number of people; 0 if there is none."""
        if not self.people or not self.people.isdigit():
            return 0
        self._take_people()
        return min(int(self.people), printed.MOST_PEOPLE)

    def _with_se(self, sums: list[Sum], estimate: str, log: bool, people: int) -> list[Sum]:
        """Put what a printed standard error gives before the p of the interval."""
        if not self.se:
            return sums
        se = self.se.replace("-", "−")
        if log:
            self.remarks.append(
                f"The standard error, {se}, is not used: it can be that of the ratio or of its "
                "logarithm"
            )
            return sums
        by_se = self._se_sum(estimate, people)
        last = sums[-1].verdict
        if (by_se.verdict.verdict, last.verdict) == (INCONSISTENT, CONSISTENT):
            why = "The estimate over this standard error gives another p; it may not be its own."
            other = replace(by_se.verdict, verdict=CANNOT_TELL, sure=POSSIBLE, why=why)
            by_se = replace(by_se, verdict=other)
        if self.p and (by_se.verdict.verdict, last.verdict) == (CONSISTENT, INCONSISTENT):
            why = "The p is that of the estimate over its standard error, and not of the interval."
            sums[-1] = replace(sums[-1], verdict=replace(last, sure=LIKELY, why=why))
        return [sums[0], by_se, *sums[1:]]

    def _se_sum(self, estimate: str, people: int) -> Sum:
        self.note("standard error", self.se)
        answer = _shown_plainly(beside.p_of_se(estimate, self.se, self.p, people))
        if self.p:
            answer = beside.with_side(answer, self.side)
        return Sum("What p do the estimate and its standard error give?", answer)

    def _estimate_and_se(self) -> Reading | None:
        """A difference with its standard error and no interval."""
        found = list(re.finditer(r"#(\d+)( %)?", self.left))
        if not self.se or len(found) - (self.people is not None) != 1:
            return None
        people = self._people_of_the_estimate()
        found = re.search(r"#(\d+)( %)?", self.left)
        marked = self.left[: found.start()] + "@" + self.left[found.end() :]
        named = self.read == "difference" or bool(_DIFFERENCE.search(marked))
        if not named and (found[2] or _OF_A_GROUP.search(marked)):
            return None
        self.left = marked
        if self.read == "ratio" or self._says_ratio():
            raise UnreadableError(
                "The standard error can be that of the ratio or of its logarithm; paste the "
                "interval of the ratio"
            )
        estimate = self.number(found[1])
        self.note("estimate", estimate)
        said = f"Read as a difference of {estimate.replace('-', '−')} with the standard error "
        if not named:
            self.cautions.append("No word says what it is; it is taken for a difference")
        sums = [self._se_sum(estimate, people)]
        return self.done("difference", sums, f"{said}{self.se.replace('-', '−')}.")

    # ------------------------------------------------------------ counts and percentages

    def _shares(self) -> Reading | None:
        groups = []
        while found := _SHARES.search(self.left):
            for places in _SHARE_GROUPS:
                if found[places[2]]:
                    groups.append([p and found[p] and self.number(found[p]) for p in places])
                    break
            self.take(found, " ; ")
        if not groups and self.people and (found := _COUNT_AND_SHARE.search(self.left)):
            groups.append([self.number(found[2]), self.number(found[1]), self.people])
            self.take(found)
            self._take_people()
        if not groups:
            return None
        sums = [one for group in groups if (one := self._share_sum(*group))]
        tables = [group for group in groups if group[1] is not None]
        if len(groups) == len(tables) == 2:
            sums += self._table_sums(*(int(text) for _, *pair in tables for text in pair))
        elif self.p:
            self.cautions.append(
                "The p is not compared; for that, paste the counts of two groups, such as "
                "5/123 v 9/124"
            )
        if not sums:
            raise UnreadableError(
                "A count of people alone has nothing to be compared with; paste its percentage, "
                "or two groups with their p"
            )
        number = "one group" if len(groups) == 1 else f"{len(groups)} groups"
        return self.done("share", sums, f"Read as counts and percentages of {number} of people.")

    def _share_sum(self, share: str | None, part: str | None, whole: str) -> Sum | None:
        of = _whole("number of people", whole, least=1)
        self.note("people", whole)
        if part is not None:
            count = _whole("count", part)
            self.note("count", part)
            if count > of:
                raise ValueError(f"{count} cannot be a part of {of}")
        if share is None:
            return None
        self.note("percentage", share, printed.percentage)
        asks = f"Is {share}% " + (f"{part} of {of}?" if part else f"a share of {of} people?")
        answer = counts.percentage_of_count(share, of, printed_count=part)
        return Sum(asks, _unless_cut(answer, share, part, of))

    def _table_sums(self, a: int, n: int, b: int, m: int) -> list[Sum]:
        """The usual tests of the two groups, and which of them give the p."""
        answer = usual_tests(a, n, b, m, printed_p=self.p, side=self.side)
        p = self.figures[0].text if self.p else ""
        asks = f"Do the counts give {_p_said(p)}?" if p else "Do the two groups differ?"
        return [Sum(asks, _shown_plainly(answer))]

    def _take_people(self) -> None:
        if found := _PEOPLE.search(self.left):
            self.take(found)

    # ------------------------------------------------------------ means, sums, rates

    def _mean(self) -> Reading | None:
        found = _MEAN.search(self.left)
        if not found or not self.people:
            return None
        mean = self.number(found[1])
        self.take(found)
        self._take_people()
        self.note("mean", mean)
        self.note("people", self.people)
        self.note("items", str(self.items))
        answer = counts.mean_of_whole_numbers(mean, _whole("n", self.people), items=self.items)
        why = f"{answer.why} This holds for scores in whole numbers."
        answer = replace(_at_most_likely(answer), why=why)
        each = f" with {self.items} items each" if self.items > 1 else ""
        sums = [Sum("Can whole numbers have this mean?", answer)]
        words = f"Read as a mean of {mean.replace('-', '−')} of {self.people} people{each}."
        return self.done("mean", sums, words)

    def _sum(self) -> Reading | None:
        if found := _ADDED.search(self.left):
            parts = [self.number(place) for place in re.findall(r"#(\d+)", found[1])]
            total = self.number(found[2])
        elif found := _TAKEN.search(self.left):
            # a − b = c says what b + c = a says, and so rounding is told the same way
            total, *parts = (self.number(place) for place in found.groups())
        else:
            return None
        self.take(found)
        for text in parts:
            self.note("part", text)
        self.note("total", total)
        rounded = "%" in found[0] or any("." in text or "-" in text for text in (*parts, total))
        answer = counts.adds_up(parts, total, rounded=rounded)
        if answer.verdict == INCONSISTENT and not rounded:
            answer = _unless_rounded(answer, parts, total)
        said = f"Read as a sum{' of rounded figures' * rounded}."
        return self.done("sum", [Sum("Do the parts make the total?", answer)], said)

    def _rate(self) -> Reading | None:
        found = _RATE.search(self.left)
        if not found:
            return None
        first, over, unit, second, to, other = found.groups()
        self.take(found)
        value, wanted = self.number(first), self.number(second)
        lengths = [1.0 if place is None else float(self.number(place)) for place in (over, to)]
        self.note("rate", value)
        self.note("rate printed", wanted)
        tried = [
            claims.rescale(value, lengths[0] * a, lengths[1] * b, wanted)
            for a, b in _lengths(unit, other)
        ]
        answer = next((each for each in tried if each.verdict == CONSISTENT), tried[0])
        why = f"{answer.why} This takes the pace as steady."
        words = f"Read as one rate over two lengths of time: {value} and {wanted}."
        sums = [Sum("Is it the same rate?", replace(answer, why=why))]
        return self.done("rate", sums, words.replace("-", "−"))


# ---------------------------------------------------------------- checks and cautions


def _p_said(text: str) -> str:
    """A printed p in a sentence: *a p of 0.01*, *a p <0.001*."""
    return f"a p {text}" if text[0] in "<>" else f"a p of {text}"


def _whole(name: str, text: str, least: int = 0) -> int:
    try:
        return printed.count(name, text, least=least)
    except ValueError:
        raise UnreadableError(
            f"The {name} is {text.replace('-', '−')}; it must be a whole number from {least} to "
            f"{printed.MOST_PEOPLE}"
        ) from None


def _check_dash(three: tuple, dash: bool) -> None:
    """A dash between limits may be the minus of the upper one: ask where both can be."""
    _, lower, upper = (printed.number("figure", text).value for text in three)
    if dash and lower < 0 < upper < -lower:
        estimate, low, high = (text.replace("-", "−") for text in three)
        straight = intervals.midpoint(*three, log=False)
        if straight.verdict == INCONSISTENT:
            raise UnreadableError(
                f"The dash before {high} can be “to” or a minus; write {estimate} ({low} to "
                f"{high}) or {estimate} ({low} to −{high})"
            )


def _check_ratio(three: tuple, values: list) -> None:
    if values[1] == 0 and min(values) == 0:
        raise UnreadableError(
            f"A limit of {three[1]} is rounded to nothing, and its logarithm cannot be taken; "
            "with more decimals it can be told"
        )
    if min(values) <= 0:
        raise UnreadableError(
            "A ratio must be above 0; if this is a difference, write difference before it"
        )


def _at_most_likely(verdict: Verdict) -> Verdict:
    """A pasted text does not say all that would be needed to be certain of a contradiction."""
    if (verdict.verdict, verdict.sure) == (INCONSISTENT, CERTAIN):
        return replace(verdict, sure=LIKELY)
    return verdict


def _unless_rounded(verdict: Verdict, parts: list, total: str) -> Verdict:
    """Whole numbers may be counts, or percentages that were rounded."""
    if counts.adds_up(parts, total, rounded=True).verdict == INCONSISTENT:
        return verdict
    why = f"{verdict.why} As rounded figures, such as percentages, they can."
    return replace(verdict, sure=LIKELY, why=why)


def _unless_cut(verdict: Verdict, share: str, part: str | None, of: int) -> Verdict:
    """Some programs cut decimals off and do not round: 41.6% for 5 of 12."""
    if verdict.verdict != INCONSISTENT:
        return verdict
    least = Decimal(share)
    most = least + Decimal(1).scaleb(least.as_tuple().exponent)
    first, after = (math.ceil(end * of / 100) for end in (least, most))
    if not first <= (first if part is None else int(Decimal(part))) < after:
        return verdict
    why = f"{verdict.why} With its further decimals cut off, and not rounded, it could be."
    return replace(verdict, sure=LIKELY, why=why)


def _lengths(first: str, second: str):
    """Pairs of days: as the calendar has them, then as people round a month or a year."""
    if first == second:
        return [(1.0, 1.0)]
    if {first, second} == {"month", "year"}:
        return [(12.0, 1.0) if first == "year" else (1.0, 12.0)]
    return [(a, b) for a in _UNITS[first] for b in _UNITS[second]]


def _shown_plainly(verdict: Verdict) -> Verdict:
    """An end that rounding leaves open is said in words, not as a computer writes it."""
    steps = re.sub(r"−?\binf\b", "without end", verdict.arithmetic)
    return replace(verdict, arithmetic=re.sub(r"\bnan\b", "not computable", steps))
