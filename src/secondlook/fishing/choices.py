"""What can be looked at: endpoint, contrast with placebo, subgroup, cut-point and day of the look.

All names come from the trial's file, ``data/trials/NAME.json``. A table of patients is anything
that gives a column by its name; its columns are (patients,), or (trials, patients) where many
simulated trials are looked at together.
"""

import functools
import itertools
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from secondlook import _arrays
from secondlook._planning import as_given, numbers
from secondlook.cohort import Trial
from secondlook.cohort import trial as read_trial
from secondlook.ranks import worst_ranked

_read = functools.lru_cache(read_trial)


def read(trial: str) -> Trial:
    """A trial's file, read once."""
    if not isinstance(trial, str):
        raise ValueError(f"trial is {trial!r:.60}; it must be a trial's name, such as 'e0302'")
    return _read(trial)


TRIAL = "e0302"
ENDPOINTS = tuple(endpoint["name"] for endpoint in read(TRIAL).endpoints)
CONTRASTS = tuple(contrast.name for contrast in read(TRIAL).contrasts)
EVERYONE = "everyone"
_ONE_VALUE = ("change at visit", "change")  # endpoints of one value a patient, known at the end
_RULES = {
    "equals": operator.eq,
    "other_than": operator.ne,
    "below": operator.lt,
    "at_least": operator.ge,
}


@dataclass(frozen=True)
class Look:
    """One comparison: endpoint, contrast with placebo, subgroup, and when it is made.

    The names are those of the trial's file; the functions that take looks check them.

    Attributes
    ----------
    endpoint, contrast, subgroup : names.
    day : an interim look that knows each patient's first so many days; None is the end.
    """

    endpoint: str
    contrast: str
    subgroup: str = EVERYONE
    day: int | None = None


def looks(
    endpoints: Iterable[str],
    contrasts: Iterable[str],
    subgroups: Iterable[str],
    days: Iterable[int | None] = (None,),
) -> tuple[Look, ...]:
    """Every combination of endpoint, contrast, subgroup and day, in that order of nesting.

    Parameters
    ----------
    endpoints : of "time to event", "ALSFRS-R"
    contrasts : of "pooled" (both doses v placebo), "50 mg", "25 mg" (that dose v placebo)
    subgroups : names; "everyone" is the whole cohort
    days : days of follow-up at which interim looks are made; None is the end
    """
    lists = {"endpoints": endpoints, "contrasts": contrasts, "subgroups": subgroups, "days": days}
    lists = [listed(name, value) for name, value in lists.items()]
    return tuple(Look(*each) for each in itertools.product(*lists))


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
    for factor in read(trial).factors:
        values = column(cohort, factor["column"])
        for level in factor["levels"]:
            rules = [rule for rule in level if rule in _RULES]
            if len(rules) != 1:
                raise ValueError(f"level {level['name']!r} needs one rule: {', '.join(_RULES)}")
            try:
                member = _RULES[rules[0]](values, level[rules[0]])
            except TypeError:
                raise ValueError(
                    f"cohort: column {factor['column']!r} does not hold numbers, which "
                    f"{level['name']!r} needs"
                ) from None
            made[level["name"]] = np.asarray(member, dtype=bool)
    return made


def factor_levels(trial: str = TRIAL) -> dict[str, tuple[str, ...]]:
    """The names of the subgroups that each baseline factor of a trial makes."""
    return {
        factor["column"]: tuple(level["name"] for level in factor["levels"])
        for factor in read(trial).factors
    }


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
    one_of("side", side, ("early", "late", "either"))
    cuts = numbers("months", months)
    if cuts.ndim != 1 or cuts.size == 0 or not np.isfinite(cuts).all():
        raise ValueError("months must be a row of at least one finite number")
    onset = column(cohort, early_column(read(trial))).astype(float)
    made = {}
    if side != "late":
        made |= {f"{cut:g} months or less": onset <= cut for cut in cuts}
    if side != "early":
        made |= {f"more than {cut:g} months": onset > cut for cut in cuts}
    if len(made) < len(cuts) * (2 if side == "either" else 1):
        raise ValueError(f"months {list(cuts)} holds two cuts that are the same; give each once")
    return made


def event_days(cohort, shares: Iterable[float], trial: str = TRIAL) -> tuple[int, ...]:
    """Days of follow-up by which given shares of the events had happened, for interim looks.

    Parameters
    ----------
    cohort : DataFrame
        The patient table.
    shares : of numbers above 0 and up to 1
        A look after half of the events has half of the information.
    """
    endpoint = time_endpoint(read(trial))
    time, event = outcome(cohort, read(trial), endpoint["name"])
    days = np.sort(time[event])
    shares = listed("shares", shares)
    numbers("shares", shares)
    if not shares or not all(0 < share <= 1 for share in shares):
        raise ValueError(f"shares is {list(shares)}; give numbers above 0 and up to 1, such as 0.5")
    if not days.size:
        raise ValueError(f"cohort: nobody has an event in {endpoint['event']!r}; give one with")
    return tuple(int(days[math.ceil(share * days.size) - 1]) for share in shares)


# --- for the rooms next door


def column(cohort, name: str) -> np.ndarray:
    """A column of the table, or a ValueError that names it."""
    try:
        return np.asarray(cohort[name])
    except (KeyError, IndexError, TypeError):
        raise ValueError(f"cohort has no column {name!r}; use secondlook.cohort.load") from None


