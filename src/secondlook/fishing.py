"""How often does a drug that does nothing look as if it worked somewhere?

The cohort stays as it is; only the labels of the arms are shuffled, thousands of times. Whatever
is then found is a false alarm, because the labels mean nothing.
"""

import functools
import itertools
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook.cohort import Trial
from secondlook.cohort import trial as read_trial
from secondlook.ranks import rank_scores, worst_ranked
from secondlook.survival import cox, logrank, logrank_scores

_trial = functools.lru_cache(read_trial)

TRIAL = "e0302"
ENDPOINTS = tuple(endpoint["name"] for endpoint in _trial(TRIAL).endpoints)
CONTRASTS = tuple(contrast.name for contrast in _trial(TRIAL).contrasts)
EVERYONE = "everyone"
_RULES = {
    "equals": operator.eq,
    "other_than": operator.ne,
    "below": operator.lt,
    "at_least": operator.ge,
}


@dataclass(frozen=True)
class Look:
    """One comparison: an endpoint, a contrast with placebo, and the subgroup it is made in.

    The names are those of the trial's file; the functions that take looks check them.
    """

    endpoint: str
    contrast: str
    subgroup: str = EVERYONE


def subgroups(cohort, trial: str = TRIAL) -> dict[str, np.ndarray]:
    """The subgroups that a trial's baseline factors make; nine factors make 20 in E0302.

    Parameters
    ----------
    cohort : DataFrame
        The patient table of :func:`secondlook.cohort.load`.
    trial : str
        The trial whose file names the factors and their levels.

    Returns
    -------
    dict of name to bool array (patients,)
        The subgroups of one factor stand together and share no patient.

    Raises
    ------
    ValueError
        If a column is missing; the message names it.
    """
    made = {}
    for factor in _trial(trial).factors:
        column = _column(cohort, factor["column"])
        for level in factor["levels"]:
            rules = [rule for rule in level if rule in _RULES]
            if len(rules) != 1:
                raise ValueError(f"level {level['name']!r} needs one rule: {', '.join(_RULES)}")
            made[level["name"]] = np.asarray(_RULES[rules[0]](column, level[rules[0]]), dtype=bool)
    return made


def cut_point_subgroups(
    cohort, months: Sequence[float], side: str = "early", *, trial: str = TRIAL
) -> dict[str, np.ndarray]:
    """Subgroups made by cutting the time since onset at each of the months.

    Parameters
    ----------
    cohort : DataFrame
        With the column of the trial's early subgroup, ``months_from_onset``.
    months : sequence of float
        Where to cut; a patient exactly at the cut is early.
    side : "early", "late" or "either"
        Which side of each cut becomes a subgroup.

    Returns
    -------
    dict of name to bool array (patients,)
        "9 months or less", "more than 9 months" and so on; all early ones first.
    """
    _one_of("side", side, ("early", "late", "either"))
    cuts = np.asarray(months, dtype=float)
    if cuts.ndim != 1 or cuts.size == 0 or not np.isfinite(cuts).all():
        raise ValueError("months must be a row of at least one finite number")
    onset = _column(cohort, _trial(trial).early["column"]).astype(float)
    made = {}
    if side != "late":
        made |= {f"{cut:g} months or less": onset <= cut for cut in cuts}
    if side != "early":
        made |= {f"more than {cut:g} months": onset > cut for cut in cuts}
    if len(made) < len(cuts) * (2 if side == "either" else 1):
        raise ValueError(f"months {list(cuts)} holds two cuts that are the same; give each once")
    return made


def looks(
    endpoints: Iterable[str], contrasts: Iterable[str], subgroups: Iterable[str]
) -> tuple[Look, ...]:
    """Every combination of endpoint, contrast and subgroup, in that order of nesting.

    Parameters
    ----------
    endpoints : of "time to event", "ALSFRS-R"
    contrasts : of "pooled" (both doses v placebo), "50 mg", "25 mg" (that dose v placebo)
    subgroups : names; "everyone" is the whole cohort
    """
    for name, value in (("endpoints", endpoints), ("contrasts", contrasts)):
        if isinstance(value, str):
            raise ValueError(f"{name} is the text {value!r}; give a list, such as [{value!r}]")
    if isinstance(subgroups, str):
        raise ValueError(f"subgroups is the text {subgroups!r}; give a list of names")
    return tuple(Look(*each) for each in itertools.product(endpoints, contrasts, subgroups))


