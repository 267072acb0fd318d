"""The twin of JETALS: 129 patients whose week 16 gives the printed difference.

Print has no number of a visit between the first and week 16, and the sources in hand do not say
what the printed model adjusted for. The fit is to an analysis of covariance of the change to week
16 on arm and first score, in everybody and in the users of riluzole.
"""

import numpy as np

from secondlook.evidence import published
from twin.annealing import anneal, outside
from twin.baseline import Form, by_rank, clipped, fit_moments, normal, shuffled
from twin.change import Changes
from twin.table import MISSING, csv_text
from twin.times import rounds_to

SEEDS = {"baseline": 1, "leaving": 2, "changes": 2, "factors": 4, "paths": 5, "order": 6}
ARMS = {"plc": "placebo", "mec": "50 mg"}
VISITS = (0, 4, 8, 12, 16)  # weeks; those between are assumed
VISIT_COLUMNS = tuple(f"alsfrs_w{week}" for week in VISITS)
COLUMNS = (
    *("patient", "arm", "alsfrs_change", "sex", "age", "onset", "riluzole", "diagnosis", "stage"),
    *("fvc", "months_from_onset", "run_in_change", "adverse_reaction", "alsfrs_screening"),
    *VISIT_COLUMNS,
)
TENTHS = {"fvc": 1, "months_from_onset": 1}
# column: level -> name of the row in the baseline table; None is the rest
LEVELS = {
    "sex": {"male": "male", "female": None},
    "onset": {"upper extremity": "upper", "lower extremity": "lower", "bulbar": "bulbar"},
    "riluzole": {True: "ril", False: None},
    "diagnosis": {
        "definite": "def",
        "probable": "prob",
        "probable, laboratory-supported": "labprob",
    },
    "run_in_change": {-1: "runin1", -2: "runin2"},
}
# Not in print: who left, and after which visit. 126 of 130 completed; the patient left out of the
# full analysis set is taken to be the fourth who did not.
LEFT_AFTER = {"plc": (8, 12), "mec": (8,)}
REACTIONS = {"plc": 1, "mec": 5}  # patients of 64 and 65: 1.6% and 7.7%
# How far a level's difference may be from everybody's, in points: not in print.
ROOM, RARE_ROOM, RARE = 0.5, 0.9, 45
# factor: the tests that make its levels
LOOKS = {
    "sex": (lambda v: v == "male",),
    "age": (lambda v: v >= 65,),
    "onset": tuple(lambda v, level=level: v == level for level in LEVELS["onset"]),
    "diagnosis": tuple(lambda v, level=level: v == level for level in LEVELS["diagnosis"]),
    "stage": (lambda v: v == 1,),
    "fvc": (lambda v: v < 900,),
    "run_in_change": (lambda v: v == -1,),
    "months_from_onset": (lambda v: v <= 80,),
}


def make(seeds=SEEDS, report=print):
    """Return the twin as the text of a CSV file."""
    rngs = {part: np.random.Generator(np.random.PCG64(seed)) for part, seed in seeds.items()}
    rows_of = _rows()
    table = fit_baseline(rngs["baseline"], rows_of, report)
    last = last_visits(rngs["leaving"], rows_of)
    stays = last == VISITS[-1]
    fit = Changes(rngs["changes"], rows_of, table, stays)
    anneal(rngs["changes"], 150_000, 0.5, 1e-4, fit.propose, fit.energy)
    report(f"changes: missed {fit.missed():.4f}, with oddness {fit.energy():.3f}")
    seen = {arm: rows[stays[rows]] for arm, rows in rows_of.items()}
    for factor in LOOKS:
        settle(rngs["factors"], seen, table, factor, fit.change, report)
    table |= paths(rngs["paths"], table["alsfrs_w0"], fit.change, last)
    table["alsfrs_change"] = np.where(stays, fit.change, MISSING)
    table["alsfrs_screening"] = table["alsfrs_w0"] - table["run_in_change"]
    order = shuffled(rngs["order"], np.arange(len(last)))
    return csv_text(table, COLUMNS, order, TENTHS)


def _rows():
    """Return arm -> its rows."""
    sizes = [int(published(f"J.T1.n.{arm}").value) for arm in ARMS]
    ends = np.cumsum([0, *sizes])
    return {arm: np.arange(ends[i], ends[i + 1]) for i, arm in enumerate(ARMS)}


def labels(rng, rows_of, numbers):
    """Return one label a patient in random order; ``numbers`` maps arm to {label: how many}."""
    found = np.empty(sum(map(len, rows_of.values())), object)
    for arm, rows in rows_of.items():
        known = sum(n for n in numbers[arm].values() if n is not None)
        each = {k: len(rows) - known if n is None else n for k, n in numbers[arm].items()}
        found[rows] = shuffled(rng, [label for label, n in each.items() for _ in range(n)])
    return found


