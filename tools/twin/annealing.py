"""Simulated annealing: change one value at a time, keep what brings the table nearer to print."""

import math


def anneal(rng, steps, hot, cold, propose, energy):
    """Lower ``energy()`` by random changes; return the last energy.

    ``propose(rng)`` makes one change and returns a function that takes it back, or None when the
    change is not allowed. A worse state is kept with probability exp(-rise / temperature), and the
    temperature falls geometrically from ``hot`` to ``cold``. Ends early when nothing is left to
    gain. Energies are rounded so that the last bit of a logarithm, which may differ between
    machines, does not steer the path.
    """
    now = round(energy(), 9)
    fall = (cold / hot) ** (1 / max(steps, 1))
    temperature = hot
    for _ in range(steps):
        if now == 0:
            break
        temperature *= fall
        undo = propose(rng)
        if undo is None:
            continue
        new = round(energy(), 9)
        if new <= now or rng.random() < round(math.exp((now - new) / temperature), 9):
            now = new
        else:
            undo()
    return now


def outside(value, lower, upper):
    """Distance of ``value`` from the interval [lower, upper]; 0 inside."""
    return max(lower - value, value - upper, 0.0)
