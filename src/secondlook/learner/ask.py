"""Predictions, reveals and questions that need no kernel: a cell emits HTML for the page.

Every function shows its element at once, wherever it stands in the cell, and returns nothing. What
is stored is real HTML with the question, the options and the result, so a page without scripts
still reads; ``assets/learner.js`` makes it work. There is nothing random in it.
"""

import json
import numbers

from secondlook._hosts import is_static
from secondlook.checks import check_table
from secondlook.learner import parts
from secondlook.learner.parts import Element
from secondlook.pretest import pretest as read_pretest
from secondlook.questions import question as read_question

_KINDS = ("number", "choice", "probability", "text")
_BEFORE = "Note your prediction, and how sure you are, before you look at the result."
_BELIEF = "Note how likely you think it is, in percent, before you read on."
_WORDS = "Write it down, on paper if you like, before you look at what follows."
_RECALL = "What you said before{} and what you say now stand here side by side"


def setup():
    """Bring the script and the styles of predictions, answers and labs; once, in the import cell.

    The book's pages have both already, so a notebook run for the book (``SECONDLOOK_STATIC``)
    stores one short line instead of them.
    """
    parts.show(setup_element(static=is_static()))


def predict(
    id, question, kind="number", *, options=None, unit=None, low=None, high=None, within=None
):
    """Ask for a prediction and how sure the reader is of it; it locks when committed.

    A probability says by itself how sure the reader is, so nothing else is asked beside it. Words
    of the reader's own are kept and shown, and never judged.

    Parameters
    ----------
    id : str
        The prediction, for example ``"04.fishing"``; lower case letters, digits, ``.``, ``_`` and
        ``-``.
    question : str
        Plain text; ``**bold**`` and ```code``` are understood.
    kind : {"number", "choice", "probability", "text"}
        A probability, that something is or will be so, is asked in percent, 0 to 100. Without an
        ``outcome`` it is listed as a belief.
    options : dict of str to str
        For a choice: key to text, two or more.
    unit : str
        Shown after a number, for example ``"%"`` or ``"days"``.
    low, high : float
        The least and the greatest number that makes sense, in ``unit``.
    within : float
        For a number: how near counts as right, in ``unit``; the reader is told, so that "how sure"
        has a meaning.

    Raises
    ------
    ValueError
        If the id, the kind, the options or a limit does not fit.
    """
    parts.show(predict_element(id, question, kind, options, unit, low, high, within))


def reveal(id):
    """Hide the rest of this cell's output until prediction ``id`` is committed; first in the cell.

    *Show me anyway* is always there; a prediction made after it is kept, and marked late.
    """
    attributes = parts.attributes(id=parts.check_id(id))
    parts.show(Element(f"<sl-reveal {attributes}></sl-reveal>", f"The result of prediction {id}:"))


def outcome(id, value, tol=None, label=None):
    """Show what came out, beside what the reader predicted.

    Parameters
    ----------
    id : str
        The prediction.
    value : float or str
        The truth, in the prediction's unit; for a choice, its key; for a probability, 100 if the
        thing came true and 0 if it did not.
    tol : float
        How near counts as right, for a prediction that did not state it with ``within``.
    label : str
        How to write the truth, for example ``"48 of 100"``; the value itself when left out.

    Raises
    ------
    ValueError
        If the value is not a finite number or a key, or ``tol`` is negative.
    """
    parts.show(outcome_element(id, value, tol, label))


def recall(before, after):
    """Set a prediction beside a later one of the same kind and unit: "You said 55% before …".

    Until both are committed it shows one quiet line. It needs no kernel and stores nothing.

    Parameters
    ----------
    before, after : str
        Two predictions, for example ``"04.belief"`` and ``"04.belief_after"``.

    Raises
    ------
    ValueError
        If an id does not fit, or both are the same.
    """
    parts.show(recall_element(before, after))


def answer(id, question, hints=None):
    """Show a question with an answer box that checks at once, by the table of ``checks.check``.

    Parameters
    ----------
    id : str
        A check, for example ``"04.interaction_p"``.
    question : str
        Plain text; ``**bold**`` and ```code``` are understood.
    hints : sequence of str
        From the gentle one to the plain one, each folded inside the one before; those of the
        check's table when left out.

    Raises
    ------
    ValueError
        If there is no such check; the message names the nearest ones.
    """
    parts.show(answer_element(id, question, hints))


def question(id):
    """Ask a question with a few answers to choose from; every answer, once chosen, is explained.

    Parameters
    ----------
    id : str
        A question of ``data/questions/``, for example ``"02.lamps"``.

    Raises
    ------
    ValueError
        If there is no such question; the message names the nearest ones.
    """
    parts.show(question_element(id))


