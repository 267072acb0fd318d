"""How alike the arms of many trials come out, by one way of allocating or another.

No one is followed up here: the patients of a table are drawn afresh for every trial, in a random
order of enrolment, and only come to their arms.
"""

from dataclasses import dataclass

import numpy as np

from secondlook.simulate.parts import Randomisation
from secondlook.simulate.randomise import allocate


@dataclass(frozen=True)
class Allocated:
    """Many trials in which everybody has come to an arm.

    Attributes
    ----------
    arm : int8 (trials, patients), from 0, in the order of enrolment.
    patient : (trials, patients) row of the table that each patient was drawn from.
    """

    arm: np.ndarray
    patient: np.ndarray


def levels_of(table, factors) -> np.ndarray:
    """The level of every patient in each factor: int (patients, factors), from 0.

    Parameters
    ----------
    table : DataFrame with a column for each factor.
    factors : sequence of Balance
        A factor with cuts is a number, and a new level begins at each cut; without cuts each
        value is a level, in sorted order.

    Raises
    ------
    ValueError
        If the table has no such column.
    """
    columns = []
    for each in factors:
        if each.factor not in table.columns:
            raise ValueError(f"table has no column {each.factor!r}, which a factor names")
        value = table[each.factor].to_numpy()
        columns.append(
            np.searchsorted(each.cuts, value, side="right")
            if each.cuts
            else np.unique(value, return_inverse=True)[1]
        )
    return np.column_stack(columns).astype(np.int32)


def allocate_drawn(
    way: Randomisation, levels, arms: int, patients: int, trials: int, rng: np.random.Generator
) -> Allocated:
    """Draw patients with replacement and allocate them to arms meant to be equal.

    Parameters
    ----------
    way : Randomisation
    levels : int (rows, factors)
        What minimisation balances, as by :func:`levels_of`.
    arms, patients, trials : int
        How many arms, patients in all of them together, and trials.
    rng : numpy Generator

    Returns
    -------
    Allocated
    """
    patient = rng.integers(0, len(levels), (trials, patients))
    sizes = np.full(arms, patients // arms)
    sizes[: patients % arms] += 1
    return Allocated(allocate(way, sizes, levels[patient], rng), patient)


def shares(arm, member, arms: int) -> np.ndarray:
    """The share of members in each arm of each trial: (trials, arms, characteristics).

    Parameters
    ----------
    arm : int (trials, patients), from 0
    member : bool (trials, patients, characteristics)
    arms : int

    Returns
    -------
    array (trials, arms, characteristics)
        nan in an empty arm.
    """
    inside = np.stack([arm == k for k in range(arms)], axis=1).astype(np.float32)
    with np.errstate(invalid="ignore"):
        return inside @ member.astype(np.float32) / inside.sum(axis=2, keepdims=True)


def gaps(arm, member, arms: int) -> np.ndarray:
    """The largest difference between two arms in the share of members: (trials, characteristics).

    Parameters as in :func:`shares`. 0 is perfect balance, 1 the worst there is; nan where an arm
    is empty.
    """
    return np.ptp(shares(arm, member, arms), axis=1)
