"""Make the synthetic twins of the trials: ``python tools/make_twin.py [NAME ...] [--check]``.

A twin is a table of invented patients whose analysis gives what the trial's report prints. It is
found by simulated annealing: single values are changed, and a change is kept when it brings the
analysis nearer to print. ``tools/twin/`` has a module for each; data/README.md says what was
fitted, how closely, and what was not. The seeds are fixed: a second run gives the same bytes, and
``--check`` says whether the committed files are what this tool makes.
"""

import argparse
import sys
import time
from pathlib import Path

from twin import e0302, jetals, kaji1998

FOLDER = Path(__file__).resolve().parent.parent / "data" / "synthetic"
TWINS = {"e0302": e0302.make, "jetals": jetals.make, "kaji1998": kaji1998.make}


def settled(name, only_check):
    """Make one file, and write it or compare it with the committed one; return if all is well."""
    path = FOLDER / f"{name}.csv"
    began = time.process_time()
    made = TWINS[name]().encode()
    print(f"{path.name} made in {time.process_time() - began:.0f} s of processor time")
    if not only_check:
        FOLDER.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
        print(f"wrote {path.name}: {len(made)} bytes")
        return True
    if path.is_file() and path.read_bytes() == made:
        print(f"{path.name} is what this tool makes")
        return True
    print(
        f"{path} is not what this tool makes; run python tools/make_twin.py {name} "
        "and look at the diff",
        file=sys.stderr,
    )
    return False


def main(argv=None):
    """Make the files, or compare them with the committed ones; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TWINS)}; or all")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args(argv)
    unknown = [name for name in options.names if name not in TWINS]
    if unknown:
        parser.error(f"there is no twin {unknown[0]!r}; there are {', '.join(TWINS)}")
    return 0 if all([settled(name, options.check) for name in options.names or TWINS]) else 1


if __name__ == "__main__":
    sys.exit(main())
