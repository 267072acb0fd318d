"""The labs of chapter 4: the fishing rig, the best of the null, the missing half, the cut-point.

Each wires published values, the synthetic twin and the functions of ``fishing`` and ``forensics``
to a picture. In all but the missing half the arms' labels are shuffled, so the drug does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook import fishing, forensics
from secondlook.cohort import load
from secondlook.evidence import published
from secondlook.figures import subgroup as pictures
from secondlook.figures.style import Picture
from secondlook.figures.subgroup import ForestRow, p_words
from secondlook.fishing import BestOfNull, CutPoints, Look, Shuffle
from secondlook.forensics import Estimate
from secondlook.labs.controls import Choice, Slider, Switch
from secondlook.labs.lab import Lab, Recipe
from secondlook.simulate import World, simulate
from secondlook.survival import cox

SHUFFLES = 2000
NULL_TRIALS = 400  # whole forests, with a Cox model in each row, cost more than one shuffled look
NAMED = "12 months or less"
MONTHS = tuple(range(6, 25))
_PATH = 8  # settings a reader can still tell apart in one picture

LEVELS = {
    "two-5": ("two-sided 5%", 0.05, 2),
    "one-2.5": ("one-sided 2.5%", 0.025, 1),
    "one-1": ("one-sided 1%", 0.01, 1),
}
_LEVEL_WORDS = {key: words for key, (words, _, _) in LEVELS.items()}
_CONTRAST_WORDS = {
    "pooled": "both doses v placebo",
    "50 mg": "50 mg v placebo",
    "25 mg": "25 mg v placebo",
}
# An ordinary seed: its error rates lie within a standard error of those of 20,000 shuffles.
_SEED = Slider("seed", "Seed of the shuffles", 1, 99, 53, more=True)


@lru_cache(maxsize=1)
def _twin():
    return load("e0302")


# ---------------------------------------------------------------- the fishing rig


@dataclass(frozen=True)
class Catch:
    """What a plan of looks finds in trials of a drug that does nothing."""

    shuffle: Shuffle
    level: str
    alpha: float
    sides: int
    chance: np.ndarray  # family-wise error of the first 1, 2, … looks
    path: tuple[tuple[int, float], ...]  # plans the learner has tried: (looks, chance)
    taken: tuple[tuple[int, ...], ...]  # the same plans as ways through the tree of choices

    @property
    def looks(self) -> int:
        return len(self.shuffle.looks)

    @property
    def familywise(self) -> float:
        return self.shuffle.familywise(self.alpha, self.sides)


class _Path:
    """The plans a learner has tried; a slider moved by one step is still the same choice."""

    def __init__(self):
        self._steps: list[tuple[int, tuple, tuple[int, float]]] = []

    def step(self, subgroups: int, rest: tuple, point: tuple[int, float]) -> None:
        if self._steps:
            before, others, _ = self._steps[-1]
            if others == rest and abs(before - subgroups) <= 1:
                self._steps.pop()
        self._steps = [step for step in self._steps if step[2] != point][1 - _PATH :]
        self._steps.append((subgroups, rest, point))

    def points(self) -> tuple[tuple[int, float], ...]:
        return tuple(point for _, _, point in self._steps)

    def ways(self) -> tuple[tuple[int, ...], ...]:
        """The plans as ways through the tree, each once, the present one last."""
        ways = [_way(subgroups, *rest) for subgroups, rest, _ in self._steps]
        return tuple(reversed(dict.fromkeys(reversed(ways))))


_ENDPOINTS = {
    "time": ("time to event", ("time to event",)),
    "function": ("ALSFRS-R", ("ALSFRS-R",)),
    "both": ("both, counted apart", ("time to event", "ALSFRS-R")),
}
_CONTRASTS = {
    "1": ("both doses pooled v placebo", ("pooled",)),
    "2": ("pooled; 50 mg", ("pooled", "50 mg")),
    "3": ("pooled; 50 mg; 25 mg", ("pooled", "50 mg", "25 mg")),
}


# The choices a plan is made of, as the tree shows them; subgroups in handfuls.
_HANDFULS = (0, 5, 10, 20)
_FORKS = (
    ("endpoint", ("time", "ALSFRS-R", "both")),
    ("contrasts", ("one", "two", "three")),
    ("subgroups", ("none", "1 to 5", "6 to 10", "11 to 20")),
    ("cut-point", ("not searched", "searched")),
    ("level, sides", ("5%, two", "2.5%, one", "1%, one")),
)


def _way(subgroups, endpoints, contrasts, cut_points, level, seed) -> tuple[int, ...]:
    """A plan as the place of its option at each fork of the tree."""
    return (
        list(_ENDPOINTS).index(endpoints),
        list(_CONTRASTS).index(contrasts),
        next(place for place, most in enumerate(_HANDFULS) if subgroups <= most),
        int(cut_points),
        list(LEVELS).index(level),
    )


@lru_cache(maxsize=2)
def _all_looks(seed: int) -> Shuffle:
    """Every look the rig can take, shuffled once; a plan then only picks columns."""
    twin = _twin()
    cuts = fishing.cut_point_subgroups(twin, MONTHS)
    names = [fishing.EVERYONE, *fishing.subgroups(twin), *(c for c in cuts if c != NAMED)]
    every = fishing.looks(fishing.ENDPOINTS, fishing.CONTRASTS, names)
    return fishing.shuffle(twin, every, SHUFFLES, np.random.default_rng(seed), members=cuts)


def _plan(endpoints: str, contrasts: str, subgroups: int, cut_points: bool) -> tuple[Look, ...]:
    names = list(fishing.subgroups(_twin()))[:subgroups] or [fishing.EVERYONE]
    if cut_points:
        cuts = fishing.cut_point_subgroups(_twin(), MONTHS)
        names += [name for name in cuts if name not in names]
    return fishing.looks(_ENDPOINTS[endpoints][1], _CONTRASTS[contrasts][1], names)


def fishing_rig() -> Lab:
    """Return the lab *Fishing rig*: how often a useless drug is 'significant' somewhere.

    Examples
    --------
    >>> lab = fishing_rig()
    >>> lab.set(subgroups=0).result.looks
    1
    """
    walked = _Path()

    def compute(endpoints, contrasts, subgroups, cut_points, level, seed) -> Catch:
        words, alpha, sides = LEVELS[level]
        plan = _plan(endpoints, contrasts, subgroups, cut_points)
        caught = _all_looks(seed).only(plan)
        chance = caught.climb(alpha, sides)
        rest = (endpoints, contrasts, cut_points, level, seed)
        walked.step(subgroups, rest, (len(plan), float(chance[-1])))
        return Catch(caught, words, alpha, sides, chance, walked.points(), walked.ways())

    return Lab(
        "fishing-rig",
        [
            Choice("endpoints", "Endpoints", _words(_ENDPOINTS), "time"),
            Choice("contrasts", "Contrasts with placebo", _words(_CONTRASTS), "1"),
            Slider("subgroups", "Subgroups looked at", 0, 20, 20, unit="0 = everyone at once"),
            Switch("cut_points", "Also search the cut-point, 6 to 24 months since onset"),
            Choice("level", "A look counts if it passes", _LEVEL_WORDS, "two-5"),
            _SEED,
        ],
        {
            "One honest look": _rig("time", "1", 0),
            "Two endpoints, two contrasts": _rig("both", "2", 0),
            "20 subgroups": _rig("time", "1", 20),
            "All 80 looks": _rig("both", "2", 20),
        },
        Recipe(compute, _rig_sentence, _rig_picture, _rig_numbers),
    )


def _rig(endpoints: str, contrasts: str, subgroups: int) -> dict:
    return {
        "endpoints": endpoints,
        "contrasts": contrasts,
        "subgroups": subgroups,
        "cut_points": False,
        "level": "two-5",
    }


def _rig_sentence(catch: Catch, subgroups, cut_points, **_) -> str:
    thing = "subgroup" if subgroups or cut_points else "result"
    looks = _count(catch.looks, "look")
    said = f"With {looks}, {_of_100(catch.familywise)} useless drugs find a 'significant' {thing}"
    if catch.looks == 1:
        return f"{said}."
    tests = fishing.independent_tests(catch.familywise, catch.alpha)
    digits = 0 if tests >= 9.5 else 1
    return f"{said}; the looks act like about {tests:.{digits}f} independent tests."


def _rig_picture(catch: Catch, **_) -> Picture:
    return pictures.fishing(
        catch.chance,
        fishing.independent_familywise(catch.alpha, np.arange(1, catch.looks + 1)),
        catch.shuffle.climb_bonferroni(catch.alpha, catch.sides),
        published("K19.des.plan.alpha").value / 100,
        level=catch.level,
        shuffles=len(catch.shuffle.z),
        path=catch.path,
        forks=_FORKS,
        taken=catch.taken,
    )


def _rig_numbers(catch: Catch, **_) -> list[dict[str, str]]:
    chance, error = catch.familywise, catch.shuffle.familywise_se(catch.alpha, catch.sides)
    independent = fishing.independent_familywise(catch.alpha, catch.looks)
    corrected = catch.shuffle.climb_bonferroni(catch.alpha, catch.sides)[-1]
    tests = fishing.independent_tests(chance, catch.alpha)
    facts = {
        "Looks taken": f"{catch.looks}",
        "Level of each look": catch.level,
        "Chance of at least one false alarm": _percent(chance),
        "Monte Carlo standard error of that chance": _percent(error),
        "The same if the looks were independent": _percent(independent),
        "Independent tests with the same chance": f"{tests:.1f}",
        "Chance if the level is divided by the looks": _percent(corrected),
        "Shuffles of the arm labels": f"{len(catch.shuffle.z):,}",
    }
    return _facts(facts)


# ---------------------------------------------------------------- the best of the null


@dataclass(frozen=True)
class Best:
    """Forest plots of null trials, beside the published subgroup."""

    null: BestOfNull
    trial: int  # from 0
    published: ForestRow

    @property
    def mean_hr(self) -> float:
        """Mean of the best hazard ratios, taken on the log scale."""
        return float(np.exp(np.nanmean(np.log(self.null.best_hr))))


@lru_cache(maxsize=3)
def _null_forests(contrast: str, seed: int) -> BestOfNull:
    rng = np.random.default_rng(seed)
    return fishing.best_of_null(_twin(), _names_first(), contrast, NULL_TRIALS, rng)


def _typical_trial() -> int:
    """Number of the null trial whose best hazard ratio is nearest the median of them all."""
    best = _null_forests("pooled", _SEED.default).best_hr
    return int(np.nanargmin(np.abs(best - np.nanmedian(best)))) + 1


def _names_first() -> list[str]:
    """All subgroups, the published one first, so that it is among any number of them."""
    return sorted(fishing.subgroups(_twin()), key=lambda name: name != NAMED)


def best_of_the_null() -> Lab:
    """Return the lab *Best of the null*: what the best subgroup of a useless drug looks like."""

    def compute(trial, subgroups, contrast, seed) -> Best:
        value = published(_EARLY[contrast])
        return Best(
            _null_forests(contrast, seed).first(subgroups),
            trial - 1,
            ForestRow(
                "published early subgroup", value.value, value.lower, value.upper, "published"
            ),
        )

    return Lab(
        "best-of-the-null",
        [
            Slider("trial", "Null trial number", 1, NULL_TRIALS, _typical_trial()),
            Slider("subgroups", "Subgroups looked at", 1, 20, 20),
            Choice("contrast", "Contrast", _CONTRAST_WORDS, "pooled"),
            _SEED,
        ],
        {
            "Next trial": lambda now: {"trial": now["trial"] % NULL_TRIALS + 1},
            "Only the named subgroup": {"subgroups": 1},
            "5 subgroups": {"subgroups": 5},
            "All 20": {"subgroups": 20},
        },
        Recipe(compute, _best_sentence, _best_picture, _best_numbers),
    )


def _best_row(best: Best) -> tuple[str, float, float]:
    """Name, hazard ratio and p of the best subgroup of the trial shown."""
    null, trial = best.null, best.trial
    name = null.subgroups[null.best[trial]]
    return name, null.best_hr[trial], null.best_p_one_sided[trial]


def _best_sentence(best: Best, subgroups, **_) -> str:
    _, hr, p = _best_row(best)
    one = subgroups == 1
    which = "one subgroup" if one else f"best of {subgroups} subgroups"
    ratio = f"{hr:.2f}" if np.isfinite(hr) else "too extreme to estimate"
    return (
        f"The {which} in this null trial has a hazard ratio of {ratio}, one-sided p {p_words(p)}; "
        f"over {NULL_TRIALS} such trials {'it' if one else 'the best'} averages "
        f"{best.mean_hr:.2f}, and the truth is 1.00."
    )


def _best_picture(best: Best, **_) -> Picture:
    null, at = best.null, best.trial
    rows = [
        ForestRow(name, null.hr[at, k], null.lower[at, k], null.upper[at, k])
        for k, name in enumerate(null.subgroups)
    ]
    return pictures.best_of_null(
        rows, int(null.best[at]), null.best_hr, best.mean_hr, best.published, trial=at + 1
    )


def _best_numbers(best: Best, **_) -> list[dict[str, str]]:
    null, at = best.null, best.trial
    rows = []
    for k, name in enumerate(null.subgroups):
        row = ForestRow(name, null.hr[at, k], null.lower[at, k], null.upper[at, k])
        rows.append(_row(name, row.words, p_words(null.p_one_sided[at, k])))
    rows.append(_row("Best subgroup, mean over null trials (of logs)", f"{best.mean_hr:.2f}", ""))
    rows.append(_row(best.published.label.capitalize(), best.published.words, ""))
    return rows


def _row(what: str, value: str, p: str) -> dict[str, str]:
    return {"What": what, "Hazard ratio (95% interval)": value, "One-sided p": p}


# ---------------------------------------------------------------- the missing half

_EARLY = {"pooled": "K19.T2B.hr.tot", "50 mg": "K19.T2B.hr.50", "25 mg": "K19.T2B.hr.25"}
_WHOLE = {"pooled": "K19.T2A.hr.tot", "50 mg": "K19.T2A.hr.50", "25 mg": "K19.T2A.hr.25"}


_EARLY_P = {"pooled": "K19.T2B.p.tte.tot", "50 mg": "K19.T2B.p.tte.50"}


def _published_p(contrast: str) -> float:
    """The early p in print, one-sided; for 25 mg, which has none, the one its interval implies."""
    if contrast in _EARLY_P:
        return published(_EARLY_P[contrast]).value
    value = published(_EARLY[contrast])
    return forensics.p_from_interval(value.value, value.lower, value.upper).one_sided


@dataclass(frozen=True)
class Halves:
    """Early and whole from print, a late half from the learner, and what follows."""

    early: Estimate
    whole: Estimate
    implied: Estimate  # the late half that print leaves over
    late: Estimate  # the learner's, with the implied half's precision
    both: Estimate  # early and late put together
    print_p: float  # interaction, two-sided, early v implied
    twin_p: float  # interaction, two-sided, in the twin

    @property
    def agrees(self) -> bool:
        """True if the halves give back the whole as it is printed, to two decimals."""
        return f"{self.both.value:.2f}" == f"{self.whole.value:.2f}"


def _estimate(id: str) -> Estimate:
    value = published(id)
    return Estimate(value.value, value.lower, value.upper)


@lru_cache(maxsize=3)
def _twin_interaction_p(contrast: str) -> float:
    twin = _twin()
    arms = ["placebo", *(("25 mg", "50 mg") if contrast == "pooled" else (contrast,))]
    twin = twin[twin["arm"].isin(arms)]
    early = twin["early"].to_numpy(bool)
    fit = cox(
        twin["days"].to_numpy(),
        twin["event"].to_numpy(bool),
        (twin["arm"] != "placebo").to_numpy(),
        np.column_stack([early, ~early]),
    )
    halves = [
        Estimate(*map(float, h)) for h in zip(fit.hr[0], fit.lower[0], fit.upper[0], strict=True)
    ]
    return forensics.interaction(*halves).p_two_sided


def _halves(late: float, contrast: str) -> Halves:
    early, whole = _estimate(_EARLY[contrast]), _estimate(_WHOLE[contrast])
    implied = forensics.complement(whole, early)
    scale = late / implied.value
    yours = Estimate(late, implied.lower * scale, implied.upper * scale)
    return Halves(
        early=early,
        whole=whole,
        implied=implied,
        late=yours,
        both=forensics.combine(early, yours),
        print_p=forensics.interaction(early, implied).p_two_sided,
        twin_p=_twin_interaction_p(contrast),
    )


def _implied_setting(now: dict) -> dict:
    contrast = now["contrast"]
    implied = forensics.complement(_estimate(_WHOLE[contrast]), _estimate(_EARLY[contrast]))
    return {"late": round(implied.value, 2)}


def missing_half() -> Lab:
    """Return the lab *The missing half*: what the late patients must show."""

    early = published(_EARLY["pooled"]).value
    return Lab(
        "missing-half",
        [
            Slider("late", "Late patients' hazard ratio", 0.4, 2.5, early, step=0.01),
            Choice("contrast", "Contrast", _CONTRAST_WORDS, "pooled"),
        ],
        {
            "The same as early": lambda now: {"late": _estimate(_EARLY[now["contrast"]]).value},
            "No effect late": {"late": 1.0},
            "What gives back the whole": _implied_setting,
        },
        Recipe(_halves, _half_sentence, _half_picture, _half_numbers),
        smooth=True,
    )


def _half_sentence(halves: Halves, late, **_) -> str:
    whole, early = halves.whole.value, halves.early.value
    if halves.agrees:
        said = f"A late hazard ratio of {late:.2f} gives back the published whole, {whole:.2f}."
    else:
        way = "lower" if halves.both.value < whole else "higher"
        said = (
            f"With a late hazard ratio of {late:.2f} the halves give {halves.both.value:.2f}, "
            f"{way} than the published {whole:.2f}."
        )
    return (
        f"{said} Whoever believes the early {early:.2f} must say what happened late: about "
        f"{_interval(halves.implied)}. Interaction p: {p_words(halves.print_p)} from print, "
        f"{p_words(halves.twin_p)} in the twin; neither is corrected for choosing this factor."
    )


def _half_picture(halves: Halves, contrast, **_) -> Picture:
    def row(label, estimate, kind):
        return ForestRow(label, estimate.value, estimate.lower, estimate.upper, kind)

    rows = [
        row("Early, published", halves.early, "published"),
        row("Late, yours", halves.late, "yours"),
        row("Both halves together", halves.both, "twin"),
        row("Everyone, published", halves.whole, "published"),
    ]
    words = {"pooled": "both doses"}.get(contrast, contrast)
    return pictures.missing_half(rows, halves.whole.value, contrast=words)


def _half_numbers(halves: Halves, **_) -> list[dict[str, str]]:
    return _facts(
        {
            "Early, published": _interval(halves.early),
            "Late, yours": _interval(halves.late),
            "Both halves together": _interval(halves.both),
            "Everyone, published": _interval(halves.whole),
            "Late, implied by print": _interval(halves.implied),
            "Interaction p, two-sided, from print": p_words(halves.print_p),
            "Interaction p, two-sided, in the twin": p_words(halves.twin_p),
        }
    )


# ---------------------------------------------------------------- the cut-point


@dataclass(frozen=True)
class Cuts:
    """One null trial over all cut-points, and what a search finds in many."""

    months: np.ndarray
    p: np.ndarray  # (cut-points,) of this trial: the smaller of the two sides' if both are tried
    chosen: int
    trial: int  # from 0
    level: str
    alpha: float
    fixed: Shuffle  # the learner's cut only, on the side or sides tested
    search: CutPoints  # every cut, early side
    either: CutPoints  # every cut, both sides

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """Label and share of null trials that find something, for each way of choosing."""
        month = self.months[self.chosen]
        sides = ", either side" if len(self.fixed.looks) > 1 else ""
        return (
            (f"cut fixed at {month:.0f} months{sides}", self.fixed.familywise(self.alpha, 1)),
            ("cut searched, early side", self.search.familywise(self.alpha, 1)),
            ("cut searched, either side", self.either.familywise(self.alpha, 1)),
        )


_WORLD = "nothing_works"
_SOURCES = {
    "twin": "the twin, its labels shuffled",
    "world": "simulated trials, new patients each time",
}


@lru_cache(maxsize=3)
def _cut_searches(source: str, contrast: str, seed: int) -> tuple[CutPoints, CutPoints, np.ndarray]:
    """Early side only, either side, and the p of the latter, of the same null trials."""
    rng = np.random.default_rng(seed)
    if source == "twin":
        either = fishing.cut_points(_twin(), MONTHS, SHUFFLES, rng, contrast, side="either")
    else:
        trials = simulate(World.load(_WORLD), NULL_TRIALS, rng)
        either = fishing.cut_points_simulated(trials, MONTHS, contrast, side="either")
    early = either.subgroups[: len(MONTHS)]
    kept = [look for look in either.shuffles.looks if look.subgroup in early]
    return CutPoints(early, either.shuffles.only(kept)), either, either.p_one_sided


def _cuts(cut, trial, side, level, source, contrast, seed) -> Cuts:
    words, alpha, _ = LEVELS[level]
    early, either, every_p = _cut_searches(source, contrast, seed)
    chosen = MONTHS.index(cut)
    p = every_p[trial - 1]
    p = np.fmin(*np.split(p, 2)) if side == "either" else p[: len(MONTHS)]
    mine = either.shuffles.looks[chosen :: len(MONTHS)]  # the two sides of the learner's cut
    fixed = either.shuffles.only(mine if side == "either" else mine[:1])
    return Cuts(np.array(MONTHS), p, chosen, trial - 1, words, alpha, fixed, early, either)


def cut_point() -> Lab:
    """Return the lab *Cut-point*: the p that gets reported is the smallest of a search."""

    levels = {key: words for key, words in _LEVEL_WORDS.items() if LEVELS[key][2] == 1}
    default = {"level": "one-2.5", "source": "twin", "contrast": "pooled", "seed": _SEED.default}
    first = _lucky_trial({"trial": 0, **default})
    return Lab(
        "cut-point",
        [
            Slider("cut", "Your cut-point", MONTHS[0], MONTHS[-1], 12, unit="months since onset"),
            Slider("trial", "Null trial number", 1, NULL_TRIALS, first["trial"]),
            Choice(
                "side",
                "Subgroup tested",
                {"early": "the early side of the cut", "either": "either side, the better"},
                "early",
            ),
            Choice("level", "A cut counts if it passes", levels, "one-2.5"),
            Choice("source", "Null trials", _SOURCES, "twin", more=True),
            Choice("contrast", "Contrast", _CONTRAST_WORDS, "pooled", more=True),
            _SEED,
        ],
        {
            "The paper's cut, 12 months": {"cut": 12, "side": "early"},
            "Next trial": lambda now: {"trial": now["trial"] % NULL_TRIALS + 1},
            "A trial where searching pays": _lucky_trial,
            "Try both sides": {"side": "either"},
        },
        Recipe(_cuts, _cut_sentence, _cut_picture, _cut_numbers),
        smooth=True,
    )


def _lucky_trial(now: dict) -> dict:
    """The next trial whose search passes the level although the paper's cut does not."""
    alpha = LEVELS[now["level"]][1]
    searched = _cut_searches(now["source"], now["contrast"], now["seed"])
    p = searched[2][:NULL_TRIALS, : len(MONTHS)]
    pays = (np.nanmin(p, axis=1) < alpha) & ~(p[:, MONTHS.index(12)] < alpha)
    later = np.roll(pays, -now["trial"])  # the trial after this one comes first
    return {"trial": (now["trial"] + int(later.argmax())) % NULL_TRIALS + 1, "cut": 12,
            "side": "early"}  # fmt: skip


