"""Every anomaly of the evidence that is arithmetic, found again by the forensic tools.

Published figures are fetched by id; a figure is typed only where no row holds it. What a row of
``anomalies.csv`` says is made from the computed numbers and looked for in its text, so neither
can change alone.
"""

import math
import re

import pytest

from secondlook import design, forensics
from secondlook.evidence import anomalies, published

ROWS = {row.id: row for row in anomalies()}
COVERED = set()


def covers(*ids):
    COVERED.update(ids)
    return lambda test: test


def text(id):
    return published(id).text


def triple(id):
    row = published(id)
    return row.text, row.lower_text, row.upper_text


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
    ("id", "hr", "printed_p", "side"),
    [
        ("AN.01", "K19.T2A.hr.50", "K19.T2A.p.tte.50.crude", "one-sided"),
        ("AN.02", "K19.T2A.hr.tot", "K19.T2A.p.tte.tot.crude", "one-sided"),
        ("AN.03", "K19.T2A.hr.25", None, None),
        ("AN.04", "K19.T2B.hr.50", "K19.T2B.p.tte.50", "one-sided"),
        ("AN.05", "K19.T2B.hr.tot", "K19.T2B.p.tte.tot", "one-sided"),
        ("AN.06", "K19.T2B.hr.25", "K19.txt.p.tte.25", "neither"),
    ],
)
def test_p_values_behind_the_intervals(id, hr, printed_p, side):
    p = found(forensics.p_range(*triple(hr)), "consistent", "possible")
    low, high = p["two_sided_range"]
    said(id, f"se {p['se']:.3f}, z {p['z']:.2f}", f"two-sided p {p['two_sided']:.4f}")
    said(id, f"one-sided {p['one_sided']:.4f}", f"two-sided {low:.3f} to {high:.3f}")
    if printed_p:
        assert forensics.which_side(*triple(hr), text(printed_p)).values["side"] == side


def test_an_04_in_three_decimals_is_one_sided_too():
    p = forensics.p_range(*triple("AAN15.hr.50")).values
    said("AN.04", f"one-sided is {p['one_sided']:.3f}, which prints as 0.01")
    # The 0.010 of the 2015 abstract belongs to another contrast: it does not fit this interval.
    answer = forensics.which_side(*triple("AAN15.hr.50"), text("AAN15.p.tte"))
    assert answer.values["side"] == "neither" and answer.sure == "likely"


def test_an_06_is_beyond_any_choice_of_test():
    answer = forensics.which_side(*triple("K19.T2B.hr.25"), text("K19.txt.p.tte.25"))
    found(answer, "inconsistent", "certain")


@covers("AN.34")
def test_an_34_intervals_clear_of_zero():
    men, fvc = (
        forensics.p_range(*triple(f"K19.prog.frs.{who}"), log=False).values
        for who in ("men", "fvc")
    )
    said("AN.34", f"se {men['se']:.3f}; z {men['z']:.2f}, two-sided p {men['two_sided']:.3f}")
    said("AN.34", f"one-sided {men['one_sided']:.4f}", f"z {fvc['z']:.2f}")
    said("AN.34", f"two-sided {fvc['two_sided']:.3f}, one-sided {fvc['one_sided']:.3f}")
    for who, sure in (("men", "certain"), ("fvc", "likely")):
        answer = forensics.which_side(
            *triple(f"K19.prog.frs.{who}"), text(f"K19.prog.p.{who}"), log=False
        )
        found(answer, "inconsistent", sure)
    slip = forensics.which_side(*triple("K19.prog.frs.men"), "0.0095", log=False)
    assert slip.values["side"] == "one-sided"


# The same contrast under two names


@covers("AN.07")
def test_an_07_25_mg_is_like_placebo():
    def gap(what):
        arms = (text(f"K19.T2B.frs.{what}.{arm}") for arm in ("25", "plc"))
        return forensics.difference(*arms).values["difference"]

    median, q1, q3 = (gap(what) for what in ("med", "q1", "q3"))
    said("AN.07", f"Difference of medians {median:.1f}, of Q1 {q1:.1f}, of Q3 {q3:.1f} points")
    same = forensics.agree(text("K19.txt.p.frs.25"), text("K19.T2B.p.frs.tot"))
    found(same, "consistent", "possible")


