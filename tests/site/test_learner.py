"""Predictions, reveals, answers and kept data in a real browser, on a page of their own.

The page is made here from what the Python side emits, in the same nesting as a page of the book,
and served from this machine; the built site is not needed.
"""

import functools
import http.server
import json
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from secondlook import learner
from secondlook.figures.subgroup import ForestRow
from secondlook.figures.truth import screen

STYLES = "".join(f'<link rel="stylesheet" href="{name}">' for name in learner.parts.STYLES)
SCRIPTS = "".join(f'<script defer src="{name}"></script>' for name in learner.parts.SCRIPTS)
KEY = "secondlook"
CHOICES = {"harm": "More of them die", "same": "About the same", "fewer": "Fewer of them die"}
PARTS = {
    "fishing": learner.predict_element(
        "04.fishing", "How many of 100?", unit="%", low=0, high=100, within=10
    ),
    "half": learner.predict_element("04.half", "What of the late patients?", "choice", CHOICES),
    "best": learner.predict_element("04.best", "How probable?", "probability"),
    "again": learner.predict_element("04.again", "And now?", "probability"),
    "count": learner.predict_element("04.count", "How many?", unit="of 100", low=0, high=100),
    "recall": learner.recall_element("04.best", "04.again"),
    "outcome-best": learner.outcome_element("04.best", 100, label="true"),
    "answer": learner.answer_element("04.interaction_p", "The p, two-sided?"),
    "quiz": learner.question_element("04.cut"),
    "words": learner.predict_element("04.why", "Why men, and not women?", "text"),
    "mine": learner.my_predictions_element(),
    "outcome": learner.outcome_element("04.fishing", 48, 10, "48%"),
    "outcome-half": learner.outcome_element("04.half", "harm", label="more of them die"),
    "reveal": learner.Element('<sl-reveal data-id="04.fishing"></sl-reveal>', ""),
}
RESULT = '<div class="output text_plain" id="result"><p>The result is 48%.</p></div>'


def output(html, kind="output text_html"):
    return f'<div class="{kind}">{html}</div>'


def cell(*outputs):
    inner = "".join(output(o) if not o.startswith("<div") else o for o in outputs)
    return f'<div class="cell"><div class="cell_output docutils container">{inner}</div></div>'


def document(*cells, head=""):
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harness</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{STYLES}{head}{SCRIPTS}</head><body><main><h1>Harness</h1>"
        + "".join(cells)
        + "</main></body></html>"
    )


WORLDS = {"none": "nothing works", "early": "works only early"}
SCREEN = screen(
    [ForestRow(name, 0.8, 0.5, 1.2) for name in ("everyone", "early", "late")],
    {"Early p": "0.02"},
    title="One trial",
)
TRUTH = {"04.dial1": "none", "04.dial2": "early", "04.dial3": "none"}
SEALED = (
    *(
        learner.sealed_element(id, f"Trial {k}", SCREEN, f"Trial {k}: which world?", WORLDS)
        for k, id in enumerate(TRUTH, 1)
    ),
    learner.score_element(
        TRUTH,
        WORLDS,
        {"The early p": dict.fromkeys(TRUTH, "early")},
        {id: {"Early p": "0.02"} for id in TRUTH},
    ),
)


def book_page(html):
    """A page of the book: sections, cells, text; two reveals that share a stretch of text."""
    reveal_half = '<sl-reveal data-id="04.half"></sl-reveal>'
    return document(
        '<article><section id="first"><h2>First</h2><p id="intro">Before.</p>',
        cell(html["fishing"]),
        cell(html["reveal"], RESULT),
        cell(html["outcome"]),
        '<p id="says">About half of them.</p><div class="admonition" id="note">So it is.</div>',
        '<section id="inner"><h3>Inner</h3><p id="deep">Deeper.</p></section>',
        '<section id="own"><h3>Own question</h3><p id="asks">It leads to a question.</p>',
        cell(html["half"]),
        cell(reveal_half, '<p id="half-result">1.2</p>'),
        '<p id="half-says">More die.</p></section></section>',
        '<section id="second"><h2>Second</h2>',
        *(cell(html["fishing"]), cell(html["half"]), cell(html["reveal"]), cell(reveal_half)),
        '<p id="both">After both.</p></section>',
        '<section id="last"><p id="far">Elsewhere.</p></section></article>',
    )


def pages():
    html = {name: part.html for name, part in PARTS.items()}
    result = cell(html["reveal"], RESULT, html["outcome"])
    whole = (
        *(cell(html["fishing"]), result, cell(html["half"]), cell(html["outcome-half"])),
        *(cell(html["best"]), cell(html["answer"]), cell(html["quiz"])),
    )
    return {
        "index.html": document(*whole),
        "apart.html": document(
            cell(html["fishing"]), cell(html["reveal"], RESULT), cell(html["outcome"])
        ),
        "book.html": book_page(html),
        "belief.html": document(*(cell(html[name]) for name in ("best", "again", "recall"))),
        "words.html": document(
            cell(html["words"]), cell('<sl-reveal data-id="04.why"></sl-reveal>', "<p>Flipped.</p>")
        ),
        "count.html": document(cell(html["count"])),
        "true.html": document(cell(html["best"]), cell(html["outcome-best"])),
        "mine.html": document(cell(html["mine"])),
        "sealed.html": document(*(cell(part.html) for part in SEALED)),
        "notebook.html": document(cell(learner.setup_element().html), *whole).replace(SCRIPTS, ""),
    }


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """The address of the harness."""
    with served(pages(), tmp_path_factory.mktemp("harness")) as address:
        yield address


