"""Several tests of one trial, and what they cost: adjusted p values for families of tests.

An adjusted p is compared with the alpha of the whole family: the tests whose adjusted p is at
most alpha are significant, and the chance of a single false one among them is at most alpha.
The last axis is always the family; axes before it are trials.

References
----------
[1] Holm, A simple sequentially rejective multiple test procedure, Scand J Stat 6 (1979) 65-70.
[2] Hochberg, A sharper Bonferroni procedure for multiple tests of significance, Biometrika 75
    (1988) 800-802.
[3] Marcus, Peritz & Gabriel, On closed testing procedures, Biometrika 63 (1976) 655-660.
[4] Hommel, A stagewise rejective multiple test procedure, Biometrika 75 (1988) 383-386.
[5] Westfall & Young, Resampling-Based Multiple Testing, Wiley 1993, ch. 2.
[6] Deák, Three digit accurate multiple normal probabilities, Numer Math 35 (1980) 369-380.
[7] Bretz, Hothorn & Westfall, Multiple Comparisons Using R, CRC Press 2010.
[8] Dunnett, New tables for multiple comparisons with a control, Biometrics 20 (1964) 482-491.
"""

import functools
import itertools
import math
from collections.abc import Callable

import numpy as np

from secondlook import _normal
from secondlook._planning import check_sides, numbers, one

CLOSED_LIMIT = 12  # tests; their intersections are 2^12 − 1 = 4,095
CONTRAST_LIMIT = 12  # beyond it the fixed directions are too few
# Cells of (z, direction) that are worked on at once.
_BLOCK = 400_000
_POINTS = 32768  # half of them: every direction comes with its opposite


def bonferroni(p) -> np.ndarray:
    """Each p times the number of tests, at most 1.

    Parameters
    ----------
    p : (..., tests)
        Raw p values. nan stays nan and is not counted as a test, as in R's ``p.adjust``.

    Returns
    -------
    array, same shape

    Raises
    ------
    ValueError
        If a p is not between 0 and 1.

    Notes
    -----
    Valid however the tests depend on each other.
    """
    p = _as_p(p)
    return np.minimum(1, p * _count(p))


def holm(p) -> np.ndarray:
    """Holm's step-down p values: the smallest p times m, the next times m − 1, and so on [1].

    Parameters, returns, errors and nan as in :func:`bonferroni`. Never above Bonferroni's, and
    valid under the same conditions, which are none.
    """
    p = _as_p(p)
    ordered, order = _ascending(p)
    left = _count(p) - np.arange(p.shape[-1])  # tests that are not yet rejected
    stepped = np.maximum.accumulate(np.minimum(1, ordered * np.maximum(left, 1)), axis=-1)
    return _back(stepped, order, p)


def hochberg(p) -> np.ndarray:
    """Hochberg's step-up p values: the largest p times 1, the next times 2, and so on [2].

    Parameters, returns, errors and nan as in :func:`bonferroni`. Never above Holm's; valid for
    independent tests and for many that are positively dependent, not for all.
    """
    p = _as_p(p)
    ordered, order = _ascending(p)
    ordered = np.where(np.isnan(ordered), 1, ordered)
    left = np.maximum(_count(p) - np.arange(p.shape[-1]), 1)
    stepped = np.minimum.accumulate((ordered * left)[..., ::-1], axis=-1)[..., ::-1]
    return _back(np.minimum(1, stepped), order, p)


