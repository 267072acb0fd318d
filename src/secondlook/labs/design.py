"""The labs of chapter 3's design: rebuild the design, randomise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook import design
from secondlook.cohort import load
from secondlook.evidence import published
from secondlook.figures import design as pictures
from secondlook.figures.design import Planned, Share
from secondlook.figures.style import Picture
from secondlook.labs.controls import Choice, Slider
from secondlook.labs.lab import Lab, Recipe
from secondlook.simulate import Randomisation, World
from secondlook.simulate.balance import allocate_drawn, gaps, levels_of, shares

LEVELS = {
    "one-1": ("one-sided 1%", 0.01, 1),
    "one-2.5": ("one-sided 2.5%", 0.025, 1),
    "two-5": ("two-sided 5%", 0.05, 2),
}

# ---------------------------------------------------------------- rebuild the design

# How a comparison reads the events of the whole trial: its name, its share of them, and its
# treated for each patient on placebo.
READINGS = {
    "two": ("two arms", 1.0, 1.0),
    "one": ("three arms, one dose", 2 / 3, 1.0),
    "pooled": ("three arms, both doses", 1.0, 2.0),
}
_COMPARISONS = {
    "two": "two arms, a dose and placebo",
    "one": "three arms: one dose v placebo",
    "pooled": "three arms: both doses v placebo",
}
_RATIOS = np.round(np.arange(0.40, 1.001, 0.01), 2)


@dataclass(frozen=True)
class Design:
    """What a number of events can see, for the comparison chosen and its neighbours."""

    seen: float  # events in the arms that are compared
    power: float
    needed: float  # events in the whole trial for the power wanted; nan at no effect
    detectable: float  # hazard ratio seen with the power wanted
    significant: float  # hazard ratio that would only just be significant
    curves: dict[str, np.ndarray]  # name of the reading to power over the hazard ratios


def _design(hr, events, arms, level, power) -> Design:
    _, alpha, sides = LEVELS[level]
    _, share, allocation = READINGS[arms]
    test = {"alpha": alpha, "sides": sides, "allocation": allocation}
    wanted = power / 100
    return Design(
        seen=events * share,
        power=float(design.power(hr, events * share, **test)),
        needed=float(design.events(hr, power=wanted, **test)) / share if hr != 1 else np.nan,
        detectable=float(design.detectable(events * share, power=wanted, **test)),
        significant=float(design.smallest_significant(events * share, **test)),
        curves={
            name: design.power(_RATIOS, events * s, alpha=alpha, sides=sides, allocation=a)
            for name, s, a in READINGS.values()
        },
    )


def rebuild_the_design() -> Lab:
    """Return the lab *Rebuild the design*: what a number of events can see."""
    events = int(published("K19.des.plan.events").value)
    return Lab(
        "rebuild-the-design",
        [
            Slider("hr", "True hazard ratio", 0.40, 1.00, 0.60, 0.01),
            Slider("events", "Events in the whole trial", 50, 600, events),
            Choice("arms", "Comparison", _COMPARISONS, "one"),
            Choice(
                "level", "Level", {key: words for key, (words, _, _) in LEVELS.items()}, "one-1"
            ),
            Slider("power", "Power wanted", 50, 99, 90, unit="%", more=True),
        ],
        {
            "Two arms": {"arms": "two", "hr": 0.60, "events": events, "level": "one-1"},
            "One dose of three arms": {"arms": "one", "hr": 0.60, "events": events},
            "Both doses together": {"arms": "pooled", "hr": 0.60, "events": events},
            "If the truth were 0.88": {"hr": published("K19.T2A.hr.tot").value},
        },
        Recipe(_design, _design_sentence, _design_picture, _design_numbers),
        smooth=True,
    )


def _design_sentence(result: Design, hr, events, arms, power, **_) -> str:
    where = "two arms" if arms == "two" else "three arms"
    who = {
        "two": "a dose against placebo sees all of them",
        "one": f"one dose against placebo sees about {result.seen:.0f} of them",
        "pooled": "both doses against placebo see all of them",
    }[arms]
    said = (
        f"With {events} events in {where}, {who}: the power is {100 * result.power:.0f}% "
        f"if the true hazard ratio is {hr:.2f}."
    )
    if not np.isfinite(result.needed):
        return f"{said} No number of events can show an effect that is not there."
    return f"{said} A power of {power}% takes {np.ceil(result.needed):,.0f} events in {where}."


def _design_picture(result: Design, hr, events, arms, level, **_) -> Picture:
    planned = published("K19.des.plan.hr")
    power = published("K19.des.plan.power")
    words = f"power {power.text}% at {planned.text.replace('–', ' to ')}"
    return pictures.power_curves(
        _RATIOS,
        result.curves,
        READINGS[arms][0],
        (hr, result.power),
        Planned(planned.lower, planned.upper, power.value / 100, words),
        events=events,
        level=LEVELS[level][0],
    )


def _design_numbers(result: Design, hr, events, level, power, **_) -> list[dict[str, str]]:
    needed = f"{result.needed:,.1f}" if np.isfinite(result.needed) else "no number is enough"
    facts = {
        "Events in the whole trial": f"{events}",
        "Events in the arms compared, spread evenly": f"{result.seen:.1f}",
        "Level": LEVELS[level][0],
        f"Power at {hr:.2f}": f"{100 * result.power:.1f}%",
        f"Events in the whole trial for a power of {power}%": needed,
        f"Hazard ratio seen with a power of {power}%": f"{result.detectable:.3f}",
        "Estimate that is only just significant": f"{result.significant:.3f}",
    }
    for name, curve in result.curves.items():
        facts[f"Power at {hr:.2f}, {name}"] = f"{100 * np.interp(hr, _RATIOS, curve):.1f}%"
    return _facts(facts)


# ---------------------------------------------------------------- randomise

ARMS = ("placebo", "25 mg", "50 mg")
TRIALS = 500
WIDE = 0.1  # a gap between arms that a reader of Table 1 would notice
_WAYS = {
    "simple": "a throw of a die for each patient",
    "blocks": "shuffled blocks of six",
    "minimisation": "minimisation on four factors",
}
_LOOKS = {"four": "the four factors", "definite": "definite diagnosis, which nobody balanced"}
# What is counted, each with the part of the row's published id where print gives the shares.
_TOLD = {
    "bulbar onset": "bulbar",
    "on riluzole": "riluzole",
    "ALSFRS-R under 40": "",
    "lost 3 in run-in": "runin3",
    "definite diagnosis": "definite",
}
_FOUR = slice(0, 4)
_KEPT = {"all": "every trial", "best": "only the fifth whose four factors look best"}


@dataclass(frozen=True)
class Balance:
    """The arms of the trials that are kept, and of the one that is shown."""

    gaps: np.ndarray  # (trials,) of what is looked at
    rows: tuple[Share, ...]
    trial: int  # number of the trial that is shown, from 1
    shown: float
    printed: float


@lru_cache(maxsize=1)
def _patients() -> tuple[np.ndarray, np.ndarray]:
    """Levels that minimisation balances, and who has each characteristic, of the twin."""
    twin = load("e0302")
    has = [
        twin["onset"] == "bulbar",
        twin["riluzole"],
        twin["alsfrs_w0"] < 40,
        twin["run_in_change"] == -3,
        twin["diagnosis"] == "definite",
    ]
    levels = levels_of(twin, World.load("e0302").randomisation.factors)
    return levels, np.column_stack([each.to_numpy(bool) for each in has])


@lru_cache(maxsize=8)
def _arms(way: str, patients: int, coin: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares (trials, arms, characteristics) and gaps (trials, characteristics)."""
    levels, has = _patients()
    planned = World.load("e0302").randomisation
    how = {
        "simple": Randomisation("simple"),
        "blocks": Randomisation("blocks", block=6),
        "minimisation": Randomisation(
            "minimisation", factors=planned.factors, probability=coin / 100, measure=planned.measure
        ),
    }[way]
    rng = np.random.default_rng(seed)
    made = allocate_drawn(how, levels, len(ARMS), patients, TRIALS, rng)
    member = has[made.patient]
    return shares(made.arm, member, len(ARMS)), gaps(made.arm, member, len(ARMS))


