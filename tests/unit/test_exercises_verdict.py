"""Exercises of chapter 7: keys and wrong turns computed the way a learner goes right or wrong."""

from math import log, sqrt

import numpy as np
import pytest
from _exercises import (
    assert_every_wrong_turn_meets_its_message,
    assert_intervals_do_not_overlap,
    assert_keys_are_right,
    assert_messages_differ,
    assert_nothing_said_gives_the_answer_away,
    assert_rounded_wrong_turns_meet_their_messages,
    assert_solutions_pass_and_stubs_fail,
    assert_stubs_are_what_is_checked,
)
from scipy import stats

from secondlook.checks import check, check_table
from secondlook.evidence import published

STEM = "07_verdict"
IDS = ("07.events_in_16_weeks", "07.out_of_100", "07.calibration", "07.by_chance")

ON_PLACEBO, ON_DRUG = 64, 65  # patients of JETALS
DAYS, MEDIAN, QUARTILE = 112, 570, 363  # of JETALS; of the early placebo patients of E0302
EARLY, LATE = 75.6, 51.8  # out of 100 on placebo
HR, LOWER, UPPER = 0.57, 0.35, 0.92
SURE, MADE, CAME = np.array([50, 70, 90]), np.array([4, 6, 10]), np.array([3, 4, 6])
MEAN, SHARE = SURE @ MADE / MADE.sum(), 100 * CAME.sum() / MADE.sum()
TEN, CONFIDENCE, SEVEN = 10, 0.8, 7


def free(days=DAYS, half=MEDIAN):
    return 0.5 ** (days / half)


def out_of_100(ratio=HR, placebo=EARLY):
    return 100 * (1 - (1 - placebo / 100) ** ratio)


def at_most(right, of=TEN):
    return float(stats.binom.cdf(right, of, CONFIDENCE))


def just(right):
    return float(stats.binom.pmf(right, TEN, CONFIDENCE))


KEYS = {
    "07.events_in_16_weeks": ON_PLACEBO * (1 - free()),
    "07.out_of_100": out_of_100(),
    "07.calibration": MEAN - SHARE,
    "07.by_chance": at_most(SEVEN),
}
DIGITS = dict(zip(IDS, (1, 0, 0, 2), strict=True))


def test_every_solution_passes_and_every_stub_fails():
    assert_solutions_pass_and_stubs_fail(STEM, IDS)


def test_an_exercise_asks_in_code_for_what_its_check_takes_and_nothing_else():
    assert_stubs_are_what_is_checked(STEM, IDS)


def test_a_negative_gap_is_no_logarithm():
    said = check("07.calibration", -11)
    assert not said.correct and said.message.startswith("The answer is above 0. Look at")


def test_no_two_intervals_overlap():
    assert_intervals_do_not_overlap(IDS)


@pytest.mark.parametrize("id", IDS)
def test_the_keys_lie_in_the_right_intervals(id):
    assert_keys_are_right(id, KEYS[id], DIGITS[id])


def test_the_keys_are_those_that_the_course_has_stated():
    assert [f"{KEYS[id]:.{DIGITS[id]}f}" for id in IDS] == ["8.1", "55", "11", "0.32"]


def test_the_numbers_of_the_tasks_are_those_in_print():
    assert published("J.T1.n.plc").value == ON_PLACEBO
    assert published("J.T1.n.mec").value == ON_DRUG
    assert published("J.seed.weeks").value * 7 == DAYS
    assert published("K19.T2B.med.plc").value == MEDIAN
    assert published("K19.T2B.q1.plc").value == QUARTILE
    assert [published(f"K19.disc.ev.{who}").value for who in ("early", "late")] == [EARLY, LATE]
    row = published("K19.T2B.hr.tot")
    assert (row.value, row.lower, row.upper) == (HR, LOWER, UPPER)


def test_equivalent_forms_are_accepted():
    for form in ("8.1", "8,15", 64 * 0.127, 64 - 64 * 0.5 ** (16 / 81.4)):
        assert check("07.events_in_16_weeks", form).correct, form
    for form in ("55", "55.2", "110/2", 100 - 44.8):
        assert check("07.out_of_100", form).correct, form
    for form in ("11", "11.0", "22/2", 11):
        assert check("07.calibration", form).correct, form
    for form in ("0.32", "32%", "0,322", "32.2 percent"):
        assert check("07.by_chance", form).correct, form


def test_a_percent_sign_where_people_or_points_are_asked_is_told_so():
    said = check_table(IDS[0])["messages"]
    assert check("07.out_of_100", "55%").message == said["percent"]
    assert check("07.calibration", "11%").message == said["percent"]
    assert check("07.by_chance", 32).message == said["range_probability"]
    assert check("07.events_in_16_weeks", 8).message == said["near"]


def test_the_gap_of_events_is_within_chance_as_the_worked_answer_says():
    on_drug = free() ** HR
    gap = KEYS["07.events_in_16_weeks"] - ON_DRUG * (1 - on_drug)
    variance = ON_PLACEBO * free() * (1 - free()) + ON_DRUG * on_drug * (1 - on_drug)
    assert gap < sqrt(variance)


# --- the wrong turns, computed again --------------------------------------------------------------


