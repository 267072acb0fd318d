"""Every anomaly of the evidence that is arithmetic, found again by the forensic tools.

`secondlook.puzzles` puts the published figures to the tools, by id. What a row of
``anomalies.csv`` says is made from the computed numbers and looked for in its text, so neither
can change alone.
"""

import math

import pytest

from secondlook import design, forensics
from secondlook.evidence import anomalies, published
from secondlook.puzzles import arithmetic, steps, text, triple, verdicts

ROWS = {row.id: row for row in anomalies()}
COVERED = set()


def covers(*ids):
    COVERED.update(ids)
    return lambda test: test


def values(id):
    """The computed numbers of a puzzle, sum by sum."""
    return [verdict.values for verdict in verdicts(id)]


def said(id, *fragments):
    """Each computed fragment stands in the row's recomputation or reading."""
    row = ROWS[id]
    for fragment in fragments:
        assert fragment in row.recomputation + " | " + row.reading, (id, fragment)


def found(answer, verdict, sure):
    assert (answer.verdict, answer.sure) == (verdict, sure), str(answer)
    return answer.values


# Which side is the printed p?


@covers("AN.01", "AN.02", "AN.03", "AN.04", "AN.05", "AN.06")
@pytest.mark.parametrize(
    ("id", "side"),
    [
        ("AN.01", "one-sided"),
        ("AN.02", "one-sided"),
        ("AN.03", None),
        ("AN.04", "one-sided"),
        ("AN.05", "one-sided"),
        ("AN.06", "neither"),
    ],
)
def test_p_values_behind_the_intervals(id, side):
    first, *rest = verdicts(id)
    p = found(first, "consistent", "possible")
    low, high = p["two_sided_range"]
    said(id, f"se {p['se']:.3f}, z {p['z']:.2f}", f"two-sided p {p['two_sided']:.4f}")
    said(id, f"one-sided {p['one_sided']:.4f}", f"two-sided {low:.3f} to {high:.3f}")
    assert [each.values["side"] for each in rest[:1]] == ([side] if side else [])


def test_an_04_in_three_decimals_is_one_sided_too():
    _, _, p, answer = verdicts("AN.04")
    said("AN.04", f"one-sided is {p.values['one_sided']:.3f}, which prints as 0.01")
    # The 0.010 of the 2015 abstract belongs to another contrast: it does not fit this interval.
    assert answer.values["side"] == "neither" and answer.sure == "likely"


def test_an_06_is_beyond_any_choice_of_test():
    found(verdicts("AN.06")[1], "inconsistent", "certain")


@covers("AN.34")
def test_an_34_intervals_clear_of_zero():
    men, men_side, fvc, fvc_side, slip = verdicts("AN.34")
    men, fvc = men.values, fvc.values
    said("AN.34", f"se {men['se']:.3f}; z {men['z']:.2f}, two-sided p {men['two_sided']:.3f}")
    said("AN.34", f"one-sided {men['one_sided']:.4f}", f"z {fvc['z']:.2f}")
    said("AN.34", f"two-sided {fvc['two_sided']:.3f}, one-sided {fvc['one_sided']:.3f}")
    found(men_side, "inconsistent", "certain")
    found(fvc_side, "inconsistent", "likely")
    assert slip.values["side"] == "one-sided"


# The same contrast under two names


@covers("AN.07")
def test_an_07_25_mg_is_like_placebo():
    *gaps, same = verdicts("AN.07")
    median, q1, q3 = (gap.values["difference"] for gap in gaps)
    said("AN.07", f"Difference of medians {median:.1f}, of Q1 {q1:.1f}, of Q3 {q3:.1f} points")
    found(same, "consistent", "possible")


@covers("AN.08")
def test_an_08_the_so_called_25_mg_is_the_weaker_of_two():
    for answer in verdicts("AN.08"):
        # An adjustment could not have turned the first p into the second: it is surely lower.
        assert found(answer, "inconsistent", "certain")["below"] == [0]
    assert len(verdicts("AN.08")) == 3


# Adjusted, minimal and planned


