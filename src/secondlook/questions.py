"""Questions with a few answers to choose from: data, one file a chapter.

``data/questions/NN_name.json`` maps the id of a question to what it asks and to its options. Each
option, right ones too, says why; each wrong one names the misconception it catches.
"""

import difflib
import functools
import json
from dataclasses import dataclass

from secondlook._data import data_path

_ENTRIES = {"asks", "options"}
_OPTION = {"key", "text", "right", "feedback", "misconception"}


@dataclass(frozen=True)
class Option:
    """One answer: its key, its words, whether it is right, what is said of it and, if it is wrong,
    the misconception behind it."""

    key: str
    text: str
    right: bool
    feedback: str
    misconception: str = ""


@dataclass(frozen=True)
class Question:
    """What is asked, and the answers to choose from; exactly one is right."""

    id: str
    asks: str
    options: tuple[Option, ...]

    @property
    def right(self) -> Option:
        """The right answer."""
        return next(option for option in self.options if option.right)


def question(id: str) -> Question:
    """Return the question of that id.

    Raises
    ------
    ValueError
        If there is none; the message names the nearest ones.
    """
    known = questions()
    if id not in known:
        near = difflib.get_close_matches(str(id), known, n=3, cutoff=0.4) or sorted(known)[:3]
        raise ValueError(f"id: there is no question {id!r}; the nearest are {', '.join(near)}")
    return known[id]


@functools.cache
def questions() -> dict[str, Question]:
    """Return all questions by id, each checked.

    Raises
    ------
    ValueError
        If a file is not as it must be; the message names file, question and remedy.
    """
    found = {}
    for path in sorted(data_path("questions").glob("*.json")):
        for id, entry in json.loads(path.read_text(encoding="utf-8")).items():
            where = f"{path.name}, {id}"
            if id in found or not id.startswith(path.stem[:2] + "."):
                raise ValueError(f"{where}: an id starts with its chapter and is used once")
            found[id] = read_question(id, entry, where)
    return found


def read_question(id: str, entry: dict, where: str) -> Question:
    """Return a question from an entry of a file; ``where`` begins each message."""
    if not isinstance(entry, dict) or set(entry) != _ENTRIES:
        raise ValueError(f"{where}: it needs {sorted(_ENTRIES)} and nothing else")
    options = tuple(_option(each, where) for each in entry["options"])
    keys = [option.key for option in options]
    if len(options) < 3 or sum(option.right for option in options) != 1:
        raise ValueError(f"{where}: it needs three or more options, of which one is right")
    if len(set(keys)) < len(keys):
        raise ValueError(f"{where}: two options have the same key")
    if not entry["asks"].strip():
        raise ValueError(f"{where}: it asks nothing")
    return Question(id, entry["asks"], options)


def _option(entry, where: str) -> Option:
    if not isinstance(entry, dict) or not set(entry) <= _OPTION:
        raise ValueError(f"{where}: an option has {sorted(_OPTION)} and nothing else")
    missing = [name for name in ("key", "text", "feedback") if not entry.get(name)]
    if missing:
        raise ValueError(f"{where}: an option lacks {missing[0]!r}")
    right = entry.get("right", False)
    if right is not True and not entry.get("misconception"):
        raise ValueError(f"{where}, {entry['key']}: a wrong option names its misconception")
    return Option(
        entry["key"],
        entry["text"],
        right is True,
        entry["feedback"],
        entry.get("misconception", ""),
    )
