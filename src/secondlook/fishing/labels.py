"""Labels dealt out at random to a fixed cohort, and the one matrix product that tests them all."""

from collections.abc import Iterator

import numpy as np

from secondlook._planning import generator
from secondlook.cohort import Trial
from secondlook.fishing.choices import column, outcome, sides_of
from secondlook.ranks import rank_scores
from secondlook.survival import logrank_scores

_CELLS = 200_000_000  # numbers in one array; 1.6 GB
_ROWS = 500  # shuffles dealt at once: their keys and labels stay in the processor's cache


def arm_codes(cohort, this: Trial) -> np.ndarray:
    """Each patient's arm as its place among the trial's arms, (patients,)."""
    arm = column(cohort, "arm")
    names = [arm.name for arm in this.arms]
    codes = np.full(len(arm), -1, dtype=np.int8)
    for code, name in enumerate(names):
        codes[arm == name] = code
        if not (codes == code).any():
            raise ValueError(f"cohort: nobody is in the arm {name!r}; all of {names} are needed")
    if (codes < 0).any():
        at = int(np.argmax(codes < 0))
        raise ValueError(f"cohort: arm of patient {at} is {arm[at]!r}; use one of {names}")
    return codes


def check_count(n, columns: int) -> None:
    """Refuse a number of shuffles that is none, or more than the memory holds."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"n is {n!r}; the number of shuffles must be a whole number from 1 up")
    if n * columns > _CELLS:
        raise ValueError(
            f"n is {n:,}; with {columns} numbers to keep of each shuffle that needs "
            f"{8 * n * columns / 1e9:.1f} GB of memory. Shuffle at most "
            f"{_CELLS // columns:,} times in one go and join the parts"
        )


def deal(sizes, n: int, rng: np.random.Generator) -> np.ndarray:
    """Deal the arms to the patients n times: codes (n, patients), sizes[code] patients with each.

    Every way to deal is equally likely. The patients with the highest random numbers get the
    first arm, those with the next highest the second, and so on.
    """
    generator(rng)
    bounds = np.cumsum(sizes)[:-1]
    codes = np.empty((n, int(np.sum(sizes))), dtype=np.int8)
    for rows, keys, cuts in _dealt(sizes, bounds, n, rng):
        codes[rows] = sum((keys < cut for cut in cuts), start=np.int8(0))
    return codes


def shuffled_z(scores, at, contrasts, sizes, n: int, rng: np.random.Generator) -> np.ndarray:
    """Deal the arms n times and test every look: z (n, looks), nan where all scores are 0.

    Parameters
    ----------
    scores : (patients, columns); each column adds up to 0, higher is better.
    at : (looks,) the column of each look.
    contrasts : (looks, arms) from :func:`arm_weights`.
    sizes : (arms,) patients in each.

    Notes
    -----
    The difference between two arms' mean scores is Σ w·S over the arms, S being the sum of the
    scores in an arm. With C the sum over this arm and those before it, that is
    Σ (w − w of the next arm)·C; so arms that no contrast tells apart need no product of their own.
    """
    generator(rng)
    scores, at = _scaled(scores), np.asarray(at)
    steps = contrasts[:, :-1] - contrasts[:, 1:]
    needed = np.flatnonzero(steps.any(axis=0))
    alike = {}  # looks of one contrast, computed together
    for look, step in enumerate(steps[:, needed]):
        alike.setdefault(tuple(step), []).append(look)
    alike = [(step, _as_slice(mine), _as_slice(at[mine])) for step, mine in alike.items()]
    z = np.empty((n, len(at)))
    for rows, keys, cuts in _dealt(sizes, np.cumsum(sizes)[needed], n, rng):
        sums = [_product(keys >= cut, scores) for cut in cuts]
        for step, mine, columns in alike:
            parts = [w * c[:, columns] for w, c in zip(step, sums, strict=True) if w]
            z[rows, mine] = parts[0] if len(parts) == 1 else sum(parts)
    return z


def z_of(arms, scores, weights) -> np.ndarray:
    """z (shuffles, columns) of one contrast under labels that have been dealt.

    Parameters
    ----------
    arms : codes (shuffles, patients) from :func:`deal`.
    scores : (patients, columns)
    weights : (arms,) from :func:`arm_weights`.
    """
    scores = _scaled(scores)
    weights = weights - weights[-1]  # which changes nothing, as all scores add up to 0
    z = np.zeros((len(arms), scores.shape[1]))
    for first in range(0, len(arms), _ROWS):
        rows = slice(first, first + _ROWS)
        for code in np.flatnonzero(weights):
            z[rows] += weights[code] * _product(arms[rows] == code, scores)
    return z


def arm_weights(this: Trial, contrast: str, sizes) -> np.ndarray:
    """What each arm's sum of scores counts for in z: (arms,).

    1 / n of the treated and −1 / n of the control, over the standard deviation of the difference
    of two means when labels are permuted [1].

    References
    ----------
    [1] Hájek, Šidák & Sen, Theory of Rank Tests, 2nd ed., Academic Press 1999, sec. 3.3.
    """
    treated, control = sides_of(this, contrast)
    here, there = sizes[treated].sum(), sizes[control]
    weights = np.zeros(len(sizes))
    weights[treated], weights[control] = 1 / here, -1 / there
    return weights / np.sqrt(1 / here + 1 / there)


def score_columns(cohort, this: Trial, columns, groups) -> np.ndarray:
    """Scores (patients, columns) of each (endpoint, subgroup, day); higher is better, sums are 0.

    Log-rank scores with their sign turned, or Wilcoxon's ranks less their mean.
    """
    scores = np.empty((len(column(cohort, "arm")), len(columns)))
    for endpoint, day in dict.fromkeys((endpoint, day) for endpoint, _, day in columns):
        at = [i for i, each in enumerate(columns) if each[0] == endpoint and each[2] == day]
        member = np.stack([groups[columns[i][1]] for i in at], axis=1)
        known = outcome(cohort, this, endpoint, day)
        if isinstance(known, tuple):
            scores[:, at] = -logrank_scores(*known, member)
        else:
            scores[:, at] = rank_scores(known, member & ~np.isnan(known)[:, None])
    return scores


def _dealt(sizes, bounds, n, rng) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Yield rows, random keys (rows, patients), and for each bound the key (rows, 1) to reach.

    Exactly as many keys as the bound says reach it: where two keys tie there, the row is drawn
    again, which treats all patients alike.
    """
    patients = int(np.sum(sizes))
    for first in range(0, n, _ROWS):
        rows = slice(first, min(first + _ROWS, n))
        keys = _keys(rows.stop - first, patients, rng)
        cuts, tied = _cuts(keys, bounds)
        while tied.any():
            again = np.flatnonzero(tied)
            keys[again] = _keys(again.size, patients, rng)
            cuts[:, again], tied[again] = _cuts(keys[again], bounds)
        yield rows, keys, cuts


