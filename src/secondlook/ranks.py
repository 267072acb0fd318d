"""Rank statistics on many trials and many subgroups at once.

A higher value is better throughout. Every function takes arrays of (trials, patients), or
(patients,) for one trial, and returns results of (trials, subgroups). An argument with one trial
serves all trials.

References
----------
[1] Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, 3rd ed., Wiley 2014, ch. 4.
[2] van Elteren, On the combination of independent two-sample tests of Wilcoxon, Bulletin of the
    International Statistical Institute 37 (1960) 351-361.
"""

from dataclasses import dataclass

import numpy as np

from secondlook import _arrays, _normal
from secondlook._planning import numbers, one

# Hodges and Lehmann's shift looks at every pair of a treated and an untreated patient.
PAIRS = 50_000_000


@dataclass(frozen=True)
class Wilcoxon(_normal.NormalTest):
    """A rank sum test in each trial and subgroup; all arrays are (trials, subgroups).

    Attributes
    ----------
    statistic : rank sum of the treated less its minimum (the W of R's ``wilcox.test``).
    z : statistic less its mean, over its standard deviation: positive when the treated do better.
    """

    statistic: np.ndarray
    z: np.ndarray


@dataclass(frozen=True)
class VanElteren(_normal.NormalTest):
    """A stratified rank sum test in each trial and subgroup; all arrays are (trials, subgroups).

    Attributes
    ----------
    z : weighted sum of the strata's statistics less its mean, over its standard deviation.
    """

    z: np.ndarray


@dataclass(frozen=True)
class Shift:
    """Hodges and Lehmann's shift in each trial and subgroup; all arrays are (trials, subgroups).

    Attributes
    ----------
    shift : how much higher the treated are, in the unit of the values; nan: no comparison.
    lower, upper : limits of the confidence interval; infinite where the patients are too few for
        the level.
    """

    shift: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def wilcoxon(value, treated, member=None) -> Wilcoxon:
    """Wilcoxon rank sum test of the treated against the others; a higher value is better.

    Parameters
    ----------
    value : (trials, patients) or (patients,)
        The outcome. Infinite values rank first and last; nan is allowed only in patients who
        are in no subgroup.
    treated : bool, same shape
        True in the treated arm.
    member : bool (patients, subgroups) or (trials, patients, subgroups), optional
        Who belongs to which subgroup; None is one subgroup of everyone.

    Returns
    -------
    Wilcoxon
        z and the p values are nan where there is no comparison (an empty arm, or all values tied).

    Raises
    ------
    ValueError
        If an argument does not fit; the message says which, where and what would be right.

    Notes
    -----
    Normal approximation; tied values share their mean rank and the variance is corrected for
    them; no continuity correction [1, sec. 4.1].
    """
    given = _checked(value, treated, member)
    statistic, mean, variance, _ = _arrays.in_blocks(_moments, *given)
    return Wilcoxon(statistic, _standardised(statistic - mean, variance))


def van_elteren(value, treated, strata, member=None) -> VanElteren:
    """Wilcoxon's test within each stratum, added over strata; a higher value is better.

    Parameters
    ----------
    value, treated, member
        As in :func:`wilcoxon`.
    strata : (patients,) or (trials, patients)
        Labels of strata: only patients with the same label are compared.

    Returns
    -------
    VanElteren
        z and the p values are nan where no stratum holds a comparison. A stratum without one
        (an empty arm, or all values tied) adds nothing.

    Raises
    ------
    ValueError
        If an argument does not fit; the message says which, where and what would be right.

    Notes
    -----
    z = Σ wₛ(Wₛ − E Wₛ) / √(Σ wₛ² var Wₛ) with the weights wₛ = 1 / (Nₛ + 1) of [2], which serve
    best when the shift is the same in all strata; Nₛ counts the members in stratum s. Ties and
    normal approximation as in :func:`wilcoxon`, within each stratum.
    """
    value, treated, member = _checked(value, treated, member)
    stratum = _arrays.as_strata(strata, value.shape[1])
    _arrays.common_trials(value=value, member=member, strata=stratum)

    def weighted(value, treated, inside, member):
        inside = member & inside[:, :, None]
        statistic, mean, variance, size = _moments(value, treated, inside)
        return (statistic - mean) / (size + 1), variance / (size + 1) ** 2

    total, spread = 0.0, 0.0
    for level in range(int(stratum.max()) + 1):
        part = _arrays.in_blocks(weighted, value, treated, stratum == level, member)
        total, spread = total + part[0], spread + part[1]
    return VanElteren(_standardised(total, spread))


