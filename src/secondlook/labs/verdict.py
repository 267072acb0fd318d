"""The last three labs of chapter 3: what a failed trial rules out, and what several chances cost.

They wire published values to ``forensics``, ``multiplicity``, ``sequential`` and ``design``, and
what those answer to a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook import _normal, design, forensics, multiplicity, sequential
from secondlook.evidence import published
from secondlook.figures import verdict as pictures
from secondlook.figures.style import Picture
from secondlook.figures.subgroup import p_words
from secondlook.figures.verdict import Bar, HarmRow, PRow, Truth
from secondlook.forensics import Estimate
from secondlook.labs.controls import Choice, Slider
from secondlook.labs.lab import Lab, Recipe

_CONTRASTS = {
    "pooled": "both doses v placebo",
    "50 mg": "50 mg v placebo",
    "25 mg": "25 mg v placebo",
}
_LEVELS = {"80": "80%", "90": "90%", "95": "95%", "99": "99%"}

# ---------------------------------------------------------------- paint the interval

_HR = {"pooled": "K19.T2A.hr.tot", "50 mg": "K19.T2A.hr.50", "25 mg": "K19.T2A.hr.25"}
# Ours: a fall of a quarter, which many would welcome, and a rise of a fifth.
USEFUL, HARM = 0.75, 1.2


@dataclass(frozen=True)
class Painted:
    """A printed estimate, the interval at a level, and a true ratio to hold against them.

    Attributes
    ----------
    estimate : as printed, with its 95% interval.
    lower, upper : limits at the level chosen.
    p : how well the ratio that is tried goes with the estimate.
    p_nothing : the same for a ratio of 1.
    truths : the ratios that matter, each with its p.
    level : of the interval, such as 0.95.
    """

    estimate: Estimate
    lower: float
    upper: float
    p: float
    p_nothing: float
    truths: tuple[Truth, ...]
    level: float

    def fits(self, p: float) -> bool:
        """True if a truth with this p lies inside the interval, its limits included."""
        return p >= 1 - self.level - 1e-9


def paint_the_interval() -> Lab:
    """Return the lab *Paint the interval*: what a failed trial rules out, and what it leaves open.

    Examples
    --------
    >>> paint_the_interval().set(hr=0.5).result.p < 0.05
    True
    """
    return Lab(
        "paint-the-interval",
        [
            Slider("hr", "Suppose the true hazard ratio is", 0.40, 1.60, USEFUL, step=0.01),
            Choice("contrast", "Result", _CONTRASTS, "pooled"),
            Choice("level", "Interval", _LEVELS, "95"),
        ],
        {
            "What it was planned to find": {"hr": published("K19.des.plan.hr").upper},
            "A useful benefit": {"hr": USEFUL},
            "No effect": {"hr": 1.0},
            "A harm": {"hr": HARM},
        },
        Recipe(_paint, _paint_sentence, _paint_picture, _paint_numbers),
        smooth=True,
    )


def _paint(hr, contrast, level) -> Painted:
    value, plan = published(_HR[contrast]), published("K19.des.plan.hr")
    estimate = Estimate(value.value, value.lower, value.upper)
    share = int(level) / 100
    marks = {
        plan.lower: "planned for",
        plan.upper: "planned for",
        USEFUL: "a useful benefit",
        1.0: "no effect",
        HARM: "a harm",
    }
    p = forensics.compatibility([hr, *marks], estimate)
    return Painted(
        estimate,
        *forensics.compatible_limits(estimate, share),
        float(p[0]),
        float(p[list(marks).index(1.0) + 1]),
        tuple(
            Truth(ratio, words, float(each), bool(each >= 1 - share - 1e-9))
            for (ratio, words), each in zip(marks.items(), p[1:], strict=True)
        ),
        share,
    )


def _paint_sentence(painted: Painted, hr, **_) -> str:
    seen = f"{painted.estimate.value:.2f}"
    verdict = "it still fits" if painted.fits(painted.p) else "it is ruled out"
    open_, out = ([t.text for t in painted.truths if t.fits is fits] for fits in (True, False))
    nothing = f" If it is 1.00, no effect, {_of_100(painted.p_nothing)} do." if hr != 1 else ""
    return (
        f"If the true hazard ratio is {hr:.2f}, {_of_100(painted.p)} such trials land as far from "
        f"it as {seen} does, or farther: {verdict}.{nothing} At {painted.level:.0%} the result "
        f"leaves open {_and(open_)} and rules out {_and(out)}."
    )


def _paint_picture(painted: Painted, hr, contrast, **_) -> Picture:
    return pictures.painted(
        painted.estimate,
        (painted.lower, painted.upper),
        (hr, painted.p),
        painted.truths,
        level=painted.level,
        contrast=_CONTRASTS[contrast],
    )


def _paint_numbers(painted: Painted, hr, **_) -> list[dict[str, str]]:
    rows = [_fit_row(f"{hr:.2f}, yours", painted.p, painted.fits(painted.p))]
    rows += [_fit_row(f"{t.text}, {t.words}", t.p, t.fits) for t in painted.truths]
    limits = f"{painted.lower:.2f} and {painted.upper:.2f}"
    return [*rows, _fit_row(f"Limits at {painted.level:.0%}: {limits}", 1 - painted.level, True)]


def _fit_row(what: str, p: float, fits: bool) -> dict[str, str]:
    verdict = "fits" if fits else "ruled out"
    return {"True hazard ratio": what, "Two-sided p": p_words(p), "At this level": verdict}


# ---------------------------------------------------------------- two tests, two endpoints

_TRIALS = 100_000
_SEED = 7
_LOOKS = 3  # two interim looks and the end, evenly spaced: the paper gives the number only
_ENDPOINT_NAMES = ("time to event", "ALSFRS-R")
_CONTRAST_NAMES = ("50 mg", "both doses")  # in the order of a table; the fixed order is reversed
_P = {
    ("time to event", "50 mg"): "K19.T2A.p.tte.50",
    ("time to event", "both doses"): "K19.T2A.p.tte.tot",
    ("ALSFRS-R", "50 mg"): "K19.T2A.p.frs.50",
    ("ALSFRS-R", "both doses"): "K19.T2A.p.frs.tot",
}
_CHANCE_LEVELS = {"one-1": 0.01, "one-2.5": 0.025, "one-5": 0.05}


@dataclass(frozen=True)
class Chances:
    """What a plan of tests does in trials of a drug that does nothing, and to the printed p.

    Attributes
    ----------
    tests : how many tests, and ``looks`` how often each is done.
    alpha : level of the whole trial, one-sided.
    level : what each test may use.
    last : the p that a test needs at the last look.
    alarms : share of null trials that succeed, with this plan; ``error`` its standard error, 0
        where it was not simulated.
    unpaid : the same with the same chances and no correction at all.
    rows : the printed p values of the tests, and what this plan would make of them.
    """

    tests: int
    looks: int
    alpha: float
    level: float
    last: float
    alarms: float
    error: float
    unpaid: float
    rows: tuple[PRow, ...]


def two_tests_two_endpoints() -> Lab:
    """Return the lab *Two tests, two endpoints*: what several chances at success cost.

    Examples
    --------
    >>> lab = two_tests_two_endpoints().press("One test, one look")
    >>> lab.result.level
    0.01
    """
    return Lab(
        "two-tests-two-endpoints",
        [
            Choice("contrasts", "Contrasts tested",
                   {"one": "both doses only", "two": "50 mg; both doses"}, "two"),
            Choice("endpoints", "Primary endpoints",
                   {"one": "time to event only", "either": "two: either may succeed",
                    "both": "two: both must succeed"}, "either"),
            Choice("correction", "The tests pay by", _CORRECTIONS, "none"),
            Choice("interim", "Interim looks", _INTERIMS, "free"),
            Choice("level", "Level of the trial",
                   {"one-1": "one-sided 1%", "one-2.5": "one-sided 2.5%", "one-5": "one-sided 5%"},
                   "one-1", more=True),
            Slider("tie", "Correlation of the two endpoints", 0.0, 0.9, 0.35, 0.05, more=True),
        ],
        {
            "One test, one look": _plan("one", "one", "none", "none"),
            "Two contrasts, one endpoint": _plan("two", "one", "max", "none"),
            "Every chance, nothing paid": _plan("two", "either", "none", "free"),
            "Every chance, paid for": _plan("two", "either", "max", "obrien-fleming"),
        },
        Recipe(_chances, _chances_sentence, _chances_picture, _chances_numbers),
    )  # fmt: skip


_CORRECTIONS = {
    "none": "nothing",
    "bonferroni": "dividing the level (Bonferroni)",
    "max": "dividing it, knowing they overlap (max-contrast)",
    "order": "a fixed order: stop at the first failure",
}
_INTERIMS = {
    "none": "none",
    "free": "two, nothing paid",
    "pocock": "two, the same limit each time (Pocock)",
    "obrien-fleming": "two, strict early (O'Brien and Fleming)",
}


def _plan(contrasts: str, endpoints: str, correction: str, interim: str) -> dict:
    return {
        "contrasts": contrasts,
        "endpoints": endpoints,
        "correction": correction,
        "interim": interim,
        "level": "one-1",
    }


@lru_cache(maxsize=2)
def _between_contrasts() -> np.ndarray:
    """Correlation between 50 mg v placebo and both doses v placebo, from the arms' sizes."""
    sizes = [published(f"K19.T1.n.{arm}").value for arm in ("plc", "25", "50")]
    return multiplicity.contrast_correlation(sizes, [[-1, 0, 1], [-1, 0.5, 0.5]])


