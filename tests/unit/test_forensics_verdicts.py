"""The forensic verdicts: known answers, R's and scipy's values, and that truth is never accused.

The properties make a true result, print it with random decimals, and ask: no tool may call it
inconsistent, and the range it gives for rounding must hold the truth.
"""

import math
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from _reference import values
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from secondlook import _normal, forensics, means

R = values("forensics")
Q = 1.959963984540054
digits = st.integers(1, 4)
logs = st.floats(-1.5, 1.5)
widths = st.floats(0.05, 0.8)
people = st.integers(2, 3000)


def printed(x, d, as_text=True):
    """A number as a paper prints it; or as a float, which forgets its zeros."""
    text = f"{x:.{d}f}"
    return text if as_text else float(text)


def inside(x, pair):
    low, high = pair
    slack = 1e-9 * max(abs(low), abs(high), abs(x))
    return low - slack <= x <= high + slack


@st.composite
def intervals(draw):
    """A true estimate and standard error, on log or natural scale, and the three figures."""
    log, se = draw(st.booleans()), draw(widths)
    estimate = draw(logs if log else st.floats(-50, 50))
    se = se if log else 10 * se
    figures = [estimate + k * Q * se for k in (0, -1, 1)]
    if log:
        figures = [math.exp(x) for x in figures]
    d, as_text = draw(digits), draw(st.booleans())
    texts = [printed(x, d, as_text) for x in figures]
    assume(float(texts[1]) < float(texts[2]) and (not log or float(texts[1]) > 0))
    assume(abs(estimate) < 30 * se)  # beyond, scipy's tail is 0
    return estimate, se, log, texts


# --- never accuse the truth


@given(intervals())
def test_the_true_p_is_in_the_range(case):
    estimate, se, log, texts = case
    answer = forensics.p_range(*texts, log=log)
    assert answer.verdict == "consistent"
    tail = stats.norm.sf(abs(estimate) / se)
    assert inside(2 * tail, answer.values["two_sided_range"])
    assert inside(tail, answer.values["one_sided_range"])
    assert inside(se, answer.values["se_range"]) and inside(estimate / se, answer.values["z_range"])
    assert forensics.midpoint(*texts, log=log).verdict == "consistent"


@given(intervals(), st.sampled_from(["one-sided", "two-sided", "other tail"]), digits, st.data())
def test_the_true_side_is_never_excluded(case, truth, d, data):
    estimate, se, log, texts = case
    tail = stats.norm.sf(abs(estimate) / se)
    p = {"one-sided": tail, "two-sided": 2 * tail, "other tail": 1 - tail}[truth]
    bound = data.draw(st.sampled_from(["", "<", ">"]))
    shown = printed(p, d)
    if bound == "<":
        shown = "<" + printed(min(1, p + 10.0**-d), d)
    elif bound == ">":
        shown = ">" + printed(max(0, p - 10.0**-d), d)
    answer = forensics.which_side(*texts, shown, log=log)
    assert answer.verdict != "inconsistent"
    assert answer.values["side"] in ("either", truth.replace("other tail", "one-sided"))


@given(st.floats(-20, 20), widths, people, people, digits, st.sampled_from(["normal", "t"]))
def test_the_true_sd_is_in_the_range(mean, se, n1, n2, d, quantile):
    q = Q if quantile == "normal" else stats.t.ppf(0.975, n1 + n2 - 2)
    low, high = printed(mean - q * se, d), printed(mean + q * se, d)
    assume(float(low) < float(high))
    sd = se / math.sqrt(1 / n1 + 1 / n2)
    answer = forensics.se_and_sd(low, high, n1, n2, quantile=quantile, printed_sd=printed(sd, d))
    assert answer.verdict == "consistent" and inside(sd, answer.values["sd_range"])


@given(logs, widths, logs, widths, st.integers(2, 4))
def test_the_true_rest_is_in_the_range(a, se_a, b, se_b, d):
    w_a, w_b = se_a**-2, se_b**-2
    mean, se = (w_a * a + w_b * b) / (w_a + w_b), (w_a + w_b) ** -0.5

    def figures(x, s):
        return [printed(math.exp(x + k * Q * s), d) for k in (0, -1, 1)]

    whole, part = figures(mean, se), figures(a, se_a)
    assume(all(0 < float(t[1]) < float(t[2]) for t in (whole, part)))
    answer = forensics.rest_of(whole, part, printed(math.exp(b), d))
    assert answer.verdict != "inconsistent"
    if "ratio" in answer.values:
        assert inside(math.exp(b), answer.values["ratio_range"])


