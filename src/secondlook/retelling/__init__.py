"""How the story is told elsewhere.

Claims to judge, sentences followed back, one result told five ways: data of ``data/`` joined with
the published values. Nothing is computed.
"""

from secondlook.retelling.desk import GROUPS, DeskClaim, Kind, desk, kinds
from secondlook.retelling.genealogy import Beside, Genealogy, Step, genealogies
from secondlook.retelling.spin import Spin, Telling, spin, spins

__all__ = [
    "GROUPS",
    "Beside",
    "DeskClaim",
    "Genealogy",
    "Kind",
    "Spin",
    "Step",
    "Telling",
    "desk",
    "genealogies",
    "kinds",
    "spin",
    "spins",
]
