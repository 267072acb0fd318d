"""What each piece of evidence found and what it can bear: the running ledger of the course.

``data/ledger.json`` holds one entry a chapter. A published value stands in it as ``{id}`` and is
fetched, never typed.
"""

import functools
import json
import re
from dataclasses import dataclass

from secondlook._data import data_path
from secondlook.evidence import published

_ENTRIES = ("chapter", "evidence", "found", "bears")
_ID = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class LedgerEntry:
    """One line: what the evidence is, what it found, what it can bear, and its published ids."""

    chapter: str
    evidence: str
    found: str
    bears: str
    ids: tuple[str, ...]


def ledger(through: str) -> tuple[LedgerEntry, ...]:
    """Return the lines of the ledger up to a chapter, in the order of the course.

    Parameters
    ----------
    through : str
        The chapter's number, for example ``"03"``.

    Raises
    ------
    ValueError
        If no line belongs to that chapter; the message lists those there are.
    """
    lines = _lines()
    chapters = [line.chapter for line in lines]
    if through not in chapters:
        raise ValueError(f"through: chapter {through!r} has no line; use {', '.join(chapters)}")
    return lines[: chapters.index(through) + 1]


@functools.cache
def _lines() -> tuple[LedgerEntry, ...]:
    raw = json.loads(data_path("ledger.json").read_text(encoding="utf-8"))
    return tuple(read_line(entry) for entry in raw)


def read_line(entry: dict) -> LedgerEntry:
    """Return one line with its published values put in.

    Raises
    ------
    ValueError
        If an entry is missing or unknown.
    """
    where = f"data/ledger.json, chapter {entry.get('chapter')!r}"
    if tuple(entry) != _ENTRIES:
        raise ValueError(f"{where}: a line has the entries {', '.join(_ENTRIES)}, in that order")
    texts = [entry[name] for name in _ENTRIES[1:]]
    ids = tuple(id for text in texts for id in _ID.findall(text))
    filled = [_ID.sub(lambda found: published(found[1]).printed, text) for text in texts]
    return LedgerEntry(entry["chapter"], *filled, ids)
