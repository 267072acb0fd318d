"""Simulated trials, and what can be read off them: subgroups, contrasts, interim looks, tables."""

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from secondlook._arrays import flags
from secondlook._planning import one
from secondlook.cohort import Trial
from secondlook.cohort import trial as read_trial
from secondlook.simulate._checks import RULES

if TYPE_CHECKING:
    import pandas as pd

_trial = functools.lru_cache(read_trial)


@dataclass(frozen=True)
class Subgroups:
    """Subgroups of simulated trials: names, and member as bool (trials, patients, subgroups)."""

    names: tuple[str, ...]
    member: np.ndarray


@dataclass(frozen=True)
class Trials:
    """Simulated trials; every array is (trials, patients), patients in the order of enrolment.

    Attributes
    ----------
    time : whole days from enrolment to the event or to censoring.
    event : True for an event.
    arm : codes that stand for arms: 0 is the control.
    covariates : baseline factors by name; a category is a code that stands for levels[name].
    enrolled : calendar day of enrolment, 0 for the first possible one.
    change : last observed score less that at enrolment, nan where there is none (or no score).
    worst : True where the patient is ranked worst on change.
    decline : true points lost in 12 weeks of the run-in; an observer never sees it.
    frailty : standard normal; brings the event forward and hastens the decline. Nor this.
    unblinded : points by which a patient who guessed the arm is scored higher.
    enrolled_share : of the patients who entered the run-in.
    visits : (trials, patients, visits) observed scores, nan after the last; None if not asked for.
    """

    arms: tuple[str, ...]
    trial: str | None
    follow_up_days: int
    time: np.ndarray
    event: np.ndarray
    arm: np.ndarray
    covariates: dict[str, np.ndarray]
    levels: dict[str, tuple]
    enrolled: np.ndarray
    frailty: np.ndarray
    change: np.ndarray | None = None
    worst: np.ndarray | None = None
    decline: np.ndarray | None = None
    unblinded: np.ndarray | None = None
    enrolled_share: float = 1.0
    visits: np.ndarray | None = None
    visit_weeks: tuple[float, ...] = ()

    @property
    def months_from_onset(self) -> np.ndarray:
        """Months from first symptoms to enrolment."""
        return self.column("months_from_onset")

    @property
    def ranked_change(self) -> np.ndarray:
        """The change with −inf for those ranked worst, ready for ``ranks.wilcoxon``."""
        return np.where(self.worst, -np.inf, self.change)

    def change_at(self, week: float) -> np.ndarray:
        """Observed score at a visit less that at enrolment, nan where it was missed."""
        if self.visits is None:
            raise ValueError("the trials have no visits; ask for them with visits=True")
        if week not in self.visit_weeks:
            weeks = ", ".join(f"{each:g}" for each in self.visit_weeks)
            raise ValueError(f"week is {week!r}; there are visits in weeks {weeks}")
        return self.visits[:, :, self.visit_weeks.index(week)] - self.visits[:, :, 0]

    def column(self, name: str) -> np.ndarray:
        """A baseline factor by name; errors name those there are."""
        if name not in self.covariates:
            known = ", ".join(self.covariates)
            raise ValueError(f"the trials have no factor {name!r}; they have {known}")
        return self.covariates[name]

    def subgroups(self, trial: str | None = None) -> Subgroups:
        """The subgroups that the factors of a trial's file make; E0302's make 20.

        Parameters
        ----------
        trial : str, optional
            A name in ``data/trials/``; None is the one that the world's file names.

        Raises
        ------
        ValueError
            If there is no such trial, or the world lacks one of its factors.
        """
        this = self._trial(trial)
        names, member = [], []
        for factor in this.factors:
            for level in factor["levels"]:
                rule = next(rule for rule in level if rule in RULES)
                names.append(level["name"])
                member.append(self._passes(this, factor["column"], rule, level[rule]))
        return Subgroups(tuple(names), np.stack(member, axis=2))

    def counts(self, member) -> np.ndarray:
        """How many members of each subgroup are in each arm, (trials, subgroups, arms).

        member is bool (trials, patients, subgroups), such as ``subgroups().member``.
        """
        member = flags("member", member).astype(np.float32)
        if member.ndim != 3 or member.shape[:2] != self.arm.shape:
            trials, patients = self.arm.shape
            raise ValueError(
                f"member has shape {member.shape}; it must be ({trials}, {patients}, subgroups)"
            )
        labels = self.arm[:, None, :] == np.arange(len(self.arms))[:, None]
        return (labels.astype(np.float32) @ member).swapaxes(1, 2).astype(np.int32)

    def treated(self, contrast: str, trial: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Who is treated in a contrast of a trial's file, and who is compared at all.

        Returns
        -------
        treated, compared : bool (trials, patients)
            Compared are the treated and the control; leave the others out as non-members.
        """
        this = self._trial(trial)
        contrasts = {each.name: each.treated for each in this.contrasts}
        if contrast not in contrasts:
            raise ValueError(f"contrast {contrast!r} is unknown; choose from {list(contrasts)}")
        missing = [arm for arm in contrasts[contrast] if arm not in self.arms]
        if missing:
            raise ValueError(f"contrast {contrast!r} needs the arm {missing[0]!r}: {self.arms}")
        treated = np.isin(self.arm, [self.arms.index(arm) for arm in contrasts[contrast]])
        return treated, treated | (self.arm == 0)

    def seen_on(self, day: float) -> "Trials":
        """What an interim look on a calendar day knows.

        Patients who are not yet enrolled have time 0 and no event, which no test counts. The
        score is left out: what would be the last one then is not kept.
        """
        day = one("day", day)
        if day <= 0:
            raise ValueError(f"day is {day:g}; it must be a calendar day after the first, above 0")
        since = np.clip(day - self.enrolled, 0, None).astype(self.time.dtype)
        event = self.event & (self.time <= since)
        time = np.minimum(self.time, since)
        return replace(self, time=time, event=event, change=None, worst=None, visits=None)

    def table(self, trial: int) -> "pd.DataFrame":
        """One trial as a table with the columns of :func:`secondlook.cohort.load`.

        So whatever takes the twin takes a simulated trial.
        """
        import pandas as pd

        number = len(self.time)
        if not isinstance(trial, int | np.integer) or not -number <= trial < number:
            raise ValueError(f"trial is {trial!r}; there are trials 0 to {number - 1}")
        columns = {
            "patient": np.arange(1, self.time.shape[1] + 1),
            "arm": np.array(self.arms, dtype=object)[self.arm[trial]],
            "days": self.time[trial],
            "event": self.event[trial],
        }
        if self.change is not None:
            columns |= {"alsfrs_change": self.change[trial], "worst_rank": self.worst[trial]}
        for name, values in self.covariates.items():
            row = values[trial]
            columns[name] = (
                _words(self.levels[name])[row] if name in self.levels else row.astype(float)
            )
        if self.visits is not None:
            for week, scores in zip(self.visit_weeks, self.visits[trial].T, strict=True):
                columns[f"alsfrs_w{week:g}"] = scores.astype(float)
        early = {} if self.trial is None else self._trial(None).early
        if early:
            columns["early"] = self.column(early["column"])[trial] <= early["at_most"]
        return pd.DataFrame(columns)

    def _trial(self, name) -> Trial:
        if name is None and self.trial is None:
            raise ValueError("the world's file names no trial; say which, such as trial='e0302'")
        return _trial(self.trial if name is None else name)

    def _passes(self, this, column, rule, value):
        if column == "early":  # of the trial's file, a rule on another column
            value_is = self.column(this.early["column"]) <= this.early["at_most"]
            return RULES[rule](value_is, value)
        found = self.column(column)
        if column in self.levels:
            levels = self.levels[column]
            if value not in levels:
                raise ValueError(f"the factor {column!r} has no level {value!r}, but {levels}")
            value = levels.index(value)
        return RULES[rule](found, value)


def _words(levels):
    """Levels as an array that keeps True and 1 what they are."""
    kind = None if len({type(level) for level in levels}) == 1 else object
    words = np.array(levels, dtype=kind)
    return words.astype(object) if words.dtype.kind == "U" else words
