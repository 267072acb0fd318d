"""Pasted results: what papers print is read as it is meant, or not at all."""

import math
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from secondlook.forensics.pasted import NOTHING, READ_AS, read_pasted
from secondlook.forensics.tokens import LONGEST, UnreadableError, read_line

YES, NO, OPEN = "consistent", "inconsistent", "cannot tell"
NBSP, THIN = "\u00a0", "\u2009"

# ------------------------------------------------------------ as papers print them

# text; kind; what must be read; verdict and how sure. Judged by hand: the p of each interval is
# that of a normal table, and counts and sums were done on paper.
PHRASES = [
    # a ratio of 0.70 (0.55 to 0.89): z = 2.91, p = 0.004 two-sided and 0.002 one-sided
    ("HR 0.70 (0.55 to 0.89), p = 0.004", "ratio", {"estimate": "0.70", "p": "0.004"}, YES),
    ("HR 0.70 (95% CI 0.55 to 0.89), p = 0.0018", "ratio", {"p": "0.0018"}, YES),
    # rounding lets two-sided p go down to 0.0022, and 0.002 up to 0.0025
    ("HR 0.70 (95% CI 0.55 to 0.89), p = 0.002", "ratio", {"p": "0.002"}, YES),
    ("HR 0.70 (95% CI 0.55 to 0.89), p = 0.4", "ratio", {"p": "0.4"}, (NO, "certain")),
    ("HR 0.70 (0.55 to 0.89), p = 0.4", "ratio", {"p": "0.4"}, (NO, "certain")),
    ("hr 0.70; 95%CI: 0.55-0.89; P=.004", "ratio", {"lower limit": "0.55", "p": ".004"}, YES),
    ("Hazard ratio, 0.70; 95% CI, 0.55 to 0.89; P=0.004", "ratio", {"p": "0.004"}, YES),
    ("hazard ratio 0·70 (95% CI 0·55–0·89; p=0·0036)", "ratio", {"p": "0.0036"}, YES),
    ("HR 0,70 (0,55–0,89), p=0,004", "ratio", {"estimate": "0.70", "upper limit": "0.89"}, YES),
    ("HR = 0.70 [0.55, 0.89] p < 0.01", "ratio", {"p": "<0.01"}, YES),
    ("HR 0.70 {0.55; 0.89}, p > 0.1", "ratio", {"p": ">0.1"}, NO),
    (f"HR{NBSP}0.70{THIN}(95{THIN}%{NBSP}CI 0.55—0.89)", "ratio", {"estimate": "0.70"}, YES),
    ("HR\n0.70\n(95% CI\n0.55 to 0.89)\np = 0.004", "ratio", {"p": "0.004"}, YES),
    ("(p = 0.004; HR 0.70, 95% CI 0.55 to 0.89)", "ratio", {"p": "0.004"}, YES),
    ("aHR 0.70 (0.55-0.89), P-value: .004", "ratio", {"p": ".004"}, YES),
    ("HR for death or ventilation 0.70 (0.55 to 0.89)", "ratio", {"estimate": "0.70"}, YES),
    ("HR 0.70 (0.55 to 0.89), log-rank p = 0.004", "ratio", {"p": "0.004"}, YES),
    ("HR 0.70 (0.55 to 0.89), two-sided p = 0.0018", "ratio", {"p": "0.0018"}, (NO, "likely")),
    ("HR 0.70 (0.55 to 0.89), 1-sided p = 0.0018", "ratio", {"p": "0.0018"}, YES),
    ("HR 0.70 (0.55 to 0.89), NS", "ratio", {"p": ">0.05"}, (NO, "likely")),
    ("HR 0.95 (0.75 to 1.20), n.s.", "ratio", {"p": ">0.05"}, YES),
    ("HR 0.70 (0.55 to 0.89), p for interaction 0.60", "ratio", {"estimate": "0.70"}, YES),
    ("HR 0.70 (0.55 to 0.99)", "ratio", {"upper limit": "0.99"}, (NO, "likely")),
    ("HR 0.70 (90% CI 0.57 to 0.86), p = 0.004", "ratio", {"p": "0.004"}, YES),
    ("HR 0.70 (99% confidence interval 0.51 to 0.96), p = 0.004", "ratio", {"p": "0.004"}, YES),
    # an odds ratio of 2.4 (1.2 to 4.8): z = 2.48, p = 0.013
    ("OR 2,4 [95% CI 1,2–4,8]; P=.013", "ratio", {"estimate": "2.4", "p": ".013"}, YES),
    ("OR 2.4 (1.2, 4.8), P = .80", "ratio", {"p": ".80"}, (NO, "certain")),
    ("odds ratio of 2.4 (95% CI of 1.2 to 4.8)", "ratio", {"estimate": "2.4"}, YES),
    ("or 2.4 (1.2 to 4.8)", "ratio", {"estimate": "2.4"}, YES),
    ("RR: 2.4; CI 95%: 1.2; 4.8", "ratio", {"lower limit": "1.2"}, YES),
    ("relative risk 2.4, 95% CI between 1.2 and 4.8", "ratio", {"upper limit": "4.8"}, YES),
    ("2.4 (1.2 to 4.8)", "ratio", {"estimate": "2.4"}, YES),
    # a difference of 2.0 (0.5 to 3.5): z = 2.61, p = 0.009
    ("mean difference 2.0 (95% CI, 0.5-3.5; P = .009)", "difference", {"p": ".009"}, YES),
    ("difference 2.0 points (0.5 to 3.5), P = .21", "difference", {"p": ".21"}, NO),
    ("MD +2.0 [0.5, 3.5]", "difference", {"estimate": "2.0"}, YES),
    ("MD −2.0 (−3.5 to −0.5), p=0.009", "difference", {"estimate": "−2.0"}, YES),
    ("MD -2.0 (-3.5--0.5), p=0.009", "difference", {"upper limit": "−0.5"}, YES),
    ("–2.0 (–3.5 to –0.5)", "difference", {"lower limit": "−3.5"}, YES),
    ("β = −2.0 (95% CI: −3.5, −0.5)", "difference", {"estimate": "−2.0"}, YES),
    ("risk difference 2.0% (0.5% to 3.5%)", "difference", {"estimate": "2.0"}, YES),
    ("2.0 (0.5 to 3.5)", "difference", {"estimate": "2.0"}, YES),
    ("difference 2.0 (0.5 to 4.5)", "difference", {"upper limit": "4.5"}, (NO, "likely")),
    # shares of people
    ("41.7% (5/12)", "share", {"percentage": "41.7", "count": "5", "people": "12"}, YES),
    ("5 of 12 patients (41.7%)", "share", {"percentage": "41.7"}, YES),
    ("5/12 (42%)", "share", {"percentage": "42"}, YES),
    ("5/12 (43%)", "share", {"percentage": "43"}, (NO, "certain")),
    ("5/12 (41.6%)", "share", {"percentage": "41.6"}, (NO, "likely")),  # cut off, not rounded
    ("5 (41,7%) of 12", "share", {"percentage": "41.7"}, YES),
    ("5 (41.7%), n = 12", "share", {"people": "12"}, YES),
    ("61% of 18", "share", {"people": "18"}, YES),
    ("62% of 18", "share", {"people": "18"}, (NO, "certain")),
    ("5 out of the 12 patients, or 41.7%", "share", {"count": "5"}, YES),
    (f"1{THIN}250 of 5{THIN}000 (25%)", "share", {"count": "1250", "people": "5000"}, YES),
    ("1,250 of 5,000 (25.0%)", "share", {"count": "1250", "people": "5000"}, YES),
    # 3/10 v 8/10: Fisher 0.070, chi-square 0.025
    ("3/10 v 8/10, p = 0.070", "share", {"p": "0.070"}, YES),
    ("3/10 (30%) vs 8/10 (80%); P=.025", "share", {"p": ".025"}, YES),
    ("3/10 versus 8/10, p = 0.5", "share", {"p": "0.5"}, (NO, "likely")),
    # means of whole numbers, sums, rates
    ("mean 3.42, n = 12", "mean", {"mean": "3.42", "people": "12"}, YES),
    ("mean 3.47, n = 12", "mean", {"mean": "3.47"}, (NO, "likely")),
    ("mean score of 3.47 (SD 1.2; n = 12; 5 items)", "mean", {"items": "5"}, YES),
    ("58 + 61 = 119", "sum", {"total": "119"}, (YES, "certain")),
    ("58 + 51 = 119", "sum", {"total": "119"}, (NO, "certain")),
    ("400 − 3 = 397", "sum", {"total": "400"}, YES),
    ("33% + 33% + 33% = 100%", "sum", {"total": "100"}, YES),
    ("33 + 33 + 33 = 100", "sum", {"total": "100"}, (NO, "likely")),
    ("1.6 points a year is 0.5 points in 16 weeks", "rate", {"rate": "1.6"}, YES),
    ("1.6 a year is 0.8 in 16 weeks", "rate", {"rate printed": "0.8"}, NO),
    ("3 per month = 36 per year", "rate", {"rate printed": "36"}, YES),
    ("2 mg daily or 14 mg weekly", "rate", {"rate": "2"}, YES),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "figures", "verdict"), PHRASES, ids=lambda x: None)
