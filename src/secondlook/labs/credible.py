"""Two labs of chapter 4: *Stepwise*, and the *Credibility checklist* for a subgroup's claim.

Stepwise runs backward elimination on the placebo patients of the twin and on resamples of them;
the checklist sets the reader's answers beside those of ``data/credibility_checklist.json``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook._data import data_path
from secondlook.cohort import load
from secondlook.figures import credible as pictures
from secondlook.figures.style import Picture
from secondlook.fishing import subgroups
from secondlook.labs.controls import Choice, Slider
from secondlook.labs.lab import Lab, Recipe
from secondlook.prognosis import Elimination, backward_elimination, bootstrap_weights

# ---------------------------------------------------------------- stepwise

RESAMPLES = 100
COINS = 5
FACTORS = (
    "12 months or less",
    "not on riluzole",
    "FVC under 90%",
    "men",
    "definite diagnosis",
    "bulbar onset",
    "65 or older",
    "lost 3 points in run-in",
    "stage 2",
)
_LEVELS = {"1": "1%", "5": "5%", "10": "10%", "20": "20%"}


@dataclass(frozen=True)
class Stepped:
    """What backward elimination keeps, in the patients themselves and in resamples of them.

    Attributes
    ----------
    names : of the factors.
    kept : (1 + resamples, factors) bool; row 0 is the patients themselves.
    sample : row that is shown.
    """

    names: tuple[str, ...]
    kept: np.ndarray
    sample: int

    @property
    def shares(self) -> np.ndarray:
        """Share of the resamples that keep each factor."""
        return self.kept[1:].mean(axis=0)

    @property
    def same(self) -> int:
        """How many resamples keep exactly the factors that the patients themselves keep."""
        return int((self.kept[1:] == self.kept[0]).all(axis=1).sum())

    @property
    def models(self) -> int:
        """How many different models the resamples keep."""
        return len(np.unique(self.kept[1:], axis=0))

    def words(self, sample: int) -> str:
        """The factors that a row keeps."""
        names = [n for n, stays in zip(self.names, self.kept[sample], strict=True) if stays]
        return ", ".join(names) or "none"


@lru_cache(maxsize=1)
def _control():
    """Time, event and factors of the twin's patients on placebo."""
    twin = load("e0302")
    placebo = (twin["arm"] == "placebo").to_numpy()
    groups = subgroups(twin)
    factors = np.column_stack([groups[name] for name in FACTORS])[placebo]
    some = twin[placebo]
    return some["days"].to_numpy(), some["event"].to_numpy(bool), factors.astype(float)


@lru_cache(maxsize=8)
def _eliminated(coins: int, seed: int) -> Elimination:
    """Row 0 the patients themselves, then resamples; the same ones whatever the coins."""
    time, event, factors = _control()
    draws, flips = np.random.default_rng(seed).spawn(2)
    weight = bootstrap_weights(len(time), RESAMPLES, draws)
    heads = flips.integers(0, 2, (COINS, len(time))).T[:, :coins]
    return backward_elimination(
        time, event, np.column_stack([factors, heads]), np.vstack([np.ones(len(time)), weight])
    )


def stepwise() -> Lab:
    """Return the lab *Stepwise*: the factors that a model keeps come and go with the sample."""
    return Lab(
        "stepwise",
        [
            Slider("sample", "Resample", 0, RESAMPLES, 0, unit="0 = the patients themselves"),
            Choice("level", "A factor stays if its p is below", _LEVELS, "5"),
            Slider("coins", "Coins tossed and entered as factors", 0, COINS, 0),
            Slider("seed", "Seed of the resamples", 1, 99, 4, more=True),
        ],
        {
            "The patients themselves": {"sample": 0},
            "Next resample": lambda now: {"sample": now["sample"] % RESAMPLES + 1},
            "Add five coins": {"coins": COINS},
            "Stay at 20%": {"level": "20"},
        },
        Recipe(_step, _step_sentence, _step_picture, _step_numbers),
    )


def _step(sample, level, coins, seed) -> Stepped:
    names = (*FACTORS, *(f"coin {n}" for n in range(1, coins + 1)))
    return Stepped(names, _eliminated(coins, seed).kept(int(level) / 100), sample)


def _step_sentence(step: Stepped, sample, coins, **_) -> str:
    of = f"{int(step.kept[sample].sum())} of {len(step.names)} factors ({step.words(sample)})"
    who = f"Resample {sample} keeps" if sample else "The patients themselves keep"
    said = (
        f"{who} {of}. Of {RESAMPLES} resamples {step.same} keep exactly what the patients "
        f"themselves keep, and {step.models} different models come up"
    )
    if coins:
        most = round(RESAMPLES * float(step.shares[-coins:].max()))
        said += f"; a coin, which means nothing, stays in up to {most} of {RESAMPLES}"
    return said + "."


def _step_picture(step: Stepped, sample, level, **_) -> Picture:
    return pictures.stepwise(
        step.names,
        step.shares,
        step.kept[0],
        step.kept[sample] if sample else None,
        same=step.same,
        models=step.models,
        sample=sample,
        resamples=RESAMPLES,
        level=_LEVELS[level],
    )


