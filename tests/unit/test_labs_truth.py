"""The sealed trials and the truth dial: what they say is what the floors below answer."""

import math

import numpy as np
import pytest
from _labs import numbers_in
from _learner_js import run_js

from secondlook import learner
from secondlook.evidence import published
from secondlook.fishing import forests_simulated
from secondlook.labs import truth as labs
from secondlook.simulate import World, simulate
from secondlook.survival import cox


@pytest.fixture(autouse=True)
def static(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


def trials_of(world, seed):
    rng = np.random.default_rng([seed, list(labs.WORLDS).index(world)])
    return simulate(World.load(world), labs.TRIALS, rng)


def interaction_p(time, event, treated, early):
    fit = cox(time, event, treated, np.column_stack([early, ~early]))
    z = (fit.log_hr[0, 0] - fit.log_hr[0, 1]) / math.hypot(*fit.se[0])
    return math.erfc(abs(z) / math.sqrt(2))


def test_a_screen_is_the_ordinary_analysis_of_the_trial():
    trials, screens = trials_of("works_early", 3), labs._screens("works_early", 3)
    treated, _ = trials.treated("pooled")
    for k in (0, 41):
        early = trials.months_from_onset[k] <= published("K19.des.early").value
        p = interaction_p(trials.time[k], trials.event[k], treated[k], early)
        assert screens.p_interaction[k] == pytest.approx(p, abs=1e-3)
        fit = cox(trials.time[k], trials.event[k], treated[k])
        assert screens.rows(k)[0].value == pytest.approx(fit.hr[0, 0])


@pytest.mark.parametrize("cue", labs.CUES)
def test_the_dial_says_how_often_each_world_shows_the_cue(cue):
    lab = labs.truth_dial().set(cue=cue, nothing=60)
    shares = []
    for world in labs.WORLDS:
        forest = forests_simulated(
            trials_of(world, 12), ["everyone", "12 months or less", "more than 12 months"], "pooled"
        )
        p, z = forest.p_one_sided, (forest.log_hr[:, 1] - forest.log_hr[:, 2])
        z = z / np.hypot(forest.log_se[:, 1], forest.log_se[:, 2])
        shows = {
            "whole": p[:, 0] < 0.025,
            "early": p[:, 1] < 0.025,
            "both": (p[:, 1] < 0.025) & (z < -1.959964),
        }[cue]
        shares.append(shows.mean())
    assert list(lab.result.shares.values()) == pytest.approx(shares, abs=1e-9)
    weighed = np.array([60, 20, 20]) * shares
    assert lab.result.early_only == pytest.approx(weighed[2] / weighed.sum())
    said = numbers_in(lab.sentence)
    assert said[-3:] == [100, round(100 * weighed[2] / weighed.sum()), 100]


def test_a_search_among_twenty_costs_most_where_nothing_works():
    named = labs.truth_dial().result
    searched = labs.truth_dial().press("Any of twenty would do").result
    gain = {w: searched.shares[w] / named.shares[w] for w in labs.WORLDS}
    assert gain["nothing_works"] > gain["works_a_little"] > gain["works_early"] > 1
    assert searched.early_only < named.early_only
    whole = labs.truth_dial().set(cue="whole", searched=True).result.shares
    assert whole == labs.truth_dial().set(cue="whole").result.shares


def test_a_screen_like_e0302_is_found_in_every_world():
    for world in labs.WORLDS:
        lab = labs.truth_dial().set(world=world).press("A screen like E0302's")
        screens, k = lab.result.screens, lab.result.trial
        assert screens.passes("both")[k] and not screens.passes("whole")[k]


def test_the_sealed_trials_hold_three_or_four_of_each_world_and_tell_none():
    sealed = labs.sealed_trials()
    worlds = [trial.world for trial in sealed]
    assert len(sealed) == 10 and all(3 <= worlds.count(world) <= 4 for world in labs.WORLDS)
    for trial in sealed:
        shown = trial.picture.html() + trial.picture.alt + trial.title
        assert not any(words in shown for words in labs.WORLDS.values())
    assert labs.sealed_trials()[4].p == sealed[4].p
    # no cue is a key: each leaves several of the ten misplaced
    for cue in sealed[0].points:
        assert 3 <= sum(t.points[cue] == t.world for t in sealed) <= 7


def test_a_sealed_trial_shows_its_picture_and_asks_for_a_verdict():
    trial = labs.sealed_trials()[1]
    shown = learner.sealed_element(
        trial.id, trial.title, trial.picture, "In which world?", labs.WORLDS
    ).html
    assert shown.startswith('<details class="sl-hint sl-sealed"><summary')
    assert '<sl-predict data-id="04.dial2" data-kind="choice">' in shown
    assert shown.count("<figure") == 1 and shown.endswith("</details>")


def test_the_score_holds_every_truth_and_a_place_for_every_verdict():
    trials = labs.sealed_trials()
    shown = learner.score_element(**labs.opened(trials)).html
    assert shown.count("<td data-of=") == len(trials)
    for trial in trials:
        assert f'data-of="{trial.id}"' in shown and trial.p["Early p"] in shown
    with pytest.raises(ValueError, match=r"truth: 04\.dial1 is 'mars'"):
        learner.score_element({"04.dial1": "mars"}, labs.WORLDS, {}, {"04.dial1": {}})


def test_what_misled_is_counted_by_hand():
    predictions = {
        "a": {"kind": "choice", "value": "early"},
        "b": {"kind": "choice", "value": "early"},
        "c": {"kind": "choice", "value": "none"},
        "d": {"kind": "skip"},
    }
    truth = {"a": "early", "b": "none", "c": "early", "d": "none"}
    cues = {"p": {"a": "early", "b": "early", "c": "early", "d": "early"},
            "whole": {"a": "none", "b": "none", "c": "none", "d": "none"}}  # fmt: skip
    found = run_js(
        "return sl.misled(x.predictions, x.truth, x.cues);",
        {"predictions": predictions, "truth": truth, "cues": cues},
    )
    # wrong: b said early as p did, c said none as the whole did; d gave no verdict
    assert found == [
        {"name": "p", "right": 2, "followed": 1},
        {"name": "whole", "right": 2, "followed": 1},
    ]
