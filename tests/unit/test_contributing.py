"""The worked examples of CONTRIBUTING.md work."""

import json
import re
import sys
import textwrap
from pathlib import Path

import pytest
from _labs import settings_to_try

from secondlook._data import data_path
from secondlook.checks import check_table, evaluate
from secondlook.evidence import anchor, read_published
from secondlook.forensics import p_from_interval

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
sys.path.insert(0, str(ROOT / "tools"))

import make_exercises  # noqa: E402
import schemas  # noqa: E402


def example(name: str) -> str:
    """The code block after the marker of that name."""
    found = re.search(rf"<!-- example: {name} -->\n( *)```\w+\n(.*?)\n\1```", GUIDE, re.DOTALL)
    assert found, f"CONTRIBUTING.md has no example {name!r}"
    return textwrap.dedent(found[2])


@pytest.fixture
def lab(monkeypatch):
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")
    space = {}
    exec(example("lab"), space)
    return space["behind_the_interval"]()


def test_the_example_lab_shows_something_everywhere_and_says_what_print_implies(lab):
    from secondlook.evidence import published

    rows = {"everyone": "K19.T2A.hr.tot", "early": "K19.T2B.hr.tot", "early-25": "K19.T2B.hr.25"}
    for settings in settings_to_try(lab):
        lab.set(**settings)
        value = published(rows[lab.settings["row"]])
        p = p_from_interval(value.value, value.lower, value.upper)
        side = p.one_sided if lab.settings["sides"] == "one" else p.two_sided
        said = float(lab.sentence.rsplit(" ", 1)[1].rstrip("."))
        assert said == pytest.approx(side, abs=0.005)
        assert value.printed in lab.sentence
        assert "<svg" in lab.html() and lab.numbers[1]["Value"] in lab.sentence


def test_the_example_lab_has_the_shape_that_every_lab_has(lab):
    assert 2 <= len(lab.presets) <= 4
    assert lab.press("One-sided, as the plan").settings["sides"] == "one"


def test_the_example_value_fits_the_schema_and_its_row(tmp_path):
    line = example("value")
    path = tmp_path / "published_values.csv"
    old = data_path("published", "published_values.csv").read_text(encoding="utf-8")
    assert line.split(",")[0] not in old, "choose an example that is not in the file"
    path.write_text(old + line + "\n", encoding="utf-8")
    schema = schemas.FILES["published", "published_values.csv"]
    schemas.check(schemas.read(path, schema), schema, path.name)
    value = read_published(path)["K19.des.severity"]
    assert (value.printed, value.lower, value.upper) == ("1–5", 1, 5)
    assert f"evidence.md#{anchor(value.id)})" in GUIDE


def test_the_example_check_knows_its_solution_and_its_wrong_turns():
    (task,) = json.loads(example("check")).values()
    assert set(task) == {key for key in check_table("04.interaction_p") if key != "messages"}
    table = task | {"messages": check_table("04.interaction_p")["messages"]}
    space = {}
    exec("from secondlook.evidence import published", space)
    exec("from secondlook.forensics import p_from_interval", space)
    exec(example("solution"), space)
    assert evaluate(table, space["early_p"]).correct
    for turn in task["wrong_turns"]:
        middle = sum(turn["interval"]) / 2
        assert evaluate(table, middle).message == turn["message"]
    assert evaluate(table, space["early_p"] / 2).message == task["wrong_turns"][0]["message"]
    assert evaluate(table, 1 - space["early_p"] / 2).message == task["wrong_turns"][1]["message"]


def test_the_example_solution_becomes_a_stub():
    stub = make_exercises.stub(example("solution"), "CONTRIBUTING.md")
    assert "early_p = ...  # your answer" in stub
    assert "p_from_interval(" not in stub


def test_the_five_callouts_are_those_of_the_style_sheet():
    style = (ROOT / "book/_static/book.css").read_text(encoding="utf-8")
    named = set(re.findall(r":class: (sl-\w+)", GUIDE))
    assert named == {"sl-predict", "sl-published", "sl-careful", "sl-words", "sl-deeper"}
    assert all(f"div.{name}" in style for name in named)


def test_every_file_that_is_named_exists():
    later = {"src/secondlook/labs/forensic.py"}  # the example's own
    names = set(re.findall(r"`((?:data|src|tests|tools|book|solutions)/[\w./]+\.\w+)`", GUIDE))
    missing = [name for name in names - later if not (ROOT / name).exists()]
    assert len(names) > 8 and missing == []
