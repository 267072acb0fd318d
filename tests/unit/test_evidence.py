"""Published values: what is asked for by id, what the files may hold, and what they may not."""

import csv
import math
import re
import shutil
import sys
from pathlib import Path

import pytest

from secondlook._data import data_path
from secondlook.evidence import (
    all_published,
    anchor,
    anomalies,
    claims,
    published,
    read_published,
)

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import schemas  # noqa: E402

VALUES = data_path("published", "published_values.csv")


def test_a_hazard_ratio_and_its_limits():
    p = published("K19.T2B.hr.tot")
    assert (p.value, p.lower, p.upper) == (0.57, 0.35, 0.92)
    assert p.text == "0.57" and p.printed == "0.57 (0.35 to 0.92)"
    assert p.source == "kaji2019" and p.where == "Table 2B" and not p.weak


def test_trailing_zeros_and_minus_signs_stay_as_printed():
    assert published("K19.T2A.hr.tot").printed == "0.88 (0.64 to 1.20)"
    assert published("K19.T2A.frs.med.plc").printed == "−24.0 (−42 to −1)"
    assert published("J.start").printed == "2017-10-17"
    assert published("J.p").value == 0.01


def test_a_word_has_no_value_and_keeps_its_text():
    p = published("K19.T2A.q3.plc")
    assert p.value is None and p.text == "not reached"
    assert published("K19.saf.trae.plc.n").value is None
    assert published("K19.T2A.med.25").printed == "1147 (819 to not reached)"
    assert published("K19.des.plan.hr").printed == "0.5–0.6"


def test_an_unknown_id_names_itself_and_the_nearest():
    with pytest.raises(KeyError) as error:
        published("K19.T2B.hr.all")
    assert "K19.T2B.hr.all" in str(error.value) and "K19.T2B.hr.tot" in str(error.value)
    with pytest.raises(KeyError, match="Evidence"):
        published("zzz")


def test_anchors_are_unique_and_fit_a_url():
    assert anchor("K19.T2B.hr.tot") == "k19-t2b-hr-tot"
    assert anchor("K19.T1.frs_scr.plc.mean") == "k19-t1-frs-scr-plc-mean"
    anchors = {anchor(id) for id in all_published()}
    assert len(anchors) == len(all_published()) == 485


@pytest.mark.parametrize(
    ("id", "strength"),
    [
        ("K19.T2B.hr.tot", "in hand"),
        ("K98.n.low", "in hand"),
        ("J.seed.diff", "second hand"),
        ("AAN15.hr.50", "outside"),
        ("J.T1.runin1.plc", "outside"),
        ("J.diff", "weak"),
        ("I07.x.n.trt", "weak"),
    ],
)
def test_strength_follows_the_source(id, strength):
    assert published(id).strength == strength
    assert published(id).weak == (strength == "weak")


def test_only_papers_in_hand_are_shown_as_firm():
    for p in all_published().values():
        assert ("outside" in p.source) == (p.strength in ("outside", "weak")), p.id


def test_table_1_percentages_are_their_counts():
    sizes = {a: published(f"K19.T1.n.{a}").value for a in ("plc", "25", "50", "tot")}
    checked = 0
    for id, p in all_published().items():
        if id.startswith("K19.T1.") and id.endswith(".pct"):
            arm = id.split(".")[-2]
            count = published(id.removesuffix("pct") + "n").value
            assert abs(100 * count / sizes[arm] - p.value) <= 0.0501, id
            checked += 1
    assert checked == 72


def test_a_known_puzzle_still_adds_up():
    """AN.06: the interval printed for 25 mg cannot go with p = 0.01 on either side."""
    p = published("K19.T2B.hr.25")
    z = math.log(p.value) / ((math.log(p.upper) - math.log(p.lower)) / (2 * 1.959964))
    one_sided = math.erfc(-z / math.sqrt(2)) / 2
    assert round(one_sided, 3) == 0.048
    assert published("K19.txt.p.tte.25").value == 0.01
    puzzle = next(a for a in anomalies() if a.id == "AN.06")
    assert "one-sided 0.0484" in puzzle.recomputation


def test_claims_and_anomalies_are_all_there():
    assert len(claims()) == 141 and len(anomalies()) == 49
    assert next(c for c in claims() if c.id == "C.K04").verdict == "contradicted"


# --- bad files


def _with(tmp_path, old: str, new: str) -> Path:
    text = VALUES.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "published_values.csv"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lower,", "low,", "column 'lower' is missing; column 'low' is not known"),
        ("K19.T2B.hr.50,", "K19.T2B.hr.tot,", "the id K19.T2B.hr.tot stands twice"),
        ("0.57,0.35,", "0.57,about 0.35,", "row K19.T2B.hr.tot, column lower holds 'about 0.35'"),
        ("kaji2019,Table 2B,in hand,", "kaji2019,Table 2B,firm,", "strength 'firm'"),
        ("0.57,0.35,0.92,ratio,", "0.57,0.35,", "K19.T2B.hr.tot does not have 14 cells"),
    ],
)
def test_a_bad_file_is_named_with_its_fault(tmp_path, old, new, said):
    with pytest.raises(ValueError) as error:
        read_published(_with(tmp_path, old, new))
    assert said in str(error.value) and "published_values.csv" in str(error.value)