@covers("AN.09", "AN.10")
def test_an_09_and_10_adjusted_against_crude():
    crude, adjusted = (
        [text(f"K19.T2A.p.tte.{arm}.{kind}") for arm in ("50", "tot")] for kind in ("crude", "adj")
    )
    (answer,) = verdicts("AN.09")
    assert found(answer, "inconsistent", "certain")["below"] == [0, 1]
    said("AN.09", *(f"{a} < {c}" for a, c in zip(adjusted, crude, strict=True)))
    said("AN.09", *(f"{float(a) / float(c):.2f}" for a, c in zip(adjusted, crude, strict=True)))
    (answer,) = verdicts("AN.10")
    order = found(answer, "inconsistent", "likely")
    assert order["below"] == [] and order["reordered"] == [(1, 0)]


@covers("AN.11")
def test_an_11_the_minimal_p_is_a_crude_one():
    least, crude = text("K19.abs.pmin"), text("K19.T2A.p.frs.tot.crude")
    same, *others = verdicts("AN.11")
    found(same, "consistent", "possible")
    assert len(others) == 4
    for other in others:
        found(other, "inconsistent", "certain")
    adjusted = [text(f"K19.T2A.p.{end}.{a}.adj") for end in ("tte", "frs") for a in ("50", "tot")]
    said("AN.11", f"smallest adjusted p in Table 2A is {min(adjusted, key=float)}")
    said("AN.11", f"{least} rounds to {crude}", f"doubled it is {2 * float(least):.2f}")


@covers("AN.12")
def test_an_12_a_looser_line():
    level = float(text("K19.des.plan.alpha")) / 100
    line, double, high, pooled = verdicts("AN.12")
    found(line, "cannot tell", "possible")
    double, high, pooled = double.values, high.values, pooled.values
    said("AN.12", f"{double['level_one_sided']:g} one-sided = {double['level_two_sided']:g} two")
    assert high["one_sided_range"][0] > level  # 50 mg misses it however the figures were rounded
    low, up = pooled["one_sided_range"]
    assert low < level < pooled["one_sided"]
    said("AN.12", f"50 mg ({high['one_sided']:.3f})", f"({pooled['one_sided']:.3f}")
    said("AN.12", f"rounding allows {low:.3f} to {up:.3f}")


# Plans and power


@covers("AN.13")
def test_an_13_where_200_events_came_from():
    alpha, claim = float(text("K19.des.plan.alpha")) / 100, text("K19.des.plan.power")
    plan, total = published("K19.des.plan.hr"), published("K19.des.plan.events").value
    ask = {"alpha": alpha, "power": float(claim) / 100, "sides": 1}
    said("AN.13", f"{design.events(plan.upper, **ask):.1f} at HR {plan.upper}")
    said("AN.13", f"{design.events(plan.lower, **ask):.1f} at HR {plan.lower}")
    pair = 2 / 3 * total
    said("AN.13", f"about {pair:.0f}", f"needs HR {design.detectable(pair, **ask):.3f}")
    answer, pooled = verdicts("AN.13")
    power = found(answer, "inconsistent", "likely")["power"]
    said("AN.13", f"power at {plan.upper} is {power / 100:.2f}", f"about {power:.0f}%")
    said("AN.13", f"gives {pooled.values['power']:.0f}% at HR {plan.upper}")


@covers("AN.14")
def test_an_14_the_second_endpoint():
    powers = [found(each, "inconsistent", "likely")["power"] / 100 for each in verdicts("AN.14")]
    said("AN.14", f"{powers[0]:.2f} to {powers[1]:.2f}")


@covers("AN.15")
def test_an_15_implied_events():
    whole, early = values("AN.15")
    said("AN.15", f"= {whole['events']:.0f};", f"gives about {early['events']:.0f}")
    said("AN.15", "rounding allows {:.0f} to {:.0f}".format(*whole["events_range"]))


# Sizes, shares and flow


