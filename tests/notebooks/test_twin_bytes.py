"""The committed twins are what their tool makes, byte for byte (about a minute of computing)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tool_makes_the_committed_files():
    done = subprocess.run(
        [sys.executable, "tools/make_twin.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for twin in ("e0302.csv", "jetals.csv", "kaji1998.csv"):
        assert f"{twin} is what this tool makes" in done.stdout


def test_an_unknown_twin_is_refused_with_those_there_are():
    done = subprocess.run(
        [sys.executable, "tools/make_twin.py", "e0303", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "there is no twin 'e0303'; there are e0302, jetals, kaji1998" in done.stderr
