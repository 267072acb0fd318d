"""Checks of a world's values; each message names the entry, its place and what would be right."""

import itertools
import math

import numpy as np

from secondlook.cohort import trials
from secondlook.simulate.parts import EVERYONE

RULES = {
    "equals": np.equal,
    "other_than": np.not_equal,
    "below": np.less,
    "at_least": np.greater_equal,
    "at_most": np.less_equal,
    "above": np.greater,
}
METHODS = ("shuffled", "simple", "blocks", "minimisation")
MEASURES = ("variance", "range")
LONGEST = 100_000  # days, more than a life
SCORES = ("alsfrs_w0", "run_in_change")  # made by the run-in, not drawn


def check(world) -> None:
    """Raise a ValueError at the first value of a world that is impossible."""
    _check_design(world)
    for name, factor in world.factors.items():
        _check_factor(f"factors, {name}", factor)
    for name, stratum in world.strata.items():
        _check_stratum(f"strata, {name}", stratum, world)
    _check_hazard(world)
    for name in ("hazard_ratio", "decline_ratio"):
        _check_ratios(name, getattr(world, name), world)
    if world.score is not None:
        _check_score(world.score, world)
    _check_randomisation(world.randomisation, world)
    for arm, unblinding in world.unblinding.items():
        known("unblinding", [arm], world.arms)
        share(f"unblinding, {arm}, share", unblinding.share)
        number(f"unblinding, {arm}, points", unblinding.points)


def _check_design(world):
    arms = list(world.arms)
    refuse(len(arms) < 2, "arms", arms, "must hold the control, then others")
    refuse(len(set(arms)) < len(arms), "arms", arms, "must all be different")
    right = f"must hold the sizes of {len(arms)} arms"
    refuse(len(world.patients) != len(arms), "patients", world.patients, right)
    for arm, size in zip(world.arms, world.patients, strict=True):
        count(f"arms, {arm}", size)
    if world.trial is not None:
        refuse(not isinstance(world.trial, str), "trial", world.trial, "must be a trial's name")
        known("trial", [world.trial], trials())
    count("follow_up_days", world.follow_up_days)
    long = world.follow_up_days > LONGEST
    refuse(long, "follow_up_days", world.follow_up_days, f"must be at most {LONGEST:,}")
    whole = is_number(world.enrolment_days) and world.enrolment_days == int(world.enrolment_days)
    refuse(
        not whole or not 0 <= world.enrolment_days <= LONGEST,
        "enrolment_days",
        world.enrolment_days,
        f"must be a whole number of 0 or more, at most {LONGEST:,}",
    )
    if world.last_day is not None:
        count("last_day", world.last_day)
        refuse(
            world.last_day <= world.enrolment_days,
            "last_day",
            world.last_day,
            f"must be after the last enrolment, day {world.enrolment_days}",
        )
    rate("withdrawal_hazard_per_day", world.withdrawal_hazard)


def _check_factor(name, factor):
    what, bins = (
        ("levels", len(factor.levels)) if factor.levels else ("bins", len(factor.edges) - 1)
    )
    if not factor.levels:
        whole = factor.whole
        refuse(not isinstance(whole, bool), f"{name}, whole", whole, "must be true or false")
        refuse(bins < 1 or not rising(factor.edges), f"{name}, edges", factor.edges, "must rise")
    else:
        words = all(isinstance(level, str | bool) or is_number(level) for level in factor.levels)
        right = "must be words, numbers, or true and false"
        refuse(not words, f"{name}, levels", factor.levels, right)
        distinct = len({(type(level), level) for level in factor.levels}) == bins
        refuse(not distinct, f"{name}, levels", factor.levels, "must all be different")
    chances = factor.probabilities
    where = f"{name}, probabilities"
    refuse(len(chances) != bins, where, chances, f"must have one for each of the {bins} {what}")
    total = math.fsum(chances)
    good = min(chances) >= 0 and math.isclose(total, 1, abs_tol=1e-6)
    refuse(not good, where, chances, f"must be 0 or more and add up to 1, not {total:g}")


def _check_stratum(name, stratum, world):
    known(f"{name}, factor", [stratum.factor], factors_of(world))
    known(name, [stratum.rule], RULES)
    levels = world.factors[stratum.factor].levels if stratum.factor in world.factors else ()
    if levels:
        known(f"{name}, {stratum.rule}", [stratum.value], levels)
        refuse(
            stratum.rule not in ("equals", "other_than"),
            name,
            stratum.rule,
            "is a rule for numbers; a category has equals and other_than",
        )
    else:
        number(f"{name}, {stratum.rule}", stratum.value)


def _check_hazard(world):
    name, from_day = "event_hazard_per_day", world.hazard_from_day
    good = rising(from_day) and from_day[0] == 0 and from_day[-1] < world.follow_up_days
    right = f"must rise from 0 to less than {world.follow_up_days}"
    refuse(not good, f"{name}, from_day", from_day, right)
    refuse(not world.hazard, name, {}, f"must have hazards of strata, or of {EVERYONE!r}")
    known(name, world.hazard, (EVERYONE, *world.strata))
    for stratum, hazard in world.hazard.items():
        good = len(hazard) == len(from_day) and min(hazard) > 0
        right = f"must be {len(from_day)} hazards above 0"
        refuse(not good, f"{name}, {stratum}", hazard, right)


def _check_ratios(name, given, world):
    known(name, given, world.arms[1:])
    for arm, by_stratum in given.items():
        known(f"{name}, {arm}", by_stratum, (EVERYONE, *world.strata))
        for stratum, value in by_stratum.items():
            positive(f"{name}, {arm}, {stratum}", value)


