"""Power, events and patients for two groups, and what a significant result is worth."""

import re

import numpy as np
import pytest
from _reference import values
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep

from secondlook import arms, credibility, design, means, ranks, sequential, survival

R = {(what, int(place)): value for (what, place), value in values("design").items()}
ratios = st.floats(0.2, 5).filter(lambda hr: abs(hr - 1) > 0.02)
levels = st.floats(0.001, 0.05)
powers = st.floats(0.5, 0.99)
sides = st.sampled_from([1, 2])
allocations = st.floats(0.25, 4)


# One comparison of survival


def test_events_worked_by_hand():
    # (2.3263 + 1.2816)² / (¼ · ln² 0.6) and the same with ln 0.5
    found = design.events([0.6, 0.5], alpha=0.01, power=0.9, sides=1)
    assert found == pytest.approx([199.5, 108.4], abs=0.05)
    assert design.power(0.6, 199.537, alpha=0.01, sides=1) == pytest.approx(0.9, abs=1e-6)


@pytest.mark.parametrize("hr", [0.5, 0.6, 0.88])
@pytest.mark.parametrize("side", [1, 2])
def test_events_are_those_of_r(hr, side):
    found = design.events(hr, alpha=0.01 * side, power=0.9, sides=side)
    assert found == pytest.approx(R[f"events.{hr:g}.{side}", 0], rel=1e-9)


def test_unequal_groups_are_those_of_r():
    found = design.events(0.7, alpha=0.025, power=0.8, sides=1, allocation=2)
    assert found == pytest.approx(R["events.two_to_one", 0], rel=1e-9)


@given(ratios, levels, powers, sides, allocations)
def test_events_and_power_undo_each_other(hr, alpha, power, side, allocation):
    rule = {"alpha": alpha, "sides": side, "allocation": allocation}
    events = design.events(hr if side == 2 else min(hr, 1 / hr), power=power, **rule)
    back = design.power(hr if side == 2 else min(hr, 1 / hr), events, **rule)
    assert back == pytest.approx(power, abs=1e-9 if side == 1 else 1e-4)
    found = design.detectable(events, power=power, **rule)
    assert found == pytest.approx(min(hr, 1 / hr), rel=1e-9)


@given(ratios, st.floats(1, 900), levels, sides, allocations)
def test_power_rises_with_events(hr, events, alpha, side, allocation):
    hr = min(hr, 1 / hr)
    rule = {"alpha": alpha, "sides": side, "allocation": allocation}
    less, more = design.power(hr, [events, events * 1.1], **rule)
    assert more >= less >= alpha
    assert design.power(1, events, **rule) == pytest.approx(alpha, rel=1e-9)


@given(ratios, allocations, levels)
def test_swapping_the_groups_changes_nothing(hr, allocation, alpha):
    rule = {"alpha": alpha, "power": 0.8, "sides": 2}
    swapped = design.events(1 / hr, allocation=1 / allocation, **rule)
    assert swapped == pytest.approx(design.events(hr, allocation=allocation, **rule), rel=1e-9)


def test_what_two_hundred_events_can_see():
    rule = {"alpha": 0.05, "sides": 2}
    edge = design.smallest_significant(200, **rule)
    assert edge == pytest.approx(np.exp(-1.959964 * 2 / np.sqrt(200)), rel=1e-6)
    assert design.power(edge, 200, **rule) == pytest.approx(0.5, abs=1e-4)
    expected = design.expected_interval([0.6, edge], 200)
    assert expected.upper[1] == pytest.approx(1)
    assert expected.lower * expected.upper == pytest.approx(expected.estimate**2)


def survival_trials(hr, patients=200, months=36):
    """A drawer of trials with equal groups and a control median of 18 months."""

    def draw(n, rng):
        treated = np.arange(patients) % 2 == 1
        time = rng.exponential(18 / np.log(2) / np.where(treated, hr, 1), (n, patients))
        return np.minimum(time, months), time <= months, treated

    return draw


def one_sided(time, event, treated):
    return survival.logrank(time, event, treated).p_one_sided


@pytest.mark.parametrize("hr", [1.0, 0.7, 0.6])
def test_simulation_finds_the_power_that_the_formula_says(hr):
    draw, rng = survival_trials(hr), np.random.default_rng(3)
    found = design.power_by_simulation(draw, one_sided, 4000, rng, 0.025, batch=900)
    _, event, _ = draw(500, rng)
    formula = design.power(hr, event.sum(axis=1).mean(), alpha=0.025, sides=1)
    # 4 standard errors, and 0.02 for what the formula leaves out away from hr 1
    assert abs(found.power - formula) < 4 * found.se + 0.02 * (hr < 1)
    assert found.se == pytest.approx(np.sqrt(found.power * (1 - found.power) / 4000))