@contextmanager
def served(pages, folder):
    """Serve pages with the package's styles and scripts beside them; yield the address."""
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in (*learner.parts.STYLES, *learner.parts.SCRIPTS):
        (folder / name).write_text(learner.parts.asset(name), encoding="utf-8")
    (folder / "favicon.ico").write_bytes(b"")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def profile(browser, url):
    """A fresh profile; its pages fail the test when they throw."""
    context = browser.new_context(base_url=url, viewport={"width": 900, "height": 900})
    context.set_default_timeout(5000)
    thrown = []
    context.on("page", lambda page: page.on("pageerror", lambda error: thrown.append(str(error))))
    yield context
    context.close()
    assert thrown == []


@pytest.fixture
def tab(profile):
    page = profile.new_page()
    page.goto("index.html")
    return page


def stored(page, key=KEY):
    text = page.evaluate("key => localStorage.getItem(key)", key)
    return json.loads(text) if text else None


def commit(page, value="30", confidence="70", of="04.fishing"):
    box = page.locator(f'sl-predict[data-id="{of}"]')
    box.locator("input[type=text]").fill(value)
    if box.locator("select").count():
        box.locator("select").select_option(confidence)
    box.get_by_role("button", name="Commit prediction").click()
    return box


def focused(page):
    return page.evaluate("document.activeElement.className || document.activeElement.tagName")


# --- sealed verdicts, opened together -------------------------------------------------------------


def judge(page, number, world, confidence):
    page.get_by_text(f"Trial {number}", exact=True).click()
    box = page.locator(f'sl-predict[data-id="04.dial{number}"]')
    box.locator(f"input[value={world}]").check()
    box.locator("select").select_option(confidence)
    box.get_by_role("button", name="Commit prediction").click()


def test_sealed_verdicts_open_together_and_say_what_misled(profile):
    page = profile.new_page()
    page.goto("sealed.html")
    score, truths = page.locator("sl-score"), page.locator(".sl-truths")
    assert not truths.is_visible() and "all of 3" in score.inner_text()
    judge(page, 1, "none", "80")
    judge(page, 2, "early", "60")
    assert not truths.is_visible() and "1 of 3" in score.inner_text()
    assert "truth" not in stored(page)["predictions"]["04.dial1"]
    judge(page, 3, "early", "90")
    assert truths.is_visible()
    said = score.inner_text()
    assert "You placed 2 of 3 right." in said
    # (0.04 + 0.16 + 0.81) / 3
    assert "Brier score 0.337 over 3 predictions" in said
    assert (
        "The early p pointed to the truth in 1 of 3, and to what you said in 1 of 1 wrong verdict."
        in said
    )
    assert page.locator('td[data-of="04.dial3"]').inner_text() == "works only early, 90% sure"
    assert score.locator("svg circle").count() == 3
    assert stored(page)["predictions"]["04.dial3"]["truth"] == "none"
    page.reload()
    assert truths.is_visible() and "You placed 2 of 3 right." in score.inner_text()


def test_sealed_verdicts_given_after_looking_do_not_count(profile):
    page = profile.new_page()
    page.goto("sealed.html")
    page.get_by_role("button", name="Show me anyway").click()
    assert page.locator(".sl-truths").is_visible()
    assert "You looked first." in page.locator("sl-score").inner_text()
    judge(page, 1, "none", "99")
    assert stored(page)["predictions"]["04.dial1"]["late"] is True
    assert "Brier" not in page.locator("sl-score").inner_text()


# --- predict, lock, reveal, outcome --------------------------------------------------------------


def test_a_prediction_locks_opens_the_result_and_survives_a_reload(tab):
    assert not tab.locator("#result").is_visible()
    box = commit(tab)
    flag = box.locator(".sl-said")
    assert flag.inner_text().startswith("Your prediction: 30%, 70% sure. Committed ")
    assert flag.get_attribute("role") == "status"
    assert "sl-said" in focused(tab)
    assert not box.locator("form").is_visible()
    assert tab.locator("#result").is_visible()
    outcome = tab.locator('sl-outcome[data-id="04.fishing"]')
    assert outcome.inner_text().split("\n\n") == [
        "Your prediction: 30%, 70% sure.",
        "It came out as 48%.",
        "Not this time: more than 10 percentage points away.",
    ]
    record = stored(tab)["predictions"]["04.fishing"]
    assert (record["value"], record["confidence"], record["truth"]) == (30, 70, 48)
    tab.reload()
    assert flag.inner_text().startswith("Your prediction: 30%, 70% sure.")
    assert tab.locator("#result").is_visible()
    assert stored(tab)["predictions"]["04.fishing"] == record


def test_an_outcome_in_a_cell_of_its_own_waits_for_the_prediction_too(profile):
    page = profile.new_page()
    page.goto("apart.html")
    assert not page.get_by_text("It came out as 48%.").is_visible()
    page.emulate_media(media="print")
    assert page.get_by_text("It came out as 48%.").is_visible()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Show me anyway").click()
    assert page.get_by_text("It came out as 48%.").is_visible()


def test_the_flag_is_dashed_and_the_date_is_said(tab):
    flag = commit(tab).locator(".sl-said")
    assert flag.evaluate("e => getComputedStyle(e).borderTopStyle") == "dashed"
    year = tab.evaluate("String(new Date().getFullYear())")
    assert year in flag.locator("time").inner_text()


