"""Looks at a running trial: printed constants, R's answers, and drawn trials."""

import numpy as np
import pytest
from _reference import values
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from secondlook import design, sequential
from secondlook.sequential import behaviour, boundaries, classical, unadjusted

R = {(what, int(place)): value for (what, place), value in values("design").items()}
SHAPES = {"OF": "obrien-fleming", "P": "pocock"}
TIMES = [0.3, 0.6, 1]
shapes = st.sampled_from(list(SHAPES.values()))
sides = st.sampled_from([1, 2])
levels = st.floats(0.001, 0.2)
schedules = st.lists(st.integers(1, 99), min_size=0, max_size=5, unique=True).map(
    lambda percents: [*sorted(p / 100 for p in percents), 1.0]
)


def of_r(what, places=3):
    return [R[what, place] for place in range(places)]


# Printed constants


@pytest.mark.parametrize(
    "looks, level",
    # Armitage, McPherson & Rowe 1969: two-sided 5% at every look
    [(1, 0.05), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193), (20, 0.248)],
)
def test_what_unadjusted_looks_cost(looks, level):
    found = behaviour(unadjusted(looks, alpha=0.05, sides=2)).power
    assert found == pytest.approx(level, abs=5e-4)


def test_the_bounds_that_lan_and_demets_spend():
    found = boundaries(5, alpha=0.05, sides=2)
    assert found.upper == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)
    assert (found.lower == -found.upper).all()
    found = boundaries(5, alpha=0.05, sides=2, shape="pocock")
    assert found.upper == pytest.approx([2.4380, 2.4268, 2.4101, 2.3966, 2.3859], abs=2e-4)
    assert found.nominal_p == pytest.approx(2 * stats.norm.sf(found.upper))


def test_the_classical_constants():
    for delta, looks, constant in ((0.5, 5, 2.413), (0, 5, 2.040), (0.5, 2, 2.178), (0, 2, 1.977)):
        found = classical(looks, alpha=0.05, sides=2, delta=delta)
        assert found.upper[-1] == pytest.approx(constant, abs=5e-4)
    assert classical(4, alpha=0.05, sides=2, delta=0).upper[0] == pytest.approx(2 * 2.024, abs=1e-3)


def test_one_look_is_the_plain_test():
    for side, z in ((1, 1.6449), (2, 1.9600)):
        for found in (
            boundaries(1, alpha=0.05, sides=side),
            classical([1], alpha=0.05, sides=side, delta=0),
            unadjusted(1, alpha=0.05, sides=side),
        ):
            assert found.upper == pytest.approx([z], abs=1e-4)
        assert behaviour(found, 2.5).power == pytest.approx(
            design.power(0.6, (2 * 2.5 / np.log(0.6)) ** 2, alpha=0.05, sides=side)
        )


# R's answers


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("side", [1, 2])
def test_bounds_and_drift_are_those_of_r(name, side):
    looks = boundaries(TIMES, alpha=0.01, sides=side, shape=SHAPES[name])
    assert looks.upper == pytest.approx(of_r(f"upper.{name}.{side}"), abs=1e-7)
    drift = sequential.drift_for(looks, 0.9)
    assert drift == pytest.approx(R[f"drift.{name}.{side}", 0], abs=1e-6)


@pytest.mark.parametrize("delta", [0, 0.25, 0.5])
def test_classical_bounds_are_those_of_r(delta):
    found = classical(5, alpha=0.05, sides=2, delta=delta)
    assert found.upper == pytest.approx(of_r(f"classical.{delta:g}", 5), abs=1e-7)


@pytest.mark.parametrize("name", SHAPES)
def test_futility_is_that_of_r(name):
    looks = boundaries(TIMES, alpha=0.025, sides=1, shape=SHAPES[name])
    found, drift = sequential.with_futility(looks, power=0.9, shape=SHAPES[name])
    assert found.upper == pytest.approx(of_r(f"futility.upper.{name}"), abs=1e-7)
    assert found.lower[:2] == pytest.approx(of_r(f"futility.lower.{name}", 2), abs=1e-6)
    assert drift == pytest.approx(R[f"futility.drift.{name}", 0], abs=1e-6)


def test_looks_that_almost_touch_are_those_of_r():
    found = boundaries([0.5, 0.502, 1], alpha=0.025, sides=1, shape="pocock")
    assert found.upper == pytest.approx(of_r("close"), abs=1e-8)


# Properties


@given(schedules, levels, sides, shapes)
def test_all_of_alpha_is_spent_and_no_more(times, alpha, side, shape):
    looks = boundaries(times, alpha=alpha, sides=side, shape=shape)
    found = behaviour(looks)
    used = sequential.spent(times, alpha=alpha / side, shape=shape)
    assert np.cumsum(found.upper) == pytest.approx(used, abs=1e-9)
    assert found.power == pytest.approx(alpha, abs=1e-9)
    assert found.stop.sum() == pytest.approx(1)