def test_a_trial_without_an_answer_is_not_significant():
    rng = np.random.default_rng(1)
    found = design.power_by_simulation(
        lambda n, rng: (rng.random(n),), lambda u: np.where(u < 0.5, np.nan, 0.0), 1000, rng, 0.05
    )
    assert abs(found.power - 0.5) < 4 * found.se


# Means, ranks and proportions


def test_means_by_hand_and_by_statsmodels():
    power = design.power_of_means([0.3, 0.4], 200, alpha=0.01, sides=1)
    assert power == pytest.approx([0.42, 0.69], abs=0.005)
    judge = NormalIndPower()
    for allocation in (1, 2):
        theirs = judge.power(0.3, 100, 0.05, ratio=allocation, alternative="two-sided")
        patients = 100 * (1 + allocation)
        ours = design.power_of_means(0.3, patients, alpha=0.05, sides=2, allocation=allocation)
        assert ours == pytest.approx(theirs, rel=1e-9)
    ours = design.patients_for_means(0.3, alpha=0.01, power=0.9, sides=1)
    assert ours / 2 == pytest.approx(
        judge.solve_power(0.3, alpha=0.01, power=0.9, alternative="larger"), rel=1e-6
    )


def test_ranks_by_hand_and_by_simulation():
    # (1.96 + 1.2816)² / (12 · ¼ · 0.1²) = 350.2
    needed = design.patients_for_ranks(0.6, alpha=0.05, power=0.9, sides=2)
    assert needed == pytest.approx(350.2, abs=0.1)
    assert design.power_of_ranks(0.6, needed, alpha=0.05, sides=2) == pytest.approx(0.9, abs=1e-6)
    treated = np.arange(100) < 40
    found = design.power_by_simulation(
        lambda n, rng: (rng.standard_normal((n, 100)) + 0.5 * treated,),
        lambda value: ranks.wilcoxon(value, treated).p_one_sided,
        4000,
        np.random.default_rng(8),
        0.025,
    )
    chance = stats.norm.cdf(0.5 / np.sqrt(2))
    formula = design.power_of_ranks(chance, 100, alpha=0.025, sides=1, allocation=40 / 60)
    # 4 standard errors, and 0.01 for an approximation that takes the variance at no difference
    assert abs(found.power - formula) < 4 * found.se + 0.01


def test_a_doubling_of_a_rare_event_is_that_of_r():
    needed = design.patients_for_proportions(0.082, 0.041, alpha=0.05, power=0.9, sides=2)
    assert needed == pytest.approx(R["patients.proportions", 0], rel=1e-9)
    power = design.power_of_proportions(0.3, 0.42, 200, alpha=0.05, sides=2)
    assert power == pytest.approx(R["power.proportions", 0], rel=1e-9)
    power = design.power_of_proportions(0.041, 0.082, 123, alpha=0.01, sides=1)
    assert power == pytest.approx(R["power.proportions.one_sided", 0], rel=1e-9)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), levels, powers, sides)
def test_proportions_undo_each_other(treated, others, alpha, power, side):
    if abs(treated - others) < 0.01:
        return
    rule = {"alpha": alpha, "sides": side}
    needed = design.patients_for_proportions(treated, others, power=power, **rule)
    back = design.power_of_proportions(treated, others, needed, **rule)
    assert back == pytest.approx(power, abs=1e-9 if side == 1 else 1e-4)


def test_the_difference_of_two_proportions_that_newcombe_printed():
    found = design.difference_of_proportions(56, 70, 48, 80)
    assert (found.estimate, found.lower, found.upper) == pytest.approx(
        (0.2, 0.0524, 0.3339), abs=5e-5
    )
    found = design.difference_of_proportions(9, 124, 5, 123)
    assert found.lower == pytest.approx(R["newcombe.9.124.5.123", 0], rel=1e-9)
    assert found.upper == pytest.approx(R["newcombe.9.124.5.123", 1], rel=1e-9)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_newcombe_is_that_of_statsmodels_and_swaps_its_sign(x1, more1, x0, more0):
    n1, n0 = x1 + more1, x0 + more0
    found = design.difference_of_proportions(x1, n1, x0, n0, level=0.9)
    theirs = confint_proportions_2indep(x1, n1, x0, n0, method="newcomb", alpha=0.1)
    assert (found.lower, found.upper) == pytest.approx(theirs, abs=1e-9)
    swapped = design.difference_of_proportions(x0, n0, x1, n1, level=0.9)
    assert (-swapped.upper, -swapped.lower) == pytest.approx((found.lower, found.upper))
    assert -1 <= found.lower <= found.estimate <= found.upper <= 1


