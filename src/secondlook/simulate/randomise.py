"""Ways to come to an arm, for many trials at once; patients stand in the order of enrolment.

References
----------
[1] Pocock & Simon, Biometrics 1975;31:103-115.
"""

import numpy as np

from secondlook.simulate.parts import Randomisation


def allocate(way: Randomisation, sizes, levels, rng: np.random.Generator) -> np.ndarray:
    """Allocate the patients of every trial.

    Parameters
    ----------
    way : Randomisation
    sizes : (arms,) how many patients each arm is meant to have
    levels : int (trials, patients, factors)
        Level of each factor to balance; only minimisation looks at it.
    rng : numpy Generator

    Returns
    -------
    int8 (trials, patients)
        The arm of each patient. "shuffled" gives exactly the stated sizes; "blocks" up to the last
        block; "simple" and "minimisation" about so many.
    """
    trials, patients = levels.shape[:2]
    if way.method == "minimisation":
        return minimise(levels, len(sizes), way.probability, rng, measure=way.measure)
    if way.method == "simple":
        upto = np.cumsum(sizes) / np.sum(sizes)
        u = rng.random((trials, patients))
        return (u[:, :, None] >= upto[:-1]).sum(axis=2, dtype=np.int8)
    if way.method == "blocks":
        return _blocks(way.block, np.asarray(sizes), (trials, patients), rng)
    arm = np.repeat(np.arange(len(sizes), dtype=np.int8), sizes)
    return rng.permuted(np.broadcast_to(arm, (trials, patients)), axis=1)


def minimise(levels, arms, probability, rng, *, measure="variance") -> np.ndarray:
    """Minimisation of Pocock and Simon with a biased coin, all trials at once [1].

    For the next patient, each arm is tried in turn. Among the earlier patients who share the
    patient's level of a factor, how unequal would the arms' counts be? The inequalities of all
    factors are added up. The arm with the smallest sum is taken with the stated probability, each
    of the others with an equal share of the rest; of tied arms a random one counts as best.

    Parameters
    ----------
    levels : int (trials, patients, factors)
        Level of each factor, from 0.
    arms : int
        How many, all of the same size.
    probability : float
        With which the best arm is taken; 1 is no coin at all.
    measure : "variance" or "range"
        Of the arms' counts. The variance after adding one to an arm differs from that of another
        arm only by twice the difference of their counts, so the counts themselves are compared.

    Returns
    -------
    int8 (trials, patients)
    """
    trials, patients, factors = levels.shape
    width = int(levels.max(initial=0)) + 1
    cell = levels + width * np.arange(factors) + factors * width * np.arange(trials)[:, None, None]
    counts = np.zeros((trials * factors * width, arms), dtype=np.int32)
    takes_best = rng.random((trials, patients), dtype=np.float32) < probability
    ties = rng.random((trials, patients, arms), dtype=np.float32)
    other = rng.integers(1, arms, (trials, patients), dtype=np.int8)
    chosen = np.empty((trials, patients), dtype=np.int8)
    for patient in range(patients):
        mine = cell[:, patient]
        unequal = imbalance(counts[mine], measure)
        best = (unequal + ties[:, patient]).argmin(axis=1)
        arm = np.where(takes_best[:, patient], best, (best + other[:, patient]) % arms)
        counts[mine, arm[:, None]] += 1
        chosen[:, patient] = arm
    return chosen


def imbalance(counts, measure) -> np.ndarray:
    """How unequal the arms would be if the next patient came to each of them, (trials, arms).

    Parameters
    ----------
    counts : int (trials, factors, arms)
        Earlier patients who share the next one's level of each factor.
    measure : "variance" or "range"
        Summed over factors; the variance up to what is the same for all arms.
    """
    if measure == "variance":
        return counts.sum(axis=1)
    tried = counts[:, :, None, :] + np.eye(counts.shape[2], dtype=counts.dtype)
    return (tried.max(axis=3) - tried.min(axis=3)).sum(axis=1)


def _blocks(block, sizes, shape, rng):
    trials, patients = shape
    content = np.rint(block * sizes / sizes.sum()).astype(int)
    one = np.repeat(np.arange(len(sizes), dtype=np.int8), content)
    number = -(-patients // block)
    blocks = rng.permuted(np.broadcast_to(one, (trials * number, block)), axis=1)
    return blocks.reshape(trials, -1)[:, :patients].copy()