@given(st.integers(1, 100_000), st.floats(0, 1), st.integers(0, 4), st.sampled_from("tfu"))
def test_a_true_percentage_is_a_count(n, share, d, form):
    k = round(share * n)
    percent = 100 * k / n
    shown = {"t": printed(percent, d) + "%", "f": printed(percent, d, False), "u": percent}[form]
    answer = forensics.percentage_of_count(shown, n, printed_count=k)
    assert answer.verdict == "consistent"
    assert answer.values["first"] <= k <= answer.values["last"]


@given(st.integers(1, 60), st.integers(0, 1000))
def test_percentages_by_trying_every_count(n, tenths):
    shown = Decimal(tenths) / 10
    fit = [
        k
        for k in range(n + 1)
        if any(
            (Decimal(100 * k) / n).quantize(Decimal("0.1"), rule) == shown
            for rule in (ROUND_HALF_UP, ROUND_HALF_DOWN)
        )
    ]
    answer = forensics.percentage_of_count(f"{shown:.1f}", n)
    assert (answer.verdict == "consistent") == bool(fit)
    if fit:
        assert (answer.values["first"], answer.values["last"]) == (fit[0], fit[-1])


@given(st.lists(st.integers(-20, 50), min_size=1, max_size=40), st.integers(0, 4), st.booleans())
def test_a_true_mean_is_a_mean_of_whole_numbers(scores, d, as_text):
    shown = printed(sum(scores) / len(scores), d, as_text)
    answer = forensics.mean_of_whole_numbers(shown, len(scores))
    assert answer.verdict == "consistent"
    assert answer.values["first"] <= sum(scores) <= answer.values["last"]


@given(st.lists(st.floats(0, 50), min_size=2, max_size=6), st.integers(0, 3), st.booleans())
def test_true_sums_means_and_differences_stand(parts, d, as_text):
    shown = [printed(x, d, as_text) for x in parts]
    total = printed(math.fsum(parts), d, as_text)
    assert forensics.adds_up(shown, total, rounded=True).verdict == "consistent"
    sizes = list(range(1, len(parts) + 1))
    mean = math.fsum(x * k for x, k in zip(parts, sizes, strict=True)) / sum(sizes)
    answer = forensics.pooled(shown, sizes, printed_total=printed(mean, d))
    assert answer.verdict == "consistent" and inside(mean, answer.values["mean_range"])
    gap = printed(parts[0] - parts[1], d)
    assert forensics.difference(*shown[:2], gap).verdict == "consistent"
    year = printed(parts[0] * 52 / 16, d)
    assert forensics.rescale(shown[0], 16, 52, year).verdict == "consistent"
    assert forensics.agree(shown[0], printed(parts[0], 5)).verdict == "consistent"


@given(st.lists(st.integers(0, 500), min_size=2, max_size=6))
def test_counts_add_up_exactly_or_not_at_all(parts):
    whole = forensics.pooled(range(len(parts)), [p + 1 for p in parts], exact=True)
    assert whole.values["mean_range"] == (whole.values["mean"],) * 2
    assert "rounding" not in whole.arithmetic
    assert forensics.adds_up(parts, sum(parts)).verdict == "consistent"
    wrong = forensics.adds_up(parts, sum(parts) + 1)
    assert (wrong.verdict, wrong.sure) == ("inconsistent", "certain")
    assert wrong.values["difference"] == 1