def test_ratio_by_hand_and_where_nobody_has_the_event():
    """Katz: log ratio ± z √(1/x₁ − 1/n₁ + 1/x₀ − 1/n₀)."""
    found = design.ratio_of_proportions([9, 0, 9], 124, [5, 5, 0], 123)
    se = np.sqrt(1 / 9 - 1 / 124 + 1 / 5 - 1 / 123)
    expected = 9 * 123 / (5 * 124) * np.exp(1.959964 * se * np.array([0, -1, 1]))
    assert [x[0] for x in (found.estimate, found.lower, found.upper)] == pytest.approx(expected)
    assert np.isnan([found.estimate[1:], found.lower[1:], found.upper[1:]]).all()
    back = design.ratio_of_proportions(5, 123, 9, 124)
    assert 1 / back.upper == pytest.approx(found.lower[0])


def test_the_interval_of_a_difference_covers():
    rng = np.random.default_rng(5)
    x1, x0 = rng.binomial(124, 0.08, 20_000), rng.binomial(123, 0.05, 20_000)
    found = design.difference_of_proportions(x1, 124, x0, 123)
    covered = ((found.lower <= 0.03) & (found.upper >= 0.03)).mean()
    assert covered > 0.94  # the source found it at or above the nominal 95% for such proportions


def test_nothing_seen():
    assert design.not_ruled_out(123) == pytest.approx(R["none.of.123", 0], rel=1e-9)
    assert design.not_ruled_out(1000) == pytest.approx(3 / 1000, rel=0.005)  # the rule of three
    assert design.patients_to_rule_out(design.not_ruled_out(123)) == pytest.approx(123)


# What a significant result is worth


def test_the_example_of_gelman_and_carlin():
    # a true difference of 0.1 with a standard error of 3.28: power 0.05, type S 0.46, factor 77
    found = credibility.exaggeration(0.1, 3.28, alpha=0.05, sides=2)
    assert found.power == pytest.approx(0.05, abs=0.001)
    assert found.type_s == pytest.approx(0.46, abs=0.005)
    assert found.type_m == pytest.approx(77, abs=0.5)


@pytest.mark.parametrize("effect", [0.4, -0.7, 3.0])
@pytest.mark.parametrize("side", [1, 2])
def test_exaggeration_is_the_integral_it_says(effect, side):
    z = stats.norm.isf(0.05 / side)
    tails = [(z, 30)] if side == 1 else [(z, 30), (-30, -z)]

    def mean(what):
        return sum(
            integrate.quad(lambda x: what(x) * stats.norm.pdf(x - effect), *tail)[0]
            for tail in tails
        )

    power = mean(lambda x: 1.0)
    found = credibility.exaggeration(effect, 1, alpha=0.05, sides=side)
    assert found.power == pytest.approx(power, rel=1e-6)
    assert found.type_s == pytest.approx(mean(lambda x: float(x * effect < 0)) / power, abs=1e-6)
    assert found.type_m == pytest.approx(mean(abs) / power / abs(effect), rel=1e-6)


@given(st.floats(0.1, 4), levels, sides)
def test_more_power_exaggerates_less(drift, alpha, side):
    small, large = (
        credibility.exaggeration(d, 1, alpha=alpha, sides=side) for d in (drift, drift * 1.2)
    )
    assert large.power > small.power and 1 < large.type_m < small.type_m
    assert large.type_s <= small.type_s <= 0.5


def test_two_lamps():
    assert credibility.one_significant_one_not(0.5, 0.5) == 0.5
    assert credibility.one_significant_one_not(0.8, 0.3) == pytest.approx(0.8 * 0.7 + 0.2 * 0.3)
    assert credibility.one_significant_one_not([0, 1], 1) == pytest.approx([1, 0])


def test_what_a_significant_result_is_worth():
    # of 100 hypotheses 20 are true: 16 of them and 4 of the 80 others turn up significant
    assert credibility.positive_predictive_value(0.2, 0.8, 0.05) == pytest.approx(16 / 20)
    assert credibility.prior_needed(0.8, 0.8, 0.05) == pytest.approx(0.2)


