"""The forensic bench: what it says is what the tools answer, and nothing pasted is page."""

import html as html_lib
import math
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from _labs import numbers_in
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from test_figures import assert_words_fit, svgs, words_of

from secondlook import puzzles
from secondlook.evidence import anomalies, published
from secondlook.figures import bench as pictures
from secondlook.figures.bench import Answer, Mark, Span
from secondlook.labs.bench import forensic_bench
from secondlook.labs.controls import Text

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

import claimpages

PASTED = {
    "ratio": "HR 0.70 (95% CI 0.55 to 0.89), p = 0.004",
    "ratio without p": "HR 0.70 (95% CI 0.55 to 0.89)",
    "a tiny p": "HR 0.70 (95% CI 0.65 to 0.75), p < 0.0001",
    "off the middle": "HR 0.70 (0.55 to 0.99), p = 0.004",
    "difference": "difference 2.0 points (0.5 to 3.5), P = .21",
    "shares": "5/123 (4.1%) v 9/124 (7.3%)",
    "far apart": "5/12 (42%) and 5000/12000 (41.7%)",
    "no such share": "62% of 18",
    "two groups": "3/10 v 8/10, p = 0.5",
    "p of chi-square": "3/10 (30%) vs 8/10 (80%); P=.025",
    "several tests": "23 of 65 (35.4%) versus 12 of 64 (18.8%), p = 0.03",
    "t": "2.49 (SE 0.76, 95% CI 0.99–3.98; p=0.0013)",
    "t of few": "difference 2.49 (95% CI 0.99 to 3.98), p=0.003",
    "standard error": "difference 2.49 (SE 0.76)",
    "standard error and p": "difference 2.49 (SE 0.76), p = 0.2",
    "outside": "difference 1 (95% CI 2 to 3), p = 0.04",
    "groups without p": "3/10 v 8/10",
    "mean": "mean 3.47, n = 12",
    "large mean": "mean 34712.47, n = 12000",
    "sum": "58 + 51 = 119",
    "sum of many": " + ".join(["12.5%"] * 12) + " = 150%",
    "sum of nothing": "0 + 0 = 0",
    "huge": "400000000 + 500000000 = 900000001",
    "rate": "1.6 points a year is 0.8 points in 16 weeks",
    "nothing": "a drug",
}


