"""The built site, a server for it, a real Chromium, and a watch on every request.

A test takes ``page`` (or ``new_page``, for more than one or with options) and ``site_url``. When it
ends, a request to any other server fails it: every request of the browser that is not to this
machine goes through a proxy that answers none and remembers all.
"""

import os
import re
import shutil
import socketserver
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "book" / "live")]
HTML = ROOT / "_build" / "html"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking",
    "--disable-component-update --disable-sync --disable-default-apps",
    "--disable-features=OptimizationHints,MediaRouter,Translate,NetworkTimeServiceQuerying",
)
# What Chrome asks for of its own accord, whatever page is open.
ITS_OWN = re.compile(
    r"\b(accounts|clients\d|update|www|safebrowsing)\.google(apis)?\.com\b"
    r"|\b(content-autofill|optimizationguide-pa|safebrowsing|android\.clients)\.google(apis)?\.com\b"
    r"|\bredirector\.gvt1\.com\b"
)


# Files whose tests share one page that was made live once, and the file with one for each chapter.
ONE_PAGE, PAGE_EACH = ("test_live.py", "test_lite.py", "test_speed.py"), "test_chapters.py"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share the tests out one by one, but those of one live page to one process."""
    from xdist.scheduler import LoadScopeScheduling

    class ByPage(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file, _, test = nodeid.partition("::")
            if file.endswith(ONE_PAGE):
                return file
            # test_it[05_jetals-dark]: the fixture's own value stands first
            chapter = re.search(r"\[(\w+)", test) if file.endswith(PAGE_EACH) else None
            return f"{file} {chapter[1]}" if chapter else nodeid

    return ByPage(config, log)


def find_chromium() -> str | None:
    """Return the path of an installed Chrome or Chromium, or None."""
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in (*found, *PLACES) if path and os.path.exists(path)), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chrome or Chromium; one is installed where that can be done."""
    path = find_chromium()
    if path is None and shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *command], check=False)
        path = find_chromium()
    if path is None:
        pytest.fail(
            "the site's tests need Chrome or Chromium and there is none; install it, on Debian "
            "and Ubuntu with 'sudo apt-get install chromium', and run them again.",
            pytrace=False,
        )
    return path


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    if not (HTML / "index.html").is_file():
        pytest.fail("the site is not built; run 'python tools/course.py site'.", pytrace=False)
    return HTML


@pytest.fixture(scope="session")
def site_url(site):
    """The address of the served site, without a slash at its end."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("course_site", ROOT / "tools" / "site.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.make_server(site, port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that passes nothing on and remembers what it was asked for."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        self.asked: list[str] = []

    def foreign(self, since: int = 0) -> list[str]:
        """Return what pages asked of other servers since then (a length of ``asked``)."""
        return [line for line in self.asked[since:] if not ITS_OWN.search(line)]


class ProxyHandler(socketserver.StreamRequestHandler):
    """Note the first line of a request and refuse it."""

    def handle(self):
        """Answer one request."""
        line = self.rfile.readline().decode("latin-1").strip()
        if line:
            self.server.asked.append(line)
        self.wfile.write(b"HTTP/1.1 502 Not this site\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture(scope="session")
def proxy():
    """The proxy that the browser must not need; ``asked`` is a list of first lines."""
    with Proxy() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def browser(chromium, proxy):
    """A headless browser for the whole session."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=" ".join(QUIET).split(),
            proxy={"server": f"http://127.0.0.1:{proxy.server_address[1]}", "bypass": "127.0.0.1"},
        )
        yield browser
        browser.close()


class Log:
    """What a page did: ``requests``, ``missing`` (status and address), ``errors`` (console)."""

    def __init__(self, page):
        self.requests: list[str] = []
        self.missing: list[tuple[int, str]] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("response", self._response)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _response(self, response):
        if response.status >= 400:
            self.missing.append((response.status, response.url))

    def _console(self, message):
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture
def new_page(browser, site_url, proxy):
    """A function that opens an empty page in a fresh profile; ``page.log`` is its `Log`.

    Its options are those of Playwright's ``browser.new_context``, for example
    ``viewport={"width": 390, "height": 800}``, ``java_script_enabled=False``.
    """
    contexts, pages = [], []
    before = len(proxy.asked)

    def make(**options):
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(base_url=site_url + "/", **options)
        contexts.append(context)
        page = context.new_page()
        page.log = Log(page)
        pages.append(page)
        return page

    yield make
    for context in contexts:
        context.close()
    foreign = proxy.foreign(before)
    here = (site_url + "/", "data:", "blob:", "about:")
    foreign += [url for page in pages for url in page.log.requests if not url.startswith(here)]
    assert not foreign, f"requests to other servers: {sorted(set(foreign))}"


@pytest.fixture
def page(new_page):
    """One empty page in a fresh profile; ``page.goto("chapters/04_subgroup.html")`` opens one."""
    return new_page()


@pytest.fixture(scope="session")
def axe():
    """A function page -> list of axe-core's violations, each a readable line."""
    from vendor import one_file

    script = one_file("axe-core", "axe.min.js")

    def run(page, *rules: str) -> list[str]:
        page.evaluate(script)
        # Only of violations is every place asked for: to name those that pass takes long.
        options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
        found = page.evaluate("options => axe.run(document, options)", options)["violations"]
        return [
            f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['html'][:160]}"
            for rule in found
            for node in rule["nodes"]
        ]

    return run
