"""The page Evidence and links to it, in a small book of their own."""

import io
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from secondlook.evidence import all_published, anchor, published

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

import evidence  # noqa: E402

CHAPTER = (
    "# A chapter\n\n"
    "It was [0.57 (0.35 to 0.92)](../book/evidence.md#k19-t2b-hr-tot), 0.72<!--hr:.2f--> in all, "
    "and later [1.97](../book/evidence.md#j-diff) points.\n\n"
    "| a |\n|---|\n| 0.31<!--x:.2f--> |\n\n"
    "See [the page](../book/evidence.md) and [a part of it](../book/evidence.md#the-pilots).\n"
)


@pytest.fixture
def book(tmp_path):
    """A book of the real page Evidence and one chapter, and a function that builds it."""
    source = tmp_path / "source"
    (source / "book").mkdir(parents=True)
    (source / "chapters").mkdir()
    shutil.copy(ROOT / "book" / "evidence.md", source / "book")
    (source / "book" / "references.md").write_text("# References\n", encoding="utf-8")
    (source / "chapters" / "one.md").write_text(CHAPTER, encoding="utf-8")
    (source / "index.md").write_text(
        "# Book\n\n```{toctree}\nbook/evidence\nbook/references\nchapters/one\n```\n"
    )

    def build() -> tuple[str, str]:
        said, status, out = io.StringIO(), io.StringIO(), tmp_path / "out"
        settings = {
            "extensions": ["myst_parser", "evidence"],
            "myst_heading_anchors": 3,
            "html_theme": "basic",
        }
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                source, None, out, out / "trees", "html", settings, status=status, warning=said
            )
            app.build()
        return said.getvalue(), status.getvalue()

    build.source, build.out = source, tmp_path / "out"
    return build


def _read(book, page: str) -> str:
    return (book.out / page).read_text(encoding="utf-8")


def test_the_page_holds_every_value_once_and_is_an_accessible_table(book):
    warnings, _ = book()
    assert warnings == ""
    page = _read(book, "book/evidence.html")
    ids = re.findall(r'<tr role="row" id="([^"]+)"', page)
    assert sorted(ids) == sorted(anchor(id) for id in all_published())
    assert page.count('<th role="columnheader" scope="col">') == 4 * page.count("<caption>")
    assert page.count('scope="row"') == len(ids) and page.count("<caption>") >= 10
    row = page[page.index('id="k19-t2b-hr-tot"') :].partition("</tr>")[0]
    for part in ("0.57 (0.35 to 0.92)", "ratio", "hazard ratio (95% CI)", "Kaji 2019. Table 2B"):
        assert part in row
    assert "source in hand" in row and "●" in row
    weak = page[page.index('id="j-diff"') :].partition("</tr>")[0]
    assert "weak source" in weak and "△" in weak
    assert 'href="https://neurologylive.com/' in weak and ">neurologylive.com</a>" in weak


def test_a_link_to_a_row_resolves_and_says_what_it_points_to(book):
    assert book()[0] == ""
    page = _read(book, "chapters/one.html")
    firm, weak = re.findall(r'<a [^>]*class="sl-evidence[^>]*>.*?</a>', page)
    assert 'href="../book/evidence.html#k19-t2b-hr-tot"' in firm
    said = re.search(r'data-evidence="([^"]+)"', firm)[1]
    assert said.startswith("0.57 (0.35 to 0.92): time to primary event, hazard ratio (95% CI).")
    assert said.endswith("Kaji 2019, Table 2B.")
    assert "sl-weak-mark" not in firm and ">0.57 (0.35 to 0.92)<" in firm
    assert (
        "sl-weak-mark" in weak and "Weak source." in weak and 'class="sl-evidence sl-weak' in weak
    )
    assert page.count("sl-evidence") == 2  # links to the page or a heading stay plain
    assert 'href="../book/evidence.html#the-pilots"' in page


def test_markers_leave_no_trace_a_reader_could_see(book):
    assert book()[0] == ""
    page = _read(book, "chapters/one.html")
    assert "0.72<!--hr:.2f--> in all" in page and "0.31<!--x:.2f-->" in page
    assert "hr:.2f" not in re.sub(r"<!--.*?-->", "", page)


def test_an_unknown_anchor_is_a_warning_also_when_only_the_chapter_changed(book):
    assert book()[0] == ""
    chapter = book.source / "chapters" / "one.md"
    chapter.write_text(CHAPTER.replace("#j-diff", "#j-dif"), encoding="utf-8")
    warnings, status = book()
    assert "1 changed" in status
    assert "j-dif" in warnings and "myst.xref_missing" in warnings
    chapter.write_text(CHAPTER, encoding="utf-8")
    assert book()[0] == ""


def test_changed_values_reach_the_page_and_those_who_link_to_it(book, tmp_path, monkeypatch):
    values = tmp_path / "values.csv"
    shutil.copy(evidence._csv(), values)
    monkeypatch.setattr(evidence, "_csv", lambda: values)
    book()
    assert "0 added, 0 changed" in book()[1]
    later = values.stat().st_mtime + 100
    os.utime(values, (later, later))
    assert "0 added, 2 changed" in book()[1]  # not the index, not the references


def test_a_value_without_a_row_and_one_with_two_are_warned_of(book):
    page = book.source / "book" / "evidence.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("} K98.*", "} K98.n.* K19.saf.ae"), encoding="utf-8")
    warnings, _ = book()
    assert "K98.days has no row" in warnings
    assert "K19.saf.ae stands in two tables" in warnings


def test_a_pattern_that_fits_nothing_is_an_error(book):
    page = book.source / "book" / "evidence.md"
    page.write_text(
        page.read_text(encoding="utf-8").replace("} K98.*", "} K97.*"), encoding="utf-8"
    )
    assert "no published value has an id like K97.*" in book()[0]


def test_what_is_printed_cannot_break_the_page():
    p = published("K19.T2B.hr.tot")
    fields = {**p.__dict__, "note": 'a <b> & "c"', "where": 'x https://a.org/"y;z'}
    html = evidence.table_html([type(p)(**fields)], "A <caption>")
    assert "a &lt;b&gt; &amp; &quot;c&quot;" in html and "A &lt;caption&gt;" in html
    assert 'href="https://a.org/&quot;y"' in html