def test_a_choice_and_a_probability(tab):
    half = tab.locator('sl-predict[data-id="04.half"]')
    assert not half.locator(".sl-options").is_visible()
    assert half.locator("option").all_inner_texts()[1] == "34%, a guess"
    half.get_by_role("button", name="Commit prediction").click()
    assert half.locator(".sl-message").inner_text() == "Choose one first."
    half.get_by_label("More of them die").check()
    half.locator("select").select_option("80")
    half.get_by_role("button", name="Commit prediction").click()
    assert "Your prediction: More of them die, 80% sure." in half.locator(".sl-said").inner_text()
    assert "Right." in tab.locator('sl-outcome[data-id="04.half"]').inner_text()
    best = commit(tab, "14", of="04.best")
    assert "Your prediction: 14%. Committed" in best.locator(".sl-said").inner_text()
    assert best.locator("select").count() == 0
    assert "confidence" not in stored(tab)["predictions"]["04.best"]
    kinds = {id: r["kind"] for id, r in stored(tab)["predictions"].items()}
    assert kinds == {"04.half": "choice", "04.best": "probability"}


def test_a_belief_before_and_after_stand_side_by_side(profile):
    page = profile.new_page()
    page.goto("belief.html")
    recall = page.locator("sl-recall")
    quiet = learner.recall_element("04.best", "04.again").text
    assert recall.inner_text() == quiet
    commit(page, "55", of="04.best")
    assert recall.inner_text() == quiet
    commit(page, "30", of="04.again")
    assert recall.inner_text() == "You said 55% before and 30% now."
    assert recall.locator(".sl-recalled").get_attribute("role") == "status"
    page.reload()
    assert recall.inner_text() == "You said 55% before and 30% now."
    page.evaluate("""() => {
      const data = JSON.parse(localStorage.getItem('secondlook'));
      Object.assign(data.predictions['04.again'], { kind: 'number', unit: 'days', confidence: 50 });
      localStorage.setItem('secondlook', JSON.stringify(data));
    }""")
    page.reload()
    assert recall.inner_text() == quiet


def test_a_probability_with_a_truth_is_scored_by_itself(profile):
    page = profile.new_page()
    page.goto("true.html")
    commit(page, "90", of="04.best")
    outcome = page.locator("sl-outcome").inner_text().split("\n\n")
    assert outcome == ["Your prediction: 90%.", "It came out as true."]
    page.goto("mine.html")
    assert "true\tit came true" in page.locator("table").first.inner_text()
    assert "Brier score 0.010 over 1 prediction." in page.locator(".sl-brier").inner_text()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Type a number first."),
        ("many", "Write one number, such as 12 or 0.5."),
        ("0.3", "Did you mean 30% or 0.3%? Write the percent sign."),
        ("0,7", "Did you mean 70% or 0.7%? Write the percent sign."),
        ("120", "Give a number from 0% up to 100%."),
        ("-5", "Give a number from 0% up to 100%."),
        ("<5", "Commit to one number, without a sign such as <."),
    ],
)
def test_what_cannot_be_a_prediction_is_said_and_nothing_is_kept(tab, typed, message):
    box = commit(tab, typed)
    assert box.locator(".sl-message").inner_text() == message
    assert "sl-input" in focused(tab)
    assert stored(tab) is None


@pytest.mark.parametrize(
    ("typed", "said"), [("30,5", "30.5%"), ("0.3%", "0.3%"), ("7 %", "7%"), ("0", "0%")]
)
def test_a_prediction_may_be_written_in_several_ways(tab, typed, said):
    assert f"Your prediction: {said}," in commit(tab, typed).locator(".sl-said").inner_text()


@pytest.mark.parametrize(("typed", "said"), [("46%", "46 of 100"), ("0.5%", "0.5 of 100")])
def test_so_many_of_a_hundred_may_be_written_as_a_percentage(profile, typed, said):
    page = profile.new_page()
    page.goto("count.html")
    box = commit(page, typed, of="04.count")
    assert f"Your prediction: {said}," in box.locator(".sl-said").inner_text()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("0.83", "Did you mean 83 of 100 or 0.83 of 100? Write 83, or 0.83%."),
        ("130", "Give a number from 0 up to 100."),
    ],
)
def test_a_share_in_place_of_a_count_of_a_hundred_is_asked_about(profile, typed, message):
    page = profile.new_page()
    page.goto("count.html")
    assert commit(page, typed, of="04.count").locator(".sl-message").inner_text() == message
    assert stored(page) is None


def test_a_confidence_is_asked(tab):
    box = commit(tab, confidence="")
    assert box.locator(".sl-message").inner_text() == "Say how sure you are."
    assert focused(tab) == "sl-input" and stored(tab) is None
    assert "within 10 percentage points" in box.inner_text()


def test_show_me_anyway_opens_the_result_and_marks_a_later_prediction(tab):
    tab.get_by_role("button", name="Show me anyway").click()
    assert tab.locator("#result").is_visible()
    assert "marked late" in tab.locator(".sl-looked").inner_text()
    assert "sl-looked" in focused(tab)
    tab.reload()
    assert tab.locator("#result").is_visible()
    flag = commit(tab).locator(".sl-said")
    assert "after you had looked" in flag.inner_text()
    assert stored(tab)["predictions"]["04.fishing"]["late"] is True
    tab.goto("mine.html")
    assert "not this time (late)" in tab.locator("table").first.inner_text()
    assert tab.get_by_text("Brier score").count() == 0


# --- a page of the book: the text after a lab waits as well ---------------------------------------

TOLD = ("says", "note", "inner", "deep")
MEANING = "The result and what it means appear once you have committed your prediction."


@pytest.fixture
def book(profile):
    page = profile.new_page()
    page.goto("book.html")
    return page


def seen(page, *ids):
    return {id for id in ids if page.locator(f"#{id}").is_visible()}


def choose_half(page):
    half = page.locator('sl-predict[data-id="04.half"]').first
    half.get_by_label("More of them die").check()
    half.locator("select").select_option("80")
    half.get_by_role("button", name="Commit prediction").click()


