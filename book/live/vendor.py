"""Unpack the browser libraries the site serves itself, and cut their ties to other servers.

``python book/live/vendor.py`` prints the folder. Each package is pinned in ``sources.json``: its
``files`` say what goes where under ``/vendor/`` (a name that ends in ``/`` is a whole folder).
"""

import sys
import tarfile
from pathlib import Path

import fetch
from fetch import CACHE, HERE, SOURCES, BuildError, folder_once, key

OWN_REQUIRE = 'new URL("../require.js",document.querySelector("script[src*=thebe-core]").src)'
# What each library would ask of another server, and what it asks of this site instead. A text
# that is no longer there stops the build: a new version must be looked at.
NOWHERE = '"data:,"'
PATCHES = {
    "thebe-core/thebe-core.min.js": [
        (
            '"https://cdnjs.cloudflare.com/ajax/libs/require.js/2.3.6/require.min.js"',
            OWN_REQUIRE,
        ),
        ('"https://cdn.jsdelivr.net/npm/"', NOWHERE),
        ('"https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.5/MathJax.js"', NOWHERE),
        ('"https://mybinder.org"', NOWHERE),
    ],
    "thebe-lite/thebe-lite.min.js": [
        ('"https://cdn.jsdelivr.net/pyodide/v0.27.0/full/pyodide.js"', NOWHERE),
        ('"https://unpkg.com/@jupyterlite/pyodide-kernel@0.4.7/pypi/all.json"', NOWHERE),
        (
            '"https://unpkg.com/@jupyterlite/pyodide-kernel@0.4.7/pypi/piplite-0.4.7-py3-none-any.whl"',
            NOWHERE,
        ),
    ],
}
NOT_NEEDED = ".map"


def make() -> Path:
    """Return the folder of the browser libraries, made if need be.

    Raises
    ------
    BuildError
        If a package cannot be had, is not the pinned one, or has changed inside.
    """
    name = key(HERE / "sources.json", HERE / "vendor.py")
    folder = folder_once(CACHE / f"vendor-{name}", _fill)
    fetch.forget(CACHE, folder, "vendor-*")
    return folder


def one_file(package: str, name: str) -> str:
    """Return one text file of a pinned npm package, for tests (``axe-core``, ``axe.min.js``).

    Raises
    ------
    BuildError
        If the package cannot be had or is not the pinned one.
    """
    with tarfile.open(fetch.npm_package(package)) as archive:
        return archive.extractfile(f"package/{name}").read().decode()


def _fill(folder: Path) -> None:
    for package, pin in SOURCES["npm"].items():
        if pin.get("files"):
            unpack(fetch.npm_package(package), pin["files"], pin.get("leave", []), folder)
    for name, patches in PATCHES.items():
        file = folder / name
        file.write_text(patched(file.read_text(encoding="utf-8"), patches, name), encoding="utf-8")


def unpack(package: Path, files: dict[str, str], leave: list[str], folder: Path) -> None:
    """Copy ``files`` (name in the package: name in ``folder``) out of an npm tarball.

    Raises
    ------
    BuildError
        If the package has none of a file that is asked for.
    """
    missing = set(files)
    with tarfile.open(package) as archive:
        for member in archive.getmembers():
            path = member.name.partition("/")[2]
            wanted = [name for name in files if path == name or _inside(path, name)]
            if not member.isfile() or not wanted or path.endswith(NOT_NEEDED):
                continue
            missing.discard(wanted[0])
            rest = path[len(wanted[0]) :]
            if any(rest.startswith(skipped) for skipped in leave):
                continue
            target = folder / (files[wanted[0]] + rest)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.extractfile(member).read())
    if missing:
        raise BuildError(f"{package.name} has no {sorted(missing)[0]}; correct its pin.")


def _inside(path: str, name: str) -> bool:
    return name.endswith("/") and path.startswith(name)


def patched(text: str, patches: list[tuple[str, str]], name: str) -> str:
    """Return ``text`` with each ``(old, new)`` put in place.

    Raises
    ------
    BuildError
        If an old text is not in the file.
    """
    for old, new in patches:
        if old not in text:
            raise BuildError(f"{name} no longer has {old}; look at the new version's requests.")
        text = text.replace(old, new)
    return text


if __name__ == "__main__":
    try:
        print(make())
    except BuildError as error:
        sys.exit(f"Stopped: {error}")
