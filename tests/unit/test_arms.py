"""Several arms: how events fall over them, and what their contrasts see together."""

import numpy as np
import pytest
from _reference import values
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from secondlook import arms, design, survival

R = {(what, int(place)): value for (what, place), value in values("design").items()}
PAIRS = [[-1, 1, 0], [-1, 0, 1]]
POOLED = [-1, 1, 1]
rates = st.floats(0.001, 0.2)


def test_event_probability_by_hand():
    # no withdrawal, everybody followed for one median: a half; twice as long: three quarters
    rate = np.log(2) / 12
    assert arms.event_probability(rate, follow_up=[12, 24]) == pytest.approx([0.5, 0.75])
    # as many withdraw as have events: half of those who are gone
    assert arms.event_probability(rate, follow_up=12, withdrawal=rate) == pytest.approx(0.375)
    assert arms.event_probability(0, follow_up=12) == 0


def test_event_probability_is_that_of_r():
    # 18 months of accrual and 12 more of follow-up; a tenth withdraws each year
    found = arms.event_probability(
        [0.05, 0.03], follow_up=12, accrual=18, withdrawal=-np.log(0.9) / 12
    )
    assert found == pytest.approx([R["event_probability", 0], R["event_probability", 1]], rel=1e-9)


@given(rates, rates, st.floats(0, 40), st.floats(0, 40))
def test_accrual_is_an_average_of_follow_up_times(hazard, withdrawal, follow_up, accrual):
    found = arms.event_probability(
        hazard, follow_up=follow_up, accrual=accrual, withdrawal=withdrawal
    )
    times = follow_up + accrual * (np.arange(400) + 0.5) / 400
    mean = arms.event_probability(hazard, follow_up=times, withdrawal=withdrawal).mean()
    assert found == pytest.approx(mean, abs=1e-4)
    assert found <= hazard / (hazard + withdrawal)


@given(rates, st.floats(0.4, 0.9), st.floats(0, 12))
def test_the_follow_up_that_brings_the_events(hazard, share, accrual):
    sizes, hazards = [50, 60, 70], hazard * np.array([1, 0.6, 0.8])
    most = 180 * 0.999
    target = share * most
    early = arms.expected_events(sizes, hazards, follow_up=0, accrual=accrual).sum()
    if early > target:
        with pytest.raises(ValueError, match="before enrolment ends"):
            arms.follow_up_for(target, sizes, hazards, accrual=accrual)
        return
    follow_up = arms.follow_up_for(target, sizes, hazards, accrual=accrual)
    found = arms.expected_events(sizes, hazards, follow_up=follow_up, accrual=accrual)
    assert found.sum() == pytest.approx(target, rel=1e-9)
    assert found[0] / 50 >= found[2] / 70 >= found[1] / 60


def test_patients_for_a_fair_trial_of_three_arms():
    # 200 events in control and one dose, of whom 60% and 40% have one: 200 / 1.0 in each arm
    assert arms.patients(200, [0.6, 0.4]).tolist() == [200, 200]
    # 2:1 over them: 200 / (2 · 0.6 + 1 · 0.4) = 125
    assert arms.patients(200, [0.6, 0.4], allocation=[2, 1]).tolist() == [250, 125]
    assert arms.patients(100, [0.3, 0.3]).tolist() == [167, 167]


def test_two_hundred_events_over_three_arms():
    found = arms.contrast_power(200, [1, 0.6, 0.6], [*PAIRS, POOLED], alpha=0.01, sides=1)
    assert found.events == pytest.approx([133.3, 133.3, 200], abs=0.05)
    # by hand: −ln 0.6 · √(133.3 / 4) − 2.326 = 0.623, and −ln 0.6 · √(200 · 2/9) − 2.326 = 1.079
    assert found.power == pytest.approx(stats.norm.cdf([0.6229, 0.6229, 1.0791]), abs=2e-4)
    assert found.power[2] == pytest.approx(
        design.power(0.6, 200, alpha=0.01, sides=1, allocation=2), rel=1e-12
    )
    assert found.correlation == pytest.approx(
        np.array([[1, 0.5, 0.75**0.5], [0.5, 1, 0.75**0.5], [0.75**0.5, 0.75**0.5, 1]])
    )


@pytest.mark.parametrize("side, z", [(1, 1.916), (2, 2.212)])
def test_dunnett_s_critical_values_for_two_doses(side, z):
    alpha = side * stats.norm.sf(z)
    found = arms.contrast_power(200, [1, 1, 1], PAIRS, alpha=alpha, sides=side)
    assert found.at_least_one == pytest.approx(0.05, abs=1e-4)