def test_what_a_result_means_waits_up_to_the_next_question_of_the_section(book):
    assert seen(book, *TOLD, "result", "half-result", "half-says", "both") == set()
    assert not book.locator("sl-outcome").is_visible()
    assert seen(book, "intro", "asks", "far") == {"intro", "asks", "far"}
    assert book.locator("#own sl-predict").is_visible()
    assert book.locator("sl-reveal .sl-bar p").first.inner_text() == MEANING
    book.locator("#first sl-predict").first.locator("input").fill("30")
    book.locator("#first sl-predict").first.locator("select").select_option("70")
    book.locator("#first").get_by_role("button", name="Commit prediction").first.click()
    assert seen(book, *TOLD, "result") == {*TOLD, "result"}
    assert seen(book, "half-says", "half-result", "both") == set()
    assert book.locator("#first sl-outcome").is_visible()


def test_text_after_two_reveals_waits_for_both_and_looking_opens_it(book):
    book.locator("#second").get_by_role("button", name="Show me anyway").first.click()
    assert seen(book, *TOLD) == set(TOLD) and seen(book, "both", "half-says") == set()
    book.locator("#second").get_by_role("button", name="Show me anyway").click()
    assert seen(book, "both", "half-says") == {"both", "half-says"}
    assert book.locator(".sl-later").count() == 0


def test_another_tab_opens_and_closes_the_text(profile, book):
    other = profile.new_page()
    other.goto("book.html")
    choose_half(other)
    book.locator("#half-says").wait_for()
    assert seen(book, "both", "says") == set()
    other.goto("mine.html")
    other.get_by_role("button", name="Erase everything").click()
    other.get_by_role("button", name="Erase it now").click()
    book.locator("#half-says").wait_for(state="hidden")


def test_text_waits_while_a_live_output_takes_the_place_of_the_printed_one(book):
    put = """() => {
      const out = document.querySelector('#result').parentNode;
      const live = document.createElement('div');
      live.className = 'live-output';
      live.innerHTML = '<sl-reveal data-id="04.fishing"></sl-reveal><p id="live-result">48</p>';
      window.printed = [...out.children];
      out.append(live);            // the new reveal stands before the old one is taken out
      const both = getComputedStyle(document.querySelector('#says')).display;
      window.printed.forEach((node) => node.remove());
      return both;
    }"""
    assert book.evaluate(put) == "none"
    assert seen(book, "says", "deep", "live-result") == set()
    book.evaluate("""() => {
      const out = document.querySelector('#live-result').closest('.cell_output');
      out.replaceChildren(...window.printed);   // Python is gone: the printed page comes back
    }""")
    assert seen(book, "says", "deep", "result") == set()
    book.evaluate("document.querySelector('#first sl-reveal').remove()")
    assert seen(book, "says", "deep") == {"says", "deep"}  # nothing hides it, nothing opens it


@pytest.mark.parametrize("id", ["deep", "inner"])
def test_an_address_into_a_part_that_waits_shows_it(profile, id):
    page = profile.new_page()
    page.set_viewport_size({"width": 900, "height": 300})
    page.goto(f"book.html#{id}")
    page.locator(f"#{id}").wait_for()
    assert seen(page, *TOLD) == set(TOLD)
    top = page.locator(f"#{id}").evaluate("e => e.getBoundingClientRect().top")
    assert -1 < top < 300
    assert seen(page, "result", "half-says", "both") == set()
    words = page.locator("#first sl-reveal .sl-bar p").first.inner_text()
    assert words == "The result appears once you have committed your prediction."
    assert stored(page) is None
    page.goto("index.html")
    page.goto("book.html")
    assert seen(page, *TOLD) == set()


def test_a_link_on_the_page_shows_its_part(book):
    book.evaluate("location.hash = '#half-says'")
    book.locator("#half-says").wait_for()
    assert seen(book, "says", "both") == set()
    book.evaluate("location.hash = '#%'")
    assert seen(book, "says", "both") == set()


def test_print_and_no_scripts_show_the_text_that_waits(browser, url, book):
    book.emulate_media(media="print")
    assert seen(book, *TOLD, "half-says", "both") == {*TOLD, "half-says", "both"}
    context = browser.new_context(base_url=url, java_script_enabled=False)
    page = context.new_page()
    page.goto("book.html")
    assert seen(page, *TOLD, "half-says", "both") == {*TOLD, "half-says", "both"}
    context.close()


def test_only_a_page_of_the_book_hides_what_follows_the_cell(tab):
    assert tab.locator("sl-reveal").count() == 1 and tab.locator(".sl-later").count() == 0
    words = tab.locator(".sl-bar p").inner_text()
    assert words == "The result appears once you have committed your prediction."


def test_the_built_chapter_keeps_what_a_lab_means_until_it_is_asked(page, site):
    page.goto("chapters/04_subgroup.html")
    lab = page.locator('[data-lab="fishing-rig"]')
    section = page.locator("section:has(> div.cell [data-lab='fishing-rig'])")
    told = section.locator("> p, > div.admonition").filter(has_text="independent")
    assert told.count() > 0 and not told.first.is_visible() and not lab.is_visible()
    assert section.locator("sl-predict").is_visible()
    section.get_by_role("button", name="Show me anyway").click()
    assert told.first.is_visible() and lab.is_visible()
    nested = page.locator("section section section:has(> h3)").filter(has_text="not printed").last
    assert not nested.is_visible()
    page.evaluate("id => { location.hash = id; }", nested.get_attribute("id"))
    nested.wait_for()


# --- hosts: moved, copied, put back, brought twice ------------------------------------------------


