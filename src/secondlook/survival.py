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
from secondlook._planning import numbers, one

_Z95 = _normal.quantile(0.975)
_NOBODY = 1e-200  # stands for 0 treated at risk where others are divided by them


class _EventTest(_normal.NormalTest):
    """A test whose z is negative when the treated do better, as the field prints it."""

    @property
    def benefit_z(self) -> np.ndarray:
        """−z: positive when the treated do better, as in every other test of this package."""
        return -self.z


@dataclass(frozen=True)
class Logrank(_EventTest):
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


@dataclass(frozen=True)
class Cox(_EventTest):
    """A hazard ratio in each trial and subgroup; arrays (trials, subgroups), nan: no estimate.

    The p values, and ``benefit_z``, are those of Wald's z; with the sign of ``benefit_z`` the score
    test is ``-score_z``.

    Attributes
    ----------
    log_hr, se : the estimate and its standard error.
    score_z : the score test of a hazard ratio of 1, as a z that is negative when the treated do
        better: first derivative of the log partial likelihood there, over the root of its
        information. Without ties it is the z of the log-rank test, with Efron and with Breslow;
        with ties, Breslow has the log-rank's numerator but a variance without its
        (n − d)/(n − 1), and Efron differs a little in both. It needs no estimate, so it is
        there for a monotone likelihood too.
    monotone : −1 or 1 where the likelihood rises for ever towards a hazard ratio of 0 or of
        infinity, so that hr is nan for a reason that is good to know; otherwise 0.
    """

    log_hr: np.ndarray
    se: np.ndarray
    score_z: np.ndarray
    monotone: np.ndarray

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

    @property
    def z(self) -> np.ndarray:
        """Wald's z, log_hr / se: negative when the treated do better."""
        return self.log_hr / self.se


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time lived up to a horizon and its standard error; arrays (trials, subgroups)."""

    mean: np.ndarray
    se: np.ndarray


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
        asked = numbers("days", days)
        if asked.ndim > 1:
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
        If an argument does not fit, a trial has nobody in one of the arms, or no trial has any
        event; the message says which, where and what would be right. A trial without events
        among others that have some is nan.

    Notes
    -----
    At each event time, n members are at risk and d of them die; n1 and d1 are those in the
    treated arm. Summed over the event times,

        observed = Σ d1,   expected = Σ d · n1/n,
        variance = Σ d · n1/n · (1 − n1/n) · (n − d)/(n − 1).

    Tied times share one risk set, with the hypergeometric variance. A patient censored at the
    time of an event is still at risk [1, sec. 7.3 and 7.5; rho and gamma sec. 7.3].

    Whole numbers, of any type, are the fastest times; other times give the same results.
    """
    rho, gamma = one("rho", rho), one("gamma", gamma)
    if rho < 0 or gamma < 0:
        raise ValueError(f"rho and gamma must be 0 or more, not {rho:g} and {gamma:g}")
    time, event, treated, member = _checked(time, event, treated, member)
    stratum, levels = _stratum(strata, time, member)

    def one_stratum(time, event, treated, member):
        return _logrank_sums(_risk_table(time, event, treated, member), rho, gamma)

    def all_strata(time, event, treated, stratum, member):
        within = (member & (stratum == level)[:, :, None] for level in range(levels))
        parts = [one_stratum(time, event, treated, part) for part in within]
        return [sum(column) for column in zip(*parts, strict=True)]

    if stratum is None:
        return Logrank(*_arrays.in_blocks(one_stratum, time, event, treated, member))
    return Logrank(*_arrays.in_blocks(all_strata, time, event, treated, stratum, member))


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
        events while the other has patients at risk; ``monotone`` says so, and which way the
        estimate would run. The other cells are not touched by that.

    Raises
    ------
    ValueError
        As in :func:`logrank`.

    Notes
    -----
    With one binary covariate the partial likelihood needs only counts at each event time. Its
    derivative falls steadily, so Newton's steps are kept inside a shrinking bracket.
    The standard error is from the observed information; intervals are Wald's [1, sec. 8.3].
    """
    if not isinstance(ties, str) or ties not in ("efron", "breslow"):
        raise ValueError(f"ties must be 'efron' or 'breslow', not {ties!r}")
    time, event, treated, member = _checked(time, event, treated, member)

    def fit(*block):
        return _cox_fit(*block, ties)

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
    times, table, nobody = _curves(time, event, member)
    curve = np.swapaxes(_curve(table), 1, 2).copy()
    curve[nobody] = np.nan
    quartiles = _quartiles(times, curve)
    quartiles[nobody] = np.nan
    return KaplanMeier(times, curve, quartiles)


def kaplan_meier_band(
    time, event, member=None, *, level=0.95, kind="log-log"
) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise confidence limits of the Kaplan-Meier curve, in each trial and subgroup.

    Parameters
    ----------
    time, event, member
        As in :func:`logrank`.
    level : float
        Confidence level at each time, between 0 and 1.
    kind : "log-log", "log" or "plain"
        The scale on which the limits lie evenly about the curve S: log(−log S), log S or S
        itself. Log-log, the default of lifelines, keeps the limits within 0 and 1; the others,
        of which log is the default of R's ``survfit``, are cut off there.

    Returns
    -------
    lower, upper : (trials, subgroups, steps)
        In line with ``kaplan_meier(...).curve``; nan where the curve is 1 or 0, which have no
        standard error.

    Raises
    ------
    ValueError
        If an argument does not fit; the message says which, where and what would be right.

    Notes
    -----
    Greenwood's variance of log S is Σ d / (n · (n − d)) over event times up to t
    [1, sec. 4.2 and 4.3].
    """
    return _band(_curves(time, event, member)[1], level, kind)


