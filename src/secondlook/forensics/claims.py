"""Claims in words and numbers: levels, adjustments, power, rates, groups within a whole."""

import math

from secondlook import _normal, design
from secondlook.forensics import printed
from secondlook.forensics.counts import compare
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


def agree(first, second, *, decimals: int | None = None) -> Verdict:
    """Can two printed figures be one number, printed twice?

    Parameters
    ----------
    first, second : str or float
        As printed.
    decimals : int, optional
        Decimals printed, if they are given as numbers.

    Returns
    -------
    Verdict
        Values: ``difference`` (first less second) and ``difference_range``.

    Raises
    ------
    ValueError
        If one of them is no number.
    """
    a = printed.number("first", first, decimals)
    b = printed.number("second", second, decimals)
    fits = a.value == b.value or (not surely_below(a, b) and not surely_below(b, a))
    spread = (a.low - b.high, a.high - b.low)
    return Verdict(
        CONSISTENT if fits else INCONSISTENT,
        POSSIBLE if fits else CERTAIN,
        f"{a.text} and {b.text} can be one number."
        if fits
        else f"No number is printed both as {a.text} and as {b.text}.",
        lines(
            f"{a.text} is {show_range(a.low, a.high)}; {b.text} is {show_range(b.low, b.high)}",
            f"{a.text} − {b.text} = {show(a.value - b.value)}" if a.value != b.value else "",
        ),
        {"difference": a.value - b.value, "difference_range": spread},
    )


def difference(first, second, printed_difference=None, *, decimals=None) -> Verdict:
    """First less second, with the range that rounding allows.

    Parameters
    ----------
    first, second : str or float
        As printed.
    printed_difference : str or float, optional
        What is printed as their difference.
    decimals : int, optional
        Decimals printed, if the two are given as numbers.

    Returns
    -------
    Verdict
        Values: ``difference`` and ``difference_range``.

    Raises
    ------
    ValueError
        If one of them is no number.
    """
    a = printed.number("first", first, decimals)
    b = printed.number("second", second, decimals)
    gap, low, high = a.value - b.value, a.low - b.high, a.high - b.low
    verdict, sure, why = compare(
        printed_difference, gap, low, high, "printed_difference", "difference"
    )
    return Verdict(
        verdict,
        sure,
        why,
        f"{a.text} − {b.text} = {show_allowed(gap, low, high)}",
        {"difference": gap, "difference_range": (low, high)},
    )


def rescale(value, over, to, printed_value=None, *, decimals=None) -> Verdict:
    """A rate over one length of time as the same rate over another.

    Parameters
    ----------
    value : str or float
        Change or dose as printed.
    over, to : float
        Length in which it happens, and length wanted, in one unit, such as weeks 16 and 52.
    printed_value : str or float, optional
        What is printed for the length wanted.
    decimals : int, optional
        Decimals printed, if the value is given as a number.

    Returns
    -------
    Verdict
        Values: ``value`` and ``value_range``. It takes the rate as steady.

    Raises
    ------
    ValueError
        If a figure is no number, or a length not above 0.
    """
    figure = printed.number("value", value, decimals)
    factor = printed.positive("to", to) / printed.positive("over", over)
    times, share = (f" {sign} {x}" * (x != 1) for sign, x in (("×", to), ("/", over)))
    scaled, low, high = (factor * x for x in (figure.value, figure.low, figure.high))
    verdict, sure, why = compare(printed_value, scaled, low, high, "printed_value", "rate")
    return Verdict(
        verdict,
        sure,
        why,
        f"{figure.text}{times}{share} = {show_allowed(scaled, low, high)}",
        {"value": scaled, "value_range": (low, high)},
    )


