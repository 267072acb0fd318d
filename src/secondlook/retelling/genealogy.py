"""Sentences followed back to their sources, with what was altered on the way.

``data/genealogy.json`` holds them. A step says what stands in one place; `changed` and `how` say
what became of it on the way from the step behind it, and `link` how we know that the two belong
together. Who copied whom is seldom known, and then it is not claimed. What is no ancestor of the
sentence but shows what it leaves out stands beside the chain, under a heading of its own.
"""

import functools
import json
from dataclasses import dataclass

from secondlook._data import data_path
from secondlook.evidence import all_published, anomalies, claims
from secondlook.filled import filled
from secondlook.retelling.desk import kinds

# The kinds of error of the claim desk that a step can show, in its words.
KINDS = {
    key: kinds()[key].name[0].lower() + kinds()[key].name[1:]
    for key in ("fact", "people", "measure", "sure", "comparison", "missing", "source")
}
LINKS = {
    "cites": "one names the other",
    "same story": "both tell of the same thing",
    "inferred": "our inference",
    "none": "no source is named",
}
HELD = {
    "in hand": "in our hands",
    "outside": "from a record",
    "weak": "weak source",
    "missing": "not in our hands",
    "unfound": "none that we found",
}
_ENDS = ("in hand", "outside", "missing", "unfound")  # we have the source, or say that we do not
_CHAIN = {"key", "label", "steps", "beside"}
_STEP = ("where", "year", "held", "says", "ids")
_ON_THE_WAY = ("link", "changed", "turned", "how")


@dataclass(frozen=True)
class Step:
    """One place where the sentence stands.

    Attributes
    ----------
    where, year : the source as a reader knows it.
    held : how we have it, a key of ``HELD``.
    says : what stands there, in our words.
    link : how this step belongs to the one behind it, a key of ``LINKS``; "" at the source.
    changed : what was altered on the way from there to here, keys of ``KINDS``.
    turned : what became of what; "" if nothing was altered.
    how : one or two sentences on that; "" at the source.
    ids : published values, claims and anomalies that it rests on.
    """

    where: str
    year: str
    held: str
    says: str
    link: str
    changed: tuple[str, ...]
    turned: str
    how: str
    ids: tuple[str, ...]

    @property
    def place(self) -> str:
        """The source with its year, and how we have it unless it is in our hands."""
        told = "" if self.held == "in hand" else f", {HELD[self.held]}"
        return f"{self.where} ({self.year}{told})"


@dataclass(frozen=True)
class Beside:
    """A place that the sentence does not come from, and under which heading it stands beside it."""

    heading: str
    step: Step


@dataclass(frozen=True)
class Genealogy:
    """A sentence, its steps from the telling back to the source, and what is set beside it."""

    key: str
    label: str
    steps: tuple[Step, ...]
    beside: tuple[Beside, ...]

    @property
    def changes(self) -> tuple[str, ...]:
        """The kind of each change of the chain, from the telling to the source."""
        return tuple(kind for step in self.steps for kind in step.changed)

    @property
    def length(self) -> int:
        """How many steps lie between the telling and the source."""
        return len(self.steps) - 1


@functools.cache
def genealogies() -> tuple[Genealogy, ...]:
    """Return all sentences with their steps.

    Raises
    ------
    ValueError
        If the file is not as it must be; the message names the sentence, the step and the remedy.

    Examples
    --------
    >>> genealogies()[0].steps[-1].where
    'E0302, Table 2B'
    """
    text = data_path("genealogy.json").read_text(encoding="utf-8")
    found = tuple(read_genealogy(entry) for entry in json.loads(text))
    keys = [each.key for each in found]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise ValueError(f"genealogy.json: {twice[0]!r} stands twice; give each sentence its key")
    return found


def read_genealogy(entry: dict) -> Genealogy:
    """Return one sentence from an entry of the file."""
    if not isinstance(entry, dict) or set(entry) != _CHAIN:
        raise ValueError("genealogy.json: a sentence has key, label, steps, beside, and no more")
    where = f"genealogy.json, {entry['key']}"
    if len(entry["steps"]) < 2:
        raise ValueError(f"{where}: a chain needs a telling and a source, two steps or more")
    last = len(entry["steps"]) - 1
    steps = tuple(
        _step(each, n == last, f"{where}, step {n}") for n, each in enumerate(entry["steps"])
    )
    if steps[-1].held not in _ENDS:
        raise ValueError(f"{where}: the last step must be {', '.join(_ENDS)}: a source, or none")
    beside = tuple(_beside(each, f"{where}, beside {n}") for n, each in enumerate(entry["beside"]))
    return Genealogy(entry["key"], entry["label"], steps, beside)


def _beside(entry: dict, where: str) -> Beside:
    if not isinstance(entry, dict) or not entry.get("heading"):
        raise ValueError(f"{where}: it needs a heading that says why it stands there")
    step = {name: value for name, value in entry.items() if name != "heading"}
    return Beside(entry["heading"], _step(step, True, where))


def _step(entry: dict, last: bool, where: str) -> Step:
    wanted = _STEP if last else (*_STEP, *_ON_THE_WAY)
    if not isinstance(entry, dict) or set(entry) != set(wanted):
        raise ValueError(f"{where}: it needs {', '.join(wanted)}, and nothing else")
    _one_of("held", entry["held"], HELD, where)
    changed = tuple(entry.get("changed", ()))
    for kind in changed:
        _one_of("changed", kind, KINDS, where)
    if not last:
        _one_of("link", entry["link"], LINKS, where)
        if bool(entry["turned"]) != bool(changed):
            raise ValueError(f"{where}: turned says what became of what, where something changed")
    for id in entry["ids"]:
        if id not in _known():
            raise ValueError(f"{where}: ids: {id!r} is no published value, claim or anomaly")
    says = filled(entry["says"], f"{where}, says", called_weak=entry["held"] == "weak")
    how = None if last else filled(entry["how"], f"{where}, how")
    ids = (*entry["ids"], *says.ids, *(how.ids if how else ()))
    return Step(
        entry["where"],
        entry["year"],
        entry["held"],
        says.words,
        entry.get("link", ""),
        changed,
        entry.get("turned", ""),
        how.words if how else "",
        tuple(dict.fromkeys(ids)),
    )


def _one_of(name: str, value, known, where: str) -> None:
    if value not in known:
        raise ValueError(f"{where}: {name} is {value!r}; use one of {', '.join(known)}")


@functools.cache
def _known() -> frozenset[str]:
    return frozenset({*all_published(), *(c.id for c in claims()), *(a.id for a in anomalies())})
