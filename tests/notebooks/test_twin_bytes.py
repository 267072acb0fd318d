"""The committed twin is what its tool makes, byte for byte (about a minute of computing)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tool_makes_the_committed_file():
    done = subprocess.run(
        [sys.executable, "tools/make_twin.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