def quartile_limits(
    time, event, member=None, *, level=0.95, kind="log-log"
) -> tuple[np.ndarray, np.ndarray]:
    """Confidence limits of the quartiles of survival, in each trial and subgroup.

    Parameters
    ----------
    time, event, member, level, kind
        As in :func:`kaplan_meier_band`.

    Returns
    -------
    lower, upper : (trials, subgroups, 3)
        In line with ``kaplan_meier(...).quartiles``: inf where not reached, nan in a subgroup
        with no patients.

    Raises
    ------
    ValueError
        As in :func:`kaplan_meier_band`.

    Notes
    -----
    Brookmeyer and Crowley's inversion of the band: from the first time at which its lower limit
    is at or below the level, to the first time at which its upper limit is [1, sec. 4.5]. Where
    the curve is 0 its lower limit is taken as 0, so that the interval holds the quartile.
    """
    times, table, nobody = _curves(time, event, member)
    lower, upper = _band(table, level, kind)
    lower = np.where(np.swapaxes(_curve(table), 1, 2) <= 0, 0, lower)
    limits = _quartiles(times, lower), _quartiles(times, upper)
    for limit in limits:
        limit[nobody] = np.nan
    return limits


def restricted_mean(time, event, member=None, *, horizon) -> RestrictedMean:
    """Mean time lived up to a horizon: the area under the Kaplan-Meier curve.

    Parameters
    ----------
    time, event, member
        As in :func:`logrank`.
    horizon : float
        Where the area ends, in the unit of time; above 0.

    Returns
    -------
    RestrictedMean
        nan in a subgroup with no patients.

    Raises
    ------
    ValueError
        If an argument does not fit; the message says which, where and what would be right.

    Notes
    -----
    The variance is Σ A(t)² · d / (n · (n − d)) over event times t, A(t) being the area from t to
    the horizon [1, sec. 4.5]. If the last patient is censored before the horizon, the curve stays
    where it was until the horizon, and the standard error knows nothing of that guess.
    """
    horizon = one("horizon", horizon)
    if horizon <= 0:
        raise ValueError(f"horizon is {horizon:g}; it must be a time above 0, such as 365")
    time, event, member = _checked_curves(time, event, member)

    def area(time, event, member):
        return _area(*_event_times_and_table(time, event, member), horizon)

    mean, se = _arrays.in_blocks(area, time, event, member)
    nobody = ~member.any(axis=1)
    return RestrictedMean(*(np.where(nobody, np.nan, each) for each in (mean, se)))


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
    times, table = _event_times_and_table(time, event, member)
    hazard = np.cumsum(table.deaths[0] / np.maximum(table.at_risk[0], 1), axis=0)
    hazard = np.concatenate([np.zeros((1, hazard.shape[1])), hazard])
    passed = np.searchsorted(times[0], time[0], side="right")
    return member[0] * (event[0][:, None] - hazard[passed])


