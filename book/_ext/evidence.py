"""The page *Evidence*, and every link to it.

Three jobs, one for each part of this file:

- the directive ``{evidence-table} PATTERN …`` draws the rows whose id matches, one anchor a row;
- those anchors become targets that MyST resolves, so ``[0.57](evidence.md#k19-t2b-hr-tot)`` is a
  link like any other and an unknown anchor is a warning;
- such a link gets the class ``sl-evidence`` and, in ``data-evidence``, the value with its place
  and source, for hover and focus.
"""

import fnmatch
import re
from html import escape
from urllib.parse import urlsplit

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from secondlook._data import data_path
from secondlook.evidence import Published, all_published, anchor

LOG = logging.getLogger(__name__)

# Shape and words: the strength of a source is never told by colour alone.
STRENGTH = {
    "in hand": ("●", "source in hand"),
    "second hand": ("◐", "second hand"),
    "outside": ("○", "found elsewhere"),
    "weak": ("△", "weak source"),
}
SOURCES = {
    "kaji2019": "Kaji 2019",
    "kaji1998": "Kaji 1998",
    "izumi2007": "Izumi 2007",
    "alliance2023": "Alliance page 2023",
    "jetals_page": "JETALS page",
    "oki2022 (outside)": "Oki 2022",
}
ADDRESS = re.compile(r"https?://[^\s;)]+")


# --- the table


