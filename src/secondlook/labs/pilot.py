"""The labs of chapter 2: the two lamps, small and lucky, what was compared.

The first two simulate small trials whose truth the reader sets; the third lays published designs
side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook import _normal, means
from secondlook.cohort import trial as trial_file
from secondlook.credibility import exaggeration, one_significant_one_not
from secondlook.evidence import published
from secondlook.figures import pilot as pictures
from secondlook.figures.pilot import Bar, lamp_row
from secondlook.figures.style import Picture
from secondlook.labs.controls import Choice, Slider
from secondlook.labs.lab import Lab, Recipe

ALPHA = 0.05
TRIALS = 4000
SHOWN = 100  # lamps in the grid, and trials to page through
PILOTS = 200
ARMS = ("25 mg", "0.5 mg")
# Ordinary seeds: what is drawn first lies near what the formulas say.
_SEED = Slider("seed", "Seed of the simulation", 1, 99, 43, more=True)
_PILOT_SEED = Slider("seed", "Seed of the simulation", 1, 99, 9, more=True)


# ---------------------------------------------------------------- two lamps

_LOW = {
    "same": ("as much as the high dose", 1.0),
    "half": ("half as much", 0.5),
    "nothing": ("nothing", 0.0),
}


@dataclass(frozen=True)
class Lamps:
    """Small trials of two arms, each arm tested against its own start, and against the other."""

    trial: int  # from 0
    changes: np.ndarray  # (2, patients) of the trial shown
    effects: tuple[float, float]  # true change of either arm, in standard deviations
    powers: tuple[float, float]  # of either arm's own test
    arms: tuple[means.MeanTest, means.MeanTest]
    between: means.MeanTest

    @property
    def lit(self) -> np.ndarray:
        """(trials, 2): whether each arm's own change is significant."""
        return np.column_stack([arm.p_two_sided < ALPHA for arm in self.arms])

    @property
    def pattern(self) -> np.ndarray:
        """(trials,): the high dose significant, the low dose not."""
        return self.lit[:, 0] & ~self.lit[:, 1]

    @property
    def named(self) -> float:
        """Chance of the pattern: a(1 − b)."""
        return self.powers[0] * (1 - self.powers[1])

    @property
    def either(self) -> float:
        """Chance that just one lamp, whichever, is lit."""
        return float(one_significant_one_not(*self.powers))

    @property
    def between_share(self) -> float:
        """Share of all simulated trials in which the arms differ significantly."""
        return float((self.between.p_two_sided < ALPHA).mean())

    @property
    def between_in_pattern(self) -> float:
        """The same among the trials with the pattern."""
        return float((self.between.p_two_sided[self.pattern] < ALPHA).mean())


@lru_cache(maxsize=1)
def _patients() -> int:
    return int(published("K98.n.high").value)


@lru_cache(maxsize=2)
def _noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(2, TRIALS, _patients()))


@lru_cache(maxsize=256)
def _effect(power: int) -> float:
    return means.effect_within(power / 100, _patients(), alpha=ALPHA)


def _lamps(power, low, trial, seed) -> Lamps:
    effects = (_effect(power), _effect(power) * _LOW[low][1])
    powers = tuple(means.power_within(each, _patients(), alpha=ALPHA) for each in effects)
    high_arm, low_arm = (_noise(seed) + np.array(effects)[:, None, None])[:]
    return Lamps(
        trial=trial - 1,
        changes=np.stack([high_arm[trial - 1], low_arm[trial - 1]]),
        effects=effects,
        powers=powers,
        arms=(means.within(high_arm), means.within(low_arm)),
        between=means.difference(high_arm, low_arm),
    )


def _next_pattern(now: dict) -> dict:
    """The next trial of the grid that has the pattern, or the next one if there is none."""
    lamps = _lamps(**now)
    later = np.roll(lamps.pattern[:SHOWN], -now["trial"])
    return {"trial": (now["trial"] + int(later.argmax())) % SHOWN + 1}


