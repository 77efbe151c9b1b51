"""Fixtures: a clean shell, and a site with a sandbox behind it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.cli.support import PREFIX, Shell, Site
from tests.proof import prove_at

FAMILY = SandboxOptions(families=1, subs=3, seed=1)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    """A shell without any setting of ours; the process logs afterwards as it did before."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield Shell(folder=tmp_path, environment=monkeypatch, capsys=capsys)
    root.handlers, root.level = handlers, level


@pytest.fixture
def bare_site(shell: Shell) -> Iterator[Site]:
    """A site with complete settings in its environment, in act mode, and no store yet."""
    with RunningSandbox(FAMILY) as box:
        shell.set(
            MODE="act",
            PLATFORM__BASE_URL=box.base_url,
            PLATFORM__KEY=box.key,
            PLATFORM__SECRET=box.secret,
            PLATFORM__CLOCK="server",
            PLATFORM__REQUESTS_PER_SECOND="0",
            STORE__URL=f"sqlite:///{shell.folder}/state.sqlite3",
            BOUNDS__FIRST_RUN_APPROVAL="false",
        )
        yield Site(box=box, shell=shell)


@pytest.fixture
def site(bare_site: Site) -> Site:
    """The same with a store whose installation was probed, and no link yet."""
    prove_at(f"sqlite:///{bare_site.shell.folder}/state.sqlite3")
    return bare_site