@pytest.fixture(autouse=True)
def static(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


def bench(figures, **more):
    return forensic_bench().set(**{"from": "own", "figures": figures, **more})


def test_it_opens_with_a_printed_result_of_the_paper():
    lab = forensic_bench()
    row, p = published("K19.T2B.hr.25"), published("K19.txt.p.tte.25")
    z = math.log(row.value) / (math.log(row.upper / row.lower) / (2 * stats.norm.ppf(0.975)))
    one = stats.norm.sf(abs(z))
    assert lab.sentence.startswith(
        f"A ratio of {row.text} ({row.lower_text} to {row.upper_text}) goes with a two-sided p of "
        f"{2 * one:.3f} and a one-sided of {one:.3f}; the printed {p.text} fits neither: "
        "these cannot all be as printed. "
    )
    assert "neither side" in lab.picture.title


@pytest.mark.parametrize("figures", PASTED.values(), ids=PASTED)
def test_every_kind_of_result_has_a_picture_that_fits(figures):
    lab = bench(figures)
    assert_words_fit(lab.picture)
    assert lab.sentence.endswith(".") and not re.search(r"\b(nan|inf)\b", lab.html())
    assert 40 < len(lab.picture.alt) < 600
    assert lab.numbers[-1]["Step"] == "How it was read"
    assert all(list(row) == ["Step", "Arithmetic", "Answer"] for row in lab.numbers)


def test_the_picture_says_what_fits():
    said = bench(PASTED["ratio"]).picture.alt
    assert re.search(r"p, two-sided 0\.0\d+, rounding allows [^;]*, which fits; p, one-sided", said)
    assert said.count("which does not fit") == 1 and said.endswith("Printed: 0.004.")
    assert "do not give" in bench(PASTED["two groups"]).picture.title
    assert bench(PASTED["p of chi-square"]).picture.title.startswith("One usual test of these")
    both = bench(PASTED["several tests"])
    assert both.picture.title == "3 of 6 usual tests give the printed p"
    assert both.picture.alt.index("two-sided") < both.picture.alt.index("one-sided")
    assert "cannot be told which" in both.sentence
    assert "outside its own interval" in bench(PASTED["outside"]).picture.title
    assert "not the middle" in bench(PASTED["off the middle"]).picture.title
    assert "No whole total over 12" in bench(PASTED["mean"]).picture.title
    assert bench("mean 3.47, n = 12", items=5).picture.title.startswith("A whole total")
    assert "printed 5" in bench(PASTED["shares"]).picture.alt


def test_the_numbers_hold_every_line_of_the_arithmetic():
    lab = bench(PASTED["ratio"])
    lines = [row["Arithmetic"] for row in lab.numbers]
    for each in lab.result.sums:
        assert set(each.verdict.arithmetic.split("\n")) <= set(lines)
    assert {"estimate", "lower limit", "upper limit", "p"} <= {row["Step"] for row in lab.numbers}
    assert "0.004, rounding allows 0.0035 to 0.0045" in lines
    bracket = re.compile(r"\([^()]* to [^()]*\)")
    assert not any(bracket.search(line) for line in lines if "Read as" not in line)
    assert "consistent, likely" in [row["Answer"] for row in lab.numbers]


@pytest.mark.parametrize(
    ("p", "words"),
    [("0.004", "is two-sided"), ("0.0018", "is one-sided"), ("0.4", "fits neither"),
     ("<0.05", "the printed <0.05 fits: these can stand together")],
)  # fmt: skip
def test_the_side_is_said(p, words):
    assert words in bench(f"HR 0.70 (95% CI 0.55 to 0.89), p {p}").sentence


def test_how_to_read_and_the_level_can_be_set():
    text = "1.05 (1.01 to 1.09), p = 0.013"
    assert bench(text).sentence.startswith("Cannot tell. It cannot be told whether")
    assert bench(text, read="ratio").sentence.startswith("A ratio of 1.05")
    assert bench(text, read="difference").sentence.startswith("A difference of 1.05")
    wide, narrow = (bench(PASTED["ratio"], level=level) for level in ("95", "90"))
    low, high = (lab.result.sums[0].verdict.values["two_sided"] for lab in (wide, narrow))
    assert low < high and "90% interval" in narrow.sentence


def test_a_p_has_as_many_decimals_as_the_one_beside_it():
    lab = bench(PASTED["t"])
    assert "two-sided p of 0.0011 and a one-sided of 0.0005; the printed 0.0013 fits a two-sided "\
        "t test: these can stand together. " in lab.sentence  # fmt: skip
    assert lab.picture.title == "The printed p fits a t test"
    assert not re.search(r"0\.001\b", lab.picture.alt)
    assert "t test of few" in bench(PASTED["t of few"]).picture.title
    assert "two-sided p of 0.050 and" in bench("difference 2.0 (0.0 to 4.0), p < 0.05").sentence


def test_an_estimate_outside_its_interval_has_no_p():
    lab = bench(PASTED["outside"])
    assert lab.sentence.startswith("These cannot all be as printed: ")
    assert "two-sided" not in lab.html() and "fits" not in lab.sentence


def test_a_line_pasted_over_a_puzzle_is_read_and_so_is_every_other_control(monkeypatch):
    changes = {"figures": "58 + 51 = 119", "read": "ratio", "level": "90", "items": 3}
    for name, value in changes.items():
        lab = forensic_bench().set(**{"from": "AN.44"})
        assert lab.set(**{name: value}).settings["from"] == "own", name
        assert lab.settings[name] == value
    lab = forensic_bench().set(**{"from": "AN.44", "figures": "58 + 51 = 119"})
    assert lab.settings["from"] == "AN.44"
    monkeypatch.setenv("SECONDLOOK_LINK", lab.link)
    assert forensic_bench().settings == lab.settings
    monkeypatch.delenv("SECONDLOOK_LINK")
    monkeypatch.delenv("SECONDLOOK_STATIC")
    from secondlook.labs.live import _Live

    alive = _Live(forensic_bench())
    alive.fields["from"].value = "AN.06"
    assert "AN.06 has" in alive.screen.value
    alive.fields["figures"].value = "58 + 51 = 119"
    assert "The parts add up to 109" in alive.screen.value
    assert alive.fields["from"].value == "own"


def test_the_button_goes_from_puzzle_to_puzzle():
    lab = forensic_bench()
    seen = [
        lab.press("The next puzzle of these papers").settings["from"] for _ in puzzles.arithmetic()
    ]
    assert tuple(seen) == puzzles.arithmetic()
    assert lab.press("The next puzzle of these papers").settings["from"] == seen[0]


def test_the_name_of_a_puzzle_does_not_give_it_away():
    names = [puzzles.about(id) for id in puzzles.arithmetic()]
    assert len(set(names)) == len(names) and max(map(len, names)) < 50
    for name in names:
        assert not re.search(r"(?i)cross|mislabel|smaller|outside|called|same|not\b|no p", name)
    with pytest.raises(ValueError, match=r"id is 'AN\.17'"):
        puzzles.about("AN.17")


# ------------------------------------------------------------ worked examples


@pytest.mark.parametrize("id", puzzles.arithmetic())
def test_a_worked_example_is_the_puzzle(id):
    lab = forensic_bench().set(**{"from": id})
    steps = puzzles.steps(id)
    assert [(s.asks, s.verdict) for s in lab.result.sums] == [(s.asks, s.verdict) for s in steps]
    against = sum(step.verdict.verdict == "inconsistent" for step in steps)
    assert lab.sentence.startswith(f"{id} has {len(steps)} sum")
    assert (f"{against} go" in lab.sentence) == (against > 0)
    assert lab.picture.title.startswith(f"{id}: ")
    assert_words_fit(lab.picture)
    lines = {row["Arithmetic"] for row in lab.numbers}
    for step in steps:
        assert {step.asks, *step.verdict.arithmetic.split("\n")} <= lines


def test_a_weak_source_is_named_on_the_spot():
    where = {id: forensic_bench().set(**{"from": id}).picture.source for id in ("AN.06", "AN.41")}
    assert published("J.diff").weak and "weak source" in where["AN.41"]
    assert "weak" not in where["AN.06"]


def test_each_arithmetic_puzzle_links_to_the_bench_and_the_link_works(monkeypatch):
    for row in anomalies():
        drawn = claimpages.anomaly_html(row, html_lib.escape)
        links = re.findall(r'href="\.\./chapters/06_secondary_sources\.html(#[^"]+)"', drawn)
        assert len(links) == (row.id in puzzles.arithmetic())
        for link in links:
            monkeypatch.setenv("SECONDLOOK_LINK", link)
            lab = forensic_bench()
            assert lab.settings["from"] == row.id and lab.notices == []


# ------------------------------------------------------------ what is pasted is never page

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'; alert(1); //",
    "</section></details><h1>7</h1>",
    "javascript:alert(1)",
    "&lt;script&gt;1",
    "$\\frac{1}{2}$ 3",
    "HR 0.70 <b>(0.55 to 0.89)</b>",
    "\u202e0.70 (0.55 to 0.89)",
    "\x00\x1b[2J 7",
    "\ud800 7",
    "#forensic-bench?from=AN.06&figures=x",
    "7" * 10_000,
]


