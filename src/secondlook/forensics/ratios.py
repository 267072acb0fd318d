"""Exact sums with a ratio and its interval: p values, other patients and prior doubts.

These take the printed figures as they stand; :mod:`secondlook.forensics.intervals` allows for
their rounding.
"""

import math
from dataclasses import dataclass
from numbers import Real

from secondlook import _normal
from secondlook._planning import one


@dataclass(frozen=True)
class Estimate:
    """A ratio, such as a hazard ratio, with its 95% interval."""

    value: float
    lower: float
    upper: float

    def __post_init__(self):
        _check_interval(self.value, self.lower, self.upper, log=True)

    @property
    def log_se(self) -> float:
        """Standard error of the log of the ratio."""
        return se_from_interval(self.lower, self.upper)


@dataclass(frozen=True)
class PValue:
    """A normal test rebuilt from an interval; one_sided is on the side of the estimate."""

    z: float
    se: float
    one_sided: float
    two_sided: float


@dataclass(frozen=True)
class Interaction:
    """A comparison of two independent ratios: their ratio with its 95% interval, z and p."""

    z: float
    p_two_sided: float
    ratio: float
    lower: float
    upper: float


def se_from_interval(lower: float, upper: float, *, log: bool = True, level: float = 0.95) -> float:
    """Standard error from the width of a confidence interval.

    Parameters
    ----------
    lower, upper : float
        Limits of the interval.
    log : bool
        True for ratios, whose intervals are symmetric in logs; False for differences.
    level : float
        Confidence level of the interval, between 0 and 1.

    Returns
    -------
    float
        On the log scale if log, else in the unit of the limits.

    Raises
    ------
    ValueError
        If the limits cannot be an interval; the message says which and why.

    Notes
    -----
    Width over twice the normal quantile [1].

    References
    ----------
    [1] Altman & Bland, How to obtain the P value from a confidence interval, BMJ 2011;343:d2304.
    """
    _check_limits(lower, upper, log=log)
    level = one("level", level, 0, 1)
    width = math.log(upper) - math.log(lower) if log else upper - lower
    return width / (2 * _normal.quantile((1 + level) / 2))


def z_from_interval(
    estimate: float, lower: float, upper: float, *, log: bool = True, level: float = 0.95
) -> float:
    """Estimate over its standard error: how far it is from no effect (ratio 1, difference 0).

    Parameters, errors and source as in :func:`se_from_interval`. Negative below no effect.
    """
    _check_interval(estimate, lower, upper, log=log)
    se = se_from_interval(lower, upper, log=log, level=level)
    return (math.log(estimate) if log else estimate) / se


def p_from_interval(
    estimate: float, lower: float, upper: float, *, log: bool = True, level: float = 0.95
) -> PValue:
    """Rebuild z and the p values, one-sided and two-sided, from an estimate and its interval.

    Parameters, errors and source as in :func:`se_from_interval`.

    Examples
    --------
    >>> round(p_from_interval(0.88, 0.64, 1.20).one_sided, 3)
    0.213
    """
    z = z_from_interval(estimate, lower, upper, log=log, level=level)
    tail = float(_normal.upper_tail(abs(z)))
    return PValue(z, se_from_interval(lower, upper, log=log, level=level), tail, 2 * tail)


def complement(whole: Estimate, part: Estimate) -> Estimate:
    """What the rest of the patients must show, if whole and part are both believed.

    Parameters
    ----------
    whole, part : Estimate
        The ratio in all patients, and in a subgroup of them.

    Returns
    -------
    Estimate
        The ratio outside the subgroup, with its 95% interval.

    Raises
    ------
    ValueError
        If the part is as precise as the whole or more so, so that nothing is left for the rest.

    Notes
    -----
    Takes the whole for the inverse-variance average of two independent halves, on the log scale:
    precisions subtract, and so do precision-weighted logs. That is an approximation: a hazard
    ratio of all patients is not exactly such an average.
    """
    check_estimates(whole=whole, part=part)
    precision_whole, precision_part = whole.log_se**-2, part.log_se**-2
    precision = precision_whole - precision_part
    if precision <= 0:
        raise ValueError(
            f"part has interval {part.lower} to {part.upper}, no wider than the whole's "
            f"{whole.lower} to {whole.upper}; a part must be less precise than the whole"
        )
    weighted = precision_whole * math.log(whole.value) - precision_part * math.log(part.value)
    return _estimate(weighted / precision, precision**-0.5)