@dataclass(frozen=True)
class _RiskTable:
    """Counts at each distinct event time, earliest first: float (trials, steps, subgroups).

    The last steps of a trial with fewer event times than another have counts of 0.
    """

    at_risk: np.ndarray
    at_risk_treated: np.ndarray
    deaths: np.ndarray
    deaths_treated: np.ndarray


def _checked(time, event, treated, member):
    time, event = _arrays.as_times("time", time), _arrays.as_flags("event", event)
    treated = _arrays.as_flags("treated", treated)
    member = _arrays.as_members(member, time.shape[1])
    _arrays.common_trials(time=time, event=event, treated=treated, member=member)
    _arrays.check_both_arms("treated", treated)
    _arrays.check_events("event", event)
    return *_together(time, event), treated, member


def _checked_curves(time, event, member):
    time, event = _arrays.as_times("time", time), _arrays.as_flags("event", event)
    member = _arrays.as_members(member, time.shape[1])
    _arrays.common_trials(time=time, event=event, member=member)
    return *_together(time, event), member


def _together(time, event):
    """Time and event of as many trials: these two are sorted together."""
    rows = max(len(time), len(event))
    return tuple(np.broadcast_to(a, (rows, a.shape[1])) for a in (time, event))


def _stratum(strata, time, member):
    """Strata as numbers from 0 and how many there are; None if there are no strata."""
    if strata is None:
        return None, 1
    number = _arrays.as_strata(strata, time.shape[1])
    _arrays.common_trials(time=time, member=member, strata=number)
    return number, int(number.max()) + 1


def _risk_table(time, event, treated, member) -> _RiskTable:
    """Sort each trial once, and count all its subgroups together."""
    order, start = _event_steps(time, event)
    flags = (_pick(flag, order) for flag in (member, treated, event))
    counts = _add_from_the_end(_four_counts(*flags))
    left = _pick(counts, start)  # from each event time on; the last step is empty
    here = left[:, :-1] - left[:, 1:]  # deaths from one event time to the next are all at the first
    at_risk, at_risk_treated = _read_counts(left[:, :-1], 0), _read_counts(left[:, :-1], 1)
    return _RiskTable(at_risk, at_risk_treated, _read_counts(here, 2), _read_counts(here, 3))


def _event_steps(time, event):
    """The order of patients by time, and the place in it where each event time starts.

    Returns
    -------
    order : (trials, patients) index of the patient at each place
    start : (trials, steps + 1); where a trial has fewer steps, and last, the place after everyone
    """
    # At one time, those with an event stand before the censored: the first of them has an event
    # if anyone has.
    key, order = _sort(2 * _whole(time) + ~event)
    begins = key & 1 == 0
    begins[:, 1:] &= key[:, 1:] >> 1 != key[:, :-1] >> 1
    return order, _places(begins)


def _whole(time):
    """Whole numbers that are in the order of the times, and equal where these are equal."""
    if time.dtype.kind == "f" and not ((time < 2**53) & (time == np.floor(time))).all():
        # Positive floats are in the order of their bits. Adding 0 makes −0 a 0.
        return (time + 0.0).view(np.uint64)
    return time.astype(np.uint32 if time.max() < 2**31 else np.uint64)


