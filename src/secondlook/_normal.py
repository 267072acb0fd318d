"""The standard normal distribution for arrays, without importing scipy.

In the reader's browser scipy costs seconds; the standard library's ``erfc`` is as exact.
"""

import math
from statistics import NormalDist

import numpy as np

_erfc = np.frompyfunc(math.erfc, 1, 1)


def upper_tail(z) -> np.ndarray:
    """P(Z > z) for each element of z; nan stays nan."""
    z = np.asarray(z, dtype=float)
    return np.asarray(0.5 * _erfc(z / math.sqrt(2)), dtype=float)


def quantile(p: float) -> float:
    """The value that a standard normal variable stays below with probability p."""
    return NormalDist().inv_cdf(p)