def test_together_is_that_of_r():
    # equal arms of 300 / 3 events, and ratios that make the drifts 2.5 and 1.5
    hr = np.exp([0, -2.5 / np.sqrt(50), -1.5 / np.sqrt(50)])
    found = arms.contrast_power(300, hr, PAIRS, alpha=0.025, sides=1)
    assert found.drift == pytest.approx([2.5, 1.5])
    assert found.at_least_one == pytest.approx(R["together.one_sided", 0], abs=1e-6)
    assert found.all == pytest.approx(R["together.one_sided", 1], abs=1e-6)


@pytest.mark.parametrize("side", [1, 2])
def test_together_agrees_with_drawn_normals(side):
    contrasts = np.array([[-1, 1, 0, 0], [-1, 0, 1, 0], [-1, 0, 0, 1], [-1, 1, 1, 1]])
    sizes, hr = np.array([100, 60, 80, 90]), np.array([1, 0.6, 1.2, 0.8])
    found = arms.contrast_power(240, hr, contrasts, alpha=0.05, sides=side, sizes=sizes)
    rng, n = np.random.default_rng(4), 100_000
    noise = rng.standard_normal((n, 4)) / np.sqrt(sizes)
    treated = (contrasts > 0) * sizes / ((contrasts > 0) * sizes).sum(axis=1, keepdims=True)
    differences = noise @ (treated - (contrasts < 0)).T
    z = differences / np.sqrt((1 / sizes[0]) + (treated**2 / sizes).sum(axis=1)) + found.drift
    significant = (z if side == 1 else abs(z)) > stats.norm.isf(0.05 / side)
    for share, exact in (
        (significant.any(axis=1).mean(), found.at_least_one),
        (significant.all(axis=1).mean(), found.all),
    ):
        assert abs(share - exact) < 4 * np.sqrt(exact * (1 - exact) / n)


@given(
    st.lists(st.floats(0.4, 1.5), min_size=2, max_size=3),
    st.floats(10, 500),
    st.sampled_from([1, 2]),
)
def test_together_keeps_its_bounds(hr, events, side):
    doses = len(hr)
    pairs = np.column_stack([-np.ones(doses), np.eye(doses)])
    found = arms.contrast_power(events, [1, *hr], pairs, alpha=0.05, sides=side)
    slack = 1e-5
    assert found.power.max() <= found.at_least_one + slack
    assert found.at_least_one <= found.power.sum() + slack
    assert found.all <= found.power.min() + slack
    # tests that share a control agree more often than independent ones
    if side == 1:
        assert found.all >= found.power.prod() - slack


def test_one_contrast_is_its_own_power():
    for hr, side in ((0.5, 1), (0.7, 2), (1.4, 2)):
        found = arms.contrast_power(100, [1, hr], [-1, 1], alpha=0.05, sides=side)
        expected = design.power(hr, 100, alpha=0.05, sides=side)
        assert [found.at_least_one, found.all, *found.power] == pytest.approx([expected] * 3)


# Drawn trials


def draw(trials=4000, seed=2, **changed):
    rules = {"sizes": [40, 50, 60], "hazards": [0.05, 0.03, 0.04], "follow_up": 12, "accrual": 18}
    return arms.draw_trials(trials, np.random.default_rng(seed), **(rules | changed))


def test_drawn_events_are_the_expected_ones():
    drawn = draw(withdrawal=[0.01, 0.02, 0.0])
    expected = arms.expected_events(
        [40, 50, 60], [0.05, 0.03, 0.04], follow_up=12, accrual=18, withdrawal=[0.01, 0.02, 0]
    )
    for arm, mean in enumerate(expected):
        events = drawn.event[:, drawn.arm == arm].sum(axis=1)
        assert abs(events.mean() - mean) < 4 * events.std() / np.sqrt(len(events))


def test_pieces_of_hazard_add_up():
    hazards = [[0.10, 0.0, 0.02], [0.05, 0.05, 0.05], [0.0, 0.2, 0.1]]
    drawn = draw(hazards=hazards, cuts=[5, 9], accrual=0, follow_up=20)
    steps = np.array([5, 4, 11])
    for arm, hazard in enumerate(np.array(hazards)):
        share = drawn.event[:, drawn.arm == arm].mean()
        expected = 1 - np.exp(-(hazard @ steps))
        n = 4000 * (drawn.arm == arm).sum()
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n)
    gap = (drawn.time > 5) & (drawn.time < 9) & drawn.event
    assert not gap[:, drawn.arm == 0].any() and gap[:, drawn.arm == 1].any()


