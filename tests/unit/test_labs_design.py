"""Labs of chapter 3's design: what the sentences say, computed again by other means."""

import math
import re

import numpy as np
import pytest
from _labs import settings_to_try
from scipy import stats
from test_figures import assert_words_fit, svgs

from secondlook.cohort import load
from secondlook.evidence import published
from secondlook.figures.design import trial_flow
from secondlook.labs import design as labs
from secondlook.simulate import World
from secondlook.simulate.randomise import minimise

SHARE = {"two": 1, "one": 2 / 3, "pooled": 1}
HALVES = {"two": 1 / 4, "one": 1 / 4, "pooled": 2 / 9}
ALPHA = {"one-1": (0.01, 1), "one-2.5": (0.025, 1), "two-5": (0.05, 2)}


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


# ------------------------------------------------------------ the flow


def test_the_flow_tells_every_printed_number_and_fits():
    picture = trial_flow()
    assert_words_fit(picture)
    said = picture.alt + picture.title
    for key in ("rand", "rand.plc", "rand.25", "rand.50", "excl", "fas", "completed", "withdrawn"):
        assert published(f"K19.des.{key}").text in said, key
    assert len(svgs(picture)) == 2


def test_the_flow_adds_up_as_the_chapter_says():
    value = {
        key: published(f"K19.des.{key}").value
        for key in ("rand", "excl", "fas", "completed", "withdrawn")
    }
    assert value["completed"] + value["withdrawn"] == value["rand"]
    assert value["rand"] - value["excl"] == value["fas"]


# ------------------------------------------------------------ rebuild the design


def test_rebuild_the_design_says_what_schoenfeld_s_formula_gives():
    for settings in settings_to_try(labs.rebuild_the_design()):
        lab = labs.rebuild_the_design().set(**settings)
        now, found = lab.settings, lab.result
        alpha, sides = ALPHA[now["level"]]
        line = stats.norm.isf(alpha / sides)
        events = now["events"] * SHARE[now["arms"]]
        drift = -math.log(now["hr"]) * math.sqrt(events * HALVES[now["arms"]])
        power = stats.norm.sf(line - drift) + (stats.norm.sf(line + drift) if sides == 2 else 0)
        assert found.power == pytest.approx(power, abs=1e-6), now
        assert f"power is {100 * power:.0f}% if the true hazard ratio is {now['hr']:.2f}." in (
            lab.sentence
        ), now
        if now["hr"] == 1:
            assert "No number of events" in lab.sentence
            continue
        wanted = (line + stats.norm.ppf(now["power"] / 100)) / math.log(now["hr"])
        needed = wanted**2 / HALVES[now["arms"]] / SHARE[now["arms"]]
        assert found.needed == pytest.approx(needed, rel=1e-5), now
        assert f"takes {math.ceil(round(needed, 6)):,} events" in lab.sentence, now


def test_the_design_lab_starts_where_the_plan_stands():
    lab = labs.rebuild_the_design()
    assert lab.settings["events"] == published("K19.des.plan.events").value
    assert lab.settings["hr"] == published("K19.des.plan.hr").upper
    assert lab.settings["power"] == published("K19.des.plan.power").value
    assert labs.LEVELS[lab.settings["level"]][1] == published("K19.des.plan.alpha").value / 100
    assert 100 * lab.result.power == pytest.approx(73.3, abs=0.05)
    assert 100 * lab.press("Both doses together").result.power == pytest.approx(86.0, abs=0.05)
    assert lab.press("Two arms").result.needed == pytest.approx(199.54, abs=0.005)
    assert lab.press("If the truth were 0.88").settings["hr"] == published("K19.T2A.hr.tot").value


def test_only_just_significant_is_a_power_of_one_half():
    lab = labs.rebuild_the_design()
    line = lab.result.significant
    at = lab.set(hr=round(line, 2)).result.power
    assert at == pytest.approx(0.5, abs=0.02)


# ------------------------------------------------------------ randomise


def by_hand(way, patients, coin, seed):
    """Shares of the first trials, counted patient by patient."""
    twin, factors = load("e0302"), World.load("e0302").randomisation.factors
    rng = np.random.default_rng(seed)
    patient = rng.integers(0, len(twin), (labs.TRIALS, patients))
    if way == "simple":
        upto = np.array([1 / 3, 2 / 3]) if patients % 3 == 0 else None
        sizes = [patients // 3 + (k < patients % 3) for k in range(3)]
        upto = np.cumsum(sizes)[:-1] / patients if upto is None else upto
        arm = (rng.random((labs.TRIALS, patients))[:, :, None] >= upto).sum(axis=2)
    else:
        columns = [
            np.digitize(twin[f.factor], f.cuts)
            if f.cuts
            else twin[f.factor].rank(method="dense").to_numpy(int) - 1
            for f in factors
        ]
        arm = minimise(np.column_stack(columns)[patient], 3, coin / 100, rng)
    definite = twin["diagnosis"].eq("definite").to_numpy()
    return [[100 * definite[patient[t]][arm[t] == k].mean() for k in range(3)] for t in range(8)]


@pytest.mark.parametrize("way", ["simple", "minimisation"])
def test_randomise_shows_the_trials_that_its_seed_makes(way):
    lab = labs.randomise().set(way=way, look="definite", patients=90, seed=7)
    expected = by_hand(way, 90, lab.settings["coin"], 7)
    for trial in range(8):
        lab.set(trial=trial + 1)
        shown = [100 * share for share in lab.result.rows[4].arms.values()]
        assert shown == pytest.approx(expected[trial], abs=1e-4)
        assert 100 * lab.result.shown == pytest.approx(np.ptp(expected[trial]), abs=1e-4)


def test_the_sentence_counts_the_trials_and_the_best_fifth_is_kept():
    for keep, kept in (("all", labs.TRIALS), ("best", labs.TRIALS // 5)):
        lab = labs.randomise().set(keep=keep, look="definite")
        assert len(lab.result.gaps) == kept
        share = f"{100 * (lab.result.gaps >= 0.1).mean():.0f} of 100"
        assert share in lab.sentence and lab.picture.title.startswith(share)
    four = labs.randomise().set(keep="best").result.gaps
    assert four.max() <= np.quantile(labs.randomise().result.gaps, 0.21)


def test_what_looks_good_is_no_better_where_nobody_looked():
    """At any seed, within 4 standard errors; the seed of the page is one of them."""
    for seed in (3, 4, 5):
        lab = labs.randomise().set(seed=seed, look="definite")
        every = lab.result.gaps
        best = lab.set(keep="best").result.gaps
        error = every.std() / np.sqrt(len(best))
        assert best.mean() == pytest.approx(every.mean(), abs=4 * error)


def test_the_printed_gap_is_that_of_table_1():
    lab = labs.randomise().set(look="definite")
    percent = [published(f"K19.T1.definite.{arm}.pct").value for arm in ("plc", "25", "50")]
    assert 100 * lab.result.printed == pytest.approx(np.ptp(percent), abs=0.1)
    assert re.search(r"Published: 13\.0 points", lab.picture.alt)
