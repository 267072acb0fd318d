"""What a significant result is worth, once the power behind it is known.

Numbers or arrays that fit each other go in; what comes out has their common shape.

References
----------
[1] Gelman & Carlin, Beyond power calculations: assessing type S (sign) and type M (magnitude)
    errors, Perspectives on Psychological Science 2014, 9, 641-651.
[2] Gelman & Stern, The difference between "significant" and "not significant" is not itself
    statistically significant, The American Statistician 2006, 60, 328-331.
[3] Ioannidis, Why most published research findings are false, PLoS Medicine 2005, 2, e124.
"""

from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook._planning import between, critical, density, numbers, positive


@dataclass(frozen=True)
class Exaggeration:
    """What to expect of an estimate that is reported because it is significant.

    Attributes
    ----------
    power : probability of a significant result.
    type_s : probability that a significant estimate has the wrong sign.
    type_m : expected size of a significant estimate, as a multiple of the true effect.
    """

    power: np.ndarray
    type_s: np.ndarray
    type_m: np.ndarray


def exaggeration(effect, se, *, alpha, sides) -> Exaggeration:
    """How small and lucky misleads: the errors of sign and size of significant estimates [1].

    Parameters
    ----------
    effect : true effect, not 0 (a log hazard ratio, a difference, ...); positive is the side that
        a one-sided test looks to.
    se : standard error of its estimate, which is taken to be normal.
    alpha : level, of both sides together if sides is 2.
    sides : 1 or 2.

    Returns
    -------
    Exaggeration
        With drift d = |effect| / se and critical value z: a significant estimate of the right sign
        has probability Φ(d − z) and contributes d Φ(d − z) + φ(z − d) to the mean of |estimate| /
        se; the wrong sign is the same with −d.

    Raises
    ------
    ValueError
        If effect is 0, which has no sign and no size to exaggerate, or se is not above 0.
    """
    z = critical(alpha, sides)
    drift = numbers("effect", effect) / positive("se", se)
    if np.any(drift == 0):
        raise ValueError("effect is 0: no sign can be wrong and no size exaggerated; give another")
    up, down = _normal.upper_tail(z - drift), _normal.upper_tail(z + drift)
    size_up = drift * up + density(z - drift)
    size_down = -drift * down + density(z + drift)
    if sides == 1:
        down, size_down = np.zeros_like(down), np.zeros_like(down)
    power = up + down
    with np.errstate(divide="ignore", invalid="ignore"):
        wrong = np.where(drift > 0, down, up) / power
        size = (size_up + size_down) / power / np.abs(drift)
    return Exaggeration(power[()], wrong[()], size[()])


def one_significant_one_not(power_a, power_b) -> np.ndarray:
    """Probability that just one of two independent tests is significant: a(1 − b) + b(1 − a) [2].

    Parameters
    ----------
    power_a, power_b : power of either test, from 0 to 1. If both are equal to π the answer is
        2π(1 − π), at most a half; that a NAMED one is the significant one has π(1 − π).

    Returns
    -------
    Array of the common shape. Arms that share their control group disagree less often: see
    :func:`secondlook.arms.contrast_power`.
    """
    a, b = between("power_a", power_a, ends=True), between("power_b", power_b, ends=True)
    return (a * (1 - b) + b * (1 - a))[()]


def positive_predictive_value(prior, power, alpha) -> np.ndarray:
    """Probability that there is an effect when the test is significant [3].

    Parameters
    ----------
    prior : probability of an effect before the test, from 0 to 1.
    power : probability of a significant result if there is one.
    alpha : probability of a significant result if there is none: the level of the side that counts.

    Returns
    -------
    Array of the common shape: prior · power / (prior · power + (1 − prior) · alpha).
    """
    prior = between("prior", prior, ends=True)
    true = prior * between("power", power)
    return (true / (true + (1 - prior) * between("alpha", alpha)))[()]


def prior_needed(ppv, power, alpha) -> np.ndarray:
    """The prior with which a significant result is true with probability ppv [3].

    Parameters as in :func:`positive_predictive_value`, which it turns round; ppv from 0 to 1.
    """
    ppv = between("ppv", ppv, ends=True)
    false = ppv * between("alpha", alpha)
    return (false / (false + (1 - ppv) * between("power", power)))[()]
