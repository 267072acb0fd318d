"""A page made live: what the reader sees and what runs.

Starting Python takes seconds, so these tests share one live page (``live``).
"""

import json
import re
import statistics

import pytest

CHAPTER = "chapters/04_subgroup.html"
SHORT = "exercises/04_subgroup.html"
LABS = ("fishing-rig", "best-of-the-null", "missing-half", "cut-point", "stepwise", "truth-dial")
LONG = 240_000  # milliseconds; a machine that does other work at the same time is slow
SETTLED = "['ready', 'failed'].includes(document.documentElement.dataset.live)"

# Notes every sentence of the bar, and every place of its bar of progress, with the time.
LISTEN = """() => {
  window.said = []; window.places = [];
  const status = document.querySelector('.live-status');
  const progress = document.querySelector('.live-progress');
  new MutationObserver(() => {
    said.push(status.textContent); places.push(progress.value);
  }).observe(status, {childList: true, characterData: true, subtree: true});
}"""

# What each cell shows as text: tables, sentences, printed lines, outcomes. Controls left out.
READ = """() => [...document.querySelectorAll('div.cell')].map((cell) => {
  const output = cell.querySelector('.cell_output');
  const text = (node) => node.textContent.replace(/\\s+/g, ' ').trim();
  if (!output) return [];
  const parts = [...output.querySelectorAll(
    '.sl-reading, pre, table, sl-outcome[data-value], figure svg')];
  return parts.filter((part) => !part.closest('.sl-numbers, .live-pending')).map((part) =>
    part.dataset.value ?? part.getAttribute('aria-label') ?? text(part));
})"""

# How the cells of tables that are results are set, and how wide; a live lab's table is drawn only
# when its reader asks for the numbers.
TABLES = """() => [...document.querySelectorAll('table.sl-table')].filter((table) =>
  !table.closest('[data-lab]')).flatMap((table) =>
  [...table.querySelectorAll('th, td')].map((cell) => {
    const { textAlign, padding, fontSize, fontFamily, color, lineHeight } = getComputedStyle(cell);
    return [textAlign, padding, fontSize, fontFamily, color, lineHeight,
      Math.round(cell.getBoundingClientRect().width)];
  }))"""

# Scrolls the first paragraph after the last lab to the reader's eye, returns where it stands.
PLACE = """() => {
  const cell = document.querySelector('[data-lab=cut-point]').closest('.cell');
  const after = [...document.querySelectorAll('article section > p')].find((p) =>
    !p.closest('.cell') && cell.compareDocumentPosition(p) & Node.DOCUMENT_POSITION_FOLLOWING);
  after.id ||= 'place-of-the-reader';
  scrollBy(0, after.getBoundingClientRect().top - 300);
  return [after.id, after.getBoundingClientRect().top];
}"""


def open_page(page, path=CHAPTER):
    """Open a page and listen to its bar."""
    page.goto(path)
    page.wait_for_selector(".live-bar")
    page.evaluate(LISTEN)


def state(page) -> str:
    """Return the live state of the page."""
    return page.evaluate("document.documentElement.dataset.live")


def status(page) -> str:
    """Return the sentence in the bar."""
    return page.inner_text(".live-status")


def settle(page) -> str:
    """Wait until the page is ready or failed; return which."""
    page.wait_for_function(SETTLED, timeout=LONG)
    return state(page)


def make_live(page) -> str:
    """Press the button and wait."""
    page.click(".live-go")
    return settle(page)


def show_everything(page, theme) -> None:
    """Open all folds in a theme, and wait until its colours have faded over."""
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    page.wait_for_timeout(300)
    page.wait_for_function("document.getAnimations().every((a) => a.playState !== 'running')")
    page.wait_for_timeout(300)


def press(page, name) -> str:
    """Press a button that starts anew and wait; return the state then."""
    page.evaluate("said.length = 0")
    page.get_by_role("button", name=name).click()
    page.wait_for_function("said.length > 0")
    return settle(page)


def with_cells(page, *sources):
    """Let the short page carry these cells instead of its own, the first ones in its places."""

    def change(route):
        answer = route.fetch()
        html = answer.text()
        found = re.search(r'(id="live-cells">)(.*?)(</script>)', html, re.S)
        data = json.loads(found[2])
        places = [cell["index"] for cell in data["cells"]]
        data["cells"] = [
            {"index": index, "source": source, "tags": []}
            for index, source in zip(places, sources, strict=False)
        ]
        text = json.dumps(data).replace("<", "\\u003c")
        html = html[: found.start(2)] + text + html[found.end(2) :]
        route.fulfill(response=answer, body=html)

    page.route(f"**/{SHORT}", change)


