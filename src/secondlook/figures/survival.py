"""Survival curves with their numbers at risk."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from secondlook.figures import style
from secondlook.figures.style import Picture, Sheet
from secondlook.survival import kaplan_meier, kaplan_meier_band

_ARMS = ("placebo", "25 mg", "50 mg")
_OTHER = {"color": style.INK, "linestyle": "-", "linewidth": 1.6}


def survival_curves(table, *, title: str, subtitle: str = "", source: str) -> Picture:
    """Draw a Kaplan-Meier curve for each arm, 95% bands, medians, numbers at risk.

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
    curves = _curves(table)
    total, events = len(table), int(table["event"].sum())
    return Picture(
        title=title,
        subtitle=subtitle
        or f"Kaplan-Meier curves, {total} patients, {events} events; bands are 95% intervals, "
        "dots medians",
        source=source,
        alt=_alt(title, total, events, curves),
        body=lambda sheet: _draw(sheet, curves),
        height=440,
        narrow_height=380,
    )


@dataclass(frozen=True)
class _Curve:
    """One arm's Kaplan-Meier curve: steps to the last patient's day."""

    arm: str
    days: np.ndarray  # of every patient, to count those at risk
    times: np.ndarray
    share: np.ndarray
    lower: np.ndarray  # 95% limits of share, nan where there is none
    upper: np.ndarray
    median: float  # inf if not reached


def _curves(table) -> list[_Curve]:
    for column in ("days", "event", "arm"):
        if column not in table.columns:
            raise ValueError(f"table has no column {column!r}; it needs days, event and arm")
    if len(table) == 0:
        raise ValueError("table has no patients; curves need at least one")
    arms = [arm for arm in _ARMS if (table["arm"] == arm).any()]
    arms += sorted(set(table["arm"]) - set(_ARMS))
    days, event = table["days"].to_numpy(float), table["event"].to_numpy(bool)
    member = np.column_stack([(table["arm"] == arm).to_numpy() for arm in arms])
    fit = kaplan_meier(days, event, member)
    band = kaplan_meier_band(days, event, member)
    made = []
    for k, arm in enumerate(arms):
        mine = days[member[:, k]]
        kept = fit.times[0] <= mine.max()  # beyond the last patient nothing is known
        times = np.concatenate([[0], fit.times[0][kept], [mine.max()]])
        share, lower, upper = (
            np.concatenate([[start], steps[0, k][kept], steps[0, k][kept][-1:]])
            for start, steps in ((1, fit.curve), (np.nan, band[0]), (np.nan, band[1]))
        )
        made.append(_Curve(arm, mine, times, share, lower, upper, fit.quartiles[0, k, 1]))
    return made


def _draw(sheet: Sheet, curves: list[_Curve]) -> None:
    horizon = 182 * max(1, math.ceil(max(curve.days.max() for curve in curves) / 182))
    panel = sheet.panel(
        sheet.left + 66, sheet.right - 60, sheet.bottom + 65 + 16 * len(curves), sheet.top - 32,
        (0, horizon), (0, 1),
    )  # fmt: skip
    step = 182 * math.ceil(horizon / 182 / 7) * (2 if sheet.narrow else 1)
    ticks = range(0, horizon + 1, step)
    panel.x_axis(ticks, [f"{t}" for t in ticks], "days since treatment began")
    shares = (0, 0.25, 0.5, 0.75, 1)
    panel.y_axis(shares, ("0", "25", "50", "75", "100%"), "patients without an event")
    ends = []
    for curve in curves:
        known = np.isfinite(curve.lower)
        if known.any():
            color = style.ARMS.get(curve.arm, _OTHER)["color"]
            panel.band(curve.times[known], curve.lower[known], curve.upper[known], color=color)
    for curve in curves:
        line = style.ARMS.get(curve.arm, _OTHER)
        panel.steps(curve.times, curve.share, **line)
        words = {"color": style.ARM_TEXT.get(curve.arm, style.INK), "weight": "bold"}
        ends.append((curve.times[-1], curve.share[-1], curve.arm, words))
        if np.isfinite(curve.median):
            panel.points(curve.median, 0.5, color=line["color"], size=6)
    panel.end_labels(ends, dx=5)
    rows = {c.arm: [int((c.days >= t).sum()) for t in ticks] for c in curves}
    panel.number_at_risk(ticks, rows, margin=66)


def _alt(title: str, patients: int, events: int, curves: list[_Curve]) -> str:
    each = "; ".join(
        f"{c.arm} {c.median:.0f} days" if np.isfinite(c.median) else f"{c.arm} not reached"
        for c in curves
    )
    return (
        f"Survival curves with numbers at risk. {title}. {patients} patients, {events} events. "
        f"Medians: {each}."
    )
