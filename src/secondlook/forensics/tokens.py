"""A pasted line as numbers, words and signs, with the numbers' marks understood.

Papers print ``0.57``, ``0,57``, ``0·57`` and ``.57``, dashes for *minus* and for *to*. Here they
become one plain form, in which :mod:`secondlook.forensics.pasted` looks for patterns. What is not
a figure from print is refused by name.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 240  # characters; a result with its interval and p takes about 80

_SPACES = "\t\n\r\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
_PLAIN = str.maketrans(
    {
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys("\"'“”‘’*†‡§|•", " "),
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
        **dict.fromkeys("‐‑", "-"),
        **dict.fromkeys("—―", "–"),
        **{"∙": "·", "⋅": "·", "⩽": "≤", "⩾": "≥", "≈": "=", "~": "=", "²": ""},
        **{"β": " beta ", "χ": " chi ", "Δ": " difference ", "δ": " difference "},
    }
)
_SIGNS = frozenset(" ()-–−.,;:·=<>≤≥±+/%×^!?&_")
_THIN = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:[\u00a0\u2007\u2009\u202f][0-9]{3})+(?![0-9])")
_MARKUP = re.compile(r"<[\s/!?]*[a-z]|</|&[a-z#]", re.IGNORECASE)
_TOKEN = re.compile(
    r"(?P<number>\.?[0-9](?:[0-9.,]*[0-9])?(?:[eE][-+−]?[0-9]{1,3}(?![0-9.,]))?)"
    r"|(?P<word>[^\W\d_]+)|(?P<sign><=|>=|[^\s\w]|_)|\s+"
)
_DASHES = "-–−"


class UnreadableError(ValueError):
    """The pasted text cannot be read; the message says why and what to write instead."""


@dataclass(frozen=True)
class Line:
    """A pasted line in one plain form.

    Attributes
    ----------
    plain : str
        Words in small letters and signs, one space between; a number stands there as ``#`` and
        its place in `numbers`. A dash between two numbers is ``–``.
    numbers : tuple of str
        As printed, but with a point for the decimals and no mark for thousands.
    """

    plain: str
    numbers: tuple[str, ...]


def read_line(text: str) -> Line:
    """Read a pasted line.

    Parameters
    ----------
    text : str

    Raises
    ------
    UnreadableError
        If it is empty, too long, or holds what no printed figure does, or a number that can be
        read in two ways; the message says what to write instead.
    """
    tokens = _signed(_with_numbers(_tokens(_cleaned(text))))
    numbers, plain = [], []
    for kind, words, _ in tokens:
        if kind == "number":
            plain.append(f"#{len(numbers)}")
            numbers.append(words)
        else:
            plain.append("–" if words in _DASHES else words)
    if not numbers:
        raise UnreadableError("There is no number in it; paste one result with its figures")
    return Line(" ".join(plain), tuple(numbers))


def _cleaned(text: str) -> str:
    if not isinstance(text, str):
        raise UnreadableError("This is no text; paste a result as it is printed")
    if len(text) > LONGEST:
        raise UnreadableError(
            f"The text is longer than {LONGEST} characters; paste one result at a time"
        )
    if not text.strip():
        raise UnreadableError(
            "Nothing is pasted yet; paste an estimate with its interval, or counts"
        )
    text = _THIN.sub(lambda found: re.sub(r"\D", "", found[0]), text).translate(_PLAIN)
    for letter in text:
        _check(letter)
    if _MARKUP.search(text):
        raise UnreadableError("This looks like a page's markup; paste the words and figures alone")
    if "×" in text or "^" in text:
        raise UnreadableError(
            "A power of ten or a product is not read here; write the number out, such as 0.00002"
        )
    text = text.replace("+/-", "±").replace("+/−", "±")
    if "±" in text:
        raise UnreadableError(
            "± can stand for a standard deviation, a standard error or half an interval; "
            "write the two limits"
        )
    return re.sub(r"·(?=[0-9])", ".", text).replace("·", " ")


def _check(letter: str) -> None:
    """Refuse a character that no printed figure holds, by its name."""
    if letter in _SIGNS or letter in "0123456789" or (letter.isascii() and letter.isalpha()):
        return
    name = unicodedata.name(letter, "")
    if name.startswith("LATIN ") and letter.isalpha():
        return
    called = name.lower() or f"number {ord(letter)}"
    raise UnreadableError(
        f"The text holds a character that is not read here ({called}); type that part anew"
    )


def _tokens(text: str) -> list[tuple[str, str, bool]]:
    """Kind, text, and whether white space stands before it."""
    found = []
    space = True
    for token in _TOKEN.finditer(text):
        if token.lastgroup:
            found.append((token.lastgroup, token[0].lower(), space))
        space = token.lastgroup is None
    return found


# ---------------------------------------------------------------- points and commas


def _with_numbers(tokens) -> list[tuple[str, str, bool]]:
    """Put a point for every decimal mark, and take out the marks for thousands."""
    blobs = [text for kind, text, _ in tokens if kind == "number"]
    point = any(re.fullmatch(r"[0-9]+\.[0-9]+(e.*)?", blob) for blob in blobs)
    comma = any(_is_decimal_comma(blob, point) for blob in blobs)
    done = []
    for kind, text, space in tokens:
        if kind != "number":
            done.append((kind, text, space))
            continue
        first, *second = _figures(text, point, comma)
        done.append((kind, first, space))
        for more in second:
            done += [("sign", ",", False), (kind, more, False)]
    return done


_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def _is_decimal_comma(blob: str, point: bool) -> bool:
    """Whether a number's comma can only stand for decimals."""
    if re.fullmatch(r"0,[0-9]+", blob):
        return True
    one = re.fullmatch(r"[0-9]+,[0-9]+", blob)
    return bool(one) and not point and not _THOUSANDS.fullmatch(blob)


