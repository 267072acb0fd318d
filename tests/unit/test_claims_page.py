"""The pages Claims and Anomalies, whole against data/, in a small book of their own."""

import io
import re
import sys
from html import unescape
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from secondlook import claimsums, puzzles
from secondlook.evidence import anchor, anomalies, claims
from secondlook.forensics.pasted import Sum
from secondlook.labs.bench import Bench, forensic_bench
from secondlook.retelling import GROUPS, desk, kinds

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

import claimpages  # noqa: E402

PAGES = ("evidence", "claims", "anomalies")
CHAPTER = (
    "# A chapter\n\nSee [a claim](../book/claims.md#c-k04), [a puzzle](../book/anomalies.md#an-06) "
    "and [a part](../book/claims.md#the-paper).\n"
)


def small_book(folder):
    """A book of the real pages and one chapter, and a function that builds it."""
    source = folder / "source"
    (source / "book").mkdir(parents=True)
    (source / "chapters").mkdir()
    for name in PAGES:
        text = (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
        (source / "book" / f"{name}.md").write_text(text.replace(".ipynb", ".md"), encoding="utf-8")
    (source / "book" / "references.md").write_text("# References\n", encoding="utf-8")
    glossary = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    heads = "\n\n".join(line for line in glossary.splitlines() if line.startswith("#"))
    (source / "book" / "glossary.md").write_text(heads, encoding="utf-8")
    (source / "chapters" / "one.md").write_text(CHAPTER, encoding="utf-8")
    # The pages name a chapter; a real one would have to run first.
    (source / "chapters" / "06_secondary_sources.md").write_text(
        "# Chapter\n\n## 1 The claim desk\n\n## 3 The forensic bench\n", encoding="utf-8"
    )
    others = ("book/references", "book/glossary", "chapters/06_secondary_sources", "chapters/one")
    contents = "\n".join([*(f"book/{name}" for name in PAGES), *others])
    (source / "index.md").write_text(f"# Book\n\n```{{toctree}}\n{contents}\n```\n")

    def build() -> str:
        said, out = io.StringIO(), folder / "out"
        settings = {
            "extensions": ["myst_parser", "evidence", "claimpages"],
            "myst_heading_anchors": 3,
            "html_theme": "basic",
        }
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                source, None, out, out / "trees", "html", settings,
                status=io.StringIO(), warning=said,
            )  # fmt: skip
            app.build()
        return said.getvalue()

    build.source, build.out = source, folder / "out"
    return build


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The pages of an untouched book as text, and what its build warned of."""
    build = small_book(tmp_path_factory.mktemp("book"))
    warnings = build()
    pages = {
        path.stem: path.read_text(encoding="utf-8")
        for path in (*build.out.glob("book/*.html"), build.out / "chapters" / "one.html")
    }
    return {"warnings": warnings, **pages}


def words(html: str) -> str:
    """What a reader sees of a piece of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def piece(page: str, id: str, end: str) -> str:
    return page[page.index(f'id="{anchor(id)}"') :].partition(end)[0]


def test_every_claim_and_every_puzzle_stands_once(built):
    assert built["warnings"] == ""
    rows = re.findall(r'<tr role="row" id="([^"]+)"', built["claims"])
    assert sorted(rows) == sorted(anchor(c.id) for c in claims()) and len(rows) == 141
    articles = re.findall(r'<article class="sl-puzzle" id="([^"]+)"', built["anomalies"])
    assert sorted(articles) == sorted(anchor(a.id) for a in anomalies()) and len(articles) == 49


def seen(text: str) -> str:
    """The words of a cell as the page sets them, without its links' addresses."""
    parts = re.split(r"https?://[^\s;)]+", text)
    return [words(claimpages.typeset(part)) for part in parts]


def test_each_row_shows_every_column_of_its_claim(built):
    for c in claims():
        row = words(piece(built["claims"], c.id, "</tr>"))
        for column in (c.claim, c.evidence, c.how_checked, c.topic):
            assert all(part in _tight(row) for part in map(_tight, seen(column))), (c.id, column)
        for said in (c.verdict.replace("-", " "), f"{c.confidence} confidence", c.id):
            assert said in row, (c.id, said)
        kind = claimpages.kind_name(c)
        assert (f"{kind}: {c.error_type}" in row) or kind == "none", c.id
        assert claimpages.source_name(c.source) in row


def test_a_claim_shows_its_sums_folded_and_another_claim_none(built):
    for c in claims():
        row = words(piece(built["claims"], c.id, "</tr>"))
        if c.id not in claimsums.arithmetic():
            assert "Step by step" not in row, c.id
            continue
        steps = claimsums.steps(c.id)
        number = "one sum" if len(steps) == 1 else f"{len(steps)} sums"
        assert f"Step by step: {number}" in row, c.id
        for step in steps:
            assert _tight(step.asks) in _tight(row), (c.id, step.asks)
            assert _tight(step.verdict.arithmetic.replace("\n", " ")) in _tight(row), c.id
    assert built["claims"].count('<details class="sl-sums">') == len(claimsums.arithmetic())


