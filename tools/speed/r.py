"""R's survival package, in a process of its own that keeps its own time."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).with_name("ways.R")


class R:
    """A running R that answers ``name given tests`` with its seconds and its statistics.

    R's own start, and reading the data, are not timed.
    """

    def __init__(self, command: str):
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "pieces.csv"
        self.process = subprocess.Popen(
            [command, "--vanilla", str(SCRIPT), str(self.file)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip
        self.version = self.process.stdout.readline().strip()

    @classmethod
    def start(cls) -> "R | None":
        """Return a running R with its survival package, or None where there is none."""
        command = shutil.which("Rscript")
        made = cls(command) if command else None
        return made if made and made.version else None

    def ask(self, line: str) -> list[str]:
        """Send a line and return the words of the answer."""
        print(line, file=self.process.stdin, flush=True)
        words = self.process.stdout.readline().split()
        if not words:
            raise RuntimeError("R has stopped; its lines above say why")
        return words

    def give(self, pieces) -> int:
        """Let R read these tests; return the number by which it knows them."""
        with self.file.open("w", encoding="utf-8") as file:
            print("piece,time,event,treated", file=file)
            for number, piece in enumerate(pieces):
                rows = zip(piece.time, piece.event, piece.treated, strict=True)
                file.writelines(f"{number},{t:.17g},{e:d},{a:d}\n" for t, e, a in rows)
        return int(self.ask("read")[0])

    def turn(self, name: str, given: int):
        """Return a turn of :class:`speed.clock.Way` over the tests given under a number."""

        def turn(tests):
            seconds, *answers = map(float, self.ask(f"{name} {given} {tests}"))
            return seconds, np.array(answers)

        return turn

    def stop(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.folder.cleanup()