@dataclass(frozen=True)
class Shuffle:
    """What a set of looks found in trials where the labels mean nothing.

    Attributes
    ----------
    looks : the looks, in the order of the columns of z.
    z : (shuffles, looks), positive for a benefit of the treated; nan if a look has no information.
    """

    looks: tuple[Look, ...]
    z: np.ndarray

    def only(self, looks: Iterable[Look]) -> "Shuffle":
        """The same shuffles, seen through some of the looks."""
        chosen = tuple(looks)
        place = {look: column for column, look in enumerate(self.looks)}
        missing = [look for look in chosen if look not in place]
        if missing:
            raise ValueError(f"{missing[0]} is not among the looks that were shuffled")
        return Shuffle(chosen, self.z[:, [place[look] for look in chosen]])

    def found(self, alpha: float, sides: int) -> np.ndarray:
        """Which looks are significant: bool (shuffles, looks).

        Parameters
        ----------
        alpha : float
            Level of each look, between 0 and 1; of both sides together if sides is 2.
        sides : 1 or 2
            1 counts only a benefit of the treated, 2 a difference either way.
        """
        _check_level(alpha, sides)
        reached = self.z if sides == 1 else np.abs(self.z)
        return reached > _normal.quantile(1 - alpha / sides)

    def familywise(self, alpha: float, sides: int) -> float:
        """Share of null trials in which at least one look is significant, unadjusted."""
        return float(self.found(alpha, sides).any(axis=1).mean())

    def familywise_se(self, alpha: float, sides: int) -> float:
        """Monte Carlo standard error of :meth:`familywise`."""
        return _share_se(self.familywise(alpha, sides), len(self.z))

    def climb(self, alpha: float, sides: int) -> np.ndarray:
        """Family-wise error of the first 1, 2, … looks, in their order: (looks,)."""
        found = self.found(alpha, sides)
        return np.logical_or.accumulate(found, axis=1).mean(axis=0)

    def climb_bonferroni(self, alpha: float, sides: int) -> np.ndarray:
        """The same when each of the first k looks is tested at alpha / k: (looks,).

        Bonferroni's division keeps every value at or below alpha, up to the size of one test.
        """
        _check_level(alpha, sides)
        reached = np.where(np.isnan(self.z), -np.inf, self.z if sides == 1 else np.abs(self.z))
        best = np.maximum.accumulate(reached, axis=1)
        levels = alpha / np.arange(1, best.shape[1] + 1)
        limits = [_normal.quantile(1 - level / sides) for level in levels]
        return (best > np.array(limits)).mean(axis=0)

    def min_p(self, sides: int) -> np.ndarray:
        """The smallest p among the looks of each shuffle, (shuffles,); 1 if no look has one."""
        _check_level(0.5, sides)
        reached = self.z if sides == 1 else np.abs(self.z)
        best = np.where(np.isnan(reached), -np.inf, reached).max(axis=1)
        return np.minimum(1.0, sides * _normal.upper_tail(best))


def shuffle(
    cohort,
    looks: Sequence[Look],
    n: int,
    rng: np.random.Generator,
    *,
    members: dict[str, np.ndarray] | None = None,
    trial: str = TRIAL,
) -> Shuffle:
    """Shuffle the arms of a cohort n times and take every look each time.

    Parameters
    ----------
    cohort : DataFrame
        The patient table; a patient whose ALSFRS-R change is nan is left out of that endpoint.
    looks : sequence of Look
    n : int
        Number of shuffles.
    rng : numpy Generator
    members : dict of name to bool array (patients,), optional
        Subgroups beyond those of :func:`subgroups`.
    trial : str
        The trial whose file names arms, contrasts, endpoints and factors.

    Returns
    -------
    Shuffle
        z of every shuffle and look; positive is a benefit of the treated.

    Raises
    ------
    ValueError
        If a look names an unknown subgroup, n is below 1, or a column is missing.

    Notes
    -----
    For a fixed cohort a test's numerator is a sum of patients' scores over an arm: log-rank
    scores for time to event, Wilcoxon ranks (those with an event tied for worst) for ALSFRS-R,
    each computed among the members of the subgroup. So all shuffles and looks together are ONE
    matrix product: labels (shuffles × patients) times scores (patients × looks).

    z is the difference of the two arms' mean scores over its standard deviation when the labels
    of the whole trial are permuted [1]. In the pooled contrast the numerator is that of the
    log-rank test (or Wilcoxon's) up to a constant. In a pairwise contrast, such as 50 mg v placebo,
    the scores still come from all three arms: a valid permutation test, close to the two-arm test
    but not identical to it.

    On one side this finds a little less than a row of log-rank tests would. With twice as many
    treated as untreated the log-rank test is loose on the side of benefit (about 2.8% at a stated
    2.5%), and the permutation test is not.

    References
    ----------
    [1] Hájek, Šidák & Sen, Theory of Rank Tests, 2nd ed., Academic Press 1999, sec. 3.3.
    """
    this = _trial(trial)
    looks = _check_looks(looks, this)
    groups = _groups(cohort, this, members, [look.subgroup for look in looks])
    pairs = dict.fromkeys((look.endpoint, look.subgroup) for look in looks)
    columns = {pair: column for column, pair in enumerate(pairs)}
    scores = _scores(cohort, this, list(columns), groups)
    arms = _arm_codes(cohort, this)
    sums = _arm_sums(_shuffled(arms, n, rng), scores)
    z = np.empty((n, len(looks)))
    for contrast in dict.fromkeys(look.contrast for look in looks):
        mine = [i for i, look in enumerate(looks) if look.contrast == contrast]
        at = [columns[looks[i].endpoint, looks[i].subgroup] for i in mine]
        z[:, mine] = _z(_sides(this, contrast), sums, scores, np.bincount(arms))[:, at]
    return Shuffle(looks, z)


