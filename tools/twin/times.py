"""The time to the primary event: days and events whose Kaplan-Meier curves are the printed ones.

The whole is annealed in two stages, the early patients first (Table 2B), then, with these held,
the late ones until everybody together gives Table 2A. No two patients leave on one day before
the horizon, so Efron's, Breslow's and the exact handling of ties all give one answer.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from secondlook.evidence import published
from twin.annealing import anneal, outside

ARMS = ("plc", "25", "50")
SIZES = {"early": (48, 54, 42), "late": (75, 70, 81)}
HORIZON = 182 * 7
FIRST_VISIT = 4 * 7
FIRST_EVENT = 45  # days: nobody with a vital capacity over 60% reaches the event sooner here
NO_VISIT_DAY = 17  # the early 50 mg patient with no ALSFRS-R change left before the first visit
WITHDRAWN = 113
# steps, first and last temperature: quickly to where things settle, then slowly
COOLING = ((40_000, 0.02, 0.004), (100_000, 0.004, 1e-4))
WITHDRAWN_EARLY = 40, 48  # not in print: their share of the 113
MARGIN = 2e-3  # of a survival probability: a quartile aimed at with room to spare is exact
NORMAL = NormalDist()
# Not in print: where the late hazard ratios may lie. Whole and early leave them little room.
LATE_RATIOS = {"25": (0.90, 1.15), "50": (1.08, 1.34), "tot": (1.05, 1.25)}
Z = 1.959963984540054


@dataclass(frozen=True)
class Crossing:
    """A curve of one arm falls to ``level`` on ``day``; None means that it never does."""

    curve: str  # "estimate", "lower" or "upper"
    level: float
    day: int | None


@dataclass
class Times:
    """Everybody's day and event; patients lie in blocks: early, then late, arm after arm."""

    day: np.ndarray
    event: np.ndarray
    block: dict
    fixed: np.ndarray


def crossings(table, arm):
    """Return what Table 2A or 2B prints for one arm, as crossings of the curve and its band."""
    found = []
    for name, level in (("q1", 0.75), ("med", 0.5), ("q3", 0.25)):
        value = published(f"K19.{table}.{name}.{arm}")
        found.append(Crossing("estimate", level, _day(value.value)))
        if (table, name) == ("T2A", "q3"):
            continue  # no interval is printed there
        found.append(Crossing("lower", level, _day(value.lower)))
        found.append(Crossing("upper", level, _day(value.upper)))
    return tuple(found)


def _day(value):
    return None if value is None else int(value)


def curve(day, event):
    """Return event days, survival and the 95% log-log band (SAS's default) of one arm."""
    order = np.argsort(day, kind="stable")
    happened = event[order]
    at_risk = np.maximum(np.arange(len(day), 0, -1.0)[happened], 1 + 1e-9)  # never log(0)
    survival = np.cumprod(1 - 1 / at_risk)
    greenwood = np.cumsum(1 / (at_risk * (at_risk - 1)))
    spread = np.exp(Z * np.sqrt(greenwood) / -np.log(survival))
    bands = {"estimate": survival, "lower": survival**spread, "upper": survival ** (1 / spread)}
    return day[order][happened], bands, greenwood


def misses(days, bands, wanted):
    """Return by how much, in survival probability, the curve and its band miss their crossings."""
    total = 0.0
    for crossing in wanted:
        values = bands[crossing.curve]
        if crossing.day is None:
            total += max(crossing.level + MARGIN - values[-1], 0.0)
            continue
        i = int(np.searchsorted(days, crossing.day))
        total += max(values[i] - crossing.level + MARGIN, 0.0)
        if i:
            total += max(crossing.level + MARGIN - values[i - 1], 0.0)
    return total


def compare(day, event, treated):
    """Return log hazard ratio, its standard error and the log-rank z of treated v control.

    The partial likelihood of one binary covariate without ties, by Newton's method. A negative z
    is a benefit of the treated.
    """
    order = np.argsort(day, kind="stable")
    is_treated = treated[order].astype(float)
    happened = event[order]
    treated_risk = np.cumsum(is_treated[::-1])[::-1][happened]
    all_risk = np.arange(len(day), 0, -1.0)[happened]
    observed = is_treated[happened].sum()
    share = treated_risk / all_risk
    variance = (share * (1 - share)).sum()
    z = (observed - share.sum()) / np.sqrt(variance)
    beta = (observed - share.sum()) / variance  # the log-rank estimate, a near start
    for _ in range(12):
        weight = treated_risk * np.exp(beta)
        share = weight / (weight + all_risk - treated_risk)
        information = (share * (1 - share)).sum()
        step = (observed - share.sum()) / information
        beta += step
        if abs(step) < 1e-11:
            break
    return beta, 1 / np.sqrt(information), z