@given(schedules, levels, sides, shapes)
def test_one_more_look_before_the_end_never_lowers_the_last_bound(times, alpha, side, shape):
    last = (times[-2] if len(times) > 1 else 0) / 2 + 0.5
    before = boundaries(times, alpha=alpha, sides=side, shape=shape)
    after = boundaries([*times[:-1], last, 1], alpha=alpha, sides=side, shape=shape)
    assert after.upper[-1] >= before.upper[-1] - 1e-9
    assert before.upper[-1] >= boundaries(1, alpha=alpha, sides=side).upper[0] - 1e-9


@given(schedules, levels, sides, shapes, st.floats(0, 4))
def test_power_rises_with_drift_and_falls_with_looks(times, alpha, side, shape, drift):
    looks = boundaries(times, alpha=alpha, sides=side, shape=shape)
    less, more = (behaviour(looks, theta) for theta in (drift, drift + 0.3))
    assert less.power < more.power
    assert more.power <= behaviour(boundaries(1, alpha=alpha, sides=side), drift + 0.3).power + 1e-9
    assert 0 < more.expected_information <= 1 + 1e-12


@given(schedules, st.floats(-4, 4), shapes)
def test_two_sided_looks_are_a_mirror(times, drift, shape):
    looks = boundaries(times, alpha=0.05, sides=2, shape=shape)
    right, left = behaviour(looks, drift), behaviour(looks, -drift)
    assert right.upper == pytest.approx(left.lower, abs=1e-12)
    assert right.power == pytest.approx(left.power)


@settings(max_examples=20)
@given(schedules, st.floats(0.01, 0.1), st.floats(0.5, 0.95), shapes)
def test_futility_keeps_its_promises(times, alpha, power, shape):
    looks = boundaries(times, alpha=alpha, sides=1, shape=shape)
    found, drift = sequential.with_futility(looks, power=power, shape=shape)
    obeyed = behaviour(found, drift)
    assert obeyed.power == pytest.approx(power, abs=1e-7)
    assert obeyed.lower.sum() == pytest.approx(1 - power, abs=1e-7)
    assert behaviour(found).power <= alpha + 1e-9
    assert behaviour(found).expected_information <= behaviour(looks).expected_information + 1e-9
    assert (found.upper == looks.upper).all()


def test_a_spending_function_of_one_s_own():
    looks = boundaries([0.5, 1], alpha=0.02, sides=1, shape=lambda t: t**2)
    assert behaviour(looks).upper == pytest.approx([0.005, 0.015])
    none_early = boundaries([0.5, 1], alpha=0.02, sides=1, shape=lambda t: t >= 1)
    assert none_early.upper == pytest.approx([np.inf, stats.norm.isf(0.02)])


def test_very_early_looks_cannot_stop():
    looks = boundaries([0.001, 0.5, 1], alpha=0.05, sides=2)
    assert looks.upper[0] == np.inf
    assert looks.upper[1:] == pytest.approx(boundaries(2, alpha=0.05, sides=2).upper)


# Drawn trials


def drawn_z(times, drift, n=200_000, seed=9):
    steps = np.diff(times, prepend=0)
    walk = np.random.default_rng(seed).standard_normal((n, len(times))) * np.sqrt(steps)
    return (walk.cumsum(axis=1) + drift * np.asarray(times)) / np.sqrt(times)


@pytest.mark.parametrize("drift", [0.0, 2.0, 3.5])
def test_drawn_trials_behave_as_the_sums_say(drift):
    looks = boundaries([0.25, 0.6, 0.8, 1], alpha=0.025, sides=1)
    looks, _ = sequential.with_futility(looks, power=0.8, shape="pocock")
    z = drawn_z(looks.times, drift)
    high, low = z >= looks.upper, z <= looks.lower
    out = high | low
    first = np.where(out.any(axis=1), out.argmax(axis=1), 3)
    found = behaviour(looks, drift)
    for look in range(4):
        for crossed, exact in ((high, found.upper), (low, found.lower)):
            share = (crossed[:, look] & (first == look)).mean()
            slack = 4 * np.sqrt(exact[look] * (1 - exact[look]) / len(z))
            assert abs(share - exact[look]) <= slack + 1e-9
    spread = looks.times[first].std() / np.sqrt(len(z))
    assert abs(looks.times[first].mean() - found.expected_information) < 4 * spread


