"""Rank statistics on many trials and many subgroups at once.

References
----------
[1] Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, 3rd ed., Wiley 2014, sec. 4.1.
"""

from dataclasses import dataclass

import numpy as np

from secondlook import _arrays, _normal


@dataclass(frozen=True)
class Wilcoxon:
    """A rank sum test in each trial and subgroup; all arrays are (trials, subgroups).

    Attributes
    ----------
    statistic : rank sum of the treated less its minimum (the W of R's ``wilcox.test``).
    z : statistic less its mean, over its standard deviation: positive when the treated do better.
    """

    statistic: np.ndarray
    z: np.ndarray

    @property
    def p_one_sided(self) -> np.ndarray:
        """Probability of a benefit of the treated at least this large by chance."""
        return _normal.upper_tail(self.z)

    @property
    def p_two_sided(self) -> np.ndarray:
        """Probability of a difference at least this large, on either side, by chance."""
        return 2 * _normal.upper_tail(np.abs(self.z))


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
    them; no continuity correction [1].
    """
    value = _arrays.as_numbers("value", value, finite=False)
    treated = _arrays.as_flags("treated", treated)
    member = _arrays.as_members(member, value.shape[1])
    _arrays.common_trials(value=value, treated=treated, member=member)
    _arrays.check_both_arms("treated", treated)
    _refuse_nan(value, member)
    return Wilcoxon(*_arrays.in_blocks(_rank_sum, value, treated, member))


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
    rank, _ = _midranks(value, member)
    return (member * (rank - (member.sum(axis=1, keepdims=True) + 1) / 2))[0]


def worst_ranked(value, worst) -> np.ndarray:
    """Values in which the patients marked worst are tied below everybody else.

    Parameters
    ----------
    value : (trials, patients) or (patients,)
        The outcome; a higher value is better, nan is a missing value and stays one.
    worst : bool, same shape
        Patients ranked worst whatever their last value was, such as those who died.
    """
    value = np.asarray(value, dtype=float)
    worst = np.asarray(worst, dtype=bool)
    if value.shape != worst.shape:
        raise ValueError(f"worst has shape {worst.shape} but value has {value.shape}")
    return np.where(worst & ~np.isnan(value), -np.inf, value)


def _rank_sum(value, treated, member):
    """Statistic and z of a block of trials."""
    rank, ties = _midranks(value, member)
    size = member.sum(axis=1)
    mine = treated[:, :, None] & member
    n1 = mine.sum(axis=1)
    n0 = size - n1
    statistic = (rank * mine).sum(axis=1) - n1 * (n1 + 1) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = n1 * n0 / 12 * (size + 1 - ties / (size * (size - 1.0)))
        z = np.where(variance > 1e-9, (statistic - n1 * n0 / 2) / np.sqrt(variance), np.nan)
    return statistic, z


def _refuse_nan(value, member):
    wrong = np.isnan(value) & member.any(axis=2)
    if wrong.any():
        trial, patient = np.argwhere(wrong)[0]
        raise ValueError(
            f"value is nan at trial {trial}, patient {patient}, who is in a subgroup; "
            "leave patients without a value out of member"
        )


def _midranks(value, member):
    """Ranks of (trials, patients, subgroups), and Σ(t³ − t) over groups of t tied members."""
    trials = max(len(value), len(member))
    value = np.broadcast_to(value, (trials, value.shape[1]))
    member = np.broadcast_to(member, (trials, *member.shape[1:]))
    order = np.argsort(value, axis=1, kind="stable")
    sorted_value = np.take_along_axis(value, order, axis=1)
    first = np.ones(value.shape, dtype=bool)
    first[:, 1:] = sorted_value[:, 1:] != sorted_value[:, :-1]
    place = np.arange(value.shape[1])
    start = np.maximum.accumulate(np.where(first, place, 0), axis=1)
    last = np.concatenate([first[:, 1:], np.ones((trials, 1), dtype=bool)], axis=1)
    stop = np.where(last, place + 1, len(place))
    stop = np.minimum.accumulate(stop[:, ::-1], axis=1)[:, ::-1]

    before = np.zeros((trials, len(place) + 1, member.shape[2]))
    np.cumsum(np.take_along_axis(member, order[:, :, None], axis=1), axis=1, out=before[:, 1:])
    below = np.take_along_axis(before, start[:, :, None], axis=1)
    upto = np.take_along_axis(before, stop[:, :, None], axis=1)
    tied = upto - below
    ties = (first[:, :, None] * (tied**3 - tied)).sum(axis=1)
    rank = np.empty_like(tied)
    np.put_along_axis(rank, order[:, :, None], (below + upto + 1) / 2, axis=1)
    return rank, ties