def ratio_misses(result, wanted, tail):
    """Return by how much a comparison misses the printed hazard ratio, its limits and z.

    ``wanted`` holds (lowest, highest) of log hazard ratio and its limits that round to the print;
    ``tail`` (lowest, highest) z whose one-sided p rounds to the printed p, or None.
    """
    beta, error, z = result
    total = 4 * outside(beta, *wanted[0])
    total += outside(beta - Z * error, *wanted[1]) + outside(beta + Z * error, *wanted[2])
    if tail is not None:
        total += outside(z, *tail)
    return total


class Fit:
    """The state of the fit and what each change costs, term by term."""

    def __init__(self, times, stratum, terms):
        self.times, self.stratum, self.terms = times, stratum, terms
        self.values = {name: 0.0 for name in terms}
        self.touched = set(ARMS)
        self.taken = set(times.day[times.day < HORIZON].tolist())
        self.free = np.concatenate([times.block[stratum, arm] for arm in ARMS])
        self.free = self.free[~times.fixed[self.free]]
        self.arm_of = {int(i): arm for (_, arm), rows in times.block.items() for i in rows}

    def energy(self):
        """Return the sum of all terms, computing again those of the arms last touched."""
        for name, (arms, cost) in self.terms.items():
            if self.touched & arms:
                self.values[name] = cost(self.times)
        return sum(self.values.values())

    def propose(self, rng):
        """Move one patient's last day, or change how they left; return how to take it back."""
        patient = int(self.free[rng.integers(len(self.free))])
        times, old_values = self.times, dict(self.values)
        old_day, old_event = int(times.day[patient]), bool(times.event[patient])
        day, event = self._change(rng, old_day, old_event)
        if day < HORIZON and day != old_day and day in self.taken:
            return None
        self.touched = {self.arm_of[patient]}
        self._put(patient, old_day, day, event)

        def undo():
            self._put(patient, day, old_day, old_event)
            self.values = old_values

        return undo

    def _put(self, patient, old_day, day, event):
        self.times.day[patient], self.times.event[patient] = day, event
        self.taken.discard(old_day)
        if day < HORIZON:
            self.taken.add(day)

    @staticmethod
    def _change(rng, day, event):
        draw = rng.random()
        if draw < 0.6 and day < HORIZON:
            reach = 12 if draw < 0.3 else 120
            day += int(rng.integers(-reach, reach + 1))
        else:
            day = int(rng.integers(FIRST_VISIT, HORIZON))
        if draw > 0.8:
            event = not event
        elif draw > 0.7:
            return HORIZON, False
        earliest = FIRST_EVENT if event else FIRST_VISIT
        return min(max(day, earliest), HORIZON - 1), event


def rounds_to(text):
    """Return the interval of numbers that are printed as ``text``."""
    decimals = len(text.partition(".")[2])
    half = 0.5 * 10**-decimals
    return float(text) - half, float(text) + half


def log_interval(text):
    """Return (lowest, highest) log of the ratios printed as ``text``, off the rounding edges."""
    inside = 10.0 ** -len(text.partition(".")[2]) / 10
    low, high = rounds_to(text)
    return math.log(low + inside), math.log(high - inside)


def tail_target(value):
    """Return (lowest, highest) z whose one-sided p is printed so; benefit is negative."""
    low, high = rounds_to(value.text)
    return NORMAL.inv_cdf(low), NORMAL.inv_cdf(high)


def ratio_targets(table):
    """Return contrast -> (hazard ratio and limits, z) for Table 2A or 2B.

    The abstract of 2015 prints two of the early ratios to three decimals; those are aimed at.
    """
    whole = table == "T2A"
    targets = {}
    for contrast in ("25", "50", "tot"):
        value = published(f"K19.{table}.hr.{contrast}")
        wanted = [log_interval(text) for text in (value.text, value.lower_text, value.upper_text)]
        if not whole and contrast != "tot":
            wanted[0] = log_interval(published(f"AAN15.hr.{contrast}").text)
        tail = None
        if contrast != "25":
            suffix = ".crude" if whole else ""
            tail = tail_target(published(f"K19.{table}.p.tte.{contrast}{suffix}"))
        targets[contrast] = tuple(wanted), tail
    return targets


def members(times, population, contrast):
    """Return the rows of a population's placebo and treated patients, and who is treated."""
    arms = ("25", "50") if contrast == "tot" else (contrast,)
    strata = ("early", "late") if population == "all" else (population,)
    control = np.concatenate([times.block[s, "plc"] for s in strata])
    treated = np.concatenate([times.block[s, arm] for arm in arms for s in strata])
    rows = np.concatenate([control, treated])
    return rows, np.arange(len(rows)) >= len(control)


def curve_term(times, population, arm, wanted):
    """Return (arms it depends on, cost) for one arm's Kaplan-Meier quartiles and intervals."""
    strata = ("early", "late") if population == "all" else (population,)
    rows = np.concatenate([times.block[s, arm] for s in strata])

    def cost(times):
        days, bands, _ = curve(times.day[rows], times.event[rows])
        return 3 * misses(days, bands, wanted)  # a quartile that is not exact is plainly wrong

    return {arm}, cost


