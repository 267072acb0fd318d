"""What a comparison of two groups can see, before anybody is asked to take part in it.

Numbers or arrays that fit each other go in; what comes out has their common shape. Power is the
probability of a significant result. One-sided, only a benefit of the treated counts. Two-sided,
``power`` counts both sides, while ``events`` and ``patients`` are found, as their sources do, from
the right side alone; at a level of 5% or less and a power of a half or more, the difference is
below 0.0001.

References
----------
[1] Schoenfeld, Sample-size formula for the proportional-hazards regression model, Biometrics 1983,
    39, 499-503.
[2] Noether, Sample size determination for some common nonparametric tests, JASA 1987, 82, 645-647.
[3] Fleiss, Levin & Paik, Statistical Methods for Rates and Proportions, 3rd ed., Wiley 2003, ch. 4.
[4] Newcombe, Interval estimation for the difference between independent proportions: comparison of
    eleven methods, Statistics in Medicine 1998, 17, 873-890.
[5] Hanley & Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 1983, 249,
    1743-1745.
[6] Katz, Baptista, Azen & Pike, Obtaining confidence intervals for the risk ratio in cohort
    studies, Biometrics 1978, 34, 469-474.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook._planning import (
    between,
    check_sides,
    count,
    critical,
    drift_needed,
    fit,
    function,
    generator,
    numbers,
    positive,
    power_at,
)


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval; all of one shape."""

    estimate: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class Simulated:
    """A share of significant trials, and its Monte Carlo standard error."""

    power: float
    se: float
    trials: int


# Time to event


def drift(hr, events, *, allocation=1.0) -> np.ndarray:
    """The z to expect of a log-rank test: −ln(hr) √(events · share · (1 − share)) [1].

    Parameters
    ----------
    hr : hazard of the treated over that of the others; below 1 is a benefit.
    events : expected number of events in the two groups together.
    allocation : treated for each one of the others; 2 when two arms are pooled against one.

    Returns
    -------
    Array of the common shape, positive where the treated do better.
    """
    fit(hr=hr, events=events, allocation=allocation)
    hr = positive("hr", hr)
    return -np.log(hr) * np.sqrt(positive("events", events, zero=True) * _information(allocation))


def power(hr, events, *, alpha, sides, allocation=1.0) -> np.ndarray:
    """Power of a log-rank test, from its events alone [1].

    Parameters
    ----------
    hr, events, allocation : see :func:`drift`.
    alpha : level, of both sides together if sides is 2.
    sides : 1 (benefit of the treated) or 2.

    Returns
    -------
    Array of the common shape. At hr 1 it is alpha. The formula is for hr near 1 and groups nearly
    equal: with two arms pooled against one, and hr 0.6, :func:`power_by_simulation` finds some
    0.02 more, because the z of unequal groups is skewed.

    Raises
    ------
    ValueError
        If hr or allocation is not above 0, events is negative, or alpha or sides is impossible.
    """
    return power_at(drift(hr, events, allocation=allocation), alpha, sides)[()]


def events(hr, *, alpha, power, sides, allocation=1.0) -> np.ndarray:
    """Events that a log-rank test needs: (z_alpha + z_power)² / (ln² hr · share · (1 − share)) [1].

    Parameters
    ----------
    hr : hazard ratio to detect, not 1; below 1 if sides is 1, where only a benefit counts. To plan
        a one-sided test for harm, give 1 / hr, and 1 / allocation if the groups differ in size.
    alpha, sides, allocation : see :func:`power`.
    power : probability of a significant result in the right direction.

    Returns
    -------
    Array of the common shape, not rounded.

    Raises
    ------
    ValueError
        As :func:`power`; if hr is 1, which no number of events can tell from 1, or above 1 with
        sides 1; or if power is not more than chance alone gives.
    """
    fit(hr=hr, power=power, allocation=allocation)
    hr = positive("hr", hr)
    if np.any(hr == 1):
        raise ValueError("hr is 1, and no number of events shows that; give a ratio such as 0.7")
    _benefit("hr", hr, hr < 1, sides, "a ratio below 1, or 1 / hr for a test of harm")
    needed = drift_needed(alpha, power, sides)
    return (needed**2 / (np.log(hr) ** 2 * _information(allocation)))[()]


