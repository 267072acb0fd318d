"""Measure how often nothing looks like something: ``python tools/familywise.py [--check]``.

Simulates trials of a drug that does nothing, takes every family of looks in each of them, and
writes ``data/benchmarks/familywise.csv``, which the page *How often nothing looks like something*
shows. ``--check`` runs fewer trials, with another seed, and says whether the committed file is
what such a run gives.

Beside our figures stand those of an earlier, separate program, where there are any. It printed
them rounded, from 40,000 trials.
"""

import argparse
import csv
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from secondlook.cohort import load
from secondlook.fishing import (
    ENDPOINTS,
    EVERYONE,
    AsGood,
    Forests,
    Interactions,
    Look,
    Shuffle,
    as_good_as_simulated,
    cut_point_subgroups,
    event_days,
    factor_levels,
    forests_simulated,
    independent_tests,
    interactions,
    looks,
    shrink_to_each_other,
    shrink_to_no_effect,
    shuffle,
    simulated,
)
from secondlook.sequential import classical
from secondlook.simulate import World, simulate
from secondlook.survival import logrank

FILE = Path(__file__).resolve().parents[1] / "data" / "benchmarks" / "familywise.csv"
COLUMNS = (
    "table",
    "what",
    "level",
    "ours",
    "se",
    "n",
    "earlier",
    "earlier_se",
    "difference_in_se",
    "reason",
    "seed",
)
TRIALS, SEED = 40_000, 20190618
CHECK_TRIALS, CHECK_SEED = 2_000, 7
BLOCK = 500
FURTHEST = 4  # standard errors
EARLIER_TRIALS = 40_000

TIME, FRS = ENDPOINTS
LEVELS = {"two-sided 5%": (0.05, 2), "one-sided 2.5%": (0.025, 1), "one-sided 1%": (0.01, 1)}
MONTHS = range(6, 25)
NAMED = "12 months or less"
FIVE = ("sex", "age", "riluzole", "diagnosis", "early")
SMALLEST, FEWER = "not on riluzole", "four fifths of those not on riluzole"
TEN = [name for factor in FIVE for name in factor_levels()[factor]]
PUBLISHED = {"hr": 0.57, "p": 0.01}  # K19.T2B.hr.tot and K19.T2B.p.tte.tot

# What the earlier program printed, level by level in the order of LEVELS.
EARLIER_FAMILIES = {
    "one test, of the main endpoint": ".050 .028 .011",
    "two contrasts": ".073 .039 .017",
    "two endpoints": ".087 .046 .019",
    "two endpoints, two contrasts": ".126 .065 .029",
    "5 subgroups": ".198 .112 .052",
    "10 subgroups, both levels of five factors": ".310 .177 .087",
    "20 subgroups": ".477 .280 .148",
    "20 subgroups, two endpoints, two contrasts": ".807 .496 .291",
    "cut-point searched, early side": ".264 .156 .081",
    "cut-point searched, either side": ".387 .235 .125",
    "both endpoints in the same one of 20 subgroups": ".150 .082 .028",
}
EARLIER_FINDS = {
    "as good as published, in the named subgroup": ".010",
    "as good as published, in some of 20 subgroups": ".138",
    "as good as published, with cut-points too": ".199",
    "the same on both endpoints, in the named subgroup": ".0012",
    "the same on both endpoints, in some of 20 subgroups": ".026",
}
ONE_STEP = ", by the one-step estimate"
BEST = "mean hazard ratio of the best of 20 subgroups"
SMALLER = ", 8% in the smallest in place of 10%"
EARLIER = {
    ("independent tests that 20 subgroups act like", "two-sided 5%"): "13",
    ("independent tests that 20 subgroups act like", "one-sided 1%"): "16",
    ("the side chosen afterwards", "one-sided 5%"): ".102",
    ("three looks in time, unadjusted", "two-sided 5%"): ".109",
    ("three looks in time, O'Brien-Fleming", "two-sided 5%"): ".052",
    ("mean hazard ratio of one subgroup", ""): "1.02",
    ("mean hazard ratio of the best of 5 subgroups", ""): ".81",
    ("mean hazard ratio of the best of 10 subgroups", ""): ".75",
    (BEST, ""): ".66",
    (BEST + SMALLER, ""): ".66",
    ("interaction test, early or late", "two-sided 5%"): ".050",
    ("interaction test of any of five factors", "two-sided 5%"): ".23",
    ("one level significant, the other not: any of five factors", "two-sided 5%"): ".29",
    ("hazard ratio 0.75 in all: only one of early, late significant", "two-sided 5%"): ".38",
    ("hazard ratio 0.75 in all: interaction test of early, late", "two-sided 5%"): ".06",
} | {
    (what, level): printed
    for what, row in EARLIER_FAMILIES.items()
    for level, printed in zip(LEVELS, row.split(), strict=True)
}
for what, printed in EARLIER_FINDS.items():
    EARLIER |= {(what, ""): printed, (what + ONE_STEP, ""): printed}