def two_lamps() -> Lab:
    """Return the lab *Two lamps*: significant here, not there, though both arms do the same.

    Examples
    --------
    >>> lab = two_lamps().set(power=50)
    >>> round(lab.result.named, 2)
    0.25
    """
    start = {"power": 50, "low": "same", "seed": _SEED.default}
    first = _next_pattern({"trial": SHOWN, **start})["trial"]
    return Lab(
        "two-lamps",
        [
            Slider("power", "Power of the high dose's own test", 5, 95, 50, unit="%"),
            Choice("low", "The low dose truly does", _first(_LOW), "same"),
            Slider("trial", "Trial shown", 1, SHOWN, first),
            _SEED,
        ],
        {
            "Well-powered arms": {"power": 80, "low": "same"},
            "Neither dose does anything": {"power": 5, "low": "same"},
            "Only the high dose works": {"power": 50, "low": "nothing"},
            "Next trial with the pattern": _next_pattern,
        },
        Recipe(_lamps, _lamps_sentence, _lamps_picture, _lamps_numbers),
        smooth=True,
    )


def _lamps_sentence(lamps: Lamps, power, low, **_) -> str:
    said = _truth_words(power, low)
    drawn = int(lamps.pattern[:SHOWN].sum())
    return (
        f"{said}, {ARMS[0]} is significant and {ARMS[1]} is not in {_of_100(lamps.named)} trials. "
        f"Among the {SHOWN} drawn here that happens {drawn} times. Just one of the two is "
        f"significant, whichever it is, in {_of_100(lamps.either)}."
    )


def _truth_words(power, low) -> str:
    if power == round(100 * ALPHA):
        return "When neither dose does anything"
    if low == "same":
        return f"When both doses do the same, and each arm's own test has {power}% power"
    if low == "half":
        return f"When the low dose does half as much as the high one, whose test has {power}% power"
    return f"When only the high dose does something, and its test has {power}% power"


def _lamps_picture(lamps: Lamps, power, low, **_) -> Picture:
    at = lamps.trial
    rows = [
        lamp_row(f"{arm} a day", values, test, at, truth)
        for arm, test, values, truth in zip(
            ARMS, lamps.arms, lamps.changes, lamps.effects, strict=True
        )
    ]
    apart = lamps.effects[0] - lamps.effects[1]
    rows.append(lamp_row("difference between the arms", None, lamps.between, at, apart))
    drawn = int(lamps.pattern[:SHOWN].sum())
    truth = {
        "same": "Both doses do the same",
        "half": "The low dose does half as much",
        "nothing": "Only the high dose works",
    }[low]
    if power == round(100 * ALPHA):
        truth = "Neither dose does anything"
    link = "and" if low == "nothing" and power != round(100 * ALPHA) else "and yet"
    title = f"{truth}, {link} {drawn} of {SHOWN} trials light only {ARMS[0]}"
    return pictures.two_lamps(rows, lamps.lit[:SHOWN], at, title=title, arms=ARMS)


def _lamps_numbers(lamps: Lamps, **_) -> list[dict[str, str]]:
    simulated = float(lamps.pattern.mean())
    error = float(np.sqrt(simulated * (1 - simulated) / TRIALS))
    return _facts(
        {
            f"Power of the {ARMS[0]} arm's own test": _percent(lamps.powers[0]),
            f"Power of the {ARMS[1]} arm's own test": _percent(lamps.powers[1]),
            f"True change, {ARMS[0]} and {ARMS[1]}, in standard deviations": (
                f"{lamps.effects[0]:.2f} and {lamps.effects[1]:.2f}"
            ),
            f"{ARMS[0]} significant, {ARMS[1]} not: the pattern": _percent(lamps.named),
            "Just one significant, whichever": _percent(lamps.either),
            f"The pattern in {TRIALS:,} simulated trials": (
                f"{_percent(simulated)} (standard error {_percent(error)})"
            ),
            f"The pattern in the {SHOWN} drawn": f"{int(lamps.pattern[:SHOWN].sum())}",
            "Arms differ significantly, all trials": _percent(lamps.between_share),
            "Arms differ significantly, trials with the pattern": _percent(
                lamps.between_in_pattern
            ),
        }
    )