@given(people, people, st.floats(0, 1), st.floats(0, 1), st.integers(0, 3))
def test_the_true_share_of_the_rest_is_in_the_range(n, m, a, b, d):
    part, rest = round(a * n), round(b * m)
    whole = printed(100 * (part + rest) / (n + m), d)
    answer = forensics.rest_share(
        whole, n + m, printed(100 * part / n, d), n, printed_rest=printed(100 * rest / m, d)
    )
    assert answer.verdict == "consistent"
    assert inside(100 * rest / m, answer.values["share_range"])


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=6),
    st.sampled_from(["bonferroni", "holm", "simes-hochberg", "hommel", "fdr_bh"]),
    st.lists(st.integers(1, 4), min_size=12, max_size=12),
)
def test_true_adjustments_are_never_accused(crude, method, ds):
    adjusted = multipletests(crude, method=method)[1]
    shown = [printed(p, d) for p, d in zip([*crude, *adjusted], ds, strict=False)]
    answer = forensics.adjusted_below_crude(shown[: len(crude)], shown[len(crude) :])
    assert answer.verdict == "consistent"


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0, 1), st.floats(0, 1), digits)
def test_fisher_is_that_of_scipy(n, m, a, b, d):
    a, b = round(a * n), round(b * m)
    table = [[a, n - a], [b, m - b]]
    two = stats.fisher_exact(table).pvalue
    answer = forensics.two_by_two(a, n, b, m, printed_p=printed(two, d)).values
    assert answer["p_two_sided"] == pytest.approx(two, rel=1e-9)
    for side in ("less", "greater"):
        expected = stats.fisher_exact(table, alternative=side).pvalue
        assert answer[f"p_{side}"] == pytest.approx(expected, rel=1e-9)
        one = forensics.two_by_two(a, n, b, m, printed_p=printed(expected, d))
        assert one.verdict == "consistent"


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4), digits
)
def test_chi_square_is_that_of_scipy(table, d):
    assume(np.sum(table, axis=0).all() and np.sum(table, axis=1).all())
    expected = stats.chi2_contingency(table, correction=False)
    answer = forensics.chi_square(table, printed_p=printed(expected.pvalue, d))
    assert answer.values["chi2"] == pytest.approx(expected.statistic, abs=1e-9)
    assert answer.values["p"] == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-300)
    assert answer.verdict == "consistent" and answer.values["df"] == expected.dof
    assert ("rough" in answer.why) == (expected.expected_freq.min() < 5)


@given(
    st.lists(st.integers(0, 600), min_size=3, max_size=30), st.integers(0, 600), st.integers(0, 3)
)
def test_a_true_sample_is_never_certainly_impossible(sample, cut, d):
    x, cut = np.array(sample) / 10, cut / 10
    mean, sd = printed(x.mean(), d), printed(x.std(ddof=1), d)
    assume(float(sd) > 0)
    below = x <= cut
    answer = forensics.share_below(mean, sd, cut, printed_share=printed(100 * below.mean(), 1))
    assert (answer.verdict, answer.sure) != ("inconsistent", "certain")
    assume(0 < round(100 * below.mean(), 1) < 100)
    part = forensics.split_of_whole(
        mean, sd, printed(100 * below.mean(), 1), printed(x[below].mean(), d)
    )
    assert part.verdict == "consistent"


@given(st.integers(100, 5000), st.integers(100, 5000), st.integers(1, 60), st.integers(0, 2))
def test_the_most_extreme_sample_is_still_possible(low, high, value, d):
    """All people at two values: as far apart as mean and SD allow, so only rounding saves it."""
    x = np.repeat([0.0, value], [low, high])
    mean, sd = printed(x.mean(), d), printed(x.std(), d)
    assume(float(sd) > 0)
    share = printed(100 * low / (low + high), 2)
    assert forensics.share_below(mean, sd, 0, printed_share=share).sure != "certain"
    assert forensics.split_of_whole(mean, sd, share, 0.0).verdict == "consistent"


@given(st.integers(3, 500), st.integers(0, 2), st.floats(0, 1))
def test_a_true_flow_adds_up(randomised, excluded, share):
    left = randomised - excluded
    for base in (randomised, left):
        done = round(share * base)
        answer = forensics.flow(
            randomised,
            arms=[randomised - 1, 1],
            excluded=excluded,
            analysed=left,
            completed=done,
            withdrawn=base - done,
        )
        assert answer.verdict == "consistent" and answer.values["sum"] == base


# --- known answers


def test_a_verdict_reads_line_by_line():
    answer = forensics.which_side("0.92", "0.65", "1.32", "0.33")
    assert str(answer) == (
        "consistent (likely): Within rounding the printed p fits a one-sided test of this "
        "interval, no two-sided one.\n"
        "se = (ln 1.32 − ln 0.65) / (2 × 1.96) = 0.1807, rounding allows 0.1778 to 0.1837\n"
        "z = ln 0.92 / se = −0.4614\n"
        "one-sided p 0.3223, rounding allows 0.3087 to 0.3356\n"
        "two-sided p 0.6445, rounding allows 0.6173 to 0.6712\n"
        "printed p 0.33, that is 0.325 to 0.335: fits one-sided"
    )


