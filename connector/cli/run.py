"""``run``: the service itself, in the foreground, as systemd wants it."""

from __future__ import annotations

from connector.cli.common import Given
from connector.cli.opening import secrets_of
from connector.config import load_settings
from connector.observe.logging import configure_logging
from connector.runtime.daemon import run_daemon


def run(*, context: Given) -> int:
    """Run until SIGTERM; SIGHUP reads the configuration anew, SIGUSR1 looks for changes at once."""
    settings = load_settings(context.config)
    level = "debug" if context.verbose else settings.log.level
    configure_logging(level, settings.log.format, secrets=secrets_of(settings))
    return run_daemon(context.config, settings)
