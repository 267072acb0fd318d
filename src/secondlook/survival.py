"""Survival statistics on many trials and many subgroups at once.

Every function takes arrays of (trials, patients), or (patients,) for one trial, and returns
results of (trials, subgroups). An argument with one trial serves all trials, so that a fixed
cohort can be analysed under thousands of labellings without being copied.

References
----------
[1] Klein & Moeschberger, Survival Analysis, 2nd ed., Springer 2003.
[2] Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., Wiley 2002.
"""

from dataclasses import dataclass

import numpy as np

from secondlook import _arrays, _normal

_Z95 = _normal.quantile(0.975)


@dataclass(frozen=True)
class Logrank:
    """A log-rank test in each trial and subgroup; all arrays are (trials, subgroups).

    Attributes
    ----------
    observed, expected : events in the treated arm, and their expectation if arms do not differ.
    variance : of observed less expected (hypergeometric).
    """

    observed: np.ndarray
    expected: np.ndarray
    variance: np.ndarray

    @property
    def z(self) -> np.ndarray:
        """(observed − expected) / √variance: negative when the treated do better."""
        return _ratio(self.observed - self.expected, np.sqrt(self.variance))

    @property
    def chi2(self) -> np.ndarray:
        """z², chi-squared on 1 degree of freedom."""
        return self.z**2

    @property
    def p_one_sided(self) -> np.ndarray:
        """Probability of a benefit of the treated at least this large by chance."""
        return _normal.upper_tail(-self.z)

    @property
    def p_two_sided(self) -> np.ndarray:
        """Probability of a difference at least this large, on either side, by chance."""
        return 2 * _normal.upper_tail(np.abs(self.z))


@dataclass(frozen=True)
class Cox:
    """A hazard ratio in each trial and subgroup; arrays (trials, subgroups), nan: no estimate."""

    log_hr: np.ndarray
    se: np.ndarray

    @property
    def hr(self) -> np.ndarray:
        """Hazard of the treated over the hazard of the others; below 1 is a benefit."""
        return np.exp(self.log_hr)

    @property
    def lower(self) -> np.ndarray:
        """Lower limit of the 95% Wald interval of the hazard ratio."""
        return np.exp(self.log_hr - _Z95 * self.se)

    @property
    def upper(self) -> np.ndarray:
        """Upper limit of the 95% Wald interval of the hazard ratio."""
        return np.exp(self.log_hr + _Z95 * self.se)


@dataclass(frozen=True)
class KaplanMeier:
    """Survival curves.

    Attributes
    ----------
    times : (trials, steps) the distinct event times of each trial; inf pads shorter trials.
    curve : (trials, subgroups, steps) the share without an event just after each of the times.
    quartiles : (trials, subgroups, 3) first time with survival at or below 0.75, 0.50 and 0.25
        (the convention of lifelines); inf where not reached, nan in a subgroup with no patients.
    """

    times: np.ndarray
    curve: np.ndarray
    quartiles: np.ndarray

    def survival(self, days) -> np.ndarray:
        """Share without an event at each of the days: (trials, subgroups[, days])."""
        asked = np.asarray(days, dtype=float)
        if np.isnan(asked).any() or asked.ndim > 1:
            raise ValueError("days must be a number or one row of numbers, without nan")
        passed = (self.times[:, :, None] <= asked.reshape(1, 1, -1)).sum(axis=1)
        start = np.where(np.isnan(self.quartiles[:, :, :1]), np.nan, 1.0)  # nan: nobody there
        steps = np.concatenate([start, self.curve], axis=2)
        shares = np.take_along_axis(steps, passed[:, None, :], axis=2)
        return shares[:, :, 0] if asked.ndim == 0 else shares


