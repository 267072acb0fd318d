"""What can be claimed of every subgroup of simulated trials: a benefit inside, and a difference."""

from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook._planning import one
from secondlook.survival import logrank


@dataclass(frozen=True)
class Claims:
    """What each subgroup of each trial would let its finder say; arrays (trials, subgroups).

    Attributes
    ----------
    names : of the subgroups.
    benefit : True where the log-rank test in the subgroup passes the one-sided level.
    difference : True where it does, and where the subgroup also does better than all other
        patients by a two-sided test of the difference.
    """

    names: tuple[str, ...]
    benefit: np.ndarray
    difference: np.ndarray


def claims(trials, contrast: str, *, alpha: float, interaction: float) -> Claims:
    """Test every subgroup of simulated trials, alone and against the patients outside it.

    Parameters
    ----------
    trials : Trials
        As ``simulate.simulate`` returns them.
    contrast : str
        A contrast of the trial's file, for example "pooled".
    alpha : float
        One-sided level inside the subgroup.
    interaction : float
        Two-sided level of the difference.

    Returns
    -------
    Claims
        False where there is no comparison. With U observed less expected events and V its
        variance, inside and outside, z = (U₁/V₁ − U₀/V₀) / √(1/V₁ + 1/V₀): the two one-step log
        hazard ratios and their difference, close to Cox's and much quicker [1].

    Raises
    ------
    ValueError
        If the contrast is unknown or a level is not between 0 and 1.

    References
    ----------
    [1] Yusuf, Peto, Lewis, Collins & Sleight, Beta blockade during and after myocardial
        infarction, Progress in Cardiovascular Diseases 1985, 27, 335-371 (appendix).
    """
    alpha, interaction = one("alpha", alpha, 0, 1), one("interaction", interaction, 0, 1)
    groups = trials.subgroups()
    treated, compared = trials.treated(contrast)
    both = np.concatenate([groups.member, ~groups.member], axis=2) & compared[:, :, None]
    test = logrank(trials.time, trials.event, treated, both)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (test.observed - test.expected) / test.variance
        inside, outside = np.split(ratio, 2, axis=1)
        se = np.sqrt(sum(np.split(1 / test.variance, 2, axis=1)))
        z = (inside - outside) / se
        benefit = test.p_one_sided[:, : len(groups.names)] < alpha
        apart = z < _normal.quantile(interaction / 2)
    return Claims(groups.names, benefit, benefit & apart)
