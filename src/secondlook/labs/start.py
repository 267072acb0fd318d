"""The lab of chapter 0: two survival curves of a small trial of a drug that does not exist.

It wires ``arms.draw_trials`` and the survival statistics to a picture. The same seed gives the
same patients and fates, so that a control changes what it says and nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook.arms import draw_trials
from secondlook.figures.start import ArmCurve, two_curves
from secondlook.figures.style import Picture
from secondlook.figures.subgroup import p_words
from secondlook.labs.controls import Choice, Slider
from secondlook.labs.lab import Lab, Recipe
from secondlook.survival import cox, kaplan_meier, kaplan_meier_band, logrank, quartile_limits

MONTHS = 48  # the trial's length
TICKS = (0, 12, 24, 36, 48)
ARMS = ("placebo", "treated")
_DAYS = 365.25 / 12  # in a month
_SEEDS = 99


@dataclass(frozen=True)
class SmallTrial:
    """A simulated trial of two arms and what its analysis says.

    Attributes
    ----------
    curves : placebo and treated.
    events, left, free : (arms,) patients with an event, who left early, and who were seen to the
        end without an event.
    median_limits : (arms, 2) of a 95% interval, in months; inf where not reached.
    hr, lower, upper : hazard ratio, treated v placebo; nan where it cannot be estimated.
    p_two_sided, p_one_sided : of the log-rank test; nan where there is no comparison.
    """

    curves: tuple[ArmCurve, ArmCurve]
    events: tuple[int, int]
    left: tuple[int, int]
    free: tuple[int, int]
    median_limits: np.ndarray
    hr: float
    lower: float
    upper: float
    p_two_sided: float
    p_one_sided: float

    @property
    def ratio_words(self) -> str:
        """The hazard ratio with its interval, in words."""
        if not math.isfinite(self.hr):
            return "the hazard ratio cannot be estimated"
        return f"the hazard ratio is {self.hr:.2f} ({self.lower:.2f}–{self.upper:.2f})"


def draw_the_curve() -> Lab:
    """Return the lab *Draw the curve*: what moves a survival curve, and what does not.

    Examples
    --------
    >>> lab = draw_the_curve()
    >>> lab.set(leaving=0).result.left
    (0, 0)
    """
    return Lab(
        "draw-the-curve",
        [
            Slider("hazard", "Hazard on placebo", 1.0, 8.0, 3.0, 0.5,
                   "events a month in 100 patients"),
            Slider("ratio", "True hazard ratio, treated v placebo", 0.3, 1.5, 0.6, 0.05),
            Slider("leaving", "Would leave early, by chance", 0, 80, 50, 10, "% by month 48"),
            Slider("patients", "Patients in each arm", 10, 500, 100, 10),
            Choice("shape", "As the months pass, the hazard",
                   {"steady": "stays the same", "rising": "rises"}, "steady", more=True),
            Slider("seed", "Seed of the patients", 1, _SEEDS, 10, more=True),
        ],
        {
            "Nobody leaves": {"leaving": 0},
            "Half of them leave": {"leaving": 50},
            "A drug that does nothing": {"ratio": 1.0},
            "Another trial": lambda now: {"seed": now["seed"] % _SEEDS + 1},
        },
        Recipe(_trial, _sentence, _picture, _numbers),
        smooth=True,
    )  # fmt: skip


def monthly_hazards(hazard: float, shape: str = "steady") -> np.ndarray:
    """Return the hazard of each month of the trial, events a month for each patient at risk.

    A rising one grows from month to month and has the median of the steady one.
    """
    if shape == "steady":
        return np.full(MONTHS, hazard / 100)
    median = 100 * math.log(2) / hazard
    return math.log(2) / median**2 * (2 * np.arange(MONTHS) + 1)


@lru_cache(maxsize=32)
def _trial(hazard, ratio, leaving, patients, shape, seed) -> SmallTrial:
    hazards = np.outer((1, ratio), monthly_hazards(hazard, shape))
    drawn = draw_trials(
        1,
        np.random.default_rng(seed),
        sizes=(patients, patients),
        hazards=hazards,
        cuts=range(1, MONTHS),
        follow_up=MONTHS,
        withdrawal=math.log(100 / (100 - leaving)) / MONTHS,
    )
    # whole days, as a trial would note them
    days, event, arm = np.ceil(drawn.time[0] * _DAYS), drawn.event[0], drawn.arm
    end = math.ceil(MONTHS * _DAYS)
    leaves = ~event & (days < end)
    count = [tuple(int(x[arm == a].sum()) for a in (0, 1)) for x in (event, leaves)]
    truth = np.exp(-np.pad(np.cumsum(hazards, axis=1), ((0, 0), (1, 0))))
    return SmallTrial(
        _curves(days, event, leaves, arm, truth),
        *count,
        tuple(patients - count[0][a] - count[1][a] for a in (0, 1)),
        _median_limits(days, event, arm),
        *_comparison(days, event, arm),
    )


def _median_limits(days, event, arm) -> np.ndarray:
    low, high = quartile_limits(days, event, np.column_stack([arm == 0, arm == 1]))
    return np.column_stack([low[0, :, 1], high[0, :, 1]]) / _DAYS


def _comparison(days, event, arm) -> tuple[float, ...]:
    """Hazard ratio with limits, and both p; nan if nothing happened to anybody."""
    if not event.any():
        return (math.nan,) * 5
    fit, test = cox(days, event, arm == 1), logrank(days, event, arm == 1)
    found = fit.hr, fit.lower, fit.upper, test.p_two_sided, test.p_one_sided
    return tuple(float(each[0, 0]) for each in found)


def _curves(days, event, leaves, arm, truth) -> tuple[ArmCurve, ArmCurve]:
    member = np.column_stack([arm == 0, arm == 1])
    fit = kaplan_meier(days, event, member)
    band = kaplan_meier_band(days, event, member)
    made = []
    for k, name in enumerate(ARMS):
        mine = days[member[:, k]]
        kept = fit.times[0] <= mine.max()
        months = np.concatenate([[0], fit.times[0][kept], [mine.max()]]) / _DAYS
        share, low, high = (
            np.concatenate([[start], steps[0, k][kept]])
            for start, steps in ((1, fit.curve), (np.nan, band[0]), (np.nan, band[1]))
        )
        share, low, high = (np.append(each, each[-1]) for each in (share, low, high))
        at_risk = tuple(int((mine >= tick * _DAYS).sum()) for tick in TICKS)
        left = days[member[:, k] & leaves] / _DAYS
        median = fit.quartiles[0, k, 1] / _DAYS
        made.append(ArmCurve(name, months, share, low, high, median, left, at_risk, truth[k]))
    return tuple(made)


def _sentence(trial: SmallTrial, leaving, **settings) -> str:
    if not math.isfinite(trial.p_two_sided):
        return "No event was seen, so there is nothing to compare."
    placebo, treated = (curve.median_words for curve in trial.curves)
    said = (
        f"The median is {placebo} on placebo and {treated} on treatment; {trial.ratio_words}, "
        f"two-sided p {p_words(trial.p_two_sided)}."
    )
    if leaving == 0:
        return said
    return f"{said} Had nobody left, {_medians_words(_trial(leaving=0, **settings))}."


def _medians_words(whole: SmallTrial) -> str:
    placebo, treated = (curve.median for curve in whole.curves)
    if math.isinf(placebo) and math.isinf(treated):
        return "neither median would have been reached"
    if math.isinf(placebo) or math.isinf(treated):
        reached, arm, other = (
            (treated, "treatment", "placebo")
            if math.isinf(placebo)
            else (placebo, "placebo", "treatment")
        )
        return f"the median would be {reached:.0f} months on {arm} and not reached on {other}"
    return f"the medians would be {placebo:.0f} and {treated:.0f} months"


def _picture(trial: SmallTrial, patients, **_) -> Picture:
    return two_curves(
        trial.curves, TICKS, title=_title(trial), patients=2 * patients, events=sum(trial.events)
    )


def _title(trial: SmallTrial) -> str:
    placebo, treated = (curve.median for curve in trial.curves)
    if math.isfinite(placebo) and math.isfinite(treated):
        return (
            f"The curve reaches one half at month {placebo:.0f} on placebo, "
            f"at month {treated:.0f} on treatment"
        )
    if math.isfinite(placebo):
        return f"By month {placebo:.0f} the placebo curve reaches one half, the treated one never"
    if math.isfinite(treated):
        return f"By month {treated:.0f} the treated curve reaches one half, the placebo one never"
    return "Neither curve reaches one half"


def _numbers(trial: SmallTrial, patients, leaving, **settings) -> list[dict[str, str]]:
    whole = _trial(patients=patients, leaving=0, **settings)
    middle = TICKS[2]
    rows = {
        "Patients": (patients, patients),
        "Events": trial.events,
        "Left early": trial.left,
        "Seen to the end without an event": trial.free,
        "Median, months (95% interval)": _medians(trial),
        "The same, had nobody left": _medians(whole),
        f"Without an event at month {middle}, by the curve": _at(trial, middle),
        "The same, in truth": [_percent(curve.truth[middle]) for curve in trial.curves],
        "Hazard ratio (95% interval)": ("", _ratio(trial)),
        "Log-rank p, two-sided": ("", _p(trial.p_two_sided)),
        "Log-rank p, one-sided for benefit": ("", _p(trial.p_one_sided)),
    }
    return [{"What": what, "Placebo": f"{a}", "Treated": f"{b}"} for what, (a, b) in rows.items()]


def _medians(trial: SmallTrial) -> list[str]:
    pairs = zip(trial.curves, trial.median_limits, strict=True)
    return [f"{_month(c.median)} ({_month(low)} to {_month(high)})" for c, (low, high) in pairs]


def _month(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) else "not reached"


def _at(trial: SmallTrial, month: int) -> list[str]:
    """The curves' share at a month; a curve that has ended keeps its last one."""
    places = [np.searchsorted(curve.months, month, side="right") - 1 for curve in trial.curves]
    return [_percent(c.share[at]) for c, at in zip(trial.curves, places, strict=True)]


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _ratio(trial: SmallTrial) -> str:
    if not math.isfinite(trial.hr):
        return "no estimate"
    return f"{trial.hr:.2f} ({trial.lower:.2f}–{trial.upper:.2f})"


def _p(value: float) -> str:
    return p_words(value) if math.isfinite(value) else "no comparison"
