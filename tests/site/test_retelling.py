"""Chapter 6 in the page: the desk beside Python; a bench that takes anything and runs nothing."""

import json

import pytest
from test_live import make_live, open_page, status
from test_work import judge, shown

from secondlook.retelling import desk
from secondlook.retelling.spin import spin

PAGE = "chapters/06_secondary_sources.html"
BENCH = "[data-lab=forensic-bench]"
HOSTILE = (
    "<img src=x onerror=window.ran=1>HR 0.5 (0.3 to 0.8)",
    "</p><script>window.ran = 1</script>",
    '"><svg onload=window.ran=1>',
    "1e308 (1e308 to 1e308)",
    "HR 0.64 (1.09 to 0.38), p = 0.01",
    "−2,66 (−3,9 bis −1,5)",
    "nan (inf to -inf)",
    "٣٫٥ (١ to ٢)",
    "p" * 5000,
)


@pytest.fixture(scope="module")
def live(browser, site_url):
    """Chapter 6 opened by a link to a puzzle, a claim judged, words begun, then made live."""
    context = browser.new_context(
        base_url=site_url + "/", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.thrown = []
    page.on("pageerror", lambda error: page.thrown.append(str(error)))
    open_page(page, f"{PAGE}#forensic-bench?from=AN.06")
    page.evaluate("document.querySelectorAll('sl-reveal .sl-button').forEach((b) => b.click())")
    page.claim = shown(page)
    judge(page, "holds")
    page.get_by_label("In your words").fill("They lost two points less.")
    assert make_live(page) == "ready", status(page)
    yield page
    context.close()


def paste(page, text):
    """Put a line on the bench and wait for what is said of it."""
    field = page.locator(f"{BENCH} input[type=text]")
    field.fill(text)
    field.press("Enter")
    page.wait_for_timeout(400)
    return page.locator(f"{BENCH} .sl-reading").inner_text()


def test_a_link_to_a_puzzle_opens_it_on_the_bench(live):
    assert live.locator(f"{BENCH} .sl-reading").inner_text().startswith("AN.06 has ")


def test_going_live_leaves_the_verdict_and_the_words_where_they_were(live):
    assert shown(live) == live.claim
    assert live.locator("sl-desk").count() == 1
    assert live.locator(".sl-judged").is_visible()
    assert live.get_by_label("In your words").input_value() == "They lost two points less."


def test_a_pasted_line_is_read_and_the_picture_follows(live):
    before = live.locator(f"{BENCH} .sl-figure").inner_html()
    said = paste(live, "58 + 51 = 119")
    assert "119" in said and "cannot all be as printed" in said
    chosen = live.locator(f"{BENCH} select").first.locator("option:checked")
    assert chosen.inner_text().replace("\xa0", " ") == "what I paste"
    assert live.locator(f"{BENCH} .sl-figure").inner_html() != before
    again = paste(live, "HR 0·57 (95% CI 0·35–0·92), p=0·01")
    assert "0.57" in again and "one-sided" in again


def test_the_field_has_its_name_and_the_keyboard_reaches_it(live):
    assert live.locator(BENCH).get_by_label("Paste figures").is_visible()
    live.locator(f"{BENCH} select").first.focus()
    live.keyboard.press("Tab")
    assert live.evaluate("document.activeElement.type") == "text"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_hostile_text_runs_nothing_and_is_not_judged_with_certainty(live, text):
    said = paste(live, text)
    assert said.strip().endswith(".") and "certain" not in said and "nan" not in said.split()
    assert live.evaluate("window.ran") is None
    assert (
        live.locator(f"{BENCH} img, {BENCH} script, {BENCH} [onerror], {BENCH} [onload]").count()
        == 0
    )
    link = live.locator(f"{BENCH} .sl-links a").first.get_attribute("href")
    assert link.startswith("#forensic-bench?") and "<" not in link
    assert live.thrown == []


def test_a_link_to_the_bench_leads_there_though_nothing_was_predicted(page):
    page.goto(PAGE + "#forensic-bench?from=AN.06")
    page.wait_for_load_state("load")
    bench = page.locator(BENCH)
    bench.wait_for(state="visible")
    assert bench.evaluate("e => Math.abs(e.getBoundingClientRect().top)") < 900
    assert page.evaluate("localStorage.getItem('secondlook')") is None  # no result counts as seen
    # what another prediction gates stays shut
    assert not page.locator("[data-lab=spin-dial]").is_visible()


def test_a_hostile_link_is_followed_as_text(new_page):
    page = new_page()
    page.goto(
        PAGE + "#forensic-bench?from=own&figures=%3Cimg%20src%3Dx%20onerror%3Dwindow.ran%3D1%3E"
    )
    page.wait_for_selector(".live-bar")
    assert page.evaluate("window.ran") is None
    assert page.locator(f"{BENCH} img").count() == 0


def test_the_tellings_are_sorted_without_python_and_meet_ours(page):
    page.goto(PAGE)
    right = [telling.key for telling in spin("jetals").by_place]
    box = page.locator('sl-order[data-id="06.spin"]')
    page.locator('sl-reveal[data-id="06.spin_share"] .sl-button').click()
    for place, key in enumerate(right):
        while (
            page.evaluate(
                "([key]) => [...document.querySelectorAll('.sl-ranked li')]"
                ".findIndex((item) => item.dataset.key === key)",
                [key],
            )
            > place
        ):
            box.locator(f'li[data-key="{key}"] button', has_text="Up").click()
    box.get_by_role("button", name="Commit this order").click()
    assert "You have 10 of 10 pairs in the order that we give." in page.inner_text("sl-ordered")


def test_the_page_holds_every_claim_of_the_desk(site):
    text = (site / PAGE).read_text(encoding="utf-8")
    assert all(f'data-id="{claim.key}"' in text for claim in desk())


def test_what_was_said_is_on_the_page_of_ones_own(live):
    page = live.context.new_page()
    page.goto("book/my-second-look.html")
    claim = {each.key: each for each in desk()}[live.claim]
    assert claim.says in page.inner_text("sl-second-look")
    data = json.loads(page.evaluate("localStorage.getItem('secondlook')"))
    assert data["predictions"][live.claim]["value"] == "holds"
    page.close()
