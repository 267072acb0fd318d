"""What a notebook page carries for *Make this page live*."""

import importlib.util
import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FILE = Path(__file__).resolve().parents[2] / "book" / "_ext" / "livecells.py"


@pytest.fixture(scope="module")
def livecells():
    spec = importlib.util.spec_from_file_location("livecells", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_cell_with_code_is_carried_in_its_place(livecells, tmp_path):
    hidden = new_code_cell("x = 1", metadata={"tags": ["remove-cell"]})
    cells = [new_markdown_cell("# Title"), hidden, new_code_cell("  \n"), new_code_cell("x + 1")]
    path = tmp_path / "page.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    assert livecells.code_cells(path) == [
        {"index": 1, "source": "x = 1", "tags": ["remove-cell"]},
        {"index": 3, "source": "x + 1", "tags": []},
    ]


def test_code_cannot_end_the_element_that_carries_it(livecells):
    source = "print('</script><!-- é', 1 < 2)"
    element = livecells.script("chapters/x.ipynb", [{"index": 0, "source": source, "tags": []}])
    head, _, rest = element.partition(">")
    data, end = rest[: -len("</script>")], rest[-len("</script>") :]
    assert head == '<script type="application/json" id="live-cells"' and end == "</script>"
    assert "<" not in data
    assert json.loads(data)["cells"][0]["source"] == source
