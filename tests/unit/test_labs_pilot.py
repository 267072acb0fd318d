"""Labs of chapter 2: what the sentences say, computed again by other means."""

import math

import numpy as np
import pytest
from _labs import settings_to_try
from scipy import stats
from test_figures import assert_words_fit, svgs

from secondlook._data import data_path
from secondlook.cohort import load
from secondlook.evidence import anomalies, published
from secondlook.figures.pilot import arms_and_difference, lamp_row
from secondlook.labs import pilot as labs
from secondlook.means import difference, within

CIRCLES = "{http://www.w3.org/2000/svg}use"


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


def of_100(share: float) -> str:
    count = f"{100 * share:.0f}"
    return "fewer than 1 of 100" if count == "0" else f"{count} of 100"


# ------------------------------------------------------------ two lamps


def scipy_power(effect):
    """Power of the two-sided one-sample t test of 12 patients, by scipy's noncentral t."""
    line, drift = stats.t.isf(0.025, 11), effect * math.sqrt(12)
    return stats.nct.sf(line, 11, drift) + stats.nct.cdf(-line, 11, drift)


def test_two_lamps_says_what_scipy_finds_in_the_same_trials():
    shares = {"same": 1.0, "half": 0.5, "nothing": 0.0}
    for settings in settings_to_try(labs.two_lamps()):
        lab = labs.two_lamps().set(**settings)
        now, found = lab.settings, lab.result
        high, low = found.effects
        assert low == pytest.approx(shares[now["low"]] * high)
        assert scipy_power(high) == pytest.approx(now["power"] / 100, abs=1e-6)
        named = now["power"] / 100 * (1 - scipy_power(low))
        either = named + scipy_power(low) * (1 - now["power"] / 100)
        noise = np.random.default_rng(now["seed"]).normal(size=(2, 4000, 12))
        p = [
            stats.ttest_1samp(arm + effect, 0, axis=1).pvalue
            for arm, effect in zip(noise, found.effects, strict=True)
        ]
        pattern = (p[0] < 0.05) & ~(p[1] < 0.05)
        assert (found.named, found.either) == pytest.approx((named, either), abs=1e-5), now
        assert f"is not in {of_100(found.named)} trials." in lab.sentence, now
        assert f"happens {pattern[:100].sum()} times." in lab.sentence, now
        assert f"whichever it is, in {of_100(found.either)}." in lab.sentence, now
        error = math.sqrt(named * (1 - named) / 4000)
        assert pattern.mean() == pytest.approx(named, abs=4 * error), now
        at = now["trial"] - 1
        apart = stats.ttest_ind(*(noise[:, at] + np.array(found.effects)[:, None]))
        assert found.between.p_two_sided[at] == pytest.approx(apart.pvalue)


def test_the_pattern_is_at_most_a_quarter_and_either_at_most_a_half():
    lab = labs.two_lamps()
    named = {power: lab.set(power=power).result.named for power in range(5, 96, 5)}
    assert max(named, key=named.get) == 50
    assert named[50] == pytest.approx(0.25)
    assert lab.set(power=50).result.either == pytest.approx(0.5)
    assert named[80] == pytest.approx(0.16) and named[20] == pytest.approx(0.16)


def test_what_the_chapter_says_in_words_of_the_test_between():
    """About one in ten where both do the same, about half where only the high dose works."""
    rng = np.random.default_rng(11)
    effect = labs.two_lamps().result.effects[0]
    for truth, wanted in ((effect, 0.1), (0.0, 0.5)):
        high, low = rng.normal(effect, 1, (20_000, 12)), rng.normal(truth, 1, (20_000, 12))
        pattern = (within(high).p_two_sided < 0.05) & ~(within(low).p_two_sided < 0.05)
        share = (difference(high, low).p_two_sided[pattern] < 0.05).mean()
        assert share == pytest.approx(wanted, abs=0.03)
    lab = labs.two_lamps()
    both, only = lab.result.named, lab.press("Only the high dose works").result.named
    assert 1.8 < only / both < 2  # “nearly twice as often”


