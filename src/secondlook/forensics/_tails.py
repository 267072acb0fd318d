"""Tails of Student's t and of chi-square without scipy, which costs the reader's browser seconds.

The tests hold them against scipy and R.
"""

import math


def t_upper_tail(t: float, df: float) -> float:
    """P(T > t) for Student's t with df degrees of freedom.

    An incomplete beta function, by its continued fraction [1].

    References
    ----------
    [1] Press et al., Numerical Recipes, 3rd ed. 2007, sec. 6.4.
    """
    x = df / (df + t * t)
    half = 0.5 * _incomplete_beta(df / 2, 0.5, x)
    return half if t >= 0 else 1 - half


def t_quantile(p: float, df: float) -> float:
    """The value that Student's t stays below with probability p."""
    if p < 0.5:
        return -t_quantile(1 - p, df)
    low, high = 0.0, 1.0
    while t_upper_tail(high, df) > 1 - p:
        low, high = high, 2 * high
    for _ in range(200):  # halving; ends when no number lies between
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if t_upper_tail(middle, df) > 1 - p else (low, middle)
    return high


def chi2_upper_tail(x: float, df: int) -> float:
    """P(X > x) for chi-square with a whole number of degrees of freedom.

    A finite sum: of Poisson terms if df is even, and with a normal tail before it if odd [1].

    References
    ----------
    [1] Abramowitz & Stegun, Handbook of Mathematical Functions, 26.4.4 and 26.4.5.
    """
    if x <= 0:
        return 1.0
    start = 0.0 if df % 2 == 0 else 0.5
    logs = [
        (start + k) * math.log(x / 2) - x / 2 - math.lgamma(start + k + 1) for k in range(df // 2)
    ]
    tail = math.fsum(math.exp(term) for term in logs)
    return tail if df % 2 == 0 else tail + math.erfc(math.sqrt(x / 2))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # where the fraction is slow, its mirror image is fast
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = a * math.log(x) + b * math.log1p(-x) - math.log(a)
    front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(front) * _beta_fraction(a, b, x)


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Lentz's method for the continued fraction; the names are those of the source."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 1000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / (1 + step * d), 1 + step / c
            fraction *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return fraction
