"""The exercises of chapter 1: keys and wrong turns, computed the way a learner would."""

from math import prod
from statistics import mean, median

import pytest
from _exercises import (
    assert_every_wrong_turn_meets_its_message,
    assert_intervals_do_not_overlap,
    assert_solutions_pass_and_stubs_fail,
)

from secondlook.checks import check
from secondlook.credibility import positive_predictive_value, prior_needed
from secondlook.evidence import published

STEM = "01_mechanism"
IDS = ("01.dose_ratio", "01.weekly_dose", "01.chain", "01.prior", "01.explained")
NEED = published("RDA.b12").value
PILOT = published("K98.dose.high").value
DOSE, LOW = 50.0, 25.0  # the arms of E0302, mg an injection
LINKS = (0.9, 0.8, 0.9, 0.3, 0.7)
POWER, ALPHA, WANTED = 0.8, 0.05, 0.8
REAL, TOLD = 1 / 5, 9 / 10


def test_every_solution_passes_and_every_stub_fails():
    assert_solutions_pass_and_stubs_fail(STEM, IDS)


def test_no_two_intervals_overlap():
    assert_intervals_do_not_overlap(IDS)


KEYS = {
    "01.dose_ratio": 2 * DOSE * 1000 / 7 / NEED,
    "01.weekly_dose": 7 * PILOT / (2 * DOSE),
    "01.chain": prod(LINKS),
    "01.prior": float(prior_needed(WANTED, POWER, ALPHA)),
    "01.explained": float(positive_predictive_value(REAL, 1 - 1e-12, TOLD)),
}


def test_the_keys_are_those_of_the_tasks():
    assert [round(key, 4) for key in KEYS.values()] == [5952.381, 1.75, 0.1361, 0.2, 0.2174]
    for id, key in KEYS.items():
        assert check(id, key).correct, id


@pytest.mark.parametrize(
    ("id", "forms"),
    [
        ("01.dose_ratio", (5952, "5952", "5952.4", "5 952", "100000/16.8", 5950)),
        ("01.weekly_dose", (1.75, "1,75", "7/4", "175/100")),
        ("01.chain", (0.14, "14%", "0.136", "13.6%", ".14")),
        ("01.prior", (0.2, "20%", "1/5", "0.20")),
        ("01.explained", (0.22, "22%", "0.217", "10/46", "20/92")),
    ],
)
def test_equivalent_answers_are_right(id, forms):
    for form in forms:
        assert check(id, form).correct, (id, form)


def test_a_comma_between_thousands_is_asked_about():
    assert not check("01.dose_ratio", "5,952").correct
    assert "comma" in check("01.dose_ratio", "5,952").message


def wrong_doses():
    a_day = 2 * DOSE / 7
    return {
        "upside down": (1 / KEYS["01.dose_ratio"],),
        "milligrams by micrograms": (a_day / NEED, 5.95),
        "milligrams a day": (a_day, 14.3),
        "forgot the twice, or the lower dose": (1000 * DOSE / 7 / NEED, 1000 * 2 * LOW / 7 / NEED),
        "the lower dose, per injection": (1000 * LOW / NEED,),
        "only the half that is absorbed": (1000 * a_day / (NEED / 2),),
        "micrograms a day": (1000 * a_day,),
        "per injection": (1000 * DOSE / NEED, 20833),
        "a week against a day": (1000 * 2 * DOSE / NEED,),
        "a thousand too many": (1e6 * a_day / NEED,),
    }


def wrong_weeks():
    trial = 2 * DOSE
    return {
        "forgot the daily": (PILOT / trial,),
        "single injections": (PILOT / DOSE,),
        "upside down": (trial / (7 * PILOT), 0.57),
        "how much more": (7 * PILOT / trial - 1,),
        "five days a week": (5 * PILOT / trial,),
        "injections upside down": (DOSE / PILOT,),
        "forgot the twice, or two weeks": (7 * PILOT / DOSE, 14 * PILOT / trial),
        "the trial's week": (trial,),
        "the pilot's week": (7 * PILOT,),
    }


def wrong_chains():
    return {
        "every link as weak as the weakest": (min(LINKS) ** 5,),
        "the last two only": (prod(LINKS[3:]),),
        "the weakest link": (min(LINKS),),
        "left the weak link out": (prod(LINKS) / min(LINKS), 0.45),
        "geometric mean": (prod(LINKS) ** 0.2,),
        "mean": (mean(LINKS),),
        "the middle link": (median(LINKS),),
        "some link breaks": (1 - prod(LINKS), 0.86),
        "at least one holds": (1 - prod(1 - p for p in LINKS), 1.0),
    }


def ppv(prior, power=POWER, alpha=ALPHA):
    return prior * power / (prior * power + (1 - prior) * alpha)


def needed(power, alpha):
    odds = WANTED / (1 - WANTED) * alpha / power
    return odds / (1 + odds)


def wrong_priors():
    return {
        "power times level": (POWER * ALPHA,),
        "the level": (ALPHA,),
        "believed at a half": (ALPHA / (ALPHA + POWER),),
        "level over power": (ALPHA / POWER,),
        "prior times power": (KEYS["01.prior"] * POWER,),
        "odds for a probability": (WANTED / (1 - WANTED) * ALPHA / POWER,),
        "missed instead of found": (needed(1 - POWER, ALPHA), 0.5),
        "the belief asked for": (WANTED, POWER),
        "one minus the level": (needed(POWER, 1 - ALPHA),),
        "forwards from a half": (ppv(0.5),),
        "forwards from the belief, or power and level swapped": (
            ppv(WANTED),
            needed(ALPHA, POWER),
        ),
    }


def wrong_stories():
    chance = (1 - REAL) * TOLD
    return {
        "real and unexplained": (REAL * (1 - TOLD),),
        "chance without a story": (1 - TOLD,),
        "real, times the share of the others": (REAL * TOLD,),
        "the prior": (REAL,),
        "odds for a probability": (REAL / chance,),
        "forgot the prior": (1 / (1 + TOLD),),
        "one chance result in ten told": (REAL / (REAL + (1 - REAL) * (1 - TOLD)), 0.71),
        "chance and explained": (chance,),
        "explained, and chance": (chance / (REAL + chance),),
        "share of chance with a story": (TOLD,),
        "all with a story": (REAL + chance,),
        "certain": (1.0,),
    }


def test_every_catalogued_wrong_answer_meets_its_own_message():
    assert_every_wrong_turn_meets_its_message(
        {
            "01.dose_ratio": wrong_doses(),
            "01.weekly_dose": wrong_weeks(),
            "01.chain": wrong_chains(),
            "01.prior": wrong_priors(),
            "01.explained": wrong_stories(),
        }
    )


def test_no_message_or_hint_gives_the_answer_away():
    from secondlook.checks import check_table

    shown = {"01.dose_ratio": "5952", "01.weekly_dose": "1.75", "01.chain": "0.14",
             "01.prior": "0.2", "01.explained": "0.22"}  # fmt: skip
    for id, key in shown.items():
        table = check_table(id)
        said = [turn["message"] for turn in table["wrong_turns"]] + table["hints"]
        said += [table["right_message"]]
        assert not any(key in words.replace(",", "") for words in said), id