def test_elements_survive_being_moved_and_put_back(tab):
    commit(tab)
    tab.evaluate("""() => {
      const box = document.querySelector('sl-predict'), main = document.querySelector('main');
      box.remove(); main.append(box);
    }""")
    box = tab.locator('sl-predict[data-id="04.fishing"]')
    assert box.locator("form").count() == 1 and not box.locator("form").is_visible()
    assert box.locator(".sl-said").inner_text().startswith("Your prediction: 30%")


def test_a_copy_of_an_element_builds_itself_once(tab):
    tab.evaluate("""() => {
      const old = document.querySelector('sl-predict');
      old.replaceWith(old.cloneNode(true));
    }""")
    box = tab.locator('sl-predict[data-id="04.fishing"]')
    assert box.locator("form").count() == 1
    assert commit(tab).locator(".sl-said").is_visible()


def test_static_to_live_hides_the_new_output_until_it_is_committed(tab):
    tab.evaluate("""() => {
      const out = document.querySelector('#result').parentNode;
      const live = document.createElement('div');
      live.className = 'live-output';
      live.innerHTML = `<div class="jp-OutputArea">
        <div class="jp-OutputArea-child"><sl-reveal data-id="04.fishing"></sl-reveal></div>
        <div class="jp-OutputArea-child" id="live-result">48</div></div>`;
      out.append(live);            // the new reveal stands before the old one is taken out
      out.replaceChildren(live);
      live.firstChild.insertAdjacentHTML('beforeend', '<div id="later">streamed</div>');
    }""")
    assert not tab.locator("#live-result").is_visible()
    assert not tab.locator("#later").is_visible()
    assert tab.locator(".cell_output.sl-shut").count() == 0
    commit(tab)
    assert tab.locator("#live-result").is_visible() and tab.locator("#later").is_visible()


def test_the_script_in_a_notebook_output_works_alone_and_twice(profile):
    page = profile.new_page()
    page.goto("notebook.html")
    page.add_script_tag(content=learner.parts.asset("learner.js"))
    assert commit(page).locator(".sl-said").is_visible()
    assert page.locator("#result").is_visible()


def test_every_control_keeps_its_keys_from_jupyterlab(profile):
    for name in ("index.html", "mine.html"):
        page = profile.new_page()
        page.goto(name)
        bare = page.evaluate("""() => [...document.querySelectorAll(
          'main :is(input, select, button, summary, a, textarea, [tabindex])')]
          .filter((e) => e.getAttribute('data-lm-suppress-shortcuts') !== 'true')
          .map((e) => e.outerHTML)""")
        assert bare == []
        assert page.locator("main :is(input, button)").count() > 3


def test_without_scripts_everything_can_be_read(browser, url):
    context = browser.new_context(base_url=url, java_script_enabled=False)
    page = context.new_page()
    page.goto("index.html")
    text = page.locator("main").inner_text()
    for words in (
        "How many of 100?",
        *CHOICES.values(),
        "It came out as 48%.",
        "The p, two-sided?",
    ):
        assert words in text
    assert page.locator("#result").is_visible()
    assert "A hint" in text and "before you look at the result" in text
    context.close()


# --- storage that is off, full, corrupt, newer ----------------------------------------------------

OFF = """Object.defineProperty(window, 'localStorage',
  { get() { throw new DOMException('denied', 'SecurityError'); } });"""
FULL = """Storage.prototype.setItem = function () {
  throw new DOMException('full', 'QuotaExceededError'); };"""


@pytest.mark.parametrize(
    ("script", "words"), [(OFF, "keeps nothing for this site"), (FULL, "has no room left")]
)
def test_storage_that_is_off_or_full_is_said_and_the_page_works(profile, script, words):
    page = profile.new_page()
    page.add_init_script(script)
    page.goto("index.html")
    box = commit(page)
    assert box.locator(".sl-said").is_visible() and page.locator("#result").is_visible()
    assert words in box.locator(".sl-note").inner_text()
    assert page.locator('sl-outcome[data-id="04.fishing"]').inner_text().startswith("Your")
    page.reload()
    assert box.locator("form").is_visible()


def test_storage_that_is_really_full_keeps_what_was_there(tab):
    commit(tab)
    tab.evaluate("""() => {
      for (let size = 1 << 22; size >= 1; size >>= 1) {
        try { for (let n = 0; ; n += 1) localStorage.setItem(`x${size}.${n}`, 'x'.repeat(size)); }
        catch (error) { /* full for this size */ }
      }
    }""")
    best = commit(tab, "14", of="04.best")
    assert "has no room left" in best.locator(".sl-note").inner_text()
    assert best.locator(".sl-said").is_visible()
    assert set(stored(tab)["predictions"]) == {"04.fishing"}
    tab.evaluate("Object.keys(localStorage).filter((k) => k[0] === 'x')"
                 ".forEach((k) => localStorage.removeItem(k))")  # fmt: skip
    half = tab.locator('sl-predict[data-id="04.half"]')
    half.get_by_label("About the same").check()
    half.locator("select").select_option("50")
    half.get_by_role("button", name="Commit prediction").click()
    assert set(stored(tab)["predictions"]) == {"04.fishing", "04.best", "04.half"}
    assert not best.locator(".sl-note").is_visible()


