"""Cox's model with several covariates, and backward elimination, on many resamples at once.

A bootstrap sample is a weight for each patient, so that hundreds of models are fitted together.

References
----------
[1] Klein & Moeschberger, Survival Analysis, 2nd ed., Springer 2003.
[2] Efron & Tibshirani, An Introduction to the Bootstrap, Chapman & Hall 1993.
"""

from dataclasses import dataclass

import numpy as np

from secondlook import _normal
from secondlook._arrays import flags
from secondlook._planning import count, generator, numbers, one

_STEPS, _LONGEST, _NEAR = 30, 2.0, 1e-7  # of Newton's way: how many, how long, when it is there
_FARTHEST = 8.0  # a log hazard ratio beyond this runs to infinity
_RIDGE = 1e-9  # keeps a model with a covariate that says nothing of its own from being singular


@dataclass(frozen=True)
class CoxModel:
    """Cox models of several covariates; arrays (samples, covariates).

    Attributes
    ----------
    log_hr, se : nan where the covariate is not in the model or has no finite estimate.
    """

    log_hr: np.ndarray
    se: np.ndarray

    @property
    def p_two_sided(self) -> np.ndarray:
        """Wald's p of each covariate."""
        return 2 * _normal.upper_tail(np.abs(self.log_hr / self.se))


@dataclass(frozen=True)
class Elimination:
    """Backward elimination to the last covariate; arrays (samples, covariates).

    Attributes
    ----------
    removed : place of the covariate that goes first, second, …
    worst_p : the p with which it goes, the largest in its model; 1 where it had no estimate.
    """

    removed: np.ndarray
    worst_p: np.ndarray

    def kept(self, level: float) -> np.ndarray:
        """Which covariates stay if one goes while its p is ``level`` or more; bool."""
        level = one("level", level, 0, 1)
        gone = np.cumprod(self.worst_p >= level, axis=1).astype(bool)
        stays = np.ones_like(gone)
        np.put_along_axis(stays, self.removed, ~gone, axis=1)
        return stays


