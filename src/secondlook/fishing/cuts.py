"""A search over cut-points: where the time since onset is cut, the p that gets reported."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook.fishing import choices
from secondlook.fishing.choices import TRIAL, cut_point_subgroups, looks
from secondlook.fishing.shuffling import Shuffle, shuffle, simulated, simulated_table


@dataclass(frozen=True)
class CutPoints:
    """A search over cut-points in trials where the labels mean nothing.

    Attributes
    ----------
    subgroups : names of the columns.
    shuffles : the looks at time to event behind them.
    """

    subgroups: tuple[str, ...]
    shuffles: Shuffle

    @property
    def p_one_sided(self) -> np.ndarray:
        """(trials, subgroups) p for a benefit of the treated."""
        return _normal.upper_tail(self.shuffles.z)

    @property
    def smallest(self) -> np.ndarray:
        """(trials,) the smallest one-sided p, the one that gets reported."""
        return self.shuffles.min_p(1)

    def familywise(self, alpha, sides) -> float:
        """Share of null trials in which some cut-point is significant."""
        return self.shuffles.familywise(alpha, sides)

    def familywise_se(self, alpha, sides) -> float:
        """Monte Carlo standard error of :meth:`familywise`."""
        return self.shuffles.familywise_se(alpha, sides)


def cut_points(
    cohort,
    months: Sequence[float],
    n: int,
    rng: np.random.Generator,
    contrast: str = "pooled",
    *,
    side: str = "early",
    trial: str = TRIAL,
) -> CutPoints:
    """Shuffle the arms n times and cut the time since onset at each of the months.

    Parameters as in :func:`shuffle` and :func:`cut_point_subgroups`.
    """
    members = cut_point_subgroups(cohort, months, side, trial=trial)
    chosen = looks([choices.time_endpoint(choices.read(trial))["name"]], [contrast], members)
    found = shuffle(cohort, chosen, n, rng, members=members, trial=trial)
    return CutPoints(tuple(members), found)


def cut_points_simulated(
    trials,
    months: Sequence[float],
    contrast: str = "pooled",
    *,
    side: str = "early",
    trial: str = TRIAL,
) -> CutPoints:
    """Search the cut-points of simulated trials, each with patients of its own.

    Parameters
    ----------
    trials : Trials
        From :func:`secondlook.simulate.simulate`, in a world with the arms of the trial.
    months, contrast, side, trial
        As in :func:`cut_points`.

    Returns
    -------
    CutPoints
        Its z is that of the ordinary two-arm log-rank test, positive for a benefit; nan where a
        cut leaves nobody in an arm.

    Raises
    ------
    ValueError
        If the world's arms are not those of the trial's file.
    """
    this = choices.read(trial)
    members = cut_point_subgroups(simulated_table(trials, this), months, side, trial=trial)
    chosen = looks([choices.time_endpoint(this)["name"]], [contrast], members)
    return CutPoints(tuple(members), simulated(trials, chosen, members=members, trial=trial))