def independent_familywise(alpha: float, n):
    """Chance that at least one of n independent tests at level alpha is a false alarm.

    n may be an array; 1 − (1 − alpha)^n.
    """
    _check_level(alpha, 2)
    return 1 - (1 - alpha) ** np.asarray(n, dtype=float)


def independent_tests(familywise: float, alpha: float) -> float:
    """How many independent tests at level alpha have this family-wise error.

    The inverse of :func:`independent_familywise`, log(1 − familywise) / log(1 − alpha). Looks at
    the same patients overlap, so this is fewer than the looks; how many depends on the level.
    """
    _check_level(alpha, 2)
    if not 0 <= familywise <= 1:
        raise ValueError(f"familywise is {familywise}; it must be between 0 and 1")
    return math.inf if familywise == 1 else math.log1p(-familywise) / math.log1p(-alpha)


@dataclass(frozen=True)
class BestOfNull:
    """Forest plots of trials in which the labels mean nothing; arrays (shuffles, subgroups).

    Attributes
    ----------
    subgroups : names of the columns.
    hr, lower, upper : Cox hazard ratio and 95% interval, nan where not estimable.
    p_one_sided : log-rank p for a benefit, nan where there is no comparison.
    best : (shuffles,) the column with the smallest p, the finding that would be reported.
    """

    subgroups: tuple[str, ...]
    hr: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    p_one_sided: np.ndarray
    best: np.ndarray

    def first(self, count: int) -> "BestOfNull":
        """The same shuffles, seen through the first so many subgroups only."""
        if not 1 <= count <= len(self.subgroups):
            raise ValueError(f"count is {count}; it must be from 1 to {len(self.subgroups)}")
        p = self.p_one_sided[:, :count]
        kept = (each[:, :count] for each in (self.hr, self.lower, self.upper))
        return BestOfNull(self.subgroups[:count], *kept, p, _smallest(p))

    @property
    def best_hr(self) -> np.ndarray:
        """Hazard ratio of the best subgroup of each shuffle, (shuffles,)."""
        return self.hr[np.arange(len(self.best)), self.best]

    @property
    def best_p_one_sided(self) -> np.ndarray:
        """One-sided p of the best subgroup of each shuffle, (shuffles,)."""
        return self.p_one_sided[np.arange(len(self.best)), self.best]


def best_of_null(
    cohort,
    subgroup_names: Sequence[str],
    contrast: str,
    n: int,
    rng: np.random.Generator,
    *,
    members: dict[str, np.ndarray] | None = None,
    trial: str = TRIAL,
) -> BestOfNull:
    """Shuffle the arms n times and analyse time to event in every subgroup each time.

    Unlike :func:`shuffle` this is the ordinary two-arm analysis: Cox (Efron) and log-rank among
    the patients of the two arms compared. It costs a few tenths of a second for 1,000 shuffles of
    20 subgroups, several times that in a browser.

    Parameters
    ----------
    cohort, n, rng, members, trial
        As in :func:`shuffle`.
    subgroup_names : sequence of str
        Names of subgroups, or "everyone".
    contrast : "pooled", "50 mg" or "25 mg"

    Raises
    ------
    ValueError
        If a subgroup or contrast is unknown, or n is below 1.
    """
    this = _trial(trial)
    names = tuple(subgroup_names)
    groups = _groups(cohort, this, members, names)
    member = np.stack([groups[name] for name in names], axis=1)
    arms = _shuffled(_arm_codes(cohort, this), n, rng)
    fit, p = _two_arm(cohort, this, arms, member[None], contrast)
    return BestOfNull(names, fit.hr, fit.lower, fit.upper, p, _smallest(p))


