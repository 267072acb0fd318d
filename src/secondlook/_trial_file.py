"""What must hold in a file ``data/trials/NAME.json``, said in sentences where it does not."""

NEEDED = ("name", "title", "arms", "contrasts", "endpoints", "cohort")
# Where a file says nothing, nothing of the kind applies to the trial.
OPTIONAL = {
    "horizon_days": None,
    "run_in_weeks": None,
    "visit_weeks": (),
    "visit_column": "",
    "early": {},
    "factors": (),
    "invented": False,
    "caution": "",
}
# kind of an endpoint -> its entries that name a column
ENDPOINTS = {
    "time to event": ("time", "event"),
    "change with worst ranks": ("change", "worst"),
    "change at visit": ("change",),
    "change": ("change",),
}
RULES = ("equals", "other_than", "below", "at_least")
ARM = ("name", "dose_mg", "control", "published")
CONTRAST = ("name", "treated", "published")
KINDS = ("word", "yes or no", "whole number", "number")


def checked(raw: dict, name: str) -> dict:
    """Return the entries of a trial's file with those filled in that do not apply.

    Raises
    ------
    ValueError
        At the first entry that is missing or cannot be right; the message names the file and it.
    """

    def refuse(wrong):
        raise ValueError(f"{name}.json: {wrong}")

    _has(raw, NEEDED, "a trial", refuse)
    full = OPTIONAL | raw
    if full["name"] != name:
        refuse(f"'name' is {full['name']!r}; it must be {name!r}, as the file's")
    for check in (_cohort, _arms, _visits, _early, _endpoints, _factors):
        check(full, refuse)
    return full


def _cohort(full, refuse):
    _has(full["cohort"], ("file", "patients", "columns"), "'cohort'", refuse)
    for column, rule in full["cohort"]["columns"].items():
        if rule.get("kind") not in KINDS:
            refuse(f"column {column!r} has kind {rule.get('kind')!r}; right: {', '.join(KINDS)}")
        bounds = {"word": ("levels",), "yes or no": ()}.get(rule["kind"], ("lowest", "highest"))
        _has(rule, (*bounds, "label"), f"column {column!r}", refuse)
    for column in ("patient", "arm"):
        _column(full, column, "every trial", refuse)
    for each in full["cohort"].get("differences", ()):
        for key in ("column", "of", "less"):
            _column(full, each.get(key), f"'differences', {key!r}", refuse)


def _arms(full, refuse):
    for arm in full["arms"]:
        _has(arm, ARM, "an arm", refuse)
    names = [arm["name"] for arm in full["arms"]]
    control = [arm["name"] for arm in full["arms"] if arm["control"]]
    if len(control) != 1:
        refuse(f"{len(control)} arms are the control; it must be one of {', '.join(names)}")
    if names != full["cohort"]["columns"]["arm"].get("levels"):
        refuse(f"the levels of column 'arm' must be the arms {', '.join(names)}")
    for contrast in full["contrasts"]:
        _has(contrast, CONTRAST, "a contrast", refuse)
        odd = [arm for arm in contrast["treated"] if arm not in names or arm in control]
        if odd or not contrast["treated"]:
            refuse(f"contrast {contrast['name']!r} must treat arms other than the control")


def _visits(full, refuse):
    for key in ("horizon_days", "run_in_weeks"):
        value = full[key]
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            refuse(f"{key!r} is {value!r}; it must be a whole number, or be left out")
    weeks = list(full["visit_weeks"])
    if weeks != sorted(set(weeks)):
        refuse(f"'visit_weeks' is {weeks}; weeks must grow")
    if weeks and "{week}" not in full["visit_column"]:
        refuse("'visit_column' must name the visits' columns, as alsfrs_w{week}")
    for week in weeks:
        _column(full, full["visit_column"].format(week=week), "'visit_column'", refuse)


def _early(full, refuse):
    if full["early"]:
        if sorted(full["early"]) != ["at_most", "column"]:
            refuse("'early' must say column and at_most, or be left out")
        _column(full, full["early"]["column"], "'early'", refuse)
        _column(full, "early", "'early'", refuse)


def _endpoints(full, refuse):
    for each in full["endpoints"]:
        _has(each, ("name", "kind"), "an endpoint", refuse)
        kind = each["kind"]
        if kind not in ENDPOINTS:
            right = ", ".join(ENDPOINTS)
            refuse(f"endpoint {each['name']!r} has kind {kind!r}; right: {right}")
        for key in ENDPOINTS[kind]:
            _column(full, each.get(key), f"endpoint {each['name']!r}, {key!r}", refuse)
        if kind == "change at visit" and each.get("week") not in full["visit_weeks"]:
            refuse(f"endpoint {each['name']!r}: week {each.get('week')} is not a visit")
        if kind == "time to event" and not (full["horizon_days"] or 0) > 0:
            refuse("a time to event needs 'horizon_days', the last day anybody is seen")


def _factors(full, refuse):
    for factor in full["factors"]:
        _has(factor, ("column", "levels"), "a factor", refuse)
        _column(full, factor["column"], "'factors'", refuse)
        for level in factor["levels"]:
            if sum(rule in level for rule in RULES) != 1:
                refuse(f"level {level.get('name')!r} needs one rule: {', '.join(RULES)}")


def _has(entries, keys, what, refuse):
    for key in keys:
        if key not in entries:
            refuse(f"{key!r} is missing; {what} needs {', '.join(keys)}")


def _column(full, column, where, refuse):
    if column not in full["cohort"]["columns"]:
        refuse(f"{where} needs a column {column!r}, which 'cohort' does not have")