def sealed(id, title, picture, question, options, *, open=False):
    """Show one of a series of pictures whose truth is sealed, with its verdict, folded.

    Parameters
    ----------
    id, question, options
        As in :func:`predict`; the verdict is a choice.
    title : str
        On the fold, for example ``"Sealed trial 2 of 10"``.
    picture : Picture
    open : bool
        Start unfolded.

    Raises
    ------
    ValueError
        As in :func:`predict`.
    """
    parts.show(sealed_element(id, title, picture, question, options, open))


def score(truth, labels, cues, table):
    """Open the truth of many verdicts together: calibration, Brier score, and what misled.

    It waits until every one of the predictions is committed; *Show me anyway* is there too.

    Parameters
    ----------
    truth : dict
        Prediction id to the key that is true.
    labels : dict
        Key to words.
    cues : dict
        Name of a cue, as it begins a sentence, to a dict of prediction id to the key it points to.
    table : dict
        Prediction id to a dict of column to text, the rows of what opens.

    Raises
    ------
    ValueError
        If an id does not fit, or a truth has no label.
    """
    parts.show(score_element(truth, labels, cues, table))


def pretest():
    """Ask the sealed questions of the course, one prediction each; no outcome is shown."""
    for item in read_pretest():
        predict(item.id, item.question, "choice", options=item.options)


def my_predictions():
    """Show everything this browser keeps: the list, calibration, export, import and erase."""
    parts.show(my_predictions_element())


def setup_element(static=False):
    """Return what ``setup`` shows."""
    text = "Predictions and answers stay in your browser."
    if static:
        return Element('<span class="sl-ready" hidden></span>', text)
    styles, scripts = ("".join(map(parts.asset, names)) for names in (parts.STYLES, parts.SCRIPTS))
    body = f"<style>{styles}</style><script>{scripts}</script>"
    return Element(body, text)


def predict_element(
    id, question, kind="number", options=None, unit=None, low=None, high=None, within=None
):
    """Return what ``predict`` shows."""
    if kind not in _KINDS:
        raise ValueError(f"kind: {kind!r} is not one of {', '.join(_KINDS)}")
    if kind == "choice":
        parts.check_options(options)
        if any(x is not None for x in (unit, low, high, within)):
            raise ValueError("unit, low, high and within belong to a number, not to a choice")
    elif options is not None:
        raise ValueError(f'options: only kind="choice" has options, not {kind!r}')
    if kind == "text" and any(x is not None for x in (unit, low, high, within)):
        raise ValueError("unit, low, high and within belong to a number, not to words")
    if kind == "probability":
        if any(x is not None for x in (unit, low, high, within)):
            raise ValueError(
                "unit, low, high, within: a probability is always asked in percent, 0 to 100, and "
                "has no distance from the truth"
            )
        unit, low, high = "%", 0, 100
    limits = {name: parts.finite(name, x) for name, x in (("low", low), ("high", high))}
    if None not in limits.values() and limits["low"] >= limits["high"]:
        raise ValueError(f"low: must be below high; {low} is not below {high}")
    inner = f'<p class="sl-question">{parts.text(question)}</p>'
    if options:
        items = (
            f'<li data-key="{parts.escape(key)}">{parts.text(words)}</li>'
            for key, words in options.items()
        )
        inner += f'<ul class="sl-options">{"".join(items)}</ul>'
    before = {"probability": _BELIEF, "text": _WORDS}.get(kind, _BEFORE)
    inner += f'<p class="sl-before">{before}</p>'
    attributes = parts.attributes(
        id=parts.check_id(id),
        kind=kind,
        unit=unit,
        **limits,
        within=parts.finite("within", within, least=0),
    )
    choices = f" ({'; '.join(options.values())})" if options else ""
    return Element(
        f"<sl-predict {attributes}>{inner}</sl-predict>", f"Prediction {id}: {question}{choices}"
    )


def outcome_element(id, value, tol=None, label=None):
    """Return what ``outcome`` shows."""
    if isinstance(value, str) and value:
        if tol is not None:
            raise ValueError("tol: belongs to a number, not to a choice")
        kind = "choice"
    elif isinstance(value, numbers.Real) and not isinstance(value, bool):
        kind, value = "number", parts.finite("value", value)
    else:
        raise ValueError(f"value: must be a number, or the key of a choice, not {value!r}")
    words = f"It came out as {label if label is not None else parts.shortest(value)}."
    attributes = parts.attributes(
        id=parts.check_id(id),
        type=kind,
        value=value,
        within=parts.finite("tol", tol, least=0),
        label=label,
    )
    return Element(
        f'<sl-outcome {attributes}><p class="sl-result">{parts.text(words)}</p></sl-outcome>',
        f"Prediction {id}. {words}",
    )


