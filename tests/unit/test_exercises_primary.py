"""Exercises of chapter 3: keys and wrong turns computed the way a learner goes right or wrong."""

from math import log, log10, sqrt

import numpy as np
import pytest
from _exercises import (
    assert_every_wrong_turn_meets_its_message,
    assert_intervals_do_not_overlap,
    assert_messages_differ,
    assert_solutions_pass_and_stubs_fail,
)
from scipy import stats

from secondlook import arms, design
from secondlook.checks import check, check_table
from secondlook.evidence import published
from secondlook.labs.design import rebuild_the_design
from secondlook.labs.verdict import two_tests_two_endpoints
from secondlook.questions import question
from secondlook.survival import kaplan_meier, logrank

STEM = "03_primary_endpoints"
IDS = (
    "03.p_from_ci",
    "03.events",
    "03.pair_power",
    "03.three_arm_size",
    "03.risk_table",
    "03.adjusted_p",
    "03.safety_interval",
)


def test_every_solution_passes_and_every_stub_fails():
    assert_solutions_pass_and_stubs_fail(STEM, IDS)


def test_no_two_intervals_overlap():
    assert_intervals_do_not_overlap(IDS)


# --- the keys, computed by other means than the solutions -----------------------------------------

tail, quantile = stats.norm.sf, stats.norm.ppf
Z = quantile(0.975)
HR, LOW, HIGH = 0.88, 0.64, 1.20  # both doses, everyone
SE, DRIFT = log(HIGH / LOW) / (2 * Z), -log(HR)
PLAN_HR, ALPHA, POWER, EVENTS = 0.6, 0.01, 0.9, 200
PAIR = EVENTS * 2 / 3
FAIR, SHARE = 199.5, 0.5
START, FIRST, GONE, SECOND = 120, 30, 10, 18
LEFT = START - FIRST - GONE
SMALL, LARGE = 0.20, 0.33
A, N, B, M = 9, 124, 5, 123


def needed(alpha=ALPHA, power=POWER, hr=PLAN_HR, four=4, distance=None):
    distance = log(hr) if distance is None else distance
    return four * (quantile(1 - alpha) + quantile(power)) ** 2 / distance**2


def seen(events=PAIR, alpha=ALPHA, distance=None, quarter=0.25):
    """Power of a one-sided test with so many events."""
    distance = -log(PLAN_HR) if distance is None else distance
    return tail(quantile(1 - alpha) - distance * sqrt(events * quarter))


def correlation(sizes=(123, 124, 123)):
    """Of 50 mg and both doses against placebo, from the variances of means of arms."""
    placebo, low, high = (1 / n for n in sizes)
    return (placebo + high / 2) / sqrt((placebo + high) * (placebo + (low + high) / 4))


def larger(p, r, sides=1):
    """Chance that the larger of two z, correlated by r, is at least that of p."""
    z = quantile(1 - p)
    both = stats.multivariate_normal(cov=[[1, r], [r, 1]])
    if sides == 1:
        return 1 - both.cdf([z, z])
    return 1 - both.cdf([z, z], lower_limit=[-z, -z])


def of_three(p):
    """The same for three contrasts: 25 mg, 50 mg, both doses."""
    weights = np.array([[-1, 1, 0], [-1, 0, 1], [-1, 0.5, 0.5]])
    covariance = weights @ np.diag([1 / 123, 1 / 124, 1 / 123]) @ weights.T
    sd = np.sqrt(np.diag(covariance))
    z = quantile(1 - p)
    both = stats.multivariate_normal(cov=covariance / np.outer(sd, sd), allow_singular=True)
    return 1 - both.cdf([z] * 3)


def variance(events, patients):
    return events / patients * (1 - events / patients) / patients


DIFFERENCE = A / N - B / M
DIFFERENCE_SE = sqrt(variance(A, N) + variance(B, M))

KEYS = {
    "03.p_from_ci": tail(DRIFT / SE),
    "03.events": needed(),
    "03.pair_power": seen(),
    "03.three_arm_size": 3 * FAIR / 2 / SHARE,
    "03.risk_table": (1 - FIRST / START) * (1 - SECOND / LEFT),
    "03.adjusted_p": larger(SMALL, correlation()),
    "03.safety_interval": DIFFERENCE + Z * DIFFERENCE_SE,
}
DIGITS = {"03.events": 1, "03.pair_power": 2, "03.three_arm_size": 0, "03.risk_table": 2}


@pytest.mark.parametrize("id", IDS)
def test_the_keys_lie_in_the_right_intervals(id):
    assert check(id, KEYS[id]).correct
    assert check(id, f"{KEYS[id]:.{DIGITS.get(id, 3)}f}").correct
    assert check(id, np.float64(KEYS[id])).correct