def logrank(time, event, treated, member=None, *, rho=0, gamma=0, strata=None) -> Logrank:
    """Log-rank test of the treated against the others, in each trial and subgroup.

    Parameters
    ----------
    time : (trials, patients) or (patients,)
        Time to event or censoring, in any unit.
    event : bool, same shape
        True for an event, False for censoring.
    treated : bool, same shape
        True in the treated arm.
    member : bool (patients, subgroups) or (trials, patients, subgroups), optional
        Who belongs to which subgroup; None is one subgroup of everyone.
    rho, gamma : float
        Fleming-Harrington weights S(t−)^rho (1 − S(t−))^gamma, S being the Kaplan-Meier curve of
        both arms together within the subgroup (and stratum). Both 0: the ordinary test.
    strata : (patients,) or (trials, patients), optional
        Labels of strata; observed, expected and variance are added over them.

    Returns
    -------
    Logrank
        With weights, observed and expected are weighted sums. z, chi2 and the p values are nan
        where the subgroup holds no comparison (no events, or nobody in one of the arms).

    Raises
    ------
    ValueError
        If an argument does not fit; the message says which, where and what would be right.

    Notes
    -----
    Tied times share one risk set, with the hypergeometric variance. A patient censored at the
    time of an event is still at risk [1, sec. 7.3 and 7.5; rho and gamma sec. 7.3].
    """
    if not (rho >= 0 and gamma >= 0):
        raise ValueError(f"rho and gamma must be 0 or more, not {rho} and {gamma}")
    time, event, treated, member = _checked(time, event, treated, member)

    def sums(time, event, treated, member):
        table = _risk_table(time, event, treated, member)
        return _logrank_sums(table, _weights(table, rho, gamma))

    total = [0.0, 0.0, 0.0]
    for part in _split(member, strata, time):
        result = _arrays.in_blocks(sums, time, event, treated, part)
        total = [old + new for old, new in zip(total, result, strict=True)]
    return Logrank(*total)


