"""Check an answer at once: a check is data, read here and by the answer boxes of the page.

``data/checks/NN_name.json`` holds one table a chapter: the right interval, and the wrong turns
people take, each with its own interval and its own message. ``data/checks/messages.json`` holds
what is said of an answer that is not a usable number. ``assets/learner.js`` reads the same tables
in the same way, and a test holds the two together.
"""

import difflib
import functools
import html
import itertools
import json
import math
import re
from dataclasses import dataclass, is_dataclass

from secondlook._data import data_path

KINDS = {"probability": (0.0, 1.0), "ratio": (0.0, math.inf), "amount": (0.0, math.inf)}
_SPACE = re.compile("[ \t\n\r\f\v\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+")
_REPR = re.compile(r"(?:np\.|numpy\.)?float(?:16|32|64)?\((.*)\)")
_LABEL = re.compile(r"(?:[a-z][a-z_ -]{0,30})?[=≈~:]")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?: [0-9]{3})+(?![0-9])")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?")
_TIMES = re.compile(r"(?<=[0-9])(?: ?(?:times|[x×]))?\.?$")  # "2.25 times", "0.5."
_MAX_LENGTH = 100
_NEAR = 0.03  # this far outside the right interval an answer was most likely rounded too early


@dataclass(frozen=True)
class Feedback:
    """What a check says: right or not, and one message; quiet while no answer has been given."""

    correct: bool
    message: str
    quiet: bool = False

    def __str__(self):
        if self.quiet:
            return self.message
        return f"{'Right.' if self.correct else 'Not yet.'} {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        if self.quiet:
            return f'<p class="sl-feedback sl-quiet">{html.escape(self.message)}</p>'
        kind, verdict = ("sl-yes", "Right.") if self.correct else ("sl-no", "Not yet.")
        message = html.escape(self.message)
        return f'<p class="sl-feedback {kind}"><strong>{verdict}</strong> {message}</p>'


def check(id: str, answer) -> Feedback:
    """Return whether ``answer`` is right, and a message about the wrong turn it took if it is not.

    Parameters
    ----------
    id : str
        The task, for example ``"04.interaction_p"``.
    answer : number or str
        A number, or text such as ``"0.5"``, ``"0,5"``, ``"1/2"``, ``"50%"`` (where the task asks
        for a probability) or ``"p = 0.5"``. Both ends of the right interval are right.

    Raises
    ------
    ValueError
        If no task has this id; the message names the nearest ones.
    """
    return evaluate(check_table(id), answer)


def check_table(id: str) -> dict:
    """Return the table of one task, with the common messages: all an answer box needs."""
    tables = _tables()
    if id not in tables:
        near = difflib.get_close_matches(str(id), tables, n=3, cutoff=0.4) or sorted(tables)
        raise ValueError(f"id: there is no check {id!r}; the nearest are {', '.join(near)}")
    return tables[id] | {"messages": _messages()}


def evaluate(table: dict, answer) -> Feedback:
    """Judge an answer by one task's table (see ``check_table``)."""
    messages, kind = table["messages"], table["kind"]
    value, problem = read_answer(answer, percent=kind == "probability")
    if problem:
        return Feedback(False, messages[problem], quiet=problem == "stub")
    low, high = KINDS[kind]
    if not low <= value <= high or (kind != "probability" and value == 0):
        return Feedback(False, messages[f"range_{kind}"])
    low, high = table["right"]
    if low <= value <= high:
        return Feedback(True, table["right_message"])
    for turn in table["wrong_turns"]:
        low, high = turn["interval"]
        if low <= value <= high:
            return Feedback(False, turn["message"])
    low, high = table["right"]
    near = low * (1 - _NEAR) <= value <= high * (1 + _NEAR)
    return Feedback(False, messages["near" if near else "otherwise"])


def read_answer(answer, percent: bool = True):
    """Return ``(value, None)``, or ``(None, problem)`` with a key of the messages table.

    Parameters
    ----------
    answer : object
        What the learner gave.
    percent : bool
        Whether a percent sign is accepted; ``"2%"`` is then 0.02.
    """
    if answer is Ellipsis:
        return None, "stub"
    if isinstance(answer, str):
        return _read_text(answer, percent)
    if getattr(answer, "size", None) == 1 and hasattr(answer, "item"):
        answer = answer.item()
    if isinstance(answer, bool):
        return None, "truth"
    if is_dataclass(answer):
        return None, "result"
    if hasattr(answer, "__len__") or hasattr(answer, "__iter__"):
        return None, "many"
    try:
        value = float(answer)
    except OverflowError:
        value = math.inf
    except (TypeError, ValueError):
        return None, "text"
    return (value, None) if math.isfinite(value) else (None, "nan")


