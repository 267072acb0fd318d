"""Check every number in the course's prose: ``python tools/check_prose.py [PATH …]``.

A number in a sentence must say where it comes from, in one of three ways:

1. it is the text of a link to the page Evidence, and equals what that row prints:
   ``[0.57 (0.35 to 0.92)](../book/evidence.md#k19-t2b-hr-tot)``;
2. it is followed by an invisible marker, a Python expression and a format, and the notebook,
   executed afresh, prints the same: ``0.72<!--hr:.2f-->`` or ``48<!--100 * fw:.0f-->%``.
   A page outside the notebook names it first: ``48<!--04_subgroup::100 * fw:.0f-->%``;
3. it fits a rule of ``ALLOWED`` below: a year, a dose, the name of a subgroup and the like.

Code, mathematics, link addresses, roles, headings and list numbers are not looked at. Small
counts are best written in words.
"""

import argparse
import json
import os
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import nbformat
import yaml
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from secondlook.evidence import Published, all_published, anchor

ROOT = Path(__file__).resolve().parents[1]
EVIDENCE_PAGE = "evidence.md"
GAP = "\ufffc"  # stands for code, mathematics, a role: something that is not prose

# --- what may stand without a source; each rule has its reason. A group named `n` is the part
# --- that is allowed; without one it is the whole match. Keep this list small.

MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
COUNTED = "(?:shuffles|trials|patients|people|days|times|events|draws|points|samples|runs|looks)"
ALLOWED = [
    ("date", rf"(?:\d{{1,2}} )?{MONTH} \d{{4}}\b", "says when, not how much"),
    ("year", rf"\b(?:19[5-9]\d|20[0-4]\d)\b(?! {COUNTED})", "says when, not how much"),
    (
        "dose",
        r"\d+(?:\.\d+)?(?:(?:,| or| and| to| ?\+) ?\d+(?:\.\d+)?)* (?:mg|micrograms?|µg)\b",
        "the name of an arm",
    ),
    (
        "interval level",
        r"\b9[059]% (?=(?:confidence |credible )?(?:intervals?|limits|CI|range|band)\b)",
        "a convention",
    ),
    (
        "significance level",
        r"\b(?:1|2\.5|5)%(?= (?:level|line|test|rule|threshold))"
        r"|(?:one|two)-sided (?:1|2\.5|5)%(?!\d)"
        r"|[pP] ?[<>≤≥] ?0\.(?:05|025|01)\b",
        "a convention",
    ),
    (
        "no effect",
        r"\b(?:HR|ratio)s?(?: of| is| was| at| =)? (?P<n>1(?:\.0+)?)(?![\d%]|\.\d)",
        "the value of no effect is a definition",
    ),
    (
        "no effect in an interval",
        r"\b(?:includ|cross|span|contain|hold|exclud)\w* (?P<n>1(?:\.0+)?)(?![\d%]|\.\d)",
        "the value of no effect is a definition",
    ),
    ("bounds of a share", r"(?<![\d.,])(?:0|100)%", "none and all are definitions"),
    (
        "out of a hundred",
        r"\b(?:in|of)(?: every)? (?P<n>100|1,000)\b(?! mg)",
        "a way of saying percent; the number before it is checked",
    ),
    ("early subgroup", r"\b12[- ]months?\b", "the name of the subgroup"),
    (
        "age factor",
        r"\b(?:age|aged|younger than|older than|under|over) 65\b(?! (?:patients|people|of))"
        r"|\b65 (?:years|or (?:over|older))\b",
        "the name of a subgroup",
    ),
    (
        "breathing factor",
        r"(?:FVC|capacity) (?:of |below |under |above |over |at least )*90%",
        "the name of a subgroup",
    ),
    (
        "time of the design",
        r"\b[Ww]eeks? \d+\b|\b\d+[- ]weeks?\b|\b\d+ (?:to|and|or) \d+ (?:weeks|months)\b",
        "visits, lengths and ranges that a design fixes",
    ),
    ("the scale", r"\b48[- ]points?\b|\b12 items\b", "the definition of ALSFRS-R"),
    (
        "label",
        r"\b(?i:chapter|table|figure|step|task|exercise|question|hint|stage|part|stop|section"
        r"|seed|phase|class|number|line|cell|port) \d+\b",
        "the name of a thing",
    ),
    (
        "version",
        r"\b(?:Python|CC BY|[Vv]ersion|Jupyter Book|Pyodide|lifelines|R|SAS"
        r"|Source Serif|Source Sans) \d+(?:\.\w+)*(?: (?:or|and) \d+\.\d+)*",
        "the name of a program, a licence or a typeface",
    ),
    (
        "about the site",
        r"\b\d+(?: to \d+)? (?:minutes?|seconds?|MB|kB|GB|pixels)\b",
        "how long reading or loading takes is not a finding",
    ),
]