@pytest.mark.parametrize("raw", ["{", "null", "[]", '{"v": 1}', '"text"', '{"v": 0.5}', "\ud800"])
def test_corrupt_data_are_set_aside_and_the_page_works(profile, raw):
    page = profile.new_page()
    page.goto("mine.html")
    page.evaluate("([key, raw]) => localStorage.setItem(key, raw)", [KEY, raw])
    page.goto("index.html")
    aside = page.evaluate("localStorage.getItem('secondlook.aside.1')")
    assert aside == page.evaluate("raw => raw", raw)
    box = commit(page)
    assert "set aside, not deleted" in box.locator(".sl-note").inner_text()
    assert set(stored(page)["predictions"]) == {"04.fishing"}
    page.goto("mine.html")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save what could not be read").click()
    saved = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert len(saved) == 1
    page.evaluate("([key, raw]) => localStorage.setItem(key, raw)", [KEY, "{{"])
    page.reload()
    assert page.evaluate("localStorage.getItem('secondlook.aside.2')") == "{{"
    assert page.evaluate("localStorage.getItem('secondlook.aside.1')") == aside


def test_one_bad_record_is_set_aside_and_the_others_are_used(tab):
    commit(tab)
    tab.evaluate("""() => {
      const data = JSON.parse(localStorage.getItem('secondlook'));
      data.predictions['04.best'] = { kind: 'number', value: 'x' };
      localStorage.setItem('secondlook', JSON.stringify(data));
    }""")
    tab.reload()
    assert tab.locator("sl-predict .sl-said").first.is_visible()
    assert "Some of what was kept" in tab.locator("sl-predict .sl-note").first.inner_text()
    assert stored(tab, "secondlook.aside.1")["predictions"]["04.best"]["value"] == "x"


def test_data_of_a_newer_version_are_left_alone(profile):
    page = profile.new_page()
    page.goto("mine.html")
    newer = {"v": 99, "predictions": {"04.fishing": {"new": True}}, "answers": {}}
    page.evaluate("x => localStorage.setItem('secondlook', JSON.stringify(x))", newer)
    page.goto("index.html")
    box = commit(page)
    assert "newer version" in box.locator(".sl-note").inner_text()
    assert box.locator(".sl-said").is_visible()
    assert stored(page) == newer


# --- two tabs ------------------------------------------------------------------------------------


def test_a_commit_in_one_tab_locks_the_other_and_the_first_wins(profile, tab):
    other = profile.new_page()
    other.goto("index.html")
    other.locator('sl-predict[data-id="04.fishing"] input').fill("90")
    commit(tab)
    flag = other.locator('sl-predict[data-id="04.fishing"] .sl-said')
    flag.wait_for()
    assert flag.inner_text().startswith("Your prediction: 30%, 70% sure.")
    assert "sl-said" in focused(other)
    assert other.locator("#result").is_visible()


def test_a_reader_on_the_button_keeps_a_place_when_another_tab_commits(profile, tab):
    other = profile.new_page()
    other.goto("index.html")
    other.get_by_role("button", name="Show me anyway").focus()
    commit(tab)
    other.get_by_text("Your prediction was committed in another tab.").wait_for()
    assert "sl-looked" in focused(other)
    assert other.locator("#result").is_visible()


def test_two_tabs_that_write_without_knowing_lose_nothing(profile, tab):
    other = profile.new_page()
    other.goto("index.html")
    commit(tab)
    # the other tab wrote from what it knew before: this tab's record is gone from storage
    lost = {"v": 1, "predictions": {}, "answers": {}}
    lost["predictions"]["04.best"] = {"kind": "probability", "value": 9, "confidence": 60, "t": 5}
    other.evaluate("x => localStorage.setItem('secondlook', JSON.stringify(x))", lost)
    other.wait_for_function(
        "() => JSON.parse(localStorage.getItem('secondlook')).predictions['04.fishing']"
    )
    assert set(stored(tab)["predictions"]) == {"04.fishing", "04.best"}
    flag = tab.locator('sl-predict[data-id="04.best"] .sl-said')
    flag.wait_for()
    assert "Your prediction: 9%. Committed" in flag.inner_text()


def test_an_erasure_in_one_tab_unlocks_the_other_and_nothing_comes_back(profile, tab):
    commit(tab)
    mine = profile.new_page()
    mine.goto("mine.html")
    mine.get_by_role("button", name="Erase everything").click()
    mine.get_by_role("button", name="Erase it now").click()
    tab.locator('sl-predict[data-id="04.fishing"] form').wait_for()
    assert not tab.locator("#result").is_visible()
    commit(tab, "14", of="04.best")
    assert set(stored(tab)["predictions"]) == {"04.best"}


# --- answers --------------------------------------------------------------------------------------


def test_an_answer_is_checked_at_once_and_survives_a_reload(tab):
    box = tab.locator("sl-answer")
    box.get_by_label("Your answer").fill("0,023")
    box.get_by_role("button", name="Check").click()
    said = box.locator(".sl-feedback")
    assert said.get_attribute("role") == "status"
    assert said.inner_text().startswith("Not yet. That is the two-sided p of the early patients")
    box.get_by_label("Your answer").fill("1/50")
    box.get_by_label("Your answer").press("Enter")
    assert said.inner_text().startswith("Right. ")
    record = stored(tab)["answers"]["04.interaction_p"]
    assert (record["answer"], record["correct"], record["tries"]) == ("1/50", True, 2)
    tab.reload()
    assert box.get_by_label("Your answer").input_value() == "1/50"
    assert said.inner_text().startswith("Right. ")


def test_an_empty_answer_is_said_and_not_kept(tab):
    tab.locator("sl-answer").get_by_role("button", name="Check").click()
    assert tab.locator("sl-answer .sl-feedback").inner_text() == "Not yet. Type a number first."
    assert stored(tab) is None


