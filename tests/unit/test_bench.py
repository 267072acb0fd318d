"""The bench measures what it says, compares before it measures, and its page shows its files."""

import functools
import re
import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import bench  # noqa: E402
from speed import clock, growth, pictures, programs, report, tables  # noqa: E402
from speed.r import R  # noqa: E402
from speed.work import Work  # noqa: E402

PAGE = (ROOT / "book" / "how-fast.md").read_text(encoding="utf-8")
QUICK = {"turns": 2, "seconds": 0}


@pytest.fixture(scope="module")
def work():
    made = Work.simulated(3, np.random.default_rng(7))
    return replace(made, member=made.member[:, :, :4])


@pytest.fixture
def alone(monkeypatch):
    """Nothing is there that only the bench needs."""
    monkeypatch.setattr(programs, "optional", lambda name: None)
    monkeypatch.setattr(R, "start", lambda: None)


@pytest.fixture
def tiny(alone, monkeypatch):
    """A whole run that takes a moment, and a function that runs it."""
    monkeypatch.setattr(bench, "LARGE", 20)
    monkeypatch.setattr(bench, "SHUFFLES", 20)
    monkeypatch.setattr(clock, "in_turns", functools.partial(clock.in_turns, seconds=0))
    sizes, usual = {"trials": (1, 2), "subgroups": (1, 3)}, {"patients": 60, "subgroups": 2}
    monkeypatch.setattr(
        bench, "growth", lambda w, rng: growth.growth(w, rng, sizes, usual | {"trials": 2}, 1)
    )
    return lambda: bench.main(["--trials", "3", "--turns", "1"])


def of_answers(*answers, **changes):
    way = clock.Way("another", "test", "1.0", lambda n: (1e-3, np.array(answers)[:n]), 3, 3)
    return replace(way, **changes)


def test_a_coarse_clock_still_gets_tests_for_the_time_that_was_asked():
    """R counts in thousandths; a test of 90 microseconds must not be taken for one, or for 0."""
    for seen in (lambda n: 0.001 * np.ceil(0.09 * n), lambda n: 0.001 * np.floor(0.09 * n)):
        way = clock.Way("R", "test", "1", lambda n, seen=seen: (seen(n), None), 20_000)
        assert clock._enough(way, 0.2) == pytest.approx(0.2 / 90e-6, rel=0.05)
    way = clock.Way("few", "test", "1", lambda n: (1e-6 * n, None), 700, 7)
    assert clock._enough(way, 0.2) == 700 and clock._enough(way, 0) == 7


# --- the work ------------------------------------------------------------------------------------


def test_the_pieces_are_the_trials_cut_into_their_subgroups(work):
    pieces = work.pieces()
    assert len(pieces) == 3 * work.subgroups == 12
    piece = pieces[work.subgroups + 2]  # trial 1, subgroup 2
    inside = work.member[1, :, 2]
    assert np.array_equal(piece.time, work.time[1, inside])
    assert np.array_equal(piece.event, work.event[1, inside])
    assert np.array_equal(piece.treated, work.treated[1, inside])
    assert 0 < inside.sum() < work.patients


def test_everyone_is_one_subgroup_of_all(work):
    (piece, *others) = work.everyone.pieces()
    assert len(others) == 2 and len(piece.time) == work.patients


def test_work_of_another_size_has_that_size(work):
    made = growth.resized(work, 4, 33, 7, np.random.default_rng(1))
    assert made.time.shape == made.event.shape == (4, 33)
    assert made.member.shape == (4, 33, 7)
    assert set(np.unique(made.time)) <= set(np.unique(work.time))


# --- the answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("make", ["logrank_ways", "single_ways", "cox_ways", "wilcoxon_ways"])
def test_every_program_agrees_and_gets_a_ratio(alone, work, make):
    timings = clock.in_turns(getattr(programs, make)(work), **QUICK)
    assert timings[0].way.program == programs.OURS and len(timings) > 1
    assert np.array_equal(timings[0].ratio, [1, 1])
    for timing in timings[1:]:
        assert timing.microseconds.shape == (2,) and (timing.microseconds > 0).all()
        expected = timing.microseconds / timings[0].microseconds
        assert np.allclose(timing.ratio, expected)