CODE_DIRECTIVES = {
    *("code", "code-block", "code-cell", "literalinclude", "math", "raw", "include", "toctree"),
    *("tableofcontents", "bibliography", "evidence-table", "eval-rst", "index"),
}
INTEGER = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
# Digits inside a name (E0302, B12, ALSAQ-40, 2B) are not numbers.
NUMBER = re.compile(rf"(?<![\w.])(?<![A-Za-z]-)[-−]?(?:{INTEGER}(?:\.\d+)?|\.\d+)(?!\w|\.\d)")
MARKER = re.compile(r"<!--(\S.*?):([^:]*)-->", re.DOTALL)
CONVENTION = re.compile(r"\b9[059]% (?=CI\b|(?:confidence )?interval|limits)")


@dataclass(frozen=True)
class Offence:
    """A number that does not say where it comes from, or says it wrongly."""

    place: str
    number: str
    advice: str

    def __str__(self) -> str:
        return f'{self.place}: "{self.number}": {self.advice}'


@dataclass
class Block:
    """One run of prose: its visible text, and what lies under it."""

    line: int
    text: str = ""
    links: list = field(default_factory=list)  # (start, end, address)
    markers: dict = field(default_factory=dict)  # offset -> comment


# --- reading markdown


def parser():
    """The book's own MyST parser, with the extensions that _config.yml names."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = set(config["parse"]["myst_enable_extensions"])
    return create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)


def blocks(source: str, md=None, line: int = 1) -> list[Block]:
    """Return the runs of prose of a markdown text; headings and code are left out."""
    md = md or parser()
    found, in_heading = [], False
    for token in md.parse(source):
        here = line + (token.map[0] if token.map else 0)
        if token.type in ("heading_open", "heading_close"):
            in_heading = token.type == "heading_open"
        elif token.type == "inline" and not in_heading:
            found.append(_block(token.children, here))
        elif token.type == "html_block":
            inline = md.parseInline(token.content)[0]
            found.append(_block(inline.children, here))
        elif token.type in ("fence", "colon_fence"):
            found += _directive(token, md, here)
    return found


def _directive(token, md, line: int) -> list[Block]:
    name = re.match(r"\{([\w:-]+)\}\s*(.*)", token.info.strip())
    if not name or name[1] in CODE_DIRECTIVES:
        return []
    title = [_block(md.parseInline(name[2])[0].children, line)] if name[2] else []
    lines = token.content.split("\n")
    skip = 0
    if lines[0].strip() == "---":
        skip = 1 + next((i for i, text in enumerate(lines[1:], 1) if text.strip() == "---"), 0)
    while skip < len(lines) and re.match(r"\s*:[\w-]+:", lines[skip]):
        skip += 1
    return title + blocks("\n".join(lines[skip:]), md, line + 1 + skip)


def _block(children, line: int) -> Block:
    block, opened = Block(line), None
    for token in children or []:
        if token.type == "text":
            block.text += token.content
        elif token.type in ("softbreak", "hardbreak"):
            block.text += " "
        elif token.type == "link_open":
            opened = (len(block.text), token.attrGet("href") or "")
        elif token.type == "link_close" and opened:
            block.links.append((opened[0], len(block.text), opened[1]))
            opened = None
        elif token.type == "image":
            block.text += f" {token.content} "
        elif token.type == "html_inline" and token.content.startswith("<!--"):
            if not token.content[4:5].isspace():
                block.markers[len(block.text)] = token.content
        elif token.type in ("code_inline", "math_inline", "myst_role", "substitution_inline"):
            block.text += GAP
    return block


# --- one block


def check_block(block: Block, place: str, computed, home: str) -> list[Offence]:
    """Check the numbers of one block; `computed` gives what a marker prints."""
    offences, used = [], set()
    allowed = _allowed_spans(block.text)
    evidence = [link for link in block.links if EVIDENCE_PAGE in link[2] and "#" in link[2]]
    for start, end, address in evidence:
        problem = link_problem(address.partition("#")[2], block.text[start:end])
        if problem:
            offences.append(Offence(place, block.text[start:end], problem))
    for found in NUMBER.finditer(block.text):
        start, end = found.span()
        if any(a <= start and end <= b for a, b, _ in evidence):
            continue
        after = end + (block.text[end : end + 1] == "%")
        at = next((spot for spot in (end, after) if spot in block.markers), None)
        if at is not None:
            used.add(at)
            problem = marker_problem(found[0], block.markers[at], computed)
        elif any(a <= start and end <= b for a, b in allowed):
            problem = None
        else:
            problem = _naked(found[0], home)
        if problem:
            offences.append(Offence(place, block.text[start:after], problem))
    for at in sorted(block.markers.keys() - used):
        offences.append(Offence(place, block.markers[at], "a marker stands right behind a number"))
    return offences


def _allowed_spans(text: str) -> list[tuple[int, int]]:
    spans = []
    for _, pattern, _ in ALLOWED:
        for found in re.finditer(pattern, text):
            groups = [name for name, part in found.groupdict().items() if part is not None]
            spans += [found.span(name) for name in groups] or [found.span()]
    return spans


def _naked(number: str, home: str) -> str:
    shown = number.replace("−", "-")
    near = [p.id for p in all_published().values() if shown in (p.text, p.lower_text, p.upper_text)]
    near = near if len(shown) > 2 else []  # every small number is printed somewhere
    near.sort(key=lambda id: not id.startswith("K19.T2"))
    advice = f"mark its origin, {number}<!--expression:format-->, or write a small count in words"
    if near:
        link = f"[{number}]({home}evidence.md#{anchor(near[0])})"
        advice = f"link it to its row ({link} if it is {', '.join(near[:3])}), or {advice}"
    return f"no source; {advice}"


# --- rule 1: links to the page Evidence


def link_problem(fragment: str, text: str) -> str | None:
    """Say what is wrong with a link's text, or None if it is what the row prints."""
    row = {anchor(id): p for id, p in all_published().items()}.get(fragment)
    if row is None:
        return f"the page Evidence has no row {fragment}"
    text = CONVENTION.sub("", text)
    numbers = [(m[0], text[m.end() : m.end() + 1] == "%") for m in NUMBER.finditer(text)]
    if not numbers or _agree(numbers, row):
        return None
    return f"{row.id} prints {row.printed} {row.unit}".rstrip()


