"""What stands behind a printed interval: SD, events, the other patients, a share of a decline."""

import math
from itertools import product

from secondlook import means
from secondlook.forensics import printed
from secondlook.forensics.intervals import (
    check_order,
    log_of,
    over,
    quantile_of,
    widths,
    with_range,
)
from secondlook.forensics.printed import Printed
from secondlook.forensics.ratios import Estimate, complement, interaction
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


def se_and_sd(
    lower,
    upper,
    n1,
    n2=None,
    *,
    level: float = 0.95,
    quantile: str = "normal",
    printed_sd=None,
    decimals: int | None = None,
) -> Verdict:
    """Standard error and standard deviation behind the interval of a mean or of a difference.

    Parameters
    ----------
    lower, upper : str or float
        Limits as printed, in the unit of the measurement.
    n1, n2 : int
        Patients; n2 only for a difference of the means of two groups.
    level : float
        Confidence level of the interval.
    quantile : str
        ``"normal"``, or ``"t"`` with n1 - 1 or n1 + n2 - 2 degrees of freedom.
    printed_sd : str or float, optional
        What is printed as the SD, to see whether it is one or the SE under its name.
    decimals : int, optional
        Decimals printed, if the figures are given as numbers.

    Returns
    -------
    Verdict
        Values: ``se``, ``sd`` and their ranges, ``quantile``. Without a printed SD there is
        nothing to compare with: cannot tell.

    Raises
    ------
    ValueError
        If the limits are no interval, n is too small, or quantile is neither word.

    Notes
    -----
    se = width / (2 quantile); sd = se √n, for two groups se / √(1/n1 + 1/n2), assuming one
    common SD. From a model with covariates it is the SD that they leave over [1].

    References
    ----------
    [1] Cochrane Handbook for Systematic Reviews of Interventions, ch. 6, on obtaining standard
        deviations from standard errors and confidence intervals.
    """
    n1 = printed.count("n1", n1, least=2)
    n2 = None if n2 is None else printed.count("n2", n2, least=2)
    limits = [
        printed.number(name, given, decimals)
        for name, given in (("lower", lower), ("upper", upper))
    ]
    check_order(*limits)
    q, of = _quantile(quantile, printed.level_of_interval(level), n1, n2)
    root, step = (math.sqrt(n1), f"× √{n1}")
    if n2 is not None:
        root, step = 1 / math.sqrt(1 / n1 + 1 / n2), f"/ √(1/{n1} + 1/{n2})"
    se = tuple(width / (2 * q) for width in widths(*limits))
    sd = tuple(root * each for each in se)
    steps = lines(
        f"quantile ({of}) = {show(q)}",
        f"SE = ({limits[1].text} − {limits[0].text}) / (2 × {show(q)}) = " + show_allowed(*se),
        f"SD = {show(se[0])} {step} = {show_allowed(*sd)}",
    )
    values = {"quantile": q, **with_range("se", se), **with_range("sd", sd)}
    return Verdict(*_sd_words(printed_sd, se, sd), steps, values)


