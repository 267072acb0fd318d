"""Make the synthetic twin of the trial E0302: ``python tools/make_twin.py [--check]``.

The twin is a table of 370 invented patients whose analysis gives what the trial's report prints
in Tables 1 and 2. It is found by simulated annealing: single values are changed, and a change
is kept when it brings the analysis nearer to print. data/README.md says what was fitted, how
closely, and what was not. The seeds are fixed: a second run gives the same bytes, and ``--check``
says whether the committed file is what this tool makes.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from twin.baseline import fit_baseline, shuffled
from twin.factors import settle
from twin.scores import VISITS, fit_scores
from twin.times import fit_times

OUTPUT = Path(__file__).resolve().parent.parent / "data" / "synthetic" / "e0302.csv"
# Each part has its own stream, so that another draw in one leaves the others as they are.
SEEDS = {"early": 5, "late": 6, "baseline": 1, "scores": 2, "factors": 3, "order": 4}
ARM_NAMES = {"plc": "placebo", "25": "25 mg", "50": "50 mg"}
COLUMNS = (
    *("patient", "arm", "days", "event", "early", "alsfrs_change", "worst_rank", "sex", "age"),
    *("onset", "als_type", "riluzole", "diagnosis", "stage", "fvc_screening", "fvc"),
    *("months_from_onset", "run_in_change"),
    *(f"alsfrs_w{week}" for week in VISITS),
)
TENTHS = ("fvc_screening", "fvc", "months_from_onset")


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
    order = shuffled(rngs["order"], np.arange(len(arm)))
    lines = [",".join(COLUMNS)]
    for number, row in enumerate(order, 1):
        lines.append(",".join(cell(table, name, row, number) for name in COLUMNS))
    return "\n".join(lines) + "\n"


def cell(table, name, row, number):
    """Return one cell as text: whole numbers, tenths made from whole numbers, or words."""
    if name == "patient":
        return str(number)
    value = table[name][row]
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if name in TENTHS:
        return f"{value // 10}.{value % 10}"
    if (name == "alsfrs_change" and value == -999) or (name.startswith("alsfrs_w") and value < 0):
        return ""
    text = str(value)
    return f'"{text}"' if "," in text else text


def main(argv=None):
    """Make the file, or compare it with the committed one; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args(argv)
    began = time.process_time()
    made = make().encode()
    print(f"made in {time.process_time() - began:.0f} s of processor time")
    if not options.check:
        OUTPUT.parent.mkdir(parents=True, exist_ok=True)
        OUTPUT.write_bytes(made)
        print(f"wrote {OUTPUT.name}: {len(made)} bytes")
        return 0
    if OUTPUT.is_file() and OUTPUT.read_bytes() == made:
        print(f"{OUTPUT.name} is what this tool makes")
        return 0
    print(
        f"{OUTPUT} is not what this tool makes; run python tools/make_twin.py and look at the diff",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
