"""How often does a drug that does nothing look as if it worked somewhere?

The cohort stays as it is and only the labels of the arms are shuffled, thousands of times; or
whole trials are simulated, with new patients each time. Whatever is then found is a false alarm.

============  =====================================================================
choices       what can be looked at: endpoints, contrasts, subgroups, cuts, days
labels        dealing the arms at random, and the one matrix product
shuffling     family-wise error of a family of looks, by shuffling or simulation
cuts          a search over cut-points
forests       whole forest plots of many trials, and the best row of each
finds         how often a find is as good as a published one
factors       interaction tests and shrinkage
============  =====================================================================
"""

from secondlook.fishing.choices import (
    CONTRASTS,
    ENDPOINTS,
    EVERYONE,
    TRIAL,
    Look,
    cut_point_subgroups,
    event_days,
    factor_levels,
    looks,
    subgroups,
)
from secondlook.fishing.cuts import CutPoints, cut_points, cut_points_simulated
from secondlook.fishing.factors import (
    Interactions,
    Shrunk,
    interactions,
    shrink_to_each_other,
    shrink_to_no_effect,
)
from secondlook.fishing.finds import AsGood, as_good_as, as_good_as_simulated
from secondlook.fishing.forests import BestOfNull, Forests, best_of_null, forests_simulated
from secondlook.fishing.shuffling import (
    Shuffle,
    independent_familywise,
    independent_tests,
    shuffle,
    simulated,
)

__all__ = [
    "CONTRASTS",
    "ENDPOINTS",
    "EVERYONE",
    "TRIAL",
    "AsGood",
    "BestOfNull",
    "CutPoints",
    "Forests",
    "Interactions",
    "Look",
    "Shrunk",
    "Shuffle",
    "as_good_as",
    "as_good_as_simulated",
    "best_of_null",
    "cut_point_subgroups",
    "cut_points",
    "cut_points_simulated",
    "event_days",
    "factor_levels",
    "forests_simulated",
    "independent_familywise",
    "independent_tests",
    "interactions",
    "looks",
    "shrink_to_each_other",
    "shrink_to_no_effect",
    "shuffle",
    "simulated",
    "subgroups",
]
