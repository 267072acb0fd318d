"""Pictures: one look, words that fit, colours that can be told apart, the same bytes every time."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

import secondlook
from secondlook.figures import style
from secondlook.figures.style import DARK, LIGHT, Picture, spread
from secondlook.figures.subgroup import ForestRow, cut_point, fishing, forest, p_words
from secondlook.figures.survival import survival_curves
from secondlook.survival import kaplan_meier, kaplan_meier_band

CSS = (Path(secondlook.__file__).parent / "assets" / "look.css").read_text()
TEXT = ("ink", "muted", "cobalamin", "placebo", "mg25-text", "mg50")
LINES = (*TEXT, "mg25", "fill", "truth")


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def svgs(picture: Picture) -> list[ET.Element]:
    """The wide and the narrow drawing of a picture."""
    found = re.findall(r"<svg .*?</svg>", picture.html(), flags=re.S)
    assert len(found) == 2
    return [ET.fromstring(svg) for svg in found]


def words_of(svg: ET.Element) -> list[str]:
    return ["".join(node.itertext()) for node in svg.iter("{http://www.w3.org/2000/svg}text")]


def text_boxes(svg: ET.Element) -> list[tuple[str, float, float, float, float]]:
    """Words with left, right, top and bottom; a letter is half as wide as the type is high."""
    boxes = []
    for node in svg.iter("{http://www.w3.org/2000/svg}text"):
        words = "".join(node.itertext())
        size = float(re.search(r"font-size: ([\d.]+)", node.get("style"))[1])
        anchor = re.search(r"text-anchor: (\w+)", node.get("style"))[1]
        width = len(words) * size * 0.5
        x, y = float(node.get("x")), float(node.get("y"))
        left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
        boxes.append((words, left, left + width, y - 0.7 * size, y + 0.1 * size))
    return boxes


def assert_words_fit(picture: Picture) -> None:
    """No label is cut off by the sheet, and no two labels lie on each other."""
    for svg in svgs(picture):
        _, _, width, height = map(float, svg.get("viewBox").split())
        boxes = text_boxes(svg)
        for words, left, right, top, bottom in boxes:
            assert left >= -1 and right <= width + 1, f"{words!r} leaves the sheet sideways"
            assert top >= -1 and bottom <= height + 1, f"{words!r} leaves the sheet"
        for (a, al, ar, at, ab), (b, bl, br, bt, bb) in combinations(boxes, 2):
            overlap = min(ar, br) - max(al, bl) > 1 and min(ab, bb) - max(at, bt) > 1
            assert not overlap, f"{a!r} and {b!r} lie on each other"


def some_picture() -> Picture:
    def body(sheet):
        panel = sheet.panel(sheet.left + 40, sheet.right, sheet.bottom + 40, sheet.top - 30,
                            (0, 1), (0, 1))  # fmt: skip
        panel.x_axis([0, 1], ["0", "1"], "along")
        panel.y_axis([0, 1], ["0", "1"], "up")
        panel.line([0, 1], [0, 1], color=style.COBALAMIN)
        panel.published(0.5, 0.123456)
        panel.note(0.5, 0.8, "p 0.012345")

    return Picture("A < B", "what", "where", 'alt with "quotes" & <signs>', body)


@pytest.fixture(scope="module")
def patients() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "days": rng.integers(1, 1200, 90),
            "event": rng.random(90) < 0.6,
            "arm": np.repeat(["placebo", "25 mg", "50 mg"], 30),
        }
    )


# ------------------------------------------------------------ colour


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out(mode):
    for name in TEXT:
        assert contrast(mode[name], mode["paper"]) >= 4.5, name
    for name in LINES:
        assert contrast(mode[name], mode["paper"]) >= 3, name


def test_style_sheet_has_the_pictures_colours():
    light, dark, paper = re.findall(r"\{\n((?:\s*--sl-[^;{}]+;[^\n]*\n)+)", CSS)
    for block, colors in ((light, LIGHT), (dark, DARK), (paper, LIGHT)):
        declared = dict(re.findall(r"--sl-([\w-]+): (#[0-9a-f]{6});", block))
        for name, color in colors.items():
            assert declared[name] == color.lower(), name


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_borders_of_controls_stand_out(mode):
    edge = re.findall(r"--sl-edge: (#[0-9a-f]{6});", CSS)[mode]
    assert contrast(edge, (LIGHT, DARK)[mode]["paper"]) >= 3


def test_arms_differ_without_colour():
    dashes = {(str(arm["linestyle"]), arm["linewidth"]) for arm in style.ARMS.values()}
    assert len(dashes) == len(style.ARMS)


def test_every_colour_is_a_variable():
    picture = some_picture()
    bare = re.sub(r"var\(--sl-[\w-]+, #[0-9a-f]{6}\)", "", picture.html())
    assert not re.search(r"(fill|stroke): #", bare)
    assert "var(--sl-cobalamin, #a5123b)" in picture.html()


# ------------------------------------------------------------ the drawing itself


def test_picture_is_the_same_every_time():
    assert some_picture().html() == some_picture().html()
    assert some_picture().svg() == some_picture().svg()


def test_wide_and_narrow_share_no_id():
    ids = [set(re.findall(r'id="([^"]+)"', ET.tostring(svg, "unicode"))) for svg in
           svgs(some_picture())]  # fmt: skip
    assert ids[0] and ids[1] and not ids[0] & ids[1]
    for name in ids[0] | ids[1]:
        assert re.fullmatch(r"sl[0-9a-f]{8}-\w+", name)


def test_references_inside_a_drawing_resolve():
    for svg in svgs(some_picture()):
        text = ET.tostring(svg, "unicode")
        wanted = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
        assert wanted and wanted <= set(re.findall(r'id="([^"]+)"', text))


def test_alt_text_is_the_label_and_the_plain_text():
    picture = some_picture()
    for svg in svgs(picture):
        assert svg.get("role") == "img"
        assert svg.get("aria-label") == picture.alt
    assert picture._repr_mimebundle_()["text/plain"] == picture.alt


def test_numbers_in_words_are_not_rounded():
    for svg in svgs(some_picture()):
        assert "p 0.012345" in words_of(svg)


def test_wide_is_two_to_one_and_narrow_is_a_telephone():
    wide, narrow = svgs(some_picture())
    assert wide.get("viewBox") == "0 0 720 360"
    assert narrow.get("viewBox").split()[2] == "360"


def test_saved_file_stands_alone():
    saved = some_picture().svg()
    root = ET.fromstring(saved)
    assert root.get("aria-label") == some_picture().alt
    assert "var(" not in saved and "font-family" in saved
    assert not re.search(r'(?:href|src)="http', saved)


def test_title_subtitle_and_source_are_in_both_drawings():
    picture = survival_curves(
        pd.DataFrame({"days": [5, 9], "event": [True, False], "arm": ["placebo", "50 mg"]}),
        title="A finding that is long enough to need a second line on a telephone",
        source="somewhere",
    )
    for svg in svgs(picture):
        said = " ".join(words_of(svg))
        for part in (picture.title, picture.subtitle, picture.source):
            assert part in said
    assert_words_fit(picture)


@given(
    st.lists(st.floats(0, 1, allow_nan=False), min_size=1, max_size=8),
    st.floats(0.001, 0.5),
)
def test_spread_labels_keep_their_order_and_distance(values, gap):
    places = spread(values, gap)
    order = np.argsort(values, kind="stable")
    assert (np.diff(places[order]) >= gap - 1e-9).all()
    assert np.mean(places) == pytest.approx(np.mean(values), abs=1e-6)


def test_spread_leaves_labels_alone_that_do_not_touch():
    assert spread([0.1, 0.9, 0.5], 0.2) == pytest.approx([0.1, 0.9, 0.5])


# ------------------------------------------------------------ survival curves


def test_numbers_at_risk_are_the_patients_still_there(patients):
    picture = survival_curves(patients, title="t", source="s")
    said = words_of(svgs(picture)[0])
    placebo = patients[patients["arm"] == "placebo"]["days"]
    at = said.index("placebo", said.index("Number at risk"))
    shown = [int(text) for text in said[at + 1 : at + 9]]
    assert shown == [int((placebo >= t).sum()) for t in range(0, 1275, 182)]


def test_survival_curve_says_patients_events_and_medians(patients):
    from lifelines import KaplanMeierFitter

    picture = survival_curves(patients, title="The finding", source="s")
    assert f"{len(patients)} patients, {patients['event'].sum()} events" in picture.alt
    assert f"{len(patients)} patients, {patients['event'].sum()} events" in picture.subtitle
    for arm, rows in patients.groupby("arm"):
        fit = KaplanMeierFitter().fit(rows["days"], rows["event"])
        median = fit.median_survival_time_
        said = f"{median:.0f} days" if np.isfinite(median) else "not reached"
        assert f"{arm} {said}" in picture.alt
    assert_words_fit(picture)


def test_drawn_curve_is_the_kaplan_meier_estimate(patients):
    from lifelines import KaplanMeierFitter

    artists = survival_curves(patients, title="t", source="s").figure.artists
    grid = next(a for a in artists if isinstance(a, LineCollection)).get_segments()
    floor, ceiling = grid[0][0][1], grid[-1][0][1]  # 0% and 100%
    color = style.ARMS["25 mg"]["color"]
    curve = next(
        a for a in artists
        if isinstance(a, Line2D) and a.get_color() == color and len(a.get_xdata()) > 5
    )  # fmt: skip
    rows = patients[patients["arm"] == "25 mg"]
    fit = KaplanMeierFitter().fit(rows["days"], rows["event"])
    drawn = (np.unique(curve.get_ydata()) - floor) / (ceiling - floor)
    assert drawn == pytest.approx(np.unique(fit.survival_function_.iloc[:, 0]), abs=1e-9)


def test_band_is_lifelines(patients):
    from lifelines import KaplanMeierFitter

    rows = patients[patients["arm"] == "50 mg"]
    fit = KaplanMeierFitter().fit(rows["days"], rows["event"])
    lower, upper = kaplan_meier_band(rows["days"].to_numpy(), rows["event"].to_numpy())
    times = kaplan_meier(rows["days"].to_numpy(), rows["event"].to_numpy()).times[0]
    wanted = fit.confidence_interval_.loc[times].to_numpy()
    inside = np.isfinite(lower[0, 0])
    assert inside.sum() > 10
    assert np.column_stack([lower[0, 0], upper[0, 0]])[inside] == pytest.approx(
        wanted[inside], abs=1e-9
    )


@pytest.mark.parametrize("level", [0, 1, 95])
def test_band_needs_a_level(level):
    with pytest.raises(ValueError, match=f"level is {level}"):
        kaplan_meier_band([1, 2], [True, True], level=level)


def test_every_arm_has_its_band(patients):
    picture = survival_curves(patients, title="t", source="s")
    bands = [a for a in picture.figure.artists if isinstance(a, Polygon)]
    assert len(bands) == 3


@pytest.mark.parametrize("column", ["days", "event", "arm"])
def test_survival_curve_names_a_missing_column(patients, column):
    with pytest.raises(ValueError, match=f"no column '{column}'"):
        survival_curves(patients.drop(columns=column), title="t", source="s")


def test_survival_curve_of_nobody_is_refused(patients):
    with pytest.raises(ValueError, match="no patients"):
        survival_curves(patients.iloc[:0], title="t", source="s")


# ------------------------------------------------------------ chapter 4


def test_forest_marks_published_and_missing_estimates():
    rows = [
        ForestRow("print", 0.57, 0.35, 0.92, "published"),
        ForestRow("twin", 0.58, 0.36, 0.94),
        ForestRow("too few", np.nan, np.nan, np.nan),
        ForestRow("off the axis", 9.0, 0.01, 90.0),
    ]
    picture = forest(rows, title="Close to print", subtitle="hazard ratios", source="s")
    for svg in svgs(picture):
        assert "no estimate" in words_of(svg)
    assert "print (published) 0.57 (0.35–0.92)" in picture.alt
    assert_words_fit(picture)


def test_forest_rows_are_checked():
    with pytest.raises(ValueError, match="kind is 'guess'"):
        ForestRow("x", 1, 0.5, 2, "guess")
    with pytest.raises(ValueError, match="rows is empty"):
        forest([], title="t", subtitle="s", source="s")


def test_fishing_draws_the_path_the_learner_took():
    curve = np.linspace(0.05, 0.4, 20)
    settings = {"level": "two-sided 5%", "shuffles": 100}
    plain = fishing(curve, curve, curve, 0.01, **settings)
    path = [(1, 0.05), (4, 0.13), (30, 0.5), (20, 0.4)]  # 30 looks do not fit in a picture of 20
    walked = fishing(curve, curve, curve, 0.01, **settings, path=path)
    assert "hollow dots" in walked.subtitle and "hollow dots" not in plain.subtitle
    assert "Hollow diamond: the one-sided 1% level" in plain.source
    path = path[:2] + path[3:]
    assert walked.html().count("<use") == plain.html().count("<use") + 2 * (len(path) - 1)


def test_cut_point_circles_the_smallest_p():
    p = np.array([0.5, 0.04, 0.3])
    picture = cut_point(
        [6, 7, 8], p, 0, [("fixed", 0.03), ("searched", 0.1)], (7, 0.01),
        trial=3, alpha=0.025, level="one-sided 2.5%", shuffles=50,
    )  # fmt: skip
    assert picture.title == "Null trial 3: the smallest p is 0.040, at 7 months"
    assert "smallest, 0.040" in words_of(svgs(picture)[0])


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.5, "0.50"), (0.0999, "0.100"), (0.0123, "0.012"), (0.0001, "below 0.001")],
)
def test_p_is_said_in_one_way(p, words):
    assert p_words(p) == words


def test_p_that_is_not_there_is_said():
    assert p_words(float("nan")) == "not computable"