@covers("AN.08")
def test_an_08_the_so_called_25_mg_is_the_weaker_of_two():
    pairs = [("K19.txt.p.norris.25", text("K19.txt.p.norris.50"))]
    pairs += [("K19.txt.p.fvc.25", "<" + text("K19.txt.p.fvc.50"))]
    pairs += [("K19.T2B.p.frs.tot", text("K19.T2B.p.frs.50"))]  # where the label is known
    for weaker, stronger in pairs:
        # An adjustment could not have turned the first p into the second: it is surely lower.
        answer = forensics.adjusted_below_crude([text(weaker)], [stronger])
        assert found(answer, "inconsistent", "certain")["below"] == [0]


# Adjusted, minimal and planned


@covers("AN.09", "AN.10")
def test_an_09_and_10_adjusted_against_crude():
    def both(end, kind):
        return [text(f"K19.T2A.p.{end}.{arm}.{kind}") for arm in ("50", "tot")]

    crude, adjusted = both("tte", "crude"), both("tte", "adj")
    answer = forensics.adjusted_below_crude(crude, adjusted)
    assert found(answer, "inconsistent", "certain")["below"] == [0, 1]
    said("AN.09", *(f"{a} < {c}" for a, c in zip(adjusted, crude, strict=True)))
    said("AN.09", *(f"{float(a) / float(c):.2f}" for a, c in zip(adjusted, crude, strict=True)))
    answer = forensics.adjusted_below_crude(both("frs", "crude"), both("frs", "adj"))
    values = found(answer, "inconsistent", "likely")
    assert values["below"] == [] and values["reordered"] == [(1, 0)]


@covers("AN.11")
def test_an_11_the_minimal_p_is_a_crude_one():
    least, crude = text("K19.abs.pmin"), text("K19.T2A.p.frs.tot.crude")
    found(forensics.agree(least, crude), "consistent", "possible")
    adjusted = [text(f"K19.T2A.p.{end}.{a}.adj") for end in ("tte", "frs") for a in ("50", "tot")]
    for other in adjusted:
        found(forensics.agree(least, other), "inconsistent", "certain")
    said("AN.11", f"smallest adjusted p in Table 2A is {min(adjusted, key=float)}")
    said("AN.11", f"{least} rounds to {crude}", f"doubled it is {2 * float(least):.2f}")


@covers("AN.12")
def test_an_12_a_looser_line():
    level = float(text("K19.des.plan.alpha")) / 100
    line = forensics.meets_level("<" + text("K19.abs.p.tte"), level)
    found(line, "cannot tell", "possible")
    double = forensics.meets_level(text("K19.abs.p.tte"), 0.05, level_sides=2).values
    said("AN.12", f"{double['level_one_sided']:g} one-sided = {double['level_two_sided']:g} two")
    high, pooled = (forensics.p_range(*triple(f"K19.T2B.hr.{a}")).values for a in ("50", "tot"))
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
    answer = forensics.power_of_events(plan.upper, pair, alpha=alpha, claimed=claim)
    power = found(answer, "inconsistent", "likely")["power"]
    said("AN.13", f"power at {plan.upper} is {power / 100:.2f}", f"about {power:.0f}%")
    pooled = forensics.power_of_events(plan.upper, total, alpha=alpha, allocation=2).values
    said("AN.13", f"gives {pooled['power']:.0f}% at HR {plan.upper}")


@covers("AN.14")
def test_an_14_the_second_endpoint():
    plan, arm = published("K19.des.plan.es"), published("K19.des.plan.narm").value
    alpha = float(text("K19.des.plan.alpha")) / 100
    powers = []
    for effect in (plan.lower, plan.upper):
        answer = forensics.power_of_means(
            effect, arm, arm, alpha=alpha, claimed=text("K19.des.plan.power")
        )
        powers.append(found(answer, "inconsistent", "likely")["power"] / 100)
    said("AN.14", f"{powers[0]:.2f} to {powers[1]:.2f}")


