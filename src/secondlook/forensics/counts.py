"""Counts, percentages and means of counts: which of them can stand together in print."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from secondlook import _normal
from secondlook.forensics import printed
from secondlook.forensics.printed import Printed
from secondlook.forensics.verdict import (
    CANNOT_TELL,
    CERTAIN,
    CONSISTENT,
    INCONSISTENT,
    LIKELY,
    POSSIBLE,
    Verdict,
    lines,
    show,
    show_allowed,
    show_range,
)

MOST_IN_A_TABLE = 1_000_000


def percentage_of_count(percentage, n, *, printed_count=None, decimals=None) -> Verdict:
    """Can this percentage be a whole number of n people, and which numbers?

    Parameters
    ----------
    percentage : str or float
        As printed, such as ``"41.7"`` or ``"41.7%"``.
    n : int
        People of whom it is a percentage.
    printed_count : int, optional
        The number of people printed beside it.
    decimals : int, optional
        Decimals printed, if the percentage is given as a number.

    Returns
    -------
    Verdict
        Values: ``first`` and ``last``, the least and largest count, and ``counts``, how many fit.

    Raises
    ------
    ValueError
        If the percentage is not between 0 and 100, or n or the count no whole number.

    Notes
    -----
    Every whole k with 100 k / n rounding to what is printed, halves either way: the idea of GRIM
    for a share [1]. With n above what the decimals can tell apart, some count always fits.

    References
    ----------
    [1] Brown & Heathers, The GRIM test, Soc Psychol Personal Sci 2017;8:363-369.
    """
    share = printed.percentage("percentage", percentage, decimals)
    n = printed.count("n", n, least=1)
    first, last = _whole_between(share, Fraction(n, 100))
    first, last = max(first, 0), min(last, n)
    near = round(Fraction(Decimal(repr(share.value))) * n / 100)
    verdict, sure, why = _count_words(first, last, n, printed_count, f"{share.text}%")
    nearest = first if first <= last else near
    return Verdict(
        verdict,
        sure,
        why,
        lines(
            f"{share.text}% of {n} = {show(share.value * n / 100)}",
            f"{show_range(share.low, share.high)}% of {n} = "
            + show_range(share.low * n / 100, share.high * n / 100),
            f"{nearest}/{n} = {show(100 * nearest / n)}%",
        ),
        {"first": first, "last": last, "counts": max(0, last - first + 1)},
    )


def mean_of_whole_numbers(mean, n, *, items=1, decimals=None) -> Verdict:
    """Can this be the mean of n whole numbers (GRIM)?

    Parameters
    ----------
    mean : str or float
        As printed.
    n : int
        People.
    items : int
        Whole-number items whose mean each person's score is; 1 if the score itself is whole.
    decimals : int, optional
        Decimals printed, if the mean is given as a number.

    Returns
    -------
    Verdict
        Values: ``first`` and ``last``, the least and largest total of all scores that fits.

    Raises
    ------
    ValueError
        If the mean is no number, or n or items no whole number of at least 1.

    Notes
    -----
    The total of n × items whole numbers is whole; so some whole total, divided, must round to the
    printed mean [1].

    References
    ----------
    [1] Brown & Heathers, The GRIM test, Soc Psychol Personal Sci 2017;8:363-369.
    """
    figure = printed.number("mean", mean, decimals)
    cells = printed.count("n", n, least=1) * printed.count("items", items, least=1)
    first, last = _whole_between(figure, Fraction(cells))
    fits = first <= last
    near = first if fits else round(Fraction(Decimal(repr(figure.value))) * cells)
    return Verdict(
        CONSISTENT if fits else INCONSISTENT,
        POSSIBLE if fits else CERTAIN,
        f"A whole total gives {figure.text}."
        if fits
        else f"No whole total over {cells} rounds to {figure.text}; the n may be another one, "
        "or the scores not whole.",
        lines(
            f"{figure.text} × {cells} = "
            + show_allowed(*(end * cells for end in (figure.value, figure.low, figure.high))),
            f"nearest whole total {near}: {near} / {cells} = {show(near / cells)}",
        ),
        {"first": first, "last": last},
    )


def adds_up(parts, total, *, rounded: bool = False, decimals=None) -> Verdict:
    """Do the parts add up to their total?

    Parameters
    ----------
    parts : list of str or numbers
        Two or more.
    total : str or number
        What is printed as their sum.
    rounded : bool
        False for counts, which are exact; True for percentages or means, which were rounded.
    decimals : int, optional
        Decimals printed, if rounded figures are given as numbers.

    Returns
    -------
    Verdict
        Values: ``sum``, ``sum_range`` and ``difference`` (total less sum).

    Raises
    ------
    ValueError
        If parts is no list of two or more, or a count is not whole.
    """
    names = [f"parts[{i}]" for i in range(len(printed.several("parts", parts)))]
    rounded = printed.flag("rounded", rounded)
    if rounded:
        figures = [printed.number(n, p, decimals) for n, p in zip(names, parts, strict=True)]
        whole = printed.number("total", total, decimals)
    else:
        figures = [_exact(printed.count(n, p)) for n, p in zip(names, parts, strict=True)]
        whole = _exact(printed.count("total", total))
    added, low, high = (math.fsum(getattr(f, at) for f in figures) for at in _THREE)
    fits = whole.meets(low, high)
    sum_text = " + ".join(figure.text for figure in figures)
    return Verdict(
        CONSISTENT if fits else INCONSISTENT,
        CERTAIN if not (fits and rounded) else POSSIBLE,
        f"The parts add up to {whole.text}{' within rounding' * rounded}."
        if fits
        else f"The parts add up to {show(added)}, not to {whole.text}; one of them is wrong, "
        "or they overlap or leave somebody out.",
        f"{sum_text} = {show_allowed(added, low, high)}",
        {"sum": added, "sum_range": (low, high), "difference": whole.value - added},
    )


def flow(
    randomised, *, arms=None, excluded=0, analysed=None, completed=None, withdrawn=None
) -> Verdict:
    """Do the numbers of a trial's flow add up, and whom do completed and withdrawn count?

    Parameters
    ----------
    randomised : int
        Patients randomised.
    arms : list of int, optional
        Randomised to each arm.
    excluded : int
        Excluded after randomisation, before the analysis.
    analysed, completed, withdrawn : int, optional
        As printed; completed and withdrawn only together.

    Returns
    -------
    Verdict
        Inconsistent if a sum fails. Values: ``base``, whom completed and withdrawn count:
        randomised, analysed, neither or not given; ``sum`` of the two.

    Raises
    ------
    ValueError
        If a number is no whole number, or more are excluded than randomised.
    """
    everybody = printed.count("randomised", randomised, least=1)
    out = printed.count("excluded", excluded)
    if out > everybody:
        raise ValueError(f"excluded is {out}; it cannot be more than the {everybody} randomised")
    left = everybody - out
    steps, faults = [], []
    if arms is not None:
        sizes = [
            printed.count(f"arms[{i}]", n) for i, n in enumerate(printed.several("arms", arms))
        ]
        steps.append(f"arms: {' + '.join(map(str, sizes))} = {sum(sizes)}")
        if sum(sizes) != everybody:
            faults.append(f"the arms hold {sum(sizes)}, not the {everybody} randomised")
    steps.append(f"randomised less excluded: {everybody} − {out} = {left}")
    if analysed is not None and printed.count("analysed", analysed) != left:
        faults.append(f"{analysed} analysed are not the {left} that exclusion leaves")
    base, total = _flow_base(completed, withdrawn, everybody, left)
    if total is not None:
        steps.append(f"completed and withdrawn: {completed} + {withdrawn} = {total}")
    if base == "neither":
        faults.append(f"completed and withdrawn are {total}, neither {everybody} nor {left}")
    why = f"{'; '.join(faults).capitalize()}." if faults else _BASE_WORDS[base]
    verdict = INCONSISTENT if faults else CONSISTENT
    return Verdict(verdict, CERTAIN, why, lines(*steps), {"base": base, "sum": total})


def pooled(figures, sizes, *, printed_total=None, exact: bool = False, decimals=None) -> Verdict:
    """The mean, or share, of everybody from those of the groups.

    Parameters
    ----------
    figures : list of str or float
        Mean or percentage of each group, as printed.
    sizes : list of int
        People in each group.
    printed_total : str or float, optional
        What is printed for everybody.
    exact : bool
        True if the figures were counted and not rounded, such as whole points lost.
    decimals : int, optional
        Decimals printed, if the figures are given as numbers.

    Returns
    -------
    Verdict
        Values: ``mean`` and ``mean_range``.

    Raises
    ------
    ValueError
        If the lists differ in length, or nobody is in any group.
    """
    names = [f"figures[{i}]" for i in range(len(printed.several("figures", figures)))]
    if len(printed.several("sizes", sizes)) != len(names):
        raise ValueError(f"sizes has {len(sizes)} entries; figures has {len(names)}")
    read = [printed.number(n, f, decimals) for n, f in zip(names, figures, strict=True)]
    if printed.flag("exact", exact):
        read = [replace(figure, low=figure.value, high=figure.value) for figure in read]
    people = [printed.count(f"sizes[{i}]", n) for i, n in enumerate(sizes)]
    n = sum(people)
    if n == 0:
        raise ValueError("sizes are all 0; there must be somebody to take a mean of")
    mean, low, high = (
        math.fsum(getattr(f, at) * k for f, k in zip(read, people, strict=True)) / n
        for at in _THREE
    )
    terms = " + ".join(f"{k} × {f.text}" for f, k in zip(read, people, strict=True))
    verdict, sure, why = compare(
        printed_total, mean, low, high, "printed_total", "mean by these sizes"
    )
    return Verdict(
        verdict,
        sure,
        why,
        f"({terms}) / {n} = {show_allowed(mean, low, high)}",
        {"mean": mean, "mean_range": (low, high)},
    )


def rest_share(share_whole, n_whole, share_part, n_part, *, printed_rest=None) -> Verdict:
    """The percentage in the other people, from that of everybody and that of a part.

    Parameters
    ----------
    share_whole, share_part : str, float or (low, high)
        Percentages as printed; a pair is a range within which the share is known to lie.
    n_whole, n_part : int
        People; the part is some of the whole.
    printed_rest : str or float, optional
        A percentage printed for the rest.

    Returns
    -------
    Verdict
        Values: ``share`` and ``share_range``, in percent. Inconsistent if no percentage between
        0 and 100 is possible, or the printed one is not.

    Raises
    ------
    ValueError
        If a percentage is not between 0 and 100, or the part not smaller than the whole.

    Notes
    -----
    (n_whole share_whole - n_part share_part) / (n_whole - n_part). For shares of a Kaplan-Meier
    curve it is approximate: it takes censoring to be alike in part and rest.
    """
    whole, part = _share("share_whole", share_whole), _share("share_part", share_part)
    n = printed.count("n_whole", n_whole, least=2)
    k = printed.count("n_part", n_part, least=1)
    if k >= n:
        raise ValueError(f"n_part is {k}; it must be smaller than n_whole, {n}")
    ends = ((whole.value, part.value), (whole.low, part.high), (whole.high, part.low))
    rest, low, high = ((n * w - k * p) / (n - k) for w, p in ends)
    step = (
        f"({n} × {whole.text}% − {k} × {part.text}%) / {n - k} = {show(rest)}%; it can be "
        f"{show_range(low, high)}%"
    )
    values = {"share": rest, "share_range": (max(low, 0.0), min(high, 100.0))}
    if high < -1e-9 or low > 100 + 1e-9:
        why = f"The rest would need {show(rest)}%, which is no percentage of people."
        return Verdict(INCONSISTENT, CERTAIN, why, step, values)
    verdict, sure, why = compare(printed_rest, rest, low, high, "printed_rest", "rest")
    return Verdict(verdict, sure, why, step, values)


def two_by_two(events_1, n_1, events_2, n_2, *, printed_p=None) -> Verdict:
    """Fisher's exact test of two counts of people, and the ratio of their shares.

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : int
        People with the event, and people, in two groups.
    printed_p : str or float, optional
        A p value to compare with.

    Returns
    -------
    Verdict
        Values: ``share_1``, ``share_2``, ``ratio`` with ``lower`` and ``upper`` of its 95%
        interval (nan if a count is 0), ``p_two_sided``, ``p_less`` and ``p_greater``. A printed
        p that differs is at most likely wrong: chi-square gives another one.

    Raises
    ------
    ValueError
        If a count is not whole, larger than its group, or the table holds over a million.

    Notes
    -----
    Margins fixed; two-sided p adds all tables no more probable than this one, as R does [1].
    The interval of the ratio is the normal one on the log scale [2].

    References
    ----------
    [1] R Core Team, fisher.test, package stats.
    [2] Katz et al., Obtaining confidence intervals for the risk ratio in cohort studies,
        Biometrics 1978;34:469-474.
    """
    a, n = _part_of("events_1", events_1, "n_1", n_1)
    b, m = _part_of("events_2", events_2, "n_2", n_2)
    if n + m > MOST_IN_A_TABLE:
        raise ValueError(f"n_1 and n_2 are {n + m} together; at most {MOST_IN_A_TABLE} fit here")
    two, less, greater = _fisher(a, n, b, m)
    ratio, lower, upper = _share_ratio(a, n, b, m)
    p = None if printed_p is None else printed.p_value("printed_p", printed_p)
    verdict, sure, why = _p_words(p, two, {less, greater}, "Fisher's exact test")
    return Verdict(
        verdict,
        sure,
        why,
        lines(
            f"{a}/{n} = {show(100 * a / n)}%; {b}/{m} = {show(100 * b / m)}%",
            f"ratio {show(ratio)}, 95% interval {show_range(lower, upper)}" if b else "",
            f"Fisher's exact two-sided p = {show(two)}; one-sided {show(min(less, greater))}",
        ),
        {
            "share_1": a / n,
            "share_2": b / m,
            "ratio": ratio,
            "lower": lower,
            "upper": upper,
            "p_two_sided": two,
            "p_less": less,
            "p_greater": greater,
        },
    )


def chi_square(table, *, printed_p=None) -> Verdict:
    """Pearson's chi-square test of a table of counts.

    Parameters
    ----------
    table : list of rows of int
        At least two rows and two columns; each person is counted in one cell.
    printed_p : str or float, optional
        A p value to compare with.

    Returns
    -------
    Verdict
        Values: ``chi2``, ``df``, ``p`` and ``least_expected``. No continuity correction. Below
        an expected 5 the p is rough, which the verdict says.

    Raises
    ------
    ValueError
        If the rows differ in length, a cell is no whole number, or a row or column is empty.

    Notes
    -----
    Sum of (observed - expected)² / expected, df = (rows - 1)(columns - 1).
    """
    observed = _table(table)
    rows, columns = observed.sum(axis=1), observed.sum(axis=0)
    expected = np.outer(rows, columns) / observed.sum()
    chi2 = float(((observed - expected) ** 2 / expected).sum())
    df = (len(rows) - 1) * (len(columns) - 1)
    tail, least = float(_normal.chi2_upper_tail(chi2, df)), float(expected.min())
    p = None if printed_p is None else printed.p_value("printed_p", printed_p)
    verdict, sure, why = _p_words(p, tail, set(), "chi-square")
    if least < 5:
        why += f" A cell expects only {show(least)}, so this p is rough."
    return Verdict(
        verdict,
        sure,
        why,
        lines(
            f"expected = row × column / {observed.sum():.0f}; the least is {show(least)}",
            f"χ² = Σ (observed − expected)² / expected = {show(chi2)} with {df} degrees of "
            f"freedom; p = {show(tail)}",
        ),
        {"chi2": chi2, "df": df, "p": tail, "least_expected": least},
    )


def compare(given, value: float, low: float, high: float, name: str, what: str):
    """Verdict, sureness and reason for a printed figure beside a computed one and its range."""
    if given is None:
        return CANNOT_TELL, POSSIBLE, "Nothing printed was given to compare with."
    figure = printed.number(name, given)
    if figure.meets(low, high):
        return CONSISTENT, POSSIBLE, f"The {what} can be the printed {figure.text}."
    why = f"The {what} is {show(value)}; no rounding makes it the printed {figure.text}."
    return INCONSISTENT, CERTAIN, why


_THREE = ("value", "low", "high")
_BASE_WORDS = {
    "randomised": "The sums agree; completed and withdrawn together count everybody randomised, "
    "so those excluded sit among them.",
    "analysed": "The sums agree; completed and withdrawn together count those analysed.",
    "both": "The sums agree; nobody was excluded.",
    "not given": "The sums that can be made agree.",
}


def _flow_base(completed, withdrawn, everybody: int, left: int) -> tuple[str, int | None]:
    if completed is None and withdrawn is None:
        return "not given", None
    if completed is None or withdrawn is None:
        missing = "completed" if completed is None else "withdrawn"
        raise ValueError(f"{missing} is not given; give completed and withdrawn, or neither")
    total = printed.count("completed", completed) + printed.count("withdrawn", withdrawn)
    found = [name for name, n in (("randomised", everybody), ("analysed", left)) if n == total]
    return ("neither", *found)[-1] if len(found) < 2 else "both", total


def _whole_between(figure: Printed, factor: Fraction) -> tuple[int, int]:
    """The least and largest whole number that factor times the figure may be.

    Exact, in fractions: a float's last digit must not lose a count.
    """
    low, high = (Fraction(Decimal(repr(end))) * factor for end in (figure.low, figure.high))
    return math.ceil(low), math.floor(high)


def _count_words(first, last, n, printed_count, text) -> tuple[str, str, str]:
    if first > last:
        why = f"No whole number of {n} rounds to {text}; perhaps of another n, or no count."
        return INCONSISTENT, CERTAIN, why
    fits = f"{first} of {n}" if first == last else f"{first} to {last} of {n}"
    if printed_count is None:
        return CONSISTENT, POSSIBLE, f"{text} can be {fits}."
    count = printed.count("printed_count", printed_count)
    if first <= count <= last:
        return CONSISTENT, POSSIBLE, f"{text} is {count} of {n}."
    return INCONSISTENT, CERTAIN, f"{text} would be {fits}, not the printed {count}."


def _exact(n: int) -> Printed:
    return Printed(str(n), float(n), float(n), float(n))


def _share(name: str, given) -> Printed:
    if not isinstance(given, tuple | list):
        return printed.percentage(name, given)
    if len(given) != 2:
        raise ValueError(f"{name} has {len(given)} figures; a range has two, low and high")
    low, high = (printed.percentage(f"{name}[{i}]", end).value for i, end in enumerate(given))
    if low > high:
        raise ValueError(f"{name} is {show(low)} to {show(high)}; the lower one comes first")
    return Printed(f"({show_range(low, high)})", (low + high) / 2, low, high)


def _part_of(name: str, given, n_name: str, n) -> tuple[int, int]:
    n, part = printed.count(n_name, n, least=1), printed.count(name, given)
    if part > n:
        raise ValueError(f"{name} is {part}; it cannot be more than {n_name}, {n}")
    return part, n


def _fisher(a: int, n: int, b: int, m: int) -> tuple[float, float, float]:
    """Two-sided p, and the probabilities of a or fewer and of a or more."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + m + 1)))])

    def choose(of, some):
        return logs[of] - logs[some] - logs[of - some]

    k = np.arange(max(0, a + b - m), min(n, a + b) + 1)
    probability = np.exp(choose(n, k) + choose(m, a + b - k) - choose(n + m, a + b))
    here = probability[k == a]
    sums = (
        probability[probability <= here * (1 + 1e-7)],  # as R: ties differ in the last digit
        probability[k <= a],
        probability[k >= a],
    )
    return tuple(min(1.0, float(part.sum())) for part in sums)