def hodges_lehmann(value, treated, member=None, *, level: float = 0.95) -> Shift:
    """How far the treated are shifted against the others, with its confidence interval.

    Parameters
    ----------
    value, treated, member
        As in :func:`wilcoxon`.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Shift
        nan where there is no comparison.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are more than 50 million pairs of patients in a
        subgroup; the message says which, where and what would be right.

    Notes
    -----
    The shift is the median of the differences of all pairs, a treated less an untreated patient
    [1, sec. 4.2]. The interval holds the shifts that the two-sided :func:`wilcoxon` does not
    reject when they are taken off the treated: from the C-th smallest to the C-th largest
    difference, C = n₁n₀/2 − z√var [1, sec. 4.3]. C is rounded up, which is what makes the two
    agree; rounded down, the interval would be one difference wider at each end. var is corrected
    for the ties that no shift undoes, those within an arm. R's ``wilcox.test``
    without exact p and continuity correction looks for the same limits by root finding.

    Two patients who are both ranked worst (−inf) are tied whatever the shift, so their pair is
    left out; a pair in which one is ranked worst is an infinite difference. With many such
    patients the shift or a limit may be infinite.

    Every pair is looked at: about 0.4 ms for a trial of 370.
    """
    level = one("level", level, 0, 1)
    given = _checked(value, treated, member)
    z = _normal.quantile((1 + level) / 2)
    found = np.empty((3, max(map(len, given)), given[-1].shape[2]))
    for trial, group in np.ndindex(found.shape[1:]):
        v, x, who = (array[trial if len(array) > 1 else 0] for array in given)
        mine, others = v[who[:, group] & x], v[who[:, group] & ~x]
        if len(mine) * len(others) > PAIRS:
            raise ValueError(
                f"value has {len(mine)} treated and {len(others)} other patients in trial {trial}, "
                f"subgroup {group}: more than {PAIRS:,} pairs; give a sample of them"
            )
        found[:, trial, group] = _shift(mine, others, z)
    return Shift(*found)


def rank_scores(value, member=None) -> np.ndarray:
    """Each patient's rank among the members of a subgroup, less the mean rank.

    Parameters
    ----------
    value : (patients,)
        The outcome of one trial; ties share their mean rank.
    member : bool (patients, subgroups), optional
        Ranks are computed among the members of each subgroup; scores are 0 outside it.

    Returns
    -------
    array (patients, subgroups)
        Each column adds up to 0.
    """
    value = _arrays.as_numbers("value", value, finite=False)
    member = _arrays.as_members(member, value.shape[1])
    if _arrays.common_trials(value=value, member=member) != 1:
        raise ValueError("value and member must be one trial: (patients,) and 2-D member")
    _refuse_nan(value, member)
    tied = _tie_groups(value, np.zeros(value.shape, dtype=bool), member)
    rank = (tied.below.astype(float) + tied.upto + 1) / 2
    mine = np.unique(value, return_inverse=True)[1].reshape(-1)  # each patient's group of ties
    return member[0] * (rank[mine] - (member[0].sum(axis=0) + 1) / 2)