def _keys(rows, patients, rng):
    """Random numbers of 32 bits, two from one draw; two tie in few rows in ten million."""
    count = rows * patients
    draws = rng.integers(2**64, size=-(-count // 2), dtype=np.uint64)
    return draws.view(np.uint32)[:count].reshape(rows, patients)


def _cuts(keys, bounds):
    """The key to reach at each bound, (bounds, rows, 1), and whether another one equals it."""
    cuts = np.empty((len(bounds), len(keys), 1), dtype=keys.dtype)
    tied = np.zeros(len(keys), dtype=bool)
    for cut, below in zip(cuts, keys.shape[1] - bounds, strict=True):
        parted = np.partition(keys, below, axis=1)
        cut[:] = parted[:, below : below + 1]
        tied |= parted[:, :below].max(axis=1) == cut[:, 0]
    return cuts, tied


def _scaled(scores):
    """Scores with a permutation variance of 1, for :func:`_product`; nan in a column of zeros."""
    variance = (scores**2).sum(axis=0) / (len(scores) - 1)
    return (scores / np.where(variance > 0, np.sqrt(variance), np.nan)).astype(np.float32)


def _product(flags, scores):
    """Sum of the scores of those flagged, (shuffles, columns).

    In single precision, which is twice as fast and moves z by a millionth or two.
    """
    return flags.astype(np.float32) @ scores


def _as_slice(places):
    """Neighbouring places as a slice, which numpy copies fastest."""
    if len(places) and (np.diff(places) == 1).all():
        return slice(places[0], places[-1] + 1)
    return places
