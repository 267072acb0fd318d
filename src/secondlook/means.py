"""Student's t for the small trials of measurements: within an arm, and between two.

Many trials at once, one row each. The tails are closed sums, so that no page has to wait for scipy.

References
----------
[1] Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
[2] Student (Gosset), The probable error of a mean, Biometrika 1908, 6, 1-25.
[3] Armitage, Berry & Matthews, Statistical Methods in Medical Research, 4th ed. 2002, ch. 4.
[4] Vickers & Altman, Analysing controlled trials with baseline and follow up measurements,
    BMJ 2001, 323, 1123-1124.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook._arrays import as_numbers
from secondlook._normal import upper_tail
from secondlook._planning import count, fit, numbers, one, positive, root

_MOST = 100_000  # patients in an arm: the sums behind the tails have half as many terms
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(120)


@dataclass(frozen=True)
class MeanTest:
    """A mean, or a difference of two, against 0; each field has one value a trial.

    Attributes
    ----------
    mean, se : the estimate and its standard error, in the unit of the measurement.
    t : mean / se.
    df : degrees of freedom.
    p_two_sided : probability of a t at least as far from 0 if the true mean is 0.
    lower, upper : limits of the interval of the level asked for.
    """

    mean: np.ndarray
    se: np.ndarray
    t: np.ndarray
    df: int
    p_two_sided: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def within(change, *, level: float = 0.95) -> MeanTest:
    """Test each trial's mean change against no change: the t test of one arm [2].

    Parameters
    ----------
    change : (patients,) or (trials, patients)
        Last value less the first, two patients or more.
    level : float
        Of the interval.

    Returns
    -------
    MeanTest
        One value a trial; nan for t and p where every change is the same.

    Raises
    ------
    ValueError
        If change is not one or two axes of finite numbers, or has fewer than two patients.
    """
    change = _arm("change", change)
    mean, sd, n = _summary(change)
    return _test(mean, sd / math.sqrt(n), n - 1, level)


def difference(treated, others, *, level: float = 0.95) -> MeanTest:
    """Test the difference between two arms' means: Student's t test, one common SD [3].

    Parameters
    ----------
    treated, others : (patients,) or (trials, patients)
        The measurements, or the changes, of either arm; the arms may differ in size.
    level : float
        Of the interval.

    Returns
    -------
    MeanTest
        ``mean`` is treated less others.

    Raises
    ------
    ValueError
        As for :func:`within`; also if the arms do not hold the same number of trials.
    """
    treated, others = _arm("treated", treated), _arm("others", others)
    if len(treated) != len(others):
        raise ValueError(
            f"others has {len(others)} trials and treated {len(treated)}; give one row a trial"
        )
    return difference_of(*_summary(treated), *_summary(others), level=level)


def difference_of(mean, sd, n, mean_others, sd_others, n_others, *, level=0.95) -> MeanTest:
    """As :func:`difference`, from what a report prints: mean, standard deviation, patients.

    Parameters
    ----------
    mean, sd, mean_others, sd_others : float or (trials,)
        Of either arm. ``sd`` is the standard deviation, not the standard error.
    n, n_others : int
        Patients, two or more in each arm.

    Returns
    -------
    MeanTest
        With s² the variances pooled by their degrees of freedom, se = s √(1/n + 1/n_others) and
        df = n + n_others − 2.

    Raises
    ------
    ValueError
        If a number is missing, a standard deviation is negative, or an arm has fewer than two.
    """
    fit(mean=mean, sd=sd, mean_others=mean_others, sd_others=sd_others)
    mean, mean_others = numbers("mean", mean), numbers("mean_others", mean_others)
    sd = positive("sd", sd, zero=True)
    sd_others = positive("sd_others", sd_others, zero=True)
    a, b = _patients("n", n), _patients("n_others", n_others)
    df = a + b - 2
    common = np.sqrt(((a - 1) * sd**2 + (b - 1) * sd_others**2) / df)
    return _test(mean - mean_others, common * math.sqrt(1 / a + 1 / b), df, level)


@dataclass(frozen=True)
class Ancova:
    """An analysis of covariance of two arms.

    Attributes
    ----------
    treated, others : MeanTest
        Each arm's mean at the mean first value of everybody.
    difference : MeanTest
        Treated less others.
    slope : float
        How much the change grows with one unit of the first value.
    """

    treated: MeanTest
    others: MeanTest
    difference: MeanTest
    slope: float


def ancova(change, treated, first, *, level: float = 0.95) -> Ancova:
    """Compare two arms' changes, allowing for the first value: analysis of covariance [4].

    Parameters
    ----------
    change : (patients,)
        Last value less the first; nobody missing.
    treated : (patients,) bool
    first : (patients,)
        The first value, in the unit of the change.
    level : float
        Of the intervals.

    Returns
    -------
    Ancova
        Least squares of the change on arm and first value, one residual variance, n − 3 degrees
        of freedom; the arms' means stand at the mean first value of all the patients given.

    Raises
    ------
    ValueError
        If the columns differ in length or hold what is no finite number, an arm has fewer than
        two patients, or the first value is the same for everybody in both arms.
    """
    change, first = (_column(name, x) for name, x in (("change", change), ("first", first)))
    arm = np.asarray(treated)
    if arm.dtype != bool or not change.shape == arm.shape == first.shape:
        raise ValueError(
            f"treated must be True or False for each of the {len(change)} changes, and first must "
            f"have as many; they have shapes {arm.shape} and {first.shape}"
        )
    if min(arm.sum(), (~arm).sum()) < 2:
        raise ValueError(f"treated has {arm.sum()} of {len(arm)}; each arm needs two or more")
    columns = np.column_stack([~arm, arm, first - first.mean()]).astype(float)
    inverse = columns.T @ columns
    if np.linalg.matrix_rank(inverse) < 3:
        raise ValueError(
            "first is the same for everybody in an arm; give a first value that varies"
        )
    inverse = np.linalg.inv(inverse)
    estimate = inverse @ (columns.T @ change)
    df = len(change) - 3
    spread = float(((change - columns @ estimate) ** 2).sum() / df)

    def test(weights) -> MeanTest:
        weights = np.asarray(weights, float)
        return _test(weights @ estimate, math.sqrt(spread * weights @ inverse @ weights), df, level)

    return Ancova(test([0, 1, 0]), test([1, 0, 0]), test([-1, 1, 0]), float(estimate[2]))


def _column(name: str, value) -> np.ndarray:
    array = as_numbers(name, value)
    if array.shape[0] != 1:
        raise ValueError(f"{name} has {array.shape[0]} rows; give one value a patient")
    return array[0]


def two_sided_p(t, df: int) -> np.ndarray:
    """P(|T| ≥ |t|) for Student's t with a whole number of degrees of freedom [1].

    nan stays nan. Below about 1e-13 the answer is only known to be small.
    """
    df = _degrees(df)
    angle = np.arctan(np.abs(numbers("t", t, nan=True)) / math.sqrt(df))
    square = np.cos(angle) ** 2
    term = total = np.ones_like(angle)
    odd = df % 2
    for k in range(2 + odd, df - 1 + odd, 2):
        term = term * square * (k - 1) / k
        total = total + term
    inside = np.sin(angle) * total if not odd else angle
    if odd:
        more = np.sin(angle) * np.cos(angle) * total if df > 1 else 0.0
        inside = 2 / math.pi * (angle + more)
    return np.clip(1 - inside, 0.0, 1.0)[()]


def critical_t(alpha: float, df: int) -> float:
    """The |t| whose two-sided p is alpha, for a level between 0.000001 and 1."""
    return _critical_t(one("alpha", alpha, 1e-6, 1), _degrees(df))


@lru_cache(maxsize=512)
def _critical_t(alpha: float, df: int) -> float:
    high = 2.0
    while two_sided_p(high, df) > alpha:
        high *= 2
    return root(lambda t: float(two_sided_p(t, df)) - alpha, 0.0, high)


def power_within(effect: float, patients: int, *, alpha: float) -> float:
    """Power of the two-sided t test of one arm's mean change, either direction counted.

    Parameters
    ----------
    effect : true mean change, in standard deviations of the change.
    patients : in the arm, two or more.
    alpha : level of both sides together.

    Returns
    -------
    float
        P(|T| > t_alpha) of a noncentral t: the normal power for each possible standard deviation
        of the sample, averaged over its chi distribution by Gauss-Legendre quadrature.
    """
    n = _patients("patients", patients)
    df, drift = n - 1, one("effect", effect) * math.sqrt(n)
    needed = critical_t(alpha, df)
    reach = 9 / math.sqrt(2 * df)  # the scale s/σ has a spread of about 1/√(2 df)
    low, high = max(0.0, 1 - reach), 1 + reach
    s = low + (high - low) * (_NODES + 1) / 2
    log_density = (
        math.log(2) + df / 2 * math.log(df / 2) - math.lgamma(df / 2)
        + (df - 1) * np.log(s) - df * s**2 / 2
    )  # fmt: skip
    lit = upper_tail(needed * s - drift) + upper_tail(needed * s + drift)
    return float((np.exp(log_density) * lit * _WEIGHTS).sum() * (high - low) / 2)


def effect_within(power: float, patients: int, *, alpha: float) -> float:
    """The true mean change, in standard deviations, that gives :func:`power_within` this value.

    Raises
    ------
    ValueError
        If power is below alpha, which no change gives, or not below 1. At alpha itself: 0.
    """
    power, alpha = one("power", power, 0, 1), one("alpha", alpha, 1e-4, 1)
    if power < alpha:
        raise ValueError(f"power is {power:g}; no change at all already gives {alpha:g}")
    if power == alpha:
        return 0.0
    high = 20 / math.sqrt(_patients("patients", patients))
    while power_within(high, patients, alpha=alpha) < power:
        high *= 2
    return root(lambda d: power_within(d, patients, alpha=alpha) - power, 0.0, high, 1e-9)


def _arm(name: str, value) -> np.ndarray:
    array = as_numbers(name, value)
    if array.shape[-1] < 2:
        raise ValueError(f"{name} has {array.shape[-1]} patients; a mean needs two or more")
    return array


def _summary(value: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    return value.mean(axis=-1), value.std(axis=-1, ddof=1), value.shape[-1]


def _patients(name: str, value) -> int:
    n = count(name, value)
    if n < 2:
        raise ValueError(f"{name} is {n}; a standard deviation needs two patients or more")
    if n > _MOST:
        raise ValueError(f"{name} is {n:g}; above {_MOST:,} use the normal distribution instead")
    return n


def _degrees(df) -> int:
    df = count("df", df)
    if df > 2 * _MOST:
        raise ValueError(f"df is {df:g}; above {2 * _MOST:,} use the normal distribution instead")
    return df


def _test(mean, se, df: int, level: float) -> MeanTest:
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(se > 0, mean / se, np.nan)[()]
    half = critical_t(1 - one("level", level, 0, 1), df) * se
    return MeanTest(mean, se, t, df, two_sided_p(t, df), mean - half, mean + half)