def listed(name: str, value) -> tuple:
    """Several things as a tuple; one text, or one number, is not a list."""
    if isinstance(value, str):
        raise ValueError(f"{name} is the text {value!r}; give a list, such as [{value!r}]")
    if not isinstance(value, Iterable):
        raise ValueError(f"{name} is {value!r:.60}; give a list")
    return tuple(value)


def one_of(name: str, value, known) -> None:
    """Refuse a name that is not among those known."""
    if value not in known:
        raise ValueError(f"{name} {value!r} is unknown; choose from {', '.join(map(repr, known))}")


def time_endpoint(this: Trial) -> dict:
    """The trial's endpoint of the kind "time to event"."""
    return _endpoint(this, True, "time to event")


def other_endpoint(this: Trial) -> dict:
    """The trial's first endpoint of another kind."""
    return _endpoint(this, False, "a kind other than time to event")


def early_column(this: Trial) -> str:
    """The column that tells early from late patients."""
    if not this.early:
        raise ValueError(f"trial {this.name!r} does not say who is early; cut its months yourself")
    return this.early["column"]


def _endpoint(this: Trial, of_time: bool, what: str) -> dict:
    for each in this.endpoints:
        if (each["kind"] == "time to event") == of_time:
            return each
    names = ", ".join(repr(each["name"]) for each in this.endpoints)
    raise ValueError(f"trial {this.name!r} has no endpoint of {what}, only {names}")


def sides_of(this: Trial, contrast: str) -> tuple[list[int], int]:
    """Codes of the treated arms of a contrast, and of the control arm."""
    treated = {each.name: each.treated for each in this.contrasts}
    one_of("contrast", contrast, tuple(treated))
    names = [arm.name for arm in this.arms]
    control = [arm.control for arm in this.arms].index(True)
    return [names.index(name) for name in treated[contrast]], control


def check_looks(looks, this: Trial) -> tuple[Look, ...]:
    """The looks as a tuple, their endpoints, contrasts and days checked."""
    looks = listed("looks", looks)
    if not looks or not all(isinstance(look, Look) for look in looks):
        raise ValueError("looks must be at least one Look; fishing.looks() makes them")
    for look in looks:
        one_of("endpoint", look.endpoint, [each["name"] for each in this.endpoints])
        one_of("contrast", look.contrast, [each.name for each in this.contrasts])
        if look.day is not None and not (isinstance(look.day, Real) and look.day > 0):
            raise ValueError(f"day is {look.day!r}; an interim look needs a day above 0, or None")
        kind = next(each["kind"] for each in this.endpoints if each["name"] == look.endpoint)
        if look.day is not None and kind in _ONE_VALUE:
            raise ValueError(
                f"day is {look.day}, but {look.endpoint!r} of trial {this.name!r} is known at the "
                "end only; give None"
            )
    return looks


def groups(cohort, this: Trial, members, names, made=None) -> dict[str, np.ndarray]:
    """Subgroups by name, "everyone" and the caller's own among them, checked against names.

    made are the subgroups of the trial's factors, where the caller has them already.
    """
    first = this.endpoints[0]
    shape = column(cohort, first.get("time", first.get("change"))).shape
    known = {EVERYONE: np.ones(shape, dtype=bool)}
    known |= subgroups(cohort, this.name) if made is None else made
    if not isinstance(members, dict | None):
        raise ValueError(f"members is {members!r:.60}; it must be a dict of name to patients")
    for name, member in (members or {}).items():
        member = as_given(f"members[{name!r}]", member)
        if member.dtype != bool or member.shape != shape:
            raise ValueError(
                f"members[{name!r}] has shape {member.shape} and type {member.dtype}; it must be "
                f"one True or False for each of the {' × '.join(map(str, shape))} patients"
            )
        known[name] = member
    if not names:
        raise ValueError("no subgroup is named; give at least one, such as 'everyone'")
    for name in names:
        one_of("subgroup", name, tuple(known))
    return known


def outcome(cohort, this: Trial, endpoint: str, day: int | None = None):
    """What is known of an endpoint on a day of follow-up: time and event, or one value a patient.

    The value ranks those with a worst rank, if the endpoint has such, below all others; it is nan
    where there is none.
    """
    rule = next(each for each in this.endpoints if each["name"] == endpoint)
    if rule["kind"] in _ONE_VALUE:
        return _finite_or_nan(column(cohort, rule["change"]), rule["change"])
    clock = time_endpoint(this)
    time = column(cohort, clock["time"])
    seen = np.inf if day is None else day
    if rule["kind"] == "time to event":
        event = _arrays.as_flags(rule["event"], column(cohort, rule["event"]))
        return np.minimum(time, seen), event.reshape(time.shape) & (time <= seen)
    worst = _arrays.as_flags(rule["worst"], column(cohort, rule["worst"])).reshape(time.shape)
    change = column(cohort, rule["change"]) if day is None else _change_by(cohort, this, day)
    return worst_ranked(_finite_or_nan(change, rule["change"]), worst & (time <= seen))


def _finite_or_nan(change, name: str) -> np.ndarray:
    if np.isinf(change).any():
        raise ValueError(f"{name} is infinite for some patient; use nan for no value")
    return change


def _change_by(cohort, this: Trial, day: int) -> np.ndarray:
    """Last value at a visit up to the day, less that of the first visit; nan before the second."""
    first, *later = this.visit_columns
    change = np.full(column(cohort, first).shape, np.nan)
    for week, name in zip(this.visit_weeks[1:], later, strict=True):
        if 7 * week <= day:
            value = column(cohort, name) - column(cohort, first)
            change = np.where(np.isnan(value), change, value)
    return change
