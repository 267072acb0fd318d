"""Numbers in prose: the course's own pages are clean, and every rule catches a planted error."""

import re
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import check_prose  # noqa: E402
from check_prose import ALLOWED, blocks, check, link_problem, parser, same  # noqa: E402

LINK = "../book/evidence.md#"


def test_every_number_of_the_course_has_a_source():
    paths = check_prose.pages()
    assert any(path.suffix == ".md" for path in paths)
    assert [str(offence) for offence in check(paths)] == []


def _page(tmp_path, text: str) -> list[str]:
    path = tmp_path / "book" / "page.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return [str(offence) for offence in check([path], tmp_path)]


def _notebook(tmp_path, prose: str, code: str = "", folder="chapters", stem="04_x") -> Path:
    cells = [nbformat.v4.new_markdown_cell(prose), nbformat.v4.new_code_cell(code)]
    path = tmp_path / folder / f"{stem}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


# --- a number with no source


@pytest.mark.parametrize(
    "text",
    [
        "In all, 48% of useless drugs look good.",
        "The ratio was 0.57 in them.",
        "There were 370 patients.",
        "It fell by −24 points.",
        "About 2,000 shuffles were made.",
        "About 2000 shuffles were made.",
        "Of them, 65 patients improved; over 65 patients did not.",
        "A p of .01 was found.",
        "| a | b |\n|---|---|\n| 0.31 | x |",
        "- a list with 0.31 in it",
        ":::{admonition} Published\nInside a callout: 0.31.\n:::",
        "```{admonition} A title with 0.31\n:class: tip\n\nWords.\n```",
        "````{note}\n```{tip}\nNested 0.31.\n```\n````",
        "<details><summary>More</summary>And 0.31 in HTML.</details>",
        "![A picture that shows 0.31](x.png)",
        "A [link elsewhere](glossary.md) and 0.31.",
        "A [link with 0.31](glossary.md#x) elsewhere.",
        "The hazard ratio was 1.2 there.",
        "The p value was below 0.043.",
    ],
)
def test_a_naked_number_is_caught(tmp_path, text):
    offences = _page(tmp_path, text)
    assert len(offences) >= 1, text
    assert "no source" in offences[0] and "page.md line" in offences[0]


def test_the_advice_names_the_row_that_prints_it(tmp_path):
    (offence,) = _page(tmp_path, "The interval ended at 1.09 then.")
    assert "K19.T2B.hr.25" in offence and "(evidence.md#k19-t2b-hr-25)" in offence


@pytest.mark.parametrize(
    "text",
    [
        "In 1998, and on 27 May 2015; from December 2006 to March 2014.",
        "The arms were placebo, 25 mg and 50 mg; 25 or 50 mg; 25 + 50 mg.",
        "Its 95% interval, its 95% CI, a 95% confidence interval.",
        "The 5% level; one-sided 1%; p < 0.05.",
        "A hazard ratio of 1 means no effect; HR 1.00; the interval includes 1.",
        "Between 0% and 100%.",
        "Patients of 12 months or less; the 12-month cut.",
        "Aged 65 or older, and 65 years.",
        "An FVC of at least 90% or below.",
        "At week 16 of 182 weeks; from 6 to 24 months.",
        "See chapter 4, Table 2B, stage 2, seed 7.",
        "About 15 minutes, 30 MB, on Python 3.11 or 3.12.",
        "E0302, B12, ALSFRS-R, ALSAQ-40 and the 20th.",
        "`0.31` is code and $p = 0.31$ is mathematics.",
        "```python\nx = 0.31\n```",
        "$$\n0.31\n$$",
        "## A heading with 0.31",
        "1. one\n2. two",
        "{cite:p}`x2019` says so.",
        "<!-- a comment with 0.31 is not prose -->",
        "A [link](page-0.31.html) with a number in its address.",
    ],
)
def test_what_needs_no_source_is_let_through(tmp_path, text):
    assert _page(tmp_path, text) == []


