"""What every lab is made of: controls, a result, a picture, a sentence, a table, a link.

A lab wires together functions from the floors below and shows what they return. It does no
statistics and no drawing of its own. With ``SECONDLOOK_STATIC=1`` it shows itself as plain HTML,
which is what the book's pages store; otherwise it shows itself as widgets.
"""

from __future__ import annotations

import base64
import html
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from secondlook._hosts import is_static
from secondlook.figures.style import Picture
from secondlook.figures.tables import Table
from secondlook.labs.controls import Control

Settings = dict[str, Any]
Row = dict[str, str]

_LONGEST_LINK = 2000  # characters; no honest link comes near


@dataclass(frozen=True)
class Recipe:
    """The four functions behind a lab; each takes the lab's settings by name.

    Attributes
    ----------
    compute : ``compute(**settings) -> result``
        Asks the floors below for the numbers.
    sentence : ``sentence(result, **settings) -> str``
        Reads the picture at these settings in one sentence, or two short ones.
    picture : ``picture(result, **settings) -> Picture``
    numbers : ``numbers(result, **settings) -> list of rows``
        The same as a table: each row a dict from column heading to text.
    """

    compute: Callable[..., Any]
    sentence: Callable[..., str]
    picture: Callable[..., Picture]
    numbers: Callable[..., list[Row]]


