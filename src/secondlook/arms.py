"""Several arms that share patients, events and often a control: what each contrast can see.

Arms are columns. A contrast is a row with one entry for each arm: negative for the control,
positive for the treated, 0 for arms that are left out; ``[-1, 1, 1]`` pools arms 1 and 2 against
arm 0. Times and rates are in any unit, the same throughout.

References
----------
[1] Lachin & Foulkes, Evaluation of sample size and power for analyses of survival with allowance
    for nonuniform patient entry, losses to follow-up, noncompliance, and stratification,
    Biometrics 1986, 42, 507-519.
[2] Schoenfeld, Sample-size formula for the proportional-hazards regression model, Biometrics 1983,
    39, 499-503.
[3] Dunnett, A multiple comparison procedure for comparing several treatments with a control,
    JASA 1955, 50, 1096-1121.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from secondlook import _normal
from secondlook._arrays import check_memory
from secondlook._planning import (
    between,
    count,
    critical,
    density,
    fit,
    generator,
    numbers,
    one,
    positive,
    power_at,
    root,
)

# Points of the grid on each axis that is integrated numerically, by the number of such axes.
_GRID = {0: 1, 1: 2001, 2: 161, 3: 49}


@dataclass(frozen=True)
class ContrastPower:
    """What several contrasts of the same arms can see.

    Attributes
    ----------
    events : (contrasts,) events in the arms of each contrast.
    drift : (contrasts,) expected z, positive where the treated do better.
    power : (contrasts,) probability that a contrast is significant, taken alone.
    correlation : (contrasts, contrasts) of their z.
    at_least_one, all : probability that one contrast or more, or every one, is significant. With
        two contrasts their difference is the probability that just one of them is.
    """

    events: np.ndarray
    drift: np.ndarray
    power: np.ndarray
    correlation: np.ndarray
    at_least_one: float
    all: float


@dataclass(frozen=True)
class Drawn:
    """Simulated trials: time and event (trials, patients), arm (patients,) from 0."""

    time: np.ndarray
    event: np.ndarray
    arm: np.ndarray


def event_probability(hazard, *, follow_up, accrual=0.0, withdrawal=0.0) -> np.ndarray:
    """Probability that a patient's event is seen, with constant hazards [1].

    Parameters
    ----------
    hazard : events for each unit of time, 0 or more.
    follow_up : time from the last patient's entry to the end of the trial.
    accrual : time from the first entry to the last; patients enter evenly. With 0 everybody is
        followed for the same time.
    withdrawal : hazard of leaving before the event.

    Returns
    -------
    Array of the common shape: λ/(λ + w) · (1 − mean of exp(−(λ + w) u)) over the times u from
    follow_up to follow_up + accrual.

    Raises
    ------
    ValueError
        If an argument is negative or not finite.
    """
    fit(hazard=hazard, follow_up=follow_up, accrual=accrual, withdrawal=withdrawal)
    hazard = positive("hazard", hazard, zero=True)
    total = hazard + positive("withdrawal", withdrawal, zero=True)
    entering = total * positive("accrual", accrual, zero=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(entering > 0, -np.expm1(-entering) / entering, 1.0)
        share = np.where(total > 0, hazard / total, 0.0)
    at_risk = np.exp(-total * positive("follow_up", follow_up, zero=True)) * spread
    return (share * (1 - at_risk))[()]


def expected_events(sizes, hazards, *, follow_up, accrual=0.0, withdrawal=0.0) -> np.ndarray:
    """Expected events in each arm: (arms,). See :func:`event_probability`.

    Parameters
    ----------
    sizes : (arms,) patients.
    hazards : (arms,), for instance the hazard of the control times the hazard ratio of each arm.
    withdrawal : one rate, or (arms,).
    """
    sizes, hazards = _arms(sizes=sizes, hazards=hazards)
    return sizes * event_probability(
        hazards,
        follow_up=one("follow_up", follow_up),
        accrual=one("accrual", accrual),
        withdrawal=_rates(withdrawal, len(sizes)),
    )


def follow_up_for(events, sizes, hazards, *, accrual=0.0, withdrawal=0.0) -> float:
    """Time after the last entry at which so many events are expected in all arms together.

    Parameters as in :func:`expected_events`, which gives their split over the arms at that time.

    Raises
    ------
    ValueError
        If they are expected before the last patient has entered, or never.
    """
    sizes, hazards = _arms(sizes=sizes, hazards=hazards)
    events, rates = float(positive("events", one("events", events))), {"withdrawal": withdrawal}

    def excess(follow_up):
        seen = expected_events(sizes, hazards, follow_up=follow_up, accrual=accrual, **rates)
        return seen.sum() - events

    if excess(0.0) > 0:
        raise ValueError(
            f"events: {events:g} are expected before enrolment ends; enrol fewer patients"
        )
    longest = 40 / max((hazards + _rates(withdrawal, len(sizes))).min(), 1e-300)
    if excess(longest) < 0:
        raise ValueError(
            f"events: {events:g} are never reached, at most {excess(longest) + events:.0f} are "
            "expected; enrol more patients"
        )
    return root(excess, 0.0, longest)


def patients(events, probability, allocation=None) -> np.ndarray:
    """Patients in each arm that are expected to have so many events in these arms together.

    Parameters
    ----------
    events : events needed in all the arms given. For a fair trial of several doses give the arms of
        ONE comparison, a dose and its control, and let the other doses be as large.
    probability : (arms,) probability that a patient's event is seen, as by
        :func:`event_probability`.
    allocation : (arms,) relative sizes; None is equal arms.

    Returns
    -------
    (arms,) whole numbers, rounded up.
    """
    probability = between(
        "probability", np.atleast_1d(numbers("probability", probability)), ends=True
    )
    if allocation is None:
        allocation = np.ones(probability.shape)
    probability, allocation = _arms(probability=probability, allocation=allocation)
    if not (allocation * probability).sum() > 0:
        raise ValueError("probability is 0 in every arm: no number of patients brings an event")
    scale = positive("events", one("events", events)) / (allocation * probability).sum()
    return np.ceil(np.round(scale * allocation, 9)).astype(int)


def contrast_power(events, hr, contrasts, *, alpha, sides, sizes=None) -> ContrastPower:
    """Power of log-rank tests of several contrasts, alone and together [2, 3].

    Parameters
    ----------
    events : (arms,) expected events in each arm, as by :func:`expected_events`; or one number, the
        events of all arms together, which are then split as the sizes are.
    hr : (arms,) hazard of each arm over one common hazard, usually the control's.
    contrasts : (contrasts, arms), at most six rows and four arms; see the top of this module.
    alpha : level of each contrast, of both its sides together if sides is 2.
    sides : 1 (benefit of the treated) or 2.
    sizes : (arms,) patients; None is equal arms.

    Returns
    -------
    ContrastPower
        The drift is Schoenfeld's. Correlations are those of differences between means of arms,
        each with a variance of one over its size, which holds near hr 1.

    Raises
    ------
    ValueError
        If an argument does not fit, or a contrast lacks its control or its treated.
    """
    hr = np.atleast_1d(positive("hr", hr))
    sizes = np.ones(hr.shape) if sizes is None else sizes
    events = positive("events", events, zero=True)
    if events.ndim == 0:
        events = events * np.asarray(sizes, dtype=float) / np.sum(sizes)
    hr, sizes, events = _arms(hr=hr, sizes=sizes, events=events)
    positive("sizes", sizes)
    sign = _signs(contrasts, len(hr))
    treated, control = _means(sign > 0, sizes), _means(sign < 0, sizes)
    weights = treated - control
    number = events @ (sign != 0).T
    share = sizes @ (sign > 0).T / (sizes @ (sign != 0).T)
    drift = -(weights @ np.log(hr)) * np.sqrt(number * share * (1 - share))
    covariance = weights / sizes @ weights.T
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    one, every = _together(drift, correlation, critical(alpha, sides), sides)
    return ContrastPower(number, drift, power_at(drift, alpha, sides), correlation, one, every)


def draw_trials(
    trials: int,
    rng: np.random.Generator,
    *,
    sizes,
    hazards,
    cuts=(),
    follow_up=None,
    events=None,
    accrual=0.0,
    withdrawal=0.0,
) -> Drawn:
    """Simulate trials with piecewise constant hazards that stop at a time or at an event.

    Parameters
    ----------
    trials : how many.
    sizes : (arms,) patients.
    hazards : (arms,) or (arms, pieces).
    cuts : (pieces − 1,) times since entry at which the hazards change, rising.
    follow_up : time from the end of accrual to the end of the trial; None is no such end.
    events : the trial ends with this event, counted in all arms together, if that is sooner.
    accrual : patients enter evenly and at random over this time.
    withdrawal : rate, or (arms,).

    Returns
    -------
    Drawn
        A patient who would have entered after the end has time 0 and no event.

    Raises
    ------
    ValueError
        If an argument does not fit, or somebody would be followed for ever.
    """
    if follow_up is None and events is None:
        raise ValueError("give follow_up or events; without either the trial never ends")
    generator(rng)
    sizes = [count("sizes", size) for size in np.atleast_1d(numbers("sizes", sizes))]
    cells = count("trials", trials) * sum(sizes)
    check_memory(f"trials: {trials:,} × {sum(sizes):,} patients", cells, 80, "draw fewer at a time")
    accrual, cuts = one("accrual", accrual), np.atleast_1d(numbers("cuts", cuts))
    arm = np.repeat(np.arange(len(sizes)), sizes)
    shape = int(trials), len(arm)
    failure = _failure_times(rng.exponential(size=shape), arm, _pieces(sizes, hazards, cuts), cuts)
    rate = _rates(withdrawal, len(sizes))[arm]
    with np.errstate(divide="ignore"):
        left = rng.exponential(size=shape) / rate
    entry = rng.random(shape) * positive("accrual", accrual, zero=True)
    seen = np.where(failure <= left, entry + failure, np.inf)  # dates of events, if all goes on
    end = _ends(seen, accrual, follow_up, events)
    time = np.minimum(np.minimum(failure, left), np.maximum(end[:, None] - entry, 0))
    if np.isinf(time).any():
        raise ValueError("follow_up: somebody would be followed for ever; give it a number")
    return Drawn(time, np.isfinite(seen) & (seen <= end[:, None]), arm)


def _ends(seen: np.ndarray, accrual, follow_up, events) -> np.ndarray:
    """The date on which each trial ends; infinite if all are followed until they leave."""
    end = np.full(len(seen), np.inf)
    if follow_up is not None:
        end[:] = accrual + positive("follow_up", one("follow_up", follow_up), zero=True)
    if events is not None:
        events = count("events", events)
        if events > seen.shape[1]:
            raise ValueError(
                f"events is {events}, more than the {seen.shape[1]} patients; ask for fewer"
            )
        end = np.minimum(end, np.partition(seen, events - 1, axis=1)[:, events - 1])
    return end


def _failure_times(unit: np.ndarray, arm: np.ndarray, hazards: np.ndarray, cuts) -> np.ndarray:
    """Times at which the cumulative hazards of the arms reach draws of a unit exponential."""
    starts = np.concatenate([[0.0], cuts])
    passed = np.cumsum(hazards[:, :-1] * np.diff(starts), axis=1)
    passed = np.concatenate([np.zeros((len(hazards), 1)), passed], axis=1)
    time = np.full(unit.shape, np.inf)
    for start, hazard, before in zip(starts, hazards.T, passed.T, strict=True):
        with np.errstate(divide="ignore"):
            here = start + (unit - before[arm]) / hazard[arm]
        time = np.where(unit > before[arm], here, time)
    return time


def _pieces(sizes, hazards, cuts) -> np.ndarray:
    """Hazards as (arms, pieces), one piece more than there are cuts."""
    hazards = positive("hazards", hazards, zero=True) + 0.0  # −0 is 0
    hazards = hazards[:, None] if hazards.ndim == 1 else hazards
    if cuts.ndim > 1 or hazards.shape != (len(sizes), len(cuts) + 1):
        raise ValueError(
            f"hazards has shape {hazards.shape}; with {len(sizes)} sizes and {len(cuts)} cuts it "
            f"must be ({len(sizes)}, {len(cuts) + 1})"
        )
    if len(cuts) and np.any(np.diff(np.concatenate([[0], positive("cuts", cuts)])) <= 0):
        raise ValueError(f"cuts is {list(cuts)}; the times must rise")
    return hazards


def _rates(withdrawal, arms: int) -> np.ndarray:
    """The rate of withdrawal in each arm, from one for all or one each."""
    rates = positive("withdrawal", withdrawal, zero=True) + 0.0  # −0 is 0, not a way to −inf
    if rates.shape not in ((), (arms,)):
        raise ValueError(
            f"withdrawal has shape {rates.shape}; it must be one rate, or {arms}, one for each arm"
        )
    return np.broadcast_to(rates, arms)


def _arms(**values) -> list[np.ndarray]:
    """Arrays of zero or more, (arms,) each, as many as the first has."""
    arrays = [positive(name, value, zero=True) for name, value in values.items()]
    for name, array in zip(values, arrays, strict=True):
        if array.ndim != 1 or array.shape != arrays[0].shape:
            raise ValueError(
                f"{name} has shape {array.shape}; it must be a row with one number for each arm, "
                f"as many as {next(iter(values))}"
            )
    return arrays


def _signs(contrasts, arms: int) -> np.ndarray:
    given = np.atleast_2d(numbers("contrasts", contrasts))
    sign = np.sign(given)
    if sign.ndim != 2 or sign.shape[1] != arms or not 1 <= len(sign) <= 6 or arms > 4:
        raise ValueError(
            f"contrasts has shape {np.shape(contrasts)}; it must be (contrasts, {arms}), with at "
            "most six contrasts of at most four arms"
        )
    for row, signs in enumerate(sign):
        if not {-1, 1} <= set(signs):
            raise ValueError(
                f"contrasts: row {row} is {given[row].tolist()}; it needs a "
                "negative entry for the control and a positive one for the treated"
            )
    return sign


def _means(chosen: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Weights that average over the chosen arms by their sizes: (contrasts, arms)."""
    return chosen * sizes / (chosen * sizes).sum(axis=1, keepdims=True)


