"""What the reader sorts, writes, fills in and looks back on; no kernel is needed.

Each function shows its element at once and returns nothing, as those of ``ask`` do. What is stored
is complete without scripts: every rubric, every answer of ours. ``assets/work.js`` makes it
something to do.
"""

import json

from secondlook.appraisal import Profile, plain_summary
from secondlook.appraisal import profile as read_profile
from secondlook.figures.tables import ledger_table
from secondlook.learner import parts
from secondlook.learner.ask import predict
from secondlook.learner.parts import Element
from secondlook.pretest import pretest as read_pretest

CHAPTERS = {
    "00": "Start here",
    "01": "Mechanism",
    "02": "Pilot",
    "03": "Primary endpoints",
    "04": "Subgroup",
    "05": "JETALS",
    "06": "Secondary sources",
    "07": "Verdict",
}
BELIEFS = (
    *((f"{chapter}.drug", chapter) for chapter in ("00", "01", "02", "03", "05")),
    ("06.drug_again", "06"),
    ("07.drug", "07"),
)
PROFILE = "07.profile"
_SORT = "Put them in your order on paper, the first first, before you read on."
_WRITE = "Write it down, on paper if you like, before you read on."
_OURS = '<summary data-lm-suppress-shortcuts="true">Ours, as one way of many</summary>'
_KEEPS = "What you choose is kept in your browser. Choosing needs JavaScript; our answers are here."
_LOOKS = "This shows what your browser keeps of this course. It needs JavaScript."


def order(id, question, items):
    """Ask the reader to put things in an order; it locks when committed, like a prediction.

    Parameters
    ----------
    id : str
        The prediction, for example ``"06.spin"``; ``reveal`` takes it too.
    question : str
        Plain text.
    items : dict of str to str
        Key to words, two or more; a key is a letter or a short word without a comma.

    Raises
    ------
    ValueError
        If the id or the items do not fit.
    """
    parts.show(order_element(id, question, items))


def ordered(id, right, reasons):
    """Show our order beside the reader's, each place with its reason.

    Parameters
    ----------
    id : str
        As in :func:`order`.
    right : sequence of str
        The keys, first place first.
    reasons : dict of str to str
        Key to one sentence.

    Raises
    ------
    ValueError
        If a key has no reason, or a reason no key.
    """
    parts.show(ordered_element(id, right, reasons))


def write(id, question, rubric, ours, guess=None):
    """Ask for the reader's own words; then show a rubric to tick and a version of ours.

    Parameters
    ----------
    id : str
        For example ``"06.two_sentences"``.
    question : str
        Plain text.
    rubric : dict of str to str
        Key to criterion, two or more; the reader applies it.
    ours : str or sequence of str
        One paragraph each.
    guess : str, optional
        A prediction of how many criteria the text will meet, set beside the count of ticks.

    Raises
    ------
    ValueError
        If the id or the rubric does not fit, or ours is empty.
    """
    parts.show(write_element(id, question, rubric, ours, guess))


def summary(guess=None):
    """Show the lab *Plain summary*: the reader's own text for a person whom it concerns.

    ``guess`` as in :func:`write`.
    """
    parts.show(summary_element(guess))


def profile(guess=None):
    """Show the lab *Evidence profile*: one piece of evidence at a time, and ours beside it.

    Parameters
    ----------
    guess : str, optional
        A prediction of how many fields will be filled in as ours, set beside the count.
    """
    parts.show(profile_element(guess))


def posttest():
    """Ask the sealed questions of the course again, one prediction each."""
    for item in read_pretest():
        predict(_after(item.id), item.question, "choice", options=item.options)


def reopened():
    """Open the sealed test: what was said before and now, the key and why."""
    parts.show(reopened_element())


def calibration(guess):
    """Show how sure the reader was and how often right, over every prediction of the course.

    Parameters
    ----------
    guess : str
        A prediction of what will be seen, shown above it.
    """
    parts.show(calibration_element(guess))


