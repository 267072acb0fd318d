"""The sealed pre-test: twelve questions asked at the start and again at the end of the course.

The key is data, and no page shows it before the course is over.
"""

import functools
import json
from dataclasses import dataclass

from secondlook._data import data_path


@dataclass(frozen=True)
class Item:
    """One question of the pre-test.

    Attributes
    ----------
    id : of its prediction, ``pre.NN_word``.
    chapter : that teaches the answer.
    question : plain text.
    options : key to text.
    right : key of the right option.
    why : one or two sentences, for the end of the course.
    """

    id: str
    chapter: str
    question: str
    options: dict[str, str]
    right: str
    why: str


@functools.cache
def pretest() -> tuple[Item, ...]:
    """Return the questions in the order in which they are asked.

    Raises
    ------
    ValueError
        If the right option of a question is none of its options.
    """
    entries = json.loads(data_path("pretest.json").read_text(encoding="utf-8"))
    return tuple(_item(entry) for entry in entries)


def _item(entry: dict) -> Item:
    options = {option["key"]: option["text"] for option in entry["options"]}
    if entry["right"] not in options:
        raise ValueError(f"pretest.json, {entry['id']}: right must be one of {list(options)}")
    return Item(**{**entry, "options": options})
