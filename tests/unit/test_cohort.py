"""A cohort file is read whole and right, or refused with a sentence that says where it is wrong."""

import csv
import json

import pytest

from secondlook import cohort
from secondlook._data import data_path
from secondlook.cohort import load, read, trial, trials


@pytest.fixture(scope="module")
def lines():
    """The committed file, as lists of cells."""
    with open(data_path("synthetic", "e0302.csv"), encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def planted(lines, tmp_path):
    """Write the file with one cell changed in the row where ``where(cells)`` is first true."""

    def plant(column, cell, where=lambda cells: True):
        copy = [list(row) for row in lines]
        place = copy[0].index(column)
        row = next(i for i, r in enumerate(copy) if i and where(dict(zip(copy[0], r, strict=True))))
        copy[row][place] = cell
        path = tmp_path / "e0302.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(copy)
        return path, row

    return plant


def test_the_twin_has_its_patients_and_types():
    twin = load("e0302")
    assert len(twin) == 370
    assert list(twin.columns) == list(trial("e0302").cohort["columns"])
    kinds = {name: twin[name].dtype.kind for name in twin.columns}
    assert {kinds[name] for name in ("event", "early", "worst_rank", "riluzole")} == {"b"}
    assert {kinds[name] for name in ("patient", "days", "age", "stage", "run_in_change")} == {"i"}
    assert {kinds[name] for name in ("alsfrs_change", "fvc", "alsfrs_w4", "alsfrs_w0")} == {"f"}
    assert {kinds[name] for name in ("arm", "sex", "onset", "diagnosis")} == {"O"}


def test_one_early_patient_has_no_change():
    twin = load("e0302")
    silent = twin[twin.alsfrs_change.isna()]
    assert silent[["arm", "early", "event"]].to_numpy().tolist() == [["50 mg", True, False]]
    assert silent.alsfrs_w4.isna().all() and silent.alsfrs_w0.notna().all()


def test_the_trial_is_described():
    this = trial("e0302")
    assert "e0302" in trials()
    assert [arm.name for arm in this.arms if arm.control] == ["placebo"]
    assert {c.name for c in this.contrasts} == {"pooled", "50 mg", "25 mg"}
    assert this.horizon_days == this.visit_weeks[-1] * 7 == 1274
    assert this.visit_columns[:3] == ("alsfrs_w0", "alsfrs_w4", "alsfrs_w16")


def test_an_unknown_trial_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"no trial 'E0303'.*e0302"):
        load("E0303")


BAD_CELLS = [
    ("days", "0", "whole number from 1 to 1274"),
    ("days", "12.5", "whole number from 1 to 1274"),
    ("days", "1275", "whole number from 1 to 1274"),
    ("days", "", "whole number from 1 to 1274"),
    ("days", "nan", "whole number from 1 to 1274"),
    ("event", "1", "true or false"),
    ("arm", "Placebo", "'placebo', '25 mg', '50 mg'"),
    ("age", "abc", "whole number from 20 to 100"),
    ("fvc", "nan", "number from 60 to 150"),
    ("fvc", "1e999", "number from 60 to 150"),
    ("stage", "3", "whole number from 1 to 2"),
    ("run_in_change", "2", "from -3 to -1"),
    ("alsfrs_change", "-49", "from -48 to 48, or nothing"),
    ("alsfrs_w0", "", "whole number from 0 to 48"),
]


@pytest.mark.parametrize(("column", "cell", "right"), BAD_CELLS)
def test_an_impossible_cell_is_named(planted, column, cell, right):
    path, row = planted(column, cell)
    with pytest.raises(ValueError) as error:
        read(path, trial("e0302"))
    message = str(error.value)
    assert f"e0302.csv: column '{column}', row {row}: '{cell}'" in message
    assert right in message


ODD_ROWS = [
    ("patient", "2", lambda r: r["patient"] == "5", "each patient has one row"),
    ("early", "true", lambda r: r["early"] == "false", "months_from_onset is at most 12"),
    ("worst_rank", "true", lambda r: r["event"] == "false", "only an event"),
    ("alsfrs_w182", "7", lambda r: r["days"] != "1274", "up to the last day"),
    ("alsfrs_w182", "", lambda r: r["days"] == "1274", "up to the last day"),
    ("alsfrs_change", "-3", lambda r: r["alsfrs_change"] not in ("-3", ""), "last score less"),
    ("alsfrs_change", "", lambda r: r["alsfrs_change"] != "", "last score less"),
]