@covers("AN.15")
def test_an_15_implied_events():
    whole, early = (
        forensics.implied_events(*triple(f"K19.T2{t}.hr.tot")[1:], allocation=2).values
        for t in "AB"
    )
    said("AN.15", f"= {whole['events']:.0f};", f"gives about {early['events']:.0f}")
    said("AN.15", "rounding allows {:.0f} to {:.0f}".format(*whole["events_range"]))


# Sizes, shares and flow


@covers("AN.16")
def test_an_16_two_clocks():
    mean, sd = text("K19.T1.lag.tot.mean"), text("K19.T1.lag.tot.sd")
    cut, everybody = published("K19.des.early").value, published("K19.T1.n.tot").value
    early = sum(published(f"AAN15.n.{arm}").value for arm in ("plc", "25", "50"))
    share = f"{100 * early / everybody:.1f}"
    below = forensics.share_below(mean, sd, cut, printed_share=share)
    normal = found(below, "inconsistent", "likely")["normal"]
    said("AN.16", f"Phi(({cut:g}-{mean})/{float(sd):g}) = {normal / 100:.3f}")
    jetals = text("J.T1.onset.tot")
    apart = forensics.split_of_whole(mean, sd, share, jetals)
    values = found(apart, "inconsistent", "certain")
    said(
        "AN.16",
        f"late mean is {values['rest_mean']:.1f}",
        f"SD alone is {values['between_sd']:.1f}",
    )
    said("AN.16", f"at least {float(mean) - values['farthest']:.1f} with no spread")
    run_in = published("K19.des.obs").value * 7 / 30.4375
    later = f"{float(jetals) + run_in:.1f}"
    fits = found(
        forensics.split_of_whole(mean, sd, share, later, part_sd=2), "consistent", "possible"
    )
    said("AN.16", f"{jetals} + {run_in:.1f} = {later}", f"a late mean of {fits['rest_mean']:.1f}")
    said("AN.16", f"between-group SD of {fits['between_sd']:.1f}")
    said("AN.16", f"about {fits['rest_sd']:.1f} (early SD 2)")


@covers("AN.18")
def test_an_18_sizes_of_the_subgroup():
    n = {arm: int(text(f"K19.T1.n.{arm}")) for arm in ("plc", "25", "50")}
    early = {arm: int(text(f"AAN15.n.{arm}")) for arm in n}
    for arm in n:
        share = f"{100 * early[arm] / n[arm]:.1f}"
        answer = forensics.percentage_of_count(share, n[arm], printed_count=early[arm])
        found(answer, "consistent", "possible")
        said("AN.18", f"{early[arm]}/{n[arm]} = {share}%")
    table = [[early[arm], n[arm] - early[arm]] for arm in n]
    said("AN.18", f"chi-square p {forensics.chi_square(table).values['p']:.2f}")


@covers("AN.19")
def test_an_19_the_sign_of_the_prognosis():
    gap = forensics.difference(text("K19.disc.ev.early"), text("K19.disc.ev.late")).values
    assert gap["difference_range"][0] > 0
    said("AN.19", f"{gap['difference']:.1f} points the other way")
    points = forensics.difference(text("K19.disc.frs.early"), text("K19.disc.frs.late")).values
    assert points["difference_range"][1] < 0  # the early lose more, as the Discussion has it
    assert text("K19.prog.cox") == ">12 months"


@covers("AN.20")
def test_an_20_the_middle_of_an_interval():
    early, late = (
        forensics.midpoint(*triple(f"K19.disc.ev.{who}"), log=False) for who in ("early", "late")
    )
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
@pytest.mark.parametrize("dose", ["tot", "50", "25"])
def test_an_21_the_rest(dose):
    answer = forensics.rest_of(triple(f"K19.T2A.hr.{dose}"), triple(f"K19.T2B.hr.{dose}"))
    rest = answer.values
    said("AN.21", f"{rest['ratio']:.2f} ({rest['lower']:.2f} to {rest['upper']:.2f})")
    assert rest["ratio_range"][0] < rest["ratio"] < rest["ratio_range"][1]
    if dose == "tot":
        said("AN.21", f"z {rest['z']:.2f}, two-sided p {rest['p_two_sided']:.3f}")
        said("AN.21", "rounding allows {:.2f} to {:.2f}".format(*rest["ratio_range"]))


