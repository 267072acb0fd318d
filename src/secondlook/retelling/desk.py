"""The claim desk: sentences of other people, judged, with the reason and a wording that holds.

``data/claim_desk.json`` holds them. Each takes its sentence and its verdict from
``data/published/claims.csv``; the file adds the kind of error, why, and the honest wording.
Published values stand in its texts as ``{id}`` and are fetched, never typed.
"""

import functools
import json
from dataclasses import dataclass

from secondlook._data import data_path
from secondlook.evidence import Claim, claims
from secondlook.filled import filled

GROUPS = {
    "holds": "holds up",
    "part": "true in part, and something that matters is missing",
    "unshown": "nothing here shows it",
    "wrong": "the evidence, or the page itself, says otherwise",
}
_GROUP_OF = {
    "supported": "holds",
    "supported-with-caveat": "part",
    "misleading": "part",
    "unsupported": "unshown",
    "not-checkable": "unshown",
    "contradicted": "wrong",
    "internally-inconsistent": "wrong",
}
_FILE = {"kinds", "sources", "claims"}
_CLAIM = {"id", "kind", "why", "honest"}


@dataclass(frozen=True)
class Kind:
    """A family of errors: a reader's name for it, and what it means in a sentence."""

    name: str
    means: str


@dataclass(frozen=True)
class DeskClaim:
    """One claim to judge, and our judgement.

    Attributes
    ----------
    id : its row of the claims, such as ``C.A01``.
    key : the same for a record of the reader's, ``06.c.a01``.
    says : the claim, in our words.
    who : whose it is, as a reader would name the source.
    ledger : the verdict of the row, one of seven.
    group : the verdict that a reader gives, a key of ``GROUPS``.
    kind : the kind of error, a key of :func:`kinds`; ``none`` where the claim holds.
    why : what the evidence says.
    honest : a wording that the evidence bears.
    ids : of the published values in the two.
    """

    id: str
    key: str
    says: str
    who: str
    ledger: str
    group: str
    kind: str
    why: str
    honest: str
    ids: tuple[str, ...]


def desk() -> tuple[DeskClaim, ...]:
    """Return the claims of the desk, in the order of their file.

    Raises
    ------
    ValueError
        If the file is not as it must be; the message names the claim and the remedy.

    Examples
    --------
    >>> desk()[0].key, desk()[0].group
    ('06.c.k01', 'holds')
    """
    return _file()[1]


def kinds() -> dict[str, Kind]:
    """Return the kinds of error by key, ``none`` first."""
    return dict(_file()[0])


@functools.cache
def _file() -> tuple[dict[str, Kind], tuple[DeskClaim, ...]]:
    return read_desk(json.loads(data_path("claim_desk.json").read_text(encoding="utf-8")))


def read_desk(raw: dict) -> tuple[dict[str, Kind], tuple[DeskClaim, ...]]:
    """Return the kinds and the claims of what stands in the file.

    Raises
    ------
    ValueError
        If it is not as it must be; the message names the claim and the remedy.
    """
    if not isinstance(raw, dict) or set(raw) != _FILE:
        raise ValueError(f"claim_desk.json: it has {', '.join(sorted(_FILE))}, and nothing else")
    if "none" not in raw["kinds"]:
        raise ValueError("claim_desk.json: kinds needs none, for the claims that hold")
    known = {key: Kind(**kind) for key, kind in raw["kinds"].items()}
    rows = {row.id: row for row in claims()}
    found = tuple(_claim(entry, rows, known, raw["sources"]) for entry in raw["claims"])
    ids = [each.id for each in found]
    twice = [id for id in ids if ids.count(id) > 1]
    if twice:
        raise ValueError(f"claim_desk.json: {twice[0]} stands twice; keep one of them")
    return known, found


def _claim(entry: dict, rows: dict[str, Claim], known: dict, sources: dict) -> DeskClaim:
    if not isinstance(entry, dict) or set(entry) != _CLAIM:
        raise ValueError(f"claim_desk.json: a claim has {', '.join(sorted(_CLAIM))}, nothing else")
    id, kind, where = entry["id"], entry["kind"], f"claim_desk.json, {entry['id']}"
    if id not in rows:
        raise ValueError(f"{where}: no claim has this id; the page Claims lists them")
    if kind not in known:
        raise ValueError(f"{where}: kind is {kind!r}; use one of {', '.join(known)}")
    row = rows[id]
    if (kind == "none") != (row.verdict == "supported"):
        raise ValueError(f"{where}: kind is {kind!r}; none is for a supported claim, and no other")
    if row.source not in sources:
        raise ValueError(f"{where}: sources has no name for {row.source!r}; give it one")
    why, honest = (filled(entry[name], f"{where}, {name}") for name in ("why", "honest"))
    return DeskClaim(
        id=id,
        key="06.c." + id.removeprefix("C.").lower(),
        says=row.claim,
        who=sources[row.source],
        ledger=row.verdict,
        group=_GROUP_OF[row.verdict],
        kind=kind,
        why=why.words,
        honest=honest.words,
        ids=tuple(dict.fromkeys((*why.ids, *honest.ids))),
    )
