"""Who the patients are at the start: everything that Table 1 counts or averages."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from secondlook.evidence import published
from twin.annealing import anneal, outside
from twin.factors import settle
from twin.times import ARMS, rounds_to

WEEKS_OF_RUN_IN = 12
RUN_IN_MONTHS = WEEKS_OF_RUN_IN * 7 / 30.4375
# column: level -> name of the row in Table 1
LEVELS = {
    "sex": {"male": "male", "female": "female"},
    "onset": {"bulbar": "bulbar", "upper motor neuron": "umn", "lower motor neuron": "lmn"},
    "als_type": {"sporadic": "sporadic", "familial": "familial"},
    "riluzole": {True: "riluzole", False: None},
    "diagnosis": {
        "definite": "definite",
        "probable": "probable",
        "probable, laboratory-supported": "labprob",
    },
    "run_in_change": {-1: "runin1", -2: "runin2", -3: "runin3"},
}


@dataclass(frozen=True)
class Form:
    """A row of Table 1 with mean and SD: ``weights`` @ columns, over some of the patients."""

    rows: np.ndarray
    weights: np.ndarray
    mean: tuple
    sd: tuple


def counts(column, arm, size):
    """Return level -> number of patients of one arm, from Table 1; an unnamed level is the rest."""
    found = {
        level: int(published(f"K19.T1.{row}.{arm}.n").value) if row else None
        for level, row in LEVELS[column].items()
    }
    known = sum(n for n in found.values() if n is not None)
    return {level: size - known if n is None else n for level, n in found.items()}


def shuffled(rng, values):
    """Return the values in a random order that depends on ``rng.random`` only."""
    order = np.argsort(rng.random(len(values)), kind="stable")
    return [values[i] for i in order]


def labels(rng, column, rows_of):
    """Return one label a patient, with the counts of Table 1 in each arm, in random order."""
    found = np.empty(sum(map(len, rows_of.values())), dtype=object)
    for arm, rows in rows_of.items():
        each = counts(column, arm, len(rows))
        values = [level for level, n in each.items() for _ in range(n)]
        found[rows] = shuffled(rng, values)
    return found


def normal(rng, size, mean, sd):
    """Return normal draws made from ``rng.random`` only."""
    inverse = NormalDist(mean, sd).inv_cdf
    return np.array([inverse(0.5 + 0.998 * (u - 0.5)) for u in rng.random(size)])


def forms(names, rows_of, shift=0.0):
    """Return the Forms of Table 1: ``names`` maps the row's name to its weights.

    ``shift`` is taken from the printed mean, for a column that is counted from another day.
    """
    everyone = np.concatenate(list(rows_of.values()))
    found = []
    for name, weights in names.items():
        for arm, rows in {**rows_of, "tot": everyone}.items():
            mean = published(f"K19.T1.{name}.{arm}.mean").text
            sd = rounds_to(published(f"K19.T1.{name}.{arm}.sd").text)
            low, high = rounds_to(mean.replace("−", "-"))
            found.append(Form(rows, np.array(weights), (low - shift, high - shift), sd))
    return found


def fit_moments(rng, columns, movable, lower, upper, wanted, steps, unit):
    """Move whole numbers until means and SDs are the printed ones; return the last miss.

    ``columns`` (patients, k) are whole multiples of ``unit``, changed in place where ``movable``,
    between ``lower`` and ``upper`` (patients, k).
    """

    def energy():
        total = 0.0
        for form in wanted:
            values = columns[form.rows] @ form.weights * unit
            total += outside(values.mean(), form.mean[0] + 1e-4, form.mean[1] - 1e-4)
            total += outside(values.std(ddof=1), form.sd[0] + 1e-4, form.sd[1] - 1e-4)
        return total

    def propose(rng):
        i = int(rng.integers(len(columns)))
        j = movable[int(rng.integers(len(movable)))]
        old = columns[i, j]
        reach = int(1 / unit) if rng.random() < 0.5 else int(6 / unit)
        new = old + int(rng.integers(-reach, reach + 1))
        if not lower[i, j] <= new <= upper[i, j]:
            return None
        columns[i, j] = new

        def undo():
            columns[i, j] = old

        return undo

    return anneal(rng, steps, 0.02, 1e-5, propose, energy)


def clipped(values, unit, lower, upper):
    """Return values as whole multiples of ``unit`` between two bounds."""
    return np.clip(np.rint(np.asarray(values) / unit), lower, upper).astype(int)


def fit_age(rng, rows_of, report):
    """Return ages in whole years: the counts under 65 exact, means and SDs as printed."""
    n = sum(map(len, rows_of.values()))
    lower, upper = np.empty((n, 1), int), np.empty((n, 1), int)
    for arm, rows in rows_of.items():
        young = int(published(f"K19.T1.agelt65.{arm}.n").value)
        is_young = np.array(shuffled(rng, [True] * young + [False] * (len(rows) - young)))
        lower[rows, 0] = np.where(is_young, 28, 65)
        upper[rows, 0] = np.where(is_young, 64, 84)
    draft = np.where(upper[:, 0] == 64, normal(rng, n, 54, 7), normal(rng, n, 71, 4))
    age = clipped(draft[:, None], 1, lower, upper)
    wanted = forms({"age": (1.0,)}, rows_of)
    report("age", fit_moments(rng, age, (0,), lower, upper, wanted, 30_000, 1.0))
    return age[:, 0]


def fit_score(rng, rows_of, run_in, report):
    """Return ALSFRS-R at enrolment; screening is that less the run-in change."""
    n = len(run_in)
    table = np.column_stack([np.zeros(n, int), run_in.astype(int)])
    lower = np.column_stack([np.full(n, 28), run_in]).astype(int)
    upper = np.column_stack([48 + run_in.astype(int), run_in]).astype(int)
    draft = clipped(normal(rng, n, 40, 4), 1, lower[:, 0], upper[:, 0])
    table[:, 0] = draft
    wanted = forms({"frs_enr": (1.0, 0.0), "frs_scr": (1.0, -1.0)}, rows_of)
    report("ALSFRS-R", fit_moments(rng, table, (0,), lower, upper, wanted, 40_000, 1.0))
    return table[:, 0]


def fit_months(rng, rows_of, early, report):
    """Return months from onset to screening, in tenths: the printed row is read at enrolment."""
    n = len(early)
    lower = np.where(early, 30, 121)[:, None]
    upper = np.where(early, 120, 360)[:, None]
    draft = np.where(early, normal(rng, n, 8.6, 2.2), normal(rng, n, 21.5, 5.5))
    months = clipped(draft[:, None], 0.1, lower, upper)
    wanted = forms({"lag": (1.0,)}, rows_of, shift=RUN_IN_MONTHS)
    report("months", fit_moments(rng, months, (0,), lower, upper, wanted, 30_000, 0.1))
    return months[:, 0]


def fit_fvc(rng, rows_of, report):
    """Return vital capacity at screening and at enrolment, tenths of a % predicted, over 60%."""
    n = sum(map(len, rows_of.values()))
    screening = normal(rng, n, 95, 17)
    enrolment = screening + normal(rng, n, -4.3, 9.6)
    lower, upper = np.full((n, 2), 605), np.full((n, 2), 1500)
    fvc = clipped(np.column_stack([screening, enrolment]), 0.1, lower, upper)
    names = {"fvc_scr": (1.0, 0.0), "fvc_enr": (0.0, 1.0), "fvc_chg": (-1.0, 1.0)}
    wanted = forms(names, rows_of)
    report("vital capacity", fit_moments(rng, fvc, (0, 1), lower, upper, wanted, 60_000, 0.1))
    return fvc


def by_rank(rng, numbers, score, rows_of):
    """Return stage 1 or 2: stage 1 goes to the higher scores, with some luck in it."""
    stage = np.full(len(score), 2)
    luck = score + normal(rng, len(score), 0, 2.5)
    for arm, rows in rows_of.items():
        first = rows[np.argsort(-luck[rows], kind="stable")[: numbers[arm]]]
        stage[first] = 1
    return stage


def fit_baseline(rng, times, report=print):
    """Return column -> values for everything known before the first injection."""

    def tell(name, missed):
        report(f"baseline, {name}: missed {missed:.4f}")

    rows_of = {
        arm: np.concatenate([times.block[s, arm] for s in ("early", "late")]) for arm in ARMS
    }
    early = np.zeros(len(times.day), bool)
    early[np.concatenate([times.block["early", arm] for arm in ARMS])] = True
    table = {column: labels(rng, column, rows_of) for column in LEVELS}
    table["early"] = early
    settle(rng, times, table, "run_in_change", report=report)  # before scores that rest on it
    table["age"] = fit_age(rng, rows_of, tell)
    table["alsfrs_w0"] = fit_score(rng, rows_of, table["run_in_change"], tell)
    table["months_from_onset"] = fit_months(rng, rows_of, early, tell)
    fvc = fit_fvc(rng, rows_of, tell)
    table["fvc_screening"], table["fvc"] = fvc[:, 0], fvc[:, 1]
    numbers = {arm: int(published(f"K19.T1.stage1.{arm}.n").value) for arm in ARMS}
    table["stage"] = by_rank(rng, numbers, table["alsfrs_w0"], rows_of)
    return table
