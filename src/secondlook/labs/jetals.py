"""The labs of chapter 5: spot the changes, run-in filter, bias budget, how much is 43%, update."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook.evidence import published
from secondlook.figures import jetals as pictures
from secondlook.figures.jetals import Bar, Feature, Held, Pace, Path
from secondlook.figures.style import Picture
from secondlook.figures.subgroup import p_words
from secondlook.forensics import Estimate, fieller, opinions, rescale, se_from_interval
from secondlook.forensics.bias import Difference, guessers, tipping_bias, without_bias
from secondlook.forensics.opinions import Opinion
from secondlook.labs.controls import Choice, Slider
from secondlook.labs.lab import Lab, Recipe
from secondlook.simulate import World
from secondlook.simulate.filter import Filtered, filtered

_OUTSIDE = "JETALS: Oki 2022, as records and others report it"
_WEAK = f"{_OUTSIDE}; the interval rests on a weak source"


def _minus(words: str) -> str:
    return re.sub(r"-(?=\d)", "−", words)


def _value(id: str) -> float:
    return published(id).value


# ---------------------------------------------------------------- spot the changes

_NAMES = {"plan": "E0302 as planned", "early": "E0302, early patients"}
_SHOW = {"all": "all", "changed": "what changed", "same": "what stayed"}
_CLAIMS = {
    "function": "it slows the loss of function in 16 weeks",
    "luck": "the early finding was more than luck",
    "life": "it lengthens life",
    "late": "it works early and not late",
    "dose": "25 mg would do as well",
    "lasts": "the gain lasts beyond week 16",
    "fast": "it works in faster disease too",
}
# Which features a claim hangs on, and what JETALS can say to it.
_HANGS = {
    "function": (("Chosen", "Primary endpoint", "Length", "Comparison"),
                 "tested by its one primary endpoint"),
    "luck": (("Chosen", "Who", "Primary endpoint"),
             "spoken for, by another endpoint that was named before"),
    "life": (("Primary endpoint", "Length"), "not tested"),
    "late": (("Who",), "not tested: nobody came late"),
    "dose": (("Arms",), "not tested"),
    "lasts": (("Length",), "not tested in the 16 blinded weeks"),
    "fast": (("Run-in",), "not tested: they were not let in"),
}  # fmt: skip


@dataclass(frozen=True)
class Changes:
    """The features of both studies, and what the claim hangs on."""

    features: tuple[Feature, ...]
    shown: tuple[Feature, ...]

    def count(self, state: str) -> int:
        """How many features are in this state."""
        return sum(feature.state == state for feature in self.features)


@lru_cache(maxsize=2)
def _features(first: str) -> tuple[tuple[str, str, str, str], ...]:
    """Name, first study, JETALS, state."""
    early = first == "early"
    months, weeks = published("K19.des.dur_mo").text, published("K19.des.weeks").text
    run_in, after = published("K19.des.runin").text, published("J.seed.runin").text
    sizes = sum(_value(f"AAN15.n.{arm}") for arm in ("plc", "25", "50"))
    onset, cut = published("J.T1.onset.tot").text, published("K19.des.early").text
    return (
        ("Chosen", "After the data" if early else "Before the data", "Before the data",
         "changed" if early else "same"),
        ("Who", f"At most {cut} months from the first symptom" if early
         else f"At most {months} months from the first symptom",
         f"Within a year of the first symptom; mean {onset} months",
         "same" if early else "changed"),
        ("Run-in", f"Lost {run_in} points in 12 weeks", f"Lost {after} points in 12 weeks",
         "changed"),
        ("Arms", "Placebo, 25 mg, 50 mg", "Placebo, 50 mg", "changed"),
        ("Way of giving", "Injected twice a week", "Injected twice a week", "same"),
        ("Length", f"{weeks} weeks", f"{published('J.seed.weeks').text} weeks", "changed"),
        ("Primary endpoint", "Two: time to death or permanent ventilation; ALSFRS-R",
         "One: ALSFRS-R", "changed"),
        ("Comparison", "Hazard ratio; ranks, with deaths ranked worst",
         "Difference of mean changes", "changed"),
        ("Analysed", f"{sizes:.0f} patients for the time to the event" if early
         else f"{published('K19.des.fas').text} patients", f"{published('J.fas').text} patients",
         "changed"),
        ("Blinding", "Double-blind; the drug reddens urine", "Double-blind; the drug reddens urine",
         "same"),
        ("Level of the test", "None planned" if early
         else f"One-sided {published('K19.des.plan.alpha').text}%",
         "The planned level is not in our hands", "open"),
    )  # fmt: skip


def _spot(first, claim, show) -> Changes:
    hangs, _ = _HANGS[claim]
    every = tuple(Feature(*row, row[0] in hangs) for row in _features(first))
    shown = every if show == "all" else tuple(f for f in every if f.state == show)
    return Changes(every, shown)


def spot_the_changes() -> Lab:
    """Return the lab *Spot the changes*: E0302 and JETALS, and what a claim hangs on."""
    return Lab(
        "spot-the-changes",
        [
            Choice("first", "JETALS beside", _NAMES, "plan"),
            Choice("claim", "Does JETALS confirm that", _CLAIMS, "function"),
            Choice("show", "Show", _SHOW, "all"),
        ],
        {
            "What it was planned to show": {"first": "plan", "claim": "function", "show": "all"},
            "Life": {"first": "plan", "claim": "life", "show": "all"},
            "Early, not late": {"first": "early", "claim": "late", "show": "all"},
            "What stayed": {"show": "same"},
        },
        Recipe(_spot, _spot_sentence, _spot_picture, _spot_numbers),
    )


def _spot_counts(result: Changes) -> str:
    return (
        f"{result.count('changed')} of {len(result.features)} features changed, "
        f"{result.count('same')} stayed"
    )


def _spot_sentence(result: Changes, first, claim, **_) -> str:
    return (
        f"“{_CLAIMS[claim][0].upper()}{_CLAIMS[claim][1:]}”: in JETALS this is "
        f"{_HANGS[claim][1]}. From {_NAMES[first]} to JETALS {_spot_counts(result)}; "
        f"print leaves {result.count('open')} open."
    )


def _spot_picture(result: Changes, first, claim, show) -> Picture:
    return pictures.changes(
        result.shown,
        (_NAMES[first], "JETALS"),
        title=f"From {_NAMES[first]} to JETALS {_spot_counts(result)}",
        subtitle=f"≠ changed, = stayed, ? open. Red: what the claim “{_CLAIMS[claim]}” hangs on"
        + ("" if show == "all" else f". Shown: {_SHOW[show]}"),
        source=f"E0302: Kaji 2019; its early patients also AAN 2015. {_OUTSIDE}",
    )


def _spot_numbers(result: Changes, first, **_) -> list[dict[str, str]]:
    rows = [
        {"Feature": f.name, _NAMES[first]: f.first, "JETALS": f.second, "It": f.state}
        for f in result.features
    ]
    counts = [f"{result.count(s)} {s}" for s in ("changed", "same", "open")]
    last = {"Feature": "Features", _NAMES[first]: f"{len(result.features)}", "JETALS": "",
            "It": ", ".join(counts)}  # fmt: skip
    return [*rows, last]


# ---------------------------------------------------------------- run-in filter

_LIMITS = {
    "1-2": ("1 to 2 points, as JETALS", (-2, -1)),
    "1-3": ("1 to 3 points, as E0302", (-3, -1)),
    "1-6": ("1 to 6 points", (-6, -1)),
}
_PEOPLE = 6000
_ARMS = {"placebo": "plc", "50 mg": "mec"}


def run_in_loss(arm: str) -> float:
    """Return the mean points lost in the 12 weeks of JETALS' run-in, from the printed counts."""
    one, two = (_value(f"J.T1.runin{points}.{_ARMS[arm]}") for points in (1, 2))
    return (one + 2 * two) / (one + two)


