"""Make the exercise notebooks from the solutions.

``python tools/make_exercises.py [--check]`` reads ``solutions/*.ipynb`` and writes
``exercises/*.ipynb``. In a cell tagged ``solution``, text is left out, and in code the lines
between ``# <solution>`` and ``# </solution>`` become one stub for each name they assign. Outputs of
``solution`` and ``check`` cells are taken out; all others stay, because the answer boxes on the
page are outputs. A heading ``# Solutions: …`` becomes ``# Exercises: …``, and a last cell leads to
the solutions. ``--check`` writes nothing and fails when a committed exercise differs.
"""

import argparse
import ast
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "# <solution>", "# </solution>"
SOLUTIONS, EXERCISES = "# Solutions: ", "# Exercises: "


class Malformed(ValueError):
    """A solution notebook that cannot be turned into an exercise; the message says where."""


def make(notebook):
    """Return the exercise that belongs to a solution notebook, as a new notebook.

    Raises
    ------
    Malformed
        If a marker is missing, doubled, out of order or outside a ``solution`` cell, if a region
        assigns no name, or if an answer box has no stored output.
    """
    cells = []
    for cell in nbformat.from_dict(notebook).cells:
        made = exercise_cell(cell)
        if made is not None:
            cells.append(made)
    exercise = nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)
    exercise.nbformat_minor = notebook.nbformat_minor
    return exercise


def exercise_cell(cell):
    """Return a cell as learners get it, or None when it is left out."""
    where = f"cell {cell.get('id', '?')}"
    cell = nbformat.from_dict(cell)
    tags = cell.metadata.get("tags", [])
    if "solution" not in tags:
        if cell.cell_type == "code" and (BEGIN in cell.source or END in cell.source):
            raise Malformed(f"{where}: has a solution marker but not the tag 'solution'")
        if cell.cell_type == "code" and "check" in tags:
            empty(cell)
        elif cell.cell_type == "code" and "answer(" in cell.source and not cell.outputs:
            raise Malformed(f"{where}: its answer box has no stored output; run 'make notebooks'")
        if cell.cell_type == "markdown" and cell.source.startswith(SOLUTIONS):
            cell.source = EXERCISES + cell.source.removeprefix(SOLUTIONS)
        return cell
    if cell.cell_type != "code":
        return None
    cell.source = stub(cell.source, where)
    rest = [tag for tag in tags if tag != "solution"]
    cell.metadata = {**cell.metadata, "tags": rest} if rest else {}
    empty(cell)
    return cell


def empty(cell):
    """Take the outputs out of a code cell."""
    cell.outputs = []
    cell.execution_count = None


def stub(source, where):
    """Put a stub in place of the lines between the markers of one cell."""
    lines = source.split("\n")
    begins = [i for i, line in enumerate(lines) if line.strip() == BEGIN]
    ends = [i for i, line in enumerate(lines) if line.strip() == END]
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        raise Malformed(
            f"{where}: needs one line '{BEGIN}' and after it one line '{END}', on lines of their "
            f"own; it has {len(begins)} and {len(ends)}"
        )
    begin, end = begins[0], ends[0]
    names = assigned("\n".join(lines[begin + 1 : end]), where)
    if not names:
        raise Malformed(f"{where}: nothing is assigned between the markers, so there is no stub")
    stubs = [f"{name} = ...  # your answer" for name in names]
    return "\n".join(lines[:begin] + stubs + lines[end + 1 :])


def assigned(code, where):
    """Return the names that code assigns at its top level, in order, each once."""
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise Malformed(f"{where}: the lines between the markers are not Python: {error}") from None
    names = []
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
            targets = [statement.target]
        else:
            continue
        for target in targets:
            stored = (n for n in ast.walk(target) if isinstance(getattr(n, "ctx", None), ast.Store))
            names += [n.id for n in stored if isinstance(n, ast.Name)]
    return list(dict.fromkeys(names))


def written(path):
    """Return the text of the exercise that belongs to one solution file."""
    notebook = nbformat.read(path, as_version=4)
    try:
        exercise = make(notebook)
    except Malformed as error:
        raise Malformed(f"{path.parent.name}/{path.name}: {error}") from None
    exercise.cells.append(to_solutions(path.name))
    nbformat.validate(exercise)
    return nbformat.writes(exercise, indent=1).rstrip("\n") + "\n"


def to_solutions(name):
    """Return the cell that ends an exercise notebook."""
    words = f"When you have tried, read [the worked solutions](../solutions/{name})."
    return nbformat.v4.new_markdown_cell(words, id="to-solutions")


def first_difference(old, new):
    """Return one line that says where two texts part."""
    a, b = old.split("\n"), new.split("\n")
    for number in range(max(len(a), len(b))):
        mine, made = (lines[number] if number < len(lines) else "(end)" for lines in (a, b))
        if mine != made:
            return (
                f"line {number + 1}: it has {mine.strip()[:100]!r}, made is {made.strip()[:100]!r}"
            )
    return "no difference"


def update(root, check):
    """Write or compare every exercise; return a sentence for each that differs."""
    sources = sorted((root / "solutions").glob("*.ipynb"))
    made = {root / "exercises" / source.name: written(source) for source in sources}
    complaints = []
    for path, text in made.items():
        name = f"{path.parent.name}/{path.name}"
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if old == text:
            continue
        if check:
            complaints.append(f"{name}: {first_difference(old, text)}")
            continue
        path.parent.mkdir(exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
        print(f"{name}: written")
    for path in sorted((root / "exercises").glob("*.ipynb")):
        if path not in made:
            complaints.append(f"exercises/{path.name}: there is no solutions/{path.name}")
    return complaints


def main(argv=None, root=ROOT):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    options = parser.parse_args(argv)
    try:
        complaints = update(root, options.check)
    except Malformed as error:
        print(error, file=sys.stderr)
        return 1
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if complaints and options.check:
        print("Run 'make exercises' and commit what it writes.", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
