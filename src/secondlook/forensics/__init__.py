"""What printed figures can be, and what they say about each other.

Everything here needs only numbers in print; no patient data. The tools work on any paper: each
takes figures as printed, best as text so that ``"1.20"`` keeps its zero, and answers with a
:class:`Verdict`.
"""

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

__all__ = [
    "Estimate",
    "Interaction",
    "PValue",
    "combine",
    "complement",
    "interaction",
    "p_from_interval",
    "se_from_interval",
    "shrink",
    "z_from_interval",
]
