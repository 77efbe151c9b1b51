"""Every branch of domain and saga is taken by the tests of domain and saga, without an adapter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = "connector/domain,connector/saga"


@pytest.mark.slow
def test_the_core_is_covered_by_its_own_tests(tmp_path: Path) -> None:
    """As ``make coverage`` measures it: whoever adds a rule adds the tables for it."""
    data = f"--data-file={tmp_path}/core"
    suite = ["-m", "pytest", "-q", "-n", "0", "tests/domain", "tests/saga"]
    _coverage("run", data, f"--source={CORE}", *suite)
    _coverage("combine", "--quiet", data)
    _coverage("report", data, "--fail-under=100", "--show-missing", "--skip-covered")


def _coverage(*arguments: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "coverage", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
