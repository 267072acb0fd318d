"""Exercises of chapter 5: keys and wrong turns computed the way a learner goes right or wrong."""

from math import log, sqrt

import pytest
from _exercises import (
    assert_every_wrong_turn_meets_its_message,
    assert_intervals_do_not_overlap,
    assert_keys_are_right,
    assert_messages_differ,
    assert_solutions_pass_and_stubs_fail,
)
from scipy import stats

from secondlook import design
from secondlook.checks import check, check_table
from secondlook.evidence import published
from secondlook.forensics import fieller, p_from_interval, se_and_sd
from secondlook.forensics.bias import tipping_bias
from secondlook.labs.jetals import how_much_is_43, run_in_loss
from secondlook.questions import question

STEM = "05_jetals"
IDS = (
    "05.sd",
    "05.p",
    "05.tipping_bias",
    "05.power_if_half",
    "05.expected_runin",
    "05.relative_interval",
)
D, LOW, HIGH, LOSS, TREATED_LOSS = 1.97, 0.44, 3.50, 4.63, 2.66
N1, N0 = 65, 64
ONES, TWOS = (36, 28), (34, 31)  # placebo, treated: those who lost one point, and two
Z = stats.norm.ppf(0.975)
WIDTH = HIGH - LOW
SE = WIDTH / (2 * Z)
ROOT = sqrt(1 / N1 + 1 / N0)


def tail(z):
    return float(stats.norm.sf(z))


def two(z):
    return 2 * tail(z)


def power(effect=D / 2, alpha=0.05, sides=2, se=SE):
    critical = stats.norm.ppf(1 - alpha / sides)
    other = tail(effect / se + critical) if sides == 2 else 0.0
    return tail(critical - effect / se) + other


MEAN = (ONES[0] + 2 * ONES[1]) / N0
TREATED = (TWOS[0] + 2 * TWOS[1]) / N1

KEYS = {
    "05.sd": SE / ROOT,
    "05.p": two(D / SE),
    "05.tipping_bias": LOW,
    "05.power_if_half": power(),
    "05.expected_runin": MEAN * 16 / 12,
    "05.relative_interval": LOW / LOSS,
}
DIGITS = {"05.sd": 1, "05.tipping_bias": 2, "05.power_if_half": 2, "05.expected_runin": 2}


def test_every_solution_passes_and_every_stub_fails():
    assert_solutions_pass_and_stubs_fail(STEM, IDS)


def test_no_two_intervals_overlap():
    assert_intervals_do_not_overlap(IDS)


@pytest.mark.parametrize("id", IDS)
def test_the_keys_lie_in_the_right_intervals(id):
    assert_keys_are_right(id, KEYS[id], DIGITS.get(id, 3))


def test_the_keys_are_those_that_the_course_has_stated():
    said = [f"{KEYS[id]:.{digits}f}" for id, digits in zip(IDS, (1, 3, 2, 2, 2, 3), strict=True)]
    assert said == ["4.4", "0.012", "0.44", "0.24", "1.92", "0.095"]


def test_the_numbers_of_the_tasks_are_those_in_print():
    row = published("J.diff")
    assert (row.value, row.lower, row.upper) == (D, LOW, HIGH)
    assert published("J.seed.plc").value == LOSS
    assert published("J.seed.mec").value == TREATED_LOSS
    assert (published("J.T1.n.mec").value, published("J.T1.n.plc").value) == (N1, N0)
    for arm, counts in {"plc": ONES, "mec": TWOS}.items():
        assert tuple(published(f"J.T1.runin{k}.{arm}").value for k in (1, 2)) == counts


def test_equivalent_forms_are_accepted():
    for form in ("4.4", "4,4", 4.43, "4.38", "4.39"):  # with Student's t, or those who completed
        assert check("05.sd", form).correct, form
    for form in ("0.012", "1.2%", "0,012", "p = 0.0116", 0.01285):
        assert check("05.p", form).correct, form
    for form in ("9.5%", "0.095", "9,5%", 0.44 / 4.63):
        assert check("05.relative_interval", form).correct, form
    for form in ("0.24", "24%", power(se=0.78)):
        assert check("05.power_if_half", form).correct, form
    for form in ("23/12", "1.92", "1.9"):
        assert check("05.expected_runin", form).correct, form
    assert check("05.tipping_bias", D - 1.96 * 0.78).correct


