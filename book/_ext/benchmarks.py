"""The tables of the page *How fast*: ``{benchmark-table} NAME`` with a ``:caption:``.

They are made from ``data/benchmarks/`` each time the book is built, so that no number of a run
is ever typed.
"""

import sys
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from speed import tables


class BenchmarkTable(SphinxDirective):
    """One table of the last run of ``make bench``; it scrolls by itself on a narrow screen."""

    required_arguments = 1
    option_spec = {"caption": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        if "caption" not in self.options:
            raise self.error("a benchmark-table needs a :caption:")
        caption = self.options["caption"]
        try:
            made = tables.table(self.arguments[0], caption)
        except ValueError as error:
            raise self.error(str(error)) from error
        files = [tables.FOLDER / f"{name}.csv" for name in tables.FILES]
        for file in (*files, Path(tables.__file__), Path(__file__)):
            self.env.note_dependency(str(file))
        html = (
            '<div class="pst-scrollable-table-container" role="region" tabindex="0" '
            f'aria-label="{escape(caption)}">{made.html()}</div>'
        )
        return [nodes.raw("", html, format="html")]


def setup(app) -> dict:
    app.add_directive("benchmark-table", BenchmarkTable)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