def beliefs():
    """Show how the reader's belief in the drug moved from chapter to chapter."""
    parts.show(beliefs_element())


# ---------------------------------------------------------------- sort, write


def order_element(id, question, items):
    """Return what ``order`` shows."""
    parts.check_options(items)
    if any("," in key for key in items):
        raise ValueError("items: a key has no comma; use a letter or a short word")
    listed = "".join(
        f'<li data-key="{parts.escape(key)}"><strong>{parts.text(key.upper())}</strong> '
        f"<span>{parts.text(words)}</span></li>"
        for key, words in items.items()
    )
    return Element(
        f"<sl-order {parts.attributes(id=parts.check_id(id))}>"
        f'<p class="sl-question">{parts.text(question)}</p><ul class="sl-options">{listed}</ul>'
        f'<p class="sl-before">{_SORT}</p></sl-order>',
        f"Prediction {id}: {question} ({'; '.join(items.values())})",
    )


def ordered_element(id, right, reasons):
    """Return what ``ordered`` shows."""
    right = list(right)
    if sorted(right) != sorted(reasons):
        raise ValueError(f"reasons: give one for each of {', '.join(right)}, and no other")
    items = "".join(
        f"<li><strong>{parts.text(key.upper())}</strong> {parts.text(reasons[key])}</li>"
        for key in right
    )
    attributes = parts.attributes(id=parts.check_id(id), right=",".join(right))
    return Element(
        f"<sl-ordered {attributes}><p>Our order:</p><ol>{items}</ol></sl-ordered>",
        "Our order: " + ", ".join(key.upper() for key in right) + ".",
    )


def write_element(id, question, rubric, ours, guess=None):
    """Return what ``write`` shows."""
    parts.check_options(rubric)
    ours = [ours] if isinstance(ours, str) else list(ours)
    if not ours or not all(ours):
        raise ValueError("ours: give a version of ours, one paragraph or more")
    criteria = "".join(
        f'<li data-key="{parts.escape(key)}">{parts.text(words)}</li>'
        for key, words in rubric.items()
    )
    text = "".join(f"<p>{parts.text(paragraph)}</p>" for paragraph in ours)
    return Element(
        f"<sl-write {parts.attributes(id=parts.check_id(id), guess=guess)}>"
        f'<p class="sl-question">{parts.text(question)}</p><p class="sl-before">{_WRITE}</p>'
        '<div class="sl-after"><p><strong>A rubric, for you to apply to your own text</strong></p>'
        f'<ul class="sl-rubric">{criteria}</ul><details class="sl-hint">{_OURS}'
        f'<div class="sl-ours">{text}</div></details></div></sl-write>',
        f"In your words: {question}",
    )


def summary_element(guess=None):
    """Return what ``summary`` shows."""
    asked = plain_summary()
    element = write_element("07.summary", asked.asks, asked.rubric, asked.ours, guess)
    return Element(parts.lab("plain-summary", element.html), element.text)


# ---------------------------------------------------------------- the evidence profile


def profile_element(guess=None):
    """Return what ``profile`` shows."""
    form = read_profile()
    fields = {key: {"label": f.label, "options": f.options} for key, f in form.fields.items()}
    studies = "".join(_study(study, form) for study in form.studies)
    attributes = parts.attributes(id=PROFILE, fields=json.dumps(fields), guess=guess)
    return Element(
        parts.lab(
            "evidence-profile",
            f'<sl-profile {attributes}><p class="sl-before">{_KEEPS}</p>{studies}</sl-profile>',
        ),
        f"An evidence profile to fill in: {', '.join(study.name for study in form.studies)}.",
    )


