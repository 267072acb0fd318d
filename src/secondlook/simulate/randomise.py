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
    # A cell of the counts for each trial, factor and level. The trials come last: numpy is
    # quickest along the last axis, and the loop over patients cannot be avoided.
    cell = levels + width * np.arange(factors) + factors * width * np.arange(trials)[:, None, None]
    cell = np.ascontiguousarray(cell.transpose(1, 2, 0))
    counts = np.zeros((arms, trials * factors * width), dtype=np.int32)
    ties = rng.random((patients, arms, trials), dtype=np.float32)
    heads = rng.random((patients, trials), dtype=np.float32) < probability
    steps = np.where(heads, 0, rng.integers(1, arms, (patients, trials)))
    chosen = np.empty((patients, trials), dtype=np.int8)
    for patient, mine in enumerate(cell):
        best = (imbalance(counts[:, mine], measure) + ties[patient]).argmin(axis=0)
        arm = (best + steps[patient]) % arms
        counts[arm, mine] += 1
        chosen[patient] = arm
    return np.ascontiguousarray(chosen.T)


def imbalance(counts, measure) -> np.ndarray:
    """How unequal the arms would be if the next patient came to each of them: (arms, trials).

    Parameters
    ----------
    counts : int (arms, factors, trials)
        Earlier patients who share the next one's level of each factor.
    measure : "variance" or "range"
        Summed over factors; the variance up to what is the same for all arms.
    """
    if measure == "variance":
        return counts.sum(axis=1)
    tried = counts + np.eye(len(counts), dtype=counts.dtype)[:, :, None, None]
    return (tried.max(axis=1) - tried.min(axis=1)).sum(axis=1)


def _blocks(block, sizes, shape, rng):
    trials, patients = shape
    content = np.rint(block * sizes / sizes.sum()).astype(int)
    one = np.repeat(np.arange(len(sizes), dtype=np.int8), content)
    number = -(-patients // block)
    blocks = rng.permuted(np.broadcast_to(one, (trials * number, block)), axis=1)
    return blocks.reshape(trials, -1)[:, :patients].copy()