@covers("AN.16")
def test_an_16_two_clocks():
    mean, sd = text("K19.T1.lag.tot.mean"), text("K19.T1.lag.tot.sd")
    below, apart, fits = verdicts("AN.16")
    normal = found(below, "inconsistent", "likely")["normal"]
    cut = published("K19.des.early").value
    said("AN.16", f"Phi(({cut:g}-{mean})/{float(sd):g}) = {normal / 100:.3f}")
    split = found(apart, "inconsistent", "certain")
    said("AN.16", f"late mean is {split['rest_mean']:.1f}")
    said("AN.16", f"SD alone is {split['between_sd']:.1f}")
    said("AN.16", f"at least {float(mean) - split['farthest']:.1f} with no spread")
    jetals, run_in = text("J.T1.onset.tot"), published("K19.des.obs").value * 7 / 30.4375
    fits = found(fits, "consistent", "possible")
    said("AN.16", f"{jetals} + {run_in:.1f} = {float(jetals) + run_in:.1f}")
    said("AN.16", f"a late mean of {fits['rest_mean']:.1f}")
    said("AN.16", f"between-group SD of {fits['between_sd']:.1f}")
    said("AN.16", f"about {fits['rest_sd']:.1f} (early SD 2)")


@covers("AN.18")
def test_an_18_sizes_of_the_subgroup():
    *shares, test = verdicts("AN.18")
    for arm, answer in zip(("plc", "25", "50"), shares, strict=True):
        found(answer, "consistent", "possible")
        early, n = int(text(f"AAN15.n.{arm}")), int(text(f"K19.T1.n.{arm}"))
        said("AN.18", f"{early}/{n} = {100 * early / n:.1f}%")
    said("AN.18", f"chi-square p {test.values['p']:.2f}")


@covers("AN.19")
def test_an_19_the_sign_of_the_prognosis():
    gap, points = values("AN.19")
    assert gap["difference_range"][0] > 0
    said("AN.19", f"{gap['difference']:.1f} points the other way")
    assert points["difference_range"][1] < 0  # the early lose more, as the Discussion has it
    assert text("K19.prog.cox") == ">12 months"


@covers("AN.20")
def test_an_20_the_middle_of_an_interval():
    early, late = verdicts("AN.20")
    first = found(early, "inconsistent", "certain")["middle"]
    second = found(late, "consistent", "possible")["middle"]
    said("AN.20", f"midpoints {first:.1f} and {second:.2f}")
    rows = [published(f"K19.disc.ev.{who}") for who in ("early", "late")]
    halves = [(row.upper - row.lower) / 2 for row in rows]
    said("AN.20", f"half-widths {halves[0]:.1f} and {halves[1]:.2f}")
    said("AN.20", f"off by {rows[0].value - first:.1f}")
    # Log-log limits with the standard error that the printed width asks for.
    free, se = 1 - rows[0].value / 100, halves[0] / 100 / 1.96
    power = math.exp(1.96 * se / (free * abs(math.log(free))))
    said("AN.20", f"about {100 * (1 - free ** (1 / power)):.0f} to {100 * (1 - free**power):.0f}")


# The other patients


@covers("AN.21")
def test_an_21_the_rest():
    for rest in values("AN.21"):
        said("AN.21", f"{rest['ratio']:.2f} ({rest['lower']:.2f} to {rest['upper']:.2f})")
        assert rest["ratio_range"][0] < rest["ratio"] < rest["ratio_range"][1]
    pooled = values("AN.21")[0]
    said("AN.21", f"z {pooled['z']:.2f}, two-sided p {pooled['p_two_sided']:.3f}")
    said("AN.21", "rounding allows {:.2f} to {:.2f}".format(*pooled["ratio_range"]))


@covers("AN.22")
def test_an_22_shares_without_a_model():
    late, print_alone, about = values("AN.22")
    # 50 mg at day 954: everybody at one half, the early not yet (their median is later).
    assert published("K19.T2B.med.50").value > published("K19.T2A.med.50").value
    assert late["share_range"][1] == pytest.approx(50, abs=0.8)  # "50" may be 50.5
    # Placebo at day 880: the early are between median (570) and third quartile (925).
    day = published("K19.T2A.med.plc").value
    assert published("K19.T2B.med.plc").value < day < published("K19.T2B.q3.plc").value
    assert print_alone["share_range"] == pytest.approx((50, 66))
    said("AN.22", "from print alone 0.{:.0f} to 0.{:.0f}".format(*print_alone["share_range"]))
    said("AN.22", f"= {about['share'] / 100:.2f};")
    said("AN.22", f"{100 - published('K19.disc.ev.late').value:.1f}%")


