"""Settings that all unit tests share."""

from hypothesis import settings

# A busy machine must not fail a property, and a run must be the same as the last one.
settings.register_profile("course", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("course")
