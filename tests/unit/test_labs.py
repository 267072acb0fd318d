"""Labs: every setting shows something, and says what the floors below answer."""

import math
import re

import numpy as np
import pytest
from _labs import MAKERS, numbers_in, settings_to_try
from test_figures import svgs, words_of

from secondlook import fishing, forensics
from secondlook.cohort import load
from secondlook.evidence import published
from secondlook.figures.subgroup import p_words
from secondlook.fishing.labels import deal
from secondlook.labs import subgroup as labs
from secondlook.labs.controls import Choice, Slider, Switch
from secondlook.labs.lab import read_link
from secondlook.simulate import World, simulate
from secondlook.survival import cox, logrank


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


@pytest.fixture(scope="module")
def twin():
    return load("e0302")


def of_100(share: float) -> str:
    count = f"{100 * share:.0f}"
    return "fewer than 1 of 100" if count == "0" else f"{count} of 100"


def test_an_unknown_button_is_named():
    with pytest.raises(ValueError, match="no button 'Win'"):
        labs.fishing_rig().press("Win")


# ------------------------------------------------------------ the sentences, computed again


def test_fishing_rig_says_what_shuffling_answers(twin):
    lab = labs.fishing_rig()
    cuts = fishing.cut_point_subgroups(twin, range(6, 25))
    endpoints = {"time": ["time to event"], "function": ["ALSFRS-R"]}
    endpoints["both"] = endpoints["time"] + endpoints["function"]
    contrasts = {"1": ["pooled"], "2": ["pooled", "50 mg"], "3": ["pooled", "50 mg", "25 mg"]}
    levels = {"two-5": (0.05, 2), "one-2.5": (0.025, 1), "one-1": (0.01, 1)}
    for settings in settings_to_try(lab):
        lab = labs.fishing_rig().set(**settings)
        now = lab.settings
        names = list(fishing.subgroups(twin))[: now["subgroups"]] or ["everyone"]
        if now["cut_points"]:
            names = list(dict.fromkeys([*names, *cuts]))
        looks = fishing.looks(endpoints[now["endpoints"]], contrasts[now["contrasts"]], names)
        rng = np.random.default_rng(now["seed"])
        z = fishing.shuffle(twin, looks, 2000, rng, members=cuts).z
        alpha, sides = levels[now["level"]]
        limit = {0.05: 1.959964, 0.025: 1.959964, 0.01: 2.326348}[alpha]
        share = ((z if sides == 1 else np.abs(z)) > limit).any(axis=1).mean()
        count = "1 look" if len(looks) == 1 else f"{len(looks)} looks"
        assert lab.sentence.startswith(f"With {count}, {of_100(share)} useless drugs"), now
        if len(looks) > 1:
            tests = math.log(1 - share) / math.log(1 - alpha)
            words = f"{tests:.0f}" if tests >= 9.5 else f"{tests:.1f}"
            assert f"about {words} independent tests" in lab.sentence, now


def test_fishing_rig_climbs_with_every_choice_added():
    lab = labs.fishing_rig()
    seen = []
    for label in (
        "One honest look",
        "Two endpoints, two contrasts",
        "20 subgroups",
        "All 80 looks",
    ):
        seen.append(lab.press(label).result.familywise)
    assert seen == sorted(seen)
    assert lab.result.path == tuple(
        (looks, chance) for looks, chance in zip((1, 4, 20, 80), seen, strict=True)
    )
    # what a prototype with trials of its own measured, within a few percent
    assert seen == pytest.approx([0.05, 0.126, 0.477, 0.807], abs=0.03)


def test_fishing_rig_curve_ends_at_the_sentence_and_corrected_stays_low():
    lab = labs.fishing_rig().set(endpoints="both", contrasts="3", cut_points=True)
    caught = lab.result
    assert caught.chance[-1] == caught.familywise
    assert (np.diff(caught.chance) >= 0).all()
    corrected = caught.shuffle.climb_bonferroni(0.05, 2)
    assert corrected.max() <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / 2000)


