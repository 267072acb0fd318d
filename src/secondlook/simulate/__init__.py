"""Trials from imagined worlds, in which the truth about the drug is known.

A :class:`World` is a file in ``data/worlds/``; :func:`simulate` runs trials in it.
"""

from secondlook.simulate.parts import (
    Balance,
    Factor,
    Randomisation,
    Score,
    Stratum,
    Unblinding,
)
from secondlook.simulate.run import simulate
from secondlook.simulate.trials import Subgroups, Trials
from secondlook.simulate.world import World, worlds

__all__ = [
    "Balance",
    "Factor",
    "Randomisation",
    "Score",
    "Stratum",
    "Subgroups",
    "Trials",
    "Unblinding",
    "World",
    "simulate",
    "worlds",
]
