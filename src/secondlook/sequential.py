"""Looking at a trial while it runs: boundaries, futility, and the price of looking.

A look at information time t (the share of the planned events that have happened) sees a z. With
*drift* θ, the z to expect at the end, the values z √t are normal with mean θ t and independent
increments [1, ch. 3]; so all probabilities come from one sum over a grid, look after look
[1, ch. 19; 2]. A positive z speaks for the treated.

References
----------
[1] Jennison & Turnbull, Group Sequential Methods with Applications to Clinical Trials, Chapman &
    Hall 2000.
[2] Armitage, McPherson & Rowe, Repeated significance tests on accumulating data, JRSS A 1969, 132,
    235-244.
[3] Lan & DeMets, Discrete sequential boundaries for clinical trials, Biometrika 1983, 70, 659-663.
[4] Wang & Tsiatis, Approximately optimal one-parameter boundaries for group sequential trials,
    Biometrics 1987, 43, 193-199.
[5] Lan, Simon & Halperin, Stochastically curtailed tests in long-term clinical trials, Sequential
    Analysis 1982, 1, 207-219.
"""

from dataclasses import dataclass, replace

import numpy as np

from secondlook import _normal
from secondlook._planning import (
    between,
    count,
    critical,
    density,
    drift_needed,
    fit,
    generator,
    numbers,
    one,
    root,
)

# A grid reaches this many standard deviations when no boundary cuts it off; its panels are at most
# so many wide, and a Gauss rule of so many points is exact on each of them to about 1e-10.
_REACH, _PANEL, _POINTS = 8.0, 3.0, 12
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(_POINTS)
# Looks that are closer than this would need a grid too fine for a browser's memory.
_CLOSEST = 0.002


@dataclass(frozen=True)
class Looks:
    """When a trial is looked at and where it stops.

    Attributes
    ----------
    times : (looks,) information times, rising to 1.
    upper : (looks,) z at or above which the treated are declared better; a test of survival has
        this z as its ``benefit_z``.
    lower : (looks,) z at or below which the trial stops: −upper if sides is 2, the futility bound,
        or −inf.
    alpha, sides : the level that the looks are made for, and its sides.
    """

    times: np.ndarray
    upper: np.ndarray
    lower: np.ndarray
    alpha: float
    sides: int

    @property
    def nominal_p(self) -> np.ndarray:
        """(looks,) the p, on as many sides as the level has, that stops the trial at each look."""
        return self.sides * _normal.upper_tail(self.upper)


@dataclass(frozen=True)
class Behaviour:
    """What the looks do under one drift; arrays are (looks,).

    Attributes
    ----------
    upper, lower : probability of stopping at each look because z passes that boundary.
    stop : probability of ending at each look; the last includes reaching the end with neither.
    power : probability of significance at any look, on either side if sides is 2.
    expected_information : mean information time at the end of the trial.
    """

    upper: np.ndarray
    lower: np.ndarray
    stop: np.ndarray
    power: float
    expected_information: float


def spent(times, *, alpha, shape="obrien-fleming") -> np.ndarray:
    """The level that a spending function has used up at each information time [3].

    Parameters
    ----------
    times : information times from 0 to 1.
    alpha : level of one side.
    shape : ``"obrien-fleming"``, 2 − 2Φ(z_{alpha/2} / √t); ``"pocock"``, alpha ln(1 + (e − 1) t);
        or a function of the times that rises from 0 at 0 to 1 at 1 and is multiplied by alpha.

    Returns
    -------
    Array of the shape of times.
    """
    times = between("times", times, ends=True)
    critical(alpha, 1)
    if not callable(shape) and not isinstance(shape, str):
        raise ValueError(f"shape is {shape!r}; it must be 'obrien-fleming', 'pocock' or a function")
    if callable(shape):
        share = numbers("shape(times)", shape(times))
        if share.shape != times.shape:
            raise ValueError(f"shape gave {share.shape} for times of shape {times.shape}")
        if np.any(np.diff(share) < 0) or np.any((share < 0) | (share > 1)):
            raise ValueError("shape must be a function that rises from 0 at time 0 to 1 at time 1")
        return alpha * share
    if shape == "obrien-fleming":
        with np.errstate(divide="ignore"):
            return 2 * _normal.upper_tail(critical(alpha / 2, 1) / np.sqrt(times))
    if shape == "pocock":
        return alpha * np.log1p((np.e - 1) * times)
    raise ValueError(f"shape is {shape!r}; it must be 'obrien-fleming', 'pocock' or a function")