def _share_ratio(a: int, n: int, b: int, m: int) -> tuple[float, float, float]:
    if b == 0:
        return math.nan, math.nan, math.nan
    ratio = (a / n) / (b / m)
    if a == 0:
        return ratio, math.nan, math.nan
    se = math.sqrt(max(0.0, 1 / a - 1 / n + 1 / b - 1 / m))
    spread = math.exp(_normal.quantile(0.975) * se)
    return ratio, ratio / spread, ratio * spread


def _p_words(p: Printed | None, two: float, one: set, test: str) -> tuple[str, str, str]:
    if p is None:
        return CANNOT_TELL, POSSIBLE, "No p was given to compare with."
    if p.meets(two, two):
        return CONSISTENT, POSSIBLE, f"The printed p {p.text} is that of {test}."
    if any(p.meets(tail, tail) for tail in one):
        return CONSISTENT, POSSIBLE, f"The printed p {p.text} is that of {test}, one-sided."
    why = f"{test.capitalize()} gives {show(two)}, not {p.text}; another test may give another p."
    return INCONSISTENT, LIKELY, why


def _table(table) -> np.ndarray:
    rows = printed.several("table", table)
    cells = []
    for i, row in enumerate(rows):
        entries = printed.several(f"table[{i}]", row)
        if len(entries) != len(rows[0]):
            raise ValueError(
                f"table[{i}] has {len(entries)} cells and table[0] {len(rows[0])}; "
                "all rows must be of one length"
            )
        cells.append([printed.count(f"table[{i}][{j}]", cell) for j, cell in enumerate(entries)])
    observed = np.array(cells, dtype=float)
    for axis, name in ((1, "row"), (0, "column")):
        empty = np.flatnonzero(observed.sum(axis=axis) == 0)
        if len(empty):
            raise ValueError(f"table: {name} {empty[0]} is empty; leave it out")
    return observed
