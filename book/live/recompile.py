"""Make a wheel quick to import. This file runs inside Pyodide (see ``compile_wheels.mjs``).

The bytecode is made by the very Python that will read it, so it always fits. It carries the hash
of its source and is not checked against it, so the time of a file plays no part.
"""

import importlib._bootstrap_external as bootstrap
import importlib.util
import io
import re
import zipfile

STAMP = (1980, 1, 1, 0, 0, 0)
SITE = "/lib/python3.12/site-packages/"
STANDARD_LIBRARY = "/lib/python312.zip/"
# Not needed to import, compute, draw or complete a name: tests, typing stubs (jedi reads its own),
# headers, sample data, PDF's metrics.
LEFT_OUT = re.compile(
    r"(^|/)(tests?|sample_data|pdfcorefonts|afm)/"
    r"|^(?!jedi/).*\.pyi$|\.(pxd|pyx|h|c|cpp|f90|orig)$"
    r"|(^|/)(RECORD|RECORD\.jws|INSTALLER)$"
    r"|^scipy/(misc|datasets)/.*\.(dat|npz)$"
)


def recompile(
    data: bytes, extra: dict[str, bytes], keep_source: bool = False, root: str = SITE
) -> bytes:
    """Return the wheel ``data`` with bytecode in place of source, the same bytes every time.

    Parameters
    ----------
    data : bytes
        A wheel, or the archive of the standard library.
    extra : dict of str to bytes
        Files to add, or to put in place of those of that name.
    keep_source : bool
        Keep the source beside the bytecode, so that a reader can look at it.
    root : str
        Where its files will be, for tracebacks.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as wheel:
        for info in sorted(source.infolist(), key=lambda item: item.filename):
            name = info.filename
            if name.endswith("/") or name in extra or is_left_out(name):
                continue
            for path, content in compiled(name, source.read(info), keep_source, root).items():
                put(wheel, path, content)
        for name in sorted(extra):
            put(wheel, name, extra[name])
    return out.getvalue()


def is_left_out(name: str) -> bool:
    """Tell whether a file of a wheel is of no use in the reader's browser."""
    return bool(LEFT_OUT.search(name))


def compiled(name: str, content: bytes, keep_source: bool, root: str) -> dict[str, bytes]:
    """Return the files to store for one file of a wheel."""
    if not name.endswith(".py"):
        return {name: content}
    try:
        code = compile(content, root + name, "exec", dont_inherit=True)
    except SyntaxError:  # a template or a file for another Python
        return {name: content}
    bytecode = bytes(bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(content), False))
    if not keep_source:
        return {name + "c": bytecode}
    folder, _, module = name[:-3].rpartition("/")
    return {name: content, f"{folder}/__pycache__/{module}.cpython-312.pyc": bytecode}


def put(wheel: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file to a wheel with nothing in it that depends on when or where."""
    info = zipfile.ZipInfo(name, STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    wheel.writestr(info, content, compresslevel=9)


def font_list() -> bytes:
    """Return matplotlib's list of fonts, which takes it a second to make."""
    import logging
    from pathlib import Path

    logging.disable(logging.WARNING)
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import font_manager

    font_manager.json_dump(font_manager.fontManager, "/tmp/fontlist.json")
    return Path("/tmp/fontlist.json").read_bytes()
