"""Signals, names and log levels of commands that end by themselves."""

from __future__ import annotations

import logging
import os
import signal
import threading

import pytest

from connector.cli.common import Context
from connector.cli.opening import asker, load, stop_on_signal
from tests.cli.support import Shell, Site


def test_the_first_signal_asks_for_a_drain_and_the_second_cuts() -> None:
    """The step under way is awaited, unless somebody insists."""
    stop = threading.Event()
    with stop_on_signal(stop) as heard:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(5)
        assert heard == [signal.SIGTERM]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_handlers_are_as_before_afterwards() -> None:
    """Whoever calls us keeps theirs."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with stop_on_signal(threading.Event()):
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_the_name_given_comes_before_the_login_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty name is none."""
    monkeypatch.setenv("LOGNAME", "grace")
    assert asker("ada") == "ada"
    assert asker(None) == "grace"
    assert asker("  ") == "grace"


@pytest.mark.parametrize(
    ("set_to", "verbose", "lowest"),
    [("info", False, 30), ("info", True, 20), ("debug", True, 10), ("error", False, 40)],
)
def test_commands_log_only_what_goes_wrong(
    shell: Shell, set_to: str, lowest: int, *, verbose: bool
) -> None:
    """Unless they are asked to tell what they do."""
    shell.set(PLATFORM__BASE_URL="https://splynx.test", LOG__LEVEL=set_to)
    load(Context(verbose=verbose), need_secrets=False)
    assert logging.getLogger().level == lowest


def test_no_secret_gets_into_the_log(site: Site) -> None:
    """Whatever is logged, and at whatever level."""
    site.shell.set(LOG__LEVEL="debug")
    done = site.run("sync", "-v")
    assert done.code == 0
    assert site.box.secret not in done.err
    assert site.box.key not in done.err
