"""The standard normal distribution, and chi-squared, for arrays and without importing scipy.

In the reader's browser scipy costs seconds; the standard library's ``erfc`` is as exact.
"""

import math
from statistics import NormalDist

import numpy as np

_erfc = np.frompyfunc(math.erfc, 1, 1)
_inverse = np.frompyfunc(NormalDist().inv_cdf, 1, 1)


def upper_tail(z) -> np.ndarray:
    """P(Z > z) for each element of z; nan stays nan."""
    z = np.asarray(z, dtype=float)
    return np.asarray(0.5 * _erfc(z / math.sqrt(2)), dtype=float)


def quantile(p):
    """The value that a standard normal variable stays below with probability p.

    One number for one, an array for an array; p strictly between 0 and 1.
    """
    found = _inverse(p)
    return found if isinstance(found, float) else found.astype(float)


def chi2_upper_tail(x, df: int) -> np.ndarray:
    """P(X > x) for chi-squared with a whole number of degrees of freedom; nan stays nan.

    A finite sum: of Poisson terms if df is even, and with a normal tail before it if odd [1].

    References
    ----------
    [1] Abramowitz & Stegun, Handbook of Mathematical Functions, 26.4.4 and 26.4.5.
    """
    half = np.maximum(np.asarray(x, dtype=float), 0) / 2
    start = (df % 2) / 2
    tail = 2 * upper_tail(np.sqrt(2 * half)) if df % 2 else np.zeros_like(half)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(half)
        for power in start + np.arange(df // 2):
            term = np.exp(power * log - half - math.lgamma(power + 1))
            tail = tail + np.where(half > 0, term, (power == 0) + 0 * half)
    return tail


class NormalTest:
    """What follows from the z of a test; positive when the treated do better."""

    z: np.ndarray

    @property
    def benefit_z(self) -> np.ndarray:
        """The z as families of tests expect it: positive when the treated do better."""
        return self.z

    @property
    def p_one_sided(self) -> np.ndarray:
        """Probability of a benefit of the treated at least this large by chance."""
        return upper_tail(self.benefit_z)

    @property
    def p_two_sided(self) -> np.ndarray:
        """Probability of a difference at least this large, on either side, by chance."""
        return 2 * upper_tail(np.abs(self.z))
