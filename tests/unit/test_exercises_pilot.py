"""Exercises of chapter 2: keys and wrong turns computed the way a learner goes right or wrong."""

from math import comb, sqrt

import numpy as np
import pytest
from _exercises import (
    assert_every_wrong_turn_meets_its_message,
    assert_intervals_do_not_overlap,
    assert_messages_differ,
    assert_solutions_pass_and_stubs_fail,
)
from scipy import stats

from secondlook import means
from secondlook.checks import check, check_table
from secondlook.credibility import exaggeration, one_significant_one_not
from secondlook.evidence import published
from secondlook.forensics import two_by_two
from secondlook.labs.pilot import small_and_lucky, two_lamps
from secondlook.questions import question

STEM = "02_pilot"
IDS = ("02.pattern", "02.right_test", "02.rebuild_p", "02.type_m", "02.dose_share")


def test_every_solution_passes_and_every_stub_fails():
    assert_solutions_pass_and_stubs_fail(STEM, IDS)


def test_no_two_intervals_overlap():
    assert_intervals_do_not_overlap(IDS)


# --- the keys and the wrong turns, computed again -----------------------------------------------

POWER = 0.8
N = 12
(HIGH, HIGH_SD), (LOW, LOW_SD) = (0.60, 0.80), (0.15, 0.90)  # invented, as the task says
TABLE = [[9, 3], [4, 8]]  # invented too
LOW_POWER = 0.2


def t_tails(t, df):
    return 2 * stats.t.sf(abs(t), df)


def normal_tails(z):
    return 2 * stats.norm.sf(abs(z))


def drift(power, alpha=0.05, sides=2):
    """Where the truth lies, in standard errors, if the far side is left out."""
    return stats.norm.isf(alpha / sides) + stats.norm.ppf(power)


def significant_mean(power, alpha=0.05, sides=2):
    """Mean of the part of a normal curve beyond the line, in standard errors."""
    truth, line = drift(power, alpha, sides), stats.norm.isf(alpha / sides)
    return truth + stats.norm.pdf(line - truth) / power


KEYS = {
    "02.pattern": POWER * (1 - POWER),
    "02.right_test": stats.ttest_ind_from_stats(HIGH, HIGH_SD, N, LOW, LOW_SD, N).pvalue,
    "02.rebuild_p": stats.fisher_exact(TABLE).pvalue,
    "02.type_m": significant_mean(LOW_POWER) / drift(LOW_POWER),
    "02.dose_share": 25 * 14 / (50 * 2 * 182),
}


@pytest.mark.parametrize("id", IDS)
def test_the_keys_lie_in_the_right_intervals(id):
    assert check(id, KEYS[id]).correct
    digits = 2 if id in ("02.pattern", "02.type_m") else 3
    assert check(id, f"{KEYS[id]:.{digits}f}").correct
    assert check(id, np.float64(KEYS[id])).correct


def test_equivalent_forms_are_accepted():
    for form in ("0.16", "16%", "0.160", "4/25", "0,16", np.float64(0.16), 0.16):
        assert check("02.pattern", form).correct, form
    for form in ("350/18200", "1.9%", "0,019", 0.0192):
        assert check("02.dose_share", form).correct, form


def test_labs_and_package_agree_with_the_keys():
    lamps = two_lamps().set(power=80).result
    assert lamps.named == pytest.approx(KEYS["02.pattern"], abs=1e-6)
    assert one_significant_one_not(POWER, POWER) == pytest.approx(2 * KEYS["02.pattern"])
    ours = means.difference_of(HIGH, HIGH_SD, N, LOW, LOW_SD, N).p_two_sided
    assert ours == pytest.approx(KEYS["02.right_test"])
    # with the far side counted, as the lab does, the same within the rounding that is asked
    exact = exaggeration(drift(LOW_POWER), 1, alpha=0.05, sides=2).type_m
    assert check("02.type_m", exact).correct


def wrong_patterns():
    dark = 1 - POWER
    return {
        "neither significant": (dark**2,),
        "the level": (0.05,),
        "one test dark": (dark,),
        "power one half": (one_significant_one_not(0.5, 0.5) / 2,),
        "either arm": (2 * POWER * dark, one_significant_one_not(POWER, POWER)),
        "not both": (1 - POWER**2,),
        "both significant": (POWER**2,),
        "one test lit": (POWER,),
        "anything else": (1 - POWER * dark,),
        "at least one": (1 - dark**2,),
    }


