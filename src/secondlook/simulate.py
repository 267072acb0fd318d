"""Trials from imagined worlds, in which the truth about the drug is known.

A world is a file in ``data/worlds/``: how long ago patients fell ill, how events and withdrawals
come, and what each dose does to the hazard of an event in early and in late patients.
"""

import itertools
import json
import math
from dataclasses import dataclass

import numpy as np

from secondlook._data import data_path

_ENTRIES = (
    "name",
    "title",
    "description",
    "arms",
    "follow_up_days",
    "cut_months",
    "months_from_onset",
    "event_hazard_per_day",
    "withdrawal_hazard_per_day",
    "hazard_ratio",
)


def worlds() -> tuple[str, ...]:
    """Names of the worlds that :meth:`World.load` knows."""
    return tuple(sorted(path.stem for path in data_path("worlds").glob("*.json")))


@dataclass(frozen=True)
class World:
    """What is true in one imagined world.

    Attributes
    ----------
    arms : names, placebo first; patients : how many in each.
    follow_up_days : everyone still there is censored on this day.
    cut_months : patients this long after onset, or less, are early.
    month_edges, month_probabilities : time since onset, uniform within each bin.
    hazard_from_day, early_hazard, late_hazard : placebo hazard of an event per day, constant from
        each of the days to the next.
    withdrawal_hazard : per day, the same for everyone.
    early_ratio, late_ratio : hazard ratio of each arm, 1 for placebo.
    """

    name: str
    title: str
    description: str
    arms: tuple[str, ...]
    patients: tuple[int, ...]
    follow_up_days: int
    cut_months: float
    month_edges: tuple[float, ...]
    month_probabilities: tuple[float, ...]
    hazard_from_day: tuple[float, ...]
    early_hazard: tuple[float, ...]
    late_hazard: tuple[float, ...]
    withdrawal_hazard: float
    early_ratio: tuple[float, ...]
    late_ratio: tuple[float, ...]

    @classmethod
    def load(cls, name: str) -> "World":
        """Read a world from ``data/worlds/``.

        Raises
        ------
        ValueError
            If there is no such world (the message lists those there are), or if its file lacks
            an entry or holds an impossible one.
        """
        if name not in worlds():
            raise ValueError(f"there is no world {name!r}; choose from {', '.join(worlds())}")
        text = data_path("worlds", f"{name}.json").read_text(encoding="utf-8")
        return cls.from_entries(json.loads(text))

    @classmethod
    def from_entries(cls, entries: dict) -> "World":
        """Make a world from the entries of its file, checking each; errors as in :meth:`load`."""
        _check_names("world", entries, _ENTRIES)
        arms, patients = _arms(entries["arms"])
        days = _count("follow_up_days", entries["follow_up_days"])
        edges, probabilities = _onset(entries["months_from_onset"])
        from_day, early, late = _hazards(entries["event_hazard_per_day"], days)
        early_ratio, late_ratio = _ratios(entries["hazard_ratio"], arms[1:])
        return cls(
            name=str(entries["name"]),
            title=str(entries["title"]),
            description=str(entries["description"]),
            arms=arms,
            patients=patients,
            follow_up_days=days,
            cut_months=_rate("cut_months", entries["cut_months"]),
            month_edges=edges,
            month_probabilities=probabilities,
            hazard_from_day=from_day,
            early_hazard=early,
            late_hazard=late,
            withdrawal_hazard=_rate(
                "withdrawal_hazard_per_day", entries["withdrawal_hazard_per_day"]
            ),
            early_ratio=early_ratio,
            late_ratio=late_ratio,
        )


@dataclass(frozen=True)
class Trials:
    """Simulated trials; every array is (trials, patients).

    Attributes
    ----------
    time : whole days to the event or to censoring.
    event : True for an event.
    arm : 0 for placebo, then the doses in the order of the world's arms.
    months_from_onset : months from first symptoms to enrolment.
    arms : names that the codes of arm stand for.
    """

    time: np.ndarray
    event: np.ndarray
    arm: np.ndarray
    months_from_onset: np.ndarray
    arms: tuple[str, ...]


def simulate(world: World, trials: int, rng: np.random.Generator) -> Trials:
    """Run trials in a world.

    Parameters
    ----------
    world : World
    trials : int
        How many trials.
    rng : numpy Generator

    Returns
    -------
    Trials
        Each trial randomises the world's patients in random order. Times are drawn by inverting
        the cumulative hazard, and rounded up to whole days.

    Raises
    ------
    ValueError
        If trials is not a whole number from 1 up.
    """
    if isinstance(trials, bool) or not isinstance(trials, int | np.integer) or trials < 1:
        raise ValueError(f"trials is {trials!r}; it must be a whole number from 1 up")
    shape = (trials, sum(world.patients))
    arm = np.repeat(np.arange(len(world.arms)), world.patients)
    arm = rng.permuted(np.tile(arm, (trials, 1)), axis=1)
    months = _draw_months(world, shape, rng)
    early = months <= world.cut_months
    ratio = np.where(early, np.array(world.early_ratio)[arm], np.array(world.late_ratio)[arm])
    hazard = rng.exponential(size=shape) / ratio
    time = np.where(
        early,
        _day_of(hazard, world, world.early_hazard),
        _day_of(hazard, world, world.late_hazard),
    )
    censored = np.full(shape, float(world.follow_up_days))
    if world.withdrawal_hazard > 0:
        withdrawn = rng.exponential(1 / world.withdrawal_hazard, size=shape)
        censored = np.minimum(censored, withdrawn)
    event = time <= censored
    days = np.ceil(np.minimum(time, censored)).astype(int)
    return Trials(days, event, arm, months, world.arms)


