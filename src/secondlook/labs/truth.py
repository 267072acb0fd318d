"""The lab *Truth dial* of chapter 4, and the ten sealed trials that come before it.

Trials are simulated in three worlds, where the drug does nothing, a little in everyone, or much in
the early patients only; each is seen through the three hazard ratios that a paper could print.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook.figures import truth as pictures
from secondlook.figures.style import Picture
from secondlook.figures.subgroup import ForestRow, p_words
from secondlook.fishing import EVERYONE, forests_simulated
from secondlook.fishing.picked import claims
from secondlook.forensics import Estimate, interaction
from secondlook.labs.controls import Choice, Slider, Switch
from secondlook.labs.lab import Lab, Recipe
from secondlook.simulate import World, simulate

TRIALS = 500
WORLDS = {
    "nothing_works": "nothing works",
    "works_a_little": "works a little in everyone",
    "works_early": "works only early",
}
ALPHA, INTERACTION = 0.025, 0.05  # one-sided, two-sided
CUES = {
    "early": "a significant early result",
    "both": "a significant early result and interaction",
    "whole": "a significant whole trial",
}
_SEARCHED = {
    "early": "a significant subgroup among twenty",
    "both": "a significant subgroup and interaction among twenty",
    "whole": CUES["whole"],
}
# Lots drawn again until each world came up three or four times; the chapter says so.
SEALED, _SEALED_SEED = 10, 2016
_GROUPS = (EVERYONE, "12 months or less", "more than 12 months")
_LABELS = ("everyone", "early", "late")


@dataclass(frozen=True)
class Screens:
    """What many trials of one world show; arrays (trials, 3): everyone, early, late.

    Attributes
    ----------
    hr, lower, upper : Cox hazard ratio of both doses against placebo, 95% interval.
    p : log-rank, one-sided.
    p_interaction : (trials,) early against late, two-sided.
    searched : cue to (trials,) bool, whether some one of all the subgroups shows it.
    """

    hr: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    p: np.ndarray
    p_interaction: np.ndarray
    searched: dict[str, np.ndarray]

    def passes(self, cue: str) -> np.ndarray:
        """Which trials show a cue, (trials,) bool."""
        early = self.p[:, 1] < ALPHA
        if cue == "whole":
            return self.p[:, 0] < ALPHA
        if cue == "early":
            return early
        return early & (self.p_interaction < INTERACTION) & (self.hr[:, 1] < self.hr[:, 2])

    def rows(self, trial: int) -> list[ForestRow]:
        """The three lines of one trial's forest plot."""
        ends = (self.hr[trial], self.lower[trial], self.upper[trial])
        return [ForestRow(name, *row) for name, *row in zip(_LABELS, *ends, strict=True)]

    def p_of(self, trial: int) -> dict[str, str]:
        """The three p values of one trial in words, by the name of the cue."""
        return {
            "Early p": p_words(self.p[trial, 1]),
            "Interaction p": p_words(self.p_interaction[trial]),
            "Whole-trial p": p_words(self.p[trial, 0]),
        }


@lru_cache(maxsize=9)  # three seeds: what the dial starts with is asked for by every new one
def _screens(world: str, seed: int, count: int = TRIALS) -> Screens:
    rng = np.random.default_rng([seed, list(WORLDS).index(world)])
    trials = simulate(World.load(world), count, rng)
    forest = forests_simulated(trials, _GROUPS, "pooled")
    ends = (forest.hr, forest.lower, forest.upper)
    halves = [[Estimate(*map(float, row)) for row in zip(*(e[:, k] for e in ends), strict=True)]
              for k in (1, 2)]  # fmt: skip
    p = [interaction(early, late).p_two_sided for early, late in zip(*halves, strict=True)]
    every = claims(trials, "pooled", alpha=ALPHA, interaction=INTERACTION)
    searched = {"early": every.benefit.any(axis=1), "both": every.difference.any(axis=1)}
    return Screens(*ends, forest.p_one_sided, np.array(p), searched)


# ---------------------------------------------------------------- ten sealed trials


@dataclass(frozen=True)
class Sealed:
    """One trial whose world is not told.

    Attributes
    ----------
    id : of the verdict, ``04.dial3``.
    title, picture : what is shown.
    world : key of the truth.
    p : the three p values in words.
    points : name of a cue to the key of the world it points to.
    """

    id: str
    title: str
    picture: Picture
    world: str
    p: dict[str, str]
    points: dict[str, str]


def sealed_trials() -> tuple[Sealed, ...]:
    """Return ten trials from the three worlds, the same ones for every reader."""
    rng = np.random.default_rng(_SEALED_SEED)
    keys = [list(WORLDS)[k] for k in rng.integers(0, len(WORLDS), SEALED)]
    return tuple(_sealed(number, key) for number, key in enumerate(keys, 1))


def _sealed(number: int, world: str) -> Sealed:
    screens = _screens(world, _SEALED_SEED, SEALED + 1)
    title = f"Sealed trial {number} of {SEALED}"
    p = screens.p_of(number)
    return Sealed(
        f"04.dial{number}",
        title,
        pictures.screen(screens.rows(number), p, title=title),
        world,
        p,
        _points(screens, number),
    )


def opened(trials: tuple[Sealed, ...]) -> dict:
    """Return what ``learner.score`` needs to open these trials: truth, labels, cues and table."""
    return {
        "truth": {trial.id: trial.world for trial in trials},
        "labels": WORLDS,
        "cues": {cue: {t.id: t.points[cue] for t in trials} for cue in trials[0].points},
        "table": {trial.id: trial.p for trial in trials},
    }