@pytest.mark.parametrize(("column", "cell", "where", "right"), ODD_ROWS)
def test_cells_that_cannot_stand_together_are_named(planted, column, cell, where, right):
    path, row = planted(column, cell, where)
    with pytest.raises(ValueError, match=rf"column '{column}', row {row}: .*{right}"):
        read(path, trial("e0302"))


def test_a_wrong_column_is_named(lines, tmp_path):
    path = tmp_path / "e0302.csv"
    path.write_text(",".join(lines[0]).replace("days", "day") + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"'days' is missing; column 'day' is not known.*days"):
        read(path, trial("e0302"))
    path.write_text(",".join([*lines[0], "note"]) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="column 'note' is not known"):
        read(path, trial("e0302"))


def test_a_file_cut_short_is_refused(lines, tmp_path):
    path = tmp_path / "e0302.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines[:100])
    with pytest.raises(ValueError, match=r"e0302.csv: 99 rows; .* 370 patients"):
        read(path, trial("e0302"))


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "No columns"), (b"a,b\n1,2\n1,2,3\n", "line 3"), (b"a,b\n\xff\xfe,1\n", "utf-8")],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, content, why):
    path = tmp_path / "e0302.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"e0302.csv is not a table .*{why}"):
        read(path, trial("e0302"))


def test_a_row_cut_short_is_named(planted):
    path, row = planted("alsfrs_w182", "")
    text = path.read_text(encoding="utf-8").splitlines()
    text[1] = ",".join(text[1].split(",")[:5])
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"column 'worst_rank', row {row}"):
        read(path, trial("e0302"))


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Return a function that writes trials' files to a folder of their own and looks there."""
    monkeypatch.setattr(cohort, "data_path", tmp_path.joinpath)
    (tmp_path / "trials").mkdir()
    (tmp_path / "synthetic").mkdir()

    def write(raw, name="small", rows=()):
        text = raw if isinstance(raw, str) else json.dumps(raw)
        (tmp_path / "trials" / f"{name}.json").write_text(text, encoding="utf-8")
        path = tmp_path / "synthetic" / f"{name}.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return write


def raw_trial(name):
    """The file of a trial there is, under the name small."""
    raw = json.loads(data_path("trials", f"{name}.json").read_text(encoding="utf-8"))
    return raw | {"name": "small"}


def test_another_trial_needs_no_code(lines, written):
    raw = raw_trial("e0302")
    raw["cohort"].update(file="synthetic/small.csv", patients=3)
    written(raw, rows=lines[:4])
    assert trials() == ("small",)
    assert len(load("small")) == 3


def test_what_does_not_apply_may_be_left_out(written):
    raw = {
        "name": "small",
        "title": "Two patients, one score",
        "arms": [
            {"name": "a", "dose_mg": 0, "control": True, "published": "a"},
            {"name": "b", "dose_mg": 1, "control": False, "published": "b"},
        ],
        "contrasts": [{"name": "b", "treated": ["b"], "published": "b"}],
        "endpoints": [{"name": "score", "kind": "change", "change": "change"}],
        "cohort": {
            "file": "synthetic/small.csv",
            "patients": 2,
            "columns": {
                "patient": {"kind": "whole number", "lowest": 1, "highest": 2, "label": "number"},
                "arm": {"kind": "word", "levels": ["a", "b"], "label": "arm"},
                "change": {"kind": "number", "lowest": -9, "highest": 9, "label": "change"},
            },
        },
    }
    written(raw, rows=[["patient", "arm", "change"], [1, "a", -0.5], [2, "b", 1]])
    this = trial("small")
    assert (this.horizon_days, this.run_in_weeks, this.early) == (None, None, {})
    assert (this.visit_weeks, this.visit_columns, this.factors) == ((), (), ())
    assert (this.invented, this.caution) == (False, "")
    assert load("small").change.tolist() == [-0.5, 1.0]


def endpoint(**entries):
    return [{"name": "ALSFRS-R", "kind": "change at visit", "change": "alsfrs_change"} | entries]


