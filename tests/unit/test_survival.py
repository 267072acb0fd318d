"""The survival statistics, by hand, against R and lifelines, and by what must not change them."""

import tracemalloc

import lifelines
import numpy as np
import pytest
import statsmodels.api as sm
from _reference import DATA_SETS, data_set, logrank_by_the_book, random_trials, values
from hypothesis import given
from hypothesis import strategies as st
from lifelines.statistics import logrank_test
from lifelines.utils import median_survival_times, qth_survival_time, restricted_mean_survival_time
from scipy.optimize import brentq
from scipy.stats import norm

from secondlook import _arrays, survival
from secondlook.survival import (
    cox,
    kaplan_meier,
    kaplan_meier_band,
    logrank,
    logrank_scores,
    quartile_limits,
    restricted_mean,
)

R = values("survival")


def columns(frame):
    return tuple(frame[name].to_numpy() for name in ("time", "event", "treated"))


# --- by hand


def test_logrank_by_hand():
    # At risk (treated) 6 (3), 5 (3), 4 (2), 2 (1) with 1, 1, 1 and 2 deaths.
    r = logrank([2, 4, 5, 1, 3, 5], [1, 0, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0])
    assert r.observed == pytest.approx(2)
    assert r.expected == pytest.approx(1 / 2 + 3 / 5 + 2 / 4 + 2 * 1 / 2)
    assert r.variance == pytest.approx(1 / 4 + 6 / 25 + 1 / 4 + 0)
    assert r.z == pytest.approx((2 - 2.6) / np.sqrt(0.74))
    assert r.observed.shape == (1, 1)


def test_cox_by_hand():
    # 1 = h/(h + 2) + h/(h + 1) has the root √2.
    assert cox([1, 2, 3], [1, 1, 1], [0, 1, 0]).hr == pytest.approx(np.sqrt(2))
    # A treated and an untreated death tied among three: Efron h² = 6, Breslow h = 2.
    tied = ([1, 1, 2], [1, 1, 1], [1, 0, 0])
    assert cox(*tied).hr == pytest.approx(np.sqrt(6))
    assert cox(*tied, ties="breslow").hr == pytest.approx(2)


def test_cox_standard_error_by_hand():
    # The information at √2 is Σ p(1 − p) with p = √2/(√2 + 2) and √2/(√2 + 1).
    p = np.array([np.sqrt(2) / (np.sqrt(2) + 2), np.sqrt(2) / (np.sqrt(2) + 1)])
    c = cox([1, 2, 3], [1, 1, 1], [0, 1, 0])
    assert c.se == pytest.approx((p * (1 - p)).sum() ** -0.5)
    assert c.upper / c.hr == pytest.approx(np.exp(1.959963984540054 * c.se))
    assert c.lower * c.upper == pytest.approx(c.hr**2)


def test_kaplan_meier_by_hand():
    k = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 1])
    assert k.curve[0, 0] == pytest.approx([3 / 4, 3 / 8, 0])
    assert k.quartiles[0, 0].tolist() == [1, 3, 4]
    assert k.survival([0, 0.9, 1, 2.5, 3, 99])[0, 0] == pytest.approx([1, 1, 0.75, 0.75, 0.375, 0])
    assert k.survival(3) == pytest.approx(3 / 8)