@pytest.mark.parametrize(
    ("p", "side", "verdict", "sure"),
    [
        ("0.33", "one-sided", "consistent", "likely"),
        (".64", "two-sided", "consistent", "likely"),
        ("0.68", "one-sided", "consistent", "likely"),  # 1 - 0.32: towards the other side
        (">0.05", "either", "cannot tell", "possible"),
        ("<0.001", "neither", "inconsistent", "certain"),
        ("p = 0.36", "neither", "inconsistent", "likely"),
    ],
)
def test_which_side(p, side, verdict, sure):
    answer = forensics.which_side("0.92", "0.65", "1.32", p)
    assert (answer.values["side"], answer.verdict, answer.sure) == (side, verdict, sure)
    assert (answer.values["distance"] > 0) == (side == "neither")


def test_the_range_of_p_is_that_of_its_corners():
    corners = [
        forensics.p_from_interval(0.57 + a, 0.35 + b, 0.92 + c).two_sided
        for a in (-0.005, 0.005)
        for b in (-0.005, 0.005)
        for c in (-0.005, 0.005)
    ]
    found = forensics.p_range("0.57", "0.35", "0.92").values["two_sided_range"]
    assert found == pytest.approx((min(corners), max(corners)), rel=1e-9)


def test_the_range_of_the_rest_is_neither_narrow_nor_wide():
    """50,000 draws from what rounding allows stay inside, and come near both ends."""
    rng = np.random.default_rng(20261122)
    off = rng.uniform(-0.005, 0.005, (6, 50_000))
    figures = np.log(np.array([[0.88], [0.64], [1.20], [0.57], [0.35], [0.92]]) + off)
    whole, part = ((2 * Q / (upper - lower)) ** 2 for lower, upper in (figures[1:3], figures[4:]))
    rest = np.exp((whole * figures[0] - part * figures[3]) / (whole - part))
    answer = forensics.rest_of(("0.88", "0.64", "1.20"), ("0.57", "0.35", "0.92"))
    low, high = answer.values["ratio_range"]
    assert low < rest.min() and rest.max() < high
    assert rest.max() - rest.min() > 0.8 * (high - low)


def test_trailing_zeros_count():
    text = forensics.p_range("0.80", "0.50", "1.30").values
    number = forensics.p_range(0.8, 0.5, 1.3).values
    told = forensics.p_range(0.8, 0.5, 1.3, decimals=2).values
    assert told == text
    assert number["two_sided_range"][0] < text["two_sided_range"][0]
    assert number["two_sided_range"][1] > text["two_sided_range"][1]


def test_jetals_se_and_the_sd_that_is_not_one():
    answer = forensics.se_and_sd("0.44", "3.50", 65, 64, printed_sd="4.4")
    assert (round(answer.values["se"], 2), round(answer.values["sd"], 1)) == (0.78, 4.4)
    assert answer.verdict == "consistent"
    trap = forensics.se_and_sd("0.44", "3.50", 65, 64, printed_sd="0.78")
    assert trap.verdict == "inconsistent" and "standard error, not the SD" in trap.why
    by_t = forensics.se_and_sd("0.44", "3.50", 65, 64, quantile="t").values
    assert by_t["sd"] == pytest.approx(R["sd.jetals",], rel=1e-9)
    one = forensics.se_and_sd("9.0", "11.0", 25).values  # SE 0.51, times √25
    assert one["sd"] == pytest.approx(5 / Q)


def test_a_part_cannot_be_more_precise_than_its_whole():
    early, whole = ("0.57", "0.35", "0.92"), ("0.88", "0.64", "1.20")
    answer = forensics.rest_of(early, whole)
    assert (answer.verdict, answer.sure) == ("inconsistent", "likely")
    assert forensics.rest_of(whole, ("0.88", "0.64", "1.21")).verdict == "cannot tell"
    assert forensics.rest_of(whole, early, "0.95").verdict == "inconsistent"
    assert forensics.rest_of(whole, early, "1.2").verdict == "consistent"


