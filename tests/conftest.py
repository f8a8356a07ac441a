"""What all tests share: one profile of Hypothesis, so that a failure repeats."""

from hypothesis import settings

settings.register_profile("sinapsi", deadline=None, derandomize=True)
settings.load_profile("sinapsi")