# Rows that may lie further from the earlier program's, and why.
REASONS = {
    (what, ""): "Cox's ratio, as the paper printed; the earlier figures fit the one-step estimate"
    for what in EARLIER_FINDS
} | {(BEST, ""): "the smallest subgroup decides it, and the earlier program's size was not printed"}


@dataclass(frozen=True)
class Measure:
    """One figure of ours with its Monte Carlo standard error, from n trials."""

    table: str
    what: str
    level: str
    ours: float
    se: float
    n: int


def main(argv=None) -> int:
    """Write the file, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare a smaller run with the file")
    parser.add_argument("--trials", type=int, help=f"{TRIALS:,}, or {CHECK_TRIALS:,} with --check")
    options = parser.parse_args(argv)
    if options.check:
        wrong = check(measured(options.trials or CHECK_TRIALS, CHECK_SEED), committed())
        print("\n".join(wrong) or f"{FILE.name} is what a new run gives")
        return 1 if wrong else 0
    write(measured(options.trials or TRIALS, SEED), SEED)
    return 0


def committed() -> list[dict[str, str]]:
    """The rows of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(measures: list[Measure], seed: int) -> None:
    """Write the file, with the earlier program's figures beside ours."""
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for measure in measures:
            writer.writerow(row(measure, seed))


def row(measure: Measure, seed: int) -> dict[str, str]:
    """A line of the file."""
    key = (measure.what, measure.level)
    printed = "" if measure.table == "shuffled" else EARLIER.get(key, "")
    line = {
        "table": measure.table,
        "what": measure.what,
        "level": measure.level,
        "ours": f"{measure.ours:.5f}",
        "se": f"{measure.se:.5f}",
        "n": str(measure.n),
        "earlier": printed,
        "reason": REASONS.get(key, ""),
        "seed": str(seed),
    }
    if printed:
        se = earlier_se(float(printed), measure)
        beyond = max(0.0, abs(measure.ours - float(printed)) - half_unit(printed))
        distance = math.copysign(beyond / math.hypot(se, measure.se), measure.ours - float(printed))
        line |= {"earlier_se": f"{se:.5f}", "difference_in_se": f"{distance:.1f}"}
    return line


def earlier_se(printed: float, measure: Measure) -> float:
    """Standard error of the earlier program's figure, which was not printed: its trials were."""
    if printed < 1 and measure.table != "ratios":
        return math.sqrt(printed * (1 - printed) / EARLIER_TRIALS)
    return measure.se * math.sqrt(measure.n / EARLIER_TRIALS)


def half_unit(printed: str) -> float:
    """What rounding may have taken from, or added to, a printed number."""
    return 0.5 * 10.0 ** -len(printed.partition(".")[2])