def page_of(lab):
    return lab.html() + lab.picture.svg() + lab.numbers_html(folded=False) + lab.links_html()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_reaches_no_page_as_markup(text, monkeypatch):
    lab = bench(text)
    usual = re.findall(r"<(\w+)", page_of(bench("a drug")))
    assert set(re.findall(r"<(\w+)", page_of(lab))) <= set(usual) | {"path", "use", "defs", "rect"}
    for forbidden in ("alert(1)", "onerror", "onload", "javascript:", "\u202e", "\x00"):
        assert forbidden not in lab.html() + lab.sentence + lab.picture.svg()
    for svg in svgs(lab.picture):
        assert "alert" not in " ".join(words_of(svg))
    ET.fromstring(lab.picture.svg())
    assert re.fullmatch(r"#forensic-bench\?[\w.%=&+~-]*", lab.link)
    assert lab.settings["figures"] == forensic_bench().controls[1].check(text)


@pytest.mark.parametrize("text", [t for t in HOSTILE if len(t) < 300], ids=lambda t: None)
def test_a_hostile_link_is_only_text(text, monkeypatch):
    link = bench(text).link
    monkeypatch.setenv("SECONDLOOK_LINK", link)
    lab = forensic_bench()
    assert lab.notices == [] and lab.link == link
    assert "alert(1)" not in lab.html()