def implied_events(
    lower,
    upper,
    *,
    allocation: float = 1.0,
    printed_events=None,
    level: float = 0.95,
    decimals: int | None = None,
) -> Verdict:
    """About how many events lie behind the interval of a hazard ratio?

    Parameters
    ----------
    lower, upper : str or float
        Limits of the hazard ratio as printed.
    allocation : float
        Treated patients for each control: 2 if two arms of equal size are pooled.
    printed_events : int, optional
        A number of events to compare with.
    level : float
        Confidence level of the interval.
    decimals : int, optional
        Decimals printed, if the limits are given as numbers.

    Returns
    -------
    Verdict
        Values: ``events`` and ``events_range``. Never certain: the formula is an approximation
        for ratios near 1, and covariates widen the interval or narrow it. Inconsistent, which
        is likely at most, if the printed number lies more than a fifth outside the range.

    Raises
    ------
    ValueError
        If the limits are no interval of a ratio, or allocation is not above 0.

    Notes
    -----
    1 / (se² π1 π2), with se of the log and π the shares of the two groups [1], solved for events.

    References
    ----------
    [1] Schoenfeld, Sample-size formula for the proportional-hazards regression model,
        Biometrics 1983;39:499-503.
    """
    limits = [
        printed.ratio_or_difference(name, given, True, decimals)
        for name, given in (("lower", lower), ("upper", upper))
    ]
    check_order(*limits)
    allocation = printed.positive("allocation", allocation)
    q = quantile_of(printed.level_of_interval(level))
    share = allocation / (1 + allocation)
    width, least, largest = widths(*(log_of(limit) for limit in limits))
    events = tuple(
        over(1.0, (w / (2 * q)) ** 2 * share * (1 - share)) for w in (width, largest, least)
    )
    verdict, sure, why = _event_words(printed_events, events)
    return Verdict(
        verdict,
        sure,
        why,
        lines(
            f"se = (ln {limits[1].text} − ln {limits[0].text}) / (2 × {show(q)}) = "
            + show(width / (2 * q)),
            f"events ≈ 1 / (se² × {show(share)} × {show(1 - share)}) = " + show_allowed(*events),
        ),
        with_range("events", events),
    )


def rest_of(whole, part, printed_rest=None, *, decimals: int | None = None) -> Verdict:
    """What the other patients must show, if whole and part are both believed, with rounding.

    Parameters
    ----------
    whole, part : (estimate, lower, upper)
        A ratio and its 95% interval as printed, in all patients and in a subgroup.
    printed_rest : str or float, optional
        A ratio printed for the other patients, to compare with.
    decimals : int, optional
        Decimals printed, if the figures are given as numbers.

    Returns
    -------
    Verdict
        Inconsistent if a part would be more precise than its whole, or the printed rest cannot
        be. Values: ``ratio`` and ``ratio_range``, ``lower`` and ``upper`` of the rest as printed
        figures give them; ``z`` and ``p_two_sided`` of part against rest.

    Raises
    ------
    ValueError
        If whole or part is not three figures that make an interval; the message says which.

    Notes
    -----
    :func:`complement` at every corner of what rounding allows; it changes one way in each
    figure, so the extremes lie at corners. It takes the whole for an average of independent
    halves, so nothing here is more than likely.
    """
    boxes = [_triple(name, given, decimals) for name, given in (("whole", whole), ("part", part))]
    rests = [_rest(*corner) for corner in product(*(_corners(box) for box in boxes))]
    point = _rest(*(tuple(p.value for p in box) for box in boxes))
    possible = [rest for rest in rests if rest is not None]
    if not possible:
        return Verdict(
            INCONSISTENT,
            LIKELY,
            "The part is at least as precise as the whole, however its figures were rounded, so "
            "nothing is left for the rest. A subgroup has fewer events than everybody.",
            _rest_steps(boxes, None),
        )
    if point is None or len(possible) < len(rests):
        return Verdict(
            CANNOT_TELL,
            POSSIBLE,
            "Within rounding the part may be as precise as the whole, so that the rest can be "
            "anything.",
            _rest_steps(boxes, None),
        )
    every = [rest.value for rest in possible]
    values = {
        **with_range("ratio", (point.value, min(every), max(every))),
        "lower": point.lower,
        "upper": point.upper,
    }
    between = interaction(Estimate(*(p.value for p in boxes[1])), point)
    values |= {"z": between.z, "p_two_sided": between.p_two_sided}
    verdict, sure, why = _rest_words(printed_rest, values, decimals)
    return Verdict(verdict, sure, why, _rest_steps(boxes, values), values)


