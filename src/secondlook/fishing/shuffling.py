"""Trials in which the labels mean nothing, seen through a family of looks.

Either the arms of one cohort are shuffled, or whole trials are simulated with patients of their
own; what is then counted is the same.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from secondlook import _normal
from secondlook._planning import fit, numbers, one, positive
from secondlook.fishing import choices, labels
from secondlook.fishing.choices import EVERYONE, TRIAL, Look
from secondlook.ranks import wilcoxon
from secondlook.survival import logrank


@dataclass(frozen=True)
class Shuffle:
    """What a family of looks found in each of many trials, shuffled or simulated.

    Attributes
    ----------
    looks : the looks, in the order of the columns of z.
    z : (trials, looks), positive for a benefit of the treated; nan if a look has no information.
    """

    looks: tuple[Look, ...]
    z: np.ndarray

    def only(self, looks: Iterable[Look]) -> "Shuffle":
        """The same trials, seen through some of the looks."""
        chosen = choices.listed("looks", looks)
        place = {look: column for column, look in enumerate(self.looks)}
        missing = [look for look in chosen if look not in place]
        if missing:
            raise ValueError(f"{missing[0]} is not among the looks that were shuffled")
        return Shuffle(chosen, self.z[:, [place[look] for look in chosen]])

    @classmethod
    def joined(cls, parts: Iterable["Shuffle"]) -> "Shuffle":
        """Many blocks of trials as one; all must have the same looks."""
        parts = list(parts)
        if not parts or any(part.looks != parts[0].looks for part in parts):
            raise ValueError("parts must be at least one, all with the same looks in one order")
        return cls(parts[0].looks, np.concatenate([part.z for part in parts]))

    def found(self, alpha, sides) -> np.ndarray:
        """Which looks are significant: bool (trials, looks).

        Parameters
        ----------
        alpha : float or (looks,)
            Level of each look, between 0 and 1; of both sides together if sides is 2. One for
            each look serves boundaries that differ, such as O'Brien and Fleming's.
        sides : 1, 2 or "either"
            1 counts only a benefit of the treated, 2 a difference either way. "either" is a
            one-sided test at alpha whose side is chosen after looking.
        """
        check_level(alpha, sides)
        fit(looks=self.z[0], alpha=alpha)
        return _reached(self.z, sides) > _limits(alpha, sides)

    def familywise(self, alpha, sides) -> float:
        """Share of trials in which at least one look is significant, unadjusted."""
        return float(self.found(alpha, sides).any(axis=1).mean())

    def familywise_se(self, alpha, sides) -> float:
        """Monte Carlo standard error of :meth:`familywise`."""
        return share_se(self.familywise(alpha, sides), len(self.z))

    def climb(self, alpha, sides) -> np.ndarray:
        """Family-wise error of the first 1, 2, … looks, in their order: (looks,)."""
        found = self.found(alpha, sides)
        return np.logical_or.accumulate(found, axis=1).mean(axis=0)

    def climb_bonferroni(self, alpha: float, sides) -> np.ndarray:
        """The same when each of the first k looks is tested at alpha / k: (looks,).

        Bonferroni's division keeps every value at or below alpha, up to the size of one test.
        """
        check_level(one("alpha", alpha), sides)
        best = np.maximum.accumulate(_reached(self.z, sides), axis=1)
        return (best > _limits(alpha / np.arange(1, best.shape[1] + 1), sides)).mean(axis=0)

    def min_p(self, sides) -> np.ndarray:
        """The smallest p among the looks of each trial, (trials,); 1 if no look has one."""
        check_level(0.5, sides)
        best = _reached(self.z, sides).max(axis=1)
        return np.minimum(1.0, (2 if sides == 2 else 1) * _normal.upper_tail(best))


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
        The trial whose file names arms, contrasts, endpoints and factors. An endpoint that is a
        change of a score, as in JETALS, is ranked as it stands.

    Returns
    -------
    Shuffle
        z of every shuffle and look; positive is a benefit of the treated.

    Raises
    ------
    ValueError
        If a look names an unknown subgroup, n is below 1 or too large for the memory, or a column
        is missing.

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

    An interim look knows each patient's first days only: whoever is still there on the day of the
    look is censored on it, and ALSFRS-R is that of the last visit so far.

    References
    ----------
    [1] Hájek, Šidák & Sen, Theory of Rank Tests, 2nd ed., Academic Press 1999, sec. 3.3.
    """
    this = choices.read(trial)
    looks = choices.check_looks(looks, this)
    labels.check_count(n, len(looks))
    groups = choices.groups(cohort, this, members, [look.subgroup for look in looks])
    wanted = [(look.endpoint, look.subgroup, look.day) for look in looks]
    columns = {each: place for place, each in enumerate(dict.fromkeys(wanted))}
    scores = labels.score_columns(cohort, this, list(columns), groups)
    sizes = np.bincount(labels.arm_codes(cohort, this))
    weights = {name: labels.arm_weights(this, name, sizes) for name in {e.contrast for e in looks}}
    weights = np.stack([weights[look.contrast] for look in looks])
    at = [columns[each] for each in wanted]
    return Shuffle(looks, labels.shuffled_z(scores, at, weights, sizes, n, rng))


