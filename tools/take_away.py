"""Make the copy of a notebook that a learner takes away, from JupyterLite or as a download.

No output goes with it: results would stand there before the learner has predicted them. Links lead
to the site's pages, and what only a book page can show is put in plain Markdown.
"""

import json
import posixpath
import re

# A link in Markdown or HTML to a page of the book: what opens it, the page, its anchor.
LINK = re.compile(
    r"""(\]\(<?|href=")(?!\w+:|\#|/)([^)\s>"]+?)\.(?:md|ipynb)(\#[^)\s>"]*)?(?=[)\s>"])""", re.X
)
# :::{admonition} Title, options, text, ::: (as many colons as at its start)
CALLOUT = re.compile(
    r"^(?P<fence>:{3,})\{\w+\}[ ]*(?P<title>.*)\n(?P<options>(?::[\w-]+:.*\n)*)(?P<text>(?:.*\n)*?)"
    r"(?P=fence)[ ]*$",
    re.M,
)
CITATION = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
MARKER = re.compile(r"<!--.*?-->", re.S)  # where a number in the text comes from
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def take_away(notebook: dict, name: str, up: str, kernel: dict = KERNEL) -> dict:
    """Return the copy of a notebook to take away.

    Parameters
    ----------
    notebook : dict
        The notebook as read from its file.
    name : str
        Its path in the repository, for example ``chapters/04_subgroup.ipynb``.
    up : str
        The way from the copy's folder to the site's root, for example ``../..``.
    kernel : dict
        The kernel to name in the copy.
    """
    copy = json.loads(json.dumps(notebook))
    copy["metadata"]["kernelspec"] = kernel
    for cell in copy["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
        elif cell["cell_type"] == "markdown":
            cell["source"] = plain("".join(cell["source"]), posixpath.dirname(name), up)
    return copy


def plain(text: str, folder: str, up: str) -> str:
    """Return the Markdown of a book page as any notebook shows it.

    Parameters
    ----------
    text : str
        The source of a cell.
    folder : str
        The folder of its notebook in the repository: links in it start there.
    up : str
        The way from the copy's folder to the site's root.
    """

    def to_site(link: re.Match) -> str:
        page = posixpath.normpath(posixpath.join(folder, link[2]))
        return f"{link[1]}{up}/{page}.html{link[3] or ''}"

    def citation(role: re.Match) -> str:
        names = ", ".join(
            re.sub(r"(\w+?)(\d{4}).*", lambda m: f"{m[1].title()} {m[2]}", key.strip())
            for key in role[1].split(",")
        )
        return f"([{names}]({up}/book/references.html))"

    text = MARKER.sub("", text)
    text = CALLOUT.sub(quotation, text)
    return CITATION.sub(citation, LINK.sub(to_site, text))


def quotation(callout: re.Match) -> str:
    """Return a callout as a quotation with its title in bold."""
    lines = callout["text"].strip("\n").split("\n")
    title = [f"**{callout['title'].strip()}**", ""] if callout["title"].strip() else []
    return "\n".join(f"> {line}".rstrip() for line in [*title, *lines])