def test_fieller_is_that_of_r_and_gives_way_to_an_uncertain_denominator():
    se = (3.50 - 0.44) / (2 * Q)
    a = forensics.fieller("1.97", se, "4.63", se / math.sqrt(2), covariance=se**2 / 2).values
    assert a["lower"] == pytest.approx(R["fieller.lower",], rel=1e-9)
    assert a["upper"] == pytest.approx(R["fieller.upper",], rel=1e-9)
    open_ended = forensics.fieller(1.97, se, "1.0", 0.6).values
    assert (open_ended["lower"], open_ended["upper"]) == (-math.inf, math.inf)
    exact = forensics.fieller("1.97", se, "4.63", 0).values
    assert (exact["lower"], exact["upper"]) == pytest.approx(
        (exact["lower_exact"], exact["upper_exact"])
    )
    assert forensics.fieller("1.97", se, "4.63", 0, printed_ratio="0.43").verdict == "consistent"
    assert forensics.fieller("1.97", se, "4.63", 0, printed_ratio="0.34").sure == "certain"


def test_fieller_covers_as_it_says():
    rng = np.random.default_rng(20261122)
    trials, truth, se = 2000, (2.0, 5.0), (0.8, 0.6)
    hits = 0
    for a, b in rng.normal(truth, se, (trials, 2)):
        answer = forensics.fieller(a, se[0], b, se[1]).values
        hits += answer["lower"] <= truth[0] / truth[1] <= answer["upper"]
    assert abs(hits / trials - 0.95) < 4 * math.sqrt(0.95 * 0.05 / trials)


def test_counts_by_hand():
    ten = forensics.percentage_of_count("41.7%", 24)
    assert ten.verdict == "consistent" and (ten.values["first"], ten.values["last"]) == (10, 10)
    assert forensics.percentage_of_count("41.7", 24, printed_count=11).sure == "certain"
    none = forensics.percentage_of_count("75.6", 48)  # a Kaplan-Meier estimate, no count
    assert (none.verdict, none.values["counts"]) == ("inconsistent", 0)
    assert forensics.percentage_of_count("42", 370).values["counts"] == 4  # 154 to 157
    # The classic of GRIM: a mean of 5.19 cannot come from 28 whole numbers.
    assert forensics.mean_of_whole_numbers("5.19", 28).sure == "certain"
    assert forensics.mean_of_whole_numbers("5.18", 28).values["first"] == 145
    assert forensics.mean_of_whole_numbers("5.19", 28, items=4).verdict == "consistent"
    # Three printed percentages may add up to 99.9 or 100.2.
    assert forensics.adds_up(["26.8", "34.7", "38.4"], "100", rounded=True).verdict == "consistent"
    assert forensics.adds_up(["26.8", "34.7", "38.4"], "101", rounded=True).sure == "certain"


def test_flow_names_what_fails():
    wrong = forensics.flow(373, arms=[124, 124, 124], excluded=3, analysed=369)
    assert wrong.verdict == "inconsistent"
    assert "The arms hold 372" in wrong.why and "369 analysed are not the 370" in wrong.why
    lost = forensics.flow(373, excluded=3, completed=260, withdrawn=112)
    assert lost.verdict == "inconsistent" and lost.values["base"] == "neither"
    assert forensics.flow(100, completed=90, withdrawn=10).values["base"] == "both"
    assert forensics.flow(100).values["base"] == "not given"


def test_shares_that_cannot_be():
    # 90% of everybody and 10% of a half would need 170% of the others.
    answer = forensics.rest_share("90", 100, "10", 50)
    assert (answer.verdict, answer.sure) == ("inconsistent", "certain")
    # With mean 19.5 and SD 8 no shape puts 60% at 12 or below.
    assert forensics.share_below("19.5", "8.0", 12, printed_share="60").sure == "certain"
    assert forensics.share_below("19.5", "8.0", 12, printed_share="20").verdict == "consistent"
    assert forensics.share_below("19.5", "8.0", 12).verdict == "cannot tell"


@pytest.mark.parametrize("name", ["safety", "newspaper", "small", "large"])
def test_fisher_is_that_of_r(name):
    counts = {
        "safety": (9, 124, 5, 123),
        "newspaper": (11, 18, 0, 16),
        "small": (3, 7, 1, 5),
        "large": (430, 1000, 380, 950),
    }
    answer = forensics.two_by_two(*counts[name]).values
    for ours, theirs in (("two_sided", "two"), ("less", "less"), ("greater", "greater")):
        expected = R[f"fisher.{name}.{theirs}",]
        assert answer[f"p_{ours}"] == pytest.approx(expected, rel=1e-9)