def test_a_claim_of_the_desk_has_its_plain_words_first_and_its_kind_of_error(built):
    for told in desk():
        row = piece(built["claims"], told.id, "</tr>")
        seen = words(row)
        why, honest = seen.index(told.why), seen.index(f"Could stand so: {told.honest}")
        assert why < honest < seen.index("Checked by:"), told.id
        assert row.index('class="sl-told"') < row.index('sl-remark">Checked by')
        for id in told.ids:
            assert f'href="evidence.html#{anchor(id)}"' in row, (told.id, id)
        kind = "none" if told.kind == "none" else kinds()[told.kind].name
        assert f'data-kind="{kind}"' in row.partition(">")[0], told.id
    assert built["claims"].count('class="sl-told"') == len(desk())


def test_the_filter_offers_the_kinds_of_the_desk_and_no_others(built):
    offered = set(re.findall(r'data-kind="([^"]+)"', built["claims"]))
    assert offered == {kind.name for key, kind in kinds().items() if key != "none"} | {"none"}
    on_desk = {told.id for told in desk()}
    used = {c.error_type for c in claims() if c.id not in on_desk}
    assert set(claimpages.KIND_OF_WORD) == used


def test_a_word_for_an_error_without_a_kind_is_refused():
    claim = next(c for c in claims() if c.id == "C.W01")
    odd = type(claim)(**{**claim.__dict__, "error_type": "haste"})
    with pytest.raises(ValueError, match=r"C\.W01: error_type is 'haste', which has no kind; give"):
        claimpages.kind_name(odd)


def test_the_seven_verdicts_are_set_beside_the_four_of_the_desk(built):
    top = words(built["claims"].partition("The paper")[0])
    for group, said in GROUPS.items():
        line = re.search(rf"{re.escape(said)} (?:there )?is ([^;.]+)[;.]", top)[1]
        mine = {c.ledger for c in desk() if c.group == group}
        assert all(claimpages.plain(verdict) in line for verdict in mine), group


def _tight(text: str) -> str:
    """Without spaces: a link's tags became spaces."""
    return text.replace(" ", "")


def test_each_puzzle_shows_every_column_and_its_sums(built):
    for a in anomalies():
        article = words(piece(built["anomalies"], a.id, "</article>"))
        for column in (a.what, a.numbers, a.recomputation, a.reading):
            assert all(p in _tight(article) for p in map(_tight, seen(column))), (a.id, column)
        assert f"{a.confidence} confidence" in article
        if a.kind == "arithmetic":
            for step in puzzles.steps(a.id):
                assert _tight(step.asks) in _tight(article)
                assert _tight(step.verdict.arithmetic.replace("\n", " ")) in _tight(article), a.id
        else:
            assert "Step by step" not in article


def test_only_what_the_bench_knows_is_offered_to_it(built):
    assert "forensic-bench?" not in built["claims"] and "?from=" not in built["claims"]
    offered = re.findall(r"#forensic-bench\?from=([\w.]+)", built["anomalies"])
    assert offered == sorted(puzzles.arithmetic())
    assert set(offered) < set(_from_choices())


def _from_choices():
    """What the bench itself can open."""
    choice = next(each for each in forensic_bench().controls if each.name == "from")
    return choice.options


def test_each_puzzle_says_in_words_what_its_sums_say_as_the_bench_does(built):
    said = {}
    for a in anomalies():
        article = piece(built["anomalies"], a.id, "</article>")
        word = re.search(r'data-says="([^"]+)"', article)[1]
        assert f"{claimpages.SAYS[word]} {word}" in words(article.partition("</h3>")[0]), a.id
        said.setdefault(word, []).append(a.id)
        if a.id in puzzles.arithmetic():
            lain = Bench(tuple(Sum("", each) for each in puzzles.verdicts(a.id)), None)
            assert word == lain.head.verdict, a.id
        else:
            assert word == ("consistent" if a.kind == "clean" else "not a sum"), a.id
    assert set(said) == set(claimpages.SAYS)
    assert "AN.06" in said["inconsistent"] and "AN.01" in said["consistent"]
    assert "AN.21" in said["cannot tell"] and "AN.17" in said["not a sum"]
    lists = built["anomalies"].count('<div class="sl-puzzles"')
    assert lists == 4 == built["anomalies"].count('data-choices="says=What the sums say"')


