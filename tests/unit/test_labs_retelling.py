"""Sentences followed back and results told five ways: the data, and the two labs upon them."""

import copy
import json
import re

import pytest
from _labs import numbers_in, settings_to_try
from test_figures import assert_words_fit, svgs, words_of

from secondlook._data import data_path
from secondlook.evidence import claims, published
from secondlook.filled import filled
from secondlook.forensics import p_from_interval
from secondlook.labs import retelling as labs
from secondlook.retelling import desk, genealogies, kinds, spin, spins
from secondlook.retelling.genealogy import HELD, KINDS, LINKS, read_genealogy
from secondlook.retelling.spin import FEATURES, LEANS, read_spin

CHAINS = json.loads(data_path("genealogy.json").read_text(encoding="utf-8"))
SPINS = json.loads(data_path("spin.json").read_text(encoding="utf-8"))
SPOT = re.compile(r"\{([^{}:]+)(?::(\w+))?\}")
# Names, years, and the numbers that a telling itself is about.
TYPED = re.compile(
    r"E0302|B12|25 to 50 mg|(?:25|50) mg|95%|Table \d[AB]|\b(?:19|20)\d\d\b"
    r"|4 to 6|500 days|12 months of|past 1\b|48 points"
)
PAGES = {
    "Alliance page": "alliance2023",
    "JETALS page": "jetals_page",
    "Insight Swarm page": "insight_swarm",
    "ALS Worldwide page": "als_worldwide",
    "Wire report of the approval": "outside",
}


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


def texts():
    """Every text of both files in which a number can stand, with its place."""
    for chain in CHAINS:
        yield chain["key"], chain["label"].replace("43% slower", ""), ""
        for step in chain["steps"]:
            yield f"{chain['key']}, {step['where']}", step["says"], step["held"]
            yield f"{chain['key']}, {step['where']}", step.get("how", ""), ""
            yield f"{chain['key']}, {step['where']}", step.get("turned", ""), ""
        for step in chain["beside"]:
            yield f"{chain['key']}, {step['where']}", f"{step['heading']}. {step['says']}", ""
    for each in SPINS:
        for told in each["tellings"]:
            for name in ("words", "invites", "reason"):
                yield f"{each['key']}, {told['key']}", told[name], ""


def value(id):
    return published(id).value


# ------------------------------------------------------------ the data


@pytest.mark.parametrize(("where", "text", "held"), list(texts()))
def test_no_published_number_is_typed(where, text, held):
    bare = TYPED.sub("", SPOT.sub("", text))
    bare = bare.replace("12 months", "") if where == "onset" else bare  # the page's own limit
    assert not re.search(r"\d", bare), bare


@pytest.mark.parametrize(("where", "text", "held"), list(texts()))
def test_a_weak_source_is_called_weak_where_its_number_stands(where, text, held):
    weak = [id for id, _ in SPOT.findall(text) if published(id).weak]
    if weak:
        assert held == "weak" or "weak source" in text, weak


def test_every_kind_of_change_link_and_holding_occurs():
    steps = [step for chain in CHAINS for step in chain["steps"]]
    assert {kind for step in steps for kind in step.get("changed", ())} == set(KINDS)
    assert {step["link"] for step in steps if "link" in step} == set(LINKS)
    beside = [step for chain in CHAINS for step in chain["beside"]]
    assert {step["held"] for step in (*steps, *beside)} == set(HELD)


def test_there_are_six_to_eight_sentences_and_a_true_retelling_among_them():
    assert 6 <= len(genealogies()) <= 8
    assert [g.key for g in genealogies() if not g.changes] == ["later"]


def test_a_telling_rests_on_claims_of_its_own_page_and_their_verdicts_agree():
    known = {claim.id: claim for claim in claims()}
    for chain in genealogies():
        telling = chain.steps[0]
        rests = [known[id] for id in telling.ids if id in known]
        assert rests, chain.key
        for claim in rests:
            assert claim.source.startswith(PAGES[telling.where]), claim.id
        assert all(c.verdict == "supported" for c in rests) == (not chain.changes), chain.key