class Lab:
    """One thing a reader can move, and what it shows.

    Parameters
    ----------
    name : str
        As in the page's ``data-lab`` and in links, for example ``"fishing-rig"``.
    controls : sequence of Control
        Three to five main ones; those with ``more=True`` stand behind *More*.
    presets : dict
        Label of a *try this* button to the settings it makes: a dict, or a function from the
        present settings to a dict.
    recipe : Recipe
        What is computed, said, drawn and listed.
    smooth : bool
        Redraw while a slider is dragged, not only when it is let go. For quick labs.
    follows : dict, optional
        Control name to the settings that follow when it alone is moved, so that no control
        does nothing. What is set in the same breath does not follow.

    Examples
    --------
    >>> lab = fishing_rig()
    >>> lab.set(subgroups=5)
    >>> lab.sentence
    """

    def __init__(
        self, name, controls, presets, recipe: Recipe, *, smooth: bool = False, follows=None
    ):
        self.name = name
        self.controls: tuple[Control, ...] = tuple(controls)
        self.presets: Mapping[str, Settings | Callable[[Settings], Settings]] = dict(presets)
        self.recipe = recipe
        self.smooth = smooth
        self.follows: Mapping[str, Settings] = dict(follows or {})
        self._settings = {control.name: control.default for control in self.controls}
        self._shown: dict[str, Any] = {}
        wanted, self.notices = read_link(os.environ.get("SECONDLOOK_LINK", ""), name, controls)
        self._settings.update(wanted)

    @property
    def settings(self) -> Settings:
        """Control name to present value; a copy."""
        return dict(self._settings)

    def set(self, **settings) -> Lab:
        """Change some settings; all of them fit, or none is changed.

        Raises
        ------
        ValueError
            If a control has no such name or no such value; the message gives what is allowed.
        """
        known = {control.name: control for control in self.controls}
        for name in settings:
            if name not in known:
                raise ValueError(f"{self.name} has no control {name!r}; it has {', '.join(known)}")
        checked = {name: known[name].check(value) for name, value in settings.items()}
        for name in [name for name in checked if checked[name] != self._settings[name]]:
            checked = {**self.follows.get(name, {}), **checked}
        if {**self._settings, **checked} != self._settings:
            self._settings.update(checked)
            self._shown.clear()
        return self

    def press(self, preset: str) -> Lab:
        """Do what the *try this* button of that label does."""
        if preset not in self.presets:
            raise ValueError(f"{self.name} has no button {preset!r}; it has {list(self.presets)}")
        change = self.presets[preset]
        return self.set(**(change(self.settings) if callable(change) else change))

    @property
    def result(self):
        """What the floors below answer at these settings."""
        return self._once("result", lambda: self.recipe.compute(**self._settings))

    @property
    def sentence(self) -> str:
        """What the picture says at these settings; its first sentence is shown in bold."""
        return self._once("sentence", lambda: self.recipe.sentence(self.result, **self._settings))

    @property
    def picture(self) -> Picture:
        """The picture at these settings."""
        return self._once("picture", lambda: self.recipe.picture(self.result, **self._settings))

    @property
    def numbers(self) -> list[Row]:
        """The picture's numbers as rows of a table."""
        return self._once("numbers", lambda: self.recipe.numbers(self.result, **self._settings))

    @property
    def link(self) -> str:
        """The end of an address that opens the page with these settings."""
        texts = {c.name: c.to_text(self._settings[c.name]) for c in self.controls}
        return f"#{self.name}?{urlencode(texts)}"

    def html(self) -> str:
        """Return the lab as it stands in the static page."""
        quiet = '<p class="sl-quiet">Make this page live to move this.</p>'
        return (
            f'<section class="sl-lab" data-lab="{self.name}">{self.picture.html()}'
            f"{self.reading_html()}{quiet}{self.numbers_html(folded=True)}</section>"
        )

    def reading_html(self) -> str:
        """Return the reading, its first sentence bold, and what was wrong with the link."""
        first, stop, rest = self.sentence.partition(". ")
        bold = f"<strong>{html.escape(first + stop.strip())}</strong>"
        reading = f'<p class="sl-reading">{bold} {html.escape(rest)}'.rstrip() + "</p>"
        return reading + "".join(
            f'<p class="sl-quiet sl-warn">{html.escape(words)}</p>' for words in self.notices
        )

    def numbers_html(self, *, folded: bool) -> str:
        """Return the table of numbers, folded away or open."""
        rows = [list(row.values()) for row in self.numbers]
        table = Table(self.numbers[0], rows, "The numbers of this picture").html()
        if folded:
            summary = "<summary>Numbers</summary>"
            return f'<details class="sl-numbers">{summary}{table}</details>'
        return f'<div class="sl-numbers">{table}</div>'

    def links_html(self) -> str:
        """Return the links that keep these settings and this picture."""
        data = base64.b64encode(self.picture.svg().encode()).decode()
        return (
            f'<p class="sl-quiet sl-links"><a href="{html.escape(self.link)}">'
            "Link to these settings</a> "
            f'<a download="{self.name}.svg" href="data:image/svg+xml;base64,{data}">'
            "Save the picture</a></p>"
        )

    def _once(self, what: str, make: Callable[[], Any]) -> Any:
        if what not in self._shown:
            self._shown[what] = make()
        return self._shown[what]

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        if is_static():
            return {"text/html": self.html(), "text/plain": self.sentence}
        from secondlook.labs.live import live  # widgets are loaded only where they are shown

        return live(self)._repr_mimebundle_()


def read_link(link: str, name: str, controls) -> tuple[Settings, list[str]]:
    """Return the settings a link asks of a lab, and a sentence for each thing that did not fit.

    A link for another lab, or no link, asks for nothing. Nothing in a link is trusted: a field
    counts only if it names a control and its control accepts the value.
    """
    place, _, query = link.removeprefix("#").partition("?")
    if place != name or not query:
        return {}, []
    if len(link) > _LONGEST_LINK:
        return {}, ["The link is too long to be one of this lab's; it was not used."]
    known = {control.name: control for control in controls}
    settings, notices = {}, []
    for field, text in parse_qsl(query, keep_blank_values=True):
        if field not in known:
            notices.append(f"The link names “{_short(field)}”, which this lab does not have.")
            continue
        try:
            settings[field] = known[field].from_text(text)
        except ValueError as error:
            notices.append(f"The link was not followed here: {error}.")
    if len(notices) > 3:
        notices = [*notices[:3], "Other parts of the link did not fit either."]
    return settings, notices


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"
