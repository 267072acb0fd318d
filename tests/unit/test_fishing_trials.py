"""Fishing in simulated trials: looks, forests, finds, interactions and shrinkage."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from secondlook import forensics
from secondlook.cohort import load
from secondlook.fishing import (
    ENDPOINTS,
    EVERYONE,
    AsGood,
    Forests,
    Look,
    Shuffle,
    as_good_as,
    as_good_as_simulated,
    best_of_null,
    cut_point_subgroups,
    event_days,
    factor_levels,
    forests_simulated,
    interactions,
    looks,
    shrink_to_each_other,
    shrink_to_no_effect,
    shuffle,
    simulated,
    subgroups,
)
from secondlook.ranks import wilcoxon, worst_ranked
from secondlook.simulate import World, simulate
from secondlook.survival import cox, logrank

TIME, FRS = ENDPOINTS
NAMES = [name for levels in factor_levels().values() for name in levels]
EARLY = "12 months or less"


@pytest.fixture(scope="module")
def trials():
    return simulate(World.load("nothing_works"), 600, np.random.default_rng(1), visits=True)


@pytest.fixture(scope="module")
def caught(trials):
    return simulated(trials, looks(ENDPOINTS, ["pooled", "50 mg"], [EVERYONE, *NAMES]))


@pytest.fixture(scope="module")
def forests(trials):
    return forests_simulated(trials, NAMES, "pooled")


# --- looks in simulated trials


@pytest.mark.parametrize("contrast, codes", [("pooled", (1, 2)), ("50 mg", (2,))])
@pytest.mark.parametrize("group", [EVERYONE, "stage 1"])
def test_a_look_is_the_ordinary_test_of_that_trial(trials, caught, contrast, codes, group):
    found = caught.only(looks(ENDPOINTS, [contrast], [group])).z
    for i in (0, 7):
        table = trials.table(i)
        who = np.isin(trials.arm[i], (0, *codes))
        who &= subgroups(table)[group] if group != EVERYONE else True
        treated = trials.arm[i] > 0
        time, event = trials.time[i][who], trials.event[i][who]
        wanted = -logrank(time, event, treated[who]).z[0, 0]
        assert found[i, 0] == pytest.approx(wanted, abs=1e-9)
        value = worst_ranked(table["alsfrs_change"], table["worst_rank"])
        who &= ~np.isnan(value)
        wanted = wilcoxon(value[who], treated[who]).z[0, 0]
        assert found[i, 1] == pytest.approx(wanted, abs=1e-9)


def test_simulated_and_shuffled_trials_find_alike(caught, trials):
    # One trial's labels shuffled, and new trials: the permutation test of the two-sided 5% level
    # differs from the log-rank test by its own error and by whose cohort it is.
    table = trials.table(0)
    for chosen in (looks([TIME], ["pooled"], [EVERYONE]), looks([TIME], ["pooled"], NAMES)):
        s = shuffle(table, chosen, 4000, np.random.default_rng(2))
        new = caught.only(chosen)
        error = np.hypot(s.familywise_se(0.05, 2), new.familywise_se(0.05, 2))
        assert s.familywise(0.05, 2) == pytest.approx(new.familywise(0.05, 2), abs=4 * error + 0.02)


def test_familywise_error_of_simulated_trials(caught):
    for chosen, wanted in (  # of 40,000 trials of another program
        (looks([TIME], ["pooled"], [EVERYONE]), 0.050),
        (looks(ENDPOINTS, ["pooled", "50 mg"], [EVERYONE]), 0.126),
        (looks([TIME], ["pooled"], NAMES), 0.477),
        (looks(ENDPOINTS, ["pooled", "50 mg"], NAMES), 0.807),
    ):
        s = caught.only(chosen)
        assert s.familywise(0.05, 2) == pytest.approx(wanted, abs=4 * s.familywise_se(0.05, 2))
        assert s.climb(0.05, 2)[-1] == s.familywise(0.05, 2)


def test_the_order_of_patients_does_not_matter(trials):
    order = np.random.default_rng(3).permutation(trials.time.shape[1])
    few = {
        name: getattr(trials, name)[:5][:, order]
        for name in ("time", "event", "arm", "enrolled", "frailty", "change", "worst")
    }
    covariates = {name: values[:5][:, order] for name, values in trials.covariates.items()}
    moved = replace(trials, **few, covariates=covariates, decline=None, unblinded=None, visits=None)
    chosen = looks(ENDPOINTS, ["pooled"], [EVERYONE, "men"])
    np.testing.assert_allclose(
        simulated(moved, chosen).z, simulated(trials, chosen).z[:5], atol=1e-9
    )


def test_blocks_of_trials_join(caught):
    halves = [Shuffle(caught.looks, caught.z[:100]), Shuffle(caught.looks, caught.z[100:])]
    np.testing.assert_array_equal(Shuffle.joined(halves).z, caught.z)
    with pytest.raises(ValueError, match="all with the same looks in one order"):
        Shuffle.joined([halves[0], halves[1].only(caught.looks[:2])])
    with pytest.raises(ValueError, match="parts must be at least one"):
        Shuffle.joined([])


def test_a_world_with_other_arms_is_refused(trials):
    other = replace(trials, arms=("placebo", "low", "high"))
    with pytest.raises(ValueError, match="the trial 'e0302' has"):
        simulated(other, [Look(TIME, "pooled")])
    with pytest.raises(ValueError, match=r"members\['x'\] has shape \(370,\).*600 × 370 patients"):
        simulated(trials, [Look(TIME, "pooled")], members={"x": np.ones(370, dtype=bool)})
    without = replace(trials, change=None, worst=None, visits=None)
    with pytest.raises(ValueError, match="no column 'worst_rank'"):
        simulated(without, [Look(FRS, "pooled")])


# --- looks in time


def test_an_interim_look_knows_the_first_days_only(trials):
    found = simulated(trials, looks(ENDPOINTS, ["pooled"], [EVERYONE], [400, None])).z
    time, event = np.minimum(trials.time, 400), trials.event & (trials.time <= 400)
    np.testing.assert_allclose(found[:, 0], -logrank(time, event, trials.arm > 0).z[:, 0])
    # Day 400 is past week 52 (day 364) and before week 64 (day 448).
    seen = trials.visits[:, :, np.array(trials.visit_weeks) * 7 <= 400].astype(float)
    last = np.full(time.shape, np.nan)
    for visit in range(1, seen.shape[2]):
        last = np.where(np.isnan(seen[:, :, visit]), last, seen[:, :, visit])
    value = worst_ranked(last - seen[:, :, 0], trials.worst & (trials.time <= 400))
    wanted = wilcoxon(value, trials.arm > 0, ~np.isnan(value)[:, :, None]).z
    np.testing.assert_allclose(found[:, 2], wanted[:, 0])
    whole = simulated(trials, looks(ENDPOINTS, ["pooled"], [EVERYONE])).z
    np.testing.assert_array_equal(found[:, [1, 3]], whole)


def test_an_interim_look_at_the_end_is_the_end():
    cohort = load("e0302")
    chosen = looks(ENDPOINTS, ["pooled"], ["men"], [1274, None])
    s = shuffle(cohort, chosen, 50, np.random.default_rng(1))
    np.testing.assert_allclose(s.z[:, [0, 2]], s.z[:, [1, 3]], atol=1e-6)


def test_three_looks_double_the_error_and_boundaries_hold_it():
    cohort = load("e0302")
    days = (*event_days(cohort, [1 / 3, 2 / 3]), None)
    s = shuffle(
        cohort, looks([TIME], ["pooled"], [EVERYONE], days), 20_000, np.random.default_rng(1)
    )
    # Armitage, McPherson & Rowe 1969: 10.7% for three equally spaced looks at 5%.
    assert s.familywise(0.05, 2) == pytest.approx(0.107, abs=4 * s.familywise_se(0.05, 2) + 0.003)
    # O'Brien & Fleming 1979: z of 3.471, 2.454 and 2.004.
    levels = [0.000518, 0.01413, 0.04507]
    assert s.familywise(levels, 2) == pytest.approx(0.05, abs=4 * s.familywise_se(levels, 2))
    # Score processes have independent increments: z of 1/3 and of all correlate by the root.
    assert np.corrcoef(s.z.T)[0, 2] == pytest.approx(np.sqrt(1 / 3), abs=0.05)


def test_event_days_by_hand():
    cohort = {
        "days": np.array([10, 20, 30, 40, 99]),
        "event": np.array([True, True, True, True, False]),
    }
    assert event_days(cohort, [0.25, 0.5, 0.51, 1]) == (10, 20, 30, 40)
    with pytest.raises(ValueError, match=r"shares is \[0\]; give numbers above 0 and up to 1"):
        event_days(cohort, [0])
    with pytest.raises(ValueError, match="nobody has an event in 'event'"):
        event_days(cohort | {"event": np.zeros(5, dtype=bool)}, [0.5])


def test_bad_days_and_outcomes_are_named():
    cohort = load("e0302")
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="day is 0; an interim look needs a day above 0"):
        shuffle(cohort, [Look(TIME, "pooled", EVERYONE, 0)], 5, rng)
    with pytest.raises(ValueError, match="cohort has no column 'alsfrs_w0'"):
        shuffle(cohort.drop(columns="alsfrs_w0"), [Look(FRS, "pooled", EVERYONE, 400)], 5, rng)
    with pytest.raises(ValueError, match=r"event: the value 3 at .*patient 0 is neither 0 nor 1"):
        shuffle(cohort.assign(event=cohort["event"] + 2), [Look(TIME, "pooled")], 5, rng)
    with pytest.raises(ValueError, match="alsfrs_change is infinite for some patient"):
        shuffle(cohort.assign(alsfrs_change=np.inf), [Look(FRS, "pooled")], 5, rng)
    with pytest.raises(
        ValueError, match=r"time: the value nan at .*patient 0 is not a finite number"
    ):
        shuffle(cohort.assign(days=np.nan), [Look(TIME, "pooled")], 5, rng)
    with pytest.raises(
        ValueError,
        match=r"n is 900,000,000; with 1 numbers .* 7.2 GB of memory. Shuffle at most 200,000,0",
    ):
        shuffle(cohort, [Look(TIME, "pooled")], 900_000_000, rng)
    with pytest.raises(ValueError, match=r"n is 1,000,000; with 370 numbers"):
        best_of_null(cohort, ["men"], "pooled", 1_000_000, rng)
    with pytest.raises(ValueError, match=r"n is 1,000,000; with 370 numbers"):
        as_good_as(cohort, ["men"], "men", 1_000_000, rng, hr=0.5, p=0.01)


# --- forests and finds


def test_a_simulated_forest_is_cox_and_log_rank(trials, forests):
    for trial, column in ((0, 0), (5, 7), (9, NAMES.index(EARLY))):
        who = subgroups(trials.table(trial))[NAMES[column]]
        data = trials.time[trial][who], trials.event[trial][who], trials.arm[trial][who] > 0
        one = cox(*data)
        assert forests.hr[trial, column] == pytest.approx(one.hr[0, 0], rel=1e-8)
        assert forests.log_se[trial, column] == pytest.approx(one.se[0, 0], rel=1e-8)
        assert forests.p_one_sided[trial, column] == pytest.approx(logrank(*data).p_one_sided[0, 0])
    few = forests.only(["women", EARLY])
    np.testing.assert_array_equal(few.best, few.p_one_sided.argmin(axis=1))
    np.testing.assert_allclose(few.p_two_sided, 2 * np.fmin(few.p_one_sided, 1 - few.p_one_sided))
    with pytest.raises(ValueError, match="subgroup 'aliens' is unknown"):
        forests.only(["aliens"])


def test_the_winner_s_curse_in_simulated_trials(forests):
    # Another program's trials: 1.02, 0.81 and 0.66 for the best of 1, 5 and 20.
    for count, wanted in ((1, 1.02), (5, 0.81), (20, 0.66)):
        best = forests.first(count).best_hr
        assert best.mean() == pytest.approx(wanted, abs=4 * best.std() / len(best) ** 0.5 + 0.01)


def test_forests_join(forests):
    parts = [
        Forests(
            forests.subgroups,
            *(
                getattr(forests, each)[rows]
                for each in ("hr", "lower", "upper", "p_one_sided", "best")
            ),
        )
        for rows in (slice(0, 9), slice(9, None))
    ]
    np.testing.assert_array_equal(Forests.joined(parts).best_hr, forests.best_hr)
    with pytest.raises(ValueError, match="same subgroups"):
        Forests.joined([parts[0], parts[1].first(3)])


def test_simulated_finds_count_what_they_say(trials, caught, forests):
    cuts = cut_point_subgroups({"months_from_onset": trials.months_from_onset}, [9, 18])
    bar = {"hr": 0.7, "p": 0.1}
    good = as_good_as_simulated(trials, NAMES, EARLY, **bar)
    find = (forests.hr <= 0.7) & (forests.p_one_sided <= 0.1)
    both = find & (caught.only(looks([FRS], ["pooled"], NAMES)).z >= 1.2815515655446004)
    at = NAMES.index(EARLY)
    assert good == AsGood(
        find[:, at].mean(),
        find.any(axis=1).mean(),
        both[:, at].mean(),
        both.any(axis=1).mean(),
        600,
    )
    more = as_good_as_simulated(trials, [*NAMES, *cuts], EARLY, **bar, members=cuts)
    assert more.named == good.named and more.somewhere > good.somewhere
    joined = AsGood.joined([good, AsGood(1, 1, 1, 1, 200)])
    assert joined.n == 800 and joined.named == pytest.approx((600 * good.named + 200) / 800)


def test_shuffled_finds_with_cut_points():
    cohort = load("e0302")
    cuts = cut_point_subgroups(cohort, range(6, 25))
    cuts.pop(EARLY)
    bar = {"hr": 0.57, "p": 0.01}
    few, many = (
        as_good_as(cohort, names, EARLY, 4000, np.random.default_rng(1), members=cuts, **bar)
        for names in (NAMES, [*NAMES, *cuts])
    )
    assert few.named == many.named and few.somewhere < many.somewhere


# --- interactions


def test_the_interaction_of_two_levels_is_that_of_forensics(forests):
    test = interactions(forests, ["early"])
    estimates = [
        forensics.Estimate(*(float(each[3, forests.place(name)]) for each in
                             (forests.hr, forests.lower, forests.upper)))
        for name in factor_levels()["early"]
    ]  # fmt: skip
    assert test.p[3, 0] == pytest.approx(forensics.interaction(*estimates).p_two_sided, rel=1e-9)


def test_interactions_by_hand():
    se = np.array([[0.2, 0.4, 0.4], [0.2, 0.4, np.nan]])
    log_hr = np.array([[0.0, 0.6, -0.3], [0.0, 0.6, np.nan]])
    levels = factor_levels()["run_in_change"]
    p = np.array([[0.01, 0.6, 0.999], [0.3, 0.4, np.nan]])
    f = Forests(
        levels, np.exp(log_hr), np.exp(log_hr - 1.959963984540054 * se),
        np.exp(log_hr + 1.959963984540054 * se), p, np.array([0, 0]),
    )  # fmt: skip
    test = interactions(f)
    # Weights 25, 6.25, 6.25: mean 0.05; Q = 25·.0025 + 6.25·.3025 + 6.25·.1225.
    assert test.factors == ("run_in_change",) and test.degrees == (2,)
    assert test.q[0, 0] == pytest.approx(2.71875)
    assert test.p[0, 0] == pytest.approx(chi2.sf(2.71875, 2))
    assert np.isnan(test.p[1, 0]) and not test.found(0.99)[1, 0]
    assert test.one_but_not_all(0.05, 2)[:, 0].tolist() == [True, False]
    # On one side p .01 counts and .999 does not; the side chosen afterwards counts both.
    assert test.one_but_not_all(0.025, 1)[0, 0] and test.one_but_not_all(0.025, "either")[0, 0]


def test_interaction_tests_keep_their_level_and_five_do_not(forests):
    test = interactions(forests)
    assert len(test.factors) == 9
    share = test.found(0.05).mean(axis=0)
    assert np.abs(share - 0.05).max() < 4 * np.sqrt(0.05 * 0.95 / 600)
    five = interactions(forests, ["sex", "age", "riluzole", "diagnosis", "early"])
    # Another program's trials: 23%, and 29% for one level significant and the other not.
    assert five.familywise(0.05) == pytest.approx(0.23, abs=4 * five.se(0.23))
    split = five.one_but_not_all(0.05, 2).any(axis=1).mean()
    assert split == pytest.approx(0.29, abs=4 * five.se(0.29))


def test_shuffled_trials_have_interactions_too():
    null = best_of_null(load("e0302"), NAMES, "pooled", 400, np.random.default_rng(4))
    test = interactions(null, ["early"])
    assert test.familywise(0.05) == pytest.approx(0.05, abs=4 * test.se(0.05))


def test_bad_factors_are_named(forests):
    with pytest.raises(ValueError, match="factor 'height' is unknown; choose from 'sex'"):
        interactions(forests, ["height"])
    with pytest.raises(ValueError, match="subgroup 'women' is unknown; choose from 'men'"):
        interactions(forests.only(["men"]), ["sex"])
    with pytest.raises(ValueError, match="no factor has all its levels"):
        interactions(forests.only(["men"]))


# --- shrinkage


def test_shrinkage_by_hand():
    # Two levels, log hazard ratios 0 and 1 with variances 0.05 each: mean 0.5, Q = 10.
    # Then τ² = (10 − 1) / (40 − 800 / 40) = 0.45, and 0.45 / 0.5 of each distance stays.
    se = np.full((1, 2), np.sqrt(0.05))
    log_hr = np.array([[0.0, 1.0]])
    half = 1.959963984540054 * se
    f = Forests(
        ("men", "women"), np.exp(log_hr), np.exp(log_hr - half), np.exp(log_hr + half),
        np.full((1, 2), 0.5), np.array([0]),
    )  # fmt: skip
    shrunk = shrink_to_each_other(f)
    np.testing.assert_allclose(shrunk.log_hr, [[0.05, 0.95]])
    # 0.9 of 0.05, and 0.1² of the mean's variance 0.25.
    np.testing.assert_allclose(shrunk.log_se**2, np.full((1, 2), 0.045 + 0.0025))
    np.testing.assert_allclose(
        np.log(shrunk.upper), shrunk.log_hr + 1.959963984540054 * shrunk.log_se
    )
    assert np.isnan(shrink_to_each_other(f.first(1)).hr).all()


def test_levels_that_do_not_differ_shrink_to_their_mean(forests):
    shrunk = shrink_to_each_other(forests)
    test = interactions(forests, ["sex"])
    alike = test.q[:, 0] <= 1
    np.testing.assert_allclose(shrunk.hr[alike, 0], shrunk.hr[alike, 1])
    naive, drawn = (np.ptp(np.log(each.hr[:, :2]), axis=1) for each in (forests, shrunk))
    assert (drawn <= naive + 1e-12).all()
    # What the curse exaggerates, shrinkage brings back part of the way.
    best = shrunk.hr[np.arange(600), forests.best]
    assert forests.best_hr.mean() < best.mean() < 1
    assert np.sqrt(np.mean(np.log(best) ** 2)) < np.sqrt(np.mean(np.log(forests.best_hr) ** 2))


def test_a_sceptic_s_shrinkage_is_that_of_forensics(forests):
    shrunk = shrink_to_no_effect(forests, 0.35)
    one = forensics.shrink(
        forensics.Estimate(*(float(e[2, 4]) for e in (forests.hr, forests.lower, forests.upper)))
    )
    got = [each[2, 4] for each in (shrunk.hr, shrunk.lower, shrunk.upper)]
    assert got == pytest.approx([one.value, one.lower, one.upper])
    with pytest.raises(ValueError, match="prior_sd_log is 0; it must be a number above 0"):
        shrink_to_no_effect(forests, 0)
