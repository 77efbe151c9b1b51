"""A configuration that is complete, and a way to write others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

SECRETS = {
    "LINKED_ACCOUNTS_PLATFORM__KEY": "canary-key",
    "LINKED_ACCOUNTS_PLATFORM__SECRET": "canary-secret",
}
SMALLEST = """\
mode = "observe"
[platform]
base_url = "https://splynx.test"
[store]
url = "sqlite:////tmp/state.sqlite3"
"""
Write = Callable[[str], Path]