@dataclass(frozen=True)
class _Family:
    """The tests of a plan, and null trials of them.

    Attributes
    ----------
    z : (trials, looks, endpoints, contrasts) of null trials.
    correlation : of the tests among which any success counts: all of them, or, if both endpoints
        must succeed, those of one endpoint.
    """

    z: np.ndarray
    correlation: np.ndarray
    both: bool

    @property
    def final(self) -> np.ndarray:
        """(trials, tests) at the end, of the tests among which any success counts."""
        tests = len(self.correlation)
        return self.z[:, -1].reshape(len(self.z), -1)[:, :tests]


@lru_cache(maxsize=2)
def _family(contrasts: str, endpoints: str, tie: float) -> _Family:
    between = _between_contrasts() if contrasts == "two" else np.eye(1)
    ends = np.eye(1) if endpoints == "one" else np.array([[1, tie], [tie, 1]])
    every = np.kron(ends, between)
    z = sequential.draw_null(_LOOKS, every, _TRIALS, np.random.default_rng(_SEED))
    both = endpoints == "both"
    return _Family(
        z.reshape(_TRIALS, _LOOKS, len(ends), len(between)), between if both else every, both
    )


@lru_cache(maxsize=64)
def _chances(contrasts, endpoints, correction, interim, level, tie) -> Chances:
    alpha, family = _CHANCE_LEVELS[level], _family(contrasts, endpoints, tie)
    each = _level(family, alpha, correction)
    upper = _bounds(each, interim)
    free = _bounds(alpha, "none" if interim == "none" else "free")
    alarms, error = _succeed(family, upper, correction == "order")
    return Chances(
        family.z.shape[2] * family.z.shape[3],
        len(upper),
        alpha,
        each,
        float(_normal.upper_tail(upper[-1])),
        alarms,
        error,
        _succeed(family, free, False)[0],
        _rows(contrasts, endpoints, correction, family),
    )


