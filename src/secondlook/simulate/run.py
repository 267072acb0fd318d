"""Run trials in a world."""

from dataclasses import replace

import numpy as np

from secondlook._planning import generator
from secondlook.simulate import course, patients
from secondlook.simulate.randomise import allocate
from secondlook.simulate.trials import Trials
from secondlook.simulate.world import World

MOST_PATIENTS = 4_000_000  # trials × patients in one call: about half a gigabyte


def simulate(
    world: World, trials: int, rng: np.random.Generator, *, visits: bool = False
) -> Trials:
    """Run trials in a world.

    Parameters
    ----------
    world : World
    trials : int
        How many trials; at most 4,000,000 patients in one call. For more, call again with the
        same rng.
    rng : numpy Generator
        Each part of the simulation draws from a stream of its own that rng spawns, so that
        another truth, another randomisation or asking for the visits leaves the rest as it was.
    visits : bool
        Keep the score of every visit, not only the last change.

    Returns
    -------
    Trials
        Times are rounded up to whole days.

    Raises
    ------
    ValueError
        If world is no World, rng no generator, trials not a whole number from 1 up, there are more
        patients than memory, a patient belongs to no stratum that has a hazard, or visits are asked
        of a world without a score.

    Notes
    -----
    In the order of the trial: patients are drawn, their run-in decides whether they are enrolled,
    they come to an arm, and then event, withdrawal and the end of the follow-up compete. The
    hazard of an event is that of the patient's stratum times the ratio of the arm there.
    """
    if not isinstance(world, World):
        raise ValueError(f"world is {world!r}; it must be a World, such as World.load('e0302')")
    shape = _shape(world, trials)
    if visits and world.score is None:
        raise ValueError(f"visits: the world {world.name!r} has no score; its file needs 'alsfrs'")
    streams = _Streams(generator(rng))
    covariates, entered = _enrol(world, shape, streams)
    levels = {name: factor.levels for name, factor in world.factors.items() if factor.levels}
    strata = {
        name: patients.belongs(stratum, covariates, levels)
        for name, stratum in world.strata.items()
    }
    course.check_strata(world, strata)
    balance = _balance(world, covariates, shape)
    arm = allocate(world.randomisation, world.patients, balance, streams["arm"])
    enrolled = _enrolment(world, shape, streams["enrolment"])
    frailty = streams["frailty"].standard_normal(shape, dtype=np.float32)
    time, event = _follow(world, frailty, arm, enrolled, strata, streams)
    run = Trials(
        arms=world.arms,
        trial=world.trial,
        follow_up_days=world.follow_up_days,
        time=time,
        event=event,
        arm=arm,
        covariates=covariates,
        levels=levels,
        enrolled=enrolled,
        frailty=frailty,
    )
    return run if entered is None else _with_scores(world, run, entered, strata, streams, visits)


class _Streams:
    """A generator for each part of a simulation, always the same one for the same part."""

    PARTS = (
        "factors",
        "run-in",
        "enrolment",
        "arm",
        "frailty",
        "withdrawal",
        "worst",
        "unblinding",
        "last score",
        "visits",
    )

    def __init__(self, rng):
        self._made = dict(zip(self.PARTS, rng.spawn(len(self.PARTS)), strict=True))

    def __getitem__(self, part):
        return self._made[part]


def _shape(world, trials):
    if isinstance(trials, bool) or not isinstance(trials, int | np.integer) or trials < 1:
        raise ValueError(f"trials is {trials!r}; it must be a whole number from 1 up")
    if world.size > MOST_PATIENTS:
        raise ValueError(
            f"arms: {world.size:,} patients in a trial are more than {MOST_PATIENTS:,}; "
            "make the arms smaller"
        )
    if trials * world.size > MOST_PATIENTS:
        raise ValueError(
            f"trials is {trials}: with {world.size} patients each that is more than "
            f"{MOST_PATIENTS:,} patients; ask for at most {MOST_PATIENTS // world.size} at once"
        )
    return int(trials), world.size


def _enrol(world, shape, streams):
    """Baseline factors of the enrolled, those that the run-in makes among them."""
    covariates = {
        name: patients.draw_factor(factor, shape, streams["factors"])
        for name, factor in world.factors.items()
    }
    if world.score is None:
        return covariates, None
    entered = patients.run_in(world.score, shape, streams["run-in"])
    covariates |= {"alsfrs_w0": entered.baseline, "run_in_change": entered.change}
    return covariates, entered


def _balance(world, covariates, shape):
    """Levels of the factors that the randomisation balances, (trials, patients, factors)."""
    levels = np.zeros((*shape, len(world.randomisation.factors)), dtype=np.int32)
    for place, balance in enumerate(world.randomisation.factors):
        value = covariates[balance.factor]
        for cut in balance.cuts:
            levels[:, :, place] += value >= cut
        if not balance.cuts:
            levels[:, :, place] = value
    return levels


def _enrolment(world, shape, rng):
    """Calendar days on which the patients enter, evenly over the enrolment and in order."""
    if world.enrolment_days == 0:
        return np.zeros(shape, dtype=np.int32)
    # Sums of exponentials over their total are sorted uniform draws, without a sort.
    gaps = rng.standard_exponential((shape[0], shape[1] + 1), dtype=np.float32)
    upto = np.cumsum(gaps, axis=1)
    return (world.enrolment_days * upto[:, :-1] / upto[:, -1:]).astype(np.int32)


def _follow(world, frailty, arm, enrolled, strata, streams):
    """Whole days and whether they end in an event."""
    given = course.arm_ratios(world.hazard_ratio, world.arms, arm)
    ratio = patients.by_stratum(given, strata, arm.shape)
    time = course.event_times(world, frailty, ratio, strata)
    censored = course.censoring_days(world, enrolled, streams["withdrawal"])
    event = time <= censored
    days = np.ceil(np.minimum(time, censored)).astype(np.int32)
    return np.maximum(days, 1, out=days), event


def _with_scores(world, run, entered, strata, streams, visits):
    """The trials together with what their patients' scores did."""
    score = world.score
    given = course.arm_ratios(world.decline_ratio, world.arms, run.arm)
    ratio = patients.by_stratum(given, strata, run.arm.shape)
    decline = course.declines(score, entered.decline, run.frailty, ratio, strata)
    shift = course.unblinded(world.unblinding, world.arms, run.arm, streams["unblinding"])

    def truth(weeks):
        return course.true_scores(score, entered.start, decline, shift, weeks)

    last = course.last_visit(score, run.time)
    weeks = np.array(score.visit_weeks, dtype=np.float32)[last]
    last_score = patients.observe(score, truth(weeks), streams["last score"])
    change = np.where(last > 0, last_score - entered.baseline, np.float32(np.nan))
    worst = streams["worst"].random(change.shape, dtype=np.float32) < score.worst_share
    scores = None
    if visits:
        baseline = entered.baseline
        scores = course.all_visits(score, baseline, last, last_score, truth, streams["visits"])
    return replace(
        run,
        change=change,
        worst=worst & run.event,
        decline=entered.decline,
        unblinded=shift,
        enrolled_share=entered.enrolled_share,
        visits=scores,
        visit_weeks=score.visit_weeks,
    )
