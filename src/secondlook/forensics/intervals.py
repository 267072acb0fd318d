"""What an estimate and its interval say, allowing for the rounding of the printed figures."""

import math
from dataclasses import dataclass

from secondlook import _normal
from secondlook.forensics import printed
from secondlook.forensics.printed import Printed
from secondlook.forensics.verdict import (
    CANNOT_TELL,
    CERTAIN,
    CONSISTENT,
    INCONSISTENT,
    LIKELY,
    POSSIBLE,
    Verdict,
    lines,
    show,
    show_allowed,
    show_range,
)

# Two tests of one hypothesis in the same data (Wald, log-rank, likelihood ratio, rank) can give
# somewhat different z. Our bar for "no such choice explains it": a quarter of a standard error.
OTHER_TEST = 0.25


@dataclass(frozen=True)
class _Read:
    """An estimate and its limits on the scale where the interval is symmetric: log or natural."""

    texts: tuple[str, str, str]
    points: tuple[float, float, float]
    lows: tuple[float, float, float]
    highs: tuple[float, float, float]
    quantile: float
    log: bool

    @property
    def width(self) -> tuple[float, float, float]:
        """Width of the interval as printed, and the least and largest that rounding allows."""
        return (
            self.points[2] - self.points[1],
            max(0.0, self.lows[2] - self.highs[1]),
            self.highs[2] - self.lows[1],
        )

    @property
    def se(self) -> tuple[float, float, float]:
        return tuple(max(0.0, width) / (2 * self.quantile) for width in self.width)

    @property
    def z(self) -> tuple[float, float, float]:
        """Estimate over standard error as printed, least and largest."""
        se, least, largest = self.se
        divided = [over(e, s) for e in (self.lows[0], self.highs[0]) for s in (least, largest)] + [
            0.0
        ] * (self.lows[0] <= 0 <= self.highs[0])
        return (over(self.points[0], se), min(divided), max(divided))

    @property
    def names(self) -> tuple[str, str, str]:
        return tuple(f"ln {text}" if self.log else text for text in self.texts)


def p_range(
    estimate, lower, upper, *, log: bool = True, level: float = 0.95, decimals: int | None = None
) -> Verdict:
    """Rebuild z and p from an estimate and its interval, with the range that rounding allows.

    Parameters
    ----------
    estimate, lower, upper : str or float
        As printed; text such as ``"1.20"`` keeps its zero, which counts.
    log : bool
        True for ratios, whose intervals are symmetric in logs; False for differences.
    level : float
        Confidence level of the interval.
    decimals : int, optional
        Decimals printed, if the figures are given as numbers.

    Returns
    -------
    Verdict
        Consistent if the estimate can be the middle of its limits, as a normal interval needs.
        Values: ``z``, ``se``, ``one_sided`` (on the side of the estimate), ``two_sided``, each
        also as ``_range``; ``se_lower_half`` and ``se_upper_half``, which differ if it is not.

    Raises
    ------
    ValueError
        If a figure is no number, a ratio not above 0, or the limits no interval around the
        estimate however they were rounded; the message names the argument.

    Notes
    -----
    Width over twice the normal quantile is the standard error [1]. Each figure is let run over
    all values that would be printed so, and the extremes of p are kept.

    References
    ----------
    [1] Altman & Bland, How to obtain the P value from a confidence interval, BMJ 2011;343:d2304.
    """
    read = _read(estimate, lower, upper, log, level, decimals)
    middle = _middle(read)
    one, two = p_values(read.z)
    se, z = read.se, read.z
    halves = [abs(read.points[0] - limit) / read.quantile for limit in read.points[1:]]
    return Verdict(
        middle.verdict,
        middle.sure,
        middle.why,
        lines(
            _se_step(read),
            f"z = {read.names[0]} / se = {show_allowed(*z)}",
            f"one-sided p = {show_allowed(*one)}",
            f"two-sided p = {show_allowed(*two)}",
            middle.arithmetic,
        ),
        {
            **with_range("z", z),
            **with_range("se", se),
            **with_range("one_sided", one),
            **with_range("two_sided", two),
            "se_lower_half": halves[0],
            "se_upper_half": halves[1],
            **middle.values,
        },
    )