def _points(screens: Screens, trial: int) -> dict[str, str]:
    """Where each cue, read by itself and with no doubt, would point."""
    early, both, whole = (bool(screens.passes(cue)[trial]) for cue in ("early", "both", "whole"))
    rest = "works_a_little" if whole else "nothing_works"
    return {
        "The early p": "works_early" if early else "nothing_works",
        "The whole trial's p": rest,
        "The interaction p, else the whole trial's,": "works_early" if both else rest,
    }


# ---------------------------------------------------------------- the truth dial


@dataclass(frozen=True)
class Dial:
    """One trial of a world that is known, and how often each world shows a cue.

    Attributes
    ----------
    screens : of the world that is turned to; trial : place of the one shown, from 0.
    shares : world to the share of its trials that show the cue.
    early_only : of the trials that show the cue, the share from the world that works only early.
    """

    screens: Screens
    trial: int
    shares: dict[str, float]
    early_only: float


def truth_dial() -> Lab:
    """Return the lab *Truth dial*: how much one trial's screen tells of the world behind it.

    Examples
    --------
    >>> truth_dial().set(cue="early").result.shares["nothing_works"] < 0.06
    True
    """
    first = {"world": "nothing_works", "seed": 12}
    return Lab(
        "truth-dial",
        [
            Slider("trial", "Trial number", 1, TRIALS, _like_e0302({"trial": 0, **first})["trial"]),
            Choice("world", "The world", WORLDS, first["world"]),
            Choice("cue", "Look for", CUES, "both"),
            Switch("searched", "Any of twenty subgroups would have been reported"),
            Slider("nothing", "Of 100 such drugs, so many do nothing", 2, 98, 34),
            Slider("seed", "Seed of the trials", 1, 99, first["seed"], more=True),
        ],
        {
            "Next trial": lambda now: {"trial": now["trial"] % TRIALS + 1},
            "A screen like E0302's": _like_e0302,
            "Any of twenty would do": {"searched": True, "cue": "both"},
            "Most drugs do nothing": {"nothing": 90},
        },
        Recipe(_dial, _dial_sentence, _dial_picture, _dial_numbers),
    )


def _like_e0302(now: dict) -> dict:
    """The next trial with a significant early result and interaction, and no significant whole."""
    screens = _screens(now["world"], now["seed"])
    alike = screens.passes("both") & ~screens.passes("whole")
    if not alike.any():
        return {"trial": max(now["trial"], 1)}
    later = np.roll(alike, -now["trial"])
    return {"trial": (now["trial"] + int(later.argmax())) % TRIALS + 1}


def _dial(trial, world, cue, searched, nothing, seed) -> Dial:
    found = {key: _screens(key, seed) for key in WORLDS}
    shares = {
        key: float((s.searched[cue] if searched and cue != "whole" else s.passes(cue)).mean())
        for key, s in found.items()
    }
    weight = np.array([nothing, (100 - nothing) / 2, (100 - nothing) / 2])
    from_each = weight * np.array(list(shares.values()))
    early_only = from_each[2] / max(from_each.sum(), 1e-12)
    return Dial(found[world], trial - 1, shares, float(early_only))


def _dial_sentence(dial: Dial, cue, searched, nothing, **_) -> str:
    none, little, early = (_number(share) for share in dial.shares.values())
    return (
        f"Of 100 trials, {none} show {_cue(cue, searched)} where nothing works, {little} where "
        f"the drug works a little in everyone, {early} where it works only early. If {nothing} "
        "of 100 such drugs do nothing and the other worlds share the rest, "
        f"{_number(dial.early_only)} of 100 such screens come from a drug that works only early."
    )


def _cue(cue: str, searched: bool) -> str:
    return (_SEARCHED if searched else CUES)[cue]


def _dial_picture(dial: Dial, trial, world, cue, searched, **_) -> Picture:
    return pictures.dial(
        dial.screens.rows(dial.trial),
        dial.screens.p_of(dial.trial),
        [(WORLDS[key], share) for key, share in dial.shares.items()],
        list(WORLDS).index(world),
        cue=_cue(cue, searched),
        found=CUES[cue],
        shown=bool(dial.screens.passes(cue)[dial.trial]),
        trial=trial,
        trials=TRIALS,
    )


def _dial_numbers(dial: Dial, nothing, **_) -> list[dict[str, str]]:
    said = [(f"Hazard ratio, {r.label}", r.words) for r in dial.screens.rows(dial.trial)]
    said += list(dial.screens.p_of(dial.trial).items())
    for key, share in dial.shares.items():
        words = f"{_number(share)} of 100 ({100 * share:.1f}%)"
        said.append((f"Show the cue where it {_as_verb(key)}", words))
    said.append(("Of 100 such drugs, do nothing", f"{nothing}"))
    said.append(("Of 100 screens with the cue, from “works only early”", _number(dial.early_only)))
    said.append(("Simulated trials in each world", f"{TRIALS}"))
    return [{"What": what, "Value": value} for what, value in said]


def _as_verb(key: str) -> str:
    return "does nothing" if key == "nothing_works" else WORLDS[key]


def _number(share: float) -> str:
    count = f"{100 * share:.0f}"
    return "fewer than 1" if count == "0" else count