def printed_speed_up(arm: str) -> float:
    """Return how many times as fast an arm of JETALS went on after the run-in."""
    return _value(f"J.seed.{_ARMS[arm]}") / (run_in_loss(arm) * _value("J.seed.weeks") / 12)


@lru_cache(maxsize=1)
def edaravone() -> tuple[float, float]:
    """Return the points that MCI186-19's placebo arm lost in 12 weeks of run-in, and after."""
    row = published("EDA.plc.pre")
    before, after = (float(text) for text in row.text.split(" / "))
    lost, weeks = re.search(r"then ([\d.]+) in (\d+) weeks", row.note).groups()
    return before - after, 12 * float(lost) / float(weeks)


@lru_cache(maxsize=32)
def _filter(mean, spread, noise, limits, faster, seed) -> Filtered:
    world = World.load("jetals").with_score(
        decline_mean=mean, decline_sd=spread, noise_sd=noise, run_in_change=_LIMITS[limits][1]
    )
    return filtered(world.score, _PEOPLE, np.random.default_rng(seed))


def run_in_filter() -> Lab:
    """Return the lab *Run-in filter*: what choosing patients by an observed loss can do."""
    start = {"mean": 2.5, "spread": 1.2, "noise": 0.6, "limits": "1-2", "faster": 1.0}
    return Lab(
        "run-in-filter",
        [
            Slider("mean", "True loss in 12 weeks, mean of all", 1.0, 3.5, 2.5, 0.1, "points"),
            Slider("spread", "How much people differ in it", 0.2, 2.0, 1.2, 0.1, "points"),
            Slider("noise", "Error of one measurement", 0.0, 1.5, 0.6, 0.1, "points"),
            Choice("limits", "Let in who lost", {k: v[0] for k, v in _LIMITS.items()}, "1-2"),
            Slider("faster", "Afterwards the disease goes faster, times", 1.0, 2.5, 1.0, 0.1),
            Slider("seed", "Seed", 1, 99, 7, more=True),
        ],
        {
            "No error, all alike": start | {"mean": 1.5, "spread": 0.2, "noise": 0.0},
            "The strongest filter": start | {"mean": 3.5, "spread": 0.2, "noise": 1.5},
            "The limits of E0302": start | {"limits": "1-3"},
            "The disease speeds up too": start | {"faster": 1.7},
        },
        Recipe(_filter, _filter_sentence, _filter_picture, _filter_numbers),
    )  # fmt: skip


