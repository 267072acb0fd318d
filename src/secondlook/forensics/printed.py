"""Printed numbers: what was printed, and every value that would have been printed so.

A printed 0.57 may be anything from 0.565 to 0.575. Text keeps the zeros at the end, which count:
"1.20" may be 1.195 to 1.205, while 1.2 may be 1.15 to 1.25.
"""

import math
import re
import reprlib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from numbers import Integral, Real

import numpy as np

# No printed figure of a trial is larger, or smaller without being zero; squares of these
# and their inverses stay within what a float can hold.
LARGEST, SMALLEST = 1e15, 1e-100
MOST_PEOPLE = 10**9

_MINUS = str.maketrans({"−": "-", "‐": "-", "‑": "-", "–": "-", "·": "."})
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_BOUND = re.compile(r"(?:[pP]\s*)?(<=|>=|[<>≤≥=])?\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class Printed:
    """A printed number.

    Attributes
    ----------
    text : str
        As printed, for the arithmetic.
    value : float
        The number that stands there.
    low, high : float
        The values between which rounding to nearest gives what is printed.
    """

    text: str
    value: float
    low: float
    high: float

    def meets(self, low: float, high: float) -> bool:
        """Whether some value of the range low to high would have been printed so."""
        slack = 1e-9 * max(abs(low), abs(high), abs(self.low), abs(self.high))
        return self.low <= high + slack and low - slack <= self.high


def number(name: str, given, decimals: int | None = None) -> Printed:
    """Read a printed number from text or from a number.

    Parameters
    ----------
    name : str
        What to call it in an error.
    given : str, int or float
        Text as printed, such as ``"0.50"``, ``".5"`` or ``"−2.66"``; or a number, of which the
        zeros at the end are lost, so that 0.5 is read as printed with one decimal.
    decimals : int, optional
        How many decimals were printed, if given is a number.

    Raises
    ------
    ValueError
        If it is no number, or too large or too small to be one from print.
    """
    exact = _decimal(name, given)
    text = given.strip() if isinstance(given, str) else None
    if text is None:
        exact = _as_printed(name, exact, decimals)
        text = f"{exact:f}" if abs(exact) > 1e-9 else str(exact)
    # A float carries about 15 figures, so no later one is taken for print.
    unit = max(exact.as_tuple().exponent, exact.adjusted() - 14)
    half = Decimal(5).scaleb(unit - 1)
    low, high = float(exact - half), float(exact + half)
    return Printed(text.replace("-", "−"), float(exact), low, high)


def ratio_or_difference(name: str, given, log: bool, decimals: int | None = None) -> Printed:
    """Read a printed estimate or limit; if log, a ratio, which must be above 0."""
    printed = number(name, given, decimals)
    if log and printed.value <= 0:
        raise ValueError(
            f"{name} is {printed.text}; a ratio must be above 0 (a difference: log=False)"
        )
    return printed


def p_value(name: str, given, decimals: int | None = None) -> Printed:
    """Read a printed p value; ``"<0.001"`` and ``">0.05"`` are ranges up to 0 and to 1."""
    sign = ""
    if isinstance(given, str):
        sign, rest = _BOUND.fullmatch(given.strip()).groups()
        p = number(name, rest, decimals)
    else:
        p = number(name, given, decimals)
    if not 0 <= p.value <= 1:
        raise ValueError(f"{name} is {p.text}; a p value lies between 0 and 1")
    if (sign, p.value) in (("<", 0), (">", 1)):
        raise ValueError(f"{name} is {given.strip()}; no p value is {sign}{p.text}")
    if sign in ("<", "<=", "≤"):
        return Printed(f"<{p.text}", p.value, 0.0, p.value)
    if sign in (">", ">=", "≥"):
        return Printed(f">{p.text}", p.value, p.value, 1.0)
    return Printed(p.text, p.value, max(p.low, 0.0), min(p.high, 1.0))


def percentage(name: str, given, decimals: int | None = None) -> Printed:
    """Read a printed percentage, with or without its sign, from 0 to 100."""
    bare = given.strip().removesuffix("%").rstrip() if isinstance(given, str) else given
    share = number(name, bare, decimals)
    if not 0 <= share.value <= 100:
        raise ValueError(f"{name} is {share.text}; a percentage of people lies between 0 and 100")
    return Printed(share.text, share.value, max(share.low, 0.0), min(share.high, 100.0))


def count(name: str, given, *, least: int = 0) -> int:
    """Read a number of people or of events, a whole number of at least `least`."""
    value = _decimal(name, given)
    if value != value.to_integral_value() or not least <= value <= MOST_PEOPLE:
        raise ValueError(
            f"{name} is {_shown(given)}; it must be a whole number from {least} to {MOST_PEOPLE}"
        )
    return int(value)


def positive(name: str, given) -> float:
    """Read a number above 0 that is taken as it stands, such as a number of weeks."""
    value = float(_decimal(name, given))
    if value <= 0:
        raise ValueError(f"{name} is {_shown(given)}; it must be above 0")
    return value


def probability(name: str, given) -> float:
    """Read a number between 0 and 1, neither included, such as a level."""
    value = float(_decimal(name, given))
    if not 0 < value < 1:
        raise ValueError(f"{name} is {_shown(given)}; it must be between 0 and 1, such as 0.95")
    return value


def flag(name: str, given) -> bool:
    """Read True or False; 1 and 0 count as they do elsewhere."""
    if not isinstance(given, Integral | np.bool_) or given not in (0, 1):
        raise ValueError(f"{name} is {_shown(given)}; it must be True or False")
    return bool(given)


def level_of_interval(given) -> float:
    """Read the confidence level of an interval."""
    level = float(_decimal("level", given))
    if not 0.5 <= level <= 0.9999:
        raise ValueError(f"level is {_shown(given)}; it must be from 0.5 to 0.9999, such as 0.95")
    return level


def several(name: str, given, *, least: int = 2) -> list:
    """A list of things, such as the parts of a total."""
    if isinstance(given, str | bytes | dict) or not hasattr(given, "__len__"):
        raise ValueError(f"{name} is {_shown(given)}; it must be a list, such as [58, 58]")
    try:
        entries = list(given)
    except TypeError:
        raise ValueError(f"{name} is {_shown(given)}; it must be a list") from None
    if len(entries) < least:
        raise ValueError(f"{name} has {len(entries)} entries; it needs {least} or more")
    return entries


def _decimal(name: str, given) -> Decimal:
    """The number exactly as it is written."""
    if isinstance(given, str):
        exact = _from_text(name, given)
    elif isinstance(given, Integral) and not isinstance(given, bool):
        exact = Decimal(int(given))
    elif isinstance(given, Real) and not isinstance(given, bool):
        exact = _from_real(name, given)
    else:
        raise ValueError(f"{name} is {_shown(given)}; it must be a number")
    if exact and not SMALLEST <= abs(exact) <= LARGEST:
        raise ValueError(
            f"{name} is too {'large' if abs(exact) > 1 else 'near 0'} for a printed figure; "
            f"give a number between {SMALLEST:g} and {LARGEST:g}"
        )
    return exact


def _from_real(name: str, given: Real) -> Decimal:
    try:
        value = float(given)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}; it must be a finite number")
    return Decimal(repr(value))


