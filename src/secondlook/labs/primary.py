"""The lab of chapter 3's analysis: both primary endpoints of the twin, beside Table 2A."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook.cohort import load
from secondlook.evidence import published
from secondlook.figures.primary import Cell, Ranked, cells, ranked_changes
from secondlook.figures.style import Picture
from secondlook.figures.subgroup import p_words
from secondlook.figures.survival import survival_curves
from secondlook.labs.controls import Choice
from secondlook.labs.lab import Lab, Recipe
from secondlook.ranks import Wilcoxon, wilcoxon, worst_ranked
from secondlook.survival import Cox, Logrank, cox, kaplan_meier, logrank

ARMS = {"placebo": "plc", "25 mg": "25", "50 mg": "50"}
CONTRASTS = {
    "tot": ("both doses", ("25 mg", "50 mg")),
    "50": ("50 mg", ("50 mg",)),
    "25": ("25 mg", ("25 mg",)),
}
_ENDPOINTS = {"time": "time to death or permanent ventilation", "score": "ALSFRS-R, worst ranks"}
_LEFT = {
    "censored": "counted until they left",
    "event": "counted as an event when they left",
    "free": "counted as free of an event to the end",
}
_WORST = {
    "twin": "about half, as in the twin",
    "nobody": "nobody",
    "everybody": "everybody",
}
_SAID = {
    "twin": "about half of those with an event",
    "nobody": "nobody",
    "everybody": "everybody who had an event",
}
_SIDES = {"1": "one-sided", "2": "two-sided"}


@dataclass(frozen=True)
class Primary:
    """One primary analysis of the twin.

    Attributes
    ----------
    table : the patients compared, ``days`` and ``event`` as the settings read them.
    cox : of the time to event; None for the score.
    test : the log-rank test, or Wilcoxon's.
    ranked : arm to its changes, for the score.
    p : on the sides asked for.
    printed_p : crude, as in print; empty where there is none.
    """

    table: object
    cox: Cox | None
    test: Logrank | Wilcoxon
    ranked: dict[str, Ranked]
    p: float
    printed_p: str


@lru_cache(maxsize=1)
def _twin():
    return load("e0302")


def _compared(contrast: str):
    twin = _twin()
    return twin[twin["arm"].isin(["placebo", *CONTRASTS[contrast][1]])]


def _treated(table) -> np.ndarray:
    return (table["arm"] != "placebo").to_numpy()


def _analysis(endpoint, contrast, left, worst, sides) -> Primary:
    name = "tte" if endpoint == "time" else "frs"
    printed = "" if contrast == "25" else published(f"K19.T2A.p.{name}.{contrast}.crude").text
    table = _compared(contrast)
    made = _time(table, left) if endpoint == "time" else _score(table, worst)
    p = made[2].p_one_sided if sides == "1" else made[2].p_two_sided
    return Primary(*made, float(p[0, 0]), printed)


def _time(table, left: str):
    """Patients who left before the end are read in one of three ways."""
    end = table["days"].max()
    gone = ~table["event"] & (table["days"] < end)
    if left == "event":
        table = table.assign(event=table["event"] | gone)
    elif left == "free":
        table = table.assign(days=table["days"].where(~gone, end))
    given = table["days"].to_numpy(), table["event"].to_numpy(bool), _treated(table)
    return table, cox(*given), logrank(*given), {}


def _score(table, worst: str):
    table = table[table["alsfrs_change"].notna()]
    who = {
        "twin": table["worst_rank"],
        "nobody": table["event"] & False,
        "everybody": table["event"],
    }[worst]
    value = worst_ranked(table["alsfrs_change"].to_numpy(), who.to_numpy(bool))
    ranked = {
        arm: Ranked(
            value[(table["arm"] == arm).to_numpy()], published(f"K19.T2A.frs.med.{key}").value
        )
        for arm, key in ARMS.items()
        if (table["arm"] == arm).any()
    }
    return table, None, wilcoxon(value, _treated(table)), ranked


def primary_analysis() -> Lab:
    """Return the lab *Run the primary analysis*: both endpoints of the twin, beside Table 2A."""
    start = {"contrast": "tot", "left": "censored", "worst": "twin", "sides": "1"}
    return Lab(
        "primary-analysis",
        [
            Choice("endpoint", "Endpoint", _ENDPOINTS, "time"),
            Choice(
                "contrast",
                "Against placebo",
                {key: words for key, (words, _) in CONTRASTS.items()},
                "tot",
            ),
            Choice("left", "Those who left early are", _LEFT, "censored", more=True),
            Choice("worst", "Of those with an event, ranked worst", _WORST, "twin", more=True),
            Choice("sides", "Sides of the p value", _SIDES, "1"),
        ],
        {
            "Time to event": start | {"endpoint": "time"},
            "Everybody who left had an event": start | {"endpoint": "time", "left": "event"},
            "ALSFRS-R": start | {"endpoint": "score"},
            "Every event ranked worst": start | {"endpoint": "score", "worst": "everybody"},
        },
        Recipe(_analysis, _sentence, _picture, _numbers),
    )


def _plan(endpoint, left, worst) -> bool:
    """True where the analysis is the one that print describes, as far as it does."""
    return left == "censored" if endpoint == "time" else worst == "twin"


def _ratio(result: Primary) -> str:
    fit = result.cox
    return f"{fit.hr[0, 0]:.2f} ({fit.lower[0, 0]:.2f} to {fit.upper[0, 0]:.2f})"


def _sentence(result: Primary, endpoint, contrast, left, worst, sides) -> str:
    who, p = CONTRASTS[contrast][0], f"{_SIDES[sides]} p {p_words(result.p)}"
    if endpoint == "time":
        events = int(result.table["event"].sum())
        said = f"{who[0].upper()}{who[1:]} against placebo, {events} events: hazard ratio "
        said += f"{_ratio(result)}, {p}."
    else:
        said = f"{who[0].upper()}{who[1:]} against placebo, ALSFRS-R, with {_SAID[worst]} ranked "
        said += f"worst: {p}."
    if not _plan(endpoint, left, worst):
        return f"{said} The paper did otherwise."
    if not result.printed_p:
        return f"{said} For 25 mg alone no p is printed."
    return f"{said} Printed: p {result.printed_p}, without its side."


def _picture(result: Primary, endpoint, contrast, left, worst, sides) -> Picture:
    who = CONTRASTS[contrast][0]
    if endpoint == "time":
        table = result.table
        return survival_curves(
            table,
            title=f"{who[0].upper()}{who[1:]} against placebo: hazard ratio {_ratio(result)}",
            subtitle=f"Patients without a primary event: {len(table)} patients, "
            f"{int(table['event'].sum())} events. Those who left are {_LEFT[left]}; dots: medians",
            source="E0302 twin, synthetic, fitted to Kaji 2019, Table 2A",
        )
    return ranked_changes(
        result.ranked,
        title=f"{who[0].upper()}{who[1:]} against placebo, ALSFRS-R: {_SIDES[sides]} p "
        f"{p_words(result.p)}",
        subtitle=f"{len(result.table)} patients; ranked below every score: {_SAID[worst]}. "
        "A curve crosses the dashed line at its median; hollow diamonds: printed medians",
        source="E0302 twin, synthetic, fitted to Kaji 2019, Table 2A",
    )


def _numbers(result: Primary, endpoint, contrast, left, sides, **_) -> list[dict[str, str]]:
    made = _time_cells(result, contrast) if endpoint == "time" else _score_cells(result)
    side = _SIDES[sides]
    made.append(Cell(f"p, {side} here", result.printed_p or "not printed", result.p))
    return [
        {
            "What": cell.label,
            "Printed": cell.printed,
            "The twin": cell.computed,
            "Difference": cell.difference,
        }
        for cell in made
    ]


def _time_cells(result: Primary, contrast: str) -> list[Cell]:
    fit, table = result.cox, result.table
    hr, lower, upper = (float(each[0, 0]) for each in (fit.hr, fit.lower, fit.upper))
    made = cells("Hazard ratio", published(f"K19.T2A.hr.{contrast}"), hr, lower, upper)
    for arm, key in ARMS.items():
        mine = table[table["arm"] == arm]
        if len(mine):
            curve = kaplan_meier(mine["days"].to_numpy(), mine["event"].to_numpy(bool))
            row = published(f"K19.T2A.med.{key}")
            made += cells(f"Median days, {arm}", row, curve.quartiles[0, 0, 1])
    return made


def _score_cells(result: Primary) -> list[Cell]:
    made = []
    for arm, one in result.ranked.items():
        row = published(f"K19.T2A.frs.med.{ARMS[arm]}")
        last = result.table.loc[result.table["arm"] == arm, "alsfrs_change"]
        made += cells(f"Median of last scores, {arm}", row, float(np.median(last)))
        worst = Cell(f"Ranked worst, % of {arm}", "not printed", 100 * one.worst)
        made.append(worst)
    return made