def test_every_rule_of_the_allow_list_is_needed_and_says_why(tmp_path, monkeypatch):
    """Without its rule, each of these is an offence: no rule is dead."""
    needed = {
        "date": "on 27 May 2015",
        "year": "in 1998",
        "dose": "25 mg",
        "interval level": "a 95% interval",
        "significance level": "the 5% level",
        "no effect": "a hazard ratio of 1",
        "no effect in an interval": "it includes 1",
        "bounds of a share": "100%",
        "out of a hundred": "in every 100",
        "early subgroup": "12 months",
        "age factor": "under 65",
        "breathing factor": "FVC below 90%",
        "time of the design": "week 16",
        "the scale": "48 points",
        "label": "chapter 4",
        "version": "Python 3.11",
        "about the site": "15 minutes",
    }
    assert set(needed) == {name for name, _, _ in ALLOWED}
    assert all(reason for _, _, reason in ALLOWED)
    for name, text in needed.items():
        assert _page(tmp_path, text) == [], name
        monkeypatch.setattr(check_prose, "ALLOWED", [rule for rule in ALLOWED if rule[0] != name])
        assert len(_page(tmp_path, text)) == 1, name
        monkeypatch.undo()


# --- links to the page Evidence


@pytest.mark.parametrize(
    "text",
    [
        f"[0.57]({LINK}k19-t2b-hr-tot)",
        f"[0.57 (0.35 to 0.92)]({LINK}k19-t2b-hr-tot)",
        f"[0.57 (95% CI 0.35 to 0.92)]({LINK}k19-t2b-hr-tot)",
        f"[0.35 to 0.92]({LINK}k19-t2b-hr-tot)",
        f"[**0.92**]({LINK}k19-t2b-hr-tot)",
        f"[57%]({LINK}k19-t2b-hr-tot)",
        f"[1.2]({LINK}k19-t2a-hr-tot)",
        f"[−26.5]({LINK}k19-t2b-frs-med-plc)",
        f"fell by [26.5]({LINK}k19-t2b-frs-med-plc)",
        f"[43%]({LINK}j-seed-pct)",
        f"[0.09]({LINK}k19-abs-pmin)",
        f"[5 of 123]({LINK}k19-saf-trae-plc-n)",
        f"[0.5–0.6]({LINK}k19-des-plan-hr)",
        f"[not reached]({LINK}k19-t2a-q3-plc)",
        "[0.57](evidence.md#k19-t2b-hr-tot)",
    ],
)
def test_a_right_link_is_let_through(tmp_path, text):
    assert _page(tmp_path, f"It was {text}.") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[0.58]({LINK}k19-t2b-hr-tot)", "K19.T2B.hr.tot prints 0.57 (0.35 to 0.92) ratio"),
        (f"[0.57]({LINK}k19-t2b-hr-50)", "K19.T2B.hr.50 prints 0.50 (0.27 to 0.93)"),
        (f"[0.57 (0.35 to 0.93)]({LINK}k19-t2b-hr-tot)", "prints 0.57 (0.35 to 0.92)"),
        (f"[0.57 (0.36 to 0.92)]({LINK}k19-t2b-hr-tot)", "prints 0.57 (0.35 to 0.92)"),
        (f"[0.92 (0.35 to 0.57)]({LINK}k19-t2b-hr-tot)", "prints 0.57 (0.35 to 0.92)"),
        (f"[0.570]({LINK}k19-t2b-hr-tot)", "prints 0.57"),
        (f"[0.6]({LINK}k19-t2b-hr-tot)", "prints 0.57"),
        (f"[58%]({LINK}k19-t2b-hr-tot)", "prints 0.57"),
        (f"[26.5]({LINK}k19-t2b-frs-med-50)", "prints −22.0 (−38 to 1) points"),
        (f"[−0.57]({LINK}k19-t2b-hr-tot)", "prints 0.57"),
        (f"[4 of 123]({LINK}k19-saf-trae-plc-n)", "prints 5/123"),
        (f"[0.57]({LINK}k19-t2b-hr-all)", "the page Evidence has no row k19-t2b-hr-all"),
    ],
)
def test_a_wrong_link_is_caught(tmp_path, text, said):
    (offence,) = _page(tmp_path, f"It was {text}.")
    assert said in offence


