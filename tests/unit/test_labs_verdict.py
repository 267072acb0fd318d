"""The last labs of chapter 3 say what an independent sum answers, at every setting."""

import math
from itertools import product

import numpy as np
import pytest
from _labs import numbers_in, settings_to_try
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep
from test_figures import assert_words_fit

from secondlook import design, fishing, sequential
from secondlook.cohort import load
from secondlook.evidence import published
from secondlook.forensics import Estimate, compatibility, compatible_limits, p_from_interval
from secondlook.labs import verdict as labs

TRIALS = 100_000


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


def standard_error(share):
    return math.sqrt(share * (1 - share) / TRIALS)


# ------------------------------------------------------------ how well a true ratio fits


def test_a_truth_fits_best_at_the_estimate_and_just_at_the_printed_limits():
    p = compatibility([0.88, 0.64, 1.20], Estimate(0.88, 0.64, 1.20))
    assert p == pytest.approx([1, 0.05, 0.05], abs=1e-12)


def test_a_truth_of_one_gives_the_p_of_an_interval_that_is_even_in_logs():
    even = Estimate(0.8, 0.8 * math.exp(-0.3), 0.8 * math.exp(0.3))
    assert compatibility(1.0, even) == pytest.approx(p_from_interval(0.8, even.lower, even.upper)
                                                     .two_sided)  # fmt: skip


def test_a_truth_by_hand():
    """0.75 against 0.88: ln 0.8523 = −0.1598, and the half below is ln(0.88 / 0.64) / 1.96."""
    z = math.log(0.75 / 0.88) / (math.log(0.88 / 0.64) / 1.959964)
    expected = math.erfc(abs(z) / math.sqrt(2))
    assert compatibility(0.75, Estimate(0.88, 0.64, 1.2)) == pytest.approx(expected, abs=1e-6)
    assert expected == pytest.approx(0.325, abs=0.001)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_limits_are_the_truths_that_fit_at_that_level(level):
    estimate = Estimate(0.92, 0.65, 1.32)
    limits = compatible_limits(estimate, level)
    assert compatibility(limits, estimate) == pytest.approx([1 - level] * 2)
    assert limits[0] < 0.92 < limits[1]


def test_impossible_truths_and_levels_are_refused():
    estimate = Estimate(0.92, 0.65, 1.32)
    with pytest.raises(ValueError, match="ratio must be above 0"):
        compatibility([1.0, 0.0], estimate)
    with pytest.raises(ValueError, match="level is 95"):
        compatible_limits(estimate, 95)


# ------------------------------------------------------------ paint the interval

HR = {"pooled": "K19.T2A.hr.tot", "50 mg": "K19.T2A.hr.50", "25 mg": "K19.T2A.hr.25"}


def test_paint_says_what_the_normal_curve_answers():
    for settings in settings_to_try(labs.paint_the_interval()):
        lab = labs.paint_the_interval().set(**settings)
        now, value = lab.settings, published(HR[lab.settings["contrast"]])

        def p(ratio, value=value):
            edge = value.lower if ratio < value.value else value.upper
            se = abs(math.log(value.value / edge)) / stats.norm.isf(0.025)
            return 2 * stats.norm.sf(abs(math.log(ratio / value.value)) / se)

        count = f"{100 * p(now['hr']):.0f}"
        count = "fewer than 1 of 100" if count == "0" else f"{count} of 100"
        start = f"If the true hazard ratio is {now['hr']:.2f}, {count} such trials land as far"
        assert lab.sentence.startswith(start), now
        out = [f"{r:g}" for r in (0.5, 0.6, 0.75, 1, 1.2) if p(r) < 1 - int(now["level"]) / 100
               - 1e-9]  # fmt: skip
        said = lab.sentence.partition("rules out ")[2].rstrip(".")
        assert said.replace(" and ", ", ").split(", ") == (out or ["none of the five"]), now
        assert ("it is ruled out" in lab.sentence) == (p(now["hr"]) < 1 - int(now["level"]) / 100
                                                       - 1e-9)  # fmt: skip


def test_the_failed_trial_rules_out_its_plan_and_little_else():
    lab = labs.paint_the_interval()
    assert lab.sentence.endswith("leaves open 0.75, 1 and 1.2 and rules out 0.5 and 0.6.")
    assert 0.5 < lab.result.p / lab.result.p_nothing < 1, "the key of the prediction"
    lab.set(contrast="25 mg")
    assert lab.sentence.endswith("leaves open 0.6, 0.75, 1 and 1.2 and rules out 0.5.")
    lab.set(contrast="pooled", level="99")
    assert lab.sentence.endswith("leaves open 0.6, 0.75, 1 and 1.2 and rules out 0.5.")


