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
        room = 73 + 16 * len(arms)
        ax = sheet.panel(
            sheet.left + 54, sheet.right - (28 if sheet.narrow else 62),
            sheet.bottom + room, sheet.top - 24, (0, horizon), (0, 1),
        )  # fmt: skip
        shown = [t for t in ticks if not (sheet.narrow and (t // ticks.step) % 2)]
        style.x_axis(ax, shown, [f"{t}" for t in shown], "days since randomisation")
        style.y_axis(ax, (0, 0.25, 0.5, 0.75, 1), ("0", "25", "50", "75", "100%"),
                     "patients without an event")  # fmt: skip
        ends = []
        for k, arm in enumerate(arms):
            end = days[member[:, k]].max()
            kept = times <= end
            y = np.concatenate([[1], curves.curve[0, k][: len(times)][kept]])
            style.steps(ax, [0, *times[kept], end], [*y, y[-1]], **_style(arm))
            ends.append((end, y[-1]))
            if np.isfinite(medians[arm]):
                style.points(ax, medians[arm], 0.5, color=_style(arm)["color"], size=6)
        heights = style.spread([y for _, y in ends], 16 / _points_high(ax, sheet))
        for arm, (end, _), y in zip(arms, ends, heights, strict=True):
            style.note(ax, end, y, arm, dx=5, ha="left", color=style.ARM_TEXT.get(arm, style.INK),
                       weight="bold")  # fmt: skip
        rows = {
            arm: [int((days[member[:, k]] >= t).sum()) for t in shown] for k, arm in enumerate(arms)
        }
        style.number_at_risk(ax, shown, rows)

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


def _points_high(ax, sheet: Sheet) -> float:
    return ax.get_position().height * sheet.height


def _alt(title: str, patients: int, events: int, medians: dict[str, float]) -> str:
    each = "; ".join(
        f"{arm} {days:.0f} days" if np.isfinite(days) else f"{arm} not reached"
        for arm, days in medians.items()
    )
    return (
        f"Survival curves with numbers at risk. {title}. {patients} patients, {events} events. "
        f"Medians: {each}."
    )