@given(st.floats(0, 1), st.floats(0.01, 0.99), st.floats(0.001, 0.5))
def test_belief_and_prior_undo_each_other(prior, power, alpha):
    ppv = credibility.positive_predictive_value(prior, power, alpha)
    assert credibility.prior_needed(ppv, power, alpha) == pytest.approx(prior, abs=1e-9)


# Planning goes by the same side as power


@given(ratios, sides, st.floats(0.55, 0.95))
def test_what_is_planned_has_the_power_that_was_asked(hr, side, power):
    """A plan is refused on one side just where power says that no number of patients brings it."""
    rule = {"alpha": 0.025 * side, "sides": side}
    effect, chance = -np.log(hr), 1 / (1 + hr)
    for plan, check, value in (
        (design.events, design.power, hr),
        (design.patients_for_means, design.power_of_means, effect),
        (design.patients_for_ranks, design.power_of_ranks, chance),
    ):
        if side == 1 and hr > 1:
            assert check(value, 1e6, **rule) < 0.025
            with pytest.raises(ValueError, match="with sides 1: only a benefit counts"):
                plan(value, power=power, **rule)
        else:
            needed = plan(value, power=power, **rule)
            assert check(value, needed, **rule) == pytest.approx(power, abs=1e-4)


# Bad input

TWO, THREE = [0.5, 0.6], [100, 200, 300]
RULE = {"alpha": 0.05, "sides": 2}


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: design.events(1, power=0.9, **RULE), "hr is 1"),
        (lambda: design.events(0, power=0.9, **RULE), "hr is 0; it must be finite and above 0"),
        (lambda: design.events([0.5, -1], power=0.9, **RULE), "hr is -1 at position 1"),
        (lambda: design.events(np.nan, power=0.9, **RULE), "hr is nan"),
        (lambda: design.events("half", power=0.9, **RULE), "hr must be a number"),
        (lambda: design.events(0.6, power=0.02, **RULE), "chance alone gives 0.025"),
        (lambda: design.events(0.6, power=1, **RULE), "power is 1; it must be between 0 and 1"),
        (lambda: design.power(0.6, 100, alpha=0, sides=1), "alpha is 0"),
        (lambda: design.power(0.6, 100, alpha=5, sides=1), "alpha is 5"),
        (lambda: design.power(0.6, 100, alpha=0.05, sides=3), "sides is 3; it must be 1 or 2"),
        (lambda: design.power(0.6, -1, **RULE), "events is -1"),
        (lambda: design.power(0.6, 100, allocation=0, **RULE), "allocation is 0"),
        (lambda: design.detectable(0, power=0.9, **RULE), "events is 0"),
        (lambda: design.expected_interval(0.6, 100, level=95), "level is 95"),
        (lambda: design.patients_for_means(0, power=0.9, **RULE), "effect is 0"),
        (lambda: design.patients_for_ranks(0.5, power=0.9, **RULE), "chance is 0.5"),
        (lambda: design.power_of_ranks(1.2, 50, **RULE), "chance is 1.2"),
        (lambda: design.patients_for_proportions(0.2, 0.2, power=0.9, **RULE), "is 0: no number"),
        (lambda: design.power_of_proportions(0, 0.2, 50, **RULE), "treated is 0"),
        (lambda: design.difference_of_proportions(9, 8, 1, 8), "events are more than the patients"),
        (lambda: design.difference_of_proportions(1, 8, 1, 0), "patients_others is 0"),
        (lambda: design.not_ruled_out(0), "patients is 0"),
        (lambda: credibility.exaggeration(0, 1, **RULE), "effect is 0"),
        (lambda: credibility.exaggeration(1, 0, **RULE), "se is 0"),
        (lambda: credibility.one_significant_one_not(1.1, 0.5), "power_a is 1.1"),
        (lambda: credibility.prior_needed(0.8, 0, 0.05), "power is 0"),
        (lambda: design.events([0.5, 1.3], power=0.9, alpha=0.05, sides=1), "hr is 1.3 with sides"),
        (
            lambda: design.patients_for_means(-1, power=0.9, alpha=0.05, sides=1),
            "effect is -1 with",
        ),
        (
            lambda: design.patients_for_ranks([0.6, 0.4], power=0.9, alpha=0.05, sides=1),
            "chance is 0.4 with sides 1",
        ),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says.replace("(", r"\(")):
        call()