def worst_ranked(value, worst, *, time=None) -> np.ndarray:
    """Values in which the patients marked worst stand below everybody else.

    Parameters
    ----------
    value : (trials, patients) or (patients,)
        The outcome; a higher value is better, nan is a missing value and stays one.
    worst : bool, same shape
        Patients ranked worst whatever their last value was, such as those who died.
    time : same shape, optional
        When that happened; then they are ranked among themselves, the earlier the worse. It is
        read only in the patients marked worst.

    Returns
    -------
    array, same shape
        Without time the worst are −inf, all tied. With time they are the trial's lowest value (0
        if none is lower) less 1, less how much later the last of them died: there only the ORDER
        means anything, so use it for rank tests and not for means or shifts.

    Raises
    ------
    ValueError
        If shapes differ, or time is missing or infinite where it is needed.

    Notes
    -----
    Tied for worst asks whether a patient died; ranked by time asks when as well, and so gives
    more weight to survival. A trial's plan has to choose before the data are seen.
    """
    value = numbers("value", value, nan=True)
    worst = _arrays.flags("worst", worst)
    if value.shape != worst.shape:
        raise ValueError(f"worst has shape {worst.shape} but value has {value.shape}")
    worst = worst & ~np.isnan(value)
    if time is None:
        return np.where(worst, -np.inf, value)
    time = numbers("time", time, nan=True)
    if time.shape != value.shape:
        raise ValueError(f"time has shape {time.shape} but value has {value.shape}")
    wrong = (worst & ~np.isfinite(time)) | (~worst & (value == -np.inf))
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(
            f"time is {time[at]:g} and value {value[at]:g} at {at}; the worst need a finite time, "
            "and nobody else may have the value -inf"
        )
    lowest = np.min(value, axis=-1, keepdims=True, initial=0, where=~worst & ~np.isnan(value))
    last = np.max(time, axis=-1, keepdims=True, initial=-np.inf, where=worst)
    return np.where(worst, lowest - 1 - (last - np.where(worst, time, 0)), value)


def _checked(value, treated, member):
    value = _arrays.as_numbers("value", value, finite=False)
    treated = _arrays.as_flags("treated", treated)
    member = _arrays.as_members(member, value.shape[1])
    _arrays.common_trials(value=value, treated=treated, member=member)
    _arrays.check_both_arms("treated", treated)
    _refuse_nan(value, member)
    return value, treated, member


def _refuse_nan(value, member):
    missing = np.isnan(value)
    if not missing.any():
        return
    wrong = missing & member.any(axis=2)
    if wrong.any():
        trial, patient = np.argwhere(wrong)[0]
        raise ValueError(
            f"value is nan at trial {trial}, patient {patient}, who is in a subgroup; "
            "leave patients without a value out of member"
        )


def _standardised(deviation, variance):
    spread = np.sqrt(np.where(variance > 1e-9, variance, np.nan))
    return deviation / spread


def _moments(value, treated, member):
    """Statistic, its mean and variance, and the number of members, of a block of trials.

    With n₁ treated among n members, of whom t share a value:
    W = Σ ranks of the treated − n₁(n₁ + 1)/2, E W = n₁n₀/2 and
    var W = n₁n₀/12 · (n + 1 − Σ(t³ − t) / (n(n − 1))).
    """
    tied = _tie_groups(value, treated, member)
    last = np.append(tied.trial[1:] != tied.trial[:-1], True)
    size = tied.upto[last].astype(float)
    n1 = _each_trial(tied.treated, tied.trial)
    n0 = size - n1
    twice_rank = tied.below + tied.upto + 1
    ranks = _each_trial(np.multiply(twice_rank, tied.treated, dtype=float), tied.trial) / 2
    statistic = ranks - n1 * (n1 + 1) / 2
    ties = _tie_term(tied, len(size))
    pairs = np.maximum(size * (size - 1), 1)  # a lone member has no variance, as n₁n₀ is 0
    return statistic, n1 * n0 / 2, n1 * n0 / 12 * (size + 1 - ties / pairs), size


@dataclass(frozen=True)
class _TieGroups:
    """Patients of one trial with the same value, lowest first, all trials one after another."""

    trial: np.ndarray  # (groups,)
    patients: np.ndarray  # (groups,) how many there are, members or not
    below: np.ndarray  # (groups, subgroups) members with a lower value
    upto: np.ndarray  # (groups, subgroups) members with this value or a lower one
    treated: np.ndarray  # (groups, subgroups) treated members with this value


