"""Exercises: solutions pass, stubs fail, each wrong turn is met by its own message, one source."""

import ast
import importlib.util
import io
from contextlib import redirect_stdout
from math import exp, hypot, log, sqrt
from pathlib import Path
from statistics import NormalDist

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from secondlook.checks import Feedback, check, check_table
from secondlook.cohort import load
from secondlook.evidence import published
from secondlook.fishing import cut_points, looks, shuffle
from secondlook.forensics import Estimate, complement, interaction, p_from_interval, shrink
from secondlook.labs.subgroup import cut_point, fishing_rig

ROOT = Path(__file__).resolve().parents[2]
IDS = (
    "04.interaction_p",
    "04.familywise",
    "04.shrunk_hr",
    "04.mislabelled_p",
    "04.cutpoint_fwer",
    "04.brier",
)
Z = NormalDist().inv_cdf(0.975)
Z_2 = 2 / Z  # z, for someone whose interval reaches two standard errors to each side
NEARLY = 0.085  # between every seed of the rig and independence


def tool():
    spec = importlib.util.spec_from_file_location(
        "make_exercises", ROOT / "tools/make_exercises.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_exercises = tool()


def cells(folder):
    return nbformat.read(ROOT / folder / "04_subgroup.ipynb", as_version=4).cells


def answers(folder):
    """Run a notebook's code and return the feedback of each of its check cells, by id."""
    space, feedback = {}, {}
    for cell in cells(folder):
        if cell.cell_type != "code":
            continue
        if "check" in cell.metadata.get("tags", []):
            call = ast.parse(cell.source, mode="eval").body
            feedback[call.args[0].value] = eval(cell.source, space)
        else:
            with redirect_stdout(io.StringIO()):
                exec(cell.source, space)
    return feedback


def test_every_solution_passes():
    feedback = answers("solutions")
    assert set(feedback) == set(IDS)
    for id, said in feedback.items():
        assert said == Feedback(True, check_table(id)["right_message"])


def test_every_stub_fails():
    feedback = answers("exercises")
    assert set(feedback) == set(IDS)
    for said in feedback.values():
        assert said == Feedback(False, check_table(IDS[0])["messages"]["stub"], quiet=True)


# --- the keys and the wrong turns, computed again -----------------------------------------------


def printed(id):
    row = published(id)
    return Estimate(row.value, row.lower, row.upper)


EARLY, EVERYONE = printed("K19.T2B.hr.tot"), printed("K19.T2A.hr.tot")
EARLY_25 = printed("K19.T2B.hr.25")
LATE = complement(EVERYONE, EARLY)
PRIOR_SD = 0.20
ALPHA = 0.025
PLAN = looks(["time to event", "ALSFRS-R"], ["50 mg", "pooled"], ["everyone"])


def both_tails(z):
    return 2 * NormalDist().cdf(-abs(z))


def p(estimate):
    return p_from_interval(estimate.value, estimate.lower, estimate.upper)


def natural_se(estimate, quantile=Z):
    return (estimate.upper - estimate.lower) / (2 * quantile)


def weighed(se, sd=PRIOR_SD):
    return se**-2 / (se**-2 + sd**-2)


@pytest.fixture(scope="module")
def null_trials():
    return shuffle(load("e0302"), PLAN, 20_000, np.random.default_rng(4))


def test_the_keys_lie_in_the_right_intervals(null_trials):
    keys = {
        "04.interaction_p": interaction(EARLY, LATE).p_two_sided,
        "04.familywise": null_trials.familywise(ALPHA, 1),
        "04.shrunk_hr": shrink(EARLY, 0, PRIOR_SD).value,
        "04.mislabelled_p": p(EARLY_25).two_sided,
    }
    for id, key in keys.items():
        assert check(id, key).correct
    assert check("04.interaction_p", round(keys["04.interaction_p"], 3)).correct
    assert check("04.familywise", round(keys["04.familywise"], 2)).correct
    assert check("04.shrunk_hr", round(keys["04.shrunk_hr"], 2)).correct
    assert check("04.mislabelled_p", round(keys["04.mislabelled_p"], 3)).correct
    assert keys["04.interaction_p"] == pytest.approx(0.0204, abs=5e-5)
    assert keys["04.mislabelled_p"] == pytest.approx(0.0969, abs=5e-5)


def interaction_from_print():
    """The same p from the rounded late interval that the task states."""
    stated = Estimate(*(round(x, 2) for x in (LATE.value, LATE.lower, LATE.upper)))
    return interaction(EARLY, stated).p_two_sided


def test_the_interaction_from_rounded_print_is_right_as_well():
    assert check("04.interaction_p", interaction_from_print()).correct


def wrong_interactions():
    gap = log(EARLY.value) - log(EVERYONE.value)
    mixed = both_tails(gap / hypot(EARLY.log_se, EVERYONE.log_se))
    natural = (EARLY.value - LATE.value) / hypot(natural_se(EARLY), natural_se(LATE))
    added = (log(EARLY.value) - log(LATE.value)) / (EARLY.log_se + LATE.log_se)
    right = interaction(EARLY, LATE)
    two = both_tails(Z_2 * right.z)
    return {
        "one-sided": (right.p_two_sided / 2, 0.01),
        "early alone, one-sided": (p(EARLY).one_sided,),
        "two standard errors": (two, round(two, 3)),
        "early alone": (p(EARLY).two_sided, 0.023),
        "no logarithms": (both_tails(natural),),
        "early against everyone, one-sided": (mixed / 2,),
        "standard errors added": (both_tails(added),),
        "early against everyone": (mixed, 0.14),
        "late alone": (p(LATE).two_sided,),
        "ratio": (right.ratio,),
        "one minus p": (1 - right.p_two_sided,),
    }


def wrong_familywise(null):
    one_endpoint = [look for look in PLAN if look.endpoint == "time to event"]
    one_contrast = [look for look in PLAN if look.contrast == "pooled"]
    return {
        "level of each look for a fair plan": (ALPHA / 4,),
        "one look": (ALPHA, *(null.only([look]).familywise(ALPHA, 1) for look in PLAN)),
        "two contrasts": (null.only(one_endpoint).familywise(ALPHA, 1),),
        "two endpoints": (null.only(one_contrast).familywise(ALPHA, 1),),
        "the usual level": (0.05,),
        "nearly independent": (0.09, NEARLY),
        "independence": (1 - (1 - ALPHA) ** 4,),
        "sum": (4 * ALPHA,),
        "both sides": (null.familywise(2 * ALPHA, 2), null.familywise(2 * ALPHA, 1)),
        "no find": (1 - null.familywise(ALPHA, 1),),
    }


def wrong_shrinkage():
    data, hr, se = log(EARLY.value), EARLY.value, EARLY.log_se
    weight = weighed(se)
    return {
        "log scale": (-weight * data,),
        "no shrinkage": (hr,),
        "prior sd as variance": (exp(weighed(se, sqrt(PRIOR_SD)) * data),),
        "weights inverted": (exp((1 - weight) * data),),
        "natural scale throughout": (1 + weighed(natural_se(EARLY)) * (hr - 1),),
        "plain mean of logs": (exp(data / 2),),
        "weighted by standard error": (exp(data / se / (1 / se + 1 / PRIOR_SD)),),
        "plain mean": ((1 + hr) / 2,),
        "weights right, average natural": (1 + weight * (hr - 1),),
        "half width of the interval": (exp(weighed(2 * se) * data),),
        "upside down": (exp(-weight * data),),
    }


def wrong_p_of_25_mg():
    data, se = log(EARLY_25.value), EARLY_25.log_se
    natural = (EARLY_25.value - 1) / natural_se(EARLY_25)
    right = p(EARLY_25)
    two = both_tails(Z_2 * right.z)
    return {
        "as printed": (published("K19.txt.p.tte.25").value,),
        "log estimate, natural width": (both_tails(data / natural_se(EARLY_25)),),
        "both doses, or one tail without logs": (p(EARLY).two_sided, both_tails(natural) / 2),
        "no logarithms": (both_tails(natural),),
        "one-sided": (right.one_sided, 0.05),
        "two standard errors": (two, round(two, 3)),
        "three decimals": (round(right.two_sided, 2),),
        "natural estimate, log width": (both_tails((EARLY_25.value - 1) / se),),
        "half width of the interval": (both_tails(data / (2 * se)),),
        "one minus p": (1 - right.two_sided,),
        "the other tail": (1 - right.one_sided,),
    }


CUTS, STRICT = range(6, 25), 0.01


@pytest.fixture(scope="module")
def searches():
    twin = load("e0302")
    return {
        side: cut_points(twin, CUTS, 10_000, np.random.default_rng(6), side=side)
        for side in ("early", "either")
    }


def wrong_searches(found):
    """``found``: side to a search over the cuts."""
    early, either = (found[side].familywise(STRICT, 1) for side in ("early", "either"))
    one = found["either"].shuffles
    twelve = [look for look in one.looks if "12 months" in look.subgroup]
    tests = len(CUTS)
    return {
        "one fixed cut": (STRICT, *(one.only([look]).familywise(STRICT, 1) for look in twelve)),
        "one cut, both sides": (2 * STRICT, one.only(twelve).familywise(STRICT, 1)),
        "early side only": (early, round(early, 2)),
        "early side at the usual level": (found["early"].familywise(ALPHA, 1),),
        "level, or independent cuts": (
            found["either"].familywise(ALPHA, 1),
            1 - (1 - STRICT) ** tests,
        ),
        "sum over the cuts": (STRICT * tests,),
        "independent cuts and sides": (1 - (1 - STRICT) ** (2 * tests),),
        "sum over cuts and sides": (STRICT * 2 * tests,),
        "no find": (1 - either,),
    }


SURE, CAME = np.array([0.9, 0.8, 0.6, 0.7, 0.5]), np.array([1, 0, 1, 1, 0])


def wrong_brier():
    gap = np.abs(SURE - CAME)
    score = (gap**2).mean()
    return {
        "gap of the means, squared": ((SURE.mean() - CAME.mean()) ** 2,),
        "only the right ones": ((gap**2 * CAME).mean(),),
        "gap of the means": (SURE.mean() - CAME.mean(),),
        "all taken as right": (((1 - SURE) ** 2).mean(),),
        "only the wrong ones": ((gap**2 * (1 - CAME)).mean(),),
        "always 50%": (0.25,),
        "right and wrong exchanged": (((SURE - (1 - CAME)) ** 2).mean(),),
        "no square": (gap.mean(),),
        "root": (sqrt(score),),
        "share right": (CAME.mean(),),
        "mean confidence": (SURE.mean(),),
        "one minus the score": (1 - score,),
    }


def test_the_two_later_keys_lie_in_the_right_intervals(searches):
    assert ((SURE - CAME) ** 2).mean() == pytest.approx(0.23)
    for text in ("0.23", "23/100", "23%", ".23"):
        assert check("04.brier", text).correct
    searched = searches["either"].familywise(STRICT, 1)
    assert check("04.cutpoint_fwer", searched).correct
    assert check("04.cutpoint_fwer", round(searched, 2)).correct


def test_the_cut_point_lab_answers_the_fifth_task_as_it_comes():
    lab = cut_point().set(side="either", level="one-1")
    said = lab.sentence.partition("useless drugs")[0].rpartition("for ")[2]
    assert check("04.cutpoint_fwer", int(said.split()[0]) / 100).correct


def test_every_catalogued_wrong_answer_meets_its_own_message(null_trials, searches):
    wrong = {
        "04.interaction_p": wrong_interactions(),
        "04.familywise": wrong_familywise(null_trials),
        "04.shrunk_hr": wrong_shrinkage(),
        "04.mislabelled_p": wrong_p_of_25_mg(),
        "04.cutpoint_fwer": wrong_searches(searches),
        "04.brier": wrong_brier(),
    }
    for id, turns in wrong.items():
        messages = {turn["name"]: turn["message"] for turn in check_table(id)["wrong_turns"]}
        assert list(messages) == list(turns), id
        for name, values in turns.items():
            for value in values:
                assert check(id, value) == Feedback(False, messages[name]), (id, name, value)


def test_the_fishing_rig_answers_the_second_task_with_any_seed():
    lab = fishing_rig()
    lab.set(endpoints="both", contrasts="2", subgroups=0, level="one-2.5", seed=1)
    shown = [lab.result.familywise]
    twin = load("e0302")
    for seed in range(1, 100):
        shown.append(shuffle(twin, PLAN, 2000, np.random.default_rng(seed)).familywise(ALPHA, 1))
    assert shown[0] == shown[1]
    assert all(check("04.familywise", value).correct for value in shown), (min(shown), max(shown))
    assert max(shown) < NEARLY


def test_the_rig_as_it_comes_and_ten_thousand_shuffles_answer_in_two_decimals():
    lab = fishing_rig()
    lab.set(endpoints="both", contrasts="2", subgroups=0, level="one-2.5")
    shown = [lab.result.familywise]
    twin = load("e0302")
    for seed in range(20):
        null = shuffle(twin, PLAN, 10_000, np.random.default_rng(seed))
        shown.append(null.familywise(ALPHA, 1))
    assert {round(value, 2) for value in shown} <= {0.06, 0.07}
    assert all(check("04.familywise", round(value, 2)).correct for value in shown)


# --- the generator -------------------------------------------------------------------------------


def test_the_committed_exercises_are_what_the_generator_makes():
    assert make_exercises.main(["--check"]) == 0


def test_the_exercise_holds_no_solution_and_keeps_the_answer_boxes():
    exercise, solution = cells("exercises"), cells("solutions")
    text = "\n".join(cell.source for cell in exercise)
    assert "solution>" not in text and "Worked" not in text
    assert exercise[-1].source.endswith("[the worked solutions](../solutions/04_subgroup.ipynb).")
    assert not [cell for cell in solution if "../solutions/" in cell.source]
    boxes = [cell for cell in exercise if cell.source.startswith("answer(")]
    assert len(boxes) == len(IDS)
    for cell in boxes:
        assert "<sl-answer" in cell.outputs[0].data["text/html"]
    tagged = [c for c in solution if {"solution", "check"} & set(c.metadata.get("tags", []))]
    for cell in exercise:
        if cell.id in {c.id for c in tagged if c.cell_type == "code"}:
            assert cell.outputs == [] and cell.execution_count is None


def solution_cell(source, **more):
    cell = new_code_cell(source, outputs=[new_output("stream", text="42\n")], execution_count=1)
    cell.id = "task"
    cell.metadata = {"tags": ["solution"], **more}
    return cell


def made(*cells):
    return make_exercises.make(new_notebook(cells=list(cells))).cells


def test_a_region_becomes_one_stub_for_each_name():
    source = (
        "given = 1\n# <solution>\na, (b, *c) = 1, (2, 3)\nd: float = 4.0\na = 5\n"
        "x[i] = 2\nfor k in range(3):\n    hidden = k\nprint(a)\n# </solution>\nprint(given)"
    )
    (cell,) = made(solution_cell(source))
    stubs = "\n".join(f"{name} = ...  # your answer" for name in "abcd")
    assert cell.source == f"given = 1\n{stubs}\nprint(given)"
    assert cell.outputs == [] and cell.execution_count is None and cell.metadata == {}


def test_solution_text_is_left_out_and_other_text_stays():
    worked, question = new_markdown_cell("Worked."), new_markdown_cell("Why?")
    worked.metadata = {"tags": ["solution"]}
    assert [cell.source for cell in made(worked, question)] == ["Why?"]


def test_the_heading_of_the_solutions_becomes_that_of_the_exercises():
    heading = nbformat.v4.new_markdown_cell("# Solutions: a look\n\nFour tasks.")
    inside = nbformat.v4.new_markdown_cell("Read # Solutions: later.")
    made = make_exercises.make(nbformat.v4.new_notebook(cells=[heading, inside]))
    assert [cell.source for cell in made.cells] == [
        "# Exercises: a look\n\nFour tasks.",
        "Read # Solutions: later.",
    ]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("a = 1", "it has 0 and 0"),
        ("# <solution>\na = 1", "it has 1 and 0"),
        ("a = 1\n# </solution>", "it has 0 and 1"),
        ("# </solution>\na = 1\n# <solution>", "after it one line"),
        ("# <solution>\na = 1\n# </solution>\n# <solution>\nb = 1\n# </solution>", "2 and 2"),
        ("# <solution> a = 1\n# </solution>", "it has 0 and 1"),
        ("# <solution>\nprint(1)\n# </solution>", "nothing is assigned"),
        ("# <solution>\na = = 1\n# </solution>", "not Python"),
    ],
)
def test_malformed_markers_are_named(source, complaint):
    with pytest.raises(make_exercises.Malformed, match=f"cell task: .*{complaint}"):
        made(solution_cell(source))