def test_every_sign_that_needs_a_word_has_one_on_the_page(built):
    top = words(built["anomalies"].partition("Sums that can be done")[0])
    page = words(built["claims"]) + words(built["anomalies"])
    for sign in ("Schoenfeld", "Fieller", "Fisher", "chi-square", "Kruskal-Wallis", "ANOVA",
                 "crude", "adjusted", "Phi", "se", "z", "SD", "HR"):  # fmt: skip
        assert re.search(rf"\b{sign}\b", top) and re.search(rf"\b{sign}\b", page), sign


def test_late_patients_are_spoken_of_with_the_uncertainty_first():
    rows = {a.id: a for a in anomalies()}
    for id in ("AN.21", "AN.22"):
        assert rows[id].reading.startswith("The uncertainty first: "), id
        assert "Good single plot" not in rows[id].reading


def test_puzzles_stand_under_the_heading_of_their_kind(built):
    heads = {
        "arithmetic": "Sums that can be done",
        "wording": "Words that disagree",
        "dates": "Dates and durations",
        "clean": "Checked and in order",
    }
    page = built["anomalies"]
    for a in anomalies():
        above = page[: page.index(f'id="{anchor(a.id)}"')]
        assert re.findall(r"<h2>([^<]+)<", above)[-1] == heads[a.kind], a.id


def test_every_link_of_a_row_leads_to_a_row(built):
    followed = 0
    for name in ("claims", "anomalies"):
        for page, fragment in re.findall(r'href="([\w.]*)#((?!the-)[\w-]+)"', built[name]):
            target = built[page.removesuffix(".html") or name]
            assert target.count(f'id="{fragment}"') == 1, (page, fragment)
            followed += 1
    assert followed > 141 + 49 + 150
    chapter = built["one"]
    assert 'href="../book/claims.html#c-k04"' in chapter
    assert 'href="../book/anomalies.html#an-06"' in chapter


def test_a_name_of_evidence_says_what_it_points_to(built):
    row = piece(built["claims"], "C.K04", "</tr>")
    assert 'href="evidence.html#k19-t2b-hr-25"' in row
    assert 'data-evidence="0.64 (0.38 to 1.09): time to primary event' in row
    many = piece(built["claims"], "C.K05", "</tr>")  # K19.T2B.frs.*
    assert 'data-evidence="The first of ' in many and ">K19.T2B.frs.*</a>" in many
    assert '<a class="reference internal" href="anomalies.html#an-16">AN.16</a>' in piece(
        built["claims"], "C.S04", "</tr>"
    )


def test_the_table_of_claims_is_accessible_and_tells_the_filter_its_choices(built):
    page = built["claims"]
    tables = page.count("<table class=")
    assert tables == 7 and page.count("<caption>") == tables
    assert page.count('<th role="columnheader" scope="col">') == 4 * tables
    assert page.count('<th role="rowheader" scope="row">') == 141
    assert page.count('data-choices="verdict=Verdict;kind=Kind of error;source=Source"') == tables
    row = piece(page, "C.X02", ">")
    assert 'data-verdict="contradicted" data-kind="A plain fact" data-source="elsewhere"' in row


def test_every_verdict_is_explained_on_the_page_with_its_shape(built):
    top = words(built["claims"].partition("The paper")[0])
    for verdict, shape in claimpages.SHAPES.items():
        assert f"{shape} {claimpages.plain(verdict).capitalize()}" in top
    assert set(claimpages.SHAPES) == {c.verdict for c in claims()}


def test_minus_signs_are_real_and_dates_stay():
    assert claimpages.typeset("-26.5 to -4, 2007-2014 <=12") == "−26.5 to −4, 2007-2014 ≤ 12"


def test_what_a_file_holds_cannot_break_a_page():
    claim = next(c for c in claims() if c.id == "C.K04")
    bad = type(claim)(**{**claim.__dict__, "claim": '<script>"', "evidence": "<b> https://a.b/<i>"})
    html = claimpages.claims_html([bad], "A <caption>", lambda t: claimpages.linked(t, "e", {}))
    assert "<script>" not in html and "<b>" not in html and "<i>" not in html
    assert "A &lt;caption&gt;" in html


def test_a_row_on_no_page_or_on_it_twice_is_warned_of(tmp_path):
    build = small_book(tmp_path)
    page = build.source / "book" / "claims.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("kaji1998 izumi2007", "kaji2019"), encoding="utf-8")
    warnings = build()
    assert "C.P01 stands on no page" in warnings and "C.K04 is drawn twice" in warnings
    page.write_text(text.replace("kaji1998 izumi2007", "kaji1997"), encoding="utf-8")
    assert "no claim has the source kaji1997" in build()
    page.write_text(text, encoding="utf-8")
    puzzles_page = build.source / "book" / "anomalies.md"
    text = puzzles_page.read_text(encoding="utf-8")
    puzzles_page.write_text(text.replace("} dates", "} days"), encoding="utf-8")
    warnings = build()
    assert "no anomaly is of the kind days" in warnings and "AN.40 stands on no page" in warnings