def _together(drift, correlation, z, sides) -> tuple[float, float]:
    """Probability that at least one, and that every one, of the contrasts is significant."""
    every = 0.0
    for size in range(len(drift) + 1):
        for some in map(list, combinations(range(len(drift)), size)):
            silent = _none(drift[some], correlation[np.ix_(some, some)], z, sides) if some else 1.0
            every += (-1) ** size * silent  # inclusion and exclusion
    # The last of the subsets is all of them.
    return float(1 - silent), float(max(every, 0.0))


def _none(drift, correlation, z, sides) -> float:
    """Probability that none of several correlated normal statistics is significant.

    Given all but one of the independent axes behind them, silence is an interval on the last axis,
    whose probability is exact; the other axes are summed over a grid.
    """
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-9
    factor = vectors[:, kept] * np.sqrt(values[kept])
    point, weight = _grid(factor.shape[1] - 1)
    middle = drift[:, None] + factor[:, :-1] @ point
    bounds = [z] if sides == 1 else [z, -z]
    with np.errstate(divide="ignore"):
        ends = [(bound - middle) / factor[:, -1:] for bound in bounds]
        ends += [] if sides == 2 else [-np.inf / factor[:, -1:] + 0 * middle]
    low, high = np.minimum(*ends).max(axis=0), np.maximum(*ends).min(axis=0)
    inside = np.maximum(_normal.upper_tail(low) - _normal.upper_tail(high), 0)
    return float(inside @ weight)


def _grid(axes: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (axes, points) of independent standard normal variables, and their weights."""
    line = np.linspace(-7, 7, _GRID[axes])
    point = np.stack([x.ravel() for x in np.meshgrid(*[line] * axes)]) if axes else np.ones((0, 1))
    weight = density(point).prod(axis=0)
    return point, weight / weight.sum()