def test_a_marker_outside_a_solution_cell_is_refused():
    with pytest.raises(make_exercises.Malformed, match="marker but not the tag 'solution'"):
        made(new_code_cell("# <solution>\na = 1\n# </solution>"))


def test_an_answer_box_without_its_output_is_refused():
    with pytest.raises(make_exercises.Malformed, match="no stored output"):
        made(new_code_cell('answer("04.familywise", "?")'))


def small_house(root):
    (root / "solutions").mkdir()
    nbformat.write(
        new_notebook(cells=[solution_cell("# <solution>\na = 1\n# </solution>")]),
        root / "solutions/07_x.ipynb",
    )


def test_check_names_the_file_and_the_first_difference(tmp_path, capsys):
    small_house(tmp_path)
    assert make_exercises.main(["--check"], tmp_path) == 1
    assert "exercises/07_x.ipynb: line 1: it has ''" in capsys.readouterr().err
    assert not (tmp_path / "exercises").exists()
    assert make_exercises.main([], tmp_path) == 0
    assert make_exercises.main(["--check"], tmp_path) == 0
    path = tmp_path / "exercises/07_x.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("your answer", "mine"))
    capsys.readouterr()
    assert make_exercises.main(["--check"], tmp_path) == 1
    said = capsys.readouterr().err
    assert "exercises/07_x.ipynb: line" in said and "# mine" in said and "# your answer" in said
    assert "make exercises" in said


def test_making_twice_makes_the_same_and_an_orphan_is_named(tmp_path, capsys):
    small_house(tmp_path)
    make_exercises.main([], tmp_path)
    path = tmp_path / "exercises/07_x.ipynb"
    first = path.read_bytes()
    make_exercises.main([], tmp_path)
    assert path.read_bytes() == first
    (tmp_path / "exercises/08_y.ipynb").write_bytes(first)
    assert make_exercises.main(["--check"], tmp_path) == 1
    assert "exercises/08_y.ipynb: there is no solutions/08_y.ipynb" in capsys.readouterr().err


def test_a_malformed_solution_names_its_file(tmp_path, capsys):
    (tmp_path / "solutions").mkdir()
    nbformat.write(new_notebook(cells=[solution_cell("a = 1")]), tmp_path / "solutions/07_x.ipynb")
    assert make_exercises.main([], tmp_path) == 1
    assert "solutions/07_x.ipynb: cell task: needs one line" in capsys.readouterr().err
    assert not (tmp_path / "exercises").exists()
