"""Worlds from data: what a file may hold, and a trial that the code has never heard of."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest

from secondlook._data import data_path
from secondlook.simulate import Balance, World, simulate, worlds
from secondlook.survival import cox

PORRIDGE = {
    "name": "porridge",
    "title": "Oats or none",
    "description": "A made-up trial: two arms, two to one, another disease, another factor.",
    "arms": {"none": 100, "oats": 200},
    "follow_up_days": 365,
    "factors": {
        "village": {"levels": ["upper", "lower"], "probabilities": [0.5, 0.5]},
        "spoons": {"edges": [0, 1, 5], "probabilities": [0.25, 0.75]},
    },
    "strata": {
        "upper village": {"factor": "village", "equals": "upper"},
        "greedy": {"factor": "spoons", "at_least": 1},
    },
    "event_hazard_per_day": {"from_day": [0], "everyone": [0.004]},
    "withdrawal_hazard_per_day": 0,
    "hazard_ratio": {"oats": {"upper village": 0.5, "greedy": 1.5}},
}


def entries(name="e0302"):
    return json.loads(data_path("worlds", f"{name}.json").read_text(encoding="utf-8"))


def test_the_worlds_there_are():
    assert worlds() == (
        "e0302",
        "harm_late",
        "jetals",
        "nothing_works",
        "works_a_little",
        "works_early",
    )
    for name in worlds():
        world = World.load(name)
        assert world.name == name and world.title and world.description and world.assumed


def test_what_the_imagined_truths_say():
    nothing, little, early, harm = (
        World.load(name) for name in ("nothing_works", "works_a_little", "works_early", "harm_late")
    )
    assert nothing.hazard_ratio == {}
    assert little.hazard_ratio["25 mg"] == {"everyone": 0.75}
    assert early.hazard_ratio["50 mg"] == {"early": 0.57, "late": 1}
    assert harm.hazard_ratio["50 mg"] == {"early": 0.57, "late": 1.21}
    # "like": whatever is not said is as in the other file.
    assert nothing.factors == World.load("e0302").factors
    assert set(little.assumed) > set(nothing.assumed)


def test_a_third_trial_needs_no_code(tmp_path):
    path = tmp_path / "porridge.json"
    path.write_text(json.dumps(PORRIDGE), encoding="utf-8")
    t = simulate(World.read(path), 300, np.random.default_rng(1))
    assert t.arms == ("none", "oats") and ((t.arm == 1).sum(axis=1) == 200).all()
    upper, greedy = t.covariates["village"] == 0, t.covariates["spoons"] >= 1
    member = np.stack([upper & ~greedy, upper & greedy, ~upper & ~greedy, ~upper & greedy], axis=2)
    log_hr = cox(t.time, t.event, t.arm == 1, member).log_hr
    error = log_hr.std(axis=0) / np.sqrt(300)
    # Ratios of two strata multiply. 0.02 for the bias of a hazard ratio in a small group.
    wanted = np.log([0.5, 0.75, 1, 1.5])
    assert (np.abs(log_hr.mean(axis=0) - wanted) < 4 * error + 0.02).all()
    assert t.change is None and t.visits is None and (t.enrolled == 0).all()


def test_an_effect_is_set_by_arm_and_stratum():
    world = World.load("works_a_little")
    other = world.with_effect({"50 mg": {"early": 0.57, "late": 1}}, {"25 mg": 0.5})
    assert other.hazard_ratio["50 mg"] == {"early": 0.57, "late": 1}
    assert other.hazard_ratio["25 mg"] == {"everyone": 0.75}  # keeps what it had
    assert other.decline_ratio["25 mg"] == {"everyone": 0.5}
    assert world.hazard_ratio["50 mg"] == {"everyone": 0.75}  # and the first world too
    with pytest.raises(ValueError, match="hazard_ratio, 50 mg, early: 0 is not possible"):
        world.with_effect({"50 mg": {"early": 0, "late": 1}})
    with pytest.raises(ValueError, match="hazard_ratio: the entry '75 mg' is not known; use one"):
        world.with_effect({"75 mg": 1})
    with pytest.raises(ValueError, match="hazard_ratio, 50 mg: the entry 'tall' is not known"):
        world.with_effect({"50 mg": {"tall": 0.9}})


def test_replacing_a_part_is_checked():
    world = World.load("e0302")
    with pytest.raises(ValueError, match="withdrawal_hazard_per_day: -1 is not possible"):
        replace(world, withdrawal_hazard=-1)
    with pytest.raises(ValueError, match=r"alsfrs, worst_share: 1\.2 is not possible"):
        world.with_score(worst_share=1.2)
    with pytest.raises(ValueError, match="alsfrs: the entry 'colour' is not known"):
        world.with_score(colour=1)
    with pytest.raises(ValueError, match="randomisation, method: the entry 'dice' is not known"):
        world.with_randomisation("dice")
    with pytest.raises(ValueError, match="block: 4 is not possible; must hold a whole number"):
        world.with_randomisation("blocks", block=4)
    with pytest.raises(ValueError, match="has no score"):
        World.from_entries(PORRIDGE).with_score(noise_sd=1)


def test_an_unknown_world_lists_the_known(tmp_path):
    with pytest.raises(ValueError, match="no world 'utopia'; choose from e0302, harm_late"):
        World.load("utopia")
    with pytest.raises(ValueError, match="no world 'utopia'"):
        World.from_entries({"name": "x", "like": "utopia"})
    (tmp_path / "empty.json").write_text("")
    for name in ("empty.json", "none.json"):
        with pytest.raises(ValueError, match=f"{name} is not a world's file in JSON"):
            World.read(tmp_path / name)


NEEDED = [
    "name",
    "title",
    "description",
    "arms",
    "follow_up_days",
    "factors",
    "event_hazard_per_day",
    "withdrawal_hazard_per_day",
]


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_entry_is_named(name):
    broken = entries()
    del broken[name]
    with pytest.raises(ValueError, match=f"world: the entry '{name}' is missing; it needs name"):
        World.from_entries(broken)


@pytest.mark.parametrize(
    "place, name",
    [
        (("alsfrs",), "noise_sd"),
        (("alsfrs", "baseline"), "sd"),
        (("randomisation",), "method"),
        (("event_hazard_per_day",), "from_day"),
        (("factors", "age"), "edges"),
    ],
)
def test_a_missing_part_is_named(place, name):
    broken = entries()
    part = broken
    for step in place:
        part = part[step]
    del part[name]
    with pytest.raises(ValueError, match=f"{', '.join(place)}: the entry '{name}' is missing"):
        World.from_entries(broken)


AT = "not possible; must"


@pytest.mark.parametrize(
    "path, value, message",
    [
        (("colour",), "blue", "world: the entry 'colour' is not known; use one of name, title"),
        (("hazard_ratio",), {"25 mg": {"early": 0}}, f"hazard_ratio, 25 mg, early: 0 is {AT}"),
        (("hazard_ratio",), {"50 mg": -1}, "hazard_ratio, 50 mg, everyone: -1"),
        (("hazard_ratio",), {"50 mg": {"late": "half"}}, f"'half' is {AT} be a number above"),
        (("hazard_ratio",), {"placebo": 1}, "hazard_ratio: the entry 'placebo' is not known"),
        (("hazard_ratio",), [1], "hazard_ratio: .* must be a table"),
        (
            ("factors", "sex", "probabilities"),
            [0.6, 0.5],
            "sex, probabilities: .* up to 1, not 1.1",
        ),
        (("factors", "sex", "probabilities"), [1.0], "must have one for each of the 2 levels"),
        (("factors", "sex", "probabilities"), [1.5, -0.5], "must be 0 or more and add up"),
        (("factors", "sex", "levels"), ["male", "male"], "must all be different"),
        (
            ("factors", "age", "edges"),
            [3, 3, 4, 5, 6, 7, 8, 9],
            "factors, age, edges: .* must rise",
        ),
        (("factors", "age", "probabilities"), [1.0], "one for each of the 7 bins"),
        (("factors", "age"), 61.8, "factors, age: 61.8 is not possible; must be a table"),
        (("strata", "early"), {"factor": "height", "at_most": 3}, "entry 'height' is not known"),
        (("strata", "early"), {"factor": "sex"}, "must have a factor and one rule of equals"),
        (("strata", "early"), {"factor": "sex", "equals": "other"}, "early, equals: .*'other'"),
        (("strata", "early"), {"factor": "sex", "below": "male"}, "is a rule for numbers"),
        (("strata", "early"), {"factor": "age", "below": "old"}, "strata, early, below: 'old'"),
        (("event_hazard_per_day", "early"), [0.1], "must be 3 hazards above 0"),
        (("event_hazard_per_day", "late"), [0.1, 0, 0.1], "must be 3 hazards above 0"),
        (("event_hazard_per_day", "from_day"), [1, 2, 3], "must rise from 0 to less than 1274"),
        (("event_hazard_per_day", "tall"), [1, 2, 3], "the entry 'tall' is not known"),
        (("event_hazard_per_day",), {"from_day": [0]}, "must have hazards of strata"),
        (("withdrawal_hazard_per_day",), -0.1, "withdrawal_hazard_per_day: -0.1"),
        (("follow_up_days",), 0, "follow_up_days: 0 is not possible"),
        (("follow_up_days",), float("inf"), "follow_up_days: inf is not possible"),
        (("follow_up_days",), 10**6, "follow_up_days: 1000000 is not possible; must be at most"),
        (("factors", "age", "whole"), 2, "factors, age, whole: 2 is not possible; must be true"),
        (("enrolment_days",), -1, "enrolment_days: -1 is not possible"),
        (("last_day",), 1000, "must be after the last enrolment, day 1370"),
        (("arms",), {"placebo": 3}, "must hold the control, then others"),
        (("arms", "placebo"), 1.5, f"arms, placebo: 1.5 is {AT} be a whole number"),
        (("arms",), ["placebo", "25 mg"], "arms: .* must be a table"),
        (("assumed",), "much", "assumed: 'much' is not possible; must be a list"),
        (("trial",), 7, "trial: 7 is not possible"),
        (("trial",), "e0303", "trial: the entry 'e0303' is not known; use one of e0302"),
        (("alsfrs", "noise_sd"), -1, "alsfrs, noise_sd: -1"),
        (("alsfrs", "baseline", "mean"), 60, "must be from 0 to 48 points"),
        (("alsfrs", "baseline", "mean"), None, "alsfrs, baseline_mean: None"),
        (("alsfrs", "visit_weeks"), [4, 8], "alsfrs, visit_weeks: .* must rise from 0 on"),
        (("alsfrs", "run_in_change"), [-1, -3], "must be the lowest and highest change"),
        (("alsfrs", "run_in_weeks"), 0, "alsfrs, run_in_weeks: 0"),
        (("alsfrs", "slowing_weeks"), 0, "alsfrs, slowing_weeks: 0"),
        (("alsfrs", "whole_points"), "yes", "alsfrs, whole_points: 'yes'"),
        (("alsfrs", "speed_up"), {"tall": 2}, "alsfrs, speed_up: the entry 'tall' is not known"),
        (("alsfrs", "speed_up"), {"early": 0}, "alsfrs, speed_up, early: 0"),
        (("alsfrs", "worst_share"), -0.1, "alsfrs, worst_share: -0.1"),
        (("randomisation", "probability"), 1.1, "randomisation, probability: 1.1"),
        (("randomisation", "probability"), 0.2, "must be at least 1/3"),
        (("randomisation", "factors"), ["height"], "factors: the entry 'height' is not known"),
        (("randomisation", "factors"), [], "must name at least one factor"),
        (("randomisation", "factors"), ["age"], "factors, age: .* give cuts that rise"),
        (("randomisation", "factors"), [{"factor": "sex", "cuts": [1]}], "leave out the cuts"),
        (("randomisation", "measure"), "mean", "measure: the entry 'mean' is not known"),
        (("arms", "placebo"), 60, "needs arms of about the same size"),
        (("unblinding",), {"25 mg": {"share": 2, "points": 1}}, "unblinding, 25 mg, share: 2"),
        (("unblinding",), {"25 mg": {"share": 0.5}}, "the entry 'points' is missing"),
        (("unblinding",), {"red": {"share": 0.5, "points": 1}}, "the entry 'red' is not known"),
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


def test_every_patient_needs_exactly_one_hazard():
    hazard = {"from_day": [0], "greedy": [0.004]}
    gap = World.from_entries(PORRIDGE | {"event_hazard_per_day": hazard})
    with pytest.raises(ValueError, match=r"patient \d+ of trial 0 is in 0 of greedy; strata with"):
        simulate(gap, 1, np.random.default_rng(1))
    twice = World.from_entries(PORRIDGE | {"event_hazard_per_day": hazard | {"everyone": [0.1]}})
    with pytest.raises(ValueError, match=r"is in 2 of greedy, everyone"):
        simulate(twice, 1, np.random.default_rng(1))


def places(entry, path=()):
    """Every place in a nested table or list."""
    inside = entry.items() if isinstance(entry, dict) else enumerate(entry)
    for name, value in inside:
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from places(value, (*path, name))


JUNK = (None, "much", -1, 0, 1.5, float("nan"), float("inf"), True, [], [None], {}, {"a": 1}, [[1]])


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_junk_anywhere_is_refused_in_words_or_does_no_harm(junk):
    for path in places(entries()):
        broken = entries()
        part = broken
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = junk
        try:
            World.from_entries(broken)
        except ValueError as error:
            # The message says where, or which other entry now misses something here.
            said = str(error)
            assert any(str(step) in said for step in path) or "is not known" in said, (path, said)


def test_a_world_like_itself_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("secondlook.simulate.world.data_path", lambda *p: tmp_path.joinpath(*p[1:]))
    for name, like in (("heads", "tails"), ("tails", "heads")):
        (tmp_path / f"{name}.json").write_text(json.dumps({"name": name, "like": like}))
    with pytest.raises(ValueError, match="like: 'tails' leads back to itself"):
        World.load("heads")


def test_balancing_is_given_as_in_the_file():
    world = World.load("e0302").with_randomisation(
        "minimisation", factors=["sex", {"factor": "age", "cuts": [65]}], probability=0.9
    )
    way = world.randomisation
    assert way.factors == (Balance("sex"), Balance("age", (65.0,))) and way.probability == 0.9
    with pytest.raises(ValueError, match="randomisation: the entry 'dice' is not known"):
        world.with_randomisation("simple", dice=2)


def test_numbers_of_numpy_are_numbers():
    world = World.load("e0302").with_effect({"50 mg": np.float32(0.5)})
    assert world.hazard_ratio["50 mg"]["everyone"] == 0.5
    assert world.with_randomisation("blocks", block=np.int64(6)).randomisation.block == 6


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"visit_weeks": None}, "visit_weeks: None is not possible; must be a list of numbers"),
        ({"run_in_change": 5}, "run_in_change: 5 is not possible; must be a list of numbers"),
        ({"speed_up": 2}, "speed_up: 2 is not possible; must be a table"),
    ],
)
def test_a_score_of_the_wrong_kind_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        World.load("e0302").with_score(**change)


def test_what_is_not_a_world_a_generator_a_day_or_a_trial_is_refused_by_name():
    world, rng = World.load("nothing_works"), np.random.default_rng(1)
    with pytest.raises(ValueError, match="world is 'nothing_works'; it must be a World"):
        simulate("nothing_works", 2, rng)
    with pytest.raises(ValueError, match="rng is 1; it must be a generator"):
        simulate(world, 2, 1)
    trials = simulate(world, 2, rng)
    with pytest.raises(ValueError, match="day must be a number"):
        trials.seen_on("soon")
    with pytest.raises(ValueError, match="trial is 2; there are trials 0 to 1"):
        trials.table(2)
    with pytest.raises(ValueError, match="member must be True or False"):
        trials.counts("everyone")
