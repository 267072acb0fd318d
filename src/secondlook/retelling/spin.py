"""One result told five ways: what each telling keeps, where it leans, and why it stands there.

``data/spin.json`` holds three results. The places are a reasoned key and no law of nature: where
people who know the matter could differ, the reason says so.
"""

import functools
import json
from dataclasses import dataclass

from secondlook._data import data_path
from secondlook.filled import filled

FEATURES = {
    "endpoint": "what was measured",
    "size": "how large the difference is",
    "interval": "its interval",
    "time": "how long",
    "who": "in whom",
    "planned": "whether it was planned",
    "open": "what failed or is open",
}
LEANS = {"sells": "sells", "debunks": "debunks", "neither": "leans neither way"}
TELLINGS = 5
_SPIN = {"key", "label", "source", "tellings"}
_TELLING = {"key", "words", "place", "leans", "keeps", "invites", "reason"}


@dataclass(frozen=True)
class Telling:
    """One way to tell a result.

    Attributes
    ----------
    key : a letter, in an order that does not tell the place.
    words : the telling.
    place : from 1, which lets a reader weigh the result best, to 5.
    leans : a key of ``LEANS``.
    keeps : keys of ``FEATURES``, in their order.
    invites : what a reader may take from it.
    reason : why it has this place.
    ids : of the published values in it.
    """

    key: str
    words: str
    place: int
    leans: str
    keeps: tuple[str, ...]
    invites: str
    reason: str
    ids: tuple[str, ...]

    @property
    def drops(self) -> tuple[str, ...]:
        """The features that it leaves out, in their order."""
        return tuple(name for name in FEATURES if name not in self.keeps)


@dataclass(frozen=True)
class Spin:
    """A result and its five tellings, in the order of their letters."""

    key: str
    label: str
    source: str
    tellings: tuple[Telling, ...]

    @property
    def by_place(self) -> tuple[Telling, ...]:
        """The tellings from the one that bears most to the one that bears least."""
        return tuple(sorted(self.tellings, key=lambda telling: telling.place))

    def opposite(self, place: int) -> Telling:
        """Return the nearest telling that leans the other way; from neither side, the last one."""
        here = self.by_place[place - 1]
        others = [t for t in self.tellings if t.leans not in (here.leans, "neither")]
        if here.leans == "neither":
            return max(others, key=lambda t: t.place)
        return min(others, key=lambda t: (abs(t.place - place), t.place))


def spin(key: str) -> Spin:
    """Return the result of that key.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.

    Examples
    --------
    >>> spin("jetals").by_place[0].drops
    ()
    """
    known = {each.key: each for each in spins()}
    if key not in known:
        raise ValueError(f"key: there is no result {key!r}; use one of {', '.join(known)}")
    return known[key]


@functools.cache
def spins() -> tuple[Spin, ...]:
    """Return all results.

    Raises
    ------
    ValueError
        If the file is not as it must be; the message names the result, the telling and the remedy.
    """
    text = data_path("spin.json").read_text(encoding="utf-8")
    found = tuple(read_spin(entry) for entry in json.loads(text))
    keys = [each.key for each in found]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise ValueError(f"spin.json: {twice[0]!r} stands twice; give each result its key")
    return found


def read_spin(entry: dict) -> Spin:
    """Return one result from an entry of the file."""
    if not isinstance(entry, dict) or set(entry) != _SPIN:
        raise ValueError(f"spin.json: a result has {', '.join(sorted(_SPIN))}, and nothing else")
    where = f"spin.json, {entry['key']}"
    tellings = tuple(_telling(each, where) for each in entry["tellings"])
    letters = [telling.key for telling in tellings]
    if letters != sorted(set(letters)):
        raise ValueError(f"{where}: the tellings stand in the order of their letters, each once")
    if sorted(t.place for t in tellings) != list(range(1, TELLINGS + 1)):
        raise ValueError(f"{where}: it needs a telling for each place from 1 to {TELLINGS}")
    if {t.leans for t in tellings} != set(LEANS):
        raise ValueError(f"{where}: one telling sells, one debunks and one does neither")
    return Spin(entry["key"], entry["label"], entry["source"], tellings)


def _telling(entry: dict, where: str) -> Telling:
    if not isinstance(entry, dict) or set(entry) != _TELLING:
        raise ValueError(f"{where}: a telling has {', '.join(sorted(_TELLING))}, and nothing else")
    where = f"{where}, {entry['key']}"
    if entry["leans"] not in LEANS:
        raise ValueError(f"{where}: leans is {entry['leans']!r}; use one of {', '.join(LEANS)}")
    keeps = tuple(entry["keeps"])
    if keeps != tuple(name for name in FEATURES if name in keeps):
        raise ValueError(f"{where}: keeps names, in this order, some of {', '.join(FEATURES)}")
    words = filled(entry["words"], f"{where}, words")
    rest = [filled(entry[name], f"{where}, {name}") for name in ("invites", "reason")]
    return Telling(
        entry["key"],
        words.words,
        entry["place"],
        entry["leans"],
        keeps,
        *(text.words for text in rest),
        tuple(dict.fromkeys((*words.ids, *rest[0].ids, *rest[1].ids))),
    )