def test_the_tools_and_the_labs_give_the_same_answers():
    assert check("05.sd", se_and_sd("0.44", "3.50", N1, N0).values["sd"]).correct
    assert check("05.sd", se_and_sd("0.44", "3.50", N1, N0, quantile="t").values["sd"]).correct
    assert check("05.p", p_from_interval(D, LOW, HIGH, log=False).two_sided).correct
    assert check("05.tipping_bias", tipping_bias(D, LOW, HIGH)).correct
    sd = KEYS["05.sd"]
    found = design.power_of_means(D / 2 / sd, N1 + N0, alpha=0.05, sides=2)
    assert check("05.power_if_half", found).correct
    assert check("05.expected_runin", run_in_loss("placebo") * 16 / 12).correct
    assert check("05.relative_interval", how_much_is_43().result.exact[0]).correct


# --- the wrong turns, computed again --------------------------------------------------------------


def wrong_sd():
    return {
        "multiplied by the root": (SE * ROOT,),
        "the standard error": (SE, "0.78", "0.8"),
        "half the width": (WIDTH / 2,),
        "logarithms": (log(HIGH / LOW) / (2 * Z) / ROOT,),
        "the width": (WIDTH,),
        "ninety percent interval": (WIDTH / 2 / stats.norm.ppf(0.95) / ROOT,),
        "one arm's patients": (SE * sqrt(N1), SE * sqrt(N0), SE * sqrt(64.5), "6.3"),
        "no standard errors": (WIDTH / 2 / ROOT,),
        "whole width, or all patients": (WIDTH / Z / ROOT, SE * sqrt(N1 + N0)),
        "width as the standard error": (WIDTH / ROOT,),
        "the variance": ((SE / ROOT) ** 2,),
    }


def wrong_p():
    return {
        "one-sided": (tail(D / SE),),
        "two standard errors, or two decimals": (two(D / (WIDTH / 4)), "0.01", ".01"),
        "ninety percent interval": (two(D * stats.norm.ppf(0.95) / (WIDTH / 2)),),
        "width over 1.96, one-sided": (tail(D / (2 * SE)),),
        "half the width": (two(D / (WIDTH / 2)),),
        "logarithms": (two(log(D) / (log(HIGH / LOW) / (2 * Z))),),
        "width over 1.96": (two(D / (2 * SE)),),
        "width as the standard error": (two(D / WIDTH),),
        "the limit instead of the estimate": (two(LOW / SE),),
        "standard deviation for standard error": (two(D / (SE / ROOT)), two(D / 4.4)),
        "what is left of both tails": (1 - two(D / SE),),
        "the other tail": (1 - tail(D / SE),),
    }


def wrong_bias():
    return {
        "a share of the difference": (LOW / D,),
        "two standard errors": (D - 2 * SE, D - 2 * 0.78),
        "one-sided": (D - stats.norm.ppf(0.95) * SE, D - 1.645 * 0.78),
        "the standard error": (SE,),
        "half of the difference": (D / 2,),
        "one standard error": (D - SE,),
        "half the width": (WIDTH / 2,),
        "the whole difference": (D,),
        "the upper limit": (HIGH,),
    }


def wrong_power():
    sd = SE / ROOT
    return {
        "the level": (0.05,),
        "standard deviation for standard error": (power(se=sd), power(se=4.4)),
        "two-sided one percent": (power(alpha=0.01),),
        "a quarter of the difference, or the whole width": (power(D / 4), power(se=2 * SE)),
        "a tail of the drift": (tail(D / 2 / SE),),
        "one-sided one percent": (power(alpha=0.01, sides=1),),
        "a p value": (two(D / 2 / SE),),
        "missing the whole": (1 - power(D),),
        "one-sided five percent": (power(sides=1),),
        "half of the power": (power(D) / 2,),
        "even chances": (0.5,),
        "the whole difference": (power(D),),
        "chance of missing it": (1 - power(),),
        "the whole, one-sided": (power(D, sides=1),),
        "no critical value": (1 - tail(D / 2 / SE),),
    }