def _check_score(score, world):
    weeks = numbers("alsfrs, visit_weeks", score.visit_weeks)
    refuse(not rising(weeks) or weeks[0] != 0, "alsfrs, visit_weeks", weeks, "must rise from 0 on")
    positive("alsfrs, run_in_weeks", score.run_in_weeks)
    for name in ("baseline_mean", "decline_mean"):
        number(f"alsfrs, {name}", getattr(score, name))
    refuse(
        not 0 <= score.baseline_mean <= 48,
        "alsfrs, baseline_mean",
        score.baseline_mean,
        "must be from 0 to 48 points",
    )
    for name in ("baseline_sd", "decline_sd", "noise_sd", "frailty_sd"):
        rate(f"alsfrs, {name}", getattr(score, name))
    if score.slowing_weeks is not None:
        positive("alsfrs, slowing_weeks", score.slowing_weeks)
    whole = score.whole_points
    refuse(not isinstance(whole, bool), "alsfrs, whole_points", whole, "must be true or false")
    share("alsfrs, worst_share", score.worst_share)
    if score.run_in_change is not None:
        chosen = numbers("alsfrs, run_in_change", score.run_in_change)
        good = len(chosen) == 2 and chosen[0] <= chosen[1]
        refuse(not good, "alsfrs, run_in_change", chosen, "must be the lowest and highest change")
    known("alsfrs, speed_up", table("alsfrs, speed_up", score.speed_up), (EVERYONE, *world.strata))
    for stratum, value in score.speed_up.items():
        positive(f"alsfrs, speed_up, {stratum}", value)


def _check_randomisation(way, world):
    name = "randomisation"
    known(f"{name}, method", [way.method], METHODS)
    known(f"{name}, measure", [way.measure], MEASURES)
    share(f"{name}, probability", way.probability)
    if way.method == "blocks":
        _check_block(way.block, world)
    if way.method == "minimisation":
        uneven = max(world.patients) > 1.1 * min(world.patients)
        refuse(uneven, f"{name}, method", way.method, "needs arms of about the same size")
        refuse(not way.factors, f"{name}, factors", [], "must name at least one factor")
        refuse(
            way.probability * len(world.arms) < 1,
            f"{name}, probability",
            way.probability,
            f"must be at least 1/{len(world.arms)}, or the best arm is taken less than the others",
        )
    for balance in way.factors:
        known(f"{name}, factors", [balance.factor], factors_of(world))
        word = balance.factor in world.factors and bool(world.factors[balance.factor].levels)
        where = f"{name}, factors, {balance.factor}"
        refuse(
            word and bool(balance.cuts), where, balance.cuts, "is a category; leave out the cuts"
        )
        good = word or (len(balance.cuts) > 0 and rising(balance.cuts))
        refuse(not good, where, balance.cuts, "is a number; give cuts that rise")


def _check_block(block, world):
    count("randomisation, block", block)
    shares = np.array(world.patients) / world.size * block
    good = np.allclose(shares, np.round(shares), atol=0.05 * block / len(shares))
    right = f"must hold a whole number of each arm in the proportions {world.patients}"
    refuse(not good or (np.round(shares) < 1).any(), "randomisation, block", block, right)


def factors_of(world) -> tuple[str, ...]:
    """Every baseline factor of a world, those that the run-in makes included."""
    return (*world.factors, *(SCORES if world.score is not None else ()))


# ---------------------------------------------------------------- small checks


def refuse(wrong, name, value, must) -> None:
    if wrong:
        raise ValueError(f"{name}: {value!r} is not possible; {must}")


def names(where, entry, needed, optional=()) -> None:
    """Refuse what is not a table with these entries."""
    table(where, entry)
    right = ", ".join((*needed, *optional))
    missing = [name for name in needed if name not in entry]
    if missing:
        raise ValueError(f"{where}: the entry {missing[0]!r} is missing; it needs {right}")
    known(where, entry, (*needed, *optional))


def known(where, given, right) -> None:
    for name in given:
        if not any(name == each and isinstance(name, type(each)) for each in right):
            words = ", ".join(str(each) for each in right)
            raise ValueError(f"{where}: the entry {name!r} is not known; use one of {words}")


def table(where, entry) -> dict:
    refuse(not isinstance(entry, dict), where, entry, "must be a table of names and values")
    return entry


def sequence(name, values):
    refuse(not isinstance(values, list | tuple), name, values, "must be a list")
    return values


def texts(name, values) -> tuple[str, ...]:
    good = all(isinstance(value, str) for value in sequence(name, values))
    refuse(not good, name, values, "must be a list of sentences")
    return tuple(values)


def numbers(name, values) -> tuple[float, ...]:
    good = isinstance(values, list | tuple) and len(values) > 0 and all(map(is_number, values))
    refuse(not good, name, values, "must be a list of numbers")
    return tuple(float(value) for value in values)


def is_number(value) -> bool:
    right = isinstance(value, int | float | np.integer | np.floating)
    return right and not isinstance(value, bool) and math.isfinite(value)


def number(name, value) -> None:
    refuse(not is_number(value), name, value, "must be a number")


def positive(name, value) -> None:
    refuse(not is_number(value) or value <= 0, name, value, "must be a number above 0")


def rate(name, value) -> None:
    refuse(not is_number(value) or value < 0, name, value, "must be a number of 0 or more")


def share(name, value) -> None:
    refuse(not is_number(value) or not 0 <= value <= 1, name, value, "must be from 0 to 1")


def count(name, value) -> None:
    good = is_number(value) and value == int(value) and value > 0
    refuse(not good, name, value, "must be a whole number above 0")


def rising(values) -> bool:
    return all(a < b for a, b in itertools.pairwise(values))