@covers("AN.22")
def test_an_22_shares_without_a_model():
    n = {arm: int(text(f"K19.T1.n.{arm}")) for arm in ("plc", "50")}
    early = {arm: int(text(f"AAN15.n.{arm}")) for arm in n}
    # 50 mg at day 954: everybody at one half, the early not yet (their median is later).
    assert published("K19.T2B.med.50").value > published("K19.T2A.med.50").value
    late = forensics.rest_share("50", n["50"], (50, 100), early["50"]).values
    assert late["share_range"][1] == pytest.approx(50, abs=0.8)  # "50" may be 50.5
    # Placebo at day 880: the early are between median (570) and third quartile (925).
    day = published("K19.T2A.med.plc").value
    assert published("K19.T2B.med.plc").value < day < published("K19.T2B.q3.plc").value
    print_alone = forensics.rest_share((50, 50), n["plc"], (25, 50), early["plc"]).values
    assert print_alone["share_range"] == pytest.approx((50, 66))
    said("AN.22", "from print alone 0.{:.0f} to 0.{:.0f}".format(*print_alone["share_range"]))
    about = forensics.rest_share("50.0", n["plc"], "27.0", early["plc"]).values["share"]
    said("AN.22", f"= {about / 100:.2f};", f"{100 - published('K19.disc.ev.late').value:.1f}%")


# Time, dose and decline


@covers("AN.23")
def test_an_23_dose_order():
    gap = forensics.difference(text("K19.T2A.med.25"), text("K19.T2A.med.50")).values
    said("AN.23", f"by {gap['difference']:.0f} days")
    hr = forensics.difference(text("K19.T2A.hr.25"), text("K19.T2A.hr.50")).values
    assert hr["difference_range"][1] < 0


@covers("AN.24")
def test_an_24_the_median_is_not_of_worst_ranks():
    early, whole = int(text("AAN15.n.plc")), int(text("K19.T1.n.plc"))
    shares = [text("K19.disc.ev.early"), text("K19.disc.ev.late")]
    answer = forensics.pooled(shares, [early, whole - early]).values
    assert answer["mean_range"][0] > 50  # so the median of ranks would be a worst rank
    said("AN.24", f"{answer['mean']:.0f}% of patients were scored worst")
    row = published("K19.T2A.frs.med.plc")
    assert row.value > -40 > row.lower


@covers("AN.25")
def test_an_25_nearly_everybody_has_a_last_score():
    n = [int(text(f"K19.T2A.frs.n.{arm}")) for arm in ("plc", "25", "50")]
    everybody, randomised = int(text("K19.T1.n.tot")), int(text("K19.des.rand"))
    found(forensics.adds_up(n, sum(n)), "consistent", "certain")
    for count, of in ((sum(n), everybody), (int(text("K19.des.completed")), randomised)):
        share = f"{100 * count / of:.1f}"
        answer = forensics.percentage_of_count(share, of, printed_count=count)
        found(answer, "consistent", "possible")
        said("AN.25", f"{count}/{of} = {share}%")


@covers("AN.26")
def test_an_26_decline_a_year():
    weeks = published("K19.des.weeks").value
    trial = forensics.rescale(text("K19.T2A.frs.med.plc"), weeks, 52).values["value"]
    counts = [int(text(f"K19.T1.runin{points}.tot.n")) for points in (1, 2, 3)]
    run_in = forensics.pooled([1, 2, 3], counts).values["mean"]
    span = published("K19.des.obs").value
    year, course = (forensics.rescale(run_in, span, to).values["value"] for to in (52, weeks))
    said("AN.26", f"= {-trial:.1f} a year", f"= {run_in:.3f} per 12 weeks = {year:.1f} a year")
    said("AN.26", f"= {course:.1f} over 182 weeks")


