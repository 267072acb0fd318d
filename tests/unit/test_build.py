"""Building and serving the site: what stops it says why in one sentence and leaves nothing."""

import ast
import contextlib
import errno
import importlib.util
import io
import json
import socket
import socketserver
import sys
import tarfile
import threading
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "book" / "live")]
import fetch  # noqa: E402
import mirror  # noqa: E402
import node  # noqa: E402
import recompile  # noqa: E402
import vendor  # noqa: E402
from node import BuildError  # noqa: E402
from take_away import plain, take_away  # noqa: E402


def import_file(name: str, path: Path):
    """Return the module in the file at ``path``, imported under another name."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


site = import_file("course_site", ROOT / "tools" / "site.py")


def one_sentence(error) -> str:
    """Return the message of an error, checked to be a sentence on one line."""
    message = str(error.value)
    assert message and "\n" not in message
    assert "Traceback" not in message
    return message


# --- files from elsewhere ------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache in place of the checkout's."""
    monkeypatch.setattr(fetch, "CACHE", tmp_path)
    monkeypatch.setattr(fetch, "DOWNLOADS", tmp_path / "downloads")
    return tmp_path


def tarball(folder: Path, files: dict[str, bytes]) -> Path:
    """Write an npm tarball with these files."""
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def npm_that_packs(monkeypatch, data: bytes):
    """Let ``npm pack`` write these bytes."""
    monkeypatch.setattr(fetch, "npm", lambda: "npm")
    monkeypatch.setattr(fetch, "environment", dict)
    monkeypatch.setattr(
        fetch, "_run", lambda command, *a, cwd, **k: (cwd / "p.tgz").write_bytes(data)
    )


def test_an_npm_package_with_another_sum_stops_the_build_and_is_not_kept(cache, monkeypatch):
    npm_that_packs(monkeypatch, b"not what was pinned")
    with pytest.raises(BuildError, match=r"requirejs@2.3.7 is not the pinned file") as error:
        fetch.npm_package("requirejs")
    assert "sources.json" in one_sentence(error)
    assert not list((cache / "downloads").iterdir())


def test_a_pinned_file_is_fetched_once_and_a_spoiled_one_again(cache, monkeypatch):
    data, calls = b"the right bytes", []
    pin = {"version": "1", "integrity": fetch.sha512(data)}
    monkeypatch.setitem(fetch.SOURCES["npm"], "thing", pin)
    npm_that_packs(monkeypatch, data)
    write = fetch._run
    monkeypatch.setattr(fetch, "_run", lambda *a, **k: calls.append(a) or write(*a, **k))
    file = fetch.npm_package("thing")
    assert fetch.npm_package("thing") == file
    assert len(calls) == 1
    file.write_bytes(b"spoiled on the disk")
    assert fetch.npm_package("thing").read_bytes() == data
    assert len(calls) == 2


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that is all pip can fetch from."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_a_python_package_is_fetched_by_its_sum(cache, index):
    metadata = b"Metadata-Version: 2.1\nName: thing\nVersion: 1\n"
    about = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    folder, name = "thing-1.dist-info", "thing-1-py3-none-any.whl"
    data = wheel({f"{folder}/METADATA": metadata, f"{folder}/WHEEL": about})
    (index / name).write_bytes(data)
    with pytest.raises(fetch.WrongBytes, match=r"thing==1 is not the pinned file") as error:
        fetch.python_package("thing==1", "0" * 64, name)
    assert fetch.sha256(data) in one_sentence(error)
    file = fetch.python_package("thing==1", fetch.sha256(data), name)
    assert file.read_bytes() == data
    assert [path.name for path in (cache / "downloads").iterdir()] == [name]