def test_half_of_the_pattern_is_a_fall_where_neither_dose_does_anything():
    found = labs.two_lamps().press("Neither dose does anything").result
    falls = (found.arms[0].mean < 0)[found.pattern]
    assert falls.mean() == pytest.approx(0.5, abs=4 * math.sqrt(0.25 / len(falls)))
    for power in (5, 20, 50, 80, 95):  # “the better the tests, the stronger the hint”
        only = labs.two_lamps().set(power=power, low="nothing").result.named
        same = labs.two_lamps().set(power=power).result.named
        assert only / same == pytest.approx(0.95 / (1 - power / 100), rel=1e-4)


def test_two_lamps_opens_on_the_pattern_and_the_button_finds_the_next():
    lab = labs.two_lamps()
    seen = {lab.settings["trial"]}
    for _ in range(4):
        assert lab.result.pattern[lab.settings["trial"] - 1]
        lab.press("Next trial with the pattern")
        seen.add(lab.settings["trial"])
    assert len(seen) == 5


def test_the_grid_draws_each_lamp_of_each_trial():
    lab = labs.two_lamps()
    for svg in svgs(lab.picture):
        assert len(list(svg.iter(CIRCLES))) >= 200
    lit = lab.result.lit[:100]
    assert f"{int(lit.all(axis=1).sum())} have both lit" in lab.picture.alt


# ------------------------------------------------------------ small and lucky


def test_small_and_lucky_says_what_repeated_pilots_show():
    rng = np.random.default_rng(5)
    levels = {"5": 0.05, "1": 0.01}
    for settings in settings_to_try(labs.small_and_lucky()):
        lab = labs.small_and_lucky().set(**settings)
        now, found = lab.settings, lab.result
        se = math.sqrt(2 / now["patients"])
        line = stats.norm.isf(levels[now["level"]] / 2) * se
        estimates = rng.normal(now["truth"], se, 400_000)
        kept = estimates[np.abs(estimates) > line]
        error = np.abs(kept).std() / math.sqrt(len(kept)) / now["truth"]
        assert found.type_m == pytest.approx(np.abs(kept).mean() / now["truth"], abs=4 * error), now
        error = math.sqrt(found.type_s * (1 - found.type_s) / len(kept)) + 1 / len(kept)
        assert found.type_s == pytest.approx((kept < 0).mean(), abs=4 * error), now
        assert f"{of_100(found.power)} pilots are significant" in lab.sentence
        assert f"{found.type_m:.1f} times the truth." in lab.sentence
        assert (np.abs(found.estimates) > line).tolist() == found.significant.tolist()


def test_more_patients_exaggerate_less():
    lab = labs.small_and_lucky()
    times = [lab.set(patients=n).result.type_m for n in (5, 12, 48, 123, 200)]
    assert times == sorted(times, reverse=True)
    lab.press("As many as in an arm of E0302")
    assert lab.settings["patients"] == 123


def test_each_button_of_small_and_lucky_starts_anew():
    lab = labs.small_and_lucky()
    for first in lab.presets:
        for name in lab.presets:
            alone = labs.small_and_lucky().press(name).sentence
            assert labs.small_and_lucky().press(first).press(name).sentence == alone
    assert f"{lab.press('A large truth').result.type_m:.1f}" == "1.2"


# ------------------------------------------------------------ what was compared


def test_every_amount_comes_from_print():
    studies = labs.studies()
    pilot = {label: (week, total) for label, week, total in studies["pilot"].arms}
    days = published("K98.days").value
    for id, label in (
        ("K98.dose.high", "1998, 25 mg a day"),
        ("K98.dose.low", "1998, 0.5 mg a day"),
    ):
        dose = published(id).value
        assert pilot[label] == (7 * dose, days * dose)
    assert pilot["1998, 25 mg a day"] == (175, 350)
    weeks = published("K19.des.weeks").value
    assert studies["e0302"].arms[:2] == (
        ("E0302, 25 mg", 50, 50 * weeks),
        ("E0302, 50 mg", 100, 100 * weeks),
    )
    assert published("K19.des.dose").text == "twice per week"
    assert studies["jetals"].arms[0] == ("JETALS, 50 mg", 100, 1600)
    assert published("J.seed.dose").unit == "mg twice weekly"
    assert [week for _, week, _ in studies["open"].arms] == [100, 350]
    assert published("I07.lt.dose").text == "50 mg/day i.m., twice a week"


