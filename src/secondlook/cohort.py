"""The patients of a trial, as a table that has been looked over before anybody computes with it.

A trial is data: ``data/trials/NAME.json`` says its arms, contrasts, visits and endpoints, which
file holds its patients, and what each column may hold. Another trial needs no code.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from secondlook._data import data_path
from secondlook._trial_file import checked

if TYPE_CHECKING:
    import pandas as pd

YES_NO = {"true": True, "false": False}


@dataclass(frozen=True)
class Arm:
    """One arm: its name in the table, its dose in mg and whether it is the control."""

    name: str
    dose_mg: float
    control: bool
    published: str


@dataclass(frozen=True)
class Contrast:
    """Treated arms that are compared with the control arm."""

    name: str
    treated: tuple[str, ...]
    published: str


@dataclass(frozen=True)
class Trial:
    """What ``data/trials/NAME.json`` says of a trial.

    ``published`` of an arm or a contrast is its place in the identifiers of published values
    (``K19.T2B.hr.tot`` is the ``tot`` of contrast "pooled").

    Attributes
    ----------
    horizon_days, run_in_weeks
        None where the trial has none.
    visit_weeks, visit_columns
        Weeks of the visits, and the columns that hold the score of each.
    early
        ``column`` and ``at_most`` of the early subgroup; empty where there is none.
    endpoints
        Each with a ``name`` and a ``kind``: "time to event" (columns ``time``, ``event``), "change
        with worst ranks" (``change``, ``worst``), "change at visit" (``change``, and its ``week``)
        or "change" (``change``). A higher change is better.
    factors
        Baseline columns and the levels that make subgroups of them; may be empty.
    cohort
        File, number of patients, and the rule of each column; see :func:`columns`.
    invented
        True where print has no numbers to fit: the table shows a printed pattern and nothing else.
    caution
        What to say wherever the patients are shown: what is fitted, and what is the maker's.
    """

    name: str
    title: str
    arms: tuple[Arm, ...]
    contrasts: tuple[Contrast, ...]
    horizon_days: int | None
    run_in_weeks: int | None
    visit_weeks: tuple[int, ...]
    visit_columns: tuple[str, ...]
    early: dict
    endpoints: tuple[dict, ...]
    factors: tuple[dict, ...]
    cohort: dict
    invented: bool = False
    caution: str = ""


def trials() -> tuple[str, ...]:
    """Return the names of the trials there are."""
    return tuple(sorted(path.stem for path in data_path("trials").glob("*.json")))


def trial(name: str) -> Trial:
    """Return the description of a trial.

    Raises
    ------
    ValueError
        If there is no trial of that name (the message lists those there are), or its file has an
        entry that cannot be right (the message names it).
    """
    if name not in trials():
        raise ValueError(
            f"name: there is no trial {name!r}; the trials here are {', '.join(trials())}"
        )
    path = data_path("trials", f"{name}.json")
    try:
        raw = checked(json.loads(path.read_text(encoding="utf-8")), name)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name} is not JSON: {error}") from None
    weeks = tuple(raw["visit_weeks"])
    return Trial(
        name=raw["name"],
        title=raw["title"],
        arms=tuple(Arm(**arm) for arm in raw["arms"]),
        contrasts=tuple(
            Contrast(c["name"], tuple(c["treated"]), c["published"]) for c in raw["contrasts"]
        ),
        horizon_days=raw["horizon_days"],
        run_in_weeks=raw["run_in_weeks"],
        visit_weeks=weeks,
        visit_columns=tuple(raw["visit_column"].format(week=week) for week in weeks),
        early=raw["early"],
        endpoints=tuple(raw["endpoints"]),
        factors=tuple(raw["factors"]),
        cohort=raw["cohort"],
        invented=raw["invented"],
        caution=raw["caution"],
    )


def columns(name: str) -> dict[str, str]:
    """Return what each column of a trial's patient table holds, in words and with its unit.

    Raises
    ------
    ValueError
        If there is no trial of that name.
    """
    rules = trial(name).cohort["columns"]
    return {
        column: rule["label"] + (f", {rule['unit']}" if "unit" in rule else "")
        for column, rule in rules.items()
    }


def load(name: str) -> "pd.DataFrame":
    """Return the patients of a trial, one row each.

    Parameters
    ----------
    name
        The trial, for example ``"e0302"`` (its synthetic twin: no row is a real person).

    Returns
    -------
    DataFrame, one row a patient
        ``patient`` int, ``arm`` str, and the columns of the trial's file; :func:`columns` says
        what each holds. Words are str, yes or no bool, whole numbers int and numbers float. The
        visits and every column that may be blank are float, NaN where there is no value.

    Raises
    ------
    ValueError
        If the trial is unknown, a column is missing or unknown, or a cell cannot be right; the
        message names file, column and row, and says what would be right.
    """
    this = trial(name)
    return read(data_path(*this.cohort["file"].split("/")), this)


def read(path: str | Path, this: Trial) -> "pd.DataFrame":
    """Read and look over one patient table of a trial; see :func:`load`.

    Rows are counted from 1, without the line of column names.
    """
    import pandas as pd

    path = Path(path)
    try:
        text = pd.read_csv(path, dtype=str, keep_default_na=False)
    except ValueError as error:  # pandas' own: empty, not UTF-8, a line with too many cells
        raise ValueError(
            f"{path.name} is not a table with one line a patient and one cell a column: {error}"
        ) from None
    _check_columns(path.name, list(text.columns), list(this.cohort["columns"]))
    if len(text) != this.cohort["patients"]:
        raise ValueError(
            f"{path.name}: {len(text)} rows; the trial {this.name} has "
            f"{this.cohort['patients']} patients, one row each"
        )
    table = pd.DataFrame(
        {
            column: _parse(path.name, column, text[column].tolist(), rule)
            for column, rule in this.cohort["columns"].items()
        }
    )
    table = table.astype(dict.fromkeys(this.visit_columns, float))  # visit 0 as the others
    _check_rows(path.name, table, this)
    return table


def _check_columns(file, found, wanted):
    missing = [column for column in wanted if column not in found]
    unknown = [column for column in found if column not in wanted]
    if missing:
        there = f"; {_named(unknown)} not known" if unknown else ""
        raise ValueError(f"{file}: {_named(missing)} missing{there}. Right: {', '.join(wanted)}")
    if unknown:
        raise ValueError(f"{file}: {_named(unknown)} not known. Right: {', '.join(wanted)}")


def _named(columns):
    names = ", ".join(repr(column) for column in columns)
    return f"column {names} is" if len(columns) == 1 else f"columns {names} are"


def _parse(file, column, cells, rule):
    """Return the values of one column, or raise at its first impossible cell."""
    values = []
    for row, cell in enumerate(cells, 1):
        value = _value(cell, rule)
        if value is None:
            raise ValueError(
                f"{file}: column {column!r}, row {row}: {cell!r} cannot be right; {_right(rule)}"
            )
        values.append(value)
    return values


def _value(cell, rule):
    """Return the value of one cell, or None where it breaks its column's rule."""
    if cell == "":
        return float("nan") if rule.get("blank") else None
    if rule["kind"] == "word":
        return cell if cell in rule["levels"] else None
    if rule["kind"] == "yes or no":
        return YES_NO.get(cell)
    try:
        value = int(cell) if rule["kind"] == "whole number" else float(cell)
    except ValueError:
        return None
    if not rule["lowest"] <= value <= rule["highest"]:
        return None
    return float(value) if rule.get("blank") else value


