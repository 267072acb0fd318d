"""What the cells emit, and what the page's script does with kept and imported data."""

import json
import re
import time

import pytest
from _learner_js import SCRIPT, run_js

from secondlook import learner
from secondlook.checks import check_table

PREDICT = learner.predict_element("04.fishing", "How many of 100?", "number", None, "%", 0, 100, 10)


def plain(html):
    """The text a reader without scripts sees."""
    return re.sub(r"<[^>]+>", " ", html)


# --- what Python emits ---------------------------------------------------------------------------


def test_a_prediction_is_real_html_and_says_its_limits():
    assert PREDICT.html == (
        '<sl-predict data-id="04.fishing" data-kind="number" data-unit="%" data-low="0" '
        'data-high="100" data-within="10"><p class="sl-question">How many of 100?</p>'
        '<p class="sl-before">Note your prediction, and how sure you are, before you look at the '
        "result.</p></sl-predict>"
    )
    assert PREDICT.text == "Prediction 04.fishing: How many of 100?"


def test_a_choice_shows_its_options_without_scripts():
    options = {"harm": "It **harms** them", "same": "Nothing & no one"}
    element = learner.predict_element("04.half", "Late patients?", "choice", options)
    assert '<li data-key="harm">It <strong>harms</strong> them</li>' in element.html
    assert "Nothing &amp; no one" in element.html
    assert element.text.endswith("(It **harms** them; Nothing & no one)")


def test_a_probability_is_asked_in_percent():
    html = learner.predict_element("04.best", "How probable?", "probability").html
    assert 'data-kind="probability" data-unit="%" data-low="0" data-high="100"' in html
    assert "how likely you think it is, in percent" in html and "how sure" not in html


def test_words_of_the_readers_own_have_no_limits_and_no_confidence():
    element = learner.predict_element("01.why", "Why?", "text")
    assert 'data-kind="text"' in element.html and "Write it down" in element.html
    with pytest.raises(ValueError, match="belong to a number, not to words"):
        learner.predict_element("01.why", "Why?", "text", low=0)


def test_a_recall_says_what_it_is_without_scripts():
    element = learner.recall_element("04.belief", "04.belief_after")
    assert element.html.startswith(
        '<sl-recall data-before="04.belief" data-after="04.belief_after"><p'
    )
    assert plain(element.html).strip() == element.text
    assert element.text.startswith("What you said before and what you say now stand here")
    later = learner.recall_element("00.drug", "01.drug")
    assert later.text.startswith("What you said before (in chapter 00) and what you say now")


def test_an_outcome_is_readable_without_scripts():
    element = learner.outcome_element("04.fishing", 47.7, 10, "48%")
    assert plain(element.html).strip() == "It came out as 48%."
    assert 'data-value="47.7" data-within="10"' in element.html
    assert plain(learner.outcome_element("04.fishing", 47.70000000000001).html).strip() == (
        "It came out as 47.7."
    )
    assert 'data-type="choice" data-value="harm"' in learner.outcome_element("04.x", "harm").html


def test_an_answer_box_carries_its_table_and_folds_its_hints():
    element = learner.answer_element("04.shrunk_hr", "Which?")
    html = element.html
    packed = re.search(r'data-table="([^"]*)"', html)[1].replace("&quot;", '"')
    packed = json.loads(packed.replace("&#x27;", "'").replace("&lt;", "<").replace("&amp;", "&"))
    table = check_table("04.shrunk_hr")
    assert packed["right"] == table["right"] and packed["messages"] == table["messages"]
    assert [t["interval"] for t in packed["wrong_turns"]] == [
        t["interval"] for t in table["wrong_turns"]
    ]
    first, second = html.index("A hint"), html.index("More of a hint")
    assert first < second and html.endswith("</details></details></sl-answer>")
    for hint in table["hints"]:
        assert hint.split(".")[0] in html
    assert html.count('<summary data-lm-suppress-shortcuts="true">') == 2


