"""Find Node.js and npm: the machine's own, else the ones the environment carries."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 18


class BuildError(Exception):
    """The site cannot be built; the message is one sentence for the person at the keyboard."""


def node() -> str:
    """Return the path of a Node.js that is new enough.

    Raises
    ------
    BuildError
        If there is none.
    """
    return _find("node")


def npm() -> str:
    """Return the path of the npm that belongs to `node`.

    Raises
    ------
    BuildError
        If there is none.
    """
    return _find("npm")


def environment() -> dict[str, str]:
    """Return an environment in which npm finds that same Node.js first."""
    folder = str(Path(node()).parent)
    return dict(os.environ, PATH=folder + os.pathsep + os.environ.get("PATH", ""))


def _find(name: str) -> str:
    for folder in (None, str(Path(sys.executable).parent)):
        path, runtime = shutil.which(name, path=folder), shutil.which("node", path=folder)
        if path and runtime and _major(runtime) >= OLDEST:
            return path
    raise BuildError(
        f"Node.js {OLDEST} or newer is not here; run 'python tools/course.py setup', which "
        "installs one into .venv."
    )


def _major(path: str) -> int:
    answer = subprocess.run(
        [path, "--version"], capture_output=True, encoding="utf-8", errors="replace"
    )
    first = answer.stdout.strip().lstrip("v").split(".")[0]
    return int(first) if first.isdigit() else 0