def meets_level(p, level, *, sides: int = 1, level_sides: int = 1) -> Verdict:
    """Is a printed p at or below a planned level, both put on one side?

    Parameters
    ----------
    p : str or float
        As printed, such as ``"<0.025"``.
    level : float
        The planned level.
    sides, level_sides : int
        1 or 2: whether the p, and the level, count one side or both.

    Returns
    -------
    Verdict
        Consistent if the p meets the level, inconsistent if it cannot, cannot tell if rounding
        hides it. Values: ``p_one_sided_range``, ``level_one_sided``, ``level_two_sided``.

    Raises
    ------
    ValueError
        If p or level is no probability, or a side is neither 1 nor 2.
    """
    figure = printed.p_value("p", p)
    line = printed.probability("level", level) / _sides("level_sides", level_sides)
    halves = _sides("sides", sides)
    low, high = figure.low / halves, figure.high / halves
    if high <= line:
        verdict, sure, why = CONSISTENT, CERTAIN, f"{figure.text} is within the level."
    elif low > line:
        verdict, sure, why = INCONSISTENT, CERTAIN, f"{figure.text} is above the level."
    else:
        verdict, sure = CANNOT_TELL, POSSIBLE
        why = f"{figure.text} may lie on either side of the level."
    return Verdict(
        verdict,
        sure,
        why,
        lines(
            f"p {figure.text}, {halves}-sided: {show_range(low, high)} one-sided",
            f"level {show(line)} one-sided, {show(2 * line)} two-sided",
        ),
        {
            "p_one_sided_range": (low, high),
            "level_one_sided": line,
            "level_two_sided": 2 * line,
        },
    )


def adjusted_below_crude(crude, adjusted) -> Verdict:
    """Can these p values be the crude ones adjusted for multiplicity?

    Parameters
    ----------
    crude, adjusted : list of str or float
        Printed p values of the same comparisons in the same order; one each is allowed as a
        list of one.

    Returns
    -------
    Verdict
        Certainly inconsistent if an adjusted p is below its crude one; likely if their order
        changes. Values: ``below``, ``reordered``: the positions, or pairs of them.

    Raises
    ------
    ValueError
        If the lists are empty or differ in length, or a p is none.

    Notes
    -----
    An adjustment for multiplicity asks more of each test, so it can only raise a p, and those in
    use keep the order, ties allowed [1]. "Adjusted" for covariates is another thing, for which
    neither holds; nor if each p counts another number of sides.

    References
    ----------
    [1] Wright, Adjusted p-values for simultaneous inference, Biometrics 1992;48:1005-1013.
    """
    before, after = _p_list("crude", crude), _p_list("adjusted", adjusted)
    if len(before) != len(after):
        raise ValueError(f"adjusted has {len(after)} p values; crude has {len(before)}")
    below = [i for i, (c, a) in enumerate(zip(before, after, strict=True)) if surely_below(a, c)]
    pairs = [(i, j) for i in range(len(before)) for j in range(len(before))]
    reordered = [
        (i, j)
        for i, j in pairs
        if surely_below(before[i], before[j]) and surely_below(after[j], after[i])
    ]
    verdict, sure, why = _adjusted_words(below, reordered)
    steps = [
        f"crude {c.text}, adjusted {a.text}" + ": lower" * (i in below)
        for i, (c, a) in enumerate(zip(before, after, strict=True))
    ]
    steps += [
        f"crude {before[i].text} < {before[j].text}, but adjusted {after[i].text} > {after[j].text}"
        for i, j in reordered
    ]
    return Verdict(verdict, sure, why, lines(*steps), {"below": below, "reordered": reordered})


def power_of_events(hr, events, *, alpha, sides=1, allocation=1.0, claimed=None) -> Verdict:
    """Power of a comparison of survival with so many events, beside a claimed one.

    Parameters
    ----------
    hr : str or float
        Hazard ratio to detect, taken as it stands: a plan is not rounded.
    events : float
        Events in the two groups compared.
    alpha, sides, allocation
        As in :func:`secondlook.design.power`.
    claimed : str or float, optional
        Claimed power in percent, such as ``"90"``.

    Returns
    -------
    Verdict
        Consistent if the claim, as rounded, is at most the power. Values: ``power`` in percent.

    Raises
    ------
    ValueError
        If a figure is no number or out of its range.
    """
    ratio = printed.ratio_or_difference("hr", hr, True)
    total = printed.positive("events", events)
    alpha, share = printed.probability("alpha", alpha), printed.positive("allocation", allocation)
    ask = {"alpha": alpha, "sides": _sides("sides", sides), "allocation": share}
    step = f"hazard ratio {ratio.text}, {show(total)} events, level {show(alpha)} {sides}-sided"
    return _power_verdict(100 * float(design.power(ratio.value, total, **ask)), claimed, step)


