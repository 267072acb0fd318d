"""What stands beside the data (levels, sides, counts, generators) is refused in words as well."""

import numpy as np
import pytest

from secondlook import (
    arms,
    credibility,
    design,
    forensics,
    means,
    multiplicity,
    ranks,
    sequential,
    survival,
)

TIME, EVENT, ARM = [1, 2, 3, 4], [1, 1, 0, 1], [1, 0, 1, 0]
RULE = {"alpha": 0.05, "sides": 2}
ODD = ["high", None, object(), [0.5, 0.9], [[1], [2, 3]], 1 + 2j, np.datetime64("2020-01-01"), {}]

ONE_NUMBER = {
    "level of a band": ("level", lambda x: survival.kaplan_meier_band(TIME, EVENT, level=x)),
    "level of a shift": ("level", lambda x: ranks.hodges_lehmann(TIME, ARM, level=x)),
    "level of a mean": ("level", lambda x: means.within(TIME, level=x)),
    "rho": ("rho", lambda x: survival.logrank(TIME, EVENT, ARM, rho=x)),
    "horizon": ("horizon", lambda x: survival.restricted_mean(TIME, EVENT, horizon=x)),
    "alpha of a plan": ("alpha", lambda x: design.power(0.5, 100, alpha=x, sides=2)),
    "alpha of contrasts": ("alpha", lambda x: multiplicity.critical_value([[1.0]], x, sides=1)),
    "alpha of a t": ("alpha", lambda x: means.critical_t(x, 5)),
    "sides of a plan": ("sides", lambda x: design.power(0.5, 100, alpha=0.05, sides=x)),
    "sides of contrasts": ("sides", lambda x: multiplicity.max_contrast([1.0], [[1.0]], sides=x)),
    "drift": ("drift", lambda x: sequential.behaviour(sequential.boundaries(2, **RULE), x)),
    "delta": ("delta", lambda x: sequential.classical(2, **RULE, delta=x)),
    "shared": ("shared", lambda x: credibility.chain([0.5], x)),
    "df": ("df", lambda x: means.two_sided_p(2.0, x)),
    "trials": ("trials", lambda x: draw(trials=x)),
    "accrual": ("accrual", lambda x: draw(accrual=x)),
}


def draw(trials=2, rng=None, **options):
    rng = np.random.default_rng(1) if rng is None else rng
    given = {"sizes": [3, 3], "hazards": [0.1, 0.2], "follow_up": 5} | options
    return arms.draw_trials(trials, rng, **given)


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("name", ONE_NUMBER)
def test_what_is_not_one_number_is_refused_by_name(name, value):
    argument, call = ONE_NUMBER[name]
    with pytest.raises(ValueError, match=argument):
        call(value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, "three", None])
def test_a_count_that_is_none_is_refused_by_name(value):
    with pytest.raises(ValueError, match=r"df is .*; it must be a whole number of 1 or more"):
        means.two_sided_p(2.0, value)
    with pytest.raises(ValueError, match="times"):
        sequential.boundaries(value, **RULE)


@pytest.mark.parametrize("seed", [1, "seed", np.random.RandomState(1)])
def test_a_seed_is_no_generator(seed):
    with pytest.raises(ValueError, match=r"rng is .*; it must be a generator: numpy.random"):
        draw(rng=seed)
    with pytest.raises(ValueError, match="rng is"):
        credibility.coin_subgroups(3, seed)
    with pytest.raises(ValueError, match="rng is"):
        design.power_by_simulation(lambda n, rng: (rng.random(n),), lambda p: p, 9, seed, 0.05)


@pytest.mark.parametrize("flag", [1 + 0j, np.datetime64(1, "D")])
def test_flags_are_neither_complex_nor_dates(flag):
    with pytest.raises(ValueError, match="event must be True or False, or 1 or 0"):
        survival.kaplan_meier(TIME, np.full(4, flag))
    with pytest.raises(ValueError, match="worst must be True or False, or 1 or 0"):
        ranks.worst_ranked(TIME, np.full(4, flag))


def test_dates_and_words_are_no_numbers_of_a_plan():
    for value in (np.datetime64("2020-01-01"), "0.5", 1j, None):
        with pytest.raises(ValueError, match="hr must be a number"):
            design.drift(value, 100)
        with pytest.raises(ValueError, match="z_null must be a number"):
            multiplicity.max_t([1.0], value, sides=1)


def test_an_infinite_effect_has_no_exaggeration():
    with pytest.raises(ValueError, match="effect is inf"):
        credibility.exaggeration(np.inf, 1, alpha=0.05, sides=2)


def test_more_than_memory_is_refused_before_it_is_drawn():
    with pytest.raises(ValueError, match=r"trials: 10,000,000 × 6 patients .* draw fewer"):
        draw(trials=10_000_000)
    with pytest.raises(ValueError, match="above 100,000 use the normal distribution"):
        means.power_within(0.1, 10**9, alpha=0.05)


def test_rates_of_withdrawal_are_one_or_one_an_arm():
    with pytest.raises(ValueError, match=r"withdrawal has shape \(3,\); .* 2, one for each arm"):
        draw(withdrawal=[0.1, 0.2, 0.3])


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_what_is_no_estimate_is_refused_by_name(value):
    good = forensics.Estimate(0.6, 0.4, 0.9)
    with pytest.raises(ValueError, match=r"part is .*; it must be an Estimate"):
        forensics.complement(good, value)
    with pytest.raises(ValueError, match="estimate is "):
        forensics.shrink(value)
    with pytest.raises(ValueError, match="prior_sd_log"):
        forensics.shrink(good, 0, value)
    with pytest.raises(ValueError, match="level"):
        forensics.se_from_interval(0.4, 0.9, level=value)
    with pytest.raises(ValueError, match="estimate is "):
        forensics.compatibility(0.7, value)
    with pytest.raises(ValueError, match="level"):
        forensics.compatible_limits(good, value)