def cox(time, event, treated, member=None, ties: str = "efron") -> Cox:
    """Hazard ratio of the treated against the others, from Cox's model with this one covariate.

    Parameters
    ----------
    time, event, treated, member
        As in :func:`logrank`.
    ties : "efron" or "breslow"
        How tied event times are treated [1, sec. 8.4].

    Returns
    -------
    Cox
        log_hr and se are nan where no finite estimate exists, for example when one arm has no
        events while the other has patients at risk; the other cells are not touched by that.

    Raises
    ------
    ValueError
        If an argument does not fit; the message says which, where and what would be right.

    Notes
    -----
    With one binary covariate the partial likelihood needs only counts at each event time. Its
    derivative falls steadily, so Newton's steps are kept inside a shrinking bracket.
    The standard error is from the observed information; intervals are Wald's [1, sec. 8.3].
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties must be 'efron' or 'breslow', not {ties!r}")
    time, event, treated, member = _checked(time, event, treated, member)

    def fit(time, event, treated, member):
        table = _risk_table(time, event, treated, member)
        return _newton(table.deaths_treated.sum(axis=2), *_cox_terms(table, ties))

    return Cox(*_arrays.in_blocks(fit, time, event, treated, member))


def kaplan_meier(time, event, member=None) -> KaplanMeier:
    """Kaplan-Meier curve and its quartiles, in each trial and subgroup.

    Parameters
    ----------
    time, event, member
        As in :func:`logrank`.

    Returns
    -------
    KaplanMeier
        See there for the convention of the quartiles.

    Raises
    ------
    ValueError
        If an argument does not fit; the message says which, where and what would be right.

    Notes
    -----
    S(t) is the product of 1 − deaths / at risk over event times up to t [1, sec. 4.2]. After the
    last patient is censored the curve stays where it was.
    """
    time, event = _arrays.as_times("time", time), _arrays.as_flags("event", event)
    member = _arrays.as_members(member, time.shape[1])
    trials = _arrays.common_trials(time=time, event=event, member=member)
    time, event = (np.broadcast_to(a, (trials, a.shape[1])) for a in (time, event))
    table = _risk_table(time, event, np.zeros_like(event[:1]), member)
    curve = np.cumprod(1 - _ratio(table.deaths, table.at_risk, empty=0), axis=2)
    empty = ~member.any(axis=1)
    curve = np.where(empty[:, :, None], np.nan, curve)
    quartiles = np.stack([_first_at(table.times, curve, q) for q in (0.75, 0.5, 0.25)], axis=2)
    return KaplanMeier(table.times, curve, np.where(empty[:, :, None], np.nan, quartiles))


def kaplan_meier_band(time, event, member=None, *, level=0.95) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise confidence limits of the Kaplan-Meier curve, in each trial and subgroup.

    Parameters
    ----------
    time, event, member
        As in :func:`logrank`.
    level : float
        Confidence level at each time, between 0 and 1.

    Returns
    -------
    lower, upper : (trials, subgroups, steps)
        In line with ``kaplan_meier(...).curve``; nan where the curve is 1 or 0, which have no
        standard error.

    Notes
    -----
    Greenwood's variance on the log(−log S) scale, so that limits stay within 0 and 1
    [1, sec. 4.3]; the convention of lifelines.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must be between 0 and 1, such as 0.95")
    curve = kaplan_meier(time, event, member).curve
    time, event = _arrays.as_times("time", time), _arrays.as_flags("event", event)
    member = _arrays.as_members(member, time.shape[1])
    time, event = (np.broadcast_to(a, (len(curve), a.shape[1])) for a in (time, event))
    table = _risk_table(time, event, np.zeros_like(event[:1]), member)
    alive = table.at_risk - table.deaths
    greenwood = np.cumsum(_ratio(table.deaths, table.at_risk * alive, empty=0), axis=2)
    log = np.log(curve, where=(curve > 0) & (curve < 1), out=np.full(curve.shape, np.nan))
    half = _normal.quantile((1 + level) / 2) * np.sqrt(greenwood) / np.abs(log)
    return np.exp(log * np.exp(half)), np.exp(log * np.exp(-half))


def logrank_scores(time, event, member=None) -> np.ndarray:
    """Each patient's log-rank score: event less the hazard gathered up to the patient's time.

    The scores of the treated patients of a subgroup add up to observed less expected of the
    log-rank test in that subgroup, whoever is treated. So a fixed cohort needs them only once.

    Parameters
    ----------
    time, event : (patients,)
        One trial, as in :func:`logrank`.
    member : bool (patients, subgroups), optional
        Scores are computed among the members of each subgroup, and are 0 outside it.

    Returns
    -------
    array (patients, subgroups)
        Each column adds up to 0 [2, sec. 7.2].
    """
    time, event = _arrays.as_times("time", time), _arrays.as_flags("event", event)
    member = _arrays.as_members(member, time.shape[1])
    if _arrays.common_trials(time=time, event=event, member=member) != 1:
        raise ValueError("time, event and member must be one trial: (patients,) and 2-D member")
    table = _risk_table(time, event, np.zeros_like(event), member)
    hazard = np.cumsum(_ratio(table.deaths, table.at_risk, empty=0)[0], axis=1)
    hazard = np.concatenate([np.zeros((hazard.shape[0], 1)), hazard], axis=1)
    passed = np.searchsorted(table.times[0], time[0], side="right")
    return member[0] * (event[0][:, None] - hazard[:, passed].T)


@dataclass(frozen=True)
class _RiskTable:
    """Counts at each distinct event time; (trials, subgroups, steps), 0 where a trial has fewer."""

    times: np.ndarray  # (trials, steps)
    at_risk: np.ndarray
    deaths: np.ndarray
    at_risk_treated: np.ndarray
    deaths_treated: np.ndarray


def _checked(time, event, treated, member):
    time, event = _arrays.as_times("time", time), _arrays.as_flags("event", event)
    treated = _arrays.as_flags("treated", treated)
    member = _arrays.as_members(member, time.shape[1])
    _arrays.common_trials(time=time, event=event, treated=treated, member=member)
    _arrays.check_both_arms("treated", treated)
    rows = max(len(time), len(event))  # these two are sorted together
    time, event = (np.broadcast_to(a, (rows, a.shape[1])) for a in (time, event))
    return time, event, treated, member


def _split(member, strata, time):
    """Yield the members of each stratum; everyone at once if there are no strata."""
    if strata is None:
        yield member
        return
    labels = np.asarray(strata)
    labels = labels[None] if labels.ndim == 1 else labels
    if labels.ndim != 2 or labels.shape[1] != time.shape[1]:
        raise ValueError(
            f"strata has shape {np.shape(strata)}; it must give one label for each of the "
            f"{time.shape[1]} patients"
        )
    _arrays.common_trials(time=time, member=member, strata=labels)
    lost = (labels != labels) | (labels == None)  # noqa: E711 - element by element
    if lost.any():
        raise ValueError(
            f"strata has no label at trial {np.argwhere(lost)[0][0]}, patient "
            f"{np.argwhere(lost)[0][1]}; give every patient a label"
        )
    for level in np.unique(labels):
        yield member & (labels == level)[:, :, None]


def _risk_table(time, event, treated, member) -> _RiskTable:
    order = np.argsort(time, axis=1, kind="stable")
    time, event = (np.take_along_axis(a, order, axis=1) for a in (time, event))
    start, stop, times = _event_times(time, event)
    member = _sorted(np.swapaxes(member, 1, 2), order)
    treated = _sorted(treated[:, None, :], order)
    dies = member & event[:, None, :]
    return _RiskTable(
        times,
        _from(member, start),
        _between(dies, start, stop),
        _from(member & treated, start),
        _between(dies & treated, start, stop),
    )


def _event_times(time, event):
    """Where each distinct event time starts and stops in sorted patients: (trials, steps)."""
    trials, patients = time.shape
    first = np.ones(time.shape, dtype=bool)
    first[:, 1:] = time[:, 1:] != time[:, :-1]
    place = np.arange(patients)
    begins = np.maximum.accumulate(np.where(first, place, 0), axis=1)
    marked = np.zeros(time.shape, dtype=bool)
    row, column = np.nonzero(event)
    marked[row, begins[row, column]] = True
    following = np.full((trials, patients + 1), patients)
    following[:, :-1] = np.where(first, place, patients)
    ends = np.minimum.accumulate(following[:, ::-1], axis=1)[:, ::-1][:, 1:]

    row, column = np.nonzero(marked)
    step = np.cumsum(marked, axis=1)[row, column] - 1
    shape = (trials, int(marked.sum(axis=1).max(initial=0)))
    # Steps a trial lacks start and stop after its last patient, where every count is 0.
    start, stop = np.full(shape, patients), np.full(shape, patients)
    times = np.full(shape, np.inf)
    start[row, step], stop[row, step] = column, ends[row, column]
    times[row, step] = time[row, column]
    return start, stop, times


def _sorted(array, order):
    """Put the last axis of (trials, subgroups, patients) into the order (trials, patients)."""
    if len(order) == 1:
        return array[:, :, order[0]]
    array = np.broadcast_to(array, (len(order), *array.shape[1:]))
    return np.take_along_axis(array, order[:, None, :], axis=2)


def _running(flags):
    """How many flags stand before each place: (trials, subgroups, patients + 1)."""
    counts = np.zeros((*flags.shape[:2], flags.shape[2] + 1), dtype=np.int32)
    np.cumsum(flags, axis=2, out=counts[:, :, 1:])
    return counts


def _pick(counts, places):
    if len(places) == 1:
        return counts[:, :, places[0]]
    counts = np.broadcast_to(counts, (len(places), *counts.shape[1:]))
    return np.take_along_axis(counts, places[:, None, :], axis=2)


def _from(flags, start):
    counts = _running(flags)
    return (counts[:, :, -1:] - _pick(counts, start)).astype(float)


def _between(flags, start, stop):
    counts = _running(flags)
    return (_pick(counts, stop) - _pick(counts, start)).astype(float)


def _logrank_sums(table: _RiskTable, weight):
    n, d, n1 = table.at_risk, table.deaths, table.at_risk_treated
    share = _ratio(n1, n, empty=0)
    spread = _ratio(d * (n - d), n - 1, empty=0)
    observed = (weight * table.deaths_treated).sum(axis=2)
    expected = (weight * d * share).sum(axis=2)
    variance = (weight**2 * spread * share * (1 - share)).sum(axis=2)
    return observed, expected, variance


def _weights(table: _RiskTable, rho, gamma):
    if rho == 0 and gamma == 0:
        return 1.0
    after = np.cumprod(1 - _ratio(table.deaths, table.at_risk, empty=0), axis=2)
    before = np.concatenate([np.ones_like(after[:, :, :1]), after[:, :, :-1]], axis=2)
    return before**rho * (1 - before) ** gamma


def _cox_terms(table: _RiskTable, ties: str):
    """Treated at risk, others at risk and weight of each term of the partial likelihood.

    Breslow has one term for each event time, weighted by its deaths. Efron has one for each
    death: the l-th takes l/d of the tied deaths out of the risk set.
    """
    d, d1, n1 = table.deaths, table.deaths_treated, table.at_risk_treated
    n0 = table.at_risk - n1
    if ties == "breslow":
        return n1, n0, d
    terms = []
    for gone in range(int(d.max(initial=0))):
        steps = (d > gone).any(axis=(0, 1))
        d_, d1_ = d[:, :, steps], d1[:, :, steps]
        left = np.minimum(gone / np.maximum(d_, 1), 1)
        terms.append((n1[:, :, steps] - left * d1_, n0[:, :, steps] - left * (d_ - d1_), d_ > gone))
    if not terms:
        return n1, n0, d
    return tuple(np.concatenate(column, axis=2) for column in zip(*terms, strict=True))


def _newton(events_treated, treated, others, weight):
    """Solve events_treated = Σ weight · treated·hr / (treated·hr + others) for log hr.

    A finite solution exists only if the sum can lie on both sides of events_treated [2, sec. 4.3].
    """
    weight = np.broadcast_to(weight, treated.shape).astype(float)
    lone = (treated > 0) & (others <= 0)
    lowest = (weight * lone).sum(axis=2)
    highest = (weight * (treated > 0)).sum(axis=2)
    solvable = (lowest < events_treated) & (events_treated < highest)
    others = np.where((weight == 0) | (treated + others <= 0), 1.0, others)
    log_hr = np.zeros(events_treated.shape)
    low, high = np.full(log_hr.shape, -30.0), np.full(log_hr.shape, 30.0)
    for _ in range(100):
        slope, information = _derivatives(log_hr, events_treated, treated, others, weight)
        low = np.where(slope > 0, log_hr, low)
        high = np.where(slope < 0, log_hr, high)
        step = _ratio(slope, information, empty=np.inf)
        inside = (log_hr + step > low) & (log_hr + step < high)
        step = np.where(inside, step, (low + high) / 2 - log_hr)
        step = np.where(solvable & (slope != 0), step, 0.0)
        log_hr = log_hr + step
        # The error left after a Newton step is of the order of the step squared.
        if np.abs(step).max(initial=0) < 1e-6:
            break
    information = _derivatives(log_hr, events_treated, treated, others, weight)[1]
    log_hr = np.where(solvable, log_hr, np.nan)
    return log_hr, np.where(solvable, _ratio(1.0, np.sqrt(information)), np.nan)


def _derivatives(log_hr, events_treated, treated, others, weight):
    """First derivative of the log partial likelihood, and its information."""
    hazard = treated * np.exp(log_hr)[:, :, None]
    share = hazard / (hazard + others)
    expected = np.einsum("tkr,tkr->tk", weight, share)
    return events_treated - expected, expected - np.einsum("tkr,tkr,tkr->tk", weight, share, share)


def _first_at(times, curve, level):
    """First time at which the curve is at or below the level; inf if it never is."""
    if curve.shape[2] == 0:
        return np.full(curve.shape[:2], np.inf)
    # The product of fractions may miss a level such as 1/2 by rounding.
    reached = curve <= level + 1e-10
    first = np.take_along_axis(times, reached.argmax(axis=2), axis=1)
    return np.where(reached.any(axis=2), first, np.inf)


def _ratio(top, bottom, empty=np.nan):
    """top / bottom, and empty where bottom is not positive."""
    top, bottom = np.broadcast_arrays(top, bottom)
    result = np.full(bottom.shape, float(empty))
    return np.divide(top, bottom, out=result, where=bottom > 0)