def _filter_words(times: float) -> str:
    return f"{times:.2f} times as fast as they had seemed"


def _filter_sentence(result: Filtered, limits, faster, **_) -> str:
    said = (
        f"The {100 * result.share:.0f}% who are let in were seen to lose {result.observed:.2f} "
        f"points in 12 weeks, and truly lose {result.true:.2f}: they go on "
        f"{_filter_words(result.speed_up)}, in both arms alike."
    )
    if faster > 1:
        said += (
            f" With a disease that goes {faster:.1f} times faster afterwards it is "
            f"{faster * result.speed_up:.2f}."
        )
    return (
        f"{said} JETALS' placebo arm went {printed_speed_up('placebo'):.2f} times as fast, "
        f"its treated arm {printed_speed_up('50 mg'):.2f}."
    )


def _paces(result: Filtered, faster: float) -> list[Pace]:
    before, after = edaravone()
    rows = [Pace("the filter, both arms", result.speed_up, "computed")]
    if faster > 1:
        rows.append(Pace("and a faster disease", faster * result.speed_up, "computed"))
    return [
        *rows,
        Pace("JETALS, 50 mg", printed_speed_up("50 mg"), "published"),
        Pace("JETALS, placebo", printed_speed_up("placebo"), "published"),
        Pace("MCI186-19, placebo", after / before, "published"),
    ]


def _filter_picture(result: Filtered, limits, faster, **_) -> Picture:
    times = faster * result.speed_up
    return pictures.run_in(
        result.everyone,
        result.enrolled,
        result.share,
        result.observed,
        _paces(result, faster),
        title=f"Let in for losing {limits.replace('-', ' to ')} points, both arms go on "
        f"{times:.2f} times as fast; placebo went {printed_speed_up('placebo'):.2f}",
        subtitle="Simulated people in a run-in of 12 weeks, chosen by what was seen. "
        "Hollow diamonds: from printed numbers",
        source=f"{_OUTSIDE}; MCI186-19: table in JNNP 2020 and a summary (weak source)",
    )