# ---------------------------------------------------------------- small and lucky

_LEVELS = {"5": ("two-sided 5%", 0.05), "1": ("two-sided 1%", 0.01)}


@dataclass(frozen=True)
class Pilots:
    """Many pilots of one truth, and what to expect of those that are significant."""

    estimates: np.ndarray  # (PILOTS,), in standard deviations
    limit: float  # the size that is significant
    truth: float
    power: float
    type_s: float
    type_m: float

    @property
    def significant(self) -> np.ndarray:
        return np.abs(self.estimates) > self.limit

    @property
    def reported(self) -> float:
        """Mean size of a significant estimate."""
        return self.type_m * self.truth


@lru_cache(maxsize=8)
def _draws(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=PILOTS)


def _pilots(truth, patients, level, seed) -> Pilots:
    se = float(np.sqrt(2 / patients))
    alpha = _LEVELS[level][1]
    expected = exaggeration(truth, se, alpha=alpha, sides=2)
    return Pilots(
        estimates=truth + se * _draws(seed),
        limit=-se * _normal.quantile(alpha / 2),
        truth=truth,
        power=float(expected.power),
        type_s=float(expected.type_s),
        type_m=float(expected.type_m),
    )


def small_and_lucky() -> Lab:
    """Return the lab *Small and lucky*: what significant pilots show when the truth is small."""
    planned = published("K19.des.plan.es").lower
    return Lab(
        "small-and-lucky",
        [
            Slider("truth", "True difference", 0.05, 1.0, planned, 0.05, "standard deviations"),
            Slider("patients", "Patients in each arm", 5, 200, _patients()),
            Choice("level", "A pilot counts if it passes", _first(_LEVELS), "5"),
            _PILOT_SEED,
        ],
        {
            "As many as in the pilot": {"truth": planned, "patients": _patients()},
            "Four times as many": {"truth": planned, "patients": 4 * _patients()},
            "As many as in an arm of E0302": {
                "truth": planned,
                "patients": int(published("K19.T1.n.plc").value),
            },
            "A large truth": {"truth": 1.0, "patients": _patients()},
        },
        Recipe(_pilots, _pilots_sentence, _pilots_picture, _pilots_numbers),
        smooth=True,
    )


def _pilots_sentence(pilots: Pilots, patients, **_) -> str:
    verb = "points" if f"{100 * pilots.type_s:.0f}" in ("0", "1") else "point"
    return (
        f"With {patients} patients in each arm and a true difference of {pilots.truth:.2f} "
        f"standard deviations, {_of_100(pilots.power)} pilots are significant, and those show on "
        f"average {pilots.type_m:.1f} times the truth. "
        f"{_of_100(pilots.type_s).capitalize()} significant ones {verb} the wrong way."
    )


def _pilots_picture(pilots: Pilots, patients, level, **_) -> Picture:
    return pictures.small_and_lucky(
        pilots.estimates,
        pilots.significant,
        pilots.truth,
        pilots.reported,
        pilots.limit,
        title=f"The truth is {pilots.truth:.2f}; pilots that reach significance show "
        f"{pilots.reported:.2f} on average, {pilots.type_m:.1f} times as much",
        patients=patients,
        level=_LEVELS[level][0],
    )


