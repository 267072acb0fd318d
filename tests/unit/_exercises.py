"""What tests of exercises share: run a notebook's checks, and meet every wrong turn."""

import ast
import io
import re
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np

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


def assert_stubs_are_what_is_checked(stem: str, ids) -> None:
    """An exercise asks in code for what its checks take, and for nothing else."""
    cells = nbformat.read(ROOT / "exercises" / f"{stem}.ipynb", as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    stubs = re.findall(r"^(\w+) = \.\.\.", code, re.MULTILINE)
    taken = re.findall(r'^check\("[\w.]+", (\w+)\)', code, re.MULTILINE)
    assert stubs == taken and len(taken) == len(ids)


def assert_every_wrong_turn_meets_its_message(wrong: dict[str, dict[str, tuple]]) -> None:
    """``wrong``: id to name of a wrong turn, in the table's order, to values that take it."""
    for id, turns in wrong.items():
        messages = {turn["name"]: turn["message"] for turn in check_table(id)["wrong_turns"]}
        assert list(messages) == list(turns), id
        for name, values in turns.items():
            for value in values:
                assert check(id, value) == Feedback(False, messages[name]), (id, name, value)


def assert_messages_differ(ids) -> None:
    """No two wrong turns of a task are answered alike."""
    for id in ids:
        messages = [turn["message"] for turn in check_table(id)["wrong_turns"]]
        assert len(set(messages)) == len(messages), id


def assert_intervals_do_not_overlap(ids) -> None:
    """No answer is judged twice."""
    for id in ids:
        table = check_table(id)
        intervals = sorted([table["right"], *(turn["interval"] for turn in table["wrong_turns"])])
        for (_, end), (start, _) in pairwise(intervals):
            assert end < start, (id, end, start)


def assert_keys_are_right(id, key: float, digits: int) -> None:
    """The key is right as a number, as NumPy's, and rounded as the task asks."""
    for answer in (key, np.float64(key), f"{key:.{digits}f}"):
        assert check(id, answer).correct, (id, answer)


def assert_rounded_wrong_turns_meet_their_messages(id, turns: dict[str, tuple], digits) -> None:
    """A wrong answer rounded as the task asks meets its message too, if rounding leaves it."""
    messages = {turn["name"]: turn["message"] for turn in check_table(id)["wrong_turns"]}
    for name, values in turns.items():
        for value in values:
            rounded = f"{float(value):.{digits}f}"
            if float(value) > 10**-digits:  # less is rounded away
                assert check(id, rounded).message == messages[name], (name, rounded)


def assert_nothing_said_gives_the_answer_away(id) -> None:
    """No number in a message or a hint is an answer."""
    table = check_table(id)
    low, high = table["right"]
    turns = [turn["message"] for turn in table["wrong_turns"]]
    for words in (*turns, *table["hints"], table["right_message"]):
        said = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", words)]
        said += [float(n) / 100 for n in re.findall(r"(\d+(?:\.\d+)?)%", words)]
        assert not [n for n in said if low <= n <= high], words