def test_quartiles_are_not_missed_by_rounding():
    # 3/4 · 2/3 is 1/2, and 1 − 1/3 is not exactly 2/3 in binary.
    for n in range(4, 60, 2):
        time = np.arange(1, n + 1)
        k = kaplan_meier(time, time <= n // 2)
        assert k.quartiles[0, 0, 1] == n // 2
        assert k.quartiles[0, 0, 2] == np.inf


def test_the_band_by_hand():
    # At risk 4 and 2 at the deaths: S is 3/4 and 3/8, Greenwood's sum 1/12 and 1/12 + 1/2.
    time, event = [1, 2, 3, 4], [1, 0, 1, 1]
    z, s, var = norm.ppf(0.95), np.array([3 / 4, 3 / 8]), np.array([1 / 12, 1 / 12 + 1 / 2])
    for kind, wanted in (
        ("plain", s - z * s * np.sqrt(var)),
        ("log", s * np.exp(-z * np.sqrt(var))),
        ("log-log", s ** np.exp(z * np.sqrt(var) / -np.log(s))),
    ):
        lower, _ = kaplan_meier_band(time, event, level=0.9, kind=kind)
        assert lower[0, 0, :2] == pytest.approx(np.clip(wanted, 0, 1)), kind
        assert np.isnan(lower[0, 0, 2]), kind  # the curve is 0 there


def test_restricted_mean_by_hand():
    # S is 1 to day 1, 3/4 to day 3, 3/8 to day 4: areas 1, 1.5 and 0.1875 up to day 3.5.
    m = restricted_mean([1, 2, 3, 4], [1, 0, 1, 1], horizon=3.5)
    assert m.mean == pytest.approx(1 + 1.5 + 0.1875)
    assert m.se == pytest.approx(np.sqrt(1.6875**2 / 12 + 0.1875**2 / 2))
    # The last patient is censored on day 2: the curve stays at 1/2 until day 10.
    assert restricted_mean([1, 2], [1, 0], horizon=10).mean == pytest.approx(1 + 9 / 2)
    assert restricted_mean([5, 6], [0, 0], horizon=10).mean == 10
    assert restricted_mean([5, 6], [1, 1], horizon=4).mean == 4
    assert restricted_mean([5, 6], [1, 1], horizon=4).se == 0


def test_quartile_limits_hold_the_quartile_even_where_the_curve_falls_to_nothing():
    # One patient has no band at all: the lower limit is the death, the upper is not reached.
    lower, upper = quartile_limits([5], [1])
    assert lower[0, 0].tolist() == [5, 5, 5] and (upper == np.inf).all()


# --- the book's formula, day by day


@st.composite
def trials_of_every_kind(draw):
    """Random trials: light to heavy ties, few to all events, whole or other times."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    time, event, treated, member = random_trials(rng, 2, 50, 4)
    time = np.ceil(time / draw(st.sampled_from([1, 7, 30])))
    event = rng.random(event.shape) < draw(st.sampled_from([0.1, 0.6, 1]))
    member[:, 1] = False  # nobody
    member[:, 2] &= treated[0]  # in the first trial, one arm only
    event[0, 0] = True
    kind = draw(st.sampled_from(["i1", "u1", "i2", "i4", "i8", "f4", "f8", "days", "years", "far"]))
    if kind in ("days", "years", "far"):
        scale = {"days": 0.0, "years": 365.25, "far": 2.0**54}[kind]
        return (time * scale if scale else np.sqrt(time)), event, treated, member
    return time.astype(kind), event, treated, member


@given(data=trials_of_every_kind(), weights=st.sampled_from([(0, 0), (1, 0), (0, 1), (0.5, 2)]))
def test_logrank_is_the_formula_of_the_book(data, weights):
    time, event, treated, member = data
    r = logrank(*data, rho=weights[0], gamma=weights[1])
    for trial in range(2):
        for group in range(4):
            who = member[:, group]
            wanted = logrank_by_the_book(
                time[trial, who], event[trial, who], treated[trial, who], *weights
            )
            mine = [part[trial, group] for part in (r.observed, r.expected, r.variance)]
            np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-12)


@given(data=trials_of_every_kind(), ties=st.sampled_from(["efron", "breslow"]))
def test_cox_is_the_top_of_the_likelihood_of_the_book(data, ties):
    time, event, treated, member = data
    c = cox(*data, ties=ties)
    for trial in range(2):
        for group in range(4):
            who = member[:, group]
            one = (time[trial, who], event[trial, who], treated[trial, who])
            low, high = (slope_by_the_book(b, *one, ties) for b in (-30, 30))
            if low > 1e-6 and high < -1e-6:
                root = brentq(slope_by_the_book, -30, 30, (*one, ties), xtol=1e-13)
                assert c.log_hr[trial, group] == pytest.approx(root, abs=1e-9)
                assert c.monotone[trial, group] == 0
            else:
                assert np.isnan(c.log_hr[trial, group])
                runs_off = int(low > 1e-6) - int(high < -1e-6)
                assert c.monotone[trial, group] == runs_off


def slope_by_the_book(log_hr, time, event, treated, ties):
    """Derivative of the log partial likelihood, death by death."""
    slope, hazard = 0.0, np.exp(log_hr)
    for day in np.unique(time[event]):
        dead, at_risk = event & (time == day), time >= day
        for already in range(dead.sum()):
            out = already / dead.sum() if ties == "efron" else 0
            mine = hazard * (treated[at_risk].sum() - out * treated[dead].sum())
            others = (~treated[at_risk]).sum() - out * (~treated[dead]).sum()
            slope -= mine / (mine + others)
        slope += treated[dead].sum()
    return slope


# --- R


@pytest.mark.parametrize("name", DATA_SETS)
def test_logrank_is_that_of_r(name):
    frame = data_set(name)
    for what, options in (
        ("logrank", {}),
        ("logrank.rho1", {"rho": 1}),
        ("logrank.rho0.5", {"rho": 0.5}),
        ("logrank.strata", {"strata": frame.stratum.to_numpy()}),
        ("logrank.rho1.strata", {"rho": 1, "strata": frame.stratum.to_numpy()}),
    ):
        r = logrank(*columns(frame), **options)
        for part in ("observed", "expected", "variance", "chi2"):
            wanted = R[name, f"{what}.{part}"]
            assert getattr(r, part)[0, 0] == pytest.approx(wanted, rel=1e-11), (what, part)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("name", DATA_SETS)
def test_cox_is_that_of_r(name, ties):
    c = cox(*columns(data_set(name)), ties=ties)
    assert c.log_hr[0, 0] == pytest.approx(R[name, f"cox.{ties}.log_hr"], abs=1e-9)
    assert c.se[0, 0] == pytest.approx(R[name, f"cox.{ties}.se"], abs=1e-9)
    assert c.z[0, 0] == pytest.approx(R[name, f"cox.{ties}.z"], rel=1e-8)
    wanted = R[name, f"cox.{ties}.p_two_sided"]
    assert c.p_two_sided[0, 0] == pytest.approx(wanted, rel=1e-7)
    one_sided = wanted / 2 if c.hr[0, 0] < 1 else 1 - wanted / 2
    assert c.p_one_sided[0, 0] == pytest.approx(one_sided, rel=1e-7)
    assert c.score_z[0, 0] ** 2 == pytest.approx(R[name, f"cox.{ties}.score_chi2"], rel=1e-11)
    assert np.sign(c.score_z) == np.sign(c.log_hr) and c.monotone == 0


@pytest.mark.parametrize("name", DATA_SETS)
def test_kaplan_meier_is_that_of_r(name):
    time, event, _ = columns(data_set(name))
    k = kaplan_meier(time, event)
    days = [what for (which, what) in R if which == name and what.startswith("km.survival")]
    assert len(days) >= 2
    for what in days:
        assert k.survival(float(what.removeprefix("km.survival.")))[0, 0] == pytest.approx(
            R[name, what], rel=1e-12
        )
    for q, mine in zip((0.25, 0.5, 0.75), k.quartiles[0, 0], strict=True):
        wanted = R[name, f"km.quartile.{q:g}"]
        # R takes the middle of a flat stretch at exactly the level; none of these sets has one.
        assert mine == (np.inf if np.isnan(wanted) else wanted)


@pytest.mark.parametrize("kind", ["log-log", "log", "plain"])
@pytest.mark.parametrize("name", DATA_SETS)
def test_bands_and_quartile_limits_are_those_of_r(name, kind):
    time, event, _ = columns(data_set(name))
    times, band = (
        kaplan_meier(time, event).times[0],
        kaplan_meier_band(time, event, level=0.9, kind=kind),
    )
    limits = quartile_limits(time, event, level=0.9, kind=kind)
    for side, limit, quartile in zip(("lower", "upper"), band, limits, strict=True):
        start = f"km.{kind}.{side}."
        days = [what.removeprefix(start) for which, what in R if what.startswith(start)]
        days = [day for day in days if (name, start + day) in R]
        assert len(days) >= 2
        for day in days:
            mine = limit[0, 0, np.searchsorted(times, float(day), side="right") - 1]
            assert mine == pytest.approx(R[name, start + day], rel=1e-9, nan_ok=True)
        for q in range(3):
            wanted = R[name, f"km.{kind}.quartile_{side}.{q}"]
            assert quartile[0, 0, q] == (np.inf if np.isnan(wanted) else wanted)


@pytest.mark.parametrize("name", DATA_SETS)
def test_restricted_mean_is_that_of_r(name):
    time, event, _ = columns(data_set(name))
    rows = [what for which, what in R if which == name and what.startswith("rmean.")]
    horizons = [what[len("rmean.") : -len(".se")] for what in rows if what.endswith(".se")]
    assert len(horizons) == 2
    for horizon in horizons:
        m = restricted_mean(time, event, horizon=float(horizon))
        assert m.mean[0, 0] == pytest.approx(R[name, f"rmean.{horizon}.mean"], rel=1e-9)
        assert m.se[0, 0] == pytest.approx(R[name, f"rmean.{horizon}.se"], rel=1e-9)


def test_logrank_scores_are_the_martingale_residuals_of_r():
    time, event, _ = columns(data_set("leukemia"))
    wanted = [R["leukemia", f"score.{i}"] for i in range(len(time))]
    assert logrank_scores(time, event)[:, 0] == pytest.approx(wanted, abs=1e-12)


# --- lifelines


def lifelines_logrank(time, event, treated, **options):
    t, u = treated, ~treated
    return logrank_test(time[t], time[u], event[t], event[u], **options).test_statistic


@pytest.mark.parametrize("name", DATA_SETS)
def test_agrees_with_lifelines(name):
    frame = data_set(name)
    time, event, treated = columns(frame)
    r = logrank(time, event, treated)
    assert r.chi2[0, 0] == pytest.approx(lifelines_logrank(time, event, treated), rel=1e-9)

    # lifelines stops early by default, a few 1e-6 short of its own solution.
    fit = lifelines.CoxPHFitter().fit(
        frame[["time", "event", "treated"]].astype(float),
        "time",
        "event",
        fit_options={"precision": 1e-12},
    )
    c = cox(time, event, treated)
    assert c.log_hr[0, 0] == pytest.approx(fit.params_.iloc[0], abs=1e-6)
    assert c.se[0, 0] == pytest.approx(fit.standard_errors_.iloc[0], abs=1e-6)

    k = kaplan_meier(time, event, np.column_stack([treated, ~treated]))
    for group, chosen in enumerate((treated, ~treated)):
        curve = lifelines.KaplanMeierFitter().fit(time[chosen], event[chosen])
        days = np.unique(time)
        assert k.survival(days)[0, group] == pytest.approx(curve.predict(days).to_numpy(), abs=1e-9)
        quartiles = [
            qth_survival_time(q, curve.survival_function_["KM_estimate"]) for q in (0.75, 0.5, 0.25)
        ]
        assert k.quartiles[0, group].tolist() == quartiles


@pytest.mark.parametrize("name", DATA_SETS)
def test_the_band_and_restricted_mean_are_those_of_lifelines(name):
    time, event, _ = columns(data_set(name))
    curve = lifelines.KaplanMeierFitter(alpha=0.1).fit(time, event)
    table = curve.confidence_interval_.loc[kaplan_meier(time, event).times[0]]
    inside = kaplan_meier(time, event).curve[0, 0] > 0
    for mine, (_, theirs) in zip(
        kaplan_meier_band(time, event, level=0.9), table.items(), strict=True
    ):
        np.testing.assert_allclose(mine[0, 0, inside], theirs.to_numpy()[inside], rtol=1e-9)
    median = median_survival_times(curve.confidence_interval_).to_numpy()[0]
    assert [limit[0, 0, 1] for limit in quartile_limits(time, event, level=0.9)] == median.tolist()
    horizon = float(np.median(time))
    wanted = restricted_mean_survival_time(curve, t=horizon)
    assert restricted_mean(time, event, horizon=horizon).mean == pytest.approx(wanted, rel=1e-9)


# --- statsmodels


@pytest.mark.parametrize("name", DATA_SETS)
def test_agrees_with_statsmodels(name):
    frame = data_set(name)
    time, event, treated = columns(frame)
    for mine, options in (
        ({}, {}),
        ({"strata": frame.stratum.to_numpy()}, {"strata": frame.stratum.to_numpy()}),
        ({"rho": 0.5}, {"weight_type": "fh", "fh_p": 0.5}),
    ):
        chi2, p = sm.duration.survdiff(time, event, treated, **options)
        r = logrank(time, event, treated, **mine)
        assert r.chi2[0, 0] == pytest.approx(chi2, rel=1e-9), options
        assert r.p_two_sided[0, 0] == pytest.approx(p, rel=1e-9), options
    for ties in ("breslow", "efron"):
        model = sm.PHReg(time, treated.astype(float)[:, None], status=event, ties=ties)
        c = cox(time, event, treated, ties=ties)
        assert c.log_hr[0, 0] == pytest.approx(model.fit(disp=0).params[0], abs=1e-6)
        assert c.se[0, 0] == pytest.approx(model.fit(disp=0).bse[0], abs=1e-6)
    curve, k = sm.SurvfuncRight(time, event), kaplan_meier(time, event)
    np.testing.assert_allclose(k.survival(curve.surv_times)[0, 0], curve.surv_prob, rtol=1e-9)


@pytest.mark.parametrize("rho, gamma", [(0, 1), (1, 1), (0.5, 2)])
@pytest.mark.parametrize("name", ["lung", "heavy_ties"])
def test_weights_are_those_of_lifelines(name, rho, gamma):
    time, event, treated = columns(data_set(name))
    wanted = lifelines_logrank(
        time, event, treated, weightings="fleming-harrington", p=rho, q=gamma
    )
    mine = logrank(time, event, treated, rho=rho, gamma=gamma).chi2[0, 0]
    assert mine == pytest.approx(wanted, rel=1e-9)


def test_a_batch_agrees_with_lifelines_cell_by_cell():
    rng = np.random.default_rng(4)
    time, event, treated, member = random_trials(rng, 6, 90, 3)
    r, c = logrank(time, event, treated, member), cox(time, event, treated, member)
    k = kaplan_meier(time, event, member)
    for trial in range(6):
        for group in range(3):
            who = member[:, group]
            t, e, x = time[trial, who], event[trial, who], treated[trial, who]
            assert r.chi2[trial, group] == pytest.approx(lifelines_logrank(t, e, x), rel=1e-9)
            one = cox(t, e, x)
            assert c.log_hr[trial, group] == pytest.approx(one.log_hr[0, 0], abs=1e-12)
            curve = lifelines.KaplanMeierFitter().fit(t, e)
            assert k.quartiles[trial, group, 1] == curve.median_survival_time_


# --- cells without a comparison


def test_cells_without_an_estimate_leave_the_others_intact():
    time, event, treated = columns(data_set("leukemia"))
    nobody = np.zeros(len(time), dtype=bool)
    everyone = ~nobody
    member = np.column_stack([everyone, nobody, treated, ~event, event | ~treated])
    r, c = logrank(time, event, treated, member), cox(time, event, treated, member)
    k = kaplan_meier(time, event, member)
    alone = cox(time, event, treated)
    assert c.log_hr[0, 0] == pytest.approx(alone.log_hr[0, 0], abs=1e-12)
    assert np.isfinite(c.log_hr[0, [0, 4]]).all()
    # nobody, one arm only, everyone censored
    assert np.isnan(c.log_hr[0, 1:4]).all() and np.isnan(c.se[0, 1:4]).all()
    assert np.isnan(r.p_one_sided[0, 1:4]).all() and np.isnan(r.z[0, 1:4]).all()
    assert r.variance[0, 1:4].tolist() == [0, 0, 0]
    assert np.isnan(k.quartiles[0, 1]).all() and np.isnan(k.survival(3)[0, 1])
    assert (k.quartiles[0, 3] == np.inf).all() and k.survival(3)[0, 3] == 1


def test_monotone_likelihood_has_no_hazard_ratio():
    time, treated = np.arange(1, 7), np.arange(6) % 2 == 1
    assert R["monotone", "cox.efron.log_hr"] < -20  # R runs away towards minus infinity
    assert np.isnan(cox(time, ~treated, treated).log_hr)
    assert np.isnan(cox(time, treated, treated).hr)
    # All the treated die before anyone else does.
    assert np.isnan(cox([1, 2, 3, 4], [1, 1, 1, 1], [1, 1, 0, 0]).hr)
    # It says which way the estimate would run, and still has the score test.
    last = np.array([[1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]])
    c = cox([1, 2, 3, 4], [1, 1, 1, 1], last, [[1, 0], [1, 0], [1, 1], [1, 1]])
    assert c.monotone.tolist() == [[0, 1], [1, 0], [-1, 0]]
    # In the second subgroup of the second and third trial nobody can be compared.
    assert np.isnan(c.hr).tolist() == [[False, True], [True, True], [True, True]]
    assert np.isnan(c.score_z).tolist() == [[False, False], [False, True], [False, True]]
    c = cox(time, ~treated, treated)
    assert c.monotone == -1
    assert c.score_z**2 == pytest.approx(R["monotone", "cox.efron.score_chi2"])
    assert c.score_z < 0 and np.isnan(c.p_two_sided)
    assert logrank(time, ~treated, treated).chi2 == pytest.approx(R["monotone", "logrank.chi2"])


def test_everyone_censored():
    for statistic in (logrank, cox):
        with pytest.raises(ValueError, match="event is 0 for every patient of every trial"):
            statistic([1, 2, 3], [0, 0, 0], [0, 1, 0])
    # One trial of two: nan there, and the other as it is alone.
    event = [[0, 0, 0], [1, 1, 0]]
    r, alone = logrank([1, 2, 3], event, [0, 1, 0]), logrank([1, 2, 3], event[1], [0, 1, 0])
    parts = r.observed[0, 0], r.expected[0, 0], r.variance[0, 0]
    assert parts == (0, 0, R["all_censored", "logrank.variance"])
    assert np.isnan(r.z[0, 0]) and r.z[1, 0] == alone.z[0, 0]
    c = cox([1, 2, 3], event, [0, 1, 0])
    assert np.isnan(c.hr[0, 0]) and np.isnan(c.score_z[0, 0]) and c.monotone[0, 0] == 0
    assert c.hr[1, 0] == cox([1, 2, 3], event[1], [0, 1, 0]).hr[0, 0]
    assert (kaplan_meier([1, 2, 3], [0, 0, 0]).quartiles == np.inf).all()
    assert kaplan_meier([1, 2, 3], [0, 0, 0]).survival([0, 9]).tolist() == [[[1, 1]]]
    assert (quartile_limits([1, 2, 3], [0, 0, 0])[0] == np.inf).all()
    assert (logrank_scores([1, 2, 3], [0, 0, 0]) == 0).all()


def test_curves_of_subgroups_with_nobody_leave_the_others_intact():
    time, event, treated = columns(data_set("leukemia"))
    member = np.column_stack([treated, treated & ~treated])
    for limit in kaplan_meier_band(time, event, member):
        assert np.isnan(limit[0, 1]).all() and np.isfinite(limit[0, 0]).any()
    together = quartile_limits(time, event, member)
    for limit, one in zip(together, quartile_limits(time[treated], event[treated]), strict=True):
        assert np.isnan(limit[0, 1]).all() and limit[0, 0].tolist() == one[0, 0].tolist()
    m = restricted_mean(time, event, member, horizon=20)
    alone = restricted_mean(time[treated], event[treated], horizon=20)
    assert np.isnan([m.mean[0, 1], m.se[0, 1]]).all()
    assert (m.mean[0, 0], m.se[0, 0]) == pytest.approx((alone.mean[0, 0], alone.se[0, 0]))


def test_an_extreme_but_finite_hazard_ratio_is_found():
    # 400 others die before the treated patient does: the root is far from Newton's start.
    time, treated = np.arange(1, 403), np.arange(402) == 400
    c = cox(time, np.ones(402), treated)
    at_risk = np.arange(401, 0, -1)

    def slope(log_hr):
        return 1 - (np.exp(log_hr) / (np.exp(log_hr) + at_risk)).sum()

    assert c.log_hr[0, 0] == pytest.approx(brentq(slope, -20, 20, xtol=1e-13), abs=1e-9)
    # And mirrored: everyone else dies after.
    c = cox(time, np.ones(402), ~treated)
    assert c.log_hr[0, 0] == pytest.approx(-brentq(slope, -20, 20, xtol=1e-13), abs=1e-9)


# --- what must not change a result


@given(seed=st.integers(0, 10_000))
def test_swapping_the_labels_flips_the_sign(seed):
    time, event, treated, member = random_trials(np.random.default_rng(seed), 2, 40, 2)
    a, b = logrank(time, event, treated, member), logrank(time, event, ~treated, member)
    np.testing.assert_allclose(a.z, -b.z, atol=1e-10)
    np.testing.assert_allclose(a.p_one_sided, 1 - b.p_one_sided, atol=1e-10)
    c, d = cox(time, event, treated, member), cox(time, event, ~treated, member)
    np.testing.assert_allclose(c.log_hr, -d.log_hr, atol=1e-8)
    np.testing.assert_allclose(c.se, d.se, atol=1e-8)


@given(seed=st.integers(0, 10_000))
def test_order_of_patients_scale_of_time_and_copies_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    time, event, treated, member = random_trials(rng, 2, 40, 2)
    order = rng.permutation(40)
    shuffled = (time[:, order], event[:, order], treated[:, order], member[order])
    stretched = (time * 30.4375, event, treated, member)
    doubled = (time, event, treated, np.concatenate([member, member], axis=1))
    for statistic in (logrank, cox):
        a = statistic(time, event, treated, member)
        fields = a.__dataclass_fields__
        for other in (statistic(*shuffled), statistic(*stretched)):
            for field in fields:
                np.testing.assert_allclose(getattr(other, field), getattr(a, field), atol=1e-9)
        both = statistic(*doubled)
        for field in fields:
            wanted = np.concatenate([getattr(a, field)] * 2, axis=1)
            np.testing.assert_array_equal(getattr(both, field), wanted)
    k, m = kaplan_meier(time, event, member), kaplan_meier(*stretched[:2], member)
    np.testing.assert_allclose(m.quartiles, k.quartiles * 30.4375)


@given(seed=st.integers(0, 10_000))
def test_only_the_order_of_times_matters(seed):
    time, event, treated, member = random_trials(np.random.default_rng(seed), 2, 40, 2)
    for bent in (np.log(time) + 1, time**3, np.exp(time / 3), np.int16(time), -1 / (time + 1) + 1):
        for statistic in (logrank, cox):
            a, b = (statistic(t, event, treated, member) for t in (time, bent))
            for field in a.__dataclass_fields__:
                np.testing.assert_allclose(getattr(a, field), getattr(b, field), atol=1e-9)


@given(seed=st.integers(0, 10_000))
def test_a_batch_is_the_same_as_one_at_a_time(seed):
    time, event, treated, member = random_trials(np.random.default_rng(seed), 3, 40, 3)
    k, (low, _) = kaplan_meier(time, event, member), quartile_limits(time, event, member)
    m = restricted_mean(time, event, member, horizon=30)
    for trial in range(3):
        for group in range(3):
            who = member[:, group]
            one = time[trial, who], event[trial, who], treated[trial, who]
            for statistic in (logrank, cox):
                batch, single = statistic(time, event, treated, member), statistic(*one)
                for field in batch.__dataclass_fields__:
                    wanted = getattr(single, field)[0, 0]
                    mine = getattr(batch, field)[trial, group]
                    np.testing.assert_allclose(mine, wanted, rtol=1e-9, atol=1e-12)
            assert (
                k.quartiles[trial, group].tolist()
                == kaplan_meier(*one[:2]).quartiles[0, 0].tolist()
            )
            assert low[trial, group].tolist() == quartile_limits(*one[:2])[0][0, 0].tolist()
            alone = restricted_mean(*one[:2], horizon=30)
            assert m.mean[trial, group] == pytest.approx(alone.mean[0, 0], rel=1e-12)
            assert m.se[trial, group] == pytest.approx(alone.se[0, 0], rel=1e-12)


@given(seed=st.integers(0, 10_000))
def test_without_ties_the_score_test_is_the_log_rank_test(seed):
    rng = np.random.default_rng(seed)
    _, event, treated, member = random_trials(rng, 2, 40, 3)
    time = rng.permuted(np.tile(np.arange(40), (2, 1)), axis=1)
    z = logrank(time, event, treated, member).z
    for ties in ("efron", "breslow"):
        score_z = cox(time, event, treated, member, ties).score_z
        np.testing.assert_allclose(score_z, z, rtol=1e-9, atol=1e-12)


@given(seed=st.integers(0, 10_000))
def test_scores_add_up_to_the_log_rank_test(seed):
    time, event, treated, member = random_trials(np.random.default_rng(seed), 1, 60, 3)
    r = logrank(time, event, treated, member)
    sums = treated @ logrank_scores(time[0], event[0], member)
    np.testing.assert_allclose(sums, r.observed - r.expected, atol=1e-10)


def test_a_fixed_cohort_is_the_same_as_many_copies_of_it(monkeypatch):
    rng = np.random.default_rng(7)
    time, event, _, member = random_trials(rng, 1, 50, 4)
    treated = rng.random((9, 50)) < 0.5
    copies = (np.tile(time, (9, 1)), np.tile(event, (9, 1)), treated, np.tile(member, (9, 1, 1)))
    for statistic in (logrank, cox):
        a, b = statistic(time, event, treated, member), statistic(*copies)
        monkeypatch.setattr(_arrays, "BLOCK", 1)  # one trial at a time
        c = statistic(*copies)
        monkeypatch.undo()
        for field in a.__dataclass_fields__:
            np.testing.assert_allclose(getattr(a, field), getattr(b, field), rtol=1e-9)
            np.testing.assert_allclose(getattr(c, field), getattr(b, field), rtol=1e-9)


def test_one_stratum_is_no_stratum_and_strata_add_up():
    time, event, treated, _ = random_trials(np.random.default_rng(8), 3, 80, 1)
    plain = logrank(time, event, treated)
    assert logrank(time, event, treated, strata=np.zeros(80)).z == pytest.approx(plain.z)
    half = np.arange(80) < 40
    parts = logrank(time, event, treated, np.column_stack([half, ~half]))
    whole = logrank(time, event, treated, strata=half)
    np.testing.assert_allclose(whole.variance[:, 0], parts.variance.sum(axis=1))
    np.testing.assert_allclose(whole.expected[:, 0], parts.expected.sum(axis=1))


def test_p_values_know_their_side():
    # The treated live longer, so the one-sided p for a benefit is the small one.
    time, treated = np.arange(1, 41), np.arange(40) >= 20
    r = logrank(time, np.ones(40), treated)
    assert r.z < 0 and r.p_one_sided < 0.001
    assert r.p_two_sided == pytest.approx(2 * r.p_one_sided)
    assert logrank(time, np.ones(40), ~treated).p_one_sided > 0.999


def test_p_values_are_uniform_under_the_null():
    # 4,000 null trials, seed 11; 4 standard errors of a share of 5% are 0.0138.
    rng = np.random.default_rng(11)
    time, event = rng.exponential(size=(4000, 100)), np.ones((4000, 100), dtype=bool)
    treated = np.tile(np.arange(100) < 50, (4000, 1))
    p = logrank(time, event, treated).p_two_sided
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 4000))


def test_restricted_means_keep_their_standard_error():
    # 2,000 trials of 60, seed 12, no censoring before the horizon: the mean of min(time, 1) is
    # 1 − 1/e for a hazard of 1, and the mean squared error is what se² says; 4 standard errors.
    time = np.random.default_rng(12).exponential(size=(2000, 60))
    m = restricted_mean(time, time < 1.5, horizon=1)
    off = m.mean[:, 0] - (1 - np.exp(-1))
    assert off.mean() == pytest.approx(0, abs=4 * off.std() / np.sqrt(2000))
    ratio = off**2 / (m.se[:, 0] ** 2 * 60 / 59)  # Greenwood divides by n, not n − 1
    assert ratio.mean() == pytest.approx(1, abs=4 * ratio.std() / np.sqrt(2000))


# --- the small tricks of the fast path


@pytest.mark.parametrize("top", [50, 2**30, 2**62])
def test_numbers_are_sorted_with_their_places(top):
    # Packed in 32 bits, in 64 bits, and not at all.
    key = np.random.default_rng(5).integers(0, top, (3, 100)).astype(np.uint64)
    ordered, place = survival._sort(key)
    np.testing.assert_array_equal(ordered, np.sort(key, axis=1))
    np.testing.assert_array_equal(np.take_along_axis(key, place, axis=1), ordered)
    np.testing.assert_array_equal(np.sort(place, axis=1), np.tile(np.arange(100), (3, 1)))


def test_times_become_whole_numbers_in_the_same_order():
    for time in (
        np.array([[0.0, 1.0, 7.0, 7.0]]),
        np.array([[-0.0, 0.0, 5e-324, 0.1, 0.1, 1.0, 1 + 2**-52, 2.0**60, 1e308]]),
        np.array([[0, 3, 3, 2**31 - 1, 2**31, 2**62]]),
    ):
        whole = survival._whole(time)
        assert whole.dtype.kind == "u"
        np.testing.assert_array_equal(whole[0, 1:] > whole[0, :-1], time[0, 1:] > time[0, :-1])
        np.testing.assert_array_equal(whole[0, 1:] == whole[0, :-1], time[0, 1:] == time[0, :-1])


def test_marked_places_come_first_and_the_end_fills_up():
    marked = np.array([[0, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]], dtype=bool)
    assert survival._places(marked).tolist() == [[1, 3, 4], [4, 4, 4], [0, 4, 4]]


def test_one_word_holds_four_counts():
    rng = np.random.default_rng(6)
    member = rng.random((2, 300, 3)) < 0.9
    treated, event = rng.random((2, 2, 300)) < 0.5
    words = survival._four_counts(member, treated, event).sum(axis=1, keepdims=True)
    both = treated & event
    for which, flag in enumerate((np.ones_like(treated), treated, event, both)):
        wanted = (member & flag[:, :, None]).sum(axis=1)
        np.testing.assert_array_equal(survival._read_counts(words, which)[:, 0], wanted)


@pytest.mark.parametrize("patients", [2**16 - 1, 2**16])
def test_counts_do_not_run_over(patients):
    # Everyone is at risk on the first day: as many as 16 bits can count, and one more.
    time, treated = np.arange(patients) % 3, np.arange(patients) % 2 == 0
    event = time < 2
    r = logrank(time, event, treated, np.stack([event | True, treated ^ event], axis=1))
    for group, who in enumerate((event | True, treated ^ event)):
        wanted = logrank_by_the_book(time[who], event[who], treated[who])
        mine = r.observed[0, group], r.expected[0, group], r.variance[0, group]
        np.testing.assert_allclose(mine, wanted, rtol=1e-12)


def test_temporaries_stay_small():
    rng = np.random.default_rng(3)
    time = rng.integers(1, 1274, (2000, 370), dtype=np.int32)
    event, treated = rng.random((2, 2000, 370)) < 0.5
    member = rng.random((370, 20)) < 0.5
    for statistic in (logrank, cox):
        part = (
            (time, event, treated)
            if statistic is logrank
            else (time[:200], event[0], treated[:200])
        )
        tracemalloc.start()
        statistic(*part, member)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 16e6, statistic


# --- bad input

GOOD = {"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "treated": [1, 0, 1, 0]}


@pytest.mark.parametrize(
    "change, message",
    [
        ({"time": [1, 2, np.nan, 4]}, "time: the value nan at trial 0, patient 2 is not a finite"),
        ({"time": [1, -2, 3, 4]}, "time: the value -2 at trial 0, patient 1 is negative"),
        ({"time": ["a", "b", "c", "d"]}, "time must be numbers"),
        ({"time": np.array(["2026-01-01"] * 4, dtype="M8[D]")}, "time must be numbers"),
        ({"time": [1j, 2, 3, 4]}, "time must be numbers"),
        ({"time": 5}, "time has shape"),
        ({"time": []}, "time has shape"),
        ({"time": [[1, 2, 3, 4], [1, 2]]}, "time must have rows of the same length"),
        ({"time": np.array([1, 2, -3, 4], dtype=np.int8)}, "the value -3 at trial 0, patient 2 is"),
        ({"time": [1, np.inf, 3, 4]}, "time: the value inf at trial 0, patient 1 is not a finite"),
        ({"event": [0, 0, 0, 0]}, "event is 0 for every patient of every trial"),
        ({"event": [1, 0, 2, 1]}, "event: the value 2 at patient 2 is neither 0 nor 1"),
        ({"event": ["yes", "no", "yes", "no"]}, "event must be True or False"),
        ({"event": [1, 0, 1]}, "event has 3 patients but time has 4"),
        ({"treated": [1, 1, 1, 1]}, "treated: everybody is treated in trial 0"),
        ({"treated": [[1, 0, 1, 0], [0, 0, 0, 0]]}, "treated: nobody is treated in trial 1"),
        ({"time": np.ones((2, 4)), "event": np.ones((3, 4))}, "event has 3 trials where 2"),
        ({"member": np.ones((3, 2), dtype=bool)}, r"member has shape \(3, 2\); it must be \(4"),
        ({"member": [0, 1, 7, 1]}, "member: the value 7 at patient 2"),
    ],
)
def test_bad_input_is_named(change, message):
    for statistic in (logrank, cox):
        with pytest.raises(ValueError, match=message):
            statistic(**(GOOD | change))


@pytest.mark.parametrize(
    "change, message",
    [
        (
            {"time": np.broadcast_to(1.0, (10**6, 10**6))},
            "time of shape .* 931.3 GiB .* fewer trials",
        ),
        ({"event": np.broadcast_to(True, (10**6, 10**6))}, "event of shape"),
        ({"member": np.broadcast_to(True, (10**9, 4, 5))}, "member of shape"),
        ({"member": np.broadcast_to(1.5, (10**9, 4, 5))}, "member of shape"),
        ({"member": np.broadcast_to(True, (4, 10**8))}, "member: .* fewer subgroups at a time"),
        (
            {
                "event": np.broadcast_to(True, (10**5, 4)),
                "member": np.broadcast_to(True, (4, 10**5)),
            },
            "member: results of 100,000 trials × 100,000 subgroups would need about 298.0 GiB",
        ),
    ],
)
def test_more_than_memory_is_refused_before_any_work(change, message):
    tracemalloc.start()
    for statistic in (logrank, cox):
        with pytest.raises(ValueError, match=message):
            statistic(**(GOOD | change))
    if "treated" not in change and "time" not in change:
        with pytest.raises(ValueError, match="GiB"):
            kaplan_meier(**({k: GOOD[k] for k in ("time", "event")} | change))
    assert tracemalloc.get_traced_memory()[1] < 1e9
    tracemalloc.stop()


def test_bad_options_are_named():
    with pytest.raises(ValueError, match="kind must be 'log-log', 'log' or 'plain', not 'arcsine'"):
        kaplan_meier_band([1, 2], [1, 1], kind="arcsine")
    with pytest.raises(ValueError, match=r"level is 95; it must be between 0 and 1"):
        quartile_limits([1, 2], [1, 1], level=95)
    for horizon in (0, -1, np.nan, np.inf):
        with pytest.raises(ValueError, match=r"horizon is .*; it must be"):
            restricted_mean([1, 2], [1, 1], horizon=horizon)
    with pytest.raises(ValueError, match="ties must be 'efron' or 'breslow', not 'exact'"):
        cox(**GOOD, ties="exact")
    with pytest.raises(ValueError, match="rho and gamma must be 0 or more"):
        logrank(**GOOD, rho=-1)
    with pytest.raises(ValueError, match="strata has shape"):
        logrank(**GOOD, strata=[1, 2])
    with pytest.raises(ValueError, match="days is nan at position 1"):
        kaplan_meier([1, 2], [1, 1]).survival([1, np.nan])
    with pytest.raises(ValueError, match="must be one trial"):
        logrank_scores(np.ones((2, 3)), np.ones((2, 3)))


def test_arguments_are_not_changed():
    time, event, treated, member = random_trials(np.random.default_rng(1), 2, 30, 2)
    before = [a.copy() for a in (time, event, treated, member)]
    logrank(time, event, treated, member, rho=1, strata=member[:, 0])
    cox(time, event, treated, member)
    for a, b in zip((time, event, treated, member), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_survival_where_nobody_has_an_event_or_nobody_is():
    member = np.array([[True, False], [True, False]])
    curves = kaplan_meier([5, 6], [False, False], member)
    assert curves.survival(2).tolist() == [[1.0, pytest.approx(np.nan, nan_ok=True)]]


def test_a_patient_without_a_stratum_is_named():
    time, event, treated = [1, 2, 3, 4], [True] * 4, [True, False, True, False]
    for strata in ([1, 1, np.nan, 1], np.array(["a", "a", None, "a"], dtype=object)):
        with pytest.raises(ValueError, match="strata has no label at trial 0, patient 2"):
            logrank(time, event, treated, strata=strata)


def test_weights_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="rho is nan; it must be a number"):
        logrank([1, 2], [True, True], [True, False], rho=np.nan)
    with pytest.raises(ValueError, match="gamma must be a number"):
        logrank([1, 2], [True, True], [True, False], gamma="heavy")
    with pytest.raises(ValueError, match="rho is inf; it must be finite"):
        logrank([1, 2], [True, True], [True, False], rho=np.inf)
