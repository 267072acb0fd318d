"""The patients of simulated trials: their baseline factors, their run-in and who is enrolled."""

from dataclasses import dataclass

import numpy as np

from secondlook.simulate._checks import RULES
from secondlook.simulate.parts import EVERYONE, Factor, Score, Stratum

MAXIMUM = 48  # points of ALSFRS-R
WEEKS = 12  # declines are points in this many weeks
_LEAST_ENROLLED = 0.001  # a run-in that enrols fewer than one in a thousand is a mistake


@dataclass(frozen=True)
class RunIn:
    """What the run-in of the enrolled patients was like; arrays (trials, patients).

    Attributes
    ----------
    start : true score at enrolment.
    baseline, change : observed score at enrolment, and its change in the run-in.
    decline : true points lost in 12 weeks of the run-in.
    enrolled_share : of those who entered the run-in, the share whose change let them in.
    """

    start: np.ndarray
    baseline: np.ndarray
    change: np.ndarray
    decline: np.ndarray
    enrolled_share: float


def draw_factor(factor: Factor, shape, rng: np.random.Generator) -> np.ndarray:
    """Draw a baseline factor: int8 codes of levels, or float32 numbers."""
    upto = np.cumsum(factor.probabilities)
    upto /= upto[-1]
    u = rng.random(shape, dtype=np.float32)
    if factor.levels:
        code = np.zeros(shape, dtype=np.int8)
        for limit in upto[:-1]:
            code += u >= limit
        return code
    # The inverse of the distribution function, which is straight within each bin.
    value = np.interp(u, np.concatenate([[0.0], upto]), factor.edges).astype(np.float32)
    return np.floor(value) if factor.whole else value


def belongs(stratum: Stratum, covariates: dict, levels: dict) -> np.ndarray:
    """Who belongs to a stratum: bool (trials, patients)."""
    value = stratum.value
    if stratum.factor in levels:
        value = levels[stratum.factor].index(value)
    return RULES[stratum.rule](covariates[stratum.factor], value)


def by_stratum(ratios: dict, strata: dict, shape) -> np.ndarray:
    """The product of the ratios of all strata that a patient belongs to.

    Parameters
    ----------
    ratios : dict of stratum to array that fits (trials, patients)
    strata : dict of stratum to bool (trials, patients)
    """
    product = np.ones(shape, dtype=np.float32)
    for name, ratio in ratios.items():
        product *= ratio if name == EVERYONE else np.where(strata[name], ratio, np.float32(1))
    return product


def observe(score: Score, true: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Measure true scores: with noise, in whole points, within the scale."""
    noise = rng.standard_normal(true.shape, dtype=np.float32)
    seen = true + np.float32(score.noise_sd) * noise
    if score.whole_points:
        np.rint(seen, out=seen)
    return np.clip(seen, 0, MAXIMUM, out=seen)


def run_in(score: Score, shape, rng: np.random.Generator) -> RunIn:
    """Let patients through a run-in until enough are enrolled.

    A patient is enrolled if the OBSERVED change is within the limits. The declines that let in
    are then, on average, luckier readings of a steeper truth: regression to the mean.
    """
    wanted, kept, entered, found = int(np.prod(shape)), [], 0, 0
    share = 1.0
    while found < wanted:
        size = int(1.05 * (wanted - found) / share) + 100
        part = _candidates(score, size, rng)
        part = part[:, _let_in(score, part)]
        entered, found = entered + size, found + part.shape[1]
        kept.append(part)
        share = max(found / entered, _LEAST_ENROLLED)
        if found < _LEAST_ENROLLED * entered and entered > 100_000:
            raise ValueError(
                f"alsfrs, run_in_change: {score.run_in_change} lets in {found} of {entered} "
                "patients; widen it, or change decline and noise"
            )
    start, baseline, change, decline = (
        row[:wanted].reshape(shape) for row in np.concatenate(kept, axis=1)
    )
    return RunIn(start, baseline, change, decline, found / entered)


def _candidates(score, size, rng):
    """True start, observed baseline, observed change and true decline of (4, size) patients."""
    start = rng.standard_normal(size, dtype=np.float32)
    start = np.minimum(score.baseline_mean + score.baseline_sd * start, MAXIMUM)
    decline = rng.standard_normal(size, dtype=np.float32)
    decline = score.decline_mean + score.decline_sd * decline
    baseline = observe(score, start, rng)
    before = observe(score, start + decline * (score.run_in_weeks / WEEKS), rng)
    return np.stack([start, baseline, baseline - before, decline])


def _let_in(score, candidates):
    if score.run_in_change is None:
        return slice(None)
    lowest, highest = score.run_in_change
    return (candidates[2] >= lowest) & (candidates[2] <= highest)