def test_many_trials_together_are_much_faster_than_lifelines():
    """A guard against a slow day of ours, far below what the bench measures."""
    many = Work.simulated(50, np.random.default_rng(1))
    ours, theirs, *_ = programs.logrank_ways(many)
    slow = clock.in_turns([ours, replace(theirs, most=20)], turns=3, seconds=0)[1]
    assert theirs.program == "lifelines" and np.median(slow.ratio) > 50


@pytest.mark.parametrize("make", [programs.label_ways, programs.shuffle_ways])
def test_the_product_gives_what_log_rank_gives_and_is_the_base_of_its_ratio(make):
    by_test, by_product = clock.in_turns(make(10, 1), base=1, **QUICK)
    assert np.array_equal(by_product.ratio, [1, 1])
    assert np.allclose(by_test.ratio, by_test.microseconds / by_product.microseconds)


def test_r_agrees_where_it_is(work):
    r = R.start()
    if r is None:
        pytest.skip("R with its survival package is not here")
    try:
        logrank, cox = programs.logrank_ways(work, r), programs.cox_ways(work, r)
        calls = ("survdiff", "survdiff.fit"), ("coxph", "coxph.fit")
        for (ours, *others), names in zip((logrank, cox), calls, strict=True):
            by_r = [way for way in others if way.program == "R survival"]
            assert tuple(way.call for way in by_r) == names
            assert len(clock.in_turns([ours, *by_r], turns=1, seconds=0)) == 3
    finally:
        r.stop()


@pytest.mark.parametrize("wrong", [2.0 + 1e-6, np.nan, -2.0])
def test_a_competitor_with_another_answer_stops_the_run(wrong):
    ours = of_answers(1.0, 2.0, 3.0, program="this course")
    clock.in_turns([ours, of_answers(1.0, 2.0 + 1e-12, 3.0)], **QUICK)
    with pytest.raises(clock.Disagreement, match=r"another, test: test 1 gives .* gives 2"):
        clock.in_turns([ours, of_answers(1.0, wrong, 3.0)], **QUICK)


def test_a_wrong_answer_ends_the_command_and_nothing_is_written(tiny, monkeypatch, capsys):
    monkeypatch.setattr(programs, "_lifelines", lambda *parts: 4.0)
    monkeypatch.setattr(report, "write", pytest.fail)
    assert tiny() == 1
    assert "Stopped: lifelines, logrank_test: test 0 gives 4 where" in capsys.readouterr().err


# --- the command ---------------------------------------------------------------------------------


def test_a_quick_look_prints_ratios_and_goals_and_writes_nothing(tiny, monkeypatch, capsys):
    monkeypatch.setattr(report, "write", pytest.fail)
    assert tiny() == 0
    said = capsys.readouterr().out
    assert "scikit-survival is not installed" in said and "R with its survival package" in said
    assert re.search(r"lifelines: logrank_test +\S+ +[\d,.]+ +[\d,.]+ +[\d,.]+ to [\d,.]+", said)
    assert "not measured" in said, "the goals of absent programs"
    assert "nothing was written" in said


def test_a_run_leaves_files_that_its_page_can_show(work, tmp_path, monkeypatch):
    tasks = {"subgroups": clock.in_turns(programs.logrank_ways(work), **QUICK)}
    speed = report.speed_table(tasks)
    sizes = growth.growth(work, np.random.default_rng(1), {"trials": (1, 2)}, growth.USUAL, 1)
    goals = report.goals_table(speed, np.array([0.5, 2.0, 0.7]), 65.0)
    report.write(tmp_path, speed=speed, growth=report.growth_table(sizes), goals=goals)
    assert tables.names(tmp_path) == ["goals", "subgroups", "growth-trials"]
    for name in tables.names(tmp_path):
        made = tables.table(name, "A caption", tmp_path)
        assert made.caption == "A caption" and len(made.rows) > 1
    rows = {row[0]: row[1:] for row in tables.table("goals", "", tmp_path).rows}
    assert rows["Megabytes on top of what it is given, for the same"] == (
        "at most 64",
        "65.0",
        "no",
    )
    seconds = next(row for goal, row in rows.items() if goal.startswith("Seconds"))
    assert seconds == ("at most 1", "0.700", "yes")
    rust = next(row for goal, row in rows.items() if "Rust" in goal)
    assert rust[1:] == ("not measured", "not measured") or float(rust[1]) > 0


def test_a_table_that_is_not_there_is_told_which_are():
    with pytest.raises(ValueError, match="no table 'tests'; choose from goals, "):
        tables.table("tests", "")