def boundaries(times, *, alpha, sides, shape="obrien-fleming") -> Looks:
    """Boundaries that spend alpha as the information comes in [3].

    Parameters
    ----------
    times : (looks,) information times, rising to 1; or the number of equally spaced looks.
    alpha : level, of both sides together if sides is 2.
    sides : 1 (only a benefit of the treated stops the trial) or 2 (either side, symmetric).
    shape : see :func:`spent`. Two-sided, each side spends alpha / 2 by it.

    Returns
    -------
    Looks
        An upper bound is inf where nothing is spent.

    Raises
    ------
    ValueError
        If the times do not rise to 1, or alpha, sides or shape is impossible.
    """
    times = _times(times)
    critical(alpha, sides)
    used = spent(times, alpha=alpha / sides, shape=shape)
    if not np.isclose(used[-1], alpha / sides):
        raise ValueError("shape must reach 1 at time 1, so that all of alpha is spent")
    steps = np.diff(used, prepend=0.0)
    upper = np.full(len(times), np.inf)
    state, following = _start(), _following(times)
    for look, step in enumerate(steps):
        state = _move(state, times[look])
        if step > 1e-300:
            upper[look] = _cut(state, step)
        low = -upper[look] if sides == 2 else -np.inf
        state = _keep(state, low, upper[look], following[look])
    return _looks(times, upper, alpha, sides)


def classical(times, *, alpha, sides, delta) -> Looks:
    """The classical boundaries z = c · t^(delta − ½), with c such that the level holds [4].

    Parameters
    ----------
    times, alpha, sides : see :func:`boundaries`.
    delta : 0 for O'Brien and Fleming, ½ for Pocock, or between them.

    Returns
    -------
    Looks
        ``upper[-1]`` is c.
    """
    times = _times(times)
    shape = times ** (one("delta", delta, 0, 0.5, ends=True) - 0.5)
    least = critical(alpha, sides)

    def excess(c):
        return behaviour(_looks(times, c * shape, alpha, sides)).power - alpha

    c = least if len(times) == 1 else root(excess, least, critical(alpha / len(times), sides))
    return _looks(times, c * shape, alpha, sides)


def unadjusted(times, *, alpha, sides) -> Looks:
    """Looks that test at the full level every time, which is what boundaries are there to prevent.

    Parameters as in :func:`boundaries`; the true level is ``behaviour(looks).power``.
    """
    times = _times(times)
    return _looks(times, np.full(len(times), critical(alpha, sides)), alpha, sides)


def behaviour(looks: Looks, drift: float = 0.0) -> Behaviour:
    """What the looks do if the drift is as given; 0 is a treatment that does nothing.

    Parameters
    ----------
    looks : from :func:`boundaries` and its like; a futility bound is obeyed.
    drift : z to expect at information time 1, positive for a benefit, for instance by
        :func:`secondlook.design.drift`. Boundaries are compared with a z of the same sign:
        ``benefit_z`` of a test of survival, not its z.
    """
    _check_looks(looks)
    drift = one("drift", drift)
    up, down = np.zeros(len(looks.times)), np.zeros(len(looks.times))
    state, following = _start(), _following(looks.times)
    for look, (low, high) in enumerate(zip(looks.lower, looks.upper, strict=True)):
        state = _move(state, looks.times[look], drift)
        up[look], down[look] = _beyond(state, high), _beyond(state, low, below=True)
        state = _keep(state, low, high, following[look])
    stop = up + down
    stop[-1] = 1 - stop[:-1].sum()
    power = up.sum() + (down.sum() if looks.sides == 2 else 0.0)
    return Behaviour(up, down, stop, float(power), float(stop @ looks.times))


def drift_for(looks: Looks, power: float) -> float:
    """The drift at which the looks have this power, obeying a futility bound.

    Divided by the drift of a trial with one look and squared, it is the factor by which the
    information, and with it the events, must grow.

    Raises
    ------
    ValueError
        If power is not above the level or not below 1.
    """
    _check_looks(looks)
    drift_needed(looks.alpha, one("power", power), looks.sides)
    return root(lambda drift: behaviour(looks, drift).power - power, 0.0, 40.0, 1e-9)


