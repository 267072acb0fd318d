"""Checks read data: accepted forms, wrong turns, refusals, and the same verdicts in JavaScript."""

import copy
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from _learner_js import run_js

from secondlook import checks
from secondlook.checks import Feedback, check, check_table, read_answer, read_table

VECTORS = json.loads(Path(__file__).with_name("check_vectors.json").read_text(encoding="utf-8"))
IDS = (
    *("04.interaction_p", "04.familywise", "04.shrunk_hr", "04.mislabelled_p"),
    "07.calibration",
)


def expected(id, verdict):
    """Return the feedback that a vector's verdict stands for."""
    table = check_table(id)
    if verdict == "right":
        return Feedback(True, table["right_message"])
    turns = {turn["name"]: turn["message"] for turn in table["wrong_turns"]}
    message = turns[verdict] if verdict in turns else table["messages"][verdict]
    return Feedback(False, message, quiet=verdict == "stub")


@pytest.mark.parametrize(("id", "answer", "verdict"), VECTORS)
def test_an_answer_gets_its_verdict_and_its_message(id, answer, verdict):
    assert check(id, answer) == expected(id, verdict)


def test_the_vectors_reach_every_check_and_every_message_a_text_can_get():
    assert {id for id, _, _ in VECTORS} == set(IDS)
    only_from_python = {"many", "truth", "result", "stub"}
    reached = {verdict for _, _, verdict in VECTORS}
    assert set(check_table(IDS[0])["messages"]) - only_from_python <= reached


def test_javascript_gives_the_same_verdict_and_message():
    tables = {id: check_table(id) for id in IDS}
    theirs = run_js(
        "return x.vectors.map(([id, a]) => sl.evaluate(x.tables[id], a));",
        {"tables": tables, "vectors": VECTORS},
    )
    for (id, answer, _), verdict in zip(VECTORS, theirs, strict=True):
        assert Feedback(**verdict) == check(id, answer), (id, answer)


def random_texts(rng, n):
    """Yield texts made of the pieces that the reader of numbers has to tell apart."""
    pieces = (
        *("0", "1", "2", "5", "02", "050", "123", ".", ",", "-", "+", "−", "–", "/", "%", " "),
        *(
            "\u00a0",
            "\u2009",
            "e",
            "E-2",
            "p",
            "p=",
            "p = ",
            "HR: ",
            "<",
            "≈",
            "x10^",
            "×10**",
            "(",
            ")",
        ),
        *(
            "np.float64(",
            "float(",
            "nan",
            "inf",
            "percent",
            "per cent",
            "none",
            "...",
            "é",
            "𝟙",
            "\t",
        ),
    )
    for _ in range(n):
        yield "".join(rng.choice(pieces, size=rng.integers(0, 7)))


def test_javascript_reads_random_text_as_python_does():
    texts = list(random_texts(np.random.default_rng(20), 4000))
    for percent in (True, False):
        mine = [list(read_answer(text, percent)) for text in texts]
        theirs = run_js("return x.texts.map((t) => sl.readText(t, x.percent));",
                        {"texts": texts, "percent": percent})  # fmt: skip
        differ = [(t, a, b) for t, a, b in zip(texts, mine, theirs, strict=True) if a != b]
        assert not differ
        assert sum(problem is None for _, problem in mine) > 100


@dataclass(frozen=True)
class Result:
    """Stands for any result of the package that holds more than one number."""

    two_sided: float


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (0.0204, "right"),
        (np.float64(0.0204), "right"),
        (np.float32(0.0204), "right"),
        (np.array(0.0204), "right"),
        (np.array([0.0204]), "right"),
        (pd.Series([0.0204]), "right"),
        (Fraction(1, 50), "right"),
        (Decimal("0.02"), "right"),
        (None, "text"),
        (..., "stub"),
        (float("nan"), "nan"),
        (float("inf"), "nan"),
        (np.float64("nan"), "nan"),
        (10**400, "nan"),
        (True, "truth"),
        (np.bool_(True), "truth"),
        ([0.02], "many"),
        ([], "many"),
        (np.array([0.02, 0.03]), "many"),
        (np.array([]), "many"),
        ({"p": 0.02}, "many"),
        (b"0.02", "many"),
        (Result(0.02), "result"),
        (Result, "result"),
        (1 + 0j, "text"),
        (object(), "text"),
        (2, "range_probability"),
        (-1, "range_probability"),
        (0.0226, "early alone"),
    ],
)
def test_an_answer_from_python(answer, verdict):
    assert check("04.interaction_p", answer) == expected("04.interaction_p", verdict)


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(
        ValueError, match=r"id: there is no check '04.interaction'.*04.interaction_p"
    ):
        check("04.interaction", 0.02)
    with pytest.raises(ValueError, match=r"04\.familywise, 04\.interaction_p"):
        check("", 0.02)


