"""``{coverage-table} 04_subgroup``: what a chapter teaches each of its objectives with.

``data/objectives/NN_name.json`` says which predictions, labs, questions and exercises serve an
objective, and which misconception it is up against. Their words come from the notebooks and from
the questions. A name that a notebook does not have, one that no objective uses, or an empty cell is
an error that stops the build.
"""

import ast
import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from secondlook._data import data_path
from secondlook.questions import question

ROOT = Path(__file__).resolve().parents[2]
PARTS = {
    "predictions": "Prediction",
    "labs": "Lab",
    "questions": "Question",
    "exercises": "Exercise",
}
LAB = re.compile(r'data-lab="([a-z0-9-]+)"')


@dataclass(frozen=True)
class Notebook:
    """What a chapter and its exercises hold: each kind a dict of name to words."""

    text: str
    predictions: dict[str, str]
    labs: dict[str, str]
    questions: dict[str, str]
    exercises: dict[str, str]


def read_notebook(stem: str, root: Path = ROOT) -> Notebook:
    """Return what the chapter and the solutions of that name hold."""
    chapter = nbformat.read(root / "chapters" / f"{stem}.ipynb", as_version=4)
    solutions = nbformat.read(root / "solutions" / f"{stem}.ipynb", as_version=4)
    outputs = "".join(
        "".join(output.get("data", {}).get("text/html", ""))
        for cell in chapter.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    labs = dict.fromkeys(LAB.findall(outputs))
    return Notebook(
        " ".join(c.source for c in chapter.cells if c.cell_type == "markdown"),
        dict(_calls(chapter, "predict")),
        {name: name.replace("-", " ").capitalize() for name in labs},
        {id: question(id).asks for id, _ in _calls(chapter, "question")},
        {**dict(_calls(solutions, "answer")), **dict(_calls(solutions, "write"))},
    )


def _calls(notebook, name):
    """Yield the id and the words of every call of a function of that name."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                words = [ast.literal_eval(argument) for argument in node.args[:2]]
                yield words[0], words[-1]


def objectives(stem: str) -> list[dict]:
    """Return the objectives of a chapter as its file gives them."""
    return json.loads(data_path("objectives", f"{stem}.json").read_text(encoding="utf-8"))


def problems(rows: list[dict], book: Notebook) -> list[str]:
    """Return what is wrong between the objectives and the notebooks, in words."""
    found = []
    known = {"objective", "misconception", *PARTS}
    for number, row in enumerate(rows, 1):
        if set(row) != known or not all(row.values()):
            found.append(f"objective {number} needs {', '.join(sorted(known))}, none of them empty")
        elif plain(row["objective"]) not in plain(book.text):
            found.append(f"objective {number} is not worded like this in the chapter")
    for part in PARTS:
        there = set(getattr(book, part))
        used = {name for row in rows for name in row.get(part, ())}
        found += [f"{part}: {name!r} is not in the notebook" for name in sorted(used - there)]
        found += [f"{part}: no objective uses {name!r}" for name in sorted(there - used)]
    return found


def plain(markdown: str) -> str:
    """Return text without links, emphasis, markers and the shape of its quotation marks."""
    text = re.sub(r"<!--.*?-->", "", markdown, flags=re.DOTALL)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r"[*_`\"“”]", "", text))


class CoverageTable(SphinxDirective):
    """One row an objective; the rows are checked against the notebooks."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        stem = self.arguments[0]
        rows, book = objectives(stem), read_notebook(stem)
        for folder in ("chapters", "solutions"):
            self.env.note_dependency(str(ROOT / folder / f"{stem}.ipynb"))
        self.env.note_dependency(str(data_path("objectives", f"{stem}.json")))
        if wrong := problems(rows, book):
            raise self.error(f"coverage of {stem}: " + "; ".join(wrong))
        return [nodes.raw("", table_html(rows, book), format="html")]


def table_html(rows: list[dict], book: Notebook) -> str:
    """Return the coverage of a chapter as an accessible table.

    The roles repeat what the elements mean: on a narrow screen the cells are stacked, and a browser
    then forgets that it was a table.
    """
    heads = ["You can …", *PARTS.values(), "Misconception"]
    head = "".join(f'<th role="columnheader" scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(_row_html(row, book) for row in rows)
    return (
        '<table class="sl-table sl-coverage" role="table">'
        "<caption>What serves each objective</caption>"
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _row_html(row: dict, book: Notebook) -> str:
    cells = f'<th role="rowheader" scope="row">{escape(row["objective"])}</th>'
    for part, head in PARTS.items():
        words = getattr(book, part)
        items = "".join(f"<li>{escape(_short(words[name]))}</li>" for name in row[part])
        cells += f'<td role="cell" data-head="{head}"><ul>{items}</ul></td>'
    against = f'<td role="cell" data-head="Misconception">{escape(row["misconception"])}</td>'
    return f'<tr role="row">{cells}{against}</tr>'


def _short(words: str) -> str:
    return re.sub(r"\*\*|`", "", words)


def setup(app) -> dict:
    app.add_directive("coverage-table", CoverageTable)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