def _level(family: _Family, alpha: float, correction: str) -> float:
    """The level that each test of the family may use."""
    tests = len(family.correlation)
    if correction == "bonferroni":
        return alpha / tests
    if correction != "max" or tests == 1:
        return alpha
    if tests == 2:
        return multiplicity.common_level(family.correlation, alpha, sides=1)
    return float(_normal.upper_tail(np.quantile(family.final.max(axis=1), 1 - alpha)))


def _bounds(level: float, interim: str) -> np.ndarray:
    """The z that a test needs at each look."""
    if interim in ("none", "free"):
        looks = 1 if interim == "none" else _LOOKS
        return sequential.unadjusted(looks, alpha=level, sides=1).upper
    delta = {"pocock": 0.5, "obrien-fleming": 0.0}[interim]
    return sequential.classical(_LOOKS, alpha=level, sides=1, delta=delta).upper


def _succeed(family: _Family, upper: np.ndarray, in_order: bool) -> tuple[float, float]:
    """Share of null trials that succeed, and its standard error, 0 where a formula gives it.

    A test has succeeded if any look passed its limit.
    """
    if len(upper) == 1 and not family.both:
        tests = 1 if in_order else len(family.correlation)
        if tests == 1:
            return float(_normal.upper_tail(upper[0])), 0.0
        if tests == 2:
            both = multiplicity.max_contrast([upper[0]] * 2, family.correlation, sides=1)
            return float(both[0]), 0.0
    seen = family.z[:, -len(upper) :]
    passed = (seen >= upper[:, None, None]).any(axis=1)  # (trials, endpoints, contrasts)
    if in_order:  # nothing counts unless the first succeeds: both doses, on the first endpoint
        passed = passed[:, :, -1:] if family.both else passed[:, :1, -1:]
    by_contrast = passed.all(axis=1) if family.both else passed.any(axis=1)
    share = float(by_contrast.any(axis=1).mean())
    return share, math.sqrt(share * (1 - share) / _TRIALS)