def test_conditional_power_by_hand_and_by_drawing():
    # half way at z 1 with 1.96 to reach: (1.96 − 0.7071 − 0.7071) / 0.7071 on the trend
    found = sequential.conditional_power(1, 0.5, final=1.96)
    assert found == pytest.approx(stats.norm.sf((1.96 - 1.4142) / 0.7071), abs=1e-4)
    nothing = sequential.conditional_power(1, 0.5, final=1.96, drift=0)
    assert nothing == pytest.approx(stats.norm.sf((1.96 - 0.7071) / 0.7071), abs=1e-4)
    z = drawn_z([0.5, 1], 3.0, n=1_000_000)
    near = z[np.abs(z[:, 0] - 1) < 0.02, 1] >= 1.96
    planned = sequential.conditional_power(1, 0.5, final=1.96, drift=3.0)
    assert abs(near.mean() - planned) < 4 * np.sqrt(planned * (1 - planned) / len(near))


@pytest.mark.parametrize("drift", [None, 0.0, 3.0])
def test_curtailment_stops_where_conditional_power_says(drift):
    looks = boundaries(4, alpha=0.025, sides=1)
    found = sequential.with_stochastic_curtailment(looks, below=0.1, drift=drift)
    free = found.lower[:-1] < looks.upper[:-1]  # elsewhere benefit is declared first
    left = sequential.conditional_power(
        found.lower[:-1], looks.times[:-1], final=looks.upper[-1], drift=drift
    )
    assert free.any() and left[free] == pytest.approx(0.1)
    assert behaviour(found, 3.0).power < behaviour(looks, 3.0).power


RULE = {"alpha": 0.05, "sides": 1}
TWO = boundaries(2, **RULE)


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: boundaries([0.5, 0.9], **RULE), "rise to 1"),
        (lambda: boundaries([0.5, 0.5, 1], **RULE), "rise to 1"),
        (lambda: boundaries([0, 1], **RULE), "rise to 1"),
        (lambda: boundaries([0.6, 0.3, 1], **RULE), "rise to 1"),
        (lambda: boundaries(0, **RULE), "rise to 1"),
        (lambda: boundaries(101, **RULE), "up to 100"),
        (lambda: boundaries([0.5, np.nan, 1], **RULE), "times is nan at position 1"),
        (lambda: boundaries([0.5, 0.501, 1], **RULE), "closer than 0.002"),
        (lambda: boundaries(3, alpha=0, sides=1), "alpha is 0"),
        (lambda: boundaries(3, alpha=0.05, sides=0), "sides is 0"),
        (lambda: boundaries(3, shape="flat", **RULE), "shape is 'flat'"),
        (lambda: boundaries(3, shape=lambda t: 1 - t, **RULE), "a function that rises"),
        (lambda: boundaries(3, shape=lambda t: t / 2, **RULE), "must reach 1 at time 1"),
        (lambda: classical(3, delta=2, **RULE), "delta is 2"),
        (lambda: sequential.spent(1.2, alpha=0.05), "times is 1.2"),
        (lambda: behaviour(TWO, np.inf), "drift is inf"),
        (lambda: behaviour(TWO, [1, 2]), "it must be one number"),
        (lambda: sequential.drift_for(TWO, 0.04), "power is 0.04"),
        (lambda: sequential.with_futility(TWO, power=1), "power is 1"),
        (lambda: sequential.with_futility(TWO, power=0.01), "power is 0.01"),
        (
            lambda: sequential.with_futility(boundaries(2, alpha=0.05, sides=2), power=0.9),
            "sides 1; make them one-sided",
        ),
        (lambda: sequential.with_stochastic_curtailment(TWO, below=0), "below is 0"),
        (lambda: sequential.conditional_power(1, 1, final=2), "time is 1"),
        (lambda: sequential.conditional_power(np.nan, 0.5, final=2), "z is nan"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: sequential.behaviour([1.96, 1.96]),
        lambda: sequential.drift_for(None, 0.9),
        lambda: sequential.with_futility("looks", power=0.9),
        lambda: sequential.with_stochastic_curtailment(2, below=0.1),
    ],
)
def test_what_are_no_looks_is_named(call):
    with pytest.raises(ValueError, match=r"looks is .*; it must be Looks, such as boundaries"):
        call()


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: sequential.draw_null(3, [[1]], 5, 7), "rng is 7; it must be a generator"),
        (
            lambda: sequential.draw_null(3, [[1, 0.5]], 5, np.random.default_rng(1)),
            r"correlation has shape \(1, 2\); it must be \(tests, tests\)",
        ),
        (
            lambda: sequential.spent([0.5, 1], alpha=0.05, shape=lambda t: t[:1]),
            r"shape gave \(1,\) for times of shape \(2,\)",
        ),
    ],
)
def test_what_cannot_be_drawn_or_spent_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
