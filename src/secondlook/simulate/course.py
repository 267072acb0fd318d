"""What happens to simulated patients: events, withdrawals and the course of their score."""

import math

import numpy as np

from secondlook.simulate.parts import EVERYONE, Score, Unblinding
from secondlook.simulate.patients import WEEKS, by_stratum, observe

_REACH = 6.25  # a float32 normal draw hardly goes farther
_STEPS = 256  # for each unit of frailty
_GRID = np.arange(-_REACH * _STEPS, _REACH * _STEPS + 2) / _STEPS
_MINUS_LOG_CDF = np.array([-math.log(0.5 * math.erfc(-z / math.sqrt(2))) for z in _GRID])


def exponential_of(frailty: np.ndarray) -> np.ndarray:
    """Turn standard normal frailties into unit exponentials, the frailest first.

    −log Φ(frailty), straight between the points of a table; the relative error is below 1e-4. So
    the frailty that hastens the decline is the very one that brings the event forward, and yet
    the event times keep exactly the hazards and hazard ratios of the world: a Gaussian copula.
    """
    place = (np.clip(frailty, -_REACH, _REACH) + frailty.dtype.type(_REACH)) * _STEPS
    below = place.astype(np.int32)
    value = _MINUS_LOG_CDF[below]
    return value + (place - below) * (_MINUS_LOG_CDF[below + 1] - value)


def arm_ratios(given: dict, arms: tuple[str, ...], codes: np.ndarray) -> dict[str, np.ndarray]:
    """Each patient's ratio in every stratum that is named for some arm and is not 1."""
    named = dict.fromkeys(stratum for by in given.values() for stratum in by)
    found = {}
    for stratum in named:
        ratio = np.array([given.get(arm, {}).get(stratum, 1) for arm in arms], dtype=np.float32)
        if (ratio != 1).any():
            found[stratum] = ratio[codes]
    return found


def event_times(world, frailty, ratio, strata) -> np.ndarray:
    """Day of each event, inf after the follow-up, by inverting the cumulative hazard."""
    reached = exponential_of(frailty) / ratio
    time = np.empty(reached.shape)
    days = np.array([*world.hazard_from_day, world.follow_up_days], dtype=float)
    for stratum, per_day in world.hazard.items():
        gathered = np.concatenate([[0.0], np.cumsum(np.array(per_day) * np.diff(days))])
        mine = slice(None) if stratum == EVERYONE else strata[stratum]
        time[mine] = np.interp(reached[mine], gathered, days, right=np.inf)
    return time


def check_strata(world, strata) -> None:
    """Refuse a world in which a patient has no baseline hazard, or two."""
    total = sum(
        np.int8(1) if name == EVERYONE else strata[name].astype(np.int8) for name in world.hazard
    )
    wrong = np.asarray(total) != 1
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(np.atleast_2d(wrong))[0])
        raise ValueError(
            f"event_hazard_per_day: patient {at[1]} of trial {at[0]} is in "
            f"{int(np.atleast_2d(total)[at])} of {', '.join(world.hazard)}; "
            "strata with a hazard must hold every patient exactly once"
        )


def censoring_days(world, enrolled, rng) -> np.ndarray:
    """Day of withdrawal or of the end of the follow-up, whichever comes first."""
    end = np.full(enrolled.shape, world.follow_up_days, dtype=np.float32)
    if world.last_day is not None:
        np.minimum(end, world.last_day - enrolled, out=end)
    if world.withdrawal_hazard > 0:
        gone = rng.standard_exponential(enrolled.shape, dtype=np.float32)
        np.minimum(end, gone / np.float32(world.withdrawal_hazard), out=end)
    return end


def declines(score: Score, own, frailty, ratio, strata) -> np.ndarray:
    """True points lost in 12 weeks after enrolment.

    A patient's own decline in the run-in, times a frailty of mean 1, times the stratum's speed-up
    and the drug's ratio.
    """
    faster = by_stratum(score.speed_up, strata, own.shape)
    sd = np.float32(score.frailty_sd)
    return own * np.exp(sd * frailty - sd * sd / 2) * faster * ratio


def unblinded(unblinding: dict[str, Unblinding], arms, codes, rng) -> np.ndarray:
    """Points that guessing the arm adds to each patient's scores; 0 for those who did not."""
    shares = np.array([unblinding[arm].share if arm in unblinding else 0 for arm in arms])
    points = np.array([unblinding[arm].points if arm in unblinding else 0 for arm in arms])
    guessed = rng.random(codes.shape, dtype=np.float32) < shares.astype(np.float32)[codes]
    return np.where(guessed, points.astype(np.float32)[codes], np.float32(0))


def last_visit(score: Score, time: np.ndarray) -> np.ndarray:
    """Place of the last visit on or before each day."""
    days = np.arange(int(time.max()) + 1)
    table = np.searchsorted(7 * np.array(score.visit_weeks), days, side="right") - 1
    return table.astype(np.int8)[time]


def true_scores(score: Score, start, decline, shift, weeks) -> np.ndarray:
    """True scores so many weeks after enrolment, with what unblinding adds from then on.

    The loss is decline × weeks / 12, or, if it slows with time constant τ, that of
    τ (1 − exp(−weeks / τ)) weeks.
    """
    weeks = np.asarray(weeks, dtype=np.float32)
    if score.slowing_weeks is not None:
        weeks = -score.slowing_weeks * np.expm1(-weeks / np.float32(score.slowing_weeks))
    return start - decline * (weeks / WEEKS) + shift


def all_visits(score: Score, baseline, last, last_score, truth, rng) -> np.ndarray:
    """Observed scores (trials, patients, visits), nan after the last visit.

    The last one is the one that the change was made from, so that asking for the visits alters
    nothing else. truth is a function of weeks.
    """
    weeks = score.visit_weeks
    scores = np.full((*baseline.shape, len(weeks)), np.nan, dtype=np.float32)
    scores[:, :, 0] = baseline
    for visit, week in enumerate(weeks[1:], 1):
        seen = observe(score, truth(week), rng)
        seen = np.where(last == visit, last_score, seen)
        scores[:, :, visit] = np.where(visit <= last, seen, np.nan)
    return scores
