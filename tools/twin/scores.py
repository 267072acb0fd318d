"""The ALSFRS-R: last change, worst ranks and the path over the visits."""

import numpy as np

from secondlook.evidence import published
from twin.annealing import anneal, outside
from twin.baseline import normal
from twin.times import ARMS, HORIZON, NORMAL, members, rounds_to

VISITS = (0, 4, *range(16, 173, 12), 182)  # weeks
WORST = -100  # stands below every possible change
DAYS_A_MONTH = 30.4375
SHARE_WORST = (0.50, 0.70)  # of the patients with an event, in each arm: an assumption


def last_visits(days):
    """Return for each patient the number of the last visit on or before the last day."""
    return np.searchsorted(np.array(VISITS) * 7, days, side="right") - 1


def severity(rng, times, run_in):
    """Return the decline, in points, that each course of disease would lead one to expect.

    Who reaches the event has lost about 27 points, fewer when it came soon; who leaves or stays
    has lost what a slope around the run-in's, with wide luck, takes away in that time.
    """
    months = np.array(VISITS)[last_visits(times.day)] * 7 / DAYS_A_MONTH
    luck = normal(rng, len(months), 0, 1)
    by_event = np.minimum(27 + 6.5 * luck, 3 + 2.6 * months)
    slope = 0.30 + 0.09 * np.abs(run_in.astype(float))
    stayed = np.where(times.day == HORIZON, 0.85, 1.4)
    by_slope = np.minimum(slope * stayed * np.exp(0.55 * luck) * months, 36)
    return np.where(times.event, by_event, by_slope)


def order_targets(times):
    """Return (rows, places, wanted sum) for each printed minimum, quartile and maximum.

    Quartiles follow SAS's default (definition 5): the mean of two neighbours when n/4 is whole.
    """
    found = []
    for table, population in (("T2A", ("early", "late")), ("T2B", ("early",))):
        for arm in ARMS:
            rows = np.concatenate([times.block[s, arm] for s in population])
            rows = rows[rows != silent(times)]
            middle = published(f"K19.{table}.frs.med.{arm}")
            q1, q3 = (published(f"K19.{table}.frs.{q}.{arm}").value for q in ("q1", "q3"))
            n = len(rows)
            wanted = [((0, 0), middle.lower), ((n - 1, n - 1), middle.upper)]
            for share, value in ((0.25, q1), (0.5, middle.value), (0.75, q3)):
                wanted.append((neighbours(n, share), value))
            found += [(arm, rows, wanted)]
    late = times.block["late", "plc"]
    median = published("K19.disc.frs.late").value
    return [*found, ("plc", late, [(neighbours(len(late), 0.5), median)])]


def neighbours(n, share):
    """Return the two places whose mean is the quantile, counted from 0."""
    whole = n * share == int(n * share)
    place = int(n * share)
    return (place - 1, place) if whole else (place, place)


def silent(times):
    """Return the row of the patient who left before the first visit after the start."""
    return int(np.flatnonzero(times.day < VISITS[1] * 7)[0])


def rank_sum(value, treated):
    """Return z of the treated patients' rank sum: ties corrected, no continuity correction."""
    levels, place = np.unique(value, return_inverse=True)
    both = np.bincount(place, minlength=len(levels)).astype(float)
    ours = np.bincount(place, weights=treated, minlength=len(levels))
    n, m = len(value), float(treated.sum())
    midrank = np.cumsum(both) - (both - 1) / 2
    surprise = ours @ midrank - m * (n + 1) / 2
    ties = (both**3 - both).sum() / (n * (n - 1))
    return surprise / np.sqrt(m * (n - m) / 12 * (n + 1 - ties))


def tail_targets(times):
    """Return (arms, rows, treated, lowest z, highest z) for the printed Wilcoxon p values."""
    printed = {
        ("all", "50"): "K19.T2A.p.frs.50.crude",
        ("all", "tot"): "K19.abs.pmin",  # the same p with one more digit than Table 2A
        ("early", "50"): "K19.T2B.p.frs.50",
        ("early", "tot"): "K19.T2B.p.frs.tot",
    }
    found = []
    for (population, contrast), name in printed.items():
        rows, treated = members(times, population, contrast)
        keep = rows != silent(times)
        low, high = rounds_to(published(name).text)
        arms = set(ARMS) if contrast == "tot" else {"plc", contrast}
        found.append((arms, rows[keep], treated[keep], -NORMAL.inv_cdf(high), -NORMAL.inv_cdf(low)))
    return found


