"""Every page of the built site, as it is before anyone makes it live."""

import json
import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
PAGES = sorted(path.relative_to(HTML).as_posix() for path in HTML.glob("*/*.html")) + [
    path.name for path in sorted(HTML.glob("*.html"))
]
PAGES = [page for page in PAGES if not page.startswith(("lite/", "vendor/"))]
LOADS = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}
DISCLAIMER = "Nothing here is medical advice"


class Reader(HTMLParser):
    """The ids, links, loaded files and pictures of one page."""

    def __init__(self, text: str):
        super().__init__()
        self.ids: set[str] = set()
        self.labs: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.no_alt: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        """Note what a tag names or points to."""
        at = dict(attributes)
        self.ids.update(value for value in (at.get("id"), at.get("name")) if value)
        self.labs.update(at[name] for name in ("data-lab",) if name in at)
        if tag == "a" and at.get("href"):
            self.links.append(at["href"])
        loaded = at.get(LOADS.get(tag, ""))
        if loaded and not (tag == "link" and at.get("rel") in ("next", "prev", "index", "search")):
            self.loads.append(loaded)
        if tag == "img" and "alt" not in at:
            self.no_alt.append(at.get("src", ""))
        if tag == "svg" and at.get("role") == "img" and not at.get("aria-label"):
            self.no_alt.append("svg")


@pytest.fixture(scope="module")
def read(site):
    """A function page -> Reader that reads each page once."""
    cache = {}

    def get(page: str) -> Reader:
        if page not in cache:
            cache[page] = Reader((site / page).read_text(encoding="utf-8"))
        return cache[page]

    return get


def test_there_are_pages(site):
    assert {"index.html", "book/index.html", "chapters/04_subgroup.html"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_loads_only_from_this_site(page, read):
    foreign = [url for url in read(page).loads if urlsplit(url).netloc]
    assert not foreign


@pytest.mark.parametrize("page", PAGES)
def test_no_address_of_another_server_is_hidden_in_scripts_or_styles(page, site):
    text = (site / page).read_text(encoding="utf-8")
    inline = re.findall(r"<(?:script|style)(?![^>]*application/json)[^>]*>(.*?)</", text, re.S)
    assert not re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}[^\s\"']*", " ".join(inline))


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_anchor_leads_somewhere(page, read, site):
    lost = []
    for link in [*read(page).links, *read(page).loads]:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        path = unquote(parts.path)
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
        file = site / target
        if not (file.is_file() or (file / "index.html").is_file()):
            lost.append(link)
            continue
        anchor = unquote(urldefrag(link)[1])
        if anchor and target.endswith(".html") and not target.startswith("lite/"):
            lab, settings, _ = anchor.partition("?")  # a link to a lab with its settings
            there = read(target).labs if settings else read(target).ids
            lost += [] if lab in there else [link]
    assert not lost


@pytest.mark.parametrize("page", [page for page in PAGES if "/" in page])
def test_every_picture_has_words(page, read):
    assert not read(page).no_alt


@pytest.mark.parametrize("page", [page for page in PAGES if page != "index.html"])
def test_every_page_says_it_is_not_medical_advice(page, site):
    text = re.sub(r"\s+", " ", (site / page).read_text(encoding="utf-8"))
    assert DISCLAIMER in text


LABS = (
    *("fishing-rig", "best-of-the-null", "missing-half", "cut-point"),
    *("stepwise", "truth-dial", "credibility-checklist"),
)


@pytest.mark.parametrize("lab", LABS)
def test_each_lab_stands_in_the_page_with_a_picture_in_words(lab, site):
    text = (site / "chapters/04_subgroup.html").read_text(encoding="utf-8")
    section = re.search(rf'<section[^>]*data-lab="{lab}".*?</section>', text, re.S)
    assert section, f"the chapter does not show {lab}"
    words = re.search(r'<svg[^>]*role="img"[^>]*aria-label="([^"]{40,})"', section[0])
    assert words, f"{lab} has no picture with a description"
    assert re.search(r'class="sl-reading"', section[0])


@pytest.mark.parametrize("path", PAGES)
def test_opens_without_an_error_and_asks_no_other_server(path, page):
    page.goto(path, wait_until="networkidle")
    assert not page.log.errors
    assert not page.log.missing


@pytest.mark.parametrize("folder", ["chapters", "exercises", "solutions"])
def test_the_notebook_to_download_holds_no_answers_and_links_to_the_site(folder, site, read):
    check_copies(sorted((site / "_sources" / folder).glob("*.ipynb")), site, read)


def test_a_downloaded_notebook_carries_the_address_of_the_site(page, site_url):
    page.goto("chapters/04_subgroup.html")
    link = page.locator("a[href$='_sources/chapters/04_subgroup.ipynb']").first
    with page.expect_download() as download:
        link.dispatch_event("click")
    assert download.value.suggested_filename == "04_subgroup.ipynb"
    notebook = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    text = "".join(c["source"] for c in notebook["cells"] if c["cell_type"] == "markdown")
    links = re.findall(r"\]\(<?(?!#)([^)\s>]+)", text)
    assert links
    assert all(link.startswith(("https://", "http://")) for link in links)
    assert any(link.startswith(f"{site_url}/book/evidence.html#") for link in links)


def check_copies(copies, site, read):
    """Check notebooks to take away: no outputs, and each link leads to a page of the site."""
    assert copies
    for path in copies:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert code
        assert not any(cell["outputs"] for cell in code)
        text = "\n".join(
            "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
        )
        links = re.findall(r"\]\(<?(?!\w+:|#)([^)\s>]+)", text)
        for link in links:
            page, anchor = urldefrag(link)
            target = (path.parent / page).resolve().relative_to(site.resolve()).as_posix()
            assert target.endswith(".html") and (site / target).is_file(), link
            assert not anchor or anchor in read(target).ids, link
