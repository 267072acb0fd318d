"""The rank statistics, by hand, against R and scipy, and by what must not change them."""

import numpy as np
import pytest
from _reference import DATA_SETS, data_set, values
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, rankdata

from secondlook import _arrays, ranks
from secondlook.ranks import hodges_lehmann, rank_scores, van_elteren, wilcoxon, worst_ranked

R = values("survival") | values("ranks")
PERMEABILITY = (
    [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46, 1.15, 0.88, 0.90, 0.74, 1.21],
    [True] * 10 + [False] * 5,
)


def random_values(seed, trials=2, patients=40, groups=2):
    rng = np.random.default_rng(seed)
    value = rng.integers(0, 8, (trials, patients)).astype(float)
    treated = rng.permuted(np.tile(np.arange(patients) % 3 > 0, (trials, 1)), axis=1)
    return value, treated, rng.random((patients, groups)) < 0.6


def test_by_hand():
    # Ranks 1, 2, 3 and three times 5; the treated hold 3, 5 and 5.
    w = wilcoxon([3, 5, 5, 1, 5, 2], [1, 1, 1, 0, 0, 0])
    assert w.statistic == 13 - 6
    variance = 9 / 12 * (7 - (3**3 - 3) / (6 * 5))
    assert w.z == pytest.approx((7 - 4.5) / np.sqrt(variance))
    assert w.z.shape == (1, 1)


@pytest.mark.parametrize("name", DATA_SETS)
def test_is_that_of_r(name):
    frame = data_set(name)
    w = wilcoxon(frame.value.to_numpy(dtype=float), frame.treated.to_numpy())
    for part in ("statistic", "p_two_sided", "p_one_sided"):
        assert getattr(w, part)[0, 0] == pytest.approx(R[name, f"wilcoxon.{part}"], rel=1e-9)


def test_a_batch_agrees_with_scipy_cell_by_cell():
    value, treated, member = random_values(3, trials=5, groups=3)
    w = wilcoxon(value, treated, member)
    for trial in range(5):
        for group in range(3):
            who = member[:, group]
            v, x = value[trial, who], treated[trial, who]
            one = mannwhitneyu(v[x], v[~x], use_continuity=False, method="asymptotic")
            assert w.statistic[trial, group] == one.statistic
            assert w.p_two_sided[trial, group] == pytest.approx(one.pvalue, rel=1e-9)


@given(seed=st.integers(0, 10_000))
def test_what_must_not_matter(seed):
    value, treated, member = random_values(seed)
    a = wilcoxon(value, treated, member)
    swapped = wilcoxon(value, ~treated, member)
    np.testing.assert_allclose(swapped.z, -a.z, atol=1e-10)
    order = np.random.default_rng(seed + 1).permutation(40)
    moved = wilcoxon(value[:, order], treated[:, order], member[order])
    np.testing.assert_allclose(moved.z, a.z, atol=1e-10)
    np.testing.assert_allclose(wilcoxon(np.exp(value), treated, member).z, a.z, atol=1e-10)
    twice = wilcoxon(value, treated, np.concatenate([member, member], axis=1))
    np.testing.assert_array_equal(twice.z, np.concatenate([a.z, a.z], axis=1))


@given(seed=st.integers(0, 10_000))
def test_scores_add_up_to_the_test(seed):
    value, treated, member = random_values(seed, trials=1)
    w = wilcoxon(value, treated, member)
    n1 = treated.astype(float) @ member
    mean = n1 * (member.sum(axis=0) - n1) / 2
    np.testing.assert_allclose(treated @ rank_scores(value[0], member), w.statistic - mean)


def test_one_cohort_under_many_labels(monkeypatch):
    value, _, member = random_values(9, trials=1)
    treated = np.random.default_rng(2).random((6, 40)) < 0.5
    a = wilcoxon(value, treated, member)
    b = wilcoxon(np.tile(value, (6, 1)), treated, np.tile(member, (6, 1, 1)))
    assert a.z.shape == (6, 2)
    np.testing.assert_allclose(a.z, b.z)
    monkeypatch.setattr(_arrays, "BLOCK", 1)  # one trial at a time
    np.testing.assert_array_equal(wilcoxon(value, treated, member).z, a.z)