def midpoint(estimate, lower, upper, *, log: bool = True, decimals: int | None = None) -> Verdict:
    """Can the estimate be the middle of its limits?

    Parameters, errors and rounding as in :func:`p_range`. A normal interval is symmetric, for a
    ratio in logs. Values: ``middle`` and ``middle_range``, in the unit of print.
    """
    return _middle(_read(estimate, lower, upper, log, 0.95, decimals))


def which_side(
    estimate,
    lower,
    upper,
    printed_p,
    *,
    log: bool = True,
    level: float = 0.95,
    decimals: int | None = None,
) -> Verdict:
    """Is a printed p one-sided or two-sided, judged by the interval beside it?

    Parameters
    ----------
    estimate, lower, upper, log, level, decimals
        As in :func:`p_range`; decimals does not count for p.
    printed_p : str or float
        Such as ``"0.33"``, ``".01"`` or ``"<0.001"``.

    Returns
    -------
    Verdict
        Consistent if exactly one side fits, cannot tell if both do, inconsistent if neither
        does. Values: ``side`` (one-sided, two-sided, either, neither), the p values and ranges
        of :func:`p_range`, and ``distance``: how far z is from the nearest fit.

    Raises
    ------
    ValueError
        As :func:`p_range`, or if p is not between 0 and 1.

    Notes
    -----
    A one-sided p may look to either side, so p and 1 - p both count as one-sided. Neither is
    certain only if z is off by more than 0.25, our bar: the p may come from another test of the
    same data than the interval (log-rank, rank, likelihood ratio), and those differ by less. With
    few patients an interval may use t instead, and be wider.
    """
    read = _read(estimate, lower, upper, log, level, decimals)
    p = printed.p_value("printed_p", printed_p)
    one, two = p_values(read.z)
    side = side_of(p, one, two)
    distance = 0.0 if side != "neither" else _distance(p, read.z)
    verdict, sure, why = _side_words(side, distance)
    return Verdict(
        verdict,
        sure,
        why,
        lines(
            _se_step(read),
            f"z = {read.names[0]} / se = {show(read.z[0])}",
            f"one-sided p {show_allowed(*one)}",
            f"two-sided p {show_allowed(*two)}",
            f"printed p {p.text}, that is {show_range(p.low, p.high)}: fits {side}",
        ),
        {
            "side": side,
            "distance": distance,
            **with_range("one_sided", one),
            **with_range("two_sided", two),
        },
    )


def side_of(p: Printed, one: tuple, two: tuple) -> str:
    """Which side a printed p fits, from the p of each side with its range."""
    fits_one = p.meets(*one[1:]) or p.meets(1 - one[2], 1 - one[1])
    return _SIDES[fits_one, p.meets(*two[1:])]


_SIDES = {
    (True, False): "one-sided",
    (False, True): "two-sided",
    (True, True): "either",
    (False, False): "neither",
}


def _side_words(side: str, distance: float) -> tuple[str, str, str]:
    if side == "either":
        return CANNOT_TELL, POSSIBLE, "Within rounding the printed p fits one side and two."
    if side != "neither":
        other = "two-sided" if side == "one-sided" else "one-sided"
        why = f"Within rounding the printed p fits a {side} test of this interval, no {other} one."
        return CONSISTENT, LIKELY, why
    why = "No rounding of the printed figures brings p and interval together, on either side"
    if distance > OTHER_TEST:
        why += ", and with many patients no usual choice of test moves a p so far."
        return INCONSISTENT, CERTAIN, why
    return INCONSISTENT, LIKELY, why + ". Another test of the same data might: log-rank, rank, t."


def _distance(p: Printed, z: tuple) -> float:
    """How far z would have to move for the printed p to fit some side."""
    gaps = []
    least, largest = extent(z)
    for tails in (1, 2):
        low, high = (_z_of(min(max(each / tails, 0.0), 1.0)) for each in (p.high, p.low))
        for sign in (1, -1) if tails == 1 else (1,):
            a, b = sorted((sign * low, sign * high))
            gaps.append(max(0.0, a - largest, least - b))
    return min(gaps)