def test_link_and_rounding_rules_one_by_one():
    assert link_problem("k19-t2b-hr-tot", "the paper's ratio") is None
    assert same("0.09", False, "0.087", "") and not same("0.01", False, "0.012", "")
    assert same("0.43", False, "43", "%") and not same("0.57", True, "0.57", "ratio")
    assert same("1,147", False, "1147", "days") and not same("1148", False, "1147", "days")
    assert same("0.01", False, ".01", "")


# --- computed numbers


def test_a_right_marker_is_let_through(tmp_path):
    prose = (
        "It was 0.72<!--hr:.2f-->, in 48<!--100 * fw:.0f-->% or 48%<!--fw:.0%--> "
        "of 2,000<!--n:,--> and fell by −1.5<!--change:.1f-->."
    )
    path = _notebook(tmp_path, prose, "hr, fw, n, change = 0.7249, 0.4799, 2000, -1.5")
    assert check([path], tmp_path) == []


def test_a_stale_or_broken_marker_is_caught(tmp_path):
    prose = (
        "Stale 0.73<!--hr:.2f-->, unknown 0.5<!--nothing:.1f-->, formless 0.5<!--hr-->, "
        "lost <!--hr:.2f-->, unmarked 0.72."
    )
    path = _notebook(tmp_path, prose, "hr = 0.7249")
    said = [str(offence) for offence in check([path], tmp_path)]
    assert len(said) == 5
    assert 'chapters/04_x.ipynb cell 0 line 1: "0.73": stale: hr is now 0.72' in said[0]
    assert "cannot compute nothing in 04_x.ipynb: NameError" in said[1]
    assert "an expression and a format" in said[2]
    assert "no source" in said[3]
    assert "right behind a number" in said[4]


def test_a_page_and_an_exercise_read_the_notebook_that_computes(tmp_path):
    _notebook(tmp_path, "", "fw = 0.4799")
    _notebook(tmp_path, "", "spread = 0.25", folder="solutions")
    path = _notebook(tmp_path, "Spread 0.25<!--spread:.2f-->.", "answer = ...", folder="exercises")
    assert check([path], tmp_path) == []
    assert _page(tmp_path, "In 48%<!--04_x::fw:.0%--> of them.") == []
    (stale,) = _page(tmp_path, "In 47%<!--04_x::fw:.0%--> of them.")
    assert "fw is now 48%" in stale
    (homeless,) = _page(tmp_path, "In 47%<!--fw:.0%--> of them.")
    assert "name a notebook" in homeless


def test_a_notebook_that_fails_is_said_not_passed_over(tmp_path):
    path = _notebook(tmp_path, "It was 0.72<!--hr:.2f-->.", "raise RuntimeError('no data')")
    (offence,) = check([path], tmp_path)
    assert "RuntimeError: no data" in str(offence)


def test_labs_are_static_while_prose_is_checked(tmp_path):
    code = "import os\nstatic = float(os.environ['SECONDLOOK_STATIC'])"
    path = _notebook(tmp_path, "It was 1.0<!--static:.1f-->.", code)
    assert check([path], tmp_path) == []


def test_lines_are_counted_inside_callouts():
    found = blocks("One.\n\n:::{admonition} T\n:class: tip\n\nTwo 0.31.\n:::\n", parser())
    assert [b.line for b in found if re.search("0.31", b.text)] == [6]


def test_the_command_says_what_to_do_and_fails(tmp_path, capsys):
    path = tmp_path / "page.md"
    path.write_text("A number: 0.31.\n", encoding="utf-8")
    assert check_prose.main([str(path)]) == 1
    assert "1 numbers to mend" in capsys.readouterr().out
    path.write_text("No number.\n", encoding="utf-8")
    assert check_prose.main([str(path)]) == 0
