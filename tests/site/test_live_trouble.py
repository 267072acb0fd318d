"""What a live page loads, and what happens when it fails: each test starts a Python of its own."""

import re

import pytest
from test_live import (
    CHAPTER,
    LONG,
    SHORT,
    fold,
    make_live,
    open_page,
    press,
    settle,
    state,
    status,
    with_cells,
)

# --- what Python is asked for -------------------------------------------------------------------


def test_the_imports_of_the_cells_are_found(page):
    page.goto(SHORT)
    source = [
        "import numpy as np, pandas as pd  # import nothing\nfrom lifelines.utils import x",
        "if True:\n    import json; import os\nimportant = 1\nprint('import this')",
        "from . import here\nimport numpy",
    ]
    found = page.evaluate(
        "source => import('/_static/live/python.mjs').then((m) => m.importedModules(source))",
        source,
    )
    assert found == ["numpy", "pandas", "lifelines.utils", "json"]


def test_only_what_the_imports_need_is_loaded(page):
    page.goto(SHORT)
    needed = """async (modules) => {
      const { lighter, neededPackages } = await import('/_static/live/python.mjs');
      const answer = await fetch('/lite/static/pyodide/pyodide-lock.json');
      return neededPackages(lighter(await answer.json()), modules).map((entry) => entry.name);
    }"""
    bare = page.evaluate(needed, ["os"])
    assert {"ipython", "pyodide-kernel", "sqlite3", "micropip"} <= set(bare)
    assert not {"numpy", "ssl", "openssl", "jedi"} & set(bare)
    course = page.evaluate(needed, ["secondlook.labs.subgroup"])
    assert {"secondlook", "numpy", "matplotlib", "ipywidgets"} <= set(course)
    assert "lifelines" not in course and "lifelines" in page.evaluate(needed, ["lifelines"])


# --- restart, and what goes wrong ----------------------------------------------------------------


def run_code(page, code, number=0):
    """Put code into a cell of the live page and run it."""
    cell = page.locator("div.cell").nth(number)
    fold(cell)
    if not cell.get_by_role("textbox").count():
        cell.get_by_role("button", name=re.compile("Edit and run")).click()
    cell.get_by_role("textbox").fill(code)
    cell.get_by_role("textbox").press("Shift+Enter")


def outputs(page) -> list[str]:
    """Return the text of every output on the page."""
    return [" ".join(text.split()) for text in page.locator(".cell_output").all_inner_texts()]


def test_code_that_never_ends_is_stopped_by_restart(page):
    with_cells(page, "print('one')", "print('two')")
    open_page(page, SHORT)
    assert make_live(page) == "ready", status(page)
    run_code(page, "while True:\n    pass")
    page.wait_for_function("document.querySelector('.live-status').textContent.includes('cell 1')")
    assert press(page, "Restart Python") == "ready", status(page)
    assert "Cell 1 is back to the original." in "\n".join(page.evaluate("said"))
    assert "one" in outputs(page)[0]
    # what no cell of the page imported is fetched when it is asked for
    run_code(page, "import numpy\nprint('sum', numpy.arange(4).sum())")
    page.wait_for_function("document.querySelector('.live-status').textContent.includes('has run')")
    assert "sum 6" in outputs(page)[0]


def test_a_python_that_dies_is_noticed_and_can_be_had_again(page):
    with_cells(page, "print('one')")
    open_page(page, SHORT)
    printed = outputs(page)
    assert make_live(page) == "ready", status(page)
    run_code(page, "import js\njs.self.close()")
    page.wait_for_function("document.documentElement.dataset.live === 'failed'", timeout=LONG)
    assert status(page).startswith("Python stopped unexpectedly")
    assert outputs(page) == printed and page.locator(".live-output").count() == 0
    press(page, "Try again")
    assert "Running cell 1 of" in "\n".join(page.evaluate("said"))


def test_a_file_that_does_not_arrive(page):
    with_cells(page, "import numpy")
    open_page(page, SHORT)
    printed = outputs(page)
    page.route("**/pyodide/numpy-*", lambda route: route.abort())
    assert make_live(page) == "failed"
    assert re.match(r"The file numpy-\S+ did not arrive\.", status(page))
    assert "as it was printed" in status(page)
    assert outputs(page) == printed and page.locator(".live-output").count() == 0
    page.unroute("**/pyodide/numpy-*")
    assert press(page, "Try again") == "ready", status(page)


