"""The claim desk, sorting, own words, the profile, the test again and the page of one's own."""

import json
import re
from pathlib import Path

import pytest
from test_learner import KEY, cell, document, focused, profile, served, stored

from secondlook import learner
from secondlook.appraisal import profile as read_profile
from secondlook.pretest import pretest
from secondlook.retelling import GROUPS, desk

__all__ = ["profile"]  # a fixture
ITEMS = {"a": "bare", "b": "with a headline", "c": "with everything"}
RUBRIC = {"who": "It says who.", "size": "It says how much."}
NOW = 1_780_000_000_000


def pages():
    html = {
        "desk.html": learner.claim_desk_element(),
        "write.html": learner.write_element(
            "06.two", "Two sentences?", RUBRIC, ["Ours."], "06.guess"
        ),
        "profile.html": learner.profile_element(),
        "reopened.html": learner.reopened_element(),
        "calibration.html": learner.calibration_element("07.sure"),
        "beliefs.html": learner.beliefs_element(),
        "second.html": learner.second_look_element(),
        "mine.html": learner.my_predictions_element(),
    }
    made = {name: document(cell(element.html)) for name, element in html.items()}
    order = (
        learner.order_element("06.spin", "Which bears most?", ITEMS),
        learner.ordered_element("06.spin", "cab", {"c": "It has all.", "a": "Bare.", "b": "Big."}),
    )
    gate = '<sl-reveal data-id="06.spin"></sl-reveal>'
    result = cell(gate, '<p id="result">The result.</p>')
    return made | {
        "order.html": document(cell(order[0].html), result, cell(order[1].html)),
        "all.html": document(*(cell(element.html) for element in (*html.values(), *order))),
    }


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """The address of the harness."""
    with served(pages(), tmp_path_factory.mktemp("work")) as address:
        yield address


@pytest.fixture
def at(profile):
    """A function that opens a page of the harness in the one profile of the test."""

    def go(name, data=None):
        page = profile.new_page()
        page.goto(name)
        if data is not None:
            page.evaluate("([k, v]) => localStorage.setItem(k, v)", [KEY, json.dumps(data)])
            page.reload()
        return page

    return go


def kept(predictions=None, work=None):
    return {"v": 2, "predictions": predictions or {}, "answers": {}, "work": work or {}}


# --- the claim desk -------------------------------------------------------------------------------


def judge(page, verdict, kind=None, sure="70"):
    box = page.locator("sl-desk")
    box.locator(f"input[value={verdict}]").check()
    if kind:
        box.get_by_label("What kind of slip?").select_option(kind)
    box.get_by_label("How sure are you").select_option(sure)
    box.get_by_role("button", name="Commit verdict").click()


def shown(page):
    """The id of the one card in view."""
    ids = page.evaluate(
        "[...document.querySelectorAll('.sl-card')].filter((c) => c.checkVisibility())"
        ".map((c) => c.dataset.id)"
    )
    assert len(ids) == 1
    return ids[0]


def test_a_claim_is_judged_before_the_evidence_opens_and_survives_a_reload(at):
    page = at("desk.html")
    claim = {each.key: each for each in desk()}[shown(page)]
    told = page.locator(f'.sl-card[data-id="{claim.key}"] .sl-told')
    assert not told.is_visible()
    assert claim.says in page.locator("sl-desk").inner_text()
    judge(page, "holds")
    assert told.is_visible() and told.inner_text().strip()
    assert "sl-judged" in focused(page)
    record = stored(page)["predictions"][claim.key]
    assert (record["value"], record["truth"], record["confidence"]) == ("holds", claim.group, 70)
    assert record["truthLabel"] == GROUPS[claim.group]
    same = "We judge it so too." if claim.group == "holds" else f"We judge: {GROUPS[claim.group]}."
    assert same in page.locator(".sl-judged").inner_text()
    page.get_by_role("button", name="Next one to judge").click()
    second = shown(page)
    assert second != claim.key and "sl-question" in focused(page)
    page.reload()
    assert shown(page) == second  # the order is kept
    page.get_by_role("button", name="Claim before").click()
    assert shown(page) == claim.key and told.is_visible()


