"""What the book's build computed: the stored mixed model is what its tool makes."""

import json
import sys
from pathlib import Path

import pytest

from secondlook._data import data_path
from secondlook.cohort import trial
from secondlook.computed import familywise, mixed_model, simulated_share
from secondlook.evidence import published

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import mixed_model as tool


def test_the_stored_file_is_what_the_tool_makes():
    stored = json.loads(data_path("computed", "jetals_mixed_model.json").read_text("utf-8"))
    made = json.loads(tool.made())
    assert set(stored) == set(made) and set(stored["weeks"]) == set(made["weeks"])
    for name in ("what", "model", "patients", "measurements"):
        assert stored[name] == made[name]
    for week, found in made["weeks"].items():
        assert stored["weeks"][week] == pytest.approx(found, abs=2e-4)  # machines differ a little


def test_the_reader_gives_every_visit_and_week_sixteen_beside_print():
    found = mixed_model()
    assert list(found) == [int(week) for week in trial("jetals").visit_weeks[1:]]
    row, last = published("J.diff"), found[16]
    assert last.difference == pytest.approx(row.value, abs=0.02)
    assert (last.lower, last.upper) == pytest.approx((row.lower, row.upper), abs=0.05)
    assert last.p == pytest.approx(published("J.p3").value, abs=0.001)


def test_check_says_if_the_file_is_another(tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "FILE", tmp_path / "file.json")
    monkeypatch.setattr(sys, "argv", ["mixed_model.py", "--check"])
    with pytest.raises(SystemExit, match="run it"):
        tool.main()
    monkeypatch.setattr(sys, "argv", ["mixed_model.py"])
    tool.main()
    monkeypatch.setattr(sys, "argv", ["mixed_model.py", "--check"])
    tool.main()


def test_a_simulated_share_is_the_line_of_the_file_and_an_unknown_one_is_named():
    what = "the same on both endpoints, in the named subgroup"
    share = simulated_share(what)
    line = next(line for line in familywise() if line["what"] == what)
    # 40,000 trials: the printed error is that of a share
    n = int(line["n"])
    assert float(line["se"]) == pytest.approx((share * (1 - share) / n) ** 0.5, abs=1e-5)
    with pytest.raises(ValueError, match="has 0 lines 'a whale'"):
        simulated_share("a whale")
    with pytest.raises(ValueError, match="has 6 lines '20 subgroups'"):
        simulated_share("20 subgroups")