def detectable(events, *, alpha, power, sides, allocation=1.0) -> np.ndarray:
    """The hazard ratio, below 1, that so many events detect with this power [1].

    Parameters and errors as in :func:`events`, which it turns round.
    """
    fit(events=events, power=power, allocation=allocation)
    needed = drift_needed(alpha, power, sides)
    return np.exp(-needed / np.sqrt(positive("events", events) * _information(allocation)))[()]


def smallest_significant(events, *, alpha, sides, allocation=1.0) -> np.ndarray:
    """The estimated hazard ratio, below 1, that so many events only just call significant [1].

    It is the ratio that they detect with a power of one half. Parameters as in :func:`power`.
    """
    fit(events=events, allocation=allocation)
    needed = critical(alpha, sides)
    return np.exp(-needed / np.sqrt(positive("events", events) * _information(allocation)))[()]


def expected_interval(hr, events, allocation=1.0, *, level=0.95) -> Interval:
    """The interval to expect round an estimated hazard ratio: hr · exp(± z / √(events · s(1 − s))).

    Parameters
    ----------
    hr, events, allocation : see :func:`drift`; s is the share of the treated.
    level : coverage, two-sided.

    Returns
    -------
    Interval
        ``estimate`` is hr.
    """
    fit(hr=hr, events=events, allocation=allocation, level=level)
    hr = positive("hr", hr)
    se = 1 / np.sqrt(positive("events", events) * _information(allocation))
    half = _normal.quantile((1 + between("level", level)) / 2) * se
    hr, half = np.broadcast_arrays(hr, half)
    return Interval(hr[()], (hr * np.exp(-half))[()], (hr * np.exp(half))[()])


# Measurements and ranks


def power_of_means(effect, patients, *, alpha, sides, allocation=1.0) -> np.ndarray:
    """Power of a comparison of two means whose standard deviation is known.

    Parameters
    ----------
    effect : true difference in standard deviations; positive is a benefit of the treated.
    patients : patients in the two groups together.
    alpha, sides, allocation : see :func:`power`.

    Returns
    -------
    Array of the common shape: P(Z > z_alpha − effect √(patients · share · (1 − share))).
    """
    fit(effect=effect, patients=patients, allocation=allocation)
    patients = positive("patients", patients, zero=True)
    expected = numbers("effect", effect) * np.sqrt(patients * _information(allocation))
    return power_at(expected, alpha, sides)[()]


def patients_for_means(effect, *, alpha, power, sides, allocation=1.0) -> np.ndarray:
    """Patients, in the two groups together, that :func:`power_of_means` needs for this power.

    The answer is not rounded. Raises a ValueError if effect is 0, or negative with sides 1, where
    only a benefit counts: to plan a one-sided test for harm, give −effect.
    """
    fit(effect=effect, power=power, allocation=allocation)
    effect = _not_null("effect", effect, 0)
    _benefit("effect", effect, effect > 0, sides, "one above 0, or −effect for a test of harm")
    return (drift_needed(alpha, power, sides) ** 2 / (effect**2 * _information(allocation)))[()]


def power_of_ranks(chance, patients, *, alpha, sides, allocation=1.0) -> np.ndarray:
    """Power of a Wilcoxon rank sum test, by Noether's approximation [2].

    Parameters
    ----------
    chance : probability that a treated patient does better than one of the others; ties count half.
        0.5 is no difference.
    patients : patients in the two groups together.
    alpha, sides, allocation : see :func:`power`.

    Returns
    -------
    Array of the common shape. The drift is (chance − ½) √(12 · patients · share · (1 − share)).
    """
    fit(chance=chance, patients=patients, allocation=allocation)
    expected = (between("chance", chance, ends=True) - 0.5) * np.sqrt(
        12 * positive("patients", patients, zero=True) * _information(allocation)
    )
    return power_at(expected, alpha, sides)[()]


def patients_for_ranks(chance, *, alpha, power, sides, allocation=1.0) -> np.ndarray:
    """Patients, in the two groups together, that :func:`power_of_ranks` needs for this power [2].

    The answer is not rounded. Raises a ValueError if chance is 0.5, or below it with sides 1, where
    only a benefit counts: to plan a one-sided test for harm, give 1 − chance.
    """
    fit(chance=chance, power=power, allocation=allocation)
    chance = _not_null("chance", between("chance", chance, ends=True), 0.5)
    _benefit("chance", chance, chance > 0.5, sides, "one above 0.5, or 1 − chance for harm")
    away = chance - 0.5
    needed = drift_needed(alpha, power, sides)
    return (needed**2 / (12 * away**2 * _information(allocation)))[()]


# Proportions


