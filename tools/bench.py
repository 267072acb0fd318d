"""Time the engine against the libraries it must agree with, on the same work in one run.

``python tools/bench.py [--trials N]`` prints microseconds for one test and the ratios between
them. Both sides of a ratio are timed in turn, and the median of the turns is what is printed:
single times on a shared machine mean little.
"""

import argparse
import statistics
import time

import numpy as np
from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test
from scipy.stats import ranksums

from secondlook.cohort import load
from secondlook.fishing import ENDPOINTS, looks, shuffle, subgroups
from secondlook.ranks import wilcoxon
from secondlook.survival import cox, logrank

TURNS = 5


def main(argv=None):
    """Run every pair and print its ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=1000, help="relabelled trials (1000)")
    options = parser.parse_args(argv)
    work = Work(options.trials, np.random.default_rng(1))
    print(f"{'one test of':34}{'library':>12}{'this course':>13}{'ratio':>9}")
    for name, slow, fast in work.pairs():
        theirs, ours = in_turn(slow, fast)
        print(f"{name:34}{theirs:>10.1f}us{ours:>11.2f}us{theirs / ours:>9.0f}", flush=True)


def in_turn(slow, fast):
    """Return the median microseconds a test of two callables, timed in turn."""
    times = ([], [])
    for _ in range(TURNS):
        for run, kept in zip((slow, fast), times, strict=True):
            start = time.perf_counter()
            tests = run()
            kept.append(1e6 * (time.perf_counter() - start) / tests)
    return tuple(statistics.median(kept) for kept in times)


class Work:
    """The twin under shuffled labels, and the ways to test it; each returns how many tests."""

    def __init__(self, trials, rng):
        self.twin = load("e0302")
        self.days = self.twin["days"].to_numpy()
        self.event = self.twin["event"].to_numpy()
        self.change = np.nan_to_num(self.twin["alsfrs_change"].to_numpy(float), nan=-48.0)
        treated = (self.twin["arm"] != "placebo").to_numpy()
        self.treated = rng.permuted(np.tile(treated, (trials, 1)), axis=1)
        self.member = np.stack(list(subgroups(self.twin).values()), axis=1)
        self.looks = looks(ENDPOINTS[:1], ["pooled"], subgroups(self.twin))

    def pairs(self):
        """Yield name, library's way, our way."""
        yield "log-rank (lifelines)", self.lifelines_logrank, self.our_logrank
        yield "log-rank in 20 subgroups", self.lifelines_logrank, self.our_subgroups
        yield "by shuffled labels (v row above)", self.our_subgroups, self.our_shuffle
        yield "Cox, one covariate (lifelines)", self.lifelines_cox, self.our_cox
        yield "Wilcoxon rank sum (SciPy)", self.scipy_wilcoxon, self.our_wilcoxon

    def lifelines_logrank(self, trials=20):
        """Test some of the labellings one by one."""
        for treated in self.treated[:trials]:
            a, b = treated, ~treated
            logrank_test(self.days[a], self.days[b], self.event[a], self.event[b])
        return trials

    def our_logrank(self):
        """Test all labellings at once."""
        return logrank(self.days, self.event, self.treated).z.size

    def our_subgroups(self):
        """Test all labellings in 20 subgroups at once."""
        return logrank(self.days, self.event, self.treated, self.member).z.size

    def our_shuffle(self):
        """Shuffle and test in 20 subgroups by one matrix product."""
        rng = np.random.default_rng(2)
        return shuffle(self.twin, self.looks, len(self.treated), rng).z.size

    def lifelines_cox(self, trials=10):
        """Fit some of the labellings one by one."""
        table = self.twin[["days", "event"]]
        for treated in self.treated[:trials]:
            CoxPHFitter().fit(table.assign(treated=treated), "days", "event")
        return trials

    def our_cox(self):
        """Fit all labellings at once."""
        return cox(self.days, self.event, self.treated).hr.size

    def scipy_wilcoxon(self, trials=50):
        """Test some of the labellings one by one."""
        for treated in self.treated[:trials]:
            ranksums(self.change[treated], self.change[~treated])
        return trials

    def our_wilcoxon(self):
        """Test all labellings at once."""
        return wilcoxon(self.change, self.treated).z.size


if __name__ == "__main__":
    main()