def test_the_numbers_of_the_tasks_are_those_in_print():
    hr = published("K19.T2A.hr.tot")
    assert (hr.value, hr.lower, hr.upper) == (HR, LOW, HIGH)
    assert published("K19.des.plan.hr").upper == PLAN_HR
    assert published("K19.des.plan.alpha").value == 100 * ALPHA
    assert published("K19.des.plan.power").value == 100 * POWER
    assert published("K19.des.plan.events").value == EVENTS
    assert published("K19.T2A.p.tte.tot.crude").value == SMALL
    assert published("K19.T2A.p.tte.50.crude").value == LARGE
    assert published("K19.saf.trae.25.n").text == f"{A}/{N}"
    assert published("K19.saf.trae.plc.n").text == f"{B}/{M}"


def test_equivalent_forms_are_accepted():
    for form in ("0.213", "21.3%", "0,213", "p = 0.213", np.float64(0.2127)):
        assert check("03.p_from_ci", form).correct, form
    for form in (200, "200", "199.5", "199,5", np.float64(199.537)):
        assert check("03.events", form).correct, form
    for form in ("598.5", 599, 600, "600"):
        assert check("03.three_arm_size", form).correct, form
    for form in ("8.9%", "0.089", "0,09", "11/123"):
        assert check("03.safety_interval", form).correct, form
    for form in ("0.58", "58%", "0.581", "93/160"):
        assert check("03.risk_table", form).correct, form
    for form in ("0.26", "26%", 0.258):
        assert check("03.adjusted_p", form).correct, form


def test_the_pooled_standard_error_is_not_held_against_anybody():
    p = (A + B) / (N + M)
    pooled = DIFFERENCE + Z * sqrt(p * (1 - p) * (1 / N + 1 / M))
    assert check("03.safety_interval", pooled).correct


def test_the_risk_table_is_what_a_kaplan_meier_curve_gives():
    days = [100] * FIRST + [365] * GONE + [500] * SECOND + [730] * (LEFT - SECOND)
    event = [True] * FIRST + [False] * GONE + [True] * SECOND + [False] * (LEFT - SECOND)
    share = kaplan_meier(np.array(days), np.array(event)).survival(730)[0, 0]
    assert share == pytest.approx(KEYS["03.risk_table"])


def test_a_simulated_pair_of_three_arms_is_accepted_as_well():
    """Both doses work; the trial stops at 200 events in all three arms."""

    def draw(n, rng):
        made = arms.draw_trials(n, rng, sizes=[100] * 3, hazards=[1, 0.6, 0.6], events=EVENTS)
        treated = np.broadcast_to(made.arm[:200] == 1, (n, 200))
        return made.time[:, :200], made.event[:, :200], treated

    def test(*given):
        return logrank(*given).p_one_sided

    found = design.power_by_simulation(draw, test, 6000, np.random.default_rng(3), ALPHA)
    low, high = check_table("03.pair_power")["right"]
    assert low + 4 * found.se * 0.5 < found.power < high - 2 * found.se
    uneven = arms.expected_events(
        [100] * 3, [1, 0.6, 0.6], follow_up=arms.follow_up_for(EVENTS, [100] * 3, [1, 0.6, 0.6])
    )
    assert found.power == pytest.approx(seen(uneven[:2].sum()), abs=4 * found.se)
    assert check("03.pair_power", seen(uneven[:2].sum())).correct


def test_the_labs_answer_the_tasks_that_send_readers_to_them():
    lab = rebuild_the_design()
    assert check("03.pair_power", lab.result.power).correct
    assert check("03.events", lab.press("Two arms").result.needed).correct
    shown = " ".join(text for row in _adjusting().numbers for text in row.values())
    assert f"{KEYS['03.adjusted_p']:.2f}" in shown


def _adjusting():
    settings = {"endpoints": "one", "interim": "none", "correction": "max"}
    return two_tests_two_endpoints().set(**settings)


# --- the wrong turns, computed again --------------------------------------------------------------


def wrong_p():
    natural, natural_se = 1 - HR, (HIGH - LOW) / (2 * Z)
    z = DRIFT / SE
    return {
        "both slopes mixed": (tail(DRIFT / natural_se),),
        "no logarithms, or as printed": (tail(natural / natural_se), 0.20),
        "two standard errors": (tail(DRIFT / (log(HIGH / LOW) / 4)),),
        "natural estimate, log width": (tail(natural / SE),),
        "ninety percent interval": (tail(DRIFT / (log(HIGH / LOW) / (2 * quantile(0.95)))),),
        "width over 1.96, no logarithms": (tail(natural / (2 * natural_se)),),
        "width over 1.96": (tail(z / 2),),
        "no logarithms, two-sided": (2 * tail(natural / natural_se),),
        "width as the standard error": (tail(DRIFT / log(HIGH / LOW)),),
        "two-sided": (2 * tail(z), 0.425, "42.5%"),
        "width over 1.96, two-sided": (2 * tail(z / 2),),
        "the other tail": (tail(-z),),
    }