def recall_element(before, after):
    """Return what ``recall`` shows."""
    attributes = parts.attributes(before=parts.check_id(before), after=parts.check_id(after))
    if before == after:
        raise ValueError(f"after: must be another prediction than before, not {after!r} again")
    elsewhere = f" (in chapter {before[:2]})" if before[:2] != after[:2] else ""
    words = f"{_RECALL.format(elsewhere)} once you have committed both."
    return Element(f'<sl-recall {attributes}><p class="sl-before">{words}</p></sl-recall>', words)


def sealed_element(id, title, picture, question, options, open=False):
    """Return what ``sealed`` shows."""
    asked = predict_element(id, question, "choice", options)
    summary = f'<summary data-lm-suppress-shortcuts="true">{parts.text(title)}</summary>'
    return Element(
        f'<details class="sl-hint sl-sealed"{" open" if open else ""}>{summary}'
        f"{picture.html()}{asked.html}</details>",
        f"{title}. {picture.alt} {asked.text}",
    )


def score_element(truth, labels, cues, table):
    """Return what ``score`` shows."""
    for id, key in truth.items():
        if key not in labels:
            raise ValueError(
                f"truth: {parts.check_id(id)} is {key!r}; it must be one of {list(labels)}"
            )
    heads = ("Trial", "The truth", "Your verdict", *next(iter(table.values())))
    head = "".join(f'<th scope="col">{parts.text(words)}</th>' for words in heads)
    body = "".join(
        f'<tr><th scope="row">{number}</th><td>{parts.text(labels[key])}</td>'
        f'<td data-of="{parts.escape(parts.check_id(id))}"></td>'
        + "".join(f"<td>{parts.text(words)}</td>" for words in table[id].values())
        + "</tr>"
        for number, (id, key) in enumerate(truth.items(), 1)
    )
    packed = {"truth": truth, "labels": labels, "cues": cues}
    attributes = parts.attributes(**{name: json.dumps(part) for name, part in packed.items()})
    return Element(
        f'<sl-score {attributes}><div class="sl-truths" tabindex="0" role="region" '
        f'aria-label="The sealed trials, opened"><table class="sl-table">'
        f"<caption>The sealed trials, opened</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></sl-score>",
        "The truth: " + "; ".join(f"{id} {labels[key]}" for id, key in truth.items()) + ".",
    )


def answer_element(id, question, hints=None):
    """Return what ``answer`` shows."""
    table = check_table(id)
    hints = tuple(table["hints"] if hints is None else hints)
    used = {name: table[name] for name in ("kind", "right", "right_message", "messages")}
    turns = [{"interval": t["interval"], "message": t["message"]} for t in table["wrong_turns"]]
    packed = json.dumps(used | {"wrong_turns": turns}, ensure_ascii=False, separators=(",", ":"))
    inner = (
        f'<p class="sl-question">{parts.text(question)}</p>'
        '<p class="sl-before">The answer box needs JavaScript. The task can be done on paper, or '
        "in the notebook with <code>check</code>.</p>" + parts.folded(hints)
    )
    attributes = parts.attributes(id=parts.check_id(id), table=packed)
    return Element(f"<sl-answer {attributes}>{inner}</sl-answer>", f"Question {id}: {question}")


def question_element(id):
    """Return what ``question`` shows."""
    asked = read_question(parts.check_id(id))
    options = "".join(
        f'<li data-key="{parts.escape(option.key)}">{parts.text(option.text)}</li>'
        for option in asked.options
    )
    said = "".join(
        f'<dt>{parts.text(option.text)}</dt><dd data-key="{parts.escape(option.key)}">'
        f"<strong>{'Right.' if option.right else 'Not this one.'}</strong> "
        f"{parts.text(option.feedback)}</dd>"
        for option in asked.options
    )
    attributes = parts.attributes(id=id, right=asked.right.key)
    inner = (
        f'<p class="sl-question">{parts.text(asked.asks)}</p><ul class="sl-options">{options}</ul>'
        '<details class="sl-hint sl-said-of"><summary data-lm-suppress-shortcuts="true">'
        f"What is said of each answer</summary><dl>{said}</dl></details>"
    )
    words = "; ".join(option.text for option in asked.options)
    return Element(
        f"<sl-quiz {attributes}>{inner}</sl-quiz>", f"Question {id}: {asked.asks} ({words})"
    )


def my_predictions_element():
    """Return what ``my_predictions`` shows."""
    words = "Your predictions and answers are kept in your browser, and nowhere else."
    return Element(
        f'<sl-my-predictions><p class="sl-before">{words} The list needs JavaScript.</p>'
        "</sl-my-predictions>",
        words,
    )