def wrong_events():
    return {
        "the share": (1 - free(),),
        "days for weeks": (ON_PLACEBO * (1 - free(16)),),
        "with the hazard ratio": (
            ON_DRUG * (1 - free() ** HR),
            ON_PLACEBO * (1 - free() ** HR),
        ),
        "the first quartile": (ON_PLACEBO * (1 - 0.75 ** (DAYS / QUARTILE)),),
        "a straight line": (ON_PLACEBO * 0.5 * DAYS / MEDIAN,),
        "the treated arm's patients": (ON_DRUG * (1 - free()),),
        "the hazard times the patients": (ON_PLACEBO * log(2) * DAYS / MEDIAN,),
        "the whole of the median": (ON_PLACEBO * DAYS / MEDIAN,),
        "both arms": ((ON_PLACEBO + ON_DRUG) * (1 - free()),),
        "half of them": (ON_PLACEBO / 2,),
        "still free": (ON_PLACEBO * free(),),
    }


def wrong_people():
    placebo, stays_free = EARLY / 100, 1 - EARLY / 100
    odds = HR * placebo / stays_free
    everyone = published("K19.T2A.hr.tot").value
    return {
        "a share": (out_of_100() / 100, "0.55"),
        "one in so many": (100 / (EARLY - out_of_100()),),
        "the ratio of those who stay free": (HR * 100 * stays_free,),
        "the wrong power": (100 * (1 - placebo**HR),),
        "how many fewer": (EARLY - out_of_100(), "20"),
        "what the product takes away": (EARLY * (1 - HR),),
        "the lower limit": (out_of_100(LOWER),),
        "the product": (HR * EARLY, "43"),
        "still free": (100 - out_of_100(), "45"),
        "50 mg": (out_of_100(published("K19.T2B.hr.50").value),),
        "the late patients": (LATE,),
        "the ratio as people": (100 * HR, 100 - HR * EARLY),
        "odds": (100 * odds / (1 + odds),),
        "everyone": (out_of_100(everyone), "71"),
        "the upper limit": (out_of_100(UPPER),),
        "on placebo": (EARLY, "76"),
        "the inverse power": (out_of_100(1 / HR),),
        "divided": (EARLY / HR,),
    }


def wrong_points():
    shares = 100 * CAME / MADE
    gaps = SURE - shares
    whole = MEAN - SHARE
    return {
        "as a share": (whole / 100, MADE @ np.abs(gaps) / MADE.sum() / 100),
        "a ratio": (MEAN / SHARE,),
        "predictions": (MADE @ SURE / 100 - CAME.sum(),),
        "bands alike, or the middle one": (gaps.mean(), gaps[1]),
        "confidence by bands": (SURE.mean() - SHARE,),
        "shares by bands": (MEAN - shares.mean(),),
        "relative": (100 * whole / MEAN,),
        "relative to those right": (100 * whole / SHARE,),
        "the gaps without their sign": (MADE @ np.abs(gaps) / MADE.sum(),),
        "the lowest band": (-gaps[0],),
        "the surest band": (gaps[2],),
        "share wrong": (100 - SHARE,),
        "share right": (SHARE,),
        "mean confidence": (MEAN,),
    }


def wrong_chances():
    wrong, mean = 1 - CONFIDENCE, TEN * CONFIDENCE
    sd = sqrt(TEN * CONFIDENCE * wrong)
    return {
        "seven in one order": (CONFIDENCE**SEVEN * wrong**3,),
        "all of the wrong ones": (wrong**3,),
        "all ten": (CONFIDENCE**TEN,),
        "six or fewer": (at_most(6),),
        "just seven": (just(SEVEN),),
        "seven named, or the normal curve": (
            CONFIDENCE**SEVEN,
            float(stats.norm.cdf((SEVEN - mean) / sd)),
        ),
        "just eight": (just(8),),
        "the normal curve with the half step": (float(stats.norm.cdf((7.5 - mean) / sd)),),
        "an even guess": (0.5,),
        "eight or fewer": (at_most(8),),
        "eight or more": (1 - at_most(SEVEN),),
        "the share right": (SEVEN / TEN,),
        "the confidence": (CONFIDENCE,),
        "more than six": (1 - at_most(6),),
        "wrong for right": (float(stats.binom.cdf(SEVEN, TEN, wrong)),),
    }


WRONG = {
    "07.events_in_16_weeks": wrong_events,
    "07.out_of_100": wrong_people,
    "07.calibration": wrong_points,
    "07.by_chance": wrong_chances,
}


def test_every_catalogued_wrong_answer_meets_its_own_message():
    assert_every_wrong_turn_meets_its_message({id: turns() for id, turns in WRONG.items()})
    assert_messages_differ(IDS)


@pytest.mark.parametrize("id", IDS)
def test_a_wrong_turn_rounded_as_the_task_asks_meets_its_message_too(id):
    assert_rounded_wrong_turns_meet_their_messages(id, WRONG[id](), DIGITS[id])


@pytest.mark.parametrize("id", IDS)
def test_nothing_that_is_said_gives_the_answer_away(id):
    assert_nothing_said_gives_the_answer_away(id)
