"""Forensics from print: known answers, R's values, and round trips."""

import math

import pytest
from _reference import values
from hypothesis import given
from hypothesis import strategies as st

from secondlook.forensics import (
    Estimate,
    combine,
    complement,
    interaction,
    p_from_interval,
    se_from_interval,
    shrink,
    z_from_interval,
)

R = values("forensics")
# Table 2 of the E0302 paper, as printed.
PRINTED = {
    "whole.50": (0.92, 0.65, 1.32),
    "whole.both": (0.88, 0.64, 1.20),
    "whole.25": (0.83, 0.58, 1.20),
    "early.50": (0.50, 0.27, 0.93),
    "early.both": (0.57, 0.35, 0.92),
    "early.25": (0.64, 0.38, 1.09),
}
logs = st.floats(-2, 2)
widths = st.floats(0.05, 1)


def estimate(log_value, se):
    return Estimate(*(math.exp(log_value + k * 1.959963984540054 * se) for k in (0, -1, 1)))


@pytest.mark.parametrize("name", PRINTED)
def test_p_values_are_those_of_r(name):
    p = p_from_interval(*PRINTED[name])
    assert p.z == pytest.approx(R[name + ".z",], rel=1e-12)
    assert p.two_sided == pytest.approx(R[name + ".two_sided",], rel=1e-12)
    assert p.one_sided == p.two_sided / 2


@pytest.mark.parametrize(
    "name, one_sided, two_sided",
    [  # worked out by hand from print before this code was written
        ("whole.50", 0.3223, 0.6445),
        ("whole.both", 0.2127, 0.4254),
        ("whole.25", 0.1575, 0.3151),
        ("early.50", 0.0140, 0.0280),
        ("early.both", 0.0113, 0.0226),
        ("early.25", 0.0484, 0.0969),
    ],
)
def test_the_known_anomalies(name, one_sided, two_sided):
    p = p_from_interval(*PRINTED[name])
    assert (round(p.one_sided, 4), round(p.two_sided, 4)) == (one_sided, two_sided)


@pytest.mark.parametrize("dose", ["25", "50", "both"])
def test_complement_and_interaction_are_those_of_r(dose):
    early = Estimate(*PRINTED[f"early.{dose}"])
    late = complement(Estimate(*PRINTED[f"whole.{dose}"]), early)
    assert late.value == pytest.approx(R[f"late.{dose}",], rel=1e-9)
    assert late.lower == pytest.approx(R[f"late.{dose}.lower",], rel=1e-9)
    assert late.upper == pytest.approx(R[f"late.{dose}.upper",], rel=1e-9)
    between = interaction(early, late)
    assert between.z == pytest.approx(R[f"interaction.{dose}.z",], rel=1e-9)
    assert between.p_two_sided == pytest.approx(R[f"interaction.{dose}.p",], rel=1e-9)


def test_the_missing_half():
    late = complement(Estimate(*PRINTED["whole.both"]), Estimate(*PRINTED["early.both"]))
    assert [round(x, 2) for x in (late.value, late.lower, late.upper)] == [1.21, 0.80, 1.83]
    between = interaction(Estimate(*PRINTED["early.both"]), late)
    assert (round(between.z, 2), round(between.p_two_sided, 3)) == (-2.32, 0.020)
    assert between.ratio == pytest.approx(0.57 / late.value)
    assert between.lower < between.ratio < between.upper < 1


def test_a_difference_has_no_logs():
    # JETALS: 1.97 points (0.44 to 3.50), two-sided p printed as 0.01.
    p = p_from_interval(1.97, 0.44, 3.50, log=False)
    assert (round(p.se, 3), round(p.z, 2), round(p.two_sided, 4)) == (0.781, 2.52, 0.0116)
    assert z_from_interval(-1.97, -3.50, -0.44, log=False) == pytest.approx(-p.z)


def test_the_level_of_the_interval_counts():
    assert se_from_interval(-1.6449, 1.6449, log=False, level=0.9) == pytest.approx(1, abs=1e-4)
    assert se_from_interval(-2.5758, 2.5758, log=False, level=0.99) == pytest.approx(1, abs=1e-4)


def test_shrink_is_that_of_r():
    shrunk = shrink(Estimate(*PRINTED["early.both"]), 0, 0.35)
    assert shrunk.value == pytest.approx(R["shrunk.both.sd035",], rel=1e-12)