def test_a_slip_has_the_word_that_it_has_on_the_desk():
    named = {key: kind.name.lower() for key, kind in kinds().items()}
    assert {key: words.lower() for key, words in KINDS.items()}.items() <= named.items()
    kind = {claim.id: claim.kind for claim in desk()}
    met = 0
    for chain in genealogies():
        for step in chain.steps[:2]:
            for id in step.ids:
                if kind.get(id) in KINDS and id.startswith(_own(step.where)):
                    met += 1
                    assert kind[id] in step.changed, (chain.key, step.where, id)
    assert met >= 6


def _own(where):
    """How the claims of a page or paper begin that the step itself stands on."""
    begins = {"Alliance": "C.A", "JETALS page": "C.J", "Insight": "C.S", "ALS W": "C.W"}
    begins |= {"Wire": "C.X", "E0302": "C.K"}
    return next((begin for start, begin in begins.items() if where.startswith(start)), "none")


def test_survival_for_death_or_ventilation_is_the_same_change_wherever_it_occurs():
    """No chain calls it a change and another nothing; the one that came through keeps both."""
    for chain in genealogies():
        for step in chain.steps[:-1]:
            if "surviv" in step.says:
                assert "measure" in step.changed, (chain.key, step.where)
    words = [told["words"].lower() for each in SPINS for told in each["tellings"]]
    assert not any("surviv" in text for text in words)


def test_what_is_set_beside_a_chain_is_no_part_of_it():
    found = {g.key: g for g in genealogies()}
    # a number of the same size, of another trial, is no ancestor
    assert [b.step.where for b in found["days"].beside] == ["E0302, Table 2B"]
    assert not any("E0302" in step.where for step in found["days"].steps)
    assert [s.where for s in found["pace"].steps] == ["JETALS page", "Its source"]
    for chain in genealogies():
        told = {step.says for step in chain.steps}
        for each in chain.beside:
            assert each.step.says not in told and not each.step.link
            rows = labs.genealogy().set(sentence=chain.key).numbers
            row = next(row for row in rows if row["What stands there"] == each.step.says)
            assert row["Steps back"] == "beside" and each.heading in row["On the way up to it"]


def test_every_chain_ends_at_a_source_or_says_that_it_is_not_in_hand():
    for chain in genealogies():
        end = chain.steps[-1]
        assert not (end.link or end.how or end.changed)
        if end.held == "missing":
            assert "not in our hands" in end.says and "not in our hands" in end.place
        elif end.held == "unfound":
            assert "none that we found" in end.place and chain.steps[-2].link == "none"
        else:
            rows = [
                published(id) for id in end.ids if "." in id and not id.startswith(("C.", "AN."))
            ]
            wanted = ("in hand",) if end.held == "in hand" else ("outside", "weak")
            assert rows and all(row.strength in wanted for row in rows), chain.key


def test_what_is_not_named_by_anybody_is_not_called_a_citation():
    """Only pages that name or print their source, and the two papers that name JETALS, cite."""
    cites = {(c.key, s.where) for c in genealogies() for s in c.steps if s.link == "cites"}
    assert cites == {
        ("onset", "JETALS, rule of entry"),
        ("approval", "The company's announcement"),
        ("controlled", "ALS Worldwide page"),
        ("later", "Alliance page"),
    }
    for chain in genealogies():
        for step in chain.steps:
            if "names no paper" in step.how:
                assert step.link == "inferred", step
            if "names no source" in step.how:
                assert step.link == "none", step


