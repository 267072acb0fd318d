"""Published values by id: what the studies printed, and where.

A number that a reader sees and that a study printed comes from here, never from a keyboard::

    >>> published("K19.T2B.hr.tot").printed
    '0.57 (0.35 to 0.92)'

The files are described in ``data/README.md``.
"""

import csv
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TypeVar

from secondlook._data import data_path

STRENGTHS = ("in hand", "second hand", "outside", "weak")
# fmt: off
PUBLISHED_COLUMNS = (
    "id", "study", "population", "arm", "measure", "statistic", "value", "lower", "upper",
    "unit", "source", "where", "strength", "note",
)
# fmt: on

_NUMBER = re.compile(r"[-−]?(\d+\.?\d*|\.\d+)")
_Row = TypeVar("_Row")


class UnknownEvidence(KeyError):
    """Raised for an id that is not in the published values; the message names near ones."""

    def __str__(self) -> str:
        # KeyError would print the message in quotes, as if it were the key.
        return str(self.args[0])


@dataclass(frozen=True)
class Published:
    """One printed value and its place.

    Attributes
    ----------
    id : str
        For example ``K19.T2B.hr.tot``: study, table, statistic, contrast.
    study, population, arm, measure, statistic : str
        What was measured, in whom, and which statistic is printed.
    text : str
        The value as printed, for example ``"0.50"`` or ``"not reached"``.
    value, lower, upper : float or None
        As numbers; None where a word is printed, or nothing. The limits are those that
        `statistic` says: a 95% interval, a range, or minimum and maximum.
    unit, source, where, note : str
        Unit of the value; the source's short name; table, section or address; a remark.
    strength : str
        ``in hand`` (the paper or abstract itself), ``second hand`` (a page that repeats it),
        ``outside`` (a record found elsewhere) or ``weak`` (press, trade news, a copy).
    weak : bool
        True if `strength` is ``weak``.
    lower_text, upper_text : str
        The limits as printed, empty where none is printed.
    """

    id: str
    study: str
    population: str
    arm: str
    measure: str
    statistic: str
    text: str
    value: float | None
    lower: float | None
    upper: float | None
    unit: str
    source: str
    where: str
    strength: str
    note: str
    lower_text: str
    upper_text: str

    @property
    def weak(self) -> bool:
        return self.strength == "weak"

    @property
    def printed(self) -> str:
        """The value and its limits in one line, such as ``0.57 (0.35 to 0.92)``."""
        if self.value is None and self.lower is not None and self.upper is not None:
            return self.text  # a range is its own limits
        if self.lower is None and self.upper is None:
            return _minus(self.text)
        lower, upper = (_minus(t) or "not reached" for t in (self.lower_text, self.upper_text))
        return f"{_minus(self.text)} ({lower} to {upper})"


@dataclass(frozen=True)
class Claim:
    """A claim that a source makes, in our words, with a verdict and what it rests on."""

    id: str
    source: str
    claim: str
    topic: str
    verdict: str
    evidence: str
    error_type: str
    confidence: str
    how_checked: str


@dataclass(frozen=True)
class Anomaly:
    """A puzzle inside a paper that recomputing finds, with its most charitable reading."""

    id: str
    kind: str
    what: str
    numbers: str
    recomputation: str
    reading: str
    confidence: str


@dataclass(frozen=True)
class Moment:
    """One date of the story: what happened, who says so, and how sure the date is."""

    date: str
    event: str
    source: str
    confidence: str

    @property
    def year(self) -> float:
        """The date as a year with its fraction; the middle of what is not known of it."""
        year, *rest = map(int, self.date.split("-"))
        if not rest:
            return year + 0.5
        month, day = rest[0], rest[1] if len(rest) > 1 else 15
        return year + (month - 1 + day / 31) / 12


