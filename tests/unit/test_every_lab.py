"""Every lab of the course, whatever it is about: no setting is blank, and the words fit."""

import hashlib
import os
import re
import subprocess
import sys

import pytest
from _labs import FOLDER, MAKERS, numbers_in, settings_to_try
from test_figures import assert_words_fit, svgs


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


@pytest.mark.parametrize("name", MAKERS)
def test_no_setting_is_blank_or_fails(name):
    start = MAKERS[name]()
    for settings in settings_to_try(start):
        lab = MAKERS[name]().set(**settings)
        assert lab.sentence.endswith(".") and "nan" not in lab.sentence, settings
        assert not re.search(r"\bnan\b|\binf\b", lab.html()), settings
        assert_words_fit(lab.picture)
        for svg in svgs(lab.picture):
            assert len(list(svg.iter("{http://www.w3.org/2000/svg}path"))) >= 4, settings
        rows = lab.numbers
        assert rows and all(list(row) == list(rows[0]) for row in rows), settings
        assert 40 < len(lab.picture.alt) < 600, settings


@pytest.mark.parametrize("name", MAKERS)
def test_a_lab_is_called_as_it_is_made(name):
    assert MAKERS[name]().name == name


@pytest.mark.parametrize("name", MAKERS)
def test_static_lab_is_what_the_page_expects(name):
    bundle = MAKERS[name]()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    html = bundle["text/html"]
    assert html.startswith(f'<section class="sl-lab" data-lab="{name}"><figure class="sl-figure">')
    assert '<p class="sl-reading"><strong>' in html
    assert '<p class="sl-quiet">Make this page live to move this.</p>' in html
    assert '<details class="sl-numbers"><summary>Numbers</summary><table class="sl-table">' in html
    assert html.endswith("</section>")
    assert bundle["text/plain"] == MAKERS[name]().sentence


def test_static_labs_are_the_same_bytes_in_another_process():
    code = (
        "import hashlib; from _labs import MAKERS\n"
        "for make in MAKERS.values():\n"
        "    print(hashlib.sha256(make().html().encode()).hexdigest())"
    )
    here = os.path.dirname(__file__)
    environment = {
        **os.environ, "PYTHONHASHSEED": "77", "SECONDLOOK_STATIC": "1", "PYTHONPATH": here
    }  # fmt: skip
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    ).stdout.split()
    assert said == [hashlib.sha256(make().html().encode()).hexdigest() for make in MAKERS.values()]


@pytest.mark.parametrize("name", MAKERS)
def test_three_to_five_main_controls_or_fewer_and_two_to_four_buttons(name):
    lab = MAKERS[name]()
    main = [control for control in lab.controls if not control.more]
    assert 2 <= len(main) <= 5
    assert 2 <= len(lab.presets) <= 4


@pytest.mark.parametrize("name", MAKERS)
def test_buttons_lead_to_settings_the_controls_accept(name):
    lab = MAKERS[name]()
    for label in lab.presets:
        before = lab.sentence
        lab.press(label)
        for control in lab.controls:
            assert control.check(lab.settings[control.name]) == lab.settings[control.name]
        assert lab.sentence and before


@pytest.mark.parametrize("name", MAKERS)
def test_numbers_table_and_picture_agree_with_the_sentence(name):
    """The first number of the sentence's result stands in the table or the title too."""
    lab = MAKERS[name]()
    table = " ".join(text for row in lab.numbers for text in row.values())
    title = lab.picture.title
    shared = set(numbers_in(lab.sentence)) & set(numbers_in(table + " " + title))
    assert len(shared) >= 2


def test_labs_do_no_statistics_and_no_drawing():
    for path in FOLDER.glob("*.py"):
        source = path.read_text()
        for forbidden in ("matplotlib", "scipy", "lifelines", "NormalDist", ".panel("):
            assert forbidden not in source, f"{path.name} uses {forbidden}"
