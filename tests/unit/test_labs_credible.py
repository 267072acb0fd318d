"""Stepwise, the credibility checklist and the rig's forking path."""

import numpy as np
import pytest
from _labs import numbers_in
from lifelines import CoxPHFitter

from secondlook.cohort import load
from secondlook.evidence import published
from secondlook.fishing import subgroups
from secondlook.labs import credible as labs
from secondlook.labs.subgroup import fishing_rig


@pytest.fixture(autouse=True)
def static(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


def by_lifelines(data, level):
    """Backward elimination with a library of its own; Efron's ties."""
    left = [name for name in data if name not in ("days", "event")]
    while left:
        fit = CoxPHFitter().fit(data[["days", "event", *left]], "days", "event")
        p = fit.summary["p"]
        if p.max() < level:
            return set(left)
        left.remove(p.idxmax())
    return set()


@pytest.fixture(scope="module")
def placebo():
    twin = load("e0302")
    arm = (twin["arm"] == "placebo").to_numpy()
    factors = {name: subgroups(twin)[name][arm] for name in labs.FACTORS}
    return twin.loc[arm, ["days", "event"]].assign(**factors).astype(float)


@pytest.mark.parametrize("level", labs._LEVELS)
def test_the_patients_keep_what_lifelines_keeps(placebo, level):
    lab = labs.stepwise().set(level=level)
    kept = {n for n, stays in zip(lab.result.names, lab.result.kept[0], strict=True) if stays}
    assert kept == by_lifelines(placebo, int(level) / 100)
    assert f"{len(kept)} of 9 factors" in lab.sentence


def test_resamples_keep_nearly_what_lifelines_keeps(placebo):
    """Efron's and Breslow's ties differ a little in a resample, where patients stand twice."""
    lab = labs.stepwise()
    draws, _ = np.random.default_rng(4).spawn(2)
    weight = draws.multinomial(len(placebo), np.full(len(placebo), 1 / len(placebo)), size=100)
    agree = []
    for k in range(6):
        again = placebo.iloc[np.repeat(np.arange(len(placebo)), weight[k])]
        kept = np.array([name in by_lifelines(again, 0.05) for name in labs.FACTORS])
        agree.append((kept == lab.result.kept[k + 1]).mean())
    assert np.mean(agree) > 0.85


def test_stepwise_counts_what_it_shows():
    lab = labs.stepwise().set(coins=3, sample=7)
    kept = lab.result.kept
    same = sum((row == kept[0]).all() for row in kept[1:])
    models = len({tuple(row) for row in kept[1:]})
    said = numbers_in(lab.sentence.partition("). ")[2])
    assert said[:3] == [100, same, models]
    assert said[-2] == max(kept[1:, -3:].sum(axis=0))
    none = labs.stepwise().set(coins=0, sample=7).result
    assert none.names == labs.FACTORS and len(lab.result.names) == 12


def test_early_or_late_is_what_comes_back():
    shares = labs.stepwise().result.shares
    assert labs.FACTORS[int(shares.argmax())] == "12 months or less"
    assert shares.max() > 0.8 and np.sort(shares)[-2] < 0.6


def test_every_criterion_is_reasoned_and_its_evidence_exists():
    criteria = labs.checklist()
    assert len(criteria) == 8 and len({c.key for c in criteria}) == 8
    for c in criteria:
        assert c.answer in ("yes", "partly", "unknown", "no")
        assert all(text.endswith(".") for text in (c.criterion, c.why, c.reason, c.differ))
        assert c.evidence and all(published(id) for id in c.evidence)


def test_the_checklist_compares_and_explains_the_first_difference():
    lab = labs.credibility_checklist()
    assert "0 of 8" in lab.sentence
    lab.press("Show all of ours")
    assert lab.result.agreed == lab.result.answered == 8
    lab.set(named="yes", few="yes")
    assert lab.result.agreed == 6
    named = labs.checklist()[0]
    assert f"“{named.short}”: we say {named.answer}. {named.reason}" in lab.sentence
    lab.press("Start again").set(named="yes", few="unknown")
    few = labs.checklist()[2]
    assert f"“{few.short}”: we too say {few.answer}. {few.reason}" in lab.sentence
    assert "you yes, we no" in lab.picture.alt
    assert labs.credibility_checklist().press("Start again").result.answered == 0


def test_ours_is_not_drawn_before_an_answer():
    blank = labs.credibility_checklist()
    assert "we " not in blank.picture.alt
    one = labs.credibility_checklist().set(few="no")
    assert one.picture.alt.count("; ") == 0 and "Few factors tried: you no" in one.picture.alt


def test_a_wrong_key_in_the_checklist_is_named(monkeypatch, tmp_path):
    path = tmp_path / "credibility_checklist.json"
    path.write_text('[{"key": "named", "answer": "maybe"}]', encoding="utf-8")
    monkeypatch.setattr(labs, "data_path", lambda *parts: path)
    labs.checklist.cache_clear()
    with pytest.raises(ValueError, match="named: answer must be one of"):
        labs.checklist()
    monkeypatch.undo()
    labs.checklist.cache_clear()


def test_the_rig_draws_the_way_through_the_choices():
    rig = fishing_rig()
    assert rig.result.taken == ((0, 0, 3, 0, 0),)
    assert len(rig.press("One honest look").result.taken) == 2
    rig.press("Two endpoints, two contrasts")
    assert rig.result.taken == ((0, 0, 3, 0, 0), (0, 0, 0, 0, 0), (2, 1, 0, 0, 0))
    assert "endpoint both; contrasts two; subgroups none" in rig.picture.alt
    rig.set(subgroups=7, cut_points=True, level="one-1")
    assert rig.result.taken[-1] == (2, 1, 2, 1, 2)