def test_a_question_explains_what_was_chosen_and_survives_a_reload(tab):
    box = tab.locator("sl-quiz")
    said, others = box.locator(".sl-feedback"), box.locator("details")
    box.get_by_role("button", name="Check").click()
    assert said.inner_text() == "Choose one first." and stored(tab) is None
    box.get_by_label("Whether it is a round number.").check()
    assert said.inner_text() == "Choose one first.", "nothing is said before it is checked"
    box.get_by_role("button", name="Check").click()
    assert said.inner_text().startswith("Not this one. A round number is easier to believe")
    assert not others.is_visible(), "the other answers stay closed until it is solved"
    box.get_by_label("Who chose it").focus()
    tab.keyboard.press("Space")
    tab.keyboard.press("Enter")
    assert said.inner_text().startswith("Right. A p value belongs to a rule.")
    assert others.is_visible()
    record = stored(tab)["answers"]["04.cut"]
    assert (record["answer"], record["correct"], record["tries"]) == ("when", True, 2)
    tab.reload()
    assert box.get_by_label("Who chose it").is_checked()
    assert said.inner_text().startswith("Right. A p value belongs to a rule.")
    tab.goto("mine.html")
    row = tab.locator("tr", has_text="What do you most want to know")
    assert row.locator("td").nth(1).inner_text().startswith("Who chose it, and whether before")


def test_words_are_kept_and_open_the_result_and_are_never_judged(profile):
    page = profile.new_page()
    page.goto("words.html")
    keep = page.get_by_role("button", name="Keep my words")
    keep.click()
    assert page.locator(".sl-message").inner_text() == "Write a few words first."
    assert not page.get_by_text("Flipped.").is_visible()
    page.get_by_label("In your words").fill("  Men <b>respond</b> more.  ")
    keep.click()
    assert page.locator(".sl-said").inner_text().startswith("You wrote: Men <b>respond</b> more.")
    assert page.get_by_text("Flipped.").is_visible()
    page.goto("mine.html")
    row = page.locator("tr", has_text="Why men, and not women?")
    assert row.locator("td").all_inner_texts()[1::4] == ["Men <b>respond</b> more.", "your words"]
    assert "Calibration" not in page.locator(".sl-list").inner_text()


def test_a_choice_not_yet_checked_stays_when_something_else_is_committed(tab):
    radio = tab.locator("sl-quiz").get_by_label("Whether it is a round number.")
    radio.check()
    commit(tab)
    assert radio.is_checked()


def test_the_hints_open_in_two_steps(tab):
    hints = tab.locator("sl-answer summary")
    assert hints.count() == 2 and not hints.nth(1).is_visible()
    hints.nth(0).click()
    assert hints.nth(1).is_visible()
    hints.nth(1).click()
    assert tab.get_by_text("Subtract the two logs").is_visible()


# --- everything kept: list, export, import, erase -------------------------------------------------


def fill_and_open_mine(tab):
    commit(tab, "40", "90")
    commit(tab, "14", of="04.best")
    tab.locator("sl-answer").get_by_label("Your answer").fill("2%")
    tab.locator("sl-answer").get_by_role("button", name="Check").click()
    tab.goto("mine.html")


def test_the_list_shows_predictions_calibration_and_answers(tab):
    fill_and_open_mine(tab)
    tables = [t.inner_text() for t in tab.locator("table").all()]
    assert [t.split("\n")[0] for t in tables] == [
        "Your predictions",
        "Calibration: how sure you were, and how often you were right",
        "Your answers",
    ]
    assert "How many of 100?\t40%\t90%" in tables[0] and "48%\tright" in tables[0]
    assert "How probable?\t14%\t\t" in tables[0] and "a belief" in tables[0]
    assert "open" not in tables[0]
    assert "90 to 100%\t90%\t1\t1\t100%" in tables[1]
    assert "Brier score 0.010 over 1 prediction." in tab.locator(".sl-brier").inner_text()
    assert "The p, two-sided?\t2%\t1" in tables[2]


def test_export_then_erase_then_import_brings_everything_back(tab, tmp_path):
    fill_and_open_mine(tab)
    before = stored(tab)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Export to a file").click()
    assert download.value.suggested_filename == "second-look-predictions.json"
    path = tmp_path / "export.json"
    download.value.save_as(path)
    assert json.loads(path.read_text(encoding="utf-8")) == before
    tab.get_by_role("button", name="Erase everything").click()
    assert "2 predictions, 1 answer" in tab.locator(".sl-confirm").inner_text()
    tab.get_by_role("button", name="Erase it now").click()
    assert tab.evaluate("localStorage.length") == 0
    assert "Erased." in tab.locator(".sl-message").inner_text()
    tab.get_by_label("Import from a file").set_input_files(path)
    tab.get_by_text("Added 2 predictions and 1 answer.").wait_for()
    assert stored(tab) == before
    tab.get_by_label("Import from a file").set_input_files(path)
    tab.get_by_text("3 entries already here stayed as they were.").wait_for()
    assert stored(tab) == before


def test_erasing_takes_two_steps_and_can_be_left(tab):
    commit(tab)
    tab.goto("mine.html")
    tab.get_by_role("button", name="Erase everything").click()
    assert tab.evaluate("document.activeElement.textContent") == "Keep it"
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.textContent") == "Erase everything …"
    assert not tab.locator(".sl-confirm").is_visible()
    tab.get_by_role("button", name="Erase everything").click()
    tab.get_by_role("button", name="Keep it").click()
    assert set(stored(tab)["predictions"]) == {"04.fishing"}


EVIL = '<img src=x onerror="document.title=1">'


def hostile():
    good = {"kind": "number", "value": 5, "confidence": 60, "t": 1, "question": EVIL, "unit": EVIL}
    return {
        "v": 1,
        "predictions": {
            "04.fishing": good | {"value": 99, "truthLabel": EVIL, "truth": 1},
            "04.ok": good,
            EVIL: good,
            "04.bad": good | {"value": {"toString": "x"}},
            "04.worse": good | {"t": "now"},
        },
        "answers": {
            "04.interaction_p": {"answer": EVIL, "correct": True, "tries": 1, "t": 2},
            "constructor": {"answer": 5, "correct": True, "tries": 1, "t": 2},
        },
        "extra": EVIL,
    }


