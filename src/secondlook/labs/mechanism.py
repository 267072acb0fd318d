"""The labs of chapter 1: a chain of maybes, the just-so machine, before the trial."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from secondlook import credibility
from secondlook.credibility import Coins
from secondlook.evidence import published
from secondlook.figures import mechanism as pictures
from secondlook.figures.mechanism import IDEAS, Ideas, Story, percent
from secondlook.figures.style import Picture
from secondlook.labs.controls import Choice, Slider
from secondlook.labs.lab import Lab, Recipe

ROUNDS = 200

# ---------------------------------------------------------------- a chain of maybes

LINKS = (
    "It reaches the nerve cells",
    "A huge dose beats a normal one",
    "What it changes drives ALS",
    "It does in people what it did in mice",
    "The decline slows enough to see",
)


@dataclass(frozen=True)
class Chain:
    """What is left of a story after each link."""

    probability: np.ndarray  # (links,) each by itself
    holds: np.ndarray  # (links,) the first one, two, … all hold
    independent: np.ndarray  # (links,) the same if each link were on its own
    shared: float

    @property
    def whole(self) -> float:
        return float(self.holds[-1])

    @property
    def weakest(self) -> float:
        return float(self.probability.min())


def chain_of_maybes() -> Lab:
    """Return the lab *Chain of maybes*: five plausible links, and the whole story."""
    sliders = [
        Slider(f"link{i}", f"{i} {name}", 0, 100, 80, 5, unit="%")
        for i, name in enumerate(LINKS, 1)
    ]
    shared = Slider("shared", "How much the links share one fate", 0, 100, 0, 10, "%", more=True)
    return Lab(
        "chain-of-maybes",
        [*sliders, shared],
        {
            "All at 80%": _links(80),
            "All at 95%": _links(95),
            "One weak link": {**_links(95), "link3": 30},
            "Share more of one fate": lambda now: {"shared": (now["shared"] + 50) % 150},
        },
        Recipe(_chain, _chain_sentence, _chain_picture, _chain_numbers),
        smooth=True,
    )


def _links(percent: int) -> dict:
    return {**{f"link{i}": percent for i in range(1, len(LINKS) + 1)}, "shared": 0}


def _chain(shared, **links) -> Chain:
    probability = np.array([links[f"link{i}"] for i in range(1, len(LINKS) + 1)]) / 100
    own = credibility.chain(probability)
    return Chain(probability, credibility.chain(probability, shared / 100), own, shared / 100)


def _chain_sentence(chain: Chain, **_) -> str:
    each = [percent(p) for p in chain.probability]
    if len(set(each)) == 1:
        links = f"Five links at {each[0]} each"
    else:
        links = f"Links at {', '.join(each[:-1])} and {each[-1]}"
    fate = f"with {percent(chain.shared)} of their fate shared" if chain.shared else "on their own"
    said = (
        f"{links}, {fate}, make a chain of {percent(chain.whole)}. Were all bound to one fate it "
        f"would be {percent(chain.weakest)}, its weakest link"
    )
    return (
        f"{said}; with each on its own, {percent(chain.independent[-1])}."
        if chain.shared
        else f"{said}."
    )


def _chain_picture(chain: Chain, **_) -> Picture:
    return pictures.chain_of_maybes(
        LINKS, chain.probability, chain.holds, chain.independent, shared=chain.shared
    )


def _chain_numbers(chain: Chain, **_) -> list[dict[str, str]]:
    return [
        {
            "Link": name,
            "By itself": percent(p),
            "Chain so far": f"{100 * holds:.1f}%",
            "If each were on its own": f"{100 * own:.1f}%",
        }
        for name, p, holds, own in zip(
            LINKS, chain.probability, chain.holds, chain.independent, strict=True
        )
    ]


# ---------------------------------------------------------------- the just-so machine

# Two sides of a factor and a reason for either. Invented, and written to be equally good.
STORIES: dict[str, tuple[str, Story, Story]] = {
    "time": (
        "time since the first symptom",
        Story(
            "those who started late",
            "The cells that are left after the first year are the hardy ones. They live long "
            "enough for a slow vitamin to mend them.",
        ),
        Story(
            "those who started early",
            "Most nerve cells are still alive in the first year. There is something left to "
            "save, and the vitamin comes in time.",
        ),
    ),
    "sex": (
        "sex",
        Story(
            "women", "Female hormones may protect nerve cells a little. The drug builds on that."
        ),
        Story("men", "Men lack the protection of female hormones. The drug fills that gap."),
    ),
    "onset": (
        "where it began",
        Story(
            "those whose speech went first",
            "The nerves of the tongue are short. What the drug repairs soon arrives where it is "
            "needed.",
        ),
        Story(
            "those whose limbs went first",
            "The nerves of arm and leg are long and cost their cells the most. They have the "
            "most to gain.",
        ),
    ),
    "age": (
        "age",
        Story(
            "younger patients",
            "Young nerve cells can still sprout. The drug gives them the means.",
        ),
        Story(
            "older patients",
            "With age vitamin B12 runs low. Where more is missing, more is mended.",
        ),
    ),
    "pace": (
        "pace before treatment",
        Story(
            "those who decline fast",
            "Where much is lost each month, there is much that can be kept.",
        ),
        Story(
            "those who decline slowly",
            "Where cells die slowly, a vitamin has time to rescue them.",
        ),
    ),
    "riluzole": (
        "riluzole",
        Story(
            "those on riluzole",
            "Riluzole calms the nerve cells first. Only then can the vitamin mend them.",
        ),
        Story(
            "those without riluzole",
            "Riluzole already takes away the harm that the vitamin could. Without it there is "
            "room.",
        ),
    ),
    "homocysteine": (
        "homocysteine at the start",
        Story(
            "those with much homocysteine",
            "Where more can be lowered, there is more to gain for the nerve cells.",
        ),
        Story(
            "those with little homocysteine",
            "Their cycle still turns, so the vitamin finds an engine that it can drive.",
        ),
    ),
}


@dataclass(frozen=True)
class Machine:
    """The tosses so far, and the two stories for the last one."""

    told: Story
    other: Story
    coins: Coins
    real: float

    @property
    def rounds(self) -> int:
        return len(self.coins.again)


@lru_cache(maxsize=8)
def _tosses(seed: int, real: int) -> Coins:
    return credibility.coin_subgroups(ROUNDS, np.random.default_rng(seed), real=real / 100)


def just_so_machine() -> Lab:
    """Return the lab *Just-so machine*: a story for every subgroup, whichever the coin chose."""
    return Lab(
        "just-so-machine",
        [
            Choice("factor", "The two sides differ in", _factors(), "time"),
            Slider("rounds", "Results explained so far", 1, ROUNDS, 100),
            Slider("real", "Differences that are real", 0, 100, 0, 10, unit="%"),
            Slider("seed", "Seed of the coins", 1, 99, 7, more=True),
        ],
        {
            "Next toss": _next_toss,
            "The coin the other way": _other_way,
            "All 200": {"rounds": ROUNDS},
            "Make half of them real": {"real": 50},
        },
        Recipe(_machine, _machine_sentence, _machine_picture, _machine_numbers),
        smooth=True,
    )


def _factors() -> dict[str, str]:
    return {key: words for key, (words, _, _) in STORIES.items()}


def _next_toss(now: dict) -> dict:
    """One more result, of the next factor."""
    keys = list(STORIES)
    following = keys[(keys.index(now["factor"]) + 1) % len(keys)]
    return {"factor": following, "rounds": now["rounds"] % ROUNDS + 1}


def _other_way(now: dict) -> dict:
    """The next result, of the same factor, whose coin fell on the other side."""
    first = _tosses(now["seed"], now["real"]).first
    later = np.roll(first != first[now["rounds"] - 1], -now["rounds"])
    return {"rounds": (now["rounds"] + int(later.argmax())) % ROUNDS + 1}


def _machine(factor, rounds, real, seed) -> Machine:
    every = _tosses(seed, real)
    coins = Coins(every.first[:rounds], every.again[:rounds])
    _, one, two = STORIES[factor]
    told, other = (one, two) if coins.first[-1] else (two, one)
    return Machine(told, other, coins, real / 100)


def _machine_sentence(machine: Machine, **_) -> str:
    n, agreed = machine.rounds, machine.coins.came_again
    result = "result" if n == 1 else "results"
    chose = "it helped" if machine.real else "the coin chose"
    there = f", {percent(machine.real)} of them real on average" if machine.real else ""
    return (
        f"Of {n} {result}{there}, {n} had a story and {agreed} came out again in a second trial. "
        f"This time {chose} {machine.told.who}; the story for "
        f"{machine.other.who} was just as ready."
    )


def _machine_picture(machine: Machine, **_) -> Picture:
    return pictures.just_so(
        machine.told, machine.other, machine.coins.again, real=machine.real
    )  # fmt: skip


def _machine_numbers(machine: Machine, **_) -> list[dict[str, str]]:
    n, agreed = machine.rounds, machine.coins.came_again
    facts = {
        "Results so far": f"{n}",
        "Results that had a story": f"{n}",
        "Results that came out again": f"{agreed} ({percent(agreed / n)})",
        "Expected to come out again": percent(0.5 + machine.real / 2),
        f"This time: {machine.told.who}": machine.told.why,
        f"The other way: {machine.other.who}": machine.other.why,
    }
    return [{"What": what, "Value": value} for what, value in facts.items()]


# ---------------------------------------------------------------- before the trial

LEVELS = {"5": ("5%", 0.05), "2.5": ("2.5%", 0.025), "1": ("1%", 0.01), "0.1": ("0.1%", 0.001)}


@dataclass(frozen=True)
class Worth:
    """What a positive trial is worth."""

    ideas: Ideas
    level: str
    true: float  # probability that the idea of a positive trial works
    still: float  # and of a negative one


def before_the_trial() -> Lab:
    """Return the lab *Before the trial*: what was believed before decides what p can mean."""
    return Lab(
        "before-the-trial",
        [
            Slider("prior", "Ideas that work, before the trial", 1, 99, 10, unit="%"),
            Slider("power", "Power: their trials that are positive", 5, 99, 80, unit="%"),
            Choice(
                "level",
                "Level: trials of useless ideas that are positive",
                {key: words for key, (words, _) in LEVELS.items()},
                "5",
            ),
        ],
        {
            "One in ten, as at first": {"prior": 10, "power": 80, "level": "5"},
            "A long shot, 1 in 100": {"prior": 1},
            "The same trials at the 1% level": _stricter,
            "E0302 as it was planned": _planned,
        },
        Recipe(_worth, _worth_sentence, _worth_picture, _worth_numbers),
        smooth=True,
    )


def _stricter(now: dict) -> dict:
    """The same trials, judged at 1%: fewer useless ideas pass, and fewer good ones."""
    alpha = LEVELS[now["level"]][1]
    if now["power"] / 100 <= alpha:  # only at 5% and 5: a trial that cannot tell
        return {"level": "1", "power": 5}
    power = credibility.power_at_level(now["power"] / 100, alpha, LEVELS["1"][1])
    return {"level": "1", "power": int(np.clip(round(100 * float(power)), 5, 99))}


def _planned(now: dict) -> dict:
    level = f"{published('K19.des.plan.alpha').value:g}"
    return {"power": int(published("K19.des.plan.power").value), "level": level}


def _worth(prior, power, level) -> Worth:
    words, alpha = LEVELS[level]
    prior, power = prior / 100, power / 100
    work = round(IDEAS * prior)
    found, false = round(work * power), round((IDEAS - work) * alpha)
    return Worth(
        Ideas(found, work - found, false, IDEAS - work - false),
        words,
        float(credibility.positive_predictive_value(prior, power, alpha)),
        float(credibility.positive_predictive_value(prior, 1 - power, 1 - alpha)),
    )


def _worth_sentence(worth: Worth, prior, **_) -> str:
    ideas = worth.ideas
    said = (
        f"A positive trial takes an idea from {prior}% to {percent(worth.true)}, a negative one to "
        f"{percent(worth.still)}. Of {IDEAS:,} ideas {ideas.found + ideas.missed} work"
    )
    if not ideas.found or not ideas.false:  # too few to count in whole ideas
        return f"{said}."
    useless = "useless one" if ideas.false == 1 else "useless ones"
    return (
        f"{said}: {ideas.found} of them have a positive trial, and so have {ideas.false} {useless}."
    )


def _worth_picture(worth: Worth, **_) -> Picture:
    return pictures.before_the_trial(worth.ideas, worth.true, level=worth.level)


def _worth_numbers(worth: Worth, **_) -> list[dict[str, str]]:
    ideas = worth.ideas
    rows = (
        ("works", ideas.found, ideas.missed),
        ("does not work", ideas.false, ideas.quiet),
        ("together", ideas.found + ideas.false, ideas.missed + ideas.quiet),
    )
    table = [
        {"The idea": name, "Trial positive": f"{yes}", "Trial negative": f"{no}"}
        for name, yes, no in rows
    ]
    shares = {"Trial positive": percent(worth.true), "Trial negative": percent(worth.still)}
    return [*table, {"The idea": "works, given the trial", **shares}]
