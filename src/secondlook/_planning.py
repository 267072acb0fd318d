"""Checks and small sums that the planning of trials needs in several rooms.

Throughout, a *drift* is what the z of a test is expected to be: its standard deviation is 1, so
drift and critical value alone decide the power. A positive z speaks for the treated.
"""

import numpy as np

from secondlook import _normal


def density(z) -> np.ndarray:
    """The standard normal density at each element of z."""
    return np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi)


def critical(alpha, sides) -> float:
    """The z that a test at this level must pass; alpha is for both sides together if sides is 2.

    Raises
    ------
    ValueError
        If alpha is not strictly between 0 and 1, or sides is neither 1 nor 2.
    """
    return -_normal.quantile(one("alpha", alpha, 0, 1) / check_sides(sides))


def check_sides(sides) -> int:
    """Refuse sides that are neither 1 nor 2."""
    if isinstance(sides, bool) or np.ndim(as_given("sides", sides)) or sides not in (1, 2):
        raise ValueError(f"sides is {sides!r}; it must be 1 or 2")
    return int(sides)


def power_at(drift, alpha, sides) -> np.ndarray:
    """Probability that a z of this drift is significant, on either side if sides is 2."""
    needed = critical(alpha, sides)
    right = _normal.upper_tail(needed - np.asarray(drift, dtype=float))
    return right if sides == 1 else right + _normal.upper_tail(needed + np.asarray(drift))


def drift_needed(alpha, power, sides) -> np.ndarray:
    """The drift that makes a test significant, in the right direction, with this probability.

    Raises
    ------
    ValueError
        If power is not above what chance alone gives, or not below 1.
    """
    needed = critical(alpha, sides)
    power = between("power", power)
    if np.any(power <= alpha / sides):
        raise ValueError(
            f"power is {power.min():g}, but with alpha {alpha:g} and sides {sides} chance alone "
            f"gives {alpha / sides:g}; ask for more, such as 0.8"
        )
    return needed + _normal.quantile(power)


def between(name: str, value, low: float = 0, high: float = 1, *, ends: bool = False) -> np.ndarray:
    """Numbers strictly between low and high; ends says that the limits are allowed too."""
    array = numbers(name, value)
    inside = (array >= low) & (array <= high) if ends else (array > low) & (array < high)
    ask = f"it must be {'from' if ends else 'between'} {low:g} {'to' if ends else 'and'} {high:g}"
    _refuse(name, array, ~inside, ask)
    return array


def positive(name: str, value, *, zero: bool = False) -> np.ndarray:
    """Finite numbers above zero; zero says that 0 is allowed too."""
    array = numbers(name, value)
    wrong = ~np.isfinite(array) | ((array < 0) if zero else (array <= 0))
    _refuse(name, array, wrong, f"it must be finite and {'not negative' if zero else 'above 0'}")
    return array


def one(name: str, value, low: float = -np.inf, high: float = np.inf, *, ends=False) -> float:
    """One number strictly between low and high; ends says that the limits are allowed too."""
    array = numbers(name, value)
    if array.ndim:
        raise ValueError(f"{name} has shape {array.shape}; it must be one number")
    if np.isinf((low, high)).all():
        return float(_finite(name, array))
    return float(between(name, array, low, high, ends=ends))


def numbers(name: str, value, *, nan: bool = False) -> np.ndarray:
    """The value as an array of floats; nan says that those are allowed."""
    try:
        array = as_given(name, value)
        if array.dtype.kind in "cmMUS" or value is None:
            raise TypeError("neither complex numbers, dates nor words")
        array = array.astype(float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, or numbers of one shape") from None
    if not nan:
        _refuse(name, array, np.isnan(array), "it must be a number")
    return array


def fit(**values) -> None:
    """Refuse arrays whose shapes do not go together, such as two ratios and three sizes."""
    shapes = {name: as_given(name, value).shape for name, value in values.items()}
    try:
        np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if shape)
        raise ValueError(
            f"these shapes do not go together: {listed}; give each one number, or the same shape"
        ) from None


def function(name: str, value):
    """Refuse what cannot be called."""
    if not callable(value):
        raise ValueError(f"{name} is {value!r:.60}; it must be a function")
    return value


def as_given(name: str, value) -> np.ndarray:
    """The value as an array of anything, if its rows have one length."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be a number, or numbers of one shape") from None


def count(name: str, value) -> int:
    """A whole number of one or more."""
    given = as_given(name, value)
    good = given.ndim == 0 and given.dtype.kind in "iuf" and 1 <= given < np.inf
    if not good or given != int(given):
        raise ValueError(f"{name} is {value}; it must be a whole number of 1 or more")
    return int(given)


def generator(rng) -> np.random.Generator:
    """Refuse what is no generator of random numbers, such as a seed."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng is {rng!r}; it must be a generator: numpy.random.default_rng(seed)")
    return rng


def root(f, low: float, high: float, tolerance: float = 1e-12) -> float:
    """Where the increasing or decreasing function f crosses zero between low and high.

    False position with the Illinois correction, and a bisection whenever that is slow [1].

    References
    ----------
    [1] Dowell & Jarratt, BIT 1971, 11, 168-174.
    """
    f_low, f_high = f(low), f(high)
    if f_low * f_high > 0:
        raise ValueError("f does not change its sign between low and high")
    for step in range(200):
        if f_high == 0 or abs(high - low) <= tolerance * (1 + abs(high)):
            break
        guess = (low * f_high - high * f_low) / (f_high - f_low)
        if step % 3 == 2 or not min(low, high) < guess < max(low, high):
            guess = (low + high) / 2
        value = f(guess)
        if value * f_high <= 0:
            low, f_low = high, f_high
        else:
            f_low /= 2
        high, f_high = guess, value
    return high


def _finite(name: str, array: np.ndarray) -> np.ndarray:
    _refuse(name, array, ~np.isfinite(array), "it must be finite")
    return array


def _refuse(name: str, array: np.ndarray, wrong: np.ndarray, why: str) -> None:
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = f" at position {', '.join(map(str, place))}" if place else ""
        raise ValueError(f"{name} is {array[place]:g}{where}; {why}")