def _rows(contrasts, endpoints, correction, family: _Family) -> tuple[PRow, ...]:
    """The printed p of each test in the plan, beside what the plan's correction makes of them."""
    names = [
        (endpoint, contrast)
        for endpoint in _ENDPOINT_NAMES[: 1 if endpoints == "one" else 2]
        for contrast in _CONTRAST_NAMES[contrasts == "one" :]
    ]
    crude = np.array([published(f"{_P[name]}.crude").value for name in names])
    printed = [published(f"{_P[name]}.adj").value for name in names]
    families = np.split(crude, 2) if family.both else [crude]
    ours = np.concatenate([_adjusted(p, correction, family) for p in families])
    return tuple(
        PRow(f"{endpoint}, {contrast}", float(c), float(a), p)
        for (endpoint, contrast), c, a, p in zip(names, crude, ours, printed, strict=True)
    )


def _adjusted(p: np.ndarray, correction: str, family: _Family) -> np.ndarray:
    if correction == "none" or len(p) == 1:
        return p
    if correction == "bonferroni":
        return multiplicity.bonferroni(p)
    if correction == "order":  # both doses before 50 mg; a later p is never below an earlier one
        contrasts = family.z.shape[3]
        order = np.arange(len(p)).reshape(-1, contrasts)[:, ::-1].ravel()
        return np.maximum.accumulate(p[order])[np.argsort(order)]
    z = np.array([-_normal.quantile(each) for each in p])
    if len(p) == 2:
        return multiplicity.max_contrast(z, family.correlation, sides=1)
    return multiplicity.max_t(z, family.final, sides=1)


def _chances_sentence(chances: Chances, correction, interim, endpoints, **_) -> str:
    words = f"{_count(chances.tests, 'test')} and {_count(chances.looks, 'look')}"
    alpha = f"{chances.alpha:.1%}".replace(".0%", "%")
    said = (
        f"With {words} at one-sided {alpha}, {_of_1000(chances.alarms)} useless drugs succeed; "
        f"one test, looked at once, lets through {_of_1000(chances.alpha)}."
    )
    if chances.tests * chances.looks == 1:
        return f"With one test and one look, {_of_1000(chances.alarms)} useless drugs succeed."
    return f"{said} {_price(chances, correction, interim, endpoints)}"


def _price(chances: Chances, correction, interim, endpoints) -> str:
    """What the plan pays with, or what it does not pay for."""
    unpaid = ["the tests"] if correction == "none" and endpoints != "both" else []
    if chances.tests == 1:
        unpaid = []
    unpaid += ["the looks"] if interim == "free" else []
    if unpaid:
        return f"Nobody did anything wrong, but {' and '.join(unpaid)} are not paid for."
    if correction == "order" and chances.tests > 1:
        return "A fixed order pays with silence: after a failure no later test counts."
    if chances.last < chances.alpha * 0.999:
        needed, usual = _small(chances.last), _small(chances.alpha)
        return f"The price: at the last look a test must reach p {needed}, not {usual}."
    where = ", where the drug works on neither" if chances.tests > 2 else ""
    return f"Asking for both endpoints pays by itself, in power{where}."


