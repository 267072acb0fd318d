"""A table of invented patients as the text of a CSV file."""

import numpy as np

MISSING = -999  # a whole number that no column holds


def csv_text(table, columns, order, decimals=None):
    """Return the table as CSV: one row a patient in the given order, numbered from 1.

    ``decimals`` maps a column that is kept in whole units to its decimal places: 83 with one
    decimal is written 8.3, so that no floating point enters the file. ``MISSING`` becomes empty.
    """
    decimals = decimals or {}
    lines = [",".join(columns)]
    for number, row in enumerate(order, 1):
        cells = [str(number)]
        cells += [_cell(table[name][row], decimals.get(name, 0)) for name in columns[1:]]
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


def _cell(value, decimals):
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if "," in value else value
    if value == MISSING:
        return ""
    if not decimals:
        return str(value)
    sign, digits = "-" if value < 0 else "", str(abs(int(value))).zfill(decimals + 1)
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"
