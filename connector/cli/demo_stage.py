"""The stage of the demo: a sandbox and a daemon as processes of their own, and a way to talk to them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.errors import ConnectorError

READY_SECONDS = 30.0
SETTLE_SECONDS = 300.0
LOOK_SECONDS = 0.1

CONFIG = """\
mode = "act"

[platform]
base_url = "{base_url}"
clock = "server"            # billing time is the sandbox's, so that a month takes seconds
probe_account = {probed}          # a customer made for tests: see `doctor --probe`
requests_per_second = 0     # the sandbox needs no courtesy
concurrency = 4

[store]
url = "sqlite:///{state}"

[poll]
interval_seconds = 1

[cascade]
suspend = "mirror"          # sub-accounts follow their main when it is blocked

[bounds]
first_run_approval = false  # nobody is there to approve
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A running sandbox, and where a connector for it is configured."""

    base_url: str
    control_url: str
    config: Path
    environ: dict[str, str]
    probed: int  #: the customer made for tests

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Ask the sandbox to do or tell something; JSON, or text where it answers text."""
        return _control(self.control_url, method, path, body)

    def command(self, *words: str) -> list[str]:
        """The connector's command line under this stage's configuration."""
        return [sys.executable, "-m", "connector", "-c", str(self.config), *words]

    def run(self, *words: str) -> str:
        """Run one command to its end; what it printed.

        Raises:
            ConnectorError: it failed; its words.
        """
        done = subprocess.run(  # noqa: S603 - our own command
            self.command(*words), env=self.environ, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise ConnectorError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def settle(self, what: str, is_settled: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until the sandbox's auditor shows something; its report then.

        Raises:
            ConnectorError: it does not come to pass.
        """
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end:
            report: dict[str, Any] = self.control("GET", "audit")
            if is_settled(report):
                return report
            time.sleep(LOOK_SECONDS)
        raise ConnectorError(f"waited {SETTLE_SECONDS:.0f} s in vain: {what}")


@contextmanager
def open_stage(folder: Path, *, families: int, subs: int, seed: int) -> Iterator[Stage]:
    """Start a sandbox and write a configuration for it; stop it afterwards."""
    words = ["sandbox", "--port", "0", "--families", str(families), "--subs", str(subs)]
    command = [sys.executable, "-m", "connector", *words, "--seed", str(seed)]
    with _process(command, dict(os.environ), stdout=subprocess.PIPE) as sandbox:
        assert sandbox.stdout is not None  # noqa: S101 - asked for a pipe
        line = sandbox.stdout.readline()
        if not line:
            raise ConnectorError("the sandbox did not start")
        told = json.loads(line)
        made = _control(told["control_url"], "POST", "test-customer", {})
        config = folder / "config.toml"
        state = folder / "state.sqlite3"
        probed = made["customer_id"]
        config.write_text(CONFIG.format(base_url=told["base_url"], state=state, probed=probed))
        secrets = {
            "LINKED_ACCOUNTS_PLATFORM__KEY": told["key"],
            "LINKED_ACCOUNTS_PLATFORM__SECRET": told["secret"],
        }
        yield Stage(
            base_url=told["base_url"],
            control_url=told["control_url"],
            config=config,
            probed=probed,
            environ={**os.environ, **secrets},
        )


@contextmanager
def open_daemon(stage: Stage, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the daemon; drain it afterwards."""
    with (
        log.open("w") as lines,
        _process(stage.command("run"), stage.environ, stderr=lines) as daemon,
    ):
        yield daemon


def _control(url: str, method: str, path: str, body: object) -> Any:
    request = urllib.request.Request(  # noqa: S310 - our own sandbox on loopback
        f"{url}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=READY_SECONDS * 4) as reply:  # noqa: S310 - same
        text = reply.read().decode()
    is_json = "json" in reply.headers.get("Content-Type", "")
    return json.loads(text) if is_json else text


@contextmanager
def _process(
    command: list[str], environ: dict[str, str], **streams: Any
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, env=environ, text=True, **streams) as process:  # noqa: S603 - ours
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=READY_SECONDS)