def wrong_tests():
    gap, ends = HIGH - LOW, (HIGH_SD / sqrt(N), LOW_SD / sqrt(N))
    both = sqrt(ends[0] ** 2 + ends[1] ** 2)
    within = [t_tails(mean / se, N - 1) for mean, se in zip((HIGH, LOW), ends, strict=True)]
    right = t_tails(gap / both, 2 * N - 2)
    return {
        "high dose within": (within[0], 0.02),
        "no second arm's spread": (t_tails(gap / ends[0], N - 1),),
        "twice the patients": (t_tails(gap / (both / sqrt(2)), 2 * N - 2),),
        "one-sided": (right / 2,),
        "normal tails": (normal_tails(gap / both),),
        "freedom of one arm": (t_tails(gap / both, N - 1),),
        "standard errors added": (t_tails(gap / sum(ends), 2 * N - 2),),
        "difference of the p values": (within[1] - within[0], 0.58 - 0.02),
        "low dose within": (within[1],),
        "SD as standard error": (t_tails(gap / sqrt(HIGH_SD**2 + LOW_SD**2), 2 * N - 2),),
        "one minus p": (1 - right,),
    }


def wrong_rebuilt():
    (a, _), (b, _) = TABLE
    this = comb(N, a) * comb(N, b) / comb(2 * N, a + b)
    shares = a / N, b / N
    separate = sqrt(sum(share * (1 - share) / N for share in shares))
    one_side = stats.fisher_exact(TABLE, "greater").pvalue
    return {
        "only beyond": (one_side - this,),
        "normal, separate variances": (normal_tails((shares[0] - shares[1]) / separate),),
        "chi-square": (stats.chi2_contingency(TABLE, correction=False).pvalue,),
        "this table alone": (this,),
        "one-sided": (one_side,),
        "this table twice": (2 * this,),
        "corrected chi-square": (stats.chi2_contingency(TABLE).pvalue,),
        "high dose against one half": (stats.binomtest(a, N).pvalue,),
        "one minus p": (1 - 2 * one_side,),
    }


def wrong_sizes():
    right, truth = KEYS["02.type_m"], drift(LOW_POWER)
    return {
        "truth over estimate": (1 / right,),
        "no selection": (1.0,),
        "the excess only": (right - 1,),
        "smallest significant": (stats.norm.isf(0.025) / truth,),
        "not divided by the truth": (right * truth,),
        "one-sided 5%": (significant_mean(LOW_POWER, sides=1) / drift(LOW_POWER, sides=1),),
        "one over the power": (1 / LOW_POWER,),
    }


def wrong_shares():
    weeks = 182
    return {
        "one week of the pilot": (25 * 7 / (50 * 2 * weeks),),
        "length only": (14 / (7 * weeks), 2 / weeks),
        "two weeks, two injections": (25 * 2 * 2 / (50 * 2 * weeks),),
        "one injection a week, or the other arm": (
            25 * 14 / (50 * weeks),
            25 * 14 / (25 * 2 * weeks),
        ),
        "days over weeks": (14 / weeks,),
        "per injection": (25 / 50,),
    }


WRONG = {
    "02.pattern": wrong_patterns,
    "02.right_test": wrong_tests,
    "02.rebuild_p": wrong_rebuilt,
    "02.type_m": wrong_sizes,
    "02.dose_share": wrong_shares,
}


def test_every_catalogued_wrong_answer_meets_its_own_message():
    assert_every_wrong_turn_meets_its_message({id: turns() for id, turns in WRONG.items()})
    assert_messages_differ(IDS)


@pytest.mark.parametrize("id", IDS)
def test_no_message_gives_the_answer_away(id):
    table = check_table(id)
    said = [turn["message"] for turn in table["wrong_turns"]] + table["hints"]
    for form in (f"{KEYS[id]:.2f}", f"{KEYS[id]:.3f}"):
        assert not [words for words in said if form in words]


def test_the_questions_tell_the_published_numbers():
    asked = question("02.open").asks
    for id in ("I07.x.alive.trt", "I07.x.n.trt", "I07.x.n.ctl"):
        assert f" {published(id).value:.0f} " in asked
    p = stats.fisher_exact([[11, 7], [0, 16]]).pvalue
    assert f"about {p:.4f}." in asked
    assert two_by_two(11, 18, 0, 16).values["p_two_sided"] == pytest.approx(p)  # the chapter's
    assert f"{published('K98.dose.low').value:g} mg a day" in question("02.low_dose").asks
    assert published("K98.n.high").value == 12  # “with 12 patients in each arm”


def test_the_lucky_lab_starts_where_the_chapter_says():
    lab = small_and_lucky()
    assert lab.settings["truth"] == published("K19.des.plan.es").lower
    assert lab.settings["patients"] == published("K98.n.high").value
