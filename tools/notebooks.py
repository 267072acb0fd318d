"""Execute notebooks from top to bottom and write them back normalised.

``python tools/notebooks.py [--check] PATH …`` takes notebooks and folders of them. Labs are stored
as static pictures, so a stored output holds nothing random and running again leaves no diff;
``--check`` writes nothing and fails where it would.
"""

import argparse
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
TAGS = {
    "hide-input",
    "remove-cell",
    "widget",
    "solution",
    "check",
    "raises-exception",
    "nbval-ignore-output",
}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SECONDS_A_CELL = 300


def find(paths):
    """Return the notebooks named by files and folders, sorted."""
    found = []
    for path in map(Path, paths):
        path = path if path.is_absolute() else ROOT / path
        if path.is_dir():
            found += sorted(p for p in path.glob("*.ipynb"))
        elif path.suffix == ".ipynb" and path.exists():
            found.append(path)
        else:
            raise SystemExit(f"{path}: no such notebook or folder")
    return found


def execute(notebook, folder):
    """Run every cell in order in a fresh kernel, labs static; outputs are stored in place."""
    os.environ["SECONDLOOK_STATIC"] = "1"
    client = NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()


def normalise(notebook):
    """Keep what a reader or a test needs; drop timings, widget state and editor metadata."""
    notebook.metadata = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    count = 0
    for number, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        unknown = set(tags) - TAGS
        if unknown:
            raise ValueError(f"cell {number}: unknown tags {sorted(unknown)}; use {sorted(TAGS)}")
        cell.metadata = {"tags": tags} if tags else {}
        if cell.cell_type != "code":
            continue
        if cell.source.strip():
            count += 1
        cell.execution_count = count if cell.source.strip() else None
        cell.outputs = [normalise_output(output, count) for output in merge_streams(cell.outputs)]


def merge_streams(outputs):
    """Join neighbouring pieces of one stream: how they are cut is a matter of timing."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == last.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def normalise_output(output, count):
    """Drop an output's metadata and set its number to its cell's."""
    if "metadata" in output:
        output.metadata = {}
    if "execution_count" in output:
        output.execution_count = count
    return output


def rerun(path, check):
    """Execute and normalise one notebook; return whether the file on disk was already so."""
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    execute(notebook, path.parent)
    normalise(notebook)
    nbformat.validate(notebook)
    after = nbformat.writes(notebook, indent=1).rstrip("\n") + "\n"
    if not check and after != before:
        part = path.with_suffix(".part")
        part.write_text(after, encoding="utf-8", newline="\n")
        part.replace(path)
    return after == before


def main(argv=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    parser.add_argument("paths", nargs="+")
    options = parser.parse_args(argv)
    stale = []
    for path in find(options.paths):
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        try:
            same = rerun(path, options.check)
        except CellExecutionError as error:
            print(f"{name}: a cell failed\n{error}", file=sys.stderr)
            return 1
        print(f"{name}: {'unchanged' if same else 'differs' if options.check else 'written'}")
        if not same:
            stale.append(name)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
