"""The pictures of the labs *Stepwise* and *Credibility checklist*."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from secondlook.figures.style import COBALAMIN, FILL, GRID, INK, MUTED, SMALL, Picture, Sheet


def stepwise(
    names: Sequence[str], shares, own, shown, *, same: int, models: int, sample: int,
    resamples: int, level: str,
) -> Picture:  # fmt: skip
    """Draw how often resamples keep each factor, and what the patients and one resample keep.

    Parameters
    ----------
    names : sequence of str
    shares : (factors,)
        Share of the resamples that keep each factor.
    own, shown : (factors,) bool
        Kept in the patients themselves, and in the resample that is shown; shown may be None.
    same, models, sample, resamples : int
        Resamples with the patients' own model; different models; the one shown; how many.
    level : str
    """
    shares, own = np.asarray(shares), np.asarray(own)
    dots = f"; dots: kept by resample {sample}" if shown is not None else ""

    def body(sheet: Sheet) -> None:
        box = (sheet.left + 152, sheet.right - 60, sheet.bottom + 38, sheet.top - 4)
        panel = sheet.panel(*box, (0, 1), (len(names) - 0.4, -0.6))
        panel.x_axis((0, 0.5, 1), ("0", "50", "100%"), "of resamples keep the factor")
        for y, (name, share) in enumerate(zip(names, shares, strict=True)):
            color = COBALAMIN if own[y] else FILL
            panel.segments([0], [max(share, 0.004)], [y], color=color, width=11)
            weight = "bold" if own[y] else "normal"
            panel.note(0, y, name, dx=-8, ha="right", size=SMALL, weight=weight)
            panel.note(share, y, f"{100 * share:.0f}%", dx=5, size=SMALL)
        if shown is not None and np.any(shown):
            at = np.flatnonzero(shown)
            beyond = 1 + 48 / (box[1] - box[0])  # clear of the shares, however wide the page
            panel.points([beyond] * len(at), at, color=INK, size=7)

    kept = ", ".join(n for n, stays in zip(names, own, strict=True) if stays) or "none"
    return Picture(
        title=f"{same} of {resamples} resamples keep exactly the same factors as the patients",
        subtitle=f"Share of resamples in which each factor stays at {level}; bold and red, kept "
        f"in the patients themselves{dots}",
        source="E0302 twin, synthetic, placebo arm. Apart from early or late, what a factor does "
        "here is its makers' choice",
        alt=f"Bars: how often {resamples} resamples of the placebo arm keep each of {len(names)} "
        f"factors. Most often {names[int(shares.argmax())]}, {100 * shares.max():.0f}%. The "
        f"patients themselves keep: {kept}. {same} resamples keep exactly the same, and {models} "
        "different models come up.",
        body=body,
        height=140 + 19.0 * len(names),
        narrow_height=60 + 19.0 * len(names),
    )


def checklist(
    names: Sequence[str], yours: Sequence[str | None], ours: Sequence[str], scale: Sequence[str],
    *, answered: int, agreed: int,
) -> Picture:  # fmt: skip
    """Draw the reader's answers, and ours beside those that are answered.

    Parameters
    ----------
    names : sequence of str
    yours : sequence of str or None
        None is not answered yet.
    ours : sequence of str
    scale : sequence of str
        The answers from left to right.
    answered, agreed : int
    """
    scale = list(scale)

    def body(sheet: Sheet) -> None:
        left, right = (132, 20) if sheet.narrow else (158, 30)
        box = (sheet.left + left, sheet.right - right, sheet.bottom + 30, sheet.top - 6)
        panel = sheet.panel(*box, (-0.3, len(scale) - 0.7), (len(names) - 0.4, -0.6))
        panel.x_axis(range(len(scale)), scale)
        for y, (name, mine, theirs) in enumerate(zip(names, yours, ours, strict=True)):
            panel.line(panel.xlim, (y, y), color=GRID, linewidth=1)
            told = MUTED if mine is None else INK
            panel.note(panel.xlim[0], y, name, dx=-8, ha="right", size=SMALL, color=told)
            if mine is not None:
                panel.points(scale.index(theirs), y, fill=False, marker="D", size=12)
                panel.points(scale.index(mine), y, color=COBALAMIN, marker="s", size=7)

    rows = zip(names, yours, ours, strict=True)
    told = "; ".join(f"{n}: you {m}, we {t}" for n, m, t in rows if m is not None)
    return Picture(
        title=f"{answered} of {len(names)} criteria answered, {agreed} as we do",
        subtitle="Filled square: yours; hollow diamond: ours, shown once you have answered",
        source="Criteria in our words, after the instruments of Schandelmaier 2020 and Sun 2012",
        alt=f"Chart of {len(names)} criteria for a believable subgroup effect, {answered} "
        f"answered. {told}".strip()
        + ("" if told else "None is answered yet.")
        + ("." if told else ""),
        body=body,
        height=130 + 24.0 * len(names),
        narrow_height=50 + 24.0 * len(names),
    )
