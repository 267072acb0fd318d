"""Every chapter but the one of test_live.py, made live once: it says what is printed, and moves."""

import pytest
from test_live import CHAPTER, READ, make_live, open_page, show_everything, status

CHAPTERS = (
    *("00_start", "01_mechanism", "02_pilot", "03_primary_endpoints", "05_jetals"),
    *("06_secondary_sources", "07_verdict"),
)
MOVES = "[data-lab]:not(.sl-work)"  # the others need no Python; test_work.py moves them
DRAWN = """([name, change]) => new Promise((done) => {
  const lab = document.querySelector(`[data-lab=${name}]`);
  const shown = () => lab.querySelector('.sl-reading').textContent
    + lab.querySelector('.sl-figure').innerHTML;
  const before = shown();
  const start = performance.now();
  const look = () => {
    if (shown() !== before) done(Math.round(performance.now() - start));
    else if (performance.now() - start > 20000) done(null);
    else setTimeout(look, 5);
  };
  if (change === 'key') {
    const key = document.activeElement.getAttribute('aria-valuenow')
      === document.activeElement.getAttribute('aria-valuemax') ? 'ArrowLeft' : 'ArrowRight';
    document.activeElement.dispatchEvent(
      new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
  } else {
    const box = document.activeElement;
    box.selectedIndex = (box.selectedIndex + 1) % box.options.length;
    box.dispatchEvent(new Event('change', {bubbles: true}));
  }
  look();
})"""


def test_this_file_and_test_live_know_every_chapter(site):
    there = {path.stem for path in (site / "chapters").glob("*.html")}
    assert there == {*CHAPTERS, CHAPTER.split("/")[1].removesuffix(".html")}


@pytest.fixture(scope="module", params=CHAPTERS)
def live(request, browser, site_url):
    """A chapter made live once, with every result opened."""
    context = browser.new_context(
        base_url=site_url + "/", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.asked = []
    page.on("request", lambda asked: page.asked.append(asked.url))
    open_page(page, f"chapters/{request.param}.html")
    page.printed = page.evaluate(READ)
    page.evaluate("document.querySelectorAll('sl-reveal .sl-button').forEach((b) => b.click())")
    assert make_live(page) == "ready", status(page)
    yield page
    context.close()


def test_all_cells_ran_and_say_what_is_printed(live):
    assert sum(map(len, live.printed)) > 3
    assert live.evaluate(READ) == live.printed


def test_every_lab_moves_from_the_keyboard(live):
    names = live.evaluate(
        "names => [...document.querySelectorAll(names)].map((lab) => lab.dataset.lab)", MOVES
    )
    assert len(set(names)) == len(names) and live.locator("[data-lab]").count()
    assert names or "07_verdict" in live.url  # whose labs all work without Python
    for name in names:
        lab = live.locator(f"[data-lab={name}]")
        sliders = lab.get_by_role("slider")
        control = sliders.first if sliders.count() else lab.locator("select").first
        control.scroll_into_view_if_needed()
        control.focus()
        times = [live.evaluate(DRAWN, [name, "key" if sliders.count() else "choice"])]
        assert None not in times, f"{name}: moving its first control drew nothing new"
        print(f"{name}: {times[0]} ms from key to picture")


def test_every_button_of_every_lab_gives_a_sentence(live):
    for lab in live.locator(MOVES).all():
        for button in lab.locator(".sl-presets button, .widget-button").all():
            if not button.is_visible() or button.inner_text() in ("More", "Less", "Numbers"):
                continue
            button.click()
            live.wait_for_timeout(300)
            assert lab.locator(".sl-reading").inner_text().rstrip().endswith(".")
            assert lab.locator(".sl-figure svg").first.is_visible()


def test_no_request_leaves_the_site(live, site_url):
    here = (site_url + "/", "data:", "blob:", "about:")
    assert not [url for url in live.asked if not url.startswith(here)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_a_live_page(live, axe, theme):
    show_everything(live, theme)
    assert axe(live) == []
    live.evaluate("document.documentElement.dataset.theme = 'light'")