def test_cells_without_a_comparison_are_nan():
    value, treated = np.array([1.0, 2, 3, 4]), np.array([True, False, True, False])
    member = np.array([[1, 0, 1, 1], [1, 0, 0, 0], [1, 0, 1, 0], [1, 0, 0, 0]])
    w = wilcoxon(value, treated, member)  # everyone, nobody, one arm, one patient
    assert np.isfinite(w.z[0, 0]) and np.isnan(w.z[0, 1:]).all()
    assert np.isnan(wilcoxon([5.0, 5, 5, 5], treated).p_two_sided)


def test_higher_is_better_for_the_one_sided_p():
    value, treated = np.arange(20.0), np.arange(20) >= 10
    assert wilcoxon(value, treated).p_one_sided < 0.001
    assert wilcoxon(-value, treated).p_one_sided > 0.999


def test_the_worst_are_tied_below_all():
    value = worst_ranked([-40.0, -3, np.nan, -20], [False, True, True, False])
    assert value[1] == -np.inf and np.isnan(value[2]) and value[[0, 3]].tolist() == [-40, -20]
    everyone_else = ~np.isnan(value)[:, None]
    assert rank_scores(value, everyone_else)[:, 0].tolist() == [0, -1, 0, 1]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([1, np.nan, 3], [1, 0, 1]), "value is nan at trial 0, patient 1, who is in a subgroup"),
        (([1, 2, 3], [1, 1, 1]), "treated: everybody is treated in trial 0"),
        (([1, 2, 3], [1, 0]), "treated has 2 patients but value has 3"),
        (([1, 2, 3], [1, 0, 3]), "treated: the value 3 at patient 2 is neither 0 nor 1"),
        ((["a", "b", "c"], [1, 0, 1]), "value must be numbers"),
        (([1, 2, 3], [1, 0, 1], np.ones((4, 1))), "member has shape"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        wilcoxon(*arguments)


def test_scores_refuse_several_trials_and_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="must be one trial"):
        rank_scores(np.ones((2, 3)))
    with pytest.raises(ValueError, match="worst has shape"):
        worst_ranked([1.0, 2.0], [True])


def test_counts_that_need_wider_lanes():
    rng = np.random.default_rng(5)
    value, treated = rng.integers(0, 50_000, 40_000), rng.random(40_000) < 0.5
    one = mannwhitneyu(value[treated], value[~treated], use_continuity=False, method="asymptotic")
    w = wilcoxon(value, treated, np.ones((40_000, 3), dtype=bool))
    assert w.statistic[0].tolist() == [one.statistic] * 3
    assert w.p_two_sided[0, 2] == pytest.approx(one.pvalue, rel=1e-9)


def test_the_worst_by_time_are_below_all_and_the_earlier_the_worse():
    change, died = np.array([-40.0, -3, np.nan, -20, 5, -1]), np.array([0, 1, 1, 0, 1, 1], bool)
    value = worst_ranked(change, died, time=[np.nan, 90, 3, np.nan, 30, 90])
    scored = rank_scores(value, ~np.isnan(value)[:, None])[:, 0]
    assert scored.tolist() == [1, -0.5, 0, 2, -2, -0.5]  # ranks 4, 2.5, none, 5, 1, 2.5
    assert np.array_equal(value[[0, 3]], change[[0, 3]])


@given(seed=st.integers(0, 10_000))
def test_the_worst_by_time_rank_first_by_time_then_the_rest_by_value(seed):
    rng = np.random.default_rng(seed)
    change, died = rng.normal(-10, 8, (3, 30)), rng.random((3, 30)) < 0.4
    time = rng.integers(1, 20, (3, 30))
    value = worst_ranked(change, died, time=time)
    for trial, gone in enumerate(died):
        wanted = np.empty(30)
        wanted[gone] = rankdata(time[trial, gone])
        wanted[~gone] = gone.sum() + rankdata(change[trial, ~gone])
        assert rank_scores(value[trial])[:, 0].tolist() == (wanted - 15.5).tolist()


# --- van Elteren


def test_van_elteren_by_hand():
    # Stratum 1 holds 1 and 3 of the treated, 2 of the others: W 1, mean 1, variance 2/3.
    # Stratum 2 holds 5 and 7 of the treated, 4 and 6: W 3, mean 2, variance 5/3.
    v = van_elteren([1, 3, 2, 5, 7, 4, 6], [1, 1, 0, 1, 1, 0, 0], [1, 1, 1, 2, 2, 2, 2])
    assert v.z == pytest.approx((0 / 4 + 1 / 5) / np.sqrt(2 / 3 / 4**2 + 5 / 3 / 5**2))
    assert v.z.shape == (1, 1)


