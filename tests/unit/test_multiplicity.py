"""Families of tests: by hand, against R and scipy, and by what must hold for any of them."""

import doctest
import itertools

import numpy as np
import pytest
from _reference import values
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import multivariate_normal, norm

from secondlook import multiplicity, ranks, survival
from secondlook.multiplicity import (
    bonferroni,
    closed,
    common_level,
    contrast_correlation,
    critical_value,
    hochberg,
    holm,
    max_contrast,
    max_t,
    max_tail,
)

R = values("multiplicity")
SETS = sorted({what for what, method, _ in R if method == "raw"})
DOSES = contrast_correlation([123, 124, 123], [[-1, 0, 1], [-1, 0.5, 0.5]])
METHODS = {
    "bonferroni": bonferroni,
    "holm": holm,
    "hochberg": hochberg,
    "hommel": lambda p: closed(p, "simes"),
}
p_values = hnp.arrays(
    float, st.tuples(st.integers(1, 3), st.integers(1, 5)), elements=st.floats(0, 1)
)


def column(what, method):
    found = {int(at): value for (w, m, at), value in R.items() if (w, m) == (what, method)}
    return np.array([found[i] for i in range(len(found))])


def equal(correlation, m):
    return np.full((m, m), correlation) + (1 - correlation) * np.eye(m)


def random_correlation(rng, m):
    loading = rng.normal(size=(m, m + 1))
    covariance = loading @ loading.T
    scale = np.sqrt(np.diag(covariance))
    return covariance / np.outer(scale, scale)


def test_the_examples_of_the_docstrings():
    failed, tried = doctest.testmod(multiplicity)
    assert tried >= 6 and failed == 0


# --- p values alone


