"""Make the site's own copy of Pyodide, with the course's packages in its lock.

``python book/live/mirror.py`` prints the folder. Core files and the official sums come from
npm's ``pyodide``; the compiled wheels from the first carrier in ``sources.json`` that serves them,
each checked against the official sum; the pure-Python wheels are pinned one by one; the kernel's
own wheels come with the installed ``jupyterlite-pyodide-kernel``. Everything is recompiled once by
that same Pyodide. A folder is named after all it was made from, so a second run does nothing and
a change in ``src/`` or ``data/`` remakes the course's wheel only.
"""

import functools
import importlib.metadata
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import fetch
from fetch import CACHE, HERE, ROOT, SOURCES, BuildError, WrongBytes, folder_once, key, sha256
from node import node

PIN = SOURCES["pyodide"]
LOCK = "pyodide-lock.json"
LIBRARY = "python_stdlib.zip"
MAKERS = [HERE / name for name in ("sources.json", "mirror.py", "recompile.py")]
MAKERS.append(HERE / "compile_wheels.mjs")
SECONDLOOK_NEEDS = ["numpy", "pandas", "matplotlib", "ipywidgets"]


def make(say: Callable[[str], None] = print) -> Path:
    """Return the folder of the finished mirror, made if need be.

    Parameters
    ----------
    say : callable
        Is given one line for each step that takes time.

    Raises
    ------
    BuildError
        If a file cannot be had, or is not the pinned one.
    """
    base_name = key(*MAKERS, importlib.metadata.version("jupyterlite-pyodide-kernel"))
    base = folder_once(CACHE / f"pyodide-{base_name}", lambda folder: _fill_base(folder, say))
    fetch.forget(CACHE, base, "pyodide-*")
    own_name = key(base_name, *(_own_files()))
    mirror = CACHE / f"mirror-{own_name}"
    folder_once(mirror, lambda folder: _fill_mirror(folder, base, say))
    fetch.forget(CACHE, mirror, "mirror-*")
    return mirror


# --- the course's own wheel ------------------------------------------------------------------


def _own_files() -> list[object]:
    """Return every file that the course's wheel is made from, each after its name."""
    files = [ROOT / "pyproject.toml", ROOT / "README.md"]
    for folder in (ROOT / "src" / "secondlook", ROOT / "data"):
        files += sorted(
            path
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        )
    return [part for path in files for part in (path.relative_to(ROOT).as_posix(), path)]


def _fill_mirror(folder: Path, base: Path, say: Callable[[str], None]) -> None:
    say("Packing secondlook for the browser …")
    shutil.copytree(base, folder, dirs_exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        wheel = build_own_wheel(Path(scratch))
        (made,) = _recompile(base, folder, [wheel], "--keep-source")
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    version = wheel.name.split("-")[1]
    lock["packages"]["secondlook"] = _entry(
        "secondlook",
        {
            "version": version,
            "file": made["to"],
            "sha256": made["sha256"],
            "imports": ["secondlook"],
            "depends": SECONDLOOK_NEEDS,
        },
    )
    _write_lock(folder, lock)


def build_own_wheel(folder: Path) -> Path:
    """Build the wheel of ``secondlook`` from this checkout into ``folder``; return it.

    Raises
    ------
    BuildError
        If hatchling fails; the message has its last line.
    """
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1]
        raise BuildError(f"the wheel of secondlook could not be built ({last}).")
    return next(folder.glob("*.whl"))


# --- everything else ---------------------------------------------------------------------------