def test_a_trial_stops_with_its_event():
    drawn = draw(300, events=60, withdrawal=0.01, follow_up=None)
    assert (drawn.event.sum(axis=1) == 60).all()
    assert (drawn.time >= 0).all() and np.isfinite(drawn.time).all()
    assert not (drawn.event & (drawn.time == 0)).any()
    # nobody has the last event, so all are followed until they leave, and none of that is an event
    unreached = draw(300, events=150, withdrawal=0.05, follow_up=None)
    shares = np.array([0.05, 0.03, 0.04]) / (np.array([0.05, 0.03, 0.04]) + 0.05)
    for arm, share in enumerate(shares):
        member = unreached.arm == arm
        se = np.sqrt(share * (1 - share) / (300 * member.sum()))
        assert abs(unreached.event[:, member].mean() - share) < 4 * se


@pytest.mark.parametrize(
    "left_out, hr, printed", [(1, 0.5, 0.955), (1, 0.6, 0.746), (1, 0.88, 0.057), (3, 0.6, 0.88)]
)
def test_simulated_power_lands_near_the_prototype(left_out, hr, printed):
    """A throw-away prototype found these with 40,000 trials: one dose, and both doses pooled."""

    def draw_200_events(n, rng):
        drawn = arms.draw_trials(
            n,
            rng,
            sizes=[123, 124, 123],
            hazards=np.log(2) / 33 * np.array([1, hr, hr]),
            withdrawal=0.005,
            accrual=30,
            events=200,
            follow_up=300,
        )
        kept = drawn.arm != left_out
        return drawn.time[:, kept], drawn.event[:, kept], drawn.arm[kept] > 0

    found = design.power_by_simulation(
        draw_200_events,
        lambda *trial: survival.logrank(*trial).p_one_sided,
        3000,
        np.random.default_rng(6),
        0.01,
    )
    # 4 standard errors, and 0.01 because enrolment and withdrawal are not the prototype's
    assert abs(found.power - printed) < 4 * found.se + 0.01
    formula = arms.contrast_power(200, [1, hr, hr], [[-1, 0, 1], POOLED], alpha=0.01, sides=1)
    assert abs(found.power - formula.power[int(left_out == 3)]) < 0.03


RULE = {"alpha": 0.05, "sides": 1}


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: arms.event_probability(-1, follow_up=2), "hazard is -1"),
        (lambda: arms.event_probability(1, follow_up=-2), "follow_up is -2"),
        (lambda: arms.expected_events([9, 9], [0.1], follow_up=2), r"hazards has shape \(1,\)"),
        (lambda: arms.follow_up_for(20, [9, 9], [0.1, 0.1]), "never reached, at most 18"),
        (lambda: arms.follow_up_for(9, [9, 9], [0.1, 0.1], withdrawal=0.2), "never reached, at"),
        (lambda: arms.follow_up_for(9, [9, 9], [5, 5], accrual=9), "before enrolment ends"),
        (lambda: arms.patients(200, [0.6, 1.4]), "probability is 1.4 at position 1"),
        (lambda: arms.patients(200, [0, 0]), "probability is 0 in every arm"),
        (lambda: arms.contrast_power(200, [1, 0], [-1, 1], **RULE), "hr is 0 at position 1"),
        (lambda: arms.contrast_power(200, [1, 0.5], [1, 1], **RULE), r"row 0 is \[1.0, 1.0\]"),
        (lambda: arms.contrast_power(200, [1, 0.5], [1, 0], **RULE), "negative entry"),
        (lambda: arms.contrast_power(200, [1, 0.5], [-1, 1, 0], **RULE), "contrasts has shape"),
        (lambda: arms.contrast_power([9], [1, 0.5], [-1, 1], **RULE), "events has shape"),
        (lambda: arms.contrast_power(9, [1, 1], [-1, 1], sizes=[0, 9], **RULE), "sizes is 0"),
        (lambda: draw(follow_up=None), "give follow_up or events"),
        (lambda: draw(follow_up=None, events=151), "more than the 150 patients"),
        (lambda: draw(events=0), "events is 0"),
        (lambda: draw(follow_up=None, events=150, hazards=[0, 0, 0]), "followed for ever"),
        (lambda: draw(hazards=[0.1, 0.2]), r"hazards has shape \(2, 1\)"),
        (lambda: draw(hazards=np.ones((3, 3)), cuts=[5, 5]), "the times must rise"),
        (lambda: draw(sizes=[1.5, 2, 3]), "sizes is 1.5"),
        (lambda: draw(trials=0), "trials is 0"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_a_rate_of_minus_zero_is_none():
    plan = {"sizes": [5, 5], "follow_up": 2.0}
    minus, none = (
        arms.draw_trials(50, np.random.default_rng(3), hazards=[0.5, zero], withdrawal=zero, **plan)
        for zero in (-0.0, 0.0)
    )
    assert (minus.time == none.time).all() and (minus.event == none.event).all()
    assert minus.time.min() >= 0 and not minus.event[:, 5:].any()