def test_best_of_the_null_says_the_smallest_p_of_the_row(twin):
    for settings in settings_to_try(labs.best_of_the_null()):
        lab = labs.best_of_the_null().set(**settings)
        now = lab.settings
        names = ["12 months or less"]
        names += [name for name in fishing.subgroups(twin) if name not in names]
        null = fishing.best_of_null(
            twin, names, now["contrast"], 400, np.random.default_rng(now["seed"])
        )
        count, row = now["subgroups"], now["trial"] - 1
        p = null.p_one_sided[:, :count]
        best = np.nanargmin(p, axis=1)
        hr = null.hr[np.arange(400), best]
        said = numbers_in(lab.sentence.partition(", and the truth")[0])
        wanted = [float(f"{hr[row]:.2f}"), float(p_words(p[row, best[row]]).split()[-1])]
        wanted += [400.0, float(f"{np.exp(np.nanmean(np.log(hr))):.2f}")]
        assert said[-4:] == wanted, now
        assert p_words(p[row, best[row]]) in lab.sentence
        value = published({"pooled": "K19.T2B.hr.tot", "50 mg": "K19.T2B.hr.50",
                           "25 mg": "K19.T2B.hr.25"}[now["contrast"]])  # fmt: skip
        assert f"{value.value:.2f} ({value.lower:.2f}–" in lab.numbers[-1][list(lab.numbers[-1])[1]]
        assert names[best[row]] in lab.picture.alt


def test_null_forests_are_the_ordinary_analysis(twin):
    """One row of one null trial, by the two-arm log-rank and Cox on the labels themselves."""
    rng = np.random.default_rng(labs._SEED.default)
    shuffled = deal([123, 124, 123], 400, rng)
    member = (twin["sex"] == "male").to_numpy()
    inputs = (twin["days"].to_numpy(), twin["event"].to_numpy(), shuffled[4] > 0, member[:, None])
    null = labs.best_of_the_null().result.null
    at = null.subgroups.index("men")
    assert null.hr[4, at] == pytest.approx(cox(*inputs).hr[0, 0])
    assert null.p_one_sided[4, at] == pytest.approx(logrank(*inputs).p_one_sided[0, 0])


def test_a_cut_that_is_the_smallest_is_said_to_be():
    lab = labs.cut_point()
    lab.set(cut=int(lab.result.months[np.nanargmin(lab.result.p)]))
    assert "and that is the smallest" in lab.sentence


def test_missing_half_says_what_inverse_variance_gives():
    ids = {"pooled": "tot", "50 mg": "50", "25 mg": "25"}
    for settings in settings_to_try(labs.missing_half()):
        lab = labs.missing_half().set(**settings)
        now = lab.settings
        early = published(f"K19.T2B.hr.{ids[now['contrast']]}")
        whole = published(f"K19.T2A.hr.{ids[now['contrast']]}")
        weight = {
            v.id: (2 * 1.959964 / math.log(v.upper / v.lower)) ** 2 for v in (early, whole)
        }  # fmt: skip
        rest = weight[whole.id] - weight[early.id]
        implied = math.exp(
            (weight[whole.id] * math.log(whole.value) - weight[early.id] * math.log(early.value))
            / rest
        )
        both = math.exp(
            (weight[early.id] * math.log(early.value) + rest * math.log(now["late"]))
            / weight[whole.id]
        )
        half = 1.959964 / math.sqrt(rest)
        limits = [implied * math.exp(-half), implied * math.exp(half)]
        z = math.log(early.value / implied) / math.sqrt(1 / weight[early.id] + 1 / rest)
        p = math.erfc(abs(z) / math.sqrt(2))
        assert f"about {implied:.2f} ({limits[0]:.2f}–{limits[1]:.2f})" in lab.sentence, now
        assert f"{p_words(p)} from print" in lab.sentence
        if f"{both:.2f}" == f"{whole.value:.2f}":
            assert "gives back the published whole" in lab.sentence, now
        else:
            assert f"the halves give {both:.2f}" in lab.sentence, now
        assert f"{whole.value:.2f}" in lab.sentence


