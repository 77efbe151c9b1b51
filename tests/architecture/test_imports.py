"""Who may import whom, and that importing does nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT, sources

WATCHED_IMPORT = """
import importlib, os, sys, threading
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
EVENTS = ("socket.", "subprocess.", "os.system", "os.mkdir", "os.remove", "os.rename", "sqlite3.")
done, name = [], "?"
def watch(event, args):
    started = event.startswith(EVENTS)
    if event == "open":
        started = bool(args[2] & WRITING)
    if started and event != "socket.gethostname":
        done.append(f"{name}: {event} {args!r:.80}")
def start(thread):
    done.append(f"{name}: thread {thread.name}")
threading.Thread.start = start
sys.addaudithook(watch)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*done, sep="\\n")
"""
"""Imports the modules it is told, and prints what they did besides."""


def test_the_layers_hold() -> None:
    """Every contract of import-linter is kept."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_has_no_effect() -> None:
    """No module opens a file for writing, a connection, a thread or a process when imported."""
    names = _module_names()
    assert len(names) > 50
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED_IMPORT, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_the_watch_would_notice() -> None:
    """A module that does something when imported is told by name."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED_IMPORT, "tests.architecture.busy"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "tests.architecture.busy: open" in done.stdout
    assert "tests.architecture.busy: thread" in done.stdout


def _module_names() -> list[str]:
    """All but programs' entry points and the schema's migrations, which run when loaded."""
    names = []
    for source in sources("connector"):
        parts = source.path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if not name.endswith("__main__") and ".migrations" not in name:
            names.append(name)
    return names