def test_the_sums_that_the_words_rest_on():
    days = {arm: value(f"K19.T2B.med.{arm}") for arm in ("plc", "25", "50")}
    assert min(days["25"], days["50"]) - days["plc"] > 500  # a look-alike of “500 days”
    whole = {arm: value(f"K19.T2A.med.{arm}") for arm in ("plc", "25", "50")}
    assert 0.65 < (whole["25"] - whole["plc"]) / 365.25 < 1  # “most of a year”
    assert whole["50"] < whole["25"]  # “the other dose did less well”
    year = value("J.seed.plc") * 52 / value("J.seed.weeks")
    assert year / 6 == pytest.approx(2.5, abs=0.05)  # of “4 to 6 points”
    for id in ("PROACT.slope", "PREC.slope"):
        assert 12 * value(id) / 6 == pytest.approx(2, abs=0.25)
    assert 12 * published("PREC.slope").lower < 4  # “so slow a course occurs”
    low, high = (getattr(published("J.diff"), end) for end in ("lower", "upper"))
    assert low / value("J.seed.plc") == pytest.approx(0.1, abs=0.01)
    assert high / value("J.seed.plc") == pytest.approx(0.75, abs=0.01)
    row = published("K19.T2B.hr.25")
    assert row.upper > 1  # and no side of the test gives the p of the text
    assert p_from_interval(row.value, row.lower, row.upper).one_sided > 0.015
    assert value("K19.T2B.hr.50") == 0.5  # “halved”
    assert round(value("K19.abs.pmin"), 2) == value("K19.T2A.p.frs.tot.crude")
    assert published("J.diff").text == f"{value('J.seed.plc') - value('J.seed.mec'):.2f}"


def test_values_stand_in_the_words_as_printed():
    found = {g.key: g for g in genealogies()}
    medians = "570 days on placebo, 1087 on 25 mg and 1197 on 50 mg"
    assert medians in found["days"].beside[0].step.says
    assert "0.57 (0.35 to 0.92)" in found["later"].steps[-1].says
    assert "0.44 of 48 points of function (weak source)" in spin("jetals").tellings[3].words
    assert filled("{J.diff:upper}, weak source", "here").words == "3.50, weak source"


# ------------------------------------------------------------ one result told five ways


@pytest.mark.parametrize("each", SPINS, ids=lambda each: each["key"])
def test_a_telling_keeps_what_its_words_hold(each):
    for told in each["tellings"]:
        whole = [published(id) for id, part in SPOT.findall(told["words"]) if not part]
        holds = {
            "interval": any(row.lower is not None and row.upper is not None for row in whole),
            "time": ".weeks}" in told["words"],
            "who": bool(re.search("[Ee]arly (in|pat)|months of the first symptom", told["words"])),
            "planned": bool(re.search("plan|[Ll]ook", told["words"])),
            "open": bool(
                re.search("open|question|Neither|fail|missed|no signif|excl", told["words"])
            ),
        }
        assert {name for name in holds if holds[name]} == set(told["keeps"]) & set(holds), told


@pytest.mark.parametrize("each", spins(), ids=lambda each: each.key)
def test_places_go_with_what_is_kept_and_both_directions_occur(each):
    kept = [len(told.keeps) for told in each.by_place]
    assert kept == sorted(kept, reverse=True) and kept[0] == len(FEATURES) and kept[-1] <= 1
    assert {told.leans for told in each.tellings} == set(LEANS)
    assert [t.leans for t in each.by_place[:2]] == ["neither", "neither"]
    assert [t.key for t in each.tellings] != [t.key for t in each.by_place]
    for told in each.tellings:
        assert ("untrue" in told.reason) == (told.place == 5)


def test_where_experts_could_differ_a_reason_says_so():
    for each in spins():
        assert any("ome would put it" in told.reason for told in each.tellings), each.key


def test_the_letters_tell_no_place():
    orders = {tuple(t.key for t in each.by_place) for each in spins()}
    assert len(orders) == len(spins()) and ("a", "b", "c", "d", "e") not in orders


def test_length_does_not_tell_the_place():
    for each in spins():
        long = [len(told.words) for told in each.by_place]
        pairs = [(one, two) for n, one in enumerate(long) for two in long[n + 1 :]]
        assert 4 <= sum(one > two for one, two in pairs) <= 6, (each.key, long)
        assert max(long[2:]) > long[0]  # a spun one is longer than the most careful


