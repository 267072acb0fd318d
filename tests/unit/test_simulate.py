"""Worlds from data, and trials from worlds."""

import copy
import json

import numpy as np
import pytest
from scipy.stats import kstest

from secondlook._data import data_path
from secondlook.simulate import World, simulate, worlds
from secondlook.survival import cox, kaplan_meier, logrank


@pytest.fixture(scope="module")
def null_trials():
    return simulate(World.load("nothing_works"), 1000, np.random.default_rng(40))


def entries(name="nothing_works"):
    return json.loads(data_path("worlds", f"{name}.json").read_text(encoding="utf-8"))


def test_the_worlds_there_are():
    assert worlds() >= ("e0302", "harm_late", "nothing_works")
    for name in worlds():
        assert World.load(name).name == name


def test_every_trial_has_the_world_s_arms(null_trials):
    t = null_trials
    assert t.time.shape == t.event.shape == t.arm.shape == t.months_from_onset.shape == (1000, 370)
    for arm, size in enumerate((123, 124, 123)):
        assert ((t.arm == arm).sum(axis=1) == size).all()
    assert t.time.dtype.kind == "i" and t.time.min() >= 1 and t.time.max() == 1274
    assert not t.event[t.time == 1274].all()


def test_the_null_world_is_like_e0302(null_trials):
    # Means of 1,000 trials, seed 40; the wanted values are about, so the margins are wide.
    t = null_trials
    withdrawn = ~t.event & (t.time < 1274)
    assert t.event.sum(axis=1).mean() == pytest.approx(181, abs=4)
    assert withdrawn.sum(axis=1).mean() == pytest.approx(112, abs=4)
    early = t.months_from_onset <= 12
    assert early.mean() == pytest.approx(0.39, abs=4 * np.sqrt(0.39 * 0.61 / early.size))
    placebo = (t.arm == 0)[:, :, None] & np.stack([early, ~early], axis=2)
    had_event = 1 - kaplan_meier(t.time, t.event, placebo).survival(1273).mean(axis=0)
    # Published in the placebo arm: 75.6% of early patients and 51.8% of the others.
    assert had_event == pytest.approx([0.756, 0.518], abs=0.02)


def test_the_null_world_is_null_and_the_others_are_what_they_say(null_trials):
    rejected = (
        logrank(null_trials.time, null_trials.event, null_trials.arm > 0).p_two_sided < 0.05
    ).mean()
    assert rejected == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 1000))
    for name, wanted in (
        ("nothing_works", [1, 1]),
        ("works_a_little", [0.75, 0.75]),
        ("works_early", [0.57, 1]),
    ):
        t = simulate(World.load(name), 400, np.random.default_rng(41))
        early = t.months_from_onset <= 12
        log_hr = cox(t.time, t.event, t.arm > 0, np.stack([early, ~early], axis=2)).log_hr
        error = log_hr.std(axis=0) / np.sqrt(400)
        # 4 standard errors, and 0.02 for the bias of a hazard ratio in a small group.
        assert (np.abs(log_hr.mean(axis=0) - np.log(wanted)) < 4 * error + 0.02).all(), name


def test_event_times_follow_the_stated_hazard():
    world = World.from_entries(
        entries()
        | {
            "withdrawal_hazard_per_day": 0,
            "follow_up_days": 100_000,
            "event_hazard_per_day": {"from_day": [0], "early": [0.001], "late": [0.001]},
        }
    )
    t = simulate(world, 10, np.random.default_rng(42))
    assert t.event.all()
    # Whole days against 1,000 days of mean life: rounding is far below the test's reach.
    assert kstest(t.time.ravel() - 0.5, "expon", args=(0, 1000)).pvalue > 0.001


def test_onset_times_keep_to_their_bins():
    world = World.load("nothing_works")
    months = simulate(world, 200, np.random.default_rng(43)).months_from_onset
    share = np.histogram(months, world.month_edges)[0] / months.size
    assert months.min() > world.month_edges[0] and months.max() <= world.month_edges[-1]
    assert share == pytest.approx(world.month_probabilities, abs=4 * 0.5 / np.sqrt(months.size))


def test_the_seed_decides():
    world = World.load("works_early")
    a, b = (simulate(world, 3, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(a.time, b.time)
    assert (a.time != simulate(world, 3, np.random.default_rng(6)).time).any()


def test_an_unknown_world_lists_the_known():
    with pytest.raises(ValueError, match="no world 'utopia'; choose from nothing_works, works_a"):
        World.load("utopia")


def test_missing_and_unknown_entries_are_named():
    for name in entries():
        broken = entries()
        del broken[name]
        with pytest.raises(ValueError, match=f"the entry '{name}' is missing"):
            World.from_entries(broken)
    with pytest.raises(ValueError, match="the entry 'colour' is not known"):
        World.from_entries(entries() | {"colour": "blue"})


@pytest.mark.parametrize(
    "path, value, message",
    [
        (("hazard_ratio", "25 mg", "early"), 0, "hazard_ratio, 25 mg, early: 0 is not possible"),
        (("hazard_ratio", "50 mg", "late"), -1, "hazard_ratio, 50 mg, late: -1"),
        (("hazard_ratio", "50 mg", "late"), "half", "'half' is not possible; must be a number"),
        (("hazard_ratio", "75 mg"), {}, "hazard_ratio: the entry '75 mg' is not known"),
        (("months_from_onset", "probabilities"), [0.5] * 7, "add up to 1, not 3.5"),
        (("months_from_onset", "probabilities"), [1.0], "one for each of the 7 bins"),
        (("months_from_onset", "probabilities"), [2, -1, 0, 0, 0, 0, 0], "must be 0 or more"),
        (("months_from_onset", "edges"), [3, 3, 4, 5, 6, 7, 8, 9], "must rise from 0 up"),
        (("months_from_onset",), None, "must have the entries edges, probabilities"),
        (("event_hazard_per_day", "early"), [0.1], "must be 3 hazards above 0"),
        (("event_hazard_per_day", "late"), [0.1, 0, 0.1], "must be 3 hazards above 0"),
        (("event_hazard_per_day", "from_day"), [1, 2, 3], "must rise from 0 to less than 1274"),
        (("withdrawal_hazard_per_day",), -0.1, "withdrawal_hazard_per_day: -0.1"),
        (("follow_up_days",), 0, "follow_up_days: 0 is not possible"),
        (("follow_up_days",), float("inf"), "follow_up_days: inf is not possible"),
        (("arms",), {"25 mg": 3, "placebo": 3}, "must hold placebo first"),
        (("arms", "placebo"), 1.5, "arms, placebo: 1.5 is not possible; must be a whole number"),
        (("arms",), ["placebo", "25 mg"], "must hold placebo first"),
    ],
)
def test_impossible_entries_are_named(path, value, message):
    broken = copy.deepcopy(entries())
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=message):
        World.from_entries(broken)


@pytest.mark.parametrize("trials", [0, -1, 2.5, True, "ten"])
def test_a_wrong_number_of_trials_is_named(trials):
    with pytest.raises(ValueError, match=r"trials is .*; it must be a whole number from 1 up"):
        simulate(World.load("nothing_works"), trials, np.random.default_rng(1))
