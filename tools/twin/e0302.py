"""The twin of E0302: 370 patients whose analysis gives Tables 1 and 2 of the report."""

import numpy as np

from twin.baseline import fit_baseline, shuffled
from twin.factors import settle
from twin.scores import VISITS, fit_scores
from twin.table import MISSING, csv_text
from twin.times import fit_times

# Each part has its own stream, so that another draw in one leaves the others as they are.
SEEDS = {"early": 5, "late": 6, "baseline": 1, "scores": 2, "factors": 3, "order": 4}
ARM_NAMES = {"plc": "placebo", "25": "25 mg", "50": "50 mg"}
VISIT_COLUMNS = tuple(f"alsfrs_w{week}" for week in VISITS)
COLUMNS = (
    *("patient", "arm", "days", "event", "early", "alsfrs_change", "worst_rank", "sex", "age"),
    *("onset", "als_type", "riluzole", "diagnosis", "stage", "fvc_screening", "fvc"),
    *("months_from_onset", "run_in_change", *VISIT_COLUMNS),
)
TENTHS = {"fvc_screening": 1, "fvc": 1, "months_from_onset": 1}


def make(seeds=SEEDS, report=print):
    """Return the twin as the text of a CSV file."""
    rngs = {part: np.random.Generator(np.random.PCG64(seed)) for part, seed in seeds.items()}
    times = fit_times(rngs, report)
    table = fit_baseline(rngs["baseline"], times, report)
    table |= fit_scores(rngs["scores"], times, table, report=report)
    rng = rngs["factors"]
    settle(rng, times, table, "sex", report=report)
    settle(rng, times, table, "fvc", together=("fvc_screening",), report=report)
    for factor in ("age", "onset", "riluzole", "diagnosis"):
        settle(rng, times, table, factor, report=report)
    settle(rng, times, table, "stage", alike=table["alsfrs_w0"], report=report)
    table |= {"days": times.day, "event": times.event}
    arm = np.empty(len(times.day), object)
    for (_, name), rows in times.block.items():
        arm[rows] = ARM_NAMES[name]
    table["arm"] = arm
    for name in VISIT_COLUMNS:  # fit_scores marks a visit that was not made with -1
        table[name] = np.where(table[name] < 0, MISSING, table[name])
    order = shuffled(rngs["order"], np.arange(len(arm)))
    return csv_text(table, COLUMNS, order, TENTHS)
