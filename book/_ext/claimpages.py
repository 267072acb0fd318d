"""The pages *Claims* and *Anomalies*, made from ``data/published/``.

- ``{claims-table} SOURCE …`` draws the claims of those sources, one anchor a row, with the plain
  words of the claim desk where a claim lies on it, and the sums of :mod:`secondlook.claimsums`
  where a verdict rests on some;
- ``{anomaly-list} KIND`` draws the puzzles of that kind, each with the sums of
  :mod:`secondlook.puzzles`, done when the book is built, and what they say.

Ids in their words become links to the page that holds them, and every row is a target that MyST
knows: ``[a claim](claims.md#c-k04)``, ``[a puzzle](anomalies.md#an-06)``.
"""

import fnmatch
import functools
import re
from html import escape

import evidence
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from secondlook import claimsums, puzzles
from secondlook._data import data_path
from secondlook.evidence import Anomaly, Claim, all_published, anchor, anomalies, claims
from secondlook.forensics import Verdict
from secondlook.forensics.pasted import Reading, Sum
from secondlook.retelling import DeskClaim, desk, kinds

LOG = logging.getLogger(__name__)

CLAIMS, ANOMALIES = "book/claims", "book/anomalies"
BENCH = "../chapters/06_secondary_sources.html#forensic-bench"  # a lab; ?from= names the puzzle
SOURCES = {
    **evidence.SOURCES,
    "als_worldwide": "ALS Worldwide page",
    "insight_swarm": "Insight Swarm page",
    "oki2022": "Oki 2022",
}
# A shape beside the words, so that a verdict is not a colour and is found at a glance.
SHAPES = {
    "supported": "●",
    "supported-with-caveat": "◐",
    "unsupported": "○",
    "misleading": "△",
    "contradicted": "✕",
    "internally-inconsistent": "⇄",
    "not-checkable": "?",
}
# The claims that do not lie on the desk: the kind of error there, for the closer word here.
KIND_OF_WORD = {
    "a service of one's own": "missing",
    "a supplier beside the claim": "missing",
    "absence of evidence": "sure",
    "arithmetic": "fact",
    "authority named wrongly": "fact",
    "biochemistry error": "fact",
    "chemistry error": "fact",
    "comparison left out": "comparison",
    "counting studies": "missing",
    "date from registry not paper": "fact",
    "denominator": "itself",
    "design cannot answer question": "comparison",
    "evidence levels mixed": "people",
    "evidence weighting": "source",
    "half the criterion": "missing",
    "inferred reason stated as fact": "source",
    "interests not in the extract": "missing",
    "model misdescribed": "people",
    "more than the authority said": "source",
    "no placebo": "comparison",
    "no references": "source",
    "none": "none",
    "outdated status": "fact",
    "p value attached to wrong contrast": "fact",
    "partial dose response": "measure",
    "planned number for the actual one": "fact",
    "post-hoc presented as confirmatory": "sure",
    "preclinical to clinical": "people",
    "relative without interval": "missing",
    "rounding": "fact",
    "self-contradiction": "itself",
    "sign error": "itself",
    "single mechanism": "missing",
    "surrogate endpoint": "measure",
    "unsourced access advice": "source",
    "unverified citation": "source",
    "wording": "itself",
    "wording reverses direction": "missing",
    "wrong citation detail": "fact",
}
# What the sums of a puzzle say, with a shape.
SAYS = {"inconsistent": "✕", "consistent": "●", "cannot tell": "?", "not a sum": "–"}
ID = re.compile(
    r"\b(?:AN\.\d\d|C\.[A-Z]\d\d"
    r"|(?:K19|K98|I07|J|AAN15|REG|PROACT|PREC|PLS|EDA|RDA)\.[\w.*]*[\w*])"
)
SOURCE_KEY = re.compile(r"\b(" + "|".join(s for s in SOURCES if " " not in s) + r")\b")
ADDRESS_OR_ID = re.compile(f"{evidence.ADDRESS.pattern}|{ID.pattern}")
# What the tools say of a sum that has nothing printed beside it; the sum itself says more.
BARE_SUM = re.compile(r"(Nothing printed|No [\w ]+) was given to compare with\.")


