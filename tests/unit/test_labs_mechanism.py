"""The labs of chapter 1 say what an independent sum answers, at every setting."""

import math
from itertools import pairwise

import numpy as np
import pytest
from _labs import numbers_in, settings_to_try
from scipy import stats
from test_figures import assert_words_fit, svgs, words_of

from secondlook.evidence import published
from secondlook.figures.mechanism import methionine_cycle, percent
from secondlook.labs import mechanism as labs
from secondlook.labs.mechanism import LINKS, STORIES


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


# ------------------------------------------------------------ a chain of maybes


def copula(p, shared):
    """The chain by scipy's multivariate normal distribution."""
    if min(p) == 0:
        return 0.0
    p = [x for x in p if x < 1]
    if not p:
        return 1.0
    if shared == 1:
        return min(p)
    covariance = shared + (1 - shared) * np.eye(len(p))
    limits = stats.norm.ppf(p)
    return float(stats.multivariate_normal.cdf(limits, cov=covariance, maxpts=100_000))


def test_the_chain_says_what_the_normal_distribution_answers():
    for settings in settings_to_try(labs.chain_of_maybes()):
        lab = labs.chain_of_maybes().set(**settings)
        now = lab.settings
        p = [now[f"link{i}"] / 100 for i in range(1, 6)]
        whole = copula(p, now["shared"] / 100)
        assert lab.result.whole == pytest.approx(whole, abs=1e-4), now
        assert f"make a chain of {percent(lab.result.whole)}." in lab.sentence
        assert f"it would be {percent(min(p))}, its weakest link" in lab.sentence
        own = lab.sentence.endswith(f"; with each on its own, {percent(math.prod(p))}.")
        assert own == (now["shared"] > 0), now


def test_the_chain_starts_at_a_third_and_its_buttons_tell_the_story():
    lab = labs.chain_of_maybes()
    assert lab.result.whole == pytest.approx(0.8**5)
    assert "Five links at 80% each, on their own, make a chain of 33%." in lab.sentence
    seen = [lab.press("Share more of one fate").result.whole for _ in range(3)]
    assert seen[0] > 0.8**5 and seen[1] == 0.8 and seen[2] == pytest.approx(0.8**5)
    assert lab.press("All at 95%").result.whole == pytest.approx(0.774, abs=0.0005)
    assert lab.press("One weak link").result.whole == pytest.approx(0.95**4 * 0.3)
    assert [row["Link"] for row in lab.numbers] == list(LINKS)


# ------------------------------------------------------------ the just-so machine


def test_the_machine_counts_what_its_coins_did():
    for settings in settings_to_try(labs.just_so_machine()):
        lab = labs.just_so_machine().set(**settings)
        now = lab.settings
        side, again, kind = np.random.default_rng(now["seed"]).random((3, 200))
        agrees = ((side < 0.5) == (again < 0.5)) | (kind < now["real"] / 100)
        agreed = int(agrees[: now["rounds"]].sum())
        said = numbers_in(lab.sentence.partition(" in a second trial")[0])
        assert said[0] == said[-2] == now["rounds"] and said[-1] == agreed, now
        _, one, two = STORIES[now["factor"]]
        told = one if side[now["rounds"] - 1] < 0.5 else two
        chose = "it helped" if now["real"] else "the coin chose"
        assert f"This time {chose} {told.who};" in lab.sentence
        assert told.why in lab.picture.alt


def test_every_subgroup_and_its_opposite_have_a_story_of_the_same_kind():
    for words, one, two in STORIES.values():
        assert one.who != two.who and one.why != two.why and words
        shorter, longer = sorted((len(one.why), len(two.why)))
        assert longer <= 1.6 * shorter, one.who  # neither is argued harder
        assert "!" not in one.why + two.why


def test_next_toss_and_the_other_way_do_what_they_say():
    lab = labs.just_so_machine()
    before = lab.settings
    lab.press("Next toss")
    assert lab.settings["rounds"] == before["rounds"] + 1
    assert lab.settings["factor"] != before["factor"]
    for _ in range(20):
        told = lab.result.told
        lab.press("The coin the other way")
        assert lab.result.other == told
    lab.set(rounds=200).press("Next toss")
    assert lab.settings["rounds"] == 1


