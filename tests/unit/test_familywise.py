"""Family-wise errors: the table agrees with an earlier program and can be made again."""

import math
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import familywise  # noqa: E402

PAGE = (ROOT / "book" / "how-often.md").read_text(encoding="utf-8")
ROWS = familywise.committed()


@pytest.fixture(scope="module")
def shown():
    """The extension that draws the page's tables."""
    spec = spec_from_file_location("howoften", ROOT / "book" / "_ext" / "howoften.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_figure_of_the_earlier_program_stands_beside_ours():
    keys = {(row["what"], row["level"]) for row in ROWS if row["earlier"]}
    assert keys == familywise.EARLIER.keys()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['what']} {row['level']}")
def test_ours_lies_within_four_standard_errors_of_the_earlier_or_says_why(row):
    ours, se = float(row["ours"]), float(row["se"])
    assert 0 < se < 0.0026 or row["table"] == "tests"
    if not row["earlier"]:
        return
    printed = row["earlier"]
    rounding = 0.5 * 10 ** -len(printed.partition(".")[2])
    beyond = max(0, abs(ours - float(printed)) - rounding)
    distance = beyond / math.hypot(se, float(row["earlier_se"]))
    assert distance == pytest.approx(abs(float(row["difference_in_se"])), abs=0.1)
    assert distance <= 4 or row["reason"]
    # A share of 40,000 trials, as the earlier program's were.
    if row["table"] in ("families", "finds", "other", "interactions"):
        p = float(printed)
        assert float(row["earlier_se"]) == pytest.approx(math.sqrt(p * (1 - p) / 40_000), abs=1e-5)


def test_the_reasons_are_shown_to_hold():
    rows = {row["what"]: row for row in ROWS}
    for what in familywise.EARLIER_FINDS:
        assert abs(float(rows[what + familywise.ONE_STEP]["difference_in_se"])) <= 4
    assert abs(float(rows[familywise.BEST + familywise.SMALLER]["difference_in_se"])) <= 4
    assert {row["what"] for row in ROWS if row["reason"]} == {
        *familywise.EARLIER_FINDS,
        familywise.BEST,
    }


def test_the_page_quotes_the_places_that_the_tool_uses():
    assert "#k19-t2b-hr-tot" in PAGE and "#k19-t2b-p-tte-tot" in PAGE
    from secondlook.evidence import published

    assert published("K19.T2B.hr.tot").value == familywise.PUBLISHED["hr"]
    assert published("K19.T2B.p.tte.tot").value == familywise.PUBLISHED["p"]


@pytest.fixture(scope="module")
def small_run():
    return familywise.measured(300, 5)


def test_a_small_run_agrees_with_the_file(small_run):
    assert familywise.check(small_run, ROWS) == []


def test_the_check_notices_what_is_wrong(small_run):
    changed = [dict(row) for row in ROWS]
    twenty = next(row for row in changed if row["what"] == "20 subgroups")
    twenty["ours"] = "0.35"
    gone = changed.pop()
    found = familywise.check(small_run, changed)
    assert len(found) == 2
    assert any(gone["what"] in line and "not in both" in line for line in found)
    assert any(line.startswith("families 20 subgroups two-sided 5%: 0.") for line in found)


def test_the_command_says_how_it_ended(monkeypatch, capsys, tmp_path, small_run):
    monkeypatch.setattr(familywise, "measured", lambda trials, seed: small_run)
    assert familywise.main(["--check"]) == 0
    assert "is what a new run gives" in capsys.readouterr().out
    monkeypatch.setattr(familywise, "FILE", tmp_path / "new" / "familywise.csv")
    assert familywise.main([]) == 0
    written = familywise.committed()
    assert [row["what"] for row in written] == [row["what"] for row in ROWS]
    monkeypatch.setattr(familywise, "measured", lambda trials, seed: small_run[1:])
    assert familywise.main(["--check"]) == 1


def test_the_page_shows_every_row_once(shown):
    names = re.findall(r"\{familywise-table\} (.+)", PAGE)
    shown_rows = [
        (row["table"], row["what"], row["level"])
        for name in names
        for row in ROWS
        if row["table"] == name.partition(",")[0] and name.partition(", ")[2] in ("", row["level"])
    ]
    assert sorted(shown_rows) == sorted((r["table"], r["what"], r["level"]) for r in ROWS)
    for name in names:
        made = shown.table(name, "A caption")
        assert all(all(cell for cell in row) for row in made.rows)


def test_figures_on_the_page_are_those_of_the_file(shown):
    table = shown.table("families, two-sided 5%", "A caption")
    twenty = next(row for row in table.rows if row[0] == "20 subgroups")
    stored = next(row for row in ROWS if row["what"] == "20 subgroups")
    assert twenty[1] == f"{100 * float(stored['ours']):.1f}%" and twenty[3] == "47.7%"
    ratios = shown.table("ratios", "A caption")
    assert ratios.columns == ("What", "Here", "Standard error", "An earlier, separate program")
    assert ratios.rows[0][3] == "1.02" and ratios.rows[-1][3] == "not computed"
    with pytest.raises(ValueError, match="no row for 'fish'; its tables are families"):
        shown.table("fish", "A caption")