def test_the_words_of_the_painted_curve_fit_wherever_the_slider_stands():
    for hr, contrast in product(range(40, 161, 8), HR):
        assert_words_fit(labs.paint_the_interval().set(hr=hr / 100, contrast=contrast).picture)


# ------------------------------------------------------------ null trials with several tests


def test_null_trials_have_the_variances_and_correlations_they_should():
    correlation = np.array([[1, 0.6], [0.6, 1]])
    times = [0.25, 0.6, 1.0]
    z = sequential.draw_null(times, correlation, 40_000, np.random.default_rng(5))
    assert z.shape == (40_000, 3, 2)
    found = np.corrcoef(z.reshape(40_000, 6).T)
    over_time = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    assert found == pytest.approx(np.kron(over_time, correlation), abs=4 / math.sqrt(40_000))
    assert z.var(axis=0) == pytest.approx(1, abs=4 * math.sqrt(2 / 40_000))
    assert z.mean(axis=0) == pytest.approx(0, abs=4 / math.sqrt(40_000))


def test_null_trials_pass_a_boundary_as_often_as_the_sum_over_a_grid_says():
    looks = sequential.classical(3, alpha=0.05, sides=1, delta=0.5)
    z = sequential.draw_null(3, [[1.0]], TRIALS, np.random.default_rng(6))
    share = (z[:, :, 0] >= looks.upper).any(axis=1).mean()
    assert share == pytest.approx(0.05, abs=4 * standard_error(0.05))


@pytest.mark.parametrize("wrong", [[[1, 0.5], [0.4, 1]], [[2.0]], [[1, 2], [2, 1]]])
def test_an_impossible_correlation_is_refused(wrong):
    with pytest.raises(ValueError, match="correlation must be symmetric"):
        sequential.draw_null(2, wrong, 5, np.random.default_rng(1))


# ------------------------------------------------------------ two tests, two endpoints


def correlation(contrasts, tie):
    """Between the tests, from Σ cᵢdᵢ/nᵢ worked out again."""
    n = [published(f"K19.T1.n.{arm}").value for arm in ("plc", "25", "50")]
    dose, both = np.array([-1, 0, 1]), np.array([-1, 0.5, 0.5])
    r = (dose * both / n).sum() / math.sqrt((dose**2 / n).sum() * (both**2 / n).sum())
    between = np.array([[1, r], [r, 1]]) if contrasts == "two" else np.eye(1)
    return between, np.kron([[1, tie], [tie, 1]], between)


def any_above(limit, matrix):
    matrix = np.atleast_2d(matrix)
    if len(matrix) == 1:
        return stats.norm.sf(limit)
    cdf = stats.multivariate_normal.cdf([limit] * len(matrix), cov=matrix, abseps=1e-7)
    return 1 - float(cdf)


def all_above(limit, matrix):
    return float(stats.multivariate_normal.cdf([-limit] * len(matrix), cov=matrix, abseps=1e-7))


@pytest.mark.parametrize("contrasts", ["one", "two"])
@pytest.mark.parametrize("level", ["one-1", "one-5"])
def test_chances_without_looks_are_those_of_the_normal_distribution(contrasts, level):
    lab = labs.two_tests_two_endpoints()
    lab.set(contrasts=contrasts, level=level, interim="none", tie=0.5)
    limit = stats.norm.isf({"one-1": 0.01, "one-5": 0.05}[level])
    one, four = correlation(contrasts, 0.5)
    expected = {"one": any_above(limit, one), "either": any_above(limit, four)}
    half = len(four) // 2
    pairs = [all_above(limit, four[np.ix_(at, at)]) for at in ([k, k + half] for k in range(half))]
    expected["both"] = sum(pairs) - (all_above(limit, four) if half == 2 else 0)
    for endpoints, share in expected.items():
        found = lab.set(endpoints=endpoints).result.alarms
        simulated = endpoints == "both" or (endpoints, contrasts) == ("either", "two")
        close = 4 * standard_error(share) if simulated else 1e-6
        assert found == pytest.approx(share, abs=close), endpoints
        assert (lab.result.error > 0) == simulated, endpoints


def test_every_way_to_pay_keeps_the_level():
    """Whoever pays for the tests and for the looks is wrong at most as often as one honest test."""
    for contrasts, endpoints, correction, interim in product(
        ("one", "two"), ("one", "either", "both"), ("bonferroni", "max", "order"),
        ("none", "pocock", "obrien-fleming"),
    ):  # fmt: skip
        result = labs.two_tests_two_endpoints().set(
            contrasts=contrasts, endpoints=endpoints, correction=correction, interim=interim
        ).result  # fmt: skip
        assert result.alarms <= 0.01 + 4.5 * standard_error(0.01)


