"""Run the pure part of assets/learner.js in Node, so that tests can hold it to the Python side."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "src" / "secondlook" / "assets" / "learner.js"
sys.path.insert(0, str(ROOT / "tools"))

from node import node  # noqa: E402


def run_js(body, argument=None):
    """Return what a JavaScript function body returns; ``sl`` is the script, ``x`` the argument."""
    program = (
        f"const sl = require({json.dumps(str(SCRIPT))});"
        "let text = ''; process.stdin.on('data', (d) => { text += d; });"
        "process.stdin.on('end', () => { const x = JSON.parse(text);"
        f"const out = (() => {{ {body} }})(); process.stdout.write(JSON.stringify(out)); }});"
    )
    done = subprocess.run(
        [node(), "-e", program],
        input=json.dumps(argument),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