def moments(rng, rows_of, name, draft, lowest, highest, unit, report):
    """Return a column, in whole units, whose printed means and SDs are those of a row of Table 1.

    ``name`` is the row's; ``draft`` (patients,) and the bounds are in the column's own unit.
    """
    wanted = []
    for arm, rows in {**rows_of, "tot": np.concatenate(list(rows_of.values()))}.items():
        mean, sd = published(f"J.T1.{name}.{arm}").text, published(f"J.T1.{name}.{arm}.sd").text
        wanted.append(Form(rows, np.array([1.0]), rounds_to(mean), rounds_to(sd)))
    lower = np.full((len(draft), 1), round(lowest / unit))
    upper = np.full((len(draft), 1), round(highest / unit))
    column = clipped(draft[:, None], unit, lower, upper)
    missed = fit_moments(rng, column, (0,), lower, upper, wanted, 30_000, unit)
    report(f"baseline, {name}: missed {missed:.4f}")
    return column[:, 0]


def fit_baseline(rng, rows_of, report):
    """Return column -> values for everything known before the first injection, and reactions."""
    n = sum(map(len, rows_of.values()))
    count = {
        column: {
            arm: {
                level: int(published(f"J.T1.{row}.{arm}").value) if row else None
                for level, row in levels.items()
            }
            for arm in rows_of
        }
        for column, levels in LEVELS.items()
    }
    table = {column: labels(rng, rows_of, numbers) for column, numbers in count.items()}
    reactions = {arm: {True: k, False: None} for arm, k in REACTIONS.items()}
    table["adverse_reaction"] = labels(rng, rows_of, reactions)
    table["arm"] = labels(rng, rows_of, {arm: {name: None} for arm, name in ARMS.items()})

    def column(name, mean, sd, lowest, highest, unit):
        draft = normal(rng, n, mean, sd)
        return moments(rng, rows_of, name, draft, lowest, highest, unit, report)

    table["age"] = column("age", 61, 11.7, 28, 84, 1.0)
    table["alsfrs_w0"] = column("frs", 42.4, 2.6, 34, 46, 1.0)
    table["months_from_onset"] = column("onset", 8.4, 2.4, 2.5, 12, 0.1)
    table["fvc"] = column("fvc", 92, 17, 60.5, 150, 0.1)
    numbers = {arm: int(published(f"J.T1.stage1.{arm}").value) for arm in rows_of}
    table["stage"] = by_rank(rng, numbers, table["alsfrs_w0"], rows_of)
    return table


def last_visits(rng, rows_of):
    """Return the week of each patient's last visit."""
    numbers = {
        arm: {**{week: weeks.count(week) for week in weeks}, VISITS[-1]: None}
        for arm, weeks in LEFT_AFTER.items()
    }
    return labels(rng, rows_of, numbers).astype(int)


def settle(rng, rows_of, table, factor, change, report):
    """Exchange a factor's labels inside the arms until no level stands out; changes ``table``.

    ``rows_of`` maps each arm to those with a week 16. Stages are
    exchanged only between scores at most 2 apart, so that stage 1 stays with the higher ones.
    """
    column, arm_rows = table[factor], {int(i): rows for rows in rows_of.values() for i in rows}
    movable = sorted(arm_rows)
    score = table["alsfrs_w0"] if factor == "stage" else None

    def difference(inside):
        ours, theirs = (change[rows][inside[rows]] for rows in (rows_of["mec"], rows_of["plc"]))
        return int(ours.sum()) / len(ours) - int(theirs.sum()) / len(theirs)

    whole = difference(np.ones(len(change), bool))

    def energy():
        total = 0.0
        for look in LOOKS[factor]:
            for inside in (look(column), ~look(column)):
                room = RARE_ROOM if inside.sum() < RARE else ROOM
                total += outside(difference(inside), whole - room, whole + room)
        return total

    def swap(i, j):
        column[i], column[j] = column[j], column[i]

    def propose(rng):
        i = movable[int(rng.integers(len(movable)))]
        j = int(arm_rows[i][rng.integers(len(arm_rows[i]))])
        if column[i] == column[j] or (score is not None and abs(score[i] - score[j]) > 2):
            return None
        swap(i, j)
        return lambda: swap(i, j)

    report(f"factor {factor}: missed {anneal(rng, 2000, 0.1, 1e-3, propose, energy):.4f}")


def paths(rng, start, change, last):
    """Return visit column -> scores: from the first score to week 16, ending at the last visit.

    The bend of a path and a wobble of up to a point either way are luck.
    """
    scores = np.full((len(start), len(VISITS)), MISSING)
    weeks = np.array(VISITS, float) / VISITS[-1]
    for i in range(len(start)):
        bend = 0.7 + 0.6 * rng.random()
        wobble = 2.0 * (rng.random(len(VISITS)) - 0.5)
        wobble[[0, -1]] = 0
        path = np.clip(np.rint(start[i] + change[i] * weeks**bend + wobble), 0, 48).astype(int)
        seen = np.array(VISITS) <= last[i]
        scores[i, seen] = path[seen]
    return {name: scores[:, j] for j, name in enumerate(VISIT_COLUMNS)}
