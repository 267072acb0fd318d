"""The site's own JupyterLite: a chapter to take further, with everything importable."""

import json
import re

import pytest

NOTEBOOK = "chapters/04_subgroup.ipynb"
LONG = 120_000  # milliseconds; a machine that does other work at the same time is slow
# Every code cell that has run carries its number.
ALL_RAN = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
  .every((prompt) => /\\[\\d+\\]/.test(prompt.textContent))"""
FOUR_LABS = "document.querySelectorAll('.sl-lab .sl-screen').length >= 4"
EVERY_MODULE = """
import importlib, json, pkgutil, secondlook
names = [m.name for m in pkgutil.walk_packages(secondlook.__path__, "secondlook.")]
for name in names:
    importlib.import_module(name)
print("IMPORTED", json.dumps(sorted(names)))
"""


def open_notebook(page, app: str, path: str = NOTEBOOK) -> None:
    """Open a notebook in one of the two apps and wait until its cells stand there."""
    page.goto(f"lite/{app}/index.html?path={path}")
    # An empty cell stands there before the notebook has come.
    page.wait_for_selector(".jp-Notebook .jp-RenderedMarkdown h1", timeout=LONG)


def wait_for_python(page) -> None:
    """Wait until the kernel has started; what is run before is lost."""
    idle = ".jp-Notebook-ExecutionIndicator[data-status='idle']"
    page.wait_for_selector(idle, timeout=LONG, state="attached")


def run_all(page) -> None:
    """Run all cells by the menu."""
    wait_for_python(page)
    page.click(".lm-MenuBar-itemLabel:text-is('Run')")
    page.click(".lm-Menu-itemLabel:text-is('Run All Cells') >> nth=0")


def modules(site) -> list[str]:
    """Every module of the course's package, as files in the checkout say."""
    source = site.parents[1] / "src"
    found = (path.relative_to(source) for path in (source / "secondlook").rglob("*.py"))
    names = (".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in found)
    return sorted(name for name in names if name != "secondlook")


@pytest.fixture(scope="module")
def chapter(browser, site_url, proxy):
    """Chapter 4 in the notebook app, all of it run."""
    before = len(proxy.asked)
    context = browser.new_context(base_url=site_url + "/", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    open_notebook(page, "notebooks")
    page.shown_first = page.inner_text(".jp-Notebook")
    page.outputs_first = page.locator(".jp-OutputArea-output").count()
    run_all(page)
    yield page
    context.close()
    assert not proxy.foreign(before)


@pytest.mark.parametrize("folder", ["chapters", "exercises", "solutions"])
def test_the_copies_hold_no_answers_and_their_links_lead_to_the_site(folder, site):
    for path in sorted((site / "lite" / "files" / folder).glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            assert not cell.get("outputs")
            for link in re.findall(r"\]\(<?(?!\w+:|#)([^)\s>#]+)", "".join(cell["source"])):
                assert (path.parent / link).resolve().is_relative_to(site)
                assert (path.parent / link).is_file(), link
        assert any(cell["cell_type"] == "code" for cell in notebook["cells"])


def test_nothing_is_shown_before_it_is_run(chapter):
    assert chapter.outputs_first == 0
    assert "Subgroup" in chapter.shown_first


def test_the_whole_chapter_runs_with_no_install_and_no_error(chapter):
    chapter.wait_for_function(FOUR_LABS, timeout=LONG)
    chapter.wait_for_function(ALL_RAN, timeout=LONG)
    assert chapter.locator(".jp-CodeCell").count() > 10
    assert chapter.locator(".jp-OutputArea-output .sl-lab .sl-screen figure").count() >= 4
    assert chapter.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0


def test_a_lab_is_redrawn_by_the_keyboard(chapter):
    chapter.wait_for_function(ALL_RAN, timeout=LONG)
    hidden = chapter.get_by_role("button", name="Show me anyway")
    while hidden.count():
        hidden.first.click()
    lab = chapter.locator(".sl-lab", has=chapter.locator(".noUi-handle:visible")).first
    screen = lab.locator(".sl-screen").element_handle()
    before, cells = screen.inner_html(), chapter.locator(".jp-Cell").count()
    lab.locator(".noUi-handle:visible").first.focus()
    chapter.keyboard.press("ArrowLeft")
    chapter.wait_for_function(
        "([screen, before]) => screen.innerHTML !== before", arg=[screen, before], timeout=30_000
    )
    assert chapter.locator(".jp-Cell").count() == cells  # the key did nothing to the notebook
    assert chapter.evaluate("document.activeElement.classList.contains('noUi-handle')")


@pytest.mark.parametrize("app", ["notebooks", "lab"])
def test_both_apps_open_and_a_link_to_the_evidence_leads_to_the_page(app, page):
    open_notebook(page, app)
    link = page.locator(".jp-RenderedMarkdown a[href*='book/evidence.html#']").first
    link.wait_for(timeout=LONG)
    with page.context.expect_page() as opened:
        link.click()
    evidence = opened.value
    evidence.wait_for_load_state()
    address, _, anchor = evidence.url.partition("#")
    assert address == page.url.split("/lite/")[0] + "/book/evidence.html"
    assert evidence.locator(f"[id='{anchor}']").count() == 1
    assert not page.log.missing
    assert not [line for line in page.log.errors if "favicon" not in line]


def test_every_module_of_the_package_can_be_imported(page, site):
    open_notebook(page, "notebooks")
    wait_for_python(page)
    cell = page.locator(".jp-CodeCell .cm-content").first
    cell.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(EVERY_MODULE)
    page.keyboard.press("Control+Enter")
    output = page.locator(".jp-CodeCell .jp-OutputArea-output").first
    output.get_by_text("IMPORTED").or_(page.get_by_text("Error")).first.wait_for(timeout=LONG)
    said = output.inner_text()
    assert said.startswith("IMPORTED"), said
    assert json.loads(said.removeprefix("IMPORTED")) == modules(site)


def test_claims_are_judged_and_tellings_sorted_in_a_notebook(page, site_url):
    open_notebook(page, "notebooks", "chapters/06_secondary_sources.ipynb")
    run_all(page)
    page.wait_for_function(ALL_RAN, timeout=LONG)
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    cells = page.locator(".jp-Cell").count()
    desk = page.locator("sl-desk")
    desk.locator("input[value=holds]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    desk.get_by_label("How sure are you").select_option("70")
    desk.get_by_role("button", name="Commit verdict").press("Enter")
    assert desk.locator(".sl-judged").is_visible()
    assert page.locator(".jp-Cell").count() == cells  # no key did anything to the notebook
    row = desk.locator(".sl-told:visible a").last
    assert row.evaluate("link => link.href").startswith(f"{site_url}/book/claims.html#c-")
    while page.locator("sl-reveal .sl-button:visible").count():
        page.locator("sl-reveal .sl-button:visible").first.click()
    first = page.locator("sl-order .sl-ranked li").nth(1)
    key = first.get_attribute("data-key")
    first.get_by_role("button", name="Up").press("Enter")
    assert page.locator("sl-order .sl-ranked li").first.get_attribute("data-key") == key
    stored = json.loads(page.evaluate("localStorage.getItem('secondlook')"))
    assert sum(id.startswith("06.c.") for id in stored["predictions"]) == 1