def _pilots_numbers(pilots: Pilots, **_) -> list[dict[str, str]]:
    kept = pilots.estimates[pilots.significant]
    shown = f"{np.abs(kept).mean():.2f} in size" if len(kept) else "none"
    return _facts(
        {
            "True difference, in standard deviations": f"{pilots.truth:.2f}",
            "Size from which a pilot is significant": f"{pilots.limit:.2f}",
            "Share of pilots that are significant (power)": _percent(pilots.power),
            "Mean size of a significant estimate": f"{pilots.reported:.2f}",
            "How many times the truth (type M)": f"{pilots.type_m:.2f}",
            "Significant ones that point the wrong way (type S)": _percent(pilots.type_s),
            f"Significant among the {PILOTS} drawn": f"{len(kept)}; their mean: {shown}",
        }
    )


# ---------------------------------------------------------------- what was compared


@dataclass(frozen=True)
class Study:
    """One study as print describes it: amounts for its arms, and its design in words."""

    short: str
    arms: tuple[tuple[str, float | None, float | None], ...]  # label, mg a week, mg in all
    words: dict[str, str]
    where: str
    open: tuple[str, ...] = ()  # aspects that print does not tell well enough to compare


@dataclass(frozen=True)
class Comparison:
    """Two studies side by side."""

    studies: tuple[Study, Study]
    lines: tuple[tuple[str, str, str, bool | None], ...]  # aspect, first, second, changed

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(aspect for aspect, _, _, differs in self.lines if differs)

    @property
    def open(self) -> tuple[str, ...]:
        """The aspects that print leaves open for one of the two."""
        return tuple(aspect for aspect, _, _, differs in self.lines if differs is None)


_NOT_STATED = "Not stated"
ASPECTS = ("Dose given", "Compared with", "Patients and arms", "Endpoint", "Length")
_STUDIES = {
    "pilot": "Pilot, 1998",
    "cmap": "Muscle potentials, abstract of 2007",
    "open": "Open comparison, abstract of 2007",
    "e0302": "E0302, published 2019",
    "jetals": "JETALS, published 2022",
}
_SIGNS = {True: "yes", False: "no", None: "left open"}
_MEASURES = {
    "week": ("mg a week", "Dose a week"),
    "total": ("mg in all", "Dose over the whole planned treatment"),
}


def daily_need_mg() -> float:
    """Return what an adult should swallow of the vitamin in a day, in mg."""
    return _number("RDA.b12") / 1000


def _number(id: str) -> float:
    return published(id).value


def _mg(amount: float) -> str:
    return f"{amount:,.4g} mg" if amount < 1000 else f"{amount:,.0f} mg"


@lru_cache(maxsize=1)
def studies() -> dict[str, Study]:
    """Return the five studies, every number from the published values."""
    return {
        "pilot": _pilot_study(),
        "cmap": _cmap_study(),
        "open": _open_study(),
        "e0302": _e0302_study(),
        "jetals": _jetals_study(),
    }


def _daily(mg: float, days: float) -> tuple[float, float]:
    return 7 * mg, mg * days


def _pilot_study() -> Study:
    high, low, days = (_number(f"K98.{name}") for name in ("dose.high", "dose.low", "days"))
    return Study(
        "1998",
        ((f"1998, {high:g} mg a day", *_daily(high, days)),
         (f"1998, {low:g} mg a day", *_daily(low, days))),
        dict(zip(ASPECTS, (
            f"{high:g} mg every day into a muscle",
            f"{low:g} mg of the same drug every day",
            f"{sum(_number(f'K98.n.{arm}') for arm in ('high', 'low')):g} patients, two arms, "
            "double-blind; how they were assigned is not said",
            "Size of a muscle's electrical answer (CMAP)",
            f"{days:g} days of injections, seen at weeks {_number('K98.visit1'):g} and "
            f"{_number('K98.visit2'):g}",
        ), strict=True)),
        "Kaji 1998, abstract",
    )  # fmt: skip


def _cmap_study() -> Study:
    dose, weeks = _number("I07.cmap.dose"), _number("I07.cmap.wk")
    return Study(
        "2007, CMAP",
        ((f"2007, {dose:g} mg a day", 7 * dose, None),),
        dict(zip(ASPECTS, (
            f"{dose:g} mg every day into a muscle",
            _NOT_STATED,
            _NOT_STATED,
            "How fast the same answer (CMAP) gets smaller",
            f"{weeks:g} weeks; whether of injections or of watching is not said",
        ), strict=True)),
        "Izumi 2007, abstract",
        ("Compared with", "Patients and arms", "Length"),
    )  # fmt: skip