def _sort(key):
    """Sort each row of whole numbers; return also the place where each was.

    Number and place share one integer where both fit: sorting that is several times faster than
    ``argsort``.
    """
    patients = key.shape[1]
    bits = patients.bit_length()
    for whole in (np.uint32, np.uint64):
        if int(key.max()) >> (np.iinfo(whole).bits - bits) == 0:
            both = key.astype(whole) << whole(bits) | np.arange(patients, dtype=whole)
            both.sort(axis=1)
            return both >> whole(bits), (both & whole(2**bits - 1)).astype(np.intp)
    order = np.argsort(key, axis=1)
    return np.take_along_axis(key, order, axis=1), order


def _places(marked):
    """The places that are marked in each row; the place after the last fills up, at least once."""
    width = marked.shape[1]
    places = np.arange(width, dtype=np.int32) + np.int32(width) * ~marked
    places.sort(axis=1)
    most = np.count_nonzero(marked, axis=1).max(initial=0)
    places = np.minimum(places[:, :most], width)
    return np.concatenate([places, np.full((len(marked), 1), width)], axis=1)


def _pick(array, places):
    """The rows array[t, places[t, s]] of each trial t; one trial of either serves all."""
    if len(array) == 1:
        return array[0].take(places, axis=0)
    trials, rows = array.shape[:2]
    # Rows of all trials under each other are found faster than by two indices.
    places = places + rows * np.arange(trials)[:, None]
    return array.reshape(trials * rows, *array.shape[2:]).take(places, axis=0)


def _four_counts(member, treated, event):
    """What each patient adds to four counts in each subgroup, in one word of 64 bits.

    From the lowest bits: member, treated member, member with an event, treated member with one.
    One sum of such words adds up all four counts, each within its own 16 bits. Trials of more
    patients than 16 bits can count have four words instead, on a last axis.

    Parameters
    ----------
    member : bool (trials, patients, subgroups)
    treated, event : bool (trials, patients)
    """
    if member.shape[1] < 2**16:
        # (1 + treated·B)(1 + event·B²) has the digits 1, treated, event, treated·event in base B.
        digits = (1 + treated * np.uint64(2**16)) * (1 + event * np.uint64(2**32))
        return member.astype("<u8") * digits[:, :, None]
    treated, event = treated[:, :, None], event[:, :, None]
    dead = member & event
    four = np.broadcast_arrays(member, member & treated, dead, dead & treated)
    return np.stack(four, axis=-1).astype(np.int64)


def _read_counts(words, which):
    """One of the four counts of :func:`_four_counts`, as float (trials, steps, subgroups)."""
    counts = words[..., None].view("<u2") if words.ndim == 3 else words
    return counts[..., which].astype(float)


def _add_from_the_end(words):
    """Sum over the patients from each place to the last; one row more, of zeros, for nobody."""
    total = np.empty((len(words), words.shape[1] + 1, *words.shape[2:]), words.dtype)
    total[:, -1] = 0
    np.cumsum(words[:, ::-1], axis=1, out=total[:, -2::-1])
    return total


def _logrank_sums(table: _RiskTable, rho, gamma):
    """Observed, expected and variance, in the letters of :func:`logrank`."""
    n, n1, d, d1 = table.at_risk, table.at_risk_treated, table.deaths, table.deaths_treated
    share = n1 / np.maximum(n, 1)
    ties = (n - d) / np.maximum(n - 1, 1)
    weight = (_weights(table, rho, gamma),) if rho or gamma else ()
    return (
        _total(d1, *weight),
        _total(d, share, *weight),
        _total(d * share, 1 - share, ties, *weight, *weight),
    )


def _total(*factors):
    """Sum over event times of a product: (trials, steps, subgroups) to (trials, subgroups)."""
    return np.einsum(",".join(["tsk"] * len(factors)) + "->tk", *factors)


def _weights(table: _RiskTable, rho, gamma):
    """Fleming-Harrington weights, from the curve just before each event time."""
    before = _from_one(_curve(table))[:, :-1]
    return before**rho * (1 - before) ** gamma