def _from_text(name: str, given: str) -> Decimal:
    text = given.strip().translate(_MINUS)
    if len(text) <= 40 and _NUMBER.fullmatch(text):
        return Decimal(text)
    if re.fullmatch(r"[-+]?[0-9]*(,[0-9]+)+(\.[0-9]*)?", text[:40]):
        raise ValueError(
            f"{name} is {_shown(given)}; write a point for the decimals and no mark for "
            "thousands, such as 0.92 or 1204"
        )
    raise ValueError(f"{name} is {_shown(given)}; it must be a number, such as 0.92")


def _as_printed(name: str, exact: Decimal, decimals: int | None) -> Decimal:
    """The number with the decimals that were printed; without a word, with those it needs."""
    if decimals is None:
        # 12.0 as a float says nothing of its decimals: read as 12, the wider range.
        return exact if exact % 1 else exact.to_integral_value()
    if isinstance(decimals, bool) or not isinstance(decimals, Integral) or not 0 <= decimals <= 15:
        raise ValueError(f"decimals is {_shown(decimals)}; it must be a whole number from 0 to 15")
    try:
        return exact.quantize(Decimal(1).scaleb(-int(decimals)))
    except InvalidOperation:
        raise ValueError(f"{name} is too large to be printed with {decimals} decimals") from None


def _shown(given) -> str:
    return reprlib.repr(given)
