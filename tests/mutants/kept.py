"""The seed that caught each mutant, kept so that a test need play just that one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

KEPT = Path(__file__).with_name("caught.json")


def load_kept() -> dict[str, int]:
    """Seeds by the name of the mutant."""
    found: dict[str, int] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def record_kept(caught: Mapping[str, int], names: frozenset[str]) -> None:
    """Keep what was caught; seeds of mutants that are no more are forgotten."""
    kept = {name: seed for name, seed in {**load_kept(), **caught}.items() if name in names}
    KEPT.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")
