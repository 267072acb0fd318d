"""The labs of chapter 5: their sentences beside independent sums, and what a preset is to show."""

import math

import numpy as np
import pytest
from _labs import numbers_in, settings_to_try
from scipy import stats
from test_figures import assert_words_fit

from secondlook.evidence import published
from secondlook.figures.jetals import Course, visits
from secondlook.forensics.opinions import Opinion
from secondlook.labs import jetals as labs
from secondlook.simulate import World
from secondlook.simulate.filter import filtered

SE = (3.50 - 0.44) / (2 * stats.norm.ppf(0.975))


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


# ------------------------------------------------------------ spot the changes


def test_seven_of_eleven_changed_and_the_words_are_in_print():
    lab = labs.spot_the_changes()
    counted = [lab.result.count(state) for state in ("changed", "same", "open")]
    assert counted == [7, 3, 1] and len(lab.result.features) == 11
    words = {f.name: (f.first, f.second) for f in lab.result.features}
    assert words["Length"] == ("182 weeks", "16 weeks")
    assert words["Run-in"] == ("Lost 1–3 points in 12 weeks", "Lost 1–2 points in 12 weeks")
    assert words["Analysed"] == ("370 patients", "129 patients")
    early = lab.set(first="early")
    assert "144 patients" in {f.first.partition(" for")[0] for f in early.result.features}


def test_what_is_called_the_same_reads_the_same_and_what_changed_does_not():
    for first in ("plan", "early"):
        for feature in labs.spot_the_changes().set(first=first).result.features:
            if feature.name == "Who" and first == "early":
                continue  # 12 months in one, a year in the other
            if feature.state == "same":
                assert feature.first == feature.second, feature
            else:
                assert feature.first != feature.second, feature


def test_every_claim_hangs_on_features_that_are_there():
    names = {f.name for f in labs.spot_the_changes().result.features}
    for claim, (hangs, _) in labs._HANGS.items():
        assert set(hangs) <= names
        shown = labs.spot_the_changes().set(claim=claim).result.features
        assert {f.name for f in shown if f.bears} == set(hangs)
    assert set(labs._HANGS) == set(labs._CLAIMS)


# ------------------------------------------------------------ run-in filter


def test_the_printed_paces():
    """Placebo 36 ones and 28 twos: 1.4375 in 12 weeks, 1.9167 in 16; 4.63 is 2.42 times as much."""
    assert labs.run_in_loss("placebo") == pytest.approx(1.4375)
    assert labs.printed_speed_up("placebo") == pytest.approx(4.63 / (1.4375 * 4 / 3))
    assert labs.printed_speed_up("50 mg") == pytest.approx(2.66 / (96 / 65 * 4 / 3))
    before, after = labs.edaravone()
    assert (before, after) == pytest.approx((1.7, 3.75))
    row = published("EDA.diff")
    placebo = float(row.note.split(" vs ")[1].split(",")[0])
    assert after * 2 == pytest.approx(-placebo)


def test_the_filter_stays_in_the_range_that_the_anomaly_states():
    """AN.42: by simulation about 1.1 to 1.6 for paces and errors that are plausible."""
    for mean in (2.0, 2.5, 2.8):
        for noise in (0.4, 0.6, 0.8):
            lab = labs.run_in_filter().set(mean=mean, noise=noise)
            assert 1.05 < lab.result.speed_up < 1.65, lab.settings


def test_more_error_and_a_wider_gate_move_it_as_the_chapter_says():
    ups = [labs.run_in_filter().set(noise=n).result.speed_up for n in (0.2, 0.6, 1.0, 1.5)]
    assert ups == sorted(ups)
    lab = labs.run_in_filter()
    strict = lab.result.speed_up
    assert lab.press("The limits of E0302").result.speed_up < strict
    assert labs.run_in_filter().press("The strongest filter").result.speed_up > 2
    plain = labs.run_in_filter().press("No error, all alike").result.speed_up
    assert plain == pytest.approx(1, abs=0.06)


def test_no_setting_makes_a_gap():
    for settings in settings_to_try(labs.run_in_filter())[:6]:
        rows = {row["What"]: row["Value"] for row in labs.run_in_filter().set(**settings).numbers}
        assert rows["Gap that the filter makes between the arms"] == "0, but for luck"


# ------------------------------------------------------------ bias budget


def test_the_budget_agrees_with_a_sum_of_its_own():
    for settings in settings_to_try(labs.bias_budget()):
        lab = labs.bias_budget().set(**settings)
        now = lab.settings
        bias = now["share"] / 100 * now["points"] + now["others"] / 100 * now["lowered"]
        left = 1.97 - bias
        assert lab.result.left.value == pytest.approx(left)
        assert lab.result.left.p == pytest.approx(2 * stats.norm.sf(abs(left) / SE))
        stands = left - 1.96 * SE > 0
        assert ("still significant" in lab.sentence) == stands, now
        assert lab.result.tipping == pytest.approx(0.44)


def test_the_presets_tell_their_story():
    lab = labs.bias_budget()
    assert lab.press("Nobody guesses").result.left.p == pytest.approx(0.0116, abs=1e-4)
    assert not lab.press("A little in both arms").result.left.significant
    assert lab.press("Enough for all of it").result.left.value == pytest.approx(0, abs=0.02)
    assert lab.press("A bias against the drug").result.left.value == pytest.approx(2.22)


# ------------------------------------------------------------ how much is 43%?


