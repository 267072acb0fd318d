"""Notebooks: executed in order, tidy, and the same when they are run again."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
STORED = sorted([*ROOT.glob("chapters/*.ipynb"), *ROOT.glob("solutions/*.ipynb")])
EVERY = sorted([*STORED, *ROOT.glob("exercises/*.ipynb")])
LONGEST_CELL = 15  # lines


def _load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


notebooks = _load("notebooks")


def named(path):
    return str(path.relative_to(ROOT))


def code_cells(path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def test_every_solution_has_its_chapter_and_its_exercise():
    stems = {folder: {p.stem for p in ROOT.glob(f"{folder}/*.ipynb")} for folder in
             ("chapters", "solutions", "exercises")}  # fmt: skip
    assert stems["chapters"] == stems["solutions"] == stems["exercises"] != set()


@pytest.mark.parametrize("path", STORED, ids=named)
def test_every_code_cell_was_executed_in_order(path):
    # a checker of stored outputs passes over a cell that has none
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1)) and counts


@pytest.mark.parametrize("path", STORED, ids=named)
def test_no_cell_failed_or_printed_a_warning(path):
    for cell in code_cells(path):
        kinds = {(o.output_type, o.get("name")) for o in cell.outputs}
        assert ("stream", "stderr") not in kinds, cell.source
        if "raises-exception" not in cell.metadata.get("tags", []):
            assert ("error", None) not in kinds, cell.source


@pytest.mark.parametrize("path", EVERY, ids=named)
def test_cells_are_short_and_tagged_with_known_tags_only(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert set(cell.metadata.get("tags", [])) <= notebooks.TAGS, cell.source
        assert set(cell.metadata) <= {"tags"}, cell.source
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= LONGEST_CELL, cell.source


@pytest.mark.parametrize("path", EVERY, ids=named)
def test_text_stands_one_sentence_a_line(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                assert ". The " not in line and ". It " not in line, line


@pytest.mark.parametrize("path", STORED, ids=named)
def test_a_stored_output_holds_nothing_random(path):
    text = path.read_text(encoding="utf-8")
    assert "widget-view" not in text and "0x7f" not in text
    assert path.stat().st_size < 600_000


@pytest.mark.parametrize("path", STORED, ids=named)
def test_running_again_leaves_no_difference(path, capsys):
    assert notebooks.main(["--check", str(path)]) == 0, capsys.readouterr().out


def test_normalising_drops_timings_and_joins_streams():
    piece = {"output_type": "stream", "name": "stdout", "text": "a"}
    cell = nbformat.v4.new_code_cell("print('aa')", outputs=[nbformat.from_dict(piece)] * 2)
    cell.metadata = {"tags": ["check"], "execution": {"iopub.status.busy": "now"}}
    notebook = nbformat.v4.new_notebook(
        cells=[cell], metadata={"kernelspec": {"name": "x", "display_name": "x"}}
    )
    notebooks.normalise(notebook)
    assert notebook.cells[0].metadata == {"tags": ["check"]}
    assert [o.text for o in notebook.cells[0].outputs] == ["aa"]
    assert notebook.cells[0].execution_count == 1
    assert notebook.metadata["kernelspec"]["name"] == "python3"


def test_an_unknown_tag_is_named():
    cell = nbformat.v4.new_code_cell("1")
    cell.metadata = {"tags": ["hide-everything"]}
    with pytest.raises(ValueError, match=r"cell 0: unknown tags \['hide-everything'\]"):
        notebooks.normalise(nbformat.v4.new_notebook(cells=[cell]))


def test_a_notebook_that_is_not_there_is_named():
    with pytest.raises(SystemExit, match="no such notebook or folder"):
        notebooks.find(["chapters/99_nowhere.ipynb"])


def test_a_cell_that_fails_is_named_and_nothing_is_written(tmp_path, capsys):
    path = tmp_path / "bad.ipynb"
    cells = [nbformat.v4.new_code_cell("1 / 0", id="bad")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    before = path.read_bytes()
    assert notebooks.main([str(path)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert path.read_bytes() == before