class EvidenceTable(SphinxDirective):
    """``{evidence-table} K19.T2B.* AAN15.*`` with ``:caption:``, one row a value."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"caption": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        patterns = self.arguments[0].split()
        rows = [p for p in all_published().values() if _matches(p.id, patterns)]
        if not rows:
            raise self.error(f"no published value has an id like {' or '.join(patterns)}")
        if "caption" not in self.options:
            raise self.error("an evidence-table needs a :caption:")
        for file in (str(_csv()), __file__):
            self.env.note_dependency(file)
        table = nodes.raw("", table_html(rows, self.options["caption"]), format="html")
        table["evidence_ids"] = [p.id for p in rows]
        return [table]


def _matches(id: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(id, pattern) for pattern in patterns)


def table_html(rows: list[Published], caption: str) -> str:
    """Return an accessible table of published values as HTML.

    The roles repeat what the elements mean, because on a narrow screen CSS stacks the cells and
    a browser then forgets that it was a table.
    """
    heads = ("Value", "What", "Where", "Id")
    head = "".join(f'<th role="columnheader" scope="col">{text}</th>' for text in heads)
    body = "".join(_row_html(p) for p in rows)
    return (
        '<table class="sl-values" role="table">'
        f'<caption>{escape(caption)} <span class="sl-count">({len(rows)} values)</span></caption>'
        '<colgroup><col class="sl-value"><col class="sl-what"><col class="sl-where"><col>'
        "</colgroup>"
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _row_html(p: Published) -> str:
    value = f"<strong>{escape(p.printed)}</strong>"
    if p.unit:
        value += f' <span class="sl-unit">{escape(p.unit)}</span>'
    what = escape(f"{_sign(p.measure)}: {statistic(p)}")
    whom = escape(_sign(" · ".join((p.study, p.population, p.arm))))
    shape, words = STRENGTH[p.strength]
    where = f"{escape(source_name(p))}. {_place_html(p.where)}"
    if p.note:
        where += f'<span class="sl-remark">{escape(p.note)}</span>'
    mark = f'<span class="sl-strength"><span aria-hidden="true">{shape}</span> {words}</span>'
    here = anchor(p.id)
    return (
        f'<tr role="row" id="{here}" class="sl-{p.strength.replace(" ", "-")}">'
        f'<td role="cell" class="sl-value">{value}</td>'
        f'<th role="rowheader" scope="row">{what}<span class="sl-whom">{whom}</span></th>'
        f'<td role="cell">{where}{mark}</td>'
        f'<td role="cell" class="sl-id"><a href="#{here}">{escape(p.id)}</a></td></tr>'
    )


def source_name(p: Published) -> str:
    """The source as a reader knows it: ``Kaji 2019``."""
    return SOURCES.get(p.source) or p.source.removeprefix("outside (").removesuffix(")")


def _place_html(where: str) -> str:
    """Escape a place, with each address as a link that shows only its host."""
    parts, end = [], 0
    for found in ADDRESS.finditer(where):
        parts.append(escape(where[end : found.start()]))
        parts.append(f'<a class="external" href="{escape(found[0])}">{_host(found[0])}</a>')
        end = found.end()
    return "".join([*parts, escape(where[end:])])


def _host(address: str) -> str:
    return escape(urlsplit(address).netloc.removeprefix("www."))


def statistic(p: Published) -> str:
    """The statistic in words, so that a search for them finds it."""
    if p.statistic == "n":
        return "number"
    return re.sub(r"\bHR\b", "hazard ratio", p.statistic)


def _sign(text: str) -> str:
    return text.replace("<=", "≤ ").replace(">=", "≥ ")


def summary(p: Published) -> str:
    """The one line shown on hover and focus: value, what it is, place and source."""
    place = ADDRESS.sub(lambda found: _host(found[0]), p.where.partition(";")[0])
    unit = f" {p.unit}" if p.unit and p.unit != "ratio" else ""
    parts = [
        f"{p.printed}{unit}: {_sign(p.measure)}, {statistic(p)}",
        _sign(f"{p.study}, {p.population}, {p.arm}"),
        f"{source_name(p)}, {place}",
    ]
    if p.strength != "in hand":
        parts.append(STRENGTH[p.strength][1].capitalize())
    return ". ".join(parts) + "."


# --- the anchors


def register_anchors(app, doctree) -> None:
    """Make each row a target that MyST knows; note who depends on the file of values."""
    env = app.env
    slugs = {}
    for table in doctree.findall(nodes.raw):
        for id in table.get("evidence_ids", ()):
            if anchor(id) in slugs:
                LOG.warning("evidence: %s stands in two tables", id, location=doctree)
            slugs[anchor(id)] = (0, anchor(id), all_published()[id].printed)
    if slugs:
        # A new dict: the one MyST keeps also belongs to the parsed document.
        env.metadata[env.docname]["myst_slugs"] = {
            **env.metadata[env.docname].get("myst_slugs", {}),
            **slugs,
        }
    page = app.config.evidence_page
    if any(node.get("reftarget") == page for node in doctree.findall() if _is_xref(node)):
        env.note_dependency(str(_csv()))  # its hover text must follow the values


def _is_xref(node: nodes.Node) -> bool:
    return node.tagname == "pending_xref"


def check_complete(app, env) -> None:
    """Warn of values that no table of the page shows."""
    page = app.config.evidence_page
    if page not in env.all_docs:
        LOG.warning("evidence: there is no page %s", page)
        return
    slugs = env.metadata[page].get("myst_slugs", {})
    for id in all_published():
        if anchor(id) not in slugs:
            LOG.warning("evidence: %s has no row; add its pattern to an evidence-table", id)


def _csv():
    return data_path("published", "published_values.csv")


# --- the links


class evidence_link(nodes.reference):
    """A link to a row of the page Evidence."""


class DecorateLinks(SphinxPostTransform):
    """Turn resolved references to rows into evidence links."""

    default_priority = 20  # after MyST (9) and Sphinx (10) have resolved them

    def run(self, **kwargs) -> None:
        page = self.app.builder.get_relative_uri(self.env.docname, self.config.evidence_page)
        by_anchor = {anchor(id): p for id, p in all_published().items()}
        for link in list(self.document.findall(nodes.reference)):
            uri = link.get("refuri") or f"#{link.get('refid', '')}"
            path, _, fragment = uri.partition("#")
            same_page = not path and self.env.docname == self.config.evidence_page
            if fragment in by_anchor and (path == page or same_page):
                link.replace_self(_decorated(link, by_anchor[fragment]))


def _decorated(link: nodes.reference, p: Published) -> evidence_link:
    new = evidence_link("", "", *link.children, **link.attributes)
    new["classes"] = [*link["classes"], "sl-evidence", f"sl-{p.strength.replace(' ', '-')}"]
    new["evidence"] = summary(p)
    if p.weak:
        mark = f'<span class="sl-weak-mark" aria-hidden="true">{STRENGTH["weak"][0]}</span>'
        new += nodes.raw("", mark, format="html")
    return new


def visit_evidence_link(self, node: evidence_link) -> None:
    href = node.get("refuri") or f"#{node['refid']}"
    said = {"data-evidence": node["evidence"], "aria-description": node["evidence"]}
    self.body.append(self.starttag(node, "a", "", CLASS="reference internal", href=href, **said))


def depart_evidence_link(self, node: evidence_link) -> None:
    self.body.append("</a>")


def setup(app) -> dict:
    app.add_config_value("evidence_page", "book/evidence", "env", [str])
    app.add_directive("evidence-table", EvidenceTable)
    app.add_node(
        evidence_link,
        html=(visit_evidence_link, depart_evidence_link),
    )
    app.add_post_transform(DecorateLinks)
    app.connect("doctree-read", register_anchors)
    app.connect("env-check-consistency", check_complete)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
