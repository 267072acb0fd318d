"""Claims about every subgroup of simulated trials: by hand, by Cox, and by what luck allows."""

import math

import numpy as np
import pytest

from secondlook.fishing import forests_simulated
from secondlook.fishing.picked import claims
from secondlook.simulate import World, simulate
from secondlook.survival import logrank


@pytest.fixture(scope="module")
def null():
    return simulate(World.load("nothing_works"), 400, np.random.default_rng(21))


@pytest.fixture(scope="module")
def found(null):
    return claims(null, "pooled", alpha=0.025, interaction=0.05)


def test_one_trial_by_hand(null, found):
    groups = null.subgroups()
    k = groups.names.index("men")
    treated, _ = null.treated("pooled")
    for trial in range(40):
        men = groups.member[trial, :, k]
        parts = [
            logrank(null.time[trial, who], null.event[trial, who], treated[trial, who])
            for who in (men, ~men)
        ]
        u = [float((p.observed - p.expected)[0, 0]) for p in parts]
        v = [float(p.variance[0, 0]) for p in parts]
        z = (u[0] / v[0] - u[1] / v[1]) / math.sqrt(1 / v[0] + 1 / v[1])
        inside = u[0] / math.sqrt(v[0]) < -1.959964
        assert found.benefit[trial, k] == inside
        assert found.difference[trial, k] == (inside and z < -1.959964)


def test_cox_says_nearly_the_same_of_the_early_patients(null, found):
    forest = forests_simulated(null, ["12 months or less", "more than 12 months"], "pooled")
    k = found.names.index("12 months or less")
    assert (found.benefit[:, k] == (forest.p_one_sided[:, 0] < 0.025)).all()
    z = (forest.log_hr[:, 0] - forest.log_hr[:, 1]) / np.hypot(*forest.log_se.T)
    cox = (forest.p_one_sided[:, 0] < 0.025) & (z < -1.959964)
    assert (found.difference[:, k] == cox).mean() > 0.98


def test_a_named_subgroup_of_a_useless_drug_passes_as_often_as_its_level(found):
    k = found.names.index("12 months or less")
    assert found.benefit[:, k].mean() == pytest.approx(
        0.025, abs=4 * math.sqrt(0.025 * 0.975 / 400)
    )
    assert found.difference.any(axis=1).mean() > 5 * found.difference[:, k].mean()
    assert (found.difference <= found.benefit).all()


@pytest.mark.parametrize("wrong", [{"alpha": 0}, {"interaction": 1.2}])
def test_a_level_that_is_none_is_refused(null, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        claims(null, "pooled", **({"alpha": 0.025, "interaction": 0.05} | wrong))


def test_an_unknown_contrast_is_refused(null):
    with pytest.raises(ValueError, match="contrast"):
        claims(null, "75 mg", alpha=0.025, interaction=0.05)
