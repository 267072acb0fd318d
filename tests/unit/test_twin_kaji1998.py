"""The twin of the pilot of 1998 shows what its abstract prints: a pattern and no number."""

import numpy as np
import pytest
from scipy import stats

from secondlook._data import data_path
from secondlook.cohort import load, trial
from secondlook.evidence import published

TWIN = load("kaji1998")
TRIAL = trial("kaji1998")
LOW, HIGH = (TWIN[TWIN.arm == arm] for arm in ("0.5 mg", "25 mg"))
PAGE = data_path("README.md").read_text(encoding="utf-8")


def paired(people, week):
    return stats.ttest_rel(people[f"cmap_w{week}"], people.cmap_w0)


def test_arms_and_weeks_are_the_printed_ones():
    assert len(LOW) == published("K98.n.low").value
    assert len(HIGH) == published("K98.n.high").value
    doses = [arm.dose_mg for arm in TRIAL.arms]
    assert doses == [published("K98.dose.low").value, published("K98.dose.high").value]
    assert TRIAL.visit_weeks == (0, published("K98.visit1").value, published("K98.visit2").value)


@pytest.mark.parametrize("week", [2, 4])
def test_the_low_dose_has_no_significant_change(week):
    assert published("K98.res.low").printed == "No significant changes"
    assert paired(LOW, week).pvalue > 0.4
    assert stats.wilcoxon(LOW[f"cmap_change_w{week}"]).pvalue > 0.4


def test_the_high_dose_rises_significantly_at_4_weeks():
    assert published("K98.res.high").printed == "significant increase at 4 weeks"
    test = paired(HIGH, 4)
    assert test.statistic > 0 and test.pvalue < 0.05
    assert stats.wilcoxon(HIGH.cmap_change_w4).pvalue < 0.05
    assert paired(HIGH, 2).pvalue > 0.05  # print is silent: the maker's choice


def test_between_the_arms_the_numbers_are_unremarkable():
    """Print does not decide this; the page and the trial's file say so."""
    assert stats.ttest_ind(HIGH.cmap_change_w4, LOW.cmap_change_w4).pvalue > 0.1
    assert stats.mannwhitneyu(HIGH.cmap_change_w4, LOW.cmap_change_w4).pvalue > 0.1
    assert stats.ttest_ind(HIGH.cmap_w0, LOW.cmap_w0).pvalue > 0.5


def test_amplitudes_are_plausible_hundredths_of_a_millivolt():
    amplitudes = TWIN[list(TRIAL.visit_columns)].to_numpy()
    assert amplitudes.min() > 0.5 and amplitudes.max() < 9
    assert np.allclose(amplitudes * 100, np.rint(amplitudes * 100))


def test_it_says_that_it_is_invented():
    assert TRIAL.invented and TRIAL.cohort["synthetic"]
    assert "Every amplitude is invented" in TRIAL.caution
    assert "no comparison of the arms" in TRIAL.caution
    section = PAGE.partition("### The pilot of 1998")[2].partition("\n## ")[0]
    assert "invented" in section and "print does not decide" in section.lower()


@pytest.mark.parametrize(
    ("people", "week"),
    [(LOW, 2), (LOW, 4), (HIGH, 2), (HIGH, 4)],
    ids=["low, 2", "low, 4", "high, 2", "high, 4"],
)
def test_the_data_page_tells_what_is_in_the_file(people, week):
    rise, p = people[f"cmap_change_w{week}"].mean(), paired(people, week).pvalue
    assert f"| {rise:+.2f} mV, p {p:.2f} |" in PAGE


def test_the_data_page_tells_the_comparison_of_the_arms():
    p = stats.ttest_ind(HIGH.cmap_change_w4, LOW.cmap_change_w4).pvalue
    difference = HIGH.cmap_change_w4.mean() - LOW.cmap_change_w4.mean()
    assert f"{difference:.2f} mV, p {p:.2f}" in PAGE
