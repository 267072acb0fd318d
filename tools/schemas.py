"""Check the course's data files against their schemas: ``python tools/schemas.py``.

Each rule says in words what is right, so that a failure reads as an instruction. The rules are
explained in ``data/README.md``.
"""

import fnmatch
import re
import sys
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from secondlook._data import data_path
from secondlook.evidence import PUBLISHED_COLUMNS, STRENGTHS, anchor
from secondlook.simulate import World, worlds

IN_HAND = ("kaji2019", "kaji1998", "izumi2007")
PAGES = ("alliance2023", "jetals_page")
# Press, trade news, company announcements, copies and private sites: a row that rests on
# nothing else is weak.
WEAK_PLACES = (
    "acnnewswire.com",
    "arisla.org",
    "dailyzhealthpress.com",
    "institut-servier.com",
    "japantimes.co.jp",
    "medpath.com",
    "neurologylive.com",
    "researchgate.net",
    "trade news",
    "xavron.com.ua",
)
VERDICTS = (
    "supported",
    "supported-with-caveat",
    "unsupported",
    "misleading",
    "contradicted",
    "internally-inconsistent",
    "not-checkable",
)
CONFIDENCE = ("high", "medium", "low")
NUMBER = r"-?(\d+\.?\d*|\.\d+)"
EVIDENCE_ID = re.compile(r"\b(?:K19|K98|I07|J|AAN15|REG|PROACT|PREC|PLS|EDA|RDA)\.[\w.*]*[\w*]")


def filled(**kwargs) -> pa.Column:
    """A text column with no empty cell."""
    checks = [*kwargs.pop("checks", []), _says(lambda s: s.str.strip() != "", "must not be empty")]
    return pa.Column(str, checks, **kwargs)


def one_of(*words: str) -> pa.Column:
    return pa.Column(str, pa.Check.isin(words, error=f"must be one of: {', '.join(words)}"))


def number_or_empty() -> pa.Column:
    return pa.Column(str, pa.Check.str_matches(f"^({NUMBER})?$", error="must be a number or empty"))


def _says(rule, error: str) -> pa.Check:
    return pa.Check(rule, error=error)


def _numbers(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column.where(column.str.fullmatch(NUMBER)), errors="coerce")


# --- published values


def _ordered(table: pd.DataFrame) -> pd.Series:
    lower, value, upper = (_numbers(table[c]) for c in ("lower", "value", "upper"))
    return ~((lower > value) | (value > upper) | (lower > upper))


def _percent(table: pd.DataFrame) -> pd.Series:
    return (table["unit"] != "%") | ~(_numbers(table["value"]).abs() > 100)


def _probability(table: pd.DataFrame) -> pd.Series:
    is_p = table["statistic"].str.fullmatch(r"(minimal )?p( crude| adjusted| below)?")
    return ~is_p | _numbers(table["value"]).between(0, 1)


def _strength_fits(table: pd.DataFrame) -> pd.Series:
    return pd.Series(
        [row.strength == strength(row.source, row.where) for row in table.itertuples()],
        index=table.index,
    )


def strength(source: str, where: str) -> str:
    """How firm a row is, from who printed it and where it was found."""
    if source in IN_HAND:
        return "in hand"
    if source in PAGES:
        return "second hand"
    weak = [any(name in place for name in WEAK_PLACES) for place in where.split(";")]
    return "weak" if all(weak) else "outside"


PUBLISHED = pa.DataFrameSchema(
    {
        "id": filled(
            unique=True,
            checks=[
                pa.Check.str_matches(
                    r"^[A-Z][A-Z0-9]*(\.\w+)+$", error="must look like K19.T2B.hr.tot"
                ),
                _says(lambda s: ~s.map(anchor).duplicated(), "gives the anchor of another id"),
            ],
        ),
        **{name: filled() for name in ("study", "population", "arm", "measure", "statistic")},
        "value": filled(),
        "lower": number_or_empty(),
        "upper": number_or_empty(),
        "unit": pa.Column(str),
        "source": filled(
            checks=[
                pa.Check.str_matches(
                    rf"^({'|'.join(IN_HAND + PAGES)}|outside \(.+\)|\w+ \(outside\))$",
                    error="must be a known source, or say that it is outside",
                )
            ]
        ),
        "where": filled(),
        "strength": one_of(*STRENGTHS),
        "note": pa.Column(str),
    },
    checks=[
        _says(_ordered, "lower must not be above value, nor value above upper"),
        _says(_percent, "a percentage must be between 0 and 100"),
        _says(_probability, "a p value must be a number between 0 and 1"),
        _says(_strength_fits, "strength does not fit source and where (see tools/schemas.py)"),
    ],
    strict=True,
    ordered=True,
)
assert tuple(PUBLISHED.columns) == PUBLISHED_COLUMNS


