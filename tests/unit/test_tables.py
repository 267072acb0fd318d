"""Tables: scoped headings, escaped text, and rows that do not fit are refused."""

import pytest

from secondlook.figures.tables import Table


def test_html_scopes_headings_and_escapes():
    html = Table(["arm", "p"], [["<b>", 0.01]], "A & B").html()
    assert '<th scope="col">arm</th>' in html
    assert '<th scope="row">&lt;b&gt;</th><td>0.01</td>' in html
    assert "<caption>A &amp; B</caption>" in html


def test_text_is_aligned():
    lines = Table(["arm", "n"], [["placebo", 123], ["25 mg", 124]], "Patients").text().split("\n")
    assert lines == ["Patients", "arm      n", "placebo  123", "25 mg    124"]


def test_a_short_row_is_named():
    with pytest.raises(ValueError, match="row 1 has 1 cells and there are 2 columns"):
        Table(["arm", "n"], [["placebo", 123], ["25 mg"]], "Patients")
