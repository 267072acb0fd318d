"""Which true ratios a printed estimate and its interval go with, and how well."""

import math

import numpy as np

from secondlook import _normal
from secondlook._planning import numbers, one
from secondlook.forensics.ratios import Estimate, check_estimates

_LIMIT = _normal.quantile(0.975)


def compatibility(ratio, estimate: Estimate) -> np.ndarray:
    """How well each true ratio goes with an estimate: the two-sided p of "the truth is this" [1].

    Parameters
    ----------
    ratio : any shape, above 0
        True ratios to try.
    estimate : Estimate
        With its 95% interval.

    Returns
    -------
    array, the shape of ratio
        1 at the estimate and 0.05 at each printed limit, exactly: either side has a standard error
        of its own, from its own half of the interval, so that rounding puts no limit outside.

    Raises
    ------
    ValueError
        If a ratio is not above 0.

    References
    ----------
    [1] Rafi & Greenland, Semantic and cognitive tools to aid statistical science: replace
        confidence and significance by compatibility and surprise, BMC Med Res Methodol 2020;20:244.
    """
    check_estimates(estimate=estimate)
    ratio = numbers("ratio", ratio)
    if not (ratio > 0).all():
        raise ValueError("ratio must be above 0, such as 0.75")
    away = np.log(ratio / estimate.value)
    return 2 * _normal.upper_tail(np.abs(away) / np.where(away < 0, *_halves(estimate)))


def compatible_limits(estimate: Estimate, level: float) -> tuple[float, float]:
    """The interval at another level: the ratios with a :func:`compatibility` of 1 − level or more.

    Raises
    ------
    ValueError
        If level is not between 0 and 1.
    """
    check_estimates(estimate=estimate)
    z = _normal.quantile((1 + one("level", level, 0, 1)) / 2)
    below, above = _halves(estimate)
    return estimate.value * math.exp(-z * below), estimate.value * math.exp(z * above)


def _halves(estimate: Estimate) -> tuple[float, float]:
    """Standard error of the log ratio below the estimate and above it."""
    below = math.log(estimate.value / estimate.lower) / _LIMIT
    return below, math.log(estimate.upper / estimate.value) / _LIMIT
