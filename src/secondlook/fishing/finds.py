"""How often trials of a drug that does nothing hold a find as good as a published one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook._planning import one
from secondlook.fishing import choices, labels
from secondlook.fishing.choices import TRIAL, Look
from secondlook.fishing.forests import among
from secondlook.fishing.shuffling import (
    compare,
    share_se,
    simulated,
    simulated_groups,
    simulated_table,
)
from secondlook.survival import cox, logrank


@dataclass(frozen=True)
class AsGood:
    """How often a null trial yields a find as good as a published one; shares of n trials.

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
        return share_se(share, self.n)

    @classmethod
    def joined(cls, parts) -> "AsGood":
        """Many blocks of trials as one."""
        parts = list(parts)
        if not parts:
            raise ValueError("parts must be at least one")
        n = [part.n for part in parts]
        shares = ("named", "somewhere", "both_named", "both_somewhere")
        return cls(
            *(float(np.average([getattr(p, share) for p in parts], weights=n)) for share in shares),
            sum(n),
        )


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
    members: dict[str, np.ndarray] | None = None,
    trial: str = TRIAL,
) -> AsGood:
    """How often would a drug that does nothing give a find this good?

    A find is a Cox hazard ratio of at most hr together with a log-rank one-sided p of at most p;
    on ALSFRS-R it is a one-sided p of at most p_other by the shuffle's Wilcoxon test.

    Parameters
    ----------
    cohort, n, rng, members, trial
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
    names, p_other = _bar(subgroup_names, named, hr, p, p_other)
    this = choices.read(trial)
    groups = choices.groups(cohort, this, members, names)
    arms, z_other = _shuffled(cohort, this, names, groups, contrast, n, rng)
    member = np.stack([groups[name] for name in names], axis=1)[None]
    find = _is_find(cohort, this, arms, member, contrast, hr, p)
    return _counted(find, z_other, p_other, names.index(named))


def as_good_as_simulated(
    trials,
    subgroup_names: Sequence[str],
    named: str,
    *,
    hr: float,
    p: float,
    p_other: float | None = None,
    contrast: str = "pooled",
    members: dict[str, np.ndarray] | None = None,
    trial: str = TRIAL,
) -> AsGood:
    """How often do simulated trials hold a find this good?

    Parameters
    ----------
    trials, members, trial
        As in :func:`simulated`.
    subgroup_names, named, hr, p, p_other, contrast
        As in :func:`as_good_as`; the test of ALSFRS-R is the ordinary Wilcoxon test.
    """
    names, p_other = _bar(subgroup_names, named, hr, p, p_other)
    this = choices.read(trial)
    table = simulated_table(trials, this)
    made = simulated_groups(trials, this, names, members)
    groups = choices.groups(table, this, members, names, made)
    z_other = simulated(trials, _others(this, names, contrast), members=members, trial=trial).z
    member = np.stack([groups[name] for name in names], axis=2)
    find = _is_find(table, this, trials.arm, member, contrast, hr, p)
    return _counted(find, z_other, p_other, names.index(named))


def _bar(names, named, hr, p, p_other):
    names = choices.listed("subgroup_names", names)
    choices.one_of("named", named, names)
    p_other = p if p_other is None else p_other
    one("p", p, 0, 1)
    one("p_other", p_other, 0, 1)
    if not one("hr", hr) > 0:
        raise ValueError(f"hr is {hr}; a hazard ratio must be above 0")
    return names, p_other


def _others(this, names, contrast):
    """Looks at the other endpoint, in each subgroup."""
    return [Look(choices.other_endpoint(this)["name"], contrast, name) for name in names]


def _shuffled(cohort, this, names, groups, contrast, n, rng):
    """Codes of the arms (shuffles, patients), and z of the other endpoint under them."""
    codes = labels.arm_codes(cohort, this)
    labels.check_count(n, len(codes))
    sizes = np.bincount(codes)
    columns = [(each.endpoint, each.subgroup, None) for each in _others(this, names, contrast)]
    scores = labels.score_columns(cohort, this, columns, groups)
    weights = labels.arm_weights(this, contrast, sizes)
    arms = labels.deal(sizes, n, rng)
    return arms, labels.z_of(arms, scores, weights)


def _is_find(table, this, arms, member, contrast, hr, p):
    """Whether each trial and subgroup is a find on time to event: bool (trials, subgroups)."""
    time, event = choices.outcome(table, this, choices.time_endpoint(this)["name"])
    treated, compared = compare(arms, this, contrast)
    find = logrank(time, event, treated, among(member, compared)).p_one_sided <= p
    row, column = np.nonzero(find)  # Cox costs more, and is needed only here
    if row.size:
        mine = member[row if len(member) > 1 else 0, :, column] & compared[row]
        time, event = (each if each.ndim == 1 else each[row] for each in (time, event))
        find[row, column] = cox(time, event, treated[row], mine[:, :, None]).hr[:, 0] <= hr
    return find


def _counted(find, z_other, p_other, at):
    both = find & (z_other >= _normal.quantile(1 - p_other))
    hits = (find[:, at], find.any(axis=1), both[:, at], both.any(axis=1))
    return AsGood(*(float(hit.mean()) for hit in hits), len(find))
