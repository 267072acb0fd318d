"""The evidence ledger as a table."""

from secondlook.appraisal import ledger
from secondlook.figures.tables import Table


def ledger_table(through: str) -> Table:
    """Return the evidence ledger up to a chapter, for example ``"03"``."""
    return Table(
        ["Chapter", "The evidence", "What it found", "What it can bear"],
        [[line.chapter, line.evidence, line.found, line.bears] for line in ledger(through)],
        caption="The evidence ledger so far",
    )
