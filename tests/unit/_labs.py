"""What tests of labs share: every lab of the course, and settings to try it at."""

import importlib
import inspect
import random
import re
from pathlib import Path

from secondlook import labs
from secondlook.labs.controls import Slider, Text
from secondlook.labs.lab import Lab

FOLDER = Path(labs.__file__).parent
WIRING = {"__init__", "lab", "controls", "live"}
RANDOM_SETTINGS = 12


def _makers():
    """Every function of a chapter's module that returns a lab, by the lab's name."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem in WIRING:
            continue
        module = importlib.import_module(f"secondlook.labs.{path.stem}")
        for name, made in inspect.getmembers(module, inspect.isfunction):
            here = made.__module__ == module.__name__ and not name.startswith("_")
            if here and made.__annotations__.get("return") in (Lab, "Lab"):
                found[name.replace("_", "-")] = made
    return found


MAKERS = _makers()


def numbers_in(text: str) -> list[float]:
    """Every number of a text, in order, thousands without their comma."""
    found = re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", text))
    return [float(number) for number in found]


def settings_to_try(lab: Lab) -> list[dict]:
    """Both ends of every control, every key of every choice, and seeded random settings."""
    ends = [{c.name: value} for c in lab.controls for value in c.ends()]
    rng = random.Random(lab.name)
    for _ in range(RANDOM_SETTINGS):
        ends.append({c.name: some_value(c, rng) for c in lab.controls})
    return ends


def some_value(control, rng: random.Random):
    """A value the control accepts."""
    if isinstance(control, Slider) and control.name == "seed":
        return rng.choice([7, 8])  # each new seed is a new set of shuffles
    if isinstance(control, Slider):
        steps = round((control.high - control.low) / control.step)
        return control.check(control.low + rng.randint(0, steps) * control.step)
    if isinstance(control, Text) and rng.random() < 0.5:
        marks = "0123456789.,;()%/+=<–−- pnHRCIto"
        return "".join(rng.choices(marks, k=rng.randint(1, 40)))
    return rng.choice(control.ends())