def simulated(
    trials,
    looks: Sequence[Look],
    *,
    members: dict[str, np.ndarray] | None = None,
    trial: str = TRIAL,
) -> Shuffle:
    """Take every look in simulated trials, each with patients of its own.

    Parameters
    ----------
    trials : Trials
        From :func:`secondlook.simulate.simulate`, in a world with the arms of the trial. Interim
        looks at ALSFRS-R need its visits.
    looks : sequence of Look
    members : dict of name to bool array (trials, patients), optional
        Subgroups beyond those of the trial's factors.
    trial : str
        The trial whose file names arms, contrasts, endpoints and factors.

    Returns
    -------
    Shuffle
        z of every trial and look; positive is a benefit of the treated. nan where the subgroup
        has nobody in one of the arms, or nothing to tell them apart.

    Raises
    ------
    ValueError
        If the world's arms are not those of the trial's file, or a look names something unknown.

    Notes
    -----
    Unlike :func:`shuffle` these are the ordinary two-arm tests, among the patients of the two
    arms compared: log-rank, and Wilcoxon without those who have no value.
    """
    this = choices.read(trial)
    looks = choices.check_looks(looks, this)
    table = simulated_table(trials, this)
    names = [look.subgroup for look in looks]
    made = simulated_groups(trials, this, names, members)
    groups = choices.groups(table, this, members, names, made)
    z = np.empty((len(trials.arm), len(looks)))
    for kind in dict.fromkeys((look.endpoint, look.contrast, look.day) for look in looks):
        mine = [i for i, e in enumerate(looks) if (e.endpoint, e.contrast, e.day) == kind]
        endpoint, contrast, day = kind
        treated, compared = compare(trials.arm, this, contrast)
        member = np.stack([groups[looks[i].subgroup] & compared for i in mine], axis=2)
        known = choices.outcome(table, this, endpoint, day)
        if isinstance(known, tuple):
            z[:, mine] = -logrank(*known, treated, member).z
        else:
            z[:, mine] = wilcoxon(known, treated, member & ~np.isnan(known)[:, :, None]).z
    return Shuffle(looks, z)


def independent_familywise(alpha: float, n):
    """Chance that at least one of n independent tests at level alpha is a false alarm.

    n may be an array of numbers from 0 up; 1 − (1 − alpha)^n.
    """
    check_level(one("alpha", alpha), 2)
    return (1 - (1 - alpha) ** positive("n", n, zero=True))[()]


def independent_tests(familywise: float, alpha: float) -> float:
    """How many independent tests at level alpha have this family-wise error.

    The inverse of :func:`independent_familywise`, log(1 − familywise) / log(1 − alpha). Looks at
    the same patients overlap, so this is fewer than the looks; how many depends on the level.
    """
    check_level(one("alpha", alpha), 2)
    familywise = one("familywise", familywise, 0, 1, ends=True)
    return math.inf if familywise == 1 else math.log1p(-familywise) / math.log1p(-alpha)


# --- for the rooms next door


def compare(arms, this, contrast: str) -> tuple[np.ndarray, np.ndarray]:
    """Who is treated in a contrast and who is compared at all, from codes (trials, patients)."""
    treated, control = choices.sides_of(this, contrast)
    treated = np.isin(arms, treated)
    return treated, treated | (arms == control)


def simulated_table(trials, this) -> dict[str, np.ndarray]:
    """Simulated trials as a table whose columns are (trials, patients), named as the trial's."""
    names = tuple(arm.name for arm in this.arms)
    if not hasattr(trials, "months_from_onset"):
        raise ValueError(f"trials is {trials!r:.60}; it must be Trials, which simulate() makes")
    if trials.arms != names:
        raise ValueError(f"trials have the arms {trials.arms}; the trial {this.name!r} has {names}")
    clock, other = choices.time_endpoint(this), choices.other_endpoint(this)
    table = {
        clock["time"]: trials.time,
        clock["event"]: trials.event,
        choices.early_column(this): trials.months_from_onset,
    }
    if trials.change is not None:
        table |= {other["change"]: trials.change, other["worst"]: trials.worst}
    if trials.visits is not None:
        table |= dict(zip(this.visit_columns, np.moveaxis(trials.visits, 2, 0), strict=True))
    return table


def simulated_groups(trials, this, names, members=None) -> dict[str, np.ndarray]:
    """The subgroups of simulated trials, each (trials, patients); none if no name asks for them."""
    if set(names) <= {EVERYONE, *(members or {})}:
        return {}
    made = trials.subgroups(this.name)
    return {name: made.member[:, :, k] for k, name in enumerate(made.names)}


def check_level(alpha, sides, name="alpha") -> None:
    """Refuse a level outside 0 and 1, and sides that are not 1, 2 or "either"."""
    levels = numbers(name, alpha, nan=True)
    if not ((levels > 0) & (levels < 1)).all():
        raise ValueError(f"{name} is {alpha}; it must be between 0 and 1, such as 0.05")
    one_thing = isinstance(sides, str | Real) and not isinstance(sides, bool)
    if not one_thing or sides not in (1, 2, "either"):
        raise ValueError(f"sides is {sides!r}; it must be 1 or 2, or 'either'")


def share_se(share: float, n: int) -> float:
    """Monte Carlo standard error of a share of n trials."""
    return math.sqrt(share * (1 - share) / n)


def _reached(z, sides):
    """How far each z went on the side that counts; −inf where it is nan."""
    return np.where(np.isnan(z), -np.inf, z if sides == 1 else np.abs(z))


def _limits(alpha, sides):
    """How far z must go to be significant at each level."""
    tails = np.asarray(alpha, dtype=float) / (2 if sides == 2 else 1)
    return _normal.quantile(1 - tails)