def test_tables_and_tails_are_those_of_r():
    for name, table in (
        ("early", [[48, 75], [54, 70], [42, 81]]),
        ("age", [[61, 62], [77, 47], [65, 58]]),
    ):
        answer = forensics.chi_square(table).values
        assert answer["chi2"] == pytest.approx(R[f"chi2.{name}.statistic",], rel=1e-12)
        assert answer["p"] == pytest.approx(R[f"chi2.{name}.p",], rel=1e-12)
    for df in (1, 2, 5, 30, 127):
        t = {"lower": "-1", "upper": "1", "n1": df + 1, "quantile": "t"}
        found = forensics.se_and_sd(**t).values["quantile"]
        assert found == pytest.approx(R[f"t.quantile.{df}",], rel=1e-9)
        assert means.two_sided_p(2.5, df) / 2 == pytest.approx(R[f"t.tail.{df}",], rel=1e-9)
    for df in (1, 2, 3, 6, 20):
        assert _normal.chi2_upper_tail(7.7, df) == pytest.approx(R[f"chi2.tail.{df}",], rel=1e-9)


def test_the_widest_level_that_is_read_has_its_t():
    t = {"lower": "-1", "upper": "1", "quantile": "t", "level": 0.9999}
    for n in (2, 3, 40, 100_000):
        found = forensics.se_and_sd(n1=n, **t).values["quantile"]
        assert found == pytest.approx(stats.t.ppf(0.99995, n - 1), rel=1e-7)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 2000])
def test_the_tail_of_chi_squared_is_scipy_s(df):
    x = np.array([-1.0, 0.0, 1e-3, 0.5, 2.0, 9.0, 40.0, 2000.0])
    np.testing.assert_allclose(_normal.chi2_upper_tail(x, df), stats.chi2.sf(x, df), rtol=1e-9)
    assert np.isnan(_normal.chi2_upper_tail(np.nan, df))


def test_the_ratio_of_shares_has_an_interval_where_it_can():
    answer = forensics.two_by_two(9, 124, 5, 123).values
    assert answer["ratio"] == pytest.approx((9 / 124) / (5 / 123))
    se = math.sqrt(1 / 9 - 1 / 124 + 1 / 5 - 1 / 123)
    assert math.log(answer["upper"] / answer["lower"]) == pytest.approx(2 * Q * se)
    for counts in ((0, 10, 3, 10), (3, 10, 0, 10)):
        assert math.isnan(forensics.two_by_two(*counts).values["lower"])


def test_levels_and_sides():
    assert forensics.meets_level("0.02", 0.025).verdict == "consistent"
    assert forensics.meets_level("0.02", 0.01).verdict == "inconsistent"
    assert forensics.meets_level(".01", 0.01).verdict == "cannot tell"
    assert forensics.meets_level("0.04", 0.025, sides=2).verdict == "consistent"
    assert forensics.meets_level("0.04", 0.05, level_sides=2).verdict == "inconsistent"


def test_power_beside_a_claim():
    enough = forensics.power_of_events("0.6", 200, alpha=0.01, claimed="90")
    assert enough.verdict == "consistent" and round(enough.values["power"]) == 90
    assert forensics.power_of_events(0.6, 133, alpha=0.01, claimed="90").verdict == "inconsistent"
    assert forensics.power_of_means("0.5", 64, 64, alpha=0.05, sides=2, claimed="80").verdict == (
        "consistent"  # the textbook's 64 a group
    )
    assert forensics.implied_events("0.64", "1.20", allocation=2, printed_events=400).verdict == (
        "inconsistent"
    )


# --- bad input