def test_by_hand():
    p = [0.01, 0.04, 0.03]
    assert bonferroni(p) == pytest.approx([0.03, 0.12, 0.09])
    assert holm(p) == pytest.approx([0.03, 0.06, 0.06])  # 3 × .01, 2 × .03, then not below
    assert hochberg(p) == pytest.approx([0.03, 0.04, 0.04])  # 1 × .04, 2 × .03 → .04, 3 × .01


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [name for name in SETS if name != "many"])
def test_is_that_of_r(name, method):
    found = METHODS[method](column(name, "raw"))
    np.testing.assert_allclose(found, column(name, method), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("method", ["bonferroni", "holm", "hochberg"])
def test_twenty_tests_are_those_of_r(method):
    found = METHODS[method](column("many", "raw"))
    np.testing.assert_allclose(found, column("many", method), rtol=1e-12)


@given(p=p_values)
def test_the_order_of_the_procedures(p):
    b, h, hoch, hom = (METHODS[method](p) for method in METHODS)
    slack = 1e-12
    assert (p <= hom + slack).all() and (hom <= hoch + slack).all()
    if p.shape[1] == 2:
        np.testing.assert_allclose(hom, hoch, atol=slack)
    assert (hoch <= h + slack).all() and (h <= b + slack).all() and (b <= 1).all()
    for adjusted in (b, h, hoch, hom):
        order = np.argsort(p, axis=-1)
        assert (np.diff(np.take_along_axis(adjusted, order, axis=-1)) >= -slack).all()


@given(p=p_values, seed=st.integers(0, 1000))
def test_the_order_of_the_tests_does_not_matter(p, seed):
    moved = np.random.default_rng(seed).permutation(p.shape[1])
    for method in METHODS.values():
        np.testing.assert_allclose(method(p[:, moved]), method(p)[:, moved], atol=1e-12)


@given(p=p_values)
def test_a_missing_p_is_no_test(p):
    wide = np.insert(p, 1, np.nan, axis=1)
    for method in METHODS.values():
        found = method(wide)
        assert np.isnan(found[:, 1]).all()
        np.testing.assert_allclose(np.delete(found, 1, axis=1), method(p), atol=1e-12)


def test_all_missing_stays_missing():
    for method in METHODS.values():
        assert np.isnan(method([np.nan, np.nan])).all()


def test_family_wise_error_of_independent_tests():
    rng, trials = np.random.default_rng(4), 20_000
    p = rng.random((trials, 5))
    se = np.sqrt(0.05 * 0.95 / trials)
    for method in (bonferroni, holm):
        assert (method(p) <= 0.05).any(axis=1).mean() == pytest.approx(1 - 0.99**5, abs=4 * se)
    # Simes' test has exactly the level alpha when all is independent and null.
    assert (closed(p, "simes") <= 0.05).any(axis=1).mean() <= 0.05 + 4 * se


# --- closed testing


@given(p=p_values)
def test_closed_testing_with_bonferroni_is_holm(p):
    np.testing.assert_allclose(closed(p), holm(p), atol=1e-12)


def test_closed_testing_by_hand_from_a_table_of_intersections():
    table = {(0,): 0.01, (1,): 0.02, (2,): 0.2, (0, 1): 0.03, (0, 2): 0.04, (1, 2): 0.06}
    table[0, 1, 2] = 0.035
    found = closed([0.01, 0.02, 0.2], lambda p, members: table[members])
    assert found.tolist() == [0.04, 0.06, 0.2]


def test_a_gatekeeper():
    # The second endpoint is looked at only if the first succeeds.
    first, second = np.array([[0.01, 0.2], [0.3, 0.001]])
    found = closed(np.stack([first, second], axis=1), lambda p, members: p[..., 0])
    assert found.tolist() == [[0.01, 0.3], [0.2, 0.2]]


def test_closed_testing_with_the_max_test_is_the_step_down():
    rng = np.random.default_rng(6)
    correlation, z = random_correlation(rng, 3), rng.normal(1.5, 1, (8, 3))
    for sides in (1, 2):
        reached = z if sides == 1 else np.abs(z)
        raw = sides * norm.sf(reached)

        def largest(p, members, sides=sides, reached=reached):
            part = correlation[np.ix_(members, members)]
            return max_tail(reached[:, members].max(axis=1), part, sides=sides)

        stepped = max_contrast(z, correlation, sides=sides, step_down=True)
        np.testing.assert_allclose(closed(raw, largest), stepped, atol=1e-9)


# --- contrasts


def test_correlation_by_hand():
    # Arms of equal size: cov = 1 + 1/2, variances 2 and 3/2.
    r = contrast_correlation([50, 50, 50], [[-1, 0, 1], [-1, 0.5, 0.5], [0, -1, 1]])
    assert r[0, 1] == pytest.approx(np.sqrt(3) / 2)
    assert r[0, 2] == pytest.approx(0.5)
    assert r[1, 2] == pytest.approx(0, abs=1e-15)
    assert np.diag(r).tolist() == pytest.approx([1, 1, 1])
    assert DOSES[0, 1] == pytest.approx(0.866, abs=0.001)


def test_correlation_is_that_of_means_in_simulated_trials():
    rng, trials, sizes = np.random.default_rng(11), 20_000, np.array([20, 40, 60])
    contrasts = np.array([[-1, 0, 1], [-1, 0.4, 0.6]])
    means = rng.normal(size=(trials, 3)) / np.sqrt(sizes)
    found = np.corrcoef(contrasts @ means.T)[0, 1]
    wanted = contrast_correlation(sizes, contrasts)[0, 1]
    assert np.arctanh(found) == pytest.approx(np.arctanh(wanted), abs=4 / np.sqrt(trials - 3))


# --- the largest of correlated normal variables


def test_the_largest_is_that_of_r():
    checked = 0
    for (what, method, at), wanted in R.items():
        if what != "max":
            continue
        sides, _, _, m, _, r = method.split()
        found = max_tail(float(at), equal(float(r), int(m)), sides=int(sides))
        assert found == pytest.approx(wanted, rel=1e-9), (method, at)
        checked += 1
    assert checked == 54


@pytest.mark.parametrize(
    "sides, published", [(1, (1.92, 2.06, 2.16, 2.23)), (2, (2.21, 2.35, 2.44, 2.51))]
)
def test_critical_values_are_those_of_r_and_of_dunnett(sides, published):
    # Dunnett's tables, infinitely many degrees of freedom, 2 to 5 arms against a control.
    for m, printed in zip(range(2, 6), published, strict=True):
        found = critical_value(equal(0.5, m), 0.05, sides=sides)
        assert found == pytest.approx(R["critical", f"{sides} sides", str(m)], abs=1e-8)
        assert round(found, 2) == printed


@pytest.mark.parametrize("rho", [-0.7, 0.2, 0.866, 0.999])
def test_two_variables_are_those_of_scipy(rho):
    r = equal(rho, 2)
    for z in (-2.0, -0.3, 0.0, 0.4, 1.96, 3.0):
        both = multivariate_normal.cdf([z, z], cov=r)
        assert max_tail(z, r, sides=1) == pytest.approx(1 - both, abs=1e-7)
        if z > 0:
            inside = multivariate_normal.cdf([z, z], cov=r, lower_limit=[-z, -z])
            assert max_tail(z, r, sides=2) == pytest.approx(1 - inside, abs=1e-7)


def test_three_contrasts_between_three_arms_are_singular_and_exact():
    r = contrast_correlation([123, 124, 123], [[-1, 0, 1], [-1, 1, 0], [-1, 0.5, 0.5]])
    assert np.linalg.eigvalsh(r)[0] == pytest.approx(0, abs=1e-12)
    # The same three, cut from the plane by brute force: the pooled one is a sum of the others.
    arms = np.random.default_rng(8).normal(size=(400_000, 3)) / np.sqrt([123, 124, 123])
    contrasts = np.array([[-1, 0, 1], [-1, 1, 0], [-1, 0.5, 0.5]])
    z = (arms @ contrasts.T) / np.sqrt(contrasts**2 @ (1 / np.array([123, 124, 123])))
    for sides, limit in itertools.product((1, 2), (0.5, 1.96, 2.5)):
        share = ((z if sides == 1 else np.abs(z)).max(axis=1) >= limit).mean()
        se = np.sqrt(share * (1 - share) / len(z))
        assert max_tail(limit, r, sides=sides) == pytest.approx(share, abs=4 * se)


PRECISE = {"maxpts": 1_000_000, "abseps": 1e-6, "releps": 1e-6}


def test_any_correlation_is_near_that_of_scipy():
    rng = np.random.default_rng(12)
    endpoints_by_contrasts = np.kron(equal(0.59, 2), DOSES)
    for r in (endpoints_by_contrasts, random_correlation(rng, 3), random_correlation(rng, 5)):
        for z in (1.0, 2.0, 2.5):
            # SciPy draws at random; few points make a judge that errs as much as we may
            judge = multivariate_normal.cdf(np.full(len(r), z), cov=r, **PRECISE)
            wanted = 1 - judge
            assert max_tail(z, r, sides=1) == pytest.approx(wanted, rel=3e-3, abs=2e-5)


def test_one_common_factor_and_fixed_directions_agree(monkeypatch):
    rng = np.random.default_rng(14)
    factor = rng.uniform(-0.8, 0.9, 4)
    r = np.outer(factor, factor) + np.diag(1 - factor**2)
    z = np.array([-0.5, 0.3, 1.0, 2.0, 2.8])
    exact = {sides: max_tail(z, r, sides=sides) for sides in (1, 2)}
    monkeypatch.setattr(multiplicity, "_common_factor", lambda correlation: None)
    multiplicity._method.cache_clear()
    try:
        for sides in (1, 2):
            np.testing.assert_allclose(max_tail(z, r, sides=sides), exact[sides], rtol=3e-3)
    finally:
        multiplicity._method.cache_clear()


@given(z=st.floats(-4, 6), m=st.integers(2, 6))
def test_all_the_same_is_one_test_and_independent_is_a_product(z, m):
    assert max_tail(z, np.ones((m, m)), sides=1) == pytest.approx(norm.sf(z), abs=1e-8)
    product = -np.expm1(m * norm.logcdf(z))
    assert max_tail(z, np.eye(m), sides=1) == pytest.approx(product, rel=1e-7)
    within = -np.expm1(m * np.log1p(-2 * norm.sf(z))) if z > 1e-9 else 1
    assert max_tail(z, np.eye(m), sides=2) == pytest.approx(within, rel=1e-7)


@given(seed=st.integers(0, 1000), sides=st.sampled_from([1, 2]))
def test_adjusted_p_of_contrasts(seed, sides):
    rng = np.random.default_rng(seed)
    sizes, coefficients = rng.integers(5, 200, 3), rng.normal(size=(3, 3))
    r = contrast_correlation(sizes, coefficients - coefficients.mean(axis=1, keepdims=True))
    z = rng.normal(1, 1.5, (4, 3))
    raw = sides * norm.sf(z if sides == 1 else np.abs(z))
    single = max_contrast(z, r, sides=sides)
    stepped = max_contrast(z, r, sides=sides, step_down=True)
    slack = 1e-8
    assert (raw <= stepped + slack).all() and (stepped <= single + slack).all()
    assert (single <= bonferroni(raw) + slack).all() and (stepped <= holm(raw) + slack).all()
    moved = rng.permutation(3)
    for step_down, found in ((False, single), (True, stepped)):
        again = max_contrast(z[:, moved], r[np.ix_(moved, moved)], sides=sides, step_down=step_down)
        np.testing.assert_allclose(again, found[:, moved], atol=1e-7)


def test_a_contrast_without_a_z_leaves_the_family():
    z = np.array([[2.0, np.nan], [2.0, 1.0], [np.nan, np.nan]])
    for step_down in (False, True):
        p = max_contrast(z, DOSES, sides=1, step_down=step_down)
        assert p[0, 0] == pytest.approx(norm.sf(2), abs=1e-10) and np.isnan(p[0, 1])
        assert p[1, 0] == pytest.approx(max_tail(2.0, DOSES, sides=1))
        assert np.isnan(p[2]).all()
    assert max_contrast([2.0, 1.0], DOSES, sides=1, step_down=True)[1] == pytest.approx(norm.sf(1))


def test_any_z_has_an_answer():
    for r in (DOSES, equal(0.5, 3), np.kron(equal(0.59, 2), DOSES)):
        z = [-np.inf, -1e300, 1e300, np.inf, np.nan]
        for sides in (1, 2):
            found = max_tail(z, r, sides=sides)
            assert found[:4] == pytest.approx([1, 1, 0, 0])
            assert np.isnan(found[4]) and max_tail(2, r, sides=sides).shape == ()


def test_two_contrasts_unadjusted_cost_what_simulated_trials_say():
    # One dose, and both doses together, each at its own full level: 7.3% and 3.9% of 40,000
    # simulated trials (Monte Carlo SE .0013 and .001) in which nothing worked.
    z95 = norm.isf(0.025)
    assert max_tail(z95, DOSES, sides=2) == pytest.approx(0.073, abs=4 * 0.0013)
    assert max_tail(z95, DOSES, sides=1) == pytest.approx(0.039, abs=4 * 0.001)


@pytest.mark.parametrize("sides", [1, 2])
def test_critical_value_and_level_of_the_family(sides):
    for r in (DOSES, equal(0.5, 3), np.ones((2, 2))):
        critical = critical_value(r, 0.025, sides=sides)
        assert max_tail(critical, r, sides=sides) == pytest.approx(0.025, abs=1e-9)
        level = common_level(r, 0.025, sides=sides)
        assert level == pytest.approx(sides * norm.sf(critical))
        assert 0.025 / len(r) < level <= 0.025 + 1e-9
    for p in max_contrast([critical, critical - 1], r, sides=sides):
        assert p >= 0.025 - 1e-9


# --- permutation


def test_max_t_by_hand():
    null = np.array([[0, 3.0], [1, -4], [2, 1], [np.nan, 0], [0.5, 0.6]])  # best 3, 1, 2, 0, .6
    assert max_t([2.0, 0.9], null, sides=1) == pytest.approx([3 / 6, 5 / 6 - 1 / 6])
    # The first is still against the best of both; the second only against its own 3, −4, 1, 0, .6.
    assert max_t([2.0, 0.9], null, sides=1, step_down=True) == pytest.approx([3 / 6, 3 / 6])
    assert max_t([2.0, 0.9], null, sides=2) == pytest.approx([4 / 6, 4 / 6])
    found = max_t([2.0, np.nan], null, sides=1)
    assert found[0] == pytest.approx(3 / 6) and np.isnan(found[1])


def test_rounding_decides_nothing():
    assert max_t([0.1 + 0.2], [[0.3], [0.1]], sides=1) == pytest.approx([2 / 3])


@given(seed=st.integers(0, 1000), sides=st.sampled_from([1, 2]))
def test_adjusted_p_by_permutation(seed, sides):
    rng = np.random.default_rng(seed)
    null = np.round(rng.normal(size=(40, 5)), 1)
    null[rng.random(null.shape) < 0.1] = np.nan
    z = np.round(rng.normal(1, 1.5, (3, 5)), 1)
    reach = (lambda a: a) if sides == 1 else np.abs
    with np.errstate(invalid="ignore"):
        raw = (1 + (reach(null) >= reach(z)[:, None, :]).sum(axis=1)) / 41
    single = max_t(z, null, sides=sides)
    stepped = max_t(z, null, sides=sides, step_down=True)
    assert (raw <= stepped).all() and (stepped <= single).all()
    assert (single >= 1 / 41).all() and (single <= 1).all()
    moved = rng.permutation(5)
    for step_down, found in ((False, single), (True, stepped)):
        again = max_t(z[:, moved], null[:, moved], sides=sides, step_down=step_down)
        np.testing.assert_array_equal(again, found[:, moved])
        order = np.argsort(-reach(z), axis=1)
        assert (np.diff(np.take_along_axis(found, order, axis=1)) >= 0).all()
    np.testing.assert_array_equal(max_t(z[0], null, sides=sides, step_down=True), stepped[0])


def test_family_wise_error_of_max_t():
    rng, trials, shuffles = np.random.default_rng(15), 20_000, 20_000
    r = np.linalg.cholesky(equal(0.6, 6))
    z, null = rng.normal(size=(trials, 6)) @ r.T, rng.normal(size=(shuffles, 6)) @ r.T
    found = (max_t(z, null, sides=2) <= 0.05).any(axis=1).mean()
    # Both the trials and the shuffles that judge them are samples.
    assert found == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 * (1 / trials + 1 / shuffles)))


