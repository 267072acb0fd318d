"""Opinions about a ratio that meet evidence, one piece after another.

References
----------
[1] Spiegelhalter, Abrams & Myles, Bayesian Approaches to Clinical Trials and Health-Care
    Evaluation, Wiley 2004.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from secondlook import _normal
from secondlook._planning import one
from secondlook.forensics.intervals import quantile_of
from secondlook.forensics.ratios import Estimate, shrink


@dataclass(frozen=True)
class Opinion:
    """A normal opinion about the log of a ratio; below 1 is a benefit."""

    mean: float
    sd: float

    @property
    def median(self) -> float:
        """The ratio thought as likely too high as too low."""
        return math.exp(self.mean)

    @property
    def interval(self) -> tuple[float, float]:
        """The ratios between which 95 of 100 of the opinion lie."""
        reach = quantile_of(0.95) * self.sd
        return math.exp(self.mean - reach), math.exp(self.mean + reach)

    def below(self, ratio: float) -> float:
        """Probability that the ratio lies below this one."""
        return float(_normal.upper_tail((self.mean - math.log(ratio)) / self.sd))


def sceptic(hoped: float, doubt: float = 0.05) -> Opinion:
    """No effect is most likely, and what was hoped for has only a small chance [1, sec. 5.5].

    Parameters
    ----------
    hoped : ratio that was hoped for, below 1.
    doubt : probability given to a ratio at or below it.
    """
    return Opinion(0.0, _spread(hoped, doubt))


def enthusiast(hoped: float, doubt: float = 0.05) -> Opinion:
    """What was hoped for is most likely, and no benefit has only a small chance [1, sec. 5.5].

    Parameters as in :func:`sceptic`; doubt is given to a ratio of 1 or more.
    """
    return Opinion(math.log(hoped), _spread(hoped, doubt))


def _spread(hoped: float, doubt: float) -> float:
    hoped, doubt = one("hoped", hoped, 0, 1), one("doubt", doubt, 0, 0.5)
    return -math.log(hoped) / quantile_of(1 - 2 * doubt)


def widened(estimate: Estimate, bias_sd: float) -> Estimate:
    """An estimate that may be off by a bias as well: its variance grows by the bias's.

    Parameters
    ----------
    estimate : Estimate
        A ratio with its 95% interval.
    bias_sd : float
        Standard deviation, on the log scale, of a bias that may go either way [1, sec. 5.4].
    """
    reach = quantile_of(0.95) * math.hypot(
        estimate.log_se, one("bias_sd", bias_sd, 0, 10, ends=True)
    )
    return Estimate(
        estimate.value, estimate.value * math.exp(-reach), estimate.value * math.exp(reach)
    )


def update(opinion: Opinion, evidence: Sequence[Estimate | None]) -> list[Opinion]:
    """Let an opinion meet estimates one after the other.

    Parameters
    ----------
    opinion : Opinion
    evidence : sequence of Estimate or None
        Independent estimates of the same ratio; None is something that has no number for it.

    Returns
    -------
    list of Opinion
        The opinion before, and after each. Precisions add and means are averaged by precision
        [1, sec. 3.7], so the last one does not depend on the order.
    """
    course = [opinion]
    for estimate in evidence:
        if estimate is not None:
            after = shrink(estimate, opinion.mean, opinion.sd)
            opinion = Opinion(math.log(after.value), after.log_se)
        course.append(opinion)
    return course


def pace_ratio(loss: float, loss_others: float, se: float, se_others: float) -> Estimate:
    """How fast the treated lose compared with the others, as a ratio with its 95% interval.

    Parameters
    ----------
    loss, loss_others : float
        Mean losses, above 0, of independent arms.
    se, se_others : float
        Their standard errors.

    Returns
    -------
    Estimate
        loss / loss_others; the standard error of its log by the delta method, the root of
        (se / loss)² + (se_others / loss_others)².
    """
    loss, loss_others = one("loss", loss, 0, 1e9), one("loss_others", loss_others, 0, 1e9)
    se, se_others = one("se", se, 0, 1e9), one("se_others", se_others, 0, 1e9)
    ratio = loss / loss_others
    reach = quantile_of(0.95) * math.hypot(se / loss, se_others / loss_others)
    return Estimate(ratio, ratio * math.exp(-reach), ratio * math.exp(reach))
