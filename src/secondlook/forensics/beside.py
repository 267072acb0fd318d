"""A printed p beside an estimate, and what else than an error may part the two.

A normal interval knows its p. Before a pasted pair is said not to go together, the usual reasons
are tried: Student's t in place of the normal law, an interval of another level, an interval that
is not symmetric.
"""

from dataclasses import replace

from secondlook import means
from secondlook.forensics import intervals, printed
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
    show_allowed,
    show_range,
)

FEW = 58  # degrees of freedom of two groups of 30, from which on a t test is no surprise
_FEWEST = 8  # with fewer, a t test brings nearly any p and interval together
_DEGREES = (500, 300, 200, 150, 120, 100, 80, 70, FEW, 50, 40, *range(30, _FEWEST - 1, -1))


def p_of_se(estimate: str, se: str, printed_p: str | None = None, people: int = 0) -> Verdict:
    """What p do an estimate and its standard error give, and is it the printed one?

    Parameters
    ----------
    estimate, se : str
        As printed, on the scale where no effect is 0.
    printed_p : str, optional
    people : int
        Of whom the estimate is, if print says so; 0 if not.

    Returns
    -------
    Verdict
        Values as of :func:`secondlook.forensics.which_side`, without ``distance``.

    Raises
    ------
    ValueError
        If a figure is no number, or the standard error not above 0.

    Notes
    -----
    z is the estimate over its standard error; both run over all that would be printed so.
    """
    first, error = printed.number("estimate", estimate), printed.number("standard error", se)
    if error.value <= 0:
        raise ValueError(f"standard error is {error.text}; it must be above 0")
    ends = [intervals.over(a, max(b, 0.0)) for a in (first.low, first.high)
            for b in (error.low, error.high)]  # fmt: skip
    inside = [0.0] * (first.low <= 0 <= first.high)
    z = (first.value / error.value, min(ends + inside), max(ends + inside))
    one, two = intervals.p_values(z)
    values = {
        **intervals.with_range("z", z),
        **intervals.with_range("one_sided", one),
        **intervals.with_range("two_sided", two),
    }
    steps = lines(
        f"z = {first.text} / {error.text} = {show_allowed(*z)}",
        f"one-sided p {show_allowed(*one)}",
        f"two-sided p {show_allowed(*two)}",
    )
    if printed_p is None:
        why = "No p was given to compare with."
        return Verdict(CANNOT_TELL, POSSIBLE, why, steps, values)
    p = printed.p_value("the p", printed_p)
    side = intervals.side_of(p, one, two)
    why = f"The printed p {p.text} is that of the estimate over its standard error, {side}."
    answer = Verdict(CONSISTENT, LIKELY, why, steps, values | {"side": side})
    if side == "neither":
        why = "No rounding makes the estimate over its standard error give the printed p."
        answer = replace(answer, verdict=INCONSISTENT, why=why)
        return or_by_t(answer, z[1:], printed_p, people=people)
    return either_is_fine(answer)


def either_is_fine(verdict: Verdict) -> Verdict:
    """Where both sides fit, the figures go together: only the side is open."""
    if verdict.values["side"] != "either":
        return verdict
    why = "Within rounding the printed p fits; whether it is one-sided or two-sided cannot be told."
    return replace(verdict, verdict=CONSISTENT, sure=POSSIBLE, why=why)


