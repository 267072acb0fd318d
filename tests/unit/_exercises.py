"""What tests of exercises share: run a notebook's checks, and meet every wrong turn."""

import ast
import io
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path

import nbformat

from secondlook.checks import Feedback, check, check_table

ROOT = Path(__file__).resolve().parents[2]


def feedback(folder: str, stem: str) -> dict[str, Feedback]:
    """Run a notebook's code and return the feedback of each of its check cells, by id."""
    space, said = {}, {}
    for cell in nbformat.read(ROOT / folder / f"{stem}.ipynb", as_version=4).cells:
        if cell.cell_type != "code":
            continue
        if "check" in cell.metadata.get("tags", []):
            call = ast.parse(cell.source, mode="eval").body
            said[call.args[0].value] = eval(cell.source, space)
        else:
            with redirect_stdout(io.StringIO()):
                exec(cell.source, space)
    return said


def assert_solutions_pass_and_stubs_fail(stem: str, ids) -> None:
    """Every solution is right with its own message; every stub is met quietly."""
    solved, stubs = feedback("solutions", stem), feedback("exercises", stem)
    assert set(solved) == set(stubs) == set(ids)
    for id in ids:
        table = check_table(id)
        assert solved[id] == Feedback(True, table["right_message"]), id
        assert stubs[id] == Feedback(False, table["messages"]["stub"], quiet=True), id


def assert_every_wrong_turn_meets_its_message(wrong: dict[str, dict[str, tuple]]) -> None:
    """``wrong``: id to name of a wrong turn, in the table's order, to values that take it."""
    for id, turns in wrong.items():
        messages = {turn["name"]: turn["message"] for turn in check_table(id)["wrong_turns"]}
        assert list(messages) == list(turns), id
        for name, values in turns.items():
            for value in values:
                assert check(id, value) == Feedback(False, messages[name]), (id, name, value)


def assert_intervals_do_not_overlap(ids) -> None:
    """No answer is judged twice."""
    for id in ids:
        table = check_table(id)
        intervals = sorted([table["right"], *(turn["interval"] for turn in table["wrong_turns"])])
        for (_, end), (start, _) in pairwise(intervals):
            assert end < start, (id, end, start)