def test_a_hostile_file_is_checked_field_by_field_and_shown_as_text(tab, tmp_path):
    commit(tab)
    mine = stored(tab)["predictions"]["04.fishing"]
    tab.goto("mine.html")
    path = tmp_path / "hostile.json"
    text = json.dumps(hostile()).replace(
        '"predictions": {', '"predictions": {"__proto__": {"t":1},', 1
    )
    path.write_text(text, encoding="utf-8")
    tab.get_by_label("Import from a file").set_input_files(path)
    said = tab.locator(".sl-message")
    tab.get_by_text("Added 1 prediction and 1 answer.").wait_for()
    assert "1 entry already here stayed as it was." in said.inner_text()
    assert "5 entries were not understood and left out." in said.inner_text()
    assert stored(tab)["predictions"]["04.fishing"] == mine
    assert tab.locator("main img").count() == 0 and tab.title() == "Harness"
    assert EVIL in tab.locator("table").first.inner_text()
    tab.goto("index.html")
    assert tab.locator("sl-answer input").input_value() == EVIL
    assert tab.locator("main img").count() == 0 and tab.title() == "Harness"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("not json", "it is not JSON"),
        ("[]", "it has no version number"),
        ('{"v": 1, "predictions": []}', "it does not hold predictions"),
        ('{"v": 7, "predictions": {}, "answers": {}}', "newer version"),
        ("0" * 2_000_001, "it is larger than 2 MB"),
    ],
)
def test_a_file_that_is_not_ours_changes_nothing(tab, tmp_path, content, reason):
    commit(tab)
    before = stored(tab)
    tab.goto("mine.html")
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    tab.get_by_label("Import from a file").set_input_files(path)
    said = tab.get_by_text("Nothing was imported from other.json")
    said.wait_for()
    assert reason in said.inner_text()
    assert stored(tab) == before


# --- keyboard, small screens, dark, print, accessibility -----------------------------------------


def tab_to(page, name, limit=40):
    """Press Tab until the focused control's text or label is ``name``."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        now = page.evaluate("""() => { const e = document.activeElement;
          return (e.labels && e.labels[0] ? e.labels[0].textContent : e.textContent).trim(); }""")
        if now.startswith(name):
            return
    pytest.fail(f"the keyboard does not reach {name!r}")


def test_the_keyboard_alone_is_enough(tab):
    tab_to(tab, "Your prediction")
    tab.keyboard.type("45")
    tab_to(tab, "How sure are you")
    tab.keyboard.press("8")
    tab_to(tab, "Commit prediction")
    tab.keyboard.press("Enter")
    assert "45%, 80% sure" in tab.locator(".sl-said").first.inner_text()
    tab_to(tab, "More of them die")
    tab.keyboard.press("ArrowDown")
    tab_to(tab, "How sure are you")
    tab.keyboard.press("5")
    tab.keyboard.press("Enter")
    tab_to(tab, "Commit prediction")
    tab.keyboard.press("Space")
    assert stored(tab)["predictions"]["04.half"]["value"] == "same"
    tab_to(tab, "Your answer")
    tab.keyboard.type("0.14")
    tab.keyboard.press("Enter")
    assert "Compare early with late" in tab.locator("sl-answer .sl-feedback").inner_text()
    tab_to(tab, "A hint")
    tab.keyboard.press("Enter")
    assert tab.locator("sl-answer details").first.get_attribute("open") is not None
    tab.goto("mine.html")
    tab_to(tab, "Erase everything")
    tab.keyboard.press("Enter")
    tab_to(tab, "Erase it now")
    tab.keyboard.press("Enter")
    assert tab.evaluate("localStorage.length") == 0
    assert tab.evaluate("document.activeElement.tagName") == "BUTTON"


def test_controls_are_large_enough_for_a_thumb(tab):
    sizes = tab.evaluate("""() => [...document.querySelectorAll(
      'main :is(button, select, input[type=text], label.sl-option, summary)')]
      .filter((e) => e.offsetParent).map((e) => [e.outerHTML.slice(0, 60), e.offsetHeight])""")
    assert len(sizes) > 10
    assert [size for size in sizes if size[1] < 44] == []


@pytest.mark.parametrize("name", ["index.html", "mine.html"])
def test_a_phone_does_not_scroll_sideways(tab, name):
    fill_and_open_mine(tab)
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(name)
    width = tab.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


PAINT = """theme => {
  document.documentElement.dataset.theme = theme;
  Object.assign(document.body.style, { background: 'var(--sl-paper)', color: 'var(--sl-ink)' });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(tab, axe, theme):
    def look():
        tab.evaluate(PAINT, theme)
        assert axe(tab) == []

    look()
    tab.get_by_role("button", name="Show me anyway").click()
    commit(tab, "")
    look()
    fill_and_open_mine(tab)
    tab.get_by_role("button", name="Erase everything").click()
    look()
    tab.goto("index.html")
    look()


def test_print_shows_what_was_said_and_hides_the_buttons(tab):
    tab.emulate_media(media="print")
    assert tab.locator("#result").is_visible()
    assert not tab.get_by_role("button", name="Show me anyway").is_visible()
    tab.emulate_media(media="screen")
    commit(tab)
    tab.emulate_media(media="print")
    assert tab.locator(".sl-said").first.is_visible()
    assert not tab.get_by_role("button", name="Check").is_visible()