def test_the_default_is_what_the_prediction_asks_and_says_so():
    lab = labs.two_tests_two_endpoints()
    result = lab.result
    assert (result.tests, result.looks, result.alpha) == (4, 3, 0.01)
    assert f"{1000 * result.alarms:.0f} of 1,000 useless drugs succeed" in lab.sentence
    # an independent draw: four tests as four sums of three increments
    rng = np.random.default_rng(77)
    root = np.linalg.cholesky(correlation("two", 0.35)[1])
    walk = (rng.standard_normal((200_000, 3, 4)) @ root.T).cumsum(axis=1)
    z = walk / np.sqrt([1, 2, 3])[:, None]
    again = (z > stats.norm.isf(0.01)).any(axis=(1, 2)).mean()
    assert result.alarms == pytest.approx(again, abs=4 * standard_error(again) * math.sqrt(1.5))


def test_the_endpoints_are_tied_as_in_the_shuffled_twin():
    looks = fishing.looks(["time to event", "ALSFRS-R"], ["50 mg", "pooled"], [fishing.EVERYONE])
    z = fishing.shuffle(load("e0302"), looks, 4000, np.random.default_rng(3)).z
    tie = next(c for c in labs.two_tests_two_endpoints().controls if c.name == "tie").default
    expected = correlation("two", tie)[1]
    assert np.corrcoef(z.T) == pytest.approx(expected, abs=4 / math.sqrt(4000))


def test_max_contrast_numbers_are_those_of_a_bivariate_normal():
    lab = labs.two_tests_two_endpoints().press("Two contrasts, one endpoint")
    matrix = correlation("two", 0)[0]
    facts = {row["What"]: row["Value"] for row in lab.numbers}
    for name, crude in (("50 mg", 0.33), ("both doses", 0.20)):
        expected = any_above(stats.norm.isf(crude), matrix)
        said = facts[f"time to event, {name}: max-contrast of the two, one endpoint"]
        assert said == f"{expected:.3f}"
        assert facts[f"time to event, {name}: as these tests pay"] == f"{expected:.2f}"
    assert facts["Correlation of the two contrasts"] == "0.867"
    assert any_above(stats.norm.isf(lab.result.level), matrix) == pytest.approx(0.01, abs=1e-6)


def test_each_correction_makes_of_the_printed_p_what_it_should():
    lab = labs.two_tests_two_endpoints().set(interim="none")

    def ours(**settings):
        return [row.ours for row in lab.set(**settings).result.rows]

    crude = [0.33, 0.20, 0.15, 0.09]
    assert ours(correction="none") == crude
    assert ours(correction="bonferroni") == pytest.approx([1, 0.8, 0.6, 0.36])
    # both doses on time to event, then 50 mg, then the same on ALSFRS-R
    assert ours(correction="order") == pytest.approx([0.33, 0.20, 0.33, 0.33])
    assert ours(correction="order", endpoints="both") == pytest.approx([0.33, 0.20, 0.15, 0.09])
    four = correlation("two", 0.35)[1]
    for p, found in zip(crude, ours(correction="max", endpoints="either"), strict=True):
        share = any_above(stats.norm.isf(p), four)
        assert found == pytest.approx(share, abs=4 * standard_error(share) + 1e-5)


def test_the_sentence_says_what_is_not_paid_for():
    lab = labs.two_tests_two_endpoints()
    assert lab.sentence.endswith("but the tests and the looks are not paid for.")
    assert lab.set(interim="none").sentence.endswith("but the tests are not paid for.")
    lab.set(correction="bonferroni", interim="free")
    assert lab.sentence.endswith("but the looks are not paid for.")
    assert "at the last look a test must reach p 0.0025, not 0.01." in lab.set(
        interim="none"
    ).sentence  # fmt: skip
    lab.set(endpoints="both", correction="none")
    assert lab.sentence.endswith("pays by itself, in power, where the drug works on neither.")
    assert lab.set(contrasts="one").sentence.endswith("both endpoints pays by itself, in power.")
    lab.set(endpoints="one", contrasts="one", correction="order", interim="pocock")
    assert "The price: at the last look a test must reach p 0.0042, not 0.01." in lab.sentence


# ------------------------------------------------------------ nothing seen, nothing there?

COUNTS = {
    "related": {"placebo": (5, 123), "25 mg": (9, 124), "50 mg": (7, 123)},
    "serious": {"placebo": (79, 123), "25 mg": (77, 124), "50 mg": (80, 123)},
}


def test_the_counts_are_the_printed_ones_and_give_the_printed_percentages():
    for event, arms in COUNTS.items():
        found = labs._counts(event)
        assert {arm: found[arm] for arm in arms} == arms
        part = {"related": "trae", "serious": "sae"}[event]
        for arm, key in {"placebo": "plc", "25 mg": "25", "50 mg": "50"}.items():
            events, patients = found[arm]
            assert f"{100 * events / patients:.1f}" == published(f"K19.saf.{part}.{key}").text