def test_hints_can_be_given_in_the_cell():
    html = learner.answer_element("04.shrunk_hr", "Which?", hints=("Use `log`.",)).html
    assert html.count("<details") == 1 and "<p>Use <code>log</code>.</p>" in html


def test_nothing_in_an_output_is_random_and_nothing_is_markup_by_accident():
    evil = '<img src=x onerror="alert(1)">'
    make = [
        lambda: learner.predict_element("04.x", evil, "choice", {'a"b': evil, "c": "d"}),
        lambda: learner.outcome_element("04.x", 1, label=evil),
        lambda: learner.answer_element("04.familywise", evil, hints=(evil,)),
        learner.my_predictions_element,
        lambda: learner.recall_element("04.x", "04.y"),
        learner.setup_element,
    ]
    for each in make:
        assert each() == each()
        assert "<img" not in each().html
    assert 'data-key="a&quot;b"' in make[0]().html


def test_setup_brings_script_and_styles_once_and_the_book_only_a_line():
    html = learner.setup_element().html
    script = SCRIPT.read_text(encoding="utf-8")
    assert script in html and html.count("<script>") == 1 and html.count("<style>") == 1
    assert "</script" not in script and "</style" not in html[: html.index("</style>")]
    assert len(learner.setup_element(static=True).html) < 100


