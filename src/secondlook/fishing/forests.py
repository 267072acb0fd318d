"""Whole forest plots of many trials: hazard ratio, interval and p in every subgroup."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook._planning import one
from secondlook.fishing import choices, labels
from secondlook.fishing.choices import TRIAL
from secondlook.fishing.shuffling import compare, simulated_groups, simulated_table
from secondlook.survival import cox, logrank

_Z95 = _normal.quantile(0.975)


@dataclass(frozen=True)
class Forests:
    """Forest plots of many trials, shuffled or simulated; arrays (trials, subgroups).

    Attributes
    ----------
    subgroups : names of the columns.
    hr, lower, upper : Cox hazard ratio and 95% interval, nan where not estimable.
    p_one_sided : log-rank p for a benefit, nan where there is no comparison.
    best : (trials,) the column with the smallest p, the finding that would be reported.
    """

    subgroups: tuple[str, ...]
    hr: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    p_one_sided: np.ndarray
    best: np.ndarray

    def first(self, count: int) -> "Forests":
        """The same trials, seen through the first so many subgroups only."""
        count = int(one("count", count, 1, len(self.subgroups), ends=True))
        return self.only(self.subgroups[:count])

    def only(self, subgroups: Sequence[str]) -> "Forests":
        """The same trials, seen through some of the subgroups."""
        at = [self.place(name) for name in choices.listed("subgroups", subgroups)]
        if not at:
            raise ValueError("subgroups must name at least one")
        kept = (each[:, at] for each in (self.hr, self.lower, self.upper))
        p = self.p_one_sided[:, at]
        return Forests(tuple(subgroups), *kept, p, _smallest(p))

    def place(self, name: str) -> int:
        """The column of a subgroup."""
        choices.one_of("subgroup", name, self.subgroups)
        return self.subgroups.index(name)

    @classmethod
    def joined(cls, parts) -> "Forests":
        """Many blocks of trials as one; all must have the same subgroups."""
        parts = list(parts)
        if not parts or any(part.subgroups != parts[0].subgroups for part in parts):
            raise ValueError("parts must be at least one, all with the same subgroups in one order")
        arrays = ("hr", "lower", "upper", "p_one_sided", "best")
        return cls(
            parts[0].subgroups,
            *(np.concatenate([getattr(part, name) for part in parts]) for name in arrays),
        )

    @property
    def log_hr(self) -> np.ndarray:
        """Logs of the hazard ratios."""
        return np.log(self.hr)

    @property
    def log_se(self) -> np.ndarray:
        """Standard errors of the logs, from the width of the intervals."""
        return (np.log(self.upper) - np.log(self.lower)) / (2 * _Z95)

    @property
    def p_two_sided(self) -> np.ndarray:
        """Log-rank p for a difference either way."""
        return 2 * np.minimum(self.p_one_sided, 1 - self.p_one_sided)

    @property
    def best_hr(self) -> np.ndarray:
        """Hazard ratio of the best subgroup of each trial, (trials,)."""
        return self.hr[np.arange(len(self.best)), self.best]

    @property
    def best_p_one_sided(self) -> np.ndarray:
        """One-sided p of the best subgroup of each trial, (trials,)."""
        return self.p_one_sided[np.arange(len(self.best)), self.best]


BestOfNull = Forests


def best_of_null(
    cohort,
    subgroup_names: Sequence[str],
    contrast: str,
    n: int,
    rng: np.random.Generator,
    *,
    members: dict[str, np.ndarray] | None = None,
    trial: str = TRIAL,
) -> Forests:
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
    this = choices.read(trial)
    names = choices.listed("subgroup_names", subgroup_names)
    groups = choices.groups(cohort, this, members, names)
    member = np.stack([groups[name] for name in names], axis=1)[None]
    codes = labels.arm_codes(cohort, this)
    labels.check_count(n, len(codes))
    arms = labels.deal(np.bincount(codes), n, rng)
    return _forests(cohort, this, names, arms, member, contrast)


def forests_simulated(
    trials,
    subgroup_names: Sequence[str],
    contrast: str,
    *,
    members: dict[str, np.ndarray] | None = None,
    trial: str = TRIAL,
) -> Forests:
    """Analyse time to event in every subgroup of simulated trials, by Cox (Efron) and log-rank.

    Parameters
    ----------
    trials, members, trial
        As in :func:`simulated`.
    subgroup_names : sequence of str
        Names of subgroups, or "everyone".
    contrast : "pooled", "50 mg" or "25 mg"

    Raises
    ------
    ValueError
        If a subgroup or contrast is unknown, or the world's arms are not the trial's.
    """
    this = choices.read(trial)
    names = choices.listed("subgroup_names", subgroup_names)
    table = simulated_table(trials, this)
    made = simulated_groups(trials, this, names, members)
    groups = choices.groups(table, this, members, names, made)
    member = np.stack([groups[name] for name in names], axis=2)
    return _forests(table, this, names, trials.arm, member, contrast)


def _forests(table, this, names, arms, member, contrast):
    time, event = choices.outcome(table, this, choices.time_endpoint(this)["name"])
    treated, compared = compare(arms, this, contrast)
    member = among(member, compared)
    p = logrank(time, event, treated, member).p_one_sided
    fit = cox(time, event, treated, member)
    return Forests(names, fit.hr, fit.lower, fit.upper, p, _smallest(p))


def among(member, compared):
    """Members who are compared; untouched where everybody is, so that one cohort stays one."""
    return member if compared.all() else member & compared[:, :, None]


def _smallest(p) -> np.ndarray:
    """Column of the smallest p of each row; nan never wins."""
    return np.where(np.isnan(p), np.inf, p).argmin(axis=1)