def test_max_t_of_independent_looks_is_their_product():
    rng, shuffles = np.random.default_rng(16), 40_000
    p = max_t([2.0, 1.2, 0.1], rng.normal(size=(shuffles, 3)), sides=1)
    wanted = 1 - norm.cdf([2.0, 1.2, 0.1]) ** 3
    assert (np.abs(p - wanted) < 4 * np.sqrt(wanted * (1 - wanted) / shuffles) + 1e-4).all()


# --- bad input


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: holm([0.1, 1.2]), r"p is 1.2 at \(1,\); a p value is between 0 and 1"),
        (lambda: bonferroni([[0.1, -0.2]]), r"p is -0.2 at \(0, 1\)"),
        (lambda: hochberg([]), "p has shape"),
        (lambda: holm(["a"]), "p must be a number"),
        (lambda: closed([0.1], "sime"), "test is 'sime'; it must be"),
        (lambda: closed(np.full(13, 0.1)), "p has 13 tests; closed testing takes up to 12"),
        (lambda: closed([0.1, np.nan], lambda p, m: 0.5), "p holds nan; leave that test out"),
        (lambda: closed([0.1, 0.2], lambda p, m: 1.5), r"test gave 1.5 for \(0,\)"),
        (lambda: contrast_correlation([5, 5], [[1, -1, 0]]), "contrasts has shape"),
        (lambda: contrast_correlation([5, 0], [[1, -1]]), "sizes: arm 1 has 0 patients"),
        (lambda: contrast_correlation([5, 5], [[1, -1], [1, 1]]), "contrasts: row 1 is"),
        (lambda: contrast_correlation([5, 5], [[0, 0]]), "contrasts: row 0 is"),
        (lambda: max_contrast([1, 2, 3], DOSES, sides=1), "z has 3 contrasts but correlation is"),
        (lambda: max_contrast([1, 2], DOSES, sides=3), "sides is 3; it must be 1 or 2"),
        (lambda: max_contrast([1, 2], [[1, 0.5], [0.4, 1]], sides=1), "symmetric"),
        (lambda: max_contrast([1, 2], [[1, 1.5], [1.5, 1]], sides=1), r"is 1.5 at \(0, 1\)"),
        (lambda: max_contrast([1, 2], [[1, np.nan], [np.nan, 1]], sides=1), r"nan at \(0, 1\)"),
        (lambda: max_tail(1, equal(-0.9, 3), sides=1), "no variables can be correlated like"),
        (lambda: max_tail(1, np.ones((2, 3)), sides=1), "it must be square"),
        (
            lambda: max_tail(1, random_correlation(np.random.default_rng(1), 13), sides=1),
            "correlation is of 13 contrasts; 12 can be computed",
        ),
        (lambda: critical_value(DOSES, 1.0, sides=1), "alpha is 1; it must be between 0 and 1"),
        (lambda: max_t([1.0, 2], np.ones((5, 3)), sides=1), r"it must be \(shuffles, 2\)"),
        (lambda: max_t([1.0], np.ones((0, 1)), sides=1), "at least one shuffle"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_survival_test_that_benefits_speaks_through_benefit_z():
    """Its z is negative for a benefit; the family of tests asks for a positive one."""
    rng, treated = np.random.default_rng(8), np.arange(200) >= 100
    time = rng.exponential(np.where(treated, 3.0, 1.0), (1, 200))
    assert (ranks.wilcoxon(time, treated).benefit_z == ranks.wilcoxon(time, treated).z).all()
    for test in (f(time, time < 2, treated) for f in (survival.logrank, survival.cox)):
        p = multiplicity.max_contrast(test.benefit_z, [[1]], sides=1)
        assert p == pytest.approx(test.p_one_sided, rel=1e-9)
        assert p < 1e-4 < 0.99 < multiplicity.max_contrast(test.z, [[1]], sides=1)