def power_of_proportions(treated, others, patients, *, alpha, sides) -> np.ndarray:
    """Power to see that two true proportions differ, with equal groups [3].

    Parameters
    ----------
    treated, others : true proportions. A one-sided test looks to the side of the truth.
    patients : patients in EACH group.
    alpha, sides : see :func:`power`.

    Returns
    -------
    Array of the common shape: the z test that pools the proportions, without continuity correction.
    """
    fit(treated=treated, others=others, patients=patients)
    null, true, difference = _spread(treated, others)
    patients = positive("patients", patients, zero=True)
    needed = critical(alpha, sides) * null
    right = _normal.upper_tail((needed - difference * np.sqrt(patients)) / true)
    wrong = _normal.upper_tail((needed + difference * np.sqrt(patients)) / true)
    return (right if sides == 1 else right + wrong)[()]


def patients_for_proportions(treated, others, *, alpha, power, sides) -> np.ndarray:
    """Patients in EACH group that :func:`power_of_proportions` needs for this power [3].

    Returns
    -------
    Array of the common shape, not rounded:
    (z_alpha √(2 p̄(1 − p̄)) + z_power √(p₁(1 − p₁) + p₀(1 − p₀)))² / (p₁ − p₀)².

    Raises
    ------
    ValueError
        If a proportion is not between 0 and 1, the two are equal, or power is too low.
    """
    fit(treated=treated, others=others, power=power)
    null, true, difference = _spread(treated, others)
    _not_null("treated less others", difference, 0)
    drift_needed(alpha, power, sides)
    needed = critical(alpha, sides) * null + _normal.quantile(between("power", power)) * true
    return ((needed / difference) ** 2)[()]


def difference_of_proportions(events, patients, events_others, patients_others, *, level=0.95):
    """The difference of two proportions with Newcombe's interval, from two score intervals [4].

    Parameters
    ----------
    events, patients : patients with the event, and all patients, among the treated.
    events_others, patients_others : the same among the others.
    level : coverage, two-sided.

    Returns
    -------
    Interval
        The proportion of the treated less that of the others: method 10 of the source, without
        continuity correction.

    Raises
    ------
    ValueError
        If there are more events than patients, or an argument is negative.
    """
    _fit_groups(events, patients, events_others, patients_others, level)
    z = _normal.quantile((1 + between("level", level)) / 2)
    p1, low1, high1 = _score("events", events, patients, z)
    p0, low0, high0 = _score("events_others", events_others, patients_others, z)
    lower = p1 - p0 - np.hypot(p1 - low1, high0 - p0)
    upper = p1 - p0 + np.hypot(high1 - p1, p0 - low0)
    return Interval((p1 - p0)[()], lower[()], upper[()])


def plain_difference(events, patients, events_others, patients_others, *, level=0.95) -> Interval:
    """The difference of two proportions with the plain interval of Wald: estimate ± z · se [3].

    Parameters, returns and errors as in :func:`difference_of_proportions`, which is to be preferred
    where few patients have the event: se = √(p₁(1 − p₁)/n₁ + p₀(1 − p₀)/n₀) is 0 where none has.
    """
    _fit_groups(events, patients, events_others, patients_others, level)
    z = _normal.quantile((1 + between("level", level)) / 2)
    p1, *_ = _score("events", events, patients, z)
    p0, *_ = _score("events_others", events_others, patients_others, z)
    n1, n0 = positive("patients", patients), positive("patients_others", patients_others)
    half = z * np.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    return Interval((p1 - p0)[()], (p1 - p0 - half)[()], (p1 - p0 + half)[()])


def ratio_of_proportions(events, patients, events_others, patients_others, *, level=0.95):
    """The ratio of two proportions with the interval that is even on the log scale [6].

    Parameters, returns and errors as in :func:`difference_of_proportions`; the ratio is that of the
    treated to the others, and se = √(1/x₁ − 1/n₁ + 1/x₀ − 1/n₀) is that of its log. Where one of
    the two groups has no event, all three are nan.
    """
    _fit_groups(events, patients, events_others, patients_others, level)
    z = _normal.quantile((1 + between("level", level)) / 2)
    p1, *_ = _score("events", events, patients, z)
    p0, *_ = _score("events_others", events_others, patients_others, z)
    n1, n0 = positive("patients", patients), positive("patients_others", patients_others)
    seen = (p1 > 0) & (p0 > 0)
    p1, p0 = np.where(seen, p1, np.nan), np.where(seen, p0, np.nan)
    ratio = p1 / p0
    spread = np.exp(z * np.sqrt((1 - p1) / (n1 * p1) + (1 - p0) / (n0 * p0)))
    return Interval(ratio[()], (ratio / spread)[()], (ratio * spread)[()])


