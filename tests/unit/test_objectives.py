"""Every objective of a chapter is served by a prediction, a lab, a question and an exercise."""

import copy
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEMS = sorted(path.stem for path in ROOT.glob("chapters/*.ipynb"))


def _extension():
    path = ROOT / "book" / "_ext" / "objectives.py"
    spec = importlib.util.spec_from_file_location("objectives_ext", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


objectives = _extension()


@pytest.mark.parametrize("stem", STEMS)
def test_the_coverage_of_a_chapter_is_complete(stem):
    rows = objectives.objectives(stem)
    assert 3 <= len(rows) <= 6
    assert objectives.problems(rows, objectives.read_notebook(stem)) == []


def test_every_chapter_has_a_page_for_instructors_with_its_coverage():
    for stem in STEMS:
        text = (ROOT / "book" / "teach" / f"{stem}.md").read_text(encoding="utf-8")
        assert f"```{{coverage-table}} {stem}" in text


@pytest.fixture
def book():
    return objectives.read_notebook("04_subgroup")


@pytest.fixture
def rows():
    return copy.deepcopy(objectives.objectives("04_subgroup"))


def test_the_table_holds_the_words_of_the_notebook(rows, book):
    html = objectives.table_html(rows, book)
    assert html.count("<tr ") == 1 + len(rows)
    assert "<li>Fishing rig</li>" in html
    assert "<li>Of 100 useless drugs, how many show at least one" in html
    assert "<ul></ul>" not in html


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"labs": []}, "objective 1 needs"),
        ({"objective": "juggle"}, "objective 1 is not worded like this in the chapter"),
        ({"labs": ["fishing-rod"]}, "labs: 'fishing-rod' is not in the notebook"),
        ({"questions": ["04.winner"]}, "questions: no objective uses '04.looks'"),
    ],
)
def test_what_is_missing_is_said(rows, book, change, problem):
    rows[0] |= change
    assert any(said.startswith(problem) for said in objectives.problems(rows, book))