def _from_one(curve):
    """The curve with its start, at which nobody has had an event."""
    return np.concatenate([np.ones((len(curve), 1, curve.shape[2])), curve], axis=1)


def _curves(time, event, member):
    """What curves are made of: event times, risk table, and which subgroups have nobody."""
    time, event, member = _checked_curves(time, event, member)
    trials = max(len(time), len(member))
    _arrays.check_block(*member.shape[1:], trials)
    time, event = (np.broadcast_to(a, (trials, a.shape[1])) for a in (time, event))
    nobody = np.broadcast_to(~member.any(axis=1), (trials, member.shape[2]))
    return *_event_times_and_table(time, event, member), nobody


def _event_times_and_table(time, event, member):
    """Distinct event times, inf where a trial has fewer than others, and the counts at each."""
    order, start = _event_steps(time, event)
    start = start[:, :-1]
    first = _pick(order, np.minimum(start, time.shape[1] - 1))
    times = np.where(start < time.shape[1], _pick(time, first), np.inf)
    return times, _risk_table(time, event, np.zeros_like(event), member)


def _curve(table: _RiskTable):
    """Kaplan-Meier curve of all arms together, just after each event time."""
    return np.cumprod(1 - table.deaths / np.maximum(table.at_risk, 1), axis=1)


def _cox_fit(time, event, treated, member, ties):
    """Log hazard ratio, standard error, score z and direction of monotone likelihoods."""
    table = _risk_table(time, event, treated, member)
    observed = _total(table.deaths_treated)
    informative, direction = _direction(table, observed)
    estimable = informative & (direction == 0)
    odds, weight = _cox_terms(table, ties)
    score, information = _derivatives(np.zeros(observed.shape), observed, odds, weight)
    score_z = np.where(informative, _ratio(score, np.sqrt(information)), np.nan)
    one_step = np.clip(_ratio(score, information, empty=0), -3, 3)
    log_hr = _newton(one_step, observed, odds, weight, estimable)
    information = _derivatives(log_hr, observed, odds, weight)[1]
    se = np.where(estimable, _ratio(1.0, np.sqrt(information)), np.nan)
    return np.where(estimable, log_hr, np.nan), se, score_z, direction


def _direction(table: _RiskTable, observed):
    """Which cells compare the arms at all, and where the likelihood rises for ever (−1, 0, 1).

    The treated deaths expected at a hazard ratio grow with it, from those at times when only the
    treated are at risk to those at all times when any are. The likelihood has a maximum where
    they are as many as observed, so only if that lies between [2, sec. 4.3].
    """
    lowest = _total(table.deaths * (table.at_risk == table.at_risk_treated))
    highest = _total(table.deaths * (table.at_risk_treated > 0))
    informative = lowest < highest
    direction = np.where(observed >= highest, 1, np.where(observed <= lowest, -1, 0))
    return informative, np.where(informative, direction, 0).astype(np.int8)


def _cox_terms(table: _RiskTable, ties: str):
    """Others at risk for one treated, and weight, of each term of the partial likelihood.

    Breslow has one term for each event time, weighted by its deaths. Efron has one for each
    death: the l-th takes l/d of the tied deaths out of the risk set.
    """
    d, d1, n1 = table.deaths, table.deaths_treated, table.at_risk_treated
    n0 = table.at_risk - n1
    if ties == "breslow":
        return n0 / np.maximum(n1, _NOBODY), d
    weights, odds = [np.minimum(d, 1)], [n0 / np.maximum(n1, _NOBODY)]
    padded = [_and_nobody(count) for count in (d, d1, n1, n0)]
    for gone in range(1, int(d.max(initial=0))):
        place = _places((d > gone).any(axis=2))[:, :-1]  # few event times have so many deaths
        d_, d1_, n1_, n0_ = (_pick(count, place) for count in padded)
        left = gone / np.maximum(d_, gone)
        weights.append((d_ > gone).astype(float))
        odds.append((n0_ - left * (d_ - d1_)) / np.maximum(n1_ - left * d1_, _NOBODY))
    return np.concatenate(odds, axis=1), np.concatenate(weights, axis=1)


