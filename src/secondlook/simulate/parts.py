"""The parts of a world: factors, strata, the course of the score, randomisation, unblinding."""

from collections.abc import Mapping
from dataclasses import dataclass

EVERYONE = "everyone"


@dataclass(frozen=True)
class Factor:
    """A baseline factor: words with their probabilities, or numbers uniform within bins.

    Attributes
    ----------
    levels : the categories; empty for a number.
    edges : of the bins; empty for a category.
    probabilities : of the levels or of the bins, adding up to 1.
    whole : numbers are rounded down to whole ones.
    """

    levels: tuple = ()
    edges: tuple[float, ...] = ()
    probabilities: tuple[float, ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class Stratum:
    """Patients whose factor passes a rule, such as months_from_onset at_most 12."""

    factor: str
    rule: str
    value: object


@dataclass(frozen=True)
class Score:
    """How ALSFRS-R runs, in points; decline is points lost in 12 weeks, positive for the worse.

    Attributes
    ----------
    visit_weeks : weeks of the visits, 0 first.
    run_in_weeks : length of the run-in before week 0.
    baseline_mean, baseline_sd : true score at enrolment.
    decline_mean, decline_sd : true decline of those who enter the run-in.
    noise_sd : of one measurement, independent between visits.
    whole_points : scores are rounded, as the scale is.
    run_in_change : lowest and highest observed change in the run-in of those who are enrolled;
        None enrols everyone.
    speed_up : by stratum, decline after enrolment over that in the run-in.
    frailty_sd : of the logarithm of the frailty (mean 1), by which the decline after enrolment is
        multiplied and which also brings the event forward.
    slowing_weeks : after so many weeks the decline has slowed to 1/e of its pace; None never slows.
    worst_share : share of the events whose patients are ranked worst.
    """

    visit_weeks: tuple[float, ...]
    run_in_weeks: float
    baseline_mean: float
    baseline_sd: float
    decline_mean: float
    decline_sd: float
    noise_sd: float
    whole_points: bool
    run_in_change: tuple[float, float] | None
    speed_up: Mapping[str, float]
    frailty_sd: float
    slowing_weeks: float | None
    worst_share: float


@dataclass(frozen=True)
class Balance:
    """A factor to balance on; a number falls into levels, a new one beginning at each cut."""

    factor: str
    cuts: tuple[float, ...] = ()


@dataclass(frozen=True)
class Randomisation:
    """How patients come to their arms.

    Attributes
    ----------
    method : "shuffled" (the stated sizes in random order), "simple" (each patient alone),
        "blocks" (permuted blocks) or "minimisation" (Pocock and Simon).
    block : size of a block.
    factors : what minimisation balances.
    probability : with which the arm that balances best is taken; the others share the rest.
    measure : "variance" or "range" of the arms' counts of a level.
    """

    method: str = "shuffled"
    block: int = 0
    factors: tuple[Balance, ...] = ()
    probability: float = 1.0
    measure: str = "variance"


@dataclass(frozen=True)
class Unblinding:
    """The share of an arm who guess it, and what that adds to their scores, in points."""

    share: float
    points: float
