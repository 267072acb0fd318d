"""The sums behind verdicts on claims, done by the forensic tools.

``data/published/claims.csv`` says in words what a verdict rests on. Where that is a sum, it is
done here, from published values by id. A figure of the claim itself is typed where no published
value holds it. The tests compare both with the row; the page *Claims* prints them.

    >>> [step.verdict.verdict for step in steps("C.X08")]
    ['inconsistent']
"""

from collections.abc import Callable, Iterator

from secondlook import forensics, puzzles
from secondlook.evidence import published
from secondlook.puzzles import ARMS, NAMES, Step, count, text, triple

_STEPS: dict[str, Callable[[], Iterator[Step]]] = {}


def arithmetic() -> tuple[str, ...]:
    """Return the ids of the claims whose verdict rests on a sum, in their order."""
    return tuple(sorted(_STEPS))


def steps(id: str) -> tuple[Step, ...]:
    """Return the sums behind the verdict on one claim, in the order in which one would do them.

    Parameters
    ----------
    id : str
        For example ``"C.J11"``.

    Raises
    ------
    ValueError
        If no verdict on a claim with this id rests on a sum.
    """
    if id not in _STEPS:
        raise ValueError(f"id is {id!r}; the claims with sums are {', '.join(arithmetic())}")
    return tuple(_STEPS[id]())


def _claim(*ids: str):
    def keep(made):
        _STEPS.update(dict.fromkeys(ids, made))
        return made

    return keep


def _times(part: str, whole: float, words: str) -> Step:
    return Step(words, forensics.rescale(part, whole, 1))


def _daily_needs(milligrams: float, days: float) -> tuple[float, float]:
    """The dose in micrograms, and the need of so many days, as `rescale` takes them."""
    return 1000 * milligrams, days * published("RDA.b12").value


# --- E0302


@_claim("C.A04")
def _three_and_a_half_years():
    weeks = text("K19.des.weeks")
    yield Step(f"{weeks} weeks: are they 3.5 years?", forensics.rescale(weeks, 52, 1, "3.5"))


@_claim("C.A06")
def _no_interval_clear_of_one():
    for dose in ("25", "50", "tot"):
        answer = forensics.p_range(*triple(f"K19.T2A.hr.{dose}"))
        yield Step(f"{NAMES[dose]}, all patients: what p belongs to the interval?", answer)


def _p_at_25_mg() -> Step:
    asks = "25 mg, early patients: what p belongs to the interval?"
    return Step(asks, forensics.p_range(*triple("K19.T2B.hr.25")))


@_claim("C.A08")
def _one_dose_alone():
    yield _p_at_25_mg()


@_claim("C.S10")
def _nothing_seen_at_25_mg():
    yield _p_at_25_mg()
    yield puzzles.steps("AN.07")[0]


@_claim("C.K04")
def _p_of_another_contrast():
    yield from puzzles.steps("AN.06")


@_claim("C.K05")
def _score_of_another_contrast():
    yield from puzzles.steps("AN.07")


@_claim("C.K08")
def _the_other_patients():
    yield puzzles.steps("AN.21")[0]


@_claim("C.K11")
def _less_than_half():
    yield puzzles.steps("AN.35")[0]
    # A half, in words in the paper.
    yield Step("Can half be the share in %?", forensics.agree("50", text("K19.disc.le12")))


@_claim("C.K14")
def _few_adverse_events():
    yield from puzzles.steps("AN.37")[::2]  # those related to treatment, and their comparison


@_claim("C.K17")
def _baseline():
    for words, rows in (
        ("Age, under 65 or not", ("agelt65", "agege65")),
        ("Diagnosis", ("definite", "probable", "labprob")),
    ):
        table = [[count(f"K19.T1.{row}.{arm}.n") for row in rows] for arm in ARMS]
        yield Step(f"{words}: do the groups differ more than chance?", forensics.chi_square(table))


@_claim("C.K18")
def _diabetes():
    parts = [count(f"K19.txt.diab.{arm}") for arm in ARMS]
    yield Step("Do the groups add up?", forensics.adds_up(parts, count("K19.txt.diab")))


@_claim("C.X01")
def _days_that_look_alike():
    for dose in ("25", "50"):
        pair = (text(f"K19.T2B.med.{arm}") for arm in (dose, "plc"))
        yield Step(
            f"{NAMES[dose]} less placebo, in E0302: median days", forensics.difference(*pair)
        )


# --- JETALS


@_claim("C.A13")
def _would_be_barred():
    n, part = count("K19.T1.n.tot"), count("K19.T1.runin3.tot.n")
    share = f"{100 * part / n:.1f}"
    answer = forensics.percentage_of_count(share, n, printed_count=part)
    yield Step(f"Is {share}% the share of E0302's patients who lost 3 points?", answer)


@_claim("C.A14", "C.J13")
def _forty_three_per_cent():
    loss, pct = published("J.seed.plc").value, text("J.seed.pct")
    first, low, high = triple("J.diff")
    answer = forensics.rescale(first, loss, 100, pct)
    yield Step(f"The difference, of a loss of {loss} in %: is it {pct}?", answer)
    for limit, words in ((low, "lower"), (high, "upper")):
        answer = forensics.rescale(limit, loss, 100)
        yield Step(f"The {words} end of its interval, the loss taken as it is", answer)


@_claim("C.J10")
def _how_low_it_may_be():
    first, low, _ = triple("J.diff")
    answer = forensics.rescale(low, float(first), 100)
    yield Step("The lower end, in % of the difference", answer)


@_claim("C.J09")
def _the_difference():
    pair = (text(f"J.seed.{arm}") for arm in ("plc", "mec"))
    answer = forensics.difference(*pair, text("J.seed.diff"))
    yield Step("Placebo less treated: is it the printed difference?", answer)


