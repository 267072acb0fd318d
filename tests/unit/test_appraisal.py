"""The ledger: every line is whole, its numbers are published, and it grows by one a chapter."""

import json
import re

import pytest

from secondlook._data import data_path
from secondlook.appraisal import ledger, read_line
from secondlook.evidence import published
from secondlook.figures.tables import ledger_table

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
