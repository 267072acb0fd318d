"""Every verdict on a claim that rests on a sum, and the sum done by the forensic tools.

What a row of ``claims.csv`` says is made from the computed numbers and looked for in its
evidence, so neither can change alone.
"""

import re

import pytest

from secondlook import forensics, puzzles
from secondlook.claimsums import arithmetic, steps
from secondlook.evidence import claims, published

ROWS = {row.id: row for row in claims()}
COVERED = set()


def covers(*ids):
    COVERED.update(ids)
    return lambda test: test


def values(id):
    """The computed numbers behind a verdict, sum by sum."""
    return [step.verdict.values for step in steps(id)]


def said(id, *fragments):
    """Each computed fragment stands in the row's evidence."""
    for fragment in fragments:
        assert fragment in ROWS[id].evidence, (id, fragment)


def answers(id):
    return [step.verdict.verdict for step in steps(id)]


# E0302


@covers("C.A04")
def test_weeks_in_years():
    (years,) = values("C.A04")
    said("C.A04", f"182/52 = {years['value']:.1f}")
    assert answers("C.A04") == ["consistent"]


@covers("C.A06")
def test_no_interval_of_the_whole_trial_is_clear_of_one():
    p = [each["two_sided"] for each in values("C.A06")]
    said("C.A06", f"p {p[0]:.2f}, {p[1]:.2f} and {p[2]:.2f}, two-sided")
    assert min(p) > 0.05


@covers("C.A08", "C.S10")
def test_early_patients_by_dose():
    (low,) = values("C.A08")
    said("C.A08", f"spans 1, p {low['two_sided']:.3f} two-sided")
    again, medians = values("C.S10")
    assert again == low and medians["difference"] == 0
    said("C.S10", "equal medians")


@covers("C.K04", "C.K05")
def test_a_p_of_another_contrast():
    p = values("C.K04")[0]
    said("C.K04", f"two-sided p {p['two_sided']:.3f}, one-sided {p['one_sided']:.3f}")
    assert values("C.K04")[1]["side"] == "neither" and answers("C.K04")[1] == "inconsistent"
    median, q1, q3, _ = values("C.K05")
    assert median["difference"] == 0 and max(q1["difference"], q3["difference"]) == 1
    said("C.K05", "Medians identical", "quartiles within 1 point")
    assert answers("C.K05")[-1] == "consistent"  # the p can be that of both doses


@covers("C.K08")
def test_the_other_patients():
    (rest,) = values("C.K08")
    said("C.K08", f"about {rest['ratio']:.2f} ({rest['lower']:.2f} to {rest['upper']:.2f})")
    assert rest["ratio"] > 1 > rest["lower"]


@covers("C.K11")
def test_less_than_half():
    assert answers("C.K11") == ["consistent", "inconsistent"]
    said("C.K11", f"144/370 = {100 * 144 / 370:.1f}%", "about 40%")
    assert values("C.K11")[0]["first"] == 144


@covers("C.K14")
def test_few_adverse_events():
    *shares, pair = values("C.K14")
    said("C.K14", f"ratio 7.3/4.1 = {pair['ratio']:.1f}", f"Fisher p {pair['p_two_sided']:.2f}")
    said("C.K14", f"with {shares[0]['first']} to {shares[1]['first']} events")
    assert pair["lower"] < 1 < pair["upper"]


@covers("C.K17")
def test_the_groups_at_the_start():
    age, diagnosis = values("C.K17")
    said("C.K17", f"smallest p {age['p']:.2f} (age 65 cut)")
    said("C.K17", f"diagnosis chi-square p {diagnosis['p']:.2f}")


def test_no_other_row_of_the_baseline_table_has_a_smaller_p():
    pairs = [("male", "female"), ("sporadic", "familial"), ("stage1", "stage2")]
    triples = [("bulbar", "umn", "lmn"), ("runin1", "runin2", "runin3")]
    for rows in pairs + triples:
        table = [[puzzles.count(f"K19.T1.{row}.{arm}.n") for row in rows] for arm in puzzles.ARMS]
        assert forensics.chi_square(table).values["p"] > values("C.K17")[0]["p"], rows


@covers("C.K18")
def test_patients_with_diabetes():
    (whole,) = values("C.K18")
    said("C.K18", f"= {whole['sum']:.0f}")
    assert answers("C.K18") == ["consistent"]


@covers("C.X01")
def test_days_of_another_trial_look_alike():
    gaps = [each["difference"] for each in values("C.X01")]
    said("C.X01", f"1087-570 = {gaps[0]:.0f}", f"1197-570 = {gaps[1]:.0f}", "another trial's")
    assert min(gaps) > 500 and ROWS["C.X01"].verdict == "not-checkable"


# JETALS


@covers("C.A13")
def test_who_would_not_have_been_let_in():
    (share,) = values("C.A13")
    said("C.A13", f"{share['first']} of 370 ({100 * share['first'] / 370:.1f}%)")
    assert answers("C.A13") == ["consistent"]


@covers("C.A14", "C.J13")
def test_forty_three_per_cent_and_its_interval():
    for id in ("C.A14", "C.J13"):
        pct, low, high = (each["value"] for each in values(id))
        said(id, f"1.97/4.63 = {pct:.1f}%", f"{low:.1f}% to {high:.1f}% of 4.63")
        assert answers(id)[0] == "consistent"


@covers("C.J10")
def test_the_lower_end():
    (low,) = values("C.J10")
    said("C.J10", f"its lower end is {low['value']:.0f}% of the estimate")


@covers("C.J09")
def test_the_difference():
    said("C.J09", f"4.63 - 2.66 = {values('C.J09')[0]['difference']:.2f}")
    assert answers("C.J09") == ["consistent"]


