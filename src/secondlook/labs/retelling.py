"""Two labs of chapter 6: a sentence followed back to its source, and one result told five ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from secondlook.figures import retelling as pictures
from secondlook.figures.retelling import Stage, TellingRow
from secondlook.figures.style import Picture
from secondlook.labs.controls import Choice, Slider
from secondlook.labs.lab import Lab, Recipe
from secondlook.retelling import Genealogy, Spin, Step, Telling, genealogies, spin, spins
from secondlook.retelling.genealogy import KINDS, LINKS
from secondlook.retelling.spin import FEATURES, LEANS, TELLINGS


def _list(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


# ---------------------------------------------------------------- genealogy

_MARKS = {"all": "every change", **KINDS}


@dataclass(frozen=True)
class Traced:
    """A sentence, how far back the reader has come, and how many sentences show the marked kind."""

    genealogy: Genealogy
    back: int
    alike: int

    @property
    def here(self) -> Step:
        """The place that the reader has come to."""
        return self.genealogy.steps[self.back]


def genealogy() -> Lab:
    """Return the lab *Genealogy*: a sentence followed back through its sources, step by step.

    Examples
    --------
    >>> genealogy().set(sentence="days", back=0).result.here.year
    '2024'
    """
    found = _sentences()
    first = next(iter(found))
    deepest = max(each.length for each in found.values())
    return Lab(
        "genealogy",
        [
            Choice("sentence", "Sentence", {key: g.label for key, g in found.items()}, first),
            Slider("back", "Steps back from the telling", 0, deepest, 0),
            Choice("mark", "Mark", _MARKS, "all"),
        ],
        {
            "As you meet it": {"back": 0},
            "One step back": lambda now: {"back": min(now["back"] + 1, _length(now))},
            "All the way back": lambda now: {"back": _length(now)},
            "Next sentence": _next_sentence,
        },
        Recipe(_traced, _traced_sentence, _traced_picture, _traced_numbers),
        smooth=True,
        follows={"sentence": {"back": 0}},
    )


def _sentences() -> dict[str, Genealogy]:
    return {each.key: each for each in genealogies()}


def _length(now: dict) -> int:
    return _sentences()[now["sentence"]].length


def _next_sentence(now: dict) -> dict:
    keys = list(_sentences())
    return {"sentence": keys[(keys.index(now["sentence"]) + 1) % len(keys)], "back": 0}


def _traced(sentence, back, mark) -> Traced:
    found = _sentences()
    alike = sum(bool(each.changes) if mark == "all" else mark in each.changes
                for each in found.values())  # fmt: skip
    return Traced(found[sentence], min(back, found[sentence].length), alike)


def _changed(step: Step) -> str:
    return "; ".join(KINDS[kind] for kind in step.changed)


def _whole(chain: Genealogy) -> str:
    return f"{_count(len(chain.changes), 'change')} in {_count(chain.length, 'step')}"


def _traced_sentence(result: Traced, mark, **_) -> str:
    chain, here = result.genealogy, result.here
    if result.back:
        above = chain.steps[result.back - 1]
        told = f"{above.turned} ({_changed(above)})" if above.changed else "nothing changed"
        said = f"{_count(result.back, 'step')} back: {here.place}; on the way up from here {told}."
        said += f" The link: {LINKS[above.link]}."
    else:
        lie = "lies" if chain.length == 1 else "lie"
        said = f"As you meet it: {here.place}; {_count(chain.length, 'step')} {lie} behind it."
    said += _end(chain) if result.back == chain.length else _ask(result)
    if mark != "all":
        said += f" Of {len(genealogies())} sentences {result.alike} show “{KINDS[mark]}”."
    return said


def _ask(result: Traced) -> str:
    if result.back:
        return " Before you go on, say which word of this, if any, will be different one step back."
    return (
        " Before you go back, say which of its words, if any, will be different there. "
        "“Numbers” has the whole chain, for whoever cannot press the buttons."
    )


def _end(chain: Genealogy) -> str:
    said = f" The chain ends here: {_whole(chain)}."
    for each in chain.beside:
        said += f" Set beside it, {each.heading}: {each.step.where}."
    unchanged = sum(not each.changes for each in genealogies())
    return f"{said} Of {len(genealogies())} sentences {unchanged} came through unchanged."


def _stages(result: Traced, mark: str) -> list[Stage]:
    chain = result.genealogy
    passed = [
        Stage(
            step.place,
            step.says,
            step.held,
            _stage_words(step),
            bool(step.changed),
            mark == "all" or mark in step.changed,
            step.how,
            f"The link: {LINKS[step.link]}",
            step.link,
        )
        for step in chain.steps[: result.back]
    ]
    here = result.here
    if result.back < chain.length:
        return [*passed, _stage(here, "what will be different one step back?")]
    beside = [_stage(each.step, "", f"Set beside it: {each.heading}") for each in chain.beside]
    return [*passed, _stage(here), *beside]


def _stage(step: Step, asked: str = "", heading: str = "") -> Stage:
    """A place with nothing shown behind it, and a question in its stead."""
    return Stage(step.place, step.says, step.held, asked, bool(asked), False, "", "", "", heading)


def _stage_words(step: Step) -> str:
    return f"changed: {_changed(step)}" if step.changed else "unchanged"


def _traced_picture(result: Traced, mark, **_) -> Picture:
    chain = result.genealogy
    return pictures.chain(
        _stages(result, mark),
        result.back,
        result.back < chain.length,
        title=f"“{chain.label[0].upper()}{chain.label[1:]}”{_how_far(result)}",
        subtitle="Each place where the sentence stands, and what became of it on the way up"
        + ("" if mark == "all" else f". Filled: a change of the kind “{KINDS[mark]}”"),
        source="The pages and papers are named in the picture; what they say is in our words",
    )


def _how_far(result: Traced) -> str:
    if result.back == result.genealogy.length:
        return f": {_whole(result.genealogy)}"
    return f", {_count(result.back, 'step')} back" if result.back else ", as you meet it"


def _traced_numbers(result: Traced, **_) -> list[dict[str, str]]:
    chain = result.genealogy
    end = "no source found" if chain.steps[-1].held == "unfound" else "this is the source"
    told = [(f"{row}", step, end) for row, step in enumerate(chain.steps)]
    told += [("beside", each.step, f"set beside it: {each.heading}") for each in chain.beside]
    return [
        {
            "Steps back": back,
            "Where": step.place,
            "What stands there": step.says,
            "On the way up to it": _stage_words(step) if step.link else instead,
            "How": step.how or "–",
            "Link": LINKS.get(step.link, "–"),
        }
        for back, step, instead in told
    ]


# ---------------------------------------------------------------- spin dial

_COLUMNS = {
    "endpoint": "endpoint",
    "size": "size",
    "interval": "interval",
    "time": "how long",
    "who": "in whom",
    "planned": "planned?",
    "open": "what is open",
}
_BESIDE = {
    "all": "all five",
    "careful": "the most careful one",
    "other": "one that leans elsewhere",
}


@dataclass(frozen=True)
class Dialled:
    """A result, the telling at the dial, and the tellings that are shown with it, by place."""

    spin: Spin
    telling: Telling
    shown: tuple[Telling, ...]


def spin_dial() -> Lab:
    """Return the lab *Spin dial*: one result told five ways, and what each telling keeps.

    Examples
    --------
    >>> spin_dial().set(finding="early", dial=1).result.telling.drops
    ()
    """
    found = spins()
    return Lab(
        "spin-dial",
        [
            Choice("finding", "Result", {each.key: each.label for each in found}, "e0302"),
            Slider("dial", "From the most careful to the most spun", 1, TELLINGS, 3),
            Choice("beside", "Set beside it", _BESIDE, "all"),
        ],
        {
            "Most careful": {"dial": 1},
            "Most spun": {"dial": TELLINGS},
            "The other direction": lambda now: {
                "dial": spin(now["finding"]).opposite(now["dial"]).place
            },
            "Next result": _next_result,
        },
        Recipe(_dialled, _dialled_sentence, _dialled_picture, _dialled_numbers),
        smooth=True,
    )


def _next_result(now: dict) -> dict:
    keys = [each.key for each in spins()]
    return {"finding": keys[(keys.index(now["finding"]) + 1) % len(keys)]}


def _dialled(finding, dial, beside) -> Dialled:
    found = spin(finding)
    here = found.by_place[dial - 1]
    others = {
        "all": found.tellings,
        "careful": found.by_place[:1],
        "other": (found.opposite(dial),),
    }[beside]
    shown = {telling.place: telling for telling in (here, *others)}
    return Dialled(found, here, tuple(shown[place] for place in sorted(shown)))


def _features(names: Sequence[str]) -> str:
    return _list([FEATURES[name] for name in names]) if names else "nothing"


def _kept(telling: Telling) -> str:
    return f"{len(telling.keeps)} of {len(FEATURES)}"


def _dialled_sentence(result: Dialled, dial, **_) -> str:
    here = result.telling
    said = f"Place {dial} of {TELLINGS}: what a reader may take from it is “{here.invites}”. "
    if dial > 1:
        said += f"From the most careful one it would be “{result.spin.by_place[0].invites}”. "
    said += f"This telling {LEANS[here.leans]} and keeps {_kept(here)} features"
    said += f"; it drops {_features(here.drops)}. " if here.drops else ". "
    return f"{said}Why it stands here: {here.reason}"


def _dialled_picture(result: Dialled, dial, **_) -> Picture:
    here = result.telling
    rows = [
        TellingRow(
            each.place,
            LEANS[each.leans],
            tuple(name in each.keeps for name in FEATURES),
            each is here,
        )
        for each in result.shown
    ]
    columns = {_COLUMNS[name]: words for name, words in FEATURES.items()}
    return pictures.telling(
        here.words,
        rows,
        columns,
        title=f"Place {dial} of {TELLINGS}, {LEANS[here.leans]}: keeps {_kept(here)} features",
        subtitle=f"{result.spin.label}. 1 lets a reader weigh it best. "
        "Filled: kept; hollow: left out",
        source=f"{result.spin.source}. Words and places are ours",
    )


def _dialled_numbers(result: Dialled, **_) -> list[dict[str, str]]:
    return [
        {
            "Place": f"{each.place} ({each.key})",
            "Telling": each.words,
            "It": LEANS[each.leans],
            "Keeps": f"{_kept(each)}: {_features(each.keeps)}",
            "Leaves out": _features(each.drops),
            "Why here": each.reason,
        }
        for each in result.spin.by_place
    ]