def _fill_base(folder: Path, say: Callable[[str], None]) -> None:
    say("Fetching Python for the browser (about 90 MB, once) …")
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        upstream = Path(scratch)
        lock = _core(upstream)
        lock["packages"] = _closure(lock["packages"])
        served = _official_wheels(upstream, lock["packages"])
        say(f"Pyodide's compiled packages came from {served}; every sum is the official one.")
        _pure_wheels(upstream, lock["packages"])
        _write_lock(upstream, lock)
        say("Compiling the packages for the browser (half a minute, once) …")
        wheels = [upstream / LIBRARY, *sorted(upstream.glob("*.whl"))]
        made = {item["from"]: item for item in _recompile(upstream, folder, wheels)}
        for entry in lock["packages"].values():
            item = made.get(entry["file_name"])
            if item:
                entry.update(file_name=item["to"], sha256=item["sha256"])
            else:
                shutil.copy(upstream / entry["file_name"], folder)
        for name in set(PIN["core"]) - {LIBRARY}:
            shutil.copy(upstream / name, folder)
    _write_lock(folder, lock)


def _core(folder: Path) -> dict:
    """Write Pyodide's core files to ``folder``; return the official lock."""
    with tarfile.open(fetch.npm_package("pyodide")) as package:
        for name in PIN["core"]:
            (folder / name).write_bytes(package.extractfile(f"package/{name}").read())
        return json.load(package.extractfile(f"package/{LOCK}"))


def _closure(packages: dict[str, dict]) -> dict[str, dict]:
    """Return the lock's entries for the root packages and all they depend on."""
    wanted, todo = {}, list(PIN["roots"])
    while todo:
        name = _normal(todo.pop())
        if name in wanted:
            continue
        entry = dict(packages[name])
        dropped = PIN["drop_depends"].get(name, [])
        entry["depends"] = [_normal(d) for d in entry["depends"] if _normal(d) not in dropped]
        wanted[name] = entry
        todo += entry["depends"]
    return dict(sorted(wanted.items()))


def _official_wheels(folder: Path, packages: dict[str, dict]) -> str:
    """Write the official wheels to ``folder``; return the name of the carrier that served.

    A carrier that cannot be reached is passed over for the next. One that serves other bytes than
    the official sums say stops the build.
    """
    troubles = []
    for carrier in PIN["carriers"]:
        try:
            read = _reader(carrier)
            for entry in packages.values():
                data = read(entry)
                check_official(entry["file_name"], data, entry["sha256"], carrier["name"])
                (folder / entry["file_name"]).write_bytes(data)
            return carrier["name"]
        except WrongBytes:
            raise
        except BuildError as error:
            troubles.append(str(error))
    raise BuildError("no source of Pyodide's packages could be reached: " + " ".join(troubles))


def check_official(file_name: str, data: bytes, official: str, carrier: str) -> None:
    """Check one file of a carrier against its official sum.

    Raises
    ------
    WrongBytes
        If they differ; the message names the file and the carrier.
    """
    if sha256(data) != official:
        raise WrongBytes(
            f"{file_name} from {carrier} is not Pyodide's own file (its sha256 is not the official "
            "one); nothing was built. Take that carrier out of book/live/sources.json to use the "
            "next one."
        )


def _reader(carrier: dict) -> Callable[[dict], bytes]:
    """Return a function (entry of the official lock) -> bytes that reads from a carrier."""
    if "url" in carrier:
        return lambda entry: fetch.web_file(carrier["url"] + entry["file_name"], entry["sha256"])
    file = fetch.python_package(carrier["spec"], carrier["sha256"], carrier["file"])
    archive = zipfile.ZipFile(file)

    def read(entry: dict) -> bytes:
        try:
            return archive.read(carrier["prefix"] + entry["file_name"])
        except KeyError:
            raise BuildError(f"{carrier['name']} has no {entry['file_name']}.") from None

    return read


