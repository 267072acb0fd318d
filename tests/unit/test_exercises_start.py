"""Chapter 00's exercises: keys and wrong turns, each computed the way a learner would go."""

from statistics import fmean, median

import nbformat
import numpy as np
import pytest
from _exercises import (
    ROOT,
    assert_every_wrong_turn_meets_its_message,
    assert_intervals_do_not_overlap,
    assert_solutions_pass_and_stubs_fail,
)
from lifelines import KaplanMeierFitter

from secondlook.checks import check, check_table

STEM = "00_start"
MONTHS = [2, 3, 4, 5, 6, 8, 11, 15, 19, 24]
EVENTS = [2, 6, 8, 11, 15]
PLACEBO, RATIO = 0.36, 0.5
LOW, HIGH = 0.60, 1.35
PRINTED = 0.97
LOST, WEEKS = 42 - 37, 16
MONTHS_OF_WEEKS = 7 * WEEKS / (365.25 / 12)

KEYS = {
    "00.read_median": (11, 11.0, "11", np.int64(11)),
    "00.risk_table": (5, "5", 5.0),
    "00.share_from_hr": (PLACEBO**RATIO, 0.6, "60%", "3/5", "0,60", np.float64(0.6)),
    "00.hr_interval": ((LOW * HIGH) ** 0.5, 0.9, "9/10", "0.90"),
    "00.one_or_two_sided": (2 * (1 - PRINTED), 0.06, "6%", "0.060", "3/50"),
    "00.points_a_month": (LOST / MONTHS_OF_WEEKS, 1.36, "1,36", 5 / 16 * 52 / 12),
}


def first_at_half(steps):
    """First month at which a curve, as (month, share), is at one half or below."""
    return next(month for month, share in steps if share <= 0.5)


def kaplan_meier(events):
    share, steps = 1.0, []
    for at_risk, month in zip(range(len(MONTHS), 0, -1), MONTHS, strict=True):
        share *= (at_risk - (month in events)) / at_risk
        steps.append((month, share))
    return steps


def crossing(low, high, steps):
    """Where a straight line between two steps crosses one half."""
    share = dict(steps)
    return low + (share[low] - 0.5) / (share[low] - share[high]) * (high - low)


CURVE = kaplan_meier(EVENTS)
WRONG = {
    "00.read_median": {
        "share": (dict(CURVE)[11],),
        "everybody an event": (first_at_half(kaplan_meier(MONTHS)),),
        "median of all months": (median(MONTHS),),
        "median of events": (median(EVENTS),),
        "mean of events": (fmean(EVENTS),),
        "mean": (fmean(MONTHS),),
        "interpolated": (crossing(8, 11, CURVE),),
        "half of ten": (EVENTS[len(MONTHS) // 2 - 1],),
        "the end": (max(MONTHS),),
    },
    "00.risk_table": {
        "after the event": (sum(m > 8 for m in MONTHS),),
        "month 6 still in": (sum(m >= 6 for m in MONTHS),),
        "events only, this one too": (10 - sum(m <= 8 for m in EVENTS),),
        "events only": (10 - sum(m < 8 for m in EVENTS),),
        "all": (10,),
    },
    "00.share_from_hr": {
        "squared": (PLACEBO**2,),
        "share halved": (PLACEBO * RATIO,),
        "events halved, the events": ((1 - PLACEBO) * RATIO,),
        "no effect": (PLACEBO,),
        "share with an event": (1 - PLACEBO**RATIO,),
        "events halved": (1 - (1 - PLACEBO) * RATIO,),
        "share doubled": (PLACEBO / RATIO,),
    },
    "00.hr_interval": {
        "half width": ((HIGH - LOW) / 2,),
        "ratio of the ends": (LOW / HIGH,),
        "width": (HIGH - LOW,),
        "product": (LOW * HIGH,),
        "arithmetic middle": ((LOW + HIGH) / 2, 0.98),
        "no effect": (1,),
        "upside down": (1 / (LOW * HIGH) ** 0.5,),
        "ratio of the ends, upside down": (HIGH / LOW,),
    },
    "00.one_or_two_sided": {
        "halved tail": ((1 - PRINTED) / 2,),
        "one tail": (1 - PRINTED,),
        "halved": (PRINTED / 2,),
        "between the tails": (1 - 2 * (1 - PRINTED),),
        "as printed": (PRINTED,),
    },
    "00.points_a_month": {
        "a week": (LOST / WEEKS, 0.31),
        "upside down": (MONTHS_OF_WEEKS / LOST, 0.74),
        "four weeks": (LOST / (WEEKS / 4),),
        "twelve weeks a quarter": (LOST / 3, 1.67),
        "the months": (MONTHS_OF_WEEKS, 3.7),
        "the points": (LOST,),
        "a year": (12 * LOST / MONTHS_OF_WEEKS, LOST / WEEKS * 52),
    },
}


def test_every_solution_passes_and_every_stub_fails():
    assert_solutions_pass_and_stubs_fail(STEM, KEYS)


def test_no_two_intervals_overlap():
    assert_intervals_do_not_overlap(KEYS)


def test_the_tasks_patients_are_those_of_this_file_and_lifelines_agrees():
    notebook = nbformat.read(ROOT / "solutions" / f"{STEM}.ipynb", as_version=4)
    source, space = {cell.id: cell.source for cell in notebook.cells}, {}
    exec(source["imports"].replace("setup()", "") + "\n" + source["inputs"], space)
    assert space["months"].tolist() == MONTHS
    assert space["months"][space["event"]].tolist() == EVENTS
    fit = KaplanMeierFitter().fit(MONTHS, [month in EVENTS for month in MONTHS])
    assert fit.median_survival_time_ == first_at_half(CURVE) == KEYS["00.read_median"][0]
    assert fit.event_table["at_risk"][8] == KEYS["00.risk_table"][0]


@pytest.mark.parametrize("id", KEYS)
def test_every_form_of_the_right_answer_is_right(id):
    for answer in KEYS[id]:
        assert check(id, answer).correct, (id, answer)


def test_every_catalogued_wrong_answer_meets_its_own_message():
    assert set(WRONG) == set(KEYS)
    assert_every_wrong_turn_meets_its_message(WRONG)


def test_a_p_above_one_and_a_logarithm_are_told_what_they_are():
    table = check_table("00.one_or_two_sided")["messages"]
    assert check("00.one_or_two_sided", 2 * PRINTED).message == table["range_probability"]
    assert check("00.hr_interval", np.log((LOW * HIGH) ** 0.5)).message == table["range_ratio"]