def check(measures: list[Measure], rows: list[dict[str, str]]) -> list[str]:
    """What differs between a new run and the rows of the file, in words."""
    wrong = []
    known = {(each["table"], each["what"], each["level"]): each for each in rows}
    found = {(each.table, each.what, each.level): each for each in measures}
    for key in known.keys() ^ found.keys():
        wrong.append(f"{' '.join(key)}: in the file or in the run, but not in both")
    for key in known.keys() & found.keys():
        new, old = found[key], known[key]
        # The error of a share is itself poorly known where the run holds few of the events.
        se = math.hypot(float(old["se"]) * math.sqrt(int(old["n"]) / new.n), float(old["se"]))
        if abs(new.ours - float(old["ours"])) > FURTHEST * se + 2 / new.n:
            wrong.append(f"{' '.join(key)}: {new.ours:.4f}, but the file has {old['ours']}")
    return sorted(wrong)


# --- the trials


def measured(trials: int, seed: int) -> list[Measure]:
    """Simulate the trials and take all the figures from them."""
    nothing, uniform, shuffled = np.random.default_rng(seed).spawn(3)
    catch = Catch.of(World.load("nothing_works"), trials, nothing)
    better = World.load("nothing_works").with_effect({"25 mg": 0.75, "50 mg": 0.75})
    halves = _uniform(better, trials, uniform)
    return [*catch.measures(), *_halves(halves), *_shuffles(10 * trials, shuffled)]


def blocks(world: World, trials: int, rng: np.random.Generator) -> Iterator:
    """Simulated trials, a block at a time."""
    for first in range(0, trials, BLOCK):
        yield simulate(world, min(BLOCK, trials - first), rng)