def test_the_low_dose_is_208_times_the_need():
    low = published("K98.dose.low").value / labs.daily_need_mg()
    assert f"{low:.0f}" == "208"
    (noted,) = [a for a in anomalies() if a.id == "AN.47"]
    assert "208 times 2.4 micrograms" in noted.recomputation
    assert "3.5 mg, 208 × need" in labs.what_was_compared().picture.alt


def test_what_was_compared_counts_what_differs():
    for settings in settings_to_try(labs.what_was_compared()):
        lab = labs.what_was_compared().set(**settings)
        now = lab.settings
        a, b = (labs.studies()[now[key]] for key in ("first", "second"))
        unknown = [aspect for aspect in labs.ASPECTS if aspect in a.open + b.open]
        differ = [
            aspect for aspect in labs.ASPECTS
            if a.words[aspect] != b.words[aspect] and aspect not in unknown
        ]  # fmt: skip
        if now["first"] == now["second"]:
            assert "nothing changed" in lab.sentence and not differ
        else:
            assert f"{len(differ)} of {len(labs.ASPECTS)} things differ" in lab.sentence, now
            assert ("Print leaves open: " in lab.sentence) == bool(unknown)
            assert all(aspect.lower() in lab.sentence for aspect in unknown)


def test_what_the_abstract_of_2007_does_not_say_is_not_counted_as_different():
    for study in labs.studies().values():
        assert {a for a, words in study.words.items() if words == "Not stated"} <= set(study.open)
    open_comparison = labs.what_was_compared().set(first="open").result
    assert {"Dose given", "Length"} == set(open_comparison.open)
    total = labs.what_was_compared().press("The pilot and the abstract of 2007")
    assert "350 mg or 7 mg in all against" not in total.set(measure="total").sentence
    assert "350 mg or 7 mg against not stated" in total.set(measure="total").sentence


def test_what_print_says_of_patients_stands_in_the_table():
    words = {key: study.words["Patients and arms"] for key, study in labs.studies().items()}
    assert words["pilot"].startswith("24 patients") and "not said" in words["pilot"]
    assert "373 patients up to 3 years" in words["e0302"]
    assert "130 patients, on average 8 months" in words["jetals"]


def test_between_pilot_and_e0302_everything_listed_differs():
    assert labs.what_was_compared().result.changed == labs.ASPECTS


def test_the_2007_abstract_and_the_pilot_are_not_said_to_be_one_study():
    lab = labs.what_was_compared().press("The pilot and the abstract of 2007")
    assert lab.result.open == ("Compared with", "Patients and arms", "Length")
    claims = data_path("published", "claims.csv").read_text(encoding="utf-8")
    assert "reported a rise at 4 weeks, not a slowed fall" in claims


# ------------------------------------------------------------ the chapter's own picture


def test_arms_and_difference_tells_each_row_and_draws_no_truth():
    twin = load("kaji1998")
    high, low = (twin.loc[twin["arm"] == arm, "cmap_change_w4"] for arm in ("25 mg", "0.5 mg"))
    rows = [
        lamp_row("25 mg a day", high, within(high)),
        lamp_row("0.5 mg a day", low, within(low)),
        lamp_row("difference between the arms", None, difference(high, low)),
    ]
    assert [row.lit for row in rows] == [True, False, False]
    picture = arms_and_difference(rows, title="T", subtitle="s", unit="mV", source="x")
    p = stats.ttest_ind(high, low).pvalue
    assert f"the arms: +{high.mean() - low.mean():.2f}, p {p:.2f}" in picture.alt
    assert "#000000" not in picture.svg()
    assert_words_fit(picture)
