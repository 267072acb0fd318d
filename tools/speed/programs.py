"""The programs that do the work, each in the way that its authors made the fastest.

The arrays that a program takes are made before the clock starts, in the types it likes best;
only its own call is timed. A function here returns the ways to do one task, the course's own
first. A program that is not there is left out.
"""

import importlib
import importlib.metadata
from collections.abc import Callable

import numpy as np
import pandas as pd
import scipy.stats
import statsmodels.api as sm
from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test

from secondlook.cohort import load
from secondlook.cohort import trial as read_trial
from secondlook.fishing import ENDPOINTS, labels, looks, shuffle, subgroups
from secondlook.ranks import wilcoxon
from secondlook.survival import cox, logrank, logrank_scores
from speed.clock import Way, all_at_once, one_by_one
from speed.work import TRIAL, Work

OURS = "this course"
ENGINE = f"NumPy {np.__version__}"
FLOOR = "floor"
RUST = "logrank_test, timefix=False"
COX = 1e-6  # how near two programs' iterations come
LIFELINES_COX = 1e-3  # it stops its iteration sooner
PRODUCT = 1e-5  # the product of labels and scores may be made in single precision


def optional(name: str):
    """Return a module that only the bench needs, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def version(package: str) -> str:
    """Return the version of an installed package."""
    return importlib.metadata.version(package)


def logrank_ways(work: Work, r=None) -> list[Way]:
    """The log-rank test; every answer is chi-squared."""
    data = work.pieces()
    many = _maker(data, work.subgroups)
    return [
        _ours(work, "logrank", lambda w: logrank(w.time, w.event, w.treated, w.member).chi2),
        many("lifelines", "logrank_test", _lifelines, _split),
        *_scikit_survival(many),
        many("statsmodels", "survdiff", _statsmodels, _plain),
        *_r_ways(r, data, work, ("survdiff", "survdiff.fit"), 1e-9),
        *_rust_logrank(many),
    ]


def single_ways(work: Work, r=None) -> list[Way]:
    """The log-rank test of whole trials, which this course can also be given one by one."""
    tests = work.everyone.pieces()
    prepared = [_plain(piece) for piece in tests]
    alone = one_by_one(lambda *arrays: logrank(*arrays).chi2[0, 0], prepared)
    ways = logrank_ways(work.everyone, r)
    return [*ways, Way(OURS, "logrank, one trial a call", ENGINE, alone, len(tests))]


def members_way(work: Work) -> Way:
    """The course's log-rank when the same places in every trial make the subgroups."""
    member = work.member[:1]

    def compute(part):
        logrank(part.time, part.event, part.treated, member)

    return _ours(work, "logrank, subgroups alike in all trials", compute)


def cox_ways(work: Work, r=None) -> list[Way]:
    """Cox's model with one binary covariate, Efron's ties; every answer is log hazard ratio."""
    data = work.pieces()
    many = _maker(data, work.subgroups, COX)
    return [
        _ours(work, "cox", lambda w: cox(w.time, w.event, w.treated, w.member).log_hr),
        many("lifelines", "CoxPHFitter.fit", _lifelines_cox, _frame, LIFELINES_COX),
        many("statsmodels", "PHReg.fit", _statsmodels_cox, _plain),
        *_r_ways(r, data, work, ("coxph", "coxph.fit"), COX),
        *_rust_cox(many),
    ]


def wilcoxon_ways(work: Work, r=None) -> list[Way]:
    """The rank sum test; every answer is z as ``ranksums`` has it, without mending for ties."""
    many = _maker(work.pieces(), work.subgroups)

    def ours(part):
        return part, wilcoxon(part.value, part.treated, part.member)

    return [
        _ours(work, "wilcoxon", ours, read=lambda made: _z_without_ties(*made)),
        many("SciPy", "ranksums", lambda a, b: scipy.stats.ranksums(a, b).statistic, _scores),
    ]


def label_ways(shuffles: int, seed: int) -> list[Way]:
    """Tests of one cohort under labels that are given; every answer is observed less expected."""
    cohort = Cohort(shuffles, seed)
    return [
        cohort.way("logrank, labels given", cohort.logrank, _difference),
        cohort.way("one product, labels given", cohort.product, cohort.difference),
    ]


def shuffle_ways(shuffles: int, seed: int) -> list[Way]:
    """The same, the labels being dealt while the clock runs; from one seed all deal the same."""
    cohort = Cohort(shuffles, seed)
    return [
        cohort.way("logrank, labels dealt", cohort.deal_and_logrank, _difference),
        cohort.way("shuffle, labels dealt", cohort.shuffle, cohort.difference),
    ]


class Cohort:
    """The twin, its subgroups, and dealt arms (shuffles, patients)."""

    def __init__(self, shuffles: int, seed: int):
        self.seed, self.twin = seed, load(TRIAL)
        self.groups = subgroups(self.twin)
        self.member = np.stack(list(self.groups.values()), axis=1)
        self.looks = looks(ENDPOINTS[:1], ["pooled"], self.groups)
        self.days, self.event = (self.twin[name].to_numpy() for name in ("days", "event"))
        self.sizes = np.bincount(labels.arm_codes(self.twin, read_trial(TRIAL)))
        self.weights = labels.arm_weights(read_trial(TRIAL), "pooled", self.sizes)
        self.arms = self.deal(shuffles)

    def way(self, call, compute, read) -> Way:
        """Return the way that does all shuffles by a function of how many."""
        tests = len(self.arms) * len(self.groups)
        turn = all_at_once(compute, len(self.groups), read)
        return Way(OURS, call, ENGINE, turn, tests, tests, PRODUCT)

    def deal(self, n):
        """Arms (n, patients), the same each time."""
        return labels.deal(self.sizes, n, np.random.default_rng(self.seed))

    def logrank(self, n):
        """Test by test, labels given."""
        return logrank(self.days, self.event, self.arms[:n] > 0, self.member)

    def deal_and_logrank(self, n):
        """Test by test, labels dealt."""
        return logrank(self.days, self.event, self.deal(n) > 0, self.member)

    def product(self, n):
        """z from scores and one product, labels given."""
        scores = -logrank_scores(self.days, self.event, self.member)
        return labels.z_of(self.arms[:n], scores, self.weights)

    def shuffle(self, n):
        """z as the labs have it, labels dealt."""
        return shuffle(self.twin, self.looks, n, np.random.default_rng(self.seed)).z

    def difference(self, z):
        """From z back to observed less expected."""
        scores = logrank_scores(self.days, self.event, self.member)
        spread = np.sqrt((scores**2).sum(axis=0) / (len(scores) - 1))
        treated = self.sizes[1:].sum()
        return -z * (spread / np.sqrt(1 / treated + 1 / self.sizes[0]))