def wrong_expected():
    both = (sum(ONES) + sum(TWOS) + ONES[1] + TWOS[1]) / (N1 + N0)
    month = 365.25 / 12 / 7
    return {
        "a week's pace": (MEAN / 12,),
        "the four weeks more": (MEAN * 4 / 12,),
        "turned round": (MEAN * 12 / 16,),
        "twelve weeks": (MEAN,),
        "twelve weeks, treated": (TREATED,),
        "months of four weeks": (MEAN / 3 * 16 / month, MEAN * 4 / 3 * 12 / 13),
        "both arms": (both * 16 / 12,),
        "treated": (TREATED * 16 / 12,),
        "the middle of one and two": (1.5 * 16 / 12,),
        "how many times as fast": (LOSS / (MEAN * 16 / 12),),
        "the points too many": (LOSS - MEAN * 16 / 12,),
        "weeks added": (MEAN + 16 / 12,),
        "doubled": (2 * MEAN,),
        "as found": (LOSS,),
        "a year": (MEAN * 52 / 12,),
    }


def wrong_shares():
    arm = SE / sqrt(2)
    counted = fieller("1.97", SE, "4.63", arm, covariance=arm**2).values
    placebo = published("J.plc.ci")
    return {
        "a share of the scale": (LOW / 48,),
        "the placebo arm's own limit": (LOW / -placebo.lower,),
        "Fieller": (counted["lower"],),
        "the mean of both arms": (LOW / ((LOSS + TREATED_LOSS) / 2),),
        "the placebo arm's other limit": (LOW / -placebo.upper,),
        "of the treated arm's loss": (LOW / TREATED_LOSS,),
        "the standard error": (SE / LOSS,),
        "a share of the difference": (LOW / D,),
        "half the width": (WIDTH / 2 / LOSS,),
        "the estimate": (D / LOSS, "43%", 0.425),
        "points": (LOW,),
        "the width": (WIDTH / LOSS,),
        "the estimate, of the treated": (D / TREATED_LOSS,),
        "the upper limit": (HIGH / LOSS,),
        "what is still lost": (1 - LOW / LOSS,),
    }


WRONG = {
    "05.sd": wrong_sd,
    "05.p": wrong_p,
    "05.tipping_bias": wrong_bias,
    "05.power_if_half": wrong_power,
    "05.expected_runin": wrong_expected,
    "05.relative_interval": wrong_shares,
}


def test_every_catalogued_wrong_answer_meets_its_own_message():
    assert_every_wrong_turn_meets_its_message({id: turns() for id, turns in WRONG.items()})
    assert_messages_differ(IDS)


@pytest.mark.parametrize("id", IDS)
def test_no_message_gives_the_answer_away(id):
    table = check_table(id)
    said = [turn["message"] for turn in table["wrong_turns"]] + table["hints"]
    key = KEYS[id]
    for form in (f"{key:.2f}", f"{key:.3f}", f"{key:.1f}", f"{100 * key:.1f}%"):
        if form not in ("0.0", "0.2", "0.1"):
            assert not [words for words in said if form in words], form


def test_percent_without_its_sign_is_told_so():
    for id, answer in {"05.relative_interval": 9.5, "05.power_if_half": 24, "05.p": 2.52}.items():
        assert check(id, answer).message == check_table(id)["messages"]["range_probability"]


def test_the_questions_tell_the_numbers_of_the_chapter():
    options = {option.key: option for option in question("05.percent").options}
    assert options["decimals"].text == f"The decimals: it was {100 * D / LOSS:.1f}%."
    assert f"{HIGH / LOSS - LOW / LOSS:.0%}" in ("66%",)  # “spans sixty percentage points”
    assert 3.5 < 100 * D / 48 < 4.5  # “about four percent”
