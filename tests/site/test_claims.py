"""The pages Claims and Anomalies in a browser: whole without scripts, filtered by keyboard."""

from itertools import pairwise

import pytest

from secondlook.evidence import anchor, claims
from secondlook.retelling import desk, kinds

CLAIMS, ANOMALIES = "book/claims.html", "book/anomalies.html"
STATUS = ".sl-filter [role=status]"
ROWS = "table.sl-claims tbody tr"


def test_without_javascript_everything_is_there_and_no_dead_control(new_page):
    page = new_page(java_script_enabled=False)
    page.goto(CLAIMS)
    assert page.locator(f"{ROWS}:visible").count() == 141
    assert page.locator(".sl-filter").count() == 0
    page.goto(ANOMALIES)
    assert page.locator(".sl-puzzle:visible").count() == 49
    fold = page.locator("#an-06 details")
    sums = fold.locator("pre").last
    assert not sums.is_visible()
    fold.locator("summary").click()  # a fold is the browser's own
    assert "one-sided p 0.04844" in sums.inner_text()


@pytest.mark.parametrize(
    ("name", "choice", "count"),
    [
        ("Verdict", "contradicted", None),
        ("Source", "Kaji 2019", 20),
        ("Kind of error", "none", None),
        ("Kind of error", "How sure", None),
    ],
)
def test_each_list_filters_and_says_how_many_are_left(page, name, choice, count):
    page.goto(CLAIMS)
    assert page.locator(STATUS).inner_text() == "141 claims"
    box = page.get_by_role("combobox", name=name)
    offered = next(
        o for o in box.locator("option").all_inner_texts() if o.startswith(f"{choice} (")
    )
    box.select_option(choice)
    shown = page.locator(f"{ROWS}:visible").count()
    assert offered == f"{choice} ({shown})" and 0 < shown < 141
    assert shown == (count or shown)
    assert page.locator(STATUS).inner_text() == f"{shown} of 141 claims match"
    box.select_option("")
    assert page.locator(f"{ROWS}:visible").count() == 141


def test_lists_and_words_work_together_by_keyboard(page):
    page.goto(CLAIMS)
    page.get_by_label("Find a claim").focus()
    page.keyboard.type("homocysteine")
    page.keyboard.press("Enter")
    words = page.locator(f"{ROWS}:visible").count()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Verdict"
    page.keyboard.type("misl")
    page.wait_for_function(f"document.querySelector('{STATUS}').textContent.includes('match')")
    both = page.locator(f"{ROWS}:visible")
    assert 0 < both.count() < words
    assert all("misleading" in text for text in both.all_inner_texts())
    assert not page.locator("h2", has_text="Two early abstracts").is_visible()


def test_one_button_clears_words_and_lists_and_is_there_only_then(page):
    page.goto(CLAIMS)
    clear = page.get_by_role("button", name="Clear", exact=True)
    assert not clear.is_visible()
    find = page.get_by_label("Find a claim")
    find.fill("homocysteine")
    page.get_by_role("combobox", name="Verdict").select_option("supported")
    clear.wait_for()
    assert page.locator(f"{ROWS}:visible").count() < 20
    clear.focus()
    page.keyboard.press("Enter")
    assert page.locator(f"{ROWS}:visible").count() == 141
    assert find.input_value() == "" and not clear.is_visible()
    assert page.evaluate("document.activeElement.id") == "sl-find", "the focus is not lost"
    assert page.locator(STATUS).inner_text() == "141 claims"


def test_the_kinds_of_error_are_those_of_the_desk(page):
    page.goto(CLAIMS)
    box = page.get_by_role("combobox", name="Kind of error")
    offered = box.locator("option").evaluate_all("o => o.map((x) => x.value)")
    assert sorted(offered) == sorted(["", "none", *(
        kind.name for key, kind in kinds().items() if key != "none"
    )])  # fmt: skip
    box.select_option("What is left out")
    shown = page.locator(f"{ROWS}:visible")
    assert shown.count() > 5
    assert all("What is left out: " in text for text in shown.all_inner_texts())


