"""Open what a command needs: settings, the store alone, or the whole service."""

from __future__ import annotations

import getpass
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from connector.cli.common import Context
from connector.config import Settings, load_settings
from connector.errors import ConnectorError
from connector.observe.logging import Level, configure_logging


def load(context: Context, *, need_secrets: bool = True) -> Settings:
    """The settings of a command that ends by itself; from now on it logs, but only what matters.

    Raises:
        SetupError: every problem found.
    """
    settings = load_settings(context.config, need_secrets=need_secrets)
    layout = "text" if sys.stderr.isatty() else settings.log.format
    configure_logging(_level(context, settings), layout, secrets=secrets_of(settings))
    return settings


def _level(context: Context, settings: Settings) -> Level:
    """Only what goes wrong; with ``-v`` what is done, too."""
    if context.verbose:
        return "debug" if settings.log.level == "debug" else "info"
    return "error" if settings.log.level == "error" else "warning"


def secrets_of(settings: Settings) -> list[str]:
    """What must never turn up in a log line."""
    held = (settings.platform.key, settings.platform.secret)
    return [secret.get_secret_value() for secret in held if secret is not None]


def asker(by: str | None) -> str:
    """In whose name something is asked for.

    Raises:
        ConnectorError: nobody is named, and the system knows no name either.
    """
    if by is not None and by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise ConnectorError("the system does not know your name; tell it with --by") from error


@contextmanager
def stop_on_signal(stop: threading.Event) -> Iterator[list[int]]:
    """Let the first SIGINT or SIGTERM end the work after the step under way; a second one cuts it.

    The list that it yields has the signals that came.
    """
    heard: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return

    def on_signal(number: int, _frame: FrameType | None) -> None:
        heard.append(number)
        if len(heard) > 1:
            raise KeyboardInterrupt
        stop.set()

    before = {
        number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
