"""Survival curves with their numbers at risk."""

from __future__ import annotations

import math

import numpy as np

from secondlook.figures import style
from secondlook.figures.style import Picture, Sheet
from secondlook.survival import kaplan_meier

_ARMS = ("placebo", "25 mg", "50 mg")


def survival_curves(table, *, title: str, subtitle: str = "", source: str) -> Picture:
    """Draw a Kaplan-Meier curve for each arm, medians marked, numbers at risk below.

    Parameters
    ----------
    table : DataFrame
        One row a patient: ``days``, ``event`` (bool), ``arm``.
    title, source : str
        The finding; where the data come from.
    subtitle : str
        What is drawn; without one, the numbers of patients and events say it.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If a column is missing, or nobody is in the table.
    """
    for column in ("days", "event", "arm"):
        if column not in table.columns:
            raise ValueError(f"table has no column {column!r}; it needs days, event and arm")
    if len(table) == 0:
        raise ValueError("table has no patients; curves need at least one")
    arms = [arm for arm in _ARMS if (table["arm"] == arm).any()]
    arms += sorted(set(table["arm"]) - set(_ARMS))
    days, event = table["days"].to_numpy(float), table["event"].to_numpy(bool)
    member = np.column_stack([(table["arm"] == arm).to_numpy() for arm in arms])
    curves = kaplan_meier(days, event, member)
    times = curves.times[0][np.isfinite(curves.times[0])]
    medians = dict(zip(arms, curves.quartiles[0, :, 1], strict=True))
    horizon = 182 * math.ceil(days.max() / 182)
    ticks = range(0, horizon + 1, 182 * math.ceil(horizon / 182 / 7))

    def body(sheet: Sheet) -> None:
        panel = sheet.panel(
            sheet.left + 66, sheet.right - 60, sheet.bottom + 65 + 16 * len(arms), sheet.top - 32,
            (0, horizon), (0, 1),
        )  # fmt: skip
        shown = [t for t in ticks if not (sheet.narrow and (t // ticks.step) % 2)]
        panel.x_axis(shown, [f"{t}" for t in shown], "days since randomisation")
        panel.y_axis(
            (0, 0.25, 0.5, 0.75, 1), ("0", "25", "50", "75", "100%"), "patients without an event"
        )
        ends = []
        for k, arm in enumerate(arms):
            last = days[member[:, k]].max()
            kept = times <= last
            share = np.concatenate([[1], curves.curve[0, k][: len(times)][kept]])
            panel.steps([0, *times[kept], last], [*share, share[-1]], **_style(arm))
            color = style.ARM_TEXT.get(arm, style.INK)
            ends.append((last, share[-1], arm, {"color": color, "weight": "bold"}))
            if np.isfinite(medians[arm]):
                panel.points(medians[arm], 0.5, color=_style(arm)["color"], size=6)
        panel.end_labels(ends, dx=5)
        rows = {
            arm: [int((days[member[:, k]] >= t).sum()) for t in shown] for k, arm in enumerate(arms)
        }
        panel.number_at_risk(shown, rows, margin=66)

    return Picture(
        title=title,
        subtitle=subtitle
        or f"Kaplan-Meier curves, {len(days)} patients, {event.sum()} events; "
        "dots mark the medians",
        source=source,
        alt=_alt(title, len(days), int(event.sum()), medians),
        body=body,
        height=440,
        narrow_height=380,
    )


def _style(arm: str) -> dict:
    return style.ARMS.get(arm, {"color": style.INK, "linestyle": "-", "linewidth": 1.6})


def _alt(title: str, patients: int, events: int, medians: dict[str, float]) -> str:
    each = "; ".join(
        f"{arm} {days:.0f} days" if np.isfinite(days) else f"{arm} not reached"
        for arm, days in medians.items()
    )
    return (
        f"Survival curves with numbers at risk. {title}. {patients} patients, {events} events. "
        f"Medians: {each}."
    )