def power_of_means(effect, n1, n2, *, alpha, sides=1, claimed=None) -> Verdict:
    """Power of a comparison of two means, beside a claimed one.

    Parameters
    ----------
    effect : str or float
        Difference in standard deviations.
    n1, n2 : int
        Patients in each group.
    alpha, sides
        As in :func:`secondlook.design.power_of_means`.
    claimed : str or float, optional
        Claimed power in percent.

    Returns
    -------
    Verdict
        As :func:`power_of_events`.

    Raises
    ------
    ValueError
        If a figure is no number or out of its range.
    """
    size = printed.number("effect", effect)
    n1, n2 = printed.count("n1", n1, least=1), printed.count("n2", n2, least=1)
    alpha = printed.probability("alpha", alpha)
    ask = {"alpha": alpha, "sides": _sides("sides", sides), "allocation": n1 / n2}
    step = f"effect {size.text} SD, {n1} and {n2} patients, level {show(alpha)} {sides}-sided"
    power = 100 * float(design.power_of_means(size.value, n1 + n2, **ask))
    return _power_verdict(power, claimed, step)


def share_below(mean, sd, cut, *, printed_share=None, decimals=None) -> Verdict:
    """Can so many people lie at or below a cut, given mean and SD?

    Parameters
    ----------
    mean, sd : str or float
        As printed, in all people.
    cut : float
        The limit, in the same unit.
    printed_share : str or float, optional
        Percentage printed to lie at or below it.
    decimals : int, optional
        Decimals printed, if mean and SD are given as numbers.

    Returns
    -------
    Verdict
        Values: ``normal``, the percentage if the measurement were normal; ``least`` and
        ``most``, the bounds that hold for any shape. Outside them is certainly inconsistent;
        ten points or more off the normal is only a sign that the shape is another one.

    Raises
    ------
    ValueError
        If a figure is no number, the SD is not above 0, or the share no percentage.

    Notes
    -----
    Of any distribution at most sd² / (sd² + d²) lies d or more below the mean, and at most so
    much d or more above (Cantelli's inequality).
    """
    m, s = printed.number("mean", mean, decimals), printed.number("sd", sd, decimals)
    if s.value <= 0:
        raise ValueError(f"sd is {s.text}; it must be above 0")
    limit = printed.number("cut", cut).value
    share = None if printed_share is None else printed.percentage("printed_share", printed_share)
    normal = 100 * float(_normal.upper_tail((m.value - limit) / s.value))
    least, most = _cantelli(m, s, limit)
    verdict, sure, why = _share_words(share, normal, least, most)
    return Verdict(
        verdict,
        sure,
        why,
        lines(
            f"normal: Φ(({show(limit)} − {m.text}) / {s.text}) = {show(normal)}%",
            f"any shape: {show_range(least, most)}%",
            f"printed: {share.text}%" if share else "",
        ),
        {"normal": normal, "least": least, "most": most},
    )


def split_of_whole(mean, sd, share, part_mean, *, part_sd=0.0, decimals=None) -> Verdict:
    """Can a part with this mean fit into a whole with that mean and SD?

    Parameters
    ----------
    mean, sd : str or float
        Of everybody, as printed.
    share : str or float
        The part's percentage of everybody.
    part_mean : str or float
        Mean in the part.
    part_sd : float
        SD within the part, if known; 0 asks least of the rest.
    decimals : int, optional
        Decimals printed, if the figures are given as numbers.

    Returns
    -------
    Verdict
        Inconsistent if the distance of the two means alone makes a larger SD than the whole
        has. Values: ``rest_mean``, ``between_sd``, ``rest_sd`` (the most that is left for the
        rest, nan if nothing is) and ``farthest``, how far from the whole's mean the part's can
        lie.

    Raises
    ------
    ValueError
        If a figure is no number, an SD negative, or the share not between 0 and 100.

    Notes
    -----
    The variance of everybody is that between the groups, share (1 - share) distance², plus the
    mean of those within them. Rounding of all four figures is allowed for in the verdict.
    """
    m, s = printed.number("mean", mean, decimals), printed.number("sd", sd, decimals)
    part = printed.number("part_mean", part_mean, decimals)
    spread = printed.number("part_sd", part_sd).value
    pct = printed.percentage("share", share)
    if s.value <= 0 or spread < 0:
        raise ValueError("sd must be above 0 and part_sd 0 or more")
    if not 0 < pct.value < 100:
        raise ValueError(f"share is {pct.text}; it must be between 0 and 100")
    w = pct.value / 100
    rest = (m.value - w * part.value) / (1 - w)
    between = math.sqrt(w * (1 - w)) * abs(rest - part.value)
    left = (s.value**2 - between**2 - w * spread**2) / (1 - w)
    nearest = max(0.0, m.low - part.high, part.low - m.high)
    least_share = max(pct.low, 0.0) / 100
    room = s.high**2 * (1 - least_share) - least_share * (1 - least_share) * spread**2
    fits = nearest**2 * least_share <= max(room, 0.0) * (1 + 1e-9)
    return Verdict(
        CONSISTENT if fits else INCONSISTENT,
        POSSIBLE if fits else LIKELY if spread else CERTAIN,
        "The part fits into the whole." + f" The rest has SD {show(math.sqrt(max(left, 0)))}."
        if fits
        else "The two means lie too far apart for the SD of everybody.",
        lines(
            f"rest = ({m.text} − {show(w)} × {part.text}) / {show(1 - w)} = {show(rest)}",
            f"SD between = √({show(w)} × {show(1 - w)}) × |{show(rest)} − {part.text}| = "
            f"{show(between)}; SD of everybody {s.text}",
        ),
        {
            "rest_mean": rest,
            "between_sd": between,
            "rest_sd": math.sqrt(left) if left >= 0 else math.nan,
            "farthest": s.value * math.sqrt((1 - w) / w),
        },
    )