@dataclass(frozen=True)
class Catch:
    """What every family of looks found in simulated trials of a drug that does nothing."""

    looks: Shuffle
    cuts: Shuffle
    in_time: Shuffle
    forests: Forests
    good: AsGood
    good_with_cuts: AsGood
    one_step: AsGood
    one_step_with_cuts: AsGood
    subgroups: tuple[str, ...]

    @classmethod
    def of(cls, world: World, trials: int, rng: np.random.Generator) -> "Catch":
        """Take all looks, a block of trials at a time."""
        names = tuple(name for levels in factor_levels().values() for name in levels)
        days, parts = None, []
        for block in blocks(world, trials, rng):
            if days is None:
                days = (
                    *event_days({"days": block.time, "event": block.event}, (1 / 3, 2 / 3)),
                    None,
                )
            parts.append(cls._block(block, names, days))
        joined = (
            kind.joined(column)
            for kind, column in zip(
                (Shuffle, Shuffle, Shuffle, Forests, AsGood, AsGood, AsGood, AsGood),
                zip(*parts, strict=True),
                strict=True,
            )
        )
        return cls(*joined, names)

    @staticmethod
    def _block(trials, names, days):
        onset = {"months_from_onset": trials.months_from_onset}
        cuts = cut_point_subgroups(onset, MONTHS, "either")
        good = {"named": NAMED, "members": cuts, **PUBLISHED}
        all_ = list(dict.fromkeys((*names, *cuts)))
        return (
            simulated(trials, looks(ENDPOINTS, ["pooled", "50 mg"], [EVERYONE, *names])),
            simulated(trials, looks([TIME], ["pooled"], cuts), members=cuts),
            simulated(trials, looks([TIME], ["pooled"], [EVERYONE], days)),
            forests_simulated(trials, [*names, FEWER], "pooled", members=_fewer(trials)),
            as_good_as_simulated(trials, names, **good),
            as_good_as_simulated(trials, all_, **good),
            _one_step(trials, names, cuts),
            _one_step(trials, all_, cuts),
        )

    def measures(self) -> Iterator[Measure]:
        """All figures of trials in which nothing works."""
        yield from self._families()
        yield from self._other_ways()
        yield from self._as_good()
        yield from self._winners()
        yield from self._interactions()

    def _families(self):
        names, early = self.subgroups, len(MONTHS)
        two = ["pooled", "50 mg"]
        families = {
            "one test, of the main endpoint": looks([TIME], ["pooled"], [EVERYONE]),
            "two contrasts": looks([TIME], two, [EVERYONE]),
            "two endpoints": looks(ENDPOINTS, ["pooled"], [EVERYONE]),
            "two endpoints, two contrasts": looks(ENDPOINTS, two, [EVERYONE]),
            "5 subgroups": looks([TIME], ["pooled"], names[:5]),
            "10 subgroups, both levels of five factors": looks([TIME], ["pooled"], TEN),
            "20 subgroups": looks([TIME], ["pooled"], names),
            "20 subgroups, two endpoints, two contrasts": looks(ENDPOINTS, two, names),
        }
        for what, chosen in families.items():
            yield from _at_each_level(what, self.looks.only(chosen))
        for what, cuts in (("early", self.cuts.looks[:early]), ("either", self.cuts.looks)):
            yield from _at_each_level(f"cut-point searched, {what} side", self.cuts.only(cuts))
        what = "both endpoints in the same one of 20 subgroups"
        both = [self.looks.only(looks([each], ["pooled"], names)) for each in ENDPOINTS]
        for level, (alpha, sides) in LEVELS.items():
            hit = both[0].found(alpha, sides) & both[1].found(alpha, sides)
            yield _share("families", what, level, hit.any(axis=1))

    def _other_ways(self):
        subgroups = self.looks.only(looks([TIME], ["pooled"], self.subgroups))
        for level in ("two-sided 5%", "one-sided 1%"):
            share, se = (f(*LEVELS[level]) for f in (subgroups.familywise, subgroups.familywise_se))
            alpha = LEVELS[level][0]
            tests = independent_tests(share, alpha)
            slope = 1 / ((1 - share) * -math.log1p(-alpha))
            what = "independent tests that 20 subgroups act like"
            yield Measure("tests", what, level, tests, se * slope, len(subgroups.z))
        one = self.looks.only([Look(TIME, "pooled")])
        level = "the side chosen afterwards", "one-sided 5%"
        yield _share("other", *level, one.found(0.05, "either").any(axis=1))
        stops = classical((1 / 3, 2 / 3, 1), alpha=0.05, sides=2, delta=0).nominal_p
        for how, alpha in (("unadjusted", 0.05), ("O'Brien-Fleming", stops)):
            found = self.in_time.found(alpha, 2).any(axis=1)
            yield _share("other", f"three looks in time, {how}", "two-sided 5%", found)

    def _as_good(self):
        yield from _finds(self.good, self.good_with_cuts, "")
        yield from _finds(self.one_step, self.one_step_with_cuts, ONE_STEP)

    def _winners(self):
        one = "mean hazard ratio of one subgroup"
        yield _mean("ratios", one, self.forests.first(1).best_hr)
        for chosen in (self.subgroups[:5], TEN, self.subgroups):
            best = self.forests.only(chosen).best_hr
            what = f"mean hazard ratio of the best of {len(chosen)} subgroups"
            yield _mean("ratios", what, best)
        others = [name for name in self.forests.subgroups if name != SMALLEST]
        yield _mean("ratios", BEST + SMALLER, self.forests.only(others).best_hr)
        every = self.forests.only(self.subgroups)
        drawn = {
            "drawn towards the factor's other level": shrink_to_each_other(every),
            "drawn towards no effect by a sceptic": shrink_to_no_effect(every),
        }
        for how, shrunk in drawn.items():
            best = shrunk.hr[np.arange(len(shrunk.hr)), every.best]
            yield _mean("ratios", f"the best of 20 subgroups, {how}", best)

    def _interactions(self):
        test = interactions(self.forests, FIVE)
        found, split = test.found(0.05), test.one_but_not_all(0.05, 2)
        at, level = FIVE.index("early"), "two-sided 5%"
        rows = {
            "interaction test, early or late": found[:, at],
            "interaction test of any of five factors": found.any(axis=1),
            "one level significant, the other not: early or late": split[:, at],
            "one level significant, the other not: any of five factors": split.any(axis=1),
        }
        for what, hit in rows.items():
            yield _share("interactions", what, level, hit)