def _filter_numbers(result: Filtered, faster, **_) -> list[dict[str, str]]:
    rows = {
        "Enrolled, of all who enter": f"{100 * result.share:.0f}%",
        "Loss seen in the run-in, enrolled": f"{result.observed:.2f} points",
        "Loss in truth, enrolled": f"{result.true:.2f} points",
        "Loss in truth, all who enter": f"{result.everyone.mean():.2f} points",
        "Gap that the filter makes between the arms": "0, but for luck",
    }
    rows |= {
        f"Times as fast afterwards: {p.label}": f"{p.times:.2f}" for p in _paces(result, faster)
    }
    return [{"What": name, "Value": value} for name, value in rows.items()]


# ---------------------------------------------------------------- bias budget


def bias_budget() -> Lab:
    """Return the lab *Bias budget*: who must guess, and be rated by how much, to undo a result."""
    start = {"share": 50, "points": 1.0, "others": 0, "lowered": 0.0}
    return Lab(
        "bias-budget",
        [
            Slider("share", "Treated who guess their arm", 0, 100, 50, unit="%"),
            Slider("points", "Each such guess adds", -1.0, 3.0, 1.0, 0.1, "points"),
            Slider("others", "On placebo who guess theirs", 0, 100, 0, unit="%"),
            Slider("lowered", "Each such guess takes off", 0.0, 3.0, 0.0, 0.1, "points"),
        ],
        {
            "Nobody guesses": start | {"share": 0},
            "A little in both arms": {"share": 25, "points": 1.0, "others": 25, "lowered": 1.0},
            "Enough for all of it": {"share": 66, "points": 3.0, "others": 0, "lowered": 0.0},
            "A bias against the drug": start | {"points": -0.5},
        },
        Recipe(_budget, _budget_sentence, _budget_picture, _budget_numbers),
        smooth=True,
    )


@dataclass(frozen=True)
class Budget:
    """The bias that the settings make, and what is left of the difference."""

    bias: float
    others: float  # the part of it from the placebo arm
    tipping: float
    printed: Difference
    left: Difference


def _budget(share, points, others, lowered) -> Budget:
    row = published("J.diff")
    given = (row.value, row.lower, row.upper)
    bias = guessers(share / 100, points, others / 100, lowered)
    return Budget(
        bias,
        guessers(0, 0, others / 100, lowered),
        tipping_bias(*given),
        without_bias(*given),
        without_bias(*given, bias),
    )


def _difference_words(d: Difference) -> str:
    return _minus(f"{d.value:.2f} ({d.lower:.2f} to {d.upper:.2f})")


def _significance(d: Difference) -> str:
    if d.upper < 0:
        return "significant the other way round"
    return "still significant" if d.significant else "no longer significant"


def _budget_sentence(result: Budget, share, points, others, lowered) -> str:
    who = f"If {share}% of the treated guess and each guess adds {points:.1f} points"
    if others and lowered:
        who += f", and {others}% on placebo guess and each loses {lowered:.1f}"
    return _minus(
        f"{who}, the bias is {result.bias:.2f} points. The difference was "
        f"{result.printed.value:.2f}; without the bias it is {_difference_words(result.left)}, "
        f"p {p_words(result.left.p)}, {_significance(result.left)}. Significance ends at a bias "
        f"of {result.tipping:.2f}."
    )


def _budget_picture(result: Budget, share, points, others, lowered) -> Picture:
    bars = [
        Bar("printed", result.printed.value, result.printed.lower, result.printed.upper,
            "published"),
        Bar("without the bias", result.left.value, result.left.lower, result.left.upper,
            "computed"),
    ]  # fmt: skip
    return pictures.bias(
        share / 100,
        points,
        result.others,
        result.tipping,
        result.printed.value,
        bars,
        title=_minus(
            f"A bias of {result.bias:.2f} points leaves {result.left.value:.2f} of "
            f"{result.printed.value:.2f}: {_significance(result.left)}"
        ),
        subtitle="Right of and above a curve, bias alone makes that much. Whether anybody guessed "
        "is not known",
        source=f"{_WEAK}. Points of 48",
    )


