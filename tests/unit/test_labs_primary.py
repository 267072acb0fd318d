"""The lab of chapter 3's analysis, and its tables beside print: judged by lifelines and SciPy."""

import numpy as np
import pytest
from _labs import settings_to_try
from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test
from scipy import stats
from test_figures import assert_words_fit

from secondlook.cohort import load
from secondlook.evidence import published
from secondlook.figures.primary import Cell, Ranked, beside_print, cells, ranked_changes
from secondlook.labs import primary as labs

TWIN = load("e0302")
TREATED = {"tot": ["25 mg", "50 mg"], "50": ["50 mg"], "25": ["25 mg"]}


@pytest.fixture(autouse=True)
def no_link(monkeypatch):
    monkeypatch.delenv("SECONDLOOK_LINK", raising=False)
    monkeypatch.setenv("SECONDLOOK_STATIC", "1")


def compared(contrast):
    table = TWIN[TWIN["arm"].isin(["placebo", *TREATED[contrast]])].copy()
    table["treated"] = (table["arm"] != "placebo").astype(int)
    return table


def read(table, left):
    """Patients who left before the last day, read in one of three ways."""
    gone = ~table["event"] & (table["days"] < 1274)
    if left == "event":
        table.loc[gone, "event"] = True
    if left == "free":
        table.loc[gone, "days"] = 1274
    return table


def test_the_time_to_event_agrees_with_lifelines_at_every_setting():
    for contrast in TREATED:
        for left in ("censored", "event", "free"):
            lab = labs.primary_analysis().set(contrast=contrast, left=left)
            table = read(compared(contrast), left)
            fit = CoxPHFitter().fit(table[["days", "event", "treated"]], "days", "event")
            row = fit.summary.loc["treated"]
            ours = lab.result.cox
            assert ours.hr[0, 0] == pytest.approx(row["exp(coef)"], rel=1e-4)
            assert ours.upper[0, 0] == pytest.approx(row["exp(coef) upper 95%"], rel=1e-4)
            on, off = table[table["treated"] == 1], table[table["treated"] == 0]
            p = logrank_test(on["days"], off["days"], on["event"], off["event"]).p_value
            assert lab.set(sides="2").result.p == pytest.approx(p, rel=1e-6)
            assert lab.set(sides="1").result.p == pytest.approx(p / 2, rel=1e-6)
            assert f"{row['exp(coef)']:.2f} (" in lab.sentence
            assert f" {int(table['event'].sum())} events" in lab.sentence


def test_the_score_agrees_with_scipy_at_every_setting():
    for contrast in TREATED:
        table = compared(contrast).dropna(subset="alsfrs_change")
        who = {
            "twin": table["worst_rank"],
            "nobody": table["event"] & False,
            "everybody": table["event"],
        }
        for worst, lowest in who.items():
            value = table["alsfrs_change"].where(~lowest, -99)
            on = table["treated"] == 1
            p = stats.mannwhitneyu(
                value[on], value[~on], alternative="greater", use_continuity=False,
                method="asymptotic",
            ).pvalue  # fmt: skip
            lab = labs.primary_analysis().set(endpoint="score", contrast=contrast, worst=worst)
            assert lab.result.p == pytest.approx(p, rel=1e-6)


def test_the_sentence_says_if_print_did_otherwise():
    for settings in settings_to_try(labs.primary_analysis()):
        lab = labs.primary_analysis().set(**settings)
        now = lab.settings
        time = now["endpoint"] == "time"
        as_printed = now["left"] == "censored" if time else now["worst"] == "twin"
        assert ("otherwise" in lab.sentence) == (not as_printed), now
        if as_printed and now["contrast"] != "25":
            name = "tte" if time else "frs"
            printed = published(f"K19.T2A.p.{name}.{now['contrast']}.crude").text
            assert lab.sentence.endswith(f"Printed: p {printed}, without its side."), now


def test_every_cell_of_the_default_analyses_rounds_to_print():
    for label in ("Time to event", "ALSFRS-R"):
        for contrast in TREATED:
            lab = labs.primary_analysis().press(label).set(contrast=contrast)
            for row in lab.numbers:
                if row["Printed"] not in ("not printed", "not reached"):
                    digits = len(row["Printed"].partition(".")[2])
                    there, here = (float(row[k].replace("−", "-")) for k in ("Printed", "The twin"))
                    assert abs(there - here) <= 0.5 * 10**-digits + 1e-9, (contrast, row)


def test_with_every_event_ranked_worst_the_printed_median_is_impossible():
    """What the chapter says of placebo, and question 03.ranks of any such arm."""
    lab = labs.primary_analysis().press("Every event ranked worst")
    placebo = lab.result.ranked["placebo"]
    assert placebo.worst == pytest.approx(61 / 123)
    assert placebo.median < published("K19.T2A.frs.med.plc").value - 10
    assert f"{100 * placebo.worst:.0f}% ranked worst" in lab.picture.alt


def test_who_is_ranked_worst_hardly_moves_the_p():
    p = [
        labs.primary_analysis().set(endpoint="score", worst=worst).result.p
        for worst in ("twin", "nobody", "everybody")
    ]
    assert max(p) - min(p) < 0.02


# ------------------------------------------------------------ beside print


def test_cells_round_as_print_does_and_say_the_difference():
    hr = cells("HR", published("K19.T2A.hr.tot"), 0.8768, 0.6421, 1.1973)
    assert [cell.printed for cell in hr] == ["0.88", "0.64", "1.20"]
    assert [cell.computed for cell in hr] == ["0.877", "0.642", "1.197"]
    assert [cell.difference for cell in hr] == ["−0.003", "+0.002", "−0.003"]
    assert Cell("p", "0.20", 0.2).difference == "0"
    assert Cell("points", "−24.0", -22.5).difference == "+1.5"


def test_what_is_not_reached_is_said_and_not_subtracted():
    third = cells("", published("K19.T2A.q3.plc"), np.inf)
    assert (third[0].printed, third[0].computed) == ("not reached",) * 2
    assert third[0].difference == "same"
    assert cells("", published("K19.T2A.q3.plc"), 1200)[0].difference == "no number in print"
    assert Cell("", "880", np.inf).difference == "the twin has no number"
    median = cells("", published("K19.T2A.med.25"), 1147, 819, np.inf)
    text = beside_print({"25 mg": median}, "Days").text()
    assert text.count("1147 (819 to not reached)") == 2 and "0, 0, same" in text
    folded = beside_print({"25 mg": median}, "Days", folded=True)
    assert folded.text() == text and folded.html().startswith("<details")


def test_a_median_counts_the_worst_ranked_below_every_score():
    some = Ranked(np.array([-10.0, -20.0, -np.inf]), -15)
    assert (some.worst, some.median) == (pytest.approx(1 / 3), -20)
    most = Ranked(np.array([-10.0, -np.inf, -np.inf]), -10)
    picture = ranked_changes({"placebo": most}, title="T", subtitle="S", source="Q")
    assert most.median == -np.inf and "below every score" in picture.alt
    assert_words_fit(picture)