@pytest.mark.parametrize("name", DATA_SETS)
def test_van_elteren_is_that_of_r(name):
    frame = data_set(name)
    value, treated, strata = (frame[c].to_numpy() for c in ("value", "treated", "stratum"))
    assert van_elteren(value, treated, strata).z[0, 0] == pytest.approx(
        R[name, "van_elteren.z"], rel=1e-9
    )


@given(seed=st.integers(0, 10_000))
def test_what_must_not_matter_to_van_elteren(seed):
    value, treated, member = random_values(seed)
    strata = np.random.default_rng(seed + 2).integers(0, 3, 40)
    a = van_elteren(value, treated, strata, member).z
    np.testing.assert_allclose(van_elteren(value, ~treated, strata, member).z, -a, atol=1e-10)
    # Each stratum may be measured in its own unit, from its own zero.
    moved = value * np.array([1, 5, 0.1])[strata] + np.array([0, -90, 7])[strata]
    np.testing.assert_allclose(van_elteren(moved, treated, strata, member).z, a, atol=1e-10)
    names = np.array(["young", "old", "other"])[strata]
    per_trial = van_elteren(value, treated, np.tile(names, (2, 1)), member)
    np.testing.assert_allclose(per_trial.z, a, atol=1e-10)
    one = van_elteren(value, treated, np.zeros(40), member)
    plain = wilcoxon(value, treated, member)
    np.testing.assert_allclose(one.z, plain.z, atol=1e-10)
    np.testing.assert_allclose(one.p_one_sided, plain.p_one_sided, atol=1e-10)


def test_a_stratum_without_a_comparison_adds_nothing():
    value, treated = np.array([1.0, 4, 2, 3, 9, 8, 5, 5]), np.array([1, 0, 1, 0, 1, 1, 0, 1])
    strata = np.array([0, 0, 0, 0, 1, 1, 2, 2])  # all treated in 1, all tied in 2
    everyone, none = np.ones(8, dtype=bool), strata > 0
    v = van_elteren(value, treated, strata, np.column_stack([everyone, none]))
    assert v.z[0, 0] == pytest.approx(wilcoxon(value[:4], treated[:4]).z[0, 0])
    assert np.isnan(v.z[0, 1]) and np.isnan(v.p_two_sided[0, 1])


# --- Hodges and Lehmann


def test_hodges_lehmann_by_hand():
    # Differences 1, 2, 3, 5, 6, 7, so a median of 4; n₁n₀/2 = 3 and var = 6/12 · 6 = 3.
    value, treated = [2.0, 6, 1, 0, -1], [1, 1, 0, 0, 0]
    h = hodges_lehmann(value, treated, level=0.5)  # 3 − 0.674√3 = 1.83: the 2nd from each end
    assert (h.shift[0, 0], h.lower[0, 0], h.upper[0, 0]) == (4, 2, 6)
    h = hodges_lehmann(value, treated)  # 3 − 1.96√3 < 0: five patients cannot give 95%
    assert (h.shift[0, 0], h.lower[0, 0], h.upper[0, 0]) == (4, -np.inf, np.inf)


@pytest.mark.parametrize("name", [*DATA_SETS, "permeability"])
def test_hodges_lehmann_is_that_of_r(name):
    if name == "permeability":
        value, treated = PERMEABILITY
    else:
        value, treated = (data_set(name)[c].to_numpy() for c in ("value", "treated"))
    for level in (0.95, 0.8):
        h = hodges_lehmann(value, treated, level=level)
        assert h.shift[0, 0] == pytest.approx(R[name, "shift"], abs=1e-12)
        # R's root finding stops within 1e-10 of the limit.
        assert h.lower[0, 0] == pytest.approx(R[name, f"lower.{level:g}"], abs=2e-10)
        assert h.upper[0, 0] == pytest.approx(R[name, f"upper.{level:g}"], abs=2e-10)


def test_without_ties_it_is_near_the_exact_interval():
    h = hodges_lehmann(*PERMEABILITY)
    found = (h.shift[0, 0], h.lower[0, 0], h.upper[0, 0])
    exact = [R["permeability", f"exact.{what}"] for what in ("shift", "lower", "upper")]
    assert found == pytest.approx(exact, abs=1e-12)