def _z_of(p: float) -> float:
    return math.inf if p <= 0 else -math.inf if p >= 1 else -_normal.quantile(p)


def p_values(z: tuple) -> tuple[tuple, tuple]:
    """One-sided and two-sided p for z as printed, then least and largest within rounding."""
    near, far = extent(z)
    tails = tuple(float(_normal.upper_tail(abs(each))) for each in (z[0], far, near))
    return tails, tuple(2 * tail for tail in tails)


def extent(z: tuple) -> tuple[float, float]:
    """Least and largest size of z within rounding."""
    low, high = z[1:]
    return 0.0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high))


def _read(estimate, lower, upper, log, level, decimals) -> _Read:
    log = printed.flag("log", log)
    figures = [
        printed.ratio_or_difference(name, given, log, decimals)
        for name, given in (("estimate", estimate), ("lower", lower), ("upper", upper))
    ]
    quantile = quantile_of(printed.level_of_interval(level))
    check_order(*figures[1:])
    first, low, high = figures
    if first.high < low.low or first.low > high.high:
        raise ValueError(
            f"estimate {first.text} lies outside its interval, {low.text} to {high.text}"
        )
    scaled = [log_of(figure) if log else figure for figure in figures]
    return _Read(
        tuple(figure.text for figure in figures),
        *(tuple(getattr(s, at) for s in scaled) for at in ("value", "low", "high")),
        quantile,
        log,
    )


def log_of(figure: Printed) -> Printed:
    return Printed(figure.text, *(math.log(x) for x in (figure.value, figure.low, figure.high)))


def check_order(lower: Printed, upper: Printed) -> None:
    if lower.value >= upper.value and not (lower.value == upper.value and lower.low < upper.high):
        raise ValueError(
            f"lower is {lower.text} and upper {upper.text}; lower must be the smaller one"
        )
    if not lower.low < upper.high:
        raise ValueError(f"lower and upper are both {lower.text}; an interval has a width")


def _middle(read: _Read) -> Verdict:
    back = math.exp if read.log else float
    middle, low, high = ((part[1] + part[2]) / 2 for part in (read.points, read.lows, read.highs))
    slack = 1e-9 * max(float(read.log), *map(abs, read.lows), *map(abs, read.highs))
    inside = read.lows[0] <= high + slack and low - slack <= read.highs[0]
    text, lower, upper = read.texts
    mean = f"√({lower} × {upper})" if read.log else f"({lower} + {upper}) / 2"
    verdict, sure, why = (
        (CONSISTENT, POSSIBLE, "Within rounding the estimate is the middle of its limits.")
        if inside
        else (
            INCONSISTENT,
            CERTAIN,
            "The estimate is not the middle of its limits"
            + (" in logs" if read.log else "")
            + ", however they were rounded: a slip, or an interval by another method, which "
            "need not be symmetric.",
        )
    )
    return Verdict(
        verdict,
        sure,
        why,
        f"middle of the limits = {mean} = {show_allowed(*map(back, (middle, low, high)))}; "
        f"printed {text}",
        with_range("middle", (back(middle), back(low), back(high))),
    )


def _se_step(read: _Read) -> str:
    se, least, largest = read.se
    _, lower, upper = read.names
    step = f"se = ({upper} − {lower}) / (2 × {show(read.quantile)})"
    return f"{step} = {show_allowed(se, least, largest)}"


def with_range(name: str, three: tuple) -> dict:
    return {name: three[0], f"{name}_range": tuple(three[1:])}


def widths(lower: Printed, upper: Printed) -> tuple[float, float, float]:
    """Width as printed, least and largest within rounding."""
    return (
        upper.value - lower.value,
        max(0.0, upper.low - lower.high),
        upper.high - lower.low,
    )


def over(a: float, b: float) -> float:
    if b == 0:
        return math.copysign(math.inf, a) if a else math.nan
    return a / b


def quantile_of(level: float) -> float:
    return _normal.quantile((1 + level) / 2)