def test_the_machine_starts_with_the_story_that_the_chapter_asks_for():
    lab = labs.just_so_machine()
    assert lab.settings["factor"] == "time" and lab.result.told.who == "those who started late"
    assert 45 <= lab.result.coins.came_again <= 55


@pytest.mark.parametrize(("real", "head"), [(0, "The coin chose"), (50, "It helped")])
def test_all_words_of_the_machine_fit_their_cards(real, head):
    lab = labs.just_so_machine()
    for factor in STORIES:
        lab.set(factor=factor, real=real)
        drawn = " ".join(words_of(svgs(lab.picture)[0]))
        assert f"{head} {lab.result.told.who}:" in drawn
        for _ in range(2):
            assert_words_fit(lab.press("The coin the other way").picture)


# ------------------------------------------------------------ before the trial


def test_before_the_trial_says_what_bayes_answers():
    levels = {"5": 0.05, "2.5": 0.025, "1": 0.01, "0.1": 0.001}
    for settings in settings_to_try(labs.before_the_trial()):
        lab = labs.before_the_trial().set(**settings)
        now = lab.settings
        prior, power, alpha = now["prior"] / 100, now["power"] / 100, levels[now["level"]]
        odds = prior / (1 - prior) * power / alpha
        after = prior / (1 - prior) * (1 - power) / (1 - alpha)
        assert lab.sentence.startswith(
            f"A positive trial takes an idea from {now['prior']}% to {percent(odds / (1 + odds))}, "
            f"a negative one to {percent(after / (1 + after))}. "
        ), now
        ideas = lab.result.ideas
        counted = numbers_in(lab.sentence.partition(" work: ")[2])
        assert counted == ([ideas.found, ideas.false] if ideas.found and ideas.false else [])
        assert ideas.found + ideas.missed == 10 * now["prior"]
        assert ideas.found + ideas.missed + ideas.false + ideas.quiet == 1000
        assert abs(ideas.found - 1000 * prior * power) <= 0.51
        assert abs(ideas.false - 1000 * (1 - prior) * alpha) <= 0.51


def test_before_the_trial_starts_at_64_and_its_buttons_move_it():
    lab = labs.before_the_trial()
    assert lab.result.true == pytest.approx(0.64)
    lab.press("The same trials at the 1% level")
    drift = stats.norm.ppf(0.95) + stats.norm.ppf(0.8)
    assert lab.settings["power"] == round(100 * stats.norm.sf(stats.norm.ppf(0.99) - drift))
    assert lab.result.true > 0.64
    lab.press("E0302 as it was planned")
    assert lab.settings["power"] == published("K19.des.plan.power").value
    assert lab.settings["level"] == f"{published('K19.des.plan.alpha').value:g}"
    assert lab.press("A long shot, 1 in 100").settings["prior"] == 1
    assert lab.press("One in ten, as at first").settings == labs.before_the_trial().settings


def test_the_stricter_level_is_safe_where_a_trial_cannot_tell():
    lab = labs.before_the_trial().set(power=5)
    assert lab.press("The same trials at the 1% level").settings["power"] == 5


def test_a_higher_prior_a_higher_power_and_a_stricter_level_are_each_worth_more():
    lab = labs.before_the_trial()
    for name, values in (
        ("prior", (1, 10, 50, 99)),
        ("power", (5, 40, 80, 99)),
        ("level", ("5", "2.5", "1", "0.1")),
    ):
        worth = [labs.before_the_trial().set(**{name: v}).result.true for v in values]
        assert all(a < b for a, b in pairwise(worth)), name
    assert lab.result.still < 0.1  # a negative trial speaks against


# ------------------------------------------------------------ the diagram


def test_the_diagram_of_the_cycle_fits_and_says_what_it_shows():
    picture = methionine_cycle()
    assert_words_fit(picture)
    for word in ("methionine", "SAM", "SAH", "homocysteine", "folate", "methylcobalamin"):
        assert word in picture.alt
    assert 40 < len(picture.alt) < 600
    assert "var(--sl-cobalamin" in picture.html() and "var(--sl-ink" in picture.html()


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0%"), (0.001, "under 1%"), (0.327, "33%"), (0.999, "over 99%"), (1, "100%")],
)
def test_none_and_all_are_said_only_where_they_are_meant(share, words):
    assert percent(share) == words