@dataclass(frozen=True)
class CutPoints:
    """A search over cut-points in trials where the labels mean nothing.

    Attributes
    ----------
    subgroups : names of the columns.
    shuffles : the looks at time to event behind them.
    """

    subgroups: tuple[str, ...]
    shuffles: Shuffle

    @property
    def p_one_sided(self) -> np.ndarray:
        """(shuffles, subgroups) p for a benefit of the treated."""
        return _normal.upper_tail(self.shuffles.z)

    @property
    def smallest(self) -> np.ndarray:
        """(shuffles,) the smallest one-sided p, the one that gets reported."""
        return self.shuffles.min_p(1)

    def familywise(self, alpha: float, sides: int) -> float:
        """Share of null trials in which some cut-point is significant."""
        return self.shuffles.familywise(alpha, sides)

    def familywise_se(self, alpha: float, sides: int) -> float:
        """Monte Carlo standard error of :meth:`familywise`."""
        return self.shuffles.familywise_se(alpha, sides)


def cut_points(
    cohort,
    months: Sequence[float],
    n: int,
    rng: np.random.Generator,
    contrast: str = "pooled",
    *,
    side: str = "early",
    trial: str = TRIAL,
) -> CutPoints:
    """Shuffle the arms n times and cut the time since onset at each of the months.

    Parameters as in :func:`shuffle` and :func:`cut_point_subgroups`.
    """
    members = cut_point_subgroups(cohort, months, side, trial=trial)
    chosen = looks([_time_endpoint(_trial(trial))["name"]], [contrast], members)
    found = shuffle(cohort, chosen, n, rng, members=members, trial=trial)
    return CutPoints(tuple(members), found)


def cut_points_simulated(
    trials,
    months: Sequence[float],
    contrast: str = "pooled",
    *,
    side: str = "early",
    trial: str = TRIAL,
) -> CutPoints:
    """Search the cut-points of simulated trials, each with patients of its own.

    Parameters
    ----------
    trials : Trials
        From :func:`secondlook.simulate.simulate`, in a world with the arms of the trial.
    months, contrast, side, trial
        As in :func:`cut_points`.

    Returns
    -------
    CutPoints
        Its z is that of the ordinary two-arm log-rank test, positive for a benefit; nan where a
        cut leaves nobody in an arm.

    Raises
    ------
    ValueError
        If the world's arms are not those of the trial's file.
    """
    this = _trial(trial)
    names = tuple(arm.name for arm in this.arms)
    if trials.arms != names:
        raise ValueError(f"trials have the arms {trials.arms}; the trial {trial!r} has {names}")
    column = this.early["column"]
    members = [
        cut_point_subgroups({column: onset}, months, side, trial=trial)
        for onset in trials.months_from_onset
    ]
    treated, control = _sides(this, contrast)
    treated = np.isin(trials.arm, treated)
    compared = treated | (trials.arm == control)
    member = np.stack([np.stack(list(each.values()), axis=1) for each in members])
    test = logrank(trials.time, trials.event, treated, member & compared[:, :, None])
    names = tuple(members[0])
    chosen = looks([_time_endpoint(this)["name"]], [contrast], names)
    return CutPoints(names, Shuffle(chosen, -test.z))


@dataclass(frozen=True)
class AsGood:
    """How often a null trial yields a find as good as a published one; shares of n shuffles.

    Attributes
    ----------
    named, somewhere : on time to event, in the named subgroup and in any of the subgroups.
    both_named, both_somewhere : on ALSFRS-R as well, in the same subgroup.
    """

    named: float
    somewhere: float
    both_named: float
    both_somewhere: float
    n: int

    def se(self, share: float) -> float:
        """Monte Carlo standard error of one of the shares."""
        return _share_se(share, self.n)


