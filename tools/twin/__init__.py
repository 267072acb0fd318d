"""How the synthetic twin of a trial is made; ``tools/make_twin.py`` is the door."""
