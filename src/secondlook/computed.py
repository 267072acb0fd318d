"""What was computed beforehand, because no reader's browser can, or not within a breath."""

import csv
import json
from dataclasses import dataclass

from secondlook._data import data_path


@dataclass(frozen=True)
class Modelled:
    """A difference of the arms by a mixed model, with its 95% interval and two-sided p."""

    difference: float
    lower: float
    upper: float
    p: float


def mixed_model() -> dict[int, Modelled]:
    """Return the mixed model's difference in the twin of JETALS, by week.

    ``tools/mixed_model.py`` fits it with statsmodels, which does not run in the reader's browser.
    """
    text = data_path("computed", "jetals_mixed_model.json").read_text(encoding="utf-8")
    return {int(week): Modelled(**found) for week, found in json.loads(text)["weeks"].items()}


def familywise() -> list[dict[str, str]]:
    """Return the lines of ``data/benchmarks/familywise.csv``, as text by column.

    ``tools/familywise.py`` simulates tens of thousands of trials of a useless drug for it.
    """
    with data_path("benchmarks", "familywise.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def simulated_share(what: str) -> float:
    """Return the share of simulated trials of a useless drug that show something.

    Parameters
    ----------
    what : str
        As the file says it, for example ``"the same on both endpoints, in the named subgroup"``.

    Raises
    ------
    ValueError
        If the file has no such line, or several.
    """
    found = [line for line in familywise() if line["what"] == what]
    if len(found) != 1:
        raise ValueError(f"what: familywise.csv has {len(found)} lines {what!r}; it must have one")
    return float(found[0]["ours"])