@covers("AN.32")
def test_an_32_the_flow():
    n = {what: int(text(f"K19.des.{what}")) for what in ("rand", "excl", "fas", "completed")}
    left = int(text("K19.des.withdrawn"))
    arms = [int(text(f"K19.des.rand.{arm}")) for arm in ("plc", "25", "50")]
    answer = forensics.flow(
        n["rand"], arms=arms, excluded=n["excl"], analysed=n["fas"],
        completed=n["completed"], withdrawn=left,
    )  # fmt: skip
    values = found(answer, "consistent", "certain")
    assert values["base"] == "randomised"
    said("AN.32", f"{n['completed']} + {left} = {values['sum']}")


@covers("AN.35")
def test_an_35_half_or_forty_per_cent():
    early = [int(text(f"AAN15.n.{arm}")) for arm in ("plc", "25", "50")]
    of = int(text("K19.T1.n.tot"))
    share = f"{100 * sum(early) / of:.1f}"
    found(
        forensics.percentage_of_count(share, of, printed_count=sum(early)), "consistent", "possible"
    )
    said("AN.35", f"{sum(early)}/{of} = {share}%")
    step = forensics.difference("50", text("K19.disc.le12")).values["difference"]
    assert step == 10
    said("AN.35", f"Step from {text('K19.disc.le12')} to 50%")


@covers("AN.37")
def test_an_37_adverse_events():
    pairs = {}
    for arm in ("plc", "25", "50"):
        count, of = map(int, text(f"K19.saf.trae.{arm}.n").split("/"))
        pairs[arm] = count, of
        answer = forensics.percentage_of_count(text(f"K19.saf.trae.{arm}"), of, printed_count=count)
        found(answer, "consistent", "possible")
        said("AN.37", f"{count}/{of} = {100 * count / of:.2f}")
        serious = forensics.percentage_of_count(text(f"K19.saf.sae.{arm}"), of).values
        assert serious["counts"] == 1
        said("AN.37", f"{serious['first']}/{of}")
    test = forensics.two_by_two(*pairs["25"], *pairs["plc"]).values
    said("AN.37", f"ratio 25 mg/placebo {test['ratio']:.2f}", f"Fisher p {test['p_two_sided']:.2f}")
    said("AN.37", f"95% interval {test['lower']:.2f} to {test['upper']:.2f}")


# JETALS, the pilot and the pages


@covers("AN.41")
def test_an_41_forty_three_per_cent():
    gap, decline = triple("J.diff"), text("J.seed.plc")
    p = found(forensics.p_range(*gap, log=False), "consistent", "possible")
    said("AN.41", f"se {p['se']:.3f}, z {p['z']:.2f}, two-sided p {p['two_sided']:.4f}")
    assert forensics.which_side(*gap, text("J.p3"), log=False).values["side"] == "two-sided"
    alone = forensics.which_side(*gap, text("J.p"), log=False)
    assert alone.values["side"] == "either" and alone.verdict == "cannot tell"
    n = [int(text(f"J.T1.n.{arm}")) for arm in ("mec", "plc")]
    sd = forensics.se_and_sd(*gap[1:], *n).values
    said("AN.41", f"SD {sd['sd']:.1f}")
    # Equal errors and independent means: each arm has half the variance of the difference,
    # and the placebo arm's is what difference and decline share.
    share = forensics.fieller(
        gap[0], p["se"], decline, p["se"] / math.sqrt(2), covariance=p["se"] ** 2 / 2
    ).values
    said("AN.41", f"{gap[0]}/{decline} = {100 * share['ratio']:.1f}%")
    said("AN.41", f"{100 * share['lower_exact']:.1f} to {100 * share['upper_exact']:.1f}%")
    said("AN.41", f"{100 * share['lower']:.0f} to {100 * share['upper']:.0f}%")
    whole = forensics.agree(f"{100 * share['ratio']:.1f}", text("J.seed.pct"))
    found(whole, "consistent", "possible")


