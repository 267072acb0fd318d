"""Build the site into ``_build/html``, and serve it.

``python tools/site.py build`` makes the book, its Python for the browser and its JupyterLite.
``python tools/site.py serve`` shows them at http://localhost:8000.

The site is put together beside its place and renamed, and a build that fails leaves no
``_build/html``, so what stands there is always whole and up to date.
"""

import argparse
import contextlib
import errno
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import webbrowser
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

TOOLS = Path(__file__).resolve().parent
ROOT = TOOLS.parent
sys.path[:0] = [str(TOOLS), str(ROOT / "book" / "live")]

import mirror  # noqa: E402
import vendor  # noqa: E402
from fetch import CACHE, folder_once, forget, key  # noqa: E402
from node import BuildError  # noqa: E402
from take_away import take_away  # noqa: E402

HTML = ROOT / "_build" / "html"
BOOK = CACHE / "book"  # Jupyter Book works here, so that it can go on where it stopped
LITE = ROOT / "book" / "live" / "lite"
NOTEBOOKS = ("chapters", "exercises", "solutions")
PYODIDE = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
ROOM = 1024**3  # bytes that a build may need


# --- build ---------------------------------------------------------------------------------------


def build(draft: bool = False) -> Path:
    """Build the site; return its folder.

    Parameters
    ----------
    draft : bool
        Let the book's warnings pass, while a page is being written.

    Raises
    ------
    BuildError
        If it cannot be built; the message says why in one sentence, and ``_build/html`` is gone.
    """
    start = time.time()
    try:
        check_room(CACHE if CACHE.exists() else ROOT)
        CACHE.mkdir(exist_ok=True)
        with one_at_a_time(CACHE / "lock"):
            libraries = vendor.make()
            python = mirror.make()
            book = build_book(draft)
            lite = build_lite()
            put_together(book, lite, python, libraries)
    except OSError as error:
        shutil.rmtree(HTML, ignore_errors=True)
        raise _disk_trouble(error) from error
    except BaseException:
        shutil.rmtree(HTML, ignore_errors=True)
        raise
    print(f"The site is in {HTML.relative_to(ROOT)} ({time.time() - start:.0f} s).", flush=True)
    return HTML


@contextlib.contextmanager
def one_at_a_time(file: Path):
    """Let one build at a time work in this checkout (Windows has no such lock: not there)."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with file.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another build is at work here; waiting for it …", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def check_room(folder: Path, needed: int = ROOM) -> None:
    """Check that the disk has room for a build.

    Raises
    ------
    BuildError
        If it has not; the message says how much there is.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BuildError(
            f"the disk has {free / 1024**3:.1f} GB free and a build needs {needed / 1024**3:.0f} "
            "GB; make room and run the command again."
        )


def _disk_trouble(error: OSError) -> BuildError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return BuildError("the disk is full; make room and run the command again.")
    return BuildError(f"a file could not be read or written ({error}).")


# What every page of the book is made with. Sphinx looks for changes in the pages only: without
# these it would leave a changed style sheet where it is, and its old sum in the pages' addresses.
PLAN = (
    "_config.yml",
    "_toc.yml",
    "requirements.txt",
    "book/_ext",
    "book/_static",
    "src/secondlook/assets",
    "src/secondlook/evidence.py",
    "data/published/published_values.csv",
)


def plan(root: Path) -> list[str | Path]:
    """Return the files of a checkout that call for all pages again if one changes.

    Parameters
    ----------
    root : Path
        The checkout.

    Returns
    -------
    list of str and Path
        Each file after its name, ready for `fetch.key`.
    """
    files = []
    for place in (root / name for name in PLAN):
        files += [place] if place.is_file() else sorted(place.rglob("*"))
    kept = (path for path in files if path.is_file() and path.suffix != ".pyc")
    return [part for path in kept for part in (path.relative_to(root).as_posix(), path)]