def test_a_phrase_is_read_as_it_is_meant(text, kind, figures, verdict):
    reading = read_pasted(text)
    assert reading.kind == kind, reading
    for what, words in figures.items():
        assert reading.figure(what).text == words, (what, reading.figures)
    wanted, sure = verdict if isinstance(verdict, tuple) else (verdict, reading.head.sure)
    assert (reading.head.verdict, reading.head.sure) == (wanted, sure), reading.head
    assert reading.said.endswith(".")


# text; kind; what must be read; words of the reason
EXPLAINED = [
    ("OR=1,45 (IC 95% 1,10 a 1,92), p=0,008", "ratio", YES, "two-sided"),
    ("OR 1,45 (IC à 95 % : 1,10 à 1,92), p=0,008", "ratio", YES, "two-sided"),
    ("OR 1,45 (IC95% [1,10 ; 1,92]; p=0,008)", "ratio", YES, "two-sided"),
    ("OR 1,45 (95%-KI 1,10 bis 1,92; p=0,008)", "ratio", YES, "two-sided"),
    ("OR 1,45; intervallo di confidenza al 95%: 1,10 a 1,92; p = 0,008", "ratio", YES, "two-sided"),
    ("Differenz 2,0 (95%-Konfidenzintervall 0,5 bis 3,5), p=0,009", "difference", YES, "two-sided"),
    ("2.49 (SE 0.76, 95% CI 0.99–3.98; p=0.0013)", "difference", YES, "t test"),
    ("difference 2.49 (SE 0.76), p=0.0013", "difference", YES, "t test"),
    ("difference 2.49 (SE 0.76), p=0.2", "difference", (NO, "likely"), "standard error"),
    ("difference 2.49 (95% CI 0.99 to 3.98), p=0.003", "difference", OPEN, "few"),
    (
        "difference 2.49 (95% CI 0.99 to 3.98), n = 400, p=0.003",
        "difference",
        (NO, "likely"),
        "No rounding",
    ),
    ("difference 2.49 (95% CI 0.99 to 3.98; SE 2.1), p=0.0011", "difference", YES, "two-sided"),
    ("HR 0.75 (0.64 to 0.89), P<0.001", "ratio", YES, "cannot be told"),
    ("difference 1 (95% CI 2 to 3), p = 0.04", "difference", (NO, "certain"), "outside"),
    ("HR 1.0 (95% CI 2 to 3)", "ratio", (NO, "certain"), "outside"),
    ("HR 2.0 (0.35 to 0.92)", "ratio", (NO, "likely"), "outside"),
    ("log OR 0.3 (95% CI 1.1 to 1.6)", "ratio", (NO, "likely"), "outside"),
    ("3/10 v 8/10, two-sided p = 0.035", "share", (NO, "likely"), "none"),
    ("3/10 v 8/10, one-sided p = 0.035", "share", YES, "Fisher"),
]


