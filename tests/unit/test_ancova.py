"""Analysis of covariance: by hand, against statsmodels and R, and its properties."""

import numpy as np
import pytest
import statsmodels.api as sm
from _reference import values
from hypothesis import given
from hypothesis import strategies as st

from secondlook.cohort import load
from secondlook.means import ancova, difference


def test_by_hand():
    """Others change by 0, 2, 1, 1 from first values 0, 1, 0, 1; treated by three more each.

    At 0 the others' mean is 0.5, at 1 it is 1.5: slope 1. Residuals are a half each, their squares
    add to 2 over both arms, df 5, so the variance is 0.4 and the standard error √(0.4 / 2).
    """
    others, first = np.array([0.0, 2, 1, 1]), np.array([0.0, 1, 0, 1])
    found = ancova(
        np.r_[others, others + 3], np.repeat([False, True], 4), np.r_[first, first]
    )  # fmt: skip
    assert found.difference.mean == pytest.approx(3)
    assert found.slope == pytest.approx(1)
    assert (found.others.mean, found.treated.mean) == pytest.approx((1, 4))
    assert found.difference.se == pytest.approx(np.sqrt(0.4 / 2))
    assert found.difference.df == 5


def test_r_agrees_on_the_twin():
    reference = {what: value for (what,), value in values("jetals").items()}
    twin = load("jetals").dropna(subset="alsfrs_change")
    for name, some in {"everyone": twin, "users": twin[twin["riluzole"]]}.items():
        found = ancova(
            some["alsfrs_change"].to_numpy(float),
            (some["arm"] == "50 mg").to_numpy(),
            some["alsfrs_w0"].to_numpy(float),
        )
        gap = found.difference
        ours = [gap.mean, gap.lower, gap.upper, gap.p_two_sided]
        wanted = [reference[f"{name}.{what}"] for what in ("difference", "lower", "upper", "p")]
        assert ours == pytest.approx(wanted, rel=1e-8)
        for arm, test in {"placebo": found.others, "treated": found.treated}.items():
            wanted = [reference[f"{name}.{arm}.{what}"] for what in ("fit", "lwr", "upr")]
            assert [test.mean, test.lower, test.upper] == pytest.approx(wanted, rel=1e-8)


@given(seed=st.integers(0, 10_000), n=st.integers(5, 40))
def test_statsmodels_agrees_on_anything(seed, n):
    rng = np.random.default_rng(seed)
    first, noise = rng.normal(40, 3, n), rng.normal(0, 2, n)
    arm = rng.permutation(np.arange(n) % 2 == 0)
    change = 2 * arm - 0.3 * first + noise
    found = ancova(change, arm, first)
    fit = sm.OLS(change, sm.add_constant(np.column_stack([arm, first]).astype(float))).fit()
    assert found.difference.mean == pytest.approx(fit.params[1], rel=1e-6)
    assert found.difference.p_two_sided == pytest.approx(fit.pvalues[1], abs=1e-8)
    assert found.slope == pytest.approx(fit.params[2], rel=1e-6)


def test_with_arms_that_start_alike_it_is_the_difference_of_means():
    first = np.array([1.0, 2, 3, 1, 2, 3])
    change = np.array([0.0, 1, 1, 4, 6, 4])
    arm = np.arange(6) > 2
    found = ancova(change, arm, first)
    plain = difference(change[arm], change[~arm])
    assert found.difference.mean == pytest.approx(float(plain.mean[0]))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([1.0, 2, 3], [True, False], [1.0, 2, 3]), "treated"),
        (([1.0, 2, 3, 4], [1, 0, 1, 0], [1.0, 2, 3, 4]), "treated must be True or False"),
        (([1.0, 2, 3, 4], [True, False, False, False], [1.0, 2, 3, 4]), "two or more"),
        (([1.0, 2, 3, 4], [True, False, True, False], [5.0] * 4), "first is the same"),
        (([1.0, np.nan, 3, 4], [True, False, True, False], [1.0, 2, 3, 4]), "change"),
        ((np.ones((2, 4)), [True, False, True, False], [1.0, 2, 3, 4]), "one value a patient"),
    ],
)
def test_bad_input_is_named(given, words):
    change, treated, first = given
    with pytest.raises(ValueError, match=words):
        ancova(np.array(change), np.array(treated), np.array(first))
