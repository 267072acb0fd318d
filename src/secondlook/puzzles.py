"""Each puzzle of the papers that is arithmetic, put to the forensic tools.

``data/published/anomalies.csv`` says in words what is odd; here the same figures, fetched by id,
go through :mod:`secondlook.forensics`. The tests compare the two, the page *Anomalies* prints
them, and the forensic bench opens them, so that one place knows how a puzzle is computed.

    >>> [step.verdict.values["side"] for step in steps("AN.02")[1:]]
    ['one-sided']
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import starmap

from secondlook import forensics
from secondlook.evidence import published
from secondlook.forensics import Verdict

ARMS = ("plc", "25", "50")
NAMES = {"plc": "placebo", "25": "25 mg", "50": "50 mg", "tot": "both doses", "mec": "50 mg"}


@dataclass(frozen=True)
class Step:
    """One sum of a puzzle: what it asks, in words, and the answer of the forensic tools."""

    asks: str
    verdict: Verdict


_STEPS: dict[str, Callable[[], Iterator[tuple[str, Verdict]]]] = {}
_ABOUT: dict[str, str] = {}


def arithmetic() -> tuple[str, ...]:
    """Return the ids of the puzzles that are computed here, in their order."""
    return tuple(sorted(_STEPS))


def steps(id: str) -> tuple[Step, ...]:
    """Return the sums of one puzzle, in the order in which one would do them.

    Parameters
    ----------
    id : str
        For example ``"AN.06"``.

    Raises
    ------
    ValueError
        If no puzzle with this id is arithmetic.
    """
    if id not in _STEPS:
        raise ValueError(f"id is {id!r}; the arithmetic puzzles are {', '.join(arithmetic())}")
    return tuple(starmap(Step, _STEPS[id]()))


def about(id: str) -> str:
    """Return which figures a puzzle is about, in a few words that do not give it away."""
    if id not in _ABOUT:
        raise ValueError(f"id is {id!r}; the arithmetic puzzles are {', '.join(arithmetic())}")
    return _ABOUT[id]


def verdicts(id: str) -> tuple[Verdict, ...]:
    """Return the answers of the forensic tools alone, in the order of :func:`steps`."""
    return tuple(step.verdict for step in steps(id))


def _puzzle(id: str, about: str):
    def keep(made):
        _STEPS[id], _ABOUT[id] = made, about
        return made

    return keep


def text(id: str) -> str:
    """A published value as printed."""
    return published(id).text


def count(id: str) -> int:
    """A published count."""
    return int(text(id))


def triple(id: str) -> tuple[str, str, str]:
    """A published estimate with its limits, as printed."""
    row = published(id)
    return row.text, row.lower_text, row.upper_text


def _shares(counts: dict[str, int], whole: dict[str, int]) -> Iterator[tuple[str, Verdict]]:
    for arm, part in counts.items():
        share = f"{100 * part / whole[arm]:.1f}"
        answer = forensics.percentage_of_count(share, whole[arm], printed_count=part)
        yield f"{NAMES[arm]}: is {share}% a share of {whole[arm]}?", answer


# --- which side is the printed p?


def _side(id: str, who: str, hr: str, p: str | None) -> None:
    @_puzzle(id, f"{who}: hazard ratio" + (" and p" if p else ""))
    def made():
        yield "What p belongs to the interval?", forensics.p_range(*triple(hr))
        if p:
            yield (
                f"Which side fits the printed p, {text(p)}?",
                forensics.which_side(*triple(hr), text(p)),
            )
        if id == "AN.04":
            more = triple("AAN15.hr.50")
            yield "And from the three decimals of 2015?", forensics.p_range(*more)
            p_2015 = text("AAN15.p.tte")
            yield (
                f"Does the {p_2015} of 2015 belong to it?",
                forensics.which_side(*more, p_2015),
            )


for _row in (
    ("AN.01", "50 mg, all patients", "K19.T2A.hr.50", "K19.T2A.p.tte.50.crude"),
    ("AN.02", "Both doses, all patients", "K19.T2A.hr.tot", "K19.T2A.p.tte.tot.crude"),
    ("AN.03", "25 mg, all patients", "K19.T2A.hr.25", None),
    ("AN.04", "50 mg, early patients", "K19.T2B.hr.50", "K19.T2B.p.tte.50"),
    ("AN.05", "Both doses, early patients", "K19.T2B.hr.tot", "K19.T2B.p.tte.tot"),
    ("AN.06", "25 mg, early patients", "K19.T2B.hr.25", "K19.txt.p.tte.25"),
):
    _side(*_row)


@_puzzle("AN.34", "Two small groups: differences and p")
def _intervals_clear_of_zero():
    for who, words in (("men", "Men"), ("fvc", "%FVC under 90")):
        gain, p = triple(f"K19.prog.frs.{who}"), text(f"K19.prog.p.{who}")
        yield f"{words}: what p belongs to the interval?", forensics.p_range(*gain, log=False)
        answer = forensics.which_side(*gain, p, log=False)
        yield f"{words}: does the printed p, {p}, fit on either side?", answer
    slip = forensics.which_side(*triple("K19.prog.frs.men"), "0.0095", log=False)
    yield "Men: would 0.0095, a point moved by one place, fit?", slip


# --- the same contrast under two names


@_puzzle("AN.07", "25 mg, early patients: the score and its p")
def _like_placebo():
    for what, words in (("med", "medians"), ("q1", "first quartiles"), ("q3", "third quartiles")):
        pair = (text(f"K19.T2B.frs.{what}.{arm}") for arm in ("25", "plc"))
        yield f"25 mg less placebo: the {words}", forensics.difference(*pair)
    same = forensics.agree(text("K19.txt.p.frs.25"), text("K19.T2B.p.frs.tot"))
    yield "Can the p given to 25 mg be that of both doses?", same


@_puzzle("AN.08", "Three p values, each of two comparisons")
def _the_weaker_of_two():
    pairs = (
        ("Norris scale", "K19.txt.p.norris.25", text("K19.txt.p.norris.50")),
        ("%FVC", "K19.txt.p.fvc.25", "<" + text("K19.txt.p.fvc.50")),
        ("ALSFRS-R, where the label is known", "K19.T2B.p.frs.tot", text("K19.T2B.p.frs.50")),
    )
    for name, weaker, stronger in pairs:
        answer = forensics.adjusted_below_crude([text(weaker)], [stronger])
        yield f"{name}: could {stronger} be {text(weaker)} after an adjustment?", answer


# --- adjusted, minimal and planned


def _whole_trial_p(end: str, kind: str) -> list[str]:
    return [text(f"K19.T2A.p.{end}.{arm}.{kind}") for arm in ("50", "tot")]


@_puzzle("AN.09", "Time to event: p before and after adjustment")
def _adjusted_time_to_event():
    pair = (_whole_trial_p("tte", kind) for kind in ("crude", "adj"))
    yield "Can these p values be the crude ones, adjusted?", forensics.adjusted_below_crude(*pair)


@_puzzle("AN.10", "Change of score: p before and after adjustment")
def _adjusted_scores():
    pair = (_whole_trial_p("frs", kind) for kind in ("crude", "adj"))
    yield "Can these p values be the crude ones, adjusted?", forensics.adjusted_below_crude(*pair)


@_puzzle("AN.11", "The smallest p of the abstract")
def _minimal_p():
    least = text("K19.abs.pmin")
    crude = text("K19.T2A.p.frs.tot.crude")
    yield f"Can {least} be the crude {crude}?", forensics.agree(least, crude)
    for other in _whole_trial_p("tte", "adj") + _whole_trial_p("frs", "adj"):
        yield f"Can it be the adjusted {other}?", forensics.agree(least, other)


@_puzzle("AN.12", "The abstract's line for p")
def _a_looser_line():
    p, level = "<" + text("K19.abs.p.tte"), float(text("K19.des.plan.alpha")) / 100
    yield "Does it meet the planned level, one-sided?", forensics.meets_level(p, level)
    double = forensics.meets_level(p, 0.05, level_sides=2)
    yield "And 5% two-sided?", double
    for arm in ("50", "tot"):
        yield (
            f"{NAMES[arm]}: what p belongs to the interval?",
            forensics.p_range(*triple(f"K19.T2B.hr.{arm}")),
        )


# --- plans and power


@_puzzle("AN.13", "The planned number of events")
def _where_200_events_came_from():
    alpha, claim = float(text("K19.des.plan.alpha")) / 100, text("K19.des.plan.power")
    ratio, total = published("K19.des.plan.hr").upper, published("K19.des.plan.events").value
    pair = forensics.power_of_events(ratio, 2 / 3 * total, alpha=alpha, claimed=claim)
    yield "One dose against placebo, with two thirds of the events", pair
    pooled = forensics.power_of_events(ratio, total, alpha=alpha, allocation=2)
    yield "Both doses against placebo, with all of them", pooled


@_puzzle("AN.14", "The power for the score")
def _the_second_endpoint():
    plan, arm = published("K19.des.plan.es"), published("K19.des.plan.narm").value
    alpha, claim = float(text("K19.des.plan.alpha")) / 100, text("K19.des.plan.power")
    for effect in (plan.lower, plan.upper):
        answer = forensics.power_of_means(effect, arm, arm, alpha=alpha, claimed=claim)
        yield f"Has an effect of {effect} the power of the plan?", answer


@_puzzle("AN.15", "Numbers of events behind two intervals")
def _number_of_events():
    for table, words in (("A", "All patients"), ("B", "Early patients")):
        limits = triple(f"K19.T2{table}.hr.tot")[1:]
        yield (
            f"{words}: events behind the interval",
            forensics.implied_events(*limits, allocation=2),
        )


# --- sizes, shares and flow


def _early() -> dict[str, int]:
    return {arm: count(f"AAN15.n.{arm}") for arm in ARMS}


def _all() -> dict[str, int]:
    return {arm: count(f"K19.T1.n.{arm}") for arm in ARMS}


@_puzzle("AN.16", "Months to diagnosis, and who is early")
def _two_clocks():
    mean, sd = text("K19.T1.lag.tot.mean"), text("K19.T1.lag.tot.sd")
    share = f"{100 * sum(_early().values()) / count('K19.T1.n.tot'):.1f}"
    cut, onset = published("K19.des.early").value, text("J.T1.onset.tot")
    yield (
        "How many lie at 12 months or less, if the row is normal?",
        forensics.share_below(mean, sd, cut, printed_share=share),
    )
    yield (
        "Can the early mean be that of JETALS, on the same clock?",
        forensics.split_of_whole(mean, sd, share, onset),
    )
    run_in = published("K19.des.obs").value * 7 / 30.4375
    later = f"{float(onset) + run_in:.1f}"
    yield (
        "And if the row's clock runs to the end of the run-in?",
        forensics.split_of_whole(mean, sd, share, later, part_sd=2),
    )


@_puzzle("AN.18", "How many patients of each group are early")
def _sizes_of_the_subgroup():
    n, early = _all(), _early()
    yield from _shares(early, n)
    table = [[early[arm], n[arm] - early[arm]] for arm in ARMS]
    yield "Do the shares differ more than chance?", forensics.chi_square(table)


@_puzzle("AN.19", "Placebo, early and late: events and score")
def _sign_of_the_prognosis():
    for what, words in (("ev", "events in %"), ("frs", "change in points")):
        pair = (text(f"K19.disc.{what}.{who}") for who in ("early", "late"))
        yield f"Placebo, early less late: {words}", forensics.difference(*pair)


@_puzzle("AN.20", "Two shares with their intervals")
def _middle_of_an_interval():
    for who, words in (("early", "12 months or less"), ("late", "over 12 months")):
        answer = forensics.midpoint(*triple(f"K19.disc.ev.{who}"), log=False)
        yield f"{words}: is the share the middle of its interval?", answer


# --- the other patients


@_puzzle("AN.21", "All patients, the early and the others")
def _the_rest():
    for dose in ("tot", "50", "25"):
        answer = forensics.rest_of(triple(f"K19.T2A.hr.{dose}"), triple(f"K19.T2B.hr.{dose}"))
        yield f"{NAMES[dose]}: what must hold for the other patients?", answer


@_puzzle("AN.22", "Shares without an event: all, early, others")
def _shares_without_a_model():
    n, early = _all(), _early()
    yield (
        "50 mg at the day when half of all are event-free, and half or more of the early: the late",
        forensics.rest_share("50", n["50"], (50, 100), early["50"]),
    )
    yield (
        "Placebo at the day when half of all are, and between a quarter and half of the early",
        forensics.rest_share((50, 50), n["plc"], (25, 50), early["plc"]),
    )
    yield (
        "Placebo, if 27% of the early are, as their quartiles suggest",
        forensics.rest_share("50.0", n["plc"], "27.0", early["plc"]),
    )


# --- time, dose and decline


@_puzzle("AN.23", "Both doses: days and hazard ratios")
def _dose_order():
    for what, words in (("med", "median days"), ("hr", "hazard ratio")):
        pair = (text(f"K19.T2A.{what}.{arm}") for arm in ("25", "50"))
        yield f"25 mg less 50 mg: {words}", forensics.difference(*pair)


@_puzzle("AN.24", "Placebo: events of early and late patients")
def _not_of_worst_ranks():
    early, whole = count("AAN15.n.plc"), count("K19.T1.n.plc")
    shares = [text("K19.disc.ev.early"), text("K19.disc.ev.late")]
    yield (
        "Placebo patients with an event, in %, early and late together",
        forensics.pooled(shares, [early, whole - early]),
    )


@_puzzle("AN.25", "Patients with a change of score")
def _nearly_everybody_has_a_score():
    n = [count(f"K19.T2A.frs.n.{arm}") for arm in ARMS]
    yield "Patients with a change of score", forensics.adds_up(n, sum(n))
    for part, of, words in (
        (sum(n), count("K19.T1.n.tot"), "analysed"),
        (count("K19.des.completed"), count("K19.des.rand"), "randomised"),
    ):
        share = f"{100 * part / of:.1f}"
        answer = forensics.percentage_of_count(share, of, printed_count=part)
        yield f"Is {share}% a share of the {of} {words}?", answer


@_puzzle("AN.26", "Decline in the run-in and in the trial")
def _decline_a_year():
    weeks, span = text("K19.des.weeks"), text("K19.des.obs")
    fall = forensics.rescale(text("K19.T2A.frs.med.plc"), weeks, 52)
    yield "Placebo in the trial, a year", fall
    lost = (1, 2, 3)
    run_in = forensics.pooled(
        lost, [count(f"K19.T1.runin{points}.tot.n") for points in lost], exact=True
    )
    yield "Points lost in the run-in, a patient", run_in
    mean = f"{run_in.values['mean']:.4f}"
    for to, words in ((52, "a year"), (weeks, "over the whole trial")):
        yield f"The run-in's pace, {words}", forensics.rescale(mean, span, to)


@_puzzle("AN.32", "The flow of patients")
def _flow():
    answer = forensics.flow(
        count("K19.des.rand"),
        arms=[count(f"K19.des.rand.{arm}") for arm in ARMS],
        excluded=count("K19.des.excl"),
        analysed=count("K19.des.fas"),
        completed=count("K19.des.completed"),
        withdrawn=count("K19.des.withdrawn"),
    )
    yield "Do the numbers of the flow add up?", answer


@_puzzle("AN.35", "The share of early patients")
def _half_or_forty_per_cent():
    early, of = sum(_early().values()), count("K19.T1.n.tot")
    share = f"{100 * early / of:.1f}"
    answer = forensics.percentage_of_count(share, of, printed_count=early)
    yield f"Is {share}% the share of early patients in this trial?", answer
    yield "From about 40% to half", forensics.difference("50", text("K19.disc.le12"))


@_puzzle("AN.37", "Side effects in three groups")
def _adverse_events():
    pairs = {arm: tuple(map(int, text(f"K19.saf.trae.{arm}.n").split("/"))) for arm in ARMS}
    for arm, (part, of) in pairs.items():
        related = text(f"K19.saf.trae.{arm}")
        answer = forensics.percentage_of_count(related, of, printed_count=part)
        yield f"{NAMES[arm]}: is {related}% treatment-related {part} of {of}?", answer
        serious = text(f"K19.saf.sae.{arm}")
        answer = forensics.percentage_of_count(serious, of)
        yield f"{NAMES[arm]}: how many had a serious event, if {serious}% of {of} did?", answer
    yield "25 mg against placebo", forensics.two_by_two(*pairs["25"], *pairs["plc"])


# --- JETALS, the pilot and the pages


@_puzzle("AN.41", "JETALS: a difference in percent")
def _forty_three_per_cent():
    gap, decline = triple("J.diff"), text("J.seed.plc")
    p = forensics.p_range(*gap, log=False)
    yield "What p belongs to the interval?", p
    for id in ("J.p3", "J.p"):
        answer = forensics.which_side(*gap, text(id), log=False)
        yield f"Which side fits p {text(id)}?", answer
    sizes = [count(f"J.T1.n.{arm}") for arm in ("mec", "plc")]
    yield "The spread of patients behind the interval", forensics.se_and_sd(*gap[1:], *sizes)
    # Equal errors and independent means: each arm has half the variance of the difference,
    # and the placebo arm's is what difference and decline share.
    se = p.values["se"]
    share = forensics.fieller(gap[0], se, decline, se / math.sqrt(2), covariance=se**2 / 2)
    yield "The difference as a share of placebo's decline", share
    whole = forensics.agree(f"{100 * share.values['ratio']:.1f}", text("J.seed.pct"))
    yield "Is that the printed share in %?", whole


@_puzzle("AN.42", "JETALS: decline before the trial and in it")
def _both_arms_sped_up():
    weeks = text("J.seed.weeks")
    for arm in ("plc", "mec"):
        counts = [count(f"J.T1.runin{points}.{arm}") for points in (1, 2)]
        before = forensics.pooled([1, 2], counts, exact=True)
        yield f"{NAMES[arm]}: points lost in the run-in, a patient", before
        expected = forensics.rescale(f"{before.values['mean']:.4f}", 12, weeks)
        yield f"{NAMES[arm]}: at that pace, in the trial's weeks", expected
    first, last = text("EDA.plc.pre").split(" / ")
    yield "Placebo of the edaravone trial, in its run-in", forensics.difference(first, last)
    after = re.search(r"then ([\d.]+) in 24 weeks", published("EDA.plc.pre").note)[1]
    yield "The same after it, in 12 weeks", forensics.rescale(after, 24, 12)


@_puzzle("AN.43", "JETALS: decline a year")
def _sixteen_weeks_as_a_year():
    for arm in ("plc", "mec"):
        answer = forensics.rescale(text(f"J.seed.{arm}"), text("J.seed.weeks"), 52)
        yield f"{NAMES[arm]}: points a year", answer


@_puzzle("AN.44", "JETALS: a row of the table of patients")
def _a_total_that_is_not():
    parts, total = [count(f"J.T1.ril.{arm}") for arm in ("plc", "mec")], text("J.T1.ril.tot")
    yield "Riluzole: do the arms make the total?", forensics.adds_up(parts, total)
    n = count("J.fas")
    for percent, number in (("90", text("J.ril.n")), ("92", total)):  # the row's note has the 92
        answer = forensics.percentage_of_count(percent, n, printed_count=number)
        yield f"Is {percent}% {number} of {n}?", answer
    # 12 of 65 printed as 19%: typed, as only the anomaly holds them.
    answer = forensics.percentage_of_count("19", count("J.T1.n.mec"), printed_count=12)
    yield "Is 19% 12 of 65?", answer


@_puzzle("AN.46", "A page on PLS: a rate and 16 weeks")
def _a_rate_over_sixteen_weeks():
    # The page's own figures, which only the claim C.J35 holds.
    yield "1.6 a year, in 16 weeks", forensics.rescale("1.6", 52, 16, "0.6")


@_puzzle("AN.47", "Doses a week")
def _doses_a_week():
    high, low = text("K98.dose.high"), published("K98.dose.low").value
    yield "25 mg a day, in a week", forensics.rescale(high, 1, 7)
    # Two injections a week, so half a week is the time of one.
    yield "50 mg twice a week, in a week", forensics.rescale(text("J.seed.dose"), 3.5, 7)
    need = published("RDA.b12").value
    answer = forensics.rescale(1000 * low, need, 1)
    yield f"The low dose, 0.5 mg a day, in daily needs of {need} micrograms", answer


@_puzzle("AN.49", "The pilot: two groups of patients")
def _the_newspaper_table():
    treated, alive, others = (count(f"I07.x.{w}") for w in ("n.trt", "alive.trt", "n.ctl"))
    answer = forensics.two_by_two(alive, treated, 0, others)  # "controls all dead", says the note
    yield "Free of the event: treated against untreated", answer
