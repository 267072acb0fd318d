"""Cox's model with several covariates and backward elimination: by hand, by R, by lifelines."""

import math

import lifelines.datasets
import numpy as np
import pytest
from _reference import values
from lifelines import CoxPHFitter

from secondlook.prognosis import backward_elimination, bootstrap_weights, cox_model
from secondlook.survival import cox

TERMS = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
R = values("prognosis")


@pytest.fixture(scope="module")
def rossi():
    table = lifelines.datasets.load_rossi().astype(float)
    table["age"] /= 10
    table["prio"] /= 10
    weight = np.ones((2, len(table)))
    weight[1, 2::3] = 2
    return table["week"].to_numpy(), table["arrest"].to_numpy(bool), table[TERMS].to_numpy(), weight


def test_three_patients_by_hand():
    """With x = 1, 0, 1 the score 1 − 2t / (2t + 1) − t / (1 + t) is 0 at t² = 1/2."""
    fit = cox_model([1, 2, 3], [True, True, False], [[1], [0], [1]])
    t = math.sqrt(0.5)
    assert fit.log_hr[0, 0] == pytest.approx(math.log(t), abs=1e-6)
    information = 2 * t / (2 * t + 1) ** 2 + t / (1 + t) ** 2
    assert fit.se[0, 0] == pytest.approx(information**-0.5, abs=1e-6)


def test_r_gives_the_same_models_with_and_without_weights(rossi):
    fit = cox_model(*rossi)
    for sample, name in enumerate(("once", "twice")):
        for column, term in enumerate(TERMS):
            wanted = R[name, "log_hr", term], R[name, "se", term]
            found = fit.log_hr[sample, column], fit.se[sample, column]
            assert found == pytest.approx(wanted, rel=1e-5), (name, term)


def test_r_takes_the_same_way_down(rossi):
    way = backward_elimination(*rossi)
    for sample, name in enumerate(("once", "twice")):
        for step in range(len(TERMS)):
            term = TERMS[way.removed[sample, step]]
            assert way.worst_p[sample, step] == pytest.approx(
                R[name, f"removed {step + 1}", term], rel=1e-4
            )
    kept = way.kept(0.05)
    assert [t for t, stays in zip(TERMS, kept[0], strict=True) if stays] == ["age", "prio"]


def test_lifelines_gives_the_same_where_no_times_are_tied(rossi):
    time, event, x, _ = rossi
    time = time + np.arange(len(time)) / 1000
    table = lifelines.datasets.load_rossi()[TERMS].astype(float)
    table[TERMS] = x
    table["time"], table["event"] = time, event
    wanted = CoxPHFitter().fit(table, "time", "event").summary
    fit = cox_model(time, event, x)
    assert fit.log_hr[0] == pytest.approx(wanted["coef"].to_numpy(), rel=1e-4)
    assert fit.se[0] == pytest.approx(wanted["se(coef)"].to_numpy(), rel=1e-4)


def test_one_covariate_is_the_cox_model_of_survival(rossi):
    time, event, x, _ = rossi
    fit, wanted = cox_model(time, event, x[:, :1]), cox(time, event, x[:, 0] > 0, ties="breslow")
    assert fit.log_hr[0, 0] == pytest.approx(wanted.log_hr[0, 0], abs=1e-6)
    assert fit.se[0, 0] == pytest.approx(wanted.se[0, 0], abs=1e-6)


def test_a_weight_is_a_patient_who_stands_there_as_often(rossi):
    time, event, x, _ = rossi
    weight = bootstrap_weights(len(time), 3, np.random.default_rng(3))
    assert (weight.sum(axis=1) == len(time)).all()
    fit = cox_model(time, event, x, weight)
    for sample in range(3):
        again = np.repeat(np.arange(len(time)), weight[sample])
        alone = cox_model(time[again], event[again], x[again])
        assert fit.log_hr[sample] == pytest.approx(alone.log_hr[0], abs=1e-6)


def test_a_covariate_left_out_is_not_there(rossi):
    time, event, x, _ = rossi
    included = np.array([[True, True, False, True, True, False, True]])
    fit = cox_model(time, event, x, None, included)
    alone = cox_model(time, event, x[:, included[0]])
    assert fit.log_hr[included] == pytest.approx(alone.log_hr[0], abs=1e-6)
    assert np.isnan(fit.log_hr[~included]).all()


def test_no_estimate_harms_no_other_covariate(rossi):
    """A covariate of nobody, one that no event has, and one that repeats another."""
    time, event, x, _ = rossi
    extra = np.column_stack([x, np.zeros(len(x)), ~event])
    fit = cox_model(time, event, extra)
    assert np.isnan(fit.log_hr[0, 7:]).all()
    assert np.isfinite(fit.log_hr[0, :7]).all()
    way = backward_elimination(time, event, extra)
    assert set(way.removed[0, :2]) == {7, 8} and (way.worst_p[0, :2] == 1).all()
    twins = backward_elimination(time, event, np.column_stack([x, x[:, 6]]))
    assert not twins.kept(0.05)[0, [6, 7]].all()


def test_pure_noise_is_kept_about_as_often_as_the_level_allows():
    """Coins without an effect: kept in 5% of 2,000 trials, within four standard errors."""
    rng = np.random.default_rng(11)
    time, event = rng.exponential(size=150), np.ones(150, bool)
    kept = [
        backward_elimination(rng.permutation(time), event, rng.integers(0, 2, (150, 1))).kept(0.05)
        for _ in range(2000)
    ]
    assert np.mean(kept) == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / 2000))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": [[1, 2]]}, "time has shape"),
        ({"event": [True]}, "event has shape"),
        ({"event": [False, False, False]}, "event is False for everybody"),
        ({"covariates": [1, 2, 3]}, "covariates has shape"),
        ({"weight": [[1, 1]]}, "weight must be"),
        ({"weight": [[1, 1, -1]]}, "weight must be"),
        ({"included": [[True, True]]}, "included has shape"),
    ],
)
def test_bad_input_is_named(change, words):
    good = {"time": [1, 2, 3], "event": [True, True, False], "covariates": [[1], [0], [1]]}
    with pytest.raises(ValueError, match=words):
        cox_model(**(good | change))