def _budget_numbers(result: Budget, share, **_) -> list[dict[str, str]]:
    rows = {
        "Difference, printed": _difference_words(result.printed),
        "p, from the printed interval": p_words(result.printed.p),
        "Bias at these settings, points": f"{result.bias:.2f}",
        "Difference without it": _difference_words(result.left),
        "p without it": p_words(result.left.p),
        "Bias at which significance ends": f"{result.tipping:.2f}",
        "Bias that is the whole difference": f"{result.printed.value:.2f}",
    }
    if share:
        need = result.tipping / (share / 100)
        rows[f"Points for each guess if {share}% of the treated guess, nobody on placebo"] = (
            f"{need:.2f}"
        )
    return [{"What": name, "Value": _minus(value)} for name, value in rows.items()]


# ---------------------------------------------------------------- how much is 43%?

_CARRY = {"points": "the points gained", "share": "the share saved"}
_BEYOND = {"stays": "stays as it was", "grows": "goes on growing", "closes": "closes again"}


@dataclass(frozen=True)
class Saved:
    """Losses after some weeks, and the share saved with two intervals."""

    without: float
    gain: float
    share: float
    exact: tuple[float, float]
    fieller: tuple[float, float]

    @property
    def with_drug(self) -> float:
        """Points lost with the drug."""
        return self.without - self.gain


def _saved(weeks, beyond, pace, carry) -> Saved:
    row, loss = published("J.diff"), published("J.seed.plc")
    se = se_from_interval(row.lower, row.upper, log=False)
    arm = se / math.sqrt(2)  # equal errors of independent arms
    found = fieller(row.text, se, loss.text, arm, covariance=arm**2).values
    return Saved(
        pace * weeks / 16,
        _full_gain(pace, carry) * _grown(weeks, beyond),
        found["ratio"],
        (found["lower_exact"], found["upper_exact"]),
        (found["lower"], found["upper"]),
    )


def _grown(weeks: float, beyond: str) -> float:
    """The gap as a multiple of that in week 16."""
    if weeks <= 16 or beyond == "grows":
        return weeks / 16
    return 1.0 if beyond == "stays" else max(0.0, (52 - weeks) / (52 - 16))


def how_much_is_43() -> Lab:
    """Return the lab *How much is 43%?*: points, percent, and what lies beyond week 16."""
    start = {"weeks": 16, "beyond": "stays", "pace": _value("J.seed.plc"), "carry": "points"}
    year = _pro_act()
    return Lab(
        "how-much-is-43",
        [
            Slider("weeks", "Look after", 4, 52, 16, 4, "weeks"),
            Choice("beyond", "After week 16 the gap", _BEYOND, "stays"),
            Slider("pace", "Lost in 16 weeks without it", 2.0, 8.0, start["pace"], 0.01, "points"),
            Choice("carry", "In other patients the drug keeps", _CARRY, "points"),
        ],
        {
            "Week 16, as measured": start,
            "A year, if the gap stays": start | {"weeks": 52, "beyond": "stays"},
            "A year, if it goes on growing": start | {"weeks": 52, "beyond": "grows"},
            "A usual pace, the same share": start | {"pace": year, "carry": "share"},
        },
        Recipe(_saved, _saved_sentence, _saved_picture, _saved_numbers),
        smooth=True,
    )  # fmt: skip


def _pro_act() -> float:
    """Points in 16 weeks at the mean pace of PRO-ACT."""
    month = 365.25 / 12 / 7
    return round(rescale(published("PROACT.slope").text, month, 16).values["value"], 2)


def _percent(limits, digits: int = 0) -> str:
    return f"{100 * limits[0]:.{digits}f}% to {100 * limits[1]:.{digits}f}%"


def _saved_sentence(result: Saved, weeks, beyond, pace, carry) -> str:
    share = 100 * result.gain / result.without
    said = (
        f"After {weeks} weeks {result.without:.2f} points are lost without the drug and "
        f"{result.with_drug:.2f} with it: {result.gain:.2f} points of 48 are saved, "
        f"{share:.0f}% of the loss."
    )
    said += (
        f" The trial's own {100 * result.share:.0f}% has an interval from "
        f"{_percent(result.exact).replace('% to', ' to')}, or from "
        f"{_percent(result.fieller).replace('% to', ' to')} if the loss on placebo "
        "is uncertain too."
    )
    if weeks > 16 or pace != _value("J.seed.plc"):
        said += " What was not measured is assumed."
    return _minus(said)