def _chances_picture(chances: Chances, correction, interim, **_) -> Picture:
    bars = [Bar("one test, one look", chances.alpha)]
    if chances.tests * chances.looks > 1:
        bars.append(Bar("these chances, nothing paid", chances.unpaid))
        if correction != "none" or interim not in ("none", "free"):
            bars.append(Bar("these chances, as you pay", chances.alarms))
    return pictures.chances(
        bars,
        chances.rows,
        alpha=chances.alpha,
        plan=f"{_count(chances.tests, 'test')}, {_count(chances.looks, 'look')}",
        trials=_TRIALS,
        paid=correction != "none" and chances.tests > 1,
    )


def _chances_numbers(chances: Chances, contrasts, **_) -> list[dict[str, str]]:
    sure = f"standard error {chances.error:.2%}" if chances.error else "by formula"
    facts = {
        "Chance that a useless drug succeeds": f"{chances.alarms:.2%} ({sure})",
        "The same, nothing paid": f"{chances.unpaid:.2%}",
        "Level that each test may use, all looks together": f"{chances.level:.2%}",
        "p that a test needs at the last look": _small(chances.last),
        "Correlation of the two contrasts": f"{_between_contrasts()[0, 1]:.3f}",
    }
    for row in chances.rows:
        facts[f"{row.label}: printed crude p"] = f"{row.crude:.2f}"
        facts[f"{row.label}: as these tests pay"] = f"{row.ours:.2f}"
        facts[f"{row.label}: printed adjusted p"] = f"{row.printed:.2f}"
    for endpoint in _ENDPOINT_NAMES:
        names = [(endpoint, contrast) for contrast in _CONTRAST_NAMES]
        z = [-_normal.quantile(published(f"{_P[name]}.crude").value) for name in names]
        p = multiplicity.max_contrast(z, _between_contrasts(), sides=1)
        for name, each in zip(names, p, strict=True):
            facts[f"{', '.join(name)}: max-contrast of the two, one endpoint"] = f"{each:.3f}"
    return _facts(facts)


# ---------------------------------------------------------------- nothing seen, nothing there?

_EVENTS = {
    "related": "drug-related adverse events",
    "serious": "serious adverse events",
    "none": "a harm that nobody had",
}
_ARMS = {"25 mg": "25 mg", "50 mg": "50 mg", "both doses": "both doses"}
_KEYS = {"placebo": "plc", "25 mg": "25", "50 mg": "50"}


@dataclass(frozen=True)
class Seen:
    """How often a harm was seen, what that leaves open, and what it takes to see more.

    Attributes
    ----------
    rows : the doses, each against placebo (or, for a harm that nobody had, on its own).
    chosen : the row of the dose that is asked about.
    plain : (lower, upper) of its difference by the plain method; None for a harm nobody had.
    ratio : (estimate, lower, upper) of how many times as common it was; None likewise.
    placebo : (events, patients); None for a harm nobody had.
    target : the difference in shares that is looked for; nan if it is impossible.
    needed, had : patients in each group that it takes, and that there were; needed may be nan.
    """

    rows: tuple[HarmRow, ...]
    chosen: int
    plain: tuple[float, float] | None
    ratio: tuple[float, float, float] | None
    placebo: tuple[int, int] | None
    target: float
    needed: float
    had: int

    @property
    def row(self) -> HarmRow:
        return self.rows[self.chosen]

    @property
    def possible(self) -> bool:
        """True if the interval of the difference holds the one that is looked for.

        How many times as common that is, the target takes from the share seen on placebo; the
        interval of the ratio, in which that share is uncertain too, is wider.
        """
        return self.row.lower <= self.target <= self.row.upper


