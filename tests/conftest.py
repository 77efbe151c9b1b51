"""Hypothesis profiles: the same examples in every run, more of them where time is cheap."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("dev", max_examples=50, derandomize=True, deadline=None)
settings.register_profile("ci", max_examples=300, derandomize=True, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