@pytest.mark.parametrize(("text", "kind", "verdict", "reason"), EXPLAINED, ids=lambda x: None)
def test_what_explains_a_figure_is_tried_before_it_is_doubted(text, kind, verdict, reason):
    reading = read_pasted(text)
    wanted, sure = verdict if isinstance(verdict, tuple) else (verdict, reading.head.sure)
    assert (reading.kind, reading.head.verdict, reading.head.sure) == (kind, wanted, sure), reading
    assert reason in reading.head.why, reading.head.why


def test_every_usual_test_that_gives_the_p_is_named_two_sided_ones_first():
    # by hand with R: chi-square 0.0336, with the correction 0.0540, Fisher 0.0471
    why = read_pasted("23 of 65 (35.4%) versus 12 of 64 (18.8%), p = 0.03").head.why
    fits = ("chi-square without a correction, two-sided", "Fisher's exact test, one-sided",
            "chi-square with a correction, one-sided")  # fmt: skip
    assert [why.index(name) for name in fits] == sorted(why.index(name) for name in fits)
    assert why.count("-sided") == 3 and "cannot be told" in why
    assert "not used" in read_pasted("HR 0.75 (95% CI 0.64 to 0.89; SE 0.1), p=0.0009").said


# What must not be judged: refused, with a word of the reason.
REFUSED = [
    ("", "Nothing is pasted"),
    (" \n\t", "Nothing is pasted"),
    ("The drug worked well in most patients.", "no number"),
    ("nan", "no number"),
    ("In 2019, 370 patients were followed for 182 weeks", "cannot be told what"),
    ("HR inf (nan to 3)", "cannot be told"),
    ("7", "cannot be told what"),
    ("1,234", "more than one way"),
    ("1.234,5 (1 to 2)", "more than one way"),
    ("0,35,0,92", "more than one way"),
    ("90% CI", "level"),
    ("p = 0.03", "nothing to be compared"),
    ("61%", "of whom"),
    ("61% (n = 18)", "of whom"),
    ("5 of 12", "alone"),
    ("3.5 ± 1.2", "±"),
    ("p = 2 × 10−5", "power of ten"),
    ("1.05 (1.01 to 1.09)", "ratio or a difference"),
    ("41.7% (15.2% to 72.3%)", "percentage need not"),
    ("median 12 (8 to 20)", "median"),
    ("mean 12 (range 5 to 20)", "range"),
    ("HR 0.70 (95% CrI 0.55 to 0.89)", "credible"),
    ("HR 0.05 (0.00 to 0.80)", "more decimals"),
    ("HR −0.5 (−0.9 to −0.1)", "above 0"),
    ("HR 0.70 (0.89 to 0.55)", "lower limit is 0.89"),
    ("2019 patients had an HR from 0.35 to 0.92", "outside its interval"),
    ("25% less (HR 0.64 to 0.89)", "outside its interval"),
    ("HR 0.75 (SE 0.11), p = 0.01", "paste the interval"),
    ("mean 12.5 (SE 0.4), p = 0.03", "not what these are: 12.5"),
    ("23% (SE 4%), p = 0.03", "not what these are: 23"),
    ("-2.7 (-3.9-1.5)", "“to” or a minus"),
    ("HR 0.70 (0.55 to 0.89), p = 1.2", "between 0 and 1"),
    ("HR 0.70 (0.55 to 0.89), p = -0.2", "between 0 and 1"),
    ("HR 0.70 (0.55 to 0.89), p < 0", "no p value"),
    ("HR 0.70 (0.55 to 0.89), p = 0.004, p = 0.2", "more than one p"),
    ("HR 0.70 (0.55 to 0.89) and 0.80 (0.60 to 1.07)", "more than one interval"),
    ("95% CI 0.55 to 0.89", "no estimate"),
    ("HR 1e308 (1e307 to 1e309)", "too large"),
    ("130% of 20", "percentage is 130"),
    ("7 of 5 (10%)", "part of 5"),
    ("5.5 of 12 (41.7%)", "whole number"),
    ("99999999999999999 of 100 (10%)", "whole number"),
    ("9" * 25, "longer than any in print"),
    ("5/900000 v 6/900000, p = 0.8", "at most 1000000"),
    ("x" * (LONGEST + 1), "longer than"),
    ("9" * 10_000, "longer than"),
    ("HR 0.70 <script>alert(1)</script>", "markup"),
    ("<img src=x onerror=alert(1)> 5/12 (42%)", "markup"),
    ("p &lt; 0.001", "markup"),
    ("HR 0.70\u202e (0.55 to 0.89)", "right-to-left override"),
    ("HR 0.70\u200f (0.55 to 0.89)", "right-to-left mark"),
    ("HR 0.70\u200b (0.55 to 0.89)", "zero width space"),
    ("HR 0.70\u0000 (0.55 to 0.89)", "number 0"),
    ("HR 0.70\u001b[31m (0.55 to 0.89)", "number 27"),
    ("HR 0.70 😀 (0.55 to 0.89)", "grinning face"),
    ("HR ０.70 (0.55 to 0.89)", "fullwidth digit zero"),
    ("HR ٠.70 (0.55 to 0.89)", "arabic-indic digit zero"),
    ("HR 0.70 \ud800 (0.55 to 0.89)", "number 55296"),
    ("$\\alpha$ 0.70 (0.55 to 0.89)", "dollar sign"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=lambda x: None)
def test_what_cannot_be_judged_is_refused_by_name(text, reason):
    reading = read_pasted(text)
    assert (reading.kind, reading.sums) == (NOTHING, ())
    assert reason in reading.said and reading.said.endswith("."), reading.said
    assert reading.head.verdict == OPEN


@pytest.mark.parametrize(("name", "value"), [("read", "HR"), ("level", 0.2), ("level", "x"),
                                             ("items", 0), ("items", 1.5)])  # fmt: skip
def test_a_wrong_argument_is_named(name, value):
    with pytest.raises(ValueError, match=f"{name} is "):
        read_pasted("HR 0.70 (0.55 to 0.89)", **{name: value})


def test_the_reader_can_force_how_it_is_read():
    text = "1.05 (1.01 to 1.09), p = 0.013"
    assert read_pasted(text, read="ratio").kind == "ratio"
    assert read_pasted(text, read="difference").head.verdict == NO
    assert read_pasted("HR 0.70 (0.55 to 0.89)", read="counts").kind == NOTHING
    narrow = read_pasted("HR 0.70 (0.57 to 0.86), p = 0.004", level=0.9)
    assert narrow.head.verdict == YES
    assert read_pasted("mean 3.47, n = 12", items=5).head.verdict == YES


def test_what_was_not_understood_is_said_and_takes_certainty_away():
    plain = "HR 0.70 (95% CI 0.55 to 0.89), p = 0.4"
    assert read_pasted(plain).head.sure == "certain"
    for more in (f"77 {plain}", f"adjusted {plain}", f"{plain}, 12"):
        reading = read_pasted(more)
        assert (reading.head.verdict, reading.head.sure) == (NO, "likely"), more
    assert "Not used, as it is not clear what it is: 77." in read_pasted(f"77 {plain}").said


def test_an_unnamed_level_takes_certainty_away_where_another_would_fit():
    text = "HR 0.64 (0.38 to 1.09), p = 0.01"  # as a 99% interval its one-sided p is 0.015
    assert read_pasted(text).head.sure == "likely"
    assert read_pasted(text, level=0.95).head.sure == "certain"


def test_numbers_keep_their_zeros_and_lose_their_marks():
    assert read_line("1.20 and .50 and 0·30").numbers == ("1.20", ".50", "0.30")
    assert read_line("n = 1,204, mean 3.47").numbers == ("1204", "3.47")
    with pytest.raises(UnreadableError, match="no text"):
        read_line(None)


# ------------------------------------------------------------ no wrong certainty


def printed_p(p: float, digits: int) -> str:
    text = f"{p:.{digits}f}"
    return f"<{10**-digits:.{digits}f}" if float(text) == 0 else f"={text}"


def wrongly_certain(reading) -> bool:
    return any(
        (each.verdict.verdict, each.verdict.sure) == (NO, "certain") for each in reading.sums
    )


@settings(max_examples=300, deadline=None)
@given(
    log=st.booleans(), effect=st.floats(-1.5, 1.5), se=st.floats(0.02, 1.0),
    level=st.sampled_from([0.9, 0.95, 0.99]), named=st.booleans(), sides=st.sampled_from([1, 2]),
    decimals=st.integers(1, 3), p_digits=st.integers(1, 4), df=st.sampled_from([None, 3, 8, 25]),
)  # fmt: skip
@example(True, 0.4, 0.2, 0.95, True, 1, 2, 2, None)
@example(False, 1.5, 1.0, 0.99, False, 1, 1, 2, 3)  # few patients and an unnamed 99%
def test_a_true_analysis_is_never_called_certainly_wrong(
    log, effect, se, level, named, sides, decimals, p_digits, df
):
    """A normal or t analysis, rounded as a paper does, whatever its level and its side."""
    law = stats.norm if df is None else stats.t(df)
    half = law.ppf((1 + level) / 2) * se
    ends = [effect, effect - half, effect + half]
    estimate, lower, upper = (f"{math.exp(e) if log else e:.{decimals}f}" for e in ends)
    p = sides * law.sf(abs(effect / se))
    name = "HR" if log else "difference"
    of = f"{100 * level:.0f}% CI " if named else ""
    text = f"{name} {estimate} ({of}{lower} to {upper}), p {printed_p(p, p_digits)}"
    reading = read_pasted(text)
    assert not wrongly_certain(reading), (text, reading)
    if df is None and level == 0.95 and reading.kind != NOTHING:
        assert reading.head.verdict != NO, (text, reading)


@settings(max_examples=300, deadline=None)
@given(
    log=st.booleans(), effect=st.floats(-1.5, 1.5), se=st.floats(0.02, 1.0),
    n=st.integers(60, 500), named=st.booleans(), sides=st.sampled_from([1, 2]),
    decimals=st.integers(1, 3), p_digits=st.integers(2, 4), how=st.integers(0, 3),
)  # fmt: skip
@example(False, 2.49 / 2, 0.76 / 2, 137, True, 2, 3, 4, 0)
def test_a_t_analysis_of_a_usual_trial_is_never_doubted(
    log, effect, se, n, named, sides, decimals, p_digits, how
):
    """The n not given; t for the interval and the p, or for one of them, or an SE for the CI."""
    t = stats.t(n - 2)
    half = (stats.norm if how == 1 else t).ppf(0.975) * se
    ends = [effect, effect - half, effect + half]
    estimate, lower, upper = (f"{math.exp(e) if log else e:.{decimals}f}" for e in ends)
    p = sides * (stats.norm if how == 2 else t).sf(abs(effect / se))
    interval = f"{'95% CI ' if named else ''}{lower} to {upper}"
    if how == 3 and not log:
        interval = f"SE {se:.{decimals + 1}f}" + (f"; {interval}" if named else "")
    name = "HR" if log else "difference"
    text = f"{name} {estimate} ({interval}), p {printed_p(p, p_digits)}"
    reading = read_pasted(text)
    assert all(each.verdict.verdict != NO for each in reading.sums), (text, reading)


@settings(max_examples=150, deadline=None)
@given(log=st.booleans(), z=st.floats(0, 1.2) | st.floats(4.5, 7), se=st.floats(0.05, 0.3))
def test_a_gross_contradiction_is_found(log, z, se):
    """An interval clear of no effect with a large p, or one across it with a tiny p."""
    ends = [z * se, (z - 1.96) * se, (z + 1.96) * se]
    estimate, lower, upper = (f"{math.exp(e) if log else e:.3f}" for e in ends)
    p = "<0.0001" if z < 2 else "= 0.60"
    name = "HR" if log else "difference"
    reading = read_pasted(f"{name} {estimate} (95% CI {lower} to {upper}), p {p}")
    assert reading.head.verdict == NO
    assert reading.head.sure == "certain", reading


@settings(max_examples=200, deadline=None)
@given(n=st.integers(1, 2000), share=st.floats(0, 1), decimals=st.integers(0, 3))
def test_a_true_share_always_fits(n, share, decimals):
    k = round(share * n)
    percent = f"{100 * k / n:.{decimals}f}"
    for text in (f"{k}/{n} ({percent}%)", f"{percent}% ({k} of {n})", f"{percent}% of {n}"):
        assert read_pasted(text).head.verdict == YES, text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(1, 3))