def _study(study, form: Profile):
    """One piece of evidence, folded: the form goes in here, and our answers stand below it."""
    rows = "".join(
        f'<div data-field="{key}" data-key="{parts.escape(study.ours[key])}"><dt>'
        f"{parts.text(field.label)}</dt><dd>{parts.text(field.options[study.ours[key]])} "
        f'<span class="sl-yours"></span> {parts.text(study.why.get(key, ""))}</dd></div>'
        for key, field in form.fields.items()
    )
    return (
        f'<details class="sl-hint sl-study" data-key="{parts.escape(study.key)}">'
        '<summary data-lm-suppress-shortcuts="true"><span class="sl-name">'
        f'{parts.text(study.name)}</span></summary><p class="sl-quiet">Told in '
        f'<a href="../chapters/{study.page}.html">chapter {study.chapter}</a></p>'
        '<div class="sl-ours">'
        f"<p><strong>Ours</strong></p><dl>{rows}</dl><p>{parts.text(study.differ)}</p></div>"
        "</details>"
    )


# ---------------------------------------------------------------- the test, and looking back


def _word(id):
    return id.removeprefix("pre.")


def _after(id):
    return f"post.{_word(id)}"


def reopened_element():
    """Return what ``reopened`` shows."""
    items = {
        _word(item.id): {"right": item.right, "label": item.options[item.right]}
        for item in read_pretest()
    }
    heads = ("Question", "Before", "Now", "The answer, and why")
    head = "".join(f'<th scope="col">{words}</th>' for words in heads)
    body = "".join(
        f'<tr data-word="{_word(item.id)}"><th scope="row">{parts.text(item.question)}</th>'
        '<td data-when="before" data-head="Before"></td><td data-when="now" data-head="Now"></td>'
        f'<td data-head="The answer"><strong>{parts.text(item.options[item.right])}</strong> '
        f"{parts.text(item.why)} (Chapter {item.chapter})</td></tr>"
        for item in read_pretest()
    )
    return Element(
        parts.lab(
            "sealed-test",
            f"<sl-reopened {parts.attributes(items=json.dumps(items))}>"
            '<div class="sl-opened" tabindex="0" role="region" aria-label="The sealed test">'
            '<table class="sl-table"><caption>The sealed test, opened</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></sl-reopened>",
        ),
        "The sealed test, opened once every question is answered.",
    )


def calibration_element(guess):
    """Return what ``calibration`` shows."""
    attributes = parts.attributes(chapters=json.dumps(CHAPTERS), guess=parts.check_id(guess))
    return Element(
        parts.lab(
            "calibration",
            f'<sl-calibration {attributes}><p class="sl-before">{_LOOKS}</p></sl-calibration>',
        ),
        "Your calibration over every prediction of the course.",
    )


def beliefs_element():
    """Return what ``beliefs`` shows."""
    return Element(
        f'<sl-beliefs {parts.attributes(ids=json.dumps(BELIEFS))}><p class="sl-before">{_LOOKS}</p>'
        "</sl-beliefs>",
        "How your belief in the drug moved from chapter to chapter.",
    )


def second_look_element():
    """Return the page *My second look*: all that is kept, to print or to save as a file."""
    form = read_profile()
    fields = {key: {"label": f.label, "options": f.options} for key, f in form.fields.items()}
    studies = {study.key: {"name": study.name, "ours": study.ours} for study in form.studies}
    packed = {"id": PROFILE, "fields": fields, "studies": studies}
    attributes = parts.attributes(
        chapters=json.dumps(CHAPTERS), beliefs=json.dumps(BELIEFS), profile=json.dumps(packed)
    )
    lines = ledger_table()
    return Element(
        f'<sl-second-look {attributes}><p class="sl-before">{_LOOKS}</p><div class="sl-report">'
        '<h2>What the evidence can bear</h2><div class="sl-scroll" tabindex="0" role="region" '
        f'aria-label="{lines.caption}">{lines.html()}</div></div></sl-second-look>',
        "My second look: predictions, verdicts, scores and the evidence ledger on one page.",
    )