def _agree(numbers: list[tuple[str, bool]], row: Published) -> bool:
    if row.value is None:  # a range, a count such as 5/123, a date: the same numbers in order
        return [n for n, _ in numbers] == NUMBER.findall(row.text)
    whole = [row.text, row.lower_text, row.upper_text]
    if len(numbers) == 3:
        wanted = [whole]
    elif len(numbers) == 2:
        wanted = [whole[1:]]
    else:
        wanted = [[printed] for printed in whole]
    return any(
        len(numbers) == len(texts)
        and all(
            printed and same(n, pct, printed, row.unit)
            for (n, pct), printed in zip(numbers, texts, strict=True)
        )
        for texts in wanted
    )


def same(shown: str, percent: bool, printed: str, unit: str) -> bool:
    """Whether a shown number is the printed one, rounded no further than 5% and never refined."""
    value, seen = (Decimal(t.replace("−", "-").replace(",", "")) for t in (printed, shown))
    if seen >= 0:
        value = abs(value)  # prose says "fell by 24 points"
    forms = [value * 100] if percent and unit != "%" else [value]
    if not percent and unit == "%":
        forms.append(value / 100)
    places = Decimal(1).scaleb(seen.as_tuple().exponent)
    for form in forms:
        finer = seen.as_tuple().exponent < form.as_tuple().exponent
        close = abs(seen - form) <= abs(form) / 20
        rounded = {form.quantize(places, how) for how in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
        if seen in rounded and close and not finer:
            return True
    return False


# --- rule 2: markers


def marker_problem(number: str, comment: str, computed) -> str | None:
    """Say what is wrong with a marked number, or None if it is what the notebook computes."""
    parts = MARKER.fullmatch(comment)
    if not parts:
        return f"the marker {comment} must be an expression and a format: <!--hr:.2f-->"
    printed, problem = computed(parts[1], parts[2])
    if problem:
        return problem
    if _plain(printed) != _plain(number):
        return f"stale: {parts[1]} is now {printed}; write {printed.rstrip('%')}"
    return None


def _plain(text: str) -> str:
    return text.replace("−", "-").replace(",", "").rstrip("%")


# --- notebooks


def markers_of(sources: list[str], md) -> list[tuple[str, str]]:
    found = []
    for source in sources:
        for block in blocks(source, md):
            found += [m.groups() for c in block.markers.values() if (m := MARKER.fullmatch(c))]
    return list(dict.fromkeys(found))


def evaluate(notebook: Path, wanted: list[tuple[str, str]]) -> dict:
    """Execute a notebook afresh and return what each (expression, format) prints there."""
    content = nbformat.read(notebook, as_version=4)
    code = (
        "import json as _json\n_printed = []\n"
        f"for _expression, _format in {[list(pair) for pair in wanted]!r}:\n"
        "    try:\n        _printed.append([format(eval(_expression), _format), None])\n"
        "    except Exception as _error:\n"
        "        _printed.append([None, f'{type(_error).__name__}: {_error}'])\n"
        "print(_json.dumps(_printed))"
    )
    content.cells.append(nbformat.v4.new_code_cell(code))
    before = os.environ.get("SECONDLOOK_STATIC")
    os.environ["SECONDLOOK_STATIC"] = "1"
    try:
        resources = {"metadata": {"path": str(notebook.parent)}}
        NotebookClient(content, timeout=300, kernel_name="python3", resources=resources).execute()
    finally:
        if before is None:
            del os.environ["SECONDLOOK_STATIC"]
        else:
            os.environ["SECONDLOOK_STATIC"] = before
    answers = json.loads(content.cells[-1].outputs[0].text)
    return dict(zip(wanted, answers, strict=True))


class Computed:
    """What markers print, with each notebook executed at most once."""

    def __init__(self, root: Path):
        self.root = root
        self.wanted = defaultdict(list)  # notebook -> (expression, format)
        self.printed = {}

    def notebook(self, path: Path, expression: str) -> tuple[Path, str]:
        """Whose variables a marker means: its own notebook's, or those it names with ``::``."""
        if "::" in expression:
            stem, expression = expression.split("::", 1)
            return self.root / "chapters" / f"{stem.strip()}.ipynb", expression.strip()
        if path.parent.name == "exercises":  # the solution is where an exercise comes from
            return self.root / "solutions" / path.name, expression
        return path, expression

    def expect(self, path: Path, pairs: list[tuple[str, str]]) -> None:
        for expression, spec in pairs:
            notebook, expression = self.notebook(path, expression)
            self.wanted[notebook].append((expression, spec))

    def reader(self, path: Path):
        def read(expression: str, spec: str):
            notebook, expression = self.notebook(path, expression)
            printed, problem = self._of(notebook).get((expression, spec), (None, "not computed"))
            return printed, problem and f"cannot compute {expression} in {notebook.name}: {problem}"

        return read

    def _of(self, notebook: Path) -> dict:
        if notebook not in self.printed:
            wanted = list(dict.fromkeys(self.wanted[notebook]))
            try:
                if notebook.suffix != ".ipynb":
                    raise ValueError("a page has no variables; name a notebook, 04_subgroup::hr")
                self.printed[notebook] = evaluate(notebook, wanted)
            except CellExecutionError as error:
                self.printed[notebook] = self._failed(wanted, f"{error.ename}: {error.evalue}")
            except (OSError, ValueError) as error:
                self.printed[notebook] = self._failed(wanted, str(error))
        return self.printed[notebook]

    @staticmethod
    def _failed(wanted: list[tuple[str, str]], said: str) -> dict:
        return {pair: (None, said) for pair in wanted}


def prose_of(path: Path) -> list[tuple[str, str]]:
    """Return (place, markdown) for each markdown cell of a notebook, or for a whole page."""
    if path.suffix == ".md":
        return [("", path.read_text(encoding="utf-8"))]
    cells = nbformat.read(path, as_version=4).cells
    return [(f" cell {n}", c.source) for n, c in enumerate(cells) if c.cell_type == "markdown"]


def pages(root: Path = ROOT) -> list[Path]:
    """Every notebook and page whose prose is checked."""
    notebooks = [
        p for d in ("chapters", "solutions", "exercises") for p in (root / d).glob("*.ipynb")
    ]
    return sorted(notebooks) + sorted(
        page for folder in ("book", "book/teach") for page in (root / folder).glob("*.md")
    )


def check(paths: list[Path], root: Path = ROOT) -> list[Offence]:
    """Check the prose of these notebooks and pages; return every offence, in order."""
    md, computed, offences = parser(), Computed(root), []
    texts = {path: prose_of(path) for path in paths}
    for path, sources in texts.items():
        computed.expect(path, markers_of([source for _, source in sources], md))
    for path, sources in texts.items():
        name = path.relative_to(root) if path.is_relative_to(root) else path
        home = {"book": "", "teach": "../"}.get(path.parent.name, "../book/")
        for place, source in sources:
            for block in blocks(source, md):
                where = f"{name}{place} line {block.line}"
                offences += check_block(block, where, computed.reader(path), home)
    return offences


def main(argv=None) -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("paths", nargs="*", type=Path, help="default: every notebook and page")
    paths = pages()
    if given := [path.resolve() for path in options.parse_args(argv).paths]:
        paths = [path for path in given if path.is_file()]
        paths += [page for page in pages() if page.parent in given]
    if not paths:
        raise SystemExit(f"no notebook or page in {', '.join(map(str, given))}")
    offences = check(paths)
    for offence in offences:
        print(offence)
    print(f"{len(paths)} files, {len(offences)} numbers to mend")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
