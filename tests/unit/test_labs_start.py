"""Chapter 00: the lab says what lifelines and the formulas answer, and the pictures hold."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from _labs import numbers_in, settings_to_try
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import median_survival_times
from test_figures import assert_words_fit, svgs, words_of

from secondlook.arms import draw_trials
from secondlook.evidence import Moment, timeline
from secondlook.figures import start as pictures
from secondlook.figures.subgroup import p_words
from secondlook.labs import start as labs
from secondlook.survival import cox

MOMENTS = [moment for moment in timeline() if moment.date < "2025"]


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


# ------------------------------------------------------------ the lab


def patients(settings):
    """The days, events and arms behind a setting, drawn again."""
    hazards = np.outer(
        (1, settings["ratio"]), labs.monthly_hazards(settings["hazard"], settings["shape"])
    )
    drawn = draw_trials(
        1, np.random.default_rng(settings["seed"]),
        sizes=[settings["patients"]] * 2, hazards=hazards, cuts=range(1, 48), follow_up=48,
        withdrawal=-math.log1p(-settings["leaving"] / 100) / 48 + 0.0,
    )  # fmt: skip
    return np.ceil(drawn.time[0] * 365.25 / 12), drawn.event[0], drawn.arm


@pytest.mark.parametrize("seed", [3, 10, 44])
def test_the_lab_is_what_lifelines_makes_of_the_same_patients(seed):
    lab = labs.draw_the_curve().set(seed=seed)
    days, event, arm = patients(lab.settings)
    fit = CoxPHFitter().fit(
        pd.DataFrame({"days": days, "event": event, "arm": arm}), "days", "event"
    )
    row = fit.summary.loc["arm"]
    result = lab.result
    wanted = row["exp(coef)"], row["exp(coef) lower 95%"], row["exp(coef) upper 95%"]
    assert (result.hr, result.lower, result.upper) == pytest.approx(wanted, rel=1e-4)
    test = logrank_test(days[arm == 0], days[arm == 1], event[arm == 0], event[arm == 1])
    assert result.p_two_sided == pytest.approx(test.p_value, rel=1e-6)
    for a, curve in enumerate(result.curves):
        km = KaplanMeierFitter().fit(days[arm == a], event[arm == a])
        assert curve.median * 365.25 / 12 == pytest.approx(km.median_survival_time_)
        at = km.survival_function_at_times(np.round(curve.months * 365.25 / 12)).to_numpy()
        assert curve.share == pytest.approx(at)
        limits = median_survival_times(km.confidence_interval_).to_numpy().ravel()
        assert result.median_limits[a] * 365.25 / 12 == pytest.approx(limits)


@pytest.mark.parametrize("settings", settings_to_try(labs.draw_the_curve()), ids=str)
def test_everybody_is_counted_once_and_the_sentence_reads_the_result(settings):
    lab = labs.draw_the_curve().set(**settings)
    result, now = lab.result, lab.settings
    days, event, arm = patients(now)
    for a, curve in enumerate(result.curves):
        assert result.events[a] + result.left[a] + result.free[a] == now["patients"]
        assert result.events[a] == event[arm == a].sum()
        wanted = [(days[arm == a] >= tick * 365.25 / 12).sum() for tick in labs.TICKS]
        assert list(curve.at_risk) == wanted
    if now["leaving"] == 0:
        assert result.left == (0, 0) and "Had nobody left" not in lab.sentence
    if math.isfinite(result.hr):
        said = f"the hazard ratio is {result.hr:.2f} ({result.lower:.2f}–{result.upper:.2f})"
        assert said in lab.sentence and p_words(result.p_two_sided) in lab.sentence


def test_leaving_changes_who_is_seen_and_not_who_would_have_had_an_event():
    """The same patients: whoever is seen to have an event has it in the same month as before."""
    stay, leave = (patients(labs.draw_the_curve().set(leaving=x).settings) for x in (0, 50))
    seen = leave[1]
    assert (stay[0][seen] == leave[0][seen]).all() and stay[1][seen].all()
    assert (leave[0] <= stay[0]).all() and seen.sum() < stay[1].sum()


def test_a_rising_hazard_has_the_median_of_the_steady_one():
    for hazard in (2.0, 3.0, 5.5):
        cumulative = np.cumsum(labs.monthly_hazards(hazard, "rising"))
        median = 100 * math.log(2) / hazard
        month = np.searchsorted(cumulative, math.log(2)) + 1
        assert month == math.ceil(median)
        assert (np.diff(labs.monthly_hazards(hazard, "rising")) > 0).all()


def test_over_many_seeds_the_median_stays_and_its_interval_grows_when_half_leave():
    """What the chapter says of leaving by chance, on 60 trials, within 4 standard errors."""
    shift, wider = [], []
    for seed in range(1, 61):
        lab = labs.draw_the_curve().set(seed=seed, ratio=1.0, patients=200)
        (all_, half) = (lab.set(leaving=x).result for x in (0, 50))
        shift.append(half.curves[0].median - all_.curves[0].median)
        width = [r.median_limits[0, 1] - r.median_limits[0, 0] for r in (all_, half)]
        wider.append(width[1] - width[0])
    assert abs(np.mean(shift)) < 4 * np.std(shift) / math.sqrt(60)
    assert np.mean(wider) > 4 * np.std(wider) / math.sqrt(60)


def test_a_trial_without_an_event_says_so():
    lab = labs.draw_the_curve().set(hazard=1.0, ratio=0.3, leaving=80, patients=10)
    silent = next(seed for seed in range(1, 100) if not sum(lab.set(seed=seed).result.events))
    lab.set(seed=silent)
    assert lab.sentence == "No event was seen, so there is nothing to compare."
    assert "nan" not in lab.html()


def test_the_start_of_the_lab_teaches_what_the_chapter_says():
    lab = labs.draw_the_curve()
    assert lab.settings["leaving"] == 50
    left, stayed = lab.result, labs.draw_the_curve().set(leaving=0).result
    for half, whole in zip(left.curves, stayed.curves, strict=True):
        assert half.median == pytest.approx(whole.median, abs=3)
    assert numbers_in(lab.picture.title) == [24, 39]


# ------------------------------------------------------------ statements of the text


def test_five_of_six_repeats_fall_inside_a_first_interval():
    """Both estimates are normal with the same spread, so their gap has the root of two of it."""
    rng = np.random.default_rng(1)
    first, again = rng.standard_normal((2, 200_000))
    share = (np.abs(first - again) < 1.959964).mean()
    assert share == pytest.approx(0.8342, abs=4 * math.sqrt(0.83 * 0.17 / 200_000))


def test_half_the_hazard_is_not_half_the_events():
    drawn = draw_trials(
        400, np.random.default_rng(2), sizes=(100, 100), hazards=(0.03, 0.015), follow_up=48
    )
    share = [drawn.event[:, drawn.arm == a].mean() for a in (0, 1)]
    error = 4 * math.sqrt(0.25 / 40_000)
    assert share == pytest.approx([1 - math.exp(-1.44), 1 - math.exp(-0.72)], abs=error)
    assert share[1] / share[0] > 0.65


# ------------------------------------------------------------ pictures


def test_the_timeline_shows_every_date_and_its_marks_differ_by_shape():
    picture = pictures.timeline(MOMENTS)
    for svg in svgs(picture):
        words = words_of(svg)
        for moment in MOMENTS:
            assert pictures.date_words(moment.date) in words
            assert pictures._SHORT[moment.date] in words
    assert_words_fit(picture)
    marks = {str(mark) for mark in pictures._MARKS.values()}
    assert len(marks) == len({moment.confidence for moment in MOMENTS}) == 3


def test_the_short_words_hold_no_number_that_the_date_does_not_have():
    by_date = {moment.date: moment for moment in timeline()}
    for date, words in pictures._SHORT.items():
        there = numbers_in(by_date[date].event)
        assert set(numbers_in(words.replace("E0302", ""))) <= set(there), date


def test_a_date_without_words_is_named():
    with pytest.raises(ValueError, match="no short words for 2031-01; add"):
        pictures.timeline([*MOMENTS, Moment("2031-01", "x", "y", "high")])


def test_dates_read_well_and_lie_in_order():
    assert pictures.date_words("2003-05-14") == "14 May 2003"
    assert (pictures.date_words("2006-12"), pictures.date_words("2016")) == ("Dec 2006", "2016")
    years = [moment.year for moment in timeline()]
    assert years == sorted(years)
    assert replace(MOMENTS[0], date="2014-07").year == pytest.approx(2014.54, abs=0.01)


def test_the_table_of_dates_is_folded_and_names_every_source():
    html = pictures.timeline_table(MOMENTS).html()
    assert html.startswith('<details class="sl-numbers"><summary')
    assert html.count("<tr>") == 1 + len(MOMENTS) and "https" not in html
    assert "Kaji 1998 (abstract in ALS Worldwide)" in html and "kaji2019" not in html


def test_repeats_outside_the_first_interval_and_intervals_that_miss_are_counted():
    picture = pictures.intervals([0.7, 0.55, 1.2], [0.5, 0.4, 0.9], [0.9, 0.65, 1.6], 0.7)
    assert picture.title == "1 of 2 repeats fall outside the first trial's interval"
    assert "thick bars: 2 intervals that miss the truth" in picture.subtitle
    assert_words_fit(picture)
    drawn = draw_trials(
        50, np.random.default_rng(5), sizes=(100, 100), hazards=(0.03, 0.021), follow_up=48
    )
    fit = cox(drawn.time, drawn.event, drawn.arm == 1)
    assert_words_fit(pictures.intervals(fit.hr[:, 0], fit.lower[:, 0], fit.upper[:, 0], 0.7))


@pytest.mark.parametrize(
    ("z", "title"), [(1.75, "0.08, one-sided p 0.96"), (-1.75, "0.08, one-sided p 0.04")]
)
def test_tails_say_both_p_on_either_side(z, title):
    picture = pictures.tails(z)
    assert picture.title.endswith(title)
    assert ("harm" in picture.source) == (z > 0)
    assert_words_fit(picture)