def _printed_gap(look: str) -> float:
    """The largest gap that Table 1 shows, where it gives shares; 0 to 1."""
    keys = [key for key in list(_TOLD.values())[_FOUR] if key] if look == "four" else ["definite"]
    return max(
        np.ptp([
            published(f"K19.T1.{key}.{arm}.n").value / published(f"K19.T1.n.{arm}").value
            for arm in ("plc", "25", "50")
        ])
        for key in keys
    )  # fmt: skip


def _kept(gap: np.ndarray, keep: str) -> np.ndarray:
    """Numbers, from 0, of the trials that are kept, in the order they were made."""
    if keep == "all":
        return np.arange(TRIALS)
    best = np.argsort(gap[:, _FOUR].max(axis=1), kind="stable")[: TRIALS // 5]
    return np.sort(best)


def _balance(way, patients, look, keep, trial, coin, seed) -> Balance:
    share, gap = _arms(way, patients, coin, seed)
    kept = _kept(gap, keep)
    four, definite = gap[:, _FOUR].max(axis=1), gap[:, 4]
    mine = four if look == "four" else definite
    at = int(kept[(trial - 1) % len(kept)])
    rows = tuple(
        Share(
            label,
            {arm: float(share[at, k, row]) for k, arm in enumerate(ARMS)},
            (row < 4) == (look == "four"),
        )
        for row, label in enumerate(_TOLD)
    )
    return Balance(mine[kept], rows, at + 1, float(mine[at]), _printed_gap(look))


def randomise() -> Lab:
    """Return the lab *Randomise*: how alike the arms come out, by a die or by minimisation."""
    patients = int(published("K19.des.rand").value)
    start = {"way": "simple", "look": "four", "keep": "all", "patients": patients}
    return Lab(
        "randomise",
        [
            Choice("way", "Allocation", _WAYS, "simple"),
            Slider("patients", "Patients in three arms", 60, 600, patients),
            Choice("look", "Look at", _LOOKS, "four"),
            Choice("keep", "Keep", _KEPT, "all"),
            Slider("trial", "Trial shown", 1, TRIALS, 1),
            Slider("coin", "Minimisation takes the best arm in", 34, 100, 80, unit="%", more=True),
            Slider("seed", "Seed of the throws", 1, 99, 3, more=True),
        ],
        {
            "A die for each": start,
            "Minimisation": start | {"way": "minimisation"},
            "What nobody balanced": start | {"way": "minimisation", "look": "definite"},
            "A seed that looks good": start | {"keep": "best", "look": "definite"},
        },
        Recipe(_balance, _balance_sentence, _balance_picture, _balance_numbers),
    )


def _wide(result: Balance) -> str:
    return f"{100 * np.mean(result.gaps >= WIDE):.0f} of 100"


def _about(look: str) -> str:
    return "one of the four factors" if look == "four" else "the share of definite diagnoses"


def _balance_sentence(result: Balance, way, patients, look, keep, **_) -> str:
    said = (
        f"With {_WAYS[way]} and {patients} patients, {_wide(result)} trials have two arms that "
        f"differ by ten percentage points or more in {_about(look)}."
    )
    if keep == "best":
        said = said.replace(" trials have", " of the best-looking trials have")
    return (
        f"{said} In trial {result.trial}, shown here, the largest gap is {_points(result.shown)}."
    )


def _balance_picture(result: Balance, way, patients, look, keep, **_) -> Picture:
    which = "best-looking trials" if keep == "best" else "trials"
    return pictures.balanced_arms(
        result.rows,
        result.gaps,
        result.shown,
        result.printed,
        title=f"{_wide(result)} {which} have two arms ten points or more apart in {_about(look)}",
        way=_WAYS[way],
        patients=patients,
        about="one of four factors" if look == "four" else "definite diagnoses",
        trial=result.trial,
    )


def _balance_numbers(result: Balance, **_) -> list[dict[str, str]]:
    def row(what, arms=("", "", ""), gap=""):
        return {"What": what, **dict(zip(ARMS, arms, strict=True)), "Largest gap": gap}

    rows = [
        row(
            f"Trial {result.trial}: {each.label}",
            [_share(v) for v in each.arms.values()],
            _points(np.ptp(list(each.arms.values()))),
        )
        for each in result.rows
    ]
    middle = np.nanmedian(result.gaps)
    rows.append(row(f"Median of {len(result.gaps)} trials", gap=_points(middle)))
    rows.append(row("Trials with ten points or more", gap=_wide(result)))
    return [*rows, row("Published, where Table 1 gives shares", gap=_points(result.printed))]


def _share(share: float) -> str:
    return f"{100 * share:.1f}%"


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"


def _facts(facts: dict[str, str]) -> list[dict[str, str]]:
    return [{"What": what, "Value": value} for what, value in facts.items()]
