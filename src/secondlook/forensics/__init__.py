"""What printed figures can be, and what they say about each other.

Everything here needs only numbers in print; no patient data. The tools work on any paper: each
takes figures as printed, best as text so that ``"1.20"`` keeps its zero, and answers with a
:class:`Verdict`: the figures can stand together, or cannot, how sure that is, and the arithmetic.

    >>> which_side("0.92", "0.65", "1.32", "0.33").values["side"]
    'one-sided'
"""

from secondlook.forensics.behind import fieller, implied_events, rest_of, se_and_sd
from secondlook.forensics.claims import (
    adjusted_below_crude,
    agree,
    difference,
    meets_level,
    power_of_events,
    power_of_means,
    rescale,
    share_below,
    split_of_whole,
)
from secondlook.forensics.compatible import compatibility, compatible_limits
from secondlook.forensics.counts import (
    adds_up,
    chi_square,
    flow,
    mean_of_whole_numbers,
    percentage_of_count,
    pooled,
    rest_share,
    two_by_two,
)
from secondlook.forensics.intervals import midpoint, p_range, which_side
from secondlook.forensics.ratios import (
    Estimate,
    Interaction,
    PValue,
    combine,
    complement,
    interaction,
    p_from_interval,
    se_from_interval,
    shrink,
    z_from_interval,
)
from secondlook.forensics.usual import usual_tests
from secondlook.forensics.verdict import Verdict

__all__ = [
    "Estimate",
    "Interaction",
    "PValue",
    "Verdict",
    "adds_up",
    "adjusted_below_crude",
    "agree",
    "chi_square",
    "combine",
    "compatibility",
    "compatible_limits",
    "complement",
    "difference",
    "fieller",
    "flow",
    "implied_events",
    "interaction",
    "mean_of_whole_numbers",
    "meets_level",
    "midpoint",
    "p_from_interval",
    "p_range",
    "percentage_of_count",
    "pooled",
    "power_of_events",
    "power_of_means",
    "rescale",
    "rest_of",
    "rest_share",
    "se_and_sd",
    "se_from_interval",
    "share_below",
    "shrink",
    "split_of_whole",
    "two_by_two",
    "usual_tests",
    "which_side",
    "z_from_interval",
]
