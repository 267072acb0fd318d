"""Do the levels of a factor differ: interaction tests, the mistake made without, and shrinkage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook._planning import one
from secondlook.fishing import choices
from secondlook.fishing.choices import TRIAL, factor_levels
from secondlook.fishing.forests import Forests
from secondlook.fishing.shuffling import check_level, share_se

_Z95 = _normal.quantile(0.975)


@dataclass(frozen=True)
class Interactions:
    """Tests of whether the levels of a factor differ in their hazard ratio, in many trials.

    Attributes
    ----------
    factors : names of the columns.
    q : (trials, factors) Cochran's Q; nan where a level has no estimate.
    degrees : (factors,) of freedom, levels less one.
    levels_p : for each factor (trials, levels), one-sided log-rank p within each level.
    """

    factors: tuple[str, ...]
    q: np.ndarray
    degrees: tuple[int, ...]
    levels_p: tuple[np.ndarray, ...]

    @property
    def p(self) -> np.ndarray:
        """(trials, factors) probability of levels at least this different by chance."""
        tails = [
            _normal.chi2_upper_tail(self.q[:, k], degrees) for k, degrees in enumerate(self.degrees)
        ]
        return np.stack(tails, axis=1)

    def found(self, alpha: float) -> np.ndarray:
        """Which interaction tests are significant: bool (trials, factors)."""
        check_level(alpha, 2)
        return self.p < alpha

    def familywise(self, alpha: float) -> float:
        """Share of trials in which the interaction test of some factor is significant."""
        return float(self.found(alpha).any(axis=1).mean())

    def one_but_not_all(self, alpha: float, sides) -> np.ndarray:
        """Where one level is significant and another is not: bool (trials, factors).

        This is often read as a difference between the levels, and is not a test of one. alpha
        and sides are those of the test within each level.
        """
        check_level(alpha, sides)
        split = []
        for p in self.levels_p:
            p = np.where(np.isnan(p), 0.5, p)
            tail = p if sides == 1 else np.minimum(p, 1 - p)
            found = tail < (alpha / 2 if sides == 2 else alpha)
            split.append(found.any(axis=1) & ~found.all(axis=1))
        return np.stack(split, axis=1)

    def se(self, share: float) -> float:
        """Monte Carlo standard error of a share of these trials."""
        return share_se(share, len(self.q))


def interactions(
    forests: Forests, factors: Sequence[str] | None = None, *, trial: str = TRIAL
) -> Interactions:
    """Test in each trial whether the levels of each factor differ in their hazard ratio.

    Parameters
    ----------
    forests : Forests
        With every level of the factors among its subgroups.
    factors : names of columns in the trial's file; None is every factor whose levels are there.

    Returns
    -------
    Interactions

    Raises
    ------
    ValueError
        If a factor is unknown, or a level of it is not among the subgroups.

    Notes
    -----
    Q is the sum of squared distances of the levels' log hazard ratios from their
    inverse-variance mean, each over its variance; chi-squared if they do not differ [1]. With two
    levels its root is the difference over its standard error, as in
    :func:`secondlook.forensics.interaction`.

    References
    ----------
    [1] Cochran, The combination of estimates from different experiments,
        Biometrics 1954;10:101-129.
    """
    known = factor_levels(trial)
    _check_forests(forests)
    if factors is None:
        factors = [name for name in known if set(known[name]) <= set(forests.subgroups)]
    q, levels_p = [], []
    for name in choices.listed("factors", factors):
        at = _places(forests, name, known)
        log_hr, weight = forests.log_hr[:, at], forests.log_se[:, at] ** -2
        q.append((weight * (log_hr - _mean(log_hr, weight)) ** 2).sum(axis=1))
        levels_p.append(forests.p_one_sided[:, at])
    if not q:
        raise ValueError("factors: no factor has all its levels among the subgroups of the forests")
    degrees = tuple(p.shape[1] - 1 for p in levels_p)
    return Interactions(tuple(factors), np.stack(q, axis=1), degrees, tuple(levels_p))


@dataclass(frozen=True)
class Shrunk:
    """Hazard ratios drawn towards others or towards no effect; arrays (trials, subgroups)."""

    subgroups: tuple[str, ...]
    log_hr: np.ndarray
    log_se: np.ndarray

    @property
    def hr(self) -> np.ndarray:
        """Hazard ratio after shrinkage."""
        return np.exp(self.log_hr)

    @property
    def lower(self) -> np.ndarray:
        """Lower limit of its 95% interval."""
        return np.exp(self.log_hr - _Z95 * self.log_se)

    @property
    def upper(self) -> np.ndarray:
        """Upper limit of its 95% interval."""
        return np.exp(self.log_hr + _Z95 * self.log_se)


def shrink_to_each_other(forests: Forests, *, trial: str = TRIAL) -> Shrunk:
    """Draw the levels of each factor towards their common mean, the more the less they differ.

    Parameters
    ----------
    forests : Forests
        Subgroups of a factor whose other levels are missing come out as nan.

    Returns
    -------
    Shrunk
        Empirical Bayes estimates beside the naive ones of forests, in the same order.

    Notes
    -----
    Within a trial and factor the true log hazard ratios are taken to vary around a mean with
    variance τ², estimated by DerSimonian and Laird's moments, 0 at least [1]. An estimate
    with variance v keeps τ² / (τ² + v) of its distance from the mean. The standard error
    includes that of the mean, not that of τ²; with two or three levels τ² is known poorly, so the
    intervals are somewhat short [2].

    References
    ----------
    [1] DerSimonian & Laird, Meta-analysis in clinical trials, Control Clin Trials 1986;7:177-188.
    [2] Morris, Parametric empirical Bayes inference, J Am Stat Assoc 1983;78:47-55.
    """
    known = factor_levels(trial)
    _check_forests(forests)
    log_hr, log_se = np.full((2, *forests.hr.shape), np.nan)
    for name, levels in known.items():
        if set(levels) <= set(forests.subgroups):
            at = _places(forests, name, known)
            estimate, variance = forests.log_hr[:, at], forests.log_se[:, at] ** 2
            between = _between(estimate, variance)
            weight = 1 / (variance + between)
            mean, kept = _mean(estimate, weight), between * weight
            log_hr[:, at] = mean + kept * (estimate - mean)
            of_mean = 1 / weight.sum(axis=1, keepdims=True)
            log_se[:, at] = np.sqrt(kept * variance + (1 - kept) ** 2 * of_mean)
    return Shrunk(forests.subgroups, log_hr, log_se)


def shrink_to_no_effect(forests: Forests, prior_sd_log: float = 0.35) -> Shrunk:
    """Draw every hazard ratio towards 1, as a sceptic would.

    Parameters
    ----------
    forests : Forests
    prior_sd_log : float
        Standard deviation of the sceptic's normal prior for the log of the ratio, around 0. The
        smaller it is, the firmer the belief.

    Notes
    -----
    As :func:`secondlook.forensics.shrink`, for many trials and subgroups at once: precisions add,
    means are averaged by precision.
    """
    _check_forests(forests)
    if not one("prior_sd_log", prior_sd_log) > 0:
        raise ValueError(f"prior_sd_log is {prior_sd_log}; it must be a number above 0")
    prior_sd_log = one("prior_sd_log", prior_sd_log, 1e-9, 1e9)
    data, prior = forests.log_se**-2, prior_sd_log**-2
    return Shrunk(forests.subgroups, data * forests.log_hr / (data + prior), (data + prior) ** -0.5)


def _check_forests(forests) -> None:
    if not isinstance(forests, Forests):
        raise ValueError(f"forests is {forests!r:.60}; it must be Forests, as best_of_null makes")


def _places(forests, factor, known):
    choices.one_of("factor", factor, tuple(known))
    return [forests.place(level) for level in known[factor]]


def _mean(estimate, weight):
    return (weight * estimate).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)


def _between(estimate, variance):
    """DerSimonian and Laird's variance between the columns, (trials, 1)."""
    weight = 1 / variance
    total = weight.sum(axis=1, keepdims=True)
    q = (weight * (estimate - _mean(estimate, weight)) ** 2).sum(axis=1, keepdims=True)
    spare = total - (weight**2).sum(axis=1, keepdims=True) / total
    return np.maximum((q - (estimate.shape[1] - 1)) / spare, 0)
