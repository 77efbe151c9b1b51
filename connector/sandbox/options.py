"""What a sandbox can be asked for at its start."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxOptions:
    """The start settings of one sandbox; equal options give an equal world."""

    host: str = "127.0.0.1"
    port: int = 0
    release: str = "5.1"
    seed: int = 1
    families: int = 0
    subs: int = 3
    start: str = "2026-01-01T09:00:00"
    timezone: str = "UTC"
    key: str | None = None
    secret: str | None = None
    frozen: bool = True
    latency_ms: int = 0