def test_nothing_seen_says_what_other_libraries_answer():
    for settings in settings_to_try(labs.nothing_seen()):
        lab = labs.nothing_seen().set(**settings)
        now = lab.settings
        if now["event"] == "none":
            n = {"25 mg": 124, "50 mg": 123, "both doses": 247}[now["arm"]]
            assert f"up to {100 * (1 - 0.05 ** (1 / n)):.1f}%" in lab.sentence, now
            least = math.ceil(math.log(0.05) / math.log(1 - 1 / now["rare"]))
            assert f"takes {least:,} patients without one." in lab.sentence, now
            hidden = 1 / now["rare"] <= 1 - 0.05 ** (1 / n)
            assert ("may hide" in lab.sentence) == hidden, now
            continue
        counts = COUNTS[now["event"]]
        both = tuple(map(sum, zip(counts["25 mg"], counts["50 mg"], strict=True)))
        (x1, n1), (x0, n0) = {**counts, "both doses": both}[now["arm"]], counts["placebo"]
        low, high = confint_proportions_2indep(x1, n1, x0, n0, method="newcomb", compare="diff")
        said = f"{100 * (x1 / n1 - x0 / n0):+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
        assert said.replace("-", "−") in lab.sentence, now
        low, high = confint_proportions_2indep(x1, n1, x0, n0, method="wald", compare="diff")
        plain = f"({100 * low:+.1f} to {100 * high:+.1f})".replace("-", "−")
        assert any("plain" in r["What"] and r["Value"].endswith(plain) for r in lab.numbers), now
        assert_needed(lab, x0 / n0, now)


def assert_needed(lab, p0, now):
    p1 = p0 * now["times"]
    if p1 >= 1:
        assert "cannot be" in lab.sentence, now
        return
    z = stats.norm.isf(0.025), stats.norm.isf(1 - int(now["power"]) / 100)
    mean = (p0 + p1) / 2
    top = z[0] * math.sqrt(2 * mean * (1 - mean)) + z[1] * math.sqrt(p0 * (1 - p0) + p1 * (1 - p1))
    needed = math.ceil((top / (p1 - p0)) ** 2)
    assert f"takes {needed:,} patients an arm" in lab.sentence, now
    inside = lab.result.row.lower <= p1 - p0 <= lab.result.row.upper
    assert ("still possible" in lab.sentence) == inside, now


def test_a_doubling_needs_what_r_says():
    """power.prop.test(p1 = 5/123, p2 = 10/123, power = 0.9) in R gives 726.08; at 0.8, 542.74."""
    assert labs.nothing_seen().result.needed == pytest.approx(726.085, abs=0.01)
    assert labs.nothing_seen().set(power="80").result.needed == pytest.approx(542.747, abs=0.01)


def test_eight_points_more_are_ruled_out_for_both_doses_and_three_times_as_common_is_not():
    found = {arm: labs.nothing_seen().set(times=3.0, arm=arm).result for arm in labs._ARMS}
    possible = {arm: seen.possible for arm, seen in found.items()}
    assert possible == {"25 mg": True, "50 mg": False, "both doses": False}
    # With placebo's share as uncertain as it is, the ratio may well be 3.
    low, high = confint_proportions_2indep(16, 247, 5, 123, method="log", compare="ratio")
    assert found["both doses"].ratio == pytest.approx((16 / 247 / (5 / 123), low, high))
    assert low < 3 < high
    lab = labs.nothing_seen().press("Three times as common")
    said = f"ruled out, but not 3 times as common, for the ratio may be up to {high:.1f}."
    assert said in lab.sentence
    said = {row["What"]: row["Value"] for row in labs.nothing_seen().set(arm="both doses").numbers}
    assert said["both doses over placebo, times as common (95%, on the log scale)"] == (
        f"{16 / 247 / (5 / 123):.1f} ({low:.1f} to {high:.1f})"
    )


def test_plain_difference_by_hand_and_at_nothing():
    found = design.plain_difference(9, 124, 5, 123)
    p1, p0 = 9 / 124, 5 / 123
    half = 1.959964 * math.sqrt(p1 * (1 - p1) / 124 + p0 * (1 - p0) / 123)
    expected = [p1 - p0, p1 - p0 - half, p1 - p0 + half]
    assert [found.estimate, found.lower, found.upper] == pytest.approx(expected, abs=1e-7)
    none = design.plain_difference(0, 100, 0, 100)
    assert (none.estimate, none.lower, none.upper) == (0, 0, 0)
    with pytest.raises(ValueError, match="events are more than the patients"):
        design.plain_difference(9, 5, 1, 10)


def test_numbers_of_the_first_sentence_are_in_the_table():
    lab = labs.nothing_seen()
    table = " ".join(f"{row['What']} {row['Value']}" for row in lab.numbers)
    first = lab.sentence.partition(". ")[0]
    assert set(numbers_in(first)) <= set(numbers_in(table))
