"""The claim desk: its claims are those of the ledger, and no number of its words is typed."""

import copy
import json
import re
from collections import Counter

import pytest

from secondlook._data import data_path
from secondlook.evidence import claims, published
from secondlook.retelling import GROUPS, DeskClaim, desk, kinds
from secondlook.retelling.desk import read_desk

RAW = json.loads(data_path("claim_desk.json").read_text(encoding="utf-8"))
ROWS = {row.id: row for row in claims()}
ENTRIES = pytest.mark.parametrize("entry", RAW["claims"], ids=lambda entry: entry["id"])
# Names, doses as names of arms, and the customary level of an interval: no results.
NAMES = re.compile(r"E0302|B12|SOD1|E75|(25|50) mg|25 or 50 mg|25 to 50 mg|95%|\b(19|20)\d\d\b")
GROUP_OF = {
    "supported": "holds",
    "supported-with-caveat": "part",
    "misleading": "part",
    "unsupported": "unshown",
    "not-checkable": "unshown",
    "contradicted": "wrong",
    "internally-inconsistent": "wrong",
}


def test_there_are_enough_claims_of_every_group_and_source():
    groups = Counter(claim.group for claim in desk())
    assert len(desk()) >= 80 and set(groups) == set(GROUPS)
    assert groups["holds"] >= len(desk()) / 4 and min(groups.values()) >= 10
    assert {claim.ledger for claim in desk()} == {row.verdict for row in ROWS.values()}
    sources = Counter(ROWS[claim.id].source for claim in desk())
    for page in ("alliance2023", "jetals_page", "insight_swarm", "als_worldwide", "kaji2019"):
        assert sources[page] >= 10, page


@pytest.mark.parametrize("claim", desk(), ids=lambda claim: claim.id)
def test_a_claim_is_that_of_its_row(claim):
    row = ROWS[claim.id]
    assert (claim.says, claim.ledger) == (row.claim, row.verdict)
    assert claim.group == GROUP_OF[row.verdict]
    assert claim.key == f"06.c.{claim.id[2:].lower()}"
    assert claim.who == RAW["sources"][row.source]
    for id in claim.ids:
        assert published(id).text.replace("-", "−") in claim.why + claim.honest


@pytest.mark.parametrize("claim", desk(), ids=lambda claim: claim.id)
def test_what_was_not_looked_at_is_not_judged(claim):
    row = ROWS[claim.id]
    assert row.confidence != "low"
    assert not re.search("not searched|not checked|general biochemistry", row.how_checked)


def test_every_kind_is_used_and_goes_with_its_verdicts():
    assert set(kinds()) == {claim.kind for claim in desk()} and next(iter(kinds())) == "none"
    for claim in desk():
        assert (claim.kind == "none") == (claim.ledger == "supported"), claim.id
        assert (claim.kind == "itself") == (claim.ledger == "internally-inconsistent"), claim.id
        if claim.kind == "none":
            assert ROWS[claim.id].error_type == "none", claim.id


def test_every_source_that_is_named_is_used():
    assert set(RAW["sources"]) == {ROWS[claim.id].source for claim in desk()}
    assert len(set(RAW["sources"].values())) == len(RAW["sources"])


@ENTRIES
def test_no_number_of_the_words_is_typed(entry):
    for text in (entry["why"], entry["honest"]):
        bare = NAMES.sub("", re.sub(r"\{[^{}]+\}", "", text))
        assert not re.search(r"\d", bare), bare


@ENTRIES
def test_a_weak_source_is_called_weak_where_it_stands(entry):
    for text in (entry["why"], entry["honest"]):
        ids = re.findall(r"\{([^{}:]+)", text)
        if any(published(id).weak for id in ids):
            assert "weak" in text, text


@ENTRIES
def test_the_words_are_short_whole_sentences_without_cries(entry):
    for text in (entry["why"], entry["honest"]):
        assert text.endswith(".") and "!" not in text and "  " not in text
        sentences = re.split(r"(?<=\.) ", text)
        assert all(len(sentence.split()) <= 40 for sentence in sentences), text
    assert entry["why"] != entry["honest"]
    assert len(re.split(r"(?<=[.]) ", entry["honest"])) == 1, entry["honest"]


@ENTRIES
def test_the_words_are_for_somebody_without_statistics(entry):
    why = entry["why"]
    first = re.split(r"(?<=[.]) ", why)[0]
    assert not re.search("hazard ratio|interval|post-hoc|95%|significant(?!ly)", first), first
    cold = "holds one|leaves out nought|smallest p|drawing|by a weak|an event"
    assert not re.search(cold, why + entry["honest"]), why
    for term, explained in (
        (r"\.hr\.", "how fast people died or came to need a ventilator"),
        (r"\.hr\.", "below one is better"),
        ("the p, |The p ", "how easily chance alone"),
        (r"\bred", "guess"),
    ):
        assert not re.search(term, why) or explained in why, term
    if re.search(r"\.hr\.", entry["honest"]):
        assert "hazard ratio" in entry["honest"] and "one would mean no diff" in entry["honest"]


@pytest.mark.parametrize("claim", desk(), ids=lambda claim: claim.id)
def test_a_composite_is_not_passed_off_as_survival(claim):
    """Whoever reads of survival alone is told what was counted, and it is judged in one way."""
    if re.search("surviv", claim.says) and re.search("E0302|the drug", claim.says):
        assert re.search("death or |until death", claim.why), claim.why
        shown = claim.id != "C.A06"  # there none was shown, of either kind
        assert (claim.group == "part") == shown, claim.id


def test_the_desk_leaves_to_the_chapter_what_it_asks_later():
    asked = {"C.X01", "C.K04", "C.K05", "C.K06", "C.K11", "C.J35"}
    assert asked <= set(ROWS) and asked.isdisjoint(claim.id for claim in desk())


def test_a_claim_does_not_give_its_verdict_away():
    judging = re.compile(r"\b(wrong|misleading|contradict|unsupported|withheld|neither shown)\b")
    for claim in desk():
        if claim.id != "C.W02":  # there the page calls other people's way of use wrong
            assert not judging.search(claim.says), claim.says


def _with(change):
    raw = copy.deepcopy(RAW)
    change(raw)
    return raw


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda raw: raw.pop("sources"), "it has claims, kinds, sources, and nothing else"),
        (lambda raw: raw["kinds"].pop("none"), "kinds needs none"),
        (lambda raw: raw["claims"][0].pop("why"), "a claim has honest, id, kind, why"),
        (lambda raw: raw["claims"][0].update(id="C.K99"), "C.K99: no claim has this id"),
        (lambda raw: raw["claims"][0].update(kind="spin"), "kind is 'spin'; use one of none, fact"),
        (lambda raw: raw["claims"][0].update(kind="fact"), "none is for a supported claim"),
        (lambda raw: raw["claims"][1].update(kind="none"), "none is for a supported claim"),
        (lambda raw: raw["claims"].append(raw["claims"][0]), "stands twice; keep one"),
        (lambda raw: raw["sources"].pop("kaji2019"), "no name for 'kaji2019'; give it one"),
        (lambda raw: raw["claims"][0].update(why="See {K19.nothing}."), "K19.nothing"),
    ],
)
def test_what_does_not_fit_is_named(change, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        read_desk(_with(change))


def test_the_first_claim_by_hand():
    first = desk()[0]
    assert isinstance(first, DeskClaim) and first.id == "C.K01" and first.kind == "none"
    assert first.ids == ("K19.T2A.p.tte.tot.crude", "K19.T2A.p.frs.tot.crude")
    assert "0.20 for the time until death or a ventilator, and 0.09 for the score" in first.why