@pytest.mark.parametrize(
    "file", ["**/thebe-core.min.js", "**/pyodide-lock.json", "**/pyodide.js", "**/pyodide.asm.wasm"]
)
def test_a_missing_part_is_named(page, file):
    page.route(file, lambda route: route.fulfill(status=404, body="no"))
    open_page(page, SHORT)
    assert make_live(page) == "failed"
    assert f"The file {file.split('/')[-1]} did not arrive" in status(page)
    assert page.locator(".live-output").count() == 0


def test_a_browser_without_webassembly_is_told_so(page):
    page.add_init_script("delete globalThis.WebAssembly")
    open_page(page, SHORT)
    assert make_live(page) == "failed"
    assert "no WebAssembly" in status(page)


def test_memory_that_runs_out_is_told_so(page):
    page.add_init_script(
        "HTMLElement.prototype.noop = 1; const { Worker: W } = window;"
        "window.Worker = class extends W { constructor(...a) { super(...a); setTimeout(() =>"
        " this.dispatchEvent(new MessageEvent('message', {data: {secondlook: {failed: 'run',"
        " message: 'RangeError: WebAssembly.Memory(): could not allocate memory'}}})), 500) } }"
    )
    open_page(page, SHORT)
    assert make_live(page) == "failed"
    assert status(page).startswith("Python ran out of memory")


def test_a_cell_that_fails_at_the_start_is_named(page):
    with_cells(page, "print('one')", "name_of_nothing", "print('three')")
    open_page(page, SHORT)
    printed = outputs(page)
    assert make_live(page) == "failed"
    assert status(page) == (
        "Cell 2 of 3 stopped with NameError: name 'name_of_nothing' is not defined. "
        "The cells after it are as they were."
    )
    assert outputs(page)[2:] == printed[2:]
    assert page.get_by_role("button", name="Run all again").is_visible()
    run_code(page, "print('mended')", number=1)
    page.wait_for_function("document.querySelector('.live-status').textContent.includes('has run')")
    assert press(page, "Run all again") == "ready", status(page)


def test_predictions_outlive_a_reload(page):
    open_page(page)
    box = page.locator("sl-predict[data-id='04.half']")
    box.locator("input").first.fill("1.4")
    box.locator("select").select_option("70")
    box.get_by_role("button", name="Commit prediction").click()
    assert make_live(page) == "ready", status(page)
    assert "1.4" in page.locator("sl-predict[data-id='04.half']").inner_text()
    assert page.locator("[data-lab=missing-half] .sl-figure").first.is_visible()
    assert not page.locator("[data-lab=cut-point] .sl-figure").first.is_visible()
    page.reload()
    assert "1.4" in page.locator("sl-predict[data-id='04.half']").inner_text()
    assert state(page) == "off"


def test_an_output_under_the_readers_hands_waits_until_they_leave(page):
    with_cells(page, "print('one')", "print('two')", "print('three')")
    open_page(page, SHORT)
    box = page.locator("div.cell").nth(2).locator("sl-answer input")
    box.fill("0.0")
    assert make_live_by_script(page) == "ready", status(page)
    assert box.input_value() == "0.0" and box.evaluate("n => n === document.activeElement")
    box.press("Tab")
    box.evaluate("n => document.activeElement.blur()")
    page.wait_for_function(
        "document.querySelectorAll('.cell_output')[2].innerText.trim() === 'three'"
    )
    assert page.locator(".live-pending").count() == 0


def make_live_by_script(page) -> str:
    """Make the page live without taking the focus from where it is."""
    page.evaluate("document.querySelector('.live-go').click()")
    page.wait_for_function("document.documentElement.dataset.live === 'starting'")
    return settle(page)


def test_a_state_link_reaches_its_lab(page):
    with_cells(page, "import os", "print('link', os.environ['SECONDLOOK_LINK'])")
    open_page(page, SHORT + "#fishing-rig?subgroups=7")
    assert make_live(page) == "ready", status(page)
    assert "link #fishing-rig?subgroups=7" in " ".join(outputs(page))
    page.goto("about:blank")
    page.goto(CHAPTER + "#fishing-rig?subgroups=7")
    page.wait_for_selector(".live-bar")
    assert "sets a lab on this page" in status(page)