@given(logs, widths, logs, widths)
def test_complement_undoes_the_average(a, se_a, b, se_b):
    weight_a, weight_b = se_a**-2, se_b**-2
    whole = estimate(
        (weight_a * a + weight_b * b) / (weight_a + weight_b), (weight_a + weight_b) ** -0.5
    )
    rest = complement(whole, estimate(a, se_a))
    assert math.log(rest.value) == pytest.approx(b, abs=1e-4)
    assert rest.log_se == pytest.approx(se_b, rel=1e-4)


@given(logs, widths, logs, widths)
def test_combine_is_the_average_that_complement_undoes(a, se_a, b, se_b):
    one, other = estimate(a, se_a), estimate(b, se_b)
    whole = combine(one, other)
    assert whole.value == pytest.approx(combine(other, one).value)
    assert whole.log_se < min(se_a, se_b)
    assert math.log(complement(whole, one).value) == pytest.approx(b, abs=1e-4)


def test_combine_by_hand():
    # Equal precision: the geometric mean, and a standard error smaller by √2.
    both = combine(estimate(math.log(0.5), 0.2), estimate(math.log(2), 0.2))
    assert both.value == pytest.approx(1)
    assert both.log_se == pytest.approx(0.2 / math.sqrt(2))


@given(logs, widths, logs, widths)
def test_interaction_does_not_mind_the_order(a, se_a, b, se_b):
    one = interaction(estimate(a, se_a), estimate(b, se_b))
    other = interaction(estimate(b, se_b), estimate(a, se_a))
    assert one.z == pytest.approx(-other.z, abs=1e-9)
    assert one.p_two_sided == pytest.approx(other.p_two_sided)
    assert one.ratio * other.ratio == pytest.approx(1)


@given(logs, widths, logs, widths)
def test_shrinking_moves_towards_the_prior_and_narrows(a, se, prior, sd):
    shrunk = shrink(estimate(a, se), prior, sd)
    low, high = sorted((a, prior))
    assert low - 1e-9 <= math.log(shrunk.value) <= high + 1e-9
    assert shrunk.log_se < min(se, sd)


@pytest.mark.parametrize(
    "prior, says",
    [
        ({"prior_mean_log": 1e300}, r"prior_mean_log is 1e\+300; it must be between -100 and 100"),
        ({"prior_sd_log": 1e-300}, "prior_sd_log is 1e-300; it must be between 1e-09 and"),
        ({"prior_sd_log": 0}, "prior_sd_log is 0; it must be a number above 0"),
    ],
)
def test_a_prior_that_is_no_log_of_a_ratio_is_named(prior, says):
    with pytest.raises(ValueError, match=says):
        shrink(Estimate(*PRINTED["early.both"]), **prior)


def test_no_doubt_and_all_doubt():
    early = Estimate(*PRINTED["early.both"])
    assert shrink(early, 0, 1e6).value == pytest.approx(early.value, rel=1e-6)
    assert shrink(early, 0, 1e-6).value == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((0.9, 1.2, 0.7), "lower is 1.2 and upper 0.7; lower must be the smaller one"),
        ((0.9, 0.7, 0.7), "lower is 0.7 and upper 0.7"),
        ((1.5, 0.7, 1.2), "estimate 1.5 lies outside its interval, 0.7 to 1.2"),
        ((0.9, 0, 1.2), "lower is 0; a ratio must be above 0"),
        ((-0.9, 0.7, 1.2), "estimate is -0.9; a ratio must be above 0"),
        ((0.9, math.nan, 1.2), "lower is nan; it must be a finite number"),
        ((0.9, 0.7, math.inf), "upper is inf; it must be a finite number"),
        (("0.9", 0.7, 1.2), "estimate is '0.9'; it must be a number"),
        ((None, 0.7, 1.2), "estimate is None; it must be a number"),
        ((True, 0.7, 1.2), "estimate is True; it must be a number"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        p_from_interval(*arguments)
    with pytest.raises(ValueError):
        Estimate(*arguments)


def test_bad_options_are_named():
    early = Estimate(*PRINTED["early.both"])
    with pytest.raises(ValueError, match="level is 95"):
        se_from_interval(0.7, 1.2, level=95)
    with pytest.raises(ValueError, match="prior_sd_log is 0; it must be a number above 0"):
        shrink(early, 0, 0)
    with pytest.raises(ValueError, match="prior_mean_log is nan"):
        shrink(early, math.nan, 1)
    with pytest.raises(ValueError, match="a part must be less precise than the whole"):
        complement(early, Estimate(*PRINTED["whole.both"]))