# --- claims, anomalies, timeline


def _ids_exist(column: pd.Series) -> pd.Series:
    known = list(pd.read_csv(data_path("published", "published_values.csv"), usecols=["id"])["id"])
    return column.map(
        lambda text: all(fnmatch.filter(known, found) for found in EVIDENCE_ID.findall(text))
    )


CLAIMS = pa.DataFrameSchema(
    {
        "id": filled(
            unique=True,
            checks=[pa.Check.str_matches(r"^C\.[A-Z]\d\d$", error="must look like C.A01")],
        ),
        "source": filled(),
        "claim": filled(),
        "topic": filled(),
        "verdict": one_of(*VERDICTS),
        "evidence": filled(checks=[_says(_ids_exist, "names an evidence id that does not exist")]),
        "error_type": filled(),
        "confidence": one_of(*CONFIDENCE),
        "how_checked": filled(),
    },
    strict=True,
    ordered=True,
)

ANOMALIES = pa.DataFrameSchema(
    {
        "id": filled(
            unique=True,
            checks=[pa.Check.str_matches(r"^AN\.\d\d$", error="must look like AN.01")],
        ),
        "kind": one_of("arithmetic", "wording", "dates", "clean"),
        "what": filled(),
        "numbers": filled(checks=[_says(_ids_exist, "names an evidence id that does not exist")]),
        "recomputation": filled(),
        "reading": filled(),
        "confidence": one_of(*CONFIDENCE),
    },
    strict=True,
    ordered=True,
)

TIMELINE = pa.DataFrameSchema(
    {
        "date": pa.Column(
            str,
            [
                pa.Check.str_matches(
                    r"^\d{4}(-\d\d(-\d\d)?)?$", error="must be a year, year-month or full date"
                ),
                _says(lambda s: s.str[:4] >= s.str[:4].shift(fill_value="0"), "is out of order"),
            ],
        ),
        "event": filled(unique=True),
        "source": filled(),
        "confidence": one_of(*CONFIDENCE),
    },
    strict=True,
    ordered=True,
)


# --- the synthetic patients


def _within(low: float, high: float) -> pa.Check:
    return pa.Check.in_range(low, high, error=f"must be between {low} and {high}")


def _early_fits(table: pd.DataFrame) -> pd.Series:
    return table["early"] == (table["months_from_onset"] <= 12)


COHORT = pa.DataFrameSchema(
    {
        "patient": pa.Column(unique=True),
        "arm": one_of("placebo", "25 mg", "50 mg"),
        "days": pa.Column(int, _within(1, 182 * 7)),
        "event": pa.Column(bool),
        "early": pa.Column(bool),
        "alsfrs_change": pa.Column(float, _within(-48, 48), nullable=True, coerce=True),
        "worst_rank": pa.Column(bool),
        "sex": one_of("male", "female"),
        "age": pa.Column(float, _within(20, 100), coerce=True),
        "onset": one_of("bulbar", "upper motor neuron", "lower motor neuron"),
        "als_type": one_of("sporadic", "familial"),
        "riluzole": pa.Column(bool),
        "diagnosis": one_of("definite", "probable", "probable, laboratory-supported"),
        "stage": pa.Column(int, pa.Check.isin([1, 2], error="must be 1 or 2")),
        "fvc_screening": pa.Column(float, _within(20, 200), coerce=True),
        "fvc": pa.Column(float, _within(20, 200), coerce=True),
        "months_from_onset": pa.Column(float, _within(0, 40), coerce=True),
        "run_in_change": pa.Column(int, pa.Check.isin([-1, -2, -3], error="must be -1, -2 or -3")),
        r"alsfrs_w\d+": pa.Column(
            float, _within(0, 48), nullable=True, coerce=True, regex=True, required=False
        ),
    },
    checks=[_says(_early_fits, "early must be True exactly when months_from_onset is at most 12")],
    strict=True,
)


def _difference(column: str, of: str, less: str) -> pa.Check:
    def holds(table: pd.DataFrame) -> pd.Series:
        wanted = table[of] - table[less]
        found = table[column]
        return ((found - wanted).abs() < 1e-9) | (found.isna() & wanted.isna())

    return _says(holds, f"{column} must be {of} less {less}")


def points(low: int = 0, high: int = 48, nullable: bool = False) -> pa.Column:
    return pa.Column(float, _within(low, high), nullable=nullable, coerce=True)