def test_missing_half_starts_as_early_and_a_button_leads_where_print_does():
    lab = labs.missing_half()
    assert lab.settings["late"] == 0.57 and not lab.result.agrees
    halves = lab.press("What gives back the whole").result
    assert halves.agrees
    assert (halves.implied.value, halves.implied.lower, halves.implied.upper) == pytest.approx(
        (1.21, 0.80, 1.83), abs=0.005
    )
    assert halves.print_p == pytest.approx(0.020, abs=0.0005)


def test_missing_half_interaction_in_the_twin_is_lifelines(twin):
    from lifelines import CoxPHFitter

    table = twin.assign(treated=twin["arm"] != "placebo")
    table["both"] = table["treated"] & table["early"]
    columns = ["days", "event", "treated", "both", "early"]
    fit = CoxPHFitter().fit(
        table[columns].astype(float), "days", "event", strata="early"
    )  # fmt: skip
    # the interaction of a stratified model and two separate models are the same test
    assert labs.missing_half().result.twin_p == pytest.approx(
        fit.summary.loc["both", "p"], abs=1e-4
    )


def simulated_cuts(contrast, rng):
    """z of each cut, early sides then late, by one log-rank test a cut."""
    trials = simulate(World.load("nothing_works"), 400, rng)
    doses = {"pooled": [1, 2], "50 mg": [2], "25 mg": [1]}[contrast]
    treated = np.isin(trials.arm, doses)
    compared = treated | (trials.arm == 0)
    sides = [trials.months_from_onset <= cut for cut in range(6, 25)]
    sides += [~early for early in sides]
    tests = [
        logrank(trials.time, trials.event, treated, (side & compared)[:, :, None]).z[:, 0]
        for side in sides
    ]
    return -np.stack(tests, axis=1)


def test_cut_point_says_the_smallest_of_its_trial(twin):
    levels = {"one-2.5": 1.959964, "one-1": 2.326348}
    for settings in settings_to_try(labs.cut_point()):
        lab = labs.cut_point().set(**settings)
        now = lab.settings
        cuts = fishing.cut_point_subgroups(twin, range(6, 25), "either")
        looks = fishing.looks(["time to event"], [now["contrast"]], cuts)
        rng = np.random.default_rng(now["seed"])
        if now["source"] == "twin":
            z = fishing.shuffle(twin, looks, 2000, rng, members=cuts).z
        else:
            z = simulated_cuts(now["contrast"], rng)
        row = z[now["trial"] - 1].reshape(2, 19)
        best = np.fmax(*row) if now["side"] == "either" else row[0]
        p = [0.5 * math.erfc(value / math.sqrt(2)) for value in best]
        least = int(np.nanargmin(p))
        limit = levels[now["level"]]
        used = z if now["side"] == "either" else z[:, :19]
        searched = (used > limit).any(axis=1).mean()
        mine = [now["cut"] - 6, now["cut"] + 13] if now["side"] == "either" else [now["cut"] - 6]
        fixed = (z[:, mine] > limit).any(axis=1).mean()
        assert f"at {now['cut']} months gives p {p_words(p[now['cut'] - 6])}," in lab.sentence, now
        smallest = f"is the smallest: {p_words(p[least])}, at {least + 6} months."
        assert (smallest in lab.sentence) == (now["cut"] != least + 6), now
        assert ("that is the smallest" in lab.sentence) == (now["cut"] == least + 6), now
        assert f"for {of_100(searched)} useless drugs" in lab.sentence, now
        assert f"one fixed cut for {of_100(fixed)}." in lab.sentence, now


def test_a_trial_where_searching_pays_is_one():
    lab = labs.cut_point()
    for _ in range(3):
        before = lab.settings["trial"]
        result = lab.press("A trial where searching pays").result
        assert lab.settings["trial"] != before
        assert np.nanmin(result.p) < result.alpha <= result.p[result.chosen]


def test_published_marks_come_from_the_evidence():
    assert "0.57 (0.35–0.92)" in labs.best_of_the_null().picture.alt
    lab = labs.cut_point().set(contrast="25 mg")
    rebuilt = forensics.p_from_interval(0.64, 0.38, 1.09).one_sided
    assert labs._published_p("25 mg") == pytest.approx(rebuilt)
    for svg in svgs(lab.picture):
        assert "published" in words_of(svg)