def closed(p, test: str | Callable = "bonferroni") -> np.ndarray:
    """Adjusted p values by closed testing: a claim stands if every intersection with it falls.

    Parameters
    ----------
    p : (..., tests)
        Raw p values of at most 12 tests; nan is no test, as in :func:`bonferroni`.
    test : "bonferroni", "simes", or a function
        The test of each intersection. A function is called as ``test(p[..., members], members)``,
        where members is a tuple of columns, and returns the p of "none of these is real", (...).
        It may look p up in a table of your own; then p must hold no nan.

    Returns
    -------
    array, same shape
        For each test the largest p among all intersections that it is a member of.

    Raises
    ------
    ValueError
        If there are more than 12 tests, a p is not between 0 and 1, or the test is unknown.

    Notes
    -----
    All 2^m − 1 intersections are looked at [3]. With Bonferroni's test this is :func:`holm`; with
    that of Simes it is Hommel's procedure [4], never above :func:`hochberg`. With only two tests,
    Hommel's and Hochberg's are the same.

    Examples
    --------
    A gatekeeper: the second test counts only if the first succeeds.

    >>> closed([0.03, 0.01], lambda p, members: p[..., 0]).tolist()
    [0.03, 0.03]
    """
    p = _as_p(p)
    if not callable(test) and not (isinstance(test, str) and test in _INTERSECTION):
        raise ValueError(f"test is {test!r}; it must be 'bonferroni', 'simes' or a function")
    if p.shape[-1] > CLOSED_LIMIT:
        raise ValueError(f"p has {p.shape[-1]} tests; closed testing takes up to {CLOSED_LIMIT}")
    if callable(test) and np.isnan(p).any():
        raise ValueError("p holds nan; leave that test out when you bring a test of your own")
    test = test if callable(test) else _INTERSECTION[test]
    adjusted = np.where(np.isnan(p), np.nan, 0.0)
    for size in range(1, p.shape[-1] + 1):
        for members in itertools.combinations(range(p.shape[-1]), size):
            local = _as_local(test(p[..., members], members), members, p.shape[:-1])
            adjusted[..., members] = np.maximum(adjusted[..., members], local[..., None])
    return adjusted


def contrast_correlation(sizes, contrasts) -> np.ndarray:
    """Correlation between contrasts of arms' means, from the sizes of the arms.

    Parameters
    ----------
    sizes : (arms,)
        Patients (or, for times to event, expected events) in each arm.
    contrasts : (contrasts, arms)
        Coefficients; each row adds up to 0, such as (−1, ½, ½).

    Returns
    -------
    array (contrasts, contrasts)

    Raises
    ------
    ValueError
        If shapes do not fit, an arm is empty, or a row does not add up to 0 or is all 0.

    Notes
    -----
    The covariance of Σ cᵢ x̄ᵢ and Σ dᵢ x̄ᵢ is σ² Σ cᵢdᵢ/nᵢ with the same σ in all arms [7].
    It holds for rank and log-rank statistics too, in large trials where the effects are small.
    Where two arms are pooled as if they were one, their coefficients go by their sizes.

    Examples
    --------
    One dose, and both doses together, against the same control.

    >>> contrast_correlation([123, 124, 123], [[-1, 0, 1], [-1, 0.5, 0.5]])[0, 1].round(3)
    np.float64(0.867)
    """
    sizes, contrasts = numbers("sizes", sizes), numbers("contrasts", contrasts)
    if sizes.ndim != 1 or contrasts.ndim != 2 or contrasts.shape[1] != len(sizes):
        raise ValueError(
            f"contrasts has shape {contrasts.shape} and sizes {sizes.shape}; "
            "they must be (contrasts, arms) and (arms,)"
        )
    if not ((sizes > 0) & np.isfinite(sizes)).all():
        at = int(np.argmin((sizes > 0) & np.isfinite(sizes)))
        raise ValueError(f"sizes: arm {at} has {sizes[at]:g} patients; every arm needs some")
    wrong = ~(np.abs(contrasts.sum(axis=1)) < 1e-9) | ~contrasts.any(axis=1)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(
            f"contrasts: row {at} is {contrasts[at].tolist()}; "
            "a contrast adds up to 0 and is not all 0"
        )
    covariance = (contrasts / sizes) @ contrasts.T
    scale = np.sqrt(np.diag(covariance))
    return covariance / np.outer(scale, scale)


