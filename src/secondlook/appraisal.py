"""What each piece of evidence found and what it can bear: ledger, profile and plain summary.

``data/ledger.json`` holds one entry a chapter, ``data/evidence_profile.json`` a form to fill in
with our answers, ``data/plain_summary.json`` a text for a person whom it concerns, with a rubric.
A published value stands in them as ``{id}`` and is fetched, never typed.
"""

import functools
import json
from dataclasses import dataclass

from secondlook._data import data_path
from secondlook.filled import filled

_ENTRIES = ("chapter", "evidence", "found", "bears")


@dataclass(frozen=True)
class LedgerEntry:
    """One line: what the evidence is, what it found, what it can bear, and its published ids."""

    chapter: str
    evidence: str
    found: str
    bears: str
    ids: tuple[str, ...]


def ledger(through: str | None = None) -> tuple[LedgerEntry, ...]:
    """Return the lines of the ledger up to a chapter, in the order of the course.

    Parameters
    ----------
    through : str, optional
        The chapter's number, for example ``"03"``; all lines without it.

    Raises
    ------
    ValueError
        If no line belongs to that chapter; the message lists those there are.
    """
    lines = _lines()
    if through is None:
        return lines
    chapters = [line.chapter for line in lines]
    if through not in chapters:
        raise ValueError(f"through: chapter {through!r} has no line; use {', '.join(chapters)}")
    return lines[: chapters.index(through) + 1]


@dataclass(frozen=True)
class Field:
    """One column of the profile: its label, and the answers to choose from, key to words."""

    label: str
    options: dict[str, str]


@dataclass(frozen=True)
class Study:
    """One piece of evidence: our answer to each field, why, and where experts differ.

    Attributes
    ----------
    key, name : str
    page : str
        The chapter's file, without its ending.
    ours : dict
        Field to the key of our answer.
    why : dict
        Field to our reason, for the answers that are judgements.
    differ : str
    """

    key: str
    name: str
    page: str
    ours: dict[str, str]
    why: dict[str, str]
    differ: str

    @property
    def chapter(self) -> str:
        """The chapter's number."""
        return self.page[:2]


@dataclass(frozen=True)
class Profile:
    """The evidence profile: its fields by key, and its pieces of evidence in the course's order."""

    fields: dict[str, Field]
    studies: tuple[Study, ...]


@dataclass(frozen=True)
class Summary:
    """A text in plain words: what is asked, the rubric (key to criterion), ours by paragraph."""

    asks: str
    rubric: dict[str, str]
    ours: tuple[str, ...]


@functools.cache
def profile() -> Profile:
    """Return the evidence profile of ``data/evidence_profile.json``.

    Raises
    ------
    ValueError
        If an answer of ours is none of those to choose from.
    """
    return read_profile(json.loads(data_path("evidence_profile.json").read_text(encoding="utf-8")))


def read_profile(raw: dict) -> Profile:
    """Return a profile with its published values put in; each study answers every field."""
    fields = {
        key: Field(field["label"], _options(field["options"], key))
        for key, field in raw["fields"].items()
    }
    studies = tuple(_study(entry, fields) for entry in raw["studies"])
    return Profile(fields, studies)


def _options(options: dict[str, str], field: str) -> dict[str, str]:
    where = f"data/evidence_profile.json, {field}"
    return {name: filled(text, where).words for name, text in options.items()}


def _study(entry: dict, fields: dict[str, Field]) -> Study:
    where = f"data/evidence_profile.json, {entry['key']}"
    if list(entry["ours"]) != list(fields):
        raise ValueError(f"{where}: ours must answer {', '.join(fields)}, in that order")
    for field, answer in entry["ours"].items():
        if answer not in fields[field].options:
            raise ValueError(f"{where}: {field} must be one of {list(fields[field].options)}")
    if not set(entry["why"]) <= set(fields):
        raise ValueError(f"{where}: why gives reasons for fields only: {', '.join(fields)}")
    why = {field: filled(text, where).words for field, text in entry["why"].items()}
    return Study(**{**entry, "why": why, "differ": filled(entry["differ"], where).words})


@functools.cache
def plain_summary() -> Summary:
    """Return the plain summary of ``data/plain_summary.json``, with its published values put in."""
    raw = json.loads(data_path("plain_summary.json").read_text(encoding="utf-8"))
    ours = (filled(text, "data/plain_summary.json, ours").words for text in raw["ours"])
    return Summary(raw["asks"], raw["rubric"], tuple(ours))


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
    texts = [filled(entry[name], where) for name in _ENTRIES[1:]]
    ids = tuple(id for text in texts for id in text.ids)
    return LedgerEntry(entry["chapter"], *(text.words for text in texts), ids)
