"""The rank sum test, by hand, against R and scipy, and by what must not change it."""

import numpy as np
import pytest
from _reference import DATA_SETS, data_set, values
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from secondlook import _arrays
from secondlook.ranks import rank_scores, wilcoxon, worst_ranked

R = values("survival")


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
