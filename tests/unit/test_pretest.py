"""The sealed pre-test: whole, fair, and nothing on the page gives its key away."""

import inspect
import json
import math
import re
from collections import Counter

import pytest

from secondlook import learner
from secondlook import pretest as module
from secondlook._data import data_path
from secondlook.pretest import Item, pretest

ITEMS = {item.id: item for item in pretest()}


def test_twelve_questions_one_or_two_for_each_later_chapter():
    assert len(pretest()) == len(ITEMS) == 12
    count = Counter(item.chapter for item in pretest())
    assert set(count) == {f"0{n}" for n in range(1, 8)} and set(count.values()) <= {1, 2}
    for item in pretest():
        assert re.fullmatch(rf"pre\.{item.chapter}_[a-z_]+", item.id)


@pytest.mark.parametrize("id", ITEMS)
def test_a_question_is_whole_and_its_options_differ(id):
    item = ITEMS[id]
    assert isinstance(item, Item) and item.question.endswith("?") and item.why.endswith(".")
    assert len(item.options) == 4 == len(set(item.options.values()))
    assert item.right in item.options


def test_neither_place_nor_length_gives_the_answer_away():
    places = Counter(list(item.options).index(item.right) for item in pretest())
    assert set(places.values()) == {3}
    lengths = [sorted(item.options, key=lambda k, o=item.options: len(o[k])) for item in pretest()]
    for end in (0, -1):
        hits = sum(o[end] == item.right for o, item in zip(lengths, pretest(), strict=True))
        assert hits <= 5


def right_words(id):
    return ITEMS[id].options[ITEMS[id].right]


def test_the_keys_are_what_their_sums_give():
    """Of the options with a number, the nearest to the answer computed here is the key."""
    pass_true, pass_false = 0.1 * 0.8, 0.9 * 0.05
    truth = {
        "pre.01_chain": 100 * 0.9**6,
        "pre.01_prior": 100 * pass_true / (pass_true + pass_false),
        "pre.04_half": math.exp(2 * math.log(0.90) - math.log(0.60)),
    }
    for id, value in truth.items():
        options = ITEMS[id].options
        near = min(
            options, key=lambda k, o=options: abs(float(re.search(r"[\d.]+", o[k])[0]) - value)
        )
        assert near == ITEMS[id].right, id
    assert right_words("pre.03_none_seen") == "In as many as 1 of 40 patients"
    assert pytest.approx(0.05, abs=0.005) == (1 - 1 / 40) ** 120
    assert "from 5% to 95%" in right_words("pre.05_percent")
    assert pytest.approx((5, 95)) == (100 * 0.2 / 4, 100 * 3.8 / 4)
    assert pytest.approx(3, abs=0.3) == (4 / 16 * 365.25 / 7) / 4


def test_the_cell_shows_every_question_and_not_the_key(monkeypatch):
    shown = []
    monkeypatch.setattr(learner.parts, "show", shown.append)
    assert learner.pretest() is None
    assert len(shown) == 12
    for element, item in zip(shown, pretest(), strict=True):
        assert element.html.startswith(f'<sl-predict data-id="{item.id}" data-kind="choice">')
        assert item.why not in element.html and "right" not in re.sub(
            r">[^<]*<", "><", element.html
        )
        for key, words in item.options.items():
            assert f'<li data-key="{key}">' in element.html and words[:8] in element.text


def test_a_key_that_is_no_option_is_refused(monkeypatch, tmp_path):
    entries = json.loads(data_path("pretest.json").read_text(encoding="utf-8"))
    entries[0]["right"] = "z"
    path = tmp_path / "pretest.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    monkeypatch.setattr(module, "data_path", lambda *parts: path)
    with pytest.raises(ValueError, match=r"pre\.01_chain: right must be one of"):
        inspect.unwrap(module.pretest)()