def _figures(blob: str, point: bool, comma: bool) -> list[str]:
    """The number, or the two numbers, that digits with their marks stand for."""
    body, e, power = blob.partition("e")
    if len(body) > 18:
        raise UnreadableError("A number in it is longer than any in print; paste what is printed")
    marks = re.sub(r"[0-9]", "", body)
    if marks == "" or (marks == "." and not (comma and _THOUSANDS.fullmatch(body))):
        return [body + e + power.replace("−", "-")]
    if marks == ",":
        return [_one_comma(body, point, comma)]
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", body) and not comma:
        return [body.replace(",", "")]
    two = re.fullmatch(r"([0-9]*\.?[0-9]+),([0-9]*\.?[0-9]+)", body)
    if two and not comma and not re.fullmatch(r"[0-9]{1,3}\.[0-9]{3},[0-9]+", body):
        return [two[1], two[2]]
    raise _unclear(body)


def _one_comma(body: str, point: bool, comma: bool) -> str:
    thousands = _THOUSANDS.fullmatch(body)
    if comma and not (thousands and point):
        return body.replace(",", ".")
    if thousands and point and not comma:
        return body.replace(",", "")
    raise _unclear(body)


def _unclear(body: str) -> UnreadableError:
    return UnreadableError(
        f"“{body}” can be read in more than one way; write a point for the decimals, no mark for "
        "thousands, and “to” between two limits"
    )


# ---------------------------------------------------------------- minus or to


def _signed(tokens) -> list[tuple[str, str, bool]]:
    """Join a number with its own minus or plus; a dash between two numbers stays a dash."""
    done, i = [], 0
    while i < len(tokens):
        kind, text, space = tokens[i]
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        touches = after is not None and after[0] == "number" and not after[2]
        if text in (*_DASHES, "+") and touches and _opens(done, text, space):
            done.append(("number", ("" if text == "+" else "-") + after[1], space))
            i += 2
            continue
        done.append((kind, text, space))
        i += 1
    return done


def _opens(done, sign: str, space: bool) -> bool:
    """Whether a sign at this place belongs to the number after it."""
    if not done:
        return True
    kind, before, _ = done[-1]
    if kind == "word":  # the dash of a word such as “CI-95” is no minus
        return space or sign == "−" or before == "to"
    if before == ")":
        return space
    return (kind == "sign" and before != "%") or (sign == "−" and space)
