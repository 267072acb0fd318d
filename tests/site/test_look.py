"""The look on every page: eyes, hands, a screen reader, a telephone, no scripts, paper."""

from pathlib import Path

import pytest
from test_live import LABS as WITH_A_SLIDER

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "chapters/04_subgroup.html"
LABS = (*WITH_A_SLIDER, "credibility-checklist")
NARROW = {"width": 390, "height": 844}
# JupyterLite's own pages are tested in test_lite.py; these hold no page of ours.
UNFOLDED = ("book/claims.html", "book/anomalies.html")
NOT_OURS = ("lite/", "vendor/", "_static/")


def pages(site: Path) -> list[str]:
    """Every page of the book, as an address below the site."""
    found = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))]
    return [name for name in found if not name.startswith(NOT_OURS) and name != "index.html"]


def prefer(page, mode: str) -> None:
    """Open pages in the light or the dark mode of the theme."""
    page.add_init_script(f"localStorage.mode = '{mode}'; localStorage.theme = '{mode}'")


def settle(page, address: str) -> None:
    """Open a page and wait until its scripts have done their part."""
    page.goto(address, wait_until="load")
    page.wait_for_function("document.readyState === 'complete'")
    page.evaluate("document.fonts.ready")


# --- a screen reader, and colours --------------------------------------------------------------


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, NARROW], ids=["wide", "narrow"])
def test_axe_finds_no_violation_on_any_page(new_page, site, axe, mode, size):
    page = new_page(viewport=size)
    prefer(page, mode)
    found = {}
    for name in pages(site):
        if name in UNFOLDED:
            continue  # test_claims.py looks at all of them, with what is folded
        settle(page, name)
        assert page.evaluate("document.documentElement.dataset.theme") == mode
        if violations := axe(page):
            found[name] = violations
    assert not found, "\n".join(f"{name}: {line}" for name in found for line in found[name])


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_is_folded_has_no_violation_either(new_page, axe, site, mode):
    page = new_page(reduced_motion="reduce")  # or axe would look while it fades in
    prefer(page, mode)
    chapters = [name for name in pages(site) if name.startswith("chapters/")]
    chapters = chapters if mode == "light" else [CHAPTER]  # colours are the same in all of them
    for name in (*chapters, "exercises/04_subgroup.html", "book/how-to-study.html"):
        settle(page, name)
        page.evaluate("document.querySelectorAll('sl-reveal .sl-button').forEach((b) => b.click())")
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        page.evaluate(
            "document.querySelectorAll('button.toggle-button-hidden').forEach((b) => b.click())"
        )
        page.wait_for_function("document.getAnimations().every((a) => a.playState !== 'running')")
        assert axe(page) == [], name


# --- a telephone -------------------------------------------------------------------------------


def test_no_page_scrolls_sideways_on_a_telephone(new_page, site):
    page = new_page(viewport=NARROW)
    wide = {}
    for name in pages(site):
        settle(page, name)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            wide[name] = width
    assert not wide, f"wider than {NARROW['width']} pixels: {wide}"