def wrong_events():
    z_alpha, z_power = quantile(1 - ALPHA), quantile(POWER)
    both = z_alpha + z_power
    return {
        "square root": (sqrt(needed()),),
        "no factor four": (needed(four=1),),
        "numerator not squared": (4 * both / log(PLAN_HR) ** 2,),
        "no power": (4 * z_alpha**2 / log(PLAN_HR) ** 2,),
        "half of it": (needed() / 2, needed(four=2), 100),
        "log not squared": (4 * both**2 / -log(PLAN_HR),),
        "the other ratio, or squares added": (
            needed(hr=0.5),
            4 * (z_alpha**2 + z_power**2) / log(PLAN_HR) ** 2,
        ),
        "one-sided five percent": (needed(alpha=0.05),),
        "ratio itself": (needed(distance=PLAN_HR),),
        "power of eighty percent": (needed(power=0.8),),
        "two-sided five percent": (needed(alpha=0.025),),
        "two against one": (needed(four=4.5),),
        "two-sided one percent": (needed(alpha=0.005),),
        "three arms": (1.5 * needed(), 300),
        "no logarithms": (needed(distance=1 - PLAN_HR),),
        "doubled": (2 * needed(), 399),
        "common logarithm": (needed(distance=log10(PLAN_HR)),),
    }


def wrong_power():
    pairs = arms.contrast_power(
        EVENTS, [1, 0.6, 0.6], [[-1, 1, 0], [-1, 0, 1]], alpha=ALPHA, sides=1
    )
    return {
        "another effect": (seen(distance=-log(HR)),),
        "chance of missing it": (1 - seen(),),
        "one arm's events": (seen(EVENTS / 3),),
        "no logarithms": (seen(distance=1 - PLAN_HR),),
        "independent pairs": (seen() ** 2,),
        "half of the events": (seen(EVENTS / 2),),
        "both pairs, or in proportion": (pairs.all, POWER * 2 / 3),
        "two-sided one percent": (seen(alpha=ALPHA / 2),),
        "another level": (seen(alpha=0.025),),
        "both doses pooled": (seen(EVENTS, quarter=2 / 9), 0.86),
        "at least one": (pairs.at_least_one, 0.87),
        "all the events": (seen(EVENTS), seen(alpha=0.05), 0.9),
        "at least one, independent": (1 - (1 - seen()) ** 2,),
        "another ratio": (seen(distance=-log(0.5)),),
        "half instead of a quarter": (seen(quarter=0.5),),
        "another ratio and more": (
            seen(EVENTS, distance=log(2)),
            seen(EVENTS, quarter=2 / 9, distance=log(2)),
            seen(alpha=0.025, distance=log(2)),
        ),
        "no four": (seen(quarter=1),),
    }


def wrong_sizes():
    return {
        "events of one arm": (FAIR / 2, 100),
        "multiplied by the share": (3 * FAIR / 2 * SHARE, 150),
        "one arm": (FAIR / 2 / SHARE, FAIR, 200),
        "events, not patients": (3 * FAIR / 2, 300),
        "the revised plan": (published("K19.des.rev.n").value,),
        "two arms": (FAIR / SHARE, 400),
        "both doses pooled": (FAIR * 9 / 8 / SHARE,),
        "a pair's events in each arm": (3 * FAIR / SHARE, 1200),
    }


def wrong_tables():
    return {
        "second year's events": (SECOND / LEFT,),
        "share with an event": (1 - KEYS["03.risk_table"],),
        "those who left counted as events": ((LEFT - SECOND) / START,),
        "shares subtracted": (1 - FIRST / START - SECOND / LEFT,),
        "those who left struck out": ((LEFT - SECOND) / (START - GONE),),
        "those who left counted as free": (1 - (FIRST + SECOND) / START,),
        "first year": (1 - FIRST / START,),
        "second year alone": (1 - SECOND / LEFT,),
    }


def wrong_adjusted():
    r = correlation()
    return {
        "product": (SMALL * LARGE,),
        "as printed": (published("K19.T2A.p.tte.tot.adj").value,),
        "halved first": (larger(SMALL / 2, r),),
        "no adjustment": (SMALL,),
        "halved first, both sides": (larger(SMALL / 2, r, sides=2),),
        "half correlated": (larger(SMALL, 0.5),),
        "three contrasts": (of_three(SMALL),),
        "the larger p": (LARGE,),
        "independence": (1 - (1 - SMALL) ** 2,),
        "Bonferroni": (2 * SMALL,),
        "the larger p, adjusted": (larger(LARGE, r),),
        "both sides": (larger(SMALL, r, sides=2),),
        "the larger p, independent": (1 - (1 - LARGE) ** 2,),
    }