def test_memory_is_what_comes_on_top(work):
    seconds, megabytes = growth.large(work, turns=2)
    assert (seconds > 0).all()
    assert 0.001 < megabytes < 64


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (12345.6, "12,300"),
        (123.4, "123"),
        (1.234, "1.23"),
        (0.01234, "0.0123"),
        (0, "0"),
        (-5, "-5.00"),
    ],
)
def test_three_figures(value, words):
    assert tables.three(value) == words


# --- what is committed ---------------------------------------------------------------------------


def test_the_page_shows_every_table_and_both_pictures():
    shown = re.findall(r"\{benchmark-table\} (\S+)\n:caption: \w", PAGE)
    assert sorted(shown) == sorted(tables.names())
    for name in bench.drawn():
        assert f":file: pictures/{name}" in PAGE


def test_the_committed_run_is_whole():
    speed = tables.read("speed")
    assert {*speed["task"]} == {"one", "subgroups", "labels", "shuffle", "cox", "wilcoxon"}
    programs_there = {*speed["program"]}
    assert {"lifelines", "scikit-survival", "statsmodels", "survival", "SciPy"} <= programs_there
    assert {"R survival", programs.OURS, programs.FLOOR} <= programs_there
    assert {*tables.read("growth")["axis"]} == {*growth.SIZES}
    for name in ("ratio", "microseconds"):
        assert (speed[f"{name}_low"] <= speed[name]).all()
        assert (speed[name] <= speed[f"{name}_high"]).all()


def test_the_goals_follow_from_the_table():
    speed, goals = tables.read("speed"), tables.read("goals").set_index("goal")
    for goal in report.GOALS:
        row = goals.loc[goal.words]
        assert row["asked"] == goal.asked
        enough = row["measured"] >= goal.asked if goal.task else row["measured"] <= goal.asked
        assert row["met"] == ("yes" if enough else "no")
        if goal.task:
            assert row["measured"] == pytest.approx(report._ratio(speed, goal), rel=1e-3)


def test_the_committed_pictures_are_what_the_files_draw():
    for name, text in bench.drawn().items():
        assert (bench.PICTURES / name).read_text(encoding="utf-8") == text, (
            f"book/pictures/{name}: run 'python tools/bench.py --draw' and commit the result"
        )


def test_the_pictures_words_carry_the_numbers():
    speed = tables.read("speed")
    alt = pictures.speed_picture(speed).alt
    chosen = speed[(speed["task"] == "subgroups") & (speed["program"] == "lifelines")]
    assert f"lifelines: {tables.three(chosen['microseconds'].iloc[0])};" in alt
    ratio = tables.three(chosen["ratio"].iloc[0])
    assert f"lifelines takes {ratio} times" in pictures.speed_picture(speed).title
    growing = tables.read("growth")
    last = growing[growing["axis"] == "trials"].iloc[-1]
    said = f"to {last['size']:,}: from [\\d.,]+ to {tables.three(last['microseconds'])};"
    assert re.search(said, pictures.growth_picture(growing).alt)


# --- what only the bench needs -------------------------------------------------------------------


def test_its_packages_are_pinned_and_touch_no_other_pin():
    text = (ROOT / "tools" / "bench-requirements.txt").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins) and "://" not in text
    mine = {pin.split("==")[0].lower() for pin in pins}
    for other in ("requirements.txt", "tools/constraints.txt"):
        lines = (ROOT / other).read_text(encoding="utf-8").lower().splitlines()
        assert not mine & {line.split("==")[0] for line in lines}
    assert mine >= {*course_module().BENCH_ONLY}


def course_module():
    spec = spec_from_file_location("course_for_bench", ROOT / "tools" / "course.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_package_that_cannot_be_had_is_left_out(monkeypatch, capsys):
    course, ran = course_module(), []

    def call(command, **kwargs):
        ran.append([Path(command[0]).name, *command[1:]])
        return int("survival" in command)

    monkeypatch.setattr(course, "setup", lambda: None)
    monkeypatch.setattr(course.subprocess, "call", call)
    course.bench(None)
    assert "survival is left out: pip could not install" in capsys.readouterr().out
    installs = [command for command in ran if "install" in command]
    assert len(installs) == 2 and all("tools/constraints.txt" in command for command in installs)
    assert ran[-1] == ["python", "tools/bench.py"]