def test_a_true_mean_and_a_true_sum_always_fit(scores, decimals):
    mean = f"{np.mean(scores):.{decimals}f}"
    assert read_pasted(f"mean {mean}, n = {len(scores)}").head.verdict == YES
    parts = scores[:10]
    if len(parts) > 1:
        text = f"{' + '.join(map(str, parts))} = {sum(parts)}"
        assert read_pasted(text).head.verdict == YES


@settings(max_examples=60, deadline=None)
@given(a=st.integers(0, 40), b=st.integers(0, 40), n=st.integers(40, 80), m=st.integers(40, 80))
def test_a_true_p_of_two_groups_fits_whichever_test_gave_it(a, b, n, m):
    table = [[a, n - a], [b, m - b]]
    tests = [stats.fisher_exact(table, alternative=side).pvalue
             for side in ("two-sided", "less", "greater")]  # fmt: skip
    if 0 < a + b < n + m:
        both = [stats.chi2_contingency(table, correction=yes).pvalue for yes in (False, True)]
        tests += [*both, both[0] / 2, 1 - both[1] / 2]
    for p in tests:
        reading = read_pasted(f"{a}/{n} v {b}/{m}, p {printed_p(p, 3)}")
        assert reading.head.verdict == YES, (reading, p)


# ------------------------------------------------------------ anything at all