def test_the_opposite_leans_elsewhere():
    for each in spins():
        for here in each.tellings:
            other = each.opposite(here.place)
            assert other.leans != "neither" and other.leans != here.leans
            if here.leans != "neither":
                nearer = [t for t in each.tellings if t.leans == other.leans]
                least = min(abs(t.place - here.place) for t in nearer)
                assert abs(other.place - here.place) == least


# ------------------------------------------------------------ malformed files


def broken(entry, *change):
    """A copy of an entry with one thing in it set; the path comes first, the value last."""
    entry = copy.deepcopy(entry)
    *path, last, new = change
    inside = entry
    for key in path:
        inside = inside[key]
    if new is None:
        del inside[last]
    else:
        inside[last] = new
    return entry


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("label", None), "key, label, steps, beside"),
        (("steps", []), "two steps or more"),
        (("steps", 0, "how", None), "step 0: it needs where, year"),
        (("steps", 2, "how", "x"), "step 2: it needs where, year"),
        (("steps", 0, "turned", ""), "turned says what became of what"),
        (("beside", 0, "heading", ""), "beside 0: it needs a heading"),
        (("beside", 0, "link", "cites"), "beside 0: it needs where, year"),
        (("steps", 0, "held", "heard"), "held is 'heard'; use one of in hand"),
        (("steps", 0, "link", "copied"), "link is 'copied'; use one of cites"),
        (("steps", 0, "changed", ["tone"]), "changed is 'tone'; use one of fact"),
        (("steps", 0, "ids", ["C.X99"]), "'C.X99' is no published value, claim or anomaly"),
        (("steps", 0, "how", "{K19.T2B.hr.to}"), "no published value has the id"),
        (("steps", 2, "says", "{J.diff}"), "J.diff comes from a weak source"),
        (("steps", 1, "says", "{J.seed.plc:lower}, weak source"), "J.seed.plc has no lower limit"),
        (("steps", 1, "says", "{J.seed.plc:middle}"), "no part 'middle'; use text"),
        (("steps", 1, "says", "{J.seed.plc"), "a bracket is open"),
        (("steps", 1, "says", " "), "says nothing"),
        (("steps", 2, "held", "weak"), "the last step must be in hand, outside, missing"),
    ],
)
def test_a_broken_sentence_is_refused_by_name(change, message):
    with pytest.raises(ValueError, match=r"^genealogy") as error:
        read_genealogy(broken(CHAINS[0], *change))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("source", None), "a result has key, label, source, tellings"),
        (("tellings", 0, "place", 5), "a telling for each place from 1 to 5"),
        (("tellings", 0, "key", "b"), "in the order of their letters, each once"),
        (("tellings", 0, "reason", None), "a telling has invites, keeps, key"),
        (("tellings", 0, "leans", "hopes"), "leans is 'hopes'; use one of sells"),
        (("tellings", 3, "leans", "sells"), "one telling sells, one debunks"),
        (("tellings", 0, "keeps", ["size", "endpoint"]), "keeps names, in this order"),
        (("tellings", 0, "keeps", ["colour"]), "keeps names, in this order"),
        (("tellings", 0, "words", "Saved: {J.diff}"), "J.diff comes from a weak source"),
    ],
)
def test_a_broken_result_is_refused_by_name(change, message):
    with pytest.raises(ValueError, match=r"^spin") as error:
        read_spin(broken(SPINS[0], *change))
    assert message in str(error.value)


def test_a_result_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no result 'pilot'; use one of jetals, e0302, early"):
        spin("pilot")


# ------------------------------------------------------------ genealogy


