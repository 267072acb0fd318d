"""A bias taken off a difference, opinions that meet evidence, and a ratio of paces."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from secondlook.forensics import Estimate, p_from_interval
from secondlook.forensics.bias import guessers, tipping_bias, without_bias
from secondlook.forensics.opinions import (
    Opinion,
    enthusiast,
    pace_ratio,
    sceptic,
    update,
    widened,
)

JETALS = (1.97, 0.44, 3.50)
E0302, EARLY = Estimate(0.88, 0.64, 1.20), Estimate(0.57, 0.35, 0.92)


# ------------------------------------------------------------ bias


def test_the_bias_of_jetals_by_hand():
    """SE 3.06 / 3.92 = 0.7806; 1.97 − 1.96 · 0.7806 = 0.44; without it z is 1.96 and p 0.05."""
    assert tipping_bias(*JETALS) == pytest.approx(0.44, abs=1e-9)
    at_the_line = without_bias(*JETALS, 0.44)
    assert (at_the_line.value, at_the_line.lower) == pytest.approx((1.53, 0))
    assert at_the_line.p == pytest.approx(0.05)
    printed = without_bias(*JETALS)
    assert printed.p == pytest.approx(p_from_interval(*JETALS, log=False).two_sided)
    assert printed.significant and not without_bias(*JETALS, 0.5).significant


def test_a_bias_that_reverses_a_result_and_one_that_hides_it():
    assert without_bias(*JETALS, 4).significant and without_bias(*JETALS, 4).upper < 0
    assert without_bias(*JETALS, -1).p < without_bias(*JETALS).p
    assert tipping_bias(-1.97, -3.50, -0.44) == pytest.approx(-0.44)
    assert math.isnan(tipping_bias(0.5, -0.5, 1.5))


@given(
    value=st.floats(-5, 5), se=st.floats(0.1, 3), bias=st.floats(-5, 5)
)  # fmt: skip
def test_the_interval_moves_and_keeps_its_width(value, se, bias):
    reach = stats.norm.ppf(0.975) * se
    moved = without_bias(value, value - reach, value + reach, bias)
    assert moved.upper - moved.lower == pytest.approx(2 * reach)
    assert moved.p == pytest.approx(2 * stats.norm.sf(abs(value - bias) / se), abs=1e-9)


def test_guessers_by_hand_and_by_patients():
    assert guessers(0.5, 1) == 0.5
    assert guessers(0.25, 1, 0.25, 1) == 0.5
    rng = np.random.default_rng(4)
    treated, others = rng.random((2, 200_000))
    shifted = 1.2 * (treated < 0.3).mean() + 0.4 * (others < 0.1).mean()
    assert guessers(0.3, 1.2, 0.1, 0.4) == pytest.approx(shifted, abs=0.006)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: guessers(1.2, 1), "share"),
        (lambda: guessers(0.2, 1, -0.1, 1), "share_others"),
        (lambda: without_bias(1, 0, 2, math.nan), "bias"),
        (lambda: sceptic(1.4), "hoped"),
        (lambda: widened(E0302, -1), "bias_sd"),
        (lambda: pace_ratio(0, 1, 0.1, 0.1), "loss"),
    ],
)
def test_what_is_impossible_is_refused_by_name(call, name):
    with pytest.raises(ValueError, match=name):
        call()


# ------------------------------------------------------------ opinions


def test_the_two_priors_mirror_each_other():
    """The sceptic gives 0.6 or less one chance in twenty; the enthusiast gives it to 1 or more."""
    doubt, hope = sceptic(0.6), enthusiast(0.6)
    assert doubt.below(0.6) == pytest.approx(0.05, abs=1e-6)
    assert 1 - hope.below(1) == pytest.approx(0.05, abs=1e-6)
    assert (doubt.median, hope.median) == pytest.approx((1, 0.6))


def test_one_update_by_hand():
    """Precisions 38.9 and 10.4 on the log scale add; the mean is weighed by them."""
    prior = sceptic(0.6)
    _, after = update(prior, [E0302])
    data, own = E0302.log_se**-2, prior.sd**-2
    assert after.sd == pytest.approx((data + own) ** -0.5)
    assert after.mean == pytest.approx(data * math.log(0.88) / (data + own))
    low, high = after.interval
    assert after.below(high) == pytest.approx(0.975, abs=1e-6)
    assert low < after.median < high


def test_by_brute_force_on_a_grid():
    """Prior times likelihood, summed over a fine grid of log ratios."""
    grid = np.linspace(-3, 3, 20_001)
    weight = stats.norm.pdf(grid, 0, sceptic(0.6).sd)
    for each in (E0302, EARLY):
        weight = weight * stats.norm.pdf(math.log(each.value), grid, each.log_se)
    weight /= weight.sum()
    last = update(sceptic(0.6), [E0302, EARLY])[-1]
    assert last.mean == pytest.approx((grid * weight).sum(), abs=1e-4)
    assert last.below(0.8) == pytest.approx(weight[grid < math.log(0.8)].sum(), abs=1e-3)


def test_the_order_never_matters_and_nothing_moves_nobody():
    evidence = [None, E0302, EARLY, pace_ratio(2.66, 4.63, 0.55, 0.55)]
    ends = {
        (round(end.mean, 12), round(end.sd, 12))
        for order in permutations(evidence)
        for end in [update(enthusiast(0.6), order)[-1]]
    }
    assert len(ends) == 1
    assert update(Opinion(0.0, 1.0), [None, None]) == [Opinion(0.0, 1.0)] * 3


def test_doubt_about_bias_widens_and_moves_less():
    plain, doubted = E0302, widened(E0302, 0.3)
    assert doubted.log_se == pytest.approx(math.hypot(plain.log_se, 0.3))
    assert widened(E0302, 0).log_se == pytest.approx(plain.log_se)
    moved = [update(sceptic(0.6), [each])[-1].mean for each in (plain, doubted)]
    assert moved[0] < moved[1] < 0


def test_a_ratio_of_paces_by_hand_and_by_simulation():
    found = pace_ratio(2.66, 4.63, 0.552, 0.552)
    assert found.value == pytest.approx(0.5745, abs=1e-4)
    assert found.log_se == pytest.approx(math.hypot(0.552 / 2.66, 0.552 / 4.63))
    rng = np.random.default_rng(8)  # small errors, where the delta method is close
    drawn = rng.normal([[2.66], [4.63]], 0.05, (2, 100_000))
    sd = np.log(drawn[0] / drawn[1]).std()
    assert pace_ratio(2.66, 4.63, 0.05, 0.05).log_se == pytest.approx(sd, rel=0.02)
