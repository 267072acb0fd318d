"""A lab as widgets: what moves in the reader's browser and in JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

if TYPE_CHECKING:
    from secondlook.labs.lab import Lab


def live(lab: Lab) -> w.VBox:
    """Return a lab as one box of widgets, its picture on top and its controls below."""
    return _Live(lab).box


class _Live:
    """Keeps widgets and lab in step; the picture and its sentence are one HTML widget."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.drawn = None  # the settings that are on the screen
        self.busy = False  # controls are being set to the lab's settings
        self.fields = {c.name: c.widget(lab.settings[c.name], lab.smooth) for c in lab.controls}
        self.screen, self.links, self.table = w.HTML(), w.HTML(), w.HTML()
        self.screen.add_class("sl-screen")
        more = _column(self.fields[c.name] for c in lab.controls if c.more)
        main = _column(self.fields[c.name] for c in lab.controls if not c.more)
        self.opened = _toggle("Numbers")
        rows = [self.screen, main, _row(self._buttons())]
        if more.children:
            show = _toggle("More")
            show.observe(lambda change: _show(more, change["new"]), "value")
            rows += [_row([show, self.opened]), more]
            _show(more, False)
        else:
            rows.append(_row([self.opened]))
        self.box = w.VBox([*rows, self.table, self.links])
        self.box.add_class("sl-lab")
        for field in self.fields.values():
            field.observe(self._moved, "value")
        self.opened.observe(lambda change: self._draw_table(), "value")
        self._draw()

    def _buttons(self) -> list[w.Button]:
        buttons = []
        for label in self.lab.presets:
            button = w.Button(description=label)
            button.on_click(lambda _, label=label: self._press(label))
            buttons.append(button)
        return buttons

    def _press(self, label: str) -> None:
        self.lab.press(label)
        self._keep_step()

    def _moved(self, change) -> None:
        if self.busy:
            return
        present = self.lab.settings
        shown = {name: field.value for name, field in self.fields.items()}
        self.lab.set(**{name: value for name, value in shown.items() if value != present[name]})
        self._keep_step()

    def _keep_step(self) -> None:
        """Put the controls where the settings are, and draw; one still being dragged stays."""
        self.busy = True
        try:
            for control in self.lab.controls:
                field, value = self.fields[control.name], self.lab.settings[control.name]
                if control.check(field.value) != value:
                    field.value = value
        finally:
            self.busy = False
        self._draw()

    def _draw(self) -> None:
        # A slider that was dragged further while we drew sends only its last place; drawing the
        # same settings twice would be the one way to build up a queue.
        if self.lab.settings == self.drawn:
            return
        self.drawn = self.lab.settings
        reading = self.lab.reading_html().replace("<p ", '<p role="status" ', 1)
        self.screen.value = self.lab.picture.html() + reading
        self.links.value = self.lab.links_html()
        self._draw_table()

    def _draw_table(self) -> None:
        self.table.value = self.lab.numbers_html(folded=False) if self.opened.value else ""


def _toggle(label: str) -> w.ToggleButton:
    return w.ToggleButton(value=False, description=label)


def _column(fields) -> w.VBox:
    box = w.VBox(list(fields))
    box.add_class("sl-controls")
    return box


def _row(buttons) -> w.HBox:
    box = w.HBox(list(buttons))
    box.add_class("sl-row")
    return box


def _show(box: w.VBox, yes: bool) -> None:
    box.layout.display = "flex" if yes else "none"