def as_good_as(
    cohort,
    subgroup_names: Sequence[str],
    named: str,
    n: int,
    rng: np.random.Generator,
    *,
    hr: float,
    p: float,
    p_other: float | None = None,
    contrast: str = "pooled",
    trial: str = TRIAL,
) -> AsGood:
    """How often would a drug that does nothing give a find this good?

    A find is a Cox hazard ratio of at most hr together with a log-rank one-sided p of at most p;
    on ALSFRS-R it is a one-sided p of at most p_other by the shuffle's Wilcoxon test.

    Parameters
    ----------
    cohort, n, rng, trial
        As in :func:`shuffle`.
    subgroup_names : sequence of str
    named : str
        The one subgroup that was reported; must be among them.
    hr, p : float
        The published hazard ratio and p; rounded as printed.
    p_other : float, optional
        The published p on ALSFRS-R; None takes p.
    contrast : "pooled", "50 mg" or "25 mg"
    """
    names = tuple(subgroup_names)
    _one_of("named", named, names)
    p_other = p if p_other is None else p_other
    _check_level(p, 1, "p")
    _check_level(p_other, 1, "p_other")
    if not hr > 0:
        raise ValueError(f"hr is {hr}; a hazard ratio must be above 0")
    this = _trial(trial)
    groups = _groups(cohort, this, None, names)
    time = _time_endpoint(this)["name"]
    other = next(each["name"] for each in this.endpoints if each["name"] != time)
    scores = _scores(cohort, this, list(itertools.product((time, other), names)), groups)
    arms = _arm_codes(cohort, this)
    shuffled = _shuffled(arms, n, rng)
    sums = _arm_sums(shuffled, scores)
    z = _z(_sides(this, contrast), sums, scores, np.bincount(arms))
    # Cox only where the quick test is anywhere near: a cell in twenty.
    row, column = np.nonzero(z[:, : len(names)] > _normal.quantile(1 - min(5 * p, 0.5)))
    find = np.zeros((n, len(names)), dtype=bool)
    if row.size:
        member = np.stack([groups[name] for name in names])[column][:, :, None]
        fit, p_cell = _two_arm(cohort, this, shuffled[row], member, contrast)
        find[row, column] = ((fit.hr <= hr) & (p_cell <= p))[:, 0]
    both = find & (z[:, len(names) :] >= _normal.quantile(1 - p_other))
    at = names.index(named)
    hits = (find[:, at], find.any(axis=1), both[:, at], both.any(axis=1))
    return AsGood(*(float(hit.mean()) for hit in hits), n)


def _two_arm(cohort, this, arms, member, contrast):
    """Cox and log-rank p of a contrast under many labellings.

    arms are codes (trials, patients), member is (1 or trials, patients, subgroups).
    """
    endpoint = _time_endpoint(this)
    time, event = _column(cohort, endpoint["time"]), _column(cohort, endpoint["event"])
    codes, control = _sides(this, contrast)
    treated = np.isin(arms, codes)
    if len(codes) + 1 < len(this.arms):
        member = member & (treated | (arms == control))[:, :, None]
    p = logrank(time, event, treated, member).p_one_sided
    return cox(time, event, treated, member), p


def _time_endpoint(this: Trial) -> dict:
    return next(each for each in this.endpoints if each["kind"] == "time to event")


def _sides(this: Trial, contrast: str) -> tuple[list[int], int]:
    """Codes of the treated arms of a contrast, and of the control arm."""
    treated = {each.name: each.treated for each in this.contrasts}
    _one_of("contrast", contrast, tuple(treated))
    names = [arm.name for arm in this.arms]
    control = [arm.control for arm in this.arms].index(True)
    return [names.index(name) for name in treated[contrast]], control


def _arm_codes(cohort, this: Trial) -> np.ndarray:
    """Each patient's arm as its place among the trial's arms, (patients,)."""
    arm = _column(cohort, "arm")
    names = [arm.name for arm in this.arms]
    codes = np.full(len(arm), -1, dtype=np.intp)  # the type that numpy permutes fastest
    for code, name in enumerate(names):
        codes[arm == name] = code
        if not (codes == code).any():
            raise ValueError(f"cohort: nobody is in the arm {name!r}; all of {names} are needed")
    if (codes < 0).any():
        at = int(np.argmax(codes < 0))
        raise ValueError(f"cohort: arm of patient {at} is {arm[at]!r}; use one of {names}")
    return codes


