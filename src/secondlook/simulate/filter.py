"""A run-in as a filter: whom it lets in by what was seen, and how fast they truly are.

References
----------
[1] Barnett, van der Pols & Dobson, Regression to the mean: what it is and how to deal with it,
    International Journal of Epidemiology 2005, 34, 215-220.
"""

from dataclasses import dataclass

import numpy as np

from secondlook.simulate.parts import Score
from secondlook.simulate.patients import WEEKS, run_in


@dataclass(frozen=True)
class Filtered:
    """Whom a run-in lets in; losses are points in the length of the run-in.

    Attributes
    ----------
    everyone : (people,) true losses of people who enter the run-in.
    enrolled : (people,) true losses of people whose observed loss let them in.
    observed : float
        Mean observed loss of the enrolled.
    share : float
        Of those who entered, the share enrolled.
    """

    everyone: np.ndarray
    enrolled: np.ndarray
    observed: float
    share: float

    @property
    def true(self) -> float:
        """Mean true loss of the enrolled."""
        return float(self.enrolled.mean())

    @property
    def speed_up(self) -> float:
        """True pace of the enrolled over the pace that was seen in the run-in."""
        return self.true / self.observed


def filtered(score: Score, people: int, rng: np.random.Generator) -> Filtered:
    """Let people through a run-in that enrols by the observed loss.

    Parameters
    ----------
    score : Score
        Its decline, noise, baseline and limits of the run-in; limits that let in losses only.
    people : int
        How many are enrolled, and how many of those who enter are shown beside them.
    rng : numpy.random.Generator

    Returns
    -------
    Filtered
        The enrolled keep their true pace. The observed loss holds the noise of two visits, and
        is chosen for being inside the limits, so the two means differ: regression to the mean [1].

    Raises
    ------
    ValueError
        If the limits let in nobody, or no loss.
    """
    through = run_in(score, (1, people), rng)
    everyone = score.decline_mean + score.decline_sd * rng.standard_normal(people)
    observed = float(-through.change.mean())
    if observed <= 0:
        raise ValueError(f"score.run_in_change {score.run_in_change} must let in losses only")
    weeks = score.run_in_weeks / WEEKS
    return Filtered(everyone * weeks, through.decline[0] * weeks, observed, through.enrolled_share)