PIECES = st.sampled_from(
    ["HR", "OR", "or", "0.57", "(", ")", "[", "]", "95% CI", "to", "–", "−", "-", ",", ";", "p",
     "=", "<", "0.01", "1e308", "-1e308", "1e-300", "%", "/", "of", "n =", "mean", "12", "5",
     "difference", "+", "is", "a year", "in 16 weeks", "0", "0.00", "1,234", "0,5", ".", "NS",
     "two-sided", "median", "SE", "SE 0.5", "IC", "95% KI", "a", "bis",
     "difference 2 (", "\n", "items", "and", "99999999999999", "9" * 16, "999 %"]
)  # fmt: skip


def assert_an_answer(reading):
    assert reading.said.endswith(".") and (reading.said[0].isalnum() or reading.said[0] in "±“")
    for words in [reading.said, *(f"{s.verdict.why} {s.verdict.arithmetic}" for s in reading.sums)]:
        assert not re.search(r"\bnan\b|\binf\b|None|Traceback|\\x|printed_|\bn_1\b", words), words
    assert reading.head.verdict in (YES, NO, OPEN)
    for figure in reading.figures:
        assert all(map(math.isfinite, (figure.value, figure.low, figure.high)))


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=24).map(" ".join), st.sampled_from(READ_AS))
@example("HR 0.6 (0.6 to 0.6), p = 0.5", "auto")
@example("difference 0 (0 to 0), p = 0", "auto")
@example("HR 1e14 (1e13 to 1e15), p = 1", "auto")
@example("0/5 v 0/7, p = 1", "auto")
@example("5/5 (100%) v 7/7 (100%), p = 0.2", "auto")
@example("mean 0, n = 0", "auto")
@example("1 in 0 weeks is 2 in 1 weeks", "auto")
def test_pieces_of_phrases_in_any_order_get_an_answer(text, read):
    assert_an_answer(read_pasted(text, read=read))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text):
    assert_an_answer(read_pasted(text))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_phrase_with_a_slip_gets_an_answer(data):
    text = list(data.draw(st.sampled_from([phrase[0] for phrase in PHRASES])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.sampled_from([*"0123456789.,-−–()%<>= ", "", "inf", "nan"]))
    assert_an_answer(read_pasted("".join(text)))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(), min_size=3, max_size=3), st.floats())
def test_any_three_floats_get_an_answer(three, p):
    a, b, c = three
    assert_an_answer(read_pasted(f"difference {a} ({b} to {c}), p = {p}"))


@pytest.mark.parametrize(
    "unit", ["(", ")", "1,", "1.", "-", "a ", "# ", "1 % ", "p ", "1 to ", "1 + ", "1 of ", " ",
             "ci ", "1/", "1 a ", "=", ",", "mean ", "n = "],
)  # fmt: skip
def test_long_runs_are_answered_too(unit):
    """A pattern that tries every way of splitting such a run would not end this side of Easter."""
    assert_an_answer(read_pasted((unit * LONGEST)[:LONGEST]))