NASTY = [
    math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 10**400, 0, -0.0, True, None, b"0.5",
    "", " ", "nan", "inf", "1e308", "1e999", "<script>alert(1)</script>", "0,92", "1,204", "0.9.2",
    "−2.66", ".01", "<0.001", "p<.05", "NS", "٣", "1" * 5000, 3 + 4j, [], {}, object(),
    np.float64(0.5), np.int64(3), np.array(3), np.array([1.0, 2.0]), Decimal("0.5"), "0·57",
    "41.7%", Fraction(1, 3), Fraction(10**400),
]  # fmt: skip
PLAUSIBLE = [
    "0.88", "0.64", "1.20", "0.57", "0.7", "0.7", "<0.001", "0.05", "1e-5", "1e14", "-3", "0.0",
    "50", "90", 0, 1, 2, 3, 5, 48, 123, 0.5, 0.95, 10**9,
]  # fmt: skip
junk = st.one_of(
    *[st.sampled_from(PLAUSIBLE)] * 6,
    st.sampled_from(NASTY),
    st.floats(),
    st.integers(),
    st.text(max_size=8),
)
flat = st.lists(junk, max_size=4)
lists = st.one_of(junk, flat, flat, st.lists(st.lists(junk, min_size=2, max_size=2), max_size=3))
CALLS = {  # how many figures, how many lists, and which options
    "p_range": (3, 0, "log level decimals"),
    "midpoint": (3, 0, "log decimals"),
    "which_side": (4, 0, "log level decimals"),
    "se_and_sd": (3, 0, "n2 level printed_sd decimals"),
    "implied_events": (2, 0, "allocation printed_events level decimals"),
    "rest_of": (0, 2, "printed_rest decimals"),
    "fieller": (4, 0, "covariance level printed_ratio"),
    "percentage_of_count": (2, 0, "printed_count decimals"),
    "mean_of_whole_numbers": (2, 0, "items decimals"),
    "adds_up": (0, 2, "rounded decimals"),
    "flow": (1, 0, "excluded analysed completed withdrawn"),
    "pooled": (0, 2, "printed_total exact decimals"),
    "rest_share": (4, 0, "printed_rest"),
    "two_by_two": (4, 0, "printed_p"),
    "usual_tests": (4, 0, "printed_p side"),
    "chi_square": (0, 1, "printed_p"),
    "agree": (2, 0, "decimals"),
    "difference": (3, 0, "decimals"),
    "rescale": (4, 0, "decimals"),
    "meets_level": (2, 0, "sides level_sides"),
    "adjusted_below_crude": (0, 2, ""),
    "power_of_events": (2, 0, "alpha sides allocation claimed"),
    "power_of_means": (3, 0, "alpha sides claimed"),
    "share_below": (3, 0, "printed_share decimals"),
    "split_of_whole": (4, 0, "part_sd decimals"),
}