def _pure_wheels(folder: Path, packages: dict[str, dict]) -> None:
    """Write the pinned pure-Python wheels and the kernel's to ``folder`` and to the lock."""
    for name, pin in SOURCES["python"].items():
        file = fetch.python_package(f"{name}=={pin['version']}", pin["sha256"], pin["file"])
        data, file_name = file.read_bytes(), file.name
        if file_name.endswith(".tar.gz"):
            file_name, data = wheel_of_source(name, pin, data)
        (folder / file_name).write_bytes(data)
        packages[name] = _entry(name, {**pin, "file": file_name, "sha256": sha256(data)})
    for name in PIN["empty"]:
        file_name, data = empty_wheel(name)
        (folder / file_name).write_bytes(data)
        about = {"version": "0", "file": file_name, "sha256": sha256(data)}
        packages[name] = _entry(name, {**about, "imports": [], "depends": []})
    labextensions = Path(sys.prefix, "share", "jupyter", "labextensions")
    static = labextensions / "@jupyterlite" / "pyodide-kernel-extension" / "static" / "pypi"
    for name, pin in SOURCES["kernel"].items():
        (wheel,) = static.glob(name.replace("-", "_") + "-*.whl")
        shutil.copy(wheel, folder)
        data, version = wheel.read_bytes(), wheel.name.split("-")[1]
        about = {**pin, "version": version, "file": wheel.name, "sha256": sha256(data)}
        packages[name] = _entry(name, about)


def wheel_of_source(name: str, pin: dict, source: bytes) -> tuple[str, bytes]:
    """Return the name and bytes of the wheel of a pure-Python package that has only a source.

    ``pin`` has its ``version`` and its ``imports`` (folders of the source that are packages).
    """
    stem = f"{name.replace('-', '_')}-{pin['version']}"
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(source)) as tar, zipfile.ZipFile(out, "w") as wheel:
        for member in sorted(tar.getmembers(), key=lambda m: m.name):
            path = member.name.partition("/")[2]
            if member.isfile() and path.split("/")[0] in pin["imports"]:
                wheel.writestr(path, tar.extractfile(member).read())
            elif path == "PKG-INFO":
                wheel.writestr(f"{stem}.dist-info/METADATA", tar.extractfile(member).read())
        about = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{stem}.dist-info/WHEEL", about)
    return f"{stem}-py3-none-any.whl", out.getvalue()


def empty_wheel(name: str) -> tuple[str, bytes]:
    """Return the name and bytes of a wheel with nothing in it.

    The kernel asks for ``ssl``, 2 MB that no page can use: browsers do that themselves.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as wheel:
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\n"
        wheel.writestr(f"{name}-0.dist-info/METADATA", about)
        about = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{name}-0.dist-info/WHEEL", about)
    return f"{name}-0-py3-none-any.whl", out.getvalue()


# --- helpers -----------------------------------------------------------------------------------


def _recompile(pyodide: Path, out: Path, wheels: list[Path], *flags: str) -> list[dict]:
    """Recompile ``wheels`` into ``out`` under Node; return what became of each."""
    script = HERE / "compile_wheels.mjs"
    command = [node(), *map(str, [script, *flags, pyodide, out, *wheels])]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    made = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"from"')]
    if done.returncode or len(made) != len(wheels):
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise BuildError(
            f"Pyodide could not compile the packages under Node.js ({lines[-1][:300]})."
        )
    return made


def _entry(name: str, pin: dict) -> dict:
    """Return a package's entry for Pyodide's lock."""
    return {
        "name": name,
        "version": pin["version"],
        "file_name": pin["file"],
        "install_dir": "site",
        "sha256": pin["sha256"],
        "package_type": "package",
        "imports": pin["imports"],
        "depends": pin["depends"],
        "unvendored_tests": False,
        "shared_library": False,
    }


def _write_lock(folder: Path, lock: dict) -> None:
    (folder / LOCK).write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")
    core = {name: (folder / name).stat().st_size for name in PIN["core"]}
    wheels = {
        p["file_name"]: (folder / p["file_name"]).stat().st_size for p in _files(lock, folder)
    }
    sizes = {"core": core, "packages": wheels}
    (folder / "sizes.json").write_text(json.dumps(sizes, indent=1) + "\n", encoding="utf-8")


def _files(lock: dict, folder: Path) -> list[dict]:
    return [p for p in lock["packages"].values() if (folder / p["file_name"]).exists()]


@functools.cache
def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    try:
        print(make())
    except BuildError as error:
        sys.exit(f"Stopped: {error}")