# --- schemas


def test_every_data_file_is_as_its_schema_says():
    assert "published/published_values.csv" in schemas.check_all()
    assert len(schemas.FILES) == 7


def _broken(parts, id, column, value):
    schema = schemas.FILES[parts]
    table = schemas.read(data_path(*parts), schema)
    table.loc[table.iloc[:, 0] == id, column] = value
    return table, schema, parts[-1]


@pytest.mark.parametrize(
    ("parts", "id", "column", "value", "said"),
    [
        (("published", "published_values.csv"), "K19.T2B.hr.tot", "lower", "0.6", "lower must not"),
        (("published", "published_values.csv"), "K19.T2B.hr.tot", "upper", "high", "upper: must"),
        (("published", "published_values.csv"), "K19.T2A.hr.25", "id", "K19.T2B.hr.tot", "differ"),
        (("published", "published_values.csv"), "K19.T2A.hr.25", "id", "K19.T2B.HR.tot", "anchor"),
        (("published", "published_values.csv"), "J.diff", "strength", "in hand", "strength does"),
        (("published", "published_values.csv"), "K19.T2B.p.tte.50", "value", "1.1", "p value"),
        (("published", "published_values.csv"), "K19.disc.ev.late", "upper", "", "fine"),
        (("published", "published_values.csv"), "J.rand", "where", "", "must not be empty"),
        (("published", "claims.csv"), "C.A01", "verdict", "true", "must be one of: supported"),
        (("published", "claims.csv"), "C.A01", "evidence", "see K19.des.zzz", "does not exist"),
        (("published", "anomalies.csv"), "AN.02", "id", "AN.01", "must differ"),
        (("published", "timeline.csv"), "2006-12", "date", "winter 2006", "full date"),
        (("synthetic", "e0302.csv"), 1, "arm", "100 mg", "must be one of: placebo"),
        (("synthetic", "e0302.csv"), 1, "months_from_onset", 8.0, "early must be True"),
        (("synthetic", "e0302.csv"), 2, "patient", 1, "must differ"),
        (("synthetic", "jetals.csv"), 1, "alsfrs_w16", 0.0, "alsfrs_change must be"),
        (("synthetic", "jetals.csv"), 1, "run_in_change", -3, "must be -1 or -2"),
        (("synthetic", "kaji1998.csv"), 1, "cmap_w4", 9.99, "cmap_change_w4 must be"),
        (("synthetic", "kaji1998.csv"), 1, "arm", "50 mg", "must be one of: 0.5 mg"),
    ],
)
def test_a_bad_table_fails_and_says_where(parts, id, column, value, said):
    table, schema, name = _broken(parts, id, column, value)
    if said == "fine":  # an open upper limit is allowed: the rule is not "always both"
        schemas.check(table, schema, name)
        return
    with pytest.raises(ValueError, match=re.escape(name)) as error:
        schemas.check(table, schema, name)
    assert said in str(error.value)
    assert str(error.value).count("\n") <= 1


@pytest.mark.parametrize("parts", list(schemas.FILES))
def test_a_wrong_column_is_named(parts):
    schema = schemas.FILES[parts]
    table = schemas.read(data_path(*parts), schema)
    last = table.columns[1]
    with pytest.raises(ValueError) as error:
        schemas.check(table.rename(columns={last: "wrong"}), schema, parts[-1])
    assert f"{parts[-1]}: column {last} is missing" in str(error.value)
    assert f"{parts[-1]}: column wrong is not a known column" in str(error.value)


def test_the_command_fails_when_a_file_is_bad(tmp_path, monkeypatch, capsys):
    shutil.copytree(data_path("published"), tmp_path / "published")
    shutil.copytree(data_path("synthetic"), tmp_path / "synthetic")
    bad = tmp_path / "published" / "claims.csv"
    bad.write_text(bad.read_text(encoding="utf-8").replace("verdict", "ruling", 1))
    monkeypatch.setattr(schemas, "data_path", lambda *parts: tmp_path.joinpath(*parts))
    assert schemas.main() == 1
    assert "claims.csv: column ruling is not a known column" in capsys.readouterr().err
    monkeypatch.undo()
    assert schemas.main() == 0


def test_files_are_plain_utf8_with_unix_line_ends():
    for path in data_path("published").glob("*.csv"):
        text = path.read_bytes()
        assert b"\r" not in text and text.endswith(b"\n"), path.name
        assert all(row for row in csv.reader(text.decode("utf-8").splitlines())), path.name
