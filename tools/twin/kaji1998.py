"""The twin of the pilot of 1998: 24 patients, invented to show its pattern of significance.

The abstract prints no amplitude, no test and no comparison of the arms. All it says is which
change within an arm was significant. Every number here is the maker's; any other set with the same
pattern would do as well.
"""

import math

import numpy as np
from scipy import stats

from secondlook.evidence import published
from twin.annealing import anneal, outside
from twin.baseline import normal, shuffled
from twin.table import csv_text

SEEDS = {"draft": 1, "fit": 2, "order": 3}
ARMS = {"low": "0.5 mg", "high": "25 mg"}
WEEKS = (0, int(published("K98.visit1").value), int(published("K98.visit2").value))
SCORES = tuple(f"cmap_w{week}" for week in WEEKS)
CHANGES = tuple(f"cmap_change_w{week}" for week in WEEKS[1:])
COLUMNS = ("patient", "arm", *CHANGES, *SCORES)
HUNDREDTHS = dict.fromkeys((*CHANGES, *SCORES), 2)
UNIT = 100  # amplitudes are kept in whole hundredths of a millivolt
MEAN, SD, WOBBLE = 4.5, 1.6, 0.5  # millivolts: a plausible scale, not a printed one
LOWEST, HIGHEST, MOST = 60, 900, 160  # and no change of more than MOST
# Two-sided p of the paired t test in each arm at each visit after the first. Print says only which
# are below 0.05 (nothing at all of the high dose at 2 weeks); the rest is the maker's choice.
WITHIN = {
    ("low", 1): (0.55, 0.85),
    ("low", 2): (0.45, 0.75),
    ("high", 1): (0.15, 0.35),
    ("high", 2): (0.02, 0.03),
}
# Two-sided p of the t test between the arms' changes at 4 weeks: the maker's choice.
BETWEEN = (0.12, 0.18)


def make(seeds=SEEDS, report=print):
    """Return the twin as the text of a CSV file."""
    rngs = {part: np.random.Generator(np.random.PCG64(seed)) for part, seed in seeds.items()}
    fit = Amplitudes(rngs["draft"], {arm: int(published(f"K98.n.{arm}").value) for arm in ARMS})
    report(f"amplitudes: missed {anneal(rngs['fit'], 40_000, 0.5, 1e-3, fit.propose, fit.energy)}")
    value = np.concatenate([fit.value[arm] for arm in ARMS])
    table = {name: value[:, k] for k, name in enumerate(SCORES)}
    table |= {name: value[:, k] - value[:, 0] for k, name in enumerate(CHANGES, 1)}
    names = [np.full(len(fit.value[arm]), name, object) for arm, name in ARMS.items()]
    table["arm"] = np.concatenate(names)
    return csv_text(table, COLUMNS, shuffled(rngs["order"], np.arange(len(value))), HUNDREDTHS)


class Amplitudes:
    """The amplitudes of both arms, (patients, visits), while they are fitted."""

    def __init__(self, rng, sizes):
        self.value = {}
        for arm, n in sizes.items():
            first = normal(rng, n, MEAN, SD)
            drift = np.column_stack([normal(rng, n, 0, WOBBLE) for _ in WEEKS[1:]])
            draft = np.column_stack([first, first[:, None] + drift]) * UNIT
            self.value[arm] = np.clip(np.rint(draft), LOWEST, HIGHEST).astype(int)
        n = sizes["low"]
        self.within = {key: t_range(p, n - 1) for key, p in WITHIN.items()}
        self.between = t_range(BETWEEN, sum(sizes.values()) - 2)

    def change(self, arm, visit):
        """Return the changes of one arm from the first visit, as Python's whole numbers."""
        return (self.value[arm][:, visit] - self.value[arm][:, 0]).tolist()

    def energy(self):
        """Return by how much the t statistics miss their intervals, in either arm and between."""
        total = 0.0
        for (arm, visit), (low, high) in self.within.items():
            mean, square = moments(self.change(arm, visit))
            total += outside(mean / math.sqrt(square), low, high)
        (a, va), (b, vb) = (moments(self.change(arm, 2)) for arm in ("high", "low"))
        return total + outside((a - b) / math.sqrt(va + vb), *self.between)

    def propose(self, rng):
        """Move one amplitude after the first; return how to take it back."""
        value = self.value["high" if rng.random() < 0.5 else "low"]
        i, visit = int(rng.integers(len(value))), int(rng.integers(1, len(WEEKS)))
        old = int(value[i, visit])
        new = old + int(rng.integers(-20, 21))
        if not LOWEST <= new <= HIGHEST or abs(new - int(value[i, 0])) > MOST:
            return None
        value[i, visit] = new

        def undo():
            value[i, visit] = old

        return undo


def moments(values):
    """Return the mean of whole numbers and its squared standard error, from exact sums."""
    n, total = len(values), sum(values)
    square = sum(v * v for v in values)
    return total / n, (square - total * total / n) / (n - 1) / n


def t_range(p, df):
    """Return (lowest, highest) t of a rise whose two-sided p lies in the interval ``p``."""
    return stats.t.isf(p[1] / 2, df), stats.t.isf(p[0] / 2, df)
