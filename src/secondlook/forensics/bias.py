"""What a bias would leave of a difference, and how much of it would leave nothing significant."""

import math
from dataclasses import dataclass

from secondlook import _normal
from secondlook._planning import one
from secondlook.forensics.intervals import quantile_of
from secondlook.forensics.ratios import se_from_interval


@dataclass(frozen=True)
class Difference:
    """A difference with its interval, and the two-sided p against none."""

    value: float
    lower: float
    upper: float
    p: float

    @property
    def significant(self) -> bool:
        """True if the interval leaves out no difference."""
        return self.lower > 0 or self.upper < 0


def without_bias(value: float, lower: float, upper: float, bias: float = 0.0, *, level=0.95):
    """Take a bias off a difference: the interval moves as a whole.

    Parameters
    ----------
    value, lower, upper : float
        A difference and its interval at the level.
    bias : float
        What of the difference comes from something else than the treatment, in its unit.

    Returns
    -------
    Difference
        Of the same width, since the bias is taken as known; p by the normal curve.

    Raises
    ------
    ValueError
        If a number is not finite, or the limits cannot be an interval.
    """
    value, bias = one("value", value), one("bias", bias)
    se = se_from_interval(lower, upper, log=False, level=level)
    z = (value - bias) / se
    return Difference(
        value - bias, lower - bias, upper - bias, float(2 * _normal.upper_tail(abs(z)))
    )


def tipping_bias(value: float, lower: float, upper: float, *, level=0.95) -> float:
    """The least bias that takes a difference to where its interval touches no difference.

    Parameters as in :func:`without_bias`. The estimate less its standard error times the normal
    quantile: the limit nearer to 0, as far as print rounds; nan if the interval holds 0 already.
    """
    reach = quantile_of(level) * se_from_interval(lower, upper, log=False, level=level)
    left = abs(one("value", value)) - reach
    return math.copysign(left, value) if left > 0 else math.nan


def guessers(share: float, points: float, share_others: float = 0.0, points_others: float = 0.0):
    """Bias of a difference of means, when some people in each arm guess and are rated by it.

    Parameters
    ----------
    share, share_others : float
        Of the treated, and of the others, who guess their arm; from 0 to 1.
    points, points_others : float
        By how much a guess raises the score of a treated person, and lowers that of another.

    Returns
    -------
    float
        share · points + share_others · points_others.
    """
    a = one("share", share, 0, 1, ends=True)
    b = one("share_others", share_others, 0, 1, ends=True)
    return a * one("points", points) + b * one("points_others", points_others)