def max_contrast(z, correlation, *, sides: int, step_down: bool = False) -> np.ndarray:
    """Adjusted p values of correlated contrasts, from the distribution of the largest one.

    Parameters
    ----------
    z : (..., contrasts)
        Standard normal statistics, positive for a benefit: of a test of survival its
        ``benefit_z``, since its z is negative then. nan is no contrast in that trial.
    correlation : (contrasts, contrasts)
        Of the z when nothing works, such as :func:`contrast_correlation` gives.
    sides : 1 or 2
        1 looks for a benefit only, 2 for a difference either way.
    step_down : bool
        False compares every z with the largest of all. True compares the largest z with the
        largest of all, the next with the largest of the remaining ones, and so on: never a larger
        p, and still valid, because it is closed testing with the max test.

    Returns
    -------
    array, same shape
        P(max of the family ≥ z), or of |z| if sides is 2.

    Raises
    ------
    ValueError
        If shapes do not fit, or correlation is not one (not symmetric, not 1 on the diagonal,
        or impossible).

    Notes
    -----
    See :func:`max_tail` for how the probability is computed. Of two endpoints, each with the same
    contrasts, the correlation is ``np.kron(endpoints, contrasts)``.

    Examples
    --------
    One dose at z 2.1 and both doses together at 2.3, one-sided.

    >>> r = contrast_correlation([123, 124, 123], [[-1, 0, 1], [-1, 0.5, 0.5]])
    >>> max_contrast([2.1, 2.3], r, sides=1).round(4).tolist()
    [0.0266, 0.0163]
    """
    check_sides(sides)
    correlation = _as_correlation(correlation)
    z = _as_family("z", z)
    if z.shape[-1] != len(correlation):
        raise ValueError(
            f"z has {z.shape[-1]} contrasts but correlation is {correlation.shape}; "
            "give one row and column for each contrast"
        )
    reached = (z if sides == 1 else np.abs(z)).reshape(-1, z.shape[-1])
    p = np.full(reached.shape, np.nan)
    for column in range(reached.shape[1]):
        # Whom each z competes with: everybody, or those who did no better.
        rivals = _not_before(reached, column) if step_down else ~np.isnan(reached)
        rivals &= ~np.isnan(reached[:, [column]])
        for family in np.unique(rivals[rivals[:, column]], axis=0):
            rows = (rivals == family).all(axis=1)
            part = correlation[np.ix_(family, family)]
            p[rows, column] = max_tail(reached[rows, column], part, sides=sides)
    p = _monotone(p, reached) if step_down else p
    return p.reshape(z.shape)