def nothing_seen() -> Lab:
    """Return the lab *Nothing seen, nothing there?*: what "similar" side effects rule out.

    Examples
    --------
    >>> nothing_seen().set(times=2.0).result.possible
    True
    """
    return Lab(
        "nothing-seen",
        [
            Choice("event", "What was counted", _EVENTS, "related"),
            Choice("arm", "Compared with placebo", _ARMS, "25 mg"),
            Slider("times", "Suppose the drug makes it", 1.1, 4.0, 2.0, 0.1, "times as common"),
            Choice("power", "Chance to see that", {"80": "80%", "90": "90%"}, "90"),
            Slider("rare", "A harm that nobody had: rate to rule out", 50, 5000, 1000, 50,
                   "1 in so many", more=True),
        ],
        {
            "Twice as common": {"event": "related", "times": 2.0, "arm": "25 mg"},
            "Three times as common": {"event": "related", "times": 3.0, "arm": "both doses"},
            "Serious events, a tenth more": {"event": "serious", "times": 1.1, "arm": "50 mg"},
            "A harm that nobody had": {"event": "none", "arm": "both doses"},
        },
        Recipe(_seen, _seen_sentence, _seen_picture, _seen_numbers),
        smooth=True,
    )  # fmt: skip


def _counts(event: str) -> dict[str, tuple[int, int]]:
    """Arm to patients with the event, and patients. Serious ones are printed as percentages."""
    found = {}
    for arm, key in _KEYS.items():
        events, patients = map(int, published(f"K19.saf.trae.{key}.n").text.split("/"))
        if event == "serious":
            events = round(published(f"K19.saf.sae.{key}").value / 100 * patients)
        found[arm] = (0 if event == "none" else events, patients)
    found["both doses"] = tuple(np.add(found["25 mg"], found["50 mg"]).tolist())
    return found


@lru_cache(maxsize=64)
def _seen(event, arm, times, power, rare) -> Seen:
    counts, chosen = _counts(event), list(_ARMS).index(arm)
    if event == "none":
        upper = {name: design.not_ruled_out(counts[name][1]) for name in _ARMS}
        rows = tuple(HarmRow(name, *counts[name], 0.0, 0.0, float(upper[name])) for name in _ARMS)
        needed = float(design.patients_to_rule_out(1 / rare))
        return Seen(rows, chosen, None, None, None, 1 / rare, needed, counts[arm][1])
    placebo = counts["placebo"]
    rows = []
    for name in _ARMS:
        found = design.difference_of_proportions(*counts[name], *placebo)
        rows.append(HarmRow(name, *counts[name], *map(float, (found.estimate, found.lower,
                                                              found.upper))))  # fmt: skip
    plain = design.plain_difference(*counts[arm], *placebo)
    share = placebo[0] / placebo[1]
    target, needed = math.nan, math.nan
    if share * times < 1:
        target = share * (times - 1)
        needed = float(design.patients_for_proportions(
            share * times, share, alpha=0.05, power=int(power) / 100, sides=2))  # fmt: skip
    limits = float(plain.lower), float(plain.upper)
    times_seen = design.ratio_of_proportions(*counts[arm], *placebo)
    ratio = tuple(map(float, (times_seen.estimate, times_seen.lower, times_seen.upper)))
    return Seen(tuple(rows), chosen, limits, ratio, placebo, target, needed, placebo[1])


def _seen_sentence(seen: Seen, event, arm, times, power, rare) -> str:
    row = seen.row
    if event == "none":
        verdict = "is ruled out" if row.upper < seen.target else "may hide behind this nothing"
        return (
            f"If none of {row.patients} patients had a harm, up to {row.upper:.1%} of patients "
            f"could still get it. A harm in 1 of {rare:,} {verdict}; to rule it out takes "
            f"{math.ceil(seen.needed):,} patients without one."
        )
    said = (
        f"{row.events} of {row.patients} on {arm} against {seen.placebo[0]} of {seen.placebo[1]} "
        f"on placebo is a difference of {_points(row.difference)} points "
        f"({_points(row.lower)} to {_points(row.upper)})."
    )
    if not math.isfinite(seen.target):
        return f"{said} An event this common cannot be {times:g} times as common."
    fits = "still possible" if seen.possible else "ruled out"
    if not seen.possible and seen.ratio[1] <= times <= seen.ratio[2]:
        highest = f"{seen.ratio[2]:.1f}"
        fits += f", but not {times:g} times as common, for the ratio may be up to {highest}"
    return (
        f"{said} {times:g} times the {_of_placebo(seen)} on placebo is {100 * seen.target:.1f} "
        f"points more: {fits}. To see that {power} times in 100 takes "
        f"{math.ceil(seen.needed):,} patients an arm; there were {row.patients} and "
        f"{seen.placebo[1]}."
    )