def with_futility(looks: Looks, *, power: float, shape="obrien-fleming") -> tuple[Looks, float]:
    """Add a non-binding futility bound that spends 1 − power as the information comes in.

    The boundary for benefit stays as it is, so that the level holds even if the futility bound is
    overruled; the two meet at the end.

    Parameters
    ----------
    looks : one-sided.
    power : to be had under the drift that is returned, with the futility bound obeyed.
    shape : see :func:`spent`.

    Returns
    -------
    Looks, drift

    Raises
    ------
    ValueError
        If the looks are two-sided, or power is not above the level or not below 1.
    """
    _one_sided(looks)
    single = float(drift_needed(looks.alpha, one("power", power), 1))
    steps = np.diff(spent(looks.times, alpha=1 - power, shape=shape), prepend=0.0)
    following = _following(looks.times)

    def tried(drift):
        """The bound for a drift, and how much its power falls short of what is asked."""
        lower, state = np.full(len(steps), -np.inf), _start()
        last = len(steps) - 1
        for look, step in enumerate(steps):
            state = _move(state, looks.times[look], drift)
            if look == last:
                lower[look] = looks.upper[look]
            elif step > 1e-300:
                lower[look] = min(_cut(state, step, below=True), looks.upper[look])
            missed = _beyond(state, lower[look], below=True) - step
            state = _keep(state, lower[look], looks.upper[look], following[look])
        return lower, missed

    drift = root(lambda theta: tried(theta)[1], single / 2, 40.0, 1e-9)
    return replace(looks, lower=tried(drift)[0]), drift


def with_stochastic_curtailment(looks: Looks, *, below: float, drift: float | None = None) -> Looks:
    """Add a non-binding futility bound where :func:`conditional_power` falls to ``below`` [5].

    Parameters
    ----------
    looks : one-sided.
    below : conditional power, such as 0.1, at which the trial stops.
    drift : assumed for the rest of the trial; None is the trend seen so far.
    """
    _one_sided(looks)
    t, rest = looks.times[:-1], 1 - looks.times[:-1]
    final = looks.upper[-1]
    needed = final + np.sqrt(rest) * _normal.quantile(one("below", below, 0, 1))
    if drift is None:
        lower = needed * np.sqrt(t)
    else:
        lower = (needed - one("drift", drift) * rest) / np.sqrt(t)
    return replace(looks, lower=np.append(np.minimum(lower, looks.upper[:-1]), final))


def conditional_power(z, time, *, final, drift=None) -> np.ndarray:
    """Probability that a trial ends significant for the treated, given the z of an interim look.

    Parameters
    ----------
    z : seen at the look, positive for a benefit: ``benefit_z`` of a test of survival.
    time : its information time, between 0 and 1.
    final : z needed at the end, such as ``looks.upper[-1]``.
    drift : assumed for the rest of the trial: that of the plan, 0 for no effect, or None for the
        trend seen so far, z / √time.

    Returns
    -------
    Array of the common shape: P(Z > (final − z √t − drift (1 − t)) / √(1 − t)) [1, ch. 10].
    """
    fit(z=z, time=time, final=final, drift=0.0 if drift is None else drift)
    z, time = numbers("z", z), between("time", time)
    drift = z / np.sqrt(time) if drift is None else numbers("drift", drift)
    missing = numbers("final", final) - z * np.sqrt(time) - drift * (1 - time)
    return _normal.upper_tail(missing / np.sqrt(1 - time))[()]