def test_other_fields_of_a_link_are_bounded(monkeypatch):
    monkeypatch.setenv("SECONDLOOK_LINK", "#forensic-bench?from=%3Cb%3E&level=12&figures=5%2F12")
    lab = forensic_bench()
    assert lab.settings["from"] == "own" and lab.settings["figures"] == "5/12"
    assert len(lab.notices) == 2 and "<b>" not in lab.html()
    monkeypatch.setenv("SECONDLOOK_LINK", "#forensic-bench?figures=" + "7" * 3000)
    assert "too long" in forensic_bench().notices[0]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_shown_and_comes_back_from_its_link(text):
    lab = bench(text)
    html = lab.html()
    assert "<script" not in html and lab.sentence.endswith(".")
    assert_words_fit(lab.picture)
    found = re.search(r"figures=([^&]*)", lab.link)[1]
    assert unquote_plus(found) == lab.settings["figures"]


def test_a_live_bench_answers_what_is_pasted(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_STATIC")
    from secondlook.labs.live import _Live

    alive = _Live(forensic_bench())
    field = alive.fields["figures"]
    assert not field.continuous_update and field.description == "Paste figures"
    field.value = "58 + 51 = 119"
    assert "The parts add up to 109" in alive.screen.value
    alive.opened.value = True
    for text in HOSTILE:
        field.value = text.encode("utf-8", "replace").decode()
        shown = alive.screen.value + alive.table.value
        assert "alert(1)" not in shown and 'role="status"' in shown
    alive._press("The next puzzle of these papers")
    assert alive.fields["from"].value == "AN.01"
    alive._press("A p that fits one side")
    assert "is one-sided" in alive.screen.value and "HR" in field.value


# ------------------------------------------------------------ the control and the pictures


def test_a_text_is_cut_and_nothing_else_is_taken_for_one():
    text = Text("figures", "Paste figures", "5/12", most=10)
    assert text.check("0123456789") == "0123456789"
    assert text.check("0123456789abc") == "0123456789a" == text.check(text.check("0123456789abc"))
    assert text.check("\ud800") == "?" and text.from_text(text.to_text("5/12")) == "5/12"
    for wrong in (5, None, b"5/12", ["5/12"]):
        with pytest.raises(ValueError, match="figures must be a text, not"):
            text.check(wrong)
    assert all(text.check(end) == end for end in text.ends())


def test_the_pictures_bear_extreme_figures():
    words = {"title": "A title", "subtitle": "What is drawn", "source": "A source"}
    for low, high in ((0, 0), (-1e15, 1e15), (1e-12, 1e-11), (999999, 1000000)):
        span = Span("computed", "in words", low, high, None)
        assert_words_fit(pictures.scale([span], None, axis="points", **words))
        p = [Span("p", "0", max(low, 0), min(high, 1), False)]
        assert_words_fit(pictures.scale(p, Mark("<1", 1, 0, 1), axis="p", p=True, **words))
    rows = [Answer("Is it so? " * 12, "It may well be, and it may not. " * 12, fits)
            for fits in (True, False, None)]  # fmt: skip
    assert_words_fit(pictures.answers(rows, **words))


def test_the_sentence_and_the_table_share_their_numbers():
    lab = bench(PASTED["sum"])
    table = " ".join(text for row in lab.numbers for text in row.values())
    assert {58.0, 51.0, 109.0, 119.0} <= set(numbers_in(table))
    assert {109.0, 119.0} <= set(numbers_in(lab.sentence))