def test_every_function_shows_at_once_and_returns_nothing(monkeypatch):
    shown = []
    monkeypatch.setattr(learner.parts, "show", shown.append)
    assert learner.setup() is None
    assert learner.predict("04.fishing", "How many?", unit="%", within=10) is None
    assert learner.reveal("04.fishing") is None
    assert learner.outcome("04.fishing", 48.0, tol=10, label="48%") is None
    assert learner.recall("04.belief", "04.belief_after") is None
    assert learner.answer("04.familywise", "How often?") is None
    assert learner.my_predictions() is None
    assert [re.match(r"<([a-z-]+)", e.html)[1] for e in shown] == [
        *("style", "sl-predict", "sl-reveal", "sl-outcome"),
        *("sl-recall", "sl-answer", "sl-my-predictions"),
    ]
    bundle = shown[2]._repr_mimebundle_()
    assert bundle == {
        "text/html": '<sl-reveal data-id="04.fishing"></sl-reveal>',
        "text/plain": "The result of prediction 04.fishing:",
    }


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: learner.predict_element("04 fishing", "?"), "id: '04 fishing' does not fit"),
        (lambda: learner.predict_element("", "?"), "id: '' does not fit"),
        (lambda: learner.predict_element(4, "?"), "id: 4 does not fit"),
        (lambda: learner.predict_element("a", "?", "curve"), "kind: 'curve' is not one of number"),
        (lambda: learner.predict_element("a", "?", "choice"), "options: a choice needs a dict"),
        (lambda: learner.predict_element("a", "?", "choice", {"x": "one"}), "two or more"),
        (
            lambda: learner.predict_element("a", "?", "choice", {"x": "one", "y": 2}),
            "must be words",
        ),
        (lambda: learner.predict_element("a", "?", "choice", {"x": "1", "y": "2"}, "%"), "unit"),
        (lambda: learner.predict_element("a", "?", options={"x": "y"}), "options: only kind"),
        (
            lambda: learner.predict_element("a", "?", "probability", unit="%"),
            "always asked in perc",
        ),
        (
            lambda: learner.predict_element("a", "?", "probability", within=5),
            "has no distance from the truth",
        ),
        (lambda: learner.recall_element("a", "a"), "after: must be another prediction"),
        (lambda: learner.recall_element("a", "B"), "id: 'B' does not fit"),
        (lambda: learner.predict_element("a", "?", low=2, high=1), "low: must be below high"),
        (lambda: learner.predict_element("a", "?", low="x"), "low: must be a number"),
        (lambda: learner.predict_element("a", "?", within=-1), "within: must be .* of at least 0"),
        (lambda: learner.outcome_element("a", True), "value: must be a number, or the key"),
        (lambda: learner.outcome_element("a", None), "value: must be a number, or the key"),
        (lambda: learner.outcome_element("a", ""), "value: must be a number, or the key"),
        (lambda: learner.outcome_element("a", float("nan")), "value: must be a finite number"),
        (lambda: learner.outcome_element("a", 1, tol=float("inf")), "tol: must be a finite number"),
        (lambda: learner.outcome_element("a", "x", tol=1), "tol: belongs to a number"),
        (lambda: learner.reveal("A"), "id: 'A' does not fit"),
        (lambda: learner.answer_element("04.shrunk", "?"), "nearest are 04.shrunk_hr"),
    ],
)
def test_bad_input_is_named(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call()


# --- kept and imported data, in the script's pure part -------------------------------------------

NOW = int(time.time() * 1000)
SAID = {"kind": "number", "value": 30, "confidence": 70, "t": NOW, "unit": "%", "within": 10}
TRIED = {"answer": "0.02", "correct": True, "tries": 2, "t": NOW}


def data(predictions=None, answers=None, work=None):
    return {"v": 2, "predictions": predictions or {}, "answers": answers or {}, "work": work or {}}


def test_good_records_pass_and_unknown_fields_are_dropped():
    told = SAID | {"question": "?", "label": "x", "late": True, "truth": 48, "truthLabel": "48%"}
    kept = run_js(
        "return sl.clean(x);", data({"04.a": told | {"html": "<b>"}}, {"04.b": TRIED | {"x": 1}})
    )
    assert kept == {"data": data({"04.a": told}, {"04.b": TRIED}), "refused": 0}


BELIEF = {"kind": "probability", "value": 55, "t": NOW, "unit": "%"}


def test_a_probability_needs_no_confidence_and_an_older_record_with_one_stays():
    both = {"04.a": BELIEF, "04.b": BELIEF | {"confidence": 70}}
    bad = {"04.c": BELIEF | {"confidence": 101}, "04.d": BELIEF | {"confidence": "70"}}
    kept = run_js("return sl.clean(x);", data(both | bad))
    assert kept == {"data": data(both), "refused": 2}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "curve"},
        {"kind": "constructor"},
        {"kind": None},
        {"value": "30"},
        {"value": None},
        {"value": [30]},
        {"confidence": 101},
        {"confidence": -1},
        {"confidence": 70.5},
        {"confidence": "70"},
        {"confidence": None},
        {"t": 0},
        {"t": 9e15},
        {"t": "yesterday"},
        {"question": 5},
        {"question": "q" * 4001},
        {"unit": {"toString": 1}},
        {"late": "yes"},
        {"within": -1},
        {"truth": "48"},
        {"truthLabel": ["<b>"]},
        {"kind": "probability", "value": 101},
        {"kind": "choice", "value": ""},
        {"kind": "choice", "value": 3},
    ],
)
def test_one_bad_field_refuses_a_prediction(change):
    kept = run_js("return sl.clean(x);", data({"04.a": SAID | change, "04.b": SAID}))
    assert kept == {"data": data({"04.b": SAID}), "refused": 1}


@pytest.mark.parametrize(
    "change",
    [{"answer": 5}, {"answer": "a" * 201}, {"correct": 1}, {"tries": 0}, {"tries": 1.5}, {"t": -1}],
)
def test_one_bad_field_refuses_an_answer(change):
    kept = run_js("return sl.clean(x);", data({}, {"04.a": TRIED | change}))
    assert kept == {"data": data(), "refused": 1}


def test_ids_that_could_do_harm_are_refused():
    text = json.dumps(data({"A": SAID, "a b": SAID, "a" * 65: SAID, "": SAID}))
    text = text.replace('{"A"', '{"__proto__": {"kind": "skip", "t": 1}, "A"')
    kept = run_js("return [sl.clean(JSON.parse(x)), ({}).kind === undefined];", text)
    assert kept == [{"data": data(), "refused": 5}, True]