def not_ruled_out(patients, *, level=0.95) -> np.ndarray:
    """The highest true rate that goes with having seen no event at all: 1 − (1 − level)^(1/n).

    The *rule of three*, 3/n, is its approximation at 95% [5]. One-sided and exact.

    Parameters
    ----------
    patients : number of patients, none of whom had the event.
    level : confidence.
    """
    fit(patients=patients, level=level)
    return (1 - (1 - between("level", level)) ** (1 / positive("patients", patients)))[()]


def patients_to_rule_out(rate, *, level=0.95) -> np.ndarray:
    """Patients without any event that it takes to rule out this rate; not rounded [5]."""
    fit(rate=rate, level=level)
    return (np.log1p(-between("level", level)) / np.log1p(-between("rate", rate)))[()]


# By simulation


def power_by_simulation(
    draw: Callable,
    test: Callable,
    trials: int,
    rng: np.random.Generator,
    alpha: float,
    *,
    batch: int = 1000,
) -> Simulated:
    """The share of simulated trials in which a test is significant.

    Parameters
    ----------
    draw : function (n, rng) that returns n simulated trials as a tuple of arrays, trials first.
    test : function of these arrays that returns p of every trial: (n,) or (n, 1). Its side is the
        side of the power. Where p is nan the trial counts as not significant.
    trials : how many trials in all.
    alpha : a trial is significant if p ≤ alpha.
    batch : trials drawn at once, which limits the memory.

    Returns
    -------
    Simulated
        ``se`` is √(power (1 − power) / trials).
    """
    critical(alpha, 1)
    function("draw", draw), function("test", test)
    trials, batch = count("trials", trials), count("batch", batch)
    generator(rng)
    found = 0
    for first in range(0, trials, batch):
        n = min(batch, trials - first)
        trial = draw(n, rng)
        if not isinstance(trial, tuple | list):
            raise ValueError(
                f"draw returned a {type(trial).__name__}; it must be a tuple of arrays"
            )
        p = numbers("p, as test returned it,", test(*trial), nan=True)
        if p.shape not in ((n,), (n, 1)):
            raise ValueError(f"test returned p of shape {p.shape}; it must be ({n},) or ({n}, 1)")
        found += int((p <= alpha).sum())
    share = found / trials
    return Simulated(share, float(np.sqrt(share * (1 - share) / trials)), trials)


def _information(allocation) -> np.ndarray:
    """Share of the treated times the share of the others: ¼ for equal groups."""
    allocation = positive("allocation", allocation)
    return allocation / (1 + allocation) / (1 + allocation)


def _not_null(name: str, value, null: float) -> np.ndarray:
    value = numbers(name, value)
    if np.any(value == null):
        raise ValueError(f"{name} is {null:g}: no number of patients can show that no difference")
    return value


def _benefit(name: str, value, good, sides, ask: str) -> None:
    """Refuse to plan a one-sided test, which looks for a benefit, for what is harm."""
    if check_sides(sides) == 1 and not np.all(good):
        worst = value[~good].flat[0]
        raise ValueError(
            f"{name} is {worst:g} with sides 1: only a benefit counts, so more patients make it "
            f"less likely; give {ask}"
        )


def _spread(treated, others) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Standard deviation of a difference of one patient each, if equal and as they are; and it."""
    p1, p0 = between("treated", treated), between("others", others)
    middle = (p1 + p0) / 2
    true = np.sqrt(p1 * (1 - p1) + p0 * (1 - p0))
    return np.sqrt(2 * middle * (1 - middle)), true, np.abs(p1 - p0)


def _fit_groups(events, patients, events_others, patients_others, level) -> None:
    fit(events=events, patients=patients, level=level,
        events_others=events_others, patients_others=patients_others)  # fmt: skip


def _score(name: str, events, patients, z) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A proportion and the limits of Wilson's score interval."""
    n, x = positive(name.replace("events", "patients"), patients), positive(name, events, zero=True)
    if np.any(x > n):
        raise ValueError(f"{name} are more than the patients; each patient counts once")
    p = x / n
    middle = (x + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(n * p * (1 - p) + z**2 / 4) / (n + z**2)
    return p, middle - half, middle + half