def fieller(
    numerator,
    se_numerator,
    denominator,
    se_denominator,
    *,
    covariance: float = 0.0,
    level: float = 0.95,
    printed_ratio=None,
) -> Verdict:
    """A ratio of two estimates with its interval, when both are uncertain.

    Parameters
    ----------
    numerator, denominator : str or float
        The estimates, such as a difference and the decline it is a share of.
    se_numerator, se_denominator : float
        Their standard errors, 0 or more.
    covariance : float
        Of the two estimates. A difference "control less treated" has with the control mean the
        control's variance as covariance, if the groups are independent.
    level : float
        Confidence level.
    printed_ratio : str or float, optional
        A ratio to compare with, as a ratio and not in percent.

    Returns
    -------
    Verdict
        Values: ``ratio``, ``ratio_range`` (rounding), ``lower``, ``upper``, and
        ``lower_exact``, ``upper_exact``, the limits if the denominator were known exactly. Both
        limits are infinite if the denominator's own interval holds 0.

    Raises
    ------
    ValueError
        If a figure is no number, a standard error negative, the denominator 0, or the
        covariance larger than the two standard errors allow.

    Notes
    -----
    All θ for which numerator - θ denominator is within its quantile of 0 [1].

    References
    ----------
    [1] Fieller, Some problems in interval estimation, J R Stat Soc B 1954;16:175-185.
    """
    a, b = printed.number("numerator", numerator), printed.number("denominator", denominator)
    if b.value == 0:
        raise ValueError("denominator is 0; a ratio needs one that is not")
    sa = _spread("se_numerator", se_numerator)
    sb = _spread("se_denominator", se_denominator)
    c = _covariance(covariance, sa, sb)
    q = quantile_of(printed.level_of_interval(level))
    lower, upper = _fieller_limits(a.value, b.value, sa, sb, c, q)
    ratio = a.value / b.value
    exact = sorted((a.value + k * q * sa) / b.value for k in (-1, 1))
    values = {
        **with_range("ratio", (ratio, *_quotients(a, b))),
        "lower": lower,
        "upper": upper,
        "lower_exact": exact[0],
        "upper_exact": exact[1],
    }
    steps = lines(
        f"{a.text} / {b.text} = {show_allowed(ratio, *values['ratio_range'])}",
        f"denominator taken as exact: {show_range(*exact)}",
        f"denominator uncertain too (Fieller): {show_range(lower, upper)}",
    )
    return Verdict(*_ratio_words(printed_ratio, values), steps, values)


def _quantile(name: str, level: float, n1: int, n2: int | None) -> tuple[float, str]:
    """How many standard errors an interval reaches to either side, and of what distribution."""
    if name not in ("normal", "t"):
        raise ValueError(f'quantile is {name!r:.40}; it must be "normal" or "t"')
    if name == "normal":
        return quantile_of(level), "normal"
    df = n1 - 1 if n2 is None else n1 + n2 - 2
    return means.critical_t(1 - level, df), f"t with {df} degrees of freedom"


def _covariance(given, sa: float, sb: float) -> float:
    value = printed.number("covariance", given).value
    if abs(value) > sa * sb * (1 + 1e-9):
        raise ValueError(
            f"covariance is {show(value)}; it cannot be beyond ±{show(sa * sb)}, the product of "
            "the two standard errors"
        )
    return value


def _spread(name: str, given) -> float:
    value = printed.number(name, given).value
    if value < 0:
        raise ValueError(f"{name} is {show(value)}; a standard error is 0 or more")
    return value


def _sd_words(printed_sd, se: tuple, sd: tuple) -> tuple[str, str, str]:
    if printed_sd is None:
        return CANNOT_TELL, POSSIBLE, "No SD was given to compare with."
    given = printed.number("printed_sd", printed_sd)
    if given.meets(*sd[1:]):
        return CONSISTENT, POSSIBLE, f"The printed {given.text} can be the SD."
    if given.meets(*se[1:]):
        why = f"The printed {given.text} is the standard error, not the SD."
        return INCONSISTENT, LIKELY, why
    return (
        INCONSISTENT,
        LIKELY,
        f"The printed {given.text} is neither SD nor SE of this interval; covariates or another "
        "quantile may explain a small difference.",
    )


def _event_words(printed_events, events: tuple) -> tuple[str, str, str]:
    if printed_events is None:
        return CANNOT_TELL, POSSIBLE, "No number of events was given to compare with."
    given = printed.count("printed_events", printed_events, least=1)
    _, low, high = events
    if low / 1.2 <= given <= high * 1.2:
        return CONSISTENT, POSSIBLE, f"About {show(events[0])} events fit the printed {given}."
    return INCONSISTENT, LIKELY, f"The interval asks for about {show(events[0])}, not {given}."


