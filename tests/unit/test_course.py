"""The commands: a Python, a disk or a network that does not fit is told in one sentence."""

import importlib.util
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Version = namedtuple("Version", "major minor micro")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The tool as a module, working on an empty copy of the repository."""
    spec = importlib.util.spec_from_file_location("course", ROOT / "tools" / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "tools").mkdir()
    for name in ("requirements.txt", module.CONSTRAINTS, "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp")
    return module


@pytest.fixture
def commands(course, monkeypatch):
    """The commands that the tool would run, each answered with status 0."""
    ran = []

    def call(command, **_):
        ran.append([str(part) for part in command])
        (course.VENV).mkdir(exist_ok=True)
        return 0

    monkeypatch.setattr(course.subprocess, "call", call)
    return ran


@pytest.mark.parametrize("version", [(3, 10, 4), (3, 13, 0)])
def test_a_python_that_does_not_fit_is_named(course, monkeypatch, capsys, version):
    monkeypatch.setattr(course.sys, "version_info", Version(*version))
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    assert course.main(["setup"]) == 1
    said = capsys.readouterr().err
    assert f"this is Python {version[0]}.{version[1]}" in said and "needs 3.11 or 3.12" in said
    assert not course.VENV.exists()


def test_another_python_that_fits_is_used(course, commands, monkeypatch):
    monkeypatch.setattr(course.sys, "version_info", Version(3, 13, 0))
    monkeypatch.setattr(course.shutil, "which", lambda name: f"/somewhere/{name}")
    assert course.main(["setup"]) == 0
    assert commands[-1][0] == "/somewhere/python3.12" and commands[-1][-1] == "setup"


def test_setup_makes_the_environment_once(course, commands, monkeypatch):
    monkeypatch.setattr(course, "node_fits", lambda: True)
    course.setup()
    assert [c[1:3] for c in commands] == [["-m", "venv"], ["-m", "pip"], ["-m", "pip"]]
    commands.clear()
    course.setup()
    assert commands == []
    (course.ROOT / "requirements.txt").write_text("numpy==2.0.2\n")
    course.setup()
    assert commands, "a changed pin is installed"


def test_node_comes_from_pypi_where_there_is_none(course, commands, monkeypatch):
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    course.setup()
    assert commands[-1][-1] == course.NODE_WHEEL


@pytest.mark.parametrize(("said", "fits"), [("v16.20.0", False), ("v20.1.0", True), ("?", False)])
def test_an_old_node_does_not_count(course, monkeypatch, said, fits):
    monkeypatch.setattr(course.shutil, "which", lambda name: name)
    answer = subprocess.CompletedProcess([], 0, stdout=said)
    monkeypatch.setattr(course.subprocess, "run", lambda *a, **k: answer)
    assert course.node_fits() is fits


def test_a_full_disk_is_named_before_anything_is_made(course, commands, monkeypatch, capsys):
    usage = namedtuple("usage", "total used free")(1, 1, 1024**3)
    monkeypatch.setattr(course.shutil, "disk_usage", lambda path: usage)
    assert course.main(["setup"]) == 1
    assert "1.0 GB free and the course needs about 3 GB" in capsys.readouterr().err
    assert commands == []


@pytest.mark.parametrize(
    ("failing", "words"),
    [("venv", "apt-get install python3."), ("pip", "Without a network, connect and run")],
)
def test_a_failing_step_says_what_to_do_and_is_tried_again(
    course, monkeypatch, capsys, failing, words
):
    monkeypatch.setattr(course.subprocess, "call", lambda command, **_: int(failing in command))
    assert course.main(["setup"]) == 1
    assert words in capsys.readouterr().err
    assert not course.STAMP.exists(), "half an environment must not count as a whole one"


def test_a_half_made_environment_is_made_again(course, monkeypatch):
    course.VENV.mkdir()
    version = ".".join(map(str, sys.version_info[:3]))
    (course.VENV / "pyvenv.cfg").write_text(f"version = {version}\n")
    ran = []
    monkeypatch.setattr(
        course.subprocess, "call", lambda command, **_: ran.append(command) or int("-c" in command)
    )
    course.make_venv()
    assert ran[-1][1:3] == ["-m", "venv"] and not (course.VENV / "pyvenv.cfg").exists()


def test_every_target_of_the_makefile_is_a_command(course):
    targets = (ROOT / "Makefile").read_text().split(".PHONY: ")[1].splitlines()[0].split()
    assert sorted(targets) == sorted(course.COMMANDS)


def test_tests_that_fail_fail_the_command(course, monkeypatch, capsys):
    monkeypatch.setattr(course, "setup", lambda options=None: None)
    monkeypatch.setattr(course.subprocess, "call", lambda command, **_: int("ruff" in command))
    assert course.main(["test"]) == 1
    assert "these steps failed: style, layout" in capsys.readouterr().err


def test_it_is_read_by_an_old_python_too():
    """No syntax younger than 3.8, so that an old Python gets the sentence and no traceback."""
    import ast

    source = (ROOT / "tools" / "course.py").read_text()
    ast.parse(source, feature_version=(3, 8))
    assert sys.version_info[:2] in ((3, 11), (3, 12))
