"""The change to week 16, fitted to a printed difference by analysis of covariance.

All scores are whole, so every sum is exact and a second machine takes the same path.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from secondlook.evidence import published
from twin.annealing import outside
from twin.baseline import normal
from twin.times import rounds_to

# Not in print: the changes are drafted as START less a lognormal decline (mean and SD of its
# logarithm), a little faster in some; and a change stays near its draft.
SHAPE = {"plc": (1.49, 0.69), "mec": (0.86, 0.91)}
ORDINARY = {"plc": (-5, -4), "mec": (-3,)}  # of those who left: their course to week 16
START, HIGHEST, LOWEST = 1.0, 2, -18
FASTER = {"run_in_change": (-2, 1.15), "onset": ("bulbar", 1.15)}
NEAR, ODD = 3, 0.0005  # points, and what each point beyond costs
INSIDE = 0.1  # of a printed digit: how far from the rounding edge to aim


@dataclass(frozen=True)
class Covariance:
    """An analysis of covariance of two arms with one covariate."""

    difference: float
    lower: float
    upper: float
    t: float
    control: float
    treated: float


class Sums:
    """Whole-number sums of one population's changes and first scores, by arm."""

    def __init__(self, first, change, control, treated):
        self.n = [len(control), len(treated)]
        arms = [(first[rows].tolist(), change[rows].tolist()) for rows in (control, treated)]
        self.x = [sum(x) for x, _ in arms]
        self.xx = [sum(v * v for v in x) for x, _ in arms]
        self.y = [sum(y) for _, y in arms]
        self.yy = [sum(v * v for v in y) for _, y in arms]
        self.xy = [sum(a * b for a, b in zip(x, y, strict=True)) for x, y in arms]
        self.reach = stats.t.ppf(0.975, sum(self.n) - 3)

    def move(self, arm, first, old, new):
        """Take note that one patient's change is ``new`` and no longer ``old``."""
        self.y[arm] += new - old
        self.yy[arm] += new * new - old * old
        self.xy[arm] += first * (new - old)

    def analysis(self):
        """Return the analysis of covariance: change on arm and first score."""
        n, x, y = self.n, self.x, self.y
        xx = sum(self.xx[a] - x[a] ** 2 / n[a] for a in (0, 1))
        xy = sum(self.xy[a] - x[a] * y[a] / n[a] for a in (0, 1))
        yy = sum(self.yy[a] - y[a] ** 2 / n[a] for a in (0, 1))
        slope, apart = xy / xx, x[1] / n[1] - x[0] / n[0]
        spread = (yy - slope * xy) / (sum(n) - 3)
        error = math.sqrt(spread * (1 / n[0] + 1 / n[1] + apart**2 / xx))
        middle = sum(x) / sum(n)
        means = [y[a] / n[a] - slope * (x[a] / n[a] - middle) for a in (0, 1)]
        difference = means[1] - means[0]
        half = self.reach * error
        return Covariance(
            difference, difference - half, difference + half, difference / error, *means
        )


def aim(text):
    """Return the interval of numbers printed so, off the rounding edges."""
    low, high = rounds_to(text)
    inside = (high - low) * INSIDE
    return low + inside, high - inside


def t_range(text, df):
    """Return (lowest, highest) |t| whose two-sided p is printed so."""
    low, high = aim(text)
    return stats.t.isf(high / 2, df), stats.t.isf(low / 2, df)


class Changes:
    """The changes while they are fitted, in everybody and in the users of riluzole."""

    def __init__(self, rng, rows_of, table, stays):
        self.arm = np.zeros(len(stays), int)
        self.arm[rows_of["mec"]] = 1
        self.first = table["alsfrs_w0"].tolist()
        self.draft = self._draft(rng, rows_of, table)
        for arm, rows in rows_of.items():
            self.draft[rows[~stays[rows]]] = ORDINARY[arm]
        self.change = self.draft.copy()
        self.rows = np.flatnonzero(stays)
        self.user = table["riluzole"].astype(bool)
        self.everyone = self._sums(stays)
        self.users = self._sums(stays & self.user)
        self.p_range = t_range(published("J.p3").text, len(self.rows) - 3)
        self.targets = self._targets()
        self.odd = 0

    def _draft(self, rng, rows_of, table):
        logs = normal(rng, len(self.arm), 0, 1)
        for arm, rows in rows_of.items():
            mean, sd = SHAPE[arm]
            logs[rows] = mean + sd * logs[rows]
        for column, (level, factor) in FASTER.items():
            logs[table[column] == level] += math.log(factor)
        return np.clip(np.rint(START - np.exp(logs)), LOWEST, HIGHEST).astype(int)

    def _sums(self, inside):
        control, treated = (np.flatnonzero(inside & (self.arm == a)) for a in (0, 1))
        return Sums(np.array(self.first), self.change, control, treated)

    @staticmethod
    def _targets():
        whole, users = published("J.diff"), published("J.ril.diff")
        return {
            "everyone": [aim(text) for text in (whole.text, whole.lower_text, whole.upper_text)],
            "users": [aim(text) for text in (users.text, users.lower_text, users.upper_text)],
            "control": tuple(-v for v in aim(published("J.seed.plc").text)[::-1]),
            "treated": tuple(-v for v in aim(published("J.seed.mec").text)[::-1]),
            "percent": aim(published("J.seed.pct").text),
        }

    def missed(self):
        """Return by how much printed values are missed."""
        total = 0.0
        for name, sums in (("everyone", self.everyone), ("users", self.users)):
            found = sums.analysis()
            three = found.difference, found.lower, found.upper
            total += sum(outside(v, *t) for v, t in zip(three, self.targets[name], strict=True))
        found = self.everyone.analysis()
        total += outside(found.t, *self.p_range)
        total += outside(found.control, *self.targets["control"])
        total += outside(found.treated, *self.targets["treated"])
        share = -100 * found.difference / found.control
        return total + 0.01 * outside(share, *self.targets["percent"])

    def energy(self):
        """Return the miss, plus a little for changes far from their draft."""
        return self.missed() + ODD * self.odd

    def propose(self, rng):
        """Change one patient's change, or two of an arm in opposite directions."""
        i = int(self.rows[rng.integers(len(self.rows))])
        step = int(rng.integers(1, 4)) * (1 if rng.random() < 0.5 else -1)
        moves = [(i, step)]
        if rng.random() < 0.5:  # the mean stays and the spread moves: a finer step
            moves.append((int(self.rows[rng.integers(len(self.rows))]), -step))
        if len(moves) == 2 and (i == moves[1][0] or self.arm[i] != self.arm[moves[1][0]]):
            return None
        if not all(LOWEST <= self.change[k] + by <= HIGHEST for k, by in moves):
            return None
        self._move(moves)
        return lambda: self._move([(k, -by) for k, by in moves])

    def _move(self, moves):
        for i, step in moves:
            old, draft = int(self.change[i]), int(self.draft[i])
            new = old + step
            self.change[i] = new
            self.odd += max(abs(new - draft) - NEAR, 0) - max(abs(old - draft) - NEAR, 0)
            self.everyone.move(self.arm[i], self.first[i], old, new)
            if self.user[i]:
                self.users.move(self.arm[i], self.first[i], old, new)