def test_the_desk_asks_for_what_is_missing_and_names_a_contradiction(at):
    page = at("desk.html")
    box, message = page.locator("sl-desk"), page.locator("sl-desk .sl-message")
    button = box.get_by_role("button", name="Commit verdict")
    button.click()
    assert message.inner_text() == "Choose a verdict first."
    box.locator("input[value=wrong]").check()
    button.click()
    assert "what kind of thing" in message.inner_text()
    box.get_by_label("What kind of slip?").select_option(index=2)
    button.click()
    assert message.inner_text() == "Say how sure you are."
    box.get_by_label("How sure are you").select_option("90")
    box.locator("input[value=holds]").check()
    button.click()
    assert "change one of the two" in message.inner_text()
    assert stored(page) is None


def test_ten_verdicts_give_a_calibration_and_every_claim_can_be_reached(at):
    page = at("desk.html")
    claims = {each.key: each for each in desk()}
    right = 0
    for number in range(10):
        assert ("After ten" in page.locator("sl-desk .sl-list").inner_text()) == (0 < number < 10)
        claim = claims[shown(page)]
        judge(page, claim.group, None if claim.group == "holds" else claim.kind, "80")
        right += 1
        if number < 9:
            page.get_by_role("button", name="Next one to judge").click()
    tally = page.locator("sl-desk .sl-list").inner_text()
    assert f"Of 10 claims you judged {right} as we do (100%), and were 80% sure" in tally
    assert "Brier score 0.040 over 10 predictions" in tally
    seen = {shown(page)}
    for _ in range(len(claims) - 1):
        page.get_by_role("button", name="Next claim").click()
        seen.add(shown(page))
    assert seen == set(claims)


def test_two_readers_have_two_orders(browser, url):
    firsts = []
    for _ in range(3):
        context = browser.new_context(base_url=url)
        page = context.new_page()
        page.goto("desk.html")
        order = []
        for _ in range(6):
            order.append(shown(page))
            page.get_by_role("button", name="Next claim").click()
        firsts.append(tuple(order))
        context.close()
    assert len(set(firsts)) == 3  # one chance in 10**11 that two are alike


def test_without_scripts_every_claim_stands_there_with_its_evidence(browser, url):
    context = browser.new_context(base_url=url, java_script_enabled=False)
    page = context.new_page()
    page.goto("desk.html")
    assert page.locator(".sl-card").count() == len(desk())
    first = page.locator(".sl-card").first
    assert first.is_visible() and first.locator("summary").is_visible()
    context.close()


# --- sorting --------------------------------------------------------------------------------------


def test_an_order_is_made_with_buttons_locks_and_meets_ours(at):
    page = at("order.html")
    assert not page.locator("#result").is_visible() and not page.locator("sl-ordered").is_visible()
    first = page.get_by_role("button", name="Up: C: with everything")
    first.click()
    assert page.locator("sl-order .sl-message").inner_text() == "C is now in place 2 of 3."
    page.keyboard.press("Enter")  # the focus stayed on the same button
    assert page.locator("sl-order .sl-message").inner_text() == "C is now in place 1 of 3."
    assert page.evaluate("document.activeElement.textContent") == "Down"
    page.get_by_role("button", name="Commit this order").click()
    assert page.locator("#result").is_visible()
    assert "You have 3 of 3 pairs" in page.locator("sl-ordered").inner_text()
    record = stored(page)["predictions"]["06.spin"]
    assert (record["kind"], record["value"], record["truth"]) == ("order", "c,a,b", "c,a,b")
    page.reload()
    said = page.locator("sl-order .sl-said").inner_text()
    assert re.search(r"C with everything\s+A bare\s+B with a headline", said)
    assert not page.locator("sl-order form").is_visible()