def max_tail(z, correlation, *, sides: int) -> np.ndarray:
    """Probability that the largest of correlated standard normal variables reaches z.

    Parameters
    ----------
    z : any shape
    correlation : (m, m)
        May be singular, as that of three contrasts between three arms is.
    sides : 1 or 2
        2 asks for the largest of the absolute values.

    Returns
    -------
    array, the shape of z
        nan where z is.

    Raises
    ------
    ValueError
        If correlation is not one, or is of more than 12 variables in the third case below.

    Notes
    -----
    Write the variables as a·X, with X independent and of dimension r. X has a uniform direction u
    and, independently, a length whose square is chi-squared on r degrees of freedom. On the ray
    along u the largest variable is the length times M(u) = max a·u. So for z of 0 or more

        P(max ≥ z) = average of P(length ≥ z / M(u)) over the directions with M(u) > 0 [6].

    - Up to rank 2 (two contrasts, or any number between three arms) u is an angle, and the
      average is an integral between the angles at which the maximum changes hands.
    - If every correlation is a product λᵢλⱼ, as for several arms against one control, the
      variables are independent once their common part x is known: the integral over x of
      1 − Π Φ((z − λᵢx) / √(1 − λᵢ²)) is taken instead [8].
    - Otherwise u runs over 65,536 fixed directions.

    The first two are exact to eight decimals or more. The third is, where the probability is 0.01
    or more, within 0.3% of it for up to five contrasts and within 2% for up to twelve; a z of 5,
    where it is a few millionths, may be off by 2% and 10%. It is never outside the exact bounds,
    one contrast alone and Bonferroni. Nothing is random: the same question has the same answer.
    """
    check_sides(sides)
    z, correlation = numbers("z", z, nan=True), _as_correlation(correlation)
    flat = np.clip(z.ravel(), -40, 40)  # beyond, every probability is 0 or 1
    points, average = _method(correlation.tobytes(), sides)
    tail = np.full(flat.shape, np.nan)
    size = max(1, _BLOCK // points)
    for first in range(0, len(flat), size):
        tail[first : first + size] = average(flat[first : first + size])
    alone = sides * _normal.upper_tail(flat)
    tail = np.clip(tail, alone, np.minimum(1, len(correlation) * alone))
    if sides == 2:
        tail[flat <= 0] = 1
    return tail.reshape(z.shape)


def critical_value(correlation, alpha: float, *, sides: int) -> float:
    """The z that the largest of correlated contrasts reaches with probability alpha.

    Parameters
    ----------
    correlation : (contrasts, contrasts)
    alpha : float
        Family-wise error, between 0 and 1; of both sides together if sides is 2.
    sides : 1 or 2

    Returns
    -------
    float
        Each contrast whose z (or |z|) is above it is significant, z being positive for a benefit:
        ``benefit_z`` of a test of survival. With equal correlations this is
        Dunnett's value for very large samples [8].

    Raises
    ------
    ValueError
        As :func:`max_contrast`, or if alpha is not between 0 and 1.
    """
    check_sides(sides)
    alpha = one("alpha", alpha, 0, 1)
    correlation = _as_correlation(correlation)
    # One contrast alone is below, Bonferroni is above.
    low = _normal.quantile(1 - alpha / sides) - 1e-3
    high = _normal.quantile(1 - alpha / sides / len(correlation)) + 1e-3
    while high - low > 1e-12 * max(1, abs(high)):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        above = max_tail(middle, correlation, sides=sides) > alpha
        low, high = (middle, high) if above else (low, middle)
    return (low + high) / 2


def common_level(correlation, alpha: float, *, sides: int) -> float:
    """The level at which each contrast may be tested so that the family's is alpha.

    Parameters and errors as in :func:`critical_value`, of which this is the p. It lies between
    alpha / contrasts (Bonferroni) and alpha (contrasts that are all the same).

    Examples
    --------
    >>> r = contrast_correlation([123, 124, 123], [[-1, 0, 1], [-1, 0.5, 0.5]])
    >>> round(common_level(r, 0.025, sides=1), 4)
    0.0168
    """
    return float(sides * _normal.upper_tail(critical_value(correlation, alpha, sides=sides)))


def max_t(z_observed, z_null, *, sides: int, step_down: bool = False) -> np.ndarray:
    """Westfall and Young's adjusted p values: how often shuffled labels find as much somewhere.

    Parameters
    ----------
    z_observed : (looks,) or (trials, looks)
        What was found with the true labels, positive for a benefit: of a test of survival its
        ``benefit_z``, since its z is negative then. nan is no look.
    z_null : (shuffles, looks)
        What the same looks find when the labels are shuffled, with the same sign: any family of
        endpoints, contrasts and subgroups. nan never wins.
    sides : 1 or 2
        1 looks for a benefit only, 2 for a difference either way.
    step_down : bool
        False compares every look with the best of all looks of each shuffle. True compares the
        best look with the best of all, the next with the best of the remaining looks, and so on:
        never a larger p.

    Returns
    -------
    array, the shape of z_observed
        (1 + shuffles that reach it) / (1 + shuffles), because the true labels are one of the
        equally likely ones. So no p is below 1 / (1 + shuffles).

    Raises
    ------
    ValueError
        If shapes do not fit, or there are no shuffles.

    Notes
    -----
    [5], with z in place of p. The dependence between looks is that of the data, so nothing is
    assumed about it. A z within 1e-9 of another counts as equal, so that rounding decides nothing.
    A look without an observed z gets nan, but what it finds in the shuffles still counts.

    Examples
    --------
    With :mod:`secondlook.fishing`, where ``s = shuffle(cohort, looks, 2000, rng)`` and z holds the
    same looks at the true labels:

    >>> z, null = [2.4, 1.0], [[0.1, 0.3], [2.5, -1.0], [-0.2, 1.2], [0.4, 0.6]]  # z, s.z
    >>> max_t(z, null, sides=1).tolist()
    [0.4, 0.6]
    >>> max_t(z, null, sides=1, step_down=True).tolist()
    [0.4, 0.4]
    """
    check_sides(sides)
    observed, null = _as_family("z_observed", z_observed), numbers("z_null", z_null, nan=True)
    if null.ndim != 2 or len(null) == 0 or null.shape[1] != observed.shape[-1]:
        raise ValueError(
            f"z_null has shape {null.shape}; it must be (shuffles, {observed.shape[-1]}), "
            "with at least one shuffle"
        )
    reached, null = (observed, null) if sides == 1 else (np.abs(observed), np.abs(null))
    null = np.where(np.isnan(null), -np.inf, null)
    rows = reached.reshape(-1, reached.shape[-1])
    if step_down:
        p = np.stack([_step_down(row, null) for row in rows])
    else:
        p = _share_reaching(rows, np.sort(null.max(axis=1)))
    return np.where(np.isnan(rows), np.nan, p).reshape(observed.shape)


def _step_down(row, null) -> np.ndarray:
    """Step-down max-T of one trial: (looks,)."""
    order = np.argsort(-np.where(np.isnan(row), -np.inf, row), kind="stable")
    best = np.maximum.accumulate(null[:, order[::-1]], axis=1)[:, ::-1]  # of this look and later
    p = [_share_reaching(row[at], np.sort(best[:, i])) for i, at in enumerate(order)]
    adjusted = np.empty(len(row))
    adjusted[order] = np.maximum.accumulate(p)
    return adjusted


def _share_reaching(z, best) -> np.ndarray:
    """(1 + number of best ≥ z) / (1 + number); best is sorted."""
    below = np.searchsorted(best, np.asarray(z) - 1e-9)
    return (1 + len(best) - below) / (1 + len(best))


def _not_before(reached, column) -> np.ndarray:
    """Who comes with or after a column when z falls; of equals the first comes first."""
    mine = reached[:, [column]]
    later = np.arange(reached.shape[1]) >= column
    return (reached < mine) | ((reached == mine) & later)


def _monotone(p, reached) -> np.ndarray:
    """No p smaller than that of a larger z."""
    order = np.argsort(-np.where(np.isnan(reached), -np.inf, reached), axis=1, kind="stable")
    stepped = np.fmax.accumulate(np.take_along_axis(p, order, axis=1), axis=1)
    return _back(stepped, order, p)


@functools.lru_cache(maxsize=16)
def _method(correlation: bytes, sides):
    """How many points a z needs, and the function that computes P(max ≥ z) for z (count,)."""
    size = math.isqrt(len(correlation) // 8)
    correlation = np.frombuffer(correlation).reshape(size, size)
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-10
    factor = _common_factor(correlation) if kept.sum() > 2 else None
    if factor is not None:
        return len(_X), lambda z: _factor_tail(z, factor, sides)
    if size > CONTRAST_LIMIT:
        raise ValueError(
            f"correlation is of {size} contrasts; {CONTRAST_LIMIT} can be computed unless every "
            "correlation is a product of two factors. Shuffle the labels and use max_t"
        )
    loading = vectors[:, kept] * np.sqrt(values[kept])
    loading /= np.linalg.norm(loading, axis=1, keepdims=True)
    # An even dimension has a tail without special functions; one more axis does no harm.
    loading = np.pad(loading, ((0, 0), (0, loading.shape[1] % 2)))
    dimension = loading.shape[1]
    unit, weight = _angles(loading, sides) if dimension == 2 else _even_points(dimension)
    along = unit @ loading.T
    reach = (along if sides == 1 else np.abs(along)).max(axis=1)
    return len(reach), lambda z: _average_tail(z, reach, weight, dimension)


def _common_factor(correlation):
    """The λ of which every correlation is a product λᵢλⱼ, or None if there are none."""
    off = correlation - np.diag(np.diag(correlation))
    square = np.zeros(len(off))
    for i in range(len(off)):
        others = np.abs(np.delete(np.delete(off, i, axis=0), i, axis=1))
        j, k = np.unravel_index(np.argmax(others), others.shape)
        if others[j, k] > 0:
            mine = np.delete(off[i], i)
            square[i] = abs(mine[j] * mine[k]) / others[j, k]
    largest = int(np.argmax(square))
    factor = np.sqrt(square) * np.where(off[largest] < 0, -1, 1)
    product = np.outer(factor, factor)
    fits = np.allclose(product - np.diag(square), off, rtol=0, atol=1e-9)
    return factor if fits and square.max() < 0.99 else None


# Where the common part is looked at, and its normal weights: equal steps are exact enough, since
# the integrand is smooth and vanishes at both ends.
_X = np.linspace(-10, 10, 401)
_X_WEIGHT = np.exp(-(_X**2) / 2) / math.sqrt(2 * math.pi) * (_X[1] - _X[0])


def _factor_tail(z, factor, sides) -> np.ndarray:
    """P(max ≥ z) when the variables share one factor."""
    none = np.zeros((len(z), len(_X)))  # log of the probability that none reaches z, given x
    for each in factor:
        spread = math.sqrt(1 - each**2)
        reaches = _normal.upper_tail((z[:, None] - each * _X) / spread)
        if sides == 2:
            reaches = reaches + _normal.upper_tail((z[:, None] + each * _X) / spread)
        with np.errstate(divide="ignore"):  # certain to reach it: −∞ is right
            none += np.log1p(-np.minimum(reaches, 1))
    return -np.expm1(none) @ _X_WEIGHT


def _angles(loading, sides):
    """Directions in the plane, and weights for an integral over the angle.

    Between the angles where a maximum may change hands the integrand is smooth, but near M(u) = 0
    it can fall very steeply. The double-exponential rule crowds its points towards both ends.
    """
    pairs = list(itertools.combinations(loading, 2))
    changes = [*loading, *(a - b for a, b in pairs)]
    if sides == 2:
        changes += [a + b for a, b in pairs]
    x, y = np.array([change for change in changes if np.abs(change).max() > 1e-9]).T
    edges = np.unique((np.arctan2(y, x) + np.pi / 2) % np.pi)
    edges = np.concatenate([edges, edges + np.pi, edges[:1] + 2 * np.pi])
    step = np.linspace(-3.2, 3.2, 129)
    node = np.tanh(np.pi / 2 * np.sinh(step))
    share = np.cosh(step) / np.cosh(np.pi / 2 * np.sinh(step)) ** 2
    half = np.diff(edges)[:, None] / 2
    angle = (edges[:-1, None] + half * (node + 1)).ravel()
    weight = (half * share / share.sum()).ravel() / np.pi
    return np.stack([np.cos(angle), np.sin(angle)], axis=1), weight


@functools.lru_cache(maxsize=8)
def _even_points(dimension):
    """Directions spread evenly over a sphere, each with its opposite, and their equal weights.

    The points i·(1/g, 1/g², …) modulo 1 fill a cube evenly when g is the root of
    g^(dimension + 1) = g + 1; normal quantiles turn the cube into all directions.
    """
    g = 2.0
    for _ in range(60):
        g = (1 + g) ** (1 / (dimension + 1))
    steps = g ** -np.arange(1.0, dimension + 1)
    cube = (0.5 + np.arange(1, _POINTS + 1)[:, None] * steps) % 1
    normal = _normal.quantile(cube)
    unit = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return np.concatenate([unit, -unit]), np.full(2 * _POINTS, 0.5 / _POINTS)


def _average_tail(z, reach, weight, dimension) -> np.ndarray:
    """P(max ≥ z) as the average over directions; the dimension is even."""
    tail = np.where(z >= 0, 0.0, 1.0)
    for mine, side, sign in ((z >= 0, reach > 0, 1), (z < 0, reach < 0, -1)):
        half = (z[mine, None] / reach[side]) ** 2 / 2
        # P(chi-squared on r degrees of freedom ≥ 2h) = exp(−h) Σ h^k / k!, k below r/2.
        term, series = np.exp(-half), 0.0
        for k in range(dimension // 2):
            series = series + term
            term = term * half / (k + 1)
        tail[mine] += sign * (series @ weight[side])
    return np.where(np.isnan(z), np.nan, tail)


def _bonferroni_test(p, members) -> np.ndarray:
    """The smallest p times their number: (..., members) to (...)."""
    return np.minimum(1, np.where(np.isnan(p), 1, p).min(axis=-1) * _count(p)[..., 0])


def _simes_test(p, members) -> np.ndarray:
    """The least of m · p₍ⱼ₎ / j, p₍ⱼ₎ the j-th smallest of m: (..., members) to (...)."""
    scaled = _ascending(p)[0] * _count(p) / np.arange(1, p.shape[-1] + 1)
    return np.where(np.isnan(scaled), 1, scaled).min(axis=-1)


_INTERSECTION = {"bonferroni": _bonferroni_test, "simes": _simes_test}


def _as_local(local, members, shape) -> np.ndarray:
    local = np.asarray(local, dtype=float)
    if local.shape != shape or not ((local >= 0) & (local <= 1)).all():
        raise ValueError(
            f"test gave {local.tolist() if local.ndim == 0 else local.shape} for {members}; "
            f"it must give p values between 0 and 1 of shape {shape}"
        )
    return local


def _count(p):
    """Number of tests, (..., 1); nan is none."""
    return (~np.isnan(p)).sum(axis=-1, keepdims=True)


def _ascending(p):
    """p in rising order, nan last, and that order."""
    order = np.argsort(p, axis=-1, kind="stable")
    return np.take_along_axis(p, order, axis=-1), order


def _back(ordered, order, p):
    """Values in their own places again, nan where p is."""
    result = np.empty(p.shape)
    np.put_along_axis(result, order, ordered, axis=-1)
    return np.where(np.isnan(p), np.nan, result)


def _as_p(p) -> np.ndarray:
    p = _as_family("p", p)
    wrong = (p < 0) | (p > 1)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"p is {p[at]:g} at {at}; a p value is between 0 and 1")
    return p


def _as_family(name, value) -> np.ndarray:
    value = numbers(name, value, nan=True)
    if value.ndim == 0 or value.shape[-1] == 0:
        raise ValueError(f"{name} has shape {value.shape}; its last axis must hold the tests")
    return value


def _as_correlation(value) -> np.ndarray:
    value = np.ascontiguousarray(_as_family("correlation", value))
    if value.ndim != 2 or value.shape[0] != value.shape[1]:
        raise ValueError(f"correlation has shape {value.shape}; it must be square")
    off = ~np.isclose(value, value.T, rtol=0, atol=1e-9) | ~(np.abs(value) <= 1 + 1e-9)
    off |= np.eye(len(value), dtype=bool) & (np.abs(value - 1) > 1e-9)
    if off.any():
        row, column = (int(i) for i in np.argwhere(off)[0])
        raise ValueError(
            f"correlation is {value[row, column]:g} at ({row}, {column}); "
            "it must be symmetric, 1 on the diagonal and between -1 and 1"
        )
    least = np.linalg.eigvalsh(value)[0]
    if least < -1e-6:
        raise ValueError(
            f"correlation has the eigenvalue {least:.2g}; no variables can be correlated like "
            "that. If it was rounded, give it in full, as contrast_correlation does"
        )
    return value