JETALS = pa.DataFrameSchema(
    {
        "patient": pa.Column(unique=True),
        "arm": one_of("placebo", "50 mg"),
        "alsfrs_change": points(-48, 48, nullable=True),
        "sex": one_of("male", "female"),
        "age": pa.Column(int, _within(20, 100)),
        "onset": one_of("bulbar", "upper extremity", "lower extremity"),
        "riluzole": pa.Column(bool),
        "diagnosis": one_of("definite", "probable", "probable, laboratory-supported"),
        "stage": pa.Column(int, pa.Check.isin([1, 2], error="must be 1 or 2")),
        "fvc": pa.Column(float, _within(60, 200)),
        "months_from_onset": pa.Column(float, _within(0, 12)),
        "run_in_change": pa.Column(int, pa.Check.isin([-1, -2], error="must be -1 or -2")),
        "adverse_reaction": pa.Column(bool),
        "alsfrs_screening": points(),
        "alsfrs_w0": points(),
        **{f"alsfrs_w{week}": points(nullable=True) for week in (4, 8, 12, 16)},
    },
    checks=[
        _difference("alsfrs_change", "alsfrs_w16", "alsfrs_w0"),
        _difference("run_in_change", "alsfrs_w0", "alsfrs_screening"),
    ],
    strict=True,
)

KAJI1998 = pa.DataFrameSchema(
    {
        "patient": pa.Column(unique=True),
        "arm": one_of("0.5 mg", "25 mg"),
        **{f"cmap_change_w{week}": pa.Column(float, _within(-10, 10)) for week in (2, 4)},
        **{f"cmap_w{week}": pa.Column(float, _within(0, 30)) for week in (0, 2, 4)},
    },
    checks=[_difference(f"cmap_change_w{w}", f"cmap_w{w}", "cmap_w0") for w in (2, 4)],
    strict=True,
)
COHORTS = (COHORT, JETALS, KAJI1998)

FILES = {
    ("published", "published_values.csv"): PUBLISHED,
    ("published", "claims.csv"): CLAIMS,
    ("published", "anomalies.csv"): ANOMALIES,
    ("published", "timeline.csv"): TIMELINE,
    ("synthetic", "e0302.csv"): COHORT,
    ("synthetic", "jetals.csv"): JETALS,
    ("synthetic", "kaji1998.csv"): KAJI1998,
}


def read(path: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Read a file as its schema expects: all text for the published files, typed for patients."""
    if any(schema is cohort for cohort in COHORTS):
        return pd.read_csv(path)
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def check(table: pd.DataFrame, schema: pa.DataFrameSchema, name: str) -> None:
    """Check one table.

    Raises
    ------
    ValueError
        One line a broken rule: the file, the column, what must hold, and the rows that break it.
    """
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        raise ValueError("\n".join(_sentences(errors.failure_cases, table, name))) from None


HEADER_RULES = {
    "column_in_dataframe": "is missing",
    "column_in_schema": "is not a known column",
    "column_ordered": "stands in the wrong place",
}


def _sentences(failures: pd.DataFrame, table: pd.DataFrame, name: str) -> list[str]:
    header = failures[failures["check"].isin(HEADER_RULES)]
    if len(header):  # with a wrong header, what the rows say means little
        return [
            f"{name}: column {case.failure_case} {HEADER_RULES[case.check]}"
            for case in header.itertuples()
        ]
    # A rule on whole rows is reported once for every column; once is enough.
    failures = failures.assign(
        column=failures["column"].where(failures["schema_context"] == "Column", "")
    )
    sentences = []
    for (column, rule), cases in failures.groupby(["column", "check"], sort=False):
        rule = "must differ in every row" if rule == "field_uniqueness" else rule
        rows = cases["index"].dropna().astype(int).unique()
        which = ", ".join(str(table.iloc[row, 0]) for row in rows[:5])
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        place = f"column {column}: " if column else ""
        sentences.append(f"{name}: {place}{rule}; see {which or 'the whole column'}{more}")
    return sentences


def check_all() -> list[str]:
    """Check every data file; return their names.

    Raises
    ------
    ValueError
        Naming every broken rule of every file.
    """
    broken = []
    for parts, schema in FILES.items():
        try:
            path = data_path(*parts)
            check(read(path, schema), schema, parts[-1])
        except (ValueError, FileNotFoundError) as error:
            broken.append(str(error))
    for world in worlds():
        try:
            World.load(world)
        except ValueError as error:
            broken.append(f"worlds/{world}.json: {error}")
    if broken:
        raise ValueError("\n".join(broken))
    return ["/".join(parts) for parts in FILES] + [f"worlds/{world}.json" for world in worlds()]


def main() -> int:
    try:
        names = check_all()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(names)} data files are as their schemas say: {', '.join(names)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
