"""Data sets and R values that several tests share."""

import csv
from pathlib import Path

import lifelines.datasets
import numpy as np
import pandas as pd

FOLDER = Path(__file__).parents[1] / "reference"
DATA_SETS = ("rossi", "waltons", "lung", "leukemia", "heavy_ties")


def values(name: str) -> dict[tuple[str, ...], float]:
    """The values of tests/reference/NAME.csv by the columns before the last."""
    with open(FOLDER / f"{name}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {tuple(row[:-1]): float("nan" if row[-1] == "NA" else row[-1]) for row in rows}


def data_set(name: str) -> pd.DataFrame:
    """Columns time, event, treated, value and stratum, as in tests/reference/survival.R."""
    if name == "heavy_ties":
        frame = pd.read_csv(FOLDER / "heavy_ties.csv")
    else:
        raw = getattr(lifelines.datasets, f"load_{name}")()
        columns = {
            "rossi": lambda d: (d.week, d.arrest, d.fin, d.age, d.race),
            "waltons": lambda d: (d["T"], d.E, d.group == "miR-137", d["T"], d.E),
            "lung": lambda d: (d.time, d.status, d.sex == 2, d.age, d.age > 65),
            "leukemia": lambda d: (d.t, d.status, d.Rx, d.logWBC, d.sex),
        }[name](raw)
        frame = pd.DataFrame(
            dict(zip(("time", "event", "treated", "value", "stratum"), columns, strict=True))
        )
    return frame.astype({"event": bool, "treated": bool, "time": float})


def random_trials(rng: np.random.Generator, trials: int, patients: int, groups: int):
    """Tied times, events, arms and members of random trials."""
    time = rng.integers(1, 60, (trials, patients)).astype(float)
    event = rng.random((trials, patients)) < 0.6
    treated = rng.permuted(np.tile(np.arange(patients) % 3 > 0, (trials, 1)), axis=1)
    member = rng.random((patients, groups)) < 0.5
    return time, event, treated, member


def logrank_by_the_book(time, event, treated, rho=0, gamma=0):
    """Observed, expected and variance of one log-rank test: the textbook's sums, day by day."""
    observed = expected = variance = 0.0
    survival = 1.0
    for day in np.unique(time[event]):
        dead, at_risk = event & (time == day), time >= day
        d, n, n1 = dead.sum(), at_risk.sum(), (at_risk & treated).sum()
        weight = survival**rho * (1 - survival) ** gamma
        observed += weight * (dead & treated).sum()
        expected += weight * d * n1 / n
        if n > 1:
            variance += weight**2 * d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1)
        survival *= 1 - d / n
    return observed, expected, variance