def test_the_intervals_are_those_in_the_anomaly():
    result = labs.how_much_is_43().result
    assert [round(100 * x, 1) for x in result.exact] == [9.5, 75.6]
    assert [round(100 * x) for x in result.fieller] == [11, 67]
    assert round(100 * result.share) == published("J.seed.pct").value


def test_fieller_by_simulation():
    """Arms with equal errors: the interval covers the true share in 95% of trials."""
    rng, arm = np.random.default_rng(3), SE / math.sqrt(2)
    share, placebo = 0.4, 4.63
    lost = rng.normal(placebo, arm, 40_000)
    saved = lost - rng.normal(placebo * (1 - share), arm, 40_000)
    z = (saved - share * lost) / (arm * math.sqrt(1 + (1 - share) ** 2))
    covered = np.mean(np.abs(z) < stats.norm.ppf(0.975))
    assert covered == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 40_000))
    found = labs.how_much_is_43().result.fieller
    for theta in found:
        d = 1.97 - theta * 4.63
        at = d / (arm * math.sqrt(1 + (1 - theta) ** 2))
        assert abs(at) == pytest.approx(stats.norm.ppf(0.975), rel=1e-6)


def test_points_and_share_after_a_year():
    lab = labs.how_much_is_43()
    assert lab.press("A year, if the gap stays").result.gain == pytest.approx(1.97)
    assert lab.press("A year, if it goes on growing").result.gain == pytest.approx(1.97 * 52 / 16)
    usual = lab.press("A usual pace, the same share").result
    assert usual.without == pytest.approx(1.02 * 16 / (365.25 / 12 / 7), abs=0.006)
    assert usual.gain / usual.without == pytest.approx(1.97 / 4.63)
    closes = labs.how_much_is_43().set(weeks=52, beyond="closes").result
    assert closes.gain == 0


def test_assumed_weeks_are_called_so():
    for settings in settings_to_try(labs.how_much_is_43()):
        lab = labs.how_much_is_43().set(**settings)
        now = lab.settings
        other = now["weeks"] > 16 or now["pace"] != 4.63
        assert ("assumed" in lab.sentence) == other, now


# ------------------------------------------------------------ update


def test_the_ends_agree_with_a_sum_of_precisions():
    lab = labs.update()
    logs = [math.log(0.88), math.log(2.66 / 4.63)]
    ses = [
        math.log(1.20 / 0.64) / (2 * stats.norm.ppf(0.975)),
        SE / math.sqrt(2) * math.hypot(1 / 2.66, 1 / 4.63),
    ]
    for name, prior in labs.priors().items():
        weights = np.array([prior.sd**-2, *(s**-2 for s in ses)])
        mean = float(weights @ [prior.mean, *logs] / weights.sum())
        end = lab.result.course[name][-1]
        assert end.mean == pytest.approx(mean, abs=1e-6)
        assert end.sd == pytest.approx(weights.sum() ** -0.5, abs=1e-6)
        p = stats.norm.cdf((math.log(0.8) - mean) * weights.sum() ** 0.5)
        assert f"{100 * p:.0f}%" in lab.sentence


def test_every_order_ends_at_the_same_place():
    for subgroup in ("same", "early", "twice"):
        ends = [
            [c[-1] for c in labs.update().set(order=o, subgroup=subgroup).result.course.values()]
            for o in ("story", "jetals", "back")
        ]  # fmt: skip
        for other in ends[1:]:
            for a, b in zip(ends[0], other, strict=True):
                assert (a.mean, a.sd) == pytest.approx((b.mean, b.sd), abs=1e-9)


def test_the_pilot_moves_nobody_and_counting_twice_makes_surer():
    course = labs.update().result.course
    for opinions in course.values():
        assert opinions[0] == opinions[1]
    same, twice = labs.update(), labs.update().set(subgroup="twice")
    for name in course:
        assert twice.result.course[name][-1].sd < same.result.course[name][-1].sd
    assert "counted twice" in twice.sentence and "counted twice" not in same.sentence


def test_more_doubt_leaves_the_sceptic_nearer_to_nothing():
    means = [labs.update().set(doubt=d).result.course["sceptic"][-1].mean for d in (0, 20, 50)]
    assert means == sorted(means) and means[-1] < 0
    assert isinstance(labs.priors()["neutral"], Opinion)
    low, high = labs.priors()["neutral"].interval  # “from a quarter of the pace to four times”
    assert (round(low, 2), round(high, 1)) == (0.26, 3.9)


def test_a_part_of_the_speed_up_is_the_top_of_the_scale():
    at = {"decline_mean": 2.5, "decline_sd": 1.2, "noise_sd": 0.6, "run_in_change": (-2, -1)}
    near, far = (
        filtered(
            World.load("jetals").with_score(**at, baseline_mean=mean).score,
            50_000,
            np.random.default_rng(1),
        ).speed_up
        for mean in (42.4, 30.0)
    )
    assert 1.1 < far < near - 0.05  # less than near the top, and still faster than it seemed


# ------------------------------------------------------------ visit by visit


def test_the_course_picture_fits_and_says_its_ends():
    some = Course((0, 4, 16), (0, -1, -4.6), (0, -2, -5.7), (0, 0, -3.5), -4.63)
    other = Course((0, 4, 16), (0, -0.5, -2.7), (0, -1, -3.7), (0, 0, -1.6), -2.66)
    picture = visits({"placebo": some, "50 mg": other}, title="T", subtitle="S", source="Q")
    assert_words_fit(picture)
    assert "placebo −4.60, printed −4.63" in picture.alt
    assert numbers_in(picture.alt)