def or_by_t(
    verdict: Verdict, z_range, p: str, *, log: bool = False, level: float = 0.95,
    people: int = 0,
) -> Verdict:  # fmt: skip
    """A p that fits no normal test may be one of Student's t, or stand by an interval of t.

    With 58 degrees of freedom or more that is no surprise, and the figures go together. With
    fewer it rests on how many patients there are; a ratio has no such test.
    """
    if verdict.verdict != INCONSISTENT or verdict.values["side"] != "neither":
        return verdict
    read = printed.p_value("the p", p)
    least = max(FEW if log else _FEWEST, people // 2)  # the n may be that of one group
    for df in _DEGREES if people < 2 * _DEGREES[0] else (people // 2,):
        two = _range_by_t(z_range, level, df)
        one = tuple(end / 2 for end in two)
        side = intervals.side_of(read, (0, *one), (0, *two))
        if df < least or side != "neither":
            break
    if df < least or side == "neither":
        return verdict
    named = "one-sided or two-sided" if side == "either" else side
    step = f"by t with {df} degrees of freedom: two-sided p {show_range(*two)}, one-sided "
    steps = lines(verdict.arithmetic, step + show_range(*one))
    values = {**verdict.values, "t_df": df, "t_one_sided": one, "t_two_sided": two, "t_side": side}
    if df < FEW:
        why = (
            f"The p fits only if the patients are few: a {named} t test with about {df} degrees "
            "of freedom or fewer gives it."
        )
        return replace(
            verdict, verdict=CANNOT_TELL, sure=POSSIBLE, why=why, arithmetic=steps, values=values
        )
    why = f"The p is that of a {named} t test, with about {df} degrees of freedom or fewer."
    return Verdict(CONSISTENT, POSSIBLE, why, steps, {**values, "side": side})


def _range_by_t(z_range, level: float, df: int) -> tuple[float, float]:
    """Two-sided p if the interval, the test, or both go by t with so many degrees or more."""
    near, far = intervals.extent((0.0, *z_range))
    wider = means.critical_t(1 - level, df) / intervals.quantile_of(level)
    least = intervals.p_values((far * wider,) * 3)[1][0]
    return least, float(means.two_sided_p(min(near, 1e6), df))


def not_the_far_tail(verdict: Verdict, p: Printed) -> Verdict:
    """A p above some limit is not meant as 1 less the one-sided p of a clear result."""
    values = verdict.values
    ends = [values[f"{side}_range"][1] for side in ("one_sided", "two_sided")]
    if verdict.verdict != CONSISTENT or not p.text.startswith(">") or max(ends) >= p.low:
        return verdict
    why = "Both p of the interval lie below that, unless the test looked the other way."
    values = {**values, "side": "neither"}
    return replace(verdict, verdict=INCONSISTENT, sure=LIKELY, why=why, values=values)


def with_side(verdict: Verdict, said: str) -> Verdict:
    """Hold the side that the text names, if any, against those that fit."""
    fits = verdict.values["side"]
    if not said or fits == "neither":
        return either_is_fine(verdict)
    if fits == said:
        return verdict
    if fits == "either":
        why = f"Within rounding the printed p can be {said}, as the text has it."
        return replace(verdict, verdict=CONSISTENT, sure=POSSIBLE, why=why)
    why = f"The text calls the p {said}; within rounding it fits a {fits} test only."
    return replace(verdict, verdict=INCONSISTENT, sure=LIKELY, why=why)


def unless_explained(verdict: Verdict, behind: Verdict, p: str, level: float) -> Verdict:
    """Certain only if the interval is symmetric and no small sample explains the p."""
    if behind.verdict == INCONSISTENT:
        why = "The p fits neither side, but the interval is not symmetric, so it is no usual one."
        return replace(verdict, sure=LIKELY, why=why)
    if df := _degrees_near(behind.values["z_range"], p, level):
        why = (
            f"The p fits neither side, unless the patients are few: a t test with about {df} "
            "degrees of freedom comes near it."
        )
        return replace(verdict, sure=LIKELY, why=why)
    why = f"{verdict.why} It holds for a p of this very comparison, not adjusted for other tests."
    return replace(verdict, why=why)


def unless_another_level(verdict: Verdict, three: tuple, p: str, log: bool) -> Verdict:
    """Certain only if an interval of another usual level does not bring p and interval together."""
    for level in (0.9, 0.99):
        other = intervals.which_side(*three, p, log=log, level=level)
        z = intervals.p_range(*three, log=log, level=level).values["z_range"]
        explained = (other.verdict, other.sure) != (INCONSISTENT, CERTAIN)
        if explained or _degrees_near(z, p, level):
            why = (
                f"The p fits neither side of a 95% interval. No level is named; with a "
                f"{100 * level:g}% interval it might."
            )
            return replace(verdict, sure=LIKELY, why=why)
    return verdict


def _degrees_near(z_range: tuple, p: str, level: float) -> int | None:
    """The most degrees of freedom with which t, or a test a little apart, would print this p."""
    read = printed.p_value("p", p)
    near, far = intervals.extent((0.0, *z_range))
    quantile = intervals.quantile_of(level)
    for df in (120, 60, 40, *range(30, 1, -1)):
        wider = means.critical_t(1 - level, df) / quantile
        least = max(0.0, near * wider - intervals.OTHER_TEST)
        most = min(far * wider + intervals.OTHER_TEST, 1e6)
        low, high = (float(means.two_sided_p(t, df)) for t in (most, least))
        if read.meets(low, high) or read.meets(low / 2, high / 2):
            return df
    return None