def _of_placebo(seen: Seen) -> str:
    events, patients = seen.placebo
    return f"{events / patients:.1%}"


def _seen_picture(seen: Seen, event, power, rare, **_) -> Picture:
    none = event == "none"
    what = f"1 in {rare:,}" if none else f"{100 * seen.target:.1f} points more"
    bars = [Bar("patients there were", seen.had)]
    if math.isfinite(seen.needed):
        bars.append(Bar("needed", math.ceil(seen.needed)))
    return pictures.harm(
        seen.rows,
        seen.chosen,
        seen.target,
        bars,
        event=_EVENTS[event],
        what=what,
        each="without the harm" if none else f"in each arm, to see it {power} times in 100",
        possible=None if none else seen.possible,
    )


def _seen_numbers(seen: Seen, event, arm, times, power, rare) -> list[dict[str, str]]:
    facts = {}
    if event == "none":
        for row in seen.rows:
            facts[f"{row.label}: none of"] = f"{row.patients}"
            facts[f"{row.label}: highest share not ruled out (exact, 95%)"] = f"{row.upper:.2%}"
            facts[f"{row.label}: by the rule of three"] = f"{3 / row.patients:.2%}"
        facts[f"Patients without the harm that rule out 1 in {rare:,}"] = (
            f"{math.ceil(seen.needed):,}"
        )
        return _facts(facts)
    events, patients = seen.placebo
    facts["placebo"] = f"{events} of {patients}, {events / patients:.1%}"
    for row in seen.rows:
        facts[row.label] = f"{row.events} of {row.patients}, {row.events / row.patients:.1%}"
        facts[f"{row.label} less placebo, points (95%, Newcombe)"] = _with_limits(
            row.difference, row.lower, row.upper
        )
    facts[f"{arm} less placebo, points (95%, plain)"] = _with_limits(
        seen.row.difference, *seen.plain
    )
    times_seen = "{:.1f} ({:.1f} to {:.1f})".format(*seen.ratio)
    facts[f"{arm} over placebo, times as common (95%, on the log scale)"] = times_seen
    if math.isfinite(seen.needed):
        facts[f"{times:g} times as common, points"] = _points(seen.target)
        facts[f"Patients in each arm to see that, power {power}%, two-sided 5%"] = (
            f"{math.ceil(seen.needed):,}"
        )
    return _facts(facts)


# ---------------------------------------------------------------- words


def _points(share: float) -> str:
    """A share in points, with its sign."""
    return f"{100 * share:+.1f}".replace("-", "−").replace("+0.0", "0.0").replace("−0.0", "0.0")


def _with_limits(value: float, lower: float, upper: float) -> str:
    return f"{_points(value)} ({_points(lower)} to {_points(upper)})"


def _of_100(share: float) -> str:
    count = f"{100 * share:.0f}"
    return "fewer than 1 of 100" if count == "0" else f"{count} of 100"


def _of_1000(share: float) -> str:
    count = f"{1000 * share:.0f}"
    return "fewer than 1 of 1,000" if count == "0" else f"{count} of 1,000"


def _small(p: float) -> str:
    return f"{p:.2g}"


def _count(n: int, thing: str) -> str:
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _and(words: list[str]) -> str:
    if not words:
        return "none of the five"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _facts(facts: dict[str, str]) -> list[dict[str, str]]:
    return [{"What": what, "Value": value} for what, value in facts.items()]