def wrong_limits():
    se1, se0 = sqrt(variance(A, N)), sqrt(variance(B, M))
    other = 7 / 123 - B / M + Z * sqrt(variance(7, 123) + variance(B, M))
    return {
        "lower limit": (Z * DIFFERENCE_SE - DIFFERENCE,),
        "the standard error": (DIFFERENCE_SE,),
        "the difference": (DIFFERENCE, 0.032),
        "variance instead of its root": (DIFFERENCE + Z * DIFFERENCE_SE**2,),
        "one proportion": (B / M,),
        "half the width": (Z * DIFFERENCE_SE,),
        "one standard error": (DIFFERENCE + DIFFERENCE_SE,),
        "the other dose": (other,),
        "the treated alone": (A / N,),
        "one error forgotten": (DIFFERENCE + Z * se1,),
        "one-sided": (DIFFERENCE + quantile(0.95) * DIFFERENCE_SE,),
        "two standard errors": (DIFFERENCE + 2 * DIFFERENCE_SE,),
        "another method": (design.difference_of_proportions(A, N, B, M).upper,),
        "ninety-nine percent": (DIFFERENCE + quantile(0.995) * DIFFERENCE_SE,),
        "errors added": (DIFFERENCE + Z * (se1 + se0),),
        "whole width": (2 * Z * DIFFERENCE_SE,),
        "limit of one arm": (A / N + Z * se1,),
    }


WRONG = {
    "03.p_from_ci": wrong_p,
    "03.events": wrong_events,
    "03.pair_power": wrong_power,
    "03.three_arm_size": wrong_sizes,
    "03.risk_table": wrong_tables,
    "03.adjusted_p": wrong_adjusted,
    "03.safety_interval": wrong_limits,
}


def test_every_catalogued_wrong_answer_meets_its_own_message():
    assert_every_wrong_turn_meets_its_message({id: turns() for id, turns in WRONG.items()})
    assert_messages_differ(IDS)


@pytest.mark.parametrize("id", ["03.pair_power", "03.risk_table", "03.adjusted_p"])
def test_a_wrong_answer_meets_its_message_with_two_decimals_as_well(id):
    """These tasks ask for two; an answer that ends in a five may be rounded either way."""
    for name, answers in WRONG[id]().items():
        for answer in answers:
            if abs(100 * answer % 1 - 0.5) < 0.01:
                continue
            turns = {turn["name"]: turn["message"] for turn in check_table(id)["wrong_turns"]}
            assert check(id, f"{answer:.2f}").message == turns[name], (name, answer)


@pytest.mark.parametrize("id", IDS)
def test_no_message_gives_the_answer_away(id):
    table = check_table(id)
    said = [turn["message"] for turn in table["wrong_turns"]] + table["hints"]
    if id == "03.three_arm_size":  # 199.5 is given
        said = [words.replace("199.5", "") for words in said]
    for form in (f"{KEYS[id]:.2f}", f"{KEYS[id]:.3f}", f"{KEYS[id]:.1f}"):
        assert not [words for words in said if form in words], form


def test_percent_without_its_sign_is_told_so():
    for answer in (8.9, 21.3, 73):
        id = {8.9: "03.safety_interval", 21.3: "03.p_from_ci", 73: "03.pair_power"}[answer]
        assert check(id, answer).message == check_table(id)["messages"]["range_probability"]


def test_the_questions_tell_the_published_numbers():
    hr = published("K19.T2A.hr.tot")
    asked = question("03.failed").asks
    assert f"{hr.value:.2f}, with an interval from {hr.lower:.2f} to {hr.upper:.2f}" in asked
    asked = question("03.adjusted").asks
    assert f"crude p of {published('K19.T2A.p.tte.tot.crude').text} " in asked
    assert f"adjusted p of {published('K19.T2A.p.tte.tot.adj').text}." in asked
    asked = question("03.harm").asks
    assert f"nine of {N} patients on 25 mg, five of {M}" in asked
    assert f"p = {stats.fisher_exact([[A, N - A], [B, M - B]]).pvalue:.2f}." in asked
    options = {option.key: option.text for option in question("03.arms").options}
    assert options["loses"] == f"It sees about {PAIR:.0f} events, and its power falls."
    assert -published("K19.T2A.frs.med.plc").value == 24  # “a median loss of 24 points”
