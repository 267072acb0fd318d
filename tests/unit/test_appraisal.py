"""The ledger: every line is whole, its numbers are published, and it grows by one a chapter."""

import json
import re
from pathlib import Path

import pytest

from secondlook._data import data_path
from secondlook.appraisal import ledger, plain_summary, profile, read_line, read_profile
from secondlook.evidence import published
from secondlook.figures.tables import ledger_table

ROOT = Path(__file__).resolve().parents[2]
RAW = json.loads(data_path("ledger.json").read_text(encoding="utf-8"))
NAMES = ("E0302", "1998", "week 4")  # names and dates, not results


def test_a_ledger_grows_by_one_line_a_chapter():
    chapters = [entry["chapter"] for entry in RAW]
    assert chapters == sorted(set(chapters))
    for count, chapter in enumerate(chapters, 1):
        assert [line.chapter for line in ledger(chapter)] == chapters[:count]


@pytest.mark.parametrize("entry", RAW, ids=lambda entry: entry["chapter"])
def test_no_number_of_a_line_is_typed(entry):
    for text in (entry["evidence"], entry["found"], entry["bears"]):
        for name in NAMES:
            text = text.replace(name, "")
        assert not re.search(r"\d", re.sub(r"\{[^{}]+\}", "", text)), text


@pytest.mark.parametrize("line", ledger(RAW[-1]["chapter"]), ids=lambda line: line.chapter)
def test_published_values_are_put_in_as_printed(line):
    whole = " ".join((line.evidence, line.found, line.bears))
    assert "{" not in whole
    for id in line.ids:
        assert published(id).printed in whole


def test_the_table_shows_the_early_hazard_ratio_only_from_chapter_4_on():
    early = published("K19.T2B.hr.tot").printed
    assert early in ledger_table("04").html()
    assert early not in ledger_table("03").html()


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="chapter '99' has no line; use 01"):
        ledger("99")
    with pytest.raises(ValueError, match="chapter '01': a line has the entries"):
        read_line({"chapter": "01", "evidence": "x"})


# --- the evidence profile and the plain summary

FORM = json.loads(data_path("evidence_profile.json").read_text(encoding="utf-8"))
PLAIN = json.loads(data_path("plain_summary.json").read_text(encoding="utf-8"))


def test_every_piece_of_the_profile_answers_every_field_and_says_why_it_judges_so():
    form = profile()
    assert [study.chapter for study in form.studies] == ["01", "02", "03", "04", "05"]
    for study in form.studies:
        assert set(study.ours) == set(form.fields)
        assert set(study.why) == {"bias", "certainty"} and study.differ.endswith(".")
        assert (ROOT / "chapters" / f"{study.page}.ipynb").is_file()
    # each question and each effect belongs to one piece: they are matters of fact
    for field in ("question", "effect"):
        answers = [study.ours[field] for study in form.studies]
        assert sorted(answers) == sorted(form.fields[field].options)


def test_the_profile_says_what_the_printed_numbers_say():
    form = profile()
    ours = {study.key: study for study in form.studies}
    effects = form.fields["effect"].options
    assert effects[ours["e0302"].ours["effect"]].endswith(published("K19.T2A.hr.tot").printed)
    assert effects[ours["early"].ours["effect"]].endswith(published("K19.T2B.hr.tot").printed)
    # "leaves out nought by less than half a point"
    assert 0 < published("J.diff").lower < 0.5
    # "a benefit as large as the one planned for is hard to believe"
    assert published("K19.des.plan.hr").upper < published("K19.T2A.hr.tot").lower


@pytest.mark.parametrize("text", [*PLAIN["ours"], *(s["differ"] for s in FORM["studies"])])
def test_no_number_of_what_we_say_is_typed(text):
    for name in ("B12", "E0302", "2024"):
        text = text.replace(name, "")
    assert not re.search(r"\d", re.sub(r"\{[^{}]+\}", "", text)), text


def test_our_summary_is_about_ten_short_paragraphs_that_meet_the_rubric_in_kind():
    summary = plain_summary()
    assert len(summary.rubric) == 11 and 8 <= len(summary.ours) <= 12
    text = " ".join(summary.ours)
    row = published("J.diff")
    for words in ("weak source", "not known", "doctors", row.lower_text, row.upper_text):
        assert words in text
    assert round(row.value) == 2  # "about two points"
    assert "{" not in text


def test_a_profile_that_does_not_fit_is_named():
    bad = json.loads(json.dumps(FORM))
    bad["studies"][0]["ours"]["bias"] = "none"
    with pytest.raises(ValueError, match="mechanism: bias must be one of"):
        read_profile(bad)
    bad = json.loads(json.dumps(FORM))
    del bad["studies"][1]["ours"]["bias"]
    with pytest.raises(ValueError, match="pilot: ours must answer question, design"):
        read_profile(bad)
    bad = json.loads(json.dumps(FORM))
    bad["studies"][2]["why"]["weather"] = "Rain."
    with pytest.raises(ValueError, match="e0302: why gives reasons for fields only"):
        read_profile(bad)