def _cut_sentence(cuts: Cuts, cut, side, **_) -> str:
    least = int(np.nanargmin(cuts.p))
    said = "and that is the smallest, the p that gets reported"
    if least != cuts.chosen:
        smallest = f"{p_words(cuts.p[least])}, at {cuts.months[least]} months"
        said = f"but the p that gets reported is the smallest: {smallest}"
    searched = cuts.shares[2 if side == "either" else 1][1]
    tested = "The better side of your cut" if side == "either" else "Your cut"
    return (
        f"{tested} at {cut} months gives p {p_words(cuts.p[cuts.chosen])}, {said}. The search "
        f"passes {cuts.level} for {_of_100(searched)} useless drugs, one fixed cut for "
        f"{_of_100(cuts.shares[0][1])}."
    )


def _cut_picture(cuts: Cuts, source, contrast, **_) -> Picture:
    return pictures.cut_point(
        cuts.months,
        cuts.p,
        cuts.chosen,
        cuts.shares,
        (12, _published_p(contrast)),
        trial=cuts.trial + 1,
        alpha=cuts.alpha,
        level=cuts.level,
        shuffles=len(cuts.fixed.z),
        simulated=source == "world",
    )


def _cut_numbers(cuts: Cuts, **_) -> list[dict[str, str]]:
    head = ("What", "p or share")
    rows = [
        {head[0]: f"Cut at {month} months, p one-sided", head[1]: p_words(p)}
        for month, p in zip(cuts.months, cuts.p, strict=True)
    ]
    n = len(cuts.fixed.z)
    for (label, share), found in zip(
        cuts.shares, (cuts.fixed, cuts.search, cuts.either), strict=True
    ):
        error = found.familywise_se(cuts.alpha, 1)
        words = f"{_percent(share)} of {n:,} null trials (standard error {_percent(error)})"
        rows.append({head[0]: f"{label.capitalize()}: passes {cuts.level}", head[1]: words})
    return rows


# ---------------------------------------------------------------- words


def _words(options: dict) -> dict[str, str]:
    return {key: words for key, (words, _) in options.items()}


def _count(n: int, thing: str) -> str:
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _of_100(share: float) -> str:
    count = f"{100 * share:.0f}"
    return "fewer than 1 of 100" if count == "0" else f"{count} of 100"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share >= 0.01 else f"{100 * share:.2f}%"


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.lower:.2f}–{estimate.upper:.2f})"


def _facts(facts: dict[str, str]) -> list[dict[str, str]]:
    return [{"What": what, "Value": value} for what, value in facts.items()]