def _right(rule):
    """Return a sentence that says what a column may hold."""
    if rule["kind"] == "word":
        return f"right would be one of {', '.join(map(repr, rule['levels']))}"
    if rule["kind"] == "yes or no":
        return "right would be true or false"
    blank = ", or nothing" if rule.get("blank") else ""
    return f"right would be a {rule['kind']} from {rule['lowest']} to {rule['highest']}{blank}"


def _check_rows(file, table, this):
    """Raise where cells that are possible by themselves cannot stand in one row."""

    def refuse(column, wrong, right):
        if wrong.any():
            row = int(wrong.to_numpy().argmax()) + 1
            cell = table[column].iloc[row - 1]
            raise ValueError(
                f"{file}: column {column!r}, row {row}: {cell} cannot be right; {right}"
            )

    refuse("patient", table["patient"].duplicated(), "each patient has one row")
    if this.early:
        clock, limit = this.early["column"], this.early["at_most"]
        right = f"early is true where {clock} is at most {limit}"
        refuse("early", table["early"] != (table[clock] <= limit), right)
    kinds = {endpoint["kind"]: endpoint for endpoint in this.endpoints}
    if "time to event" in kinds:
        _check_times(table, this, kinds, refuse)
    if "change with worst ranks" in kinds and this.visit_columns:
        column = kinds["change with worst ranks"]["change"]
        right = "it is the last score less the score of the first visit"
        refuse(column, ~_same(table[column], _last_change(table, this)), right)
    for each in this.cohort.get("differences", ()):
        difference = table[each["of"]] - table[each["less"]]
        right = f"it is {each['of']} less {each['less']}"
        refuse(each["column"], ~_same(table[each["column"]], difference), right)


def _check_times(table, this, kinds, refuse):
    time, event = (kinds["time to event"][key] for key in ("time", "event"))
    if "change with worst ranks" in kinds:
        worst = kinds["change with worst ranks"]["worst"]
        refuse(worst, table[worst] & ~table[event], "only an event is ranked worst")
    for week, column in zip(this.visit_weeks, this.visit_columns, strict=True):
        missing = table[column].isna()
        there = table[time] >= week * 7
        refuse(column, missing == there, "there is a score up to the last day only")


def _last_change(table, this):
    """Return the last score less the first, NaN for who has none after the first visit."""
    scores = table[list(this.visit_columns)]
    change = scores.ffill(axis=1).iloc[:, -1] - scores.iloc[:, 0]
    change[scores.iloc[:, 1:].isna().all(axis=1)] = float("nan")
    return change


def _same(found, wanted):
    """Say where two columns agree, to what a decimal fraction can tell; NaN agrees with NaN."""
    return ((found - wanted).abs() < 1e-9) | (found.isna() & wanted.isna())