class Changes:
    """The last changes and worst ranks while they are fitted."""

    def __init__(self, rng, times, baseline):
        self.rows = np.flatnonzero(np.arange(len(times.day)) != silent(times))
        self.expected = severity(rng, times, baseline["run_in_change"])
        months = np.array(VISITS)[last_visits(times.day)] * 7 / DAYS_A_MONTH
        self.lowest = -np.minimum(baseline["alsfrs_w0"], np.rint(4 + 3.2 * months)).astype(int)
        self.highest = np.full(len(months), 2)
        self.change = np.clip(-np.rint(self.expected).astype(int), self.lowest, self.highest)
        self.worst = times.event & (rng.random(len(months)) < 0.6)
        self.event = times.event
        self.arm_of = {int(i): arm for (_, arm), block in times.block.items() for i in block}
        self.orders, self.tails = order_targets(times), tail_targets(times)
        self.arms = {
            arm: np.concatenate([times.block[s, arm] for s in ("early", "late")]) for arm in ARMS
        }
        self.parts = {}
        self.touched = set(ARMS)

    def energy(self):
        """Return by how much the printed values are missed, plus a little for implausibility."""
        for number, (arm, rows, wanted) in enumerate(self.orders):
            if arm in self.touched:
                values = np.sort(self.change[rows])
                self.parts["order", number] = sum(
                    abs(0.5 * (values[a] + values[b]) - value) for (a, b), value in wanted
                )
        ranked = np.where(self.worst, WORST, self.change)
        for number, (arms, rows, treated, low, high) in enumerate(self.tails):
            if arms & self.touched:
                z = rank_sum(ranked[rows], treated)
                self.parts["tail", number] = 4 * outside(z, low + 0.002, high - 0.002)
        for arm in self.touched:
            rows = self.arms[arm]
            share = self.worst[rows].sum() / self.event[rows].sum()
            self.parts["worst", arm] = 10 * outside(share, *SHARE_WORST)
            odd = np.abs(self.change[rows] + self.expected[rows]) - 3
            self.parts["odd", arm] = 0.002 * np.maximum(odd, 0).sum()
        return sum(self.parts.values())

    def missed(self):
        """Return the part of the energy that is about printed values."""
        return sum(value for (kind, _), value in self.parts.items() if kind != "odd")

    def propose(self, rng):
        """Change one patient's last change or worst rank; return how to take it back."""
        i = int(self.rows[rng.integers(len(self.rows))])
        old = self.change[i], self.worst[i], dict(self.parts)
        if self.event[i] and rng.random() < 0.1:
            self.worst[i] = not self.worst[i]
        else:
            reach = 2 if rng.random() < 0.5 else 10
            new = self.change[i] + int(rng.integers(-reach, reach + 1))
            if not self.lowest[i] <= new <= self.highest[i]:
                return None
            self.change[i] = new
        self.touched = {self.arm_of[i]}

        def undo():
            self.change[i], self.worst[i], self.parts = old

        return undo


def path(rng, start, change, last):
    """Return scores at visits 0 … ``last``: from ``start`` down to ``start + change``.

    The bend of the path and a wobble of at most a point either way are luck.
    """
    weeks = np.array(VISITS[: last + 1], float)
    bend = 0.75 + 0.6 * rng.random()
    wobble = rng.random(last + 1) - 0.5
    wobble[[0, last]] = 0
    scores = np.rint(start + change * (weeks / weeks[-1]) ** bend + 1.2 * wobble).astype(int)
    return np.clip(scores, 0, 48)


def fit_scores(rng, times, baseline, steps=120_000, report=print):
    """Return column -> values: ``alsfrs_change``, ``worst_rank`` and one column a visit.

    Missing values are -1 in the visit columns and -999 in ``alsfrs_change``.
    """
    changes = Changes(rng, times, baseline)
    anneal(rng, steps, 1.0, 2e-3, changes.propose, changes.energy)
    report(f"scores: missed {changes.missed():.4f}, odd {sum(changes.parts.values()):.3f}")
    last = last_visits(times.day)
    visits = np.full((len(last), len(VISITS)), -1)
    for i, start in enumerate(baseline["alsfrs_w0"]):
        visits[i, 0] = start
        if last[i]:
            visits[i, : last[i] + 1] = path(rng, start, changes.change[i], last[i])
    changes.change[silent(times)] = -999
    table = {"alsfrs_change": changes.change, "worst_rank": changes.worst}
    names = [f"alsfrs_w{week}" for week in VISITS]
    return table | {name: visits[:, j] for j, name in enumerate(names)}
