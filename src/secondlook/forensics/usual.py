"""Two groups of counted people, and which of the usual tests gives the p in print."""

import numpy as np

from secondlook import _normal
from secondlook.forensics import printed
from secondlook.forensics.counts import two_by_two
from secondlook.forensics.printed import Printed
from secondlook.forensics.verdict import (
    CANNOT_TELL,
    CONSISTENT,
    INCONSISTENT,
    LIKELY,
    POSSIBLE,
    Verdict,
    lines,
    show,
    show_range,
)


def usual_tests(events_1, n_1, events_2, n_2, *, printed_p=None, side: str = "") -> Verdict:
    """Which of the usual tests of two counts of people gives the printed p?

    Parameters
    ----------
    events_1, n_1, events_2, n_2, printed_p
        As in :func:`secondlook.forensics.two_by_two`.
    side : str
        ``"two-sided"`` or ``"one-sided"`` if print says which; else both are tried.

    Returns
    -------
    Verdict
        Consistent if some test gives the p. Values: ``tests``, name of test to p, two-sided ones
        first; ``fits``, the names of those that give the printed p. Where all people or none had
        the event, there is no chi-square.

    Raises
    ------
    ValueError
        As `two_by_two`, or if `side` is none of the two.

    Notes
    -----
    Fisher's exact test, and chi-square without and with Yates's correction: the sum of
    (|observed - expected| - 1/2)² / expected, with 1/2 at most the difference itself. A one-sided
    chi-square p is half the two-sided one; looking the other way it is 1 less that.
    """
    if side not in ("", "one-sided", "two-sided"):
        raise ValueError(f"side is {side!r:.40}; it must be 'one-sided', 'two-sided' or ''")
    exact = two_by_two(events_1, n_1, events_2, n_2)
    p = None if printed_p is None else printed.p_value("printed_p", printed_p)
    a, n, b, m = (printed.count("count", each) for each in (events_1, n_1, events_2, n_2))
    tests = _two_sided_first(exact.values, _chi_square_p(a, n, b, m))
    tests = {name: value for name, value in tests.items() if side in name}
    fits = [name for name, value in tests.items() if p and p.meets(value, value)]
    shown = {k: v for k, v in tests.items() if k in fits or "other way" not in k}
    shares = exact.arithmetic.split("\n")[:-1]
    steps = lines(*shares, *(f"{name}: p = {show(value)}" for name, value in shown.items()))
    return Verdict(*_words(p, shown, fits), steps, {"tests": shown, "fits": tuple(fits)})


def _chi_square_p(a: int, n: int, b: int, m: int) -> dict[str, float]:
    """Two-sided p without and with the correction."""
    if not 0 < a + b < n + m:
        return {}
    observed = np.array([[a, n - a], [b, m - b]], dtype=float)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    gap = np.abs(observed - expected)
    return {
        f"chi-square {name} a correction": float(
            _normal.chi2_upper_tail(float(((gap - less) ** 2 / expected).sum()), 1)
        )
        for name, less in (("without", 0.0), ("with", np.minimum(0.5, gap)))
    }


def _two_sided_first(exact, square: dict[str, float]) -> dict[str, float]:
    """All tests by name; those whose hypothesis looks the other way come last."""
    fisher = "Fisher's exact test"
    near, far = sorted((exact["p_less"], exact["p_greater"]))
    return {
        **{
            f"{name}, two-sided": p for name, p in ({fisher: exact["p_two_sided"]} | square).items()
        },
        f"{fisher}, one-sided": near,
        **{f"{name}, one-sided": p / 2 for name, p in square.items()},
        f"{fisher}, one-sided, looking the other way": far,
        **{f"{name}, one-sided, looking the other way": 1 - p / 2 for name, p in square.items()},
    }


def _words(p: Printed | None, tests: dict, fits: list) -> tuple[str, str, str]:
    if p is None:
        return CANNOT_TELL, POSSIBLE, "No p was given to compare with."
    if not fits:
        ends = show_range(min(tests.values()), max(tests.values()))
        why = f"The usual tests of these counts give p from {ends}, and none gives {p.text}"
        return INCONSISTENT, LIKELY, f"{why}; another test may."
    if len(fits) == len(tests):
        why = f"Every usual test of these counts gives {p.text}, so it cannot be told which was"
        return CONSISTENT, POSSIBLE, f"{why} done."
    if len(fits) == 1:
        return CONSISTENT, POSSIBLE, f"Of the usual tests one gives {p.text}: {fits[0]}."
    why = f"More than one usual test gives {p.text}, so it cannot be told which was done"
    return CONSISTENT, POSSIBLE, f"{why}: {'; '.join(fits)}."