@pytest.mark.parametrize(
    "call, names",
    [
        (lambda: design.drift(TWO, THREE), "hr (2,), events (3,)"),
        (lambda: design.power(TWO, THREE, **RULE), "hr (2,), events (3,)"),
        (lambda: design.events(TWO, power=[0.7, 0.8, 0.9], **RULE), "hr (2,), power (3,)"),
        (
            lambda: design.detectable(THREE, power=0.9, allocation=TWO, **RULE),
            "events (3,), allocation (2,)",
        ),
        (
            lambda: design.smallest_significant(THREE, allocation=TWO, **RULE),
            "events (3,), allocation (2,)",
        ),
        (lambda: design.expected_interval(TWO, THREE), "hr (2,), events (3,)"),
        (lambda: design.power_of_means(TWO, THREE, **RULE), "effect (2,), patients (3,)"),
        (
            lambda: design.patients_for_means(TWO, power=0.9, allocation=THREE, **RULE),
            "effect (2,), allocation (3,)",
        ),
        (lambda: design.power_of_ranks(TWO, THREE, **RULE), "chance (2,), patients (3,)"),
        (
            lambda: design.patients_for_ranks(TWO, power=0.9, allocation=THREE, **RULE),
            "chance (2,), allocation (3,)",
        ),
        (
            lambda: design.power_of_proportions(0.5, TWO, THREE, **RULE),
            "others (2,), patients (3,)",
        ),
        (
            lambda: design.patients_for_proportions(TWO, [0.1] * 3, power=0.9, **RULE),
            "treated (2,), others (3,)",
        ),
        (
            lambda: design.difference_of_proportions(1, THREE, [1, 2], 5),
            "patients (3,), events_others (2,)",
        ),
        (lambda: design.plain_difference(1, 5, [1, 2], THREE), "events_others (2,), patients_"),
        (lambda: design.ratio_of_proportions([1, 2], THREE, 2, 9), "events (2,), patients (3,)"),
        (lambda: design.not_ruled_out(THREE, level=TWO), "patients (3,), level (2,)"),
        (lambda: design.patients_to_rule_out(TWO, level=[0.9] * 3), "rate (2,), level (3,)"),
        (lambda: credibility.exaggeration(TWO, THREE, **RULE), "effect (2,), se (3,)"),
        (lambda: credibility.one_significant_one_not(TWO, [0.1] * 3), "power_a (2,), power_b (3,)"),
        (
            lambda: credibility.positive_predictive_value(TWO, 0.8, [0.1] * 3),
            "prior (2,), alpha (3,)",
        ),
        (lambda: credibility.prior_needed(0.8, TWO, [0.1] * 3), "power (2,), alpha (3,)"),
        (lambda: means.difference_of(TWO, 1, 9, 0, [1, 2, 3], 9), "mean (2,), sd_others (3,)"),
        (
            lambda: sequential.conditional_power([1, 2], [0.2, 0.3, 0.4], final=2),
            "z (2,), time (3,)",
        ),
        (
            lambda: arms.event_probability(TWO, follow_up=THREE),
            "hazard (2,), follow_up (3,)",
        ),
    ],
)
def test_shapes_that_do_not_go_together_are_named(call, names):
    with pytest.raises(ValueError, match=re.escape(f"do not go together: {names}")):
        call()


@pytest.mark.parametrize("draw, test, says", [(None, len, "draw is None"), (len, 3, "test is 3")])
def test_what_is_no_function_is_named(draw, test, says):
    with pytest.raises(ValueError, match=f"{says}; it must be a function"):
        design.power_by_simulation(draw, test, 10, np.random.default_rng(1), 0.05)


@pytest.mark.parametrize("trials, batch", [(0, 10), (10, 0), (2.5, 10)])
def test_bad_numbers_of_trials_are_named(trials, batch):
    with pytest.raises(ValueError, match="whole number of 1 or more"):
        design.power_by_simulation(lambda n, rng: (), len, trials, None, 0.05, batch=batch)


def test_a_test_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"p of shape \(\); it must be \(10,\) or \(10, 1\)"):
        design.power_by_simulation(
            lambda n, rng: (), lambda: 0.5, 10, np.random.default_rng(1), 0.05
        )


@pytest.mark.parametrize(
    "draw, test, says",
    [
        (lambda n, rng: rng.random(n), len, "draw returned a ndarray; it must be a tuple"),
        (lambda n, rng: (n,), lambda n: ["small"] * n, "p, as test returned it, must be a number"),
    ],
)
def test_what_draw_and_test_return_is_looked_at(draw, test, says):
    with pytest.raises(ValueError, match=says):
        design.power_by_simulation(draw, test, 10, np.random.default_rng(1), 0.05)
