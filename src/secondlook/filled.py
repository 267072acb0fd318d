"""Published values put into the words of a data file, with weak sources called weak."""

import re
from dataclasses import dataclass

from secondlook.evidence import published

_SPOT = re.compile(r"\{([^{}:]+)(?::(\w+))?\}")
_PARTS = {None: "printed", "text": "text", "lower": "lower_text", "upper": "upper_text"}


@dataclass(frozen=True)
class Filled:
    """Words with their published values in place, and the ids of those values."""

    words: str
    ids: tuple[str, ...]


def filled(text: str, where: str, *, called_weak: bool = False) -> Filled:
    """Put published values into a text.

    Parameters
    ----------
    text : str
        ``{id}`` stands for a value with its limits, as printed; ``{id:text}`` for the value alone,
        ``{id:lower}`` and ``{id:upper}`` for a limit.
    where : str
        Begins each message.
    called_weak : bool
        The place that the text comes from is called weak already.

    Raises
    ------
    ValueError
        If the text is empty, names an id or a part that there is not, or uses a weak source and
        does not call it weak.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{where}: says nothing; give it a sentence")
    words = _SPOT.sub(lambda spot: _value(spot[1], spot[2], where), text)
    if "{" in words or "}" in words:
        raise ValueError(f"{where}: a bracket is open; write {{id}} or {{id:text}}")
    ids = tuple(dict.fromkeys(spot[1] for spot in _SPOT.finditer(text)))
    weak = [id for id in ids if published(id).weak]
    if weak and not called_weak and "weak source" not in words:
        raise ValueError(f"{where}: {weak[0]} comes from a weak source; say so in the same text")
    return Filled(words, ids)


def _value(id: str, part: str | None, where: str) -> str:
    if part not in _PARTS:
        raise ValueError(f"{where}: {id} has no part {part!r}; use text, lower or upper")
    try:
        found = getattr(published(id), _PARTS[part])
    except KeyError as error:
        raise ValueError(f"{where}: {error}") from None
    if not found:
        raise ValueError(f"{where}: {id} has no {part} limit in print; use {{{id}}}")
    return re.sub(r"^-(?=[\d.])", "−", found)  # as `printed` has it
