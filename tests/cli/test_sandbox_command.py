"""``sandbox``: a process of its own, without any configuration."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request


def test_it_prints_one_line_when_ready_and_stops_on_sigterm() -> None:
    """The line has all that a connector, or a script, needs."""
    environ = {
        name: text for name, text in os.environ.items() if not name.startswith("LINKED_ACCOUNTS_")
    }
    words = ["sandbox", "--port", "0", "--release", "4.3", "--families", "2", "--seed", "7"]
    command = [sys.executable, "-m", "connector", *words]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert set(ready) == {"base_url", "control_url", "key", "secret"}
        with urllib.request.urlopen(f"{ready['control_url']}/state") as answer:  # noqa: S310 - ours
            assert json.load(answer)["release"] == "4.3"
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(timeout=30) == 0
    assert rest == ""