# Time, dose and decline


@covers("AN.23")
def test_an_23_dose_order():
    days, hr = values("AN.23")
    said("AN.23", f"by {days['difference']:.0f} days")
    assert hr["difference_range"][1] < 0


@covers("AN.24")
def test_an_24_the_median_is_not_of_worst_ranks():
    (answer,) = values("AN.24")
    assert answer["mean_range"][0] > 50  # so the median of ranks would be a worst rank
    said("AN.24", f"{answer['mean']:.0f}% of patients were scored worst")
    row = published("K19.T2A.frs.med.plc")
    assert row.value > -40 > row.lower


@covers("AN.25")
def test_an_25_nearly_everybody_has_a_last_score():
    total, analysed, randomised = verdicts("AN.25")
    scored = found(total, "consistent", "certain")["sum"]
    found(analysed, "consistent", "possible")
    found(randomised, "consistent", "possible")
    everybody, done = int(text("K19.T1.n.tot")), int(text("K19.des.completed"))
    said("AN.25", f"{scored:.0f}/{everybody} = {100 * scored / everybody:.1f}%")
    of = int(text("K19.des.rand"))
    said("AN.25", f"{done}/{of} = {100 * done / of:.1f}%")


@covers("AN.26")
def test_an_26_decline_a_year():
    trial, run_in, year, course = values("AN.26")
    said("AN.26", f"= {-trial['value']:.1f} a year", f"= {run_in['mean']:.3f} per 12 weeks")
    said("AN.26", f"= {year['value']:.1f} a year", f"= {course['value']:.1f} over 182 weeks")


@covers("AN.32")
def test_an_32_the_flow():
    (answer,) = verdicts("AN.32")
    flow = found(answer, "consistent", "certain")
    assert flow["base"] == "randomised"
    said("AN.32", f"{text('K19.des.completed')} + {text('K19.des.withdrawn')} = {flow['sum']}")


@covers("AN.35")
def test_an_35_half_or_forty_per_cent():
    share, step = verdicts("AN.35")
    found(share, "consistent", "possible")
    early, of = sum(int(text(f"AAN15.n.{a}")) for a in ("plc", "25", "50")), text("K19.T1.n.tot")
    said("AN.35", f"{early}/{of} = {100 * early / int(of):.1f}%")
    assert step.values["difference"] == 10
    said("AN.35", f"Step from {text('K19.disc.le12')} to 50%")


@covers("AN.37")
def test_an_37_adverse_events():
    *pairs, test = verdicts("AN.37")
    for arm, related, serious in zip(("plc", "25", "50"), pairs[::2], pairs[1::2], strict=True):
        count, of = map(int, text(f"K19.saf.trae.{arm}.n").split("/"))
        found(related, "consistent", "possible")
        said("AN.37", f"{count}/{of} = {100 * count / of:.2f}")
        assert serious.values["counts"] == 1
        said("AN.37", f"{serious.values['first']}/{of}")
    test = test.values
    said("AN.37", f"ratio 25 mg/placebo {test['ratio']:.2f}", f"Fisher p {test['p_two_sided']:.2f}")
    said("AN.37", f"95% interval {test['lower']:.2f} to {test['upper']:.2f}")


# JETALS, the pilot and the pages


@covers("AN.41")
def test_an_41_forty_three_per_cent():
    first, label, alone, sd, share, whole = verdicts("AN.41")
    p = found(first, "consistent", "possible")
    said("AN.41", f"se {p['se']:.3f}, z {p['z']:.2f}, two-sided p {p['two_sided']:.4f}")
    assert label.values["side"] == "two-sided"
    assert alone.values["side"] == "either" and alone.verdict == "cannot tell"
    said("AN.41", f"SD {sd.values['sd']:.1f}")
    share = share.values
    said("AN.41", f"{text('J.diff')}/{text('J.seed.plc')} = {100 * share['ratio']:.1f}%")
    said("AN.41", f"{100 * share['lower_exact']:.1f} to {100 * share['upper_exact']:.1f}%")
    said("AN.41", f"{100 * share['lower']:.0f} to {100 * share['upper']:.0f}%")
    found(whole, "consistent", "possible")