class Rows(SphinxDirective):
    """A directive that draws rows of one of the files, each an anchor."""

    required_arguments = 1
    final_argument_whitespace = True

    def drawn(self, html: str, ids: list[str], *files: str) -> list[nodes.Node]:
        for file in (*files, __file__):
            self.env.note_dependency(str(file))
        node = nodes.raw("", html, format="html")
        node["row_ids"] = ids
        return [node]

    def linked(self, text: str) -> str:
        """Escape the words of a row; its ids and addresses become links."""

        def address(page: str) -> str:
            return self.env.app.builder.get_relative_uri(self.env.docname, page)

        pages = {"AN": address(ANOMALIES), "C": address(CLAIMS)}
        return linked(text, address(self.config.evidence_page), pages)


class ClaimsTable(Rows):
    """``{claims-table} kaji2019 kaji1998`` with a ``:caption:``, one row a claim."""

    option_spec = {"caption": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        names = self.arguments[0].split()
        rows = [c for c in claims() if any(fnmatch.fnmatchcase(c.source, n) for n in names)]
        if not rows:
            raise self.error(f"no claim has the source {' or '.join(names)}")
        if "caption" not in self.options:
            raise self.error("a claims-table needs a :caption:")
        html = claims_html(rows, self.options["caption"], self.linked)
        files = [data_path("published", f"{name}.csv") for name in ("claims", "published_values")]
        made = (claimsums.__file__, puzzles.__file__, data_path("claim_desk.json"))
        return self.drawn(html, [c.id for c in rows], *made, *files)


class AnomalyList(Rows):
    """``{anomaly-list} arithmetic``: one article a puzzle."""

    def run(self) -> list[nodes.Node]:
        kind = self.arguments[0]
        rows = [a for a in anomalies() if a.kind == kind]
        if not rows:
            raise self.error(f"no anomaly is of the kind {kind}")
        html = anomalies_html(rows, self.linked)
        files = [
            data_path("published", f"{name}.csv") for name in ("anomalies", "published_values")
        ]
        return self.drawn(html, [a.id for a in rows], puzzles.__file__, *files)


# --- words with links


def linked(text: str, evidence_page: str, pages: dict[str, str]) -> str:
    """Return words as HTML; ids lead to their rows, addresses show only their host."""
    parts, end = [], 0
    for found in ADDRESS_OR_ID.finditer(text):
        parts.append(typeset(text[end : found.start()]))
        parts.append(_link(found[0], evidence_page, pages))
        end = found.end()
    return "".join([*parts, typeset(text[end:])])


def typeset(text: str) -> str:
    """Escape words, with the names of sources, and real signs for minus, at most, at least."""
    text = SOURCE_KEY.sub(lambda found: source_name(found[0]), text)
    text = re.sub(r"(?<![\w.)])-(?=[\d.])", "−", text)
    return escape(text.replace("<=", "≤ ").replace(">=", "≥ "))


def _link(name: str, evidence_page: str, pages: dict[str, str]) -> str:
    if name.startswith("http"):
        return evidence._place_html(name)
    page = pages.get(name.partition(".")[0])
    if page is not None:  # empty on the page itself
        return f'<a class="reference internal" href="{page}#{anchor(name)}">{name}</a>'
    rows = [p for p in all_published().values() if fnmatch.fnmatchcase(p.id, name)]
    if not rows:
        LOG.warning("claimpages: %s is no published value", name)
        return escape(name)
    first = rows[0]
    said = evidence.summary(first)
    if len(rows) > 1:
        said = f"The first of {len(rows)} rows. {said}"
    kind = first.strength.replace(" ", "-")
    return (
        f'<a class="reference internal sl-evidence sl-{kind}" '
        f'href="{evidence_page}#{anchor(first.id)}" data-evidence="{escape(said)}" '
        f'aria-description="{escape(said)}">{escape(name)}</a>'
    )


def plain(word: str) -> str:
    """A verdict as one says it: ``supported with caveat``."""
    return word.replace("-", " ")


def source_name(source: str) -> str:
    """A source as a reader knows it; one found elsewhere is named as it is."""
    return SOURCES.get(source) or source.removeprefix("outside (").removesuffix(")")


# --- claims


def claims_html(rows: list[Claim], caption: str, linked) -> str:
    """Return an accessible table of claims; its attributes say what the filter offers."""
    heads = ("Claim, in our words", "Verdict", "What it rests on", "Id")
    head = "".join(f'<th role="columnheader" scope="col">{text}</th>' for text in heads)
    body = "".join(_claim_html(c, linked) for c in rows)
    return (
        '<table class="sl-values sl-claims" role="table" data-one="claim" data-many="claims" '
        'data-example="homocysteine, or 43%" '
        'data-choices="verdict=Verdict;kind=Kind of error;source=Source">'
        f'<caption>{escape(caption)} <span class="sl-count">({len(rows)} claims)</span></caption>'
        '<colgroup><col class="sl-claim"><col class="sl-verdict"><col class="sl-rests"><col>'
        "</colgroup>"
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _claim_html(c: Claim, linked) -> str:
    here, verdict, kind = anchor(c.id), plain(c.verdict), kind_name(c)
    remark = f'<span class="sl-remark">{escape(f"{kind}: {c.error_type}")}</span>'
    if kind == "none":
        remark = ""
    elsewhere = "elsewhere" if c.source.startswith("outside") else source_name(c.source)
    return (
        f'<tr role="row" id="{here}" data-verdict="{verdict}" data-kind="{escape(kind)}" '
        f'data-source="{escape(elsewhere)}">'
        f'<th role="rowheader" scope="row">{typeset(c.claim)}'
        f'<span class="sl-whom">{escape(source_name(c.source))} · {escape(c.topic)}</span></th>'
        f'<td role="cell"><strong><span aria-hidden="true">{SHAPES[c.verdict]}</span> {verdict}'
        f'</strong>{remark}<span class="sl-remark">{c.confidence} confidence</span></td>'
        f'<td role="cell">{_desk_html(c.id, linked)}{linked(c.evidence)}'
        f'<span class="sl-remark">Checked by: {linked(c.how_checked)}</span>'
        f"{sums_html(c.id, claimsums)}</td>"
        f'<td role="cell" class="sl-id"><a href="#{here}">{escape(c.id)}</a></td></tr>'
    )


@functools.cache
def _on_the_desk() -> dict[str, DeskClaim]:
    return {each.id: each for each in desk()}


def kind_name(c: Claim) -> str:
    """Return the kind of error of a claim, as the claim desk names it; ``none`` where none is."""
    on_desk = _on_the_desk().get(c.id)
    kind = on_desk.kind if on_desk else KIND_OF_WORD.get(c.error_type)
    if kind is None:
        raise ValueError(
            f"{c.id}: error_type is {c.error_type!r}, which has no kind; give it one in "
            f"KIND_OF_WORD, or use one of {', '.join(KIND_OF_WORD)}"
        )
    return "none" if kind == "none" else kinds()[kind].name


def _desk_html(id: str, linked) -> str:
    """What the claim desk says of a claim, in plain words, with the figures that it names."""
    told = _on_the_desk().get(id)
    if told is None:
        return ""
    figures = (
        f'<p class="sl-remark">Figures in these words: {linked(", ".join(told.ids))}</p>'
        if told.ids
        else ""
    )
    return (
        f'<div class="sl-told"><p>{escape(told.why)}</p>'
        f"<p><em>Could stand so:</em> {escape(told.honest)}</p>{figures}</div>"
    )


# --- anomalies


def anomalies_html(rows: list[Anomaly], linked) -> str:
    """Return puzzles under one another; the attributes say what the filter offers."""
    return (
        '<div class="sl-puzzles" data-one="puzzle" data-many="puzzles" '
        'data-example="early, or 0.57" data-choices="says=What the sums say">'
        f"{''.join(anomaly_html(a, linked) for a in rows)}</div>"
    )


def says(a: Anomaly) -> str:
    """Return what the sums of a puzzle say, a key of ``SAYS``: what the bench says of them too."""
    if a.kind == "clean":
        return "consistent"
    if a.id not in puzzles.arithmetic():
        return "not a sum"
    sums = tuple(Sum(step.asks, step.verdict) for step in puzzles.steps(a.id))
    return Reading("sum", (), sums, "").head.verdict


def anomaly_html(a: Anomaly, linked) -> str:
    """Return one puzzle: what is printed, the arithmetic, the kindest reading, how sure."""
    here, word = anchor(a.id), says(a)
    return (
        f'<article class="sl-puzzle" id="{here}" data-says="{word}" '
        f'aria-labelledby="{here}-what"><h3 id="{here}-what">{typeset(a.what)} '
        f'<a class="sl-id" href="#{here}">{escape(a.id)}</a> '
        f'<span class="sl-says"><span aria-hidden="true">{SAYS[word]}</span> {word}</span></h3><dl>'
        f"<dt>Printed</dt><dd>{linked(a.numbers)}</dd>"
        f"<dt>Arithmetic</dt><dd>{linked(a.recomputation)}</dd>"
        f"<dt>Kindest reading</dt><dd>{linked(a.reading)}</dd>"
        f"<dt>How sure</dt><dd>{a.confidence} confidence</dd></dl>"
        f"{sums_html(a.id)}{_bench_html(a.id)}</article>"
    )


def sums_html(id: str, sums=puzzles) -> str:
    """Return the sums of a puzzle or claim, folded; nothing where there is nothing to compute."""
    if id not in sums.arithmetic():
        return ""
    steps = sums.steps(id)
    items = "".join(
        f"<li><p>{escape(step.asks)}</p>{_answer_html(step.verdict)}"
        f"<pre>{escape(step.verdict.arithmetic)}</pre></li>"
        for step in steps
    )
    number = "one sum" if len(steps) == 1 else f"{len(steps)} sums"
    return (
        f'<details class="sl-sums"><summary>Step by step: {number}'
        f"</summary><ol>{items}</ol></details>"
    )


def _bench_html(id: str) -> str:
    """A link to the bench with this puzzle on it; the bench knows puzzles, and no claims."""
    if id not in puzzles.arithmetic():
        return ""
    return f'<p><a href="{BENCH}?from={escape(id)}">Try it on the bench</a></p>'


def _answer_html(verdict: Verdict) -> str:
    why = BARE_SUM.sub("", verdict.why).strip()
    if why == verdict.why:
        return f"<p><strong>{verdict.verdict}</strong>, {verdict.sure}. {escape(why)}</p>"
    return f"<p>{escape(why)}</p>" if why else ""


# --- the anchors


def register_anchors(app, doctree) -> None:
    """Make each row a target that MyST knows."""
    env = app.env
    slugs = {}
    for node in doctree.findall(nodes.raw):
        for id in node.get("row_ids", ()):
            if anchor(id) in slugs:
                LOG.warning("claimpages: %s is drawn twice", id, location=doctree)
            slugs[anchor(id)] = (0, anchor(id), id)
    if slugs:
        # A new dict: the one MyST keeps also belongs to the parsed document.
        data = env.metadata[env.docname]
        data["myst_slugs"] = {**data.get("myst_slugs", {}), **slugs}


def check_complete(app, env) -> None:
    """Warn of rows that no page shows."""
    for page, rows in ((CLAIMS, claims()), (ANOMALIES, anomalies())):
        if page not in env.all_docs:
            LOG.warning("claimpages: there is no page %s", page)
            continue
        slugs = env.metadata[page].get("myst_slugs", {})
        for row in rows:
            if anchor(row.id) not in slugs:
                LOG.warning("claimpages: %s stands on no page", row.id)


def setup(app) -> dict:
    app.add_directive("claims-table", ClaimsTable)
    app.add_directive("anomaly-list", AnomalyList)
    app.connect("doctree-read", register_anchors)
    app.connect("env-check-consistency", check_complete)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