def test_a_hostile_order_from_a_file_is_shown_as_text(at):
    evil = "<img src=x onerror=alert(1)>"
    record = {"kind": "order", "value": f"a,{evil},b", "label": evil, "t": NOW}
    page = at("order.html", kept({"06.spin": record}))
    assert evil in page.locator("sl-order .sl-said").inner_text()
    assert page.locator("img").count() == 0
    assert "pairs" not in page.locator("sl-ordered").inner_text()


# --- own words ------------------------------------------------------------------------------------


def test_words_are_kept_then_the_rubric_and_ours_open(at):
    guess = {"kind": "number", "value": 2, "confidence": 60, "unit": "of two", "t": NOW}
    page = at("write.html", kept({"06.guess": guess}))
    after = page.locator(".sl-after")
    assert not after.is_visible()
    page.get_by_role("button", name="Keep my words").click()
    assert page.locator("sl-write .sl-message").inner_text() == "Write a few words first."
    page.get_by_label("In your words").fill("They lost two points less.")
    page.get_by_label("In your words").blur()
    page.reload()
    assert page.get_by_label("In your words").input_value() == "They lost two points less."
    page.get_by_role("button", name="Keep my words").click()
    assert after.is_visible() and not after.get_by_text("Ours.", exact=True).is_visible()
    after.locator("summary").click()
    assert after.get_by_text("Ours.", exact=True).is_visible()
    assert "You wrote: They lost two points less." in page.locator("sl-write").inner_text()
    page.get_by_label("It says how much.").check()
    counted = "You tick 1 of 2. Before you wrote, you expected 2 of two."
    assert page.locator(".sl-count-ticks").inner_text() == counted
    page.get_by_label("Write it again").fill("In sixteen weeks.")
    page.get_by_label("Write it again").blur()
    page.reload()
    assert page.get_by_label("It says how much.").is_checked()
    assert not page.get_by_label("It says who.").is_checked()
    assert page.get_by_label("Write it again").input_value() == "In sixteen weeks."


# --- the profile ----------------------------------------------------------------------------------


def test_ours_opens_once_every_field_is_chosen_and_what_differs_is_said(at):
    form = read_profile()
    study = form.studies[-1]
    page = at("profile.html")
    box = page.locator(f'.sl-study[data-key="{study.key}"]')
    box.locator("summary").click()
    ours = box.locator(".sl-ours")
    assert not ours.is_visible()
    box.get_by_role("button", name="Compare with ours").click()
    assert "Choose in every field first" in box.inner_text()
    for key, field in form.fields.items():
        answer = study.ours[key]
        if key == "certainty":
            answer = next(other for other in field.options if other != answer)
            differs = field.options[answer]
        box.get_by_label(field.label, exact=True).select_option(answer)
    page.reload()
    box.locator("summary").click()
    box.get_by_role("button", name="Compare with ours").click()
    assert ours.is_visible()
    assert f"yours: {differs}" in ours.inner_text()
    assert ours.inner_text().count("= yours") == len(form.fields) - 1
    assert "1 piece of evidence compared: 4 of 5 fields as ours." in page.inner_text("sl-profile")
    record = stored(page)["work"][f"07.profile.{study.key}.certainty"]
    assert record["label"] == differs and record["question"].startswith(study.name)
    assert box.get_by_label(form.fields["certainty"].label, exact=True).is_disabled()
    assert "✓ compared" in box.locator("summary").inner_text()


# --- the sealed test again ------------------------------------------------------------------------


def answers(prefix, right, sure=80):
    made = {}
    for number, item in enumerate(pretest()):
        wrong = next(key for key in item.options if key != item.right)
        value = item.right if number < right else wrong
        made[item.id.replace("pre.", prefix)] = {
            "kind": "choice",
            "value": value,
            "label": item.options[value],
            "confidence": sure,
            "question": item.question,
            "t": NOW + number,
        }
    return made


