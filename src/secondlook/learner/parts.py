"""What the elements of a page are made of: safe HTML, attributes, and checks of what is asked."""

import html
import math
import re
from dataclasses import dataclass
from importlib.resources import files

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
STYLES = ("look.css", "learner.css", "work.css")
SCRIPTS = ("learner.js", "work.js")  # the second builds on the first


@dataclass(frozen=True)
class Element:
    """What one function shows: HTML for a page and a sentence for a plain terminal."""

    html: str
    text: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}


def show(element):
    """Display an element at once, wherever it stands in the cell."""
    from IPython.display import display

    display(element)


def asset(name):
    """Return a style sheet or a script of the package."""
    return files("secondlook").joinpath("assets", name).read_text(encoding="utf-8")


def folded(hints):
    """Return hints folded one inside the other, so that the second costs a second look."""
    inner = ""
    for step in reversed(range(len(hints))):
        title = "A hint" if step == 0 else "More of a hint"
        inner = (
            '<details class="sl-hint"><summary data-lm-suppress-shortcuts="true">'
            f"{title}</summary><p>{text(hints[step])}</p>{inner}</details>"
        )
    return inner


def text(words):
    """Return plain text as safe HTML; ``**bold**`` and ```code``` only."""
    safe = html.escape(str(words), quote=False)
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe)


def escape(words):
    """Return words as they may stand in an attribute."""
    return html.escape(str(words), quote=True)


def attributes(**values):
    """Return ``data-`` attributes; those that are None are left out."""
    pairs = ((name, value) for name, value in values.items() if value is not None)
    return " ".join(f'data-{name}="{escape(shortest(value))}"' for name, value in pairs)


def shortest(value):
    """Write a number without a needless point or a NumPy wrapping; text stays as it is."""
    return value if isinstance(value, str) else format(float(value), ".12g")


def finite(name, value, least=-math.inf):
    """Return an optional number as a float."""
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: must be a number, not {value!r}") from None
    if not math.isfinite(number) or number < least:
        more = f" of at least {least:g}" if math.isfinite(least) else ""
        raise ValueError(f"{name}: must be a finite number{more}, not {value!r}")
    return number


def check_id(id):
    """Return the id, or raise ValueError."""
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise ValueError(
            f"id: {id!r} does not fit; write the chapter and a name, for example '04.fishing'"
        )
    return id


def check_options(options):
    """Raise ValueError unless options are two or more pairs of key and words."""
    if not isinstance(options, dict) or len(options) < 2:
        raise ValueError("options: a choice needs a dict with two or more entries, key to text")
    for key, words in options.items():
        if not (isinstance(key, str) and key and isinstance(words, str) and words):
            raise ValueError(f"options: keys and texts must be words; {key!r}: {words!r} is not")


def lab(name, inner):
    """Return HTML as a lab that needs no kernel."""
    return f'<section class="sl-work" data-lab="{name}">{inner}</section>'