@_claim("C.A15", "C.X09")
def _nearly_the_same_people():
    users, n = count("J.ril.n"), count("J.fas")
    share = f"{100 * users / n:.1f}"
    answer = forensics.percentage_of_count(share, n, printed_count=users)
    yield Step(f"Is {share}% the share of riluzole users?", answer)


@_claim("C.A16", "C.J19")
def _few_reactions():
    pairs = []
    for arm in ("mec", "plc"):
        share, n = text(f"J.adr.{arm}"), count(f"J.T1.n.{arm}")
        answer = forensics.percentage_of_count(share, n)
        yield Step(f"{NAMES[arm]}: how many had a reaction, if {share}% of {n} did?", answer)
        pairs += [answer.values["first"], n]  # the share leaves one count only
    yield Step("50 mg against placebo", forensics.two_by_two(*pairs))


def _sped_up(arm: str, expected: Step) -> Step:
    pace = round(expected.verdict.values["value"], 3)
    return _times(text(f"J.seed.{arm}"), pace, f"{NAMES[arm]}: how many times that pace?")


@_claim("C.A20")
def _placebo_sped_up():
    before, expected = puzzles.steps("AN.42")[:2]
    yield from (before, expected, _sped_up("plc", expected))


@_claim("C.A21")
def _others_sped_up_too():
    before, expected, fell, later = puzzles.steps("AN.42")[2:]
    yield from (before, expected, _sped_up("mec", expected))
    after = f"{later.verdict.values['value']:.2f}"
    pace = round(fell.verdict.values["difference"], 1)
    yield from (fell, later, _times(after, pace, "Edaravone trial: how many times that pace?"))


@_claim("C.J11")
def _points_a_year():
    # The page's upper figure, 6, which only the claim holds.
    points = (1, 2, 3)
    run_in = forensics.pooled(points, [count(f"K19.T1.runin{n}.tot.n") for n in points], exact=True)
    lost = f"{run_in.values['mean']:.3f}"
    weeks, months = 52, 12
    for words, rate, over, year in (
        ("Placebo in JETALS", text("J.seed.plc"), count("J.seed.weeks"), weeks),
        ("E0302 in its run-in", lost, count("K19.des.obs"), weeks),
        ("A collection of trials, PRO-ACT", text("PROACT.slope"), 1, months),
        ("A study in several countries, PRECISION-ALS", text("PREC.slope"), 1, months),
    ):
        answer = forensics.rescale(rate, over, year, "6")
        yield Step(f"{words}: is it 6 points a year?", answer)


@_claim("C.J12")
def _more_than_all():
    # The page's own figures, 4 and 6, which only the claim holds.
    weeks = count("J.seed.weeks")
    slow, fast = (forensics.rescale(year, 52, weeks) for year in ("4", "6"))
    yield Step(f"4 points a year, in {weeks} weeks", slow)
    yield Step(f"6 points a year, in {weeks} weeks", fast)
    saved, pct = text("J.seed.diff"), text("J.seed.pct")
    answer = forensics.rescale(saved, round(fast.values["value"], 3), 100, pct)
    yield Step(f"Of that larger loss, {saved} in %: is it {pct}?", answer)


@_claim("C.J14")
def _edaravone():
    # 24 weeks: the length of that trial, which only words give.
    answer = forensics.rescale(text("EDA.diff"), 24, count("J.seed.weeks"))
    yield Step(f"Edaravone: points in {count('J.seed.weeks')} weeks", answer)


@_claim("C.J35")
def _pls_in_sixteen_weeks():
    yield from puzzles.steps("AN.46")
    yield Step("0.6 points, at 1.6 a year: in how many weeks?", forensics.rescale("0.6", 1.6, 52))
    year = text("PLS.slope")
    answer = forensics.rescale(year, 52, count("J.seed.weeks"), "0.6")
    yield Step(f"{year} points a year, as another study has it: are they 0.6?", answer)


# --- doses and dates


@_claim("C.J07")
def _daily_needs_in_a_dose():
    dose = float(text("J.seed.dose"))
    yield Step("50 mg in daily needs", forensics.rescale(*_daily_needs(dose, 1), 1))
    # Two injections a week: one for three days and a half.
    yield Step("Spread over the week, mg a day", forensics.rescale(text("J.seed.dose"), 3.5, 1))
    yield Step("The same in daily needs", forensics.rescale(*_daily_needs(dose, 3.5), 1))


@_claim("C.X08")
def _not_a_hundred_times():
    dose = float(text("J.seed.dose"))
    answer = forensics.rescale(*_daily_needs(dose, 1), 1, "100")
    yield Step("50 mg in daily needs: is it 100 times?", answer)


@_claim("C.J20")
def _another_dose():
    # The page's own figures for usual injections, 0.5 and 1 mg.
    for usual in (1, 0.5):
        yield _times(text("J.seed.dose"), usual, f"50 mg: how many times {usual} mg?")


@_claim("C.W06")
def _doses_a_week():
    daily, high = puzzles.steps("AN.47")[:2]
    low = Step("25 mg twice a week, in a week", forensics.rescale("25", 3.5, 7))
    yield from (daily, high, low)
    week = f"{daily.verdict.values['value']:.0f}"
    for long in (high, low):
        dose = round(long.verdict.values["value"])
        yield _times(week, dose, f"{week} mg: how many times {dose} mg?")


@_claim("C.W12")
def _nearly_nine_years():
    # The months of the two abstracts, counted from the year 0.
    months = forensics.difference(2007 * 12 + 10, 1998 * 12 + 12)
    yield Step("October 2007 less December 1998, in months", months)
    years = forensics.rescale(f"{months.values['difference']:.0f}", 12, 1, "10")
    yield Step("Is that 10 years?", years)