def test_the_test_opens_when_all_is_answered_and_sets_both_times_side_by_side(at):
    post = answers("post.", 9)
    last = post.popitem()
    page = at("reopened.html", kept(answers("pre.", 4) | post))
    opened = page.locator(".sl-opened")
    assert not opened.is_visible() and "1 of 12 are still to come" in page.inner_text("sl-reopened")
    page = at("reopened.html", kept(answers("pre.", 4) | post | dict([last])))
    assert page.locator(".sl-opened").is_visible()
    said = page.inner_text("sl-reopened")
    assert "At the start: 4 of 12 right (33%), 80% sure on average." in said
    assert "Now: 9 of 12 right (75%), 80% sure on average." in said
    item = pretest()[0]
    row = page.locator(f'tr[data-word="{item.id.removeprefix("pre.")}"]')
    assert row.locator('[data-when="now"]').inner_text().startswith("✓")
    assert item.why in row.inner_text()
    assert stored(page)["predictions"][item.id]["truth"] == item.right


def test_whoever_skipped_the_first_test_is_told_so(at):
    page = at("reopened.html", kept(answers("post.", 12)))
    assert "At the start: not taken." in page.inner_text("sl-reopened")


# --- looking back ---------------------------------------------------------------------------------

ALL = kept(
    {
        **answers("pre.", 4),
        **answers("post.", 9),
        **{
            id: {"kind": "probability", "value": value, "unit": "%", "t": NOW}
            for id, value in {
                **{"00.drug": 50, "03.drug": 20, "06.drug_again": 15, "07.drug": 45},
                **{"04.belief": 70},
            }.items()
        },
        "04.fishing": {
            **{"kind": "number", "value": 30, "confidence": 90, "within": 10, "unit": "%"},
            **{"t": NOW, "truth": 48, "question": "How many of 100?"},
        },
        "06.c.a01": {
            **{"kind": "choice", "value": "holds", "label": "holds up", "confidence": 60},
            **{"truth": "wrong", "truthLabel": "the evidence says otherwise", "t": NOW},
            **{"question": "360 patients", "also": "nothing", "alsoTruth": "a number"},
        },
        "06.two": {"kind": "text", "value": "<b>My</b> words", "t": NOW, "question": "Two?"},
        "07.sure": {
            **{"kind": "choice", "value": "surer", "label": "surer than right"},
            **{"confidence": 70, "t": NOW},
        },
    },
    {"07.profile.jetals.bias": {"value": "some", "label": "to some extent", "t": NOW}},
)


def test_calibration_counts_every_prediction_with_an_outcome(at):
    settled = json.loads(json.dumps(ALL))
    for id, record in settled["predictions"].items():
        if id.startswith(("pre.", "post.")):
            item = next(i for i in pretest() if i.id[4:] == id.split(".", 1)[1])
            record["truth"] = item.right
    page = at("calibration.html", settled)
    said = page.inner_text("sl-calibration")
    # 24 of the test (13 right), one number wrong at 90%, one claim wrong at 60%
    assert "Over 26 predictions you were 80% sure on average and right in 50%" in said
    assert "surer than right, by 30 points" in said
    brier = (13 * 0.2**2 + 11 * 0.8**2 + 0.9**2 + 0.6**2) / 26
    assert f"Brier score {brier:.3f} over 26 predictions" in said
    assert "Beforehand you said: surer than right, 70% sure." in said
    assert "04 Subgroup\t1\t0%\t90%\t0.810" in said and "The claim desk\t1\t0%" in said


def test_beliefs_are_drawn_and_said(at):
    page = at("beliefs.html", ALL)
    words = "00 50%; 03 20%; 06 15%; 07 45%"
    assert words in page.inner_text("sl-beliefs")
    assert words in page.locator("svg.sl-beliefs").get_attribute("aria-label")
    assert page.locator("svg.sl-beliefs circle").count() == 4


