"""Randomisation of simulated trials: the algorithm itself, and what it does to the balance."""

import numpy as np
import pytest

from secondlook.simulate import Randomisation, World, simulate
from secondlook.simulate.randomise import allocate, imbalance, minimise


def levels(trials, patients, rng):
    """Three factors with 2, 3 and 4 levels."""
    return np.stack([rng.integers(0, k, (trials, patients)) for k in (2, 3, 4)], axis=2)


def test_the_next_patient_by_hand():
    # Earlier patients like the next one: five, one and one in her first factor's level; none,
    # three and two in her second's.
    counts = np.array([[5, 1, 1], [0, 3, 2]]).T[:, :, None]  # (arms, factors, trials)
    # Counts add up to 5, 4 and 3, so the variance is least if she comes to the third arm.
    assert imbalance(counts, "variance")[:, 0].tolist() == [5, 4, 3]
    # First arm: ranges of (6,1,1) and (1,3,2) are 5 + 2; second: (5,2,1), (0,4,2), 4 + 4;
    # third: (5,1,2), (0,3,3), 4 + 3. The first and the third are as good.
    assert imbalance(counts, "range")[:, 0].tolist() == [7, 8, 7]


def test_sums_of_counts_rank_the_arms_as_variances_do():
    counts = np.random.default_rng(1).integers(0, 30, (200, 4, 3))
    tried = counts[:, :, None, :] + np.eye(3, dtype=int)
    variance = tried.var(axis=3).sum(axis=1)
    quick = imbalance(counts.transpose(2, 1, 0), "variance").T
    # Adding one to an arm with count c changes the sum of squares by 2c + 1.
    differences = (quick - quick[:, :1]) * 2 / 3
    assert variance - variance[:, :1] == pytest.approx(differences)


def naive_imbalance(given, arms, patient, measure):
    """Pocock and Simon's G for each arm, one trial, straight from the definition."""
    total = np.zeros(arms.max() + 1)
    for arm in range(len(total)):
        for factor in range(given.shape[1]):
            same = given[:patient, factor] == given[patient, factor]
            counts = np.bincount(arms[:patient][same], minlength=len(total)).astype(float)
            counts[arm] += 1
            total[arm] += counts.var() if measure == "variance" else np.ptp(counts)
    return total


@pytest.mark.parametrize("measure", ["variance", "range"])
def test_without_a_coin_every_patient_comes_to_a_best_arm(measure):
    rng = np.random.default_rng(2)
    given = levels(4, 60, rng)
    chosen = minimise(given, 3, 1.0, rng, measure=measure)
    for trial in range(4):
        for patient in range(60):
            g = naive_imbalance(given[trial], chosen[trial], patient, measure)
            assert g[chosen[trial, patient]] == pytest.approx(g.min())


def test_the_coin_is_as_biased_as_stated_and_ties_are_broken_evenly():
    rng = np.random.default_rng(3)
    given = levels(60, 100, rng)
    chosen = minimise(given, 3, 0.8, rng)
    best, others, first = [], [], []
    for trial in range(60):
        first.append(chosen[trial, 0])
        for patient in range(1, 100):
            g = naive_imbalance(given[trial], chosen[trial], patient, "variance").round(9)
            ranks = np.argsort(g)
            if g[ranks[0]] < g[ranks[1]]:
                best.append(chosen[trial, patient] == ranks[0])
                if not best[-1]:
                    others.append(chosen[trial, patient] == ranks[1])
    assert np.mean(best) == pytest.approx(0.8, abs=4 * 0.4 / np.sqrt(len(best)))
    assert np.mean(others) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(others)))
    # Nobody has come before the first patient, so every arm ties.
    first = minimise(given[:, :1].repeat(50, axis=0), 3, 0.8, rng)[:, 0]
    share = np.bincount(first, minlength=3) / len(first)
    assert share == pytest.approx([1 / 3] * 3, abs=4 * 0.48 / np.sqrt(len(first)))


def spread(trials, factor, level):
    """Largest less smallest count of a level among the arms, in each trial."""
    mine = trials.covariates[factor] == level
    counts = np.stack([(mine & (trials.arm == arm)).sum(axis=1) for arm in range(3)])
    return np.ptp(counts, axis=0).mean()


def test_minimisation_balances_its_factors_and_no_others():
    world = World.load("e0302")
    minimised = simulate(world, 200, np.random.default_rng(4))
    simple = simulate(world.with_randomisation("simple"), 200, np.random.default_rng(4))
    for factor, level in (("onset", 0), ("riluzole", 0), ("run_in_change", -2)):
        assert spread(minimised, factor, level) < 0.5 * spread(simple, factor, level), factor
    # Sex is not balanced: as uneven as when the same sizes are dealt in random order.
    shuffled = simulate(world.with_randomisation("shuffled"), 200, np.random.default_rng(4))
    assert spread(minimised, "sex", 0) == pytest.approx(spread(shuffled, "sex", 0), rel=0.2)
    sizes = np.stack([(minimised.arm == arm).sum(axis=1) for arm in range(3)])
    assert sizes.mean(axis=1) == pytest.approx([370 / 3] * 3, abs=0.5)
    assert np.ptp(sizes, axis=0).max() <= 15


def test_the_other_ways_have_the_sizes_they_promise():
    rng = np.random.default_rng(5)
    none = np.zeros((500, 92, 0), dtype=int)
    shuffled = allocate(Randomisation("shuffled"), (60, 32), none, rng)
    assert ((shuffled == 1).sum(axis=1) == 32).all()
    assert len({row.tobytes() for row in shuffled}) == 500
    blocks = allocate(Randomisation("blocks", block=6), (60, 30), none, rng)
    assert ((blocks[:, :90].reshape(500, 15, 6) == 1).sum(axis=2) == 2).all()
    simple = allocate(Randomisation("simple"), (60, 30), none, rng)
    assert (simple == 1).mean() == pytest.approx(1 / 3, abs=4 * 0.48 / np.sqrt(simple.size))
    assert (simple == 1).sum(axis=1).std() == pytest.approx(np.sqrt(92 * 2 / 9), rel=0.15)
