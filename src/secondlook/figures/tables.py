"""Small tables that read well on the page, to a screen reader and as plain text."""

from dataclasses import dataclass
from html import escape

from secondlook.appraisal import ledger, profile


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first column names its row.

    Parameters
    ----------
    columns : sequence of str
        Column headings, the first for the row names.
    rows : sequence of sequences
        One sequence a row, as long as ``columns``; shown with ``str``.
    caption : str
        What the table shows.

    Raises
    ------
    ValueError
        If a row is not as long as ``columns``; the message names the row.
    """

    columns: tuple
    rows: tuple
    caption: str

    def __post_init__(self):
        object.__setattr__(self, "columns", tuple(map(str, self.columns)))
        object.__setattr__(self, "rows", tuple(tuple(map(str, row)) for row in self.rows))
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"rows: row {number} has {len(row)} cells and there are "
                    f"{len(self.columns)} columns; give one cell a column"
                )

    def html(self) -> str:
        """Return the table as HTML, headings scoped."""
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        body = "".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
            + "</tr>"
            for first, *rest in self.rows
        )
        return (
            f'<table class="sl-table"><caption>{escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def text(self) -> str:
        """Return the table as aligned plain text."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        aligned = ["  ".join(c.ljust(w) for c, w in zip(x, widths, strict=True)) for x in lines]
        return "\n".join([self.caption, *(line.rstrip() for line in aligned)])

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html(), "text/plain": self.text()}


class FoldedTable(Table):
    """A table folded behind its caption, for what is there to be looked up."""

    def html(self) -> str:
        """Return the table as HTML, folded."""
        return (
            '<details class="sl-numbers"><summary data-lm-suppress-shortcuts="true">'
            f"{escape(self.caption)}</summary>{super().html()}</details>"
        )


def ledger_table(through: str | None = None) -> Table:
    """Return the evidence ledger up to a chapter, for example ``"03"``, or the whole of it."""
    return Table(
        ["Chapter", "The evidence", "What it found", "What it can bear"],
        [[line.chapter, line.evidence, line.found, line.bears] for line in ledger(through)],
        caption="The evidence ledger so far" if through else "The evidence ledger of the course",
    )


def profile_table() -> Table:
    """Return the evidence profile as the course fills it in, one row a piece of evidence."""
    form = profile()
    return Table(
        ["The evidence", *(field.label for field in form.fields.values())],
        [
            [study.name, *(f.options[study.ours[key]] for key, f in form.fields.items())]
            for study in form.studies
        ],
        caption="The evidence profile, as we fill it in",
    )
