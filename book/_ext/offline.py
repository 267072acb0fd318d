"""Keep every page on this site: no address of another server, our own style and scripts.

The theme would load Thebe's launcher and MathJax from other servers; both go. The course's own
style sheets and scripts are the same files that its notebooks carry (``src/secondlook/assets``)
and those in ``book/_static``. A few of the theme's elements are given the names and the places
that a screen reader needs.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
STATIC = (ROOT / "src" / "secondlook" / "assets", ROOT / "book" / "_static")
FOREIGN = ("http:", "https:", "//")
NOT_OURS = ("sphinx-thebe", "thebe", "THEBE")


def add_our_files(app: Sphinx) -> None:
    """Put the course's style sheets and scripts on every page, after the theme's."""
    for folder in STATIC:
        for path in sorted(folder.glob("*.css")):
            app.add_css_file(path.name, priority=900)
        for path in sorted(folder.glob("*.js")):
            app.add_js_file(path.name, priority=900, loading_method="defer")


def keep_here(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Drop what a page would load from other servers, and mend its tables' empty headings."""
    for kind in ("css_files", "script_files"):
        ours = [file for file in context.get(kind, []) if is_ours(file)]
        seen = {str(getattr(file, "filename", file) or id(file)): file for file in reversed(ours)}
        context[kind] = [file for file in ours if file in seen.values()]
    if context.get("body"):
        # A table's empty corner is no heading.
        body = re.sub(r"<th>\s*</th>", "<td></td>", context["body"])
        # Docutils gives the list of references roles that no longer exist.
        body = body.replace(' role="list" class="citation-list"', ' class="citation-list"')
        body = body.replace(' role="doc-biblioentry"', "")
        context["body"] = body
    if tree := context.get("generate_toctree_html"):
        context["generate_toctree_html"] = lambda *a, **k: name_folds(tree(*a, **k))


def name_folds(soup):
    """Give the buttons that fold a part of the contents the name of the page they belong to."""
    for item in soup.select("li:has(> details)"):
        page = item.select_one("a").get_text(strip=True)
        item.select_one("details > summary")["aria-label"] = f"Pages of: {page}"
    return soup


def is_ours(file: object) -> bool:
    """Tell whether a style sheet or script comes from this site and is wanted."""
    name = str(getattr(file, "filename", file) or "")
    body = str(getattr(file, "attributes", {}).get("body", "") or "")
    if name.startswith(FOREIGN):
        return False
    return not any(word in name or word in body for word in NOT_OURS)


def drop_thebe(app: Sphinx, doctree, docname: str) -> None:
    """Drop the settings that the theme's Thebe would read: they name other servers."""
    for node in list(doctree.findall(nodes.raw)):
        if "thebe-config" in node.astext():
            node.parent.remove(node)


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx."""
    app.config.html_static_path += [str(folder) for folder in STATIC if folder.is_dir()]
    app.config.templates_path.append(str(Path(__file__).resolve().parent / "templates"))
    app.connect("builder-inited", add_our_files)
    app.connect("html-page-context", keep_here, priority=999)
    app.connect("doctree-resolved", drop_thebe, priority=999)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