def build_book(draft: bool) -> Path:
    """Let Jupyter Book build the pages that changed; return the folder of its html.

    Raises
    ------
    BuildError
        If a page has a warning and this is not a draft.
    """
    print("Building the book …", flush=True)
    stamp = key(*plan(ROOT))
    if not (BOOK / stamp).exists():  # another plan: leave no page of the old one
        shutil.rmtree(BOOK, ignore_errors=True)
        BOOK.mkdir(parents=True)
        (BOOK / stamp).touch()
    strict = [] if draft else ["-W", "-n", "--keep-going"]
    run = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", run, "build", str(ROOT), "-q", *strict]
    command += ["--path-output", str(BOOK)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace"
    )
    lines = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr).replace(f"{ROOT}{os.sep}", "").splitlines()
    trouble = [line for line in lines if re.search(r"WARNING|ERROR", line)]
    if trouble:
        print("\n".join(trouble), file=sys.stderr)
    if done.returncode:
        # Sphinx would not repeat the warnings of pages it has read: let it read them again.
        shutil.rmtree(BOOK, ignore_errors=True)
        if not trouble:
            print((done.stderr or done.stdout)[-3000:], file=sys.stderr)
        count = f" ({len(trouble)} warnings)" if trouble else ""
        raise BuildError(f"the book did not build{count}; the lines above say where.")
    return BOOK / "_build" / "html"


def build_lite() -> Path:
    """Build JupyterLite with the notebooks in it, if they changed; return its folder."""
    notebooks = {
        path.relative_to(ROOT).as_posix(): path
        for folder in NOTEBOOKS
        for path in sorted((ROOT / folder).glob("*.ipynb"))
    }
    setting = sorted(path for path in LITE.iterdir() if path.is_file())
    makers = [ROOT / "requirements.txt", TOOLS / "take_away.py", Path(__file__)]
    name = key(*notebooks, *notebooks.values(), *setting, *makers)
    target = CACHE / f"lite-{name}"
    folder_once(target, lambda folder: _fill_lite(folder, notebooks))
    forget(CACHE, target, "lite-*")
    return target


def _fill_lite(folder: Path, notebooks: dict[str, Path]) -> None:
    print("Building JupyterLite …", flush=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        contents, settings = Path(scratch, "contents"), Path(scratch, "settings")
        settings.mkdir()
        for name in ("jupyter-lite.json", "overrides.json"):
            shutil.copy(LITE / name, settings)
        for name, path in notebooks.items():
            (contents / name).parent.mkdir(parents=True, exist_ok=True)
            notebook = json.loads(path.read_text(encoding="utf-8"))
            copy = take_away(notebook, name, "../../..", PYODIDE)
            (contents / name).write_text(json.dumps(copy, ensure_ascii=False), encoding="utf-8")
        contents.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        command += ["--lite-dir", str(settings), "--contents", str(contents), "--no-sourcemaps"]
        command += ["--output-dir", str(folder), "--apps", "notebooks", "--apps", "lab"]
        command += ["--LiteBuildConfig.no_unused_shared_packages=True"]
        command += [f"--LiteBuildConfig.cache_dir={scratch}/cache"]
        done = subprocess.run(
            command, cwd=scratch, capture_output=True, encoding="utf-8", errors="replace"
        )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1]
        raise BuildError(f"JupyterLite did not build ({last[:300]}).")
    shutil.copy(LITE / "site-links.js", folder)
    for page in folder.rglob("index.html"):
        up = "../" * len(page.relative_to(folder).parts)  # to the site's root
        tags = f'<link rel="icon" href="{up}_static/favicon.svg">'
        tags += f'<script src="{up}lite/site-links.js"></script>'
        html = page.read_text(encoding="utf-8")
        page.write_text(html.replace("</head>", tags + "</head>", 1), encoding="utf-8")