@covers("C.A15", "C.X09")
def test_riluzole_users_are_nearly_everybody():
    for id in ("C.A15", "C.X09"):
        (share,) = values(id)
        said(id, f"{share['first']} of 129 ({100 * share['first'] / 129:.1f}%)")


@covers("C.A16", "C.J19")
def test_few_reactions():
    for id in ("C.A16", "C.J19"):
        *counts, pair = values(id)
        assert all(each["first"] == each["last"] for each in counts)
        said(id, f"Fisher p {pair['p_two_sided']:.2f}")
        assert pair["lower"] < 1 < pair["upper"]
    said("C.A16", "1/64 v 5/65")
    assert [each["first"] for each in values("C.A16")[:2]] == [5, 1]


@covers("C.A20", "C.A21")
def test_who_sped_up():
    before, expected, pace = values("C.A20")
    said("C.A20", f"= {before['mean']:.2f} per 12 weeks = {expected['value']:.2f} per 16 weeks")
    said("C.A20", f"{pace['value']:.1f} times faster")
    before, _, treated, _, _, edaravone = values("C.A21")
    said("C.A21", f"{before['mean']:.2f} per 12 weeks in run-in", f"{treated['value']:.2f} times")
    said("C.A21", f"sped up {edaravone['value']:.1f} times")
    assert pace["value"] > edaravone["value"] > treated["value"] > 1


@covers("C.J11")
def test_points_a_year():
    rates = [each["value"] for each in values("C.J11")]
    for rate, words in zip(
        rates, ("= {} a year", "= {} a year", "= {} a year", "= {}"), strict=True
    ):
        said("C.J11", words.format(f"{rate:.1f}"))
    assert min(rates) > 6 and set(answers("C.J11")) == {"inconsistent"}


@covers("C.J12")
def test_more_than_the_whole_loss():
    slow, fast, share = (each["value"] for each in values("C.J12"))
    said("C.J12", f"{slow:.1f} to {fast:.1f} in 16 weeks", f"1.97 is {share:.0f}%")
    assert share > 100 and answers("C.J12")[-1] == "inconsistent"


@covers("C.J14")
def test_edaravone_is_of_like_size():
    (points,) = values("C.J14")
    said("C.J14", f"that is {points['value']:.2f} in 16 weeks")
    assert published("J.diff").lower < points["value"] < published("J.diff").upper


@covers("C.J35")
def test_pls_in_sixteen_weeks():
    points, weeks, _ = (each["value"] for each in values("C.J35"))
    said("C.J35", f"1.6 x 16/52 = {points:.2f}", f"would need {weeks:.1f} weeks")
    said("C.J35", f"or {published('PLS.slope').text} a year")
    assert answers("C.J35") == ["inconsistent", "cannot tell", "consistent"]


# Doses and dates


@covers("C.J07", "C.X08")
def test_daily_needs_in_a_dose():
    once, daily, spread = (each["value"] for each in values("C.J07"))
    said("C.J07", f"= {once:,.0f} for one injection", f"100 mg/7 = {daily:.1f} mg a day")
    said("C.J07", f"{spread:,.0f} times")
    (hundred,) = values("C.X08")
    said("C.X08", f"= {hundred['value']:,.0f}")
    assert hundred["value"] == once and answers("C.X08") == ["inconsistent"]


@covers("C.J20", "C.W06")
def test_other_doses():
    low, high = (each["value"] for each in values("C.J20"))
    said("C.J20", f"{low:.0f} to {high:.0f} times more")
    week, fifty, twenty_five, less, more = (each["value"] for each in values("C.W06"))
    said("C.W06", f"7 x 25 = {week:.0f} mg a week", f"{less:.2f} to {more:.1f} times more")
    said("C.W06", f"{fifty:.0f} mg (50 mg twice) or {twenty_five:.0f} mg (25 mg twice)")


@covers("C.W12")
def test_nearly_nine_years():
    months, years = values("C.W12")
    said("C.W12", f"{months['difference']:.0f} months, {years['value']:.1f} years")
    assert answers("C.W12")[-1] == "inconsistent"


# All of them


def test_every_verdict_that_rests_on_a_sum_is_covered():
    says_so = {row.id for row in ROWS.values() if "arithmetic" in row.how_checked}
    assert says_so == set(arithmetic()) == COVERED


def test_a_row_with_a_sum_in_its_words_says_that_it_was_computed():
    a_sum = re.compile(r"[\d%)] = [\d.]+|Fisher p|chi-square p")
    for row in ROWS.values():
        if a_sum.search(row.evidence):
            assert row.id in arithmetic(), row.id


@pytest.mark.parametrize("id", arithmetic())
def test_the_verdict_agrees_with_the_sums(id):
    """A supported claim has no sum against it; one that a sum contradicts has one against it."""
    verdict, against = ROWS[id].verdict, "inconsistent" in answers(id)
    if verdict == "supported":
        assert not against
    # C.K05: the sum shows whose p it is. C.J14: it shows a rival.
    elif verdict in ("contradicted", "internally-inconsistent"):
        assert against or id in ("C.K05", "C.J14")
    else:
        # C.W12: ten years is nearly nine, and the caveat says so.
        assert not against or id == "C.W12"


@pytest.mark.parametrize("id", arithmetic())
def test_every_sum_asks_something_and_shows_its_arithmetic(id):
    asked = [step.asks for step in steps(id)]
    assert asked and len(set(asked)) == len(asked)
    for step in steps(id):
        assert step.verdict.arithmetic and step.verdict.why and step.verdict.values


def test_a_claim_without_a_sum_is_refused():
    with pytest.raises(ValueError, match=r"id is 'C\.A03'; the claims with sums are C\.A04,"):
        steps("C.A03")