@pytest.mark.parametrize("how", ["hover", "focus"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_note_of_a_number_stays_on_the_page(new_page, how, width):
    page = new_page(viewport={"width": width, "height": 844})
    settle(page, CHAPTER)
    links = page.locator(".bd-article a.sl-evidence:visible")
    assert links.count() > 5
    page.keyboard.press("Tab")  # so that the browser knows a keyboard is in use
    for link in [links.nth(k) for k in range(min(links.count(), 12))]:
        link.scroll_into_view_if_needed()
        getattr(link, how)()
        box = link.evaluate(
            """(a) => {
              const note = getComputedStyle(a, '::after');
              const home = a.closest('p, li, td, th, dd, figcaption').getBoundingClientRect();
              return { shown: note.display, text: note.content, left: home.left,
                       right: home.left + parseFloat(note.width), page: innerWidth,
                       scroll: document.documentElement.scrollWidth };
            }"""
        )
        assert box["shown"] == "block"
        assert link.get_attribute("data-evidence")[:10] in box["text"]
        assert box["left"] >= 0
        assert box["right"] <= box["page"]
        assert box["scroll"] <= box["page"]


def test_the_note_is_not_the_only_way_and_escape_puts_it_away(page):
    settle(page, CHAPTER)
    link = page.locator(".bd-article a.sl-evidence:visible").first
    target = link.get_attribute("href")
    page.keyboard.press("Tab")
    link.focus()
    shown = "(a) => getComputedStyle(a, '::after').content !== 'none'"
    assert link.evaluate(shown)
    page.keyboard.press("Escape")
    assert not link.evaluate(shown)
    link.press("Enter")
    page.wait_for_url("**/book/evidence.html#*")
    row = page.locator(f"[id='{target.partition('#')[2]}']")
    assert row.inner_text().strip(), "the row itself carries value, place and source"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_menus_open_and_close_on_a_telephone(new_page, axe, mode):
    page = new_page(viewport=NARROW, reduced_motion="reduce")
    prefer(page, mode)
    settle(page, CHAPTER)
    for menu, inside in (("primary", "Glossary"), ("secondary", "Limits")):
        button = page.locator(f".bd-header-article .{menu}-toggle")
        dialog = page.locator(f"#pst-{menu}-sidebar-modal")
        link = dialog.get_by_role("link", name=inside)
        assert not link.is_visible()
        button.click()
        link.wait_for()
        assert axe(page) == []
        page.keyboard.press("Escape")
        link.wait_for(state="hidden")
    page.locator(".bd-header-article .primary-toggle").click()
    page.get_by_role("link", name="Glossary").click()
    page.wait_for_url("**/book/glossary.html")


def test_a_live_chapter_fits_a_telephone(new_page):
    page = new_page(viewport=NARROW)
    settle(page, CHAPTER)
    page.get_by_role("button", name="Make this page live").click()
    done = "['ready', 'failed'].includes(document.documentElement.dataset.live)"
    page.wait_for_function(done, timeout=240_000)
    assert page.evaluate("document.documentElement.dataset.live") == "ready"
    anyway = page.get_by_role("button", name="Show me anyway")
    while anyway.count():  # the list shrinks as they are pressed
        anyway.first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    labs = page.locator(".sl-lab.widget-vbox")
    assert labs.count() == len(LABS)
    for control in labs.locator("select, button, .noUi-handle, input:visible").all():
        if box := control.bounding_box():
            assert box["x"] >= 0, control.evaluate("(e) => e.outerHTML.slice(0, 120)")
            assert box["x"] + box["width"] <= NARROW["width"] + 1


# --- hands on the keyboard ---------------------------------------------------------------------


def test_the_first_tab_leads_past_the_menus(page):
    settle(page, CHAPTER)
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent.trim()")
    assert first == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", ["book/index.html", CHAPTER])
def test_focus_can_be_seen_wherever_it_is(page, mode, name):
    prefer(page, mode)
    settle(page, name)
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        unseen += page.evaluate(
            """() => {
              const e = document.activeElement;
              if (!e || e === document.body) return [];
              // A door of the first page wears the ring of the link inside it.
              const wearers = [e, e.closest('.sl-doors li'), e.parentElement].filter(Boolean);
              const seen = wearers.some((w) => {
                const s = getComputedStyle(w);
                return (parseFloat(s.outlineWidth) >= 2 && s.outlineStyle !== 'none')
                  || s.boxShadow !== 'none';
              });
              return seen ? [] : [e.outerHTML.slice(0, 120)];
            }"""
        )
    assert unseen == []


def test_the_sealed_trials_are_judged_from_the_keyboard_alone(page):
    settle(page, CHAPTER)
    trials, key = page.locator(".sl-sealed"), page.keyboard
    trials.first.locator("summary").focus()
    for number in range(trials.count()):
        if number:  # the first stands open
            key.press("Enter")
        for move in ("Tab", "Space", "ArrowDown", "Tab", "8", "Tab", "Enter"):
            key.press(move)
        said = "document.activeElement.innerText.startsWith('Your prediction: works a little')"
        assert page.evaluate(said), f"trial {number + 1}"
        key.press("Tab")
    assert page.locator(".sl-truths").is_visible()
    assert "You placed 4 of 10 right." in page.locator("sl-score").inner_text()


def test_less_motion_means_no_motion(new_page):
    page = new_page(reduced_motion="reduce")
    settle(page, CHAPTER)
    slow = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter((e) => {
          const s = getComputedStyle(e);
          return [s.transitionDuration, s.animationDuration].some(
            (d) => d.split(',').some((part) => parseFloat(part) > 0.01));
        }).map((e) => e.className).slice(0, 5)"""
    )
    assert slow == []


# --- no JavaScript -----------------------------------------------------------------------------


def test_without_javascript_text_figures_and_tables_are_there(new_page, site):
    page = new_page(java_script_enabled=False)
    for name in pages(site):
        if name == "search.html":
            continue  # a search needs a script
        page.goto(name)
        assert page.locator(".bd-article h1").first.is_visible(), name
        assert page.locator(".sl-disclaimer").is_visible(), name
    page.goto(CHAPTER)
    labs = page.locator("[data-lab]")
    assert labs.count() == len(LABS)
    for lab in labs.all():
        assert lab.locator("svg[role=img]:visible").count() >= 1
        assert len(lab.locator(".sl-reading").inner_text()) > 40
        assert lab.locator("table").count() >= 1
    page.goto("book/evidence.html")
    assert page.locator("tr[id='k19-t2b-hr-tot']").is_visible()
    page.goto("book/how-to-study.html")
    assert page.get_by_text("Nothing later needs it.").is_visible(), "Deeper is unfolded"


# --- paper -------------------------------------------------------------------------------------


def test_paper_has_the_results_and_not_the_menus(page):
    settle(page, CHAPTER)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for menu in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article",
                 ".prev-next-footer", "#pst-header"):  # fmt: skip
        assert page.locator(f"{menu}:visible").count() == 0, menu
    labs = page.locator("[data-lab]")
    assert labs.count() == len(LABS)
    for lab in labs.all():
        name = lab.get_attribute("data-lab")
        assert lab.locator("svg[role=img]:visible").count() == 1, name
        assert lab.locator(".sl-reading").first.is_visible(), name
        assert lab.locator("table").first.is_visible(), name
    assert page.locator(".bd-article div.cell table.sl-table:visible").count() >= 4
    assert page.locator(".bd-article div.cell_input:visible").count() == 0, "folded code stays away"
    assert page.locator(".sl-disclaimer").is_visible()


def test_paper_is_filled_and_opens_what_is_sealed(new_page):
    page = new_page(viewport={"width": 643, "height": 971})  # what A4 leaves within its margins
    settle(page, CHAPTER)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".sl-truths td:visible").count() == 5 * 10
    height = "(e) => e.getBoundingClientRect().height"
    for trial in page.locator(".sl-sealed").all():
        assert trial.evaluate(height) < 971 / 2, "two trials fill a page"
    kept = "(e) => getComputedStyle(e).breakInside"
    assert page.locator(".sl-sealed").first.evaluate(kept) == "avoid"
    for lab in page.locator("[data-lab]").all():
        assert lab.evaluate(kept) == "auto"
        assert lab.locator(".sl-figure").first.evaluate(kept) == "avoid"
    assert page.locator(".sl-numbers > summary:visible").count() == 0


def test_paper_is_light_even_when_the_screen_is_dark(page):
    prefer(page, "dark")
    settle(page, CHAPTER)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    colours = page.evaluate(
        """() => {
          const light = (c) => c.match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3;
          const ink = getComputedStyle(document.querySelector('.bd-article section > p')).color;
          const paper = getComputedStyle(document.body).backgroundColor;
          return [light(ink), paper.endsWith(', 0)') ? 255 : light(paper)];
        }"""
    )
    assert colours[0] < 90
    assert colours[1] > 240


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("book/claims.html", ("pre", "table.sl-claims td", ".sl-told")),
        ("book/anomalies.html", ("pre", "dd", ".sl-says")),
        ("chapters/06_secondary_sources.html", ("blockquote", "pre", "div.admonition")),
        ("exercises/04_subgroup.html", ("div.cell_input pre", ".highlight .n", ".highlight .c1")),
    ],
)
def test_what_is_printed_from_a_dark_screen_is_dark_on_white(new_page, name, kinds):
    page = new_page()
    prefer(page, "dark")
    settle(page, name)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    root = "getComputedStyle(document.documentElement)"
    assert page.evaluate(f"{root}.colorScheme") == "light", "or the margins print black"
    for part in ("html", "body", *(f".bd-article {kind}" for kind in kinds)):
        assert page.locator(part).count(), part
        ink, paper = page.locator(part).first.evaluate(COLOURS)
        assert ink < 100 and paper > 240, (part, ink, paper)


# How light the ink of an element is, and what lies under it, from 0 to 255.
COLOURS = """(e) => {
  const parts = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => parts(c).slice(0, 3).reduce((a, b) => a + b, 0) / 3;
  const through = (c) => parts(c).length === 4 && parts(c)[3] === 0;
  let under = e;
  while (under.parentElement && through(getComputedStyle(under).backgroundColor))
    under = under.parentElement;
  const paper = getComputedStyle(under).backgroundColor;
  return [light(getComputedStyle(e).color), through(paper) ? 255 : light(paper)];
}"""


def test_an_address_is_printed_and_a_page_is_not(page):
    settle(page, "book/references.html")
    page.emulate_media(media="print")
    after = "(a) => getComputedStyle(a, '::after').content"
    assert "doi.org" in page.locator(".bd-article a[href*='doi.org']").first.evaluate(after)
    settle(page, "book/index.html")
    assert page.locator(".sl-doors a").first.evaluate(after) in ("none", '""')


# --- every page --------------------------------------------------------------------------------


def test_every_page_says_what_its_pictures_show_and_that_it_is_no_medical_advice(page, site):
    for name in pages(site):
        settle(page, name)
        silent = page.evaluate(
            """() => [...document.querySelectorAll('.bd-article img, .bd-article svg[role=img]')]
              .filter((e) => (e.alt ?? e.getAttribute('aria-label') ?? '').trim().length < 20)
              .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert silent == [], name
        words = page.locator("footer .sl-disclaimer, .bd-footer-content .sl-disclaimer")
        assert words.first.is_visible(), name
        assert "medical advice" in words.first.inner_text(), name


def test_the_doors_lead_somewhere(page):
    settle(page, "book/index.html")
    doors = page.locator(".sl-doors a")
    names = ["Start", "The second look", "Teach with it", "The evidence"]
    assert [door.inner_text() for door in doors.all()] == names
    for address in [door.get_attribute("href") for door in doors.all()]:
        answer = page.request.get(page.evaluate("(a) => new URL(a, location).href", address))
        assert answer.status == 200


def test_the_page_is_set_to_be_read(page):
    settle(page, "book/how-to-study.html")
    size, family, width = page.evaluate(
        """() => {
          const p = document.querySelector('.bd-article section > p');
          const s = getComputedStyle(p);
          return [parseFloat(s.fontSize), s.fontFamily, p.getBoundingClientRect().width];
        }"""
    )
    assert size == 18
    assert family.startswith('"Source Serif 4"')
    assert page.evaluate("document.fonts.check('18px \"Source Serif 4\"')")
    letter = page.evaluate(
        """() => {
          const pen = document.createElement('canvas').getContext('2d');
          pen.font = '18px "Source Serif 4"';
          const text = document.querySelector('.bd-article').innerText.replace(/\\s+/g, ' ');
          return pen.measureText(text).width / text.length;
        }"""
    )
    assert 62 <= width / letter <= 76, "65 to 70 letters a line, and a little room"