# ------------------------------------------------------------ settings and links


def test_set_changes_everything_or_nothing():
    lab = labs.fishing_rig()
    with pytest.raises(ValueError, match="subgroups must be a whole number from 0 to 20, not 99"):
        lab.set(endpoints="both", subgroups=99)
    assert lab.settings == labs.fishing_rig().settings


def test_set_names_an_unknown_control():
    with pytest.raises(ValueError, match="fishing-rig has no control 'hooks'; it has endpoints"):
        labs.fishing_rig().set(hooks=3)


@pytest.mark.parametrize("value", ["5", None, True, 2.5, float("nan"), [], 1e400, -1, 21])
def test_a_whole_slider_refuses(value):
    with pytest.raises(ValueError, match="subgroups must be a whole number from 0 to 20"):
        labs.fishing_rig().set(subgroups=value)


def test_choice_and_switch_refuse_with_what_is_allowed():
    with pytest.raises(ValueError, match=r"level must be one of 'two-5', 'one-2.5', 'one-1'"):
        labs.fishing_rig().set(level=0.05)
    with pytest.raises(ValueError, match="cut_points must be True or False, not 1"):
        labs.fishing_rig().set(cut_points=1)


def test_a_slider_of_hundredths_keeps_to_them():
    assert Slider("x", "x", 0.0, 1.0, 0.5, step=0.01).check(0.1 + 0.2) == 0.3


@pytest.mark.parametrize("name", MAKERS)
def test_a_link_brings_back_the_settings(name, monkeypatch):
    start = MAKERS[name]()
    for settings in settings_to_try(start):
        lab = MAKERS[name]().set(**settings)
        monkeypatch.setenv("SECONDLOOK_LINK", lab.link)
        again = MAKERS[name]()
        assert again.settings == lab.settings and again.notices == []
        monkeypatch.delenv("SECONDLOOK_LINK")


def test_a_link_for_another_lab_is_none_of_its_business(monkeypatch):
    monkeypatch.setenv("SECONDLOOK_LINK", labs.cut_point().set(cut=8).link)
    lab = labs.fishing_rig()
    assert lab.settings["subgroups"] == 20 and lab.notices == []


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("#fishing-rig?subgroups=99", "subgroups must be a whole number from 0 to 20, not 99.0"),
        ("#fishing-rig?subgroups=ten", "not 'ten'"),
        ("#fishing-rig?subgroups=nan", "subgroups must be"),
        ("#fishing-rig?level=", "level must be one of"),
        ("#fishing-rig?cut_points=maybe", "cut_points must be yes or no, not 'maybe'"),
        ("#fishing-rig?hooks=2", "names “hooks”, which this lab does not have"),
        ("#fishing-rig?" + "a=1&" * 900, "too long"),
        ("#fishing-rig?__class__=Lab&set=1", "“__class__”"),
    ],
)
def test_a_hostile_link_is_not_followed_and_that_is_said(link, said, monkeypatch):
    usual = labs.fishing_rig().settings
    monkeypatch.setenv("SECONDLOOK_LINK", link)
    lab = labs.fishing_rig()
    assert lab.settings == usual
    assert any(said in notice for notice in lab.notices)
    assert all(len(notice) < 200 for notice in lab.notices) and len(lab.notices) <= 4
    assert "sl-warn" in lab.html()


def test_a_link_cannot_write_into_the_page(monkeypatch):
    monkeypatch.setenv(
        "SECONDLOOK_LINK", "#fishing-rig?<script>=1&level=%3Cimg%20src=x%20onerror=alert(1)%3E"
    )
    html = labs.fishing_rig().html()
    assert "<script" not in html and "<img" not in html
    assert "&lt;script&gt;" in html


def test_what_fits_in_a_broken_link_is_used():
    controls = labs.fishing_rig().controls
    settings, notices = read_link("#fishing-rig?subgroups=5&seed=1000", "fishing-rig", controls)
    assert settings == {"subgroups": 5} and len(notices) == 1


