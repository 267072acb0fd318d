"""``{learner-element} second_look`` puts an element of the learner's package into a page.

The name is that of a function of ``secondlook.learner`` without its ``_element``. So a page of the
book and a cell of a notebook show the same thing, made in one place.
"""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from secondlook import learner
from secondlook._data import data_path


class LearnerElement(SphinxDirective):
    """An element as HTML; the page is made again when the data behind it change."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        make = getattr(learner, f"{name}_element", None)
        if make is None:
            raise self.error(f"secondlook.learner has no element {name}")
        for file in ("ledger.json", "evidence_profile.json"):
            self.env.note_dependency(str(data_path(file)))
        return [nodes.raw("", make().html, format="html")]


def setup(app) -> dict:
    app.add_directive("learner-element", LearnerElement)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