def _saved_picture(result: Saved, weeks, beyond, pace, carry) -> Picture:
    start, loss = _value("J.T1.frs.tot"), published("J.seed.plc").text
    week = sorted({*range(0, weeks, 4), weeks})
    full = _full_gain(pace, carry)
    without = [start - pace * w / 16 for w in week]
    with_drug = [s + full * _grown(w, beyond) for s, w in zip(without, week, strict=True)]
    bars = [
        _share_bar(f"{loss} taken as exact", result.share, result.exact, "published"),
        _share_bar(f"{loss} uncertain too", result.share, result.fieller, "computed"),
    ]
    return pictures.share_saved(
        {
            "placebo": Path("without", week, without),
            "50 mg": Path("with", week, with_drug),
        },
        bars,
        title=f"{result.gain:.2f} points of 48 after {weeks} weeks; the trial's "
        f"{100 * result.share:.0f}% may be {_percent(result.exact)}",
        subtitle="Mean score from the mean at entry, drawn straight; dotted: assumed. "
        "Intervals: 95%, of the share saved in week 16",
        source=_WEAK,
    )


def _share_bar(label: str, share: float, limits, kind: str) -> Bar:
    return Bar(label, 100 * share, 100 * limits[0], 100 * limits[1], kind)


def _full_gain(pace: float, carry: str) -> float:
    """Points saved in week 16."""
    row = published("J.diff")
    return row.value if carry == "points" else row.value / _value("J.seed.plc") * pace


def _saved_numbers(result: Saved, weeks, pace, **_) -> list[dict[str, str]]:
    row = published("J.diff")
    rows = {
        f"Lost without the drug, {weeks} weeks": f"{result.without:.2f} points",
        f"Lost with it, {weeks} weeks": f"{result.with_drug:.2f} points",
        f"Saved, {weeks} weeks": f"{result.gain:.2f} points",
        "Share of the loss": f"{100 * result.gain / result.without:.0f}%",
        "JETALS, difference in week 16": row.printed,
        "JETALS, share saved": f"{100 * result.share:.1f}%",
        "Its interval, the loss taken as exact": _percent(result.exact, 1),
        "Its interval by Fieller": _percent(result.fieller, 1),
    }
    return [{"What": name, "Value": _minus(value)} for name, value in rows.items()]


# ---------------------------------------------------------------- update

_STAGES = {"pilot": "pilot", "e0302": "E0302", "early": "early", "jetals": "JETALS"}
_ORDERS = {
    "story": ("as it happened", ("pilot", "e0302", "early", "jetals")),
    "jetals": ("JETALS first", ("jetals", "pilot", "e0302", "early")),
    "back": ("backwards", ("jetals", "early", "e0302", "pilot")),
}
_COUNTED = {
    "same": "no: they are in E0302 already",
    "early": "yes, instead of all of E0302",
    "twice": "yes, on top of E0302 (counted twice)",
}


@dataclass(frozen=True)
class Opinions:
    """Three opinions at every stage."""

    stages: tuple[str, ...]
    course: dict[str, list[Opinion]]


@lru_cache(maxsize=1)
def evidence() -> dict[str, Estimate | None]:
    """Return what each study says of the ratio of pace; the pilot has no number for it."""
    hr = {"e0302": published("K19.T2A.hr.tot"), "early": published("K19.T2B.hr.tot")}
    row = published("J.diff")
    se = se_from_interval(row.lower, row.upper, log=False) / math.sqrt(2)
    return {
        "pilot": None,
        **{name: Estimate(r.value, r.lower, r.upper) for name, r in hr.items()},
        "jetals": opinions.pace_ratio(_value("J.seed.mec"), _value("J.seed.plc"), se, se),
    }


def priors() -> dict[str, Opinion]:
    """Return the three opinions before any trial."""
    hoped = published("K19.des.plan.hr").upper
    return {
        "sceptic": opinions.sceptic(hoped),
        "neutral": Opinion(0.0, math.log(4) / 2),
        "enthusiast": opinions.enthusiast(hoped),
    }


