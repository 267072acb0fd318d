"""The page Evidence in a browser: whole without JavaScript, found by keyboard, told aloud."""

import re
from itertools import pairwise

import pytest

PAGE = "book/evidence.html"
STATUS = ".sl-filter [role=status]"


def test_without_javascript_every_value_is_there_and_no_dead_control(new_page):
    page = new_page(java_script_enabled=False)
    page.goto(PAGE)
    assert page.locator("table.sl-values tbody tr").count() == 485
    assert page.locator(".sl-filter").count() == 0
    row = page.locator("#k19-t2b-hr-tot")
    assert row.is_visible() and "0.57 (0.35 to 0.92)" in row.inner_text()


def test_the_filter_works_by_keyboard_and_says_what_is_left(page):
    page.goto(PAGE)
    assert page.locator(STATUS).inner_text() == "485 values"
    page.get_by_label("Find a value").focus()
    page.keyboard.type("hazard ratio early 25+50")
    page.wait_for_function(f"document.querySelector('{STATUS}').textContent.includes('match')")
    shown = page.locator("table.sl-values tbody tr:visible")
    assert page.locator(STATUS).inner_text() == f"{shown.count()} of 485 values match"
    assert 1 <= shown.count() <= 3 and page.locator("#k19-t2b-hr-tot").is_visible()
    assert not page.locator("h2", has_text="safety").is_visible()  # no heading over nothing
    page.keyboard.press("Control+A")
    page.keyboard.type("zzz")
    page.keyboard.press("Enter")
    assert page.locator(STATUS).inner_text().startswith("Nothing matches.")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    assert page.locator("table.sl-values tbody tr:visible").count() == 485


@pytest.mark.parametrize("typed", ["-24.0", "−24.0"])
def test_a_minus_is_found_however_it_is_typed(page, typed):
    page.goto(PAGE)
    page.get_by_label("Find a value").fill(typed)
    page.keyboard.press("Enter")
    assert page.locator("#k19-t2a-frs-med-plc").is_visible()


def test_a_link_leads_to_a_row_that_the_filter_hides(page):
    page.goto(PAGE)
    page.get_by_label("Find a value").fill("safety")
    page.keyboard.press("Enter")
    row = page.locator("#k19-t2b-hr-tot")
    assert not row.is_visible()
    page.evaluate("location.hash = '#k19-t2b-hr-tot'")
    row.wait_for(state="visible")
    assert row.evaluate("r => { const b = r.getBoundingClientRect(); return b.top >= 0; }")
    assert row.evaluate("r => r.getBoundingClientRect().bottom <= innerHeight")


@pytest.mark.parametrize("width", [390, 320])
def test_a_narrow_page_stacks_and_never_scrolls_sideways(new_page, width):
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(PAGE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    row = page.locator("#j-diff")
    boxes = [row.locator("td, th").nth(i).bounding_box() for i in range(4)]
    assert all(b["x"] >= 0 and b["x"] + b["width"] <= width for b in boxes)
    assert all(a["y"] + a["height"] <= b["y"] + 1 for a, b in pairwise(boxes))


def test_stacked_cells_are_still_a_table_to_a_screen_reader(new_page):
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto(PAGE)
    assert page.get_by_role("table").count() >= 10
    assert page.get_by_role("rowheader").count() == 485
    assert page.get_by_role("cell").count() == 3 * 485  # axe reads this page in test_look.py


def test_a_chapters_number_leads_to_its_row(page):
    page.goto("chapters/04_subgroup.html")
    link = page.locator("a.sl-evidence").first
    said = link.get_attribute("data-evidence")
    assert re.match(r"[−\d.>]", said) and said.endswith(".")
    assert link.get_attribute("aria-description") == said
    link.scroll_into_view_if_needed()
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/evidence.html#*")
    row = page.locator("tr:target")
    assert row.is_visible()
    assert said.split(":")[0].split(" ")[0] in row.inner_text()