def test_my_second_look_holds_everything_and_is_saved_as_a_page_that_needs_nothing(at):
    page = at("second.html", ALL)
    said = page.inner_text("sl-second-look")
    for words in (
        *("How many of 100?", "360 patients", "<b>My</b> words", "to some extent"),
        *("The evidence ledger of the course", "Still sealed: it opens in chapter 07."),
        *("Other beliefs", "not compared yet"),
    ):
        assert words in said
    assert not page.locator("sl-second-look b").count()
    page.get_by_label("A name to stand on it").fill("Ada <L>")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save it as a file").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and "Ada &lt;L&gt;" in text
    assert "&lt;b&gt;My&lt;/b&gt; words" in text and "<script" not in text and "href" not in text
    assert "width=device-width" in text and "Nothing here is medical advice" in text
    assert "Ada" not in json.dumps(stored(page))
    copy = page.context.new_page()
    copy.set_content(text)
    assert copy.get_by_role("heading", name="My second look").is_visible()
    assert "The evidence ledger of the course" in copy.inner_text("body")


def test_an_empty_browser_is_told_where_things_come_from(at):
    page = at("second.html")
    said = page.inner_text("sl-second-look")
    for words in ("Nothing predicted yet", "None judged yet", "Not taken yet", "Nothing written"):
        assert words in said


def test_what_was_filled_in_is_listed_and_can_be_carried_over(at):
    page = at("mine.html", kept(work={"07.a": {"value": "x", "question": "Asked?", "t": NOW}}))
    assert "What you filled in" in page.inner_text("sl-my-predictions")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export to a file").click()
    path = download.value.path()
    page.get_by_role("button", name="Erase everything").click()
    page.get_by_role("button", name="Erase it now").click()
    assert stored(page) is None
    page.get_by_label("Import from a file").set_input_files(path)
    page.get_by_text("1 field that you filled in").wait_for()
    assert stored(page)["work"]["07.a"]["value"] == "x"


def test_data_of_the_first_version_are_brought_over(at):
    old = {"v": 1, "predictions": ALL["predictions"], "answers": {}}
    page = at("calibration.html", old)
    assert "Over 2 predictions" in page.inner_text("sl-calibration")
    page = at("desk.html")
    judge(page, "holds")
    data = stored(page)
    assert data["v"] == 2 and "04.fishing" in data["predictions"] and "06.desk" in data["work"]


def test_with_storage_switched_off_a_verdict_lasts_while_the_page_is_open(browser, url):
    context = browser.new_context(base_url=url)
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('off'); } });"
    )
    page = context.new_page()
    page.goto("desk.html")
    judge(page, "holds")
    assert page.locator(".sl-judged").is_visible()
    assert "lasts until you close this page" in page.locator("sl-desk .sl-note").inner_text()
    context.close()


def test_two_tabs_agree(at):
    one, two = at("desk.html"), at("desk.html")
    judged, before = shown(one), shown(two)
    judge(one, "holds")
    two.get_by_text("Of 1 claim").wait_for()
    assert shown(two) == (before if before != judged else judged)  # nobody is moved on
    places = [page.locator(".sl-progress").inner_text() for page in (one, two)]
    for page in (one, two):  # and both deal in the order of the one that was first
        while shown(page) != judged:
            page.get_by_role("button", name="Next claim").click()
    assert len({page.locator(".sl-progress").inner_text() for page in (one, two)}) == 1, places
    assert two.locator(".sl-judged").inner_text() == one.locator(".sl-judged").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("data", [None, ALL], ids=["empty", "full"])
def test_axe_finds_nothing(at, axe, theme, data):
    page = at("all.html", data)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.evaluate(
        "Object.assign(document.body.style, "
        "{background: 'var(--sl-paper)', color: 'var(--sl-ink)'})"
    )
    assert [line for line in axe(page) if "landmark" not in line] == []