def _update(order, subgroup, doubt, useful) -> Opinions:
    stages = _ORDERS[order][1]
    found = dict(evidence())
    found["jetals"] = opinions.widened(found["jetals"], math.log1p(doubt / 100))
    if subgroup == "same":
        found["early"] = None
    if subgroup == "early":
        found["e0302"] = None
    met = [found[stage] for stage in stages]
    course = {name: opinions.update(opinion, met) for name, opinion in priors().items()}
    return Opinions(("before", *(_STAGES[stage] for stage in stages)), course)


def update() -> Lab:
    """Return the lab *Update*: three opinions meet the evidence, in one order or another."""
    start = {"order": "story", "subgroup": "same", "doubt": 0, "useful": 20}
    return Lab(
        "update",
        [
            Choice("order", "The evidence comes", {k: v[0] for k, v in _ORDERS.items()}, "story"),
            Choice("subgroup", "E0302's early patients count", _COUNTED, "same"),
            Slider("doubt", "JETALS may be off by a bias of about", 0, 50, 0, unit="%"),
            Slider("useful", "A useful slowing, at least", 0, 50, 20, 5, "%"),
        ],
        {
            "As it happened": start,
            "JETALS first": start | {"order": "jetals"},
            "Early patients counted twice": start | {"subgroup": "twice"},
            "If JETALS may be biased": start | {"doubt": 30},
        },
        Recipe(_update, _update_sentence, _update_picture, _update_numbers),
        smooth=True,
    )


def _chance(opinion: Opinion, useful: int) -> str:
    return f"{100 * opinion.below(1 - useful / 100):.0f}%"


def _slowing(useful: int) -> str:
    return f"a slowing of {useful}% or more" if useful else "any slowing"


def _update_sentence(result: Opinions, order, subgroup, doubt, useful) -> str:
    ends = [course[-1] for course in result.course.values()]
    sceptic, neutral, enthusiast = (f"{opinion.median:.2f}" for opinion in ends)
    chances = [_chance(opinion, useful) for opinion in ends]
    said = (
        f"In this order or another, the sceptic ends at {sceptic}, the neutral at {neutral} "
        f"and the enthusiast at {enthusiast} of the pace without the drug. They give "
        f"{_slowing(useful)} chances of {chances[0]}, {chances[1]} and {chances[2]}."
    )
    if subgroup == "twice":
        said += " The early patients are counted twice here, so everybody is too sure."
    return said


def _update_picture(result: Opinions, order, subgroup, doubt, useful) -> Picture:
    course = {
        name: [Held(each.median, *each.interval) for each in line]
        for name, line in result.course.items()
    }
    before, after = (_apart(result, stage) for stage in (0, -1))
    ends = {
        name: f"{line[-1].median:.2f}, useful {_chance(line[-1], useful)}"
        for name, line in result.course.items()
    }
    return pictures.opinions(
        course,
        result.stages,
        ends,
        1 - useful / 100,
        title=f"Opinions that were {before:.2f} apart end {after:.2f} apart",
        subtitle=f"Medians and 95% intervals of three opinions; useful (dashed): "
        f"{_slowing(useful)}. One scale for both trials, which is an assumption",
        source="Kaji 2019; JETALS: Oki 2022, as others report it (weak source). A hazard ratio is "
        "read as a ratio of pace",
    )


def _apart(result: Opinions, stage: int) -> float:
    medians = [course[stage].median for course in result.course.values()]
    return max(medians) - min(medians)


def _update_numbers(result: Opinions, useful, **_) -> list[dict[str, str]]:
    rows = []
    for place, stage in enumerate(result.stages):
        row = {"After": stage}
        for name, course in result.course.items():
            low, high = course[place].interval
            row[name] = f"{course[place].median:.2f} ({low:.2f} to {high:.2f})"
        rows.append(row)
    last = {"After": f"Chance of {_slowing(useful)}, at the end"}
    last |= {name: _chance(course[-1], useful) for name, course in result.course.items()}
    return [*rows, last]