def published(id: str) -> Published:
    """Return the published value with this id.

    Parameters
    ----------
    id : str
        For example ``"K19.T2B.hr.tot"``; the book's page *Evidence* lists them all.

    Raises
    ------
    UnknownEvidence
        (a KeyError) If there is no such id; the message names the nearest ones.
    """
    values = all_published()
    if not isinstance(id, str) or id not in values:
        near = difflib.get_close_matches(str(id), values, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "the page Evidence lists every id."
        raise UnknownEvidence(f"no published value has the id {id!r}; {hint}")
    return values[id]


@cache
def all_published() -> dict[str, Published]:
    """Return every published value by id, in the order of the file."""
    return read_published(data_path("published", "published_values.csv"))


@cache
def claims() -> tuple[Claim, ...]:
    """Return the claims of the secondary sources and of the papers, with verdicts."""
    return _read_as(Claim, data_path("published", "claims.csv"))


@cache
def anomalies() -> tuple[Anomaly, ...]:
    """Return the puzzles that recomputing the papers finds."""
    return _read_as(Anomaly, data_path("published", "anomalies.csv"))


@cache
def timeline() -> tuple[Moment, ...]:
    """Return the dates of the story in their order."""
    return _read_as(Moment, data_path("published", "timeline.csv"))


def anchor(id: str) -> str:
    """Return the anchor of an id on the page Evidence: ``K19.T2B.hr.tot`` → ``k19-t2b-hr-tot``."""
    return re.sub(r"[^a-z0-9]+", "-", id.lower()).strip("-")


def read_published(path: Path) -> dict[str, Published]:
    """Read a file of published values.

    Raises
    ------
    ValueError
        If a column is missing or unknown, an id stands twice, or a limit is not a number;
        the message names the file and the column or row.
    """
    values: dict[str, Published] = {}
    for row in _rows(path, PUBLISHED_COLUMNS):
        if row["id"] in values:
            raise ValueError(f"{path.name}: the id {row['id']} stands twice; give each row its own")
        values[row["id"]] = _published(row, path)
    return values


def _published(row: dict[str, str], path: Path) -> Published:
    if row["strength"] not in STRENGTHS:
        raise ValueError(
            f"{path.name}: row {row['id']} has strength {row['strength']!r}; "
            f"use one of: {', '.join(STRENGTHS)}"
        )
    limits = {}
    for column in ("lower", "upper"):
        limits[column] = _number(row[column])
        if row[column] and limits[column] is None:
            raise ValueError(
                f"{path.name}: row {row['id']}, column {column} holds {row[column]!r}; "
                "it must be a number or empty"
            )
    kept = {name: row[name] for name in PUBLISHED_COLUMNS if name not in ("value", *limits)}
    return Published(
        **kept,
        **limits,
        text=row["value"],
        value=_number(row["value"]),
        lower_text=row["lower"],
        upper_text=row["upper"],
    )


def _read_as(kind: type[_Row], path: Path) -> tuple[_Row, ...]:
    return tuple(kind(**row) for row in _rows(path, [field.name for field in fields(kind)]))


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a CSV file whose header must be exactly `columns`."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, restkey="(extra)", restval=None)
        found = reader.fieldnames or []
        missing = [name for name in columns if name not in found]
        unknown = [name for name in found if name not in columns]
        if missing or unknown:
            said = [f"column {name!r} is missing" for name in missing]
            said += [f"column {name!r} is not known" for name in unknown]
            raise ValueError(f"{path.name}: {'; '.join(said)}; expected {', '.join(columns)}")
        rows = list(reader)
    for row in rows:
        if None in row.values() or "(extra)" in row:
            first = row[columns[0]]
            raise ValueError(f"{path.name}: the row {first} does not have {len(columns)} cells")
    return rows


def _number(text: str) -> float | None:
    return float(text.replace("−", "-")) if _NUMBER.fullmatch(text) else None


def _minus(text: str) -> str:
    """Give a negative number its real minus sign; leave dates and words alone."""
    return "−" + text[1:] if _NUMBER.fullmatch(text) and text[0] in "-−" else text