def test_save_is_a_file_of_its_own():
    import base64
    import xml.etree.ElementTree as ET

    links = labs.fishing_rig().links_html()
    data = re.search(r'download="fishing-rig.svg" href="data:image/svg\+xml;base64,([^"]+)"', links)
    assert ET.fromstring(base64.b64decode(data[1])).tag.endswith("svg")


# ------------------------------------------------------------ alive


@pytest.fixture
def alive(monkeypatch):
    """The widgets of a fishing rig, as the page or JupyterLab would get them."""
    monkeypatch.delenv("SECONDLOOK_STATIC", raising=False)
    from secondlook.labs.live import _Live

    return _Live(labs.fishing_rig())


def test_a_live_lab_shows_itself_as_widgets(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_STATIC", raising=False)
    bundle = labs.missing_half()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_a_moved_control_redraws_picture_and_sentence(alive):
    before = alive.screen.value
    alive.fields["subgroups"].value = 5
    assert alive.screen.value != before
    assert alive.lab.sentence.startswith("With 5 looks")
    assert "With 5 looks" in alive.screen.value and "subgroups=5" in alive.links.value


def test_a_button_moves_its_controls_and_draws_once(alive, monkeypatch):
    drawn = []
    alive.screen.observe(lambda change: drawn.append(change["new"]), "value")
    alive._press("All 80 looks")
    assert len(drawn) == 1
    assert {name: field.value for name, field in alive.fields.items()} == alive.lab.settings
    assert "With 80 looks" in drawn[0]


def test_the_same_settings_are_not_drawn_twice(alive):
    calls = []
    picture = alive.lab.recipe.picture
    object.__setattr__(
        alive.lab.recipe, "picture", lambda *a, **k: calls.append(1) or picture(*a, **k)
    )
    alive.fields["subgroups"].value = 4
    alive._moved(None)
    alive._moved(None)
    assert len(calls) == 1


def test_a_setting_that_follows_is_moved_with_the_one_it_follows(alive):
    alive.lab.follows = {"subgroups": {"seed": 7}}
    alive.fields["seed"].value = 3
    alive.fields["subgroups"].value = 5
    assert alive.lab.settings["seed"] == alive.fields["seed"].value == 7
    alive.fields["seed"].value = 9
    assert (alive.lab.settings["subgroups"], alive.lab.settings["seed"]) == (5, 9)
    assert alive.lab.set(subgroups=6, seed=2).settings["seed"] == 2
    assert alive.lab.set(subgroups=6).settings["seed"] == 2


def test_numbers_and_more_open_and_close(alive):
    buttons = {}

    def walk(box):
        for child in getattr(box, "children", ()):
            buttons[getattr(child, "description", "")] = child
            walk(child)

    walk(alive.box)
    assert alive.table.value == ""
    buttons["Numbers"].value = True
    assert "<table" in alive.table.value
    alive.fields["subgroups"].value = 6
    assert ">6</td>" in alive.table.value
    buttons["Numbers"].value = False
    assert alive.table.value == ""
    seed = alive.fields["seed"]
    hidden = next(box for box in alive.box.children if seed in getattr(box, "children", ()))
    assert hidden.layout.display == "none"
    buttons["More"].value = True
    assert hidden.layout.display == "flex"


def test_the_sentence_is_announced(alive):
    assert re.search(r'<p role="status" class="sl-reading">', alive.screen.value)


def test_every_control_has_a_plain_name(alive):
    for name, field in alive.fields.items():
        assert len(field.description) > 5 and "_" not in field.description, name


def test_controls_make_the_widgets_they_say():
    slider = Slider("x", "Share", 0.0, 1.0, 0.5, step=0.05, unit="of patients").widget(0.5, False)
    assert slider.description == "Share (of patients)" and slider.readout_format == ".2f"
    assert not slider.continuous_update
    choice = Choice("x", "Which", {"a": "the first", "b": "the second"}, "a").widget("b", False)
    assert choice.value == "b" and choice.options == (("the first", "a"), ("the second", "b"))
    assert Switch("x", "Also this").widget(True, False).value is True