def _open_study() -> Study:
    dose = float(published("I07.lt.dose").text.split()[0])
    return Study(
        "2007, open",
        (("2007, if twice a week", 2 * dose, None), ("2007, if every day", 7 * dose, None)),
        dict(zip(ASPECTS, (
            f"“{published('I07.lt.dose').text}”: both cannot hold",
            "No treatment",
            "Treated and untreated; no numbers, and no word on randomisation",
            "Time alive without a respirator",
            "“Long-term”; no length is given",
        ), strict=True)),
        "Izumi 2007, abstract",
        ("Dose given", "Length"),
    )  # fmt: skip


def _twice_weekly(doses, weeks: float, label: str) -> tuple:
    given = tuple((f"{label}, {mg:g} mg", 2.0 * mg, 2 * mg * weeks) for mg in doses)
    return (*given, (f"{label}, placebo", None, None))


def _e0302_study() -> Study:
    doses = [arm.dose_mg for arm in trial_file("e0302").arms if not arm.control]
    weeks = _number("K19.des.weeks")
    return Study(
        "E0302",
        _twice_weekly(doses, weeks, "E0302"),
        dict(zip(ASPECTS, (
            f"{' or '.join(f'{mg:g}' for mg in doses)} mg, {published('K19.des.dose').text}",
            "Placebo",
            f"{_number('K19.des.rand'):g} patients up to {_number('K19.des.dur_yr'):g} years from "
            "onset, three arms, double-blind, randomised",
            "Two: time to death or permanent ventilation; change of the ALSFRS-R",
            f"{weeks:g} weeks",
        ), strict=True)),
        "Kaji 2019, Methods",
    )  # fmt: skip


def _jetals_study() -> Study:
    dose, weeks = _number("J.seed.dose"), _number("J.seed.weeks")
    return Study(
        "JETALS",
        _twice_weekly([dose], weeks, "JETALS"),
        dict(zip(ASPECTS, (
            f"{dose:g} mg, twice per week",
            "Placebo",
            f"{_number('J.rand'):g} patients, on average {_number('J.T1.onset.tot'):.0f} months "
            "from onset, two arms, double-blind, randomised",
            "One: change of the ALSFRS-R",
            f"{weeks:g} weeks",
        ), strict=True)),
        "Oki 2022, partly as others report it",
    )  # fmt: skip


def _compare(first, second, measure) -> Comparison:
    a, b = studies()[first], studies()[second]
    lines = tuple(
        (aspect, a.words[aspect], b.words[aspect], _differs(aspect, a, b)) for aspect in ASPECTS
    )
    return Comparison((a, b), lines)


def _differs(aspect: str, a: Study, b: Study) -> bool | None:
    """True or False; None where print leaves one of the two open."""
    if a is b:
        return False
    return None if aspect in a.open + b.open else a.words[aspect] != b.words[aspect]


def what_was_compared() -> Lab:
    """Return the lab *What was compared*: two studies of one drug, and what changed between."""
    measures = {key: name.lower() for key, (_, name) in _MEASURES.items()}
    return Lab(
        "what-was-compared",
        [
            Choice("first", "One study", _STUDIES, "pilot"),
            Choice("second", "Another study", _STUDIES, "e0302"),
            Choice("measure", "The bars show", measures, "week"),
        ],
        {
            "The pilot and E0302": {"first": "pilot", "second": "e0302", "measure": "week"},
            "The pilot and the abstract of 2007": {
                "first": "pilot",
                "second": "cmap",
                "measure": "week",
            },
            "E0302 and JETALS": {"first": "e0302", "second": "jetals", "measure": "week"},
            "Dose in all": {"first": "pilot", "second": "e0302", "measure": "total"},
        },
        Recipe(_compare, _compare_sentence, _compare_picture, _compare_numbers),
    )