def share_term(times, stratum):
    """Return (arms, cost) for the printed share of placebo patients with an event by week 182."""
    value = published(f"K19.disc.ev.{stratum}")
    share, half = value.value / 100, (value.upper - value.lower) / 200
    rows = times.block[stratum, "plc"]

    def cost(times):
        _, bands, greenwood = curve(times.day[rows], times.event[rows])
        last = bands["estimate"][-1]
        width = Z * last * np.sqrt(greenwood[-1])
        # The early interval is not centred on its share in print, so it counts for less.
        return 2 * outside(1 - last, share - 3e-4, share + 3e-4) + 0.2 * outside(
            width, half - 4e-4, half + 4e-4
        )

    return {"plc"}, cost


def ratio_term(times, population, contrast, wanted, tail):
    """Return (arms, cost) for one hazard ratio."""
    rows, treated = members(times, population, contrast)
    arms = {"plc", "25", "50"} if contrast == "tot" else {"plc", contrast}

    def cost(times):
        return ratio_misses(compare(times.day[rows], times.event[rows], treated), wanted, tail)

    return arms, cost


def withdrawal_term(rows, fewest, most):
    """Return (arms, cost) for the number of patients who leave early without an event."""

    def cost(times):
        left = (times.day[rows] < HORIZON) & ~times.event[rows]
        return 0.01 * outside(int(left.sum()), fewest, most)

    return set(ARMS), cost


def terms_of(times, stratum):
    """Return every term of one stage: Table 2B for the early, Table 2A for the late stage."""
    population, table = ("early", "T2B") if stratum == "early" else ("all", "T2A")
    terms = {}
    for arm in ARMS:
        terms["curve", arm] = curve_term(times, population, arm, crossings(table, arm))
    for contrast, (wanted, tail) in ratio_targets(table).items():
        terms["ratio", contrast] = ratio_term(times, population, contrast, wanted, tail)
    terms["share"] = share_term(times, stratum)
    if stratum == "early":
        rows = np.concatenate([times.block["early", arm] for arm in ARMS])
        terms["withdrawn"] = withdrawal_term(rows, *WITHDRAWN_EARLY)
        return terms
    terms["withdrawn"] = withdrawal_term(np.arange(len(times.day)), WITHDRAWN, WITHDRAWN)
    anything = (-9.0, 9.0)
    for contrast, limits in LATE_RATIOS.items():
        wanted = (tuple(map(math.log, limits)), anything, anything)
        terms["late ratio", contrast] = ratio_term(times, "late", contrast, wanted, None)
    return terms


def anchors(stratum, arm):
    """Return the event days that must be there: each printed quartile and limit is an event day."""
    days = {table: {c.day for c in crossings(table, arm) if c.day} for table in ("T2A", "T2B")}
    return sorted(days["T2B"] if stratum == "early" else days["T2A"] - days["T2B"])


def start(rng):
    """Return a first draft: the anchored events, and everybody else at random."""
    times = Times(np.zeros(0, int), np.zeros(0, bool), {}, np.zeros(0, bool))
    unused = np.arange(FIRST_EVENT, HORIZON)
    unused = unused[np.argsort(rng.random(len(unused)), kind="stable")].tolist()
    pinned = {day for s in SIZES for arm in ARMS for day in anchors(s, arm)}
    unused = [day for day in unused if day not in pinned]
    days, events, fixed = [], [], []
    for stratum, sizes in SIZES.items():
        for arm, size in zip(ARMS, sizes, strict=True):
            times.block[stratum, arm] = np.arange(len(days), len(days) + size)
            first = [(day, True, True) for day in anchors(stratum, arm)]
            if (stratum, arm) == ("early", "50"):
                first.append((NO_VISIT_DAY, False, True))
            for _ in range(size - len(first)):
                draw = rng.random()
                last = HORIZON if draw < 0.22 else unused.pop()
                first.append((last, bool(draw > 0.52), False))
            days += [day for day, _, _ in first]
            events += [event for _, event, _ in first]
            fixed += [hold for _, _, hold in first]
    times.day, times.event, times.fixed = np.array(days), np.array(events), np.array(fixed)
    return times


def fit_times(rngs, report=print):
    """Return ``Times`` fitted to Table 2, and report what is still missed.

    ``rngs`` has a generator for each stage, "early" and "late".
    """
    times = start(rngs["early"])
    for stratum in SIZES:
        fit = Fit(times, stratum, terms_of(times, stratum))
        for steps, hot, cold in COOLING:
            missed = anneal(rngs[stratum], steps, hot, cold, fit.propose, fit.energy)
        left = {name: round(float(value), 4) for name, value in fit.values.items() if value}
        report(f"times, {stratum}: missed {missed:.4f} {left}")
    return times