BAD_ENTRIES = [
    ("jetals", {"arms": []}, "0 arms are the control; it must be one"),
    ("jetals", {"arms": [{"name": "placebo"}]}, "'dose_mg' is missing; an arm needs name, dose_mg"),
    ("jetals", {"contrasts": [{"name": "x", "treated": ["placebo"], "published": ""}]}, "'x' must"),
    ("jetals", {"contrasts": [{"name": "x", "treated": ["100 mg"], "published": ""}]}, "'x' must"),
    ("jetals", {"visit_weeks": [0, 4, 4]}, "weeks must grow"),
    ("jetals", {"visit_weeks": [0, 5]}, "'visit_column' needs a column 'alsfrs_w5'"),
    ("jetals", {"visit_column": "score"}, "'visit_column' must name the visits' columns"),
    ("jetals", {"endpoints": endpoint(week=20)}, "week 20 is not a visit"),
    ("jetals", {"endpoints": endpoint(week=16, change="x")}, "'change' needs a column 'x'"),
    ("jetals", {"endpoints": endpoint(kind="slope")}, "has kind 'slope'; right: time to event"),
    ("jetals", {"endpoints": [{"name": "x"}]}, "'kind' is missing; an endpoint needs name, kind"),
    ("jetals", {"early": {"column": "months_from_onset"}}, "'early' must say column and at_most"),
    ("jetals", {"early": {"column": "fvc", "at_most": 9}}, "'early' needs a column 'early'"),
    ("jetals", {"factors": [{"column": "bmi", "levels": []}]}, "'factors' needs a column 'bmi'"),
    ("jetals", {"run_in_weeks": "12"}, "'run_in_weeks' is '12'; it must be a whole number"),
    ("e0302", {"horizon_days": None}, "a time to event needs 'horizon_days'"),
    ("e0302", {"name": "other"}, "'name' is 'other'; it must be 'small'"),
    ("e0302", {"cohort": {"file": "x"}}, "'patients' is missing; 'cohort' needs file, patients"),
]


@pytest.mark.parametrize(("like", "changes", "said"), BAD_ENTRIES, ids=[b[2] for b in BAD_ENTRIES])
def test_a_trial_that_cannot_be_is_refused(written, like, changes, said):
    raw = raw_trial(like)
    written(raw | changes)
    with pytest.raises(ValueError) as error:
        trial("small")
    assert str(error.value).startswith("small.json: ")
    assert said in str(error.value)


def test_a_level_needs_one_rule_and_a_column_its_bounds(written):
    raw = raw_trial("jetals")
    raw["factors"][0]["levels"][0]["below"] = 3
    written(raw)
    with pytest.raises(ValueError, match="level 'men' needs one rule: equals"):
        trial("small")
    raw = raw_trial("jetals")
    del raw["cohort"]["columns"]["age"]["highest"]
    written(raw)
    with pytest.raises(ValueError, match="'highest' is missing; column 'age' needs lowest"):
        trial("small")


def test_a_trial_file_that_is_no_json_is_named(written):
    written("{")
    with pytest.raises(ValueError, match=r"small\.json is not JSON: "):
        trial("small")


@pytest.mark.parametrize("name", trials())
def test_every_trial_reads_as_its_file_says(name):
    this, table = trial(name), load(name)
    assert this.name == name and len(table) == this.cohort["patients"]
    assert list(table.columns) == list(this.cohort["columns"]) == list(cohort.columns(name))
    assert set(table.arm) == {arm.name for arm in this.arms}
    assert table.patient.tolist() == list(range(1, len(table) + 1))
    assert all(table[column].dtype == float for column in this.visit_columns)
    assert this.caution and all(cohort.columns(name).values())


@pytest.mark.parametrize("name", ["jetals", "kaji1998"])
def test_a_difference_that_does_not_add_up_is_named(tmp_path, name):
    rule = trial(name).cohort["differences"][0]
    with open(data_path("synthetic", f"{name}.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    place = rows[0].index(rule["column"])
    row = next(i for i, cells in enumerate(rows) if i and cells[place] not in ("", "1"))
    rows[row][place] = "1"
    path = tmp_path / f"{name}.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    right = f"it is {rule['of']} less {rule['less']}"
    with pytest.raises(ValueError, match=rf"'{rule['column']}', row {row}: .*{right}"):
        read(path, trial(name))


def test_columns_say_what_they_hold():
    assert cohort.columns("jetals")["alsfrs_change"] == "ALSFRS-R in week 16 less week 0, points"
    assert cohort.columns("kaji1998")["cmap_w4"] == "averaged amplitude at 4 weeks, mV"
    with pytest.raises(ValueError, match="no trial 'x'"):
        cohort.columns("x")