def test_puzzles_are_found_by_words_and_by_what_their_sums_say(new_page):
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto(ANOMALIES)
    shown = page.locator(".sl-puzzle:visible")
    assert page.locator(STATUS).inner_text() == "49 puzzles" and shown.count() == 49
    box = page.get_by_role("combobox", name="What the sums say")
    total = 0
    for word in ("inconsistent", "consistent", "cannot tell", "not a sum"):
        box.select_option(word)
        assert page.locator(STATUS).inner_text() == f"{shown.count()} of 49 puzzles match"
        assert all(word in text for text in shown.locator("h3").all_inner_texts())
        total += shown.count()
    assert total == 49
    assert not page.locator("h2", has_text="Sums that can be done").is_visible()
    page.get_by_label("Find a puzzle").fill("registration")
    page.keyboard.press("Enter")
    assert [a.get_attribute("id") for a in shown.all()] == ["an-40", "an-45"]
    page.evaluate("location.hash = '#an-06'")
    page.locator("#an-06").wait_for()
    assert shown.count() == 49
    page.get_by_label("Find a puzzle").fill("mislabel")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Clear", exact=True).click()
    assert shown.count() == 49


def test_the_bench_is_offered_for_puzzles_alone(page):
    page.goto(CLAIMS)
    assert page.locator("a[href*='forensic-bench?']").count() == 0
    page.goto(ANOMALIES)
    links = page.get_by_role("link", name="Try it on the bench")
    assert links.count() == page.locator(".sl-sums").count() == 36


def test_a_claim_of_the_desk_is_told_in_plain_words_first(page):
    on_desk = [told.id for told in desk()]
    other = next(c.id for c in claims() if c.id not in on_desk)
    page.goto(f"{CLAIMS}#{anchor(on_desk[0])}")
    cell = page.locator(f"#{anchor(on_desk[0])} td").nth(1)
    told = cell.locator(".sl-told").bounding_box()
    checked = cell.get_by_text("Checked by:").bounding_box()
    assert told["y"] + told["height"] <= checked["y"]
    assert "Could stand so: " in cell.inner_text()
    assert page.locator(f"#{anchor(other)} .sl-told").count() == 0
    assert page.locator(".sl-told").count() == len(on_desk)


def test_a_link_leads_to_a_claim_that_the_filter_hides(page):
    page.goto(CLAIMS)
    page.get_by_role("combobox", name="Verdict").select_option("supported")
    row = page.locator("#c-k04")
    assert not row.is_visible()
    page.evaluate("location.hash = '#c-k04'")
    row.wait_for(state="visible")
    top = row.evaluate("r => r.getBoundingClientRect().top")
    form = page.locator(".sl-filter").evaluate("f => f.getBoundingClientRect().bottom")
    assert form <= top < 900


def test_a_claim_leads_to_its_evidence_and_to_its_puzzle(page):
    page.goto(f"{CLAIMS}#c-k04")
    link = page.locator("#c-k04 a.sl-evidence").first
    assert link.get_attribute("aria-description").startswith("0.64 (0.38 to 1.09)")
    link.click()
    page.wait_for_url("**/book/evidence.html#k19-t2b-hr-25")
    page.goto(f"{CLAIMS}#c-k04")
    page.locator("#c-k04").get_by_role("link", name="AN.06").click()
    page.wait_for_url("**/book/anomalies.html#an-06")
    assert page.locator("#an-06").evaluate("a => a.getBoundingClientRect().top") >= 48


@pytest.mark.parametrize("width", [390, 320])
def test_narrow_pages_stack_and_never_scroll_sideways(new_page, width):
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(CLAIMS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    row = page.locator("#c-k10")
    boxes = [row.locator("td, th").nth(i).bounding_box() for i in range(4)]
    assert all(b["x"] >= 0 and b["x"] + b["width"] <= width for b in boxes)
    assert all(a["y"] + a["height"] <= b["y"] + 1 for a, b in pairwise(boxes))
    page.goto(ANOMALIES)
    page.evaluate("document.querySelectorAll('.sl-sums').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = "e => [...e].filter((x) => x.scrollWidth > x.clientWidth + 1).map((x) => x.innerText)"
    assert page.locator(".sl-puzzle pre").evaluate_all(wide) == []


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_also_where_all_is_unfolded(new_page, axe, mode, width):
    page = new_page(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page.add_init_script(f"localStorage.mode = '{mode}'; localStorage.theme = '{mode}'")
    for name, roles in ((CLAIMS, 141), (ANOMALIES, 0)):
        page.goto(name)
        assert page.get_by_role("rowheader").count() == roles
        page.evaluate("document.querySelectorAll('.sl-sums').forEach((d) => { d.open = true; })")
        assert axe(page) == [], name
