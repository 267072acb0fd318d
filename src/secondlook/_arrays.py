"""Checks that turn what a caller gives into arrays of (trials, patients[, subgroups]).

Each message names the argument, where it is wrong and what would be right.
"""

from collections.abc import Callable

import numpy as np

# Trials are worked through in blocks of about this many (trial, patient, subgroup) cells,
# which keeps the temporaries in the processor's cache and far below a browser's memory.
BLOCK = 100_000

# What asks for more than this many bytes at once is refused before any work is done.
MEMORY = 4 * 2**30
_BYTES_A_CELL = 170  # the most that was measured, when every patient has a time of their own


def as_array(name: str, value) -> np.ndarray:
    """An array of anything, unless checking it would ask for more memory than there may be."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must have rows of the same length") from None
    check_memory(f"{name} of shape {array.shape}", array.size, 1, "give fewer trials at a time")
    return array


def as_times(name: str, value) -> np.ndarray:
    """Finite times of zero or more, as float or signed integer (trials, patients)."""
    array = as_array(name, value)
    array = _two_axes(name, array) if array.dtype.kind == "i" else as_numbers(name, array)
    _refuse(array < 0, name, array, "is negative; times start at 0")
    return array


def as_numbers(name: str, value, *, finite: bool = True) -> np.ndarray:
    """Numbers as float (trials, patients); one row of patients is one trial."""
    array = as_array(name, value)
    try:
        if array.dtype.kind in "cmM":
            raise TypeError("neither complex numbers nor dates")
        array = array.astype(float, copy=False)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers, one for each patient") from None
    array = _two_axes(name, array)
    if finite:
        _refuse(~np.isfinite(array), name, array, "is not a finite number; leave the patient out")
    return array


def as_flags(name: str, value) -> np.ndarray:
    """True and False, or 1 and 0, as bool (trials, patients)."""
    return _two_axes(name, flags(name, value))


def as_members(value, patients: int) -> np.ndarray:
    """Subgroup membership as bool (1 or trials, patients, subgroups); None is everyone."""
    if value is None:
        return np.ones((1, patients, 1), dtype=bool)
    array = flags("member", value)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[1] != patients:
        raise ValueError(
            f"member has shape {np.shape(value)}; it must be ({patients}, subgroups) "
            f"or (trials, {patients}, subgroups)"
        )
    return array


def as_strata(value, patients: int) -> np.ndarray:
    """Labels of strata as whole numbers from 0, (1 or trials, patients)."""
    labels = as_array("strata", value)
    labels = labels[None] if labels.ndim == 1 else labels
    if labels.ndim != 2 or labels.shape[1] != patients:
        raise ValueError(
            f"strata has shape {np.shape(value)}; it must give one label for each of the "
            f"{patients} patients"
        )
    lost = (labels != labels) | (labels == None)  # noqa: E711 - element by element
    if lost.any():
        trial, patient = np.argwhere(lost)[0]
        raise ValueError(
            f"strata has no label at trial {trial}, patient {patient}; give every patient a label"
        )
    return np.unique(labels, return_inverse=True)[1].reshape(labels.shape)


def common_trials(**arrays: np.ndarray) -> int:
    """How many trials there are; an array with one trial serves all of them.

    Raises
    ------
    ValueError
        If two arrays disagree about the number of trials or of patients.
    """
    (first, reference), *others = arrays.items()
    trials = reference.shape[0]
    for name, array in others:
        if array.shape[1] != reference.shape[1]:
            raise ValueError(
                f"{name} has {array.shape[1]} patients but {first} has {reference.shape[1]}; "
                "give both the same patients in the same order"
            )
        if 1 not in (trials, array.shape[0]) and array.shape[0] != trials:
            raise ValueError(
                f"{name} has {array.shape[0]} trials where {trials} are expected; "
                "give one trial, or as many as the other arguments"
            )
        trials = max(trials, array.shape[0])
    return trials


def check_both_arms(name: str, treated: np.ndarray) -> None:
    """Refuse a trial in which everybody, or nobody, is treated."""
    share = treated.mean(axis=1)
    for wrong, who in ((share == 0, "nobody is"), (share == 1, "everybody is")):
        if wrong.any():
            raise ValueError(
                f"{name}: {who} treated in trial {int(np.argmax(wrong))}; "
                "a comparison needs patients in both arms"
            )


def check_block(patients: int, subgroups: int, trials: int = 1) -> None:
    """Refuse trials that are to be worked on at once, if they are more than memory may hold."""
    check_memory(
        f"member: {trials:,} × {patients:,} patients × {subgroups:,} subgroups (trials × "
        "patients × subgroups)",
        *(trials * patients * subgroups, _BYTES_A_CELL),
        "give fewer subgroups at a time, or fewer trials",
    )


def in_blocks(compute: Callable, *arrays: np.ndarray) -> list[np.ndarray]:
    """Call compute on blocks of trials and join what it returns.

    Parameters
    ----------
    compute : function of as many arrays, returning arrays that fit (trials, subgroups)
    arrays : (trials, patients), the last one (trials, patients, subgroups)
        An array with one trial goes to every block.

    Raises
    ------
    ValueError
        If one trial, or the results of all, would need more memory than MEMORY.
    """
    trials = max(len(array) for array in arrays)
    _, patients, subgroups = arrays[-1].shape
    check_block(patients, subgroups)
    check_memory(
        f"member: results of {trials:,} trials × {subgroups:,} subgroups",
        *(trials * subgroups, 8 * 4),
        "give fewer trials or subgroups at a time",
    )
    size = max(1, BLOCK // max(1, patients * subgroups))
    parts = []
    for first in range(0, trials, size):
        last = min(first + size, trials)
        block = compute(*(array if len(array) == 1 else array[first:last] for array in arrays))
        parts.append([np.broadcast_to(part, (last - first, subgroups)) for part in block])
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def check_events(name: str, event: np.ndarray) -> None:
    """Refuse trials in which nobody at all has an event; one trial of several may be so."""
    if not event.any():
        raise ValueError(
            f"{name} is 0 for every patient of every trial; a comparison needs at least one event"
        )


def check_memory(what: str, count: int, size: int, remedy: str) -> None:
    """Refuse a request of count things of size bytes each, if that is more than MEMORY."""
    if count * size > MEMORY:
        raise ValueError(
            f"{what} would need about {count * size / 2**30:,.1f} GiB of memory at once; "
            f"{MEMORY / 2**30:,.1f} GiB is the most that is tried. Remedy: {remedy}"
        )


def flags(name: str, value) -> np.ndarray:
    """True and False, or 1 and 0, as bool of any shape."""
    array = as_array(name, value)
    if array.dtype == bool:
        return array
    try:
        if array.dtype.kind in "cmM":
            raise TypeError("neither complex numbers nor dates")
        array = array if array.dtype.kind in "iu" else array.astype(float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be True or False, or 1 or 0, for each patient") from None
    _refuse((array != 0) & (array != 1), name, array, "is neither 0 nor 1; use True and False")
    return array == 1


def _two_axes(name: str, array: np.ndarray) -> np.ndarray:
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            f"{name} has shape {array.shape}; it must be (patients,) or (trials, patients), "
            "with at least one of each"
        )
    return array


def _refuse(wrong: np.ndarray, name: str, array: np.ndarray, why: str) -> None:
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        axes = ("trial", "patient", "subgroup") if len(place) != 1 else ("patient",)
        where = ", ".join(f"{axis} {i}" for axis, i in zip(axes, place, strict=False))
        raise ValueError(f"{name}: the value {array[place]:g} at {where} {why}")
