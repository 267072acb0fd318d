"""Exercises of chapter 6: keys and wrong turns computed the way a learner goes right or wrong."""

import re
from math import comb, exp, log

import nbformat
import numpy as np
import pytest
from _exercises import (
    ROOT,
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
from secondlook.evidence import claims, published
from secondlook.forensics import p_from_interval

STEM = "06_secondary_sources"
IDS = (
    "06.annual_decline",
    "06.pls_16_weeks",
    "06.daily_average",
    "06.escape_clauses",
    "06.mislabelled",
    "06.merged_trials",
)
WEEKS, YEAR, RUN_IN = 16, 52, 12
LOSS, TREATED_LOSS, DIFFERENCE = 4.63, 2.66, 1.97
ALS = (4, 6)  # points a year, as the page has it
PLS, PLS_PRINTED, PLS_ELSEWHERE = 1.6, 0.6, 1.92
CLAUSES, CHANCE = 7, 0.1
HRS = {"25": (0.64, 0.38, 1.09), "50": (0.50, 0.27, 0.93), "tot": (0.57, 0.35, 0.92)}
EARLY = (570, 1087, 1197)  # median days in E0302: placebo, 25 mg, 50 mg
Z, Z_P = stats.norm.ppf(0.975), stats.norm.ppf(0.99)


def log_se(arm="25"):
    _, low, high = HRS[arm]
    return log(high / low) / (2 * Z)


def at_least_one(clauses=CLAUSES, chance=CHANCE):
    return 1 - (1 - chance) ** clauses


def exactly(k):
    return comb(CLAUSES, k) * CHANCE**k * (1 - CHANCE) ** (CLAUSES - k)


GAIN = 500
DAYS = 7 * WEEKS

KEYS = {
    "06.annual_decline": LOSS * YEAR / WEEKS,
    "06.pls_16_weeks": PLS * WEEKS / YEAR,
    "06.daily_average": 7 * 25 / (2 * 25),
    "06.escape_clauses": at_least_one(),
    "06.mislabelled": exp(-Z_P * log_se()),
    "06.merged_trials": GAIN / DAYS,
}
DIGITS = dict(zip(IDS, (1, 2, 1, 2, 2, 1), strict=True))


def test_every_solution_passes_and_every_stub_fails():
    assert_solutions_pass_and_stubs_fail(STEM, IDS)


def test_no_two_intervals_overlap():
    assert_intervals_do_not_overlap(IDS)


@pytest.mark.parametrize("id", IDS)
def test_the_keys_lie_in_the_right_intervals(id):
    assert_keys_are_right(id, KEYS[id], DIGITS[id])


def test_the_keys_are_those_that_the_course_has_stated():
    said = [f"{KEYS[id]:.{DIGITS[id]}f}" for id in IDS]
    assert said == ["15.0", "0.49", "3.5", "0.52", "0.54", "4.5"]


def numbers_of_claim(id):
    words = next(row.claim for row in claims() if row.id == id)
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", words)]


def test_the_numbers_of_the_tasks_are_those_in_print():
    assert numbers_of_claim("C.J11") == list(ALS)
    assert numbers_of_claim("C.J35") == [PLS, PLS_PRINTED, WEEKS]
    assert numbers_of_claim("C.J36")[0] == PLS
    assert numbers_of_claim("C.W06") == [25]
    assert numbers_of_claim("C.X01") == [GAIN]
    assert published("PLS.slope").value == PLS_ELSEWHERE
    assert published("J.seed.weeks").value == WEEKS
    assert [published(f"J.seed.{k}").value for k in ("plc", "mec", "diff")] == [
        *(LOSS, TREATED_LOSS, DIFFERENCE)
    ]
    assert published("K19.des.dose").text == "twice per week"
    assert published("K19.txt.p.tte.25").value == 0.01
    for arm, printed in HRS.items():
        row = published(f"K19.T2B.hr.{arm}")
        assert (row.value, row.lower, row.upper) == printed
    arms = ("plc", "25", "50")
    assert tuple(published(f"K19.T2B.med.{arm}").value for arm in arms) == EARLY


def test_the_text_names_as_many_clauses_as_the_sum_takes():
    assert "Seven clauses, a to g" in next(c.evidence for c in claims() if c.id == "C.W02")


def test_equivalent_forms_are_accepted():
    for form in ("15", "15.0", "15,05", "240.76/16", 4.63 / 112 * 365):
        assert check("06.annual_decline", form).correct, form
    for form in ("0.49", "0,49", "25.6/52", 1.6 / 365.25 * 112, 8 / 16.25):
        assert check("06.pls_16_weeks", form).correct, form
    for form in ("3.5", "7/2", "175/50", "3,5", "3.5 times", 25 / 7.14):
        assert check("06.daily_average", form).correct, form
    for form in ("0.52", "52%", "52.2 %", "0,522"):
        assert check("06.escape_clauses", form).correct, form
    for form in ("0.54", "0.53", exp(-2.33 * 0.27), "HR = 0.535"):
        assert check("06.mislabelled", form).correct, form
    for form in ("4.5", "500/112", "4.46 times", GAIN / 7 / 16):
        assert check("06.merged_trials", form).correct, form


def test_the_p_that_looks_for_its_owner_fits_the_two_other_intervals():
    one_sided = {arm: p_from_interval(*printed).one_sided for arm, printed in HRS.items()}
    assert round(one_sided["25"], 2) == 0.05
    assert {round(one_sided[arm], 2) for arm in ("50", "tot")} == {0.01}
    needed, half = KEYS["06.mislabelled"], exp(Z * log_se())
    implied = p_from_interval(needed, needed / half, needed * half)
    assert implied.one_sided == pytest.approx(0.01)


def cells_of(folder):
    return nbformat.read(ROOT / folder / f"{STEM}.ipynb", as_version=4).cells


def test_an_exercise_asks_in_code_for_what_its_check_takes_and_nothing_else():
    assert_stubs_are_what_is_checked(STEM, IDS)


def test_the_mended_paragraph_has_the_printed_numbers_and_none_of_the_slips():
    (cell,) = (c for c in cells_of("exercises") if c.source.startswith('write("06.paragraph"'))
    ours = cell.outputs[0].data["text/html"].partition("Ours")[2]
    numbers = set(re.findall(r"\d+(?:\.\d+)?", ours)) - {"0302", "48", "2024"}
    rows = [published(f"J.{id}").text for id in ("seed.weeks", "seed.mec", "seed.plc")]
    far = published("J.diff")
    assert numbers == {published("K19.des.rand").text, *rows, far.lower_text, far.upper_text}
    assert far.weak and "weak source" in ours


# --- the wrong turns, computed again --------------------------------------------------------------


def wrong_years():
    return {
        "one week": (LOSS / WEEKS,),
        "a month": (LOSS / WEEKS * YEAR / 12, LOSS / 4),
        "upside down": (LOSS * WEEKS / YEAR,),
        "how many times as fast": (KEYS["06.annual_decline"] / np.mean(ALS),),
        "the factor": (YEAR / WEEKS,),
        "as printed": (LOSS, "4.6"),
        "within the range": (np.mean(ALS), max(ALS)),
        "the difference": (DIFFERENCE * YEAR / WEEKS,),
        "the treated arm": (TREATED_LOSS * YEAR / WEEKS,),
        "three times": (LOSS * 12 / 4, LOSS * 48 / WEEKS),
        "the run-in": (LOSS * YEAR / RUN_IN,),
        "as if of a month": (LOSS * 12,),
        "as if of a week": (LOSS * YEAR,),
    }


def wrong_pls():
    return {
        "one week": (PLS / YEAR,),
        "days": (PLS * WEEKS / 365,),
        "divided by the weeks": (PLS / WEEKS,),
        "a month": (PLS / 12,),
        "what might be saved": (KEYS["06.pls_16_weeks"] * DIFFERENCE / LOSS,),
        "a quarter": (PLS / 4,),
        "one decimal": (round(KEYS["06.pls_16_weeks"], 1),),
        "months of four weeks": (PLS * WEEKS / 48, PLS * 4 / 12),
        "another cohort": (PLS_ELSEWHERE * WEEKS / YEAR,),
        "as printed": (PLS_PRINTED,),
        "the pace of ALS": (min(ALS) * WEEKS / YEAR, np.mean(ALS) * WEEKS / YEAR),
        "a year": (PLS,),
        "upside down": (PLS * YEAR / WEEKS,),
    }


def wrong_doses():
    page, arm, other = 7 * 25, 2 * 25, 2 * 50
    return {
        "upside down": (arm / page,),
        "per injection of the other arm": (25 / 50,),
        "the other arm, upside down": (other / page,),
        "the same number": (25 / 25,),
        "the other arm": (page / other,),
        "two injections": (2, 50 / 25),
        "how much more, or five days": (page / arm - 1, 5 * 25 / arm),
        "one injection a week": (page / 25,),
        "the daily average of the arm": (arm / 7,),
        "multiplied": (7 * 2,),
        "the other arm's daily average": (other / 7,),
        "milligrams a week": (page,),
    }


def wrong_clauses():
    none = 1 - at_least_one()
    return {
        "all seven": (CHANCE**CLAUSES,),
        "one clause and no other": (CHANCE * (1 - CHANCE) ** (CLAUSES - 1),),
        "one clause": (CHANCE,),
        "two or more": (1 - none - exactly(1),),
        "what is left of the sum": (1 - CLAUSES * CHANCE,),
        "just one": (exactly(1), "0.37"),
        "six clauses": (at_least_one(6),),
        "none": (none,),
        "eight clauses": (at_least_one(8),),
        "the sum": (CLAUSES * CHANCE,),
        "one does not apply": (1 - CHANCE,),
        "not all": (1 - CHANCE**CLAUSES,),
    }


def wrong_ratios():
    value, low, high = HRS["25"]
    se, natural = log_se(), (high - low) / (2 * Z)
    p = p_from_interval(value, low, high)
    return {
        "a p": (p.one_sided,),
        "the whole width": (exp(-Z_P * log(high / low)),),
        "a two-sided p": (p.two_sided,),
        "the standard error": (se,),
        "half the width": (exp(-Z_P * log(high / low) / 2),),
        "from the estimate": (value * exp(-Z_P * se),),
        "log width, natural scale": (1 - Z_P * se,),
        "the standard error of 50 mg": (exp(-Z_P * log_se("50")),),
        "two-sided": (exp(-stats.norm.ppf(0.995) * se), "0.50"),
        "the standard error of both doses": (exp(-Z_P * log_se("tot")),),
        "no logarithms": (1 - Z_P * natural,),
        "1.96 standard errors": (exp(-Z * se),),
        "the log": (Z_P * se,),
        "as printed, or five percent": (value, exp(-stats.norm.ppf(0.95) * se)),
        "natural width, then the exponential": (exp(-Z_P * natural),),
        "upside down": (exp(Z_P * se),),
    }


def wrong_starts():
    placebo, on_25, on_50 = EARLY
    return {
        "upside down": (DAYS / GAIN,),
        "the length of E0302": (GAIN / (7 * published("K19.des.weeks").value),),
        "sixteen months": (GAIN / (WEEKS * 365.25 / 12), GAIN / (WEEKS * 30)),
        "with the run-in": (GAIN / (7 * (WEEKS + RUN_IN)),),
        "how much longer": (GAIN / DAYS - 1,),
        "four months of thirty days": (GAIN / 120,),
        "the other trial": ((on_25 - placebo) / DAYS,),
        "the other trial, larger dose": ((on_50 - placebo) / DAYS,),
        "weeks of five days": (GAIN / (5 * WEEKS),),
        "days over weeks": (GAIN / WEEKS,),
        "weeks": (GAIN / 7,),
        "days": (GAIN - DAYS,),
    }


WRONG = {
    "06.annual_decline": wrong_years,
    "06.pls_16_weeks": wrong_pls,
    "06.daily_average": wrong_doses,
    "06.escape_clauses": wrong_clauses,
    "06.mislabelled": wrong_ratios,
    "06.merged_trials": wrong_starts,
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


def test_rounding_too_early_is_told_so():
    assert check("06.escape_clauses", "0.5").message == check_table(IDS[0])["messages"]["otherwise"]
    assert check("06.mislabelled", "0.55").message == check_table(IDS[0])["messages"]["near"]
    assert check("06.daily_average", "350%").message == check_table(IDS[0])["messages"]["percent"]
