"""The committed picture of the first page is what its tool draws today."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import make_pictures  # noqa: E402


def test_the_committed_picture_is_what_the_tool_draws():
    assert make_pictures.main(["--check"]) == 0


def test_a_picture_that_differs_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_pictures, "FOLDER", tmp_path)
    (tmp_path / "forest.html").write_text("another picture", encoding="utf-8")
    assert make_pictures.main(["--check"]) == 1
    assert "book/pictures/forest.html is not what" in capsys.readouterr().err
    assert not (tmp_path / "forest.svg").exists()


@pytest.fixture(scope="module")
def picture():
    return make_pictures.first_page()


def test_its_words_carry_the_numbers_that_matter(picture):
    value = picture.title.rsplit(" ", 1)[1]
    assert 0.3 < float(value) < 0.8, "the one lucky subgroup"
    assert f"{value} (" in picture.alt
    assert "20 subgroups" in picture.alt


def test_it_shows_nothing_in_everyone_and_something_in_one_subgroup(picture):
    everyone, one = re.findall(r"\((\d\.\d\d)–(\d\.\d\d)\)", picture.alt)
    assert float(everyone[0]) < 1 < float(everyone[1])
    assert float(one[1]) < 1.05, "a one-sided p below 2.5% leaves about nothing above 1"