@covers("AN.42")
def test_an_42_both_arms_sped_up():
    plc, plc_16, mec, mec_16, run_in, later = values("AN.42")
    said("AN.42", f"{plc['mean']:.4f} and {mec['mean']:.3f} per 12 weeks")
    said("AN.42", f"{plc_16['value']:.2f} and {mec_16['value']:.2f}")
    faster = [
        published(f"J.seed.{arm}").value / expected["value"]
        for arm, expected in (("plc", plc_16), ("mec", mec_16))
    ]
    said("AN.42", f"ratios {faster[0]:.2f} and {faster[1]:.2f}")
    before, after = run_in["difference"], later["value"]
    said("AN.42", f"{before:.1f} per 12 weeks then {after:.2f} per 12 weeks")
    said("AN.42", f"{after / before:.1f}, with no dye")


@covers("AN.43")
def test_an_43_sixteen_weeks_as_a_year():
    year = [each["value"] for each in values("AN.43")]
    said("AN.43", f"= {year[0]:.1f} and {year[1]:.1f} a year")
    said("AN.43", f"{year[0] / 12:.2f} and {year[1] / 12:.2f} a month")
    said("AN.43", f"PRO-ACT {text('PROACT.slope')}")
    assert year[1] / 12 < published("PROACT.slope").value < year[0] / 12


@covers("AN.44")
def test_an_44_a_total_that_is_not():
    total, of, misprint, none = verdicts("AN.44")
    parts = [text(f"J.T1.ril.{arm}") for arm in ("plc", "mec")]
    said("AN.44", f"{' + '.join(parts)} = {found(total, 'inconsistent', 'certain')['sum']:.0f}")
    found(of, "consistent", "possible")
    found(misprint, "consistent", "possible")
    found(none, "inconsistent", "certain")
    said("AN.44", f"12/65 = {100 * 12 / 65:.2f}%")


@covers("AN.46")
def test_an_46_a_rate_over_sixteen_weeks():
    (answer,) = verdicts("AN.46")
    said("AN.46", f"= {found(answer, 'inconsistent', 'certain')['value']:.2f}")


@covers("AN.47")
def test_an_47_doses_a_week():
    daily, weekly, needs = (each["value"] for each in values("AN.47"))
    said("AN.47", f"{daily:.0f} v {weekly:.0f} mg a week")
    said("AN.47", f"{needs:.0f} times 2.4 micrograms")


@covers("AN.49")
def test_an_49_the_newspaper_table():
    (test,) = values("AN.49")
    assert "controls all dead" in published("I07.x.alive.trt").note
    said("AN.49", f"Fisher p = {test['p_two_sided']:.4f}")


# All of them


def test_every_arithmetic_anomaly_is_covered():
    assert {row.id for row in anomalies() if row.kind == "arithmetic"} == COVERED
    assert set(arithmetic()) == COVERED and len(COVERED) == 36


@pytest.mark.parametrize("id", arithmetic())
def test_every_sum_runs_asks_something_and_shows_its_arithmetic(id):
    asked = [step.asks for step in steps(id)]
    assert asked and len(set(asked)) == len(asked)
    for verdict in verdicts(id):
        assert verdict.arithmetic and verdict.why and verdict.values


def test_a_puzzle_that_is_not_arithmetic_is_refused():
    with pytest.raises(ValueError, match=r"id is 'AN\.17'; the arithmetic puzzles are AN\.01,"):
        steps("AN.17")


def test_the_sums_are_those_of_the_printed_figures():
    assert verdicts("AN.02")[0].values == forensics.p_range("0.88", "0.64", "1.20").values
    assert triple("K19.T2A.hr.tot") == ("0.88", "0.64", "1.20")