def _amounts(study: Study, measure: str) -> list[tuple[str, float | None]]:
    return [(label, week if measure == "week" else total) for label, week, total in study.arms]


def _range(study: Study, measure: str) -> str:
    """What an arm on the drug got, most first; the low dose of 1998 is an arm on the drug too."""
    given = [amount for _, amount in _amounts(study, measure) if amount]
    return " or ".join(_mg(amount) for amount in sorted(given, reverse=True)) or "not stated"


def _counted(compared: Comparison) -> str:
    changed = len(compared.changed)
    return f"{changed} of {len(ASPECTS)} things {'differs' if changed == 1 else 'differ'}"


def _compare_sentence(compared: Comparison, first, second, measure) -> str:
    a, b = compared.studies
    unit = "a week" if measure == "week" else "in all"
    if first == second:
        return f"The same study twice, so nothing changed: {_range(a, measure)} {unit}."
    words = ", ".join(aspect.lower() for aspect in compared.changed)
    said = f"Between {a.short} and {b.short}, {_counted(compared)}: {words}."
    if compared.open:
        said += f" Print leaves open: {', '.join(aspect.lower() for aspect in compared.open)}."
    return f"{said} The dose {unit}: {_range(a, measure)} against {_range(b, measure)}."


def _compare_picture(compared: Comparison, first, second, measure) -> Picture:
    unit, name = _MEASURES[measure]
    bars = [
        Bar(label, amount, _amount_words(label, amount, measure), place)
        for place, study in enumerate(compared.studies)
        for label, amount in _amounts(study, measure)
    ]
    a, b = compared.studies
    if first == second:
        title = "The same study twice: nothing changed"
        bars, b = bars[: len(a.arms)], a
    else:
        title = f"{a.short} and {b.short}: {_counted(compared)}"
        title += f", {len(compared.open)} left open" if compared.open else ""
    need = 7 * daily_need_mg()
    at_base = "the axis starts at an adult's need of the vitamin in a week"
    return pictures.compared(
        bars,
        compared.lines,
        (a.short, b.short),
        base=need,
        title=title,
        measure=f"{name} in each arm, and what changed in words",
        foot=f"{unit}, log scale",
        source="; ".join(dict.fromkeys((a.where, b.where))) + f". In the bars {at_base}",
    )


def _amount_words(label: str, amount: float | None, measure: str) -> str:
    if amount is None:
        return "none of the drug" if label.endswith("placebo") else "not stated"
    if measure == "week":
        return f"{_mg(amount)}, {amount / (7 * daily_need_mg()):,.0f} × need"
    return _mg(amount)


def _compare_numbers(compared: Comparison, measure, **_) -> list[dict[str, str]]:
    a, b = compared.studies
    heads = (a.short, b.short if b.short != a.short else f"{b.short} again")
    rows = [(*line[:3], _SIGNS[line[3]]) for line in compared.lines]
    for key, (unit, _) in _MEASURES.items():
        pair = _range(a, key), _range(b, key)
        rows.append((unit.capitalize().replace("Mg", "Dose, mg"), *pair, _differ(*pair)))
    names = ("What", *heads, "Different")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _differ(a: str, b: str) -> str:
    return "left open" if "not stated" in (a, b) else "no" if a == b else "yes"


# ---------------------------------------------------------------- words


def _first(options: dict) -> dict[str, str]:
    return {key: words for key, (words, _) in options.items()}


def _of_100(share: float) -> str:
    count = f"{100 * share:.0f}"
    return "fewer than 1 of 100" if count == "0" else f"{count} of 100"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share >= 0.01 else f"{100 * share:.2f}%"


def _facts(facts: dict[str, str]) -> list[dict[str, str]]:
    return [{"What": what, "Value": value} for what, value in facts.items()]
