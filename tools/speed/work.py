"""The work that every program is given."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from secondlook.simulate import World, simulate

WORLD, TRIAL = "nothing_works", "e0302"
TRIALS = 2000  # of the ratios; the goals have their own
ONE_BY_ONE = 2000  # tests laid out for the programs that take one at a time


@dataclass(frozen=True)
class Work:
    """Simulated trials; arrays are (trials, patients), member (trials, patients, subgroups).

    Attributes
    ----------
    value : scores with ties, for rank tests.
    member : whose patient belongs where.
    """

    time: np.ndarray
    event: np.ndarray
    treated: np.ndarray
    value: np.ndarray
    member: np.ndarray

    @classmethod
    def simulated(cls, trials: int, rng: np.random.Generator) -> "Work":
        """Return trials of a drug that does nothing, each with patients and subgroups of its own.

        A score that was never taken counts as no change: what matters here is the work.
        """
        made = simulate(World.load(WORLD), trials, rng)
        value = np.nan_to_num(made.change, nan=0.0)
        member = made.subgroups(TRIAL).member
        return cls(made.time, made.event, made.arm > 0, value, member)

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
