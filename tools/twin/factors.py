"""Which patient gets which label, so that the other subgroups look as a trial's subgroups do.

Table 1 fixes how many of each arm are men, bulbar and so on, not which of them have the events.
Here two patients of one arm exchange their labels until the little that the report says of
subgroups holds, and no other subgroup stands out. Counts, means and SDs do not change.
"""

import numpy as np

from secondlook.evidence import published
from twin.annealing import anneal, outside
from twin.times import ARMS, compare, rounds_to

CONTRASTS = {"25": ("25",), "50": ("50",), "tot": ("25", "50")}
# Not in print, the maker's choice. Hazard ratios of a level against the other placebo patients,
# in the direction that the report names or that is known of the disease:
PROGNOSIS = {
    "sex": ("male", 1.4, 1.8),
    "fvc": ("under 90", 1.4, 1.8),
    "riluzole": ("no", 1.5, 2.2),
    "age": ("65 or over", 1.1, 1.4),
    "onset": ("bulbar", 1.1, 1.4),
    "run_in_change": ("3 points", 1.1, 1.4),
}
# A level's hazard ratio may leave that of the whole trial by this much, in logarithms …
COMMON_ROOM, RARE_ROOM = 0.15, 0.35
RARE = 60  # … and by more where it has fewer patients than this
LEVELS = {
    "sex": {"male": lambda x: x == "male", "female": lambda x: x == "female"},
    "age": {"under 65": lambda x: x < 65, "65 or over": lambda x: x >= 65},
    "onset": {
        "bulbar": lambda x: x == "bulbar",
        "upper": lambda x: x == "upper motor neuron",
        "lower": lambda x: x == "lower motor neuron",
    },
    "riluzole": {"yes": lambda x: x == True, "no": lambda x: x == False},  # noqa: E712
    "diagnosis": {"definite": lambda x: x == "definite", "not": lambda x: x != "definite"},
    "run_in_change": {f"{n} points": lambda x, n=n: x == -n for n in (1, 2, 3)},
    "stage": {"1": lambda x: x == 1, "2": lambda x: x == 2},
    "fvc": {"under 90": lambda x: x < 900, "90 or over": lambda x: x >= 900},
}
# The report gives the same hazard ratios and score differences for these two levels.
REPORTED = {("sex", "male"): "K19.prog.frs.men", ("fvc", "under 90"): "K19.prog.frs.fvc"}


def log_ratio(times, rows, treated):
    """Return the log hazard ratio among some rows."""
    return compare(times.day[rows], times.event[rows], treated)[0]


def versus_placebo(times, rows_of, inside, contrast):
    """Return the log hazard ratio of a contrast among the patients ``inside`` a level."""
    control = rows_of["plc"]
    treated = np.concatenate([rows_of[arm] for arm in CONTRASTS[contrast]])
    rows = np.concatenate([control[inside[control]], treated[inside[treated]]])
    return log_ratio(times, rows, np.arange(len(rows)) >= inside[control].sum())


def reported_miss(times, rows_of, inside, name, change):
    """Return the miss of the two hazard ratios and the score difference that are in print."""
    ratio = published("K19.prog.hr")
    low, high = np.log(ratio.lower - 0.004), np.log(ratio.upper + 0.004)
    total = sum(
        outside(versus_placebo(times, rows_of, inside, arm), low, high) for arm in ("25", "50")
    )
    means = []
    for arm in ("50", "plc"):
        rows = rows_of[arm][inside[rows_of[arm]]]
        means.append(change[rows][change[rows] > -50].mean())
    difference = published(name)
    return total + 0.1 * outside(means[0] - means[1], *rounds_to(difference.text))


def cost(times, rows_of, whole, factor, values, change):
    """Return by how much a factor's levels stand out, or miss what is in print."""
    total = 0.0
    for level, test in LEVELS[factor].items():
        inside = test(values)
        room = RARE_ROOM if inside.sum() < RARE else COMMON_ROOM
        if (factor, level) in REPORTED:
            name = REPORTED[factor, level]
            total += 3 * reported_miss(times, rows_of, inside, name, change)
            room = 0.4  # the report itself makes this level, and so its complement, stand out
        elif factor in ("sex", "fvc"):
            room = 0.4
        for contrast, beta in whole.items():
            here = versus_placebo(times, rows_of, inside, contrast)
            total += outside(here, beta - room, beta + room)
    if factor in PROGNOSIS:
        level, low, high = PROGNOSIS[factor]
        rows = rows_of["plc"]
        beta = log_ratio(times, rows, LEVELS[factor][level](values)[rows])
        total += outside(beta, np.log(low), np.log(high))
    return total


def settle(rng, times, table, factor, together=(), alike=None, steps=3000, report=print):
    """Exchange a factor's labels inside the arms until no level stands out; changes ``table``.

    ``together`` names columns that move with it; with ``alike`` (patients,), only patients whose
    values there are at most 2 apart exchange. ``table["alsfrs_change"]`` is used where the report
    gives a difference of scores.
    """
    rows_of = {
        arm: np.concatenate([times.block[s, arm] for s in ("early", "late")]) for arm in ARMS
    }
    everyone = np.ones(len(times.day), bool)
    whole = {name: versus_placebo(times, rows_of, everyone, name) for name in CONTRASTS}
    arm_rows = {int(i): rows for rows in rows_of.values() for i in rows}
    columns = [table[name] for name in (factor, *together)]
    change = table.get("alsfrs_change")

    def energy():
        return cost(times, rows_of, whole, factor, table[factor], change)

    def swap(i, j):
        for column in columns:
            column[i], column[j] = column[j], column[i]

    def propose(rng):
        i = int(rng.integers(len(everyone)))
        j = int(arm_rows[i][rng.integers(len(arm_rows[i]))])
        if table[factor][i] == table[factor][j]:
            return None
        if alike is not None and abs(alike[i] - alike[j]) > 2:
            return None
        swap(i, j)
        return lambda: swap(i, j)

    missed = anneal(rng, steps, 0.02, 1e-4, propose, energy)
    report(f"factor {factor}: missed {missed:.4f}")