def test_the_sentence_tells_only_what_has_been_reached():
    for chain in CHAINS:
        changes = sum(len(step.get("changed", ())) for step in chain["steps"])
        length = len(chain["steps"]) - 1
        whole = f"{changes or 'no'} change{'' if changes == 1 else 's'} in {length} step"
        for back in range(4):
            lab = labs.genealogy().set(sentence=chain["key"], back=back)
            at = min(back, length)
            here = chain["steps"][at]
            assert here["where"] in lab.sentence and here["year"] in lab.sentence
            assert ("weak source" in lab.sentence) == (here["held"] == "weak")
            for told in (lab.sentence, lab.picture.title):
                assert (whole in told) == (at == length), (chain["key"], back)
            assert ("will be different" in lab.sentence) == (at < length)
            assert ("came through unchanged" in lab.sentence) == (at == length)
            for n, step in enumerate(chain["steps"][:-1]):
                if step["turned"]:
                    assert (step["turned"] in lab.sentence) == (n == at - 1)
                    kinds = "; ".join(KINDS[kind] for kind in step["changed"])
                    named = rf"{re.escape(step['where'])} \([^)]*\): changed: {kinds}[.;]"
                    assert bool(re.search(named, lab.picture.alt)) == (n < at)
            if at:
                above = chain["steps"][at - 1]
                assert all(KINDS[kind] in lab.sentence for kind in above["changed"])
                assert ("nothing changed" in lab.sentence) == (not above["changed"])
                assert f"The link: {LINKS[above['link']]}" in lab.sentence


def test_the_lab_opens_at_the_telling_with_nothing_told():
    lab = labs.genealogy()
    assert lab.settings == {"sentence": "days", "back": 0, "mark": "all"}
    told = f"{lab.sentence} {lab.picture.title} {' '.join(words_of(svg_of(lab.picture)))}"
    assert "change" not in told and "2 steps lie behind it" in told
    other = lab.set(back=2).set(sentence="onset")
    assert other.settings["back"] == 0  # a sentence that is chosen opens at its telling
    assert "1 step lies behind it" in labs.genealogy().set(sentence="pace").sentence


def test_the_picture_shows_what_was_passed_and_hides_what_lies_behind():
    for chain in CHAINS:
        last = len(chain["steps"]) - 1
        for back in range(last + 1):
            picture = labs.genealogy().set(sentence=chain["key"], back=back).picture
            assert_words_fit(picture)
            for place, step in enumerate(chain["steps"]):
                assert (f"{step['where']} (" in picture.alt) == (place <= back), (
                    chain["key"],
                    back,
                )
            told = " ".join(words_of(svg_of(picture)))
            assert told.count("? one step back") == (back < last)
            for each in chain["beside"]:
                assert (f"Set beside it: {each['heading']}" in told) == (back == last)


def svg_of(picture):
    return svgs(picture)[0]


def test_an_inferred_link_is_told_in_words():
    for chain in genealogies():
        lab = labs.genealogy().set(sentence=chain.key, back=chain.length)
        inferred = sum(step.link == "inferred" for step in chain.steps)
        words = " ".join(words_of(svg_of(lab.picture)))
        assert words.count(f"The link: {LINKS['inferred']}") == inferred
        assert [row["Link"] for row in lab.numbers][: chain.length] == [
            LINKS[s.link] for s in chain.steps[:-1]
        ]


def test_a_mark_counts_the_sentences_that_show_it_and_colours_no_other():
    for kind in KINDS:
        alike = sum(any(kind in s.get("changed", ()) for s in c["steps"]) for c in CHAINS)
        lab = labs.genealogy().set(mark=kind, back=3)
        assert f"Of {len(CHAINS)} sentences {alike} show" in lab.sentence
        stages = labs._stages(lab.result, kind)
        for stage, step in zip(stages, CHAINS[0]["steps"], strict=False):
            assert stage.marked == (kind in step.get("changed", ()))
    assert "1 came through unchanged" in labs.genealogy().set(back=3).sentence


