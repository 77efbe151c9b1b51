"""What the adapter must be told: where the platform is, who we are, how fast we may go."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformOptions:
    """Settings of one connection; every limit carries its unit in its name."""

    base_url: str  #: the origin, for example ``https://isp.example``
    key: str
    secret: str = field(repr=False)
    timezone: ZoneInfo  #: the platform's; its dates and times come without one
    auth: Literal["token", "signature", "basic"] = "token"
    release: Literal["auto", "5.1", "4.3"] = "auto"
    concurrency: int = 2  #: requests under way at once
    requests_per_second: int | Decimal = 10  #: 0 = no limit
    page_size: int = 500  #: rows asked for at once
    pages_max: int = 200  #: pages of one reading; a longer one is an error, a feed goes on later
    timeout_seconds: int = 60  #: without a byte; a whole answer may take twice as long
    connect_timeout_seconds: int = 10
    read_attempts: int = 4
    backoff_seconds: Decimal = Decimal("0.5")  #: scale of the random wait between attempts
    patience_seconds: int = 30  #: longest wait the platform may ask for before we give up
    body_bytes_max: int = 32 * 1024 * 1024  #: decompressed; in memory six times as much
    verify_tls: bool | Path = True  #: a path names a file with the certificate authorities
    mappings_dir: Path | None = None  #: None = the mappings that came with the package
