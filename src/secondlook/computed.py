"""What was computed when the book was built, because no reader's browser can."""

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
