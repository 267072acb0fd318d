"""Student's t within an arm and between two, one trial or many."""

import math

import numpy as np
import pytest
from _reference import values
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from secondlook import means

R = {(what, int(place)): value for (what, place), value in values("means").items()}
ONE, TWO = ([R[f"sleep.{arm}", i] for i in range(10)] for arm in ("one", "two"))
FIELDS = ("t", "df", "p_two_sided", "lower", "upper", "se")


def column(what, length):
    return [R[what, i] for i in range(length)]


def test_within_worked_by_hand():
    # changes 1, 2, 3: mean 2, standard deviation 1, standard error 1/√3, t = 2√3 with 2 df;
    # with 2 df the two-sided p is 1 − t / √(t² + 2)
    found = means.within([1, 2, 3])
    assert (found.mean, found.se, found.t) == pytest.approx((2, 1 / math.sqrt(3), 2 * math.sqrt(3)))
    assert found.p_two_sided == pytest.approx(1 - math.sqrt(12 / 14))
    assert found.df == 2


def test_difference_worked_by_hand():
    # 1, 2, 3 against 0, 1: pooled variance (2·1 + 1·0.5) / 3 = 5/6, se √(5/6 · (1/3 + 1/2)) = 5/6
    found = means.difference([1, 2, 3], [0, 1])
    assert (found.mean, found.se, found.t) == pytest.approx((1.5, 5 / 6, 1.8))
    assert found.df == 3


@pytest.mark.parametrize(
    ("what", "found"),
    [("within", means.within(TWO)), ("between", means.difference(TWO, ONE))],
)
def test_tests_are_those_of_r(what, found):
    got = [float(np.squeeze(getattr(found, name))) for name in FIELDS]
    assert got == pytest.approx(column(what, 6), rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 3, 11, 22, 97])
def test_tails_are_those_of_r(df):
    assert means.two_sided_p([0, -0.5, 2.074, 6], df) == pytest.approx(column(f"p.{df}", 4))


@pytest.mark.parametrize("df", [1, 2, 11, 22])
def test_critical_values_are_those_of_r(df):
    got = [means.critical_t(alpha, df) for alpha in (0.05, 0.01)]
    assert got == pytest.approx(column(f"critical.{df}", 2), rel=1e-9)


@pytest.mark.parametrize("n", [2, 6, 12, 60])
def test_power_is_that_of_r(n):
    got = [means.power_within(d, n, alpha=0.05) for d in (0.2, 0.6, 1.2)]
    assert got == pytest.approx(column(f"power.{n}", 3), abs=1e-5)


@given(st.floats(-40, 40), st.integers(1, 150))
def test_the_tail_is_scipys(t, df):
    assert means.two_sided_p(t, df) == pytest.approx(2 * stats.t.sf(abs(t), df), abs=1e-12)


@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 10**6))
def test_raw_and_summarised_arms_agree(a, b, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(3, a)), rng.normal(0.5, 2, size=(3, b))
    raw = means.difference(x, y, level=0.9)
    told = means.difference_of(
        x.mean(axis=1), x.std(axis=1, ddof=1), a, y.mean(axis=1), y.std(axis=1, ddof=1), b,
        level=0.9,
    )  # fmt: skip
    for name in ("mean", "se", "t", "p_two_sided", "lower", "upper"):
        assert getattr(raw, name) == pytest.approx(getattr(told, name))
    judged = stats.ttest_ind(x, y, axis=1)
    assert raw.p_two_sided == pytest.approx(judged.pvalue, abs=1e-12)


@given(st.floats(0.06, 0.98), st.integers(3, 80))
def test_the_effect_gives_its_power_back(power, patients):
    effect = means.effect_within(power, patients, alpha=0.05)
    assert means.power_within(effect, patients, alpha=0.05) == pytest.approx(power, abs=1e-6)


def test_no_change_has_the_power_of_chance():
    assert means.effect_within(0.05, 12, alpha=0.05) == 0
    assert means.power_within(0, 12, alpha=0.05) == pytest.approx(0.05, abs=1e-9)
    assert means.power_within(-0.6, 12, alpha=0.05) == means.power_within(0.6, 12, alpha=0.05)


def test_small_trials_are_significant_as_often_as_the_power_says():
    rng, trials = np.random.default_rng(2), 20_000
    effect = means.effect_within(0.5, 12, alpha=0.05)
    p = means.within(rng.normal(effect, 1, (trials, 12))).p_two_sided
    assert (p < 0.05).mean() == pytest.approx(0.5, abs=4 * math.sqrt(0.25 / trials))
    null = means.difference(*rng.normal(size=(2, trials, 12))).p_two_sided
    assert (null < 0.05).mean() == pytest.approx(0.05, abs=4 * math.sqrt(0.0475 / trials))


def test_an_arm_without_spread_has_no_test_and_leaves_the_others_alone():
    found = means.within([[1, 1, 1], [1, 2, 3]])
    assert np.isnan(found.t[0]) and np.isnan(found.p_two_sided[0])
    assert found.t[1] == pytest.approx(2 * math.sqrt(3))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: means.within([1.0]), "change has 1 patients; a mean needs two or more"),
        (lambda: means.within([1.0, float("nan")]), "change.*not a finite number"),
        (lambda: means.difference([[1, 2]] * 2, [[1, 2]] * 3), "others has 3 trials and treated 2"),
        (lambda: means.difference_of(1, -1, 5, 1, 1, 5), "sd is -1; it must be finite and not neg"),
        (lambda: means.difference_of(1, 1, 1, 1, 1, 5), "n is 1; a standard deviation needs two"),
        (lambda: means.two_sided_p(1, 0), "df is 0"),
        (lambda: means.critical_t(0, 5), "alpha is 0"),
        (lambda: means.effect_within(0.01, 12, alpha=0.05), "already gives 0.05"),
        (lambda: means.effect_within(1, 12, alpha=0.05), "power is 1"),
        (lambda: means.within([1, 2, 3], level=95), "level is 95"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()