def _step_numbers(step: Stepped, sample, **_) -> list[dict[str, str]]:
    rows = [
        _step_row(
            name, f"{RESAMPLES * share:.0f}", _yes(step.kept[0, k]), _yes(step.kept[sample, k])
        )
        for k, (name, share) in enumerate(zip(step.names, step.shares, strict=True))
    ]
    rows.append(
        _step_row("Factors kept", "", f"{step.kept[0].sum()}", f"{step.kept[sample].sum()}")
    )
    rows.append(_step_row("The same model as the patients themselves", f"{step.same}", "", ""))
    return [*rows, _step_row("Different models", f"{step.models}", "", "")]


def _step_row(what: str, share: str, own: str, shown: str) -> dict[str, str]:
    return {"Factor": what, f"Resamples of {RESAMPLES}": share, "Patients": own, "Shown": shown}


def _yes(kept) -> str:
    return "kept" if kept else "–"


# ---------------------------------------------------------------- the credibility checklist

ANSWERS = {"open": "not answered yet", "yes": "yes", "partly": "partly", "unknown": "unknown",
           "no": "no"}  # fmt: skip
_MAIN = 5  # criteria in view; the others stand behind "More"


@dataclass(frozen=True)
class Criterion:
    """One thing to ask of a subgroup's claim, with a reasoned answer for the early patients.

    Attributes
    ----------
    key, short : its name in links, and in the picture.
    criterion, why : what is asked, and why it matters.
    answer : ours, a key of ``ANSWERS``.
    reason, evidence : why we answer so, with ids of published values.
    differ : where experts differ.
    """

    key: str
    short: str
    criterion: str
    why: str
    answer: str
    reason: str
    evidence: tuple[str, ...]
    differ: str


@dataclass(frozen=True)
class Filled:
    """The reader's answers beside ours."""

    criteria: tuple[Criterion, ...]
    yours: tuple[str, ...]

    @property
    def answered(self) -> int:
        """How many criteria the reader has answered."""
        return sum(answer != "open" for answer in self.yours)

    @property
    def agreed(self) -> int:
        """How many answers are ours as well."""
        return sum(c.answer == y for c, y in zip(self.criteria, self.yours, strict=True))


@lru_cache(maxsize=1)
def checklist() -> tuple[Criterion, ...]:
    """Return the criteria of ``data/credibility_checklist.json``.

    Raises
    ------
    ValueError
        If an answer is none of those that can be given.
    """
    entries = json.loads(data_path("credibility_checklist.json").read_text(encoding="utf-8"))
    for entry in entries:
        if entry["answer"] not in list(ANSWERS)[1:]:
            raise ValueError(f"{entry['key']}: answer must be one of {list(ANSWERS)[1:]}")
    return tuple(Criterion(**{**e, "evidence": tuple(e["evidence"])}) for e in entries)


def credibility_checklist() -> Lab:
    """Return the lab *Credibility checklist*: eight things to ask of a subgroup's claim."""
    criteria = checklist()
    return Lab(
        "credibility-checklist",
        [
            Choice(c.key, c.criterion, ANSWERS, "open", more=place >= _MAIN)
            for place, c in enumerate(criteria)
        ],
        {
            "Show all of ours": {c.key: c.answer for c in criteria},
            "Start again": {c.key: "open" for c in criteria},
        },
        Recipe(_fill, _fill_sentence, _fill_picture, _fill_numbers),
    )


def _fill(**answers) -> Filled:
    criteria = checklist()
    return Filled(criteria, tuple(answers[c.key] for c in criteria))


def _fill_sentence(filled: Filled, **_) -> str:
    """The count, and our reason for one criterion."""
    total = len(filled.criteria)
    said = f"You have answered {filled.answered} of {total} criteria, {filled.agreed} as we do."
    if not filled.answered:
        return f"{said} Ours stands beside yours, with its reason, once you have answered."
    c, yours = _to_explain(filled)
    too = "too " if yours == c.answer else ""
    reason = f"“{c.short}”: we {too}say {c.answer}. {c.reason} {c.differ}"
    return f"{said} {reason} All reasons stand under Numbers."


def _to_explain(filled: Filled) -> tuple[Criterion, str]:
    """The last one answered, down the list; once all are answered, the first on which we differ."""
    answered = [
        (c, yours)
        for c, yours in zip(filled.criteria, filled.yours, strict=True)
        if yours != "open"
    ]
    if filled.answered < len(filled.criteria):
        return answered[-1]
    return next(((c, yours) for c, yours in answered if yours != c.answer), answered[-1])


def _fill_picture(filled: Filled, **_) -> Picture:
    return pictures.checklist(
        [c.short for c in filled.criteria],
        [None if y == "open" else y for y in filled.yours],
        [c.answer for c in filled.criteria],
        list(ANSWERS)[:0:-1],
        answered=filled.answered,
        agreed=filled.agreed,
    )


def _fill_numbers(filled: Filled, **_) -> list[dict[str, str]]:
    rows = [
        {"Criterion": f"{place}. {c.criterion} {c.why}", "Yours": ANSWERS[yours],
         "Ours": f"{c.answer}: {c.reason}", "Where experts differ": c.differ}
        for place, (c, yours) in enumerate(zip(filled.criteria, filled.yours, strict=True), 1)
    ]  # fmt: skip
    counts = (f"Answered {filled.answered} of {len(filled.criteria)}", f"{filled.agreed} as ours")
    return [*rows, {"Criterion": counts[0], "Yours": counts[1], "Ours": "",
                    "Where experts differ": ""}]  # fmt: skip