def _and_nobody(counts):
    """One more step, in which every count is 0."""
    return np.concatenate([counts, np.zeros_like(counts[:, :1])], axis=1)


def _derivatives(log_hr, observed, odds, weight):
    """First derivative of the log partial likelihood, and its information.

    The next death is a treated one with probability treated·hr / (treated·hr + others).
    """
    share = 1 / (1 + odds * np.exp(-log_hr)[:, None])
    expected = _total(weight, share)
    information = expected - _total(weight, share, share)
    return observed - expected, np.maximum(information, 0)  # rounding may leave −1e-17


def _newton(start, observed, odds, weight, estimable):
    """The log hazard ratio at which the first derivative is 0, from a start near it.

    The derivative falls steadily, so a step that leaves the bracket of the signs seen so far is
    replaced by the bracket's middle. Trials that have arrived are not looked at again.
    """
    log_hr = start.copy()
    low, high = np.full(log_hr.shape, -30.0), np.full(log_hr.shape, 30.0)
    go = slice(None)  # trials still on their way
    for _ in range(100):
        now = log_hr[go]
        slope, information = _derivatives(now, observed[go], odds[go], weight[go])
        low[go] = np.where(slope > 0, now, low[go])
        high[go] = np.where(slope < 0, now, high[go])
        step = _ratio(slope, information, empty=np.inf)
        inside = (now + step > low[go]) & (now + step < high[go])
        arrived = np.abs(step) < 1e-6  # may be too short to leave the bracket's edge
        step = np.where(inside | arrived, step, (low[go] + high[go]) / 2 - now)
        step = np.where(estimable[go] & (slope != 0), step, 0.0)
        log_hr[go] += step
        # The error left after a Newton step is of the order of the step squared.
        moving = (np.abs(step) >= 1e-6).any(axis=1)
        if not moving.any():
            break
        go = go if moving.all() else np.arange(len(log_hr))[go][moving]
    return log_hr


def _greenwood(table: _RiskTable):
    """What each event time adds to the variance of log S; 0 where the last patients die."""
    return _ratio(table.deaths, table.at_risk * (table.at_risk - table.deaths), empty=0)


def _band(table: _RiskTable, level, kind):
    """Lower and upper limits of the curve: (trials, subgroups, steps)."""
    level = one("level", level, 0, 1)
    if not isinstance(kind, str) or kind not in ("log-log", "log", "plain"):
        raise ValueError(f"kind must be 'log-log', 'log' or 'plain', not {kind!r}")
    curve = _curve(table)
    curve = np.where((curve > 0) & (curve < 1), curve, np.nan)
    half = _normal.quantile((1 + level) / 2) * np.sqrt(np.cumsum(_greenwood(table), axis=1))
    if kind == "plain":
        lower, upper = curve - half * curve, curve + half * curve
    elif kind == "log":
        lower, upper = curve * np.exp(-half), curve * np.exp(half)
    else:
        lower, upper = (curve ** np.exp(s * half / -np.log(curve)) for s in (1, -1))
    return tuple(np.swapaxes(np.clip(a, 0, 1), 1, 2) for a in (lower, upper))


def _area(times, table: _RiskTable, horizon):
    """Area under the curve from 0 to the horizon, and its standard error."""
    curve = _from_one(_curve(table))
    edges = np.minimum(times, horizon)
    widths = np.diff(edges, axis=1, prepend=0, append=horizon)
    areas = curve * widths[:, :, None]
    later = np.cumsum(areas[:, :0:-1], axis=1)[:, ::-1]  # from each event time to the horizon
    return areas.sum(axis=1), np.sqrt((later**2 * _greenwood(table)).sum(axis=1))


def _quartiles(times, curve):
    """First times at which the curve is at or below 0.75, 0.50 and 0.25."""
    return np.stack([_first_at(times, curve, level) for level in (0.75, 0.5, 0.25)], axis=2)


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
