"""Draw the picture of the first page: ``python tools/make_pictures.py [--check]``.

It is one trial of a drug that does nothing: the synthetic twin with its arm labels shuffled. So
as not to fish for a pretty one, 1,000 such trials are made; of those in which some subgroup looks
significant, the one is drawn whose best hazard ratio is the middle one. ``--check`` writes
nothing and fails if the committed files are not what this tool makes.
"""

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np

from secondlook.cohort import load
from secondlook.figures.style import Picture
from secondlook.figures.subgroup import TWIN_SHUFFLED, ForestRow, forest
from secondlook.fishing import best_of_null, subgroups

FOLDER = Path(__file__).resolve().parent.parent / "book" / "pictures"
TRIALS, SEED, ALPHA = 1000, 2019, 0.025  # ALPHA: one-sided, of each look


def first_page() -> Picture:
    """Return the forest of an ordinary null trial with its best subgroup marked."""
    cohort = load("e0302")
    names = list(subgroups(cohort))
    trials = best_of_null(cohort, names, "pooled", TRIALS, np.random.default_rng(SEED))
    every = np.arange(TRIALS)
    lucky = np.flatnonzero(trials.p_one_sided[every, trials.best] < ALPHA)
    best_hr = trials.hr[every, trials.best][lucky]
    trial = int(lucky[np.argsort(best_hr, kind="stable")[len(lucky) // 2]])
    best = int(trials.best[trial])
    rows = [
        ForestRow(
            name, *(float(part[trial, k]) for part in (trials.hr, trials.lower, trials.upper))
        )
        for k, name in enumerate(names)
    ]
    picture = forest(
        rows,
        title=f"A drug that does nothing seems to work in one subgroup: hazard ratio "
        f"{rows[best].value:.2f}",
        subtitle=f"One trial, {len(names)} subgroups, each with its 95% interval. Of {TRIALS:,} "
        f"such trials {len(lucky)} have a ‘significant’ subgroup; this is an ordinary one of those",
        source=TWIN_SHUFFLED,
        circled=best,
    )
    alt = (
        f"Forest plot of one trial of a drug that does nothing, in {len(names)} subgroups. Most "
        f"intervals lie around 1; the best, {names[best]}, is marked: {rows[best].words}."
    )
    return dataclasses.replace(picture, alt=alt, height=430)


def main(argv: list[str] | None = None) -> int:
    """Write the pictures, or with ``--check`` compare them; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    check = parser.parse_args(argv).check
    picture = first_page()
    made = {"forest.html": picture.html() + "\n", "forest.svg": picture.svg() + "\n"}
    for name, text in made.items():
        path = FOLDER / name
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            print(
                f"book/pictures/{name} is not what tools/make_pictures.py draws; "
                "run 'python tools/make_pictures.py' and commit the result.",
                file=sys.stderr,
            )
            return 1
        if not check:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