@given(seed=st.integers(0, 10_000), whole=st.booleans())
def test_the_interval_holds_what_the_test_does_not_reject(seed, whole):
    rng = np.random.default_rng(seed)
    value, treated = rng.normal(0, 4, 30), rng.permutation(30) < 14
    value = np.round(value) if whole else value
    value[rng.random(30) < 0.1] = -np.inf
    h = hodges_lehmann(value, treated, level=0.9)
    for shift in rng.uniform(-8, 8, 20):  # off the differences themselves, with probability 1
        p = wilcoxon(value - shift * treated, treated).p_two_sided[0, 0]
        assert (p >= 0.1) == (h.lower[0, 0] < shift < h.upper[0, 0])


@given(seed=st.integers(0, 10_000))
def test_what_must_not_matter_to_the_shift(seed):
    value, treated, member = random_values(seed)
    a = hodges_lehmann(value, treated, member)
    order = np.random.default_rng(seed + 1).permutation(40)
    moved = hodges_lehmann(value[:, order], treated[:, order], member[order])
    swapped = hodges_lehmann(value, ~treated, member)
    better = hodges_lehmann(value * 2 + 7 * treated, treated, member)
    for part, other in (("shift", "shift"), ("lower", "upper"), ("upper", "lower")):
        np.testing.assert_array_equal(getattr(moved, part), getattr(a, part))
        np.testing.assert_array_equal(getattr(swapped, part), -getattr(a, other))
        np.testing.assert_array_equal(getattr(better, part), 2 * getattr(a, part) + 7)


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(20)
    trials, treated = 2000, np.arange(60) < 30
    h = hodges_lehmann(rng.standard_exponential((trials, 60)) + 0.5 * treated, treated)
    covered = ((h.lower <= 0.5) & (h.upper >= 0.5)).mean()
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / trials))


def test_patients_ranked_worst_in_a_shift():
    value = [-np.inf, 3, 5, -np.inf, 1, 2]
    treated = [1, 1, 1, 0, 0, 0]
    # Worst v worst says nothing; then −∞ twice, 1, 2, 3, 4 and +∞ twice.
    h = hodges_lehmann(value, treated, level=0.5)
    assert h.shift[0, 0] == 2.5
    mostly = hodges_lehmann([-np.inf, -np.inf, 3, 1, 2, 4], treated)
    assert mostly.shift[0, 0] == -np.inf
    nobody = hodges_lehmann([-np.inf] * 6, treated)
    assert np.isnan([nobody.shift, nobody.lower, nobody.upper]).all()


def test_shift_without_a_comparison_is_nan_and_others_are_intact():
    member = np.array([[1, 0, 1], [1, 0, 0], [1, 0, 1], [1, 0, 0]])
    h = hodges_lehmann([1.0, 2, 3, 4], [1, 0, 1, 0], member)  # everyone, nobody, one arm
    assert h.shift[0, 0] == -1 and np.isnan(h.shift[0, 1:]).all()
    assert np.isnan(h.lower[0, 1:]).all() and np.isnan(h.upper[0, 1:]).all()


def test_bad_input_to_shift_strata_and_times_is_named(monkeypatch):
    with pytest.raises(ValueError, match="level is 95; it must be between 0 and 1"):
        hodges_lehmann([1, 2], [0, 1], level=95)
    with pytest.raises(ValueError, match="value is nan at trial 0, patient 1"):
        hodges_lehmann([1, np.nan], [0, 1])
    monkeypatch.setattr(ranks, "PAIRS", 3)
    with pytest.raises(ValueError, match="2 treated and 2 other patients in trial 0, subgroup 0"):
        hodges_lehmann([1, 2, 3, 4], [0, 1, 0, 1])
    with pytest.raises(ValueError, match="strata has shape"):
        van_elteren([1, 2, 3], [0, 1, 0], [1, 2])
    with pytest.raises(ValueError, match="strata has no label at trial 0, patient 2"):
        van_elteren([1, 2, 3], [0, 1, 0], [1, 2, np.nan])
    with pytest.raises(ValueError, match="time has shape"):
        worst_ranked([1.0, 2], [True, False], time=[1])
    with pytest.raises(ValueError, match=r"time is nan and value 1 at \(0,\); the worst need"):
        worst_ranked([1.0, 2], [True, False], time=[np.nan, 3])
