"""Time the engine against the programs it must agree with: ``python tools/bench.py [--draw]``.

Every program gets the same trials in the same run and takes its turn, again and again; the
answers are compared before anything is timed, and one that differs stops the run. What is
measured is processor time of one thread, so that a busy machine is no slower machine. The tables
go to ``data/benchmarks/`` and the pictures to ``book/pictures/``: the page *How fast* shows them.

A program that is not there is left out, and a line says so: R with its survival package, or what
``tools/bench-requirements.txt`` names and ``make bench`` installs. ``--draw`` measures nothing
and draws the pictures again; ``--turns`` and ``--trials`` make a quick look possible, which is
printed and not written.
"""

import argparse
import os
import sys
from pathlib import Path

for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "RAYON", "VECLIB_MAXIMUM"):
    os.environ[f"{name}_NUM_THREADS"] = "1"  # one core; libraries look when they are imported

import numpy as np  # noqa: E402
from speed import clock, pictures, programs, report, tables  # noqa: E402
from speed.growth import growth, large  # noqa: E402
from speed.r import R  # noqa: E402
from speed.work import TRIALS, Work  # noqa: E402

PICTURES = Path(__file__).resolve().parent.parent / "book" / "pictures"
LARGE, SHUFFLES, SEED = 10_000, 10_000, 1
OPTIONAL = {"sksurv": "scikit-survival", "survival": "the Rust package survival"}


def main(argv: list[str] | None = None) -> int:
    """Measure, print, and write unless it was only a quick look; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draw", action="store_true", help="only draw the pictures again")
    parser.add_argument("--trials", type=int, help=f"a quick look at fewer trials ({TRIALS})")
    parser.add_argument("--turns", type=int, help=f"a quick look in fewer turns ({clock.TURNS})")
    options = parser.parse_args(argv)
    if options.draw:
        return draw()
    rng = np.random.default_rng(SEED)
    work = Work.simulated(options.trials or TRIALS, rng)
    turns = options.turns or clock.TURNS
    r = announce(R.start())
    try:
        tasks = measure(work, turns, r)
        sizes = growth(work, rng)
        seconds, megabytes = large(Work.simulated(LARGE, rng))
    except clock.Disagreement as wrong:
        print(f"Stopped: {wrong}.", file=sys.stderr)
        return 1
    finally:
        if r:
            r.stop()
    speed = report.speed_table(tasks)
    goals = report.goals_table(speed, seconds, megabytes)
    print(f"\n{goals.to_string(index=False)}")
    if options.trials or options.turns:
        print("A quick look: nothing was written.")
        return 0
    report.write(speed=speed, growth=report.growth_table(sizes), goals=goals)
    return draw()


def announce(r: R | None) -> R | None:
    """Say which programs are missing; return R as it was given."""
    for module, name in OPTIONAL.items():
        if programs.optional(module) is None:
            print(f"{name} is not installed ('make bench' tries to): left out.")
    if r is None:
        print("R with its survival package is not here: survdiff and coxph are left out.")
    return r


def measure(work: Work, turns: int, r: R | None) -> dict[str, list[clock.Timing]]:
    """Time every task in turns, printing each as it is done."""
    ways = {
        "one": lambda: (programs.single_ways(work, r), 0),
        "subgroups": lambda: (
            [
                *programs.logrank_ways(work, r),
                programs.members_way(work),
                programs.floor_way(work),
            ],
            0,
        ),
        "labels": lambda: (programs.label_ways(SHUFFLES, SEED), 1),
        "shuffle": lambda: (programs.shuffle_ways(SHUFFLES, SEED), 1),
        "cox": lambda: (programs.cox_ways(work, r), 0),
        "wilcoxon": lambda: (programs.wilcoxon_ways(work), 0),
    }
    tasks = {}
    for task, make in ways.items():
        made, base = make()
        tasks[task] = clock.in_turns(made, turns, base=base)
        show(task, tasks[task])
    return tasks


def show(task: str, timings: list[clock.Timing]) -> None:
    """Print one task."""
    print(f"\n{task:46}{'version':>18}{'microseconds':>14}{'ratio':>9}  lowest to highest")
    for timing in timings:
        low, middle, high = np.quantile(timing.ratio, (0, 0.5, 1))
        name = f"{timing.way.program}: {timing.way.call}"
        print(
            f"{name:46}{timing.way.version:>18}{np.median(timing.microseconds):>14,.3f}"
            f"{middle:>9,.4g}  {low:,.4g} to {high:,.4g}",
            flush=True,
        )


def drawn() -> dict[str, str]:
    """Return the pictures that the files of the last run make, by file name."""
    made = {
        "speed.html": pictures.speed_picture(tables.read("speed")),
        "growth.html": pictures.growth_picture(tables.read("growth")),
    }
    return {name: picture.html() + "\n" for name, picture in made.items()}


def draw() -> int:
    """Write the pictures."""
    for name, text in drawn().items():
        (PICTURES / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