@pytest.fixture(scope="module")
def live(browser, site_url):
    """Chapter 4, made live once, halfway down the page and with a draft in a prediction."""
    context = browser.new_context(
        base_url=site_url + "/", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    open_page(page)
    page.before = {
        "read": page.evaluate(READ),
        "asked": list(page.asked),
        "state": state(page),
    }
    page.evaluate("document.querySelectorAll('sl-reveal .sl-button').forEach((b) => b.click())")
    page.before["tables"] = page.evaluate(TABLES)
    draft = page.locator("sl-predict[data-id='04.half'] input").first
    draft.fill("1.23")
    page.evaluate("document.activeElement.blur()")
    page.before["place"] = page.evaluate(PLACE)
    page.evaluate("document.querySelector('.live-go').click()")
    page.wait_for_function("document.documentElement.dataset.live === 'starting'", timeout=LONG)
    assert settle(page) == "ready", status(page)
    page.after_place = page.evaluate(
        "id => document.getElementById(id).getBoundingClientRect().top", page.before["place"][0]
    )
    yield page
    context.close()


# --- before ---------------------------------------------------------------------------------------


def test_nothing_of_python_is_fetched_before_the_click(live):
    assert live.before["state"] == "off"
    python = ("pyodide", "thebe", "/live/python", ".whl", ".wasm")
    assert not [url for url in live.before["asked"] if any(word in url for word in python)]


def test_the_bar_stands_under_the_title(page, site):
    open_page(page)
    bar = page.locator("h1 + .live-bar")
    assert bar.get_by_role("button", name="Make this page live").is_visible()
    assert not bar.get_by_role("button", name="Restart Python").is_visible()
    assert bar.get_by_role("status").inner_text()
    link = bar.get_by_role("link", name="Open as a notebook")
    path = link.get_attribute("href").split("path=")[1].replace("%2F", "/")
    assert (site / "lite" / "files" / path).is_file()


def test_pages_without_code_have_no_bar(page):
    page.goto("book/glossary.html")
    page.wait_for_function("document.documentElement.dataset.live === 'off'")
    assert page.locator(".live-bar").count() == 0


# --- a page that is live ----------------------------------------------------------------------


def test_the_reader_is_told_what_happens(live):
    said = live.evaluate("said")
    text = "\n".join(said)
    done = [list(map(int, pair)) for pair in re.findall(r"Downloading (\d+) of (\d+) MB", text)]
    assert done and len({total for _, total in done}) == 1 and done[0][1] > 20
    assert [part for part, _ in done] == sorted(part for part, _ in done)
    count = live.evaluate(
        "JSON.parse(document.getElementById('live-cells').textContent).cells.length"
    )
    cells = [f"Running cell {i} of {count}." for i in range(1, count + 1)]
    steps = ["Getting ready.", "Starting Python.", "Importing ", *cells, "This page is live"]
    found = [next(i for i, line in enumerate(said) if line.startswith(step)) for step in steps]
    assert found == sorted(found)
    places = live.evaluate("places")
    assert places == sorted(places) and places[-1] == 100


def test_all_cells_ran_and_say_what_is_printed(live):
    printed, now = live.before["read"], live.evaluate(READ)
    assert sum(map(len, printed)) > 20
    assert now == printed
    hidden = live.evaluate(
        "[...document.querySelectorAll('.live-pending, .live-running, [aria-busy=true]')].length"
    )
    assert hidden == 0


def test_a_live_table_looks_like_the_printed_one(live):
    assert live.before["tables"] and live.evaluate(TABLES) == live.before["tables"]


def test_nothing_jumps_under_the_reader(live):
    assert abs(live.after_place - live.before["place"][1]) < 3


def test_a_draft_in_a_prediction_stays(live):
    assert live.locator("sl-predict[data-id='04.half'] input").first.input_value() == "1.23"


def test_no_request_leaves_the_site(live, site_url):
    here = (site_url + "/", "data:", "blob:", "about:")
    assert not [url for url in live.asked if not url.startswith(here)]


@pytest.mark.parametrize("name", LABS)
def test_a_lab_is_found_by_its_name_and_redraws_from_the_keyboard(live, name):
    lab = live.locator(f"[data-lab={name}]")
    assert lab.count() == 1 and "live-output" in lab.get_attribute("class")
    handle = lab.get_by_role("slider").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    times = []
    for _ in range(5):
        at = [handle.get_attribute(f"aria-value{end}") for end in ("now", "max")]
        key = "ArrowLeft" if float(at[0]) == float(at[1]) else "ArrowRight"
        before = lab.locator(".sl-figure").first.inner_html()
        times.append(
            live.evaluate(
                """([name, key, before]) => new Promise((done) => {
                  const lab = document.querySelector(`[data-lab=${name}]`);
                  const start = performance.now();
                  const look = () => {
                    const now = lab.querySelector('.sl-figure').innerHTML;
                    if (now !== before) done(performance.now() - start);
                    else if (performance.now() - start > 20000) done(null);
                    else setTimeout(look, 5);
                  };
                  document.activeElement.dispatchEvent(
                    new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
                  look();
                })""",
                [name, key, before],
            )
        )
    assert None not in times, "a key press drew no new picture"
    print(f"{name}: {statistics.median(times):.0f} ms from key to picture")
    assert statistics.median(times) < 1000  # 60 to 90 on a quiet machine; the aim is 300
    assert handle.get_attribute("aria-valuetext") in lab.inner_text()


@pytest.mark.parametrize("name", ["fishing-rig", "best-of-the-null", "cut-point"])
def test_more_opens_what_is_behind_it(live, name):
    lab = live.locator(f"[data-lab={name}]")
    seed = lab.locator(".widget-label", has_text="Seed of the shuffles")
    assert seed.count() == 1 and not seed.is_visible()
    more = lab.get_by_role("button", name="More")
    more.press("Enter")
    seed.wait_for(state="visible", timeout=10_000)
    assert lab.locator("[role=slider]").last.is_visible()
    more.press("Enter")
    seed.wait_for(state="hidden", timeout=10_000)


def test_the_checklist_is_answered_from_the_keyboard(live):
    lab = live.locator("[data-lab=credibility-checklist]")
    lab.locator("select").first.focus()
    live.keyboard.press("ArrowDown")
    live.keyboard.press("Tab")
    live.keyboard.press("ArrowDown")
    lab.locator(".sl-reading", has_text="answered 2 of 8").wait_for(timeout=20_000)
    lab.get_by_role("button", name="Start again").press("Enter")
    lab.locator(".sl-reading", has_text="answered 0 of 8").wait_for(timeout=20_000)


def test_tab_reaches_the_controls_in_the_order_they_stand(live):
    order = live.evaluate(
        """() => [...document.querySelectorAll('[data-lab=fishing-rig] :is(button, select, input,'
          + ' [tabindex], [contenteditable])')].map((node) => node.tabIndex)"""
    )
    assert order and all(index <= 0 for index in order) and 0 in order


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_a_live_page(live, axe, theme):
    show_everything(live, theme)
    assert axe(live) == []
    live.evaluate("document.documentElement.dataset.theme = 'light'")


def test_a_cell_is_edited_and_run_where_it_stands(live):
    cell = live.locator("div.cell").nth(0)
    fold(cell)
    cell.get_by_role("button", name="Edit and run").click()
    area = cell.get_by_role("textbox")
    assert area.evaluate("node => node === document.activeElement")
    original = area.input_value()
    area.fill("print('changed', 6 * 7)")
    area.press("Shift+Enter")
    live.wait_for_function("document.querySelector('.live-status').textContent.includes('has run')")
    # the text is drawn a moment after Python has said it
    cell.locator(".cell_output", has_text="changed 42").wait_for(timeout=10_000)
    assert cell.locator(".cell_output").inner_text().strip() == "changed 42"
    assert cell.locator(".cell_input pre").text_content() == "print('changed', 6 * 7)"
    area.fill("1 / 0")
    cell.get_by_role("button", name="Run").last.click()
    live.wait_for_function("document.querySelector('.live-status').textContent.includes('stopped')")
    assert "ZeroDivisionError" in status(live) and state(live) == "ready"
    cell.locator(".cell_output", has_text="ZeroDivisionError").wait_for(timeout=10_000)
    cell.get_by_role("button", name="Reset to the original").click()
    assert area.input_value() == original
    area.press("Tab")
    assert cell.get_by_role("button", name="Run").last.evaluate("n => n === document.activeElement")
    area.focus()
    area.press("Escape")
    assert cell.get_by_role("button", name="Edit and run").evaluate(
        "node => node === document.activeElement"
    )


def fold(cell):
    """Open the cell's code if it is folded."""
    details = cell.locator("details")
    if details.count():
        details.first.evaluate("node => { node.open = true }")


def test_run_all_again_gives_the_same(live):
    cell = live.locator("div.cell").nth(0)
    fold(cell)
    cell.get_by_role("button", name=re.compile("Edit and run")).click()
    cell.get_by_role("button", name="Reset to the original").click()
    cell.get_by_role("button", name="Run").last.click()
    cell.get_by_role("button", name="Close").click()
    assert press(live, "Run all again") == "ready", status(live)
    assert live.evaluate(READ) == live.before["read"]
