"""Chains, coins and p values: what a story and a significant result are worth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from secondlook.credibility import chain, coin_subgroups, odds_gain_at_most, power_at_level

links = st.lists(st.floats(0, 1), min_size=1, max_size=6)
shares = st.floats(0, 1)


# --- a chain


def test_five_links_by_hand():
    assert chain([0.8] * 5) == pytest.approx([0.8, 0.64, 0.512, 0.4096, 0.32768])
    assert chain([0.9, 0.3, 0.8], 1) == pytest.approx([0.9, 0.3, 0.3])
    assert chain([[0.5, 0.5], [1, 0]], 0.4)[1] == pytest.approx([1, 0])


def test_two_even_links_by_sheppard():
    # two even odds with correlation r are both below their median with 1/4 + arcsin(r) / 2π
    for shared in (0.1, 0.5, 0.9):
        both = 0.25 + math.asin(shared) / (2 * math.pi)
        assert chain([0.5, 0.5], shared)[-1] == pytest.approx(both, abs=1e-9)


@pytest.mark.parametrize("shared", [0.05, 0.5, 0.95, 0.999])
def test_scipy_sums_the_same_over_the_cause(shared):
    p = [0.9, 0.6, 0.75, 0.3]
    limit = stats.norm.ppf(p)

    def held(cause):
        own = (limit - math.sqrt(shared) * cause) / math.sqrt(1 - shared)
        return stats.norm.pdf(cause) * stats.norm.cdf(own).prod()

    whole = quad(held, -9, 9, points=list(limit), limit=400, epsabs=1e-11)[0]
    assert chain(p, shared)[-1] == pytest.approx(whole, abs=1e-9)


@given(links, shares)
def test_a_chain_lies_between_its_product_and_its_weakest_link(p, shared):
    whole = chain(p, shared)
    assert whole.shape == (len(p),)
    assert (whole >= np.cumprod(p) - 1e-9).all()
    assert (whole <= np.minimum.accumulate(p) + 1e-9).all()
    assert (np.diff(whole) <= 1e-12).all()


@pytest.mark.parametrize("shared", [0.02, 0.5, 0.99, 0.9999, 1 - 1e-6])
def test_a_chain_of_one_link_and_two_equal_links_at_any_sharpness(shared):
    assert chain([0.75], shared)[-1] == pytest.approx(0.75, abs=1e-9)
    # P(both normals with correlation shared are below 0): Sheppard's quarter and an arc sine.
    both = 0.25 + np.arcsin(shared) / (2 * np.pi)
    assert chain([0.5, 0.5], shared)[-1] == pytest.approx(both, abs=1e-9)


@given(links, shares, shares)
def test_more_shared_never_makes_a_chain_weaker(p, one, two):
    low, high = sorted((one, two))
    assert chain(p, high)[-1] >= chain(p, low)[-1] - 1e-7


@pytest.mark.parametrize(
    ("p", "shared", "said"),
    [
        ([0.8, 1.2], 0, "probability is 1.2 at position 1; it must be from 0 to 1"),
        ([0.8], -0.1, "shared is -0.1; it must be from 0 to 1"),
        ([0.8], [0.1, 0.2], r"shared has shape \(2,\); it must be one number"),
        ([], 0, "probability has no link"),
        ("likely", 0, "probability must be a number"),
    ],
)
def test_a_chain_refuses_what_it_cannot_read(p, shared, said):
    with pytest.raises(ValueError, match=said):
        chain(p, shared)


# --- coins


@pytest.mark.parametrize("real", [0, 0.3, 1])
def test_a_second_trial_agrees_as_often_as_it_must(real):
    rounds = 20_000
    coins = coin_subgroups(rounds, np.random.default_rng(1), real=real)
    expected = real + (1 - real) / 2
    error = math.sqrt(expected * (1 - expected) / rounds)
    assert abs(coins.came_again / rounds - expected) <= 4 * error
    assert abs(coins.first.mean() - 0.5) <= 4 * 0.5 / math.sqrt(rounds)


def test_more_real_differences_keep_every_agreement():
    few, many = (
        coin_subgroups(500, np.random.default_rng(3), real=real).again for real in (0.2, 0.6)
    )
    assert (many | ~few).all() and many.sum() > few.sum()


def test_coins_name_what_does_not_fit():
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="rounds is 0; it must be a whole number of 1 or more"):
        coin_subgroups(0, rng)
    with pytest.raises(ValueError, match="real is 2; it must be from 0 to 1"):
        coin_subgroups(5, rng, real=2)


# --- p values and levels


def test_the_bound_on_a_p_value_as_its_authors_tabulate_it():
    # -e p ln p is 0.407 at 0.05, 0.125 at 0.01 and 0.0188 at 0.001
    assert 1 / odds_gain_at_most([0.05, 0.01, 0.001]) == pytest.approx(
        [0.407, 0.125, 0.0188], abs=0.0005
    )
    with pytest.raises(ValueError, match=r"p is 0\.5; it must be between 0 and 0\.36"):
        odds_gain_at_most(0.5)


@given(st.floats(0.06, 0.99))
def test_a_stricter_level_costs_power(power):
    # a stricter level has less power, a laxer one more, and the same level the same
    assert power_at_level(power, 0.05, 0.05) == pytest.approx(power)
    assert power_at_level(power, 0.05, 0.01) < power < power_at_level(power, 0.05, 0.1)


def test_the_power_at_a_stricter_level_by_scipy():
    drift = stats.norm.isf(0.05) + stats.norm.ppf(0.8)
    wanted = stats.norm.sf(stats.norm.isf(0.01) - drift)
    assert power_at_level(0.8, 0.05, 0.01) == pytest.approx(wanted)
