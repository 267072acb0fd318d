"""What a story and a significant result are worth: chains, coins, power and priors.

Numbers or arrays that fit each other go in; what comes out has their common shape.

References
----------
[1] Gelman & Carlin, Beyond power calculations: assessing type S (sign) and type M (magnitude)
    errors, Perspectives on Psychological Science 2014, 9, 641-651.
[2] Gelman & Stern, The difference between "significant" and "not significant" is not itself
    statistically significant, The American Statistician 2006, 60, 328-331.
[3] Ioannidis, Why most published research findings are false, PLoS Medicine 2005, 2, e124.
[4] Li, On default correlation: a copula function approach, Journal of Fixed Income 2000, 9, 43-54.
[5] Sellke, Bayarri & Berger, Calibration of p values for testing precise null hypotheses,
    The American Statistician 2001, 55, 62-71.
"""

from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook._planning import (
    between,
    count,
    critical,
    density,
    drift_needed,
    fit,
    generator,
    one,
    positive,
    power_at,
)

_NEARLY = 1e-8  # a cause shared all but so much is wholly shared


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
    fit(effect=effect, se=se)
    z = critical(alpha, sides)
    drift = between("effect", effect, -1e100, 1e100) / positive("se", se)
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
    fit(power_a=power_a, power_b=power_b)
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
    fit(prior=prior, power=power, alpha=alpha)
    prior = between("prior", prior, ends=True)
    true = prior * between("power", power)
    return (true / (true + (1 - prior) * between("alpha", alpha)))[()]


def prior_needed(ppv, power, alpha) -> np.ndarray:
    """The prior with which a significant result is true with probability ppv [3].

    Parameters as in :func:`positive_predictive_value`, which it turns round; ppv from 0 to 1.
    """
    fit(ppv=ppv, power=power, alpha=alpha)
    ppv = between("ppv", ppv, ends=True)
    false = ppv * between("alpha", alpha)
    return (false / (false + (1 - ppv) * between("power", power)))[()]


def power_at_level(power, alpha, level) -> np.ndarray:
    """Power of the same trials when they are judged at another one-sided level.

    Parameters
    ----------
    power : probability of a significant result at alpha, above alpha and below 1.
    alpha : the one-sided level at which they have this power.
    level : the one-sided level at which they are judged instead.

    Returns
    -------
    Array of the shape of power, by the normal approximation.
    """
    level = one("level", level, 0, 1)
    return power_at(drift_needed(alpha, power, 1), level, 1)[()]


def odds_gain_at_most(p) -> np.ndarray:
    """How many times at most a p value multiplies the odds that there is an effect [5].

    Parameters
    ----------
    p : p value, below 1/e, about 0.37; above that the bound does not hold.

    Returns
    -------
    Array of the shape of p: 1 / (−e p ln p). It is a bound over a wide class of alternatives;
    most of them gain less.
    """
    p = between("p", p, 0, np.exp(-1))
    return (-1 / (np.e * p * np.log(p)))[()]


def chain(probability, shared=0.0) -> np.ndarray:
    """Probability that the first one, two, … links of a chain all hold.

    Parameters
    ----------
    probability : (..., links) from 0 to 1, that a link holds, judged by itself.
    shared : from 0 to 1, how much of what decides a link is one cause common to all.

    Returns
    -------
    (..., links) array; its last column is the whole chain. A link holds if
    √shared · C + √(1 − shared) · E stays below the normal quantile of its probability, where the
    cause C and each link's own E are standard normal: a one-factor Gaussian copula [4], summed
    over C. At 0 the links are independent and the chain is their product; at 1, or within 1e-8 of
    it, it is its weakest link, the most that any dependence allows. Between, it rises with shared.

    Raises
    ------
    ValueError
        If there is no link, a number is not from 0 to 1, or shared is not one number.
    """
    links = np.atleast_1d(between("probability", probability, ends=True))
    shared = one("shared", shared, 0, 1, ends=True)
    if links.shape[-1] == 0:
        raise ValueError("probability has no link; a chain needs at least one")
    if shared == 0:
        return links.cumprod(axis=-1)
    if shared > 1 - _NEARLY:
        return np.minimum.accumulate(links, axis=-1)
    limit = np.where(links > 0, np.inf, -np.inf)
    inside = (links > 0) & (links < 1)
    limit[inside] = _normal.quantile(links[inside])
    cause = _causes(shared)
    own = (limit[..., None] - np.sqrt(shared) * cause) / np.sqrt(1 - shared)
    weight = density(cause)
    return _normal.upper_tail(-own).cumprod(axis=-2) @ (weight / weight.sum())


def _causes(shared: float) -> np.ndarray:
    """Evenly spaced values of a shared cause; twice as many change no chain by 1e-9.

    A link breaks within about √(1/shared − 1) of the cause, so the steps must be no longer.
    """
    step = min(0.02, np.sqrt(1 / shared - 1) / 1.2)
    return np.linspace(-8, 8, int(np.ceil(16 / step)) + 1)


@dataclass(frozen=True)
class Coins:
    """Subgroup differences that a coin decided, and the same comparisons in a second trial.

    Attributes
    ----------
    first : (rounds,) bool, whether the first of two sides came out as the one that benefits.
    again : (rounds,) bool, whether the second trial points to the same side.
    """

    first: np.ndarray
    again: np.ndarray

    @property
    def came_again(self) -> int:
        """In how many rounds the second trial agrees with the first."""
        return int(self.again.sum())


def coin_subgroups(rounds, rng: np.random.Generator, *, real=0.0) -> Coins:
    """Let a coin decide which of two sides benefits, in one trial and then in another.

    Parameters
    ----------
    rounds : how many comparisons.
    rng : source of the coins.
    real : share of comparisons, from 0 to 1, where the sides truly differ, so that the second
        trial points to the same side for certain; in the others its coin is thrown anew.

    Returns
    -------
    Coins
        The second trial agrees with probability real + (1 − real) / 2. With the same seed a
        larger share of real differences keeps every agreement that a smaller one had.
    """
    real = one("real", real, 0, 1, ends=True)
    first, second, kind = generator(rng).random((3, count("rounds", rounds)))
    return Coins(first < 0.5, ((first < 0.5) == (second < 0.5)) | (kind < real))
