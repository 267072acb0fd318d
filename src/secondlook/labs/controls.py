"""The controls a lab can have: a slider, a choice, a switch, a line of text.

A control knows what it accepts, says so when it is given something else, and can write and read
its value in a link. Its widget is made only where the lab is shown alive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Slider:
    """A number between two ends.

    Parameters
    ----------
    name, label, unit : str
        ``unit`` stands in brackets behind the label.
    low, high, default, step : int or float
        All whole numbers make a control of whole numbers.
    more : bool
        Stand behind *More*.
    """

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float = 1
    unit: str = ""
    more: bool = False

    @property
    def whole(self) -> bool:
        """True if the control takes whole numbers only."""
        return all(isinstance(n, int) for n in (self.low, self.high, self.default, self.step))

    @property
    def _digits(self) -> int:
        """Decimals a step needs, so that 0.01 steps are not written 0.12000000000000001."""
        return 0 if self.whole else max(0, math.ceil(-math.log10(self.step)))

    def check(self, value) -> float:
        """Return the value on the slider's grid, or raise ValueError naming the range."""
        kind = "a whole number" if self.whole else "a number"
        wrong = ValueError(
            f"{self.name} must be {kind} from {self.low} to {self.high}, not {_shown(value)}"
        )
        if isinstance(value, bool | str | bytes):
            raise wrong
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise wrong from None
        if not self.low <= number <= self.high or (self.whole and number != int(number)):
            raise wrong
        return int(number) if self.whole else round(number, self._digits)

    def from_text(self, text: str) -> float:
        """Read a value as a link writes it."""
        try:
            number = float(text)
        except ValueError:
            number = text
        return self.check(number)

    def to_text(self, value) -> str:
        """Write a value for a link."""
        return f"{value:.{self._digits}f}"

    def ends(self) -> list[float]:
        """The least and the greatest value."""
        return [self.low, self.high]

    def widget(self, value, smooth: bool):
        """Return the slider as a widget."""
        import ipywidgets

        label = f"{self.label} ({self.unit})" if self.unit else self.label
        make = ipywidgets.IntSlider if self.whole else ipywidgets.FloatSlider
        form = {} if self.whole else {"readout_format": f".{self._digits}f"}
        return make(
            value=value,
            min=self.low,
            max=self.high,
            step=self.step,
            description=label,
            continuous_update=smooth,
            **form,
        )


@dataclass(frozen=True)
class Choice:
    """One of a few.

    Parameters
    ----------
    name, label : str
    options : dict
        Short key (used in code and links) to the words the reader sees.
    default : str
        A key.
    more : bool
        Stand behind *More*.
    """

    name: str
    label: str
    options: dict[str, str]
    default: str
    more: bool = False

    def check(self, value) -> str:
        """Return the key, or raise ValueError naming the keys."""
        if not isinstance(value, str) or value not in self.options:
            keys = ", ".join(repr(key) for key in self.options)
            raise ValueError(f"{self.name} must be one of {keys}, not {_shown(value)}")
        return value

    def from_text(self, text: str) -> str:
        """Read a key as a link writes it."""
        return self.check(text)

    def to_text(self, value: str) -> str:
        """Write a key for a link."""
        return value

    def ends(self) -> list[str]:
        """All keys."""
        return list(self.options)

    def widget(self, value, smooth: bool):
        """Return the choice as a widget."""
        import ipywidgets

        options = [(words, key) for key, words in self.options.items()]
        return ipywidgets.Dropdown(options=options, value=value, description=self.label)


@dataclass(frozen=True)
class Switch:
    """Yes or no."""

    name: str
    label: str
    default: bool = False
    more: bool = False

    def check(self, value) -> bool:
        """Return the value, or raise ValueError."""
        if not isinstance(value, bool):
            raise ValueError(f"{self.name} must be True or False, not {_shown(value)}")
        return value

    def from_text(self, text: str) -> bool:
        """Read ``yes`` or ``no``."""
        if text not in ("yes", "no"):
            raise ValueError(f"{self.name} must be yes or no, not {_shown(text)}")
        return text == "yes"

    def to_text(self, value: bool) -> str:
        """Write ``yes`` or ``no``."""
        return "yes" if value else "no"

    def ends(self) -> list[bool]:
        """No and yes."""
        return [False, True]

    def widget(self, value, smooth: bool):
        """Return the switch as a widget."""
        import ipywidgets

        return ipywidgets.Checkbox(value=value, description=self.label, indent=False)


@dataclass(frozen=True)
class Text:
    """A line that the reader writes or pastes.

    A reader may paste anything, and must get an answer and not an error: of a longer text the
    first ``most`` characters and one more are kept, so that the lab can see that it was too long.

    Parameters
    ----------
    name, label, default : str
    most : int
        Characters that the lab takes.
    more : bool
        Stand behind *More*.
    """

    name: str
    label: str
    default: str
    most: int = 240
    more: bool = False

    def check(self, value) -> str:
        """Return the text, cut where it is too long, or raise ValueError if it is none."""
        if not isinstance(value, str):
            raise ValueError(f"{self.name} must be a text, not {_shown(value)}")
        # half of a surrogate pair cannot be written into a link
        return value[: self.most + 1].encode("utf-8", "replace").decode("utf-8")

    def from_text(self, text: str) -> str:
        """Read a text as a link writes it."""
        return self.check(text)

    def to_text(self, value: str) -> str:
        """Write a text for a link."""
        return value

    def ends(self) -> list[str]:
        """Nothing, the default, what would be markup, and one character too many."""
        markup = "<b onclick='x'>&amp;\"</b>"
        return ["", self.default, markup[: self.most], "7" * (self.most + 1)]

    def widget(self, value, smooth: bool):
        """Return the line as a widget, which speaks up when the reader is done with it."""
        import ipywidgets

        return ipywidgets.Text(value=value, description=self.label, continuous_update=False)


Control = Slider | Choice | Switch | Text


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