def draw_null(times, correlation, trials: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the z of several tests at every look of trials in which nothing works.

    Parameters
    ----------
    times : as in :func:`boundaries`.
    correlation : (tests, tests) of the z at any one look.
    trials : how many to draw.
    rng : source of the draws.

    Returns
    -------
    array (trials, looks, tests)
        Each test's z √t is a sum of independent increments of variance t [1, ch. 3].

    Raises
    ------
    ValueError
        If the times do not rise to 1, or correlation is none.
    """
    times, correlation = _times(times), np.atleast_2d(numbers("correlation", correlation))
    generator(rng)
    if correlation.ndim != 2 or len(correlation) != correlation.shape[1]:
        raise ValueError(f"correlation has shape {correlation.shape}; it must be (tests, tests)")
    least, vectors = np.linalg.eigh(correlation)
    one = np.allclose(np.diag(correlation), 1) and np.allclose(correlation, correlation.T)
    if not one or least.min() < -1e-6:
        raise ValueError("correlation must be symmetric, 1 on the diagonal, and possible")
    loading = vectors * np.sqrt(np.maximum(least, 0))
    steps = rng.standard_normal((count("trials", trials), len(times), len(loading))) @ loading.T
    steps *= np.sqrt(np.diff(times, prepend=0.0))[:, None]
    return steps.cumsum(axis=1) / np.sqrt(times)[:, None]


# The sum over a grid. A state is the time, the drift and the density of z √t among trials still
# running, as points and their probabilities; each point becomes a normal curve at the next look.


@dataclass(frozen=True)
class _State:
    time: float
    point: np.ndarray
    mass: np.ndarray
    step: float = 0.0  # information since the points were made
    push: float = 0.0  # drift times that information


def _start() -> _State:
    return _State(0.0, np.zeros(1), np.ones(1))


def _following(times: np.ndarray) -> np.ndarray:
    """Information from each look to the next; after the last any number will do."""
    return np.diff(times, append=2.0)


def _move(state: _State, time: float, drift: float = 0.0) -> _State:
    """The state on reaching the next look, before it is looked at."""
    step = time - state.time
    return replace(state, time=time, step=step, push=drift * step)


def _beyond(state: _State, z: float, *, below: bool = False) -> float:
    """Probability that a running trial has a z above, or below, a bound."""
    if np.isinf(z):
        return float((z > 0) == below) * float(state.mass.sum())
    away = (z * np.sqrt(state.time) - state.point - state.push) / np.sqrt(state.step)
    return float(state.mass @ _normal.upper_tail(-away if below else away))


def _cut(state: _State, probability: float, *, below: bool = False) -> float:
    """The z that a running trial is above, or below, with this probability."""
    if probability >= state.mass.sum():
        return np.inf if below else -np.inf

    def excess(z):
        return np.log(max(_beyond(state, z, below=below), 1e-320) / probability)

    centre = (state.point.mean() + state.push) / np.sqrt(state.time)
    return root(excess, centre - 40, centre + 40)


def _keep(state: _State, low: float, high: float, following: float) -> _State:
    """The trials that go on: those between the two bounds, as points and their probabilities.

    The points are close enough for the step behind them and for the one that follows.
    """
    sd, scale = np.sqrt(state.step), np.sqrt(state.time)
    reach = _REACH * sd
    bottom = max(low * scale, state.point.min() + state.push - reach)
    top = min(high * scale, state.point.max() + state.push + reach)
    if not top > bottom:
        return replace(state, point=np.zeros(1), mass=np.zeros(1))
    point, weight = _panels(bottom, top, min(sd, np.sqrt(following)))
    spread = density((point[:, None] - state.point - state.push) / sd) @ state.mass / sd
    return replace(state, point=point, mass=spread * weight)


def _panels(bottom: float, top: float, sd: float) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights to integrate what changes on the scale of sd from bottom to top."""
    edge = np.linspace(bottom, top, int(np.ceil((top - bottom) / (_PANEL * sd))) + 1)
    half = np.diff(edge)[:, None] / 2
    return (edge[:-1, None] + half * (1 + _NODE)).ravel(), (half * _WEIGHT).ravel()


def _looks(times, upper, alpha, sides) -> Looks:
    lower = -upper if sides == 2 else np.full_like(upper, -np.inf)
    return Looks(times, upper, lower, alpha, sides)


def _times(times) -> np.ndarray:
    """Information times that rise to 1; a whole number of looks is spaced evenly."""
    given = numbers("times", times)
    if given.ndim == 0 and 1 <= given <= 100 and given == np.floor(given):
        return np.arange(1, int(given) + 1) / int(given)
    array = np.atleast_1d(given)
    rising = array.ndim == 1 and array.size > 0 and np.all(np.diff(array, prepend=0.0) > 0)
    if not rising or array[-1] != 1:
        raise ValueError(
            f"times is {times}; it must be information times that rise to 1, such as "
            "[0.5, 1], or a number of equally spaced looks up to 100"
        )
    if np.any(np.diff(array) < _CLOSEST):
        raise ValueError(f"times has looks closer than {_CLOSEST}; make one look of them")
    return array


def _check_looks(looks) -> None:
    if not isinstance(looks, Looks):
        raise ValueError(f"looks is {looks!r:.60}; it must be Looks, such as boundaries() makes")


def _one_sided(looks: Looks) -> None:
    _check_looks(looks)
    if looks.sides != 1:
        raise ValueError("looks: a futility bound needs looks with sides 1; make them one-sided")
