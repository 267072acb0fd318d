"""Time several ways to do the same work, in turns, and make sure that they give one answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

TURNS = 11
SECONDS = 0.2  # of processor time that one turn of one way should take


class Disagreement(Exception):
    """Two ways gave different answers; their times mean nothing."""


@dataclass(frozen=True)
class Way:
    """One way to do a piece of work.

    Attributes
    ----------
    program, call, version : what is timed.
    turn : a function of a number of tests that does the first so many tests and returns the
        seconds of processor time and the answers, (tests,); None for answers: nothing to compare.
    most, least : how many tests there are, and how few make a turn.
    tolerance : of its answers, relative to those of the first way.
    """

    program: str
    call: str
    version: str
    turn: Callable[[int], tuple[float, np.ndarray | None]]
    most: int
    least: int = 1
    tolerance: float = 1e-9


@dataclass(frozen=True)
class Timing:
    """What the turns of one way gave, each (turns,): microseconds a test, and ratio to the base.

    A ratio is taken within a turn, where both stood in the same wind.
    """

    way: Way
    tests: int
    microseconds: np.ndarray
    ratio: np.ndarray = field(repr=False)


def one_by_one(test: Callable, pieces: list[tuple]) -> Callable:
    """Return a turn that calls a library once a piece; pieces are made before the clock starts."""

    def turn(tests):
        chosen = pieces[:tests]
        start = time.process_time()
        answers = [test(*piece) for piece in chosen]
        return time.process_time() - start, np.array(answers, dtype=float)

    return turn


def all_at_once(compute: Callable, columns: int, read: Callable = np.asarray) -> Callable:
    """Return a turn that does whole trials in one call.

    ``compute`` takes a number of trials; ``read`` makes the answers, (trials, columns), of what it
    returns, and is not timed. What returns None has no answers.
    """

    def turn(tests):
        start = time.process_time()
        made = compute(tests // columns)
        spent = time.process_time() - start
        return spent, None if made is None else read(made).astype(float).ravel()

    return turn


def in_turns(
    ways: list[Way], turns: int = TURNS, seconds: float = SECONDS, base: int = 0
) -> list[Timing]:
    """Time the ways in turn, turn after turn; ratios are to the way number ``base``.

    Every way is first run unmeasured, and its answers are compared with those of the first way.

    Raises
    ------
    Disagreement
        If two ways do not give the same answers.
    """
    tests = [_enough(way, seconds) for way in ways]
    _, reference = ways[0].turn(max(tests))
    for way, count in zip(ways, tests, strict=True):
        check(way, way.turn(count)[1], reference)
    spent = np.empty((turns, len(ways)))
    for row in spent:
        for column, (way, count) in enumerate(zip(ways, tests, strict=True)):
            row[column] = 1e6 * way.turn(count)[0] / count
    ratio = spent / spent[:, base : base + 1]
    return [
        Timing(way, count, spent[:, i], ratio[:, i])
        for i, (way, count) in enumerate(zip(ways, tests, strict=True))
    ]


def check(way: Way, answers: np.ndarray | None, reference: np.ndarray) -> None:
    """Compare a way's answers with those of the reference to the way's tolerance.

    Raises
    ------
    Disagreement
        Naming the way, the test and both answers.
    """
    if answers is None:
        return
    expected = reference[: len(answers)]
    close = np.isclose(answers, expected, rtol=way.tolerance, atol=way.tolerance, equal_nan=True)
    if not close.all():
        test = int(np.argmin(close))
        raise Disagreement(
            f"{way.program}, {way.call}: test {test} gives {answers[test]:.12g} where this course "
            f"gives {expected[test]:.12g}; before that is understood no time means anything"
        )


def _enough(way: Way, seconds: float) -> int:
    """How many tests take about so many seconds: whole times ``least``, at most ``most``.

    The guess is made from a quarter of that at least: R counts in steps of a thousandth, too coarse
    to tell from one test how long another takes.
    """
    largest = way.most // way.least * way.least
    way.turn(way.least)  # what only a first call has to do is not counted
    count, spent = way.least, way.turn(way.least)[0]
    while spent < seconds / 4 and count < largest:
        count = min(4 * count, largest)
        spent = way.turn(count)[0]
    wanted = int(seconds * count / max(spent, 1e-9))
    return way.least * max(1, min(wanted, largest) // way.least)