def _fewer(trials) -> dict[str, np.ndarray]:
    """The smallest subgroup without every fifth patient."""
    groups = trials.subgroups()
    smallest = groups.member[:, :, groups.names.index(SMALLEST)]
    return {FEWER: smallest & (np.arange(smallest.shape[1]) % 5 > 0)}


def _one_step(trials, names, cuts) -> AsGood:
    """Finds by exp((O − E) / V) in place of Cox's ratio, which is nearer 1 with 2:1 arms."""
    groups = trials.subgroups()
    known = dict(zip(groups.names, np.moveaxis(groups.member, 2, 0), strict=True)) | cuts
    member = np.stack([known[name] for name in names], axis=2)
    test = logrank(trials.time, trials.event, trials.arm > 0, member)
    ratio = np.exp(np.divide(test.observed - test.expected, test.variance, where=test.variance > 0,
                             out=np.full(test.variance.shape, np.nan)))  # fmt: skip
    find = (ratio <= PUBLISHED["hr"]) & (test.p_one_sided <= PUBLISHED["p"])
    other = simulated(trials, looks([FRS], ["pooled"], names), members=cuts)
    both = find & other.found(PUBLISHED["p"], 1)
    at = names.index(NAMED)
    hits = (find[:, at], find.any(axis=1), both[:, at], both.any(axis=1))
    return AsGood(*(float(hit.mean()) for hit in hits), len(find))


def _finds(few: AsGood, many: AsGood, how: str):
    shares = {
        "as good as published, in the named subgroup": few.named,
        "as good as published, in some of 20 subgroups": few.somewhere,
        "as good as published, with cut-points too": many.somewhere,
        "the same on both endpoints, in the named subgroup": few.both_named,
        "the same on both endpoints, in some of 20 subgroups": few.both_somewhere,
        "the same on both endpoints, with cut-points too": many.both_somewhere,
    }
    for what, share in shares.items():
        yield Measure("finds", what + how, "", share, few.se(share), few.n)


def _uniform(world, trials, rng) -> Interactions:
    levels = factor_levels()["early"]
    parts = (forests_simulated(block, levels, "pooled") for block in blocks(world, trials, rng))
    return interactions(Forests.joined(parts), ["early"])


def _halves(test: Interactions):
    all_ = "hazard ratio 0.75 in all: "
    split = test.one_but_not_all(0.05, 2)[:, 0]
    rows = {
        "only one of early, late significant": split,
        "interaction test of early, late": test.found(0.05)[:, 0],
    }
    for what, hit in rows.items():
        yield _share("interactions", all_ + what, "two-sided 5%", hit)


def _shuffles(n, rng):
    """The same families by shuffling one cohort, the twin: a permutation test."""
    twin = load("e0302")
    names = [name for levels in factor_levels().values() for name in levels]
    every = shuffle(twin, looks([TIME], ["pooled"], [EVERYONE, *names]), n, rng)
    for what, chosen in (
        ("one test", every.looks[:1]),
        ("20 subgroups", every.looks[1:]),
    ):
        yield from _at_each_level(what, every.only(chosen), "shuffled")


def _at_each_level(what, found: Shuffle, table="families"):
    for level, (alpha, sides) in LEVELS.items():
        yield _share(table, what, level, found.found(alpha, sides).any(axis=1))


def _share(table, what, level, hit) -> Measure:
    share = float(hit.mean())
    return Measure(table, what, level, share, math.sqrt(share * (1 - share) / len(hit)), len(hit))


def _mean(table, what, values) -> Measure:
    values = values[np.isfinite(values)]
    se = float(values.std() / math.sqrt(len(values)))
    return Measure(table, what, "", float(values.mean()), se, len(values))


if __name__ == "__main__":
    sys.exit(main())
