"""Put beside each notebook page what *Make this page live* has to run.

The page shows only part of a notebook: cells tagged ``remove-cell`` are not there, and a
highlighted listing is not source code. So every page made from a notebook carries its code
cells, in order, as JSON in a ``<script type="application/json" id="live-cells">``, and each code
cell on the page has the class ``live-cell-N``, N being its place in the notebook.
"""

import json
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx


def code_cells(path: Path) -> list[dict]:
    """Return the code cells of a notebook that have something to run.

    Returns
    -------
    list of dict
        ``index`` (place among all cells of the notebook), ``source``, ``tags``.
    """
    notebook = nbformat.read(path, as_version=4)
    return [
        {"index": index, "source": cell.source, "tags": cell.metadata.get("tags", [])}
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    ]


def script(notebook: str, cells: list[dict]) -> str:
    """Return the element that carries the cells; ``</`` inside a cell cannot end it."""
    data = json.dumps({"notebook": notebook, "cells": cells}, ensure_ascii=False)
    data = data.replace("<", "\\u003c")
    return f'<script type="application/json" id="live-cells">{data}</script>'


def mark_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give each code cell on the page its place in the notebook as a class."""
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code":
            node["classes"].append(f"live-cell-{node['cell_index']}")


def add_cells(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Append the cells to the body of a page made from a notebook."""
    if doctree is None or pagename not in app.env.found_docs:
        return
    path = Path(app.env.doc2path(pagename))
    if path.suffix != ".ipynb":
        return
    cells = code_cells(path)
    if cells:
        notebook = path.relative_to(app.srcdir).as_posix()
        context["body"] += script(notebook, cells)


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.connect("doctree-read", mark_cells)
    app.connect("html-page-context", add_cells)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
