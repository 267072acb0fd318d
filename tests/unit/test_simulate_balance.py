"""How alike the arms come out: a case by hand, the textbook's spread, and what luck leaves."""

import numpy as np
import pandas as pd
import pytest

from secondlook.cohort import load
from secondlook.simulate import Balance, Randomisation, World
from secondlook.simulate.balance import allocate_drawn, gaps, levels_of, shares

FACTORS = World.load("e0302").randomisation.factors


def test_levels_of_numbers_and_words():
    table = pd.DataFrame({"score": [30, 37, 39, 44], "sex": ["w", "m", "m", "w"]})
    levels = levels_of(table, [Balance("score", (37, 40)), Balance("sex")])
    assert levels.tolist() == [[0, 1], [1, 0], [1, 0], [2, 1]]


def test_a_factor_without_a_column_is_named():
    with pytest.raises(ValueError, match="no column 'shoe'"):
        levels_of(load("e0302"), [Balance("shoe")])


def test_shares_and_gaps_by_hand():
    """Two trials of six patients in three arms; one characteristic, and everybody."""
    arm = np.array([[0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1]])
    member = np.array([[1, 0, 1, 1, 0, 0], [1, 1, 0, 1, 0, 0]], dtype=bool)
    member = np.stack([member, np.ones_like(member)], axis=2)
    found = shares(arm, member, 3)
    assert found[0].tolist() == [[0.5, 1.0], [1.0, 1.0], [0.0, 1.0]]
    assert found[1, :2, 0] == pytest.approx([2 / 3, 1 / 3])
    assert np.isnan(found[1, 2]).all()
    assert gaps(arm, member, 3)[0].tolist() == [1.0, 0.0]
    assert np.isnan(gaps(arm, member, 3)[1]).all()


def drawn(method, trials=1000, patients=370, seed=5, **settings):
    levels = levels_of(load("e0302"), FACTORS)
    way = Randomisation(method, **settings)
    made = allocate_drawn(way, levels, 3, patients, trials, np.random.default_rng(seed))
    assert made.arm.shape == made.patient.shape == (trials, patients)
    return made


def definite(made):
    return (load("e0302")["diagnosis"] == "definite").to_numpy()[made.patient][:, :, None]


def test_the_gap_of_a_coin_is_the_range_of_three_normal_variables():
    """Its mean is 1.693 standard errors of a share; the tolerance is 4 of its own."""
    made = drawn("shuffled", patients=369)
    member = definite(made)
    p = load("e0302")["diagnosis"].eq("definite").mean()
    found = gaps(made.arm, member, 3)[:, 0]
    expected = 3 / np.sqrt(np.pi) * np.sqrt(p * (1 - p) / 123)
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / np.sqrt(len(found)))


def test_minimisation_evens_out_its_factors_and_nothing_else():
    die = drawn("simple")
    planned = World.load("e0302").randomisation
    best = drawn("minimisation", factors=FACTORS, probability=planned.probability)
    bulbar = (load("e0302")["onset"] == "bulbar").to_numpy()
    by_die, by_plan = (gaps(m.arm, bulbar[m.patient][:, :, None], 3)[:, 0] for m in (die, best))
    assert by_plan.mean() < by_die.mean() / 3
    by_die, by_plan = (gaps(m.arm, definite(m), 3)[:, 0] for m in (die, best))
    error = np.hypot(by_die.std(), by_plan.std()) / np.sqrt(1000)
    assert by_plan.mean() == pytest.approx(by_die.mean(), abs=4 * error)


def test_blocks_keep_the_arms_of_one_size():
    made = drawn("blocks", block=6, patients=366)
    assert (np.stack([(made.arm == k).sum(axis=1) for k in range(3)]) == 122).all()


def test_the_same_seed_gives_the_same_trials():
    assert (drawn("simple", trials=5).arm == drawn("simple", trials=5).arm).all()
