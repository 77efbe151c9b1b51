"""A set-up with real adapters: settings that point to a sandbox."""

from __future__ import annotations

from pathlib import Path

from connector.config import Settings, load_settings
from connector.sandbox.server import RunningSandbox
from tests.proof import prove_at

FILE = """\
mode = "{mode}"
[platform]
base_url = "{base_url}"
clock = "{clock}"
requests_per_second = 0
[store]
url = "sqlite:///{folder}/state.sqlite3"
{more}
"""


def secrets(box: RunningSandbox) -> dict[str, str]:
    """Key and secret as the environment carries them."""
    return {
        "LINKED_ACCOUNTS_PLATFORM__KEY": box.key,
        "LINKED_ACCOUNTS_PLATFORM__SECRET": box.secret,
    }


def write(
    box: RunningSandbox,
    folder: Path,
    *,
    mode: str = "act",
    clock: str = "server",
    base_url: str | None = None,
    more: str = "",
) -> Path:
    """A configuration file for a sandbox."""
    path = folder / "config.toml"
    text = FILE.format(
        mode=mode, base_url=base_url or box.base_url, clock=clock, folder=folder, more=more
    )
    path.write_text(text, encoding="utf-8")
    return path


def settings(
    box: RunningSandbox,
    folder: Path,
    *,
    mode: str = "act",
    clock: str = "server",
    base_url: str | None = None,
    more: str = "",
) -> Settings:
    """The settings of such a file."""
    prove_at(f"sqlite:///{folder}/state.sqlite3")
    path = write(box, folder, mode=mode, clock=clock, base_url=base_url, more=more)
    return load_settings(path, secrets(box))
