"""The tables of the page *How often nothing looks like something*.

``{familywise-table} NAME`` with a ``:caption:`` shows rows of ``data/benchmarks/familywise.csv``:
those of a table, and after a comma those of one level, as in ``families, two-sided 5%``. So no
number of a run is ever typed.
"""

from html import escape

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from secondlook._data import data_path
from secondlook.computed import familywise
from secondlook.figures.tables import Table

NOT_SHARES = ("ratios", "tests")


class FamilywiseTable(SphinxDirective):
    """One table of the last run of ``tools/familywise.py``; it scrolls on a narrow screen."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"caption": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        if "caption" not in self.options:
            raise self.error("a familywise-table needs a :caption:")
        caption = self.options["caption"]
        try:
            made = table(self.arguments[0], caption)
        except ValueError as error:
            raise self.error(str(error)) from error
        for file in (str(data_path("benchmarks", "familywise.csv")), __file__):
            self.env.note_dependency(file)
        html = (
            '<div class="pst-scrollable-table-container" role="region" tabindex="0" '
            f'aria-label="{escape(caption)}">{made.html()}</div>'
        )
        return [nodes.raw("", html, format="html")]


def table(name: str, caption: str) -> Table:
    """Make one of the tables, such as ``families, two-sided 5%`` or ``ratios``.

    Raises
    ------
    ValueError
        If the file has no row for it.
    """
    wanted, _, level = (part.strip() for part in name.partition(","))
    found = [r for r in familywise() if r["table"] == wanted and level in ("", r["level"])]
    if not found:
        known = ", ".join(dict.fromkeys(row["table"] for row in familywise()))
        raise ValueError(f"familywise.csv has no row for {name!r}; its tables are {known}")
    show_level = not level and any(row["level"] for row in found)
    earlier = any(row["earlier"] for row in found)
    head = ["What", *["Level"] * show_level, "Here", "Standard error"]
    head += ["An earlier, separate program"] * earlier
    return Table(head, [_cells(row, show_level, earlier) for row in found], caption)


def _cells(row, show_level, earlier):
    said = _sentence(row["what"]) + (f" ({row['reason']})" if row["reason"] else "")
    cells = [said, *[row["level"]] * show_level, figure(row, "ours"), figure(row, "se")]
    return cells + [figure(row, "earlier") or "not computed"] * earlier


def figure(row: dict[str, str], column: str) -> str:
    """A share as a percentage, a ratio or a number of tests as it is; the earlier as printed."""
    if not row[column]:
        return ""
    share = row["table"] not in NOT_SHARES
    if column == "earlier":
        digits = len(row[column].partition(".")[2])
        number = float(row[column])
        return f"{100 * number:.{max(0, digits - 2)}f}%" if share else f"{number:.{digits}f}"
    digits = (2 if float(row["ours"]) < 0.01 or column == "se" else 1) if share else 3
    if row["table"] == "tests":
        digits = 1
    return (
        f"{100 * float(row[column]):.{digits}f}%" if share else f"{float(row[column]):.{digits}f}"
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def setup(app) -> dict:
    app.add_directive("familywise-table", FamilywiseTable)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
