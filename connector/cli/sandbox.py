"""``sandbox``: a simulated Splynx on a port of this machine."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated, Literal

from cyclopts import Parameter, validators

from connector.cli.endings import DONE
from connector.cli.values import Zone
from connector.errors import ConnectorError
from connector.sandbox.server import SandboxOptions, run_sandbox

DEFAULTS = SandboxOptions()
START = datetime.fromisoformat(DEFAULTS.start)

Port = Annotated[
    int, Parameter(help="0: any free one.", validator=validators.Number(gte=0, lte=65535))
]
Count = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=100_000))]


def sandbox(
    *,
    port: Port = DEFAULTS.port,
    release: Literal["5.1", "4.3"] = "5.1",
    seed: int = DEFAULTS.seed,
    families: Count = DEFAULTS.families,
    subs: Count = DEFAULTS.subs,
    host: str = DEFAULTS.host,
    start: datetime = START,
    timezone: Zone = DEFAULTS.timezone,
    latency_ms: Count = DEFAULTS.latency_ms,
    running: bool = False,
) -> int:
    """Serve until SIGTERM; prints one line of JSON with addresses and key when it is ready.

    Args:
        port: port to listen on; 0 takes a free one.
        release: generation of Splynx that is simulated.
        seed: equal seeds make equal worlds.
        families: main accounts to begin with.
        subs: sub-accounts of each.
        host: address to listen on.
        start: local time of the simulated world at its start.
        timezone: its time zone.
        latency_ms: how long every answer takes.
        running: let the simulated clock run; it stands still otherwise.
    """
    options = SandboxOptions(
        host=host,
        port=port,
        release=release,
        seed=seed,
        families=families,
        subs=subs,
        start=start.replace(tzinfo=None).isoformat(),
        timezone=timezone,
        frozen=not running,
        latency_ms=latency_ms,
    )
    try:
        run_sandbox(options, _announce)
    except OSError as error:
        raise ConnectorError(f"cannot listen on {host}:{port}; {error.strerror}") from error
    return DONE


def _announce(ready: str) -> None:
    sys.stdout.write(f"{ready}\n")
    sys.stdout.flush()
