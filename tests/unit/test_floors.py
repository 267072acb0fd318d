"""The house: a module of the package imports only from floors below its own."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "secondlook"
FLOORS = (
    {
        *("_data", "_hosts", "_normal", "_arrays", "_planning", "_trial_file"),
        *("evidence", "cohort", "computed"),
    },
    {
        *("survival", "ranks", "multiplicity", "means", "design", "arms", "sequential"),
        *("credibility", "prognosis"),
    },
    {
        *("simulate", "fishing", "forensics", "checks", "questions", "appraisal", "pretest"),
        *("retelling", "filled"),
    },
    {"puzzles"},
    {"claimsums"},
    {"figures"},
    {"labs", "learner"},
)
SHARED = {
    "_data",
    "_hosts",
    "_normal",
    "_arrays",
    "_planning",
    "_trial_file",
    "filled",
}  # helpers that any room may use, its own floor's too
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py")


def room(path):
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def floor(name):
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def imported(path):
    """The rooms of the package that a module imports, for running or for typing."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "secondlook":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("secondlook."):
            yield node.module.split(".")[1]


def test_every_module_has_its_floor():
    assert {room(path) for path in MODULES} == set().union(*FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_from_below(path):
    mine = room(path)
    for name in imported(path):
        below = floor(name) < floor(mine)
        assert below or name == mine or name in SHARED, f"{mine} imports {name}"


@pytest.mark.parametrize("name", sorted(FLOORS[1]))
def test_the_statistics_know_nothing_of_the_trial(name):
    text = (SOURCE / f"{name}.py").read_text(encoding="utf-8")
    for word in ("ALS", "placebo", "methylcobalamin", "matplotlib", "widgets"):
        assert word not in text, word
