"""What is true in an imagined world: a small frozen dataclass, read from ``data/worlds/``.

A file holds every entry, or says ``"like": "e0302"`` and only what differs: an entry given in
the file replaces the whole entry of the other; what it assumes is added to what the other does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from secondlook._data import data_path
from secondlook.simulate import _checks, _entries
from secondlook.simulate.parts import Factor, Randomisation, Score, Stratum, Unblinding


def worlds() -> tuple[str, ...]:
    """Names of the worlds that :meth:`World.load` knows."""
    return tuple(sorted(path.stem for path in data_path("worlds").glob("*.json")))


@dataclass(frozen=True)
class World:
    """What is true in one imagined world.

    Every value is checked when a world is made, so ``dataclasses.replace`` is safe.

    Attributes
    ----------
    assumed : what the file assumes because nobody printed it.
    trial : the file of ``data/trials/`` whose rules make subgroups and contrasts, or None.
    arms : names, the control first; patients : how many in each (with minimisation, about).
    follow_up_days : everyone still there is censored on this day of their own.
    enrolment_days : patients enter evenly over so many days.
    last_day : calendar day on which the whole trial ends, or None.
    factors : baseline factors by name, drawn independently.
    strata : named groups of patients by a rule on a factor.
    hazard_from_day, hazard : hazard of an event per day in the control arm, constant from each of
        the days to the next, by stratum; every patient is in exactly one of these.
    withdrawal_hazard : per day, the same for everyone.
    hazard_ratio, decline_ratio : of each arm by stratum ("everyone" for all), against the
        control; those of several strata multiply, a stratum not named has 1.
    score : the course of ALSFRS-R, or None.
    randomisation : how patients come to their arms.
    unblinding : by arm; an arm not named has none.
    """

    name: str
    title: str
    description: str
    assumed: tuple[str, ...]
    trial: str | None
    arms: tuple[str, ...]
    patients: tuple[int, ...]
    follow_up_days: int
    enrolment_days: int
    last_day: int | None
    factors: Mapping[str, Factor]
    strata: Mapping[str, Stratum]
    hazard_from_day: tuple[float, ...]
    hazard: Mapping[str, tuple[float, ...]]
    withdrawal_hazard: float
    hazard_ratio: Mapping[str, Mapping[str, float]]
    decline_ratio: Mapping[str, Mapping[str, float]]
    score: Score | None
    randomisation: Randomisation
    unblinding: Mapping[str, Unblinding]

    @classmethod
    def load(cls, name: str) -> "World":
        """Read a world from ``data/worlds/``.

        Raises
        ------
        ValueError
            If there is no such world (the message lists those there are), or if its file lacks
            an entry or holds an impossible one.
        """
        return cls.from_entries(_entries_of(name))

    @classmethod
    def read(cls, path: str | Path) -> "World":
        """Read a world from a file of your own; errors as in :meth:`load`."""
        try:
            entries = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path} is not a world's file in JSON: {error}") from None
        return cls.from_entries(entries)

    @classmethod
    def from_entries(cls, entries: dict) -> "World":
        """Make a world from the entries of its file, checking each; errors as in :meth:`load`."""
        return cls(**_entries.parts(_complete(entries)))

    def __post_init__(self):
        _checks.check(self)

    @property
    def size(self) -> int:
        """How many patients a trial has."""
        return sum(self.patients)

    def with_effect(self, hazard_ratio=None, decline_ratio=None) -> "World":
        """The same world with another truth about the drug.

        Parameters
        ----------
        hazard_ratio, decline_ratio : dict of arm to ratio, or to a dict of stratum to ratio
            ``{"50 mg": {"early": 0.57, "late": 1}, "25 mg": 0.8}``. An arm not named keeps what
            it has; a stratum not named has 1.
        """
        changed = {}
        for name, new in (("hazard_ratio", hazard_ratio), ("decline_ratio", decline_ratio)):
            if new is not None:
                changed[name] = dict(getattr(self, name)) | _entries.ratios(name, new)
        return replace(self, **changed)

    def with_randomisation(self, method: str, **settings) -> "World":
        """The same world with patients randomised in another way.

        Parameters
        ----------
        method : "shuffled", "simple", "blocks" or "minimisation"
        settings : block, factors, probability, measure
            As in the file, see :class:`Randomisation`; what is not given stays as it was.
        """
        known = [field.name for field in fields(Randomisation)]
        _checks.known("randomisation", settings, known)
        if "factors" in settings:
            settings["factors"] = _entries.balances(settings["factors"])
        return replace(self, randomisation=replace(self.randomisation, method=method, **settings))

    def with_score(self, **settings) -> "World":
        """The same world with another course of ALSFRS-R; see :class:`Score`."""
        if self.score is None:
            raise ValueError(f"the world {self.name!r} has no score; its file needs 'alsfrs'")
        _checks.known("alsfrs", settings, [field.name for field in fields(Score)])
        return replace(self, score=replace(self.score, **settings))

    def with_unblinding(self, unblinding: dict) -> "World":
        """The same world with other guessers: ``{"50 mg": {"share": 0.3, "points": 1.5}}``."""
        return replace(self, unblinding=_entries.unblinding(unblinding))


def _entries_of(name: str) -> dict:
    if name not in worlds():
        raise ValueError(f"there is no world {name!r}; choose from {', '.join(worlds())}")
    return json.loads(data_path("worlds", f"{name}.json").read_text(encoding="utf-8"))


def _complete(entries: dict, seen: tuple[str, ...] = ()) -> dict:
    """The entries of a file together with those of the world that it is like."""
    if not isinstance(entries, dict) or "like" not in entries:
        return entries
    other = entries["like"]
    if other in seen:
        raise ValueError(f"like: {other!r} leads back to itself; one of the files must be whole")
    rest = {name: entry for name, entry in entries.items() if name != "like"}
    found = _complete(_entries_of(other), (*seen, other))
    if "assumed" in rest and isinstance(rest["assumed"], list):
        rest["assumed"] = [*found.get("assumed", []), *rest["assumed"]]
    return found | rest