@covers("AN.42")
def test_an_42_both_arms_sped_up():
    faster, before = [], []
    for arm in ("plc", "mec"):
        counts = [int(text(f"J.T1.runin{points}.{arm}")) for points in (1, 2)]
        before.append(forensics.pooled([1, 2], counts).values["mean"])
        expected = forensics.rescale(before[-1], 12, published("J.seed.weeks").value)
        faster.append(published(f"J.seed.{arm}").value / expected.values["value"])
    said("AN.42", f"{before[0]:.4f} and {before[1]:.3f} per 12 weeks")
    said("AN.42", f"{before[0] * 16 / 12:.2f} and {before[1] * 16 / 12:.2f}")
    said("AN.42", f"ratios {faster[0]:.2f} and {faster[1]:.2f}")
    first, last = text("EDA.plc.pre").split(" / ")
    run_in = forensics.difference(first, last).values["difference"]
    note = published("EDA.plc.pre").note
    after = float(re.search(r"then ([\d.]+) in 24 weeks", note)[1])
    later = forensics.rescale(after, 24, 12).values["value"]
    said("AN.42", f"{run_in:.1f} per 12 weeks then {later:.2f} per 12 weeks")
    said("AN.42", f"{later / run_in:.1f}, with no dye")


@covers("AN.43")
def test_an_43_sixteen_weeks_as_a_year():
    year = [
        forensics.rescale(text(f"J.seed.{arm}"), published("J.seed.weeks").value, 52).values[
            "value"
        ]
        for arm in ("plc", "mec")
    ]
    said("AN.43", f"= {year[0]:.1f} and {year[1]:.1f} a year")
    said("AN.43", f"{year[0] / 12:.2f} and {year[1] / 12:.2f} a month")
    said("AN.43", f"PRO-ACT {text('PROACT.slope')}")
    assert year[1] / 12 < published("PROACT.slope").value < year[0] / 12


@covers("AN.44")
def test_an_44_a_total_that_is_not():
    parts, total = [int(text(f"J.T1.ril.{arm}")) for arm in ("plc", "mec")], text("J.T1.ril.tot")
    values = found(forensics.adds_up(parts, total), "inconsistent", "certain")
    said("AN.44", f"{parts[0]} + {parts[1]} = {values['sum']:.0f}")
    n = int(text("J.fas"))
    of = forensics.percentage_of_count("90", n, printed_count=text("J.ril.n"))
    found(of, "consistent", "possible")
    misprint = forensics.percentage_of_count("92", n, printed_count=total)  # the row's note: 92%
    found(misprint, "consistent", "possible")
    # 12 of 65 printed as 19%: typed, as only the anomaly holds them.
    none = forensics.percentage_of_count("19", int(text("J.T1.n.mec")), printed_count=12)
    found(none, "inconsistent", "certain")
    said("AN.44", f"12/65 = {100 * 12 / 65:.2f}%")


@covers("AN.46")
def test_an_46_a_rate_over_sixteen_weeks():
    # The page's own figures, which only the claim C.J35 holds.
    answer = forensics.rescale("1.6", 52, 16, "0.6")
    said("AN.46", f"= {found(answer, 'inconsistent', 'certain')['value']:.2f}")


@covers("AN.47")
def test_an_47_doses_a_week():
    daily = forensics.rescale(text("K98.dose.high"), 1, 7).values["value"]
    weekly = 2 * published("J.seed.dose").value
    said("AN.47", f"{daily:.0f} v {weekly:.0f} mg a week")
    # 2.4 micrograms a day is the requirement that the claim C.J35's neighbours quote.
    said("AN.47", f"{1000 * published('K98.dose.low').value / 2.4:.0f} times 2.4 micrograms")


@covers("AN.49")
def test_an_49_the_newspaper_table():
    treated, alive, others = (int(text(f"I07.x.{w}")) for w in ("n.trt", "alive.trt", "n.ctl"))
    assert "controls all dead" in published("I07.x.alive.trt").note
    test = forensics.two_by_two(alive, treated, 0, others)
    said("AN.49", f"Fisher p = {test.values['p_two_sided']:.4f}")


def test_every_arithmetic_anomaly_is_covered():
    assert {row.id for row in anomalies() if row.kind == "arithmetic"} == COVERED
    assert len(COVERED) == 36