def _draw_months(world, shape, rng):
    edges = np.array(world.month_edges)
    share = np.array(world.month_probabilities)
    chosen = rng.choice(len(share), size=shape, p=share / share.sum())
    # Counted down from the upper edge, so that a bin ending at the cut is early to its end.
    return edges[chosen + 1] - rng.random(shape) * np.diff(edges)[chosen]


def _day_of(hazard, world, per_day):
    """The day on which the cumulative hazard reaches a value; inf after the follow-up."""
    days = np.array([*world.hazard_from_day, world.follow_up_days], dtype=float)
    gathered = np.concatenate([[0.0], np.cumsum(np.array(per_day) * np.diff(days))])
    return np.interp(hazard, gathered, days, right=np.inf)


def _arms(entry):
    good = isinstance(entry, dict) and len(entry) >= 2 and next(iter(entry)) == "placebo"
    _check(good, "arms", entry, "must hold placebo first, then at least one dose")
    return tuple(entry), tuple(_count(f"arms, {arm}", size) for arm, size in entry.items())


def _ratios(entry, doses):
    """Hazard ratio of every arm, placebo's 1 first, in early and in late patients."""
    _check_names("hazard_ratio", entry, doses)
    halves = []
    for half in ("early", "late"):
        ratios = [1.0]
        for dose in doses:
            _check_names(f"hazard_ratio, {dose}", entry[dose], ("early", "late"))
            value, where = entry[dose][half], f"hazard_ratio, {dose}, {half}"
            _check(_is_number(value) and value > 0, where, value, "must be a number above 0")
            ratios.append(float(value))
        halves.append(tuple(ratios))
    return halves


def _onset(entry):
    _check_names("months_from_onset", entry, ("edges", "probabilities"))
    edges = _numbers("months_from_onset, edges", entry["edges"])
    share = _numbers("months_from_onset, probabilities", entry["probabilities"])
    _check(
        _rising(edges) and edges[0] >= 0, "months_from_onset, edges", edges, "must rise from 0 up"
    )
    _check(
        len(share) == len(edges) - 1,
        "months_from_onset, probabilities",
        share,
        f"must have one for each of the {len(edges) - 1} bins",
    )
    _check(
        min(share) >= 0 and math.isclose(sum(share), 1, abs_tol=1e-9),
        "months_from_onset, probabilities",
        share,
        f"must be 0 or more and add up to 1, not {sum(share):g}",
    )
    return edges, share


def _hazards(entry, follow_up):
    name = "event_hazard_per_day"
    _check_names(name, entry, ("from_day", "early", "late"))
    from_day = _numbers(f"{name}, from_day", entry["from_day"])
    good = _rising(from_day) and from_day[0] == 0 and from_day[-1] < follow_up
    _check(good, f"{name}, from_day", from_day, f"must rise from 0 to less than {follow_up}")
    halves = []
    for half in ("early", "late"):
        hazard = _numbers(f"{name}, {half}", entry[half])
        _check(
            len(hazard) == len(from_day) and min(hazard) > 0,
            f"{name}, {half}",
            hazard,
            f"must be {len(from_day)} hazards above 0",
        )
        halves.append(hazard)
    return from_day, *halves


def _check_names(where, entry, names):
    _check(isinstance(entry, dict), where, entry, f"must have the entries {', '.join(names)}")
    missing = [name for name in names if name not in entry]
    if missing:
        raise ValueError(
            f"{where}: the entry {missing[0]!r} is missing; it needs {', '.join(names)}"
        )
    surplus = [name for name in entry if name not in names]
    if surplus:
        raise ValueError(f"{where}: the entry {surplus[0]!r} is not known; use {', '.join(names)}")


def _check(good, name, value, must):
    if not good:
        raise ValueError(f"{name}: {value!r} is not possible; {must}")


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _numbers(name, values):
    good = isinstance(values, list | tuple) and len(values) > 0 and all(map(_is_number, values))
    _check(good, name, values, "must be a list of numbers")
    return tuple(float(value) for value in values)


def _rising(values):
    return all(a < b for a, b in itertools.pairwise(values))


def _count(name, value):
    good = _is_number(value) and value == int(value) and value > 0
    _check(good, name, value, "must be a whole number above 0")
    return int(value)


def _rate(name, value):
    _check(_is_number(value) and value >= 0, name, value, "must be a number of 0 or more")
    return float(value)