def test_the_setup_of_a_source_that_is_not_the_pinned_one_is_never_run(cache, index):
    setup = f"open({str(cache / 'was-run')!r}, 'w')".encode()
    with tarfile.open(index / "thing-1.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("thing-1/setup.py")
        info.size = len(setup)
        archive.addfile(info, io.BytesIO(setup))
    with pytest.raises(fetch.WrongBytes, match=r"thing==1 is not the pinned file"):
        fetch.python_package("thing==1", "0" * 64, "thing-1.tar.gz")
    assert not (cache / "was-run").exists()


def test_no_network_is_said_with_the_package_that_was_wanted(cache, tmp_path):
    fails = [sys.executable, "-c", "import sys; sys.exit('getaddrinfo ENOTFOUND')"]
    with pytest.raises(BuildError, match=r"lifelines==0.30.3 could not be fetched by pip") as error:
        fetch._run(fails, "lifelines==0.30.3", "pip")
    assert "connect to the network" in one_sentence(error)


@contextlib.contextmanager
def served(answer: bytes):
    """Serve this answer, head and body, to whoever asks; give the address."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while self.rfile.readline().strip():
                pass
            self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_an_address_that_does_not_answer_is_named(cache):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # not listening: a connection is refused
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/numpy.whl"
        with pytest.raises(BuildError, match=r"numpy.whl could not be fetched") as error:
            fetch.web_file(address, "0" * 64)
    one_sentence(error)


def test_an_address_that_stops_in_the_middle_is_named(cache):
    half = b"HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
    with served(half) as at, pytest.raises(BuildError, match=r"be fetched \(Incomplete") as error:
        fetch.web_file(f"{at}numpy.whl", "0" * 64)
    one_sentence(error)


def test_a_folder_that_could_not_be_filled_is_not_there(tmp_path):
    def fail(folder):
        (folder / "half").write_text("half")
        raise BuildError("no")

    with pytest.raises(BuildError):
        fetch.folder_once(tmp_path / "whole", fail)
    assert not list(tmp_path.iterdir())


# --- Python for the browser ----------------------------------------------------------------------

OFFICIAL = b"numpy as Pyodide made it"
PACKAGES = {"numpy": {"file_name": "numpy.whl", "sha256": fetch.sha256(OFFICIAL)}}


def carriers(monkeypatch, **served):
    """Let the carriers be these: name = bytes they serve, or an error."""
    monkeypatch.setitem(mirror.PIN, "carriers", [{"name": name} for name in served])

    def reader(carrier):
        data = served[carrier["name"]]
        if isinstance(data, Exception):
            raise data
        return lambda entry: data

    monkeypatch.setattr(mirror, "_reader", reader)


def test_a_carrier_that_no_longer_matches_the_official_sum_stops_the_build(tmp_path, monkeypatch):
    carriers(monkeypatch, first=b"something else", second=OFFICIAL)
    with pytest.raises(fetch.WrongBytes, match=r"numpy.whl from first is not Pyo") as error:
        mirror._official_wheels(tmp_path, PACKAGES)
    assert "nothing was built" in one_sentence(error)
    assert not list(tmp_path.iterdir())


def test_no_other_carrier_is_asked_when_one_serves_wrong_bytes(cache, tmp_path, monkeypatch):
    good = b"HTTP/1.0 200 OK\r\n\r\n" + OFFICIAL
    with served(good.replace(b"numpy", b"other")) as wrong, served(good) as right:
        both = [{"name": "first", "url": wrong}, {"name": "second", "url": right}]
        monkeypatch.setitem(mirror.PIN, "carriers", both)
        with pytest.raises(fetch.WrongBytes, match=f"{wrong}numpy.whl is not the pinned") as error:
            mirror._official_wheels(tmp_path, PACKAGES)
        assert "find out why" in one_sentence(error)
        assert not (tmp_path / "numpy.whl").exists()
        monkeypatch.setitem(mirror.PIN, "carriers", both[1:])
        assert mirror._official_wheels(tmp_path, PACKAGES) == "second"
        assert (tmp_path / "numpy.whl").read_bytes() == OFFICIAL


def test_the_next_carrier_serves_when_the_first_cannot_be_reached(tmp_path, monkeypatch):
    carriers(monkeypatch, first=BuildError("withdrawn."), second=OFFICIAL)
    assert mirror._official_wheels(tmp_path, PACKAGES) == "second"
    assert (tmp_path / "numpy.whl").read_bytes() == OFFICIAL


def test_when_no_carrier_can_be_reached_each_reason_is_given(tmp_path, monkeypatch):
    carriers(monkeypatch, first=BuildError("withdrawn."), second=BuildError("no network."))
    with pytest.raises(BuildError, match=r"no source .* withdrawn\. no network\.") as error:
        mirror._official_wheels(tmp_path, PACKAGES)
    one_sentence(error)


def test_every_pin_has_a_sum():
    for name, pin in fetch.SOURCES["npm"].items():
        assert pin["integrity"].startswith("sha512-"), name
    for name, pin in fetch.SOURCES["python"].items():
        assert len(pin["sha256"]) == 64, name
    first, *others = fetch.SOURCES["pyodide"]["carriers"]
    assert len(first["sha256"]) == 64
    assert others


def test_the_browser_has_the_versions_that_requirements_txt_names():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = dict(line.split("==") for line in lines if "==" in line)
    for name in ("lifelines", "ipywidgets"):
        assert fetch.SOURCES["python"][name]["version"] == wanted[name]


def test_a_page_loads_what_secondlook_imports_and_nothing_more():
    imported = set()
    for path in (ROOT / "src").rglob("*.py"):
        for line in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(line, ast.Import):
                imported |= {alias.name for alias in line.names}
            elif isinstance(line, ast.ImportFrom) and not line.level:
                imported.add(line.module)
    packages = {name.partition(".")[0] for name in imported}
    always = {"secondlook", "IPython"}  # a live page has IPython as its kernel
    assert packages - sys.stdlib_module_names - always == set(mirror.SECONDLOOK_NEEDS)


def wheel(files: dict[str, bytes]) -> bytes:
    """Return a wheel with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def names(data: bytes) -> set[str]:
    """Return the names of the files of a wheel."""
    return set(zipfile.ZipFile(io.BytesIO(data)).namelist())


def test_a_recompiled_wheel_has_bytecode_and_no_tests_and_is_the_same_every_time():
    source = wheel({"a/b.py": b"x = 1\n", "a/tests/t.py": b"", "a/c.pyi": b"", "jedi/d.pyi": b""})
    made = recompile.recompile(source, {"a/extra.json": b"{}"})
    assert names(made) == {"a/b.pyc", "jedi/d.pyi", "a/extra.json"}
    assert recompile.recompile(source, {"a/extra.json": b"{}"}) == made


def test_our_own_wheel_keeps_its_source_so_that_a_reader_can_look_at_it():
    made = recompile.recompile(wheel({"a/b.py": b"x = 1\n"}), {}, keep_source=True)
    assert names(made) == {"a/b.py", "a/__pycache__/b.cpython-312.pyc"}


def test_what_no_python_can_compile_is_kept_as_it_is():
    assert names(recompile.recompile(wheel({"a/b.py": b"print 1\n"}), {})) == {"a/b.py"}


def test_a_package_with_only_a_source_becomes_a_wheel():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name in ("thing-1/thing/__init__.py", "thing-1/setup.py", "thing-1/PKG-INFO"):
            archive.addfile(tarfile.TarInfo(name))
    pin = {"version": "1", "imports": ["thing"]}
    file_name, data = mirror.wheel_of_source("thing", pin, out.getvalue())
    assert file_name == "thing-1-py3-none-any.whl"
    assert names(data) == {
        "thing/__init__.py",
        "thing-1.dist-info/METADATA",
        "thing-1.dist-info/WHEEL",
    }


# --- the browser's libraries ---------------------------------------------------------------------


def test_a_library_that_has_changed_inside_stops_the_build():
    with pytest.raises(BuildError, match=r"thebe.js no longer has") as error:
        vendor.patched("new code", [("https://cdn", "data:,")], "thebe.js")
    one_sentence(error)


def test_a_file_that_a_package_no_longer_has_is_named(tmp_path):
    package = tarball(tmp_path, {"dist/a.js": b"a"})
    with pytest.raises(BuildError, match=r"package.tgz has no dist/b.js"):
        vendor.unpack(package, {"dist/a.js": "a.js", "dist/b.js": "b.js"}, [], tmp_path / "out")


def test_folders_are_unpacked_without_maps_and_what_is_left_out(tmp_path):
    files = {"dist/a.js": b"a", "dist/a.js.map": b"m", "dist/pypi/x.whl": b"w", "src/a.ts": b"t"}
    vendor.unpack(tarball(tmp_path, files), {"dist/": "thing/"}, ["pypi/"], tmp_path / "out")
    found = [path.relative_to(tmp_path / "out").as_posix() for path in tmp_path.rglob("out/**/*.*")]
    assert found == ["thing/a.js"]


# --- Node ----------------------------------------------------------------------------------------


def test_no_node_is_said_with_the_command_that_installs_one(monkeypatch):
    monkeypatch.setattr(node.shutil, "which", lambda name, path=None: None)
    with pytest.raises(BuildError, match=r"Node.js 18 or newer is not here") as error:
        node.node()
    assert "course.py setup" in one_sentence(error)


# --- the site ------------------------------------------------------------------------------------


@pytest.fixture
def former_site(tmp_path, monkeypatch):
    """A site that stands from a former build."""
    html = tmp_path / "_build" / "html"
    html.mkdir(parents=True)
    (html / "index.html").write_text("old")
    monkeypatch.setattr(site, "HTML", html)
    monkeypatch.setattr(site, "CACHE", tmp_path / "cache")
    return html


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (BuildError("the carrier does not match."), "the carrier does not match"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EACCES, "Permission denied", "x"), "could not be read or written"),
    ],
)
def test_a_build_that_fails_leaves_no_site_to_be_mistaken(
    former_site, monkeypatch, capsys, trouble, said
):
    def fail():
        raise trouble

    monkeypatch.setattr(vendor, "make", fail)
    assert site.main(["build"]) == 1
    message = capsys.readouterr().err.strip()
    assert message.startswith("Stopped: ") and said in message and "\n" not in message
    assert not former_site.exists()


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one file of each kind that every page is made with."""
    for name in site.PLAN:
        file = tmp_path / name if Path(name).suffix else tmp_path / name / "deep" / "file.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("as it was")
    return tmp_path


@pytest.mark.parametrize("name", site.PLAN)
def test_a_change_in_what_every_page_is_made_with_makes_all_pages_again(checkout, name):
    before = fetch.key(*site.plan(checkout))
    assert fetch.key(*site.plan(checkout)) == before
    place = checkout / name
    file = place if place.is_file() else place / "deep" / "file.txt"
    file.write_text("changed")
    changed = fetch.key(*site.plan(checkout))
    file.rename(file.with_name("other.txt"))
    assert len({before, changed, fetch.key(*site.plan(checkout))}) == 3


def test_bytecode_and_pages_do_not_make_all_pages_again(checkout):
    before = fetch.key(*site.plan(checkout))
    for name in ("book/_ext/__pycache__/offline.cpython-312.pyc", "book/index.md"):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_text("new")
    assert fetch.key(*site.plan(checkout)) == before


def test_the_plan_has_every_file_that_the_book_serves_as_it_is():
    offline = import_file("offline", ROOT / "book" / "_ext" / "offline.py")
    served = {path for folder in offline.STATIC for path in folder.rglob("*.*")}
    assert len(served) > 10
    assert served <= set(site.plan(ROOT))


def test_too_little_room_is_said_before_anything_is_done(tmp_path):
    with pytest.raises(BuildError, match=r"the disk has .* GB free and a build needs") as error:
        site.check_room(tmp_path, needed=10**18)
    one_sentence(error)


def test_the_site_is_swapped_in_whole(former_site, tmp_path):
    parts = {}
    for name in ("book", "lite", "python", "libraries"):
        parts[name] = tmp_path / name
        parts[name].mkdir()
        (parts[name] / f"{name}.txt").write_text(name)
    (parts["book"] / "_sources" / "chapters").mkdir(parents=True)
    notebook = {"metadata": {}, "cells": [{"cell_type": "code", "source": "1", "outputs": [1]}]}
    (parts["book"] / "_sources" / "chapters" / "x.ipynb").write_text(json.dumps(notebook))
    site.put_together(**parts)
    assert (former_site / "lite" / "static" / "pyodide" / "python.txt").read_text() == "python"
    assert (former_site / "vendor" / "libraries.txt").exists()
    assert "book/index.html" in (former_site / "index.html").read_text()
    copy = json.loads((former_site / "_sources" / "chapters" / "x.ipynb").read_text())
    assert copy["cells"][0]["outputs"] == []
    assert [path.name for path in former_site.parent.iterdir()] == ["html"]


def test_a_port_in_use_is_said_with_another_to_choose(former_site):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(BuildError, match="is in use") as error,
    ):
        site.make_server(former_site, taken.getsockname()[1])
    assert "--port" in one_sentence(error)


def test_a_port_that_does_not_exist_is_said(former_site):
    with pytest.raises(BuildError, match="port 99999 does not exist"):
        site.make_server(former_site, 99999)


def test_no_site_to_serve_is_said(tmp_path):
    with pytest.raises(BuildError, match=r"no site to serve; run 'python tools/course.py site'"):
        site.make_server(tmp_path, 0)


def test_files_are_served_with_their_types_and_kept_only_if_their_name_says_what_they_hold(
    former_site,
):
    for name in ("a.wasm", "a.mjs", "a.ipynb", "lock.json"):
        (former_site / name).write_text("{}")
    with site.make_server(former_site, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"

        def header(name, field):
            with urllib.request.urlopen(address + name, timeout=10) as answer:
                return answer.headers[field]

        assert header("a.wasm", "Content-Type") == "application/wasm"
        assert header("a.mjs", "Content-Type") == "text/javascript"
        assert header("a.ipynb", "Content-Type") == "application/json"
        assert header("lock.json", "Cache-Control") == "no-cache"
        assert "immutable" in header("lock.json?v=1234", "Cache-Control")
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/lite/static/pyodide/lifelines-0.30.3-1a2b3c4d5e6f7-py3-none-any.whl", True),
        ("/lite/static/pyodide/openblas-0.3.26.zip", True),
        ("/lite/static/pyodide/pyodide-lock.json", False),
        ("/lite/static/pyodide/pyodide.asm.wasm", False),
        ("/lite/static/pyodide/python_stdlib.zip", False),
        ("/_static/book.css?v=d0e001c8", True),
        ("/chapters/04_subgroup.html", False),
    ],
)
def test_what_a_browser_may_keep(path, kept):
    assert site.keeps(path) is kept


# --- notebooks to take away ----------------------------------------------------------------------


def test_a_copy_has_no_outputs_and_the_original_is_not_touched():
    code = {"cell_type": "code", "source": "1", "outputs": ["x"], "execution_count": 3}
    notebook = {"metadata": {}, "cells": [code]}
    copy = take_away(notebook, "chapters/x.ipynb", "../..")
    assert copy["cells"][0]["outputs"] == [] and copy["cells"][0]["execution_count"] is None
    assert code["outputs"] == ["x"]


@pytest.mark.parametrize(
    ("text", "plain_text"),
    [
        ("[0.57](../book/evidence.md#k19)", "[0.57](../../book/evidence.html#k19)"),
        ("[next](05_next.ipynb)", "[next](../../chapters/05_next.html)"),
        (
            "[out](https://example.org/a.md) [here](#a)",
            "[out](https://example.org/a.md) [here](#a)",
        ),
        (
            '<a href="../book/glossary.md#arm">arm</a>',
            '<a href="../../book/glossary.html#arm">arm</a>',
        ),
        ("0.57<!--hr:.2f--> of", "0.57 of"),
        ("{cite:p}`kaji2019`", "([Kaji 2019](../../book/references.html))"),
        (":::{admonition} Careful\n:class: warning\n\nMind.\n\nThis.\n:::\nAfter", None),
    ],
)
def test_what_only_a_book_shows_becomes_plain_markdown(text, plain_text):
    wanted = plain_text or "> **Careful**\n>\n> Mind.\n>\n> This.\nAfter"
    assert plain(text, "chapters", "../..") == wanted


def test_no_callout_or_role_of_the_chapters_is_left_in_a_copy():
    for path in sorted(ROOT.glob("*/0*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        name = path.relative_to(ROOT).as_posix()
        for cell in take_away(notebook, name, "../..")["cells"]:
            if cell["cell_type"] == "markdown":
                assert ":::" not in cell["source"] and "{cite" not in cell["source"], name
                assert ".md" not in cell["source"] and "<!--" not in cell["source"], name