def test_every_tool_is_tried_with_bad_input():
    tools = {name for name in forensics.__all__ if name[0].islower()}
    exact = {"combine", "complement", "interaction", "shrink"}  # of Estimates: test_options.py
    exact |= {"compatibility", "compatible_limits"}
    exact |= {f"{what}_from_interval" for what in ("p", "se", "z")}
    assert set(CALLS) == tools - exact


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data())
def test_nothing_but_a_value_error(name, data):
    figures, tables, options = CALLS[name]
    arguments = [data.draw(junk) for _ in range(figures)]
    arguments += [data.draw(lists) for _ in range(tables)]
    # alpha has no default; the others may be left out.
    chosen = {
        o: data.draw(junk) for o in options.split() if o == "alpha" or data.draw(st.booleans())
    }
    try:
        answer = getattr(forensics, name)(*arguments, **chosen)
    except ValueError as error:
        assert 0 < len(str(error)) < 300
        return
    assert answer.verdict in ("consistent", "inconsistent", "cannot tell")
    assert answer.sure in ("certain", "likely", "possible")
    assert answer.why and answer.arithmetic and str(answer)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda f: f.p_range("0,92", ".65", "1.32"), "estimate is '0,92'; write a point"),
        (lambda f: f.p_range("0.92", "1,650", "1.32"), "lower is '1,650'; write a point"),
        (lambda f: f.p_range("0.92", "0.65", "<b>"), "upper is '<b>'; it must be a number"),
        (lambda f: f.p_range("0.92", "1.32", "0.65"), "lower is 1.32 and upper 0.65"),
        (lambda f: f.p_range("1.92", "0.65", "1.32"), "estimate 1.92 lies outside its interval"),
        (lambda f: f.p_range("0.92", "0.00", "1.32"), "lower is 0.00; a ratio must be above 0"),
        (lambda f: f.p_range(0.92, 0.65, math.inf), "upper is inf; it must be a finite number"),
        (lambda f: f.p_range(0.92, 0.65, 1e308), "upper is too large for a printed figure"),
        (lambda f: f.p_range(0.92, 0.65, 1.32, level=95), "level is 95; it must be from 0.5 to"),
        (lambda f: f.p_range(0.92, 0.65, 1.32, decimals=-1), "decimals is -1"),
        (lambda f: f.which_side("0.92", "0.65", "1.32", "1.3"), "printed_p is 1.3; a p value"),
        (lambda f: f.which_side("0.92", "0.65", "1.32", "NS"), "printed_p is 'NS'"),
        (lambda f: f.which_side("0.92", "0.65", "1.32", "<0"), "no p value is <0"),
        (lambda f: f.se_and_sd("0.44", "3.50", 1), "n1 is 1; it must be a whole number from 2"),
        (lambda f: f.se_and_sd("0.44", "3.50", 9, quantile="z"), 'it must be "normal" or "t"'),
        (lambda f: f.rest_of(("0.88", "0.64"), (1, 2, 3)), "whole has 2 figures"),
        (lambda f: f.rest_of(("0.88", "0.64", "x"), (1, 2, 3)), "whole upper is 'x'"),
        (lambda f: f.fieller(1, 1, 0, 1), "denominator is 0"),
        (lambda f: f.fieller(1, -1, 1, 1), "se_numerator is −1; a standard error is 0 or more"),
        (lambda f: f.fieller(1, 1, 1, 1, covariance=2), "covariance is 2; it cannot be beyond ±1"),
        (lambda f: f.percentage_of_count("141.7", 24), "percentage is 141.7"),
        (lambda f: f.percentage_of_count("41.7", 24.5), "n is 24.5; it must be a whole number"),
        (lambda f: f.adds_up(58, 119), "parts is 58; it must be a list"),
        (lambda f: f.adds_up([58, 58.5], 119), r"parts\[1\] is 58.5; it must be a whole number"),
        (lambda f: f.pooled([1, 2], [3]), "sizes has 1 entries"),
        (lambda f: f.pooled([1, 2], [0, 0]), "sizes are all 0"),
        (lambda f: f.flow(10, excluded=11), "excluded is 11; it cannot be more than the 10"),
        (lambda f: f.flow(10, completed=9), "withdrawn is not given"),
        (lambda f: f.rest_share("50", 10, "50", 10), "n_part is 10; it must be smaller"),
        (lambda f: f.rest_share("50", 10, (60, 50), 5), "share_part is 60 to 50"),
        (lambda f: f.two_by_two(5, 4, 1, 4), "events_1 is 5; it cannot be more than n_1, 4"),
        (lambda f: f.two_by_two(5, 10**6, 1, 4), "at most 1000000 fit here"),
        (lambda f: f.chi_square([[1, 2], [3]]), r"table\[1\] has 1 entries"),
        (lambda f: f.chi_square([[1, 2], [3, 4, 5]]), r"table\[1\] has 3 cells and table\[0\] 2"),
        (lambda f: f.chi_square([[1, 0], [3, 0]]), "table: column 1 is empty"),
        (lambda f: f.adjusted_below_crude([".3", ".2"], [".3"]), "adjusted has 1 p values"),
        (lambda f: f.adjusted_below_crude([], []), "crude has 0 entries; it needs 1 or more"),
        (lambda f: f.meets_level(".3", 0.05, sides=3), "sides is 3; it must be 1 or 2"),
        (lambda f: f.rescale(1, 0, 52), "over is 0; it must be above 0"),
        (lambda f: f.share_below(1, 0, 2), "sd is 0; it must be above 0"),
        (lambda f: f.split_of_whole(1, 1, 0, 2), "share is 0; it must be between 0 and 100"),
        (lambda f: f.power_of_events(0, 200, alpha=0.01), "hr is 0; a ratio must be above 0"),
        (lambda f: f.implied_events("0.64", "1.2", allocation=0), "allocation is 0"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call(forensics)


def test_what_papers_print_is_read():
    plain = forensics.p_range("-2.66", "-3.90", "-1.42", log=False)
    for minus in "−–‐":
        same = forensics.p_range(*(f"{minus}{x}" for x in ("2.66", "3.90", "1.42")), log=False)
        assert same.values == plain.values
    raised = forensics.p_range("0·57", "0·35", "0·92").values  # the Lancet's raised point
    assert raised == forensics.p_range(".57", ".35", ".92").values
    assert forensics.p_range(np.float64(0.57), 0.35, 0.92).values == raised