def test_the_buttons_go_back_a_step_at_a_time_and_on_to_the_next_sentence():
    lab = labs.genealogy().press("As you meet it")
    for back in (1, 2, 2):
        assert lab.press("One step back").settings["back"] == back
    seen = []
    for chain in CHAINS:
        assert lab.settings["sentence"] == chain["key"]
        assert lab.press("All the way back").settings["back"] == len(chain["steps"]) - 1
        seen.append(lab.result.here.where)
        assert lab.press("Next sentence").settings["back"] == 0
    assert lab.settings["sentence"] == CHAINS[0]["key"]
    assert seen == [chain["steps"][-1]["where"] for chain in CHAINS]


def test_the_numbers_hold_the_whole_chain():
    for chain in genealogies():
        rows = labs.genealogy().set(sentence=chain.key, back=0).numbers
        steps = [*chain.steps, *(each.step for each in chain.beside)]
        assert [row["Where"] for row in rows] == [step.place for step in steps]
        assert [row["What stands there"] for row in rows] == [step.says for step in steps]
        end = "no source found" if chain.key == "pace" else "this is the source"
        assert rows[chain.length]["On the way up to it"] == end


# ------------------------------------------------------------ spin dial


def test_the_dial_says_what_the_file_says_of_each_telling():
    for each in SPINS:
        careful = next(told for told in each["tellings"] if told["place"] == 1)
        for told in each["tellings"]:
            lab = labs.spin_dial().set(finding=each["key"], dial=told["place"])
            kept = f"{len(told['keeps'])} of {len(FEATURES)}"
            assert lab.sentence.startswith(f"Place {told['place']} of 5: what a reader may take")
            assert f"keeps {kept} features" in lab.sentence
            left = lab.sentence.partition("it drops ")[2].partition(". ")[0]
            for name, words in FEATURES.items():
                assert (words in left) == (name not in told["keeps"]), (told["key"], name)
            assert told["invites"] in lab.sentence and told["reason"][:40] in lab.sentence
            assert f"“{careful['invites']}”" in lab.sentence
            assert numbers_in(lab.picture.title)[:3] == [told["place"], 5, len(told["keeps"])]


def test_the_numbers_list_all_five_by_place():
    for each in SPINS:
        rows = labs.spin_dial().set(finding=each["key"], beside="careful").numbers
        wanted = sorted(each["tellings"], key=lambda told: told["place"])
        assert [row["Place"] for row in rows] == [f"{t['place']} ({t['key']})" for t in wanted]
        for row, told in zip(rows, wanted, strict=True):
            assert row["Keeps"].startswith(f"{len(told['keeps'])} of 7")
            assert row["Why here"][:30] == told["reason"][:30]


def test_what_is_set_beside_it_is_shown():
    for settings in settings_to_try(labs.spin_dial()):
        lab = labs.spin_dial().set(**settings)
        now = lab.settings
        places = {t.place for t in lab.result.shown}
        assert now["dial"] in places
        assert_words_fit(lab.picture)
        if now["beside"] == "all":
            assert places == {1, 2, 3, 4, 5}
        if now["beside"] == "careful":
            assert places == {now["dial"], 1}
        if now["beside"] == "other":
            assert len(places) == 2
        assert all(f"place {place}," in lab.picture.alt for place in places)


def test_the_presets_of_the_dial():
    lab = labs.spin_dial()
    assert lab.settings["finding"] == "e0302"  # the one whose order the chapter has not told
    assert lab.press("Most careful").result.telling.drops == ()
    assert lab.press("Most spun").result.telling.place == 5
    leaning = lab.result.telling.leans
    assert {leaning, lab.press("The other direction").result.telling.leans} == {"sells", "debunks"}
    keys = [lab.press("Next result").settings["finding"] for _ in SPINS]
    assert keys == ["early", "jetals", "e0302"]


def test_a_weak_source_is_named_under_its_picture():
    for each in spins():
        weak = any(published(id).weak for told in each.tellings for id in told.ids)
        assert ("weak source" in labs.spin_dial().set(finding=each.key).picture.source) == weak