def surely_below(a: Printed, b: Printed) -> bool:
    """Whether a is below b however the two were rounded.

    Ranges that only touch count as apart: by any one rule, one number prints in one way.
    """
    return a.value < b.value and a.high <= b.low + 1e-12 * abs(b.low)


def _p_list(name: str, given) -> list[Printed]:
    return [
        printed.p_value(f"{name}[{i}]", p)
        for i, p in enumerate(printed.several(name, given, least=1))
    ]


def _adjusted_words(below: list, reordered: list) -> tuple[str, str, str]:
    unless = (
        "Either adjusted means something else here (covariates, other contrasts or sides), or a "
        "column is wrong."
    )
    if below:
        why = f"An adjustment for multiplicity cannot lower a p. {unless}"
        return INCONSISTENT, CERTAIN, why
    if reordered:
        return INCONSISTENT, LIKELY, f"The usual adjustments keep the order of the p. {unless}"
    return CONSISTENT, POSSIBLE, "No adjusted p is below its crude one, and their order is kept."


def _sides(name: str, given) -> int:
    sides = printed.count(name, given)
    if sides not in (1, 2):
        raise ValueError(f"{name} is {sides}; it must be 1 or 2")
    return sides


def _power_verdict(power: float, claimed, step: str) -> Verdict:
    claim = None if claimed is None else printed.percentage("claimed", claimed)
    if claim is None:
        verdict, sure, why = CANNOT_TELL, POSSIBLE, "No power was given to compare with."
    elif claim.low <= power:
        verdict, sure = CONSISTENT, POSSIBLE
        why = f"The claimed {claim.text}% is no more than these figures give."
    else:
        verdict, sure = INCONSISTENT, LIKELY
        why = (
            f"These figures give {show(power)}%, not the claimed {claim.text}%; the claim may "
            "rest on other assumptions than these."
        )
    return Verdict(verdict, sure, why, f"{step}: power {show(power)}%", {"power": power})


def _cantelli(mean: Printed, sd: Printed, cut: float) -> tuple[float, float]:
    """Least and largest percentage at or below the cut, for any shape and any rounding."""
    below, above = max(0.0, mean.low - cut), max(0.0, cut - mean.high)
    variance = sd.high**2
    return 100 * (1 - variance / (variance + above**2)), 100 * variance / (variance + below**2)


def _share_words(share, normal, least, most) -> tuple[str, str, str]:
    if share is None:
        return compare(None, normal, least, most, "", "")
    if not share.meets(least, most):
        return INCONSISTENT, CERTAIN, f"No distribution has {share.text}% there."
    if max(share.low - normal, normal - share.high) >= 10:
        return (
            INCONSISTENT,
            LIKELY,
            f"A normal measurement would have {show(normal)}% there, not {share.text}%; it may "
            "be skewed, or the two rows speak of different things.",
        )
    return CONSISTENT, POSSIBLE, f"{share.text}% can lie there."
