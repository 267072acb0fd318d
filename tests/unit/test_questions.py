"""Questions with options: every file is whole, and each mistake in one is named."""

import copy
import re

import pytest

from secondlook import learner
from secondlook.questions import question, questions, read_question

GOOD = {
    "asks": "Which?",
    "options": [
        {"key": "a", "text": "This", "right": True, "feedback": "Yes, because."},
        {"key": "b", "text": "That", "feedback": "No, because.", "misconception": "That is so"},
        {"key": "c", "text": "Both", "feedback": "No.", "misconception": "Both are so"},
    ],
}


@pytest.mark.parametrize("id", sorted(questions()))
def test_a_question_reads_well(id):
    asked = question(id)
    texts = [option.text for option in asked.options]
    assert len(set(texts)) == len(texts)
    assert asked.asks.endswith("?")
    for option in asked.options:
        assert option.text.endswith((".", "%")) or len(option.text.split()) <= 6, option.text
        assert option.feedback.endswith(".") and "!" not in option.feedback
        assert option.feedback not in [o.feedback for o in asked.options if o is not option]


def test_the_right_answer_does_not_always_stand_in_one_place():
    places = [[o.right for o in asked.options].index(True) for asked in questions().values()]
    assert max(places.count(place) for place in set(places)) <= 0.6 * len(places)


def test_the_right_answer_is_not_given_away_by_its_length():
    longest = [
        max(asked.options, key=lambda option: len(option.text)).right
        for asked in questions().values()
    ]
    assert sum(longest) <= 0.6 * len(longest)


def broken(**changes):
    entry = copy.deepcopy(GOOD)
    entry["options"][1].update(changes)
    return {"asks": entry["asks"], "options": entry["options"]}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"asks": "Which?"}, "here: it needs"),
        (broken(right=True), "of which one is right"),
        (broken(key="a"), "the same key"),
        (broken(misconception=""), "here, b: a wrong option names its misconception"),
        (broken(feedback=""), "an option lacks 'feedback'"),
        (broken(colour="red"), "and nothing else"),
        ({"asks": " ", "options": GOOD["options"]}, "it asks nothing"),
        ({"asks": "Which?", "options": GOOD["options"][:2]}, "three or more"),
    ],
)
def test_a_mistake_in_a_file_is_named(entry, message):
    assert read_question("04.x", GOOD, "here").right.key == "a"
    with pytest.raises(ValueError, match=re.escape(message)):
        read_question("04.x", entry, "here")


def test_an_unknown_question_names_the_nearest():
    with pytest.raises(ValueError, match=r"no question '04\.lok'; the nearest are 04\.looks"):
        question("04.lok")


def test_a_page_without_scripts_holds_question_options_and_what_is_said_of_each():
    asked, html = question("04.cut"), learner.question_element("04.cut").html
    plain = re.sub(r"<[^>]+>", " ", html)
    for option in asked.options:
        assert html.count(f'<li data-key="{option.key}">') == 1
        assert f'<dd data-key="{option.key}">' in html
        assert option.feedback in plain
    assert plain.count("Right.") == 1 and plain.count("Not this one.") == len(asked.options) - 1
    assert f'data-right="{asked.right.key}"' in html
