"""Trials from worlds: what is true there must be found in them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest, norm, truncnorm

from secondlook.evidence import published
from secondlook.fishing import looks, shuffle, subgroups
from secondlook.ranks import wilcoxon
from secondlook.simulate import Factor, Score, Unblinding, World, simulate
from secondlook.simulate.course import exponential_of
from secondlook.survival import cox, kaplan_meier, logrank

SEED = 40
TRIALS = 1000


@pytest.fixture(scope="module")
def null_trials():
    return simulate(World.load("nothing_works"), TRIALS, np.random.default_rng(SEED), visits=True)


@pytest.fixture(scope="module")
def jetals():
    return simulate(World.load("jetals"), TRIALS, np.random.default_rng(SEED), visits=True)


def early_and_late(trials):
    early = trials.months_from_onset <= 12
    return np.stack([early, ~early], axis=2)


def share(trials, factor, level):
    codes = trials.levels.get(factor)
    return (trials.covariates[factor] == (codes.index(level) if codes else level)).mean()


# ---------------------------------------------------------------- like the printed trials


def test_every_trial_has_the_world_s_patients(null_trials):
    t = null_trials
    for array in (t.time, t.event, t.arm, t.months_from_onset, t.change, t.worst, t.enrolled):
        assert array.shape == (TRIALS, 370)
    sizes = np.stack([(t.arm == arm).sum(axis=1) for arm in range(3)])
    assert (sizes.sum(axis=0) == 370).all() and np.ptp(sizes, axis=0).max() <= 15
    assert t.time.dtype.kind == "i" and t.time.min() >= 1 and t.time.max() == 1274
    assert not t.event[t.time == 1274].all()
    exact = simulate(World.load("jetals"), 50, np.random.default_rng(1)).arm
    assert ((exact == 1).sum(axis=1) == 65).all()


def test_the_null_world_is_like_e0302(null_trials):
    # Means of 1,000 trials; the wanted numbers are themselves "about", hence 2.
    t = null_trials
    withdrawn = ~t.event & (t.time < 1274)
    assert t.event.sum(axis=1).mean() == pytest.approx(181, abs=2)
    assert withdrawn.sum(axis=1).mean() == pytest.approx(112, abs=2)
    member = early_and_late(t)
    assert member[:, :, 0].mean() == pytest.approx(0.39, abs=4 * 0.49 / np.sqrt(t.time.size))
    placebo = (t.arm == 0)[:, :, None] & member
    had_event = 1 - kaplan_meier(t.time, t.event, placebo).survival(1273).mean(axis=0)
    printed = [published(f"K19.disc.ev.{half}").value / 100 for half in ("early", "late")]
    assert had_event == pytest.approx(printed, abs=0.02)


@pytest.mark.parametrize(
    "factor, level, row",
    [
        ("sex", "male", "male"),
        ("onset", "bulbar", "bulbar"),
        ("onset", "upper motor neuron", "umn"),
        ("als_type", "familial", "familial"),
        ("riluzole", True, "riluzole"),
        ("diagnosis", "definite", "definite"),
        ("diagnosis", "probable", "probable"),
        ("stage", 1, "stage1"),
        ("run_in_change", -1, "runin1"),
        ("run_in_change", -3, "runin3"),
    ],
)
def test_shares_of_table_1(null_trials, factor, level, row):
    p = published(f"K19.T1.{row}.tot.n").value / 370
    # 4 standard errors of a share in ONE trial: the printed share is one draw.
    found = share(null_trials, factor, level)
    assert found == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 370))
    if factor != "run_in_change":  # these are drawn with the printed share itself
        assert found == pytest.approx(p, abs=1e-4 + 4 * np.sqrt(p * (1 - p) / (TRIALS * 370)))


def test_means_and_deviations_of_table_1(null_trials):
    for factor, row in (("age", "age"), ("fvc", "fvc_enr"), ("alsfrs_w0", "frs_enr")):
        values = null_trials.covariates[factor]
        mean = published(f"K19.T1.{row}.tot.mean").value
        sd = published(f"K19.T1.{row}.tot.sd").value
        assert values.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(370)), factor
        assert values.std() == pytest.approx(sd, abs=4 * sd / np.sqrt(2 * 370)), factor
    under_65 = published("K19.T1.agelt65.tot.n").value / 370
    assert (null_trials.covariates["age"] < 65).mean() == pytest.approx(under_65, abs=0.005)
    assert null_trials.covariates["fvc"].min() >= 60


def test_last_changes_are_about_the_printed(null_trials):
    # The printed quartiles of the three arms span these; the twin's are -29, -22 and -13.
    quartiles = np.nanquantile(null_trials.change, [0.25, 0.5, 0.75])
    assert (np.abs(quartiles - [-30, -22, -12.5]) <= 3).all()


def test_jetals_is_like_jetals(jetals):
    t = jetals
    for factor, level, row in (
        ("sex", "male", "male"),
        ("onset", "bulbar", "bulbar"),
        ("diagnosis", "definite", "def"),
        ("stage", 1, "stage1"),
        ("run_in_change", -1, "runin1"),
    ):
        p = published(f"J.T1.{row}.tot").value / 129
        assert share(t, factor, level) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 129))
    for factor, row in (("age", "age"), ("fvc", "fvc"), ("alsfrs_w0", "frs")):
        mean, sd = published(f"J.T1.{row}.tot").value, published(f"J.T1.{row}.tot.sd").value
        assert t.covariates[factor].mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(129))
        assert t.covariates[factor].std() == pytest.approx(sd, abs=4 * sd / np.sqrt(258))
    assert t.months_from_onset.max() <= 12
    change = t.change_at(16)
    assert np.nanmean(change) == pytest.approx(-published("J.seed.plc").value, abs=0.15)
    assert np.nanstd(change) == pytest.approx(4.4, abs=0.2)
    # 130 of the 203 who entered the observation were randomised.
    assert t.enrolled_share == pytest.approx(130 / 203, abs=0.05)


# ---------------------------------------------------------------- truths


def test_the_null_world_is_null(null_trials):
    test = logrank(null_trials.time, null_trials.event, null_trials.arm > 0)
    error = np.sqrt(0.05 * 0.95 / TRIALS)
    assert (test.p_two_sided < 0.05).mean() == pytest.approx(0.05, abs=4 * error)
    assert test.z.mean() == pytest.approx(0, abs=4 / np.sqrt(TRIALS))


def test_the_two_endpoints_are_correlated(null_trials):
    t = null_trials
    value = t.ranked_change
    there = ~np.isnan(value)
    a = -logrank(t.time, t.event, t.arm > 0).z[:, 0]
    b = wilcoxon(np.where(there, value, 0), t.arm > 0, there[:, :, None]).z[:, 0]
    error = (1 - 0.59**2) / np.sqrt(TRIALS)
    assert np.corrcoef(a, b)[0, 1] == pytest.approx(0.59, abs=4 * error)


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("works_a_little", [0.75, 0.75]),
        ("works_early", [0.57, 1]),
        ("harm_late", [0.57, 1.21]),
    ],
)
def test_hazard_ratios_are_what_the_world_says(name, wanted):
    t = simulate(World.load(name), 400, np.random.default_rng(41))
    for contrast in ("pooled", "50 mg"):
        treated, compared = t.treated(contrast)
        log_hr = cox(t.time, t.event, treated, early_and_late(t) & compared[:, :, None]).log_hr
        error = log_hr.std(axis=0) / np.sqrt(400)
        # 4 standard errors, and 0.02 for the bias of a hazard ratio in a small group.
        assert (np.abs(log_hr.mean(axis=0) - np.log(wanted)) < 4 * error + 0.02).all()


def test_a_ratio_by_any_factor_is_found():
    world = World.load("nothing_works")
    men = {"men": replace(world.strata["early"], factor="sex", rule="equals", value="male")}
    world = replace(world, strata=world.strata | men).with_effect({"50 mg": {"men": 0.5}})
    t = simulate(world, 300, np.random.default_rng(42))
    _, compared = t.treated("50 mg")
    is_man = t.covariates["sex"] == t.levels["sex"].index("male")
    member = np.stack([is_man, ~is_man], axis=2) & compared[:, :, None]
    # Early and late patients have hazards of their own, so the test is stratified by them.
    fits = [
        cox(t.time, t.event, t.arm == 2, member & half[:, :, None]).log_hr
        for half in np.moveaxis(early_and_late(t), 2, 0)
    ]
    for log_hr in fits:
        error = log_hr.std(axis=0) / np.sqrt(300)
        assert (np.abs(log_hr.mean(axis=0) - np.log([0.5, 1])) < 4 * error + 0.03).all()


def test_event_times_follow_the_stated_hazard():
    world = replace(
        World.load("e0302"),
        withdrawal_hazard=0,
        follow_up_days=100_000,
        hazard_from_day=(0.0,),
        hazard={"everyone": (0.001,)},
    )
    t = simulate(world, 10, np.random.default_rng(42))
    assert t.event.all()
    # Whole days against 1,000 days of mean life: rounding is far below the test's reach.
    assert kstest(t.time.ravel() - 0.5, "expon", args=(0, 1000)).pvalue > 0.001


def test_frailty_becomes_a_unit_exponential():
    z = np.linspace(-5.5, 5.5, 100_001)
    assert exponential_of(z) == pytest.approx(-norm.logcdf(z), rel=1e-4)
    # The frailest have the shortest times and the steepest declines.
    t = simulate(World.load("e0302"), 20, np.random.default_rng(1))
    frail = t.frailty > 1
    assert t.time[frail].mean() < 0.6 * t.time[~frail].mean()


def test_numbers_keep_to_their_bins(null_trials):
    factor = World.load("e0302").factors["months_from_onset"]
    months = null_trials.months_from_onset
    found = np.histogram(months, factor.edges)[0] / months.size
    assert months.min() >= factor.edges[0] and months.max() <= factor.edges[-1]
    assert found == pytest.approx(factor.probabilities, abs=4 * 0.5 / np.sqrt(months.size))
    assert (null_trials.covariates["age"] % 1 == 0).all()


# ---------------------------------------------------------------- the run-in and the score


def test_the_run_in_regresses_to_the_mean_as_the_normal_distribution_says():
    mean, sd, noise = 2.5, 1.2, 1.0
    world = World.load("jetals").with_score(
        whole_points=False,
        run_in_change=(-2.0, -1.0),
        baseline_mean=30.0,
        baseline_sd=1.0,
        decline_mean=mean,
        decline_sd=sd,
        noise_sd=noise,
        frailty_sd=0,
        speed_up={},
    )
    world = replace(world, withdrawal_hazard=0).with_randomisation("simple")
    t = simulate(world, 1000, np.random.default_rng(7), visits=True)
    # Observed loss = true loss + the difference of two noises: (loss, decline) is bivariate normal,
    # so the mean decline given a loss from 1 to 2 is the regression on that loss's mean.
    observed = np.sqrt(sd**2 + 2 * noise**2)
    limits = (np.array([1.0, 2.0]) - mean) / observed
    loss = truncnorm.mean(*limits, loc=mean, scale=observed)
    decline = mean + sd**2 / observed**2 * (loss - mean)
    size = t.decline.size
    assert -t.covariates["run_in_change"].mean() == pytest.approx(loss, abs=4 * 0.3 / size**0.5)
    assert t.decline.mean() == pytest.approx(decline, abs=4 * sd / np.sqrt(size))
    enrolled = np.diff(norm.cdf(limits))[0]
    assert t.enrolled_share == pytest.approx(enrolled, abs=4 * 0.5 / np.sqrt(size))
    # In 16 weeks the enrolled lose 4/3 of their true decline, and more than that: the noise that
    # let them in at week 0 is gone by then.
    after = -np.nanmean(t.change_at(16))
    lucky = noise**2 / observed**2 * (mean - loss)  # mean noise of the baseline, given the loss
    assert after == pytest.approx(decline * 16 / 12 + lucky, abs=4 * 2.5 / np.sqrt(size))
    assert decline > 1.3 * loss


def test_visits_end_with_the_last_change(null_trials):
    t = null_trials
    weeks = np.array(t.visit_weeks)
    there = ~np.isnan(t.visits)
    assert (there == (t.time[:, :, None] >= 7 * weeks)).all()
    last = there.sum(axis=2) - 1
    score = np.take_along_axis(t.visits, last[:, :, None], axis=2)[:, :, 0]
    wanted = np.where(last > 0, score - t.visits[:, :, 0], np.nan)
    np.testing.assert_array_equal(t.change, wanted)
    np.testing.assert_array_equal(t.visits[:, :, 0], t.covariates["alsfrs_w0"])
    scores = t.visits[there]
    assert scores.min() >= 0 and scores.max() <= 48 and (scores % 1 == 0).all()


def test_worst_are_only_events_in_the_stated_share(null_trials):
    t = null_trials
    stated = World.load("e0302").score.worst_share
    assert not (t.worst & ~t.event).any()
    error = np.sqrt(stated * (1 - stated) / t.event.sum())
    assert t.worst[t.event].mean() == pytest.approx(stated, abs=4 * error)
    assert (t.ranked_change[t.worst] == -np.inf).all()
    np.testing.assert_array_equal(t.ranked_change[~t.worst], t.change[~t.worst])


def test_decline_slows_by_the_stated_ratio(jetals):
    world = World.load("jetals").with_effect(decline_ratio={"50 mg": 2.66 / 4.63})
    t = simulate(world, TRIALS, np.random.default_rng(SEED), visits=True)
    change = t.change_at(16)
    untouched = t.arm == 0
    np.testing.assert_array_equal(change[untouched], jetals.change_at(16)[untouched])
    drug, placebo = (np.nanmean(change[t.arm == arm]) for arm in (1, 0))
    # The noise at week 0 that let a patient in adds to the change of both arms alike.
    assert drug - placebo == pytest.approx(1.97, abs=0.15)


def test_unblinding_shifts_the_guessers_by_the_stated_points(jetals):
    world = World.load("jetals").with_unblinding({"50 mg": {"share": 0.3, "points": 2.0}})
    assert world.unblinding == {"50 mg": Unblinding(0.3, 2.0)}
    t = simulate(world, TRIALS, np.random.default_rng(SEED), visits=True)
    treated = t.arm == 1
    assert set(np.unique(t.unblinded)) == {0, 2} and not t.unblinded[~treated].any()
    error = np.sqrt(0.3 * 0.7 / treated.sum())
    assert (t.unblinded[treated] > 0).mean() == pytest.approx(0.3, abs=4 * error)
    shift = t.change_at(16) - jetals.change_at(16)
    guessed = (t.unblinded > 0) & ~np.isnan(shift)
    # Two whole points pass through the rounding untouched, but for the ends of the scale.
    assert (shift[guessed] == 2).mean() > 0.99 and (shift[t.unblinded == 0] != 0).sum() == np.isnan(
        shift[t.unblinded == 0]
    ).sum()


def test_slowing_bends_the_path():
    score = replace(World.load("e0302").score, slowing_weeks=100.0, whole_points=False, noise_sd=0)
    world = replace(World.load("e0302"), score=score).with_score(run_in_change=None)
    t = simulate(world, 20, np.random.default_rng(3), visits=True)
    lost = t.visits[:, :, :1] - t.visits
    ok = (t.visits.min(axis=2) > 0) & (t.visits.max(axis=2) < 48)  # nan and the scale's ends out
    bent = [-np.expm1(-week / 100) for week in t.visit_weeks]
    assert lost[ok][:, 16] / lost[ok][:, 4] == pytest.approx(
        np.full(ok.sum(), bent[16] / bent[4]), rel=1e-3, abs=1e-3
    )


# ---------------------------------------------------------------- reading the trials


def test_subgroups_are_those_of_the_trial_s_file(null_trials):
    found = null_trials.subgroups()
    table = null_trials.table(7)
    same = subgroups(table)
    assert found.names == tuple(same) and len(same) == 20
    assert found.member.shape == (TRIALS, 370, 20)
    np.testing.assert_array_equal(found.member[7], np.stack(list(same.values()), axis=1))


def test_a_simulated_trial_is_a_cohort_too(null_trials):
    table = null_trials.table(3)
    wanted = "patient arm days event early alsfrs_change worst_rank riluzole alsfrs_w0 alsfrs_w182"
    assert set(wanted.split()) <= set(table)
    assert table["riluzole"].dtype == bool and set(table["arm"]) == set(null_trials.arms)
    z = shuffle(table, looks(["time to event"], ["pooled"], ["men"]), 50, np.random.default_rng(1))
    assert np.isfinite(z.z).all()
    assert list(simulate(World.load("jetals"), 1, np.random.default_rng(1)).subgroups().names)[2:4]


def test_contrasts_are_those_of_the_trial_s_file(null_trials):
    treated, compared = null_trials.treated("50 mg")
    np.testing.assert_array_equal(treated, null_trials.arm == 2)
    np.testing.assert_array_equal(compared, null_trials.arm != 1)
    treated, compared = null_trials.treated("pooled")
    np.testing.assert_array_equal(treated, null_trials.arm > 0)
    assert compared.all()
    with pytest.raises(ValueError, match="contrast '75 mg' is unknown; choose from"):
        null_trials.treated("75 mg")


def test_counts_are_those_of_the_arms(null_trials):
    found = null_trials.subgroups()
    counts = null_trials.counts(found.member)
    table = null_trials.table(5)
    of_men = table[table["sex"] == "male"].groupby("arm").size()
    assert counts[5, found.names.index("men")].tolist() == [of_men[arm] for arm in null_trials.arms]
    with pytest.raises(ValueError, match=r"must be \(1000, 370, subgroups\)"):
        null_trials.counts(found.member[0])


def test_an_interim_look_knows_what_has_happened(null_trials):
    t = null_trials
    assert (np.diff(t.enrolled, axis=1) >= 0).all() and t.enrolled.max() < 1370
    middle = t.enrolled[:, 185].mean()
    assert middle == pytest.approx(1370 * 186 / 371, abs=4 * 1370 * 0.026 / np.sqrt(TRIALS))
    seen = t.seen_on(900)
    known = t.event & (t.enrolled + t.time <= 900)
    np.testing.assert_array_equal(seen.event, known)
    np.testing.assert_array_equal(seen.time, np.minimum(t.time, np.maximum(900 - t.enrolled, 0)))
    end = t.seen_on(1370 + 1274)
    np.testing.assert_array_equal(end.time, t.time)
    np.testing.assert_array_equal(end.event, t.event)
    with pytest.raises(ValueError, match="day is -1; it must be a calendar day"):
        t.seen_on(-1)


def test_the_last_day_ends_every_follow_up():
    world = replace(World.load("e0302"), last_day=1500)
    t = simulate(world, 50, np.random.default_rng(1))
    assert (t.enrolled + t.time <= 1500).all() and t.time.max() == 1274


# ---------------------------------------------------------------- streams, sizes, errors


def test_asking_for_more_changes_nothing_else(null_trials):
    world = World.load("nothing_works")
    plain = simulate(world, TRIALS, np.random.default_rng(SEED))
    assert plain.visits is None
    for name in ("time", "event", "arm", "change", "worst", "enrolled"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(null_trials, name))
    other = simulate(
        world.with_effect({"50 mg": 0.5}).with_randomisation("simple"),
        TRIALS,
        np.random.default_rng(SEED),
    )
    for name, values in plain.covariates.items():
        np.testing.assert_array_equal(values, other.covariates[name])
    placebo = (plain.arm == 0) & (other.arm == 0)
    np.testing.assert_array_equal(plain.time[placebo], other.time[placebo])
    assert (plain.time != other.time).any()


def test_the_seed_decides_and_goes_on():
    world = World.load("works_early")
    rng = np.random.default_rng(5)
    first, second = simulate(world, 3, rng), simulate(world, 3, rng)
    again = simulate(world, 3, np.random.default_rng(5))
    np.testing.assert_array_equal(first.time, again.time)
    assert (first.time != second.time).any()
    assert (first.time != simulate(world, 3, np.random.default_rng(6)).time).any()


@pytest.mark.parametrize("trials", [0, -1, 2.5, True, "ten"])
def test_a_wrong_number_of_trials_is_named(trials):
    with pytest.raises(ValueError, match=r"trials is .*; it must be a whole number from 1 up"):
        simulate(World.load("nothing_works"), trials, np.random.default_rng(1))


def test_more_patients_than_memory_are_refused():
    with pytest.raises(ValueError, match="more than 4,000,000 patients; ask for at most 10810"):
        simulate(World.load("nothing_works"), 10811, np.random.default_rng(1))
    crowd = replace(World.load("jetals"), patients=(64, 10**9))
    with pytest.raises(ValueError, match="arms: 1,000,000,064 patients in a trial are more than"):
        simulate(crowd, 1, np.random.default_rng(1))


def test_what_a_world_lacks_is_named():
    plain = replace(World.load("jetals"), score=None, trial=None)
    with pytest.raises(ValueError, match="visits: the world 'jetals' has no score"):
        simulate(plain, 1, np.random.default_rng(1), visits=True)
    t = simulate(plain, 1, np.random.default_rng(1))
    with pytest.raises(ValueError, match="the world's file names no trial; say which"):
        t.subgroups()
    with pytest.raises(ValueError, match="has no level 'upper motor neuron', but"):
        t.subgroups("e0302")
    with pytest.raises(ValueError, match="no factor 'height'; they have sex, age"):
        t.column("height")
    with pytest.raises(ValueError, match="no visits; ask for them with visits=True"):
        t.change_at(16)
    with_visits = simulate(World.load("jetals"), 1, np.random.default_rng(1), visits=True)
    with pytest.raises(ValueError, match="week is 5; there are visits in weeks 0, 4, 8"):
        with_visits.change_at(5)
    with pytest.raises(ValueError, match="needs the arm '25 mg'"):
        t.treated("pooled", "e0302")


def test_a_run_in_that_lets_in_nobody_is_refused():
    world = World.load("jetals").with_score(run_in_change=(30, 40))
    with pytest.raises(ValueError, match=r"alsfrs, run_in_change: \(30, 40\) lets in 0 of"):
        simulate(world, 5, np.random.default_rng(1))


def test_a_world_can_be_made_in_code():
    factor = Factor(edges=(0.0, 10.0), probabilities=(1.0,))
    score = Score((0.0, 10.0), 12.0, 40.0, 0.0, 2.4, 0.0, 0.0, True, None, {}, 0.0, None, 0.0)
    world = replace(
        World.load("jetals"), factors={"months_from_onset": factor}, score=score, trial=None
    )
    change = simulate(world, 2, np.random.default_rng(1), visits=True).change_at(10)
    assert set(change[~np.isnan(change)]) == {-2.0}
