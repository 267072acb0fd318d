"""The run-in as a filter: regression to the mean by hand, and what it cannot do."""

import numpy as np
import pytest

from secondlook.simulate import World
from secondlook.simulate.filter import filtered
from secondlook.simulate.patients import run_in

JETALS = World.load("jetals")


def through(people=60_000, seed=5, **settings):
    score = JETALS.with_score(whole_points=False, baseline_mean=30.0, **settings).score
    return filtered(score, people, np.random.default_rng(seed))


def test_regression_to_the_mean_has_the_textbook_size():
    """Without limits that cut: E[true | seen] = mean + reliability · (seen − mean).

    All are seen within wide limits, so true and seen means agree; within narrow ones round c the
    true mean lies between c and the mean of all, at the reliability τ²/(τ² + 2σ²).
    """
    mean, spread, noise = 3.0, 1.0, 0.5
    settings = {"decline_mean": mean, "decline_sd": spread, "noise_sd": noise}
    found = through(run_in_change=(-2.05, -1.95), **settings)
    reliability = spread**2 / (spread**2 + 2 * noise**2)
    expected = mean + reliability * (2.0 - mean)
    se = spread * np.sqrt(1 - reliability) / np.sqrt(len(found.enrolled))
    assert found.observed == pytest.approx(2.0, abs=0.01)
    assert found.true == pytest.approx(expected, abs=4 * se + 0.01)
    assert found.speed_up == pytest.approx(found.true / found.observed)


def test_without_error_the_filter_changes_nobody():
    found = through(decline_mean=2.0, decline_sd=0.8, noise_sd=0.0, run_in_change=(-2, -1))
    assert found.speed_up == pytest.approx(1, abs=1e-4)
    assert found.enrolled.min() >= 1 - 1e-4 and found.enrolled.max() <= 2 + 1e-4


def test_both_arms_of_a_trial_after_the_filter_are_alike():
    """Randomised after the run-in, the arms' true paces differ by luck alone."""
    score = JETALS.score
    trials = run_in(score, (400, 128), np.random.default_rng(9)).decline
    gap = trials[:, :64].mean(axis=1) - trials[:, 64:].mean(axis=1)
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(len(gap))


def test_limits_that_let_in_gains_only_are_refused():
    score = JETALS.with_score(decline_mean=0.2, run_in_change=(1, 3)).score
    with pytest.raises(ValueError, match=r"run_in_change .* must let in losses only"):
        filtered(score, 50, np.random.default_rng(1))
