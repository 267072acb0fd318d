"""Fit the mixed model of the JETALS twin, which no reader's browser can: ``mixed_model.py``.

The page's Python has no statsmodels, so chapter 5 shows what this tool found. It writes
``data/computed/jetals_mixed_model.json``; with ``--check`` it says whether the committed file is
what it makes. The model: arm by visit and the first score, a random slope by patient (a change
starts at 0, so there is no random intercept), REML, all patients and visits.
"""

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import statsmodels.formula.api as smf

from secondlook.cohort import load, trial

FILE = Path(__file__).resolve().parents[1] / "data" / "computed" / "jetals_mixed_model.json"
MODEL = "change ~ treated * C(week) + first"
RANDOM = "0 + share"
DIGITS = 4  # more would differ between machines


def visits() -> pd.DataFrame:
    """Return one row a patient and visit after the first."""
    this, table = trial("jetals"), load("jetals")
    table = table.assign(treated=(table["arm"] == "50 mg").astype(int))
    columns = list(this.visit_columns[1:])
    long = table.melt(["patient", "treated", "alsfrs_w0"], columns, "visit", "score").dropna()
    week = long["visit"].str.removeprefix("alsfrs_w").astype(int)
    return long.assign(
        change=long["score"] - long["alsfrs_w0"],
        first=long["alsfrs_w0"] - table["alsfrs_w0"].mean(),
        week=week,
        share=week / this.visit_weeks[-1],
    )


def difference(week: int) -> dict:
    """Return the difference between the arms in a week: the model with that week as reference."""
    rows = visits()
    weeks = [week, *sorted(set(rows["week"]) - {week})]
    rows = rows.assign(week=pd.Categorical(rows["week"], weeks))
    fit = smf.mixedlm(MODEL, rows, groups="patient", re_formula=RANDOM).fit(reml=True)
    if not fit.converged:
        raise SystemExit(f"mixed_model: the fit of week {week} did not converge")
    lower, upper = fit.conf_int().loc["treated"]
    found = {
        "difference": fit.params["treated"],
        "lower": lower,
        "upper": upper,
        "p": fit.pvalues["treated"],
    }
    return {name: round(float(value), DIGITS) for name, value in found.items()}


def made() -> str:
    """Return the text of the file."""
    rows = visits()
    content = {
        "what": "Difference of the arms at each visit in the synthetic twin of JETALS, 50 mg less "
        "placebo, points of the ALSFRS-R",
        "model": f"{MODEL}; random slope by patient ({RANDOM}); REML",
        "made_by": f"tools/mixed_model.py, statsmodels {version('statsmodels')}",
        "patients": int(rows["patient"].nunique()),
        "measurements": len(rows),
        "weeks": {str(week): difference(week) for week in sorted(set(rows["week"]))},
    }
    return json.dumps(content, indent=2) + "\n"


def main() -> None:
    """Write the file, or compare it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    if options.parse_args().check:
        if not FILE.exists() or FILE.read_text(encoding="utf-8") != made():
            raise SystemExit(f"{FILE.name} is not what tools/mixed_model.py makes; run it")
        return
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