def floor_way(work: Work) -> Way:
    """What no program that sorts can go below: one sort of each trial, one pass over the bytes.

    Day, event and patient of each trial are packed into one whole number a patient; ``np.sort``
    sorts the trials, and every byte of the four arrays is added up once, eight at a time.
    """
    place = np.arange(work.patients)
    keys = (work.time.astype(np.int64) * 2 + work.event) * work.patients + place
    arrays = [np.ascontiguousarray(a) for a in (work.time, work.event, work.treated, work.member)]
    words = [a.reshape(-1).view(np.uint8) for a in arrays]
    words = [a[: a.size // 8 * 8].view(np.uint64) for a in words]
    tests = len(work.time) * work.subgroups

    def compute(trials):
        np.sort(keys[:trials], axis=1)
        sum(int(array.sum()) for array in words)

    return Way(
        FLOOR, "one sort, one pass", ENGINE, all_at_once(compute, work.subgroups), tests, tests
    )


# --- how each program is called ----------------------------------------------------------------


def _ours(work, call, compute: Callable[[Work], object], read=np.asarray) -> Way:
    tests = len(work.time) * work.subgroups
    turn = all_at_once(lambda trials: compute(work.first(trials)), work.subgroups, read)
    return Way(OURS, call, ENGINE, turn, tests, tests)


def _maker(data, columns, tolerance=1e-9):
    """Return a function that makes the way of a program that takes one test at a time."""

    def make(program, call, test, prepare, tolerance=tolerance):
        prepared = [prepare(piece) for piece in data]
        turn = one_by_one(test, prepared)
        package = program.lower()
        return Way(program, call, version(package), turn, len(data), columns, tolerance)

    return make


def _scikit_survival(many):
    sksurv = optional("sksurv.compare")
    if sksurv is None:
        return []
    test = sksurv.compare_survival
    return [many("scikit-survival", "compare_survival", lambda y, g: test(y, g)[0], _structured)]


def _rust_logrank(many):
    """The package's fastest call, as it comes and with the picking of patients timed too."""
    rust = optional("survival._survival")
    if rust is None:
        return []
    test = rust.logrank_test

    def fastest(*arrays):
        return test(*arrays, timefix=False).statistic  # False: times are not looked at for rounding

    return [
        many("survival", "logrank_test", lambda *arrays: test(*arrays).statistic, _rust),
        many("survival", RUST, fastest, _rust),
        many("survival", f"{RUST}, patients picked", lambda p: fastest(*_rust(p)), lambda p: (p,)),
    ]


def _rust_cox(many):
    rust = optional("survival._survival")
    if rust is None:
        return []

    def fit(time, event, x):
        return rust.coxph_fit_raw(time, event, x, resid=False).coefficients[0]

    def arrays(piece):
        return piece.time, piece.event.astype(np.int32), piece.treated.astype(float)[:, None]

    return [many("survival", "coxph_fit_raw, resid=False", fit, arrays)]


def _r_ways(r, data, work, names, tolerance):
    if r is None:
        return []
    given = r.give(data)
    return [
        Way(
            "R survival", name, r.version, r.turn(name, given), len(data), work.subgroups, tolerance
        )
        for name in names
    ]


def _difference(result):
    return result.observed - result.expected


def _plain(piece):
    return piece.time, piece.event.astype(int), piece.treated.astype(int)


def _split(piece):
    a = piece.treated
    return piece.time[a], piece.time[~a], piece.event[a], piece.event[~a]


def _scores(piece):
    return piece.value[piece.treated], piece.value[~piece.treated]


def _rust(piece):
    return piece.time, piece.event.astype(np.int32), piece.treated.astype(np.int32)


def _structured(piece):
    y = np.empty(len(piece.time), dtype=[("event", bool), ("time", float)])
    y["event"], y["time"] = piece.event, piece.time
    return y, piece.treated.astype(int)


def _frame(piece):
    table = pd.DataFrame({"days": piece.time, "event": piece.event, "treated": piece.treated})
    return (table.astype({"treated": float}),)


def _lifelines(*parts):
    return logrank_test(*parts).test_statistic


def _statsmodels(time, event, treated):
    return sm.duration.survdiff(time, event, treated)[0]


def _lifelines_cox(table):
    return CoxPHFitter().fit(table, "days", "event").params_.iloc[0]


def _statsmodels_cox(time, event, treated):
    return sm.PHReg(time, treated[:, None].astype(float), event, ties="efron").fit().params[0]


def _z_without_ties(work, result):
    mine = work.treated[:, :, None] & work.member
    n1 = mine.sum(axis=1)
    n0 = work.member.sum(axis=1) - n1
    return (result.statistic - n1 * n0 / 2) / np.sqrt(n1 * n0 * (n1 + n0 + 1) / 12)