@pytest.mark.parametrize(
    "bad", [None, [], 5, "x", {}, {"v": 1}, {"v": 1, "predictions": [], "answers": {}}]
)
def test_data_of_another_shape_are_refused_whole(bad):
    said = run_js("try { sl.clean(x); } catch (e) { return e.message; } return 'taken';", bad)
    assert said == "it does not hold predictions of this course"


def test_too_many_entries_are_cut():
    many = {f"a{n}": SAID for n in range(1005)}
    kept = run_js("return sl.clean(x);", data(many))
    assert len(kept["data"]["predictions"]) == 1000 and kept["refused"] == 5


def test_earlier_versions_are_brought_up_one_step_at_a_time():
    steps = "{1: (d) => ({...d, a: d.a + 1}), 2: (d) => ({...d, a: d.a * 10})}"
    assert run_js(f"return sl.migrate({{v: 1, a: 1}}, {steps}, 3);") == {"v": 3, "a": 20}
    assert run_js(f"return sl.migrate({{v: 2, a: 1}}, {steps}, 3);") == {"v": 3, "a": 10}
    assert run_js("return sl.migrate(x);", data()) == data()
    first = {"v": 1, "predictions": {"04.a": SAID}, "answers": {"04.b": TRIED}}
    assert run_js("return sl.migrate(x);", first) == data({"04.a": SAID}, {"04.b": TRIED})
    tell = "try { sl.migrate(x); } catch (e) { return e.message; } return 'taken';"
    assert run_js(tell, {"v": 3}) == "it was written by a newer version of this course"
    assert run_js(tell, {"v": 0}) == "it has version 0, which was never in use"
    for bad in ({}, {"v": "1"}, None, []):
        assert run_js(tell, bad) == "it has no version number"


def merged(a, b, part="predictions"):
    """Merge two records of one id both ways round; the order must not matter."""
    one, two = (data(**{part: {"x": r} if r else {}}) for r in (a, b))
    there = run_js("return sl.merge(x[0], x[1]);", [one, two])[part].get("x")
    back = run_js("return sl.merge(x[1], x[0]);", [one, two])[part].get("x")
    assert there == back
    return there


def test_the_first_commit_wins():
    late = SAID | {"t": NOW + 5, "value": 90}
    assert merged(SAID, late) == SAID
    assert merged(SAID, None) == SAID
    assert merged(SAID, SAID | {"truth": 48}) == SAID | {"truth": 48}
    assert merged(SAID, SAID | {"value": 31}) in (SAID, SAID | {"value": 31})


def test_a_commit_after_a_look_is_late_and_one_before_it_is_not():
    look = {"kind": "skip", "t": NOW - 1}
    assert merged(look, SAID) == SAID | {"late": True}
    assert merged(look | {"t": NOW + 1}, SAID) == SAID
    assert merged(look, look | {"t": NOW}) == look


def test_the_last_answer_wins_and_tries_are_not_lost():
    again = TRIED | {"t": NOW + 1, "answer": "0.03", "tries": 1}
    assert merged(TRIED, again, "answers") == again | {"tries": 2}


def test_what_was_filled_in_last_stays_whichever_way_two_tabs_meet():
    first, second = ({"value": v, "t": NOW + k, "question": "?"} for k, v in enumerate("ab"))
    assert merged(first, second, "work") == second
    assert merged(first, None, "work") == first
    assert merged(first, second | {"t": NOW}, "work") in (first, second | {"t": NOW})


@pytest.mark.parametrize(
    "change", [{"value": 5}, {"value": "a" * 4001}, {"t": 0}, {"label": []}, {"question": {}}]
)
def test_one_bad_field_refuses_what_was_filled_in(change):
    record = {"value": "low", "t": NOW, "label": "hardly"}
    kept = run_js("return sl.clean(x);", data(work={"07.a": record | change, "07.b": record}))
    assert kept == {"data": data(work={"07.b": record}), "refused": 1}