FIRST = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A Second Look</title>
<link rel="icon" href="_static/favicon.svg"><meta http-equiv="refresh" content="0; url=PAGE">
</head><body><p><a href="PAGE">A Second Look</a></p></body></html>
"""


def put_together(book: Path, lite: Path, python: Path, libraries: Path) -> None:
    """Make ``_build/html`` of its parts, all at once."""
    HTML.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".html-", dir=HTML.parent) as scratch:
        site = Path(scratch, "html")
        left_out = shutil.ignore_patterns(".buildinfo*", "*.map", "*macros.html")
        shutil.copytree(book, site, ignore=left_out)
        first = site / "index.html"  # it sends the reader on to the first page
        first.write_text(FIRST.replace("PAGE", "book/index.html"), encoding="utf-8")
        shutil.copytree(lite, site / "lite")
        shutil.copytree(python, site / "lite" / "static" / "pyodide")
        shutil.copytree(libraries, site / "vendor")
        for folder in NOTEBOOKS:
            for path in (site / "_sources" / folder).glob("*.ipynb"):
                notebook = json.loads(path.read_text(encoding="utf-8"))
                copy = take_away(notebook, f"{folder}/{path.name}", "../..")
                path.write_text(json.dumps(copy, indent=1, ensure_ascii=False), encoding="utf-8")
        (site / ".nojekyll").touch()  # GitHub Pages leaves out folders that begin with _ else
        if HTML.exists():
            HTML.rename(Path(scratch, "old"))
        site.rename(HTML)


# --- serve ---------------------------------------------------------------------------------------


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the site with the types a browser asks for, and let it keep what never changes."""

    protocol_version = "HTTP/1.1"
    extensions_map: ClassVar = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".wasm": "application/wasm",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".json": "application/json",
        ".ipynb": "application/json",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
        ".whl": "application/zip",
        ".webmanifest": "application/manifest+json",
    }

    def end_headers(self):
        """Say how long this answer may be kept."""
        keep = "public, max-age=31536000, immutable" if keeps(self.path) else "no-cache"
        self.send_header("Cache-Control", keep)
        super().end_headers()

    def log_message(self, format, *args):
        """Say nothing: a page asks for a hundred files."""


# What never changes under its name: wheels named after their content, archives after their version,
# scripts with a hash in their name, and what Sphinx marks with ?v=.
FOR_EVER = re.compile(r"/pyodide/[^/]+-\d[^/]*\.(whl|zip)$|[.-][0-9a-f]{20}\.(js|css)$")


def keeps(path: str) -> bool:
    """Tell whether a browser may keep the file at ``path`` without asking again."""
    parts = urlsplit(path)
    return bool(FOR_EVER.search(parts.path)) or parts.query.startswith(("v=", "digest="))


class Server(http.server.ThreadingHTTPServer):
    """A server that answers only this machine, many requests at a time."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"

    def handle_error(self, request, client_address):
        """Pass over a browser that closes a connection early."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def make_server(folder: Path = HTML, port: int = 8000) -> Server:
    """Return a server of ``folder`` on ``port`` (0: any that is free), ready to ``serve_forever``.

    Raises
    ------
    BuildError
        If there is no site, or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise BuildError("there is no site to serve; run 'python tools/course.py site' first.")
    try:
        return Server(("127.0.0.1", port), functools.partial(Handler, directory=str(folder)))
    except OverflowError:
        raise BuildError(f"port {port} does not exist; choose one from 1024 to 65535.") from None
    except PermissionError:
        raise BuildError(f"port {port} needs more rights; try --port {port + 8000}.") from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise BuildError(
            f"port {port} is in use; stop what uses it, or choose another: "
            f"python tools/course.py serve --port {port + 1}"
        ) from None


def serve(port: int = 8000, browser: bool = True) -> None:
    """Serve the site until Ctrl-C, and open it in a browser.

    Raises
    ------
    BuildError
        If there is no site, or the port is taken.
    """
    server = make_server(port=port)
    address = f"http://localhost:{server.server_port}/"
    print(f"A Second Look is at {address} (stop with Ctrl-C).", flush=True)
    if browser:
        webbrowser.open(address)
    with server:
        server.serve_forever()


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="site.py", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build the site into _build/html")
    building.add_argument("--draft", action="store_true", help="let the book's warnings pass")
    serving = commands.add_parser("serve", help="show the site in a browser")
    serving.add_argument("--port", type=int, default=8000)
    serving.add_argument("--no-browser", action="store_true", help="open no browser")
    options = parser.parse_args(argv)
    try:
        if options.command == "build":
            build(options.draft)
        else:
            serve(options.port, not options.no_browser)
    except BuildError as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
