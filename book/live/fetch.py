"""Fetch pinned files into ``.cache/downloads`` and prove that they are the right ones.

Every file has a sum in ``sources.json``. A file with another sum never enters the cache, and the
build stops with a sentence that names it.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache"
DOWNLOADS = CACHE / "downloads"
SECONDS = 60

sys.path.insert(0, str(ROOT / "tools"))
from node import BuildError, environment, npm  # noqa: E402

SOURCES = json.loads((HERE / "sources.json").read_text(encoding="utf-8"))


class WrongBytes(BuildError):
    """A file came, and it is not the pinned one."""


def sha256(data: bytes) -> str:
    """Return the sha256 sum of ``data`` in hexadecimal, as Python's package index prints it."""
    return hashlib.sha256(data).hexdigest()


def sha512(data: bytes) -> str:
    """Return the sha512 sum of ``data`` as npm prints it (``sha512-`` and base64)."""
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def npm_package(name: str) -> Path:
    """Return the tarball of an npm package pinned in ``sources.json``.

    Raises
    ------
    BuildError
        If it cannot be fetched.
    WrongBytes
        If it is not the pinned file.
    """
    pin = SOURCES["npm"][name]
    file = DOWNLOADS / f"{name.lstrip('@').replace('/', '-')}-{pin['version']}.tgz"
    spec = f"{name}@{pin['version']}"

    def get(folder: Path) -> Path:
        _run([npm(), "pack", "--silent", spec], spec, "npm", cwd=folder, env=environment())
        return next(folder.glob("*.tgz"))

    return _keep(file, pin["integrity"], sha512, get, spec)


def python_package(spec: str, sum_: str, file_name: str) -> Path:
    """Return one file of a Python package, fetched by pip: ``spec`` is ``name==version``.

    pip is given the sum too: it looks into a package with only a source by running its setup, and
    must not run anything else's.

    Raises
    ------
    BuildError
        If it cannot be fetched.
    WrongBytes
        If it is not the pinned file.
    """

    def get(folder: Path) -> Path:
        wanted = folder / "wanted.txt"
        wanted.write_text(f"{spec} --hash=sha256:{sum_}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--dest", str(folder)]
        if file_name.endswith(".whl"):  # the wheel that a browser can use, not this machine's
            command += ["--only-binary=:all:", "--python-version", "3.12", "--platform", "any"]
            command += ["--implementation", "py", "--abi", "none"]
        else:
            command += ["--no-binary=:all:"]
        try:
            _run([*command, "--require-hashes", "-r", str(wanted)], spec, "pip")
        except BuildError as error:
            other = re.search(r"\(Got +([0-9a-f]{64})\)", str(error))
            if other:  # pip's last line when it has seen another file than the pinned one
                raise _wrong_bytes(spec, other[1], sum_) from None
            raise
        return next(path for path in folder.iterdir() if path != wanted)

    return _keep(DOWNLOADS / file_name, sum_, sha256, get, spec)


def web_file(url: str, sum_: str) -> bytes:
    """Return the bytes at ``url``, checked against their sha256 sum.

    Raises
    ------
    BuildError
        If they cannot be fetched.
    WrongBytes
        If they are not the pinned ones.
    """

    def get(folder: Path) -> Path:
        try:
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:
                (folder / "file").write_bytes(answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise BuildError(f"{url} could not be fetched ({error}).") from error
        return folder / "file"

    return _keep(DOWNLOADS / url.rsplit("/", 1)[1], sum_, sha256, get, url).read_bytes()


def folder_once(target: Path, fill: Callable[[Path], None]) -> Path:
    """Return the folder ``target``; make it with ``fill(folder)`` if it is not there.

    It is filled beside its place and renamed, so a folder of that name is always complete.
    """
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    part.chmod(0o755)
    try:
        fill(part)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def forget(folder: Path, keep: Path, pattern: str) -> None:
    """Remove the folders in ``folder`` that match ``pattern``, except ``keep``."""
    for old in folder.glob(pattern):
        if old != keep:
            shutil.rmtree(old, ignore_errors=True)


def key(*parts: object) -> str:
    """Return a short name for the content of ``parts`` (paths of files, or values)."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else repr(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def _keep(file: Path, sum_: str, check: Callable, get: Callable, name: str) -> Path:
    """Return ``file``, fetched by ``get(folder)`` if it is not there with the right sum."""
    if file.exists() and check(file.read_bytes()) == sum_:
        return file
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DOWNLOADS) as folder:
        got = get(Path(folder))
        found = check(got.read_bytes())
        if found != sum_:
            raise _wrong_bytes(name, found, sum_)
        os.replace(got, file)
    return file


def _wrong_bytes(name: str, found: str, sum_: str) -> WrongBytes:
    return WrongBytes(
        f"{name} is not the pinned file (its sum is {found}, the pinned one {sum_}); do not use "
        "it, and find out why before changing book/live/sources.json."
    )


def _run(command: list[str], name: str, tool: str, **kwargs) -> None:
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", **kwargs
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        last = next((line.strip() for line in reversed(lines) if line.strip()), "no message")
        raise BuildError(
            f"{name} could not be fetched by {tool} ({last}); "
            "connect to the network and run the command again."
        )