def _tie_groups(value, treated, member) -> _TieGroups:
    trials = max(len(value), len(treated), len(member))
    value, treated = (np.broadcast_to(a, (trials, a.shape[1])) for a in (value, treated))
    order = np.argsort(value, axis=1)
    in_order = np.take_along_axis(value, order, axis=1)
    first = np.ones(value.shape, dtype=bool)
    first[:, 1:] = in_order[:, 1:] != in_order[:, :-1]

    trial, place = np.nonzero(first)
    start = trial * (value.shape[1] + 1) + place  # a trial has one more count than patients
    opens = place == 0
    stop = np.append(start[1:] - opens[1:], first.size + trials - 1)

    row = np.zeros_like(order) if len(member) == 1 else np.arange(trials)[:, None]
    words = _pack(member)[row, order]
    treated = np.take_along_axis(treated, order, axis=1)[:, :, None]
    members, mine = _running(words), _running(words * treated)
    counts = members[start], members[stop], mine[stop] - mine[start]
    return _TieGroups(trial, stop - start, *(_unpack(each, member.shape) for each in counts))


def _each_trial(array, trial):
    """Sum of (groups, subgroups) over the groups of each trial: (trials, subgroups)."""
    opens = np.append(True, trial[1:] != trial[:-1])
    return np.add.reduceat(array, np.flatnonzero(opens), axis=0, dtype=float)


def _tie_term(tied: _TieGroups, trials):
    """Σ(t³ − t) over the groups of tied members: (trials, subgroups)."""
    several = np.flatnonzero(tied.patients > 1)
    total = np.zeros((trials, tied.below.shape[1]))
    if len(several):
        t, trial = (tied.upto - tied.below)[several].astype(float), tied.trial[several]
        total[np.unique(trial)] = _each_trial(t * (t * t - 1), trial)
    return total


# Counting is the work of the rank sum test. numpy adds a 64-bit word as fast as a single count,
# so the counts of four subgroups ride in one word, 16 bits each (two if patients are very many:
# twice a rank has to fit).


def _lane(patients):
    return np.uint16 if patients < 2**15 else np.uint32


def _pack(flags):
    """Flags of (..., patients, subgroups) as words of (..., patients, words)."""
    lane = _lane(flags.shape[-2])
    in_a_word = 8 // np.dtype(lane).itemsize
    lanes = np.zeros((*flags.shape[:-1], -(-flags.shape[-1] // in_a_word) * in_a_word), dtype=lane)
    lanes[..., : flags.shape[-1]] = flags
    return lanes.view(np.uint64)


def _running(words):
    """Counts before each patient and after the last, all trials one after another."""
    trials, patients, width = words.shape
    counts = np.zeros((trials, patients + 1, width), dtype=np.uint64)
    np.cumsum(words, axis=1, out=counts[:, 1:])
    return counts.reshape(-1, width)


def _unpack(words, shape):
    """Words of (groups, words) as counts (groups, subgroups); shape is that of the flags."""
    return words.view(_lane(shape[1]))[:, : shape[2]]


def _shift(mine, others, z):
    """Median of all differences of two arms, and the limits that a test at ±z does not reject."""
    with np.errstate(invalid="ignore"):
        pairs = np.subtract.outer(mine, others).ravel()
    pairs = pairs[~np.isnan(pairs)]  # both infinite: tied whatever the shift
    count = len(pairs)
    if not count:
        return np.nan, np.nan, np.nan
    # Pairs that are always tied add half to the statistic at any shift, and so cancel here.
    place = int(np.ceil(count / 2 - z * np.sqrt(_shift_variance(mine, others)) - 1e-9))
    middle = (count - 1) // 2, count // 2
    limits = (place - 1, count - place) if place >= 1 else middle
    pairs = np.partition(pairs, np.unique([*middle, *limits]))
    with np.errstate(invalid="ignore"):
        shift = (pairs[middle[0]] + pairs[middle[1]]) / 2
    return (shift, *pairs[list(limits)]) if place >= 1 else (shift, -np.inf, np.inf)


def _shift_variance(mine, others):
    """Variance of the rank sum with the ties that no shift undoes."""
    n = len(mine) + len(others)
    finite = np.isfinite(mine), np.isfinite(others)
    infinite = np.concatenate([mine[~finite[0]], others[~finite[1]]])
    sets = mine[finite[0]], others[finite[1]], infinite
    ties = sum((t**3 - t).sum() for t in (np.unique(s, return_counts=True)[1] for s in sets))
    return len(mine) * len(others) / 12 * (n + 1 - ties / (n * (n - 1)))
