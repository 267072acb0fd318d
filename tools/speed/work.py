"""The work that every program is given."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from secondlook.cohort import load
from secondlook.fishing import subgroups
from secondlook.simulate import World, simulate

WORLD = "nothing_works"
TRIALS = 2000  # of the ratios; the goals have their own
ONE_BY_ONE = 1000  # tests laid out for the programs that take one at a time


@dataclass(frozen=True)
class Work:
    """Simulated trials; arrays are (trials, patients), member (trials, patients, subgroups).

    Attributes
    ----------
    value : scores with ties, for rank tests.
    member : whose patient belongs where; another draw of the twin's patients in each trial.
    """

    time: np.ndarray
    event: np.ndarray
    treated: np.ndarray
    value: np.ndarray
    member: np.ndarray

    @classmethod
    def simulated(cls, trials: int, rng: np.random.Generator) -> "Work":
        """Return trials of a drug that does nothing, with the subgroups of the twin's patients."""
        made = simulate(World.load(WORLD), trials, rng)
        twin = load("e0302")
        groups = np.stack(list(subgroups(twin).values()), axis=1)
        dealt = rng.permuted(np.tile(np.arange(len(twin)), (trials, 1)), axis=1)
        score = twin["alsfrs_change"].dropna().to_numpy(float)
        value = rng.choice(score, size=made.time.shape)
        return cls(made.time, made.event, made.arm > 0, value, groups[dealt])

    @property
    def patients(self) -> int:
        """How many patients a trial has."""
        return self.time.shape[1]

    @property
    def subgroups(self) -> int:
        """How many subgroups a trial has."""
        return self.member.shape[2]

    @cached_property
    def everyone(self) -> "Work":
        """The same trials with one subgroup, that of everyone."""
        member = np.ones((1, self.patients, 1), dtype=bool)
        return Work(self.time, self.event, self.treated, self.value, member)

    def first(self, trials: int) -> "Work":
        """The same work with the first trials only."""
        member = self.member if len(self.member) == 1 else self.member[:trials]
        rows = (each[:trials] for each in (self.time, self.event, self.treated, self.value))
        return Work(*rows, member)

    def pieces(self, count: int = ONE_BY_ONE) -> list["Piece"]:
        """The single tests, trial after trial and in each trial subgroup after subgroup."""
        places = np.ndindex(len(self.time), self.subgroups)
        return [self._piece(*at) for at, _ in zip(places, range(count), strict=False)]

    def _piece(self, trial, subgroup):
        chosen = self.member[trial % len(self.member), :, subgroup]
        rows = (each[trial] for each in (self.time, self.event, self.treated, self.value))
        return Piece(chosen, *rows)


@dataclass(frozen=True)
class Piece:
    """One test: a row of a trial and who of it is meant."""

    member: np.ndarray
    whole_time: np.ndarray
    whole_event: np.ndarray
    whole_treated: np.ndarray
    whole_value: np.ndarray

    @property
    def time(self) -> np.ndarray:
        """Times of the members, as float."""
        return self.whole_time[self.member].astype(float)

    @property
    def event(self) -> np.ndarray:
        """Events of the members, bool."""
        return self.whole_event[self.member]

    @property
    def treated(self) -> np.ndarray:
        """Arms of the members, bool."""
        return self.whole_treated[self.member]

    @property
    def value(self) -> np.ndarray:
        """Scores of the members."""
        return self.whole_value[self.member]