def test_a_telephone_needs_no_sideways_scrolling(browser, url):
    context = browser.new_context(base_url=url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("all.html")
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


# --- nothing that was typed is lost, and nothing that was erased comes back ----------------------


def test_a_text_is_kept_while_it_is_typed(at):
    page = at("write.html")
    page.get_by_label("In your words").press_sequentially("They lost", delay=5)
    page.wait_for_function("localStorage.getItem('secondlook')?.includes('They lost')")
    page.get_by_label("In your words").press_sequentially(" less", delay=5)
    page.reload()  # before the last letters were kept of themselves
    assert page.get_by_label("In your words").input_value() == "They lost less"


def test_two_tabs_keep_their_own_text_on_the_screen(at):
    one, two = at("write.html"), at("write.html")
    one.get_by_label("In your words").fill("From the first.")
    two.get_by_label("In your words").fill("From the second.")
    two.wait_for_function("localStorage.getItem('secondlook')?.includes('second')")
    one.wait_for_timeout(600)
    assert one.get_by_label("In your words").input_value() == "From the first."
    assert two.get_by_label("In your words").input_value() == "From the second."


def test_what_is_erased_in_one_tab_does_not_come_back_from_two_others(at):
    one, two = at("write.html"), at("write.html")
    one.get_by_label("In your words").fill("From the first.")
    one.get_by_label("In your words").blur()
    two.get_by_label("In your words").fill("From the second.")
    two.get_by_role("button", name="Keep my words").click()
    mine = at("mine.html")
    mine.get_by_role("button", name="Erase everything").click()
    mine.get_by_role("button", name="Erase it now").click()
    for page in (one, two, mine):
        page.bring_to_front()
        page.wait_for_timeout(600)
    assert stored(mine) is None
    assert one.get_by_label("In your words").input_value() == ""
    mine.reload()
    assert "No prediction is kept" in mine.inner_text("sl-my-predictions")


def test_a_page_that_can_keep_nothing_offers_what_it_holds_as_a_file(browser, url):
    context = browser.new_context(base_url=url)
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('off'); } });"
    )
    page = context.new_page()
    page.goto("desk.html")
    export = page.locator("sl-desk .sl-note").get_by_role("button")
    assert not export.is_visible()
    judge(page, "holds")
    with page.expect_download() as download:
        export.click()
    data = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert any(id.startswith("06.c.") for id in data["predictions"])
    context.close()


def test_a_class_types_one_word_and_meets_one_order(browser, url):
    orders = []
    for word in ("Tuesday", " tuesday ", "Friday"):
        context = browser.new_context(base_url=url)
        page = context.new_page()
        page.goto("desk.html")
        page.get_by_text("An order for a class").click()
        page.get_by_label("A word").fill(word)
        page.get_by_role("button", name="Deal by this word").click()
        order = []
        for _ in range(6):
            order.append(shown(page))
            page.get_by_role("button", name="Next claim").click()
        page.reload()
        orders.append(order)
        context.close()
    assert orders[0] == orders[1] != orders[2]


def test_a_page_saved_to_be_read_is_no_export_and_says_so(at, tmp_path):
    page = at("mine.html")
    path = tmp_path / "my-second-look.html"
    path.write_text("<!doctype html><p>Mine</p>", encoding="utf-8")
    page.get_by_label("Import from a file").set_input_files(path)
    said = page.get_by_text("it is a page to read and not the exported data")
    said.wait_for()
    assert said.is_visible() and stored(page) is None


def test_after_a_verdict_the_claim_still_stands_on_a_telephone(browser, url):
    context = browser.new_context(base_url=url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("desk.html")
    judge(page, "holds")
    box = page.locator(f'.sl-card[data-id="{shown(page)}"] .sl-question').bounding_box()
    assert 0 <= box["y"] < 300
    context.close()