def _read_text(text, percent):
    """Read one number from text; the steps are those of ``readText`` in learner.js, in order."""
    text = _SPACE.sub(" ", text).strip(" ").lower()
    if text in ("", "...", "…"):
        return None, "empty"
    if len(text) > _MAX_LENGTH:
        return None, "text"
    if re.search("[<>≤≥]", text):
        return None, "inequality"
    text = re.sub("[−–‒﹣－]", "-", text)
    text = _strip(_LABEL, text, 0)
    text = _strip(_REPR, text, 1)
    text = _TIMES.sub("", text)
    if text in ("nan", "inf", "-inf", "infinity", "-infinity"):
        return None, "nan"
    text, is_percent = _cut_percent(text)
    if is_percent and not percent:
        return None, "percent"
    top, slash, bottom = text.partition("/")
    value, problem = _read_number(top)
    if slash and not problem:
        divisor, problem = _read_number(bottom)
        if divisor == 0:
            return None, "zero"
        value = value if problem else value / divisor
    if problem:
        return None, problem
    return value / 100 if is_percent else value, None


def _strip(pattern, text, group):
    """Take a label off the front (group 0), or the wrapping off a number's repr (group 1)."""
    if group:
        found = pattern.fullmatch(text)
        return found.group(group).strip(" ") if found else text
    found = pattern.match(text)
    return text[found.end() :].strip(" ") if found else text


def _cut_percent(text):
    """Return the text without a percent sign at its end, and whether there was one."""
    for sign in ("%", "percent", "per cent"):
        if text.endswith(sign):
            return text[: -len(sign)].strip(" "), True
    return text, False


def _read_number(text):
    """Read digits with a decimal point or comma, parted thousands, or a power of ten."""
    text = text.strip(" ")
    if _THOUSANDS.match(text):
        text = text.replace(" ", "")
    text = re.sub(r" ?[x×·*] ?10 ?(?:\^|\*\*) ?", "e", text)
    text = re.sub("^([+-]) ", r"\1", text)
    if re.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", text):
        return None, "comma"
    if re.fullmatch(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?", text):
        text = text.replace(",", "")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None, "text"
    value = float(text)
    return (value, None) if math.isfinite(value) else (None, "nan")


@functools.cache
def _messages():
    return json.loads(data_path("checks", "messages.json").read_text(encoding="utf-8"))


@functools.cache
def _tables():
    """Read every chapter's table, refusing one that contradicts itself."""
    tables = {}
    for path in sorted(data_path("checks").glob("[0-9]*.json")):
        for id, table in read_table(path.read_text(encoding="utf-8"), path.name).items():
            if id in tables:
                raise ValueError(f"{path.name}: check {id} is defined twice")
            tables[id] = table
    return tables


def read_table(text: str, name: str) -> dict:
    """Parse and validate one chapter's table of checks.

    Raises
    ------
    ValueError
        If the text is not JSON, a field is missing or of the wrong kind, or a wrong turn's interval
        overlaps the right one or another wrong turn's; the message names the file and the check.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{name}: not valid JSON: {error}") from None
    if data.get("version") != 1 or not isinstance(data.get("checks"), dict):
        raise ValueError(f'{name}: a table of checks has "version": 1 and "checks": {{id: …}}')
    for id, table in data["checks"].items():
        _validate(f"{name}: check {id}", table)
    return data["checks"]


def _validate(where, table):
    """Refuse a check that is incomplete or whose intervals overlap."""
    for field in ("asks", "right_message"):
        if not isinstance(table.get(field), str) or not table[field]:
            raise ValueError(f"{where}: {field} must be a sentence")
    if table.get("kind") not in KINDS:
        raise ValueError(f"{where}: kind must be one of {', '.join(KINDS)}")
    hints = table.get("hints")
    if not (isinstance(hints, list) and len(hints) == 2 and all(isinstance(h, str) for h in hints)):
        raise ValueError(f"{where}: hints must be a list of two texts, the second going further")
    turns = table.get("wrong_turns")
    if not isinstance(turns, list) or not turns:
        raise ValueError(f"{where}: wrong_turns must be a list with at least one")
    for turn in turns:
        if not all(isinstance(turn.get(key), str) for key in ("name", "message")):
            raise ValueError(f"{where}: every wrong turn has a name and a message")
    spans = [("the right interval", table.get("right"))]
    spans += [(f"wrong turn {turn['name']!r}", turn.get("interval")) for turn in turns]
    _refuse_overlap(where, spans)


def _refuse_overlap(where, spans):
    for label, span in spans:
        if not (isinstance(span, list) and len(span) == 2 and span[0] <= span[1]):
            raise ValueError(f"{where}: {label} must be [low, high], not {span}")
    ordered = sorted(spans, key=lambda item: item[1])
    for (label, span), (other, following) in itertools.pairwise(ordered):
        if following[0] <= span[1]:
            raise ValueError(f"{where}: {label} {span} and {other} {following} overlap")