def bootstrap_weights(patients: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """How often each patient is drawn into each bootstrap sample [2, chapter 6].

    Returns
    -------
    (samples, patients) whole numbers; each row adds up to ``patients``.
    """
    patients, samples = count("patients", patients), count("samples", samples)
    return generator(rng).multinomial(patients, np.full(patients, 1 / patients), size=samples)


def cox_model(time, event, covariates, weight=None, included=None) -> CoxModel:
    """Cox's model of several covariates, in each of many weightings of the same patients.

    Parameters
    ----------
    time : (patients,)
        Time to event or censoring, in any unit.
    event : (patients,) bool
    covariates : (patients, covariates)
        Numbers or True and False, without nan; of the order of 1.
    weight : (samples, patients), optional
        How often each patient counts, 0 or more; None is one sample with everybody once.
    included : (samples, covariates) bool, optional
        Which covariates are in the model; None is all.

    Returns
    -------
    CoxModel
        Newton's method; tied times as Breslow treats them [1, sec. 8.4], so that a weight of 2 is
        the same as a patient who stands there twice. The standard error is from the observed
        information. A log hazard ratio that passes 8 on its way to infinity has no estimate.

    Raises
    ------
    ValueError
        If an argument does not fit or there is no event; the message says which.
    """
    time, event, x, weight = _checked(time, event, covariates, weight)
    shape = (len(weight), x.shape[1])
    included = np.ones(shape, bool) if included is None else flags("included", included)
    if included.shape != shape:
        raise ValueError(f"included has shape {included.shape}; it must be {shape}")
    return _fit(_Sorted(time, event, x, weight), included, np.zeros(shape))


def backward_elimination(time, event, covariates, weight=None) -> Elimination:
    """Take away the covariate with the largest p and fit again, until none is left.

    Parameters
    ----------
    time, event, covariates, weight
        As in :func:`cox_model`.

    Returns
    -------
    Elimination
        By Wald's p; a covariate without an estimate goes first, ties to the first column. The
        whole path, so that every level to stay is answered by one run.

    Raises
    ------
    ValueError
        As in :func:`cox_model`.
    """
    data = _Sorted(*_checked(time, event, covariates, weight))
    samples, terms = data.weight.shape[0], data.x.shape[1]
    included, start = np.ones((samples, terms), bool), np.zeros((samples, terms))
    removed, worst = np.empty((samples, terms), int), np.empty((samples, terms))
    for step in range(terms):
        fit = _fit(data, included, start)
        p = np.where(np.isnan(fit.log_hr), 1.0, fit.p_two_sided)
        p = np.where(included, p, -1.0)
        removed[:, step] = p.argmax(axis=1)
        worst[:, step] = p.max(axis=1)
        included[np.arange(samples), removed[:, step]] = False
        start = np.where(included, np.nan_to_num(fit.log_hr), 0.0)
    return Elimination(removed, worst)


class _Sorted:
    """Patients in the order of time, and for each event the place where its risk set begins."""

    def __init__(self, time, event, x, weight):
        order = np.argsort(time, kind="stable")
        time = time[order]
        self.x, self.weight = x[order], weight[:, order]
        self.at = np.flatnonzero(event[order])
        self.begins = np.searchsorted(time, time[self.at], "left")
        self.deaths = self.weight[:, self.at]
        # how many events lie at or before each patient's time
        self.passed = np.searchsorted(time[self.at], time, "right")

    def derivatives(self, log_hr):
        """Score (samples, covariates) and information (samples, covariates, covariates)."""
        risk = self.weight * np.exp(np.clip(log_hr @ self.x.T, -30, 30))
        at_risk = np.cumsum(risk[:, ::-1], axis=1)[:, ::-1][:, self.begins]
        sums = np.cumsum((risk[:, :, None] * self.x)[:, ::-1], axis=1)[:, ::-1][:, self.begins]
        some = np.where(at_risk > 0, at_risk, 1.0)
        mean = sums / some[:, :, None]
        score = (self.deaths[:, :, None] * (self.x[self.at] - mean)).sum(axis=1)
        hazard = np.cumsum(self.deaths / some, axis=1)
        gathered = np.concatenate([np.zeros((len(hazard), 1)), hazard], axis=1)[:, self.passed]
        squares = self.x.T @ ((risk * gathered)[:, :, None] * self.x)
        return score, squares - np.swapaxes(mean, 1, 2) @ (self.deaths[:, :, None] * mean)


def _fit(data, included, start) -> CoxModel:
    log_hr = start.copy()
    eye = np.eye(log_hr.shape[1])
    both = included[:, :, None] & included[:, None, :]
    for _ in range(_STEPS):
        score, information = data.derivatives(log_hr)
        information = np.where(both, information, 0.0) + eye * (~included[:, None] + _RIDGE)
        step = np.linalg.solve(information, np.where(included, score, 0.0)[:, :, None])[:, :, 0]
        step = np.clip(step, -_LONGEST, _LONGEST)
        step[np.abs(log_hr) > _FARTHEST] = 0.0
        log_hr = log_hr + step
        if np.abs(step).max() < _NEAR:
            break
    variance = np.diagonal(np.linalg.inv(information), axis1=1, axis2=2)
    known = included & (np.abs(log_hr) <= _FARTHEST) & (variance > 0) & (variance < 1 / _RIDGE / 10)
    se = np.sqrt(np.where(known, variance, np.nan))
    return CoxModel(np.where(known, log_hr, np.nan), se)


def _checked(time, event, covariates, weight):
    time, x = numbers("time", time), np.asarray(covariates)
    if time.ndim != 1:
        raise ValueError(f"time has shape {time.shape}; it must be (patients,)")
    event = flags("event", event)
    if event.shape != time.shape:
        raise ValueError(f"event has shape {event.shape}; it must be {time.shape}, as time")
    x = numbers("covariates", x.astype(float) if x.dtype == bool else x)
    if x.ndim != 2 or len(x) != len(time) or x.shape[1] == 0:
        raise ValueError(f"covariates has shape {x.shape}; it must be ({len(time)}, covariates)")
    weight = numbers("weight", np.ones((1, len(time))) if weight is None else weight)
    if weight.ndim != 2 or weight.shape[1] != len(time) or np.any(weight < 0):
        raise ValueError(f"weight must be (samples, {len(time)}) numbers of 0 or more")
    if not event.any():
        raise ValueError("event is False for everybody; a model needs at least one event")
    return time.astype(float), event, x.astype(float), weight.astype(float)