def _triple(name: str, given, decimals) -> list[Printed]:
    figures = printed.several(name, given)
    if len(figures) != 3:
        raise ValueError(f"{name} has {len(figures)} figures; it needs estimate, lower and upper")
    box = [
        printed.ratio_or_difference(f"{name} {part}", figure, True, decimals)
        for part, figure in zip(("estimate", "lower", "upper"), figures, strict=True)
    ]
    if not box[1].value < box[2].value or not box[1].value <= box[0].value <= box[2].value:
        texts = ", ".join(figure.text for figure in box)
        raise ValueError(f"{name} is {texts}; it must be an estimate between lower and upper")
    return box


def _corners(box: list[Printed]):
    return product(*((figure.low, figure.high) for figure in box))


def _rest(whole: tuple, part: tuple) -> Estimate | None:
    """The rest at one corner, None where the part is as precise as the whole."""
    try:
        return complement(_around(whole), _around(part))
    except (ValueError, OverflowError):
        return None


def _around(corner: tuple) -> Estimate:
    """A corner as an estimate; the estimate may have been rounded past a limit."""
    value, lower, upper = corner
    return Estimate(min(max(value, lower), upper), lower, upper)


def _rest_steps(boxes, values) -> str:
    whole, part = boxes
    steps = [
        f"se of {name} = (ln {box[2].text} − ln {box[1].text}) / 3.92 = "
        f"{show(widths(*map(log_of, box[1:]))[0] / (2 * quantile_of(0.95)))}"
        for name, box in (("whole", whole), ("part", part))
    ]
    if values:
        steps += [
            f"ln rest = (ln {whole[0].text} / se_whole² − ln {part[0].text} / se_part²) / "
            "(1 / se_whole² − 1 / se_part²)",
            f"rest = {show(values['ratio'])}, 95% interval {show(values['lower'])} to "
            f"{show(values['upper'])}; rounding allows a ratio of "
            + show_range(*values["ratio_range"]),
            f"part against rest: z = {show(values['z'])}, two-sided p = "
            + show(values["p_two_sided"]),
        ]
    return lines(*steps)


def _rest_words(printed_rest, values, decimals) -> tuple[str, str, str]:
    low, high = values["ratio_range"]
    believe = f"Whole and part together ask for {show(values['ratio'])} in the rest"
    if printed_rest is None:
        return CANNOT_TELL, POSSIBLE, f"{believe}; no result of the rest was given to compare with."
    given = printed.ratio_or_difference("printed_rest", printed_rest, True, decimals)
    if given.meets(low, high):
        return CONSISTENT, POSSIBLE, f"{believe}, and {given.text} is printed."
    return (
        INCONSISTENT,
        LIKELY,
        f"{believe}; rounding allows {show_range(low, high)}, but {given.text} is printed. A "
        "whole is only about an average of its parts.",
    )


def _fieller_limits(a, b, sa, sb, c, q) -> tuple[float, float]:
    lead = b * b - (q * sb) ** 2
    if lead <= 0:
        return -math.inf, math.inf
    middle = a * b - q * q * c
    root = math.sqrt(max(0.0, middle * middle - lead * (a * a - (q * sa) ** 2)))
    return (middle - root) / lead, (middle + root) / lead


def _quotients(a: Printed, b: Printed) -> tuple[float, float]:
    if b.low <= 0 <= b.high:
        return -math.inf, math.inf
    every = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
    return min(every), max(every)


def _ratio_words(printed_ratio, values) -> tuple[str, str, str]:
    if printed_ratio is None:
        return CANNOT_TELL, POSSIBLE, "No ratio was given to compare with."
    given = printed.number("printed_ratio", printed_ratio)
    if given.meets(*values["ratio_range"]):
        return CONSISTENT, POSSIBLE, f"The ratio rounds to the printed {given.text}."
    return INCONSISTENT, CERTAIN, f"No rounding makes the ratio {given.text}."