def _shuffled(arms, n, rng) -> np.ndarray:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"n is {n!r}; the number of shuffles must be a whole number from 1 up")
    return rng.permuted(np.tile(arms, (n, 1)), axis=1)


def _arm_sums(shuffled, scores) -> np.ndarray:
    """Sum of the scores in each arm, (arms, shuffles, columns): the one matrix product."""
    n, patients = shuffled.shape
    arms = int(shuffled.max()) + 1
    labels = np.empty((arms - 1, n, patients))
    for code, mine in enumerate(labels):
        np.equal(shuffled, code, out=mine)
    sums = (labels.reshape(-1, patients) @ scores).reshape(arms - 1, n, -1)
    # The scores of all patients add up to 0, so the last arm needs no product.
    return np.concatenate([sums, -sums.sum(axis=0, keepdims=True)])


def _z(sides, sums, scores, sizes) -> np.ndarray:
    """Difference of mean scores, treated less control, over its permutation deviation.

    Returns (shuffles, columns), nan where all scores are 0.
    """
    codes, control = sides
    treated = int(sizes[codes].sum())
    difference = sums[codes].sum(axis=0) / treated - sums[control] / sizes[control]
    variance = (scores**2).sum(axis=0) / (len(scores) - 1) * (1 / treated + 1 / sizes[control])
    return difference / np.where(variance > 0, np.sqrt(variance), np.nan)


def _scores(cohort, this, columns, groups) -> np.ndarray:
    """Scores (patients, columns) of each (endpoint, subgroup); higher is better, sums are 0."""
    scores = np.empty((len(_column(cohort, "arm")), len(columns)))
    for endpoint in this.endpoints:
        at = [i for i, column in enumerate(columns) if column[0] == endpoint["name"]]
        if not at:
            continue
        member = np.stack([groups[columns[i][1]] for i in at], axis=1)
        if endpoint["kind"] == "time to event":
            time, event = _column(cohort, endpoint["time"]), _column(cohort, endpoint["event"])
            scores[:, at] = -logrank_scores(time, event, member)
        else:
            change, worst = _column(cohort, endpoint["change"]), _column(cohort, endpoint["worst"])
            value = worst_ranked(change, worst)
            scores[:, at] = rank_scores(value, member & ~np.isnan(value)[:, None])
    return scores


def _groups(cohort, this, members, names) -> dict[str, np.ndarray]:
    """Subgroups by name, "everyone" and the caller's own among them, checked against names."""
    patients = len(_column(cohort, "arm"))
    known = {EVERYONE: np.ones(patients, dtype=bool)} | subgroups(cohort, this.name)
    for name, member in (members or {}).items():
        member = np.asarray(member)
        if member.dtype != bool or member.shape != (patients,):
            raise ValueError(
                f"members[{name!r}] has shape {member.shape} and type {member.dtype}; "
                f"it must be one True or False for each of the {patients} patients"
            )
        known[name] = member
    if not names:
        raise ValueError("no subgroup is named; give at least one, such as 'everyone'")
    for name in names:
        _one_of("subgroup", name, tuple(known))
    return known


def _check_looks(looks, this: Trial) -> tuple[Look, ...]:
    looks = tuple(looks)
    if not looks or not all(isinstance(look, Look) for look in looks):
        raise ValueError("looks must be at least one Look; fishing.looks() makes them")
    for look in looks:
        _one_of("endpoint", look.endpoint, [each["name"] for each in this.endpoints])
        _one_of("contrast", look.contrast, [each.name for each in this.contrasts])
    return looks


def _column(cohort, name: str) -> np.ndarray:
    try:
        return np.asarray(cohort[name])
    except (KeyError, IndexError):
        raise ValueError(f"cohort has no column {name!r}; use secondlook.cohort.load") from None


def _one_of(name: str, value, known) -> None:
    if value not in known:
        raise ValueError(f"{name} {value!r} is unknown; choose from {', '.join(map(repr, known))}")


def _check_level(alpha, sides, name="alpha") -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"{name} is {alpha}; it must be between 0 and 1, such as 0.05")
    if sides not in (1, 2):
        raise ValueError(f"sides is {sides!r}; it must be 1 or 2")


def _smallest(p) -> np.ndarray:
    """Column of the smallest p of each row; nan never wins."""
    return np.where(np.isnan(p), np.inf, p).argmin(axis=1)


def _share_se(share: float, n: int) -> float:
    return math.sqrt(share * (1 - share) / n)
