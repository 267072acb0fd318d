"""The one kind of answer that the forensic tools give."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CONSISTENT, INCONSISTENT, CANNOT_TELL = "consistent", "inconsistent", "cannot tell"
CERTAIN, LIKELY, POSSIBLE = "certain", "likely", "possible"


@dataclass(frozen=True)
class Verdict:
    """What printed figures allow, with the arithmetic and how sure it is.

    Attributes
    ----------
    verdict : str
        ``consistent`` (the figures can stand together), ``inconsistent`` (they cannot) or
        ``cannot tell`` (there is nothing to compare with, or rounding hides the answer).
    sure : str
        ``certain``: no rounding of the printed figures changes it, under the conditions that
        `why` names. ``likely``: it rests on an assumption that another method could break.
        ``possible``: the figures allow it, and other things too; agreement proves nothing.
    why : str
        One or two sentences on the verdict and how sure it is.
    arithmetic : str
        The steps with the numbers put in, one a line.
    values : mapping of str to number, word or (low, high)
        The computed numbers by name; a pair is the range that rounding allows.
    """

    verdict: str
    sure: str
    why: str
    arithmetic: str
    values: Mapping = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.verdict} ({self.sure}): {self.why}\n{self.arithmetic}"


def lines(*steps: str) -> str:
    """Join the steps that are not empty, one a line."""
    return "\n".join(step for step in steps if step)


def show(number: float) -> str:
    """A number as one would write it on paper: four figures, a real minus sign."""
    text = f"{number:.4g}" if abs(number) < 1e4 or abs(number) >= 1e9 else f"{number:.0f}"
    return text.replace("-", "−")


def show_range(low: float, high: float) -> str:
    """Two numbers with *to* between them."""
    return f"{show(low)} to {show(high)}"


def show_allowed(number: float, low: float, high: float) -> str:
    """A number with the range that rounding allows, which must not look like an interval."""
    if show(low) == show(high) == show(number):
        return show(number)
    return f"{show(number)}, rounding allows {show_range(low, high)}"