def combine(a: Estimate, b: Estimate) -> Estimate:
    """Put two independent ratios together, the inverse of :func:`complement`.

    Parameters
    ----------
    a, b : Estimate
        Ratios in two groups with no patient in common.

    Returns
    -------
    Estimate
        Their inverse-variance average on the log scale, with its 95% interval.
    """
    check_estimates(a=a, b=b)
    precision_a, precision_b = a.log_se**-2, b.log_se**-2
    precision = precision_a + precision_b
    weighted = precision_a * math.log(a.value) + precision_b * math.log(b.value)
    return _estimate(weighted / precision, precision**-0.5)


def interaction(a: Estimate, b: Estimate) -> Interaction:
    """Do two independent groups differ in their effect?

    Parameters
    ----------
    a, b : Estimate
        Ratios in two groups with no patient in common.

    Returns
    -------
    Interaction
        The ratio of a to b, its 95% interval, z and the two-sided p.

    Notes
    -----
    The difference of the logs over the root of the sum of their squared standard errors [1].

    References
    ----------
    [1] Altman & Bland, Interaction revisited: the difference between two estimates,
        BMJ 2003;326:219.
    """
    check_estimates(a=a, b=b)
    difference = math.log(a.value) - math.log(b.value)
    se = math.hypot(a.log_se, b.log_se)
    ratio = _estimate(difference, se)
    z = difference / se
    return Interaction(
        z, 2 * float(_normal.upper_tail(abs(z))), ratio.value, ratio.lower, ratio.upper
    )


def shrink(estimate: Estimate, prior_mean_log: float = 0.0, prior_sd_log: float = 0.35) -> Estimate:
    """Combine a ratio with a prior belief about it.

    Parameters
    ----------
    estimate : Estimate
        What the study found.
    prior_mean_log, prior_sd_log : float
        Mean and standard deviation of a normal prior for the log of the ratio. Mean 0 is a
        sceptic who expects no effect; the smaller the deviation, the firmer the belief.

    Returns
    -------
    Estimate
        Posterior median and 95% interval.

    Raises
    ------
    ValueError
        If the prior's deviation is not a positive number, or its mean is not the log of a ratio.

    Notes
    -----
    Normal prior and normal likelihood on the log scale: precisions add, means are averaged by
    precision [1].

    References
    ----------
    [1] Spiegelhalter, Abrams & Myles, Bayesian Approaches to Clinical Trials and Health-Care
        Evaluation, Wiley 2004, sec. 3.7.
    """
    check_estimates(estimate=estimate)
    if one("prior_sd_log", prior_sd_log) <= 0:
        raise ValueError(f"prior_sd_log is {prior_sd_log}; it must be a number above 0")
    prior_sd_log = one("prior_sd_log", prior_sd_log, 1e-9, 1e9)
    prior_mean_log = one("prior_mean_log", prior_mean_log, -100, 100)
    data, prior = estimate.log_se**-2, prior_sd_log**-2
    mean = (data * math.log(estimate.value) + prior * prior_mean_log) / (data + prior)
    return _estimate(mean, (data + prior) ** -0.5)


def check_estimates(**given) -> None:
    """Refuse what is no :class:`Estimate`."""
    for name, each in given.items():
        if not isinstance(each, Estimate):
            raise ValueError(f"{name} is {each!r}; it must be an Estimate(value, lower, upper)")


def _estimate(log_value: float, se: float) -> Estimate:
    half = _normal.quantile(0.975) * se
    return Estimate(*(math.exp(x) for x in (log_value, log_value - half, log_value + half)))


def _check_interval(estimate, lower, upper, *, log: bool) -> None:
    _check_limits(lower, upper, log=log)
    _check_number("estimate", estimate, log)
    if not lower <= estimate <= upper:
        raise ValueError(f"estimate {estimate} lies outside its interval, {lower} to {upper}")


def _check_limits(lower, upper, *, log: bool) -> None:
    _check_number("lower", lower, log)
    _check_number("upper", upper, log)
    if lower >= upper:
        raise ValueError(f"lower is {lower} and upper {upper}; lower must be the smaller one")


def _check_number(name: str, value, log: bool) -> None:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{name} is {value!r}; it must be a number")
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}; it must be a finite number")
    if log and value <= 0:
        raise ValueError(f"{name} is {value}; a ratio must be above 0 (a difference: log=False)")
