"""Fixtures for configuration files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.support import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration file that everybody may read."""

    def write_text(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        return path

    return write_text