def test_feedback_shows_itself_as_text_and_as_html():
    wrong = Feedback(False, "Is 1 < 2?")
    assert str(wrong) == "Not yet. Is 1 < 2?"
    assert wrong._repr_html_() == (
        '<p class="sl-feedback sl-no"><strong>Not yet.</strong> Is 1 &lt; 2?</p>'
    )
    assert repr(Feedback(True, "So it is.")) == "Right. So it is."
    stub = check(IDS[0], ...)
    assert str(stub) == "Replace the dots in the cell above, run it, then run this one."
    assert stub._repr_html_() == f'<p class="sl-feedback sl-quiet">{stub}</p>'


def numbers_in(text):
    """Return every number a reader could find in a text, percentages and fractions as well."""
    found = [float(n) for n in re.findall(r"\d+\.\d+|\d+", text)]
    found += [float(n) / 100 for n in re.findall(r"(\d+(?:\.\d+)?) ?(?:%|per ?cent)", text)]
    return found + [int(a) / int(b) for a, b in re.findall(r"(\d+)/(\d+)", text) if int(b)]


@pytest.mark.parametrize("id", IDS)
def test_no_message_and_no_hint_gives_the_answer_away(id):
    table = check_table(id)
    low, high = table["right"]
    turns = [turn["message"] for turn in table["wrong_turns"]]
    for text in (*turns, *table["hints"], *table["messages"].values(), table["right_message"]):
        assert not [n for n in numbers_in(text) if low <= n <= high], text


def test_the_search_for_an_answer_in_a_text_finds_one():
    assert numbers_in("it is 0.020") == [0.020]
    assert 0.02 in numbers_in("about 2% of them")
    assert 0.02 in numbers_in("that is 1/50")


@pytest.mark.parametrize("id", IDS)
def test_every_wrong_turn_has_a_message_of_its_own(id):
    table = check_table(id)
    messages = [turn["message"] for turn in table["wrong_turns"]]
    assert len(set(messages)) == len(messages)
    assert table["messages"]["otherwise"] not in messages
    for turn in table["wrong_turns"]:
        for value in turn["interval"]:
            assert check(id, value) == Feedback(False, turn["message"])


GOOD = {
    "version": 1,
    "checks": {
        "99.x": {
            "asks": "a number",
            "kind": "probability",
            "right": [0.2, 0.3],
            "right_message": "Yes.",
            "wrong_turns": [{"name": "half", "interval": [0.1, 0.15], "message": "Twice that."}],
            "hints": ["Look.", "Look again."],
        }
    },
}


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("wrong_turns", 0, "interval"), [0.15, 0.2], "wrong turn 'half'.*overlap"),
        (("wrong_turns", 0, "interval"), [0.25, 0.26], "the right interval.*overlap"),
        (("wrong_turns", 0, "interval"), [0.15, 0.1], r"must be \[low, high\]"),
        (("wrong_turns", 0, "interval"), None, r"must be \[low, high\]"),
        (("wrong_turns", 0, "message"), None, "a name and a message"),
        (("wrong_turns",), [], "at least one"),
        (("right",), [0.3, 0.2], r"the right interval must be \[low, high\]"),
        (("right_message",), "", "right_message must be a sentence"),
        (("kind",), "percent", "kind must be one of probability, ratio"),
        (("hints",), ["Only one."], "hints must be a list of two"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(path, value, complaint):
    data = copy.deepcopy(GOOD)
    spot = data["checks"]["99.x"]
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = value
    with pytest.raises(ValueError, match=f"99.json: check 99.x: .*{complaint}"):
        read_table(json.dumps(data), "99.json")


def test_two_wrong_turns_may_not_overlap():
    data = copy.deepcopy(GOOD)
    again = {"name": "third", "interval": [0.12, 0.13], "message": "Thrice that."}
    data["checks"]["99.x"]["wrong_turns"].append(again)
    with pytest.raises(ValueError, match=r"'half' \[0.1, 0.15\] and wrong turn 'third'.*overlap"):
        read_table(json.dumps(data), "99.json")


def test_a_good_table_is_read_and_other_json_is_not():
    assert read_table(json.dumps(GOOD), "99.json") == GOOD["checks"]
    with pytest.raises(ValueError, match=r"99.json: not valid JSON"):
        read_table("{", "99.json")
    with pytest.raises(ValueError, match=r'99.json: .*"version": 1'):
        read_table("{}", "99.json")


def test_every_chapter_table_loads():
    assert set(checks._tables()) >= set(IDS)
