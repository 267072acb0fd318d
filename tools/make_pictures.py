"""Draw the picture of the first page: ``python tools/make_pictures.py [--check]``.

It is one trial of a drug that does nothing: the synthetic twin with its arm labels shuffled. So
as not to fish for a pretty one, 1,000 such trials are made; of those that show nothing in
everyone and something in exactly one subgroup, the one is drawn whose subgroup's hazard ratio is
the middle one. ``--check`` writes nothing and fails if the committed files are not what this
tool makes.
"""

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np

from secondlook.cohort import load
from secondlook.figures.style import Picture
from secondlook.figures.subgroup import TWIN_SHUFFLED, ForestRow, forest
from secondlook.fishing import EVERYONE, best_of_null, subgroups

FOLDER = Path(__file__).resolve().parent.parent / "book" / "pictures"
TRIALS, SEED, ALPHA = 1000, 2019, 0.025  # ALPHA: one-sided, of each look


def first_page() -> Picture:
    """Return the forest of an ordinary null trial with its best subgroup marked."""
    cohort = load("e0302")
    names = [EVERYONE, *subgroups(cohort)]
    trials = best_of_null(cohort, names, "pooled", TRIALS, np.random.default_rng(SEED))
    found = trials.p_one_sided < ALPHA
    lucky = np.flatnonzero(~found[:, 0] & (found[:, 1:].sum(axis=1) == 1))
    the_one = found[lucky].argmax(axis=1)
    middle = np.argsort(trials.hr[lucky, the_one], kind="stable")[len(lucky) // 2]
    trial, best = int(lucky[middle]), int(the_one[middle])
    rows = [
        ForestRow(name, *map(float, estimate))
        for name, *estimate in zip(
            names, trials.hr[trial], trials.lower[trial], trials.upper[trial], strict=True
        )
    ]
    picture = forest(
        rows,
        title=f"A drug that does nothing seems to work in one subgroup: hazard ratio "
        f"{rows[best].value:.2f}",
        subtitle=f"One trial in everyone and in {len(names) - 1} subgroups, with 95% intervals. Of "
        f"{TRIALS:,} trials of a useless drug, {len(lucky)} show nothing in everyone and exactly "
        "one ‘significant’ subgroup, as this one does",
        source=TWIN_SHUFFLED,
        circled=best,
    )
    alt = (
        f"Forest plot of one trial of a drug that does nothing. In everyone the hazard ratio is "
        f"{rows[0].words}; of {len(names) - 1} subgroups one is marked, {names[best]}: "
        f"{rows[best].words}."
    )
    return dataclasses.replace(picture, alt=alt, height=450)


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
            path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
