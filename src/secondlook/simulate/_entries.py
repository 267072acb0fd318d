"""The entries of a world's file, turned into the parts of a world; missing ones are refused."""

from secondlook.simulate import _checks
from secondlook.simulate.parts import (
    EVERYONE,
    Balance,
    Factor,
    Randomisation,
    Score,
    Stratum,
    Unblinding,
)

_NEEDED = (
    "name",
    "title",
    "description",
    "arms",
    "follow_up_days",
    "factors",
    "event_hazard_per_day",
    "withdrawal_hazard_per_day",
)
_OPTIONAL = {
    "assumed": (),
    "trial": None,
    "enrolment_days": 0,
    "last_day": None,
    "strata": {},
    "hazard_ratio": {},
    "decline_ratio": {},
    "alsfrs": None,
    "randomisation": {"method": "shuffled"},
    "unblinding": {},
}
_SCORE = {
    "visit_weeks": "needed",
    "baseline": "needed",
    "decline_in_12_weeks": "needed",
    "noise_sd": "needed",
    "run_in_weeks": 12,
    "run_in_change": None,
    "whole_points": True,
    "speed_up": {},
    "frailty_sd": 0,
    "slowing_weeks": None,
    "worst_share": 0,
}


def parts(entries) -> dict:
    """The arguments of a World from the entries of its file."""
    _checks.names("world", entries, _NEEDED, _OPTIONAL)
    entries = _OPTIONAL | entries
    _checks.table("arms", entries["arms"])
    from_day, hazard = _hazards(entries["event_hazard_per_day"])
    return {
        "name": str(entries["name"]),
        "title": str(entries["title"]),
        "description": str(entries["description"]),
        "assumed": _checks.texts("assumed", entries["assumed"]),
        "trial": entries["trial"],
        "arms": tuple(entries["arms"]),
        "patients": tuple(entries["arms"].values()),
        "follow_up_days": entries["follow_up_days"],
        "enrolment_days": entries["enrolment_days"],
        "last_day": entries["last_day"],
        "factors": {
            str(name): _factor(f"factors, {name}", entry)
            for name, entry in _checks.table("factors", entries["factors"]).items()
        },
        "strata": {
            str(name): _stratum(f"strata, {name}", entry)
            for name, entry in _checks.table("strata", entries["strata"]).items()
        },
        "hazard_from_day": from_day,
        "hazard": hazard,
        "withdrawal_hazard": entries["withdrawal_hazard_per_day"],
        "hazard_ratio": ratios("hazard_ratio", entries["hazard_ratio"]),
        "decline_ratio": ratios("decline_ratio", entries["decline_ratio"]),
        "score": None if entries["alsfrs"] is None else _score(entries["alsfrs"]),
        "randomisation": _randomisation(entries["randomisation"]),
        "unblinding": unblinding(entries["unblinding"]),
    }


def ratios(name: str, entry) -> dict[str, dict[str, float]]:
    """Ratios by arm and stratum; a plain number is everyone's."""
    _checks.table(name, entry)
    return {
        str(arm): dict(given) if isinstance(given, dict) else {EVERYONE: given}
        for arm, given in entry.items()
    }


def balances(entry) -> tuple[Balance, ...]:
    """What a randomisation balances: names of categories, or numbers with their cuts."""
    factors = _checks.sequence("randomisation, factors", entry)
    return tuple(each if isinstance(each, Balance) else _balance(each) for each in factors)


def unblinding(entry) -> dict[str, Unblinding]:
    """Share and points by arm."""
    _checks.table("unblinding", entry)
    for arm, each in entry.items():
        _checks.names(f"unblinding, {arm}", each, ("share", "points"))
    return {str(arm): Unblinding(**each) for arm, each in entry.items()}


def _factor(name, entry):
    _checks.table(name, entry)
    if "levels" in entry:
        _checks.names(name, entry, ("levels", "probabilities"))
        return Factor(
            levels=tuple(_checks.sequence(f"{name}, levels", entry["levels"])),
            probabilities=_checks.numbers(f"{name}, probabilities", entry["probabilities"]),
        )
    _checks.names(name, entry, ("edges", "probabilities"), {"whole": False})
    return Factor(
        edges=_checks.numbers(f"{name}, edges", entry["edges"]),
        probabilities=_checks.numbers(f"{name}, probabilities", entry["probabilities"]),
        whole=entry.get("whole", False),
    )


def _stratum(name, entry):
    _checks.table(name, entry)
    rules = [rule for rule in entry if rule in _checks.RULES]
    good = len(rules) == 1 and len(entry) == 2 and "factor" in entry
    _checks.refuse(
        not good, name, entry, f"must have a factor and one rule of {', '.join(_checks.RULES)}"
    )
    return Stratum(entry["factor"], rules[0], entry[rules[0]])


def _hazards(entry):
    name = "event_hazard_per_day"
    _checks.table(name, entry)
    _checks.names(name, entry, ("from_day",), dict.fromkeys(entry))
    hazard = {
        str(stratum): _checks.numbers(f"{name}, {stratum}", values)
        for stratum, values in entry.items()
        if stratum != "from_day"
    }
    return _checks.numbers(f"{name}, from_day", entry["from_day"]), hazard


def _score(entry):
    needed = [name for name, default in _SCORE.items() if default == "needed"]
    _checks.names("alsfrs", entry, needed, [name for name in _SCORE if name not in needed])
    entry = _SCORE | entry
    for part in ("baseline", "decline_in_12_weeks"):
        _checks.names(f"alsfrs, {part}", entry[part], ("mean", "sd"))
    selected = entry["run_in_change"]
    if selected is not None:
        selected = _checks.numbers("alsfrs, run_in_change", selected)
    return Score(
        visit_weeks=_checks.numbers("alsfrs, visit_weeks", entry["visit_weeks"]),
        run_in_weeks=entry["run_in_weeks"],
        baseline_mean=entry["baseline"]["mean"],
        baseline_sd=entry["baseline"]["sd"],
        decline_mean=entry["decline_in_12_weeks"]["mean"],
        decline_sd=entry["decline_in_12_weeks"]["sd"],
        noise_sd=entry["noise_sd"],
        whole_points=entry["whole_points"],
        run_in_change=selected,
        speed_up=dict(_checks.table("alsfrs, speed_up", entry["speed_up"])),
        frailty_sd=entry["frailty_sd"],
        slowing_weeks=entry["slowing_weeks"],
        worst_share=entry["worst_share"],
    )


def _randomisation(entry):
    name = "randomisation"
    _checks.names(name, entry, ("method",), ("block", "factors", "probability", "measure"))
    given = {key: value for key, value in entry.items() if key != "factors"}
    return Randomisation(**given, factors=balances(entry.get("factors", [])))


def _balance(entry):
    if isinstance(entry, str):
        return Balance(entry)
    _checks.names("randomisation, factors", entry, ("factor", "cuts"))
    return Balance(entry["factor"], _checks.numbers("randomisation, factors, cuts", entry["cuts"]))