def test_an_order_is_kept_and_is_neither_right_nor_wrong():
    record = {"kind": "order", "value": "b,a", "t": NOW, "truth": "a,b"}
    kept = run_js("return [sl.clean(x), sl.wasRight(x.predictions.a)];", data({"a": record}))
    assert kept == [{"data": data({"a": record}), "refused": 0}, None]
    bad = run_js("return sl.clean(x);", data({"a": record | {"value": ""}}))
    assert bad == {"data": data(), "refused": 1}


def test_an_import_adds_and_never_overwrites():
    here = data({"a": SAID, "b": {"kind": "skip", "t": NOW - 9}}, {"q": TRIED})
    other = SAID | {"value": 99, "t": 5}
    file = data({"a": other, "b": SAID, "c": other}, {"q": TRIED | {"answer": "9"}, "r": TRIED})
    out = run_js("return sl.addImported(x[0], x[1]);", [here, file])
    assert out["count"] == {"predictions": 2, "answers": 1, "work": 0, "kept": 2}
    assert out["data"]["predictions"] == {"a": SAID, "b": SAID | {"late": True}, "c": other}
    assert out["data"]["answers"] == {"q": TRIED, "r": TRIED}


def test_calibration_and_the_brier_score_by_hand():
    def one(value, confidence, **more):
        return SAID | {"value": value, "confidence": confidence, "truth": 48} | more

    predictions = {
        "a": one(40, 90),  # within 10: right
        "b": one(58, 80),  # exactly 10 away: right
        "c": one(37.9, 60),  # wrong
        "d": one(48, 100, late=True),  # late: not counted
        "e": SAID,  # outcome not known
        "f": one("x", 55, kind="choice", truth="y"),  # wrong
        "g": {"kind": "skip", "t": NOW},
        "h": {k: v for k, v in one(48, 70).items() if k != "within"},  # no tolerance: not scored
    }
    out = run_js("return sl.summary(x);", predictions)
    assert out["n"] == 4
    assert out["brier"] == pytest.approx((0.1**2 + 0.2**2 + 0.6**2 + 0.55**2) / 4)
    assert [(b["low"], b["right"], b["n"], b["said"]) for b in out["bands"]] == [
        *((50, 0, 1, 55), (60, 0, 1, 60), (80, 1, 1, 80), (90, 1, 1, 90))
    ]


def test_a_probability_is_its_own_confidence():
    predictions = {
        "a": BELIEF | {"truth": 0},
        "b": BELIEF | {"truth": 100, "value": 59.5, "confidence": 99},
        "c": BELIEF | {"truth": 100, "value": 100},
        "d": BELIEF | {"truth": 0, "value": 10, "late": True},  # late: not counted
        "e": BELIEF,  # a belief: no truth
        "f": BELIEF | {"truth": 40},  # neither true nor false: not scored
    }
    out = run_js("return sl.summary(x);", predictions)
    assert out["n"] == 3
    assert out["brier"] == pytest.approx((0.55**2 + 0.405**2 + 0) / 3)
    assert [(b["low"], b["right"], b["n"], b["said"]) for b in out["bands"]] == [
        *((50, 1, 2, 57.25), (90, 1, 1, 100))
    ]


def test_a_tolerance_at_its_edge_is_kept_in_spite_of_rounding():
    record = SAID | {"value": 0.3, "truth": 0.1, "within": 0.2}
    assert run_js("return sl.wasRight(x);", record) is True
    assert run_js("return sl.wasRight(x);", record | {"within": 0.19}) is False
    assert run_js("return sl.wasRight(x);", SAID) is None


def test_the_script_never_writes_markup_and_asks_no_server():
    script = "".join(map(learner.parts.asset, learner.parts.SCRIPTS))
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|fetch\(|XMLHttp|\beval\("
    assert not re.search(forbidden, script)
    assert not re.search(r"https?://|document\.cookie", script)
